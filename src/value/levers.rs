//! What if customers bought more, more often, stayed longer, or more of it were earned?

use std::str::FromStr;

use crate::features::{Customers, History};
use crate::fit::TrainedModel;
use crate::model::Parametric;
use crate::table::{Column, Sheet};
use crate::units::{Share, TimeUnit};
use crate::value::{Future, Groups, NOBODY, Pulled, Windows};
use crate::{Error, Result};

/// What can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lever {
    /// What an order is worth.
    Aov,
    /// How often the living buy.
    Frequency,
    /// Which part of the living is still there after a year.
    Retention,
    /// Which part of the revenue is earned.
    Margin,
}

impl Lever {
    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aov => "aov",
            Self::Frequency => "frequency",
            Self::Retention => "retention",
            Self::Margin => "margin",
        }
    }

    /// Whether it is changed in points of a share; otherwise in per cent of itself.
    #[must_use]
    pub const fn in_points(self) -> bool {
        matches!(self, Self::Retention | Self::Margin)
    }
}

/// A change as it is written: `+10%` of itself, or `+3pp`, three points of a share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// As a fraction.
    pub amount: f64,
    /// Whether it is in points.
    pub points: bool,
}

impl FromStr for Change {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::usage(format!("`{text}` is no change; write +10% or -5%, and for shares +3pp"));
        let plain = text.trim().to_lowercase();
        let (number, points) = match plain.strip_suffix('%') {
            Some(number) => (number, false),
            None => {
                let endings = ["percentage points", "points", "point", "pp", "p.p."];
                let number =
                    endings.iter().find_map(|ending| plain.strip_suffix(ending)).ok_or_else(wrong)?;
                (number, true)
            }
        };
        let amount = number.trim().trim_start_matches('+').replace('\u{2212}', "-").parse::<f64>();
        let amount = amount.ok().filter(|amount| amount.is_finite()).ok_or_else(wrong)?;
        Ok(Self { amount: amount / 100.0, points })
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct LeverPlan {
    /// The changes.
    pub levers: Vec<(Lever, Change)>,
    /// How far ahead, in the model's unit.
    pub horizon: f64,
    /// The part of the revenue that is earned now.
    pub margin: f64,
    /// How many new customers come within the horizon; `None` to leave them out.
    pub newcomers: Option<u64>,
    /// The level of the intervals.
    pub level: Share,
}

/// One figure: what a group brings within the horizon if something changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// `existing` customers or `new` ones.
    pub who: &'static str,
    /// The group; [`Groups::ALL`] for the whole.
    pub group: String,
    /// How many customers.
    pub customers: u64,
    /// `now`, the name of a lever, or `together`.
    pub lever: &'static str,
    /// The change as it is written.
    pub change: String,
    /// Expected value within the horizon, after margin.
    pub value: f64,
    /// The interval of the sum.
    pub between: Option<(f64, f64)>,
    /// What is won against now.
    pub gain: f64,
    /// The interval of that: as many per cent of the ends of what is expected now.
    pub gain_between: Option<(f64, f64)>,
    /// Gain for 1 % or 1 point; `None` of now and of all together.
    pub per_point: Option<f64>,
}

/// What would be.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIf {
    /// The shop first, then its groups, then new customers; of each now, each lever alone, and all together.
    pub outcomes: Vec<Outcome>,
    /// Yearly retention of the living now, and as changed.
    pub retention: Option<(f64, f64)>,
    /// What must be known, in words.
    pub notes: Vec<String>,
}

/// What differs from now.
#[derive(Clone, Copy)]
struct Scenario {
    lever: &'static str,
    pulled: Pulled,
    margin: f64,
    points: Option<f64>,
}

/// Expected value and interval of a sum.
type Figure = (f64, Option<(f64, f64)>);

impl WhatIf {
    /// What the customers of a table, told apart in groups, would bring.
    ///
    /// Aov multiplies the money of every order; frequency the purchase rate of the living (α of their law is divided by it); retention moves the
    /// coordinate of the law that covariates of dropout move, by the step that raises the share of those alive now who are still alive in a year
    /// by so many points (found by bisection); margin is added to the margin. They act on what is left to the living, from now on: who is
    /// alive does not change, and the history stands.
    ///
    /// # Errors
    /// [`Error::Usage`] for a change in the wrong unit or out of range, and as [`Future::pull`]; as [`Future::paths`].
    pub fn new(
        trained: &TrainedModel,
        customers: &Customers,
        groups: &Groups,
        plan: &LeverPlan,
    ) -> Result<Self> {
        check(plan)?;
        let made = || Future::new(trained, customers);
        let mut retention = None;
        let mut leaving = 1.0;
        if let Some((_, change)) = plan.levers.iter().find(|(lever, _)| *lever == Lever::Retention) {
            let year = TimeUnit::Year.days() / customers.unit.days();
            let found = leave(made()?, year, change.amount, trained.purchase.model.base().name())?;
            leaving = found.0;
            retention = Some((found.1, found.1 + change.amount));
        }
        let scenarios = scenarios(plan, leaving);
        let mut figures: Vec<(Pulled, Vec<Figure>)> = Vec::new();
        for scenario in &scenarios {
            let bare = Pulled { money: 1.0, ..scenario.pulled };
            if figures.iter().all(|(known, _)| *known != bare) {
                figures.push((bare, sums(made()?.pull(bare)?, customers, groups, plan)?));
            }
        }
        let outcomes = outcomes(plan, &scenarios, &figures, customers, groups);
        let mut notes: Vec<String> = made()?.note().map(str::to_owned).into_iter().collect();
        notes.extend(groups.note());
        Ok(Self { outcomes, retention, notes })
    }

    /// `who, group, customers, lever, change, value, value_lower, value_upper, gain, gain_lower, gain_upper, gain_per_point`.
    #[must_use]
    pub fn sheet(&self) -> Sheet {
        self.sheet_of(&self.outcomes.iter().collect::<Vec<_>>())
    }

    /// Some of the outcomes, likewise.
    #[must_use]
    pub fn sheet_of(&self, rows: &[&Outcome]) -> Sheet {
        let text = |of: &dyn Fn(&Outcome) -> String| Column::Text(rows.iter().map(|row| of(row)).collect());
        let money =
            |of: &dyn Fn(&Outcome) -> Option<f64>| Column::Money(rows.iter().map(|row| of(row)).collect());
        Sheet::new()
            .with("who", text(&|row| row.who.to_owned()))
            .with("group", text(&|row| row.group.clone()))
            .with("customers", Column::Count(rows.iter().map(|row| row.customers).collect()))
            .with("lever", text(&|row| row.lever.to_owned()))
            .with("change", text(&|row| row.change.clone()))
            .with("value", money(&|row| Some(row.value)))
            .with("value_lower", money(&|row| row.between.map(|ends| ends.0)))
            .with("value_upper", money(&|row| row.between.map(|ends| ends.1)))
            .with("gain", money(&|row| Some(row.gain)))
            .with("gain_lower", money(&|row| row.gain_between.map(|ends| ends.0)))
            .with("gain_upper", money(&|row| row.gain_between.map(|ends| ends.1)))
            .with("gain_per_point", money(&|row| row.per_point))
    }

    /// The levers, the one that pays most per point first: (lever, gain per point), new customers included where they are asked for.
    #[must_use]
    pub fn ranked(&self) -> Vec<(&'static str, f64)> {
        let mut all: Vec<(&'static str, f64)> = Vec::new();
        for outcome in self.outcomes.iter().filter(|outcome| outcome.group == Groups::ALL) {
            let Some(gain) = outcome.per_point else { continue };
            match all.iter_mut().find(|(lever, _)| *lever == outcome.lever) {
                Some((_, sum)) => *sum += gain,
                None => all.push((outcome.lever, gain)),
            }
        }
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        all
    }
}

fn check(plan: &LeverPlan) -> Result<()> {
    for (lever, change) in &plan.levers {
        let (name, amount) = (lever.name(), change.amount);
        if lever.in_points() != change.points {
            let (unit, example) = if lever.in_points() { ("points", "+3pp") } else { ("per cent", "+10%") };
            return Err(Error::usage(format!(
                "--{name} is changed in {unit}; write for instance --{name} {example}"
            )));
        }
        if !change.points && (amount <= -1.0 || amount > 100.0) {
            return Err(Error::usage(format!(
                "--{name} cannot change by {:+} %; it must stay above 0",
                100.0 * amount
            )));
        }
        let margin = plan.margin + amount;
        if *lever == Lever::Margin && !(margin > 0.0 && margin <= 1.0) {
            return Err(Error::usage(format!(
                "a margin of {:.1} % cannot change by {:+} points: it must stay above 0 and at most 100 %; say what it is now with \
                 --base-margin 30%",
                100.0 * plan.margin,
                100.0 * amount
            )));
        }
    }
    Ok(())
}

/// By how many times customers must leave as readily so that yearly retention changes by so much; and what it is now.
fn leave(future: Future<'_>, year: f64, change: f64, model: &str) -> Result<(f64, f64)> {
    let mut at = Some(future);
    let mut kept = |leaving: f64| -> Result<f64> {
        let Some(future) = at.take() else { return Ok(0.0) };
        let future = future.pull(Pulled { leaving, ..Pulled::NOTHING })?;
        let kept = future.retention(year);
        at = Some(future);
        Ok(kept)
    };
    // Whether anybody leaves at all is found out by moving.
    kept(1.5)?;
    let now = kept(1.0)?;
    let wanted = now + change;
    let (mut low, mut high) = (-FARTHEST, FARTHEST);
    if !(kept(high.exp())? < wanted && wanted < kept(low.exp())?) {
        return Err(Error::usage(format!(
            "of the customers alive now {:.1} % are still alive in a year under {model}; that cannot change by {:+} points",
            100.0 * now,
            100.0 * change
        )));
    }
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        let found = kept(middle.exp())?;
        if (found - wanted).abs() < 1e-7 {
            return Ok((middle.exp(), now));
        }
        if found > wanted { low = middle } else { high = middle }
    }
    Ok(((0.5 * (low + high)).exp(), now))
}

/// Nobody leaves e^12 times as readily.
const FARTHEST: f64 = 12.0;

fn scenarios(plan: &LeverPlan, leaving: f64) -> Vec<Scenario> {
    let now = Scenario { lever: "now", pulled: Pulled::NOTHING, margin: plan.margin, points: None };
    let mut together = Scenario { lever: "together", ..now };
    let mut all = vec![now];
    for (lever, change) in &plan.levers {
        let mut alone = Scenario { lever: lever.name(), points: Some(100.0 * change.amount), ..now };
        for scenario in [&mut alone, &mut together] {
            match lever {
                Lever::Aov => scenario.pulled.money = 1.0 + change.amount,
                Lever::Frequency => scenario.pulled.buying = 1.0 + change.amount,
                Lever::Retention => scenario.pulled.leaving = leaving,
                Lever::Margin => scenario.margin = plan.margin + change.amount,
            }
        }
        all.push(alone);
    }
    if plan.levers.len() > 1 {
        all.push(together);
    }
    all
}

/// Revenue of the shop, of each group, and of new customers.
fn sums(future: Future<'_>, customers: &Customers, groups: &Groups, plan: &LeverPlan) -> Result<Vec<Figure>> {
    let ends = |_: usize, ends: &mut [f64]| ends[0] = plan.horizon;
    let figures = |group: &[u32], groups: usize| -> Result<Vec<Figure>> {
        let windows = Windows { group, groups, steps: 1, ends: &ends, level: plan.level };
        let paths = future.paths(&windows)?.into_iter();
        Ok(paths.map(|path| (path.expected[0], path.interval.map(|interval| interval[0]))).collect())
    };
    let mut all = figures(&vec![0; customers.len()], 1)?;
    if groups.len() > 1 {
        all.extend(figures(&members(customers, groups), groups.len())?);
    }
    if let Some(count) = plan.newcomers {
        all.push(future.newcomers(count as f64, plan.horizon, plan.level)?);
    }
    Ok(all)
}

/// The group of each row; nobody's where the table does not say who is who.
fn members(customers: &Customers, groups: &Groups) -> Vec<u32> {
    let of = |history: &History| history.numbers.iter().map(|&number| groups.of[number as usize]).collect();
    customers.history.as_ref().map_or_else(|| vec![NOBODY; customers.len()], of)
}

fn outcomes(
    plan: &LeverPlan,
    scenarios: &[Scenario],
    figures: &[(Pulled, Vec<Figure>)],
    customers: &Customers,
    groups: &Groups,
) -> Vec<Outcome> {
    let mut who = vec![("existing", Groups::ALL.to_owned(), customers.len() as u64)];
    if groups.len() > 1 {
        let mut sizes = vec![0; groups.len()];
        members(customers, groups)
            .iter()
            .filter(|&&group| group != NOBODY)
            .for_each(|&g| sizes[g as usize] += 1);
        who.extend(groups.names.iter().cloned().zip(sizes).map(|(name, size)| ("existing", name, size)));
    }
    who.extend(plan.newcomers.map(|count| ("new", Groups::ALL.to_owned(), count)));
    let figure = |scenario: &Scenario, at: usize| -> Figure {
        let bare = Pulled { money: 1.0, ..scenario.pulled };
        let times = scenario.margin * scenario.pulled.money;
        let (value, between) =
            figures.iter().find(|(known, _)| *known == bare).map_or((0.0, None), |(_, all)| all[at]);
        (times * value, between.map(|(lower, upper)| (times * lower, times * upper)))
    };
    let mut all = Vec::new();
    for (at, (who, group, customers)) in who.into_iter().enumerate() {
        let now = figure(&scenarios[0], at);
        for scenario in scenarios {
            let (value, between) = figure(scenario, at);
            let gain = value - now.0;
            let part = if now.0 > 0.0 { gain / now.0 } else { 0.0 };
            let gain_between = now.1.map(|(lower, upper)| {
                let (one, other) = (part * lower, part * upper);
                (one.min(other), one.max(other))
            });
            all.push(Outcome {
                who,
                group: group.clone(),
                customers,
                lever: scenario.lever,
                change: told(plan, scenario),
                value,
                between,
                gain,
                gain_between,
                per_point: scenario.points.filter(|points| *points != 0.0).map(|points| gain / points),
            });
        }
    }
    all
}

/// A change as it is written.
fn told(plan: &LeverPlan, scenario: &Scenario) -> String {
    let of = plan.levers.iter().find(|(lever, _)| lever.name() == scenario.lever);
    of.map_or_else(String::new, |(_, change)| {
        // Rounded, since 0.03 is not three hundredths to the last digit.
        let amount = (1e6 * change.amount).round() / 1e4;
        format!("{amount:+}{}", if change.points { "pp" } else { "%" })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_read_in_per_cent_and_in_points() {
        let read = |text: &str| text.parse::<Change>().map(|change| (change.amount, change.points)).ok();
        assert_eq!(read("+10%"), Some((0.1, false)));
        assert_eq!(read("-5 %"), Some((-0.05, false)));
        assert_eq!(read("3pp"), Some((0.03, true)));
        assert_eq!(read("+1.5 points"), Some((0.015, true)));
        for wrong in ["", "10", "ten%", "+pp", "NaN%"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
