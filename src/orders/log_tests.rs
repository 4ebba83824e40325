use proptest::prelude::*;

use super::*;

const DAY: LogOptions = LogOptions { grain: Grain::Day, order_ids: false, money: true, drop_zero: false };

type Row = (u8, i32, Option<u64>, i64);

fn log(options: LogOptions, rows: &[(u64, Row)]) -> OrderLog {
    let mut log = OrderLog::new(options);
    for &(position, (customer, tick, order, units)) in rows {
        let amount = Money::from_micros(units * Money::PER_UNIT);
        let customer = format!("c{customer}");
        log.push(&OrderRow { customer: &customer, tick: Tick(tick), order, amount, position }).unwrap();
    }
    log
}

fn numbered(rows: &[Row]) -> Vec<(u64, Row)> {
    (0..).zip(rows.iter().copied()).collect()
}

/// Everything orders hold, customer by customer.
fn told(orders: &Orders) -> Vec<(String, Vec<Event>)> {
    let events = |at| orders.events_of(at).collect();
    orders.ids.iter().enumerate().map(|(at, id)| (id.to_owned(), events(at))).collect()
}

fn event(tick: i32, order: u64, units: i64, count: u32) -> Event {
    Event { tick, order, amount: units * Money::PER_UNIT, count }
}

#[test]
fn rows_of_a_day_add_up_and_refunds_stand_apart() {
    let rows = [
        (1, 5, None, 10),
        (2, 5, None, 7),
        (1, 5, None, 0),
        (1, 3, None, 2),
        (1, 5, None, -4),
        (1, 5, None, -1),
    ];
    let (orders, counts) = log(DAY, &numbered(&rows)).finish().unwrap();
    assert_eq!(
        told(&orders),
        [
            ("c1".into(), vec![event(3, 0, 2, 1), event(5, 0, -5, 2), event(5, 0, 10, 2)]),
            ("c2".into(), vec![event(5, 0, 7, 1)])
        ]
    );
    assert_eq!(counts, LogCounts { rows: 6, refunds: 2, zero_dropped: 0 });
    assert_eq!((orders.first_tick(), orders.last_tick()), (Some(Tick(3)), Some(Tick(5))));
    assert_eq!(orders.orders(), 4);
}

#[test]
fn without_a_grain_every_row_or_every_order_is_apart() {
    let rows = [(1, 5, None, 10), (1, 5, None, 10), (1, 5, Some(9), 1), (1, 5, Some(9), 2)];
    let options = LogOptions { grain: Grain::None, order_ids: true, ..DAY };
    let (orders, _) = log(options, &numbered(&rows)).finish().unwrap();
    assert_eq!(told(&orders)[0].1, [event(5, 0, 10, 1), event(5, 0, 10, 1), event(5, 9, 3, 2)]);
    assert_eq!(orders.orders(), 3);
}

#[test]
fn an_order_that_costs_nothing_is_left_out_if_so_wished() {
    let rows = [(1, 5, None, 0), (2, 5, None, 1), (1, 6, None, 3)];
    let (orders, counts) = log(LogOptions { drop_zero: true, ..DAY }, &numbered(&rows)).finish().unwrap();
    assert_eq!(orders.ids.iter().collect::<Vec<_>>(), ["c2", "c1"]);
    assert_eq!((counts.rows, counts.zero_dropped), (3, 1));
}

#[test]
fn the_last_order_is_no_refund() {
    let (orders, _) = log(DAY, &numbered(&[(1, 5, None, 3), (1, 9, None, -3)])).finish().unwrap();
    assert_eq!(orders.last_tick(), Some(Tick(5)));
    assert!(orders.has_refunds());
    let (nothing, _) = log(DAY, &numbered(&[(1, 5, None, -3)])).finish().unwrap();
    assert_eq!((nothing.len(), nothing.first_tick(), nothing.last_tick()), (1, None, None));
}

#[test]
fn a_sum_out_of_range_names_the_customer() {
    let huge = Money::from_micros(i64::MAX / 2 + 1);
    for ticks in [[1, 1], [1, 2]] {
        let mut log = OrderLog::new(DAY);
        for (position, tick) in (0..).zip(ticks) {
            let row = OrderRow { customer: "Ann", tick: Tick(tick), order: None, amount: huge, position };
            log.push(&row).unwrap();
        }
        assert!(log.finish().unwrap_err().to_string().contains("`Ann`"));
    }
}

/// Its number differs from log to log, and only one of them has the rows.
#[test]
fn a_sum_out_of_range_names_the_customer_also_in_a_log_that_is_merged() {
    let huge = Money::from_micros(i64::MAX / 2 + 1);
    let filled = |rows: &[(&str, i64)]| {
        let mut log = OrderLog::new(DAY);
        for (position, &(customer, units)) in (0..).zip(rows) {
            let amount = if units == 0 { huge } else { Money::from_micros(units) };
            log.push(&OrderRow { customer, tick: Tick(1), order: None, amount, position }).unwrap();
        }
        log
    };
    let fine = [("Bob", 1), ("Cid", 1), ("Dan", 1), ("Eve", 1), ("Ann", 1)];
    let bad = [("Eve", 1), ("Ann", 0), ("Ann", 0), ("Fay", 1)];
    for (mut into, from) in [(filled(&fine), filled(&bad)), (filled(&bad), filled(&fine))] {
        let error = into.merge(from).unwrap_err().to_string();
        assert!(error.contains("`Ann`"), "{error}");
    }
}

#[test]
fn logs_of_different_options_do_not_mix() {
    let other = OrderLog::new(LogOptions { grain: Grain::Hour, ..DAY });
    assert!(matches!(OrderLog::new(DAY).merge(other), Err(Error::Usage(_))));
}

/// More rows than the buffer holds, several times over: one customer with most of them, in falling order of time.
#[test]
fn many_rows_take_memory_for_their_purchases_only() {
    let mut log = OrderLog::new(DAY);
    let rows = 3 * OrderLog::BUFFER as u64 + 7;
    for position in 0..rows {
        let customer = if position % 10 == 0 { format!("c{}", position % 1000) } else { "whale".into() };
        let tick = Tick(-((position % 5000) as i32));
        log.push(&OrderRow {
            customer: &customer,
            tick,
            order: None,
            amount: Money::from_micros(1),
            position,
        })
        .unwrap();
    }
    assert!(log.events.len() < 100_000 && log.fresh.capacity() < 4 * OrderLog::BUFFER);
    let (orders, counts) = log.finish().unwrap();
    assert_eq!((counts.rows, orders.orders()), (rows, rows));
    let sum: i64 = (0..orders.len()).flat_map(|at| orders.events_of(at)).map(|event| event.amount).sum();
    assert_eq!(sum as u64, rows);
    assert_eq!(orders.ids.get(1), "whale");
}

#[test]
fn counts_beyond_a_byte_survive_sums_merges_and_sorting() {
    let rows: Vec<Row> = (0..1000).map(|at| (u8::from(at % 3 == 0), at % 2, None, 1)).collect();
    let (front, back) = (numbered(&rows)[..500].to_vec(), numbered(&rows)[500..].to_vec());
    let mut merged = log(DAY, &back);
    merged.merge(log(DAY, &front)).unwrap();
    let (orders, _) = merged.finish().unwrap();
    assert_eq!(orders.orders(), 1000);
    assert_eq!(told(&orders), told(&log(DAY, &numbered(&rows)).finish().unwrap().0));
}

fn any_rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((0u8..6, -3i32..4, prop::option::of(0u64..4), -5i64..9), 0..60)
}

fn any_options() -> impl Strategy<Value = LogOptions> {
    let grain = prop::sample::select(vec![Grain::Day, Grain::Hour, Grain::None]);
    (grain, any::<bool>(), any::<bool>(), any::<bool>())
        .prop_map(|(grain, order_ids, money, drop_zero)| LogOptions { grain, order_ids, money, drop_zero })
}

proptest! {
    /// Any order of the rows, any split into logs, any order of merging: the same orders.
    #[test]
    fn neither_the_order_of_rows_nor_their_split_matters(
        rows in any_rows(), options in any_options(), shuffle in any::<u64>(), parts in 1usize..5
    ) {
        let rows = numbered(&rows);
        let (whole, counts) = log(options, &rows).finish().unwrap();
        let mut shuffled = rows.clone();
        shuffled.sort_by_key(|(position, _)| (position ^ shuffle).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut logs: Vec<_> = (0..parts)
            .map(|part| {
                let rows: Vec<_> = shuffled.iter().skip(part).step_by(parts).copied().collect();
                log(options, &rows)
            })
            .collect();
        let mut merged = logs.swap_remove(shuffle as usize % parts);
        for part in logs {
            merged.merge(part).unwrap();
        }
        let (again, again_counts) = merged.finish().unwrap();
        prop_assert_eq!(told(&again), told(&whole));
        prop_assert_eq!(again_counts, counts);
        prop_assert_eq!(again.orders(), whole.orders());
    }

    /// No money is lost or made by summing.
    #[test]
    fn sums_are_kept(rows in any_rows(), options in any_options()) {
        let (orders, _) = log(options, &numbered(&rows)).finish().unwrap();
        let sum: i64 = (0..orders.len()).flat_map(|at| orders.events_of(at)).map(|event| event.amount).sum();
        prop_assert_eq!(sum, rows.iter().map(|row| row.3 * Money::PER_UNIT).sum::<i64>());
        for at in 0..orders.len() {
            prop_assert!(orders.events_of(at).is_sorted());
        }
    }
}
