//! Attributes: what stands in further columns in the row of a customer's first order.

use std::borrow::Cow;

use super::Ids;
use super::columns::plain;
use super::ids::Interner;
use crate::{Error, Result};

/// So many columns may be asked for.
pub(super) const MOST: usize = 16;

/// A column of the orders that was asked for, one value for each customer: what stood there in the row of the customer's first order (the
/// smallest tick, and of equals the first in the input; refunds are no orders). So it is known from the first order on, and nothing of later
/// orders is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The column's name, as it was asked for.
    pub name: String,
    /// Its different values as text, without the spaces around, by letter.
    pub levels: Ids,
    /// For each customer of the orders, the number of its level.
    pub codes: Vec<u32>,
}

impl Attribute {
    /// The level of customers in whose first order nothing stands in the column, and of those who have no order.
    pub const MISSING: &str = "(missing)";

    /// The value of a customer.
    ///
    /// # Panics
    /// If there is no such customer.
    #[must_use]
    pub fn of(&self, customer: usize) -> &str {
        self.levels.get(self.codes[customer] as usize)
    }
}

/// The names of columns that are asked for: without the spaces around, each once.
///
/// # Errors
/// [`Error::Usage`] for a name that is empty, and for too many.
pub(super) fn asked(names: &[String]) -> Result<Vec<String>> {
    let mut asked: Vec<String> = Vec::new();
    for name in names.iter().map(|name| name.trim()) {
        if name.is_empty() {
            return Err(Error::usage(
                "an attribute has no name; write for instance --attributes channel,country",
            ));
        }
        if !asked.iter().any(|other| other == name) {
            asked.push(name.to_owned());
        }
    }
    if asked.len() > MOST {
        return Err(Error::usage(format!("{} attributes are asked for; at most {MOST} can be", asked.len())));
    }
    Ok(asked)
}

/// Of each customer, what stands in the columns asked for in the first row that is an order, as far as rows were seen.
#[derive(Debug, Default)]
pub(super) struct FirstRows {
    columns: Vec<Levels>,
    /// Per customer: tick and position of that row.
    when: Vec<(i32, u64)>,
    /// Per customer and column: the number of the level.
    codes: Vec<u32>,
}

/// The levels of a column in the order in which they came.
#[derive(Debug)]
struct Levels {
    name: String,
    known: Interner,
    /// The level that came last: it often comes again.
    last: u32,
}

/// The number of [`Attribute::MISSING`] in every column.
const MISSING: u32 = 0;

/// No order was seen yet.
const NEVER: (i32, u64) = (i32::MAX, u64::MAX);

impl FirstRows {
    /// For these columns.
    pub fn new(names: &[String]) -> Result<Self> {
        let levels = |name: &String| {
            let mut known = Interner::default();
            known.number(Attribute::MISSING)?;
            Ok(Levels { name: name.clone(), known, last: MISSING })
        };
        let columns = names.iter().map(levels).collect::<Result<_>>()?;
        Ok(Self { columns, when: Vec::new(), codes: Vec::new() })
    }

    /// How many columns.
    pub const fn width(&self) -> usize {
        self.columns.len()
    }

    /// Whether the same columns are asked for.
    pub fn is_like(&self, other: &Self) -> bool {
        self.columns.iter().map(|column| &column.name).eq(other.columns.iter().map(|column| &column.name))
    }

    /// Appends the numbers of a row's levels.
    pub fn number<'t>(
        &mut self,
        mut text: impl FnMut(usize) -> Cow<'t, str>,
        to: &mut Vec<u32>,
    ) -> Result<()> {
        for (at, column) in self.columns.iter_mut().enumerate() {
            let text = text(at);
            let level = text.trim();
            if column.known.ids().get(column.last as usize) != level {
                column.last = if level.is_empty() { MISSING } else { column.known.number(level)?.0 };
            }
            to.push(column.last);
        }
        Ok(())
    }

    /// Appends the levels of a row that tells nothing.
    pub fn number_nothing(&self, to: &mut Vec<u32>) {
        to.extend(self.columns.iter().map(|_| MISSING));
    }

    /// Takes in a row that is an order.
    pub fn take(&mut self, customer: u32, when: (i32, u64), codes: &[u32]) {
        let (at, width) = (customer as usize, self.width());
        self.reach(at + 1);
        if when < self.when[at] {
            self.when[at] = when;
            self.codes[at * width..(at + 1) * width].copy_from_slice(codes);
        }
    }

    /// Makes room for so many customers.
    fn reach(&mut self, customers: usize) {
        if self.when.len() < customers {
            self.when.resize(customers, NEVER);
            self.codes.resize(customers * self.width(), MISSING);
        }
    }

    /// Takes in those of another log, which has our customers by the numbers told (or has them not).
    pub fn merge(&mut self, other: &Self, theirs: &[u32]) -> Result<()> {
        let width = self.width();
        if width == 0 {
            return Ok(());
        }
        let mut ours = Vec::with_capacity(width);
        for (column, their) in self.columns.iter_mut().zip(&other.columns) {
            let number = |level: &str| column.known.number(level).map(|(number, _)| number);
            ours.push(their.known.ids().iter().map(number).collect::<Result<Vec<u32>>>()?);
        }
        let mut codes = vec![MISSING; width];
        for (customer, &their) in theirs.iter().enumerate() {
            let their = their as usize;
            let Some(&when) = other.when.get(their).filter(|when| **when != NEVER) else { continue };
            let theirs = &other.codes[their * width..(their + 1) * width];
            for ((code, their), ours) in codes.iter_mut().zip(theirs).zip(&ours) {
                *code = ours[*their as usize];
            }
            self.take(customer as u32, when, &codes);
        }
        Ok(())
    }

    /// The attributes of so many customers; `order` tells them in another order.
    pub fn finish(mut self, customers: usize, order: Option<&[u32]>) -> Vec<Attribute> {
        self.reach(customers);
        let Self { columns, codes, .. } = self;
        let width = columns.len();
        let attribute = |(at, column): (usize, Levels)| {
            let of = |customer: usize| codes[customer * width + at];
            let codes: Vec<u32> = match order {
                Some(order) => order.iter().map(|&customer| of(customer as usize)).collect(),
                None => (0..customers).map(of).collect(),
            };
            sorted(column.name, column.known.ids(), codes)
        };
        columns.into_iter().enumerate().map(attribute).collect()
    }
}

/// The levels that customers have, by letter.
fn sorted(name: String, known: &Ids, mut codes: Vec<u32>) -> Attribute {
    let mut there = vec![false; known.len()];
    codes.iter().for_each(|&code| there[code as usize] = true);
    let mut used: Vec<u32> = (0..known.len() as u32).filter(|&level| there[level as usize]).collect();
    used.sort_unstable_by_key(|&level| known.get(level as usize));
    let mut place = vec![0; known.len()];
    (0..).zip(&used).for_each(|(at, &level)| place[level as usize] = at);
    codes.iter_mut().for_each(|code| *code = place[*code as usize]);
    Attribute { name, levels: used.iter().map(|&level| known.get(level as usize)).collect(), codes }
}

/// Whether two names are the same but for case, spaces and signs.
pub(super) fn alike(one: &str, other: &str) -> bool {
    one == other || plain(one) == plain(other)
}

#[cfg(test)]
#[path = "attributes_tests.rs"]
mod tests;
