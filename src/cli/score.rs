//! `ltv score`: every customer's future purchases and value.

use std::path::Path;

use super::args;
use super::customers::{self, Source};
use super::scoring::{Asked, PART, Scored, Scorer, score_past};
use super::show::{self, Grid};
use super::voice::Voice;
use super::{forecasts, orders, outputs, renewals, totals};
use crate::fit::{TrainedModel, TrainedRetention};
use crate::model::SpendModel;
use crate::orders::ReadOptions;
use crate::predict::ExtraQuestions;
use crate::progress::Progress;
use crate::regress::ForecastFile;
use crate::units::{Grain, Tick};
use crate::{Error, Result};

/// Runs the command.
///
/// # Errors
/// Whatever reading, forecasting or writing says.
pub fn run(args: &args::Score, quiet: bool, progress: &dyn Progress) -> Result<()> {
    if let Some(trained) = TrainedRetention::read(&args.model)? {
        return renewals::score(args, &trained, quiet);
    }
    if let Some(file) = ForecastFile::read(&args.model)? {
        return forecasts::score(args, file, quiet, progress);
    }
    let trained = TrainedModel::read(&args.model)?;
    let options = args.reading.options_of(&trained)?;
    if args.new_customer {
        return newcomer(args, &trained, &options);
    }
    let output = args.output.as_deref().unwrap_or_else(|| Path::new("-"));
    outputs::spare(&[output], &args.inputs, Some(&args.model))?;
    outputs::format(output)?;
    let voice = Voice::new(quiet, &[output]);
    let covariates = args.covariates.to_use(&trained, &args.reading)?;
    let scored = match customers::source(&args.inputs, &options)? {
        Source::Customers(file) => {
            // Groups of covariates belong to rows: such customers are read and scored at once.
            let rows = if trained.covariates.is_some() { usize::MAX } else { PART };
            let mut parts = customers::open(&file, trained.unit, &options, rows)?;
            let Some(first) = parts.next().transpose()? else {
                return Err(Error::input("there are no customers").file(&file).into());
            };
            let cutoff = options.cutoff.or(first.cutoff).map(|tick| (options.grain, tick));
            let asked = ask(args, &trained, cutoff)?;
            let members = asked.members(trained.crowd(covariates.as_ref(), &first, None)?);
            has_money(&trained, &args.reading, first.has_money())?;
            let mut scorer =
                Scorer::new(&trained, &members, asked, options.spend && first.has_money(), output)?;
            progress.begin("scoring customers", None);
            scorer.add(&first, progress)?;
            for part in parts {
                scorer.add(&part?, progress)?;
            }
            scorer.finish(progress)?
        }
        Source::Orders => {
            let (read, ledger) = orders::read(&args.inputs, &options, progress)?;
            let logs = trained.spend.as_ref().is_some_and(|spend| spend.model.base().needs_logs());
            let past = orders::past(&read, &options, trained.unit)?.telling_logs(logs);
            has_money(&trained, &args.reading, read.has_money())?;
            let asked = ask(args, &trained, Some((options.grain, past.cutoff())))?;
            let scored = score_past((&trained, covariates.as_ref()), asked, &past, output, progress)?;
            voice.say(&orders::account(&ledger, &past))?;
            scored
        }
    };
    report(&voice, args, &scored)?;
    voice.say(&format!("wrote {}", output.display()))
}

/// The plan that the command line asks for.
fn ask(args: &args::Score, trained: &TrainedModel, cutoff: Option<(Grain, Tick)>) -> Result<Asked> {
    let over_time = trained.covariates.as_ref().is_some_and(|part| part.schema.over_time);
    if let Some(flag) = [(args.next_purchase, "--next-purchase"), (args.residual, "--residual")]
        .into_iter()
        .find_map(|(asked, flag)| (asked && over_time).then_some(flag))
    {
        return Err(Error::usage(format!(
            "{flag} looks ahead without end, but the model has covariates over time, which must be known as far ahead as it looks; ask \
             for a --horizon instead, or train a model without them"
        )));
    }
    let asked = Asked::later(trained, args.from, args.horizon, &args.worth, cutoff)?;
    let extra = ExtraQuestions {
        next_purchase: args.next_purchase.then_some(args.worth.level),
        probabilities: args.probabilities,
        residual: asked.discount().filter(|_| args.residual),
    };
    Ok(asked.with(extra))
}

/// A model of spend needs amounts, unless purchases alone are wanted.
fn has_money(trained: &TrainedModel, reading: &args::Reading, money: bool) -> Result<()> {
    if trained.spend.is_some() && !money && reading.spend != Some(args::SpendArg::None) {
        return Err(Error::usage(
            "the model forecasts value, but no column of amounts was found; name it with --amount (or --price and \
             --quantity), or forecast purchases alone with --spend none",
        ));
    }
    Ok(())
}

fn report(voice: &Voice, args: &args::Score, scored: &Scored) -> Result<()> {
    let level = args.worth.level.get();
    voice.say(&format!(
        "\n{}",
        show::heading(&format!(
            "The next {}: {} customers",
            args.horizon,
            show::count(scored.totals.customers)
        ))
    ))?;
    voice.say(&totals::table(scored, level))
}

/// A customer acquired today: what comes after the first purchase.
fn newcomer(args: &args::Score, trained: &TrainedModel, options: &ReadOptions) -> Result<()> {
    let cutoff = options.cutoff.map(|tick| (options.grain, tick));
    let asked = ask(args, trained, cutoff)?;
    let members = asked.members(trained.anyone()?);
    let forecast = asked.forecaster(&members, options.spend)?.newcomer();
    let mut grid = Grid::bare(2);
    let interval = |intervals: &[crate::predict::Interval], show: fn(f64) -> String| {
        intervals
            .first()
            .map_or_else(String::new, |i| format!("{} to {}", show(i.lower[0]), show(i.upper[0])))
    };
    let whole = |value: f64| show::number(value, 0);
    grid.row(["expected purchases".to_owned(), show::number(forecast.expected_purchases[0], 4)]);
    grid.row(["interval of purchases".to_owned(), interval(&forecast.purchases, whole)]);
    grid.row(["no further purchase".to_owned(), show::percent(forecast.p_no_purchase[0])]);
    if let Some(money) = &forecast.value {
        let optional = |value: Option<f64>| {
            value.map_or_else(|| "none: the mean does not exist".to_owned(), show::money)
        };
        grid.row(["expected value of an order".to_owned(), optional(money.expected_order_value[0])]);
        grid.row(["expected value".to_owned(), optional(money.expected[0])]);
        grid.row(["median value".to_owned(), show::money(money.median[0])]);
        grid.row(["interval of value".to_owned(), interval(&money.intervals, show::money)]);
    }
    let who = match trained.covariates {
        Some(_) => "A typical customer (covariates at their means and reference levels) acquired today",
        None => "A customer acquired today",
    };
    let head = format!(
        "{who}, the next {} after the first purchase (intervals of {})",
        args.horizon,
        show::percent(args.worth.level.get())
    );
    Voice::new(false, &[]).tell(&format!("{}\n{}", show::heading(&head), grid.text()))
}
