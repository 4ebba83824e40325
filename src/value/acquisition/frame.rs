//! Which periods count, where costs and customers of them stand, and the rows that come of it.

use super::channels::Channels;
use super::models::Models;
use super::rows::{Acquisition, Level, Row};
use super::worth::{Scene, Spread, Worth};
use crate::features::Past;
use crate::units::Tick;
use crate::value::{Costs, NOBODY};
use crate::{Error, Result};

/// Which periods count, and where costs and customers of them stand.
pub(super) struct Frame<'a> {
    past: &'a Past<'a>,
    channels: &'a Channels,
    costs: &'a Costs,
    /// The periods of which both costs and orders tell, sorted.
    periods: Vec<i32>,
}

impl<'a> Frame<'a> {
    pub fn new(past: &'a Past<'a>, channels: &'a Channels, costs: &'a Costs) -> Result<Self> {
        let grain = past.orders().options.grain;
        let index = |tick: Tick| costs.period.index(grain, tick);
        let (first, last) = (past.orders().first_tick().map_or(i32::MIN, index), index(past.cutoff()));
        let all: Vec<i32> = sorted(costs.rows.iter().map(|row| row.period));
        let periods: Vec<i32> = all.iter().copied().filter(|at| (first..=last).contains(at)).collect();
        if periods.is_empty() {
            let label = |at: i32| costs.period.label(at);
            let span = |from: Option<&i32>, to: Option<&i32>| match (from, to) {
                (Some(&from), Some(&to)) => format!("{} to {}", label(from), label(to)),
                _ => String::new(),
            };
            return Err(Error::input(format!(
                "the costs are of {}, but the orders of {} to {}: no period has both",
                span(all.first(), all.last()),
                label(first),
                label(last)
            ))
            .file(&costs.path)
            .hint("give the costs of the time of the orders, or orders up to the time of the costs")
            .into());
        }
        Ok(Self { past, channels, costs, periods })
    }

    /// How many cells there are; one more stands for customers of other periods.
    pub fn cells(&self) -> usize {
        self.channels.names.len() * self.periods.len()
    }

    pub fn cell(&self, channel: u32, period: i32) -> Option<usize> {
        let at = self.periods.binary_search(&period).ok()?;
        Some(channel as usize * self.periods.len() + at)
    }

    /// What was spent in each cell, where something is said of it.
    fn spent(&self) -> Vec<Option<f64>> {
        let mut spent = vec![None; self.cells()];
        for (row, &channel) in self.costs.rows.iter().zip(&self.channels.of_cost) {
            if let Some(cell) = self.cell(channel, row.period) {
                *spent[cell].get_or_insert(0.0) += row.cost;
            }
        }
        spent
    }

    /// Whether a channel has no cost in any period.
    fn never(&self, channel: usize) -> bool {
        self.channels.of_cost.iter().all(|&of| of as usize != channel)
    }

    /// Costs of periods without orders, by channel and period.
    fn spent_elsewhere(&self) -> Vec<Row> {
        let rows = || self.costs.rows.iter().zip(&self.channels.of_cost);
        let outside = |row: &(&crate::value::Cost, &u32)| self.cell(*row.1, row.0.period).is_none();
        let places = sorted(rows().filter(outside).map(|(row, &channel)| (channel, row.period)));
        let row = |(channel, period): (u32, i32)| {
            let of = rows().filter(|(row, at)| **at == channel && row.period == period);
            Row {
                level: Level::Outside,
                channel: self.channels.names[channel as usize].clone(),
                period: self.costs.period.label(period),
                cost: Some(crate::math::sum::sum(of.map(|(row, _)| row.cost))),
                worth: None,
                notes: vec!["the orders say nothing of this period: not in the sums".into()],
            }
        };
        places.into_iter().map(row).collect()
    }
}

fn sorted<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = values.collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// All worths, drawn together.
pub(super) struct Worths {
    shop: Worth,
    channels: Vec<Worth>,
    /// Of each cell, and of the customers of other periods.
    cells: Vec<Worth>,
}

impl Worths {
    /// All worths, and the variance between customers of one channel.
    pub fn of(scene: &Scene<'_>, frame: &Frame<'_>, models: &Models) -> Result<(Self, f64)> {
        let (cells, width) = (frame.cells(), frame.periods.len());
        let mut by_shop = vec![0; cells];
        by_shop.push(NOBODY);
        let mut by_channel: Vec<u32> = (0..cells).map(|cell| (cell / width) as u32).collect();
        by_channel.push(NOBODY);
        let by_cell: Vec<u32> = (0..=cells as u32).collect();
        let mut shop = scene.worths(&by_shop, 1)?.swap_remove(0);
        let mut channels = scene.worths(&by_channel, frame.channels.names.len())?;
        let mut all = scene.worths(&by_cell, cells + 1)?;
        let Spread { within, unsure } = scene.spread(&by_channel, channels.len())?;
        let unsure = |channel: usize| unsure[models.of[channel]];
        for (at, channel) in channels.iter_mut().enumerate() {
            channel.stand_alone(within, unsure(at) * channel.to_come);
        }
        for (at, cell) in all[..cells].iter_mut().enumerate() {
            cell.stand_alone(within, unsure(at / width) * cell.to_come);
        }
        // As if all channels were off together: a little on the safe side.
        let off = crate::math::sum::sum(channels.iter().map(|worth| worth.customers as f64 * worth.shared));
        shop.stand_alone(within, off / (shop.customers.max(1) as f64));
        let wholes = std::slice::from_ref(&shop);
        Worth::draw_together(&mut channels, wholes, &vec![0; frame.channels.names.len()], within);
        let channel_of: Vec<usize> = (0..cells).map(|cell| cell / width).collect();
        Worth::draw_together(&mut all[..cells], &channels, &channel_of, within);
        Ok((Self { shop, channels, cells: all }, within))
    }
}

impl Frame<'_> {
    pub fn rows(&self, mut worths: Worths) -> Vec<Row> {
        let spent = self.spent();
        let width = self.periods.len();
        let total = |cells: &[Option<f64>]| {
            let known: Vec<f64> = cells.iter().copied().flatten().collect();
            (!known.is_empty()).then(|| crate::math::sum::sum(known.iter().copied()))
        };
        let all = || Row::ALL.to_owned();
        let beyond = worths.cells.pop();
        let mut rows = vec![row(Level::Shop, all(), all(), total(&spent), worths.shop)];
        for (at, worth) in worths.channels.into_iter().enumerate() {
            let name = self.channels.names[at].clone();
            let cost = total(&spent[at * width..(at + 1) * width]);
            if worth.customers == 0 && cost.is_none() && self.never(at) {
                continue;
            }
            let silent = spent[at * width..(at + 1) * width].iter().filter(|cost| cost.is_none()).count();
            let mut row = row(Level::Channel, name, all(), cost, worth);
            if row.cost.is_some() && silent > 0 {
                row.notes.push(format!("no cost is told in {silent} of {width} {}s", self.costs.period));
            }
            rows.push(row);
        }
        let grain = self.past.orders().options.grain;
        for (cell, (worth, cost)) in worths.cells.into_iter().zip(spent).enumerate() {
            if worth.customers == 0 && cost.is_none() {
                continue;
            }
            let period = self.periods[cell % width];
            let name = self.channels.names[cell / width].clone();
            let mut row = row(Level::Period, name, self.costs.period.label(period), cost, worth);
            if self.costs.period.end(grain, period) > self.past.cutoff() {
                row.notes.push(format!("the {} is not over", self.costs.period));
            }
            rows.push(row);
        }
        rows.extend(self.spent_elsewhere());
        if let Some(worth) = beyond.filter(|worth| worth.customers > 0) {
            let mut row = row(Level::Outside, all(), "other".to_owned(), None, worth);
            row.notes = vec!["came in periods of which the costs say nothing: not in the sums".into()];
            rows.push(row);
        }
        rows
    }

    pub fn notes(&self, all: &Acquisition) -> Vec<String> {
        let mut notes = self.costs.notes.clone();
        let names = |wanted: &dyn Fn(&Row) -> bool| -> Vec<&str> {
            all.channels().filter(|row| wanted(row)).map(|row| row.channel.as_str()).collect()
        };
        let few = |names: &[&str]| {
            let shown = names.iter().take(5).copied().collect::<Vec<_>>().join(", ");
            if names.len() > 5 { format!("{shown} and {} more", names.len() - 5) } else { shown }
        };
        let idle = names(&|row| row.cost.is_some() && row.customers() == 0);
        let free = names(&|row| row.cost.is_none() && row.customers() > 0);
        let both = names(&|row| row.cost.is_some() && row.customers() > 0);
        if both.is_empty() {
            notes.push(format!(
                "no channel has both costs and customers: the costs are of {}, the customers of {}; are they called otherwise?",
                few(&idle),
                few(&free)
            ));
        } else {
            if !idle.is_empty() {
                notes.push(format!("costs without new customers: {}", few(&idle)));
            }
            if !free.is_empty() {
                notes.push(format!(
                    "new customers without costs: {}; they are in the CAC of the whole shop, which is blended",
                    few(&free)
                ));
            }
        }
        if all.shop().and_then(|shop| shop.cost) == Some(0.0) {
            notes.push("all costs are 0: customers who cost nothing have no ratio of LTV to CAC".into());
        }
        if self.channels.names.len() == 1 {
            notes.push("there is one channel only: nothing to compare, and nowhere to move money".into());
        }
        if self.channels.folded > 0 {
            notes.push(format!(
                "the largest {} channels are told apart, the other {} are one; --groups tells more apart",
                self.channels.names.len() - 1,
                self.channels.folded
            ));
        }
        for row in all.rows.iter().filter(|row| row.level == Level::Outside && row.channel == Row::ALL) {
            notes.push(format!(
                "new customers of periods of which the costs say nothing, in no row but one of their own: {}",
                crate::units::grouped(row.customers())
            ));
        }
        if all.rows.iter().any(|row| row.level == Level::Outside && row.channel != Row::ALL) {
            notes.push("costs of periods without orders stand in rows of their own and in no sum".into());
        }
        notes
    }
}

/// A row with what its figures say of themselves.
fn row(level: Level, channel: String, period: String, cost: Option<f64>, worth: Worth) -> Row {
    let worth = Some(worth).filter(|worth| worth.customers > 0);
    let mut row = Row { level, channel, period, cost, worth, notes: Vec::new() };
    if row.worth.is_none() {
        row.notes.push("no new customer".into());
    }
    if row.cost.is_none() && level != Level::Outside {
        row.notes.push("no cost is told".into());
    }
    if let Some(worth) = &row.worth {
        if worth.weight < 0.9 {
            let rest = if level == Level::Channel { "of the other channels" } else { "of its other periods" };
            let own = (100.0 * worth.weight).round();
            row.notes.push(format!(
                "{} customers: LTV is {own} % their own and {} % that {rest}",
                crate::units::grouped(worth.customers),
                100.0 - own
            ));
        }
        if row.cac().is_some() && row.payback().is_none() {
            row.notes.push(format!("not paid back within {} months", worth.path.len() - 1));
        }
        if worth.between.is_none() {
            row.notes
                .push("the variance of value does not exist under the model of spend: no interval".into());
        }
    }
    row
}
