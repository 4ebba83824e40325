//! Covariates over any model: published numbers, recovery, laws, and the command line.

#[path = "shop/mod.rs"]
mod shop;

use std::collections::HashMap;
use std::io::Read;
use std::path::PathBuf;

use ltv::features::{CovariateGroups, Customers, Past, Process};
use ltv::fit::{Regularisation, fit_purchases, fit_purchases_with};
use ltv::model::{
    BgNbd, Effect, Grouped, Law, Likelihood, Parametric, ParetoNbd, PurchaseModel, Weighted, WithCovariates,
};
use ltv::orders::{ReadOptions, read};
use ltv::predict::{Forecaster, Question};
use ltv::progress::Silent;
use ltv::units::{Grain, Periods, TimeUnit};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Effects of the covariates at these places.
fn effects<M: Parametric>(model: &M, process: Process, places: &[usize]) -> Vec<Effect> {
    let shift = model.shifted_by(process).unwrap();
    places
        .iter()
        .map(|&place| Effect { name: format!("{process}.z{place}"), place, shift: shift.clone() })
        .collect()
}

/// Purchase and drop-out effects of each of `width` covariates.
fn both<M: Parametric>(model: &M, width: usize) -> Vec<Effect> {
    let places: Vec<usize> = (0..width).collect();
    let mut all = effects(model, Process::Purchase, &places);
    all.extend(effects(model, Process::Dropout, &places));
    all
}

/// A shop told by a model with covariates: z1 is 0 or 1, z2 is any number.
fn told(model: &BgNbd, coefficients: [f64; 4], size: usize, seed: u64) -> (Customers, CovariateGroups) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut rows = Vec::new();
    let mut groups = CovariateGroups::default();
    let mut times = Vec::new();
    for at in 0..size {
        let z = vec![f64::from(u8::from(rng.random_bool(0.4))), 20.0 + 40.0 * rng.random::<f64>().round()];
        let all =
            WithCovariates::new(*model, both(model, 2), coefficients.to_vec(), vec![z.clone()]).unwrap();
        let age = f64::from(rng.random_range(200..500)) / 7.0;
        times.clear();
        all.of_group(0).unwrap().newcomer().sample(age, &mut rng, &mut times);
        rows.push((times.len() as u32, times.last().copied().unwrap_or(0.0), age, None));
        groups.of.push(at as u32);
        groups.values.push(z);
    }
    (shop::customers(&rows), groups)
}

#[test]
fn coefficients_are_found_again_in_a_shop_that_was_told_with_them() {
    let truth = BgNbd::new(0.8, 6.0, 0.6, 2.0).unwrap();
    let coefficients = [0.5, 0.01, -0.6, 0.005];
    let (customers, groups) = told(&truth, coefficients, 20_000, 3);
    let template = BgNbd::template();
    let found =
        fit_purchases_with(&template, both(&template, 2), &groups, &customers, Regularisation::None).unwrap();
    let errors = found.fit.uncertainty.as_ref().unwrap().standard_errors.clone().unwrap();
    let right: Vec<f64> = truth.parameters().into_iter().chain(coefficients).collect();
    for ((name, found), (right, error)) in
        found.fit.model.names().iter().zip(found.fit.model.parameters()).zip(right.into_iter().zip(errors))
    {
        assert!(
            (found - right).abs() < 3.5 * error,
            "{name} {found}, told with {right}, standard error {error}"
        );
        assert!(error < 0.3 * right.abs() + 0.1, "{name} is only known to {error}");
    }
    let plain = fit_purchases(&template, &customers).unwrap();
    assert!(found.fit.report.ln_likelihood > plain.report.ln_likelihood + 100.0);
}

#[test]
fn with_coefficients_of_zero_everyone_is_under_the_plain_model() {
    let plain = BgNbd::new(0.243, 4.414, 0.793, 2.426).unwrap();
    let (customers, groups) = told(&plain, [0.0; 4], 300, 5);
    let with = WithCovariates::new(plain, both(&plain, 2), vec![0.0; 4], groups.values.clone()).unwrap();
    for at in 0..customers.len() {
        let row = customers.rfm(at);
        assert_eq!(with.ln_likelihood(&Grouped { group: at as u32, row }), plain.ln_likelihood(&row));
        assert_eq!(with.of_group(at as u32).unwrap().p_alive(&row), plain.p_alive(&row));
    }
}

#[test]
fn gradient_and_hessian_are_difference_quotients() {
    let base = BgNbd::new(0.5, 8.0, 0.9, 2.0).unwrap();
    let (customers, groups) = told(&base, [0.4, 0.01, -0.5, 0.01], 60, 7);
    let rows: Vec<Weighted<Grouped<_>>> = (0..customers.len())
        .map(|at| Weighted {
            row: Grouped { group: at as u32, row: customers.rfm(at) },
            count: 1.0 + (at % 3) as f64,
        })
        .collect();
    let centre =
        WithCovariates::new(base, both(&base, 2), vec![0.3, 0.02, -0.2, 0.005], groups.values.clone())
            .unwrap()
            .penalised(7.0, 150.0);
    let at = |k: usize, step: f64| {
        let mut theta = centre.parameters();
        theta[k] = if k < 4 { theta[k] * step.exp() } else { theta[k] + step };
        centre.with_parameters(&theta).unwrap().derivatives(&rows)
    };
    let found = centre.derivatives(&rows);
    for k in 0..8 {
        let h = if k % 2 == 1 && k > 4 { 1e-6 } else { 1e-5 };
        let (up, down) = (at(k, h), at(k, -h));
        let slope = (up.value - down.value) / (2.0 * h);
        assert!(
            (found.gradient[k] - slope).abs() < 1e-5 * (1.0 + slope.abs()),
            "{k}: {} {slope}",
            found.gradient[k]
        );
        for j in 0..8 {
            let slope = (up.gradient[j] - down.gradient[j]) / (2.0 * h);
            let h = found.hessian[k][j];
            assert!((h - slope).abs() < 1e-5 * (1.0 + slope.abs()), "{k},{j}: {h} {slope}");
        }
    }
}

#[test]
fn units_of_time_and_of_covariates_do_not_change_a_fit() {
    let truth = BgNbd::new(0.8, 6.0, 0.6, 2.0).unwrap();
    let (mut customers, mut groups) = told(&truth, [0.5, 0.01, -0.6, 0.005], 2_000, 11);
    let template = BgNbd::template();
    let l2 = Regularisation::Strength(20.0);
    let fit = |customers: &Customers, groups: &CovariateGroups| {
        fit_purchases_with(&template, both(&template, 2), groups, customers, l2)
            .unwrap()
            .fit
            .model
            .parameters()
    };
    let before = fit(&customers, &groups);
    customers.recency.iter_mut().chain(&mut customers.age).for_each(|time| *time *= 7.0);
    groups.values.iter_mut().for_each(|z| z[1] *= 100.0);
    let after = fit(&customers, &groups);
    let factors = [1.0, 7.0, 1.0, 1.0, 1.0, 0.01, 1.0, 0.01];
    for ((before, after), factor) in before.iter().zip(&after).zip(factors) {
        assert!((after / (before * factor) - 1.0).abs() < 1e-7, "{before} {after} {factor}");
    }
}

#[test]
fn a_strong_penalty_leaves_the_plain_model_and_cross_validation_finds_a_weak_one() {
    let truth = BgNbd::new(0.8, 6.0, 0.6, 2.0).unwrap();
    let (customers, groups) = told(&truth, [0.5, 0.01, -0.6, 0.005], 3_000, 13);
    let template = BgNbd::template();
    let fit = |l2| fit_purchases_with(&template, both(&template, 2), &groups, &customers, l2).unwrap();
    let held = fit(Regularisation::Strength(1e9));
    let plain = fit_purchases(&template, &customers).unwrap();
    assert!(held.fit.model.coefficients().iter().all(|gamma| gamma.abs() < 1e-4));
    assert!((held.fit.report.ln_likelihood - plain.report.ln_likelihood).abs() < 1e-2);
    let chosen = fit(Regularisation::Auto);
    assert!(chosen.strength < 300.0, "{:?}", chosen.chosen);
    let noise: Vec<f64> = fit(Regularisation::Auto).chosen.unwrap().tried.iter().map(|(_, ll)| *ll).collect();
    assert!(noise.iter().all(|ll| ll.is_finite()));
    assert!(
        fit_purchases_with(
            &template,
            both(&template, 2),
            &groups,
            &customers,
            Regularisation::Strength(-1.0)
        )
        .is_err()
    );
}

/// The apparel retailer of CLVTools up to 2006-12-31, with Gender and Channel; `None` where the data are not at hand.
fn apparel() -> Option<(Customers, CovariateGroups)> {
    let folder = PathBuf::from(std::env::var_os("LTV_SHARED")?).join("data/apparel");
    let options =
        ReadOptions { cutoff: Some(Grain::Day.read("2006-12-31").unwrap()), ..ReadOptions::default() };
    let (orders, _) = read(&[folder.join("apparelTrans.csv")], &options, &Silent).unwrap();
    let customers = Past::new(&orders, options.cutoff).unwrap().customers(TimeUnit::Week);
    let text = std::fs::read_to_string(folder.join("apparelStaticCov.csv")).unwrap();
    let known: HashMap<&str, Vec<f64>> = text
        .lines()
        .skip(1)
        .map(|line| {
            let (id, numbers) = line.split_once(',').unwrap();
            (id, numbers.split(',').map(|number| number.parse().unwrap()).collect())
        })
        .collect();
    let mut groups = CovariateGroups::default();
    for id in customers.ids.iter() {
        let z = &known[id];
        let at = groups.values.iter().position(|known| known == z).unwrap_or_else(|| {
            groups.values.push(z.clone());
            groups.values.len() - 1
        });
        groups.of.push(at as u32);
    }
    Some((customers, groups))
}

/// CLVTools 0.12.1: ln L −5821.06270909 and these parameters; conditional expectations for the 207.14 weeks to 2010-12-20.
#[test]
fn pareto_nbd_on_the_apparel_retailer_is_that_of_clvtools() {
    let Some((customers, groups)) = apparel() else { return };
    let template = ParetoNbd::template();
    let fit = fit_purchases_with(&template, both(&template, 2), &groups, &customers, Regularisation::None)
        .unwrap()
        .fit;
    // Ours is 2.3e-5 higher: CLVTools stops a hundredth of a standard error before the top.
    let gain = fit.report.ln_likelihood + 5821.06270909;
    assert!((0.0..1e-4).contains(&gain), "{}", fit.report.ln_likelihood);
    let clvtools = [
        1.837843236,
        92.912348851,
        0.591998511,
        49.622726666,
        0.285873973,
        0.624124100,
        -0.642993394,
        0.790678948,
    ];
    for ((name, found), right) in fit.model.names().iter().zip(fit.model.parameters()).zip(clvtools) {
        assert!((found / right - 1.0).abs() < 1e-2, "{name} {found}, CLVTools {right}");
    }
    let clvtools = fit.model.with_parameters(&clvtools).unwrap();
    let horizon = Periods::new(1450.0 / 7.0).unwrap();
    let forecaster = Forecaster::of_purchases(&clvtools, Question::revenue(horizon, &[]).unwrap()).unwrap();
    let forecast = forecaster.with_groups(&groups.of).forecast(&customers).unwrap();
    let sum: f64 = forecast.expected_purchases.iter().sum();
    assert!((sum - 1453.5466).abs() < 1e-4, "{sum}");
    let table = reference("clvtools_apparel_pnbd_static.csv.gz");
    let mut error = 0.0;
    for (at, id) in customers.ids.iter().enumerate() {
        let row = &table[id];
        let (happened, p_alive, expected) = (row[3], row[5], row[6]);
        assert!((forecast.p_alive[at] - p_alive).abs() < 1e-8, "{id}: {} {p_alive}", forecast.p_alive[at]);
        let found = forecast.expected_purchases[at];
        assert!((found - expected).abs() < 1e-7 * (1.0 + expected), "{id}: {found} {expected}");
        error += (found - happened).abs();
    }
    assert!((error / customers.len() as f64 - 2.006879).abs() < 1e-6, "{}", error / customers.len() as f64);
}

/// The numbers of a reference file by id; the dates of the period are 0.
fn reference(name: &str) -> HashMap<String, Vec<f64>> {
    let path = PathBuf::from(std::env::var_os("LTV_SHARED").unwrap()).join("reference").join(name);
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text.lines()
        .skip(1)
        .map(|line| {
            let (id, numbers) = line.split_once(',').unwrap();
            (id.to_owned(), numbers.split(',').map(|cell| cell.parse().unwrap_or(0.0)).collect())
        })
        .collect()
}

/// CLVTools 0.12.1 moves a and b together and stops at ln L −5839.86348 with a 1223, b 9044, not identified. So moved, this climb ends
/// higher on the same ridge and names it; moved by the odds alone, as here, everything is identified and ln L is higher still.
#[test]
fn bg_nbd_on_the_apparel_retailer_is_above_clvtools_and_its_ridge_is_named() {
    let Some((customers, groups)) = apparel() else { return };
    let template = BgNbd::template();
    let odds =
        fit_purchases_with(&template, both(&template, 2), &groups, &customers, Regularisation::None).unwrap();
    assert!(
        (odds.fit.report.ln_likelihood + 5839.012642513).abs() < 1e-6,
        "{}",
        odds.fit.report.ln_likelihood
    );
    assert!(odds.fit.uncertainty.unwrap().standard_errors.is_some());
    assert!(odds.fit.report.warnings.iter().all(|warning| !warning.contains("same chance of leaving")));

    let mut shared = both(&template, 2);
    shared[2..].iter_mut().for_each(|effect| effect.shift = vec![0.0, 0.0, 1.0, 1.0]);
    let shared = fit_purchases_with(&template, shared, &groups, &customers, Regularisation::None).unwrap();
    let ln_likelihood = shared.fit.report.ln_likelihood;
    assert!(ln_likelihood > -5839.86348, "{ln_likelihood}");
    assert!(!shared.fit.report.warnings.is_empty(), "{:?}", shared.fit.model.parameters());
}
