//! Parquet files with every type in which tables keep ids, dates and amounts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ltv::features::Past;
use ltv::orders::{Ledger, Orders, ReadOptions, Reason, read};
use ltv::progress::Silent;
use ltv::units::TimeUnit;
use parquet::data_type::{
    ByteArray, ByteArrayType, DoubleType, FixedLenByteArray, FixedLenByteArrayType, FloatType, Int32Type,
    Int64Type, Int96, Int96Type,
};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

/// A column's values; a missing one is `None`.
enum Values {
    Text(Vec<Option<&'static str>>),
    Int32(Vec<Option<i32>>),
    Int64(Vec<Option<i64>>),
    Float(Vec<Option<f32>>),
    Double(Vec<Option<f64>>),
    Fixed(Vec<Option<Vec<u8>>>),
    Int96(Vec<Option<[u32; 3]>>),
}

fn split<T: Clone, U>(values: &[Option<T>], as_stored: impl Fn(T) -> U) -> (Vec<U>, Vec<i16>) {
    let levels = values.iter().map(|value| i16::from(value.is_some())).collect();
    (values.iter().flatten().cloned().map(as_stored).collect(), levels)
}

fn write(path: &Path, columns: &[(&str, &str, Values)], groups: usize) {
    let fields: String = columns
        .iter()
        .map(|(name, kind, _)| {
            format!(
                "optional {} {name}{};",
                kind.split('|').next().unwrap(),
                kind.split('|').nth(1).map_or(String::new(), |logical| format!(" ({logical})"))
            )
        })
        .collect();
    let schema = Arc::new(parse_message_type(&format!("message orders {{ {fields} }}")).unwrap());
    let file = std::fs::File::create(path).unwrap();
    let mut writer =
        SerializedFileWriter::new(file, schema, Arc::new(WriterProperties::builder().build())).unwrap();
    for _ in 0..groups {
        let mut group = writer.next_row_group().unwrap();
        for (_, _, values) in columns {
            let mut column = group.next_column().unwrap().unwrap();
            macro_rules! put {
                ($type:ty, $values:expr, $as_stored:expr) => {{
                    let (stored, levels) = split($values, $as_stored);
                    column.typed::<$type>().write_batch(&stored, Some(&levels), None).unwrap();
                }};
            }
            match values {
                Values::Text(values) => put!(ByteArrayType, values, ByteArray::from),
                Values::Int32(values) => put!(Int32Type, values, |value| value),
                Values::Int64(values) => put!(Int64Type, values, |value| value),
                Values::Float(values) => put!(FloatType, values, |value| value),
                Values::Double(values) => put!(DoubleType, values, |value| value),
                Values::Fixed(values) => {
                    put!(FixedLenByteArrayType, values, |v: Vec<u8>| FixedLenByteArray::from(v))
                }
                Values::Int96(values) => {
                    put!(Int96Type, values, |value: [u32; 3]| Int96::from(value.to_vec()))
                }
            }
            column.close().unwrap();
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
}

fn options() -> ReadOptions {
    ReadOptions { threads: Some(2), ..ReadOptions::default() }
}

fn read_columns(columns: &[(&str, &str, Values)], groups: usize) -> ltv::Result<(Orders, Ledger)> {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("orders.parquet");
    write(&path, columns, groups);
    read(&[path], &options(), &Silent)
}

fn story(orders: &Orders) -> Vec<String> {
    let customers = Past::new(orders, None).unwrap().customers(TimeUnit::Day);
    let history = customers.history.as_ref().unwrap();
    (0..customers.len())
        .map(|at| {
            let first = orders.options.grain.show(history.first_order[at]);
            format!("{} {} {first} {}", customers.ids.get(at), history.orders[at], history.total_value[at])
        })
        .collect()
}

fn names() -> (&'static str, &'static str, Values) {
    ("customer_id", "binary|UTF8", Values::Text(vec![Some("ann"), Some("bob"), Some("ann")]))
}

fn days() -> (&'static str, &'static str, Values) {
    ("date", "int32|DATE", Values::Int32(vec![Some(19_727), Some(19_729), Some(19_759)]))
}

#[test]
fn amounts_may_be_of_any_type_of_number() {
    let cents = |value: i128| value.to_be_bytes()[11..].to_vec();
    let amounts = [
        ("double", Values::Double(vec![Some(10.25), Some(7.5), Some(20.25)])),
        ("float", Values::Float(vec![Some(10.25), Some(7.5), Some(20.25)])),
        ("int32|DECIMAL(9,2)", Values::Int32(vec![Some(1025), Some(750), Some(2025)])),
        ("int64|DECIMAL(18,3)", Values::Int64(vec![Some(10_250), Some(7500), Some(20_250)])),
        (
            "fixed_len_byte_array(5)|DECIMAL(10,2)",
            Values::Fixed(vec![Some(cents(1025)), Some(cents(750)), Some(cents(2025))]),
        ),
        ("binary|UTF8", Values::Text(vec![Some("10,25 €"), Some("7,50"), Some("20,25")])),
    ];
    for (kind, values) in amounts {
        let (orders, ledger) = read_columns(&[names(), days(), ("amount", kind, values)], 1).unwrap();
        assert_eq!(story(&orders), ["ann 2 2024-01-05 30.5", "bob 1 2024-01-07 7.5"], "{kind}");
        assert_eq!((ledger.rows, ledger.used), (3, 3));
    }
    let negative = Values::Fixed(vec![Some(cents(1025)), Some(cents(750)), Some(cents(-300))]);
    let (orders, ledger) =
        read_columns(&[names(), days(), ("amount", "fixed_len_byte_array(5)|DECIMAL(10,2)", negative)], 1)
            .unwrap();
    assert_eq!((ledger.refunds, orders.has_refunds()), (1, true));
    let short = Values::Float(vec![Some(12_345.67), Some(19.99), Some(0.1)]);
    let (orders, _) = read_columns(&[names(), days(), ("amount", "float", short)], 1).unwrap();
    assert_eq!(story(&orders), ["ann 2 2024-01-05 12345.77", "bob 1 2024-01-07 19.99"]);
}

#[test]
fn dates_may_be_of_any_type_of_time() {
    const DAY: i64 = 86_400;
    let seconds = [19_727 * DAY + 3600, 19_729 * DAY + DAY - 1, 19_759 * DAY];
    let scaled = |by: i64| Values::Int64(seconds.iter().map(|&s| Some(s * by)).collect());
    let int96 = |seconds: i64| {
        let nanos = (seconds % DAY) as u64 * 1_000_000_000;
        [nanos as u32, (nanos >> 32) as u32, (2_440_588 + seconds / DAY) as u32]
    };
    let dates = [
        ("int32|DATE", Values::Int32(vec![Some(19_727), Some(19_729), Some(19_759)])),
        ("int64|TIMESTAMP_MILLIS", scaled(1000)),
        ("int64|TIMESTAMP_MICROS", scaled(1_000_000)),
        ("int64|TIMESTAMP(NANOS,true)", scaled(1_000_000_000)),
        ("int64|TIMESTAMP(MICROS,false)", scaled(1_000_000)),
        ("int64", scaled(1)),
        ("int96", Values::Int96(seconds.iter().map(|&s| Some(int96(s))).collect())),
        ("int64|DECIMAL(18,0)", scaled(1)),
        ("int64|DECIMAL(18,3)", scaled(1000)),
        ("int32", Values::Int32(vec![Some(20_240_105), Some(20_240_107), Some(20_240_206)])),
        ("binary|UTF8", Values::Text(vec![Some("05.01.2024"), Some("07.01.2024 23:59"), Some("06.02.2024")])),
        ("binary|UTF8", Values::Text(vec![Some("1/5/2024"), Some("1/7/2024"), Some("1/31/2024")])),
    ];
    for (kind, values) in dates {
        let amount = ("amount", "double", Values::Double(vec![Some(10.25), Some(7.5), Some(20.25)]));
        let (orders, _) = read_columns(&[names(), ("date", kind, values), amount], 1).unwrap();
        assert_eq!(story(&orders), ["ann 2 2024-01-05 30.5", "bob 1 2024-01-07 7.5"], "{kind}");
    }
}

#[test]
fn ids_may_be_numbers_and_what_is_missing_is_counted() {
    let amount = || {
        (
            "amount",
            "double",
            Values::Double(vec![Some(1.0), None, Some(f64::NAN), Some(2.0), Some(3.0), Some(4.0)]),
        )
    };
    let date = || {
        let days = vec![Some(19_727), Some(19_727), Some(19_727), None, Some(19_727), Some(19_727)];
        ("date", "int32|DATE", Values::Int32(days))
    };
    for (kind, ids) in [
        ("int64", Values::Int64(vec![Some(7), Some(7), Some(7), Some(7), None, Some(7)])),
        ("int32|UINT_32", Values::Int32(vec![Some(7), Some(7), Some(7), Some(7), None, Some(7)])),
        ("double", Values::Double(vec![Some(7.0), Some(7.0), Some(7.0), Some(7.0), None, Some(7.0)])),
        ("binary", Values::Text(vec![Some("7"), Some("7"), Some("7"), Some("7"), Some(" "), Some("7.0")])),
    ] {
        let (orders, ledger) = read_columns(&[amount(), ("customer_id", kind, ids), date()], 1).unwrap();
        assert_eq!(story(&orders), ["7 2 2024-01-05 5"], "{kind}");
        assert_eq!(ledger.count(Reason::BadAmount), 2);
        assert_eq!(ledger.left_out[&Reason::BadDate].1[0].line, Some(4));
        assert_eq!(ledger.left_out[&Reason::NoCustomer].1[0].line, Some(5));
    }
}

#[test]
fn ids_may_be_uuids() {
    let uuid = |last: u8| (0..15).chain([last]).collect::<Vec<u8>>();
    let ids = Values::Fixed(vec![Some(uuid(0xff)), Some(uuid(0x0a)), Some(uuid(0xff))]);
    let amount = || ("amount", "double", Values::Double(vec![Some(1.0), Some(2.0), Some(4.0)]));
    let kind = "fixed_len_byte_array(16)|UUID";
    let (orders, _) = read_columns(&[("customer_id", kind, ids), days(), amount()], 1).unwrap();
    assert_eq!(
        story(&orders),
        [
            "00010203-0405-0607-0809-0a0b0c0d0eff 2 2024-01-05 5",
            "00010203-0405-0607-0809-0a0b0c0d0e0a 1 2024-01-07 2"
        ]
    );
    let ids = Values::Fixed(vec![Some(uuid(1)); 3]);
    let error = read_columns(&[names(), days(), ("amount", kind, ids)], 1).unwrap_err().to_string();
    assert!(error.contains("a number or text"), "{error}");
}

#[test]
fn row_groups_on_many_threads_tell_the_same_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.parquet");
    let ids = Values::Int64((0..9000).map(|row| Some(row * 7919 % 500)).collect());
    let dates = Values::Int32((0..9000).map(|row| (row % 100 != 50).then_some(19_000 + row % 365)).collect());
    let amounts = Values::Int64((0..9000).map(|row| Some(row % 1000)).collect());
    write(
        &path,
        &[
            ("user_id", "int64", ids),
            ("date", "int32|DATE", dates),
            ("amount", "int64|DECIMAL(9,2)", amounts),
        ],
        5,
    );
    let mut first = None;
    for threads in [1, 2, 3] {
        let options = ReadOptions { threads: Some(threads), ..ReadOptions::default() };
        let (orders, ledger) = read(std::slice::from_ref(&path), &options, &Silent).unwrap();
        assert_eq!((ledger.rows, ledger.used), (45_000, 44_550));
        let told = (story(&orders), ledger);
        assert_eq!(first.get_or_insert_with(|| told.clone()), &told);
    }
}

#[test]
fn damaged_files_and_columns_of_the_wrong_type_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.parquet");
    write(&path, &[names(), days(), ("amount", "double", Values::Double(vec![Some(1.0); 3]))], 3);
    let whole = std::fs::read(&path).unwrap();
    for length in [whole.len() - 1, whole.len() / 2, 4, 12] {
        std::fs::write(&path, &whole[..length]).unwrap();
        let error = read(std::slice::from_ref(&path), &options(), &Silent).unwrap_err();
        assert!(error.to_string().contains("damaged"), "{length}: {error}");
        assert_eq!(error.exit_code(), 1);
    }
    let flags = ("amount", "int32|DATE", Values::Int32(vec![Some(1); 3]));
    let error = read_columns(&[names(), days(), flags], 1).unwrap_err().to_string();
    assert!(error.contains("`amount`") && error.contains("a number or text"), "{error}");
}

#[test]
fn currencies_and_events_of_parquet_are_held_to_the_same_rules() {
    let text = |values: [&'static str; 6]| {
        Values::Text(values.map(|value| (!value.is_empty()).then_some(value)).to_vec())
    };
    let events = |currencies| {
        [
            (
                "event_name",
                "binary|UTF8",
                text(["purchase", "page_view", "purchase", "refund", "purchase", "purchase"]),
            ),
            (
                "event_date",
                "binary|UTF8",
                text(["20240105", "20240105", "20240106", "20240107", "20240206", "20240207"]),
            ),
            ("user_pseudo_id", "binary|UTF8", text(["ann", "ann", "bob", "bob", "ann", ""])),
            ("transaction_id", "binary|UTF8", text(["T1", "", "T2", "T2", "T3", "T4"])),
            (
                "purchase_revenue",
                "double",
                Values::Double(vec![Some(10.0), None, Some(20.0), None, Some(5.5), Some(1.0)]),
            ),
            ("refund_value", "double", Values::Double(vec![None, None, None, Some(7.5), None, None])),
            ("currency", "binary|UTF8", text(currencies)),
        ]
    };
    let (orders, ledger) = read_columns(&events(["EUR", "USD", "EUR", "eur", "EUR", "EUR"]), 1).unwrap();
    assert_eq!(story(&orders), ["ann 2 2024-01-05 15.5", "bob 1 2024-01-06 12.5"]);
    assert_eq!((ledger.used, ledger.refunds, ledger.count(Reason::NotPurchase)), (3, 1, 1));
    let error = read_columns(&events(["EUR", "", "USD", "EUR", "EUR", "EUR"]), 1)
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(error.contains("EUR (4 rows), USD (1 row)") && error.contains("--rates"), "{error}");
    let late = [
        ("customer", "int64", Values::Int64((0..150_000).map(Some).collect())),
        ("date", "int32|DATE", Values::Int32(vec![Some(19_727); 150_000])),
        ("amount", "double", Values::Double(vec![Some(1.0); 150_000])),
        (
            "currency",
            "binary|UTF8",
            Values::Text((0..150_000).map(|row| Some(if row == 149_999 { "PLN" } else { "EUR" })).collect()),
        ),
    ];
    let error = read_columns(&late, 2).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("line 150000") || error.contains("PLN (1 row)"), "{error}");
}
