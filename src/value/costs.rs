//! What customers cost: a table of spend by period and channel.

use std::path::{Path, PathBuf};

use crate::features::cells::Cells;
use crate::orders::amounts::{Amount, Evidence, evidence, read as amount_of, text_of};
use crate::orders::{Attribute, DecimalMark, Plain, nearest, plain};
use crate::units::{CalendarPeriod, Grain, Tick};
use crate::{Error, Result};

/// What was spent on getting customers.
#[derive(Debug, Clone, PartialEq)]
pub struct Costs {
    /// The file, as it was named.
    pub path: PathBuf,
    /// The kind of period of its rows.
    pub period: CalendarPeriod,
    /// The rows, in their order.
    pub rows: Vec<Cost>,
    /// Their currency, where the table has such a column.
    pub currency: Option<String>,
    /// Whether the table tells campaigns apart.
    pub campaigns: bool,
    /// What should be known of how it was read.
    pub notes: Vec<String>,
}

/// What was spent in a period on a channel (and a campaign of it).
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// Where it stands.
    pub line: u64,
    /// Its period ([`CalendarPeriod::index`]).
    pub period: i32,
    /// The channel, without the spaces around; [`Attribute::MISSING`] where nothing stands.
    pub channel: String,
    /// The campaign likewise; empty where there is no such column.
    pub campaign: String,
    /// How much, 0 or more.
    pub cost: f64,
}

/// The usual names of the columns, without spaces and signs.
const PERIOD: &[&str] = &["period", "month", "week", "quarter", "year", "date", "day"];
const CHANNEL: &[&str] = &["channel", "source", "utmsource", "marketingchannel", "trafficsource", "medium"];
const CAMPAIGN: &[&str] = &["campaign", "campaignname", "utmcampaign"];
const COST: &[&str] =
    &["cost", "costs", "spend", "adspend", "amountspent", "amount", "marketingcost", "budget"];
const CURRENCY: &[&str] = &["currency", "currencycode"];

/// A row as it was written.
struct Written {
    line: u64,
    period: Kind,
    channel: String,
    campaign: String,
    cost: Vec<u8>,
}

/// What a period is told by: a label, or a day.
#[derive(Clone, Copy)]
enum Kind {
    Period(CalendarPeriod, i32),
    Day(Tick),
}

impl Kind {
    fn name(self) -> String {
        match self {
            Self::Period(period, _) => period.to_string(),
            Self::Day(_) => "day".to_owned(),
        }
    }
}

/// Where the columns stand.
struct Places {
    period: usize,
    channel: usize,
    cost: usize,
    campaign: Option<usize>,
    currency: Option<usize>,
}

impl Costs {
    /// Reads a table `period, channel, cost` and optionally `campaign` and `currency`: CSV (also .gz and .zst) or Parquet. A period is written
    /// `2024-03`, `2024-Q1`, `2024`, `2024-W09`, or as a day `2024-03-15`, all rows in one way; days are summed up by month. `into` sums
    /// up to longer periods.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Input`] with line and column for what is no period or no cost of at least 0, for periods or currencies of
    /// several kinds, and for a table without rows; [`Error::Usage`] if rows cannot be summed up `into` such periods.
    pub fn read(path: &Path, into: Option<CalendarPeriod>) -> Result<Self> {
        let mut cells = Cells::open(path)?;
        let names = cells.names().to_vec();
        let places = Places::find(&names, path)?;
        cells.want(places.all());
        let (mut written, mut currency) = (Vec::new(), None);
        while let Some(line) = cells.next()? {
            let at = |column: usize| Error::input("").file(path).line(line).column(&names[column]);
            let period = kind(cells.cell(places.period)).ok_or_else(|| {
                let mut error = at(places.period);
                error.found = format!("`{}` is no period", text(cells.cell(places.period)));
                error.expected("2024-03, 2024-Q1, 2024, 2024-W09 or a date such as 2024-03-15")
            })?;
            let named = |column: Option<usize>| {
                column.map_or_else(String::new, |column| match text(cells.cell(column)).trim() {
                    "" => Attribute::MISSING.to_owned(),
                    name => name.to_owned(),
                })
            };
            if let Some(column) = places.currency {
                let code = text(cells.cell(column)).trim().to_uppercase();
                let first = currency.get_or_insert_with(|| code.clone());
                if *first != code {
                    let mut error = at(column);
                    error.found = format!("`{code}`, but the rows above are in {first}");
                    return Err(error
                        .expected("one currency")
                        .hint("convert the costs to one currency first")
                        .into());
                }
            }
            let (channel, campaign) = (named(Some(places.channel)), named(places.campaign));
            let cost = text(cells.cell(places.cost)).trim().as_bytes().to_vec();
            written.push(Written { line, period, channel, campaign, cost });
        }
        let column = &names[places.cost];
        let mark = decimal(&written, path, column)?;
        let (period, notes) = common(&written, into, path, &names[places.period])?;
        let row = |row: Written| {
            let cost = number(&row.cost, mark).map_err(|(found, expected)| {
                Error::input(found).file(path).line(row.line).column(column).expected(expected)
            })?;
            let Written { line, channel, campaign, .. } = row;
            Ok(Cost { line, period: within(row.period, period), channel, campaign, cost })
        };
        let rows = written.into_iter().map(row).collect::<Result<_>>()?;
        let campaigns = places.campaign.is_some();
        let currency = currency.filter(|code| !code.is_empty());
        Ok(Self { path: path.into(), period, rows, currency, campaigns, notes })
    }

    /// Everything that was spent.
    #[must_use]
    pub fn total(&self) -> f64 {
        crate::math::sum::sum(self.rows.iter().map(|row| row.cost))
    }
}

impl Places {
    fn find(names: &[String], path: &Path) -> Result<Self> {
        if names.is_empty() {
            return Err(Error::input("the file is empty")
                .file(path)
                .expected("a table period, channel, cost")
                .into());
        }
        let plain: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let find =
            |usual: &[&str]| usual.iter().find_map(|name| plain.iter().position(|column| column == name));
        let needed = |usual: &[&str]| -> Result<usize> {
            find(usual).ok_or_else(|| {
                let found = format!("there is no column `{}` among {}", usual[0], names.join(", "));
                let near = nearest(usual[0], names);
                let hint = near.map_or_else(
                    || "name the columns period, channel and cost (campaign and currency may stand beside them)".to_owned(),
                    |near| format!("is it `{near}`? Name it `{}`", usual[0]),
                );
                Error::input(found).file(path).hint(hint).into()
            })
        };
        Ok(Self {
            period: needed(PERIOD)?,
            channel: needed(CHANNEL)?,
            cost: needed(COST)?,
            campaign: find(CAMPAIGN),
            currency: find(CURRENCY),
        })
    }

    fn all(&self) -> Vec<usize> {
        let optional = self.campaign.into_iter().chain(self.currency);
        [self.period, self.channel, self.cost].into_iter().chain(optional).collect()
    }
}

/// A cell as text.
fn text(cell: Plain<'_>) -> String {
    match cell {
        Plain::Missing => String::new(),
        Plain::Text(text) => text_of(text).into_owned(),
        Plain::Whole(value) => value.to_string(),
        Plain::Real(value) => value.to_string(),
        Plain::Seconds(seconds) => {
            Grain::Day.tick_of_seconds(seconds).map_or_else(String::new, |tick| Grain::Day.show(tick))
        }
    }
}

fn kind(cell: Plain<'_>) -> Option<Kind> {
    let text = text(cell);
    let text = text.trim();
    if let Some((period, index)) = CalendarPeriod::of_label(text) {
        return Some(Kind::Period(period, index));
    }
    // Of a date with a time, the day.
    let day = text.get(..10).filter(|_| !text.as_bytes().get(10).is_some_and(u8::is_ascii_digit))?;
    Grain::Day.read(day).ok().map(Kind::Day)
}

/// The decimal mark of all costs.
fn decimal(rows: &[Written], path: &Path, column: &str) -> Result<Option<DecimalMark>> {
    let mut mark = None;
    for row in rows {
        let found = match evidence(&row.cost) {
            Evidence::Point => DecimalMark::Point,
            Evidence::Comma => DecimalMark::Comma,
            Evidence::None | Evidence::Ambiguous => continue,
        };
        if *mark.get_or_insert(found) != found {
            let shown = text_of(&row.cost).into_owned();
            return Err(Error::input(format!("`{shown}` has another decimal mark than the rows above"))
                .file(path)
                .line(row.line)
                .column(column)
                .expected("one way of writing numbers")
                .into());
        }
    }
    Ok(mark)
}

/// A cost of at least 0; otherwise what was found and what was expected.
fn number(text: &[u8], mark: Option<DecimalMark>) -> std::result::Result<f64, (String, &'static str)> {
    let shown = || text_of(text).into_owned();
    match amount_of(text, mark) {
        Amount::Of(money) if money.micros() >= 0 => Ok(money.to_f64()),
        Amount::Of(_) => Err((format!("the cost {} is negative", shown()), "0 or more")),
        Amount::Missing => Err(("there is no cost".to_owned(), "a number; 0 where nothing was spent")),
        Amount::Ambiguous => Err((
            format!("`{}` is a thousand and more, or one and a bit, and no other row tells which", shown()),
            "a number without marks between thousands, such as 1234.00",
        )),
        Amount::Unreadable => Err((format!("`{}` is no number", shown()), "a cost, such as 1234.50")),
    }
}

/// The kind of period of all rows, or the longer one that is asked for.
fn common(
    rows: &[Written],
    into: Option<CalendarPeriod>,
    path: &Path,
    column: &str,
) -> Result<(CalendarPeriod, Vec<String>)> {
    let Some(first) = rows.first() else {
        return Err(Error::input("there is no row under the header")
            .file(path)
            .expected("rows of period, channel, cost")
            .into());
    };
    let name = first.period.name();
    if let Some(other) = rows.iter().find(|row| row.period.name() != name) {
        return Err(Error::input(format!("a {}, but the rows above are {name}s", other.period.name()))
            .file(path)
            .line(other.line)
            .column(column)
            .expected("periods of one kind in all rows")
            .into());
    }
    let own = match first.period {
        Kind::Period(period, _) => Some(period),
        Kind::Day(_) => None,
    };
    let wanted = into.or(own).unwrap_or(CalendarPeriod::Month);
    let nests =
        own.is_none_or(|own| own == wanted || own != CalendarPeriod::Week && own.days() < wanted.days());
    if !nests || own.is_some() && own != Some(wanted) && wanted == CalendarPeriod::Week {
        return Err(Error::usage(format!(
            "the costs in {} are by {name} and cannot be summed up by {wanted}; leave --period out, or take a longer one",
            path.display()
        )));
    }
    let summed = own != Some(wanted);
    Ok((wanted, summed.then(|| format!("costs by {name} are summed up by {wanted}")).into_iter().collect()))
}

/// The period in which another begins.
fn within(kind: Kind, period: CalendarPeriod) -> i32 {
    match kind {
        Kind::Period(own, index) if own == period => index,
        Kind::Period(own, index) => period.index(Grain::Day, own.start(Grain::Day, index)),
        Kind::Day(day) => period.index(Grain::Day, day),
    }
}
