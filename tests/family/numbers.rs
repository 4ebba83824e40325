//! Whatever a shop can produce, and beyond: never NaN, infinity or a negative probability.

use ltv::features::Rfm;
use ltv::model::{AnyPurchaseModel, Law, Parametric, PurchaseLikelihood, PurchaseModel, Visitor};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

/// So many draws in all, over all models: a million in the long form (`LTV_LONG=1`).
fn draws() -> u64 {
    if std::env::var_os("LTV_LONG").is_some() { 1_000_000 } else { 16_000 }
}

struct Likelihood(Rfm);

impl Visitor for Likelihood {
    type Answer = f64;

    fn see<M: PurchaseLikelihood + Into<AnyPurchaseModel>>(self, model: &M) -> f64 {
        model.ln_likelihood(&self.0)
    }
}

/// A model, a history and a horizon: log-spaced over eight decades.
fn drawn(template: &AnyPurchaseModel, rng: &mut Xoshiro256PlusPlus) -> Option<(AnyPurchaseModel, Rfm, f64)> {
    let log = |rng: &mut Xoshiro256PlusPlus, low: f64, high: f64| {
        10f64.powf(low + (high - low) * rng.random::<f64>())
    };
    let theta: Vec<f64> = template.parameters().iter().map(|_| log(rng, -4.0, 4.0)).collect();
    let mut model = template.with_parameters(&theta).ok()?;
    if let Ok(other) = model.with_setting("k", f64::from(rng.random_range(1..=6))) {
        model = other;
    }
    let frequency = if rng.random::<f64>() < 0.3 { 0 } else { log(rng, 0.0, 3.5) as u32 };
    let age = if rng.random::<f64>() < 0.05 { 0.0 } else { log(rng, -2.0, 4.0) };
    let recency = match rng.random_range(0..4) {
        _ if frequency == 0 => 0.0,
        0 => age,
        1 => age * log(rng, -9.0, 0.0),
        _ => age * rng.random::<f64>(),
    };
    let mut c = Rfm::new(frequency, recency, age);
    if frequency > 0 && rng.random::<f64>() < 0.7 {
        // At most as for equal gaps, and less the more they differ.
        let x = f64::from(frequency);
        c.ln_gaps = Some(x * ((recency / x).ln() - log(rng, -6.0, 1.5)));
    }
    let mut t = log(rng, -3.0, 3.5);
    if template.id() == "bg-bb" {
        let n = age.min(2000.0).floor();
        let last = (recency.min(n)).floor();
        let x = f64::from(frequency).min(last);
        c = Rfm::new(x as u32, if x > 0.0 { last } else { 0.0 }, n);
        t = t.min(2000.0).floor();
    }
    Some((model, c, t))
}

fn checked(model: &AnyPurchaseModel, c: &Rfm, t: f64) -> Result<(), String> {
    let unit = |name: &str, p: f64| {
        if (0.0..=1.0 + 1e-12).contains(&p) { Ok(()) } else { Err(format!("{name} = {p}")) }
    };
    let positive = |name: &str, value: f64| {
        if value >= 0.0 && value.is_finite() { Ok(()) } else { Err(format!("{name} = {value}")) }
    };
    let ln_likelihood = model.visit(Likelihood(*c));
    if !ln_likelihood.is_finite() {
        return Err(format!("ln L = {ln_likelihood}"));
    }
    unit("P(alive)", model.p_alive(c))?;
    let law = model.given_alive(c);
    positive("mean", law.mean(t))?;
    positive("variance", law.mean_and_variance(t).1)?;
    for n in [0, 1, 5, 100] {
        unit("survival", law.survival(n, t))?;
    }
    for p in [1e-9, 0.1, 0.5, 0.9] {
        positive("first purchase", law.first_purchase(p).unwrap_or(0.0))?;
    }
    // Probabilities one by one where there are not too many of them.
    if law.survival(300, t) < 1e-13 {
        let mut pmf = Vec::new();
        law.pmf(t, 1e-12, &mut pmf);
        pmf.iter().try_for_each(|p| unit("pmf", *p))?;
        let sum: f64 = pmf.iter().rev().sum();
        if (sum - 1.0).abs() > 1e-9 {
            return Err(format!("the probabilities sum to 1 {:+e}", sum - 1.0));
        }
    }
    Ok(())
}

#[test]
fn every_number_is_a_number() {
    let each = draws() / AnyPurchaseModel::ALL.len() as u64;
    for (id, ..) in AnyPurchaseModel::ALL {
        // A law that is told by numerical means over two unknowns takes a thousand times as long as the others, a quarter of a
        // second a draw at these corners: of it there are a hundredth as many draws in the long form, and some in the short.
        let share = if *id == "pareto-ggg" { each / 100 } else { each };
        let template = AnyPurchaseModel::template(id).unwrap();
        let wrong: Vec<String> = (0..share)
            .into_par_iter()
            .filter_map(|seed| {
                let (model, c, t) = drawn(&template, &mut Xoshiro256PlusPlus::seed_from_u64(seed))?;
                checked(&model, &c, t).err().map(|what| format!("{what}: {model:?} {c:?} t = {t}"))
            })
            .collect();
        assert!(
            wrong.is_empty(),
            "{id}: {} of {share}, for instance {:#?}",
            wrong.len(),
            &wrong[..wrong.len().min(5)]
        );
    }
}
