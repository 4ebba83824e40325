//! Who went where since an earlier cut.

use super::{Kind, Segments};
use crate::Result;
use crate::table::{Column, Sheet};
use crate::value::Outlook;

/// Customers who were in one segment then and are in one now.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// By what the segments are told.
    pub kind: Kind,
    /// The segment then; `None` of customers who came since.
    pub then: Option<u32>,
    /// The segment now; `None` of customers all of whose purchases were refunded since.
    pub now: Option<u32>,
    /// How many.
    pub customers: u64,
    /// What was expected of them then; `None` of customers who came since.
    pub value_then: Option<f64>,
    /// What is expected of them now; `None` of those who are no customers any more.
    pub value_now: Option<f64>,
}

/// Who went where: every pair of segments, in their order, newcomers last.
#[derive(Debug, Clone, PartialEq)]
pub struct Movement {
    /// The pairs, those without a customer too.
    pub steps: Vec<Step>,
    /// The names of the segments of each kind then and now, in the order of [`Kind::ALL`].
    names: Vec<(Vec<String>, Vec<String>)>,
    money: bool,
}

/// Nobody: in no table.
const ABSENT: u32 = u32::MAX;

impl Movement {
    /// What customers in a row that was not there then are called.
    pub const NEW: &'static str = "(new since)";
    /// What customers who are none any more are called.
    pub const GONE: &'static str = "(refunded)";

    /// Between two cuts of the same orders.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] for tables that were read from files, whose customers cannot be matched.
    pub fn between(then: (&Outlook, &Segments), now: (&Outlook, &Segments)) -> Result<Self> {
        let (old, new) = (numbers(then.0)?, numbers(now.0)?);
        let size = old.iter().chain(new).max().map_or(0, |most| *most as usize + 1);
        let mut row_then = vec![ABSENT; size];
        old.iter().enumerate().for_each(|(row, &number)| row_then[number as usize] = row as u32);
        let mut stayed = vec![false; old.len()];
        let pairs: Vec<(Option<usize>, Option<usize>)> = new
            .iter()
            .enumerate()
            .map(|(row, &number)| {
                let before =
                    Some(row_then[number as usize]).filter(|&row| row != ABSENT).map(|row| row as usize);
                before.into_iter().for_each(|row| stayed[row] = true);
                (before, Some(row))
            })
            .collect();
        let gone = (0..old.len()).filter(|&row| !stayed[row]).map(|row| (Some(row), None));
        let pairs: Vec<_> = pairs.iter().copied().chain(gone).collect();
        let steps = Kind::ALL.into_iter().flat_map(|kind| steps(kind, &pairs, then, now)).collect();
        let names = |kind| (then.1.by(kind).names.clone(), now.1.by(kind).names.clone());
        Ok(Self { steps, names: Kind::ALL.map(names).to_vec(), money: now.0.money })
    }

    /// The name of the segment of a step then.
    #[must_use]
    pub fn then(&self, step: &Step) -> &str {
        step.then.map_or(Self::NEW, |at| &self.names[step.kind as usize].0[at as usize])
    }

    /// The name of the segment of a step now.
    #[must_use]
    pub fn now(&self, step: &Step) -> &str {
        step.now.map_or(Self::GONE, |at| &self.names[step.kind as usize].1[at as usize])
    }

    /// The table, without empty pairs: `segmentation, segment_then, segment_now, customers, value_then, value_now`.
    #[must_use]
    pub fn sheet(&self) -> Sheet {
        let seen: Vec<&Step> = self.steps.iter().filter(|step| step.customers > 0).collect();
        let text =
            |pick: &dyn Fn(&Step) -> String| Column::Text(seen.iter().map(|step| pick(step)).collect());
        let value = |pick: &dyn Fn(&Step) -> Option<f64>| {
            let values = seen.iter().map(|step| pick(step)).collect();
            if self.money { Column::Money(values) } else { Column::Real(values) }
        };
        Sheet::new()
            .with("segmentation", text(&|step| step.kind.name().to_owned()))
            .with("segment_then", text(&|step| self.then(step).to_owned()))
            .with("segment_now", text(&|step| self.now(step).to_owned()))
            .with("customers", Column::Count(seen.iter().map(|step| step.customers).collect()))
            .with("value_then", value(&|step| step.value_then))
            .with("value_now", value(&|step| step.value_now))
    }
}

fn numbers(outlook: &Outlook) -> Result<&[u32]> {
    outlook.customers.history.as_ref().map(|history| history.numbers.as_slice()).ok_or_else(|| {
        crate::Error::usage(
            "movement is between two cuts of orders, and a table of customers has only one; give the orders",
        )
    })
}

fn steps(
    kind: Kind,
    pairs: &[(Option<usize>, Option<usize>)],
    then: (&Outlook, &Segments),
    now: (&Outlook, &Segments),
) -> Vec<Step> {
    let (before, after) = (then.1.by(kind), now.1.by(kind));
    let (rows, columns) = (before.names.len() + 1, after.names.len() + 1);
    let mut sums = vec![(0u64, 0.0f64, 0.0f64); rows * columns];
    for &(old, new) in pairs {
        let row = old.map_or(rows - 1, |row| before.of[row] as usize);
        let column = new.map_or(columns - 1, |row| after.of[row] as usize);
        let sum = &mut sums[row * columns + column];
        sum.0 += 1;
        sum.1 += old.map_or(0.0, |row| then.0.expected[row]);
        sum.2 += new.map_or(0.0, |row| now.0.expected[row]);
    }
    let step = |(at, (customers, value_then, value_now)): (usize, (u64, f64, f64))| {
        let then = Some(at / columns).filter(|&row| row + 1 < rows).map(|row| row as u32);
        let now = Some(at % columns).filter(|&column| column + 1 < columns).map(|column| column as u32);
        let (value_then, value_now) = (then.map(|_| value_then), now.map(|_| value_now));
        Step { kind, then, now, customers, value_then, value_now }
    };
    sums.into_iter().enumerate().map(step).collect()
}
