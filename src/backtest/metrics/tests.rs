//! Every metric against numbers computed by hand.

use super::{Band, Buys, Columns, Comparison, Coverage, Gain, MetColumns, Metrics, TotalHeld, buys, percent};
use crate::predict::TotalLaw;

/// Means beside what happened, and nothing else.
fn compared<'a>(actual: &'a [f64], predicted: &'a [f64], bands: Vec<Band<'a>>) -> Comparison<'a> {
    Comparison::new(Columns { bands, ..Columns::new(actual, predicted) }).unwrap()
}

const ACTUAL: [f64; 4] = [0.0, 2.0, 1.0, 5.0];
const PREDICTED: [f64; 4] = [0.5, 1.0, 1.5, 3.0];

/// Errors .5, −1, .5, −2: MAE 4/4, RMSE √(5.5/4); totals 8 and 6. Ranks 1 3 2 4 against 1 2 3 4: Spearman 1 − 6·2/60 = .8.
/// Gini: raw 2·(2·2 + 3·1 + 4·5)/(4·8) − 1 = .6875 over 2·(2·1 + 3·2 + 4·5)/32 − 1 = .75.
#[test]
fn the_metrics_of_four_customers_by_hand() {
    let band = Band { level: 0.5, lower: &[0.0, 0.0, 1.0, 1.0], upper: &[1.0, 2.0, 2.0, 4.0] };
    let metrics = compared(&ACTUAL, &PREDICTED, vec![band]).metrics();
    assert_eq!((metrics.n, metrics.total_actual, metrics.total_predicted), (4, 8.0, 6.0));
    assert_eq!(metrics.bias, Some(-0.25));
    assert_eq!(metrics.mae, Some(1.0));
    assert_eq!(metrics.rmse, Some((5.5f64 / 4.0).sqrt()));
    assert!((metrics.spearman.unwrap() - 0.8).abs() < 1e-15);
    assert!((metrics.gini.unwrap() - 0.6875 / 0.75).abs() < 1e-15);
    assert_eq!(
        metrics.intervals,
        [Coverage { level: 0.5, coverage: Some(0.75), width: Some(1.75), pit_coverage: None }]
    );
    assert_eq!(metrics.notes, ["there are fewer than ten customers, so there are no tenths of them"]);
}

/// 8 were bought, and ln S ~ N(ln 10, .2²): from 8.74 to 11.44 with 50 %, from 7.20 to 13.90 with 90 %.
#[test]
fn the_interval_of_the_total_by_hand() {
    let bands = || [0.5, 0.9].map(|level| Band { level, lower: &[0.0; 4], upper: &[9.0; 4] }).to_vec();
    let law = TotalLaw::about(10.0, 0.2).unwrap();
    let columns = Columns { bands: bands(), total: Some(&law), ..Columns::new(&ACTUAL, &PREDICTED) };
    let metrics = Comparison::new(columns).unwrap().metrics();
    let [half, most] = &metrics.totals[..] else { panic!("{:?}", metrics.totals) };
    assert!((half.lower - 8.738_05).abs() < 5e-5 && (half.upper - 11.444_2).abs() < 5e-5 && !half.held);
    assert!((most.lower - 7.196_64).abs() < 5e-5 && (most.upper - 13.895_37).abs() < 5e-5 && most.held);
    let entries = metrics.entries();
    let told: Vec<(&str, Option<f64>)> =
        entries[entries.len() - 6..].iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let expected = [
        ("total_low_50", Some(half.lower)),
        ("total_low_90", Some(most.lower)),
        ("total_high_50", Some(half.upper)),
        ("total_high_90", Some(most.upper)),
        ("total_held_50", Some(0.0)),
        ("total_held_90", Some(1.0)),
    ];
    assert_eq!(told, expected);
    // Its ends belong to it, and without a law there is none.
    let exact = TotalHeld::of(&TotalLaw::about(8.0, 0.0).unwrap(), 0.9, 8.0);
    assert_eq!(exact, TotalHeld { level: 0.9, lower: 8.0, upper: 8.0, held: true });
    let without = compared(&ACTUAL, &PREDICTED, bands()).metrics();
    assert!(without.totals.is_empty() && without.entries().iter().rev().take(6).all(|(_, v)| v.is_none()));
}

#[test]
fn a_perfect_forecast_has_gini_1_and_no_error() {
    let exact = Band { level: 0.9, lower: &ACTUAL, upper: &ACTUAL };
    let metrics = compared(&ACTUAL, &ACTUAL, vec![exact]).metrics();
    assert_eq!((metrics.bias, metrics.mae, metrics.rmse), (Some(0.0), Some(0.0), Some(0.0)));
    assert_eq!((metrics.spearman, metrics.gini), (Some(1.0), Some(1.0)));
    assert_eq!((metrics.intervals[0].coverage, metrics.intervals[0].width), (Some(1.0), Some(0.0)));
}

#[test]
fn the_metrics_have_the_names_of_the_long_table() {
    let bands = [0.5, 0.8, 0.9, 0.95].map(|level| Band { level, lower: &ACTUAL, upper: &ACTUAL });
    let metrics = compared(&ACTUAL, &PREDICTED, bands.to_vec()).metrics();
    let names: Vec<String> = metrics.entries().into_iter().map(|entry| entry.0).collect();
    assert_eq!(
        names.join(", "),
        "n, total_actual, total_predicted, bias, mae, mae_median, rmse, rmsle, spearman, gini, capture_10, lift_10, decile_mape, \
         decile_mape_ties, log_score, crps, coverage_50, coverage_80, coverage_90, coverage_95, width_50, width_80, width_90, \
         width_95, pit_coverage_50, pit_coverage_80, pit_coverage_90, pit_coverage_95, pit_01, pit_02, pit_03, pit_04, pit_05, pit_06, \
         pit_07, pit_08, pit_09, pit_10, total_low_50, total_low_80, total_low_90, total_low_95, total_high_50, total_high_80, \
         total_high_90, total_high_95, total_held_50, total_held_80, total_held_90, total_held_95"
    );
    assert_eq!((percent(0.975), percent(0.29)), ("97.5".into(), "29".into()));
}

#[test]
fn what_does_not_exist_is_missing_and_said_in_words() {
    let metrics = |actual: &[f64], predicted: &[f64]| compared(actual, predicted, vec![]).metrics();
    let nothing_bought = metrics(&[0.0, 0.0], &[1.0, 2.0]);
    assert_eq!((nothing_bought.bias, nothing_bought.spearman, nothing_bought.gini), (None, None, None));
    assert!(nothing_bought.notes[0].contains("nothing was bought"), "{:?}", nothing_bought.notes);
    let constant = metrics(&[0.0, 3.0], &[1.0, 1.0]);
    assert_eq!((constant.bias, constant.spearman, constant.gini), (Some(-1.0 / 3.0), None, None));
    assert!(constant.notes[0].contains("same for everybody"));
    let nobody = metrics(&[], &[]);
    assert_eq!((nobody.n, nobody.mae, nobody.rmse, nobody.bias), (0, None, None, None));
    assert_eq!((nobody.mae_median, nobody.crps, nobody.capture_10, nobody.pit.len()), (None, None, None, 0));
    for bad in [f64::NAN, f64::INFINITY] {
        assert!(Comparison::new(Columns::new(&[1.0], &[bad])).is_err());
        assert!(Comparison::new(Columns { median: Some(&[bad]), ..Columns::new(&[1.0], &[1.0]) }).is_err());
    }
    assert!(Comparison::new(Columns::new(&[1.0], &[1.0, 2.0])).is_err());
    let bands = vec![Band { level: 0.5, lower: &[2.0], upper: &[1.0] }];
    assert!(Comparison::new(Columns { bands, ..Columns::new(&[1.0], &[1.0]) }).is_err());
    for pit in [(0.5, 0.4), (-0.1, 0.2), (0.5, f64::NAN)] {
        let met = MetColumns { pit: &[pit], ..MetColumns::default() };
        assert!(Comparison::new(Columns { met, ..Columns::new(&[1.0], &[1.0]) }).is_err());
    }
}

/// Twenty customers with predictions 20, 19, …, 1 who did twice that: two a decile.
#[test]
fn deciles_by_hand() {
    let predicted: Vec<f64> = (1..=20).map(f64::from).collect();
    let actual: Vec<f64> = predicted.iter().map(|y| 2.0 * y).collect();
    let deciles = compared(&actual, &predicted, vec![]).deciles();
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
    let deciles = compared(&actual, &[7.0; 30], vec![]).deciles();
    assert!(deciles.iter().all(|decile| decile.n == 3 && decile.mean_actual == 14.5), "{deciles:?}");
}

/// Frequencies 0 0 0 0 | 1 2: the thirds are 0–0, 0–0 and 1–2. Of the four tied customers two are covered.
#[test]
fn thirds_by_frequency_by_hand() {
    let actual = [0.0, 0.0, 3.0, 3.0, 1.0, 9.0];
    let band = Band { level: 0.9, lower: &[0.0; 6], upper: &[1.0, 1.0, 1.0, 1.0, 1.0, 5.0] };
    let comparison = compared(&actual, &[1.0; 6], vec![band]);
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
        let pit: Vec<(f64, f64)> =
            order.iter().map(|&at| (value(at, 9) * 0.1, value(at, 9) * 0.1 + 0.05)).collect();
        let bands = vec![Band { level: 0.9, lower: &lower, upper: &upper }];
        let met = MetColumns { log_score: &lower, crps: &upper, pit: &pit };
        let columns = Columns { median: Some(&upper), bands, met, ..Columns::new(&actual, &predicted) };
        let comparison = Comparison::new(columns).unwrap();
        let thirds =
            (comparison.by_frequency(&frequency).unwrap(), comparison.by_prediction(&frequency).unwrap());
        let bins =
            (comparison.by_each_frequency(&frequency).unwrap(), comparison.by_silence(&upper).unwrap());
        (comparison.metrics(), comparison.deciles(), thirds, bins, comparison.gain())
    };
    let forward: Vec<usize> = (0..n).collect();
    let mixed: Vec<usize> = (0..n).map(|at| at * 400 % n).collect();
    assert_eq!(report(&forward), report(&mixed));
}

/// Medians 0, 1, 1, 4 of 0, 2, 1, 5: errors 0, 1, 0, 1. RMSLE with y = −2 and a = −1 for the last: ln 1.5, ln(3/2), ln(2.5/2), 0.
#[test]
fn the_errors_of_medians_and_of_logarithms_by_hand() {
    let columns = Columns { median: Some(&[0.0, 1.0, 1.0, 4.0]), ..Columns::new(&ACTUAL, &PREDICTED) };
    assert_eq!(Comparison::new(columns).unwrap().metrics().mae_median, Some(0.5));
    let metrics = compared(&[0.0, 2.0, 1.0, -1.0], &[0.5, 1.0, 1.5, -2.0], vec![]).metrics();
    let squares = 2.0 * 1.5f64.ln().powi(2) + 1.25f64.ln().powi(2);
    assert!((metrics.rmsle.unwrap() - (squares / 4.0).sqrt()).abs() < 1e-15);
    assert!(metrics.notes.iter().any(|note| note.contains("1 customers are below 0")), "{:?}", metrics.notes);
}

/// Twenty customers with predictions 20, …, 1; the first two bring 30 of 60. Then all tied: a tenth of everything.
#[test]
fn capture_and_lift_by_hand() {
    let predicted: Vec<f64> = (1..=20).rev().map(f64::from).collect();
    let mut actual = vec![30.0 / 18.0; 20];
    (actual[0], actual[1]) = (10.0, 20.0);
    let metrics = compared(&actual, &predicted, vec![]).metrics();
    assert!((metrics.capture_10.unwrap() - 0.5).abs() < 1e-15);
    assert!((metrics.lift_10.unwrap() - 5.0).abs() < 1e-14);
    let metrics = compared(&actual, &[1.0; 20], vec![]).metrics();
    assert!(
        (metrics.capture_10.unwrap() - 0.1).abs() < 1e-15 && (metrics.lift_10.unwrap() - 1.0).abs() < 1e-14
    );
    assert_eq!(compared(&actual[..9], &predicted[..9], vec![]).metrics().capture_10, None);
}

/// Ten customers who did 1 each, forecast 1.1, 1.2, …, 2: the mean of .1, …, 1. With nobody in one tenth there is none, and with ties
/// only the definition that shares them out.
#[test]
fn the_error_of_deciles_by_hand() {
    let predicted: Vec<f64> = (1..=10).map(|at| 1.0 + 0.1 * f64::from(at)).collect();
    let metrics = compared(&[1.0; 10], &predicted, vec![]).metrics();
    assert!((metrics.decile_mape.unwrap() - 0.55).abs() < 1e-15);
    assert!((metrics.decile_mape_ties.unwrap() - 0.55).abs() < 1e-15);
    let mut actual = [1.0; 10];
    actual[4] = 0.0;
    let metrics = compared(&actual, &predicted, vec![]).metrics();
    assert_eq!((metrics.decile_mape, metrics.decile_mape_ties), (None, None));
    assert!(metrics.notes.iter().any(|note| note.contains("a tenth")), "{:?}", metrics.notes);
    let tied = compared(&actual, &[2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0, 3.0], vec![]).metrics();
    assert_eq!(tied.decile_mape, None);
    let five_sixths = 5.0 / 6.0;
    let wanted = (4.0 * 2.0 + 6.0 * (2.0 - five_sixths) / five_sixths) / 10.0;
    assert!((tied.decile_mape_ties.unwrap() - wanted).abs() < 1e-14, "{tied:?}");
}

/// Stretches (0, .2), (.15, .25) and the point .55: bars hold 1/2 · … by hand, and the middle half of each: 0, 0 and 1.
#[test]
fn the_histogram_of_transforms_by_hand() {
    let pit = [(0.0, 0.2), (0.15, 0.25), (0.55, 0.55)];
    let bands = [0.5, 0.9].map(|level| Band { level, lower: &[0.0; 3], upper: &[9.0; 3] }).to_vec();
    let met = MetColumns { pit: &pit, crps: &[1.0, 2.0, 6.0], log_score: &[-1.0, -2.0, -0.5] };
    let columns = Columns { bands, met, ..Columns::new(&[0.0, 1.0, 2.0], &[1.0, 1.0, 1.0]) };
    let metrics = Comparison::new(columns).unwrap().metrics();
    let wanted = [0.5, 0.5 + 0.5, 0.5, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0].map(|held: f64| held / 3.0);
    for (bar, wanted) in metrics.pit.iter().zip(wanted) {
        assert!((bar - wanted).abs() < 1e-15, "{:?}", metrics.pit);
    }
    let held: Vec<f64> = metrics.intervals.iter().map(|each| each.pit_coverage.unwrap()).collect();
    assert!(
        (held[0] - 1.0 / 3.0).abs() < 1e-15 && (held[1] - (0.75 + 1.0 + 1.0) / 3.0).abs() < 1e-15,
        "{held:?}"
    );
    assert_eq!((metrics.crps, metrics.log_score), (Some(3.0), Some(-3.5 / 3.0)));
}

/// The transforms of a right law are even, whatever its atoms: two customers of one Bernoulli law, weighted as it says.
#[test]
fn a_right_law_has_an_even_histogram_and_holds_exactly_its_levels() {
    let pit = [(0.0, 0.75), (0.0, 0.75), (0.0, 0.75), (0.75, 1.0)];
    let levels = [0.5, 0.8, 0.9, 0.95];
    let bands = levels.map(|level| Band { level, lower: &[0.0; 4], upper: &[1.0; 4] }).to_vec();
    let met = MetColumns { pit: &pit, ..MetColumns::default() };
    let columns = Columns { bands, met, ..Columns::new(&[0.0, 0.0, 0.0, 1.0], &[0.25; 4]) };
    let metrics = Comparison::new(columns).unwrap().metrics();
    assert!(metrics.pit.iter().all(|bar| (bar - 0.1).abs() < 1e-15), "{:?}", metrics.pit);
    for (each, level) in metrics.intervals.iter().zip(levels) {
        assert!((each.pit_coverage.unwrap() - level).abs() < 1e-15 && each.coverage == Some(1.0));
    }
}

/// What a law called impossible has no log score, and costs no other metric.
#[test]
fn an_impossible_customer_takes_the_log_score_away_and_says_so() {
    let met = MetColumns {
        log_score: &[f64::NEG_INFINITY, -1.0],
        crps: &[1.0, 3.0],
        pit: &[(1.0, 1.0), (0.0, 0.5)],
    };
    let metrics =
        Comparison::new(Columns { met, ..Columns::new(&[5.0, 0.0], &[1.0, 0.5]) }).unwrap().metrics();
    assert_eq!((metrics.log_score, metrics.crps), (None, Some(2.0)));
    assert!(metrics.notes.iter().any(|note| note.contains("what 1 customers did")), "{:?}", metrics.notes);
    assert!((metrics.pit.iter().sum::<f64>() - 1.0).abs() < 1e-15 && metrics.pit[9] == 0.5);
}

/// Probabilities .8, .5, .2, .5, .1 of which the first three bought: Brier (.04 + .25 + .64 + .25 + .01)/5.
#[test]
fn who_buys_at_all_by_hand() {
    let p = [0.8, 0.5, 0.2, 0.5, 0.1];
    let found = buys(&[1.0, 1.0, 1.0, 0.0, 0.0], &p).unwrap();
    assert_eq!((found.n, found.total_actual, found.auc), (5, 3.0, Some(0.75)));
    assert!((found.total_predicted - 2.1).abs() < 1e-15 && (found.bias.unwrap() + 0.3).abs() < 1e-15);
    assert!((found.brier.unwrap() - 1.19 / 5.0).abs() < 1e-15);
    let score = (0.8 * 0.5 * 0.2 * 0.5 * 0.9f64).ln() / 5.0;
    assert!((found.log_score.unwrap() - score).abs() < 1e-15);
    let names: Vec<String> = found.entries().into_iter().map(|entry| entry.0).collect();
    assert_eq!(names.join(", "), "n, total_actual, total_predicted, bias, auc, brier, log_score");
}

#[test]
fn where_nobody_or_everybody_buys_there_is_no_auc_and_certainty_that_failed_has_no_log_score() {
    let missing = |bought: &[f64], p: &[f64]| {
        let Buys { auc, brier, log_score, notes, .. } = buys(bought, p).unwrap();
        (auc, brier, log_score.is_some(), notes.join("; "))
    };
    let nobody = missing(&[0.0, 0.0], &[0.5, 0.0]);
    assert_eq!((nobody.0, nobody.1, nobody.2), (None, Some(0.125), true));
    assert!(nobody.3.contains("nobody bought"), "{nobody:?}");
    assert!(missing(&[1.0, 1.0], &[0.5, 0.9]).3.contains("everybody bought"));
    let sure = missing(&[1.0, 0.0], &[0.0, 0.5]);
    assert_eq!((sure.0, sure.2), (Some(0.0), false));
    assert!(sure.3.contains("called impossible"), "{sure:?}");
    assert!(missing(&[1.0, 0.0], &[0.5, 0.5]).3.contains("same for everybody"));
    assert_eq!(missing(&[], &[]), (None, None, false, String::new()));
    for bad in [-0.1, 1.1, f64::NAN] {
        assert!(buys(&[1.0], &[bad]).is_err());
    }
}

/// Of four customers at 4, 3, 2, 2 who brought 2, 0, 1, 5: halves hold 2/8; the last two are tied, so the third holds half of 6.
#[test]
fn the_gain_curve_by_hand() {
    let gain = compared(&[2.0, 0.0, 1.0, 5.0], &[4.0, 3.0, 2.0, 2.0], vec![]).gain();
    let at = |points: &[f64]| [0, 25, 50, 75, 100].map(|point| points[point]);
    assert_eq!(at(&gain.by_prediction), [0.0, 0.25, 0.25, 0.625, 1.0]);
    assert_eq!(at(&gain.by_truth), [0.0, 0.625, 0.875, 1.0, 1.0]);
    assert_eq!(gain.by_prediction[10], 0.1);
    assert!(compared(&[0.0, 0.0], &[1.0, 2.0], vec![]).gain().by_prediction.is_empty());
}

/// The normalised Gini is the area between the curve and the diagonal: of many customers both are near one another.
#[test]
fn the_gain_curve_has_the_area_of_the_gini() {
    let predicted: Vec<f64> = (0..1000).map(|at| f64::from(at * 37 % 1000)).collect();
    let actual: Vec<f64> = predicted.iter().map(|y| y * y * (1.0 + (y * 0.7).sin())).collect();
    let comparison = compared(&actual, &predicted, vec![]);
    let Gain { by_prediction, by_truth } = comparison.gain();
    let raw = |curve: &[f64]| curve.windows(2).map(|pair| (pair[0] + pair[1]) / 100.0).sum::<f64>() - 1.0;
    let gini = comparison.metrics().gini.unwrap();
    assert!((raw(&by_prediction) / raw(&by_truth) - gini).abs() < 2e-3, "{gini}");
}

#[test]
fn means_by_frequency_and_by_silence_by_hand() {
    let actual = [0.0, 1.0, 2.0, 9.0, 3.0];
    let comparison = compared(&actual, &[1.0, 2.0, 3.0, 8.0, 4.0], vec![]);
    let bins = comparison.by_each_frequency(&[0, 0, 2, 12, 7]).unwrap();
    let seen: Vec<_> =
        bins.iter().map(|bin| (bin.from, bin.to, bin.n, bin.mean_predicted, bin.mean_actual)).collect();
    assert_eq!(seen, [(0.0, 0.0, 2, 1.5, 0.5), (2.0, 2.0, 1, 3.0, 2.0), (7.0, 12.0, 2, 6.0, 6.0)]);
    let bins = comparison.by_silence(&[5.0, 1.0, 1.0, 0.0, 7.0]).unwrap();
    let seen: Vec<_> = bins.iter().map(|bin| (bin.from, bin.n, bin.mean_actual)).collect();
    assert_eq!(seen, [(0.0, 1, 9.0), (1.0, 1, 1.5), (1.0, 1, 1.5), (5.0, 1, 0.0), (7.0, 1, 3.0)]);
    assert!(comparison.by_silence(&[1.0]).is_err() && comparison.by_each_frequency(&[1]).is_err());
}

/// Predictions 1 1 1 | 1 2 5: thirds 1–1, 1–2 (one of the tied, by half), …, with their frequencies beside them.
#[test]
fn thirds_by_prediction_by_hand() {
    let actual = [0.0, 0.0, 3.0, 3.0, 1.0, 9.0];
    let band = Band { level: 0.9, lower: &[0.0; 6], upper: &[1.0, 1.0, 1.0, 1.0, 1.0, 5.0] };
    let comparison = compared(&actual, &[1.0, 1.0, 1.0, 1.0, 2.0, 5.0], vec![band]);
    let thirds = comparison.by_prediction(&[0, 4, 1, 1, 2, 3]).unwrap();
    let seen: Vec<_> = thirds
        .iter()
        .map(|t| (t.n, t.predicted_from, t.predicted_to, t.intervals[0].coverage.unwrap()))
        .collect();
    assert_eq!(seen, [(2, 1.0, 1.0, 0.5), (2, 1.0, 1.0, 0.5), (2, 2.0, 5.0, 0.5)]);
    assert_eq!((thirds[0].frequency_from, thirds[0].frequency_to, thirds[2].mean_actual), (0, 4, 5.0));
}

/// A report that is kept and read again is the same to the last bit.
#[test]
fn metrics_can_be_kept() {
    let metrics = compared(&ACTUAL, &PREDICTED, vec![]).metrics();
    let again: Metrics = serde_json::from_str(&serde_json::to_string(&metrics).unwrap()).unwrap();
    assert_eq!(metrics, again);
}
