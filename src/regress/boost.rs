//! Gradient boosting: a sum of small trees, grown by `forust-ml`, for any family with an offset.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, ArrayBase, ArrayView2, Axis, Data, Ix2};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::growth::{Binned, Growth};
use super::trees::Tree;
use super::{Family, FittedGlm, Folds, Sample};
use crate::math::parallel;
use crate::math::sum::sum;
use crate::{Error, Result};

/// Gradient boosting by Newton steps (Friedman 2001, Annals of Statistics 29, 1189–1232; Chen & Guestrin 2016, KDD, eq. 5): each
/// tree fits the slopes of half the deviance, weighted by its curvatures, and adds `rate` of what it finds to the linear predictor.
///
/// The trees are grown by forust-ml's histograms; the family, the offset, the start and the number of trees are looked after here: after
/// every tree the deviance of held-out customers is taken (all rows of a customer are on one side), and as many trees are kept as served
/// them best, which may be none.
///
/// Trees are steps: of what goes up smoothly they need many to follow it, and beyond the last customer they are flat. So they may start at a
/// straight line ([`Boosting::fit_from`]), a generalised linear model of a few columns, and find what that does not tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Boosting {
    /// How what happens varies about its mean.
    pub family: Family,
    /// At most so many trees.
    pub most: usize,
    /// The share of each tree that is added.
    pub rate: f64,
    /// At most so many leaves a tree.
    pub leaves: usize,
    /// At most so many splits on the way to a leaf.
    pub depth: usize,
    /// The least Σ of curvatures in a leaf: for Poisson so many expected purchases, for gamma and least squares so many rows.
    pub smallest: f64,
    /// Added to Σ of curvatures in a leaf: its value is drawn towards 0.
    pub ridge: f64,
    /// The share of rows that each tree is shown.
    pub rows: f64,
    /// The share of columns that each tree is shown.
    pub columns: f64,
    /// It ends when so many trees in a row have not served the held-out customers.
    pub patience: usize,
    /// Whether the level is learnt too; otherwise all starts at the offset.
    pub level: bool,
    /// Where the rows and columns of each tree come from.
    pub seed: u64,
}

/// Boosted trees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Boosted {
    /// The family.
    pub family: Family,
    /// The linear predictor before line and trees.
    pub start: f64,
    /// The straight line that the trees start at, and the columns it reads by their place; `None` where they start at one mean for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<(Vec<usize>, FittedGlm)>,
    /// Means are this times what the trees tell: targets were divided by it.
    pub scale: f64,
    /// How many columns the rows have.
    pub columns: usize,
    /// The mean deviance of held-out customers without trees, and with as many as were kept.
    pub held_out: (f64, f64),
    /// The trees.
    pub trees: Vec<Tree>,
}

/// What held-out customers were told, each row by trees that had not seen its customer.
#[derive(Debug, Clone, PartialEq)]
pub struct OutOfFold {
    /// The means.
    pub means: Array1<f64>,
}

impl Boosting {
    /// Settings that serve small and large shops alike: small steps, small trees, early end.
    #[must_use]
    pub const fn new(family: Family) -> Self {
        let smallest = match family {
            Family::Binomial => 4.0,
            _ => 20.0,
        };
        Self {
            family,
            most: 400,
            rate: 0.06,
            leaves: 12,
            depth: 5,
            smallest,
            ridge: 5.0,
            rows: 0.7,
            columns: 0.5,
            patience: 25,
            level: true,
            seed: 20_260_511,
        }
    }

    /// Fits it, and tells every row out of fold too.
    ///
    /// # Errors
    /// [`Error::Undefined`] as [`Family::check`], or if a mean is not finite.
    pub fn fit_out_of_fold(&self, sample: &Sample) -> Result<(Boosted, OutOfFold)> {
        self.fit_from(sample, &[])
    }

    /// The same, the trees starting at a straight line in some columns (by their place); without columns at one mean for all.
    ///
    /// # Errors
    /// As [`Boosting::fit_out_of_fold`], and if the line cannot be fitted.
    pub fn fit_from(&self, sample: &Sample, line: &[usize]) -> Result<(Boosted, OutOfFold)> {
        self.family.checked()?.check(sample.y())?;
        let seen = Binned::new(self, sample, line)?;
        let folds = Folds::of(sample, if sample.rows() > 50_000 { 3 } else { 5 });
        let (most, held_out, means) = self.chosen(&seen, &folds)?;
        let mut whole = Growth::new(&seen, (0..sample.rows()).collect(), Vec::new())?;
        let trees = (0..most).map(|round| whole.grow(&seen, &seen.shown(round))).collect();
        let boosted = Boosted {
            family: self.family,
            start: whole.start,
            line: whole.line.map(|fitted| (line.to_vec(), fitted)),
            scale: seen.scale,
            columns: sample.columns(),
            held_out,
            trees,
        };
        if whole.eta.iter().chain(&means).any(|value| !value.is_finite()) {
            return Err(Error::Undefined(format!(
                "boosting ({}) came to numbers that are not finite",
                self.family
            )));
        }
        Ok((boosted, OutOfFold { means }))
    }

    /// Single precision is enough for slopes of the size of 1: amounts are divided by their mean. Counts and shares stay.
    pub(super) fn scale(&self, sample: &Sample) -> f64 {
        match self.family {
            Family::Binomial | Family::Poisson => 1.0,
            Family::Gaussian => {
                let mean = sample.mean_target();
                let squares =
                    (0..sample.rows()).map(|row| sample.weight(row) * (sample.y()[row] - mean).powi(2));
                let sd = (sum(squares) / sample.total_weight()).sqrt();
                if sd > 0.0 { sd } else { 1.0 }
            }
            Family::Gamma | Family::Tweedie(_) if sample.has_offset() => 1.0,
            Family::Gamma | Family::Tweedie(_) => sample.mean_target(),
        }
    }

    /// How many trees serve held-out customers best, the mean deviance without and with them, and what those were told.
    fn chosen(&self, seen: &Binned<'_>, folds: &Folds) -> Result<(usize, (f64, f64), Array1<f64>)> {
        let mut parts = self.parts(seen, folds)?;
        let none = sum(parts.iter().map(|part| part.deviance(seen)));
        let (mut best, mut trees) = (none, 0);
        parts.iter_mut().for_each(Growth::tell);
        for round in 0..self.most {
            let shown = seen.shown(round);
            let grow = |part: &mut Growth| {
                part.grow(seen, &shown);
                Ok(part.deviance(seen))
            };
            let now = sum(parallel::try_each_mut(&mut parts, &grow)?);
            if now < best {
                (best, trees) = (now, round + 1);
                parts.iter_mut().for_each(Growth::tell);
            } else if round + 1 >= trees + self.patience {
                break;
            }
        }
        let mut means = Array1::from_elem(seen.sample.rows(), seen.sample.mean_target());
        let told = || parts.iter().flat_map(Growth::told);
        told().for_each(|(row, eta)| means[row] = seen.scale * self.family.mean(eta));
        let weight = sum(told().map(|(row, _)| seen.sample.weight(row))).max(f64::MIN_POSITIVE);
        Ok((trees, (none / weight, best / weight), means))
    }

    /// A sum of trees to grow on the rows outside of each fold.
    fn parts(&self, seen: &Binned<'_>, folds: &Folds) -> Result<Vec<Growth>> {
        (0..folds.count())
            .map(|fold| folds.split(fold))
            .filter(|(inside, outside)| !inside.is_empty() && !outside.is_empty())
            // Whoever is left may all be alike: then there is nothing that trees could find.
            .filter(|(inside, _)| self.family.check(&seen.sample.y().select(Axis(0), inside)).is_ok())
            .map(|(inside, outside)| Growth::new(seen, inside, outside))
            .collect()
    }
}

impl Boosted {
    /// The linear predictor of each row, without an offset.
    #[must_use]
    pub fn linear(&self, x: &ArrayView2<'_, f64>) -> Array1<f64> {
        let mut eta = match &self.line {
            Some((columns, fitted)) => fitted.linear(&x.select(Axis(1), columns).view()),
            None => Array1::from_elem(x.nrows(), self.start),
        };
        let rows: Vec<_> = x.rows().into_iter().zip(&mut eta).collect();
        rows.into_par_iter().for_each(|(row, eta)| {
            *eta = self.trees.iter().fold(*eta, |eta, tree| eta + tree.at(|column| row[column]));
        });
        eta
    }

    /// Whether it reads no columns beyond so many, and its line is a line and its trees are trees: what a file holds need not be.
    #[must_use]
    pub fn is_sound(&self, columns: usize) -> bool {
        let line = self.line.as_ref().is_none_or(|(read, fitted)| {
            fitted.coefficients.len() == read.len() && read.iter().all(|&at| at < columns)
        });
        line && self.trees.iter().all(|tree| tree.is_sound(columns))
    }

    /// The mean of each row, given what is added to its linear predictor.
    #[must_use]
    pub fn means(&self, x: &ArrayView2<'_, f64>, offset: Option<&Array1<f64>>) -> Array1<f64> {
        let mut eta = self.linear(x);
        if let Some(offset) = offset {
            eta += offset;
        }
        eta.mapv(|eta| self.scale * self.family.mean(eta))
    }
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = f64>> Fit<ArrayBase<D, Ix2>, T, Error> for Boosting {
    type Object = Boosted;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<Boosted> {
        Ok(self.fit_out_of_fold(&Sample::from_dataset(dataset)?)?.0)
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for Boosted {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<f64>) {
        *y = self.means(&x.view(), None);
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(x.nrows())
    }
}
