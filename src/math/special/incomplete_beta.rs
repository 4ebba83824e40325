//! The regularised incomplete beta function, both tails to full relative accuracy.

use super::beta::ln_beta;
use super::gamma::stirling_rest;
use super::normal::ln_1m_exp;
use super::pochhammer::{ln_poch, x_minus_ln_1p};

/// Neighbouring convergents that differ by less than this, relatively, end the continued fraction.
const CONVERGED: f64 = 2e-16;

/// The law Beta(a, b) with what does not depend on x worked out once: make one, ask it often.
///
/// ```text
/// I_x(a, b) = 1/B(a, b) ∫_0^x t^(a−1) (1 − t)^(b−1) dt          DLMF 8.17.1, 8.17.2
/// ```
///
/// Every question takes x and y = 1 − x, of which the SMALLER is believed to the last digit and the larger only where it
/// does not matter: so neither end of the interval loses digits.
///
/// Two methods. A continued fraction for the tail on the nearer side of the mean (Didonato & Morris 1992, ACM TOMS 18(3),
/// 360–373, eq. 9; the even part of DLMF 8.17.22), all of whose terms are positive where it matters; its factor
/// x^a y^b / B(a, b) is taken as deviations from the mode, where nothing cancels. And where a parameter is below 1 and
/// x is near that end, the power series DLMF 8.17.7, with the other tail through `exp_m1`.
///
/// Measured over 3,006 points, a and b in 1e-3..1e6: 3e-14 relative in both tails for shapes to 1,000 and tails to 1e-30,
/// 5e-14 for shapes to 1e6; further out a tail e^−L has an error of L/2 units in the last place (3e-13 at 1e-259). The
/// quantile: 5e-14. Some 60 to 150 ns a call beside 40 to 70 for `new`; near the mean of shapes of 1e6, 3 µs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IncompleteBeta {
    a: f64,
    b: f64,
    /// ln √(a b / (2π (a + b))) and the three rests of Stirling's formula: x^a y^b / B(a, b) at the mode.
    ln_scale: f64,
}

/// The two tails at a point: they add up to 1, and each is right relatively, however small.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tails {
    /// The probability below: I_x(a, b).
    pub lower: f64,
    /// The probability above: 1 − I_x(a, b) = I_y(b, a).
    pub upper: f64,
}

impl Tails {
    fn swapped(self) -> Self {
        Self { lower: self.upper, upper: self.lower }
    }
}

impl IncompleteBeta {
    /// The law with these shapes, both positive and finite.
    #[must_use]
    pub fn new(a: f64, b: f64) -> Self {
        debug_assert!(a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite(), "Beta({a}, {b})");
        let (small, large) = if a <= b { (a, b) } else { (b, a) };
        let harmonic = small / (1.0 + small / large);
        let rests = stirling_rest(a) + stirling_rest(b) - stirling_rest(a + b);
        Self { a, b, ln_scale: 0.5 * (harmonic / std::f64::consts::TAU).ln() - rests }
    }

    fn swapped(self) -> Self {
        Self { a: self.b, b: self.a, ..self }
    }

    /// I_x(a, b) and 1 − I_x(a, b).
    #[must_use]
    pub fn tails(&self, x: f64, y: f64) -> Tails {
        self.evaluate(
            x,
            y,
            |_, ln_power, fraction| {
                let lower = ln_power.exp() / fraction;
                Tails { lower, upper: 1.0 - lower }
            },
            |tails| tails,
        )
    }

    /// ln I_x(a, b) and ln(1 − I_x(a, b)), also where the tail itself is too small for a double.
    #[must_use]
    pub fn ln_tails(&self, x: f64, y: f64) -> Tails {
        self.evaluate(
            x,
            y,
            |_, ln_power, fraction| {
                let ln_lower = ln_power - fraction.ln();
                Tails { lower: ln_lower, upper: ln_1m_exp(ln_lower) }
            },
            |tails| {
                if tails.lower < tails.upper {
                    Tails { lower: tails.lower.ln(), upper: (-tails.lower).ln_1p() }
                } else {
                    Tails { lower: (-tails.upper).ln_1p(), upper: tails.upper.ln() }
                }
            },
        )
    }

    /// Chooses the method and the side.
    fn evaluate(
        &self,
        x: f64,
        y: f64,
        by_fraction: impl Fn(&Self, f64, f64) -> Tails,
        by_series: impl Fn(Tails) -> Tails,
    ) -> Tails {
        if x <= 0.0 || y <= 0.0 {
            let lower = if x <= 0.0 { 0.0 } else { 1.0 };
            return by_series(Tails { lower, upper: 1.0 - lower });
        }
        if self.series_is_better(x) {
            return by_series(self.power_series(x));
        }
        let other = self.swapped();
        if other.series_is_better(y) {
            return by_series(other.power_series(y).swapped());
        }
        let lambda = self.distance_from_mean(x, y);
        if lambda >= 0.0 {
            by_fraction(self, self.ln_power(x, y, lambda), self.fraction(x, lambda))
        } else {
            by_fraction(&other, other.ln_power(y, x, -lambda), other.fraction(y, -lambda)).swapped()
        }
    }

    /// Below a = 1 the mean lies far above the median, and the fraction for the lower tail would leave no digits to the
    /// upper; there the series serves both, as long as b x ≤ 1 keeps its terms from cancelling.
    fn series_is_better(&self, x: f64) -> bool {
        self.a < 1.0 && x <= 0.5 && self.b * x <= 1.0
    }

    /// λ = a − (a + b) x = a y − b x, by the exact product of the smaller of x and y.
    fn distance_from_mean(&self, x: f64, y: f64) -> f64 {
        let &Self { a, b, .. } = self;
        let (start, share, sign) = if x <= y { (a, x, 1.0) } else { (b, y, -1.0) };
        let sum = a + b;
        let (large, small) = if a >= b { (a, b) } else { (b, a) };
        let sum_rest = small - (sum - large);
        let (product, product_rest) = exact_product(sum, share);
        sign * ((start - product) - product_rest - sum_rest * share)
    }

    /// ln(x^a y^b / B(a, b)) as its value at the mode less two deviations, neither negative:
    /// a (e − ln(1 + e)) with 1 + e = x (a + b)/a, and the same for b and y. Needs λ ≥ 0 (x below the mean).
    fn ln_power(&self, x: f64, y: f64, lambda: f64) -> f64 {
        self.ln_scale
            - self.a * deviation(-lambda / self.a, x * (1.0 + self.b / self.a))
            - self.b * deviation(lambda / self.b, y * (1.0 + self.a / self.b))
    }

    /// x^a y^b / (B(a, b) I_x(a, b)), by the continued fraction b_0 + a_1/(b_1 + a_2/(b_2 + …)).
    fn fraction(&self, x: f64, lambda: f64) -> f64 {
        let &Self { a, b, .. } = self;
        let mut inverse = 1.0 / (a + 1.0);
        // Numerators and denominators of two neighbouring convergents (DLMF 1.12.5), rescaled by powers of two.
        let (mut p0, mut q0) = (1.0, 0.0);
        let (mut p1, mut q1) = (a * (lambda + 1.0) * inverse, 1.0);
        let mut m = 1.0;
        while m < 1e6 {
            let before = inverse;
            inverse = 1.0 / (a + 2.0 * m + 1.0);
            let step = m * (b - m) * x * before;
            let numerator = step * ((a + m - 1.0) * (a + b + m - 1.0) * x * before);
            let term = m + step + (a + m) * (lambda + 1.0 + m * (2.0 - x)) * inverse;
            let (p2, q2) = (term * p1 + numerator * p0, term * q1 + numerator * q0);
            let (left, right) = (p2 * q1, p1 * q2);
            if (left - right).abs() <= CONVERGED * left.abs() {
                return p2 / q2;
            }
            (p0, q0, p1, q1) = (p1, q1, p2, q2);
            if p1.abs().max(q1.abs()) > RESCALE {
                (p0, q0, p1, q1) = (p0 / RESCALE, q0 / RESCALE, p1 / RESCALE, q1 / RESCALE);
            }
            m += 1.0;
        }
        p1 / q1
    }

    /// DLMF 8.17.7: I_x(a, b) = x^a/(a B(a, b)) (1 + a Σ_{n≥1} (1 − b)_n x^n / (n! (a + n))), and 1 less it. Every part is
    /// of the order of a, so a tiny a costs the upper tail nothing.
    fn power_series(&self, x: f64) -> Tails {
        let &Self { a, b, .. } = self;
        // ln Γ(1 + a) as a difference to ln Γ(1): 1 + a itself would drop digits of a.
        let ln_leading = a * x.ln() - ln_poch(1.0, a) + ln_poch(b, a);
        let (mut term, mut sum, mut n) = (1.0, 0.0, 1.0);
        while n < 500.0 {
            term *= (n - b) * x / n;
            let add = a * term / (a + n);
            sum += add;
            if add.abs() <= 1e-17 * sum.abs() {
                break;
            }
            n += 1.0;
        }
        let leading = ln_leading.exp();
        let lower = leading * (1.0 + sum);
        if lower < 0.4 {
            return Tails { lower, upper: 1.0 - lower };
        }
        let upper = -ln_leading.exp_m1() - leading * sum;
        Tails { lower: if upper < 0.4 { 1.0 - upper } else { lower }, upper }
    }

    /// ln(x^a y^b / B(a, b)): the density times x y, which is the density in the logit of x.
    #[must_use]
    pub fn ln_logit_density(&self, x: f64, y: f64) -> f64 {
        let lambda = self.distance_from_mean(x, y);
        if lambda >= 0.0 { self.ln_power(x, y, lambda) } else { self.swapped().ln_power(y, x, -lambda) }
    }

    /// The density x^(a−1) y^(b−1) / B(a, b).
    #[must_use]
    pub fn density(&self, x: f64, y: f64) -> f64 {
        if x > 0.0 && y > 0.0 {
            return (self.ln_logit_density(x, y) - (x * y).ln()).exp();
        }
        let at_edge = if x <= 0.0 { self.a } else { self.b };
        match at_edge.total_cmp(&1.0) {
            std::cmp::Ordering::Less => f64::INFINITY,
            std::cmp::Ordering::Greater => 0.0,
            std::cmp::Ordering::Equal => (-ln_beta(self.a, self.b)).exp(),
        }
    }

    /// The x with I_x(a, b) = p, and y = 1 − x; of p and q = 1 − p the smaller is believed.
    ///
    /// In the logit of x the law has a log-concave density, so ln I is concave and increasing: Newton's method for it
    /// converges from any start (after the first step, from below), and its derivative x^a y^b / (B I) comes with the value.
    /// Halley's correction makes it cubic near the end. An x (or y) below the smallest double is 0.
    #[must_use]
    pub fn quantile(&self, p: f64, q: f64) -> (f64, f64) {
        if p <= 0.0 {
            return (0.0, 1.0);
        }
        if q <= 0.0 {
            return (1.0, 0.0);
        }
        if p > q {
            let (y, x) = self.swapped().quantile(q, p);
            return (x, y);
        }
        let target = p.ln();
        // Far below, ln I is a w − ln(a B): its tangent at −∞, so this line's root is below the one sought.
        let lowest = ((target + self.a.ln() + ln_beta(self.a, self.b)) / self.a).exp();
        let normal = -((1.0 / self.a + 1.0 / self.b) * -2.0 * target).sqrt();
        let mut odds = lowest.max(self.a / self.b * normal.exp());
        if odds < f64::MIN_POSITIVE {
            return (0.0, 1.0);
        }
        for _ in 0..200 {
            let (x, y) = split(odds);
            let ln_lower = self.ln_tails(x, y).lower;
            let slope = (self.ln_logit_density(x, y) - ln_lower).exp();
            let newton = (target - ln_lower) / slope;
            let curve = 1.0 + 0.5 * newton * (self.distance_from_mean(x, y) - slope);
            let step = if (0.5..=2.0).contains(&curve) { newton / curve } else { newton };
            odds = lowest.max(odds * step.exp());
            if step.abs() * slope.max(1.0) < 1e-8 {
                break;
            }
        }
        split(odds)
    }
}

/// I_x(a, b) and 1 − I_x(a, b), with y = 1 − x; see [`IncompleteBeta`].
#[must_use]
pub fn beta_inc(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    let tails = IncompleteBeta::new(a, b).tails(x, y);
    (tails.lower, tails.upper)
}

/// ln I_x(a, b) and ln(1 − I_x(a, b)), with y = 1 − x; see [`IncompleteBeta`].
#[must_use]
pub fn ln_beta_inc(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    let tails = IncompleteBeta::new(a, b).ln_tails(x, y);
    (tails.lower, tails.upper)
}

/// The x with I_x(a, b) = p, and 1 − x, with q = 1 − p; see [`IncompleteBeta::quantile`].
#[must_use]
pub fn beta_inc_inverse(a: f64, b: f64, p: f64, q: f64) -> (f64, f64) {
    IncompleteBeta::new(a, b).quantile(p, q)
}

/// Convergents are divided by this when they outgrow it: 2^300.
const RESCALE: f64 = 2.037_035_976_334_486e90;

/// e − ln(1 + e), given both e and 1 + e: near e = −1 the latter has the digits.
fn deviation(e: f64, one_plus_e: f64) -> f64 {
    if e < -0.4 { e - one_plus_e.ln() } else { x_minus_ln_1p(e) }
}

/// x and 1 − x from the odds x/(1 − x).
fn split(odds: f64) -> (f64, f64) {
    if odds <= 1.0 {
        let x = odds / (1.0 + odds);
        (x, 1.0 - x)
    } else {
        let y = 1.0 / (1.0 + odds);
        (1.0 - y, y)
    }
}

/// The product of two numbers as a rounded value and the exact rest (Dekker 1971, Numerische Mathematik 18, 224–242).
fn exact_product(u: f64, v: f64) -> (f64, f64) {
    let (u_high, u_low) = halves(u);
    let (v_high, v_low) = halves(v);
    let product = u * v;
    (product, ((u_high * v_high - product) + u_high * v_low + u_low * v_high) + u_low * v_low)
}

/// A number as the sum of two of 26 bits each (Veltkamp); needs |u| < 1e290.
fn halves(u: f64) -> (f64, f64) {
    let scaled = 134_217_729.0 * u;
    let high = scaled - (scaled - u);
    (high, u - high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, right: f64, tolerance: f64) {
        assert!((found - right).abs() <= tolerance * right.abs(), "found {found:e}, should be {right:e}");
    }

    #[test]
    fn whole_shapes_give_polynomials() {
        // I_x(2, 3) = x² (6 − 8x + 3x²)
        let x: f64 = 0.25;
        let tails = IncompleteBeta::new(2.0, 3.0).tails(x, 1.0 - x);
        close(tails.lower, x * x * (6.0 - 8.0 * x + 3.0 * x * x), 4e-15);
        close(IncompleteBeta::new(1.0, 1.0).tails(0.3, 0.7).lower, 0.3, 4e-15);
    }

    #[test]
    fn the_edges_are_certain() {
        let law = IncompleteBeta::new(0.5, 3.0);
        assert_eq!(law.tails(0.0, 1.0), Tails { lower: 0.0, upper: 1.0 });
        assert_eq!(law.tails(1.0, 0.0), Tails { lower: 1.0, upper: 0.0 });
        assert_eq!(law.quantile(0.0, 1.0), (0.0, 1.0));
        assert_eq!(law.quantile(1.0, 0.0), (1.0, 0.0));
    }

    #[test]
    fn a_symmetric_law_is_halved_in_the_middle_however_large() {
        for a in [1e-3, 0.5, 1.0, 30.0, 1e4, 1e8] {
            close(IncompleteBeta::new(a, a).tails(0.5, 0.5).lower, 0.5, 1e-13);
        }
    }

    #[test]
    fn quantiles_return_what_was_asked() {
        for (a, b) in [(0.01, 0.02), (0.3, 40.0), (6.25, 3.7), (2000.0, 9.0), (1e5, 1e6)] {
            let law = IncompleteBeta::new(a, b);
            for p in [1e-20, 0.005, 0.5, 0.9] {
                let (x, y) = law.quantile(p, 1.0 - p);
                if x > 0.0 {
                    close(law.tails(x, y).lower, p, 1e-11);
                }
            }
        }
    }
}
