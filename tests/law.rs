//! Predictive laws as values, held against the exact distributions they tell of, and against published scores.

mod shop;

use ltv::features::Past;
use ltv::fit::Recipe;
use ltv::model::{BgNbd, GammaGamma, LogNormal, ParetoNbd, SpendModel};
use ltv::predict::{BuyTillYouDie, Estimator as _, Forecaster, Purchases, Question, Value, View};
use ltv::units::{Grain, Periods, TimeUnit};

const HISTORIES: [(u32, f64, f64, Option<f64>); 7] = [
    (0, 0.0, 38.86, None),
    (0, 0.0, 1.0, None),
    (1, 3.0, 30.0, Some(12.5)),
    (2, 30.43, 38.86, Some(22.35)),
    (7, 29.43, 38.86, Some(73.74)),
    (29, 38.0, 39.0, Some(5.0)),
    (600, 38.0, 39.0, Some(60.0)),
];

#[test]
fn the_grid_tells_what_the_exact_law_tells() {
    let model = BgNbd::new(0.243, 4.414, 0.793, 2.426).unwrap();
    let spend = GammaGamma::new(6.25, 3.74, 15.44).unwrap();
    let horizon = Periods::new(39.0).unwrap();
    let customers = shop::customers(&HISTORIES);
    let forecaster = Forecaster::new(&model, Some(&spend), Question::revenue(horizon, &[]).unwrap()).unwrap();
    let laws = forecaster.laws(&customers, 0..customers.len()).unwrap();
    let values = laws.value.unwrap();
    for (at, (counts, amounts)) in laws.purchases.iter().zip(&values).enumerate() {
        let purchases = Purchases::of(&model, &customers.rfm(at), horizon);
        let value = Value::new(&purchases, spend.knowing(&customers.spent(at)));
        for n in [0, 1, 2, 5, 40] {
            assert!((counts.below(n) - purchases.cdf(n)).abs() < 1e-12, "{at} {n}");
            // Beyond what is kept the ratio of the last two probabilities goes on.
            let tolerance = if purchases.survival(n) > 1e-12 { 1e-9 } else { 0.05 };
            let (found, right) = (counts.ln_pmf(n), purchases.pmf(n).ln());
            assert!((found - right).abs() <= tolerance * right.abs(), "{at} {n}: {found} {right}");
        }
        for p in [0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975] {
            assert_eq!(counts.quantile(p), purchases.quantile(p), "{at} {p}");
            let (found, right) = (amounts.quantile(p), value.quantile(p));
            assert!((found - right).abs() <= 1e-3 * right, "{at} {p}: {found} {right}");
            if right > 0.0 {
                assert!((amounts.below(right) - value.cdf(right)).abs() < 2e-4, "{at} {p}");
                assert!((amounts.log_score(right) - value.density(right).ln()).abs() < 5e-3, "{at} {p}");
            }
        }
        assert_eq!((amounts.mean(), amounts.p_none()), (value.mean(), value.p_none()));
    }
}

#[test]
fn laws_of_other_models_stand_on_their_own_grids() {
    let model = ParetoNbd::new(0.553, 10.578, 0.606, 11.669).unwrap();
    let spend = LogNormal::new(3.0, 0.5, 0.6).unwrap();
    let mut customers = shop::customers(&HISTORIES);
    let logs = |at: usize| HISTORIES[at].3.map(f64::ln);
    customers.mean_ln_value = (0..HISTORIES.len()).map(logs).collect();
    customers.ss_ln_value = (0..HISTORIES.len()).map(|at| logs(at).map(|_| 0.1)).collect();
    let horizon = Periods::new(52.0).unwrap();
    let forecaster = Forecaster::new(&model, Some(&spend), Question::revenue(horizon, &[]).unwrap()).unwrap();
    let laws = forecaster.laws(&customers, 0..customers.len()).unwrap();
    for (at, amounts) in laws.value.unwrap().iter().enumerate() {
        let purchases = Purchases::of(&model, &customers.rfm(at), horizon);
        let value = Value::new(&purchases, spend.knowing(&customers.spent(at)));
        for p in [0.3, 0.5, 0.8, 0.95] {
            let (found, right) = (amounts.quantile(p), value.quantile(p));
            assert!((found - right).abs() <= 1e-3 * right, "{at} {p}: {found} {right}");
        }
    }
}

/// CDNOW, all customers, 273 days after 1997-09-30: the continuous ranked probability score of BG/NBD's exact law is 0.5398, its log score
/// -1.0156.
#[test]
fn the_scores_of_bg_nbd_on_cdnow_are_the_known_ones() {
    let orders = shop::cdnow_orders("cdnow.csv");
    let past = Past::new(&orders, None).unwrap();
    let (earlier, holdout) = past.rewind_to(Grain::Day.read("1997-09-30").unwrap()).unwrap();
    let customers = earlier.customers(TimeUnit::Day);
    let predictor = BuyTillYouDie::new(Recipe::default()).fit(&earlier, &customers).unwrap();
    let happened = (&holdout.purchases[..], Some(&holdout.value[..]));
    let horizon = Periods::new(273.0).unwrap();
    let view = View::of(&earlier, &customers);
    let met = predictor.met(view, horizon, happened).unwrap();
    let mean = |column: &[f64]| column.iter().sum::<f64>() / column.len() as f64;
    assert!((mean(&met.purchases.crps) - 0.5398).abs() < 5e-5, "{}", mean(&met.purchases.crps));
    assert!((mean(&met.purchases.log_score) + 1.0156).abs() < 5e-5);
    let value = met.value.unwrap();
    assert_eq!(value.crps.len(), customers.len());
    // A grid's score of value is that of the exact law to its third digit.
    let laws = predictor.laws(view, 0..customers.len(), horizon).unwrap().value.unwrap();
    let on_grid: Vec<f64> = laws.iter().zip(&holdout.value).map(|(law, &s)| law.log_score(s)).collect();
    assert!(
        (mean(&on_grid) - mean(&value.log_score)).abs() < 1e-3,
        "{} {}",
        mean(&on_grid),
        mean(&value.log_score)
    );
}
