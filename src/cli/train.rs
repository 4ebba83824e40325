//! `ltv train`: fit the models and save them.

use super::args;
use super::choosing::settled;
use super::customers::{self, Source};
use super::scoring::PART;
use super::voice::Voice;
use super::{forecasts, orders, outputs, retention, tell};
use crate::Result;
use crate::backtest::STACK;
use crate::fit::TrainedModel;
use crate::model::AnyRetentionModel;
use crate::output::Output;
use crate::progress::Progress;
use crate::regress::Road;

/// Runs the command.
///
/// # Errors
/// Whatever reading, fitting or writing says.
pub fn run(args: &args::Train, quiet: bool, progress: &dyn Progress) -> Result<()> {
    if let Some(template) = AnyRetentionModel::template(args.model.id()) {
        return retention::train(args, &template, quiet, progress);
    }
    let one_horizon = Road::named(args.model.id()).is_some() || args.model.id() == STACK;
    if one_horizon || args.horizon.is_some() {
        return forecasts::train(args, quiet, progress);
    }
    let voice = Voice::new(quiet, &[&args.output]);
    outputs::spare(&[&args.output], &args.orders.inputs, None)?;
    // An output that cannot be created is better known now than after an hour.
    drop(Output::create(&args.output)?);
    let unit = args.counting.unit();
    let recipe = args.model.recipe_for(&args.orders.reading, unit)?;
    let options = args.orders.reading.options()?;
    let trained = match customers::source(&args.orders.inputs, &options)? {
        Source::Customers(file) => {
            let table = customers::open(&file, unit, &options, PART)?.read_all()?;
            voice.say(&customers::account(&file, &table))?;
            let (recipe, told) = settled(recipe, &args.model, (&table, None), unit, progress)?;
            told.map_or(Ok(()), |told| voice.say(&told))?;
            TrainedModel::train_watched(&recipe, &table, &options.timezone, progress)?
        }
        Source::Orders => {
            let (read, ledger) = orders::read(&args.orders.inputs, &options, progress)?;
            let past = orders::past(&read, &options, unit)?.telling_logs(recipe.needs_logs());
            voice.say(&orders::account(&ledger, &past))?;
            let customers = past.customers(unit);
            let (recipe, told) = settled(recipe, &args.model, (&customers, Some(&past)), unit, progress)?;
            told.map_or(Ok(()), |told| voice.say(&told))?;
            if recipe.is_of_regular_buyers() {
                voice.say(&tell::regularity(&past.regularity()))?;
            }
            let times = recipe.needs_times().then(|| past.purchase_times());
            TrainedModel::train_with_times(
                &recipe,
                (&customers, times.as_ref()),
                &options.timezone,
                progress,
            )?
        }
    };
    trained.write(&args.output)?;
    voice.say("")?;
    voice.say(&tell::model(&trained))?;
    voice.say(&format!("wrote {}", args.output.display()))
}
