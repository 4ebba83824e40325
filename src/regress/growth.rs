//! How boosted trees grow: rows in bins, what each tree is shown of them, and what it adds for all of them.

use forust_ml::Matrix;
use forust_ml::binning::{BinnedData, bin_matrix};
use forust_ml::constraints::ConstraintMap;
use forust_ml::gradientbooster::GrowPolicy;
use forust_ml::sampler::SampleMethod;
use forust_ml::splitter::MissingImputerSplitter;
use forust_ml::tree::{Tree as Grown, split_bins};
use ndarray::Array1;

use super::ridge::ridged;
use super::trees::Tree;
use super::{Boosting, Family, FittedGlm, Sample};
use crate::math::hash::{nth, uniform};
use crate::math::sum::sum;
use crate::{Error, Result};

/// Bins a column.
const BINS: u16 = 128;

/// What a split must win at least, Σ slopes²/Σ curvatures: about the deviance that splitting noise once wins.
const LEAST_GAIN: f32 = 2.0;

/// The most that one row may pull: this part of what all rows do, and of few rows so many times what they do on average.
const MOST_OF_ALL: f64 = 0.01;
const MOST_OF_MEAN: f64 = 10.0;

/// The ridge of the straight line, relative to what one customer says.
const LINE: f64 = 1e-3;

/// The rows with their columns in bins: put there once for all folds.
pub(super) struct Binned<'a> {
    by: &'a Boosting,
    pub sample: &'a Sample,
    /// The columns of the straight line alone, with scaled targets; `None` without one.
    line: Option<Sample>,
    /// The columns that are not constant, by their place among all.
    columns: Vec<usize>,
    /// Those in bins, column by column.
    bins: BinnedData<f64>,
    /// What targets were divided by.
    pub scale: f64,
    y: Array1<f64>,
    /// What their deviances have of them alone.
    own: Vec<f64>,
}

/// What the tree of a round is shown, the same in all folds.
pub(super) struct Shown {
    /// Of each row, whether it is.
    rows: Vec<bool>,
    /// Columns by their place among those that are not constant: at least one where there is one.
    columns: Vec<usize>,
}

impl Shown {
    /// Those of some rows that it is shown.
    fn of(&self, rows: &[usize]) -> Vec<usize> {
        let (mut shown, mut count) = (rows.to_vec(), 0);
        // Without a branch, as no machine foresees them.
        for &row in rows {
            shown[count] = row;
            count += usize::from(self.rows[row]);
        }
        shown.truncate(count);
        shown
    }
}

impl<'a> Binned<'a> {
    /// Of a sample, trees starting at a straight line in some of its columns.
    ///
    /// # Errors
    /// [`Error::Undefined`] if the columns cannot be put into bins.
    pub fn new(by: &'a Boosting, sample: &'a Sample, line: &[usize]) -> Result<Self> {
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
        let own = y.iter().map(|&y| by.family.of_target(y)).collect();
        Ok(Self { by, sample, line, columns, bins, scale, y, own })
    }

    /// What the tree of a round is shown: by numbers that depend on seed, round and row or column alone.
    pub fn shown(&self, round: usize) -> Shown {
        let drawn = |seed: u64| {
            let of_round = nth(seed ^ (round as u64) << 32, 0);
            move |at: u64| uniform(nth(of_round ^ at, 0))
        };
        let (of_row, of_column) = (drawn(self.by.seed), drawn(!self.by.seed));
        let at = |row: usize| u64::from(self.sample.group(row)) << 20 | (row as u64 & 0xf_ffff);
        let rows = (0..self.sample.rows()).map(|row| of_row(at(row)) < self.by.rows).collect();
        let mut columns: Vec<(f64, usize)> =
            (0..self.columns.len()).map(|at| (of_column(at as u64), at)).collect();
        columns.sort_unstable_by(|left, right| left.0.total_cmp(&right.0));
        columns.truncate((self.by.columns * columns.len() as f64).ceil() as usize);
        let mut columns: Vec<usize> = columns.into_iter().map(|(_, at)| at).collect();
        columns.sort_unstable();
        Shown { rows, columns }
    }

    /// A tree that fits what the linear predictors of some rows lack; `None` without rows or columns.
    fn tree(&self, rows: Vec<usize>, eta: &[f64], columns: &[usize]) -> Option<Grown> {
        if rows.is_empty() || columns.is_empty() {
            return None;
        }
        let (by, family) = (self.by, self.by.family);
        let (mut slopes, mut curvatures) = (vec![0.0; eta.len()], vec![0.0; eta.len()]);
        for &row in &rows {
            let (y, mean, weight) = (self.y[row], family.mean(eta[row]), self.sample.weight(row));
            let (slope, curvature) = family.bend(y, mean);
            (slopes[row], curvatures[row]) = (narrow(weight * slope), narrow(weight * curvature));
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
            columns,
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
        Some(grown)
    }

    /// Adds to the linear predictors of all rows what a tree adds. They are dealt out together, split by split: each split reads one column of bins from its top
    /// to its bottom, where a way from root to leaf for every row would jump about in all of them.
    fn add(&self, grown: &Grown, eta: &mut [f64]) {
        let count = eta.len();
        let cuts = split_bins(grown, &self.bins.cuts);
        let (mut rows, mut spare): (Vec<u32>, _) = ((0..count as u32).collect(), vec![0; count]);
        // The places in `rows` of those that come to each node; a node stands before its branches.
        let mut held = vec![0..0; grown.nodes.len()];
        held[0] = 0..count;
        for (at, node) in grown.nodes.iter().enumerate() {
            let (start, end) = (held[at].start, held[at].end);
            let rows = &mut rows[start..end];
            if node.is_leaf {
                rows.iter().for_each(|&row| eta[row as usize] += f64::from(node.weight_value));
                continue;
            }
            let column = &self.bins.binned_data[node.split_feature * count..][..count];
            let below = start + parted(rows, &mut spare, &|row| column[row as usize] < cuts[at]);
            (held[node.left_child], held[node.right_child]) = (start..below, below..end);
        }
    }
}

/// Puts the rows that are below before the others, each side in its order; how many they are. Again without a branch.
fn parted(rows: &mut [u32], spare: &mut [u32], is_below: &impl Fn(u32) -> bool) -> usize {
    let (mut below, mut above) = (0, 0);
    for at in 0..rows.len() {
        let row = rows[at];
        let is_below = is_below(row);
        (rows[below], spare[above]) = (row, row);
        below += usize::from(is_below);
        above += usize::from(!is_below);
    }
    rows[below..].copy_from_slice(&spare[..above]);
    below
}

/// A sum of trees as it grows on some of the rows; the others are told by it.
pub(super) struct Growth {
    inside: Vec<usize>,
    outside: Vec<usize>,
    /// Those of the rows outside when they were told last.
    told: Vec<f64>,
    pub start: f64,
    pub line: Option<FittedGlm>,
    /// The linear predictors of all rows.
    pub eta: Vec<f64>,
}

impl Growth {
    /// Without trees yet.
    ///
    /// # Errors
    /// If the straight line cannot be fitted.
    pub fn new(seen: &Binned<'_>, inside: Vec<usize>, outside: Vec<usize>) -> Result<Self> {
        let (mut start, mut line) = (0.0, None);
        let mut eta = if let Some(columns) = &seen.line {
            let fitted = line.insert(ridged(seen.by.family, &columns.picked(&inside), LINE)?);
            fitted.linear(&columns.x().view()).to_vec()
        } else {
            start = if seen.by.level { level(seen, &inside) } else { 0.0 };
            vec![start; seen.y.len()]
        };
        eta.iter_mut().enumerate().for_each(|(row, eta)| *eta += seen.sample.offset(row));
        Ok(Self { inside, outside, told: Vec::new(), start, line, eta })
    }

    /// One more tree.
    pub fn grow(&mut self, seen: &Binned<'_>, shown: &Shown) -> Tree {
        let Some(grown) = seen.tree(shown.of(&self.inside), &self.eta, &shown.columns) else {
            return Tree::nothing();
        };
        seen.add(&grown, &mut self.eta);
        Tree::of(&grown, &seen.columns)
    }

    /// The deviance of the rows it is not grown on.
    pub fn deviance(&self, seen: &Binned<'_>) -> f64 {
        let family = seen.by.family;
        let one = |&row: &usize| {
            let mean = family.mean(self.eta[row]);
            seen.sample.weight(row) * family.deviance_with(seen.own[row], seen.y[row], mean)
        };
        sum(self.outside.iter().map(one))
    }

    /// Tells the rows it is not grown on: what it says of them now is kept.
    pub fn tell(&mut self) {
        self.told.clear();
        self.told.extend(self.outside.iter().map(|&row| self.eta[row]));
    }

    /// The rows it is not grown on, with the linear predictors that they were told last.
    pub fn told(&self) -> impl Iterator<Item = (usize, f64)> {
        self.outside.iter().copied().zip(self.told.iter().copied())
    }
}

/// The nearest number that trees can be grown from: what is beyond them is as large as they know.
fn narrow(x: f64) -> f32 {
    x.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32
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

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    /// Columns of counts, of few values and of many, and counts that go with them.
    fn sample() -> Sample {
        let drawn = |at: usize| uniform(nth(at as u64, 3));
        let x = Array2::from_shape_fn((600, 5), |(row, column)| match column {
            0 => (9.0 * drawn(row).powi(3)).floor(),
            1 => drawn(row + 1_000),
            2 => 7.0,
            3 => f64::from(u8::from(drawn(row + 2_000) < 0.2)),
            _ => -20.0 * drawn(row + 3_000).ln(),
        });
        let y = (0..600).map(|row| (x[(row, 0)] * x[(row, 1)] + 3.0 * x[(row, 3)]).floor()).collect();
        let names: Vec<String> = (0..5).map(|column| format!("x{column}")).collect();
        Sample::new(x, y, &names).unwrap()
    }

    /// Rows dealt out by bins come to the leaves that a walk by values from the root ends at.
    #[test]
    fn what_trees_add_as_they_grow_is_what_they_tell_to_the_last_bit() {
        let (sample, by) = (sample(), Boosting::new(Family::Poisson));
        let seen = Binned::new(&by, &sample, &[]).unwrap();
        let mut growth = Growth::new(&seen, (0..400).collect(), (400..600).collect()).unwrap();
        let mut told = growth.eta.clone();
        let mut leaves = 0;
        for round in 0..30 {
            let tree = growth.grow(&seen, &seen.shown(round));
            leaves += tree.leaves();
            told.iter_mut().zip(sample.x().rows()).for_each(|(told, row)| *told += tree.at(|at| row[at]));
            assert_eq!(growth.eta, told, "round {round}");
        }
        assert!(leaves > 90, "{leaves}");
    }

    #[test]
    fn slopes_beyond_what_trees_can_hold_are_held_and_not_lost() {
        let mut slopes = [1e300, -1e300, 2.0, 1.0].map(narrow);
        hold(&[0, 1, 2, 3], &mut slopes);
        assert!(slopes.iter().all(|slope| slope.is_finite()) && slopes[0] > 1e30 && slopes[1] < -1e30);
        assert_eq!(slopes[2..], [2.0, 1.0]);
    }

    #[test]
    fn rows_are_parted_in_their_order() {
        let mut rows = [5, 2, 9, 4, 7];
        let below = parted(&mut rows, &mut [0; 5], &|row| row < 5);
        assert_eq!((below, rows), (2, [2, 4, 5, 9, 7]));
        assert_eq!(parted(&mut rows, &mut [0; 5], &|_| true), 5);
        assert_eq!(parted(&mut [], &mut [], &|_| true), 0);
    }
}
