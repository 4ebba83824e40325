//! Which columns there are.

use serde::{Deserialize, Serialize};

use super::row::{CLOCK, GAPS, HOURS, SEASON, SPEND, TIMING};
use crate::features::Past;
use crate::features::net::units;
use crate::units::{Grain, Tick};
use crate::{Error, Result};

/// Fixed lengths of trailing windows, in days.
const FIXED_DAYS: [f64; 4] = [30.0, 90.0, 180.0, 365.0];

/// Lengths of trailing windows as parts and multiples of the horizon; the horizon itself comes first.
const OF_HORIZON: [f64; 4] = [1.0, 0.25, 0.5, 2.0];

/// Of two trailing windows whose lengths differ by less than this factor, one is enough.
const APART: f64 = 1.35;

/// Logarithms of money are ln(1 + value/unit) with this part of the mean purchase as the unit: nearly ln value for ordinary values,
/// and 0 for nothing.
const PART_OF_MEAN: f64 = 0.01;

/// The numbers that tell what a customer did up to a cut: which there are, and in which order. Made once on the past that is learnt
/// from, and kept, so that every other past is told in the same way.
///
/// Times are in days; `ln_` stands for ln(1 + ·). Values are those of all purchases, the first included, net of the refunds known at the cut;
/// their logarithms are ln(1 + v/u) with u a hundredth of the mean purchase of the past learnt from, so that another currency changes
/// nothing. Without money the columns of money are left out.
///
/// | column | definition |
/// |---|---|
/// | `frequency`, `ln_frequency` | purchases after the first, x |
/// | `age_days`, `ln_age_days` | from the first purchase to the cut, T |
/// | `days_since_last`, `ln_days_since_last` | from the last purchase to the cut, T − t_x |
/// | `ln_recency_days` | from the first to the last purchase, t_x (as it is it would be the difference of the two above) |
/// | `rate` | x h/(T + h): repeat purchases in a horizon h, as if nothing had been bought in one horizon more |
/// | `orders_per_purchase` | orders within one tick of the grain count as one purchase; how many they are on average |
/// | `bought_again` | 1 if x ≥ 1, otherwise 0; the next three are then 0 |
/// | `ln_mean_gap` | t_x/x |
/// | `ln_last_gap` | between the last two purchases |
/// | `ln_overdue` | (T − t_x) over the mean gap |
/// | `has_two_gaps` | 1 if x ≥ 2, otherwise 0; the next two are then 0 |
/// | `ln_sd_gap` | standard deviation of the gaps, with n − 1 |
/// | `gap_trend` | by how much ln(gap) changes from the first to the last gap along its least-squares line |
/// | `mean_value`, `total_value`, `ln_mean_value`, `ln_total_value` | of all purchases |
/// | `ln_sd_value` | their standard deviation with n − 1; 0 for a single one |
/// | `ln_first_value`, `ln_last_value`, `ln_max_value` | of single purchases |
/// | `ln_purchases_91d`, `ln_value_91d` | number and value of the purchases in the 91 days that end with the cut; the lengths are a quarter, half, one and two horizons and 30, 90, 180 and 365 days, as far as the history is longer and they are not nearly the same |
/// | `purchases_91d`, `value_91d` | as they are, for the window as long as the horizon |
/// | `cut_sin`, `cut_cos`, `first_sin`, `first_cos`, `last_sin`, `last_cos` | where in the year of 365.2425 days the cut, the first and the last purchase are; only where asked for |
/// | `weekend_share` | share of the purchases on Saturdays and Sundays |
/// | `hour_sin`, `hour_cos` | mean over the purchases of where in the day they are; only where the grain knows the hour |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Behaviour {
    /// What counts as one purchase.
    pub(super) grain: Grain,
    /// How far the forecast looks, in ticks.
    pub(super) horizon: u32,
    /// Lengths of the trailing windows in ticks, ascending.
    pub(super) trailing: Vec<u32>,
    /// The unit of money within logarithms; `None` without money.
    pub(super) unit_of_value: Option<f64>,
    /// Whether the seasons of the cut, the first and the last purchase are told.
    pub(super) seasons: bool,
}

impl Behaviour {
    /// The columns for forecasts of a horizon (in ticks of the grain), learnt on a past. `seasons`: whether to tell seasons, which only teach
    /// something where cuts all over the year are learnt from.
    ///
    /// # Errors
    /// [`Error::Usage`] if the horizon is 0 or the past counts opportunities.
    pub fn of(past: &Past<'_>, horizon: u32, seasons: bool) -> Result<Self> {
        past.refuse_opportunities()?;
        if horizon == 0 {
            return Err(Error::usage("a horizon of 0 has nothing to predict"));
        }
        let grain = past.orders().options.grain;
        let history = past
            .orders()
            .first_tick()
            .map_or(0.0, |Tick(first)| f64::from(past.cutoff().0) - f64::from(first));
        let trailing = trailing(grain, horizon, history);
        let unit_of_value = past.orders().has_money().then(|| unit_of_value(past));
        Ok(Self { grain, horizon, trailing, unit_of_value, seasons })
    }

    /// What counts as one purchase.
    #[must_use]
    pub const fn grain(&self) -> Grain {
        self.grain
    }

    /// How far the forecast looks, in ticks of the grain.
    #[must_use]
    pub const fn horizon(&self) -> u32 {
        self.horizon
    }

    /// Whether there are columns of money.
    #[must_use]
    pub const fn has_money(&self) -> bool {
        self.unit_of_value.is_some()
    }

    /// The mean value of a purchase of the past learnt from; `None` without money.
    #[must_use]
    pub fn mean_purchase(&self) -> Option<f64> {
        self.unit_of_value.map(|unit| unit / PART_OF_MEAN)
    }

    /// How many columns there are.
    #[must_use]
    pub fn width(&self) -> usize {
        let money = usize::from(self.has_money());
        TIMING.len()
            + GAPS.len()
            + money * SPEND.len()
            + (1 + money) * (self.trailing.len() + usize::from(self.horizon_is_told()))
            + if self.seasons { SEASON.len() } else { 0 }
            + CLOCK.len()
            + if self.knows_hours() { HOURS.len() } else { 0 }
    }

    /// The names of the columns, in order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = TIMING.iter().chain(&GAPS).map(ToString::to_string).collect();
        if self.has_money() {
            names.extend(SPEND.iter().map(ToString::to_string));
        }
        for &ticks in &self.trailing {
            let days = f64::from(ticks) / f64::from(self.grain.ticks_per_day());
            let days = (days * 1000.0).round() / 1000.0;
            for what in self.told_of(ticks) {
                names.push(format!("{what}_{days}d"));
            }
        }
        if self.seasons {
            names.extend(SEASON.iter().map(ToString::to_string));
        }
        names.extend(CLOCK.iter().map(ToString::to_string));
        if self.knows_hours() {
            names.extend(HOURS.iter().map(ToString::to_string));
        }
        names
    }

    /// What is told of a trailing window, in the order in which it is written.
    fn told_of(&self, ticks: u32) -> Vec<&'static str> {
        let mut told = vec!["ln_purchases"];
        if self.has_money() {
            told.push("ln_value");
        }
        if ticks == self.horizon {
            told.push("purchases");
            if self.has_money() {
                told.push("value");
            }
        }
        told
    }

    /// Whether one of the trailing windows is as long as the horizon.
    fn horizon_is_told(&self) -> bool {
        self.trailing.contains(&self.horizon)
    }

    /// Whether the grain knows the hour of a purchase.
    pub(super) fn knows_hours(&self) -> bool {
        self.grain != Grain::Day
    }
}

impl Past<'_> {
    /// What is told of days and gaps is not told of opportunities.
    ///
    /// # Errors
    /// [`Error::Usage`] if the past counts opportunities.
    pub(crate) fn refuse_opportunities(&self) -> Result<()> {
        self.period().map_or(Ok(()), |period| {
            Err(Error::usage(format!(
                "regressions read the days of the orders, not opportunities to buy, one each calendar {period}; leave \
                 --opportunities out, or take a model that counts opportunities"
            )))
        })
    }
}

/// The lengths of the trailing windows in ticks, ascending: shorter than the history, and not nearly the same.
fn trailing(grain: Grain, horizon: u32, history: f64) -> Vec<u32> {
    let of_horizon = OF_HORIZON.iter().map(|part| part * f64::from(horizon));
    let fixed = FIXED_DAYS.iter().map(|days| days * f64::from(grain.ticks_per_day()));
    let mut lengths: Vec<f64> = Vec::new();
    for length in of_horizon.chain(fixed).map(f64::round) {
        let alike = |&other: &f64| length < APART * other && other < APART * length;
        if length >= 1.0 && length < history && !lengths.iter().any(alike) {
            lengths.push(length);
        }
    }
    lengths.sort_unstable_by(f64::total_cmp);
    lengths.into_iter().map(|length| length as u32).collect()
}

/// A hundredth of the mean purchase; 1 where nothing costs anything.
fn unit_of_value(past: &Past<'_>) -> f64 {
    let parts = past.over_pieces(0..past.orders().len(), |netter, piece| {
        let (mut sum, mut count) = (0i128, 0u64);
        for customer in piece {
            let purchases = past.purchases(netter, customer);
            count += purchases.len() as u64;
            sum += purchases.iter().map(|purchase| i128::from(purchase.value.micros())).sum::<i128>();
        }
        (sum, count)
    });
    let (mut sum, mut count) = (0i128, 0u64);
    for ((part, purchases), _) in parts {
        sum += part;
        count += purchases;
    }
    if sum > 0 { PART_OF_MEAN * units(sum) / count as f64 } else { 1.0 }
}
