//! What was forecast for each customer, in a file of plain columns that is read some rows at a time.
//!
//! A line of JSON says how many rows there are and what the columns are called; then come pieces of [`ROWS`] rows, of every column in turn its 64-bit numbers, the
//! lowest byte first. What does not exist is a NaN there, and nowhere else.

use std::io::{self, BufRead, BufReader, Read, Write};

use serde::{Deserialize, Serialize};

use super::metrics::percent;
use crate::predict::{Forecast, Interval};
use crate::units::Share;

/// Rows of a piece.
const ROWS: usize = 1 << 14;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Head {
    rows: usize,
    columns: Vec<String>,
}

/// The names of the columns of a forecast: of purchases, then (with money) of value.
pub(super) fn names(levels: &[Share], money: bool) -> Vec<String> {
    let ends = |what: &'static str| {
        levels.iter().flat_map(move |level| {
            ["lower", "upper"].map(|end| format!("{what}_{end}_{}", percent(level.get())))
        })
    };
    let plain = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let mut all = plain(&["p_alive", "p_any_purchase", "expected_purchases", "median_purchases"]);
    all.extend(ends("purchases"));
    if money {
        all.extend(plain(&["expected_value", "median_value"]));
        all.extend(ends("value"));
    }
    all
}

/// A column, a number a row.
type Column<'a> = Box<dyn Fn(usize) -> f64 + 'a>;

/// The columns in the order of [`names`].
fn columns(forecast: &Forecast) -> Vec<Column<'_>> {
    fn plain(column: &[f64]) -> Column<'_> {
        Box::new(move |at| column[at])
    }
    fn ends(intervals: &[Interval]) -> impl Iterator<Item = Column<'_>> {
        intervals.iter().flat_map(|each| [plain(&each.lower), plain(&each.upper)])
    }
    let mut all = vec![
        plain(&forecast.p_alive),
        Box::new(|at| 1.0 - forecast.p_no_purchase[at]),
        plain(&forecast.expected_purchases),
        plain(&forecast.purchases_median),
    ];
    all.extend(ends(&forecast.purchases));
    if let Some(value) = &forecast.value {
        all.push(Box::new(|at| value.expected[at].unwrap_or(f64::NAN)));
        all.push(plain(&value.median));
        all.extend(ends(&value.intervals));
    }
    all
}

/// Writes a forecast.
pub(super) fn write(forecast: &Forecast, to: &mut impl Write) -> io::Result<()> {
    let levels: Vec<Share> = forecast.purchases.iter().map(|each| each.level).collect();
    let head = Head { rows: forecast.len(), columns: names(&levels, forecast.value.is_some()) };
    serde_json::to_writer(&mut *to, &head)?;
    to.write_all(b"\n")?;
    let columns = columns(forecast);
    for start in (0..head.rows).step_by(ROWS) {
        for column in &columns {
            for at in start..head.rows.min(start + ROWS) {
                to.write_all(&column(at).to_le_bytes())?;
            }
        }
    }
    Ok(())
}

/// Reads a forecast again.
pub(super) struct Reader<R> {
    from: BufReader<R>,
    head: Head,
    read: usize,
}

impl<R: Read> Reader<R> {
    /// Reads what is there.
    pub fn new(from: R) -> io::Result<Self> {
        let mut from = BufReader::with_capacity(1 << 16, from);
        let mut line = String::new();
        from.read_line(&mut line)?;
        let head = serde_json::from_str(&line)?;
        Ok(Self { from, head, read: 0 })
    }

    /// How many rows there are.
    pub const fn rows(&self) -> usize {
        self.head.rows
    }

    /// The next rows, as the columns with these names; a column that was not written is missing everywhere. `None` at the end.
    pub fn next(&mut self, names: &[String]) -> io::Result<Option<Vec<Vec<Option<f64>>>>> {
        let rows = (self.head.rows - self.read).min(ROWS);
        if rows == 0 {
            return Ok(None);
        }
        let mut found = vec![Vec::new(); names.len()];
        let mut bytes = vec![0; 8 * rows];
        for column in &self.head.columns {
            self.from.read_exact(&mut bytes)?;
            if let Some(place) = names.iter().position(|name| name == column) {
                let numbers = bytes.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes));
                found[place] = numbers.map(|number| Some(number).filter(|number| !number.is_nan())).collect();
            }
        }
        found.iter_mut().filter(|column| column.is_empty()).for_each(|column| *column = vec![None; rows]);
        self.read += rows;
        Ok(Some(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forecast(n: usize, money: bool) -> Forecast {
        let levels = [Share::new(0.5).unwrap(), Share::new(0.975).unwrap()];
        let mut all = Forecast::with_capacity(&levels, money, n);
        let column = |salt: usize| (0..n).map(|at| (at + salt) as f64 / 7.0).collect::<Vec<f64>>();
        all.p_alive = column(1);
        all.p_no_purchase = vec![0.25; n];
        all.expected_purchases = column(2);
        all.purchases_median = column(3);
        let fill = |intervals: &mut Vec<Interval>| {
            for (at, each) in intervals.iter_mut().enumerate() {
                (each.lower, each.upper) = (column(10 * at), column(10 * at + 50));
            }
        };
        fill(&mut all.purchases);
        if let Some(value) = &mut all.value {
            value.expected = (0..n).map(|at| (at % 3 > 0).then_some(at as f64)).collect();
            value.median = column(4);
            fill(&mut value.intervals);
        }
        all
    }

    #[test]
    fn a_forecast_comes_back_to_the_last_bit() {
        for (n, money) in [(0, true), (5, false), (2 * ROWS + 3, true)] {
            let forecast = forecast(n, money);
            let mut bytes = Vec::new();
            write(&forecast, &mut bytes).unwrap();
            let mut reader = Reader::new(&bytes[..]).unwrap();
            assert_eq!(reader.rows(), n);
            let names: Vec<String> =
                ["expected_value", "expected_purchases", "purchases_upper_97.5", "p_any_purchase"]
                    .map(String::from)
                    .to_vec();
            let mut found: Vec<Vec<Option<f64>>> = vec![Vec::new(); 4];
            while let Some(part) = reader.next(&names).unwrap() {
                found.iter_mut().zip(part).for_each(|(all, part)| all.extend(part));
            }
            let some = |column: &[f64]| column.iter().copied().map(Some).collect::<Vec<_>>();
            let value = forecast.value.as_ref().map_or_else(|| vec![None; n], |value| value.expected.clone());
            assert_eq!(found[0], value);
            assert_eq!(found[1], some(&forecast.expected_purchases));
            assert_eq!(found[2], some(&forecast.purchases[1].upper));
            assert_eq!(found[3], vec![Some(0.75); n]);
        }
    }

    #[test]
    fn a_file_that_was_cut_off_is_an_error() {
        let mut bytes = Vec::new();
        write(&forecast(9, true), &mut bytes).unwrap();
        let mut reader = Reader::new(&bytes[..bytes.len() - 1]).unwrap();
        assert!(reader.next(&["p_alive".into()]).is_err());
        assert!(Reader::new(&b"{}"[..]).is_err() && Reader::new(&b""[..]).is_err());
    }
}
