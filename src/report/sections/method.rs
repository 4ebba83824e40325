//! Method and assumptions in plain words.

use super::super::page::{Block, Section};
use super::super::story::Story;
use super::super::table::{Cell, Table};
use super::super::text::Text;
use super::super::words::{self, Phrase, Speaker};
use crate::fit::Uncertainty;
use crate::model::{BgCnbdK, GgomNbd, MbgCnbdK, Nbd, Parametric, ParetoGgg, ParetoNbd};
use crate::units::{CalendarPeriod, Grain, TimeUnit};

/// The section.
pub fn section(story: &Story<'_>, speaker: Speaker<'_>) -> Section {
    let trained = story.trained;
    let say = |phrase| Text::from(speaker.say(phrase));
    let grain = story.past.orders().options.grain;
    let named = |phrase, name: &str| speaker.tell(phrase, &[("model", name.into())]);
    let model = &trained.purchase.model;
    let mut terms = vec![(named(&words::PURCHASES_TERM, model.name()), say(assumed(model.id())))];
    match &trained.spend {
        Some(spend) => {
            terms.push((named(&words::SPEND_TERM, spend.model.name()), say(&words::GAMMA_GAMMA)));
        }
        None => terms.push((named(&words::SPEND_TERM, "–"), say(&words::NO_SPEND))),
    }
    terms.push((say(&words::PURCHASE_TERM), say(purchase(grain))));
    terms.push((say(&words::ALIVE_TERM), say(&words::ALIVE_MEANS)));
    let odds = Text::from(speaker.odds(story.level));
    terms.push((say(&words::INTERVAL_TERM), speaker.tell(&words::INTERVAL_MEANS, &[("odds", odds)])));
    let cutoff = Text::from(speaker.day(grain, story.past.cutoff()));
    terms.push((say(&words::NEWCOMERS_TERM), speaker.tell(&words::NEWCOMERS_MEANS, &[("cutoff", cutoff)])));
    let section = Section::new("method", speaker.say(&words::METHOD))
        .with(say(&words::METHOD_INTRO))
        .with(Block::Terms(terms))
        .with(parameters(story, speaker));
    let remarks: Vec<Text> = trained.warnings.iter().map(|warning| Text::english(warning.as_str())).collect();
    let section = if remarks.is_empty() {
        section
    } else {
        section.with(Block::Heading(say(&words::REMARKS))).with(Block::List(remarks))
    };
    section.with(Block::Note(say(&words::CHARTS_HOW)))
}

/// What a model of purchases takes for granted.
fn assumed(id: &str) -> &'static Phrase {
    match id {
        ParetoNbd::ID | GgomNbd::ID | ParetoGgg::ID => &words::AT_ANY_TIME,
        Nbd::ID => &words::NEVER_LEAVES,
        BgCnbdK::ID | MbgCnbdK::ID => &words::REGULARLY,
        _ => &words::AFTER_A_PURCHASE,
    }
}

/// What counts as one purchase.
const fn purchase(grain: Grain) -> &'static Phrase {
    match grain {
        Grain::Day => &words::PURCHASE_DAY,
        Grain::Hour => &words::PURCHASE_HOUR,
        Grain::None => &words::PURCHASE_ORDER,
    }
}

/// The parameters with their standard errors.
fn parameters(story: &Story<'_>, speaker: Speaker<'_>) -> Table {
    let trained = story.trained;
    let unit = Text::from(speaker.say(unit(trained.unit)));
    let caption = speaker.tell(&words::PARAMETERS, &[("unit", unit)]);
    let heads = Table::heads(speaker, &[&words::PARAMETER], &[&words::ESTIMATE, &words::STANDARD_ERROR]);
    let mut table = Table::new(caption, heads).fixed();
    let purchase = &trained.purchase;
    rows(&mut table, (&purchase.model, purchase.uncertainty.as_ref()), speaker);
    if let Some(spend) = &trained.spend {
        rows(&mut table, (&spend.model, spend.uncertainty.as_ref()), speaker);
    }
    table
}

fn rows<M: Parametric>(
    table: &mut Table,
    (model, uncertainty): (&M, Option<&Uncertainty>),
    speaker: Speaker<'_>,
) {
    let errors = uncertainty.and_then(|found| found.standard_errors.as_deref());
    for (at, (name, value)) in model.names().into_iter().zip(model.parameters()).enumerate() {
        let error = errors.and_then(|errors| errors.get(at).copied());
        table.rows.push(vec![
            Cell::text(format!("{}: {name}", model.name())),
            Cell::number(significant(value, speaker), value),
            Cell::maybe(error, |error| significant(error, speaker)),
        ]);
    }
}

/// Four digits that matter; powers of ten where plain ones would mislead.
fn significant(value: f64, speaker: Speaker<'_>) -> String {
    if value != 0.0 && !(1e-4..1e6).contains(&value.abs()) {
        return format!("{value:.2e}");
    }
    let digits = if value == 0.0 { 0.0 } else { value.abs().log10().floor() };
    speaker.locale.number(value, (3.0 - digits).clamp(0.0, 7.0) as usize)
}

/// A unit of time, in the plural.
const fn unit(unit: TimeUnit) -> &'static Phrase {
    match unit {
        TimeUnit::Hour => &words::HOURS,
        TimeUnit::Day => &words::DAYS,
        TimeUnit::Week | TimeUnit::Calendar(CalendarPeriod::Week) => &words::WEEKS,
        TimeUnit::Month | TimeUnit::Calendar(CalendarPeriod::Month) => &words::MONTHS_UNIT,
        TimeUnit::Calendar(CalendarPeriod::Quarter) => &words::QUARTERS,
        TimeUnit::Year | TimeUnit::Calendar(CalendarPeriod::Year) => &words::YEARS,
    }
}
