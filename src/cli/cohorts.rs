//! `ltv cohorts`: customers by the period of their first purchase.

mod triangle;

use std::path::Path;

use super::args::{self, SplitArg};
use super::shop::{self, Place, Shop, notes, one_line, table};
use super::voice::Voice;
use super::{outputs, plots, show};
use crate::features::Past;
use crate::fit::TrainedModel;
use crate::progress::Progress;
use crate::table::{Column, Sheet};
use crate::units::{CalendarPeriod, Horizon, Locale, Share};
use crate::value::Groups;
use crate::value::cohorts::{CohortPlan, Cohorts, Differences, Onward, crossed, within_days};
use crate::{Error, Result};

/// So many cohorts are shown; all are written.
const SHOWN: usize = 25;
/// Who comes back soon buys within this time.
const SOON: u32 = 30;

/// Runs the command.
///
/// # Errors
/// Whatever reading, the model or writing say.
pub fn run(args: &args::Cohorts, quiet: bool, progress: &dyn Progress) -> Result<()> {
    let place = Place::new(&args.answering, &args.orders.inputs, args.foreseeing.model.as_deref())?;
    let voice = place.voice(quiet);
    check(args)?;
    let model = shop::model(&args.foreseeing)?;
    let shop = Shop::read(&args.orders, &[args.grouping.by.as_deref()], model.as_ref(), progress)?;
    let past = shop.past(model.as_ref())?;
    voice.say(&shop.account(&past))?;
    let mut groups = shop.groups(&args.grouping)?;
    if args.split == Some(SplitArg::First30Days) {
        let early = within_days(&past, SOON);
        groups = if args.grouping.by.is_some() { crossed(&groups, &early) } else { early };
    }
    let plan = CohortPlan {
        period: args.period,
        margin: Share::new(args.earning.share())?,
        discount: args.earning.discount,
    };
    let cohorts = Cohorts::of(&past, &groups, plan)?;
    let cohorts = onward(args, cohorts, (&past, &groups), (model, &shop), progress)?;
    let between = cohorts.differences(args.foreseeing.level, args.at_age.map(usize::from));
    let by_group = cohorts.group_differences(args.foreseeing.level, args.at_age.map(usize::from));
    voice.tell(&shown(args, &cohorts, (&between, &by_group), place.locale()))?;
    voice.say(&notes(&cohorts.notes))?;
    voice.say(&notes(compared(&between, args.period)))?;
    if let Some(path) = &args.plot {
        draw(&cohorts, path, &voice)?;
    }
    if let Some(path) = &args.differences {
        both(&between, &by_group).write(path, outputs::sheet_format(path)?)?;
        voice.say(&format!("wrote {}", path.display()))?;
    }
    place.write(&voice, &cohorts.sheet())
}

/// Further outputs, looked at before anything is read.
fn check(args: &args::Cohorts) -> Result<()> {
    let model = args.foreseeing.model.as_deref();
    let others: Vec<&Path> =
        [&args.plot, &args.differences].into_iter().flatten().map(|path| path.as_path()).collect();
    outputs::spare(&others, &args.orders.inputs, model)?;
    if let Some(path) = &args.differences {
        outputs::sheet_format(path)?;
    }
    match args.plot.as_deref().map(plots::is_png) {
        Some(Err(error)) => Err(error),
        _ => Ok(()),
    }
}

/// The cohorts, continued where that was asked for; where no model can be fitted a note says why.
fn onward(
    args: &args::Cohorts,
    cohorts: Cohorts,
    (past, groups): (&Past<'_>, &Groups),
    (model, shop): (Option<TrainedModel>, &Shop),
    progress: &dyn Progress,
) -> Result<Cohorts> {
    let horizon = match (args.horizon, &model) {
        (Some(horizon), _) => horizon,
        (None, Some(_)) => Horizon::periods(12, CalendarPeriod::Month)?,
        (None, None) => return Ok(cohorts),
    };
    progress.begin("continuing the cohorts", None);
    let unit = model.as_ref().map_or_else(Default::default, |trained| trained.unit);
    let customers = past.customers(unit);
    let (trained, note) = match shop.trained(model, &customers) {
        Ok(found) => found,
        Err(why @ (Error::Fit(_) | Error::Undefined(_) | Error::Input(_))) => {
            let mut cohorts = cohorts;
            progress.end();
            cohorts
                .notes
                .push(format!("no cohort is continued, because no model can be fitted: {}", one_line(&why)));
            return Ok(cohorts);
        }
        Err(other) => return Err(other),
    };
    let level = args.foreseeing.level;
    let mut cohorts =
        cohorts.continued(&Onward { trained: &trained, customers: &customers, groups, horizon, level })?;
    cohorts.notes.extend(note);
    cohorts.notes.extend(trained.warnings.iter().cloned());
    progress.end();
    Ok(cohorts)
}

fn draw(cohorts: &Cohorts, path: &Path, voice: &Voice) -> Result<()> {
    match cohorts.heat() {
        Err(why) => voice.say(&format!("no chart: {why}")),
        Ok(figure) => {
            plots::write_one(path, &figure)?;
            voice.say(&format!("wrote {}", path.display()))
        }
    }
}

/// Everything for people.
fn shown(
    args: &args::Cohorts,
    cohorts: &Cohorts,
    (between, by_group): (&Differences, &Differences),
    locale: &Locale,
) -> String {
    let period = args.period;
    let mut text = String::new();
    let mut part = |head: &str, body: String| {
        if !body.is_empty() {
            text += &format!("\n{}\n{body}", show::heading(head));
        }
    };
    part(
        &format!("Retention: per cent of each cohort who bought, by age in {period}s"),
        triangle::retention(cohorts, SHOWN, locale),
    );
    part(&format!("Value per customer so far, by age in {period}s"), triangle::value(cohorts, SHOWN, locale));
    let level = locale.number(100.0 * args.foreseeing.level.get(), 0);
    part(
        &format!("How cohorts go on: value per customer, with {level} % intervals"),
        triangle::ahead(cohorts, SHOWN, locale),
    );
    part(
        "Better than the cohorts before it? Value per customer at the same age",
        differences(between, false, locale),
    );
    if !cohorts.groups.is_empty() {
        let by = show::clip(&cohorts.by, 34);
        let age = by_group.rows.first().map_or(0, |row| row.age);
        part(
            &format!("Retention by {by}, all cohorts together (%)"),
            triangle::pooled_retention(cohorts, locale),
        );
        part(&format!("Value per customer by {by}, likewise"), triangle::pooled_value(cohorts, locale));
        part(
            &format!("Do the groups differ? Value per customer up to age {age}"),
            differences(by_group, true, locale),
        );
    }
    text
}

/// How differences are to be read.
fn compared(between: &Differences, period: CalendarPeriod) -> Option<String> {
    let level = show::number(100.0 * between.level.get(), 0);
    (!between.rows.is_empty()).then(|| {
        format!(
            "a cohort is held against all customers of the cohorts before it at the same age, its last complete {period} unless --at-age says another (the \
             oldest against the next); the intervals of all rows hold together at {level} %; `higher` and `lower` are what a permutation test calls more than luck too"
        )
    })
}

/// The newest differences between cohorts, or those between groups.
fn differences(found: &Differences, groups: bool, locale: &Locale) -> String {
    if found.rows.is_empty() {
        return String::new();
    }
    let skipped = if groups { 0 } else { found.rows.len().saturating_sub(SHOWN) };
    let mut newest = Differences { rows: found.rows[skipped..].to_vec(), ..found.clone() };
    newest.rows.iter_mut().for_each(|row| row.name = show::clip(&row.name, 20));
    let first: &[_] = if groups { &[("name", "group")] } else { &[("name", "cohort"), ("age", "age")] };
    let rest = [
        ("value", "value"),
        ("others_value", "others"),
        ("difference", "difference"),
        ("lower", "from"),
        ("upper", "to"),
        ("verdict", ""),
    ];
    table(&newest.sheet(), &[first, &rest].concat(), locale)
}

/// Both comparisons as one table, told apart by a first column.
fn both(between: &Differences, by_group: &Differences) -> Sheet {
    let kinds = std::iter::repeat_n("cohort", between.rows.len())
        .chain(std::iter::repeat_n("group", by_group.rows.len()))
        .map(str::to_owned)
        .collect();
    let rows = between.rows.iter().chain(&by_group.rows).cloned().collect();
    let all = Differences { rows, level: between.level }.sheet();
    let first = Sheet::new().with("what", Column::Text(kinds));
    all.columns().iter().fold(first, |sheet, (name, column)| sheet.with(name, column.clone()))
}
