//! Rows of contracts: who pays what, from when, until when, and how often.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::dates::{self, day};
use super::read::{END, ID, START};
use super::sheet::Sheet;
use crate::features::Tenure;
use crate::orders::Ids;
use crate::units::{CalendarPeriod, Grain, Money, Tick};
use crate::{Error, Result};

/// How rows of contracts are read.
#[derive(Debug, Clone, PartialEq)]
pub struct ContractOptions {
    /// The column with the customer's id; by its usual names if not said.
    pub customer: Option<String>,
    /// The column with the first day; by its usual names if not said.
    pub start: Option<String>,
    /// The column with the end; by its usual names if not said.
    pub end: Option<String>,
    /// The column with the amount of one payment; by its usual names if not said.
    pub amount: Option<String>,
    /// From one payment to the next, for all rows; told by a column if not said.
    pub interval: Option<CalendarPeriod>,
    /// The end of observation; the last date of the rows if not said.
    pub cutoff: Option<Date>,
    /// A contract that starts at most so many days after the end of the customer's last one continues it.
    pub grace: u32,
}

impl Default for ContractOptions {
    /// Everything by its usual name, and a day of grace: some systems write the last day that is paid for, others the first that is not.
    fn default() -> Self {
        Self { customer: None, start: None, end: None, amount: None, interval: None, cutoff: None, grace: 1 }
    }
}

/// One contract. It runs on the days from its start to the day before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contract {
    /// The customer, by number.
    pub customer: u32,
    /// The first day.
    pub start: Tick,
    /// The first day on which it no longer runs; `None` while it does.
    pub end: Option<Tick>,
    /// One payment.
    pub amount: Money,
    /// From one payment to the next.
    pub interval: CalendarPeriod,
}

impl Contract {
    /// Whether it runs at the end of a day.
    #[must_use]
    pub fn runs_on(&self, day: Tick) -> bool {
        self.start <= day && self.end.is_none_or(|end| end > day)
    }

    /// What it brings a month, to the millionth: a yearly amount divided by 12, a quarterly one by 3, a weekly one times 365.25/84.
    #[must_use]
    pub fn monthly(&self) -> Money {
        let a_month = self.interval.per_year() / 12.0;
        Money::from_micros((self.amount.micros() as f64 * a_month).round() as i64)
    }
}

/// An unbroken time as a subscriber: contracts that follow one another, or overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spell {
    /// The customer, by number.
    pub customer: u32,
    /// Whether the customer had left before and came back.
    pub again: bool,
    /// The first day.
    pub start: Tick,
    /// The first day without; `None` while it lasts.
    pub end: Option<Tick>,
    /// From one payment to the next, in its first contract (of several that start together, the one that pays most a month).
    pub interval: CalendarPeriod,
    /// What the contracts that run at its end (or now) bring a month.
    pub monthly: Money,
}

/// Contracts of many customers.
#[derive(Debug, Clone, PartialEq)]
pub struct Contracts {
    /// The customers' ids.
    pub ids: Ids,
    /// The contracts: those of a customer together, by their start.
    pub rows: Vec<Contract>,
    /// Their unbroken times, in the same order.
    pub spells: Vec<Spell>,
    /// The last day that is observed.
    pub until: Tick,
    /// Whether there are amounts.
    pub has_money: bool,
    /// What a reader must know, in words.
    pub notes: Vec<String>,
}

const AMOUNT: &[&str] = &["amount", "price", "mrr", "fee", "planamount", "unitamount"];
const INTERVAL: &[&str] =
    &["interval", "billinginterval", "billingperiod", "planinterval", "frequency", "billingcycle"];
const CURRENCY: &[&str] = &["currency", "currencycode"];
/// Where a contract ends that began in the wrong order is told with this hint.
const BACKWARDS: &str = "leave the end empty for one that still runs";

impl Contracts {
    /// Reads rows of contracts from CSV (also .gz and .zst): a customer, a start, an end (empty while it runs), the amount of a payment, and how often it
    /// is paid (`month`, `monthly`, `year`, `annual`, ...).
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Input`] with line and column for a date, an amount or an interval that is none, an end before the start, a
    /// negative amount, several currencies, and rows of which none has begun; [`Error::Usage`] for a column that is not there, and if how often is
    /// paid is not known.
    pub fn read(paths: &[PathBuf], options: &ContractOptions) -> Result<Self> {
        let mut clerk = Clerk::default();
        for path in paths {
            clerk.take(path, options)?;
        }
        clerk.finish(options)
    }

    /// The contracts of each customer, one customer after the other.
    pub fn by_customer(&self) -> impl Iterator<Item = &[Contract]> {
        self.rows.chunk_by(|one, next| one.customer == next.customer)
    }

    /// What is known of a spell's renewals, one every interval, and how many there would have been until now.
    #[must_use]
    pub fn tenure(&self, spell: &Spell) -> (Tenure, u32) {
        let date = |tick| Grain::Day.moment(tick).date();
        dates::tenure(date(spell.start), spell.end.map(date), date(self.until), spell.interval)
    }

    /// The intervals that there are, the most frequent first.
    #[must_use]
    pub fn intervals(&self) -> Vec<CalendarPeriod> {
        let all =
            [CalendarPeriod::Month, CalendarPeriod::Year, CalendarPeriod::Quarter, CalendarPeriod::Week];
        let count =
            |period: &CalendarPeriod| self.spells.iter().filter(|spell| spell.interval == *period).count();
        let mut found: Vec<_> =
            all.into_iter().map(|period| (count(&period), period)).filter(|(n, _)| *n > 0).collect();
        found.sort_by_key(|(count, _)| std::cmp::Reverse(*count)); // stable
        found.into_iter().map(|(_, period)| period).collect()
    }
}

/// Reads file after file.
#[derive(Default)]
struct Clerk {
    numbers: HashMap<String, u32>,
    ids: Ids,
    rows: Vec<Contract>,
    last: Option<Tick>,
    currency: Option<String>,
    /// How many files had no amounts, no ends, no customers.
    without: [usize; 3],
    files: usize,
    free: u64,
}

/// Where everything stands.
struct Places {
    start: usize,
    customer: Option<usize>,
    end: Option<usize>,
    amount: Option<usize>,
    interval: Option<usize>,
    currency: Option<usize>,
}

impl Places {
    fn find(sheet: &Sheet, options: &ContractOptions) -> Result<Self> {
        let column = |given: &Option<String>, usual: &[&str]| match given {
            Some(name) => sheet.named(name).map(Some),
            None => Ok(sheet.find(usual)),
        };
        let Some(start) = column(&options.start, START)? else {
            return Err(Error::input(format!(
                "there is no column start; there are {}",
                sheet.names.join(", ")
            ))
            .file(&sheet.path)
            .expected("rows of contracts: customer, start, end (empty while it runs), amount, interval")
            .hint("name the columns with --start, --end, --amount and --customer")
            .into());
        };
        Ok(Self {
            start,
            customer: column(&options.customer, ID)?,
            end: column(&options.end, END)?,
            amount: column(&options.amount, AMOUNT)?,
            interval: if options.interval.is_some() { None } else { sheet.find(INTERVAL) },
            currency: sheet.find(CURRENCY),
        })
    }
}

impl Clerk {
    fn take(&mut self, path: &Path, options: &ContractOptions) -> Result<()> {
        let sheet = Sheet::read(path)?;
        let at = Places::find(&sheet, options)?;
        if at.interval.is_none() && options.interval.is_none() {
            return Err(Error::usage(format!(
                "{}: how often is paid? Say so with --interval month (or week, quarter, year), or in a column called interval",
                path.display()
            )));
        }
        self.files += 1;
        for (without, column) in self.without.iter_mut().zip([at.amount, at.end, at.customer]) {
            *without += usize::from(column.is_none());
        }
        for (line, row) in &sheet.rows {
            let contract = self.contract(&sheet, &at, (*line, row), options)?;
            self.last = [self.last, Some(contract.start), contract.end].into_iter().flatten().max();
            self.rows.push(contract);
        }
        Ok(())
    }

    fn contract(
        &mut self,
        sheet: &Sheet,
        at: &Places,
        (line, row): (u64, &[String]),
        options: &ContractOptions,
    ) -> Result<Contract> {
        let start = tick(day(sheet, line, row, at.start)?);
        let end = match at.end {
            Some(column) if !row[column].is_empty() => Some((column, tick(day(sheet, line, row, column)?))),
            _ => None,
        };
        if let Some((column, _)) = end.filter(|(_, end)| *end < start) {
            let found =
                format!("the contract ends on {}, before it starts on {}", row[column], row[at.start]);
            return Err(sheet.wrong(line, column, found).hint(BACKWARDS).into());
        }
        self.one_currency(sheet, at, line, row)?;
        let amount = match at.amount {
            Some(column) => amount(sheet, line, row, column)?,
            None => Money::ZERO,
        };
        self.free += u64::from(at.amount.is_some() && amount == Money::ZERO);
        let interval = match (options.interval, at.interval) {
            (Some(interval), _) => interval,
            (None, Some(column)) => interval(sheet, line, row, column)?,
            (None, None) => CalendarPeriod::Month,
        };
        let customer = self.customer(sheet, at, line, row)?;
        Ok(Contract { customer, start, end: end.map(|(_, end)| end), amount, interval })
    }

    fn customer(&mut self, sheet: &Sheet, at: &Places, line: u64, row: &[String]) -> Result<u32> {
        let Some(column) = at.customer else {
            // Every row is a customer of its own, by file and line.
            self.ids.push(&format!("{}:{line}", sheet.path.display()));
            return Ok(self.ids.len() as u32 - 1);
        };
        let id = row[column].as_str();
        if id.is_empty() {
            return Err(sheet.wrong(line, column, "the contract names no customer").into());
        }
        if let Some(&number) = self.numbers.get(id) {
            return Ok(number);
        }
        let number = self.ids.len() as u32;
        self.ids.push(id);
        self.numbers.insert(id.to_owned(), number);
        Ok(number)
    }

    fn one_currency(&mut self, sheet: &Sheet, at: &Places, line: u64, row: &[String]) -> Result<()> {
        let Some(column) = at.currency.filter(|&column| !row[column].is_empty()) else { return Ok(()) };
        let code = row[column].to_ascii_uppercase();
        match &self.currency {
            None => self.currency = Some(code),
            Some(first) if *first == code => {}
            Some(first) => {
                return Err(sheet
                    .wrong(line, column, format!("{code} after {first}"))
                    .expected("one currency: amounts of several are never added up")
                    .hint("take the rows of each currency by themselves, or convert them first")
                    .into());
            }
        }
        Ok(())
    }

    fn finish(self, options: &ContractOptions) -> Result<Contracts> {
        let until = options.cutoff.map(tick).or(self.last).unwrap_or(Tick(0));
        let all = self.rows.len();
        let mut rows: Vec<Contract> = self.rows;
        rows.retain(|contract| contract.start <= until);
        let mut notes = Vec::new();
        let day = Grain::Day.show(until);
        notes.push(match options.cutoff {
            Some(_) => format!("observed until {day} (the cut-off given)"),
            None => {
                format!("observed until {day} (the last date in the rows; give --cutoff if more is known)")
            }
        });
        if rows.is_empty() {
            return Err(Error::usage(format!(
                "no contract had begun by the cut-off {day}; give a later --cutoff"
            )));
        }
        let mut note = |count: u64, words: &str| {
            if count > 0 {
                notes.push(format!("{count} {words}"));
            }
        };
        note((all - rows.len()) as u64, "contracts start after that and are left out");
        let future = rows.iter().filter(|contract| contract.end.is_some_and(|end| end > until)).count();
        note(future as u64, "contracts have an end that is yet to come: they still run");
        note(self.free, "contracts cost nothing (trials?); they count as subscriptions");
        let nothing = rows.iter().filter(|contract| contract.end == Some(contract.start)).count();
        note(nothing as u64, "contracts end on the day they start: they never ran at the end of a day");
        notes.extend(missing(self.without));
        for row in &mut rows {
            row.end = row.end.filter(|end| *end <= until);
        }
        rows.sort_by_key(|contract| {
            (contract.customer, contract.start, contract.end.map_or(Tick(i32::MAX), |end| end))
        });
        let grace = i32::try_from(options.grace).unwrap_or(i32::MAX);
        let spells = spells(&mut rows, grace);
        Ok(Contracts { ids: self.ids, rows, spells, until, has_money: self.without[0] < self.files, notes })
    }
}

/// Words about columns that some file does not have: amounts, ends, customers.
fn missing(without: [usize; 3]) -> impl Iterator<Item = String> {
    let words = [
        "there is no column of amounts: money is left out, and lifetimes are in payments",
        "there is no column of ends: every contract is taken to run still",
        "there is no column of customers: every row is taken for one of its own",
    ];
    without.into_iter().zip(words).filter(|(count, _)| *count > 0).map(|(_, words)| words.to_owned())
}

fn tick(day: Date) -> Tick {
    // Dates were checked to lie within the range of ticks.
    Grain::Day.end_of(day).unwrap_or(Tick(0))
}

fn amount(sheet: &Sheet, line: u64, row: &[String], column: usize) -> Result<Money> {
    let wrong = |found: String| {
        sheet
            .wrong(line, column, found)
            .expected("the amount of one payment, 0 or more, with a decimal point")
    };
    let text = row[column].as_str();
    let value = fast_float2::parse::<f64, _>(text).ok().and_then(Money::from_f64);
    match value {
        Some(amount) if amount >= Money::ZERO => Ok(amount),
        Some(_) => Err(wrong(text.to_owned())
            .hint("refunds and credit notes are no contracts; leave their rows out")
            .into()),
        None if text.is_empty() => Err(wrong("nothing".into()).into()),
        None => Err(wrong(format!("`{text}`")).into()),
    }
}

/// How often is paid, in the words of the usual systems.
fn interval(sheet: &Sheet, line: u64, row: &[String], column: usize) -> Result<CalendarPeriod> {
    let text = row[column].to_ascii_lowercase();
    let text = text.trim().trim_start_matches("1 ").trim_start_matches("every ");
    match text {
        "monthly" | "m" | "mo" | "p1m" => Ok(CalendarPeriod::Month),
        "yearly" | "annual" | "annually" | "y" | "p1y" | "12 months" => Ok(CalendarPeriod::Year),
        "quarterly" | "q" | "p3m" | "3 months" => Ok(CalendarPeriod::Quarter),
        "weekly" | "w" | "p1w" => Ok(CalendarPeriod::Week),
        _ => text.parse().map_err(|_| {
            sheet
                .wrong(line, column, format!("`{}`", row[column]))
                .expected("how often is paid: week, month, quarter or year")
                .hint("amounts of other intervals must be brought to one of these first")
                .into()
        }),
    }
}

/// The unbroken times of sorted contracts. Where one goes on within the days of grace, the contracts that had ended are taken to run until then, so that no
/// day is without.
fn spells(rows: &mut [Contract], grace: i32) -> Vec<Spell> {
    let mut spells: Vec<Spell> = Vec::new();
    let mut first = 0;
    // How far the spell under way reaches, and which of its contracts reach so far.
    let (mut reach, mut last) = (Some(Tick(i32::MIN)), Vec::new());
    for at in 0..rows.len() {
        let Contract { customer, start, end, .. } = rows[at];
        let gap = reach.map_or(i32::MIN, |reach| start.0.saturating_sub(reach.0));
        if customer != rows[first].customer || (at > first && gap > grace) {
            spells.push(spell(&rows[first..at], reach, spells.last()));
            (first, reach) = (at, Some(Tick(i32::MIN)));
            last.clear();
        } else if gap > 0 {
            last.iter().for_each(|&ended: &usize| rows[ended].end = Some(start));
            reach = if last.is_empty() { reach } else { Some(start) };
        }
        let longer = reach.is_some_and(|reach| end.is_none_or(|end| end > reach));
        if longer {
            last.clear();
            reach = end;
        }
        if end == reach {
            last.push(at);
        }
    }
    if first < rows.len() {
        spells.push(spell(&rows[first..], reach, spells.last()));
    }
    spells
}

fn spell(rows: &[Contract], end: Option<Tick>, before: Option<&Spell>) -> Spell {
    let start = rows[0].start;
    let together = rows.iter().filter(|row| row.start == start);
    let leading = together.max_by_key(|row| row.monthly()).unwrap_or(&rows[0]);
    let monthly = rows.iter().filter(|row| row.end == end).map(|row| row.monthly().micros()).sum();
    Spell {
        customer: rows[0].customer,
        again: before.is_some_and(|before| before.customer == rows[0].customer),
        start,
        end,
        interval: leading.interval,
        monthly: Money::from_micros(monthly),
    }
}
