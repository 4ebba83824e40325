//! The rules of segments: data, with the usual ones in a file of the program.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::checks;
use crate::{Error, Result};

/// The usual rules as a file, with words on each.
pub const DEFAULT: &str = include_str!("default.toml");

/// By what customers are put into segments. Made by [`Rules::usual`], [`Rules::read`] or [`Rules::parse`], it is checked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rules {
    /// What counts as a customer's usual time between two purchases.
    pub rhythm: Rhythm,
    /// Where a customer stands in their life with the shop.
    pub lifecycle: Lifecycle,
    /// Tiers by expected value.
    pub tiers: Tiers,
    /// The grid of recency, frequency and monetary value.
    pub rfm: Grid,
}

/// What counts as a customer's usual time between two purchases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rhythm {
    /// From so many gaps on it is the customer's own mean gap; below, the shop's rhythm.
    pub own_from_gaps: u32,
    /// The gap before the latest purchase, in rhythms, from which on that purchase won the customer back.
    pub won_back_after: f64,
}

/// The segments of the lifecycle, and the rules from first to last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lifecycle {
    /// Their names, in the order in which they are shown.
    pub segments: Vec<String>,
    /// A customer is in the segment of the first rule that fits.
    pub rules: Vec<LifeRule>,
}

/// One rule of the lifecycle: it fits where all of its conditions hold.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LifeRule {
    /// The segment it leads to.
    pub segment: String,
    /// P(alive).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p_alive: Option<Span>,
    /// Time since the latest purchase, in the customer's rhythms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silence: Option<Span>,
    /// Time since the first purchase, in the shop's rhythms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<Span>,
    /// The customer's rhythm, in the shop's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rhythm: Option<Span>,
    /// Purchases so far, the first included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purchases: Option<Span>,
    /// The part of all customers who made fewer purchases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<Span>,
    /// Whether the latest purchase won the customer back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub won_back: Option<bool>,
}

/// A range with its lower end and without its upper one; without ends, everything.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// The least value in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The least value above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
}

impl Span {
    /// Whether a value lies in it.
    #[must_use]
    pub fn has(&self, value: f64) -> bool {
        self.min.is_none_or(|min| value >= min) && self.below.is_none_or(|below| value < below)
    }
}

/// Tiers by expected value, from the top.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Tiers {
    /// Per cent of the customers, together 100.
    Percent(Vec<f64>),
    /// From these amounts on, falling; whoever is below all of them is in a tier of their own.
    AtLeast(Vec<f64>),
}

/// The segments of the grid, and which of its 25 cells are in which.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// Their names, in the order in which they are shown.
    pub segments: Vec<String>,
    /// Of which purchases the money counts.
    #[serde(default)]
    pub money: Monetary,
    /// Rectangles of cells, each cell in exactly one.
    pub rules: Vec<GridRule>,
}

/// Of which purchases the monetary value of the grid is the sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Monetary {
    /// Of all, as is usual.
    #[default]
    All,
    /// Of those after the first, as models of spend see them.
    Repeat,
}

/// A rectangle of cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GridRule {
    /// The segment it belongs to.
    pub segment: String,
    /// From and to which quintile of recency, both included; 5 is the latest.
    pub r: [u8; 2],
    /// From and to which mean of the quintiles of frequency and monetary value.
    pub fm: [u8; 2],
}

/// A file of rules: what it leaves out is as usual.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    rhythm: Option<Rhythm>,
    lifecycle: Option<Lifecycle>,
    tiers: Option<Tiers>,
    rfm: Option<Grid>,
}

impl Rules {
    /// The usual rules.
    ///
    /// # Errors
    /// None, as a test sees to it that the file of the program is right.
    pub fn usual() -> Result<Self> {
        Self::whole(written(DEFAULT)?)
    }

    /// Rules of a file.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be read; [`Error::Input`] for what is no TOML, an unknown key, a number out of range, cells or customers without a
    /// segment, or rules that overlap.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| Error::io("read", path, e))?;
        Self::parse(&text).map_err(|error| match error {
            Error::Input(mut found) => {
                found.place.file = Some(path.into());
                Error::Input(found)
            }
            other => other,
        })
    }

    /// Rules from text.
    ///
    /// # Errors
    /// As [`Rules::read`].
    pub fn parse(text: &str) -> Result<Self> {
        let found = written(text)?;
        let usual = Self::usual()?;
        let rules = Self {
            rhythm: found.rhythm.unwrap_or(usual.rhythm),
            lifecycle: found.lifecycle.unwrap_or(usual.lifecycle),
            tiers: found.tiers.unwrap_or(usual.tiers),
            rfm: found.rfm.unwrap_or(usual.rfm),
        };
        checks::rules(&rules).map(|()| rules)
    }

    /// The same with other tiers.
    ///
    /// # Errors
    /// [`Error::Input`] for shares that do not make 100, or amounts that do not fall.
    pub fn with_tiers(self, tiers: Tiers) -> Result<Self> {
        checks::tiers(&tiers)?;
        Ok(Self { tiers, ..self })
    }

    /// The rules as a file that [`Rules::read`] reads.
    ///
    /// # Errors
    /// [`Error::Undefined`] if they cannot be told as TOML.
    pub fn text(&self) -> Result<String> {
        if Self::usual().is_ok_and(|usual| usual == *self) {
            return Ok(DEFAULT.to_owned());
        }
        toml::to_string(self)
            .map_err(|why| Error::Undefined(format!("the rules cannot be told as TOML: {why}")))
    }

    fn whole(found: Written) -> Result<Self> {
        let missing = || Error::from(Error::input("the usual rules lack a part"));
        let rules = Self {
            rhythm: found.rhythm.ok_or_else(missing)?,
            lifecycle: found.lifecycle.ok_or_else(missing)?,
            tiers: found.tiers.ok_or_else(missing)?,
            rfm: found.rfm.ok_or_else(missing)?,
        };
        checks::rules(&rules).map(|()| rules)
    }
}

/// What a text says, unchecked.
fn written(text: &str) -> Result<Written> {
    toml::from_str(text).map_err(|why| {
        let mut error = Error::input(why.message().trim().replace('\n', ", "))
            .hint("`ltv segments --show-rules` prints a complete file of rules");
        if let Some(at) = why.span() {
            error = error.line(text[..at.start].matches('\n').count() as u64 + 1);
        }
        error.into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Rules::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn the_usual_rules_are_right_and_survive_being_written() {
        let usual = Rules::usual().unwrap();
        assert_eq!(usual.text().unwrap(), DEFAULT);
        assert_eq!(usual.rfm.segments.len(), 11);
        let other = usual.with_tiers(Tiers::AtLeast(vec![500.0, 100.0])).unwrap();
        assert_eq!(Rules::parse(&other.text().unwrap()).unwrap(), other);
    }

    #[test]
    fn what_a_file_leaves_out_is_as_usual() {
        let rules = Rules::parse("[rhythm]\nown_from_gaps = 1\nwon_back_after = 4.5\n").unwrap();
        assert_eq!(rules.rhythm, Rhythm { own_from_gaps: 1, won_back_after: 4.5 });
        assert_eq!(rules.lifecycle, Rules::usual().unwrap().lifecycle);
    }

    #[test]
    fn wrong_rules_are_told_by_place_and_reason() {
        for (text, words) in [
            ("[rythm]\nx = 1", "unknown field `rythm`"),
            ("[rhythm]\nown_from_gaps = 1", "missing field `won_back_after`"),
            ("\n[tiers]\npercent = [10, 20]", "together 30 per cent"),
            ("[tiers]\npercent = [110, -10]", "-10"),
            ("[tiers]\nat_least = [100, 500]", "must fall"),
            ("[tiers]\nat_least = []", "no tier"),
            ("[rhythm]\nown_from_gaps = 0\nwon_back_after = 3", "own_from_gaps"),
            ("[rhythm]\nown_from_gaps = 1\nwon_back_after = nan", "won_back_after"),
            (
                "[lifecycle]\nsegments = [\"a\"]\n[[lifecycle.rules]]\nsegment = \"a\"\np_alive = { min = 1.5 }\n",
                "p_alive",
            ),
            (
                "[lifecycle]\nsegments = [\"a\"]\n[[lifecycle.rules]]\nsegment = \"a\"\nsilence = { min = 2, below = 1 }\n",
                "nobody",
            ),
            (
                "[lifecycle]\nsegments = [\"a\"]\n[[lifecycle.rules]]\nsegment = \"a\"\nsilence = { min = 2 }\n",
                "fit none",
            ),
            (
                "[lifecycle]\nsegments = [\"a\"]\n[[lifecycle.rules]]\nsegment = \"a\"\n[[lifecycle.rules]]\nsegment = \"a\"\n",
                "never",
            ),
            ("[lifecycle]\nsegments = [\"a\"]\n[[lifecycle.rules]]\nsegment = \"b\"\n", "`b`"),
            (
                "[lifecycle]\nsegments = [\"a\", \"b\"]\n[[lifecycle.rules]]\nsegment = \"a\"\n",
                "`b` has no rule",
            ),
            ("[lifecycle]\nsegments = [\"a\", \"a\"]\n[[lifecycle.rules]]\nsegment = \"a\"\n", "twice"),
            (
                "[rfm]\nsegments = [\"a\"]\nrules = [{ segment = \"a\", r = [1, 5], fm = [1, 4] }]",
                "r 1, fm 5",
            ),
            (
                "[rfm]\nsegments = [\"a\"]\nrules = [{ segment = \"a\", r = [1, 5], fm = [1, 5] }, { segment = \"a\", r = [2, 2], fm = [3, 3] }]",
                "two rules",
            ),
            ("[rfm]\nsegments = [\"a\"]\nrules = [{ segment = \"a\", r = [1, 6], fm = [1, 5] }]", "1 to 5"),
            ("this is no toml", "line 1"),
        ] {
            let found = refused(text);
            assert!(found.contains(words), "{text}\n{found}");
        }
    }
}
