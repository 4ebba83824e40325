//! The regressions give the numbers of statsmodels and scikit-learn (fixtures and their script in `tests/regress/`), and
//! answer bad input in words.

use linfa::Dataset;
use linfa::traits::{Fit, Predict};
use ltv::math::hash;
use ltv::regress::{
    AnyRegression, Boosting, Coefficient, ElasticNet, Family, FittedGlm, Glm, LeastSquares, Positives,
    Regressor, Road, Sample, Target, TwoPart,
};
use ndarray::{Array1, Array2, Axis, array};
use serde_json::Value;

/// The rows of the fixture and what the others made of them.
struct Fixture {
    rows: Array2<f64>,
    heads: Vec<String>,
    fits: Value,
}

impl Fixture {
    fn read() -> Self {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/regress");
        let text = std::fs::read_to_string(folder.join("rows.csv")).unwrap();
        let mut lines = text.lines();
        let heads: Vec<String> = lines.next().unwrap().split(',').map(str::to_owned).collect();
        let values: Vec<f64> =
            lines.flat_map(|line| line.split(',')).map(|cell| cell.parse().unwrap()).collect();
        let rows = Array2::from_shape_vec((values.len() / heads.len(), heads.len()), values).unwrap();
        let fits = std::fs::read_to_string(folder.join("fits.json")).unwrap();
        Self { rows, heads, fits: serde_json::from_str(&fits).unwrap() }
    }

    fn column(&self, name: &str) -> Array1<f64> {
        self.rows.column(self.heads.iter().position(|head| head == name).unwrap()).to_owned()
    }

    fn x(&self) -> Array2<f64> {
        self.rows.select(Axis(1), &[0, 1, 2, 3])
    }

    fn sample(&self, target: &str) -> Sample {
        Sample::new(self.x(), self.column(target), &self.heads[..4]).unwrap()
    }

    fn numbers(&self, fit: &str, what: &str) -> Vec<f64> {
        self.fits[fit][what].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
    }

    fn number(&self, fit: &str, what: &str) -> f64 {
        self.fits[fit][what].as_f64().unwrap()
    }
}

fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let apart = (found - expected).abs() / expected.abs().max(1e-300);
    assert!(apart < tolerance, "{what}: {found} instead of {expected} ({apart:e})");
}

fn same_coefficients(
    fixture: &Fixture,
    fit: &str,
    intercept: &Coefficient,
    coefficients: &[Coefficient],
    tolerance: f64,
) {
    let all = || std::iter::once(intercept).chain(coefficients);
    for (one, expected) in all().zip(fixture.numbers(fit, "coefficients")) {
        close(one.estimate, expected, tolerance, &format!("{fit}, {}", one.name));
    }
    for (one, expected) in all().zip(fixture.numbers(fit, "errors")) {
        close(one.standard_error.unwrap(), expected, tolerance, &format!("{fit}, error of {}", one.name));
    }
}

fn same_glm(fixture: &Fixture, fit: &str, found: &FittedGlm) {
    same_coefficients(fixture, fit, &found.intercept, &found.coefficients, 1e-8);
    close(found.deviance, fixture.number(fit, "deviance"), 1e-10, fit);
    close(found.null_deviance, fixture.number(fit, "null_deviance"), 1e-8, fit);
    close(found.dispersion, fixture.number(fit, "scale"), 1e-9, fit);
    if let Some(aic) = fixture.fits[fit]["aic"].as_f64() {
        close(found.aic.unwrap(), aic, 1e-10, fit);
    }
}

#[test]
fn least_squares_are_those_of_statsmodels() {
    let fixture = Fixture::read();
    let sample = fixture.sample("gauss");
    let found = LeastSquares::new().fit_sample(&sample).unwrap();
    same_coefficients(&fixture, "ols", &found.intercept, &found.coefficients, 1e-9);
    close(found.sigma.powi(2), fixture.number("ols", "scale"), 1e-11, "σ²");
    close(found.r_squared, fixture.number("ols", "rsquared"), 1e-11, "R²");
    let weighted =
        LeastSquares::new().fit_sample(&sample.weighted(fixture.column("weight")).unwrap()).unwrap();
    same_coefficients(&fixture, "wls", &weighted.intercept, &weighted.coefficients, 1e-9);
    close(weighted.r_squared, fixture.number("wls", "rsquared"), 1e-11, "R²");
}

#[test]
fn generalised_linear_models_are_those_of_statsmodels() {
    let fixture = Fixture::read();
    let fit = |family, sample: &Sample| Glm::new(family).fit_sample(sample).unwrap();
    let counts = fixture.sample("count");
    let exposed = counts.clone().with_offset(fixture.column("exposure").mapv(f64::ln)).unwrap();
    same_glm(&fixture, "poisson_offset", &fit(Family::Poisson, &exposed));
    same_glm(&fixture, "gamma", &fit(Family::Gamma, &fixture.sample("gamma")));
    same_glm(&fixture, "logistic", &fit(Family::Binomial, &fixture.sample("buys")));
    let sums = fixture.sample("tweedie");
    same_glm(&fixture, "tweedie", &fit(Family::Tweedie(1.5), &sums));
    let weighted = |sample: Sample| sample.weighted(fixture.column("weight")).unwrap();
    same_glm(&fixture, "tweedie_weighted", &fit(Family::Tweedie(1.5), &weighted(sums)));
    same_glm(&fixture, "poisson_weighted", &fit(Family::Poisson, &weighted(counts)));
}

/// The coefficients of standardised columns, as scikit-learn was given them.
fn standardised(sample: &Sample, intercept: &Coefficient, coefficients: &[Coefficient]) -> Vec<f64> {
    let mut all = vec![intercept.estimate];
    for (one, column) in coefficients.iter().zip(sample.x().columns()) {
        all[0] += one.estimate * column.mean().unwrap();
        all.push(one.estimate * column.std(0.0));
    }
    all
}

#[test]
fn ridges_are_those_of_scikit_learn() {
    let fixture = Fixture::read();
    for (fit, family, target) in
        [("tweedie_ridge", Family::Tweedie(1.5), "tweedie"), ("poisson_ridge", Family::Poisson, "count")]
    {
        let sample = fixture.sample(target);
        let found = Glm::new(family).ridge(0.05).fit_sample(&sample).unwrap();
        let all = standardised(&sample, &found.intercept, &found.coefficients);
        for (found, expected) in all.into_iter().zip(fixture.numbers(fit, "coefficients")) {
            close(found, expected, 1e-8, fit);
        }
    }
}

#[test]
fn elastic_nets_are_those_of_scikit_learn() {
    let fixture = Fixture::read();
    let sample = fixture.sample("gauss");
    for fit in ["elastic_net", "lasso", "elastic_net_small"] {
        let net =
            ElasticNet::new().penalty(fixture.number(fit, "alpha")).share(fixture.number(fit, "l1_ratio"));
        let found = net.fit_sample(&sample).unwrap();
        let all = standardised(&sample, &found.intercept, &found.coefficients);
        for (found, expected) in all.into_iter().zip(fixture.numbers(fit, "coefficients")) {
            assert!((found - expected).abs() < 1e-8 * expected.abs().max(1.0), "{fit}: {found} {expected}");
        }
    }
    let chosen = ElasticNet::new().fit_sample(&sample).unwrap();
    assert!(
        chosen
            .tried
            .iter()
            .all(|&(_, error)| error >= chosen.tried.iter().find(|t| t.0 == chosen.penalty).unwrap().1)
    );
}

/// linfa's own logistic regression takes the majority for its positive class; by its labels it is the same model.
#[test]
fn the_logistic_model_is_linfas() {
    let fixture = Fixture::read();
    let sample = fixture.sample("buys");
    let ours = Glm::new(Family::Binomial).fit_sample(&sample).unwrap();
    let x = sample.x().to_owned();
    // Centred and scaled: its steps do not end well otherwise.
    let (mean, sd) = (x.mean_axis(Axis(0)).unwrap(), x.std_axis(Axis(0), 0.0));
    let data = Dataset::new((x - &mean) / &sd, sample.y().mapv(|y| y as usize));
    let theirs =
        linfa_logistic::LogisticRegression::default().alpha(0.0).gradient_tolerance(1e-9).fit(&data).unwrap();
    let sign = if theirs.labels().pos.class == 1 { 1.0 } else { -1.0 };
    for ((ours, theirs), sd) in ours.coefficients.iter().zip(theirs.params()).zip(&sd) {
        close(sign * theirs / sd, ours.estimate, 1e-6, &ours.name);
    }
}

#[test]
fn models_go_through_linfas_data_sets() {
    let fixture = Fixture::read();
    let data = Dataset::new(fixture.x(), fixture.column("tweedie"))
        .with_weights(fixture.column("weight").mapv(|weight| weight as f32))
        .with_feature_names(fixture.heads[..4].to_vec());
    let glm = Glm::new(Family::Tweedie(1.5)).fit(&data).unwrap();
    same_glm(&fixture, "tweedie_weighted", &glm);
    let means = glm.predict(&data);
    assert_eq!(means, glm.means(&fixture.x().view(), None));
    let line = LeastSquares::new().fit(&Dataset::new(fixture.x(), fixture.column("gauss"))).unwrap();
    assert_eq!(line.coefficients[2].name, "x3");
    // The rest of least squares has mean 0.
    let rest = fixture.column("gauss") - line.predict(&fixture.x());
    assert!(rest.mean().unwrap().abs() < 1e-10);
}

#[test]
fn columns_that_cannot_be_told_apart_are_named() {
    let fixture = Fixture::read();
    let plain = fixture.x();
    let x = Array2::from_shape_fn((400, 6), |(row, column)| match column {
        4 => 2.0 * plain[(row, 0)] - plain[(row, 3)],
        5 => 7.0,
        _ => plain[(row, column)],
    });
    let names = ["a", "b", "c", "d", "sum", "seven"].map(str::to_owned);
    let sample = Sample::new(x, fixture.column("count"), &names).unwrap();
    for error in [
        LeastSquares::new().fit_sample(&sample).unwrap_err().to_string(),
        Glm::new(Family::Poisson).fit_sample(&sample).unwrap_err().to_string(),
    ] {
        assert!(error.contains("constant columns") && error.contains("seven"), "{error}");
    }
    let lax = Glm::new(Family::Poisson).forgiving().fit_sample(&sample).unwrap();
    assert!(lax.notes[0].contains("seven") && lax.notes[1].contains("sum"), "{:?}", lax.notes);
    let plain = Glm::new(Family::Poisson).fit_sample(&fixture.sample("count")).unwrap();
    for (lax, plain) in lax.coefficients.iter().zip(&plain.coefficients) {
        close(lax.estimate, plain.estimate, 1e-9, "coefficient");
    }
    assert_eq!((lax.coefficients[4].estimate, lax.coefficients[4].standard_error), (0.0, None));
}

/// Whoever has x > 0 buys, nobody else does: the likelihood has no maximum.
#[test]
fn separated_customers_are_held_by_a_named_ridge() {
    let x = Array2::from_shape_fn((60, 1), |(row, _)| row as f64 - 29.5);
    let y: Array1<f64> = x.column(0).mapv(|x| f64::from(u8::from(x > 0.0)));
    let sample = Sample::new(x, y, &["recency".to_owned()]).unwrap();
    let fitted = Glm::new(Family::Binomial).fit_sample(&sample).unwrap();
    assert!(fitted.notes[0].contains("ran away") && fitted.notes[0].contains("ridge"), "{:?}", fitted.notes);
    assert!(fitted.ridge > 0.0 && fitted.aic.is_none());
    let means = fitted.means(&sample.x().view(), None);
    assert!(means[0] < 0.01 && means[59] > 0.99 && means.iter().all(|mean| mean.is_finite()));
}

#[test]
fn bad_rows_are_answered_with_column_and_row() {
    let names = ["spend".to_owned()];
    let error =
        Sample::new(array![[1.0], [f64::INFINITY]], array![1.0, 2.0], &names).unwrap_err().to_string();
    assert!(error.contains("`spend` is inf in row 2"), "{error}");
    let error = Sample::new(array![[1.0], [2.0]], array![f64::NAN, 2.0], &names).unwrap_err().to_string();
    assert!(error.contains("target is NaN in row 1"), "{error}");
    let sample = Sample::new(array![[1.0], [2.0]], array![0.0, 0.0], &names).unwrap();
    assert!(sample.clone().weighted(array![0.0, 0.0]).is_err());
    let error = Glm::new(Family::Poisson).fit_sample(&sample).unwrap_err().to_string();
    assert!(error.contains("0 in all 2 rows"), "{error}");
    let few = Sample::new(array![[1.0], [2.0]], array![1.0, 4.0], &names).unwrap();
    assert!(
        LeastSquares::new().fit_sample(&few).unwrap_err().to_string().contains("2 rows do not determine")
    );
}

/// Columns of wild size: the means stay finite.
#[test]
fn wild_columns_do_not_overflow() {
    let x = Array2::from_shape_fn((300, 2), |(row, column)| match column {
        0 => (row % 17) as f64 * 1e12,
        _ => {
            if row == 250 {
                1e9
            } else {
                (row % 5) as f64
            }
        }
    });
    let y: Array1<f64> = (0..300).map(|row| ((row * 7) % 4) as f64).collect();
    let sample = Sample::new(x, y, &["a".to_owned(), "b".to_owned()]).unwrap();
    for family in [Family::Poisson, Family::Tweedie(1.3)] {
        let fitted = Glm::new(family).ridge(1e-3).fit_sample(&sample).unwrap();
        assert!(fitted.means(&(sample.x() * 1e6).view(), None).iter().all(|mean| mean.is_finite()));
    }
}

/// Customers whose purchases and spend depend on two of five columns, not in a straight line; each is seen at two origins.
struct Shop {
    x: Array2<f64>,
    names: Vec<String>,
    mean: Array1<f64>,
    purchases: Array1<f64>,
    value: Array1<f64>,
}

impl Shop {
    fn of(customers: usize) -> Self {
        let rows = 2 * customers;
        let uniform = |row: usize, at: u64| hash::uniform(hash::nth((row as u64) << 8 | at, 0));
        let x = Array2::from_shape_fn((rows, 5), |(row, column)| 4.0 * uniform(row, column as u64) - 2.0);
        let mean = Array1::from_shape_fn(rows, |row| {
            let step = if x[(row, 0)] > 0.5 { 1.2 } else { -0.4 };
            f64::exp(step + 0.3 * x[(row, 1)])
        });
        // Poisson by counting exponential waits, and each purchase costs 10 to 30.
        let purchases = Array1::from_shape_fn(rows, |row| {
            let mut waited = 0.0;
            let mut count = 0;
            loop {
                waited -= (1.0 - uniform(row, 10 + count)).ln();
                if waited > mean[row] {
                    return count as f64;
                }
                count += 1;
            }
        });
        let value = Array1::from_shape_fn(rows, |row| purchases[row] * (10.0 + 20.0 * uniform(row, 99)));
        let names = ["a", "b", "c", "d", "e"].map(str::to_owned).to_vec();
        Self { x, names, mean, purchases, value }
    }

    fn sample(&self, y: &Array1<f64>) -> Sample {
        let customers = (self.x.nrows() / 2) as u32;
        let rows = 0..self.x.nrows() as u32;
        Sample::new(self.x.clone(), y.clone(), &self.names)
            .and_then(|sample| sample.grouped(rows.clone().map(|row| row % customers).collect()))
            .and_then(|sample| sample.of_origins(rows.map(|row| row / customers).collect()))
            .unwrap()
    }
}

fn off(told: &Array1<f64>, truth: &Array1<f64>) -> f64 {
    ((told - truth).mapv(|d| d * d).mean().unwrap() / truth.var(0.0)).sqrt()
}

#[test]
fn every_road_learns_what_there_is_and_keeps_it_in_a_file() {
    let shop = Shop::of(1500);
    let base = Array1::from_elem(3000, 0.8 * shop.purchases.mean().unwrap()).to_vec();
    for (road, id, _) in Road::ALL {
        for (target, y, unit) in
            [(Target::Purchases, &shop.purchases, 1.0), (Target::Value, &shop.value, 20.0)]
        {
            let (fitted, told) = road.fit(target, &shop.sample(y), Some(&base)).unwrap();
            let again = fitted.predict(&shop.x.view(), Some(&base)).unwrap();
            let truth = &shop.mean * unit;
            // A straight line cannot make the step; trees nearly do.
            let allowed = if id.ends_with("gbm") { 0.25 } else { 0.65 };
            assert!(off(&told.mean, &truth) < allowed, "{id} {target:?}: {}", off(&told.mean, &truth));
            assert!(off(&again.mean, &truth) < allowed, "{id} {target:?}: {}", off(&again.mean, &truth));
            assert!((told.mean.sum() / y.sum() - 1.0).abs() < 1e-9, "{id}: the total is not kept");
            let any = ["two-part", "ziln"].contains(&id) || (id == "gbm" && target == Target::Purchases);
            assert_eq!(told.any.is_some(), any, "{id}");
            let kept: Regressor = serde_json::from_str(&serde_json::to_string(&fitted).unwrap()).unwrap();
            assert_eq!(kept, fitted, "{id}");
        }
        assert_eq!(Road::named(id), Some(road));
    }
}

#[test]
fn a_target_that_is_all_zero_is_refused_by_every_road() {
    let shop = Shop::of(100);
    let nothing = shop.sample(&Array1::zeros(200));
    for (road, id, _) in Road::ALL {
        let error = road.fit(Target::Purchases, &nothing, Some(&[1.0; 200])).unwrap_err().to_string();
        assert!(error.contains("nobody bought anything"), "{id}: {error}");
    }
}

#[test]
fn trees_do_not_depend_on_the_number_of_threads() {
    let shop = Shop::of(600);
    let fit = || Boosting::new(Family::Poisson).fit_out_of_fold(&shop.sample(&shop.purchases)).unwrap();
    let on = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(fit);
    assert_eq!(on(1), on(4));
}

/// What has nothing to do with the columns leaves next to no trees, and a base that is right already is left as it is.
#[test]
fn where_there_is_nothing_to_learn_the_base_is_left_alone() {
    let shop = Shop::of(1500);
    let sample = shop.sample(&shop.purchases);
    for road in [Road::RatioGlm, Road::RatioGbm] {
        let (fitted, told) = road.fit(Target::Purchases, &sample, Some(&shop.mean.to_vec())).unwrap();
        assert!(off(&told.mean, &shop.mean) < 0.08, "{road:?}: {}", off(&told.mean, &shop.mean));
        let again = fitted.predict(&shop.x.view(), Some(&shop.mean.to_vec())).unwrap();
        assert!(off(&again.mean, &shop.mean) < 0.08, "{road:?}: {}", off(&again.mean, &shop.mean));
    }
    let noise = Boosting::new(Family::Poisson)
        .fit_out_of_fold(&shop.sample(&Array1::from_shape_fn(3000, |row| f64::from(u8::from(row % 7 < 2)))))
        .unwrap();
    assert!(noise.0.trees.len() < 12, "{}", noise.0.trees.len());
}

/// One customer spends as much as all the others.
#[test]
fn one_customer_with_half_of_the_revenue_breaks_nothing() {
    let shop = Shop::of(400);
    let mut value = shop.value.clone();
    value[13] = value.sum();
    let base = vec![20.0; 800];
    for (road, id, _) in Road::ALL {
        let (fitted, told) = road.fit(Target::Value, &shop.sample(&value), Some(&base)).unwrap();
        let again = fitted.predict(&(&shop.x * 1e6).view(), Some(&base)).unwrap();
        for mean in told.mean.iter().chain(&again.mean) {
            assert!(mean.is_finite() && *mean >= 0.0, "{id}: {mean}");
        }
    }
}

/// What the base expects goes up smoothly, and it does not know the step: the line takes the one, the trees the other.
#[test]
fn trees_start_at_a_line_in_what_the_base_expects_and_find_the_step_beside_it() {
    let mut shop = Shop::of(1500);
    shop.names[1] = "ln_expected_purchases".to_owned();
    let (fitted, told) = Road::Gbm.fit(Target::Purchases, &shop.sample(&shop.purchases), None).unwrap();
    let AnyRegression::Boosted { mean: boosted, any: Some(any) } = &fitted.model else { panic!("not trees") };
    let (columns, line) = boosted.line.as_ref().unwrap();
    assert_eq!((columns, &any.line.as_ref().unwrap().0), (&vec![1], &vec![1]));
    assert!((line.coefficients[0].estimate / 0.3 - 1.0).abs() < 0.1, "{}", line.coefficients[0].estimate);
    let without = {
        let shop = Shop::of(1500);
        Road::Gbm.fit(Target::Purchases, &shop.sample(&shop.purchases), None).unwrap().1
    };
    assert!(off(&told.mean, &shop.mean) < off(&without.mean, &shop.mean));
    assert!(off(&told.mean, &shop.mean) < 0.2, "{}", off(&told.mean, &shop.mean));
    // The step of a at 0.5 is e^1.6, wherever the line is.
    for b in [-1.5, 0.0, 1.5] {
        let x = array![[0.0, b, 0.0, 0.0, 0.0], [1.5, b, 0.0, 0.0, 0.0]];
        let mean = fitted.predict(&x.view(), None).unwrap().mean;
        assert!((mean[1] / mean[0] / f64::exp(1.6) - 1.0).abs() < 0.15, "{b}: {mean}");
    }
}

/// A customer who brings as much as all the others keeps the total, and is not what everybody else is told.
#[test]
fn a_whale_does_not_carry_the_trees_away() {
    for line in [false, true] {
        let mut shop = Shop::of(1500);
        if line {
            shop.names[1] = "ln_expected_value".to_owned();
        }
        let mut value = shop.value.clone();
        value[13] = value.sum();
        let (fitted, told) = Road::Gbm.fit(Target::Value, &shop.sample(&value), None).unwrap();
        let again = fitted.predict(&shop.x.view(), None).unwrap();
        for mean in [&told.mean, &again.mean] {
            // All are told twice what the others did, and nobody a whale's part.
            let most = mean.iter().copied().fold(0.0, f64::max);
            assert!(most < 0.02 * value[13], "{line}: {most} of {}", value[13]);
            let apart = off(&(mean * (shop.value.sum() / mean.sum())), &(&shop.mean * 20.0));
            assert!(apart < 0.7, "{line}: {apart}");
        }
    }
}

/// A mean of amounts is a power of e: of a customer unlike any it would be anything, and it is no more than the most that was seen.
#[test]
fn two_parts_tell_nobody_more_than_the_most_that_anybody_did() {
    let shop = Shop::of(400);
    let sample = shop.sample(&shop.value);
    let most = shop.value.iter().copied().fold(0.0, f64::max);
    for positives in [Positives::Gamma, Positives::LogNormal] {
        let shares = TwoPart::shares(&sample, positives).unwrap();
        let fitted = TwoPart::fit(&sample, positives, shares).unwrap();
        assert_eq!(fitted.most, most);
        let told = fitted.means(&(&shop.x * 1e3).view());
        assert!(told.mean.iter().all(|&mean| mean <= most), "{positives:?}");
        assert_eq!(told.mean.iter().copied().fold(0.0, f64::max), most, "{positives:?}");
        // Among those it learnt from the bound changes nothing.
        let (free, held) = (TwoPart { most: f64::MAX, ..fitted.clone() }, fitted);
        assert_eq!(free.means(&shop.x.view()), held.means(&shop.x.view()));
    }
}

#[test]
fn a_missing_column_or_base_is_named() {
    let shop = Shop::of(200);
    let sample = shop.sample(&shop.purchases);
    let (line, _) = Road::TwoPart.fit(Target::Purchases, &sample, None).unwrap();
    let error = line.predict(&shop.x.select(Axis(1), &[0, 1, 2]).view(), None).unwrap_err().to_string();
    assert!(error.contains("column 4 is missing"), "{error}");
    assert!(
        Road::RatioGlm
            .fit(Target::Purchases, &sample, None)
            .unwrap_err()
            .to_string()
            .contains("needs a probabilistic")
    );
    assert!(
        Road::RatioGlm
            .fit(Target::Purchases, &sample, Some(&[0.0; 400]))
            .unwrap_err()
            .to_string()
            .contains("must be positive")
    );
}
