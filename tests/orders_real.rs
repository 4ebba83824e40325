//! Real shops' files. They are not part of the repository: `LTV_SHARED` names the folder they stand in.

use std::io::Write;
use std::path::PathBuf;

use ltv::orders::{DateOrder, Ledger, Orders, ReadOptions, Reason, read};
use ltv::progress::Silent;
use ltv::units::Grain;

/// Written past the test runner, which keeps what a passing test prints to itself.
fn say_skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}

/// The files, or `None` (said aloud) where they are not there.
fn files(names: &[&str]) -> Option<Vec<PathBuf>> {
    let Some(folder) = std::env::var_os("LTV_SHARED") else {
        say_skipped(&format!("LTV_SHARED does not name the folder of real data ({names:?})"));
        return None;
    };
    let paths: Vec<PathBuf> =
        names.iter().map(|name| PathBuf::from(&folder).join("data").join(name)).collect();
    if let Some(missing) = paths.iter().find(|path| !path.exists()) {
        say_skipped(&format!("{} is not there", missing.display()));
        return None;
    }
    Some(paths)
}

fn read_all(files: &[PathBuf], options: &ReadOptions) -> (Orders, Ledger) {
    let (orders, ledger) = read(files, options, &Silent).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(ledger.rows, ledger.used + ledger.refunds + ledger.unused());
    (orders, ledger)
}

#[test]
fn both_years_of_uci_online_retail_are_read() {
    let names = [
        "uci_online_retail_II/online_retail_II_2009_2010.csv.gz",
        "uci_online_retail_II/online_retail_2010_2011.csv.gz",
    ];
    let Some(files) = files(&names) else { return };
    let (orders, ledger) = read_all(&files, &ReadOptions::default());
    eprintln!("{}", ledger.summary());
    assert_eq!(ledger.rows, 525_461 + 541_909);
    assert_eq!(orders.len(), 5_942);
    // The first days of December 2010 stand in both files.
    let twice = |note: &&String| note.contains("counted twice");
    eprintln!("{:?}", ledger.notes);
    assert_eq!(ledger.notes.iter().filter(twice).count(), 1);
    assert!(ledger.count(Reason::NoCustomer) > 235_000);
    assert!(ledger.refunds > 0);
    assert_eq!(ledger.unreadable(), 0);
    assert_eq!(orders.options.grain.show(orders.first_tick().unwrap()), "2009-12-01");
    assert_eq!(orders.options.grain.show(orders.last_tick().unwrap()), "2011-12-09");
}

#[test]
fn superstore_is_read_month_first_and_in_latin_1() {
    let Some(files) = files(&["superstore/Sample - Superstore.csv"]) else { return };
    let (orders, ledger) = read_all(&files, &ReadOptions::default());
    eprintln!("{} {:?}", ledger.summary(), ledger.notes);
    assert_eq!((ledger.rows, ledger.used, orders.len()), (9_994, 9_994, 793));
    let dmy = ReadOptions { date_order: Some(DateOrder::Dmy), ..ReadOptions::default() };
    assert!(read(&files, &dmy, &Silent).is_err(), "more than half of the days are above 12");
}

#[test]
fn grocery_and_apparel_are_read() {
    let Some(files) = files(&["grocery/groceryElog.csv", "apparel/apparelTrans.csv"]) else { return };
    let (orders, ledger) = read_all(&files[..1], &ReadOptions::default());
    assert_eq!((ledger.used, orders.len(), orders.has_money()), (10_483, 1_525, false));
    let (orders, ledger) =
        read_all(&files[1..], &ReadOptions { grain: Grain::Day, ..ReadOptions::default() });
    assert_eq!((ledger.used, orders.len(), orders.has_money()), (3_187, 600, true));
}
