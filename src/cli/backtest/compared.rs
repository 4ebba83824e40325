//! Who is best and who is not worse, for people: signs beside the numbers, the distances, and the test across origins.

use super::super::show::{self, Grid};
use super::super::tell::wrap;
use super::summary::optional;
use crate::backtest::{BacktestReport, Contest, Verdict};

/// The signs of one target.
pub(super) struct Marks<'a> {
    contests: Vec<&'a Contest>,
}

/// On what models are told apart, in the order in which they are trusted to: whole laws, then means, then order.
const LEADING: [&str; 5] = ["crps", "log_score", "rmse", "brier", "gini"];

/// The metrics whose distances are shown, with their names.
const SHOWN: [(&str, &str); 5] =
    [("rmse", "RMSE"), ("crps", "CRPS"), ("log_score", "log score"), ("gini", "Gini"), ("auc", "AUC")];

impl<'a> Marks<'a> {
    /// Of the contests of a target.
    pub fn of(report: &'a BacktestReport, target: &str) -> Self {
        Self { contests: report.comparison.iter().filter(|contest| contest.target == target).collect() }
    }

    /// A number with its sign: `*` the best, `~` not worse.
    pub fn cell(&self, model: &str, metric: &str, number: String) -> String {
        let contest = self.contests.iter().find(|contest| contest.metric == metric);
        match contest.and_then(|contest| contest.standing(model)).map(|standing| standing.verdict) {
            Some(Verdict::Best) => format!("* {number}"),
            Some(Verdict::NotWorse) => format!("~ {number}"),
            Some(Verdict::Worse) | None => number,
        }
    }

    /// The model that leads; the first of all where nothing tells them apart.
    pub fn leader<'m>(&self, models: &[&'m str]) -> Option<&'m str> {
        let best = LEADING.iter().find_map(|metric| {
            let best = self.contests.iter().find(|contest| contest.metric == *metric)?.best()?;
            models.iter().find(|model| **model == best.model)
        });
        best.or_else(|| models.first()).copied()
    }
}

/// How far each model is behind the best, and how far luck reaches.
pub(super) fn distances(report: &BacktestReport, target: &str) -> String {
    let shown: Vec<(&str, &Contest)> = (SHOWN.iter())
        .filter_map(|(metric, name)| {
            Some((
                *name,
                report.comparison.iter().find(|each| each.target == target && each.metric == *metric)?,
            ))
        })
        .collect();
    if shown.is_empty() {
        return String::new();
    }
    let heads: Vec<&str> =
        ["behind the best"].into_iter().chain(shown.iter().map(|(name, _)| *name)).collect();
    let mut grid = Grid::new(&heads);
    for model in names(&shown) {
        let cells = shown.iter().map(|(_, contest)| distance(contest, model));
        grid.row([model.to_owned()].into_iter().chain(cells));
    }
    let mut text = format!("\n{}", grid.text());
    for (name, contest) in &shown {
        if !contest.left_out.is_empty() {
            text += &wrap(&format!(
                "Not compared on {name}, for want of it at some origin: {}",
                contest.left_out.join(", ")
            ));
        }
    }
    text
}

/// Every model of some contests, in the order asked for.
fn names<'a>(contests: &[(&str, &'a Contest)]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    let all = contests.iter().flat_map(|(_, contest)| &contest.models);
    for standing in all {
        if !names.contains(&standing.model.as_str()) {
            names.push(&standing.model);
        }
    }
    names
}

fn distance(contest: &Contest, model: &str) -> String {
    let Some(standing) = contest.standing(model) else { return "-".into() };
    let number = |value: f64| show::number(value, if value < 10.0 { 4 } else { 2 });
    match (standing.verdict, standing.interval) {
        (Verdict::Best, _) => "best".into(),
        (_, None) => number(standing.behind),
        (_, Some((_, upper))) => format!("{} ±{}", number(standing.behind), number(upper - standing.behind)),
    }
}

/// The test of Diebold and Mariano, where there are origins enough.
pub(super) fn tests(report: &BacktestReport, target: &str) -> String {
    let shown: Vec<(&str, &Contest)> = (SHOWN.iter())
        .filter_map(|(metric, name)| {
            let contest =
                report.comparison.iter().find(|each| each.target == target && each.metric == *metric)?;
            contest.models.iter().any(|each| each.diebold_mariano.is_some()).then_some((*name, contest))
        })
        .collect();
    if shown.is_empty() {
        return String::new();
    }
    let heads: Vec<&str> = ["as good? (p)"].into_iter().chain(shown.iter().map(|(name, _)| *name)).collect();
    let mut grid = Grid::new(&heads);
    for model in names(&shown) {
        let cells = shown.iter().map(|(_, contest)| match contest.standing(model) {
            Some(standing) if standing.verdict == Verdict::Best => "best".into(),
            standing => {
                optional(standing.and_then(|each| each.diebold_mariano).map(|test| test.p_value), p_value)
            }
        });
        grid.row([model.to_owned()].into_iter().chain(cells));
    }
    format!("\n{}", grid.text())
}

/// What the test says, once; nothing where there is none.
pub(super) fn about_tests(report: &BacktestReport) -> String {
    let standings = report.comparison.iter().flat_map(|contest| &contest.models);
    if standings.into_iter().all(|standing| standing.diebold_mariano.is_none()) {
        return String::new();
    }
    let origins = report.origins.len();
    wrap(&format!(
        "As good? (p): the probability of such differences at {origins} origins if a model were as good as the best (Diebold & Mariano 1995, corrected for few \
         origins and for holdouts that overlap). It takes the shop's customers as they are, and the months as luck."
    ))
}

fn p_value(p: f64) -> String {
    if p < 0.001 { "<.001".into() } else { show::number(p, 3) }
}
