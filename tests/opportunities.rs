//! Orders counted in opportunities of the calendar, through the library and on the command line.

mod desk;
mod shop;

use desk::{Desk, column, data};
use ltv::backtest::{BacktestPlan, Origins, backtest, estimators};
use ltv::features::Past;
use ltv::orders::{LogOptions, OrderLog, OrderRow, Orders};
use ltv::progress::Silent;
use ltv::units::{CalendarPeriod, Grain, Money, TimeUnit};

const ROWS: [(&str, &str, i32); 9] = [
    ("ann", "1995-03-01", 10),
    ("ann", "1995-11-30", 20), // the same year as the first: no opportunity taken
    ("ann", "1996-01-01", 30),
    ("ann", "1996-12-31", 40), // with the one before it one purchase of 70
    ("ann", "1998-06-30", 50),
    ("bob", "1997-02-02", 60),
    ("cid", "1995-01-01", 70),
    ("cid", "1999-05-05", 80), // a year that is not over
    ("dan", "1999-01-01", 90), // and one who first came in it
];

fn orders(rows: &[(&str, &str, i32)]) -> Orders {
    let mut log =
        OrderLog::new(LogOptions { grain: Grain::Day, order_ids: false, money: true, drop_zero: false });
    for (at, (customer, day, amount)) in rows.iter().enumerate() {
        let row = OrderRow {
            customer,
            tick: Grain::Day.read(day).unwrap(),
            order: None,
            amount: Money::from_f64(f64::from(*amount)).unwrap(),
            position: at as u64,
        };
        log.push(&row).unwrap();
    }
    log.finish().unwrap().0
}

#[test]
fn orders_become_years_taken_or_passed_by() {
    let orders = orders(&ROWS);
    let past = Past::of_opportunities(&orders, None, CalendarPeriod::Year).unwrap();
    assert_eq!(Grain::Day.show(past.cutoff()), "1998-12-31");
    let table = past.customers(TimeUnit::Week);
    assert_eq!(table.unit, TimeUnit::Calendar(CalendarPeriod::Year));
    let ids: Vec<&str> = (0..table.len()).map(|at| table.ids.get(at)).collect();
    assert_eq!(ids, ["ann", "bob", "cid"]);
    assert_eq!(table.frequency, [2, 0, 0]);
    assert_eq!(table.recency, [3.0, 0.0, 0.0]);
    assert_eq!(table.age, [3.0, 1.0, 3.0]);
    assert_eq!(table.monetary_value, [Some(60.0), None, None]);
    let quarters = Past::of_opportunities(
        &orders,
        Some(Grain::Day.read("1998-07-01").unwrap()),
        CalendarPeriod::Quarter,
    );
    let table = quarters.unwrap().customers(TimeUnit::Week);
    assert_eq!((table.frequency[0], table.recency[0], table.age[0]), (4, 13.0, 13.0));
}

#[test]
fn what_follows_an_origin_is_counted_in_opportunities_too() {
    let orders = orders(&ROWS);
    let past = Past::of_opportunities(&orders, None, CalendarPeriod::Year).unwrap();
    let (earlier, holdout) = past.rewind_to(Grain::Day.read("1995-12-31").unwrap()).unwrap();
    assert_eq!(earlier.customers(TimeUnit::Week).age, [0.0, 0.0]);
    assert_eq!((holdout.purchases, holdout.value), (vec![2, 0], vec![120.0, 0.0]));
    assert_eq!((holdout.acquired.customers, holdout.acquired.purchases), (1, 1));
}

#[test]
fn without_a_whole_period_nothing_can_be_counted() {
    let orders = orders(&[("ann", "2024-02-01", 1), ("bob", "2024-11-01", 1)]);
    let error = Past::of_opportunities(&orders, None, CalendarPeriod::Year).unwrap_err().to_string();
    assert!(error.contains("complete years") && error.contains("--cutoff"), "{error}");
    assert!(Past::of_opportunities(&orders, None, CalendarPeriod::Quarter).is_ok());
}

/// CDNOW by months, backtested: every origin is the end of a month, and the truth counts months with a purchase.
#[test]
fn a_backtest_counts_opportunities_on_both_sides() {
    let orders = shop::cdnow_orders("cdnow_sample.csv");
    let past = Past::of_opportunities(&orders, None, CalendarPeriod::Month).unwrap();
    assert_eq!(Grain::Day.show(past.cutoff()), "1998-06-30");
    let plan = BacktestPlan {
        origins: Origins::read("2", Some("3m".parse().unwrap()), Grain::Day).unwrap(),
        ..BacktestPlan::new("6m".parse().unwrap(), TimeUnit::Calendar(CalendarPeriod::Month)).unwrap()
    };
    let report =
        backtest(&past, &plan, &estimators(&["bg-bb", "naive-rate"], None).unwrap(), &Silent).unwrap();
    let dates: Vec<_> = report.origins.iter().map(|o| (o.origin.as_str(), o.until.as_str())).collect();
    assert_eq!(dates, [("1997-09-30", "1998-03-31"), ("1997-12-31", "1998-06-30")]);
    for origin in &report.origins {
        let metrics = |at: usize| &origin.models[at].purchases.as_ref().unwrap().metrics;
        // Distinct customers and months, counted in the file.
        assert_eq!(metrics(0).total_actual, if origin.origin == "1997-09-30" { 1081.0 } else { 914.0 });
        assert!(metrics(0).mae < metrics(1).mae && metrics(0).total_predicted < metrics(0).total_actual);
    }
    let plan = BacktestPlan { origins: Origins::read("1997-09-15", None, Grain::Day).unwrap(), ..plan };
    let error = backtest(&past, &plan, &estimators(&["bg-bb"], None).unwrap(), &Silent).unwrap_err();
    assert!(error.to_string().contains("last day of a calendar month"), "{error}");
}

#[test]
fn donors_are_trained_and_scored_on_the_command_line() {
    let desk = Desk::new();
    let said = desk.done(&[
        "train",
        &data("donations.csv"),
        "--model",
        "bg-bb",
        "--opportunities",
        "year",
        "-o",
        "m.json",
    ]);
    assert!(said.out.contains("ln L -33,225.5813") && said.out.contains("22 distinct"), "{}", said.out);
    assert!(desk.text("m.json").contains("\"unit\": \"calendar year\""));
    let said =
        desk.done(&["score", &data("donations.csv"), "--model", "m.json", "--horizon", "5y", "-o", "s.csv"]);
    assert!(said.out.contains("12,884"), "{}", said.out);
    let expected: f64 = column(&desk.text("s.csv"), "expected_purchases").iter().sum();
    assert!((expected - 12_884.2).abs() < 0.05, "{expected}");
    desk.refused(
        &["score", &data("donations.csv"), "--model", "m.json", "--horizon", "52w", "-o", "t.csv"],
        2,
        &["whole number of years", "1y"],
    );
    desk.file("half.csv", "customer_id,frequency,recency,age\na,1,2.5,6\nb,0,0,6\n");
    desk.refused(
        &["score", "half.csv", "--model", "m.json", "--horizon", "1y", "-o", "t.csv"],
        1,
        &["`a`", "--opportunities"],
    );
}

#[test]
fn orders_are_counted_by_the_model_that_scores_them() {
    let desk = Desk::new();
    let cdnow = data("cdnow_sample.csv");
    let train = [
        "train",
        &cdnow,
        "--model",
        "bg-bb",
        "--opportunities",
        "month",
        "--cutoff",
        "1998-07-10",
        "-o",
        "m.json",
    ];
    let said = desk.done(&train);
    assert!(said.out.contains("1998-06-30 (the last complete"), "{}", said.out);
    desk.done(&[
        "score",
        &cdnow,
        "--model",
        "m.json",
        "--cutoff",
        "1998-06-30",
        "--horizon",
        "6m",
        "-o",
        "s.csv",
    ]);
    assert!(column(&desk.text("s.csv"), "age").iter().all(|age| (15.0..=17.0).contains(age)));
    desk.done(&["features", &cdnow, "--opportunities", "month", "--cutoff", "1998-06-30", "-o", "f.csv"]);
    desk.done(&["score", "f.csv", "--model", "m.json", "--horizon", "6m", "-o", "again.csv"]);
    assert_eq!(desk.text("s.csv"), desk.text("again.csv"));
    desk.done(&["simulate", "--model", "m.json", "--customers", "50", "--length", "2y", "-o", "sim.csv"]);
    desk.done(&[
        "run",
        &cdnow,
        "--model",
        "bg-bb",
        "--opportunities",
        "month",
        "--cutoff",
        "1998-06-30",
        "--horizon",
        "6m",
        "-o",
        "out",
    ]);
}

#[test]
fn a_model_of_opportunities_asks_what_one_is() {
    let desk = Desk::new();
    let cdnow = data("cdnow_sample.csv");
    desk.refused(&["train", &cdnow, "--model", "bg-bb", "-o", "m.json"], 2, &["--opportunities"]);
    desk.refused(&["run", &cdnow, "--model", "bg-bb", "-o", "out"], 2, &["--opportunities"]);
    desk.refused(
        &["train", &cdnow, "--model", "bg-bb", "--opportunities", "day", "-o", "m.json"],
        2,
        &["week, month"],
    );
    desk.refused(
        &["train", &cdnow, "--opportunities", "week", "--unit", "day", "-o", "m.json"],
        2,
        &["cannot be used with"],
    );
    let backtest = ["backtest", &cdnow, "--models", "bg-bb", "--horizon", "13w", "--format", "json"];
    assert!(desk.done(&backtest).out.contains("--opportunities"));
}
