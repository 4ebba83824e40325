use proptest::prelude::*;

use super::*;
use crate::orders::{LogOptions, OrderLog, OrderRow, Orders};
use crate::units::{Grain, Money, Tick};

const DAY: LogOptions = LogOptions { grain: Grain::Day, order_ids: false, money: true, drop_zero: false };

/// Customer, tick, amount, channel, country.
type Row = (u8, i32, i64, &'static str, &'static str);

fn names() -> Vec<String> {
    vec!["channel".into(), "country".into()]
}

fn log(rows: &[(u64, Row)]) -> OrderLog {
    let mut log = OrderLog::with_attributes(DAY, &names()).unwrap();
    for &(position, (customer, tick, units, channel, country)) in rows {
        let customer = format!("c{customer}");
        let amount = Money::from_micros(units * Money::PER_UNIT);
        let row = OrderRow { customer: &customer, tick: Tick(tick), order: None, amount, position };
        log.push_with(&row, |at| [channel, country][at].into()).unwrap();
    }
    log
}

fn numbered(rows: &[Row]) -> Vec<(u64, Row)> {
    (0..).zip(rows.iter().copied()).collect()
}

fn told(orders: &Orders) -> Vec<(String, String, String)> {
    let [channel, country] = &orders.attributes[..] else { panic!("two attributes") };
    let of = |at: usize| (orders.ids.get(at).into(), channel.of(at).into(), country.of(at).into());
    (0..orders.len()).map(of).collect()
}

fn as_told(rows: &[[&str; 3]]) -> Vec<(String, String, String)> {
    rows.iter()
        .map(|[id, channel, country]| (id.to_string(), channel.to_string(), country.to_string()))
        .collect()
}

#[test]
fn an_attribute_is_that_of_the_first_order_and_not_of_a_refund() {
    let rows = [
        (1, 5, 10, "web", "PL"),
        (2, 5, -3, "phone", "DE"),
        (1, 3, 10, " shop ", ""),
        (1, 3, 10, "web", "PL"),
        (2, 6, 3, "web", "DE"),
        (3, 1, -1, "web", "FR"),
    ];
    let (orders, _) = log(&numbered(&rows)).finish().unwrap();
    assert_eq!(
        told(&orders),
        as_told(&[["c1", "shop", "(missing)"], ["c2", "web", "DE"], ["c3", "(missing)", "(missing)"]])
    );
    let levels: Vec<&str> = orders.attributes[0].levels.iter().collect();
    assert_eq!(levels, ["(missing)", "shop", "web"], "phone is nobody's");
    assert_eq!(orders.attribute("Chan-nel").unwrap().name, "channel");
    assert_eq!(orders.attribute("colour"), None);
}

#[test]
fn names_are_taken_once_and_must_be_names() {
    let asked = |names: &[&str]| asked(&names.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(asked(&[" a", "b", "a "]).unwrap(), ["a", "b"]);
    assert!(asked(&["a", ""]).unwrap_err().to_string().contains("no name"));
    let many: Vec<String> = (0..17).map(|at| at.to_string()).collect();
    assert!(super::asked(&many).unwrap_err().to_string().contains("at most 16"));
}

#[test]
fn logs_of_other_attributes_do_not_mix() {
    assert!(OrderLog::new(DAY).merge(log(&[])).is_err());
}

fn any_rows() -> impl Strategy<Value = Vec<Row>> {
    let text = prop::sample::select(vec!["", "web", "shop", "ü", "a,\"b\"\n", "(missing)", "💥", "0"]);
    prop::collection::vec((0u8..6, -3i32..4, -5i64..9, text.clone(), text), 0..60)
}

proptest! {
    /// Any order of the rows, any split into logs, any order of merging: what a plain search finds.
    #[test]
    fn neither_the_order_of_rows_nor_their_split_matters(
        rows in any_rows(), shuffle in any::<u64>(), parts in 1usize..5
    ) {
        let rows = numbered(&rows);
        let (whole, _) = log(&rows).finish().unwrap();
        for (id, channel, country) in told(&whole) {
            let own = rows.iter().filter(|(_, row)| format!("c{}", row.0) == id && row.2 >= 0);
            let first = own.min_by_key(|(position, row)| (row.1, *position));
            let text = |text: &str| if text.is_empty() { "(missing)".into() } else { text.trim().to_owned() };
            let found = first.map_or((text(""), text("")), |(_, row)| (text(row.3), text(row.4)));
            prop_assert_eq!((channel, country), found);
        }
        let mut shuffled = rows.clone();
        shuffled.sort_by_key(|(position, _)| (position ^ shuffle).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut logs: Vec<_> = (0..parts)
            .map(|part| log(&shuffled.iter().skip(part).step_by(parts).copied().collect::<Vec<_>>()))
            .collect();
        let mut merged = logs.swap_remove(shuffle as usize % parts);
        for part in logs {
            merged.merge(part).unwrap();
        }
        let (again, _) = merged.finish().unwrap();
        prop_assert_eq!(&again.attributes, &whole.attributes);
    }
}
