//! Shops whose likelihood has a ridge: is the spread of the total that of shops told and fitted again?

mod shop;

use ltv::features::Customers;
use ltv::fit::{Fit, fit_purchases};
use ltv::model::{BgNbd, GammaGamma, Law, PurchaseModel};
use ltv::predict::laplace_draws;

const HORIZON: f64 = 52.0;

/// Expected purchases of all.
fn total(model: &BgNbd, customers: &Customers) -> f64 {
    let one = |c| model.p_alive(&c) * model.given_alive(&c).mean(HORIZON);
    (0..customers.len()).map(|at| one(customers.rfm(at))).sum()
}

/// A shop as the model tells it, and its fit; 14 to 50 weeks old.
fn told(model: &BgNbd, size: usize, seed: u64) -> (Customers, Fit<BgNbd>) {
    let spend = GammaGamma::new(6.25, 3.74, 15.44).unwrap();
    let shop = shop::simulated(model, &spend, size, [100, 350], seed);
    let fit = fit_purchases(&BgNbd::template(), &shop).unwrap();
    (shop, fit)
}

/// Lower, middle and upper of the values in units of `one`: 5 %, 50 % and 95 %.
fn spread(mut values: Vec<f64>, one: f64) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [0.05, 0.5, 0.95].map(|p| values[((values.len() - 1) as f64 * p) as usize] / one)
}

/// The spread of the total over draws of the parameters, and over shops told by the fitted model and fitted again.
fn both_spreads(truth: &BgNbd, size: usize) -> [[f64; 3]; 2] {
    let (shop, fit) = told(truth, size, 5);
    let found = fit.uncertainty.as_ref().unwrap();
    assert!(!fit.report.warnings.is_empty(), "{fit:?}");
    let here = total(&fit.model, &shop);
    let draws = laplace_draws(&fit.model, &found.factor().unwrap(), 300, 1).unwrap();
    let drawn = draws.iter().map(|model| total(model, &shop)).collect();
    let again = (0..60).map(|seed| total(&told(&fit.model, size, 100 + seed).1.model, &shop)).collect();
    [spread(drawn, here), spread(again, here)]
}

/// Sixty refits tell the width of a 90 % interval to about 12 %.
fn assert_alike([drawn, again]: [[f64; 3]; 2]) {
    let (width, right) = (drawn[2] - drawn[0], again[2] - again[0]);
    assert!((0.7..1.4).contains(&(width / right)), "drawn {drawn:?}, fitted again {again:?}");
    assert!((drawn[1] - again[1]).abs() < 0.3 * right, "drawn {drawn:?}, fitted again {again:?}");
}

#[test]
fn the_total_where_all_leave_with_the_same_chance() {
    assert_alike(both_spreads(&BgNbd::new(0.9, 6.0, 400.0, 1600.0).unwrap(), 1000));
}

#[test]
fn the_total_where_all_buy_at_the_same_rate() {
    assert_alike(both_spreads(&BgNbd::new(4000.0, 40_000.0, 0.8, 2.4).unwrap(), 1000));
}

#[test]
fn the_total_where_few_leave() {
    assert_alike(both_spreads(&BgNbd::new(0.9, 12.0, 0.4, 12.0).unwrap(), 1000));
}

/// Nobody leaves: above, the interval is that of the refits; below, it leaves out the refits that find a little leaving (about
/// 2 % of the total here), which is what the note on the totals says.
#[test]
fn the_total_where_nobody_leaves_has_its_upper_end_right_and_its_lower_end_near() {
    let [drawn, again] = both_spreads(&BgNbd::new(0.9, 12.0, 1e-6, 10.0).unwrap(), 3000);
    assert!((drawn[2] - again[2]).abs() < 0.01, "drawn {drawn:?}, fitted again {again:?}");
    assert!(drawn[0] >= again[0] && drawn[0] - again[0] < 0.04, "drawn {drawn:?}, fitted again {again:?}");
}

/// The covariance of a ridge is that of the simpler model without it: NBD's information in (ln r, ln α), which is the
/// corner of BG/NBD's.
#[test]
fn what_is_not_held_fixed_has_the_uncertainty_of_the_simpler_model() {
    let (shop, fit) = told(&BgNbd::new(0.9, 12.0, 1e-6, 10.0).unwrap(), 3000, 5);
    let covariance = fit.uncertainty.unwrap().covariance;
    let nbd = |r: f64, alpha: f64| {
        let one = |c: ltv::features::Rfm| {
            let x = f64::from(c.frequency);
            libm::lgamma(r + x) - libm::lgamma(r) + r * alpha.ln() - (r + x) * (alpha + c.age).ln()
        };
        (0..shop.len()).map(|at| one(shop.rfm(at))).sum::<f64>()
    };
    let (r, alpha, h) = (fit.model.r(), fit.model.alpha(), 1e-3);
    let at = |i: f64, j: f64| nbd(r * (i * h).exp(), alpha * (j * h).exp());
    let middle = at(0.0, 0.0);
    let rr = -(at(1.0, 0.0) - 2.0 * middle + at(-1.0, 0.0)) / (h * h);
    let aa = -(at(0.0, 1.0) - 2.0 * middle + at(0.0, -1.0)) / (h * h);
    let ra = -(at(1.0, 1.0) - at(1.0, -1.0) - at(-1.0, 1.0) + at(-1.0, -1.0)) / (4.0 * h * h);
    let determinant = rr * aa - ra * ra;
    for (found, right) in [
        (covariance[0][0], aa / determinant),
        (covariance[1][1], rr / determinant),
        (covariance[0][1], -ra / determinant),
    ] {
        assert!((found / right - 1.0).abs() < 1e-2, "{found} {right}");
    }
}
