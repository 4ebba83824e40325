//! `ltv segments`: customers by lifecycle, value and the grid, and who went where.

mod desk;
mod moves;
mod scores;

use std::path::Path;

use self::desk::{Desk, Told};
use super::args;
use super::customers::{self, Source};
use super::shop::{self, Shop, notes};
use super::show;
use super::voice::Voice;
use crate::features::{Customers, Past};
use crate::fit::TrainedModel;
use crate::progress::Progress;
use crate::units::{Horizon, Share, Tick, TimeUnit};
use crate::value::Ahead;
use crate::value::segments::{Answer, Known, Movement, Rules, Segments, Summary, Tiers, shop_rhythm};
use crate::{Error, Result};

/// Runs the command.
///
/// # Errors
/// Whatever the rules, reading, forecasting or writing say.
pub fn run(args: &args::Segments, quiet: bool, progress: &dyn Progress) -> Result<()> {
    let rules = rules(args)?;
    if args.show_rules {
        return Voice::new(false, &[]).tell(&rules.text()?);
    }
    let desk = Desk::new(args, quiet)?;
    let options = args.reading.options()?;
    match customers::source(&args.inputs, &options)? {
        Source::Customers(file) => of_scores(args, &desk, &rules, &file),
        Source::Orders => of_orders(args, &desk, &rules, progress),
    }
}

/// The usual rules, or those of a file, with the tiers of the command line.
fn rules(args: &args::Segments) -> Result<Rules> {
    let rules = args.rules.as_deref().map_or_else(Rules::usual, Rules::read)?;
    let tiers = match (args.tiers.as_slice(), args.absolute) {
        ([], _) => return Ok(rules),
        (list, true) => Tiers::AtLeast(list.to_vec()),
        (list, false) => Tiers::Percent(list.to_vec()),
    };
    rules.with_tiers(tiers).map_err(|why| Error::usage(format!("--tiers: {why}")))
}

fn of_orders(args: &args::Segments, desk: &Desk, rules: &Rules, progress: &dyn Progress) -> Result<()> {
    let from = args.orders();
    let given = shop::model(&args.foreseeing)?;
    let shop = Shop::read(&from, &[], given.as_ref(), progress)?;
    let past = shop.past(given.as_ref())?;
    desk.voice.say(&shop.account(&past))?;
    let since = args.since.as_deref().map(|text| earlier(text, &past)).transpose()?;
    let (trained, fitted) = model_of(given, &past, &shop)?;
    let horizon = args.horizon.map_or_else(|| "12m".parse(), Ok)?;
    let ahead = Ahead { horizon, margin: Share::new(args.earning.share())?, discount: args.earning.discount };
    let level = args.foreseeing.level;
    let answer = Answer::of((&trained, &past), &ahead, rules, level, progress)?;
    let then = |tick| moved(&answer, (&trained, &past.again(tick)?), &ahead, rules, progress);
    let movement = since.map(then).transpose()?;
    let said = fitted
        .into_iter()
        .chain(assumed(args, &answer, since.is_some()))
        .chain(trained.warnings.iter().cloned())
        .collect();
    let told = Told {
        customers: &answer.outlook.customers,
        segments: &answer.segments,
        summary: &answer.summary,
        movement: movement.as_ref(),
        horizon: Some(horizon),
        level,
        since,
        notes: said,
    };
    tell(desk, &told)
}

/// What the answer assumes, in words.
fn assumed(args: &args::Segments, answer: &Answer, since: bool) -> Vec<String> {
    let mut said = about(&answer.segments, &answer.outlook.customers);
    said.extend(answer.notes.iter().cloned());
    said.push(format!(
        "value is {}; its parts have intervals of {}, which know luck and how sure the parameters are, but neither trend nor season",
        worth(args),
        show::percent(args.foreseeing.level.get())
    ));
    if since {
        said.push(
            "both cuts are put into segments by the same rules and the same parameters (today's), so a move is the customer's and not the \
             model's; quintiles, ranks and tiers are those of the customers of each cut"
                .to_owned(),
        );
    }
    said
}

/// The model that was named, or the usual one fitted.
fn model_of(
    given: Option<TrainedModel>,
    past: &Past<'_>,
    shop: &Shop,
) -> Result<(TrainedModel, Option<String>)> {
    match given {
        Some(trained) => Ok((trained, None)),
        None => {
            let customers = past.customers(TimeUnit::Week);
            shop.trained(None, &customers)
        }
    }
}

fn worth(args: &args::Segments) -> String {
    let part = args.earning.margin.map_or_else(
        || "revenue".to_owned(),
        |margin| format!("{} of the revenue", show::percent(margin.get())),
    );
    match args.earning.discount {
        Some(rate) => format!("{part}, discounted at {} a year", show::percent(rate.get())),
        None => part,
    }
}

/// The cut that was asked for: a date, or a length back from the cut-off.
fn earlier(text: &str, past: &Past<'_>) -> Result<Tick> {
    let grain = past.orders().options.grain;
    let tick = match text.parse::<Horizon>() {
        Ok(length) => crate::backtest::before(past.cutoff(), length, grain, past.period())?,
        Err(_) => grain.read(text).map_err(|_| {
            Error::usage(format!("--since {text} is neither a date like 2024-01-31 nor a length like 13w"))
        })?,
    };
    let first = past.orders().first_tick().unwrap_or(tick);
    if tick >= past.cutoff() || tick < first {
        return Err(Error::usage(format!(
            "--since {text} is {}, but an earlier cut must be from {} (the first order) to before {} (the cut-off)",
            grain.show(tick),
            grain.show(first),
            grain.show(past.cutoff())
        )));
    }
    Ok(tick)
}

fn moved(
    now: &Answer,
    (trained, earlier): (&TrainedModel, &Past<'_>),
    ahead: &Ahead,
    rules: &Rules,
    progress: &dyn Progress,
) -> Result<Movement> {
    let outlook = crate::value::Outlook::of(trained, earlier, ahead, progress)?;
    let segments = Segments::of(&outlook.known(), rules)?;
    Movement::between((&outlook, &segments), (&now.outlook, &now.segments))
}

fn of_scores(args: &args::Segments, desk: &Desk, rules: &Rules, file: &Path) -> Result<()> {
    for (given, flag) in [
        (args.foreseeing.model.is_some(), "--model"),
        (args.horizon.is_some(), "--horizon"),
        (args.since.is_some(), "--since"),
        (args.earning.margin.is_some(), "--margin"),
        (args.earning.discount.is_some(), "--discount"),
    ] {
        if given {
            return Err(Error::usage(format!(
                "{flag} goes with orders, but {} is a table of scores, which were made before; give the orders, or leave {flag} out",
                file.display()
            )));
        }
    }
    let scores = scores::read(file, &args.reading.options()?)?;
    let known = Known {
        customers: &scores.customers,
        last_gaps: None,
        p_alive: &scores.p_alive,
        expected: &scores.expected,
    };
    let segments = Segments::of(&known, rules)?;
    let summary = Summary::of(&segments, &known, scores.money);
    desk.voice.say(&format!(
        "{} scores in {}",
        show::count(scores.customers.len() as u64),
        file.display()
    ))?;
    let mut said = about(&segments, &scores.customers);
    said.extend(segments.notes.iter().cloned());
    said.push(
        "scores tell of each customer alone: the values of segments have no intervals, nor is it known who went where; give the orders for both"
            .to_owned(),
    );
    let told = Told {
        customers: &scores.customers,
        segments: &segments,
        summary: &summary,
        movement: None,
        horizon: None,
        level: args.foreseeing.level,
        since: None,
        notes: said,
    };
    tell(desk, &told)
}

/// What the rules come to in this shop.
fn about(segments: &Segments, customers: &Customers) -> Vec<String> {
    if shop_rhythm(customers).is_none() {
        return Vec::new(); // which the segments' own notes tell
    }
    vec![format!(
        "the shop's rhythm is {} {}s (median, over repeat buyers, of their mean gaps); a customer with {} gaps or more has their own; \
         --show-rules prints all rules",
        show::mean(segments.rhythm),
        customers.unit,
        segments.rules.rhythm.own_from_gaps
    )]
}

fn tell(desk: &Desk, told: &Told<'_>) -> Result<()> {
    desk.voice.tell(&told.shown(desk.locale()))?;
    if let (Some(movement), Some(since)) = (told.movement, told.since) {
        desk.voice.tell(&moves::went(movement, &told.date(since), desk.locale()))?;
    }
    desk.voice.say(&notes(&told.notes))?;
    desk.write(told)
}
