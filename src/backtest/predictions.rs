//! Every customer's forecast by every model at every origin, as one table.

use super::BacktestPlan;
use super::columns;
use super::kept::Pieces;
use super::origins::after;
use super::work::KeptBacktest;
use crate::features::Past;
use crate::progress::Progress;
use crate::table::{Chunk, TableWriter, Values};
use crate::{Error, Result};

impl KeptBacktest {
    /// Writes what the models forecast for each customer beside what happened, a row per origin, model and customer: `origin, model, customer_id,
    /// actual_purchases`, with money `actual_value`, then `p_alive, p_any_purchase, expected_purchases, median_purchases, purchases_lower_50,
    /// purchases_upper_50`, … for every level, and the same of value. A model that failed has no rows; a number that does not exist is empty. Only some rows
    /// are held at a time. `past`, `plan` and `pieces` are those of the backtest.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Interrupted`].
    pub fn write_predictions(
        &self,
        (past, plan): (&Past<'_>, &BacktestPlan),
        pieces: &Pieces,
        mut table: TableWriter,
        progress: &dyn Progress,
    ) -> Result<()> {
        let rows = (self.report.origins.iter()).map(|origin| (origin.customers * origin.models.len()) as u64);
        progress.begin("writing predictions", Some(rows.sum()));
        let names = columns::names(&plan.levels, past.orders().has_money());
        let mut begun = false;
        for ((&at, keys), origin) in self.origins.iter().zip(&self.keys).zip(&self.report.origins) {
            let end = after(at, plan.horizon, past.orders().options.grain, past.period())?;
            let (earlier, holdout) = past.again(end)?.rewind_to(at)?;
            let happened = Happened {
                ids: earlier.customers(plan.unit).ids,
                purchases: holdout.purchases,
                value: holdout.value,
            };
            if !begun {
                table.write(&happened.chunk(
                    (&origin.origin, ""),
                    0..0,
                    &names,
                    &vec![Vec::new(); names.len()],
                ))?;
                begun = true;
            }
            for (model, key) in origin.models.iter().zip(keys) {
                happened.write((&origin.origin, &model.model), pieces, key, &names, &mut table, progress)?;
            }
        }
        progress.end();
        table.finish()
    }
}

/// What happened to the customers of an origin.
struct Happened {
    ids: crate::orders::Ids,
    purchases: Vec<u32>,
    value: Vec<f64>,
}

impl Happened {
    fn write(
        &self,
        named: (&str, &str),
        pieces: &Pieces,
        key: &str,
        names: &[String],
        table: &mut TableWriter,
        progress: &dyn Progress,
    ) -> Result<()> {
        let Some(mut reader) = pieces.open(key)? else { return Ok(()) };
        if reader.rows() != self.purchases.len() {
            return Err(damaged(pieces));
        }
        let mut start = 0;
        while let Some(found) = reader.next(names).map_err(|e| Error::io("read", pieces.folder(), e))? {
            progress.check()?;
            let rows = start..start + found.first().map_or(0, Vec::len);
            table.write(&self.chunk(named, rows.clone(), names, &found))?;
            progress.advance(rows.len() as u64);
            start = rows.end;
        }
        Ok(())
    }

    fn chunk<'a>(
        &'a self,
        (origin, model): (&'a str, &'a str),
        rows: std::ops::Range<usize>,
        names: &'a [String],
        found: &'a [Vec<Option<f64>>],
    ) -> Chunk<'a> {
        let mut columns = vec![
            ("origin", Values::Text(vec![origin; rows.len()])),
            ("model", Values::Text(vec![model; rows.len()])),
            ("customer_id", Values::Ids(&self.ids, rows.clone())),
            ("actual_purchases", Values::Whole(&self.purchases[rows.clone()])),
        ];
        if names.iter().any(|name| name == "expected_value") {
            columns.push(("actual_value", Values::Real(&self.value[rows])));
        }
        columns
            .extend(names.iter().zip(found).map(|(name, column)| (name.as_str(), Values::Optional(column))));
        Chunk { columns }
    }
}

fn damaged(pieces: &Pieces) -> Error {
    Error::Undefined(format!(
        "a piece of the backtest in {} is not the one that was kept there; delete that folder and run again",
        pieces.folder().display()
    ))
}
