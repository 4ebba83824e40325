//! `ltv score` with a model of subscriptions: the renewals to come of every subscriber.

use std::collections::HashMap;
use std::path::Path;

use super::args::{self, Contracts};
use super::outputs;
use super::retention::{account, rate, read};
use super::show::{self, Grid};
use super::tell::wrap;
use super::voice::Voice;
use crate::features::Subscriptions;
use crate::fit::{CohortFit, TrainedRetention};
use crate::orders::Ids;
use crate::output::Output;
use crate::predict::{Renewals, still_there};
use crate::table::{Chunk, Format, TableWriter, Values};
use crate::units::Share;
use crate::{Error, Result};

/// What is asked of each subscriber.
struct Asked {
    horizon: u32,
    level: Share,
    rate: Option<f64>,
}

/// `ltv score` with a model of subscriptions.
///
/// # Errors
/// Whatever reading, forecasting or writing says.
pub fn score(args: &args::Score, trained: &TrainedRetention, quiet: bool) -> Result<()> {
    args.covariates.none_for_subscriptions(None)?;
    if args.worth.margin.is_some() {
        return Err(Error::usage(
            "--margin goes with value, but a model of subscriptions foresees renewals; leave it out",
        ));
    }
    let asked = Asked {
        horizon: args.horizon.in_periods(trained.period)?,
        level: args.worth.level,
        rate: rate(trained, args.worth.discount),
    };
    if args.new_customer {
        return newcomers(args, trained, &asked);
    }
    let output = args.output.as_deref().unwrap_or_else(|| Path::new("-"));
    outputs::spare(&[output], &args.inputs, Some(&args.model))?;
    outputs::format(output)?;
    let contracts = Contracts {
        interval: Some(args.contracts.interval.unwrap_or(trained.period)),
        ..args.contracts.clone()
    };
    if contracts.interval != Some(trained.period) {
        return Err(Error::usage(format!(
            "the model was trained with --interval {}; leave --interval out",
            trained.period
        )));
    }
    let voice = Voice::new(quiet, &[output]);
    let found = read(&args.inputs, &args.reading, &contracts)?;
    voice.say(&account(&found))?;
    let table = scores(trained, &found, &asked)?;
    let mut writer = TableWriter::new(Output::create(output)?, Format::of(output));
    writer.write(&table.chunk(found.is_individual()))?;
    writer.finish()?;
    voice.say(&summary(args, trained, &found, &asked, &table)?)?;
    voice.say(&format!("wrote {}", output.display()))
}

/// The table of scores, column by column.
#[derive(Default)]
struct Scores {
    ids: Ids,
    cohort: Vec<String>,
    renewals: Vec<u32>,
    subscribers: Vec<f64>,
    p_next: Vec<f64>,
    p_through: Vec<f64>,
    expected: Vec<f64>,
    lower: Vec<u32>,
    upper: Vec<u32>,
    derl: Vec<f64>,
}

impl Scores {
    fn chunk(&self, individual: bool) -> Chunk<'_> {
        let mut columns = Vec::new();
        if individual {
            columns.push(("customer_id", Values::Ids(&self.ids, 0..self.renewals.len())));
        }
        if self.cohort.iter().any(|cohort| !cohort.is_empty()) {
            columns.push(("cohort", Values::Text(self.cohort.iter().map(String::as_str).collect())));
        }
        columns.push(("renewals", Values::Whole(&self.renewals)));
        if !individual {
            columns.push(("subscribers", Values::Real(&self.subscribers)));
        }
        columns.push(("p_next_renewal", Values::Real(&self.p_next)));
        columns.push(("p_survives", Values::Real(&self.p_through)));
        columns.push(("expected_renewals", Values::Real(&self.expected)));
        columns.push(("renewals_lower", Values::Whole(&self.lower)));
        columns.push(("renewals_upper", Values::Whole(&self.upper)));
        if !self.derl.is_empty() {
            columns.push(("derl", Values::Real(&self.derl)));
        }
        Chunk { columns }
    }
}

fn scores(trained: &TrainedRetention, found: &Subscriptions, asked: &Asked) -> Result<Scores> {
    let mut known: HashMap<(usize, u32), Renewals> = HashMap::new();
    let mut table = Scores::default();
    for at in (0..found.len()).filter(|&at| found.runs[at]) {
        let (cohort, due) = (found.cohort[at], found.tenures[at].due);
        let name = &found.cohorts[cohort];
        let told = match known.get(&(cohort, due)) {
            Some(told) => *told,
            None => {
                let model = &trained.of(name)?.fit.model;
                *known.entry((cohort, due)).or_insert(Renewals::of(
                    model,
                    due,
                    asked.horizon,
                    asked.level,
                    asked.rate,
                )?)
            }
        };
        if found.is_individual() {
            table.ids.push(found.ids.get(at));
        }
        table.cohort.push(name.clone());
        table.renewals.push(due);
        table.subscribers.push(found.count[at]);
        table.p_next.push(told.p_next);
        table.p_through.push(told.p_through);
        table.expected.push(told.expected);
        table.lower.push(told.interval.0);
        table.upper.push(told.interval.1);
        table.derl.extend(told.derl);
    }
    Ok(table)
}

fn summary(
    args: &args::Score,
    trained: &TrainedRetention,
    found: &Subscriptions,
    asked: &Asked,
    table: &Scores,
) -> Result<String> {
    let subscribers: f64 = table.subscribers.iter().sum();
    let gone = found.count.iter().sum::<f64>() - subscribers;
    let mut group: Vec<(&CohortFit, Vec<(u32, f64)>)> = Vec::new();
    for ((name, due), count) in table.cohort.iter().zip(&table.renewals).zip(&table.subscribers) {
        let cohort = trained.of(name)?;
        match group.iter_mut().find(|(known, _)| known.cohort == cohort.cohort) {
            Some((_, kinds)) => match kinds.iter_mut().find(|kind| kind.0 == *due) {
                Some(kind) => kind.1 += count,
                None => kinds.push((*due, *count)),
            },
            None => group.push((cohort, vec![(*due, *count)])),
        }
    }
    let (expected, interval) = still_there(&group, asked.horizon, asked.level);
    let renewals: f64 =
        table.expected.iter().zip(&table.subscribers).map(|(renewals, count)| renewals * count).sum();
    let mut grid = Grid::new(&["", "expected", &format!("{} interval", show::percent(asked.level.get()))]);
    let range = interval.map_or_else(
        || "none".to_owned(),
        |(low, high)| format!("{} to {}", show::mean(low), show::mean(high)),
    );
    grid.row(["subscribers".to_owned(), show::mean(subscribers), String::new()]);
    grid.row(["still there at the end".to_owned(), show::mean(expected), range]);
    grid.row(["renewals".to_owned(), show::mean(renewals), String::new()]);
    if !table.derl.is_empty() {
        let derl: f64 = table.derl.iter().zip(&table.subscribers).map(|(derl, count)| derl * count).sum();
        grid.row(["discounted residual renewals".to_owned(), show::mean(derl), String::new()]);
    }
    let mut text = format!("\n{}\n{}", show::heading(&format!("The next {}", args.horizon)), grid.text());
    if gone > 0.0 {
        text += &wrap(&format!(
            "{} have left already and are not in the table",
            show::count(gone.round() as u64)
        ));
    }
    Ok(text)
}

/// A subscriber who begins today.
fn newcomers(args: &args::Score, trained: &TrainedRetention, asked: &Asked) -> Result<()> {
    let mut text = format!(
        "{}\n",
        show::heading(&format!(
            "A subscriber who begins today, the next {} after the first {}",
            args.horizon, trained.period
        ))
    );
    for cohort in &trained.cohorts {
        let told = Renewals::of(&cohort.fit.model, 0, asked.horizon, asked.level, asked.rate)?;
        let mut grid = Grid::bare(2);
        if !cohort.cohort.is_empty() {
            grid.row(["cohort".to_owned(), show::clip(&cohort.cohort, 40)]);
        }
        grid.row(["makes the first renewal".to_owned(), show::percent(told.p_next)]);
        grid.row(["makes all of them".to_owned(), show::percent(told.p_through)]);
        grid.row(["expected renewals".to_owned(), show::number(told.expected, 4)]);
        grid.row(["interval".to_owned(), format!("{} to {}", told.interval.0, told.interval.1)]);
        if let Some(derl) = told.derl {
            grid.row(["discounted residual renewals".to_owned(), show::number(derl, 4)]);
        }
        text += &grid.text();
    }
    Voice::new(false, &[]).tell(&text)
}
