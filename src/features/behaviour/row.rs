//! One customer's numbers. Every group of columns is a list of names and a function to an array of that length.

use std::f64::consts::TAU;

use super::Behaviour;
use crate::features::net::Purchase;
use crate::features::regularity::gap;
use crate::units::{Grain, Tick};

/// When and how often.
pub(super) const TIMING: [&str; 9] = [
    "frequency",
    "ln_frequency",
    "age_days",
    "ln_age_days",
    "days_since_last",
    "ln_days_since_last",
    "ln_recency_days",
    "rate",
    "orders_per_purchase",
];

/// The times between purchases.
pub(super) const GAPS: [&str; 7] =
    ["bought_again", "ln_mean_gap", "ln_last_gap", "ln_overdue", "has_two_gaps", "ln_sd_gap", "gap_trend"];

/// What purchases were worth.
pub(super) const SPEND: [&str; 8] = [
    "mean_value",
    "total_value",
    "ln_mean_value",
    "ln_total_value",
    "ln_sd_value",
    "ln_first_value",
    "ln_last_value",
    "ln_max_value",
];

/// Where in the year.
pub(super) const SEASON: [&str; 6] = ["cut_sin", "cut_cos", "first_sin", "first_cos", "last_sin", "last_cos"];

/// Where in the week.
pub(super) const CLOCK: [&str; 1] = ["weekend_share"];

/// Where in the day.
pub(super) const HOURS: [&str; 2] = ["hour_sin", "hour_cos"];

/// The mean length of a year of the calendar, in days.
const YEAR: f64 = 365.2425;

/// Writes numbers one after the other into a row.
struct Writer<'a> {
    row: &'a mut [f64],
    next: usize,
}

impl Writer<'_> {
    fn put<const N: usize>(&mut self, values: [f64; N]) {
        self.row[self.next..self.next + N].copy_from_slice(&values);
        self.next += N;
    }
}

impl Behaviour {
    /// Writes the numbers of a customer with these purchases (by time, at least one, none after the cut) into a row as wide as there are
    /// columns.
    pub(super) fn write(&self, purchases: &[Purchase], cut: Tick, row: &mut [f64]) {
        let ([first, ..], [.., last]) = (purchases, purchases) else { return };
        let mut to = Writer { row, next: 0 };
        let per_day = f64::from(self.grain.ticks_per_day());
        to.put(self.timing(purchases, cut, per_day));
        to.put(gaps(purchases, cut, per_day));
        if let Some(unit) = self.unit_of_value {
            to.put(spend(purchases, unit));
        }
        for &ticks in &self.trailing {
            self.write_trailing(purchases, cut, ticks, &mut to);
        }
        if self.seasons {
            let [c, f, l] = [cut, first.tick, last.tick].map(|at| season(at, per_day));
            to.put([c.0, c.1, f.0, f.1, l.0, l.1]);
        }
        to.put([weekend_share(purchases, self.grain)]);
        if self.knows_hours() {
            to.put(hours(purchases, self.grain));
        }
    }

    fn timing(&self, purchases: &[Purchase], cut: Tick, per_day: f64) -> [f64; TIMING.len()] {
        let days = |from: Tick, to: Tick| (f64::from(to.0) - f64::from(from.0)) / per_day;
        let (first, last) = (purchases[0].tick, purchases[purchases.len() - 1].tick);
        let x = (purchases.len() - 1) as f64;
        let (age, silence) = (days(first, cut), days(last, cut));
        let horizon = f64::from(self.horizon) / per_day;
        let orders: f64 = purchases.iter().map(|purchase| f64::from(purchase.orders)).sum();
        [
            x,
            x.ln_1p(),
            age,
            age.ln_1p(),
            silence,
            silence.ln_1p(),
            days(first, last).ln_1p(),
            x * horizon / (age + horizon),
            orders / purchases.len() as f64,
        ]
    }

    /// Number and value of the purchases in the last ticks up to the cut.
    fn write_trailing(&self, purchases: &[Purchase], cut: Tick, ticks: u32, to: &mut Writer<'_>) {
        let from = i64::from(cut.0) - i64::from(ticks);
        let recent = &purchases[purchases.partition_point(|bought| i64::from(bought.tick.0) <= from)..];
        let count = recent.len() as f64;
        // In range: a customer's amounts all add up to less than i64::MAX.
        let value = recent.iter().map(|bought| bought.value.micros()).sum::<i64>() as f64 * 1e-6;
        to.put([count.ln_1p()]);
        if let Some(unit) = self.unit_of_value {
            to.put([(value / unit).ln_1p()]);
        }
        if ticks == self.horizon {
            to.put([count]);
            if self.unit_of_value.is_some() {
                to.put([value]);
            }
        }
    }
}

fn gaps(purchases: &[Purchase], cut: Tick, per_day: f64) -> [f64; GAPS.len()] {
    let [.., before, last] = purchases else { return [0.0; GAPS.len()] };
    let days = |from: Tick, to: Tick| gap(from, to) / per_day;
    let n = (purchases.len() - 1) as f64;
    let all = || purchases.windows(2).map(|pair| days(pair[0].tick, pair[1].tick));
    let mean = all().sum::<f64>() / n;
    let silence = (f64::from(cut.0) - f64::from(last.tick.0)) / per_day;
    let (mut two, mut sd, mut trend) = (0.0, 0.0, 0.0);
    if n >= 2.0 {
        two = 1.0;
        sd = (all().map(|gap| (gap - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        // Σ (i − ī)² over i = 0, …, n − 1 is n (n² − 1)/12; the line is n − 1 steps long.
        let middle = 0.5 * (n - 1.0);
        let slope = all().enumerate().map(|(i, gap)| (i as f64 - middle) * gap.ln()).sum::<f64>()
            / (n * (n * n - 1.0) / 12.0);
        trend = slope * (n - 1.0);
    }
    [
        1.0,
        mean.ln_1p(),
        days(before.tick, last.tick).ln_1p(),
        (silence / mean).ln_1p(),
        two,
        sd.ln_1p(),
        trend,
    ]
}

fn spend(purchases: &[Purchase], unit: f64) -> [f64; SPEND.len()] {
    let value = |purchase: &Purchase| purchase.value.to_f64();
    let n = purchases.len() as f64;
    let total: f64 = purchases.iter().map(|bought| bought.value.micros()).sum::<i64>() as f64 * 1e-6;
    let mean = total / n;
    let squares: f64 = purchases.iter().map(|bought| (value(bought) - mean).powi(2)).sum();
    let sd = if n > 1.0 { (squares / (n - 1.0)).sqrt() } else { 0.0 };
    let most = purchases.iter().map(value).fold(0.0, f64::max);
    let ln = |value: f64| (value.max(0.0) / unit).ln_1p();
    let (first, last) = (value(&purchases[0]), value(&purchases[purchases.len() - 1]));
    [mean, total, ln(mean), ln(total), ln(sd), ln(first), ln(last), ln(most)]
}

/// Sine and cosine of where in the year a tick is.
fn season(at: Tick, per_day: f64) -> (f64, f64) {
    (TAU * f64::from(at.0) / per_day / YEAR).sin_cos()
}

/// The share of the purchases on a Saturday or Sunday.
fn weekend_share(purchases: &[Purchase], grain: Grain) -> f64 {
    // Day 0, 2000-01-01, is a Saturday.
    let weekend = |bought: &&Purchase| bought.tick.0.div_euclid(grain.ticks_per_day()).rem_euclid(7) < 2;
    purchases.iter().filter(weekend).count() as f64 / purchases.len() as f64
}

/// The mean sine and cosine of where in the day purchases are.
fn hours(purchases: &[Purchase], grain: Grain) -> [f64; HOURS.len()] {
    let per_day = grain.ticks_per_day();
    let (mut sine, mut cosine) = (0.0, 0.0);
    for bought in purchases {
        let (s, c) = (TAU * f64::from(bought.tick.0.rem_euclid(per_day)) / f64::from(per_day)).sin_cos();
        sine += s;
        cosine += c;
    }
    let n = purchases.len() as f64;
    [sine / n, cosine / n]
}
