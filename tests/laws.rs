//! Does the law hold? What must be true of every model, asked of every model from one driver.

mod shop;

use ltv::features::Rfm;
use ltv::fit::{FitReport, Recipe, TrainedModel, fit_purchases, fit_spend};
use ltv::model::{
    BgCnbdK, BgNbd, GammaGamma, Law, Likelihood, LnSpendRow, LogNormal, MbgCnbdK, MbgNbd, Parametric,
    PurchaseModel, SpendRow, Weighted,
};
use ltv::units::TimeUnit;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

#[track_caller]
fn close(found: f64, right: f64, tolerance: f64) {
    assert!((found - right).abs() <= tolerance * right.abs(), "found {found}, should be {right}");
}

fn rfm(frequency: u32, recency: f64, age: f64) -> Rfm {
    Rfm::new(frequency, recency, age)
}

/// Models and the spans of time to ask them about: tame ones and hard corners.
fn corners() -> Vec<(BgNbd, f64)> {
    [
        ([0.243, 4.414, 0.793, 2.426], 39.0),
        ([0.243, 4.414, 1.0, 2.426], 39.0),
        ([0.243, 4.414, 1.0 + 1e-12, 2.426], 400.0),
        ([2.5, 30.0, 3.0, 0.2], 3.0),
        ([200.25, 104.0, 0.8, 202.5], 52.0),
        ([3000.0, 1500.0, 0.8, 3002.5], 1000.0),
        ([0.05, 0.008, 0.7, 3.0], 2.0),
        ([40.0, 1e5, 1e-3, 1e6], 3650.0),
    ]
    .map(|([r, alpha, a, b], t)| (BgNbd::new(r, alpha, a, b).unwrap(), t))
    .to_vec()
}

#[test]
fn probabilities_sum_to_one_and_have_the_stated_mean_and_variance() {
    for (model, t) in corners() {
        let mut pmf = Vec::new();
        model.pmf(t, 1e-15, &mut pmf);
        assert!(pmf.iter().all(|p| (0.0..=1.0).contains(p)), "{model:?}");
        let (mut sum, mut mean, mut square) = (0.0, 0.0, 0.0);
        for (n, p) in pmf.iter().enumerate().rev() {
            sum += p;
            mean += n as f64 * p;
            square += (n * n) as f64 * p;
        }
        // What the tail of 1e-15 leaves out weighs n and n² as much.
        let n = pmf.len() as f64;
        assert!((sum - 1.0).abs() < 2e-13, "{model:?}: {}", sum - 1.0);
        assert!(
            (mean - model.mean(t)).abs() < 1e-12 * mean + 2e-15 * n,
            "{model:?}: {mean} {}",
            model.mean(t)
        );
        let variance = square - mean * mean;
        assert!((variance - model.variance(t)).abs() < 1e-11 * square + 2e-15 * n * n, "{model:?}");
        assert_eq!(model.mean_and_variance(t), (model.mean(t), model.variance(t)), "{model:?}");
    }
}

#[test]
fn survival_is_what_the_probabilities_leave() {
    for (model, t) in corners() {
        let mut pmf = Vec::new();
        model.pmf(t, 1e-16, &mut pmf);
        for n in [0, 1, 3, pmf.len() / 4, pmf.len() / 2] {
            let rest: f64 = pmf.iter().skip(n + 1).rev().sum();
            let found = model.survival(n as u64, t);
            assert!((found - rest).abs() <= 1e-11 * rest + 1e-15, "{model:?} {n}: {found} {rest}");
        }
    }
}

#[test]
fn in_no_time_nothing_happens() {
    for (model, _) in corners() {
        let mut pmf = Vec::new();
        model.pmf(0.0, 1e-12, &mut pmf);
        assert_eq!((pmf.as_slice(), model.mean(0.0), model.variance(0.0)), ([1.0].as_slice(), 0.0, 0.0));
    }
}

/// The closed form of the paper needs 0/0 at a = 1; the mean must not notice.
#[test]
fn the_mean_passes_smoothly_through_a_equal_to_one() {
    for t in [1.0, 39.0, 3650.0, 1e6] {
        let at = |a| BgNbd::new(0.243, 4.414, a, 2.426).unwrap().mean(t);
        for step in [1e-6, 1e-9, 1e-12] {
            let middle = 0.5 * (at(1.0 - step) + at(1.0 + step));
            close(middle, at(1.0), 100.0 * step * step + 1e-12);
        }
    }
}

#[test]
fn simulated_customers_behave_as_the_law_says() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
    for (model, t) in corners().into_iter().take(5) {
        const DRAWS: usize = 100_000;
        let (mut none, mut sum, mut times) = (0.0, 0.0, Vec::new());
        for _ in 0..DRAWS {
            times.clear();
            model.sample(t, &mut rng, &mut times);
            assert!(times.is_sorted() && times.iter().all(|&time| time > 0.0 && time <= t));
            none += f64::from(u8::from(times.is_empty()));
            sum += times.len() as f64;
        }
        let n = DRAWS as f64;
        let zero = 1.0 - model.survival(0, t);
        let sigma = (zero * (1.0 - zero) / n).sqrt();
        assert!((none / n - zero).abs() <= 4.5 * sigma, "{model:?}: {} {zero}", none / n);
        let sigma = (model.variance(t) / n).sqrt();
        assert!((sum / n - model.mean(t)).abs() <= 4.5 * sigma, "{model:?}: {} {}", sum / n, model.mean(t));
    }
}

/// Purchase histories of every kind, sorted.
fn purchase_rows() -> Vec<Weighted<Rfm>> {
    [
        (rfm(0, 0.0, 0.0), 2.0),
        (rfm(0, 0.0, 30.0), 400.0),
        (rfm(1, 0.0, 30.0), 1.0),
        (rfm(1, 30.0, 30.0), 3.0),
        (rfm(2, 20.5, 30.0), 20.0),
        (rfm(2, 1.0, 38.0), 7.0),
        (rfm(17, 25.0, 30.0), 2.0),
        (rfm(300, 100.0, 104.0), 1.0),
    ]
    .map(|(row, count)| Weighted { row, count })
    .to_vec()
}

fn spend_rows() -> Vec<Weighted<SpendRow>> {
    [(1, 12.5, 30.0), (1, 80.0, 4.0), (2, 33.0, 11.0), (9, 0.5, 1.0), (400, 29.99, 1.0)]
        .map(|(frequency, monetary_value, count)| Weighted {
            row: SpendRow { frequency, monetary_value },
            count,
        })
        .to_vec()
}

fn ln_spend_rows() -> Vec<Weighted<LnSpendRow>> {
    [
        (1, 2.5, 0.0, 30.0),
        (1, 4.4, 0.0, 4.0),
        (2, 3.5, 0.8, 11.0),
        (9, -0.7, 2.5, 1.0),
        (400, 3.4, 130.0, 1.0),
    ]
    .map(|(frequency, mean, squares, count)| Weighted { row: LnSpendRow { frequency, mean, squares }, count })
    .to_vec()
}

/// The value is the sum over rows, the gradient its difference quotient, the Hessian that of the gradient.
fn derivatives_agree_with_difference_quotients<M: Likelihood>(model: &M, rows: &[Weighted<M::Row>]) {
    let at = |shift: &[f64]| {
        let walked = model.coordinates().into_iter().zip(model.parameters()).zip(shift);
        let theta: Vec<f64> = walked.map(|((c, p), s)| c.parameter(c.of(p) + s)).collect();
        model.with_parameters(&theta).unwrap().derivatives(rows)
    };
    let n = model.parameters().len();
    let here = at(&vec![0.0; n]);
    let each = || rows.iter().map(|row| row.count * model.ln_likelihood(&row.row));
    // The rows cancel against each other, and so do the summands of each.
    let (sum, size) = (each().sum::<f64>(), each().map(f64::abs).sum::<f64>());
    assert!((here.value - sum).abs() < 2e-13 * size, "{}: {} {sum} {size}", model.name(), here.value);
    let step = 1e-4;
    for i in 0..n {
        let shifted = |k: f64| {
            let mut shift = vec![0.0; n];
            shift[i] = k * step;
            at(&shift)
        };
        let sides = [-2.0, -1.0, 1.0, 2.0].map(shifted);
        // Four points: the error is of order step⁴, and of rounding/step.
        let slope = |f: &dyn Fn(&ltv::model::Derivatives) -> f64| {
            (f(&sides[0]) - 8.0 * f(&sides[1]) + 8.0 * f(&sides[2]) - f(&sides[3])) / (12.0 * step)
        };
        let scale = here.value.abs() + here.gradient.iter().map(|g| g.abs()).sum::<f64>();
        let numerical = slope(&|d| d.value);
        let error = (here.gradient[i] - numerical).abs();
        assert!(error < 1e-10 * scale, "{} ∂{i}: {} {numerical} {scale}", model.name(), here.gradient[i]);
        for j in 0..n {
            let numerical = slope(&|d| d.gradient[j]);
            assert!((here.hessian[i][j] - numerical).abs() < 1e-10 * scale, "{} ∂{i}∂{j}", model.name());
            assert_eq!(here.hessian[i][j], here.hessian[j][i]);
        }
    }
}

#[test]
fn gradient_and_hessian_are_the_difference_quotients() {
    for theta in [[0.243, 4.414, 0.793, 2.426], [3.0, 0.5, 1.0, 40.0], [0.01, 300.0, 0.02, 0.3]] {
        derivatives_agree_with_difference_quotients(
            &BgNbd::template().with_parameters(&theta).unwrap(),
            &purchase_rows(),
        );
        derivatives_agree_with_difference_quotients(
            &MbgNbd::template().with_parameters(&theta).unwrap(),
            &purchase_rows(),
        );
        for k in [2, 3, 12] {
            derivatives_agree_with_difference_quotients(
                &BgCnbdK::stages_of(k).unwrap().with_parameters(&theta).unwrap(),
                &purchase_rows(),
            );
            derivatives_agree_with_difference_quotients(
                &MbgCnbdK::stages_of(k).unwrap().with_parameters(&theta).unwrap(),
                &purchase_rows(),
            );
        }
    }
    for theta in [[6.25, 3.74, 15.44], [0.4, 0.9, 100.0], [30.0, 2.0, 1.0]] {
        derivatives_agree_with_difference_quotients(
            &GammaGamma::template().with_parameters(&theta).unwrap(),
            &spend_rows(),
        );
    }
    for theta in [[3.3, 0.56, 0.47], [-2.0, 3.0, 0.01], [0.1, 0.02, 5.0]] {
        derivatives_agree_with_difference_quotients(
            &LogNormal::template().with_parameters(&theta).unwrap(),
            &ln_spend_rows(),
        );
    }
}

fn weights_mean_repetition<M: Likelihood>(model: &M, rows: &[Weighted<M::Row>]) {
    let spelled_out: Vec<_> = rows
        .iter()
        .flat_map(|row| std::iter::repeat_n(Weighted { count: 1.0, ..*row }, row.count as usize))
        .collect();
    let (short, long) = (model.derivatives(rows), model.derivatives(&spelled_out));
    close(short.value, long.value, 1e-13);
    for i in 0..model.parameters().len() {
        let scale = short.value.abs();
        assert!((short.gradient[i] - long.gradient[i]).abs() < 1e-13 * scale);
    }
}

#[test]
fn a_row_with_a_count_is_as_many_rows() {
    weights_mean_repetition(&BgNbd::new(0.243, 4.414, 0.793, 2.426).unwrap(), &purchase_rows());
    weights_mean_repetition(&GammaGamma::new(6.25, 3.74, 15.44).unwrap(), &spend_rows());
    weights_mean_repetition(&LogNormal::new(3.3, 0.56, 0.47).unwrap(), &ln_spend_rows());
}

/// Days instead of weeks: only the rate moves, and the density by its Jacobian.
#[test]
fn the_unit_of_time_does_not_change_the_model() {
    let weeks = BgNbd::new(0.243, 4.414, 0.793, 2.426).unwrap();
    let days = BgNbd::new(0.243, 7.0 * 4.414, 0.793, 2.426).unwrap();
    for c in [rfm(0, 0.0, 39.0), rfm(3, 20.0, 39.0), rfm(80, 10.0, 39.0)] {
        let d = rfm(c.frequency, 7.0 * c.recency, 7.0 * c.age);
        let jacobian = f64::from(c.frequency) * 7f64.ln();
        close(days.p_alive(&d), weeks.p_alive(&c), 1e-12);
        close(days.ln_likelihood(&d) + jacobian, weeks.ln_likelihood(&c), 1e-13);
        close(days.given_alive(&d).mean(7.0 * 52.0), weeks.given_alive(&c).mean(52.0), 1e-13);
    }
}

#[test]
fn a_longer_silence_never_makes_a_customer_more_alive() {
    let model = BgNbd::new(0.243, 4.414, 0.793, 2.426).unwrap();
    for x in [1, 2, 10, 1000] {
        let mut last = 1.0;
        for week in 0..2000 {
            let now = model.p_alive(&rfm(x, 20.0, 20.0 + f64::from(week)));
            assert!((0.0..=last).contains(&now), "{x} {week}: {now} after {last}");
            last = now;
        }
    }
}

/// What is foreseen today is the mean of what will be foreseen at T: E[X(T+t)] − E[X(T)], over simulated histories.
#[test]
fn conditional_forecasts_average_to_the_unconditional_one() {
    let model = BgNbd::new(0.8, 6.0, 0.9, 2.4).unwrap();
    let (age, t) = (30.0, 26.0);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(11);
    let (mut sum, mut square, mut times) = (0.0, 0.0, Vec::new());
    const DRAWS: u32 = 40_000;
    for _ in 0..DRAWS {
        times.clear();
        model.sample(age, &mut rng, &mut times);
        let c = rfm(times.len() as u32, times.last().copied().unwrap_or(0.0), age);
        let foreseen = model.p_alive(&c) * model.given_alive(&c).mean(t);
        sum += foreseen;
        square += foreseen * foreseen;
    }
    let n = f64::from(DRAWS);
    let right = model.mean(age + t) - model.mean(age);
    let sigma = ((square / n - (sum / n).powi(2)) / n).sqrt();
    assert!((sum / n - right).abs() < 4.0 * sigma, "{} {right}", sum / n);
}

/// Equivariance: the same shop in days, or in cents, is the same fit.
#[test]
fn fits_do_not_depend_on_the_units_of_time_and_money() {
    let weeks = shop::cdnow("cdnow_sample.csv", TimeUnit::Week);
    let days = shop::cdnow("cdnow_sample.csv", TimeUnit::Day);
    let (w, d) = (
        fit_purchases(&BgNbd::template(), &weeks).unwrap().model,
        fit_purchases(&BgNbd::template(), &days).unwrap().model,
    );
    close(d.alpha(), 7.0 * w.alpha(), 1e-10);
    for at in 0..weeks.len() {
        let (x, y) = (weeks.rfm(at), days.rfm(at));
        close(d.p_alive(&y), w.p_alive(&x), 1e-10);
        close(d.given_alive(&y).mean(7.0 * 39.0), w.given_alive(&x).mean(39.0), 1e-10);
    }
    let mut cents = weeks.clone();
    cents.monetary_value.iter_mut().flatten().for_each(|value| *value *= 100.0);
    let (euro, cent) = (
        fit_spend(&GammaGamma::template(), &weeks).unwrap().model,
        fit_spend(&GammaGamma::template(), &cents).unwrap().model,
    );
    for at in 0..weeks.len() {
        let x = weeks.frequency[at];
        let whole = euro.expected_order_value(x, weeks.monetary_value[at]).unwrap();
        close(cent.expected_order_value(x, cents.monetary_value[at]).unwrap(), 100.0 * whole, 1e-10);
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let spend = GammaGamma::new(6.25, 3.74, 15.44).unwrap();
    let model = BgNbd::new(0.6, 20.0, 0.8, 2.4).unwrap();
    let shop = shop::simulated(&model, &spend, 60_000, [30, 700], 3);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| TrainedModel::train(&Recipe::default(), &shop, "UTC").unwrap().to_json().unwrap())
    };
    assert_eq!(with(1), with(2));
}

#[test]
fn the_order_of_customers_changes_nothing() {
    let spend = GammaGamma::new(6.25, 3.74, 15.44).unwrap();
    let model = BgNbd::new(0.6, 4.0, 0.8, 2.4).unwrap();
    let shop = shop::simulated(&model, &spend, 3_000, [30, 300], 4);
    let rows: Vec<_> = (0..shop.len())
        .rev()
        .map(|at| (shop.frequency[at], shop.recency[at], shop.age[at], shop.monetary_value[at]))
        .collect();
    let turned = shop::customers(&rows);
    let json =
        |customers| TrainedModel::train(&Recipe::default(), customers, "UTC").unwrap().to_json().unwrap();
    assert_eq!(json(&shop), json(&turned));
}

/// The sum of n orders over v is beta prime: its mean and variance from the moments of one customer's orders.
#[test]
fn the_moments_of_spend_agree_with_its_law() {
    let model = GammaGamma::new(2.5, 6.0, 40.0).unwrap().given(3, Some(21.0));
    let (shape, q) = model.sum_shapes(4);
    let mean = model.v() * shape / (q - 1.0);
    close(4.0 * model.mean().unwrap(), mean, 1e-15);
    let variance = model.v().powi(2) * shape * (shape + q - 1.0) / ((q - 2.0) * (q - 1.0).powi(2));
    close(model.variance_of_sum(4.0, 0.0).unwrap(), variance, 1e-14);
    close(model.variance_of_sum(1.0, 0.0).unwrap(), model.variance().unwrap(), 1e-14);
    assert_eq!(GammaGamma::new(1.0, 0.9, 1.0).unwrap().expected_order_value(0, None), None);
}

fn warned(report: &FitReport, words: &str) -> bool {
    report.warnings.iter().any(|warning| warning.contains(words))
}

#[test]
fn a_shop_that_nobody_leaves_is_named_in_words() {
    let model = BgNbd::new(1.5, 10.0, 1e-6, 10.0).unwrap();
    let spend = GammaGamma::new(6.25, 3.74, 15.44).unwrap();
    let fit =
        fit_purchases(&BgNbd::template(), &shop::simulated(&model, &spend, 4_000, [100, 300], 5)).unwrap();
    assert!(warned(&fit.report, "no drop-out is visible"), "{fit:?}");
    assert!(fit.uncertainty.unwrap().is_partial());
    close(fit.model.given_alive(&rfm(3, 20.0, 30.0)).mean(10.0), 4.5 / 40.0 * 10.0, 0.1);
}

#[test]
fn orders_that_all_cost_the_same_are_named_in_words() {
    let rows: Vec<_> = (0..500).map(|at| (1 + at % 5, 10.0, 30.0, Some(20.0 + f64::from(at % 7)))).collect();
    let fit = fit_spend(&GammaGamma::template(), &shop::customers(&rows)).unwrap();
    assert!(fit.report.warnings.iter().any(|w| w.contains("border") || w.contains("ridge")), "{fit:?}");
    let same: Vec<_> = (0..500).map(|at| (1 + at % 5, 10.0, 30.0, Some(20.0))).collect();
    let fit = fit_spend(&GammaGamma::template(), &shop::customers(&same)).unwrap();
    assert!(fit.uncertainty.is_none_or(|found| found.is_partial()) && !fit.report.warnings.is_empty());
    close(fit.model.mean().unwrap(), 20.0, 1e-3);
}

#[test]
fn too_little_to_learn_from_is_said_in_words() {
    let message = |rows: &[(u32, f64, f64, Option<f64>)]| {
        let error = fit_purchases(&BgNbd::template(), &shop::customers(rows)).unwrap_err();
        assert_eq!(error.exit_code(), 1);
        error.to_string()
    };
    assert!(message(&[]).contains("too few"));
    assert!(message(&[(3, 10.0, 20.0, None)]).contains("too few"));
    assert!(message(&[(0, 0.0, 20.0, None), (0, 0.0, 9.0, None)]).contains("bought a second time"));
    assert!(message(&[(0, 0.0, 0.0, None), (1, 0.0, 0.0, None)]).contains("age 0"));
    assert!(message(&[(1, 5.0, 4.0, None), (1, 0.0, 3.0, None)]).contains("customer `0`"));
    assert!(message(&[(1, 5.0, f64::NAN, None), (1, 0.0, 3.0, None)]).contains("customer `0`"));
}
