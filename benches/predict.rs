//! Scoring a shop of simulated customers: both intervals, on all cores. `cargo bench --bench predict`

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ltv::features::Customers;
use ltv::model::{BgNbd, GammaGamma, Law};
use ltv::orders::Ids;
use ltv::predict::{Forecast, Forecaster, Purchases, Question, Value};
use ltv::units::{Grain, Periods, Share, TimeUnit};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

const CUSTOMERS: usize = 200_000;

/// Buyers with the parameters of CDNOW, acquired over two years of daily data: about half of them come back.
fn shop(model: &BgNbd, spend: &GammaGamma, count: usize) -> Customers {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(20_260_901);
    let mut table = Customers {
        ids: Ids::default(),
        frequency: Vec::new(),
        recency: Vec::new(),
        age: Vec::new(),
        monetary_value: Vec::new(),
        ln_gaps: Vec::new(),
        mean_ln_value: Vec::new(),
        ss_ln_value: Vec::new(),
        history: None,
        unit: TimeUnit::Week,
        grain: Grain::Day,
        cutoff: None,
    };
    let mut times = Vec::new();
    for i in 0..count {
        let age = rng.random_range(1..730_i32);
        times.clear();
        model.sample(f64::from(age) / 7.0, &mut rng, &mut times);
        let mut days: Vec<i32> =
            times.iter().map(|t| (t * 7.0).floor() as i32).filter(|&day| day > 0).collect();
        days.dedup();
        let rate = spend.sample_rate(&mut rng);
        let paid: f64 = days.iter().map(|_| spend.sample_order(rate, &mut rng)).sum();
        table.ids.push(&i.to_string());
        table.frequency.push(days.len() as u32);
        table.recency.push(days.last().map_or(0.0, |&day| f64::from(day) / 7.0));
        table.age.push(f64::from(age) / 7.0);
        table.monetary_value.push((!days.is_empty()).then(|| paid / days.len() as f64));
    }
    table
}

/// Every thousandth customer, by the distributions themselves.
fn check(forecast: &Forecast, table: &Customers, model: &BgNbd, spend: &GammaGamma, horizon: Periods) {
    let value = forecast.value.as_ref().expect("money is modelled");
    for i in (0..table.len()).step_by(1000) {
        let purchases = Purchases::of(model, &table.rfm(i), horizon);
        let law = Value::new(&purchases, spend.given(table.frequency[i], table.monetary_value[i]));
        let (lower, upper) = law.interval(forecast.purchases[0].level);
        let found = (value.intervals[0].lower[i], value.median[i], value.intervals[0].upper[i]);
        for (got, expected) in [(found.0, lower), (found.1, law.median()), (found.2, upper)] {
            assert!((got - expected).abs() <= 1e-10 * expected, "{got} is not {expected}");
        }
    }
}

fn scoring(c: &mut Criterion) {
    let model = BgNbd::new(0.2426, 4.4136, 0.7929, 2.4259).expect("parameters");
    let spend = GammaGamma::new(6.25, 3.74, 15.44).expect("parameters");
    let horizon = Periods::new(52.0).expect("a length");
    let table = shop(&model, &spend, CUSTOMERS);
    let question = || Question::revenue(horizon, &[Share::new(0.9).expect("a share")]).expect("a question");
    let one_time = table.frequency.iter().filter(|&&x| x == 0).count() as f64 / table.len() as f64;
    let forecaster = Forecaster::new(&model, Some(&spend), question()).expect("a forecaster");
    check(&forecaster.forecast(&table).expect("a forecast"), &table, &model, &spend, horizon);
    println!("{CUSTOMERS} customers, {:.0} % of them one-time buyers", 100.0 * one_time);

    let mut group = c.benchmark_group("score");
    group.throughput(Throughput::Elements(CUSTOMERS as u64)).sample_size(10);
    group.bench_function("both intervals, 52 weeks", |b| {
        b.iter(|| {
            let forecaster = Forecaster::new(&model, Some(&spend), question()).expect("a forecaster");
            forecaster.forecast(&table).expect("a forecast")
        });
    });
    group.finish();
}

criterion_group!(benches, scoring);
criterion_main!(benches);
