//! Special functions, each with its formula, its source, its domain and its measured error.
//!
//! The errors are the largest relative ones found against tables made by mpmath at 60 digits; the tables and the
//! scripts that make them are in `tests/reference/`, and `tests/reference.rs` asserts them. DLMF is the NIST Digital
//! Library of Mathematical Functions, <https://dlmf.nist.gov>.

mod beta;
mod gamma;
mod incomplete_beta;
mod normal;
mod pochhammer;
mod tricomi;

pub use beta::ln_beta;
pub use gamma::{digamma, ln_gamma, trigamma};
pub use incomplete_beta::{IncompleteBeta, Tails, beta_inc, beta_inc_inverse, ln_beta_inc};
pub use normal::{ln_1m_exp, normal_cdf, normal_quantile};
pub use pochhammer::{digamma_diff, ln_poch, trigamma_diff};
pub use tricomi::{ln_tricomi_u, tricomi_u};
