//! The silence after the last purchase, seen in stages.

/// Terms are kept below this.
const LARGE: f64 = 1e150;

/// The stages that a living customer may have passed since the last purchase: j of them with weight
///
/// ```text
/// e_j = (m)_j/j! u^j,  0 ≤ j < k        m = r + kx,  u = (T − t_x)/(α + T)
/// ```
///
/// and the moments of j and of h_j = Σ_{i<j} 1/(m+i) = ∂ ln e_j/∂m under these weights: ln S = ln Σ e_j with its derivatives.
/// With k = 1 there is nothing to see: S = 1.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Silence {
    /// ln S.
    pub ln_sum: f64,
    /// ∂ ln S/∂m = E\[h\].
    pub by_shape: f64,
    /// ∂² ln S/∂m².
    pub by_shape_twice: f64,
    /// ∂ ln S/∂ ln u = E\[j\].
    pub by_share: f64,
    /// ∂² ln S/∂(ln u)² = Var j.
    pub by_share_twice: f64,
    /// ∂² ln S/∂m ∂ ln u = Cov(h, j).
    pub by_both: f64,
}

impl Silence {
    /// The sum with its derivatives.
    pub(super) fn of(k: u32, shape: f64, share: f64) -> Self {
        let (mut e, mut h, mut squares) = (1.0f64, 0.0f64, 0.0f64);
        let (mut sum, mut sum_h, mut sum_hh) = (1.0, 0.0, 0.0);
        let (mut sum_j, mut sum_jj, mut sum_hj, mut ln_scale) = (0.0, 0.0, 0.0, 0.0);
        for j in 1..k {
            let before = shape + f64::from(j - 1);
            let j = f64::from(j);
            e *= before / j * share;
            h += 1.0 / before;
            squares += 1.0 / (before * before);
            sum += e;
            sum_h += e * h;
            sum_hh += e * (h * h - squares);
            sum_j += e * j;
            sum_jj += e * j * j;
            sum_hj += e * h * j;
            if e > LARGE {
                for value in [&mut e, &mut sum, &mut sum_h, &mut sum_hh, &mut sum_j, &mut sum_jj, &mut sum_hj]
                {
                    *value /= LARGE;
                }
                ln_scale += LARGE.ln();
            }
        }
        let (mean_h, mean_j) = (sum_h / sum, sum_j / sum);
        Self {
            ln_sum: sum.ln() + ln_scale,
            by_shape: mean_h,
            by_shape_twice: sum_hh / sum - mean_h * mean_h,
            by_share: mean_j,
            by_share_twice: sum_jj / sum - mean_j * mean_j,
            by_both: sum_hj / sum - mean_h * mean_j,
        }
    }
}

/// e_j/S for 0 ≤ j < k: how many stages a living customer has passed.
pub(super) fn passed(k: u32, shape: f64, share: f64) -> Vec<f64> {
    let mut weights = Vec::with_capacity(k as usize);
    let mut e = 1.0;
    for j in 0..k {
        weights.push(e);
        e *= (shape + f64::from(j)) / (f64::from(j) + 1.0) * share;
        if e > LARGE {
            weights.iter_mut().for_each(|weight| *weight /= LARGE);
            e /= LARGE;
        }
    }
    // The smallest first; they rise and then may fall, never by enough to matter.
    let sum: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= sum);
    weights
}
