//! Fitting: the answer is checked before it is timed.

use criterion::{Criterion, criterion_group, criterion_main};
use ltv::fit::{fit_purchases, unique_purchases};
use ltv::model::{BgNbd, GammaGamma, Likelihood};
use ltv::units::TimeUnit;

#[path = "../tests/shop/mod.rs"]
mod shop;

fn cdnow(c: &mut Criterion) {
    let customers = shop::cdnow("cdnow_sample.csv", TimeUnit::Week);
    let fit = fit_purchases(&customers).expect("CDNOW can be fitted");
    assert!((fit.report.ln_likelihood + 9582.42920667).abs() < 1e-6);
    c.bench_function("fit BG/NBD, CDNOW sample (2,357 customers)", |b| b.iter(|| fit_purchases(&customers)));
}

fn million(c: &mut Criterion) {
    let truth = [0.243, 30.9, 0.793, 2.426];
    let model = BgNbd::from_parameters(&truth).expect("legal parameters");
    let spend = GammaGamma::new(6.25, 3.74, 15.44).expect("legal parameters");
    let customers = shop::simulated(&model, &spend, 1_000_000, [30, 730], 1);
    let fit = fit_purchases(&customers).expect("a million customers can be fitted");
    for (found, truth) in fit.model.parameters().iter().zip(truth) {
        assert!((found / truth - 1.0).abs() < 0.05, "{found} {truth}");
    }
    println!("{} distinct rows, {} evaluations", fit.report.distinct, fit.report.evaluations);
    let mut group = c.benchmark_group("a million customers");
    group.sample_size(10);
    group.bench_function("distinct rows", |b| b.iter(|| unique_purchases(&customers)));
    group.bench_function("fit BG/NBD, distinct rows included", |b| b.iter(|| fit_purchases(&customers)));
    let rows = unique_purchases(&customers).expect("legal customers");
    group.bench_function("one likelihood with gradient and Hessian", |b| {
        b.iter(|| fit.model.derivatives(&rows))
    });
    group.finish();
}

criterion_group!(benches, cdnow, million);
criterion_main!(benches);
