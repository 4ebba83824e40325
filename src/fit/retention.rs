//! Fitting models of subscriptions, a cohort at a time.

use super::degenerate;
use super::estimate::Task;
use super::method::Method;
use super::mle::Fit;
use crate::features::{Subscriptions, Tenure};
use crate::model::{AnyRetentionModel, Coordinate, Parametric, RetentionModel, Weighted};
use crate::progress::Progress;
use crate::units::CalendarPeriod;
use crate::{Error, Result};

/// Fitted models of subscriptions: one for each cohort.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainedRetention {
    /// From one renewal to the next.
    pub period: CalendarPeriod,
    /// The cohorts, in the order of the file; a single one with an empty name where there are none.
    pub cohorts: Vec<CohortFit>,
}

/// The fitted model of a cohort.
#[derive(Debug, Clone, PartialEq)]
pub struct CohortFit {
    /// The cohort's name; empty where there are none.
    pub cohort: String,
    /// Its model, and how the fit went.
    pub fit: Fit<AnyRetentionModel>,
}

impl TrainedRetention {
    /// Fits a model to each cohort.
    ///
    /// # Errors
    /// [`Error::Input`] if of a cohort no renewal was due or nobody left; [`Error::Fit`] as in [`super::fit_purchases`].
    pub fn train(
        template: &AnyRetentionModel,
        subscriptions: &Subscriptions,
        method: Method,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let cohort = |(place, name): (usize, &String)| {
            let rows = distinct(subscriptions, place);
            let of = if name.is_empty() { String::new() } else { format!(" of the cohort `{name}`") };
            let fit = fit_retention(template, &rows, method, progress).map_err(|error| match error {
                Error::Input(mut inner) => {
                    inner.found += &of;
                    Error::Input(inner)
                }
                other => other,
            })?;
            Ok(CohortFit { cohort: name.clone(), fit })
        };
        let cohorts = subscriptions.cohorts.iter().enumerate().map(cohort).collect::<Result<_>>()?;
        Ok(Self { period: subscriptions.period, cohorts })
    }

    /// The identifier of the model.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.cohorts.first().map_or("", |cohort| cohort.fit.model.id())
    }

    /// The model of a cohort; the only one, if there is but one.
    ///
    /// # Errors
    /// [`Error::Usage`] for a cohort that was not trained on, with those that were.
    pub fn of(&self, cohort: &str) -> Result<&CohortFit> {
        match &self.cohorts[..] {
            [only] if only.cohort.is_empty() => Ok(only),
            cohorts => cohorts.iter().find(|known| known.cohort == cohort).ok_or_else(|| {
                let known: Vec<&str> = cohorts.iter().map(|known| known.cohort.as_str()).collect();
                Error::usage(format!(
                    "the model knows no cohort `{cohort}`; it was trained on {}. Train it with this one, or on all together with --pooled",
                    known.join(", ")
                ))
            }),
        }
    }
}

/// The distinct tenures of a cohort with their counts, sorted.
fn distinct(subscriptions: &Subscriptions, cohort: usize) -> Vec<Weighted<Tenure>> {
    let mut rows: Vec<(Tenure, f64)> =
        subscriptions.of(cohort).map(|at| (subscriptions.tenures[at], subscriptions.count[at])).collect();
    rows.sort_by_key(|(tenure, _)| *tenure);
    rows.chunk_by(|left, right| left.0 == right.0)
        .map(|run| Weighted { row: run[0].0, count: run.iter().map(|(_, count)| count).sum() })
        .collect()
}

/// Fits a model of subscriptions to distinct tenures with counts.
///
/// # Errors
/// [`Error::Input`] if no renewal was due or nobody left; [`Error::Fit`] as in [`super::fit_purchases`].
pub fn fit_retention(
    template: &AnyRetentionModel,
    rows: &[Weighted<Tenure>],
    method: Method,
    progress: &dyn Progress,
) -> Result<Fit<AnyRetentionModel>> {
    // Of who just began nothing is known.
    let rows: Vec<_> = rows.iter().filter(|row| row.row.due > 0).copied().collect();
    let lost: f64 = rows.iter().filter(|row| row.row.left).map(|row| row.count).sum();
    if rows.is_empty() {
        return Err(Error::input("no renewal was due yet of any subscription")
            .hint("nothing can be learned of retention; take a longer history or a shorter --interval")
            .into());
    }
    if lost == 0.0 {
        return Err(Error::input("nobody has left yet: every renewal was made, by every subscriber")
            .hint("nothing can be learned of churn; take a longer history")
            .into());
    }
    let coordinates = template.coordinates();
    let point = |start: Vec<f64>| {
        coordinates.iter().zip(start).map(|(c, theta): (&Coordinate, f64)| c.of(theta)).collect()
    };
    let starts = template.starts().into_iter().map(point).collect();
    let task = Task { template, rows: &rows, starts, jacobian: 0.0, left_out: 0 };
    let fit = task.fit(method, progress)?.told(|model| Ok(*model))?;
    let ridges = fit.model.ridges();
    Ok(degenerate::name_ridge(fit, ridges))
}
