//! How regularly customers buy, before any model.

use super::Past;
use super::net::Purchase;
use crate::math::special::{digamma, trigamma};
use crate::units::{Grain, Tick, TimeUnit};

/// A customer needs so many gaps for a shape of their own.
const FEW_GAPS: usize = 10;

/// How regular the gaps between a customer's purchases are, told as the shape k of a gamma law: 1 for purchases at random
/// moments (Poisson), more for regular ones (a gap varies by 1/√k of its mean), less for purchases in bursts.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Regularity {
    /// One k for all, by the last two gaps of each customer: the share of one in both is Beta(k, k), whose variance is
    /// 1/(4(2k+1)). Wheat & Morrison (1990), "Estimating Purchase Regularity with Two Interpurchase Times", JMR 27(1), 87–93.
    /// `None` if nobody has two gaps, or they are all alike.
    pub two_gaps: Option<f64>,
    /// How many customers have two gaps.
    pub customers: u64,
    /// The median of the customers' own shapes, by maximum likelihood of the gamma law, among those with at least ten gaps.
    /// `None` if there are none.
    pub median_shape: Option<f64>,
    /// How many customers have ten gaps.
    pub busy_customers: u64,
}

/// The length of a gap in ticks; what falls into one tick (orders within a second) lies half a tick apart, about.
pub(super) fn gap(from: Tick, to: Tick) -> f64 {
    (f64::from(to.0) - f64::from(from.0)).max(0.5)
}

/// The sum of the logarithms of the gaps between purchases, in units of time.
pub(super) fn ln_gaps(purchases: &[Purchase], grain: Grain, unit: TimeUnit) -> f64 {
    if unit.calendar().is_some() {
        return ln_of_product(purchases, |from, to| grain.between(from, to, unit).max(0.5));
    }
    ln_of_product(purchases, gap) - purchases.len().saturating_sub(1) as f64 * grain.ticks_per(unit).ln()
}

/// The sum of the logarithms of the gaps, so measured.
fn ln_of_product(purchases: &[Purchase], gap: impl Fn(Tick, Tick) -> f64) -> f64 {
    let (mut product, mut sum) = (1.0, 0.0);
    for pair in purchases.windows(2) {
        product *= gap(pair[0].tick, pair[1].tick);
        // One logarithm for many gaps: each is below 2^33.
        if !(1e-280..1e280).contains(&product) {
            sum += product.ln();
            product = 1.0;
        }
    }
    sum + product.ln()
}

impl Past<'_> {
    /// How regular the gaps between purchases are.
    #[must_use]
    pub fn regularity(&self) -> Regularity {
        let parts = self.over_pieces(0..self.orders().len(), |netter, piece| {
            let (mut squares, mut shapes) = (Vec::new(), Vec::new());
            for customer in piece {
                let purchases = self.purchases(netter, customer);
                if let [.., first, middle, last] = purchases {
                    let (before, after) = (gap(first.tick, middle.tick), gap(middle.tick, last.tick));
                    squares.push((before / (before + after) - 0.5).powi(2));
                }
                if purchases.len() > FEW_GAPS {
                    shapes.push(shape(purchases));
                }
            }
            (squares, shapes)
        });
        let (mut squares, mut shapes) = (Vec::new(), Vec::new());
        for ((square, shape), _) in parts {
            squares.extend(square);
            shapes.extend(shape);
        }
        let variance = squares.iter().sum::<f64>() / squares.len() as f64;
        let two_gaps = (1.0 - 4.0 * variance) / (8.0 * variance);
        Regularity {
            two_gaps: (two_gaps.is_finite() && two_gaps > 0.0).then_some(two_gaps),
            customers: squares.len() as u64,
            busy_customers: shapes.len() as u64,
            median_shape: median(shapes).filter(|shape| shape.is_finite()),
        }
    }
}

/// The shape of the gamma law of a customer's gaps: ln k − ψ(k) = ln of their mean − mean of their ln; infinite if all are equal.
fn shape(purchases: &[Purchase]) -> f64 {
    let gaps = (purchases.len() - 1) as f64;
    let sum: f64 = purchases.windows(2).map(|pair| gap(pair[0].tick, pair[1].tick)).sum();
    let excess = (sum / gaps).ln() - ln_of_product(purchases, gap) / gaps;
    if excess <= 1e-12 {
        return f64::INFINITY;
    }
    // Minka (2002), "Estimating a Gamma distribution", equations 9 and 10: Newton's steps for 1/k.
    let mut k = (3.0 - excess + ((excess - 3.0).powi(2) + 24.0 * excess).sqrt()) / (12.0 * excess);
    for _ in 0..20 {
        let step = (k.ln() - digamma(k) - excess) / (k * (1.0 / k - trigamma(k)));
        let next = k / (1.0 + step);
        let still = (next / k - 1.0).abs() < 1e-13;
        k = next;
        if still {
            break;
        }
    }
    k
}

/// The middle value, or the mean of the middle two.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 {
        Some(values[half])
    } else {
        Some(0.5 * (values.get(half.checked_sub(1)?)? + values[half]))
    }
}
