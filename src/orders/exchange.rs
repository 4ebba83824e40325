//! Currencies: amounts of several are never added up, but may be converted by rates.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::amounts::{fixed, is_missing, text_of};
use super::dates::{self, Reading};
use super::survey::Survey;
use super::{ReadOptions, sheet};
use crate::error::InputError;
use crate::units::{Grain, Money, Tick, grouped};
use crate::{Error, Result};

/// In which currency amounts are, and how others come to it.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    /// The one currency of all amounts: the one that is asked for, else that of the first.
    one: OnceLock<String>,
    asked: bool,
    rates: Option<Rates>,
}

/// Rates into one currency.
#[derive(Debug)]
struct Rates {
    path: PathBuf,
    /// Of every currency (in capitals) the rates by the day from which they hold, `None` for always.
    of: BTreeMap<String, Vec<Rate>>,
}

#[derive(Debug)]
struct Rate {
    from: Option<i32>,
    /// In units of 10^-12 of the target.
    rate: i128,
    line: u64,
}

/// Decimals of a rate.
const DIGITS: i32 = 12;

const EXAMPLE: &str = "  currency,rate\n  USD,0.92";

/// The name of a currency in a field; `None` if nothing stands there.
pub(super) fn currency(field: &[u8]) -> Option<&[u8]> {
    Some(field.trim_ascii()).filter(|name| !is_missing(name))
}

/// Whether a name means the same currency.
pub(super) fn same(known: &str, name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(known.as_bytes())
}

/// The name of a currency in capitals.
pub(super) fn code(name: &[u8]) -> String {
    text_of(name).to_uppercase()
}

/// What a row's currency makes of its amounts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Paid {
    /// They stand as they are.
    AsTheyAre,
    /// They are multiplied by a rate.
    At(i128),
    /// Which currency it is does not stand there, and there are several.
    Unknown,
}

impl Exchange {
    /// What was asked for; rates are read.
    pub fn new(options: &ReadOptions) -> Result<Self> {
        let asked = options.currency.as_deref().map(|name| code(name.trim().as_bytes()));
        if asked.as_ref().is_some_and(String::is_empty) {
            return Err(Error::usage("--currency has no name; write for instance --currency EUR"));
        }
        let rates = match (&options.rates, &asked) {
            (Some(_), None) => {
                return Err(Error::usage(
                    "--rates needs --currency: the currency into which they convert, such as EUR",
                ));
            }
            (Some(path), Some(target)) => Some(Rates::read(path, target)?),
            (None, _) => None,
        };
        let exchange = Self { asked: asked.is_some(), rates, ..Self::default() };
        asked.into_iter().for_each(|name| exchange.is(name));
        Ok(exchange)
    }

    fn is(&self, name: String) {
        self.one.get_or_init(|| name);
    }

    /// Looks at what was seen of all files before they are read.
    ///
    /// # Errors
    /// If there are several currencies, or another than the one asked for, and no rates.
    pub fn settle<'a>(&self, files: impl Iterator<Item = (&'a Path, &'a Survey)> + Clone) -> Result<()> {
        if let Some((path, survey)) =
            files.clone().find(|(_, survey)| survey.currencies.is_empty() && survey.signs.len() > 1)
        {
            let found =
                format!("its amounts are in several currencies: {}", counted(&survey.signs, survey.rows));
            return Err(Error::input(found)
                .file(path)
                .expected("one currency, since amounts of several are not added up")
                .hint("give the orders of one currency at a time, or with a column of currencies for --currency and --rates")
                .into());
        }
        if self.rates.is_some() {
            return Ok(());
        }
        let mut first: Option<(&Path, &str)> = None;
        for (path, survey) in files {
            let [(name, _), others @ ..] = &survey.currencies[..] else { continue };
            if !others.is_empty() {
                return Err(several(path, survey, self.asked.then(|| self.one.get()).flatten()));
            }
            if let Some(one) = self.one.get().filter(|one| *one != name) {
                let found = match first {
                    Some((before, _)) => {
                        format!("its amounts are in {name}, those of {} in {one}", before.display())
                    }
                    None => format!("its amounts are in {name}, not in {one}"),
                };
                return Err(way_out(Error::input(found).file(path), self.asked.then_some(one)));
            }
            self.is(name.clone());
            first = first.or(Some((path, name)));
        }
        Ok(())
    }

    /// What the currency of a row makes of its amounts.
    ///
    /// # Errors
    /// If it is another than the one of all rows before, or has no rate on that day; the place is the caller's to add.
    #[inline]
    pub fn paid(&self, field: &[u8], tick: Tick, grain: Grain) -> Result<Paid, Box<InputError>> {
        let Some(name) = currency(field) else {
            return Ok(if self.rates.is_some() { Paid::Unknown } else { Paid::AsTheyAre });
        };
        let one = self.one.get_or_init(|| code(name));
        if same(one, name) {
            return Ok(Paid::AsTheyAre);
        }
        match &self.rates {
            Some(rates) => rates.at(name, tick, grain).map(Paid::At),
            None => {
                let found = if self.asked {
                    format!("this amount is in {}, not in {one}", code(name))
                } else {
                    format!("this amount is in {}, others are in {one}", code(name))
                };
                Err(Box::new(Error::input(found).hint(hint(self.asked.then_some(one)))))
            }
        }
    }

    /// The currency of all amounts, if it is known.
    pub fn currency(&self) -> Option<&str> {
        self.one.get().map(String::as_str)
    }

    /// What is said of a file without a column of currencies beside others, or where one is asked for.
    pub fn unnamed(&self, path: &Path) -> Option<String> {
        let one = self.one.get()?;
        Some(format!(
            "{} does not name the currency of its amounts: they are taken for {one}",
            path.display()
        ))
    }

    /// What is said of it in the end.
    pub fn note(&self) -> Option<String> {
        let (rates, one) = (self.rates.as_ref()?, self.one.get()?);
        Some(format!("amounts were converted into {one} with the rates of {}", rates.path.display()))
    }
}

/// An amount at a rate; `None` out of range.
pub(super) fn converted(money: Money, rate: i128) -> Option<Money> {
    let exact = i128::from(money.micros()).checked_mul(rate)?;
    let unit = 10i128.pow(DIGITS.unsigned_abs());
    i64::try_from((exact + exact.signum() * (unit / 2)) / unit).ok().map(Money::from_micros)
}

fn several(path: &Path, survey: &Survey, asked: Option<&String>) -> Error {
    let found =
        format!("its amounts are in several currencies: {}", counted(&survey.currencies, survey.rows));
    way_out(Error::input(found).file(path), asked)
}

/// Currencies and their counts in words, the most frequent first.
fn counted(currencies: &[(String, u64)], looked: u64) -> String {
    let mut counts = currencies.to_vec();
    counts.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
    let words = |(name, count): &(String, u64)| {
        format!("{name} ({} row{})", grouped(*count), if *count == 1 { "" } else { "s" })
    };
    let mut all: Vec<String> = counts.iter().take(12).map(words).collect();
    if counts.len() > all.len() {
        all.push(format!("{} more", counts.len() - all.len()));
    }
    format!("{}, of {} rows looked at", all.join(", "), grouped(looked))
}

fn way_out(error: InputError, asked: Option<&String>) -> Error {
    error.expected("one currency, since amounts of several are not added up").hint(hint(asked)).into()
}

fn hint(asked: Option<&String>) -> String {
    let target = asked.map_or("EUR", String::as_str);
    format!(
        "say --currency {target} --rates rates.csv, with lines such as `USD,0.92` under `currency,rate`, or give the files of one currency"
    )
}

impl Rates {
    fn read(path: &Path, target: &str) -> Result<Self> {
        let mut of: BTreeMap<String, Vec<Rate>> = BTreeMap::new();
        let wanted: [sheet::Wanted; 3] =
            [(&["currency", "code"], true), (&["rate"], true), (&["date"], false)];
        sheet::read(path, wanted, EXAMPLE, |line, [name, rate, date]| {
            let at = |found: String, column: &str| Error::input(found).file(path).line(line).column(column);
            if name.is_empty() {
                return Err(at("nothing stands here".into(), "currency")
                    .expected("the code of a currency")
                    .into());
            }
            let name = code(name.as_bytes());
            let value = fixed(rate.as_bytes(), DIGITS).filter(|rate| *rate > 0 && *rate < 10i128.pow(24));
            let Some(value) = value else {
                let expected =
                    format!("so many {target} for one {name}, a positive number with a decimal point");
                return Err(at(format!("`{rate}`"), "rate").expected(expected).into());
            };
            let from = match dates::read(date.as_bytes(), None) {
                Reading::At(stamp) => Some(stamp.days),
                Reading::Missing => None,
                _ => {
                    return Err(at(format!("`{date}`"), "date").expected("a date such as 2024-12-31").into());
                }
            };
            if name == target && value != 10i128.pow(DIGITS.unsigned_abs()) {
                let error = at(format!("`{rate}` for {target} itself"), "rate");
                return Err(error.expected("1, or no line at all").into());
            }
            of.entry(name).or_default().push(Rate { from, rate: value, line });
            Ok(())
        })?;
        for (name, rates) in &mut of {
            rates.sort_by_key(|rate| (rate.from, rate.line));
            let twice = |pair: &&[Rate]| pair[0].from == pair[1].from && pair[0].rate != pair[1].rate;
            if let Some(pair) = rates.windows(2).find(twice) {
                let found =
                    format!("another rate for {name} than in line {}, from the same day", pair[0].line);
                let error = Error::input(found).file(path).line(pair[1].line).column("rate");
                return Err(error.expected("one rate for a currency and day").into());
            }
        }
        Ok(Self { path: path.into(), of })
    }

    /// The newest rate of a currency that holds on the day of a tick.
    fn at(&self, name: &[u8], tick: Tick, grain: Grain) -> Result<i128, Box<InputError>> {
        let day = tick.0.div_euclid(grain.ticks_per_day());
        let name = code(name);
        let hint = format!("add a line for {name} to {}", self.path.display());
        let missing = |why: String| Box::new(Error::input(why).hint(&hint));
        let Some(rates) = self.of.get(&name) else {
            return Err(missing(format!("there is no rate for {name} in {}", self.path.display())));
        };
        let held = rates.partition_point(|rate| rate.from.is_none_or(|from| from <= day));
        held.checked_sub(1).map(|at| rates[at].rate).ok_or_else(|| {
            missing(format!(
                "the rates for {name} in {} begin only after {}",
                self.path.display(),
                grain.show(tick)
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_converted_exactly_and_halves_rounded_away_from_zero() {
        let rate = fixed(b"0.92", DIGITS).unwrap();
        let money = |micros| Money::from_micros(micros);
        assert_eq!(converted(money(10_500_000), rate), Some(money(9_660_000)));
        assert_eq!(converted(money(-10_500_000), rate), Some(money(-9_660_000)));
        assert_eq!(converted(money(1), fixed(b"0.5", DIGITS).unwrap()), Some(money(1)));
        assert_eq!(converted(money(i64::MAX), fixed(b"2", DIGITS).unwrap()), None);
        assert_eq!(fixed(b"6.1e-5", DIGITS), Some(61_000_000));
    }
}
