//! `ltv train` and `ltv score` of forecasts that are trained for one horizon: regressions, calibrated models, joint forecasts.

use std::path::Path;
use std::sync::Arc;

use super::args::OnArg;
use super::columns::Columns;
use super::customers::{self, Source};
use super::scoring::{PART, Scored};
use super::show;
use super::tell::wrap;
use super::voice::Voice;
use super::{args, joint, orders, outputs, totals};
use crate::backtest::{self, AUTO, STACK};
use crate::calibrate::{Stack, Stacked, opened, packed};
use crate::features::{Customers, Past};
use crate::output::Output;
use crate::predict::{
    BuyTillYouDie, Estimator, Extras, Forecast, LAWS, Laws, Paced, Predictor, Tempos, Totals, View,
    forecast_of, parts,
};
use crate::progress::Progress;
use crate::regress::{ForecastFile, Regression, Road};
use crate::table::{Format, TableWriter};
use crate::units::{Horizon, Periods, Share, TimeUnit};
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
    let unit = args.counting.unit();
    let options = args.orders.reading.options()?;
    // What it stands on at the present past is laid once, for the fit and for what is told of it.
    let road = Road::named(id);
    let regression = road.map(|road| Regression::new(road, horizon).in_timezone(&options.timezone));
    let stack = plan(args, horizon, regression.as_ref())?;
    only_orders(customers::source(&args.orders.inputs, &options)?, id)?;
    let (read, ledger) = orders::read(&args.orders.inputs, &options, progress)?;
    let past = orders::past(&read, &options, unit)?.telling_logs(stack.needs_logs());
    voice.say(&orders::account(&ledger, &past))?;
    let table = past.customers(unit);
    let importance = match &regression {
        Some(regression) if !quiet => {
            progress.begin("which columns matter", None);
            regression.importance(&past, &table)?
        }
        _ => Vec::new(),
    };
    let stacked = stack.learn(&past, &table, progress)?;
    voice.say(&format!("\n{}", joint::told(&stacked, options.grain, &importance)))?;
    let mut file = ForecastFile {
        id: id.to_owned(),
        horizon: horizon.to_string(),
        unit,
        grain: options.grain,
        cutoff: options.grain.show(past.cutoff()),
        timezone: options.timezone.clone(),
        customers: table.len() as u64,
        warnings: Vec::new(),
        members: Vec::new(),
        calibration: None,
    };
    packed(stacked, &mut file)?;
    file.write(&args.output)?;
    voice.say(&format!("wrote {}", args.output.display()))
}

/// What is to be learnt.
fn plan(args: &args::Train, horizon: Horizon, regression: Option<&Regression>) -> Result<Stack> {
    let id = args.model.id();
    let calibrated = args.calibration == OnArg::On;
    let spend = args.orders.reading.spend_model();
    if id == STACK || id == AUTO {
        args.model.refuse_for_regression()?;
        return backtest::joint(id, spend, horizon, calibrated);
    }
    let tempos: Arc<Tempos> = Arc::default();
    let one: Box<dyn Estimator> = match regression {
        Some(regression) => {
            args.model.refuse_for_regression()?;
            Box::new(regression.clone())
        }
        None => {
            let recipe = args.model.recipe_for(&args.orders.reading, args.counting.unit())?;
            if recipe.covariates.is_some() {
                return Err(Error::usage(
                    "a model with covariates is not calibrated for a horizon: leave --horizon out, and give it to ltv score",
                ));
            }
            if calibrated && Paced::takes(&recipe) {
                Box::new(Paced::new(recipe, tempos.clone())?)
            } else {
                Box::new(BuyTillYouDie::new(recipe))
            }
        }
    };
    Ok(Stack::new(id, vec![one], horizon, calibrated)?.sharing(tempos))
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
    let scored = score_past(&stacked, &past, &asked, output, progress)?;
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
struct Asked {
    unit: TimeUnit,
    horizon: Periods,
    level: Share,
    margin: f64,
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

/// Scores the customers of a past part by part.
fn score_past(
    stacked: &Stacked,
    past: &Past<'_>,
    asked: &Asked,
    output: &Path,
    progress: &dyn Progress,
) -> Result<Scored> {
    let mut table = TableWriter::new(Output::create(output)?, Format::of(output));
    let (mut totals, mut money) = (Totals::new(0), false);
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
        totals.add(&customers, 0..customers.len(), &forecast);
        money |= forecast.value.is_some();
    }
    table.finish()?;
    progress.end();
    Ok(summed(totals, stacked, asked.level, money))
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
fn summed(totals: Totals, stacked: &Stacked, level: Share, money: bool) -> Scored {
    let laws = stacked.totals_of(&totals, money);
    let held = "these intervals of the totals know luck alone, not trend and season, nor how sure the fit is; ltv backtest \
                shows how far totals were off";
    Scored {
        purchases: laws.purchases.map(|law| law.at(level)),
        value: laws.value.map(|law| law.map(|law| law.at(level))),
        totals,
        held_fixed: stacked.calibration().is_none().then(|| held.to_owned()),
        best: Vec::new(),
        slipping: Vec::new(),
    }
}
