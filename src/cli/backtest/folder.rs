//! A folder of results: metrics, the comparison, every customer's forecast, and the pieces of a run that was interrupted.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::args::{self, PredictionsArg};
use super::super::outputs;
use super::super::voice::{Voice, write_text};
use super::json;
use crate::backtest::{BacktestPlan, BacktestReport, KeptBacktest, Pieces, backtest_keeping};
use crate::features::Past;
use crate::math::hash::Hash;
use crate::output::Output;
use crate::predict::Estimator;
use crate::progress::Progress;
use crate::table::{Chunk, Format, TableWriter};
use crate::{Error, Result};

/// Where the pieces are.
const PIECES: &str = "pieces";

/// A folder that results are written into.
pub struct Folder {
    path: PathBuf,
    predictions: Option<Format>,
    options: String,
}

impl Folder {
    /// The folder that the output names; `None` if it names a file. A folder is what is one, what ends with a slash, and a new name without an ending.
    ///
    /// # Errors
    /// [`Error::Usage`] for predictions without a folder; [`Error::Io`] if the file of covariates cannot be read.
    pub fn of(args: &args::Backtest) -> Result<Option<Self>> {
        let path = &args.output;
        let slash = path.as_os_str().to_string_lossy().ends_with('/');
        let new = !path.exists() && path.as_os_str() != "-" && path.extension().is_none();
        if !path.is_dir() && !slash && !new {
            return match args.predictions {
                None => Ok(None),
                Some(_) => Err(Error::usage(
                    "--predictions are written into a folder; name one with --output, for instance --output results",
                )),
            };
        }
        let predictions = match args.predictions.unwrap_or(PredictionsArg::Csv) {
            PredictionsArg::Csv => Some(Format::Csv),
            PredictionsArg::Parquet => Some(Format::Parquet),
            PredictionsArg::None => None,
        };
        Ok(Some(Self { path: path.clone(), predictions, options: options(args)? }))
    }

    /// Every file that is written by name.
    pub fn files(&self) -> Vec<PathBuf> {
        let names = ["metrics.csv", "metrics.json", "metrics.parquet", "report.json", "comparison.csv"];
        let names = names.into_iter().chain(self.predictions_name());
        names.map(|name| self.path.join(name)).collect()
    }

    /// Where charts are written if no other place is named.
    pub fn plots(&self) -> PathBuf {
        self.path.join("plots")
    }

    fn predictions_name(&self) -> Option<&'static str> {
        self.predictions.map(|format| match format {
            Format::Csv => "predictions.csv",
            Format::Parquet => "predictions.parquet",
        })
    }

    /// Runs the backtest, or what is left of it, and writes everything.
    ///
    /// # Errors
    /// As [`backtest_keeping`]; [`Error::Io`] if something cannot be written.
    pub fn backtest(
        &self,
        (past, plan): (&Past<'_>, &BacktestPlan),
        models: &[Box<dyn Estimator>],
        voice: &Voice,
        progress: &dyn Progress,
    ) -> Result<BacktestReport> {
        fs::create_dir_all(&self.path).map_err(|e| Error::io("create", &self.path, e))?;
        let pieces = Pieces::new(self.path.join(PIECES), &self.options);
        let kept = backtest_keeping(past, plan, models, &pieces, progress)?;
        voice.say(&taken_up(&kept))?;
        self.write_metrics(&kept.report)?;
        if let Some((format, name)) = self.predictions.zip(self.predictions_name()) {
            let table = TableWriter::new(Output::create(&self.path.join(name))?, format);
            kept.write_predictions((past, plan), &pieces, table, progress)?;
        }
        Ok(kept.report)
    }

    fn write_metrics(&self, report: &BacktestReport) -> Result<()> {
        let long = report.long();
        let contests = report.contests();
        self.table("metrics.csv", &long.chunk())?;
        self.table("metrics.parquet", &long.chunk())?;
        self.table("comparison.csv", &contests.chunk())?;
        write_text(&self.path.join("metrics.json"), &(json(&long.rows())? + "\n"))?;
        write_text(&self.path.join("report.json"), &(json(report)? + "\n"))
    }

    fn table(&self, name: &str, chunk: &Chunk<'_>) -> Result<()> {
        let path = self.path.join(name);
        let mut table = TableWriter::new(Output::create(&path)?, outputs::format(&path)?);
        table.write(chunk)?;
        table.finish()
    }

    /// What was written.
    pub fn told(&self) -> String {
        let predictions =
            self.predictions_name().map_or_else(String::new, |name| format!(", {name} (each customer)"));
        super::super::tell::wrap(&format!(
            "Wrote metrics.csv, metrics.json and metrics.parquet (a row per origin, model, target and metric), comparison.csv, report.json \
             (all of it){predictions} to {}. What is finished of a run is kept in {PIECES}, so that it goes on after an interruption or with more \
             models; that folder can be deleted.",
            self.path.display()
        ))
    }
}

/// How much an earlier run had finished.
fn taken_up(kept: &KeptBacktest) -> String {
    let all: usize = kept.report.origins.iter().map(|origin| origin.models.len()).sum();
    let mut text = String::new();
    if kept.taken_up > 0 {
        text += &format!(
            "{} of {all} forecasts had been finished by an earlier run and are taken up.\n",
            kept.taken_up
        );
    }
    if kept.swept > 0 {
        text += &format!(
            "{} finished forecasts of other data, options, models or another version were of no use and are gone.\n",
            kept.swept
        );
    }
    text
}

/// All that bears on the results and is neither in the orders nor in the plan nor in the name of a model: how the file was read, the model of spend, the covariates
/// with what is in their file, and this very program.
fn options(args: &args::Backtest) -> Result<String> {
    let covariates = match args.covariates.file() {
        None => 0,
        Some(file) => hash_of(file)?,
    };
    // A program that cannot be read is told by its version alone.
    let program = std::env::current_exe().ok().and_then(|path| hash_of(&path).ok()).unwrap_or_default();
    let args::Backtest { orders, covariates: learnt, on, .. } = args;
    Ok(format!("{program:x} {covariates:x} {:?} {learnt:?} {on:?}", orders.reading))
}

fn hash_of(path: &Path) -> Result<u64> {
    let bytes = fs::read(path).map_err(|e| Error::io("read", path, e))?;
    Ok(Hash::new(6).with_bytes(&bytes).value())
}
