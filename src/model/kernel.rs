//! What a model must state.

use rand::Rng;

use crate::Result;
use crate::features::Rfm;

/// A row that stands for `count` equal customers: most shops have far fewer distinct histories than customers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighted<R> {
    /// The row.
    pub row: R,
    /// How many customers it stands for.
    pub count: f64,
}

/// A sum of log-likelihoods and its derivatives with respect to the LOG-parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Derivatives {
    /// ln L.
    pub value: f64,
    /// ∂ ln L / ∂ ln θ_i.
    pub gradient: Vec<f64>,
    /// ∂² ln L / ∂ ln θ_i ∂ ln θ_j.
    pub hessian: Vec<Vec<f64>>,
}

/// A model with a likelihood that a fit can climb: all parameters are positive, and the fit works with their logs.
pub trait Likelihood: Sized + Clone + Sync {
    /// What the likelihood knows of a customer.
    type Row: Copy + PartialEq + Sync + Send;
    /// The model's usual name, for people: "BG/NBD".
    const NAME: &'static str;
    /// The model's identifier on the command line and in files: "bg-nbd".
    const ID: &'static str;
    /// The parameters' names, in the order of [`Likelihood::parameters`].
    const PARAMETERS: &'static [&'static str];

    /// The model with these parameters.
    ///
    /// # Errors
    /// [`crate::Error::Parameter`] outside their range.
    fn from_parameters(parameters: &[f64]) -> Result<Self>;

    /// The parameters.
    fn parameters(&self) -> Vec<f64>;

    /// ln L of one customer.
    fn ln_likelihood(&self, row: &Self::Row) -> f64;

    /// ln L of many customers with its gradient and Hessian in the log-parameters. The rows come sorted by frequency,
    /// so that everything that depends on the frequency alone is computed once per run of equal frequencies.
    fn derivatives(&self, rows: &[Weighted<Self::Row>]) -> Derivatives;
}

/// The unconditional law of a living customer's purchases from now on: X(t), the number in (0, t].
pub trait Law: Sync {
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

    /// Appends the times of one customer's purchases in (0, t], in order: the story of the model told forward.
    fn sample<R: Rng + ?Sized>(&self, t: f64, rng: &mut R, times: &mut Vec<f64>);
}

/// A model of who buys, how often, and until when.
pub trait PurchaseModel: Likelihood<Row = Rfm> {
    /// The law of the future of a customer who is alive.
    type Future: Law;

    /// P(alive at T | x, t_x, T).
    fn p_alive(&self, customer: &Rfm) -> f64;

    /// The law of what comes after T, given the history and that the customer is alive at T: updated parameters.
    fn given_alive(&self, customer: &Rfm) -> Self::Future;

    /// The law of a customer acquired now.
    fn newcomer(&self) -> Self::Future;
}
