//! Several forecasts of one past share its tempo.

use std::sync::{Arc, Mutex, PoisonError};

use super::Tempo;
use crate::Result;
use crate::features::{Customers, Past};
use crate::units::{Tick, TimeUnit};

/// So many tempos are kept; each takes about a kilobyte.
const KEPT: usize = 64;

/// By what a past is known again.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Key {
    /// The store of its orders.
    orders: u64,
    cutoff: Tick,
    given: bool,
    since: Option<Tick>,
    unit: TimeUnit,
    customers: usize,
}

/// A tempo, once it is learnt: who needs it too waits for it.
type Place = Arc<Mutex<Option<Arc<Tempo>>>>;

/// Tempos of pasts of one set of orders, each learnt once.
#[derive(Debug, Default)]
pub struct Tempos {
    kept: Mutex<Vec<(Key, Place)>>,
}

impl Tempos {
    /// The tempo of a past: learnt, or known from before. `customers` is its table, or the table of some of its customers.
    ///
    /// # Errors
    /// As [`Tempo::learn`].
    pub fn of(&self, past: &Past<'_>, customers: &Customers) -> Result<Arc<Tempo>> {
        let key = Key {
            orders: past.orders().serial(),
            cutoff: past.cutoff(),
            given: past.cutoff_is_given(),
            since: past.since(),
            unit: customers.unit,
            customers: past.len(),
        };
        let place = self.place(key);
        let mut tempo = place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tempo) = &*tempo {
            return Ok(tempo.clone());
        }
        let everyone = (customers.len() < past.len()).then(|| past.customers(customers.unit));
        let learnt = Arc::new(Tempo::learn(past, everyone.as_ref().unwrap_or(customers))?);
        *tempo = Some(learnt.clone());
        Ok(learnt)
    }

    fn place(&self, key: Key) -> Place {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, place)) = kept.iter().find(|(known, _)| *known == key) {
            return place.clone();
        }
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        let place = Place::default();
        kept.push((key, Arc::clone(&place)));
        place
    }
}
