//! The weights of a joint forecast.

/// Weights below this are none.
const LEAST: f64 = 0.01;
/// What is believed before anything is seen, as a part of the rows: that all are as good as each other.
const PRIOR: f64 = 0.01;
/// The same of means, in purchases: who bought at one past origin tells less of the next than their number says.
const PRIOR_OF_MEANS: f64 = 30.0;
/// Rounds of the climb; it rises in each.
const ROUNDS: usize = 500;
/// ln of the smallest probability that counts: what one forecast calls impossible does not decide alone.
const IMPOSSIBLE: f64 = -30.0;

/// Non-negative weights, summing to 1, of the mixture of forecasts with the best mean log score: a row is a customer at an origin, a column
/// the logarithms of the probabilities that one forecast gave to what happened.
///
/// The log score of a mixture is concave in its weights; the climb is that of expectation and maximisation (Dempster, Laird & Rubin 1977, § 4.3; linear pools:
/// Gneiting & Ranjan 2013, Electron. J. Stat. 7, 1747–1782). A weak prior keeps all in where the rows do not tell them apart.
#[must_use]
pub fn weights(columns: &[Vec<f64>]) -> Vec<f64> {
    let rows = columns.first().map_or(0, Vec::len);
    // Probabilities relative to the best of their row.
    let relative: Vec<Vec<f64>> = (0..rows)
        .map(|row| {
            let own = |column: &Vec<f64>| column[row].max(IMPOSSIBLE);
            let best = columns.iter().map(own).fold(f64::NEG_INFINITY, f64::max);
            columns.iter().map(|column| (own(column) - best).exp()).collect()
        })
        .collect();
    best(columns.len(), &relative, &|_| 1.0, PRIOR * rows as f64)
}

/// Non-negative weights, summing to 1, of the sum of forecasts' means that tells best who it is that buys: a row is a customer who bought something at an origin,
/// `made` how much that was, a column the part of the total that one forecast thought would be theirs.
///
/// What is made highest is Σ y ln(Σ w p), the multinomial score of who made the purchases; it asks nothing of totals, and rises in every round of the same
/// climb. As much is believed of it as of as many purchases as Kish's effective number, (Σ y)²/Σ y²: those of one customer, or one large order,
/// are not as many witnesses.
#[must_use]
pub fn weights_of_means(columns: &[Vec<f64>], made: &[f64]) -> Vec<f64> {
    let rows: Vec<Vec<f64>> =
        (0..made.len()).map(|row| columns.iter().map(|column| column[row]).collect()).collect();
    let (sum, squares) = made.iter().fold((0.0, 0.0), |sums, y| (sums.0 + y, sums.1 + y * y));
    let worth = if squares > 0.0 { sum / squares } else { 0.0 };
    best(columns.len(), &rows, &|row| worth * made[row], PRIOR_OF_MEANS)
}

fn best(count: usize, rows: &[Vec<f64>], worth: &dyn Fn(usize) -> f64, prior: f64) -> Vec<f64> {
    let even = vec![1.0 / count.max(1) as f64; count];
    if count < 2 || rows.is_empty() {
        return even;
    }
    let mut all = climb(rows, worth, prior, even, &|_| true);
    let kept: Vec<bool> = all.iter().map(|weight| *weight >= LEAST).collect();
    if kept.iter().any(|kept| !kept) && kept.iter().any(|kept| *kept) {
        let from: Vec<f64> = all.iter().zip(&kept).map(|(w, kept)| if *kept { *w } else { 0.0 }).collect();
        all = climb(rows, worth, prior, from, &|at| kept[at]);
    }
    all
}

fn climb(
    rows: &[Vec<f64>],
    worth: &dyn Fn(usize) -> f64,
    prior: f64,
    mut weights: Vec<f64>,
    kept: &dyn Fn(usize) -> bool,
) -> Vec<f64> {
    let among = (0..weights.len()).filter(|at| kept(*at)).count() as f64;
    for _ in 0..ROUNDS {
        let mut shares = vec![0.0; weights.len()];
        for (at, row) in rows.iter().enumerate() {
            let sum: f64 = row.iter().zip(&weights).map(|(p, w)| p * w).sum();
            if sum > 0.0 {
                let worth = worth(at) / sum;
                shares.iter_mut().zip(row).zip(&weights).for_each(|((share, p), w)| *share += worth * w * p);
            }
        }
        let prior = |at: usize| if kept(at) { prior / among } else { 0.0 };
        let sum: f64 = shares.iter().enumerate().map(|(at, share)| share + prior(at)).sum();
        let next: Vec<f64> = shares.iter().enumerate().map(|(at, share)| (share + prior(at)) / sum).collect();
        let moved = next.iter().zip(&weights).map(|(new, old)| (new - old).abs()).fold(0.0, f64::max);
        weights = next;
        if moved < 1e-6 {
            break;
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_forecast_gets_more_and_equal_ones_the_same() {
        let good = vec![-1.0; 500];
        let bad = vec![-3.0; 500];
        let both = weights(&[good.clone(), bad.clone()]);
        assert!(both[0] > 0.85 && (both[0] + both[1] - 1.0).abs() < 1e-12);
        let same = weights(&[good.clone(), good.clone(), bad]);
        assert!((same[0] - same[1]).abs() < 1e-9);
        assert_eq!(weights(&[good]), [1.0]);
    }

    #[test]
    fn forecasts_that_know_different_things_share_the_weight() {
        let one: Vec<f64> = (0..400).map(|i| if i % 2 == 0 { -0.2 } else { -2.0 }).collect();
        let other: Vec<f64> = (0..400).map(|i| if i % 2 == 1 { -0.2 } else { -2.0 }).collect();
        let both = weights(&[one, other]);
        assert!((both[0] - 0.5).abs() < 1e-6);
    }

    #[test]
    fn the_sum_that_tells_who_buys_gets_the_weight() {
        // Half of the customers buy three times what the others do: one forecast knows it, the other knows nothing.
        let made: Vec<f64> = (0..4000).map(|i| if i % 2 == 0 { 3.0 } else { 1.0 }).collect();
        let knows: Vec<f64> = made.iter().map(|y| y / 8000.0).collect();
        let both = weights_of_means(&[knows.clone(), vec![1.0 / 4000.0; 4000]], &made);
        assert!(both[0] > 0.85 && (both[0] + both[1] - 1.0).abs() < 1e-12, "{both:?}");
        // Few witnesses leave all in.
        let few = weights_of_means(&[knows[..10].to_vec(), vec![1.0 / 4000.0; 10]], &made[..10]);
        assert!(few.iter().all(|weight| *weight > 0.4), "{few:?}");
    }

    #[test]
    fn one_large_order_is_one_witness() {
        let mut made = vec![1.0; 100];
        made[0] = 1e6;
        let (mut told, even) = (vec![0.009; 100], vec![0.01; 100]);
        told[0] = 0.1;
        let both = weights_of_means(&[told, even], &made);
        assert!(both[0] > 0.5 && both[0] < 0.55, "{both:?}");
    }

    #[test]
    fn the_impossible_that_happened_once_does_not_take_all_weight() {
        let mut sharp = vec![-0.5; 1000];
        sharp[7] = f64::NEG_INFINITY;
        assert!(weights(&[sharp, vec![-2.0; 1000]])[0] > 0.5);
    }
}
