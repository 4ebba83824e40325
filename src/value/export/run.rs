//! The export, row by row.

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::contacts::Contacts;
use super::formula::{defused, is_number};
use super::identity::{email, hashed_already, phone, sha256};
use super::ledger::{ExportLedger, Refusal, Remark};
use super::parts::{Limits, Part, Parts};
use super::plan::{ExportOptions, Field, People, Plan};
use super::source::Source;
use super::{EmailForm, Target};
use crate::math::hash::Hash;
use crate::progress::Progress;
use crate::table::csv_text;
use crate::{Error, Result};

/// How often a stop is looked for, in rows.
const STEP: u64 = 1 << 16;

/// What an export came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// What became of every row.
    pub ledger: ExportLedger,
    /// The files that were written.
    pub files: Vec<Part>,
    /// The names of their columns.
    pub columns: Vec<String>,
    /// A file of a number that is none of these: an earlier export left it.
    pub left: Option<PathBuf>,
}

/// Writes scores as a place takes them. Scores are read as a stream; memory grows with the contacts, and (where a person may come once only) by
/// some 10 bytes with every row written. All files are put in place, or none.
///
/// # Errors
/// [`Error::Usage`] for columns that are not there or not enough for the target; [`Error::Input`] for scores that cannot be read, and if
/// not one row can be written; [`Error::Io`].
pub fn export(
    scores: &Path,
    contacts: Option<&Contacts>,
    options: &ExportOptions,
    output: &Path,
    progress: &dyn Progress,
) -> Result<Exported> {
    let mut source = Source::open(scores, "scores")?;
    let plan = Plan::new(&source, contacts, options)?;
    source.want(plan.wanted());
    let spared: Vec<&Path> =
        [Some(scores), contacts.map(|contacts| contacts.path.as_path())].into_iter().flatten().collect();
    let limits = Limits { bytes: options.target.most_bytes(), rows: options.rows_per_file };
    let header = header(&plan, options.target);
    let mut parts = Parts::new(output, header, limits, &spared)?;
    let mut rows = Rows { plan: &plan, options, seen: HashSet::new(), ledger: ExportLedger::default() };
    let mut line = Vec::new();
    progress.begin("exporting", None);
    while let Some(number) = source.next()? {
        rows.ledger.rows += 1;
        if rows.ledger.rows.is_multiple_of(STEP) {
            progress.check()?;
            progress.advance(STEP);
        }
        line.clear();
        match rows.row(&source, number, &mut line) {
            Ok(()) => {
                parts.push(&line)?;
                rows.ledger.written += 1;
            }
            Err(Stop::Refused(refusal)) => rows.ledger.refuse(refusal, number),
            Err(Stop::Failed(error)) => return Err(error),
        }
    }
    progress.end();
    let ledger = rows.ledger;
    if ledger.written == 0 {
        return Err(nothing(scores, &ledger, options.target));
    }
    let (files, left) = parts.finish()?;
    let columns = plan.fields.iter().map(|(name, _)| name.clone()).collect();
    Ok(Exported { ledger, files, columns, left })
}

/// The words for an export of nothing.
fn nothing(scores: &Path, ledger: &ExportLedger, target: Target) -> Error {
    let why: Vec<String> =
        ledger.refused.iter().map(|(reason, found)| format!("{} {}", found.count, reason.words())).collect();
    let found = if ledger.rows == 0 {
        "there is a header and no customer under it".to_owned()
    } else {
        format!("not one of {} rows can be sent to {}: {}", ledger.rows, target.name(), why.join(", "))
    };
    Error::input(found).file(scores).hint("nothing was written").into()
}

fn header(plan: &Plan<'_>, target: Target) -> Vec<u8> {
    let mut line = Vec::new();
    for (name, _) in &plan.fields {
        let name = if target.is_opened() { defused(name) } else { Cow::Borrowed(name.as_str()) };
        csv_text(&mut line, &name);
        line.push(b',');
    }
    end(&mut line);
    line
}

/// The last comma of a line becomes its end.
fn end(line: &mut [u8]) {
    if let Some(last) = line.last_mut() {
        *last = b'\n';
    }
}

/// Somebody's address and number as they are sent.
#[derive(Default)]
struct Person {
    email: Option<String>,
    phone: Option<String>,
    /// What stood there and was none.
    bad: (bool, bool),
    /// How many were hashes already.
    kept: u64,
    /// Not among the contacts.
    unknown: bool,
}

/// Why a row is not written: it cannot be sent, or cannot be read.
enum Stop {
    Refused(Refusal),
    Failed(Error),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Rows under way.
struct Rows<'a> {
    plan: &'a Plan<'a>,
    options: &'a ExportOptions,
    /// Whom an earlier row was about.
    seen: HashSet<u64>,
    ledger: ExportLedger,
}

impl Rows<'_> {
    /// A row of the export, or why there is none.
    fn row(&mut self, source: &Source, number: u64, line: &mut Vec<u8>) -> Result<(), Stop> {
        let id = source.text(number, self.plan.customer)?;
        if id.is_empty() {
            return Err(Refusal::NoCustomer.into());
        }
        let value = match self.plan.value {
            Some(column) => self.value(&source.text(number, column)?)?,
            None => 0.0,
        };
        let person = self.who(source, number, &id)?;
        let key = self.key(&id, &person)?;
        let mut harmless = 0;
        for (_, field) in &self.plan.fields {
            let text: Cow<'_, str> = match field {
                Field::Id => Cow::Borrowed(&id),
                Field::Email => Cow::Borrowed(person.email.as_deref().unwrap_or("")),
                Field::Phone => Cow::Borrowed(person.phone.as_deref().unwrap_or("")),
                Field::Value => Cow::Owned(rounded(value, self.options.target.decimals())),
                Field::Fixed(text) => Cow::Borrowed(text),
                Field::Score(column) => source.text(number, *column)?,
            };
            harmless += self.cell(field, &text, line)?;
        }
        if key.is_some_and(|key| !self.seen.insert(key)) {
            return Err(Refusal::Repeated.into());
        }
        end(line);
        self.note(number, &id, &person, harmless);
        Ok(())
    }

    /// Who the customer of a row is, as far as that is asked for.
    fn who(&self, source: &Source, number: u64, id: &str) -> Result<Person> {
        Ok(match self.plan.people {
            People::Nowhere => Person::default(),
            People::Contacts(contacts) => match contacts.of(id) {
                Some((email, phone)) => self.person(email, phone),
                None => Person { unknown: true, ..Person::default() },
            },
            People::Scores(email, phone) => {
                let cell = |column: Option<usize>| column.map_or(Ok("".into()), |at| source.text(number, at));
                self.person(&cell(email)?, &cell(phone)?)
            }
        })
    }

    /// The value of a customer, if it is one that is sent.
    fn value(&self, text: &str) -> Result<f64, Refusal> {
        if text.is_empty() {
            return Err(Refusal::NoValue);
        }
        let value = fast_float2::parse::<f64, _>(text).ok().filter(|value| value.is_finite());
        match value.ok_or(Refusal::BadValue)? {
            value if value < 0.0 && self.options.target.hashes() => Err(Refusal::Negative),
            value if self.options.min_value.is_some_and(|least| value < least) => Err(Refusal::Below),
            value => Ok(value),
        }
    }

    /// Address and number in the form that is asked for.
    fn person(&self, address: &str, number: &str) -> Person {
        let target = self.options.target;
        let mut kept = 0;
        let mut one = |text: &str, formed: Option<String>| {
            if text.is_empty() {
                return (None, false);
            }
            if !target.hashes() {
                return (formed.clone(), formed.is_none());
            }
            let known = hashed_already(text).inspect(|_| kept += 1);
            let hashed = known.or_else(|| formed.map(|text| sha256(&text)));
            (hashed.clone(), hashed.is_none())
        };
        let (email, bad_email) = one(address, email(address, target.email_form()));
        let formed = phone(number, self.options.calling_code).map(|phone| match target {
            // Meta: digits alone, without the sign.
            Target::Meta => phone.trim_start_matches('+').to_owned(),
            _ => phone,
        });
        let (phone, bad_phone) = one(number, formed);
        Person { email, phone, bad: (bad_email, bad_phone), kept, unknown: false }
    }

    /// Who must come once only in the target's eyes, as a hash; `None` where that does not matter.
    fn key(&self, id: &str, person: &Person) -> Result<Option<u64>, Refusal> {
        let target = self.options.target;
        let key = if target.needs_person() {
            if person.unknown {
                return Err(Refusal::NoContact);
            }
            match (&person.email, &person.phone, person.bad) {
                (Some(email), _, _) => email,
                (None, Some(phone), _) => phone,
                (None, None, (true, _)) => return Err(Refusal::BadEmail),
                (None, None, (_, true)) => return Err(Refusal::BadPhone),
                (None, None, _) => return Err(Refusal::NoPerson),
            }
        } else if target == Target::Salesforce {
            id
        } else {
            return Ok(None);
        };
        Ok(Some(Hash::new(0).with_bytes(key.as_bytes()).value()))
    }

    /// Appends a cell and a comma, and tells whether it had to be defused.
    fn cell(&self, field: &Field, text: &str, line: &mut Vec<u8>) -> Result<u64, Refusal> {
        let target = self.options.target;
        let mut count = 0;
        if text.is_empty() {
            // An empty cell is a missing value.
        } else if matches!(field, Field::Score(_) | Field::Value) && is_number(text) {
            let value = fast_float2::parse::<f64, _>(text).unwrap_or(0.0);
            if value.abs() >= target.largest_number() {
                return Err(Refusal::TooLarge);
            }
            match target.decimals() {
                Some(_) => line.extend_from_slice(rounded(value, target.decimals()).as_bytes()),
                None => line.extend_from_slice(text.as_bytes()),
            }
        } else {
            let safe = if target.is_opened() { defused(text) } else { Cow::Borrowed(text) };
            count = u64::from(safe.len() != text.len());
            let most = if *field == Field::Email { target.longest_email() } else { target.longest_text() };
            if safe.chars().count() > most {
                return Err(Refusal::TooLong);
            }
            csv_text(line, &safe);
        }
        line.push(b',');
        Ok(count)
    }

    /// What was done to a row that is written.
    fn note(&mut self, number: u64, id: &str, person: &Person, harmless: u64) {
        let has_id = self.plan.fields.iter().any(|(_, field)| *field == Field::Id);
        let personal = has_id && id.contains('@') && email(id, EmailForm::Plain).is_some();
        let remarks = [
            (Remark::NoContact, u64::from(person.unknown)),
            (Remark::EmailLeftOut, u64::from(person.bad.0)),
            (Remark::PhoneLeftOut, u64::from(person.bad.1)),
            (Remark::HashKept, person.kept),
            (Remark::Defused, harmless),
            (Remark::PersonalId, u64::from(personal)),
        ];
        for (remark, count) in remarks {
            self.ledger.remark(remark, number, count);
        }
    }
}

/// A number with at most so many decimals and no zeros at its end.
fn rounded(value: f64, decimals: Option<usize>) -> String {
    let Some(decimals) = decimals else { return value.to_string() };
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".into() } else { text.into() }
}
