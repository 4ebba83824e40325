//! Gamma-Gamma assumes that spend per order is independent of how often a customer buys: measured here.

use crate::features::Customers;

/// Spearman's rank correlation of frequency and mean repeat spend among repeat buyers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankCorrelation {
    /// The correlation, −1 to 1.
    pub rho: f64,
    /// The two-sided p-value, by the normal approximation ρ √(n−1) (exact enough for n > 30).
    pub p_value: f64,
    /// How many repeat buyers.
    pub customers: u64,
}

impl RankCorrelation {
    /// What to tell the reader: `None` if the correlation is below 0.1 or may be chance.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let &Self { rho, p_value, customers } = self;
        if rho.abs() <= 0.1 || p_value >= 0.01 {
            return None;
        }
        let (who, how) = if rho > 0.0 { ("more", "under") } else { ("less", "over") };
        Some(format!(
            "frequency and spend are correlated (rank correlation {rho:.2} over {customers} repeat buyers): frequent \
             buyers spend {who} per order, so Gamma-Gamma's independence fails, and the value of the best customers is \
             {how}stated where the model fills gaps"
        ))
    }
}

/// Measures it; `None` with fewer than three repeat buyers who spend, or if one of the two does not vary.
#[must_use]
pub fn spend_and_frequency(customers: &Customers) -> Option<RankCorrelation> {
    let (mut often, mut spend) = (Vec::new(), Vec::new());
    for (&frequency, value) in customers.frequency.iter().zip(&customers.monetary_value) {
        if let Some(value) = value.filter(|value| frequency > 0 && *value > 0.0 && value.is_finite()) {
            often.push(f64::from(frequency));
            spend.push(value);
        }
    }
    let n = often.len();
    if n < 3 {
        return None;
    }
    let rho = pearson(&ranks(&often), &ranks(&spend))?;
    let z = rho.abs() * ((n - 1) as f64).sqrt();
    Some(RankCorrelation { rho, p_value: libm::erfc(z / std::f64::consts::SQRT_2), customers: n as u64 })
}

/// Ranks, ties at their mean.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for ties in order.chunk_by(|&i, &j| values[i] == values[j]) {
        let rank = before as f64 + 0.5 * (ties.len() - 1) as f64;
        for &i in ties {
            ranks[i] = rank;
        }
        before += ties.len();
    }
    ranks
}

fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    let n = x.len() as f64;
    let (mean_x, mean_y) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        xx += (x - mean_x) * (x - mean_x);
        xy += (x - mean_x) * (y - mean_y);
        yy += (y - mean_y) * (y - mean_y);
    }
    (xx > 0.0 && yy > 0.0).then(|| xy / (xx * yy).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_their_rank() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [2.5, 0.0, 2.5, 1.0]);
    }

    #[test]
    fn a_monotone_relation_has_rank_correlation_one() {
        let x: Vec<f64> = (0..50).map(f64::from).collect();
        let y: Vec<f64> = x.iter().map(|x| x.exp()).collect();
        assert!((pearson(&ranks(&x), &ranks(&y)).unwrap() - 1.0).abs() < 1e-15);
    }
}
