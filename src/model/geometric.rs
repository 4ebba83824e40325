//! Purchases, and the one after which the customer leaves: what BG/NBD, MBG/NBD and their siblings with regular buyers share.
//!
//! ```text
//! λ ~ Gamma(shape r, rate α)     stages per unit of time
//! p ~ Beta(a, b)                 chance of leaving at a purchase
//! ```
//!
//! k stages lie between two purchases, each an exponential time: the waiting time is Erlang-k, and k = 1 is Poisson. In
//! all four models the purchases so far are followed by a silence s = T − t_x in which a customer who is still there has
//! passed fewer than k stages:
//!
//! ```text
//! L(x, t_x, T) = Π g_i^(k−1)/Γ(k)^x  (r)_kx α^r/(α+T)^(r+kx)  (b)_y/(a+b)_y  (S + e^D)
//! S = Σ_{j<k} (r+kx)_j/j! (s/(α+T))^j                 e^D = a/(b+y−1) ((α+T)/(α+t_x))^(r+kx)
//! ```
//!
//! with the gaps g_i between purchases, y the chances to leave so far (x, or x + 1 where the first purchase is one; e^D is
//! 0 without any). Fader, Hardie & Lee (2005), equation 6, is k = 1, y = x; Batislam, Denizel & Filiztekin (2007) and
//! Hoppe & Wagner (2007) are k = 1, y = x + 1; Platzer & Reutterer (2017) any k. The factor of the gaps does not depend on the
//! parameters and is not in [`Geometric::ln_likelihood`]: only between models of different k does it count.

mod blocks;
mod count;
mod discounted;
mod integral;
mod law;
mod likelihood;
mod phase;
mod tail;

use super::bg_nbd::BgNbd;
use super::kernel::{Derivatives, Moments, Weighted, all_positive};
use super::prior::Prior;
use super::ridges;
use crate::features::{Process, Rfm};
use crate::math::special::{ln_gamma, ln_poch};
use crate::{Error, Result};

pub(super) use count::{Poisson, Stages};
pub(super) use law::Leaving;
pub(super) use phase::Phase;

/// The parameters, and what tells the models apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Geometric {
    pub(super) r: f64,
    pub(super) alpha: f64,
    pub(super) a: f64,
    pub(super) b: f64,
    /// Stages between two purchases.
    pub(super) k: u32,
    /// Whether the first purchase is a chance to leave.
    pub(super) at_first: bool,
    /// Whether k is left to the likelihood: of a model to start from.
    pub(super) undecided: bool,
}

/// The most stages between two purchases: beyond, waiting times are as good as fixed (they vary by an eighth), and so few real
/// shops come near that a larger k is a mistake.
pub const MOST_STAGES: u32 = 64;
/// What may have happened by the time a window begins is told but for kinds of customers that are together rarer than this.
pub(super) const LEFT_OUT: f64 = 1e-16;
/// A fit that is to choose k tries so many at the most.
const STAGES_TRIED: u32 = 12;

impl Geometric {
    /// The names of the parameters.
    pub(super) const NAMES: [&'static str; 4] = ["r", "alpha", "a", "b"];

    /// For purchases ln α_i = ln α − γ'z. For drop-out ln a_i = ln a + γ'z, so that e^γ is the factor on the odds a/b of leaving
    /// at a purchase; moving a and b together, as CLVTools does, moves their sum and not these odds, and does not identify.
    pub(super) fn shifted_by(process: Process) -> Option<Vec<f64>> {
        match process {
            Process::Purchase => Some(vec![0.0, -1.0, 0.0, 0.0]),
            Process::Dropout => Some(vec![0.0, 0.0, 1.0, 0.0]),
            Process::Spend => None,
        }
    }

    /// All ones: where nothing is said yet, and purchases are Poisson.
    pub(super) const fn template(at_first: bool) -> Self {
        Self { r: 1.0, alpha: 1.0, a: 1.0, b: 1.0, k: 1, at_first, undecided: false }
    }

    /// The same, with k left to the likelihood.
    pub(super) const fn undecided(at_first: bool) -> Self {
        Self { undecided: true, ..Self::template(at_first) }
    }

    /// The same with so many stages between two purchases.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless that is a whole number from 1 to [`MOST_STAGES`].
    pub(super) fn with_stages(&self, model: &'static str, k: f64) -> Result<Self> {
        if k.fract() == 0.0 && (1.0..=f64::from(MOST_STAGES)).contains(&k) {
            return Ok(Self { k: k as u32, undecided: false, ..*self });
        }
        let rule = "a whole number of stages from 1 to 64; most shops are between 1 and 4";
        Err(Error::Parameter { model, name: "k", value: k, rule })
    }

    /// What a fit is to try for k.
    pub(super) fn stages_to_try(&self) -> Option<std::ops::RangeInclusive<u32>> {
        self.undecided.then_some(1..=STAGES_TRIED)
    }

    /// The same with these parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless all are positive and finite.
    pub(super) fn with(&self, model: &'static str, parameters: &[f64]) -> Result<Self> {
        let &[r, alpha, a, b] = parameters else {
            return Err(Error::Undefined(format!("{model} has four parameters, not {}", parameters.len())));
        };
        all_positive(model, Self::NAMES.into_iter().zip([r, alpha, a, b]))?;
        Ok(Self { r, alpha, a, b, ..*self })
    }

    pub(super) fn parameters(&self) -> Vec<f64> {
        vec![self.r, self.alpha, self.a, self.b]
    }

    /// The stages behind a customer: kx.
    fn stages(&self, frequency: u32) -> f64 {
        f64::from(self.k) * f64::from(frequency)
    }

    /// The shape of λ at the last purchase: r + kx.
    fn shape(&self, frequency: u32) -> f64 {
        self.r + self.stages(frequency)
    }

    /// How often a customer could leave so far, y.
    fn chances(&self, frequency: u32) -> u64 {
        u64::from(frequency) + u64::from(self.at_first)
    }

    /// ln(a/(b+y−1)): the odds of leaving at the last purchase, before any silence; −∞ where there was no chance.
    fn ln_odds_of_leaving(&self, frequency: u32) -> f64 {
        match self.chances(frequency) {
            0 => f64::NEG_INFINITY,
            y => self.a.ln() - (self.b + (y - 1) as f64).ln(),
        }
    }

    /// D, where there was a chance to leave.
    fn ln_leaving(&self, c: &Rfm) -> f64 {
        let silence = ((c.age - c.recency) / (self.alpha + c.recency)).ln_1p();
        self.ln_odds_of_leaving(c.frequency) + self.shape(c.frequency) * silence
    }

    /// ln S.
    fn ln_staying(&self, c: &Rfm) -> f64 {
        if self.k == 1 {
            return 0.0;
        }
        let share = (c.age - c.recency) / (self.alpha + c.age);
        tail::Silence::of(self.k, self.shape(c.frequency), share).ln_sum
    }

    /// ln L without the factor of the gaps.
    pub(super) fn ln_likelihood(&self, c: &Rfm) -> f64 {
        let &Self { r, alpha, a, b, k, .. } = self;
        let (kx, staying) = (self.stages(c.frequency), self.ln_staying(c));
        let until = |end: f64| -r * (end / alpha).ln_1p() - kx * (alpha + end).ln();
        let bought = ln_poch(r, kx) - f64::from(c.frequency) * ln_gamma(f64::from(k));
        let y = self.chances(c.frequency) as f64;
        if y == 0.0 {
            return bought + until(c.age) + staying; // nobody has left yet
        }
        let (stayed, odds) = (ln_poch(b, y) - ln_poch(a + b, y), self.ln_leaving(c) - staying);
        // Of the two ways to be silent the likelier is written down, the other as a correction: both may be of any size.
        let silent = if odds > 0.0 {
            until(c.recency) + self.ln_odds_of_leaving(c.frequency)
        } else {
            until(c.age) + staying
        };
        bought + stayed + silent + (-odds.abs()).exp().ln_1p()
    }

    /// ln L with its derivatives.
    pub(super) fn derivatives(&self, rows: &[Weighted<Rfm>]) -> Derivatives {
        likelihood::derivatives(self, rows)
    }

    /// What is believed before any data; of k times as many stages as purchases.
    pub(super) fn prior(&self) -> Prior {
        Prior::flat().purchase_rates(0, 1, f64::from(self.k)).chances_of_leaving(2, 3)
    }

    /// P(alive) = S/(S + e^D).
    pub(super) fn p_alive(&self, c: &Rfm) -> f64 {
        if self.chances(c.frequency) == 0 {
            return 1.0; // true of the model, whatever the silence
        }
        1.0 / (1.0 + (self.ln_leaving(c) - self.ln_staying(c)).exp())
    }

    /// b after all chances that were not taken: (a, b + y) is the chance of leaving of a living customer.
    pub(super) fn stayed(&self, frequency: u32) -> f64 {
        self.b + self.chances(frequency) as f64
    }

    /// The future of a living customer whose purchases are Poisson.
    pub(super) fn living_poisson(&self, c: &Rfm) -> BgNbd {
        BgNbd::of_living(self.shape(c.frequency), self.alpha + c.age, self.a, self.stayed(c.frequency))
    }

    /// How often a living customer would buy from T on: the stages passed in the silence count.
    pub(super) fn stages_ahead(&self, c: &Rfm) -> Stages {
        Stages::new(self.k, self.shape(c.frequency), self.alpha + c.age, c.age - c.recency)
    }

    /// Where to start a climb: the moments of the counts as if nobody left, and two plain guesses.
    pub(super) fn starts(&self, moments: &Moments) -> Vec<Vec<f64>> {
        let (r, alpha) = moments.gamma();
        let k = f64::from(self.k);
        vec![vec![r, alpha / k, 0.5, 2.0], vec![1.0, 1.0 / k, 1.0, 1.0], vec![0.3, 0.1 / k, 0.1, 5.0]]
    }

    /// Time in smaller units.
    pub(super) fn rescaled(&self, factor: f64) -> Self {
        Self { alpha: self.alpha * factor, ..*self }
    }

    /// The ridges in words.
    pub(super) fn ridges(&self, moments: &Moments) -> Vec<&'static str> {
        let mut named: Vec<_> = ridges::geometric_drop_out(self.a, self.b, moments).into_iter().collect();
        named.extend(ridges::gamma_rates(self.r, self.alpha * f64::from(self.k)));
        named
    }
}

/// What the models around a [`Geometric`] have in common: their parameters by name, and all that a fit needs. Those with
/// regular customers have k as a setting.
macro_rules! geometric_model {
    ($Model:ident) => {
        geometric_model!($Model,);
    };
    ($Model:ident, regular) => {
        geometric_model!(
            $Model,
            fn settings(&self) -> Vec<(&'static str, f64)> {
                vec![("k", f64::from(self.0.k))]
            }

            fn with_setting(&self, setting: &str, value: f64) -> $crate::Result<Self> {
                if setting == "k" {
                    return self.0.with_stages(Self::NAME, value).map(Self);
                }
                Err($crate::Error::Undefined(format!("{} has one setting, k, not {setting}", Self::NAME)))
            }
        );
    };
    ($Model:ident, $($settings:item)*) => {
        impl $Model {
            /// The shape of the rates across customers.
            #[must_use]
            pub const fn r(&self) -> f64 {
                self.0.r
            }

            /// The rate α of the rates' gamma law, in units of time.
            #[must_use]
            pub const fn alpha(&self) -> f64 {
                self.0.alpha
            }

            /// The first shape of the drop-out chances across customers.
            #[must_use]
            pub const fn a(&self) -> f64 {
                self.0.a
            }

            /// The second shape of the drop-out chances across customers.
            #[must_use]
            pub const fn b(&self) -> f64 {
                self.0.b
            }
        }

        impl $crate::model::Parametric for $Model {
            fn name(&self) -> &'static str {
                Self::NAME
            }

            fn id(&self) -> &'static str {
                Self::ID
            }

            fn shifted_by(&self, process: $crate::features::Process) -> Option<Vec<f64>> {
                Geometric::shifted_by(process)
            }

            fn names(&self) -> Vec<String> {
                Geometric::NAMES.map(str::to_owned).to_vec()
            }

            fn parameters(&self) -> Vec<f64> {
                self.0.parameters()
            }

            fn with_parameters(&self, parameters: &[f64]) -> $crate::Result<Self> {
                self.0.with(Self::NAME, parameters).map(Self)
            }

            $($settings)*
        }

        impl $crate::model::Likelihood for $Model {
            type Row = $crate::features::Rfm;

            fn ln_likelihood(&self, c: &$crate::features::Rfm) -> f64 {
                self.0.ln_likelihood(c)
            }

            fn derivatives(
                &self,
                rows: &[$crate::model::Weighted<$crate::features::Rfm>],
            ) -> $crate::model::Derivatives {
                self.0.derivatives(rows)
            }

            fn prior(&self) -> $crate::model::Prior {
                self.0.prior()
            }
        }

        impl $crate::model::PurchaseLikelihood for $Model {
            fn starts(&self, moments: &$crate::model::Moments) -> Vec<Vec<f64>> {
                self.0.starts(moments)
            }

            fn rescaled(&self, factor: f64) -> Self {
                Self(self.0.rescaled(factor))
            }

            fn ridges(&self, moments: &$crate::model::Moments) -> Vec<&'static str> {
                self.0.ridges(moments)
            }

            fn stages(&self) -> u32 {
                self.0.k
            }

            fn to_choose(&self) -> Option<(&'static str, std::ops::RangeInclusive<u32>)> {
                self.0.stages_to_try().map(|stages| ("k", stages))
            }
        }
    };
}
pub(super) use geometric_model;
