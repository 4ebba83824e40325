//! What is known of the exports of shop systems: data, not code. A preset is a table of columns and of rules for rows.

mod crm;
mod events;
mod payments;
mod shops;

use super::Reason;
use super::columns::plain;
use crate::{Error, Result};

/// Names of columns of which one is meant, the surest first. Case, spaces and signs do not matter, so `purchase_revenue` of a CSV and
/// `purchase.revenue` of JSON are one name.
pub(super) type Names = &'static [&'static str];

/// What is known of one export of a system. A system with several exports has several presets of one name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Preset {
    /// As it is named on the command line.
    pub name: &'static str,
    /// In words that follow "read as".
    pub title: &'static str,
    /// What tells it: of each of these groups one column is there.
    pub marks: &'static [Names],
    /// Who bought: of those that are there, the first in which something stands in the row counts. E-mail addresses come first, since
    /// guests have nothing else.
    pub customer: Names,
    /// When.
    pub date: Names,
    /// What was paid.
    pub amount: Names,
    /// The order's id.
    pub order: Names,
    /// The currency of the amount.
    pub currency: Names,
    /// What of the amount was given back later.
    pub refunded: Names,
    /// The amount in the currency of `refunded`, where that is another one than the amount's.
    pub refunded_of: Names,
    /// In rows that are refunds: how much, if it stands in a column of its own.
    pub refund_amount: Names,
    /// In rows that are refunds: who gets it, if that is another column than who paid.
    pub refund_customer: Names,
    /// In rows that are refunds: the order that is refunded, if that is another column than the row's own id.
    pub refund_order: Names,
    /// Amounts are whole numbers of the currency's smallest unit: cents, yen.
    pub minor: bool,
    /// The order's amount stands on its first line alone.
    pub first_line: bool,
    /// The column with the names of events.
    pub event: Names,
    /// Events have names of the shop's own, so that two of them may tell the same purchases.
    pub own_events: bool,
    /// A row is a whole order: what comes again with its id is the same order told twice.
    pub once: bool,
    /// What becomes of rows; the first that fits decides.
    pub rules: &'static [Rule],
}

/// A preset without columns, of which the others are made.
const BARE: Preset = Preset {
    name: "",
    title: "",
    marks: &[],
    customer: &[],
    date: &[],
    amount: &[],
    order: &[],
    currency: &[],
    refunded: &[],
    refunded_of: &[],
    refund_amount: &[],
    refund_customer: &[],
    refund_order: &[],
    minor: false,
    first_line: false,
    event: &[],
    own_events: false,
    once: false,
    rules: &[],
};

/// If all tests hold for a row, so it is dealt with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// A column each, and what must hold for what stands there. A rule with a column that is not there is passed over.
    pub when: &'static [(Names, Test)],
    pub then: Then,
}

/// What may hold for a field. Words are compared without case, spaces and signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    /// It is one of these.
    Is(Names),
    /// It is none of these; an empty field is none.
    IsNot(Names),
    /// One of these is in it.
    Has(Names),
    /// None of these is in it.
    HasNot(Names),
    /// Something stands there.
    Filled,
    /// A negative number stands there.
    Negative,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// It is used.
    Use,
    /// It is set aside and counted.
    LeaveOut(Reason),
    /// It is an order of which everything was given back, unless a column says how much.
    Refunded,
    /// It is a refund, whatever the sign of its amount.
    Refund,
}

/// Shorthand for a rule of one column.
const fn leave_out(when: &'static [(Names, Test)], reason: Reason) -> Rule {
    Rule { when, then: Then::LeaveOut(reason) }
}

/// What a truth value may look like.
const YES: Test = Test::Is(&["true", "yes", "1", "t", "y"]);
const NO: Test = Test::Is(&["false", "no", "0", "f", "n"]);

/// All presets.
fn all() -> impl Iterator<Item = &'static Preset> {
    shops::PRESETS.iter().chain(crm::PRESETS).chain(payments::PRESETS).chain(events::PRESETS)
}

/// The names of all presets, each once.
fn names() -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for preset in all() {
        if names.last().is_none_or(|last| last != preset.name) {
            names.push(preset.name.into());
        }
    }
    names
}

impl Preset {
    /// Which columns that tell it are missing in a header.
    pub fn missing(&self, header: &[String]) -> Vec<&'static str> {
        let there = |group: &Names| group.iter().any(|name| header.contains(&plain(name)));
        self.marks.iter().filter(|group| !there(group)).map(|group| group[0]).collect()
    }

    /// The preset that a header, its names plain, tells; of several the one with the most marks.
    pub fn found(header: &[String]) -> Option<&'static Self> {
        all().filter(|preset| preset.missing(header).is_empty()).max_by_key(|preset| preset.marks.len())
    }

    /// The export of a system that a header resembles most.
    pub fn named(name: &str, header: &[String]) -> Option<&'static Self> {
        let ours = all().filter(|preset| preset.name == name);
        ours.min_by_key(|preset| (preset.missing(header).len(), std::cmp::Reverse(preset.marks.len())))
    }

    /// A preset of which one mark alone is missing, and that column.
    pub fn nearly(header: &[String]) -> Option<(&'static Self, &'static str)> {
        all().filter(|preset| preset.marks.len() > 4).find_map(|preset| match preset.missing(header)[..] {
            [missing] => Some((preset, missing)),
            _ => None,
        })
    }
}

/// Which preset is asked for: what the header tells, none, or one by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PresetChoice {
    /// That of which the header has the columns; none, if there is no such.
    #[default]
    Found,
    /// None: columns are found by their usual names, and rows are taken as they stand.
    None,
    /// The exports of a system: shopify, woocommerce, magento, prestashop, square, salesforce, stripe, paypal, ga4 or mixpanel.
    Named(&'static str),
}

impl std::str::FromStr for PresetChoice {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wanted = plain(text);
        match wanted.as_str() {
            "none" => return Ok(Self::None),
            "auto" => return Ok(Self::Found),
            _ => {}
        }
        if let Some(preset) = all().find(|preset| preset.name == wanted) {
            return Ok(Self::Named(preset.name));
        }
        let names = names();
        let near =
            super::nearest(text, &names).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        Err(Error::usage(format!(
            "there is no preset `{text}`{near} There are {} and none",
            names.join(", ")
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_told_by_its_own_columns_and_names_what_it_needs() {
        for preset in all() {
            let header: Vec<String> = preset.marks.iter().map(|group| plain(group[0])).collect();
            assert_eq!(Preset::found(&header).map(|found| found.title), Some(preset.title));
            for names in [preset.customer, preset.date] {
                assert!(!names.is_empty(), "{}", preset.title);
            }
            assert!(preset.marks.len() >= 3, "{} is told by too little", preset.title);
            let rules: usize = preset.rules.iter().map(|rule| rule.when.len()).sum();
            let columns = rules + preset.customer.len() + preset.refund_customer.len() + 6;
            assert!(columns <= super::super::records::RULES, "{} looks at too many columns", preset.title);
        }
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_nearest() {
        let error = "shopfy".parse::<PresetChoice>().unwrap_err().to_string();
        assert!(error.contains("did you mean `shopify`?"), "{error}");
        assert_eq!("WooCommerce".parse::<PresetChoice>().unwrap(), PresetChoice::Named("woocommerce"));
        assert_eq!("none".parse::<PresetChoice>().unwrap(), PresetChoice::None);
    }
}
