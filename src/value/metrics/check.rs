//! Whether the simple formulas would have been right: each held against what the customers then spent, beside the models.

use super::{Cell, Figures, Groups, Tallies};
use crate::features::{Customers, Past};
use crate::fit::Recipe;
use crate::math::sum::sum;
use crate::model::AnyPurchaseModel;
use crate::predict::{BuyTillYouDie, Estimator, View};
use crate::progress::Progress;
use crate::table::{Column, Sheet};
use crate::units::{CalendarPeriod, Horizon, Tick, TimeUnit};
use crate::{Error, Result};

/// What is checked.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The periods by which figures are taken.
    pub period: CalendarPeriod,
    /// How far each promise is followed.
    pub horizon: Horizon,
    /// At how many past origins, evenly over the history.
    pub origins: usize,
    /// The models beside the formulas, by identifier.
    pub models: Vec<String>,
}

/// One way of telling at one origin: revenue per customer in the horizon.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The origin: the last day of a period.
    pub origin: Tick,
    /// The formula or the model.
    pub method: String,
    /// Whose revenue: all who bought in the period that ends with the origin.
    pub customers: u64,
    /// What it told per customer; `None` where the formula does not exist (nobody left) or the model could not be fitted.
    pub predicted: Option<f64>,
    /// What happened per customer.
    pub happened: f64,
}

impl Checked {
    /// Predicted against happened, less 1; `None` where nothing was told or nothing happened.
    #[must_use]
    pub fn error(&self) -> Option<f64> {
        self.predicted.filter(|_| self.happened > 0.0).map(|predicted| predicted / self.happened - 1.0)
    }
}

/// The names of the formulas, as in the figures.
pub const FORMULAS: [&str; 4] = ["ltv_historical", "ltv_simple", "ltv_repeat", "ltv_churn"];

/// Checks formulas and models at past origins.
///
/// A formula promises a value for a customer's whole life, of which the horizon h shows a part. What it promises for the horizon is spread as the formula
/// itself has it: over its lifespan L, min(1, h/L) of `ltv_simple` and `ltv_repeat`; by its churn c a period, 1 − (1 − c)^h of
/// `ltv_churn`; over as long as it took to come together, min(1, h/mean age) of `ltv_historical`. Revenue is compared, without a
/// margin. A note says which models could not be fitted where.
///
/// # Errors
/// [`Error::Undefined`] if the history has no origin with two periods before it and the horizon after it; without money; whatever the models say other than
/// that a fit failed.
pub fn check(past: &Past<'_>, plan: &Plan, progress: &dyn Progress) -> Result<(Vec<Checked>, Vec<String>)> {
    if !past.orders().has_money() {
        return Err(Error::usage(
            "the formulas speak of money, but the orders have no amounts; name their column with --amount",
        ));
    }
    let one = Groups::one(past.orders());
    let tallies = Tallies::gather(past, &one, plan.period);
    let (mut found, mut notes) = (Vec::new(), Vec::new());
    let origins = origins(past, plan, &tallies)?;
    progress.begin("checking the formulas", Some((origins.len() * plan.models.len()) as u64));
    for at in origins {
        let case = Case::new(past, plan, &tallies, at)?;
        found.extend(case.formulas(plan));
        for model in &plan.models {
            progress.check()?;
            let predicted = match case.model(model, plan) {
                Ok(predicted) => predicted,
                Err(why @ (Error::Fit(_) | Error::Undefined(_))) => {
                    notes.push(format!("{model} tells nothing at {}: {why}", case.day()));
                    None
                }
                Err(other) => return Err(other),
            };
            found.push(case.checked(model, predicted));
            progress.advance(1);
        }
    }
    progress.end();
    Ok((found, notes))
}

/// The periods, counted from the first, whose ends are origins; the newest last.
fn origins(past: &Past<'_>, plan: &Plan, tallies: &Tallies) -> Result<Vec<usize>> {
    let grain = past.orders().options.grain;
    let fits = |at: &usize| {
        let end = plan.period.end(grain, tallies.first() + *at as i32);
        let after = plan.horizon.in_days(Some((grain, end))).unwrap_or(f64::INFINITY);
        grain.after(end, after, TimeUnit::Day) <= past.cutoff() && tallies.cell(*at, None).customers > 0
    };
    let possible: Vec<usize> = (1..tallies.periods()).filter(fits).collect();
    let Some(last) = possible.len().checked_sub(1) else {
        return Err(Error::Undefined(format!(
            "no {} has another before it and {} after it, so the formulas cannot be checked; give a shorter --horizon or a shorter \
             --period",
            plan.period, plan.horizon
        )));
    };
    let count = plan.origins.clamp(1, possible.len());
    let mut chosen: Vec<usize> = (0..count).map(|k| possible[last - k * possible.len() / count]).collect();
    chosen.reverse();
    Ok(chosen)
}

/// One origin.
struct Case<'a> {
    earlier: Past<'a>,
    customers: Customers,
    /// Rows of the table: who bought in the last period.
    rows: Vec<usize>,
    figures: Figures,
    cell: Cell,
    happened: f64,
}

impl<'a> Case<'a> {
    fn new(past: &Past<'a>, plan: &Plan, tallies: &Tallies, at: usize) -> Result<Self> {
        let grain = past.orders().options.grain;
        let index = tallies.first() + at as i32;
        let (start, origin) = (plan.period.start(grain, index), plan.period.end(grain, index));
        let days = plan.horizon.in_days(Some((grain, origin)))?;
        let later = past.again(grain.after(origin, days, TimeUnit::Day))?;
        let (earlier, holdout) = later.rewind_to(origin)?;
        let customers = earlier.customers(TimeUnit::Week);
        let last =
            customers.history.as_ref().map(|history| history.last_order.as_slice()).unwrap_or_default();
        let rows: Vec<usize> = (0..customers.len()).filter(|&row| last[row] >= start).collect();
        let happened = sum(rows.iter().map(|&row| holdout.value[row])) / rows.len().max(1) as f64;
        // What was known then: refunds of later days are not in the figures.
        let then = Tallies::gather(&earlier, &Groups::one(past.orders()), plan.period);
        let (cell, before) = (then.cell(at, None), then.cell(at - 1, None));
        let months = TimeUnit::Month.days() * f64::from(grain.ticks_per_day());
        let mut figures = Figures::of(&cell, Some(&before), (plan.period, months), true);
        figures.earn(figures.revenue);
        Ok(Self { earlier, customers, rows, figures, cell, happened })
    }

    fn day(&self) -> String {
        self.earlier.orders().options.grain.show(self.earlier.cutoff())
    }

    fn checked(&self, method: &str, predicted: Option<f64>) -> Checked {
        Checked {
            origin: self.earlier.cutoff(),
            method: method.to_owned(),
            customers: self.rows.len() as u64,
            predicted,
            happened: self.happened,
        }
    }

    /// What each formula promises for the horizon.
    fn formulas(&self, plan: &Plan) -> Vec<Checked> {
        let grain = self.earlier.orders().options.grain;
        let days = plan.horizon.in_days(Some((grain, self.earlier.cutoff()))).unwrap_or(0.0);
        let months = days / TimeUnit::Month.days();
        let figures = &self.figures;
        let over = |lifespan: Option<f64>| {
            let part = |life: f64| if life > months { months / life } else { 1.0 };
            lifespan.map(part)
        };
        let ticks = TimeUnit::Month.days() * f64::from(grain.ticks_per_day());
        let age = Some(self.cell.age as f64 / ticks / self.cell.customers.max(1) as f64);
        let periods = days / plan.period.days();
        let gone = figures.churn_rate.map(|churn| 1.0 - (1.0 - churn).powf(periods));
        let promised = [
            figures.ltv_historical.zip(over(age)),
            figures.ltv_simple.zip(over(figures.lifespan_months)),
            figures.ltv_repeat.zip(over(figures.lifespan_months)),
            figures.ltv_churn.zip(gone),
        ];
        let told = |(name, promised): (&str, Option<(f64, f64)>)| {
            self.checked(name, promised.map(|(value, part)| value * part))
        };
        FORMULAS.into_iter().zip(promised).map(told).collect()
    }

    /// What a model expects of the same customers.
    fn model(&self, id: &str, plan: &Plan) -> Result<Option<f64>> {
        let recipe = Recipe { purchase: AnyPurchaseModel::template(id)?, ..Recipe::default() };
        let fitted = BuyTillYouDie::new(recipe).fit(&self.earlier, &self.customers)?;
        let cut = Some((self.customers.grain, self.earlier.cutoff()));
        let horizon = plan.horizon.in_units(self.customers.unit, cut)?;
        let forecast = fitted.forecast(View::of(&self.earlier, &self.customers), horizon, &[])?;
        let Some(value) = forecast.value else { return Ok(None) };
        let each: Option<Vec<f64>> = self.rows.iter().map(|&row| value.expected[row]).collect();
        Ok(each.map(|each| sum(each) / self.rows.len().max(1) as f64))
    }
}

/// The check as a table.
#[must_use]
pub fn sheet(checked: &[Checked], past: &Past<'_>) -> Sheet {
    let grain = past.orders().options.grain;
    Sheet::new()
        .with("origin", Column::Date(grain, checked.iter().map(|row| row.origin).collect()))
        .with("method", Column::Text(checked.iter().map(|row| row.method.clone()).collect()))
        .with("customers", Column::Count(checked.iter().map(|row| row.customers).collect()))
        .with("predicted", Column::Money(checked.iter().map(|row| row.predicted).collect()))
        .with("happened", Column::Money(checked.iter().map(|row| Some(row.happened)).collect()))
        .with("error", Column::Share(checked.iter().map(Checked::error).collect()))
}

/// Of each way of telling, over all origins: mean error and mean size of the error; ways that told nothing anywhere are left out.
#[must_use]
pub fn summary(checked: &[Checked]) -> Sheet {
    let mut names: Vec<&str> = Vec::new();
    for row in checked.iter().filter(|row| row.error().is_some()) {
        if !names.contains(&row.method.as_str()) {
            names.push(&row.method);
        }
    }
    let errors = |name: &str| -> Vec<f64> {
        checked.iter().filter(|row| row.method == name).filter_map(Checked::error).collect()
    };
    let mean = |values: Vec<f64>| Some(sum(values.iter().copied()) / values.len().max(1) as f64);
    let size = |name: &&str| mean(errors(name).into_iter().map(f64::abs).collect());
    Sheet::new()
        .with("method", Column::Text(names.iter().map(|&name| name.to_owned()).collect()))
        .with("origins", Column::Count(names.iter().map(|name| errors(name).len() as u64).collect()))
        .with("mean_error", Column::Share(names.iter().map(|name| mean(errors(name))).collect()))
        .with("mean_size_of_error", Column::Share(names.iter().map(size).collect()))
}
