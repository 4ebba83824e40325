//! Trend: the new customers of each period, what they have brought, what was foreseen then, and what is foreseen now.

mod seen;
mod foreseen;
mod alarms;
mod sheet;

use crate::features::{Customers, Past};
use crate::fit::{Mcmc, Method, Recipe, TrainedModel};
use crate::model::{Parametric, ParetoGgg};
use crate::progress::Progress;
use crate::units::{CalendarPeriod, Grain, Horizon, Share, Tick};
use crate::{Error, Result};

use seen::Seen;

/// How a trend is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrendPlan {
    /// The period of the first purchase.
    pub period: CalendarPeriod,
    /// How much of each customer's life counts, from the first purchase on.
    pub horizon: Horizon,
    /// The part of the revenue that is counted as value.
    pub margin: Share,
    /// The level of the intervals.
    pub level: Share,
    /// Of the newest so many periods alone; of all without one.
    pub last: Option<usize>,
}

/// What is foreseen of a period's new customers: the mean value of the first horizon of their lives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Foreseen {
    /// What is known and what is expected.
    pub value: f64,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
}

/// The new customers of one period.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendRow {
    /// The number of the period.
    pub index: i32,
    /// Its name: `2024-Q3`.
    pub period: String,
    /// Whether the horizon is over for all of them.
    pub complete: bool,
    /// How many.
    pub new_customers: u64,
    /// Revenue an order, within the horizon and up to the cut-off; `None` without money.
    pub aov: Option<f64>,
    /// Orders a customer, likewise.
    pub purchase_frequency: f64,
    /// The part of them who bought in the next period; `None` while that is not over.
    pub retention: Option<f64>,
    /// Mean value of a customer within the horizon from the first purchase, up to the cut-off (purchases, without money).
    pub realised: f64,
    /// What a model trained on the past up to the end of the period foresaw.
    pub then: Option<Foreseen>,
    /// What the model of today foresees.
    pub now: Option<Foreseen>,
    /// What is out of line, in words.
    pub alarms: Vec<String>,
}

/// The trend of a shop.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// How it is told.
    pub plan: TrendPlan,
    /// One row a period with new customers, the oldest first.
    pub rows: Vec<TrendRow>,
    /// Whether value is money; purchases otherwise.
    pub money: bool,
    /// What should be known of it, in words.
    pub notes: Vec<String>,
}

/// The recipe of a model that was trained before, to train it again on less.
#[must_use]
pub fn recipe_of(trained: &TrainedModel) -> Recipe {
    let purchase = trained.purchase.model.base().clone();
    let method =
        if purchase.id() == ParetoGgg::ID { Method::Mcmc(Mcmc::default()) } else { Method::default() };
    Recipe {
        purchase,
        spend: trained.spend.as_ref().map(|part| *part.model.base()),
        method,
        covariates: None,
    }
}

/// The clock of a trend.
#[derive(Clone, Copy)]
struct Clock {
    grain: Grain,
    period: CalendarPeriod,
    horizon: Horizon,
}

impl Clock {
    /// The last tick of the first horizon of a life: months and years are counted on the calendar from the day of the first purchase.
    fn life(&self, first: Tick) -> Tick {
        let days = self.horizon.in_days(Some((self.grain, first))).unwrap_or(f64::MAX); // an error only without a day
        let end = f64::from(first.0) + days * f64::from(self.grain.ticks_per_day());
        Tick(end.min(f64::from(i32::MAX)) as i32)
    }
}

/// The trend of a past. `now` is the model of today with the table of its customers, if there is one; `recipe` is what is trained again on the past of
/// each period.
///
/// # Errors
/// [`Error::Usage`] for a horizon shorter than a period, a past of opportunities, or a model that cannot tell of sums; [`Error::Interrupted`].
pub fn trend(
    past: &Past<'_>,
    plan: TrendPlan,
    now: Option<(&TrainedModel, &Customers)>,
    recipe: &Recipe,
    progress: &dyn Progress,
) -> Result<Trend> {
    let (grain, cutoff, money) = (past.orders().options.grain, past.cutoff(), past.orders().has_money());
    let plan = if money { plan } else { TrendPlan { margin: Share::new(1.0)?, ..plan } };
    let clock = Clock { grain, period: plan.period, horizon: plan.horizon };
    check(past, &clock)?;
    let all = seen::seen(past, &clock);
    let skipped = plan.last.map_or(0, |last| all.len().saturating_sub(last));
    // Those before them make the line that the newest may be out of.
    let before = skipped.min(alarms::line(plan.period));
    let seen = &all[skipped - before..];
    let mut notes = Vec::new();
    let nows = match now {
        Some((trained, customers)) => {
            let shop = foreseen::Shop { trained, customers, clock: &clock, plan: &plan };
            shop.now(seen).map(|(found, note)| {
                notes.extend(note);
                found
            })?
        }
        None => vec![None; seen.len()],
    };
    let thens = foreseen::then(past, seen, &clock, &plan, (recipe, now), &mut notes, progress)?;
    let rows = seen.iter().zip(thens.into_iter().zip(nows));
    let mut rows: Vec<TrendRow> =
        rows.map(|(seen, (then, now))| row(seen, then, now, &clock, (cutoff, &plan, money))).collect();
    alarms::raise(&mut rows, &plan);
    rows.drain(..before);
    notes.extend(assumed(&plan, &rows, money, skipped));
    Ok(Trend { plan, rows, money, notes })
}

fn check(past: &Past<'_>, clock: &Clock) -> Result<()> {
    if past.period().is_some() {
        return Err(Error::usage("a trend counts purchases, not opportunities to buy"));
    }
    let have = clock.horizon.in_days(Some((clock.grain, past.cutoff())))?;
    // From the first to the last day of the longest week, month, quarter, year. Months of a horizon are as long as those of the period.
    let need = match clock.period {
        CalendarPeriod::Week => 6.0,
        CalendarPeriod::Month => 30.0,
        CalendarPeriod::Quarter => 91.0,
        CalendarPeriod::Year => 365.0,
    };
    let room = if clock.horizon.is_calendar() { 3.0 } else { 0.0 };
    if have + room < need {
        return Err(Error::usage(format!(
            "a horizon of {} is shorter than a {}; use a shorter --period or a longer --horizon",
            clock.horizon, clock.period
        )));
    }
    Ok(())
}

fn row(
    seen: &Seen,
    then: Option<Foreseen>,
    now: Option<Foreseen>,
    clock: &Clock,
    (cutoff, plan, money): (Tick, &TrendPlan, bool),
) -> TrendRow {
    let n = seen.customers.max(1) as f64;
    let next_over = clock.period.end(clock.grain, seen.index.saturating_add(1)) <= cutoff;
    TrendRow {
        index: seen.index,
        period: clock.period.label(seen.index),
        complete: seen.last_life <= cutoff,
        new_customers: seen.customers,
        aov: (money && seen.orders > 0).then(|| seen.revenue() / seen.orders as f64),
        purchase_frequency: seen.orders as f64 / n,
        retention: next_over.then(|| seen.returned as f64 / n),
        realised: seen.value(money) * plan.margin.get() / n,
        then,
        now,
        alarms: Vec::new(),
    }
}

/// What is assumed, in words.
fn assumed(plan: &TrendPlan, rows: &[TrendRow], money: bool, skipped: usize) -> Vec<String> {
    let what = match (money, plan.margin.get() < 1.0) {
        (false, _) => "the number of purchases (the orders have no amounts) in the first",
        (true, false) => "revenue of the first",
        (true, true) => "revenue times the margin, of the first",
    };
    let mut notes = vec![format!(
        "value is {what} {} of each customer's life; retention is the part who bought in the next {}",
        plan.horizon, plan.period
    )];
    let judged = rows.iter().filter(|row| row.then.is_some()).count();
    if judged > 0 {
        notes.push(format!(
            "the intervals ({:.0} %) know luck and how sure the parameters were, neither trend nor season; of {judged} periods {:.1} leave theirs by luck alone",
            100.0 * plan.level.get(),
            judged as f64 * (1.0 - plan.level.get())
        ));
    }
    if skipped > 0 {
        notes.push(format!("{skipped} older {}s are left out", plan.period));
    }
    notes
}

impl Trend {
    /// All alarms, with their periods.
    #[must_use]
    pub fn alarms(&self) -> Vec<String> {
        let of = |row: &TrendRow| {
            row.alarms.iter().map(|alarm| format!("{}: {alarm}", row.period)).collect::<Vec<_>>()
        };
        self.rows.iter().flat_map(of).collect()
    }
}
