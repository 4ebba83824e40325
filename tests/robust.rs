//! Does every fit end at the top of its likelihood, or say in words why there is none?
//!
//! Shops of 50 to 50,000 customers with parameters over four decades, told by each model and fitted by it (1,000 of each model
//! with `LTV_LONG=1`); and every real set whose best likelihood another program has told.

mod shop;

use std::path::PathBuf;

use ltv::Error;
use ltv::features::{Customers, Past};
use ltv::fit::{Method, Stop, fit_any_purchases, fit_purchases, fit_spend};
use ltv::model::{
    AnyPurchaseModel, Effort, GammaGamma, Law, Likelihood, Parametric, PurchaseLikelihood, PurchaseModel,
    Visitor,
};
use ltv::orders::{ReadOptions, read};
use ltv::progress::Silent;
use ltv::units::{Grain, TimeUnit};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

fn long() -> bool {
    std::env::var_os("LTV_LONG").is_some()
}

/// What became of one shop.
#[derive(Debug, PartialEq)]
enum Ended {
    Converged,
    /// On a ridge, which was named.
    Ridge,
    /// Nobody bought twice.
    NoRepeats,
}

/// One shop of a model, by its number.
struct Shop {
    seed: u64,
    largest: f64,
}

impl Visitor for Shop {
    type Answer = Ended;

    fn see<M: PurchaseLikelihood + Into<AnyPurchaseModel>>(self, template: &M) -> Ended {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(self.seed);
        let truth = truth(template, &mut rng);
        let size = (50f64.ln() + (self.largest / 50.0).ln() * rng.random::<f64>()).exp() as usize;
        let shop = told(&truth, size, &mut rng);
        let what = || {
            format!("{} of {size} customers, number {}: {:?}", M::name(&truth), self.seed, truth.parameters())
        };
        let fit = match fit_purchases(template, &shop) {
            Ok(fit) => fit,
            Err(Error::Input(why)) if why.to_string().contains("bought a second time") => {
                return Ended::NoRepeats;
            }
            Err(error) => panic!("{}: {error}", what()),
        };
        let right: f64 = (0..shop.len()).map(|at| truth.ln_likelihood(&shop.rfm(at))).sum();
        let found = fit.report.ln_likelihood;
        assert!(found >= right - 1e-9 * right.abs(), "{}: ln L {found}, of the truth {right}", what());
        assert!(fit.model.parameters().iter().all(|theta| theta.is_finite()), "{}", what());
        let vague = fit.uncertainty.as_ref().is_none_or(|found| found.is_partial());
        assert!(!vague || !fit.report.warnings.is_empty(), "{}: a ridge without a word", what());
        match fit.report.stop {
            Stop::Converged => Ended::Converged,
            Stop::Border => {
                assert!(!fit.report.warnings.is_empty(), "{}: a border without a word", what());
                Ended::Ridge
            }
            other => panic!("{}: {other:?}", what()),
        }
    }
}

/// Parameters over four decades (a hundredth to a hundred, where the mean age is 1), such that customers buy 0.02 to 50 times.
fn truth<M: PurchaseLikelihood>(template: &M, rng: &mut Xoshiro256PlusPlus) -> M {
    let span = template.parameters().len();
    for _ in 0..10_000 {
        let theta: Vec<f64> = (0..span).map(|_| 10f64.powf(rng.random_range(-2.0..2.0))).collect();
        let Ok(model) = template.with_parameters(&theta) else { continue };
        let horizon = if M::DISCRETE { 12.0 } else { 1.0 };
        if (0.02..50.0).contains(&model.newcomer().mean(horizon)) {
            return model;
        }
    }
    panic!("no shop of {} is possible", template.name());
}

/// Customers as the model tells them, of ages around 1 (in opportunities: around 12).
fn told<M: PurchaseLikelihood>(model: &M, size: usize, rng: &mut Xoshiro256PlusPlus) -> Customers {
    let law = model.newcomer();
    let (mut times, mut ln_gaps) = (Vec::new(), Vec::new());
    let rows: Vec<_> = (0..size)
        .map(|_| {
            let days = f64::from(rng.random_range(60u32..=300));
            let age = if M::DISCRETE { (days / 15.0).floor() } else { days / 180.0 };
            times.clear();
            law.sample(age, rng, &mut times);
            let gaps = times.iter().scan(0.0, |last, at| Some(at - std::mem::replace(last, *at)));
            ln_gaps.push(gaps.map(f64::ln).sum());
            (times.len() as u32, times.last().copied().unwrap_or(0.0), age, None)
        })
        .collect();
    let customers = shop::customers(&rows);
    if model.uses_gaps() { Customers { ln_gaps, ..customers } } else { customers }
}

fn every_shop_of(id: &str) {
    let mut template = AnyPurchaseModel::template(id).unwrap();
    if !template.settings().is_empty() {
        template = template.with_setting("k", 2.0).unwrap();
    }
    // Milliseconds for each customer's likelihood: fewer and smaller shops.
    let (shops, largest) = match (template.effort() == Effort::High, long()) {
        (false, false) => (60, 1_500.0),
        (false, true) => (1_000, 50_000.0),
        (true, false) => (2, 60.0),
        (true, true) => (40, 200.0),
    };
    let ended: Vec<Ended> = (0..shops).map(|seed| template.visit(Shop { seed, largest })).collect();
    let count = |what: Ended| ended.iter().filter(|ended| **ended == what).count();
    println!(
        "{id}: of {shops} shops {} converged, {} lie on a ridge that is named, {} have no repeat purchase",
        count(Ended::Converged),
        count(Ended::Ridge),
        count(Ended::NoRepeats)
    );
    assert!(count(Ended::NoRepeats) * 10 <= ended.len());
}

#[test]
fn simulated_shops_end_at_the_top_or_on_a_ridge_that_is_named() {
    let only = std::env::var("LTV_MODEL").ok();
    for (id, ..) in AnyPurchaseModel::ALL {
        if only.as_ref().is_none_or(|only| only == id) {
            every_shop_of(id);
        }
    }
}

/// Spend over four decades, likewise.
#[test]
fn simulated_spend_ends_at_the_top_or_on_a_ridge_that_is_named() {
    for seed in 0..if long() { 1_000 } else { 60 } {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut decade = || 10f64.powf(rng.random_range(-1.0..3.0));
        let truth = GammaGamma::new(decade(), 1.0 + decade(), decade()).unwrap();
        let size = (decade() * 50.0).clamp(50.0, if long() { 50_000.0 } else { 2_000.0 }) as usize;
        let rows: Vec<_> = (0..size)
            .map(|_| {
                let orders = rng.random_range(1..=10u32);
                let rate = truth.sample_rate(&mut rng);
                let mean =
                    (0..orders).map(|_| truth.sample_order(rate, &mut rng)).sum::<f64>() / f64::from(orders);
                (orders, 1.0, 2.0, Some(mean))
            })
            .collect();
        let fit = fit_spend(&GammaGamma::template(), &shop::customers(&rows))
            .unwrap_or_else(|e| panic!("{seed} {truth:?}: {e}"));
        let row = |(frequency, _, _, mean): &(u32, f64, f64, Option<f64>)| {
            truth
                .ln_likelihood(&ltv::model::SpendRow { frequency: *frequency, monetary_value: mean.unwrap() })
        };
        let right: f64 = rows.iter().map(row).sum();
        let found = fit.report.ln_likelihood;
        assert!(found >= right - 1e-9 * right.abs(), "{seed} {truth:?} {size}: {found} {right}");
        let vague = fit.uncertainty.as_ref().is_none_or(|found| found.is_partial());
        assert!(!vague || !fit.report.warnings.is_empty(), "{seed} {truth:?} {size}: a ridge without a word");
    }
}

/// A real set up to a cut; `None` (said aloud) where it is not there.
fn real(name: &str, cut: &str) -> Option<Customers> {
    let path = PathBuf::from(std::env::var_os("LTV_SHARED")?).join("data").join(name);
    if !path.exists() {
        eprintln!("SKIPPED: {} is not there", path.display());
        return None;
    }
    let (orders, _) = read(&[path], &ReadOptions::default(), &Silent).unwrap();
    let cut = Grain::Day.read(cut).unwrap();
    Some(Past::new(&orders, Some(cut)).unwrap().customers(TimeUnit::Week))
}

fn best(id: &str, customers: &Customers) -> Option<f64> {
    let template = AnyPurchaseModel::template(id).ok()?; // a model that is not here yet
    Some(fit_any_purchases(&template, customers, Method::Mle, &Silent).unwrap().report.ln_likelihood)
}

/// What BTYD, BTYDplus, CLVTools, lifetimes or independent code found, to the last digit that was told.
#[test]
fn no_program_is_known_to_climb_higher() {
    let sample = Some(shop::cdnow("cdnow_sample.csv", TimeUnit::Week));
    let whole = Some(shop::cdnow("cdnow.csv", TimeUnit::Week));
    let later = {
        let orders = shop::cdnow_orders("cdnow_sample.csv");
        Past::new(&orders, Some(Grain::Day.read("1998-06-30").unwrap()))
            .ok()
            .map(|p| p.customers(TimeUnit::Week))
    };
    let grocery = real("grocery/groceryElog.csv", "2006-12-31");
    let apparel = real("apparel/apparelTrans.csv", "2006-12-31");
    for (name, customers, known) in [
        (
            "CDNOW sample",
            sample,
            &[
                ("nbd", -9763.657615),
                ("bg-nbd", -9582.42920667),
                ("mbg-nbd", -9582.13571555),
                ("pareto-nbd", -9594.97617894),
                ("ggom-nbd", -9594.976269),
            ][..],
        ),
        (
            "CDNOW",
            whole,
            &[("bg-nbd", -95368.44393), ("mbg-nbd", -95336.95832), ("pareto-nbd", -95415.11862)],
        ),
        (
            "CDNOW sample, 78 weeks",
            later,
            &[("bg-nbd", -17138.233965), ("mbg-nbd", -17127.373256), ("pareto-nbd", -17135.835886)],
        ),
        (
            "grocery",
            grocery,
            &[
                ("nbd", -16376.8639),
                ("bg-nbd", -15836.5662),
                ("mbg-nbd", -15781.9394),
                ("pareto-nbd", -15782.3921),
                ("bg-cnbd-k", -15054.1729),
                ("mbg-cnbd-k", -14978.2107),
            ],
        ),
        (
            "apparel",
            apparel,
            &[
                ("bg-nbd", -5857.01974891),
                ("mbg-nbd", -5848.045278),
                ("pareto-nbd", -5848.09782696),
                ("ggom-nbd", -5848.09811756),
            ],
        ),
    ] {
        let Some(customers) = customers else { continue };
        for (id, known) in known {
            let Some(found) = best(id, &customers) else { continue };
            println!("{name}, {id}: {found:.6} ({known})");
            assert!(found >= known - 1e-4, "{name}, {id}: {found}, but {known} is known");
        }
    }
}
