//! BG/NBD: likelihood, P(alive), and the law of the future.

use ltv::features::Rfm;
use ltv::model::{BgNbd, Law, Likelihood, PurchaseModel};

use crate::table::{Table, Worst};

/// A customer of the tables, whose frequencies are whole.
pub fn rfm(frequency: f64, recency: f64, age: f64) -> Rfm {
    Rfm::new(frequency as u32, recency, age)
}

#[test]
fn likelihood_p_alive_and_mean_are_right_in_every_corner() {
    let names = ["r", "alpha", "a", "b", "x", "t_x", "age", "t", "ln_likelihood", "p_alive", "mean"];
    let (mut ln, mut alive, mut mean) =
        (Worst::of("ln L"), Worst::of("P(alive)"), Worst::of("E[X(t) | alive]"));
    for row in Table::read("bg_nbd").rows(names) {
        let [r, alpha, a, b, x, t_x, age, t, right_ln, right_alive, right_mean] = row;
        let (model, customer) = (BgNbd::new(r, alpha, a, b).unwrap(), rfm(x, t_x, age));
        // Its summands are of the size of x ln(alpha + T), and may cancel.
        let size = right_ln.abs().max(x * (alpha + age).ln().abs()).max(1.0);
        ln.against(size, model.ln_likelihood(&customer), right_ln, &row);
        alive.relative(model.p_alive(&customer), right_alive, &row);
        mean.relative(model.given_alive(&customer).mean(t), right_mean, &row);
    }
    ln.assert_below(2e-15);
    alive.assert_below(3e-14);
    mean.assert_below(2e-13);
}

#[test]
fn the_law_of_purchases_is_right_in_every_corner() {
    let names = ["r", "alpha", "a", "b", "x", "age", "t", "n", "survival", "pmf"];
    let (mut above, mut exactly) = (Worst::of("P(X > n | alive)"), Worst::of("P(X = n | alive), n to 5000"));
    let mut far = Worst::of("P(X = n | alive), n beyond 5000");
    let mut law = Vec::new();
    for row in Table::read("bg_nbd_law").rows(names) {
        let [r, alpha, a, b, x, age, t, n, survival, pmf] = row;
        let model = BgNbd::new(r, alpha, a, b).unwrap().given_alive(&rfm(x, 0.0, age));
        above.relative(model.survival(n as u64, t), survival, &row);
        law.clear();
        model.pmf(t, 0.9 * survival, &mut law);
        if n <= 5000.0 { &mut exactly } else { &mut far }.relative(law[n as usize], pmf, &row);
    }
    above.assert_below(2e-13);
    // By ratios from n to n + 1: thousands of roundings, and tens of thousands.
    exactly.assert_below(2e-12);
    far.assert_below(5e-12);
}

/// (x, t_x, T) = (1000, 10, 100) is a legal customer; P(alive) of 1e-869 is 0.
#[test]
fn a_customer_certainly_gone_is_gone_and_not_nan() {
    let model = BgNbd::new(0.243, 4.414, 0.793, 2.426).unwrap();
    assert_eq!(model.p_alive(&rfm(1000.0, 10.0, 100.0)), 0.0);
    assert!(model.ln_likelihood(&rfm(1000.0, 10.0, 100.0)).is_finite());
}
