//! Fitting: the answer is checked before it is timed.

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use ltv::features::{Customers, CustomersReader, TableOptions};
use ltv::fit::{Bootstrap, Method, Nuts, fit_purchases, fit_purchases_by, unique_purchases};
use ltv::model::{BgNbd, GammaGamma, Likelihood, Parametric, ParetoNbd, PurchaseLikelihood};
use ltv::predict::{Forecaster, ParameterDraws, Question, Totals};
use ltv::progress::Silent;
use ltv::units::{Periods, Share, TimeUnit};

#[path = "../tests/shop/mod.rs"]
mod shop;

fn cdnow(c: &mut Criterion) {
    let customers = shop::cdnow("cdnow_sample.csv", TimeUnit::Week);
    let fit = fit_purchases(&BgNbd::template(), &customers).expect("CDNOW can be fitted");
    assert!((fit.report.ln_likelihood + 9582.42920667).abs() < 1e-6);
    c.bench_function("fit BG/NBD, CDNOW sample (2,357 customers)", |b| {
        b.iter(|| fit_purchases(&BgNbd::template(), &customers))
    });
}

fn million(c: &mut Criterion) {
    let truth = [0.243, 30.9, 0.793, 2.426];
    let model = BgNbd::template().with_parameters(&truth).expect("legal parameters");
    let spend = GammaGamma::new(6.25, 3.74, 15.44).expect("legal parameters");
    let customers = shop::simulated(&model, &spend, 1_000_000, [30, 730], 1);
    let fit = fit_purchases(&BgNbd::template(), &customers).expect("a million customers can be fitted");
    for (found, truth) in fit.model.parameters().iter().zip(truth) {
        assert!((found / truth - 1.0).abs() < 0.05, "{found} {truth}");
    }
    println!("{} distinct rows, {} evaluations", fit.report.distinct, fit.report.evaluations);
    let mut group = c.benchmark_group("a million customers");
    group.sample_size(10);
    group.bench_function("distinct rows", |b| b.iter(|| unique_purchases(&customers)));
    group.bench_function("fit BG/NBD, distinct rows included", |b| {
        b.iter(|| fit_purchases(&BgNbd::template(), &customers))
    });
    let rows = unique_purchases(&customers).expect("legal customers");
    group.bench_function("one likelihood with gradient and Hessian", |b| {
        b.iter(|| fit.model.derivatives(&rows))
    });
    group.finish();
}

/// Pareto/NBD, whose likelihood is an integral, on a hundred thousand customers.
fn hundred_thousand(c: &mut Criterion) {
    let truth = [0.553277, 10.577684, 0.606240, 11.668731];
    let model = ParetoNbd::template().with_parameters(&truth).expect("legal parameters");
    let spend = GammaGamma::new(6.25, 3.74, 15.44).expect("legal parameters");
    let customers = shop::simulated(&model, &spend, 100_000, [30, 730], 1);
    let fit = fit_purchases(&ParetoNbd::template(), &customers).expect("they can be fitted");
    for (found, truth) in fit.model.parameters().iter().zip(truth) {
        assert!((found / truth - 1.0).abs() < 0.1, "{found} {truth}");
    }
    println!("{} distinct rows, {} evaluations", fit.report.distinct, fit.report.evaluations);
    let mut group = c.benchmark_group("a hundred thousand customers");
    group.sample_size(10);
    group.bench_function("fit Pareto/NBD, distinct rows included", |b| {
        b.iter(|| fit_purchases(&ParetoNbd::template(), &customers))
    });
    group.finish();
}

/// A table of customers from elsewhere, to stand beside a peer's fit of the same table: LTV_BENCH_CUSTOMERS names it.
fn given(c: &mut Criterion) {
    let Some(path) = std::env::var_os("LTV_BENCH_CUSTOMERS") else { return };
    let reader = CustomersReader::open(path.as_ref(), TableOptions::default()).expect("a table of customers");
    let customers = reader.read_all().expect("a whole table");
    let mut group = c.benchmark_group("the table given");
    group.sample_size(10);
    given_to(&mut group, BgNbd::template(), &customers);
    given_to(&mut group, ParetoNbd::template(), &customers);
    group.finish();
}

/// One model's fit of the table given.
fn given_to<M: PurchaseLikelihood>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    template: M,
    customers: &Customers,
) {
    let fit = fit_purchases(&template, customers).expect("it can be fitted");
    println!(
        "{} of {} customers, {} distinct rows: {:?}, ln L {}",
        template.name(),
        customers.len(),
        fit.report.distinct,
        fit.model.parameters(),
        fit.report.ln_likelihood
    );
    group.bench_function(format!("fit {}, distinct rows included", template.name()), |b| {
        b.iter(|| fit_purchases(&template, customers))
    });
}

/// Ways of fitting that draw: the uncertainty that comes out is checked against what is known of these sets.
fn draws(c: &mut Criterion) {
    let sample = shop::cdnow("cdnow_sample.csv", TimeUnit::Week);
    let bootstrap = Method::Bootstrap(Bootstrap::default());
    let refit = || {
        let fit = fit_purchases_by(&ParetoNbd::template(), &sample, bootstrap, &Silent)
            .expect("CDNOW can be refitted");
        let question = Question::revenue(Periods::new(39.0)?, &[Share::new(0.9)?])?;
        let forecast = Forecaster::new(&fit.model, None::<&GammaGamma>, question)?.forecast(&sample)?;
        let mut totals = Totals::new(0);
        totals.add(&sample, 0..sample.len(), &forecast);
        let draws = ParameterDraws { purchases: fit.draws, spend: Vec::new() };
        Ok::<_, ltv::Error>(totals.purchases(&fit.model, &draws, Periods::new(39.0)?)?.at(Share::new(0.9)?))
    };
    let total = refit().expect("it has a total");
    assert!(
        (total.expected - 1665.6).abs() < 1.0 && total.lower < 1600.0 && total.upper > 1730.0,
        "{total:?}"
    );
    let mut group = c.benchmark_group("draws");
    group.sample_size(10);
    group.bench_function("1,000 refits of Pareto/NBD with the total's interval, CDNOW sample", |b| {
        b.iter(refit)
    });
    let whole = shop::cdnow("cdnow.csv", TimeUnit::Week);
    let nuts = || fit_purchases_by(&BgNbd::template(), &whole, Method::Nuts(Nuts::default()), &Silent);
    let fit = nuts().expect("the chains converge");
    let told = fit.report.draws.expect("it has draws");
    let alpha = &told.parameters[1];
    assert!(told.draws == 4_000 && (alpha.median - 4.789).abs() < 0.05 && alpha.sd < 0.2, "{told:?}");
    group
        .bench_function("NUTS of BG/NBD, 4 x 1,000 draws, all of CDNOW (23,570 customers)", |b| b.iter(nuts));
    group.finish();
}

criterion_group!(benches, cdnow, million, hundred_thousand, given, draws);
criterion_main!(benches);
