//! MBG/CNBD-k: as MBG/NBD, but customers buy at regular intervals: waiting times are Erlang-k.

use super::bg_cnbd_k::RegularFuture;
use super::geometric::{Geometric, geometric_model};
use super::kernel::PurchaseModel;
use crate::Result;
use crate::features::Rfm;

/// MBG/CNBD-k: customers buy at regular intervals, and after each purchase, the first included, may leave.
///
/// ```text
/// λ ~ Gamma(shape r, rate α)     stages per unit of time, k of them from one purchase to the next
/// p ~ Beta(a, b)                 probability of leaving after a purchase
/// ```
///
/// k = 1 is MBG/NBD; the larger k, the more regular: a gap varies by 1/√k of its mean. k is a whole number, chosen by the
/// likelihood among 1, 2, … or given. Platzer & Reutterer (2017), "Incorporating Regularity into Models of Noncontractual
/// Customer-Firm Relationships", WU Vienna (the package BTYDplus).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MbgCnbdK(Geometric);

impl MbgCnbdK {
    /// Its usual name.
    pub const NAME: &'static str = "MBG/CNBD-k";
    /// Its identifier.
    pub const ID: &'static str = "mbg-cnbd-k";
    /// What it assumes, in one line.
    pub const ABOUT: &'static str =
        "regular purchases (Erlang-k gaps); after each, also the first, the customer may leave";

    /// A model to start from, whose k a fit is to choose; [`MbgCnbdK::stages_of`] gives it.
    #[must_use]
    pub const fn template() -> Self {
        Self(Geometric::undecided(true))
    }

    /// A model to start from with k stages between two purchases.
    ///
    /// # Errors
    /// [`crate::Error::Parameter`] unless k is from 1 to [`MOST_STAGES`](super::MOST_STAGES).
    pub fn stages_of(k: u32) -> Result<Self> {
        Self::template().0.with_stages(Self::NAME, f64::from(k)).map(Self)
    }

    /// The model with these parameters; `alpha` is a rate, in units of time.
    ///
    /// # Errors
    /// [`crate::Error::Parameter`] unless all are positive and finite and k is from 1 to [`MOST_STAGES`](super::MOST_STAGES).
    pub fn new(k: u32, r: f64, alpha: f64, a: f64, b: f64) -> Result<Self> {
        Self::stages_of(k)?.0.with(Self::NAME, &[r, alpha, a, b]).map(Self)
    }

    /// Stages between two purchases.
    #[must_use]
    pub const fn k(&self) -> u32 {
        self.0.k
    }
}

geometric_model!(MbgCnbdK, regular);

impl PurchaseModel for MbgCnbdK {
    type Future = RegularFuture;

    /// S/(S + a/(b+x) ((α+T)/(α+t_x))^(r+kx)), S = Σ_{j<k} (r+kx)_j/j! ((T−t_x)/(α+T))^j, for one-time buyers too.
    fn p_alive(&self, c: &Rfm) -> f64 {
        self.0.p_alive(c)
    }

    /// At r+kx, α+T, a, b+x+1, with the stages that the silence may have seen.
    fn given_alive(&self, c: &Rfm) -> RegularFuture {
        RegularFuture::of(&self.0, c)
    }
}
