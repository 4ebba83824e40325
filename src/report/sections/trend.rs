//! Whether it is getting better: what was foreseen of each period's new customers, and what is.

use super::super::chart::{Chart, Place, Series, Shape, Tone, Unit};
use super::super::page::{Block, Section};
use super::super::story::Story;
use super::super::text::Text;
use super::super::words::{self, Phrase, Speaker};
use super::periods::period_place;
use crate::value::trend::{Foreseen, Trend, TrendRow};

/// The section.
pub fn section(story: &Story<'_>, speaker: Speaker<'_>) -> Section {
    let section = Section::new("trend", speaker.say(&words::TREND));
    let trend = match &story.trend {
        Ok(trend) => trend,
        Err(why) => {
            let why = Text::english(why.to_string());
            return section.with(speaker.tell(&words::NO_TREND, &[("why", why)]));
        }
    };
    let length = Text::from(speaker.length(trend.plan.horizon));
    let section = section.with(speaker.tell(&words::TREND_MEANS, &[("length", length.clone())])).with(chart(
        trend,
        speaker.tell(&words::TREND_CAPTION, &[("length", length)]),
        speaker,
    ));
    let alarms: Vec<Text> = trend.rows.iter().flat_map(|row| alarms(row, speaker)).collect();
    if alarms.is_empty() {
        return section.with(Text::from(speaker.say(&words::NO_ALARM)));
    }
    section.with(Block::Heading(speaker.say(&words::ALARMS).into())).with(Block::List(alarms))
}

fn chart(trend: &Trend, title: Text, speaker: Speaker<'_>) -> Chart {
    let all = |of: &dyn Fn(&TrendRow) -> Option<f64>| trend.rows.iter().map(of).collect::<Vec<_>>();
    let ends = |of: fn(&TrendRow) -> Option<Foreseen>| {
        trend.rows.iter().map(|row| of(row).and_then(|foreseen| foreseen.interval)).collect::<Vec<_>>()
    };
    let series = |phrase: &Phrase, tone, shape| Series { name: speaker.say(phrase).to_owned(), tone, shape };
    let mut shown = vec![series(&words::SO_FAR, Tone::Ink, Shape::Bars(all(&|row| Some(row.realised))))];
    if trend.rows.iter().any(|row| row.then.is_some()) {
        shown.push(series(&words::THEN_INTERVAL, Tone::Ink, Shape::Whiskers(ends(|row| row.then))));
        shown.push(series(&words::THEN, Tone::Ink, Shape::Dots(all(&|row| Some(row.then?.value)))));
    }
    if trend.rows.iter().any(|row| row.now.is_some()) {
        shown.push(series(&words::NOW_INTERVAL, Tone::Accent, Shape::Whiskers(ends(|row| row.now))));
        shown.push(series(&words::NOW, Tone::Accent, Shape::Dots(all(&|row| Some(row.now?.value)))));
    }
    let place = |row: &TrendRow| -> Place { period_place(&row.period, speaker) };
    Chart {
        title,
        side: speaker.locale.currency.as_deref().filter(|_| trend.money).map(Text::data).unwrap_or_default(),
        what: speaker.say(&words::FIRST_IN),
        places: trend.rows.iter().map(place).collect(),
        series: shown,
        unit: if trend.money { Unit::Money } else { Unit::Mean },
    }
}

/// What is out of line with a period.
fn alarms(row: &TrendRow, speaker: Speaker<'_>) -> Vec<Text> {
    let period = period_place(&row.period, speaker).name;
    let told = |alarm: &String| {
        let what =
            phrase(alarm).map_or_else(|| Text::english(alarm.as_str()), |phrase| speaker.say(phrase).into());
        speaker.tell(&words::ALARM, &[("period", Text::strong(period.as_str())), ("what", what)])
    };
    row.alarms.iter().map(told).collect()
}

/// What an alarm says; `None` if it is not known here.
fn phrase(alarm: &str) -> Option<&'static Phrase> {
    let side = |below: &'static Phrase, above: &'static Phrase| {
        if alarm.contains(" is below ") {
            Some(below)
        } else if alarm.contains(" is above ") {
            Some(above)
        } else {
            None
        }
    };
    if alarm.starts_with("the realised value") {
        side(&words::REALISED_BELOW, &words::REALISED_ABOVE)
    } else if alarm.starts_with("the value expected now") {
        side(&words::EXPECTED_BELOW, &words::EXPECTED_ABOVE)
    } else if alarm.starts_with("the value predicted then") {
        side(&words::LINE_BELOW, &words::LINE_ABOVE)
    } else {
        None
    }
}
