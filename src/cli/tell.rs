//! What is said of a fitted model.

use super::show::{self, Grid};
use crate::features::Regularity;
use crate::fit::{DrawsReport, FitReport, MethodId, TrainedModel, Tried, Uncertainty};
use crate::model::{Coordinate, Parametric};

/// From here on a parameter of a ridge is not printed bare: it stands for "as large (or as small) as you like".
const FAR: f64 = 1e5;

/// The fitted models: parameters with standard errors, log-likelihood, how the fit stopped, and every warning.
#[must_use]
pub fn model(trained: &TrainedModel) -> String {
    let purchase = &trained.purchase;
    let mut text = part(
        &purchase.model,
        purchase.ln_likelihood,
        purchase.uncertainty.as_ref(),
        purchase.report.as_ref(),
        &format!("purchases, times in {}s", trained.unit),
    );
    if let Some(part) = &trained.covariates {
        text += &super::covariates::told(part);
    }
    match &trained.spend {
        Some(spend) => {
            text.push('\n');
            text += &part(
                &spend.model,
                spend.ln_likelihood,
                spend.uncertainty.as_ref(),
                spend.report.as_ref(),
                "value of an order",
            );
        }
        None => text += "\nNo model of spend: purchases alone are forecast.\n",
    }
    text + &warnings(trained)
}

/// Every warning, on lines of its own.
#[must_use]
pub fn warnings(trained: &TrainedModel) -> String {
    trained.warnings.iter().map(|warning| wrap(&format!("warning: {warning}"))).collect()
}

/// One fitted model: its parameters with standard errors, log-likelihood, and how the fit stopped.
pub fn part<M: Parametric>(
    model: &M,
    ln_likelihood: f64,
    uncertainty: Option<&Uncertainty>,
    report: Option<&FitReport>,
    what: &str,
) -> String {
    let errors = uncertainty.and_then(|found| found.standard_errors.as_deref());
    let loose = uncertainty.map(Uncertainty::undetermined).unwrap_or_default();
    let mut grid = Grid::new(&["parameter", "estimate", "standard error"]);
    let coordinates = model.coordinates();
    for (at, (name, value)) in model.names().into_iter().zip(model.parameters()).enumerate() {
        let error = match errors {
            Some(errors) => significant(errors[at]),
            None if loose.get(at) == Some(&true) => "undetermined".to_owned(),
            None => "none".to_owned(),
        };
        let far = coordinates[at] == Coordinate::Log && !(1.0 / FAR..FAR).contains(&value);
        let ridge = errors.is_none() && far;
        grid.row([name, if ridge { at_border(value) } else { show::parameter(value) }, error]);
    }
    let settings: String =
        model.settings().into_iter().map(|(name, value)| format!(", {name} = {value}")).collect();
    let heading = format!("{}{settings}", model.name());
    let drawn = report.and_then(|report| report.draws.as_ref());
    let table = drawn.map_or_else(|| grid.text(), |drawn| draws(model, drawn));
    let mut text = format!("{}: {what}\n{table}", show::heading(&heading));
    text += &format!("ln L {}", show::number(ln_likelihood, 4));
    if let Some(report) = report {
        text += &format!(
            "; {} customers ({} distinct)",
            show::count(report.customers),
            show::count(report.distinct)
        );
        if report.left_out > 0 {
            text += &format!(", {} left out", show::count(report.left_out));
        }
        text += &wrap(&format!(
            "\n{}{} (gradient {:.0e}, {} steps, {} starts)",
            way(report.method),
            report.stopped,
            report.gradient,
            report.iterations,
            report.starts
        ));
        text += &tried(&report.tried);
        text += &drawn.map(how_drawn).unwrap_or_default();
    } else {
        text.push('\n');
    }
    text
}

/// What was climbed, where it was not the likelihood alone.
const fn way(method: MethodId) -> &'static str {
    match method {
        MethodId::Mle | MethodId::Bootstrap => "",
        MethodId::Map | MethodId::Nuts | MethodId::Mcmc => "with priors (map), ",
    }
}

/// The estimates with what the draws say of them.
fn draws<M: Parametric>(model: &M, drawn: &DrawsReport) -> String {
    let mut heads = vec!["parameter", "estimate", "sd", "5 %", "median", "95 %"];
    if drawn.chains.is_some() {
        heads.extend(["R-hat", "effective"]);
    }
    let mut grid = Grid::new(&heads);
    for (at, (told, value)) in drawn.parameters.iter().zip(model.parameters()).enumerate() {
        let shown = |value: f64| {
            if (1.0 / FAR..FAR).contains(&value.abs()) {
                show::parameter(value)
            } else {
                format!("{value:.1e}")
            }
        };
        let mut cells = vec![
            told.name.clone(),
            shown(value),
            significant(told.sd),
            shown(told.lower),
            shown(told.median),
            shown(told.upper),
        ];
        if let Some(chains) = &drawn.chains {
            let number = |values: &[f64], digits| {
                values.get(at).map_or_else(String::new, |v| show::number(*v, digits))
            };
            cells.extend([number(&chains.r_hat, 3), number(&chains.effective, 0)]);
        }
        grid.row(cells);
    }
    grid.text()
}

/// How the draws were made.
fn how_drawn(drawn: &DrawsReport) -> String {
    let many = show::count(drawn.draws);
    if let Some(chains) = drawn.chains.as_ref().filter(|chains| chains.gradients == 0) {
        return wrap(&format!(
            "posterior by Metropolis steps: {many} draws from {} chains after {} tuning steps each",
            chains.chains, chains.tune
        ));
    }
    if let Some(chains) = &drawn.chains {
        return wrap(&format!(
            "posterior by NUTS: {many} draws from {} chains after {} tuning steps each, {} divergences, {} gradients",
            chains.chains,
            chains.tune,
            chains.divergences,
            show::count(chains.gradients)
        ));
    }
    let Some(refits) = &drawn.refits else { return String::new() };
    let mut text = format!("bootstrap: {many} refits to customers drawn with replacement");
    if refits.at_border > 0 {
        text += &format!(", {} of them at the border: a ridge", show::count(refits.at_border));
    }
    if refits.failed > 0 {
        text += &format!("; {} more did not converge and are left out", show::count(refits.failed));
    }
    wrap(&text)
}

/// Among what the likelihood chose.
fn tried(tried: &[Tried]) -> String {
    let one = |t: &Tried| format!("{} = {}: ln L {}", t.setting, t.value, show::number(t.ln_likelihood, 4));
    let all: Vec<String> = tried.iter().map(one).collect();
    if all.is_empty() { String::new() } else { wrap(&format!("tried {}", all.join("; "))) }
}

/// How regularly customers buy, before any model.
#[must_use]
pub fn regularity(found: &Regularity) -> String {
    let customers = |n: u64| format!("{} customers", show::count(n));
    let mut text = String::new();
    if let Some(k) = found.two_gaps {
        text += &format!("{k:.3} by the last two gaps of {} (Wheat & Morrison)", customers(found.customers));
    }
    if let Some(k) = found.median_shape {
        let more =
            format!("{k:.3} for the median of the {} with ten gaps or more", customers(found.busy_customers));
        text = if text.is_empty() { more } else { format!("{text}, {more}") };
    }
    if text.is_empty() {
        return "Regularity of the gaps between purchases: nobody bought three times\n".to_owned();
    }
    wrap(&format!("Regularity k of the gaps between purchases (1 is random, more is regular): {text}"))
}

/// A parameter that ran to the border, in words.
fn at_border(value: f64) -> String {
    if value > 1.0 { "without bound".to_owned() } else { "towards 0".to_owned() }
}

/// A standard error: four significant digits.
fn significant(value: f64) -> String {
    let exponent = if value > 0.0 { value.log10().floor() } else { 0.0 };
    if (-4.0..6.0).contains(&exponent) {
        show::number(value, (3.0 - exponent).max(0.0) as usize)
    } else {
        format!("{value:.3e}")
    }
}

/// A sentence broken at 80 columns, later lines indented; ends with a line feed.
#[must_use]
pub fn wrap(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for line in text.split('\n') {
        let mut width = 0;
        for word in line.split_whitespace() {
            let length = word.chars().count();
            if width > 0 && width + 1 + length > 80 {
                out.push_str("\n  ");
                width = 2;
            } else if width > 0 {
                out.push(' ');
                width += 1;
            }
            out.push_str(word);
            width += length;
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sentences_break_at_eighty_columns() {
        let text = wrap(&"word ".repeat(50));
        assert!(text.lines().all(|line| line.chars().count() <= 80));
        assert_eq!(text.split_whitespace().count(), 50);
    }

    #[test]
    fn standard_errors_have_four_digits() {
        assert_eq!(significant(0.012_557_4), "0.01256");
        assert_eq!(significant(6.203_674), "6.204");
    }
}
