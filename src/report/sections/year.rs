//! What the time ahead is worth, and how sure that is.

use super::super::chart::{Chart, Place, Series, Shape, Tone, Unit};
use super::super::page::{Block, Figure, Section};
use super::super::story::{Estimate, Step, Story};
use super::super::text::Text;
use super::super::words::{self, Speaker};
use crate::units::{Grain, Language, Tick};

/// The number at the top with its sentence, and the figures below it.
pub fn answer(story: &Story<'_>, speaker: Speaker<'_>) -> (Figure, Vec<Figure>) {
    let outlook = &story.outlook;
    let money = outlook.value.is_some();
    let sum = outlook.value.unwrap_or(outlook.purchases);
    let whole = whole(speaker);
    let shown = |value: f64| if money { speaker.locale.money(value) } else { whole(value) };
    let within = Text::from(speaker.within(outlook.horizon));
    let value = ("value", Text::strong(shown(sum.expected)));
    let about = match (sum.interval, money) {
        (Some((lower, upper)), _) => speaker.tell(
            if money { &words::LEAD } else { &words::LEAD_PURCHASES },
            &[
                ("within", within),
                value,
                ("odds", speaker.odds(story.level).into()),
                ("lower", Text::strong(shown(lower))),
                ("upper", Text::strong(shown(upper))),
            ],
        ),
        (None, true) => speaker.tell(&words::LEAD_BARE, &[("within", within), value]),
        (None, false) => speaker.tell(&words::LEAD_PURCHASES_BARE, &[("within", within), value]),
    };
    let name = if money { &words::EXPECTED_REVENUE } else { &words::EXPECTED_PURCHASES };
    let answer =
        Figure { name: speaker.say(name).into(), value: shown(sum.expected), about: about.capital() };
    (answer, figures(story, speaker))
}

fn whole(speaker: Speaker<'_>) -> impl Fn(f64) -> String {
    move |value| speaker.locale.number(value, usize::from(value < 100.0))
}

fn figures(story: &Story<'_>, speaker: Speaker<'_>) -> Vec<Figure> {
    let (outlook, whole) = (&story.outlook, whole(speaker));
    let customers = |n| Text::from(speaker.count(&words::CUSTOMERS, n));
    let mut figures = Vec::new();
    if outlook.value.is_some() {
        let about = match outlook.purchases.interval {
            Some((lower, upper)) => speaker.tell(
                &words::BETWEEN,
                &[
                    ("odds", speaker.odds(story.level).into()),
                    ("lower", whole(lower).into()),
                    ("upper", whole(upper).into()),
                ],
            ),
            None => speaker.say(&words::NO_INTERVAL).into(),
        };
        figures.push(Figure {
            name: speaker.say(&words::EXPECTED_PURCHASES).into(),
            value: whole(outlook.purchases.expected),
            about,
        });
    }
    figures.push(Figure {
        name: speaker.say(&words::STILL_BUYING).into(),
        value: whole(outlook.alive),
        about: speaker.tell(&words::OF_ALL, &[("customers", customers(outlook.customers))]),
    });
    if let Some((best, share)) = story.tenths.first().and_then(|tenth| Some((tenth, tenth.share?))) {
        figures.push(Figure {
            name: speaker.say(&words::BEST_TENTH).into(),
            value: speaker.locale.percent(share),
            about: speaker.tell(&words::OF_EXPECTED, &[("customers", customers(best.customers))]),
        });
    }
    figures.extend(super::check::figure(story, speaker));
    figures
}

/// The section.
pub fn section(story: &Story<'_>, speaker: Speaker<'_>) -> Section {
    let outlook = &story.outlook;
    let grain = story.past.orders().options.grain;
    let cutoff = Text::from(speaker.day(grain, story.past.cutoff()));
    let read =
        speaker.tell(&words::READ_PATH, &[("odds", speaker.odds(story.level).into()), ("cutoff", cutoff)]);
    let limits = if outlook.luck_alone { &words::LUCK_ALONE } else { &words::LIMITS };
    Section::new("ahead", speaker.say(&words::YEAR))
        .with(path(story, speaker))
        .with(read)
        .with(Block::Note(speaker.say(limits).into()))
}

/// The path of the sum.
fn path(story: &Story<'_>, speaker: Speaker<'_>) -> Chart {
    let outlook = &story.outlook;
    let grain = story.past.orders().options.grain;
    let money = outlook.value.is_some();
    let nothing =
        Step { end: story.past.cutoff(), sum: Estimate { expected: 0.0, interval: Some((0.0, 0.0)) } };
    let steps: Vec<Step> = std::iter::once(nothing).chain(outlook.path.iter().copied()).collect();
    let mut series = Vec::new();
    if steps.iter().skip(1).any(|step| step.sum.interval.is_some()) {
        series.push(Series {
            name: speaker.interval(story.level),
            tone: Tone::Accent,
            shape: Shape::Band(steps.iter().map(|step| step.sum.interval).collect()),
        });
    }
    series.push(Series {
        name: speaker.say(&words::EXPECTED).to_owned(),
        tone: Tone::Accent,
        shape: Shape::Line(steps.iter().map(|step| Some(step.sum.expected)).collect()),
    });
    Chart {
        title: speaker.say(if money { &words::PATH } else { &words::PATH_PURCHASES }).into(),
        side: story.locale.currency.as_deref().filter(|_| money).map(Text::data).unwrap_or_default(),
        what: speaker.say(&words::UNTIL),
        places: steps.iter().map(|step| moment(grain, step.end, speaker)).collect(),
        series,
        unit: if money { Unit::Money } else { Unit::Mean },
    }
}

/// A day as a place along the bottom: day and month, and below them the year.
fn moment(grain: Grain, tick: Tick, speaker: Speaker<'_>) -> Place {
    let day = grain.moment(tick);
    let month = speaker.month(day.month());
    let label = match speaker.locale.language {
        Language::De => format!("{}. {month}", day.day()),
        _ => format!("{} {month}", day.day()),
    };
    Place { label, within: day.year().to_string(), name: speaker.day(grain, tick) }
}
