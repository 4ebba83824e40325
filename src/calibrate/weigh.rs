//! The weights of candidates, or the choice of one of them, by what they said at past origins.

use super::fits::Seen;
use super::{Stacked, Standing, weights};
use crate::math::paired::{behind, mean};
use crate::predict::LogScores;

/// ln of the smallest probability that counts in a choice: what one forecast calls impossible does not decide alone.
const IMPOSSIBLE: f64 = -30.0;

impl Stacked {
    /// The weights that past origins teach; even ones where there is none.
    pub(super) fn weigh(&mut self, seen: &[Seen]) {
        let count = self.members.len();
        let of = |value: bool| -> Vec<f64> {
            let told = |seen: &Seen, at: usize| {
                let scores = seen.predictors[at]
                    .as_ref()
                    .map(|told| if value { &told.1.scores.value } else { &told.1.scores.purchases });
                scores.filter(|scores| !scores.is_empty()).cloned()
            };
            // Those that could be fitted at the newest origin are compared wherever all of them could.
            let able: Vec<usize> = match seen.last() {
                Some(newest) => (0..count).filter(|&at| told(newest, at).is_some()).collect(),
                None => Vec::new(),
            };
            let mut columns: Vec<Vec<f64>> = vec![Vec::new(); able.len()];
            for seen in seen {
                let all: Option<Vec<Vec<f64>>> = able.iter().map(|&at| told(seen, at)).collect();
                columns.iter_mut().zip(all.unwrap_or_default()).for_each(|(to, from)| to.extend(from));
            }
            if able.is_empty() {
                return vec![1.0 / count as f64; count];
            }
            let mut every = vec![0.0; count];
            able.iter().zip(weights(&columns)).for_each(|(&at, weight)| every[at] = weight);
            every
        };
        let (purchases, value) = (of(false), of(true));
        for (at, member) in self.members.iter_mut().enumerate() {
            (member.purchases, member.value) = (purchases[at], value[at]);
        }
    }

    /// Takes the candidate with the best mean log score; the first one where no past origin tells.
    pub(super) fn choose(&mut self, seen: &[Seen]) {
        // Who tells no value is not the better for it.
        let tells = |scores: &LogScores| scores.value.len() == scores.purchases.len();
        let money =
            seen.iter().all(|seen| seen.predictors.iter().flatten().all(|told| tells(&told.1.scores)));
        let scores = |at: usize| -> Option<Vec<f64>> {
            let mut all = Vec::new();
            for seen in seen {
                let LogScores { purchases, value } = &seen.predictors[at].as_ref()?.1.scores;
                let value = |row: usize| if money { value[row] } else { 0.0 };
                all.extend(purchases.iter().enumerate().map(|(row, p)| (p + value(row)).max(IMPOSSIBLE)));
            }
            Some(all).filter(|all| !all.is_empty())
        };
        let columns: Vec<(usize, Vec<f64>)> =
            (0..self.members.len()).filter_map(|at| Some((at, scores(at)?))).collect();
        let best = columns.iter().max_by(|a, b| mean(&a.1).total_cmp(&mean(&b.1)));
        let mut taken = 0;
        if let Some((_, best)) = best {
            let behind = |column: &[f64]| behind(best, column);
            let near = |column: &[f64]| {
                let (gap, error) = behind(column);
                gap <= error
            };
            taken = columns.iter().find(|(_, column)| near(column)).map_or(0, |(at, _)| *at);
            self.standings = columns
                .iter()
                .map(|(at, column)| Standing {
                    id: self.members[*at].predictor.id().to_owned(),
                    log_score: mean(column),
                    behind: behind(column),
                    taken: *at == taken,
                })
                .collect();
        }
        for (at, member) in self.members.iter_mut().enumerate() {
            let weight = f64::from(u8::from(at == taken));
            (member.purchases, member.value) = (weight, weight);
        }
    }
}
