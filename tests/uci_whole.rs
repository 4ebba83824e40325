//! Online Retail II, end to end: every line of both files is accounted for, and what the commands tell of the shop is the same shop.
//!
//! The files are not part of the repository: `LTV_SHARED` names the folder they stand in.

mod desk;

use std::io::{Read, Write};
use std::path::PathBuf;

use desk::Desk;
use serde_json::Value;

const FILES: [&str; 2] = ["online_retail_II_2009_2010.csv.gz", "online_retail_2010_2011.csv.gz"];

fn files() -> Option<[String; 2]> {
    let folder =
        std::env::var_os("LTV_SHARED").map(|shared| PathBuf::from(shared).join("data/uci_online_retail_II"));
    let Some(folder) = folder.filter(|folder| folder.is_dir()) else {
        // Past the test runner, which keeps what a passing test prints to itself.
        let _ =
            writeln!(std::io::stderr(), "SKIPPED: LTV_SHARED does not name a folder with Online Retail II");
        return None;
    };
    Some(FILES.map(|name| folder.join(name).to_str().unwrap().to_owned()))
}

fn rows(desk: &Desk, name: &str) -> Vec<Value> {
    serde_json::from_str(&desk.text(name)).unwrap()
}

fn sum(rows: &[Value], name: &str) -> f64 {
    rows.iter().map(|row| row[name].as_f64().unwrap_or_else(|| panic!("{name} in {row}"))).sum()
}

fn near(found: f64, wanted: f64) {
    assert!((found / wanted - 1.0).abs() < 1e-9, "{found}, not {wanted}");
}

/// The lines of both files but for the headers, counted by nobody of ours. No field of these files has a line feed in it.
fn lines(files: &[String; 2]) -> u64 {
    let count = |file: &String| {
        let mut text = Vec::new();
        flate2::read::MultiGzDecoder::new(std::fs::File::open(file).unwrap()).read_to_end(&mut text).unwrap();
        text.iter().filter(|&&byte| byte == b'\n').count() as u64 - 1
    };
    files.iter().map(count).sum()
}

#[test]
fn both_years_of_online_retail_are_one_shop_in_every_command() {
    let Some(files) = files() else { return };
    let [first, second] = [&files[0][..], &files[1][..]];
    let desk = Desk::new();
    let said = desk.done(&["features", first, second, "-o", "customers.csv"]);
    // "1,067,370 rows: 805,619 kept, 18,744 refunds, 243,007 without a customer"
    let ledger = said.out.lines().next().unwrap().replace(',', "");
    let counts: Vec<u64> =
        ledger.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
    assert_eq!(counts[0], lines(&files), "{ledger}");
    assert_eq!(counts[0], counts[1..].iter().sum::<u64>(), "{ledger}");
    assert!(said.out.contains("counted twice"), "{}", said.out);

    let customers = desk::column(&desk.text("customers.csv"), "total_value");
    let (count, revenue) = (customers.len() as f64, customers.iter().sum::<f64>());

    let by = ["--by", "Country", "--format", "json", "-q", "-o"];
    desk.done(&[&["metrics", first, second, "--period", "quarter"][..], &by, &["metrics.json"]].concat());
    let metrics = rows(&desk, "metrics.json");
    let (whole, groups): (Vec<Value>, Vec<Value>) =
        metrics.into_iter().partition(|row| row["group"] == "all");
    for rows in [&whole, &groups] {
        near(sum(rows, "revenue"), revenue);
        near(sum(rows, "new_customers"), count);
    }

    desk.done(&["cohorts", first, second, "--period", "quarter", "-q", "-o", "cohorts.json"]);
    let cohorts = rows(&desk, "cohorts.json");
    near(sum(&cohorts.iter().filter(|row| row["age"] == 0).cloned().collect::<Vec<_>>(), "customers"), count);
    let told = |row: &&Value| row["revenue"].is_number();
    near(sum(&cohorts.iter().filter(told).cloned().collect::<Vec<_>>(), "revenue"), revenue);

    desk.done(&["segments", first, second, "-q", "-o", "segments.json", "--customers", "segments.csv"]);
    let segments: Value = serde_json::from_str(&desk.text("segments.json")).unwrap();
    let table = segments.get("segments").unwrap_or(&segments).as_array().unwrap().clone();
    for kind in ["lifecycle", "tier", "rfm"] {
        let of: Vec<Value> = table.iter().filter(|row| row["segmentation"] == kind).cloned().collect();
        near(sum(&of, "customers"), count);
    }
    assert_eq!(desk.text("segments.csv").lines().count() as f64, count + 1.0);

    desk.done(&["trend", first, second, "--period", "quarter", "--horizon", "6m", "-q", "-o", "trend.json"]);
    near(sum(&rows(&desk, "trend.json"), "new_customers"), count);

    desk.done(&["report", first, second, "--by", "Country", "--lang", "de", "-q", "-o", "report.html"]);
    let page = desk.text("report.html");
    assert!(page.len() < 2_000_000, "{}", page.len());
    assert!(page.contains("United Kingdom") && page.contains("5.847"), "the shop is on the page");
}
