//! NBD until a lifetime ends: likelihood, P(alive), and the law of the future.

use ltv::features::Rfm;
use ltv::model::{GgomNbd, Law, Likelihood, Nbd, ParetoNbd, PurchaseModel};
use ltv::predict::Purchases;
use ltv::units::Periods;

use crate::models::rfm;
use crate::table::{Table, Worst};

/// Columns after the model's own.
const MODEL: [&str; 10] =
    ["x", "t_x", "age", "t", "delta", "ln_likelihood", "p_alive", "mean", "variance", "dert"];
const LAW: [&str; 6] = ["x", "age", "t", "n", "survival", "pmf"];

/// The names of a model's parameters, then `rest`.
fn columns<const P: usize, const R: usize, const N: usize>(
    model: [&'static str; P],
    rest: [&'static str; R],
) -> [&'static str; N] {
    std::array::from_fn(|i| if i < P { model[i] } else { rest[i - P] })
}

/// The bounds for ln L, P(alive), mean, variance, DERT in closed form and by quadrature, and for tail and probability of a count.
fn check<M>(name: &str, rows: Vec<(M, [f64; 10])>, laws: Vec<(M, [f64; 6])>, bounds: [f64; 8])
where
    M: PurchaseModel + Likelihood<Row = Rfm> + std::fmt::Debug,
{
    println!("{name}");
    let what = [
        "ln L",
        "P(alive)",
        "E[X(t) | alive]",
        "Var[X(t) | alive]",
        "DERT | alive",
        "DERT | alive, to 85/δ",
        "P(X > n | alive)",
        "P(X = n | alive)",
    ];
    let mut worst = what.map(Worst::of);
    for (model, row) in rows {
        let [x, t_x, age, t, delta, right_ln, right_alive, right_mean, variance, dert] = row;
        let (customer, place) = (rfm(x, t_x, age), (model.parameters(), row));
        // Its summands are of the size of x ln(alpha + T), and may cancel.
        let size = right_ln.abs().max(x * (model.parameters()[1] + age).ln().abs()).max(1.0);
        worst[0].against(size, model.ln_likelihood(&customer), right_ln, &place);
        worst[1].relative(model.p_alive(&customer), right_alive, &place);
        let law = model.given_alive(&customer);
        let moments = law.mean_and_variance(t);
        worst[2].relative(moments.0, right_mean, &place);
        worst[3].relative(moments.1, variance, &place);
        worst[4].relative(law.discounted(f64::INFINITY, delta).unwrap(), dert, &place);
        worst[5].relative(law.discounted(85.0 / delta, delta).unwrap(), dert, &place);
    }
    let mut pmf = Vec::new();
    for (model, row) in laws {
        let [x, age, t, n, survival, exactly] = row;
        let (law, place) = (model.given_alive(&rfm(x, 0.0, age)), (model.parameters(), row));
        worst[6].relative(law.survival(n as u64, t), survival, &place);
        if law.mean(t) > 2e4 {
            continue; // probabilities come from 0 up to the mean
        }
        pmf.clear();
        law.pmf(t, 0.9 * survival, &mut pmf);
        worst[7].relative(pmf[n as usize], exactly, &place);
        // Who bought just now, or never: halfway between P(X < n) and P(X ≤ n) the quantile is n.
        let customer = rfm(x, if x > 0.0 { age } else { 0.0 }, age);
        let alive = model.p_alive(&customer);
        let busy = (model.parameters()[0] + x) / (model.parameters()[1] + age) * t;
        if alive * exactly > 1e-9 && busy < 2e4 {
            let law = Purchases::of(&model, &customer, Periods::new(t).unwrap());
            let level = 1.0 - alive * (survival + 0.5 * exactly);
            assert_eq!(law.quantile(level), n as u64, "{level} {place:?}");
        }
    }
    for (worst, bound) in worst.into_iter().zip(bounds) {
        worst.assert_below(bound);
    }
}

/// The rows of a table, each with its model of the first P columns.
macro_rules! tables {
    ($name:literal, $parameters:expr, $p:literal, $model:expr, $bounds:expr) => {{
        let rows = Table::read($name).rows::<{ $p + 10 }>(columns($parameters, MODEL));
        let laws = Table::read(concat!($name, "_law")).rows::<{ $p + 6 }>(columns($parameters, LAW));
        check(
            $name,
            rows.iter().map(|row| ($model(row), std::array::from_fn(|i| row[i + $p]))).collect(),
            laws.iter().map(|row| ($model(row), std::array::from_fn(|i| row[i + $p]))).collect(),
            $bounds,
        );
    }};
}

#[test]
fn nbd_is_right_in_every_corner() {
    let model = |p: &[f64]| Nbd::new(p[0], p[1]).unwrap();
    tables!("nbd", ["r", "alpha"], 2, model, [8e-16, 0.0, 3e-16, 5e-16, 4e-16, 3e-15, 2e-13, 8e-13]);
}

#[test]
fn pareto_nbd_is_right_in_every_corner() {
    let model = |p: &[f64]| ParetoNbd::new(p[0], p[1], p[2], p[3]).unwrap();
    let bounds = [3e-15, 6e-13, 2e-15, 2e-15, 2e-15, 3e-15, 6e-12, 6e-13];
    tables!("pareto_nbd", ["r", "alpha", "s", "beta"], 4, model, bounds);
}

#[test]
fn ggom_nbd_is_right_in_every_corner() {
    let model = |p: &[f64]| GgomNbd::new(p[0], p[1], p[2], p[3], p[4]).unwrap();
    let bounds = [3e-15, 8e-13, 3e-15, 4e-14, 3e-15, 3e-15, 4e-12, 6e-13];
    tables!("ggom_nbd", ["r", "alpha", "b", "s", "beta"], 5, model, bounds);
}
