//! BG/BB: the numbers of its paper on the donations, and the laws that hold for whole opportunities.

mod shop;

use ltv::features::{Customers, CustomersReader, Rfm, TableOptions};
use ltv::fit::{fit_purchases, unique_purchases};
use ltv::model::{BgBb, Law, Likelihood, Parametric, PurchaseModel, Weighted};
use ltv::predict::{Forecaster, Question, discounted_purchases, residual_purchases};
use ltv::units::Periods;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

#[track_caller]
fn close(found: f64, right: f64, tolerance: f64) {
    assert!((found - right).abs() <= tolerance * right.abs(), "found {found}, should be {right}");
}

fn rfm(frequency: u32, recency: u32, age: u32) -> Rfm {
    Rfm::new(frequency, f64::from(recency), f64::from(age))
}

/// The parameters of the paper, to three digits.
fn paper() -> BgBb {
    BgBb::new(1.204, 0.750, 0.657, 2.783).unwrap()
}

fn donations() -> Customers {
    let path = format!("{}/data/donations.csv", env!("CARGO_MANIFEST_DIR"));
    CustomersReader::open(path.as_ref(), TableOptions::default()).unwrap().read_all().unwrap()
}

#[test]
fn the_donations_are_fitted_as_in_the_paper() {
    let fit = fit_purchases(&BgBb::template(), &donations()).unwrap();
    let [alpha, beta, gamma, delta] = fit.model.parameters()[..] else { panic!() };
    // BTYD's optimiser stopped near by, at 1.203528, .749726, .656781, 2.783796, where ln L is -33225.58127548: a little lower.
    for (found, right) in [(alpha, 1.203_528), (beta, 0.749_726), (gamma, 0.656_781), (delta, 2.783_796)] {
        close(found, right, 2e-4);
    }
    assert!(fit.report.ln_likelihood >= -33_225.581_275_48, "{}", fit.report.ln_likelihood);
    close(fit.report.ln_likelihood, -33_225.581_275_48, 1e-10);
    assert!(fit.report.warnings.is_empty() && !fit.uncertainty.unwrap().is_partial());
    let rows = unique_purchases(&donations()).unwrap();
    assert_eq!(rows.len(), 22);
    close(paper().derivatives(&rows).value, -33_225.581_754_52, 1e-12);
}

/// E[X(n)] and the expected histogram of six years, as printed.
#[test]
fn newcomers_are_expected_to_give_as_in_the_paper() {
    let model = fit_purchases(&BgBb::template(), &donations()).unwrap().model;
    let expected = [0.4985, 0.9233, 1.2969, 1.6323, 1.9381, 2.2202, 2.4826, 2.7285, 2.9603, 3.1798, 3.3887];
    for (n, right) in (1..).zip(expected) {
        assert!((model.mean(f64::from(n)) - right).abs() < 5e-5, "{n}: {}", model.mean(f64::from(n)));
    }
    let mut pmf = Vec::new();
    model.pmf(6.0, 0.0, &mut pmf);
    assert_eq!(pmf.len(), 7);
    for (k, right) in [(0, 3454.9), (6, 1253.1)] {
        assert!((11_104.0 * pmf[k] - right).abs() < 0.06, "{k}: {}", 11_104.0 * pmf[k]);
    }
}

/// P(alive in 2002), the first opportunity after the history of six.
#[test]
fn donors_are_alive_in_2002_with_the_chances_of_the_paper() {
    let model = paper();
    for (c, right) in [(rfm(0, 0, 6), 0.11), (rfm(2, 4, 6), 0.59), (rfm(6, 6, 6), 0.93)] {
        assert!((model.p_alive_at(&c, 1) - right).abs() < 0.005, "{c:?}: {}", model.p_alive_at(&c, 1));
        assert_eq!(model.p_alive_at(&c, 0), model.p_alive(&c));
    }
}

/// The five years that followed: 12,884.2 gifts are foreseen in all, 13,260 came.
#[test]
fn five_years_of_gifts_are_foreseen_as_in_the_paper() {
    let customers = donations();
    let model = fit_purchases(&BgBb::template(), &customers).unwrap().model;
    let question = Question::revenue(Periods::new(5.0).unwrap(), &[]).unwrap();
    let forecast = Forecaster::of_purchases(&model, question).unwrap().forecast(&customers).unwrap();
    let total: f64 = forecast.expected_purchases.iter().sum();
    assert!((total - 12_884.2).abs() < 0.05, "{total}");
}

/// Per 22 kinds of donors, by pymc-marketing 0.19.2 (`tests/clv/models/test_beta_geo_beta_binom.py`, Apache-2.0): id, x, t_x, n, what is
/// expected of 1, 3 and 6 more opportunities, and P(alive) after as many.
const KINDS: &str = include_str!("reference/bg_bb_donors.csv");

#[test]
fn every_kind_of_donor_is_foreseen_as_by_another_program() {
    let model = BgBb::new(1.2035, 0.7497, 0.6567, 2.7834).unwrap();
    let mut seen = 0;
    for line in KINDS.lines().skip(1) {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        let c = Rfm::new(cells[1] as u32, cells[2], cells[3]);
        for (at, t) in [1u32, 3, 6].into_iter().enumerate() {
            let expected = model.p_alive(&c) * model.given_alive(&c).mean(f64::from(t));
            assert!((expected - cells[4 + at]).abs() < 1e-9, "{line}: {expected}");
            assert!((model.p_alive_at(&c, t) - cells[7 + at]).abs() < 1e-9, "{line}");
        }
        seen += 1;
    }
    assert_eq!(seen, 22);
}

/// DERT at 10 % a year, by the closed form with ₂F₁ (BTYD).
#[test]
fn the_residual_transactions_are_those_of_the_closed_form() {
    let model = paper();
    let rate = 0.1f64.ln_1p();
    for (c, right) in [(rfm(6, 6, 6), 5.908_678_32), (rfm(0, 0, 6), 0.114_647_00)] {
        let found = model.p_alive(&c) * residual_purchases(&model.given_alive(&c), rate).unwrap();
        close(found, right, 1e-7);
    }
    let law = model.given_alive(&rfm(2, 5, 6));
    let by_hand: f64 =
        (1..=8).map(|k| (law.mean(f64::from(k)) - law.mean(f64::from(k - 1))) * 1.1f64.powi(-k)).sum();
    close(discounted_purchases(&law, 8.0, rate), by_hand, 1e-13);
    close(discounted_purchases(&law, 8.0, 0.0), law.mean(8.0), 1e-15);
    close(discounted_purchases(&law, 2_000.0, rate), residual_purchases(&law, rate).unwrap(), 1e-13);
}

/// Tame parameters and hard corners, each with a horizon.
fn corners() -> Vec<(BgBb, f64)> {
    [
        ([1.204, 0.750, 0.657, 2.783], 6.0),
        ([1.204, 0.750, 1.0, 2.783], 52.0),
        ([1e4, 9e4, 0.6, 2.8], 600.0),
        ([2e6, 3e6, 1e-3, 1e4], 500.0),
        ([0.02, 0.01, 0.4, 5.0], 30.0),
        ([3.0, 40.0, 0.01, 0.02], 104.0),
        ([0.5, 0.5, 1e5, 1e5], 12.0),
    ]
    .map(|([alpha, beta, gamma, delta], t)| (BgBb::new(alpha, beta, gamma, delta).unwrap(), t))
    .to_vec()
}

#[test]
fn probabilities_sum_to_one_and_have_the_stated_moments() {
    for (model, t) in corners() {
        let mut pmf = Vec::new();
        model.pmf(t, 0.0, &mut pmf);
        let sum = |power: i32| (0..).zip(&pmf).map(|(n, p)| f64::from(n).powi(power) * p).sum::<f64>();
        assert!((sum(0) - 1.0).abs() < 1e-12, "{model:?}: {}", sum(0));
        close(sum(1), model.mean(t), 1e-12);
        assert!((sum(2) - sum(1).powi(2) - model.variance(t)).abs() < 2e-12 * sum(2), "{model:?}");
        for k in [0, 1, 5, pmf.len() / 2] {
            let rest: f64 = pmf.iter().skip(k + 1).sum();
            assert!((model.survival(k as u64, t) - rest).abs() <= 1e-12 * rest + 1e-300, "{model:?} {k}");
        }
    }
}

#[test]
fn between_two_opportunities_nothing_happens() {
    let model = paper();
    assert_eq!((model.mean(0.0), model.mean(0.999), model.survival(0, 0.5)), (0.0, 0.0, 0.0));
    assert_eq!(model.mean(5.7), model.mean(5.0));
    let mut pmf = Vec::new();
    model.pmf(0.3, 1e-12, &mut pmf);
    assert_eq!(pmf, [1.0]);
}

#[test]
fn simulated_customers_behave_as_the_law_says() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    for (model, t) in corners() {
        const DRAWS: usize = 40_000;
        let (mut none, mut sum, mut times) = (0.0, 0.0, Vec::new());
        for _ in 0..DRAWS {
            times.clear();
            model.sample(t, &mut rng, &mut times);
            assert!(
                times.is_sorted_by(|a, b| a < b)
                    && times.iter().all(|&at| at >= 1.0 && at <= t && at.fract() == 0.0)
            );
            none += f64::from(u8::from(times.is_empty()));
            sum += times.len() as f64;
        }
        let n = DRAWS as f64;
        let some = model.survival(0, t);
        let sigma = (some * (1.0 - some) / n).sqrt();
        assert!((none / n - (1.0 - some)).abs() <= 4.5 * sigma + 1e-12, "{model:?}: {}", none / n);
        let sigma = (model.variance(t) / n).sqrt();
        assert!((sum / n - model.mean(t)).abs() <= 4.5 * sigma, "{model:?}: {} {}", sum / n, model.mean(t));
    }
}

/// All 2^n stories of a few opportunities have probability one, and what is foreseen given each averages to what was foreseen.
#[test]
fn all_histories_together_are_certain_and_foresee_the_future() {
    let (n, t) = (7u32, 4.0);
    for (model, _) in corners() {
        let (mut certain, mut foreseen) = (0.0, 0.0);
        for story in 0..1u32 << n {
            let c = rfm(story.count_ones(), 32 - story.leading_zeros(), n);
            let probability = model.ln_likelihood(&c).exp();
            certain += probability;
            foreseen += probability * model.p_alive(&c) * model.given_alive(&c).mean(t);
        }
        close(certain, 1.0, 1e-9);
        close(foreseen, model.mean(f64::from(n) + t) - model.mean(f64::from(n)), 1e-8);
    }
}

fn rows() -> Vec<Weighted<Rfm>> {
    let mut rows = Vec::new();
    for (x, t_x, n) in [
        (0, 0, 0),
        (0, 0, 6),
        (0, 0, 60),
        (1, 1, 6),
        (1, 6, 6),
        (3, 5, 6),
        (3, 5, 60),
        (20, 30, 30),
        (52, 52, 104),
    ] {
        rows.push(Weighted { row: rfm(x, t_x, n), count: f64::from(1 + (x + n) % 4) });
    }
    rows
}

#[test]
fn gradient_and_hessian_are_the_difference_quotients() {
    for theta in [[1.2, 0.75, 0.66, 2.8], [0.02, 0.5, 3.0, 40.0], [300.0, 200.0, 1e-3, 0.3]] {
        let model = BgBb::template().with_parameters(&theta).unwrap();
        let here = model.derivatives(&rows());
        let direct: f64 = rows().iter().map(|row| row.count * model.ln_likelihood(&row.row)).sum();
        close(here.value, direct, 1e-13);
        let step = 1e-3;
        for i in 0..4 {
            let moved = |by: f64| {
                let mut theta = theta;
                theta[i] *= (by * step).exp();
                model.with_parameters(&theta).unwrap().derivatives(&rows())
            };
            // Of sixth order: the error is that of rounding.
            let at: Vec<_> = [-3.0, -2.0, -1.0, 1.0, 2.0, 3.0].map(moved).to_vec();
            let weights = [-1.0, 9.0, -45.0, 45.0, -9.0, 1.0];
            let slope = |of: &dyn Fn(&ltv::model::Derivatives) -> f64| {
                weights.iter().zip(&at).map(|(w, d)| w * of(d)).sum::<f64>() / (60.0 * step)
            };
            let scale = here.value.abs();
            assert!((here.gradient[i] - slope(&|d| d.value)).abs() < 1e-11 * scale, "{theta:?} ∂{i}");
            for j in 0..4 {
                let numerical = slope(&|d| d.gradient[j]);
                assert!((here.hessian[i][j] - numerical).abs() < 1e-10 * scale, "{theta:?} ∂{i}∂{j}");
                assert_eq!(here.hessian[i][j], here.hessian[j][i]);
            }
        }
    }
}

#[test]
fn a_row_with_a_count_is_as_many_rows() {
    let long: Vec<_> = rows()
        .iter()
        .flat_map(|row| std::iter::repeat_n(Weighted { count: 1.0, ..*row }, row.count as usize))
        .collect();
    let (short, long) = (paper().derivatives(&rows()), paper().derivatives(&long));
    close(short.value, long.value, 1e-14);
    for i in 0..4 {
        assert!((short.gradient[i] - long.gradient[i]).abs() < 1e-14 * short.value.abs());
    }
}

#[test]
fn a_longer_silence_never_makes_a_customer_more_alive() {
    for (model, _) in corners() {
        for x in [0, 1, 4] {
            let mut last = 1.0;
            for n in 4..400 {
                let now = model.p_alive(&rfm(x, x, n));
                assert!((0.0..=last).contains(&now), "{model:?} {x} {n}: {now} after {last}");
                last = now;
            }
        }
    }
}

#[test]
fn what_is_no_row_of_opportunities_is_refused_in_words() {
    let words = |row: (u32, f64, f64)| {
        let other = (2, 3.0, 9.0, None);
        let error = fit_purchases(&BgBb::template(), &shop::customers(&[(row.0, row.1, row.2, None), other]));
        error.unwrap_err().to_string()
    };
    assert!(words((1, 2.5, 9.0)).contains("--opportunities"));
    assert!(words((1, 2.0, 9.3)).contains("--opportunities"));
    assert!(words((4, 2.0, 9.0)).contains("one purchase an opportunity"));
    let question = Question::revenue(Periods::new(5.0).unwrap(), &[]).unwrap();
    let model = paper();
    let error = Forecaster::of_purchases(&model, question)
        .unwrap()
        .forecast(&shop::customers(&[(1, 2.5, 9.0, None)]));
    assert!(error.unwrap_err().to_string().contains("--opportunities"));
}

#[test]
fn customers_who_do_not_differ_are_named_in_words() {
    // Everyone takes an opportunity with chance 1/2, and nobody leaves: binomial counts.
    let mut rows = Vec::new();
    for story in 0..256u32 {
        let (x, t_x) = (story.count_ones(), 32 - story.leading_zeros());
        rows.extend(std::iter::repeat_n((x, f64::from(t_x), 8.0, None), 4));
    }
    let fit = fit_purchases(&BgBb::template(), &shop::customers(&rows)).unwrap();
    let words = fit.report.warnings.join(" ");
    assert!(words.contains("same chance") && words.contains("nobody leaves"), "{words}");
    close(fit.model.mean(10.0), 5.0, 0.01);
}
