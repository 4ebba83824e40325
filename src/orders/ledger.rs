//! What became of every row: nothing is dropped in silence.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::sketch::Sketch;
use crate::error::Place;
use crate::units::grouped;

/// Why a row was not used, or how it was used otherwise than as a purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The row has more or fewer fields than the header.
    Ragged,
    /// No customer.
    NoCustomer,
    /// The date is missing or cannot be read.
    BadDate,
    /// The amount (or price, or quantity) is missing or cannot be read.
    BadAmount,
    /// After the cut-off.
    AfterCutoff,
    /// A refund or cancellation, left out because of `--refunds drop`.
    RefundDropped,
    /// It costs nothing and is left out because of `--drop-zero`. (With order ids, what an order costs is known only once all
    /// its lines are summed, and it is counted there.)
    ZeroDropped,
    /// A further line of an order whose total already stands on an earlier line.
    OrderLine,
    /// A line of JSON that is damaged or no object.
    Damaged,
    /// A test order, by the rules of a preset.
    TestOrder,
    /// An order that was voided or cancelled, by the rules of a preset.
    Cancelled,
    /// An order that is not (or not yet) paid, by the rules of a preset.
    NotPaid,
    /// An order whose payment failed, by the rules of a preset.
    Failed,
    /// An opportunity that is open or was lost.
    NotWon,
    /// An event that is no purchase, or a movement of money that is no sale.
    NotPurchase,
    /// A purchase that was told before, with the same order's id, in an export where every order comes once.
    Repeated,
    /// The row does not say in which currency its amount is, and the file has several.
    NoCurrency,
}

impl Reason {
    /// Every reason, in the order in which they are told.
    pub const ALL: [Self; 17] = [
        Self::TestOrder,
        Self::Cancelled,
        Self::NotPaid,
        Self::Failed,
        Self::NotWon,
        Self::NotPurchase,
        Self::Repeated,
        Self::NoCustomer,
        Self::BadDate,
        Self::BadAmount,
        Self::NoCurrency,
        Self::Ragged,
        Self::Damaged,
        Self::RefundDropped,
        Self::ZeroDropped,
        Self::OrderLine,
        Self::AfterCutoff,
    ];

    /// In words that follow a count: "217 without a customer".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Ragged => "with too many or too few fields",
            Self::NoCustomer => "without a customer",
            Self::BadDate => "with an unreadable date",
            Self::BadAmount => "with an unreadable amount",
            Self::AfterCutoff => "after the cut-off",
            Self::RefundDropped => "refunds dropped",
            Self::ZeroDropped => "that cost nothing",
            Self::OrderLine => "further lines of an order counted by its total",
            Self::Damaged => "damaged or no JSON object",
            Self::TestOrder => "of test orders",
            Self::Cancelled => "voided or cancelled",
            Self::NotPaid => "not paid",
            Self::Failed => "whose payment failed",
            Self::NotWon => "not won (open or lost)",
            Self::NotPurchase => "other than purchases",
            Self::Repeated => "of orders told before",
            Self::NoCurrency => "without a currency",
        }
    }

    /// As one word, for machines.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ragged => "ragged",
            Self::NoCustomer => "no_customer",
            Self::BadDate => "bad_date",
            Self::BadAmount => "bad_amount",
            Self::AfterCutoff => "after_cutoff",
            Self::RefundDropped => "refund_dropped",
            Self::ZeroDropped => "zero_dropped",
            Self::OrderLine => "order_line",
            Self::Damaged => "damaged",
            Self::TestOrder => "test_order",
            Self::Cancelled => "cancelled",
            Self::NotPaid => "not_paid",
            Self::Failed => "payment_failed",
            Self::NotWon => "not_won",
            Self::NotPurchase => "not_a_purchase",
            Self::Repeated => "repeated",
            Self::NoCurrency => "no_currency",
        }
    }

    /// Whether the row could not be read, so that many of them mean a wrong mapping.
    #[must_use]
    pub const fn is_unreadable(self) -> bool {
        matches!(self, Self::Ragged | Self::Damaged | Self::BadDate | Self::BadAmount | Self::NoCurrency)
    }
}

/// Counts of rows by what became of them. Ledgers of parts add up to the ledger of the whole, and every ledger adds up in
/// itself: `rows = used + refunds + left out`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Rows read, the headers not counted.
    pub rows: u64,
    /// Rows used as purchases (or lines of one).
    pub used: u64,
    /// Rows used as refunds that reduce an order.
    pub refunds: u64,
    /// Rows not used, by reason: how many, and the places of the first few.
    pub left_out: BTreeMap<Reason, (u64, Vec<Place>)>,
    /// The currency of all amounts, in capitals, where the files name one or one was asked for.
    pub currency: Option<String>,
    /// What was decided on the way and may surprise, in whole sentences: a guessed encoding, a file named twice.
    pub notes: Vec<String>,
    /// Of one of several files, what tells whether another one holds the same rows.
    pub(super) sketch: Sketch,
}

impl Ledger {
    /// How many places are kept for each reason.
    pub const PLACES: usize = 5;

    /// Counts a row that was not used.
    pub fn leave_out(&mut self, reason: Reason, place: impl FnOnce() -> Place) {
        let (count, places) = self.left_out.entry(reason).or_default();
        *count += 1;
        if places.len() < Self::PLACES {
            places.push(place());
        }
    }

    /// Takes in the ledger of what follows in the input.
    pub fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        self.used += other.used;
        self.refunds += other.refunds;
        for (reason, (count, places)) in other.left_out {
            let mine = self.left_out.entry(reason).or_default();
            mine.0 += count;
            mine.1.extend(places);
            mine.1.truncate(Self::PLACES);
        }
        self.currency = self.currency.take().or(other.currency);
        for note in other.notes {
            self.note(note);
        }
        self.sketch.merge(other.sketch);
    }

    /// The ledger of one file from those of its parts, in whatever order these were read.
    #[must_use]
    pub fn of_parts(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut places: BTreeMap<Reason, Vec<Place>> = BTreeMap::new();
        let mut whole = Self::default();
        for part in parts {
            for (reason, (_, some)) in &part.left_out {
                places.entry(*reason).or_default().extend(some.iter().cloned());
            }
            whole.merge(part);
        }
        for (reason, mut all) in places {
            all.sort_by_key(|place| place.line);
            all.truncate(Self::PLACES);
            whole.left_out.entry(reason).or_default().1 = all;
        }
        whole
    }

    /// Adds a sentence, once.
    pub fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// How many rows were left out for a reason.
    #[must_use]
    pub fn count(&self, reason: Reason) -> u64 {
        self.left_out.get(&reason).map_or(0, |(count, _)| *count)
    }

    /// How many rows were left out for any reason.
    #[must_use]
    pub fn unused(&self) -> u64 {
        self.left_out.values().map(|(count, _)| count).sum()
    }

    /// How many rows could not be read.
    #[must_use]
    pub fn unreadable(&self) -> u64 {
        Reason::ALL.iter().filter(|reason| reason.is_unreadable()).map(|&reason| self.count(reason)).sum()
    }

    /// What became of the rows, in the order in which it is told; what did not occur is not in it.
    ///
    /// Reads as "128,406 rows: 121,977 kept, 4,310 refunds, 217 without a customer".
    #[must_use]
    pub fn lines(&self) -> Vec<(&'static str, u64)> {
        let mut lines = vec![("kept", self.used)];
        if self.refunds > 0 {
            lines.push(("refunds", self.refunds));
        }
        let left_out = Reason::ALL.iter().map(|&reason| (reason.words(), self.count(reason)));
        lines.extend(left_out.filter(|(_, count)| *count > 0));
        lines
    }

    /// The same as one line of text.
    #[must_use]
    pub fn summary(&self) -> String {
        let parts: Vec<_> =
            self.lines().iter().map(|(words, count)| format!("{} {words}", grouped(*count))).collect();
        format!("{} row{}: {}", grouped(self.rows), if self.rows == 1 { "" } else { "s" }, parts.join(", "))
    }
}

impl Serialize for Ledger {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct LeftOut {
            reason: &'static str,
            rows: u64,
            first: Vec<String>,
        }
        let left_out: Vec<_> = Reason::ALL
            .iter()
            .filter_map(|reason| self.left_out.get_key_value(reason))
            .map(|(reason, (rows, places))| LeftOut {
                reason: reason.name(),
                rows: *rows,
                first: places.iter().map(ToString::to_string).collect(),
            })
            .collect();
        let mut out = serializer.serialize_struct("Ledger", 6)?;
        out.serialize_field("rows", &self.rows)?;
        out.serialize_field("used", &self.used)?;
        out.serialize_field("refunds", &self.refunds)?;
        out.serialize_field("left_out", &left_out)?;
        out.serialize_field("currency", &self.currency)?;
        out.serialize_field("notes", &self.notes)?;
        out.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(lines: &[u64]) -> Ledger {
        let mut ledger = Ledger { rows: 1000 + lines.len() as u64, used: 1000, ..Ledger::default() };
        for &line in lines {
            ledger.leave_out(Reason::BadDate, || Place { line: Some(line), ..Place::default() });
        }
        ledger
    }

    #[test]
    fn parts_add_up_and_the_first_places_are_kept() {
        let whole = Ledger::of_parts([part(&[30, 40, 50, 60]), part(&[2, 35, 70])]);
        assert_eq!((whole.rows, whole.used, whole.unused()), (2007, 2000, 7));
        let lines: Vec<_> = whole.left_out[&Reason::BadDate].1.iter().map(|p| p.line.unwrap()).collect();
        assert_eq!(lines, [2, 30, 35, 40, 50]);
    }

    #[test]
    fn the_summary_reads_like_a_sentence() {
        assert_eq!(part(&[3]).summary(), "1,001 rows: 1,000 kept, 1 with an unreadable date");
    }
}
