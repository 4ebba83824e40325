//! Customers by the period of their first purchase: who comes back.

use super::super::page::Section;
use super::super::story::Story;
use super::super::table::{Cell, Head, Table};
use super::super::text::Text;
use super::super::words::{self, Speaker};
use super::periods::{name, period_place};
use crate::value::cohorts::{Age, Cohort};

/// So many cohorts, and ages, are shown.
const SHOWN: usize = 26;

/// The section; `None` where nobody could come back yet.
pub fn section(story: &Story<'_>, speaker: Speaker<'_>) -> Option<Section> {
    let cohorts = &story.cohorts.whole;
    let shown = &cohorts[cohorts.len().saturating_sub(SHOWN)..];
    let ages = shown.iter().filter_map(Cohort::oldest).max().unwrap_or(0).min(SHOWN);
    if ages == 0 {
        return None;
    }
    let period = Text::from(speaker.say(name(story.cohorts.plan.period)));
    let caption = speaker.tell(&words::COHORTS_CAPTION, &[("period", period)]);
    let mut heads = Table::heads(speaker, &[&words::FIRST_IN], &[&words::BUYERS]);
    heads.extend((1..=ages).map(|age| Head { text: age.to_string().into(), number: true }));
    let mut table = Table::new(caption, heads).heat();
    let returned = |age: &Age| age.retention();
    let all = shown.iter().flat_map(|cohort| cohort.ages.iter().skip(1).filter_map(returned));
    let highest = all.fold(0.0, f64::max);
    let mut row = |name: String, customers: u64, seen: &[Age]| {
        let mut cells =
            vec![Cell::text(name), Cell::number(speaker.locale.count(customers), customers as f64)];
        for at in 1..=ages {
            cells.push(match seen.get(at).and_then(returned) {
                Some(part) => shaded(part, highest, speaker),
                None => Cell::text(""),
            });
        }
        table.rows.push(cells);
    };
    for cohort in shown {
        let place = period_place(&story.cohorts.label(cohort), speaker);
        row(place.name, cohort.customers, &cohort.ages);
    }
    let pooled = story.cohorts.pooled(0);
    row(speaker.say(&words::EVERYBODY).to_owned(), story.outlook.customers, &pooled);
    Some(
        Section::new("cohorts", speaker.say(&words::COHORTS))
            .with(Text::from(speaker.say(&words::COHORTS_MEAN)))
            .with(table),
    )
}

fn shaded(part: f64, highest: f64, speaker: Speaker<'_>) -> Cell {
    let percent = 100.0 * part;
    let cell = Cell::number(speaker.locale.number(percent, usize::from(percent < 9.95)), part);
    if highest > 0.0 { cell.shaded(part / highest) } else { cell }
}
