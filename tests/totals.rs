//! Totals of a shop against brute-force simulation.

use ltv::features::{Customers, Rfm, Spent};
use ltv::model::{AnySpendModel, BgNbd, GammaGamma, Law, Parametric, PurchaseModel, SpendModel, Spenders};
use ltv::orders::Ids;
use ltv::predict::{Forecaster, ParameterDraws, Question, Totals, laplace_draws};
use ltv::units::{Grain, Periods, Share, TimeUnit};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

const HORIZON: f64 = 39.0;

fn shop(count: u32) -> Customers {
    let mut ids = Ids::default();
    (0..count).for_each(|i| ids.push(&format!("c{i}")));
    let frequency: Vec<u32> = (0..count).map(|i| if i % 2 == 0 { 0 } else { 1 + i % 7 }).collect();
    let recency =
        frequency.iter().enumerate().map(|(i, &x)| if x == 0 { 0.0 } else { 5.0 + (i % 25) as f64 });
    let money = frequency.iter().map(|&x| (x > 0).then_some(20.0 + 3.0 * f64::from(x)));
    Customers {
        recency: recency.collect(),
        age: vec![34.0; count as usize],
        monetary_value: money.collect(),
        frequency,
        ids,
        ln_gaps: Vec::new(),
        mean_ln_value: Vec::new(),
        ss_ln_value: Vec::new(),
        history: None,
        unit: TimeUnit::Week,
        grain: Grain::Day,
        cutoff: None,
    }
}

fn models() -> (BgNbd, GammaGamma) {
    (BgNbd::new(0.243, 4.414, 0.793, 2.426).unwrap(), GammaGamma::new(6.25, 3.74, 15.44).unwrap())
}

/// Lower Cholesky factor of a diagonal covariance in the log-parameters.
fn diagonal(errors: &[f64]) -> Vec<Vec<f64>> {
    let row = |i: usize| (0..errors.len()).map(|j| if i == j { errors[i] } else { 0.0 }).collect();
    (0..errors.len()).map(row).collect()
}

fn totals(table: &Customers, chunk: usize) -> Totals {
    let (model, spend) = models();
    let question = Question::revenue(Periods::new(HORIZON).unwrap(), &[Share::new(0.9).unwrap()]).unwrap();
    let forecaster = Forecaster::new(&model, Some(&spend), question).unwrap();
    let mut totals = Totals::new(5);
    for start in (0..table.len()).step_by(chunk) {
        let rows = start..table.len().min(start + chunk);
        totals.add(table, rows.clone(), &forecaster.forecast_rows(table, rows).unwrap());
    }
    totals
}

/// What one customer really buys and spends, told forward.
fn told(
    model: &BgNbd,
    spend: &AnySpendModel,
    c: &Rfm,
    spent: &Spent,
    rng: &mut Xoshiro256PlusPlus,
) -> (f64, f64) {
    if rng.random::<f64>() >= model.p_alive(c) {
        return (0.0, 0.0);
    }
    let mut times = Vec::new();
    model.given_alive(c).sample(HORIZON, rng, &mut times);
    let law = spend.knowing(spent);
    let own = law.sample_customer(rng);
    (times.len() as f64, times.iter().map(|_| law.sample_order(own, rng)).sum())
}

#[test]
fn the_interval_of_the_total_is_that_of_simulated_shops() {
    let (model, spend) = models();
    let table = shop(400);
    let (horizon, level) = (Periods::new(HORIZON).unwrap(), Share::new(0.9).unwrap());
    let count = 4000;
    let draws = ParameterDraws {
        purchases: laplace_draws(&model, &diagonal(&[0.1, 0.12, 0.2, 0.2]), count, 1).unwrap(),
        spend: laplace_draws(&Spenders::from(spend), &diagonal(&[0.03, 0.04, 0.03]), count, 2).unwrap(),
    };
    let totals = totals(&table, 64);
    let purchases = totals.purchases(&model, &draws, horizon).unwrap().at(level);
    let value = totals.value(&model, &spend, &draws, horizon).unwrap().at(level);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
    let mut simulated: Vec<(f64, f64)> = (draws.purchases.iter().zip(&draws.spend))
        .map(|(model, spend)| {
            let each =
                (0..table.len()).map(|i| told(model, spend.base(), &table.rfm(i), &table.spent(i), &mut rng));
            each.fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
        })
        .collect();
    // 4,000 shops tell a quantile of 5 % to about 0.35 % in probability: 0.04 standard deviations, here 1 % of the total.
    let at = |p: f64| (p * count as f64) as usize;
    simulated.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (got, p) in [(purchases.lower, 0.05), (purchases.median, 0.5), (purchases.upper, 0.95)] {
        let expected = simulated[at(p)].0;
        assert!((got / expected - 1.0).abs() < 0.015, "purchases at {p}: {got} against {expected}");
    }
    simulated.sort_by(|a, b| a.1.total_cmp(&b.1));
    for (got, p) in [(value.lower, 0.05), (value.median, 0.5), (value.upper, 0.95)] {
        let expected = simulated[at(p)].1;
        assert!((got / expected - 1.0).abs() < 0.02, "value at {p}: {got} against {expected}");
    }
}

#[test]
fn totals_do_not_depend_on_the_chunks() {
    let table = shop(5000);
    let (whole, parts) = (totals(&table, 5000), totals(&table, 17));
    assert_eq!(whole.purchases, parts.purchases);
    assert_eq!(whole.value, parts.value);
    assert_eq!(whole.best, parts.best);
    assert_eq!(whole.slipping, parts.slipping);
    assert_eq!(whole.best.len(), 5);
    assert!(whole.best.is_sorted_by(|a, b| a.score >= b.score));
    assert!(whole.slipping.iter().all(|c| (0.1..0.7).contains(&c.p_alive) && c.score > 0.0));
}

#[test]
fn a_sample_of_the_customers_tells_the_interval_of_all() {
    let (model, spend) = models();
    let (horizon, level) = (Periods::new(HORIZON).unwrap(), Share::new(0.9).unwrap());
    let draws = ParameterDraws {
        purchases: laplace_draws(&model, &diagonal(&[0.05, 0.08, 0.2, 0.2]), 200, 1).unwrap(),
        spend: laplace_draws(&Spenders::from(spend), &diagonal(&[0.03, 0.04, 0.03]), 200, 2).unwrap(),
    };
    // Ten times the same customers: the totals are ten times as large at every draw, but for the sample.
    let (small, large) = (totals(&shop(2000), 2000), totals(&shop(20_000), 20_000));
    let (all, sampled) = (
        small.value(&model, &spend, &draws, horizon).unwrap().at(level),
        large.value(&model, &spend, &draws, horizon).unwrap().at(level),
    );
    assert!((large.value.unwrap() / small.value.unwrap() / 10.0 - 1.0).abs() < 0.01);
    assert!((sampled.median / sampled.expected - all.median / all.expected).abs() < 0.01);
    assert!(sampled.lower > 0.95 * 10.0 * all.lower && sampled.upper < 10.0 * all.upper);
}

#[test]
fn a_spend_model_without_a_variance_is_refused_in_words() {
    let (model, _) = models();
    let heavy = GammaGamma::new(6.25, 1.9, 15.44).unwrap();
    let table = shop(50);
    let horizon = Periods::new(HORIZON).unwrap();
    let forecaster = Forecaster::new(&model, Some(&heavy), Question::revenue(horizon, &[]).unwrap()).unwrap();
    let mut totals = Totals::new(5);
    totals.add(&table, 0..50, &forecaster.forecast(&table).unwrap());
    assert!(totals.value.is_some() && totals.value_variance.is_none());
    let draws = ParameterDraws { purchases: vec![model], spend: vec![heavy.into()] };
    let refused = totals.value(&model, &heavy, &draws, horizon).unwrap_err();
    assert!(refused.to_string().contains("q = 1.900"), "{refused}");
    assert_eq!(heavy.parameters().len(), 3);
}
