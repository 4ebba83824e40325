//! From order lines to a table of customers, the answer checked before it is timed. `cargo bench --bench ingest`

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ltv::features::{Customers, Past};
use ltv::orders::{LogOptions, OrderLog, OrderRow, ReadOptions, read};
use ltv::output::Output;
use ltv::progress::Silent;
use ltv::table::{Format, TableWriter};
use ltv::units::{Grain, Money, Tick, TimeUnit};

const LINES: u64 = 200_000;
const CUSTOMERS: u64 = 20_000;
const DAYS: u64 = 700;

/// Line by line: customer, day, cents. Every customer buys; three lines an order, the orders by date.
fn line(at: u64) -> (u64, u64, i64) {
    let order = at / 3;
    let mixed =
        (order.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (order >> 7)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let customer = if order < CUSTOMERS { order } else { (mixed >> 20) % CUSTOMERS };
    (customer, at * DAYS / LINES, ((mixed >> 40) % 5000) as i64 + 1)
}

fn file(folder: &tempfile::TempDir) -> PathBuf {
    let mut text = String::from("customer_id,date,amount\n");
    for at in 0..LINES {
        let (customer, day, cents) = line(at);
        let date = Grain::Day.show(Tick(day as i32));
        writeln!(text, "C{customer:06},{date},{}.{:02}", cents / 100, cents % 100).expect("memory");
    }
    let path = folder.path().join("orders.csv");
    fs::write(&path, text).expect("room on the disk");
    path
}

fn pushed() -> OrderLog {
    let mut log =
        OrderLog::new(LogOptions { grain: Grain::Day, order_ids: false, money: true, drop_zero: false });
    let mut name = String::new();
    for position in 0..LINES {
        let (customer, day, cents) = line(position);
        name.clear();
        write!(name, "C{customer:06}").expect("memory");
        let (tick, amount) = (Tick(day as i32), Money::from_micros(cents * 10_000));
        log.push(&OrderRow { customer: &name, tick, order: None, amount, position }).expect("small sums");
    }
    log
}

/// Counted in the plainest way: distinct days per customer, and all the money.
fn check(table: &Customers) {
    let days: std::collections::HashSet<_> =
        (0..LINES).map(line).map(|(customer, day, _)| (customer, day)).collect();
    let cents: i64 = (0..LINES).map(|at| line(at).2).sum();
    assert_eq!(table.len() as u64, CUSTOMERS);
    assert_eq!(table.frequency.iter().map(|&x| u64::from(x) + 1).sum::<u64>(), days.len() as u64);
    let history = table.history.as_ref().expect("made from orders");
    assert_eq!(history.total_value.iter().map(|total| total.micros()).sum::<i64>(), cents * 10_000);
}

fn ingest(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("room on the disk");
    let path = file(&folder);
    let from_file = || read(std::slice::from_ref(&path), &ReadOptions::default(), &Silent).expect("orders").0;
    let (orders, _) = pushed().finish().expect("small sums");
    let past = Past::new(&orders, None).expect("customers");
    let table = past.customers(TimeUnit::Week);
    check(&table);
    let read_orders = from_file();
    check(&Past::new(&read_orders, None).expect("customers").customers(TimeUnit::Week));
    let write = |format: Format| {
        let out = folder.path().join("customers");
        let mut writer = TableWriter::new(Output::create(&out).expect("room on the disk"), format);
        writer.write(&table.to_chunk()).and_then(|()| writer.finish()).expect("room on the disk");
    };

    let mut group = c.benchmark_group("200,000 order lines of 20,000 customers");
    group.sample_size(20).throughput(Throughput::Elements(LINES));
    group.bench_function("read CSV", |b| b.iter(from_file));
    group.bench_function("summarise (one thread)", |b| b.iter(|| pushed().finish()));
    group.bench_function("cut into customers", |b| b.iter(|| past.customers(TimeUnit::Week)));
    group.bench_function("write CSV", |b| b.iter(|| write(Format::Csv)));
    group.bench_function("write Parquet", |b| b.iter(|| write(Format::Parquet)));
    group.finish();
}

criterion_group!(benches, ingest);
criterion_main!(benches);
