//! Events of customers: sums of rows with the same customer, tick and order, kept in columns.

use std::ops::Range;

use super::LogOptions;
use crate::units::Grain;

/// Rows of one customer that are one thing: lines of one order at one tick, or their refunds (negative amount).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Event {
    /// When.
    pub tick: i32,
    /// The hash of the order's id; 0 without one.
    pub order: u64,
    /// Their sum in millionths: negative for refunds, otherwise zero or positive.
    pub amount: i64,
    /// Rows (without order ids: orders).
    pub count: u32,
}

impl Event {
    /// Whether it takes back instead of buying.
    pub const fn is_refund(&self) -> bool {
        self.amount < 0
    }

    /// Whether two events are one. At the grain of none, rows without an order id stay apart: each is a purchase.
    const fn same(&self, other: &Self, grain: Grain) -> bool {
        self.tick == other.tick
            && self.order == other.order
            && self.is_refund() == other.is_refund()
            && (!matches!(grain, Grain::None) || self.order != 0 || self.is_refund())
    }

    /// Their sum; `None` out of range.
    fn plus(self, other: Self) -> Option<Self> {
        let amount = self.amount.checked_add(other.amount)?;
        Some(Self { amount, count: self.count.checked_add(other.count)?, ..self })
    }
}

/// Counts, nearly all of them small: a byte each, and a list of the large ones.
#[derive(Debug, Default)]
struct Counts {
    /// The count, or 0: look into `large`.
    small: Vec<u8>,
    /// Position and count, by position.
    large: Vec<(u32, u32)>,
}

impl Counts {
    fn push(&mut self, count: u32) {
        let small = u8::try_from(count).unwrap_or(0);
        if small == 0 {
            self.large.push((self.small.len() as u32, count));
        }
        self.small.push(small);
    }

    fn get(&self, at: usize) -> u32 {
        match self.small[at] {
            0 => {
                let found = self.large.binary_search_by_key(&(at as u32), |&(at, _)| at);
                found.map_or(0, |found| self.large[found].1)
            }
            small => u32::from(small),
        }
    }
}

/// The events of customers 0, 1, 2, …, each customer's sorted by tick, then order, then amount.
#[derive(Debug)]
pub(crate) struct Events {
    /// Where the events of each customer end.
    ends: Vec<u32>,
    ticks: Vec<i32>,
    amounts: Vec<i64>,
    counts: Counts,
    /// Empty if rows carry no order ids.
    orders: Vec<u64>,
    options: LogOptions,
}

/// Why events could not be added up: the customer's number, or none if there are too many events.
#[derive(Debug)]
pub(super) struct OutOfRange(pub Option<usize>);

impl Events {
    pub fn new(options: LogOptions) -> Self {
        let counts = Counts::default();
        Self { ends: Vec::new(), ticks: Vec::new(), amounts: Vec::new(), counts, orders: Vec::new(), options }
    }

    /// Room for so many customers and events.
    pub fn with_capacity(options: LogOptions, customers: usize, events: usize) -> Self {
        let mut new = Self::new(options);
        new.ends.reserve_exact(customers);
        new.ticks.reserve_exact(events);
        new.amounts.reserve_exact(events);
        new.counts.small.reserve_exact(events);
        if options.order_ids {
            new.orders.reserve_exact(events);
        }
        new
    }

    /// How many customers.
    pub fn customers(&self) -> usize {
        self.ends.len()
    }

    /// How many events.
    pub fn len(&self) -> usize {
        self.ticks.len()
    }

    /// The positions of a customer's events; none for a customer that is not there.
    pub fn range(&self, customer: usize) -> Range<usize> {
        range(&self.ends, customer)
    }

    /// The event at a position.
    pub fn get(&self, at: usize) -> Event {
        let order = self.orders.get(at).copied().unwrap_or(0);
        Event { tick: self.ticks[at], order, amount: self.amounts[at], count: self.counts.get(at) }
    }

    /// A customer's events, by time.
    pub fn of(&self, customer: usize) -> impl Iterator<Item = Event> {
        self.range(customer).map(|at| self.get(at))
    }

    /// When and how much, event by event.
    pub fn ticks_and_amounts(&self) -> impl Iterator<Item = (i32, i64)> {
        self.ticks.iter().copied().zip(self.amounts.iter().copied())
    }

    /// The first customer whose amounts, taken positive, add up to more than [`crate::units::Money`] holds: for all
    /// others any sum of their amounts is in range.
    pub fn first_beyond_range(&self) -> Option<usize> {
        (0..self.customers()).find(|&customer| {
            let amounts = &self.amounts[self.range(customer)];
            amounts.iter().map(|&amount| u128::from(amount.unsigned_abs())).sum::<u128>() > i64::MAX as u128
        })
    }

    /// Appends the next customer: events of `run` (sorted or not) become sorted sums.
    pub fn push_run(&mut self, run: &mut Vec<Event>) -> Result<(), OutOfRange> {
        run.sort();
        let here = || OutOfRange(Some(self.ends.len()));
        let mut kept = 0;
        for at in 1..run.len() {
            if run[kept].same(&run[at], self.options.grain) {
                run[kept] = run[kept].plus(run[at]).ok_or_else(here)?;
            } else {
                kept += 1;
                run[kept] = run[at];
            }
        }
        run.truncate(kept + 1);
        for event in run.iter() {
            self.push_event(event);
        }
        self.close()
    }

    /// Appends the next customer: a run of another store that is sorted and summed already.
    pub fn copy_run(&mut self, from: &Self, range: Range<usize>) -> Result<(), OutOfRange> {
        self.ticks.extend_from_slice(&from.ticks[range.clone()]);
        self.amounts.extend_from_slice(&from.amounts[range.clone()]);
        if self.options.order_ids {
            self.orders.extend_from_slice(&from.orders[range.clone()]);
        }
        if from.counts.large.is_empty() {
            self.counts.small.extend_from_slice(&from.counts.small[range]);
        } else {
            range.for_each(|at| self.counts.push(from.counts.get(at)));
        }
        self.close()
    }

    /// Appends the customers of another store after these.
    pub fn append(&mut self, other: &Self) -> Result<(), OutOfRange> {
        let before = self.len();
        if u32::try_from(before + other.len()).is_err() {
            return Err(OutOfRange(None));
        }
        self.ends.extend(other.ends.iter().map(|end| before as u32 + end));
        self.ticks.extend_from_slice(&other.ticks);
        self.amounts.extend_from_slice(&other.amounts);
        self.orders.extend_from_slice(&other.orders);
        self.counts.small.extend_from_slice(&other.counts.small);
        let large = other.counts.large.iter().map(|&(at, count)| (before as u32 + at, count));
        self.counts.large.extend(large);
        Ok(())
    }

    fn push_event(&mut self, event: &Event) {
        self.ticks.push(event.tick);
        self.amounts.push(event.amount);
        self.counts.push(event.count);
        if self.options.order_ids {
            self.orders.push(event.order);
        }
    }

    fn close(&mut self) -> Result<(), OutOfRange> {
        let end = u32::try_from(self.ticks.len()).map_err(|_| OutOfRange(None))?;
        self.ends.push(end);
        Ok(())
    }

    /// The events of some customers alone, in this order.
    pub fn picked(&self, who: &[u32]) -> Self {
        let ranges = || who.iter().map(|&customer| range(&self.ends, customer as usize));
        let mut some = Self::with_capacity(self.options, who.len(), ranges().map(|range| range.len()).sum());
        for at in ranges() {
            some.ticks.extend_from_slice(&self.ticks[at.clone()]);
            some.amounts.extend_from_slice(&self.amounts[at.clone()]);
            some.orders.extend_from_slice(self.orders.get(at.clone()).unwrap_or_default());
            at.for_each(|at| some.counts.push(self.counts.get(at)));
            some.ends.push(some.ticks.len() as u32);
        }
        some
    }

    /// The same events with the customers in another order; two columns at a time, so that little is held twice.
    pub fn permuted(self, order: &[u32]) -> Self {
        let Self { ends: from, ticks, amounts, counts, orders, options } = self;
        let ranges = || order.iter().map(|&customer| range(&from, customer as usize));
        let (ticks, amounts) = rayon::join(|| gather(ticks, ranges()), || gather(amounts, ranges()));
        let (orders, counts) = rayon::join(
            || gather(orders, ranges().take(if options.order_ids { usize::MAX } else { 0 })),
            || {
                let mut sorted = Counts { small: Vec::with_capacity(counts.small.len()), large: Vec::new() };
                ranges().flatten().for_each(|at| sorted.push(counts.get(at)));
                sorted
            },
        );
        let mut end = 0;
        let ends = ranges().map(|range| {
            end += range.len() as u32;
            end
        });
        let ends = ends.collect();
        Self { ends, ticks, amounts, counts, orders, options }
    }
}

fn range(ends: &[u32], customer: usize) -> Range<usize> {
    let start = if customer == 0 { Some(&0) } else { ends.get(customer - 1) };
    match (start, ends.get(customer)) {
        (Some(&start), Some(&end)) => start as usize..end as usize,
        _ => 0..0,
    }
}

fn gather<T: Copy>(from: Vec<T>, ranges: impl Iterator<Item = Range<usize>>) -> Vec<T> {
    let mut to = Vec::with_capacity(from.len());
    ranges.for_each(|range| to.extend_from_slice(&from[range]));
    to
}
