//! Covariates as a climb sees them: centred, and per standard deviation.

use std::sync::Arc;

use super::covariance::Uncertainty;
use super::estimate::Scaled;
use super::method::MethodId;
use super::mle::Fit;
use crate::Result;
use crate::features::CovariateGroups;
use crate::model::{Effect, Likelihood, Parametric, WithCovariates};

/// Covariates centred and divided by their standard deviations, place by place.
pub(super) struct Standard {
    moments: Vec<(f64, f64)>,
    /// The groups, so seen.
    pub(super) groups: Vec<Vec<f64>>,
}

impl Standard {
    /// By these means and standard deviations, of no groups.
    pub(super) const fn of(moments: Vec<(f64, f64)>) -> Self {
        Self { moments, groups: Vec::new() }
    }

    pub(super) fn new(groups: &CovariateGroups, effects: &[Effect]) -> Self {
        let mut moments = groups.moments();
        for (place, (mean, spread)) in moments.iter_mut().enumerate() {
            if *spread == 0.0 || effects.iter().all(|effect| effect.place != place) {
                (*mean, *spread) = (0.0, 1.0);
            }
        }
        let standard =
            |z: &Vec<f64>| z.iter().zip(&moments).map(|(z, (mean, spread))| (z - mean) / spread).collect();
        Self { groups: groups.values.iter().map(standard).collect(), moments }
    }

    /// The linear map from the coordinates of the standardised model to those in the covariates' own units:
    /// γ' = γ/σ, η' = η − Σ γ μ/σ s.
    pub(super) fn back(&self, width: usize, effects: &[Effect]) -> Vec<Vec<f64>> {
        let n = width + effects.len();
        let mut map = vec![vec![0.0; n]; n];
        (0..width).for_each(|i| map[i][i] = 1.0);
        for (k, effect) in effects.iter().enumerate() {
            let (mean, spread) = self.moments[effect.place];
            (0..width).for_each(|i| map[i][width + k] = -mean / spread * effect.shift[i]);
            map[width + k][width + k] = 1.0 / spread;
        }
        map
    }

    /// A fit in the covariates' own units and (by `rescale`) the reader's, its ln L without the penalty.
    pub(super) fn own_units<M: Likelihood>(
        &self,
        scaled: Scaled<WithCovariates<M>>,
        groups: &CovariateGroups,
        rescale: impl Fn(M) -> M,
    ) -> Result<Fit<WithCovariates<M>>> {
        let model = scaled.model.clone();
        let (width, effects) = (model.base().parameters().len(), model.effects().to_vec());
        let map = self.back(width, &effects);
        let place = Arc::new(groups.values.clone());
        let mut fit = scaled.told(|standard| {
            let at = standard.point();
            let own: Vec<f64> =
                map.iter().map(|row| row.iter().zip(&at).map(|(m, eta)| m * eta).sum()).collect();
            let base = rescale(standard.base().at_point(&own[..width])?);
            standard.moved(base, own[width..].to_vec(), &place)
        })?;
        fit.uncertainty = fit.uncertainty.map(|found| found.carried(&map).told_for(&fit.model));
        // The likelihood at the medians of chains is told customer by customer, without the penalty.
        if fit.report.method != MethodId::Mcmc {
            fit.report.ln_likelihood += model.penalty_value(fit.report.customers as f64);
        }
        Ok(fit)
    }
}

impl Uncertainty {
    /// The same uncertainty after a linear map of the coordinates, M Σ Mᵀ; standard errors are to be told anew.
    pub(super) fn carried(self, map: &[Vec<f64>]) -> Self {
        let half: Vec<Vec<f64>> = map
            .iter()
            .map(|row| {
                (0..self.covariance.len())
                    .map(|j| row.iter().zip(&self.covariance).map(|(m, from)| m * from[j]).sum())
                    .collect()
            })
            .collect();
        let entry = |i: usize, j: usize| half[i].iter().zip(&map[j]).map(|(h, m)| h * m).sum::<f64>();
        let n = map.len();
        let covariance = (0..n).map(|i| (0..n).map(|j| entry(i.max(j), i.min(j))).collect()).collect();
        Self { covariance, standard_errors: self.standard_errors }
    }
}
