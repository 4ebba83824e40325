//! Covariates: customers of one shop with parameters of their own, as what is known of them says.

use std::sync::Arc;

use super::kernel::{Coordinate, Derivatives, Likelihood, Parametric, PurchaseModel, Weighted};
use super::population::Population;
use super::prior::Prior;
use crate::features::{CovariateSchema, Process};
use crate::math::parallel;
use crate::{Error, Result};

/// So many groups are one piece of work. Fixed, so that sums are taken in the same order whatever the number of threads.
const GROUPS: usize = 64;
/// A parameter beyond e^±this leaves the range in which models can be computed.
const FARTHEST: f64 = 230.0;

/// A coefficient: its name, the covariate it multiplies, and how its product moves the coordinates of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// For people and files: `purchase.Gender`, `dropout.Channel=web`.
    pub name: String,
    /// The place of the covariate among the numbers of a group.
    pub place: usize,
    /// By how much a unit of coefficient × covariate moves each coordinate of the model ([`Parametric::shifted_by`]).
    pub shift: Vec<f64>,
}

/// A model whose customers differ by what is known of them.
///
/// In its coordinates (logarithms of its parameters) covariates z move a model along straight lines,
///
/// ```text
/// η_i = η + Σ_k γ_k z_ik s_k
/// ```
///
/// with γ_k the coefficient of effect k and s_k the direction in which it acts: for purchases ln α_i = ln α − γ'z, so that e^γ is the
/// factor on a customer's purchase rate for one unit of z more. Customers of equal covariates so form a group under the plain
/// model at effective parameters, and value, gradient and Hessian are sums over groups of those of the plain model, carried
/// through the linear map. What a model states once it has with covariates as well.
///
/// Fader & Hardie (2007), "Incorporating time-invariant covariates into the Pareto/NBD and BG/NBD models", note 019.
#[derive(Debug, Clone, PartialEq)]
pub struct WithCovariates<M> {
    base: M,
    effects: Arc<Vec<Effect>>,
    coefficients: Vec<f64>,
    groups: Arc<Vec<Vec<f64>>>,
    /// The weight of the penalty ½ Σ γ² for each customer.
    penalty: f64,
}

/// A row of a customer of a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grouped<R> {
    /// The group, by its place among those of the model.
    pub group: u32,
    /// What the plain model knows of the customer.
    pub row: R,
}

/// The effects of a schema on a model: the processes that this model has, and how they move its coordinates.
///
/// # Errors
/// [`Error::Usage`] if covariates are to bear on a process that the model does not have.
pub fn effects<M: Parametric>(
    model: &M,
    schema: &CovariateSchema,
    processes: &[Process],
) -> Result<Vec<Effect>> {
    let mut found = Vec::new();
    for &process in processes {
        let coefficients = schema.coefficients(process);
        if coefficients.is_empty() {
            continue;
        }
        let shift = model.shifted_by(process).ok_or_else(|| takes_none(model.id(), process))?;
        found.extend(coefficients.into_iter().map(|(name, place)| Effect {
            name: format!("{process}.{name}"),
            place,
            shift: shift.clone(),
        }));
    }
    Ok(found)
}

/// That a model has no such process, in words.
pub(crate) fn takes_none(id: &str, process: Process) -> Error {
    Error::usage(format!(
        "the model {id} takes no {process} covariates; leave them out, or choose another model (`ltv models`)"
    ))
}

impl<M: Parametric> WithCovariates<M> {
    /// The model with these effects for customers in these groups. `base` is the model of a customer all of whose covariates
    /// are 0; `groups` has the numbers of each group, of which [`Effect::place`] picks one.
    ///
    /// # Errors
    /// [`Error::Undefined`] where numbers do not fit together; [`Error::Usage`] if a group's parameters leave the range of numbers.
    pub fn new(base: M, effects: Vec<Effect>, coefficients: Vec<f64>, groups: Vec<Vec<f64>>) -> Result<Self> {
        let width = base.parameters().len();
        let fits = effects.iter().all(|e| e.shift.len() == width && groups.iter().all(|z| e.place < z.len()));
        if !fits || coefficients.len() != effects.len() {
            return Err(Error::Undefined("the covariates of a model do not fit its effects".into()));
        }
        Self { base, effects: Arc::new(effects), coefficients, groups: Arc::new(groups), penalty: 0.0 }
            .checked()
    }

    /// The same with ½ `strength` Σ γ² taken off ln L of `customers` customers: the coefficients are held towards 0 as by a normal
    /// prior of variance 1/`strength`.
    #[must_use]
    pub fn penalised(mut self, strength: f64, customers: f64) -> Self {
        self.penalty = strength / customers;
        self
    }

    /// The model of a customer all of whose covariates are 0.
    #[must_use]
    pub const fn base(&self) -> &M {
        &self.base
    }

    /// The same with the plain model in another guise, of the same coordinates.
    #[must_use]
    pub fn with_base<N>(self, guise: impl FnOnce(M) -> N) -> WithCovariates<N> {
        let Self { base, effects, coefficients, groups, penalty } = self;
        WithCovariates { base: guise(base), effects, coefficients, groups, penalty }
    }

    /// What the coefficients are of.
    #[must_use]
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// The coefficients γ.
    #[must_use]
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// The same model for customers in other groups.
    ///
    /// # Errors
    /// As [`WithCovariates::new`].
    pub fn for_groups(&self, groups: Vec<Vec<f64>>) -> Result<Self> {
        let (effects, coefficients) = (self.effects.to_vec(), self.coefficients.clone());
        let mut other = Self::new(self.base.clone(), effects, coefficients, groups)?;
        other.penalty = self.penalty;
        Ok(other)
    }

    /// The same model for the customers of another one with these effects.
    ///
    /// # Errors
    /// As [`WithCovariates::new`].
    pub fn among(&self, other: &Self) -> Result<Self> {
        self.moved(self.base.clone(), self.coefficients.clone(), &other.groups)
    }

    /// The same effects on another plain model, with other coefficients, in other groups.
    pub(crate) fn moved(&self, base: M, coefficients: Vec<f64>, groups: &Arc<Vec<Vec<f64>>>) -> Result<Self> {
        Self { base, coefficients, groups: Arc::clone(groups), ..self.clone() }.checked()
    }

    /// The plain model of a group; without effects, and of a group that there is not, that of a customer all of whose covariates are 0.
    ///
    /// # Errors
    /// [`Error::Parameter`] if its parameters leave their range.
    pub fn of_group(&self, group: u32) -> Result<M> {
        match self.groups.get(group as usize) {
            Some(z) if !self.effects.is_empty() => self.base.with_parameters(&self.effective(z)),
            _ => Ok(self.base.clone()),
        }
    }

    /// The parameters at these covariates.
    fn effective(&self, z: &[f64]) -> Vec<f64> {
        let mut eta = self.base.point();
        self.shift(z, &mut eta);
        self.base.coordinates().iter().zip(eta).map(|(c, eta)| c.parameter(eta)).collect()
    }

    fn shift(&self, z: &[f64], eta: &mut [f64]) {
        for (effect, gamma) in self.effects.iter().zip(&self.coefficients) {
            eta.iter_mut().zip(&effect.shift).for_each(|(eta, s)| *eta += gamma * z[effect.place] * s);
        }
    }

    /// Refuses groups whose parameters cannot be computed with.
    fn checked(self) -> Result<Self> {
        let centre = self.base.point();
        let mut eta = centre.clone();
        for z in self.groups.iter() {
            eta.copy_from_slice(&centre);
            self.shift(z, &mut eta);
            if eta.iter().any(|eta| !eta.is_finite() || eta.abs() > FARTHEST) {
                let values: Vec<String> = self
                    .effects
                    .iter()
                    .map(|effect| format!("{} at {}", effect.name, z[effect.place]))
                    .collect();
                return Err(Error::usage(format!(
                    "with these covariates the parameters of {} leave the range of numbers: {}; are they in the units of the \
                     training data?",
                    self.base.name(),
                    values.join(", ")
                )));
            }
        }
        Ok(self)
    }

    /// What the penalty takes off ln L of so many customers.
    pub(crate) fn penalty_value(&self, customers: f64) -> f64 {
        0.5 * self.penalty * customers * self.coefficients.iter().map(|gamma| gamma * gamma).sum::<f64>()
    }
}

impl<M> From<M> for WithCovariates<M> {
    /// The plain model: no effects, everyone alike.
    fn from(base: M) -> Self {
        let (effects, groups) = (Arc::new(Vec::new()), Arc::new(vec![Vec::new()]));
        Self { base, effects, coefficients: Vec::new(), groups, penalty: 0.0 }
    }
}

/// The names of a plain model's parameters, then those of the coefficients.
pub(super) fn names_with(base: &impl Parametric, effects: &[Effect]) -> Vec<String> {
    let mut names = base.names();
    names.extend(effects.iter().map(|effect| effect.name.clone()));
    names
}

/// A plain model's parameters, then the coefficients.
pub(super) fn parameters_with(base: &impl Parametric, coefficients: &[f64]) -> Vec<f64> {
    let mut all = base.parameters();
    all.extend(coefficients);
    all
}

/// A plain model and coefficients from their parameters one after the other.
///
/// # Errors
/// [`Error::Undefined`] for another number of parameters; as the plain model's own.
pub(super) fn taken_apart<M: Parametric>(
    base: &M,
    effects: &[Effect],
    parameters: &[f64],
) -> Result<(M, Vec<f64>)> {
    let width = base.parameters().len();
    if parameters.len() != width + effects.len() {
        return Err(Error::Undefined(format!(
            "{} with these covariates has {} parameters, not {}",
            base.name(),
            width + effects.len(),
            parameters.len()
        )));
    }
    Ok((base.with_parameters(&parameters[..width])?, parameters[width..].to_vec()))
}

/// The coordinates of a plain model, then the coefficients as they are.
pub(super) fn coordinates_with(base: &impl Parametric, effects: &[Effect]) -> Vec<Coordinate> {
    let mut all = base.coordinates();
    all.extend(effects.iter().map(|_| Coordinate::Plain));
    all
}

/// That of the plain model at the centre, and of each coefficient (per standard deviation of its covariate, on the scale of the
/// fit) that it is normal around 0 with standard deviation 1.
pub(super) fn prior_with<M: Likelihood>(base: &M, effects: &[Effect]) -> Prior {
    let width = base.parameters().len();
    (0..effects.len()).fold(base.prior(), |prior, k| prior.believe(&[(width + k, 1.0)], 0.0, 1.0))
}

impl<M: Parametric> Parametric for WithCovariates<M> {
    fn name(&self) -> &'static str {
        self.base.name()
    }

    fn id(&self) -> &'static str {
        self.base.id()
    }

    fn names(&self) -> Vec<String> {
        names_with(&self.base, &self.effects)
    }

    fn parameters(&self) -> Vec<f64> {
        parameters_with(&self.base, &self.coefficients)
    }

    fn with_parameters(&self, parameters: &[f64]) -> Result<Self> {
        let (base, coefficients) = taken_apart(&self.base, &self.effects, parameters)?;
        Self { base, coefficients, ..self.clone() }.checked()
    }

    fn coordinates(&self) -> Vec<Coordinate> {
        coordinates_with(&self.base, &self.effects)
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        self.base.settings()
    }
}

impl<M: Likelihood> Likelihood for WithCovariates<M> {
    type Row = Grouped<M::Row>;

    /// Without the penalty, which belongs to no customer. NaN if the group's parameters leave their range.
    fn ln_likelihood(&self, row: &Self::Row) -> f64 {
        self.of_group(row.group).map_or(f64::NAN, |model| model.ln_likelihood(&row.row))
    }

    fn prior(&self) -> Prior {
        prior_with(&self.base, &self.effects)
    }

    /// The rows come sorted by group, and within each as the plain model wants them.
    fn derivatives(&self, rows: &[Weighted<Self::Row>]) -> Derivatives {
        let groups: Vec<_> = rows.chunk_by(|left, right| left.row.group == right.row.group).collect();
        let size = self.base.parameters().len() + self.effects.len();
        let parts = parallel::chunks(&groups, GROUPS, &|groups| {
            let mut sum = Derivatives::zero(size);
            groups.iter().for_each(|rows| self.add(rows, &mut sum));
            sum
        });
        let mut total = Derivatives::zero(size);
        parts.iter().for_each(|part| total.add(part));
        let customers = rows.iter().map(|row| row.count).sum::<f64>();
        let (weight, width) = (self.penalty * customers, size - self.effects.len());
        total.value -= self.penalty_value(customers);
        for (k, gamma) in self.coefficients.iter().enumerate() {
            total.gradient[width + k] -= weight * gamma;
            total.hessian[width + k][width + k] -= weight;
        }
        total
    }
}

impl<M: Likelihood> WithCovariates<M> {
    /// Adds the customers of one group: with A = (1, z_k s_k) the map from all coordinates to the group's own, the gradient is A'g
    /// and the Hessian A'HA.
    fn add(&self, rows: &[Weighted<Grouped<M::Row>>], sum: &mut Derivatives) {
        let group = rows.first().map_or(0, |row| row.row.group);
        let Ok(model) = self.of_group(group) else {
            sum.value = f64::NAN;
            return;
        };
        let plain: Vec<Weighted<M::Row>> =
            rows.iter().map(|row| Weighted { row: row.row.row, count: row.count }).collect();
        let Derivatives { value, gradient, hessian } = model.derivatives(&plain);
        let width = gradient.len();
        let z = &self.groups[group as usize];
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        sum.value += value;
        for (i, row) in hessian.iter().enumerate() {
            sum.gradient[i] += gradient[i];
            sum.hessian[i][..width].iter_mut().zip(row).for_each(|(to, h)| *to += h);
        }
        for (k, effect) in self.effects.iter().enumerate() {
            let zk = z[effect.place];
            if zk == 0.0 {
                continue;
            }
            sum.gradient[width + k] += zk * dot(&effect.shift, &gradient);
            let along: Vec<f64> = hessian.iter().map(|row| zk * dot(row, &effect.shift)).collect();
            for (i, h) in along.iter().enumerate() {
                sum.hessian[i][width + k] += h;
                sum.hessian[width + k][i] += h;
            }
            for (l, other) in self.effects.iter().enumerate() {
                sum.hessian[width + k][width + l] += z[other.place] * dot(&along, &other.shift);
            }
        }
    }
}

impl<M: PurchaseModel> Population for WithCovariates<M> {
    type Model = M;

    fn member(&self, group: u32) -> M {
        // In range: every construction is checked.
        self.of_group(group).unwrap_or_else(|_| self.base.clone())
    }
}
