//! The product-limit estimate of survival, with its uncertainty.

use crate::math::special::normal_quantile;

/// Survival after one time, as it was observed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Survived {
    /// How many were at risk at this time.
    pub at_risk: f64,
    /// How many of them were lost at it.
    pub lost: f64,
    /// Ŝ(t): Kaplan & Meier (1958), JASA 53, 457–481, equation 2b.
    pub survival: f64,
    /// The interval of S(t); `None` where Ŝ is 0 or 1, for which it does not exist.
    pub interval: Option<(f64, f64)>,
}

/// Kaplan and Meier's estimate at times 1, 2, ... from how many were at risk at each and how many of them were lost, as long as anybody is at risk:
///
/// ```text
/// Ŝ(t) = Π_{u≤t} (1 − d_u/n_u)
/// Var ln Ŝ(t) = Σ_{u≤t} d_u/(n_u (n_u − d_u))                        Greenwood (1926)
/// interval: Ŝ^exp(±z σ), σ² = Var ln Ŝ / (ln Ŝ)²                     of ln(−ln S), which keeps it within 0 and 1
/// ```
///
/// Greenwood, "The natural duration of cancer", Reports on Public Health and Medical Subjects 33; the interval is that of Kalbfleisch & Prentice (2002), The
/// Statistical Analysis of Failure Time Data, 2nd edition, section 1.4. `level` is within 0 and 1.
#[must_use]
pub fn kaplan_meier(counts: impl IntoIterator<Item = (f64, f64)>, level: f64) -> Vec<Survived> {
    let z = normal_quantile(0.5 + 0.5 * level);
    let (mut survival, mut variance) = (1.0, 0.0);
    let step = |(at_risk, lost): (f64, f64)| {
        survival *= 1.0 - lost / at_risk;
        variance += lost / (at_risk * (at_risk - lost));
        let interval = (survival > 0.0 && survival < 1.0).then(|| {
            let sigma = variance.sqrt() / -f64::ln(survival);
            (survival.powf((z * sigma).exp()), survival.powf((-z * sigma).exp()))
        });
        Survived { at_risk, lost, survival, interval }
    };
    counts.into_iter().take_while(|(at_risk, _)| *at_risk > 0.0).map(step).collect()
}

/// The interval of a probability of which `successes` out of `trials` were seen: Wilson (1927), JASA 22, 209–212. `None` without trials.
#[must_use]
pub fn wilson(successes: f64, trials: f64, level: f64) -> Option<(f64, f64)> {
    if trials <= 0.0 {
        return None;
    }
    let (z, p) = (normal_quantile(0.5 + 0.5 * level), successes / trials);
    let shrink = 1.0 + z * z / trials;
    let middle = (p + 0.5 * z * z / trials) / shrink;
    let half = z / shrink * (p * (1.0 - p) / trials + 0.25 * z * z / (trials * trials)).sqrt();
    // At 0 and 1 the ends are exactly these; the difference would leave a rounding.
    let low = if successes <= 0.0 { 0.0 } else { (middle - half).max(0.0) };
    let high = if successes >= trials { 1.0 } else { (middle + half).min(1.0) };
    Some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Freireich et al. (1963): weeks of remission of 21 patients under 6-mercaptopurine, as every textbook has them, and what R and lifelines make of them.
    #[test]
    fn the_textbook_example_comes_out() {
        let times = [6, 6, 6, 7, 10, 13, 16, 22, 23];
        let censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
        let counts = (1..=23).map(|t| {
            let at_risk = times.iter().chain(&censored).filter(|&&u| u >= t).count();
            (at_risk as f64, times.iter().filter(|&&u| u == t).count() as f64)
        });
        let curve = kaplan_meier(counts, 0.95);
        for (t, right) in
            [(6, 0.857), (7, 0.807), (10, 0.753), (13, 0.690), (16, 0.627), (22, 0.538), (23, 0.448)]
        {
            assert!((curve[t - 1].survival - right).abs() < 5e-4, "{t}: {}", curve[t - 1].survival);
        }
        assert_eq!((curve[4].survival, curve[4].interval), (1.0, None));
    }

    #[test]
    fn who_is_all_lost_has_no_interval() {
        let curve = kaplan_meier([(4.0, 1.0), (3.0, 3.0), (0.0, 0.0)], 0.9);
        assert_eq!((curve.len(), curve[1].survival, curve[1].interval), (2, 0.0, None));
        assert!(curve[0].interval.is_some_and(|(low, high)| low > 0.0 && low < 0.75 && 0.75 < high));
    }

    /// Wilson's interval of 0 of 10 and 15 of 148 at 95 %: Newcombe (1998), Statistics in Medicine 17, 857–872, table I (81 of 263: .2553 to .3662).
    #[test]
    fn an_interval_of_a_share_is_wilsons() {
        let (low, high) = wilson(81.0, 263.0, 0.95).unwrap();
        assert!((low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5, "{low} {high}");
        assert_eq!(wilson(0.0, 0.0, 0.9), None);
        assert_eq!(wilson(0.0, 20.0, 0.95).unwrap().0, 0.0);
        assert_eq!(wilson(20.0, 20.0, 0.95).unwrap().1, 1.0);
    }
}
