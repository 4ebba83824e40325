//! What new customers cost and bring, by channel.

use super::super::page::{Block, Section};
use super::super::story::Story;
use super::super::table::{Bar, Cell, Table};
use super::super::text::Text;
use super::super::words::{self, Speaker};
use crate::units::{CalendarPeriod, Horizon};
use crate::value::acquisition::{Acquisition, Level, Row};

/// The section.
pub fn section(story: &Story<'_>, costs: &Acquisition, speaker: Speaker<'_>) -> Section {
    let length = Horizon::periods(costs.plan.months, CalendarPeriod::Month).unwrap_or(story.outlook.horizon);
    let length = Text::from(speaker.length(length));
    let discounted = match costs.plan.discount {
        Some(rate) => {
            let rate = Text::from(speaker.locale.percent(rate.get()));
            speaker.tell(&words::DISCOUNTED, &[("rate", rate)])
        }
        None => speaker.say(&words::NOT_DISCOUNTED).into(),
    };
    let share = Text::from(speaker.locale.percent(costs.plan.margin));
    let means = speaker.tell(
        &words::COSTS_MEAN,
        &[("length", length.clone()), ("share", share), ("discounted", discounted)],
    );
    let remarks: Vec<Text> = remarks(costs);
    let section =
        Section::new("costs", speaker.say(&words::COSTS)).with(means).with(table(costs, length, speaker));
    if remarks.is_empty() {
        return section;
    }
    section.with(Block::Heading(speaker.say(&words::REMARKS).into())).with(Block::List(remarks))
}

fn table(costs: &Acquisition, length: Text, speaker: Speaker<'_>) -> Table {
    let heads = Table::heads(
        speaker,
        &[&words::CHANNEL],
        &[
            &words::NEW_CUSTOMERS,
            &words::COST,
            &words::CAC,
            &words::LTV,
            &words::RATIO,
            &words::PAYBACK,
            &words::MOST_COST,
        ],
    );
    let caption = speaker.tell(&words::COSTS_CAPTION, &[("length", length.clone())]);
    let mut table = Table::new(caption, heads);
    let last = costs.plan.months as usize;
    let told = |row: &&Row| matches!(row.level, Level::Shop | Level::Channel);
    let highest = |row: &Row| {
        let worth = row.worth.as_ref()?;
        Some(worth.interval(last).map_or(0.0, |ends| ends.1).max(worth.ltv()))
    };
    let highest = costs.rows.iter().filter(told).filter_map(highest).fold(0.0, f64::max);
    let (money, scale) = (|value: f64| speaker.locale.money(value), highest.max(f64::MIN_POSITIVE));
    for row in costs.rows.iter().filter(told) {
        let name = match row.level {
            Level::Shop => Text::from(speaker.say(&words::ALL_CHANNELS)),
            _ => Text::data(&row.channel),
        };
        let ltv = row.worth.as_ref().map_or_else(Cell::none, |worth| {
            let interval = worth.interval(last).map(|(lower, upper)| (lower / scale, upper / scale));
            Cell::number(money(worth.ltv()), worth.ltv())
                .with_bar(Bar { value: worth.ltv() / scale, interval })
        });
        table.rows.push(vec![
            Cell::text(name),
            Cell::number(speaker.locale.count(row.customers()), row.customers() as f64),
            Cell::maybe(row.cost, money),
            Cell::maybe(row.cac(), money),
            ltv,
            Cell::maybe(row.ratio(), |ratio| speaker.locale.mean(ratio)),
            payback(row, &length, speaker),
            Cell::maybe(row.max_cac(&costs.plan.target), money),
        ]);
    }
    table
}

/// The month in which the cost is earned.
fn payback(row: &Row, length: &Text, speaker: Speaker<'_>) -> Cell {
    match (row.payback(), row.cac()) {
        (Some(0), _) => Cell { key: Some(0.0), ..Cell::text(speaker.say(&words::FIRST_ORDER)) },
        (Some(month), _) => Cell::number(speaker.locale.count(u64::from(month)), f64::from(month)),
        (None, Some(_)) => Cell {
            key: Some(f64::from(u32::MAX)),
            ..Cell::text(speaker.tell(&words::NOT_EARNED, &[("length", length.clone())]))
        },
        (None, None) => Cell::none(),
    }
}

/// What must be known of the channels, and of the whole.
fn remarks(costs: &Acquisition) -> Vec<Text> {
    let told = |row: &&Row| matches!(row.level, Level::Shop | Level::Channel | Level::Outside);
    let of = |row: &Row| {
        let name = Text::data(&row.channel);
        let period =
            if row.level == Level::Outside { format!(", {}: ", row.period) } else { ": ".to_owned() };
        let notes: Vec<Text> = row
            .notes
            .iter()
            .map(|note| name.clone().and(period.as_str()).and(Text::english(note.as_str())))
            .collect();
        notes
    };
    let whole = costs.notes.iter().map(|note| Text::english(note.as_str()));
    let all = costs.rows.iter().filter(told).flat_map(of);
    all.take(MOST_REMARKS).chain(whole).collect()
}

/// More remarks on single rows than this nobody reads.
const MOST_REMARKS: usize = 24;
