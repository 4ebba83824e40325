//! The laws of customers under a probabilistic model.

use std::ops::Range;
use std::sync::Arc;

use super::{AmountLaw, AmountShape, CountLaw, Laws};
use crate::Result;
use crate::features::{Customers, Rfm};
use crate::math::distinct::distinct;
use crate::math::parallel;
use crate::model::{Population, SpendModel};
use crate::predict::forecaster::{Forecaster, Key};
use crate::predict::mixture::Mixture;
use crate::predict::purchases::Purchases;
use crate::predict::tables::Tables;

/// Points of a grid that is laid where the tables of spend do not reach.
const POINTS: u32 = 96;

/// What customers of one history share.
struct Shared {
    p_alive: f64,
    purchases: Arc<CountLaw>,
    value: Option<Arc<AmountShape>>,
}

impl<P: Population> Forecaster<'_, P> {
    /// The laws of some of the customers: of revenue, undiscounted, whatever is asked of forecasts. Customers of one history share theirs.
    ///
    /// # Errors
    /// As [`Forecaster::forecast_rows`].
    pub fn laws(&self, customers: &Customers, rows: Range<usize>) -> Result<Laws> {
        self.fits(customers)?;
        let one = self.population().member(0);
        let keys: Vec<Key> = rows.clone().map(|at| self.key(&one, customers, at)).collect::<Result<_>>()?;
        let (places, first) = distinct(keys.iter());
        let shared = parallel::each(first.len(), &|at| self.shared(keys[first[at]]));
        let mut laws =
            Laws { value: self.tables().map(|_| Vec::with_capacity(rows.len())), ..Laws::default() };
        for (at, place) in rows.zip(places) {
            let Shared { p_alive, purchases, value } = &shared[place];
            laws.p_alive.push(*p_alive);
            laws.purchases.push(purchases.clone());
            let spender = self.spender(at).map(|model| model.knowing(&customers.spent(at)));
            if let (Some(all), Some(shape), Some(spend)) = (&mut laws.value, value, spender) {
                let mean = spend.mean().map(|order| order * purchases.mean());
                let variance = spend.variance_of_sum(purchases.mean(), purchases.variance());
                all.push(AmountLaw::new(shape.clone(), spend.scale(), mean, variance));
            }
        }
        Ok(laws)
    }

    fn shared(&self, (group, history, informed): Key) -> Shared {
        let customer = Rfm::of_key(history);
        let model = self.population().member(group);
        let purchases = Purchases::of(&model, &customer, self.question().horizon);
        let known_from = if informed { customer.frequency } else { 0 };
        let shape = |tables: &Tables| {
            let points = tables.points(known_from, &purchases).unwrap_or_else(|| {
                let mixture = Mixture::new(purchases.window(), purchases.p_alive(), tables.sums(known_from));
                laid(&mixture)
            });
            // Without any probability of a purchase there is nothing to lay a grid for.
            AmountShape::new(purchases.p_none(), &points).unwrap_or_else(AmountShape::certain)
        };
        Shared {
            p_alive: purchases.p_alive(),
            value: self.tables().map(|tables| Arc::new(shape(tables))),
            purchases: Arc::new(CountLaw::of(&purchases)),
        }
    }
}

/// Points of the general road: from where nearly nothing is below to where nearly nothing is above.
fn laid(mixture: &Mixture) -> Vec<(f64, f64, f64)> {
    let total = mixture.total();
    let seek = |down: f64| {
        let mut y = mixture.start(0.5 * total);
        let mut step = 0.5 * down;
        for _ in 0..60 {
            let point = mixture.at(y);
            let left = if down < 0.0 { point.below } else { point.above };
            if left < 1e-8 * total {
                break;
            }
            y += step;
            step *= 1.2;
        }
        y
    };
    let (first, last) = (seek(-1.0), seek(1.0));
    (0..=POINTS)
        .map(|i| {
            let y = first + (last - first) * f64::from(i) / f64::from(POINTS);
            let point = mixture.at(y);
            (y, point.below, point.density)
        })
        .collect()
}
