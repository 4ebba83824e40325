//! `summary.json`: what `ltv run` found, for machines.

use serde_json::{Value, json};

use super::args;
use super::made::Made;
use super::scoring::{Listed, Scored};
use crate::backtest::BacktestReport;
use crate::features::Past;
use crate::orders::Ledger;
use crate::predict::Total;
use crate::{Error, Result};

/// Everything a run found.
pub struct Summary<'a> {
    /// What was asked.
    pub args: &'a args::Run,
    /// What became of the rows.
    pub ledger: &'a Ledger,
    /// The last moment of the horizon.
    pub horizon_end: Option<&'a str>,
    /// The orders as they were used.
    pub past: &'a Past<'a>,
    /// What was fitted.
    pub made: &'a Made,
    /// The totals and lists.
    pub scored: &'a Scored,
    /// The check on the past, or why there is none.
    pub check: Result<&'a BacktestReport, &'a Error>,
}

impl Summary<'_> {
    /// As JSON that a person can read.
    ///
    /// # Errors
    /// [`Error::Undefined`] if it cannot be written as JSON.
    pub fn to_json(&self) -> Result<String> {
        let Self { args, past, made, scored, .. } = self;
        let grain = past.orders().options.grain;
        let net = past.netting();
        let failed =
            |e: serde_json::Error| Error::Undefined(format!("the summary cannot be written as JSON: {e}"));
        let summary = json!({
            "format_version": 1,
            "ledger": serde_json::to_value(self.ledger).map_err(failed)?,
            "refunds": {
                "refunds": net.refunds,
                "set_off": net.netted,
                "orders_refunded_in_full": net.orders_refunded_in_full,
                "without_order": net.refunds_without_order,
            },
            "customers": past.len(),
            "first_order": past.orders().first_tick().map(|tick| grain.show(tick)),
            "cutoff": grain.show(past.cutoff()),
            "unit": made.unit(),
            "grain": grain,
            "horizon": args.horizon.to_string(),
            "horizon_end": self.horizon_end,
            "level": args.worth.level.get(),
            "discount": args.worth.discount.map(crate::units::AnnualRate::get),
            "margin": args.worth.margin.map(crate::units::Share::get),
            "warnings": made.warnings(),
            "calibrated": made.calibration().is_some(),
            "alive": scored.totals.alive,
            "purchases": total(scored.totals.purchases.into(), &scored.purchases),
            "value": scored.value.as_ref().map(|value| total(scored.totals.value, value)),
            "held_fixed": scored.held_fixed,
            "most_valuable": scored.best.iter().map(listed).collect::<Vec<_>>(),
            "slipping_away": scored.slipping.iter().map(listed).collect::<Vec<_>>(),
            "check": match self.check {
                Ok(report) => serde_json::to_value(report).map_err(failed)?,
                Err(why) => json!({ "failed": why.to_string() }),
            },
        });
        Ok(serde_json::to_string_pretty(&summary).map_err(failed)? + "\n")
    }
}

fn total(expected: Option<f64>, total: &Result<Total>) -> Value {
    match total {
        Ok(total) => {
            json!({ "expected": expected, "lower": total.lower, "median": total.median, "upper": total.upper })
        }
        Err(why) => {
            json!({ "expected": expected, "lower": null, "median": null, "upper": null, "why": why.to_string() })
        }
    }
}

fn listed(customer: &Listed) -> Value {
    json!({
        "customer_id": customer.id,
        "purchases_so_far": customer.purchases_so_far,
        "p_alive": customer.p_alive,
        "expected_purchases": customer.expected_purchases,
        "expected_value": customer.expected_value,
        "lower": customer.interval.0,
        "upper": customer.interval.1,
    })
}
