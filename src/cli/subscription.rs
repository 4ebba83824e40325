//! `ltv subscription`: what comes in every month, how long subscribers stay, and what one is worth.

use super::args::{self, TableArg};
use super::shop::{Place, notes, table};
use super::show::{self, Grid};
use super::tell::wrap;
use crate::Result;
use crate::features::Contracts;
use crate::progress::Progress;
use crate::table::{Column, Sheet};
use crate::units::{CalendarPeriod, Grain, Locale};
use crate::value::subscription::{
    CohortAge, Lifetimes, Movement, Plan, cohort_sheet, cohorts, lifetimes, movements, mrr_sheet,
};

/// So many of the newest periods, of the first tenures and of the newest cohorts are shown; all are written.
const SHOWN: usize = 13;
/// The ages of cohorts that are shown.
const AGES: [u32; 9] = [0, 1, 2, 3, 4, 5, 6, 9, 12];

/// Runs the command.
///
/// # Errors
/// Whatever reading, the figures or writing say.
pub fn run(args: &args::Subscription, quiet: bool, progress: &dyn Progress) -> Result<()> {
    let place = Place::new(&args.answer, &args.inputs, None)?;
    let voice = place.voice(quiet);
    let contracts = Contracts::read(&args.inputs, &args.options()?)?;
    let wanted = |one: TableArg| args.table.is_none_or(|table| table == one);
    let (locale, money) = (place.locale(), contracts.has_money);
    let moves = movements(&contracts, args.period);
    let ages = cohorts(&contracts, args.period);
    let plan = Plan {
        horizon: args.horizon,
        level: args.level,
        margin: args.earning.share(),
        discount: args.earning.discount,
        model: args.model(),
    };
    let lives = lifetimes(&contracts, &plan, progress)?;
    voice.say(&account(&contracts))?;
    if wanted(TableArg::Mrr) {
        voice.tell(&mrr(&moves, args.period, money, locale))?;
    }
    if wanted(TableArg::Tenure) || wanted(TableArg::Survival) {
        voice.tell(&survival(&lives, locale))?;
    }
    if wanted(TableArg::Ltv) {
        voice.tell(&worth(&lives, locale))?;
    }
    if wanted(TableArg::Cohorts) {
        voice.tell(&triangle(&ages, args.period, locale))?;
    }
    voice.say(&notes(assumed(args, &contracts, &lives)))?;
    place.write(
        &voice,
        &match args.table.unwrap_or(TableArg::Mrr) {
            TableArg::Mrr => mrr_sheet(&moves, args.period, money),
            TableArg::Tenure => lives.tenure_sheet(),
            TableArg::Survival => lives.survival_sheet(),
            TableArg::Ltv => lives.ltv_sheet(),
            TableArg::Cohorts => cohort_sheet(&ages, args.period, money),
        },
    )
}

/// What was read.
fn account(contracts: &Contracts) -> String {
    let running = contracts.spells.iter().filter(|spell| spell.end.is_none()).count();
    let intervals: Vec<String> =
        contracts.intervals().iter().map(|interval| format!("the {interval}")).collect();
    wrap(&format!(
        "{} contracts of {} customers who pay by {}: {} subscribe on {}",
        show::count(contracts.rows.len() as u64),
        show::count(contracts.spells.iter().filter(|spell| !spell.again).count() as u64),
        intervals.join(", "),
        show::count(running as u64),
        Grain::Day.show(contracts.until)
    ))
}

/// What comes in, in three tables; of many periods the newest.
fn mrr(moves: &[Movement], period: CalendarPeriod, money: bool, locale: &Locale) -> String {
    let newest = &moves[moves.len().saturating_sub(SHOWN)..];
    let sheet = mrr_sheet(newest, period, money);
    let names = newest
        .iter()
        .map(|row| format!("{}{}", period.label(row.period), if row.complete { "" } else { "*" }));
    let sheet = sheet.with("shown", Column::Text(names.collect()));
    let part = |head: &str, columns: &[(&str, &str)]| {
        let all = [&[("shown", "period")][..], columns].concat();
        format!("\n{}\n{}", show::heading(head), table(&sheet, &all, locale))
    };
    let mut text = part(
        &format!("Subscribers by {period}"),
        &[
            ("opening", "opening"),
            ("new", "new"),
            ("reactivated", "back"),
            ("churned", "churned"),
            ("subscribers", "closing"),
            ("passing", "passing"),
            ("churn_rate", "churn rate"),
        ],
    );
    if money {
        text += &part(
            "Monthly recurring revenue",
            &[
                ("mrr_opening", "opening"),
                ("mrr_new", "new"),
                ("mrr_reactivated", "back"),
                ("expansion", "expansion"),
                ("contraction", "contraction"),
                ("mrr_churned", "churned"),
                ("mrr", "MRR"),
            ],
        );
        text += &part(
            "What is kept of it",
            &[
                ("arpu", "ARPU"),
                ("revenue_churn_rate", "revenue churn"),
                ("gross_retention", "gross retention"),
                ("net_retention", "net retention"),
            ],
        );
    }
    if newest.last().is_some_and(|row| !row.complete) {
        text += &wrap("* not over: what is known so far");
    }
    text
}

/// Churn by tenure and survival beside each other, for each interval of payment.
fn survival(lives: &Lifetimes, locale: &Locale) -> String {
    let (tenure, curve) = (lives.tenure_sheet(), lives.survival_sheet());
    let mut text = String::new();
    for group in &lives.groups {
        let name = group.interval.to_string();
        text += &format!(
            "\n{}\n",
            show::heading(&format!(
                "Survival by {name}s, with {} intervals: {} began, {} left",
                locale.percent(lives.level.get()),
                locale.count(group.subscribers),
                locale.count(group.left)
            ))
        );
        let mut grid =
            Grid::new(&["renewal", "due", "left", "churn", "Kaplan-Meier", "interval", "model", "interval"]);
        for at in 0..group.curve.len().min(SHOWN) {
            let cell = |sheet: &Sheet, column: &str| {
                let row = row_of(sheet, &name, at);
                row.zip(sheet.column(column))
                    .map_or_else(String::new, |(row, column)| column.shown(row, locale))
            };
            let range = |low: &str, high: &str| {
                let (low, high) = (cell(&curve, low), cell(&curve, high));
                let plain = |text: &str| text.trim_end_matches(['%', '\u{a0}', '\u{202f}', ' ']).to_owned();
                if low.is_empty() { String::new() } else { format!("{}–{}", plain(&low), plain(&high)) }
            };
            grid.row([
                (at + 1).to_string(),
                cell(&tenure, "due"),
                cell(&tenure, "left"),
                cell(&tenure, "churn_rate"),
                cell(&curve, "kaplan_meier"),
                range("km_lower", "km_upper"),
                cell(&curve, "model_survival"),
                range("model_lower", "model_upper"),
            ]);
        }
        if group.curve.is_empty() {
            text += &wrap("no renewal has been due yet");
        } else {
            text += &grid.text();
        }
    }
    text
}

/// The row of an interval and a place in a sheet of survival.
fn row_of(sheet: &Sheet, interval: &str, at: usize) -> Option<usize> {
    let Some(Column::Text(names)) = sheet.column("interval") else { return None };
    names.iter().enumerate().filter(|(_, name)| *name == interval).nth(at).map(|(row, _)| row)
}

/// Lifetime value by each method.
fn worth(lives: &Lifetimes, locale: &Locale) -> String {
    let sheet = lives.ltv_sheet();
    let head =
        format!("Lifetime value of a subscriber, with {} intervals", locale.percent(lives.level.get()));
    let columns = [
        ("interval", "paid by"),
        ("whose", "whose"),
        ("method", "method"),
        ("span", "span"),
        ("discounted", "disc."),
        ("payments", "payments"),
        ("ltv", "LTV"),
        ("lower", "from"),
        ("upper", "to"),
    ];
    format!("\n{}\n{}", show::heading(&head), table(&sheet, &columns, locale))
}

/// Retention of the newest cohorts at some ages.
fn triangle(ages: &[CohortAge], period: CalendarPeriod, locale: &Locale) -> String {
    let mut text = format!(
        "\n{}\n",
        show::heading(&format!("Subscribers left, by {period} of start and {period}s since"))
    );
    let rows: Vec<&[CohortAge]> = ages.chunk_by(|one, next| one.cohort == next.cohort).collect();
    if rows.is_empty() {
        return text + &wrap(&format!("no {period} is complete yet"));
    }
    let newest = &rows[rows.len().saturating_sub(SHOWN)..];
    let oldest = newest.iter().map(|row| row.len()).max().unwrap_or(0) as u32;
    let shown: Vec<u32> = AGES.into_iter().filter(|age| *age < oldest).collect();
    let mut heads = vec!["cohort".to_owned(), "began".to_owned()];
    heads.extend(shown.iter().map(u32::to_string));
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let mut grid = Grid::new(&heads);
    for row in newest {
        let kept = |age: &u32| {
            row.get(*age as usize).map_or_else(String::new, |at| {
                locale.number(100.0 * at.active as f64 / at.customers as f64, 0)
            })
        };
        let first = [period.label(row[0].cohort), locale.count(row[0].customers)];
        grid.row(first.into_iter().chain(shown.iter().map(kept)));
    }
    text += &grid.text();
    text + &wrap("in per cent of those who began, who came back among them; only what is complete")
}

/// What the figures assume, in words.
fn assumed(args: &args::Subscription, contracts: &Contracts, lives: &Lifetimes) -> Vec<String> {
    let mut all = contracts.notes.clone();
    all.extend(lives.notes.clone());
    let earned = args.earning.margin.map_or_else(
        || "all of a payment is earned (say --margin 30%)".to_owned(),
        |margin| format!("{} of a payment is earned", show::percent(margin.get())),
    );
    let later = match args.earning.discount {
        Some(rate) => format!("later payments are discounted by {} a year", show::percent(rate.get())),
        None => "nothing is discounted; over the whole life the model is told with --discount alone, because without it its mean may be infinite".to_owned(),
    };
    all.push(format!("{earned}; {later}"));
    all.push(
        "churn over all tenures is renewals declined of renewals due; 1/churn takes it for everybody's at every tenure. Intervals of lifetime value say how sure \
         the churn or the model's parameters are, not one customer's luck. Definitions are in docs/subscription.md"
            .to_owned(),
    );
    all
}
