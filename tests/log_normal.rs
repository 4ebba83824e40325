//! Lognormal spend: its law of sums, its fit, and what is forecast with it.

mod shop;

use ltv::features::{Customers, LnSpent, Spent};
use ltv::fit::{Method, fit_purchases, fit_spend, fit_spend_by};
use ltv::model::{
    BgNbd, GammaGamma, Likelihood, LnSpendRow, LogNormal, LogSums, Parametric, PurchaseModel, SpendModel,
};
use ltv::predict::{Forecaster, Purchases, Question, Value};
use ltv::progress::Silent;
use ltv::units::{Grain, Periods, Share, TimeUnit};
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

#[track_caller]
fn close(found: f64, right: f64, tolerance: f64) {
    assert!((found - right).abs() <= tolerance * right.abs(), "found {found}, should be {right}");
}

fn spent(values: &[f64]) -> Spent {
    let logs: Vec<f64> = values.iter().map(|value| value.ln()).collect();
    let n = values.len() as f64;
    let mean = logs.iter().sum::<f64>() / n;
    let squares = logs.iter().map(|ln| (ln - mean).powi(2)).sum();
    Spent {
        frequency: values.len() as u32,
        monetary_value: (!values.is_empty()).then(|| values.iter().sum::<f64>() / n),
        logs: (!values.is_empty()).then_some(LnSpent { mean, squares }),
    }
}

/// A shop of BG/NBD buyers with lognormal orders, observed for `age` weeks, and what each then spends in `horizon` weeks.
fn shop_of(spend: &LogNormal, size: usize, age: f64, horizon: f64, seed: u64) -> (Customers, Vec<f64>) {
    let model = BgNbd::new(0.7, 4.4, 0.8, 2.5).unwrap();
    let law = model.newcomer();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let (mut rows, mut logs, mut later) = (Vec::new(), Vec::new(), Vec::new());
    let mut times = Vec::new();
    for _ in 0..size {
        let age = age * (0.5 + 0.5 * rng.random::<f64>());
        times.clear();
        ltv::model::Law::sample(&law, age + horizon, &mut rng, &mut times);
        let own = spend.sample_customer(&mut rng);
        let values: Vec<f64> = times.iter().map(|_| spend.sample_order(own, &mut rng)).collect();
        let seen = times.partition_point(|time| *time <= age);
        let known = spent(&values[..seen]);
        let recency = if seen > 0 { times[seen - 1] } else { 0.0 };
        rows.push((known.frequency, recency, age, known.monetary_value));
        logs.push(known.logs);
        later.push(values[seen..].iter().sum());
    }
    let mut customers = shop::customers(&rows);
    customers.mean_ln_value = logs.iter().map(|logs| logs.map(|logs| logs.mean)).collect();
    customers.ss_ln_value = logs.iter().map(|logs| logs.map(|logs| logs.squares)).collect();
    (customers, later)
}

/// 400,000 sums each: the distribution function at nine points within four standard errors, and what the moments say.
#[test]
fn the_law_of_sums_is_that_of_simulated_ones() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(11);
    for (sigma, tau, n) in [
        (0.3, 0.5, 2),
        (0.6, 0.1, 5),
        (1.0, 0.7, 3),
        (1.0, 0.05, 40),
        (2.0, 0.3, 12),
        (0.05, 0.02, 200),
        (4.0, 1.0, 6),
    ] {
        let laws = LogSums::new(sigma);
        let draws = 40_000;
        let mut sums: Vec<f64> = (0..draws)
            .map(|_| {
                let mut z = || -> f64 { StandardNormal.sample(&mut rng) };
                let own = tau * z();
                (0..n).map(|_| (own + sigma * z()).exp()).sum::<f64>().ln()
            })
            .collect();
        sums.sort_by(f64::total_cmp);
        for tenth in 1..10 {
            let p = f64::from(tenth) / 10.0;
            let y = sums[(p * f64::from(draws)) as usize];
            let found = laws.at(f64::from(n), tau, y);
            let error = (p * (1.0 - p) / f64::from(draws)).sqrt();
            assert!((found.below - p).abs() < 4.0 * error, "{sigma} {tau} {n}: {} is not {p}", found.below);
            assert!((found.below + found.above - 1.0).abs() < 1e-10);
        }
    }
}

/// Everywhere a density with its integral, rising, never NaN, whatever σ, τ and n.
#[test]
fn the_law_of_sums_is_a_law_whatever_the_parameters() {
    for sigma in [1e-5, 0.01, 0.4, 1.5, 6.0, 40.0] {
        let laws = LogSums::new(sigma);
        for tau in [1e-9, 0.3 * sigma, 5.0 * sigma] {
            for n in [1.0_f64, 2.0, 9.0, 64.0, 500.0, 3000.0] {
                let width = (sigma * sigma + tau * tau).sqrt();
                let mut last = (0.0, 1.0);
                for i in -60..=60 {
                    let y = n.ln() + 0.5 * sigma * sigma.min(2.0 * n.ln()) + f64::from(i) * 0.3 * width;
                    let point = laws.at(n, tau, y);
                    let all = [point.below, point.above, point.density, point.slope];
                    assert!(all.iter().all(|value| value.is_finite()), "{sigma} {tau} {n} {y}: {point:?}");
                    assert!(
                        point.density >= 0.0 && (point.below + point.above - 1.0).abs() < 1e-9,
                        "{point:?}"
                    );
                    // y itself is rounded.
                    let rounding = 1e-12 + 4e-15 * point.density * y.abs();
                    let rises = point.below >= last.0 - rounding && point.above <= last.1 + rounding;
                    assert!(rises, "{sigma} {tau} {n}");
                    last = (point.below, point.above);
                }
                assert!(last.1 < 1e-9, "{sigma} {tau} {n}: {last:?}");
            }
        }
    }
}

/// From 2048 orders on the number is rounded and the law shifted: halves of the same number, made exactly, say how far off.
#[test]
fn rounded_numbers_of_orders_have_nearly_the_exact_law() {
    for (sigma, bound) in [(0.5, 6e-6), (1.0, 1.5e-5), (2.0, 1e-4)] {
        let laws = LogSums::new(sigma);
        // 2053 is shifted from 2054; the exact neighbours 2052 and 2054 are kept as they are.
        let middle = 2053f64.ln() + 0.5 * sigma * sigma;
        let quantile = |n: f64, p: f64| {
            let (mut low, mut high) = (middle - 5.0, middle + 5.0);
            for _ in 0..60 {
                let y = 0.5 * (low + high);
                if laws.at(n, 1e-9, y).below < p { low = y } else { high = y }
            }
            low
        };
        for p in [0.05, 0.5, 0.95] {
            let between = 0.5 * (quantile(2052.0, p) + quantile(2054.0, p));
            assert!((quantile(2053.0, p) - between).abs() < bound, "{sigma} {p}");
        }
    }
}

#[test]
fn conditioning_is_the_rule_of_bayes() {
    let model = LogNormal::new(3.0, 0.6, 0.4).unwrap();
    let customer = spent(&[20.0, 55.0, 31.0]);
    let known = model.knowing(&customer);
    // By quadrature over μ: likelihood of the three orders times the prior.
    let weight = |mu: f64| {
        let within: f64 = [20f64, 55.0, 31.0].iter().map(|z| ((z.ln() - mu) / 0.6).powi(2)).sum();
        (-0.5 * (within + ((mu - 3.0) / 0.4).powi(2))).exp()
    };
    let grid: Vec<f64> = (0..9000).map(|i| -1.0 + f64::from(i) * 0.001).collect();
    let all: f64 = grid.iter().map(|mu| weight(*mu)).sum();
    let mean: f64 = grid.iter().map(|mu| mu * weight(*mu)).sum::<f64>() / all;
    let variance: f64 = grid.iter().map(|mu| (mu - mean).powi(2) * weight(*mu)).sum::<f64>() / all;
    close(known.m(), mean, 1e-12);
    close(known.tau().powi(2), variance, 1e-11);
    close(known.mean().unwrap(), (mean + 0.5 * (variance + 0.36)).exp(), 1e-12);
    assert_eq!(model.knowing(&spent(&[])), model);
    assert_eq!((model.known_from(&customer), model.known_from(&spent(&[]))), (3, 0));
}

/// The density of the next order given the past is the ratio of likelihoods.
#[test]
fn the_likelihood_is_the_product_of_predictive_densities() {
    let model = LogNormal::new(3.1, 0.7, 0.5).unwrap();
    let orders = [12.0, 40.0, 33.0, 80.0, 25.0];
    let mut sum = 0.0;
    for n in 0..orders.len() {
        let known = model.knowing(&spent(&orders[..n]));
        let point = known.sums_at_one(orders[n]);
        sum += point.ln();
    }
    let logs = spent(&orders).logs.unwrap();
    let row = LnSpendRow { frequency: 5, mean: logs.mean, squares: logs.squares };
    close(model.ln_likelihood(&row), sum, 1e-13);
}

/// The density of one order.
trait AtOne {
    fn sums_at_one(&self, z: f64) -> f64;
}

impl AtOne for LogNormal {
    fn sums_at_one(&self, z: f64) -> f64 {
        self.sums().at(1.0, (z / self.scale()).ln()).density / z
    }
}

#[test]
fn the_fit_of_cdnow_is_that_of_scipy() {
    let orders = shop::cdnow_orders("cdnow_sample.csv");
    let cut = Grain::Day.read("1997-09-30").unwrap();
    let past = ltv::features::Past::new(&orders, Some(cut)).unwrap().telling_logs(true);
    let fit = fit_spend(&LogNormal::template(), &past.customers(TimeUnit::Week)).unwrap();
    // tests/reference/log_normal_fit.py, which goes another way: scipy's multivariate normal and Nelder-Mead.
    close(fit.model.m(), 3.290_847_619, 1e-7);
    close(fit.model.sigma(), 0.562_246_257, 1e-7);
    close(fit.model.tau(), 0.468_988_398, 1e-7);
    close(fit.report.ln_likelihood, -10_697.275_955_907, 1e-12);
    assert_eq!((fit.report.customers, fit.report.left_out), (946, 0));
}

#[test]
fn another_currency_shifts_m_and_nothing_else() {
    let (customers, _) = shop_of(&LogNormal::new(3.0, 0.8, 0.5).unwrap(), 600, 60.0, 1.0, 5);
    let cents = Customers {
        monetary_value: customers.monetary_value.iter().map(|m| m.map(|m| 100.0 * m)).collect(),
        mean_ln_value: customers.mean_ln_value.iter().map(|m| m.map(|m| m + 100f64.ln())).collect(),
        ..customers.clone()
    };
    for method in [Method::Mle, Method::Map] {
        let fit = |customers| fit_spend_by(&LogNormal::template(), customers, method, &Silent).unwrap();
        let (euro, cent) = (fit(&customers), fit(&cents));
        close(cent.model.m(), euro.model.m() + 100f64.ln(), 1e-10);
        close(cent.model.sigma(), euro.model.sigma(), 1e-10);
        close(cent.model.tau(), euro.model.tau(), 1e-10);
        let values: f64 = customers.frequency.iter().map(|x| f64::from(*x)).sum();
        close(cent.report.ln_likelihood, euro.report.ln_likelihood - values * 100f64.ln(), 1e-10);
        let (here, there) = (euro.uncertainty.unwrap(), cent.uncertainty.unwrap());
        for (left, right) in here.covariance.iter().flatten().zip(there.covariance.iter().flatten()) {
            assert!((left - right).abs() < 1e-10);
        }
    }
}

#[test]
fn the_truth_comes_back_from_simulated_shops() {
    for (m, sigma, tau) in [(3.0, 0.6, 0.5), (-1.0, 1.5, 0.2), (8.0, 0.1, 2.0)] {
        let truth = LogNormal::new(m, sigma, tau).unwrap();
        let (customers, _) = shop_of(&truth, 4000, 80.0, 1.0, 17);
        let fit = fit_spend(&LogNormal::template(), &customers).unwrap();
        let errors = fit.uncertainty.unwrap().standard_errors.unwrap();
        for ((found, right), error) in fit.model.parameters().iter().zip(truth.parameters()).zip(errors) {
            assert!((found - right).abs() < 4.0 * error, "{:?} is not {truth:?}", fit.model);
        }
        assert!(fit.report.warnings.is_empty(), "{:?}", fit.report.warnings);
    }
}

fn with_logs(rows: &[&[f64]]) -> Customers {
    let known: Vec<Spent> = rows.iter().map(|values| spent(values)).collect();
    let table: Vec<_> = known.iter().map(|c| (c.frequency, 5.0, 30.0, c.monetary_value)).collect();
    let mut customers = shop::customers(&table);
    customers.mean_ln_value = known.iter().map(|c| c.logs.map(|logs| logs.mean)).collect();
    customers.ss_ln_value = known.iter().map(|c| c.logs.map(|logs| logs.squares)).collect();
    customers
}

#[test]
fn ridges_are_named_in_words() {
    let said = |rows: &[&[f64]]| {
        fit_spend(&LogNormal::template(), &with_logs(rows)).unwrap().report.warnings.join("; ")
    };
    let once: Vec<[f64; 1]> = (1..60).map(|i| [f64::from(i)]).collect();
    assert!(said(&once.iter().map(|x| &x[..]).collect::<Vec<_>>()).contains("two repeat purchases"));
    let steady: Vec<[f64; 3]> = (1..60).map(|i| [f64::from(i); 3]).collect();
    assert!(said(&steady.iter().map(|x| &x[..]).collect::<Vec<_>>()).contains("sigma is at the border"));
    let alike: Vec<[f64; 2]> =
        (1..60).map(|i| [10.0 + f64::from(i), 1000.0 / (10.0 + f64::from(i))]).collect();
    assert!(said(&alike.iter().map(|x| &x[..]).collect::<Vec<_>>()).contains("tau is at the border"));
}

#[test]
fn without_logarithms_the_fit_and_the_forecast_are_refused() {
    let bare = shop::customers(&[(2, 3.0, 10.0, Some(20.0)), (1, 3.0, 10.0, Some(25.0))]);
    let error = fit_spend(&LogNormal::template(), &bare).unwrap_err();
    assert!(
        error.to_string().contains("mean_ln_value") && error.to_string().contains("ltv features"),
        "{error}"
    );
    let (model, spend) = (BgNbd::template(), LogNormal::template());
    let question = Question::revenue(Periods::new(10.0).unwrap(), &[]).unwrap();
    let error = Forecaster::new(&model, Some(&spend), question).unwrap().forecast(&bare).unwrap_err();
    assert!(error.to_string().contains("mean_ln_value"), "{error}");
}

/// What the forecaster tabulates is what the distribution itself says: medians and ends of intervals.
#[test]
fn the_forecast_of_many_is_that_of_each() {
    for (m, sigma, tau) in [(3.0, 0.56, 0.47), (0.5, 1.4, 0.8), (2.0, 0.05, 0.01)] {
        let (model, spend) =
            (BgNbd::new(0.7, 4.4, 0.8, 2.5).unwrap(), LogNormal::new(m, sigma, tau).unwrap());
        let (customers, _) = shop_of(&spend, 300, 80.0, 1.0, 23);
        let horizon = Periods::new(52.0).unwrap();
        let level = Share::new(0.9).unwrap();
        let forecaster =
            Forecaster::new(&model, Some(&spend), Question::revenue(horizon, &[level]).unwrap()).unwrap();
        let forecast = forecaster.forecast(&customers).unwrap();
        let value = forecast.value.unwrap();
        for at in (0..customers.len()).step_by(17) {
            let purchases = Purchases::of(&model, &customers.rfm(at), horizon);
            let law = Value::new(&purchases, spend.knowing(&customers.spent(at)));
            let (lower, upper) = law.interval(level);
            let found = [value.intervals[0].lower[at], value.median[at], value.intervals[0].upper[at]];
            for (found, right) in found.into_iter().zip([lower, law.median(), upper]) {
                assert!((found - right).abs() <= 1e-6 * right, "{at}: {found} is not {right}");
            }
            assert_eq!(value.expected[at], law.mean());
            if upper > 0.0 {
                close(law.cdf(upper), 0.95, 1e-6);
            }
        }
    }
}

/// Nominal 90 % of the value, fitted on the past of a shop that is lognormal: 3,000 customers, so a standard error of half a point.
#[test]
fn intervals_of_value_hold_on_simulated_shops() {
    for (m, sigma, tau, seed) in [(3.3, 0.56, 0.47, 1), (2.0, 1.3, 0.9, 2)] {
        let truth = LogNormal::new(m, sigma, tau).unwrap();
        let (customers, later) = shop_of(&truth, 3000, 60.0, 40.0, seed);
        let model = fit_purchases(&BgNbd::template(), &customers).unwrap().model;
        let spend = fit_spend(&LogNormal::template(), &customers).unwrap().model;
        let level = Share::new(0.9).unwrap();
        let question = Question::revenue(Periods::new(40.0).unwrap(), &[level]).unwrap();
        let forecaster = Forecaster::new(&model, Some(&spend), question).unwrap();
        let value = forecaster.forecast(&customers).unwrap().value.unwrap();
        let ends = &value.intervals[0];
        let held = |rows: &[usize]| {
            let hit = |at: &&usize| ends.lower[**at] <= later[**at] && later[**at] <= ends.upper[**at];
            rows.iter().filter(hit).count() as f64 / rows.len() as f64
        };
        let all: Vec<usize> = (0..customers.len()).collect();
        let busy: Vec<usize> = all.iter().copied().filter(|&at| customers.frequency[at] > 2).collect();
        let (whole, busy) = (held(&all), held(&busy));
        println!("{truth:?}: {whole:.4} of all, {busy:.4} of the busy");
        // An interval that begins at 0 holds all of the 5 % below its lower end, and counts are whole.
        assert!((0.89..0.975).contains(&whole) && (0.87..0.97).contains(&busy), "{whole} {busy}");
        // The log score prefers the true model.
        let bought: Vec<u32> = later.iter().map(|value| u32::from(*value > 0.0)).collect();
        let mean = |scores: Vec<f64>| scores.iter().sum::<f64>() / scores.len() as f64;
        let own = forecaster.log_scores(&customers, 0..customers.len(), (&bought, Some(&later))).unwrap();
        let other = fit_spend(&GammaGamma::template(), &customers).unwrap().model;
        let question = Question::revenue(Periods::new(40.0).unwrap(), &[]).unwrap();
        let gamma = Forecaster::new(&model, Some(&other), question).unwrap();
        let others = gamma.log_scores(&customers, 0..customers.len(), (&bought, Some(&later))).unwrap();
        let (own, others) = (mean(own.value), mean(others.value));
        println!("log score {own:.4}, of Gamma-Gamma {others:.4}");
        assert!(own > others, "{own} {others}");
    }
}
