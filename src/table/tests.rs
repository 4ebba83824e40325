use std::fs;

use ::parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::prelude::*;

use super::*;

/// What a table of the chunks is on the disk.
fn written(format: Format, chunks: &[Chunk<'_>]) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table");
    let mut table = TableWriter::new(Output::create(&path)?, format);
    chunks.iter().try_for_each(|chunk| table.write(chunk))?;
    table.finish()?;
    Ok(fs::read(path).unwrap())
}

fn csv_of(columns: Vec<(&'static str, Values<'_>)>) -> String {
    String::from_utf8(written(Format::Csv, &[Chunk { columns }]).unwrap()).unwrap()
}

/// The rows of a Parquet table as text, one a line.
fn parquet_rows(bytes: Vec<u8>) -> (Vec<String>, usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table");
    fs::write(&path, bytes).unwrap();
    let reader = SerializedFileReader::new(fs::File::open(path).unwrap()).unwrap();
    let rows = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
    (rows, reader.num_row_groups())
}

fn every_kind(ids: &Ids) -> Vec<(&'static str, Values<'_>)> {
    const MONEY: &[Money] = &[Money::from_micros(14_330_000), Money::from_micros(-500_000), Money::ZERO];
    vec![
        ("id", Values::Ids(ids, 1..4)),
        ("text", Values::Text(vec!["plain", "", "line\nbreak"])),
        ("whole", Values::Whole(&[0, 7, u32::MAX])),
        ("count", Values::Count(&[0, 10, 1 << 62])),
        ("known", Values::OptionalCount(&[Some(3), None, Some(0)])),
        ("flag", Values::Flag(&[true, false, true])),
        ("real", Values::Real(&[0.1, 30.0, 1e-300])),
        ("optional", Values::Optional(&[None, Some(2.5), None])),
        ("money", Values::Money(MONEY)),
        ("day", Values::Moments(Grain::Day, &[Tick(0), Tick(-1), Tick(-823)])),
        ("hour", Values::Moments(Grain::Hour, &[Tick(0), Tick(-1), Tick(5)])),
    ]
}

#[test]
fn every_kind_of_value_is_written_as_csv() {
    let ids: Ids = ["no", "a", "b,c", "say \"d\""].into_iter().collect();
    let lines = "id,text,whole,count,known,flag,real,optional,money,day,hour\n\
        a,plain,0,0,3,true,0.1,,14.33,2000-01-01,2000-01-01T00:00:00\n\
        \"b,c\",\"\",7,10,,false,30.0,2.5,-0.5,1999-12-31,1999-12-31T23:00:00\n\
        \"say \"\"d\"\"\",\"line\nbreak\",4294967295,4611686018427387904,0,true,1e-300,,0.0,1997-09-30,2000-01-01T05:00:00\n";
    assert_eq!(csv_of(every_kind(&ids)), lines);
}

#[test]
fn every_kind_of_value_is_written_as_parquet() {
    let ids: Ids = ["no", "a", "b,c", "say \"d\""].into_iter().collect();
    let (rows, _) = parquet_rows(written(Format::Parquet, &[Chunk { columns: every_kind(&ids) }]).unwrap());
    assert_eq!(
        rows[1],
        "{id: \"b,c\", text: \"\", whole: 7, count: 10, known: null, flag: false, real: 30.0, optional: 2.5, money: -5E-1, \
         day: 1999-12-31, hour: 1999-12-31 23:00:00.000000 +00:00}"
    );
    assert!(rows[0].contains("optional: null, money: 14.33, day: 2000-01-01"), "{}", rows[0]);
    assert_eq!(rows.len(), 3);
}

#[test]
fn an_empty_table_has_a_header() {
    let columns = || vec![("a", Values::Whole(&[])), ("b", Values::Real(&[]))];
    assert_eq!(csv_of(columns()), "a,b\n");
    let (rows, groups) = parquet_rows(written(Format::Parquet, &[Chunk { columns: columns() }]).unwrap());
    assert_eq!((rows.len(), groups), (0, 0));
    for format in [Format::Csv, Format::Parquet] {
        assert!(matches!(written(format, &[]), Err(Error::Usage(_))));
    }
}

#[test]
fn what_is_no_number_is_refused_by_column_and_row() {
    let first = Chunk { columns: vec![("x", Values::Real(&[1.0, 2.0]))] };
    for bad in [f64::NAN, f64::INFINITY] {
        for format in [Format::Csv, Format::Parquet] {
            let values = [0.0, bad];
            let second = Chunk { columns: vec![("x", Values::Real(&values))] };
            let error = written(format, &[first.clone(), second]).unwrap_err().to_string();
            assert!(error.contains("column `x`") && error.contains("row 4"), "{error}");
        }
    }
    let values = [None, Some(f64::NAN)];
    let chunk = Chunk { columns: vec![("y", Values::Optional(&values))] };
    assert!(written(Format::Csv, &[chunk]).unwrap_err().to_string().contains("`y` is NaN in row 2"));
}

#[test]
fn columns_that_do_not_fit_are_refused() {
    let uneven = Chunk { columns: vec![("a", Values::Whole(&[1])), ("b", Values::Whole(&[]))] };
    assert!(matches!(written(Format::Csv, &[uneven]), Err(Error::Usage(_))));
    let (whole, real) = (
        Chunk { columns: vec![("a", Values::Whole(&[1]))] },
        Chunk { columns: vec![("a", Values::Real(&[1.0]))] },
    );
    assert!(matches!(written(Format::Csv, &[whole, real]), Err(Error::Usage(_))));
}

/// More rows than a piece, a group of pieces and a row group hold.
#[test]
fn a_large_table_is_the_same_in_one_chunk_or_many_and_on_any_number_of_threads() {
    let numbers: Vec<u32> = (0..TableWriter::ROW_GROUP as u32 + 10).collect();
    let chunk = |range: Range<usize>| Chunk { columns: vec![("n", Values::Whole(&numbers[range]))] };
    let whole = written(Format::Csv, &[chunk(0..numbers.len())]).unwrap();
    let lines: Vec<String> = numbers.iter().map(|number| format!("{number}\n")).collect();
    let text = format!("n\n{}", lines.concat());
    assert!(whole == text.as_bytes());
    let parts = [chunk(0..5), chunk(5..5), chunk(5..100_000), chunk(100_000..numbers.len())];
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    assert!(pool.install(|| written(Format::Csv, &parts)).unwrap() == whole);
    let (rows, groups) = parquet_rows(written(Format::Parquet, &[chunk(0..numbers.len())]).unwrap());
    assert_eq!((rows.len(), groups, rows[12345].as_str()), (numbers.len(), 2, "{n: 12345}"));
}

proptest! {
    #[test]
    fn texts_and_numbers_read_back_to_themselves(rows in prop::collection::vec((any::<String>(), any::<f64>()), 1..20)) {
        let rows: Vec<_> = rows.into_iter().filter(|(_, number)| number.is_finite()).collect();
        let texts = Values::Text(rows.iter().map(|(text, _)| text.as_str()).collect());
        let numbers: Vec<f64> = rows.iter().map(|(_, number)| *number).collect();
        let table = csv_of(vec![("t", texts), ("n", Values::Real(&numbers))]);
        let read: Vec<(String, f64)> =
            ::csv::Reader::from_reader(table.as_bytes()).deserialize().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(read, rows);
    }

    #[test]
    fn money_and_moments_are_written_as_they_are_shown(micros in any::<i64>(), tick in any::<i32>()) {
        let (money, ticks) = ([Money::from_micros(micros)], [Tick(tick)]);
        let table = csv_of(vec![("m", Values::Money(&money)), ("t", Values::Moments(Grain::None, &ticks))]);
        let shown = money[0].to_string();
        let shown = if shown.contains('.') { shown } else { format!("{shown}.0") };
        prop_assert_eq!(table, format!("m,t\n{shown},{}\n", Grain::None.show(ticks[0])));
    }
}
