//! Segments and the explanation of a customer, on a shop of ten orders computed by hand, by laws, and on spoiled input.

mod desk;
mod shop;

use desk::{Desk, column, data};
use ltv::features::{Customers, Past};
use ltv::orders::{LogOptions, OrderLog, OrderRow, Orders};
use ltv::units::{Grain, Money, Tick, TimeUnit};
use ltv::value::segments::{
    Kind, Known, Monetary, Quintiles, Rules, Scale, Segments, Summary, Tiers, last_gaps, quintiles,
    shop_rhythm,
};
use proptest::prelude::*;

/// Ten orders; the cut-off is 2024-03-10, day 69 from the first.
const TEN: &str = "customer,date,amount
a,2024-01-01,10
b,2024-01-01,5
e,2024-01-02,3
c,2024-01-05,50
a,2024-01-11,20
b,2024-01-11,5
a,2024-01-21,30
a,2024-01-31,40
c,2024-03-05,60
d,2024-03-08,7
";
const CUT: &str = "2024-03-10";
/// The customers in the order of their first appearance: a, b, e, c, d.
const P_ALIVE: [f64; 5] = [0.53, 0.51, 1.0, 0.74, 1.0];
const EXPECTED: [f64; 5] = [40.0, 2.0, 1.0, 30.0, 2.0];

fn ten() -> Orders {
    let mut log =
        OrderLog::new(LogOptions { grain: Grain::Day, order_ids: false, money: true, drop_zero: false });
    for (at, line) in TEN.lines().skip(1).enumerate() {
        let fields: Vec<&str> = line.split(',').collect();
        log.push(&OrderRow {
            customer: fields[0],
            tick: Grain::Day.read(fields[1]).unwrap(),
            order: None,
            amount: Money::from_f64(fields[2].parse().unwrap()).unwrap(),
            position: at as u64,
        })
        .unwrap();
    }
    log.finish().unwrap().0
}

fn known<'a>(customers: &'a Customers, gaps: &'a [f64]) -> Known<'a> {
    Known { customers, last_gaps: Some(gaps), p_alive: &P_ALIVE, expected: &EXPECTED }
}

fn names(segments: &Segments, kind: Kind) -> Vec<&str> {
    (0..segments.quintiles.len()).map(|row| segments.by(kind).name(row)).collect()
}

#[test]
fn the_shop_of_ten_orders_is_as_computed_by_hand() {
    let orders = ten();
    let past = Past::new(&orders, Some(Grain::Day.read(CUT).unwrap())).unwrap();
    let customers = past.customers(TimeUnit::Day);
    let gaps = last_gaps(&past, TimeUnit::Day);
    assert_eq!(gaps, [10.0, 10.0, 0.0, 60.0, 0.0]);
    // Mean gaps of the repeat buyers: a 10, b 10, c 60.
    assert_eq!(shop_rhythm(&customers), Some(10.0));
    let known = known(&customers, &gaps);
    let rules = Rules::usual().unwrap();
    let scale = Scale::new(&known, &rules);
    let all: Vec<_> = (0..5).map(|row| scale.measures(row)).collect();
    assert_eq!(all.iter().map(|m| m.silence).collect::<Vec<_>>(), [3.9, 5.9, 6.8, 0.5, 0.2]);
    assert_eq!(all.iter().map(|m| m.age).collect::<Vec<_>>(), [6.9, 6.9, 6.8, 6.5, 0.2]);
    assert_eq!(all.iter().map(|m| m.rank).collect::<Vec<_>>(), [0.8, 0.4, 0.0, 0.4, 0.0]);
    assert_eq!(all.iter().map(|m| m.won_back).collect::<Vec<_>>(), [false, false, false, true, false]);
    assert!(all.iter().all(|m| m.rhythm == 1.0));

    let segments = Segments::of(&known, &rules).unwrap();
    assert_eq!(names(&segments, Kind::Lifecycle), ["slipping", "slipping", "lost", "won back", "new"]);
    // Of 5 customers the first 10 % are round(0.5) = 1 (halves away from 0), the first 30 % round(1.5) = 2.
    assert_eq!(
        names(&segments, Kind::Tier),
        ["1 (top 10 %)", "3 (last 70 %)", "3 (last 70 %)", "2 (next 20 %)", "3 (last 70 %)"]
    );
    let q = |r, f, m| Quintiles { r, f, m };
    assert_eq!(segments.quintiles, [q(3, 5, 4), q(2, 3, 3), q(1, 1, 1), q(4, 3, 5), q(5, 1, 2)]);
    assert_eq!(segments.quintiles.iter().map(|q| q.fm()).collect::<Vec<_>>(), [5, 3, 1, 4, 2]);
    assert_eq!(names(&segments, Kind::Rfm), ["Loyal", "At Risk", "Lost", "Loyal", "Potential Loyalists"]);

    let summary = Summary::of(&segments, &known, true);
    let slipping = summary.sizes.iter().find(|size| size.segment == "slipping").unwrap();
    assert_eq!((slipping.worth.customers, slipping.worth.expected, slipping.of_customers), (2, 42.0, 0.4));
    assert_eq!(
        (slipping.worth.share, slipping.p_alive, slipping.purchases),
        (Some(0.56), Some(0.52), Some(3.0))
    );
}

#[test]
fn equal_values_are_told_apart_by_the_stated_rule() {
    // Equal expected values: P(alive), then purchases, then the latest order, then the order of the table.
    let customers = shop::customers(&[
        (1, 2.0, 10.0, Some(1.0)),
        (1, 2.0, 10.0, Some(1.0)),
        (1, 9.0, 10.0, Some(1.0)),
        (3, 2.0, 10.0, Some(1.0)),
        (0, 0.0, 10.0, None),
    ]);
    let known = Known {
        customers: &customers,
        last_gaps: None,
        p_alive: &[0.5, 0.5, 0.5, 0.5, 0.9],
        expected: &[1.0; 5],
    };
    let one_each = Tiers::Percent(vec![20.0; 5]);
    let rules = Rules::usual().unwrap().with_tiers(one_each).unwrap();
    assert_eq!(Segments::of(&known, &rules).unwrap().tiers.of, [3, 4, 2, 1, 0]);
    let known = Known { expected: &[500.0, 499.99, 100.0, 0.0, 1e6], ..known };
    let rules = rules.with_tiers(Tiers::AtLeast(vec![500.0, 100.0])).unwrap();
    let segments = Segments::of(&known, &rules).unwrap();
    assert_eq!(segments.tiers.of, [0, 1, 1, 2, 0]);
    assert_eq!(segments.tiers.names, ["1 (from 500)", "2 (from 100)", "3 (below 100)"]);
}

#[test]
fn equal_customers_have_equal_quintiles_and_nobody_is_outside() {
    let customers = shop::customers(&vec![(0, 0.0, 4.0, None); 7]);
    let known = Known { customers: &customers, last_gaps: None, p_alive: &[1.0; 7], expected: &[0.0; 7] };
    assert!(quintiles(&known, Monetary::All).iter().all(|q| *q == Quintiles { r: 5, f: 1, m: 1 }));
    let segments = Segments::of(&known, &Rules::usual().unwrap()).unwrap();
    assert!(segments.notes.iter().any(|note| note.contains("nobody bought twice")));
    assert_eq!(segments.rhythm, 4.0);
}

/// Ends of a range that is not empty, of a whole below `most`.
fn span(most: f64) -> impl Strategy<Value = String> {
    (0.0..0.9f64, 0.05..1.0f64, 0..3).prop_map(move |(from, length, which)| {
        let (min, below) = (from * most, (from + length).min(1.0) * most);
        match which {
            0 => format!("{{ min = {min:?} }}"),
            1 => format!("{{ below = {below:?} }}"),
            _ => format!("{{ min = {min:?}, below = {below:?} }}"),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the customers and the thresholds, everybody is in exactly one segment of each kind, and the parts make the whole.
    #[test]
    fn every_customer_is_in_exactly_one_segment(
        rows in prop::collection::vec((0u32..20, 0.0..1.0f64, 0.0..400.0f64, 0.0..1.0f64, 0.0..1000.0f64, 0.0..1.0f64), 1..60),
        alive in span(1.0), silence in span(8.0), purchases in span(9.0), rank in span(1.0),
    ) {
        let customers = shop::customers(
            &rows.iter().map(|&(x, t, age, ..)| {
                (x, if x == 0 { 0.0 } else { t * age }, age, (x > 0).then_some(5.0))
            }).collect::<Vec<_>>(),
        );
        let p_alive: Vec<f64> = rows.iter().map(|row| row.3).collect();
        let expected: Vec<f64> = rows.iter().map(|row| row.4).collect();
        let gaps: Vec<f64> =
            rows.iter().enumerate().map(|(at, row)| row.5 * customers.recency[at]).collect();
        let known = Known { customers: &customers, last_gaps: Some(&gaps), p_alive: &p_alive, expected: &expected };
        let text = format!(
            "[lifecycle]\nsegments = [\"a\", \"b\", \"c\"]\nrules = [\n\
             {{ segment = \"a\", p_alive = {alive}, silence = {silence} }},\n\
             {{ segment = \"b\", purchases = {purchases}, rank = {rank}, won_back = true }},\n\
             {{ segment = \"c\" }},\n]\n"
        );
        for rules in [Rules::usual().unwrap(), Rules::parse(&text).unwrap()] {
            let segments = Segments::of(&known, &rules).unwrap();
            let scale = Scale::new(&known, &rules);
            for kind in Kind::ALL {
                let of = segments.by(kind);
                prop_assert_eq!(of.of.len(), rows.len());
                prop_assert!(of.of.iter().all(|&at| (at as usize) < of.names.len()));
            }
            for row in 0..rows.len() {
                let measures = scale.measures(row);
                let first = rules.lifecycle.rules.iter().find(|rule| rule.fits(&measures)).unwrap();
                prop_assert_eq!(&first.segment, segments.lifecycle.name(row));
            }
            let summary = Summary::of(&segments, &known, true);
            for kind in Kind::ALL {
                let of_kind = || summary.sizes.iter().filter(|size| size.kind == kind);
                prop_assert_eq!(of_kind().map(|size| size.worth.customers).sum::<u64>(), rows.len() as u64);
                let value: f64 = of_kind().map(|size| size.worth.expected).sum();
                let all: f64 = expected.iter().sum();
                prop_assert!((value - all).abs() <= 1e-9 * all);
            }
        }
    }
}

/// The segments and rules of the grid, as they are printed.
fn grid_of(desk: &Desk) -> String {
    let printed = desk.done(&["segments", "--show-rules"]).out;
    printed[printed.find("segments = [\n").unwrap()..].to_owned()
}

/// A desk with the ten orders and a model.
fn desk_of_ten() -> (Desk, String) {
    let desk = Desk::new();
    desk.file("orders.csv", TEN);
    (desk, format!("{}/models/cdnow.json", env!("CARGO_MANIFEST_DIR")))
}

#[test]
fn the_command_tells_what_the_library_does_and_stores_the_rules() {
    let (desk, model) = desk_of_ten();
    let said = desk.done(&[
        "segments",
        "orders.csv",
        "--model",
        &model,
        "--cutoff",
        CUT,
        "-o",
        "sizes.csv",
        "--customers",
        "who.csv",
    ]);
    assert!(said.out.lines().all(|line| line.chars().count() <= 80), "{}", said.out);
    let who = desk.text("who.csv");
    let wanted = "customer_id,lifecycle,tier,r,f,m,rfm_segment
a,slipping,1 (top 10 %),3,5,4,Loyal
b,slipping,3 (last 70 %),2,3,3,At Risk
e,lost,3 (last 70 %),1,1,1,Lost
c,won back,2 (next 20 %),4,3,5,Loyal
d,new,3 (last 70 %),5,1,2,Potential Loyalists
";
    assert_eq!(who, wanted);
    let sizes = desk.text("sizes.csv");
    assert_eq!(column(&sizes, "customers").iter().sum::<f64>(), 15.0);
    assert!((column(&sizes, "value_share").iter().sum::<f64>() - 3.0).abs() < 1e-12);
    // The grid has no intervals, as m counts the first purchase.
    assert!(
        sizes.lines().filter(|line| line.starts_with("rfm,")).all(|line| line.ends_with(",,")),
        "{sizes}"
    );
    desk.file("repeat.toml", &format!("[rfm]\nmoney = \"repeat\"\n{}", grid_of(&desk)));
    desk.done(&[
        "segments",
        "orders.csv",
        "--model",
        &model,
        "--cutoff",
        CUT,
        "--rules",
        "repeat.toml",
        "-o",
        "repeat.csv",
    ]);
    let repeat = desk.text("repeat.csv");
    let (lower, share) = (column(&repeat, "value_share_lower"), column(&repeat, "value_share"));
    let upper = column(&repeat, "value_share_upper");
    assert!((0..share.len()).all(|at| lower[at] <= upper[at] && (0.0..=1.0).contains(&lower[at])));
    assert_eq!(desk.text("sizes.csv.rules.toml"), desk.text("who.csv.rules.toml"));
    let printed = desk.done(&["segments", "--show-rules"]).out;
    assert_eq!(desk.text("sizes.csv.rules.toml"), printed);
    desk.file("rules.toml", &printed);
    let again = desk.done(&[
        "segments",
        "orders.csv",
        "--model",
        &model,
        "--cutoff",
        CUT,
        "--rules",
        "rules.toml",
        "--customers",
        "-",
    ]);
    assert_eq!(again.out, wanted);
    let json = desk.done(&[
        "segments",
        "orders.csv",
        "--model",
        &model,
        "--cutoff",
        CUT,
        "--tiers",
        "50,50",
        "--format",
        "json",
    ]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["rules"]["tiers"]["percent"], serde_json::json!([50.0, 50.0]));
    assert_eq!(json["rules"]["lifecycle"]["rules"].as_array().unwrap().len(), 9);
    assert_eq!((json["cutoff"].as_str(), json["segments"].as_array().unwrap().len()), (Some(CUT), 20));
}

/// Since 2024-02-05 (day 35): a was slipping by .5 rhythms ... and what happened later is not seen there.
#[test]
fn who_went_where_sees_nothing_after_the_earlier_cut() {
    let (desk, model) = desk_of_ten();
    desk.done(&[
        "segments",
        "orders.csv",
        "--model",
        &model,
        "--cutoff",
        CUT,
        "--since",
        "2024-02-05",
        "--movement",
        "moves.csv",
    ]);
    let moves = desk.text("moves.csv");
    desk.done(&[
        "segments",
        "orders.csv",
        "--model",
        &model,
        "--cutoff",
        "2024-02-05",
        "--customers",
        "then.csv",
    ]);
    let (then, lines): (String, Vec<&str>) =
        (desk.text("then.csv"), moves.lines().filter(|line| line.starts_with("lifecycle")).collect());
    let count = |pick: &dyn Fn(&str) -> bool| {
        let found = lines.iter().filter(|line| pick(line));
        found.map(|line| line.split(',').nth(3).unwrap().parse::<u64>().unwrap()).sum::<u64>()
    };
    assert_eq!(count(&|_| true), 5);
    assert_eq!(count(&|line| line.starts_with("lifecycle,(new since),new,")), 1);
    for segment in ["new", "active", "loyal", "occasional", "slipping", "lost", "won back"] {
        let there = then.lines().filter(|line| line.split(',').nth(1) == Some(segment)).count() as u64;
        assert_eq!(
            count(&|line| line.split(',').nth(1) == Some(segment)),
            there,
            "{segment}\n{then}\n{moves}"
        );
    }
    // A length back from the cut-off: 34 days before day 69 is day 35.
    let by_length = [
        "segments",
        "orders.csv",
        "--model",
        &model,
        "--cutoff",
        CUT,
        "--since",
        "34d",
        "--movement",
        "b.csv",
    ];
    desk.done(&by_length);
    assert_eq!(desk.text("b.csv"), moves);
}

#[test]
fn a_refunded_customer_is_told_as_gone() {
    let (desk, model) = desk_of_ten();
    desk.file("orders.csv", &format!("{TEN}e,2024-03-01,-3\n"));
    let said = desk.done(&[
        "segments",
        "orders.csv",
        "--model",
        &model,
        "--cutoff",
        CUT,
        "--since",
        "2024-02-05",
        "--movement",
        "moves.csv",
    ]);
    assert!(desk.text("moves.csv").contains(",(refunded),1,"), "{}", desk.text("moves.csv"));
    assert!(said.out.contains("(refunded)"), "{}", said.out);
}

#[test]
fn scores_have_the_same_segments_but_for_those_won_back() {
    let desk = Desk::new();
    let (cdnow, cut) = (data("cdnow_sample.csv"), "1998-03-31");
    let model = format!("{}/models/cdnow.json", env!("CARGO_MANIFEST_DIR"));
    desk.done(&["score", &cdnow, "--cutoff", cut, "--model", &model, "--horizon", "12m", "-o", "scores.csv"]);
    desk.done(&[
        "score",
        &cdnow,
        "--cutoff",
        cut,
        "--model",
        &model,
        "--horizon",
        "12m",
        "-o",
        "scores.parquet",
    ]);
    let rules = "[lifecycle]\nsegments = [\"x\", \"y\"]\nrules = [{ segment = \"x\", p_alive = { min = 0.6 }, \
                 silence = { below = 3.0 }, rank = { min = 0.5 } }, { segment = \"y\" }]\n";
    desk.file("rules.toml", rules);
    desk.done(&[
        "segments",
        &cdnow,
        "--cutoff",
        cut,
        "--model",
        &model,
        "--rules",
        "rules.toml",
        "--customers",
        "a.csv",
        "-o",
        "a_sizes.csv",
    ]);
    let said = desk.done(&[
        "segments",
        "scores.csv",
        "--rules",
        "rules.toml",
        "--customers",
        "b.csv",
        "-o",
        "b_sizes.csv",
    ]);
    desk.done(&["segments", "scores.parquet", "--rules", "rules.toml", "--customers", "c.csv"]);
    assert!(said.out.contains("it known who went where"), "{}", said.out);
    assert_eq!(desk.text("b.csv"), desk.text("c.csv"));
    // m differs: the first purchase is in no table of scores.
    let cut_m = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.split(',').take(5).collect::<Vec<_>>().join(",")).collect()
    };
    assert_eq!(cut_m(&desk.text("a.csv")), cut_m(&desk.text("b.csv")));
    let total = |name: &str| column(&desk.text(name), "expected_value").iter().take(2).sum::<f64>();
    assert!((total("a_sizes.csv") / total("b_sizes.csv") - 1.0).abs() < 1e-12);
    let usual = desk.done(&["segments", "scores.csv"]);
    assert!(usual.out.contains("note: nobody is `won back` here"), "{}", usual.out);
}

#[test]
fn what_cannot_be_segmented_is_refused_in_words() {
    let (desk, model) = desk_of_ten();
    let scores = "customer_id,frequency,recency,age,p_alive,expected_value\n";
    desk.file("scores.csv", &format!("{scores}a,1,1,2,0.5,10\n"));
    desk.file("empty.csv", scores);
    desk.file("gap.csv", &format!("{scores}a,1,1,2,0.5,\n"));
    desk.file("bad.csv", &format!("{scores}a,1,1,2,1.5,10\n"));
    desk.file("word.csv", &format!("{scores}a,1,1,2,much,10\n"));
    desk.file("table.csv", "customer_id,frequency,recency,age\na,1,1,2\n");
    desk.file("rules.toml", "[rfm]\nsegments = []\nrules = []\nextra = 1\n");
    let orders = ["segments", "orders.csv", "--model", &model];
    let with =
        |more: &[&'static str]| -> Vec<&str> { orders.iter().copied().chain(more.iter().copied()).collect() };
    desk.refused(&["segments"], 2, &["required"]);
    desk.refused(&["segments", "gap.csv"], 1, &["expected_value", "log-normal"]);
    desk.refused(&["segments", "bad.csv"], 1, &["p_alive", "1.5", "0 to 1"]);
    desk.refused(&["segments", "word.csv"], 1, &["line 2", "p_alive", "`much`"]);
    desk.refused(&["segments", "table.csv"], 1, &["p_alive", "ltv score"]);
    desk.refused(&["segments", "empty.csv"], 1, &["no customer"]);
    desk.refused(&["segments", "scores.csv", "--since", "13w"], 2, &["--since", "orders"]);
    desk.refused(&["segments", "scores.csv", "--horizon", "1y"], 2, &["--horizon"]);
    desk.refused(&with(&["--rules", "rules.toml"]), 1, &["rules.toml", "line 4", "extra"]);
    desk.refused(&with(&["--rules", "nowhere.toml"]), 1, &["nowhere.toml"]);
    desk.refused(&with(&["--tiers", "10,20"]), 2, &["together 30"]);
    desk.refused(&with(&["--tiers", "100,500", "--absolute"]), 2, &["must fall"]);
    desk.refused(&with(&["--absolute"]), 2, &["--tiers"]);
    desk.refused(&with(&["--since", "yesterday"]), 2, &["13w"]);
    desk.refused(&with(&["--since", "2025-01-01"]), 2, &["earlier cut"]);
    desk.refused(&with(&["--since", "90y"]), 2, &["earlier cut"]);
    desk.refused(&with(&["--movement", "m.csv"]), 2, &["--since"]);
    desk.refused(&with(&["-o", "x.csv", "--customers", "x.csv"]), 2, &["two tables"]);
    desk.refused(&with(&["-o", "orders.csv"]), 2, &["would be lost"]);
    desk.refused(&with(&["--customers", "x.json"]), 2, &[".json"]);
}

#[test]
fn a_tick_is_the_least_rhythm() {
    let customers = Customers { cutoff: Some(Tick(5)), ..shop::customers(&[(4, 0.0, 1.0, Some(2.0))]) };
    assert_eq!(shop_rhythm(&customers), Some(1.0 / 7.0));
}

/// What the customers of a shop spent after a day, by segment; and the ends of what was said of it.
fn held(desk: &Desk, after: &str, held: &mut [(u32, u32); 3]) {
    let orders = desk.text("shop.csv");
    let mut then = std::collections::HashMap::<&str, f64>::new();
    for line in orders.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        if fields[1] > after {
            *then.entry(fields[0]).or_default() += fields[4].parse::<f64>().unwrap();
        }
    }
    let mut spent = std::collections::HashMap::<(usize, String), f64>::new();
    let mut who = csv::Reader::from_reader(desk.text("who.csv").into_bytes().leak() as &[u8]);
    for row in who.records().map(Result::unwrap) {
        for (kind, column) in [1, 2, 6].into_iter().enumerate() {
            *spent.entry((kind, row[column].to_owned())).or_default() += then.get(&row[0]).unwrap_or(&0.0);
        }
    }
    let mut sizes = csv::Reader::from_reader(desk.text("sizes.csv").into_bytes().leak() as &[u8]);
    for row in sizes.records().map(Result::unwrap) {
        let kind = ["lifecycle", "tier", "rfm"].iter().position(|kind| *kind == &row[0]).unwrap();
        let ends: Option<(f64, f64)> = row[7].parse().ok().zip(row[8].parse().ok());
        if let (Some((lower, upper)), true) = (ends, &row[2] != "0") {
            let happened = spent.get(&(kind, row[1].to_owned())).copied().unwrap_or(0.0);
            held[kind].0 += u32::from(lower <= happened && happened <= upper);
            held[kind].1 += 1;
        }
    }
}

/// Shops of 3,000 customers from a known model, cut after one of two years; with LTV_LONG set 40 of them, otherwise 4.
#[test]
fn the_intervals_of_segments_hold_what_then_happens() {
    let desk = Desk::new();
    desk.file("rules.toml", &format!("[rfm]\nmoney = \"repeat\"\n{}", grid_of(&desk)));
    let model = format!("{}/models/cdnow.json", env!("CARGO_MANIFEST_DIR"));
    let mut of_kinds = [(0, 0); 3];
    for seed in 1..=if std::env::var_os("LTV_LONG").is_some() { 40 } else { 4 } {
        let seed = seed.to_string();
        desk.done(&[
            "simulate",
            "--model",
            &model,
            "--customers",
            "3000",
            "--acquisition",
            "1y",
            "--length",
            "2y",
            "--seed",
            &seed,
            "-o",
            "shop.csv",
        ]);
        desk.done(&[
            "segments",
            "shop.csv",
            "--cutoff",
            "2024-12-31",
            "--horizon",
            "1y",
            "--rules",
            "rules.toml",
            "-o",
            "sizes.csv",
            "--customers",
            "who.csv",
        ]);
        held(&desk, "2024-12-31", &mut of_kinds);
    }
    println!("90 % intervals of lifecycle, tiers and the grid held (of so many): {of_kinds:?}");
    let (held, all) = of_kinds.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let share = f64::from(held) / f64::from(all);
    assert!((0.82..=0.99).contains(&share), "{share} {of_kinds:?}");
}

/// Customer a of the ten orders: 2024-01-01, 11, 21, 31; observed until 2024-03-10.
#[test]
fn the_explanation_of_a_customer_is_as_computed_by_hand() {
    use ltv::fit::TrainedModel;
    use ltv::model::Parametric;
    use ltv::units::Share;
    use ltv::value::explain::{Asking, Explanation, Input};
    let orders = ten();
    let past = Past::new(&orders, Some(Grain::Day.read(CUT).unwrap())).unwrap();
    let trained =
        TrainedModel::read(format!("{}/models/cdnow.json", env!("CARGO_MANIFEST_DIR")).as_ref()).unwrap();
    let customers = past.customers(trained.unit);
    let one = Share::new(1.0).unwrap();
    let asking = |margin| Asking { horizon: "52w".parse().unwrap(), margin, level: Share::new(0.9).unwrap() };
    let told = Explanation::of((&trained, &past), &customers, 0, &asking(one)).unwrap();
    let [r, alpha, a, b] = trained.purchase.model.base().parameters()[..] else { panic!("not BG/NBD") };
    // Fader, Hardie & Lee (2005), eq. for P(alive), in weeks.
    let p_alive = |x: f64, recency: f64, age: f64| {
        let silence = ((alpha + age / 7.0) / (alpha + recency / 7.0)).powf(r + x);
        if x == 0.0 { 1.0 } else { 1.0 / (1.0 + a / (b + x - 1.0) * silence) }
    };
    let near = |found: f64, wanted: f64| assert!((found / wanted - 1.0).abs() < 1e-12, "{found} {wanted}");
    let first = Grain::Day.read("2024-01-01").unwrap().0;
    let at = |day: i32| told.course.iter().find(|moment| moment.tick.0 == first + day).unwrap();
    near(told.p_alive(), p_alive(3.0, 30.0, 69.0));
    near(at(14).p_alive, p_alive(1.0, 10.0, 14.0));
    near(at(28).p_alive, p_alive(2.0, 20.0, 28.0));
    near(at(98).p_alive, p_alive(3.0, 30.0, 98.0));
    assert_eq!((at(7).p_alive, at(7).purchases, at(30).purchases, at(399).purchases), (1.0, 1, 4, 4));
    assert_eq!((told.rfm.frequency, told.mean_gap()), (3, Some(10.0 / 7.0)));
    near(told.silence(), 39.0 / 7.0);
    // Medians of the shop: frequency of 3, 1, 0, 1, 0; silence of 39, 59, 68, 5, 2 days; age of 69, 69, 68, 65, 2; spend of 30, 5, 60.
    let typical: Vec<f64> = told.drivers.inputs.iter().map(|driver| driver.typical.unwrap()).collect();
    for (found, wanted) in typical.iter().zip([1.0, 39.0 / 7.0, 68.0 / 7.0, 30.0]) {
        near(*found, wanted);
    }
    let adds = |told: &Explanation| told.drivers.inputs.iter().map(|driver| driver.adds).sum::<f64>();
    near(told.drivers.typical + adds(&told), told.drivers.own);
    near(told.drivers.own, told.outcome.expected);
    // The same silence, and the same spend but for how many purchases it is known from.
    let silence = told.drivers.inputs.iter().find(|driver| driver.input == Input::Silence).unwrap();
    assert!(silence.adds.abs() < 1e-9 && told.drivers.inputs[3].adds.abs() < 1e-9, "{:?}", told.drivers);
    let third =
        Explanation::of((&trained, &past), &customers, 0, &asking(Share::new(0.25).unwrap())).unwrap();
    near(third.outcome.expected, 0.25 * told.outcome.expected);
    near(third.outcome.quantiles[4], 0.25 * told.outcome.quantiles[4]);
    assert!(told.outcome.more.windows(2).all(|pair| pair[1].1 <= pair[0].1));
    near(told.outcome.more[0].1, 1.0 - told.outcome.p_none);
    near(told.next.within, 1.0 - told.outcome.p_none);
}

/// The median customer of a shop of equals has nothing to explain, and one of another kind everything.
#[test]
fn what_is_said_of_a_customer_agrees_with_their_score() {
    let desk = Desk::new();
    let (cdnow, cut) = (data("cdnow_sample.csv"), "1997-09-30");
    let model = format!("{}/models/cdnow.json", env!("CARGO_MANIFEST_DIR"));
    desk.done(&[
        "score",
        &cdnow,
        "--cutoff",
        cut,
        "--model",
        &model,
        "--horizon",
        "39w",
        "--next-purchase",
        "-o",
        "s.csv",
    ]);
    let scores = desk.text("s.csv");
    let ids: Vec<&str> = scores.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    for row in [0, 1, 7, 100] {
        let said = desk.done(&[
            "explain",
            ids[row],
            &cdnow,
            "--cutoff",
            cut,
            "--model",
            &model,
            "--horizon",
            "39w",
            "--format",
            "json",
        ]);
        let json: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        let same =
            |found: &serde_json::Value, name: &str| {
                let cell =
                    scores.lines().nth(row + 1).unwrap().split(',').nth(
                        scores.lines().next().unwrap().split(',').position(|head| head == name).unwrap(),
                    );
                match found.as_f64() {
                    None => assert_eq!(cell, Some(""), "{name}"),
                    Some(found) => {
                        let wanted: f64 = cell.unwrap().parse().unwrap();
                        assert!((found - wanted).abs() <= 1e-6 * wanted.abs(), "{name} {found} {wanted}");
                    }
                }
            };
        same(&json["p_alive"], "p_alive");
        same(&json["value"]["expected"], "expected_value");
        same(&json["value"]["p_nothing"], "p_no_purchase");
        same(&json["value"]["upper"], "value_upper");
        same(&json["value"]["quantiles"][2]["value"], "value_median");
        same(&json["next_order"]["median"], "next_purchase_median");
        same(&json["next_order"]["upper"], "next_purchase_upper");
        assert!(said.err.lines().all(|line| line.chars().count() <= 80), "{}", said.err);
    }
}

#[test]
fn an_unknown_customer_is_answered_with_the_nearest_and_a_hostile_one_does_nothing() {
    let (desk, model) = desk_of_ten();
    let hostile = "<script>alert(1)</script>\u{1b}[2J\u{202e}";
    desk.file(
        "orders.csv",
        &format!("{TEN}{hostile},2024-02-01,5\ncustomer77,2024-02-01,5\n=cmd,2024-02-02,1\n"),
    );
    let with = |id: &str, more: &[&str]| -> Vec<String> {
        ["explain", id, "orders.csv", "--model", &model, "--cutoff", CUT]
            .iter()
            .chain(more)
            .map(|word| (*word).to_owned())
            .collect()
    };
    let words = |args: &[String]| -> Vec<String> { args.to_vec() };
    fn refs(args: &[String]) -> Vec<&str> {
        args.iter().map(String::as_str).collect()
    }
    desk.refused(
        &refs(&words(&with("customer78", &[]))),
        1,
        &["no customer `customer78`", "did you mean `customer77`"],
    );
    desk.refused(&refs(&with("\u{1b}[31mzzzzzzzzzz", &[])), 1, &["no customer `?[31m"]);
    desk.refused(&refs(&with("d", &["--plot", "x.jpg"])), 2, &[".svg or .png"]);
    desk.refused(&refs(&with("d", &["--plot", "orders.csv.svg", "-o", "orders.csv"])), 2, &["would be lost"]);
    desk.refused(&refs(&with("d", &["--horizon", "0w"])), 2, &["horizon"]);
    let late = ["explain", "d", "orders.csv", "--model", &model, "--cutoff", "2024-02-01"];
    desk.refused(&late, 1, &["d"]);
    for (id, name) in [(hostile, "a.svg"), ("d", "b.svg"), ("a", "c.png"), ("=cmd", "d.svg")] {
        let said = desk.done(&refs(&with(id, &["--plot", name])));
        assert!(!said.out.contains('\u{1b}') && !said.out.contains('\u{202e}'), "{}", said.out);
        assert!(said.out.lines().all(|line| line.chars().count() <= 80), "{}", said.out);
    }
    let svg = desk.text("a.svg");
    assert!(!svg.contains("<script") && svg.contains("&lt;script&gt;") && !svg.contains('\u{202e}'));
    let table = desk.done(&refs(&with("a", &["-o", "-"])));
    assert!(table.out.starts_with("date,purchases,p_alive,if_silent\n2024-01-01,1,1"), "{}", table.out);
}

/// Whatever the model, what it says of a customer adds up.
#[test]
fn every_model_explains_a_customer() {
    let desk = Desk::new();
    let (cdnow, cut) = (data("cdnow_sample.csv"), "1997-09-30");
    for (id, more) in [
        ("pareto-nbd", vec!["--spend", "log-normal"]),
        ("mbg-cnbd-k", vec!["--k", "2"]),
        ("bg-bb", vec!["--opportunities", "month", "--spend", "none"]),
    ] {
        let mut train = vec!["train", &cdnow, "--cutoff", cut, "--model", id, "-o", "m.json"];
        train.extend(more);
        desk.done(&train);
        for customer in ["0001", "0004", "0018"] {
            let none = if id == "bg-bb" { vec!["--spend", "none"] } else { vec![] };
            let mut args =
                vec!["explain", customer, &cdnow, "--cutoff", cut, "--model", "m.json", "--format", "json"];
            args.extend(none);
            let json: serde_json::Value = serde_json::from_str(&desk.done(&args).out).unwrap();
            let number = |value: &serde_json::Value| value.as_f64().unwrap();
            let adds: f64 = json["drivers"]["inputs"]
                .as_array()
                .unwrap()
                .iter()
                .map(|input| number(&input["adds"]))
                .sum();
            let (typical, own) = (number(&json["drivers"]["typical"]), number(&json["drivers"]["customer"]));
            assert!((typical + adds - own).abs() < 1e-9 * own.max(1.0), "{id} {customer}");
            assert!((own / number(&json["value"]["expected"]) - 1.0).abs() < 1e-9);
            let course = json["alive_over_time"].as_array().unwrap();
            assert!(course.iter().all(|moment| (0.0..=1.0).contains(&number(&moment["p_alive"]))));
        }
    }
}

/// One customer, who came today: new, not lost, and with more than even chances of bringing nothing more.
#[test]
fn a_shop_of_one_customer_is_told() {
    let (desk, model) = desk_of_ten();
    desk.file("one.csv", "customer,date,amount\na,2024-01-01,10\n");
    let said =
        desk.done(&["segments", "one.csv", "--model", &model, "--customers", "who.csv", "-o", "sizes.csv"]);
    assert!(
        desk.text("who.csv").contains("\na,new,3 (last 70 %),5,1,1,New Customers\n"),
        "{}",
        desk.text("who.csv")
    );
    assert!(
        said.out.contains("nobody bought twice") && !said.out.contains("the shop's rhythm is"),
        "{}",
        said.out
    );
    let new = desk.text("sizes.csv").lines().nth(1).unwrap().to_owned();
    let cells: Vec<&str> = new.split(',').collect();
    assert_eq!((cells[1], cells[7], cells[9], cells[10], cells[11]), ("new", "0.0", "1.0", "1.0", "1.0"));
    assert!(cells[8].parse::<f64>().unwrap() > cells[6].parse::<f64>().unwrap());
}
