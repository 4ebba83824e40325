//! Reading subscriptions, in whichever form they come.

use std::path::Path;

use jiff::civil::Date;

use super::sheet::{Sheet, plain};
use super::table::{self, Says, no_subscriptions};
use super::{Subscriptions, dates};
use crate::features::Tenure;
use crate::units::CalendarPeriod;
use crate::{Error, Result};

/// How a file of subscriptions is to be read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SubscriptionOptions {
    /// From one renewal to the next; taken from a column called week, month, quarter or year if not said.
    pub period: Option<CalendarPeriod>,
    /// The end of observation, of rows with dates.
    pub cutoff: Option<Date>,
    /// The column with the cohort; one called cohort, segment or plan if not said.
    pub cohort: Option<String>,
    /// The column with the customer's id; by its usual names if not said.
    pub customer: Option<String>,
    /// How many subscribers a table of shares began with.
    pub subscribers: Option<f64>,
}

pub(super) const START: &[&str] =
    &["start", "startdate", "started", "startedat", "begin", "subscribed", "created", "createdat"];
pub(super) const END: &[&str] =
    &["end", "enddate", "ended", "endedat", "cancelled", "canceled", "cancelledat", "canceledat"];
pub(super) const ID: &[&str] =
    &["customerid", "customer", "id", "subscriptionid", "subscription", "subscriberid", "userid"];
const COHORT: &[&str] = &["cohort", "segment", "plan"];
const PERIOD: &[&str] = &["period", "year", "quarter", "month", "week", "tenure"];
const LEFT: &[&str] = &["churned", "left", "lapsed"];

impl Subscriptions {
    /// Reads subscriptions from CSV (also .gz and .zst), in one of these forms, told by the columns:
    ///
    /// - `start`, `end` (empty while it runs): dates of one subscription a row;
    /// - `renewals` made so far (or `periods` paid so far) and `churned` (0 or 1);
    /// - `recency` (the renewal that was declined) and `T` (one more than the renewals that were due): who has recency = T still
    ///   subscribes, as pymc-marketing writes it;
    /// - a table: `period` (or year, month, …) with how many are `active` or `lost`, or their `survival` as a share of
    ///   [`SubscriptionOptions::subscribers`]; several cohorts in a column `cohort`, or each as a column of its own.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Input`] with line and column for what is none of these; [`Error::Usage`] if the period is not known.
    pub fn read(path: &Path, options: &SubscriptionOptions) -> Result<Self> {
        let sheet = Sheet::read(path)?;
        let cohort = match &options.cohort {
            Some(name) => Some(sheet.named(name)?),
            None => sheet.find(COHORT),
        };
        let id = match &options.customer {
            Some(name) => Some(sheet.named(name)?),
            None => sheet.find(ID),
        };
        let period = || {
            let told = PERIOD.iter().filter_map(|name| sheet.find(&[name]).and(name.parse().ok())).next();
            options.period.or(told).ok_or_else(|| {
                Error::usage("how long is it from one renewal to the next? Say so with --interval month (or week, quarter, year)")
            })
        };
        if let (Some(start), Some(end)) = (sheet.find(START), sheet.find(END)) {
            return dates::read(&sheet, &dates::Places { start, end, id, cohort }, period()?, options.cutoff);
        }
        if let Some(places) = Counted::find(&sheet) {
            return places.read(&sheet, id, cohort, period()?);
        }
        let Some(at) = sheet.find(PERIOD) else { return Err(no_subscriptions(&sheet)) };
        let values = values(&sheet, at, cohort)?;
        table::read(&sheet, at, &values, cohort, period()?, options.subscribers)
    }
}

/// The columns of values of a table: by their names, or else all others are cohorts.
fn values(sheet: &Sheet, period: usize, cohort: Option<usize>) -> Result<Vec<(usize, Says)>> {
    let active = sheet.find(&["active", "survival", "survivors", "retained", "remaining", "survived"]);
    let lost = sheet.find(&["lost", "churned", "left", "cancelled"]);
    if let Some(column) = active {
        return Ok(vec![(column, Says::Active)]);
    }
    if let Some(column) = lost {
        return Ok(vec![(column, Says::Lost)]);
    }
    let rest: Vec<_> = (0..sheet.names.len()).filter(|&at| at != period && Some(at) != cohort).collect();
    let numeric = |&at: &usize| {
        sheet.rows.iter().all(|(_, row)| {
            row[at].is_empty() || fast_float2::parse::<f64, _>(row[at].trim_end_matches('%').trim()).is_ok()
        })
    };
    if cohort.is_none() && !rest.is_empty() && rest.iter().all(numeric) {
        return Ok(rest.into_iter().map(|at| (at, Says::Active)).collect());
    }
    Err(no_subscriptions(sheet))
}

/// Rows that say how many renewals were due.
enum Counted {
    /// The renewal declined, and one more than were due.
    Recency { recency: usize, age: usize },
    /// Renewals made (or periods paid), and whether the next was declined.
    Renewals { made: usize, paid: bool, left: usize },
}

impl Counted {
    fn find(sheet: &Sheet) -> Option<Self> {
        if let (Some(recency), Some(age), None) =
            (sheet.find(&["recency"]), sheet.find(&["t", "age"]), sheet.find(&["frequency"]))
        {
            return Some(Self::Recency { recency, age });
        }
        let left = sheet.find(LEFT)?;
        let (made, paid) = sheet
            .find(&["renewals"])
            .map(|at| (at, false))
            .or(sheet.find(&["periods", "tenure"]).map(|at| (at, true)))?;
        Some(Self::Renewals { made, paid, left })
    }

    fn read(
        &self,
        sheet: &Sheet,
        id: Option<usize>,
        cohort: Option<usize>,
        period: CalendarPeriod,
    ) -> Result<Subscriptions> {
        let mut all = Subscriptions::empty(period);
        for (line, row) in &sheet.rows {
            let (tenure, observed) = self.tenure(sheet, *line, row)?;
            match id {
                Some(id) => all.ids.push(&row[id]),
                None => all.ids.push(&line.to_string()),
            }
            all.push(cohort.map_or("", |cohort| &row[cohort]), tenure, observed, !tenure.left, 1.0);
        }
        Ok(all)
    }

    fn tenure(&self, sheet: &Sheet, line: u64, row: &[String]) -> Result<(Tenure, u32)> {
        match *self {
            Self::Recency { recency, age } => {
                let (t, all) = (sheet.whole(line, row, recency)?, sheet.whole(line, row, age)?);
                if t == 0 || t > all {
                    return Err(sheet
                        .wrong(line, recency, format!("{t} of {all}"))
                        .expected("from 1 to T: the renewal that was declined, or T for who still subscribes")
                        .into());
                }
                let left = t < all;
                Ok((Tenure { due: if left { t } else { all - 1 }, left }, all - 1))
            }
            Self::Renewals { made, paid, left } => {
                let count = sheet.whole(line, row, made)?;
                let gone = match plain(&row[left]).as_str() {
                    "1" | "yes" | "true" | "churned" | "left" => true,
                    "0" | "no" | "false" | "active" | "" => false,
                    other => {
                        return Err(sheet
                            .wrong(line, left, format!("`{other}`"))
                            .expected("1 or 0 (yes or no)")
                            .into());
                    }
                };
                if paid && count == 0 {
                    return Err(sheet
                        .wrong(line, made, "0 periods")
                        .expected("at least 1: the one that was begun")
                        .into());
                }
                let renewals = if paid { count - 1 } else { count };
                let due = renewals + u32::from(gone);
                Ok((Tenure { due, left: gone }, due))
            }
        }
    }
}
