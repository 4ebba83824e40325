//! What is said of a fitted regression, at 80 columns.

use super::show::{self, Grid};
use super::tell::wrap;
use crate::regress::{
    AnyRegression, Boosted, Coefficient, FittedGlm, Importance, KeptRegression, Much, Part, Regressor, Shape,
    Target,
};
use crate::units::Grain;

/// So many coefficients and columns are shown; the file has all.
const SHOWN: usize = 12;

/// The regression with its coefficients, what it explains, which columns matter, and every warning.
#[must_use]
pub fn told(kept: &KeptRegression, grain: Grain, importance: &[(Target, Vec<Importance>)]) -> String {
    let mut text = wrap(&learnt_from(kept, grain));
    let targets = [(Target::Purchases, Some(&kept.purchases)), (Target::Value, kept.value.as_ref())];
    for (target, regressor) in targets {
        let Some(regressor) = regressor else { continue };
        text += &format!("\n{}\n{}", show::heading(&title(kept, target)), regression(regressor));
        let mattering = importance.iter().find(|(of, _)| *of == target);
        if let Some((_, all)) = mattering.filter(|(_, all)| !all.is_empty()) {
            text += &columns(all);
        }
    }
    text + &kept.warnings.iter().map(|warning| wrap(&format!("warning: {warning}"))).collect::<String>()
}

fn learnt_from(kept: &KeptRegression, grain: Grain) -> String {
    let (origins, oldest, newest) = &kept.origins;
    let days = |ticks: u32| f64::from(ticks) / f64::from(grain.ticks_per_day());
    if *origins == 0 {
        return format!("{}: nothing was learnt from past origins", kept.road.id());
    }
    format!(
        "{}: {} rows of {} columns, from {origins} past origin{} ({}{newest}), each with what then happened in {} days",
        kept.road.id(),
        show::count(kept.rows as u64),
        kept.picked.len(),
        if *origins == 1 { "" } else { "s" },
        if *origins == 1 { String::new() } else { format!("{oldest} to ") },
        show::number(days(kept.learnt.unwrap_or(kept.horizon)), 0),
    )
}

fn title(kept: &KeptRegression, target: Target) -> String {
    let what = match target {
        Target::Purchases => "purchases",
        Target::Value => "value",
    };
    format!("{}: {what}", kept.road.id())
}

fn regression(regressor: &Regressor) -> String {
    match &regressor.model {
        AnyRegression::Ols(fitted, _) => {
            let all = lines(&fitted.intercept, &fitted.coefficients);
            all + &wrap(&format!(
                "R² {:.4}, standard deviation of what is left {}; the columns are those that a lasso keeps",
                fitted.r_squared,
                show::mean(fitted.sigma)
            ))
        }
        AnyRegression::ElasticNet(fitted, _) => {
            let kept: Vec<Coefficient> = fitted
                .coefficients
                .iter()
                .filter(|coefficient| coefficient.estimate != 0.0)
                .cloned()
                .collect();
            lines(&fitted.intercept, &kept)
                + &wrap(&format!(
                    "{} of {} columns are kept by a penalty of {:.4}, which served the newest origin best",
                    kept.len(),
                    fitted.coefficients.len(),
                    fitted.penalty
                ))
        }
        AnyRegression::Glm(fitted) => glm(fitted),
        AnyRegression::TwoPart(fitted) => {
            let much = match &fitted.much {
                Much::BeyondOne(_) => "how many beyond one, of those who buy".to_owned(),
                Much::Mean(_) => "how much, of those who buy".to_owned(),
                Much::LogNormal { sigma, .. } => {
                    format!(
                        "how much, of those who buy: the logarithm, with a standard deviation of {sigma:.3}"
                    )
                }
            };
            format!(
                "whether a customer buys at all\n{}{}{}",
                part(&fitted.any),
                wrap(&much),
                part(fitted.much.part())
            )
        }
        AnyRegression::Boosted { mean, any } => {
            let any = any.as_ref().map(|any| format!("whether a customer buys at all\n{}", trees(any)));
            trees(mean) + &any.unwrap_or_default()
        }
        AnyRegression::Ratio(fitted) => {
            let seen: Vec<String> =
                fitted.levels.iter().map(|level| format!("{:+.0} %", 100.0 * level.exp_m1())).collect();
            let level = if seen.is_empty() {
                String::new()
            } else {
                wrap(&format!(
                    "what happened was off the base by {} at the past origins (the oldest first); the forecast is moved by {:+.1} %",
                    seen.join(", "),
                    100.0 * fitted.level.exp_m1()
                ))
            };
            match &fitted.shape {
                None => level,
                Some(Shape::Glm(fitted)) => glm(fitted) + &level,
                Some(Shape::Boosted(fitted)) => trees(fitted) + &level,
            }
        }
    }
}

fn part(part: &Part) -> String {
    match part {
        Part::Glm(fitted) => glm(fitted),
        Part::Same(mean) => format!("the same for everyone: {mean:.4}\n"),
    }
}

fn trees(fitted: &Boosted) -> String {
    let leaves: usize = fitted.trees.iter().map(|tree| tree.leaves()).sum();
    let (none, best) = fitted.held_out;
    let line = fitted.line.as_ref().map_or_else(String::new, |(_, line)| glm(line));
    line + &wrap(&format!(
        "{} boosting: {} trees with {leaves} leaves; mean deviance of held-out customers {best:.4}, without trees {none:.4}",
        fitted.family,
        fitted.trees.len()
    ))
}

fn glm(fitted: &FittedGlm) -> String {
    let mut text = lines(&fitted.intercept, &fitted.coefficients);
    text += &wrap(&format!(
        "{}: {:.1} % of the deviance explained, dispersion {:.3}{}{}",
        fitted.family,
        100.0 * fitted.explained(),
        fitted.pearson,
        fitted.aic.map_or_else(String::new, |aic| format!(", AIC {}", show::number(aic, 1))),
        if fitted.ridge > 0.0 { format!(", ridge {:.2e}", fitted.ridge) } else { String::new() }
    ));
    text
}

/// The coefficients that are the surest not to be 0 (without standard errors: the largest), at most [`SHOWN`].
fn lines(intercept: &Coefficient, coefficients: &[Coefficient]) -> String {
    let size = |c: &Coefficient| match c.standard_error {
        Some(error) if error > 0.0 => (c.estimate / error).abs(),
        _ => c.estimate.abs(),
    };
    let mut order: Vec<&Coefficient> = coefficients.iter().filter(|c| c.estimate != 0.0).collect();
    order.sort_by(|left, right| size(right).total_cmp(&size(left)));
    let mut grid = Grid::new(&["column", "coefficient", "standard error", "z"]);
    for one in std::iter::once(intercept).chain(order.iter().copied().take(SHOWN)) {
        let error = one.standard_error.map_or_else(|| "-".to_owned(), |error| format!("{error:.4e}"));
        let z = match one.standard_error {
            Some(error) if error > 0.0 => show::number(one.estimate / error, 1),
            _ => "-".to_owned(),
        };
        grid.row([show::clip(&one.name, 34), format!("{:.4e}", one.estimate), error, z]);
    }
    let more = order.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!("and {more} more, in the file\n") } else { String::new() };
    grid.text() + &more
}

/// The columns that matter most.
fn columns(all: &[Importance]) -> String {
    let mut grid = Grid::new(&["what matters most", "lost when shuffled"]);
    for one in all.iter().take(SHOWN).filter(|one| one.lost > 0.0) {
        grid.row([show::clip(&one.column, 40), show::percent(one.lost)]);
    }
    grid.text()
        + &wrap(
            "lost: of the deviance of telling everyone the mean, for customers not learnt from (permutation importance)",
        )
}
