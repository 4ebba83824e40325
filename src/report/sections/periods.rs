//! Key figures by period.

use super::super::chart::{Chart, Place, Series, Shape, Tone, Unit};
use super::super::page::{Block, Section};
use super::super::story::Story;
use super::super::table::{Cell, Table};
use super::super::text::Text;
use super::super::words::{self, Phrase, Speaker};
use crate::units::CalendarPeriod;
use crate::value::metrics::{Figures, sheet};

/// So many periods are shown.
const SHOWN: usize = 36;

/// The section; `None` where there is but one period, of which nothing can be compared.
pub fn section(story: &Story<'_>, speaker: Speaker<'_>) -> Option<Section> {
    let (period, all) = (story.period, &story.figures[..]);
    if all.len() < 2 {
        return None;
    }
    let shown = &all[all.len().saturating_sub(SHOWN)..];
    let named = |phrase: &Phrase| {
        let period = Text::from(speaker.say(name(period)));
        speaker.tell(phrase, &[("period", period)])
    };
    let quoted = |phrase: &Phrase| Text::from(speaker.say(phrase));
    let means = speaker.tell(
        &words::PERIODS_MEAN,
        &[("retention", quoted(&words::RETENTION)), ("repeat", quoted(&words::REPEAT))],
    );
    let money = story.outlook.value.is_some();
    let revenue = money.then(|| revenue(story, shown, named(&words::REVENUE_OVER_TIME), speaker));
    let earlier =
        (shown.len() < all.len()).then(|| Block::Note(Text::from(speaker.say(&words::ONLY_NEWEST))));
    Some(
        Section::new("periods", speaker.say(&words::PERIODS))
            .with_some(revenue)
            .with(customers(shown, named(&words::CUSTOMERS_OVER_TIME), speaker))
            .with(table(shown, named(&words::PERIODS_CAPTION), money, speaker))
            .with(means)
            .with_some(earlier),
    )
}

/// A period's name.
pub const fn name(period: CalendarPeriod) -> &'static Phrase {
    match period {
        CalendarPeriod::Week => &words::WEEK,
        CalendarPeriod::Month => &words::MONTH,
        CalendarPeriod::Quarter => &words::QUARTER,
        CalendarPeriod::Year => &words::ONE_YEAR,
    }
}

fn places(shown: &[Figures], speaker: Speaker<'_>) -> Vec<Place> {
    let place = |figures: &Figures| {
        let place = period_place(&figures.period, speaker);
        let star = if figures.complete { "" } else { "*" };
        Place { label: place.label + star, name: place.name + star, ..place }
    };
    shown.iter().map(place).collect()
}

fn revenue(story: &Story<'_>, shown: &[Figures], title: Text, speaker: Speaker<'_>) -> Chart {
    Chart {
        title,
        side: story.locale.currency.as_deref().map(Text::data).unwrap_or_default(),
        what: speaker.say(&words::PERIOD),
        places: places(shown, speaker),
        series: vec![Series {
            name: speaker.say(&words::REVENUE).to_owned(),
            tone: Tone::Accent,
            shape: Shape::Bars(shown.iter().map(|figures| figures.revenue).collect()),
        }],
        unit: Unit::Money,
    }
}

fn customers(shown: &[Figures], title: Text, speaker: Speaker<'_>) -> Chart {
    let bars = |phrase, tone, of: fn(&Figures) -> u64| Series {
        name: speaker.say(phrase).to_owned(),
        tone,
        shape: Shape::Bars(shown.iter().map(|figures| Some(of(figures) as f64)).collect()),
    };
    Chart {
        title,
        side: Text::default(),
        what: speaker.say(&words::PERIOD),
        places: places(shown, speaker),
        series: vec![
            bars(&words::NEW, Tone::Ink, |figures| figures.new_customers),
            bars(&words::RETURNING, Tone::Accent, |figures| figures.returning_customers),
        ],
        unit: Unit::Count,
    }
}

fn table(shown: &[Figures], caption: Text, money: bool, speaker: Speaker<'_>) -> Table {
    let newest_first: Vec<Figures> = shown.iter().rev().cloned().collect();
    let mut columns = vec![
        ("period", &words::PERIOD),
        ("customers", &words::BUYERS),
        ("new_customers", &words::NEW),
        ("orders", &words::ORDER_COUNT),
    ];
    if money {
        columns.extend([
            ("revenue", &words::REVENUE),
            ("aov", &words::PER_ORDER),
            ("arpu", &words::PER_CUSTOMER),
        ]);
    }
    columns.extend([("retention_rate", &words::RETENTION), ("repeat_rate", &words::REPEAT)]);
    let mut table = Table::of(caption, &sheet(&newest_first), &columns, speaker);
    for (at, (row, place)) in table.rows.iter_mut().zip(places(&newest_first, speaker)).enumerate() {
        row[0] = Cell::number(place.name, -(at as f64)); // sorted as time goes
    }
    table
}

/// A period by its label (`2024-03`, `2024-Q1`, `2024-W09`, `2024`) as a place along the bottom.
pub fn period_place(label: &str, speaker: Speaker<'_>) -> Place {
    let Some((year, within)) = label.split_once('-') else { return Place::named(label) };
    let numbered = |phrase: &Phrase, number: &str| {
        let k = Text::from(number.trim_start_matches('0'));
        speaker.tell(phrase, &[("k", k)]).plain()
    };
    let short = match (within.strip_prefix('Q'), within.strip_prefix('W')) {
        (Some(quarter), _) => numbered(&words::QUARTER_SHORT, quarter),
        (_, Some(week)) => numbered(&words::WEEK_SHORT, week),
        _ => within.parse().map_or(within, |month| speaker.month(month)).to_owned(),
    };
    Place { name: format!("{short}\u{a0}{year}"), label: short, within: year.to_owned() }
}
