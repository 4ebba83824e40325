//! A tiny shop by hand: every rule once.

use super::*;
use crate::features::{Acquired, Customers};
use crate::orders::{LogOptions, OrderLog, OrderRow};
use crate::units::{Grain, Money, Periods};

const DAY: LogOptions = LogOptions { grain: Grain::Day, order_ids: false, money: true, drop_zero: false };
const IDS: LogOptions = LogOptions { order_ids: true, ..DAY };

/// Orders of rows (customer, day, order id or 0, amount).
fn shop(options: LogOptions, rows: &[(&str, i32, u64, f64)]) -> Orders {
    let mut log = OrderLog::new(options);
    for (position, &(customer, tick, order, amount)) in (0..).zip(rows) {
        let (order, amount) = ((order > 0).then_some(order), Money::from_f64(amount).unwrap());
        log.push(&OrderRow { customer, tick: Tick(tick), order, amount, position }).unwrap();
    }
    log.finish().unwrap().0
}

fn at(orders: &Orders, cutoff: i32) -> Past<'_> {
    Past::new(orders, Some(Tick(cutoff))).unwrap()
}

/// Id, frequency, recency, age, monetary value, orders, total.
type Told = (String, u32, f64, f64, Option<f64>, u32, f64);

/// Every customer, in the unit of the table.
fn told(table: &Customers) -> Vec<Told> {
    let history = table.history.as_ref().unwrap();
    let row = |at: usize| {
        let (rfm, total) = (table.rfm(at), history.total_value[at].to_f64());
        let id = table.ids.get(at).to_owned();
        (id, rfm.frequency, rfm.recency, rfm.age, table.monetary_value[at], history.orders[at], total)
    };
    (0..table.len()).map(row).collect()
}

#[test]
fn the_first_purchase_is_not_in_the_monetary_value_and_a_day_is_one_purchase() {
    let rows = [
        ("a", 1, 0, 10.0),
        ("b", 3, 0, 5.0),
        ("a", 8, 0, 20.0),
        ("a", 8, 0, 2.5),
        ("a", 11, 0, 7.5),
        ("late", 12, 0, 1.0),
    ];
    let orders = shop(DAY, &rows);
    let table = at(&orders, 11).customers(TimeUnit::Day);
    assert_eq!(
        told(&table),
        [("a".into(), 2, 10.0, 10.0, Some(15.0), 4, 40.0), ("b".into(), 0, 0.0, 8.0, None, 1, 5.0)]
    );
    let history = table.history.unwrap();
    assert_eq!((history.first_order[0], history.last_order[0]), (Tick(1), Tick(11)));
    let weeks = at(&orders, 15).customers(TimeUnit::Week);
    assert_eq!((weeks.rfm(0).recency, weeks.rfm(0).age, weeks.len()), (10.0 / 7.0, 2.0, 3));
}

#[test]
fn the_cut_is_the_last_order_unless_given() {
    let orders = shop(DAY, &[("a", 1, 0, 10.0), ("a", 9, 0, 1.0), ("a", 30, 0, -1.0)]);
    let past = Past::new(&orders, None).unwrap();
    assert_eq!((past.cutoff(), past.cutoff_is_given()), (Tick(9), false));
    // Nobody asked for an earlier view: what came back later is known.
    assert_eq!((past.netting().refunds, past.netting().netted), (1, 1.0));
    assert_eq!(past.customers(TimeUnit::Day).history.unwrap().total_value, [Money::from_f64(10.0).unwrap()]);
    assert_eq!(at(&orders, 9).netting().refunds, 0);
    assert!(at(&orders, 30).cutoff_is_given());
}

#[test]
fn a_cut_without_customers_says_why() {
    let orders = shop(DAY, &[("a", 1, 0, 10.0), ("a", 2, 0, -10.0)]);
    let words = |cutoff| Past::new(&orders, Some(Tick(cutoff))).unwrap_err().to_string();
    assert!(words(0).contains("2000-01-01 is before the first order (2000-01-02)"));
    assert!(words(2).contains("refunded in full"));
    assert!(Past::new(&shop(DAY, &[]), None).unwrap_err().to_string().contains("no order at all"));
}

#[test]
fn a_refund_finds_its_order_by_id_whatever_came_later() {
    let rows = [("a", 1, 1, 10.0), ("a", 5, 2, 8.0), ("a", 6, 3, 6.0), ("a", 9, 2, -3.0)];
    let orders = shop(IDS, &rows);
    assert_eq!(told(&at(&orders, 9).customers(TimeUnit::Day))[0].4, Some((5.0 + 6.0) / 2.0));
    // Before the refund nothing of it is known.
    assert_eq!(told(&at(&orders, 8).customers(TimeUnit::Day))[0].4, Some(7.0));
}

#[test]
fn a_refund_without_an_id_takes_from_the_latest_order_and_then_from_the_one_before() {
    for (options, refund_id) in [(DAY, 0), (IDS, 0), (IDS, 77)] {
        let rows = [
            ("a", 1, 1, 10.0),
            ("a", 5, 2, 8.0),
            ("a", 6, 3, 6.0),
            ("a", 6, refund_id, -9.0),
            ("a", 7, 4, 50.0),
        ];
        let orders = shop(options, &rows);
        let past = at(&orders, 7);
        // Day 6 is gone, day 5 keeps 5.
        assert_eq!(
            told(&past.customers(TimeUnit::Day)),
            [("a".into(), 2, 6.0, 6.0, Some(27.5), 3, 65.0)],
            "{options:?}"
        );
        let netting = past.netting();
        assert_eq!((netting.refunds, netting.netted, netting.orders_refunded_in_full), (1, 9.0, 1));
        assert_eq!((netting.refunds_without_order, netting.without_order), (0, 0.0));
    }
}

#[test]
fn what_is_left_of_a_refund_by_id_goes_to_the_orders_before_the_refund() {
    let rows = [("a", 1, 1, 10.0), ("a", 5, 2, 8.0), ("a", 6, 1, -12.0)];
    let orders = shop(IDS, &rows);
    let past = at(&orders, 6);
    assert_eq!(told(&past.customers(TimeUnit::Day)), [("a".into(), 0, 0.0, 1.0, None, 1, 6.0)]);
    assert_eq!((past.netting().netted, past.netting().orders_refunded_in_full), (12.0, 1));
}

#[test]
fn a_refund_before_any_order_is_counted_and_changes_nothing() {
    let rows = [("a", 1, 0, -4.0), ("a", 5, 0, 8.0), ("b", 2, 0, 3.0), ("b", 4, 0, -5.0)];
    let orders = shop(DAY, &rows);
    let past = at(&orders, 5);
    assert_eq!(told(&past.customers(TimeUnit::Day)), [("a".into(), 0, 0.0, 0.0, None, 1, 8.0)]);
    let expected = Netting {
        refunds: 2,
        netted: 3.0,
        orders_refunded_in_full: 1,
        refunds_without_order: 2,
        without_order: 6.0,
        zero_dropped: 0,
        customers_without_purchase: 1,
    };
    assert_eq!(*past.netting(), expected);
}

#[test]
fn an_order_that_costs_nothing_is_a_purchase_unless_dropped() {
    let rows = [("a", 1, 1, 10.0), ("a", 5, 2, 0.0), ("a", 7, 3, 4.0), ("a", 7, 3, 0.0), ("a", 8, 0, -1.0)];
    for (options, frequency, mean, dropped) in
        [(IDS, 2, 1.5, 0), (DAY, 2, 1.5, 0), (LogOptions { drop_zero: true, ..IDS }, 1, 3.0, 1)]
    {
        let orders = shop(options, &rows);
        let past = at(&orders, 8);
        let table = past.customers(TimeUnit::Day);
        assert_eq!((table.frequency[0], table.monetary_value[0]), (frequency, Some(mean)));
        assert_eq!(past.netting().zero_dropped, dropped);
    }
}

#[test]
fn lines_of_one_order_are_one_order_dated_by_the_first_and_a_discount_line_just_nets() {
    let rows = [("a", 1, 1, 10.0), ("a", 5, 2, 8.0), ("a", 6, 2, 4.0), ("a", 5, 2, -2.0), ("a", 6, 3, 1.0)];
    let orders = shop(IDS, &rows);
    assert_eq!(
        told(&at(&orders, 6).customers(TimeUnit::Day))[0],
        ("a".into(), 2, 5.0, 5.0, Some(5.5), 3, 21.0)
    );
    assert_eq!(
        told(&at(&orders, 5).customers(TimeUnit::Day))[0],
        ("a".into(), 1, 4.0, 4.0, Some(6.0), 2, 16.0)
    );
}

#[test]
fn without_a_grain_orders_of_one_second_are_purchases_of_their_own() {
    let rows = [("a", 10, 0, 1.0), ("a", 10, 0, 1.0), ("a", 10, 0, 4.0)];
    let orders = shop(LogOptions { grain: Grain::None, ..DAY }, &rows);
    assert_eq!(
        told(&at(&orders, 10).customers(TimeUnit::Day))[0],
        ("a".into(), 2, 0.0, 0.0, Some(2.5), 3, 6.0)
    );
    let orders = shop(LogOptions { grain: Grain::Hour, ..DAY }, &[("a", 1, 0, 1.0), ("a", 13, 0, 4.0)]);
    assert_eq!(told(&at(&orders, 25).customers(TimeUnit::Day))[0].2, 0.5);
}

#[test]
fn without_money_there_are_only_purchases() {
    let rows = [("a", 1, 0, 1.0), ("a", 5, 0, 2.0), ("a", 6, 0, 1.0), ("a", 6, 0, -1.0)];
    let orders = shop(LogOptions { money: false, ..DAY }, &rows);
    let (past, holdout) = at(&orders, 6).rewind_to(Tick(2)).unwrap();
    let table = at(&orders, 6).customers(TimeUnit::Day);
    assert_eq!((table.frequency[0], table.has_money()), (1, false));
    assert!(table.history.unwrap().total_value.is_empty());
    assert_eq!((past.len(), holdout.purchases, holdout.value), (1, vec![1], vec![]));
}

#[test]
fn going_back_splits_what_was_known_from_what_then_happened() {
    let rows = [
        ("a", 1, 1, 10.0),
        ("new", 9, 2, 3.0),
        ("b", 2, 3, 5.0),
        ("a", 6, 4, 20.0),
        ("a", 9, 1, -4.0), // of an order before the origin: no matter of the holdout
        ("a", 9, 4, -5.0), // of an order in the holdout
        ("a", 10, 5, 7.0),
        ("new", 12, 6, 1.0),
        ("a", 13, 7, 99.0), // after the end
        ("late", 13, 8, 9.0),
    ];
    let orders = shop(IDS, &rows);
    let (past, holdout) = at(&orders, 12).rewind(Periods::new(1.0).unwrap(), TimeUnit::Week).unwrap();
    assert_eq!((past.cutoff(), holdout.origin, holdout.end), (Tick(5), Tick(5), Tick(12)));
    assert_eq!(
        told(&past.customers(TimeUnit::Day)),
        [("a".into(), 0, 0.0, 4.0, None, 1, 10.0), ("b".into(), 0, 0.0, 3.0, None, 1, 5.0)]
    );
    assert_eq!((holdout.purchases, holdout.value), (vec![2, 0], vec![22.0, 0.0]));
    assert_eq!(holdout.acquired, Acquired { customers: 1, purchases: 2, value: 4.0 });
    assert_eq!(holdout.revised, -4.0);
}

#[test]
fn going_back_too_far_or_by_half_a_tick_is_refused() {
    let orders = shop(DAY, &[("a", 1, 0, 10.0), ("a", 6, 0, 1.0)]);
    let past = at(&orders, 6);
    let back = |days| past.rewind(Periods::new(days).unwrap(), TimeUnit::Day);
    assert!(back(0.5).is_err() && back(0.0).is_err() && back(6.0).is_err());
    assert_eq!(back(5.0).unwrap().1.purchases, [1]);
    assert!(past.rewind_to(Tick(6)).is_err());
}

#[test]
fn pasts_that_are_cut_alike_have_one_key_and_no_others_do() {
    let rows = [("a", 1, 0, 10.0), ("b", 2, 0, 5.0), ("a", 9, 0, 20.0), ("c", 20, 0, 5.0), ("b", 23, 0, 8.0)];
    let orders = shop(DAY, &rows);
    let whole = Past::new(&orders, None).unwrap();
    let (same, some) = (shop(DAY, &rows), orders.of_some(&[0, 1]));
    let weeks = Past::of_opportunities(&orders, Some(Tick(23)), CalendarPeriod::Week).unwrap();
    let pasts = [
        whole,
        at(&orders, 23), // as `whole`, but for what was refunded later
        at(&orders, 23).telling_logs(true),
        at(&orders, 23).acquired_after(Tick(1)).unwrap(),
        at(&orders, weeks.cutoff().0),
        weeks,
        whole.rewind_to(Tick(9)).unwrap().0,
        at(&same, 23),
        at(&orders, 23).of_orders(&some).unwrap(),
        at(&some, 9),
    ];
    for (i, past) in pasts.iter().enumerate() {
        for (j, other) in pasts.iter().enumerate() {
            assert_eq!(past.key() == other.key(), i == j, "{i} and {j}");
        }
    }
    let again = whole.rewind(Periods::new(2.0).unwrap(), TimeUnit::Week).unwrap().0;
    assert_eq!(again.key(), at(&orders, 9).key());
}

#[test]
fn parts_are_the_whole() {
    let ids: Vec<String> = (0..100_000).map(|at| format!("c{at}")).collect();
    let mut rows: Vec<_> =
        ids.iter().enumerate().map(|(at, id)| (id.as_str(), at as i32 % 97, 0, 1.0)).collect();
    rows.extend(
        ids.iter().enumerate().map(|(at, id)| (id.as_str(), 3 * at as i32 % 89, 0, 0.01 * at as f64)),
    );
    let orders = shop(DAY, &rows);
    for cutoff in [50, 97] {
        let past = at(&orders, cutoff);
        let whole = told(&past.customers(TimeUnit::Week));
        assert_eq!(whole.len(), past.len());
        let parts: Vec<_> = past.parts(TimeUnit::Week, 777).flat_map(|part| told(&part)).collect();
        assert!(parts == whole);
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let three = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        for pool in [one, three] {
            assert!(told(&pool.install(|| past.customers(TimeUnit::Week))) == whole);
        }
    }
}

#[path = "past_laws.rs"]
mod laws;
