//! Cross-validation in which all rows of a customer stand on one side.

use super::Sample;
use crate::math::hash::nth;

/// Which fold each row of a sample is in. It depends on who the row is of, and on nothing else: not on the order of the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folds {
    of: Vec<u8>,
    count: u8,
    /// The origin of each row.
    origins: Vec<u32>,
}

impl Folds {
    /// As many folds as the sample bears, up to `most`: each is to have rows, and at least 10 customers on average.
    #[must_use]
    pub fn of(sample: &Sample, most: u8) -> Self {
        let mut groups: Vec<u32> = (0..sample.rows()).map(|row| sample.group(row)).collect();
        groups.sort_unstable();
        groups.dedup();
        Self::exactly(sample, (groups.len() / 10).clamp(2, usize::from(most.max(2))) as u8)
    }

    /// So many folds, at least one.
    #[must_use]
    pub fn exactly(sample: &Sample, count: u8) -> Self {
        let count = count.max(1);
        let fold = |row| (nth(u64::from(sample.group(row)), 0) % u64::from(count)) as u8;
        let origins = (0..sample.rows()).map(|row| sample.origin(row)).collect();
        Self { of: (0..sample.rows()).map(fold).collect(), count, origins }
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> u8 {
        self.count
    }

    /// As [`Folds::split`], but ahead in time: the rows to learn from are of the older origins, those to be told of the newest. Where all
    /// rows are of one origin, it is the same.
    #[must_use]
    pub fn ahead(&self, fold: u8) -> (Vec<usize>, Vec<usize>) {
        let (mut inside, mut outside) = self.split(fold);
        if let Some(newest) = self.origins.iter().max().copied().filter(|newest| *newest > 0) {
            inside.retain(|&row| self.origins[row] < newest);
            outside.retain(|&row| self.origins[row] == newest);
        }
        (inside, outside)
    }

    /// The rows to learn from and the rows to be told, when `fold` is held out.
    #[must_use]
    pub fn split(&self, fold: u8) -> (Vec<usize>, Vec<usize>) {
        (0..self.of.len()).partition(|&row| self.of[row] != fold)
    }
}
