//! The columns of a table of scores.

use std::sync::OnceLock;

use crate::features::Customers;
use crate::predict::{Extras, Forecast};
use crate::table::{Chunk, Values};
use crate::{Error, Result};

/// So many purchases at most have a column of their own.
pub const MOST_PROBABILITIES: i64 = 200;

/// What is written of a part of the customers, made once so that the table can borrow it.
pub struct Columns<'a> {
    customers: &'a Customers,
    forecast: &'a Forecast,
    extras: &'a Extras,
    whole: (Vec<u32>, Vec<u32>),
    residual_value: Vec<Option<f64>>,
}

impl<'a> Columns<'a> {
    /// From the answers; `margin` is the part of an order's value that is earned.
    ///
    /// # Errors
    /// [`Error::Undefined`] for an interval beyond what can be written.
    pub fn new(
        customers: &'a Customers,
        forecast: &'a Forecast,
        extras: &'a Extras,
        margin: f64,
    ) -> Result<Self> {
        let whole = whole_intervals(forecast)?;
        let orders = forecast.value.iter().flat_map(|money| &money.expected_order_value);
        let residual_value = extras
            .residual
            .iter()
            .zip(orders)
            .map(|(dert, order)| order.map(|order| margin * order * dert))
            .collect();
        Ok(Self { customers, forecast, extras, whole, residual_value })
    }

    /// The chunk of the table; without money the columns of money are left out.
    ///
    /// # Errors
    /// [`Error::Usage`] if the forecast has no interval.
    pub fn chunk(&self) -> Result<Chunk<'_>> {
        let Self { customers, forecast, whole: (lower, upper), .. } = self;
        let mut columns = vec![
            ("customer_id", Values::Ids(&customers.ids, 0..customers.len())),
            ("frequency", Values::Whole(&customers.frequency)),
            ("recency", Values::Real(&customers.recency)),
            ("age", Values::Real(&customers.age)),
        ];
        if customers.has_money() {
            columns.push(("monetary_value", Values::Optional(&customers.monetary_value)));
        }
        columns.extend([
            ("p_alive", Values::Real(&forecast.p_alive)),
            ("expected_purchases", Values::Real(&forecast.expected_purchases)),
            ("purchases_lower", Values::Whole(lower)),
            ("purchases_upper", Values::Whole(upper)),
            ("p_no_purchase", Values::Real(&forecast.p_no_purchase)),
        ]);
        if let Some(money) = &forecast.value {
            let Some(interval) = money.intervals.first() else {
                return Err(Error::usage("scores need the level of an interval"));
            };
            columns.extend([
                ("expected_order_value", Values::Optional(&money.expected_order_value)),
                ("expected_value", Values::Optional(&money.expected)),
                ("value_lower", Values::Real(&interval.lower)),
                ("value_median", Values::Real(&money.median)),
                ("value_upper", Values::Real(&interval.upper)),
            ]);
        }
        columns.extend(self.extra());
        Ok(Chunk { columns })
    }

    fn extra(&self) -> Vec<(&'static str, Values<'_>)> {
        let Self { extras, residual_value, .. } = self;
        let mut columns: Vec<(&'static str, Values<'_>)> = Vec::new();
        if !extras.next_median.is_empty() {
            columns.extend([
                ("next_purchase_lower", Values::Optional(&extras.next_lower[..])),
                ("next_purchase_median", Values::Optional(&extras.next_median)),
                ("next_purchase_upper", Values::Optional(&extras.next_upper)),
            ]);
        }
        for (name, column) in names().iter().zip(&extras.probabilities) {
            columns.push((name, Values::Real(column)));
        }
        if !extras.more.is_empty() {
            columns.push(("p_more", Values::Real(&extras.more)));
        }
        if !extras.residual.is_empty() {
            columns.push(("residual_purchases", Values::Real(&extras.residual)));
        }
        if !residual_value.is_empty() {
            columns.push(("residual_value", Values::Optional(residual_value)));
        }
        columns
    }
}

/// `p_0`, `p_1`, …: the names of the columns of probabilities.
fn names() -> &'static [String] {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    NAMES.get_or_init(|| (0..=MOST_PROBABILITIES).map(|n| format!("p_{n}")).collect())
}

/// The purchases' interval as the whole numbers it is made of.
fn whole_intervals(forecast: &Forecast) -> Result<(Vec<u32>, Vec<u32>)> {
    let whole = |values: &[f64]| -> Result<Vec<u32>> {
        let convert = |value: &f64| {
            if (0.0..=f64::from(u32::MAX)).contains(value) {
                Ok(*value as u32)
            } else {
                Err(Error::Undefined(format!(
                    "an interval reaches {value:e} purchases; take a shorter horizon"
                )))
            }
        };
        values.iter().map(convert).collect()
    };
    match forecast.purchases.first() {
        Some(interval) => Ok((whole(&interval.lower)?, whole(&interval.upper)?)),
        None => Err(Error::usage("scores need the level of an interval")),
    }
}
