//! How an attribute of the orders becomes numbers, by rules that never look at what is to be predicted.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::orders::{Attribute, Orders};
use crate::{Error, Result};

/// A level has a column of its own if it has at least so many customers …
const LEAST_CUSTOMERS: usize = 20;
/// … and at least this part of them.
const LEAST_PART: f64 = 0.01;
/// So many levels at most have a column of their own (the reference counts).
const MOST_LEVELS: usize = 20;
/// Of so many levels at most, the most frequent ones, the shares are kept.
const MOST_SHARES: usize = 1_000;
/// What all other levels together are called.
const OTHER: &str = "(other)";

/// How an attribute becomes numbers.
///
/// The most frequent level is the reference. Every other level that at least 20 customers and 1 % of them have (at most 20 levels with
/// the reference, the most frequent ones) has a column `channel=web`: 1 for its customers, otherwise 0. All other levels share the
/// column `channel=(other)`; so do levels that were not there in training, or, where no customer was of another level then, they are taken to be
/// typical: each column is its mean in training. If there are other levels, a further column `channel_share` has the share of the training
/// customers who are of the same level (0 beyond the 1,000 most frequent levels).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttributeCoding {
    /// The column of the orders.
    pub name: String,
    /// The reference; `None` if no level has enough customers.
    pub reference: Option<String>,
    /// The levels with a column, by letter, and the share of the training customers who are of each.
    pub levels: Vec<(String, f64)>,
    /// The share of the customers of all other levels; 0 if there were none.
    pub other: f64,
    /// The shares of levels, where they are told.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shares: BTreeMap<String, f64>,
}

impl AttributeCoding {
    /// Learns the coding of an attribute from some customers.
    pub(super) fn learn(attribute: &Attribute, who: &[u32]) -> Self {
        let mut counts = vec![0usize; attribute.levels.len()];
        who.iter().for_each(|&customer| counts[attribute.codes[customer as usize] as usize] += 1);
        let mut there: Vec<usize> = (0..counts.len()).filter(|&level| counts[level] > 0).collect();
        // Levels stand by letter, so of equally frequent ones the first by letter comes first.
        there.sort_by_key(|&level| std::cmp::Reverse(counts[level]));
        let least = (LEAST_CUSTOMERS as f64).max(LEAST_PART * who.len() as f64);
        let share = |level: usize| counts[level] as f64 / who.len().max(1) as f64;
        let own: Vec<usize> = there
            .iter()
            .copied()
            .filter(|&level| counts[level] as f64 >= least && attribute.levels.get(level) != OTHER)
            .take(MOST_LEVELS)
            .collect();
        let others: usize = who.len() - own.iter().map(|&level| counts[level]).sum::<usize>().min(who.len());
        let named = |&level: &usize| (attribute.levels.get(level).to_owned(), share(level));
        let mut levels: Vec<(String, f64)> = own.iter().skip(1).map(named).collect();
        levels.sort_by(|one, other| one.0.cmp(&other.0));
        let told = if others > 0 { MOST_SHARES } else { 0 };
        Self {
            name: attribute.name.clone(),
            reference: own.first().map(|&level| attribute.levels.get(level).to_owned()),
            levels,
            other: others as f64 / who.len().max(1) as f64,
            shares: there.iter().take(told).map(named).collect(),
        }
    }

    /// The names of its columns.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let level = |level: &str| format!("{}={level}", self.name);
        let mut names: Vec<String> = self.levels.iter().map(|(name, _)| level(name)).collect();
        if self.other > 0.0 {
            names.push(level(OTHER));
            names.push(format!("{}_share", self.name));
        }
        names
    }

    /// How many columns it has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.levels.len() + if self.other > 0.0 { 2 } else { 0 }
    }

    /// The attribute among those of some orders.
    ///
    /// # Errors
    /// [`Error::Usage`] naming the column and the flag if it is not there.
    pub(super) fn find<'o>(&self, orders: &'o Orders) -> Result<&'o Attribute> {
        orders.attribute(&self.name).ok_or_else(|| {
            let there: Vec<&str> = orders.attributes.iter().map(|other| other.name.as_str()).collect();
            let there = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
            Error::usage(format!(
                "the model was trained with the column `{0}` of the orders, and these orders were read without it (read were: {there}); \
                 add --attributes {0}",
                self.name
            ))
        })
    }

    /// What the texts of levels become.
    pub(super) fn coder(&self) -> Coder<'_> {
        let mut places: HashMap<&str, Option<usize>> =
            self.levels.iter().enumerate().map(|(at, (level, _))| (level.as_str(), Some(at))).collect();
        if let Some(reference) = &self.reference {
            places.insert(reference, None);
        }
        Coder { coding: self, places }
    }
}

/// Codes the levels of one attribute.
pub(super) struct Coder<'a> {
    coding: &'a AttributeCoding,
    /// Of each known level its column; the reference has none.
    places: HashMap<&'a str, Option<usize>>,
}

impl Coder<'_> {
    /// Writes the numbers of a level into a row as wide as there are columns; `false` if the level was not there in training.
    pub fn write(&self, level: &str, row: &mut [f64]) -> bool {
        let Self { coding, places } = self;
        row.fill(0.0);
        let share = coding.shares.get(level).copied();
        if coding.other > 0.0
            && let Some(last) = row.last_mut()
        {
            *last = share.unwrap_or(0.0);
        }
        match places.get(level) {
            Some(None) => true,
            Some(&Some(at)) => {
                row[at] = 1.0;
                true
            }
            None if coding.other > 0.0 => {
                row[coding.levels.len()] = 1.0;
                // Beyond the levels whose shares are kept, nobody knows.
                share.is_some() || coding.shares.len() >= MOST_SHARES
            }
            None => {
                row.iter_mut().zip(&coding.levels).for_each(|(value, (_, share))| *value = *share);
                false
            }
        }
    }
}
