//! The tempo of a shop: found again where it is known, and no worse than none where there is none.

mod desk;
mod shop;

use std::sync::Arc;

use desk::Desk;
use ltv::features::Past;
use ltv::fit::Recipe;
use ltv::model::{AnyPurchaseModel, BgNbd, PurchaseModel};
use ltv::orders::{LogOptions, OrderLog, OrderRow, Orders};
use ltv::predict::{BuyTillYouDie, Estimator, Paced, PacedModel, Tempo, Tempos, View};
use ltv::units::{Grain, Money, Periods, Tick, TimeUnit};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

const DAYS: usize = 3 * 365;

/// BG/NBD customers who come all the time, over three years and whatever follows, buying by a clock that runs at `pace(day)`.
fn orders(pace: impl Fn(f64) -> f64, days: usize) -> Orders {
    let model = BgNbd::new(0.8, 40.0, 0.6, 2.5).unwrap();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    let mut clock = vec![0.0];
    (0..days).for_each(|day| clock.push(clock[day] + pace(day as f64)));
    let options = LogOptions { grain: Grain::Day, order_ids: false, money: true, drop_zero: false };
    let (mut log, mut times) = (OrderLog::new(options), Vec::new());
    for customer in 0..3000_u64 {
        let born = rng.random_range(0..DAYS);
        times.clear();
        model.sample_newcomer(clock[days] - clock[born], &mut rng, &mut times);
        let day_of = |time: &f64| clock.partition_point(|shown| *shown < clock[born] + time);
        for day in std::iter::once(born).chain(times.iter().map(day_of)).filter(|day| *day <= days) {
            let row = OrderRow {
                customer: &customer.to_string(),
                tick: Tick(day as i32),
                order: None,
                amount: Money::from_f64(10.0).unwrap(),
                position: customer * 4096,
            };
            log.push(&row).unwrap();
        }
    }
    log.finish().unwrap().0
}

fn season(day: f64) -> f64 {
    1.0 + 0.5 * (2.0 * std::f64::consts::PI * day / 365.25).sin()
}

#[test]
fn a_season_is_found_and_carried_on() {
    let orders = orders(season, DAYS + 365);
    let past = Past::new(&orders, Some(Tick(DAYS as i32))).unwrap();
    let tempo = Tempo::learn(&past, &past.customers(TimeUnit::Week)).unwrap();
    // Mean rates of the quarters to come, beside each other.
    let quarter = |from: f64| (0..91).map(|day| season(DAYS as f64 + from + f64::from(day))).sum::<f64>();
    let told = |from: f64| (from + 91.0) * tempo.mean_ahead(from + 91.0) - from * tempo.mean_ahead(from);
    for at in [0.0, 91.0, 182.0] {
        let (really, told) = (quarter(at) / quarter(273.0), told(at) / told(273.0));
        assert!((told / really).ln().abs() < 0.12, "{at}: {told} {really}");
    }
}

#[test]
fn a_quarter_is_told_better_in_tempo_and_the_customers_too() {
    let orders = orders(season, DAYS + 91);
    let past = Past::new(&orders, Some(Tick(DAYS as i32))).unwrap();
    let (customers, horizon) = (past.customers(TimeUnit::Week), Periods::new(13.0).unwrap());
    let (_, holdout) = Past::new(&orders, None).unwrap().rewind_to(Tick(DAYS as i32)).unwrap();
    let tell = |estimator: &dyn Estimator| {
        let fitted = estimator.fit(&past, &customers).unwrap();
        let view = View::of(&past, &customers);
        let laws = fitted.laws(view, 0..customers.len(), horizon).unwrap();
        let met = fitted.met(view, horizon, (&holdout.purchases, None)).unwrap();
        let score = met.purchases.log_score.iter().sum::<f64>() / customers.len() as f64;
        (laws.purchases.iter().map(|law| law.mean()).sum::<f64>(), score)
    };
    let made = f64::from(holdout.purchases.iter().sum::<u32>());
    let plain = tell(&BuyTillYouDie::new(Recipe::default()));
    let paced = tell(&Paced::new(Recipe::default(), Arc::default()).unwrap());
    let off = |told: f64| (told / made).ln().abs();
    assert!(off(paced.0) < 0.5 * off(plain.0) && off(paced.0) < 0.1, "{made}: {plain:?} {paced:?}");
    assert!(paced.1 > plain.1);
}

#[test]
fn where_there_is_no_season_hardly_any_is_found() {
    let orders = orders(|_| 1.0, DAYS);
    let past = Past::new(&orders, Some(Tick(DAYS as i32))).unwrap();
    let tempo = Tempo::learn(&past, &past.customers(TimeUnit::Week)).unwrap();
    let year: Vec<f64> = (1..=13).map(|four| tempo.mean_ahead(28.0 * f64::from(four))).collect();
    let (least, most) = year.iter().fold((f64::MAX, 0.0_f64), |(l, m), x| (l.min(*x), m.max(*x)));
    assert!(most / least < 1.12, "{year:?}");
}

#[test]
fn what_comes_after_the_cut_off_changes_nothing_and_pasts_are_told_apart() {
    let orders = orders(season, DAYS + 91);
    let cut = |tick: usize| Past::new(&orders, Some(Tick(tick as i32))).unwrap();
    let (past, earlier) = (cut(DAYS), cut(DAYS - 200));
    let tempos = Tempos::default();
    let of = |past: &Past<'_>| tempos.of(past, &past.customers(TimeUnit::Week)).unwrap();
    let (first, second) = (of(&past), of(&earlier));
    assert_ne!(first, second);
    assert_eq!(first, of(&past));
    let (alone, table) = (cut(DAYS - 200), earlier.customers(TimeUnit::Week));
    assert_eq!(*second, Tempo::learn(&alone, &table).unwrap());
}

#[test]
fn a_history_too_short_to_have_a_tempo_has_none() {
    let orders = orders(season, DAYS);
    let past = Past::new(&orders, Some(Tick(40))).unwrap();
    assert!(Tempo::learn(&past, &past.customers(TimeUnit::Week)).unwrap().is_steady());
}

#[test]
fn models_that_see_more_than_first_and_last_purchase_cannot_follow_it() {
    for (id, ..) in AnyPurchaseModel::ALL {
        let recipe = Recipe { purchase: AnyPurchaseModel::template(id).unwrap(), ..Recipe::default() };
        let made = Paced::new(recipe, Arc::default());
        assert_eq!(made.is_ok(), Paced::follows(id), "{id}");
    }
}

#[test]
fn a_paced_model_is_kept_and_its_file_scores_the_same() {
    let desk = Desk::new();
    let orders = desk::data("cdnow_sample.csv");
    let train = |to: &str| {
        desk.done(&["train", &orders, "--model", "bg-nbd", "--horizon", "13w", "-o", to]);
        let scores = format!("{to}.csv");
        desk.done(&["score", &orders, "--model", to, "--horizon", "13w", "-o", &scores]);
        desk.text(&scores)
    };
    assert_eq!(train("a.json"), train("b.json"));
    let text = desk.text("a.json");
    let mut file: serde_json::Value = serde_json::from_str(&text).unwrap();
    let tempo = &mut file["members"][0]["tempo"];
    assert!(tempo["past"].as_array().is_some_and(|past| past.len() > 10), "{tempo}");
    // A clock changed by hand to what no clock is, is refused.
    tempo["ahead"][0] = 1e9.into();
    desk.file("bad.json", &file.to_string());
    let asked = ["score", &orders, "--model", "bad.json", "--horizon", "13w", "-o", "c.csv"];
    desk.refused(&asked, 1, &["bad.json", "the tempo is damaged"]);
}

/// A model of spend that looks at logarithms finds them in the table of the clock too.
#[test]
fn log_normal_spend_follows_the_tempo() {
    let desk = Desk::new();
    let orders = desk::data("cdnow_sample.csv");
    desk.done(&["train", &orders, "--spend", "log-normal", "--horizon", "13w", "-o", "a.json"]);
    desk.done(&["score", &orders, "--model", "a.json", "--horizon", "13w", "-o", "a.csv"]);
    assert!(desk::column(&desk.text("a.csv"), "expected_value").iter().sum::<f64>() > 0.0);
}

/// What is kept tells the clock by which it counts.
#[test]
fn what_is_kept_has_its_tempo() {
    let orders = orders(season, DAYS);
    let past = Past::new(&orders, None).unwrap();
    let customers = past.customers(TimeUnit::Week);
    let fitted = Paced::new(Recipe::default(), Arc::default()).unwrap().fit(&past, &customers).unwrap();
    let kept = fitted.into_kept().unwrap().downcast::<PacedModel>().unwrap();
    assert!(!kept.tempo.is_steady() && kept.tempo.is_sound());
    assert_eq!(kept.tempo.ahead(Grain::Day).next().map(|one| one.0), Some(past.cutoff()));
}
