//! The sections of the report, each in a file of its own.

mod year;
mod people;
mod periods;
mod groups;
mod cohorts;
mod segments;
mod trend;
mod costs;
mod check;
mod rows;
mod method;

use super::page::{Page, Section};
use super::story::Story;
use super::text::Text;
use super::words::{self, Speaker};

/// The whole page.
pub fn page(story: &Story<'_>, speaker: Speaker<'_>) -> Page {
    let (answer, figures) = year::answer(story, speaker);
    Page {
        title: story.title.map_or_else(|| speaker.say(&words::TITLE).into(), Text::data),
        about: about(story, speaker),
        answer,
        figures,
        sections: sections(story, speaker),
        foot: speaker.tell(&words::FOOT, &[("version", env!("CARGO_PKG_VERSION").into())]),
    }
}

/// What is told, in its order; what there is nothing to say of is left out.
fn sections(story: &Story<'_>, speaker: Speaker<'_>) -> Vec<Section> {
    let groups = story.groups.as_ref().map(|groups| groups::section(story, groups, speaker));
    let costs = story.costs.as_ref().map(|costs| costs::section(story, costs, speaker));
    let all = [
        Some(year::section(story, speaker)),
        Some(people::who(story, speaker)),
        Some(segments::section(story, speaker)),
        Some(people::leaving(story, speaker)),
        groups,
        costs,
        periods::section(story, speaker),
        cohorts::section(story, speaker),
        Some(trend::section(story, speaker)),
        Some(check::section(story, speaker)),
        Some(rows::section(story, speaker)),
        Some(method::section(story, speaker)),
    ];
    all.into_iter().flatten().collect()
}

/// Who was observed, and until when.
fn about(story: &Story<'_>, speaker: Speaker<'_>) -> Text {
    let past = story.past;
    let grain = past.orders().options.grain;
    let first = past.orders().first_tick().unwrap_or_else(|| past.cutoff());
    let day = |tick| Text::from(speaker.day(grain, tick));
    speaker.tell(
        &words::OBSERVED,
        &[
            ("customers", speaker.count(&words::CUSTOMERS, story.outlook.customers).into()),
            ("first", day(first)),
            ("last", day(past.cutoff())),
            ("until", day(story.outlook.until)),
        ],
    )
}

/// An amount, or a number of purchases where there is no money.
fn worth(story: &Story<'_>, value: f64, speaker: Speaker<'_>) -> String {
    if story.outlook.value.is_some() { speaker.locale.money(value) } else { speaker.locale.mean(value) }
}
