//! From distinct rows to parameters and their uncertainty, by any method; on the scale of the fit.

use super::bootstrap::bootstrap;
use super::climb::{Top, maximise};
use super::covariance::Uncertainty;
use super::drawn::{ChainsReport, DrawsReport, RefitsReport, parameters_drawn, thinned};
use super::method::{Bootstrap, Mcmc, Method, Nuts};
use super::metropolis;
use super::mle::Fit;
use super::nuts::sample;
use super::penalised::Penalised;
use super::report::{FitReport, NotConverged, Stop};
use crate::math::matrix;
use crate::model::{Likelihood, Weighted};
use crate::progress::Progress;
use crate::{Error, Result};

/// What is to be fitted to what.
pub(super) struct Task<'a, M: Likelihood> {
    /// Which model, and its settings.
    pub(super) template: &'a M,
    /// Distinct rows with counts, sorted by frequency, on the scale of the fit.
    pub(super) rows: &'a [Weighted<M::Row>],
    /// Coordinates to start from.
    pub(super) starts: Vec<Vec<f64>>,
    /// What the scale adds to ln L.
    pub(super) jacobian: f64,
    /// Customers of whom the model cannot speak.
    pub(super) left_out: u64,
}

/// A fit on the scale of the fit, with all its draws.
#[derive(Debug, Clone)]
pub(super) struct Scaled<M> {
    pub(super) model: M,
    report: FitReport,
    uncertainty: Option<Uncertainty>,
    /// Coordinates.
    draws: Vec<Vec<f64>>,
}

impl<M: Likelihood> Task<'_, M> {
    /// Fits by this method.
    ///
    /// # Errors
    /// [`Error::Fit`] if the climb did not end at a maximum; what the draws say that went wrong; [`Error::Interrupted`].
    pub(super) fn fit(&self, method: Method, progress: &dyn Progress) -> Result<Scaled<M>> {
        method.check()?;
        let mut fit = match method {
            Method::Mle => self.likeliest()?.0,
            Method::Map => self.most_probable()?.0,
            Method::Bootstrap(plan) => self.refitted(&plan, progress)?,
            Method::Nuts(plan) => self.sampled(&plan, progress)?,
            Method::Mcmc(plan) => self.walked(&plan, progress)?,
        };
        fit.report.method = method.id();
        Ok(fit)
    }

    /// The maximum of the likelihood, and the information there.
    fn likeliest(&self) -> Result<(Scaled<M>, Vec<Vec<f64>>)> {
        let (model, report, information) = self.climbed(self.template)?;
        let uncertainty = Uncertainty::at(&model, &information);
        Ok((Scaled { model, report, uncertainty, draws: Vec::new() }, information))
    }

    /// The maximum of likelihood times prior, and the information there.
    fn most_probable(&self) -> Result<(Scaled<M>, Vec<Vec<f64>>)> {
        let (mode, mut report, information) = self.climbed(&Penalised::new(self.template.clone()))?;
        report.ln_likelihood -= mode.ln_prior();
        let uncertainty = Uncertainty::at(&mode.model, &information);
        Ok((Scaled { model: mode.model, report, uncertainty, draws: Vec::new() }, information))
    }

    fn refitted(&self, plan: &Bootstrap, progress: &dyn Progress) -> Result<Scaled<M>> {
        let (mut fit, _) = self.likeliest()?;
        let refits = bootstrap(self.template, self.rows, &fit.model.point(), plan, progress)?;
        let told = RefitsReport { at_border: refits.at_border, failed: refits.failed };
        fit.report.draws = Some(DrawsReport::of_refits(refits.points.len(), told));
        fit.draws = refits.points;
        Ok(fit)
    }

    fn sampled(&self, plan: &Nuts, progress: &dyn Progress) -> Result<Scaled<M>> {
        let (mut fit, information) = self.most_probable()?;
        let posterior = Penalised::new(fit.model.clone());
        let sampled = sample(&posterior, self.rows, &information, plan, progress)?;
        let told = ChainsReport {
            chains: plan.chains,
            tune: plan.tune,
            divergences: sampled.divergences,
            gradients: sampled.gradients,
            r_hat: sampled.r_hat,
            effective: sampled.effective,
        };
        fit.report.draws = Some(DrawsReport::of_chains(sampled.points.len(), told));
        fit.draws = sampled.points;
        Ok(fit)
    }

    /// The posterior by Metropolis steps, told by its medians.
    fn walked(&self, plan: &Mcmc, progress: &dyn Progress) -> Result<Scaled<M>> {
        let (mut fit, information) = self.most_probable()?;
        let posterior = Penalised::new(fit.model.clone());
        let sampled = metropolis::sample(&posterior, self.rows, &information, plan, progress)?;
        let told = ChainsReport {
            chains: plan.chains,
            tune: plan.tune,
            divergences: 0,
            gradients: 0,
            r_hat: sampled.r_hat,
            effective: sampled.effective,
        };
        fit.model = fit.model.at_point(&medians(&sampled.points))?;
        let ln_likelihood = |row: &Weighted<M::Row>| row.count * fit.model.ln_likelihood(&row.row);
        fit.report.ln_likelihood = self.rows.iter().map(ln_likelihood).sum::<f64>() + self.jacobian;
        fit.report.draws = Some(DrawsReport::of_chains(sampled.points.len(), told));
        fit.draws = sampled.points;
        Ok(fit)
    }

    /// The top of the climb, if it is one, and the information there.
    fn climbed<L: Likelihood<Row = M::Row>>(&self, target: &L) -> Result<(L, FitReport, Vec<Vec<f64>>)> {
        let Some(top) = maximise(target, self.rows, &self.starts) else {
            return Err(Error::Undefined(format!(
                "the {} likelihood is not finite on these data",
                target.name()
            )));
        };
        let customers: f64 = self.rows.iter().map(|row| row.count).sum();
        let model = target.at_point(&top.point)?;
        let information = information(&model, &top, self.rows, customers);
        let report = FitReport {
            method: super::method::MethodId::Mle,
            stop: top.stop,
            stopped: top.stop.to_string(),
            starts: top.starts,
            evaluations: top.evaluations,
            iterations: top.iterations,
            gradient: top.gradient(),
            smallest_curvature: matrix::eigen(&information)
                .first()
                .map_or(0.0, |(value, _)| value / customers),
            ln_likelihood: top.at.value * customers + self.jacobian,
            customers: customers as u64,
            distinct: self.rows.len() as u64,
            left_out: self.left_out,
            draws: None,
            tried: Vec::new(),
            warnings: Vec::new(),
        };
        if !top.is_one() {
            return Err(Error::Fit(Box::new(NotConverged { model: model.name(), report })));
        }
        Ok((model, report, information))
    }
}

/// The negative Hessian in the coordinates.
fn information<M: Likelihood>(
    model: &M,
    top: &Top,
    rows: &[Weighted<M::Row>],
    customers: f64,
) -> Vec<Vec<f64>> {
    // At the border the climb's curvature is in part that of its walls: that of the likelihood itself is wanted.
    let (hessian, customers) = match top.stop {
        Stop::Border => (model.derivatives(rows).hessian, 1.0),
        _ => (top.at.hessian.clone(), customers),
    };
    hessian.iter().map(|row| row.iter().map(|h| -h * customers).collect()).collect()
}

impl<M: Likelihood> Scaled<M> {
    /// How sure it is, on the scale of the fit.
    pub(super) const fn uncertainty(&self) -> Option<&Uncertainty> {
        self.uncertainty.as_ref()
    }

    /// The fit in the reader's units.
    ///
    /// # Errors
    /// [`Error::Parameter`] if a parameter leaves the range of numbers there.
    pub(super) fn told(self, unscaled: impl Fn(&M) -> Result<M>) -> Result<Fit<M>> {
        let Self { model: scaled, mut report, uncertainty, draws } = self;
        let model = unscaled(&scaled)?;
        let draws: Vec<M> =
            draws.iter().map(|point| unscaled(&scaled.at_point(point)?)).collect::<Result<_>>()?;
        if let Some(told) = &mut report.draws {
            told.parameters = parameters_drawn(&draws);
        }
        let uncertainty = uncertainty.map(|found| found.told_for(&model));
        Ok(Fit { model, report, uncertainty, draws: thinned(&draws)? })
    }
}

/// The median of each coordinate.
fn medians(points: &[Vec<f64>]) -> Vec<f64> {
    let middle = |at: usize| {
        let mut values: Vec<f64> = points.iter().map(|point| point[at]).collect();
        values.sort_unstable_by(f64::total_cmp);
        0.5 * (values[(values.len() - 1) / 2] + values[values.len() / 2])
    };
    (0..points.first().map_or(0, Vec::len)).map(middle).collect()
}
