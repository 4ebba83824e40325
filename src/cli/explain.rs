//! `ltv explain`: one customer.

mod told;

use std::path::Path;

use serde_json::json;

use super::args;
use super::outputs;
use super::plots;
use super::shop::{self, Place, Shop, notes};
use super::show;
use super::voice::{Voice, write_text};
use crate::orders::{Orders, nearest_few};
use crate::progress::Progress;
use crate::table::SheetFormat;
use crate::units::{Share, TimeUnit};
use crate::value::explain::{Asking, Explanation, QUANTILES};
use crate::{Error, Result};

/// So many ids like a wrong one are named.
const NEAR: usize = 3;

/// Runs the command.
///
/// # Errors
/// Whatever reading, the model or writing say; [`Error::Undefined`] for a customer who is not there, with the nearest ids.
pub fn run(args: &args::Explain, quiet: bool, progress: &dyn Progress) -> Result<()> {
    let place = Place::new(&args.answer, &args.orders.inputs, args.foreseeing.model.as_deref())?;
    let voice = checked(args, &place, quiet)?;
    let given = shop::model(&args.foreseeing)?;
    let shop = Shop::read(&args.orders, &[], given.as_ref(), progress)?;
    let number = find(&shop.orders, &args.id)?;
    let past = shop.past(given.as_ref())?;
    let unit = given.as_ref().map_or(TimeUnit::Week, |trained| trained.unit);
    let customers = past.customers(unit);
    let (trained, fitted) = shop.trained(given, &customers)?;
    let asking = Asking {
        horizon: args.horizon,
        margin: args.margin.map_or_else(|| Share::new(1.0), Ok)?,
        level: args.foreseeing.level,
    };
    let explained = Explanation::of((&trained, &past), &customers, number, &asking)?;
    voice.tell(&told::shown(&explained, &asking, place.locale()))?;
    let assumed = told::assumed(&explained, &asking);
    voice.say(&notes(fitted.into_iter().chain(assumed).chain(trained.warnings.iter().cloned())))?;
    if let Some(path) = &args.plot {
        let name = show::clip(&explained.id, 40);
        plots::write_one(path, &explained.figure(&name, &args.horizon.to_string()))?;
        voice.say(&format!("wrote {}", path.display()))?;
    }
    write(&place, &voice, &explained, &asking)
}

/// Looks at all outputs before anything is read; who then speaks.
fn checked(args: &args::Explain, place: &Place, quiet: bool) -> Result<Voice> {
    let Some(plot) = &args.plot else { return Ok(place.voice(quiet)) };
    plots::is_png(plot)?;
    outputs::spare(&[plot], &args.orders.inputs, args.foreseeing.model.as_deref())?;
    if place.output().is_some_and(|(path, _)| path == plot) {
        return Err(Error::usage(format!(
            "the table and the chart would both be {}; name another file",
            plot.display()
        )));
    }
    Ok(place.voice(quiet))
}

/// The customer's number in the orders.
fn find(orders: &Orders, id: &str) -> Result<usize> {
    if let Some(number) = orders.ids.iter().position(|other| other == id) {
        return Ok(number);
    }
    let near: Vec<String> = nearest_few(id, orders.ids.iter(), NEAR)
        .into_iter()
        .map(|id| format!("`{}`", show::clip(id, 40)))
        .collect();
    let hint = if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(" or ")) };
    Err(Error::Undefined(format!(
        "there is no customer `{}` among the {} in the orders{hint}",
        show::clip(id, 40),
        show::count(orders.len() as u64)
    )))
}

/// The table is P(alive) over time; as JSON everything.
fn write(place: &Place, voice: &Voice, explained: &Explanation, asking: &Asking) -> Result<()> {
    let Some((path, SheetFormat::Json)) = place.output() else {
        return place.write(voice, &explained.sheet());
    };
    let text = serde_json::to_string_pretty(&document(explained, asking)?)
        .map_err(|why| Error::Undefined(format!("the answer cannot be told as JSON: {why}")))?;
    write_text(path, &(text + "\n"))?;
    if path == Path::new("-") { Ok(()) } else { voice.say(&format!("wrote {}", path.display())) }
}

fn document(explained: &Explanation, asking: &Asking) -> Result<serde_json::Value> {
    let Explanation { rfm, next, outcome, drivers, .. } = explained;
    let quantiles: Vec<_> = QUANTILES
        .iter()
        .zip(&outcome.quantiles)
        .map(|(p, value)| json!({ "p": p, "value": value }))
        .collect();
    Ok(json!({
        "customer_id": explained.id,
        "cutoff": explained.grain.show(explained.cutoff),
        "unit": explained.unit.to_string(),
        "horizon": asking.horizon.to_string(),
        "level": asking.level.get(),
        "margin": asking.margin.get(),
        "frequency": rfm.frequency,
        "recency": rfm.recency,
        "age": rfm.age,
        "p_alive": explained.p_alive(),
        "history": explained.history().records()?,
        "alive_over_time": explained.sheet().records()?,
        "next_order": {
            "median": next.median,
            "lower": next.interval.0,
            "upper": next.interval.1,
            "p_within_horizon": next.within,
        },
        "value": {
            "is_money": explained.money,
            "expected_purchases": outcome.purchases,
            "p_nothing": outcome.p_none,
            "expected": outcome.expected,
            "lower": outcome.interval.0,
            "upper": outcome.interval.1,
            "quantiles": quantiles,
        },
        "drivers": {
            "typical": drivers.typical,
            "customer": drivers.own,
            "inputs": drivers.sheet().records()?,
        },
    }))
}
