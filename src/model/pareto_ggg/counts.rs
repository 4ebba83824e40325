//! The first counts of purchases, all on one set of points of time.
//!
//! On the axis u = ln v the densities of the n-th purchase are e^(f + n g), with f and g that do not depend on n, and so are those
//! of the part that the first wait has of the time (`future.rs`): on points that serve all n what is dear is done once.
//! The points are panels of Gauss–Legendre nodes, as wide as what can matter there allows: with the law of the sum of n waits,
//! kn is at the odds o = (Y+v) k/A most probably m = a o, and rarely more than some of its widths from it.

use super::wait::Wait;
use super::{ORDER, rule};
use crate::math::special::{ln_beta, ln_beta_inc};

/// What is less probable than e^−[`LITTLE`] is nothing.
const LITTLE: f64 = 25.0;
/// The width of a panel in standard deviations of the narrowest law that matters there.
const WIDTH: f64 = 4.5;
/// How many e-folds a law that matters there rises in a panel.
const RISE: f64 = 8.0;
/// So little chance of leaving is none.
const STAYS: f64 = 1e-12;
/// With more panels the counts are better sought one by one.
const PANELS: usize = 512;

/// The counts that the points are for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) first: f64,
    pub(super) last: f64,
    /// What is less probable than e to this is left out.
    pub(super) floor: f64,
    /// kn is so many widths above the most probable; ∞: all counts are told with all their digits, however rare.
    pub(super) spread: f64,
}

/// The customer of one regularity, up to a horizon.
pub(super) struct Counts {
    wait: Wait,
    /// From the latest to the earliest.
    panels: Vec<Panel>,
    silence: f64,
    /// v of the earliest point.
    from: f64,
    range: Range,
}

/// What is at the nodes of a panel, logarithms all.
struct Panel {
    /// f and g of the n-th purchase, with its share of the integral.
    base: [f64; ORDER],
    step: [f64; ORDER],
    /// f and g of the first wait's part.
    split_base: [f64; ORDER],
    split_step: [f64; ORDER],
    half: f64,
}

impl Counts {
    /// Up to v = e^`end`; `None` where that would take too many points.
    pub(super) fn new(
        (wait, silence, ln_silent): (Wait, f64, f64),
        end: f64,
        range: Range,
        ln_stays: impl Fn(f64) -> f64,
    ) -> Option<Self> {
        let mut law = Self { wait, panels: Vec::new(), silence, from: 0.0, range };
        let (mut high, mut here) = (end, f64::NEG_INFINITY);
        loop {
            // The first of the counts is the earliest: all that matters is right of its left tail.
            let right = std::mem::replace(&mut here, law.ln_bound_of_first(high) - ln_silent);
            // Without a silence the law left of where nothing leaves nor is discounted is known.
            let stays = silence <= 0.0 && ln_stays(high.exp()) > -STAYS;
            if stays || (here <= range.floor && here < right) {
                break;
            }
            if law.panels.len() >= PANELS {
                return None;
            }
            let width = law.width(high);
            let width = width.min(law.width(high - 0.5 * width)).min(law.width(high - width));
            law.panels.push(law.panel(high - width, high, ln_silent, &ln_stays));
            high -= width;
        }
        law.from = high.exp();
        Some(law)
    }

    /// How wide a panel may be at u.
    fn width(&self, u: f64) -> f64 {
        let Wait { k, a, scale, .. } = self.wait;
        let v = u.exp();
        let (x, y) = (v / (self.silence + v), self.silence / (self.silence + v));
        let odds = (self.silence + v) / scale;
        let mode = a * odds;
        let spread = self.range.spread;
        let (least, most) = (k * self.range.first, mode + spread * (1.0 + (mode * (1.0 + odds)).sqrt()));
        // Beyond, x^(kn) is nothing.
        let nothing = k - 5.0 * spread / x.ln().min(-1e-9);
        let most = most.min(nothing).clamp(least, k * self.range.last);
        let usual = mode.clamp(least, most);
        let curve = (a + usual) * odds / (1.0 + odds).powi(2) * x * x + usual * x * y;
        let rise = (most - mode).max(0.0) / (1.0 + odds) * x + most * y;
        (WIDTH / (1.0 + curve).sqrt()).min(RISE / rise)
    }

    fn panel(&self, low: f64, high: f64, ln_silent: f64, ln_stays: impl Fn(f64) -> f64) -> Panel {
        let Self { wait, silence, .. } = self;
        let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
        let mut panel = Panel {
            base: [0.0; ORDER],
            step: [0.0; ORDER],
            split_base: [0.0; ORDER],
            split_step: [0.0; ORDER],
            half,
        };
        for (i, (node, weight)) in rule().nodes.iter().zip(&rule().weights).enumerate() {
            let u = middle + half * node;
            let v = u.exp();
            let odds = (silence + v) / wait.scale;
            let (ln_more, ln_share) = (odds.ln_1p(), -(silence / v).ln_1p());
            let ln_odds = u - ln_share - wait.scale.ln();
            panel.base[i] = (half * weight).ln() - wait.a * ln_more + ln_share + ln_stays(v) - ln_silent;
            panel.step[i] = wait.k * (ln_odds - ln_more);
            if *silence > 0.0 {
                panel.split_base[i] = wait.k * (silence / (silence + v)).ln();
                panel.split_step[i] = wait.k * ln_share;
            }
        }
        panel
    }

    /// ln of a bound of the density of the first of the counts, without ln P(wait > Y).
    fn ln_bound_of_first(&self, u: f64) -> f64 {
        let Wait { k, a, scale, .. } = self.wait;
        let v = u.exp();
        let odds = (self.silence + v) / scale;
        let ln_share = -(self.silence / v).ln_1p();
        let sum = Wait::of_sum(k, self.range.first, a, scale);
        let density = sum.ln_density(u - ln_share - scale.ln(), odds) + ln_share;
        density + self.ln_bound_of_part(k * (self.range.first - 1.0), v).min(0.0)
    }

    /// ln of a bound of the chance that the first wait is longer than the silence: the mass of a log-concave law below its top is
    /// less than its density over the slope of its logarithm.
    fn ln_bound_of_part(&self, p: f64, v: f64) -> f64 {
        let k = self.wait.k;
        let (x, y) = (v / (self.silence + v), self.silence / (self.silence + v));
        let slope = p - (p + k) * x;
        if y <= 0.0 || slope <= 0.0 {
            return 0.0;
        }
        p * x.ln() + k * y.ln() - ln_beta(p, k) - slope.ln()
    }

    /// E\[e^(−δV); the n-th purchase comes before the end\], for n in the range.
    pub(super) fn arrival(&self, n: f64) -> f64 {
        let Wait { k, a, .. } = self.wait;
        let constant = -ln_beta(k * n, a);
        let floor = if self.range.spread.is_finite() { self.range.floor } else { f64::MIN };
        if self.silence <= 0.0 {
            let sum = |panel: &Panel| panel.density(n, constant, floor - constant).map_or(0.0, total);
            return self.before_all(n) + self.panels.iter().rev().map(sum).sum::<f64>();
        }
        let (p, split) = (k * (n - 1.0), -ln_beta(k * (n - 1.0), k));
        // The chance of the first wait's part, on the scale of what is largest in a panel: P(wait > Y) may be too small for a number.
        let mut ln_before = self.ln_part_before_all(p, split);
        let mut sum = 0.0;
        for panel in self.panels.iter().rev() {
            let top = panel.split_top(n - 1.0) + split;
            let scale = top.max(ln_before);
            let before = (ln_before - scale).exp();
            let parts = (top > scale - 2.0 * LITTLE).then(|| panel.parts(n - 1.0, split - scale));
            if let Some(density) = panel.density(n, constant + scale, floor - constant - scale) {
                sum += panel.joint(&density, before, parts.as_ref());
            }
            let Some(parts) = parts else { continue };
            let more: f64 = parts.iter().zip(&rule().weights).map(|(part, weight)| part * weight).sum();
            ln_before = scale + (before + more).ln();
        }
        sum
    }

    /// The n-th purchase before the earliest point, where there is no silence.
    fn before_all(&self, n: f64) -> f64 {
        let Wait { k, a, scale, .. } = self.wait;
        let sum = scale + self.from;
        ln_beta_inc(k * n, a, self.from / sum, scale / sum).0.exp()
    }

    /// ln of the chance of the first wait's part at the earliest point, or −∞ if it is nothing beside what follows.
    fn ln_part_before_all(&self, p: f64, split: f64) -> f64 {
        let next = self.panels.last().map_or(0.0, |panel| panel.split_top(p / self.wait.k) + split);
        if self.ln_bound_of_part(p, self.from) < next - 2.0 * LITTLE {
            return f64::NEG_INFINITY;
        }
        let sum = self.silence + self.from;
        ln_beta_inc(p, self.wait.k, self.from / sum, self.silence / sum).0
    }
}

fn total(values: [f64; ORDER]) -> f64 {
    values.iter().sum()
}

impl Panel {
    /// The n-th purchase at the nodes, times e^`constant`; `None` if without that all of it is below e^`floor`.
    fn density(&self, n: f64, constant: f64, floor: f64) -> Option<[f64; ORDER]> {
        let ln: [f64; ORDER] = std::array::from_fn(|i| self.base[i] + n * self.step[i]);
        ln.iter().any(|here| *here > floor).then(|| ln.map(|here| (here + constant).exp()))
    }

    /// The first wait's part at the nodes, times e^`constant`.
    fn parts(&self, n: f64, constant: f64) -> [f64; ORDER] {
        std::array::from_fn(|i| self.half * (self.split_base[i] + n * self.split_step[i] + constant).exp())
    }

    fn split_top(&self, n: f64) -> f64 {
        let at = |i: usize| self.split_base[i] + n * self.split_step[i];
        (0..ORDER).map(at).fold(f64::MIN, f64::max)
    }

    /// Σ of the density times what the parts are up to each node.
    fn joint(&self, density: &[f64; ORDER], before: f64, parts: Option<&[f64; ORDER]>) -> f64 {
        let Some(parts) = parts else { return before * total(*density) };
        let mut sum = 0.0;
        for (row, here) in rule().integration.iter().zip(density) {
            let up_to: f64 = row.iter().zip(parts).map(|(m, c)| m * c).sum();
            sum += here * (before + up_to).max(0.0);
        }
        sum
    }
}
