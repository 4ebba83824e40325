//! What customers did in each period of the calendar, by groups, in one walk over all purchases.

use super::Groups;
use crate::features::{Past, Purchase};
use crate::units::{CalendarPeriod, Grain, Money};

/// Sums over the customers of one group who bought in one period; exact, so that their order does not matter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    /// Customers with a purchase in the period.
    pub customers: u64,
    /// Of them those whose first purchase it was.
    pub new: u64,
    /// Orders in the period.
    pub orders: u64,
    /// What was paid in the period, in millionths.
    revenue: i128,
    /// Customers with more than one order up to the end of the period.
    pub repeaters: u64,
    /// Customers who also bought in the period before.
    pub retained: u64,
    /// Ticks from the first to the last purchase up to the end of the period, of all of them.
    pub span: u64,
    /// What they paid up to the end of the period, in millionths.
    so_far: i128,
    /// Ticks from the first purchase to the end of the period, of all of them.
    pub age: u64,
}

impl Cell {
    /// What was paid in the period.
    #[must_use]
    pub fn revenue(&self) -> f64 {
        self.revenue as f64 / Money::PER_UNIT as f64
    }

    /// What these customers paid up to the end of the period.
    #[must_use]
    pub fn so_far(&self) -> f64 {
        self.so_far as f64 / Money::PER_UNIT as f64
    }

    fn add(&mut self, other: &Self) {
        self.customers += other.customers;
        self.new += other.new;
        self.orders += other.orders;
        self.revenue += other.revenue;
        self.repeaters += other.repeaters;
        self.retained += other.retained;
        self.span += other.span;
        self.so_far += other.so_far;
        self.age += other.age;
    }
}

/// The cells of all periods and groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tallies {
    period: CalendarPeriod,
    first: i32,
    groups: usize,
    cells: Vec<Cell>,
}

impl Tallies {
    /// Gathers them: from the period of the first order to that of the cut-off.
    #[must_use]
    pub fn gather(past: &Past<'_>, groups: &Groups, period: CalendarPeriod) -> Self {
        let grain = past.orders().options.grain;
        let first = past.orders().first_tick().map_or(0, |tick| period.index(grain, tick));
        let periods = (period.index(grain, past.cutoff()) - first + 1).max(0) as usize;
        let ends: Vec<i32> = (0..periods).map(|at| period.end(grain, first + at as i32).0).collect();
        let cut = Cut { period, grain, first, ends, groups: groups.len() };
        let empty = || vec![Cell::default(); periods * groups.len()];
        let parts = past.walk(empty, |cells, customer, purchases| {
            cut.take_in(cells, groups.of[customer] as usize, purchases);
        });
        let mut cells = empty();
        for part in parts {
            cells.iter_mut().zip(&part).for_each(|(cell, part)| cell.add(part));
        }
        Self { period, first, groups: groups.len(), cells }
    }

    /// How many periods.
    #[must_use]
    pub fn periods(&self) -> usize {
        self.cells.len() / self.groups.max(1)
    }

    /// The number of the first period ([`CalendarPeriod::index`]).
    #[must_use]
    pub const fn first(&self) -> i32 {
        self.first
    }

    /// A group in a period, counted from the first; `None` is all groups together.
    ///
    /// # Panics
    /// If there is no such period or group.
    #[must_use]
    pub fn cell(&self, at: usize, group: Option<usize>) -> Cell {
        let row = &self.cells[at * self.groups..(at + 1) * self.groups];
        match group {
            Some(group) => row[group],
            None => row.iter().fold(Cell::default(), |mut all, cell| {
                all.add(cell);
                all
            }),
        }
    }

    /// Whether nobody of a group bought in any period.
    #[must_use]
    pub fn is_empty(&self, group: Option<usize>) -> bool {
        (0..self.periods()).all(|at| self.cell(at, group).customers == 0)
    }

    /// What was paid in a period by its number; 0 before the first and after the last.
    #[must_use]
    pub fn revenue_in(&self, index: i32, group: Option<usize>) -> f64 {
        let at = usize::try_from(index - self.first).ok().filter(|&at| at < self.periods());
        at.map_or(0.0, |at| self.cell(at, group).revenue())
    }

    /// Whether both are of the same kind of period and the same number of groups.
    #[must_use]
    pub fn fits(&self, other: &Self) -> bool {
        self.period == other.period && self.groups == other.groups
    }
}

/// How time and customers are cut.
struct Cut {
    period: CalendarPeriod,
    grain: Grain,
    first: i32,
    /// The last tick of each period.
    ends: Vec<i32>,
    groups: usize,
}

impl Cut {
    /// One customer's purchases, by time.
    fn take_in(&self, cells: &mut [Cell], group: usize, purchases: &[Purchase]) {
        let start = purchases[0].tick.0;
        let (mut orders, mut paid) = (0u64, 0i128);
        let mut before: Option<usize> = None;
        let mut rest = purchases;
        while let Some(next) = rest.first() {
            let at = (self.period.index(self.grain, next.tick) - self.first) as usize;
            let (here, later) =
                rest.split_at(rest.partition_point(|purchase| purchase.tick.0 <= self.ends[at]));
            let cell = &mut cells[at * self.groups + group];
            let ordered: u64 = here.iter().map(|purchase| u64::from(purchase.orders)).sum();
            let revenue: i128 = here.iter().map(|purchase| i128::from(purchase.value.micros())).sum();
            (orders, paid) = (orders + ordered, paid + revenue);
            let last = here.last().map_or(start, |purchase| purchase.tick.0);
            cell.add(&Cell {
                customers: 1,
                new: u64::from(before.is_none()),
                orders: ordered,
                revenue,
                repeaters: u64::from(orders > 1),
                retained: u64::from(before.is_some_and(|before| before + 1 == at)),
                span: (last - start) as u64,
                so_far: paid,
                age: (self.ends[at] - start) as u64,
            });
            before = Some(at);
            rest = later;
        }
    }
}
