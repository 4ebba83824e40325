//! What becomes of a row: it goes to the log, or to the ledger with the reason why not.

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::Path;

use super::amounts::Amount;
use super::columns::{Columns, Measure, Role};
use super::exchange::{Exchange, Paid, converted};
use super::identity::Identity;
use super::presets::Then;
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
    pub exchange: Exchange,
    pub identity: Option<Identity>,
    /// There are several files, which may tell the same rows.
    pub several: bool,
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
            exchange: Exchange::new(options)?,
            identity: options.identity.as_deref().map(Identity::read).transpose()?,
            several: false,
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
    columns: &'a Columns,
    formats: Formats,
    last_total: Option<(u64, Money)>,
    /// The orders so far, where each comes but once.
    orders: HashSet<u64>,
    pub log: &'a mut OrderLog,
    pub ledger: Ledger,
    /// The first few rows that could not be read, as errors.
    pub examples: Vec<InputError>,
}

impl<'a> Clerk<'a> {
    pub fn new(
        rules: &'a Rules,
        (path, file): (&'a Path, usize),
        columns: &'a Columns,
        formats: Formats,
        log: &'a mut OrderLog,
    ) -> Self {
        let (ledger, examples, orders) = (Ledger::default(), Vec::new(), HashSet::new());
        Self {
            rules,
            path,
            file: (file as u64) << 44,
            columns,
            formats,
            last_total: None,
            orders,
            log,
            ledger,
            examples,
        }
    }

    /// Takes a row that has as many fields as the header.
    pub fn take<'r>(&mut self, mut row: Row<'r>, raw: &'r impl Show) -> Result<()> {
        self.ledger.rows += 1;
        if matches!(row.customer, Some(Cow::Owned(_))) && self.ledger.notes.is_empty() {
            self.note_decoding();
        }
        let back = match self.by_rules(&mut row, raw) {
            Ok(back) => back,
            Err(reason) => return self.count(reason, row.line),
        };
        let Some(customer) = row.customer.take() else {
            return self.leave_out(Reason::NoCustomer, Role::Customer, row.line, raw);
        };
        let tick = match row.date {
            When::At(tick) => tick,
            When::Ambiguous => return Err(self.ambiguous_date(row.line, raw)),
            When::Missing | When::Unreadable => {
                return self.leave_out(Reason::BadDate, Role::Date, row.line, raw);
            }
        };
        let (Amount::Of(amount), Amount::Of(back)) = (row.amount, back) else {
            return self.without_amount(&row, back, raw);
        };
        if let Some(reason) = self.set_aside(&row, tick, amount) {
            return self.count(reason, row.line);
        }
        let Some((amount, back)) = self.in_one_currency(tick, (amount, back), row.line, raw)? else {
            return Ok(());
        };
        if amount == Money::ZERO && self.rules.drop_zero && row.order.is_none() {
            return self.count(Reason::ZeroDropped, row.line);
        }
        let who = self.rules.identity.as_ref().and_then(|known| known.person(&customer)).unwrap_or(&customer);
        let position = self.file + row.offset;
        self.enter(&OrderRow { customer: who, tick, order: row.order, amount, position }, back, row.line, raw)
    }

    /// What the rules of a preset make of a row: what was given back of it, or why it is set aside.
    #[inline]
    fn by_rules<'r>(&self, row: &mut Row<'r>, raw: &'r impl Show) -> Result<Amount, Reason> {
        let Some(policy) = &self.columns.policy else { return Ok(Amount::Of(Money::ZERO)) };
        let then = policy.verdict(|slot| raw.field(slot));
        if let Then::LeaveOut(reason) = then {
            return Err(reason);
        }
        policy.customer(row, raw, then == Then::Refund);
        let (paid, back) = policy.amounts(row.amount, then, raw, self.formats.decimal);
        row.amount = paid;
        Ok(back)
    }

    /// Deals with a row whose amount, or what was given back of it, is no amount.
    fn without_amount(&mut self, row: &Row<'_>, back: Amount, raw: &impl Show) -> Result<()> {
        let told_before = (self.formats.totals || self.formats.first_line) && row.order.is_some();
        match (row.amount, back) {
            (Amount::Missing, _) if told_before => self.count(Reason::OrderLine, row.line),
            (Amount::Ambiguous, _) | (_, Amount::Ambiguous) => Err(self.ambiguous_amount(row.line, raw)),
            _ => self.leave_out(Reason::BadAmount, self.measured(), row.line, raw),
        }
    }

    /// Why a row that can be read is not used.
    #[inline]
    fn set_aside(&mut self, row: &Row<'_>, tick: Tick, amount: Money) -> Option<Reason> {
        if let Some(order) = row.order {
            if self.formats.totals && self.last_total.replace((order, amount)) == Some((order, amount)) {
                return Some(Reason::OrderLine);
            }
            if self.formats.once && amount >= Money::ZERO && !self.orders.insert(order) {
                return Some(Reason::Repeated);
            }
        }
        self.rules.cutoff.is_some_and(|cutoff| tick > cutoff).then_some(Reason::AfterCutoff)
    }

    /// Enters a row into the log, and what was given back of it beside it.
    #[inline]
    fn enter(&mut self, row: &OrderRow<'_>, back: Money, line: u64, raw: &impl Show) -> Result<()> {
        if row.amount < Money::ZERO {
            match self.rules.refunds {
                Refunds::Net => self.ledger.refunds += 1,
                Refunds::Drop => return self.count(Reason::RefundDropped, line),
                Refunds::Error => return Err(self.refund(line, raw)),
            }
        } else {
            self.ledger.used += 1;
        }
        if self.rules.several {
            self.ledger.sketch.see(row);
        }
        self.log.push_with(row, |number| raw.attribute(number))?;
        match self.rules.refunds {
            Refunds::Error if back > Money::ZERO => Err(self.refund(line, raw)),
            Refunds::Net if back > Money::ZERO => {
                self.log.push(&OrderRow { amount: Money::from_micros(-back.micros()), ..*row })
            }
            _ => Ok(()),
        }
    }

    /// What was paid and given back in the one currency of all amounts; `None` if the row does not say in which it is, and is counted.
    #[inline]
    fn in_one_currency(
        &mut self,
        tick: Tick,
        (amount, back): (Money, Money),
        line: u64,
        raw: &impl Show,
    ) -> Result<Option<(Money, Money)>> {
        let Some(slot) = self.columns.currency else { return Ok(Some((amount, back))) };
        let column = || self.columns.slot_name(slot).to_owned();
        let place = |error: InputError| error.file(self.path).line(line).column(column());
        match self
            .rules
            .exchange
            .paid(&raw.field(slot), tick, self.rules.grain)
            .map_err(|error| place(*error))?
        {
            Paid::AsTheyAre => Ok(Some((amount, back))),
            Paid::At(rate) => match (converted(amount, rate), converted(back, rate)) {
                (Some(amount), Some(back)) => Ok(Some((amount, back))),
                _ => Err(place(
                    Error::input("this amount is too large at its rate").hint("is the rate the right one?"),
                )
                .into()),
            },
            Paid::Unknown => {
                let error = place(Error::input("nothing stands here")).expected("the currency of the amount");
                let column = column();
                self.unusable(Reason::NoCurrency, line, Some(column), error)?;
                Ok(None)
            }
        }
    }

    fn note_decoding(&mut self) {
        self.ledger.note(format!(
            "{} is not UTF-8; customers were read as Windows-1252 (--encoding says otherwise)",
            self.path.display()
        ));
    }

    /// Takes a line that is no object of JSON.
    pub fn take_damaged(&mut self, line: u64, fault: &str) -> Result<()> {
        self.ledger.rows += 1;
        let error = Error::input(format!("this line is damaged: {fault}")).file(self.path).line(line);
        self.unusable(Reason::Damaged, line, None, error.expected("a whole object of JSON"))
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
