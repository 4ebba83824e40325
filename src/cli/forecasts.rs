//! `ltv train` and `ltv score` of forecasts that are trained for one horizon: regressions.

use std::path::Path;

use super::columns::Columns;
use super::customers::{self, Source};
use super::scoring::{PART, Scored};
use super::show;
use super::tell::wrap;
use super::voice::Voice;
use super::{args, orders, outputs, regressions, totals};
use crate::features::{Customers, Past};
use crate::math::special::normal_quantile;
use crate::output::Output;
use crate::predict::{Extras, Forecast, Laws, Total, Totals, forecast_of};
use crate::progress::Progress;
use crate::regress::{FittedRegression, ForecastFile, ForecastMember, MemberForecast, Regression, Road};
use crate::table::{Format, TableWriter};
use crate::units::{Periods, Share};
use crate::{Error, Result};

/// Trains a regression and writes its file.
///
/// # Errors
/// [`Error::Usage`] without a horizon, for a table of customers, or for flags that regressions do not take; whatever reading, fitting or
/// writing says.
pub fn train(args: &args::Train, road: Road, quiet: bool, progress: &dyn Progress) -> Result<()> {
    let id = road.id();
    let horizon = args.horizon.ok_or_else(|| {
        Error::usage(format!("{id} is trained for one horizon; say which, for instance --horizon 52w"))
    })?;
    args.model.refuse_for_regression()?;
    let voice = Voice::new(quiet, &[&args.output]);
    outputs::spare(&[&args.output], &args.orders.inputs, None)?;
    drop(Output::create(&args.output)?);
    let unit = args.counting.unit();
    let options = args.orders.reading.options()?;
    only_orders(customers::source(&args.orders.inputs, &options)?, id)?;
    let (read, ledger) = orders::read(&args.orders.inputs, &options, progress)?;
    let past = orders::past(&read, &options, unit)?;
    voice.say(&orders::account(&ledger, &past))?;
    progress.begin("fitting", None);
    let table = past.customers(unit);
    let regression = Regression::new(road, horizon).in_timezone(&options.timezone);
    let fitted = regression.learn(&past, &table)?;
    progress.check()?;
    let importance = if quiet { Vec::new() } else { regression.importance(&past, &table)? };
    progress.end();
    let said = regressions::told(&fitted.kept, options.grain, &importance);
    let grain = options.grain;
    let file = ForecastFile {
        id: id.to_owned(),
        horizon: horizon.to_string(),
        unit,
        grain,
        cutoff: grain.show(past.cutoff()),
        timezone: options.timezone.clone(),
        customers: table.len() as u64,
        warnings: fitted.kept.warnings.clone(),
        members: vec![ForecastMember {
            id: id.to_owned(),
            purchases: 1.0,
            value: 1.0,
            forecast: MemberForecast::Regression(Box::new(fitted)),
        }],
        calibration: None,
    };
    file.write(&args.output)?;
    voice.say(&format!("\n{said}"))?;
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
pub fn score(args: &args::Score, file: &ForecastFile, quiet: bool, progress: &dyn Progress) -> Result<()> {
    refuse(args, file)?;
    let fitted = only_member(file)?;
    let options = args.reading.options_at(file.grain, &file.timezone)?;
    let output = args.output.as_deref().unwrap_or_else(|| Path::new("-"));
    outputs::spare(&[output], &args.inputs, Some(&args.model))?;
    outputs::format(output)?;
    let voice = Voice::new(quiet, &[output]);
    only_orders(customers::source(&args.inputs, &options)?, &file.id)?;
    let (read, ledger) = orders::read(&args.inputs, &options, progress)?;
    let past = orders::past(&read, &options, file.unit)?;
    let horizon = args.horizon.in_units(file.unit, Some((file.grain, past.cutoff())))?;
    let asked = Asked { horizon, level: args.worth.level, margin: args.worth.margin.map_or(1.0, Share::get) };
    voice.say(&orders::account(&ledger, &past))?;
    let scored = score_past(fitted, &past, &asked, output, progress)?;
    let head = format!("The next {}: {} customers", args.horizon, show::count(scored.totals.customers));
    voice.say(&format!("\n{}", show::heading(&head)))?;
    voice.say(&totals::table(&scored, asked.level.get()))?;
    for warning in &file.warnings {
        voice.say(&wrap(&format!("warning: {warning}")))?;
    }
    if args.horizon.to_string() != file.horizon && fitted.kept.road.is_ratio() {
        voice.say(&wrap(&format!(
            "note: the ratio to the base was learnt for {}, and is applied to the base's forecast of {}",
            file.horizon, args.horizon
        )))?;
    }
    voice.say(&format!("wrote {}", output.display()))
}

/// What is asked of each customer.
struct Asked {
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

fn only_member(file: &ForecastFile) -> Result<&FittedRegression> {
    match &file.members[..] {
        [ForecastMember { forecast: MemberForecast::Regression(fitted), .. }]
            if file.calibration.is_none() =>
        {
            Ok(fitted)
        }
        _ => Err(Error::usage(format!(
            "this program cannot score the joint forecast `{}`; update it",
            file.id
        ))),
    }
}

/// Scores the customers of a past part by part.
fn score_past(
    fitted: &FittedRegression,
    past: &Past<'_>,
    asked: &Asked,
    output: &Path,
    progress: &dyn Progress,
) -> Result<Scored> {
    let mut table = TableWriter::new(Output::create(output)?, Format::of(output));
    let mut totals = Totals::new(0);
    progress.begin("scoring customers", Some(past.len() as u64));
    let everyone = past.orders().len();
    for start in (0..everyone).step_by(PART) {
        progress.check()?;
        let who = past.indices(start..everyone.min(start + PART));
        if who.is_empty() {
            continue;
        }
        let customers = past.customers_of(fitted.kept.unit, &who);
        let laws = fitted.laws_of(past, &customers, (0..customers.len(), &who), asked.horizon)?;
        let forecast = worth(laws, asked);
        write(&mut table, &customers, &forecast, asked.margin)?;
        totals.add(&customers, 0..customers.len(), &forecast);
        progress.advance(customers.len() as u64);
    }
    table.finish()?;
    progress.end();
    Ok(summed(totals, asked.level))
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

/// The totals: customers are independent given the forecast, and their sum is nearly normal.
fn summed(totals: Totals, level: Share) -> Scored {
    let z = normal_quantile(0.5 * (1.0 + level.get()));
    let total = |expected: f64, variance: f64| Total {
        expected,
        lower: (expected - z * variance.sqrt()).max(0.0),
        median: expected,
        upper: expected + z * variance.sqrt(),
    };
    let purchases = Ok(total(totals.purchases, totals.purchases_variance));
    let value = totals.value.zip(totals.value_variance).filter(|_| totals.customers > 0);
    let held = "these intervals of the totals know luck alone, not trend and season, nor how sure the regression is; ltv backtest \
                shows how far totals were off";
    Scored {
        value: value.filter(|(value, _)| *value > 0.0).map(|(value, variance)| Ok(total(value, variance))),
        purchases,
        totals,
        held_fixed: Some(held.to_owned()),
        best: Vec::new(),
        slipping: Vec::new(),
    }
}
