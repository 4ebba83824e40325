//! `ltv trend`: the new customers of each period, what was foreseen of them, and what is.

use super::args;
use super::shop::{self, Place, Shop, notes, one_line, table};
use super::show;
use super::tell::wrap;
use crate::fit::Recipe;
use crate::progress::Progress;
use crate::units::{Locale, Share, TimeUnit};
use crate::value::trend::{Trend, TrendPlan, recipe_of, trend};
use crate::{Error, Result};

/// So many periods are shown; all are written.
const SHOWN: usize = 24;

/// Runs the command.
///
/// # Errors
/// Whatever reading, the model or writing say; [`Error::Alarm`] at the very end, where that was asked for.
pub fn run(args: &args::Trend, quiet: bool, progress: &dyn Progress) -> Result<()> {
    let place = Place::new(&args.answering, &args.orders.inputs, args.foreseeing.model.as_deref())?;
    let voice = place.voice(quiet);
    let model = shop::model(&args.foreseeing)?;
    let shop = Shop::read(&args.orders, &[], model.as_ref(), progress)?;
    let past = shop.past(model.as_ref())?;
    voice.say(&shop.account(&past))?;
    let plan = TrendPlan {
        period: args.period,
        horizon: args.horizon,
        margin: args.margin.map_or_else(|| Share::new(1.0), Ok)?,
        level: args.foreseeing.level,
        last: args.last.map(usize::from),
    };
    let unit = model.as_ref().map_or_else(TimeUnit::default, |trained| trained.unit);
    let customers = past.customers(unit);
    let (now, note) = match shop.trained(model, &customers) {
        Ok((trained, note)) => (Some(trained), note),
        Err(why @ (Error::Fit(_) | Error::Undefined(_) | Error::Input(_))) => (
            None,
            Some(format!("nothing is foreseen now, because no model can be fitted: {}", one_line(&why))),
        ),
        Err(other) => return Err(other),
    };
    let warnings = now.as_ref().map(|now| now.warnings.clone()).unwrap_or_default();
    let recipe = now.as_ref().map_or_else(Recipe::default, recipe_of);
    let found = trend(&past, plan, now.as_ref().map(|now| (now, &customers)), &recipe, progress)?;
    voice.tell(&shown(&found, place.locale()))?;
    voice.say(&notes(found.notes.iter().cloned().chain(note).chain(warnings)))?;
    place.write(&voice, &found.sheet())?;
    match (args.fail_on_alarm, found.alarms().join("\n  ")) {
        (true, alarms) if !alarms.is_empty() => Err(Error::Alarm(alarms)),
        _ => Ok(()),
    }
}

/// Two tables, and the alarms.
fn shown(found: &Trend, locale: &Locale) -> String {
    let skipped = found.rows.len().saturating_sub(SHOWN);
    let mut newest = Trend { rows: found.rows[skipped..].to_vec(), ..found.clone() };
    newest.rows.iter_mut().filter(|row| !row.complete).for_each(|row| row.period.push('*'));
    let sheet = newest.sheet();
    let (period, horizon) = (found.plan.period, found.plan.horizon);
    let mut text =
        format!("\n{}\n", show::heading(&format!("New customers by {period}, in their first {horizon}")));
    text += &table(
        &sheet,
        &[
            ("period", "period"),
            ("new_customers", "new"),
            ("aov", "per order"),
            ("purchase_frequency", "orders each"),
            ("retention", "retention"),
            ("realised", "value so far"),
        ],
        locale,
    );
    if newest.rows.iter().any(|row| !row.complete) {
        text += &format!("* their first {horizon} are not over\n");
    }
    let head = format!("Value per customer of the first {horizon}: predicted then, and now");
    text += &format!("\n{}\n", show::heading(&head));
    text += &table(
        &sheet,
        &[
            ("period", "period"),
            ("predicted_then", "then"),
            ("predicted_then_lower", "from"),
            ("predicted_then_upper", "to"),
            ("realised", "so far"),
            ("predicted_now", "now"),
            ("lower", "from"),
            ("upper", "to"),
        ],
        locale,
    );
    if skipped > 0 {
        text += &format!("… {skipped} older {period}s are written by -o\n");
    }
    let alarms = found.alarms();
    text += &format!("\n{}\n", show::heading("Alarms"));
    if alarms.is_empty() {
        return text + "none\n";
    }
    alarms.iter().for_each(|alarm| text += &wrap(alarm));
    text
}
