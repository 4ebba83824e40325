//! Regressions of the ratio to another forecast: what that forecast tells is taken as it is, and only where the past says that it
//! is off by so much for such customers, it is moved.

use ndarray::{Array1, ArrayView2};
use serde::{Deserialize, Serialize};

use super::glm::Path;
use super::means::out_of_fold;
use super::ridge::{best_share, relative_ridge, ridged};
use super::{Boosted, Boosting, Family, FittedGlm, Means, Sample};
use crate::math::sum::sum;
use crate::{Error, Result};

/// The ridges that are tried, relative to what one customer says: from one that lets next to nothing move.
const RIDGES: [f64; 6] = [1.0, 0.3, 0.1, 0.03, 0.01, 0.003];

/// A ratio of forecasts is never taken to be above this, nor below its inverse.
const WIDEST: f64 = 4.0; // of ln: a factor of 55

/// A model of the ratio: E y = base × exp(level + f(x)).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ratio {
    /// ln of what all forecasts are multiplied by: what was off at past origins, drawn towards 0 where they are few.
    pub level: f64,
    /// ln of the ratio of totals at each past origin, the oldest first.
    pub levels: Vec<f64>,
    /// ln of what the shape alone would multiply the total of the customers of the fit by: it is taken off ([`Ratio::settle`]).
    #[serde(default)]
    pub drift: f64,
    /// What tells customers apart; `None` where the base itself did best.
    pub shape: Option<Shape>,
    /// What should be known, in words.
    pub notes: Vec<String>,
}

/// How customers are told apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// By a generalised linear model with a strong ridge.
    Glm(FittedGlm),
    /// By boosted trees.
    Boosted(Boosted),
}

/// How the shape is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RatioBy {
    /// A generalised linear model; the ridge by grouped cross-validation.
    Glm,
    /// Boosted trees; their number by grouped cross-validation.
    Boosting,
}

impl Ratio {
    /// Fits it, with what it tells out of fold. The sample has no offset; `base` is a forecast of each row, made at its origin.
    ///
    /// # Errors
    /// [`Error::Undefined`] if a base is not positive and finite, or nobody bought anything.
    pub fn fit(sample: &Sample, base: &[f64], family: Family, by: RatioBy) -> Result<(Self, Means)> {
        family.check(sample.y())?;
        if let Some((row, value)) = base.iter().enumerate().find(|(_, v)| !(v.is_finite() && **v > 0.0)) {
            return Err(Error::Undefined(format!(
                "the forecast to start from is {value} in row {}, but must be positive",
                row + 1
            )));
        }
        let levels = levels(sample, base)?;
        let told = Array1::from_iter(
            (0..sample.rows()).map(|row| base[row] * levels[sample.origin(row) as usize].exp()),
        );
        // Scale-free: what is regressed has a mean of 1.
        let unit = sample.mean_target();
        let scaled =
            sample.with_target(sample.y() / unit)?.with_offset(told.mapv(|told| (told / unit).ln()))?;
        let (shape, ratios, mut notes) = match by {
            RatioBy::Glm => glm(&scaled, family)?,
            RatioBy::Boosting => boosted(&scaled, family)?,
        };
        if shape.is_none() {
            notes.push("no column moved the ratio to the base to the better for held-out customers: the base alone is used".to_owned());
        }
        let level = shrunk(&levels);
        let means = Means::alone(&told * &ratios);
        Ok((Self { level, levels, drift: 0.0, shape, notes }, means))
    }

    /// The base itself, with what is to be said about it.
    #[must_use]
    pub const fn nothing(notes: Vec<String>) -> Self {
        Self { level: 0.0, levels: Vec::new(), drift: 0.0, shape: None, notes }
    }

    /// The mean of each row, given its base.
    #[must_use]
    pub fn means(&self, x: &ArrayView2<'_, f64>, base: &[f64]) -> Means {
        let factor = (self.level - self.drift).exp();
        let one = |(ratio, base): (&f64, &f64)| base * ratio * factor;
        Means::alone(self.ratios(x, base.len()).iter().zip(base).map(one).collect())
    }

    /// Leaves the total of these customers, those of the end of the fit, where base and level put it. At the origins that it was learnt from the shape moved
    /// no total, as each had its own level; later customers are older, and shorter horizons tell less, so that the same coefficients would
    /// move all of them together, by what nothing in the past speaks for. Of two years of Online Retail, learnt over 242 days of one origin,
    /// a total was 79 % above its base by it.
    pub fn settle(&mut self, x: &ArrayView2<'_, f64>, base: &[f64]) {
        let ratios = self.ratios(x, base.len());
        let total = sum(base.iter().copied());
        let moved = sum(ratios.iter().zip(base).map(|(ratio, base)| ratio * base));
        let drift = (moved / total).ln();
        self.drift = if drift.is_finite() { drift } else { 0.0 };
    }

    fn ratios(&self, x: &ArrayView2<'_, f64>, rows: usize) -> Array1<f64> {
        match &self.shape {
            None => Array1::ones(rows),
            Some(Shape::Glm(fitted)) => fitted.linear(x).mapv(bounded),
            Some(Shape::Boosted(fitted)) => fitted.linear(x).mapv(bounded),
        }
    }
}

/// exp of a linear predictor within bounds.
fn bounded(eta: f64) -> f64 {
    eta.clamp(-WIDEST, WIDEST).exp()
}

/// ln(what happened / what the base told) of the totals of each origin.
fn levels(sample: &Sample, base: &[f64]) -> Result<Vec<f64>> {
    let origins = (0..sample.rows()).map(|row| sample.origin(row)).max().unwrap_or(0) as usize + 1;
    let mut sums = vec![(0.0, 0.0); origins];
    for row in 0..sample.rows() {
        let of = &mut sums[sample.origin(row) as usize];
        of.0 += sample.weight(row) * sample.y()[row];
        of.1 += sample.weight(row) * base[row];
    }
    let whole = sums.iter().fold((0.0, 0.0), |all, of| (all.0 + of.0, all.1 + of.1));
    // An origin after which nobody bought tells as much as half a part in a thousand of all.
    let level = |of: &(f64, f64)| ((of.0 + 5e-4 * whole.0) / (of.1 + 5e-4 * whole.1)).ln();
    let levels: Vec<f64> = sums.iter().map(level).collect();
    if levels.iter().all(|level| level.is_finite()) {
        return Ok(levels);
    }
    Err(Error::Undefined("the totals of the forecast to start from are not positive and finite".to_owned()))
}

/// Levels are taken to vary by this about their mean from origin to origin before any is seen.
const USUAL: f64 = 0.3;

/// The mean level m drawn towards 0 by how it varies: m · m²/(m² + s²(1 + 1/k)) of k origins, s² their variance with one more origin
/// that was off by [`USUAL`]. What was off by as much everywhere will be again; what came and went will not.
fn shrunk(levels: &[f64]) -> f64 {
    let count = levels.len() as f64;
    let mean = sum(levels.iter().copied()) / count;
    let squares = sum(levels.iter().map(|level| (level - mean).powi(2)));
    let variance = (squares + USUAL * USUAL) / count;
    let square = mean * mean;
    if square == 0.0 { 0.0 } else { mean * square / (square + variance * (1.0 + 1.0 / count)) }
}

type Found = (Option<Shape>, Array1<f64>, Vec<String>);

/// The best of the ridges, the base itself among the candidates.
fn glm(sample: &Sample, family: Family) -> Result<Found> {
    let alone = |sample: &Sample, row: usize| sample.offset(row).exp();
    let best = best_share(family, sample, &RIDGES, Some(alone));
    let Some(relative) = best else { return Ok((None, Array1::ones(sample.rows()), Vec::new())) };
    let told = told_out_of_fold(sample, family, relative)?;
    let fitted = ridged(family, sample, relative)?;
    let mut notes = fitted.notes.clone();
    notes.push(format!("a ridge of {relative} (1 is what one customer says about a column, for each) served held-out customers best"));
    Ok((Some(Shape::Glm(fitted)), told.mean, notes))
}

/// The ratios of every row, out of fold.
fn told_out_of_fold(sample: &Sample, family: Family, relative: f64) -> Result<Means> {
    let fit = |inside: &Sample| {
        let fitted = Path::new(family, inside)?.fit(relative_ridge(family, inside, relative));
        fitted.ok_or_else(|| {
            Error::Undefined(format!("{family}: the ratio's fit did not converge for some of the customers"))
        })
    };
    let tell = |(constant, slopes): &(f64, Array1<f64>), held: &Sample| {
        Ok(Means::alone((held.x().dot(slopes) + *constant).mapv(bounded)))
    };
    out_of_fold(sample, fit, tell)
}

/// Trees with strong shrinkage, starting at the base.
fn boosted(sample: &Sample, family: Family) -> Result<Found> {
    let boosting = Boosting {
        level: false,
        rate: 0.03,
        leaves: 6,
        depth: 3,
        ridge: 20.0,
        smallest: 40.0,
        patience: 50,
        ..Boosting::new(family)
    };
    let (boosted, out) = boosting.fit_out_of_fold(sample)?;
    let ratios: Array1<f64> =
        (0..sample.rows()).map(|row| bounded(out.means[row].ln() - sample.offset(row))).collect();
    let shape = (!boosted.trees.is_empty()).then_some(Shape::Boosted(boosted));
    Ok((shape, ratios, Vec::new()))
}
