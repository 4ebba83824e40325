//! How strongly coefficients of covariates are held towards 0, and which strength predicts best.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::features::Customers;
use crate::model::{Likelihood, Weighted};
use crate::{Error, Result};

/// How strongly the coefficients of covariates are held towards 0: as by a normal prior of variance 1/strength on each
/// coefficient per standard deviation of its covariate. Units of covariates so do not matter.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Regularisation {
    /// Not at all.
    #[default]
    None,
    /// With this strength.
    Strength(f64),
    /// With the strength that predicts customers left out best ([`CrossValidation`]).
    Auto,
}

/// How a strength was chosen: five folds of customers, each predicted by a fit on the other four.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CrossValidation {
    /// Each strength with the log-likelihood of the customers left out, summed over folds.
    pub tried: Vec<(f64, f64)>,
    /// The strength with the highest.
    pub best: f64,
}

/// Strengths that are tried, from none to one that leaves next to nothing of an effect.
const STRENGTHS: [f64; 10] = [0.0, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0];
/// So many folds.
const FOLDS: u64 = 5;

impl Regularisation {
    /// Refuses strengths that are none.
    ///
    /// # Errors
    /// [`Error::Usage`] for one that is negative or no number.
    pub(super) fn check(self) -> Result<()> {
        match self {
            Self::Strength(strength) if !(strength >= 0.0 && strength.is_finite()) => Err(Error::usage(
                format!("the strength of --l2 is {strength}, but must be a number, 0 or more"),
            )),
            _ => Ok(()),
        }
    }

    /// The strength, chosen by `choose` where it is to be.
    pub(super) fn settled(
        self,
        choose: impl FnOnce() -> Result<CrossValidation>,
    ) -> Result<(f64, Option<CrossValidation>)> {
        Ok(match self {
            Self::None => (0.0, None),
            Self::Strength(strength) => (strength, None),
            Self::Auto => {
                let chosen = choose()?;
                (chosen.best, Some(chosen))
            }
        })
    }
}

/// The customers' places in folds, by their ids, so that the order of a file does not matter.
pub(super) fn folds(customers: &Customers) -> Vec<Vec<usize>> {
    let fold = |at: usize| {
        let bytes = customers.ids.get(at).bytes();
        // FNV-1a: short, and the same everywhere.
        let hash =
            bytes.fold(0xcbf2_9ce4_8422_2325, |h: u64, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
        (hash >> 32) % FOLDS
    };
    (0..FOLDS).map(|which| (0..customers.len()).filter(|&at| fold(at) == which).collect()).collect()
}

/// The strength whose fit to the other folds, rows in this order, predicts the one left out best; `fit` gives the model without its penalty.
pub(super) fn cross_validate<L: Likelihood>(
    folds: &[Vec<Weighted<L::Row>>],
    order: impl Fn(&L::Row, &L::Row) -> Ordering,
    fit: impl Fn(&[Weighted<L::Row>], f64) -> Result<L>,
) -> Result<CrossValidation> {
    let mut tried: Vec<(f64, f64)> = STRENGTHS.iter().map(|&strength| (strength, 0.0)).collect();
    for (which, left_out) in folds.iter().enumerate() {
        let others = folds.iter().enumerate().filter(|(k, _)| *k != which).flat_map(|(_, rows)| rows);
        let mut others: Vec<Weighted<L::Row>> = others.copied().collect();
        others.sort_by(|left, right| order(&left.row, &right.row));
        for (strength, sum) in &mut tried {
            // A strength at which some fold cannot be fitted is none.
            *sum += match fit(&others, *strength) {
                Ok(model) => model.derivatives(left_out).value,
                Err(Error::Interrupted) => return Err(Error::Interrupted),
                Err(_) => f64::NEG_INFINITY,
            };
        }
    }
    let best = tried.iter().copied().reduce(|best, next| if next.1 > best.1 { next } else { best });
    match best {
        Some((best, value)) if value.is_finite() => Ok(CrossValidation { tried, best }),
        _ => Err(Error::Undefined(
            "no strength of --l2 could be fitted on all parts of these customers; give one, for instance --l2 100".into(),
        )),
    }
}
