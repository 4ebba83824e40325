//! `ltv run`: the whole job in one go.

use std::fs;

use super::args;
use super::made::{Made, Planned};
use super::past_check::{Checking, end_of};
use super::scoring::Scored;
use super::show::{self, Grid};
use super::summary::Summary;
use super::tell::wrap;
use super::voice::{Voice, write_text};
use super::{orders, outputs, totals};
use crate::backtest::{BacktestReport, OriginReport};
use crate::features::Past;
use crate::progress::Progress;
use crate::{Error, Result};

/// Runs the command.
///
/// # Errors
/// Whatever a step says.
pub fn run(args: &args::Run, quiet: bool, progress: &dyn Progress) -> Result<()> {
    let options = args.orders.reading.options()?;
    let unit = args.counting.unit();
    let planned = Planned::of(args)?;
    let voice = Voice::new(quiet, &[]);
    let file = args.output.exists() && !args.output.is_dir();
    if file || args.output.as_os_str() == "-" {
        return Err(Error::usage(format!(
            "the output {} is no folder, but `ltv run` writes three files into a folder; name a folder",
            args.output.display()
        )));
    }
    let written = ["model.json", "scores.csv", "summary.json"].map(|name| args.output.join(name));
    outputs::spare(&written.each_ref().map(|path| path.as_path()), &args.orders.inputs, None)?;
    let (read, ledger) = orders::read(&args.orders.inputs, &options, progress)?;
    let past = orders::past(&read, &options, unit)?.telling_logs(planned.needs_logs());
    voice.say(&orders::account(&ledger, &past))?;

    let made = planned.make(&past, &voice, progress)?;
    let check = match check(args, &made, &past, progress) {
        Err(Error::Interrupted) => return Err(Error::Interrupted),
        check => check,
    };
    // Not before there is something to write: a run that fails or is stopped leaves no empty folder.
    let new = !args.output.exists();
    fs::create_dir_all(&args.output).map_err(|e| Error::io("create", &args.output, e))?;
    let scored = made.score(args, &past, progress).inspect_err(|_| {
        if new {
            let _ = fs::remove_dir(&args.output);
        }
    })?;

    let grain = past.orders().options.grain;
    let end = end_of(args.horizon, &past).map(|tick| grain.show(tick));
    let summary = Summary {
        args,
        horizon_end: end.as_deref(),
        ledger: &ledger,
        past: &past,
        made: &made,
        scored: &scored,
        check: check.as_ref(),
    };
    write_text(&args.output.join("summary.json"), &summary.to_json()?)?;
    let text = told(args, &made, &scored, end.as_deref());
    made.write(&args.output.join("model.json"), &past)?;
    voice.tell(&text)?;
    match &check {
        Ok(report) => report.origins.iter().try_for_each(|origin| voice.tell(&tell_check(report, origin)))?,
        Err(why) => voice.tell(&wrap(&format!("No check on the past: {why}")))?,
    }
    voice.tell(&format!("Wrote model.json, scores.csv and summary.json to {}", args.output.display()))
}

fn check(args: &args::Run, made: &Made, past: &Past<'_>, progress: &dyn Progress) -> Result<BacktestReport> {
    let checking = Checking {
        model: made.name(),
        spend: args.orders.reading.spend_model(),
        covariates: made.covariates(),
        horizon: args.horizon,
        unit: args.counting.unit(),
        level: args.worth.level,
    };
    checking.run(past, progress)
}

/// What the next year brings, from whom, and who is slipping away.
fn told(args: &args::Run, made: &Made, scored: &Scored, end: Option<&str>) -> String {
    let (level, unit) = (args.worth.level.get(), made.unit());
    let mut text: String =
        made.warnings().iter().map(|warning| wrap(&format!("warning: {warning}"))).collect();
    let until = end.map_or_else(String::new, |end| format!(", until {end}"));
    text += &format!("\n{}\n", show::heading(&format!("The next {}{until}", args.horizon)));
    text += &(totals::table(scored, level) + &made.limits());
    let best = format!("The most valuable customers: orders and value expected in {}", args.horizon);
    text += &format!("\n{}\n{}\n", show::heading(&best), totals::list(&scored.best, unit, level));
    if scored.slipping.is_empty() {
        return text + "Slipping away: nobody. No repeat buyer has been silent for unusually long.\n\n";
    }
    let slipping = "Slipping away: repeat buyers, silent for long, by the value at risk";
    text + &format!("{}\n{}\n", show::heading(slipping), totals::list(&scored.slipping, unit, level))
}

/// How well the same method would have predicted the last period.
fn tell_check(report: &BacktestReport, origin: &OriginReport) -> String {
    let head = format!("How it would have predicted the last {}, from {}", report.horizon, origin.origin);
    let level = format!("{:.0} %", 100.0 * report.levels.first().copied().unwrap_or_default());
    let mut grid = Grid::new(&["", "predicted", "happened", "bias", "MAE", &format!("{level} held")]);
    let optional = |value: Option<f64>, show: fn(f64) -> String| value.map_or_else(|| "-".to_owned(), show);
    for model in &origin.models {
        for (name, target) in [("purchases", &model.purchases), ("value", &model.value)] {
            let Some(target) = target else { continue };
            let m = &target.metrics;
            let held = m.intervals.first().and_then(|interval| interval.coverage);
            grid.row([
                format!("{name}, {}", model.model),
                show::mean(m.total_predicted),
                show::mean(m.total_actual),
                optional(m.bias, show::signed_percent),
                optional(m.mae, |v| show::number(v, if v < 10.0 { 3 } else { 2 })),
                optional(held, show::percent),
            ]);
        }
    }
    let mut text = format!("{}\n{}", show::heading(&head), grid.text());
    for model in origin.models.iter() {
        if let Some(why) = &model.failed {
            text += &wrap(&format!("{} failed: {why}", model.model));
        }
    }
    text + "\n"
        + &wrap(&format!(
            "{} customers were known then. Bias is that of the total, MAE the mean error per customer; \"{level} held\" is the \
         part of customers whose {level} interval held. The naive lines are what a spreadsheet would have said.",
            show::count(origin.customers as u64)
        ))
}
