//! What a backtest found, for people: the origins, then a part for each target.

use super::super::show::{self, Grid};
use super::super::tell::wrap;
use super::compared::{Marks, about_tests, distances, tests};
use super::details::{by_origin, deciles, thirds};
use super::totals::totals;
use crate::backtest::{BacktestReport, ModelReport, OriginReport, TargetReport};

/// The report for people.
#[must_use]
pub fn tables(report: &BacktestReport) -> String {
    let mut text: String = report.origins.iter().map(|origin| heading(report, origin)).collect();
    for (name, pick) in TARGETS {
        text += &target(report, name, pick);
    }
    text += &buys(report);
    if report.comparison.iter().any(|contest| contest.models.len() > 1) {
        text += &legend(report);
        text += &about_tests(report);
    }
    report.origins.iter().for_each(|origin| text += &remarks(origin));
    text
}

pub(super) type Pick = fn(&ModelReport) -> Option<&TargetReport>;

/// What is predicted, and where a model's report has it.
const TARGETS: [(&str, Pick); 2] =
    [("purchases", |model| model.purchases.as_ref()), ("value", |model| model.value.as_ref())];

/// An origin, whom it knew and whom not.
fn heading(report: &BacktestReport, origin: &OriginReport) -> String {
    let mut text = format!(
        "\n{}\n",
        show::heading(&format!(
            "Forecast from {} for {}, until {}",
            origin.origin, report.horizon, origin.until
        ))
    );
    text += &format!("{} customers known at the origin\n", show::count(origin.customers as u64));
    if let (Some(trained), Some(window)) = (origin.trained, &report.window) {
        text += &wrap(&format!(
            "{} of them came in the {window} before it and were trained on; {} had come earlier, and are forecast all the same",
            show::count(trained as u64),
            show::count((origin.customers - trained) as u64)
        ));
    }
    text + &later(origin)
}

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

/// The models that have the target somewhere, in the order asked for.
pub(super) fn models_with<T>(report: &BacktestReport, pick: fn(&ModelReport) -> Option<&T>) -> Vec<&str> {
    let Some(first) = report.origins.first() else { return Vec::new() };
    let has = |at: &usize| report.origins.iter().any(|origin| pick(&origin.models[*at]).is_some());
    (0..first.models.len()).filter(has).map(|at| first.models[at].model.as_str()).collect()
}

/// The mean of a number over the origins that have it.
pub(super) fn over_origins(
    report: &BacktestReport,
    model: &str,
    value: impl Fn(&ModelReport) -> Option<f64>,
) -> Option<f64> {
    let of = |origin: &OriginReport| value(origin.models.iter().find(|each| each.model == model)?);
    let values: Vec<f64> = report.origins.iter().filter_map(of).collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The tables of one target: accuracy of means, of whole laws, the intervals, the distances from the best, and details.
fn target(report: &BacktestReport, name: &'static str, pick: Pick) -> String {
    let models = models_with(report, pick);
    if models.is_empty() {
        return String::new();
    }
    let happened: f64 = (report.origins.iter())
        .filter_map(|origin| origin.models.iter().find_map(pick))
        .map(|target| target.metrics.total_actual)
        .sum();
    let mut text =
        format!("\n{}: happened {}{}\n", show::heading(name), show::mean(happened), in_all(report));
    let marks = Marks::of(report, name);
    text += &accuracy(report, &models, pick, &marks);
    text += &format!("\n{}", laws(report, &models, pick, &marks));
    text += &format!("\n{}", intervals(report, &models, pick));
    text += &totals(report, &models, pick);
    text += &distances(report, name);
    text += &tests(report, name);
    let Some(best) = marks.leader(&models) else { return text };
    if let [origin] = &report.origins[..] {
        let Some(target) = origin.models.iter().find(|model| model.model == best).and_then(pick) else {
            return text;
        };
        text += &format!("\n{best}, by thirds of frequency\n{}", thirds(target));
        text + &format!("\n{best}, by deciles of the forecast\n{}", deciles(target))
    } else {
        text + &format!("\n{best}, by origin\n{}", by_origin(report, best, pick))
    }
}

fn in_all(report: &BacktestReport) -> String {
    if report.origins.len() > 1 {
        format!(" in all; means over {} origins", report.origins.len())
    } else {
        String::new()
    }
}

fn accuracy(report: &BacktestReport, models: &[&str], pick: Pick, marks: &Marks<'_>) -> String {
    let mut grid = Grid::new(&["model", "predicted", "bias", "MAE", "RMSE", "Spearman", "Gini"]);
    for model in models {
        let of =
            |value: fn(&TargetReport) -> Option<f64>| over_origins(report, model, |each| value(pick(each)?));
        grid.row([
            (*model).to_owned(),
            optional(of(|t| Some(t.metrics.total_predicted)), show::mean),
            marks.cell(model, "bias", optional(of(|t| t.metrics.bias), show::signed_percent)),
            marks.cell(model, "mae", optional(of(|t| t.metrics.mae), digits)),
            marks.cell(model, "rmse", optional(of(|t| t.metrics.rmse), digits)),
            optional(of(|t| t.metrics.spearman), four),
            marks.cell(model, "gini", optional(of(|t| t.metrics.gini), four)),
        ]);
    }
    grid.text()
}

/// What judges whole distributions, and medians.
fn laws(report: &BacktestReport, models: &[&str], pick: Pick, marks: &Marks<'_>) -> String {
    let mut grid = Grid::new(&["model", "MAE of median", "CRPS", "log score", "top 10 %", "decile error"]);
    for model in models {
        let of =
            |value: fn(&TargetReport) -> Option<f64>| over_origins(report, model, |each| value(pick(each)?));
        grid.row([
            (*model).to_owned(),
            marks.cell(model, "mae_median", optional(of(|t| t.metrics.mae_median), digits)),
            marks.cell(model, "crps", optional(of(|t| t.metrics.crps), digits)),
            marks.cell(model, "log_score", optional(of(|t| t.metrics.log_score), four)),
            optional(of(|t| t.metrics.capture_10), show::percent),
            optional(of(|t| t.metrics.decile_mape_ties), show::percent),
        ]);
    }
    grid.text()
}

/// How many customers the intervals held, by randomised transforms where the model has laws, and how wide they were.
fn intervals(report: &BacktestReport, models: &[&str], pick: Pick) -> String {
    let heads: Vec<String> = report.levels.iter().map(|level| format!("{:.0} %", 100.0 * level)).collect();
    let heads: Vec<&str> = ["intervals held"].into_iter().chain(heads.iter().map(String::as_str)).collect();
    let mut grid = Grid::new(&heads);
    for model in models {
        let cells = (0..report.levels.len()).map(|at| {
            let of = |value: fn(&crate::backtest::Coverage) -> Option<f64>| {
                over_origins(report, model, |each| value(pick(each)?.metrics.intervals.get(at)?))
            };
            let bare = |share: f64| show::number(100.0 * share, 1);
            format!(
                "{} ({})",
                optional(of(|held| held.coverage), bare),
                optional(of(|held| held.pit_coverage), bare)
            )
        });
        grid.row([(*model).to_owned()].into_iter().chain(cells));
    }
    grid.text()
}

/// Who buys at all.
fn buys(report: &BacktestReport) -> String {
    let models = models_with(report, |model| model.buys.as_ref());
    if models.is_empty() {
        return String::new();
    }
    let of_first =
        report.origins.iter().filter_map(|origin| origin.models.iter().find_map(|model| model.buys.as_ref()));
    let happened: f64 = of_first.map(|buys| buys.total_actual).sum();
    let marks = Marks::of(report, "buys");
    let mut grid = Grid::new(&["model", "predicted", "bias", "AUC", "Brier", "log score"]);
    for model in &models {
        let of = |value: fn(&crate::backtest::Buys) -> Option<f64>| {
            over_origins(report, model, |each| value(each.buys.as_ref()?))
        };
        grid.row([
            (*model).to_owned(),
            optional(of(|buys| Some(buys.total_predicted)), show::mean),
            marks.cell(model, "bias", optional(of(|buys| buys.bias), show::signed_percent)),
            marks.cell(model, "auc", optional(of(|buys| buys.auc), four)),
            marks.cell(model, "brier", optional(of(|buys| buys.brier), four)),
            marks.cell(model, "log_score", optional(of(|buys| buys.log_score), four)),
        ]);
    }
    let head = show::heading("buys at all");
    format!("\n{head}: {} customers did{}\n{}", show::mean(happened), in_all(report), grid.text())
        + &distances(report, "buys")
        + &tests(report, "buys")
}

/// What the signs mean, once.
fn legend(report: &BacktestReport) -> String {
    let size = if report.origins.len() > 1 { "its size, the mean over the origins" } else { "its size" };
    let luck = match report.origins.len() {
        1 => {
            "the luck of which customers a shop has, not that of which months were tested: test several --origins for that"
        }
        _ => "the luck of which customers a shop has and of which origins were tested",
    };
    let totals = match report.origins.len() {
        1 => "whether the total of all customers lay within its interval",
        _ => "at how many origins the total of all customers lay within its interval",
    };
    format!(
        "\n{}",
        wrap(&format!(
            "* is the best of its column; ~ is not worse than the best as far as these data can tell: the difference is within what luck makes (1,000 resamples; \
             all models' intervals hold together with 95 %). That is {luck}. Bias is judged by {size}. MAE and RMSE are errors of the mean, \"MAE of median\" of \
             the median. Top 10 %: what the tenth with the highest forecasts brought. Intervals held: the part of customers, in per cent, and in brackets by randomised transforms, which for a right forecast is the level itself. Totals held: \
             {totals}; naive rules have no law of a total."
        ))
    )
}

/// Every warning once, with the models that it is of.
fn shared_warnings(origin: &OriginReport) -> Vec<(&str, Vec<&str>)> {
    let mut shared: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut add = |text, model| match shared.iter_mut().find(|(known, _)| *known == text) {
        Some((_, models)) => models.push(model),
        None => shared.push((text, vec![model])),
    };
    for model in &origin.models {
        model.warnings.iter().for_each(|warning| add(warning.as_str(), model.model.as_str()));
    }
    shared
}

/// Every note once, with the models and the target that it is of.
fn shared_notes(origin: &OriginReport) -> Vec<(String, Vec<&str>)> {
    let mut shared: Vec<(String, Vec<&str>)> = Vec::new();
    for model in &origin.models {
        let of = |name: &'static str, notes: &[String]| {
            notes.iter().map(move |note| format!("{name}: {note}")).collect::<Vec<_>>()
        };
        let amounts = TARGETS.iter().filter_map(|(name, pick)| Some(of(name, &pick(model)?.metrics.notes)));
        let notes = amounts.chain(model.buys.as_ref().map(|buys| of("buys at all", &buys.notes)));
        for note in notes.flatten() {
            match shared.iter_mut().find(|(known, _)| *known == note) {
                Some((_, models)) => models.push(&model.model),
                None => shared.push((note, vec![&model.model])),
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
    }
    for (note, models) in shared_notes(origin) {
        text += &wrap(&format!("{}, {note}", models.join(", ")));
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
    if text.is_empty() { text } else { format!("\nAt {}:\n{text}", origin.origin) }
}

pub(super) fn optional(value: Option<f64>, show: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| "-".to_owned(), show)
}

/// A mean or an error: four decimals while small.
pub(super) fn digits(value: f64) -> String {
    show::number(value, if value.abs() < 10.0 { 4 } else { 2 })
}

fn four(value: f64) -> String {
    show::number(value, 4)
}
