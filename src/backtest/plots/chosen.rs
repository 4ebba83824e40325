//! Which models are shown where many were tested.

use super::scene::Series;
use crate::backtest::report::{ModelReport, OriginReport};
use crate::plot::Style;

/// Lines that can be told apart in one chart.
const MOST: usize = 6;
/// Models of a heat map.
pub(super) const MAPS: usize = 4;

/// The models of an origin that did not fail, in the order in which they are drawn, each with its looks in every chart: first those that share one chart.
pub(super) struct Chosen<'a> {
    /// All of them, for charts with a panel for each.
    pub all: Vec<(&'a ModelReport, Style)>,
    /// How many of them stand in a chart of lines.
    shared: usize,
}

impl<'a> Chosen<'a> {
    /// The best by CRPS of purchases (or, where one has none, by mean absolute error) and the naive rules.
    pub fn of(origin: &'a OriginReport) -> Self {
        let told: Vec<&ModelReport> =
            origin.models.iter().filter(|model| model.purchases.is_some()).collect();
        let naive = |model: &ModelReport| model.model.starts_with("naive-");
        let rules = told.iter().filter(|model| naive(model)).count();
        let mut ranked: Vec<usize> = (0..told.len()).filter(|&at| !naive(told[at])).collect();
        let scores: Vec<f64> = scores(&told);
        ranked.sort_by(|&one, &other| scores[one].total_cmp(&scores[other]));
        let best = if told.len() <= MOST { ranked.len() } else { MOST.saturating_sub(rules).max(2) };
        let mut shown: Vec<usize> = ranked.iter().copied().take(best).collect();
        shown.extend((0..told.len()).filter(|&at| naive(told[at])).take(MOST - 2));
        shown.sort_unstable();
        let shared = shown.len();
        let others: Vec<usize> = (0..told.len()).filter(|at| !shown.contains(at)).collect();
        shown.extend(others);
        let all = shown.into_iter().enumerate().map(|(place, at)| (told[at], Style::series(place)));
        Self { all: all.collect(), shared }
    }

    /// What every model says, for charts with a panel for each.
    pub fn each<T>(&self, say: impl Fn(&ModelReport) -> Option<T>) -> Vec<Series<T>> {
        let series = |&(model, style): &(&ModelReport, Style)| {
            Some(Series { model: model.model.clone(), style, data: say(model)? })
        };
        self.all.iter().filter_map(series).collect()
    }

    /// What those say that share a chart.
    pub fn shared<T>(&self, say: impl Fn(&ModelReport) -> Option<T>) -> Vec<Series<T>> {
        let mut series = Vec::new();
        for &(model, style) in &self.all[..self.shared] {
            series.extend(say(model).map(|data| Series { model: model.model.clone(), style, data }));
        }
        series
    }

    /// Who is left out of charts of lines, in words.
    pub fn note(&self) -> Option<String> {
        let (shared, all) = (self.shared, self.all.len());
        (shared < all).then(|| {
            format!(
                "At most {shared} of {all} models share this chart: the best by the CRPS of purchases, and the naive rules. Charts with a panel for each show all."
            )
        })
    }
}

/// The lower the better; by a measure that all models have.
fn scores(models: &[&ModelReport]) -> Vec<f64> {
    let measure = |pick: fn(&crate::backtest::Metrics) -> Option<f64>| -> Option<Vec<f64>> {
        models.iter().map(|model| model.purchases.as_ref().and_then(|target| pick(&target.metrics))).collect()
    };
    let found = measure(|metrics| metrics.crps).or_else(|| measure(|metrics| metrics.mae));
    found.unwrap_or_else(|| vec![0.0; models.len()])
}
