//! A tiny shop by hand, and what holds for every shop.

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use proptest::prelude::*;

use super::Behaviour;
use crate::features::Past;
use crate::orders::{LogOptions, OrderLog, OrderRow, Orders};
use crate::units::{CalendarPeriod, Grain, Money, Tick};

const DAY: LogOptions = LogOptions { grain: Grain::Day, order_ids: false, money: true, drop_zero: false };

type Row = (usize, i32, f64);

fn shop(options: LogOptions, rows: &[Row]) -> Orders {
    let mut log = OrderLog::new(options);
    for (position, &(customer, tick, amount)) in (0..).zip(rows) {
        let (customer, amount) = (format!("c{customer}"), Money::from_f64(amount).unwrap());
        log.push(&OrderRow { customer: &customer, tick: Tick(tick), order: None, amount, position }).unwrap();
    }
    log.finish().unwrap().0
}

fn at(orders: &Orders, cutoff: i32) -> Past<'_> {
    Past::new(orders, Some(Tick(cutoff))).unwrap()
}

/// Every number of every customer, by the customer's id and the column's name.
fn told(past: &Past<'_>, behaviour: &Behaviour) -> BTreeMap<String, BTreeMap<String, f64>> {
    let (who, names) = (past.indices(0..past.orders().len()), behaviour.names());
    assert_eq!(names.len(), behaviour.width());
    // Wider rows than needed, to be sure that nothing beyond is touched.
    let stride = names.len() + 1;
    let mut rows = vec![7.5; who.len() * stride];
    past.fill_behaviour(behaviour, &who, &mut rows, stride).unwrap();
    let row = |(row, customer): (&[f64], &u32)| {
        assert_eq!(row[names.len()], 7.5);
        let named = names.iter().cloned().zip(row.iter().copied()).collect();
        (past.orders().ids.get(*customer as usize).to_owned(), named)
    };
    rows.chunks(stride).zip(&who).map(row).collect()
}

fn assert_told(found: &BTreeMap<String, f64>, expected: &[(&str, f64)]) {
    for (name, value) in expected {
        let there = found[*name];
        assert!((there - value).abs() <= 1e-13 * value.abs().max(1.0), "{name}: {there}, not {value}");
    }
    let names: Vec<&str> = expected.iter().map(|(name, _)| *name).collect();
    let missing: Vec<&String> = found.keys().filter(|name| !names.contains(&name.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Customer 1 buys on days 1 (10), 8 (20 and 2.5) and 11 (7.5), customer 2 on day 3 (5). Day 1 and day 8 are Sundays.
const TINY: [Row; 6] = [(1, 1, 10.0), (2, 3, 5.0), (1, 8, 20.0), (1, 8, 2.5), (1, 11, 7.5), (3, 15, 1.0)];

fn ln(value: f64) -> f64 {
    (1.0 + value).ln()
}

fn ln_value(value: f64) -> f64 {
    // A hundredth of the mean of the four purchases, 45/4.
    ln(value / 0.1125)
}

#[test]
fn every_number_of_a_tiny_shop_is_the_one_made_by_hand() {
    let orders = shop(DAY, &TINY);
    let past = at(&orders, 14);
    let found = told(&past, &Behaviour::of(&past, 4, true).unwrap());
    let season = |tick: f64| (TAU * tick / 365.2425).sin_cos();
    let ((cs, cc), (fs, fc), (ls, lc)) = (season(14.0), season(1.0), season(11.0));
    assert_told(
        &found["c1"],
        &[
            ("frequency", 2.0),
            ("ln_frequency", ln(2.0)),
            ("age_days", 13.0),
            ("ln_age_days", ln(13.0)),
            ("days_since_last", 3.0),
            ("ln_days_since_last", ln(3.0)),
            ("ln_recency_days", ln(10.0)),
            ("rate", 2.0 * 4.0 / 17.0),
            ("orders_per_purchase", 4.0 / 3.0),
            ("bought_again", 1.0),
            ("ln_mean_gap", ln(5.0)),
            ("ln_last_gap", ln(3.0)),
            ("ln_overdue", ln(3.0 / 5.0)),
            ("has_two_gaps", 1.0),
            ("ln_sd_gap", ln(8f64.sqrt())),
            ("gap_trend", (3.0f64 / 7.0).ln()),
            ("mean_value", 40.0 / 3.0),
            ("total_value", 40.0),
            ("ln_mean_value", ln_value(40.0 / 3.0)),
            ("ln_total_value", ln_value(40.0)),
            ("ln_sd_value", ln_value((775f64 / 12.0).sqrt())),
            ("ln_first_value", ln_value(10.0)),
            ("ln_last_value", ln_value(7.5)),
            ("ln_max_value", ln_value(22.5)),
            ("ln_purchases_1d", 0.0),
            ("ln_value_1d", 0.0),
            ("ln_purchases_2d", 0.0),
            ("ln_value_2d", 0.0),
            ("ln_purchases_4d", ln(1.0)),
            ("ln_value_4d", ln_value(7.5)),
            ("purchases_4d", 1.0),
            ("value_4d", 7.5),
            ("ln_purchases_8d", ln(2.0)),
            ("ln_value_8d", ln_value(30.0)),
            ("cut_sin", cs),
            ("cut_cos", cc),
            ("first_sin", fs),
            ("first_cos", fc),
            ("last_sin", ls),
            ("last_cos", lc),
            ("weekend_share", 2.0 / 3.0),
        ],
    );
    let once = &found["c2"];
    for zero in
        ["frequency", "ln_recency_days", "rate", "bought_again", "ln_overdue", "ln_sd_gap", "ln_sd_value"]
    {
        assert_eq!(once[zero], 0.0, "{zero}");
    }
    assert_eq!((once["mean_value"], once["total_value"], once["days_since_last"]), (5.0, 5.0, 11.0));
    assert!(!found.contains_key("c3"), "who comes later is not known");
}

#[test]
fn a_window_begins_after_its_first_tick_and_ends_with_the_cut() {
    let orders = shop(DAY, &[(1, 0, 1.0), (1, 10, 1.0), (1, 14, 1.0), (1, 18, 1.0)]);
    let past = at(&orders, 18);
    let found = &told(&past, &Behaviour::of(&past, 4, false).unwrap())["c1"];
    assert_eq!((found["purchases_4d"], found["value_4d"]), (1.0, 1.0));
    assert!((found["ln_purchases_8d"] - ln(2.0)).abs() < 1e-15);
}

#[test]
fn the_trend_of_three_gaps_is_that_of_the_line_through_their_logarithms() {
    // Gaps 1, 2, 8: the line through (0, 0), (1, ln 2), (2, ln 8) climbs by ln 8 between its ends.
    let orders = shop(DAY, &[(1, 0, 1.0), (1, 1, 1.0), (1, 3, 1.0), (1, 11, 1.0)]);
    let past = at(&orders, 11);
    let found = &told(&past, &Behaviour::of(&past, 2, false).unwrap())["c1"];
    assert!((found["gap_trend"] - 8f64.ln()).abs() < 1e-14);
}

#[test]
fn the_hour_is_told_where_the_grain_knows_it_and_money_where_there_is_some() {
    let hour = LogOptions { grain: Grain::Hour, money: false, ..DAY };
    let orders = shop(hour, &[(1, 6, 1.0), (1, 24 * 9 + 18, 2.0), (1, 24 * 40, 1.0)]);
    let past = at(&orders, 24 * 41 - 1);
    let behaviour = Behaviour::of(&past, 36, false).unwrap();
    assert!(!behaviour.names().iter().any(|name| name.contains("value")));
    let found = &told(&past, &behaviour)["c1"];
    // Six, eighteen and zero o'clock.
    assert!(found["hour_sin"].abs() < 1e-15 && (found["hour_cos"] - 1.0 / 3.0).abs() < 1e-15);
    assert!((found["age_days"] - (24.0 * 41.0 - 7.0) / 24.0).abs() < 1e-14);
    assert!((found["ln_purchases_1.5d"] - ln(1.0)).abs() < 1e-15);
    assert!(found.contains_key("ln_purchases_0.375d"));
    let seconds = LogOptions { grain: Grain::None, ..DAY };
    let orders = shop(seconds, &[(1, 0, 1.0), (1, 0, 1.0), (1, 0, 4.0), (1, 86_400, 1.0)]);
    let past = at(&orders, 86_400);
    let found = &told(&past, &Behaviour::of(&past, 43_200, false).unwrap())["c1"];
    assert_eq!(found["frequency"], 3.0);
    assert!(found.values().all(|value| value.is_finite()));
}

#[test]
fn windows_that_are_nearly_the_same_or_longer_than_the_history_are_left_out() {
    let orders = shop(DAY, &[(1, 0, 1.0), (1, 300, 1.0)]);
    let past = at(&orders, 300);
    let lengths = |horizon: u32| {
        let names = Behaviour::of(&past, horizon, false).unwrap().names();
        let of = |name: &String| name.strip_prefix("ln_purchases_").map(str::to_owned);
        names.iter().filter_map(of).collect::<Vec<_>>()
    };
    assert_eq!(lengths(91), ["23d", "46d", "91d", "182d"]);
    assert_eq!(lengths(365), ["30d", "91d", "183d"]);
    assert_eq!(lengths(1), ["1d", "2d", "30d", "90d", "180d"]);
}

#[test]
fn what_does_not_fit_is_refused_in_words() {
    let orders = shop(DAY, &TINY);
    let past = at(&orders, 14);
    let behaviour = Behaviour::of(&past, 4, false).unwrap();
    assert!(Behaviour::of(&past, 0, false).is_err());
    let mut rows = vec![0.0; behaviour.width()];
    let width = behaviour.width();
    let mut fill = |past: &Past<'_>, who: &[u32], stride: usize| {
        past.fill_behaviour(&behaviour, who, &mut rows, stride).map_err(|error| error.to_string())
    };
    assert_eq!(fill(&past, &[0], width), Ok(()));
    assert!(fill(&past, &[0], width - 1).unwrap_err().contains("no room"));
    assert!(fill(&past, &[0, 1], width).unwrap_err().contains("no room"));
    assert!(fill(&past, &[2], width).unwrap_err().contains("no purchase up to 2000-01-15"));
    assert!(fill(&past, &[9], width).unwrap_err().contains("no purchase"));
    let without = shop(LogOptions { money: false, ..DAY }, &TINY);
    assert!(fill(&at(&without, 14), &[0], width).unwrap_err().contains("no amount"));
    let hours = shop(LogOptions { grain: Grain::Hour, ..DAY }, &TINY);
    assert!(fill(&at(&hours, 14), &[0], width).unwrap_err().contains("at the grain `hour`"));
    let years = shop(DAY, &[(1, 0, 1.0), (1, 800, 1.0)]);
    let years = Past::of_opportunities(&years, None, CalendarPeriod::Year).unwrap();
    assert!(Behaviour::of(&years, 4, false).unwrap_err().to_string().contains("--opportunities"));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let rows: Vec<Row> = (0..90_000usize)
        .map(|at| (at * 7 % 40_000, (at * 31 % 500) as i32, (at % 97) as f64 * 0.37))
        .collect();
    let orders = shop(DAY, &rows);
    let past = at(&orders, 450);
    let filled = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let behaviour = Behaviour::of(&past, 91, true).unwrap();
            let who = past.indices(0..orders.len());
            let mut rows = vec![0.0; who.len() * behaviour.width()];
            past.fill_behaviour(&behaviour, &who, &mut rows, behaviour.width()).unwrap();
            rows.into_iter().map(f64::to_bits).collect::<Vec<_>>()
        })
    };
    assert_eq!(filled(1), filled(3));
}

#[test]
fn some_customers_are_told_as_all_are() {
    let orders = shop(DAY, &TINY);
    let past = at(&orders, 15);
    let all = past.customers(crate::units::TimeUnit::Day);
    let some = past.customers_of(crate::units::TimeUnit::Day, &[2, 0]);
    assert_eq!(some.ids.iter().collect::<Vec<_>>(), ["c3", "c1"]);
    assert_eq!((some.rfm(1), some.spent(1)), (all.rfm(0), all.spent(0)));
    assert_eq!(past.indices(1..3), [1, 2]);
}

fn any_rows() -> impl Strategy<Value = Vec<Row>> {
    let amount = prop::sample::select(vec![-1e9, -3.0, 0.0, 0.01, 1.0, 7.25, 4e9]);
    prop::collection::vec((0usize..5, 0i32..60, amount), 1..50)
}

proptest! {
    /// What comes after the cut, refunds included, cannot be told from the numbers; and all of them are numbers.
    #[test]
    fn nothing_leaks_and_nothing_is_lost(
        rows in any_rows(), cutoff in 0i32..60, grain in prop::sample::select(vec![Grain::Day, Grain::Hour, Grain::None])
    ) {
        let options = LogOptions { grain, ..DAY };
        let known: Vec<_> = rows.iter().copied().filter(|row| row.1 <= cutoff).collect();
        let (all, known) = (shop(options, &rows), shop(options, &known));
        let (all, known) = (Past::new(&all, Some(Tick(cutoff))), Past::new(&known, Some(Tick(cutoff))));
        let (Ok(all), Ok(known)) = (all, known) else { return Ok(()) };
        let (ours, theirs) = (Behaviour::of(&all, 9, true).unwrap(), Behaviour::of(&known, 9, true).unwrap());
        prop_assert_eq!(&ours, &theirs);
        let (ours, theirs) = (told(&all, &ours), told(&known, &theirs));
        prop_assert!(ours.values().all(|row| row.values().all(|value| value.is_finite())));
        prop_assert_eq!(ours, theirs);
    }
}
