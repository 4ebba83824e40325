//! Pareto/GGG: everything but six parameters is integrated out, and the law is told by quadrature. Is it right?

mod shop;

use std::path::Path;

use ltv::features::{Customers, Past, Rfm};
use ltv::fit::{Mcmc, Method, fit_purchases, fit_purchases_by};
use ltv::model::{Law, Likelihood, Parametric, ParetoGgg, ParetoNbd, PurchaseModel, Weighted};
use ltv::orders::{ReadOptions, read};
use ltv::progress::Silent;
use ltv::units::{Grain, TimeUnit};
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
            // What the tail of 1e-13 leaves out weighs as much as its counts.
            let slack = 1e-9 * stated + 2e-13 * pmf.len() as f64;
            assert!((mean - stated).abs() <= slack, "{c:?} {t}: {mean} {stated}");
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

/// Where each is very regular, a silence much longer than their gaps says that the next wait is an exception: what comes after it is
/// told by chances below 1e-300 of one another.
#[test]
fn very_regular_customers_after_a_long_silence_do_what_their_law_says() {
    let model = ParetoGgg::new(40.0, 2.0, 3.0, 2.0, 0.6, 10.0).unwrap();
    let (mut rng, mut times) = (Xoshiro256PlusPlus::seed_from_u64(3), Vec::new());
    let regular = |frequency, recency, age| {
        let gap = recency / f64::from(frequency);
        rfm(frequency, recency, age, f64::from(frequency) * gap.ln())
    };
    for c in [regular(21, 21.0, 46.1), regular(6, 8.0, 51.0), regular(12, 40.0, 43.0)] {
        for t in [52.0, 520.0] {
            let law = model.given_alive(&c);
            let (mean, variance) = law.mean_and_variance(t);
            let (draws, mut total, mut none) = (4_000, 0.0, 0.0);
            for _ in 0..draws {
                times.clear();
                law.sample(t, &mut rng, &mut times);
                total += times.len() as f64 / f64::from(draws);
                none += f64::from(u8::from(times.is_empty())) / f64::from(draws);
            }
            let error = (variance / f64::from(draws)).sqrt();
            assert!((total - mean).abs() < 4.5 * error, "{c:?} {t}: {total}, should be {mean} ± {error}");
            let p = 1.0 - law.survival(0, t);
            let error = (p * (1.0 - p) / f64::from(draws)).sqrt();
            assert!((none - p).abs() < 4.5 * error + 1e-4, "{c:?} {t}: {none}, should be {p} ± {error}");
        }
    }
}

/// Regularity that is 1 for everybody is Pareto/NBD.
#[test]
fn without_regularity_it_is_pareto_nbd() {
    // k ~ Gamma(1e7, 1e7) has variance 1e-7.
    let ggg = ParetoGgg::new(1e7, 1e7, 0.55, 10.6, 0.61, 11.7).unwrap();
    let plain = ParetoNbd::new(0.55, 10.6, 0.61, 11.7).unwrap();
    for c in customers() {
        assert!((ggg.p_alive(&c) - plain.p_alive(&c)).abs() < 1e-5, "{c:?}: {}", ggg.p_alive(&c));
        let (here, there) = (ggg.given_alive(&c), plain.given_alive(&c));
        for t in [1.0, 26.0, 200.0] {
            close(here.mean(t), there.mean(t), 1e-5);
            close(here.variance(t), there.variance(t), 2e-5);
            for n in [0, 1, 5] {
                assert!((here.survival(n, t) - there.survival(n, t)).abs() < 1e-5, "{c:?} {n} {t}");
            }
        }
    }
}

/// A shop told by the model: the truth is within four standard errors.
#[test]
fn the_truth_comes_back_from_a_simulated_shop() {
    let truth = grocery();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    let (mut rows, mut gaps, mut times) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..1500 {
        times.clear();
        truth.sample_newcomer(52.0, &mut rng, &mut times);
        let steps = std::iter::once(&0.0).chain(&times).zip(&times);
        gaps.push(steps.map(|(from, to)| (to - from).max(f64::MIN_POSITIVE).ln()).sum());
        rows.push((times.len() as u32, times.last().copied().unwrap_or(0.0), 52.0, None));
    }
    let table = Customers { ln_gaps: gaps, ..shop::customers(&rows) };
    let fit = fit_purchases(&ParetoGgg::template(), &table).unwrap();
    let errors = fit.uncertainty.unwrap().standard_errors.unwrap();
    for ((found, right), error) in fit.model.parameters().iter().zip(truth.parameters()).zip(errors) {
        assert!((found - right).abs() < 4.0 * error, "{:?} {error}", fit.model);
    }
}

#[test]
fn without_the_gaps_nothing_is_learned() {
    let table = shop::customers(&[(0, 0.0, 50.0, None), (3, 20.0, 50.0, None), (5, 40.0, 50.0, None)]);
    let refused = fit_purchases(&ParetoGgg::template(), &table).unwrap_err().to_string();
    assert!(refused.contains("ln_gaps"), "{refused}");
}

/// The grocery set of BTYDplus, 52 weeks and the 52 after; `LTV_SHARED` names the folder of real data.
#[test]
fn the_grocer_of_the_paper() {
    let Some(folder) = std::env::var_os("LTV_SHARED") else {
        eprintln!("SKIPPED: LTV_SHARED does not name the folder of real data");
        return;
    };
    let file = Path::new(&folder).join("data/grocery/groceryElog.csv");
    let options = ReadOptions { grain: Grain::Day, ..ReadOptions::default() };
    let (orders, _) = read(&[file], &options, &Silent).unwrap();
    let cut = Grain::Day.read("2006-12-31").unwrap();
    let table = Past::new(&orders, Some(cut)).unwrap().customers(TimeUnit::Week);
    let after = Past::new(&orders, None).unwrap().customers(TimeUnit::Week);
    let top = fit_purchases(&ParetoGgg::template(), &table).unwrap();
    close(top.report.ln_likelihood, -14_430.727_97, 1e-8);
    let right = [1.670_256, 0.371_095, 0.983_613, 5.391_68, 0.427_017, 4.160_403];
    for (found, right) in top.model.parameters().iter().zip(right) {
        close(*found, right, 1e-4);
    }
    let plan = Mcmc { draws: 250, ..Mcmc::default() };
    let fit = fit_purchases_by(&ParetoGgg::template(), &table, Method::Mcmc(plan), &Silent).unwrap();
    // The paper's own medians come from a few hundred draws.
    let drawn = fit.report.draws.unwrap();
    for (told, right) in drawn.parameters.iter().zip(grocery().parameters()) {
        assert!((told.median - right).abs() < told.sd, "{told:?} {right}");
    }
    let (mut total, mut error) = (0.0, 0.0);
    for at in 0..table.len() {
        let c = table.rfm(at);
        let mean = fit.model.p_alive(&c) * fit.model.given_alive(&c).mean(52.0);
        total += mean;
        error += (mean - f64::from(after.frequency[at] - c.frequency)).abs();
    }
    let mae = error / table.len() as f64;
    assert!((total - 3815.0).abs() < 60.0, "{total}");
    // Pareto/NBD: 1.50790.
    assert!((mae - 1.384).abs() < 0.006, "{mae}");
}
