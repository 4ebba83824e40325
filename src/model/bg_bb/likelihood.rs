//! The log-likelihood of many customers with its gradient and Hessian, in one pass.

use rayon::prelude::*;

use super::{BgBb, History};
use crate::features::Rfm;
use crate::math::special::{digamma_diff, ln_poch, trigamma_diff};
use crate::model::kernel::{Derivatives, Weighted};

/// Rows of one piece of work. Fixed, so that sums are taken in the same order whatever the number of threads.
const CHUNK: usize = 1 << 10;

/// A logarithm's value and its derivatives in ln α, ln β, ln γ, ln δ.
#[derive(Clone, Copy, Default)]
struct Jet {
    value: f64,
    first: [f64; 4],
    /// Upper triangle.
    second: [[f64; 4]; 4],
}

impl Jet {
    fn add(&mut self, other: &Self, weight: f64) {
        self.value += weight * other.value;
        for i in 0..4 {
            self.first[i] += weight * other.first[i];
            for j in i..4 {
                self.second[i][j] += weight * other.second[i][j];
            }
        }
    }
}

pub(super) fn derivatives(model: &BgBb, rows: &[Weighted<Rfm>]) -> Derivatives {
    let parts: Vec<Jet> = rows
        .par_chunks(CHUNK)
        .map(|chunk| {
            let mut sum = Jet::default();
            chunk.iter().for_each(|row| sum.add(&of_row(model, History::of(&row.row)), row.count));
            sum
        })
        .collect();
    let mut total = Jet::default();
    parts.iter().for_each(|part| total.add(part, 1.0));
    let hessian = (0..4).map(|i| (0..4).map(|j| total.second[i.min(j)][i.max(j)]).collect()).collect();
    Derivatives { value: total.value, gradient: total.first.to_vec(), hessian }
}

fn of_row(model: &BgBb, h: History) -> Jet {
    let mut row = up_to_last(model, h);
    row.add(&since_last(model, h), 1.0);
    row
}

/// ln (α)_x (β)_{t−x}/(α+β)_t (δ)_t/(γ+δ)_t, t = t_x.
fn up_to_last(model: &BgBb, h: History) -> Jet {
    let &BgBb { alpha, beta, gamma, delta } = model;
    let (x, missed, t) = (h.x, h.t_x - h.x, h.t_x);
    let value = ln_poch(alpha, x) + ln_poch(beta, missed) - ln_poch(alpha + beta, t) + ln_poch(delta, t)
        - ln_poch(gamma + delta, t);
    let (both, leave) = (digamma_diff(alpha + beta, t), digamma_diff(gamma + delta, t));
    let (both2, leave2) = (trigamma_diff(alpha + beta, t), trigamma_diff(gamma + delta, t));
    let first = [
        alpha * (digamma_diff(alpha, x) - both),
        beta * (digamma_diff(beta, missed) - both),
        -gamma * leave,
        delta * (digamma_diff(delta, t) - leave),
    ];
    let mut second = [[0.0; 4]; 4];
    second[0][0] = first[0] + alpha * alpha * (trigamma_diff(alpha, x) - both2);
    second[0][1] = -alpha * beta * both2;
    second[1][1] = first[1] + beta * beta * (trigamma_diff(beta, missed) - both2);
    second[2][2] = first[2] - gamma * gamma * leave2;
    second[2][3] = -gamma * delta * leave2;
    second[3][3] = first[3] + delta * delta * (trigamma_diff(delta, t) - leave2);
    Jet { value, first, second }
}

/// ln of the sum of [`BgBb::silence`]. Of every term e^l the derivatives of l are kept running, as all of them are products;
/// the sum's are Σ e^l l′ and Σ e^l (l″ + l′ l′ᵀ), over the sum.
fn since_last(model: &BgBb, h: History) -> Jet {
    let &BgBb { alpha, beta, gamma, delta } = model;
    let mut sum = Jet::default();
    let (mut there, mut run, mut i) = (1.0, Jet::default(), h.t_x);
    while i < h.n {
        let (buy, leave, pass) = (alpha + beta + i, gamma + delta + i, beta + (i - h.x));
        let (a, b, c, d) = (alpha / buy, beta / buy, gamma / leave, delta / leave);
        let mut gone = run; // and here the customer left: γ/(γ+δ+i)
        gone.first[2] += 1.0 - c;
        gone.first[3] -= d;
        gone.second[2][2] -= c * (1.0 - c);
        gone.second[2][3] += c * d;
        gone.second[3][3] -= d * (1.0 - d);
        add_term(&mut sum, there * c, &gone);
        // or stayed and passed it by: (β+i−x)/(α+β+i) (δ+i)/(γ+δ+i)
        let (e, g) = (beta / pass, delta / (delta + i));
        run.first[0] -= a;
        run.first[1] += e * ((alpha + h.x) / buy);
        run.first[2] -= c;
        run.first[3] += g * c;
        run.second[0][0] -= a * (1.0 - a);
        run.second[0][1] += a * b;
        run.second[1][1] += e * (1.0 - e) - b * (1.0 - b);
        run.second[2][2] -= c * (1.0 - c);
        run.second[2][3] += c * d;
        run.second[3][3] += g * (1.0 - g) - d * (1.0 - d);
        there *= pass / buy * ((delta + i) / leave);
        i += 1.0;
    }
    add_term(&mut sum, there, &run);
    logarithm(sum)
}

/// Adds a term e^l, l with its derivatives, and those of the term.
fn add_term(sum: &mut Jet, term: f64, l: &Jet) {
    sum.value += term;
    for i in 0..4 {
        sum.first[i] += term * l.first[i];
        for j in i..4 {
            sum.second[i][j] += term * (l.second[i][j] + l.first[i] * l.first[j]);
        }
    }
}

/// ln of a sum, from the sum.
fn logarithm(sum: Jet) -> Jet {
    let mut log =
        Jet { value: sum.value.ln(), first: sum.first.map(|d| d / sum.value), second: [[0.0; 4]; 4] };
    for i in 0..4 {
        for j in i..4 {
            log.second[i][j] = sum.second[i][j] / sum.value - log.first[i] * log.first[j];
        }
    }
    log
}
