//! What groups of customers are expected to bring.

use super::super::page::Section;
use super::super::story::{GroupAhead, GroupsAhead, Story};
use super::super::table::{Bar, Cell, Head, Table};
use super::super::text::Text;
use super::super::words::{self, Speaker};
use super::worth;

/// The section.
pub fn section(story: &Story<'_>, groups: &GroupsAhead, speaker: Speaker<'_>) -> Section {
    let within = Text::from(speaker.within(story.outlook.horizon));
    let money = story.outlook.value.is_some();
    let sum = if money { &words::EXPECTED_REVENUE } else { &words::EXPECTED_PURCHASES };
    let mut heads = Table::heads(speaker, &[&words::GROUP], &[&words::BUYERS, sum]);
    heads.push(Head { text: speaker.interval(story.level).into(), number: true });
    heads.extend(Table::heads(speaker, &[], &[&words::SHARE, &words::EACH]));
    let mut table = Table::new(speaker.tell(&words::GROUPS_CAPTION, &[("within", within)]), heads);
    let whole: f64 = groups.groups.iter().map(|group| group.sum.expected).sum();
    let highest = groups.groups.iter().filter_map(most).fold(0.0, f64::max);
    for group in groups.groups.iter().filter(|group| group.customers > 0) {
        let show = |value: f64| worth(story, value, speaker);
        let (lower, upper) = group.sum.interval.unzip();
        let share = (whole > 0.0).then(|| group.sum.expected / whole);
        let interval = lower.zip(upper).map_or_else(Cell::none, |(lower, upper)| {
            Cell::number(speaker.range(show(lower), show(upper)), upper)
        });
        table.rows.push(vec![
            Cell::text(name(group, groups, speaker)),
            Cell::number(speaker.locale.count(group.customers), group.customers as f64),
            Cell::number(show(group.sum.expected), group.sum.expected),
            interval,
            Cell::maybe(share, |share| speaker.locale.percent(share)),
            each(story, group, highest, speaker),
        ]);
    }
    let column = Text::data(&groups.by);
    Section::new("groups", speaker.say(&words::GROUPS))
        .with(speaker.tell(&words::GROUPS_MEAN, &[("column", column)]))
        .with(table)
}

/// The highest that is expected of a customer of a group, its interval included.
fn most(group: &GroupAhead) -> Option<f64> {
    let all = group.sum.interval.map_or(group.sum.expected, |(_, upper)| upper.max(group.sum.expected));
    (group.customers > 0).then(|| all / group.customers as f64)
}

/// What is expected of one of its customers, with a mark of its size.
fn each(story: &Story<'_>, group: &GroupAhead, highest: f64, speaker: Speaker<'_>) -> Cell {
    let customers = group.customers as f64;
    let value = group.sum.expected / customers;
    let cell = Cell::number(worth(story, value, speaker), value);
    if highest <= 0.0 {
        return cell;
    }
    let part = |sum: f64| sum / customers / highest;
    let interval = group.sum.interval.map(|(lower, upper)| (part(lower), part(upper)));
    cell.with_bar(Bar { value: part(group.sum.expected), interval })
}

/// A group by what stands in the column.
fn name(group: &GroupAhead, groups: &GroupsAhead, speaker: Speaker<'_>) -> Text {
    match &group.name {
        None => {
            let n = Text::from(speaker.locale.count(groups.folded as u64));
            speaker.tell(&words::OTHERS, &[("n", n)])
        }
        Some(name) if name.is_empty() => speaker.say(&words::NO_VALUE).into(),
        Some(name) => Text::data(name),
    }
}
