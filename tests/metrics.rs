//! The metrics of a backtest against scikit-learn, SciPy and pandas (`reference/metrics.py` made the tables).

use std::collections::BTreeMap;

use ltv::backtest::{Band, Columns, Comparison, MetColumns, buys};

/// One case: a row per customer, and what independent programs measured.
#[derive(Default)]
struct Case {
    predicted: Vec<f64>,
    median: Vec<f64>,
    actual: Vec<f64>,
    p: Vec<f64>,
    pit: Vec<(f64, f64)>,
    measured: BTreeMap<String, f64>,
}

fn table(name: &str) -> Vec<csv::StringRecord> {
    let path = format!("{}/tests/reference/{name}.csv", env!("CARGO_MANIFEST_DIR"));
    csv::Reader::from_path(path).unwrap().records().map(Result::unwrap).collect()
}

fn cases() -> BTreeMap<String, Case> {
    let mut cases: BTreeMap<String, Case> = BTreeMap::new();
    for row in table("metrics_rows") {
        let number = |at: usize| row[at].parse::<f64>().unwrap();
        let case = cases.entry(row[0].into()).or_default();
        case.predicted.push(number(1));
        case.median.push(number(2));
        case.actual.push(number(3));
        case.p.push(number(4));
        case.pit.push((number(5), number(6)));
    }
    for row in table("metrics") {
        cases.get_mut(&row[0]).unwrap().measured.insert(row[1].into(), row[2].parse().unwrap());
    }
    assert_eq!(cases.len(), 3);
    cases
}

#[test]
fn the_metrics_agree_with_scikit_learn_scipy_and_pandas() {
    for (name, case) in cases() {
        let bands =
            [0.5, 0.8, 0.9, 0.95].map(|level| Band { level, lower: &case.actual, upper: &case.actual });
        let columns = Columns {
            median: Some(&case.median),
            bands: bands.to_vec(),
            met: MetColumns { pit: &case.pit, ..MetColumns::default() },
            ..Columns::new(&case.actual, &case.predicted)
        };
        let metrics = Comparison::new(columns).unwrap().metrics();
        let bought: Vec<f64> = case.actual.iter().map(|&actual| f64::from(u8::from(actual > 0.0))).collect();
        let who = buys(&bought, &case.p).unwrap();
        let mut entries: BTreeMap<String, Option<f64>> = metrics.entries().into_iter().collect();
        entries.extend(
            who.entries().into_iter().filter(|(name, _)| matches!(&name[..], "auc" | "brier" | "log_score")),
        );
        for (metric, right) in &case.measured {
            let found =
                entries[metric].unwrap_or_else(|| panic!("{name} has no {metric}: {:?}", metrics.notes));
            assert!(
                (found - right).abs() <= 1e-12 * right.abs().max(1e-3),
                "{name}, {metric}: {found} for {right}"
            );
        }
        assert_eq!(metrics.decile_mape.is_some(), name == "plain", "{name}");
        assert!(metrics.pit.iter().sum::<f64>() - 1.0 < 1e-14);
    }
}

/// With ties there is no cut that does not depend on the order of the rows, and sharing out is the mean over all cuts.
#[test]
fn the_tie_safe_error_of_deciles_is_the_other_where_nothing_is_tied() {
    let case = &cases()["plain"];
    let n = 400; // a multiple of ten, where both cut at the same places
    let metrics = Comparison::new(Columns::new(&case.actual[..n], &case.predicted[..n])).unwrap().metrics();
    let (google, shared) = (metrics.decile_mape.unwrap(), metrics.decile_mape_ties.unwrap());
    assert!((google / shared - 1.0).abs() < 1e-14, "{google} {shared}");
}
