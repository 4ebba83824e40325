//! Tables of counts: how many of a cohort still subscribe, or were lost, after each renewal.

use super::Subscriptions;
use super::sheet::Sheet;
use crate::features::Tenure;
use crate::units::CalendarPeriod;
use crate::{Error, Result};

/// What a column of the table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// How many, or which share, still subscribe.
    Active,
    /// How many did not renew.
    Lost,
}

/// One curve: the cohort's name, and period, value and line of its points.
struct Curve {
    name: String,
    points: Vec<(u32, f64, u64)>,
}

/// Reads a long table (a cohort's name in a column of its own, where there are several) or a wide one (a column a cohort).
pub(super) fn read(
    sheet: &Sheet,
    period_at: usize,
    values: &[(usize, Says)],
    cohort: Option<usize>,
    period: CalendarPeriod,
    subscribers: Option<f64>,
) -> Result<Subscriptions> {
    let mut all = Subscriptions::empty(period);
    for &(column, says) in values {
        let name = |row: &[String]| match cohort {
            Some(cohort) => row[cohort].clone(),
            None if values.len() > 1 => sheet.names[column].clone(),
            None => String::new(),
        };
        let mut curves: Vec<Curve> = Vec::new();
        for (line, row) in &sheet.rows {
            if row[column].is_empty() {
                continue; // a younger cohort's curve is shorter
            }
            let point = (sheet.whole(*line, row, period_at)?, sheet.number(*line, row, column)?, *line);
            let name = name(row);
            match curves.iter_mut().find(|curve| curve.name == name) {
                Some(curve) => curve.points.push(point),
                None => curves.push(Curve { name, points: vec![point] }),
            }
        }
        for mut curve in curves {
            curve.points.sort_by_key(|point| point.0);
            let active = active(sheet, column, &curve, says, subscribers)?;
            take(&mut all, &curve.name, &active);
        }
    }
    Ok(all)
}

/// How many subscribe after 0, 1, … renewals.
fn active(
    sheet: &Sheet,
    column: usize,
    curve: &Curve,
    says: Says,
    subscribers: Option<f64>,
) -> Result<Vec<f64>> {
    let first = u32::from(says == Says::Lost || curve.points[0].0 == 1);
    if let Some((at, point)) =
        curve.points.iter().enumerate().find(|(at, point)| point.0 != *at as u32 + first)
    {
        return Err(sheet
            .wrong(point.2, column, format!("the period here is {}", point.0))
            .expected(format!("{}: one row for each period without a gap", at as u32 + first))
            .into());
    }
    let values: Vec<f64> = curve.points.iter().map(|point| point.1).collect();
    let line = curve.points[0].2;
    if says == Says::Lost {
        let Some(began) = subscribers else {
            return Err(sheet
                .wrong(line, column, "how many were lost does not say how many are left")
                .hint("give the number of subscribers at the start with --subscribers")
                .into());
        };
        let mut left = began;
        let active: Vec<f64> = std::iter::once(began)
            .chain(values.iter().map(|lost| {
                left -= lost;
                left
            }))
            .collect();
        return falling(sheet, column, curve, active);
    }
    let share = values.iter().any(|value| value.fract() != 0.0) || values[0] <= 1.0;
    let began = if first == 1 { if share && values[0] > 1.0 { 100.0 } else { 1.0 } } else { values[0] };
    match subscribers {
        Some(subscribers) if first == 0 || share => {
            let scaled = values.iter().map(|value| value / began * subscribers);
            let active = if first == 0 {
                scaled.collect()
            } else {
                std::iter::once(subscribers).chain(scaled).collect()
            };
            falling(sheet, column, curve, active)
        }
        Some(subscribers) => {
            falling(sheet, column, curve, std::iter::once(subscribers).chain(values).collect())
        }
        None if first == 0 && !share => falling(sheet, column, curve, values),
        None => Err(sheet
            .wrong(
                line,
                column,
                if share {
                    "shares do not say how many subscribers they are shares of"
                } else {
                    "there is no row for period 0"
                },
            )
            .hint("give the number of subscribers at the start with --subscribers")
            .into()),
    }
}

/// Numbers of subscribers of one cohort only fall.
fn falling(sheet: &Sheet, column: usize, curve: &Curve, active: Vec<f64>) -> Result<Vec<f64>> {
    match active.windows(2).position(|pair| pair[1] > pair[0] + 1e-9 || pair[1] < 0.0) {
        None => Ok(active),
        Some(at) => Err(sheet
            .wrong(
                curve.points[at.min(curve.points.len() - 1)].2,
                column,
                format!("{} after {}", active[at + 1], active[at]),
            )
            .expected("numbers of subscribers that only fall, and not below 0")
            .hint("a cohort is all who began together; later arrivals are a cohort of their own")
            .into()),
    }
}

fn take(all: &mut Subscriptions, cohort: &str, active: &[f64]) {
    let renewals = active.len() as u32 - 1;
    for (due, pair) in (1..).zip(active.windows(2)) {
        let lost = pair[0] - pair[1];
        if lost > 1e-9 {
            all.push(cohort, Tenure { due, left: true }, renewals, false, lost);
        }
    }
    if let Some(&left) = active.last().filter(|left| **left > 1e-9) {
        all.push(cohort, Tenure { due: renewals, left: false }, renewals, true, left);
    }
}

/// The words for a file that says nothing of subscriptions.
pub(super) fn no_subscriptions(sheet: &Sheet) -> Error {
    Error::input(format!("these rows say nothing of renewals; there are the columns {}", sheet.names.join(", ")))
        .file(&sheet.path)
        .expected(
            "subscriptions, in one of these forms: start and end (empty while it runs); renewals (or periods paid) and churned (0 or 1); \
             recency and T; or a table of period and active, lost or survival",
        )
        .hint(
            "sbg and bdw are models of contracts, where it is known who has left. For orders, where it is not, take one of the other \
             models (`ltv models`)",
        )
        .into()
}
