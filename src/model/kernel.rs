//! What a model must state.

use std::ops::RangeInclusive;

use rand::{Rng, RngExt};

use super::prior::Prior;
use crate::features::{Process, Rfm};
use crate::{Error, Result};

/// A row that stands for `count` equal customers: most shops have far fewer distinct histories than customers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighted<R> {
    /// The row.
    pub row: R,
    /// How many customers it stands for.
    pub count: f64,
}

/// A sum of log-likelihoods and its derivatives with respect to the coordinates of the parameters ([`Coordinate`]: logarithms, for the most part).
#[derive(Debug, Clone, PartialEq)]
pub struct Derivatives {
    /// ln L.
    pub value: f64,
    /// ∂ ln L / ∂ ln θ_i (∂θ_i where the coordinate is plain).
    pub gradient: Vec<f64>,
    /// ∂² ln L / ∂ ln θ_i ∂ ln θ_j (likewise).
    pub hessian: Vec<Vec<f64>>,
}

impl Derivatives {
    /// Nothing added yet, of so many coordinates.
    pub(crate) fn zero(coordinates: usize) -> Self {
        Self {
            value: 0.0,
            gradient: vec![0.0; coordinates],
            hessian: vec![vec![0.0; coordinates]; coordinates],
        }
    }

    /// Adds those of other customers.
    pub(crate) fn add(&mut self, other: &Self) {
        self.value += other.value;
        self.gradient.iter_mut().zip(&other.gradient).for_each(|(to, from)| *to += from);
        for (to, from) in self.hessian.iter_mut().zip(&other.hessian) {
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        }
    }
}

/// Checks parameters of which each must be above 0 and a number.
///
/// # Errors
/// [`Error::Parameter`] for the first that is not.
pub(super) fn all_positive(
    model: &'static str,
    parameters: impl IntoIterator<Item = (&'static str, f64)>,
) -> Result<()> {
    for (name, value) in parameters {
        if !(value > 0.0 && value.is_finite()) {
            return Err(Error::Parameter { model, name, value, rule: "positive and finite" });
        }
    }
    Ok(())
}

/// How a fit walks along a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coordinate {
    /// Positive: by its logarithm.
    Log,
    /// Any number (the coefficient of a covariate, the mean of a logarithm): as it is.
    Plain,
}

impl Coordinate {
    /// From the parameter to the coordinate: ln θ or θ.
    #[must_use]
    pub fn of(self, parameter: f64) -> f64 {
        match self {
            Self::Log => parameter.ln(),
            Self::Plain => parameter,
        }
    }

    /// From the coordinate back to the parameter.
    #[must_use]
    pub fn parameter(self, coordinate: f64) -> f64 {
        match self {
            Self::Log => coordinate.exp(),
            Self::Plain => coordinate,
        }
    }
}

/// A model that is its parameters, and says what they are called and how a fit walks along them.
pub trait Parametric: Sized + Clone + Sync + Send {
    /// The model's usual name, for people: "BG/NBD".
    fn name(&self) -> &'static str;

    /// The model's identifier on the command line and in files: "bg-nbd".
    fn id(&self) -> &'static str;

    /// The parameters' names, in the order of [`Parametric::parameters`].
    fn names(&self) -> Vec<String>;

    /// The parameters.
    fn parameters(&self) -> Vec<f64>;

    /// The same model at other parameters; what is no parameter ([`Parametric::settings`]) is kept.
    ///
    /// # Errors
    /// [`Error::Parameter`] outside their range.
    fn with_parameters(&self, parameters: &[f64]) -> Result<Self>;

    /// How a fit walks along each parameter: along its logarithm, unless a model says otherwise.
    fn coordinates(&self) -> Vec<Coordinate> {
        vec![Coordinate::Log; self.parameters().len()]
    }

    /// Where the model is in its coordinates.
    fn point(&self) -> Vec<f64> {
        self.coordinates().into_iter().zip(self.parameters()).map(|(c, theta)| c.of(theta)).collect()
    }

    /// The same model at another point of its coordinates.
    ///
    /// # Errors
    /// [`Error::Parameter`] where a parameter leaves its range.
    fn at_point(&self, point: &[f64]) -> Result<Self> {
        let parameters = self.coordinates().into_iter().zip(point).map(|(c, at)| c.parameter(*at));
        self.with_parameters(&parameters.collect::<Vec<_>>())
    }

    /// How covariates of a process move the coordinates of this model: by how much each of them for one unit of coefficient ×
    /// covariate. `None` if the model does not know the process, or takes no covariates.
    fn shifted_by(&self, _process: Process) -> Option<Vec<f64>> {
        None
    }

    /// What belongs to the model and is walked by no fit, by name: the k of Erlang waiting times.
    fn settings(&self) -> Vec<(&'static str, f64)> {
        Vec::new()
    }

    /// The same model with a setting changed.
    ///
    /// # Errors
    /// [`Error::Undefined`] if the model has no such setting; [`Error::Parameter`] outside its range.
    fn with_setting(&self, setting: &str, _value: f64) -> Result<Self> {
        Err(Error::Undefined(format!("{} has no setting called {setting}", self.name())))
    }
}

/// A model with a likelihood that a fit can climb.
pub trait Likelihood: Parametric {
    /// What the likelihood knows of a customer.
    type Row: Copy + PartialEq + Sync + Send;

    /// ln L of one customer.
    fn ln_likelihood(&self, row: &Self::Row) -> f64;

    /// ln L of many customers with its gradient and Hessian in the coordinates. The rows come sorted by frequency,
    /// so that everything that depends on the frequency alone is computed once per run of equal frequencies.
    fn derivatives(&self, rows: &[Weighted<Self::Row>]) -> Derivatives;

    /// ln L with its gradient alone, for a sampler that asks for nothing else; worth writing where it is cheaper.
    fn gradient(&self, rows: &[Weighted<Self::Row>]) -> (f64, Vec<f64>) {
        let Derivatives { value, gradient, .. } = self.derivatives(rows);
        (value, gradient)
    }

    /// What is believed of the parameters before any data, where the mean age is 1 and the geometric mean of order values
    /// is 1 (`--method map`, `--method nuts`).
    fn prior(&self) -> Prior {
        Prior::vague(self.coordinates().len())
    }
}

/// The unconditional law of a living customer's purchases from now on: X(t), the number in (0, t].
pub trait Law: Sync + Sized {
    /// E\[X(t)\].
    fn mean(&self, t: f64) -> f64;

    /// Var\[X(t)\].
    fn variance(&self, t: f64) -> f64;

    /// E\[X(t)\] and Var\[X(t)\]: the same numbers, for laws that find both in one go.
    fn mean_and_variance(&self, t: f64) -> (f64, f64) {
        (self.mean(t), self.variance(t))
    }

    /// P(X(t) > n), to full relative accuracy.
    fn survival(&self, n: u64, t: f64) -> f64;

    /// Appends P(X(t) = n) for n = 0, 1, … until P(X(t) > n) < `tail`, each to full relative accuracy.
    fn pmf(&self, t: f64, tail: f64, out: &mut Vec<f64>);

    /// P(X(∞) > 0): the customer ever buys again.
    fn ever(&self) -> f64 {
        1.0
    }

    /// The smallest t with P(X(t) > 0) ≥ `probability`: a quantile of the time to the first purchase. `None` if it never comes to
    /// that ([`Law::ever`]), or at no time that is a number.
    fn first_purchase(&self, probability: f64) -> Option<f64>;

    /// What is left of the law after another time u without observation: the customers who are still alive then, told by what
    /// they may have done meanwhile, each kind with its probability. The probabilities add up to P(alive at u) (what is left
    /// out is below 1e-15); the law of purchases in (u, u + t\] is their mixture, and nothing with the rest.
    ///
    /// Where drop-out does not depend on purchases there is one kind; where it does, there is one for every number of
    /// purchases in (0, u\] that left the customer alive.
    fn later(&self, u: f64) -> Vec<(f64, Self)>;

    /// The same law where the living buy `buying` times as often and leave `leaving` times as readily: what covariates of these processes do to
    /// parameters ([`Parametric::shifted_by`]), done to those that the history left. `None` if the law has no such process, or is told by
    /// no parameters.
    fn with_rates(&self, _buying: f64, _leaving: f64) -> Option<Self> {
        None
    }

    /// Appends the times of one customer's purchases in (0, t], in order: the story of the model told forward.
    fn sample<R: Rng + ?Sized>(&self, t: f64, rng: &mut R, times: &mut Vec<f64>);

    /// Discounted expected purchases in (0, t], ∫ e^(−rate u) dE\[X(u)\] with `rate` compounded continuously, where the law has a
    /// form of its own for it (one without which an integral would be wrong, if purchases come at whole times only). `t` may
    /// be infinite, if the rate is positive. `None`: integrate ([`crate::predict::discounted_purchases`]).
    fn discounted(&self, _t: f64, _rate: f64) -> Option<f64> {
        None
    }
}

/// [`Law::with_rates`] of a law that is a model at updated parameters.
pub(super) fn law_with_rates<M: Parametric>(law: &M, buying: f64, leaving: f64) -> Option<M> {
    let mut point = law.point();
    for (process, factor) in [(Process::Purchase, buying), (Process::Dropout, leaving)] {
        if factor != 1.0 {
            let shift = law.shifted_by(process)?;
            point.iter_mut().zip(shift).for_each(|(coordinate, shift)| *coordinate += shift * factor.ln());
        }
    }
    law.at_point(&point).ok()
}

/// How long a model's answer about one customer takes, roughly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// Microseconds: one law in closed form, or a short sum.
    Low,
    /// Tens of microseconds: a law for each of what may have happened before a window, or for each step of covariates.
    Middle,
    /// Milliseconds: a law by quadrature over what each customer is like.
    High,
}

/// A model of who buys, how often, and until when.
pub trait PurchaseModel: Parametric {
    /// The law of the future of a customer who is alive.
    type Future: Law;

    /// P(alive at T | x, t_x, T).
    fn p_alive(&self, customer: &Rfm) -> f64;

    /// The law of what comes after T, given the history and that the customer is alive at T: updated parameters.
    fn given_alive(&self, customer: &Rfm) -> Self::Future;

    /// The law of a customer acquired now who is there after the first purchase: P(alive) of [`Rfm::NEWCOMER`] is the chance
    /// of that, below 1 where the first purchase may be the last.
    fn newcomer(&self) -> Self::Future {
        self.given_alive(&Rfm::NEWCOMER)
    }

    /// Appends the times of the purchases in (0, t] of a customer acquired now, in order, their first purchase not among
    /// them: the story of the model told forward.
    fn sample_newcomer<R: Rng + ?Sized>(&self, t: f64, rng: &mut R, times: &mut Vec<f64>) {
        let stays = self.p_alive(&Rfm::NEWCOMER);
        if stays >= 1.0 || rng.random::<f64>() < stays {
            self.newcomer().sample(t, rng, times);
        }
    }

    /// Whether the single gaps between purchases ([`Rfm::ln_gaps`]) say something; otherwise histories that differ in nothing
    /// else are taken for one.
    fn uses_gaps(&self) -> bool {
        false
    }

    /// How long an answer takes: a total varies the parameters over fewer customers and draws where it takes long.
    fn effort(&self) -> Effort {
        Effort::Low
    }

    /// The history as the model sees it.
    fn sees(&self, customer: Rfm) -> Rfm {
        let ln_gaps = customer.ln_gaps.filter(|_| self.uses_gaps());
        Rfm { ln_gaps, ..customer }
    }

    /// Why the model cannot speak of such a history, in words that name the way out; `None` if it can. That
    /// 0 ≤ recency ≤ age is known.
    fn refuses(&self, _customer: &Rfm) -> Option<&'static str> {
        None
    }
}

/// What the customers look like as a whole, on the scale of time on which the mean age is 1: what a climb starts from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// How many customers.
    pub customers: f64,
    /// The mean number of repeat purchases.
    pub mean: f64,
    /// Their variance.
    pub variance: f64,
}

impl Moments {
    /// The shape and the rate of the gamma law of purchase rates that has these moments, as if nobody left.
    #[must_use]
    pub fn gamma(&self) -> (f64, f64) {
        let excess = (self.variance - self.mean).max(0.02 * self.mean);
        let shape = (self.mean * self.mean / excess).clamp(0.02, 20.0);
        (shape, (shape / self.mean).clamp(1e-3, 1e3))
    }
}

/// A purchase model that is fitted by climbing its likelihood.
pub trait PurchaseLikelihood: PurchaseModel + Likelihood<Row = Rfm> {
    /// Whether time comes in whole opportunities to buy, which must not be rescaled.
    const DISCRETE: bool = false;

    /// Parameters to start the climb from, where the mean age is 1.
    fn starts(&self, moments: &Moments) -> Vec<Vec<f64>>;

    /// The same model with time told in units `factor` times as SMALL: 7 turns weeks into days. Only rates move.
    #[must_use]
    fn rescaled(&self, factor: f64) -> Self;

    /// The ridges on which a fit may lie, in words, where these parameters (mean age 1) are near their ends.
    /// Asked only where the likelihood is found to be flat.
    fn ridges(&self, moments: &Moments) -> Vec<&'static str>;

    /// Stages between two purchases: the k of Erlang-k waiting times, 1 where purchases are Poisson. The factor Π g^(k−1) of the
    /// gaps g between purchases is the same for all parameters: the likelihood leaves it out, and a fit puts it in.
    fn stages(&self) -> u32 {
        1
    }

    /// A setting that this template leaves to the likelihood, and the values to try: one after the other, until ln L falls.
    fn to_choose(&self) -> Option<(&'static str, RangeInclusive<u32>)> {
        None
    }
}
