//! Small symmetric matrices: a handful of parameters, no more.

/// The lower Cholesky factor; `None` unless the matrix is positive definite beyond rounding.
pub(crate) fn cholesky(m: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let n = m.len();
    let mut l = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| l[i][k] * l[j][k]).sum();
            let rest = m[i][j] - dot;
            if i != j {
                l[i][j] = rest / l[j][j];
            } else if rest > 1e-14 * m[i][i] && rest.is_finite() {
                l[i][i] = rest.sqrt();
            } else {
                return None;
            }
        }
    }
    Some(l)
}

/// Solves L Lᵀ x = b.
pub(crate) fn solve(l: &[Vec<f64>], b: &[f64]) -> Vec<f64> {
    solve_transposed(l, &solve_lower(l, b))
}

/// Solves L x = b.
pub(crate) fn solve_lower(l: &[Vec<f64>], b: &[f64]) -> Vec<f64> {
    let mut x = b.to_vec();
    for i in 0..x.len() {
        let dot: f64 = (0..i).map(|k| l[i][k] * x[k]).sum();
        x[i] = (x[i] - dot) / l[i][i];
    }
    x
}

/// Solves Lᵀ x = b.
pub(crate) fn solve_transposed(l: &[Vec<f64>], b: &[f64]) -> Vec<f64> {
    let mut x = b.to_vec();
    for i in (0..x.len()).rev() {
        let dot: f64 = (i + 1..x.len()).map(|k| l[k][i] * x[k]).sum();
        x[i] = (x[i] - dot) / l[i][i];
    }
    x
}

/// The eigenvalues of a symmetric matrix, ascending, each with its unit vector; by Jacobi's rotations.
pub(crate) fn eigen(m: &[Vec<f64>]) -> Vec<(f64, Vec<f64>)> {
    let n = m.len();
    let mut a = m.to_vec();
    // The rows of `v` turn into the vectors: they start as the axes and follow every rotation.
    let mut v: Vec<Vec<f64>> =
        (0..n).map(|i| (0..n).map(|j| if i == j { 1.0 } else { 0.0 }).collect()).collect();
    for _ in 0..60 {
        let off: f64 = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i][j] * a[i][j]).sum();
        let on: f64 = (0..n).map(|i| a[i][i] * a[i][i]).sum();
        if off <= 1e-32 * on {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut v, p, q);
            }
        }
    }
    let mut pairs: Vec<(f64, Vec<f64>)> = v.into_iter().enumerate().map(|(i, v)| (a[i][i], v)).collect();
    pairs.sort_by(|left, right| left.0.total_cmp(&right.0));
    pairs
}

/// One rotation in the plane of p and q (p < q), after which a[p][q] is 0.
fn rotate(a: &mut [Vec<f64>], v: &mut [Vec<f64>], p: usize, q: usize) {
    if a[p][q] == 0.0 {
        return;
    }
    let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let c = 1.0 / t.hypot(1.0);
    let s = t * c;
    for row in a.iter_mut() {
        (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
    }
    for rows in [a, v] {
        let (upper, lower) = rows.split_at_mut(q);
        for (x, y) in upper[p].iter_mut().zip(&mut lower[0]) {
            (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_solves_its_equations() {
        let m = vec![vec![4.0, 1.0, 0.5], vec![1.0, 3.0, 0.2], vec![0.5, 0.2, 2.0]];
        let x = solve(&cholesky(&m).unwrap(), &[1.0, 2.0, 3.0]);
        for (row, right) in m.iter().zip([1.0, 2.0, 3.0]) {
            assert!((row.iter().zip(&x).map(|(m, x)| m * x).sum::<f64>() - right).abs() < 1e-14);
        }
        assert!(cholesky(&[vec![1.0, 2.0], vec![2.0, 1.0]]).is_none());
    }

    #[test]
    fn eigenvalues_and_vectors_make_the_matrix_again() {
        let m = vec![vec![4.0, 1.0, 0.5], vec![1.0, 3.0, 0.2], vec![0.5, 0.2, -2.0]];
        let pairs = eigen(&m);
        assert!(pairs.is_sorted_by(|left, right| left.0 <= right.0));
        for i in 0..3 {
            for j in 0..3 {
                let again: f64 = pairs.iter().map(|(value, v)| value * v[i] * v[j]).sum();
                assert!((again - m[i][j]).abs() < 1e-14, "{i} {j}: {again}");
            }
        }
        assert!((eigen(&[vec![1.0, 2.0], vec![2.0, 1.0]])[0].0 + 1.0).abs() < 1e-15);
    }
}
