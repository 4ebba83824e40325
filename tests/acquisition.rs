//! `ltv acquisition` and `ltv what-if`: figures that were computed by hand, laws, and what bad input is answered.

mod desk;

use std::collections::HashMap;

use desk::{Desk, column, data};

/// Ten orders of six customers; all of their first three months lie before the end of observation.
const ORDERS: &str = "customer_id,date,amount,channel,campaign
a1,2024-01-10,30,ads,spring
a1,2024-02-05,20,,
a1,2024-04-10,10,ads,summer
a1,2024-04-11,99,ads,summer
a2,2024-01-20,40,ads,summer
e1,2024-01-05,50,Email,
e1,2024-03-01,60,ads,
e2,2024-02-10,20, email ,spring
o1,2024-02-15,5,organic,
p1,2024-05-01,8,,
";

const COSTS: &str = "period,channel,cost,campaign
2024-01,ADS,50,spring
2024-01,ads,10,summer
2024-01,email,40,
2024-02,email,30,spring
2024-01,radio,15,
2030-01,ads,999,spring
";

/// A row of a table, by the names of its columns.
type Cells = HashMap<String, String>;

fn rows(text: &str) -> Vec<Cells> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names = reader.headers().unwrap().clone();
    let cells = |row: csv::StringRecord| {
        names.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect::<Cells>()
    };
    reader.records().map(|row| cells(row.unwrap())).collect()
}

fn find<'a>(rows: &'a [Cells], channel: &str, period: &str) -> &'a Cells {
    rows.iter().find(|row| row["channel"] == channel && row["period"] == period).unwrap()
}

#[track_caller]
fn near(row: &Cells, name: &str, wanted: f64) {
    let found: f64 = row[name].parse().unwrap_or_else(|_| panic!("{name} is `{}`", row[name]));
    assert!((found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0), "{name}: {found}, not {wanted}");
}

fn shop() -> Desk {
    let desk = Desk::new();
    desk.file("orders.csv", ORDERS);
    desk.file("costs.csv", COSTS);
    desk
}

fn asked(desk: &Desk, more: &[&str]) -> Vec<Cells> {
    let model = data("../models/cdnow.json");
    let mut args =
        vec!["acquisition", "orders.csv", "--costs", "costs.csv", "--model", &model, "-o", "a.csv"];
    args.extend(["--cutoff", "2024-12-31", "--horizon", "3m", "--margin", "50%"]);
    args.extend(more);
    desk.done(&args);
    rows(&desk.text("a.csv"))
}

/// The part of a group's own mean under a half of Cauchy's law of scale a and normal means around one that is not known, by the trapezoidal rule in ln τ.
fn weight(groups: &[(f64, f64)], within: f64, a: f64, of: usize) -> f64 {
    let (mut above, mut below) = (0.0, 0.0);
    for step in 0..40_000 {
        let tau = (-12.0 + 24.0 * f64::from(step) / 40_000.0).exp();
        let mut ln = (tau / (1.0 + (tau / a).powi(2))).ln();
        let variance = |size: f64| within / size + tau * tau;
        let precision: f64 = groups.iter().map(|&(_, size)| 1.0 / variance(size)).sum();
        let middle: f64 = groups.iter().map(|&(mean, size)| mean / variance(size)).sum::<f64>() / precision;
        ln -= 0.5 * precision.ln();
        for &(mean, size) in groups {
            ln -= 0.5 * (variance(size).ln() + (mean - middle).powi(2) / variance(size));
        }
        let (own, all) = (groups[of].1, groups.iter().map(|group| group.1).sum::<f64>());
        let shares: f64 = groups.iter().map(|group| (group.1 / (all - own)).powi(2)).sum::<f64>();
        let apart = tau * tau * (1.0 + shares - (own / (all - own)).powi(2)) + within / (all - own);
        above += ln.exp() * apart / (apart + within / own);
        below += ln.exp();
    }
    above / below
}

#[test]
fn a_shop_of_ten_orders_is_as_computed_by_hand() {
    let desk = shop();
    let all = asked(&desk, &[]);
    // Five customers came in January and February: 60 + 40 + 110 + 20 + 5 within three months, half of it earned.
    let whole = find(&all, "all", "all");
    near(whole, "cost", 145.0);
    near(whole, "new_customers", 5.0);
    near(whole, "cac", 29.0);
    for name in ["ltv", "ltv_raw", "ltv_lower", "ltv_upper"] {
        near(whole, name, 23.5);
    }
    near(whole, "ltv_to_cac", 23.5 / 29.0);
    near(whole, "roi", 23.5 / 29.0 - 1.0);
    near(whole, "max_cac", 23.5 / 3.0);
    assert_eq!(whole["payback_months"], "");
    assert!(whole["note"].contains("not paid back within 3 months"));
    // Each channel alone: (60 + 40)/2, (110 + 20)/2 and 5, halved.
    let (ads, email, organic) =
        (find(&all, "ads", "all"), find(&all, "Email", "all"), find(&all, "organic", "all"));
    near(ads, "cost", 60.0);
    near(ads, "cac", 30.0);
    near(ads, "ltv_raw", 25.0);
    near(email, "cac", 35.0);
    near(email, "ltv_raw", 32.5);
    near(organic, "ltv_raw", 2.5);
    assert_eq!((organic["cost"].as_str(), organic["cac"].as_str()), ("", ""));
    // The variance between customers of one channel: (200 + 4,050 + 0)/(5 − 3), times a quarter for the margin.
    let groups = [(1.5, 2.0), (9.0, 2.0), (-21.0, 1.0)];
    // Of all without ads, without email, without organic.
    let rests = [67.5 / 3.0, 52.5 / 3.0, 115.0 / 4.0];
    let scale = (rests[0] + rests[1] + rests[2]) / 3.0;
    for (at, row) in [ads, email, organic].into_iter().enumerate() {
        let wanted = weight(&groups, 2125.0 / 4.0, 0.25 * scale, at);
        let found: f64 = row["weight"].parse().unwrap();
        assert!((found / wanted - 1.0).abs() < 2e-3, "{found} and {wanted}");
        near(row, "ltv", rests[at] + found * (23.5 + groups[at].0 - rests[at]));
        assert!(row["note"].contains("of the other channels"), "{}", row["note"]);
    }
    let radio = find(&all, "radio", "all");
    assert_eq!(
        (radio["cost"].as_str(), radio["new_customers"].as_str(), radio["cac"].as_str()),
        ("15.0", "0", "")
    );
    // Costs of a period without orders, and customers of a period without costs.
    near(find(&all, "ads", "2030-01"), "cost", 999.0);
    near(find(&all, "all", "other"), "ltv_raw", 4.0);
    assert_eq!(find(&all, "all", "other")["level"], "outside");
    // Ads in January: a1 and a2, who paid 70 at first, 20 in the first month, and 10 on the last day of the third.
    near(find(&all, "ads", "2024-01"), "ltv_raw", 25.0);
    near(find(&all, "Email", "2024-01"), "ltv_raw", 55.0);
    near(find(&all, "Email", "2024-02"), "cac", 30.0);
}

#[test]
fn payback_and_discount_follow_the_months_of_life() {
    let desk = shop();
    // One channel, so nothing is drawn together: 17.5 with the first order, 22.5 after a month, 25 after three.
    let ads: String = ORDERS.lines().filter(|line| !line.contains("rganic")).collect::<Vec<_>>().join("\n");
    desk.file("orders.csv", &ads.replace("Email", "ads").replace(" email ", "ads").replace("e1", "x1"));
    let cost = |cost: &str| desk.file("costs.csv", &format!("period,channel,cost\n2024-Q1,ads,{cost}\n"));
    cost("80");
    let all = asked(&desk, &["--target-payback", "1m"]);
    let row = find(&all, "ads", "all");
    // a1, a2, x1, e2: 30 + 40 + 50 + 20 at first; 20 more in a month; 60 in the second; 10 in the third; halves of quarters.
    near(row, "cac", 20.0);
    near(row, "max_cac", 20.0);
    near(row, "payback_months", 1.0);
    near(row, "payback_lower", 1.0);
    near(row, "payback_upper", 1.0);
    near(row, "ltv", 28.75);
    cost("70");
    near(find(&asked(&desk, &[]), "ads", "all"), "payback_months", 0.0);
    cost("70.01");
    near(find(&asked(&desk, &[]), "ads", "all"), "payback_months", 1.0);
    let both = asked(&desk, &["--target-payback", "1m", "--target-ratio", "2"]);
    near(find(&both, "ads", "all"), "max_cac", 28.75 / 2.0);
    // Discounted by days: 26 days to 2024-02-05, 56 to 2024-03-01, 91 to 2024-04-10.
    let day = |days: f64| 1.1f64.powf(-days / 365.25);
    let wanted = (140.0 + 20.0 * day(26.0) + 60.0 * day(56.0) + 10.0 * day(91.0)) / 8.0;
    near(find(&asked(&desk, &["--discount", "10%"]), "ads", "all"), "ltv", wanted);
}

#[test]
fn campaigns_are_told_apart_when_asked_for() {
    let desk = shop();
    let all = asked(&desk, &["--by-campaign"]);
    let spring = find(&all, "ads / spring", "all");
    near(spring, "cac", 50.0);
    near(spring, "ltv_raw", 30.0);
    near(find(&all, "ads / summer", "all"), "cac", 10.0);
    near(find(&all, "Email / (missing)", "all"), "cac", 40.0);
    assert_eq!(find(&asked(&desk, &["--period", "quarter"]), "ads", "2024-Q1")["cac"], "30.0");
}

#[test]
fn money_that_is_moved_takes_customers_along() {
    let desk = shop();
    let moved = |more: &[&str]| {
        let mut args = vec!["--moves-output", "m.csv"];
        args.extend(more);
        let all = asked(&desk, &args);
        (all, rows(&desk.text("m.csv")))
    };
    let (all, gain) = moved(&["--move", "30:ads:email"]);
    let ltv = |channel: &str| find(&all, channel, "all")["ltv"].parse::<f64>().unwrap();
    let one = |channel: &str| gain.iter().find(|row| row["channel"] == channel).unwrap().clone();
    // Half of the money of ads takes one of two customers; 30 more on 70 bring 6/7 of one.
    near(&one("ads"), "customers_after", 1.0);
    near(&one("Email"), "customers_after", 2.0 * 100.0 / 70.0);
    let wanted = -ltv("ads") + 6.0 / 7.0 * ltv("Email");
    near(&one("all"), "gain", wanted);
    let ends: Vec<f64> =
        ["gain_lower", "gain_upper"].iter().map(|name| one("all")[*name].parse().unwrap()).collect();
    assert!(ends[0] < wanted && wanted < ends[1]);
    // Parts are of what is spent there, and returns diminish.
    let (_, gain) = moved(&["--shift", "50%:ads:email", "--elasticity", "0.5"]);
    near(&gain[0], "cost_after", 30.0);
    near(&gain[0], "customers_after", 2.0 * 0.5f64.sqrt());
    let base = ["acquisition", "orders.csv", "--costs", "costs.csv", "--move"];
    let refused = |moved: &str, words: &[&str]| {
        let mut args = base.to_vec();
        args.extend([moved, "--cutoff", "2024-12-31", "--model"]);
        let model = data("../models/cdnow.json");
        args.push(&model);
        desk.refused(&args, 2, words);
    };
    refused("100:ads:email", &["60.00 was spent on `ads`"]);
    refused("1:ads:tv", &["does not name two channels", "radio"]);
    refused("1:ads:ads", &["to itself"]);
    refused("1:ads:organic", &["nothing was spent on `organic`"]);
    refused("1:ads", &["one channel"]);
    refused("-5:ads:email", &["above 0"]);
}

#[test]
fn bad_costs_are_refused_with_their_place() {
    let desk = shop();
    let refused = |costs: &str, code: i32, words: &[&str]| {
        desk.file("bad.csv", costs);
        desk.refused(
            &["acquisition", "orders.csv", "--costs", "bad.csv", "--cutoff", "2024-12-31"],
            code,
            words,
        );
    };
    let head = "period,channel,cost\n";
    refused("", 1, &["bad.csv", "empty"]);
    refused(head, 1, &["bad.csv", "no row"]);
    refused("month,place,cost\n2024-01,ads,3\n", 1, &["no column `channel`", "month, place, cost"]);
    refused(&format!("{head}2024-01,ads,1\n2024-02,ads,-5\n"), 1, &["line 3", "column `cost`", "negative"]);
    refused(&format!("{head}2024-01,ads,lots\n"), 1, &["line 2", "`lots` is no number"]);
    refused(&format!("{head}2024-01,ads,\n"), 1, &["line 2", "no cost"]);
    refused(&format!("{head}2024-01,ads,\"1,234\"\n"), 1, &["line 2", "a thousand and more"]);
    refused(&format!("{head}January,ads,1\n"), 1, &["line 2", "column `period`", "2024-Q1"]);
    refused(&format!("{head}2024-01,ads,1\n2024-Q1,ads,1\n"), 1, &["line 3", "quarter", "months"]);
    refused(&format!("{head}2019-01,ads,1\n"), 1, &["2019-01", "no period has both"]);
    refused("period,channel,cost,currency\n2024-01,ads,1,EUR\n2024-01,ads,1,USD\n", 1, &["line 3", "USD"]);
    refused(&format!("{head}2024-01,ads,1,2\n"), 1, &["line 2", "4 fields"]);
    desk.file(
        "money.csv",
        &ORDERS.replace("campaign", "currency").replace("spring", "GBP").replace("summer", "GBP"),
    );
    desk.file("eur.csv", "period,channel,cost,currency\n2024-01,ads,1,EUR\n");
    desk.refused(&["acquisition", "money.csv", "--costs", "eur.csv"], 1, &["EUR", "GBP"]);
    let with = |more: &[&str], code: i32, words: &[&str]| {
        let mut args = vec!["acquisition", "orders.csv", "--costs", "costs.csv"];
        args.extend(more);
        desk.refused(&args, code, words);
    };
    with(&["--channel", "shop"], 2, &["shop", "channel"]);
    with(&["--horizon", "52w"], 2, &["months", "12m"]);
    with(&["--period", "week"], 2, &["cannot be summed up"]);
    let model = data("../models/cdnow.json");
    with(&["--model", &model, "--target-payback", "2y"], 2, &["24 months", "longer --horizon"]);
    with(&["--spend", "none"], 2, &["money"]);
    with(&["-o", "costs.csv"], 2, &["would be lost"]);
    desk.file("plain.csv", "customer_id,date,amount\na,2024-01-01,3\n");
    desk.refused(
        &["acquisition", "plain.csv", "--costs", "costs.csv"],
        2,
        &["--channel", "customer_id, date, amount"],
    );
}

#[test]
fn costs_come_by_day_week_quarter_and_year_in_either_way_of_writing_numbers() {
    let desk = shop();
    for (costs, period, cac) in [
        ("date;channel;cost\n2024-01-03;ads;20,50\n2024-01-31;ads;39,50\n", "2024-01", 30.0),
        ("period,channel,cost\n2024-W02,ads,$60.00\n", "2024-W02", 60.0),
        ("Quarter,Source,Spend\n2024-Q1,ads,\"1,060.00\"\n2024-Q2,ads,0\n", "2024-Q1", 530.0),
        ("year,channel,cost\n2024,ads,60\n", "2024", 30.0),
    ] {
        desk.file("costs.csv", costs);
        near(find(&asked(&desk, &[]), "ads", period), "cac", cac);
    }
}

/// CDNOW with every customer in one of three channels, the third of them of one customer.
fn cdnow(desk: &Desk) {
    let text = std::fs::read_to_string(data("cdnow_sample.csv")).unwrap();
    let mut lines = text.lines();
    let mut out = format!("{},channel\n", lines.next().unwrap());
    for line in lines {
        let id: u32 = line.split(',').next().unwrap().parse().unwrap();
        let channel = if id == 7 { "fair" } else { ["ads", "email"][usize::from(id.is_multiple_of(3))] };
        out += &format!("{line},{channel}\n");
    }
    desk.file("cdnow.csv", &out);
    let months = ["1997-01", "1997-02", "1997-03"];
    let costs: String = months.iter().map(|m| format!("{m},ads,2000\n{m},email,1500\n")).collect();
    desk.file("costs.csv", &format!("period,channel,cost\n{costs}"));
}

#[test]
fn groups_sum_to_the_whole_and_nothing_after_the_cut_is_seen() {
    let desk = Desk::new();
    cdnow(&desk);
    let base = ["acquisition", "cdnow.csv", "--costs", "costs.csv", "--cutoff", "1997-09-30", "-o"];
    let one = desk.done(&[&base[..], &["a.csv"]].concat());
    assert!(one.out.lines().all(|line| line.chars().count() <= 80), "{}", one.out);
    let all = rows(&desk.text("a.csv"));
    let sum = |level: &str, of: &dyn Fn(&Cells) -> f64| {
        all.iter().filter(|row| row["level"] == level).map(of).sum::<f64>()
    };
    let number = |row: &Cells, name: &str| row[name].parse::<f64>().unwrap_or(0.0);
    let value = |row: &Cells| number(row, "new_customers") * number(row, "ltv_raw");
    for of in [&|row: &Cells| number(row, "new_customers"), &|row: &Cells| number(row, "cost")]
        as [&dyn Fn(&Cells) -> f64; 2]
    {
        assert_eq!(sum("shop", of), sum("channel", of));
        assert_eq!(sum("shop", of), sum("period", of));
    }
    for level in ["channel", "period"] {
        let (part, whole) = (sum(level, &value), sum("shop", &value));
        assert!((part / whole - 1.0).abs() < 1e-9, "{level}: {part} of {whole}");
    }
    // A customer alone is hardly believed, and stands within the interval.
    let fair = find(&all, "fair", "all");
    assert!(number(fair, "weight") < 0.2, "{fair:?}");
    for row in all.iter().filter(|row| row["level"] != "outside") {
        assert!(
            number(row, "ltv_lower") <= number(row, "ltv") && number(row, "ltv") <= number(row, "ltv_upper")
        );
    }
    // The same file without what came later gives the same answer, whatever the number of threads.
    let text = desk.text("cdnow.csv");
    let seen: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with('c') || line.split(',').nth(1).unwrap() <= "1997-09-30")
        .collect();
    desk.file("cdnow.csv", &(seen.join("\n") + "\n"));
    desk.done(&[&base[..], &["b.csv", "--threads", "1"]].concat());
    let seen = rows(&desk.text("b.csv"));
    for name in ["cost", "new_customers", "ltv", "ltv_upper", "max_cac"] {
        let of = |rows: &[Cells]| rows.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
        assert_eq!(of(&all), of(&seen), "{name}");
    }
}

#[test]
fn fifty_thousand_channels_are_folded_and_said_so() {
    let desk = Desk::new();
    let rows: String = (0..3_000)
        .map(|at| format!("c{at},2024-0{}-1{},{},ch{at}\n", 1 + at % 6, at % 10, 10 + at % 7))
        .collect();
    desk.file("orders.csv", &format!("customer_id,date,amount,channel\n{rows}"));
    desk.file("costs.csv", "period,channel,cost\n2024-01,ch6,10\n2024-01,nobody,1\n");
    let model = data("../models/cdnow.json");
    let said =
        desk.done(&["acquisition", "orders.csv", "--costs", "costs.csv", "--model", &model, "-o", "a.csv"]);
    assert!(said.out.contains("the other 2962 are one"), "{}", said.out);
    assert!(said.out.contains("costs without new customers: nobody"), "{}", said.out);
    assert!(column(&desk.text("a.csv"), "new_customers").iter().sum::<f64>() > 0.0);
}

/// NBD and Gamma-Gamma, written by hand.
const NBD: &str = r#"{"format_version": 1,
  "purchase": {"model": "nbd", "params": {"r": 0.8, "alpha": 10.0}, "ln_likelihood": 0.0},
  "spend": {"model": "gamma-gamma", "params": {"p": 6.0, "q": 4.0, "v": 15.0}, "ln_likelihood": 0.0},
  "unit": "week", "grain": "day"}"#;

/// What the whole of who is told brings with a lever.
fn of<'a>(rows: &'a [Cells], who: &str, group: &str, lever: &str) -> &'a Cells {
    let same = |row: &&Cells| row["who"] == who && row["group"] == group && row["lever"] == lever;
    rows.iter().find(same).unwrap()
}

#[test]
fn levers_move_a_shop_of_ten_orders_as_computed_by_hand() {
    let desk = shop();
    desk.file("nbd.json", NBD);
    let base =
        ["what-if", "orders.csv", "--model", "nbd.json", "--cutoff", "2024-12-31", "--base-margin", "30%"];
    let asked = |more: &[&str]| {
        let said = desk.done(&[&base[..], &["-o", "w.csv"], more].concat());
        assert!(said.out.lines().all(|line| line.chars().count() <= 80), "{}", said.out);
        (rows(&desk.text("w.csv")), said.out)
    };
    let (all, said) = asked(&["--aov", "+10%", "--frequency", "+5%", "--margin", "+1pp", "--by", "channel"]);
    // (r + x)/(α + T) a week for 365 days, and p (v + x m)/(p x + q − 1) an order: x, days and mean value of each customer.
    let customers = [
        ("ads", 3.0, 356.0, 43.0),
        ("ads", 0.0, 346.0, 0.0),
        ("Email", 1.0, 361.0, 60.0),
        ("email", 0.0, 325.0, 0.0),
        ("organic", 0.0, 320.0, 0.0),
        ("(missing)", 0.0, 244.0, 0.0),
    ];
    let value = |(_, x, age, mean): (&str, f64, f64, f64)| {
        let purchases = (0.8 + x) / (10.0 + age / 7.0) * 365.0 / 7.0;
        0.3 * purchases * 6.0 * (15.0 + x * mean) / (6.0 * x + 3.0)
    };
    let now: f64 = customers.iter().map(|&each| value(each)).sum();
    near(of(&all, "existing", "all", "now"), "value", now);
    near(of(&all, "existing", "all", "aov"), "gain", 0.1 * now);
    near(of(&all, "existing", "all", "aov"), "gain_per_point", 0.01 * now);
    near(of(&all, "existing", "all", "frequency"), "gain", 0.05 * now);
    near(of(&all, "existing", "all", "margin"), "value", now * 31.0 / 30.0);
    near(of(&all, "existing", "all", "together"), "value", now * 1.1 * 1.05 * 31.0 / 30.0);
    let ads: f64 = customers.iter().filter(|each| each.0 == "ads").map(|&each| value(each)).sum();
    near(of(&all, "existing", "ads", "now"), "value", ads);
    let groups =
        all.iter().filter(|row| row["who"] == "existing" && row["group"] != "all" && row["lever"] == "now");
    let sum: f64 = groups.map(|row| row["value"].parse::<f64>().unwrap()).sum();
    assert!((sum / now - 1.0).abs() < 1e-9);
    // One point of margin is a thirtieth, one per cent a hundredth.
    assert!(said.contains("Most for 1 % or 1 point: margin"), "{said}");
    // Nobody of six is older than a year: six new ones, an order and half a year of more on average.
    let new = of(&all, "new", "all", "now");
    assert_eq!(new["customers"], "6");
    // 0.8/10 a week for half of 365 days, 6 · 15/3 an order.
    near(new, "value", 0.3 * 6.0 * (1.0 + 0.08 * 365.0 / 14.0) * 30.0);
}

#[test]
fn retention_is_raised_by_so_many_points() {
    let desk = Desk::new();
    cdnow(&desk);
    let model = data("../models/cdnow.json");
    let base = ["what-if", "cdnow.csv", "--model", &model, "--cutoff", "1997-09-30", "-o", "w.csv"];
    let said = desk.done(&[&base[..], &["--retention", "+3pp", "--frequency", "-10%"]].concat());
    let all = rows(&desk.text("w.csv"));
    let gain = |lever: &str| of(&all, "existing", "all", lever)["gain"].parse::<f64>().unwrap();
    assert!(gain("retention") > 0.0 && gain("frequency") < 0.0);
    // Levers act on each other: who buys less often has fewer chances to leave.
    assert!(gain("together") < gain("retention"));
    let shares: Vec<f64> = said
        .out
        .split_whitespace()
        .zip(said.out.split_whitespace().skip(1))
        .filter(|(_, sign)| sign.starts_with('%'))
        .filter_map(|(number, _)| number.parse().ok())
        .collect();
    assert!(shares.windows(2).any(|pair| (pair[1] - pair[0] - 3.0).abs() < 0.11), "{}", said.out);
    // Without levers each is moved by 1.
    let plain = desk.done(&base);
    assert!(plain.out.contains("each is moved by 1"), "{}", plain.out);
    for (flags, words) in [
        (&["--retention", "+3%"][..], &["points", "+3pp"][..]),
        (&["--aov", "+3pp"][..], &["per cent"][..]),
        (&["--aov", "-100%"][..], &["above 0"][..]),
        (&["--aov", "ten"][..], &["`ten` is no change"][..]),
        (&["--retention", "+80pp"][..], &["cannot change"][..]),
        (&["--margin", "+1pp"][..], &["--base-margin"][..]),
        (&["--margin", "+1pp", "--base-margin", "100%"][..], &["at most 100 %"][..]),
    ] {
        desk.refused(&[&base[..], flags].concat(), 2, words);
    }
    desk.file("nbd.json", NBD);
    desk.refused(
        &["what-if", "cdnow.csv", "--model", "nbd.json", "--retention", "+3pp"],
        2,
        &["nobody leaves under NBD"],
    );
}
