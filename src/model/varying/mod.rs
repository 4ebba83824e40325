//! Pareto/NBD with covariates that vary with time: seasons, campaigns, prices.

mod clock;
mod customer;
mod future;
mod likelihood;
mod sums;

use std::sync::Arc;

use super::ParetoNbd;
use super::covariates::{Effect, coordinates_with, names_with, parameters_with, prior_with, taken_apart};
use super::kernel::{Coordinate, Derivatives, Likelihood, Parametric, Weighted};
use super::prior::Prior;
use crate::features::{CovariateGroups, CovariatePath, CovariatePaths, Customers, Process, PurchaseTimes};
use crate::{Error, Result};

pub use customer::{Varying, VaryingCustomer};
pub use future::Staircase;

/// What the likelihood needs to know of a customer whose covariates vary: times in units since 2000-01-01.
#[derive(Debug, Clone, PartialEq)]
pub struct VaryingHistory {
    /// The customer's path, by its place.
    pub path: u32,
    /// Repeat purchases.
    pub frequency: u32,
    /// First purchase.
    pub first: f64,
    /// Last purchase.
    pub last: f64,
    /// End of observation.
    pub end: f64,
    /// Σ z(t_j) over the repeat purchases, covariate by covariate.
    pub bought: Vec<f64>,
}

/// Customers with their paths.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VaryingShop {
    /// Covariates over time.
    pub paths: Vec<CovariatePath>,
    /// The customers.
    pub histories: Vec<VaryingHistory>,
}

impl VaryingShop {
    /// The customers of a table with the times of their purchases.
    ///
    /// # Errors
    /// [`Error::Undefined`] if the lists are not of the same customers.
    pub fn new(paths: CovariatePaths, customers: &Customers, times: &PurchaseTimes) -> Result<Self> {
        if paths.of.len() != customers.len() || times.len() != customers.len() {
            return Err(Error::Undefined(
                "covariates over time need the purchases of the same customers".into(),
            ));
        }
        let per_unit = customers.grain.ticks_per(customers.unit);
        let at = |tick: crate::units::Tick| f64::from(tick.0) / per_unit;
        let mut histories = Vec::with_capacity(customers.len());
        for k in 0..customers.len() {
            let ticks = times.of(k);
            let path = &paths.paths[paths.of[k] as usize];
            let mut bought = vec![0.0; path.values.first().map_or(0, Vec::len)];
            for tick in ticks.iter().skip(1) {
                let z = &path.values[path.step(at(*tick))];
                bought.iter_mut().zip(z).for_each(|(sum, z)| *sum += z);
            }
            let (Some(first), Some(last)) = (ticks.first(), ticks.last()) else {
                return Err(Error::Undefined(
                    "a customer without a purchase has no covariates over time".into(),
                ));
            };
            histories.push(VaryingHistory {
                path: paths.of[k],
                frequency: customers.frequency[k],
                first: at(*first),
                last: at(*last),
                end: at(*first) + customers.age[k],
                bought,
            });
        }
        Ok(Self { paths: paths.paths, histories })
    }

    /// The covariates of each step in which somebody was observed.
    #[must_use]
    pub fn steps(&self) -> CovariateGroups {
        let mut seen: Vec<Vec<bool>> = self.paths.iter().map(|path| vec![false; path.starts.len()]).collect();
        for h in &self.histories {
            let (path, seen) = (&self.paths[h.path as usize], &mut seen[h.path as usize]);
            seen[path.step(h.first)..=path.step(h.end)].fill(true);
        }
        let steps = self.paths.iter().zip(&seen).flat_map(|(path, seen)| path.values.iter().zip(seen));
        let values: Vec<Vec<f64>> = steps.filter(|(_, seen)| **seen).map(|(z, _)| z.clone()).collect();
        CovariateGroups { of: (0..values.len() as u32).collect(), values }
    }

    /// The same with covariates moved and divided, and times divided: what a climb sees.
    #[must_use]
    pub(crate) fn standardised(&self, moments: &[(f64, f64)], scale: f64) -> Self {
        let standard = |z: &[f64], weight: f64| -> Vec<f64> {
            z.iter().zip(moments).map(|(z, (mean, spread))| (z - weight * mean) / spread).collect()
        };
        let paths = self.paths.iter().map(|path| CovariatePath {
            starts: path.starts.iter().map(|start| start / scale).collect(),
            values: path.values.iter().map(|z| standard(z, 1.0)).collect(),
            end: path.end / scale,
        });
        let histories = self.histories.iter().map(|h| VaryingHistory {
            first: h.first / scale,
            last: h.last / scale,
            end: h.end / scale,
            bought: standard(&h.bought, f64::from(h.frequency)),
            ..h.clone()
        });
        Self { paths: paths.collect(), histories: histories.collect() }
    }

    /// Mean and standard deviation of each covariate over the customers and the time they were observed.
    #[must_use]
    pub(crate) fn moments(&self) -> Vec<(f64, f64)> {
        let width = self.paths.first().and_then(|path| path.values.first()).map_or(0, Vec::len);
        let (mut time, mut sums, mut squares) = (0.0, vec![0.0; width], vec![0.0; width]);
        for h in &self.histories {
            let path = &self.paths[h.path as usize];
            for k in path.step(h.first)..=path.step(h.end) {
                let until = path.starts.get(k + 1).copied().unwrap_or(f64::INFINITY).min(h.end);
                let length = (until - path.starts[k].max(h.first)).max(0.0);
                time += length;
                for (place, z) in path.values[k].iter().enumerate() {
                    sums[place] += length * z;
                    squares[place] += length * z * z;
                }
            }
        }
        let moment = |place: usize| {
            let mean = sums[place] / time;
            (mean, (squares[place] / time - mean * mean).max(0.0).sqrt())
        };
        (0..width).map(moment).collect()
    }
}

/// Pareto/NBD whose rates follow covariates over time.
///
/// A customer of purchase rate λ and drop-out rate μ buys at the rate λ e^{γ'z(u)} and leaves with the hazard μ e^{δ'z(u)}, z a
/// staircase. With the clocks A(u) = ∫ e^{γ'z} and B(u) = ∫ e^{δ'z} from the first purchase on, and z_j at the repeat purchases,
///
/// ```text
/// L = Π_j e^{γ'z_j} Γ(r+x)/Γ(r) α^r { (β/(β+B(T)))^s (α+A(T))^{−(r+x)}
///       + ∫_{t_x}^T s β^s e^{δ'z(u)} (β+B(u))^{−(s+1)} (α+A(u))^{−(r+x)} du }
/// ```
///
/// all terms positive, step by step by Gauss–Legendre. With coefficients of 0 both clocks run with time: Pareto/NBD.
///
/// Bachmann, Meierer & Näf (2021), "The Role of Time-Varying Contextual Factors in Latent Attrition Models for Customer Base
/// Analysis", Marketing Science 40(4), 783–809.
#[derive(Debug, Clone, PartialEq)]
pub struct VaryingParetoNbd {
    base: ParetoNbd,
    effects: Arc<Vec<Effect>>,
    coefficients: Vec<f64>,
    shop: Arc<VaryingShop>,
    /// The weight of the penalty ½ γ² on each coefficient for each customer.
    penalties: Arc<Vec<f64>>,
}

impl VaryingParetoNbd {
    /// The model for these customers. Effects on purchases come before those on drop-out ([`super::effects`]).
    ///
    /// # Errors
    /// [`Error::Undefined`] if there are not as many coefficients as effects.
    pub fn new(
        base: ParetoNbd,
        effects: Vec<Effect>,
        coefficients: Vec<f64>,
        shop: Arc<VaryingShop>,
    ) -> Result<Self> {
        if effects.len() != coefficients.len() {
            return Err(Error::Undefined("the covariates of a model do not fit its effects".into()));
        }
        let penalties = Arc::new(vec![0.0; effects.len()]);
        Ok(Self { base, effects: Arc::new(effects), coefficients, shop, penalties })
    }

    /// The same with ½ Σ strength γ² taken off ln L of `customers` customers: each coefficient is held towards 0 with a strength
    /// of its own, as by a normal prior of variance 1/strength.
    #[must_use]
    pub fn penalised(mut self, strengths: &[f64], customers: f64) -> Self {
        self.penalties = Arc::new(strengths.iter().map(|strength| strength / customers).collect());
        self
    }

    /// The model of a customer all of whose covariates are 0, always.
    #[must_use]
    pub const fn base(&self) -> &ParetoNbd {
        &self.base
    }

    /// What the coefficients are of.
    #[must_use]
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// The coefficients.
    #[must_use]
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// The repeat purchases of these customers.
    pub(crate) fn purchases(&self, rows: &[Weighted<u32>]) -> f64 {
        rows.iter().map(|row| row.count * f64::from(self.shop.histories[row.row as usize].frequency)).sum()
    }

    /// What the penalty takes off ln L of so many customers.
    pub(crate) fn penalty_value(&self, customers: f64) -> f64 {
        let held = self.coefficients.iter().zip(self.penalties.iter());
        0.5 * customers * held.map(|(gamma, weight)| weight * gamma * gamma).sum::<f64>()
    }

    /// Place and coefficient of the effects on purchases, and of those on drop-out.
    fn sides(&self) -> [Vec<(usize, f64)>; 2] {
        sides(&self.effects, &self.coefficients)
    }
}

/// Place and coefficient of the effects on purchases, and of those on drop-out; Pareto/NBD's coordinates are r, α, s, β.
fn sides(effects: &[Effect], coefficients: &[f64]) -> [Vec<(usize, f64)>; 2] {
    let of = |moved: usize| {
        let here = effects.iter().zip(coefficients).filter(|(effect, _)| effect.shift[moved] != 0.0);
        here.map(|(effect, gamma)| (effect.place, *gamma)).collect()
    };
    [of(1), of(3)]
}

impl Parametric for VaryingParetoNbd {
    fn name(&self) -> &'static str {
        ParetoNbd::NAME
    }

    fn id(&self) -> &'static str {
        ParetoNbd::ID
    }

    fn names(&self) -> Vec<String> {
        names_with(&self.base, &self.effects)
    }

    fn parameters(&self) -> Vec<f64> {
        parameters_with(&self.base, &self.coefficients)
    }

    fn with_parameters(&self, parameters: &[f64]) -> Result<Self> {
        let (base, coefficients) = taken_apart(&self.base, &self.effects, parameters)?;
        Ok(Self { base, coefficients, ..self.clone() })
    }

    fn coordinates(&self) -> Vec<Coordinate> {
        coordinates_with(&self.base, &self.effects)
    }

    fn shifted_by(&self, process: Process) -> Option<Vec<f64>> {
        self.base.shifted_by(process)
    }
}

impl Likelihood for VaryingParetoNbd {
    /// A customer, by place.
    type Row = u32;

    fn ln_likelihood(&self, row: &u32) -> f64 {
        self.derivatives(&[Weighted { row: *row, count: 1.0 }]).value + self.penalty_value(1.0)
    }

    fn derivatives(&self, rows: &[Weighted<u32>]) -> Derivatives {
        likelihood::derivatives(self, rows)
    }

    fn prior(&self) -> Prior {
        prior_with(&self.base, &self.effects)
    }
}
