//! The ways of fitting.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// How the parameters are found, and how their uncertainty is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// Maximum likelihood; the uncertainty by the curvature at the maximum (Laplace).
    #[default]
    Mle,
    /// The maximum of likelihood times weakly informative priors ([`crate::model::Prior`]), for shops of 50 to 500
    /// customers; the uncertainty by the curvature there.
    Map,
    /// Maximum likelihood, and refits on customers drawn with replacement.
    Bootstrap(Bootstrap),
    /// The posterior under the priors of [`Method::Map`], by the No-U-Turn sampler.
    Nuts(Nuts),
    /// The same posterior by Metropolis steps, which ask for no gradient: for likelihoods that are costly to compute. The
    /// parameters are the medians of the draws.
    Mcmc(Mcmc),
}

/// A nonparametric bootstrap over customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bootstrap {
    /// How many refits.
    pub draws: u32,
    /// The same seed gives the same draws, whatever the number of threads.
    pub seed: u64,
}

/// The No-U-Turn sampler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nuts {
    /// Draws of each chain that are kept.
    pub draws: u32,
    /// Chains, at least two: one alone cannot be judged.
    pub chains: u32,
    /// Steps of each chain before, by which it finds its step size.
    pub tune: u32,
    /// The same seed gives the same draws on the same machine, whatever the number of threads.
    pub seed: u64,
}

/// Metropolis chains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mcmc {
    /// Draws of each chain that are kept.
    pub draws: u32,
    /// Chains, at least two: one alone cannot be judged.
    pub chains: u32,
    /// Steps of each chain before, by which the proposal is fitted.
    pub tune: u32,
    /// The same seed gives the same draws, whatever the number of threads.
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { draws: 1000, seed: 1 }
    }
}

impl Default for Nuts {
    fn default() -> Self {
        Self { draws: 1000, chains: 4, tune: 400, seed: 1 }
    }
}

impl Default for Mcmc {
    fn default() -> Self {
        Self { draws: 300, chains: 4, tune: 100, seed: 1 }
    }
}

/// The fewest draws of a bootstrap that tell a spread.
const FEWEST_REFITS: u32 = 20;
/// The fewest draws of a chain by which it can be judged.
const FEWEST_DRAWS: u32 = 100;
/// The fewest steps in which a chain finds its step size.
const FEWEST_STEPS: u32 = 50;

impl Method {
    /// The name on the command line and in files.
    #[must_use]
    pub const fn id(&self) -> MethodId {
        match self {
            Self::Mle => MethodId::Mle,
            Self::Map => MethodId::Map,
            Self::Bootstrap(_) => MethodId::Bootstrap,
            Self::Nuts(_) => MethodId::Nuts,
            Self::Mcmc(_) => MethodId::Mcmc,
        }
    }

    /// The same without draws: what finds the point from which the draws are made.
    #[must_use]
    pub const fn without_draws(self) -> Self {
        match self {
            Self::Mle | Self::Bootstrap(_) => Self::Mle,
            Self::Map | Self::Nuts(_) | Self::Mcmc(_) => Self::Map,
        }
    }

    /// Checks the numbers of draws, chains and steps.
    ///
    /// # Errors
    /// [`Error::Usage`] for numbers from which nothing can be told.
    pub fn check(&self) -> Result<()> {
        let few = |what: &str, found: u32, least: u32, why: &str| {
            Err(Error::usage(format!("{found} {what}: at least {least} are needed, {why}")))
        };
        match *self {
            Self::Bootstrap(Bootstrap { draws, .. }) if draws < FEWEST_REFITS => few(
                "draws of the bootstrap",
                draws,
                FEWEST_REFITS,
                "and 1000 for the ends of a 90 % interval",
            ),
            Self::Nuts(Nuts { chains, .. }) | Self::Mcmc(Mcmc { chains, .. }) if chains < 2 => {
                few("chains", chains, 2, "because a chain alone cannot be judged")
            }
            Self::Nuts(Nuts { draws, .. }) | Self::Mcmc(Mcmc { draws, .. }) if draws < FEWEST_DRAWS => {
                few("draws a chain", draws, FEWEST_DRAWS, "because a shorter chain cannot be judged")
            }
            Self::Nuts(Nuts { tune, .. }) | Self::Mcmc(Mcmc { tune, .. }) if tune < FEWEST_STEPS => {
                few("tuning steps", tune, FEWEST_STEPS, "by which a chain learns how to step")
            }
            _ => Ok(()),
        }
    }
}

/// A way of fitting by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MethodId {
    /// [`Method::Mle`].
    #[default]
    Mle,
    /// [`Method::Map`].
    Map,
    /// [`Method::Bootstrap`].
    Bootstrap,
    /// [`Method::Nuts`].
    Nuts,
    /// [`Method::Mcmc`].
    Mcmc,
}

impl fmt::Display for MethodId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mle => "mle",
            Self::Map => "map",
            Self::Bootstrap => "bootstrap",
            Self::Nuts => "nuts",
            Self::Mcmc => "mcmc",
        })
    }
}
