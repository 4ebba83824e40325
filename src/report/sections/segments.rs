//! Where customers stand in their life with the shop.

use super::super::page::{Block, Section};
use super::super::story::Story;
use super::super::table::{Cell, Head, Table};
use super::super::text::Text;
use super::super::words::{self, Speaker};
use super::worth;
use crate::value::segments::{Kind, Size};

/// The section.
pub fn section(story: &Story<'_>, speaker: Speaker<'_>) -> Section {
    let sizes: Vec<&Size> = story.segments.sizes.iter().filter(|size| size.kind == Kind::Lifecycle).collect();
    let within = Text::from(speaker.within(story.outlook.horizon));
    let caption = speaker.tell(&words::SEGMENTS_CAPTION, &[("within", within)]);
    let value = if story.segments.money { &words::EXPECTED_REVENUE } else { &words::EXPECTED_PURCHASES };
    let mut heads = Table::heads(
        speaker,
        &[&words::SEGMENT],
        &[&words::BUYERS, &words::OF_CUSTOMERS, &words::OF_VALUE, value],
    );
    heads.push(Head { text: speaker.interval(story.level).into(), number: true });
    let mut table = Table::new(caption, heads);
    table.rows = sizes.iter().map(|size| row(story, size, speaker)).collect();
    Section::new("segments", speaker.say(&words::SEGMENTS))
        .with(table)
        .with(Block::Note(speaker.say(&words::RHYTHM_MEANS).into()))
}

fn row(story: &Story<'_>, size: &Size, speaker: Speaker<'_>) -> Vec<Cell> {
    let name = match words::segment(&size.segment) {
        Some((name, meaning)) => {
            Text::from(speaker.say(name)).and(" ").and(Text::small(speaker.say(meaning)))
        }
        None => Text::data(&size.segment),
    };
    let (locale, found) = (speaker.locale, &size.worth);
    let show = |value: f64| worth(story, value, speaker);
    let interval = found.interval.map_or_else(Cell::none, |(lower, upper)| {
        Cell::number(speaker.range(show(lower), show(upper)), upper)
    });
    vec![
        Cell::text(name),
        Cell::number(locale.count(found.customers), found.customers as f64),
        Cell::number(locale.percent(size.of_customers), size.of_customers),
        Cell::maybe(found.share, |share| locale.percent(share)),
        Cell::number(show(found.expected), found.expected),
        interval,
    ]
}
