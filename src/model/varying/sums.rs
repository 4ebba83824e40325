//! Sums over the moments of one step, in which every derivative is made of few vectors.

use super::clock::Reading;

/// The parameters as they are needed at every node.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub r: f64,
    pub alpha: f64,
    pub s: f64,
    pub beta: f64,
    /// r + x.
    pub m: f64,
}

/// Where in a step a term e^h stands: what both clocks show, and what each went on since the step was entered.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub clocks: [f64; 2],
    pub since: [f64; 2],
    /// Whether the lifetime ends here, with the hazard's factor; otherwise the customer lives on.
    pub died: Option<f64>,
}

/// The vectors: ln r, ln α, ln s, ln β, then ∂A where the step was entered and the step's covariates of purchases, and the same of B and
/// drop-out. Within a step the clocks run evenly, so ∂A = ∂A_0 + (A − A_0) z, and a derivative of h is made of these eight.
const VECTORS: usize = 8;

/// Σ e^h, Σ e^h ∂h and Σ e^h (∂²h + ∂h ∂h') over the moments of a step.
pub(super) struct Sums {
    pub sum: f64,
    first: [f64; VECTORS],
    /// The upper triangle.
    second: [[f64; VECTORS]; VECTORS],
    /// The weights of ∂²A_0 and ∂²B_0.
    bends: [f64; 2],
}

impl At {
    /// ln of the density of leaving at a moment (survival to it, if the customer lives on), together with the silence.
    pub fn ln_term(&self, moment: &Moment) -> f64 {
        let &Self { alpha, s, beta, m, .. } = self;
        let [a, b] = moment.clocks;
        let lived = s * (beta / (beta + b)).ln() - m * (alpha + a).ln();
        moment.died.map_or(lived, |rate| lived + (s * rate).ln() - (beta + b).ln())
    }
}

impl Sums {
    pub const fn new() -> Self {
        Self { sum: 0.0, first: [0.0; VECTORS], second: [[0.0; VECTORS]; VECTORS], bends: [0.0; 2] }
    }

    /// Adds a moment; p is e^h with its weight.
    pub fn put(&mut self, at: &At, moment: &Moment, p: f64) {
        let &At { r, alpha, s, beta, m } = at;
        let left = f64::from(u8::from(moment.died.is_some()));
        let ([a, b], [da, db]) = (moment.clocks, moment.since);
        let (q, ma, mb) = (s + left, alpha + a, beta + b);
        let ln_share = (beta / mb).ln();
        let c = [
            -r * ma.ln(),
            -m * alpha / ma,
            s * ln_share + left,
            s - q * beta / mb,
            -m / ma,
            -m * da / ma,
            -q / mb,
            left - q * db / mb,
        ];
        self.sum += p;
        for (i, ci) in c.iter().enumerate() {
            self.first[i] += p * ci;
            for (j, cj) in c.iter().enumerate().skip(i) {
                self.second[i][j] += p * ci * cj;
            }
        }
        // ∂² of −r ln(α+A), and of s ln β − s ln(β+B), once in the shape.
        self.second[0][0] += p * c[0];
        self.second[0][1] -= p * r * alpha / ma;
        self.second[2][2] += p * s * ln_share;
        self.second[2][3] += p * s * (1.0 - beta / mb);
        self.bend(0, [r, m], [alpha / ma, 1.0 / ma, da], p);
        self.bend(1, [s, q], [beta / mb, 1.0 / mb, db], p);
    }

    /// Adds p ∂² of −power ln(rate + clock) in the rate and the coefficients, and with the shape in front in the coefficients.
    fn bend(&mut self, side: usize, [shape, power]: [f64; 2], [share, inverse, since]: [f64; 3], p: f64) {
        let (row, place) = (2 * side, 4 + 2 * side);
        let second = &mut self.second;
        second[row + 1][row + 1] += p * power * share * (share - 1.0);
        for (column, weight) in [(place, 1.0), (place + 1, since)] {
            second[row][column] -= p * shape * inverse * weight;
            second[row + 1][column] += p * power * share * inverse * weight;
        }
        let square = p * power * inverse * inverse;
        second[place][place] += square;
        second[place][place + 1] += square * since;
        second[place + 1][place + 1] += square * since * since - p * power * inverse * since;
        self.bends[side] -= p * power * inverse;
    }

    /// Adds what the sums stand for to a gradient and the upper triangle of a Hessian: `entered` are the clocks where the step was entered,
    /// `z` its covariates of purchases and of drop-out.
    pub fn add_to(
        &self,
        entered: &[Reading; 2],
        z: [&[f64]; 2],
        gradient: &mut [f64],
        hessian: &mut [Vec<f64>],
    ) {
        let blocks = [(4, &entered[0], z[0]), (4 + z[0].len(), &entered[1], z[1])];
        for ((to, row), (first, second)) in
            gradient.iter_mut().zip(hessian.iter_mut()).zip(self.first.iter().zip(&self.second)).take(4)
        {
            *to += first;
            row.iter_mut().zip(second).take(4).for_each(|(to, second)| *to += second); // 0 below the diagonal
        }
        for (side, (begin, reading, z)) in blocks.into_iter().enumerate() {
            let place = 4 + 2 * side;
            let vectors = || reading.slope.iter().zip(z).enumerate();
            for (k, (slope, z)) in vectors() {
                gradient[begin + k] += self.first[place] * slope + self.first[place + 1] * z;
                for (row, second) in self.second.iter().enumerate().take(4) {
                    hessian[row][begin + k] += second[place] * slope + second[place + 1] * z;
                }
            }
            let mut curve = reading.curve.iter();
            for (k, (slope, here)) in vectors() {
                let (of_slope, of_z) = self.weights(place, place, *slope, *here);
                let row = &mut hessian[begin + k][begin..];
                for ((to, (slope, z)), bend) in
                    row.iter_mut().zip(reading.slope.iter().zip(z)).skip(k).zip(&mut curve)
                {
                    *to += of_slope * slope + of_z * z + self.bends[side] * bend;
                }
            }
        }
        let [(begin, reading, z), (other_begin, other, other_z)] = blocks;
        for (k, (slope, here)) in reading.slope.iter().zip(z).enumerate() {
            let (of_slope, of_z) = self.weights(4, 6, *slope, *here);
            let row = &mut hessian[begin + k][other_begin..];
            for (to, (slope, z)) in row.iter_mut().zip(other.slope.iter().zip(other_z)) {
                *to += of_slope * slope + of_z * z;
            }
        }
    }

    /// What a row's ∂A_0 and z weigh a column's with.
    fn weights(&self, row: usize, column: usize, slope: f64, z: f64) -> (f64, f64) {
        let at = |i: usize, j: usize| self.second[i.min(j)][i.max(j)];
        (
            at(row, column) * slope + at(row + 1, column) * z,
            at(row, column + 1) * slope + at(row + 1, column + 1) * z,
        )
    }
}
