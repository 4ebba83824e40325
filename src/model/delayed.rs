//! A window that does not begin now: purchases in (T + u, T + u + t].

use rand::{Rng, RngExt};

use super::first::crossing;
use super::kernel::{Coordinate, Effort, Law, Parametric, PurchaseModel};
use crate::Result;
use crate::features::Rfm;

/// A purchase model asked about a window that begins u units of time after the end of observation.
///
/// It is a purchase model itself: P(alive) is still that at T, and the law of a living customer is that of purchases in
/// (u, u + t\], in which those who leave before u make none. So all that is derived from a model holds for windows too.
#[derive(Debug, Clone, PartialEq)]
pub struct Delayed<M> {
    model: M,
    delay: f64,
}

impl<M: PurchaseModel> Delayed<M> {
    /// `model`, asked about windows that begin `delay` after the end of observation; a negative delay is taken as 0.
    #[must_use]
    pub const fn new(model: M, delay: f64) -> Self {
        Self { model, delay: delay.max(0.0) }
    }
}

impl<M: PurchaseModel> PurchaseModel for Delayed<M> {
    type Future = Later<M::Future>;

    fn p_alive(&self, customer: &Rfm) -> f64 {
        self.model.p_alive(customer)
    }

    fn given_alive(&self, customer: &Rfm) -> Self::Future {
        Later::of(self.model.given_alive(customer), self.delay)
    }

    fn newcomer(&self) -> Self::Future {
        Later::of(self.model.newcomer(), self.delay)
    }

    fn uses_gaps(&self) -> bool {
        self.model.uses_gaps()
    }

    /// That of the model, and more where the window begins in one of several ways.
    fn effort(&self) -> Effort {
        let own = self.model.effort();
        match self.newcomer() {
            Later::Kinds(kinds) if own == Effort::Low && kinds.len() > 1 => Effort::Middle,
            _ => own,
        }
    }

    fn refuses(&self, customer: &Rfm) -> Option<&'static str> {
        self.model.refuses(customer)
    }
}

impl<M: PurchaseModel> Parametric for Delayed<M> {
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
        Ok(Self { model: self.model.with_parameters(parameters)?, delay: self.delay })
    }

    fn coordinates(&self) -> Vec<Coordinate> {
        self.model.coordinates()
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        self.model.settings()
    }
}

/// The law of purchases in (u, u + t\] of a customer who is alive now.
#[derive(Debug, Clone)]
pub enum Later<L> {
    /// The window begins now.
    Now(L),
    /// A mixture over what may have happened by u, each kind with its probability; they add up to P(alive at u).
    Kinds(Vec<(f64, L)>),
}

impl<L: Law> Later<L> {
    /// What `law` leaves after u.
    #[must_use]
    pub fn of(law: L, u: f64) -> Self {
        if u > 0.0 { Self::Kinds(law.later(u)) } else { Self::Now(law) }
    }

    fn mix(&self, f: impl Fn(&L) -> f64) -> f64 {
        match self {
            Self::Now(law) => f(law),
            Self::Kinds(kinds) => kinds.iter().map(|(weight, law)| weight * f(law)).sum(),
        }
    }
}

impl<L: Law> Law for Later<L> {
    fn mean(&self, t: f64) -> f64 {
        self.mix(|law| law.mean(t))
    }

    fn variance(&self, t: f64) -> f64 {
        self.mean_and_variance(t).1
    }

    /// Var X = Σ w (v + m²) − (Σ w m)².
    fn mean_and_variance(&self, t: f64) -> (f64, f64) {
        let kinds = match self {
            Self::Now(law) => return law.mean_and_variance(t),
            Self::Kinds(kinds) => kinds,
        };
        let (mut mean, mut square) = (0.0, 0.0);
        for (weight, law) in kinds {
            let (m, v) = law.mean_and_variance(t);
            mean += weight * m;
            square += weight * (v + m * m);
        }
        (mean, (square - mean * mean).max(0.0))
    }

    fn survival(&self, n: u64, t: f64) -> f64 {
        self.mix(|law| law.survival(n, t))
    }

    fn ever(&self) -> f64 {
        self.mix(Law::ever)
    }

    /// From the beginning of the window on.
    fn first_purchase(&self, probability: f64) -> Option<f64> {
        let kinds = match self {
            Self::Now(law) => return law.first_purchase(probability),
            Self::Kinds(kinds) => kinds,
        };
        let main = kinds.iter().max_by(|a, b| a.0.total_cmp(&b.0));
        let near = main.and_then(|(_, law)| law.first_purchase(0.5 * law.ever()));
        crossing(|t| self.survival(0, t), self.ever(), probability, near.unwrap_or(1.0))
    }

    fn pmf(&self, t: f64, tail: f64, out: &mut Vec<f64>) {
        match self {
            Self::Now(law) => law.pmf(t, tail, out),
            Self::Kinds(kinds) => mixed_pmf(kinds, t, tail, out),
        }
    }

    fn later(&self, u: f64) -> Vec<(f64, Self)> {
        match self {
            Self::Now(law) => {
                law.later(u).into_iter().map(|(weight, law)| (weight, Self::Now(law))).collect()
            }
            Self::Kinds(kinds) => {
                let of = |(weight, law): &(f64, L)| {
                    let weight = *weight;
                    law.later(u).into_iter().map(move |(w, law)| (weight * w, Self::Now(law)))
                };
                kinds.iter().flat_map(of).collect()
            }
        }
    }

    /// From the beginning of the window on.
    fn discounted(&self, t: f64, rate: f64) -> Option<f64> {
        match self {
            Self::Now(law) => law.discounted(t, rate),
            Self::Kinds(kinds) => {
                kinds.iter().map(|(weight, law)| law.discounted(t, rate).map(|sum| weight * sum)).sum()
            }
        }
    }

    fn sample<R: Rng + ?Sized>(&self, t: f64, rng: &mut R, times: &mut Vec<f64>) {
        let kinds = match self {
            Self::Now(law) => return law.sample(t, rng, times),
            Self::Kinds(kinds) => kinds,
        };
        let mut left = rng.random::<f64>();
        for (weight, law) in kinds {
            if left < *weight {
                return law.sample(t, rng, times);
            }
            left -= weight;
        }
    }
}

/// Appends the probabilities of a mixture of kinds, and nothing with what they leave of 1.
fn mixed_pmf<L: Law>(kinds: &[(f64, L)], t: f64, tail: f64, out: &mut Vec<f64>) {
    let start = out.len();
    out.push(0.0);
    let (mut terms, mut alive) = (Vec::new(), 0.0);
    for (weight, law) in kinds {
        alive += weight;
        // What the kinds leave out together is at most `tail`.
        let share = tail / (weight * kinds.len() as f64);
        if share >= 1.0 {
            out[start] += weight;
            continue;
        }
        terms.clear();
        law.pmf(t, share, &mut terms);
        out.resize(out.len().max(start + terms.len()), 0.0);
        for (sum, term) in out[start..].iter_mut().zip(&terms) {
            *sum += weight * term;
        }
    }
    out[start] += (1.0 - alive).max(0.0);
}
