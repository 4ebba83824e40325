//! MBG/NBD and the models of regular buyers: likelihood, P(alive), and the law of the future.

use ltv::features::Rfm;
use ltv::model::{BgCnbdK, BgNbd, Law, Likelihood, MbgCnbdK, MbgNbd, PurchaseModel};

use crate::models::rfm;
use crate::table::{Table, Worst};

/// What the tables ask of a model.
trait Asked {
    fn ln_likelihood(&self, c: &Rfm) -> f64;
    fn p_alive(&self, c: &Rfm) -> f64;
    fn mean(&self, c: &Rfm, t: f64) -> f64;
    fn survival(&self, c: &Rfm, n: u64, t: f64) -> f64;
    fn pmf(&self, c: &Rfm, t: f64, tail: f64) -> Vec<f64>;
}

impl<M: PurchaseModel + Likelihood<Row = Rfm>> Asked for M {
    fn ln_likelihood(&self, c: &Rfm) -> f64 {
        Likelihood::ln_likelihood(self, c)
    }

    fn p_alive(&self, c: &Rfm) -> f64 {
        PurchaseModel::p_alive(self, c)
    }

    fn mean(&self, c: &Rfm, t: f64) -> f64 {
        self.given_alive(c).mean(t)
    }

    fn survival(&self, c: &Rfm, n: u64, t: f64) -> f64 {
        self.given_alive(c).survival(n, t)
    }

    fn pmf(&self, c: &Rfm, t: f64, tail: f64) -> Vec<f64> {
        let mut out = Vec::new();
        self.given_alive(c).pmf(t, tail, &mut out);
        out
    }
}

/// The models that a row is about: with one stage both the Poisson model and the regular one.
fn models([k, first, r, alpha, a, b]: [f64; 6]) -> Vec<Box<dyn Asked>> {
    let k = k as u32;
    let mut all: Vec<Box<dyn Asked>> = Vec::new();
    if first == 0.0 {
        all.push(Box::new(BgCnbdK::new(k, r, alpha, a, b).unwrap()));
        if k == 1 {
            all.push(Box::new(BgNbd::new(r, alpha, a, b).unwrap()));
        }
    } else {
        all.push(Box::new(MbgCnbdK::new(k, r, alpha, a, b).unwrap()));
        if k == 1 {
            all.push(Box::new(MbgNbd::new(r, alpha, a, b).unwrap()));
        }
    }
    all
}

#[test]
fn likelihood_p_alive_and_mean_of_regular_buyers_are_right_in_every_corner() {
    let names =
        ["k", "first", "r", "alpha", "a", "b", "x", "t_x", "age", "t", "ln_likelihood", "p_alive", "mean"];
    let (mut ln, mut alive, mut mean) =
        (Worst::of("ln L"), Worst::of("P(alive)"), Worst::of("E[X(t) | alive]"));
    for row in Table::read("regular").rows(names) {
        let [k, first, r, alpha, a, b, x, t_x, age, t, right_ln, right_alive, right_mean] = row;
        let c = rfm(x, t_x, age);
        for model in models([k, first, r, alpha, a, b]) {
            // Its summands are of the size of kx ln(alpha + T) and x ln Γ(k), and may cancel.
            let size = right_ln.abs().max(k * x * (alpha + age).ln().abs()).max(k * x * k.ln()).max(1.0);
            ln.against(size, model.ln_likelihood(&c), right_ln, &row);
            alive.relative(model.p_alive(&c), right_alive, &row);
            mean.relative(model.mean(&c, t), right_mean, &row);
        }
    }
    ln.assert_below(4e-15);
    alive.assert_below(1e-12);
    mean.assert_below(1e-12);
}

#[test]
fn the_law_of_regular_buyers_is_right_in_every_corner() {
    let names = ["k", "first", "r", "alpha", "a", "b", "x", "t_x", "age", "t", "n", "survival", "pmf"];
    let (mut above, mut exactly) = (Worst::of("P(X > n | alive)"), Worst::of("P(X = n | alive)"));
    for row in Table::read("regular_law").rows(names) {
        let [k, first, r, alpha, a, b, x, t_x, age, t, n, survival, pmf] = row;
        let c = rfm(x, t_x, age);
        for model in models([k, first, r, alpha, a, b]) {
            above.relative(model.survival(&c, n as u64, t), survival, &row);
            let law = model.pmf(&c, t, 0.9 * survival);
            exactly.relative(law[n as usize], pmf, &row);
        }
    }
    above.assert_below(1e-11);
    exactly.assert_below(1e-11);
}
