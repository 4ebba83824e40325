//! Gradient boosting: a sum of small trees, grown by `forust-ml`, for any family with an offset.

use forust_ml::Matrix;
use forust_ml::binning::{BinnedData, bin_matrix};
use forust_ml::constraints::ConstraintMap;
use forust_ml::gradientbooster::GrowPolicy;
use forust_ml::sampler::SampleMethod;
use forust_ml::splitter::MissingImputerSplitter;
use forust_ml::tree::Tree as Grown;
use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, ArrayBase, ArrayView2, Data, Ix2};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::trees::Tree;
use super::{Family, Folds, Sample};
use crate::math::hash::nth;
use crate::math::sum::sum;
use crate::{Error, Result};

/// Gradient boosting by Newton steps (Friedman 2001, Annals of Statistics 29, 1189–1232; Chen & Guestrin 2016, KDD, eq. 5): each
/// tree fits the slopes of half the deviance, weighted by its curvatures, and adds `rate` of what it finds to the linear predictor.
///
/// The trees are grown by forust-ml's histograms; the family, the offset and the number of trees are looked after here: after every
/// tree the deviance of held-out customers is taken (all rows of a customer are on one side), and as many trees are kept as served them
/// best, which may be none.
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
    /// The linear predictor before any tree.
    pub start: f64,
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
        self.family.checked()?.check(sample.y())?;
        let scale = self.scale(sample);
        let folds = Folds::of(sample, if sample.rows() > 50_000 { 3 } else { 5 });
        let (trees, held_out, means) = self.chosen(sample, scale, &folds)?;
        let mut whole = Growth::new(self, sample, scale)?;
        (0..trees).for_each(|round| whole.grow(round));
        let boosted = Boosted {
            family: self.family,
            start: whole.start,
            scale,
            columns: sample.columns(),
            held_out,
            trees: whole.trees,
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
    fn scale(&self, sample: &Sample) -> f64 {
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
    fn chosen(&self, sample: &Sample, scale: f64, folds: &Folds) -> Result<(usize, (f64, f64), Array1<f64>)> {
        let mut parts = Vec::new();
        for fold in 0..folds.count() {
            let (inside, outside) = folds.split(fold);
            if !inside.is_empty() && !outside.is_empty() {
                let inside = sample.picked(&inside);
                // Whoever is left may all be alike: then there is nothing that trees could find.
                if self.family.check(inside.y()).is_ok() {
                    parts.push((Growth::new(self, &inside, scale)?, Told::new(self, sample, outside)));
                }
            }
        }
        for (growth, told) in &mut parts {
            told.begin(growth.start);
        }
        let deviance =
            |parts: &[(Growth<'_>, Told<'_>)]| sum(parts.iter().map(|(_, told)| told.deviance(scale)));
        let none = deviance(&parts);
        let (mut best, mut trees) = (none, 0);
        for round in 0..self.most {
            parts.par_iter_mut().for_each(|(growth, told)| {
                growth.grow(round);
                told.add(growth.trees.last());
            });
            let now = deviance(&parts);
            if now < best {
                (best, trees) = (now, round + 1);
                parts.iter_mut().for_each(|(_, told)| told.best.clone_from(&told.eta));
            } else if round + 1 >= trees + self.patience {
                break;
            }
        }
        let mut means = Array1::from_elem(sample.rows(), sample.mean_target());
        let mut weight = 0.0;
        for (_, told) in &parts {
            for (&row, &eta) in told.rows.iter().zip(&told.best) {
                means[row] = scale * self.family.mean(eta);
                weight += sample.weight(row);
            }
        }
        let weight = f64::max(weight, f64::MIN_POSITIVE);
        Ok((trees, (none / weight, best / weight), means))
    }
}

/// A sum of trees as it grows on its rows.
struct Growth<'a> {
    by: &'a Boosting,
    /// The columns that are not constant, by their place among all.
    columns: Vec<usize>,
    /// The rows in bins, column by column.
    binned: BinnedData<f64>,
    /// The same rows' columns, as trees are asked.
    sample: Sample,
    y: Vec<f64>,
    start: f64,
    eta: Vec<f64>,
    trees: Vec<Tree>,
}

/// Held-out rows and what they are told.
struct Told<'a> {
    by: &'a Boosting,
    sample: &'a Sample,
    rows: Vec<usize>,
    eta: Vec<f64>,
    best: Vec<f64>,
}

/// Bins a column.
const BINS: u16 = 128;

impl<'a> Growth<'a> {
    fn new(by: &'a Boosting, sample: &Sample, scale: f64) -> Result<Self> {
        let columns = varying(sample);
        let count = sample.rows();
        let mut values = Vec::with_capacity(count * columns.len());
        columns.iter().for_each(|&column| values.extend(sample.x().column(column)));
        let weights = vec![1.0; count];
        let binned = bin_matrix(&Matrix::new(&values, count, columns.len()), &weights, BINS, f64::NAN, false)
            .map_err(|e| Error::Undefined(format!("the columns cannot be put into bins: {e}")))?;
        let start = if by.level { level(by.family, sample, scale) } else { 0.0 };
        let eta = (0..count).map(|row| start + sample.offset(row)).collect();
        let y = sample.y().iter().map(|y| y / scale).collect();
        Ok(Self { by, columns, binned, sample: sample.clone(), y, start, eta, trees: Vec::new() })
    }

    /// One more tree.
    fn grow(&mut self, round: usize) {
        let (by, count) = (self.by, self.y.len());
        let family = by.family;
        let mean = |row: usize| family.mean(self.eta[row]);
        let slope = |row: usize| (self.sample.weight(row) * family.slope(self.y[row], mean(row))) as f32;
        let curvature =
            |row: usize| (self.sample.weight(row) * family.curvature(self.y[row], mean(row))) as f32;
        let (slopes, curvatures): (Vec<f32>, Vec<f32>) =
            (0..count).map(|row| (slope(row), curvature(row))).unzip();
        let rows: Vec<usize> = (0..count).filter(|&row| self.shown(round, row, by.rows)).collect();
        let shown: Vec<usize> = self.shown_columns(round);
        if rows.is_empty() || shown.is_empty() {
            self.trees.push(Tree::nothing());
            return;
        }
        let splitter = MissingImputerSplitter::new(
            0.0,
            by.ridge as f32,
            0.0,
            if family == Family::Gaussian { 0.0 } else { 2.0 },
            by.smallest as f32,
            by.rate as f32,
            false,
            ConstraintMap::new(),
        );
        let mut grown = Grown::new();
        let bins = Matrix::new(&self.binned.binned_data, count, self.columns.len());
        grown.fit(
            &bins,
            rows,
            &shown,
            &self.binned.cuts,
            &slopes,
            &curvatures,
            &splitter,
            by.leaves,
            by.depth,
            false,
            &SampleMethod::Random,
            &GrowPolicy::LossGuide,
        );
        let tree = Tree::of(&grown, &self.columns);
        for (eta, row) in self.eta.iter_mut().zip(self.sample.x().rows()) {
            *eta += tree.at(|column| row[column]);
        }
        self.trees.push(tree);
    }

    /// Whether a tree is shown a row: by numbers that depend on seed, tree and row alone.
    fn shown(&self, round: usize, row: usize, share: f64) -> bool {
        uniform(self.by.seed, round, u64::from(self.sample.group(row)) << 20 | (row as u64 & 0xf_ffff))
            < share
    }

    /// The columns that a tree is shown, by their place among those that are not constant: at least one.
    fn shown_columns(&self, round: usize) -> Vec<usize> {
        let mut drawn: Vec<(f64, usize)> =
            (0..self.columns.len()).map(|at| (uniform(!self.by.seed, round, at as u64), at)).collect();
        drawn.sort_unstable_by(|left, right| left.0.total_cmp(&right.0));
        let count = (self.by.columns * drawn.len() as f64).ceil() as usize;
        let mut shown: Vec<usize> = drawn.into_iter().take(count).map(|(_, at)| at).collect();
        shown.sort_unstable();
        shown
    }
}

impl<'a> Told<'a> {
    fn new(by: &'a Boosting, sample: &'a Sample, rows: Vec<usize>) -> Self {
        Self { by, sample, eta: Vec::new(), best: Vec::new(), rows }
    }

    fn begin(&mut self, start: f64) {
        self.eta = self.rows.iter().map(|&row| start + self.sample.offset(row)).collect();
        self.best = self.eta.clone();
    }

    fn add(&mut self, tree: Option<&Tree>) {
        let Some(tree) = tree else { return };
        for (eta, &row) in self.eta.iter_mut().zip(&self.rows) {
            *eta += tree.at(|column| self.sample.x()[(row, column)]);
        }
    }

    fn deviance(&self, scale: f64) -> f64 {
        let family = self.by.family;
        let one = |(&row, &eta): (&usize, &f64)| {
            self.sample.weight(row) * family.deviance(self.sample.y()[row] / scale, family.mean(eta))
        };
        sum(self.rows.iter().zip(&self.eta).map(one))
    }
}

/// The linear predictor (beside the offset) at which means and targets have the same sum; for log links.
fn level(family: Family, sample: &Sample, scale: f64) -> f64 {
    let mean = sample.mean_target() / scale;
    if !sample.has_offset() {
        return family.link(mean);
    }
    let exposed = (0..sample.rows()).map(|row| sample.weight(row) * family.mean(sample.offset(row)));
    family.link(mean * sample.total_weight() / sum(exposed))
}

/// The columns that are not constant.
fn varying(sample: &Sample) -> Vec<usize> {
    let varies = |&column: &usize| {
        let values = sample.x().column(column);
        values.iter().any(|value| *value != values[0])
    };
    (0..sample.columns()).filter(varies).collect()
}

/// A number from 0 to 1 that depends on these three alone.
fn uniform(seed: u64, round: usize, at: u64) -> f64 {
    let bits = nth(nth(seed ^ (round as u64) << 32, 0) ^ at, 0);
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

impl Boosted {
    /// The linear predictor of each row, without an offset.
    #[must_use]
    pub fn linear(&self, x: &ArrayView2<'_, f64>) -> Array1<f64> {
        let rows: Vec<_> = x.rows().into_iter().collect();
        let eta = |row: &ndarray::ArrayView1<'_, f64>| {
            self.trees.iter().fold(self.start, |eta, tree| eta + tree.at(|column| row[column]))
        };
        rows.par_iter().map(eta).collect::<Vec<f64>>().into()
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
