//! `ltv report`: one page for the owner of the shop.

use std::path::Path;

use super::acquisition::{attribute, months};
use super::args::{self, SpreadArg, Worth};
use super::outputs;
use super::past_check::{Checking, end_of};
use super::scoring::{Asked, Listed, PART, Scored, Scorer};
use super::shop::{Shop, model, notes};
use super::voice::{Voice, write_text};
use crate::backtest::BacktestReport;
use crate::features::{Customers, Past};
use crate::fit::TrainedModel;
use crate::model::Parametric;
use crate::predict::Total;
use crate::progress::Progress;
use crate::report::{Estimate, GroupAhead, GroupsAhead, Outlook, Person, Step, Story, html, tenths};
use crate::units::{CalendarPeriod, Horizon, Locale, Share, Tick, TimeUnit};
use crate::value::acquisition::{Acquisition, Channels, Models, Plan, Target};
use crate::value::cohorts::{CohortPlan, Cohorts};
use crate::value::metrics::{self, Margin};
use crate::value::segments::{Answer, Rules, Summary};
use crate::value::trend::{Trend, TrendPlan, recipe_of};
use crate::value::{self, Ahead, Costs, Future, Groups, Windows};
use crate::{Error, Result};

/// So many customers are listed.
const LISTED: usize = 20;
/// Of more customers than this the trend tells fewer periods: a model is fitted for each.
const MANY: usize = 200_000;
/// A path has at most so many steps.
const MOST_STEPS: u32 = 36;

/// Runs the command.
///
/// # Errors
/// Whatever a step says.
pub fn run(args: &args::Report, quiet: bool, progress: &dyn Progress) -> Result<()> {
    let voice = Voice::new(quiet, &[&args.output]);
    checked(&args.output)?;
    outputs::spare(&[&args.output], &args.orders.inputs, args.foreseeing.model.as_deref())?;
    let costs = read_costs(args)?;
    let given = model(&args.foreseeing)?;
    let shop = Shop::read(&args.orders, &[args.column()], given.as_ref(), progress)?;
    let past = shop.past(given.as_ref())?;
    voice.say(&shop.account(&past))?;

    let unit = given.as_ref().map_or(TimeUnit::default(), |given| given.unit);
    let customers = past.customers(unit);
    let (trained, _) = shop.trained(given, &customers)?;
    let groups = match args.column() {
        Some(column) => Groups::by(&shop.orders, column, args.grouping.groups)?,
        None => Groups::one(&shop.orders),
    };
    voice.say(&notes(groups.note()))?;
    let (way, groups_ahead) = ahead(args, (&trained, &past), &customers, &groups)?;
    let costs =
        costs.map(|costs| acquired(args, costs, (&shop, &past), (&trained, &customers))).transpose()?;
    let trend = trend(args, &past, (&trained, &customers), progress);
    drop(customers);
    let segments = segments(args, &trained, &past, progress)?;
    let (scored, mut expected) = score(args, &trained, &past, progress)?;
    let check = check(args, &trained, &past, progress);
    if matches!(check, Err(Error::Interrupted)) || matches!(trend, Err(Error::Interrupted)) {
        return Err(Error::Interrupted);
    }

    let period = period(&past);
    let whole = Groups::one(&shop.orders);
    let story = Story {
        title: args.title.as_deref(),
        locale: Locale { language: args.lang, currency: shop.ledger.currency.clone() },
        level: args.foreseeing.level,
        past: &past,
        ledger: &shop.ledger,
        trained: &trained,
        outlook: outlook(args, &past, &scored, way),
        tenths: tenths(&mut expected),
        best: people(scored.best),
        slipping: people(scored.slipping),
        period,
        figures: metrics::figures(&past, &whole, period, Margin::Part(Share::new(1.0)?))?,
        cohorts: Cohorts::of(&past, &whole, CohortPlan { period, margin: Share::new(1.0)?, discount: None })?,
        groups: groups_ahead,
        costs,
        segments,
        trend,
        check,
    };
    write_text(&args.output, &html(&story))?;
    if args.output == Path::new("-") {
        return Ok(());
    }
    voice.say(&format!("wrote {}; open it in a browser", args.output.display()))
}

/// Refuses an output that promises another kind of file.
fn checked(output: &Path) -> Result<()> {
    let ending = output.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    let special = output.exists() && !output.is_file();
    match ending.as_deref() {
        None | Some("html" | "htm") => Ok(()),
        Some(_) if special => Ok(()),
        Some(other) => Err(Error::usage(format!(
            "the output {} ends in .{other}, but a report is a page; name it .html",
            output.display()
        ))),
    }
}

/// The ends of the steps towards the end of the horizon: months of the calendar, several together where there are many; weeks where the
/// horizon is no longer than two months.
fn steps(horizon: Horizon, past: &Past<'_>) -> Result<Vec<Tick>> {
    let end = end_of(horizon, past).ok_or_else(|| {
        Error::usage(format!(
            "a horizon of {horizon} ends beyond the calendar; use for instance --horizon 12m"
        ))
    })?;
    let until = |count: u32, period| -> Option<Tick> {
        end_of(Horizon::periods(count, period).ok()?, past).filter(|tick| *tick < end)
    };
    let all = |every: u32, period| -> Vec<Tick> {
        (1..).map_while(|at: u32| until(at.checked_mul(every)?, period)).collect()
    };
    let months = all(1, CalendarPeriod::Month);
    let mut ends = match months.len() as u32 {
        0 | 1 => all(1, CalendarPeriod::Week),
        few if few < MOST_STEPS => months,
        many => all(many.div_ceil(MOST_STEPS), CalendarPeriod::Month),
    };
    ends.push(end);
    Ok(ends)
}

/// Months, where there are not too many of them to be seen at once; else quarters, or years.
fn period(past: &Past<'_>) -> CalendarPeriod {
    let grain = past.orders().options.grain;
    let first = past.orders().first_tick().unwrap_or_else(|| past.cutoff());
    let count = |period: CalendarPeriod| period.index(grain, past.cutoff()) - period.index(grain, first) + 1;
    let all = [CalendarPeriod::Week, CalendarPeriod::Month, CalendarPeriod::Quarter];
    all.into_iter().find(|&period| count(period) <= 26).unwrap_or(CalendarPeriod::Year)
}

/// The way to the end of the horizon.
struct Way {
    path: Vec<Step>,
    /// Whether its intervals know luck alone.
    luck_alone: bool,
}

/// What is expected along the way to the end of the horizon, and of the groups, where there are some.
fn ahead(
    args: &args::Report,
    (trained, past): (&TrainedModel, &Past<'_>),
    customers: &Customers,
    groups: &Groups,
) -> Result<(Way, Option<GroupsAhead>)> {
    let steps = steps(args.horizon, past)?;
    let future = Future::new(trained, customers)?;
    let grain = past.orders().options.grain;
    let times: Vec<f64> = steps.iter().map(|&end| grain.between(past.cutoff(), end, trained.unit)).collect();
    let paths = |group: &[u32], groups: usize, times: &[f64]| {
        let ends = |_: usize, ends: &mut [f64]| ends.copy_from_slice(times);
        let level = args.foreseeing.level;
        future.paths(&Windows { group, groups, steps: times.len(), ends: &ends, level })
    };
    let at = |path: &value::Path, step: usize| Estimate {
        expected: path.expected[step],
        interval: path.interval.as_ref().map(|interval| interval[step]),
    };
    let whole = paths(&vec![0; customers.len()], 1, &times)?;
    let step = |(step, &end): (usize, &Tick)| Step { end, sum: at(&whole[0], step) };
    let path = steps.iter().enumerate().map(step).collect();
    let told = args.column().is_some();
    let numbers = customers.history.as_ref().filter(|_| told).map(|history| &history.numbers);
    let apart = numbers.map(|numbers| -> Result<GroupsAhead> {
        let group: Vec<u32> = numbers.iter().map(|&number| groups.of[number as usize]).collect();
        let paths = paths(&group, groups.len(), &times[times.len() - 1..])?;
        let ahead = |(place, path): (usize, &value::Path)| GroupAhead {
            name: (groups.folded == 0 || place + 1 < groups.len()).then(|| groups.names[place].clone()),
            customers: path.customers,
            sum: at(path, 0),
        };
        let each = paths.iter().enumerate().map(ahead).collect();
        Ok(GroupsAhead { by: groups.by.clone(), folded: groups.folded, groups: each })
    });
    Ok((Way { path, luck_alone: future.note().is_some() }, apart.transpose()?))
}

/// The totals, and the way there: its end is the total, so that the page tells one number.
fn outlook(
    args: &args::Report,
    past: &Past<'_>,
    scored: &Scored,
    Way { mut path, luck_alone }: Way,
) -> Outlook {
    let until = path.last().map_or_else(|| past.cutoff(), |step| step.end);
    let estimate = |expected: f64, total: &Result<Total>| Estimate {
        expected,
        interval: total.as_ref().ok().map(|total| (total.lower, total.upper)),
    };
    let value = scored.value.as_ref().zip(scored.totals.value);
    let value = value.map(|(total, expected)| estimate(expected, total));
    let purchases = estimate(scored.totals.purchases, &scored.purchases);
    let whole = value.unwrap_or(purchases);
    if let Some(last) = path.last_mut().filter(|_| whole.interval.is_some()) {
        last.sum = whole;
    }
    Outlook {
        horizon: args.horizon,
        until,
        customers: scored.totals.customers,
        alive: scored.totals.alive,
        purchases,
        value,
        path,
        luck_alone,
    }
}

/// Scores everybody part by part: totals, lists, and what is expected of each.
fn score(
    args: &args::Report,
    trained: &TrainedModel,
    past: &Past<'_>,
    progress: &dyn Progress,
) -> Result<(Scored, Vec<f64>)> {
    let money = past.orders().has_money();
    let cutoff = (past.orders().options.grain, past.cutoff());
    let worth = Worth {
        level: args.foreseeing.level,
        discount: None,
        margin: None,
        parameter_uncertainty: SpreadArg::Auto,
    };
    let asked = Asked::new(trained, args.horizon, &worth, Some(cutoff))?;
    let members = asked.members(trained.anyone()?);
    let mut scorer = Scorer::unwritten(trained, &members, asked, money, LISTED)?;
    let mut expected = Vec::with_capacity(past.len());
    progress.begin("scoring customers", Some(past.len() as u64));
    for part in past.parts(trained.unit, PART) {
        let forecast = scorer.add(&part, progress)?;
        match &forecast.value {
            Some(value) => expected.extend(value.expected.iter().map(|value| value.unwrap_or(0.0))),
            None => expected.extend(&forecast.expected_purchases),
        }
    }
    Ok((scorer.finish(progress)?, expected))
}

/// The table of costs, read before the orders.
fn read_costs(args: &args::Report) -> Result<Option<Costs>> {
    let Some(path) = &args.costs else { return Ok(None) };
    outputs::spare(&[&args.output], std::slice::from_ref(path), None)?;
    months(args.horizon, "--horizon")?;
    Costs::read(path, None).map(Some)
}

/// What new customers cost and bring.
fn acquired(
    args: &args::Report,
    costs: Costs,
    (shop, past): (&Shop, &Past<'_>),
    (trained, customers): (&TrainedModel, &Customers),
) -> Result<Acquisition> {
    let channel = attribute(&shop.orders, args.column().unwrap_or_default())?;
    let channels = Channels::new(channel, None, &costs, args.grouping.groups);
    let models = Models::one(trained.clone(), &channels);
    let plan = Plan {
        months: months(args.horizon, "--horizon")?,
        margin: args.margin.map_or(1.0, Share::get),
        discount: args.discount,
        level: args.foreseeing.level,
        target: Target { ratio: Some(3.0), payback: None },
    };
    Acquisition::new(past, (customers, &models), &channels, &costs, plan)
}

/// What was foreseen of the newest periods' new customers, and is: by quarter where the history is long enough, else by month.
fn trend(
    args: &args::Report,
    past: &Past<'_>,
    (trained, customers): (&TrainedModel, &Customers),
    progress: &dyn Progress,
) -> Result<Trend> {
    let grain = past.orders().options.grain;
    let first = past.orders().first_tick().unwrap_or_else(|| past.cutoff());
    let count = |period: CalendarPeriod| period.index(grain, past.cutoff()) - period.index(grain, first) + 1;
    let quarters = count(CalendarPeriod::Quarter) >= 6;
    let period = if quarters { CalendarPeriod::Quarter } else { CalendarPeriod::Month };
    let plan = TrendPlan {
        period,
        horizon: args.horizon,
        margin: Share::new(1.0)?,
        level: args.foreseeing.level,
        last: Some(if past.len() > MANY { 4 } else { 12 }),
    };
    value::trend::trend(past, plan, Some((trained, customers)), &recipe_of(trained), progress)
}

/// Where customers stand in their life with the shop.
fn segments(
    args: &args::Report,
    trained: &TrainedModel,
    past: &Past<'_>,
    progress: &dyn Progress,
) -> Result<Summary> {
    let ahead = Ahead { horizon: args.horizon, margin: Share::new(1.0)?, discount: None };
    let answer = Answer::of((trained, past), &ahead, &Rules::usual()?, args.foreseeing.level, progress)?;
    Ok(answer.summary)
}

/// How the same method would have done.
fn check(
    args: &args::Report,
    trained: &TrainedModel,
    past: &Past<'_>,
    progress: &dyn Progress,
) -> Result<BacktestReport> {
    let checking = Checking {
        model: trained.purchase.model.id(),
        spend: trained.spend.as_ref().map(|spend| *spend.model.base()),
        covariates: None,
        horizon: args.horizon,
        unit: trained.unit,
        level: args.foreseeing.level,
    };
    checking.run(past, progress)
}

fn people(listed: Vec<Listed>) -> Vec<Person> {
    let person = |listed: Listed| Person {
        id: listed.id,
        bought: listed.purchases_so_far,
        last: listed.last.unwrap_or(Tick(0)),
        p_alive: listed.p_alive,
        purchases: listed.expected_purchases,
        value: listed.expected_value,
        interval: listed.interval,
    };
    listed.into_iter().map(person).collect()
}
