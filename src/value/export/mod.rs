//! Scores for the systems that use them: the columns, forms and limits that each documents.

mod contacts;
mod formula;
mod identity;
mod ledger;
mod parts;
mod plan;
mod run;
mod source;
mod target;

pub use contacts::{ContactColumns, Contacts};
pub use formula::defused;
pub use identity::{CallingCode, EmailForm, email, hashed_already, phone, sha256};
pub use ledger::{Counted, ExportLedger, Refusal, Remark};
pub use parts::{Limits, Part};
pub use plan::{Conversion, ExportOptions};
pub use run::{Exported, export};
pub use target::Target;
