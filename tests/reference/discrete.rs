//! Models of whole opportunities: likelihood, P(alive), and the law of the future.

use ltv::features::Rfm;
use ltv::model::{BgBb, Law, Likelihood, PurchaseModel};
use ltv::predict::residual_purchases;

use crate::table::{Table, Worst};

fn rfm(frequency: f64, recency: f64, age: f64) -> Rfm {
    Rfm::new(frequency as u32, recency, age)
}

#[test]
fn bg_bb_is_right_in_every_corner() {
    let names = [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "x",
        "t_x",
        "n",
        "h",
        "d",
        "ln_likelihood",
        "p_alive",
        "mean",
        "variance",
        "residual",
    ];
    let (mut ln, mut alive) = (Worst::of("BG/BB ln L"), Worst::of("BG/BB P(alive)"));
    let (mut mean, mut variance) = (Worst::of("BG/BB E[X(h) | alive]"), Worst::of("BG/BB Var[X(h) | alive]"));
    let mut residual = Worst::of("BG/BB DERT, alive");
    for row in Table::read("bg_bb").rows(names) {
        let [
            alpha,
            beta,
            gamma,
            delta,
            x,
            t_x,
            n,
            h,
            d,
            right_ln,
            right_alive,
            right_mean,
            right_variance,
            right_dert,
        ] = row;
        let (model, customer) = (BgBb::new(alpha, beta, gamma, delta).unwrap(), rfm(x, t_x, n));
        ln.against(right_ln.abs().max(1.0), model.ln_likelihood(&customer), right_ln, &row);
        alive.relative(model.p_alive(&customer), right_alive, &row);
        let law = model.given_alive(&customer);
        mean.relative(law.mean(h), right_mean, &row);
        variance.relative(law.variance(h), right_variance, &row);
        residual.relative(residual_purchases(&law, d.ln_1p()).unwrap(), right_dert, &row);
    }
    ln.assert_below(4e-14);
    alive.assert_below(3e-14);
    mean.assert_below(2e-14);
    // Where hardly anybody leaves, the variance of the lifetime is a small difference.
    variance.assert_below(3e-12);
    residual.assert_below(1e-14);
}

#[test]
fn the_law_of_bg_bb_is_right_in_every_corner() {
    let names = ["alpha", "beta", "gamma", "delta", "x", "n", "h", "k", "survival", "pmf"];
    let (mut above, mut exactly) = (Worst::of("BG/BB P(X > k | alive)"), Worst::of("BG/BB P(X = k | alive)"));
    let mut law = Vec::new();
    for row in Table::read("bg_bb_law").rows(names) {
        let [alpha, beta, gamma, delta, x, n, h, k, survival, pmf] = row;
        let model = BgBb::new(alpha, beta, gamma, delta).unwrap().given_alive(&rfm(x, x, n));
        if survival >= 0.0 {
            above.relative(model.survival(k as u64, h), survival, &row);
        }
        law.clear();
        model.pmf(h, 0.0, &mut law);
        exactly.relative(law[k as usize], pmf, &row);
    }
    above.assert_below(1e-13);
    exactly.assert_below(6e-13);
}
