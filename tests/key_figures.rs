//! Key figures and simple formulas: a shop of ten rows by hand, laws, and what is refused.

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;

/// a and c came by ads, b, d and e by mail; d got a part back.
const SHOP: &str = "\
customer,date,amount,cost,channel
a,2024-01-05,100,60,ads
b,2024-01-20,40,20,mail
c,2024-02-01,200,100,ads
c,2024-02-01,20,10,ads
a,2024-02-10,50,30,ads
d,2024-02-28,80,40,mail
d,2024-03-01,-20,-10,mail
a,2024-03-05,30,15,ads
b,2024-03-15,60,30,mail
e,2024-03-31,10,5,mail
";

fn run(folder: &Path, args: &[&str]) -> Output {
    std::fs::write(folder.join("shop.csv"), SHOP).unwrap();
    Command::cargo_bin("ltv").unwrap().current_dir(folder).args(args).output().unwrap()
}

fn rows(args: &[&str]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let out = run(folder.path(), &[&["metrics", "shop.csv", "--format", "json"], args].concat());
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

/// Each number of the row within twelve digits, or missing where `None` stands.
fn same(row: &Value, wanted: &[(&str, Option<f64>)]) {
    for (name, wanted) in wanted {
        match (row[name].as_f64(), wanted) {
            (None, None) => {}
            (Some(found), Some(wanted)) => {
                assert!(
                    (found - wanted).abs() <= 1e-12 * wanted.abs().max(1.0),
                    "{name}: {found}, not {wanted}"
                );
            }
            (found, wanted) => panic!("{name}: {found:?}, not {wanted:?}"),
        }
    }
}

#[test]
fn every_figure_is_the_one_by_hand() {
    let rows = rows(&["--cost-column", "cost"]);
    assert_eq!(rows.len(), 3);
    let month = 365.25 / 12.0;
    same(
        &rows[0],
        &[
            ("customers", Some(2.0)),
            ("new_customers", Some(2.0)),
            ("returning_customers", Some(0.0)),
            ("orders", Some(2.0)),
            ("revenue", Some(140.0)),
            ("margin", Some(60.0)),
            ("aov", Some(70.0)),
            ("purchase_frequency", Some(1.0)),
            ("repeat_rate", Some(0.0)),
            ("retention_rate", None),
            ("churn_rate", None),
            ("lifespan_months", Some(0.0)),
            ("arpu", Some(70.0)),
            ("ampu", Some(30.0)),
            ("ltv_historical", Some(70.0)),
            ("ltv_simple", Some(0.0)),
            ("ltv_repeat", Some(0.0)),
            ("ltv_churn", None),
        ],
    );
    let life = 12.0 / month;
    same(
        &rows[1],
        &[
            ("customers", Some(3.0)),
            ("new_customers", Some(2.0)),
            ("returning_customers", Some(1.0)),
            ("orders", Some(4.0)),
            ("revenue", Some(330.0)),
            ("margin", Some(160.0)),
            ("aov", Some(82.5)),
            ("purchase_frequency", Some(4.0 / 3.0)),
            ("repeat_rate", Some(2.0 / 3.0)),
            ("retention_rate", Some(0.5)),
            ("churn_rate", Some(0.5)),
            ("lifespan_months", Some(life)),
            ("arpu", Some(110.0)),
            ("ampu", Some(160.0 / 3.0)),
            ("ltv_historical", Some(430.0 / 3.0)),
            ("ltv_simple", Some(82.5 * (4.0 / 3.0 * 12.0) * life / 12.0)),
            ("ltv_repeat", Some(82.5 * (2.0 / 3.0) * life)),
            ("ltv_churn", Some(320.0 / 3.0)),
        ],
    );
    let life = 115.0 / 3.0 / month;
    same(
        &rows[2],
        &[
            ("customers", Some(3.0)),
            ("new_customers", Some(1.0)),
            ("orders", Some(3.0)),
            ("revenue", Some(100.0)),
            ("margin", Some(50.0)),
            ("repeat_rate", Some(2.0 / 3.0)),
            ("retention_rate", Some(1.0 / 3.0)),
            ("lifespan_months", Some(life)),
            ("ltv_historical", Some(290.0 / 3.0)),
            ("ltv_simple", Some(100.0 / 3.0 * 12.0 * life / 12.0)),
            ("ltv_churn", Some(25.0)),
        ],
    );
    let complete: Vec<_> = rows.iter().map(|row| row["complete"].as_bool().unwrap()).collect();
    assert_eq!(complete, [false, true, true]);
}

#[test]
fn groups_sum_to_the_whole() {
    let rows = rows(&["--by", "channel", "--margin", "50%"]);
    let names: Vec<_> = rows.iter().map(|row| row["group"].as_str().unwrap()).collect();
    assert_eq!(names, ["mail", "ads", "all"].repeat(3));
    for period in rows.chunks(3) {
        for name in ["customers", "new_customers", "returning_customers", "orders", "revenue", "margin"] {
            let value = |at: usize| period[at][name].as_f64().unwrap();
            assert_eq!(value(0) + value(1), value(2), "{name}");
        }
    }
    // With a slot for one value alone, the rest is one group: the same customers.
    let folded = self::rows(&["--by", "channel", "--groups", "1"]);
    assert_eq!(folded[0]["group"], "all");
}

#[test]
fn what_came_later_changes_no_earlier_figure() {
    let cut = rows(&["--cutoff", "2024-02-28"]);
    let all = rows(&[]);
    // The refund of March is not known in February.
    assert_eq!(cut[1]["revenue"], 350.0);
    for name in ["customers", "orders", "repeat_rate", "retention_rate", "lifespan_months"] {
        assert_eq!(cut[1][name], all[1][name], "{name}");
    }
}

#[test]
fn the_check_tells_what_each_formula_promised_and_what_happened() {
    let folder = tempfile::tempdir().unwrap();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/cdnow_sample.csv");
    let out = Command::cargo_bin("ltv")
        .unwrap()
        .current_dir(folder.path())
        .args([
            "metrics",
            data.to_str().unwrap(),
            "--check",
            "--horizon",
            "6m",
            "-o",
            "check.json",
            "--models",
            "bg-nbd",
        ])
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let rows: Vec<Value> =
        serde_json::from_slice(&std::fs::read(folder.path().join("check.json")).unwrap()).unwrap();
    assert_eq!(rows.len(), 3 * 5);
    for row in &rows {
        let (told, happened) = (row["predicted"].as_f64().unwrap(), row["happened"].as_f64().unwrap());
        let error = row["error"].as_f64().unwrap();
        assert!((error - (told / happened - 1.0)).abs() < 1e-12);
    }
    let size = |method: &str| {
        let of: Vec<f64> = rows
            .iter()
            .filter(|row| row["method"] == method)
            .map(|row| row["error"].as_f64().unwrap().abs())
            .collect();
        of.iter().sum::<f64>() / of.len() as f64
    };
    // On this shop each formula is further off than the model.
    for formula in ["ltv_historical", "ltv_simple", "ltv_repeat", "ltv_churn"] {
        assert!(size(formula) > size("bg-nbd"), "{formula} {} {}", size(formula), size("bg-nbd"));
    }
}

#[test]
fn what_cannot_be_answered_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |args: &[&str], code: i32, words: &str| {
        let out = run(folder.path(), args);
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(code), "{args:?}: {said}");
        assert!(said.contains(words), "{args:?}: {said}");
    };
    refused(&["metrics", "shop.csv", "--by", "chanel"], 2, "did you mean `channel`");
    refused(&["metrics", "shop.csv", "--period", "decade"], 2, "not a period of the calendar");
    refused(&["metrics", "shop.csv", "--check"], 1, "shorter");
    refused(&["metrics", "shop.csv", "--check", "--models", "bg-nbb"], 2, "bg-nbb");
    refused(&["metrics", "shop.csv", "--margin", "30%", "--cost-column", "cost"], 2, "cannot be used with");
    refused(&["metrics", "shop.csv", "-o", "shop.csv"], 2, "would be lost");
    refused(&["metrics", "shop.csv", "-o", "out.xlsx"], 2, ".xlsx");
    refused(&["metrics", "shop.csv", "--lang", "fr"], 2, "en, pl, ru or de");
    assert_eq!(std::fs::read_to_string(folder.path().join("shop.csv")).unwrap(), SHOP);
}
