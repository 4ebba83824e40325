//! The command as a new user meets it: what it writes, what it says, and what it does with bad input.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// A place to work in that is gone afterwards.
struct Shop {
    dir: TempDir,
}

/// What a command did.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

fn ltv() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ltv"));
    command.env_remove("NO_COLOR").env("COLUMNS", "80");
    command
}

fn said(output: &Output) -> Said {
    Said {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn data(name: &str) -> String {
    format!("{}/data/{name}", env!("CARGO_MANIFEST_DIR"))
}

impl Shop {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        fs::write(self.path(name), content).unwrap();
        name.to_owned()
    }

    fn run(&self, args: &[&str]) -> Said {
        said(&ltv().args(args).current_dir(self.dir.path()).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs, and expects that it goes well.
    fn done(&self, args: &[&str]) -> Said {
        let said = self.run(args);
        assert_eq!(said.code, Some(0), "ltv {args:?}\n{}\n{}", said.out, said.err);
        said
    }

    /// Runs, and expects this exit code, these words on standard error, and nothing new in the folder.
    fn refused(&self, args: &[&str], code: i32, words: &[&str]) {
        let before = self.names();
        let said = self.run(args);
        assert_eq!(said.code, Some(code), "ltv {args:?}\n{}\n{}", said.out, said.err);
        for word in words {
            let all = said.err.to_lowercase();
            assert!(all.contains(&word.to_lowercase()), "ltv {args:?} does not say `{word}`:\n{}", said.err);
        }
        assert!(!said.err.contains("panicked"), "{}", said.err);
        assert_eq!(self.names(), before, "ltv {args:?} left something behind");
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// A model trained on the CDNOW sample up to 1997-09-30.
    fn with_model() -> Self {
        let shop = Self::new();
        shop.done(&["train", &data("cdnow_sample.csv"), "--cutoff", "1997-09-30", "-o", "model.json"]);
        shop
    }
}

/// A table read back: its head and its rows.
fn table(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let head = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    (head, rows)
}

fn column(text: &str, name: &str) -> Vec<f64> {
    let (head, rows) = table(text);
    let at =
        head.iter().position(|found| found == name).unwrap_or_else(|| panic!("no column {name} in {head:?}"));
    rows.iter().map(|row| row[at].parse().unwrap_or_else(|_| panic!("{name} is `{}`", row[at]))).collect()
}

const SCORES: &str = "customer_id,frequency,recency,age,monetary_value,p_alive,expected_purchases,purchases_lower,\
                      purchases_upper,p_no_purchase,expected_order_value,expected_value,value_lower,value_median,value_upper";
const FEATURES: &str = "customer_id,frequency,recency,age,monetary_value,ln_gaps,mean_ln_value,ss_ln_value,orders,total_value,first_order,last_order";

// The main job.

#[test]
fn features_of_cdnow_are_the_papers() {
    let shop = Shop::new();
    let said =
        shop.done(&["features", &data("cdnow_sample.csv"), "--cutoff", "1997-09-30", "-o", "customers.csv"]);
    assert!(said.out.contains("6,919 rows"), "{}", said.out);
    let text = shop.text("customers.csv");
    assert_eq!(text.lines().next(), Some(FEATURES));
    assert_eq!(
        text.lines().nth(1),
        Some(
            "0001,2,30.428571428571427,38.857142857142854,22.345,4.219507705176106,3.048768304778169,0.2358310934259258,3,74.02,1997-01-01,1997-08-02"
        )
    );
    let frequency = column(&text, "frequency");
    assert_eq!(frequency.len(), 2357);
    assert_eq!(frequency.iter().sum::<f64>(), 2457.0);
    assert_eq!(frequency.iter().filter(|x| **x == 0.0).count(), 1411);
}

#[test]
fn a_trained_model_holds_the_papers_numbers_and_is_the_same_every_time() {
    let shop = Shop::with_model();
    let model: serde_json::Value = serde_json::from_str(&shop.text("model.json")).unwrap();
    let close = |path: &str, wanted: f64, tolerance: f64| {
        let found = model.pointer(path).and_then(serde_json::Value::as_f64).unwrap_or(f64::NAN);
        assert!((found / wanted - 1.0).abs() < tolerance, "{path}: {found}, not {wanted}");
    };
    close("/purchase/params/r", 0.242_595, 2e-5);
    close("/purchase/params/alpha", 4.413_602, 2e-5);
    close("/purchase/params/a", 0.792_922, 2e-5);
    close("/purchase/params/b", 2.425_907, 2e-5);
    close("/purchase/ln_likelihood", -9582.4292, 1e-8);
    close("/spend/params/p", 6.2496, 2e-3);
    close("/spend/params/q", 3.7442, 2e-3);
    close("/spend/params/v", 15.4435, 2e-3);
    assert_eq!(model["format_version"], 1);
    assert_eq!(model["unit"], "week");
    assert_eq!(model["grain"], "day");
    assert_eq!(model["cutoff"], "1997-09-30");
    assert_eq!(model["purchase"]["model"], "bg-nbd");
    let first = shop.text("model.json");
    shop.done(&[
        "--threads",
        "1",
        "train",
        &data("cdnow_sample.csv"),
        "--cutoff",
        "1997-09-30",
        "-o",
        "model.json",
    ]);
    assert_eq!(shop.text("model.json"), first);
}

#[test]
fn scores_have_the_promised_columns_and_sum() {
    let shop = Shop::with_model();
    let score = [
        "score",
        &data("cdnow_sample.csv"),
        "--model",
        "model.json",
        "--cutoff",
        "1997-09-30",
        "--horizon",
        "39w",
        "-o",
    ];
    let said = shop.done(&[&score[..], &["scores.csv"]].concat());
    assert!(said.out.contains("2,357 customers"), "{}", said.out);
    let text = shop.text("scores.csv");
    assert_eq!(text.lines().next(), Some(SCORES));
    let expected: f64 = column(&text, "expected_purchases").iter().sum();
    assert!((expected - 1653.41).abs() < 0.01, "{expected}");
    for name in ["p_alive", "p_no_purchase", "value_lower", "value_median", "value_upper"] {
        assert!(column(&text, name).iter().all(|value| value.is_finite() && *value >= 0.0), "{name}");
    }
    assert!(!text.contains("NaN") && !text.contains("inf"));

    // The same customers from a table of features give the same scores.
    shop.done(&["features", &data("cdnow_sample.csv"), "--cutoff", "1997-09-30", "-o", "customers.csv"]);
    shop.done(&["score", "customers.csv", "--model", "model.json", "--horizon", "39w", "-o", "again.csv"]);
    assert_eq!(shop.text("again.csv"), text);
    shop.done(&["features", &data("cdnow_sample.csv"), "--cutoff", "1997-09-30", "-o", "customers.parquet"]);
    shop.done(&[
        "score",
        "customers.parquet",
        "--model",
        "model.json",
        "--horizon",
        "39w",
        "-o",
        "again.csv",
    ]);
    assert_eq!(shop.text("again.csv"), text);
    // A model can be trained from that table too.
    shop.done(&["train", "customers.csv", "-o", "from_table.json"]);
    let params = |name: &str| {
        serde_json::from_str::<serde_json::Value>(&shop.text(name)).unwrap()["purchase"]["params"].clone()
    };
    assert_eq!(params("from_table.json"), params("model.json"));
}

/// Frequency, recency, age and monetary value are all that a fit needs.
#[test]
fn a_table_of_customers_needs_no_ids() {
    let shop = Shop::with_model();
    shop.done(&["features", &data("cdnow_sample.csv"), "--cutoff", "1997-09-30", "-o", "whole.csv"]);
    let (_, rows) = table(&shop.text("whole.csv"));
    let bare: String = rows.iter().map(|row| row[1..5].join(",") + "\n").collect();
    shop.file("bare.csv", format!("frequency,recency,T,monetary_value\n{bare}"));
    shop.done(&["train", "bare.csv", "-o", "bare.json"]);
    let params = |name: &str| {
        serde_json::from_str::<serde_json::Value>(&shop.text(name)).unwrap()["purchase"]["params"].clone()
    };
    assert_eq!(params("bare.json"), params("model.json"));
    shop.done(&["score", "bare.csv", "--model", "bare.json", "--horizon", "39w", "-o", "scores.csv"]);
    assert!(shop.text("scores.csv").lines().nth(1).unwrap().starts_with("2,2,30.4"));
}

#[test]
fn the_whole_job_ends_with_a_table_and_three_files() {
    let shop = Shop::new();
    let said = shop.done(&["run", &data("cdnow_sample.csv"), "--horizon", "52w", "-o", "out"]);
    for words in ["customers", "alive", "most valuable", "slipping away", "would have", "1997-07-01"] {
        assert!(said.out.to_lowercase().contains(words), "no `{words}` in\n{}", said.out);
    }
    assert!(said.out.lines().all(|line| line.chars().count() <= 80), "wider than 80 columns:\n{}", said.out);
    assert!(!said.out.contains('\x1b'), "colour in a pipe");
    assert!(said.err.is_empty(), "{}", said.err);
    let summary: serde_json::Value = serde_json::from_str(&shop.text("out/summary.json")).unwrap();
    assert_eq!(summary["customers"], 2357);
    assert!(shop.text("out/scores.csv").starts_with(SCORES));
    assert!(shop.text("out/model.json").contains("\"bg-nbd\""));
    assert_eq!(fs::read_dir(shop.path("out")).unwrap().count(), 3);
}

/// Another machine's logarithm may differ in the last digit, so the numbers are compared and not the bytes.
#[test]
fn the_model_in_the_repository_is_the_one_its_command_makes() {
    let shop = Shop::new();
    shop.done(&["train", &data("cdnow.csv"), "-o", "model.json"]);
    let kept = fs::read_to_string(format!("{}/models/cdnow.json", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let (kept, made): (serde_json::Value, serde_json::Value) =
        (serde_json::from_str(&kept).unwrap(), serde_json::from_str(&shop.text("model.json")).unwrap());
    for part in ["/purchase/params", "/spend/params"] {
        for (name, value) in kept.pointer(part).unwrap().as_object().unwrap() {
            let (kept, made) = (value.as_f64().unwrap(), made.pointer(part).unwrap()[name].as_f64().unwrap());
            assert!((made / kept - 1.0).abs() < 1e-8, "{part}/{name}: {made}, not {kept}");
        }
    }
    for part in ["unit", "grain", "cutoff", "customers", "fingerprint", "warnings", "format_version"] {
        assert_eq!(kept[part], made[part], "{part}");
    }
}

#[test]
fn a_backtest_speaks_to_people_and_machines() {
    let shop = Shop::new();
    let backtest =
        ["backtest", &data("cdnow_sample.csv"), "--horizon", "39w", "--origins", "1997-09-30", "--format"];
    let people = shop.done(&[&backtest[..], &["table"]].concat());
    assert!(people.out.lines().all(|line| line.chars().count() <= 80), "{}", people.out);
    let long = shop.done(&[&backtest[..], &["csv"]].concat()).out;
    assert_eq!(long.lines().next(), Some("origin,model,target,metric,value"));
    let value = |target: &str, metric: &str| -> f64 {
        let start = format!("1997-09-30,bg-nbd,{target},{metric},");
        long.lines()
            .find_map(|line| line.strip_prefix(&start))
            .unwrap_or_else(|| panic!("no {start}"))
            .parse()
            .unwrap()
    };
    assert_eq!(value("purchases", "n"), 2357.0);
    assert_eq!(value("purchases", "total_actual"), 1882.0);
    for (metric, wanted, tolerance) in [
        ("total_predicted", 1653.41, 0.01),
        ("bias", -0.1215, 1e-4),
        ("mae", 0.78545, 1e-5),
        ("rmse", 1.60798, 1e-5),
        ("spearman", 0.4493, 1e-4),
    ] {
        assert!(
            (value("purchases", metric) - wanted).abs() <= tolerance,
            "{metric}: {}",
            value("purchases", metric)
        );
    }
    assert!((0.88..=0.96).contains(&value("purchases", "coverage_90")));
    assert!((0.88..=0.96).contains(&value("value", "coverage_90")));
    assert!((value("value", "total_actual") - 70_976.39).abs() < 0.01);
    let json = shop.done(&[&backtest[..], &["json"]].concat()).out;
    serde_json::from_str::<serde_json::Value>(&json).unwrap();
}

#[test]
fn a_simulated_shop_can_be_trained_on() {
    let shop = Shop::with_model();
    let simulate = ["simulate", "--model", "model.json", "--customers", "300", "--seed", "7", "-o"];
    shop.done(&[&simulate[..], &["orders.csv"]].concat());
    shop.done(&[&simulate[..], &["again.csv"]].concat());
    assert_eq!(shop.text("orders.csv"), shop.text("again.csv"));
    shop.done(&[&simulate[..], &["orders.parquet"]].concat());
    shop.done(&["train", "orders.csv", "-o", "from_csv.json"]);
    shop.done(&["train", "orders.parquet", "-o", "from_parquet.json"]);
    assert_eq!(shop.text("from_csv.json"), shop.text("from_parquet.json"));
}

#[test]
fn a_customer_acquired_today_has_a_score() {
    let shop = Shop::with_model();
    let said = shop.done(&["score", "--model", "model.json", "--horizon", "52w", "--new-customer"]);
    assert!(said.out.contains("acquired today"), "{}", said.out);
}

// Where results go.

#[test]
fn a_table_on_standard_output_stands_alone() {
    let shop = Shop::new();
    let said = shop.done(&["features", &data("cdnow_sample.csv"), "-o", "-"]);
    assert_eq!(table(&said.out).1.len(), 2357);
    assert!(said.err.contains("2,357 customers"), "{}", said.err);
    let said = shop.done(&["--quiet", "features", &data("cdnow_sample.csv"), "-o", "-"]);
    assert!(said.err.is_empty(), "{}", said.err);
}

#[test]
fn orders_come_through_a_pipe() {
    let shop = Shop::new();
    let mut child = ltv()
        .args(["features", "-", "-o", "customers.csv"])
        .current_dir(shop.dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&fs::read(data("cdnow_sample.csv")).unwrap()).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(table(&shop.text("customers.csv")).1.len(), 2357);
}

#[cfg(unix)]
#[test]
fn a_device_is_written_through_and_a_full_one_is_an_error() {
    let shop = Shop::new();
    shop.done(&["features", &data("cdnow_sample.csv"), "-o", "/dev/null"]);
    assert!(!Path::new("/dev/null").metadata().unwrap().is_file(), "the device was replaced by a file");
    shop.refused(
        &["features", &data("cdnow_sample.csv"), "-o", "/dev/full"],
        1,
        &["/dev/full", "no space left"],
    );
    shop.refused(&["train", &data("cdnow_sample.csv"), "-o", "/dev/full"], 1, &["no space left"]);
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_written_through() {
    let shop = Shop::new();
    assert!(Command::new("mkfifo").arg(shop.path("pipe")).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = shop.path("pipe");
        move || {
            let mut text = String::new();
            fs::File::open(pipe).unwrap().read_to_string(&mut text).unwrap();
            text
        }
    });
    shop.done(&["features", &data("cdnow_sample.csv"), "-o", "pipe"]);
    assert_eq!(table(&reader.join().unwrap()).1.len(), 2357);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let shop = Shop::new();
    let mut child = ltv()
        .args(["features", &data("cdnow.csv"), "-o", "-"])
        .current_dir(shop.dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 100];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap(); // and the pipe is closed
    let output = said(&child.wait_with_output().unwrap());
    assert_eq!(output.code, Some(0), "{}", output.err);
    assert!(!output.err.contains("panicked"), "{}", output.err);
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_nothing_half_written() {
    let shop = Shop::with_model();
    fs::write(shop.path("orders.csv"), "the old file").unwrap();
    let child = ltv()
        .args(["simulate", "--model", "model.json", "--customers", "40000000", "-o", "orders.csv"])
        .current_dir(shop.dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(700));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = said(&child.wait_with_output().unwrap());
    assert_eq!(output.code, Some(130), "{}{}", output.out, output.err);
    assert!(output.err.contains("stopped"), "{}", output.err);
    assert_eq!(shop.text("orders.csv"), "the old file");
    assert_eq!(shop.names(), ["model.json", "orders.csv"]);
}

// Bad input.

#[test]
fn files_that_hold_no_orders_are_named() {
    let shop = Shop::new();
    let refused = |name: &str, words: &[&str]| shop.refused(&["train", name, "-o", "m.json"], 1, words);
    refused(&shop.file("empty.csv", ""), &["empty.csv", "empty"]);
    refused(&shop.file("header.csv", "customer_id,date,amount\n"), &["header.csv", "no orders"]);
    refused(&shop.file("binary.csv", (0..=255u8).cycle().take(5000).collect::<Vec<_>>()), &["binary.csv"]);
    refused("missing.csv", &["missing.csv"]);
    fs::create_dir(shop.path("folder")).unwrap();
    shop.refused(&["train", "folder", "-o", "m.json"], 2, &["folder", "name the files in it"]);
}

#[test]
fn a_truncated_archive_is_named() {
    let shop = Shop::new();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(&fs::read(data("cdnow_sample.csv")).unwrap()).unwrap();
    let packed = packed.finish().unwrap();
    shop.file("cut.csv.gz", &packed[..packed.len() / 2]);
    shop.refused(&["features", "cut.csv.gz", "-o", "f.csv"], 1, &["cut.csv.gz"]);
    shop.file("whole.csv.gz", &packed);
    shop.done(&["features", "whole.csv.gz", "-o", "f.csv"]);
}

#[test]
fn shops_from_which_nothing_can_be_learned_are_refused_in_words() {
    let shop = Shop::new();
    let refused = |name: &str, words: &[&str]| shop.refused(&["train", name, "-o", "m.json"], 1, words);
    refused(
        &shop.file("one.csv", "customer_id,date,amount\na,2024-01-01,5\na,2024-02-01,6\n"),
        &["customer"],
    );
    let once: String = (0..100).map(|n| format!("c{n},2024-01-{:02},5\n", n % 28 + 1)).collect();
    refused(&shop.file("once.csv", format!("customer_id,date,amount\n{once}")), &["second time"]);
    let day: String = (0..100).map(|n| format!("c{},2024-01-01,5\n", n % 50)).collect();
    refused(&shop.file("day.csv", format!("customer_id,date,amount\n{day}")), &["second time", "day"]);
}

#[test]
fn a_wrong_column_name_gets_the_nearest_right_one() {
    let shop = Shop::new();
    let wrong = ["features", &data("cdnow_sample.csv"), "--customer", "custmer_id", "-o", "f.csv"];
    shop.refused(&wrong, 2, &["custmer_id", "customer_id"]);
}

#[test]
fn an_ambiguous_date_is_asked_for() {
    let shop = Shop::new();
    shop.file("a.csv", "customer_id,date,amount\na,3/4/2024,5\nb,5/6/2024,7\na,7/8/2024,5\n");
    shop.refused(&["features", "a.csv", "-o", "f.csv"], 1, &["--date-format"]);
    shop.done(&["features", "a.csv", "--date-format", "dmy", "-o", "f.csv"]);
    assert!(shop.text("f.csv").contains("2024-04-03"));
}

#[test]
fn rows_that_cannot_be_used_are_counted_or_with_strict_refused() {
    let shop = Shop::new();
    shop.file("a.csv", "customer_id,date,amount\na,2024-01-01,5\n,2024-01-02,7\nb,someday,5\nb,2024-01-03,8\nb,2024-02-03,8\n");
    let said = shop.done(&["features", "a.csv", "-o", "f.csv"]);
    for words in ["5 rows: 3 kept", "1 without a customer", "1 with an unreadable date", "line 4"] {
        assert!(said.out.contains(words), "no `{words}` in\n{}", said.out);
    }
    fs::remove_file(shop.path("f.csv")).unwrap();
    shop.refused(&["features", "a.csv", "--strict", "-o", "f.csv"], 1, &["a.csv", "line"]);
}

#[test]
fn damaged_model_files_are_refused() {
    let shop = Shop::with_model();
    let model = shop.text("model.json");
    let score = |name: &str| {
        [
            "score".to_owned(),
            data("cdnow_sample.csv"),
            "--model".into(),
            name.into(),
            "--horizon".into(),
            "39w".into(),
            "-o".into(),
            "s.csv".into(),
        ]
    };
    let refused = |name: &str, words: &[&str]| {
        let args = score(name);
        shop.refused(&args.iter().map(String::as_str).collect::<Vec<_>>(), 1, words);
    };
    refused(&shop.file("half.json", &model[..model.len() / 2]), &["half.json"]);
    refused(
        &shop.file("future.json", model.replace("\"format_version\": 1", "\"format_version\": 99")),
        &["future.json", "99"],
    );
    refused(
        &shop.file("negative.json", model.replacen("\"r\": 0.", "\"r\": -0.", 1)),
        &["negative.json", "r"],
    );
    refused("missing.json", &["missing.json"]);
}

#[test]
fn horizons_that_make_no_sense_are_refused() {
    let shop = Shop::with_model();
    for horizon in ["0w", "900y", "soon", "-3w"] {
        let argument = format!("--horizon={horizon}");
        shop.refused(
            &["score", &data("cdnow_sample.csv"), "--model", "model.json", &argument, "-o", "s.csv"],
            2,
            &["horizon"],
        );
    }
}

#[test]
fn an_output_in_no_folder_is_refused_before_the_work() {
    let shop = Shop::new();
    shop.refused(
        &["train", &data("cdnow_sample.csv"), "-o", "no/such/folder/m.json"],
        1,
        &["no/such/folder"],
    );
    shop.refused(&["features", &data("cdnow_sample.csv"), "-o", "."], 2, &["directory"]);
    shop.file("taken", "");
    shop.refused(&["run", &data("cdnow_sample.csv"), "-o", "taken"], 2, &["taken", "folder"]);
    shop.refused(&["run", "missing.csv", "-o", "out"], 1, &["missing.csv"]);
}

#[test]
fn no_command_overwrites_what_it_reads() {
    let shop = Shop::with_model();
    let orders = fs::read(data("cdnow_sample.csv")).unwrap();
    shop.file("orders.csv", &orders);
    fs::copy(shop.path("model.json"), shop.path("model.csv")).unwrap();
    fs::create_dir(shop.path("out")).unwrap();
    fs::copy(shop.path("orders.csv"), shop.path("out/scores.csv")).unwrap();
    let lost = ["would be lost", "name another output"];
    shop.refused(&["features", "orders.csv", "-o", "./orders.csv"], 2, &lost);
    shop.refused(&["features", "ord*.csv", "-o", "orders.csv"], 2, &lost);
    shop.refused(&["train", "orders.csv", "-o", "orders.csv"], 2, &lost);
    shop.refused(&["backtest", "orders.csv", "--horizon", "8w", "-o", "orders.csv"], 2, &lost);
    shop.refused(&["run", "out/scores.csv", "-o", "out"], 2, &lost);
    let to_model = ["--model", "model.csv", "--horizon", "8w", "-o", "model.csv"];
    shop.refused(&[&["score", "orders.csv"], &to_model[..]].concat(), 2, &lost);
    #[cfg(unix)]
    {
        fs::hard_link(shop.path("orders.csv"), shop.path("hard.csv")).unwrap();
        std::os::unix::fs::symlink("orders.csv", shop.path("soft.csv")).unwrap();
        shop.refused(&["features", "orders.csv", "-o", "hard.csv"], 2, &lost);
        shop.refused(&["features", "orders.csv", "-o", "soft.csv"], 2, &lost);
    }
    assert_eq!(fs::read(shop.path("orders.csv")).unwrap(), orders);
    assert_eq!(fs::read(shop.path("out/scores.csv")).unwrap(), orders);
}

#[test]
fn an_output_is_what_its_name_says() {
    let shop = Shop::new();
    for name in ["table.xlsx", "table.csv.gz"] {
        shop.refused(&["features", &data("cdnow_sample.csv"), "-o", name], 2, &[name, ".parquet"]);
    }
    shop.refused(&["run", &data("cdnow_sample.csv"), "-o", "-"], 2, &["folder"]);
    assert!(shop.names().is_empty());
}

#[test]
#[cfg(unix)]
fn an_output_follows_links_and_keeps_permissions() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let shop = Shop::new();
    let features = |output: &str| shop.run(&["features", &data("cdnow_sample.csv"), "-o", output]);
    fs::create_dir(shop.path("real")).unwrap();
    symlink("real/new.csv", shop.path("link.csv")).unwrap();
    assert_eq!(features("link.csv").code, Some(0));
    assert!(shop.path("link.csv").is_symlink() && shop.path("real/new.csv").is_file());
    symlink("one.csv", shop.path("other.csv")).unwrap();
    symlink("other.csv", shop.path("one.csv")).unwrap();
    assert_eq!(features("one.csv").code, Some(1));
    assert!(shop.path("one.csv").is_symlink());

    let mode = |mode: u32| {
        shop.file("secret.csv", "");
        fs::set_permissions(shop.path("secret.csv"), fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(0o600);
    assert_eq!(features("secret.csv").code, Some(0));
    assert_eq!(fs::metadata(shop.path("secret.csv")).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(shop.path("secret.csv"), fs::Permissions::from_mode(0o400)).unwrap();
    let said = features("secret.csv");
    assert!(said.code == Some(1) && said.err.contains("read-only"), "{}", said.err);
    let said = features("nowhere/table.csv");
    assert!(said.err.contains("there is no folder") && !said.err.contains(".partial"), "{}", said.err);
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_a_command_that_waits_for_input() {
    let shop = Shop::new();
    let mut child = ltv()
        .args(["features", "-", "-o", "customers.csv"])
        .current_dir(shop.dir.path())
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let input = child.stdin.take(); // open, and nothing ever comes
    std::thread::sleep(Duration::from_millis(500));
    let kill = |id: u32| Command::new("kill").args(["-INT", &id.to_string()]).status().unwrap();
    assert!(kill(child.id()).success());
    std::thread::sleep(Duration::from_millis(200));
    assert!(kill(child.id()).success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(input);
    assert!(shop.names().is_empty(), "{:?}", shop.names());
}
