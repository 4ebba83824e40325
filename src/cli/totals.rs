//! The shop's total with its interval, and how it is told.

use super::scoring::{Asked, Listed, Scored};
use super::show::{self, Grid};
use super::tell::wrap;
use crate::Result;
use crate::fit::TrainedModel;
use crate::predict::{ParameterDraws, Total, Totals};
use crate::units::TimeUnit;

/// Draws of the parameters behind the interval of a total.
const DRAWS: usize = 400;
/// Their seed: the same input gives the same interval.
const SEED: u64 = 0x6c74_7631;

/// The totals of purchases and (with money) of value, each with its interval or the reason why there is none.
pub fn intervals(
    trained: &TrainedModel,
    totals: &Totals,
    asked: &Asked,
    money: bool,
) -> (Result<Total>, Option<Result<Total>>) {
    let purchase = (&trained.purchase.model, trained.purchase.uncertainty.as_ref());
    let draw = |spend| ParameterDraws::laplace(purchase, spend, DRAWS, SEED);
    let count = draw(None).and_then(|draws| totals.purchases(purchase.0, &draws, asked.periods, asked.level));
    let value = trained.spend.as_ref().filter(|_| money).map(|spend| {
        let draws = draw(Some((&spend.model, spend.uncertainty.as_ref())))?;
        totals.value(purchase.0, &spend.model, &draws, asked.periods, asked.level)
    });
    (count, value)
}

/// The totals as a table: customers, alive, orders and value with their intervals.
#[must_use]
pub fn table(scored: &Scored, level: f64) -> String {
    let range = format!("{:.0} % interval", 100.0 * level);
    let mut grid = Grid::new(&["", "expected", &range]);
    grid.row(["customers".to_owned(), show::count(scored.totals.customers), String::new()]);
    grid.row(["alive".to_owned(), show::mean(scored.totals.alive), String::new()]);
    let mut notes = String::new();
    let mut total = |name: &str, expected: Option<f64>, total: &Result<Total>, show: fn(f64) -> String| {
        let range = match total {
            Ok(total) => format!("{} to {}", show(total.lower), show(total.upper)),
            Err(why) => {
                notes += &wrap(&format!("no interval of the total {name}: {why}"));
                "none".to_owned()
            }
        };
        grid.row([name.to_owned(), expected.map_or_else(|| "none".to_owned(), show), range]);
    };
    total("purchases", Some(scored.totals.purchases), &scored.purchases, show::mean);
    if let Some(value) = &scored.value {
        total("value", scored.totals.value, value, show::money);
    }
    grid.text() + &notes
}

/// A list of customers as a table.
#[must_use]
pub fn list(customers: &[Listed], unit: TimeUnit, level: f64) -> String {
    let money = customers.iter().any(|customer| customer.expected_value.is_some());
    let (silence, within) = (format!("silent {unit}s"), format!("{:.0} %: from", 100.0 * level));
    let mut heads = vec!["customer", "bought", &silence, "alive", "expected"];
    if money {
        heads.push("value");
    }
    heads.extend([&within, "to"]);
    let mut grid = Grid::new(&heads);
    for customer in customers {
        let show_end = if money { show::money } else { |value| show::number(value, 0) };
        let mut cells = vec![
            show::clip(&customer.id, 18),
            show::count(customer.purchases_so_far),
            show::number(customer.silence, 1),
            show::percent(customer.p_alive),
            show::mean(customer.expected_purchases),
        ];
        if money {
            cells.push(customer.expected_value.map_or_else(|| "none".to_owned(), show::money));
        }
        cells.extend([show_end(customer.interval.0), show_end(customer.interval.1)]);
        grid.row(cells);
    }
    grid.text()
}
