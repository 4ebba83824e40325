//! What a season that was estimated from a short history cannot know.

use crate::features::{CovariateSchema, Season};
use crate::model::VaryingShop;
use crate::units::TimeUnit;

/// So many years show each part of a year twice, but for some days at the ends.
const TWICE: f64 = 1.95;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// What the history does not tell of the season, in words: parts of the year in which nobody was observed, and whether the others
/// can have been seen twice.
pub(super) fn season_unseen(schema: &CovariateSchema, shop: &VaryingShop, unit: TimeUnit) -> Vec<String> {
    let Some(season) = schema.season() else { return Vec::new() };
    let shares: Vec<f64> =
        shop.moments().iter().zip(schema.seasonal()).filter(|(_, is)| *is).map(|(m, _)| m.0).collect();
    let unseen: Vec<usize> = (0..shares.len()).filter(|&part| shares[part] == 0.0).collect();
    let first = shop.histories.iter().map(|h| h.first).fold(f64::INFINITY, f64::min);
    let end = shop.histories.iter().map(|h| h.end).fold(f64::NEG_INFINITY, f64::max);
    let years = (end - first) * unit.days() / TimeUnit::Year.days();
    let mut words = Vec::new();
    if !unseen.is_empty() {
        words.push(format!(
            "the orders span {years:.2} years, and nobody was observed in {}: nothing can be known of that part of the year, and it is \
             forecast as the mean of the others",
            ranges(season, &unseen)
        ));
    }
    if years < TWICE {
        words.push(format!(
            "in {years:.2} years no part of the year can be told from what happened in it only once: growth, a campaign or a price counts \
             as season until each part was seen twice"
        ));
    }
    words
}

/// Parts of a year with runs drawn together: "March, June to August".
fn ranges(season: Season, parts: &[usize]) -> String {
    let name = |part: usize| match season {
        Season::Month => MONTHS[part].to_owned(),
        Season::Week => format!("week {}", part + 1),
    };
    let runs = parts.chunk_by(|left, right| left + 1 == *right);
    let told = runs.map(|run| match run {
        [one] => name(*one),
        [first, .., last] => format!("{} to {}", name(*first), name(*last)),
        [] => String::new(),
    });
    told.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_months_and_weeks_are_drawn_together() {
        assert_eq!(ranges(Season::Month, &[2, 5, 6, 7]), "March, June to August");
        assert_eq!(ranges(Season::Week, &[0, 1, 51]), "week 1 to week 2, week 52");
    }
}
