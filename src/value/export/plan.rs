//! What is asked of an export, and the columns it comes to.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::Target;
use super::contacts::{self, Contacts};
use super::identity::CallingCode;
use super::source::Source;
use crate::{Error, Result};

/// What is asked of an export.
#[derive(Debug, Clone)]
pub struct ExportOptions {
    /// Where the scores go.
    pub target: Target,
    /// The column of the scores with the customer's id; by its usual names if not said.
    pub customer: Option<String>,
    /// The column of the scores that is the customer's value; `expected_value` if not said.
    pub value: Option<String>,
    /// The columns of the scores that are sent, where others than values are taken; what the target has use for if not said.
    pub columns: Option<Vec<String>>,
    /// Without contacts: the column of the scores with the e-mail address.
    pub email: Option<String>,
    /// Without contacts: the column of the scores with the telephone number.
    pub phone: Option<String>,
    /// The country of telephone numbers that are written without one.
    pub calling_code: Option<CallingCode>,
    /// Customers of a lesser value are left out.
    pub min_value: Option<f64>,
    /// The most rows of a file.
    pub rows_per_file: Option<u64>,
    /// For Google Ads: the conversion whose value is told.
    pub conversion: Option<Conversion>,
}

impl ExportOptions {
    /// An export to a place, everything else as usual.
    #[must_use]
    pub const fn to(target: Target) -> Self {
        Self {
            target,
            customer: None,
            value: None,
            columns: None,
            email: None,
            phone: None,
            calling_code: None,
            min_value: None,
            rows_per_file: None,
            conversion: None,
        }
    }
}

/// A conversion of Google Ads (enhanced conversions for leads): one value for every customer, at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    name: String,
    currency: String,
    time: Timestamp,
}

impl Conversion {
    /// The name of the conversion action, the currency's ISO 4217 code, and when: a date, or a date and time, in UTC unless an offset is said.
    ///
    /// # Errors
    /// [`Error::Usage`] for a name of nothing, and what is no currency or no time.
    pub fn new(name: &str, currency: &str, time: &str) -> Result<Self> {
        if name.trim().is_empty() {
            return Err(Error::usage("the conversion has no name; write it as it stands in Google Ads"));
        }
        let code = currency.trim().to_ascii_uppercase();
        if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(Error::usage(format!(
                "`{currency}` is not a currency; write its code, for instance EUR"
            )));
        }
        let utc = |moment: DateTime| moment.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
        let text = time.trim();
        let day = || text.parse::<Date>().ok().filter(|_| text.len() <= 10).map(|day| day.at(0, 0, 0, 0));
        let moment = text.parse::<Timestamp>().ok();
        let moment = moment.or_else(|| day().or_else(|| text.parse::<DateTime>().ok()).and_then(utc));
        let time = moment.ok_or_else(|| {
            Error::usage(format!("`{time}` is not a time; write 2024-12-31 or 2024-12-31 18:30:00+01:00"))
        })?;
        Ok(Self { name: name.trim().into(), currency: code, time })
    }
}

/// What stands in a column of the export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    Email,
    Phone,
    Value,
    Fixed(String),
    Score(usize),
}

/// Where addresses and numbers come from.
#[derive(Clone, Copy)]
pub(super) enum People<'a> {
    Nowhere,
    Contacts(&'a Contacts),
    /// Columns of the scores themselves.
    Scores(Option<usize>, Option<usize>),
}

/// Columns found, nothing written yet.
pub(super) struct Plan<'a> {
    pub customer: usize,
    pub value: Option<usize>,
    pub people: People<'a>,
    pub fields: Vec<(String, Field)>,
}

/// What marketing has use for, where a scores table has it.
const USUAL: &[&str] = &[
    "expected_value",
    "value_lower",
    "value_median",
    "value_upper",
    "expected_order_value",
    "expected_purchases",
    "p_alive",
    "next_purchase_median",
    "residual_value",
    "segment",
    "lifecycle",
    "tier",
    "cohort",
    "p_next_renewal",
    "p_survives",
    "expected_renewals",
    "derl",
];

impl<'a> Plan<'a> {
    /// # Errors
    /// [`Error::Usage`] for a column that is not there, and where the target knows people only by what was not given.
    pub fn new(scores: &Source, contacts: Option<&'a Contacts>, options: &ExportOptions) -> Result<Self> {
        let target = options.target;
        if options.conversion.is_some() && target != Target::GoogleAds {
            return Err(Error::usage("--conversion goes with --to google-ads"));
        }
        let customer = scores.customer(options.customer.as_deref())?;
        let people = people(scores, contacts, options)?;
        let mut plan = Self { customer, value: value(scores, options)?, people, fields: Vec::new() };
        plan.identity(options, &scores.names[customer]);
        match target {
            Target::GoogleAds => plan.conversion(options.conversion.as_ref()),
            Target::Meta => plan.fields.push(("value".into(), Field::Value)),
            Target::Klaviyo | Target::Salesforce | Target::Tableau | Target::Csv => {
                for column in columns(scores, customer, options)? {
                    plan.fields.push((target.column(&scores.names[column]), Field::Score(column)));
                }
            }
        }
        plan.names_differ()?;
        Ok(plan)
    }

    /// Id, e-mail address and telephone number, as far as they are there; Klaviyo wants the address or the number first, and who opens a
    /// table the id.
    fn identity(&mut self, options: &ExportOptions, customer: &str) {
        let (id, email, phone) = options.target.person();
        // A table keeps the name that it has.
        let id = if options.target == Target::Csv { Some(customer) } else { id };
        let has = match self.people {
            People::Nowhere => (false, false),
            People::Contacts(contacts) => contacts.has,
            People::Scores(email, phone) => (email.is_some(), phone.is_some()),
        };
        let phone = if options.conversion.is_some() { "Phone Number" } else { phone };
        let id = id.map(|name| (name.to_owned(), Field::Id));
        let person = [
            has.0.then(|| (email.to_owned(), Field::Email)),
            has.1.then(|| (phone.to_owned(), Field::Phone)),
        ];
        let person = person.into_iter().flatten();
        if options.target.needs_person() {
            self.fields.extend(person.chain(id));
        } else {
            self.fields.extend(id.into_iter().chain(person));
        }
    }

    /// The template of enhanced conversions for leads: times as yyyy-MM-dd HH:mm:ss+hhmm.
    fn conversion(&mut self, conversion: Option<&Conversion>) {
        let Some(Conversion { name, currency, time }) = conversion else { return };
        let time = time.strftime("%Y-%m-%d %H:%M:%S+0000").to_string();
        self.fields.extend([
            ("Conversion Name".into(), Field::Fixed(name.clone())),
            ("Conversion Time".into(), Field::Fixed(time)),
            ("Conversion Value".into(), Field::Value),
            ("Conversion Currency".into(), Field::Fixed(currency.clone())),
        ]);
    }

    fn names_differ(&self) -> Result<()> {
        let mut names: Vec<&str> = self.fields.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            None => Ok(()),
            Some(pair) => Err(Error::usage(format!(
                "two columns of the export would be called `{}`; choose the columns with --columns",
                pair[0]
            ))),
        }
    }

    /// The columns of the scores that are looked at.
    pub fn wanted(&self) -> Vec<usize> {
        let people = match self.people {
            People::Scores(email, phone) => [email, phone],
            People::Nowhere | People::Contacts(_) => [None, None],
        };
        let scores = self.fields.iter().filter_map(|(_, field)| match field {
            Field::Score(column) => Some(*column),
            _ => None,
        });
        let mut all: Vec<usize> =
            [Some(self.customer), self.value].into_iter().chain(people).flatten().chain(scores).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Where addresses and numbers come from: contacts, or columns of the scores that are named, and otherwise nowhere.
fn people<'a>(
    scores: &Source,
    contacts: Option<&'a Contacts>,
    options: &ExportOptions,
) -> Result<People<'a>> {
    if let Some(contacts) = contacts {
        return Ok(People::Contacts(contacts));
    }
    let named = |given: &Option<String>, flag: &str| match given {
        Some(name) => contacts::column(scores, Some(name), flag, &[]),
        None => Ok(None),
    };
    let (email, phone) = (named(&options.email, "--email")?, named(&options.phone, "--phone")?);
    if email.is_some() || phone.is_some() {
        return Ok(People::Scores(email, phone));
    }
    if options.target.needs_person() {
        return Err(Error::usage(format!(
            "{} knows people by e-mail address or telephone number: give a file with customer_id and email with --contacts, or name the column \
             of the scores with --email (--email customer_id, where the ids are addresses)",
            options.target.name()
        )));
    }
    Ok(People::Nowhere)
}

/// The column of the value, where one is needed.
fn value(scores: &Source, options: &ExportOptions) -> Result<Option<usize>> {
    let told = options.target == Target::Meta || options.conversion.is_some();
    match &options.value {
        Some(name) => scores.named(name, "--value").map(Some),
        None if told || options.min_value.is_some() => {
            scores.usual(&["expectedvalue"]).map(Some).ok_or_else(|| {
                Error::usage(format!(
                    "the scores have no column expected_value; name the column that is the value with --value. There are {}",
                    scores.names.join(", ")
                ))
            })
        }
        None => Ok(None),
    }
}

/// The columns of the scores that are sent.
fn columns(scores: &Source, customer: usize, options: &ExportOptions) -> Result<Vec<usize>> {
    if let Some(names) = &options.columns {
        let all: Result<Vec<usize>> = names.iter().map(|name| scores.named(name, "--columns")).collect();
        return all.map(|all| all.into_iter().filter(|&at| at != customer).collect());
    }
    let all = || (0..scores.names.len()).filter(|&at| at != customer).collect::<Vec<_>>();
    let usual = || {
        let find = |name: &&str| scores.names.iter().position(|found| found == name);
        USUAL.iter().filter_map(find).collect::<Vec<_>>()
    };
    Ok(match options.target {
        Target::Klaviyo | Target::Salesforce => {
            Some(usual()).filter(|found| !found.is_empty()).unwrap_or_else(all)
        }
        _ => all(),
    })
}
