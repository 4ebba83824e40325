//! Several forecasts of one past share its tempo.

use std::sync::Arc;

use super::Tempo;
use crate::Result;
use crate::features::{Customers, Past, PastKey};
use crate::math::once::Once;
use crate::units::TimeUnit;

/// So many tempos are kept; each takes about a kilobyte.
const KEPT: usize = 64;

/// Tempos of pasts, each learnt once.
#[derive(Debug)]
pub struct Tempos {
    kept: Once<(PastKey, TimeUnit), Tempo>,
}

impl Default for Tempos {
    fn default() -> Self {
        Self { kept: Once::keeping(KEPT) }
    }
}

impl Tempos {
    /// The tempo of a past: learnt, or known from before. `customers` is its table, or the table of some of its customers.
    ///
    /// # Errors
    /// As [`Tempo::learn`].
    pub fn of(&self, past: &Past<'_>, customers: &Customers) -> Result<Arc<Tempo>> {
        self.kept.get((past.key(), customers.unit), &|| {
            let everyone = (customers.len() < past.len()).then(|| past.customers(customers.unit));
            Tempo::learn(past, everyone.as_ref().unwrap_or(customers))
        })
    }
}
