//! MBG/NBD and the models of regular buyers: is the law that of the story, and the numbers those of the papers?

mod shop;

use ltv::features::{Customers, Past, Rfm};
use ltv::fit::{Fit, fit_purchases};
use ltv::model::{
    BgCnbdK, BgNbd, Law, Likelihood, MbgCnbdK, MbgNbd, Parametric, PurchaseLikelihood, PurchaseModel,
};
use ltv::orders::{LogOptions, OrderLog, OrderRow, Orders};
use ltv::units::{Grain, TimeUnit};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

#[track_caller]
fn close(found: f64, right: f64, tolerance: f64) {
    assert!((found - right).abs() <= tolerance * right.abs(), "found {found}, should be {right}");
}

fn rfm(frequency: u32, recency: f64, age: f64) -> Rfm {
    Rfm::new(frequency, recency, age)
}

const PARAMETERS: [f64; 4] = [1.329197, 2.812600, 0.424716, 0.790040];

fn bg(k: u32) -> BgCnbdK {
    let [r, alpha, a, b] = PARAMETERS;
    BgCnbdK::new(k, r, alpha, a, b).unwrap()
}

fn mbg(k: u32) -> MbgCnbdK {
    let [r, alpha, a, b] = PARAMETERS;
    MbgCnbdK::new(k, r, alpha, a, b).unwrap()
}

fn histories() -> Vec<Rfm> {
    vec![
        rfm(0, 0.0, 0.0),
        rfm(0, 0.0, 52.0),
        rfm(1, 3.0, 52.0),
        rfm(1, 52.0, 52.0),
        rfm(2, 10.0, 12.0),
        rfm(7, 40.0, 52.0),
        rfm(40, 50.0, 52.0),
        rfm(300, 100.0, 104.0),
    ]
}

/// With one stage between two purchases the regular models are the Poisson ones, in every answer.
#[test]
fn one_stage_is_poisson() {
    let [r, alpha, a, b] = PARAMETERS;
    fn alike<P: PurchaseModel + Likelihood<Row = Rfm>, K: PurchaseModel + Likelihood<Row = Rfm>>(
        one: P,
        k: K,
    ) {
        for c in histories() {
            close(k.ln_likelihood(&c), one.ln_likelihood(&c), 1e-14);
            close(k.p_alive(&c), one.p_alive(&c), 1e-14);
            let (one, k) = (one.given_alive(&c), k.given_alive(&c));
            for t in [0.1, 13.0, 520.0] {
                close(k.mean(t), one.mean(t), 1e-13);
                close(k.variance(t), one.variance(t), 1e-12);
                let (mut left, mut right) = (Vec::new(), Vec::new());
                k.pmf(t, 1e-13, &mut left);
                one.pmf(t, 1e-13, &mut right);
                assert_eq!(left.len(), right.len());
                for (n, (left, right)) in left.iter().zip(&right).enumerate() {
                    close(*left, *right, 1e-12);
                    close(k.survival(n as u64, t), one.survival(n as u64, t), 1e-12);
                }
            }
        }
    }
    alike(BgNbd::new(r, alpha, a, b).unwrap(), bg(1));
    alike(MbgNbd::new(r, alpha, a, b).unwrap(), mbg(1));
}

/// The conditional law against the story itself: among simulated customers with nearly this history, how many are alive at
/// T, and how often do they buy in the time after?
#[test]
fn the_conditional_law_is_that_of_simulated_histories() {
    // A rate and a chance of leaving that hardly vary leave the history's silence as the only thing to be learned, so that
    // (x, t_x) need not be met closely; the second model lets them vary.
    conditional(&BgCnbdK::new(3, 2000.0, 4000.0, 300.0, 900.0).unwrap(), 12.0, 1, (6.0, 11.0), 8.0);
    conditional(&MbgCnbdK::new(3, 2000.0, 4000.0, 300.0, 900.0).unwrap(), 12.0, 0, (-1.0, 1.0), 8.0);
    conditional(&MbgCnbdK::new(2, 1.3, 2.8, 0.42, 0.79).unwrap(), 12.0, 3, (7.0, 9.0), 10.0);
    conditional(&BgCnbdK::new(5, 3.0, 2.8, 0.42, 0.79).unwrap(), 12.0, 3, (8.0, 10.0), 10.0);
}

fn conditional<M: PurchaseModel>(model: &M, age: f64, x: u32, (from, to): (f64, f64), t: f64) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(31);
    let (mut times, mut found, mut foreseen) = (Vec::new(), Sums::default(), Sums::default());
    for _ in 0..400_000 {
        times.clear();
        model.sample_newcomer(age + t, &mut rng, &mut times);
        let before = times.partition_point(|&time| time <= age);
        let recency = if before == 0 { 0.0 } else { times[before - 1] };
        if before as u32 != x || recency < from || recency > to {
            continue;
        }
        let c = rfm(x, recency, age);
        let (alive, law) = (model.p_alive(&c), model.given_alive(&c));
        let (mean, variance) = law.mean_and_variance(t);
        let mean_here = alive * mean;
        let mut pmf = Vec::new();
        law.pmf(t, 1e-9, &mut pmf);
        let at =
            |n: usize| alive * pmf.get(n).copied().unwrap_or(0.0) + if n == 0 { 1.0 - alive } else { 0.0 };
        let after = (times.len() - before) as f64;
        found.add([
            after,
            f64::from(u8::from(after == 0.0)),
            f64::from(u8::from(after == 1.0)),
            after * after,
        ]);
        foreseen.add([mean_here, at(0), at(1), alive * (variance + mean * mean)]);
    }
    assert!(found.count > 2000.0, "only {} like that", found.count);
    for i in 0..4 {
        let (found, right, sigma) = (found.mean(i), foreseen.mean(i), found.deviation(i));
        assert!((found - right).abs() < 4.0 * sigma, "{} {i}: {found} {right} ± {sigma}", model.name());
    }
}

#[derive(Default)]
struct Sums {
    count: f64,
    sum: [f64; 4],
    squares: [f64; 4],
}

impl Sums {
    fn add(&mut self, values: [f64; 4]) {
        self.count += 1.0;
        for (i, value) in values.into_iter().enumerate() {
            self.sum[i] += value;
            self.squares[i] += value * value;
        }
    }

    fn mean(&self, i: usize) -> f64 {
        self.sum[i] / self.count
    }

    fn deviation(&self, i: usize) -> f64 {
        ((self.squares[i] / self.count - self.mean(i).powi(2)) / self.count).sqrt().max(1.0 / self.count)
    }
}

/// The likelihood of a history of regular purchases is the density of the story: over all silences and counts it sums to the
/// chance that they fill the time. Here by the one history that can be integrated at sight: x = 0, 1 of k = 2.
#[test]
fn the_likelihood_is_a_density() {
    // P(x = 0) + ∫ density of (x = 1, t_x) dt_x + P(x > 1) = 1
    let (model, age) = (mbg(2), 9.0);
    let none = model.ln_likelihood(&rfm(0, 0.0, age)).exp();
    let n = 200_000;
    let step = age / f64::from(n);
    let one: f64 = (0..n)
        .map(|i| {
            let t = (f64::from(i) + 0.5) * step;
            (model.ln_likelihood(&rfm(1, t, age)) + t.ln()).exp() * step // g^(k−1) = t
        })
        .sum();
    let alive = model.p_alive(&Rfm::NEWCOMER);
    let law = model.newcomer();
    let mut pmf = Vec::new();
    law.pmf(age, 1e-14, &mut pmf);
    close(none, 1.0 - alive + alive * pmf[0], 1e-12);
    close(one, alive * pmf[1], 1e-8);
}

fn sample(unit: TimeUnit) -> Customers {
    shop::cdnow("cdnow_sample.csv", unit)
}

#[test]
fn mbg_nbd_of_the_cdnow_sample() {
    let customers = sample(TimeUnit::Week);
    let fit = fit_purchases(&MbgNbd::template(), &customers).unwrap();
    for (found, right) in fit.model.parameters().iter().zip([0.52484320, 6.18308558, 0.89135924, 1.61400188])
    {
        close(*found, right, 3e-7); // the reference stopped a little short of the top
    }
    assert!((fit.report.ln_likelihood + 9582.13571555).abs() < 1e-7, "{}", fit.report.ln_likelihood);
    let model = fit.model;
    let all = || (0..customers.len()).map(|at| customers.rfm(at));
    let alive: f64 = all().map(|c| model.p_alive(&c)).sum();
    let expected: f64 = all().map(|c| model.p_alive(&c) * model.given_alive(&c).mean(39.0)).sum();
    assert!((alive - 1057.63).abs() < 0.01 && (expected - 1576.73).abs() < 0.005, "{alive} {expected}");
}

#[test]
fn mbg_nbd_of_all_of_cdnow() {
    let fit = fit_purchases(&MbgNbd::template(), &shop::cdnow("cdnow.csv", TimeUnit::Week)).unwrap();
    for (found, right) in fit.model.parameters().iter().zip([0.63713963, 7.31028887, 0.80747413, 1.22839424])
    {
        close(*found, right, 3e-7);
    }
    assert!((fit.report.ln_likelihood + 95336.95832).abs() < 1e-5);
}

/// A newcomer may leave after the first purchase: pymc-marketing's expected purchases of new customers, 1, 3 and 6 weeks.
#[test]
fn the_expected_purchases_of_an_mbg_newcomer() {
    let model = MbgNbd::new(0.525, 6.183, 0.891, 1.614).unwrap();
    let expected = |t| model.p_alive(&Rfm::NEWCOMER) * model.newcomer().mean(t);
    close(expected(1.0), 0.053084795263698685, 1e-12);
    close(expected(3.0), 0.15086328860664794, 1e-12);
    close(expected(6.0), 0.28136022398301175, 1e-12);
}

#[test]
fn the_cdnow_sample_is_not_regular() {
    let customers = sample(TimeUnit::Week);
    let fit = fit_purchases(&MbgCnbdK::template(), &customers).unwrap();
    assert_eq!((fit.model.k(), fit.report.tried.len()), (1, 2));
    assert!((fit.report.ln_likelihood + 9582.13571555).abs() < 1e-7, "{}", fit.report.ln_likelihood);
    let fit = fit_purchases(&BgCnbdK::template(), &customers).unwrap();
    assert_eq!(fit.model.k(), 1);
    assert!((fit.report.ln_likelihood + 9582.42920667).abs() < 1e-7, "{}", fit.report.ln_likelihood);
}

/// Days instead of weeks: α moves, and ln L by ln 7 for each repeat purchase, whatever k.
#[test]
fn regular_models_do_not_depend_on_the_unit_of_time() {
    let (weeks, days) = (sample(TimeUnit::Week), sample(TimeUnit::Day));
    let repeats: f64 = weeks.frequency.iter().map(|&x| f64::from(x)).sum();
    for k in [1, 2, 4] {
        let template = MbgCnbdK::stages_of(k).unwrap();
        let (w, d) = (fit_purchases(&template, &weeks).unwrap(), fit_purchases(&template, &days).unwrap());
        close(d.model.alpha(), 7.0 * w.model.alpha(), 1e-10);
        close(d.report.ln_likelihood, w.report.ln_likelihood - repeats * 7f64.ln(), 1e-12);
        let c = rfm(3, 20.0, 39.0);
        let in_days = rfm(3, 140.0, 273.0);
        close(d.model.p_alive(&in_days), w.model.p_alive(&c), 1e-9);
        close(d.model.given_alive(&in_days).mean(273.0), w.model.given_alive(&c).mean(39.0), 1e-9);
    }
}

/// A shop of regular buyers in days, told by the model; every purchase on a day of its own would be rounded away, so the grain
/// is the second.
fn regular_shop(model: &MbgCnbdK, customers: usize) -> Orders {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    let mut log =
        OrderLog::new(LogOptions { grain: Grain::None, order_ids: false, money: false, drop_zero: false });
    let start = Grain::None.read("2024-01-01T00:00:00").unwrap();
    let mut times = Vec::new();
    for customer in 0..customers {
        times.clear();
        times.push(0.0);
        model.sample_newcomer(52.0, &mut rng, &mut times);
        for (at, time) in times.iter().enumerate() {
            let tick = ltv::units::Tick(start.0 + (time * 7.0 * 86_400.0).round() as i32);
            let name = customer.to_string();
            let amount = ltv::units::Money::from_f64(1.0).unwrap();
            let position = (customer * 10_000 + at) as u64;
            log.push(&OrderRow { customer: &name, tick, order: None, amount, position }).unwrap();
        }
    }
    log.finish().unwrap().0
}

#[test]
fn k_and_the_parameters_come_back_from_a_simulated_shop() {
    let truth = MbgCnbdK::new(3, 1.5, 2.0, 0.6, 1.8).unwrap();
    let orders = regular_shop(&truth, 6_000);
    let cut = Grain::None.read("2024-12-30T00:00:00").unwrap();
    let past = Past::new(&orders, Some(cut)).unwrap();
    let fit: Fit<MbgCnbdK> = fit_purchases(&MbgCnbdK::template(), &past.customers(TimeUnit::Week)).unwrap();
    assert_eq!(fit.model.k(), 3, "{:?}", fit.report.tried);
    let errors = fit.uncertainty.unwrap().standard_errors.unwrap();
    for ((found, right), error) in fit.model.parameters().iter().zip(truth.parameters()).zip(errors) {
        assert!((found - right).abs() < 3.5 * error, "{found} {right} ± {error}");
    }
    let regularity = past.regularity();
    close(regularity.two_gaps.unwrap(), 3.0, 0.1);
    assert!(regularity.median_shape.unwrap() > 2.5);
}

#[test]
fn without_the_gaps_k_can_be_given_but_not_chosen() {
    let mut customers = sample(TimeUnit::Week);
    let known = fit_purchases(&MbgCnbdK::stages_of(2).unwrap(), &customers).unwrap();
    customers.ln_gaps.clear();
    let error = fit_purchases(&MbgCnbdK::template(), &customers).unwrap_err();
    assert!(error.to_string().contains("no column ln_gaps") && error.exit_code() == 2, "{error}");
    let fit = fit_purchases(&MbgCnbdK::stages_of(2).unwrap(), &customers).unwrap();
    assert_eq!(fit.model.parameters(), known.model.parameters());
    assert!(fit.report.warnings.iter().any(|w| w.contains("ln_gaps")), "{:?}", fit.report.warnings);
}

#[test]
fn a_k_that_is_no_number_of_stages_is_refused() {
    for k in [0.0, -1.0, 2.5, 65.0, f64::NAN, f64::INFINITY] {
        let error = MbgCnbdK::template().with_setting("k", k).unwrap_err().to_string();
        assert!(error.contains("MBG/CNBD-k: k is") && error.contains("from 1 to 64"), "{error}");
    }
    assert!(BgNbd::template().with_setting("k", 2.0).is_err());
    assert!(
        MbgCnbdK::template().to_choose().is_some() && MbgCnbdK::stages_of(2).unwrap().to_choose().is_none()
    );
}

/// BTYDplus's conditional expectations for k > 1 are approximations; by simulation ours are right. Customers of the grocery model
/// (52 weeks) who never came back, and who came once more towards the end: .0642 and 1.050 purchases a year ahead, where the
/// package says .0818 and 1.544 (.0818 and 1.544 are of customers 1 and 2 of its grocery example).
#[test]
fn the_silence_is_part_of_a_waiting_time() {
    let model = mbg(2);
    let (mut rng, mut times) = (Xoshiro256PlusPlus::seed_from_u64(3), Vec::new());
    let (mut never, mut late, mut foreseen_late) = (Sums::default(), Sums::default(), Sums::default());
    for _ in 0..600_000 {
        times.clear();
        model.sample_newcomer(104.0, &mut rng, &mut times);
        let before = times.partition_point(|&time| time <= 52.0);
        let after = (times.len() - before) as f64;
        if before == 0 {
            never.add([after; 4]);
        } else if before == 1 && (47.0..52.0).contains(&times[0]) {
            late.add([after; 4]);
            let c = rfm(1, times[0], 52.0);
            foreseen_late.add([model.p_alive(&c) * model.given_alive(&c).mean(52.0); 4]);
        }
    }
    let c = rfm(0, 0.0, 52.0);
    let foreseen = model.p_alive(&c) * model.given_alive(&c).mean(52.0);
    close(foreseen, 0.0642, 1e-3);
    let (found, sigma) = (never.mean(0), never.deviation(0));
    assert!(
        (found - foreseen).abs() < 3.5 * sigma && (found - 0.0818).abs() > 7.0 * sigma,
        "{found} ± {sigma}"
    );
    let (found, sigma) = (late.mean(0), late.deviation(0));
    let foreseen = foreseen_late.mean(0);
    assert!((found - foreseen).abs() < 3.5 * sigma, "{found} ± {sigma}, foreseen {foreseen}");
}

/// Written past the test runner, which keeps what a passing test prints to itself.
fn say_skipped(why: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}

/// The grocery data of BTYDplus, which is not part of the repository: `LTV_SHARED` names the folder it stands in. The numbers are
/// those of the package, whose climb stops 1e-5 short in the parameters; its expectations are approximations for k > 1 (see
/// above), and the exact ones have the smaller error on the second year.
#[test]
fn the_grocery_shop_of_the_r_package() {
    let shared = std::env::var_os("LTV_SHARED").map(std::path::PathBuf::from);
    let Some(file) =
        shared.map(|folder| folder.join("data/grocery/groceryElog.csv")).filter(|file| file.exists())
    else {
        return say_skipped("LTV_SHARED does not name the folder of real data (grocery)");
    };
    let (orders, _) =
        ltv::orders::read(&[file], &ltv::orders::ReadOptions::default(), &ltv::progress::Silent).unwrap();
    let past = Past::new(&orders, Some(Grain::Day.read("2006-12-31").unwrap())).unwrap();
    let customers = past.customers(TimeUnit::Week);
    let all = Past::new(&orders, None).unwrap().regularity();
    close(all.two_gaps.unwrap(), 1.82456, 2e-3); // the package turns each pair of gaps at random
    close(all.median_shape.unwrap(), 3.26291, 1e-5);

    fn check<M: PurchaseLikelihood>(
        template: &M,
        customers: &Customers,
        right: [f64; 4],
        ln: f64,
        sum: f64,
    ) -> M {
        let fit = fit_purchases(template, customers).unwrap();
        for (found, right) in fit.model.parameters().iter().zip(right) {
            close(*found, right, 2e-4);
        }
        assert!((fit.report.ln_likelihood - ln).abs() < 6e-5, "{}", fit.report.ln_likelihood);
        let one = |c: Rfm| fit.model.p_alive(&c) * fit.model.given_alive(&c).mean(52.0);
        let found: f64 = (0..customers.len()).map(|at| one(customers.rfm(at))).sum();
        assert!((found - sum).abs() < 0.1, "{found}");
        fit.model
    }
    let mbg = MbgNbd::template();
    check(&mbg, &customers, [1.256791, 6.038476, 0.368251, 0.715735], -15781.9394, 4024.9);
    let bg = BgCnbdK::template();
    let fitted = check(&bg, &customers, [0.359061, 1.129387, 0.522813, 2.785341], -15054.1729, 3818.4);
    assert_eq!(fitted.k(), 2);
    let mbg = MbgCnbdK::template();
    let fitted = check(&mbg, &customers, [1.329197, 2.812600, 0.424716, 0.790040], -14978.2107, 3811.5);
    assert_eq!(fitted.k(), 2);
    // P(alive) of the package is exact: customers 2 (last bought on 19 December) and 1 (never came back).
    close(fitted.p_alive(&rfm(1, 352.0 / 7.0, 52.0)), 0.807187708104858, 2e-6);
    close(fitted.p_alive(&rfm(0, 0.0, 52.0)), 0.0750908802167529, 5e-5);
}
