//! Going back to an earlier past, and what then happened.

use super::Past;
use super::net::{Purchase, units};
use crate::units::{Money, Periods, Tick, TimeUnit};
use crate::{Error, Result};

/// What the customers of a past did after it, up to a later cut-off: the truth that a forecast is held against.
///
/// Purchases are counted and valued as they stand at the later cut-off: a refund of a purchase of the holdout that
/// is dated in the holdout reduces it. Refunds (or late lines) of orders up to the origin change nothing here, as
/// the past has counted those orders as they stood then; what they came to is told by [`Holdout::revised`].
#[derive(Debug, Clone, PartialEq)]
pub struct Holdout {
    /// The cut-off of the earlier past: the holdout begins after this tick.
    pub origin: Tick,
    /// The last tick of the holdout.
    pub end: Tick,
    /// Purchases in the holdout, for each customer of the earlier past (in the order of its table).
    pub purchases: Vec<u32>,
    /// Their value, likewise. Empty if there is no money.
    pub value: Vec<f64>,
    /// What was bought by those who were no customers at the origin: no forecast could see them.
    pub acquired: Acquired,
    /// By how much the holdout changed the value of orders up to the origin: negative for refunds.
    pub revised: f64,
}

/// Customers whose first purchase is after the origin, and all they bought in the holdout.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Acquired {
    /// How many.
    pub customers: u64,
    /// Their purchases, the first ones included.
    pub purchases: u64,
    /// The value of these; 0 if there is no money.
    pub value: f64,
}

/// What some customers did, with exact sums.
#[derive(Default)]
struct Part {
    purchases: Vec<u32>,
    value: Vec<f64>,
    acquired: Acquired,
    acquired_value: i128,
    revised: i128,
}

impl<'a> Past<'a> {
    /// Goes back by a length of time: the earlier past, and what its customers then did up to this cut-off.
    ///
    /// # Errors
    /// [`Error::Usage`] if it is not a whole, positive number of ticks; as [`Past::rewind_to`].
    pub fn rewind(&self, by: Periods, unit: TimeUnit) -> Result<(Self, Holdout)> {
        let grain = self.orders().options.grain;
        let exact = by.get() * grain.ticks_per(unit);
        let ticks = exact.round();
        if ticks < 1.0 || ticks > f64::from(i32::MAX) || (exact - ticks).abs() > 1e-9 * ticks {
            return Err(Error::usage(format!(
                "{} {unit}s are not a whole number of steps at the grain `{grain}`; give the origin as a date",
                by.get()
            )));
        }
        self.rewind_to(Tick(self.cutoff().0.saturating_sub(ticks as i32)))
    }

    /// Goes back to an earlier cut-off (the origin).
    ///
    /// # Errors
    /// [`Error::Usage`] unless the origin is before this cut-off; as [`Past::new`] if nobody had bought by then.
    pub fn rewind_to(&self, origin: Tick) -> Result<(Self, Holdout)> {
        let grain = self.orders().options.grain;
        if origin >= self.cutoff() {
            return Err(Error::usage(format!(
                "the origin {} must be before the end of the data, {}",
                grain.show(origin),
                grain.show(self.cutoff())
            )));
        }
        let earlier = self.again(origin)?;
        let origin = earlier.cutoff();
        let parts = self.over_pieces(0..self.orders().len(), |now, piece| {
            let mut then = earlier.netter();
            let mut part = Part::default();
            for customer in piece {
                part.take_in(earlier.purchases(&mut then, customer), self.purchases(now, customer), origin);
            }
            part
        });
        let mut whole = Part::default();
        whole.purchases.reserve_exact(earlier.len());
        whole.value.reserve_exact(earlier.len());
        parts.into_iter().for_each(|(part, _)| whole.add(part));
        Ok((earlier, whole.into_holdout(origin, self.cutoff(), self.orders().has_money())))
    }
}

impl Part {
    /// One customer: purchases as known at the origin, and as known at the end.
    fn take_in(&mut self, then: &[Purchase], now: &[Purchase], origin: Tick) {
        let sum =
            |purchases: &[Purchase]| purchases.iter().map(|purchase| purchase.value.micros()).sum::<i64>();
        let (before, after) = now.split_at(now.partition_point(|purchase| purchase.tick <= origin));
        let value = sum(after);
        self.revised += i128::from(sum(before)) - i128::from(sum(then));
        if !then.is_empty() {
            self.purchases.push(u32::try_from(after.len()).unwrap_or(u32::MAX)); // a store holds fewer events
            self.value.push(Money::from_micros(value).to_f64());
        } else if !after.is_empty() {
            self.acquired.customers += 1;
            self.acquired.purchases += after.len() as u64;
            self.acquired_value += i128::from(value);
        }
    }

    fn add(&mut self, other: Self) {
        self.purchases.extend(other.purchases);
        self.value.extend(other.value);
        self.acquired.customers += other.acquired.customers;
        self.acquired.purchases += other.acquired.purchases;
        self.acquired_value += other.acquired_value;
        self.revised += other.revised;
    }

    /// Without money, amounts are quantities, which are nobody's value.
    fn into_holdout(self, origin: Tick, end: Tick, money: bool) -> Holdout {
        let Self { purchases, mut value, mut acquired, acquired_value, revised } = self;
        if money {
            acquired.value = units(acquired_value);
        } else {
            value = Vec::new();
        }
        let revised = if money { units(revised) } else { 0.0 };
        Holdout { origin, end, purchases, value, acquired, revised }
    }
}
