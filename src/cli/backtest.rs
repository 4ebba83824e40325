//! `ltv backtest`: train on the past only, predict, and compare with what happened.

mod folder;
mod summary;
mod compared;
mod details;
mod totals;

use std::path::Path;

use serde::Serialize;

use super::args::{self, FormatArg};
use super::voice::{Voice, write_text};
use super::{orders, outputs, plots, retention};
use crate::backtest::plots::charts;
use crate::backtest::{BacktestPlan, BacktestReport, Origins, backtest, estimators_ahead, with_baselines};
use crate::model::AnyRetentionModel;
use crate::output::Output;
use crate::progress::Progress;
use crate::table::{Format, TableWriter};
use crate::{Error, Result};

use folder::Folder;
use summary::tables;

/// Runs the command.
///
/// # Errors
/// Whatever reading, the backtest or writing says.
pub fn run(args: &args::Backtest, quiet: bool, progress: &dyn Progress) -> Result<()> {
    if args.models.iter().any(|id| AnyRetentionModel::template(id.trim()).is_some()) {
        if args.plots.is_some() {
            return Err(Error::usage(
                "charts are of models of purchases; leave --plots out for subscriptions",
            ));
        }
        return retention::backtest(args, quiet, progress);
    }
    let folder = Folder::of(args)?;
    let voice = Voice::new(quiet, &[if folder.is_some() { "-".as_ref() } else { args.output.as_path() }]);
    let options = args.orders.reading.options()?;
    let covariates = args.covariates.to_learn(&args.on, &args.orders.reading, options.grain)?;
    let spend = args.orders.reading.spend_model();
    let models =
        estimators_ahead(&with_baselines(&args.models), spend, covariates.as_ref(), Some(args.horizon))?;
    let plan = BacktestPlan {
        origins: Origins::read(&args.origins, args.every, options.grain)?,
        window: args.window,
        ..BacktestPlan::new(args.horizon, args.counting.unit())?
    };
    let written = folder.as_ref().map_or_else(|| vec![args.output.clone()], Folder::files);
    let written: Vec<_> = written.iter().map(|path| path.as_path()).collect();
    outputs::spare(&written, &args.orders.inputs, None)?;
    let (orders, ledger) = orders::read(&args.orders.inputs, &options, progress)?;
    let past = orders::past(&orders, &options, args.counting.unit())?;
    voice.say(&orders::account(&ledger, &past))?;
    let report = match &folder {
        None => backtest(&past, &plan, &models, progress)?,
        Some(folder) => folder.backtest((&past, &plan), &models, &voice, progress)?,
    };
    if let Some(place) = args.plots.clone().or_else(|| folder.as_ref().map(Folder::plots)) {
        let drawn = charts(&report, &past, plan.unit)?;
        voice.say(&plots::write(&place, args.plots_as, &drawn, progress)?)?;
    }
    write(if folder.is_some() { "-".as_ref() } else { &args.output }, args.format, &report)?;
    folder.map_or(Ok(()), |folder| voice.say(&folder.told()))
}

fn write(path: &Path, format: FormatArg, report: &BacktestReport) -> Result<()> {
    write_report((path, format), || tables(report), report, |table| table.write(&report.long().chunk()))
}

/// A report in the format that was asked for: for people, whole as JSON, or as a long table.
///
/// # Errors
/// [`Error::Io`] if it cannot be written.
pub fn write_report(
    (path, format): (&Path, FormatArg),
    people: impl FnOnce() -> String,
    report: &impl Serialize,
    long: impl FnOnce(&mut TableWriter) -> Result<()>,
) -> Result<()> {
    match format {
        FormatArg::Table => write_text(path, &people()),
        FormatArg::Json => write_text(path, &(json(report)? + "\n")),
        FormatArg::Csv => {
            let mut table = TableWriter::new(Output::create(path)?, Format::Csv);
            long(&mut table)?;
            table.finish()
        }
    }
}

/// A report as one document.
fn json(report: &impl Serialize) -> Result<String> {
    serde_json::to_string_pretty(report)
        .map_err(|e| Error::Undefined(format!("the report cannot be written as JSON: {e}")))
}
