//! Covariates on what an order is worth: effects found again, laws, and forecasts that follow them.

#[path = "shop/mod.rs"]
mod shop;

use ltv::features::{CovariateGroups, Customers, Process};
use ltv::fit::{CovariateFit, Regularisation, fit_spend, fit_spend_with};
use ltv::model::{
    AnySpendModel, BgNbd, Effect, GammaGamma, Likelihood, LogNormal, Parametric, SpendLikelihood, SpendModel,
    Spenders,
};
use ltv::predict::{Forecast, Forecaster, ParameterDraws, ParameterSpread, Question, Totals};
use ltv::progress::Silent;
use ltv::units::{Periods, Share};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Effects on spend of the covariates at 0 and 1.
fn effects<S: Parametric>(model: &S) -> Vec<Effect> {
    let shift = model.shifted_by(Process::Spend).unwrap();
    (0..2).map(|place| Effect { name: format!("spend.z{place}"), place, shift: shift.clone() }).collect()
}

/// A shop whose orders are worth what the model says, times e^{γ'z}: z0 is 0 or 1, z1 is 20 or 60.
fn told<S: SpendModel>(model: &S, gamma: [f64; 2], size: usize) -> (Customers, CovariateGroups) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(41);
    let (mut rows, mut means, mut squares) = (Vec::new(), Vec::new(), Vec::new());
    let mut of = Vec::new();
    let values: Vec<Vec<f64>> = [0.0, 1.0].iter().flat_map(|a| [20.0, 60.0].map(|b| vec![*a, b])).collect();
    for _ in 0..size {
        let group = rng.random_range(0..4u32);
        let z = &values[group as usize];
        let factor = (gamma[0] * z[0] + gamma[1] * z[1]).exp();
        let frequency = rng.random_range(0..7u32);
        let own = model.sample_customer(&mut rng);
        let orders: Vec<f64> = (0..frequency).map(|_| factor * model.sample_order(own, &mut rng)).collect();
        let n = f64::from(frequency);
        let mean = (frequency > 0).then(|| orders.iter().sum::<f64>() / n);
        let ln = (frequency > 0).then(|| orders.iter().map(|z| z.ln()).sum::<f64>() / n);
        squares.push(ln.map(|ln| orders.iter().map(|z| (z.ln() - ln).powi(2)).sum::<f64>()));
        means.push(ln);
        rows.push((frequency, n * 3.0, 40.0, mean));
        of.push(group);
    }
    let mut customers = shop::customers(&rows);
    (customers.mean_ln_value, customers.ss_ln_value) = (means, squares);
    (customers, CovariateGroups { of, values })
}

/// Money in another currency.
fn exchanged(customers: &Customers, factor: impl Fn(usize) -> f64) -> Customers {
    let scaled = |column: &[Option<f64>], change: &dyn Fn(usize, f64) -> f64| -> Vec<Option<f64>> {
        column.iter().enumerate().map(|(at, value)| value.map(|value| change(at, value))).collect()
    };
    Customers {
        monetary_value: scaled(&customers.monetary_value, &|at, value| value * factor(at)),
        mean_ln_value: scaled(&customers.mean_ln_value, &|at, value| value + factor(at).ln()),
        ..customers.clone()
    }
}

fn fitted<S: SpendLikelihood>(
    template: &S,
    (customers, groups): &(Customers, CovariateGroups),
    how: Regularisation,
) -> CovariateFit<S> {
    fit_spend_with(template, effects(template), groups, customers, how).unwrap()
}

/// Both coefficients within four standard errors of the truth, and small errors.
#[track_caller]
fn finds<S: SpendLikelihood>(model: &S, template: &S, gamma: [f64; 2]) {
    let shop = told(model, gamma, 4_000);
    let found = fitted(template, &shop, Regularisation::None).fit;
    let errors = found.uncertainty.as_ref().unwrap().standard_errors.clone().unwrap();
    let width = model.parameters().len();
    for k in 0..2 {
        let (coefficient, error) = (found.model.coefficients()[k], errors[width + k]);
        assert!(
            (coefficient - gamma[k]).abs() < 4.0 * error,
            "{k}: {coefficient} ± {error}, told {}",
            gamma[k]
        );
        assert!(error < [0.1, 0.003][k], "{error}");
    }
    for ((found, right), error) in found.model.parameters().iter().zip(model.parameters()).zip(&errors) {
        assert!((found - right).abs() < 5.0 * error, "{found} ± {error}, told {right}");
    }
}

#[test]
fn effects_on_the_worth_of_orders_are_found_again() {
    finds(&GammaGamma::new(6.0, 4.0, 15.0).unwrap(), &GammaGamma::template(), [0.4, -0.01]);
    finds(&LogNormal::new(3.0, 0.5, 0.7).unwrap(), &LogNormal::template(), [-0.3, 0.015]);
}

/// Where nothing bears on spend the coefficients are nothing, and held hard enough they leave the plain fit.
#[test]
fn without_an_effect_it_is_the_plain_fit() {
    fn check<S: SpendLikelihood>(model: &S, template: &S) {
        let shop = told(model, [0.0, 0.0], 3_000);
        let plain = fit_spend(template, &shop.0).unwrap();
        let free = fitted(template, &shop, Regularisation::None).fit;
        let errors = free.uncertainty.as_ref().unwrap().standard_errors.clone().unwrap();
        for (k, coefficient) in free.model.coefficients().iter().enumerate() {
            assert!(coefficient.abs() < 3.5 * errors[model.parameters().len() + k], "{coefficient}");
        }
        let gain = free.report.ln_likelihood - plain.report.ln_likelihood;
        assert!((0.0..8.0).contains(&gain), "{gain}");
        let held = fitted(template, &shop, Regularisation::Strength(1e12)).fit;
        assert!((held.report.ln_likelihood - plain.report.ln_likelihood).abs() < 1e-6);
        for (held, plain) in held.model.base().parameters().iter().zip(plain.model.parameters()) {
            assert!((held / plain - 1.0).abs() < 1e-6, "{held} {plain}");
        }
        let auto = fitted(template, &shop, Regularisation::Auto);
        assert!(auto.strength > 0.0 && auto.chosen.unwrap().best == auto.strength);
    }
    check(&GammaGamma::new(6.0, 4.0, 15.0).unwrap(), &GammaGamma::template());
    check(&LogNormal::new(3.0, 0.5, 0.7).unwrap(), &LogNormal::template());
}

/// Another currency moves the scale alone, and ln L by its Jacobian.
#[test]
fn the_currency_does_not_change_the_effects() {
    let shop = told(&GammaGamma::new(6.0, 4.0, 15.0).unwrap(), [0.4, -0.01], 1_000);
    let cents = (exchanged(&shop.0, |_| 100.0), shop.1.clone());
    let (one, other) = (
        fitted(&GammaGamma::template(), &shop, Regularisation::None).fit,
        fitted(&GammaGamma::template(), &cents, Regularisation::None).fit,
    );
    for (one, other) in one.model.coefficients().iter().zip(other.model.coefficients()) {
        assert!((one - other).abs() < 1e-7, "{one} {other}");
    }
    assert!((other.model.base().v() / one.model.base().v() / 100.0 - 1.0).abs() < 1e-7);
    let jacobian = one.report.customers as f64 * 100f64.ln();
    assert!((one.report.ln_likelihood - jacobian - other.report.ln_likelihood).abs() < 1e-6);
}

/// The density of a customer's money under the effect is that of the money without it, in the customer's own currency.
#[test]
fn gradient_and_hessian_are_difference_quotients() {
    use ltv::model::{Grouped, Weighted, WithCovariates};
    let model = GammaGamma::new(6.0, 4.0, 15.0).unwrap();
    let (customers, groups) = told(&model, [0.4, -0.01], 60);
    let mut rows: Vec<Weighted<Grouped<_>>> = (0..60)
        .filter_map(|at| {
            let row = GammaGamma::row(&customers.spent(at))?;
            Some(Weighted { row: Grouped { group: groups.of[at], row }, count: 1.0 })
        })
        .collect();
    rows.sort_by(|left, right| {
        let by = left.row.group.cmp(&right.row.group);
        by.then(GammaGamma::compare(&left.row.row, &right.row.row))
    });
    let centre = WithCovariates::new(model, effects(&model), vec![0.3, -0.02], groups.values)
        .unwrap()
        .penalised(3.0, 60.0);
    let found = centre.derivatives(&rows);
    let at = |k: usize, step: f64| {
        let mut point = centre.point();
        point[k] += step;
        centre.at_point(&point).unwrap().derivatives(&rows)
    };
    for k in 0..5 {
        let h = [1e-5, 1e-5, 1e-5, 1e-5, 1e-7][k];
        let (up, down) = (at(k, h), at(k, -h));
        let slope = (up.value - down.value) / (2.0 * h);
        assert!(
            (found.gradient[k] - slope).abs() < 1e-5 * (1.0 + slope.abs()),
            "{k}: {} {slope}",
            found.gradient[k]
        );
        for j in 0..5 {
            let slope = (up.gradient[j] - down.gradient[j]) / (2.0 * h);
            let curve = found.hessian[k][j];
            assert!((curve - slope).abs() < 1e-5 * (1.0 + slope.abs()), "{k},{j}: {curve} {slope}");
        }
    }
}

/// A forecast of a group is that of the plain model in the currency in which its orders are worth what the plain model says.
#[test]
fn forecasts_are_the_plain_ones_in_the_groups_currency() {
    fn check<S: SpendLikelihood>(spend: S) {
        let (customers, groups) = told(&spend, [0.4, -0.01], 200);
        let coefficients = [0.4f64, -0.01];
        let factors: Vec<f64> = groups
            .of
            .iter()
            .map(|group| {
                let z = &groups.values[*group as usize];
                (coefficients[0] * z[0] + coefficients[1] * z[1]).exp()
            })
            .collect();
        let any: AnySpendModel = spend.into();
        let spenders =
            Spenders::new(any, effects(&any), coefficients.to_vec(), groups.values.clone()).unwrap();
        let purchases = BgNbd::new(0.6, 5.0, 0.9, 3.0).unwrap();
        let question = Question::revenue(Periods::new(26.0).unwrap(), &[Share::new(0.8).unwrap()]).unwrap();
        let plain_customers = exchanged(&customers, |at| 1.0 / factors[at]);
        let with = Forecaster::new(&purchases, Some(&spenders), question.clone())
            .unwrap()
            .with_spend_groups(&groups.of);
        let plain = Forecaster::new(&purchases, Some(&any), question.clone()).unwrap();
        let (mut found, mut right) =
            (with.forecast(&customers).unwrap(), plain.forecast(&plain_customers).unwrap());
        same(&found, &right, &factors);

        // The same of what happened, ...
        let bought: Vec<u32> = (0..200).map(|at| at % 3).collect();
        let value: Vec<f64> = bought.iter().map(|n| 17.0 * f64::from(*n)).collect();
        let own: Vec<f64> = value.iter().zip(&factors).map(|(value, factor)| value / factor).collect();
        let scores = with.log_scores(&customers, 0..200, (&bought, Some(&value))).unwrap();
        let plain_scores = plain.log_scores(&plain_customers, 0..200, (&bought, Some(&own))).unwrap();
        for at in 0..200 {
            let jacobian = if value[at] > 0.0 { factors[at].ln() } else { 0.0 };
            assert!((scores.value[at] + jacobian - plain_scores.value[at]).abs() < 1e-9, "{at}");
        }
        // ... of intervals that know the parameters, ...
        let draws = ParameterDraws { purchases: vec![purchases; 2], spend: vec![spenders.clone(); 2] };
        let plain_draws = ParameterDraws { purchases: vec![purchases; 2], spend: vec![any.into(); 2] };
        let spread = ParameterSpread::new(&draws, question.clone()).with_spend_groups(&groups.of);
        spread.widen(&customers, 0..200, &mut found, &Silent).unwrap();
        ParameterSpread::new(&plain_draws, question)
            .widen(&plain_customers, 0..200, &mut right, &Silent)
            .unwrap();
        same(&found, &right, &factors);
        // ... and of the total.
        let mut totals = Totals::new(3).with_spend_groups(&groups.of);
        totals.add(&customers, 0..200, &found);
        let (horizon, level) = (Periods::new(26.0).unwrap(), Share::new(0.9).unwrap());
        let total = totals.value(&purchases, &spenders, &draws, horizon).unwrap().at(level);
        let sum: f64 = found.value.as_ref().unwrap().expected.iter().flatten().sum();
        assert!((total.expected / sum - 1.0).abs() < 1e-12 && total.lower < sum && sum < total.upper);
        let spread: f64 = found.value.as_ref().unwrap().variance.iter().flatten().sum::<f64>().sqrt();
        assert!(((total.upper - total.lower) / (2.0 * 1.644_853_627 * spread) - 1.0).abs() < 1e-6);
    }
    check(GammaGamma::new(6.0, 4.0, 15.0).unwrap());
    check(LogNormal::new(3.0, 0.5, 0.7).unwrap());
}

#[track_caller]
fn same(found: &Forecast, plain: &Forecast, factors: &[f64]) {
    let (found, plain) = (found.value.as_ref().unwrap(), plain.value.as_ref().unwrap());
    for (at, factor) in factors.iter().enumerate() {
        let close = |found: f64, plain: f64| {
            assert!(
                (found - factor * plain).abs() < 1e-8 * (1.0 + found.abs()),
                "{at}: {found} {plain} {factor}"
            );
        };
        close(found.expected[at].unwrap(), plain.expected[at].unwrap());
        close(found.expected_order_value[at].unwrap(), plain.expected_order_value[at].unwrap());
        close(found.median[at], plain.median[at]);
        close(found.intervals[0].lower[at], plain.intervals[0].lower[at]);
        close(found.intervals[0].upper[at], plain.intervals[0].upper[at]);
    }
}
