//! What became of every row: nothing is dropped in silence.

use crate::error::Place;

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
}

/// Counts of rows by what became of them. Ledgers of parts add up to the ledger of the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Rows read, the headers not counted.
    pub rows: u64,
    /// Rows used as purchases (or lines of one).
    pub used: u64,
    /// Rows used as refunds that reduce an order.
    pub refunds: u64,
    /// Rows not used, by reason: how many, and the places of the first few.
    pub left_out: std::collections::BTreeMap<Reason, (u64, Vec<Place>)>,
}
