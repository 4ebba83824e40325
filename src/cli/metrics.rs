//! `ltv metrics`: key figures by period and group, and the simple formulas held against what happened.

use super::args;
use super::shop::{Place, Shop, notes, table};
use super::{orders, show};
use crate::features::Past;
use crate::model::AnyPurchaseModel;
use crate::progress::Progress;
use crate::table::Sheet;
use crate::units::{CalendarPeriod, Locale, Share};
use crate::value::Groups;
use crate::value::metrics::{self, Figures, Margin, Plan, Tallies};
use crate::{Error, Result};

/// So many rows are shown; all are written.
const SHOWN: usize = 24;

/// Runs the command.
///
/// # Errors
/// Whatever reading, the figures or writing say.
pub fn run(args: &args::Metrics, quiet: bool, progress: &dyn Progress) -> Result<()> {
    let place = Place::new(&args.answer, &args.orders.inputs, None)?;
    let voice = place.voice(quiet);
    args.models.iter().try_for_each(|id| AnyPurchaseModel::template(id).map(drop))?;
    let shop = Shop::read(&args.orders, &[args.grouping.by.as_deref()], None, progress)?;
    let past = shop.past(None)?;
    voice.say(&shop.account(&past))?;
    let groups = shop.groups(&args.grouping)?;
    let sheet = if args.check {
        check(args, &past, progress, &|text| voice.tell(text), place.locale())?
    } else {
        let costs = args.cost_column.as_deref().map(|column| costs(args, column, &past, &groups, progress));
        let costs = costs.transpose()?;
        let margin = match &costs {
            Some((costs, _)) => Margin::Costs(costs),
            None => Margin::Part(args.margin.map_or_else(|| Share::new(1.0), Ok)?),
        };
        let figures = metrics::figures(&past, &groups, args.period, margin)?;
        let assumed = assumed(args, costs.map(|(_, note)| note));
        voice.tell(&shown(&figures, args.period, place.locale()))?;
        voice.say(&notes(groups.note().into_iter().chain(assumed)))?;
        metrics::sheet(&figures)
    };
    place.write(&voice, &sheet)
}

/// Costs by period and group: the same orders, read with the column of costs for amounts.
fn costs(
    args: &args::Metrics,
    column: &str,
    past: &Past<'_>,
    groups: &Groups,
    progress: &dyn Progress,
) -> Result<(Tallies, String)> {
    if args.orders.inputs.iter().any(|input| input.as_os_str() == "-") {
        return Err(Error::usage(
            "--cost-column reads the orders twice, which standard input does not allow; write them to a file first",
        ));
    }
    let mut reading = args.orders.reading.clone();
    (reading.amount, reading.price) = (Some(column.to_owned()), None);
    let mut options = reading.options()?;
    options.drop_zero = false;
    options.attributes.extend(args.grouping.by.clone());
    let (read, ledger) = orders::read(&args.orders.inputs, &options, progress)?;
    let again = Past::new(&read, Some(past.cutoff()))?;
    let theirs = match &args.grouping.by {
        Some(column) => Groups::by(&read, column, usize::MAX)?.named_as(groups),
        None => Groups::one(&read),
    };
    let note = format!("costs are the column `{column}`: {}", ledger.summary());
    Ok((Tallies::gather(&again, &theirs, args.period), note))
}

/// What the figures assume, in words.
fn assumed(args: &args::Metrics, costs: Option<String>) -> Vec<String> {
    let earned = match (costs, args.margin) {
        (Some(costs), _) => costs,
        (None, Some(margin)) => format!("margin is {} of the revenue", show::percent(margin.get())),
        (None, None) => "margin is all of the revenue; say --margin 30% or --cost-column COLUMN".to_owned(),
    };
    vec![
        earned,
        format!(
            "a figure of a {} is of the customers who bought in it, with what they had bought by its end (refunds are set off against their orders); ltv_simple and ltv_repeat take as lifespan \
             the mean time from first to last purchase, ltv_churn takes those who did not come back within a {} for lost; what each formula \
             assumes is in docs/metrics-formulas.md, and how wrong it was here is told by --check",
            args.period, args.period
        ),
    ]
}

/// The figures in three tables; of many rows the newest.
fn shown(figures: &[Figures], period: CalendarPeriod, locale: &Locale) -> String {
    let per_period = figures.iter().take_while(|row| row.period == figures[0].period).count().max(1);
    let keep = SHOWN.div_ceil(per_period).max(1) * per_period;
    let newest = &figures[figures.len().saturating_sub(keep)..];
    let grouped = per_period > 1;
    let marked: Vec<Figures> = newest
        .iter()
        .map(|row| Figures {
            period: format!("{}{}", row.period, if row.complete { "" } else { "*" }),
            group: show::clip(&row.group, 20),
            ..row.clone()
        })
        .collect();
    let sheet = metrics::sheet(&marked);
    let part = |head: &str, columns: &[(&str, &str)]| {
        let first: &[(&str, &str)] =
            if grouped { &[("period", "period"), ("group", "group")] } else { &[("period", "period")] };
        format!("\n{}\n{}", show::heading(head), table(&sheet, &[first, columns].concat(), locale))
    };
    let mut text = part(
        &format!("Key figures by {period}"),
        &[
            ("customers", "customers"),
            ("new_customers", "new"),
            ("returning_customers", "returning"),
            ("orders", "orders"),
            ("revenue", "revenue"),
            ("margin", "margin"),
        ],
    );
    let narrow = |columns: Vec<(&'static str, &'static str)>| -> Vec<(&'static str, &'static str)> {
        let kept = |name: &str| !grouped || !matches!(name, "churn_rate" | "lifespan_months" | "ampu");
        columns.into_iter().filter(|(name, _)| kept(name)).collect()
    };
    text += &part(
        "Per customer and order",
        &narrow(vec![
            ("aov", "per order"),
            ("purchase_frequency", "orders each"),
            ("repeat_rate", "repeat"),
            ("retention_rate", "retention"),
            ("churn_rate", "churn"),
            ("lifespan_months", "life, months"),
            ("arpu", "arpu"),
            ("ampu", "ampu"),
        ]),
    );
    text += &part(
        "Lifetime value by the simple formulas",
        &[
            ("ltv_historical", "historical"),
            ("ltv_simple", "simple"),
            ("ltv_repeat", "repeat"),
            ("ltv_churn", "churn"),
        ],
    );
    let hidden = figures.len() - newest.len();
    if hidden > 0 {
        text += &format!("{} earlier rows are in the table that -o writes\n", show::count(hidden as u64));
    }
    if newest.iter().any(|row| !row.complete) {
        text += &format!("* not the whole {period} was observed\n");
    }
    text
}

/// The formulas and models against what happened.
fn check(
    args: &args::Metrics,
    past: &Past<'_>,
    progress: &dyn Progress,
    tell: &dyn Fn(&str) -> Result<()>,
    locale: &Locale,
) -> Result<Sheet> {
    if args.grouping.by.is_some() {
        return Err(Error::usage("--check is of the whole shop; leave --by out"));
    }
    let plan = Plan {
        period: args.period,
        horizon: args.horizon,
        origins: usize::from(args.origins),
        models: args.models.clone(),
    };
    let (checked, words) = metrics::check(past, &plan, progress)?;
    let sheet = metrics::checked_sheet(&checked, past);
    let head = format!(
        "Revenue in the {} after each origin, per customer of the {} before it",
        args.horizon, args.period
    );
    let each = [
        ("origin", "origin"),
        ("method", "method"),
        ("customers", "customers"),
        ("predicted", "predicted"),
        ("happened", "happened"),
        ("error", "error"),
    ];
    let over = [
        ("method", "over all origins"),
        ("origins", "origins"),
        ("mean_error", "mean error"),
        ("mean_size_of_error", "mean size"),
    ];
    tell(&format!(
        "\n{}\n{}\n{}{}",
        show::heading(&head),
        table(&sheet, &each, locale),
        table(&metrics::summary(&checked), &over, locale),
        notes(words.into_iter().chain(["of each formula that part is compared which by its own lifespan or churn falls into the horizon".to_owned()]))
    ))?;
    Ok(sheet)
}
