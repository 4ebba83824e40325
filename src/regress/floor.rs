//! Straight lines do not know that nobody buys less than nothing.

use ndarray::Array1;
use serde::{Deserialize, Serialize};

use crate::math::ranks::by_value;

/// The least that a straight line may tell: whoever it tells less is told what such customers did on average.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Floor(f64);

impl Floor {
    /// The floor f at which those told less than f did f on average, by what was told out of fold and what then happened. It is the first
    /// block of the isotonic regression of one on the other (pool adjacent violators), where that block would be below nothing a
    /// hundredth of the mean.
    #[must_use]
    pub fn of(told: &Array1<f64>, happened: &Array1<f64>) -> Self {
        let mut order: Vec<usize> = (0..told.len()).collect();
        order.sort_unstable_by(|&i, &j| by_value(told[i], told[j]).then(i.cmp(&j)));
        let least = 0.01 * happened.mean().unwrap_or(0.0).max(0.0);
        let mut sum = 0.0;
        for (before, &row) in order.iter().enumerate() {
            let mean = if before == 0 { least } else { f64::max(least, sum / before as f64) };
            if told[row] >= mean {
                return Self(mean);
            }
            sum += happened[row].max(0.0);
        }
        Self(f64::max(least, sum / order.len().max(1) as f64))
    }

    /// What is told, but not less than the floor.
    #[must_use]
    pub fn raise(self, told: &Array1<f64>) -> Array1<f64> {
        told.mapv(|value| value.max(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn whoever_is_told_too_little_is_told_what_such_customers_did() {
        let told = array![-2.0, -1.0, 0.3, 1.0, 3.0];
        let happened = array![0.0, 1.0, 0.0, 2.0, 2.0];
        let floor = Floor::of(&told, &happened);
        // −2 and −1 did 0.5 on average; with the third, told less than that, all three did a third: told 1, the fourth is above.
        assert_eq!(floor.raise(&told), array![1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 1.0, 3.0]);
        assert_eq!(
            Floor::of(&array![0.5, 1.0], &array![0.0, 1.0]).raise(&array![0.0, 1.0]),
            array![0.005, 1.0]
        );
    }
}
