//! Does the truth come back from simulated data?

mod shop;

use ltv::fit::{fit_purchases, fit_spend, spend_and_frequency};
use ltv::model::{BgNbd, GammaGamma, Parametric};

/// Every parameter within four standard errors of the truth, in logs.
#[track_caller]
fn recovered(found: &[f64], truth: &[f64], covariance: &[Vec<f64>]) {
    for (i, (found, truth)) in found.iter().zip(truth).enumerate() {
        let sigma = covariance[i][i].sqrt();
        assert!(((found / truth).ln() / sigma).abs() < 4.0, "{i}: {found}, truth {truth}, error {sigma}");
    }
}

#[test]
fn the_parameters_come_back() {
    let truths = [
        ([0.243, 4.414, 0.793, 2.426], [6.25, 3.74, 15.44]),
        ([1.4, 30.0, 1.0, 6.0], [1.2, 2.5, 80.0]),
        ([0.5, 2.0, 2.5, 4.0], [20.0, 8.0, 3.0]),
    ];
    for (seed, (purchases, spend)) in truths.into_iter().enumerate() {
        let (model, money) = (
            BgNbd::template().with_parameters(&purchases).unwrap(),
            GammaGamma::template().with_parameters(&spend).unwrap(),
        );
        let shop = shop::simulated(&model, &money, 20_000, [100, 400], 100 + seed as u64);
        let fit = fit_purchases(&BgNbd::template(), &shop).unwrap();
        assert!(fit.report.warnings.is_empty(), "{:?}", fit.report);
        recovered(&fit.model.parameters(), &purchases, &fit.uncertainty.unwrap().covariance);
        let fit = fit_spend(&GammaGamma::template(), &shop).unwrap();
        recovered(&fit.model.parameters(), &spend, &fit.uncertainty.unwrap().covariance);
        assert!(spend_and_frequency(&shop).unwrap().warning("Gamma-Gamma").is_none());
    }
}

#[test]
fn a_large_shop_is_fitted_from_thinned_rows_to_the_same_maximum() {
    let truth = [0.6, 9.0, 0.8, 2.5];
    let (model, money) =
        (BgNbd::template().with_parameters(&truth).unwrap(), GammaGamma::new(6.0, 4.0, 15.0).unwrap());
    let fit =
        fit_purchases(&BgNbd::template(), &shop::simulated(&model, &money, 150_000, [100, 700], 9)).unwrap();
    assert!(fit.report.distinct > 16_384 && fit.report.gradient < 1e-10, "{:?}", fit.report);
    recovered(&fit.model.parameters(), &truth, &fit.uncertainty.unwrap().covariance);
}

#[test]
fn spend_that_follows_frequency_is_noticed() {
    let rows: Vec<_> =
        (0..300u32).map(|at| (1 + at % 9, 10.0, 30.0, Some(10.0 + f64::from(at % 9 * 5 + at % 7)))).collect();
    let found = spend_and_frequency(&shop::customers(&rows)).unwrap();
    assert!(found.rho > 0.9 && found.p_value < 1e-10);
    assert!(found.warning("Gamma-Gamma").unwrap().contains("frequent buyers spend more"));
}
