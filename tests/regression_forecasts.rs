//! Regressions as forecasts: from orders to laws and back from a file, and what they say of bad input.

use std::process::Output;

use assert_cmd::Command;
use ltv::backtest::{BacktestPlan, backtest, estimators_ahead};
use ltv::features::Past;
use ltv::orders::{ReadOptions, read};
use ltv::predict::{Predictor, View, forecast_of};
use ltv::progress::Silent;
use ltv::regress::{ForecastFile, ForecastMember, Grounds, MemberForecast, Regression, Road, Weight};
use ltv::units::{Periods, Share, TimeUnit};
use serde_json::Value;

fn orders() -> ltv::orders::Orders {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/data/cdnow_sample.csv");
    read(&[file.into()], &ReadOptions::default(), &Silent).unwrap().0
}

/// One that is fitted in a moment, one with trees, and one with a base.
const ROADS: [Road; 3] = [Road::Ols, Road::Gbm, Road::RatioGlm];

#[test]
fn laws_agree_with_their_forecast_and_come_back_from_a_file() {
    let orders = orders();
    let past = Past::new(&orders, None).unwrap();
    let customers = past.customers(TimeUnit::Week);
    let horizon = "13w".parse().unwrap();
    for road in ROADS {
        let fitted = Regression::new(road, horizon).learn(&past, &customers).unwrap();
        let view = View::of(&past, &customers);
        let ahead = Periods::new(13.0).unwrap();
        let all = fitted.laws(view, 0..customers.len(), ahead).unwrap();
        let forecast = forecast_of(&all, &[Share::new(0.9).unwrap()]);
        let value = forecast.value.as_ref().unwrap();
        for at in 0..customers.len() {
            assert!(forecast.expected_purchases[at] > 0.0 && forecast.expected_purchases[at].is_finite());
            assert!(value.expected[at].unwrap() > 0.0);
            // Nobody spends who does not buy.
            let (count, amount) = (&all.purchases[at], &all.value.as_ref().unwrap()[at]);
            assert!((count.p_none() - amount.p_none()).abs() < 1e-12);
        }
        // A part of the rows is told the same.
        let part = fitted.laws(view, 500..520, ahead).unwrap();
        for (at, law) in part.purchases.iter().enumerate() {
            assert_eq!(law, &all.purchases[500 + at]);
        }
        let file = ForecastFile {
            id: road.id().to_owned(),
            horizon: "13w".to_owned(),
            unit: TimeUnit::Week,
            grain: customers.grain,
            cutoff: "1998-06-30".to_owned(),
            timezone: "UTC".to_owned(),
            customers: customers.len() as u64,
            members: vec![ForecastMember {
                id: road.id().to_owned(),
                purchases: Weight::ALL,
                value: Weight::ALL,
                forecast: MemberForecast::Regression(Box::new(fitted)),
            }],
            calibration: None,
            warnings: Vec::new(),
        };
        let text = file.to_json().unwrap();
        let again = ForecastFile::from_json(&text).unwrap();
        assert_eq!(again.to_json().unwrap(), text);
        let MemberForecast::Regression(again) = &again.members[0].forecast else { panic!("no regression") };
        assert_eq!(again.laws(view, 500..520, ahead).unwrap().purchases, part.purchases);
        columns_that_are_not_the_schemas_are_refused(&text);
    }
}

/// A file that was changed by hand is refused when it is read, not found out by an index when it scores.
fn columns_that_are_not_the_schemas_are_refused(text: &str) {
    let changes: [(&str, Value); 5] = [
        ("schema/columns/3/at", 100_000.into()),
        ("schema/columns/3/low", 1e12.into()),
        ("schema/columns/3/name", "another".into()),
        ("schema/behaviour/trailing", Value::Array(Vec::new())),
        ("picked/0", 100_000.into()),
    ];
    for (place, value) in changes {
        let mut file: Value = serde_json::from_str(text).unwrap();
        *file.pointer_mut(&format!("/members/0/regression/{place}")).unwrap() = value;
        let error = ForecastFile::from_json(&file.to_string()).unwrap_err().to_string();
        assert!(error.contains("changed by hand") && error.contains("columns"), "{place}: {error}");
    }
}

#[test]
fn a_regression_tells_of_its_horizon_alone_and_a_ratio_of_any() {
    let orders = orders();
    let past = Past::new(&orders, None).unwrap();
    let customers = past.customers(TimeUnit::Week);
    let horizon = "13w".parse().unwrap();
    let asked = |road| {
        let fitted = Regression::new(road, horizon).learn(&past, &customers).unwrap();
        fitted.laws(View::of(&past, &customers), 0..5, Periods::new(26.0).unwrap())
    };
    let error = asked(Road::Ols).unwrap_err();
    assert!(error.to_string().contains("score with --horizon 13w"), "{error}");
    assert_eq!(asked(Road::RatioGlm).unwrap().len(), 5);
    let table = Regression::new(Road::Ols, horizon).learn(&past, &customers).unwrap();
    let error = table.laws(View::from(&customers), 0..5, Periods::new(13.0).unwrap()).unwrap_err();
    assert!(error.to_string().contains("give it the orders"), "{error}");
}

/// CDNOW has 18 months: no past origin of a year is left, half a year before it being needed.
#[test]
fn where_the_history_is_short_ratios_fall_back_and_others_say_what_can_be_done() {
    let orders = orders();
    let past = Past::new(&orders, None).unwrap();
    let customers = past.customers(TimeUnit::Week);
    let error = Regression::new(Road::Tweedie, "2y".parse().unwrap()).learn(&past, &customers).unwrap_err();
    assert!(error.to_string().contains("take a horizon of at most"), "{error}");
    let ratio = Regression::new(Road::RatioGlm, "2y".parse().unwrap()).learn(&past, &customers).unwrap();
    assert!(ratio.warnings()[0].contains("was learnt over"), "{:?}", ratio.warnings());
    let days = past.cutoff();
    let young = past.again(ltv::units::Tick(days.0 - 500)).unwrap();
    let few = young.customers(TimeUnit::Week);
    if let Ok(base) = Regression::new(Road::RatioGbm, "2y".parse().unwrap()).learn(&young, &few) {
        assert!(base.warnings().iter().any(|w| w.contains("base itself") || w.contains("learnt over")));
    }
}

/// What regressions of one past share, and what neighbouring pasts share, is what each would have made for itself.
#[test]
fn shared_grounds_and_bases_give_what_single_ones_give() {
    let orders = orders();
    let whole = Past::new(&orders, None).unwrap();
    let horizon = "13w".parse().unwrap();
    let grounds = std::sync::Arc::new(Grounds::with(std::sync::Arc::default()));
    for back in [23, 0] {
        let past = whole.again(ltv::units::Tick(whole.cutoff().0 - back)).unwrap();
        let customers = past.customers(TimeUnit::Week);
        for road in [Road::RatioGlm, Road::Tweedie] {
            let shared = Regression::sharing(road, horizon, std::sync::Arc::clone(&grounds));
            let [shared, single] =
                [shared, Regression::new(road, horizon)].map(|one| one.learn(&past, &customers).unwrap());
            assert_eq!(shared.kept, single.kept, "{road:?} {back}");
            let laws = |fitted: &dyn Predictor| {
                fitted
                    .laws(View::of(&past, &customers), 0..300, Periods::new(13.0).unwrap())
                    .unwrap()
                    .purchases
            };
            assert_eq!(laws(&shared), laws(&single));
        }
    }
}

/// Learnt over a shorter horizon from one young origin, a ratio tells customers apart and leaves their total to the base and to the level.
#[test]
fn a_ratio_that_learnt_from_younger_customers_does_not_move_the_total() {
    let orders = orders();
    let past = Past::new(&orders, Some(ltv::units::Grain::Day.read("1997-09-30").unwrap())).unwrap();
    let customers = past.customers(TimeUnit::Week);
    let ratio = Regression::new(Road::RatioGlm, "39w".parse().unwrap()).learn(&past, &customers).unwrap();
    let base = ltv::fit::Recipe {
        purchase: ltv::model::AnyPurchaseModel::template("pareto-nbd").unwrap(),
        ..ltv::fit::Recipe::default()
    };
    let base = ltv::predict::Paced::new(base, std::sync::Arc::default()).unwrap();
    let base = ltv::predict::Estimator::fit(&base, &past, &customers).unwrap();
    let laws = |fitted: &dyn Predictor| {
        fitted.laws(View::of(&past, &customers), 0..customers.len(), Periods::new(39.0).unwrap()).unwrap()
    };
    let (told, plain) = (laws(&ratio), laws(&*base));
    let total = |laws: &ltv::predict::Laws| laws.purchases.iter().map(|law| law.mean()).sum::<f64>();
    let level = match &ratio.kept.purchases.model {
        ltv::regress::AnyRegression::Ratio(ratio) => ratio.level,
        _ => panic!("no ratio"),
    };
    assert!(ratio.warnings()[0].contains("was learnt over"), "{:?}", ratio.warnings());
    assert!(
        (total(&told) / total(&plain)).ln().abs() < level.abs() + 0.05,
        "{}",
        total(&told) / total(&plain)
    );
    // And customers are told apart.
    let apart = told
        .purchases
        .iter()
        .zip(&plain.purchases)
        .map(|(told, plain)| (told.mean() / plain.mean()).ln().abs());
    assert!(apart.fold(0.0, f64::max) > 0.05);
}

#[test]
fn regressions_are_backtested_beside_models() {
    let orders = orders();
    let past = Past::new(&orders, None).unwrap();
    let horizon = "13w".parse().unwrap();
    let plan = BacktestPlan::new(horizon, TimeUnit::Week).unwrap();
    let models =
        estimators_ahead(&["naive-mean", "pareto-nbd", "two-part"], None, None, Some(horizon)).unwrap();
    let report = backtest(&past, &plan, &models, &Silent).unwrap();
    let of = |id: &str| {
        let model = report.origins[0].models.iter().find(|model| model.model == id).unwrap();
        model.purchases.as_ref().unwrap().metrics.clone()
    };
    assert!(of("two-part").gini.unwrap() > of("naive-mean").gini.unwrap_or(0.0) + 0.3);
    assert!(estimators_ahead(&["gbm+none"], None, None, Some(horizon)).is_err());
    assert!(estimators_ahead(&["gbm"], None, None, None).is_err());
}

fn ltv(args: &[&str]) -> Output {
    Command::cargo_bin("ltv").unwrap().args(args).output().unwrap()
}

#[test]
fn the_command_line_trains_scores_and_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/data/cdnow_sample.csv");
    let (model, scores) = (at("model.json"), at("scores.csv"));
    let quick = ["--horizon", "13w", "--calibration", "off"];
    let train = ltv(&[&["train", data, "--model", "two-part", "-o", &model][..], &quick].concat());
    let said = String::from_utf8_lossy(&train.stdout);
    assert!(train.status.success() && said.contains("what matters most"), "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    let score = ltv(&["score", data, "--model", &model, "--horizon", "13w", "-o", &scores]);
    assert!(score.status.success(), "{}", String::from_utf8_lossy(&score.stderr));
    let table = std::fs::read_to_string(&scores).unwrap();
    let head = "customer_id,frequency,recency,age,monetary_value,p_alive,expected_purchases,purchases_lower,\
                purchases_upper,p_no_purchase,expected_order_value,expected_value,value_lower,value_median,value_upper";
    assert_eq!(table.lines().next(), Some(head));
    assert_eq!(table.lines().count(), 2358);
    assert!(!table.contains("NaN") && !table.contains("inf"));
    for (args, said) in [
        (
            vec!["score", data, "--model", &model, "--horizon", "52w", "-o", &scores],
            "score with --horizon 13w",
        ),
        (vec!["score", data, "--model", &model, "--horizon", "13w", "--from", "4w", "-o", &scores], "--from"),
        (vec!["train", data, "--model", "gbm", "-o", &model], "--horizon 52w"),
        (vec!["train", data, "--model", "stack", "-o", &model], "--horizon 52w"),
        (vec!["train", data, "--model", "ols", "--horizon", "13w", "--k", "2", "-o", &model], "takes no --k"),
    ] {
        let output = ltv(&args);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(said), "{error}");
    }
    // Half a file is no file.
    let text = std::fs::read_to_string(&model).unwrap();
    std::fs::write(&model, &text[..text.len() / 2]).unwrap();
    let output = ltv(&["score", data, "--model", &model, "--horizon", "13w", "-o", &scores]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("not a whole forecast file"));
}

/// The file knows which columns it was shown: at night nobody has to remember.
#[test]
fn why_no_candidate_can_be_fitted_is_said_once_for_all_that_say_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("one.csv"), "customer_id,date,amount\na,2020-01-01,5\na,2020-02-01,6\n").unwrap();
    let out =
        ltv(&["train", &path("one.csv"), "--model", "stack", "--horizon", "13w", "-o", &path("one.ltv")]);
    let told = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(1), "{told}");
    assert!(
        told.contains(
            "no model could be fitted\n  bg-nbd+tempo, mbg-nbd+tempo, pareto-nbd+tempo, mbg-cnbd-k: "
        ),
        "{told}"
    );
    assert!(!std::path::Path::new(&path("one.ltv")).exists());
}

#[test]
fn a_score_reads_the_attributes_that_the_forecast_learnt_from() {
    let folder = tempfile::tempdir().unwrap();
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/data/cdnow_sample.csv");
    let text = std::fs::read_to_string(data).unwrap();
    let with_channel: String = text
        .lines()
        .enumerate()
        .map(|(at, line)| match at {
            0 => format!("{line},channel\n"),
            _ => format!("{line},{}\n", if line.as_bytes()[4] % 2 == 0 { "ads" } else { "mail" }),
        })
        .collect();
    std::fs::write(folder.path().join("shop.csv"), with_channel).unwrap();
    let ltv = |args: &[&str]| {
        let out = Command::cargo_bin("ltv").unwrap().current_dir(folder.path()).args(args).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    };
    let train =
        ["train", "shop.csv", "--model", "ols", "--horizon", "13w", "--calibration", "off", "-o", "f.json"];
    ltv(&[&train[..], &["--attributes", "channel"]].concat());
    let score = ["score", "shop.csv", "--model", "f.json", "--horizon", "13w", "-o"];
    ltv(&[&score[..], &["named.csv", "--attributes", "channel"]].concat());
    ltv(&[&score[..], &["left_out.csv"]].concat());
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    assert_eq!(read("named.csv"), read("left_out.csv"));
    assert!(String::from_utf8(read("f.json")).unwrap().contains("\"ads\""));
}
