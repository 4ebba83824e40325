//! How the shop's total and the lists of customers are told.

use super::scoring::{Listed, Scored};
use super::show::{self, Grid};
use super::tell::wrap;
use crate::Result;
use crate::predict::Total;
use crate::units::TimeUnit;

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
    if let Some(held) = &scored.held_fixed {
        notes += &wrap(&format!("note: {held}"));
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
