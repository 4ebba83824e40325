//! From the CDNOW files to tables of customers: known counts, any order of rows, any number of threads.

use std::fs;
use std::path::{Path, PathBuf};

use ltv::features::{Customers, CustomersReader, Holdout, Past, TableOptions};
use ltv::orders::{Orders, ReadOptions, read};
use ltv::output::Output;
use ltv::progress::Silent;
use ltv::table::{Format, TableWriter};
use ltv::units::{Grain, Periods, Tick, TimeUnit};

fn orders(path: &Path, threads: usize) -> Orders {
    let options = ReadOptions { threads: Some(threads), ..ReadOptions::default() };
    read(&[path.to_path_buf()], &options, &Silent).unwrap().0
}

fn cdnow(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

fn day(text: &str) -> Tick {
    Grain::Day.read(text).unwrap()
}

/// The table and the 39 weeks after it, cut at the usual date.
fn halves(orders: &Orders) -> (Customers, Holdout) {
    let whole = Past::new(orders, None).unwrap();
    assert_eq!((whole.cutoff(), whole.cutoff_is_given()), (day("1998-06-30"), false));
    let (past, holdout) = whole.rewind(Periods::new(39.0).unwrap(), TimeUnit::Week).unwrap();
    assert_eq!(past.cutoff(), day("1997-09-30"));
    (past.customers(TimeUnit::Week), holdout)
}

fn csv(table: &Customers, folder: &Path) -> String {
    let path = folder.join("customers.csv");
    let mut writer = TableWriter::new(Output::create(&path).unwrap(), Format::Csv);
    writer.write(&table.to_chunk()).unwrap();
    writer.finish().unwrap();
    fs::read_to_string(path).unwrap()
}

/// Fader, Hardie & Lee's sample: 2,357 customers, 2,457 repeat purchases, 946 customers with any, 1,882 after the cut.
#[test]
fn the_sample_of_cdnow_has_its_known_counts() {
    let (table, holdout) = halves(&orders(&cdnow("cdnow_sample.csv"), 2));
    let repeaters = table.frequency.iter().filter(|&&x| x > 0).count();
    assert_eq!((table.len(), table.frequency.iter().sum::<u32>(), repeaters), (2357, 2457, 946));
    assert_eq!(table.frequency.iter().filter(|&&x| x == 0).count(), 1411);
    assert_eq!(table.monetary_value.iter().flatten().count(), 946);
    assert_eq!((holdout.purchases.len(), holdout.purchases.iter().sum::<u32>()), (2357, 1882));
    assert_eq!((holdout.acquired.customers, holdout.revised), (0, 0.0));
    // The first customer, who is in every tutorial.
    let first = (table.ids.get(0), table.rfm(0), table.monetary_value[0]);
    assert_eq!(first.0, "0001");
    assert_eq!((first.1.frequency, first.1.recency, first.1.age), (2, 213.0 / 7.0, 272.0 / 7.0));
    assert!((first.2.unwrap() - 22.35).abs() < 0.01, "{:?}", first.2);
}

#[test]
fn all_of_cdnow_has_its_known_counts() {
    let (table, holdout) = halves(&orders(&cdnow("cdnow.csv"), 2));
    assert_eq!((table.len(), table.frequency.iter().sum::<u32>()), (23_570, 24_337));
    assert_eq!(table.frequency.iter().filter(|&&x| x == 0).count(), 14_119);
    assert_eq!(holdout.purchases.iter().sum::<u32>(), 19_684);
}

#[test]
fn neither_threads_nor_the_order_of_rows_change_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(cdnow("cdnow.csv")).unwrap();
    let one = csv(&halves(&orders(&cdnow("cdnow.csv"), 1)).0, folder.path());
    assert!(one == csv(&halves(&orders(&cdnow("cdnow.csv"), 3)).0, folder.path()));
    // Backwards: only the customers stand in another order.
    let (header, rows) = text.split_once('\n').unwrap();
    let backwards: Vec<&str> = rows.lines().rev().collect();
    let path = folder.path().join("backwards.csv");
    fs::write(&path, format!("{header}\n{}\n", backwards.join("\n"))).unwrap();
    let again = csv(&halves(&orders(&path, 2)).0, folder.path());
    let sorted = |table: &str| {
        let mut lines: Vec<String> = table.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert!(one != again && sorted(&one) == sorted(&again));
}

#[test]
fn a_table_that_was_written_is_the_table_that_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let (mut table, _) = halves(&orders(&cdnow("cdnow_sample.csv"), 2));
    csv(&table, folder.path());
    // A table does not say which customers of which orders they are.
    table.history.as_mut().unwrap().numbers.clear();
    let path = folder.path().join("customers.csv");
    let again = CustomersReader::open(&path, TableOptions::default()).unwrap().read_all().unwrap();
    assert!(format!("{again:?}") == format!("{table:?}"));
}
