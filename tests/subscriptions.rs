//! Subscriptions: the papers' numbers, the laws of sBG and BDW, and the forms in which rows come.

mod desk;

use std::path::Path;

use desk::{Desk, column};
use ltv::backtest::backtest_retention;
use ltv::features::{SubscriptionOptions, Subscriptions, Tenure};
use ltv::fit::{Method, TrainedRetention, fit_retention};
use ltv::model::{
    AnyRetentionModel, Bdw, Derivatives, Likelihood, Parametric, RetentionModel, Sbg, Weighted,
};
use ltv::predict::Renewals;
use ltv::progress::Silent;
use ltv::units::{CalendarPeriod, Share};

#[track_caller]
fn close(found: f64, right: f64, tolerance: f64) {
    assert!((found - right).abs() <= tolerance * right.abs(), "found {found}, should be {right}");
}

/// How many of 1,000 customers survive 0 to 12 years: Fader & Hardie (2007), table 1.
const REGULAR: [u32; 13] = [1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173];
const HIGH_END: [u32; 13] = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394];

fn rows(active: &[u32]) -> Vec<Weighted<Tenure>> {
    let years = active.len() as u32 - 1;
    let lost = (1..)
        .zip(active.windows(2))
        .map(|(due, pair)| Weighted { row: Tenure { due, left: true }, count: f64::from(pair[0] - pair[1]) });
    let stay = Weighted { row: Tenure { due: years, left: false }, count: f64::from(active[years as usize]) };
    lost.chain([stay]).collect()
}

fn fitted(id: &str, active: &[u32]) -> ltv::fit::Fit<AnyRetentionModel> {
    fit_retention(&AnyRetentionModel::template(id).unwrap(), &rows(active), Method::Mle, &Silent).unwrap()
}

/// By an independent program at 40 digits (`tests/reference/retention.py`), and as far as they are printed by the papers.
const FITS: &str = include_str!("reference/retention_fits.csv");

#[test]
fn both_cohorts_are_fitted_as_published() {
    for line in FITS.lines().skip(1) {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        let active = &[REGULAR, HIGH_END][cells[0] as usize][..=cells[1] as usize];
        let (id, parameters) = if cells[2] == 1.0 { ("bdw", &cells[3..6]) } else { ("sbg", &cells[3..5]) };
        let fit = fitted(id, active);
        for (found, right) in fit.model.parameters().iter().zip(parameters) {
            close(*found, *right, 1e-9);
        }
        close(fit.report.ln_likelihood, cells[6], 1e-13);
        assert!(fit.report.warnings.is_empty() && !fit.uncertainty.unwrap().is_partial(), "{line}");
    }
    for (active, alpha, beta, ln_likelihood) in [
        (&REGULAR[..8], 0.704_077, 1.182_043, -1_680.265_19),
        (&HIGH_END[..8], 0.668_088, 3.806_094, -1_611.158_15),
        (&REGULAR[..6], 0.737_007, 1.245_343, -1_517.072_97),
        (&HIGH_END[..6], 0.875_382, 5.161_671, -1_378.483_15),
        (&REGULAR[..], 0.697_362, 1.168_905, -1_931.491_69),
        (&HIGH_END[..], 0.596_111, 3.326_969, -2_010.858_42),
    ] {
        let fit = fitted("sbg", active);
        close(fit.model.parameters()[0], alpha, 2e-6);
        close(fit.model.parameters()[1], beta, 2e-6);
        close(fit.report.ln_likelihood, ln_likelihood, 1e-8);
    }
}

/// From seven years: 17.0 % of the Regular and 37.8 % of the High End customers are foreseen after twelve.
#[test]
fn survival_is_projected_as_published() {
    for (active, right) in [(&REGULAR, 0.1700), (&HIGH_END, 0.3780)] {
        let survival = fitted("sbg", &active[..8]).model.survival(12);
        assert!((survival - right).abs() < 5e-5, "{survival}");
    }
}

/// Fader & Hardie (2010), table 3, before the renewal of the contract periods 1 to 5, at 10 % a period.
#[test]
fn the_residual_lifetimes_are_those_of_the_paper() {
    for (alpha, beta, right) in [
        (3.80, 15.20, [3.3098, 3.4510, 3.5865, 3.7168, 3.8421]),
        (0.067, 0.267, [7.6708, 9.4553, 9.8508, 10.0562, 10.1886]),
    ] {
        let model = Sbg::new(alpha, beta).unwrap();
        for (t, right) in (0..).zip(right) {
            let derl = model.derl(t, 0.1f64.ln_1p()).unwrap();
            assert!((derl - right).abs() < 5e-5, "{alpha} {t}: {derl}");
        }
    }
    assert!(Sbg::new(1.0, 1.0).unwrap().derl(0, 0.0).is_err());
}

#[test]
fn with_even_churn_the_lifetimes_are_those_of_the_paper() {
    let model = Sbg::new(1.0, 1.0).unwrap();
    for (due, right) in (1..).zip([0.5, 0.167, 0.083, 0.05, 0.033, 0.024, 0.018]) {
        let p = model.ln_likelihood(&Tenure { due, left: true }).exp();
        assert!((p - right).abs() < 5e-4, "{due}: {p}");
    }
}

fn models() -> Vec<AnyRetentionModel> {
    let bdw = |a, b, c| AnyRetentionModel::Bdw(Bdw::new(a, b, c).unwrap());
    vec![
        AnyRetentionModel::Sbg(Sbg::new(0.7, 1.18).unwrap()),
        AnyRetentionModel::Sbg(Sbg::new(40.0, 3e4).unwrap()),
        AnyRetentionModel::Sbg(Sbg::new(1e-3, 2e-3).unwrap()),
        bdw(0.51, 0.87, 1.21),
        bdw(3.8, 15.2, 0.6),
        bdw(0.05, 20.0, 2.2),
        bdw(200.0, 4e3, 0.9),
    ]
}

#[test]
fn lifetimes_sum_to_one_and_renewals_multiply_to_survival() {
    for model in models() {
        let gone: f64 = (1..=200).map(|due| model.ln_likelihood(&Tenure { due, left: true }).exp()).sum();
        close(gone + model.survival(200), 1.0, 1e-12);
        let onwards = model.onwards(3, 50);
        close(onwards[49], model.survival(53) / model.survival(3), 1e-11);
        assert!(onwards.is_sorted_by(|a, b| a >= b));
        let told = Renewals::of(&model, 3, 50, Share::new(0.9).unwrap(), Some(0.1)).unwrap();
        close(told.expected, onwards.iter().sum(), 1e-13);
        assert!(told.interval.0 <= told.interval.1 && told.interval.1 <= 50);
        let sum: f64 = (1..=3000u32)
            .map(|k| model.survival(3 + k) / model.survival(3) * (-0.1 * f64::from(k - 1)).exp())
            .sum();
        close(told.derl.unwrap(), sum, 1e-10);
    }
}

#[test]
fn a_weibull_of_shape_one_is_sbg() {
    let (sbg, bdw) = (Sbg::new(0.668, 3.806).unwrap(), Bdw::new(0.668, 3.806, 1.0).unwrap());
    for t in 0..40 {
        close(bdw.survival(t), sbg.survival(t), 1e-13);
        close(bdw.renewal(t), sbg.renewal(t), 1e-13);
        close(bdw.derl(t, 0.1).unwrap(), sbg.derl(t, 0.1).unwrap(), 1e-12);
    }
    let (short, long) = (sbg.derivatives(&rows(&HIGH_END)), bdw.derivatives(&rows(&HIGH_END)));
    close(long.value, short.value, 1e-13);
    for i in 0..2 {
        assert!((long.gradient[i] - short.gradient[i]).abs() < 1e-11 * short.value.abs());
        for j in 0..2 {
            assert!((long.hessian[i][j] - short.hessian[i][j]).abs() < 1e-11 * short.value.abs());
        }
    }
}

#[test]
fn gradient_and_hessian_are_the_difference_quotients() {
    let mut rows = rows(&HIGH_END);
    rows.push(Weighted { row: Tenure { due: 0, left: false }, count: 5.0 });
    rows.push(Weighted { row: Tenure { due: 60, left: true }, count: 3.0 });
    for model in models() {
        let (here, step, theta) = (model.derivatives(&rows), 1e-3, model.parameters());
        let direct: f64 = rows.iter().map(|row| row.count * model.ln_likelihood(&row.row)).sum();
        close(here.value, direct, 1e-14);
        for i in 0..theta.len() {
            let moved = |by: f64| {
                let mut theta = theta.clone();
                theta[i] *= (by * step).exp();
                model.with_parameters(&theta).unwrap().derivatives(&rows)
            };
            let at: Vec<Derivatives> = [-3.0, -2.0, -1.0, 1.0, 2.0, 3.0].map(moved).into();
            let slope = |of: &dyn Fn(&Derivatives) -> f64| {
                [-1.0, 9.0, -45.0, 45.0, -9.0, 1.0].iter().zip(&at).map(|(w, d)| w * of(d)).sum::<f64>()
                    / (60.0 * step)
            };
            let scale = here.value.abs() + here.gradient.iter().map(|g| g.abs()).sum::<f64>();
            assert!((here.gradient[i] - slope(&|d| d.value)).abs() < 1e-10 * scale, "{model:?} ∂{i}");
            for j in 0..theta.len() {
                let numerical = slope(&|d| d.gradient[j]);
                assert!(
                    (here.hessian[i][j] - numerical).abs() < 1e-9 * scale,
                    "{model:?} ∂{i}∂{j}: {} {numerical}",
                    here.hessian[i][j]
                );
            }
        }
    }
}

#[test]
fn a_row_with_a_count_is_as_many_rows() {
    for model in models() {
        let rows = rows(&REGULAR);
        let long: Vec<_> = rows
            .iter()
            .flat_map(|row| std::iter::repeat_n(Weighted { count: 1.0, ..*row }, row.count as usize))
            .collect();
        close(model.derivatives(&rows).value, model.derivatives(&long).value, 1e-12);
    }
}

#[test]
fn subscribers_who_do_not_differ_are_named_in_words() {
    let mut active = vec![100_000];
    for _ in 0..8 {
        active.push((f64::from(active[active.len() - 1]) * 0.8).round() as u32);
    }
    let fit = fitted("sbg", &active);
    assert!(fit.report.warnings.join(" ").contains("do not differ in their churn"), "{fit:?}");
    close(fit.model.renewal(0), 0.8, 1e-3);
    let bdw = fitted("bdw", &active);
    assert!(!bdw.report.warnings.is_empty(), "{bdw:?}");
    close(bdw.model.survival(12), 0.8f64.powi(12), 0.05);
}

fn read(desk: &Desk, name: &str, text: &str, options: &SubscriptionOptions) -> ltv::Result<Subscriptions> {
    desk.file(name, text);
    Subscriptions::read(Path::new(&desk.path(name)), options)
}

fn yearly() -> SubscriptionOptions {
    SubscriptionOptions { period: Some(CalendarPeriod::Year), ..SubscriptionOptions::default() }
}

/// The same cohort told in every form is the same fit.
#[test]
fn every_form_of_the_rows_says_the_same() {
    let desk = Desk::new();
    let active = &REGULAR[..8];
    let mut forms =
        vec![String::from("year,active\n"), String::from("year,lost\n"), String::from("year,survival\n")];
    let [mut dates, mut renewals, mut recency, mut paid] =
        ["id,start,end\n", "id,renewals,churned\n", "id,recency,T\n", "id,periods,left\n"].map(str::to_owned);
    for (year, count) in active.iter().enumerate() {
        forms[0] += &format!("{year},{count}\n");
        forms[2] += &format!("{year},{:.1}%\n", f64::from(*count) / 10.0);
        let lost = if year == 0 { 0 } else { active[year - 1] - count };
        if year > 0 {
            forms[1] += &format!("{year},{lost}\n");
        }
        for _ in 0..lost {
            dates += &format!(
                "x,2010-05-01,{}-{}\n",
                2010 + year - usize::from(year % 2 == 0),
                if year % 2 == 0 { "11-17" } else { "05-01" }
            );
            renewals += &format!("x,{},1\n", year - 1);
            recency += &format!("x,{year},8\n");
            paid += &format!("x,{year},yes\n");
        }
    }
    for _ in 0..active[7] {
        dates += "x,2010-05-01,\n";
        renewals += "x,7,0\n";
        recency += "x,8,8\n";
        paid += "x,8,no\n";
    }
    forms.extend([dates, renewals, recency, paid]);
    let options = SubscriptionOptions {
        subscribers: Some(1000.0),
        cutoff: Some("2017-06-30".parse().unwrap()),
        ..yearly()
    };
    for (at, text) in forms.iter().enumerate() {
        let found = read(&desk, "rows.csv", text, &options).unwrap();
        let template = AnyRetentionModel::template("sbg").unwrap();
        let trained = TrainedRetention::train(&template, &found, Method::Mle, &Silent).unwrap();
        close(trained.cohorts[0].fit.model.parameters()[0], 0.704_077, 1e-6);
        close(trained.cohorts[0].fit.report.ln_likelihood, -1_680.265_19, 1e-8);
        let again = TrainedRetention::from_json(&trained.to_json().unwrap()).unwrap();
        assert_eq!(again, trained, "form {at}");
    }
}

#[test]
fn cancelled_is_not_yet_declined() {
    let desk = Desk::new();
    let text = "id,start,end\na,2024-01-15,2024-03-20\nb,2024-01-15,\nc,2024-01-15,2024-04-15\nd,2024-03-01,2024-03-05\ne,2024-01-31,2024-01-31\n";
    let options = SubscriptionOptions {
        period: Some(CalendarPeriod::Month),
        cutoff: Some("2024-03-31".parse().unwrap()),
        ..SubscriptionOptions::default()
    };
    let found = read(&desk, "rows.csv", text, &options).unwrap();
    let told: Vec<_> = found
        .tenures
        .iter()
        .zip(&found.runs)
        .map(|(tenure, runs)| (tenure.due, tenure.left, *runs))
        .collect();
    // a is cancelled within its third month, which is not over: its renewals so far were made, and it does not run.
    assert_eq!(
        told,
        [(2, false, false), (2, false, true), (2, false, true), (0, false, false), (1, true, false)]
    );
}

#[test]
fn going_back_hides_what_was_not_known() {
    let desk = Desk::new();
    let text = "id,recency,T\na,2,8\nb,6,8\nc,8,8\nd,1,3\n";
    let now = read(&desk, "rows.csv", text, &yearly()).unwrap();
    let then = now.rewind(3).unwrap();
    let told: Vec<_> = then
        .tenures
        .iter()
        .zip(&then.observed)
        .map(|(tenure, seen)| (tenure.due, tenure.left, *seen))
        .collect();
    assert_eq!(told, [(2, true, 4), (4, false, 4), (4, false, 4)]);
    assert!(now.rewind(9).is_err());
}

/// Regular customers, the last five of twelve years taken away.
#[test]
fn a_backtest_shows_what_heterogeneity_is_worth() {
    let desk = Desk::new();
    let text: String = (0..13).map(|year| format!("{year},{}\n", REGULAR[year])).collect();
    let now = read(&desk, "rows.csv", &format!("year,active\n{text}"), &yearly()).unwrap();
    let names = ["sbg", "bdw", "constant-churn"].map(str::to_owned);
    let report = backtest_retention(&now, 5, &names, &Silent).unwrap();
    assert_eq!((report.subscribers, report.actual.clone()), (241.0, vec![223.0, 207.0, 194.0, 183.0, 173.0]));
    let bias: Vec<f64> = report.models.iter().map(|model| model.bias.unwrap()).collect();
    assert!(bias[0].abs() < 0.05 && bias[2] < -0.4, "{bias:?}");
    assert!(report.models[0].log_score > report.models[2].log_score);
    let expected = 241.0 * fitted("sbg", &REGULAR[..8]).model.onwards(7, 5)[4];
    close(report.models[0].predicted[4], expected, 1e-12);
}

const COHORTS: &str = "cohort,year,active\nnew,0,1000\nnew,1,869\nnew,2,743\nnew,3,653\nold,0,1000\nold,1,631\nold,2,468\nold,3,382\nold,4,326\n";

#[test]
fn cohorts_are_trained_scored_and_projected_on_the_command_line() {
    let desk = Desk::new();
    desk.file("cohorts.csv", COHORTS);
    let said = desk.done(&["train", "cohorts.csv", "--model", "sbg", "-o", "m.json"]);
    assert!(
        said.out.contains("2 cohorts (new, old)") && said.out.contains("renewals of old"),
        "{}",
        said.out
    );
    let said = desk.done(&[
        "score",
        "cohorts.csv",
        "--model",
        "m.json",
        "--horizon",
        "5y",
        "--discount",
        "10%",
        "-o",
        "s.csv",
    ]);
    assert!(
        said.out.contains("still there at the end") && said.out.contains("have left already"),
        "{}",
        said.out
    );
    let text = desk.text("s.csv");
    assert!(text.starts_with("cohort,renewals,subscribers,p_next_renewal,p_survives,expected_renewals,renewals_lower,renewals_upper,derl"));
    assert_eq!(column(&text, "subscribers"), [653.0, 326.0]);
    assert_eq!(column(&text, "renewals"), [3.0, 4.0]);
    let said =
        desk.done(&["retention", "cohorts.csv", "--model", "m.json", "--horizon", "8y", "--discount", "10%"]);
    assert!(said.out.contains("Survival of new, by years") && said.out.contains("86.9 %"), "{}", said.out);
    let said = desk.done(&["retention", "--model", "m.json", "--horizon", "8y", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(json["cohorts"][1]["curve"].as_array().unwrap().len(), 9);
    desk.done(&["retention", "--model", "m.json", "--horizon", "8y", "--format", "csv", "-o", "curve.csv"]);
    assert_eq!(column(&desk.text("curve.csv"), "survival").len(), 18);
    let said =
        desk.done(&["score", "--new-customer", "--model", "m.json", "--horizon", "3y", "--discount", "10%"]);
    assert!(said.out.contains("makes the first renewal"), "{}", said.out);
    let pooled = desk.done(&["train", "cohorts.csv", "--model", "bdw", "--pooled", "-o", "p.json"]);
    assert!(pooled.out.contains("2,000 customers"), "{}", pooled.out);
    let said = desk.done(&[
        "backtest",
        "cohorts.csv",
        "--models",
        "sbg,constant-churn",
        "--horizon",
        "1y",
        "--format",
        "json",
    ]);
    assert!(said.out.contains("log_score"));
    for method in ["map", "bootstrap"] {
        let mut train = vec!["train", "cohorts.csv", "--model", "sbg", "--method", method, "-o", "b.json"];
        if method == "bootstrap" {
            train.extend(["--draws", "40"]);
        }
        desk.done(&train);
        desk.done(&["score", "cohorts.csv", "--model", "b.json", "--horizon", "5y", "-o", "s.csv"]);
    }
}

#[test]
fn what_is_wrong_with_subscriptions_is_said_in_words() {
    let desk = Desk::new();
    let refuse = |text: &str, more: &[&str], code: i32, words: &[&str]| {
        desk.file("rows.csv", text);
        let mut args = vec!["train", "rows.csv", "--model", "sbg", "-o", "m.json"];
        args.extend(more);
        desk.refused(&args, code, words);
    };
    let year = &["--interval", "year"][..];
    refuse("customer_id,date,amount\na,2024-01-01,3\n", &[], 1, &["say nothing of renewals", "contracts"]);
    refuse("id,start,end\na,2024-01-01,\n", &[], 2, &["--interval month"]);
    refuse("id,start,end\na,2024-01-01,2023-01-01\n", year, 1, &["line 2", "before it starts"]);
    refuse("id,start,end\na,yesterday,\n", year, 1, &["line 2", "`start`", "yesterday"]);
    refuse("id,start,end\na,2024-01-01,\nb,2024-02-01,\n", year, 1, &["no renewal was due"]);
    refuse("id,renewals,churned\na,3,0\nb,2,0\n", year, 1, &["nobody has left"]);
    refuse("id,renewals,churned\na,3.5,0\n", year, 1, &["line 2", "whole number"]);
    refuse("id,renewals,churned\na,3,perhaps\n", year, 1, &["line 2", "1 or 0"]);
    refuse("id,recency,T\na,9,8\n", year, 1, &["line 2", "from 1 to T"]);
    refuse("year,active\n0,100\n1,120\n", &[], 1, &["120 after 100"]);
    refuse("year,active\n0,100\n2,80\n", &[], 1, &["without a gap"]);
    refuse("year,survival\n0,1\n1,0.8\n2,0.7\n", &[], 1, &["--subscribers"]);
    refuse("year,lost\n1,30\n2,10\n", &[], 1, &["--subscribers"]);
    refuse("year,lost\n1,30\n2,10\n", &["--subscribers", "20"], 1, &["after 20"]);
    refuse("year,active\n", &[], 1, &["no row"]);
    refuse("", &[], 1, &["rows.csv"]);
    refuse("id,renewals,churned\na,3,0\nb,2\n", year, 1, &["line 3"]);
    desk.file("good.csv", COHORTS);
    desk.done(&["train", "good.csv", "--model", "sbg", "-o", "m.json"]);
    desk.refused(
        &["score", "good.csv", "--model", "m.json", "--horizon", "10w", "-o", "s.csv"],
        2,
        &["whole number of years"],
    );
    desk.refused(
        &["score", "good.csv", "--model", "m.json", "--horizon", "1y", "--interval", "month", "-o", "s.csv"],
        2,
        &["--interval year"],
    );
    desk.refused(
        &["simulate", "--model", "m.json", "--customers", "9", "-o", "s.csv"],
        1,
        &["model of subscriptions"],
    );
    desk.refused(&["run", "good.csv", "--model", "sbg", "-o", "out"], 2, &["model of subscriptions"]);
    desk.file("other.csv", &COHORTS.replace("old", "odd"));
    desk.refused(
        &["score", "other.csv", "--model", "m.json", "--horizon", "1y", "-o", "s.csv"],
        2,
        &["`odd`", "new, old", "--pooled"],
    );
    desk.file("m.json", &desk.text("m.json").replace("\"alpha\"", "\"alfa\""));
    desk.refused(
        &["score", "good.csv", "--model", "m.json", "--horizon", "1y", "-o", "s.csv"],
        1,
        &["cohorts[0].params.alpha"],
    );
}
