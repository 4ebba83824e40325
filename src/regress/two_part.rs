//! Two parts: whether a customer buys at all, and how much if so.

use ndarray::{Array1, ArrayView2};
use serde::{Deserialize, Serialize};

use super::ridge::{best_share, ridged};
use super::{Family, FittedGlm, Means, Sample};
use crate::math::special::{normal_cdf, normal_quantile};
use crate::{Error, Result};

/// The ridges that are tried, from one that makes every column count for little.
pub(super) const SHARES: [f64; 5] = [0.3, 0.1, 0.03, 0.01, 0.001];

/// P(any) and the mean where there is any: E y = P(y > 0) E(y | y > 0).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TwoPart {
    /// P(y > 0).
    pub any: Part,
    /// What E(y | y > 0) is.
    pub much: Much,
    /// The most that anyone who was learnt from did: E(y | y > 0) is told to be no more. Both means are powers of e, and of columns that
    /// nobody had together before they may say anything; that a mean lies beyond the largest amount ever seen, no data can tell.
    #[serde(default = "unbounded")]
    pub most: f64,
    /// What should be known, in words.
    pub notes: Vec<String>,
}

/// How a part is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// By a generalised linear model.
    Glm(FittedGlm),
    /// The same for everyone: the data say no more.
    Same(f64),
}

/// How much, of those who buy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Much {
    /// Counts: 1 + a mean of what goes beyond one.
    BeyondOne(Part),
    /// Amounts by their mean.
    Mean(Part),
    /// Amounts by the mean and the standard deviation of their logarithms.
    LogNormal {
        /// μ of each customer.
        location: Part,
        /// σ, the same for everyone.
        sigma: f64,
    },
}

/// What is learnt of those who buy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Positives {
    /// They are counts: Poisson regression of count − 1.
    Counts,
    /// Gamma regression.
    Gamma,
    /// Least squares of logarithms: Wang, Liu & Miao (2019), arXiv:1912.07753, with σ shared.
    LogNormal,
}

impl Positives {
    /// The family of what is regressed.
    const fn family(self) -> Family {
        match self {
            Self::Counts => Family::Poisson,
            Self::Gamma => Family::Gamma,
            Self::LogNormal => Family::Gaussian,
        }
    }
}

/// Of files written before there was a bound.
const fn unbounded() -> f64 {
    f64::MAX
}

/// How strong the ridges of the two parts are, relative to what one customer says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    any: f64,
    much: f64,
}

impl TwoPart {
    /// The ridges that serve customers at a later origin best.
    ///
    /// # Errors
    /// As [`TwoPart::fit`].
    pub fn shares(sample: &Sample, positives: Positives) -> Result<Shares> {
        let best = |family, sample: &Sample| best_share(family, sample, &SHARES, None).unwrap_or(SHARES[0]);
        let buyers = buyers(sample, positives)?;
        Ok(Shares {
            any: best(Family::Binomial, &bought(sample)?),
            much: best(positives.family(), &buyers.1),
        })
    }

    /// Logistic regression of buying at all, and a generalised linear model of how much.
    ///
    /// # Errors
    /// [`Error::Undefined`] if nobody bought anything, or a target is negative.
    pub fn fit(sample: &Sample, positives: Positives, shares: Shares) -> Result<Self> {
        let any = part(shares.any, Family::Binomial, &bought(sample)?)?;
        let (rows, buyers) = buyers(sample, positives)?;
        let part = part(shares.much, positives.family(), &buyers)?;
        let much = match positives {
            Positives::Counts => Much::BeyondOne(part),
            Positives::Gamma => Much::Mean(part),
            Positives::LogNormal => {
                let rest = buyers.y() - &part.means(&buyers.x().view());
                let freedom = (buyers.rows() as f64 - part.size()).max(1.0);
                Much::LogNormal { location: part, sigma: (rest.dot(&rest) / freedom).sqrt() }
            }
        };
        let most = rows.iter().fold(0.0, |most: f64, &row| most.max(sample.y()[row]));
        let mut notes: Vec<String> = any.notes().into_iter().chain(much.part().notes()).collect();
        let beyond = much.means(&sample.x().view()).iter().filter(|&&mean| mean > most).count();
        if beyond > 0 {
            notes.push(format!(
                "{beyond} of {} rows would be told more than {most:.2}, the most that anyone did in the horizon: they are told that",
                sample.rows()
            ));
        }
        Ok(Self { any, much, most, notes })
    }

    /// Mean and P(any) of each row.
    #[must_use]
    pub fn means(&self, x: &ArrayView2<'_, f64>) -> Means {
        Means::product(self.any.means(x), &self.much.means(x).mapv(|mean| mean.min(self.most)))
    }

    /// σ of the logarithms, where amounts are log-normal.
    #[must_use]
    pub const fn sigma(&self) -> Option<f64> {
        match self.much {
            Much::LogNormal { sigma, .. } => Some(sigma),
            _ => None,
        }
    }
}

/// The mean exp(μ + σ²/2) of a log-normal amount.
fn ln_normal_mean(location: f64, sigma: f64) -> f64 {
    (location + 0.5 * sigma * sigma).min(300.0).exp()
}

/// The quantile of a zero-inflated log-normal amount (Wang, Liu & Miao 2019): 0 up to 1 − p, above it
/// exp(μ + σ Φ⁻¹((level − (1 − p))/p)).
///
/// NaN for a level or p outside \[0, 1\].
#[must_use]
pub fn ziln_quantile(level: f64, any: f64, location: f64, sigma: f64) -> f64 {
    if !(0.0..=1.0).contains(&level) || !(0.0..=1.0).contains(&any) {
        return f64::NAN;
    }
    let above = level - (1.0 - any);
    if above <= 0.0 { 0.0 } else { (location + sigma * normal_quantile((above / any).min(1.0))).exp() }
}

/// P(amount ≤ `at`) of a zero-inflated log-normal amount; 0 below 0.
#[must_use]
pub fn ziln_cdf(at: f64, any: f64, location: f64, sigma: f64) -> f64 {
    if at < 0.0 {
        0.0
    } else if at == 0.0 {
        1.0 - any
    } else {
        1.0 - any + any * normal_cdf((at.ln() - location) / sigma)
    }
}

/// Whether each customer bought anything.
pub(super) fn bought(sample: &Sample) -> Result<Sample> {
    if let Some((row, value)) = sample.y().iter().enumerate().find(|(_, value)| **value < 0.0) {
        return Err(Error::Undefined(format!(
            "the target of row {} is {value}, but must be 0 or more",
            row + 1
        )));
    }
    if sample.y().iter().all(|&value| value == 0.0) {
        return Err(Error::Undefined(format!(
            "nobody bought anything: the target is 0 in all {} rows, and there is nothing to learn",
            sample.rows()
        )));
    }
    sample.with_target(sample.y().mapv(|y| f64::from(u8::from(y > 0.0))))
}

/// The rows of those who bought anything, and what is regressed of them.
fn buyers(sample: &Sample, positives: Positives) -> Result<(Vec<usize>, Sample)> {
    let rows: Vec<usize> = (0..sample.rows()).filter(|&row| sample.y()[row] > 0.0).collect();
    if rows.is_empty() {
        bought(sample)?;
    }
    let buyers = sample.picked(&rows);
    let y = match positives {
        Positives::Counts => buyers.y() - 1.0,
        Positives::Gamma => buyers.y().to_owned(),
        Positives::LogNormal => buyers.y().mapv(f64::ln),
    };
    Ok((rows, buyers.with_target(y)?))
}

/// One part, with a ridge of a share.
fn part(share: f64, family: Family, sample: &Sample) -> Result<Part> {
    // Of rows that are all alike, and of very few, the mean is all that is learnt.
    let alike = sample.y().iter().all(|y| *y == sample.y()[0]);
    if !alike && sample.rows() >= 30 {
        return ridged(family, sample, share).map(Part::Glm);
    }
    Ok(Part::Same(if family == Family::Binomial {
        // Laplace's rule: not all customers ever will, because all so far did.
        (sample.y().sum() + 0.5) / (sample.rows() as f64 + 1.0)
    } else {
        sample.mean_target()
    }))
}

impl Part {
    /// What it tells each row.
    #[must_use]
    pub fn means(&self, x: &ArrayView2<'_, f64>) -> Array1<f64> {
        match self {
            Self::Glm(fitted) => fitted.means(x, None),
            Self::Same(mean) => Array1::from_elem(x.nrows(), *mean),
        }
    }

    /// How many numbers it has learnt, as degrees of freedom.
    fn size(&self) -> f64 {
        match self {
            Self::Glm(fitted) => fitted.coefficients.len() as f64 + 1.0,
            Self::Same(_) => 1.0,
        }
    }

    fn notes(&self) -> Vec<String> {
        match self {
            Self::Glm(fitted) => fitted.notes.clone(),
            Self::Same(mean) => vec![format!(
                "too few customers bought, or all did alike, to tell them apart in one part: everyone has {mean:.4} there"
            )],
        }
    }
}

impl Much {
    /// The part that is regressed.
    #[must_use]
    pub const fn part(&self) -> &Part {
        match self {
            Self::BeyondOne(part) | Self::Mean(part) | Self::LogNormal { location: part, .. } => part,
        }
    }

    /// The mean of each row, where there is anything.
    #[must_use]
    pub fn means(&self, x: &ArrayView2<'_, f64>) -> Array1<f64> {
        let told = self.part().means(x);
        match self {
            Self::BeyondOne(_) => told + 1.0,
            Self::Mean(_) => told,
            Self::LogNormal { sigma, .. } => told.mapv(|location| ln_normal_mean(location, *sigma)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The figures of the definition: with p = 1 a plain log-normal, below 1 − p nothing.
    #[test]
    fn zero_inflated_log_normal_quantiles_undo_the_distribution() {
        let (any, location, sigma) = (0.3, 2.0, 0.8);
        for level in [0.71, 0.8, 0.95, 0.999] {
            let at = ziln_quantile(level, any, location, sigma);
            assert!((ziln_cdf(at, any, location, sigma) - level).abs() < 1e-14);
        }
        assert_eq!(ziln_quantile(0.7, any, location, sigma), 0.0);
        assert!((ziln_quantile(0.5, 1.0, location, sigma) - location.exp()).abs() < 1e-14);
        assert!(ziln_quantile(1.2, any, location, sigma).is_nan());
    }
}
