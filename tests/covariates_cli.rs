//! Covariates as people meet them: good files, spoiled files, and questions that a model cannot answer.

mod desk;

use desk::{Desk, column, data};

const CUT: [&str; 2] = ["--cutoff", "1997-09-30"];

/// What is known of the customers of the CDNOW sample: made up, but for the ids.
fn ids() -> Vec<String> {
    let text = std::fs::read_to_string(data("cdnow_sample.csv")).unwrap();
    let mut ids: Vec<String> =
        text.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect();
    ids.dedup();
    ids
}

/// A table of covariates, a row for each customer by their number.
fn table(head: &str, row: impl Fn(usize) -> String) -> String {
    let rows = ids().iter().enumerate().map(|(at, id)| format!("{id},{}\n", row(at))).collect::<String>();
    format!("customer_id,{head}\n{rows}")
}

/// Columns as shops have them: a channel, an age, a code that looks like a number, one that never differs, one that is another.
fn usual() -> String {
    table("channel,age,code,country,months", |at| {
        let channel = ["web", "web", "shop", "phone"][at % 4];
        format!("{channel},{},{:02},US,{}", 20 + at % 41, at % 3, 12 * (20 + at % 41))
    })
}

fn train<'a>(orders: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["train", orders, CUT[0], CUT[1], "-o", "model.json"];
    args.extend(more);
    args
}

fn score<'a>(orders: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["score", orders, CUT[0], CUT[1], "--model", "model.json", "-o", "scores.csv"];
    args.extend(more);
    args
}

#[test]
fn covariates_are_trained_with_kept_and_scored_with() {
    let desk = Desk::new();
    desk.file("who.csv", &usual());
    let orders = data("cdnow_sample.csv");
    let with = ["--covariates", "who.csv", "--purchase-covariates", "channel,code", "--categorical", "code"];
    let more = ["--dropout-covariates", "age", "--spend-covariates", "channel", "--l2", "auto"];
    let said = desk.done(&train(&orders, &[&with[..], &more].concat()));
    for word in [
        "purchase.channel=phone",
        "purchase.code=01",
        "dropout.age",
        "spend.channel=shop",
        "channel: web is the reference; beside it phone, shop",
        "predicts the purchases of customers left out best",
        "predicts the spend of customers left out best",
    ] {
        assert!(said.out.contains(word), "`{word}` is not in:\n{}", said.out);
    }
    let model: serde_json::Value = serde_json::from_str(&desk.text("model.json")).unwrap();
    assert_eq!(model["covariates"]["columns"][0]["coding"]["levels"]["reference"], "web");
    assert!(model["spend"]["params"]["spend.channel=phone"].is_number());
    let horizon = ["--horizon", "39w", "--next-purchase", "--probabilities", "2", "--from", "4w"];
    desk.done(&score(&orders, &[&horizon[..], &["--covariates", "who.csv"]].concat()));
    assert_eq!(column(&desk.text("scores.csv"), "expected_value").len(), 2357);
    let said = desk.done(&["score", "--new-customer", "--model", "model.json", "--horizon", "52w"]);
    assert!(said.out.contains("A typical customer"), "{}", said.out);
    let backtest = ["backtest", &orders, "--horizon", "13w", "--models", "bg-nbd", "-o", "report.txt"];
    desk.done(&[&backtest[..], &with, &more[2..4]].concat());
    assert!(desk.text("report.txt").contains("bg-nbd+covariates"));
    // A table of customers stands for the orders.
    desk.done(&["features", &orders, CUT[0], CUT[1], "-o", "customers.csv"]);
    desk.done(&[&["train", "customers.csv", "-o", "other.json"][..], &with, &more].concat());
    assert_eq!(desk.text("other.json"), desk.text("model.json"));
}

#[test]
fn a_whole_run_takes_covariates() {
    let desk = Desk::new();
    desk.file("who.csv", &usual());
    let orders = data("cdnow_sample.csv");
    let with = ["--covariates", "who.csv", "--purchase-covariates", "channel", "--spend-covariates", "age"];
    let said = desk.done(&[&["run", &orders, "--horizon", "26w", "-o", "out"][..], &with].concat());
    assert!(said.out.contains("bg-nbd+covariates"), "{}", said.out);
    assert!(desk.text("out/model.json").contains("spend.age"));
}

#[test]
fn customers_without_covariates_are_counted_and_named_or_taken_to_be_typical() {
    let desk = Desk::new();
    let orders = data("cdnow_sample.csv");
    let few: String = usual().lines().take(2_001).map(|line| format!("{line}\n")).collect();
    desk.file("few.csv", &few);
    let with = train(&orders, &["--covariates", "few.csv", "--purchase-covariates", "age"]);
    desk.refused(&with, 1, &["few.csv", "357 of 2357 customers", "have no row", "--covariates-gaps fill"]);
    desk.done(&[&with[..], &["--covariates-gaps", "fill"]].concat());
    let gaps = table("age", |at| if at == 7 { String::new() } else { (at % 50).to_string() });
    desk.file("gaps.csv", &gaps);
    let with = train(&orders, &["--covariates", "gaps.csv", "--purchase-covariates", "age"]);
    let desk = Desk::new();
    desk.file("gaps.csv", &gaps);
    desk.refused(&with, 1, &["1 of 2357 customers", "nothing in `age`"]);
}

#[test]
fn columns_that_tell_nothing_are_refused_by_name() {
    let desk = Desk::new();
    desk.file("who.csv", &usual());
    let orders = data("cdnow_sample.csv");
    let on = |flag: &'static str, columns: &'static str| ["--covariates", "who.csv", flag, columns];
    let refused =
        |flags: &[&str], code: i32, words: &[&str]| desk.refused(&train(&orders, flags), code, words);
    refused(
        &on("--purchase-covariates", "country"),
        1,
        &["who.csv", "`country`", "`US` for all customers", "leave it out"],
    );
    refused(
        &on("--purchase-covariates", "age,months"),
        1,
        &["who.csv", "`months` follows from `age`", "leave `months` out"],
    );
    refused(&on("--spend-covariates", "age,months"), 1, &["the spend covariate `months` follows from `age`"]);
    refused(
        &on("--purchase-covariates", "chanel"),
        2,
        &["no column `chanel`", "did you mean `channel`?", "its columns are: customer_id, channel"],
    );
    refused(&["--covariates", "who.csv"], 2, &["--covariates needs columns", "--purchase-covariates"]);
    refused(&["--purchase-covariates", "age"], 2, &["--covariates"]);
    refused(&["--covariates", "nobody.csv", "--purchase-covariates", "age"], 1, &["nobody.csv"]);
    refused(
        &[&on("--purchase-covariates", "age")[..], &["--l2", "much"]].concat(),
        2,
        &["`much` is neither a number, 0 or more, nor auto"],
    );
    refused(&["--l2", "3"], 2, &["--l2 holds coefficients of covariates"]);
    refused(
        &[&on("--spend-covariates", "age")[..], &["--spend", "none"]].concat(),
        2,
        &["spend covariates need a model of spend"],
    );
    desk.file("odd.csv", &usual().replace(",25,", ",twenty-five,"));
    let odd = ["--covariates", "odd.csv", "--purchase-covariates", "age"];
    refused(&odd, 1, &["odd.csv", "line 7", "`age`", "`twenty-five`", "a number", "--categorical"]);
}

#[test]
fn a_level_that_training_did_not_know_is_refused_when_scoring() {
    let desk = Desk::new();
    desk.file("who.csv", &usual());
    let orders = data("cdnow_sample.csv");
    let on = ["--covariates", "who.csv", "--purchase-covariates", "channel"];
    desk.done(&train(&orders, &on));
    desk.file("later.csv", &usual().replacen("phone", "fax", 1));
    let horizon = ["--horizon", "39w"];
    let words = ["later.csv", "line 5", "column `channel`", "the level `fax`", "web, phone, shop"];
    desk.refused(&score(&orders, &[&horizon[..], &["--covariates", "later.csv"]].concat()), 1, &words);
    desk.refused(&score(&orders, &horizon), 2, &["trained with covariates (channel)", "--covariates FILE"]);
    desk.file("other.csv", &usual().replace("channel", "kanal"));
    let words = ["other.csv", "no column `channel`"];
    desk.refused(&score(&orders, &[&horizon[..], &["--covariates", "other.csv"]].concat()), 2, &words);
    desk.done(&train(&orders, &[]));
    let words = ["trained without covariates", "leave --covariates out"];
    desk.refused(&score(&orders, &[&horizon[..], &["--covariates", "who.csv"]].concat()), 2, &words);
}

#[test]
fn models_that_take_no_covariates_say_so() {
    let desk = Desk::new();
    desk.file("who.csv", &usual());
    let orders = data("cdnow_sample.csv");
    let on = ["--covariates", "who.csv", "--purchase-covariates", "age"];
    for (model, more) in [("bg-bb", &["--opportunities", "month"][..]), ("pareto-ggg", &[])] {
        let words = [&format!("the model {model} takes no purchase covariates")[..], "ltv models"];
        desk.refused(&train(&orders, &[&on[..], &["--model", model], more].concat()), 2, &words);
    }
    let dropout = ["--covariates", "who.csv", "--dropout-covariates", "age", "--model", "nbd"];
    desk.refused(&train(&orders, &dropout), 2, &["the model nbd takes no dropout covariates"]);
    for model in ["sbg", "bdw"] {
        let words = ["models of subscriptions take no covariates"];
        desk.refused(&train(&orders, &[&on[..], &["--model", model]].concat()), 2, &words);
        desk.refused(&train(&orders, &["--model", model, "--seasonality", "month"]), 2, &words);
    }
    let said = desk.done(&train(&orders, &[&on[..], &["--model", "auto"]].concat()));
    for word in ["pareto-ggg takes no purchase covariates", "tried without the covariates", "purchase.age"] {
        assert!(said.out.replace("\n  ", " ").contains(word), "`{word}` is not in:\n{}", said.out);
    }
}

#[test]
fn a_season_answers_what_it_can_and_refuses_the_rest() {
    let desk = Desk::new();
    let orders = data("cdnow_sample.csv");
    let season = ["--model", "pareto-nbd", "--seasonality", "month"];
    let said = desk.done(&train(&orders, &season));
    let text = said.out.replace("\n  ", " ");
    for word in [
        "purchase.season=12",
        "held towards none with strength 4",
        "nobody was observed in October to December",
        "nothing can be known of that part of the year",
        "until each part was seen twice",
    ] {
        assert!(text.contains(word), "`{word}` is not in:\n{text}");
    }
    let horizon = ["--horizon", "39w"];
    let more = ["--from", "4w", "--probabilities", "3", "--discount", "10%"];
    desk.done(&score(&orders, &[&horizon[..], &more].concat()));
    let scores = desk.text("scores.csv");
    let p: Vec<Vec<f64>> = ["p_0", "p_1", "p_2", "p_3", "p_more"].map(|name| column(&scores, name)).to_vec();
    assert!((0..p[0].len()).all(|at| (p.iter().map(|p| p[at]).sum::<f64>() - 1.0).abs() < 1e-9));
    std::fs::remove_file(desk.path("scores.csv")).unwrap();
    let refused = |flags: &[&str], words: &[&str]| desk.refused(&score(&orders, flags), 2, words);
    refused(&[&horizon[..], &["--next-purchase"]].concat(), &["--next-purchase looks ahead without end"]);
    refused(&[&horizon[..], &["--residual", "--discount", "10%"]].concat(), &["--residual looks ahead"]);
    desk.file("who.csv", &usual());
    refused(&[&horizon[..], &["--covariates", "who.csv"]].concat(), &["knows the season alone"]);
    let newcomer = ["score", "--new-customer", "--model", "model.json", "--horizon", "52w"];
    desk.refused(&newcomer, 2, &["covariates over time", "newcomer"]);
    let told = ["simulate", "--model", "model.json", "--customers", "10", "-o", "orders.csv"];
    desk.refused(&told, 2, &["covariates over time", "made-up shop"]);
    desk.done(&["features", &orders, CUT[0], CUT[1], "-o", "customers.csv"]);
    let words = ["need the orders", "a table of customers does not tell when they bought"];
    desk.refused(
        &["train", "customers.csv", "-o", "x.json", season[0], season[1], season[2], season[3]],
        2,
        &words,
    );
    desk.refused(
        &["score", "customers.csv", "--model", "model.json", "--horizon", "4w", "-o", "x.csv"],
        2,
        &words,
    );
    let refused = |flags: &[&str], words: &[&str]| desk.refused(&train(&orders, flags), 2, words);
    refused(&["--seasonality", "month"], &["--model pareto-nbd, not with bg-nbd"]);
    refused(&[&season[..], &["--l2", "0"]].concat(), &["--l2 0", "Give a strength above 0"]);
    refused(&[&season[..], &["--opportunities", "month"]].concat(), &["leave --opportunities out"]);
    refused(&["--model", "pareto-nbd", "--seasonality", "tide"], &["month", "week"]);
}

/// A campaign that comes and goes, a row for each customer and quarter.
fn campaign(quarters: &[&str]) -> String {
    let row = |id: &String, quarter: &(usize, &&str)| format!("{id},{},{}\n", quarter.1, quarter.0 % 2);
    let rows = ids()
        .iter()
        .map(|id| quarters.iter().enumerate().map(|q| row(id, &q)).collect::<String>())
        .collect::<String>();
    format!("customer_id,from,campaign\n{rows}")
}

#[test]
fn covariates_over_time_must_be_known_as_far_as_is_asked() {
    let desk = Desk::new();
    let orders = data("cdnow_sample.csv");
    let quarters = ["1997-01-01", "1997-04-01", "1997-07-01", "1997-10-01", "1998-01-01"];
    desk.file("past.csv", &campaign(&quarters[..3]));
    desk.file("all.csv", &campaign(&quarters));
    let on = |file: &'static str| {
        let date = ["--covariates-date", "from", "--purchase-covariates", "campaign"];
        [&["--covariates", file][..], &date, &["--model", "pareto-nbd"]].concat()
    };
    let said = desk.done(&train(&orders, &on("past.csv")));
    assert!(said.out.contains("purchase.campaign"), "{}", said.out);
    let horizon = ["--horizon", "26w", "--covariates-date", "from"];
    let words = ["past.csv", "reach to 1997-09-30", "needed to 1998-03-31", "shorter --horizon"];
    desk.refused(&score(&orders, &[&horizon[..], &["--covariates", "past.csv"]].concat()), 1, &words);
    desk.done(&score(&orders, &[&horizon[..], &["--covariates", "all.csv"]].concat()));
    desk.file("late.csv", &campaign(&quarters[1..]));
    let words = ["late.csv", "begin on 1997-04-01, after their first purchase on 1997-01-01"];
    desk.refused(&train(&orders, &on("late.csv")), 1, &words);
    let twice = campaign(&["1997-01-01", "1997-04-01", "1997-04-01"]);
    desk.file("twice.csv", &twice);
    let words = ["twice.csv", "line 4", "in line 3 too", "with the same date 1997-04-01"];
    desk.refused(&train(&orders, &on("twice.csv")), 1, &words);
    desk.file("still.csv", &campaign(&["1997-01-01", "1997-04-01", "1997-07-01"]).replace(",1\n", ",0\n"));
    desk.refused(&train(&orders, &on("still.csv")), 1, &["`campaign`", "`0` for all customers"]);
    desk.file("future.csv", &campaign(&quarters).replace("1997-04-01,1", "1997-04-01,0"));
    desk.refused(
        &train(&orders, &on("future.csv")),
        1,
        &["`campaign` is the same for all customers, as long as they were observed"],
    );
    let spend = ["--covariates", "all.csv", "--covariates-date", "from", "--spend-covariates", "campaign"];
    desk.refused(
        &train(&orders, &[&spend[..], &["--model", "pareto-nbd"]].concat()),
        2,
        &["spend covariates stand still", "all.csv"],
    );
    desk.refused(
        &train(&orders, &on("past.csv")[..6]),
        2,
        &["covariates over time", "--model pareto-nbd, not with bg-nbd"],
    );
    let backtest =
        ["backtest", &orders, "--horizon", "13w", "--models", "pareto-nbd,bg-nbd", "-o", "report.txt"];
    desk.done(&[&backtest[..], &on("all.csv")[..6]].concat());
    let report = desk.text("report.txt");
    assert!(report.contains("pareto-nbd+covariates"), "{report}");
    assert!(report.replace("\n  ", " ").contains("not with bg-nbd"), "{report}");
}
