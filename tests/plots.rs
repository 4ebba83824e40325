//! The charts of a backtest: all of them on real data, the published numbers in them, and reasons where there can be none.

mod shop;

use std::fs;
use std::path::PathBuf;

use ltv::backtest::plots::{
    AliveGrid, Chart, Classes, Cohort, DecilePoint, Drawn, GainCurve, HeldAt, OriginTotals, Scene, Series,
    Target, Tracking, alive, by_class, calibration, charts, coverage, cumulative, frequencies, gain,
    incremental, over_origins, pit,
};
use ltv::backtest::{BacktestPlan, BacktestReport, FittedModel, Origins, backtest, estimators};
use ltv::features::{Past, Rfm};
use ltv::model::{AnyPurchaseModel, AnySpendModel, BgNbd, ParetoNbd, PurchaseModel};
use ltv::orders::{LogOptions, OrderLog, OrderRow, Orders};
use ltv::plot::{Pixels, Style, png};
use ltv::progress::Silent;
use ltv::units::{Grain, Money, Tick, TimeUnit};
use resvg::usvg;

fn tested(orders: &Orders, horizon: &str, origins: &str, models: &[&str]) -> (BacktestReport, Vec<Chart>) {
    let past = Past::new(orders, None).unwrap();
    let plan = BacktestPlan {
        origins: Origins::read(origins, None, orders.options.grain).unwrap(),
        ..BacktestPlan::new(horizon.parse().unwrap(), TimeUnit::Week).unwrap()
    };
    let spend = orders.has_money().then(AnySpendModel::default);
    let report = backtest(&past, &plan, &estimators(models, spend).unwrap(), &Silent).unwrap();
    let charts = charts(&report, &past, TimeUnit::Week).unwrap();
    (report, charts)
}

/// Looked at by a person where `LTV_CHARTS` names a folder.
fn keep(charts: &[Chart], prefix: &str) {
    let Some(folder) = std::env::var_os("LTV_CHARTS").map(PathBuf::from) else { return };
    for chart in charts {
        match &chart.drawn {
            Ok(figure) => {
                let (svg, name) = (figure.svg(), format!("{prefix}{}", chart.name));
                fs::write(folder.join(format!("{name}.png")), png(&svg, Pixels::default()).unwrap()).unwrap();
                fs::write(folder.join(format!("{name}.svg")), svg).unwrap();
            }
            Err(why) => println!("{prefix}{}: {why}", chart.name),
        }
    }
}

fn sound(name: &str, drawn: &Drawn) -> String {
    let figure = drawn.as_ref().unwrap_or_else(|why| panic!("{name}: {why}"));
    let svg = figure.svg();
    assert!(usvg::Tree::from_str(&svg, &usvg::Options::default()).is_ok(), "{name}");
    assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains("no data"), "{name}: {svg}");
    svg
}

#[test]
fn every_chart_of_a_real_shop_is_drawn_with_its_units_and_the_same_bytes_each_time() {
    let orders = shop::cdnow_orders("cdnow_sample.csv");
    let models = ["bg-nbd", "pareto-nbd", "naive-rate", "naive-mean"];
    let (_, charts) = tested(&orders, "39w", "1997-06-30,1997-09-30", &models);
    keep(&charts, "");
    let names: Vec<&str> = charts.iter().map(|chart| chart.name.as_str()).collect();
    let of = |target: &str| {
        ["calibration", "gain", "coverage", "pit", "by_frequency", "by_recency"]
            .map(|n| format!("{n}_{target}"))
    };
    let whole =
        ["totals", "tracking_cumulative", "tracking_periods", "frequencies", "p_alive"].map(String::from);
    assert_eq!(names, [&of("purchases")[..], &of("value"), &whole].concat());
    let again = tested(&orders, "39w", "1997-06-30,1997-09-30", &models).1;
    for (chart, again) in charts.iter().zip(&again) {
        let svg = sound(&chart.name, &chart.drawn);
        assert_eq!(svg, again.drawn.as_ref().unwrap().svg(), "{}", chart.name);
        assert!(svg.len() < 400_000, "{} takes {} bytes", chart.name, svg.len());
        let units = ["purchases", "money", "(%)", "percentage points", "density", "weeks", "customers"];
        assert!(units.iter().any(|unit| svg.contains(unit)), "{}", chart.name);
        assert_eq!(svg.contains("Whiskers are intervals of 90 %"), chart.name == "totals", "{}", chart.name);
    }
}

/// Nothing of a customer who came after the origin, and a model that is not told: of many models the best share a chart, all have panels.
#[test]
fn of_many_models_six_share_a_chart_and_all_have_panels() {
    let orders = shop::cdnow_orders("cdnow_sample.csv");
    let (mut report, _) = tested(&orders, "39w", "1997-09-30", &["bg-nbd", "naive-mean"]);
    let models = &mut report.origins[0].models;
    for at in 0..13 {
        let mut another = models[0].clone();
        another.model = format!("<model> & {at:02}");
        models.insert(1, another);
    }
    let past = Past::new(&orders, None).unwrap();
    let charts = charts(&report, &past, TimeUnit::Week).unwrap();
    keep(&charts, "many_");
    for chart in &charts {
        let svg = sound(&chart.name, &chart.drawn);
        assert!(svg.contains("&lt;model&gt; &amp; ") && !svg.contains("<model>"));
        let shown = (0..13).filter(|at| svg.contains(&format!("&amp; {at:02}"))).count();
        let panels = ["calibration", "coverage", "pit"].iter().any(|name| chart.name.starts_with(name));
        assert_eq!(shown == 13, panels, "{}: {shown}", chart.name);
        assert_eq!(svg.contains("At most 6 of 15 models share this chart"), !panels, "{}", chart.name);
    }
}

fn vignette() -> AnyPurchaseModel {
    ParetoNbd::new(0.5533971, 10.5801985, 0.6060625, 11.6562237).unwrap().into()
}

/// The numbers of BTYD's walkthrough (see `tests/published/cohort.rs`), day for day; and those of the shop itself.
#[test]
fn the_cohort_of_the_papers_is_tracked_as_published() {
    let orders = shop::cdnow_orders("cdnow_sample.csv");
    let past = Past::new(&orders, None).unwrap();
    let grain = orders.options.grain;
    let day = |date: &str| grain.read(date).unwrap();
    let cohort = Cohort::of(&past, (day("1997-09-30"), day("1998-06-30")), TimeUnit::Week).unwrap();
    assert_eq!((cohort.period.as_str(), cohort.start.as_str()), ("week", "1997-01-01"));
    assert_eq!(cohort.frequencies, [1411.0, 439.0, 214.0, 100.0, 62.0, 38.0, 29.0, 64.0]);
    assert_eq!((cohort.actual.len(), cohort.origin), (77, 272.0 / 7.0));
    let expected = cohort.expected(&vignette());
    assert!((expected[0] / 4.215_112_599_121_78 - 1.0).abs() < 1e-7, "{}", expected[0]);
    let sums: Vec<f64> = expected
        .iter()
        .scan(0.0, |sum, week| {
            *sum += week;
            Some(*sum)
        })
        .collect();
    for (week, right) in (20..).zip([1309.0, 1385.0, 1460.0, 1533.0, 1604.0, 1674.0]) {
        assert!((sums[week - 1] - right).abs() < 0.6, "{week}: {} {right}", sums[week - 1]);
    }
    let counts = cohort.expected_frequencies(&vignette()).unwrap();
    let right = [1434.131, 396.878, 193.480, 111.799, 69.979, 45.847, 30.925, 73.961];
    for (found, right) in counts.iter().zip(right) {
        assert!((found - right).abs() < 0.0006, "{found} {right}");
    }
    let grid = cohort.alive(&vignette());
    let (row, column) = (3, grid.recency.len() / 2);
    let customer = Rfm::new(grid.frequency[row], grid.recency[column], grid.age);
    assert_eq!(grid.p_alive[row * grid.recency.len() + column], vignette().p_alive(&customer));
    assert!((grid.age - 272.0 / 7.0).abs() < 1e-12 && grid.unit == "week");
}

/// The clock is as fine as the data where they are short, and has few steps where they are long.
#[test]
fn long_histories_are_tracked_in_coarser_steps_and_short_ones_in_days() {
    let shop = |days: i32| {
        let mut log =
            OrderLog::new(LogOptions { grain: Grain::Day, order_ids: false, money: false, drop_zero: false });
        for customer in 0..200 {
            for again in 0..(1 + customer % 4) {
                let tick = Tick((customer * 7 + again * 13 * (1 + customer % 9)) * days / 2000);
                let name = customer.to_string();
                let amount = Money::from_f64(1.0).unwrap();
                log.push(&OrderRow { customer: &name, tick, order: None, amount, position: 0 }).unwrap();
            }
        }
        log.finish().unwrap().0
    };
    let model: AnyPurchaseModel = BgNbd::new(0.243, 4.414, 0.793, 2.426).unwrap().into();
    let expected = |days: i32, unit: TimeUnit| {
        let orders = shop(days);
        let past = Past::new(&orders, None).unwrap();
        let cohort = Cohort::of(&past, (Tick(days * 8 / 10), Tick(days)), unit).unwrap();
        assert!(cohort.actual.iter().sum::<f64>() > 0.0);
        (cohort.expected(&model), cohort)
    };
    let (short, cohort) = expected(60, TimeUnit::Day);
    assert_eq!((cohort.period.as_str(), short.len()), ("day", 60));
    let (fine, _) = expected(1_990, TimeUnit::Day);
    let (long, cohort) = expected(20_000, TimeUnit::Day);
    assert_eq!((cohort.period.as_str(), long.len()), ("week", 20_000 / 7));
    assert_eq!(fine.len(), 1_990 / 7);
    assert!(fine.iter().chain(&long).all(|n| n.is_finite() && *n >= 0.0));
}

#[test]
fn a_fitted_model_is_made_again_from_its_record() {
    for (id, ..) in AnyPurchaseModel::ALL {
        let model = AnyPurchaseModel::template(id).unwrap();
        let record = FittedModel::of(&model, TimeUnit::Week);
        let text = serde_json::to_string(&record).unwrap();
        let read: FittedModel = serde_json::from_str(&text).unwrap();
        assert_eq!(read, record);
        assert_eq!(FittedModel::of(&read.model().unwrap(), TimeUnit::Week), record, "{id}");
    }
}

/// Naive rules know nothing of the past as a whole, orders without amounts nothing of value; both is said.
#[test]
fn what_no_model_can_tell_is_said_in_words() {
    let orders = shop::cdnow_orders("cdnow_sample.csv");
    let (_, charts) = tested(&orders, "39w", "1997-09-30", &["naive-rate", "naive-mean"]);
    let why = |name: &str| {
        let chart = charts.iter().find(|chart| chart.name == name).unwrap();
        chart.drawn.as_ref().unwrap_err().clone()
    };
    assert!(why("tracking_cumulative").contains("naive rules have none"));
    assert!(why("frequencies").contains("naive rules have none"));
    assert!(why("p_alive").contains("no model knows"));
}

fn series<T>(data: T) -> Vec<Series<T>> {
    vec![Series { model: "model".into(), style: Style::series(0), data }]
}

#[test]
fn degenerate_numbers_have_a_reason_instead_of_a_chart() {
    let scene = Scene { customers: 0, ..Scene::default() };
    let no = |drawn: Drawn, part: &str| {
        let why = drawn.unwrap_err();
        assert!(why.contains(part), "{why}");
    };
    let target = Target::Purchases;
    no(calibration(&scene, target, &[]), "no model");
    no(calibration(&scene, target, &series(vec![])), "no customers");
    no(gain(&scene, Target::Value, &[], &series(GainCurve::default())), "not positive");
    no(
        coverage(&scene, target, &series(vec![HeldAt { level: 0.5, plain: None, randomised: None }])),
        "no model",
    );
    no(pit(&scene, target, &series(vec![])), "no model");
    no(pit(&scene, target, &series(vec![0.1; 10])), "no customers");
    no(by_class(&scene, target, "frequency", &Classes::default(), &series(vec![])), "no customers");
    no(frequencies(&scene, &[0.0; 8], &series(vec![0.0; 8])), "no customers");
    no(over_origins(&scene, "90 %", &[]), "no origin");
    let tracking = Tracking { actual: vec![0.0; 5], models: series(vec![0.0; 5]), ..Tracking::default() };
    no(cumulative(&scene, &tracking), "nobody bought again");
    no(incremental(&scene, &Tracking { models: vec![], ..tracking }), "no model");
    no(alive(&scene, &series(AliveGrid::default())), "no model");
}

/// One customer, nothing bought, refunds that outweigh, whole levels: drawn, and well-formed.
#[test]
fn strange_but_possible_numbers_are_drawn() {
    let scene = Scene { customers: 1, note: Some("a & b".into()), ..Scene::default() };
    let target = Target::Value;
    let point = |predicted, actual| vec![DecilePoint { predicted, actual }];
    for point in [point(0.0, 0.0), point(1.2e6, -5.0), point(1e-9, 0.0), point(f64::MAX, 1.0)] {
        sound("calibration", &calibration(&scene, target, &series(point)));
    }
    let flat = GainCurve { held: vec![0.0, 1.0], gini: None };
    sound("gain", &gain(&scene, target, &[0.0, 1.0], &series(flat)));
    sound("pit", &pit(&scene, target, &series(vec![1.0])));
    let held = vec![HeldAt { level: 0.999, plain: Some(0.0), randomised: None }];
    sound("coverage", &coverage(&scene, target, &series(held)));
    let classes = Classes { of: "x".into(), names: vec!["0".into()], customers: vec![1], actual: vec![-3.0] };
    sound("by class", &by_class(&scene, target, "x", &classes, &series(vec![0.0])));
    let totals = OriginTotals {
        target,
        origins: (0..40).map(|at| format!("2010-01-{at:02}T00:00:00")).collect(),
        actual: vec![0.0; 40],
        models: series((0..40).map(|at| (at % 2 == 0).then_some((-1.0, Some((-2.0, 0.0))))).collect()),
    };
    sound("totals", &over_origins(&scene, "90 %", &[totals]));
}

/// As a user would; and what an earlier run drew and this one cannot is taken away.
#[test]
fn the_command_line_writes_the_charts_and_says_which_there_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let plots = folder.path().join("out").join("plots");
    let run = |models: &str, kind: &str| {
        let mut command = assert_cmd::Command::cargo_bin("ltv").unwrap();
        let orders = format!("{}/data/cdnow_sample.csv", env!("CARGO_MANIFEST_DIR"));
        command.args([
            "backtest",
            &orders,
            "--horizon",
            "39w",
            "--models",
            models,
            "--plots-as",
            kind,
            "--plots",
        ]);
        let done = command.arg(&plots).assert().success();
        String::from_utf8(done.get_output().stderr.clone()).unwrap()
    };
    let there = |name: &str| plots.join(name).is_file();
    let told = run("bg-nbd,naive-mean", "both");
    assert!(told.contains("17 charts in "), "{told}");
    assert!(there("p_alive.svg") && there("p_alive.png") && there("calibration_value.png"));
    let picture = fs::read(plots.join("totals.png")).unwrap();
    assert!(resvg::tiny_skia::Pixmap::decode_png(&picture).unwrap().width() == 1440);
    assert_eq!(fs::read_dir(&plots).unwrap().count(), 34, "nothing half is left");
    let told = run("naive-mean", "svg");
    assert!(told.contains("no chart p_alive: no model knows whether a customer is alive"), "{told}");
    assert!(there("totals.svg") && !there("totals.png") && !there("p_alive.svg"));
}
