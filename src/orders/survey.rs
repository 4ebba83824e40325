//! What the dates and amounts of a file tell about how they are written.

use std::borrow::Cow;
use std::io::Read;

use super::amounts;
use super::blocks::{Block, Blocks};
use super::columns::{Columns, Role};
use super::dates;
use super::dialect::Dialect;
use super::presets::Then;
use super::records::{Record, Splitter};
use super::rows::order;
use super::{DateOrder, DecimalMark, ReadOptions, exchange};
use crate::Result;
use crate::progress::Progress;
use crate::units::Money;

/// Votes for one of two ways, and what tells nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Votes {
    pub first: u64,
    pub second: u64,
    /// The first that could be either: its line and text.
    pub undecided: Option<(u64, String)>,
}

/// What votes come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    First,
    Second,
    /// Nothing there needs a decision.
    NotNeeded,
    /// It does, and nothing decides, or the votes contradict each other.
    Open,
}

impl Votes {
    /// One way wins if at most one vote in a hundred is against it; those rows are then unreadable.
    pub fn verdict(&self) -> Verdict {
        match (self.first, self.second) {
            (0, 0) if self.undecided.is_none() => Verdict::NotNeeded,
            (first, second) if first > 100 * second || (first > 0 && second == 0) => Verdict::First,
            (first, second) if second > 100 * first || (second > 0 && first == 0) => Verdict::Second,
            _ => Verdict::Open,
        }
    }
}

/// Evidence from the rows of a file.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Day first against month first.
    pub order: Votes,
    /// Decimal point against decimal comma.
    pub decimal: Votes,
    /// Orders of several lines on which the amount is the same each time, or stands on the first alone; and all such orders.
    repeated: u64,
    several: u64,
    /// How many rows were looked at.
    pub rows: u64,
    /// The currencies of amounts, and how many rows have each.
    pub currencies: Vec<(String, u64)>,
    /// The same for currencies that stand beside the amounts in their own fields.
    pub signs: Vec<(String, u64)>,
    /// Where events have names of the shop's own: those that are taken for purchases, and how many rows have each.
    pub events: Vec<(String, u64)>,
    /// Whether an order has an amount on its first line and none on a later one.
    blank: bool,
    /// The order under way: its id, its amount, whether it has more lines, whether these repeat it.
    current: Option<(u64, Option<Money>, bool, bool)>,
}

impl Survey {
    /// Looks at a stream up to its end.
    pub fn of(
        stream: impl Read,
        path: &std::path::Path,
        dialect: &Dialect,
        columns: &Columns,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let mut survey = Self::default();
        let mut blocks = Blocks::new(stream, path, dialect.cut, super::csv::BLOCK);
        let splitter = dialect.splitter(columns);
        let mut block = Block::default();
        while blocks.next_into(&mut block)? {
            progress.check()?;
            survey.look(&splitter, &block, dialect, columns)?;
        }
        survey.close();
        Ok(survey)
    }

    /// Looks at the beginning of a file; a record that is cut off at its end is passed over.
    pub fn of_head(head: &[u8], whole: bool, dialect: &Dialect, columns: &Columns) -> Result<Self> {
        let mut survey = Self::default();
        let splitter = dialect.splitter(columns);
        let end = if whole { None } else { memchr::memrchr(dialect.cut.newline, head) };
        let bytes = head[..end.map_or(head.len(), |end| end + 1)].to_vec();
        survey.look(&splitter, &Block { bytes, offset: 0, line: 1 }, dialect, columns)?;
        survey.close();
        Ok(survey)
    }

    fn look(
        &mut self,
        splitter: &Splitter,
        block: &Block,
        dialect: &Dialect,
        columns: &Columns,
    ) -> Result<()> {
        let mut skip = if block.offset == 0 { dialect.lead } else { 0 };
        // JSON writes its numbers with a point.
        self.decimal.first += u64::from(dialect.json && block.offset == 0);
        splitter.each(block, |record| {
            if skip > 0 {
                skip -= 1;
            } else if record.width == splitter.width() {
                self.take(record, columns);
            }
            Ok(())
        })
    }

    fn take(&mut self, record: &Record<'_>, columns: &Columns) {
        self.take_currency(columns, |slot| Cow::Borrowed(record.field(slot)));
        self.take_texts(record.line, |role| record.field(role as usize));
        if columns.maybe_total {
            let amount = amounts::read(record.field(Role::Amount as usize), Some(DecimalMark::Point));
            self.take_total(order(record.field(Role::Order as usize)), amount.money());
        }
    }

    /// Counts the currency and the event of a row that the rules do not set aside.
    pub fn take_currency<'f>(&mut self, columns: &Columns, field: impl Fn(usize) -> Cow<'f, [u8]>) {
        self.rows += 1;
        let event = columns.policy.as_ref().and_then(|policy| policy.event);
        if columns.currency.is_none() && event.is_none() {
            return;
        }
        let then = columns.policy.as_ref().map_or(Then::Use, |policy| policy.verdict(&field));
        if matches!(then, Then::LeaveOut(_)) {
            return;
        }
        if let Some(name) = columns.currency.map(&field).as_deref().and_then(exchange::currency) {
            match self.currencies.iter_mut().find(|(known, _)| exchange::same(known, name)) {
                Some((_, count)) => *count += 1,
                None => self.currencies.push((exchange::code(name), 1)),
            }
        }
        if then == Then::Use
            && let Some(name) = event.map(&field)
        {
            let name = amounts::text_of(&name);
            match self.events.iter_mut().find(|(known, _)| *known == name) {
                Some((_, count)) => *count += 1,
                None => self.events.push((name.trim().to_owned(), 1)),
            }
        }
    }

    /// Takes what the texts of a row tell.
    pub fn take_texts<'a>(&mut self, line: u64, field: impl Fn(Role) -> &'a [u8]) {
        let date = field(Role::Date);
        match dates::evidence(date) {
            dates::Evidence::Dmy => self.order.first += 1,
            dates::Evidence::Mdy => self.order.second += 1,
            dates::Evidence::Ambiguous => note(&mut self.order, line, date),
            dates::Evidence::None => {}
        }
        for role in [Role::Amount, Role::Price, Role::Quantity] {
            let text = field(role);
            self.take_sign(text);
            match amounts::evidence(text) {
                amounts::Evidence::Point => self.decimal.first += 1,
                amounts::Evidence::Comma => self.decimal.second += 1,
                amounts::Evidence::Ambiguous => note(&mut self.decimal, line, text),
                amounts::Evidence::None => {}
            }
        }
    }

    /// Counts the currency that stands in the field of an amount itself.
    fn take_sign(&mut self, text: &[u8]) {
        if text.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-')) {
            return;
        }
        let text = amounts::text_of(text);
        if let Some(sign) = amounts::currency_beside(&text) {
            match self.signs.iter_mut().find(|(known, _)| known == sign) {
                Some((_, count)) => *count += 1,
                None => self.signs.push((sign.to_owned(), 1)),
            }
        }
    }

    /// Follows orders over their lines.
    pub fn take_total(&mut self, order: Option<u64>, amount: Option<Money>) {
        match (&mut self.current, order) {
            (Some((id, total, several, repeats)), Some(order)) if *id == order => {
                *several = true;
                self.blank |= amount.is_none() && total.is_some();
                *repeats = *repeats && (amount.is_none() || amount == *total);
            }
            (_, Some(order)) => {
                self.close();
                self.current = Some((order, amount, false, true));
            }
            (_, None) => self.close(),
        }
    }

    /// The order under way is over.
    pub fn close(&mut self) {
        if let Some((_, _, true, repeats)) = self.current.take() {
            self.several += 1;
            self.repeated += u64::from(repeats);
        }
    }

    /// Whether the amount is that of the whole order, told again on each line: so it is in every order of several lines, and
    /// there are at least two of them, or it is left blank on later lines.
    pub fn totals(&self) -> bool {
        (self.several >= 2 || self.blank) && self.repeated == self.several
    }

    /// Whether it leaves open what no flag says.
    pub fn leaves_open(&self, options: &ReadOptions) -> bool {
        (options.date_order.is_none() && self.order.verdict() == Verdict::Open)
            || (options.decimal.is_none() && self.decimal.verdict() == Verdict::Open)
    }

    /// The order of day and month, if it is needed and known.
    pub fn date_order(&self) -> Option<DateOrder> {
        match self.order.verdict() {
            Verdict::First => Some(DateOrder::Dmy),
            Verdict::Second => Some(DateOrder::Mdy),
            _ => None,
        }
    }

    /// The decimal mark, if it is needed and known.
    pub fn decimal_mark(&self) -> Option<DecimalMark> {
        match self.decimal.verdict() {
            Verdict::First => Some(DecimalMark::Point),
            Verdict::Second => Some(DecimalMark::Comma),
            _ => None,
        }
    }
}

fn note(votes: &mut Votes, line: u64, text: &[u8]) {
    if votes.undecided.is_none() {
        votes.undecided = Some((line, amounts::text_of(text).trim().into()));
    }
}
