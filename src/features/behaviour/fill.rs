//! Many customers' numbers at once.

use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use super::Behaviour;
use crate::features::Past;
use crate::features::past::PIECE;
use crate::{Error, Result};

/// No customer has this number.
const NOBODY: u32 = u32::MAX;

impl Past<'_> {
    /// Writes what these customers (by their numbers in the orders) did up to the cut-off: row after row, each `stride` numbers wide, the first
    /// [`Behaviour::width`] of which are written. The result does not depend on the number of threads.
    ///
    /// # Errors
    /// [`Error::Usage`] if the orders have another grain, or money where there was none or none where there was, if the past counts
    /// opportunities, if a customer has no purchase up to the cut-off, or if the rows are narrower than there are columns or do not fit.
    pub fn fill_behaviour(
        &self,
        behaviour: &Behaviour,
        who: &[u32],
        rows: &mut [f64],
        stride: usize,
    ) -> Result<()> {
        self.check(behaviour)?;
        let width = behaviour.width();
        if stride < width || who.len().checked_mul(stride) != Some(rows.len()) {
            return Err(Error::usage(format!(
                "{} numbers are no room for {} rows of {stride} numbers, of which {width} are written",
                rows.len(),
                who.len()
            )));
        }
        let stranger = AtomicU32::new(NOBODY);
        rows.par_chunks_mut(PIECE * stride).zip(who.par_chunks(PIECE)).for_each(|(rows, who)| {
            let mut netter = self.netter();
            for (row, &customer) in rows.chunks_exact_mut(stride).zip(who) {
                let known = (customer as usize) < self.orders().len();
                let bought = if known { self.purchases(&mut netter, customer as usize) } else { &[] };
                if bought.is_empty() {
                    stranger.fetch_min(customer, Ordering::Relaxed);
                } else {
                    behaviour.write(bought, self.cutoff(), &mut row[..width]);
                }
            }
        });
        match stranger.into_inner() {
            NOBODY => Ok(()),
            customer => Err(Error::usage(format!(
                "customer number {customer} has no purchase up to {}",
                behaviour.grain.show(self.cutoff())
            ))),
        }
    }

    /// Whether columns learnt on another past can be told of this one.
    fn check(&self, behaviour: &Behaviour) -> Result<()> {
        self.refuse_opportunities()?;
        let grain = self.orders().options.grain;
        if grain != behaviour.grain {
            return Err(Error::usage(format!(
                "the model was trained at the grain `{}`, so it cannot score at the grain `{grain}`; leave --grain out",
                behaviour.grain
            )));
        }
        match (behaviour.has_money(), self.orders().has_money()) {
            (true, false) => Err(Error::usage(
                "the model was trained with what orders are worth, and these orders have no amount; name the column with --amount, \
                 or train again with --spend none",
            )),
            (false, true) => Err(Error::usage(
                "the model was trained without what orders are worth; score with --spend none, or train again with amounts",
            )),
            _ => Ok(()),
        }
    }
}
