//! What a fit and a forecast ask of the model, whatever the lifetime.

use super::{Lifetime, UntilDeath, checked};
use crate::features::{Process, Rfm};
use crate::math::special::ln_poch;
use crate::model::kernel::{
    Derivatives, Likelihood, Moments, Parametric, PurchaseLikelihood, PurchaseModel, Weighted,
};
use crate::model::prior::Prior;
use crate::model::ridges;
use crate::{Error, Result};

impl<L: Lifetime> Parametric for UntilDeath<L> {
    fn name(&self) -> &'static str {
        L::NAME
    }

    fn id(&self) -> &'static str {
        L::ID
    }

    fn names(&self) -> Vec<String> {
        ["r", "alpha"].iter().chain(L::PARAMETERS).map(|&name| name.to_owned()).collect()
    }

    fn parameters(&self) -> Vec<f64> {
        let mut all = vec![self.r, self.alpha];
        all.extend(self.lifetime.parameters());
        all
    }

    fn with_parameters(&self, parameters: &[f64]) -> Result<Self> {
        match parameters {
            [r, alpha, lifetime @ ..] if lifetime.len() == L::PARAMETERS.len() => {
                checked(*r, *alpha, lifetime)
            }
            _ => Err(Error::Undefined(format!(
                "{} has {} parameters, not {}",
                L::NAME,
                L::PARAMETERS.len() + 2,
                parameters.len()
            ))),
        }
    }

    /// For purchases ln α_i = ln α − γ'z, for drop-out ln β_i = ln β − γ'z: e^γ is the factor on a customer's rate of buying, or of
    /// leaving, for one unit of z more.
    fn shifted_by(&self, process: Process) -> Option<Vec<f64>> {
        let beta = L::PARAMETERS.iter().position(|name| *name == "beta");
        let moved = match process {
            Process::Purchase => 1,
            Process::Dropout => 2 + beta?,
            Process::Spend => return None,
        };
        Some((0..2 + L::PARAMETERS.len()).map(|at| if at == moved { -1.0 } else { 0.0 }).collect())
    }
}

impl<L: Lifetime> Likelihood for UntilDeath<L> {
    type Row = Rfm;

    /// ln Γ(r+x)/Γ(r) − x ln α + ln { S(T) (1+T/α)^−(r+x) + ∫_{t_x}^T f(u) (1+u/α)^−(r+x) du }.
    fn ln_likelihood(&self, c: &Rfm) -> f64 {
        let x = f64::from(c.frequency);
        let fates = self.silence(c.frequency).fates(c.recency, c.age);
        ln_poch(self.r, x) - x * self.alpha.ln() + fates.ln_total()
    }

    fn derivatives(&self, rows: &[Weighted<Rfm>]) -> Derivatives {
        L::derivatives(self, rows)
    }

    fn prior(&self) -> Prior {
        L::believe(Prior::flat().purchase_rates(0, 1, 1.0))
    }
}

impl<L: Lifetime> PurchaseModel for UntilDeath<L> {
    type Future = Self;

    /// The first part of the likelihood's braces over both; 0 where it is below all numbers.
    fn p_alive(&self, c: &Rfm) -> f64 {
        self.silence(c.frequency).fates(c.recency, c.age).p_alive()
    }

    /// r+x, α+T, and the lifetime that is left.
    fn given_alive(&self, c: &Rfm) -> Self {
        let x = f64::from(c.frequency);
        Self { r: self.r + x, alpha: self.alpha + c.age, lifetime: self.lifetime.left_after(c.age) }
    }
}

impl<L: Lifetime> PurchaseLikelihood for UntilDeath<L> {
    fn starts(&self, moments: &Moments) -> Vec<Vec<f64>> {
        let (r, alpha) = moments.gamma();
        let buying = [[r, alpha], [1.0, 1.0], [0.3, 0.1]];
        buying.iter().zip(L::starts()).map(|(buying, living)| [&buying[..], &living].concat()).collect()
    }

    fn rescaled(&self, factor: f64) -> Self {
        Self { r: self.r, alpha: self.alpha * factor, lifetime: self.lifetime.rescaled(factor) }
    }

    fn ridges(&self, moments: &Moments) -> Vec<&'static str> {
        let gone = -self.lifetime.ln_survival(1.0).exp_m1();
        let living = if L::ENDS && (gone * moments.customers < 3.0 || gone < 0.01) {
            Some(ridges::NOBODY_LEAVES)
        } else {
            self.lifetime.ridge(moments)
        };
        living.into_iter().chain(ridges::gamma_rates(self.r, self.alpha)).collect()
    }
}
