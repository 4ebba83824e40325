//! `ltv backtest`: train on the past only, predict, and compare with what happened.

use serde::Serialize;

use super::args::{self, FormatArg};
use super::show::{self, Grid};
use super::tell::wrap;
use super::voice::{Voice, write_text};
use super::{orders, outputs, plots, retention};
use crate::backtest::plots::charts;
use crate::backtest::{
    BacktestPlan, BacktestReport, ModelReport, OriginReport, Origins, TargetReport, backtest,
    estimators_ahead,
};
use crate::model::AnyRetentionModel;
use crate::output::Output;
use crate::progress::Progress;
use crate::table::{Format, TableWriter};
use crate::{Error, Result};

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
    let voice = Voice::new(quiet, &[&args.output]);
    let options = args.orders.reading.options()?;
    let covariates = args.covariates.to_learn(&args.on, &args.orders.reading, options.grain)?;
    let spend = args.orders.reading.spend_model();
    let models = estimators_ahead(&args.models, spend, covariates.as_ref(), Some(args.horizon))?;
    let plan = BacktestPlan {
        origins: Origins::read(&args.origins, args.every, options.grain)?,
        ..BacktestPlan::new(args.horizon, args.counting.unit())?
    };
    outputs::spare(&[&args.output], &args.orders.inputs, None)?;
    let (orders, ledger) = orders::read(&args.orders.inputs, &options, progress)?;
    let past = orders::past(&orders, &options, args.counting.unit())?;
    let report = backtest(&past, &plan, &models, progress)?;
    voice.say(&orders::account(&ledger, &past))?;
    if let Some(folder) = &args.plots {
        let drawn = charts(&report, &past, plan.unit)?;
        voice.say(&plots::write(folder, args.plots_as, &drawn, progress)?)?;
    }
    write_report(args, || tables(&report), &report, |table| table.write(&report.long().chunk()))
}

/// A report in the format that was asked for: for people, whole as JSON, or as a long table.
///
/// # Errors
/// [`Error::Io`] if it cannot be written.
pub fn write_report(
    args: &args::Backtest,
    people: impl FnOnce() -> String,
    report: &impl Serialize,
    long: impl FnOnce(&mut TableWriter) -> Result<()>,
) -> Result<()> {
    match args.format {
        FormatArg::Table => write_text(&args.output, &people()),
        FormatArg::Json => {
            let text = serde_json::to_string_pretty(report)
                .map_err(|e| Error::Undefined(format!("the report cannot be written as JSON: {e}")))?;
            write_text(&args.output, &(text + "\n"))
        }
        FormatArg::Csv => {
            let mut table = TableWriter::new(Output::create(&args.output)?, Format::Csv);
            long(&mut table)?;
            table.finish()
        }
    }
}

/// The report for people.
#[must_use]
pub fn tables(report: &BacktestReport) -> String {
    let mut text = String::new();
    for origin in &report.origins {
        text += &format!(
            "\n{}\n",
            show::heading(&format!(
                "Forecast from {} for {}, until {}",
                origin.origin, report.horizon, origin.until
            ))
        );
        text += &format!("{} customers known at the origin\n", show::count(origin.customers as u64));
        text += &later(origin);
        for (name, pick) in TARGETS {
            text += &target(origin, name, pick);
        }
        text += &remarks(origin);
    }
    text
}

type Pick = fn(&ModelReport) -> Option<&TargetReport>;

/// What is predicted, and where a model's report has it.
const TARGETS: [(&str, Pick); 2] =
    [("purchases", |model| model.purchases.as_ref()), ("value", |model| model.value.as_ref())];

/// Customers the forecast could not see.
fn later(origin: &OriginReport) -> String {
    let new = &origin.acquired;
    if new.customers == 0 {
        return String::new();
    }
    let worth = new.value.map_or_else(String::new, |value| format!(" worth {}", show::money(value)));
    format!(
        "{} customers came later; their {} purchases{worth} are in no figure below\n",
        show::count(new.customers),
        show::count(new.purchases)
    )
}

/// The tables of one target: accuracy, coverage, coverage by thirds of frequency, deciles of the first model.
fn target(origin: &OriginReport, name: &str, pick: Pick) -> String {
    let reports: Vec<(&str, &TargetReport)> =
        origin.models.iter().filter_map(|model| Some((model.model.as_str(), pick(model)?))).collect();
    let Some(&(first, best)) = reports.first() else { return String::new() };
    let mut text = format!("\n{}: happened {}\n", show::heading(name), show::mean(best.metrics.total_actual));
    text += &accuracy(&reports);
    text += &coverage(&reports);
    text += &format!("\n{first}, by thirds of frequency\n{}", thirds(best));
    text + &format!("\n{first}, by deciles of the forecast\n{}", deciles(best))
}

fn accuracy(reports: &[(&str, &TargetReport)]) -> String {
    let mut grid = Grid::new(&["model", "predicted", "bias", "MAE", "RMSE", "Spearman", "Gini", "log score"]);
    for (model, report) in reports {
        let m = &report.metrics;
        grid.row([
            (*model).to_owned(),
            show::mean(m.total_predicted),
            optional(m.bias, show::signed_percent),
            optional(m.mae, digits),
            optional(m.rmse, digits),
            optional(m.spearman, |v| show::number(v, 4)),
            optional(m.gini, |v| show::number(v, 4)),
            optional(m.log_score, |v| show::number(v, 4)),
        ]);
    }
    grid.text()
}

/// How many customers the intervals held, and how wide they were.
fn coverage(reports: &[(&str, &TargetReport)]) -> String {
    let Some((_, first)) = reports.first() else { return String::new() };
    let heads: Vec<String> = first
        .metrics
        .intervals
        .iter()
        .map(|interval| format!("{:.0} % (width)", 100.0 * interval.level))
        .collect();
    let mut grid =
        Grid::new(&[&["intervals held"], &heads.iter().map(String::as_str).collect::<Vec<_>>()[..]].concat());
    for (model, report) in reports {
        let cells = report.metrics.intervals.iter().map(|interval| {
            format!(
                "{} ({})",
                optional(interval.coverage, show::percent),
                optional(interval.width, show::mean)
            )
        });
        grid.row([(*model).to_owned()].into_iter().chain(cells));
    }
    format!("\n{}", grid.text())
}

fn thirds(report: &TargetReport) -> String {
    let heads: Vec<String> =
        report.metrics.intervals.iter().map(|interval| format!("{:.0} %", 100.0 * interval.level)).collect();
    let heads: Vec<&str> = ["frequency", "customers", "predicted", "happened"]
        .into_iter()
        .chain(heads.iter().map(String::as_str))
        .collect();
    let mut grid = Grid::new(&heads);
    for third in &report.by_frequency {
        let range = if third.frequency_from == third.frequency_to {
            third.frequency_from.to_string()
        } else {
            format!("{} to {}", third.frequency_from, third.frequency_to)
        };
        let cells =
            [range, show::count(third.n as u64), digits(third.mean_predicted), digits(third.mean_actual)];
        let held = third.intervals.iter().map(|interval| optional(interval.coverage, show::percent));
        grid.row(cells.into_iter().chain(held));
    }
    grid.text()
}

fn deciles(report: &TargetReport) -> String {
    let mut grid =
        Grid::new(&["decile", "customers", "predicted", "happened", "mean predicted", "mean happened"]);
    for decile in &report.deciles {
        grid.row([
            decile.decile.to_string(),
            show::count(decile.n as u64),
            show::mean(decile.total_predicted),
            show::mean(decile.total_actual),
            digits(decile.mean_predicted),
            digits(decile.mean_actual),
        ]);
    }
    grid.text()
}

/// Every warning once, with the models that it is of.
fn shared_warnings(origin: &OriginReport) -> Vec<(&str, Vec<&str>)> {
    let mut shared: Vec<(&str, Vec<&str>)> = Vec::new();
    for model in &origin.models {
        for warning in &model.warnings {
            match shared.iter_mut().find(|(known, _)| known == warning) {
                Some((_, models)) => models.push(&model.model),
                None => shared.push((warning, vec![&model.model])),
            }
        }
    }
    shared
}

/// What should be known before the numbers are used.
fn remarks(origin: &OriginReport) -> String {
    let mut text = String::new();
    for model in &origin.models {
        if let Some(why) = &model.failed {
            text += &wrap(&format!("{} failed: {why}", model.model));
        }
        for (name, pick) in TARGETS {
            for note in pick(model).map_or(&[][..], |report| &report.metrics.notes) {
                text += &wrap(&format!("{}, {name}: {note}", model.model));
            }
        }
    }
    for (warning, models) in shared_warnings(origin) {
        text += &wrap(&format!("{}: warning: {warning}", models.join(", ")));
    }
    if let Some(revised) = origin.revised.filter(|revised| *revised != 0.0) {
        text += &wrap(&format!(
            "Refunds and late lines after the origin changed earlier orders by {}; that is in no figure.",
            show::money(revised)
        ));
    }
    if text.is_empty() { text } else { format!("\n{text}") }
}

fn optional(value: Option<f64>, show: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| "-".to_owned(), show)
}

/// A mean or an error: four decimals while small.
fn digits(value: f64) -> String {
    show::number(value, if value.abs() < 10.0 { 4 } else { 2 })
}
