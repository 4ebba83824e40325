//! Covariates over time: the published numbers, the laws, and customers told by known coefficients.

#[path = "shop/mod.rs"]
mod shop;

use std::collections::HashMap;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::Arc;

use ltv::features::{
    CovariateFile, CovariatePath, CovariatePlan, Customers, Past, Process, PurchaseTimes, Rfm, Season,
};
use ltv::fit::{Covariates, Method, Recipe, Regularisation, TrainedModel, fit_varying};
use ltv::model::{
    AnyPopulation, AnyPurchaseModel, Effect, Law, Likelihood, Parametric, ParetoNbd, Population,
    PurchaseModel, Varying, VaryingHistory, VaryingParetoNbd, VaryingShop, Weighted, WithCovariates,
};
use ltv::orders::{Orders, ReadOptions, read};
use ltv::predict::{Forecaster, Question};
use ltv::progress::Silent;
use ltv::units::{Grain, Periods, TimeUnit};

fn shared(name: &str) -> Option<PathBuf> {
    match std::env::var_os("LTV_SHARED") {
        Some(folder) => Some(PathBuf::from(folder).join(name)),
        None => {
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: LTV_SHARED does not name the folder of real data ({name})"
            );
            None
        }
    }
}

fn unpacked(name: &str) -> Option<String> {
    let mut text = String::new();
    let file = std::fs::File::open(shared(name)?).unwrap();
    flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
    Some(text)
}

fn effects(purchase: &[usize], dropout: &[usize]) -> Vec<Effect> {
    let template = ParetoNbd::template();
    let of = |process: Process, places: &[usize]| -> Vec<Effect> {
        let shift = template.shifted_by(process).unwrap();
        places
            .iter()
            .map(|&place| Effect { name: format!("{process}.{place}"), place, shift: shift.clone() })
            .collect()
    };
    [of(Process::Purchase, purchase), of(Process::Dropout, dropout)].concat()
}

/// The apparel retailer of CLVTools with the covariates of its past and future in one file.
fn apparel(folder: &tempfile::TempDir) -> Option<(Orders, CovariatePlan)> {
    let mut text = unpacked("data/apparel/apparelDynCov.csv.gz")?;
    let future = unpacked("data/apparel/apparelDynCovFuture.csv.gz")?;
    text.extend(future.split_once('\n').map(|(_, rows)| rows));
    let path = folder.path().join("covariates.csv");
    std::fs::write(&path, text).unwrap();
    let options =
        ReadOptions { cutoff: Some(Grain::Day.read("2006-12-31").unwrap()), ..ReadOptions::default() };
    let (orders, _) = read(&[shared("data/apparel/apparelTrans.csv")?], &options, &Silent).unwrap();
    let all = ["High.Season", "Gender", "Channel"].map(str::to_owned).to_vec();
    let file = CovariateFile { path, ..CovariateFile::default() };
    Some((orders, CovariatePlan { file, purchase: all.clone(), dropout: all, ..CovariatePlan::default() }))
}

/// CLVTools 0.12.1 with High.Season, Gender and Channel on both processes: ln L −5754.250844 at these parameters, and for every customer
/// P(alive), the expectation to 2010-12-20 and that discounted by ln 1.1 a week. There the likelihood still rises: towards nobody
/// leaving in the high season, where this climb ends, and says so.
#[test]
fn the_apparel_retailer_with_covariates_over_time_is_that_of_clvtools() {
    let folder = tempfile::tempdir().unwrap();
    let Some((orders, plan)) = apparel(&folder) else { return };
    let past = Past::new(&orders, Some(Grain::Day.read("2006-12-31").unwrap())).unwrap();
    let (customers, times) = (past.customers(TimeUnit::Week), past.purchase_times());
    let covariates = Arc::new(Covariates::read(plan, Grain::Day, Regularisation::None).unwrap());
    assert!(covariates.are_over_time());
    let recipe = Recipe {
        purchase: AnyPurchaseModel::template("pareto-nbd").unwrap(),
        spend: None,
        covariates: Some(Arc::clone(&covariates)),
        ..Recipe::default()
    };
    let mut trained =
        TrainedModel::train_with_times(&recipe, (&customers, Some(&times)), "UTC", &Silent).unwrap();
    let clvtools = [
        2.3129207599,
        125.7752961268,
        0.5352597767,
        26.0550284574,
        0.6988639291,
        0.2228226786,
        0.5881860113,
        -0.2727721178,
        -0.7940168871,
        0.5592376225,
    ];
    // A model file keeps all of it.
    assert_eq!(TrainedModel::from_json(&trained.to_json().unwrap()).unwrap(), trained);

    let dropout = "the effect of dropout.High.Season is hardly determined";
    assert!(trained.warnings.iter().any(|warning| warning.contains(dropout)), "{:?}", trained.warnings);
    trained.purchase.model = trained.purchase.model.with_parameters(&clvtools).unwrap();
    let (horizon, until) =
        (Periods::new(1449.0 / 7.0 + 1.0 / 7.0).unwrap(), Grain::Day.read("2010-12-20").unwrap());
    let crowd = trained.crowd(Some(&covariates), &customers, Some((&times, until))).unwrap();
    // CLVTools ends before the top: at its parameters the likelihood is the same, and it still rises from there.
    let AnyPopulation::Varying(varying) = &crowd.population else { panic!("not over time") };
    let base = ParetoNbd::new(clvtools[0], clvtools[1], clvtools[2], clvtools[3]).unwrap();
    let effects = trained.purchase.model.effects().to_vec();
    let there = VaryingParetoNbd::new(base, effects, clvtools[4..].to_vec(), varying.shop()).unwrap();
    let found = there.derivatives(&all(&varying.shop()));
    let fitted = trained.purchase.ln_likelihood;
    assert!((found.value + 5754.2508438).abs() < 1e-7, "{}", found.value);
    assert!((fitted + 5752.6231722567).abs() < 1e-6, "{fitted}");
    let question = Question { discount: Some(1.1f64.ln()), ..Question::revenue(horizon, &[]).unwrap() };
    let forecaster = Forecaster::of_purchases(&crowd.population, question).unwrap();
    let forecast = forecaster.with_groups(crowd.groups.as_ref().unwrap()).forecast(&customers).unwrap();
    let sum = |column: &[f64]| column.iter().sum::<f64>();
    assert!(
        (sum(&forecast.expected_purchases) - 1424.4294).abs() < 1e-4,
        "{}",
        sum(&forecast.expected_purchases)
    );
    assert!((sum(&forecast.p_alive) - 280.0242).abs() < 1e-4, "{}", sum(&forecast.p_alive));
    let table: HashMap<String, Vec<f64>> = unpacked("reference/clvtools_apparel_pnbd_dyncov.csv.gz")
        .unwrap()
        .lines()
        .skip(1)
        .map(|line| {
            let (id, numbers) = line.split_once(',').unwrap();
            (id.to_owned(), numbers.split(',').map(|cell| cell.parse().unwrap_or(0.0)).collect())
        })
        .collect();
    for (at, id) in customers.ids.iter().enumerate() {
        let row = &table[id];
        assert!((forecast.p_alive[at] - row[5]).abs() < 1e-9, "{id}: {} {}", forecast.p_alive[at], row[5]);
        let (found, right) = (forecast.expected_purchases[at], row[6]);
        assert!((found - right).abs() < 1e-8 * (1.0 + right), "{id}: {found} {right}");
        let member = crowd.population.member(at as u32);
        let rfm = customers.rfm(at);
        let discounted =
            forecast.p_alive[at] * member.given_alive(&rfm).discounted(horizon.get(), 1.1f64.ln()).unwrap();
        assert!((discounted - row[7]).abs() < 1e-8, "{id}: {discounted} {}", row[7]);
    }

    // The future must be known.
    let far = Grain::Day.read("2030-01-01").unwrap();
    let error = trained.crowd(Some(&covariates), &customers, Some((&times, far))).unwrap_err().to_string();
    for word in ["reach to", "needed to 2030-01-01", "shorter --horizon"] {
        assert!(error.contains(word), "{error}");
    }
    assert!(
        trained
            .crowd(Some(&covariates), &customers, None)
            .unwrap_err()
            .to_string()
            .contains("need the orders")
    );
    assert!(trained.anyone().is_err());
}

/// Weeks of two covariates: one switches on and off, one is a slow wave.
fn path(weeks: usize, phase: usize) -> CovariatePath {
    CovariatePath {
        starts: (0..weeks).map(|week| week as f64).collect(),
        values: (0..weeks)
            .map(|week| vec![f64::from(u8::from((week + phase) % 13 < 4)), (week as f64 / 8.0).sin()])
            .collect(),
        end: weeks as f64,
    }
}

/// A shop told by the story itself: rates that follow the covariates, minute by minute of the clocks.
fn told(base: ParetoNbd, coefficients: &[f64], size: u32, weeks: usize) -> VaryingShop {
    use rand::{RngExt, SeedableRng};
    let mut rng = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(17);
    let paths: Vec<CovariatePath> = (0..4).map(|phase| path(weeks, 3 * phase)).collect();
    let mut shop = VaryingShop { paths: paths.clone(), histories: Vec::new() };
    for at in 0..size {
        let (path, first) = (at % 4, f64::from(rng.random_range(0..26u32)));
        // A newcomer on a path is a customer whose observation ends with the first purchase.
        let alone =
            VaryingHistory { path, frequency: 0, first, last: first, end: first, bought: vec![0.0; 2] };
        let one = VaryingShop { paths: paths.clone(), histories: vec![alone] };
        let varying = Varying::new(base, &effects(&[0, 1], &[0, 1]), coefficients, Arc::new(one));
        let mut times = Vec::new();
        let end = weeks as f64;
        varying.member(0).newcomer().sample(end - first, &mut rng, &mut times);
        let mut bought = vec![0.0; 2];
        for t in &times {
            let z = &paths[path as usize].values[paths[path as usize].step(first + t)];
            bought.iter_mut().zip(z).for_each(|(sum, z)| *sum += z);
        }
        let last = first + times.last().copied().unwrap_or(0.0);
        shop.histories.push(VaryingHistory { path, frequency: times.len() as u32, first, last, end, bought });
    }
    shop
}

fn all(shop: &VaryingShop) -> Vec<Weighted<u32>> {
    (0..shop.histories.len() as u32).map(|row| Weighted { row, count: 1.0 }).collect()
}

#[test]
fn gradient_and_hessian_are_difference_quotients() {
    let base = ParetoNbd::new(0.9, 6.0, 0.7, 12.0).unwrap();
    let shop = Arc::new(told(base, &[0.6, -0.2, 0.4, 0.3], 40, 60));
    let rows = all(&shop);
    let centre = VaryingParetoNbd::new(base, effects(&[0, 1], &[0, 1]), vec![0.4, 0.1, -0.3, 0.2], shop)
        .unwrap()
        .penalised(&[5.0, 0.0, 1.0, 5.0], 40.0);
    let at = |k: usize, step: f64| {
        let mut point = centre.point();
        point[k] += step;
        centre.at_point(&point).unwrap().derivatives(&rows)
    };
    let found = centre.derivatives(&rows);
    for k in 0..8 {
        let (up, down) = (at(k, 1e-5), at(k, -1e-5));
        let slope = (up.value - down.value) / 2e-5;
        assert!(
            (found.gradient[k] - slope).abs() < 1e-6 * (1.0 + slope.abs()),
            "{k}: {} {slope}",
            found.gradient[k]
        );
        for j in 0..8 {
            let slope = (up.gradient[j] - down.gradient[j]) / 2e-5;
            let h = found.hessian[k][j];
            assert!((h - slope).abs() < 1e-6 * (1.0 + slope.abs()), "{k},{j}: {h} {slope}");
        }
    }
}

#[test]
fn with_coefficients_of_zero_it_is_pareto_nbd() {
    let base = ParetoNbd::new(0.55, 10.6, 0.6, 11.7).unwrap();
    let shop = Arc::new(told(base, &[0.0; 4], 200, 80));
    let varying =
        VaryingParetoNbd::new(base, effects(&[0, 1], &[0, 1]), vec![0.0; 4], Arc::clone(&shop)).unwrap();
    let population = Varying::new(base, &effects(&[0, 1], &[0, 1]), &[0.0; 4], Arc::clone(&shop));
    for (at, h) in shop.histories.iter().enumerate() {
        let rfm = Rfm::new(h.frequency, h.last - h.first, h.end - h.first);
        let close = |found: f64, right: f64, what: &str| {
            assert!((found - right).abs() < 1e-11 * (1.0 + right.abs()), "{at} {what}: {found} {right}");
        };
        close(varying.ln_likelihood(&(at as u32)), base.ln_likelihood(&rfm), "ln L");
        let member = population.member(at as u32);
        close(member.p_alive(&rfm), base.p_alive(&rfm), "P(alive)");
        let (found, right) = (member.given_alive(&rfm), base.given_alive(&rfm));
        let ((mean, variance), (m, v)) = (found.mean_and_variance(39.0), right.mean_and_variance(39.0));
        close(mean, m, "mean");
        close(variance, v, "variance");
        close(found.survival(2, 39.0), right.survival(2, 39.0), "P(X > 2)");
        close(found.discounted(39.0, 0.01).unwrap(), right.discounted(39.0, 0.01).unwrap(), "discounted");
        let (mut pmf, mut plain) = (Vec::new(), Vec::new());
        found.pmf(39.0, 1e-12, &mut pmf);
        right.pmf(39.0, 1e-12, &mut plain);
        pmf.iter().zip(&plain).for_each(|(found, right)| close(*found, *right, "pmf"));
        let (weight, later) = &found.later(10.0)[0];
        close(weight * later.mean(29.0) + found.mean(10.0), found.mean(39.0), "windows");
    }
}

/// A strong effect is held loosely, and a strength is the best of those that were tried.
#[test]
fn the_strength_over_time_is_the_one_that_predicts_customers_left_out_best() {
    let base = ParetoNbd::new(0.9, 4.0, 0.7, 12.0).unwrap();
    let within = told(base, &[1.2, 0.0, 0.0, 0.0], 80, 40);
    let rows: Vec<_> =
        within.histories.iter().map(|h| (h.frequency, h.last - h.first, h.end - h.first, None)).collect();
    let (customers, effects) = (shop::customers(&rows), effects(&[0, 1], &[]));
    let fit = |how: Regularisation| {
        let how = (how, Method::Mle);
        fit_varying(effects.clone(), &within, &[false; 2], &customers, how, &Silent).unwrap()
    };
    let found = fit(Regularisation::Auto);
    let chosen = found.chosen.unwrap();
    let highest = chosen.tried.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
    assert!(chosen.tried.contains(&(chosen.best, highest)) && found.strength == chosen.best, "{chosen:?}");
    assert!(chosen.best < 1_000.0, "{chosen:?}");
    let (held, free) = (fit(Regularisation::Strength(1e6)), fit(Regularisation::None));
    assert!(held.fit.model.coefficients().iter().all(|gamma| gamma.abs() < 1e-3));
    assert!((free.fit.model.coefficients()[0] - 1.2).abs() < 0.5, "{:?}", free.fit.model.coefficients());
}

/// The law of the future against its own story, and its probabilities against its moments.
#[test]
fn the_future_adds_up_and_is_what_the_story_tells() {
    use rand::SeedableRng;
    let base = ParetoNbd::new(1.3, 4.0, 0.8, 15.0).unwrap();
    let coefficients = [0.8, -0.4, 0.9, 0.5];
    let shop = Arc::new(told(base, &coefficients, 3, 120));
    let shop = VaryingShop {
        histories: shop
            .histories
            .iter()
            .map(|h| VaryingHistory { end: 50.0_f64.max(h.last), ..h.clone() })
            .collect(),
        paths: shop.paths.clone(),
    };
    let law =
        Varying::new(base, &effects(&[0, 1], &[0, 1]), &coefficients, Arc::new(shop)).member(1).newcomer();
    for t in [0.3, 5.0, 40.0, 200.0] {
        let mut pmf = Vec::new();
        law.pmf(t, 1e-13, &mut pmf);
        let (mean, variance) = law.mean_and_variance(t);
        let moment =
            |power: i32| pmf.iter().enumerate().map(|(n, p)| (n as f64).powi(power) * p).sum::<f64>();
        assert!((moment(0) - 1.0).abs() < 1e-11, "{t}: {}", moment(0));
        assert!((moment(1) - mean).abs() < 1e-9 * (1.0 + mean), "{t}: {} {mean}", moment(1));
        let second = moment(2) - mean * mean;
        assert!((second - variance).abs() < 1e-7 * (1.0 + variance), "{t}: {second} {variance}");
        let beyond: f64 = pmf.iter().skip(3).sum();
        assert!((law.survival(2, t) - beyond).abs() < 1e-11, "{t}");
    }
    let mut rng = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(5);
    let (count, mut total, mut none) = (200_000, 0.0, 0.0);
    let mut times = Vec::new();
    for _ in 0..count {
        times.clear();
        law.sample(40.0, &mut rng, &mut times);
        assert!(times.is_sorted() && times.iter().all(|t| (0.0..=40.0).contains(t)));
        total += times.len() as f64;
        none += f64::from(u8::from(times.is_empty()));
    }
    let ((mean, variance), n) = (law.mean_and_variance(40.0), f64::from(count));
    assert!((total / n - mean).abs() < 4.0 * (variance / n).sqrt(), "{} {mean}", total / n);
    assert!((none / n - (1.0 - law.survival(0, 40.0))).abs() < 4.0 * (0.25 / n).sqrt());
}

/// Orders whose months differ: three times as many purchases in November and December.
#[test]
fn a_season_is_found_again_and_forecasts_follow_it() {
    use rand::{RngExt, SeedableRng};
    let mut rng = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(23);
    let mut text = String::from("customer,date,amount\n");
    let grain = Grain::Day;
    let start = grain.read("2020-01-01").unwrap().0;
    for id in 0..1_500 {
        let mut day = start + rng.random_range(0..360);
        let rate = 0.004 + 0.02 * rng.random::<f64>();
        text += &format!("c{id},{},10\n", grain.show(ltv::units::Tick(day)));
        loop {
            day += 1;
            if day >= start + 3 * 365 || rng.random::<f64>() < 0.0008 {
                break;
            }
            let month = grain.moment(ltv::units::Tick(day)).month();
            if rng.random::<f64>() < rate * if month >= 11 { 3.0 } else { 1.0 } {
                text += &format!("c{id},{},10\n", grain.show(ltv::units::Tick(day)));
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.csv");
    std::fs::write(&file, text).unwrap();
    let options = ReadOptions::default();
    let (orders, _) = read(&[file], &options, &Silent).unwrap();
    let past = Past::new(&orders, Some(grain.read("2022-10-31").unwrap())).unwrap();
    let (customers, times): (Customers, PurchaseTimes) =
        (past.customers(TimeUnit::Week), past.purchase_times());
    let plan = CovariatePlan { season: Some(Season::Month), ..CovariatePlan::default() };
    let covariates = Arc::new(Covariates::read(plan, grain, Regularisation::None).unwrap());
    let recipe = Recipe {
        purchase: AnyPurchaseModel::template("pareto-nbd").unwrap(),
        spend: None,
        covariates: Some(Arc::clone(&covariates)),
        ..Recipe::default()
    };
    let trained =
        TrainedModel::train_with_times(&recipe, (&customers, Some(&times)), "UTC", &Silent).unwrap();
    let model: &WithCovariates<AnyPurchaseModel> = &trained.purchase.model;
    let months = model.coefficients();
    assert_eq!(model.effects()[10].name, "purchase.season=11");
    assert!(months.iter().sum::<f64>().abs() < 1e-5, "{months:?}");
    let usual = months[..10].iter().sum::<f64>() / 10.0;
    for month in [10, 11] {
        assert!((months[month] - usual - 3f64.ln()).abs() < 0.15, "{months:?}");
    }
    let until = grain.read("2022-12-31").unwrap();
    let horizon = Periods::new(61.0 / 7.0).unwrap();
    let total = |covariates: Option<Arc<Covariates>>| {
        let recipe = Recipe { covariates: covariates.clone(), ..recipe.clone() };
        let trained =
            TrainedModel::train_with_times(&recipe, (&customers, Some(&times)), "UTC", &Silent).unwrap();
        let crowd = trained.crowd(covariates.as_deref(), &customers, Some((&times, until))).unwrap();
        let forecaster =
            Forecaster::of_purchases(&crowd.population, Question::revenue(horizon, &[]).unwrap()).unwrap();
        let groups = crowd.groups.clone().unwrap_or_else(|| vec![0; customers.len()]);
        forecaster.with_groups(&groups).forecast(&customers).unwrap().expected_purchases.iter().sum::<f64>()
    };
    let happened = {
        let later = Past::new(&orders, Some(until)).unwrap();
        let (all, before) = (later.customers(TimeUnit::Week), customers.len());
        let so_far: u32 = customers.frequency.iter().sum();
        f64::from(all.frequency[..before].iter().sum::<u32>() - so_far)
    };
    let (with, without) = (total(Some(covariates)), total(None));
    assert!((with / happened - 1.0).abs() < 0.1, "{with} {happened}");
    assert!(without / happened < 0.75, "{without} {happened}");
}
