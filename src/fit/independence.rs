//! The models of spend assume that spend per order is independent of how often a customer buys: measured here.

use crate::features::Customers;
use crate::math::ranks::{doubled_mid_ranks, spearman};

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
    /// What to tell the reader of a spend model by its usual name: `None` if the correlation is below 0.1 or may be chance.
    #[must_use]
    pub fn warning(&self, model: &str) -> Option<String> {
        let &Self { rho, p_value, customers } = self;
        if rho.abs() <= 0.1 || p_value >= 0.01 {
            return None;
        }
        let (who, how) = if rho > 0.0 { ("more", "under") } else { ("less", "over") };
        Some(format!(
            "frequency and spend are correlated (rank correlation {rho:.2} over {customers} repeat buyers): frequent \
             buyers spend {who} per order, so {model}'s independence fails, and the value of the best customers is \
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
    let rho = spearman(&doubled_mid_ranks(&often), &doubled_mid_ranks(&spend))?;
    let z = rho.abs() * ((n - 1) as f64).sqrt();
    Some(RankCorrelation { rho, p_value: libm::erfc(z / std::f64::consts::SQRT_2), customers: n as u64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_monotone_relation_has_rank_correlation_one() {
        let x: Vec<f64> = (0..50).map(f64::from).collect();
        let y: Vec<f64> = x.iter().map(|x| x.exp()).collect();
        let rho = spearman(&doubled_mid_ranks(&x), &doubled_mid_ranks(&y)).unwrap();
        assert!((rho - 1.0).abs() < 1e-15);
    }
}
