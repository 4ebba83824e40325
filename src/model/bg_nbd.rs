//! BG/NBD: purchases are Poisson, and after each repeat purchase the customer may leave.

use crate::{Error, Result};

/// BG/NBD: purchases are Poisson, and after each repeat purchase the customer may leave.
///
/// ```text
/// λ ~ Gamma(shape r, rate α)     purchases per unit of time
/// p ~ Beta(a, b)                 probability of leaving after a repeat purchase
/// ```
///
/// Fader, Hardie & Lee (2005), "'Counting Your Customers' the Easy Way", Marketing Science 24(2), 275–284.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgNbd {
    r: f64,
    alpha: f64,
    a: f64,
    b: f64,
}

impl BgNbd {
    /// The model with these parameters; `alpha` is a rate, in units of time.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless all are positive and finite.
    pub fn new(r: f64, alpha: f64, a: f64, b: f64) -> Result<Self> {
        for (name, value) in [("r", r), ("alpha", alpha), ("a", a), ("b", b)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Error::Parameter { model: "BG/NBD", name, value, rule: "positive and finite" });
            }
        }
        Ok(Self { r, alpha, a, b })
    }
}
