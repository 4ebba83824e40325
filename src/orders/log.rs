//! The one piece of code that summarises orders, wherever their rows come from: a mergeable log.

use std::borrow::Cow;

use super::attributes::{self, FirstRows};
use super::events::{Event, Events, OutOfRange};
use super::ids::Interner;
use super::{Ids, Orders};
use crate::units::{Grain, Money, Tick};
use crate::{Error, Result};

/// What becomes of negative amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Refunds {
    /// A refund reduces the order it belongs to: by order id where there is one, else the customer's latest order before it.
    #[default]
    Net,
    /// Refund rows are left out and counted.
    Drop,
    /// A refund row is an error.
    Error,
}

/// How rows are summarised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogOptions {
    /// What counts as one purchase.
    pub grain: Grain,
    /// Whether rows carry an order id that groups them.
    pub order_ids: bool,
    /// Whether amounts are money (otherwise purchases alone are modelled).
    pub money: bool,
    /// Whether an order that costs nothing is left out.
    pub drop_zero: bool,
}

/// One row, ready to be summarised.
#[derive(Debug, Clone, Copy)]
pub struct OrderRow<'a> {
    /// Who bought.
    pub customer: &'a str,
    /// When.
    pub tick: Tick,
    /// A hash of the order's id, if rows carry one. Without it the row is an order of its own.
    pub order: Option<u64>,
    /// What was paid (or the quantity where there is no money); negative for a refund.
    pub amount: Money,
    /// A number that grows along the input (file, chunk, row): fixes the order of customers whatever the threads do.
    pub position: u64,
}

/// Rows under way. Logs of parts merge; neither their order nor that of the rows matters.
///
/// Rows of one customer, tick and order are added up, so memory grows with distinct purchases, not with rows:
/// new rows gather in a buffer, which is folded into the sums whenever it has grown to half of them (at least
/// [`OrderLog::BUFFER`] rows), in time proportional to both, whatever the order of the rows.
#[derive(Debug)]
pub struct OrderLog {
    options: LogOptions,
    customers: Interner,
    /// Per customer, where it first appeared.
    first: Vec<u64>,
    /// The sums so far.
    events: Events,
    /// Rows not yet summed, and their orders if rows carry them.
    fresh: Vec<Fresh>,
    fresh_orders: Vec<u64>,
    counts: LogCounts,
    /// Attributes of customers, where they are asked for.
    first_rows: FirstRows,
    /// Rows whose customers are not yet known by number.
    arrivals: Arrivals,
}

/// Rows on their way in. The customers of many rows are looked up side by side, because each look-up waits for memory.
#[derive(Debug, Default)]
struct Arrivals {
    /// Their ids, one after the other.
    ids: String,
    rows: Vec<Arrival>,
    /// Of each row the levels of its attributes, one after the other.
    levels: Vec<u32>,
    /// For each row the number its id probably has, and where that number's text stands.
    likely: Vec<Option<u32>>,
    sure: Vec<bool>,
}

#[derive(Debug, Clone, Copy)]
struct Arrival {
    /// Where its id ends.
    end: usize,
    hash: u32,
    tick: i32,
    amount: i64,
    order: u64,
    position: u64,
}

impl Arrivals {
    /// How many rows are looked up side by side.
    const ROWS: usize = 512;

    fn push(&mut self, id: &str, position: u64, (tick, amount, order): (i32, i64, u64)) {
        self.ids.push_str(id);
        let (end, hash) = (self.ids.len(), Interner::hash(id));
        self.rows.push(Arrival { end, hash, tick, amount, order, position });
    }

    /// Looks all rows up: first in the table for all, then in the texts for all, so that the waits overlap.
    fn look_up(&mut self, customers: &Interner) {
        let Self { ids, rows, likely, sure, .. } = self;
        likely.clear();
        likely.extend(rows.iter().map(|row| customers.likely(row.hash)));
        sure.clear();
        let known = customers.ids();
        let mut start = 0;
        sure.extend(rows.iter().zip(likely.iter()).map(|(row, likely)| {
            let id = &ids[std::mem::replace(&mut start, row.end)..row.end];
            likely.is_some_and(|number| known.get(number as usize) == id)
        }));
    }
}

/// The events of our customers from number `from` on together with theirs, whose numbers `theirs` tells.
fn joined(
    mut new: Events,
    from: usize,
    theirs: &[u32],
    old: &Events,
    other: &Events,
) -> Result<Events, OutOfRange> {
    let mut run = Vec::new();
    for (at, &their) in theirs.iter().enumerate() {
        let (ours, their) = (old.range(from + at), other.range(their as usize));
        if their.is_empty() {
            new.copy_run(old, ours)?;
        } else if ours.is_empty() {
            new.copy_run(other, their)?;
        } else {
            run.clear();
            run.extend(ours.map(|at| old.get(at)));
            run.extend(their.map(|at| other.get(at)));
            new.push_run(&mut run)
                .map_err(|OutOfRange(customer)| OutOfRange(customer.map(|at| from + at)))?;
        }
    }
    Ok(new)
}

/// The events of all our customers together with theirs: in two halves, side by side, the first with room for both.
fn merged(options: LogOptions, theirs: &[u32], old: Events, other: Events) -> Result<Events, OutOfRange> {
    let all = old.len() + other.len();
    let (low, high) = theirs.split_at(theirs.len() / 2);
    let half = |from: usize, theirs: &[u32], room: usize| {
        let new = Events::with_capacity(options, theirs.len(), room);
        joined(new, from, theirs, &old, &other)
    };
    let (first, second) = rayon::join(|| half(0, low, all), || half(low.len(), high, all / 2));
    let (mut first, second) = (first?, second?);
    drop((old, other));
    first.append(&second)?;
    Ok(first)
}

#[derive(Debug, Clone, Copy)]
struct Fresh {
    customer: u32,
    tick: i32,
    amount: i64,
}

/// What a log took in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LogCounts {
    /// Rows pushed.
    pub rows: u64,
    /// Of them refunds (negative amounts).
    pub refunds: u64,
    /// Of them orders that cost nothing and were left out because of [`LogOptions::drop_zero`]. With order ids what
    /// an order costs is only known at the cut-off, and it is counted there ([`crate::features::Netting`]).
    pub zero_dropped: u64,
}

impl OrderLog {
    /// How many rows gather before they are summed, at least.
    pub const BUFFER: usize = 1 << 20;

    /// An empty log.
    #[must_use]
    pub fn new(options: LogOptions) -> Self {
        Self {
            options,
            customers: Interner::default(),
            first: Vec::new(),
            events: Events::new(options),
            fresh: Vec::new(),
            fresh_orders: Vec::new(),
            counts: LogCounts::default(),
            first_rows: FirstRows::default(),
            arrivals: Arrivals::default(),
        }
    }

    /// An empty log whose rows have attributes: further columns, of which each customer keeps the values of the first order.
    ///
    /// # Errors
    /// [`Error::Usage`] for a name that is empty, and for more than 16.
    pub fn with_attributes(options: LogOptions, names: &[String]) -> Result<Self> {
        Ok(Self { first_rows: FirstRows::new(&attributes::asked(names)?)?, ..Self::new(options) })
    }

    /// Takes in one row; its attributes, if they are asked for, are missing.
    ///
    /// # Errors
    /// If a customer's sum leaves the range of [`Money`].
    pub fn push(&mut self, row: &OrderRow<'_>) -> Result<()> {
        self.push_with(row, |_| Cow::Borrowed(""))
    }

    /// Takes in one row with its attributes: `text` is asked for the value of each, by its number.
    ///
    /// # Errors
    /// As [`OrderLog::push`].
    pub fn push_with<'t>(
        &mut self,
        row: &OrderRow<'_>,
        text: impl FnMut(usize) -> Cow<'t, str>,
    ) -> Result<()> {
        self.counts.rows += 1;
        let amount = row.amount.micros();
        if amount < 0 {
            self.counts.refunds += 1;
        }
        let order = if self.options.order_ids { row.order.map_or(0, |hash| hash.max(1)) } else { 0 };
        if amount == 0 && order == 0 && self.options.drop_zero {
            self.counts.zero_dropped += 1;
            return Ok(());
        }
        if self.first_rows.width() > 0 {
            if amount < 0 {
                self.first_rows.number_nothing(&mut self.arrivals.levels);
            } else {
                self.first_rows.number(text, &mut self.arrivals.levels)?;
            }
        }
        self.arrivals.push(row.customer, row.position, (row.tick.0, amount, order));
        if self.arrivals.rows.len() < Arrivals::ROWS { Ok(()) } else { self.let_in() }
    }

    /// Lets the rows on their way in into the buffer, and folds it into the sums when it is full.
    fn let_in(&mut self) -> Result<()> {
        let mut arrivals = std::mem::take(&mut self.arrivals);
        let (mut levels, width) = (std::mem::take(&mut arrivals.levels), self.first_rows.width());
        let mut next = 0;
        self.number(&mut arrivals, |log, row, customer| {
            if width > 0 {
                let here = next..next + width;
                next = here.end;
                if row.amount >= 0 {
                    log.first_rows.take(customer, (row.tick, row.position), &levels[here]);
                }
            }
            log.fresh.push(Fresh { customer, tick: row.tick, amount: row.amount });
            if log.options.order_ids {
                log.fresh_orders.push(row.order);
            }
        })?;
        levels.clear();
        arrivals.levels = levels;
        self.arrivals = arrivals;
        if self.fresh.len() < Self::BUFFER.max(self.events.len() / 2) {
            return Ok(());
        }
        self.settle().map_err(|e| self.out_of_range(&e))
    }

    /// Finds the customers' numbers of all rows on their way in, hands them over, and clears the rows.
    fn number(
        &mut self,
        arrivals: &mut Arrivals,
        mut take: impl FnMut(&mut Self, &Arrival, u32),
    ) -> Result<()> {
        arrivals.look_up(&self.customers);
        let mut start = 0;
        for (at, row) in arrivals.rows.iter().enumerate() {
            let id = std::mem::replace(&mut start, row.end)..row.end;
            let customer = match arrivals.likely[at] {
                Some(number) if arrivals.sure[at] => self.seen_at(number, row.position),
                _ => self.customer(&arrivals.ids[id], row.position)?,
            };
            take(self, row, customer);
        }
        arrivals.ids.clear();
        arrivals.rows.clear();
        Ok(())
    }

    /// A customer that is known was seen again.
    fn seen_at(&mut self, number: u32, position: u64) -> u32 {
        let first = &mut self.first[number as usize];
        *first = position.min(*first);
        number
    }

    /// What it took in so far.
    #[must_use]
    pub const fn counts(&self) -> LogCounts {
        self.counts
    }

    fn customer(&mut self, id: &str, position: u64) -> Result<u32> {
        let (number, new) = self.customers.number(id)?;
        if new {
            self.first.push(position);
        } else {
            self.seen_at(number, position);
        }
        Ok(number)
    }

    /// Folds the buffer into the sums, and gives its memory back until more rows come.
    fn settle_and_shrink(&mut self) -> Result<(), OutOfRange> {
        self.settle()?;
        (self.fresh, self.fresh_orders) = (Vec::new(), Vec::new());
        Ok(())
    }

    /// Folds the buffer into the sums.
    fn settle(&mut self) -> Result<(), OutOfRange> {
        if self.fresh.is_empty() && self.events.customers() == self.first.len() {
            return Ok(());
        }
        let (ends, rows) = by_customer(&self.fresh, self.first.len());
        let old = std::mem::replace(&mut self.events, Events::new(self.options));
        let mut new = Events::with_capacity(self.options, self.first.len(), old.len() + rows.len());
        let mut run = Vec::new();
        let mut start = 0;
        for (customer, &end) in ends.iter().enumerate() {
            let rows = &rows[start as usize..end as usize];
            start = end;
            let pushed = if rows.is_empty() {
                new.copy_run(&old, old.range(customer))
            } else {
                run.clear();
                run.extend(old.of(customer));
                run.extend(rows.iter().map(|&row| self.event(row as usize)));
                new.push_run(&mut run)
            };
            pushed?;
        }
        self.events = new;
        self.fresh.clear();
        self.fresh_orders.clear();
        Ok(())
    }

    fn event(&self, row: usize) -> Event {
        let Fresh { tick, amount, .. } = self.fresh[row];
        Event { tick, order: self.fresh_orders.get(row).copied().unwrap_or(0), amount, count: 1 }
    }

    fn out_of_range(&self, error: &OutOfRange) -> Error {
        out_of_range(self.customers.ids(), error)
    }

    /// Takes in another log.
    ///
    /// # Errors
    /// As [`OrderLog::push`]; [`Error::Usage`] if the logs were made with different options.
    pub fn merge(&mut self, mut other: Self) -> Result<()> {
        if self.options != other.options || !self.first_rows.is_like(&other.first_rows) {
            return Err(Error::usage("order logs made with different options cannot be merged"));
        }
        self.let_in()?;
        other.let_in()?;
        if other.first.len() > self.first.len() {
            std::mem::swap(self, &mut other); // the larger one takes in the smaller; which one does not matter
        }
        self.counts.rows += other.counts.rows;
        self.counts.refunds += other.counts.refunds;
        self.counts.zero_dropped += other.counts.zero_dropped;
        // The customers first: then theirs need no memory any more while the sums are held twice.
        let theirs = self.take_in_customers(&other)?;
        other.customers = Interner::default();
        self.first_rows.merge(&std::mem::take(&mut other.first_rows), &theirs)?;
        let (ours, their) = rayon::join(|| self.settle_and_shrink(), || other.settle_and_shrink());
        ours.map_err(|e| self.out_of_range(&e))?;
        // A customer of theirs by our number.
        let of_ours = |at: usize| theirs.iter().position(|&their| their as usize == at);
        their.map_err(|OutOfRange(customer)| self.out_of_range(&OutOfRange(customer.and_then(of_ours))))?;
        let old = std::mem::replace(&mut self.events, Events::new(self.options));
        let joined = merged(self.options, &theirs, old, other.events);
        self.events = joined.map_err(|e| self.out_of_range(&e))?;
        Ok(())
    }

    /// Takes in another log's customers; per customer of ours, its number there (or one that is not there).
    fn take_in_customers(&mut self, other: &Self) -> Result<Vec<u32>> {
        let mut theirs = vec![u32::MAX; self.first.len()];
        let mut arrivals = Arrivals::default();
        for start in (0..other.first.len()).step_by(Arrivals::ROWS) {
            let end = other.first.len().min(start + Arrivals::ROWS);
            for at in start..end {
                arrivals.push(other.customers.ids().get(at), other.first[at], (0, 0, 0));
            }
            let mut at = start as u32;
            self.number(&mut arrivals, |_, _, customer| {
                match theirs.get_mut(customer as usize) {
                    Some(known) => *known = at,
                    None => theirs.push(at),
                }
                at += 1;
            })?;
        }
        Ok(theirs)
    }

    /// All rows are in: the orders of every customer, and what was taken in.
    ///
    /// # Errors
    /// As [`OrderLog::push`], also if a customer's amounts together leave the range of [`Money`].
    pub fn finish(mut self) -> Result<(Orders, LogCounts)> {
        self.let_in()?;
        self.settle_and_shrink().map_err(|e| self.out_of_range(&e))?;
        let Self { options, customers, first, events, counts, first_rows, .. } = self;
        let ids = customers.into_ids();
        if let Some(customer) = events.first_beyond_range() {
            return Err(out_of_range(&ids, &OutOfRange(Some(customer))));
        }
        if first.is_sorted_by(|a, b| a < b) {
            let attributes = first_rows.finish(first.len(), None);
            return Ok((Orders::new(ids, options, attributes, events), counts));
        }
        let mut order: Vec<u32> = (0..first.len() as u32).collect();
        let key = |customer: u32| (first[customer as usize], ids.get(customer as usize));
        order.sort_unstable_by(|&a, &b| key(a).cmp(&key(b)));
        let events = events.permuted(&order);
        let attributes = first_rows.finish(order.len(), Some(&order));
        let mut sorted = Ids::default();
        sorted.reserve(ids.len(), ids.bytes());
        order.iter().for_each(|&customer| sorted.push(ids.get(customer as usize)));
        Ok((Orders::new(sorted, options, attributes, events), counts))
    }
}

/// A counting sort: per customer where its rows end, and the rows by customer.
fn by_customer(fresh: &[Fresh], customers: usize) -> (Vec<u32>, Vec<u32>) {
    let mut ends = vec![0u32; customers + 1];
    for row in fresh {
        ends[row.customer as usize + 1] += 1;
    }
    for at in 1..ends.len() {
        ends[at] += ends[at - 1];
    }
    // Now the starts; each moves to its end while the rows are dealt out.
    let mut rows = vec![0u32; fresh.len()];
    for (at, row) in fresh.iter().enumerate() {
        let next = &mut ends[row.customer as usize];
        rows[*next as usize] = at as u32;
        *next += 1;
    }
    ends.truncate(customers);
    (ends, rows)
}

fn out_of_range(ids: &Ids, error: &OutOfRange) -> Error {
    match error.0 {
        Some(customer) => Error::input(format!(
            "the amounts of customer `{}` add up to more than can be held exactly",
            ids.get(customer)
        ))
        .expected("sums up to 9.2e12 units of the currency")
        .hint("Is the right column mapped as the amount? Or give amounts in thousands.")
        .into(),
        None => Error::Undefined("more than 4,294,967,295 distinct purchases".into()),
    }
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
