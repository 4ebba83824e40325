//! Models of spend on the command line: trained, scored with, compared, simulated, and refused.

mod desk;

use desk::{Desk, column, data};

const CUT: [&str; 2] = ["--cutoff", "1997-09-30"];

fn sample() -> String {
    data("cdnow_sample.csv")
}

#[test]
fn log_normal_spend_is_trained_and_scored_with() {
    let desk = Desk::new();
    let (orders, cut) = (sample(), CUT);
    let said = desk.done(&["train", &orders, cut[0], cut[1], "--spend", "log-normal", "-o", "model.json"]);
    assert!(said.out.contains("Lognormal spend") && said.out.contains("-10,697.2760"), "{}", said.out);
    let model: serde_json::Value = serde_json::from_str(&desk.text("model.json")).unwrap();
    assert_eq!(model["spend"]["model"], "log-normal");
    assert!((model["spend"]["params"]["m"].as_f64().unwrap() - 3.290_847_6).abs() < 1e-6);
    let said = desk.done(&[
        "score",
        &orders,
        cut[0],
        cut[1],
        "--model",
        "model.json",
        "--horizon",
        "39w",
        "-o",
        "scores.csv",
    ]);
    assert!(said.out.contains("value"), "{}", said.out);
    let scores = desk.text("scores.csv");
    let columns = ["value_lower", "value_median", "value_upper"].map(|name| column(&scores, name));
    for ((lower, median), upper) in columns[0].iter().zip(&columns[1]).zip(&columns[2]) {
        assert!(lower <= median && median <= upper);
    }
    assert!(column(&scores, "expected_value").iter().all(|value| *value > 0.0));
    let said = desk.done(&["score", "--new-customer", "--model", "model.json", "--horizon", "52w"]);
    assert!(said.out.contains("expected value of an order") && said.out.contains("35.12"), "{}", said.out);
}

/// The table that `ltv features` writes stands for the orders: the same model, and the same scores.
#[test]
fn a_table_of_customers_carries_the_logarithms() {
    let desk = Desk::new();
    let (orders, cut) = (sample(), CUT);
    desk.done(&["features", &orders, cut[0], cut[1], "-o", "customers.csv"]);
    desk.done(&["train", &orders, cut[0], cut[1], "--spend", "log-normal", "-o", "one.json"]);
    desk.done(&["train", "customers.csv", "--spend", "log-normal", "-o", "other.json"]);
    assert_eq!(desk.text("one.json"), desk.text("other.json"));
    desk.done(&[
        "score",
        &orders,
        cut[0],
        cut[1],
        "--model",
        "one.json",
        "--horizon",
        "39w",
        "-o",
        "one.csv",
    ]);
    desk.done(&["score", "customers.csv", "--model", "one.json", "--horizon", "39w", "-o", "other.csv"]);
    assert_eq!(desk.text("one.csv"), desk.text("other.csv"));
}

#[test]
fn a_table_without_logarithms_is_refused_in_words() {
    let desk = Desk::new();
    desk.file(
        "bare.csv",
        "customer_id,frequency,recency,age,monetary_value\na,2,3,10,20\nb,1,3,10,30\nc,0,0,9,\n",
    );
    let said = desk.run(&["train", "bare.csv", "--spend", "log-normal", "-o", "model.json"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("mean_ln_value") && said.err.contains("ltv features"), "{}", said.err);
    let (orders, cut) = (sample(), CUT);
    desk.done(&["train", &orders, cut[0], cut[1], "--spend", "log-normal", "-o", "model.json"]);
    let said = desk.run(&["score", "bare.csv", "--model", "model.json", "--horizon", "9w", "-o", "out.csv"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("mean_ln_value"), "{}", said.err);
}

#[test]
fn spoiled_logarithms_are_named_by_line_and_column() {
    let desk = Desk::new();
    for (row, words) in [
        ("a,2,3,10,20,3.5,0.1", "at most 2.995732, the logarithm of monetary_value"),
        ("a,2,3,10,20,2.9,-0.1", "column `ss_ln_value`: -0.1; expected 0 or more"),
        ("a,1,3,10,20,2.9,0.5", "one repeat purchase"),
        ("a,0,0,10,,2.9,0", "without a repeat purchase"),
        ("a,2,3,10,20,,0.1", "nothing beside an ss_ln_value"),
        ("a,2,3,10,20,2.9,", "nothing beside a mean_ln_value"),
        ("a,2,3,10,20,x,0.1", "column `mean_ln_value`: `x`"),
        ("a,2,3,10,20,inf,0.1", "column `mean_ln_value`: `inf`"),
    ] {
        let head = "customer_id,frequency,recency,age,monetary_value,mean_ln_value,ss_ln_value";
        desk.file("customers.csv", &format!("{head}\nb,2,3,10,20,2.9,0.1\n{row}\n"));
        let said = desk.run(&["train", "customers.csv", "--spend", "log-normal", "-o", "model.json"]);
        assert_eq!(said.code, Some(1), "{row}: {}", said.err);
        assert!(said.err.contains(words) && said.err.contains("line 3"), "{row}: {}", said.err);
    }
}

/// A repeat purchase that cost nothing has no logarithm: its customer is left out, and that is said.
#[test]
fn customers_with_an_order_of_no_value_are_left_out_and_counted() {
    let desk = Desk::new();
    let mut orders = String::from("customer,date,amount\n");
    for customer in 0..60 {
        for order in 0..4 {
            let free = customer < 7 && order == 2;
            let amount = if free { 0.0 } else { 10.0 + f64::from((customer * 7 + order * 13) % 40) };
            orders += &format!("c{customer},2024-0{}-{:02},{amount}\n", 1 + order * 2, 1 + customer % 28);
        }
    }
    desk.file("orders.csv", &orders);
    let said = desk.done(&["train", "orders.csv", "--spend", "log-normal", "-o", "model.json"]);
    assert!(said.out.contains("7 left out"), "{}", said.out);
    let model: serde_json::Value = serde_json::from_str(&desk.text("model.json")).unwrap();
    assert_eq!(model["spend"]["report"]["left_out"], 7);
    desk.done(&["score", "orders.csv", "--model", "model.json", "--horizon", "9w", "-o", "scores.csv"]);
}

#[test]
fn unknown_and_contrary_models_of_spend_are_refused() {
    let desk = Desk::new();
    let (orders, cut) = (sample(), CUT);
    let said = desk.run(&["train", &orders, "--spend", "lognormal", "-o", "model.json"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("gamma-gamma, log-normal, and none"), "{}", said.err);
    desk.done(&["train", &orders, cut[0], cut[1], "-o", "model.json"]);
    let said = desk.run(&[
        "score",
        &orders,
        "--spend",
        "log-normal",
        "--model",
        "model.json",
        "--horizon",
        "9w",
        "-o",
        "out.csv",
    ]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("trained with --spend gamma-gamma"), "{}", said.err);
    for (models, words) in [
        ("bg-nbd+gamma", "`gamma` is not a model of spend"),
        ("naive-rate+log-normal", "naive-rate takes no model of spend"),
        ("+log-normal", "is not a model"),
    ] {
        let said = desk.run(&["backtest", &orders, "--horizon", "39w", "--models", models]);
        assert_eq!(said.code, Some(2), "{}", said.err);
        assert!(said.err.contains(words), "{}", said.err);
    }
    let damaged = desk.text("model.json").replace("gamma-gamma", "log-normal");
    desk.file("damaged.json", &damaged);
    let said = desk.run(&["score", &orders, "--model", "damaged.json", "--horizon", "9w", "-o", "out.csv"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("spend.params.m"), "{}", said.err);
}

/// Pairs beside one another, and which of them the log score prefers: on CDNOW the lognormal.
#[test]
fn a_backtest_compares_models_of_spend_by_their_log_score() {
    let desk = Desk::new();
    let said = desk.done(&[
        "backtest",
        &sample(),
        "--horizon",
        "39w",
        "--models",
        "bg-nbd,bg-nbd+log-normal,bg-nbd+none,naive-rate",
        "--format",
        "csv",
        "--quiet",
    ]);
    let score = |model: &str, target: &str| -> Option<f64> {
        let start = format!("1997-09-30,{model},{target},log_score,");
        said.out.lines().find_map(|line| line.strip_prefix(&start)).and_then(|text| text.parse().ok())
    };
    let (gamma, normal) = (score("bg-nbd", "value").unwrap(), score("bg-nbd+log-normal", "value").unwrap());
    assert!((gamma - -2.082_81).abs() < 1e-4 && (normal - -2.073_10).abs() < 1e-4, "{gamma} {normal}");
    assert_eq!(score("bg-nbd", "purchases"), score("bg-nbd+log-normal", "purchases"));
    assert_eq!((score("bg-nbd+none", "value"), score("naive-rate", "value")), (None, None));
    let table = desk.done(&["backtest", &sample(), "--horizon", "39w", "--models", "bg-nbd+log-normal"]);
    assert!(table.out.contains("log score") && table.out.contains("-2.0731"), "{}", table.out);
}

/// A heavy-tailed shop told by a model file: its own model wins, and the simulated file comes back as its parameters.
#[test]
fn a_simulated_shop_of_heavy_tails_prefers_the_lognormal() {
    let desk = Desk::new();
    let (orders, cut) = (sample(), CUT);
    desk.done(&["train", &orders, cut[0], cut[1], "--spend", "log-normal", "-o", "model.json"]);
    let mut model: serde_json::Value = serde_json::from_str(&desk.text("model.json")).unwrap();
    model["spend"]["params"] = serde_json::json!({ "m": 3.0, "sigma": 1.3, "tau": 0.9 });
    desk.file("heavy.json", &model.to_string());
    desk.done(&[
        "simulate",
        "--model",
        "heavy.json",
        "--customers",
        "3000",
        "--seed",
        "4",
        "-o",
        "orders.csv",
    ]);
    desk.done(&["train", "orders.csv", "--spend", "log-normal", "-o", "again.json"]);
    let again: serde_json::Value = serde_json::from_str(&desk.text("again.json")).unwrap();
    for (name, truth) in [("m", 3.0), ("sigma", 1.3), ("tau", 0.9)] {
        let found = again["spend"]["params"][name].as_f64().unwrap();
        let error = again["spend"]["standard_errors"][name].as_f64().unwrap();
        assert!((found - truth).abs() < 4.0 * error, "{name}: {found} ± {error}");
    }
    let said = desk.done(&[
        "backtest",
        "orders.csv",
        "--horizon",
        "26w",
        "--models",
        "bg-nbd,bg-nbd+log-normal",
        "--format",
        "csv",
        "--quiet",
    ]);
    let scores: Vec<f64> = (said.out.lines())
        .filter(|line| line.contains(",bg-nbd") && line.contains(",value,log_score,"))
        .map(|line| line.rsplit(',').next().unwrap().parse().unwrap())
        .collect();
    assert!(scores.len() == 2 && scores[1] > scores[0] + 0.005, "{scores:?}");
}
