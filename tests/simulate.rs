//! Simulated order files: the truth comes back, and the same plan makes the same bytes.

use ltv::features::Past;
use ltv::fit::{fit_purchases, fit_spend};
use ltv::model::{BgNbd, GammaGamma, Likelihood, Parametric};
use ltv::orders::{LogOptions, OrderLog, OrderRow, Orders};
use ltv::output::Output;
use ltv::predict::{Simulation, simulate};
use ltv::progress::Silent;
use ltv::table::{Format, TableWriter, Values};
use ltv::units::{Grain, TimeUnit};

fn plan(customers: u32, grain: Grain) -> Simulation {
    Simulation {
        customers,
        seed: 20_240_229,
        start: grain.read("2022-01-01").unwrap(),
        acquired_by: grain.read("2022-06-30").unwrap(),
        end: grain.read("2023-12-31").unwrap(),
        lines_per_order: 2.5,
        grain,
        unit: TimeUnit::Week,
    }
}

/// The orders of a simulated file, summarised as those of any file.
fn orders(purchases: &BgNbd, spend: &GammaGamma, plan: &Simulation) -> Orders {
    let options = LogOptions { grain: plan.grain, order_ids: true, money: true, drop_zero: false };
    let mut log = OrderLog::new(options);
    let mut position = 0;
    simulate(purchases, Some(spend), plan, &Silent, &mut |chunk| {
        let column = |name: &str| &chunk.columns.iter().find(|column| column.0 == name).unwrap().1;
        let (Values::Text(ids), Values::Moments(_, ticks)) = (column("customer_id"), column("date")) else {
            panic!()
        };
        let (Values::Whole(orders), Values::Money(amounts)) = (column("order_id"), column("amount")) else {
            panic!()
        };
        for at in 0..ids.len() {
            position += 1;
            let order = Some(u64::from(orders[at]));
            log.push(&OrderRow { customer: ids[at], tick: ticks[at], order, amount: amounts[at], position })?;
        }
        Ok(())
    })
    .unwrap();
    log.finish().unwrap().0
}

/// Each parameter within four standard errors of the truth (a fair test fails one time in 16,000 a parameter; the seed is fixed).
fn within_four_errors<M: Likelihood>(fit: &ltv::fit::Fit<M>, truth: &M) {
    let errors = fit.uncertainty.as_ref().unwrap().standard_errors.as_ref().unwrap();
    for ((fitted, true_value), error) in fit.model.parameters().iter().zip(truth.parameters()).zip(errors) {
        assert!((fitted - true_value).abs() < 4.0 * error, "{fitted} ± {error} for {true_value}");
    }
}

/// At the grain of seconds, where two orders of one customer never fall together.
#[test]
fn fitting_simulated_orders_recovers_the_parameters() {
    let purchases = BgNbd::new(0.6, 4.4, 0.8, 2.4).unwrap();
    let spend = GammaGamma::new(6.25, 3.74, 15.44).unwrap();
    let plan = plan(20_000, Grain::None);
    let orders = orders(&purchases, &spend, &plan);
    let customers = Past::new(&orders, Some(plan.end)).unwrap().customers(plan.unit);
    assert_eq!(customers.len(), 20_000);
    within_four_errors(&fit_purchases(&BgNbd::template(), &customers).unwrap(), &purchases);
    within_four_errors(&fit_spend(&GammaGamma::template(), &customers).unwrap(), &spend);
}

/// At the grain of days two orders of a day are one purchase, as in any shop: the law of purchases then only nearly holds.
#[test]
fn at_the_grain_of_days_the_parameters_come_back_within_a_few_per_cent() {
    let purchases = BgNbd::new(0.6, 4.4, 0.8, 2.4).unwrap();
    let spend = GammaGamma::new(6.25, 3.74, 15.44).unwrap();
    let plan = plan(20_000, Grain::Day);
    let orders = orders(&purchases, &spend, &plan);
    let customers = Past::new(&orders, Some(plan.end)).unwrap().customers(plan.unit);
    let fit = fit_purchases(&BgNbd::template(), &customers).unwrap().model.parameters();
    for (fitted, truth) in fit.iter().zip(purchases.parameters()) {
        assert!((fitted / truth - 1.0).abs() < 0.15, "{fitted} for {truth}");
    }
}

/// A simulated file as bytes, written with so many threads.
fn bytes(plan: &Simulation, name: &str, threads: usize) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let purchases = BgNbd::new(0.6, 4.4, 0.8, 2.4).unwrap();
    let spend = GammaGamma::new(6.25, 3.74, 15.44).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let mut table = TableWriter::new(Output::create(&path).unwrap(), Format::of(&path));
        simulate(&purchases, Some(&spend), plan, &Silent, &mut |chunk| table.write(chunk)).unwrap();
        table.finish().unwrap();
    });
    std::fs::read(path).unwrap()
}

#[test]
fn the_same_plan_makes_the_same_bytes_whatever_the_threads() {
    let plan = plan(40_000, Grain::Day);
    for name in ["orders.csv", "orders.parquet"] {
        let one = bytes(&plan, name, 1);
        assert!(one == bytes(&plan, name, 3), "{name}");
        assert!(one != bytes(&Simulation { seed: 1, ..plan.clone() }, name, 1), "{name}");
    }
}

#[test]
fn a_simulated_file_looks_like_an_export() {
    let text = String::from_utf8(bytes(&plan(5, Grain::Day), "orders.csv", 1)).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("customer_id,date,order_id,quantity,amount"));
    let first: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert!(
        first[0].starts_with("C0000000") && first[1].starts_with("2022-0") && first[2] == "1",
        "{first:?}"
    );
    let exact = plan(5, Grain::None);
    assert!(String::from_utf8(bytes(&exact, "orders.csv", 1)).unwrap().lines().nth(1).unwrap().contains('T'));
}
