//! Segments: where customers stand in their life with the shop, tiers by expected value, and the grid of recency, frequency and monetary value.

mod rules;
mod answer;
mod checks;
mod lifecycle;
mod tiers;
mod grid;
mod summary;
mod movement;

pub use answer::Answer;
pub use grid::{Quintiles, quintiles};
pub(super) use lifecycle::median;
pub use lifecycle::{Measures, Scale, last_gaps, shop_rhythm};
pub use movement::{Movement, Step};
pub use rules::{DEFAULT, Grid, GridRule, LifeRule, Lifecycle, Monetary, Rhythm, Rules, Span, Tiers};
pub use summary::{Size, Summary};

use super::Outlook;
use crate::features::Customers;
use crate::table::{Chunk, Values};
use crate::{Error, Result};

/// What is known of the customers of a table; every column has one entry a row.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Who, and what they did.
    pub customers: &'a Customers,
    /// The gaps before their latest purchases ([`last_gaps`]); `None` where orders are not at hand.
    pub last_gaps: Option<&'a [f64]>,
    /// P(alive).
    pub p_alive: &'a [f64],
    /// Expected value in the horizon (expected purchases, where there is no money).
    pub expected: &'a [f64],
}

impl Outlook {
    /// What segments ask of it.
    #[must_use]
    pub fn known(&self) -> Known<'_> {
        Known {
            customers: &self.customers,
            last_gaps: Some(&self.last_gaps),
            p_alive: &self.p_alive,
            expected: &self.expected,
        }
    }
}

/// By what customers are put into segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Where they stand in their life with the shop.
    Lifecycle,
    /// Expected value.
    Tier,
    /// Recency, frequency and monetary value.
    Rfm,
}

impl Kind {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 3] = [Self::Lifecycle, Self::Tier, Self::Rfm];

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lifecycle => "lifecycle",
            Self::Tier => "tier",
            Self::Rfm => "rfm",
        }
    }
}

/// Customers in segments: each row is in exactly one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segmentation {
    /// The names of the segments.
    pub names: Vec<String>,
    /// The segment of each row.
    pub of: Vec<u32>,
}

impl Segmentation {
    /// The name of a row's segment.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn name(&self, row: usize) -> &str {
        &self.names[self.of[row] as usize]
    }
}

/// Customers in all their segments, with the rules that put them there.
#[derive(Debug, Clone, PartialEq)]
pub struct Segments {
    /// The rules.
    pub rules: Rules,
    /// The shop's rhythm, in the unit of the table.
    pub rhythm: f64,
    /// By lifecycle.
    pub lifecycle: Segmentation,
    /// By expected value.
    pub tiers: Segmentation,
    /// By the grid.
    pub rfm: Segmentation,
    /// The quintiles behind it.
    pub quintiles: Vec<Quintiles>,
    /// What should be known of them, in words.
    pub notes: Vec<String>,
}

impl Segments {
    /// Puts customers into segments.
    ///
    /// # Errors
    /// [`Error::Usage`] for columns of unequal length; [`Error::Undefined`] without a customer, or for a P(alive) outside 0 to 1 or a value that
    /// is no number.
    pub fn of(known: &Known<'_>, rules: &Rules) -> Result<Self> {
        checked(known)?;
        let scale = Scale::new(known, rules);
        let quintiles = quintiles(known, rules.rfm.money);
        Ok(Self {
            rhythm: scale.shop,
            lifecycle: lifecycle::lifecycle(&scale),
            tiers: tiers::tiers(known, &rules.tiers),
            rfm: grid::grid(&quintiles, &rules.rfm),
            quintiles,
            notes: notes(known, rules),
            rules: rules.clone(),
        })
    }

    /// The segments of one kind.
    #[must_use]
    pub const fn by(&self, kind: Kind) -> &Segmentation {
        match kind {
            Kind::Lifecycle => &self.lifecycle,
            Kind::Tier => &self.tiers,
            Kind::Rfm => &self.rfm,
        }
    }

    /// Some rows as a table: `customer_id, lifecycle, tier, r, f, m, rfm_segment`.
    pub fn with_rows<T>(
        &self,
        customers: &Customers,
        rows: std::ops::Range<usize>,
        use_it: impl FnOnce(&Chunk<'_>) -> T,
    ) -> T {
        let at = || rows.clone();
        let names = |kind: Kind| at().map(|row| self.by(kind).name(row)).collect::<Vec<&str>>();
        let scores = |pick: fn(&Quintiles) -> u8| {
            self.quintiles[at()].iter().map(|scores| u32::from(pick(scores))).collect::<Vec<u32>>()
        };
        let (r, f, m) = (scores(|s| s.r), scores(|s| s.f), scores(|s| s.m));
        use_it(&Chunk {
            columns: vec![
                ("customer_id", Values::Ids(&customers.ids, at())),
                ("lifecycle", Values::Text(names(Kind::Lifecycle))),
                ("tier", Values::Text(names(Kind::Tier))),
                ("r", Values::Whole(&r)),
                ("f", Values::Whole(&f)),
                ("m", Values::Whole(&m)),
                ("rfm_segment", Values::Text(names(Kind::Rfm))),
            ],
        })
    }
}

fn checked(known: &Known<'_>) -> Result<()> {
    let count = known.customers.len();
    if count == 0 {
        return Err(Error::Undefined("there are no customers to put into segments".into()));
    }
    let lengths = [known.p_alive.len(), known.expected.len(), known.last_gaps.map_or(count, <[f64]>::len)];
    if lengths.iter().any(|&length| length != count) {
        return Err(Error::usage("what is known of the customers differs in length from their table"));
    }
    let who = |row: usize| known.customers.ids.get(row);
    if let Some(row) = known.p_alive.iter().position(|p| !(0.0..=1.0).contains(p)) {
        let found = known.p_alive[row];
        return Err(Error::Undefined(format!(
            "p_alive of customer `{}` is {found}; expected 0 to 1",
            who(row)
        )));
    }
    match known.expected.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(row) => {
            Err(Error::Undefined(format!("the expected value of customer `{}` is no number", who(row))))
        }
    }
}

fn notes(known: &Known<'_>, rules: &Rules) -> Vec<String> {
    let mut notes = Vec::new();
    if shop_rhythm(known.customers).is_none() {
        notes.push(
            "nobody bought twice, so no rhythm is known: the median age of the customers stands for it"
                .to_owned(),
        );
    }
    let asks = rules.lifecycle.rules.iter().find(|rule| rule.won_back == Some(true));
    if let (None, Some(rule)) = (known.last_gaps, asks) {
        notes.push(format!(
            "nobody is `{}` here: that is told by the gap before the latest purchase, which a table of scores does not hold; give the orders",
            rule.segment
        ));
    }
    let mut once = known.customers.frequency.iter().zip(known.p_alive).filter(|(x, _)| **x == 0).peekable();
    if once.peek().is_some() && once.all(|(_, alive)| *alive == 1.0) {
        notes.push(
            "P(alive) of everybody who bought once is 1: this model (BG/NBD and its kin) lets nobody leave before a second purchase, so their \
             silence alone tells"
                .to_owned(),
        );
    }
    if !known.customers.has_money() {
        notes.push("there is no money: tiers are by expected purchases, and m is as f".to_owned());
    } else if known.customers.history.is_none() {
        notes.push(
            "m is what was spent on repeat purchases: a table of scores does not tell of the first"
                .to_owned(),
        );
    }
    notes
}
