//! The commands for subscriptions: `ltv train` and `backtest` with sbg and bdw, and `ltv retention`; scores are in [`super::renewals`].

use std::path::PathBuf;

use super::args::{self, Contracts, FormatArg, Reading};
use super::backtest::write_report;
use super::show::{self, Grid};
use super::tell::{self, wrap};
use super::voice::{Voice, write_text};
use super::{outputs, survival};
use crate::backtest::{RetentionBacktest, backtest_retention};
use crate::features::{SubscriptionOptions, Subscriptions};
use crate::fit::{CohortFit, TrainedRetention};
use crate::model::AnyRetentionModel;
use crate::output::Output;
use crate::progress::Progress;
use crate::units::{AnnualRate, TimeUnit};
use crate::{Error, Result};

/// Reads the subscriptions of one file.
pub fn read(inputs: &[PathBuf], reading: &Reading, contracts: &Contracts) -> Result<Subscriptions> {
    let [file] = inputs else {
        return Err(Error::usage("one file of subscriptions can be read at a time"));
    };
    let cutoff = reading.cutoff.as_deref().map(|text| {
        text.parse().map_err(|_| Error::usage(format!("`{text}` is not a date; write it as 2024-12-31")))
    });
    let subscribers = contracts.subscribers.filter(|count| !(*count >= 1.0 && count.is_finite()));
    if let Some(wrong) = subscribers {
        return Err(Error::usage(format!("--subscribers is {wrong}, but must be at least 1")));
    }
    let options = SubscriptionOptions {
        period: contracts.interval,
        cutoff: cutoff.transpose()?,
        cohort: contracts.cohort.clone(),
        customer: reading.customer.clone(),
        subscribers: contracts.subscribers,
    };
    let found = Subscriptions::read(file, &options)?;
    Ok(if contracts.pooled { found.pooled() } else { found })
}

/// What was read.
pub fn account(found: &Subscriptions) -> String {
    let all: f64 = found.count.iter().sum();
    let left: f64 = (0..found.len()).filter(|&at| found.tenures[at].left).map(|at| found.count[at]).sum();
    let cohorts = match &found.cohorts[..] {
        [only] if only.is_empty() => String::new(),
        cohorts => format!(" in {} cohorts ({})", cohorts.len(), cohorts.join(", ")),
    };
    let most = found.tenures.iter().map(|tenure| tenure.due).max().unwrap_or(0);
    let mut text = wrap(&format!(
        "{} subscriptions{cohorts}: {} have left, renewals every {}, at most {most} due",
        show::count(all.round() as u64),
        show::count(left.round() as u64),
        found.period
    ));
    for note in &found.notes {
        text += &wrap(&format!("note: {note}"));
    }
    text
}

/// `ltv train --model sbg|bdw`.
///
/// # Errors
/// Whatever reading, fitting or writing says.
pub fn train(
    args: &args::Train,
    template: &AnyRetentionModel,
    quiet: bool,
    progress: &dyn Progress,
) -> Result<()> {
    args.model.covariates.none_for_subscriptions(Some(&args.model.on))?;
    let voice = Voice::new(quiet, &[&args.output]);
    outputs::spare(&[&args.output], &args.orders.inputs, None)?;
    drop(Output::create(&args.output)?);
    let found = read(&args.orders.inputs, &args.orders.reading, &args.contracts)?;
    voice.say(&account(&found))?;
    let trained = TrainedRetention::train(template, &found, args.model.method()?, progress)?;
    trained.write(&args.output)?;
    for CohortFit { cohort, fit } in &trained.cohorts {
        let what = if cohort.is_empty() { "renewals".to_owned() } else { format!("renewals of {cohort}") };
        voice.say("")?;
        voice.say(&tell::part(
            &fit.model,
            fit.report.ln_likelihood,
            fit.uncertainty.as_ref(),
            Some(&fit.report),
            &what,
        ))?;
        for warning in &fit.report.warnings {
            voice.say(&wrap(&format!("warning: {warning}")))?;
        }
    }
    voice.say(&format!("wrote {}", args.output.display()))
}

/// A yearly rate, per period.
pub fn rate(trained: &TrainedRetention, discount: Option<AnnualRate>) -> Option<f64> {
    discount.map(|rate| rate.continuous(TimeUnit::Calendar(trained.period)))
}

/// `ltv retention`.
///
/// # Errors
/// Whatever reading, forecasting or writing says.
pub fn retention(args: &args::Retention, quiet: bool) -> Result<()> {
    let trained = TrainedRetention::read(&args.model)?.ok_or_else(|| {
        Error::usage(format!(
            "{} is not a model of subscriptions; train one with --model sbg or bdw",
            args.model.display()
        ))
    })?;
    let voice = Voice::new(quiet, &[&args.output]);
    let inputs: Vec<PathBuf> = args.input.iter().cloned().collect();
    outputs::spare(&[&args.output], &inputs, Some(&args.model))?;
    let contracts = Contracts { interval: Some(trained.period), ..args.contracts.clone() };
    let found = if inputs.is_empty() { None } else { Some(read(&inputs, &args.reading, &contracts)?) };
    if let Some(found) = &found {
        voice.say(&account(found))?;
    }
    let curves = survival::curves(&trained, found.as_ref(), args)?;
    match args.format {
        FormatArg::Table => write_text(&args.output, &survival::tables(&curves, &trained, args)),
        FormatArg::Json => write_text(&args.output, &survival::json(&curves, &trained)?),
        FormatArg::Csv => survival::csv(&curves, &args.output),
    }
}

/// `ltv backtest` of models of subscriptions.
///
/// # Errors
/// Whatever reading, the backtest or writing says.
pub fn backtest(args: &args::Backtest, quiet: bool, progress: &dyn Progress) -> Result<()> {
    args.covariates.none_for_subscriptions(Some(&args.on))?;
    let voice = Voice::new(quiet, &[&args.output]);
    if args.origins.trim() != "1" || args.every.is_some() {
        return Err(Error::usage(
            "subscriptions are tested from one origin, as many periods back as --horizon says; leave --origins and --every out",
        ));
    }
    outputs::spare(&[&args.output], &args.orders.inputs, None)?;
    let found = read(&args.orders.inputs, &args.orders.reading, &args.contracts)?;
    voice.say(&account(&found))?;
    let report = backtest_retention(&found, args.horizon.in_periods(found.period)?, &args.models, progress)?;
    let to = (args.output.as_path(), args.format);
    write_report(to, || told(&report), &report, |table| table.write(&report.long().chunk()))
}

/// The report for people.
fn told(report: &RetentionBacktest) -> String {
    let mut heads = vec!["after".to_owned(), "happened".to_owned()];
    heads.extend(report.models.iter().map(|model| model.model.clone()));
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let mut grid = Grid::new(&heads);
    for (at, actual) in report.actual.iter().enumerate() {
        let mut cells = vec![(at + 1).to_string(), show::mean(*actual)];
        cells.extend(
            report
                .models
                .iter()
                .map(|model| model.predicted.get(at).map_or_else(|| "-".to_owned(), |p| show::mean(*p))),
        );
        grid.row(cells);
    }
    let line = |name: &str,
                value: fn(&crate::backtest::RetentionModelReport) -> Option<f64>,
                shown: fn(f64) -> String| {
        let mut cells = vec![name.to_owned(), String::new()];
        cells.extend(report.models.iter().map(|model| value(model).map_or_else(|| "-".to_owned(), shown)));
        cells
    };
    grid.row(line("bias at the end", |model| model.bias, show::signed_percent));
    grid.row(line("log score", |model| model.log_score, |score| show::number(score, 4)));
    let mut text = format!(
        "{}\n{}",
        show::heading(&format!(
            "Subscribers still there, of {} at the origin, {} periods ago",
            show::mean(report.subscribers),
            report.periods
        )),
        grid.text()
    );
    for model in &report.models {
        if let Some(why) = &model.failed {
            text += &wrap(&format!("{} failed: {why}", model.model));
        }
        for warning in &model.warnings {
            text += &wrap(&format!("{}: warning: {warning}", model.model));
        }
    }
    text
}
