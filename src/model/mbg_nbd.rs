//! MBG/NBD: purchases are Poisson, and after each purchase, the first included, the customer may leave.

use super::bg_nbd::BgNbd;
use super::geometric::{Geometric, geometric_model};
use super::kernel::PurchaseModel;
use crate::Result;
use crate::features::Rfm;

/// MBG/NBD: purchases are Poisson, and after each purchase, the first included, the customer may leave.
///
/// ```text
/// λ ~ Gamma(shape r, rate α)     purchases per unit of time
/// p ~ Beta(a, b)                 probability of leaving after a purchase
/// ```
///
/// So a customer who came once may be gone: with probability a/(a+b) at once. Batislam, Denizel & Filiztekin (2007),
/// "Empirical Validation and Comparison of Models for Customer Base Analysis", IJRM 24(3), 201–209; Hoppe & Wagner (2007),
/// "Customer Base Analysis: The Case for a Central Variant of the Betageometric/NBD Model", Marketing JRM 3(2), 75–90 (CBG/NBD).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MbgNbd(Geometric);

impl MbgNbd {
    /// Its usual name.
    pub const NAME: &'static str = "MBG/NBD";
    /// Its identifier.
    pub const ID: &'static str = "mbg-nbd";
    /// What it assumes, in one line.
    pub const ABOUT: &'static str =
        "Poisson purchases; after each purchase, also the first, the customer may leave";

    /// A model to start from: what a fit is asked for, not what it finds.
    #[must_use]
    pub const fn template() -> Self {
        Self(Geometric::template(true))
    }

    /// The model with these parameters; `alpha` is a rate, in units of time.
    ///
    /// # Errors
    /// [`crate::Error::Parameter`] unless all are positive and finite.
    pub fn new(r: f64, alpha: f64, a: f64, b: f64) -> Result<Self> {
        Self::template().0.with(Self::NAME, &[r, alpha, a, b]).map(Self)
    }
}

geometric_model!(MbgNbd);

impl PurchaseModel for MbgNbd {
    /// Once alive at T, the customers of BG/NBD and of MBG/NBD are alike: each purchase to come is a chance to leave.
    type Future = BgNbd;

    /// 1/(1 + a/(b+x) ((α+T)/(α+t_x))^(r+x)), for one-time buyers too.
    fn p_alive(&self, c: &Rfm) -> f64 {
        self.0.p_alive(c)
    }

    /// BG/NBD(r+x, α+T, a, b+x+1).
    fn given_alive(&self, c: &Rfm) -> BgNbd {
        self.0.living_poisson(c)
    }
}
