//! Rows that were checked, as columns.

use std::borrow::Cow;
use std::path::Path;

use super::TableOptions;
use super::columns::{Columns, Field};
use crate::error::InputError;
use crate::features::{Customers, History, LnSpent};
use crate::orders::Plain;
use crate::units::{Grain, Money, Tick, TimeUnit};
use crate::{Error, Result};

/// What stands in a cell.
pub(super) type Found<'a> = Plain<'a>;

/// Rows under way.
pub(super) struct Rows<'a> {
    path: &'a Path,
    columns: Columns,
    grain: Grain,
    unit: TimeUnit,
    table: Customers,
    history: bool,
    /// Where observation ends, as long as all rows agree.
    end: End,
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    Open,
    At(Tick),
    Various,
}

/// One row's cells.
struct Row<'r, F> {
    rows: &'r Rows<'r>,
    line: u64,
    cell: F,
}

/// One row that was checked.
struct Checked {
    frequency: u32,
    recency: f64,
    age: f64,
    money: Option<f64>,
    ln_gaps: f64,
    logs: Option<LnSpent>,
    first: Option<Tick>,
    last: Option<Tick>,
    orders: u32,
    total: Money,
}

impl<'a> Rows<'a> {
    pub fn new(path: &'a Path, columns: &Columns, options: TableOptions) -> Self {
        let table = Customers::empty(options.unit, options.grain, None);
        let (grain, unit) = (options.grain, options.unit);
        Self {
            path,
            history: columns.has_history(),
            columns: columns.clone(),
            grain,
            unit,
            table,
            end: End::Open,
        }
    }

    pub fn len(&self) -> usize {
        self.table.len()
    }

    pub fn finish(self) -> Customers {
        let mut table = self.table;
        table.cutoff = match self.end {
            End::At(tick) => Some(tick),
            End::Open | End::Various => None,
        };
        if !self.history {
            table.history = None;
        }
        table
    }

    /// Checks a row and appends it.
    pub fn take<'c>(&mut self, line: u64, cell: impl Fn(usize) -> Found<'c>) -> Result<()> {
        let row = Row { rows: self, line, cell };
        let id = row.id()?;
        let checked = row.checked()?;
        self.table.ids.push(&id);
        self.push(checked);
        Ok(())
    }

    fn push(&mut self, row: Checked) {
        let table = &mut self.table;
        table.frequency.push(row.frequency);
        table.recency.push(row.recency);
        table.age.push(row.age);
        if self.columns.has_money() {
            table.monetary_value.push(row.money);
        }
        if self.columns.has_gaps() {
            table.ln_gaps.push(row.ln_gaps);
        }
        if self.columns.has_logs() {
            table.push_logs(row.logs);
        }
        if let (true, Some(history), Some(first), Some(last)) =
            (self.history, &mut table.history, row.first, row.last)
        {
            history.push(row.orders, self.columns.has_money().then_some(row.total), first, last);
        }
        let end = row.first.map_or(End::Various, |first| {
            if let TimeUnit::Calendar(period) = self.unit {
                let index = period.index(self.grain, first).saturating_add(row.age as i32);
                return End::At(period.end(self.grain, index));
            }
            let ticks = (row.age * self.grain.ticks_per(self.unit)).round();
            End::At(Tick(first.0.saturating_add(ticks as i32)))
        });
        self.end = if self.end == End::Open || self.end == end { end } else { End::Various };
    }

    /// An error in a column of a line.
    fn wrong(&self, line: u64, field: Field, found: impl Into<String>) -> InputError {
        Error::input(found).file(self.path).line(line).column(self.columns.name(field))
    }
}

impl<'c, F: Fn(usize) -> Found<'c>> Row<'_, F> {
    fn wrong(&self, field: Field, found: impl Into<String>) -> InputError {
        self.rows.wrong(self.line, field, found)
    }

    fn found(&self, field: Field) -> Found<'c> {
        self.rows.columns.at(field).map_or(Found::Missing, &self.cell)
    }

    /// Without a column of ids a customer is called by the number of its line (in Parquet: its row).
    fn id(&self) -> Result<Cow<'c, str>> {
        if self.rows.columns.at(Field::Id).is_none() {
            return Ok(Cow::Owned(self.line.to_string()));
        }
        match self.found(Field::Id) {
            Found::Text(text) => std::str::from_utf8(text).map(Cow::Borrowed).map_err(|_| {
                self.wrong(Field::Id, "the id is not UTF-8").hint("save the table as UTF-8").into()
            }),
            Found::Whole(number) => Ok(Cow::Owned(number.to_string())),
            Found::Real(number) => Ok(Cow::Owned(number.to_string())),
            Found::Missing => Err(self.wrong(Field::Id, "the customer has no id").into()),
            Found::Seconds(_) => Err(self.wrong(Field::Id, "a date").expected("text or a number").into()),
        }
    }

    /// A number, if there is one.
    fn number(&self, field: Field, expected: &str) -> Result<Option<f64>> {
        let (value, shown) = match self.found(field) {
            Found::Missing => return Ok(None),
            Found::Text(text) => {
                (fast_float2::parse(text).unwrap_or(f64::NAN), String::from_utf8_lossy(text))
            }
            Found::Whole(value) => (value as f64, Cow::Borrowed("")),
            Found::Real(value) => (value, Cow::Borrowed("an infinity")),
            Found::Seconds(_) => (f64::NAN, Cow::Borrowed("a date")),
        };
        if value.is_finite() {
            return Ok(Some(value));
        }
        Err(self.wrong(field, format!("`{shown}`")).expected(expected).into())
    }

    /// A number that must be there and not negative.
    fn length(&self, field: Field, expected: &str) -> Result<f64> {
        match self.number(field, expected)? {
            Some(value) if value >= 0.0 => Ok(value),
            Some(value) => Err(self.wrong(field, format!("{value}")).expected(expected).into()),
            None => Err(self.wrong(field, "nothing").expected(expected).into()),
        }
    }

    fn count(&self, field: Field) -> Result<u32> {
        let expected = "a whole number, 0 or more";
        let value = self.length(field, expected)?;
        if value.fract() == 0.0 && value <= f64::from(u32::MAX) {
            Ok(value as u32)
        } else {
            Err(self.wrong(field, format!("{value}")).expected(expected).into())
        }
    }

    fn tick(&self, field: Field) -> Result<Option<Tick>> {
        let grain = self.rows.grain;
        let (tick, shown) = match self.found(field) {
            Found::Missing => return Ok(None),
            Found::Text(text) => {
                let text = String::from_utf8_lossy(text);
                (grain.read(&text).ok(), text)
            }
            Found::Seconds(seconds) => {
                (grain.tick_of_seconds(seconds), Cow::Borrowed("a date beyond 1932 to 2067"))
            }
            Found::Whole(value) => (None, Cow::Owned(value.to_string())),
            Found::Real(value) => (None, Cow::Owned(value.to_string())),
        };
        tick.map(Some).ok_or_else(|| {
            let expected = format!("a date like {}", grain.show(Tick(0)));
            self.wrong(field, format!("`{shown}`")).expected(expected).into()
        })
    }

    fn checked(&self) -> Result<Checked> {
        let frequency = self.count(Field::Frequency)?;
        let recency = self.length(Field::Recency, "a length of time, 0 or more")?;
        let age = self.length(Field::Age, "a length of time, 0 or more")?;
        if recency > age * (1.0 + 1e-9) {
            return Err(self
                .wrong(Field::Recency, format!("{recency}"))
                .expected(format!("at most the age, {age}"))
                .hint("recency is the time from the first to the last purchase, age from the first to the end of observation")
                .into());
        }
        if frequency == 0 && recency > 0.0 {
            return Err(self
                .wrong(Field::Recency, format!("{recency} for a customer without a repeat purchase"))
                .expected("0")
                .hint("recency is the time from the first to the LAST purchase, not the time since the last one; frequency counts repeat purchases only")
                .into());
        }
        let (first, last) = (self.tick(Field::First)?, self.tick(Field::Last)?);
        if let (Some(first), Some(last)) = (first, last) {
            self.in_step(first, last, recency)?;
        }
        let (money, ln_gaps) = (self.money(frequency)?, self.ln_gaps(frequency, recency)?);
        let logs = self.logs(frequency, money)?;
        let (orders, total) = if self.rows.history { self.history(first, last)? } else { (0, Money::ZERO) };
        let recency = recency.min(age);
        Ok(Checked { frequency, recency, age, money, ln_gaps, logs, first, last, orders, total })
    }

    /// The mean of the repeat purchases: there for those who have them, and for no one else.
    fn money(&self, frequency: u32) -> Result<Option<f64>> {
        if !self.rows.columns.has_money() {
            return Ok(None);
        }
        match (frequency, self.number(Field::Money, "an amount")?) {
            (0, None) => Ok(None),
            (0, Some(0.0)) => Ok(None),
            (0, Some(value)) => Err(self
                .wrong(Field::Money, format!("{value} for a customer without a repeat purchase"))
                .expected("nothing, or 0")
                .hint("monetary_value is the mean of the repeat purchases; the first purchase is not in it")
                .into()),
            (_, None) => Err(self
                .wrong(Field::Money, format!("nothing for a customer with {frequency} repeat purchases"))
                .expected("the mean value of the repeat purchases")
                .into()),
            (_, value) => Ok(value),
        }
    }

    /// The sum of ln of the gaps, which add up to the recency: at most x ln(recency/x) (DLMF 1.7.7), but for rounding and gaps
    /// within a tick.
    fn ln_gaps(&self, frequency: u32, recency: f64) -> Result<f64> {
        if !self.rows.columns.has_gaps() {
            return Ok(0.0);
        }
        let Some(found) = self.number(Field::LnGaps, "the sum of ln of the gaps between purchases")? else {
            return if frequency == 0 { Ok(0.0) } else { Err(self.no_gaps(frequency, "nothing".into())) };
        };
        let (x, tick) = (f64::from(frequency), 1.0 / self.rows.grain.ticks_per(self.rows.unit));
        let most = if frequency == 0 { 0.0 } else { x * ((recency / x + tick).ln() + 0.01) };
        let least =
            if frequency == 1 { x * ((0.5 * tick).max(recency - tick).ln() - 0.01) } else { f64::MIN };
        if found <= most && found >= least && (frequency > 0 || found == 0.0) {
            return Ok(found);
        }
        Err(self.no_gaps(
            frequency,
            format!("{found} for {frequency} repeat purchases in {recency} {}s", self.rows.unit),
        ))
    }

    fn no_gaps(&self, frequency: u32, found: String) -> Error {
        let expected = match frequency {
            0 => "0, or nothing, for a customer without a repeat purchase",
            _ => "the sum of ln of the gaps between purchases, at most x ln(recency/x)",
        };
        self.wrong(Field::LnGaps, found)
            .expected(expected)
            .hint("the gaps must be in the table's unit (--unit); or leave the column out")
            .into()
    }

    /// Of the logarithms of the repeat purchases: nothing without one, or where one of them cost nothing.
    fn logs(&self, frequency: u32, money: Option<f64>) -> Result<Option<LnSpent>> {
        if !self.rows.columns.has_logs() {
            return Ok(None);
        }
        let mean = self.number(Field::LnMean, "a mean of natural logarithms")?;
        let squares = self.number(Field::LnSquares, "a sum of squares, 0 or more")?;
        let (mean, squares) = match (mean, squares) {
            (None, None) => return Ok(None),
            (Some(mean), Some(squares)) => (mean, squares),
            (None, _) => return Err(self.wrong(Field::LnMean, "nothing beside an ss_ln_value").into()),
            (_, None) => return Err(self.wrong(Field::LnSquares, "nothing beside a mean_ln_value").into()),
        };
        if frequency == 0 {
            let found = format!("{mean} for a customer without a repeat purchase");
            return Err(self.wrong(Field::LnMean, found).expected("nothing").into());
        }
        if squares < 0.0 || (frequency == 1 && squares > 1e-6) {
            let expected = if frequency == 1 { "0, as there is one repeat purchase" } else { "0 or more" };
            return Err(self.wrong(Field::LnSquares, format!("{squares}")).expected(expected).into());
        }
        // The mean of logarithms is at most the logarithm of the mean.
        let most =
            money.map_or(f64::INFINITY, |money| if money > 0.0 { money.ln() } else { f64::NEG_INFINITY });
        if mean - most > 1e-6 * (1.0 + mean.abs()) {
            return Err(self
                .wrong(Field::LnMean, format!("{mean}"))
                .expected(format!("at most {most:.6}, the logarithm of monetary_value"))
                .hint("mean_ln_value is the mean of the natural logarithms of the repeat purchases' values")
                .into());
        }
        Ok(Some(LnSpent { mean, squares }))
    }

    fn history(&self, first: Option<Tick>, last: Option<Tick>) -> Result<(u32, Money)> {
        for (field, tick) in [(Field::First, first), (Field::Last, last)] {
            if tick.is_none() {
                return Err(self.wrong(field, "nothing").expected("a date").into());
            }
        }
        let total = match self.number(Field::Total, "an amount")? {
            None if self.rows.columns.has_money() => {
                return Err(self.wrong(Field::Total, "nothing").expected("an amount").into());
            }
            total => total.unwrap_or(0.0),
        };
        let money = Money::from_f64(total)
            .ok_or_else(|| self.wrong(Field::Total, format!("{total}")).expected("an amount below 9.2e12"))?;
        Ok((self.count(Field::Orders)?, money))
    }

    /// Recency is as long as from the first order to the last: by a day and a hundredth of the unit, since other
    /// programs round.
    fn in_step(&self, first: Tick, last: Tick, recency: f64) -> Result<()> {
        let Rows { grain, unit, .. } = *self.rows;
        let days = grain.between(first, last, TimeUnit::Day);
        if unit.calendar().is_some() {
            let periods = grain.between(first, last, unit);
            if periods == recency {
                return Ok(());
            }
            return Err(self
                .wrong(
                    Field::Recency,
                    format!("{recency}, but first and last order are {periods} {unit}s apart"),
                )
                .hint("a table in opportunities is what `ltv features --opportunities` writes")
                .into());
        }
        let off = |unit: TimeUnit| (days - recency * unit.days()).abs() > 1.0 + 0.01 * unit.days();
        if !off(unit) {
            return Ok(());
        }
        let units = [TimeUnit::Hour, TimeUnit::Day, TimeUnit::Week, TimeUnit::Month, TimeUnit::Year];
        let hint = match units.into_iter().find(|&unit| recency > 0.0 && !off(unit)) {
            Some(right) => format!("the table seems to be in {right}s: give --unit {right}"),
            None => {
                "recency is the time from the first to the last purchase; give its unit with --unit".into()
            }
        };
        Err(self
            .wrong(
                Field::Recency,
                format!("{recency} {unit}s, but first and last order are {days} days apart"),
            )
            .hint(hint)
            .into())
    }
}

impl History {
    fn push(&mut self, orders: u32, total: Option<Money>, first: Tick, last: Tick) {
        self.orders.push(orders);
        self.total_value.extend(total);
        self.first_order.push(first);
        self.last_order.push(last);
    }
}
