//! `ltv subscription`: a business of six customers by hand, Kaplan-Meier against lifelines, laws, and rows that are wrong.

mod desk;

use desk::Desk;
use ltv::features::{ContractOptions, Contracts};
use ltv::math::kaplan_meier::kaplan_meier;
use ltv::model::{RetentionModel, Sbg};
use ltv::progress::Silent;
use ltv::table::{Column, Sheet};
use ltv::units::{CalendarPeriod, Grain, Share};
use ltv::value::subscription::{
    Lifetimes, Method, ModelChoice, Plan, Span, Whose, cohort_sheet, cohorts, lifetimes, movements, mrr_sheet,
};

#[track_caller]
fn close(found: f64, right: f64, tolerance: f64) {
    assert!((found - right).abs() <= tolerance * right.abs().max(1e-300), "found {found}, should be {right}");
}

/// Ann pays 10 a month and then 120 a year; Bob leaves in March and is back in May; Cem goes from 30 to 20 and has a second contract; Dan comes and
/// leaves within February; Eve pays 30 a quarter; Fay leaves on the last day of April, written as the last day that was paid.
const ROWS: &str = "\
customer,start,end,amount,interval
ann,2024-01-10,2024-04-09,10,month
ann,2024-04-10,,240,annual
bob,2024-01-15,2024-03-15,20,monthly
bob,2024-05-20,,25,month
cem,2024-01-01,2024-03-01,30,month
cem,2024-03-01,,20,month
cem,2024-05-05,,5,month
dan,2024-02-02,2024-02-20,10,month
eve,2024-02-01,,30,quarter
fay,2024-03-31,2024-04-30,40,month
";

fn read(rows: &str, options: &ContractOptions) -> ltv::Result<Contracts> {
    let desk = Desk::new();
    desk.file("rows.csv", rows);
    Contracts::read(&[desk.path("rows.csv")], options)
}

fn until(day: &str) -> ContractOptions {
    ContractOptions { cutoff: Some(day.parse().unwrap()), ..ContractOptions::default() }
}

fn counts(sheet: &Sheet, name: &str) -> Vec<u64> {
    let Some(Column::Count(values)) = sheet.column(name) else { panic!("{name}") };
    values.clone()
}

fn numbers(sheet: &Sheet, name: &str) -> Vec<Option<f64>> {
    match sheet.column(name) {
        Some(Column::Money(values) | Column::Share(values) | Column::Real(values)) => values.clone(),
        _ => panic!("{name}"),
    }
}

#[test]
fn every_month_of_six_customers_is_as_by_hand() {
    let contracts = read(ROWS, &until("2024-05-31")).unwrap();
    let rows = movements(&contracts, CalendarPeriod::Month);
    let sheet = mrr_sheet(&rows, CalendarPeriod::Month, true);
    for (name, right) in [
        ("opening", [0, 3, 4, 4, 3]),
        ("new", [3, 1, 1, 0, 0]),
        ("reactivated", [0, 0, 0, 0, 1]),
        ("churned", [0, 0, 1, 1, 0]),
        ("passing", [0, 1, 0, 0, 0]),
        ("subscribers", [3, 4, 4, 3, 4]),
    ] {
        assert_eq!(counts(&sheet, name), right, "{name}");
    }
    let money = |name: &str| numbers(&sheet, name).into_iter().map(Option::unwrap).collect::<Vec<_>>();
    for (name, right) in [
        ("mrr_opening", [0.0, 60.0, 70.0, 80.0, 50.0]),
        ("mrr_new", [60.0, 10.0, 40.0, 0.0, 0.0]),
        ("mrr_reactivated", [0.0, 0.0, 0.0, 0.0, 25.0]),
        // Ann from 10 to 20 in April, Cem's second contract in May.
        ("expansion", [0.0, 0.0, 0.0, 10.0, 5.0]),
        ("contraction", [0.0, 0.0, 10.0, 0.0, 0.0]),
        ("mrr_churned", [0.0, 0.0, 20.0, 40.0, 0.0]),
        ("mrr", [60.0, 70.0, 80.0, 50.0, 80.0]),
    ] {
        assert_eq!(money(name), right, "{name}");
    }
    let part = |of: f64, whole: f64| Some(of / whole);
    assert_eq!(numbers(&sheet, "churn_rate"), [None, Some(0.0), part(1.0, 4.0), part(1.0, 4.0), Some(0.0)]);
    assert_eq!(
        numbers(&sheet, "revenue_churn_rate"),
        [None, Some(0.0), part(30.0, 70.0), Some(0.5), Some(0.0)]
    );
    assert_eq!(numbers(&sheet, "gross_retention")[3], Some(0.5));
    assert_eq!(numbers(&sheet, "net_retention")[3..], [Some(0.5 + 10.0 / 80.0), Some(1.1)]);
    assert_eq!(numbers(&sheet, "arpu"), [Some(20.0), Some(17.5), Some(20.0), part(50.0, 3.0), Some(20.0)]);
}

#[test]
fn cohorts_of_the_six_are_as_by_hand() {
    let contracts = read(ROWS, &until("2024-05-30")).unwrap();
    let sheet = cohort_sheet(&cohorts(&contracts, CalendarPeriod::Month), CalendarPeriod::Month, true);
    // May is not over.
    let Some(Column::Text(names)) = sheet.column("cohort") else { panic!() };
    let right =
        ["2024-01", "2024-01", "2024-01", "2024-01", "2024-02", "2024-02", "2024-02", "2024-03", "2024-03"];
    assert_eq!(names, &right);
    assert_eq!(counts(&sheet, "age"), [0, 1, 2, 3, 0, 1, 2, 0, 1]);
    assert_eq!(counts(&sheet, "customers"), [3, 3, 3, 3, 2, 2, 2, 1, 1]);
    assert_eq!(counts(&sheet, "active"), [3, 3, 2, 2, 1, 1, 1, 1, 0]);
    let kept = numbers(&sheet, "mrr_retention");
    assert_eq!(kept[..4], [Some(1.0), Some(1.0), Some(0.5), Some(40.0 / 60.0)]);
    assert_eq!(kept[8], Some(0.0));
}

/// Ann goes on from April 9 to 10 and from a month to a year within one time; Bob has two times; overlapping contracts are one.
#[test]
fn unbroken_times_follow_contracts() {
    let contracts = read(ROWS, &until("2024-05-31")).unwrap();
    let told: Vec<_> = contracts
        .spells
        .iter()
        .map(|spell| {
            let end = spell.end.map_or_else(String::new, |end| Grain::Day.show(end));
            (contracts.ids.get(spell.customer as usize), Grain::Day.show(spell.start), end, spell.again)
        })
        .collect();
    let right = [
        ("ann", "2024-01-10", "", false),
        ("bob", "2024-01-15", "2024-03-15", false),
        ("bob", "2024-05-20", "", true),
        ("cem", "2024-01-01", "", false),
        ("dan", "2024-02-02", "2024-02-20", false),
        ("eve", "2024-02-01", "", false),
        ("fay", "2024-03-31", "2024-04-30", false),
    ];
    assert_eq!(told, right.map(|(id, start, end, again)| (id, start.to_owned(), end.to_owned(), again)));
    assert_eq!(contracts.spells[3].monthly.to_string(), "25");
    let strict = read(ROWS, &ContractOptions { grace: 0, ..until("2024-05-31") }).unwrap();
    assert_eq!(strict.spells.len(), 8, "without a day of grace Ann left for a day");
    let patient = read(ROWS, &ContractOptions { grace: 70, ..until("2024-05-31") }).unwrap();
    assert_eq!(patient.spells.iter().filter(|spell| spell.again).count(), 0);
    let rows = movements(&patient, CalendarPeriod::Month);
    assert!(rows.iter().all(|row| row.reactivated == 0), "within the days of grace nobody is gone");
}

/// Closing is opening and what happened, in customers and in money, whatever the rows and the period; what is observed later changes no past.
#[test]
fn movements_add_up_and_the_past_stays() {
    let mut rows = "customer,start,end,amount,interval\n".to_owned();
    let mut state = 12_345u64;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for _ in 0..400 {
        let (start, length) = (Grain::Day.read("2022-01-01").unwrap().0 + draw(700) as i32, draw(300) as i32);
        let day = |tick: i32| Grain::Day.show(ltv::units::Tick(tick));
        let end = if draw(3) == 0 { String::new() } else { day(start + length) };
        let interval = ["week", "month", "quarter", "year"][draw(4) as usize];
        rows += &format!("c{},{},{end},{}.{},{interval}\n", draw(150), day(start), draw(90), draw(100));
    }
    for period in [CalendarPeriod::Week, CalendarPeriod::Month, CalendarPeriod::Quarter, CalendarPeriod::Year]
    {
        let all = movements(&read(&rows, &until("2024-12-31")).unwrap(), period);
        for (row, next) in all.iter().zip(&all[1..]) {
            assert_eq!((row.closing, row.mrr), (next.opening, next.mrr_opening));
        }
        for row in &all {
            assert_eq!(row.opening + row.new + row.reactivated, row.closing + row.churned);
            let came = row.mrr_new.micros() + row.mrr_reactivated.micros() + row.expansion.micros();
            let went = row.mrr_churned.micros() + row.contraction.micros();
            assert_eq!(row.mrr_opening.micros() + came - went, row.mrr.micros());
        }
        let before = movements(&read(&rows, &until("2023-06-30")).unwrap(), period);
        // A day of grace looks one day ahead at most.
        for (then, now) in before.iter().zip(&all).filter(|(then, _)| then.complete).rev().skip(1) {
            assert_eq!(then, now);
        }
    }
}

/// lifelines 0.30.3, `tests/reference/kaplan_meier.py`.
#[test]
fn survival_is_that_of_lifelines() {
    let table = include_str!("reference/kaplan_meier.csv");
    let rows: Vec<Vec<f64>> = table
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect())
        .collect();
    let mut checked = 0;
    for case in rows.chunk_by(|one, next| one[..2] == next[..2]) {
        let curve = kaplan_meier(case.iter().map(|row| (row[3], row[4])), case[0][1]);
        assert_eq!(curve.len(), case.len());
        for (point, right) in curve.iter().zip(case) {
            close(point.survival, right[5], 1e-13);
            // Where nobody left yet, or everybody, the interval does not exist; lifelines repeats the estimate.
            let Some((lower, upper)) = point.interval else {
                assert!(point.survival == 1.0 || point.survival == 0.0);
                continue;
            };
            close(lower, right[6], 1e-12);
            close(upper, right[7], 1e-12);
            checked += 1;
        }
    }
    assert!(checked > 100, "{checked}");
}

fn plan() -> Plan {
    Plan {
        horizon: "12m".parse().unwrap(),
        level: Share::new(0.9).unwrap(),
        margin: 0.5,
        discount: None,
        model: ModelChoice::Sbg,
    }
}

/// 1,000 subscribers of one day, of whom so many are left after 0 to 7 months: Fader & Hardie (2007), table 1, "Regular", taken for months.
fn regular() -> Contracts {
    let active = [1000, 631, 468, 382, 326, 289, 262, 241];
    let mut rows = "customer,start,end,amount,interval\n".to_owned();
    let mut customer = 0;
    for month in 1..active.len() {
        for _ in active[month]..active[month - 1] {
            customer += 1;
            rows += &format!("{customer},2024-01-01,2024-{:02}-01,10,month\n", month + 1);
        }
    }
    for _ in 0..active[7] {
        customer += 1;
        rows += &format!("{customer},2024-01-01,,10,month\n");
    }
    read(&rows, &until("2024-08-01")).unwrap()
}

fn worth(lives: &Lifetimes, whose: Whose, method: Method, span: Span) -> ltv::value::subscription::Worth {
    let found =
        |one: &&ltv::value::subscription::Worth| (one.whose, one.method, one.span) == (whose, method, span);
    *lives.groups[0].worth.iter().find(found).unwrap()
}

#[test]
fn lifetimes_are_those_of_the_paper() {
    let contracts = regular();
    let lives = lifetimes(&contracts, &plan(), &Silent).unwrap();
    let group = &lives.groups[0];
    assert_eq!((group.subscribers, group.left, group.running), (1000, 759, 241));
    let model = &group.fit.as_ref().unwrap().fit.model;
    assert!(lives.notes[0].contains("sBG (alpha 0.7041, beta 1.1820)"), "{:?}", lives.notes);
    close(group.curve[6].survival, 0.241, 1e-12);
    close(group.model[12].survival, 0.1700, 5e-4);
    // 1/churn: 759 of 1000 + 631 + 468 + 382 + 326 + 289 + 262 renewals were declined.
    let churn = 759.0 / 3358.0;
    let formula = worth(&lives, Whose::Newcomer, Method::Churn, Span::Life);
    close(formula.value.unwrap(), 10.0 * 0.5 / churn, 1e-12);
    let twelve = Span::Payments(12);
    let churned = worth(&lives, Whose::Newcomer, Method::Churn, twelve);
    close(churned.payments.unwrap(), (0..12).map(|k| (1.0 - churn).powi(k)).sum(), 1e-12);
    let by_model = worth(&lives, Whose::Newcomer, Method::Model, twelve);
    close(by_model.payments.unwrap(), (0..12).map(|k| model.survival(k)).sum(), 1e-12);
    close(by_model.value.unwrap(), 5.0 * by_model.payments.unwrap(), 1e-12);
    let stay = worth(&lives, Whose::Subscriber, Method::Model, twelve);
    let right: f64 = (8..20).map(|t| model.survival(t)).sum::<f64>() / model.survival(7);
    close(stay.payments.unwrap(), right, 1e-12);
    // Who stayed so long stays longer than 1/churn has it, and the intervals tell these apart.
    let taught = worth(&lives, Whose::Subscriber, Method::Churn, twelve);
    assert!(stay.interval.0.unwrap() > taught.interval.1.unwrap() && stay.interval.1.unwrap() < 12.0 * 5.0);
}

#[test]
fn the_whole_life_is_derl_at_its_rate() {
    let discounted = Plan { discount: Some("10%".parse().unwrap()), ..plan() };
    let lives = lifetimes(&regular(), &discounted, &Silent).unwrap();
    let model = &lives.groups[0].fit.as_ref().unwrap().fit.model;
    let sbg = Sbg::new(0.704_077, 1.182_043).unwrap();
    let rate = 1.1f64.ln() / 12.0;
    let newcomer = worth(&lives, Whose::Newcomer, Method::Model, Span::Life).payments.unwrap();
    close(newcomer, 1.0 + (-rate).exp() * model.derl(0, rate).unwrap(), 1e-7);
    close(newcomer, 1.0 + (-rate).exp() * sbg.derl(0, rate).unwrap(), 1e-5);
    let stay = worth(&lives, Whose::Subscriber, Method::Model, Span::Life).payments.unwrap();
    close(stay, (-0.5 * rate).exp() * model.derl(7, rate).unwrap(), 1e-7);
    let churn = 759.0 / 3358.0;
    let steady = worth(&lives, Whose::Newcomer, Method::Churn, Span::Life);
    assert!(!steady.discounted, "the formula that is taught comes first, as it is taught");
    let all = lives.ltv_sheet();
    let payments = numbers(&all, "payments");
    let right = 1.0 / (1.0 - (1.0 - churn) * (-rate).exp());
    assert!(payments.iter().flatten().any(|found| (found - right).abs() < 1e-12 * right), "{payments:?}");
}

#[test]
fn who_pays_at_another_interval_has_a_tenure_of_their_own() {
    let mut rows = "customer,start,end,amount,interval\n".to_owned();
    for at in 0..60 {
        let end = ["2023-01-15", "2024-01-15", "", ""][at % 4];
        rows += &format!(
            "y{at},2022-01-15,{end},120,year\nm{at},2024-01-01,{},12,month\n",
            ["2024-02-01", "2024-03-01", ""][at % 3]
        );
    }
    let lives = lifetimes(&read(&rows, &until("2024-06-30")).unwrap(), &plan(), &Silent).unwrap();
    let told: Vec<_> = lives.groups.iter().map(|group| (group.interval, group.left, group.arpu)).collect();
    assert_eq!(told, [(CalendarPeriod::Month, 40, Some(12.0)), (CalendarPeriod::Year, 30, Some(120.0))]);
    let sheet = lives.tenure_sheet();
    assert_eq!(counts(&sheet, "due"), [60, 40, 20, 20, 20, 60, 45]);
    assert_eq!(counts(&sheet, "left"), [20, 20, 0, 0, 0, 15, 15]);
    assert_eq!(lives.survival_sheet().rows(), 12 + 2);
}

#[test]
fn what_is_not_there_is_named_and_not_made_up() {
    let one = "id,start,end,amount\na,2024-01-01,,10\n";
    let month = ContractOptions { interval: Some(CalendarPeriod::Month), ..until("2024-04-15") };
    let lives = lifetimes(&read(one, &month).unwrap(), &plan(), &Silent).unwrap();
    assert!(
        lives.groups[0].fit.is_none() && lives.notes[0].contains("nobody has left yet"),
        "{:?}",
        lives.notes
    );
    assert_eq!(worth(&lives, Whose::Newcomer, Method::Churn, Span::Life).payments, None);
    let ended = "id,start,end\na,2024-01-01,2024-02-01\nb,2024-01-01,2024-03-01\nc,2024-01-01,2024-01-01\n";
    let contracts = read(ended, &month).unwrap();
    assert!(!contracts.has_money && contracts.notes.iter().any(|note| note.contains("no column of amounts")));
    assert!(contracts.notes.iter().any(|note| note.contains("1 contracts end on the day they start")));
    let lives = lifetimes(&contracts, &plan(), &Silent).unwrap();
    assert_eq!((lives.groups[0].running, lives.groups[0].arpu), (0, None));
    assert!(
        lives.groups[0].worth.iter().all(|worth| worth.value.is_none() && worth.whose == Whose::Newcomer)
    );
    let endless =
        read("start,amount,interval\n2024-01-01,5,month\n2024-02-01,5,month\n", &until("2024-04-15"))
            .unwrap();
    assert_eq!(endless.ids.len(), 2);
    for words in ["no column of ends", "no column of customers"] {
        assert!(endless.notes.iter().any(|note| note.contains(words)), "{words}: {:?}", endless.notes);
    }
    let rows = movements(&read(one, &month).unwrap(), CalendarPeriod::Month);
    assert!(!rows.last().unwrap().complete && rows[0].churn_rate().is_none());
}

#[test]
fn the_command_writes_each_table() {
    let desk = Desk::new();
    desk.file("rows.csv", ROWS);
    let said = desk.done(&["subscription", "rows.csv", "--cutoff", "2024-05-31"]);
    for words in [
        "Monthly recurring revenue",
        "What is kept of it",
        "Survival by months",
        "Survival by quarters",
        "Lifetime value",
        "Subscribers left",
    ] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    assert!(said.out.lines().all(|line| line.chars().count() <= 80), "{}", said.out);
    for (table, first) in [
        ("mrr", "period,complete,opening,new,"),
        ("tenure", "interval,tenure,due,left,churn_rate,"),
        ("survival", "interval,tenure,kaplan_meier,"),
        ("ltv", "interval,whose,method,span,"),
        ("cohorts", "cohort,age,customers,active,"),
    ] {
        desk.done(&[
            "subscription",
            "rows.csv",
            "--table",
            table,
            "-o",
            "out.csv",
            "--lang",
            "pl",
            "--discount",
            "10%",
        ]);
        assert!(desk.text("out.csv").starts_with(first), "{table}: {}", desk.text("out.csv"));
        desk.done(&["subscription", "rows.csv", "--table", table, "-o", "out.json"]);
        desk.done(&["subscription", "rows.csv", "--table", table, "-o", "out.parquet"]);
    }
    // Rows of two files are one business.
    let (head, tail) = ROWS.split_at(ROWS.find("cem").unwrap());
    desk.file("a.csv", head);
    desk.file("b.csv", &format!("customer,start,end,amount,interval\n{tail}"));
    let args = |files: &[&'static str]| {
        [&["subscription"], files, &["--table", "mrr", "-o", "-", "--cutoff", "2024-05-31"]].concat()
    };
    assert_eq!(desk.done(&args(&["a.csv", "b.csv"])).out, desk.done(&args(&["rows.csv"])).out);
}

#[test]
fn rows_that_are_wrong_are_refused_in_words() {
    let desk = Desk::new();
    let refused = |rows: &str, args: &[&str], code, words: &[&str]| {
        desk.file("rows.csv", rows);
        desk.refused(&[&["subscription", "rows.csv", "-o", "new.csv"], args].concat(), code, words);
    };
    let head = "customer,start,end,amount,interval\n";
    let row = |row: &str| format!("{head}{row}\n");
    refused(&row("a,2024-03-01,2024-02-01,10,month"), &[], 1, &["line 2", "before it starts"]);
    refused(&row("a,2024-03-01,,-10,month"), &[], 1, &["line 2", "`amount`", "-10", "refunds"]);
    refused(&row("a,2024-03-01,,ten,month"), &[], 1, &["`ten`", "decimal point"]);
    refused(&row("a,2024-03-01,,,month"), &[], 1, &["nothing"]);
    refused(&row("a,01/03/2024,,10,month"), &[], 1, &["`start`", "2024-12-31"]);
    refused(&row("a,2024-03-01,,10,6 months"), &[], 1, &["`interval`", "quarter"]);
    refused(&row(",2024-03-01,,10,month"), &[], 1, &["names no customer"]);
    refused(&row("a,2024-03-01,,10,month"), &["--cutoff", "2023-01-01"], 2, &["no contract had begun"]);
    refused(&row("a,2024-03-01,,10,month"), &["--cutoff", "soon"], 2, &["not a date"]);
    refused(&row("a,2024-03-01,,10,year"), &["--horizon", "6m"], 2, &["shorter than a year"]);
    refused(&row("a,2024-03-01,,10,month"), &["--amount", "price"], 2, &["no column `price`"]);
    refused(&row("a,2024-03-01,,10,month"), &["--level", "1"], 2, &["of level 1"]);
    refused(head, &[], 1, &["no row"]);
    refused("customer,begin_on,end\na,2024-03-01,\n", &[], 1, &["no column start", "--start"]);
    refused("customer,start,end\na,2024-03-01,\n", &[], 2, &["--interval month"]);
    let two =
        "customer,start,end,amount,interval,currency\na,2024-03-01,,1,month,EUR\nb,2024-03-01,,1,month,usd\n";
    refused(two, &[], 1, &["line 3", "USD after EUR", "never added up"]);
    desk.refused(&["subscription", "rows.csv", "-o", "rows.csv"], 2, &["would be lost"]);
}
