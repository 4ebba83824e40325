//! What the commands that read orders share: the plan, the reading, and what is said of it.

use std::path::PathBuf;

use super::args::{GrainArg, Reading, RefundsArg, SpendArg};
use super::show;
use super::tell::wrap;
use crate::error::Place;
use crate::features::Past;
use crate::fit::TrainedModel;
use crate::model::Parametric;
use crate::orders::{ColumnNames, Ledger, Orders, ReadOptions, Reason, Refunds};
use crate::progress::Progress;
use crate::units::{Grain, TimeUnit};
use crate::{Error, Result};

impl From<RefundsArg> for Refunds {
    fn from(arg: RefundsArg) -> Self {
        match arg {
            RefundsArg::Net => Self::Net,
            RefundsArg::Drop => Self::Drop,
            RefundsArg::Error => Self::Error,
        }
    }
}

impl From<GrainArg> for Grain {
    fn from(arg: GrainArg) -> Self {
        match arg {
            GrainArg::Day => Self::Day,
            GrainArg::Hour => Self::Hour,
            GrainArg::None => Self::None,
        }
    }
}

impl Reading {
    /// The plan: everything said about reading, checked.
    ///
    /// # Errors
    /// [`Error::Usage`] for a cut-off that is no date.
    pub fn options(&self) -> Result<ReadOptions> {
        self.with(
            self.grain.map_or_else(Grain::default, Grain::from),
            self.timezone.as_deref().unwrap_or("UTC"),
        )
    }

    /// The same for use with a fitted model: grain and time zone are the model's.
    ///
    /// # Errors
    /// [`Error::Usage`] if another grain, time zone or model of spend is given.
    pub fn options_of(&self, trained: &TrainedModel) -> Result<ReadOptions> {
        let options = self.options_at(trained.grain, &trained.timezone)?;
        if let Some(SpendArg::Model(asked)) = self.spend {
            let there = trained.spend.as_ref().map_or("none", |spend| spend.model.id());
            if there != asked.id() {
                return Err(Error::usage(format!(
                    "the model was trained with --spend {there}, so it cannot score with {}; leave --spend out, or train \
                     it again",
                    asked.id()
                )));
            }
        }
        Ok(options)
    }

    /// The same for what was fitted at a grain in a time zone.
    ///
    /// # Errors
    /// [`Error::Usage`] if another grain or time zone is given.
    pub fn options_at(&self, grain: Grain, timezone: &str) -> Result<ReadOptions> {
        if let Some(other) = self.grain.map(Grain::from).filter(|other| *other != grain) {
            return Err(Error::usage(format!(
                "the model was trained at the grain `{grain}`, so it cannot score at the grain `{other}`; leave --grain out"
            )));
        }
        if let Some(zone) = self.timezone.as_ref().filter(|zone| **zone != timezone) {
            return Err(Error::usage(format!(
                "the model was trained in the time zone {timezone}, not {zone}; leave --timezone out"
            )));
        }
        self.with(grain, timezone)
    }

    fn with(&self, grain: Grain, timezone: &str) -> Result<ReadOptions> {
        Ok(ReadOptions {
            columns: ColumnNames {
                customer: self.customer.clone(),
                date: self.date.clone(),
                amount: self.amount.clone(),
                order: self.order.clone(),
                quantity: self.quantity.clone(),
                price: self.price.clone(),
            },
            separator: self.separator,
            date_order: self.date_format,
            decimal: self.decimal,
            encoding: self.encoding.clone(),
            timezone: timezone.to_owned(),
            grain,
            refunds: self.refunds.into(),
            drop_zero: self.drop_zero,
            spend: self.spend != Some(SpendArg::None),
            strict: self.strict,
            attributes: self.attributes.clone(),
            preset: self.preset.unwrap_or_default(),
            events: self.events.clone(),
            currency: self.currency.clone(),
            rates: self.rates.clone(),
            identity: self.identity.clone(),
            cutoff: self.cutoff.as_deref().map(|text| grain.read(text)).transpose()?,
            threads: None,
        })
    }
}

/// Reads orders with progress.
///
/// # Errors
/// As [`crate::orders::read`].
pub fn read(inputs: &[PathBuf], options: &ReadOptions, progress: &dyn Progress) -> Result<(Orders, Ledger)> {
    crate::orders::read(inputs, options, progress)
}

/// What is seen of the orders: up to the cut-off, in opportunities if that is the unit.
///
/// # Errors
/// As [`Past::new`] and [`Past::of_opportunities`].
pub fn past<'a>(orders: &'a Orders, options: &ReadOptions, unit: TimeUnit) -> Result<Past<'a>> {
    match unit.calendar() {
        Some(period) => Past::of_opportunities(orders, options.cutoff, period),
        None => Past::new(orders, options.cutoff),
    }
}

/// What was read and what was not, in a few lines.
#[must_use]
pub fn account(ledger: &Ledger, past: &Past<'_>) -> String {
    let mut text = wrap(&ledger.summary());
    for (reason, (_, places)) in &ledger.left_out {
        let unusable = !matches!(reason, Reason::AfterCutoff | Reason::RefundDropped | Reason::OrderLine);
        if let Some(place) = places.first().filter(|_| unusable) {
            text += &wrap(&format!("the first row {} is at {place}{}", reason.words(), next_lines(places)));
        }
    }
    for note in &ledger.notes {
        text += &wrap(&format!("note: {note}"));
    }
    text += &refunds(past);
    text + &span(past)
}

/// The lines of further rows like the first, in the same file.
fn next_lines(places: &[Place]) -> String {
    let lines: Vec<String> = places
        .iter()
        .skip(1)
        .filter(|place| place.file == places[0].file)
        .filter_map(|place| place.line.map(show::count))
        .collect();
    if lines.is_empty() { String::new() } else { format!(" (then {})", lines.join(", ")) }
}

/// So many of them, in words.
fn counted(count: u64, one: &str, several: &str) -> String {
    format!("{} {}", show::count(count), if count == 1 { one } else { several })
}

/// What became of refunds, where there are any.
fn refunds(past: &Past<'_>) -> String {
    let net = past.netting();
    let mut text = String::new();
    if net.refunds > 0 {
        text += &wrap(&format!(
            "{}: {} set off, {} refunded in full, {} without an order ({})",
            counted(net.refunds, "refund", "refunds"),
            show::money(net.netted),
            counted(net.orders_refunded_in_full, "order", "orders"),
            counted(net.refunds_without_order, "refund", "refunds"),
            show::money(net.without_order),
        ));
    }
    if net.zero_dropped > 0 {
        text += &format!("{} orders of zero value left out\n", show::count(net.zero_dropped));
    }
    if net.customers_without_purchase > 0 {
        text += &wrap(&format!(
            "{} no purchase left, so not in the table",
            counted(net.customers_without_purchase, "customer has", "customers have")
        ));
    }
    text
}

/// Who was observed, and until when.
fn span(past: &Past<'_>) -> String {
    let grain = past.orders().options.grain;
    let first = past.orders().first_tick().map_or_else(|| "?".to_owned(), |tick| grain.show(tick));
    let until = grain.show(past.cutoff());
    let customers = counted(past.len() as u64, "customer", "customers");
    if let Some(period) = past.period() {
        let last = past.orders().last_tick().filter(|last| *last > past.cutoff());
        let rest = last.map_or_else(String::new, |last| {
            format!(
                "; what came later, until {}, lies in no complete {period} and is left out",
                grain.show(last)
            )
        });
        return wrap(&format!(
            "{customers}, observed from {first} to {until} (the last complete calendar {period}){rest}"
        ));
    }
    let why = if past.cutoff_is_given() { "the cut-off given" } else { "the last order" };
    wrap(&format!("{customers}, observed from {first} to {until} ({why})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_counts_read_as_words() {
        let at = |file: &str, line| Place { file: Some(file.into()), line: Some(line), column: None };
        assert_eq!(next_lines(&[at("a", 2), at("a", 1_300), at("b", 7)]), " (then 1,300)");
        assert_eq!(next_lines(&[at("a", 2)]), "");
        assert_eq!(counted(1, "order", "orders"), "1 order");
        assert_eq!(counted(2_000, "order", "orders"), "2,000 orders");
    }
}
