//! 1. What was bought: files of orders become one column store of purchases, and a ledger of what was not used.

mod events;
mod ids;
mod ledger;
mod log;
mod store;

pub use ids::Ids;
pub use ledger::{Ledger, Reason};
pub use log::{LogCounts, LogOptions, OrderLog, OrderRow, Refunds};
pub use store::Orders;

pub(crate) use events::Event;
