//! Every metric against numbers computed by hand.

use super::metrics::{Band, Comparison, Coverage, percent};

const ACTUAL: [f64; 4] = [0.0, 2.0, 1.0, 5.0];
const PREDICTED: [f64; 4] = [0.5, 1.0, 1.5, 3.0];

/// Errors .5, −1, .5, −2: MAE 4/4, RMSE √(5.5/4); totals 8 and 6. Ranks 1 3 2 4 against 1 2 3 4: Spearman 1 − 6·2/60 = .8.
/// Gini: raw 2·(2·2 + 3·1 + 4·5)/(4·8) − 1 = .6875 over 2·(2·1 + 3·2 + 4·5)/32 − 1 = .75.
#[test]
fn the_metrics_of_four_customers_by_hand() {
    let band = Band { level: 0.5, lower: &[0.0, 0.0, 1.0, 1.0], upper: &[1.0, 2.0, 2.0, 4.0] };
    let metrics = Comparison::new(&ACTUAL, &PREDICTED, vec![band]).unwrap().metrics();
    assert_eq!((metrics.n, metrics.total_actual, metrics.total_predicted), (4, 8.0, 6.0));
    assert_eq!(metrics.bias, Some(-0.25));
    assert_eq!(metrics.mae, Some(1.0));
    assert_eq!(metrics.rmse, Some((5.5f64 / 4.0).sqrt()));
    assert!((metrics.spearman.unwrap() - 0.8).abs() < 1e-15);
    assert!((metrics.gini.unwrap() - 0.6875 / 0.75).abs() < 1e-15);
    assert_eq!(metrics.intervals, [Coverage { level: 0.5, coverage: Some(0.75), width: Some(1.75) }]);
    assert!(metrics.notes.is_empty());
}

#[test]
fn a_perfect_forecast_has_gini_1_and_no_error() {
    let exact = Band { level: 0.9, lower: &ACTUAL, upper: &ACTUAL };
    let metrics = Comparison::new(&ACTUAL, &ACTUAL, vec![exact]).unwrap().metrics();
    assert_eq!((metrics.bias, metrics.mae, metrics.rmse), (Some(0.0), Some(0.0), Some(0.0)));
    assert_eq!((metrics.spearman, metrics.gini), (Some(1.0), Some(1.0)));
    assert_eq!((metrics.intervals[0].coverage, metrics.intervals[0].width), (Some(1.0), Some(0.0)));
}

#[test]
fn the_metrics_have_the_names_of_the_long_table() {
    let bands = [0.5, 0.8, 0.9, 0.95].map(|level| Band { level, lower: &ACTUAL, upper: &ACTUAL });
    let metrics = Comparison::new(&ACTUAL, &PREDICTED, bands.to_vec()).unwrap().metrics();
    let names: Vec<String> = metrics.entries().into_iter().map(|entry| entry.0).collect();
    assert_eq!(
        names.join(", "),
        "n, total_actual, total_predicted, bias, mae, rmse, spearman, gini, log_score, coverage_50, coverage_80, \
         coverage_90, coverage_95, width_50, width_80, width_90, width_95"
    );
    assert_eq!((percent(0.975), percent(0.29)), ("97.5".into(), "29".into()));
}

#[test]
fn what_does_not_exist_is_missing_and_said_in_words() {
    let metrics =
        |actual: &[f64], predicted: &[f64]| Comparison::new(actual, predicted, vec![]).unwrap().metrics();
    let nothing_bought = metrics(&[0.0, 0.0], &[1.0, 2.0]);
    assert_eq!((nothing_bought.bias, nothing_bought.spearman, nothing_bought.gini), (None, None, None));
    assert!(nothing_bought.notes[0].contains("nothing was bought"), "{:?}", nothing_bought.notes);
    let constant = metrics(&[0.0, 3.0], &[1.0, 1.0]);
    assert_eq!((constant.bias, constant.spearman, constant.gini), (Some(-1.0 / 3.0), None, None));
    assert!(constant.notes[0].contains("same for everybody"));
    let nobody = metrics(&[], &[]);
    assert_eq!((nobody.n, nobody.mae, nobody.rmse, nobody.bias), (0, None, None, None));
    for bad in [f64::NAN, f64::INFINITY] {
        assert!(Comparison::new(&[1.0], &[bad], vec![]).is_err());
    }
    assert!(Comparison::new(&[1.0], &[1.0, 2.0], vec![]).is_err());
    assert!(
        Comparison::new(&[1.0], &[1.0], vec![Band { level: 0.5, lower: &[2.0], upper: &[1.0] }]).is_err()
    );
}

/// Twenty customers with predictions 20, 19, …, 1 who did twice that: two a decile.
#[test]
fn deciles_by_hand() {
    let predicted: Vec<f64> = (1..=20).map(f64::from).collect();
    let actual: Vec<f64> = predicted.iter().map(|y| 2.0 * y).collect();
    let deciles = Comparison::new(&actual, &predicted, vec![]).unwrap().deciles();
    assert_eq!(deciles.len(), 10);
    let first = &deciles[0];
    assert_eq!((first.decile, first.n, first.total_predicted, first.mean_actual), (1, 2, 39.0, 39.0));
    let last = &deciles[9];
    assert_eq!((last.decile, last.n, last.mean_predicted, last.total_actual), (10, 2, 1.5, 6.0));
}

/// All predictions equal: ten groups that each hold a tenth of everything.
#[test]
fn tied_predictions_are_shared_out_over_the_deciles() {
    let actual: Vec<f64> = (0..30).map(f64::from).collect();
    let deciles = Comparison::new(&actual, &[7.0; 30], vec![]).unwrap().deciles();
    assert!(deciles.iter().all(|decile| decile.n == 3 && decile.mean_actual == 14.5), "{deciles:?}");
}

/// Frequencies 0 0 0 0 | 1 2: the thirds are 0–0, 0–0 and 1–2. Of the four tied customers two are covered.
#[test]
fn thirds_by_frequency_by_hand() {
    let actual = [0.0, 0.0, 3.0, 3.0, 1.0, 9.0];
    let band = Band { level: 0.9, lower: &[0.0; 6], upper: &[1.0, 1.0, 1.0, 1.0, 1.0, 5.0] };
    let comparison = Comparison::new(&actual, &[1.0; 6], vec![band]).unwrap();
    let thirds = comparison.by_frequency(&[0, 0, 0, 0, 1, 2]).unwrap();
    let seen: Vec<_> = thirds
        .iter()
        .map(|third| {
            (third.n, third.frequency_from, third.frequency_to, third.intervals[0].coverage.unwrap())
        })
        .collect();
    assert_eq!(seen, [(2, 0, 0, 0.5), (2, 0, 0, 0.5), (2, 1, 2, 0.5)]);
    assert_eq!((thirds[1].mean_actual, thirds[2].mean_actual), (1.5, 5.0));
    assert_eq!(thirds[2].intervals[0].width, Some(3.0));
    assert!(comparison.by_frequency(&[0]).is_err());
}

#[test]
fn the_order_of_the_rows_changes_no_digit() {
    let n = 997usize;
    let value =
        |at: usize, salt: usize| ((at * 7919 + salt) % 13) as f64 * 0.1 + ((at * 31 + salt) % 7) as f64;
    let row =
        |at: usize| (value(at, 1), value(at, 5).round() * 0.1, value(at, 9), value(at, 9) + value(at, 3));
    let report = |order: &[usize]| {
        let actual: Vec<f64> = order.iter().map(|&at| row(at).0).collect();
        let predicted: Vec<f64> = order.iter().map(|&at| row(at).1).collect();
        let lower: Vec<f64> = order.iter().map(|&at| row(at).2).collect();
        let upper: Vec<f64> = order.iter().map(|&at| row(at).3).collect();
        let frequency: Vec<u32> = order.iter().map(|&at| (at % 5) as u32).collect();
        let bands = vec![Band { level: 0.9, lower: &lower, upper: &upper }];
        let comparison = Comparison::new(&actual, &predicted, bands).unwrap();
        (comparison.metrics(), comparison.deciles(), comparison.by_frequency(&frequency).unwrap())
    };
    let forward: Vec<usize> = (0..n).collect();
    let mixed: Vec<usize> = (0..n).map(|at| at * 400 % n).collect();
    assert_eq!(report(&forward), report(&mixed));
}
