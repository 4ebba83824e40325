//! How probable a candidate thought what happened, beside its total: what its level was off by is calibration's to mend, and tells of the season of
//! one origin more than of the candidate.

use std::ops::Range;

use super::Calibration;
use super::learn::Sums;
use crate::Result;
use crate::features::Holdout;
use crate::predict::{AmountLaw, LAWS, Laws, LogScores, Predictor, View, parts};
use crate::regress::TrainingWindow;
use crate::units::Periods;

/// How one forecast met what happened after a past origin.
#[derive(Debug, Clone, Default)]
pub(super) struct Levelled {
    /// The logarithms of the probabilities that it gives to what happened to each customer, once its totals are what they were.
    pub scores: LogScores,
    /// The totals of purchases and of value that it told.
    pub totals: (f64, f64),
    /// What part of the total it told of each customer who then bought.
    pub buyers: Buyers,
}

/// Which part of a total each customer was told to make up, of those who then had a part in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Buyers {
    /// Of purchases, of those who bought.
    pub purchases: Vec<f64>,
    /// Of value, of those who spent.
    pub value: Vec<f64>,
}

/// How a forecast made at the origin of a window met what then happened.
///
/// # Errors
/// As [`Predictor::laws`].
pub(super) fn levelled(
    predictor: &dyn Predictor,
    window: &TrainingWindow<'_>,
    horizon: Periods,
) -> Result<Levelled> {
    let TrainingWindow { past, customers, holdout, .. } = window;
    let view = View::of(past, customers);
    // Laws are asked for twice, as those of many customers are too large to be kept.
    let few =
        (customers.len() <= LAWS).then(|| predictor.laws(view, 0..customers.len(), horizon)).transpose()?;
    let laws = |rows| few.clone().map_or_else(|| predictor.laws(view, rows, horizon), Ok);
    let mut told = Told::default();
    for rows in parts(customers.len(), LAWS) {
        told.add(&laws(rows.clone())?, holdout, rows);
    }
    let Told { purchases, value, means } = told;
    let buyers =
        Buyers { purchases: of_total(means.purchases, &purchases), value: of_total(means.value, &value) };
    let own = at_its_level(&purchases, &value);
    let mut all = LogScores::default();
    for rows in parts(customers.len(), LAWS) {
        let laws = own.apply(customers, rows.clone(), &laws(rows.clone())?);
        let made = laws.purchases.iter().zip(&holdout.purchases[rows.clone()]);
        all.purchases.extend(made.map(|(law, &made)| law.ln_pmf(u64::from(made))));
        let spent = laws.value.iter().flatten().zip(holdout.value.get(rows).unwrap_or_default());
        all.value.extend(spent.map(|(law, &spent): (&AmountLaw, _)| law.log_score(spent)));
    }
    Ok(Levelled { scores: all, totals: (purchases.predicted, value.predicted), buyers })
}

/// What was told, beside what happened, in sums, and of the buyers each.
#[derive(Default)]
struct Told {
    purchases: Sums,
    value: Sums,
    means: Buyers,
}

impl Told {
    fn add(&mut self, laws: &Laws, holdout: &Holdout, rows: Range<usize>) {
        for (law, &made) in laws.purchases.iter().zip(&holdout.purchases[rows.clone()]) {
            self.purchases.add(law.mean(), f64::from(made));
            if made > 0 {
                self.means.purchases.push(law.mean());
            }
        }
        for (law, &spent) in laws.value.iter().flatten().zip(holdout.value.get(rows).unwrap_or_default()) {
            let mean = law.mean().unwrap_or(0.0);
            self.value.add(mean, spent);
            if spent > 0.0 {
                self.means.value.push(mean);
            }
        }
    }
}

/// The means as parts of their total; none of a total of nothing.
fn of_total(means: Vec<f64>, total: &Sums) -> Vec<f64> {
    let of = |mean: f64| mean / total.predicted;
    if total.predicted > 0.0 { means.into_iter().map(of).collect() } else { Vec::new() }
}

/// What brings totals to what they were.
fn at_its_level(purchases: &Sums, value: &Sums) -> Calibration {
    // One typical purchase.
    let one = (value.predicted / purchases.predicted.max(1e-9)).max(1e-9);
    let mut own = Calibration::nothing();
    own.purchases.level.ln_factor = purchases.ln_ratio(1.0).0;
    own.value = own.value.filter(|_| value.predicted > 0.0);
    if let Some(target) = &mut own.value {
        target.level.ln_factor = value.ln_ratio(one).0;
    }
    own
}
