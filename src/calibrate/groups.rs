//! Kinds of customers that are calibrated apart.

use serde::{Deserialize, Serialize};

/// A group smaller than this is not told apart.
const FEWEST: usize = 250;

/// Customers with and without repeat purchases, each in parts by the probability that they buy nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Groups {
    /// Where those without a repeat purchase are divided, rising.
    pub one_time: Vec<f64>,
    /// Where those with one are, rising.
    pub repeat: Vec<f64>,
}

impl Groups {
    /// From customers' frequencies and P(X = 0): each kind in so many equal parts as it has customers for, at most 2 of the first and 3 of the
    /// second.
    #[must_use]
    pub fn of(customers: &[(u32, f64)]) -> Self {
        let cuts = |repeat: bool, most: usize| {
            let mut own: Vec<f64> =
                customers.iter().filter(|one| (one.0 > 0) == repeat).map(|one| one.1).collect();
            own.sort_unstable_by(f64::total_cmp);
            let parts = (own.len() / FEWEST).clamp(1, most);
            let mut cuts: Vec<f64> = (1..parts).map(|part| own[own.len() * part / parts]).collect();
            cuts.dedup();
            cuts
        };
        Self { one_time: cuts(false, 2), repeat: cuts(true, 3) }
    }

    /// How many groups there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.one_time.len() + self.repeat.len() + 2
    }

    /// Whether there are none: never, as there are two kinds.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// The group of a customer.
    #[must_use]
    pub fn group(&self, frequency: u32, p_none: f64) -> usize {
        let part = |cuts: &[f64]| cuts.partition_point(|cut| *cut <= p_none);
        if frequency == 0 { part(&self.one_time) } else { self.one_time.len() + 1 + part(&self.repeat) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customers_fall_into_parts_by_kind_and_by_probability() {
        let many: Vec<(u32, f64)> =
            (0..2000).map(|i| (u32::from(i >= 1000), f64::from(i % 1000) / 1000.0)).collect();
        let groups = Groups::of(&many);
        assert_eq!((groups.len(), groups.one_time.len(), groups.repeat.len()), (5, 1, 2));
        assert_eq!(groups.group(0, 0.1), 0);
        assert_eq!(groups.group(0, 0.9), 1);
        assert_eq!([0.1, 0.5, 0.9].map(|p| groups.group(3, p)), [2, 3, 4]);
        assert_eq!(Groups::of(&many[..300]).len(), 2);
        assert_eq!(Groups::of(&[]).len(), 2);
    }
}
