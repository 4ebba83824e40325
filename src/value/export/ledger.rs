//! What became of every row of an export: nothing is dropped in silence.

use std::collections::BTreeMap;

use crate::table::{Column, Sheet};

/// Why a row was not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// It names no customer.
    NoCustomer,
    /// The customer is not among the contacts.
    NoContact,
    /// The contact has neither an e-mail address nor a telephone number.
    NoPerson,
    /// Its e-mail address is none, or a hash where the address itself is needed, and no telephone number can stand for it.
    BadEmail,
    /// It has only a telephone number, which is none or lacks its country.
    BadPhone,
    /// An earlier row has the same e-mail address (or, without one, the same telephone number; for Salesforce, the same id).
    Repeated,
    /// There is no value: its mean does not exist.
    NoValue,
    /// What stands in the column of values is no number.
    BadValue,
    /// The value is below 0.
    Negative,
    /// The value is below the least that was asked for.
    Below,
    /// A text is longer than the field.
    TooLong,
    /// A number has more digits than the field.
    TooLarge,
}

impl Refusal {
    /// In words that follow a count.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoCustomer => "without a customer id",
            Self::NoContact => "not among the contacts",
            Self::NoPerson => "without e-mail address and telephone number",
            Self::BadEmail => "with an invalid e-mail address",
            Self::BadPhone => "with an invalid telephone number",
            Self::Repeated => "the same person as an earlier row",
            Self::NoValue => "without a value",
            Self::BadValue => "with a value that is no number",
            Self::Negative => "with a negative value",
            Self::Below => "below --min-value",
            Self::TooLong => "with a text longer than its field",
            Self::TooLarge => "with a number larger than its field",
        }
    }

    /// As one word, for machines.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoCustomer => "no_customer",
            Self::NoContact => "no_contact",
            Self::NoPerson => "no_person",
            Self::BadEmail => "bad_email",
            Self::BadPhone => "bad_phone",
            Self::Repeated => "repeated",
            Self::NoValue => "no_value",
            Self::BadValue => "bad_value",
            Self::Negative => "negative_value",
            Self::Below => "below_min_value",
            Self::TooLong => "too_long",
            Self::TooLarge => "too_large",
        }
    }
}

/// What was done to rows or cells that were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Remark {
    /// The customer is not among the contacts; the row went without them.
    NoContact,
    /// The e-mail address is none and was left out.
    EmailLeftOut,
    /// The telephone number is none, or lacks its country, and was left out.
    PhoneLeftOut,
    /// It was a hash already.
    HashKept,
    /// A text that a spreadsheet would run.
    Defused,
    /// The customer's id is an e-mail address, and leaves as the id.
    PersonalId,
}

impl Remark {
    /// In words that follow a count.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoContact => "rows of customers who are not among the contacts, written without them",
            Self::EmailLeftOut => "invalid e-mail addresses left out of rows that were written",
            Self::PhoneLeftOut => {
                "telephone numbers left out of rows that were written: invalid, or without country (--calling-code)"
            }
            Self::HashKept => "addresses and numbers that were SHA-256 hashes already, left as they are",
            Self::Defused => "texts that a spreadsheet would run as a formula, defused with an apostrophe",
            Self::PersonalId => "customer ids that are e-mail addresses and leave as they are",
        }
    }

    /// As one word, for machines.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoContact => "written_without_contact",
            Self::EmailLeftOut => "email_left_out",
            Self::PhoneLeftOut => "phone_left_out",
            Self::HashKept => "hash_kept",
            Self::Defused => "defused",
            Self::PersonalId => "personal_id",
        }
    }
}

/// How many, and the line of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// How many.
    pub count: u64,
    /// The line of the first of them in the scores.
    pub first: u64,
}

/// Counts of rows by what became of them: rows = written + all that were refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportLedger {
    /// Rows read.
    pub rows: u64,
    /// Rows written.
    pub written: u64,
    /// Rows not written, by the first reason that was found.
    pub refused: BTreeMap<Refusal, Counted>,
    /// What was done to others.
    pub remarks: BTreeMap<Remark, Counted>,
}

impl ExportLedger {
    pub(super) fn refuse(&mut self, reason: Refusal, line: u64) {
        self.refused.entry(reason).or_insert(Counted { count: 0, first: line }).count += 1;
    }

    pub(super) fn remark(&mut self, remark: Remark, line: u64, count: u64) {
        if count > 0 {
            self.remarks.entry(remark).or_insert(Counted { count: 0, first: line }).count += count;
        }
    }

    /// As a table: `outcome`, `count`, `first_line`.
    #[must_use]
    pub fn sheet(&self) -> Sheet {
        let mut names = vec!["read".to_owned(), "written".to_owned()];
        let mut counts = vec![self.rows, self.written];
        let mut lines = vec![None, None];
        let refused = self.refused.iter().map(|(reason, counted)| (reason.name(), counted));
        let remarks = self.remarks.iter().map(|(remark, counted)| (remark.name(), counted));
        for (name, counted) in refused.chain(remarks) {
            names.push(name.to_owned());
            counts.push(counted.count);
            lines.push(Some(counted.first as f64));
        }
        Sheet::new()
            .with("outcome", Column::Text(names))
            .with("count", Column::Count(counts))
            .with("first_line", Column::Real(lines))
    }
}
