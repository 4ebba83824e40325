//! The weights of candidates, or the choice of one of them, by what they said at past origins.

use super::fits::Seen;
use super::levelled::Levelled;
use super::weights::{weights, weights_of_means};
use super::{Stacked, Standing};
use crate::features::Holdout;
use crate::math::paired::{behind, mean};
use crate::predict::LogScores;
use crate::regress::{TrainingWindow, Weight};

/// ln of the smallest probability that counts in a choice: what one forecast calls impossible does not decide alone.
const IMPOSSIBLE: f64 = -30.0;

impl Stacked {
    /// The weights that past origins teach; even ones where there is none. Of laws, by how probable they thought what happened; of means, by what
    /// part of the total they thought would be that of those who bought.
    pub(super) fn weigh(&mut self, windows: &[TrainingWindow<'_>], seen: &[Seen]) {
        let seen: Vec<(&Holdout, &Seen)> = windows.iter().map(|window| &window.holdout).zip(seen).collect();
        let laws = |told| self.every(self.columns(&seen, told), |all| weights(&all.told));
        let purchases = laws(|told| &told.scores.purchases);
        let value = laws(|told| &told.scores.value);
        let means = |all: Columns<'_>, did: fn(&Holdout) -> Vec<f64>| {
            let did: Vec<f64> = all.of.iter().flat_map(|holdout| did(holdout)).filter(|y| *y > 0.0).collect();
            weights_of_means(&all.told, &did)
        };
        let made = |of: &Holdout| of.purchases.iter().map(|&made| f64::from(made)).collect();
        let who_bought = self.columns(&seen, |told| &told.buyers.purchases);
        let means_of_purchases = self.every(who_bought, |all| means(all, made));
        let who_spent = self.columns(&seen, |told| &told.buyers.value);
        let means_of_value = self.every(who_spent, |all| means(all, |of| of.value.clone()));
        for (at, member) in self.members.iter_mut().enumerate() {
            let weight = |law, mean| Weight { law, mean, level: 1.0 };
            member.purchases = weight(purchases[at], means_of_purchases[at]);
            member.value = weight(value[at], means_of_value[at]);
        }
    }

    /// What the members told: of those that could at the newest origin of which there is something to tell, wherever all of them could; `None` if none could.
    fn columns<'w>(
        &self,
        seen: &[(&'w Holdout, &Seen)],
        column: fn(&Levelled) -> &Vec<f64>,
    ) -> Option<Columns<'w>> {
        let told = |seen: &Seen, at: usize| {
            let column = seen.predictors[at].as_ref().map(|told| column(&told.1));
            column.filter(|column| !column.is_empty()).cloned()
        };
        // Where nobody bought there is nothing to tell.
        let tells = |seen: &Seen| (0..self.members.len()).any(|at| told(seen, at).is_some());
        let (_, newest) = seen.iter().rev().find(|(_, seen)| tells(seen))?;
        let able: Vec<usize> = (0..self.members.len()).filter(|&at| told(newest, at).is_some()).collect();
        let mut columns = Columns { told: vec![Vec::new(); able.len()], able, of: Vec::new() };
        for (holdout, seen) in seen {
            let all: Option<Vec<Vec<f64>>> = columns.able.iter().map(|&at| told(seen, at)).collect();
            if let Some(all) = all {
                columns.told.iter_mut().zip(all).for_each(|(to, from)| to.extend(from));
                columns.of.push(holdout);
            }
        }
        Some(columns).filter(|columns| !columns.able.is_empty())
    }

    /// The weights of all members, by those of the columns; even ones without any.
    fn every<'w>(&self, columns: Option<Columns<'w>>, weights: impl Fn(Columns<'w>) -> Vec<f64>) -> Vec<f64> {
        let count = self.members.len();
        let Some(columns) = columns else { return vec![1.0 / count as f64; count] };
        let mut every = vec![0.0; count];
        let able = columns.able.clone();
        able.into_iter().zip(weights(columns)).for_each(|(at, weight)| every[at] = weight);
        every
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
            let weight = Weight { law: weight, mean: weight, level: 1.0 };
            (member.purchases, member.value) = (weight, weight);
        }
    }
}

/// What some members told of customers at past origins, a column of each.
struct Columns<'w> {
    /// The members, by their places.
    able: Vec<usize>,
    told: Vec<Vec<f64>>,
    /// What happened after these origins.
    of: Vec<&'w Holdout>,
}
