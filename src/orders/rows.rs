//! What the fields of a row say.

use std::borrow::Cow;
use std::hash::BuildHasher;

use super::amounts::{self, Amount, is_missing, product, text_of};
use super::clerk::Rules;
use super::columns::{Measure, Role};
use super::dates::{self, Reading};
use super::{DateOrder, DecimalMark};
use crate::units::{Money, Tick};

/// How the texts of one file are to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Formats {
    pub order: Option<DateOrder>,
    pub decimal: Option<DecimalMark>,
    /// Dates without a zone are in UTC.
    pub utc: bool,
    pub measure: Measure,
    /// The amount is that of the whole order and is repeated on each of its lines, or stands on the first alone.
    pub totals: bool,
    /// The amount is that of the whole order and stands on its first line alone, as a preset says.
    pub first_line: bool,
    /// A row is a whole order, as a preset says: what comes again with its id is the same order told twice.
    pub once: bool,
}

impl Formats {
    /// Whether rows must be read one after the other, because what comes before decides.
    pub const fn in_turn(&self) -> bool {
        self.totals || self.once
    }
}

/// A row, its fields understood.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub customer: Option<Cow<'a, str>>,
    pub date: When,
    pub amount: Amount,
    pub order: Option<u64>,
    /// The line, counted from 1.
    pub line: u64,
    /// Where it stands in the file, growing along it.
    pub offset: u64,
}

/// When a row says something was bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    At(Tick),
    Missing,
    Ambiguous,
    Unreadable,
}

/// What a row looks like to the people who must mend it.
pub(super) trait Show {
    /// The text of a field.
    fn show(&self, role: Role) -> String;
    /// The name of a column.
    fn column(&self, role: Role) -> &str;
    /// The text of an attribute, by its number; empty if nothing stands there.
    fn attribute(&self, number: usize) -> Cow<'_, str>;
    /// What stands in a slot, as bytes of text; empty if nothing does.
    fn field(&self, slot: usize) -> Cow<'_, [u8]>;
    /// The amount that stands in a slot.
    fn amount(&self, slot: usize, mark: Option<DecimalMark>) -> Amount;
}

/// Who bought, without the spaces around and without the `.0` that whole numbers get on their way through floating point
/// (`17850.0` is `17850`); `None` if nothing stands there. Owned if, and only if, it was no UTF-8 and was read as Windows-1252.
#[inline]
pub(super) fn customer(field: &[u8]) -> Option<Cow<'_, str>> {
    let field = field.trim_ascii();
    if field.len() <= 4 && is_missing(field) {
        return None;
    }
    Some(name(field)).filter(|text| !text.is_empty())
}

/// The text of a name, without the spaces around and without the `.0` of a whole number. Owned if, and only if, it was no UTF-8.
#[inline]
pub(super) fn name(field: &[u8]) -> Cow<'_, str> {
    let field = field.trim_ascii();
    let field = match field {
        [digits @ .., b'.', b'0'] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => digits,
        _ => field,
    };
    if field.is_ascii() {
        return text_of(field);
    }
    match text_of(field) {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().into()),
    }
}

/// The order a line belongs to, as a number; `None` if nothing stands there.
#[inline]
pub(super) fn order(field: &[u8]) -> Option<u64> {
    let field = field.trim_ascii();
    if field.len() <= 4 && is_missing(field) {
        return None;
    }
    Some(foldhash::quality::FixedState::with_seed(0x6c74_7600_6f72_6465).hash_one(field))
}

impl Formats {
    /// When a text says something was bought.
    #[inline]
    pub fn when(&self, field: &[u8], rules: &Rules) -> When {
        match dates::read(field, self.order) {
            Reading::At(stamp) => {
                rules.zone.tick(stamp, rules.grain, self.utc).map_or(When::Unreadable, When::At)
            }
            Reading::Missing => When::Missing,
            Reading::Ambiguous => When::Ambiguous,
            Reading::Unreadable => When::Unreadable,
        }
    }

    /// How much was paid, from the fields of amount, price and quantity.
    ///
    /// A refund has a negative amount, a negative quantity, or both. Where price and quantity are multiplied, the product is
    /// what flowed: a discount (negative price) that is taken back (negative quantity) is positive.
    #[inline]
    pub fn how_much(&self, amount: &[u8], price: &[u8], quantity: &[u8]) -> Amount {
        match self.measure {
            Measure::Amount => signed(amounts::read(amount, self.decimal), quantity, self.decimal),
            Measure::Product => {
                times(amounts::read(price, self.decimal), amounts::read(quantity, self.decimal))
            }
            Measure::Quantity => amounts::read(quantity, self.decimal),
            Measure::One => amounts::ONE,
        }
    }
}

/// A price times a quantity.
pub(super) fn times(price: Amount, quantity: Amount) -> Amount {
    match (price, quantity) {
        (Amount::Of(price), Amount::Of(quantity)) => {
            product(price, quantity).map_or(Amount::Unreadable, Amount::Of)
        }
        (Amount::Ambiguous, _) | (_, Amount::Ambiguous) => Amount::Ambiguous,
        (Amount::Missing, _) | (_, Amount::Missing) => Amount::Missing,
        _ => Amount::Unreadable,
    }
}

/// An amount, negative if the quantity beside it is.
fn signed(amount: Amount, quantity: &[u8], decimal: Option<DecimalMark>) -> Amount {
    match amount {
        Amount::Of(money) if money > Money::ZERO && !quantity.iter().all(u8::is_ascii_digit) => {
            let back = matches!(amounts::read(quantity, decimal), Amount::Of(count) if count < Money::ZERO);
            Amount::Of(if back { Money::from_micros(-money.micros()) } else { money })
        }
        _ => amount,
    }
}
