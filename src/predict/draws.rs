//! Draws of the parameters: how unsure they are, as a list of models.

use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::fit::{Crowd, TrainedModel, Uncertainty};
use crate::model::{AnyPopulation, Coordinate, Parametric, Spenders};
use crate::{Error, Result};

/// Draws of the parameters behind the interval of a total, where the model file has none of its own.
pub const DRAWS: usize = 400;
/// Their seed: the same input gives the same interval.
pub const DRAWS_SEED: u64 = 0x6c74_7631;

/// Parameters as they might be, given the data: by the Laplace approximation, a bootstrap, or a sampler of the posterior.
/// Whatever made them, they flow into the totals ([`super::Totals`]) and into the intervals of customers
/// ([`super::ParameterSpread`]) alike.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterDraws<M> {
    /// Draws of the purchase model.
    pub purchases: Vec<M>,
    /// Draws of the spend model; used over again if there are fewer than of the other. Empty without money.
    pub spend: Vec<Spenders>,
}

impl ParameterDraws<AnyPopulation> {
    /// The draws of a trained model for a crowd: those that its method made, otherwise so many of the Laplace approximation. `money` says
    /// whether value is forecast.
    ///
    /// # Errors
    /// As [`ParameterDraws::laplace`].
    pub fn of(trained: &TrainedModel, crowd: &Crowd, money: bool, count: usize, seed: u64) -> Result<Self> {
        let TrainedModel { purchase, spend, .. } = trained;
        let spend = match spend.as_ref().filter(|_| money) {
            None => Vec::new(),
            Some(part) if !part.draws.is_empty() => part.draws.clone(),
            Some(part) => drawn(&part.model, part.uncertainty.as_ref(), count, seed.wrapping_add(1))?,
        };
        let spend = spend.iter().map(|draw| crowd.spending_under(draw)).collect::<Result<_>>()?;
        let purchases = if purchase.draws.is_empty() {
            &drawn(&purchase.model, purchase.uncertainty.as_ref(), count, seed)?
        } else {
            &purchase.draws
        };
        let purchases = purchases.iter().map(|draw| crowd.under(draw)).collect::<Result<_>>()?;
        Ok(Self { purchases, spend })
    }
}

impl<M> ParameterDraws<M> {
    /// The same draws, with something made of each purchase model.
    #[must_use]
    pub fn each<N>(self, make: impl Fn(M) -> N) -> ParameterDraws<N> {
        ParameterDraws { purchases: self.purchases.into_iter().map(make).collect(), spend: self.spend }
    }
}

impl<M: Parametric> ParameterDraws<M> {
    /// The Laplace approximation: normal in the coordinates around the fitted models, by their uncertainties. What a
    /// fit on a ridge leaves undetermined is held fixed ([`Uncertainty::is_partial`]).
    ///
    /// # Errors
    /// [`Error::Undefined`] if a fit has no uncertainty: the data determine none of its parameters.
    pub fn laplace<S: Parametric + Into<Spenders>>(
        purchases: (&M, Option<&Uncertainty>),
        spend: Option<(&S, Option<&Uncertainty>)>,
        count: usize,
        seed: u64,
    ) -> Result<Self> {
        let spend = match spend {
            Some((model, uncertainty)) => {
                let found = drawn(model, uncertainty, count, seed.wrapping_add(1))?;
                found.into_iter().map(Into::into).collect()
            }
            None => Vec::new(),
        };
        let (model, uncertainty) = purchases;
        Ok(Self { purchases: drawn(model, uncertainty, count, seed)?, spend })
    }
}

pub(super) fn drawn<M: Parametric>(
    model: &M,
    uncertainty: Option<&Uncertainty>,
    count: usize,
    seed: u64,
) -> Result<Vec<M>> {
    let factor = uncertainty.and_then(Uncertainty::factor).ok_or_else(|| {
        Error::Undefined(format!(
            "nothing is known of the uncertainty of the {} parameters: the data do not determine any of them, or the \
             model file does not say",
            model.name()
        ))
    })?;
    laplace_draws(model, &factor, count, seed)
}

/// Draws from the normal approximation in the coordinates (ln θ, for the most part): ln θ + L z, with `factor` any L whose L Lᵀ is
/// their covariance ([`Uncertainty::factor`]). The same seed gives the same draws.
///
/// # Errors
/// [`Error::Parameter`] if a draw leaves the range of numbers: the covariance is then not that of a maximum.
pub fn laplace_draws<M: Parametric>(
    model: &M,
    factor: &[Vec<f64>],
    count: usize,
    seed: u64,
) -> Result<Vec<M>> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let centre: Vec<(Coordinate, f64)> = model.coordinates().into_iter().zip(model.parameters()).collect();
    (0..count)
        .map(|_| {
            let z: Vec<f64> = centre.iter().map(|_| StandardNormal.sample(&mut rng)).collect();
            let drawn: Vec<f64> = centre
                .iter()
                .zip(factor)
                .map(|((coordinate, theta), row)| {
                    let step = row.iter().zip(&z).map(|(l, z)| l * z).sum::<f64>();
                    if *coordinate == Coordinate::Log { theta * step.exp() } else { theta + step }
                })
                .collect();
            model.with_parameters(&drawn)
        })
        .collect()
}
