//! Who went where, as tables for people.

use crate::cli::show::{self, Grid};
use crate::units::Locale;
use crate::value::segments::{Kind, Movement, Step};

/// Up to so many segments it is shown as a square, and as a list beyond.
const SQUARE: usize = 7;
/// So many moves are listed.
const LISTED: usize = 12;

/// Kind by kind: rows then, columns now.
#[must_use]
pub fn went(movement: &Movement, since: &str, locale: &Locale) -> String {
    let mut text = String::new();
    for (kind, head) in [(Kind::Lifecycle, "lifecycle"), (Kind::Tier, "tiers"), (Kind::Rfm, "the grid")] {
        let steps: Vec<_> = movement.steps.iter().filter(|step| step.kind == kind).collect();
        let columns = steps.iter().filter(|step| step.then.is_none()).count();
        let lost = steps.iter().any(|step| step.now.is_none() && step.customers > 0);
        let shown = if lost { columns } else { columns - 1 };
        if shown <= SQUARE {
            for (what, of) in [
                ("customers", &(|step: &Step| Some(step.customers as f64)) as &dyn Fn(&_) -> Option<f64>),
                ("their value now", &|step: &Step| step.value_now),
            ] {
                text += &format!(
                    "\n{}\n",
                    show::heading(&format!("Who went where in {head} since {since}: {what}"))
                );
                text += &square(movement, &steps, (columns, shown), of, locale);
            }
        } else {
            text += &format!("\n{}\n", show::heading(&format!("The largest moves in {head} since {since}")));
            text += &moves(movement, &steps, locale);
        }
    }
    text
}

fn square(
    movement: &Movement,
    steps: &[&Step],
    (columns, shown): (usize, usize),
    of: &dyn Fn(&Step) -> Option<f64>,
    locale: &Locale,
) -> String {
    let width = (64 / shown.max(1)).saturating_sub(1).clamp(10, 24);
    let heads: Vec<String> =
        steps.iter().take(shown).map(|step| show::clip(movement.now(step), width)).collect();
    let mut all = vec!["then \\ now"];
    all.extend(heads.iter().map(String::as_str));
    let mut grid = Grid::new(&all);
    for row in steps.chunks(columns).filter(|row| row.iter().any(|step| step.customers > 0)) {
        let cell = |step: &&Step| {
            of(step).filter(|_| step.customers > 0).map_or_else(String::new, |value| locale.number(value, 0))
        };
        let name = show::clip(movement.then(row[0]), 14);
        grid.row(std::iter::once(name).chain(row.iter().take(shown).map(cell)));
    }
    grid.text()
}

fn moves(movement: &Movement, steps: &[&Step], locale: &Locale) -> String {
    let mut moves: Vec<_> =
        steps.iter().filter(|step| step.customers > 0 && movement.then(step) != movement.now(step)).collect();
    moves.sort_by_key(|step| std::cmp::Reverse(step.customers)); // stable: equals stay in the order of segments
    let mut grid = Grid::new(&["then", "now", "customers", "value then", "value now"]);
    for step in moves.iter().take(LISTED) {
        grid.row([
            movement.then(step).to_owned(),
            movement.now(step).to_owned(),
            locale.count(step.customers),
            step.value_then.map_or_else(String::new, |value| locale.money(value)),
            step.value_now.map_or_else(String::new, |value| locale.money(value)),
        ]);
    }
    grid.text()
}
