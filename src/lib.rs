//! Predictive customer lifetime value: from a file of orders to every customer's future value, with
//! intervals that hold.
//!
//! The modules stand in the order in which data passes through them; a stage imports only stages before it.

// The ground: known to every stage, knowing none.
pub mod error;
pub mod units;
pub mod progress;
pub mod output;
pub mod table;
pub mod math;
pub mod plot;

// The data's way.
pub mod orders;
pub mod features;
pub mod model;
pub mod fit;
pub mod predict;
pub mod regress;
pub mod calibrate;
pub mod backtest;
pub mod value;
pub mod report;

// The rim: arguments in, words out.
pub mod cli;

pub use error::{Error, Result};

/// The code of the README runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
