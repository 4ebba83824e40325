//! From means to laws: how what happens spreads about what was told, learnt from what was told out of fold.

use serde::{Deserialize, Serialize};
use statrs::function::gamma::checked_gamma_lr;
use std::sync::Arc;

use super::pattern::lowest;
use crate::math::special::{ln_1m_exp, ln_gamma, ln_poch};
use crate::math::sum::sum;
use crate::predict::{AmountLaw, AmountShape, CountLaw};

/// No more rows than these are learnt from.
const ROWS: usize = 30_000;

/// No mean is taken to be below this: what nobody ever did may still happen.
const LEAST: f64 = 1e-9;

/// What is told of one customer: expected purchases and, where it is known, P(any).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Told {
    /// Expected purchases.
    pub mean: f64,
    /// P(any); `None` where the regression knows the mean alone.
    pub any: Option<f64>,
}

/// How purchases spread about their mean μ: negative binomial with ln(shape) = `level` + `slope` · ln(μ/`unit`).
///
/// Where P(any) is told, that is a law of its own: P(X = 0) is 1 − P(any), and X given X > 0 is the negative binomial law without its
/// zero whose mean is μ/P(any), which then is what the shape goes with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CountShape {
    level: f64,
    slope: f64,
    unit: f64,
}

impl CountShape {
    /// The two numbers of greatest likelihood.
    #[must_use]
    pub fn fit(told: &[Told], purchases: &[f64]) -> Self {
        let rows = thinned(told.len());
        let count = rows.clone().count().max(1) as f64;
        let unit = sum(rows.clone().map(|row| told[row].mean)) / count;
        let unit = if unit > 0.0 { unit } else { 1.0 };
        let counted: Vec<Counted> =
            rows.filter_map(|row| Counted::of(told[row], purchases[row], unit)).collect();
        let lost = |at: &[f64; 2]| {
            let shape = Self { level: at[0], slope: at[1], unit };
            let apart = at[0] * at[0] * 1e-3 + at[1] * at[1] * 1e-2; // a weak prior where nothing is told
            apart - sum(counted.iter().map(|one| shape.ln_likelihood(one)))
        };
        let [level, slope] = lowest(lost, [0.0, 0.0], ([-6.0, -1.5], [7.0, 1.5]));
        Self { level, slope, unit }
    }

    fn shape(&self, mean: f64) -> f64 {
        self.shape_at((mean / self.unit).ln())
    }

    /// The shape by ln(mean/`unit`).
    fn shape_at(&self, ln_mean: f64) -> f64 {
        (self.level + self.slope * ln_mean).clamp(-8.0, 12.0).exp()
    }

    /// ln P(X = n), without what does not depend on the shape.
    fn ln_likelihood(&self, &Counted { n, ln_factorial, ln_mean, mean, any }: &Counted) -> f64 {
        let shape = self.shape_at(ln_mean);
        let mean = if any { untruncated(mean, shape) } else { mean };
        if mean <= 0.0 {
            // All of it at one: a repeat is all but impossible, and so surprising as it gets.
            return if n == 1.0 { 0.0 } else { -30.0 };
        }
        let none = -shape * (mean / shape).ln_1p();
        let all = if n == 0.0 {
            none
        } else {
            ln_poch(shape, n) - ln_factorial + n * (mean / (shape + mean)).ln() + none
        };
        if any { all - ln_1m_exp(none) } else { all }
    }

    /// The law of a customer.
    #[must_use]
    pub fn law(&self, told: Told) -> CountLaw {
        let mean = told.mean.max(LEAST);
        let Some(any) = told.any else { return CountLaw::negative_binomial(mean, self.shape(mean)) };
        let any = any.clamp(LEAST, 1.0);
        let beyond = mean / any;
        let shape = self.shape(beyond.max(1.0));
        let inner = untruncated(beyond, shape);
        if inner <= 1e-6 {
            return CountLaw::new(vec![1.0 - any, any])
                .unwrap_or_else(|| CountLaw::negative_binomial(mean, 1.0));
        }
        CountLaw::negative_binomial(inner, shape).zero_modified(any)
    }

    /// P(X > 0) of a customer.
    #[must_use]
    pub fn some(&self, told: Told) -> f64 {
        let mean = told.mean.max(LEAST);
        told.any.unwrap_or_else(|| ln_some(mean, self.shape(mean)).exp())
    }
}

/// What a customer did beside what was told, with all that does not depend on the shape.
struct Counted {
    n: f64,
    ln_factorial: f64,
    /// The mean that the shape goes with; where P(any) is told, it is that of the law without its zero.
    mean: f64,
    /// Its logarithm, in units of the usual one.
    ln_mean: f64,
    /// Whether P(any) is told.
    any: bool,
}

impl Counted {
    /// `None` of one who bought nothing where P(any) is told: that is not learnt of the shape.
    fn of(told: Told, n: f64, unit: f64) -> Option<Self> {
        let mean = told.mean.max(LEAST);
        let mean = told.any.map_or(mean, |any| (mean / any.max(LEAST)).max(1.0));
        let one = Self {
            n,
            ln_factorial: ln_gamma(n + 1.0),
            mean,
            ln_mean: (mean / unit).ln(),
            any: told.any.is_some(),
        };
        (told.any.is_none() || n != 0.0).then_some(one)
    }
}

/// ln P(X > 0) of a negative binomial law.
fn ln_some(mean: f64, shape: f64) -> f64 {
    ln_1m_exp(-shape * (mean / shape).ln_1p())
}

/// The mean μ of the negative binomial law which has the mean m where it is not 0: μ/(1 − (1 + μ/k)^−k) = m. 0 for m ≤ 1.
///
/// g(μ) = μ − m (1 − (1 + μ/k)^−k) is convex, with one root above 0 and g(m) > 0: Newton's steps from m come down to it.
fn untruncated(m: f64, shape: f64) -> f64 {
    if m <= 1.0 + 1e-9 {
        return 0.0;
    }
    let mut mean = m;
    for _ in 0..100 {
        let ln = (mean / shape).ln_1p();
        let gap = mean + m * (-shape * ln).exp_m1();
        let slope = 1.0 - m * (-(shape + 1.0) * ln).exp();
        let next = mean - gap / slope;
        // NaN ends it too.
        if !(next > 0.0 && next < mean * (1.0 - 1e-13)) {
            break;
        }
        mean = next;
    }
    mean
}

/// How amounts spread about their mean, given that there is any: ln(σ²) (gamma: ln of the squared coefficient of variation) =
/// `level` + `slope` · ln(expected purchases where there is any). Sums of more purchases spread less.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AmountSpread {
    family: AmountFamily,
    level: f64,
    slope: f64,
}

/// The laws of amounts above 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AmountFamily {
    /// Gamma.
    Gamma,
    /// Log-normal.
    LogNormal,
}

/// What is told of a customer's amount, given that there is any.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Positive {
    /// Its mean.
    pub mean: f64,
    /// Expected purchases, at least 1.
    pub purchases: f64,
}

impl Positive {
    /// From the means and P(any).
    #[must_use]
    pub fn of(value: f64, purchases: f64, any: f64) -> Self {
        let any = any.clamp(LEAST, 1.0);
        Self { mean: (value / any).max(LEAST), purchases: (purchases / any).max(1.0) }
    }
}

impl AmountSpread {
    /// The family and the two numbers of greatest likelihood, of those who spent anything; with `family` given, of that one.
    #[must_use]
    pub fn fit(told: &[Positive], spent: &[f64], family: Option<AmountFamily>) -> Self {
        let buyers: Vec<usize> = (0..told.len()).filter(|&row| spent[row] > 0.0).collect();
        let rows: Vec<Spent> =
            thinned(buyers.len()).map(|at| Spent::of(told[buyers[at]], spent[buyers[at]])).collect();
        let tried = |family: AmountFamily| {
            let lost = |at: &[f64; 2]| {
                let spread = Self { family, level: at[0], slope: at[1] };
                let apart = at[0] * at[0] * 1e-3 + at[1] * at[1] * 1e-2;
                apart - sum(rows.iter().map(|one| spread.ln_density(one)))
            };
            let at = lowest(lost, [0.0, -0.3], ([-7.0, -2.0], [4.0, 1.0]));
            (Self { family, level: at[0], slope: at[1] }, lost(&at))
        };
        match family {
            Some(family) => tried(family).0,
            None => {
                let (gamma, log_normal) = (tried(AmountFamily::Gamma), tried(AmountFamily::LogNormal));
                if gamma.1 < log_normal.1 { gamma.0 } else { log_normal.0 }
            }
        }
    }

    /// Its family.
    #[must_use]
    pub const fn family(&self) -> AmountFamily {
        self.family
    }

    /// σ², or the squared coefficient of variation, by ln(expected purchases).
    fn square(&self, ln_purchases: f64) -> f64 {
        (self.level + self.slope * ln_purchases).clamp(-9.0, 4.0).exp()
    }

    /// The logarithm of the density, without what depends on neither number.
    fn ln_density(&self, &Spent { ln_purchases, ratio, ln_ratio }: &Spent) -> f64 {
        let square = self.square(ln_purchases);
        match self.family {
            AmountFamily::Gamma => {
                let shape = 1.0 / square;
                shape * (shape * ratio).ln() - shape * ratio - ln_gamma(shape)
            }
            AmountFamily::LogNormal => {
                let off = ln_ratio + 0.5 * square;
                -0.5 * (square.ln() + off * off / square + std::f64::consts::TAU.ln())
            }
        }
    }

    /// The law of a customer: nothing with probability `none`, otherwise about the mean.
    #[must_use]
    pub fn law(&self, none: f64, told: Positive) -> AmountLaw {
        let some = 1.0 - none;
        if some <= 0.0 {
            return AmountLaw::nothing();
        }
        let square = self.square(told.purchases.ln());
        let law = match self.family {
            AmountFamily::LogNormal => {
                AmountLaw::log_normal(none, told.mean.ln() - 0.5 * square, square.sqrt())
            }
            AmountFamily::Gamma => gamma(none, told.mean, 1.0 / square),
        };
        law.unwrap_or_else(AmountLaw::nothing)
    }
}

/// What a customer spent beside what was told.
struct Spent {
    ln_purchases: f64,
    /// Over the mean that was told, and its logarithm.
    ratio: f64,
    ln_ratio: f64,
}

impl Spent {
    fn of(told: Positive, spent: f64) -> Self {
        let ratio = spent / told.mean;
        Self { ln_purchases: told.purchases.ln(), ratio, ln_ratio: ratio.ln() }
    }
}

/// Nothing with probability `none`, otherwise gamma of a mean and a shape.
fn gamma(none: f64, mean: f64, shape: f64) -> Option<AmountLaw> {
    let some = 1.0 - none;
    // P(S ≤ s) ≈ (κ s/mean)^κ/Γ(κ + 1) far down; far up the density falls like e^(−κ s/mean).
    let low = ((1e-8_f64.ln() + ln_gamma(shape + 1.0)) / shape - shape.ln()).max(-60.0);
    let high = ((shape + 6.0 * shape.sqrt() + 20.0) / shape).ln();
    let point = |i: u32| {
        let y = low + (high - low) * f64::from(i) / 64.0;
        let x = shape * y.exp();
        let below = checked_gamma_lr(shape, x).unwrap_or(if x > shape { 1.0 } else { 0.0 });
        let density = (shape * x.ln() - x - ln_gamma(shape)).exp();
        (y, some * below, some * density)
    };
    let points: Vec<_> = (0..=64).map(point).collect();
    let law = AmountShape::new(none, &points)?;
    let square = mean * mean * (1.0 + 1.0 / shape);
    let variance = some * square - some * some * mean * mean;
    Some(AmountLaw::new(Arc::new(law), mean, Some(some * mean), Some(variance)))
}

/// So many of the rows, spread evenly over them.
fn thinned(count: usize) -> impl Iterator<Item = usize> + Clone {
    (0..count).step_by(count.div_ceil(ROWS).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_law_has_the_mean_and_the_probability_it_is_told() {
        let shape = CountShape { level: 0.3, slope: 0.4, unit: 1.0 };
        for (mean, any) in
            [(0.2, Some(0.1)), (3.0, Some(0.8)), (40.0, Some(0.99)), (0.05, Some(0.05)), (2.0, None)]
        {
            let told = Told { mean, any };
            let law = shape.law(told);
            assert!((law.mean() / mean - 1.0).abs() < 1e-9, "{mean}: {}", law.mean());
            assert!((law.p_some() - shape.some(told)).abs() < 1e-11, "{mean}");
        }
    }

    /// Likelihood alone: of drawn negative binomial counts with shape 0.7 √μ, by their exact probabilities as weights.
    #[test]
    fn the_shape_comes_back() {
        let (mut told, mut counts) = (Vec::new(), Vec::new());
        for i in 1..=40 {
            let mean = 0.1 * f64::from(i);
            let law = CountLaw::negative_binomial(mean, 0.7 * mean.sqrt());
            for draw in 0..200 {
                told.push(Told { mean, any: None });
                counts.push(law.quantile((f64::from(draw) + 0.5) / 200.0) as f64);
            }
        }
        let shape = CountShape::fit(&told, &counts);
        for mean in [0.3f64, 1.0, 3.0] {
            let expected = 0.7 * mean.sqrt();
            assert!((shape.shape(mean) / expected - 1.0).abs() < 0.08, "{mean}: {}", shape.shape(mean));
        }
    }

    #[test]
    fn amounts_have_the_mean_they_are_told_and_the_family_comes_back() {
        let told = Positive { mean: 50.0, purchases: 2.0 };
        for family in [AmountFamily::Gamma, AmountFamily::LogNormal] {
            let spread = AmountSpread { family, level: -0.5, slope: -0.4 };
            let law = spread.law(0.4, told);
            assert!((law.mean().unwrap() - 30.0).abs() < 1e-9 && law.p_none() == 0.4);
            let spent: Vec<f64> =
                (0..3000).map(|i| law.quantile(0.4 + 0.6 * (f64::from(i) + 0.5) / 3000.0)).collect();
            let again = AmountSpread::fit(&vec![told; 3000], &spent, None);
            assert_eq!(again.family(), family);
            assert!((again.square(2f64.ln()) / spread.square(2f64.ln()) - 1.0).abs() < 0.05, "{family:?}");
            // The median of the law is where half of the draws lie.
            assert!((law.below(spent[1500]) - 0.7).abs() < 1e-3);
        }
    }

    #[test]
    fn nobody_and_nothing_are_laws_too() {
        let shape = CountShape { level: 0.0, slope: 0.0, unit: 1.0 };
        assert!(shape.law(Told { mean: 0.0, any: None }).p_none() > 0.999_999);
        assert!(shape.law(Told { mean: 0.0, any: Some(0.0) }).p_none() > 0.999_999);
        let spread = AmountSpread::fit(&[], &[], None);
        assert_eq!(spread.law(1.0, Positive::of(0.0, 0.0, 0.0)).p_none(), 1.0);
    }
}
