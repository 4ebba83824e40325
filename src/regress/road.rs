//! All regressions of one target behind one door.

use ndarray::{Array1, Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use super::floor::Floor;
use super::means::out_of_fold;
use super::ridge::{best_share, ridged};
use super::two_part::{SHARES, bought};
use super::{
    Boosted, Boosting, ElasticNet, Family, FittedElasticNet, FittedGlm, FittedLeastSquares, LeastSquares,
    Means, Part, Positives, Ratio, RatioBy, Sample, Shape, TwoPart, power,
};
use crate::math::sum::sum;
use crate::{Error, Result};

/// What is regressed on what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Road {
    /// Ordinary least squares.
    Ols,
    /// Least squares with a penalty that leaves columns out.
    ElasticNet,
    /// Tweedie of the value with a log link; Poisson of the purchases.
    Tweedie,
    /// Whether, by logistic regression, and how much, by Poisson and gamma regression.
    TwoPart,
    /// Whether, by logistic regression, and how much, log-normal.
    Ziln,
    /// Gradient boosting.
    Gbm,
    /// A generalised linear model of the ratio to a probabilistic forecast.
    RatioGlm,
    /// Gradient boosting of the ratio to a probabilistic forecast.
    RatioGbm,
}

/// What is told: how often, or how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The number of purchases.
    Purchases,
    /// Their value.
    Value,
}

/// A regression of one target, fitted, as it is kept in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Regressor {
    /// The columns it reads, by their place among all.
    columns: Vec<usize>,
    /// The least and the largest of each of these that it learnt from: what lies beyond is taken for them.
    ranges: Vec<(f64, f64)>,
    /// What all means are multiplied by, so that those told out of fold add up to what happened.
    factor: f64,
    /// What it learnt.
    pub model: AnyRegression,
}

/// What a regression learnt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnyRegression {
    /// Least squares, and the least they may tell.
    Ols(FittedLeastSquares, Floor),
    /// The elastic net, and the least it may tell.
    ElasticNet(FittedElasticNet, Floor),
    /// One generalised linear model.
    Glm(FittedGlm),
    /// Two parts.
    TwoPart(TwoPart),
    /// Boosted trees.
    Boosted {
        /// Of the mean.
        mean: Boosted,
        /// Of P(any), for counts: their laws need it; `None` where all or nobody bought.
        any: Option<Boosted>,
    },
    /// A ratio to a base.
    Ratio(Ratio),
}

impl Road {
    /// All, with identifier and description.
    pub const ALL: [(Self, &'static str, &'static str); 8] = [
        (Self::Ols, "ols", "least squares on what each customer did"),
        (Self::ElasticNet, "elastic-net", "least squares with a penalty that leaves columns out"),
        (Self::Tweedie, "tweedie", "Poisson regression of purchases, Tweedie regression of value"),
        (Self::TwoPart, "two-part", "whether (logistic) times how much (Poisson, gamma regression)"),
        (Self::Ziln, "ziln", "whether (logistic) times how much (log-normal)"),
        (Self::Gbm, "gbm", "gradient boosting, starting at Pareto/NBD"),
        (Self::RatioGlm, "ratio-glm", "Poisson/Tweedie regression of the ratio to Pareto/NBD"),
        (Self::RatioGbm, "ratio-gbm", "gradient boosting of the ratio to Pareto/NBD"),
    ];

    /// Its identifier on the command line.
    #[must_use]
    pub fn id(self) -> &'static str {
        Self::ALL.iter().find(|(road, ..)| *road == self).map_or("", |(_, id, _)| id)
    }

    /// By its identifier.
    #[must_use]
    pub fn named(id: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == id).map(|(road, ..)| *road)
    }

    /// Whether it starts from a probabilistic forecast and falls back to it.
    #[must_use]
    pub const fn is_ratio(self) -> bool {
        matches!(self, Self::RatioGlm | Self::RatioGbm)
    }

    /// Whether the base among its columns counts in the tempo of the shop. Boosting has no level of its own for each past origin, and follows the
    /// errors of young tempos: on two years of Online Retail its ranking lost by it.
    #[must_use]
    pub const fn is_paced(self) -> bool {
        !matches!(self, Self::Gbm)
    }

    /// Whether its mean is a straight line in the columns.
    const fn is_straight(self) -> bool {
        matches!(self, Self::Ols | Self::ElasticNet)
    }

    /// Fits one target, with what it tells every row out of fold: by a fit to other customers. `base` is what the ratio is of, a
    /// forecast of each row made at its origin.
    ///
    /// # Errors
    /// [`Error::Undefined`] if the target is all zero, or the rows do not determine the fit; for the ratio also without a base.
    pub fn fit(self, target: Target, sample: &Sample, base: Option<&[f64]>) -> Result<(Regressor, Means)> {
        if sample.y().iter().all(|&y| y <= 0.0) {
            return Err(Error::Undefined(format!(
                "nobody bought anything in the horizon after any past origin: the target is 0 in all {} rows, and there is nothing \
                 to learn; take a longer horizon, or a model such as bg-nbd",
                sample.rows()
            )));
        }
        let columns = self.columns(sample)?;
        let narrow = sample.with_columns(&columns);
        let free = |_| (f64::MIN, f64::MAX);
        let ranges = if self.is_straight() {
            columns.iter().map(free).collect()
        } else {
            narrow.x().columns().into_iter().map(|column| range(column.iter().copied())).collect()
        };
        let (model, mut told) = self.fit_model(target, &narrow, base)?;
        let factor = factor(&told.mean, &narrow);
        told.mean *= factor;
        if self == Self::Gbm {
            told = told.of_counts();
        }
        if told.mean.iter().any(|mean| !mean.is_finite()) {
            return Err(Error::Undefined(format!("{} came to forecasts that are not finite", self.id())));
        }
        Ok((Regressor { columns, ranges, factor, model }, told))
    }

    /// The columns it reads. Least squares read those that a lasso keeps, whose penalty serves a later origin best: of many columns that
    /// tell nearly the same, all of them would be extrapolated wildly. A straight line needs columns as they are; for the others a
    /// column that is there as a logarithm too is there twice. What [`shifts`] is not read.
    fn columns(self, sample: &Sample) -> Result<Vec<usize>> {
        let names = sample.names();
        if self == Self::Ols {
            let told: Vec<usize> = (0..names.len()).filter(|&at| !shifts(&names[at])).collect();
            let kept = ElasticNet::new().share(1.0).fit_sample(&sample.with_columns(&told))?.coefficients;
            let kept = told.into_iter().zip(kept).filter(|(_, kept)| kept.estimate != 0.0);
            return Ok(kept.map(|(at, _)| at).collect());
        }
        let twice = |at: usize| names.contains(&format!("ln_{}", names[at])) || shifts(&names[at]);
        let reads = |at: &usize| if self.is_straight() { !shifts(&names[*at]) } else { !twice(*at) };
        Ok((0..names.len()).filter(reads).collect())
    }

    fn fit_model(
        self,
        target: Target,
        sample: &Sample,
        base: Option<&[f64]>,
    ) -> Result<(AnyRegression, Means)> {
        match self {
            Self::Ols => {
                let told = out_of_fold(
                    sample,
                    |inside| LeastSquares::forgiving().fit_sample(inside),
                    |fitted, held| Ok(Means::alone(fitted.predict_rows(&held.x().view()))),
                )?;
                let floor = Floor::of(&told.mean, sample.y());
                let fitted = LeastSquares::forgiving().fit_sample(sample)?;
                Ok((AnyRegression::Ols(fitted, floor), Means::alone(floor.raise(&told.mean))))
            }
            Self::ElasticNet => {
                let fitted = ElasticNet::new().fit_sample(sample)?;
                let again = ElasticNet::new().penalty(fitted.penalty);
                let told = out_of_fold(
                    sample,
                    |inside| again.fit_sample(inside),
                    |fitted, held| Ok(Means::alone(fitted.predict_rows(&held.x().view()))),
                )?;
                let floor = Floor::of(&told.mean, sample.y());
                Ok((AnyRegression::ElasticNet(fitted, floor), Means::alone(floor.raise(&told.mean))))
            }
            Self::Tweedie => {
                let sample = not_negative(sample)?;
                let family = power::family(target, &sample)?;
                let share = best_share(family, &sample, &SHARES, None).unwrap_or(SHARES[0]);
                let fit = |inside: &Sample| ridged(family, inside, share);
                let told = out_of_fold(&sample, fit, |fitted, held| {
                    Ok(Means::alone(fitted.means(&held.x().view(), None)))
                })?;
                Ok((AnyRegression::Glm(fit(&sample)?), told))
            }
            Self::TwoPart | Self::Ziln => {
                let sample = not_negative(sample)?;
                let positives = match (target, self) {
                    (Target::Purchases, _) => Positives::Counts,
                    (Target::Value, Self::Ziln) => Positives::LogNormal,
                    (Target::Value, _) => Positives::Gamma,
                };
                let shares = TwoPart::shares(&sample, positives)?;
                let fit = |inside: &Sample| TwoPart::fit(inside, positives, shares);
                let told = out_of_fold(&sample, fit, |fitted, held| Ok(fitted.means(&held.x().view())))?;
                Ok((AnyRegression::TwoPart(fit(&sample)?), told))
            }
            Self::Gbm => {
                let (sample, line) = (not_negative(sample)?, expected(sample.names()));
                let (mean, told) = Boosting::new(power::family(target, &sample)?).fit_from(&sample, &line)?;
                let some = bought(&sample)?;
                let any = (target == Target::Purchases && Family::Binomial.check(some.y()).is_ok())
                    .then(|| Boosting::new(Family::Binomial).fit_from(&some, &line))
                    .transpose()?;
                let (any, likely) = any.map_or((None, None), |(any, told)| (Some(any), Some(told.means)));
                Ok((AnyRegression::Boosted { mean, any }, Means { mean: told.means, any: likely }))
            }
            Self::RatioGlm | Self::RatioGbm => {
                let sample = not_negative(sample)?;
                let base = base.ok_or_else(|| {
                    Error::Undefined(format!("{} needs a probabilistic forecast to start from", self.id()))
                })?;
                let by = if self == Self::RatioGlm { RatioBy::Glm } else { RatioBy::Boosting };
                let family = power::family(target, &sample)?;
                let (fitted, told) = Ratio::fit(&sample, base, family, by)?;
                Ok((AnyRegression::Ratio(fitted), told))
            }
        }
    }
}

/// Whether what a column tells shifts from origin to origin, so that it tells origins apart and not customers: where in the year something
/// was, each part of which the origins see once; and P(alive), which goes with the parameters of the base, where expected purchases hold still. (A
/// base that sees nobody leave at past origins and some now: of two years of Online Retail totals came out 40 % low by it.)
fn shifts(name: &str) -> bool {
    let of_season = |what: &str| name.strip_prefix(what).is_some_and(|end| end == "sin" || end == "cos");
    name == "p_alive" || ["cut_", "first_", "last_"].into_iter().any(of_season)
}

/// The columns that trees start at a straight line of: the logarithms of what the base expects. None where there is no base.
fn expected(names: &[String]) -> Vec<usize> {
    (0..names.len()).filter(|&at| names[at].starts_with("ln_expected_")).collect()
}

/// The same where those whose refunds were more than their purchases spent nothing.
fn not_negative(sample: &Sample) -> Result<Sample> {
    sample.with_target(sample.y().mapv(|y| y.max(0.0)))
}

/// Σ of what happened over Σ of what was told out of fold: log links, products of two parts and shrunk trees do not keep the total by
/// themselves. Never outside of a half and two.
fn factor(told: &Array1<f64>, sample: &Sample) -> f64 {
    let total = sum((0..sample.rows()).map(|row| sample.weight(row) * told[row]));
    let happened = sample.mean_target() * sample.total_weight();
    if total > 0.0 && happened > 0.0 { (happened / total).clamp(0.5, 2.0) } else { 1.0 }
}

fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
}

impl Regressor {
    /// The base itself, for want of anything to learn from.
    #[must_use]
    pub const fn base_itself(notes: Vec<String>) -> Self {
        Self {
            columns: Vec::new(),
            ranges: Vec::new(),
            factor: 1.0,
            model: AnyRegression::Ratio(Ratio::nothing(notes)),
        }
    }

    /// What it tells each row. The columns are those it was fitted with, in their order; beyond what it learnt from nothing is
    /// extrapolated: such values are taken for the nearest that it saw.
    ///
    /// # Errors
    /// [`Error::Undefined`] without a base where it is a ratio, with fewer columns than it reads, or where a mean is not finite.
    pub fn predict(&self, x: &ArrayView2<'_, f64>, base: Option<&[f64]>) -> Result<Means> {
        let x = self.narrowed(x)?;
        let x = x.view();
        let mut told = match &self.model {
            AnyRegression::Ols(fitted, floor) => Means::alone(floor.raise(&fitted.predict_rows(&x))),
            AnyRegression::ElasticNet(fitted, floor) => Means::alone(floor.raise(&fitted.predict_rows(&x))),
            AnyRegression::Glm(fitted) => Means::alone(fitted.means(&x, None)),
            AnyRegression::TwoPart(fitted) => fitted.means(&x),
            AnyRegression::Boosted { mean, any } => {
                Means { mean: mean.means(&x, None), any: any.as_ref().map(|any| any.means(&x, None)) }
            }
            AnyRegression::Ratio(fitted) => {
                let base = base.filter(|base| base.len() == x.nrows()).ok_or_else(|| {
                    Error::Undefined(
                        "a ratio needs the forecast that it is of, for every customer".to_owned(),
                    )
                })?;
                fitted.means(&x, base)
            }
        };
        told.mean *= self.factor;
        if matches!(self.model, AnyRegression::Boosted { .. }) {
            told = told.of_counts();
        }
        let sound = |means: &Array1<f64>| means.iter().all(|mean| mean.is_finite() && *mean >= 0.0);
        if sound(&told.mean) && told.any.as_ref().is_none_or(sound) {
            return Ok(told);
        }
        Err(Error::Undefined("a regression came to a forecast that is not finite".to_owned()))
    }

    /// Of a ratio: [`Ratio::settle`], on the columns that it was fitted with.
    ///
    /// # Errors
    /// [`Error::Undefined`] with fewer columns than it reads.
    pub fn settle(&mut self, x: &ArrayView2<'_, f64>, base: &[f64]) -> Result<()> {
        let x = self.narrowed(x)?;
        if let AnyRegression::Ratio(fitted) = &mut self.model {
            fitted.settle(&x.view(), base);
        }
        Ok(())
    }

    /// The columns it reads, within the ranges it learnt from.
    fn narrowed(&self, x: &ArrayView2<'_, f64>) -> Result<Array2<f64>> {
        if let Some(&missing) = self.columns.iter().find(|&&column| column >= x.ncols()) {
            return Err(Error::Undefined(format!(
                "column {} is missing: the regression was fitted with more columns than the {} given",
                missing + 1,
                x.ncols()
            )));
        }
        let mut narrow = x.select(ndarray::Axis(1), &self.columns);
        for (mut column, &(low, high)) in narrow.columns_mut().into_iter().zip(&self.ranges) {
            column.mapv_inplace(|value| value.max(low).min(high));
        }
        Ok(narrow)
    }

    /// Whether it reads no columns beyond so many, has a coefficient for each that it reads, and its trees are trees.
    #[must_use]
    pub fn is_sound(&self, columns: usize) -> bool {
        let read = self.columns.len();
        let lines = |coefficients: &[super::Coefficient]| coefficients.len() == read;
        let part = |part: &Part| match part {
            Part::Glm(fitted) => lines(&fitted.coefficients),
            Part::Same(_) => true,
        };
        let model = match &self.model {
            AnyRegression::Ols(fitted, _) => lines(&fitted.coefficients),
            AnyRegression::ElasticNet(fitted, _) => lines(&fitted.coefficients),
            AnyRegression::Glm(fitted) => lines(&fitted.coefficients),
            AnyRegression::TwoPart(fitted) => part(&fitted.any) && part(fitted.much.part()),
            AnyRegression::Boosted { mean, any } => {
                mean.is_sound(read) && any.as_ref().is_none_or(|any| any.is_sound(read))
            }
            AnyRegression::Ratio(fitted) => match &fitted.shape {
                None => true,
                Some(Shape::Glm(fitted)) => lines(&fitted.coefficients),
                Some(Shape::Boosted(fitted)) => fitted.is_sound(read),
            },
        };
        model && self.columns.iter().all(|&column| column < columns) && self.ranges.len() == read
    }

    /// What should be known of it, in words.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        match &self.model {
            AnyRegression::Ols(fitted, _) => &fitted.notes,
            AnyRegression::ElasticNet(fitted, _) => &fitted.notes,
            AnyRegression::Glm(fitted) => &fitted.notes,
            AnyRegression::TwoPart(fitted) => &fitted.notes,
            AnyRegression::Boosted { mean, .. } => mean.line.as_ref().map_or(&[], |(_, line)| &line.notes),
            AnyRegression::Ratio(fitted) => &fitted.notes,
        }
    }
}
