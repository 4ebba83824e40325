//! Pareto/GGG: everything but six parameters is integrated out, and the law is told by quadrature. Is it right?

use ltv::features::Rfm;
use ltv::model::{Law, Likelihood, Parametric, ParetoGgg, PurchaseModel, Weighted};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

/// The medians of the paper's vignette on the grocery set.
fn grocery() -> ParetoGgg {
    ParetoGgg::new(1.695, 0.373, 0.948, 5.243, 0.432, 4.348).unwrap()
}

fn rfm(frequency: u32, recency: f64, age: f64, ln_gaps: f64) -> Rfm {
    Rfm { ln_gaps: Some(ln_gaps), ..Rfm::new(frequency, recency, age) }
}

fn customers() -> Vec<Rfm> {
    vec![
        rfm(0, 0.0, 39.4, 0.0),
        rfm(0, 0.0, 0.0, 0.0),
        rfm(1, 28.3, 45.4, 28.3f64.ln()),
        rfm(3, 36.1, 50.7, 6.84),
        rfm(12, 46.9, 47.4, 13.4),
        rfm(2, 48.7, 48.7, 2.63),
        rfm(6, 8.0, 51.0, 1.2),
        rfm(21, 21.0, 46.1, 0.0),
        rfm(61, 49.0, 49.3, -23.8),
        Rfm::new(5, 30.0, 52.0),
    ]
}

#[track_caller]
fn close(found: f64, right: f64, tolerance: f64) {
    assert!((found - right).abs() <= tolerance * right.abs(), "found {found}, should be {right}");
}

#[test]
fn the_derivatives_are_those_of_the_likelihood() {
    let model = grocery();
    for c in customers() {
        let rows = [Weighted { row: c, count: 1.0 }];
        let at = model.derivatives(&rows);
        close(at.value, model.ln_likelihood(&c), 1e-13);
        for i in 0..6 {
            let h = 1e-4;
            let moved = |sign: f64| {
                let mut theta = model.parameters();
                theta[i] *= (sign * h).exp();
                model.with_parameters(&theta).unwrap().derivatives(&rows)
            };
            let (up, down) = (moved(1.0), moved(-1.0));
            let slope = (up.value - down.value) / (2.0 * h);
            assert!(
                (at.gradient[i] - slope).abs() < 1e-5 * (1.0 + slope.abs()),
                "{c:?} {i}: {} {slope}",
                at.gradient[i]
            );
            for j in 0..6 {
                let curve = (up.gradient[j] - down.gradient[j]) / (2.0 * h);
                assert!(
                    (at.hessian[i][j] - curve).abs() < 3e-5 * (1.0 + curve.abs()),
                    "{c:?} {i} {j}: {} {curve}",
                    at.hessian[i][j]
                );
            }
        }
    }
}

#[test]
fn the_probabilities_of_all_counts_sum_to_one_and_have_the_stated_mean() {
    for c in customers() {
        for t in [0.01, 1.0, 13.0, 52.0, 520.0] {
            let law = grocery().given_alive(&c);
            let mut pmf = Vec::new();
            law.pmf(t, 1e-13, &mut pmf);
            let sum: f64 = pmf.iter().rev().sum();
            let mean: f64 = pmf.iter().enumerate().rev().map(|(n, p)| n as f64 * p).sum();
            let (stated, variance) = law.mean_and_variance(t);
            close(sum, 1.0, 1e-12);
            close(mean, stated, 1e-9);
            assert!(variance >= 0.0 && pmf.iter().all(|p| (0.0..=1.0).contains(p)));
            assert!((law.survival(0, t) - (1.0 - pmf[0])).abs() < 1e-12);
        }
    }
}

#[test]
fn simulated_customers_agree_with_the_law() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(11);
    for c in customers() {
        let law = grocery().given_alive(&c);
        let (t, count) = (26.0, 40_000);
        let mut pmf = Vec::new();
        law.pmf(t, 1e-9, &mut pmf);
        let mut found = vec![0.0; pmf.len() + 1];
        let (mut times, mut total) = (Vec::new(), 0.0);
        for _ in 0..count {
            times.clear();
            law.sample(t, &mut rng, &mut times);
            assert!(times.is_sorted() && times.iter().all(|v| (0.0..=t).contains(v)));
            let last = found.len() - 1;
            found[times.len().min(last)] += 1.0 / f64::from(count);
            total += times.len() as f64;
        }
        for (n, p) in pmf.iter().enumerate() {
            let error = (p * (1.0 - p) / f64::from(count)).sqrt();
            assert!((found[n] - p).abs() < 4.5 * error + 1e-4, "{c:?} {n}: {} {p}", found[n]);
        }
        let (mean, variance) = law.mean_and_variance(t);
        assert!(
            (total / f64::from(count) - mean).abs() < 4.5 * (variance / f64::from(count)).sqrt(),
            "{c:?} {mean}"
        );
    }
}
