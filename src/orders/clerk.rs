//! What becomes of a row: it goes to the log, or to the ledger with the reason why not.

use std::borrow::Cow;
use std::path::Path;

use super::amounts::Amount;
use super::columns::{Measure, Role};
use super::rows::{Formats, Row, Show, When};
use super::zone::Zone;
use super::{Ledger, OrderLog, OrderRow, ReadOptions, Reason, Refunds};
use crate::error::{InputError, Place};
use crate::units::{Grain, Money, Tick};
use crate::{Error, Result};

/// What holds for every row of every file.
#[derive(Debug)]
pub(super) struct Rules {
    pub grain: Grain,
    pub zone: Zone,
    pub refunds: Refunds,
    pub strict: bool,
    pub cutoff: Option<Tick>,
    pub drop_zero: bool,
}

impl Rules {
    pub fn new(options: &ReadOptions) -> Result<Self> {
        Ok(Self {
            grain: options.grain,
            zone: Zone::named(&options.timezone)?,
            refunds: options.refunds,
            strict: options.strict,
            cutoff: options.cutoff,
            drop_zero: options.drop_zero,
        })
    }
}

/// Takes rows of one file, on one thread.
#[derive(Debug)]
pub(super) struct Clerk<'a> {
    rules: &'a Rules,
    path: &'a Path,
    /// The file's number, which goes before the row's in its position.
    file: u64,
    formats: Formats,
    last_total: Option<(u64, Money)>,
    pub log: &'a mut OrderLog,
    pub ledger: Ledger,
    /// The first few rows that could not be read, as errors.
    pub examples: Vec<InputError>,
}

impl<'a> Clerk<'a> {
    pub fn new(
        rules: &'a Rules,
        path: &'a Path,
        file: usize,
        formats: Formats,
        log: &'a mut OrderLog,
    ) -> Self {
        let (ledger, examples) = (Ledger::default(), Vec::new());
        Self { rules, path, file: (file as u64) << 44, formats, last_total: None, log, ledger, examples }
    }

    /// Takes a row that has as many fields as the header.
    pub fn take(&mut self, row: Row<'_>, raw: &impl Show) -> Result<()> {
        self.ledger.rows += 1;
        let Some(customer) = row.customer else {
            return self.leave_out(Reason::NoCustomer, Role::Customer, row.line, raw);
        };
        if matches!(customer, Cow::Owned(_)) && self.ledger.notes.is_empty() {
            self.ledger.note(format!(
                "{} is not UTF-8; customers were read as Windows-1252 (--encoding says otherwise)",
                self.path.display()
            ));
        }
        let tick = match row.date {
            When::At(tick) => tick,
            When::Ambiguous => return Err(self.ambiguous_date(row.line, raw)),
            When::Missing | When::Unreadable => {
                return self.leave_out(Reason::BadDate, Role::Date, row.line, raw);
            }
        };
        let amount = match row.amount {
            Amount::Of(amount) => amount,
            Amount::Missing if self.formats.totals && row.order.is_some() => {
                return self.count(Reason::OrderLine, row.line);
            }
            Amount::Ambiguous => return Err(self.ambiguous_amount(row.line, raw)),
            Amount::Missing | Amount::Unreadable => {
                return self.leave_out(Reason::BadAmount, self.measured(), row.line, raw);
            }
        };
        if self.formats.totals
            && let Some(order) = row.order
            && self.last_total.replace((order, amount)) == Some((order, amount))
        {
            return self.count(Reason::OrderLine, row.line);
        }
        if self.rules.cutoff.is_some_and(|cutoff| tick > cutoff) {
            return self.count(Reason::AfterCutoff, row.line);
        }
        if amount == Money::ZERO && self.rules.drop_zero && row.order.is_none() {
            return self.count(Reason::ZeroDropped, row.line);
        }
        if amount < Money::ZERO {
            match self.rules.refunds {
                Refunds::Net => self.ledger.refunds += 1,
                Refunds::Drop => return self.count(Reason::RefundDropped, row.line),
                Refunds::Error => return Err(self.refund(row.line, raw)),
            }
        } else {
            self.ledger.used += 1;
        }
        let position = self.file + row.offset;
        let order = OrderRow { customer: &customer, tick, order: row.order, amount, position };
        self.log.push_with(&order, |number| raw.attribute(number))
    }

    /// Takes a row that has more or fewer fields than the header.
    pub fn take_ragged(&mut self, line: u64, found: usize, expected: usize) -> Result<()> {
        self.ledger.rows += 1;
        let error = Error::input(format!("{found} field{} in this line", if found == 1 { "" } else { "s" }))
            .file(self.path)
            .line(line)
            .expected(format!("{expected}, as in the header"));
        self.unusable(Reason::Ragged, line, None, error)
    }

    /// The column that says how much.
    const fn measured(&self) -> Role {
        match self.formats.measure {
            Measure::Amount => Role::Amount,
            Measure::Product => Role::Price,
            Measure::Quantity | Measure::One => Role::Quantity,
        }
    }

    /// Counts a row that is set aside without being wrong.
    fn count(&mut self, reason: Reason, line: u64) -> Result<()> {
        let place = Place { file: Some(self.path.into()), line: Some(line), column: None };
        self.ledger.leave_out(reason, || place);
        Ok(())
    }

    fn leave_out(&mut self, reason: Reason, role: Role, line: u64, raw: &impl Show) -> Result<()> {
        if !self.rules.strict && self.ledger.count(reason) >= Ledger::PLACES as u64 {
            self.ledger.leave_out(reason, Place::default);
            return Ok(());
        }
        let (found, expected) = match reason {
            Reason::NoCustomer => ("no customer".into(), "the id of a customer"),
            Reason::BadDate => (self.found(role, raw), "a date"),
            _ if self.formats.measure == Measure::Product => {
                (self.found(role, raw), "a price and a quantity")
            }
            _ => (self.found(role, raw), "an amount"),
        };
        let column = raw.column(role).to_string();
        let error = Error::input(found).file(self.path).line(line).column(&column).expected(expected);
        self.unusable(reason, line, Some(column), error)
    }

    /// What stands in a field, in words.
    fn found(&self, role: Role, raw: &impl Show) -> String {
        let text = match role {
            Role::Price => format!("{} × {}", raw.show(Role::Price).trim(), raw.show(Role::Quantity).trim()),
            _ => raw.show(role).trim().to_string(),
        };
        if text.is_empty() { "nothing stands here".into() } else { format!("`{}`", shortened(&text)) }
    }

    fn unusable(
        &mut self,
        reason: Reason,
        line: u64,
        column: Option<String>,
        error: InputError,
    ) -> Result<()> {
        if self.rules.strict {
            return Err(error
                .hint("mend the row, or leave such rows out and count them: without --strict")
                .into());
        }
        if reason.is_unreadable() && self.examples.len() < Ledger::PLACES {
            self.examples.push(error);
        }
        let place = || Place { file: Some(self.path.into()), line: Some(line), column };
        self.ledger.leave_out(reason, place);
        Ok(())
    }

    fn place(&self, found: String, role: Role, line: u64, raw: &impl Show) -> InputError {
        Error::input(found).file(self.path).line(line).column(raw.column(role))
    }

    fn ambiguous_date(&self, line: u64, raw: &impl Show) -> Error {
        ask_for_order(self.place(self.found(Role::Date, raw), Role::Date, line, raw))
    }

    fn ambiguous_amount(&self, line: u64, raw: &impl Show) -> Error {
        let role = self.measured();
        ask_for_mark(self.place(self.found(role, raw), role, line, raw))
    }

    fn refund(&self, line: u64, raw: &impl Show) -> Error {
        let role = self.measured();
        self.place(format!("{} is a refund", self.found(role, raw)), role, line, raw)
            .expected("none, with --refunds error")
            .hint("use --refunds net to let refunds reduce their orders, or --refunds drop to leave them out")
            .into()
    }
}

/// A date of which nothing tells whether the day or the month stands first.
pub(super) fn ask_for_order(place: InputError) -> Error {
    let short_year = !place.found.as_bytes().windows(4).any(|four| four.iter().all(u8::is_ascii_digit));
    let (what, year) = if short_year {
        ("day/month, month/day or year/month/day", ", --date-format ymd if the year does")
    } else {
        ("day/month or month/day", "")
    };
    InputError {
        found: format!("{} may be {what}, and no date of the file tells which", place.found),
        ..place
    }
    .hint(format!("say --date-format dmy if the day stands first, --date-format mdy if the month does{year}"))
    .into()
}

/// An amount of which nothing tells whether it is thousands or decimals.
pub(super) fn ask_for_mark(place: InputError) -> Error {
    InputError {
        found: format!("{} may be thousands or decimals, and no amount of the file tells which", place.found),
        ..place
    }
    .hint("say --decimal point if 1,234.56 is meant, --decimal comma if 1.234,56 is")
    .into()
}

/// As much of a text as a message can bear.
fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 {
        text.into()
    } else {
        text.chars().take(57).chain("...".chars()).collect()
    }
}
