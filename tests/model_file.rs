//! The model file: the same bytes for the same data, and a clear word for every damaged one.

mod shop;

use ltv::fit::{Recipe, TrainedModel};
use ltv::model::{BgNbd, GammaGamma, Parametric};
use ltv::units::TimeUnit;
use proptest::prelude::*;

fn trained() -> TrainedModel {
    TrainedModel::train(&Recipe::default(), &shop::cdnow("cdnow_sample.csv", TimeUnit::Week), "UTC").unwrap()
}

#[test]
fn a_model_is_written_and_read_back_whole() {
    let model = trained();
    let text = model.to_json().unwrap();
    assert_eq!(TrainedModel::from_json(&text).unwrap(), model);
    assert_eq!(trained().to_json().unwrap(), text);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.json");
    model.write(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    assert_eq!(TrainedModel::read(&path).unwrap(), model);
}

#[test]
fn the_names_in_the_file_are_the_agreed_ones() {
    let file: serde_json::Value = serde_json::from_str(&trained().to_json().unwrap()).unwrap();
    assert_eq!(file["format_version"], 1);
    assert_eq!(file["purchase"]["model"], "bg-nbd");
    for name in ["r", "alpha", "a", "b"] {
        assert!(file["purchase"]["params"][name].is_f64(), "{name}");
    }
    assert!((file["purchase"]["ln_likelihood"].as_f64().unwrap() + 9582.4292).abs() < 1e-3);
    assert_eq!(file["spend"]["model"], "gamma-gamma");
    for name in ["p", "q", "v"] {
        assert!(file["spend"]["params"][name].is_f64(), "{name}");
    }
    assert_eq!((&file["unit"], &file["grain"]), (&"week".into(), &"day".into()));
    assert_eq!(file["cutoff"], "1997-09-30");
}

/// On a ridge: no standard errors, and the covariance of what the data determine; both come back.
#[test]
fn the_uncertainty_of_a_ridge_is_kept() {
    let nobody_leaves = BgNbd::new(1.5, 10.0, 1e-6, 10.0).unwrap();
    let spend = GammaGamma::new(6.25, 3.74, 15.44).unwrap();
    let shop = shop::simulated(&nobody_leaves, &spend, 2_000, [100, 300], 5);
    let model = TrainedModel::train(&Recipe::default(), &shop, "UTC").unwrap();
    let note = model.held_fixed(true).unwrap();
    assert!(note.contains("if customers leave more than these data show"), "{note}");
    assert_eq!(trained().held_fixed(true), None);
    let text = model.to_json().unwrap();
    assert_eq!(TrainedModel::from_json(&text).unwrap(), model);
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(file["purchase"]["standard_errors"].is_null() && file["spend"]["standard_errors"]["q"].is_f64());
    let covariance = model.purchase.uncertainty.unwrap().covariance;
    let factor = TrainedModel::from_json(&text).unwrap().purchase.uncertainty.unwrap().factor().unwrap();
    for i in 0..4 {
        for j in 0..4 {
            assert_eq!(file["purchase"]["covariance_of_logs"][i][j], covariance[i][j]);
            let again: f64 = factor[i].iter().zip(&factor[j]).map(|(left, right)| left * right).sum();
            assert!((again - covariance[i][j]).abs() < 1e-15, "{again} {}", covariance[i][j]);
        }
    }
    assert!(covariance[0][0] > 1e-4);
}

#[test]
fn a_covariance_that_is_none_is_refused() {
    let text = trained().to_json().unwrap();
    let variance = trained().purchase.uncertainty.unwrap().covariance[1][1];
    let wrong = text.replace(&variance.to_string(), &(-variance).to_string());
    assert!(wrong != text);
    let message = TrainedModel::from_json(&wrong).unwrap_err().to_string();
    assert!(
        message.contains("no covariance") && message.contains("purchase.covariance_of_logs"),
        "{message}"
    );
}

#[test]
fn purchases_alone_make_a_model_without_spend() {
    let mut customers = shop::cdnow("cdnow_sample.csv", TimeUnit::Week);
    customers.monetary_value.clear();
    let model = TrainedModel::train(&Recipe::default(), &customers, "UTC").unwrap();
    assert!(model.spend.is_none() && model.warnings.is_empty());
    assert_eq!(TrainedModel::from_json(&model.to_json().unwrap()).unwrap(), model);
}

#[test]
fn a_few_lines_by_hand_and_fields_of_a_stranger_are_enough() {
    let text = r#"{"format_version": 1, "remark": "from the paper", "unit": "week", "grain": "day",
        "purchase": {"model": "bg-nbd", "ln_likelihood": -9582.4,
                     "params": {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, "c": 1}}}"#;
    let model = TrainedModel::from_json(text).unwrap();
    assert_eq!(model.purchase.model.parameters()[1], 4.414);
    assert!(model.spend.is_none() && model.purchase.uncertainty.is_none());
}

#[test]
fn what_is_wrong_with_a_file_is_said_in_words() {
    let text = trained().to_json().unwrap();
    let alpha = trained().purchase.model.parameters()[1].to_string();
    for (wrong, words) in [
        (String::new(), "empty"),
        ("customer_id,date\n1,2024-01-01\n".into(), "not JSON"),
        (text[..text.len() / 2].into(), "cut short"),
        ("[1, 2]".into(), "no model file"),
        (text.replace("\"format_version\": 1", "\"format_version\": 99"), "later `ltv`"),
        (text.replace("bg-nbd", "xyz"), "`xyz`"),
        (text.replace(&alpha, "-4"), "alpha is -4"),
        (text.replace(&alpha, "\"four\""), "alpha is \"four\""),
        (text.replace("\"alpha\"", "\"beta\""), "alpha is nothing"),
        (text.replace("\"week\"", "\"fortnight\""), "fortnight"),
    ] {
        let message = TrainedModel::from_json(&wrong).unwrap_err().to_string();
        assert!(message.contains(words), "{words}: {message}");
    }
    let folder = tempfile::tempdir().unwrap();
    let huge = folder.path().join("huge.json");
    std::fs::write(&huge, " ".repeat(2 << 20)).unwrap();
    assert!(TrainedModel::read(&huge).unwrap_err().to_string().contains("larger than any model file"));
    let binary = folder.path().join("binary.json");
    std::fs::write(&binary, [0xff, 0xfe, 0, 1]).unwrap();
    let message = TrainedModel::read(&binary).unwrap_err().to_string();
    assert!(message.contains("not text") && message.contains("binary.json"));
    assert!(TrainedModel::read(&folder.path().join("none.json")).is_err());
}

/// The short form runs everywhere, the long one with `.ci/run --long`.
fn cases() -> ProptestConfig {
    ProptestConfig::with_cases(if std::env::var_os("LTV_LONG").is_some() { 40_000 } else { 400 })
}

proptest! {
    #![proptest_config(cases())]

    /// Cut, overwritten and doubled files: always a model or an error, never a panic; and a model that is read is a legal one.
    #[test]
    fn no_damage_makes_the_reader_panic(
        cut in 0.0..1.0f64,
        edits in prop::collection::vec((0.0..1.0f64, "[0-9eE.\\-+\\[\\]{}\":,a-z \\\\]{0,4}", 0usize..6), 0..6),
        whole in any::<bool>(),
    ) {
        static TEXT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
        let mut text = TEXT.get_or_init(|| trained().to_json().unwrap()).clone();
        for (at, put, gone) in &edits {
            let from = (at * text.len() as f64) as usize;
            let to = (from + gone).min(text.len());
            if text.is_char_boundary(from) && text.is_char_boundary(to) {
                text.replace_range(from..to, put);
            }
        }
        if !whole {
            let mut to = (cut * text.len() as f64) as usize;
            while !text.is_char_boundary(to) { to -= 1; }
            text.truncate(to);
        }
        if let Ok(model) = TrainedModel::from_json(&text) {
            prop_assert!(model.purchase.model.parameters()[1] > 0.0);
            prop_assert!(model.to_json().is_ok());
        }
    }
}
