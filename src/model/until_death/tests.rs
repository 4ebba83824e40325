//! Derivatives against difference quotients, and the law against itself; the laws of all models are in `tests/laws.rs`.

use super::{Lifetime, UntilDeath};
use crate::features::Rfm;
use crate::model::kernel::{Law, Likelihood, Parametric, PurchaseModel, Weighted};
use crate::model::{GgomNbd, Nbd, ParetoNbd};

fn rows() -> Vec<Weighted<Rfm>> {
    [
        (0, 0.0, 0.0, 2.0),
        (0, 0.0, 30.0, 400.0),
        (1, 0.0, 30.0, 1.0),
        (1, 30.0, 30.0, 3.0),
        (2, 20.5, 30.0, 20.0),
        (2, 1.0, 38.0, 7.0),
        (17, 25.0, 30.0, 2.0),
        (300, 100.0, 104.0, 1.0),
    ]
    .map(|(frequency, recency, age, count)| Weighted { row: Rfm::new(frequency, recency, age), count })
    .to_vec()
}

fn derivatives_are_difference_quotients<L: Lifetime>(model: &UntilDeath<L>) {
    let theta = model.parameters();
    let at = |i: usize, shift: f64| {
        let mut there = theta.clone();
        there[i] *= shift.exp();
        model.with_parameters(&there).unwrap().derivatives(&rows())
    };
    let here = model.derivatives(&rows());
    let sum: f64 = rows().iter().map(|row| row.count * model.ln_likelihood(&row.row)).sum();
    assert!((here.value / sum - 1.0).abs() < 1e-13, "{model:?}: {} {sum}", here.value);
    let h = 1e-4;
    let scale = here.value.abs() + here.gradient.iter().map(|g| g.abs()).sum::<f64>();
    for i in 0..theta.len() {
        let sides = [-2.0, -1.0, 1.0, 2.0].map(|k| at(i, k * h));
        let slope = |f: &dyn Fn(usize) -> f64| (f(0) - 8.0 * f(1) + 8.0 * f(2) - f(3)) / (12.0 * h);
        let quotient = slope(&|k| sides[k].value);
        assert!((here.gradient[i] - quotient).abs() < 1e-10 * scale, "{model:?} ∂{i}: {here:?} {quotient}");
        for j in 0..theta.len() {
            let quotient = slope(&|k| sides[k].gradient[j]);
            assert!(
                (here.hessian[i][j] - quotient).abs() < 2e-10 * scale,
                "{model:?} ∂{i}∂{j}: {quotient} {here:?}"
            );
        }
    }
}

#[test]
fn gradient_and_hessian_are_the_difference_quotients() {
    for [r, alpha, s, beta] in
        [[0.553, 10.578, 0.606, 11.669], [3.0, 0.5, 1.0, 40.0], [0.01, 300.0, 4.0, 0.3]]
    {
        derivatives_are_difference_quotients(&Nbd::new(r, alpha).unwrap());
        derivatives_are_difference_quotients(&ParetoNbd::new(r, alpha, s, beta).unwrap());
        for (b, beta) in [(1e-3, 1e-3 * beta), (0.1, beta), (0.3, 1000.0)] {
            derivatives_are_difference_quotients(&GgomNbd::new(r, alpha, b, s, beta).unwrap());
        }
    }
}

fn the_law_is_of_a_piece<L: Lifetime>(model: &UntilDeath<L>, t: f64) {
    let mut pmf = Vec::new();
    model.pmf(t, 1e-15, &mut pmf);
    assert!(pmf.iter().all(|p| (0.0..=1.0).contains(p)), "{model:?}");
    let (mut sum, mut mean, mut square, mut above) = (0.0, 0.0, 0.0, 0.0);
    for (n, p) in pmf.iter().enumerate().rev() {
        if above > 1e-11 {
            let found = model.survival(n as u64, t);
            assert!((found - above).abs() < 2e-11 * above + 1e-15, "{model:?} {t} {n}: {found} {above}");
        }
        sum += p;
        mean += n as f64 * p;
        square += (n * n) as f64 * p;
        above = sum;
    }
    let (right, variance) = model.mean_and_variance(t);
    let n = pmf.len() as f64;
    // A rounding for each step from n to n + 1.
    assert!((sum - 1.0).abs() < 2e-13 + 1e-15 * n, "{model:?} {t}: {:e}", sum - 1.0);
    assert!((mean - right).abs() < 1e-12 * mean + 2e-15 * n, "{model:?} {t}: {mean} {right}");
    let spread = square - mean * mean;
    assert!((spread - variance).abs() < 1e-11 * square + 2e-15 * n * n, "{model:?} {t}: {spread} {variance}");
}

#[test]
fn probabilities_sum_to_one_and_have_the_stated_mean_variance_and_tail() {
    for t in [0.01, 1.0, 39.0, 520.0] {
        for [r, alpha, s, beta] in [
            [0.553, 10.578, 0.606, 11.669],
            [2.553, 49.0, 1.0, 50.0],
            [200.0, 104.0, 2.0, 60.0],
            [0.05, 3.0, 0.7, 1e-3],
            [40.0, 900.0, 30.0, 4.0],
            [3000.0, 1500.0, 0.8, 1000.0],
        ] {
            the_law_is_of_a_piece(&Nbd::new(r, alpha).unwrap(), t);
            the_law_is_of_a_piece(&ParetoNbd::new(r, alpha, s, beta).unwrap(), t);
            for (b, beta) in [(1e-3, 1e-3 * beta), (0.05, beta), (0.3, 1e6), (2.0, 1.0)] {
                the_law_is_of_a_piece(&GgomNbd::new(r, alpha, b, s, beta).unwrap(), t);
            }
        }
    }
}

#[test]
fn means_pass_smoothly_through_the_corners_of_the_closed_form() {
    for corner in [1.0, 2.0] {
        for t in [1e-3, 39.0, 1e6] {
            let at = |s: f64| ParetoNbd::new(0.553, 10.578, s, 11.669).unwrap().mean_and_variance(t);
            for step in [1e-5, 1e-9, 1e-13] {
                let (left, middle, right) = (at(corner - step), at(corner), at(corner + step));
                let off = |l: f64, m: f64, r: f64| (0.5 * (l + r) / m - 1.0).abs();
                assert!(off(left.0, middle.0, right.0) < 100.0 * step * step + 4e-15);
                let variance = off(left.1, middle.1, right.1);
                assert!(variance < 100.0 * step * step + 1e-13, "{corner} {t} {step}: {variance:e}");
            }
        }
    }
}

#[test]
fn a_longer_silence_never_makes_a_customer_more_alive() {
    fn check<L: Lifetime>(model: &UntilDeath<L>) {
        for x in [0, 1, 2, 10, 1000] {
            let (mut last, recency) = (1.0, if x == 0 { 0.0 } else { 20.0 });
            for week in 0..1000 {
                let now = model.p_alive(&Rfm::new(x, recency, recency + f64::from(week)));
                assert!((0.0..=last * (1.0 + 1e-14)).contains(&now), "{model:?} {x} {week}: {now} {last}");
                last = now;
            }
        }
    }
    check(&ParetoNbd::new(0.553, 10.578, 0.606, 11.669).unwrap());
    check(&GgomNbd::new(0.553, 10.578, 0.02, 0.606, 0.3).unwrap());
    check(&GgomNbd::new(0.553, 10.578, 0.2, 0.5, 40.0).unwrap());
    check(&Nbd::new(0.385, 12.0).unwrap());
}
