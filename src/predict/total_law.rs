//! Laws of what all customers of a shop do together: the one place where a total's interval comes from, for `score` and for backtests.

use super::draws::{DRAWS, DRAWS_SEED, ParameterDraws};
use super::total::Totals;
use crate::fit::{Crowd, TrainedModel};
use crate::math::special::{normal_cdf, normal_quantile};
use crate::model::{AnyPopulation, Deferred};
use crate::units::{Periods, Share};
use crate::{Error, Result};

/// A total and its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Total {
    /// The expected total at the fitted parameters.
    pub expected: f64,
    /// The lower end of the central interval.
    pub lower: f64,
    /// The median.
    pub median: f64,
    /// The upper end.
    pub upper: f64,
}

/// The predictive law of a total.
#[derive(Debug, Clone, PartialEq)]
pub struct TotalLaw {
    expected: f64,
    shape: Shape,
}

/// How a total spreads about what is expected.
#[derive(Debug, Clone, PartialEq)]
enum Shape {
    /// Means and standard deviations of normal laws, equally weighted: one for each draw of the parameters.
    Mixture(Vec<(f64, f64)>),
    /// The standard deviation of the logarithm of a log-normal law; the expected total is its median.
    Factor(f64),
}

/// The laws of what all customers of a table do together in a horizon.
#[derive(Debug)]
pub struct TotalLaws {
    /// Of their purchases, or why there is none.
    pub purchases: Result<TotalLaw>,
    /// Of their value, or why there is none; `None` without money.
    pub value: Option<Result<TotalLaw>>,
}

impl TotalLaw {
    /// The mixture, equally weighted, of normal laws given by mean and standard deviation.
    pub(super) const fn mixture(expected: f64, normals: Vec<(f64, f64)>) -> Self {
        Self { expected, shape: Shape::Mixture(normals) }
    }

    /// Log-normal about what is expected: ln S ~ N(ln E, σ²) with the σ that is given, as errors of totals are factors.
    ///
    /// # Errors
    /// [`Error::Undefined`] if the expected total is negative (more is expected to be returned than bought), as there is no logarithm of it.
    pub fn about(expected: f64, sd: f64) -> Result<Self> {
        if expected < 0.0 {
            return Err(Error::Undefined(format!(
                "the interval of the total cannot be told: {expected} is expected, and its errors are factors of an amount above 0"
            )));
        }
        Ok(Self { expected, shape: Shape::Factor(sd) })
    }

    /// The total with the central interval of a level below 1.
    #[must_use]
    pub fn at(&self, level: Share) -> Total {
        let tail = 0.5 * (1.0 - level.get());
        let [lower, median, upper] = [tail, 0.5, 1.0 - tail].map(|p| self.quantile(p));
        Total { expected: self.expected, lower, median, upper }
    }

    /// The smallest total with P(S ≤ s) ≥ p, for p in (0, 1); none is below 0.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        match &self.shape {
            Shape::Mixture(normals) => quantile(normals, p).max(0.0),
            Shape::Factor(sd) => self.expected * (normal_quantile(p) * sd).exp(),
        }
    }
}

impl TotalLaws {
    /// Of a trained model's forecast for a crowd, summed up in `totals`, over a horizon that begins `delay` after the cut-off: with the uncertainty of the
    /// parameters, by the draws of the model file or else so many of the Laplace approximation. `money` says whether value was forecast.
    #[must_use]
    pub fn of_crowd(
        (trained, crowd): (&TrainedModel, &Crowd),
        (delay, horizon): (f64, Periods),
        totals: &Totals,
        money: bool,
    ) -> Self {
        let window = Deferred::new(crowd.population.clone(), delay);
        let spenders = crowd.spenders.as_ref().filter(|_| money);
        let draws = |money| drawn((trained, crowd), delay, money);
        Self {
            purchases: draws(false).and_then(|draws| totals.purchases(&window, &draws, horizon)),
            value: spenders.map(|spenders| {
                draws(true).and_then(|draws| totals.value(&window, spenders, &draws, horizon))
            }),
        }
    }

    /// Of customers who are independent given their forecast, summed up in `totals`: their luck alone, and nothing of how sure the forecast is.
    #[must_use]
    pub fn by_luck(totals: &Totals, money: bool) -> Self {
        let value = || {
            let variance = totals.value_variance.ok_or_else(|| {
                Error::Undefined(
                    "the interval of the total value cannot be told: for some customers its variance does not exist".into(),
                )
            })?;
            lucky(expected_value(totals)?, variance, 0.0)
        };
        Self { purchases: lucky(totals.purchases, totals.purchases_variance, 0.0), value: money.then(value) }
    }

    /// The same where errors of past totals, as logarithms, tell of a standard deviation beside the customers' luck: of purchases, and of value.
    #[must_use]
    pub fn by_errors(totals: &Totals, money: bool, (purchases, value): (f64, f64)) -> Self {
        // A variance of value that does not exist leaves what past totals were off by.
        let of_value = || lucky(expected_value(totals)?, totals.value_variance.unwrap_or(0.0), value);
        Self {
            purchases: lucky(totals.purchases, totals.purchases_variance, purchases),
            value: money.then(of_value),
        }
    }

    /// None, for one reason.
    pub(super) fn failed(why: &Error, money: bool) -> Self {
        let none = || Err(Error::Undefined(why.to_string()));
        Self { purchases: none(), value: money.then(none) }
    }
}

/// Draws of the parameters, asked about a window that begins later.
fn drawn(
    (trained, crowd): (&TrainedModel, &Crowd),
    delay: f64,
    money: bool,
) -> Result<ParameterDraws<Deferred<AnyPopulation>>> {
    let draws = ParameterDraws::of(trained, crowd, money, DRAWS, DRAWS_SEED)?;
    Ok(draws.each(|population| Deferred::new(population, delay)))
}

/// The luck of independent customers, relative to what is expected of them all, beside a standard deviation of the logarithm.
fn lucky(expected: f64, variance: f64, sd: f64) -> Result<TotalLaw> {
    let luck = if expected > 0.0 { variance / (expected * expected) } else { 0.0 };
    TotalLaw::about(expected, (luck + sd * sd).sqrt())
}

fn expected_value(totals: &Totals) -> Result<f64> {
    totals.value.ok_or_else(|| {
        Error::Undefined("the total value cannot be told: for some customers its mean does not exist".into())
    })
}

/// The quantile of a mixture of normal laws, by bisection to the last digit.
fn quantile(normals: &[(f64, f64)], p: f64) -> f64 {
    let cdf = |y: f64| {
        let below = |&(mean, sd): &(f64, f64)| {
            if sd > 0.0 { normal_cdf((y - mean) / sd) } else { f64::from(u8::from(mean <= y)) }
        };
        normals.iter().map(below).sum::<f64>() / normals.len() as f64
    };
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for &(mean, sd) in normals {
        low = low.min(mean - 40.0 * sd);
        high = high.max(mean + 40.0 * sd);
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if cdf(middle) < p { low = middle } else { high = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(level: f64) -> Share {
        Share::new(level).unwrap()
    }

    #[test]
    fn errors_of_a_total_are_factors_and_its_median_is_what_is_expected() {
        let total = TotalLaw::about(200.0, 0.1).unwrap().at(share(0.9));
        let factor = (0.1 * 1.644_853_626_951_472_2_f64).exp();
        assert!((total.upper / (200.0 * factor) - 1.0).abs() < 1e-14);
        assert!((total.lower / (200.0 / factor) - 1.0).abs() < 1e-14);
        assert_eq!((total.expected, total.median), (200.0, 200.0));
        assert!(TotalLaw::about(-1.0, 0.1).unwrap_err().to_string().contains("-1 is expected"));
    }

    #[test]
    fn a_mixture_of_one_normal_law_is_that_law_and_no_total_is_below_nothing() {
        let total = TotalLaw::mixture(10.0, vec![(10.0, 2.0); 3]).at(share(0.9));
        let z = 1.644_853_626_951_472_2;
        assert!(
            (total.lower - (10.0 - 2.0 * z)).abs() < 1e-12 && (total.upper - (10.0 + 2.0 * z)).abs() < 1e-12
        );
        assert_eq!(TotalLaw::mixture(1.0, vec![(1.0, 9.0)]).quantile(0.05), 0.0);
        assert_eq!(TotalLaw::mixture(3.0, vec![(3.0, 0.0)]).at(share(0.5)).lower, 3.0);
    }

    #[test]
    fn the_luck_of_customers_and_past_errors_add_up_as_variances() {
        let mut totals = Totals::new(0);
        (totals.purchases, totals.purchases_variance) = (100.0, 400.0);
        (totals.value, totals.value_variance) = (Some(50.0), None);
        let wide = TotalLaws::by_errors(&totals, true, (0.15, 0.3));
        assert_eq!(wide.purchases.unwrap(), TotalLaw::about(100.0, 0.25).unwrap());
        assert_eq!(wide.value.unwrap().unwrap(), TotalLaw::about(50.0, 0.3).unwrap());
        let luck = TotalLaws::by_luck(&totals, true);
        assert_eq!(luck.purchases.unwrap(), TotalLaw::about(100.0, 0.2).unwrap());
        assert!(luck.value.unwrap().unwrap_err().to_string().contains("variance"));
        assert!(TotalLaws::by_luck(&totals, false).value.is_none());
        totals.value = None;
        assert!(TotalLaws::by_errors(&totals, true, (0.1, 0.1)).value.unwrap().is_err());
        let nothing = TotalLaws::by_luck(&Totals::new(0), false).purchases.unwrap().at(share(0.9));
        assert_eq!((nothing.lower, nothing.upper), (0.0, 0.0));
    }
}
