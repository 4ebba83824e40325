//! Gamma-Gamma: what an order is worth.

use crate::{Error, Result};

/// What the spend likelihood knows of a customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpendRow {
    /// Repeat purchases, x, at least 1.
    pub frequency: u32,
    /// Their mean value, positive.
    pub monetary_value: f64,
}

/// Gamma-Gamma: an order's value is gamma distributed around the customer's own mean, independent of how often they buy.
///
/// ```text
/// z ~ Gamma(shape p, rate ν)     the value of one order
/// ν ~ Gamma(shape q, rate v)     how the customers' scales differ
/// ```
///
/// Fader & Hardie (2013), "The Gamma-Gamma Model of Monetary Value", note 025.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaGamma {
    p: f64,
    q: f64,
    v: f64,
}

impl GammaGamma {
    /// The model with these parameters; `v` is in units of money.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless all are positive and finite.
    pub fn new(p: f64, q: f64, v: f64) -> Result<Self> {
        for (name, value) in [("p", p), ("q", q), ("v", v)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Error::Parameter {
                    model: "Gamma-Gamma",
                    name,
                    value,
                    rule: "positive and finite",
                });
            }
        }
        Ok(Self { p, q, v })
    }
}
