//! Windows that begin later, and the time to the next purchase.

use ltv::features::Rfm;
use ltv::model::{AnyMember, AnyPurchaseModel, Delayed, Law, PurchaseLikelihood, PurchaseModel, Visitor};
use ltv::predict::{NextPurchase, Purchases};
use ltv::units::{Periods, Share};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::cases::{Case, all};
use crate::close;

/// How long the first of two windows is: a third of the span, in whole opportunities where there are such.
fn delay(case: &Case) -> f64 {
    if case.discrete { (case.span / 3.0).round() } else { case.span / 3.0 }
}

#[test]
fn windows_add_up() {
    for case in all() {
        let (u, t) = (delay(&case), case.span);
        let later = Delayed::new(case.model.clone(), u);
        for c in case.histories() {
            let (law, window) = (case.model.given_alive(&c), later.given_alive(&c));
            // What is told by 256 draws is right to their error.
            let tolerance = if case.slow { 0.2 } else { 1e-11 };
            close(law.mean(u) + window.mean(t), law.mean(u + t), tolerance, &(&case.model, c));
            assert_eq!(later.p_alive(&c), case.model.p_alive(&c));
        }
    }
}

#[test]
fn a_window_that_begins_now_is_the_law_itself() {
    for case in all() {
        let now = Delayed::new(case.model.clone(), 0.0);
        let c = Rfm::new(3, 20.0, 39.0);
        let (mut right, mut found) = (Vec::new(), Vec::new());
        case.model.given_alive(&c).pmf(case.span, 1e-12, &mut right);
        now.given_alive(&c).pmf(case.span, 1e-12, &mut found);
        assert_eq!(right, found, "{:?}", case.model);
    }
}

#[test]
fn a_model_asked_about_a_later_window_sees_and_refuses_the_same_histories() {
    for case in all() {
        let later = Delayed::new(case.model.clone(), delay(&case));
        for c in [
            Rfm::new(3, 20.0, 39.0),
            Rfm::new(1, 2.5, 6.0),
            Rfm { ln_gaps: Some(1.5), ..Rfm::new(2, 9.0, 12.0) },
        ] {
            assert_eq!(later.refuses(&c), case.model.refuses(&c), "{:?} {c:?}", case.model);
            assert_eq!(later.sees(c).ln_gaps, case.model.sees(c).ln_gaps, "{:?} {c:?}", case.model);
        }
        assert!(later.effort() >= case.model.effort(), "{:?}", case.model);
        let one = AnyMember::Plain(case.model.clone());
        assert_eq!(one.effort(), case.model.effort(), "{:?}", case.model);
    }
}

#[test]
fn probabilities_of_a_window_sum_to_one_and_have_its_mean() {
    for case in all().into_iter().filter(|case| !case.slow) {
        let later = Delayed::new(case.model.clone(), delay(&case));
        for c in case.histories() {
            let (law, mut pmf) = (later.given_alive(&c), Vec::new());
            law.pmf(case.span, 1e-14, &mut pmf);
            let sum: f64 = pmf.iter().rev().sum();
            let mean: f64 = pmf.iter().enumerate().rev().map(|(n, p)| n as f64 * p).sum();
            assert!((sum - 1.0).abs() < 1e-11, "{:?} {c:?}: {sum}", case.model);
            let slack = 1e-10 * mean + 2e-14 * pmf.len() as f64;
            assert!((mean - law.mean(case.span)).abs() < slack, "{:?} {c:?}: {mean}", case.model);
            let rest: f64 = pmf.iter().skip(2).rev().sum();
            assert!((rest - law.survival(1, case.span)).abs() < 1e-10 * rest + 2e-14, "{:?}", case.model);
        }
    }
}

/// χ² of the counts in (u, u+t] of customers told from now on.
#[test]
fn simulation_agrees_with_a_window() {
    const DRAWS: usize = 20_000;
    for case in all() {
        let (u, t) = (delay(&case), case.span);
        let law = case.model.newcomer();
        if case.slow {
            continue; // its windows are told by draws
        }
        let window = Delayed::new(case.model.clone(), u).newcomer();
        let mut pmf = Vec::new();
        window.pmf(t, 1e-9, &mut pmf);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(17);
        let (mut counts, mut times) = (vec![0u32; pmf.len() + 1], Vec::new());
        for _ in 0..DRAWS {
            times.clear();
            law.sample(u + t, &mut rng, &mut times);
            counts[times.iter().filter(|time| **time > u).count().min(pmf.len())] += 1;
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
fn the_next_purchase_comes_when_the_first_purchase_of_the_future_does() {
    let level = Share::new(0.8).unwrap();
    for case in all() {
        for c in case.histories() {
            let next = NextPurchase::of(&case.model, &c);
            let some = Purchases::of(&case.model, &c, Periods::new(case.span).unwrap()).p_some();
            close(next.cdf(case.span), some, 1e-11, &(&case.model, c));
            let (lower, upper) = next.interval(level);
            let median = next.median();
            let order = [lower, median, upper].map(|t| t.unwrap_or(f64::INFINITY));
            assert!(order[0] <= order[1] && order[1] <= order[2], "{:?} {c:?}: {order:?}", case.model);
            for (t, p) in [(lower, 0.1), (median, 0.5), (upper, 0.9)] {
                match t {
                    Some(t) if case.discrete => assert!(next.cdf(t * (1.0 + 1e-9)) >= p),
                    Some(t) => close(next.cdf(t), p, 1e-8, &(&case.model, c)),
                    None => assert!(next.cdf(1e6) < p + 1e-9, "{:?} {c:?} {p}", case.model),
                }
            }
        }
    }
}

/// The next purchase's quantiles with time told in units so many times as small.
struct NextInOtherUnits(Rfm, f64);

impl Visitor for NextInOtherUnits {
    type Answer = Vec<Option<f64>>;

    fn see<M: PurchaseLikelihood + Into<AnyPurchaseModel>>(self, model: &M) -> Self::Answer {
        let Self(Rfm { frequency, recency, age, .. }, factor) = self;
        let next =
            NextPurchase::of(&model.rescaled(factor), &Rfm::new(frequency, factor * recency, factor * age));
        [1e-6, 0.05, 0.3, 0.5, 0.7, 0.95, 0.999].map(|p| next.quantile(p)).to_vec()
    }
}

/// From centuries to microseconds: what comes ever comes in every unit, and at the same time.
#[test]
fn the_next_purchase_is_the_same_in_every_unit_of_time() {
    for case in all().into_iter().filter(|case| !case.discrete) {
        for c in case.histories() {
            let ask = |factor| case.model.visit(NextInOtherUnits(c, factor));
            let right = ask(1.0);
            for factor in [2e-4, 7.0, 6e11] {
                for (found, right) in ask(factor).into_iter().zip(&right) {
                    let what = &(&case.model, c, factor);
                    assert_eq!(found.is_some(), right.is_some(), "{what:?}: {found:?} {right:?}");
                    let right = factor * right.unwrap_or(0.0);
                    close(found.unwrap_or(0.0), right, if case.slow { 1e-7 } else { 1e-9 }, what);
                }
            }
        }
    }
}
