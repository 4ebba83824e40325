//! Customers for the tests: CDNOW as it was published, and shops told by a model.
#![allow(dead_code)]

use ltv::features::{Customers, Past};
use ltv::model::{GammaGamma, PurchaseModel};
use ltv::orders::{Ids, LogOptions, OrderLog, OrderRow, Orders};
use ltv::units::{Grain, Money, Tick, TimeUnit};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// The orders of a file of CDNOW in `data/`.
pub fn cdnow_orders(file: &str) -> Orders {
    let path = format!("{}/data/{file}", env!("CARGO_MANIFEST_DIR"));
    let mut log =
        OrderLog::new(LogOptions { grain: Grain::Day, order_ids: false, money: true, drop_zero: false });
    let text = std::fs::read_to_string(path).unwrap();
    for (at, line) in text.lines().skip(1).enumerate() {
        let fields: Vec<&str> = line.split(',').collect();
        let row = OrderRow {
            customer: fields[0],
            tick: Grain::Day.read(fields[1]).unwrap(),
            order: None,
            amount: Money::from_f64(fields[3].parse().unwrap()).unwrap(),
            position: at as u64,
        };
        log.push(&row).unwrap();
    }
    log.finish().unwrap().0
}

/// CDNOW up to 1997-09-30, the cut of the papers.
pub fn cdnow(file: &str, unit: TimeUnit) -> Customers {
    let orders = cdnow_orders(file);
    let cut = Grain::Day.read("1997-09-30").unwrap();
    Past::new(&orders, Some(cut)).unwrap().customers(unit)
}

/// Customers from columns.
pub fn customers(rows: &[(u32, f64, f64, Option<f64>)]) -> Customers {
    let mut ids = Ids::default();
    for at in 0..rows.len() {
        ids.push(&at.to_string());
    }
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
        cutoff: Some(Tick(0)),
    }
}

/// A shop whose customers behave as the models say; ages are whole days between `youngest` and `oldest`, in weeks.
pub fn simulated<M: PurchaseModel>(
    purchases: &M,
    spend: &GammaGamma,
    size: usize,
    [youngest, oldest]: [u32; 2],
    seed: u64,
) -> Customers {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut times = Vec::new();
    let rows: Vec<_> = (0..size)
        .map(|_| {
            let age = f64::from(rng.random_range(youngest..=oldest)) / 7.0;
            times.clear();
            purchases.sample_newcomer(age, &mut rng, &mut times);
            let rate = spend.sample_rate(&mut rng);
            let orders: Vec<f64> = times.iter().map(|_| spend.sample_order(rate, &mut rng)).collect();
            let mean = (!orders.is_empty()).then(|| orders.iter().sum::<f64>() / orders.len() as f64);
            (times.len() as u32, times.last().copied().unwrap_or(0.0), age, mean)
        })
        .collect();
    customers(&rows)
}
