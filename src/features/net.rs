//! Refunds set off against orders, at the cut.

use crate::orders::{Event, LogOptions};
use crate::units::{CalendarPeriod, Grain, Money, Tick};

/// One purchase: what a customer ordered within one tick of the grain (at the grain of none: one order), net of refunds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purchase {
    /// When.
    pub tick: Tick,
    /// What was paid, less refunds; not negative.
    pub value: Money,
    /// How many orders it is made of.
    pub orders: u32,
}

/// What became of the refunds up to a cut-off, and of orders that cost nothing.
///
/// Amounts are sums over all customers in units of the currency (of quantity where there is no money).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Netting {
    /// Refund rows.
    pub refunds: u64,
    /// What they took off orders.
    pub netted: f64,
    /// Orders with nothing left after refunds: they are no purchases.
    pub orders_refunded_in_full: u64,
    /// Refund rows that found no order to take (all of) their amount from: nothing before them, or too little.
    pub refunds_without_order: u64,
    /// What was left of those.
    pub without_order: f64,
    /// Orders left out because they cost nothing ([`LogOptions::drop_zero`]), where rows carry order ids.
    pub zero_dropped: u64,
    /// Customers none of whose orders is a purchase.
    pub customers_without_purchase: u64,
}

/// The same with exact sums, in millionths.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    refunds: u64,
    netted: i128,
    refunded_in_full: u64,
    unmatched: u64,
    without_order: i128,
    zero_dropped: u64,
    pub without_purchase: u64,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.refunds += other.refunds;
        self.netted += other.netted;
        self.refunded_in_full += other.refunded_in_full;
        self.unmatched += other.unmatched;
        self.without_order += other.without_order;
        self.zero_dropped += other.zero_dropped;
        self.without_purchase += other.without_purchase;
    }
}

impl From<Tally> for Netting {
    fn from(tally: Tally) -> Self {
        Self {
            refunds: tally.refunds,
            netted: units(tally.netted),
            orders_refunded_in_full: tally.refunded_in_full,
            refunds_without_order: tally.unmatched,
            without_order: units(tally.without_order),
            zero_dropped: tally.zero_dropped,
            customers_without_purchase: tally.without_purchase,
        }
    }
}

/// Exact millionths in units.
pub(super) fn units(micros: i128) -> f64 {
    micros as f64 / Money::PER_UNIT as f64
}

/// An order under way: what is left of it.
#[derive(Debug, Clone, Copy)]
struct Order {
    tick: i32,
    id: u64,
    left: i64,
    count: u32,
    /// Whether it cost nothing to begin with.
    free: bool,
}

/// A refund under way: what it still has to take back, as a positive amount.
#[derive(Debug, Clone, Copy)]
struct Refund {
    tick: i32,
    id: u64,
    open: i64,
    count: u32,
}

/// Makes purchases of the events of one customer after another.
///
/// 1. Only events up to the cut-off count. Lines of one order add up; it is dated by its first line.
/// 2. A refund takes from the order with its id, at most what is left of it.
/// 3. What is then left of it, or all of a refund without a match, takes from the customer's latest order that is
///    not later than the refund (the same tick is not later), then from the one before, and so on.
/// 4. An order of which nothing is left is no purchase. An order that cost nothing to begin with is one, unless
///    [`LogOptions::drop_zero`].
/// 5. What is left of one tick is one purchase, at the grains of day and hour; in periods of the calendar, what is left of one
///    period, dated by its first tick.
///
/// Where rows carry no order id, all orders of a tick count as one here. Time grows as n ln n in a customer's events.
#[derive(Debug)]
pub(super) struct Netter {
    options: LogOptions,
    period: Option<CalendarPeriod>,
    orders: Vec<Order>,
    refunds: Vec<Refund>,
    open: Vec<usize>,
    purchases: Vec<Purchase>,
    pub tally: Tally,
}

impl Netter {
    pub fn new(options: LogOptions, period: Option<CalendarPeriod>) -> Self {
        Self {
            options,
            period,
            orders: Vec::new(),
            refunds: Vec::new(),
            open: Vec::new(),
            purchases: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// One customer's purchases up to a cut-off, by time; `events` are sorted by tick.
    pub fn purchases(&mut self, events: impl Iterator<Item = Event>, cutoff: Tick) -> &[Purchase] {
        self.take_in(events, cutoff);
        if self.options.order_ids {
            self.by_id();
        }
        if !self.refunds.is_empty() {
            self.by_time();
        }
        self.sum_up();
        &self.purchases
    }

    fn take_in(&mut self, events: impl Iterator<Item = Event>, cutoff: Tick) {
        self.orders.clear();
        self.refunds.clear();
        for Event { tick, order: id, amount, count } in events.take_while(|event| event.tick <= cutoff.0) {
            if amount < 0 {
                self.refunds.push(Refund { tick, id, open: amount.saturating_neg(), count });
                self.tally.refunds += u64::from(count);
            } else {
                // Rows with an order id are lines of it; rows without one are orders.
                let count = if id == 0 { count } else { 1 };
                self.orders.push(Order { tick, id, left: amount, count, free: amount == 0 });
            }
        }
    }

    /// Steps 1 and 2: lines of one order become one, and refunds take from the order with their id.
    fn by_id(&mut self) {
        let Self { orders, refunds, tally, .. } = self;
        orders.sort_unstable_by_key(|order| (order.id, order.tick));
        orders.dedup_by(|line, order| {
            let same = line.id != 0 && line.id == order.id;
            if same {
                order.left += line.left; // in range: a customer's amounts all add up to less than i64::MAX
                order.free &= line.free;
            }
            same
        });
        for refund in refunds.iter_mut().filter(|refund| refund.id != 0) {
            if let Ok(found) = orders.binary_search_by_key(&refund.id, |order| order.id) {
                take(refund, &mut orders[found], tally);
            }
        }
        refunds.retain(|refund| refund.open > 0);
        orders.sort_unstable_by_key(|order| (order.tick, order.id, order.left));
    }

    /// Step 3, with a stack of the orders that have something left.
    fn by_time(&mut self) {
        let Self { orders, refunds, open, tally, .. } = self;
        open.clear();
        let mut next = 0;
        for refund in refunds {
            while next < orders.len() && orders[next].tick <= refund.tick {
                if orders[next].left > 0 {
                    open.push(next);
                }
                next += 1;
            }
            while refund.open > 0
                && let Some(&latest) = open.last()
            {
                take(refund, &mut orders[latest], tally);
                if orders[latest].left == 0 {
                    open.pop();
                }
            }
            if refund.open > 0 {
                tally.unmatched += u64::from(refund.count);
                tally.without_order += i128::from(refund.open);
            }
        }
    }

    /// Steps 4 and 5.
    fn sum_up(&mut self) {
        let Self { options, period, orders, purchases, tally, .. } = self;
        let (period, grain) = (*period, options.grain);
        let same = |one: Tick, other: Tick| match period {
            Some(period) => period.index(grain, one) == period.index(grain, other),
            None => one == other && grain != Grain::None,
        };
        purchases.clear();
        for order in orders.iter() {
            if order.left == 0 && !order.free {
                tally.refunded_in_full += u64::from(order.count);
                continue;
            }
            if order.free && options.drop_zero {
                tally.zero_dropped += u64::from(order.count);
                continue;
            }
            match purchases.last_mut() {
                Some(last) if same(last.tick, Tick(order.tick)) => {
                    last.value = Money::from_micros(last.value.micros() + order.left);
                    last.orders = last.orders.saturating_add(order.count);
                }
                _ => purchases.push(Purchase {
                    tick: Tick(order.tick),
                    value: Money::from_micros(order.left),
                    orders: order.count,
                }),
            }
        }
        if purchases.is_empty() && !orders.is_empty() {
            tally.without_purchase += 1;
        }
    }
}

/// A refund takes from an order what it can.
fn take(refund: &mut Refund, order: &mut Order, tally: &mut Tally) {
    let taken = refund.open.min(order.left);
    refund.open -= taken;
    order.left -= taken;
    tally.netted += i128::from(taken);
}
