//! Models of subscriptions: survival, the next renewal, likelihood, residual lifetime.

use ltv::features::Tenure;
use ltv::model::{Bdw, RetentionModel, Sbg};

use crate::table::{Table, Worst};

const COLUMNS: [&str; 10] =
    ["alpha", "beta", "c", "t", "rate", "survival", "renewal", "ln_stayed", "ln_left", "derl"];

fn check(name: &str, models: Vec<(impl RetentionModel, [f64; 7])>, bounds: [f64; 4]) {
    println!("{name}");
    let mut worst = ["S(t)", "S(t+1)/S(t)", "ln L", "DERL"].map(Worst::of);
    for (model, row) in models {
        let [t, rate, survival, renewal, ln_stayed, ln_left, derl] = row;
        let (due, place) = (t as u32, (model.parameters(), row));
        worst[0].relative(model.survival(due), survival, &place);
        worst[1].relative(model.renewal(due), renewal, &place);
        let stayed = model.ln_likelihood(&Tenure { due, left: false });
        worst[2].against(ln_stayed.abs().max(1.0), stayed, ln_stayed, &place);
        let left = model.ln_likelihood(&Tenure { due: due + 1, left: true });
        worst[2].against(ln_left.abs().max(1.0), left, ln_left, &place);
        worst[3].relative(model.derl(due, rate).unwrap(), derl, &place);
    }
    for (worst, bound) in worst.into_iter().zip(bounds) {
        worst.assert_below(bound);
    }
}

#[test]
fn sbg_and_beta_discrete_weibull_are_right_in_every_corner() {
    // The largest errors are those of differences of Pochhammer symbols with shapes in the hundreds.
    let rows = Table::read("retention").rows(COLUMNS);
    let rest = |row: &[f64; 10]| std::array::from_fn(|i| row[i + 3]);
    let bdw = rows.iter().map(|row| (Bdw::new(row[0], row[1], row[2]).unwrap(), rest(row))).collect();
    check("beta-discrete-Weibull", bdw, [2e-13, 7e-13, 2e-13, 9e-13]);
    let even = rows.iter().filter(|row| row[2] == 1.0);
    let sbg = even.map(|row| (Sbg::new(row[0], row[1]).unwrap(), rest(row))).collect();
    check("sBG", sbg, [2e-13, 3e-16, 2e-13, 3e-15]);
}
