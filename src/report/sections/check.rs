//! How the same models would have done in the past.

use super::super::chart::{Chart, Place, Series, Shape, Tone, Unit};
use super::super::page::{Block, Figure, Section};
use super::super::story::Story;
use super::super::table::{Cell, Head, Table};
use super::super::text::Text;
use super::super::words::{self, Speaker};
use super::worth;
use crate::backtest::{ModelReport, NaiveMean, NaiveRate, OriginReport, TargetReport};
use crate::units::Grain;

/// A forecast of the total that was off by less than this was close.
const CLOSE: f64 = 0.05;

/// The section.
pub fn section(story: &Story<'_>, speaker: Speaker<'_>) -> Section {
    let section = Section::new("check", speaker.say(&words::CHECK));
    let missing = |why: String| speaker.tell(&words::NO_CHECK, &[("why", Text::english(why))]);
    let origin = match &story.check {
        Ok(report) => report.origins.last(),
        Err(why) => return section.with(missing(why.to_string())),
    };
    let Some((origin, model)) = origin.and_then(|origin| Some((origin, origin.models.first()?))) else {
        return section.with(missing(String::new()));
    };
    let money = story.outlook.value.is_some();
    let Some(target) = of(model, money).or(model.purchases.as_ref()) else {
        return section.with(missing(model.failed.clone().unwrap_or_default()));
    };
    let how = speaker.tell(
        &words::CHECK_HOW,
        &[
            ("origin", day(story, &origin.origin, speaker)),
            ("until", day(story, &origin.until, speaker)),
            ("customers", speaker.count(&words::CUSTOMERS, origin.customers as u64).into()),
        ],
    );
    let as_money = money && model.value.is_some();
    section
        .with(how)
        .with_some(verdict(story, target, as_money, speaker))
        .with_some(by_tenths(target, as_money, speaker))
        .with_some((target.deciles.len() > 1).then(|| Text::from(speaker.say(&words::BY_TENTHS_MEANS))))
        .with(table(story, origin, speaker))
        .with(Text::from(speaker.say(&words::HELD_MEANS)))
        .with_some(newcomers(story, origin, speaker))
}

/// The error of the total in the past, for the top of the page.
pub fn figure(story: &Story<'_>, speaker: Speaker<'_>) -> Option<Figure> {
    let origin = story.check.as_ref().ok()?.origins.last()?;
    let model = origin.models.first()?;
    let target = of(model, story.outlook.value.is_some()).or(model.purchases.as_ref())?;
    let bias = target.metrics.bias?;
    let how = if bias < 0.0 { &words::LAST_TIME_LOW } else { &words::LAST_TIME_HIGH };
    Some(Figure {
        name: speaker.say(&words::LAST_TIME).into(),
        value: signed(bias, speaker),
        about: speaker.tell(how, &[("origin", day(story, &origin.origin, speaker))]),
    })
}

const fn of(model: &ModelReport, money: bool) -> Option<&TargetReport> {
    if money { model.value.as_ref() } else { model.purchases.as_ref() }
}

/// A day of the backtest as the language writes it.
fn day(story: &Story<'_>, written: &str, speaker: Speaker<'_>) -> Text {
    let grain: Grain = story.past.orders().options.grain;
    grain.read(written).map_or_else(|_| written.into(), |tick| speaker.day(grain, tick).into())
}

/// How far the total was off, and what follows from that.
fn verdict(story: &Story<'_>, target: &TargetReport, money: bool, speaker: Speaker<'_>) -> Option<Text> {
    let metrics = &target.metrics;
    let bias = metrics.bias?;
    let show = |value: f64| {
        Text::strong(if money { worth(story, value, speaker) } else { speaker.locale.mean(value) })
    };
    let said = speaker.tell(
        if bias < 0.0 { &words::TOO_LOW } else { &words::TOO_HIGH },
        &[
            ("predicted", show(metrics.total_predicted)),
            ("actual", show(metrics.total_actual)),
            ("bias", Text::strong(speaker.locale.percent(bias.abs()))),
        ],
    );
    let follows = if bias.abs() < CLOSE { &words::CLOSE } else { &words::BEAR_IN_MIND };
    Some(said.and(" ").and(speaker.say(follows)))
}

/// What was predicted and what came, by tenths.
fn by_tenths(target: &TargetReport, money: bool, speaker: Speaker<'_>) -> Option<Chart> {
    let deciles = &target.deciles;
    if deciles.len() < 2 {
        return None;
    }
    let series = |phrase, tone, shape| Series { name: speaker.say(phrase).to_owned(), tone, shape };
    let predicted = deciles.iter().map(|tenth| Some(tenth.mean_predicted)).collect();
    let actual = deciles.iter().map(|tenth| Some(tenth.mean_actual)).collect();
    Some(Chart {
        title: speaker.say(if money { &words::BY_TENTHS } else { &words::BY_TENTHS_PURCHASES }).into(),
        side: speaker.say(&words::BEST_FIRST).into(),
        what: speaker.say(&words::TENTH),
        places: deciles.iter().map(|tenth| Place::named(tenth.decile.to_string())).collect(),
        series: vec![
            series(&words::HAPPENED, Tone::Ink, Shape::Bars(actual)),
            series(&words::PREDICTED, Tone::Accent, Shape::Dots(predicted)),
        ],
        unit: if money { Unit::Money } else { Unit::Mean },
    })
}

/// The model and the naive rules, side by side.
fn table(story: &Story<'_>, origin: &OriginReport, speaker: Speaker<'_>) -> Table {
    let locale = speaker.locale;
    let mut heads = Table::heads(
        speaker,
        &[&words::WHAT],
        &[&words::PREDICTED, &words::HAPPENED, &words::ERROR, &words::ERROR_OF_ONE],
    );
    let interval = Text::from(speaker.interval(story.level));
    heads.push(Head { text: speaker.tell(&words::HELD, &[("interval", interval)]), number: true });
    let caption = speaker.tell(
        &words::CHECK_CAPTION,
        &[("origin", day(story, &origin.origin, speaker)), ("until", day(story, &origin.until, speaker))],
    );
    let mut table = Table::new(caption, heads);
    for (phrase, money) in [(&words::REVENUE_BY, true), (&words::PURCHASES_BY, false)] {
        for model in &origin.models {
            let Some(target) = of(model, money) else { continue };
            let show = |value: f64| if money { locale.money(value) } else { locale.mean(value) };
            let metrics = &target.metrics;
            let held = metrics.intervals.first().and_then(|interval| interval.coverage);
            table.rows.push(vec![
                Cell::text(speaker.tell(phrase, &[("model", rule(model, speaker))])),
                Cell::number(show(metrics.total_predicted), metrics.total_predicted),
                Cell::number(show(metrics.total_actual), metrics.total_actual),
                Cell::maybe(metrics.bias, |bias| signed(bias, speaker)),
                Cell::maybe(metrics.mae, show),
                Cell::maybe(held, |held| locale.percent(held)),
            ]);
        }
    }
    table
}

/// A model by its identifier, a naive rule by what it says.
fn rule(model: &ModelReport, speaker: Speaker<'_>) -> Text {
    match model.model.as_str() {
        NaiveRate::ID => speaker.say(&words::NAIVE_RATE).into(),
        NaiveMean::ID => speaker.say(&words::NAIVE_MEAN).into(),
        id => id.into(),
    }
}

fn signed(fraction: f64, speaker: Speaker<'_>) -> String {
    let text = speaker.locale.percent(fraction);
    if fraction > 0.0 { format!("+{text}") } else { text }
}

/// What came from those whom nobody knew then.
fn newcomers(story: &Story<'_>, origin: &OriginReport, speaker: Speaker<'_>) -> Option<Block> {
    let acquired = origin.acquired;
    let orders = || speaker.count(&words::ORDERS, acquired.purchases);
    let value = acquired.value.map_or_else(orders, |value| worth(story, value, speaker));
    (acquired.customers > 0).then(|| {
        Block::Note(speaker.tell(
            &words::NEWCOMERS_THEN,
            &[
                ("customers", speaker.count(&words::CUSTOMERS, acquired.customers).into()),
                ("origin", day(story, &origin.origin, speaker)),
                ("value", value.into()),
            ],
        ))
    })
}
