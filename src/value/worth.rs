//! What groups of customers are worth together over one horizon, and which part of the shop's value is theirs, with intervals.

use rayon::prelude::*;

use super::Future;
use super::future::{NOBODY, Windows, varied};
use super::mixture::{Moments, interval};
use crate::Result;
use crate::math::special::beta_inc;
use crate::units::Share;

/// What one group will bring.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Worth {
    /// Its customers.
    pub customers: u64,
    /// Expected value of all of them.
    pub expected: f64,
    /// The central interval of what they will bring; `None` where its variance does not exist.
    pub interval: Option<(f64, f64)>,
    /// Their part of what all groups will bring, at the expected values; `None` where nothing is expected of anybody.
    pub share: Option<f64>,
    /// The central interval of that part.
    pub share_interval: Option<(f64, f64)>,
}

/// Customers in groups over one horizon, with what is expected of each of them already.
pub struct Grouped<'a> {
    /// The group of each row of the table; [`NOBODY`] for none.
    pub of: &'a [u32],
    /// How many groups there are.
    pub groups: usize,
    /// How far ahead, in the model's unit.
    pub horizon: f64,
    /// Expected value of each row.
    pub expected: &'a [f64],
    /// Its variance, where it exists.
    pub variance: &'a [Option<f64>],
    /// The probability that a row brings nothing.
    pub p_none: &'a [f64],
    /// The level of the intervals.
    pub level: Share,
}

impl Future<'_> {
    /// The worth of groups, from moments of their customers that are known already (after margin and discount, if these were in them).
    ///
    /// Sums of means and variances are exact. Their factors under draws of the parameters are found as in [`Future::paths`], of which this is the
    /// one step of a horizon. Given the parameters, the sum of a group has the gamma law of its moments; its part of the whole, A/(A + B) with
    /// B the sum of all others, the beta law with mean E\[A\]/E\[A + B\] and the variance by the delta method,
    ///
    /// ```text
    /// Var(A/(A+B)) ≈ (E[B]² Var A + E[A]² Var B) / E[A+B]⁴
    /// ```
    ///
    /// (Casella & Berger 2002, Statistical Inference, 5.5.24). Where a group brings nothing at all with the probability below its interval or more,
    /// the interval begins at 0, which no gamma or beta law knows of.
    ///
    /// # Errors
    /// As [`Future::paths`].
    pub fn worth(&self, grouped: &Grouped<'_>) -> Result<Vec<Worth>> {
        let ends = |_: usize, ends: &mut [f64]| ends.fill(grouped.horizon);
        let windows = Windows {
            group: grouped.of,
            groups: grouped.groups,
            steps: 1,
            ends: &ends,
            level: grouped.level,
        };
        let (at, ratios) = self.factors(&windows)?;
        let sums = sums(grouped);
        let factors: Vec<Vec<(f64, f64)>> =
            (0..grouped.groups).map(|group| varied(&at, &ratios, group, 0)).collect();
        Ok(worth(&sums, &factors, grouped.level))
    }
}

/// What is known of a group.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sum {
    customers: u64,
    mean: f64,
    variance: Option<f64>,
    /// The logarithm of the probability that all of them bring nothing.
    ln_none: f64,
}

/// The sums of all groups, added in the order of the rows.
fn sums(grouped: &Grouped<'_>) -> Vec<Sum> {
    let nothing = Sum { customers: 0, mean: 0.0, variance: Some(0.0), ln_none: 0.0 };
    let mut sums = vec![nothing; grouped.groups];
    for (row, &group) in grouped.of.iter().enumerate() {
        if group != NOBODY {
            let sum = &mut sums[group as usize];
            sum.customers += 1;
            sum.mean += grouped.expected[row];
            sum.variance = sum.variance.zip(grouped.variance[row]).map(|(sum, variance)| sum + variance);
            sum.ln_none += grouped.p_none[row].ln();
        }
    }
    sums
}

/// The worth of each group from sums, and from factors of mean and variance under each draw.
fn worth(sums: &[Sum], factors: &[Vec<(f64, f64)>], level: Share) -> Vec<Worth> {
    let all: f64 = sums.iter().map(|sum| sum.mean).sum();
    let tail = 0.5 * (1.0 - level.get());
    let one = |group: usize| {
        let Sum { customers, mean, variance, ln_none } = sums[group];
        let from_nothing = |(lower, upper)| if ln_none.exp() >= tail { (0.0, upper) } else { (lower, upper) };
        let moments = variance.map(|variance| Moments { mean, variance });
        let parts = parts(sums, factors, group).map(|laws| part_interval(&laws, level));
        Worth {
            customers,
            expected: mean,
            interval: moments.map(|moments| from_nothing(interval(moments, &factors[group], level))),
            share: (all > 0.0).then(|| mean / all),
            // Of a group that is everybody the part is 1, unless nobody brings anything.
            share_interval: parts.map(|ends| if ends.0 < 1.0 { from_nothing(ends) } else { ends }),
        }
    };
    (0..sums.len()).into_par_iter().map(one).collect()
}

/// Mean and variance of a group's part of the whole under each draw; `None` where a variance does not exist or nothing is expected.
fn parts(sums: &[Sum], factors: &[Vec<(f64, f64)>], group: usize) -> Option<Vec<(f64, f64)>> {
    let draws = factors.iter().map(Vec::len).min().unwrap_or(0);
    let law = |draw: Option<usize>| {
        let (mut own, mut others) = ((0.0, 0.0), (0.0, 0.0));
        for (at, Sum { mean, variance, .. }) in sums.iter().enumerate() {
            let (of_mean, of_variance) = draw.map_or((1.0, 1.0), |draw| factors[at][draw]);
            let to = if at == group { &mut own } else { &mut others };
            to.0 += of_mean * mean;
            to.1 += of_variance * (*variance)?;
        }
        let whole: f64 = own.0 + others.0;
        (whole > 0.0).then(|| {
            let variance = (others.0 * others.0 * own.1 + own.0 * own.0 * others.1) / whole.powi(4);
            (own.0 / whole, variance)
        })
    };
    if draws == 0 { law(None).map(|law| vec![law]) } else { (0..draws).map(|draw| law(Some(draw))).collect() }
}

/// The central interval of a mixture of beta laws with these means and variances, by bisection to eight digits.
fn part_interval(laws: &[(f64, f64)], level: Share) -> (f64, f64) {
    for certain in [0.0, 1.0] {
        if laws.iter().all(|&(mean, _)| mean == certain) {
            return (certain, certain);
        }
    }
    let tail = 0.5 * (1.0 - level.get());
    let quantile = |p: f64| {
        let below = |y: f64| laws.iter().map(|&law| part_below(law, y)).sum::<f64>() / laws.len() as f64;
        let (mut low, mut high) = (0.0f64, 1.0f64);
        while high - low > 1e-8 {
            let middle = 0.5 * (low + high);
            if below(middle) < p { low = middle } else { high = middle }
        }
        high
    };
    (quantile(tail), quantile(1.0 - tail))
}

/// P(part ≤ y) of the beta law with a mean and a variance; a step where there is none.
fn part_below((mean, variance): (f64, f64), y: f64) -> f64 {
    let most = mean * (1.0 - mean);
    if most <= 0.0 || variance <= 0.0 {
        return f64::from(u8::from(y >= mean));
    }
    // As wide as a beta law can be, where the delta method goes beyond it.
    let size = (most / variance - 1.0).max(1e-3);
    beta_inc(mean * size, (1.0 - mean) * size, y, 1.0 - y).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level() -> Share {
        Share::new(0.9).unwrap()
    }

    fn sum(customers: u64, mean: f64, variance: Option<f64>) -> Sum {
        Sum { customers, mean, variance, ln_none: if customers == 0 { 0.0 } else { -9.0 } }
    }

    /// The parts of independent gamma sums of one scale are beta exactly: a 2 : 3 split of shapes 8 and 12.
    /// scipy.stats.beta.ppf([.05, .95], 8, 12); the delta method's variance is (n + 1)/n of a beta law's.
    #[test]
    fn the_part_of_a_gamma_sum_is_nearly_its_beta_law() {
        let sums = vec![sum(8, 8.0, Some(8.0)), sum(12, 12.0, Some(12.0))];
        let found = worth(&sums, &[Vec::new(), Vec::new()], level());
        let (low, high) = found[0].share_interval.unwrap();
        assert_eq!(found[0].share, Some(0.4));
        assert!((low - 0.229_720_92).abs() < 0.006, "{low}");
        assert!((high - 0.581_935_53).abs() < 0.006, "{high}");
    }

    #[test]
    fn parts_make_the_whole_and_nothing_is_expected_of_nobody() {
        let sums = vec![sum(3, 30.0, Some(4.0)), sum(0, 0.0, Some(0.0)), sum(1, 10.0, None)];
        let found = worth(&sums, &[Vec::new(), Vec::new(), Vec::new()], level());
        assert_eq!(found.iter().filter_map(|worth| worth.share).sum::<f64>(), 1.0);
        assert_eq!((found[1].expected, found[1].customers), (0.0, 0));
        assert!(found[0].interval.is_some() && found[2].interval.is_none());
        assert!(found[0].share_interval.is_none(), "without a variance there is no interval of a part");
        let none = worth(&[sum(2, 0.0, Some(0.0))], &[Vec::new()], level());
        assert_eq!((none[0].share, none[0].share_interval), (None, None));
    }

    #[test]
    fn an_interval_begins_at_nothing_where_that_is_likely_enough() {
        let likely = Sum { ln_none: 0.06f64.ln(), ..sum(2, 5.0, Some(9.0)) };
        let unlikely = Sum { ln_none: 0.04f64.ln(), ..likely };
        let found = worth(&[likely, unlikely], &[Vec::new(), Vec::new()], level());
        let lower = |at: usize| (found[at].interval.unwrap().0, found[at].share_interval.unwrap().0);
        assert_eq!(lower(0), (0.0, 0.0));
        assert!(lower(1).0 > 0.1 && lower(1).1 > 0.01);
    }
}
