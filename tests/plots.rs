//! The charts of a backtest: all of them on real data, none of numbers that do not suffice, and each says why.

mod shop;

use std::fs;
use std::path::PathBuf;

use ltv::backtest::plots::{Chart, charts};
use ltv::backtest::{BacktestPlan, BacktestReport, Origins, backtest, estimators};
use ltv::features::Past;
use ltv::plot::{Pixels, png};
use ltv::progress::Silent;
use ltv::units::TimeUnit;
use resvg::usvg;

/// The charts of the sample of CDNOW.
fn sample(origins: &str, models: &[&str]) -> (BacktestReport, Vec<Chart>) {
    let orders = shop::cdnow_orders("cdnow_sample.csv");
    let past = Past::new(&orders, None).unwrap();
    let grain = orders.options.grain;
    let plan = BacktestPlan {
        origins: Origins::read(origins, None, grain).unwrap(),
        ..BacktestPlan::new("39w".parse().unwrap(), TimeUnit::Week).unwrap()
    };
    let models = estimators(models, None).unwrap();
    let report = backtest(&past, &plan, &models, &Silent).unwrap();
    let charts = charts(&report, &past, TimeUnit::Week).unwrap();
    (report, charts)
}

/// Looked at by a person where `LTV_CHARTS` names a folder.
fn keep(charts: &[Chart]) {
    let Some(folder) = std::env::var_os("LTV_CHARTS").map(PathBuf::from) else { return };
    for chart in charts {
        match &chart.drawn {
            Ok(figure) => {
                let svg = figure.svg();
                fs::write(folder.join(format!("{}.png", chart.name)), png(&svg, Pixels::default()).unwrap())
                    .unwrap();
                fs::write(folder.join(format!("{}.svg", chart.name)), svg).unwrap();
            }
            Err(why) => println!("{}: {why}", chart.name),
        }
    }
}

#[test]
fn every_chart_of_a_real_shop_can_be_drawn() {
    let (_, charts) = sample("1997-09-30", &["bg-nbd", "pareto-nbd", "naive-rate", "naive-mean"]);
    keep(&charts);
    let names: Vec<&str> = charts.iter().map(|chart| chart.name.as_str()).collect();
    println!("{names:?}");
    for chart in &charts {
        let figure = chart.drawn.as_ref().unwrap_or_else(|why| panic!("{}: {why}", chart.name));
        let svg = figure.svg();
        assert!(usvg::Tree::from_str(&svg, &usvg::Options::default()).is_ok(), "{}", chart.name);
        assert!(!svg.contains("NaN") && !svg.contains("no data"), "{}", chart.name);
    }
}
