//! Laws of the laws: probabilities, means and samples of one model agree with each other.

use ltv::features::Rfm;
use ltv::model::{Law, PurchaseModel};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::cases::{Case, all};
use crate::close;

/// The laws of a living customer with each history, and the newcomer's.
fn laws(case: &Case) -> Vec<ltv::model::AnyLaw> {
    let mut laws: Vec<_> = case.histories().iter().map(|c| case.model.given_alive(c)).collect();
    laws.push(case.model.newcomer());
    laws
}

#[test]
fn probabilities_sum_to_one_and_have_the_stated_mean_and_variance() {
    for case in all() {
        for law in laws(&case) {
            let (mut pmf, t) = (Vec::new(), case.span);
            law.pmf(t, 1e-15, &mut pmf);
            assert!(pmf.iter().all(|p| (0.0..=1.0 + 1e-15).contains(p)), "{law:?}");
            let (mut sum, mut mean, mut square) = (0.0, 0.0, 0.0);
            for (n, p) in pmf.iter().enumerate().rev() {
                sum += p;
                mean += n as f64 * p;
                square += (n * n) as f64 * p;
            }
            let n = pmf.len() as f64;
            assert!((sum - 1.0).abs() < 1e-12, "{law:?}: {}", sum - 1.0);
            let (stated, variance) = law.mean_and_variance(t);
            // What the tail of 1e-15 leaves out weighs n and n² as much.
            assert!((mean - stated).abs() < 1e-11 * mean + 2e-15 * n, "{law:?}: {mean} {stated}");
            assert!(
                (square - mean * mean - variance).abs() < 1e-10 * square + 2e-15 * n * n,
                "{law:?}: {} {variance}",
                square - mean * mean
            );
            close(law.mean(t), stated, 1e-14, &law);
            close(law.variance(t), variance, 1e-12, &law);
        }
    }
}

#[test]
fn survival_is_what_the_probabilities_leave() {
    for case in all() {
        for law in laws(&case) {
            let (mut pmf, t) = (Vec::new(), case.span);
            law.pmf(t, 1e-16, &mut pmf);
            for n in [0, 1, 3, pmf.len() / 4, pmf.len() / 2] {
                let rest: f64 = pmf.iter().skip(n + 1).rev().sum();
                let found = law.survival(n as u64, t);
                // What is told by integrals over a grid of regularities is right to e^−20.
                let slack = if case.slow { 1e-8 } else { 1e-10 * rest + 2e-15 };
                assert!((found - rest).abs() <= slack, "{law:?} {n}: {found} {rest}");
            }
        }
    }
}

#[test]
fn in_no_time_nothing_happens() {
    for case in all() {
        for law in laws(&case) {
            let mut pmf = Vec::new();
            law.pmf(0.0, 1e-12, &mut pmf);
            assert!((pmf[0] - 1.0).abs() < 1e-15, "{law:?}: {pmf:?}");
            assert!(pmf[1..].iter().all(|p| *p == 0.0), "{law:?}");
            assert_eq!((law.mean(0.0), law.variance(0.0), law.survival(0, 0.0)), (0.0, 0.0, 0.0));
        }
    }
}

/// χ² over the counts that are expected at least ten times, against five of its standard deviations.
#[test]
fn simulation_agrees_with_the_probabilities() {
    const DRAWS: usize = 20_000;
    for case in all() {
        let law = case.model.newcomer();
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
        let (mut pmf, mut times) = (Vec::new(), Vec::new());
        law.pmf(case.span, 1e-9, &mut pmf);
        let mut counts = vec![0u32; pmf.len() + 1];
        for _ in 0..DRAWS {
            times.clear();
            law.sample(case.span, &mut rng, &mut times);
            assert!(times.windows(2).all(|pair| pair[0] <= pair[1]), "{law:?}: times out of order");
            assert!(times.iter().all(|t| (0.0..=case.span).contains(t)), "{law:?}: a time out of range");
            counts[times.len().min(pmf.len())] += 1;
        }
        let (mut chi, mut cells) = (0.0, 0.0f64);
        for (p, count) in pmf.iter().zip(&counts) {
            let expected = p * DRAWS as f64;
            if expected >= 10.0 {
                chi += (f64::from(*count) - expected).powi(2) / expected;
                cells += 1.0;
            }
        }
        assert!(
            chi < cells + 5.0 * (2.0 * cells).sqrt() + 5.0,
            "{:?}: χ² {chi} of {cells} cells",
            case.model
        );
    }
}

#[test]
fn a_longer_silence_never_makes_a_customer_more_alive() {
    for case in all() {
        for x in [1, 2, 10] {
            let mut last = 1.0;
            for week in 0..200 {
                let now = case.model.p_alive(&Rfm::new(x, 20.0, 20.0 + f64::from(week)));
                assert!(
                    (0.0..=last + 1e-14).contains(&now),
                    "{:?} {x} {week}: {now} after {last}",
                    case.model
                );
                last = now;
            }
        }
    }
}

/// What is foreseen today is the mean of what will be foreseen at T: E[X(T+t)] − E[X(T)], over simulated histories.
#[test]
fn conditional_forecasts_average_to_the_unconditional_one() {
    for case in all() {
        let draws = if case.slow { 300 } else { 10_000 };
        let (age, t) = (if case.discrete { 8.0 } else { 0.75 * case.span }, case.span);
        let law = case.model.newcomer();
        let alive = case.model.p_alive(&Rfm::NEWCOMER);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(11);
        let (mut sum, mut square, mut times) = (0.0, 0.0, Vec::new());
        for _ in 0..draws {
            times.clear();
            if rand::RngExt::random::<f64>(&mut rng) < alive {
                law.sample(age, &mut rng, &mut times);
            }
            let recency = times.last().copied().unwrap_or(0.0);
            let told = Rfm::new(times.len() as u32, recency, age);
            let gaps = std::iter::once(0.0).chain(times.iter().copied()).zip(&times);
            let c = Rfm { ln_gaps: Some(gaps.map(|(from, to)| (to - from).ln()).sum()), ..told };
            let foreseen = case.model.p_alive(&c) * case.model.given_alive(&c).mean(t);
            sum += foreseen;
            square += foreseen * foreseen;
        }
        let n = f64::from(draws);
        let right = alive * (law.mean(age + t) - law.mean(age));
        let sigma = ((square / n - (sum / n).powi(2)) / n).sqrt();
        assert!((sum / n - right).abs() < 4.0 * sigma, "{:?}: {} {right} ± {sigma}", case.model, sum / n);
    }
}
