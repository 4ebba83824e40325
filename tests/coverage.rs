//! Do the intervals hold? CDNOW, cut at 1997-09-30: what its customers did in the 39 weeks after, against what was said.

use std::path::PathBuf;

use ltv::features::{Customers, Holdout, Past};
use ltv::fit::{fit_purchases, fit_spend};
use ltv::model::{BgNbd, GammaGamma};
use ltv::orders::{ReadOptions, read};
use ltv::predict::{Forecast, Forecaster, Question};
use ltv::progress::Silent;
use ltv::units::{Grain, Periods, Share, TimeUnit};

fn cdnow(file: &str) -> (Customers, Holdout) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data").join(file);
    let (orders, _) = read(&[path], &ReadOptions::default(), &Silent).unwrap();
    let past = Past::new(&orders, None).unwrap();
    let (past, holdout) = past.rewind_to(Grain::Day.read("1997-09-30").unwrap()).unwrap();
    (past.customers(TimeUnit::Week), holdout)
}

fn forecast(customers: &Customers) -> Forecast {
    let (model, spend) = (
        fit_purchases(&BgNbd::template(), customers).unwrap().model,
        fit_spend(&GammaGamma::template(), customers).unwrap().model,
    );
    let question = Question::revenue(Periods::new(39.0).unwrap(), &[Share::new(0.9).unwrap()]).unwrap();
    Forecaster::new(&model, Some(&spend), question).unwrap().forecast(customers).unwrap()
}

/// Shares of the customers for whom the interval of purchases, and that of value, held.
fn held(rows: &[usize], forecast: &Forecast, holdout: &Holdout) -> (f64, f64) {
    let (purchases, value) = (&forecast.purchases[0], &forecast.value.as_ref().unwrap().intervals[0]);
    let share =
        |hit: &dyn Fn(usize) -> bool| rows.iter().filter(|&&i| hit(i)).count() as f64 / rows.len() as f64;
    let bought = |i: usize| {
        let n = f64::from(holdout.purchases[i]);
        purchases.lower[i] <= n && n <= purchases.upper[i]
    };
    let spent = |i: usize| value.lower[i] <= holdout.value[i] && holdout.value[i] <= value.upper[i];
    (share(&bought), share(&spent))
}

/// All customers, then the thirds by frequency (one-time buyers are the lowest, as they are more than a third).
fn groups(customers: &Customers) -> Vec<(&'static str, Vec<usize>)> {
    let all: Vec<usize> = (0..customers.len()).collect();
    let mut ranked = all.clone();
    ranked.sort_by_key(|&i| customers.frequency[i]);
    let third = ranked.len() / 3;
    vec![
        ("all customers", all),
        ("lowest third by frequency", ranked[..third].to_vec()),
        ("middle third", ranked[third..2 * third].to_vec()),
        ("highest third", ranked[2 * third..].to_vec()),
        ("repeat buyers", ranked.into_iter().filter(|&i| customers.frequency[i] > 0).collect()),
    ]
}

#[test]
fn nine_of_ten_intervals_hold_on_cdnow() {
    for file in ["cdnow_sample.csv", "cdnow.csv"] {
        let (customers, holdout) = cdnow(file);
        let forecast = forecast(&customers);
        println!("{file}\n{:<28}{:>8}{:>12}{:>10}", "", "n", "purchases", "value");
        for (name, rows) in groups(&customers) {
            let (purchases, value) = held(&rows, &forecast, &holdout);
            println!("{name:<28}{:>8}{:>10.2} %{:>8.2} %", rows.len(), 100.0 * purchases, 100.0 * value);
            assert!((0.88..=0.96).contains(&purchases), "{file}, {name}: purchases {purchases}");
            assert!((0.88..=0.96).contains(&value), "{file}, {name}: value {value}");
        }
    }
}
