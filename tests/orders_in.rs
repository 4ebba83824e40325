//! Order files as shops and spreadsheets write them, and all the ways in which they can be wrong.

use std::fs;
use std::path::PathBuf;

use ltv::features::Past;
use ltv::orders::{
    ColumnNames, DateOrder, DecimalMark, Ledger, Orders, ReadOptions, Reason, Refunds, inspect, read,
};
use ltv::progress::Silent;
use ltv::units::{Grain, TimeUnit};
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

const PLAIN: &str = "customer_id,date,amount\nann,2024-01-05,10\nbob,2024-01-07,7.50\nann,2024-02-06,20\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

#[test]
fn compressed_files_are_known_by_their_first_bytes() {
    assert_eq!(told(gzip(PLAIN.as_bytes()), &defaults()), TWO);
    assert_eq!(told(zstd::encode_all(PLAIN.as_bytes(), 1).unwrap(), &defaults()), TWO);
    let (first, rest) = PLAIN.split_at(40);
    assert_eq!(
        told([gzip(first.as_bytes()), gzip(rest.as_bytes())].concat(), &defaults()),
        TWO,
        "in two members"
    );
}

#[test]
fn compressed_files_that_end_in_the_middle_are_refused() {
    let text: String =
        (0..50_000).map(|i| format!("c{},2024-01-05,{}.5\n", i * 7919 % 1000, i % 97)).collect();
    let text = format!("customer_id,date,amount\n{text}");
    for whole in [gzip(text.as_bytes()), zstd::encode_all(text.as_bytes(), 1).unwrap()] {
        for part in [whole.len() - 3, whole.len() / 2, 30] {
            let error = refused(&whole[..part], &defaults());
            assert!(error.to_string().contains("ends in the middle or is damaged"), "{part}: {error}");
            assert_eq!(error.exit_code(), 1);
        }
    }
}

#[test]
fn every_usual_encoding_is_read() {
    assert_eq!(told(format!("\u{feff}{PLAIN}"), &defaults()), TWO, "UTF-8 with a mark");
    for big in [false, true] {
        assert_eq!(told(utf16(&format!("\u{feff}{PLAIN}"), big), &defaults()), TWO, "UTF-16 with a mark");
        assert_eq!(told(utf16(PLAIN, big), &defaults()), TWO, "UTF-16 without");
    }
    let polish = "klient;data;kwota\nŻółć;2024-01-05;1\u{a0}234,50 zł\n";
    let mut options = defaults();
    options.columns = ColumnNames {
        customer: Some("klient".into()),
        date: Some("data".into()),
        amount: Some("kwota".into()),
        ..ColumnNames::default()
    };
    assert_eq!(told(polish, &options), ["Żółć 1 2024-01-05 2024-01-05 1234.5"]);
    for label in ["windows-1250", "cp1250", "iso-8859-2"] {
        let encoding = encoding_rs::Encoding::for_label(label.replace("cp", "windows-").as_bytes()).unwrap();
        let given = ReadOptions { encoding: Some(label.into()), ..options.clone() };
        assert_eq!(told(encoding.encode(polish).0, &given), ["Żółć 1 2024-01-05 2024-01-05 1234.5"]);
    }
    let cyrillic =
        encoding_rs::WINDOWS_1251.encode("customer,date,amount\nИван,2024-01-05,5\n").0.into_owned();
    let given = ReadOptions { encoding: Some("windows-1251".into()), ..defaults() };
    assert_eq!(told(cyrillic, &given), ["Иван 1 2024-01-05 2024-01-05 5"]);
    assert_eq!(
        refused(PLAIN, &ReadOptions { encoding: Some("klingon".into()), ..defaults() }).exit_code(),
        2
    );
}

#[test]
fn text_that_is_no_utf8_is_taken_for_windows_1252_and_the_ledger_says_so() {
    let text = b"customer;date;amount\nJos\xe9;2024-01-05;\x80 1.234,50\nJos\xe9;2024-01-06;5,;\n";
    let (orders, ledger) = read_text(text, &defaults()).unwrap();
    assert_eq!(story(&orders), ["José 2 2024-01-05 2024-01-06 1239.5"]);
    assert!(ledger.notes[0].contains("Windows-1252"), "{:?}", ledger.notes);
}

#[test]
fn quoted_fields_may_hold_separators_line_ends_and_quotes() {
    let text = "customer_id,note,date,amount\n\"ann\",\"a, \"\"b\"\"\n\nc\",2024-01-05,\"1,010.00\"\r\nbob,5\" pipe,2024-01-07,7.5\n\
                \"o\"\"neil\",\"\",2024-01-07,1.25\n,x,2024-01-07,1\n";
    let (orders, ledger) = read_text(text, &defaults()).unwrap();
    assert_eq!(
        story(&orders),
        [
            "ann 1 2024-01-05 2024-01-05 1010",
            "bob 1 2024-01-07 2024-01-07 7.5",
            "o\"neil 1 2024-01-07 2024-01-07 1.25"
        ]
    );
    assert_eq!(ledger.left_out[&Reason::NoCustomer].1[0].line, Some(7), "lines inside quotes count");
    let error = refused(
        "customer_id,date,amount\nann,2024-01-05,1\n\"bob,2024-01-05,1\nann,2024-01-05,1\n",
        &defaults(),
    );
    assert!(error.to_string().contains("line 3") && error.to_string().contains("quote"), "{error}");
}

#[test]
fn amounts_follow_the_whole_column() {
    let text = |a: &str, b: &str| format!("customer;date;amount\nann;2024-01-05;{a}\nbob;2024-01-05;{b}\n");
    let total = |a: &str, b: &str| {
        let lines = told(text(a, b), &defaults());
        lines.iter().map(|line| line.rsplit(' ').next().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(total("1,234", "5.50"), ["1234", "5.5"]);
    assert_eq!(total("1,234", "5,5"), ["1.234", "5.5"]);
    assert_eq!(total("1.234", "5,50 €"), ["1234", "5.5"]);
    assert_eq!(total("1.234", "5.50"), ["1.234", "5.5"]);
    assert_eq!(total("$1,234,567.89", "$5"), ["1234567.89", "5"]);
    let error = refused(text("1,234", "2,500"), &defaults()).to_string();
    assert!(error.contains("--decimal point"), "{error}");
    let comma = ReadOptions { decimal: Some(DecimalMark::Comma), ..defaults() };
    assert!(told(text("1,234", "2,500"), &comma)[0].ends_with(" 1.234"));
}

#[test]
fn refunds_are_negative_amounts_or_quantities() {
    let text = "customer,date,order,qty,amount\nann,2024-01-05,o1,1,10\nann,2024-01-06,o2,2,20\nann,2024-01-07,o2,-1,10\n\
                bob,2024-01-06,o3,1,(5.00)\nbob,2024-01-05,o4,1,8\n";
    let (_, ledger) = read_text(text, &defaults()).unwrap();
    assert_eq!((ledger.used, ledger.refunds), (3, 2));
    let drop = ReadOptions { refunds: Refunds::Drop, ..defaults() };
    let (orders, ledger) = read_text(text, &drop).unwrap();
    assert_eq!((ledger.used, ledger.refunds, ledger.count(Reason::RefundDropped)), (3, 0, 2));
    assert_eq!(story(&orders), ["ann 2 2024-01-05 2024-01-06 30", "bob 1 2024-01-05 2024-01-05 8"]);
    let error = refused(text, &ReadOptions { refunds: Refunds::Error, ..defaults() });
    assert!(error.to_string().contains("line 4") && error.to_string().contains("refund"), "{error}");
    assert_eq!(error.exit_code(), 1);
}

#[test]
fn a_price_and_a_quantity_stand_for_an_amount_and_without_money_there_are_purchases() {
    let text = "CustomerID,InvoiceDate,Invoice,Quantity,Price\n17850.0,2010-12-01 08:26:00,1,6,2.55\n17850,2010-12-01 08:26:00,1,2,1.05\n";
    assert_eq!(told(text, &defaults()), ["17850 1 2010-12-01 2010-12-01 17.4"]);
    let none = ReadOptions { spend: false, ..defaults() };
    assert_eq!(told(text, &none), ["17850 1 2010-12-01 2010-12-01 -"]);
    assert_eq!(told("cust,date\n1,2006-01-01\n", &defaults()), ["1 1 2006-01-01 2006-01-01 -"]);
}

#[test]
fn the_total_of_an_order_counts_once() {
    let repeated = "order_id,customer_id,order_date,order_total\n1,ann,2024-01-05,30\n1,ann,2024-01-05,30\n2,bob,2024-01-05,8\n\
                    2,bob,2024-01-05,8\n2,bob,2024-01-05,8\n3,ann,2024-01-09,8\n";
    let (orders, ledger) = read_text(repeated, &defaults()).unwrap();
    assert_eq!(story(&orders), ["ann 2 2024-01-05 2024-01-09 38", "bob 1 2024-01-05 2024-01-05 8"]);
    assert_eq!(ledger.count(Reason::OrderLine), 3);
    let shopify = "Name,Email,Financial Status,Total,Created at,Lineitem quantity,Lineitem name\n\
                   #1,ann@x.com,paid,30,2024-01-05 10:00:00 +0100,1,Cup\n#1,ann@x.com,,,2024-01-05 10:00:00 +0100,2,Mug\n\
                   #2,bob@x.com,paid,8,2024-01-06 00:30:00 +0100,1,Cup\n#2,bob@x.com,,,2024-01-06 00:30:00 +0100,1,Tea\n";
    assert_eq!(
        told(shopify, &defaults()),
        ["ann@x.com 1 2024-01-05 2024-01-05 30", "bob@x.com 1 2024-01-05 2024-01-05 8"]
    );
    let one_order = shopify.split_inclusive('\n').take(3).collect::<String>();
    let (_, ledger) = read_text(&one_order, &ReadOptions { strict: true, ..defaults() }).unwrap();
    assert_eq!((ledger.used, ledger.count(Reason::OrderLine)), (1, 1));
}

#[test]
fn a_shop_system_s_date_of_invoice_may_be_empty() {
    let text = "id_order,id_customer,total_paid,invoice_date,date_add\n1,7,12.1,2024-01-05 10:00:00,2024-01-05 10:00:00\n\
                2,7,13.1,0000-00-00 00:00:00,2024-02-06 10:00:00\n";
    assert_eq!(told(text, &defaults()), ["7 2 2024-01-05 2024-02-06 25.2"]);
}

#[test]
fn a_year_of_two_digits_may_stand_first() {
    let error = refused("customer,date,amount\nann,24-01-05,1\nann,24-02-13,2\n", &defaults()).to_string();
    assert!(error.contains("year/month/day") && error.contains("--date-format ymd"), "{error}");
    let error = refused("customer,date,amount\nann,3/4/2024,1\n", &defaults()).to_string();
    assert!(error.contains("day/month or month/day") && !error.contains("ymd"), "{error}");
}

#[test]
fn dates_with_a_zone_come_to_the_shop_s_clock() {
    let text = "customer,created_at,amount\nann,2024-07-01T23:30:00Z,1\nbob,2024-07-01T23:30:00,1\ncat,2024-07-01T00:30:00+03:00,1\n";
    assert_eq!(
        told(text, &defaults()),
        ["ann 1 2024-07-01 2024-07-01 1", "bob 1 2024-07-01 2024-07-01 1", "cat 1 2024-06-30 2024-06-30 1"]
    );
    let warsaw = ReadOptions { timezone: "Europe/Warsaw".into(), grain: Grain::Hour, ..defaults() };
    assert_eq!(
        told(text, &warsaw),
        [
            "ann 1 2024-07-02T01:00:00 2024-07-02T01:00:00 1",
            "bob 1 2024-07-01T23:00:00 2024-07-01T23:00:00 1",
            "cat 1 2024-06-30T23:00:00 2024-06-30T23:00:00 1"
        ]
    );
    assert_eq!(refused(text, &ReadOptions { timezone: "Mars".into(), ..defaults() }).exit_code(), 2);
}

#[test]
fn rows_after_the_cutoff_are_set_aside() {
    let options = ReadOptions { cutoff: Some(Grain::Day.read("2024-01-31").unwrap()), ..defaults() };
    let (orders, ledger) = read_text(PLAIN, &options).unwrap();
    assert_eq!((orders.orders(), ledger.count(Reason::AfterCutoff)), (2, 1));
    let early = ReadOptions { cutoff: Some(Grain::Day.read("2020-01-31").unwrap()), ..defaults() };
    assert!(refused(PLAIN, &early).to_string().contains("3 after the cut-off"));
}

#[test]
fn several_files_and_patterns_are_one_history() {
    let files = Files::new();
    let first =
        files.write("2024-01.csv", "customer_id,date,amount\nann,05/01/2024,10\nbob,07/01/2024,7.50\n");
    files.write("2024-02.csv", "amount;x;date;customer_id\n20;;26/02/2024;ann\n");
    let (orders, ledger) = read(&[files.path("*.csv")], &defaults(), &Silent).unwrap();
    assert_eq!(story(&orders), ["ann 2 2024-01-05 2024-02-26 30", "bob 1 2024-01-07 2024-01-07 7.5"]);
    assert_eq!(ledger.rows, 3);
    let (_, ledger) = read(&[first.clone(), files.path("*.csv")], &defaults(), &Silent).unwrap();
    assert!(ledger.notes[0].contains("named twice"), "{:?}", ledger.notes);
    assert!(read(&[first], &defaults(), &Silent).is_err(), "alone, January cannot tell day from month");
    let error = read(&[files.path("*.tsv")], &defaults(), &Silent).unwrap_err();
    assert_eq!((error.exit_code(), error.to_string().contains("no file matches")), (2, true));
}

#[test]
fn bad_input_is_answered_with_what_to_do() {
    for (name, bytes, word, code) in [
        ("empty", &b""[..], "the file is empty", 1),
        ("blank", b"\n\n  \n", "the file is empty", 1),
        ("header", b"customer_id,date,amount\n", "no orders under it", 1),
        ("one column", b"hello\nworld\n", "only one column", 1),
        ("binary", b"\x00\x01\x02\x00\xff\x00\x00\x07\x00\x09\x00\x00", "zero bytes", 1),
        ("excel", b"PK\x03\x04abcdefgh", "Excel", 1),
        ("parquet", b"PAR1abcdefghPAR1", "Parquet file is damaged", 1),
        ("no customer", b"thing,date,amount\n1,2024-01-01,2\n", "--customer", 2),
        ("no date", b"customer,thing,amount\n1,2024-01-01,2\n", "--date", 2),
        (
            "nonsense",
            b"customer,date,amount\n1,soon,2\n2,later,2\n3,2024-01-01,2\n",
            "2 of 3 rows cannot be read",
            1,
        ),
        ("guests", b"customer,date,amount\n,2024-01-01,2\n", "no row is a purchase", 1),
    ] {
        let error = refused(bytes, &defaults());
        assert!(error.to_string().contains(word), "{name}: {error}");
        assert_eq!(error.exit_code(), code, "{name}");
    }
    let files = Files::new();
    files.write("orders.csv", PLAIN);
    let error = read(&[files.path("order.csv")], &defaults(), &Silent).unwrap_err();
    assert!(matches!(error, Error::Io { .. }) && error.to_string().contains("orders.csv"), "{error}");
    let error = read(&[files.path("")], &defaults(), &Silent).unwrap_err();
    assert!(error.to_string().contains("is a folder") && error.exit_code() == 2, "{error}");
    let mut options = defaults();
    options.columns.amount = Some("amuont".into());
    let error = refused(PLAIN, &options);
    assert!(error.to_string().contains("did you mean `amount`") && error.exit_code() == 2, "{error}");
}

/// A file of many blocks, some of its rows wrong at known lines, some with line ends inside quotes.
fn long_file(rows: usize, quotes: bool) -> (String, Vec<u64>) {
    let (mut text, mut line, mut wrong) = (String::from("customer_id,note,date,amount\n"), 1, Vec::new());
    for row in 0..rows {
        line += 1;
        let note = if quotes && row % 7 == 0 { "\"two\nlines\"" } else { "plain" };
        if row % 10_007 == 10_000 {
            wrong.push(line);
            text += &format!("c{},{note},never,{}.25\n", row % 997, row % 50);
        } else {
            text += &format!(
                "c{},{note},2023-{:02}-{:02},{}.25\n",
                row % 997,
                row % 12 + 1,
                row % 28 + 1,
                row % 50
            );
        }
        line += u64::from(note.contains('\n'));
    }
    (text, wrong)
}

#[test]
fn many_blocks_on_many_threads_tell_the_same_as_one() {
    for quotes in [false, true] {
        let (text, wrong) = long_file(200_000, quotes);
        assert!(text.len() > 4 << 20);
        let mut first = None;
        for threads in [1, 2, 5] {
            let options = ReadOptions { threads: Some(threads), ..defaults() };
            let (orders, ledger) = read_text(&text, &options).unwrap();
            assert_eq!(ledger.rows, 200_000);
            let lines: Vec<_> =
                ledger.left_out[&Reason::BadDate].1.iter().map(|place| place.line.unwrap()).collect();
            assert_eq!(lines, wrong[..5]);
            let strict = ReadOptions { strict: true, ..options };
            assert!(refused(&text, &strict).to_string().contains(&format!("line {},", wrong[0])));
            let told = (story(&orders), ledger.summary());
            assert_eq!(first.get_or_insert_with(|| told.clone()), &told);
        }
    }
}

#[test]
fn evidence_far_down_the_file_decides_the_order_of_day_and_month() {
    let mut text = String::from("customer_id,date,amount\n");
    for row in 0..80_000 {
        text += &format!("c{row},{}/{}/2024,1\n", row % 12 + 1, row % 11 + 1);
    }
    assert!(text.len() > 1 << 20);
    assert!(read_text(&text, &defaults()).is_err());
    text += "last,25/12/2024,1\n";
    let (orders, _) = read_text(&text, &defaults()).unwrap();
    assert!(story(&orders)[1].starts_with("c1 1 2024-02-02"));
    assert!(story(&orders)[2].starts_with("c2 1 2024-03-03"));
    assert!(story(&orders)[11].starts_with("c11 1 2024-01-12"), "{}", story(&orders)[11]);
}

#[test]
fn a_line_without_end_is_refused() {
    let mut text = b"customer_id,date,amount\nann,2024-01-05,1\n".to_vec();
    text.resize(80 << 20, b'x');
    let error = refused(&text, &defaults()).to_string();
    assert!(error.contains("longer than 64 MB"), "{error}");
}

#[test]
fn headers_tell_orders_from_customers() {
    let files = Files::new();
    let orders = files.write("orders.csv", PLAIN);
    let customers =
        files.write("customers.csv", "customer_id,frequency,recency,T,monetary_value\n1,2,3,4,5\n");
    assert!(!inspect(&orders, &defaults()).unwrap().is_of_customers());
    assert!(inspect(&customers, &defaults()).unwrap().is_of_customers());
}

#[test]
fn mixed_orders_of_day_and_month_are_asked_for() {
    let text = "customer,date,amount\na,25/01/2024,1\nb,01/25/2024,1\n";
    let error = refused(text, &defaults()).to_string();
    assert!(error.contains("1 values have the day first") && error.contains("--date-format dmy"), "{error}");
}

/// January to March in one file, March to May in another: March is there twice, and somebody says so.
#[test]
fn rows_that_stand_in_two_files_are_told() {
    let rows = |months: std::ops::RangeInclusive<u32>| -> String {
        let one = |month: u32, at: u32| format!("c{at},2024-{month:02}-{:02},{}.50\n", at % 28 + 1, 10 + at);
        let all = months.flat_map(|month| (0..40).map(move |at| one(month, at)));
        std::iter::once("customer,date,amount\n".to_owned()).chain(all).collect()
    };
    let files = Files::new();
    let (winter, spring) = (files.write("winter.csv", rows(1..=3)), files.write("spring.csv", rows(3..=5)));
    let (_, ledger) = read(&[winter.clone(), spring], &defaults(), &Silent).unwrap();
    let told: Vec<&String> = ledger.notes.iter().filter(|note| note.contains("counted twice")).collect();
    assert_eq!(told.len(), 1, "{:?}", ledger.notes);
    assert!(told[0].starts_with("about 40 rows of ") && told[0].contains("spring.csv"), "{}", told[0]);
    let later = files.write("later.csv", rows(4..=5));
    let (_, ledger) = read(&[winter, later], &defaults(), &Silent).unwrap();
    assert!(ledger.notes.is_empty(), "{:?}", ledger.notes);
}
