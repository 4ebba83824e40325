//! Windows, schemas and matrices on small shops.

use ndarray::{Array1, Array2};

use super::*;
use crate::features::Past;
use crate::orders::{LogOptions, OrderLog, OrderRow, Orders};
use crate::regress::{Folds, Sample};
use crate::units::{CalendarPeriod, Grain, Horizon, Money, Tick, TimeUnit};

const DAY: LogOptions = LogOptions { grain: Grain::Day, order_ids: false, money: true, drop_zero: false };

type Row<'a> = (usize, i32, f64, &'a str);

fn shop(rows: &[Row<'_>]) -> Orders {
    let mut log = OrderLog::with_attributes(DAY, &["channel".into()]).unwrap();
    for (position, &(customer, tick, amount, channel)) in (0..).zip(rows) {
        let (customer, amount) = (format!("c{customer}"), Money::from_f64(amount).unwrap());
        let row = OrderRow { customer: &customer, tick: Tick(tick), order: None, amount, position };
        log.push_with(&row, |_| channel.into()).unwrap();
    }
    log.finish().unwrap().0
}

/// 200 customers of two channels, and ten of a third; each comes on a day of the first hundred and buys every few weeks for a while.
fn regulars() -> Vec<Row<'static>> {
    let mut rows = Vec::new();
    for customer in 0..210usize {
        let channel = if customer >= 200 { "fax" } else { ["web", "shop", "web"][customer % 3] };
        let (first, gap) = ((customer * 37 % 100) as i32, 7 + (customer % 40) as i32);
        for again in 0..(customer % 9) as i32 + 1 {
            rows.push((
                customer,
                first + again * gap,
                5.0 + (customer % 13) as f64 + f64::from(again),
                channel,
            ));
        }
    }
    rows.push((0, 450, 1.0, "web"));
    rows
}

fn past(orders: &Orders) -> Past<'_> {
    Past::new(orders, None).unwrap()
}

fn windows<'a>(past: &Past<'a>, horizon: u32) -> TrainingWindows<'a> {
    TrainingWindows::of(past, horizon, TimeUnit::Week, &WindowOptions::default()).unwrap()
}

#[test]
fn windows_lie_in_quarters_of_the_horizon_before_the_newest() {
    let orders = shop(&regulars());
    let past = past(&orders);
    let windows = windows(&past, 91);
    // The last tick is 450, half a horizon of history ends at 46, and 50 customers have bought by then.
    let origins: Vec<i32> = windows.windows.iter().map(|window| window.past.cutoff().0).collect();
    assert_eq!(origins, [198, 221, 244, 267, 290, 313, 336, 359]);
    for window in &windows.windows {
        assert_eq!(window.holdout.end.0 - window.holdout.origin.0, 91);
        assert_eq!(window.who.len(), window.customers.len());
        assert_eq!(window.who.len(), window.holdout.purchases.len());
    }
    assert_eq!(windows.rows(), windows.who().len());
    assert_eq!(windows.rows(), windows.purchases().len());
    assert_eq!(windows.rows(), windows.value().unwrap().len());
    assert_eq!(windows.origins().last(), Some(&7));
    assert_eq!(windows.ranges().last().unwrap().end, windows.rows());
    let few = WindowOptions { most: 3, step: Some(100), ..WindowOptions::default() };
    let few = TrainingWindows::of(&past, 91, TimeUnit::Week, &few).unwrap();
    let origins: Vec<i32> = few.windows.iter().map(|window| window.past.cutoff().0).collect();
    assert_eq!(origins, [159, 259, 359]);
}

#[test]
fn all_rows_of_a_customer_are_in_one_fold_and_folds_are_about_as_large() {
    let orders = shop(&regulars());
    let past = past(&orders);
    let windows = windows(&past, 91);
    let who = windows.who();
    let (x, y) = (Array2::zeros((who.len(), 1)), Array1::zeros(who.len()));
    let sample = Sample::new(x, y, &["nothing".to_owned()]).unwrap().grouped(who.clone()).unwrap();
    let parts = Folds::exactly(&sample, 5);
    let mut folds = vec![usize::MAX; who.len()];
    for fold in 0..5 {
        parts.split(fold).1.into_iter().for_each(|row| folds[row] = usize::from(fold));
    }
    let mut of = vec![None; orders.len()];
    let mut sizes = [0; 5];
    for (fold, customer) in folds.iter().zip(&who) {
        assert_eq!(of[*customer as usize].get_or_insert(*fold), fold);
        sizes[*fold] += 1;
    }
    assert!(sizes.iter().all(|&size| size > windows.rows() / 10), "{sizes:?}");
}

#[test]
fn too_short_a_history_says_what_could_be_done_and_the_longest_horizon_works() {
    let orders = shop(&regulars());
    let past = past(&orders);
    let options = WindowOptions::default();
    let error = TrainingWindows::of(&past, 365, TimeUnit::Week, &options).unwrap_err().to_string();
    let longest = TrainingWindows::longest_horizon(&past, &options).unwrap().unwrap();
    assert_eq!(longest, Horizon::days(300).unwrap());
    assert!(error.contains("365 days") && error.contains("too short by 98 days"), "{error}");
    assert!(error.contains("--horizon 300d"), "{error}");
    assert!(TrainingWindows::of(&past, 300, TimeUnit::Week, &options).is_ok());
    assert!(TrainingWindows::of(&past, 302, TimeUnit::Week, &options).is_err());
    let many = WindowOptions { fewest_customers: 1_000, ..options };
    assert!(
        TrainingWindows::of(&past, 9, TimeUnit::Week, &many)
            .unwrap_err()
            .to_string()
            .contains("at least 1000")
    );
    assert!(TrainingWindows::of(&past, 0, TimeUnit::Week, &options).is_err());
    let years = Past::of_opportunities(&orders, None, CalendarPeriod::Month).unwrap();
    let error = TrainingWindows::of(&years, 30, TimeUnit::Week, &options).unwrap_err();
    assert!(error.to_string().contains("--opportunities"));
}

#[test]
fn one_customer_is_too_few_or_enough_as_it_is_said() {
    let orders = shop(&[(1, 0, 1.0, "web"), (1, 50, 2.0, "web"), (1, 99, 2.0, "web")]);
    let past = past(&orders);
    let one = WindowOptions { fewest_customers: 1, ..WindowOptions::default() };
    assert!(TrainingWindows::of(&past, 30, TimeUnit::Day, &WindowOptions::default()).is_err());
    let windows = TrainingWindows::of(&past, 30, TimeUnit::Day, &one).unwrap();
    assert!(windows.rows() >= 3);
    let (schema, design) = Schema::learn(&windows, &[]).unwrap();
    assert!(design.matrix.iter().all(|value| value.is_finite()));
    assert!(
        schema.dropped().contains(&"bought_again".to_owned())
            || schema.names().contains(&"bought_again".to_owned())
    );
}

#[test]
fn of_too_many_rows_the_same_customers_are_drawn_in_every_window() {
    let orders = shop(&regulars());
    let past = past(&orders);
    let all = windows(&past, 91);
    let options = WindowOptions { most_rows: 400, ..WindowOptions::default() };
    let some = TrainingWindows::of(&past, 91, TimeUnit::Week, &options).unwrap();
    assert!((200..600).contains(&some.rows()), "{}", some.rows());
    assert!(some.notes[0].contains("rows were learnt from"), "{:?}", some.notes);
    let newest = &some.newest().unwrap().who;
    for (window, whole) in some.windows.iter().zip(&all.windows) {
        assert!(window.who.iter().all(|customer| newest.contains(customer)));
        for (at, customer) in window.who.iter().enumerate() {
            let there = whole.who.binary_search(customer).unwrap();
            assert_eq!(window.holdout.purchases[at], whole.holdout.purchases[there]);
            assert_eq!(window.holdout.value[at], whole.holdout.value[there]);
            assert_eq!(window.customers.rfm(at), whole.customers.rfm(there));
            assert_eq!(window.customers.ids.get(at), whole.customers.ids.get(there));
        }
    }
}

#[test]
fn a_schema_is_learnt_once_and_survives_its_file() {
    let orders = shop(&regulars());
    let past = past(&orders);
    let windows = windows(&past, 91);
    let (schema, design) = Schema::learn(&windows, &[]).unwrap();
    assert_eq!(design.names, schema.names());
    assert_eq!((design.rows(), design.columns()), (windows.rows(), schema.columns().len()));
    let text = serde_json::to_string(&schema).unwrap();
    let again: Schema = serde_json::from_str(&text).unwrap();
    assert_eq!(again, schema);
    let newest = windows.newest().unwrap();
    let rows = windows.ranges().pop().unwrap();
    let same = again.design(&newest.past, &newest.who, None).unwrap();
    let rows: Vec<usize> = rows.collect();
    assert_eq!(same.matrix, design.matrix.select(ndarray::Axis(0), &rows));
    for (at, values) in design.standardised(&schema).columns().into_iter().enumerate() {
        assert!(values.mean().unwrap().abs() < 1e-9, "{}", schema.columns()[at].name);
        assert!((values.std(0.0) - 1.0).abs() < 1e-9, "{}", schema.columns()[at].name);
    }
    // Every customer has one order a day and even gaps, and the origins do not reach over a year.
    assert_eq!(schema.dropped(), ["orders_per_purchase", "ln_sd_gap"]);
    assert!(!schema.names().contains(&"cut_sin".to_owned()));
}

#[test]
fn seasons_are_told_where_origins_lie_all_over_the_year() {
    let orders = shop(&regulars());
    let past = past(&orders);
    let options = WindowOptions { most: 60, step: Some(8), ..WindowOptions::default() };
    let names = |horizon: u32| {
        let windows = TrainingWindows::of(&past, horizon, TimeUnit::Week, &options).unwrap();
        Schema::learn(&windows, &[]).unwrap().0.names()
    };
    assert!(names(10).contains(&"cut_sin".to_owned()));
    assert!(!names(100).contains(&"cut_sin".to_owned()));
}

#[test]
fn channels_have_columns_and_strangers_count_as_other() {
    let orders = shop(&regulars());
    let known = past(&orders);
    let (schema, _) = Schema::learn(&windows(&known, 91), &[]).unwrap();
    let coding = &schema.attributes()[0];
    assert_eq!(coding.reference.as_deref(), Some("web"));
    assert_eq!(coding.names(), ["channel=shop", "channel=(other)", "channel_share"]);
    assert_eq!(coding.levels, [("shop".into(), 67.0 / 210.0)]);
    assert!((coding.shares["fax"] - 10.0 / 210.0).abs() < 1e-15);
    let mut rows = regulars();
    rows.push((999, 300, 3.0, "pigeon"));
    rows.push((998, 300, 3.0, "pigeon\n\u{1b}[31m"));
    let more = shop(&rows);
    let then = past(&more);
    let who: Vec<u32> = (0..more.len() as u32).collect();
    let design = schema.design(&then, &who, None).unwrap();
    let column = |name: &str| design.names.iter().position(|other| other == name).unwrap();
    let of = |row: usize| {
        ["channel=shop", "channel=(other)", "channel_share"].map(|name| design.matrix[(row, column(name))])
    };
    assert_eq!(of(1), [1.0, 0.0, 67.0 / 210.0]);
    assert_eq!(of(205)[..2], [0.0, 1.0]);
    assert_eq!(of(210)[..2], [0.0, 1.0]);
    assert!(design.notes[0].starts_with("2 customers of a level of `channel`"), "{:?}", design.notes);
}

#[test]
fn without_others_in_training_a_stranger_is_typical() {
    let rows: Vec<Row<'_>> = regulars().into_iter().filter(|row| row.0 < 200).collect();
    let orders = shop(&rows);
    let known = past(&orders);
    let (schema, _) = Schema::learn(&windows(&known, 91), &[]).unwrap();
    assert_eq!(schema.attributes()[0].names(), ["channel=shop"]);
    let more = shop(&[&rows[..], &[(999, 300, 3.0, "pigeon")]].concat());
    let design = schema.design(&past(&more), &[more.len() as u32 - 1], None).unwrap();
    let at = design.names.iter().position(|name| name == "channel=shop").unwrap();
    assert_eq!(design.matrix[(0, at)], 67.0 / 200.0);
}

#[test]
fn orders_without_the_attribute_are_refused_with_the_flag() {
    let orders = shop(&regulars());
    let known = past(&orders);
    let (schema, _) = Schema::learn(&windows(&known, 91), &[]).unwrap();
    let mut log = OrderLog::new(DAY);
    let amount = Money::from_micros(1);
    log.push(&OrderRow { customer: "a", tick: Tick(1), order: None, amount, position: 0 }).unwrap();
    let (bare, _) = log.finish().unwrap();
    let error = schema.design(&Past::new(&bare, None).unwrap(), &[0], None).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("--attributes channel"), "{error}");
    assert_eq!(schema.check(&bare).unwrap_err().to_string(), error.to_string());
    assert!(schema.check(&orders).is_ok());
}

#[test]
fn values_beyond_the_training_range_are_held_to_it() {
    let orders = shop(&regulars());
    let known = past(&orders);
    let (schema, design) = Schema::learn(&windows(&known, 91), &[]).unwrap();
    let rich = shop(&[(1, 0, 9e9, "web"), (1, 9_000, 9e9, "web")]);
    let held = schema.design(&past(&rich), &[0], None).unwrap();
    for (at, column) in schema.columns().iter().enumerate() {
        let range = column.high - column.low;
        let value = held.matrix[(0, at)];
        assert!(
            value >= column.low - 0.051 * range && value <= column.high + 0.051 * range,
            "{}",
            column.name
        );
        let values = design.matrix.column(at);
        assert_eq!(values.fold(f64::INFINITY, |least, &value| least.min(value)), column.low);
    }
    let at = held.names.iter().position(|name| name == "total_value").unwrap();
    let column = &schema.columns()[at];
    assert!((held.matrix[(0, at)] - (column.high + 0.05 * (column.high - column.low))).abs() < 1e-9);
}

#[test]
fn a_base_forecast_becomes_columns_and_is_asked_for_again() {
    let orders = shop(&regulars());
    let known = past(&orders);
    let windows = windows(&known, 91);
    let numbers: Vec<Vec<f64>> = windows
        .windows
        .iter()
        .map(|window| window.who.iter().map(|&customer| f64::from(customer % 7) / 7.0).collect())
        .collect();
    let base: Vec<BaseForecast<'_>> = numbers
        .iter()
        .map(|numbers| BaseForecast {
            p_alive: numbers,
            expected_purchases: numbers,
            expected_value: Some(numbers),
        })
        .collect();
    let (schema, design) = Schema::learn(&windows, &base).unwrap();
    assert!(schema.needs_base());
    let last =
        ["p_alive", "expected_purchases", "ln_expected_purchases", "expected_value", "ln_expected_value"];
    assert_eq!(design.names[design.columns() - 5..], last);
    let mean = schema.behaviour().mean_purchase().unwrap();
    let row = |matrix: &ndarray::Array2<f64>, at: usize| {
        matrix.row(at).iter().rev().take(5).rev().copied().collect::<Vec<_>>()
    };
    let (p, expected) = (numbers[0][3], row(&design.matrix, 3));
    assert_eq!(expected, [p, p, (0.001 + p).ln(), p, (0.001 + p / mean).ln()]);
    let newest = windows.newest().unwrap();
    assert!(schema.design(&newest.past, &newest.who, None).is_err());
    let without = BaseForecast { expected_value: None, ..base[0] };
    assert!(schema.design(&windows.windows[0].past, &windows.windows[0].who, Some(&without)).is_err());
    assert!(
        schema
            .design(&newest.past, &newest.who[1..], base.last())
            .unwrap_err()
            .to_string()
            .contains("values of")
    );
    let wrong = vec![f64::NAN; newest.who.len()];
    let wrong = BaseForecast { p_alive: &wrong, ..*base.last().unwrap() };
    assert!(schema.design(&newest.past, &newest.who, Some(&wrong)).unwrap_err().to_string().contains("NaN"));
    assert!(Schema::learn(&windows, &base[1..]).is_err());
}

#[test]
fn the_number_of_threads_changes_no_bit_of_the_schema() {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for customer in 0..9_000usize {
        for again in 0..(customer % 4) as i32 + 1 {
            rows.push((customer, (customer % 150) as i32 + again * 40, 0.1 * (customer % 71) as f64, "web"));
        }
    }
    let orders = shop(&rows);
    let learnt = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Schema::learn(&windows(&past(&orders), 60), &[]).unwrap())
    };
    assert_eq!(learnt(1), learnt(3));
}

/// What is learnt at a past with more orders after it is what is learnt without them.
#[test]
fn nothing_after_the_cut_is_learnt_from() {
    let rows = regulars();
    let early: Vec<Row<'_>> = rows.iter().copied().filter(|row| row.1 <= 250).collect();
    let mut later = rows.clone();
    later.extend((0..50).map(|at| (at, 251 + at as i32, -1.0, "fax")));
    let (known, all) = (shop(&early), shop(&later));
    let cut = |orders: &Orders| {
        let past = Past::new(orders, Some(Tick(250))).unwrap();
        let windows = windows(&past, 61);
        let (schema, design) = Schema::learn(&windows, &[]).unwrap();
        let ids: Vec<String> =
            windows.who().iter().map(|&at| orders.ids.get(at as usize).to_owned()).collect();
        (serde_json::to_string(&schema).unwrap(), design, ids, windows.purchases(), windows.value())
    };
    assert_eq!(cut(&known), cut(&all));
}
