//! 1. What was bought: files of orders become one column store of purchases, and a ledger of what was not used.

mod attributes;
mod events;
mod ids;
mod ledger;
mod sketch;
mod log;
mod store;

mod options;
pub(crate) mod amounts;
mod dates;
mod clock;
mod zone;
mod presets;
mod policy;
mod columns;
mod seek;
mod decode;
pub(crate) mod input;
mod blocks;
mod json;
mod records;
mod dialect;
mod survey;
mod rows;
mod sheet;
mod exchange;
mod identity;
mod clerk;
mod csv;
mod cells;
mod leaf;
mod parquet;
mod read;
mod inspect;

pub use crate::table::Ids;
pub use attributes::Attribute;
pub use inspect::{Header, inspect};
pub use ledger::{Ledger, Reason};
pub use log::{LogCounts, LogOptions, OrderLog, OrderRow, Refunds};
pub use options::{ColumnNames, DateOrder, DecimalMark, ReadOptions, Separator};
pub use presets::PresetChoice;
pub use read::read;
pub use store::Orders;

pub(crate) use columns::{nearest, nearest_few, plain};
pub(crate) use events::Event;
pub(crate) use input::files;
pub(crate) use leaf::{Leaf, Plain};
