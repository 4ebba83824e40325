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
use ndarray::{Array1, ArrayBase, ArrayView2, Axis, Data, Ix2};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::ridge::ridged;
use super::trees::Tree;
use super::{Family, FittedGlm, Folds, Sample};
use crate::math::hash::nth;
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
        let (trees, held_out, means) = self.chosen(&seen, &folds)?;
        let mut whole = Growth::new(&seen, (0..sample.rows()).collect(), Vec::new())?;
        (0..trees).for_each(|round| whole.grow(&seen, round));
        let boosted = Boosted {
            family: self.family,
            start: whole.start,
            line: whole.line.map(|fitted| (line.to_vec(), fitted)),
            scale: seen.scale,
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
    fn chosen(&self, seen: &Binned<'_>, folds: &Folds) -> Result<(usize, (f64, f64), Array1<f64>)> {
        let sample = seen.sample;
        let mut parts: Vec<Growth> = (0..folds.count())
            .map(|fold| folds.split(fold))
            .filter(|(inside, outside)| !inside.is_empty() && !outside.is_empty())
            // Whoever is left may all be alike: then there is nothing that trees could find.
            .filter(|(inside, _)| self.family.check(&sample.y().select(Axis(0), inside)).is_ok())
            .map(|(inside, outside)| Growth::new(seen, inside, outside))
            .collect::<Result<_>>()?;
        let deviance = |parts: &[Growth]| sum(parts.iter().map(|part| part.deviance(seen)));
        let none = deviance(&parts);
        let (mut best, mut trees) = (none, 0);
        let mut means = Array1::from_elem(sample.rows(), sample.mean_target());
        let mut tell = |parts: &[Growth]| {
            for part in parts {
                part.outside
                    .iter()
                    .for_each(|&row| means[row] = seen.scale * self.family.mean(part.eta[row]));
            }
        };
        tell(&parts);
        for round in 0..self.most {
            parts.par_iter_mut().for_each(|part| part.grow(seen, round));
            let now = deviance(&parts);
            if now < best {
                (best, trees) = (now, round + 1);
                tell(&parts);
            } else if round + 1 >= trees + self.patience {
                break;
            }
        }
        let told = parts.iter().flat_map(|part| &part.outside);
        let weight = sum(told.map(|&row| sample.weight(row))).max(f64::MIN_POSITIVE);
        Ok((trees, (none / weight, best / weight), means))
    }
}

/// The rows with their columns in bins: put there once for all folds.
struct Binned<'a> {
    by: &'a Boosting,
    sample: &'a Sample,
    /// The columns of the straight line alone, with scaled targets; `None` without one.
    line: Option<Sample>,
    /// The columns that are not constant, by their place among all.
    columns: Vec<usize>,
    /// Those in bins, column by column.
    bins: BinnedData<f64>,
    /// What targets were divided by.
    scale: f64,
    y: Array1<f64>,
}

/// Bins a column.
const BINS: u16 = 128;

/// What a split must win at least, Σ slopes²/Σ curvatures: about the deviance that splitting noise once wins.
const LEAST_GAIN: f32 = 2.0;

/// The most that one row may pull: this part of what all rows do, and of few rows so many times what they do on average.
const MOST_OF_ALL: f64 = 0.01;
const MOST_OF_MEAN: f64 = 10.0;

/// The ridge of the straight line, relative to what one customer says.
const LINE: f64 = 1e-3;

impl<'a> Binned<'a> {
    fn new(by: &'a Boosting, sample: &'a Sample, line: &[usize]) -> Result<Self> {
        let columns = varying(sample);
        let count = sample.rows();
        let mut values = Vec::with_capacity(count * columns.len());
        columns.iter().for_each(|&column| values.extend(sample.x().column(column)));
        let weights = vec![1.0; count];
        let bins = bin_matrix(&Matrix::new(&values, count, columns.len()), &weights, BINS, f64::NAN, false)
            .map_err(|e| Error::Undefined(format!("the columns cannot be put into bins: {e}")))?;
        let scale = by.scale(sample);
        let y = sample.y() / scale;
        let line =
            (!line.is_empty()).then(|| sample.with_columns(line).with_target(y.clone())).transpose()?;
        Ok(Self { by, sample, line, columns, bins, scale, y })
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

    /// Whether a tree is shown a row: by numbers that depend on seed, tree and row alone.
    fn shown(&self, round: usize, row: usize) -> bool {
        let at = u64::from(self.sample.group(row)) << 20 | (row as u64 & 0xf_ffff);
        uniform(self.by.seed, round, at) < self.by.rows
    }

    /// A tree that fits what some rows' linear predictors lack.
    fn tree(&self, inside: &[usize], eta: &Array1<f64>, round: usize) -> Tree {
        let (by, family) = (self.by, self.by.family);
        let rows: Vec<usize> = inside.iter().copied().filter(|&row| self.shown(round, row)).collect();
        let shown = self.shown_columns(round);
        if rows.is_empty() || shown.is_empty() {
            return Tree::nothing();
        }
        let (mut slopes, mut curvatures) = (vec![0.0; eta.len()], vec![0.0; eta.len()]);
        for &row in &rows {
            let (y, mean, weight) = (self.y[row], family.mean(eta[row]), self.sample.weight(row));
            slopes[row] = (weight * family.slope(y, mean)) as f32;
            curvatures[row] = (weight * family.curvature(y, mean)) as f32;
        }
        hold(&rows, &mut slopes);
        let splitter = MissingImputerSplitter::new(
            0.0,
            by.ridge as f32,
            0.0,
            if family == Family::Gaussian { 0.0 } else { LEAST_GAIN },
            by.smallest as f32,
            by.rate as f32,
            false,
            ConstraintMap::new(),
        );
        let mut grown = Grown::new();
        grown.fit(
            &Matrix::new(&self.bins.binned_data, eta.len(), self.columns.len()),
            rows,
            &shown,
            &self.bins.cuts,
            &slopes,
            &curvatures,
            &splitter,
            by.leaves,
            by.depth,
            false,
            &SampleMethod::Random,
            &GrowPolicy::LossGuide,
        );
        Tree::of(&grown, &self.columns)
    }
}

/// A sum of trees as it grows on some of the rows; the others are told by it.
struct Growth {
    inside: Vec<usize>,
    outside: Vec<usize>,
    start: f64,
    line: Option<FittedGlm>,
    /// The linear predictors of all rows.
    eta: Array1<f64>,
    trees: Vec<Tree>,
}

impl Growth {
    fn new(seen: &Binned<'_>, inside: Vec<usize>, outside: Vec<usize>) -> Result<Self> {
        let (mut start, mut line) = (0.0, None);
        let mut eta = if let Some(columns) = &seen.line {
            let fitted = line.insert(ridged(seen.by.family, &columns.picked(&inside), LINE)?);
            fitted.linear(&columns.x().view())
        } else {
            start = if seen.by.level { level(seen, &inside) } else { 0.0 };
            Array1::from_elem(seen.y.len(), start)
        };
        eta.iter_mut().enumerate().for_each(|(row, eta)| *eta += seen.sample.offset(row));
        Ok(Self { inside, outside, start, line, eta, trees: Vec::new() })
    }

    /// One more tree.
    fn grow(&mut self, seen: &Binned<'_>, round: usize) {
        let tree = seen.tree(&self.inside, &self.eta, round);
        for (eta, row) in self.eta.iter_mut().zip(seen.sample.x().rows()) {
            *eta += tree.at(|column| row[column]);
        }
        self.trees.push(tree);
    }

    /// That of the rows it is not grown on.
    fn deviance(&self, seen: &Binned<'_>) -> f64 {
        let family = seen.by.family;
        let one =
            |&row: &usize| seen.sample.weight(row) * family.deviance(seen.y[row], family.mean(self.eta[row]));
        sum(self.outside.iter().map(one))
    }
}

/// Holds the slope of each row to a part of all together: one customer with half of the revenue is one customer, and not to be what trees are of.
fn hold(rows: &[usize], slopes: &mut [f32]) {
    let all = sum(rows.iter().map(|&row| f64::from(slopes[row].abs())));
    let most = (all * f64::max(MOST_OF_ALL, MOST_OF_MEAN / rows.len() as f64)) as f32;
    rows.iter().for_each(|&row| slopes[row] = slopes[row].clamp(-most, most));
}

/// The linear predictor (beside the offset) at which means and targets of some rows have the same sum; for log links.
fn level(seen: &Binned<'_>, rows: &[usize]) -> f64 {
    let (family, sample) = (seen.by.family, seen.sample);
    let total = |of: &dyn Fn(usize) -> f64| sum(rows.iter().map(|&row| sample.weight(row) * of(row)));
    let exposed = |row| if sample.has_offset() { family.mean(sample.offset(row)) } else { 1.0 };
    family.link(total(&|row| seen.y[row]) / total(&exposed))
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
    crate::math::hash::uniform(bits)
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
