//! Groups of equal size along an order with ties: deciles by prediction, thirds by frequency.

use std::ops::Range;

use crate::math::sum::sum;

/// Parts of one group: runs of tied rows, and how many of each run's rows the group holds.
pub(super) struct Group {
    /// How many rows the group holds.
    pub n: usize,
    parts: Vec<(Range<usize>, usize)>,
}

impl Group {
    /// The group's sum of a column: of every run of ties it holds the run's mean, as often as it holds rows of it. That
    /// is the mean over all orders in which the tied rows could stand.
    pub fn sum(&self, column: impl Fn(usize) -> f64) -> f64 {
        sum(self.parts.iter().map(|(run, held)| {
            let whole = sum(run.clone().map(&column));
            if *held == run.len() { whole } else { whole * (*held as f64 / run.len() as f64) }
        }))
    }

    /// The rows the group may hold: the first of its first run to the last of its last.
    pub fn span(&self) -> Option<(usize, usize)> {
        let (first, last) = (self.parts.first()?, self.parts.last()?);
        Some((first.0.start, last.0.end - 1))
    }
}

/// Divides sorted rows, given as runs of ties, into `count` groups whose sizes differ by at most one; fewer groups if
/// there are fewer rows. A run that a border cuts is shared out: each side holds so many of its rows, none in particular.
pub(super) fn divide(runs: &[Range<usize>], count: usize) -> Vec<Group> {
    let n = runs.last().map_or(0, |run| run.end);
    let count = count.min(n);
    let mut runs = runs.iter().peekable();
    (0..count)
        .map(|group| {
            let (from, to) = (n * group / count, n * (group + 1) / count);
            let mut parts = Vec::new();
            while let Some(&run) = runs.peek() {
                let held = run.end.min(to).saturating_sub(run.start.max(from));
                if held > 0 {
                    parts.push((run.clone(), held));
                }
                if run.end > to {
                    break;
                }
                runs.next();
            }
            Group { n: to - from, parts }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seven rows 1, 2 | 3, 3 | 3, 8, 9: the three tied rows 10, 20, 60 in another column have the mean 30.
    #[test]
    fn a_run_of_ties_is_shared_out_evenly() {
        let groups = divide(&crate::math::ranks::ties(&[1, 2, 3, 3, 3, 8, 9]), 3);
        assert_eq!(groups.iter().map(|group| group.n).collect::<Vec<_>>(), [2, 2, 3]);
        let column = [1.0, 2.0, 10.0, 20.0, 60.0, 100.0, 200.0];
        let sums: Vec<f64> = groups.iter().map(|group| group.sum(|at| column[at])).collect();
        assert_eq!(sums, [3.0, 60.0, 330.0]);
        assert_eq!(groups[2].span(), Some((2, 6)));
    }

    #[test]
    fn a_run_may_span_many_groups_and_there_are_never_more_groups_than_rows() {
        let groups = divide(&crate::math::ranks::ties(&[0; 10]), 4);
        assert_eq!(groups.iter().map(|group| group.n).collect::<Vec<_>>(), [2, 3, 2, 3]);
        assert!(groups.iter().all(|group| (group.sum(|at| at as f64) - 4.5 * group.n as f64).abs() < 1e-14));
        assert_eq!(divide(&crate::math::ranks::ties(&[1, 2]), 10).len(), 2);
        assert!(divide(&crate::math::ranks::ties::<u8>(&[]), 10).is_empty());
    }
}
