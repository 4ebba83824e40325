//! What a new customer costs and brings, by channel and period.
//!
//! # What is computed
//! The value of a customer is what the first months of life bring, the first order included. Of customers with months behind them part of it
//! is known, and the model tells the rest:
//!
//! ```text
//! V_k = margin · [ Σ value(t) e^(−δt) over purchases in the first k months, seen
//!                + Σ_{j≤k} (E_j − E_{j−1}) e^(−δ(j − ½)/12) ] / customers
//! ```
//!
//! with t the time since the first order, E_j the expected value between the cut-off and the end of each customer's j-th month of life, and
//! δ = ln(1 + rate) a year. LTV is V_k at the horizon, CAC the costs of the period over its new customers, payback the first k with
//! V_k ≥ CAC. [`Acquisition`] says what is made of that.

mod budget;
mod channels;
mod frame;
mod lives;
mod models;
mod rows;
mod sheet;
mod shrink;
mod worth;

pub use budget::{Budget, Gain, Move, MoveShare, Moved};
pub use channels::Channels;
pub use models::Models;
pub use rows::{Acquisition, Level, Plan, Row, Target};
pub use worth::Worth;
