//! The command line: arguments (typed) become a plan (checked, nothing touched), and the plan runs.
//!
//! Only here does the crate print, read the clock, show progress or end the process.

mod args;
mod show;
mod voice;
mod outputs;
mod watch;
mod orders;
mod shop;
mod metrics;
mod cohorts;
mod segments;
mod explain;
mod acquisition;
mod trend;
mod what_if;
mod customers;
mod tell;
mod columns;
mod scoring;
mod totals;
mod summary;
mod behaviour;
mod features;
mod choosing;
mod train;
mod score;
mod backtest;
mod plots;
mod simulate;
mod models;
mod covariates;
mod plan;
mod forecasts;
mod joint;
mod regressions;
mod retention;
mod renewals;
mod survival;
mod past_check;
mod report;
mod made;
mod run;
mod export;
mod subscription;

use std::process::ExitCode;

use clap::Parser;

use crate::{Error, Result};
use args::{Cli, Command};

/// Runs the command: exit code 0 if done, 1 if it failed, 2 if the command line is wrong, 130 after Ctrl-C.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match command(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ltv: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

/// Whether the reader of a pipe has seen enough (`ltv ... | head`): that is not a failure.
fn closed_pipe(error: &Error) -> bool {
    matches!(error, Error::Io { source, .. } if source.kind() == std::io::ErrorKind::BrokenPipe)
}

fn command(cli: &Cli) -> Result<()> {
    watch::listen()?;
    if let Some(threads) = cli.threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(usize::from(threads))
            .build_global()
            .map_err(|e| Error::usage(format!("cannot start {threads} threads: {e}")))?;
    }
    let bars = watch::Bars::new(cli.quiet);
    match &cli.command {
        Command::Run(args) => run::run(args, cli.quiet, &bars),
        Command::Features(args) => features::run(args, cli.quiet, &bars),
        Command::Train(args) => train::run(args, cli.quiet, &bars),
        Command::Score(args) => score::run(args, cli.quiet, &bars),
        Command::Backtest(args) => backtest::run(args, cli.quiet, &bars),
        Command::Metrics(args) => metrics::run(args, cli.quiet, &bars),
        Command::Cohorts(args) => cohorts::run(args, cli.quiet, &bars),
        Command::Segments(args) => segments::run(args, cli.quiet, &bars),
        Command::Explain(args) => explain::run(args, cli.quiet, &bars),
        Command::Subscription(args) => subscription::run(args, cli.quiet, &bars),
        Command::Export(args) => export::run(args, cli.quiet, &bars),
        Command::Acquisition(args) => acquisition::run(args, cli.quiet, &bars),
        Command::Trend(args) => trend::run(args, cli.quiet, &bars),
        Command::Report(args) => report::run(args, cli.quiet, &bars),
        Command::WhatIf(args) => what_if::run(args, cli.quiet, &bars),
        Command::Simulate(args) => simulate::run(args, cli.quiet, &bars),
        Command::Retention(args) => retention::retention(args, cli.quiet),
        Command::Models => models::run(),
    }
}
