//! NBD, Pareto/NBD and GGom/NBD.

use ltv::fit::{Fit, fit_purchases};
use ltv::model::{GgomNbd, Law, Likelihood, Nbd, Parametric, ParetoNbd, PurchaseModel};
use ltv::predict::{Purchases, residual_purchases};
use ltv::units::{Periods, TimeUnit};

use crate::{cet, close, rfm, shop};

/// The parameters of the paper as printed.
fn paper() -> ParetoNbd {
    ParetoNbd::new(0.553, 10.578, 0.606, 11.669).unwrap()
}

/// The parameters of the BTYD vignette.
pub fn vignette() -> ParetoNbd {
    ParetoNbd::new(0.5533971, 10.5801985, 0.6060625, 11.6562237).unwrap()
}

#[track_caller]
fn found<M: Parametric>(fit: &Fit<M>, parameters: &[f64], tolerance: f64, ln_likelihood: f64) {
    for (found, right) in fit.model.parameters().iter().zip(parameters) {
        close(*found, *right, tolerance);
    }
    let off = fit.report.ln_likelihood - ln_likelihood;
    assert!(off.abs() < 1e-6, "{} is off by {off:e}", fit.report.ln_likelihood);
}

#[test]
fn pareto_nbd_of_the_cdnow_sample() {
    let customers = shop::cdnow("cdnow_sample.csv", TimeUnit::Week);
    let fit = fit_purchases(&ParetoNbd::template(), &customers).unwrap();
    found(&fit, &[0.55327711, 10.57768432, 0.60623994, 11.66873112], 1e-6, -9594.97617894);
    assert!(fit.report.warnings.is_empty(), "{:?}", fit.report.warnings);
    let errors = fit.uncertainty.as_ref().unwrap().standard_errors.clone().unwrap();
    for (found, right) in errors.iter().zip([0.047620, 0.842700, 0.187053, 6.203674]) {
        close(*found, right, 1.5e-3); // CLVTools takes its Hessian by differences; its own tests have .1872594 for s
    }
    let rows = || (0..customers.len()).map(|at| customers.rfm(at));
    let at_paper: f64 = rows().map(|c| paper().ln_likelihood(&c)).sum();
    close(at_paper, -9594.976259273, 1e-12);
    // Sums over the customers, 39 weeks ahead, at the parameters where BTYD stops.
    close(rows().map(|c| fit.model.p_alive(&c)).sum(), 1051.97, 1e-4);
    close(rows().map(|c| cet(&fit.model, &c, 39.0)).sum(), 1665.6, 1e-4);
}

#[test]
fn pareto_nbd_of_all_of_cdnow() {
    let fit = fit_purchases(&ParetoNbd::template(), &shop::cdnow("cdnow.csv", TimeUnit::Week)).unwrap();
    let right = [0.59741996, 11.58565867, 0.52218588, 8.82776769];
    for (found, right) in fit.model.parameters().iter().zip(right) {
        close(*found, right, 1e-6);
    }
    assert!((fit.report.ln_likelihood + 95415.11862).abs() < 1e-5);
}

#[test]
fn nbd_of_the_cdnow_sample() {
    let customers = shop::cdnow("cdnow_sample.csv", TimeUnit::Week);
    let fit = fit_purchases(&Nbd::template(), &customers).unwrap();
    found(&fit, &[0.38476588, 12.07201373], 1e-5, -9763.657615);
    let total: f64 = (0..customers.len()).map(|at| cet(&fit.model, &customers.rfm(at), 39.0)).sum();
    close(total, 2929.82, 2e-6);
}

/// Nothing of the kind that Gompertz adds is in these data: b goes to its border, where the model is Pareto/NBD.
#[test]
fn ggom_nbd_of_the_cdnow_sample_is_a_ridge_towards_pareto_nbd() {
    let customers = shop::cdnow("cdnow_sample.csv", TimeUnit::Week);
    let fit = fit_purchases(&GgomNbd::template(), &customers).unwrap();
    let ln_likelihood = fit.report.ln_likelihood;
    assert!((-9594.976269..-9594.97617).contains(&ln_likelihood), "{ln_likelihood}");
    assert!(fit.report.warnings.iter().any(|w| w.contains("Pareto/NBD")), "{:?}", fit.report.warnings);
    close(fit.model.beta() / fit.model.b(), 11.669, 0.01);
    let pareto = ParetoNbd::new(0.55327711, 10.57768432, 0.60623994, 11.66873112).unwrap();
    for at in (0..customers.len()).step_by(50) {
        let c = customers.rfm(at);
        close(fit.model.p_alive(&c), pareto.p_alive(&c), 3e-4);
        close(cet(&fit.model, &c, 39.0), cet(&pareto, &c, 39.0), 3e-4);
    }
}

#[test]
fn the_walkthrough_of_the_r_packages() {
    let model = vignette();
    close(model.newcomer().mean(52.0), 1.473112578, 1e-9);
    // The 31 weeks of customer 1516, whose last purchase was a day before the cut.
    let busy = rfm(26, 216.0 / 7.0, 31.0);
    close(cet(&model, &busy, 52.0), 25.454183231, 1e-9);
    close(model.p_alive(&busy), 0.997873408, 1e-9);
    for (x, right) in [(10, 0.705967344), (15, 0.144187798), (20, 0.022499282), (25, 0.003091790)] {
        close(cet(&model, &rfm(x, 20.0, 39.0), 52.0), right, 2e-7);
    }
    let mut pmf = Vec::new();
    model.newcomer().pmf(39.0, 1e-13, &mut pmf);
    let right = [
        0.5935692399,
        0.1655852847,
        0.0824992371,
        0.0490472413,
        0.0317004545,
        0.0214880300,
        0.0150133714,
        0.0107092476,
        0.0077541289,
        0.0056778570,
        0.0041938893,
    ];
    for (found, right) in pmf.iter().zip(right) {
        assert!((found - right).abs() < 6e-11, "{found} {right}");
    }
}

/// Discounted expected residual transactions at 15 % a year, of the parameters of all 78 weeks.
#[test]
fn the_table_of_discounted_transactions() {
    let model = ParetoNbd::new(0.5629966, 12.5590370, 0.4081095, 10.5148048).unwrap();
    let recencies = [0.0, 20.0, 40.0, 60.0, 77.86];
    for (x, right) in [
        (1, [0.302943, 1.578958, 2.710967, 3.428063, 3.824050]),
        (2, [0.107053, 1.612169, 3.989691, 5.548018, 6.270665]),
        (4, [0.006110, 0.744939, 5.120445, 9.561590, 11.163894]),
        (7, [0.000043, 0.097466, 3.720635, 14.784718, 18.503738]),
        (14, [0.0, 0.000277, 0.368017, 20.615559, 35.630041]),
    ] {
        for (recency, right) in recencies.iter().zip(right) {
            let c = rfm(x, *recency, 77.86);
            let found = model.p_alive(&c) * residual_purchases(&model.given_alive(&c), 0.0027).unwrap();
            assert!((found - right).abs() < 6e-7, "{x} {recency}: {found} {right}");
        }
    }
    let c = rfm(0, 0.0, 77.86);
    let found = model.p_alive(&c) * residual_purchases(&model.given_alive(&c), 0.0027).unwrap();
    assert!((found - 0.364756).abs() < 6e-7);
}

/// Computed by mpmath with 40 digits.
#[test]
fn customers_beyond_the_reach_of_naive_formulas() {
    let all = [
        ([0.55, 10.58, 0.61, 11.67], rfm(132, 200.0, 200.0), [-196.3824468537578, 1.0, 6.206051788962932]),
        ([0.55, 10.58, 0.61, 11.67], rfm(133, 200.0, 200.0), [-196.8453525494513, 1.0, 6.252872247574497]),
        (
            [0.5143, 2.8845, 0.2856, 14.1087],
            rfm(221, 103.42857, 103.57143),
            [-61.58464856172921, 0.9995960523179384, 20.55604264220504],
        ),
        (
            [0.5143, 2.8845, 0.2856, 14.1087],
            rfm(254, 97.14286, 97.28571),
            [-19.62329221751177, 0.999558226123011, 25.08330433860272],
        ),
        (
            [10.465, 0.00798565181, 3.0516, 2.82],
            rfm(40, 5.0, 6.0),
            [-5.719021585223113, 0.001885128187360851, 0.053695731907157006],
        ),
        (
            [10.465, 0.00798565181, 3.0516, 2.82],
            rfm(50, 1.0, 37.0),
            [116.30126461011632, 1.4171442912866074e-96, 1.6560261570592136e-95],
        ),
        (
            [10.465, 0.00798565181, 3.0516, 2.82],
            rfm(400, 5.0, 6.0),
            [1323.188930967818, 5.1374581133193755e-31, 1.1902358489993767e-28],
        ),
    ];
    for ([r, alpha, s, beta], c, [ln_likelihood, p_alive, mean]) in all {
        let model = ParetoNbd::new(r, alpha, s, beta).unwrap();
        close(model.ln_likelihood(&c), ln_likelihood, 1e-13);
        close(model.p_alive(&c), p_alive, 1e-12);
        close(cet(&model, &c, 10.0), mean, 1e-12);
    }
    let gone = rfm(1000, 10.0, 100.0);
    assert_eq!(paper().p_alive(&gone), 0.0);
    assert!(paper().ln_likelihood(&gone).is_finite());
    assert!(Nbd::new(0.385, 12.072).unwrap().ln_likelihood(&gone).is_finite());
}

/// Computed by mpmath with 40 digits: ln L, P(alive), mean and variance of the next 39 weeks, discounted transactions at .0027 a
/// week, and six probabilities.
#[test]
fn five_customers_to_fourteen_digits() {
    let golden = [
        (
            rfm(0, 0.0, 38.85714285714286),
            [
                -0.5210368564101566,
                0.2953033742657955,
                0.1070928338206431,
                0.2192987714586918,
                0.4771803094921517,
            ],
            [
                0.9307087364949885,
                0.0459014091884009,
                0.01467861980512981,
                0.005315138993715731,
                0.002036774390910396,
                0.000805847603661321,
            ],
        ),
        (
            rfm(1, 1.714285714285714, 38.85714285714286),
            [
                -4.45081302819036,
                0.1681271510176698,
                0.1712285501868876,
                0.466978957926802,
                0.7629538752229914,
            ],
            [
                0.9132924614189717,
                0.04316629978531228,
                0.02216512452489613,
                0.01105480743182684,
                0.005399122857647144,
                0.00259702044963401,
            ],
        ),
        (
            rfm(2, 30.42857142857143, 38.85714285714286),
            [-9.55412282414903, 0.8691861546511618, 1.455226130949346, 3.182354843763192, 6.484143063301988],
            [
                0.4080409221651694,
                0.2192870600555974,
                0.1517597336921761,
                0.09566002999214138,
                0.05657909710545713,
                0.03198546798825371,
            ],
        ),
        (
            rfm(7, 29.42857142857143, 38.85714285714286),
            [-21.59422754900514, 0.7495427189570206, 3.712639188177264, 13.54191922890205, 16.54264112400046],
            [
                0.3112051404946692,
                0.06522719002585409,
                0.07536736735860156,
                0.08404560152598434,
                0.08675722584859845,
                0.08256089611273434,
            ],
        ),
        (
            rfm(26, 30.85714285714286, 31.0),
            [-39.1316269761166, 0.9978742606099414, 20.11612959845067, 101.5098881160817, 86.05265864901341],
            [
                0.023853772725596342,
                0.02051690781286857,
                0.01941269896110389,
                0.018405679566098364,
                0.017492468913464006,
                0.0166798527266165,
            ],
        ),
    ];
    let model = paper();
    for (c, [ln_likelihood, p_alive, mean, variance, dert], probabilities) in golden {
        let law = Purchases::of(&model, &c, Periods::new(39.0).unwrap());
        close(model.ln_likelihood(&c), ln_likelihood, 1e-14);
        close(law.p_alive(), p_alive, 1e-14);
        close(law.mean(), mean, 3e-14);
        // The table stops at 60 purchases.
        if mean < 5.0 {
            close(law.variance(), variance, 1e-9);
        }
        close(law.p_alive() * residual_purchases(&model.given_alive(&c), 0.0027).unwrap(), dert, 3e-14);
        for (n, right) in probabilities.into_iter().enumerate() {
            close(law.pmf(n as u64), right, 3e-14);
        }
    }
}
