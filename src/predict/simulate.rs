//! The models told forward: a file of orders that the buyers of a model would leave behind.
//!
//! Every customer, and every order, draws from a generator of its own (Xoshiro256++ seeded by the seed, the customer
//! and the order), so a file depends on the plan alone: not on the number of threads, and the first thousand of a million
//! customers do what a thousand would have done. The file is by date, as shops export it, yet memory is bounded: the
//! story is told several times, once to count the orders of each stretch of time and then once for each window of time
//! that holds about four million orders, of which 12 bytes each are kept.

mod lines;
#[cfg(test)]
mod tests;

use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Poisson};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use self::lines::{Lines, in_cents, split};
use crate::math::hash::mix;
use crate::math::parallel;
use crate::model::{AnySpendModel, PurchaseModel, SpendModel};
use crate::progress::Progress;
use crate::table::Chunk;
use crate::units::{CalendarPeriod, Grain, Tick, TimeUnit};
use crate::{Error, Result};

/// About so many orders are held at a time.
const WINDOW: u64 = 1 << 22;
/// Into so many stretches the time is divided to be counted.
const STRETCHES: i64 = 4096;
/// Customers that one piece of work tells of.
const CUSTOMERS: u32 = 1 << 14;
/// Orders that one piece of work writes out.
const ORDERS: usize = 1 << 12;
/// About so many lines are handed over in one chunk.
const LINES: f64 = 262_144.0;

/// What to simulate.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    /// How many customers.
    pub customers: u32,
    /// Same seed, same orders.
    pub seed: u64,
    /// The first tick on which customers are acquired.
    pub start: Tick,
    /// The last tick on which they are; each buys for the first time on a tick drawn evenly from these.
    pub acquired_by: Tick,
    /// The last tick with orders.
    pub end: Tick,
    /// Mean number of lines per order, at least 1: one and a Poisson number more.
    pub lines_per_order: f64,
    /// The step of time of the file: dates for days, dates with times otherwise.
    pub grain: Grain,
    /// The unit of time of the model.
    pub unit: TimeUnit,
}

/// How much was simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Simulated {
    /// Orders.
    pub orders: u64,
    /// Their lines: rows of the table.
    pub lines: u64,
}

/// Simulates order lines and hands them over as a table in chunks: `customer_id, date, order_id, quantity`, and with a
/// spend model `amount`. Rows are sorted by date, then customer; `order_id` counts the orders from 1; the amounts of an
/// order's lines, each at least a cent, add up to the order's value, rounded to the cent.
///
/// Time runs from the tick of a customer's first order; a later order falls on the tick nearest to its moment. Where the model
/// counts opportunities ([`TimeUnit::Calendar`]), it falls anywhere within its period.
///
/// # Errors
/// [`Error::Usage`] if the plan contradicts itself; [`Error::Undefined`] if an order's value leaves the range of money
/// (a spend model with far too heavy a tail); [`Error::Interrupted`]; and what `write` returns.
pub fn simulate<M: PurchaseModel, S: SpendModel>(
    model: &M,
    spend: Option<&S>,
    plan: &Simulation,
    progress: &dyn Progress,
    write: &mut dyn FnMut(&Chunk<'_>) -> Result<()>,
) -> Result<Simulated> {
    plan.check()?;
    let told = spend.map(|spend| (*spend).into());
    let teller = Teller { model, spend: told, plan, more_lines: plan.more_lines()? };
    let windows = teller.windows(WINDOW, progress)?;
    let chunk = ORDERS * ((LINES / plan.lines_per_order) as usize / ORDERS).max(1);
    let mut done = Simulated::default();
    progress.begin("simulating orders", Some(windows.iter().map(|window| window.orders).sum()));
    for window in &windows {
        let told = teller.orders_in(window, progress)?;
        for orders in told.chunks(chunk) {
            progress.check()?;
            let lines = teller.lines(orders, done.orders)?;
            done.orders += orders.len() as u64;
            done.lines += lines.len() as u64;
            write(&lines.chunk(plan.grain, spend.is_some()))?;
            progress.advance(orders.len() as u64);
        }
    }
    progress.end();
    Ok(done)
}

impl Simulation {
    fn check(&self) -> Result<()> {
        let show = |tick| self.grain.show(tick);
        if self.customers == 0 {
            return Err(Error::usage("a simulation of 0 customers has no orders; ask for at least 1"));
        }
        if self.acquired_by < self.start || self.end < self.acquired_by {
            return Err(Error::usage(format!(
                "customers cannot be acquired from {} to {} in a simulation that ends on {}; the dates must follow each other",
                show(self.start),
                show(self.acquired_by),
                show(self.end)
            )));
        }
        Ok(())
    }

    fn more_lines(&self) -> Result<Option<Poisson<f64>>> {
        let more = self.lines_per_order - 1.0;
        if !(0.0..=999.0).contains(&more) {
            return Err(Error::usage(format!(
                "the mean number of lines per order is {}, but must be between 1 and 1000",
                self.lines_per_order
            )));
        }
        Ok(if more > 0.0 { Poisson::new(more).ok() } else { None })
    }
}

/// A stretch of time, both ends in it, and its number of orders.
#[derive(Debug)]
struct Window {
    from: i64,
    to: i64,
    orders: u64,
}

/// One order: when, whose, and the how manieth of theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Order {
    tick: i32,
    customer: u32,
    number: u32,
}

struct Teller<'a, M> {
    model: &'a M,
    spend: Option<AnySpendModel>,
    plan: &'a Simulation,
    more_lines: Option<Poisson<f64>>,
}

impl<M: PurchaseModel> Teller<'_, M> {
    /// Tells the orders of one customer, in their order.
    fn tell(&self, customer: u32, times: &mut Vec<f64>, mut order: impl FnMut(Order)) {
        let Simulation { start, acquired_by, end, .. } = *self.plan;
        let mut rng = self.plan.rng(customer, PURCHASES);
        let days = i64::from(acquired_by.0) - i64::from(start.0);
        let first = i64::from(start.0) + rng.random_range(0..=days);
        let per_unit = self.plan.grain.ticks_per(self.plan.unit);
        let age = (i64::from(end.0) - first) as f64;
        times.clear();
        if let Some(period) = self.plan.unit.calendar() {
            return self.tell_periods(
                Order { tick: first as i32, customer, number: 0 },
                period,
                rng,
                times,
                order,
            );
        }
        self.model.sample_newcomer(age / per_unit, &mut rng, times);
        order(Order { tick: first as i32, customer, number: 0 });
        for (number, time) in times.iter().enumerate() {
            let later = (time * per_unit).round().clamp(0.0, age) as i64;
            order(Order { tick: (first + later) as i32, customer, number: number as u32 + 1 });
        }
    }

    /// The same where the model counts opportunities: each that is taken falls on a tick drawn evenly from its period.
    fn tell_periods(
        &self,
        first: Order,
        period: CalendarPeriod,
        mut rng: Xoshiro256PlusPlus,
        times: &mut Vec<f64>,
        mut order: impl FnMut(Order),
    ) {
        let (grain, end) = (self.plan.grain, self.plan.end);
        let came = period.index(grain, Tick(first.tick));
        let opportunities = f64::from(period.index(grain, end) - came);
        self.model.sample_newcomer(opportunities, &mut rng, times);
        order(first);
        for (number, time) in times.iter().enumerate() {
            let index = came + *time as i32;
            let ticks = period.start(grain, index).0..=period.end(grain, index).0;
            let tick = rng.random_range(ticks).min(end.0);
            order(Order { tick, number: number as u32 + 1, ..first });
        }
    }

    /// Works on all customers in pieces; results come back in the order of the pieces.
    fn over_customers<T: Send>(
        &self,
        progress: &dyn Progress,
        work: impl Fn(&mut dyn Iterator<Item = u32>) -> T + Sync,
    ) -> Result<Vec<T>> {
        let pieces = self.plan.customers.div_ceil(CUSTOMERS);
        let piece = |at: usize| {
            progress.check()?;
            let from = at as u32 * CUSTOMERS;
            Ok(work(&mut (from..self.plan.customers.min(from.saturating_add(CUSTOMERS)))))
        };
        parallel::try_each(pieces as usize, &piece)
    }

    /// Divides the time into windows of at most `most` orders, or one stretch.
    fn windows(&self, most: u64, progress: &dyn Progress) -> Result<Vec<Window>> {
        let (start, end) = (i64::from(self.plan.start.0), i64::from(self.plan.end.0));
        let width = (end - start + 1 + STRETCHES - 1) / STRETCHES;
        let stretches = ((end - start) / width + 1) as usize;
        let counts = self.over_customers(progress, |customers| {
            let (mut counts, mut times) = (vec![0u32; stretches], Vec::new());
            for customer in customers {
                self.tell(customer, &mut times, |order| {
                    counts[((i64::from(order.tick) - start) / width) as usize] += 1;
                });
            }
            counts
        })?;
        let mut windows: Vec<Window> = Vec::new();
        for stretch in 0..stretches {
            let orders = counts.iter().map(|piece| u64::from(piece[stretch])).sum();
            let to = end.min(start + width * (stretch as i64 + 1) - 1);
            match windows.last_mut() {
                Some(window) if window.orders + orders <= most => {
                    window.orders += orders;
                    window.to = to;
                }
                _ => windows.push(Window { from: start + width * stretch as i64, to, orders }),
            }
        }
        Ok(windows)
    }

    /// The orders of a window, by tick, customer and number.
    fn orders_in(&self, window: &Window, progress: &dyn Progress) -> Result<Vec<Order>> {
        let pieces = self.over_customers(progress, |customers| {
            let (mut orders, mut times) = (Vec::new(), Vec::new());
            for customer in customers {
                self.tell(customer, &mut times, |order| {
                    if (window.from..=window.to).contains(&i64::from(order.tick)) {
                        orders.push(order);
                    }
                });
            }
            orders
        })?;
        let mut orders = Vec::with_capacity(pieces.iter().map(Vec::len).sum());
        pieces.into_iter().for_each(|piece| orders.extend(piece));
        orders.par_sort_unstable();
        Ok(orders)
    }

    /// The lines of some orders, of which `before` came earlier in the file.
    fn lines(&self, orders: &[Order], before: u64) -> Result<Lines> {
        let piece = |(at, orders): (usize, &[Order])| {
            let mut lines = Lines::default();
            for (within, order) in orders.iter().enumerate() {
                let number = before + (at * ORDERS + within) as u64 + 1;
                let number = u32::try_from(number)
                    .map_err(|_| Error::usage("more than 4,294,967,295 orders; ask for fewer customers"))?;
                self.push_lines(order, number, &mut lines)?;
            }
            Ok(lines)
        };
        let pieces: Result<Vec<Lines>> = orders.par_chunks(ORDERS).enumerate().map(piece).collect();
        let mut all = Lines::default();
        pieces?.iter().for_each(|piece| all.append(piece));
        Ok(all)
    }

    fn push_lines(&self, order: &Order, order_id: u32, lines: &mut Lines) -> Result<()> {
        let mut rng = self.plan.rng(order.customer, ORDER + u64::from(order.number));
        let more = self.more_lines.map_or(0.0, |law| law.sample(&mut rng));
        let mut count = 1 + more as usize;
        let mut cents = Vec::new();
        if let Some(spend) = self.spend {
            let own = spend.sample_customer(&mut self.plan.rng(order.customer, SPEND));
            let total = in_cents(spend.sample_order(own, &mut rng))?;
            count = count.min(usize::try_from(total).unwrap_or(count));
            cents = split(total, count, &mut rng);
        }
        lines.begin_order(order.customer);
        for line in 0..count {
            // One piece, and with probability 1/4 one more, and so on.
            let quantity = 1 + rng.random::<u64>().trailing_zeros() / 2;
            lines.push(Tick(order.tick), order_id, quantity, cents.get(line).copied());
        }
        Ok(())
    }
}

/// The streams of chance of one customer: when they buy, how they spend, and one for each order.
const PURCHASES: u64 = 0;
const SPEND: u64 = 1;
const ORDER: u64 = 2;

impl Simulation {
    fn rng(&self, customer: u32, stream: u64) -> Xoshiro256PlusPlus {
        let key = mix(mix(mix(self.seed) ^ u64::from(customer)) ^ stream);
        Xoshiro256PlusPlus::seed_from_u64(key)
    }
}
