//! A clock that runs as fast as covariates say.

use crate::features::CovariatePath;

/// A(u) = ∫ e^{γ'z(v)} dv from the first step of a path on, with its derivatives in γ.
pub(super) struct Clock<'p> {
    path: &'p CovariatePath,
    places: Vec<usize>,
    /// e^{γ'z} of each step.
    pub rates: Vec<f64>,
    /// A where each step begins.
    totals: Vec<f64>,
    /// ∂A/∂γ_i there.
    slopes: Vec<Vec<f64>>,
    /// ∂²A/∂γ_i∂γ_j there, the upper triangle row by row.
    curves: Vec<Vec<f64>>,
}

/// A with its derivatives at one moment, or the difference between two.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    pub value: f64,
    pub slope: Vec<f64>,
    pub curve: Vec<f64>,
}

/// From zero at `from`; the last step goes on for ever.
fn growth(path: &CovariatePath, k: usize) -> f64 {
    path.starts.get(k + 1).map_or(0.0, |next| next - path.starts[k])
}

impl<'p> Clock<'p> {
    /// With these coefficients; without `derivatives` only the values.
    pub fn new(path: &'p CovariatePath, side: &[(usize, f64)], derivatives: bool) -> Self {
        let n = if derivatives { side.len() } else { 0 };
        let places: Vec<usize> = side.iter().take(n).map(|(place, _)| *place).collect();
        let mut clock = Self {
            path,
            rates: path
                .values
                .iter()
                .map(|z| side.iter().map(|(place, c)| c * z[*place]).sum::<f64>().exp())
                .collect(),
            places,
            totals: vec![0.0],
            slopes: vec![vec![0.0; n]],
            curves: vec![vec![0.0; n * (n + 1) / 2]],
        };
        for k in 0..path.starts.len() - 1 {
            let next = clock.reading(k, path.starts[k] + growth(path, k));
            clock.totals.push(next.value);
            clock.slopes.push(next.slope);
            clock.curves.push(next.curve);
        }
        clock
    }

    /// A(u) in step k.
    pub fn value(&self, k: usize, u: f64) -> f64 {
        self.totals[k] + self.rates[k] * (u - self.path.starts[k])
    }

    /// A(u) in step k with its derivatives.
    pub fn reading(&self, k: usize, u: f64) -> Reading {
        let run = self.rates[k] * (u - self.path.starts[k]);
        let z = &self.path.values[k];
        let mut slope = self.slopes[k].clone();
        let mut curve = self.curves[k].clone();
        let mut at = 0;
        for (i, p) in self.places.iter().enumerate() {
            slope[i] += run * z[*p];
            for q in &self.places[i..] {
                curve[at] += run * z[*p] * z[*q];
                at += 1;
            }
        }
        Reading { value: self.totals[k] + run, slope, curve }
    }
}

impl Reading {
    /// What passed since an earlier reading.
    pub fn since(mut self, start: &Self) -> Self {
        self.value -= start.value;
        self.slope.iter_mut().zip(&start.slope).for_each(|(to, from)| *to -= from);
        self.curve.iter_mut().zip(&start.curve).for_each(|(to, from)| *to -= from);
        self
    }
}
