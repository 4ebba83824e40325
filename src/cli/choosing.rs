//! `--model auto`: what was tried, and which is taken.

use super::args::Modelling;
use super::show::{self, Grid};
use super::tell::wrap;
use crate::Result;
use crate::backtest::{Choice, choose};
use crate::features::{Customers, Past};
use crate::fit::Recipe;
use crate::model::AnyPurchaseModel;
use crate::progress::Progress;
use crate::units::TimeUnit;

/// The recipe with the model that is taken, and what is said of the choice; the recipe as it is where a model was named.
///
/// # Errors
/// As [`choose`].
pub fn settled(
    recipe: Recipe,
    model: &Modelling,
    (customers, past): (&Customers, Option<&Past<'_>>),
    unit: TimeUnit,
    progress: &dyn Progress,
) -> Result<(Recipe, Option<String>)> {
    if !model.is_auto() {
        return Ok((recipe, None));
    }
    let choice = choose(&recipe, (customers, past), unit, progress)?;
    let without = recipe.covariates.as_ref().map_or_else(String::new, |_| {
        wrap("the models were tried without the covariates; the one that is taken is fitted with them")
    });
    let recipe = Recipe { purchase: AnyPurchaseModel::template(choice.taken)?, ..recipe };
    Ok((recipe, Some(told(&choice) + &without)))
}

/// The choice for people.
fn told(choice: &Choice) -> String {
    let scored = choice.holdout.is_some();
    let mut heads = vec!["model", "params", "ln L", "AIC", "BIC"];
    if scored {
        heads.extend(["log-score", "behind", "±"]);
    }
    let mut grid = Grid::new(&heads);
    let mut refused = String::new();
    for candidate in &choice.candidates {
        let found = match &candidate.found {
            Ok(found) => found,
            Err(why) => {
                refused += &wrap(&format!("{} was not tried: {why}", candidate.model));
                continue;
            }
        };
        let mut cells = vec![candidate.model.to_owned(), candidate.parameters.to_string()];
        cells.extend(
            [found.ln_likelihood, found.aic, found.bic]
                .map(|value| show::number(value, usize::from(value.abs() < 1e6))),
        );
        if scored {
            let optional = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |v| show::number(v, 4));
            cells.push(optional(found.log_score));
            cells.extend([optional(found.behind.map(|b| b.0)), optional(found.behind.map(|b| b.1))]);
        }
        grid.row(cells);
    }
    let mut text = format!("{}\n{}{refused}", show::heading("Which model of purchases"), grid.text());
    if let Some((origin, end)) = &choice.holdout {
        text += &wrap(&format!(
            "log-score: the mean of ln P(purchases after {origin} until {end}) of models fitted to what was before; behind: the \
             distance to the best, with its standard error"
        ));
    }
    for test in &choice.tests {
        text += &wrap(&format!(
            "{} within {}: likelihood ratio {:.2}, p = {:.2e} ({})",
            test.simple, test.general, test.statistic, test.p_value, test.reference
        ));
    }
    text + &wrap(&format!("taken: {}, because {}", choice.taken, choice.why))
}
