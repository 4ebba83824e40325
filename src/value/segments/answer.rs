//! The segments of a past in one go: forecast, rules, sizes and worth.

use super::{Kind, Rules, Segments, Summary};
use crate::Result;
use crate::features::Past;
use crate::fit::TrainedModel;
use crate::progress::Progress;
use crate::units::Share;
use crate::value::{Ahead, Future, Outlook};

/// The customers of a past in segments, and what these are worth.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What is expected of everybody.
    pub outlook: Outlook,
    /// Who is where.
    pub segments: Segments,
    /// How large the segments are, and their value with intervals.
    pub summary: Summary,
    /// What should be known of all that, in words.
    pub notes: Vec<String>,
}

impl Answer {
    /// Forecasts the customers of a past, and puts them into segments.
    ///
    /// # Errors
    /// As [`Outlook::of`], [`Segments::of`] and [`Future::worth`].
    pub fn of(
        (trained, past): (&TrainedModel, &Past<'_>),
        ahead: &Ahead,
        rules: &Rules,
        level: Share,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let outlook = Outlook::of(trained, past, ahead, progress)?;
        let segments = Segments::of(&outlook.known(), rules)?;
        let mut notes = segments.notes.clone();
        if outlook.customers.has_money() && !outlook.money {
            notes.push("the model has no part for spend: value is expected purchases".to_owned());
        }
        let summary = match Future::new(trained, &outlook.customers) {
            Ok(future) => {
                notes.extend(future.note().map(str::to_owned));
                Summary::with(&segments, &outlook, &future, level)?
            }
            Err(why) => {
                notes.push(format!("values have no intervals: {why}"));
                Summary::of(&segments, &outlook.known(), outlook.money)
            }
        };
        if summary
            .sizes
            .iter()
            .any(|size| size.kind != Kind::Rfm && size.worth.interval.is_none() && size.worth.customers > 0)
            && !notes.iter().any(|note| note.starts_with("values have"))
        {
            notes.push(
                "a value has no interval where its variance does not exist under the fitted model of spend (Gamma-Gamma: q is below 2)"
                    .to_owned(),
            );
        }
        if segments.by_first_purchase(&outlook) {
            notes.push(
                "the values of the grid have no intervals, and lean to the mean: m counts the first purchase, which the model of spend does not see; \
                 money = \"repeat\" under [rfm] in --rules leaves it out"
                    .to_owned(),
            );
        }
        Ok(Self { outlook, segments, summary, notes })
    }
}
