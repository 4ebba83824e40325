use std::fs;

use super::*;
use crate::output::Output;
use crate::table::{Chunk, Format, TableWriter, Values};
use crate::units::{Money, Tick};

fn reader(text: &str, options: TableOptions) -> Result<CustomersReader> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("customers.csv");
    fs::write(&path, text).unwrap();
    CustomersReader::open(&path, options)
}

fn read(text: &str) -> Result<Customers> {
    reader(text, TableOptions::default())?.read_all()
}

/// The words of the error for a row under the usual header.
fn complaint(row: &str) -> String {
    let text = format!("customer_id,frequency,recency,age,monetary_value,first_order,last_order\n{row}\n");
    read(&text).unwrap_err().to_string()
}

#[test]
fn a_table_of_another_tool_is_read() {
    let table = read("CustomerID;x;t.x;T\n1;2;30.43;38.86\n\"2;b\";0;0;38.86\n3;1;0.0;0\n").unwrap();
    assert_eq!(table.ids.iter().collect::<Vec<_>>(), ["1", "2;b", "3"]);
    assert_eq!((table.frequency.as_slice(), table.has_money()), ([2, 0, 1].as_slice(), false));
    assert_eq!((table.recency[0], table.age[0], table.cutoff), (30.43, 38.86, None));
    assert!(table.history.is_none());
    let lifetimes =
        read("customer_id,frequency,recency,T,monetary_value\na,0.0,0.0,10.0,0.0\nb,1.0,3.0,10.0,5.5\n");
    assert_eq!(lifetimes.unwrap().monetary_value, [None, Some(5.5)]);
}

#[test]
fn what_was_written_is_read_back_in_parts() {
    let days = 50;
    let all = Customers {
        ids: ["a", "b,c", "d"].into_iter().collect(),
        frequency: vec![0, 3, 1],
        recency: vec![0.0, 23.0 / 7.0, 0.0],
        age: vec![30.0 / 7.0, 45.0 / 7.0, 0.0],
        monetary_value: vec![None, Some(10.0 / 3.0), Some(0.0)],
        ln_gaps: Vec::new(),
        mean_ln_value: vec![None, Some(2.0 / 3.0), None],
        ss_ln_value: vec![None, Some(0.25), None],
        history: Some(crate::features::History {
            numbers: Vec::new(),
            orders: vec![1, 5, 2],
            total_value: vec![Money::from_micros(1), Money::from_micros(14_330_000), Money::ZERO],
            first_order: vec![Tick(days - 30), Tick(days - 45), Tick(days)],
            last_order: vec![Tick(days - 30), Tick(days - 45 + 23), Tick(days)],
        }),
        unit: TimeUnit::Week,
        grain: Grain::Day,
        cutoff: Some(Tick(days)),
    };
    let folder = tempfile::tempdir().unwrap();
    for name in ["customers.csv", "customers.parquet"] {
        let path = folder.path().join(name);
        let mut table = TableWriter::new(Output::create(&path).unwrap(), Format::of(&path));
        table.write(&all.to_chunk()).unwrap();
        table.finish().unwrap();
        let options = TableOptions { rows: 2, ..TableOptions::default() };
        let parts: Vec<Customers> =
            CustomersReader::open(&path, options).unwrap().collect::<Result<_>>().unwrap();
        assert_eq!(parts.iter().map(Customers::len).collect::<Vec<_>>(), [2, 1]);
        assert!(parts.iter().all(|part| part.cutoff == all.cutoff));
        let again = CustomersReader::open(&path, options).unwrap().read_all().unwrap();
        assert_eq!(format!("{again:?}"), format!("{all:?}"), "{name}");
    }
}

#[test]
fn a_wrong_row_is_named_by_line_and_column() {
    for (row, words) in [
        ("a,1.5,0,1,2,,", "line 2, column `frequency`: 1.5; expected a whole number"),
        ("a,-1,0,1,2,,", "column `frequency`: -1"),
        ("a,x,0,1,2,,", "column `frequency`: `x`"),
        ("a,1,nan,1,2,,", "column `recency`: `nan`"),
        ("a,1,2,inf,2,,", "column `age`: `inf`"),
        ("a,1,2,,2,,", "column `age`: nothing"),
        ("a,1,2,1,2,,", "column `recency`: 2; expected at most the age, 1"),
        ("a,0,2,3,,,", "not the time since the last one"),
        ("a,0,0,3,7,,", "the first purchase is not in it"),
        ("a,2,1,3,,,", "nothing for a customer with 2 repeat purchases"),
        (",2,1,3,1,,", "the customer has no id"),
        ("a,2,1,3,1,x,", "column `first_order`: `x`; expected a date like 2000-01-01"),
        ("a,2,1,3,1", "the row has 5 fields, but the header has 7"),
    ] {
        let found = complaint(row);
        assert!(found.contains(words) && found.contains("customers.csv"), "{row}: {found}");
    }
}

#[test]
fn a_wrong_unit_is_found_by_the_dates() {
    let found = complaint("a,2,60,80,1,2024-01-01,2024-03-01");
    assert!(found.contains("60 weeks, but first and last order are 60 days apart"), "{found}");
    assert!(found.contains("give --unit day"), "{found}");
}

#[test]
fn a_table_without_its_columns_says_which_it_needs() {
    let words = |text: &str| read(text).unwrap_err().to_string();
    assert!(
        words("customer_id,frequency,T\n")
            .contains("needs a column `recency`, but there are only: customer_id")
    );
    assert!(words("customer_id,frequency,recency,T\n").contains("no customer under it"));
    assert!(words("").contains("empty"));
}

#[test]
fn rows_that_end_at_different_times_have_no_common_cut() {
    let text = "customer_id,frequency,recency,age,first_order\na,0,0,1,2024-01-01\nb,0,0,2,2024-01-01\n";
    assert_eq!(read(text).unwrap().cutoff, None);
    let text = "customer_id,frequency,recency,age,first_order\na,0,0,2,2024-01-01\nb,0,0,1,2024-01-08\n";
    assert_eq!(read(text).unwrap().cutoff, Some(Grain::Day.read("2024-01-15").unwrap()));
}

#[test]
fn a_parquet_table_of_many_rows_and_row_groups_is_read_in_order() {
    let count = 20_000;
    let numbers: Vec<u32> = (0..count).collect();
    let lengths: Vec<f64> = numbers.iter().map(|&number| f64::from(number)).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("customers.parquet");
    let mut table = TableWriter::new(Output::create(&path).unwrap(), Format::Parquet);
    for rows in [0..15_000, 15_000..20_000] {
        let columns = vec![
            ("age", Values::Real(&lengths[rows.clone()])),
            ("id", Values::Whole(&numbers[rows.clone()])),
            ("recency", Values::Real(&lengths[rows.clone()])),
            ("frequency", Values::Whole(&numbers[rows])),
        ];
        table.write(&Chunk { columns }).unwrap();
    }
    table.finish().unwrap();
    let options = TableOptions { rows: 7_000, ..TableOptions::default() };
    let parts: Vec<Customers> =
        CustomersReader::open(&path, options).unwrap().collect::<Result<_>>().unwrap();
    assert_eq!(parts.iter().map(Customers::len).collect::<Vec<_>>(), [7_000, 7_000, 6_000]);
    let all = CustomersReader::open(&path, options).unwrap().read_all().unwrap();
    assert!(all.frequency == numbers && all.recency == lengths && all.age == lengths);
    assert!(all.ids.iter().zip(&numbers).all(|(id, number)| id == number.to_string()));
}

#[test]
fn a_damaged_parquet_table_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("customers.parquet");
    fs::write(&path, b"PAR1 and nothing of the kind").unwrap();
    let words = CustomersReader::open(&path, TableOptions::default()).err().unwrap().to_string();
    assert!(words.contains("customers.parquet") && words.contains("cannot be read"), "{words}");
}
