//! `ltv simulate`: an order file of any size from a model.

use super::show;
use super::voice::Voice;
use super::{args, outputs};
use crate::fit::TrainedModel;
use crate::model::Population;
use crate::output::Output;
use crate::predict::{Simulation, simulate};
use crate::progress::Progress;
use crate::table::TableWriter;
use crate::units::{Horizon, Tick};
use crate::{Error, Result};

/// Runs the command.
///
/// # Errors
/// Whatever reading the model or writing says; [`Error::Usage`] for dates that leave no room.
pub fn run(args: &args::Simulate, quiet: bool, progress: &dyn Progress) -> Result<()> {
    let trained = TrainedModel::read(&args.model)?;
    let grain = trained.grain;
    let start = match args.start.parse::<jiff::civil::Date>() {
        Ok(day) => grain.tick(day.at(0, 0, 0, 0)),
        Err(_) => None,
    };
    let start = start
        .ok_or_else(|| Error::usage(format!("`{}` is not a date; write it as 2024-12-31", args.start)))?;
    let after = |length: Horizon| -> Result<Tick> {
        let ticks = length.in_days(Some((grain, start)))? * f64::from(grain.ticks_per_day());
        let tick = f64::from(start.0) + ticks - 1.0;
        if tick < f64::from(i32::MAX) {
            Ok(Tick(tick as i32))
        } else {
            Err(Error::usage("the simulation ends beyond the calendar"))
        }
    };
    let plan = Simulation {
        customers: args.customers,
        seed: args.seed,
        start,
        acquired_by: after(args.acquisition)?,
        end: after(args.length)?,
        lines_per_order: args.lines_per_order,
        grain,
        unit: trained.unit,
    };
    outputs::spare(&[&args.output], &[], Some(&args.model))?;
    let format = outputs::format(&args.output)?;
    let mut table = TableWriter::new(Output::create(&args.output)?, format);
    // With covariates: a shop of typical customers.
    let anyone = trained.anyone()?;
    let typical = anyone.population.member(0);
    let spend = anyone.spenders.map(|spenders| spenders.spender(0));
    let made = simulate(&typical, spend.as_ref(), &plan, progress, &mut |chunk| table.write(chunk))?;
    table.finish()?;
    Voice::new(quiet, &[&args.output]).say(&format!(
        "{} customers, {} orders, {} lines from {} to {}; wrote {}",
        show::count(u64::from(args.customers)),
        show::count(made.orders),
        show::count(made.lines),
        grain.show(start),
        grain.show(plan.end),
        args.output.display()
    ))
}
