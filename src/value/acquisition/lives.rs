//! Months of life: what customers brought in each, counted from their first orders.

use jiff::ToSpan;

use crate::features::{Past, Purchase};
use crate::units::{Grain, Tick, TimeUnit};

/// Where the months of a life end, by the day of the first order.
pub(super) struct Months {
    grain: Grain,
    months: usize,
    first_day: i32,
    /// Per day, days from the first order to the end of each month.
    days: Vec<i32>,
}

impl Months {
    /// Months of lives that begin from one tick to another; counted on the calendar, so that who came on the 31st is a month old on the last day
    /// of the next.
    pub fn new(grain: Grain, (first, last): (Tick, Tick), months: usize) -> Self {
        let day = |tick: Tick| tick.0.div_euclid(grain.ticks_per_day());
        let first_day = day(first);
        let mut days = Vec::with_capacity((day(last) - first_day + 1).max(0) as usize * months);
        for start in first_day..=day(last) {
            let from = Grain::Day.moment(Tick(start)).date();
            days.extend((1..=months).map(|month| {
                let to = from.saturating_add((month as i64).months());
                from.until(to).map_or(0, |span| span.get_days())
            }));
        }
        Self { grain, months, first_day, days }
    }

    /// Days from a first order to the end of each month of that life.
    pub fn of(&self, first: Tick) -> &[i32] {
        let at = (first.0.div_euclid(self.grain.ticks_per_day()) - self.first_day) as usize * self.months;
        &self.days[at..at + self.months]
    }

    /// The time from a cut-off to the end of each month, in a unit; 0 where that is past.
    pub fn ends(&self, first: Tick, cutoff: Tick, unit: TimeUnit, ends: &mut [f64]) {
        let age = f64::from(cutoff.0) - f64::from(first.0);
        let (day, per) = (f64::from(self.grain.ticks_per_day()), self.grain.ticks_per(unit));
        for (end, &days) in ends.iter_mut().zip(self.of(first)) {
            *end = ((f64::from(days) * day - age) / per).max(0.0);
        }
    }
}

/// What customers brought in each month of their lives, up to the cut-off; in the order of the table of customers.
pub(super) struct Lives {
    /// The group of each customer.
    pub group: Vec<u32>,
    /// Of each customer, everything within the months, discounted.
    pub total: Vec<f64>,
    /// Per group the value of the first orders (place 0) and of each month, discounted.
    sums: Vec<f64>,
    months: usize,
}

/// What one piece of work gathers.
struct Part {
    group: Vec<u32>,
    total: Vec<f64>,
    sums: Vec<f64>,
}

impl Lives {
    /// Walks through the past once. `group` tells of a customer's number and first order the group, of which there are `groups`; `delta` is
    /// the continuous rate of discount a day.
    pub fn of(
        past: &Past<'_>,
        months: &Months,
        groups: usize,
        group: impl Fn(usize, Tick) -> u32 + Sync,
        delta: f64,
    ) -> Self {
        let width = months.months + 1;
        let per_day = f64::from(months.grain.ticks_per_day());
        let begin = || Part { group: Vec::new(), total: Vec::new(), sums: vec![0.0; groups * width] };
        let parts = past.walk(begin, |part, customer, purchases: &[Purchase]| {
            let Some(first) = purchases.first() else { return };
            let (ends, own) = (months.of(first.tick), group(customer, first.tick));
            let sums = &mut part.sums[own as usize * width..][..width];
            let mut total = 0.0;
            for (at, purchase) in purchases.iter().enumerate() {
                let days = f64::from(purchase.tick.0 - first.tick.0) / per_day;
                let month = if at == 0 { 0 } else { 1 + ends.partition_point(|&end| f64::from(end) < days) };
                if month < width {
                    let value = purchase.value.to_f64() * (-delta * days).exp();
                    sums[month] += value;
                    total += value;
                }
            }
            part.group.push(own);
            part.total.push(total);
        });
        let mut all =
            Self { group: Vec::new(), total: Vec::new(), sums: vec![0.0; groups * width], months: width };
        for part in parts {
            all.group.extend(part.group);
            all.total.extend(part.total);
            all.sums.iter_mut().zip(part.sums).for_each(|(to, from)| *to += from);
        }
        all
    }

    /// What a group brought up to the end of each month, from the first orders on.
    pub fn realised(&self, group: usize) -> Vec<f64> {
        let mut sum = 0.0;
        let each = &self.sums[group * self.months..][..self.months];
        each.iter()
            .map(|value| {
                sum += value;
                sum
            })
            .collect()
    }
}
