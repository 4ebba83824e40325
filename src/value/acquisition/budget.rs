//! What if money were moved from one channel to another?

use std::str::FromStr;

use super::rows::{Acquisition, Row};
use super::worth::width;
use crate::math::sum::sum;
use crate::units::Share;
use crate::{Error, Result};

/// How much is moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MoveShare {
    /// An amount of money.
    Money(f64),
    /// A part of what is spent on the channel it is taken from.
    Part(Share),
}

/// Money that is moved: `1000:ads:email` or `10%:ads:email`.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// How much.
    pub how_much: MoveShare,
    /// From which channel to which, with a colon between. (Names may have colons themselves.)
    pub between: String,
}

impl FromStr for Move {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = |why: &str| {
            Error::usage(format!("`{text}` is no move of money ({why}); write 1000:FROM:TO or 10%:FROM:TO"))
        };
        let (much, between) = text.split_once(':').ok_or_else(|| wrong("there is no colon"))?;
        if !between.contains(':') {
            return Err(wrong("it names one channel"));
        }
        let how_much = if much.contains('%') {
            MoveShare::Part(much.parse().map_err(|_| wrong("the part must be above 0 and at most 100%"))?)
        } else {
            let amount = much.trim().parse::<f64>().ok().filter(|amount| *amount > 0.0 && amount.is_finite());
            MoveShare::Money(amount.ok_or_else(|| wrong("the amount must be a number above 0"))?)
        };
        Ok(Self { how_much, between: between.to_owned() })
    }
}

/// Moves of money, and what more money brings.
#[derive(Debug, Clone, PartialEq)]
pub struct Budget {
    /// The moves, all at once.
    pub moves: Vec<Move>,
    /// By how many per cent customers grow with 1 % more cost, above 0 and at most 1: 1 is a constant CAC, which is optimistic.
    pub elasticity: f64,
}

/// What becomes of a channel, or of the whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// Which.
    pub channel: String,
    /// Its cost before and after.
    pub cost: (f64, f64),
    /// Its new customers before and after.
    pub customers: (f64, f64),
    /// What one of them is worth; `None` for the whole.
    pub ltv: Option<f64>,
    /// Value that is won (or lost, if negative).
    pub gain: f64,
    /// Its interval.
    pub between: (f64, f64),
    luck: f64,
    shared: f64,
}

/// What moving money wins, over the periods of the costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Gain {
    /// The channels that are touched.
    pub channels: Vec<Moved>,
    /// All together. Its costs are the same before and after.
    pub total: Moved,
}

impl Budget {
    /// The gain of moving money:
    ///
    /// ```text
    /// customers' = customers · (cost'/cost)^e      gain = Σ (customers' − customers) · LTV
    /// ```
    ///
    /// with e the elasticity. The interval is normal. Of each channel it knows how well its LTV is known in the long run, the luck of the customers
    /// who are won or lost, and that the number of customers for the money was luck as well (Poisson); these are independent between
    /// channels. Unsure parameters move all LTVs together and are added up by their sizes, which is on the safe side.
    ///
    /// # Errors
    /// [`Error::Usage`] for a channel that there is not or on which nothing was spent, for more than is spent on it, and for an elasticity out of range.
    pub fn gain(&self, of: &Acquisition) -> Result<Gain> {
        if !(self.elasticity > 0.0 && self.elasticity <= 1.0) {
            return Err(Error::usage(format!(
                "an elasticity of {} must be above 0 and at most 1 (1: twice the money brings twice the customers)",
                self.elasticity
            )));
        }
        let rows: Vec<&Row> = of.channels().collect();
        let mut after: Vec<f64> = rows.iter().map(|row| row.cost.unwrap_or(0.0)).collect();
        let mut touched = vec![false; rows.len()];
        for one in &self.moves {
            let (from, to) = one.resolve(&rows)?;
            let amount = match one.how_much {
                MoveShare::Money(amount) => amount,
                MoveShare::Part(part) => part.get() * rows[from].cost.unwrap_or(0.0),
            };
            after[from] -= amount;
            after[to] += amount;
            (touched[from], touched[to]) = (true, true);
        }
        let z = width(of.plan.level);
        let each = rows.iter().zip(after).zip(touched).filter(|(_, touched)| *touched);
        let channels =
            each.map(|((row, after), _)| self.moved(row, after, of.within, z)).collect::<Result<Vec<_>>>()?;
        Ok(Gain { total: total(&channels, z), channels })
    }

    fn moved(&self, row: &Row, after: f64, within: f64, z: f64) -> Result<Moved> {
        let before = row.cost.unwrap_or(0.0);
        // What is left after taking all of it may be off by rounding.
        let after = if after.abs() < 1e-9 * before { 0.0 } else { after };
        if after < 0.0 {
            return Err(Error::usage(format!(
                "{before:.2} was spent on `{}`, so {:.2} cannot be taken from it",
                row.channel,
                before - after
            )));
        }
        let customers = row.customers() as f64;
        let there = customers * (after / before).powf(self.elasticity);
        let more = there - customers;
        let (ltv, own, shared) =
            row.worth.as_ref().map_or((0.0, 0.0, 0.0), |worth| (worth.ltv(), worth.luck, worth.shared));
        let counted = if customers > 0.0 { (more * ltv).powi(2) / customers } else { 0.0 };
        let luck = more * more * own + more.abs() * within + counted;
        let (gain, shared) = (more * ltv, more.abs() * shared);
        let half = z * luck.sqrt().hypot(shared);
        Ok(Moved {
            channel: row.channel.clone(),
            cost: (before, after),
            customers: (customers, there),
            ltv: row.worth.as_ref().map(|_| ltv),
            gain,
            between: (gain - half, gain + half),
            luck,
            shared,
        })
    }
}

impl Move {
    /// The places of both channels.
    fn resolve(&self, rows: &[&Row]) -> Result<(usize, usize)> {
        let find = |name: &str| {
            let wanted = name.trim().to_lowercase();
            rows.iter().position(|row| row.channel.to_lowercase() == wanted)
        };
        let splits =
            self.between.match_indices(':').map(|(at, _)| (&self.between[..at], &self.between[at + 1..]));
        let known: Vec<&str> =
            rows.iter().filter(|row| row.cost.is_some()).map(|row| row.channel.as_str()).collect();
        let found = splits.into_iter().find_map(|(from, to)| find(from).zip(find(to)));
        let (from, to) = found.ok_or_else(|| {
            Error::usage(format!(
                "`{}` does not name two channels; those with costs are {}",
                self.between,
                known.iter().take(20).copied().collect::<Vec<_>>().join(", ")
            ))
        })?;
        if from == to {
            return Err(Error::usage(format!("`{}` moves money from a channel to itself", self.between)));
        }
        for at in [from, to] {
            if rows[at].cost.is_none_or(|cost| cost <= 0.0) {
                return Err(Error::usage(format!(
                    "nothing was spent on `{}`, so what customers cost there is not known; those with costs are {}",
                    rows[at].channel,
                    known.join(", ")
                )));
            }
        }
        Ok((from, to))
    }
}

fn total(channels: &[Moved], z: f64) -> Moved {
    let all = |of: &dyn Fn(&Moved) -> f64| sum(channels.iter().map(of));
    let (gain, luck, shared) = (all(&|one| one.gain), all(&|one| one.luck), all(&|one| one.shared));
    let half = z * luck.sqrt().hypot(shared);
    Moved {
        channel: Row::ALL.to_owned(),
        cost: (all(&|one| one.cost.0), all(&|one| one.cost.1)),
        customers: (all(&|one| one.customers.0), all(&|one| one.customers.1)),
        ltv: None,
        gain,
        between: (gain - half, gain + half),
        luck,
        shared,
    }
}
