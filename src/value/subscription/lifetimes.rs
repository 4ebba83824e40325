//! How long subscribers stay: as observed, and as the contractual models have it.

use super::worth::{self, Worth};
use crate::features::{Contracts, Spell, Tenure};
use crate::fit::{Bootstrap, CohortFit, Fit, Method, fit_retention};
use crate::math::kaplan_meier::{Survived, kaplan_meier, wilson};
use crate::math::sum::sum;
use crate::model::{AnyRetentionModel, Bdw, Parametric, RetentionModel, Sbg, Weighted};
use crate::predict::{Survival, survival_curve};
use crate::progress::Progress;
use crate::table::{Column, Sheet};
use crate::units::{AnnualRate, CalendarPeriod, Grain, Horizon, Share};
use crate::{Error, Result};

/// How the uncertainty of the models is found.
const REFITS: Method = Method::Bootstrap(Bootstrap { draws: 400, seed: 0x6c74_7632 });

/// Tenures beyond are not tabulated.
const LONGEST: u32 = 600;

/// Which contractual model is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ModelChoice {
    /// sBG, unless BDW has an AIC lower by more than 2.
    #[default]
    Auto,
    /// Shifted-beta-geometric.
    Sbg,
    /// Beta-discrete-Weibull.
    Bdw,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How far value is counted.
    pub horizon: Horizon,
    /// The level of all intervals.
    pub level: Share,
    /// The part of a payment that is earned.
    pub margin: f64,
    /// The rate at which later payments are discounted.
    pub discount: Option<AnnualRate>,
    /// Which model.
    pub model: ModelChoice,
}

/// Subscribers who pay at the same interval: their tenure is counted in it.
#[derive(Debug, Clone)]
pub struct Group {
    /// From one payment, and so one renewal, to the next.
    pub interval: CalendarPeriod,
    /// How many customers: the first unbroken time of each.
    pub subscribers: u64,
    /// How many of them declined a renewal.
    pub left: u64,
    /// How many subscribe now, those who came back among them.
    pub running: u64,
    /// Renewals that were due, and declined, of all of them.
    pub renewals: (f64, f64),
    /// Survival as it was observed, at tenures 1, 2, ...
    pub curve: Vec<Survived>,
    /// The model; `None` where it cannot be fitted.
    pub fit: Option<CohortFit>,
    /// Survival as the model has it, at tenures 0, 1, 2, ... up to the longest observed and the horizon; empty without a model.
    pub model: Vec<Survival>,
    /// Mean payment of those who subscribe now (of all at their end, where nobody does); `None` without amounts.
    pub arpu: Option<f64>,
    /// What a subscriber is worth.
    pub worth: Vec<Worth>,
}

/// Lifetimes of all groups, the largest first.
#[derive(Debug, Clone)]
pub struct Lifetimes {
    /// The groups.
    pub groups: Vec<Group>,
    /// The level of the intervals.
    pub level: Share,
    /// What a reader must know, in words.
    pub notes: Vec<String>,
}

/// Survival, churn by tenure, and lifetime value, for each interval of payment by itself.
///
/// A customer's first unbroken time counts; who came back is counted among those who subscribe now. A model that cannot be fitted (nobody left, no
/// renewal was due, too few) is named in a note, and everything else is told without it.
///
/// # Errors
/// [`Error::Usage`] for a horizon shorter than an interval, and a level of 1; [`Error::Interrupted`].
pub fn lifetimes(contracts: &Contracts, plan: &Plan, progress: &dyn Progress) -> Result<Lifetimes> {
    if plan.level.get() >= 1.0 {
        return Err(Error::usage("an interval of level 1 is the whole range; use for instance 0.9"));
    }
    let mut notes = Vec::new();
    let groups: Result<Vec<Group>> = contracts
        .intervals()
        .into_iter()
        .map(|interval| {
            progress.check()?;
            group(contracts, interval, plan, &mut notes, progress)
        })
        .collect();
    let again = contracts.spells.iter().filter(|spell| spell.again).count();
    if again > 0 {
        notes.push(format!(
            "{again} times customers came back after they had left: survival, churn by tenure and the model are of each one's first time alone"
        ));
    }
    Ok(Lifetimes { groups: groups?, level: plan.level, notes })
}

fn group(
    contracts: &Contracts,
    interval: CalendarPeriod,
    plan: &Plan,
    notes: &mut Vec<String>,
    progress: &dyn Progress,
) -> Result<Group> {
    let payments = payments(contracts, interval, plan)?;
    let mine = || contracts.spells.iter().filter(move |spell| spell.interval == interval);
    let first: Vec<Tenure> =
        mine().filter(|spell| !spell.again).map(|spell| contracts.tenure(spell).0).collect();
    let rows = counted(&first);
    let counts = at_risk(&rows);
    let (fit, note) = fitted(&rows, interval, plan.model, progress)?;
    notes.extend(note);
    let until = (counts.len() as u32).max(payments).min(LONGEST);
    let model = match &fit {
        Some(fit) => survival_curve(fit, until, plan.level, None)?,
        None => Vec::new(),
    };
    let renewals = counts.iter().fold((0.0, 0.0), |sum, (due, lost)| (sum.0 + due, sum.1 + lost));
    let running: Vec<(&Spell, u32)> = mine()
        .filter(|spell| spell.end.is_none())
        .map(|spell| (spell, contracts.tenure(spell).0.due))
        .collect();
    let mut group = Group {
        interval,
        subscribers: first.len() as u64,
        left: first.iter().filter(|tenure| tenure.left).count() as u64,
        running: running.len() as u64,
        renewals,
        curve: kaplan_meier(counts, plan.level.get()),
        fit,
        model,
        arpu: None,
        worth: Vec::new(),
    };
    let paid = |spell: &Spell| spell.monthly.to_f64() * 12.0 / interval.per_year();
    if running.is_empty() {
        notes.push(format!(
            "nobody pays by the {interval} any more: their mean payment is that of the end of each"
        ));
        group.arpu = mean(contracts.has_money, mine().map(paid).collect());
    } else {
        group.arpu = mean(contracts.has_money, running.iter().map(|(spell, _)| paid(spell)).collect());
    }
    let pays = |spell: &Spell| if contracts.has_money { paid(spell) } else { 1.0 };
    let now: Vec<(u32, f64)> = running.iter().map(|(spell, due)| (*due, pays(spell))).collect();
    group.worth = worth::all(&group, &now, payments, plan)?;
    Ok(group)
}

/// The mean of payments, where there are amounts.
fn mean(has_money: bool, payments: Vec<f64>) -> Option<f64> {
    let all = sum(payments.iter().copied());
    (has_money && !payments.is_empty()).then(|| all / payments.len() as f64)
}

/// How many payments, one an interval, the horizon holds.
fn payments(contracts: &Contracts, interval: CalendarPeriod, plan: &Plan) -> Result<u32> {
    let whole = plan.horizon.in_periods(interval).ok();
    let days = || plan.horizon.in_days(Some((Grain::Day, contracts.until)));
    // Months of weekly payments, and the like: as many as fit.
    let count =
        whole.map_or_else(|| days().map(|days| (days / interval.days() + 1e-9).floor() as u32), Ok)?;
    if count == 0 {
        return Err(Error::usage(format!(
            "the horizon {} is shorter than a {interval}, by which some pay; take a longer --horizon",
            plan.horizon
        )));
    }
    Ok(count)
}

/// The distinct tenures with their counts, sorted.
fn counted(tenures: &[Tenure]) -> Vec<Weighted<Tenure>> {
    let mut sorted = tenures.to_vec();
    sorted.sort_unstable();
    sorted
        .chunk_by(|one, next| one == next)
        .map(|run| Weighted { row: run[0], count: run.len() as f64 })
        .collect()
}

/// How many renewals were due at each tenure from 1 on, and how many of them were declined.
fn at_risk(rows: &[Weighted<Tenure>]) -> Vec<(f64, f64)> {
    let longest = rows.iter().map(|row| row.row.due).max().unwrap_or(0) as usize;
    let mut counts = vec![(0.0, 0.0); longest];
    for row in rows.iter().filter(|row| row.row.due > 0) {
        let last = &mut counts[row.row.due as usize - 1];
        last.0 += row.count;
        last.1 += if row.row.left { row.count } else { 0.0 };
    }
    for at in (0..longest.saturating_sub(1)).rev() {
        counts[at].0 += counts[at + 1].0;
    }
    counts
}

/// The model, or a word about why there is none.
fn fitted(
    rows: &[Weighted<Tenure>],
    interval: CalendarPeriod,
    choice: ModelChoice,
    progress: &dyn Progress,
) -> Result<(Option<CohortFit>, Option<String>)> {
    let ids: &[&str] = match choice {
        ModelChoice::Auto => &[Sbg::ID, Bdw::ID],
        ModelChoice::Sbg => &[Sbg::ID],
        ModelChoice::Bdw => &[Bdw::ID],
    };
    let mut fits: Vec<Fit<AnyRetentionModel>> = Vec::new();
    let mut failed = None;
    for template in ids.iter().filter_map(|id| AnyRetentionModel::template(id)) {
        match fit_retention(&template, rows, Method::Mle, progress) {
            Ok(fit) => fits.push(fit),
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(why) => failed = failed.or(Some(why)),
        }
    }
    // The Akaike information criterion; of two within 2 of each other the one with fewer parameters, which comes first.
    let aic = |fit: &Fit<AnyRetentionModel>| {
        2.0 * fit.model.parameters().len() as f64 - 2.0 * fit.report.ln_likelihood
    };
    let best = fits.into_iter().reduce(|best, next| if aic(&next) < aic(&best) - 2.0 { next } else { best });
    // Refits to subscribers drawn with replacement tell how sure a curve is better than the curvature does; where too few of them converge, that must do.
    let redrawn = |fit: Fit<AnyRetentionModel>| match fit_retention(&fit.model, rows, REFITS, progress) {
        Ok(drawn) => Ok(drawn),
        Err(Error::Interrupted) => Err(Error::Interrupted),
        Err(_) => Ok(fit),
    };
    let Some(fit) = best.map(redrawn).transpose()? else {
        let why = failed.map_or_else(String::new, |why| why.to_string().replace("\n ", ";"));
        return Ok((None, Some(format!("of those who pay by the {interval} there is no model: {why}"))));
    };
    let named = |(name, value): (&String, f64)| format!("{name} {value:.4}");
    let parameters: Vec<String> = fit.model.names().iter().zip(fit.model.parameters()).map(named).collect();
    let mut note = format!("the model of those who pay by the {interval} is {}", fit.model.name());
    // On a ridge they mean nothing.
    if fit.report.warnings.is_empty() {
        note += &format!(" ({})", parameters.join(", "));
    }
    for warning in &fit.report.warnings {
        note += &format!("; {warning}");
    }
    Ok((Some(CohortFit { cohort: String::new(), fit }), Some(note)))
}

impl Lifetimes {
    /// Churn by tenure: `interval`, `tenure`, `due`, `left`, `churn_rate` with its interval (Wilson), `model_churn_rate`.
    #[must_use]
    pub fn tenure_sheet(&self) -> Sheet {
        let rows = || self.groups.iter().flat_map(|group| (0..group.curve.len()).map(move |at| (group, at)));
        let rate = |(group, at): (&Group, usize)| Some(group.curve[at].lost / group.curve[at].at_risk);
        let bound = |(group, at): (&Group, usize)| {
            wilson(group.curve[at].lost, group.curve[at].at_risk, self.level.get())
        };
        let model = |(group, at): (&Group, usize)| {
            group.fit.as_ref().map(|fit| 1.0 - fit.fit.model.renewal(at as u32))
        };
        let names = rows().map(|(group, _)| group.interval.to_string()).collect();
        Sheet::new()
            .with("interval", Column::Text(names))
            .with("tenure", Column::Count(rows().map(|(_, at)| at as u64 + 1).collect()))
            .with("due", Column::Count(rows().map(|(group, at)| group.curve[at].at_risk as u64).collect()))
            .with("left", Column::Count(rows().map(|(group, at)| group.curve[at].lost as u64).collect()))
            .with("churn_rate", Column::Share(rows().map(rate).collect()))
            .with("churn_lower", Column::Share(rows().map(|row| bound(row).map(|bound| bound.0)).collect()))
            .with("churn_upper", Column::Share(rows().map(|row| bound(row).map(|bound| bound.1)).collect()))
            .with("model_churn_rate", Column::Share(rows().map(model).collect()))
    }

    /// Survival: `interval`, `tenure`, `kaplan_meier` with its interval, and `model_survival` with its own (how sure the parameters are), beyond the data
    /// up to the horizon.
    #[must_use]
    pub fn survival_sheet(&self) -> Sheet {
        let length = |group: &Group| group.curve.len().max(group.model.len().saturating_sub(1));
        let rows = || self.groups.iter().flat_map(move |group| (0..length(group)).map(move |at| (group, at)));
        let seen = |of: fn(&Survived) -> Option<f64>| {
            Column::Share(rows().map(|(group, at)| group.curve.get(at).and_then(of)).collect())
        };
        let told = |of: fn(&Survival) -> Option<f64>| {
            Column::Share(rows().map(|(group, at)| group.model.get(at + 1).and_then(of)).collect())
        };
        let names = rows().map(|(group, _)| group.interval.to_string()).collect();
        Sheet::new()
            .with("interval", Column::Text(names))
            .with("tenure", Column::Count(rows().map(|(_, at)| at as u64 + 1).collect()))
            .with("kaplan_meier", seen(|point| Some(point.survival)))
            .with("km_lower", seen(|point| point.interval.map(|interval| interval.0)))
            .with("km_upper", seen(|point| point.interval.map(|interval| interval.1)))
            .with("model_survival", told(|point| Some(point.survival)))
            .with("model_lower", told(|point| point.interval.map(|interval| interval.0)))
            .with("model_upper", told(|point| point.interval.map(|interval| interval.1)))
    }
}
