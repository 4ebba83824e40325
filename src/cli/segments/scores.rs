//! A table of scores as input.

use std::path::Path;

use crate::features::{Beside, Customers, CustomersReader, TableOptions};
use crate::orders::ReadOptions;
use crate::units::TimeUnit;
use crate::{Error, Result};

/// What `ltv score` wrote, as far as segments need it.
pub struct Scores {
    /// Who, and what they did.
    pub customers: Customers,
    /// P(alive).
    pub p_alive: Vec<f64>,
    /// Expected value; expected purchases where there is no money.
    pub expected: Vec<f64>,
    /// Whether it is money.
    pub money: bool,
}

/// Reads a table of scores.
///
/// # Errors
/// As [`CustomersReader::open`]; [`Error::Input`] if a column of scores is missing or a cell of it empty.
pub fn read(file: &Path, options: &ReadOptions) -> Result<Scores> {
    let how = TableOptions { unit: TimeUnit::Week, grain: options.grain, rows: usize::MAX };
    let reader = CustomersReader::open(file, how)?;
    let (customers, columns) = reader.read_all_with(&["p_alive", "expected_value", "expected_purchases"])?;
    let mut columns = columns.into_iter();
    let mut next = || columns.next().flatten();
    let (alive, value, purchases) = (next(), next(), next());
    let money = value.is_some();
    Ok(Scores {
        p_alive: whole(file, "p_alive", alive)?,
        expected: match value {
            Some(value) => whole(file, "expected_value", Some(value))?,
            None => whole(file, "expected_purchases", purchases)?,
        },
        customers,
        money,
    })
}

/// A column that must be there, and full.
fn whole(file: &Path, name: &str, column: Beside) -> Result<Vec<f64>> {
    let column = column.ok_or_else(|| {
        Error::from(
            Error::input(format!("there is no column `{name}`"))
                .file(file)
                .expected("a table of scores as `ltv score` writes it, or orders")
                .hint("make scores with: ltv score ORDERS --model model.json --horizon 12m -o scores.csv"),
        )
    })?;
    let full: Option<Vec<f64>> = column.iter().copied().collect();
    full.ok_or_else(|| {
        let empty = column.iter().filter(|value| value.is_none()).count();
        Error::input(format!("{empty} customers have no {name}"))
            .file(file)
            .column(name)
            .hint(
                "a mean value does not exist under the fitted model of spend (Gamma-Gamma: q is below 1); score with --spend log-normal, or \
                 purchases alone with --spend none",
            )
            .into()
    })
}
