//! Subscriptions as a business: what comes in every month and what moved it, how long subscribers stay, and what one is worth.

mod cohorts;
mod lifetimes;
mod movements;
mod worth;

pub use cohorts::{CohortAge, cohort_sheet, cohorts};
pub use lifetimes::{Group, Lifetimes, ModelChoice, Plan, lifetimes};
pub use movements::{Movement, movements, mrr_sheet};
pub use worth::{Method, Span, Whose, Worth};
