//! What past origins teach: of a forecast that is wrong on purpose, of one that is right, and through the command.

mod desk;
mod shop;

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use desk::{Desk, column, data};
use ltv::backtest::estimators_ahead;
use ltv::calibrate::{Calibration, Combine, Stack, Stacked, opened, packed};
use ltv::features::{Customers, Past};
use ltv::fit::Recipe;
use ltv::orders::{LogOptions, OrderLog, OrderRow};
use ltv::predict::{BuyTillYouDie, CountLaw, Estimator, Laws, Predictor, View};
use ltv::progress::{Progress, Silent};
use ltv::regress::ForecastFile;
use ltv::units::{Grain, Horizon, Money, Periods, Tick, TimeUnit};
use ltv::{Error, Result};

/// BG/NBD, asked of so many times the horizon, with other laws.
struct Changed {
    id: &'static str,
    times: f64,
    change: fn(Laws) -> Laws,
}

struct ChangedLaws(Box<dyn Predictor>, Changed);

impl Estimator for Changed {
    fn id(&self) -> &str {
        self.id
    }

    fn fit(&self, past: &Past<'_>, customers: &Customers) -> Result<Box<dyn Predictor>> {
        Ok(Box::new(ChangedLaws(plain().fit(past, customers)?, Self { ..*self })))
    }
}

impl Predictor for ChangedLaws {
    fn id(&self) -> &str {
        self.1.id
    }

    fn warnings(&self) -> &[String] {
        &[]
    }

    fn laws(&self, view: View<'_>, rows: Range<usize>, horizon: Periods) -> Result<Laws> {
        let laws = self.0.laws(view, rows, Periods::new(self.1.times * horizon.get())?)?;
        Ok((self.1.change)(laws))
    }
}

/// Nearly so many times too many purchases.
fn too_much(times: f64) -> Box<dyn Estimator> {
    Box::new(Changed { id: "too-much", times, change: |laws| laws })
}

/// The means of BG/NBD, as if they were certain: every customer's purchases are Poisson at them.
fn too_sure() -> Box<dyn Estimator> {
    let change = |mut laws: Laws| {
        for law in &mut laws.purchases {
            *law = CountLaw::negative_binomial(law.mean(), f64::INFINITY).into();
        }
        Laws { value: None, ..laws }
    };
    Box::new(Changed { id: "too-sure", times: 1.0, change })
}

/// BG/NBD turned round: who is to buy least gets the law of who is to buy most.
fn backwards() -> Box<dyn Estimator> {
    let change = |mut laws: Laws| {
        let mut order: Vec<usize> = (0..laws.len()).collect();
        order.sort_by(|a, b| laws.purchases[*a].mean().total_cmp(&laws.purchases[*b].mean()));
        let right = laws.purchases.clone();
        let turned = order.iter().zip(order.iter().rev());
        turned.for_each(|(&to, &from)| laws.purchases[to] = right[from].clone());
        laws
    };
    Box::new(Changed { id: "backwards", times: 1.0, change })
}

fn plain() -> Box<dyn Estimator> {
    Box::new(BuyTillYouDie::new(Recipe::default()))
}

fn weeks(count: u32) -> Horizon {
    Horizon::weeks(count).unwrap()
}

/// Learns on CDNOW up to the end of March 1998, for the quarter after it.
fn learnt(
    candidates: Vec<Box<dyn Estimator>>,
    combine: Combine,
    calibrated: bool,
) -> (Stacked, Laws, f64, Vec<u32>) {
    let orders = shop::cdnow_orders("cdnow_sample.csv");
    let whole = Past::new(&orders, None).unwrap();
    let (past, holdout) = whole.rewind(Periods::new(13.0).unwrap(), TimeUnit::Week).unwrap();
    let customers = past.customers(TimeUnit::Week);
    let stack = Stack::new("joint", candidates, weeks(13), calibrated).unwrap().combined(combine);
    let stacked = stack.learn(&past, &customers, &Silent).unwrap();
    let view = View::of(&past, &customers);
    let laws = stacked.laws(view, 0..customers.len(), Periods::new(13.0).unwrap()).unwrap();
    let total = laws.purchases.iter().map(|law| law.mean()).sum();
    (stacked, laws, total, holdout.purchases)
}

#[test]
fn a_forecast_of_twice_too_much_is_brought_to_its_level() {
    let (_, wrong, raw, happened) = learnt(vec![too_much(2.0)], Combine::Pool, false);
    let (stacked, laws, total, _) = learnt(vec![too_much(2.0)], Combine::Pool, true);
    let actual = f64::from(happened.iter().sum::<u32>());
    assert!(raw / actual > 1.6, "{raw} {actual}");
    // The past origins, of autumn, knew of less than what was to come.
    assert!(
        total < 0.75 * raw && (total / actual).ln().abs() < 0.6 * (raw / actual).ln(),
        "{total} {raw} {actual}"
    );
    let calibration = stacked.calibration().unwrap();
    assert!(calibration.purchases.level.ln_factor < -0.3);
    assert!(calibration.evidence.origins.len() >= 3);
    // The law follows its mean: nobody's buying is told nearer to what happened.
    let none = |laws: &Laws| laws.purchases.iter().map(|law| law.p_none()).sum::<f64>();
    let really = happened.iter().filter(|count| **count == 0).count() as f64;
    assert!((none(&laws) - really).abs() < (none(&wrong) - really).abs(), "{} {really}", none(&laws));
}

#[test]
fn the_laws_of_a_wrong_forecast_are_better_after_calibration_and_those_of_a_right_one_hardly_worse() {
    let score = |laws: &Laws, happened: &[u32]| {
        let all = laws.purchases.iter().zip(happened).map(|(law, &n)| law.ln_pmf(u64::from(n)).max(-30.0));
        all.sum::<f64>() / happened.len() as f64
    };
    let gained = |candidate: &dyn Fn() -> Box<dyn Estimator>| {
        let (_, raw, _, happened) = learnt(vec![candidate()], Combine::Pool, false);
        let (_, calibrated, ..) = learnt(vec![candidate()], Combine::Pool, true);
        score(&calibrated, &happened) - score(&raw, &happened)
    };
    let (wrong, sure, right) = (gained(&|| too_much(4.0)), gained(&|| too_sure()), gained(&plain));
    // The past origins are of autumn and winter, which sold more than this spring: a right forecast pays for that, but little.
    assert!(wrong > 0.05 && sure > 0.0 && right > -0.01, "{wrong} {sure} {right}");
}

#[test]
fn the_right_one_of_two_gets_the_weight_and_is_the_one_that_is_taken() {
    let both = || -> Vec<Box<dyn Estimator>> { vec![backwards(), plain()] };
    let (pool, ..) = learnt(both(), Combine::Pool, true);
    let weights: Vec<(String, f64)> =
        pool.members().map(|(one, x, _)| (one.id().to_owned(), x.law)).collect();
    let of = |id: &str| weights.iter().find(|one| one.0 == id).map_or(0.0, |one| one.1);
    assert!(of("bg-nbd") > 0.75, "{weights:?}");
    assert!((weights.iter().map(|one| one.1).sum::<f64>() - 1.0).abs() < 1e-9);
    let (best, ..) = learnt(both(), Combine::Best, true);
    assert_eq!(best.members().map(|(one, ..)| one.id().to_owned()).collect::<Vec<_>>(), ["bg-nbd"]);
    assert_eq!(best.standings().len(), 2);
    assert!(best.standings()[0].behind.0 > best.standings()[0].behind.1);
}

#[test]
fn who_tells_no_value_is_not_taken_for_it() {
    let (best, ..) = learnt(vec![too_sure(), plain()], Combine::Best, true);
    assert_eq!(best.members().map(|(one, ..)| one.id().to_owned()).collect::<Vec<_>>(), ["bg-nbd"]);
}

#[test]
fn what_calibration_mends_costs_no_weight() {
    // Twice too much, and the same beside it: at its level it is nearly as good.
    let (pool, ..) = learnt(vec![too_much(2.0), plain()], Combine::Pool, true);
    let weights: Vec<f64> = pool.members().map(|(_, weight, _)| weight.law).collect();
    assert!(weights.len() == 2 && weights.iter().all(|weight| *weight > 0.2), "{weights:?}");
}

#[test]
fn members_are_brought_to_one_total_and_each_law_has_the_mean_that_it_is_said_to_have() {
    let orders = shop::cdnow_orders("cdnow_sample.csv");
    let past = Past::new(&orders, None).unwrap();
    let customers = past.customers(TimeUnit::Week);
    let (view, horizon) = (View::of(&past, &customers), Periods::new(13.0).unwrap());
    let both: Vec<Box<dyn Estimator>> = vec![too_much(3.0), plain()];
    let joint = Stack::new("joint", both, weeks(13), true).unwrap();
    let joint = joint.learn(&past, &customers, &Silent).unwrap();
    let total = |laws: &Laws| laws.purchases.iter().map(|law| law.mean()).sum::<f64>();
    let laws = |one: &dyn Predictor| one.laws(view, 0..customers.len(), horizon).unwrap();
    let levelled: Vec<f64> =
        joint.members().map(|(one, weight, _)| weight.level * total(&laws(one))).collect();
    assert!((levelled[0] / levelled[1] - 1.0).abs() < 1e-9, "{levelled:?}");
    let weighed: f64 = joint.members().map(|(one, weight, _)| weight.law * total(&laws(one))).sum();
    let plainly = laws(&joint.uncalibrated());
    assert!(
        (total(&plainly) / weighed - 1.0).abs() < 1e-9,
        "no member follows the tempo: all tell the total"
    );
    for law in &plainly.purchases {
        let own: f64 = law.terms().iter().enumerate().map(|(n, p)| n as f64 * p).sum();
        assert!((own - law.mean()).abs() < 1e-6 * law.mean() + 1e-12, "{own} {}", law.mean());
    }
}

#[test]
fn a_member_that_tells_nearly_nothing_is_not_multiplied_without_bound() {
    let (pool, ..) = learnt(vec![too_much(0.01), plain()], Combine::Pool, true);
    let levels: Vec<f64> = pool.members().map(|(_, weight, _)| weight.level).collect();
    assert!(levels.len() == 2 && levels.iter().all(|level| (0.25..=4.0).contains(level)), "{levels:?}");
}

#[test]
fn a_file_gives_back_what_it_was_given() {
    let mbg = estimators_ahead(&["mbg-nbd"], None, None, None).unwrap().remove(0);
    let (stacked, laws, ..) = learnt(vec![plain(), mbg], Combine::Pool, true);
    assert_eq!(stacked.members().count(), 2);
    let mut file = ForecastFile {
        id: "bg-nbd".into(),
        horizon: "13w".into(),
        unit: TimeUnit::Week,
        grain: Grain::Day,
        cutoff: "1998-03-31".into(),
        timezone: "UTC".into(),
        customers: laws.len() as u64,
        members: Vec::new(),
        calibration: None,
        warnings: Vec::new(),
    };
    packed(stacked, &mut file).unwrap();
    let text = file.to_json().unwrap();
    let again = opened(ForecastFile::from_json(&text).unwrap()).unwrap();
    let orders = shop::cdnow_orders("cdnow_sample.csv");
    let whole = Past::new(&orders, None).unwrap();
    let (past, _) = whole.rewind(Periods::new(13.0).unwrap(), TimeUnit::Week).unwrap();
    let customers = past.customers(TimeUnit::Week);
    let horizon = Periods::new(13.0).unwrap();
    let twice = again.laws(View::of(&past, &customers), 0..customers.len(), horizon).unwrap();
    for (one, other) in laws.purchases.iter().zip(&twice.purchases) {
        assert!((one.mean() - other.mean()).abs() <= 1e-12 * one.mean());
        assert_eq!(one.quantile(0.95), other.quantile(0.95));
    }
    // Damage is found.
    let damaged = text.replacen("\"relative\"", "\"relativ\"", 1);
    assert!(ForecastFile::from_json(&damaged).and_then(opened).is_err());
    // Weights that are no parts of a whole, a level that nobody learns, a spread below nothing.
    for (path, value) in [
        ("/members/0/weight_of_purchases/law", 1.0),
        ("/members/0/weight_of_value/mean", 0.999),
        ("/members/0/weight_of_value/level", 1e300),
        ("/calibration/purchases/level/sd", -1.0),
        ("/calibration/purchases/level/ln_factor", 1000.0),
    ] {
        let mut changed: serde_json::Value = serde_json::from_str(&text).unwrap();
        *changed.pointer_mut(path).unwrap() = value.into();
        let again = ForecastFile::from_json(&changed.to_string()).and_then(opened);
        assert!(matches!(again, Err(Error::Input(_))), "{path}");
    }
}

/// Nothing after the cut-off is seen: what happens then changes no number of what is learnt.
#[test]
fn what_is_learnt_knows_nothing_of_what_comes_after() {
    let text = std::fs::read_to_string(data("cdnow_sample.csv")).unwrap();
    let desk = Desk::new();
    desk.file("all.csv", &text);
    let before: String = text
        .lines()
        .enumerate()
        .filter(|(at, line)| *at == 0 || cut(line))
        .map(|(_, line)| format!("{line}\n"))
        .collect();
    desk.file("before.csv", &before);
    for name in ["all", "before"] {
        let out = format!("{name}.json");
        let file = format!("{name}.csv");
        let said = desk.run(&["train", &file, "--cutoff", "1998-03-31", "--horizon", "13w", "-o", &out]);
        assert_eq!(said.code, Some(0), "{}", said.err);
    }
    assert_eq!(desk.text("all.json"), desk.text("before.json"));
}

fn cut(line: &str) -> bool {
    line.split(',').nth(1).is_some_and(|date| date <= "1998-03-31")
}

#[test]
fn run_makes_calibrated_forecasts_and_regressions_whose_file_scores_the_same_and_checks_the_very_forecast() {
    let desk = Desk::new();
    let sample = data("cdnow_sample.csv");
    for (model, calibration, name) in [
        ("bg-nbd", "on", "bg-nbd+calibrated"),
        ("tweedie", "on", "tweedie+calibrated"),
        ("tweedie", "off", "tweedie"),
    ] {
        let run =
            ["run", &sample, "--model", model, "--horizon", "13w", "--calibration", calibration, "-o", "out"];
        let said = desk.run(&run);
        assert_eq!(said.code, Some(0), "{}", said.err);
        let summary: serde_json::Value = serde_json::from_str(&desk.text("out/summary.json")).unwrap();
        assert_eq!(summary["calibrated"], calibration == "on");
        assert_eq!(summary["check"]["origins"][0]["models"][0]["model"], name);
        assert_eq!(said.out.contains("calibrated: totals of purchases are moved by"), calibration == "on");
        assert!(
            said.out.contains("The most valuable customers")
                && summary["most_valuable"][0]["p_alive"].is_number()
        );
        let again = ["score", &sample, "--model", "out/model.json", "--horizon", "13w", "-o", "again.csv"];
        assert_eq!(desk.run(&again).code, Some(0));
        assert_eq!(desk.text("again.csv"), desk.text("out/scores.csv"));
    }
}

#[test]
fn run_refuses_what_a_calibrated_forecast_cannot_tell() {
    let desk = Desk::new();
    let sample = data("cdnow_sample.csv");
    for (flags, word) in [
        (["--model", "stack", "--calibration", "off"], "--calibration off"),
        (["--calibration", "on", "--discount", "10%"], "--discount"),
        (["--model", "gbm", "--method", "map"], "--method"),
    ] {
        let said = desk.run(&[&["run", &sample, "--horizon", "13w", "-o", "out"], &flags[..]].concat());
        assert_eq!(said.code, Some(2), "{}", said.err);
        assert!(said.err.contains(word), "{}", said.err);
        assert!(!desk.path("out").exists());
    }
}

#[test]
fn the_command_trains_calibrated_and_says_what_it_learnt_and_scores_with_and_without() {
    let desk = Desk::new();
    let sample = data("cdnow_sample.csv");
    let said = desk.run(&["train", &sample, "--horizon", "13w", "-o", "model.json"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let told = format!("{}{}", said.out, said.err);
    assert!(
        told.contains("Calibration")
            && told.contains("past origin")
            && told.contains("totals of purchases are moved by"),
        "{told}"
    );
    let total = |extra: &[&str]| {
        let mut args = vec!["score", &sample, "--model", "model.json", "-o", "scores.csv"];
        args.extend(extra);
        let said = desk.run(&args);
        assert_eq!(said.code, Some(0), "{}", said.err);
        let sum: f64 = column(&desk.text("scores.csv"), "expected_purchases").iter().sum();
        (sum, format!("{}{}", said.out, said.err))
    };
    let (with, told) = total(&["--horizon", "13w"]);
    assert!(told.contains("calibrated: totals of purchases"), "{told}");
    let (without, told) = total(&["--horizon", "13w", "--calibration", "off"]);
    assert!(told.contains("calibration is switched off"), "{told}");
    assert!((with / without - 1.0).abs() > 1e-3);
    let (_, told) = total(&["--horizon", "26w"]);
    assert!(told.contains("calibrated for 13w, not for 26w"), "{told}");
    let file: serde_json::Value = serde_json::from_str(&desk.text("model.json")).unwrap();
    let learnt: Calibration = serde_json::from_value(file["calibration"].clone()).unwrap();
    let moved = learnt.purchases.level.ln_factor.exp();
    assert!((with / without / moved - 1.0).abs() < 1e-6, "{with} {without} {moved}");
}

/// The same forecast, the same interval of its total: with the uncertainty of the parameters where there is nothing else, and with the errors of past totals where
/// they were learnt from.
#[test]
fn score_and_a_backtest_tell_the_same_interval_of_a_total() {
    let desk = Desk::new();
    let sample = data("cdnow_sample.csv");
    let ahead = ["--horizon", "13w"];
    let tested = [
        &["backtest", &sample, "--origins", "1998-03-31", "--models", "bg-nbd,bg-nbd+calibrated"][..],
        &["--format", "csv", "-o", "metrics.csv"],
        &ahead,
    ];
    assert_eq!(desk.run(&tested.concat()).code, Some(0));
    let metrics = desk.text("metrics.csv");
    for (model, extra) in [("bg-nbd", &[][..]), ("bg-nbd+calibrated", &ahead[..])] {
        let until = ["--cutoff", "1998-03-31"];
        let train =
            [&["train", &sample, "--model", "bg-nbd", "-o", "model.json"][..], &until, extra].concat();
        assert_eq!(desk.run(&train).code, Some(0));
        let score =
            [&["score", &sample, "--model", "model.json", "-o", "s.csv"][..], &until, &ahead].concat();
        let said = desk.run(&score);
        let told = format!("{}{}", said.out, said.err);
        for target in ["purchases", "value"] {
            let end = |end: &str| {
                let row = format!("1998-03-31,{model},{target},total_{end}_90,");
                let found = metrics.lines().find_map(|line| line.strip_prefix(&row)).unwrap();
                found.parse::<f64>().unwrap()
            };
            let line = told.lines().find(|line| line.trim_start().starts_with(target)).unwrap();
            let words: Vec<f64> =
                line.split_whitespace().filter_map(|word| word.replace(',', "").parse().ok()).collect();
            let [_, low, high] = words[..] else { panic!("{line}") };
            // As many digits as are shown.
            let digits = if low < 1000.0 { 0.051 } else { 0.51 };
            assert!(
                (low - end("low")).abs() < digits && (high - end("high")).abs() < digits,
                "{model}: {line}"
            );
        }
    }
}

#[test]
fn a_history_without_a_past_origin_is_said_to_have_none() {
    let desk = Desk::new();
    let sample = data("cdnow_sample.csv");
    let said =
        desk.run(&["train", &sample, "--cutoff", "1997-09-30", "--horizon", "39w", "-o", "model.json"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let told = format!("{}{}", said.out, said.err);
    assert!(told.contains("no past origin with 39w after it"), "{told}");
    let said = desk.run(&["train", &sample, "--model", "stack", "-o", "model.json"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("--horizon 52w"), "{}", said.err);
}

/// Somebody who counts what is told, and may ask to stop after so many steps.
struct Watches {
    stop: u64,
    whole: AtomicU64,
    done: AtomicU64,
    words: AtomicU64,
}

impl Watches {
    fn until(stop: u64) -> Self {
        Self { stop, whole: AtomicU64::new(0), done: AtomicU64::new(0), words: AtomicU64::new(0) }
    }
}

impl Progress for Watches {
    fn begin(&self, _: &str, total: Option<u64>) {
        self.whole.fetch_add(total.unwrap(), Ordering::SeqCst);
    }

    fn advance(&self, done: u64) {
        self.done.fetch_add(done, Ordering::SeqCst);
    }

    fn doing(&self, what: &str) {
        assert!(!what.is_empty());
        self.words.fetch_add(1, Ordering::SeqCst);
    }

    fn interrupted(&self) -> bool {
        self.done.load(Ordering::SeqCst) >= self.stop
    }
}

/// A joint forecast of a quarter, of models and a regression.
fn joined(past: &Past<'_>, progress: &dyn Progress) -> Result<Stacked> {
    let candidates = estimators_ahead(&["bg-nbd", "mbg-nbd", "ratio-glm"], None, None, Some(weeks(13)))?;
    let stack = Stack::new("joint", candidates, weeks(13), true)?;
    stack.learn(past, &past.customers(TimeUnit::Week), progress)
}

/// Every fourth customer of the sample.
fn some_orders() -> ltv::orders::Orders {
    let all = shop::cdnow_orders("cdnow_sample.csv");
    all.of_some(&(0..all.len() as u32).step_by(4).collect::<Vec<u32>>())
}

#[test]
fn a_joint_forecast_is_the_same_to_the_last_bit_with_one_thread_and_with_three() {
    let orders = some_orders();
    let past = Past::new(&orders, None).unwrap();
    let customers = past.customers(TimeUnit::Week);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let stacked = joined(&past, &Silent).unwrap();
            let weights: Vec<_> = stacked.members().map(|(one, p, v)| (one.id().to_owned(), p, v)).collect();
            let view = View::of(&past, &customers);
            let laws = stacked.laws(view, 0..400, Periods::new(13.0).unwrap()).unwrap();
            (weights, stacked.calibration().cloned(), laws.purchases)
        })
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn all_steps_of_a_joint_forecast_are_told_and_whoever_stops_it_gets_none() {
    let orders = some_orders();
    let past = Past::new(&orders, None).unwrap();
    let watches = Watches::until(u64::MAX);
    joined(&past, &watches).unwrap();
    let [whole, done, words] =
        [&watches.whole, &watches.done, &watches.words].map(|n| n.load(Ordering::SeqCst));
    assert_eq!(whole, done);
    assert!(words > 60, "{words}");
    // At once, inside the first fits, and while laws are told.
    for stop in [0, 9, whole - 3] {
        let watches = Watches::until(stop);
        assert!(matches!(joined(&past, &watches), Err(Error::Interrupted)));
        let done = watches.done.load(Ordering::SeqCst);
        assert!(done < stop + 40, "{done} {stop}");
    }
}

/// Of a shop with more customers than past origins look at, some stand for all, and the forecast is of all.
#[test]
fn some_customers_of_a_large_shop_stand_for_all_at_past_origins() {
    let mut log =
        OrderLog::new(LogOptions { grain: Grain::Day, order_ids: false, money: false, drop_zero: false });
    let one = Money::from_f64(1.0).unwrap();
    for customer in 0..60_000_u32 {
        // Half of them come again, every one to four weeks, for a while.
        let (first, gap) = (customer as i32 % 90, 7 * (1 + customer as i32 % 4));
        let last =
            if customer % 2 == 0 { first } else { (first + gap * (1 + customer as i32 % 23)).min(364) };
        for day in (first..=last).step_by(gap as usize) {
            let name = customer.to_string();
            let row = OrderRow {
                customer: &name,
                tick: Tick(day),
                order: None,
                amount: one,
                position: u64::from(customer),
            };
            log.push(&row).unwrap();
        }
    }
    let orders = log.finish().unwrap().0;
    let past = Past::new(&orders, None).unwrap();
    let customers = past.customers(TimeUnit::Week);
    let stack = Stack::new("bg-nbd+calibrated", vec![plain()], weeks(26), true).unwrap();
    let stacked = stack.learn(&past, &customers, &Silent).unwrap();
    let evidence = &stacked.calibration().unwrap().evidence;
    assert!(evidence.notes[0].contains("stand for all 60000"), "{:?}", evidence.notes);
    for origin in &evidence.origins {
        assert!(origin.customers > 49_000 && origin.customers < 51_000, "{}", origin.customers);
    }
    let (model, ..) = stacked.members().next().unwrap();
    let all = model.kept().unwrap().downcast_ref::<ltv::fit::TrainedModel>().unwrap();
    assert_eq!(all.customers, 60_000);
}
