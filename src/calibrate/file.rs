//! A joint forecast in its file, and back.

use super::{Calibration, Stacked, WeightedForecast};
use crate::fit::TrainedModel;
use crate::predict::{PacedModel, Predictor, predictor_of};
use crate::regress::{FittedRegression, ForecastFile, ForecastMember, MemberForecast};
use crate::{Error, Result};

/// Puts a joint forecast into a file, whose other fields are the caller's.
///
/// # Errors
/// [`Error::Usage`] for a member that no file holds: a naive rule.
pub fn packed(stacked: Stacked, file: &mut ForecastFile) -> Result<()> {
    let (members, calibration, warnings) = stacked.into_parts();
    for (predictor, purchases, value) in members {
        let id = predictor.id().to_owned();
        let unkept = || Error::usage(format!("{id} cannot be kept in a file"));
        let kept = predictor.into_kept().ok_or_else(unkept)?;
        let forecast = match kept.downcast::<FittedRegression>() {
            Ok(fitted) => MemberForecast::Regression(fitted),
            Err(other) => match other.downcast::<PacedModel>() {
                Ok(paced) => MemberForecast::Paced(paced),
                Err(other) => MemberForecast::Model(other.downcast::<TrainedModel>().map_err(|_| unkept())?),
            },
        };
        file.members.push(ForecastMember { id, purchases, value, forecast });
    }
    let written = calibration.map(|calibration| serde_json::to_value(&calibration)).transpose();
    file.calibration =
        written.map_err(|e| Error::Undefined(format!("the calibration cannot be written as JSON: {e}")))?;
    file.warnings = warnings;
    Ok(())
}

/// The joint forecast of a file.
///
/// # Errors
/// [`Error::Input`] for a member that cannot forecast or a calibration that is damaged.
pub fn opened(file: ForecastFile) -> Result<Stacked> {
    let damaged = |what: String| Error::input(what).hint("train it again with `ltv train`");
    let mut members: Vec<WeightedForecast> = Vec::new();
    for (at, member) in file.members.into_iter().enumerate() {
        let predictor: Box<dyn Predictor> = match member.forecast {
            MemberForecast::Regression(fitted) => fitted,
            MemberForecast::Model(trained) => predictor_of(*trained),
            MemberForecast::Paced(paced) => paced.into_predictor(member.id),
            MemberForecast::Rule(_) => {
                let error = damaged("a naive rule is no part of a joint forecast".to_owned());
                return Err(error.column(format!("members[{at}]")).into());
            }
        };
        members.push((predictor, member.purchases, member.value));
    }
    let calibration: Option<Calibration> = match file.calibration {
        None => None,
        Some(value) => Some(
            serde_json::from_value(value)
                .map_err(|e| damaged(format!("the calibration is damaged: {e}")).column("calibration"))?,
        ),
    };
    if let Some(calibration) = &calibration
        && !calibration.is_sound()
    {
        return Err(damaged("the calibration does not fit its groups".to_owned())
            .column("calibration")
            .into());
    }
    Ok(Stacked::again(file.id, members, calibration, file.warnings))
}
