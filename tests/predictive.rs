//! The predictive distributions against mpmath, against each other and against simulation.

#![allow(clippy::excessive_precision)] // 17 digits, as mpmath wrote them

use ltv::features::{Customers, Rfm};
use ltv::model::{BgNbd, GammaGamma, Law, PurchaseModel};
use ltv::orders::Ids;
use ltv::predict::{Forecaster, Purchases, Question, Value, discounted_purchases, residual_purchases};
use ltv::units::{Grain, Periods, Share, TimeUnit};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

const WEEK: f64 = 1.0 / 7.0;

fn close(got: f64, expected: f64, relative: f64) {
    let error = (got - expected).abs() / expected.abs();
    assert!(error <= relative, "{got} is not {expected}: relative error {error:.1e}");
}

fn cdnow() -> BgNbd {
    BgNbd::new(0.243, 4.414, 0.793, 2.426).unwrap()
}

fn spend() -> GammaGamma {
    GammaGamma::new(6.25, 3.74, 15.44).unwrap()
}

fn periods(t: f64) -> Periods {
    Periods::new(t).unwrap()
}

fn rfm(frequency: u32, recency: f64, age: f64) -> Rfm {
    Rfm::new(frequency, recency, age)
}

fn customers(rows: &[(u32, f64, f64, Option<f64>)]) -> Customers {
    let mut ids = Ids::default();
    (0..rows.len()).for_each(|i| ids.push(&i.to_string()));
    Customers {
        ids,
        frequency: rows.iter().map(|row| row.0).collect(),
        recency: rows.iter().map(|row| row.1).collect(),
        age: rows.iter().map(|row| row.2).collect(),
        monetary_value: rows.iter().map(|row| row.3).collect(),
        ln_gaps: Vec::new(),
        mean_ln_value: Vec::new(),
        ss_ln_value: Vec::new(),
        history: None,
        unit: TimeUnit::Week,
        grain: Grain::Day,
        cutoff: None,
    }
}

/// One line of mpmath's table: history, money, horizon, and what is expected.
struct Known {
    model: [f64; 4],
    row: (u32, f64, f64, Option<f64>),
    horizon: f64,
    none: f64,
    mean: f64,
    variance: f64,
    above_100: f64,
    quantiles: &'static [(f64, f64)],
}

/// By mpmath at 30 digits: probabilities by the recurrence of MATH §2, spend by `betainc`, quantiles by `findroot`.
fn known() -> Vec<Known> {
    let model = [0.243, 4.414, 0.793, 2.426];
    vec![
        Known {
            model,
            row: (0, 0.0, 272.0 * WEEK, None),
            horizon: 39.0,
            none: 0.85544295301133438,
            mean: 0.19510966499308848,
            variance: 0.30737506100896771,
            above_100: 0.013087595079127321,
            quantiles: &[
                (0.05, 0.0),
                (0.5, 0.0),
                (0.9, 22.339439870647204),
                (0.95, 44.749546718001889),
                (0.995, 154.81356848371404),
            ],
        },
        Known {
            model,
            row: (2, 213.0 * WEEK, 272.0 * WEEK, Some(35.5)),
            horizon: 39.0,
            none: 0.44535227815807623,
            mean: 1.2261158061493217,
            variance: 2.5291855135552228,
            above_100: 0.14303643795181937,
            quantiles: &[
                (0.05, 0.0),
                (0.5, 22.218548545741049),
                (0.9, 122.1978481164508),
                (0.95, 165.78241390736844),
                (0.99999, 850.60449204950761),
            ],
        },
        Known {
            model,
            row: (7, 206.0 * WEEK, 272.0 * WEEK, Some(20.0)),
            horizon: 39.0,
            none: 0.36431685013991007,
            mean: 3.337439351620737,
            variance: 13.322594402287071,
            above_100: 0.30216873501485856,
            quantiles: &[(0.05, 0.0), (0.5, 47.001374602349736), (0.95, 224.34987821420421)],
        },
        Known {
            model,
            row: (26, 216.0 * WEEK, 31.0, Some(50.0)),
            horizon: 52.0,
            none: 0.031148437196895824,
            mean: 25.756492215378058,
            variance: 251.2394748273471,
            above_100: 0.9278228758291062,
            quantiles: &[(0.05, 56.3036914991814), (0.5, 1345.4002912647345), (0.95, 2563.8790735550088)],
        },
        Known {
            model: [0.25, 4.0, 1.0, 2.5],
            row: (300, 200.0, 201.0, Some(10.0)),
            horizon: 52.0,
            none: 0.014195235719251872,
            mean: 66.96497823311128,
            variance: 492.15566550200679,
            above_100: 0.95565624843365572,
            quantiles: &[(0.05, 118.64718073218375), (0.5, 727.36908025311622), (0.95, 927.96442933051386)],
        },
    ]
}

#[test]
fn the_predictive_distributions_are_those_of_mpmath() {
    for case in known() {
        let [r, alpha, a, b] = case.model;
        let model = BgNbd::new(r, alpha, a, b).unwrap();
        let customer = rfm(case.row.0, case.row.1, case.row.2);
        let purchases = Purchases::of(&model, &customer, periods(case.horizon));
        close(purchases.p_none(), case.none, 1e-13);
        close(purchases.mean(), case.mean, 1e-12);
        close(purchases.variance(), case.variance, 1e-12);
        let value = Value::new(&purchases, spend().given(case.row.0, case.row.3));
        close(value.survival(100.0), case.above_100, 1e-11);
        close(value.cdf(100.0), 1.0 - case.above_100, 1e-12);
        for &(level, expected) in case.quantiles {
            if expected == 0.0 {
                assert_eq!(value.quantile(level), 0.0);
            } else {
                close(value.quantile(level), expected, 1e-11);
            }
        }
    }
}

#[test]
fn a_quantile_just_above_the_atom_is_found() {
    // P(S = 0) = .44535..., level .4454: deep in the lower tail of one order's law.
    let purchases = Purchases::of(&cdnow(), &rfm(2, 213.0 * WEEK, 272.0 * WEEK), periods(39.0));
    let value = Value::new(&purchases, spend().given(2, Some(35.5)));
    close(value.quantile(0.4454), 4.2143077874325059, 1e-11);
}

#[test]
fn the_engine_gives_what_the_distributions_give() {
    let levels: Vec<Share> = [0.5, 0.8, 0.9, 0.95, 0.99].map(|l| Share::new(l).unwrap()).to_vec();
    let mut rows = vec![(0, 0.0, 0.0, None), (3000, 500.0, 520.0, Some(3.0)), (5, 3.0, 10.0, Some(0.0))];
    for x in [0, 1, 2, 3, 5, 8, 13, 40, 120, 400, 700] {
        for (recency, age) in [(30.0, 38.9), (5.0, 40.0), (150.0, 152.0), (500.0, 520.0)] {
            let recency = if x == 0 { 0.0 } else { recency };
            rows.push((x, recency, age, (x > 0).then_some(12.5 + f64::from(x))));
        }
    }
    let table = customers(&rows);
    let (model, spend) = (cdnow(), spend());
    for horizon in [0.01, 4.0, 39.0, 104.0, 5218.0] {
        let question = Question::revenue(periods(horizon), &levels).unwrap();
        let forecaster = Forecaster::new(&model, Some(&spend), question).unwrap();
        let forecast = forecaster.forecast(&table).unwrap();
        let value = forecast.value.as_ref().unwrap();
        for (i, row) in rows.iter().enumerate() {
            let purchases = Purchases::of(&model, &table.rfm(i), periods(horizon));
            let law = Value::new(&purchases, spend.given(row.0, row.3));
            assert_eq!(forecast.expected_purchases[i], purchases.mean());
            assert_eq!(forecast.purchases_median[i], purchases.median() as f64);
            assert_eq!(value.expected[i], law.mean());
            if law.median() == 0.0 {
                assert_eq!(value.median[i], 0.0);
            } else {
                close(value.median[i], law.median(), 1e-10);
            }
            for (k, level) in levels.iter().enumerate() {
                let (lower, upper) = law.interval(*level);
                let pair = (value.intervals[k].lower[i], value.intervals[k].upper[i]);
                for (got, expected) in [(pair.0, lower), (pair.1, upper)] {
                    if expected == 0.0 {
                        assert_eq!(got, 0.0);
                    } else {
                        let error = (got / expected - 1.0).abs();
                        assert!(error < 1e-10, "{row:?} {horizon} {level:?}: {got} {expected} {error:.1e}");
                    }
                }
            }
        }
    }
}

#[test]
fn discounted_purchases_are_those_of_an_independent_quadrature() {
    let (model, customer) = (cdnow(), rfm(2, 30.43, 38.86));
    let (law, p_alive) = (model.given_alive(&customer), model.p_alive(&customer));
    close(p_alive * residual_purchases(&law, 0.0027).unwrap(), 5.156379826, 2e-10);
    for (horizon, expected) in [(52.0, 1.461496776), (104.0, 2.364692882), (260.0, 3.784698963)] {
        close(p_alive * discounted_purchases(&law, horizon, 0.0027), expected, 4e-10);
    }
    assert!(residual_purchases(&law, 0.0).is_err());
}

/// The distributions of a few very different customers.
fn several() -> Vec<(Purchases<BgNbd>, GammaGamma)> {
    [
        (0, 0.0, 38.9, None),
        (2, 30.4, 38.9, Some(35.5)),
        (7, 29.4, 38.9, Some(4.0)),
        (26, 30.9, 31.0, Some(50.0)),
    ]
    .into_iter()
    .map(|(x, recency, age, money)| {
        (Purchases::of(&cdnow(), &rfm(x, recency, age), periods(39.0)), spend().given(x, money))
    })
    .collect()
}

#[test]
fn quantiles_are_the_inverse_of_the_distribution_functions() {
    for (purchases, spend) in several() {
        let value = Value::new(&purchases, spend);
        let (mut last_n, mut last_s) = (0, 0.0);
        for k in 1..200 {
            let p = f64::from(k) / 200.0;
            let n = purchases.quantile(p);
            assert!(purchases.cdf(n) >= p - 1e-15 && (n == 0 || purchases.cdf(n - 1) < p) && n >= last_n);
            let s = value.quantile(p);
            if s > 0.0 {
                assert!((value.cdf(s) - p).abs() < 1e-13, "{p}: {}", value.cdf(s));
                assert!(s > last_s);
            } else {
                assert!(purchases.p_none() >= p);
            }
            (last_n, last_s) = (n, s);
        }
    }
}

#[test]
fn moments_are_the_sums_and_integrals_over_the_distribution() {
    for (purchases, spend) in several() {
        let terms = || (0..2000_u64).map(|n| (n as f64, purchases.pmf(n)));
        close(terms().map(|(_, p)| p).sum(), 1.0, 1e-12);
        close(purchases.mean(), terms().map(|(n, p)| n * p).sum(), 1e-10);
        let square: f64 = terms().map(|(n, p)| n * n * p).sum();
        close(purchases.variance(), square - purchases.mean().powi(2), 1e-9);
        // E[S] = ∫ P(S > s) ds, in y = ln s
        let value = Value::new(&purchases, spend);
        let integral: f64 = (-1600..1400)
            .map(|k| f64::from(k) * 0.02)
            .map(|y| 0.02 * y.exp() * value.survival(y.exp()))
            .sum();
        close(value.mean().unwrap(), integral, 1e-8);
    }
}

#[test]
fn units_of_time_and_money_change_nothing_but_the_scale() {
    let days = BgNbd::new(0.243, 7.0 * 4.414, 0.793, 2.426).unwrap();
    let cents = GammaGamma::new(6.25, 3.74, 1544.0).unwrap();
    let weekly = Purchases::of(&cdnow(), &rfm(3, 20.0, 39.0), periods(39.0));
    let daily = Purchases::of(&days, &rfm(3, 140.0, 273.0), periods(273.0));
    close(daily.mean(), weekly.mean(), 1e-13);
    close(daily.p_none(), weekly.p_none(), 1e-13);
    let euros = Value::new(&weekly, spend().given(3, Some(35.5)));
    let coins = Value::new(&daily, cents.given(3, Some(3550.0)));
    close(coins.mean().unwrap(), 100.0 * euros.mean().unwrap(), 1e-13);
    for p in [0.6, 0.9, 0.95, 0.999] {
        close(coins.quantile(p), 100.0 * euros.quantile(p), 1e-12);
    }
}

#[test]
fn simulated_customers_do_what_is_predicted() {
    const COUNT: usize = 400_000;
    let (model, customer) = (cdnow(), rfm(2, 30.43, 38.86));
    let (law, p_alive) = (model.given_alive(&customer), model.p_alive(&customer));
    let orders = spend().given(2, Some(35.5));
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(11);
    let mut told: Vec<(usize, f64)> = Vec::with_capacity(COUNT);
    let mut times = Vec::new();
    for _ in 0..COUNT {
        times.clear();
        if rng.random::<f64>() < p_alive {
            law.sample(39.0, &mut rng, &mut times);
        }
        let rate = orders.sample_rate(&mut rng);
        told.push((times.len(), times.iter().map(|_| orders.sample_order(rate, &mut rng)).sum()));
    }
    let purchases = Purchases::of(&model, &customer, periods(39.0));
    let value = Value::new(&purchases, orders);
    // Five standard errors of a share.
    let agrees = |count: usize, p: f64| {
        let share = count as f64 / COUNT as f64;
        assert!((share - p).abs() < 5.0 * (p * (1.0 - p) / COUNT as f64).sqrt(), "{share} is not {p}");
    };
    for n in 0..8 {
        agrees(told.iter().filter(|one| one.0 == n).count(), purchases.pmf(n as u64));
    }
    for s in [0.0, 10.0, 30.0, 60.0, 120.0, 250.0, 500.0] {
        agrees(told.iter().filter(|one| one.1 <= s).count(), value.cdf(s));
    }
}

#[test]
fn quantiles_of_discounted_value_hold_nearly() {
    // The approximation: quantiles of plain value times the mean discount factor, at 15 % a year over two years.
    const COUNT: usize = 100_000;
    let (model, spend, delta, horizon) = (cdnow(), spend(), 0.0027, 104.0);
    for (x, recency, age) in [(0, 0.0, 10.0), (2, 30.43, 38.86), (7, 36.0, 38.86), (26, 30.86, 31.0)] {
        let table = customers(&[(x, recency, age, (x > 0).then_some(35.5))]);
        let levels = [Share::new(0.9).unwrap()];
        let question = Question {
            discount: Some(delta),
            margin: Share::new(0.3).unwrap(),
            ..Question::revenue(periods(horizon), &levels).unwrap()
        };
        let forecast = Forecaster::new(&model, Some(&spend), question).unwrap().forecast(&table).unwrap();
        let value = forecast.value.unwrap();
        let customer = table.rfm(0);
        let (law, orders) = (model.given_alive(&customer), spend.given(x, table.monetary_value[0]));
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(u64::from(x));
        let (mut inside, mut sum, mut squares) = (0, 0.0, 0.0);
        let mut times = Vec::new();
        for _ in 0..COUNT {
            times.clear();
            if rng.random::<f64>() < model.p_alive(&customer) {
                law.sample(horizon, &mut rng, &mut times);
            }
            let rate = orders.sample_rate(&mut rng);
            let worth: f64 =
                times.iter().map(|u| 0.3 * (-delta * u).exp() * orders.sample_order(rate, &mut rng)).sum();
            inside +=
                usize::from(value.intervals[0].lower[0] <= worth && worth <= value.intervals[0].upper[0]);
            sum += worth;
            squares += worth * worth;
        }
        let (mean, n) = (sum / COUNT as f64, COUNT as f64);
        let error = ((squares / n - mean * mean) / n).sqrt();
        assert!((value.expected[0].unwrap() - mean).abs() < 5.0 * error, "the mean is exact");
        let held = inside as f64 / n;
        // What the undiscounted interval holds exactly: 95 % where it begins at the atom at 0.
        let exact = if value.intervals[0].lower[0] == 0.0 { 0.95 } else { 0.9 };
        assert!((-0.005..0.02).contains(&(held - exact)), "x = {x}: {held} against {exact}");
    }
}

#[test]
fn corners_are_numbers_and_in_order() {
    let (model, certain) = (cdnow(), BgNbd::new(0.25, 4.0, 1.0, 2.5).unwrap());
    let heavy = GammaGamma::new(6.25, 0.9, 15.44).unwrap();
    let rows = [
        (0, 0.0, 0.0, None),
        (0, 0.0, 521.8, None),
        (1, 0.0, 521.8, Some(0.0)),
        (3, 0.0, 0.0, Some(1e9)),
        (1000, 10.0, 100.0, Some(1e-6)),
        (3000, 521.0, 521.8, Some(12.0)),
        (3000, 4.0, 4.0, Some(12.0)),
    ];
    let table = customers(&rows);
    let levels = [0.5, 0.999].map(|l| Share::new(l).unwrap());
    for model in [model, certain] {
        for spend in [spend(), heavy] {
            for horizon in [0.0, 1e-9, 52.0, 5218.0] {
                let question = Question {
                    discount: Some(0.0027),
                    ..Question::revenue(periods(horizon), &levels).unwrap()
                };
                let forecaster = Forecaster::new(&model, Some(&spend), question).unwrap();
                let forecast = forecaster.forecast(&table).unwrap();
                let value = forecast.value.as_ref().unwrap();
                for (i, row) in rows.iter().enumerate() {
                    let (few, many) = (&forecast.purchases[0], &forecast.purchases[1]);
                    let counts = [
                        many.lower[i],
                        few.lower[i],
                        forecast.purchases_median[i],
                        few.upper[i],
                        many.upper[i],
                    ];
                    let (few, many) = (&value.intervals[0], &value.intervals[1]);
                    let money = [many.lower[i], few.lower[i], value.median[i], few.upper[i], many.upper[i]];
                    for five in [counts, money] {
                        assert!(
                            five.iter().all(|v| v.is_finite() && *v >= 0.0),
                            "{row:?} {horizon}: {five:?}"
                        );
                        assert!(five.is_sorted(), "{row:?} {horizon}: {five:?}");
                    }
                    let (mean, variance) = (forecast.expected_purchases[i], forecast.purchases_variance[i]);
                    assert!(mean.is_finite() && mean >= 0.0 && variance.is_finite() && variance >= 0.0);
                    assert!((0.0..=1.0).contains(&forecast.p_alive[i]));
                    assert!((0.0..=1.0).contains(&forecast.p_no_purchase[i]));
                    assert!(value.expected[i].is_none_or(|v| v.is_finite() && v >= 0.0));
                    assert!(value.variance[i].is_none_or(|v| v.is_finite() && v >= 0.0));
                }
                // q = .9: nobody knows what a one-time buyer's order is worth on average, yet its quantiles are known.
                assert_eq!(value.expected[0].is_none(), spend == heavy);
            }
        }
    }
}

#[test]
fn results_depend_on_neither_threads_nor_chunks() {
    let rows: Vec<_> = (0..3000_u32)
        .map(|i| {
            let (x, age) = (i % 40, 1.0 + f64::from(i % 700) / 7.0);
            (
                x,
                if x == 0 { 0.0 } else { age * f64::from(i % 13) / 13.0 },
                age,
                (x > 0).then_some(9.0 + f64::from(i % 5)),
            )
        })
        .collect();
    let (table, model, spend) = (customers(&rows), cdnow(), spend());
    let question = || Question::revenue(periods(52.0), &[Share::new(0.9).unwrap()]).unwrap();
    let on = |threads: usize| {
        let forecaster = Forecaster::new(&model, Some(&spend), question()).unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| forecaster.forecast(&table).unwrap())
    };
    let whole = on(1);
    assert_eq!(whole, on(3));
    // The means alone are the same numbers.
    let forecaster = Forecaster::new(&model, Some(&spend), question()).unwrap();
    let means = forecaster.expected(&table, 0..rows.len()).unwrap();
    assert_eq!((&means.p_alive, &means.purchases), (&whole.p_alive, &whole.expected_purchases));
    assert_eq!(means.order_value, whole.value.as_ref().unwrap().expected_order_value);
    let forecaster = Forecaster::new(&model, Some(&spend), question()).unwrap();
    let mut at = 0;
    while at < rows.len() {
        let end = rows.len().min(at + 777);
        let part = forecaster.forecast_rows(&table, at..end).unwrap();
        assert_eq!(part.p_alive, whole.p_alive[at..end]);
        assert_eq!(part.value.unwrap().median, whole.value.as_ref().unwrap().median[at..end]);
        at = end;
    }
}

#[test]
fn a_customer_acquired_today_is_forecast_without_a_history() {
    let (model, spend) = (cdnow(), spend());
    let question = Question::revenue(periods(52.0), &[Share::new(0.9).unwrap()]).unwrap();
    let newcomer = Forecaster::new(&model, Some(&spend), question).unwrap().newcomer();
    let law = Purchases::of_newcomer(&model, periods(52.0));
    assert_eq!(newcomer.expected_purchases, [law.mean()]);
    assert_eq!(newcomer.value.unwrap().expected, [Value::new(&law, spend).mean()]);
}

#[test]
fn without_money_there_are_no_value_columns() {
    let model = cdnow();
    let question = || Question::revenue(periods(52.0), &[Share::new(0.9).unwrap()]).unwrap();
    let mut table = customers(&[(2, 30.0, 38.0, Some(10.0))]);
    table.monetary_value.clear();
    let spend = spend();
    assert!(Forecaster::new(&model, Some(&spend), question()).unwrap().forecast(&table).is_err());
    assert!(Forecaster::of_purchases(&model, question()).unwrap().forecast(&table).unwrap().value.is_none());
}
