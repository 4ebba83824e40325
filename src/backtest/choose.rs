//! Which model of purchases to take: fit all that can take the data, and let a part of the past that they have not seen decide.

use rayon::prelude::*;
use serde::Serialize;

use crate::features::{Customers, HistoryKey, Holdout, Past, Rfm};
use crate::fit::{Method, Recipe, fit_any_purchases};
use crate::math::paired::{behind, mean};
use crate::math::special::normal_cdf;
use crate::model::{AnyPurchaseModel, Parametric, PurchaseModel};
use crate::predict::Purchases;
use crate::progress::Progress;
use crate::units::{Periods, Tick, TimeUnit};
use crate::{Error, Result};

/// The part of the history that is held out.
const HELD_OUT: f64 = 1.0 / 3.0;
/// AICs as near as this are as good as each other (Burnham & Anderson 2002, section 2.6).
const AS_GOOD: f64 = 2.0;
/// ln of the smallest probability; what a model calls impossible costs no more, so that one customer decides nothing alone.
const IMPOSSIBLE: f64 = -700.0;

/// A model that was tried.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// Its identifier.
    pub model: &'static str,
    /// How many numbers were fitted, what is no parameter (the k of Erlang waiting times) included.
    pub parameters: usize,
    /// What was found, or why it cannot take these data.
    pub found: std::result::Result<Evidence, String>,
}

/// What speaks for a model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Evidence {
    /// ln L of all the data.
    pub ln_likelihood: f64,
    /// 2 k − 2 ln L.
    pub aic: f64,
    /// k ln n − 2 ln L.
    pub bic: f64,
    /// The mean of ln P(purchases in the holdout) by the model fitted to what was before; `None` without a holdout, or if it
    /// could not be fitted to that.
    pub log_score: Option<f64>,
    /// How far that is behind the best, and the standard error of this difference (customers are paired).
    pub behind: Option<(f64, f64)>,
}

/// A test of a model against a more general one that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LikelihoodRatio {
    /// The simpler model.
    pub simple: &'static str,
    /// The more general one.
    pub general: &'static str,
    /// 2 (ln L of the general − ln L of the simple).
    pub statistic: f64,
    /// The probability of so much or more if the simple model were true.
    pub p_value: f64,
    /// By which law.
    pub reference: &'static str,
}

/// What was tried and what was taken.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Choice {
    /// All models, in the order of `ltv models`.
    pub candidates: Vec<Candidate>,
    /// The one that is taken.
    pub taken: &'static str,
    /// Why, in words.
    pub why: String,
    /// Where the holdout begins after and ends, as they are written; `None` if there is none, and then `why` says so.
    pub holdout: Option<(String, String)>,
    /// Tests of nested pairs.
    pub tests: Vec<LikelihoodRatio>,
}

/// Fits every model of purchases that can take the data, and chooses: with a past, the one with the best log-score of the newer
/// third of the history, fitted to the older two thirds; of those that are within one standard error of it (paired by customers)
/// the one with the fewest parameters. Without one, or where the history is too short, the lowest AIC; of those within 2 of it,
/// the one with the fewest parameters.
///
/// Models that count opportunities are not among them: a probability of their histories is no density. Of the recipe only the method
/// matters, and that the model takes its covariates; they are not used here.
///
/// # Errors
/// [`Error::Undefined`] if no model can be fitted, with what each says; [`Error::Interrupted`].
pub fn choose(
    recipe: &Recipe,
    (customers, past): (&Customers, Option<&Past<'_>>),
    unit: TimeUnit,
    progress: &dyn Progress,
) -> Result<Choice> {
    progress.begin("choosing a model", Some(2 * AnyPurchaseModel::ALL.len() as u64));
    let held = past.and_then(|past| HeldOut::of(past, unit).ok());
    let mut tried = Vec::new();
    for (id, ..) in AnyPurchaseModel::ALL {
        tried.push(tried_on(id, recipe, (customers, held.as_ref()), progress)?);
    }
    progress.end();
    chosen(tried, held.as_ref(), customers.len())
}

/// The older part of a past, and what came after it.
struct HeldOut {
    earlier: Customers,
    holdout: Holdout,
    horizon: Periods,
    origin: String,
    end: String,
}

impl HeldOut {
    fn of(past: &Past<'_>, unit: TimeUnit) -> Result<Self> {
        let (orders, end) = (past.orders(), past.cutoff());
        let first = orders.first_tick().unwrap_or(end);
        let back = (f64::from(end.0) - f64::from(first.0)) * HELD_OUT;
        let origin = Tick(end.0.saturating_sub(back.round() as i32));
        let (earlier, holdout) = past.rewind_to(origin)?;
        let grain = orders.options.grain;
        Ok(Self {
            earlier: earlier.customers(unit),
            holdout,
            horizon: Periods::new(grain.between(origin, end, unit))?,
            origin: grain.show(origin),
            end: grain.show(end),
        })
    }

    /// ln P(what each customer then bought).
    fn log_scores(&self, model: &AnyPurchaseModel) -> Vec<f64> {
        let mut rows: Vec<(HistoryKey, u32, usize)> = (0..self.earlier.len())
            .map(|at| (model.sees(self.earlier.rfm(at)).key(), self.holdout.purchases[at], at))
            .collect();
        rows.par_sort_unstable();
        let runs: Vec<_> = rows.chunk_by(|left, right| left.0 == right.0).collect();
        let scored: Vec<Vec<(usize, f64)>> = runs
            .par_iter()
            .map(|run| {
                let law = Purchases::of(model, &Rfm::of_key(run[0].0), self.horizon);
                run.iter().map(|row| (row.2, law.pmf(u64::from(row.1)).ln().max(IMPOSSIBLE))).collect()
            })
            .collect();
        let mut scores = vec![0.0; self.earlier.len()];
        scored.into_iter().flatten().for_each(|(at, score)| scores[at] = score);
        scores
    }
}

/// A candidate and, customer by customer, its scores.
type Tried = (Candidate, Option<Vec<f64>>);

fn tried_on(
    id: &'static str,
    recipe: &Recipe,
    (customers, held): (&Customers, Option<&HeldOut>),
    progress: &dyn Progress,
) -> Result<Tried> {
    let method = if recipe.method == Method::Map { recipe.method } else { Method::Mle };
    let template = AnyPurchaseModel::template(id)?;
    let candidate = |parameters, found| Candidate { model: id, parameters, found };
    if template.is_discrete() {
        let why =
            "counts opportunities to buy: its likelihood cannot be compared with those of moments in time";
        return Ok((candidate(template.parameters().len(), Err(why.to_owned())), None));
    }
    if let Some(Err(why)) = recipe.covariates.as_ref().map(|covariates| covariates.suit(&template)) {
        return Ok((candidate(template.parameters().len(), Err(why.to_string())), None));
    }
    let fit = match fit_any_purchases(&template, customers, method, progress) {
        Ok(fit) => fit,
        Err(Error::Interrupted) => return Err(Error::Interrupted),
        Err(error) => {
            return Ok((candidate(template.parameters().len(), Err(error.to_string())), None));
        }
    };
    progress.advance(1);
    let k = fit.model.parameters().len() + fit.model.settings().len();
    let scores = held.and_then(|held| {
        let before = fit_any_purchases(&template, &held.earlier, method, progress).ok()?;
        Some(held.log_scores(&before.model))
    });
    progress.check()?;
    progress.advance(1);
    let ln_likelihood = fit.report.ln_likelihood;
    let evidence = Evidence {
        ln_likelihood,
        aic: 2.0 * k as f64 - 2.0 * ln_likelihood,
        bic: k as f64 * (customers.len() as f64).ln() - 2.0 * ln_likelihood,
        log_score: scores.as_ref().map(|scores| mean(scores)),
        behind: None,
    };
    Ok((candidate(k, Ok(evidence)), scores))
}

fn chosen(mut tried: Vec<Tried>, held: Option<&HeldOut>, customers: usize) -> Result<Choice> {
    let best = tried
        .iter()
        .filter_map(|(_, scores)| scores.clone())
        .max_by(|left, right| mean(left).total_cmp(&mean(right)));
    if let Some(best) = &best {
        for (candidate, scores) in &mut tried {
            if let (Ok(evidence), Some(scores)) = (&mut candidate.found, scores) {
                evidence.behind = Some(behind(best, scores));
            }
        }
    }
    let candidates: Vec<Candidate> = tried.into_iter().map(|(candidate, _)| candidate).collect();
    let (taken, why) = match best {
        Some(_) => by_holdout(&candidates),
        None => by_aic(&candidates, customers),
    }
    .ok_or_else(|| none_fits(&candidates))?;
    let tests = NESTED.iter().filter_map(|nested| nested.test(&candidates)).collect();
    let holdout = held.filter(|_| best.is_some()).map(|held| (held.origin.clone(), held.end.clone()));
    Ok(Choice { candidates, taken, why, holdout, tests })
}

/// The simplest of those that are no more than one standard error behind the best.
fn by_holdout(candidates: &[Candidate]) -> Option<(&'static str, String)> {
    let scored = || candidates.iter().filter_map(|c| Some((c, c.found.as_ref().ok()?.behind?)));
    let (best, _) = scored().min_by(|left, right| left.1.0.total_cmp(&right.1.0))?;
    let near = scored().filter(|(_, (distance, error))| distance <= error);
    let (taken, (distance, error)) = near.min_by(|left, right| {
        left.0.parameters.cmp(&right.0.parameters).then(left.1.0.total_cmp(&right.1.0))
    })?;
    let why = if taken.model == best.model {
        "it has the best log-score of what it had not seen, and no model with fewer parameters is within one standard error of it"
            .to_owned()
    } else {
        format!(
            "{} has the best log-score of what it had not seen, but {} is only {distance:.5} a customer behind (standard error \
             {error:.5}) with {}",
            best.model,
            taken.model,
            if taken.parameters < best.parameters { "fewer parameters" } else { "as many parameters" }
        )
    };
    Some((taken.model, why))
}

/// The simplest of those that are no more than 2 above the lowest AIC.
fn by_aic(candidates: &[Candidate], customers: usize) -> Option<(&'static str, String)> {
    let fitted = || candidates.iter().filter_map(|c| Some((c, c.found.as_ref().ok()?.aic)));
    let (best, lowest) = fitted().min_by(|left, right| left.1.total_cmp(&right.1))?;
    let near = fitted().filter(|(_, aic)| *aic <= lowest + AS_GOOD);
    let (taken, aic) = near
        .min_by(|left, right| left.0.parameters.cmp(&right.0.parameters).then(left.1.total_cmp(&right.1)))?;
    let what = format!(
        "there is no earlier past to try them on (a table of customers, or a short history), so the AIC of {customers} \
         customers decides"
    );
    let why = if taken.model == best.model {
        format!("{what}: it has the lowest, and no model with fewer parameters is within {AS_GOOD}")
    } else {
        format!(
            "{what}: {} has the lowest, but {} is only {:.2} above with no more parameters",
            best.model,
            taken.model,
            aic - lowest
        )
    };
    Some((taken.model, why))
}

fn none_fits(candidates: &[Candidate]) -> Error {
    let reasons =
        candidates.iter().filter_map(|c| Some(format!("\n  {}: {}", c.model, c.found.as_ref().err()?)));
    Error::Undefined(format!("no model can be fitted to these data:{}", reasons.collect::<String>()))
}

/// A model within a more general one.
struct Nested {
    simple: &'static str,
    general: &'static str,
    border: Border,
}

/// How the simple model lies at the border of the general one. The plain χ² is the law of neither.
#[derive(Clone, Copy)]
enum Border {
    /// One parameter at its end: half the time the general model finds nothing. ½ χ²₀ + ½ χ²₁ (Self & Liang 1987, case 5).
    OneEnd,
    /// A rate of leaving at 0, where the spread of these rates means nothing: between ½ χ²₀ + ½ χ²₁ and this, ½ χ²₁ + ½ χ²₂, which
    /// errs towards the simple model.
    OneEndOneLost,
}

const NESTED: [Nested; 4] = [
    Nested { simple: "nbd", general: "bg-nbd", border: Border::OneEndOneLost },
    Nested { simple: "nbd", general: "mbg-nbd", border: Border::OneEndOneLost },
    Nested { simple: "nbd", general: "pareto-nbd", border: Border::OneEndOneLost },
    Nested { simple: "pareto-nbd", general: "ggom-nbd", border: Border::OneEnd },
];

impl Nested {
    fn test(&self, candidates: &[Candidate]) -> Option<LikelihoodRatio> {
        let found = |id| candidates.iter().find(|c| c.model == id)?.found.as_ref().ok();
        let statistic = 2.0 * (found(self.general)?.ln_likelihood - found(self.simple)?.ln_likelihood);
        let statistic = statistic.max(0.0); // a general model at its border can be behind by rounding
        let (p_value, reference) = self.border.tail(statistic);
        Some(LikelihoodRatio { simple: self.simple, general: self.general, statistic, p_value, reference })
    }
}

impl Border {
    /// P(statistic ≥ x) and the name of the law.
    fn tail(self, x: f64) -> (f64, &'static str) {
        let (one, two) = (2.0 * normal_cdf(-x.sqrt()), (-0.5 * x).exp());
        match self {
            Self::OneEnd if x > 0.0 => (0.5 * one, "half chi-square 0, half 1"),
            Self::OneEnd => (1.0, "half chi-square 0, half 1"),
            Self::OneEndOneLost => (0.5 * (one + two), "half chi-square 1, half 2"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(
        model: &'static str,
        parameters: usize,
        ln_likelihood: f64,
        behind: Option<(f64, f64)>,
    ) -> Candidate {
        let aic = 2.0 * parameters as f64 - 2.0 * ln_likelihood;
        let evidence = Evidence { ln_likelihood, aic, bic: aic, log_score: behind.map(|b| -b.0), behind };
        Candidate { model, parameters, found: Ok(evidence) }
    }

    #[test]
    fn the_simplest_of_those_near_the_best_is_taken() {
        let of = |nbd: (f64, f64)| {
            let refused = Candidate { model: "bg-bb", parameters: 4, found: Err("no".into()) };
            by_holdout(&[
                candidate("ggom-nbd", 5, -10.0, Some((0.0, 0.0))),
                candidate("pareto-nbd", 4, -11.0, Some((0.001, 0.002))),
                candidate("nbd", 2, -30.0, Some(nbd)),
                refused,
            ])
            .unwrap()
        };
        assert_eq!(of((0.1, 0.01)).0, "pareto-nbd");
        assert_eq!(of((0.1, 0.2)).0, "nbd");
        assert!(of((0.1, 0.01)).1.contains("ggom-nbd has the best"));
    }

    #[test]
    fn without_a_holdout_the_lowest_aic_is_taken() {
        let near = [candidate("pareto-nbd", 4, -100.0, None), candidate("ggom-nbd", 5, -99.5, None)];
        assert_eq!(by_aic(&near, 10).unwrap().0, "pareto-nbd");
        let far = [candidate("nbd", 2, -110.0, None), candidate("bg-nbd", 4, -100.0, None)];
        assert_eq!(by_aic(&far, 10).unwrap().0, "bg-nbd");
        assert!(by_aic(&[], 0).is_none());
    }

    /// 2.706 and 3.841 are the 90 and 95 % points of χ²₁; 5.138 is the 95 % point of ½ χ²₁ + ½ χ²₂.
    #[test]
    fn the_laws_at_a_border_have_the_points_of_the_books() {
        assert!((Border::OneEnd.tail(2.705_543_454_095_404).0 - 0.05).abs() < 1e-12);
        assert!((Border::OneEndOneLost.tail(5.138).0 - 0.05).abs() < 1e-4);
        assert_eq!(Border::OneEnd.tail(0.0).0, 1.0);
    }
}
