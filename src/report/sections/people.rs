//! Who is worth it, and who is leaving.

use super::super::chart::{Chart, Place, Series, Shape, Tone, Unit};
use super::super::page::{Block, Section};
use super::super::story::{Person, Story};
use super::super::table::{Cell, Head, Table};
use super::super::text::Text;
use super::super::words::{self, Speaker};
use super::worth;

/// Who is worth it.
pub fn who(story: &Story<'_>, speaker: Speaker<'_>) -> Section {
    let mut section = Section::new("who", speaker.say(&words::WHO));
    let shares: Vec<Option<f64>> = story.tenths.iter().map(|tenth| tenth.share).collect();
    if let ([Some(first), ..], 10) = (&shares[..], shares.len()) {
        let half: f64 = shares[..5].iter().flatten().sum();
        let percent = |part: f64| Text::strong(speaker.locale.percent(part));
        section = section
            .with(speaker.tell(&words::SHARED_OUT, &[("tenth", percent(*first)), ("half", percent(half))]))
            .with(concentration(story, shares, speaker));
    }
    let within = Text::from(speaker.within(story.outlook.horizon));
    let n = Text::from(speaker.locale.count(story.best.len() as u64));
    let caption = speaker.tell(&words::BEST_CAPTION, &[("n", n), ("within", within)]);
    section
        .with(Block::Heading(speaker.say(&words::BEST).into()))
        .with(people(story, &story.best, caption, false, speaker))
        .with(Block::Note(speaker.say(&words::INTERVAL_OF_ONE).into()))
}

/// The shares of the tenths.
fn concentration(story: &Story<'_>, shares: Vec<Option<f64>>, speaker: Speaker<'_>) -> Chart {
    let place = |(at, tenth): (usize, &super::super::story::Tenth)| Place {
        label: (at + 1).to_string(),
        within: String::new(),
        name: speaker
            .tell(
                &words::TENTH_NAME,
                &[
                    ("k", (at + 1).to_string().into()),
                    ("customers", speaker.count(&words::CUSTOMERS, tenth.customers).into()),
                    ("value", worth(story, tenth.value, speaker).into()),
                ],
            )
            .plain(),
    };
    Chart {
        title: speaker.say(&words::SHARES).into(),
        side: speaker.say(&words::BEST_FIRST).into(),
        what: speaker.say(&words::TENTH),
        places: story.tenths.iter().enumerate().map(place).collect(),
        series: vec![Series {
            name: speaker.say(&words::SHARE).to_owned(),
            tone: Tone::Accent,
            shape: Shape::Bars(shares),
        }],
        unit: Unit::Share,
    }
}

/// Who is leaving.
pub fn leaving(story: &Story<'_>, speaker: Speaker<'_>) -> Section {
    let section = Section::new("leaving", speaker.say(&words::LEAVING));
    if story.slipping.is_empty() {
        return section.with(Text::from(speaker.say(&words::NOBODY_LEAVING)));
    }
    let within = Text::from(speaker.within(story.outlook.horizon));
    let caption = speaker.tell(&words::LEAVING_CAPTION, &[("within", within)]);
    section.with(Text::from(speaker.say(&words::LEAVING_MEANS))).with(people(
        story,
        &story.slipping,
        caption,
        true,
        speaker,
    ))
}

/// A list of customers.
fn people(story: &Story<'_>, people: &[Person], caption: Text, at_risk: bool, speaker: Speaker<'_>) -> Table {
    let (locale, money) = (speaker.locale, story.outlook.value.is_some());
    let grain = story.past.orders().options.grain;
    let interval = Head { text: speaker.interval(story.level).into(), number: true };
    let mut heads =
        Table::heads(speaker, &[&words::CUSTOMER], &[&words::BOUGHT, &words::LAST, &words::ALIVE]);
    if at_risk {
        heads.extend(Table::heads(speaker, &[], &[&words::AT_RISK]));
    }
    heads.extend(Table::heads(speaker, &[], &[&words::PURCHASES_AHEAD]));
    if money {
        heads.extend(Table::heads(speaker, &[], &[&words::VALUE_AHEAD]));
    }
    heads.push(interval);
    let row = |person: &Person| {
        let show = |value: f64| worth(story, value, speaker);
        let mut cells = vec![
            Cell::text(Text::data(&person.id)),
            Cell::number(locale.count(person.bought), person.bought as f64),
            Cell::number(speaker.day(grain, person.last), f64::from(person.last.0)),
            Cell::number(locale.percent(person.p_alive), person.p_alive),
        ];
        if at_risk {
            cells.push(Cell::maybe(person.at_risk(), show));
        }
        cells.push(Cell::number(locale.mean(person.purchases), person.purchases));
        if money {
            cells.push(Cell::maybe(person.value, show));
        }
        let (lower, upper) = person.interval;
        cells.push(Cell::number(speaker.range(show(lower), show(upper)), upper));
        cells
    };
    let mut table = Table::new(caption, heads);
    table.rows = people.iter().map(row).collect();
    table
}
