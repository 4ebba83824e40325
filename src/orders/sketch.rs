//! Whether rows stand in two files: told from the rows with the smallest hashes of each.

use std::collections::BTreeSet;
use std::hash::BuildHasher;
use std::path::PathBuf;

use foldhash::fast::FixedState;

use super::OrderRow;
use crate::units::grouped;

/// So many rows of a file are kept: what two files share is then estimated within a tenth where they share a tenth.
const KEPT: usize = 1024;

/// So many kept rows must be the same before anything is said: a few are alike by chance.
const NOTED: usize = 8;

/// The smallest hashes of the different rows of a file: a sample of them that is the same for the same rows wherever they stand (Beyer, Haas,
/// Reinwald, Sismanis & Gemulla 2007, SIGMOD, "On synopses for distinct-value estimation under multiset operations").
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sketch {
    smallest: BTreeSet<u64>,
}

impl Sketch {
    /// Takes note of a row: who, when, which order, how much.
    pub fn see(&mut self, row: &OrderRow<'_>) {
        let hash =
            FixedState::with_seed(0).hash_one((row.customer, row.tick.0, row.order, row.amount.micros()));
        self.insert(hash);
    }

    fn insert(&mut self, hash: u64) {
        if self.smallest.len() < KEPT {
            self.smallest.insert(hash);
        } else if self.smallest.last().is_some_and(|last| hash < *last) && self.smallest.insert(hash) {
            self.smallest.pop_last();
        }
    }

    /// Takes in the rows of another part of the file.
    pub fn merge(&mut self, other: Self) {
        other.smallest.into_iter().for_each(|hash| self.insert(hash));
    }

    /// About how many different rows stand in both; `None` if hardly any.
    fn shared(&self, other: &Self) -> Option<u64> {
        let end =
            |sketch: &Self| if sketch.smallest.len() < KEPT { None } else { sketch.smallest.last().copied() };
        // Below this both know all rows there are.
        let known = [end(self), end(other)].into_iter().flatten().min().unwrap_or(u64::MAX);
        let both = self.smallest.range(..=known).filter(|hash| other.smallest.contains(hash)).count();
        (both >= NOTED).then(|| (both as f64 / ((known as f64 + 1.0) / 2f64.powi(64))).round() as u64)
    }
}

/// A word about every two files that tell the same rows.
pub(super) fn told_twice(files: &[PathBuf], sketches: &[Sketch]) -> Vec<String> {
    let mut notes = Vec::new();
    for (at, (file, sketch)) in files.iter().zip(sketches).enumerate() {
        for (earlier, before) in files.iter().zip(sketches).take(at) {
            if let Some(rows) = before.shared(sketch) {
                notes.push(format!(
                    "about {} rows of {} stand in {} too (same customer, time, order and amount), and are counted twice: leave them out of one",
                    grouped(rows),
                    file.display(),
                    earlier.display()
                ));
            }
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Money, Tick};

    fn sketch(rows: std::ops::Range<i32>) -> Sketch {
        let mut sketch = Sketch::default();
        for at in rows {
            let customer = format!("c{}", at % 700);
            let amount = Money::from_micros(i64::from(at) * 1_000);
            sketch.see(&OrderRow {
                customer: &customer,
                tick: Tick(at / 9),
                order: None,
                amount,
                position: 0,
            });
        }
        sketch
    }

    #[test]
    fn what_two_files_share_is_estimated() {
        assert_eq!(sketch(0..500).shared(&sketch(400..900)), Some(100));
        let about = sketch(0..50_000).shared(&sketch(40_000..90_000)).unwrap();
        assert!((8_000..12_500).contains(&about), "{about}");
        assert_eq!(sketch(0..50_000).shared(&sketch(50_000..90_000)), None);
        assert_eq!(sketch(0..50_000).shared(&sketch(49_996..90_000)), None);
    }

    #[test]
    fn parts_of_a_file_make_the_sketch_of_the_whole() {
        let mut parts = sketch(20_000..30_000);
        parts.merge(sketch(0..20_000));
        assert_eq!(parts, sketch(0..30_000));
    }
}
