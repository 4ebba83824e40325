//! The ways of fitting: do they agree where they must, and do the draws hold what they promise?

mod shop;

use ltv::Error;
use ltv::fit::{Bootstrap, Fit, Method, MethodId, Nuts, fit_purchases_by, fit_spend_by};
use ltv::model::{BgNbd, GammaGamma, Parametric};
use ltv::progress::{Progress, Silent};
use ltv::units::TimeUnit;

fn cdnow(method: Method) -> Fit<BgNbd> {
    let customers = shop::cdnow("cdnow_sample.csv", TimeUnit::Week);
    fit_purchases_by(&BgNbd::template(), &customers, method, &Silent).unwrap()
}

/// The spread of the draws' logarithms, by the distance of their 5 and 95 % quantiles, over that of the Laplace approximation.
fn against_laplace<M: Parametric>(drawn: &Fit<M>, laplace: &Fit<M>) -> Vec<f64> {
    let errors = laplace.uncertainty.as_ref().unwrap().standard_errors.as_ref().unwrap();
    let told = &drawn.report.draws.as_ref().unwrap().parameters;
    let theta = laplace.model.parameters();
    let one = |at: usize| (told[at].upper / told[at].lower).ln() / (2.0 * 1.645 * errors[at] / theta[at]);
    (0..theta.len()).map(one).collect()
}

#[test]
fn a_bootstrap_of_cdnow_has_the_spread_of_its_curvature() {
    let (mle, bootstrap) = (cdnow(Method::Mle), cdnow(Method::Bootstrap(Bootstrap { draws: 400, seed: 1 })));
    assert_eq!(bootstrap.model, mle.model);
    assert_eq!(bootstrap.draws.len(), 400);
    assert_eq!(bootstrap.report.method, MethodId::Bootstrap);
    for ratio in against_laplace(&bootstrap, &mle) {
        assert!((0.8..1.7).contains(&ratio), "{:?}", against_laplace(&bootstrap, &mle));
    }
}

#[test]
fn the_posterior_of_cdnow_is_near_the_curvature_at_its_mode() {
    let (map, nuts) = (cdnow(Method::Map), cdnow(Method::Nuts(Nuts { draws: 500, ..Nuts::default() })));
    assert_eq!(nuts.model, map.model);
    let told = nuts.report.draws.as_ref().unwrap();
    let chains = told.chains.as_ref().unwrap();
    assert_eq!((told.draws, chains.divergences), (2000, 0));
    assert!(chains.r_hat.iter().all(|r| *r < 1.01) && chains.effective.iter().all(|n| *n > 400.0));
    for ratio in against_laplace(&nuts, &map) {
        assert!((0.9..1.4).contains(&ratio), "{:?}", against_laplace(&nuts, &map));
    }
    println!("{chains:?}");
}

#[test]
fn of_a_large_shop_the_prior_says_little() {
    let (mle, map) = (cdnow(Method::Mle), cdnow(Method::Map));
    let errors = mle.uncertainty.unwrap().standard_errors.unwrap();
    for ((likely, probable), error) in mle.model.parameters().iter().zip(map.model.parameters()).zip(errors) {
        assert!((likely - probable).abs() < 0.5 * error, "{likely} {probable} {error}");
    }
    assert!(map.report.ln_likelihood < mle.report.ln_likelihood);
    assert!(map.report.ln_likelihood > mle.report.ln_likelihood - 0.5);
}

#[test]
fn the_number_of_threads_changes_no_draw() {
    for method in [
        Method::Bootstrap(Bootstrap { draws: 40, seed: 3 }),
        Method::Nuts(Nuts { draws: 200, chains: 2, tune: 200, seed: 3 }),
    ] {
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| cdnow(method))
        };
        assert_eq!(on(1), on(3));
    }
}

/// Days instead of weeks, cents instead of dollars: the same fit.
#[test]
fn priors_do_not_know_units() {
    let customers = shop::cdnow("cdnow_sample.csv", TimeUnit::Week);
    let fit =
        |customers| fit_purchases_by(&BgNbd::template(), customers, Method::Map, &Silent).unwrap().model;
    let spend =
        |customers| fit_spend_by(&GammaGamma::template(), customers, Method::Map, &Silent).unwrap().model;
    let (weeks, dollars) = (fit(&customers), spend(&customers));
    let mut other = customers.clone();
    other.recency.iter_mut().chain(&mut other.age).for_each(|time| *time *= 7.0);
    other.monetary_value.iter_mut().flatten().for_each(|money| *money *= 100.0);
    let (days, cents) = (fit(&other), spend(&other));
    let close = |left: f64, right: f64| assert!((left / right - 1.0).abs() < 1e-8, "{left} {right}");
    close(days.r(), weeks.r());
    close(days.alpha(), 7.0 * weeks.alpha());
    close(days.a(), weeks.a());
    close(days.b(), weeks.b());
    close(cents.p(), dollars.p());
    close(cents.q(), dollars.q());
    close(cents.v(), 100.0 * dollars.v());
}

#[test]
fn too_few_draws_are_refused() {
    for (method, said) in [
        (Method::Bootstrap(Bootstrap { draws: 0, seed: 1 }), "0 draws"),
        (Method::Nuts(Nuts { draws: 0, ..Nuts::default() }), "0 draws"),
        (Method::Nuts(Nuts { chains: 1, ..Nuts::default() }), "alone"),
        (Method::Nuts(Nuts { tune: 0, ..Nuts::default() }), "tuning"),
    ] {
        let customers = shop::cdnow("cdnow_sample.csv", TimeUnit::Week);
        let error = fit_purchases_by(&BgNbd::template(), &customers, method, &Silent).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains(said), "{error}");
    }
}

/// Somebody who has pressed Ctrl-C.
struct Stopped;

impl Progress for Stopped {
    fn interrupted(&self) -> bool {
        true
    }
}

#[test]
fn whoever_stops_a_bootstrap_or_a_sampler_gets_no_fit() {
    let customers = shop::cdnow("cdnow_sample.csv", TimeUnit::Week);
    for method in [Method::Bootstrap(Bootstrap::default()), Method::Nuts(Nuts::default())] {
        let fit = fit_purchases_by(&BgNbd::template(), &customers, method, &Stopped);
        assert!(matches!(fit, Err(Error::Interrupted)));
        let fit = fit_spend_by(&GammaGamma::template(), &customers, method, &Stopped);
        assert!(matches!(fit, Err(Error::Interrupted)));
    }
}

#[test]
fn spend_is_fitted_every_way() {
    let customers = shop::cdnow("cdnow_sample.csv", TimeUnit::Week);
    let fit = |method| -> Fit<GammaGamma> {
        fit_spend_by(&GammaGamma::template(), &customers, method, &Silent).unwrap()
    };
    let (mle, map) = (fit(Method::Mle), fit(Method::Map));
    let nuts = fit(Method::Nuts(Nuts { draws: 500, ..Nuts::default() }));
    let bootstrap = fit(Method::Bootstrap(Bootstrap { draws: 400, seed: 1 }));
    for ratio in against_laplace(&nuts, &map) {
        assert!((0.9..1.4).contains(&ratio), "{:?}", against_laplace(&nuts, &map));
    }
    // Customers are less alike than the model has it: drawn anew they scatter more than its curvature says.
    for ratio in against_laplace(&bootstrap, &mle) {
        assert!((1.0..4.0).contains(&ratio), "{:?}", against_laplace(&bootstrap, &mle));
    }
    println!("{:?}", against_laplace(&bootstrap, &mle));
}

/// `ltv` with these arguments: its exit code, and all it said.
fn ltv(args: &[&str]) -> (i32, String) {
    let output = assert_cmd::Command::cargo_bin("ltv").unwrap().args(args).output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code().unwrap(), said)
}

#[test]
fn the_command_line_fits_every_way_and_says_how() {
    let folder = tempfile::tempdir().unwrap();
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/data/cdnow_sample.csv");
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for (method, more, words) in [
        ("map", &[][..], "with priors (map)"),
        ("bootstrap", &["--draws", "50"][..], "50 refits to customers drawn"),
        ("nuts", &["--draws", "200", "--chains", "2", "--seed", "7"][..], "R-hat"),
    ] {
        let model = path(&format!("{method}.json"));
        let train = ["train", data, "--cutoff", "1997-09-30", "--method", method, "-o", &model];
        let (code, said) = ltv(&[&train[..], more].concat());
        assert_eq!(code, 0, "{said}");
        assert!(said.contains(words), "{said}");
        assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
        let scores = path(&format!("{method}.csv"));
        let (code, said) = ltv(&[
            "score",
            data,
            "--cutoff",
            "1997-09-30",
            "--model",
            &model,
            "--horizon",
            "39w",
            "-o",
            &scores,
        ]);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("value"), "{said}");
    }
    let nothing = path("nothing.json");
    for (args, words) in [
        (&["--method", "bootstrap", "--draws", "0"][..], "at least 20"),
        (&["--method", "nuts", "--draws", "0"][..], "at least 100"),
        (&["--method", "nuts", "--chains", "1"][..], "alone"),
        (&["--draws", "100"][..], "--method bootstrap, nuts or mcmc"),
        (&["--method", "bootstrap", "--chains", "2"][..], "--method nuts or mcmc"),
    ] {
        let (code, said) = ltv(&[&["train", data, "-o", &nothing][..], args].concat());
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(words), "{said}");
        assert!(!std::path::Path::new(&nothing).exists());
    }
}

#[test]
fn auto_says_what_it_tried_and_what_it_takes() {
    let folder = tempfile::tempdir().unwrap();
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/data/cdnow_sample.csv");
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (code, said) = ltv(&["train", data, "--model", "auto", "-o", &path("auto.json")]);
    assert_eq!(code, 0, "{said}");
    for words in ["taken: ", "log-score", "AIC", "nbd within pareto-nbd", "bg-bb was not tried"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    let table = path("customers.csv");
    assert_eq!(ltv(&["features", data, "--cutoff", "1997-09-30", "-o", &table]).0, 0);
    let (code, said) = ltv(&["train", &table, "--model", "auto", "-o", &path("table.json")]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("AIC of 2357 customers decides"), "{said}");
}
