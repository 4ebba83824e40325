//! Customers in groups of equal covariates.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// Customers in groups of equal covariates: what a model needs to know of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CovariateGroups {
    /// The group of each customer.
    pub of: Vec<u32>,
    /// The numbers of each group, in the order of the schema's coefficients.
    pub values: Vec<Vec<f64>>,
}

impl CovariateGroups {
    /// Some of the customers, in the same groups.
    #[must_use]
    pub fn picked(&self, members: impl IntoIterator<Item = usize>) -> Self {
        Self { of: members.into_iter().map(|at| self.of[at]).collect(), values: self.values.clone() }
    }

    /// How many customers each group has.
    #[must_use]
    pub fn counts(&self) -> Vec<f64> {
        let mut counts = vec![0.0; self.values.len()];
        self.of.iter().for_each(|&group| counts[group as usize] += 1.0);
        counts
    }

    /// Mean and standard deviation over customers of each number.
    #[must_use]
    pub fn moments(&self) -> Vec<(f64, f64)> {
        let (counts, n) = (self.counts(), self.of.len() as f64);
        let width = self.values.first().map_or(0, Vec::len);
        (0..width)
            .map(|k| {
                let mean = |f: &dyn Fn(f64) -> f64| {
                    self.values.iter().zip(&counts).map(|(z, count)| count * f(z[k])).sum::<f64>() / n
                };
                let middle = mean(&|z| z);
                (middle, mean(&|z| (z - middle) * (z - middle)).sqrt())
            })
            .collect()
    }
}

/// Groups under way.
#[derive(Default)]
pub(super) struct Interner {
    known: HashMap<Vec<u64>, u32, FixedState>,
    groups: CovariateGroups,
}

impl Interner {
    /// The next customer, with these numbers.
    pub fn push(&mut self, numbers: &[f64]) {
        let key: Vec<u64> = numbers.iter().map(|number| (number + 0.0).to_bits()).collect();
        let groups = &mut self.groups;
        let group = *self.known.entry(key).or_insert_with(|| {
            groups.values.push(numbers.to_vec());
            groups.values.len() as u32 - 1
        });
        groups.of.push(group);
    }

    pub fn finish(self) -> CovariateGroups {
        self.groups
    }
}
