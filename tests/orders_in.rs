//! Order files as shops and spreadsheets write them, and all the ways in which they can be wrong.

use std::fs;
use std::path::PathBuf;

use ltv::features::Past;
use ltv::orders::{DateOrder, Ledger, Orders, ReadOptions, Reason, read};
use ltv::progress::Silent;
use ltv::units::TimeUnit;
use ltv::{Error, Result};

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

fn defaults() -> ReadOptions {
    ReadOptions { threads: Some(2), ..ReadOptions::default() }
}

fn read_text(text: impl AsRef<[u8]>, options: &ReadOptions) -> Result<(Orders, Ledger)> {
    let files = Files::new();
    read(&[files.write("orders.csv", text)], options, &Silent)
}

/// What is known of every customer: id, orders, first and last day, total.
fn story(orders: &Orders) -> Vec<String> {
    let customers = Past::new(orders, None).unwrap().customers(TimeUnit::Day);
    let history = customers.history.as_ref().unwrap();
    let grain = orders.options.grain;
    (0..customers.len())
        .map(|at| {
            let (first, last) = (grain.show(history.first_order[at]), grain.show(history.last_order[at]));
            let total = history.total_value.get(at).map_or("-".into(), ToString::to_string);
            format!("{} {} {first} {last} {total}", customers.ids.get(at), history.orders[at])
        })
        .collect()
}

fn told(text: impl AsRef<[u8]>, options: &ReadOptions) -> Vec<String> {
    let (orders, ledger) = read_text(text, options).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(ledger.rows, ledger.used + ledger.refunds + ledger.unused());
    story(&orders)
}

fn refused(text: impl AsRef<[u8]>, options: &ReadOptions) -> Error {
    read_text(text, options).map(|(orders, _)| story(&orders)).unwrap_err()
}

const TWO: [&str; 2] = ["ann 2 2024-01-05 2024-02-06 30", "bob 1 2024-01-07 2024-01-07 7.5"];

#[test]
fn a_plain_file_is_read() {
    let text = "customer_id,date,amount\nann,2024-01-05,10\nbob,2024-01-07,7.50\nann,2024-02-06,20\n";
    assert_eq!(told(text, &defaults()), TWO);
    assert_eq!(told(text.trim_end(), &defaults()), TWO, "without a line end at the end");
    assert_eq!(told(text.replace('\n', "\r\n"), &defaults()), TWO, "from Windows");
    assert_eq!(told(text.replace('\n', "\r"), &defaults()), TWO, "from an old Mac");
    assert_eq!(told(text.replace('\n', "\n\n"), &defaults()), TWO, "with empty lines");
    assert_eq!(told(text.replace('\n', ",\n"), &defaults()), TWO, "with a separator after the last field");
    for separator in [";", "\t", "|"] {
        assert_eq!(told(text.replace(',', separator), &defaults()), TWO, "{separator:?}");
    }
    assert_eq!(told(format!("sep=;\n{}", text.replace(',', ";")), &defaults()), TWO, "as Excel announces it");
    let hash = ReadOptions { separator: Some("#".parse().unwrap()), ..defaults() };
    assert_eq!(told(text.replace(',', "#"), &hash), TWO);
}

#[test]
fn a_date_that_may_be_two_days_is_asked_for() {
    let text = "customer_id,date,amount\nann,3/4/2024,10\nbob,5/6/2024,7.50\n";
    let error = refused(text, &defaults());
    assert!(error.to_string().contains("--date-format dmy"), "{error}");
    let (first, second) = ("ann 1 2024-04-03 2024-04-03 10", "ann 1 2024-03-04 2024-03-04 10");
    assert_eq!(told(text, &ReadOptions { date_order: Some(DateOrder::Dmy), ..defaults() })[0], first);
    assert_eq!(told(text, &ReadOptions { date_order: Some(DateOrder::Mdy), ..defaults() })[0], second);
    assert_eq!(told(text.replace("5/6", "25/6"), &defaults())[0], first);
    assert_eq!(told(text.replace("5/6", "5/26"), &defaults())[0], second);
}

#[test]
fn rows_that_cannot_be_used_are_counted_and_strict_refuses_them() {
    let text = "customer_id,date,amount\nann,2024-01-05,10\n,2024-01-05,10\nbob,soon,1\nbob,2024-01-07,7.50\nbob,2024-01-07\n\
                bob,2024-01-07,x\nann,2024-02-06,20\nann,2024-02-06,0\n";
    let (_, ledger) = read_text(text, &defaults()).unwrap();
    assert_eq!((ledger.rows, ledger.used, ledger.unused()), (8, 4, 4));
    for (reason, line) in
        [(Reason::NoCustomer, 3), (Reason::BadDate, 4), (Reason::Ragged, 6), (Reason::BadAmount, 7)]
    {
        let (count, places) = &ledger.left_out[&reason];
        assert_eq!((*count, places[0].line), (1, Some(line)), "{reason:?}");
    }
    let error = refused(text, &ReadOptions { strict: true, ..defaults() }).to_string();
    assert!(error.contains("line 3") && error.contains("`customer_id`"), "{error}");
}
