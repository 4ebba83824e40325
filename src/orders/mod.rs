//! 1. What was bought: files of orders become one column store of purchases, and a ledger of what was not used.

mod ids;
mod ledger;
mod log;

pub use ids::Ids;
pub use ledger::{Ledger, Reason};
pub use log::{LogOptions, OrderLog, OrderRow, Orders, Refunds};
