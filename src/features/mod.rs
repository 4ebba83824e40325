//! 2. What each customer did up to a cut-off: frequency, recency, age and monetary value.

mod customers;

pub use customers::{Customers, Rfm};
