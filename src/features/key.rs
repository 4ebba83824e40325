//! By what a past is known again.

use super::Past;
use crate::units::{CalendarPeriod, Tick};

/// Tells pasts apart, so that what was learnt of one is never taken for what is known of another: pasts with the same key are cut alike from the same store
/// of orders, and have the same tables. It means nothing to another run of the program.
///
/// What is learnt from the table of some of the customers has no key: keep it to yourself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastKey {
    /// The store of its orders: two stores never have the same number, not even one after the other.
    orders: u64,
    cutoff: Tick,
    given: bool,
    period: Option<CalendarPeriod>,
    since: Option<Tick>,
    logs: bool,
}

impl Past<'_> {
    /// By what it is known again.
    #[must_use]
    pub fn key(&self) -> PastKey {
        PastKey {
            orders: self.orders().serial(),
            cutoff: self.cutoff(),
            given: self.cutoff_is_given(),
            period: self.period(),
            since: self.since(),
            logs: self.tells_logs(),
        }
    }
}
