//! Laws of the likelihoods: derivatives, weights, units, threads.

use ltv::features::Rfm;
use ltv::fit::{Recipe, TrainedModel};
use ltv::model::{AnyPurchaseModel, Derivatives, GammaGamma, Moments, PurchaseLikelihood, Visitor, Weighted};

use crate::cases::all;
use crate::{close, shop};

fn rows(discrete: bool) -> Vec<Weighted<Rfm>> {
    let row = |frequency: u32, recency: f64, age, count| {
        // Gaps a little less regular than equal ones.
        let x = f64::from(frequency);
        let gaps = if frequency == 0 { 0.0 } else { x * (recency / x).ln() - 0.3 * (x - 1.0) };
        Weighted { row: Rfm { ln_gaps: Some(gaps), ..Rfm::new(frequency, recency, age) }, count }
    };
    if discrete {
        return vec![
            row(0, 0.0, 6.0, 10.0),
            row(1, 2.0, 6.0, 3.0),
            row(3, 3.0, 6.0, 2.0),
            row(4, 6.0, 6.0, 1.0),
        ];
    }
    vec![
        row(0, 0.0, 0.0, 1.0),
        row(0, 0.0, 39.0, 10.0),
        row(1, 1e-3, 38.0, 2.0),
        row(1, 30.0, 30.0, 3.0),
        row(2, 30.43, 38.86, 4.0),
        row(7, 29.43, 38.86, 1.0),
        row(40, 5.0, 39.0, 1.0),
        row(200, 38.0, 40.0, 1.0),
    ]
}

/// The value is the sum over rows, the gradient its difference quotient, the Hessian that of the gradient.
struct Quotients;

impl Visitor for Quotients {
    type Answer = ();

    fn see<M: PurchaseLikelihood + Into<AnyPurchaseModel>>(self, model: &M) {
        let rows = rows(M::DISCRETE);
        let coordinates = model.coordinates();
        let at = |shift: &[f64]| {
            let moved = model.parameters().into_iter().zip(&coordinates).zip(shift);
            let theta: Vec<f64> = moved.map(|((p, c), s)| c.parameter(c.of(p) + s)).collect();
            model.with_parameters(&theta).unwrap().derivatives(&rows)
        };
        let n = coordinates.len();
        let here = at(&vec![0.0; n]);
        let sum: f64 = rows.iter().map(|row| row.count * model.ln_likelihood(&row.row)).sum();
        close(here.value, sum, 1e-12, &model.names());
        let (step, what) = (1e-4, (model.id(), model.parameters()));
        // What is told by integrals over a grid of regularities is right to e^−20, and its difference quotient to less.
        let exact = if model.id() == "pareto-ggg" { 1e-6 } else { 1e-10 };
        for i in 0..n {
            let shifted = |k: f64| {
                let mut shift = vec![0.0; n];
                shift[i] = k * step;
                at(&shift)
            };
            let sides = [-2.0, -1.0, 1.0, 2.0].map(shifted);
            // Four points: the error is of order step⁴, and of rounding/step.
            let slope = |f: &dyn Fn(&Derivatives) -> f64| {
                (f(&sides[0]) - 8.0 * f(&sides[1]) + 8.0 * f(&sides[2]) - f(&sides[3])) / (12.0 * step)
            };
            let scale = here.value.abs() + here.gradient.iter().map(|g| g.abs()).sum::<f64>();
            let numerical = slope(&|d| d.value);
            let error = (here.gradient[i] - numerical).abs();
            assert!(error < exact * scale, "{what:?} ∂{i}: {} {numerical}", here.gradient[i]);
            for j in 0..n {
                let numerical = slope(&|d| d.gradient[j]);
                let error = (here.hessian[i][j] - numerical).abs();
                assert!(
                    error < 10.0 * exact * scale,
                    "{what:?} ∂{i}∂{j}: {} {numerical}",
                    here.hessian[i][j]
                );
                assert_eq!(here.hessian[i][j], here.hessian[j][i]);
            }
        }
    }
}

#[test]
fn gradient_and_hessian_are_the_difference_quotients() {
    all().iter().for_each(|case| case.model.visit(Quotients));
}

struct Repetition;

impl Visitor for Repetition {
    type Answer = ();

    fn see<M: PurchaseLikelihood + Into<AnyPurchaseModel>>(self, model: &M) {
        let rows = rows(M::DISCRETE);
        let spelled_out: Vec<_> = rows
            .iter()
            .flat_map(|row| std::iter::repeat_n(Weighted { count: 1.0, ..*row }, row.count as usize))
            .collect();
        let (short, long) = (model.derivatives(&rows), model.derivatives(&spelled_out));
        close(short.value, long.value, 1e-13, &model.names());
        for (short_slope, long_slope) in short.gradient.iter().zip(&long.gradient) {
            assert!((short_slope - long_slope).abs() < 1e-12 * short.value.abs(), "{:?}", model.names());
        }
    }
}

#[test]
fn a_row_with_a_count_is_as_many_rows() {
    all().iter().for_each(|case| case.model.visit(Repetition));
}

/// Days instead of weeks: only rates move, and the density by its Jacobian.
struct Days;

impl Visitor for Days {
    type Answer = ();

    fn see<M: PurchaseLikelihood + Into<AnyPurchaseModel>>(self, weeks: &M) {
        if M::DISCRETE {
            return;
        }
        let days = weeks.rescaled(7.0);
        // The density of k waiting times of Erlang's law is that of all stages: the constant of the gaps is not in it.
        let density = |frequency: u32| {
            let settings = weeks.settings();
            let k = settings.iter().find(|(name, _)| *name == "k").map_or(1.0, |(_, k)| *k);
            k * f64::from(frequency) * 7f64.ln()
        };
        for Weighted { row, .. } in rows(false) {
            let Rfm { frequency, recency, age, ln_gaps } = row;
            let gaps = ln_gaps.map(|sum| sum + f64::from(frequency) * 7f64.ln());
            let row_days = Rfm { ln_gaps: gaps, ..Rfm::new(frequency, 7.0 * recency, 7.0 * age) };
            let jacobian = density(frequency);
            let (week, day) = (weeks.ln_likelihood(&row), days.ln_likelihood(&row_days) + jacobian);
            assert!((week - day).abs() < 1e-11 * (week.abs() + jacobian + 1.0), "{row:?}: {week} {day}");
            close(days.p_alive(&row_days), weeks.p_alive(&row), 1e-10, &row);
        }
    }
}

#[test]
fn the_unit_of_time_moves_rates_only() {
    all().iter().for_each(|case| case.model.visit(Days));
}

/// Where a fit starts, the likelihood is finite.
struct Starts;

impl Visitor for Starts {
    type Answer = ();

    fn see<M: PurchaseLikelihood + Into<AnyPurchaseModel>>(self, model: &M) {
        for (mean, variance) in [(1.0, 6.0), (0.01, 0.01), (300.0, 9e4)] {
            for start in model.starts(&Moments { customers: 1000.0, mean, variance }) {
                let found = model.with_parameters(&start).unwrap().derivatives(&rows(M::DISCRETE));
                assert!(found.value.is_finite(), "{start:?}");
            }
        }
    }
}

#[test]
fn a_climb_starts_where_the_likelihood_is_finite() {
    all().iter().for_each(|case| case.model.visit(Starts));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let spend = GammaGamma::new(6.25, 3.74, 15.44).unwrap();
    let told = ltv::model::BgNbd::new(0.6, 20.0, 0.8, 2.4).unwrap();
    let shop = shop::simulated(&told, &spend, 30_000, [30, 700], 3);
    for (id, ..) in AnyPurchaseModel::ALL.iter().filter(|(id, ..)| !["bg-bb", "pareto-ggg"].contains(id)) {
        let purchase = AnyPurchaseModel::template(id).unwrap();
        let recipe = Recipe { purchase, ..Recipe::default() };
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| TrainedModel::train(&recipe, &shop, "UTC").map(|model| model.to_json().unwrap()))
        };
        let (one, two) = (with(1), with(2));
        assert_eq!(one.map_err(|e| e.to_string()), two.map_err(|e| e.to_string()), "{id}");
    }
}
