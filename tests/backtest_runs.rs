//! How a backtest runs: finished pieces are taken up again, windows slide, and models are held against one another.

mod desk;
mod shop;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use desk::{Desk, data};
use ltv::Error;
use ltv::backtest::{
    BacktestPlan, Better, Contest, KeptBacktest, Origins, Pieces, Verdict, backtest, backtest_keeping,
    estimators,
};
use ltv::features::Past;
use ltv::model::AnySpendModel;
use ltv::orders::{LogOptions, OrderLog, OrderRow, Orders};
use ltv::output::Output;
use ltv::predict::{Estimator, View};
use ltv::progress::{Progress, Silent};
use ltv::table::{Format, TableWriter};
use ltv::units::{Grain, Horizon, Money, Periods, TimeUnit};

const MODELS: [&str; 3] = ["bg-nbd", "naive-rate", "naive-mean"];

fn models() -> Vec<Box<dyn Estimator>> {
    estimators(&MODELS, Some(AnySpendModel::default())).unwrap()
}

fn day(text: &str) -> ltv::units::Tick {
    Grain::Day.read(text).unwrap()
}

/// Thirteen weeks from each of some origins.
fn plan(origins: &[&str]) -> BacktestPlan {
    let plan = BacktestPlan::new(Horizon::weeks(13).unwrap(), TimeUnit::Week).unwrap();
    BacktestPlan { origins: Origins::At(origins.iter().map(|origin| day(origin)).collect()), ..plan }
}

fn three_origins() -> BacktestPlan {
    plan(&["1997-06-30", "1997-09-30", "1997-12-30"])
}

/// Somebody who asks to stop after so many pieces.
struct Stops {
    after: u64,
    done: AtomicU64,
}

impl Progress for Stops {
    fn advance(&self, done: u64) {
        self.done.fetch_add(done, Ordering::SeqCst);
    }

    fn interrupted(&self) -> bool {
        self.done.load(Ordering::SeqCst) >= self.after
    }
}

fn kept(orders: &Orders, plan: &BacktestPlan, folder: &Path, options: &str) -> (Pieces, KeptBacktest) {
    let pieces = Pieces::new(folder, options);
    let past = Past::new(orders, None).unwrap();
    let found = backtest_keeping(&past, plan, &models(), &pieces, &Silent).unwrap();
    (pieces, found)
}

fn predictions(orders: &Orders, plan: &BacktestPlan, found: &(Pieces, KeptBacktest), path: &Path) -> String {
    let past = Past::new(orders, None).unwrap();
    let table = TableWriter::new(Output::create(path).unwrap(), Format::Csv);
    found.1.write_predictions((&past, plan), &found.0, table, &Silent).unwrap();
    fs::read_to_string(path).unwrap()
}

fn finished(folder: &Path) -> usize {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    names.filter(|path| path.extension().is_some_and(|ending| ending == "json")).count()
}

#[test]
fn an_interrupted_run_goes_on_where_it_was_and_ends_the_same_to_the_last_bit() {
    let orders = shop::cdnow_orders("cdnow_sample.csv");
    let past = Past::new(&orders, None).unwrap();
    let plan = three_origins();
    let desk = tempfile::tempdir().unwrap();
    let folder = desk.path().join("pieces");
    let stops = Stops { after: 4, done: AtomicU64::new(0) };
    let error = backtest_keeping(&past, &plan, &models(), &Pieces::new(&folder, "x"), &stops).unwrap_err();
    assert!(matches!(error, Error::Interrupted), "{error}");
    let before = finished(&folder);
    assert!((4..9).contains(&before), "{before}");
    let again = kept(&orders, &plan, &folder, "x");
    assert_eq!((again.1.taken_up, again.1.swept, finished(&folder)), (before, 0, 9));
    let whole = kept(&orders, &plan, &desk.path().join("other"), "x");
    assert_eq!(whole.1.taken_up, 0);
    let text = |found: &KeptBacktest| serde_json::to_string(&found.report).unwrap();
    assert_eq!(text(&again.1), text(&whole.1));
    assert_eq!(again.1.report, backtest(&past, &plan, &models(), &Silent).unwrap());
    let [one, other] =
        [&again, &whole].map(|found| predictions(&orders, &plan, found, &desk.path().join("p.csv")));
    assert!(one == other);
}

#[test]
fn pieces_of_other_data_options_or_plans_and_damaged_ones_are_not_used() {
    let orders = shop::cdnow_orders("cdnow_sample.csv");
    let plan = plan(&["1997-09-30"]);
    let desk = tempfile::tempdir().unwrap();
    let folder = desk.path();
    let first = kept(&orders, &plan, folder, "x").1;
    assert_eq!(kept(&orders, &plan, folder, "x").1.taken_up, 3);
    let found = kept(&orders, &plan, folder, "other options").1;
    assert_eq!((found.taken_up, found.swept, finished(folder)), (0, 3, 3));
    let window = BacktestPlan { window: Some(Horizon::weeks(30).unwrap()), ..plan.clone() };
    assert_eq!(kept(&orders, &window, folder, "other options").1.taken_up, 0);
    let month = BacktestPlan { unit: TimeUnit::Month, ..plan.clone() };
    assert_eq!(kept(&orders, &month, folder, "x").1.taken_up, 0);
    assert_eq!(kept(&shop::cdnow_orders("cdnow.csv"), &plan, folder, "x").1.taken_up, 0);
    assert_eq!(kept(&orders, &plan, folder, "x").1.taken_up, 0);
    // One report cut off, one forecast gone.
    let of = |ending: &str| {
        let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|found| found == ending));
        paths.sort();
        paths
    };
    let text = fs::read(&of("json")[0]).unwrap();
    fs::write(&of("json")[0], &text[..text.len() / 2]).unwrap();
    fs::remove_file(&of("columns")[1]).unwrap();
    fs::write(folder.join("notes.json"), "not ours").unwrap();
    let mended = kept(&orders, &plan, folder, "x").1;
    assert_eq!((mended.taken_up, mended.swept), (1, 0));
    assert_eq!(mended.report, first.report);
    assert!(folder.join("notes.json").exists());
    // One of an older layout, under the name of this one.
    let text = fs::read_to_string(&of("json")[0]).unwrap();
    fs::write(&of("json")[0], text.replacen("\"layout\":2", "\"layout\":1", 1)).unwrap();
    let anew = kept(&orders, &plan, folder, "x").1;
    assert_eq!((anew.taken_up, anew.report), (2, first.report));
}

/// Origins can be added: what is finished of the others is taken up.
#[test]
fn more_origins_take_up_the_pieces_of_the_others() {
    let orders = shop::cdnow_orders("cdnow_sample.csv");
    let desk = tempfile::tempdir().unwrap();
    kept(&orders, &plan(&["1997-09-30"]), desk.path(), "x");
    assert_eq!(kept(&orders, &three_origins(), desk.path(), "x").1.taken_up, 3);
}

#[test]
fn every_customer_is_predicted_beside_what_they_did() {
    let orders = shop::cdnow_orders("cdnow_sample.csv");
    let plan = plan(&["1997-06-30", "1997-09-30"]);
    let desk = tempfile::tempdir().unwrap();
    let found = kept(&orders, &plan, desk.path(), "x");
    let text = predictions(&orders, &plan, &found, &desk.path().join("p.csv"));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heads: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(
        heads[..8].join(","),
        "origin,model,customer_id,actual_purchases,actual_value,p_alive,p_any_purchase,expected_purchases"
    );
    assert!(heads.iter().any(|head| head == "value_upper_95"));
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2 * 3 * 2357);
    let column = |name: &str| heads.iter().position(|head| head == name).unwrap();
    for origin in &found.1.report.origins {
        for model in &origin.models {
            let metrics = &model.purchases.as_ref().unwrap().metrics;
            let value = &model.value.as_ref().unwrap().metrics;
            let total = |name: &str| -> f64 {
                let of = rows.iter().filter(|row| row[0] == origin.origin && row[1] == model.model);
                of.map(|row| row[column(name)].parse::<f64>().unwrap()).sum()
            };
            for (name, right) in [
                ("actual_purchases", metrics.total_actual),
                ("expected_purchases", metrics.total_predicted),
                ("actual_value", value.total_actual),
                ("expected_value", value.total_predicted),
                ("p_any_purchase", model.buys.as_ref().unwrap().total_predicted),
            ] {
                assert!((total(name) / right - 1.0).abs() < 1e-9, "{name}: {} {right}", total(name));
            }
        }
    }
}

/// A shop in which somebody comes every day for a year and buys again every third week; amounts are told apart by when they came.
fn steady(early: f64) -> Orders {
    let options = LogOptions { grain: Grain::Day, order_ids: false, money: true, drop_zero: false };
    let mut log = OrderLog::new(options);
    let start = day("2023-01-01").0;
    let mut position = 0;
    for customer in 0..365 {
        let times = 1 + customer % 7;
        for order in 0..times {
            let tick = start + customer + order * (15 + customer % 11);
            let amount = if customer < 182 { early } else { 10.0 + f64::from(order) };
            log.push(&OrderRow {
                customer: &format!("c{customer}"),
                tick: ltv::units::Tick(tick),
                order: None,
                amount: Money::from_f64(amount).unwrap(),
                position,
            })
            .unwrap();
            position += 1;
        }
    }
    log.finish().unwrap().0
}

/// The window before 2023-12-31 holds the customers of 26 weeks, 183 to 364: 182 of 365. The mean rate is theirs, Σx/ΣT, and is given to all.
#[test]
fn a_sliding_window_trains_on_those_who_came_in_it_and_forecasts_all() {
    let orders = steady(50.0);
    let past = Past::new(&orders, None).unwrap();
    let plan = BacktestPlan {
        origins: Origins::At(vec![day("2023-12-31")]),
        window: Some(Horizon::weeks(26).unwrap()),
        ..BacktestPlan::new(Horizon::weeks(4).unwrap(), TimeUnit::Week).unwrap()
    };
    let report = backtest(&past, &plan, &models(), &Silent).unwrap();
    let origin = &report.origins[0];
    assert_eq!((origin.customers, origin.trained, report.window.as_deref()), (365, Some(182), Some("26w")));
    let (mut repeats, mut weeks) = (0.0, 0.0);
    for customer in 183..365 {
        let bought = (1..1 + customer % 7).filter(|order| customer + order * (15 + customer % 11) <= 364);
        repeats += bought.count() as f64;
        weeks += f64::from(364 - customer) / 7.0;
    }
    let mean = report.model("2023-12-31", "naive-mean").unwrap();
    let metrics = &mean.purchases.as_ref().unwrap().metrics;
    assert_eq!(metrics.n, 365);
    assert!((metrics.total_predicted / (365.0 * 4.0 * repeats / weeks) - 1.0).abs() < 1e-12);
    // What the others bought bears on nothing that is trained: not on the mean value of an order.
    let other = steady(5000.0);
    let past = Past::new(&other, None).unwrap();
    let poisoned = backtest(&past, &plan, &models(), &Silent).unwrap();
    let value = |report: &ltv::backtest::BacktestReport| {
        report.model("2023-12-31", "naive-mean").unwrap().value.as_ref().unwrap().metrics.total_predicted
    };
    assert_eq!(value(&report), value(&poisoned));
}

#[test]
fn a_window_as_long_as_the_history_is_no_window_and_one_that_holds_nobody_is_refused() {
    let orders = shop::cdnow_orders("cdnow_sample.csv");
    let past = Past::new(&orders, None).unwrap();
    let all = plan(&["1997-09-30"]);
    let wide = BacktestPlan { window: Some(Horizon::weeks(100).unwrap()), ..all.clone() };
    let report = |plan: &BacktestPlan| backtest(&past, plan, &models(), &Silent).unwrap();
    assert_eq!(report(&all).origins[0].models, report(&wide).origins[0].models);
    assert_eq!(report(&wide).origins[0].trained, Some(2357));
    // The sample came in the first quarter of 1997.
    let narrow = BacktestPlan { window: Some(Horizon::weeks(13).unwrap()), ..all };
    let error = backtest(&past, &narrow, &models(), &Silent).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("ends on 1997-09-30 there are 0"), "{error}");
}

fn contest<'a>(contests: &'a [Contest], target: &str, metric: &str) -> &'a Contest {
    contests.iter().find(|each| each.target == target && each.metric == metric).unwrap()
}

/// On the sample of CDNOW BG/NBD is better than the naive rules beyond luck, and the error of a paired mean is the one that formulas give.
#[test]
fn bg_nbd_beats_the_naive_rules_on_cdnow_beyond_luck() {
    let orders = shop::cdnow_orders("cdnow_sample.csv");
    let past = Past::new(&orders, None).unwrap();
    let plan = BacktestPlan { horizon: Horizon::weeks(39).unwrap(), ..plan(&["1997-09-30"]) };
    let report = backtest(&past, &plan, &models(), &Silent).unwrap();
    for (metric, better) in
        [("rmse", Better::Lower), ("mae", Better::Lower), ("crps", Better::Lower), ("bias", Better::NearZero)]
    {
        let found = contest(&report.comparison, "purchases", metric);
        assert_eq!((found.better, found.best().unwrap().model.as_str()), (better, "bg-nbd"), "{found:?}");
        assert_eq!(found.standing("naive-rate").unwrap().verdict, Verdict::Worse, "{found:?}");
    }
    // Of all orders only two exist, as one rule ranks nobody; which of the two is better nobody can tell.
    let gini = contest(&report.comparison, "purchases", "gini");
    assert_eq!((gini.models.len(), &gini.left_out[..]), (2, &["naive-mean".to_owned()][..]));
    assert!(gini.models.iter().all(|standing| standing.verdict != Verdict::Worse), "{gini:?}");

    let (earlier, holdout) = past.rewind_to(day("1997-09-30")).unwrap();
    let customers = earlier.customers(TimeUnit::Week);
    let two = models();
    let errors = two.iter().take(2).map(|model| {
        let predictor = model.fit(&earlier, &customers).unwrap();
        let view = View::of(&earlier, &customers);
        let forecast = predictor.forecast(view, Periods::new(39.0).unwrap(), &[]).unwrap();
        let pairs = forecast.expected_purchases.iter().zip(&holdout.purchases);
        pairs.map(|(y, &a)| (y - f64::from(a)).abs()).collect::<Vec<f64>>()
    });
    let errors: Vec<Vec<f64>> = errors.collect();
    let differences: Vec<f64> = errors[1].iter().zip(&errors[0]).map(|(rate, model)| rate - model).collect();
    let n = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / n;
    let error = (differences.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / n / (n - 1.0)).sqrt();
    let found = contest(&report.comparison, "purchases", "mae").standing("naive-rate").unwrap();
    assert!((found.behind / mean - 1.0).abs() < 1e-9);
    assert!((found.standard_error.unwrap() / error - 1.0).abs() < 0.08, "{found:?} {error}");
}

/// Five origins and more are tested across.
#[test]
fn five_origins_have_a_test_across_them() {
    let orders = shop::cdnow_orders("cdnow_sample.csv");
    let past = Past::new(&orders, None).unwrap();
    let every = Some(Horizon::weeks(6).unwrap());
    let plan = BacktestPlan { origins: Origins::Newest { count: 6, every }, ..plan(&[]) };
    let report = backtest(&past, &plan, &models(), &Silent).unwrap();
    let mae = contest(&report.comparison, "purchases", "mae");
    assert_eq!(mae.origins, 6);
    let test = mae.standing("naive-rate").unwrap().diebold_mariano.unwrap();
    // Thirteen weeks reach over the two next origins, six weeks apart.
    assert!(test.lags == 2 && test.statistic > 0.0 && test.p_value < 0.05, "{test:?}");
    let long = serde_json::to_value(&report).unwrap();
    assert_eq!(long["comparison"][0]["models"][0]["verdict"].as_str().map(str::is_empty), Some(false));
}

// The command.

const BACKTEST: [&str; 5] = ["--horizon", "13w", "--origins", "1997-06-30,1997-09-30", "--quiet"];

#[test]
fn a_folder_gets_metrics_comparison_and_predictions_and_a_second_run_takes_them_up() {
    let desk = Desk::new();
    let orders = data("cdnow_sample.csv");
    let run = [&["backtest", &orders, "--models", "bg-nbd", "--output", "out"][..], &BACKTEST[..4]].concat();
    let said = desk.done(&run);
    assert!(said.out.lines().all(|line| line.chars().count() <= 80), "{}", said.out);
    for words in ["purchases: happened", "* ", "naive-rate", "behind the best", "totals held", " of 2"] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    assert!(said.err.contains("Wrote metrics.csv"), "{}", said.err);
    let names = ["metrics.csv", "metrics.json", "comparison.csv", "report.json", "predictions.csv"];
    let first = names.map(|name| desk.text(&format!("out/{name}")));
    assert!(fs::read(desk.path("out/metrics.parquet")).unwrap().starts_with(b"PAR1"));
    assert_eq!(first[4].lines().count(), 1 + 2 * 3 * 2357);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&first[1]).unwrap();
    assert_eq!(rows.len() + 1, first[0].lines().count());
    assert_eq!((rows[0]["metric"].as_str(), rows[0]["value"].as_f64()), (Some("n"), Some(2357.0)));
    let long = [&["backtest", &orders, "--models", "bg-nbd", "--format", "csv"][..], &BACKTEST].concat();
    assert_eq!(desk.done(&long).out, first[0]);
    let again = desk.done(&run);
    assert!(again.err.contains("6 of 6 forecasts had been finished"), "{}", again.err);
    assert_eq!(names.map(|name| desk.text(&format!("out/{name}"))), first);
    let more = [
        &["backtest", &orders, "--models", "bg-nbd,nbd", "--output", "out", "--predictions", "parquet"][..],
        &BACKTEST[..4],
    ]
    .concat();
    let said = desk.done(&more);
    assert!(said.err.contains("6 of 8 forecasts had been finished"), "{}", said.err);
    assert!(fs::read(desk.path("out/predictions.parquet")).unwrap().starts_with(b"PAR1"));
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let desk = Desk::new();
    let orders = data("cdnow_sample.csv");
    let run = [&["backtest", &orders, "--models", "bg-nbd,nbd", "--format", "json"][..], &BACKTEST].concat();
    let [one, three] = ["1", "3"].map(|threads| desk.done(&[&run[..], &["--threads", threads]].concat()).out);
    assert!(one == three);
}

#[test]
fn what_cannot_be_asked_is_refused_in_words() {
    let desk = Desk::new();
    let orders = data("cdnow_sample.csv");
    let run = ["backtest", &orders, "--horizon", "13w"];
    desk.refused(&[&run[..], &["--predictions", "csv"]].concat(), 2, &["--output results"]);
    desk.refused(&[&run[..], &["--window", "2w"]].concat(), 2, &["a window of 2w", "longer --window"]);
    desk.file("orders.csv", &fs::read_to_string(&orders).unwrap());
    fs::create_dir(desk.path("out")).unwrap();
    fs::rename(desk.path("orders.csv"), desk.path("out/metrics.csv")).unwrap();
    let own = ["backtest", "out/metrics.csv", "--horizon", "13w", "--output", "out"];
    desk.refused(&own, 2, &["is the input", "would be lost"]);
}
