//! Training windows: earlier origins of the same horizon, what was known at each, and what then happened.

use std::ops::Range;

use super::origins::Reach;
use crate::features::{Customers, Holdout, Past};
use crate::math::hash::{nth, uniform};
use crate::units::{Horizon, Tick, TimeUnit};
use crate::{Error, Result};

/// How training windows are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowOptions {
    /// How many origins at most.
    pub most: usize,
    /// How far apart, in ticks; a quarter of the horizon if not said.
    pub step: Option<u32>,
    /// So many customers must have bought by an origin.
    pub fewest_customers: usize,
    /// Of more rows than this in all windows together, some customers are drawn, the same ones in every window.
    pub most_rows: usize,
}

impl Default for WindowOptions {
    fn default() -> Self {
        Self { most: 8, step: None, fewest_customers: 50, most_rows: 1_000_000 }
    }
}

/// One origin: what was known then, and what happened in the horizon after it. Rows are customers.
#[derive(Debug, Clone)]
pub struct TrainingWindow<'a> {
    /// The past at the origin; all its customers, also those who are no rows.
    pub past: Past<'a>,
    /// The rows by their numbers in [`crate::orders::Orders`], ascending.
    pub who: Vec<u32>,
    /// The table of the rows.
    pub customers: Customers,
    /// What they then did. (`acquired` and `revised` are of all customers.)
    pub holdout: Holdout,
}

/// Origins after which the whole horizon is known before the cut-off of a past, the oldest first. Their rows, one window after the other,
/// are the rows of a training set.
#[derive(Debug, Clone)]
pub struct TrainingWindows<'a> {
    /// How far the forecast looks, in ticks of the grain.
    pub horizon: u32,
    /// The windows, the oldest first; at least one, and each has rows.
    pub windows: Vec<TrainingWindow<'a>>,
    /// What should be known of how they were chosen, in words.
    pub notes: Vec<String>,
}

impl<'a> TrainingWindows<'a> {
    /// The windows of a horizon (in ticks: [`super::horizon_in_ticks`]). The newest origin lies the horizon before the cut-off, the others in steps
    /// before it, as long as half a horizon of history is left before them and enough customers had bought. Nothing after the cut-off is
    /// seen, and of each window nothing after its own end.
    ///
    /// # Errors
    /// [`Error::Undefined`] if the history is too short for one origin or there are too few customers, with what could be done
    /// ([`TrainingWindows::longest_horizon`]); [`Error::Usage`] if the horizon is 0 or the past counts opportunities.
    pub fn of(past: &Past<'a>, horizon: u32, unit: TimeUnit, options: &WindowOptions) -> Result<Self> {
        if horizon == 0 {
            return Err(Error::usage(
                "a horizon of 0 has nothing to predict; use for instance --horizon 52w",
            ));
        }
        let reach = Reach::of(past, options.fewest_customers)?;
        let origins = reach.origins(horizon, options.step, options.most)?;
        let mut seen = Vec::with_capacity(origins.len());
        for &origin in &origins {
            let end = Tick(origin.0.saturating_add(horizon.cast_signed()));
            seen.push(past.again(end)?.rewind_to(origin)?);
        }
        let rows: usize = seen.iter().map(|(past, _)| past.len()).sum();
        let sample = Sample::of(rows, options.most_rows);
        let windows: Vec<_> = seen
            .into_iter()
            .map(|(past, holdout)| TrainingWindow::of(past, holdout, unit, sample))
            .filter(|window| !window.who.is_empty())
            .collect();
        let mut all = Self { horizon, windows, notes: Vec::new() };
        if all.windows.is_empty() {
            return Err(Error::usage("of so few rows at most, none is left to learn from"));
        }
        if sample.part < 1.0 {
            all.notes.push(format!(
                "{} of {rows} rows were learnt from: those of {:.3} % of the customers, drawn by their places in the orders",
                all.rows(),
                100.0 * sample.part
            ));
        }
        Ok(all)
    }

    /// The longest horizon, in whole days, for which a past has a window; `None` if it has for none.
    ///
    /// # Errors
    /// [`Error::Undefined`] if there are too few customers; [`Error::Usage`] if the past counts opportunities.
    pub fn longest_horizon(past: &Past<'_>, options: &WindowOptions) -> Result<Option<Horizon>> {
        Ok(Reach::of(past, options.fewest_customers)?.longest())
    }

    /// How many rows there are in all windows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.windows.iter().map(|window| window.who.len()).sum()
    }

    /// The newest window.
    #[must_use]
    pub fn newest(&self) -> Option<&TrainingWindow<'a>> {
        self.windows.last()
    }

    /// Which of all rows are those of each window.
    #[must_use]
    pub fn ranges(&self) -> Vec<Range<usize>> {
        let mut end = 0;
        let range = |window: &TrainingWindow<'_>| {
            let start = end;
            end += window.who.len();
            start..end
        };
        self.windows.iter().map(range).collect()
    }

    /// Of each row the customer, by its number in the orders: rows of one customer are a group in any cross-validation.
    #[must_use]
    pub fn who(&self) -> Vec<u32> {
        self.windows.iter().flat_map(|window| window.who.iter().copied()).collect()
    }

    /// Of each row the number of its window, counted from the oldest.
    #[must_use]
    pub fn origins(&self) -> Vec<u32> {
        let of = |(number, window): (u32, &TrainingWindow<'_>)| std::iter::repeat_n(number, window.who.len());
        (0..).zip(&self.windows).flat_map(of).collect()
    }

    /// Of each row the purchases in the horizon.
    #[must_use]
    pub fn purchases(&self) -> Vec<f64> {
        let of = |window: &'_ TrainingWindow<'a>| window.holdout.purchases.clone();
        self.windows.iter().flat_map(of).map(f64::from).collect()
    }

    /// Of each row the value of the purchases in the horizon; `None` without money.
    #[must_use]
    pub fn value(&self) -> Option<Vec<f64>> {
        let all: Vec<f64> =
            self.windows.iter().flat_map(|window| window.holdout.value.iter().copied()).collect();
        (all.len() == self.rows()).then_some(all)
    }
}

impl<'a> TrainingWindow<'a> {
    fn of(past: Past<'a>, holdout: Holdout, unit: TimeUnit, sample: Sample) -> Self {
        if sample.part >= 1.0 {
            let customers = past.customers(unit);
            let who = customers.history.as_ref().map_or_else(Vec::new, |history| history.numbers.clone());
            return Self { past, who, customers, holdout };
        }
        let who = past.indices(0..past.orders().len());
        let kept: Vec<bool> = who.iter().map(|&customer| sample.has(customer)).collect();
        let who = only(who, &kept);
        let holdout = Holdout {
            purchases: only(holdout.purchases, &kept),
            value: only(holdout.value, &kept),
            ..holdout
        };
        Self { customers: past.customers_of(unit, &who), past, who, holdout }
    }
}

fn only<T>(column: Vec<T>, kept: &[bool]) -> Vec<T> {
    column.into_iter().zip(kept).filter_map(|(value, kept)| kept.then_some(value)).collect()
}

/// A part of the customers, drawn by their places in the orders.
#[derive(Debug, Clone, Copy)]
struct Sample {
    part: f64,
}

impl Sample {
    /// So that of so many rows about as many are left as there may be.
    fn of(rows: usize, most: usize) -> Self {
        Self { part: if rows <= most { 1.0 } else { most as f64 / rows as f64 } }
    }

    fn has(self, customer: u32) -> bool {
        uniform(nth(u64::from(customer), SAMPLES)) <= self.part
    }
}

/// What samples are drawn by: another seed than that of folds, so that the two know nothing of each other.
const SAMPLES: u64 = 0x6c74_762d_7361_6d70;
