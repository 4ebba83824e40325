//! A likelihood with a prior: what `--method map` climbs and `--method nuts` samples.

use crate::Result;
use crate::model::{Coordinate, Derivatives, Likelihood, Parametric, Prior, Weighted};

/// A model whose ln L has the prior's ln density added, once for all customers. It is meant for the scale of the fit, on
/// which priors are stated.
#[derive(Debug, Clone)]
pub(super) struct Penalised<M> {
    pub(super) model: M,
    prior: Prior,
}

impl<M: Likelihood> Penalised<M> {
    pub(super) fn new(model: M) -> Self {
        let prior = model.prior();
        Self { model, prior }
    }

    /// The prior's ln density here, up to its constant.
    pub(super) fn ln_prior(&self) -> f64 {
        self.prior.ln_density(&self.model.point())
    }
}

impl<M: Likelihood> Parametric for Penalised<M> {
    fn name(&self) -> &'static str {
        self.model.name()
    }

    fn id(&self) -> &'static str {
        self.model.id()
    }

    fn names(&self) -> Vec<String> {
        self.model.names()
    }

    fn parameters(&self) -> Vec<f64> {
        self.model.parameters()
    }

    fn with_parameters(&self, parameters: &[f64]) -> Result<Self> {
        Ok(Self { model: self.model.with_parameters(parameters)?, prior: self.prior.clone() })
    }

    fn coordinates(&self) -> Vec<Coordinate> {
        self.model.coordinates()
    }
}

impl<M: Likelihood> Likelihood for Penalised<M> {
    type Row = M::Row;

    fn ln_likelihood(&self, row: &M::Row) -> f64 {
        self.model.ln_likelihood(row)
    }

    fn derivatives(&self, rows: &[Weighted<M::Row>]) -> Derivatives {
        let mut sum = self.model.derivatives(rows);
        self.prior.add_to(&self.model.point(), &mut sum);
        sum
    }

    fn gradient(&self, rows: &[Weighted<M::Row>]) -> (f64, Vec<f64>) {
        let (value, mut gradient) = self.model.gradient(rows);
        let point = self.model.point();
        self.prior.add_gradient_to(&point, &mut gradient);
        (value + self.prior.ln_density(&point), gradient)
    }
}
