//! `ltv train` and `ltv score` of forecasts that are trained for one horizon: regressions, calibrated models, joint forecasts.

use std::path::Path;

use super::args::OnArg;
use super::columns::Columns;
use super::customers::{self, Source};
use super::plan::Plan;
use super::scoring::{PART, Scored, Shown};
use super::show;
use super::tell::wrap;
use super::voice::Voice;
use super::{args, joint, orders, outputs, totals};
use crate::backtest;
use crate::calibrate::{Stacked, opened};
use crate::features::{Customers, Past};
use crate::output::Output;
use crate::predict::{Estimator, Extras, Forecast, LAWS, Laws, Predictor, Totals, View, forecast_of, parts};
use crate::progress::Progress;
use crate::regress::ForecastFile;
use crate::table::{Format, TableWriter};
use crate::units::{Periods, Share, TimeUnit};
use crate::{Error, Result};

/// Trains a forecast of one horizon and writes its file: a regression, a model calibrated for the horizon, the one that past origins speak for, or
/// all of them together.
///
/// # Errors
/// [`Error::Usage`] without a horizon, for a table of customers, or for flags that it does not take; whatever reading, fitting or
/// writing says.
pub fn train(args: &args::Train, quiet: bool, progress: &dyn Progress) -> Result<()> {
    let id = args.model.id();
    let horizon = backtest::horizon_of(id, args.horizon)?;
    let voice = Voice::new(quiet, &[&args.output]);
    outputs::spare(&[&args.output], &args.orders.inputs, None)?;
    drop(Output::create(&args.output)?);
    let options = args.orders.reading.options()?;
    let calibrated = args.calibration == OnArg::On;
    let plan = Plan::new((&args.model, &args.orders), args.counting.unit(), horizon, calibrated)?;
    only_orders(customers::source(&args.orders.inputs, &options)?, id)?;
    let (read, ledger) = orders::read(&args.orders.inputs, &options, progress)?;
    let past = orders::past(&read, &options, plan.unit)?.telling_logs(plan.stack.needs_logs());
    voice.say(&orders::account(&ledger, &past))?;
    let table = past.customers(plan.unit);
    let importance = match &plan.regression {
        Some(regression) if !quiet => {
            progress.begin("which columns matter", None);
            regression.importance(&past, &table)?
        }
        _ => Vec::new(),
    };
    let stacked = plan.stack.learn(&past, &table, progress)?;
    voice.say(&format!("\n{}", joint::told(&stacked, options.grain, &importance)))?;
    plan.file(stacked, &past)?.write(&args.output)?;
    voice.say(&format!("wrote {}", args.output.display()))
}

/// Regressions see orders, which a table does not tell.
fn only_orders(source: Source, id: &str) -> Result<()> {
    match source {
        Source::Orders => Ok(()),
        Source::Customers(file) => Err(Error::usage(format!(
            "{} is a table of customers, but {id} looks at when each order was made and what it was worth; give it the orders",
            file.display()
        ))),
    }
}

/// Scores orders with a forecast file.
///
/// # Errors
/// [`Error::Usage`] for a horizon that it was not trained for, a table of customers, or a question that a forecast of one horizon
/// cannot answer; whatever reading, forecasting or writing says.
pub fn score(args: &args::Score, file: ForecastFile, quiet: bool, progress: &dyn Progress) -> Result<()> {
    refuse(args, &file)?;
    let mut options = args.reading.options_at(file.grain, &file.timezone)?;
    if options.attributes.is_empty() {
        options.attributes = file.attributes();
    }
    let output = args.output.as_deref().unwrap_or_else(|| Path::new("-"));
    outputs::spare(&[output], &args.inputs, Some(&args.model))?;
    outputs::format(output)?;
    let voice = Voice::new(quiet, &[output]);
    only_orders(customers::source(&args.inputs, &options)?, &file.id)?;
    let (read, ledger) = orders::read(&args.inputs, &options, progress)?;
    let (unit, grain, trained_for) = (file.unit, file.grain, file.horizon.clone());
    let past = orders::past(&read, &options, unit)?;
    let horizon = args.horizon.in_units(unit, Some((grain, past.cutoff())))?;
    let asked =
        Asked { unit, horizon, level: args.worth.level, margin: args.worth.margin.map_or(1.0, Share::get) };
    let (stacked, used) = joint::ready(opened(file)?, args, &trained_for);
    voice.say(&orders::account(&ledger, &past))?;
    let past = past.telling_logs(stacked.needs_logs());
    let scored = score_past(&stacked, &past, &asked, (output, 0), progress)?;
    let head = format!("The next {}: {} customers", args.horizon, show::count(scored.totals.customers));
    voice.say(&format!("\n{}", show::heading(&head)))?;
    voice.say(&totals::table(&scored, asked.level.get()))?;
    for warning in stacked.warnings() {
        voice.say(&wrap(&format!("warning: {warning}")))?;
    }
    voice.say(&used)?;
    voice.say(&format!("wrote {}", output.display()))
}

/// What is asked of each customer.
pub struct Asked {
    /// The unit of time.
    pub unit: TimeUnit,
    /// How far is looked ahead, in that unit.
    pub horizon: Periods,
    /// The level of the intervals.
    pub level: Share,
    /// The part of the revenue that is earned.
    pub margin: f64,
}

/// Questions that look elsewhere than at the horizon, or within it.
fn refuse(args: &args::Score, file: &ForecastFile) -> Result<()> {
    let asked = [
        (args.new_customer, "--new-customer"),
        (args.from.is_some(), "--from"),
        (args.next_purchase, "--next-purchase"),
        (args.probabilities.is_some(), "--probabilities"),
        (args.residual, "--residual"),
        (args.worth.discount.is_some(), "--discount"),
    ];
    match asked.iter().find(|(asked, _)| *asked) {
        None => Ok(()),
        Some((_, flag)) => Err(Error::usage(format!(
            "{} tells of the customers of the orders, of the {} after the cut-off as a whole, and of nothing else: leave {flag} out, or \
             use a model such as bg-nbd",
            file.id, file.horizon
        ))),
    }
}

/// Scores the customers of a past part by part, and lists so many of them.
///
/// # Errors
/// Whatever forecasting or writing says; [`Error::Interrupted`].
pub fn score_past(
    stacked: &Stacked,
    past: &Past<'_>,
    asked: &Asked,
    (output, listed): (&Path, usize),
    progress: &dyn Progress,
) -> Result<Scored> {
    let mut table = TableWriter::new(Output::create(output)?, Format::of(output));
    let (mut totals, mut shown, mut money) = (Totals::new(listed), Shown::default(), false);
    progress.begin("scoring customers", Some(past.len() as u64));
    let everyone = past.orders().len();
    for start in (0..everyone).step_by(PART) {
        progress.check()?;
        let who = past.indices(start..everyone.min(start + PART));
        if who.is_empty() {
            continue;
        }
        let customers = past.customers_of(asked.unit, &who);
        let forecast = forecast_part(stacked, View::of_some(past, &customers, &who), asked, progress)?;
        write(&mut table, &customers, &forecast, asked.margin)?;
        let before = totals.customers;
        totals.add(&customers, 0..customers.len(), &forecast);
        shown.keep(&totals, (&customers, &forecast), before);
        money |= forecast.value.is_some();
    }
    table.finish()?;
    progress.end();
    Ok(summed((totals, &shown), stacked, asked.level, money))
}

/// The forecast of a part of the customers; of mixed laws, which no two share, few are held at a time.
fn forecast_part(
    stacked: &Stacked,
    view: View<'_>,
    asked: &Asked,
    progress: &dyn Progress,
) -> Result<Forecast> {
    let count = view.customers.len();
    let mut all = Forecast::with_capacity(&[asked.level], view.customers.has_money(), count);
    for (at, rows) in parts(count, LAWS).enumerate() {
        progress.check()?;
        let done = rows.len() as u64;
        let part = worth(stacked.laws(view, rows, asked.horizon)?, asked);
        if at == 0 {
            all = part
        } else {
            all.append(part)
        }
        progress.advance(done);
    }
    Ok(all)
}

/// The forecast that the laws make, of the part of the revenue that is earned.
fn worth(mut laws: Laws, asked: &Asked) -> Forecast {
    if let Some(value) = &mut laws.value {
        value.iter_mut().for_each(|law| *law = law.scaled(asked.margin));
    }
    let mut forecast = forecast_of(&laws, &[asked.level]);
    // What an order is worth is told before the margin.
    if let Some(value) = forecast.value.as_mut().filter(|_| asked.margin > 0.0) {
        value.expected_order_value.iter_mut().flatten().for_each(|each| *each /= asked.margin);
    }
    forecast
}

fn write(table: &mut TableWriter, customers: &Customers, forecast: &Forecast, margin: f64) -> Result<()> {
    let extras = Extras::default();
    let columns = Columns::new(customers, forecast, &extras, margin)?;
    table.write(&columns.chunk()?)
}

/// The totals with their intervals.
fn summed((totals, shown): (Totals, &Shown), stacked: &Stacked, level: Share, money: bool) -> Scored {
    let laws = stacked.totals_of(&totals, money);
    let held = "these intervals of the totals know luck alone, not trend and season, nor how sure the fit is; ltv backtest \
                shows how far totals were off";
    Scored {
        purchases: laws.purchases.map(|law| law.at(level)),
        value: laws.value.map(|law| law.map(|law| law.at(level))),
        held_fixed: stacked.calibration().is_none().then(|| held.to_owned()),
        best: shown.of(&totals.best),
        slipping: shown.of(&totals.slipping),
        totals,
    }
}
