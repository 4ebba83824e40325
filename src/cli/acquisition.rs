//! `ltv acquisition`: what new customers cost and bring, by channel.

use std::path::Path;

use super::args;
use super::outputs;
use super::shop::{self, Place, Shop};
use super::show::{self, Grid};
use crate::orders::{Attribute, Orders, ReadOptions, inspect, plain};
use crate::progress::Progress;
use crate::table::Sheet;
use crate::units::{CalendarPeriod, Horizon, Locale, TimeUnit};
use crate::value::Costs;
use crate::value::acquisition::{Acquisition, Budget, Channels, Gain, Level, Models, Plan, Row, Target};
use crate::{Error, Result};

/// The usual names of columns of orders, without spaces and signs.
const CHANNEL: &[&str] = &[
    "channel",
    "acquisitionchannel",
    "marketingchannel",
    "saleschannel",
    "orderchannel",
    "source",
    "utmsource",
    "firstsource",
    "sourcename",
    "trafficsource",
    "referringsite",
    "referrer",
    "medium",
    "utmmedium",
];
const CAMPAIGN: &[&str] = &["campaign", "campaignname", "utmcampaign"];
/// So many rows of periods are shown on a terminal.
const SHOWN: usize = 36;

/// Runs the command.
///
/// # Errors
/// Whatever reading orders, costs or the model, fitting or writing says.
pub fn run(args: &args::Acquisition, quiet: bool, progress: &dyn Progress) -> Result<()> {
    let place = Place::new(&args.answering, &args.orders.inputs, args.foreseeing.model.as_deref())?;
    spare(args)?;
    let voice = place.voice(quiet);
    let plan = plan(args)?;
    let costs = Costs::read(&args.costs, args.period)?;
    let campaigns = args.by_campaign || args.campaign.is_some();
    if campaigns && !costs.campaigns {
        return Err(Error::usage(format!(
            "campaigns are to be told apart, but {} has no column `campaign`",
            args.costs.display()
        )));
    }
    let model = shop::model(&args.foreseeing)?;
    let columns = Columns::find(args, campaigns)?;
    let keep = [Some(columns.channel.as_str()), columns.campaign.as_deref()];
    let shop = Shop::read(&args.orders, &keep, model.as_ref(), progress)?;
    let past = shop.past(model.as_ref())?;
    let told = same_currency(shop.ledger.currency.as_deref(), &costs)?;
    let customers = past.customers(model.as_ref().map_or(TimeUnit::Week, |trained| trained.unit));
    let (trained, fitted) = shop.trained(model, &customers)?;
    if customers.has_money() && trained.spend.is_none() {
        let why = trained.warnings.join("; ");
        return Err(Error::usage(format!(
            "what a customer may cost is told in money, but the model has no spend{}; name a model of a shop like this with --model",
            if why.is_empty() { String::new() } else { format!(" ({why})") }
        )));
    }
    let channel = attribute(&shop.orders, &columns.channel)?;
    let campaign = columns.campaign.as_deref().map(|name| attribute(&shop.orders, name)).transpose()?;
    let channels = Channels::new(channel, campaign, &costs, args.groups);
    let models = if args.one_model {
        Models::one(trained, &channels)
    } else {
        Models::by_channel(trained, &customers, &channels)
    };
    let answer = Acquisition::new(&past, (&customers, &models), &channels, &costs, plan)?;
    let budget = Budget { moves: args.moves.clone(), elasticity: args.elasticity };
    let gain = (!args.moves.is_empty()).then(|| budget.gain(&answer)).transpose()?;
    voice.say(&shop.account(&past))?;
    let currency = shop.ledger.currency.clone().or_else(|| costs.currency.clone());
    let locale = Locale { currency, ..place.locale().clone() };
    voice.tell(&tables(&answer, &locale))?;
    if let Some(gain) = &gain {
        voice.tell(&moved(gain, &budget, &answer, &locale))?;
    }
    let notes = fitted.into_iter().chain(told);
    voice.say(&shop::notes(notes.chain(assumed(&answer, args))))?;
    if let (Some(gain), Some(path)) = (&gain, &args.moves_output) {
        gain.sheet().write(path, outputs::sheet_format(path)?)?;
        voice.say(&format!("wrote {}", path.display()))?;
    }
    place.write(&voice, &answer.sheet())
}

/// No output may be the costs, nor the second the orders or the first.
fn spare(args: &args::Acquisition) -> Result<()> {
    let costs = [args.costs.clone()];
    let answer = args.answering.output.as_deref().filter(|path| *path != Path::new("-"));
    outputs::spare(&answer.into_iter().collect::<Vec<_>>(), &costs, None)?;
    let Some(path) = &args.moves_output else { return Ok(()) };
    outputs::sheet_format(path)?;
    if answer == Some(path.as_path()) {
        return Err(Error::usage(format!(
            "both tables would be written to {}; name another",
            path.display()
        )));
    }
    outputs::spare(&[path], &args.orders.inputs, args.foreseeing.model.as_deref())?;
    outputs::spare(&[path], &costs, None)
}

fn plan(args: &args::Acquisition) -> Result<Plan> {
    let (ratio, payback) = (args.target_ratio, args.target_payback);
    let target = Target {
        ratio: if payback.is_none() { ratio.or(Some(3.0)) } else { ratio },
        payback: payback.map(|length| months(length, "--target-payback")).transpose()?,
    };
    Ok(Plan {
        months: months(args.horizon, "--horizon")?,
        margin: args.earning.share(),
        discount: args.earning.discount,
        level: args.foreseeing.level,
        target,
    })
}

/// A length in months of life.
///
/// # Errors
/// [`Error::Usage`] if that is no whole number.
pub fn months(length: Horizon, flag: &str) -> Result<u32> {
    length.in_periods(CalendarPeriod::Month).map_err(|_| {
        Error::usage(format!("{flag} {length} is not a whole number of months; write for instance 12m or 1y"))
    })
}

/// The columns of the orders that are kept.
struct Columns {
    channel: String,
    campaign: Option<String>,
}

impl Columns {
    fn find(args: &args::Acquisition, campaigns: bool) -> Result<Self> {
        let names = header(args)?;
        let usual = |wanted: &[&str]| {
            wanted.iter().find_map(|name| names.iter().find(|column| plain(column) == *name)).cloned()
        };
        let found = |given: &Option<String>, wanted: &[&str], flag: &str| -> Result<String> {
            match given {
                Some(name) => Ok(name.clone()),
                // Standard input is not looked at beforehand.
                None if names.is_empty() => Ok(wanted[0].to_owned()),
                None => usual(wanted).ok_or_else(|| {
                    Error::usage(format!(
                        "no column of the orders is called {}, ...; name it with {flag}: there are {}",
                        wanted[0],
                        names.join(", ")
                    ))
                }),
            }
        };
        Ok(Self {
            channel: found(&args.channel, CHANNEL, "--channel")?,
            campaign: campaigns.then(|| found(&args.campaign, CAMPAIGN, "--campaign")).transpose()?,
        })
    }
}

/// Whether orders and costs are in one currency, as far as they tell; a word where they do not.
fn same_currency(orders: Option<&str>, costs: &Costs) -> Result<Option<String>> {
    match (orders, costs.currency.as_deref()) {
        (Some(orders), Some(code)) if !orders.eq_ignore_ascii_case(code) => {
            Err(Error::input(format!("the costs are in {code}, but the orders in {orders}"))
                .file(&costs.path)
                .column("currency")
                .expected("one currency for both")
                .hint("convert the costs to the currency of the orders first, or the orders with --currency and --rates")
                .into())
        }
        (None, Some(code)) => {
            Ok(Some(format!("the costs are in {code}; that the orders are too is taken for granted")))
        }
        (Some(code), None) => {
            Ok(Some(format!("the orders are in {code}; that the costs are too is taken for granted")))
        }
        _ => Ok(None),
    }
}

/// The names of the columns of the first file of orders.
fn header(args: &args::Acquisition) -> Result<Vec<String>> {
    let files = crate::orders::files(&args.orders.inputs)?;
    let reading = &args.orders.reading;
    let options = ReadOptions {
        separator: reading.separator,
        encoding: reading.encoding.clone(),
        ..ReadOptions::default()
    };
    files.first().map_or(Ok(Vec::new()), |file| inspect(file, &options).map(|header| header.columns))
}

/// A column that was kept.
///
/// # Errors
/// [`Error::Usage`] if there is none of this name.
pub fn attribute<'a>(orders: &'a Orders, name: &str) -> Result<&'a Attribute> {
    orders.attribute(name).ok_or_else(|| Error::usage(format!("the orders have no column `{name}`")))
}

/// The answer as tables of 80 columns.
fn tables(answer: &Acquisition, locale: &Locale) -> String {
    let of = |wanted: &[Level]| -> Sheet {
        let rows = answer.rows.iter().filter(|row| wanted.contains(&row.level));
        answer.sheet_of(&rows.collect::<Vec<_>>())
    };
    let whole = of(&[Level::Shop, Level::Channel]);
    let months = answer.plan.months;
    let mut text = show::heading(&format!(
        "What a new customer costs and brings in {}",
        if months == 1 { "a month".to_owned() } else { span(months) }
    )) + "\n";
    let costs = [
        ("channel", "channel"),
        ("new_customers", "new"),
        ("cost", "cost"),
        ("cac", "CAC"),
        ("ltv", "LTV"),
        ("ltv_lower", "from"),
        ("ltv_upper", "to"),
        ("ltv_to_cac", "LTV/CAC"),
    ];
    text += &grid(&whole, &costs, months, locale);
    let follows = [
        ("channel", "channel"),
        ("roi", "ROI"),
        ("payback_months", "months"),
        ("payback_lower", "from"),
        ("payback_upper", "to"),
        ("max_cac", "max CAC"),
        ("next_lower", "next from"),
        ("next_upper", "to"),
    ];
    text += &format!(
        "\n{}\n",
        show::heading("When it is paid back, what it may cost, and what the next ones are worth")
    );
    text += &grid(&whole, &follows, months, locale);
    text + &periods(answer, locale)
}

/// A number of months, in words.
fn span(months: u32) -> String {
    if months == 1 { "month".to_owned() } else { format!("{months} months") }
}

/// The newest periods.
fn periods(answer: &Acquisition, locale: &Locale) -> String {
    let mut rows: Vec<&Row> = answer.rows.iter().filter(|row| row.level == Level::Period).collect();
    let all = rows.len();
    rows.sort_by(|a, b| b.period.cmp(&a.period)); // stable: channels stay in their order
    rows.truncate(SHOWN);
    let outside = answer.rows.iter().filter(|row| row.level == Level::Outside);
    rows.extend(outside.take(12));
    let columns = [
        ("period", answer.period.to_string()),
        ("channel", "channel".to_owned()),
        ("new_customers", "new".to_owned()),
        ("cost", "cost".to_owned()),
        ("cac", "CAC".to_owned()),
        ("ltv", "LTV".to_owned()),
        ("ltv_to_cac", "LTV/CAC".to_owned()),
        ("payback_months", "months".to_owned()),
    ];
    let columns: Vec<(&str, &str)> = columns.iter().map(|(name, head)| (*name, head.as_str())).collect();
    let heading = show::heading(&format!("By {}", answer.period));
    let mut text =
        format!("\n{heading}\n{}", grid(&answer.sheet_of(&rows), &columns, answer.plan.months, locale));
    if all > SHOWN {
        text += &format!("... and {} older rows; -o writes all\n", show::count((all - SHOWN) as u64));
    }
    text
}

/// Some columns for people: months are whole numbers, and what is not paid back says so.
fn grid(sheet: &Sheet, columns: &[(&str, &str)], months: u32, locale: &Locale) -> String {
    let mut grid = Grid::new(&columns.iter().map(|(_, head)| *head).collect::<Vec<_>>());
    let shown = |row: usize, name: &str| {
        let Some(column) = sheet.column(name) else { return String::new() };
        let text = column.shown(row, locale);
        let costs = sheet.column("cac").is_some_and(|cac| !cac.shown(row, locale).is_empty());
        match column {
            crate::table::Column::Real(values) if name.starts_with("payback") => match values[row] {
                Some(month) => locale.number(month, 0),
                None if costs => format!(">{months}"),
                None => String::new(),
            },
            _ => show::clip(&text, 24),
        }
    };
    for row in 0..sheet.rows() {
        grid.row(columns.iter().map(|(name, _)| shown(row, name)));
    }
    grid.text()
}

/// What moving money wins.
fn moved(gain: &Gain, budget: &Budget, answer: &Acquisition, locale: &Locale) -> String {
    let columns = [
        ("channel", "channel"),
        ("cost_before", "cost"),
        ("cost_after", "then"),
        ("customers_before", "new"),
        ("customers_after", "then"),
        ("gain", "gain"),
        ("gain_lower", "from"),
        ("gain_upper", "to"),
    ];
    let table = grid(&gain.sheet(), &columns, answer.plan.months, locale);
    let supposed = if budget.elasticity >= 1.0 {
        "it is supposed that every further customer costs what the others cost (--elasticity 1), which is optimistic: the next are usually dearer"
            .to_owned()
    } else {
        format!("it is supposed that 1 % more cost brings {} % more customers", budget.elasticity)
    };
    format!("\n{}\n{table}{}", show::heading("If the money is moved"), shop::notes([supposed]))
}

/// What must be known of the figures.
fn assumed(answer: &Acquisition, args: &args::Acquisition) -> Vec<String> {
    let Plan { months, discount, level, target, .. } = answer.plan;
    let margin = match args.earning.margin {
        Some(margin) => format!("{} of the revenue", show::percent(margin.get())),
        None => "all of the revenue, as no --margin was given: what goods cost is not taken off".to_owned(),
    };
    let rate = discount.map_or_else(
        || "not discounted".to_owned(),
        |rate| format!("discounted at {} a year", show::percent(rate.get())),
    );
    let target = match (target.ratio, target.payback) {
        (Some(ratio), Some(payback)) => {
            format!("LTV / {ratio} or what is earned by month {payback}, whichever is smaller")
        }
        (None, Some(payback)) => format!("what is earned by month {payback} of life"),
        (ratio, None) => format!("LTV / {}", ratio.unwrap_or(3.0)),
    };
    let mut notes = vec![
        format!(
            "LTV is what a customer brings in the first {}, the first order included: seen so far, and beyond it expected by the model; \
             {margin}; {rate}",
            span(months)
        ),
        format!(
            "from and to: {} intervals of these customers' mean; next: of what such customers are worth in the long run; max CAC: {target}",
            show::percent(level.get())
        ),
        "the channel is that of the first order, and gets all of the customer's value".to_owned(),
    ];
    notes.extend(answer.notes.iter().cloned());
    for row in answer.rows.iter().filter(|row| row.level == Level::Channel && row.worth.is_some()).take(12) {
        let own = row.notes.iter().filter(|note| *note != "no cost is told");
        notes.extend(own.map(|note| format!("{}: {note}", show::clip(&row.channel, 28))));
    }
    notes
}
