//! Is it the paper's number? CDNOW as published, and as recomputed by independent programs.

#[path = "published/cohort.rs"]
mod cohort;
#[path = "published/customers.rs"]
mod customers;
mod shop;
#[path = "published/until_death.rs"]
mod until_death;

use ltv::features::Rfm;
use ltv::fit::{fit_purchases, fit_spend};
use ltv::model::{BgNbd, GammaGamma, Law, Likelihood, Parametric, PurchaseModel};
use ltv::units::TimeUnit;

/// The parameters of the paper as printed.
fn paper() -> BgNbd {
    BgNbd::new(0.243, 4.414, 0.793, 2.426).unwrap()
}

fn rfm(frequency: u32, recency: f64, age: f64) -> Rfm {
    Rfm::new(frequency, recency, age)
}

#[track_caller]
fn close(found: f64, right: f64, tolerance: f64) {
    assert!((found - right).abs() <= tolerance * right.abs(), "found {found}, should be {right}");
}

/// The purchases to expect of a customer, alive or not.
fn cet<M: PurchaseModel>(model: &M, c: &Rfm, t: f64) -> f64 {
    model.p_alive(c) * model.given_alive(c).mean(t)
}

#[test]
fn bg_nbd_of_the_cdnow_sample() {
    let fit = fit_purchases(&BgNbd::template(), &shop::cdnow("cdnow_sample.csv", TimeUnit::Week)).unwrap();
    let model = fit.model;
    close(model.r(), 0.24259453, 1e-7);
    close(model.alpha(), 4.41360236, 1e-7);
    close(model.a(), 0.79292208, 1e-7);
    close(model.b(), 2.42590701, 1e-7);
    assert!((fit.report.ln_likelihood + 9582.42920667).abs() < 1e-7, "{}", fit.report.ln_likelihood);
    let errors = fit.uncertainty.unwrap().standard_errors.unwrap();
    for (found, right) in errors.iter().zip([0.012557377, 0.378223858, 0.185732768, 0.705406811]) {
        close(*found, right, 1e-4); // CLVTools takes its Hessian by differences
    }
    assert!(fit.report.warnings.is_empty(), "{:?}", fit.report.warnings);
    assert_eq!(fit.report.customers, 2357);
}

#[test]
fn bg_nbd_of_all_of_cdnow() {
    let fit = fit_purchases(&BgNbd::template(), &shop::cdnow("cdnow.csv", TimeUnit::Week)).unwrap();
    for (found, right) in fit.model.parameters().iter().zip([0.25162396, 4.78894312, 0.72343361, 2.16108853])
    {
        close(*found, right, 1e-7);
    }
    assert!((fit.report.ln_likelihood + 95368.44393).abs() < 1e-5);
}

#[test]
fn gamma_gamma_of_the_cdnow_sample() {
    let fit = fit_spend(&GammaGamma::template(), &shop::cdnow("cdnow_sample.csv", TimeUnit::Week)).unwrap();
    assert_eq!(fit.report.customers, 946);
    close(fit.model.p(), 6.24957, 2e-6);
    close(fit.model.q(), 3.74422, 2e-6);
    close(fit.model.v(), 15.44352, 2e-6);
    assert!((fit.report.ln_likelihood + 4055.91769480).abs() < 1e-7, "{}", fit.report.ln_likelihood);
}

#[test]
fn gamma_gamma_of_all_of_cdnow() {
    let fit = fit_spend(&GammaGamma::template(), &shop::cdnow("cdnow.csv", TimeUnit::Week)).unwrap();
    close(fit.model.p(), 6.27536, 2e-6);
    close(fit.model.q(), 3.62445, 2e-6);
    close(fit.model.v(), 14.98368, 2e-6);
    assert!((fit.report.ln_likelihood + 40763.47626).abs() < 1e-5);
}

#[test]
fn the_worked_examples_of_the_papers() {
    let model = paper();
    let cet = |x, t_x, age, t| {
        let c = rfm(x, t_x, age);
        model.p_alive(&c) * model.given_alive(&c).mean(t)
    };
    close(cet(2, 30.43, 38.86, 39.0), 1.2260282, 4e-8);
    close(cet(2, 213.0 / 7.0, 272.0 / 7.0, 39.0), 1.226115806149322, 1e-13);
    // The 31 weeks of customer 1516, whose last purchase was a day before the cut.
    close(cet(26, 216.0 / 7.0, 31.0, 52.0), 25.756492215, 1e-9);
    close(model.p_alive(&rfm(26, 216.0 / 7.0, 31.0)), 0.968851563, 1e-9);
    close(model.newcomer().mean(52.0), 1.446050595, 1e-9);
}

#[test]
fn the_log_likelihoods_of_hardies_note() {
    // Printed with four digits, from times with two.
    let fitted = BgNbd::new(0.24259453, 4.41360236, 0.79292208, 2.42590701).unwrap();
    for (x, t_x, right) in [(2, 30.43, -9.4596), (1, 1.71, -4.4711), (0, 0.0, -0.5538), (10, 34.14, -27.3144)]
    {
        let found = fitted.ln_likelihood(&rfm(x, t_x, 38.86));
        assert!((found - right).abs() < 1e-3, "{x}: {found} {right}");
    }
    close(paper().ln_likelihood(&rfm(2, 213.0 / 7.0, 272.0 / 7.0)), -9.458473557488497, 1e-15);
}

#[test]
fn the_probabilities_of_the_r_packages() {
    let mut pmf = Vec::new();
    paper().newcomer().pmf(39.0, 1e-12, &mut pmf);
    let right = [
        0.5737863521,
        0.1993952808,
        0.0854297595,
        0.0458603538,
        0.0276714493,
        0.0179654939,
        0.0122689767,
        0.0086954288,
        0.0063403083,
        0.0047280216,
        0.0035904295,
    ];
    for (found, right) in pmf.iter().zip(right) {
        assert!((found - right).abs() < 6e-11, "{found} {right}");
    }
    pmf.clear();
    paper().newcomer().pmf(2.0, 1e-12, &mut pmf);
    close(pmf[10], 1.07868964e-07, 5e-9);
}

#[test]
fn customers_beyond_the_reach_of_naive_formulas() {
    let model = BgNbd::new(0.25, 4.0, 0.8, 2.5).unwrap();
    close(model.ln_likelihood(&rfm(0, 0.0, 40.0)), -0.5994738182, 1e-9);
    close(model.ln_likelihood(&rfm(200, 38.0, 40.0)), 100.7956930927, 1e-12);
    close(model.p_alive(&rfm(200, 38.0, 40.0)), 0.02216773707, 1e-9);
    close(model.ln_likelihood(&rfm(1000, 10.0, 100.0)), 3254.33062145523, 1e-14);
    assert_eq!(model.p_alive(&rfm(1000, 10.0, 100.0)), 0.0);
}

#[test]
fn the_expected_order_values_of_the_first_ten_customers() {
    let model = GammaGamma::new(6.25, 3.74, 15.44).unwrap();
    let customers = shop::cdnow("cdnow_sample.csv", TimeUnit::Week);
    let right =
        [24.659613, 18.916852, 35.218978, 35.218978, 35.218978, 71.471015, 18.916852, 35.218978, 27.288386];
    for (at, right) in right.iter().enumerate() {
        let found = model.expected_order_value(customers.frequency[at], customers.monetary_value[at]);
        close(found.unwrap(), *right, 3e-8);
    }
}

/// Computed by mpmath with 40 digits: ln L, P(alive), mean and variance of the next 39 weeks, and four probabilities.
#[test]
fn five_customers_to_fourteen_digits() {
    let golden = [
        (
            rfm(0, 0.0, 38.85714285714286),
            [-0.5546972319626023, 1.0, 0.1951096649930885, 0.3073750610089677],
            [0.8554429530113344, 0.1098766058017784, 0.02428576125643157, 0.006919764707843597],
        ),
        (
            rfm(1, 1.714285714285714, 38.85714285714286),
            [-4.469760929574855, 0.2122600625546133, 0.2033510410868057, 0.4693112597565612],
            [0.8832414338030051, 0.0676416430739324, 0.02806540817366518, 0.011895582959567],
        ),
        (
            rfm(2, 30.42857142857143, 38.85714285714286),
            [-9.458473557488498, 0.7265897218354948, 1.226115806149322, 2.529185513555222],
            [0.4453522781580762, 0.2393189444063407, 0.1441873638011298, 0.08085492235703307],
        ),
        (
            rfm(7, 29.42857142857143, 38.85714285714286),
            [-21.8628598319339, 0.6417960022486664, 3.337439351620737, 13.32259440226074],
            [0.3643168501399102, 0.06868905560113393, 0.0752279577504719, 0.07992178806851959],
        ),
        (
            rfm(26, 30.85714285714286, 31.0),
            [-37.72651332833301, 0.9688515628518959, 20.74835369433791, 139.2046464082126],
            [0.03114844048561996, 0.0262945546237291, 0.02473467309257046, 0.02331527959222014],
        ),
    ];
    for (c, [ln_likelihood, p_alive, mean, variance], probabilities) in golden {
        let (model, future) = (paper(), paper().given_alive(&c));
        close(model.ln_likelihood(&c), ln_likelihood, 1e-14);
        let alive = model.p_alive(&c);
        close(alive, p_alive, 1e-14);
        close(alive * future.mean(39.0), mean, 2e-14);
        // Alive or not, then the law: E[X²] is what P(alive) multiplies. The table stops at 60 purchases.
        let square = future.variance(39.0) + future.mean(39.0).powi(2);
        if mean < 5.0 {
            close(alive * square - mean * mean, variance, 1e-9);
        }
        let mut pmf = Vec::new();
        future.pmf(39.0, 1e-12, &mut pmf);
        for (n, right) in probabilities.into_iter().enumerate() {
            let gone = if n == 0 { 1.0 - alive } else { 0.0 };
            close(alive * pmf[n] + gone, right, 3e-14);
        }
    }
}
