//! Orders up to a cut-off: the one cut through which models, backtests and scores see the past.

use std::ops::Range;

use super::net::{Netter, Purchase, Tally};
use super::{Customers, Netting, PurchaseTimes};
use crate::math::parallel;
use crate::orders::Orders;
use crate::units::{CalendarPeriod, Tick, TimeUnit};
use crate::{Error, Result};

/// Orders up to a cut-off. Nothing after it is ever looked at, refunds included. (Where none is given, the cut-off is the last
/// order and all is known: refunds after it are set off as well.)
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    orders: &'a Orders,
    cutoff: Tick,
    given: bool,
    period: Option<CalendarPeriod>,
    customers: usize,
    netting: Netting,
    logs: bool,
    since: Option<Tick>,
}

/// Customers are worked on in pieces of this size, whatever the number of threads.
pub(super) const PIECE: usize = 1 << 14;

/// So many pieces are held beside the result at one time.
const PIECES: usize = 32;

impl<'a> Past<'a> {
    /// Orders up to a cut-off, which is the tick of the last order of all unless given ([`Past::cutoff_is_given`]).
    ///
    /// # Errors
    /// [`Error::Undefined`] if there is no order, none up to the cut-off, or all of them were refunded in full.
    pub fn new(orders: &'a Orders, cutoff: Option<Tick>) -> Result<Self> {
        Self::cut(orders, cutoff, None)
    }

    /// Orders as opportunities taken: everything a customer buys within one period of the calendar is one purchase, and
    /// observation ends with the last period that is complete by the cut-off (the last order's tick unless given). Times are counted in periods after
    /// that of the first purchase, whatever unit [`Past::customers`] is asked for.
    ///
    /// # Errors
    /// As [`Past::new`]; also if no period is complete.
    pub fn of_opportunities(
        orders: &'a Orders,
        cutoff: Option<Tick>,
        period: CalendarPeriod,
    ) -> Result<Self> {
        let grain = orders.options.grain;
        let end = cutoff.or_else(|| orders.last_tick()).map(|tick| period.last_complete(grain, tick));
        if let (Some(first), Some(end)) = (orders.first_tick(), end)
            && end < first
        {
            return Err(Error::Undefined(format!(
                "the first order is of {}, and no whole calendar {period} is over by the end of observation: opportunities are \
                 counted in complete {period}s; give a later --cutoff, a longer history or shorter --opportunities",
                grain.show(first)
            )));
        }
        Self::cut(orders, end, Some(period))
    }

    /// The same orders up to another cut-off, in opportunities if these are, telling of logarithms if these do.
    ///
    /// # Errors
    /// As [`Past::new`] and [`Past::of_opportunities`].
    pub fn again(&self, cutoff: Tick) -> Result<Self> {
        let again = match self.period {
            Some(period) => Self::of_opportunities(self.orders, Some(cutoff), period),
            None => Self::new(self.orders, Some(cutoff)),
        };
        let again = again?.telling_logs(self.logs);
        self.since.map_or(Ok(again), |since| again.acquired_after(since))
    }

    /// The same past of other orders, such as those of some of the customers ([`Orders::of_some`]): up to the same cut-off, counted and told alike.
    ///
    /// # Errors
    /// As [`Past::again`].
    pub fn of_orders<'b>(&self, orders: &'b Orders) -> Result<Past<'b>> {
        let past = Past::cut(orders, Some(self.cutoff), self.period)?.telling_logs(self.logs);
        self.since.map_or(Ok(past), |since| past.acquired_after(since))
    }

    /// The same past with those customers alone whose first purchase is after a tick, and with all that they bought: what a sliding window is
    /// trained on. The others are not there at all, so nobody seems to be new who only bought again.
    ///
    /// # Errors
    /// [`Error::Undefined`] if nobody came after it.
    pub fn acquired_after(self, since: Tick) -> Result<Self> {
        let mut past = Self { since: Some(since), customers: 0, ..self };
        let parts = past.over_pieces(0..self.orders.len(), |netter, pieces| {
            pieces.filter(|&customer| !past.purchases(netter, customer).is_empty()).count()
        });
        past.customers = parts.into_iter().map(|(customers, _)| customers).sum();
        if past.customers == 0 {
            let show = |tick| self.orders.options.grain.show(tick);
            return Err(Error::Undefined(format!(
                "nobody made a first purchase after {} and up to {}",
                show(since),
                show(self.cutoff)
            )));
        }
        Ok(past)
    }

    /// The tick after which all of its customers came, where it is limited to such ([`Past::acquired_after`]).
    #[must_use]
    pub const fn since(&self) -> Option<Tick> {
        self.since
    }

    fn cut(orders: &'a Orders, cutoff: Option<Tick>, period: Option<CalendarPeriod>) -> Result<Self> {
        let (first, last) = orders.first_tick().zip(orders.last_tick()).ok_or_else(|| {
            Error::Undefined(
                "there is no order at all; is the right file given, are its columns mapped right?".into(),
            )
        })?;
        let given = cutoff.is_some();
        let cutoff = cutoff.unwrap_or(last);
        let show = |tick| orders.options.grain.show(tick);
        if cutoff < first {
            return Err(Error::Undefined(format!(
                "the cut-off {} is before the first order ({}); give a later one with --cutoff",
                show(cutoff),
                show(first)
            )));
        }
        let netting = Netting::default();
        let mut past =
            Self { orders, cutoff, given, period, customers: 0, netting, logs: false, since: None };
        let mut tally = Tally::default();
        for (customers, part) in past.over_pieces(0..orders.len(), |netter, pieces| {
            pieces.filter(|&customer| !past.purchases(netter, customer).is_empty()).count()
        }) {
            past.customers += customers;
            tally.add(&part);
        }
        past.netting = tally.into();
        if past.customers == 0 {
            return Err(Error::Undefined(format!(
                "up to the cut-off {} every order was refunded in full or cost nothing; nobody is left",
                show(cutoff)
            )));
        }
        Ok(past)
    }

    /// The same past, whose tables of customers tell of the logarithms of values too (`mean_ln_value`, `ss_ln_value`), which
    /// log-normal spend needs. They take 32 bytes a customer; without money there are none.
    #[must_use]
    pub const fn telling_logs(self, logs: bool) -> Self {
        Self { logs, ..self }
    }

    /// Whether its tables of customers tell of the logarithms of values.
    #[must_use]
    pub const fn tells_logs(&self) -> bool {
        self.logs && self.orders.has_money()
    }

    /// The orders it is cut from.
    #[must_use]
    pub const fn orders(&self) -> &'a Orders {
        self.orders
    }

    /// The last tick that is seen.
    #[must_use]
    pub const fn cutoff(&self) -> Tick {
        self.cutoff
    }

    /// Whether the cut-off was given; otherwise it is the last order's tick.
    #[must_use]
    pub const fn cutoff_is_given(&self) -> bool {
        self.given
    }

    /// The period of the calendar in which there is one opportunity to buy, if purchases are counted so.
    #[must_use]
    pub const fn period(&self) -> Option<CalendarPeriod> {
        self.period
    }

    /// The unit of the tables: the one asked for, unless opportunities are counted.
    pub(super) fn unit(&self, unit: TimeUnit) -> TimeUnit {
        self.period.map_or(unit, TimeUnit::Calendar)
    }

    /// How many customers have a purchase up to the cut-off.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.customers
    }

    /// Whether there are none: never, as [`Past::new`] refuses that.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.customers == 0
    }

    /// What became of refunds.
    #[must_use]
    pub const fn netting(&self) -> &Netting {
        &self.netting
    }

    /// The table of customers, times in `unit`: everyone with a purchase up to the cut-off, in the order of their
    /// first appearance in the input.
    ///
    /// `frequency` counts purchases after the first; `recency` is the time from the first to the last purchase, `age`
    /// from the first purchase to the cut-off; `monetary_value` is the mean value of the purchases after the first.
    #[must_use]
    pub fn customers(&self, unit: TimeUnit) -> Customers {
        let mut all = Customers::empty(self.unit(unit), self.orders.options.grain, Some(self.cutoff));
        all.reserve(self.customers, self.orders.has_money(), self.tells_logs());
        let everyone = self.customers == self.orders.len();
        for start in (0..self.orders.len()).step_by(PIECE * PIECES) {
            let end = self.orders.len().min(start + PIECE * PIECES);
            self.table(start..end, !everyone, &mut all);
        }
        if everyone {
            all.ids = self.orders.ids.clone(); // shares the text
        }
        all
    }

    /// The part of the table that stands for a range of the customers of the orders: those of them with a purchase up to the cut-off.
    #[must_use]
    pub fn part(&self, unit: TimeUnit, range: Range<usize>) -> Customers {
        let mut part = Customers::empty(self.unit(unit), self.orders.options.grain, Some(self.cutoff));
        self.table(range, true, &mut part);
        part
    }

    /// The same table in consecutive parts, for more customers than should be held at once. A part stands for `size`
    /// customers of the orders and is shorter where some of them have no purchase; empty parts are left out.
    pub fn parts(&self, unit: TimeUnit, size: usize) -> impl Iterator<Item = Customers> {
        let all = self.orders.len();
        (0..all).step_by(size.max(1)).filter_map(move |start| {
            let part = self.part(unit, start..all.min(start.saturating_add(size.max(1))));
            (!part.is_empty()).then_some(part)
        })
    }

    /// When each customer with a purchase up to the cut-off made the first, in the order of the table.
    pub(crate) fn first_orders(&self) -> Vec<Tick> {
        let mut all = Vec::with_capacity(self.customers);
        let parts = self.over_pieces(0..self.orders.len(), |netter, piece| {
            let first = |customer| self.purchases(netter, customer).first().map(|purchase| purchase.tick);
            piece.filter_map(first).collect::<Vec<Tick>>()
        });
        parts.into_iter().for_each(|(part, _)| all.extend(part));
        all
    }

    /// When each customer with a purchase up to the cut-off bought, in the order of the table.
    #[must_use]
    pub fn purchase_times(&self) -> PurchaseTimes {
        let mut all = PurchaseTimes::default();
        let parts = self.over_pieces(0..self.orders.len(), |netter, piece| {
            let mut part = PurchaseTimes::default();
            for customer in piece {
                let purchases = self.purchases(netter, customer);
                if !purchases.is_empty() {
                    part.push(purchases.iter().map(|purchase| purchase.tick));
                }
            }
            part
        });
        parts.into_iter().for_each(|(part, _)| all.append(part));
        all
    }

    /// Shows the purchases of every customer who has one, by time and net of refunds: customers by their numbers in the orders, piece by piece
    /// on all threads. Each piece gathers its own answer; the answers come in the order of the customers, so that what is made of them does
    /// not depend on the number of threads.
    pub fn walk<T: Send>(
        &self,
        begin: impl Fn() -> T + Sync,
        visit: impl Fn(&mut T, usize, &[Purchase]) + Sync,
    ) -> Vec<T> {
        let piece = |netter: &mut Netter, piece: Range<usize>| {
            let mut gathered = begin();
            for customer in piece {
                let purchases = self.purchases(netter, customer);
                if !purchases.is_empty() {
                    visit(&mut gathered, customer, purchases);
                }
            }
            gathered
        };
        self.over_pieces(0..self.orders.len(), piece).into_iter().map(|(gathered, _)| gathered).collect()
    }

    /// Appends the customers of a range, with or without their ids.
    fn table(&self, range: Range<usize>, ids: bool, to: &mut Customers) {
        let grain = self.orders.options.grain;
        let parts = self.over_pieces(range, |netter, piece| {
            let mut part = Customers::empty(to.unit, grain, Some(self.cutoff));
            for customer in piece {
                let purchases = self.purchases(netter, customer);
                let (money, logs) = (self.orders.has_money(), self.tells_logs());
                if part.push_purchases(customer, purchases, self.cutoff, money, logs) && ids {
                    part.ids.push(self.orders.ids.get(customer));
                }
            }
            part
        });
        parts.into_iter().for_each(|(part, _)| to.append(part));
    }

    pub(super) fn netter(&self) -> Netter {
        Netter::new(self.orders.options, self.period)
    }

    /// One customer's purchases up to the cut-off; none of those who came too early.
    pub(super) fn purchases<'n>(&self, netter: &'n mut Netter, customer: usize) -> &'n [Purchase] {
        let known = if self.given { self.cutoff } else { Tick(i32::MAX) };
        let purchases = netter.purchases(self.orders.events_of(customer), known);
        let early = |since| purchases.first().is_some_and(|purchase| purchase.tick <= since);
        if self.since.is_some_and(early) { &[] } else { purchases }
    }

    /// Works on the pieces of a range of customers on all threads; answers and tallies come back in their order.
    pub(super) fn over_pieces<T: Send>(
        &self,
        range: Range<usize>,
        work: impl Fn(&mut Netter, Range<usize>) -> T + Sync,
    ) -> Vec<(T, Tally)> {
        let piece = |at: usize| {
            let start = range.start + at * PIECE;
            let mut netter = self.netter();
            let done = work(&mut netter, start..range.end.min(start + PIECE));
            (done, netter.tally)
        };
        parallel::each(range.len().div_ceil(PIECE), &piece)
    }
}

#[cfg(test)]
#[path = "past_tests.rs"]
mod tests;
