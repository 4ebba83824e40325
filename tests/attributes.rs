//! Further columns of order files, kept with each customer as they stood in the first order.

mod desk;

use std::path::PathBuf;
use std::sync::Arc;

use ltv::Result;
use ltv::orders::{Orders, ReadOptions, read};
use ltv::progress::Silent;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

fn asked(attributes: &str, threads: usize) -> ReadOptions {
    let attributes = attributes.split(',').map(str::to_owned).collect();
    ReadOptions { attributes, threads: Some(threads), ..ReadOptions::default() }
}

fn read_texts(texts: &[&[u8]], options: &ReadOptions) -> Result<Orders> {
    let folder = tempfile::tempdir().unwrap();
    let write = |(at, text): (usize, &&[u8])| {
        let path = folder.path().join(format!("{at}.csv"));
        std::fs::write(&path, text).unwrap();
        path
    };
    let paths: Vec<PathBuf> = texts.iter().enumerate().map(write).collect();
    read(&paths, options, &Silent).map(|(orders, _)| orders)
}

/// Every customer with its attributes.
fn told(orders: &Orders) -> Vec<String> {
    let of = |at: usize| {
        let attributes: Vec<&str> = orders.attributes.iter().map(|attribute| attribute.of(at)).collect();
        format!("{} {}", orders.ids.get(at), attributes.join("|"))
    };
    (0..orders.len()).map(of).collect()
}

const SHOP: &str = "customer_id,date,amount,Sales Channel,country,note\n\
    ann,2024-02-06,20,web,PL,late\n\
    ann,2024-01-05,10, shop ,,first\n\
    bob,2024-01-07,7.50,\"a \"\"b\"\", c\",DE,\"two\nlines\"\n\
    bob,2024-01-02,-1,phone,FR,refund\n\
    cid,2024-01-09,1,7.0,ü,=cmd|' /C calc'!A0\n";

#[test]
fn the_row_of_the_first_order_tells_whatever_stands_first_in_the_file() {
    let orders = read_texts(&[SHOP.as_bytes()], &asked("sales_channel,Country,note", 2)).unwrap();
    assert_eq!(
        told(&orders),
        ["ann shop|(missing)|first", "bob a \"b\", c|DE|two\nlines", "cid 7|ü|=cmd|' /C calc'!A0"]
    );
    assert_eq!(orders.attribute("SALES CHANNEL").unwrap().name, "sales_channel");
    assert!(read_texts(&[SHOP.as_bytes()], &ReadOptions::default()).unwrap().attributes.is_empty());
}

#[test]
fn a_column_with_a_role_may_be_an_attribute_too_and_be_named_twice() {
    let orders = read_texts(&[SHOP.as_bytes()], &asked("amount,country,amount,COUNTRY,date", 1)).unwrap();
    assert_eq!(orders.attributes.len(), 4);
    assert_eq!(told(&orders)[1], "bob 7.50|DE|DE|2024-01-07");
}

#[test]
fn a_column_that_is_not_there_is_a_usage_error_with_those_that_are() {
    for (attributes, said) in [
        ("contry", "did you mean `country`?"),
        ("contry", "(--attributes)"),
        ("contry", "its columns are: customer_id, date, amount, Sales Channel, country, note"),
        ("country,", "no name"),
        ("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "at most 16"),
    ] {
        let error = read_texts(&[SHOP.as_bytes()], &asked(attributes, 1)).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains(said), "{error}");
    }
    let other = b"customer_id,date,amount\nann,2024-01-01,3\n";
    assert!(read_texts(&[SHOP.as_bytes(), other], &asked("country", 1)).is_err());
}

#[test]
fn files_in_other_shapes_and_encodings_are_one_shop() {
    let other = b"Country;id;date;amount\nESPA\xd1A;ann;2023-12-31;3\n\xa0;dan;2024-01-01;5\n";
    let orders = read_texts(&[SHOP.as_bytes(), other], &asked("country", 2)).unwrap();
    assert_eq!(told(&orders), ["ann ESPAÑA", "bob DE", "cid ü", "dan (missing)"]);
}

#[test]
fn neither_threads_nor_the_split_of_a_long_file_change_anything() {
    let mut text = String::from("customer_id,date,amount,channel,cell\n");
    for row in 0..150_000u64 {
        let at = row.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
        text += &format!(
            "c{},20{:02}-{:02}-{:02},{},{},level {}\n",
            at % 20_000,
            10 + row % 13,
            at % 12 + 1,
            at % 28 + 1,
            at % 90,
            ["web", "shop", "", "fax"][(at % 4) as usize],
            at % 977
        );
    }
    assert!(text.len() > 4 << 20);
    let one = read_texts(&[text.as_bytes()], &asked("channel,cell", 1)).unwrap();
    for threads in [2, 5] {
        let more = read_texts(&[text.as_bytes()], &asked("channel,cell", threads)).unwrap();
        assert_eq!(more.attributes, one.attributes);
    }
    assert_eq!(one.attributes[0].levels.iter().collect::<Vec<_>>(), ["(missing)", "fax", "shop", "web"]);
}

#[test]
fn parquet_columns_of_any_type_are_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.parquet");
    let schema = "message orders { required binary customer_id (UTF8); required int32 date (DATE); required double amount;
        optional binary channel (UTF8); optional boolean gift; optional int32 born (DATE); optional int32 size;
        optional double weight; }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let file = std::fs::File::create(&path).unwrap();
    let mut writer =
        SerializedFileWriter::new(file, schema, Arc::new(WriterProperties::builder().build())).unwrap();
    for day in [100, 0] {
        let mut group = writer.next_row_group().unwrap();
        macro_rules! put {
            ($type:ty, $values:expr, $levels:expr) => {{
                let mut column = group.next_column().unwrap().unwrap();
                column.typed::<$type>().write_batch($values, $levels, None).unwrap();
                column.close().unwrap();
            }};
        }
        put!(ByteArrayType, &["ann", "bob"].map(ByteArray::from), None);
        put!(Int32Type, &[19_000 + day, 19_001 + day], None);
        put!(DoubleType, &[1.0, 2.0], None);
        let channel = if day == 0 { " shop " } else { "web" };
        put!(ByteArrayType, &[ByteArray::from(channel)], Some(&[1, 0]));
        put!(BoolType, &[day == 0], Some(&[1, 0]));
        put!(Int32Type, &[7_000], Some(&[0, 1]));
        put!(Int32Type, &[day], Some(&[1, 0]));
        put!(DoubleType, &[1.5, 3.0], Some(&[1, 1]));
        group.close().unwrap();
    }
    writer.close().unwrap();
    for threads in [1, 2] {
        let options = asked("channel,gift,born,size,weight,amount", threads);
        let (orders, _) = read(std::slice::from_ref(&path), &options, &Silent).unwrap();
        assert_eq!(
            told(&orders),
            ["ann shop|true|(missing)|0|1.5|1", "bob (missing)|(missing)|1989-03-02T00:00:00Z|(missing)|3|2"]
        );
    }
    let error = read(&[path], &asked("chanel", 1), &Silent).unwrap_err().to_string();
    assert!(error.contains("did you mean `channel`?"), "{error}");
}

#[test]
fn every_command_that_reads_orders_takes_the_flag() {
    let desk = desk::Desk::new();
    desk.file("shop.csv", SHOP);
    for command in ["run", "train", "score", "backtest", "features"] {
        assert!(desk.done(&[command, "--help"]).out.contains("--attributes"), "{command}");
    }
    let features = |attributes| ["features", "shop.csv", "--attributes", attributes, "-o", "table.csv"];
    desk.refused(&features("colour"), 2, &["its columns are: customer_id", "(--attributes)"]);
}

#[test]
fn the_table_of_features_has_attributes_and_behaviour_where_asked_for() {
    let desk = desk::Desk::new();
    desk.file("shop.csv", SHOP);
    let asked = ["features", "shop.csv", "--attributes", "country", "--behaviour", "4w", "-o", "table.csv"];
    desk.done(&asked);
    let table = desk.text("table.csv");
    assert!(table.lines().next().unwrap().contains(",country,ln_frequency,age_days,"));
    assert_eq!(desk::column(&table, "purchases_28d"), [1.0, 0.0, 0.0]);
    desk.done(&[
        "features",
        "shop.csv",
        "--attributes",
        "country",
        "--behaviour",
        "4w",
        "-o",
        "table.parquet",
    ]);
    desk.file("clash.csv", "id,date,amount,orders\nann,2024-01-01,2,3\n");
    let clash = ["features", "clash.csv", "--attributes", "orders", "-o", "clash.out.csv"];
    desk.refused(&clash, 2, &["has a column `orders` already"]);
    let counted = ["features", "shop.csv", "--behaviour", "4w", "--opportunities", "week", "-o", "weeks.csv"];
    desk.refused(&counted, 2, &["--opportunities"]);
}
