//! A joint forecast, fitted: members, weights and what past origins taught.

use std::ops::Range;

use super::Calibration;
use super::pool::pool_laws;
use crate::Result;
use crate::predict::{Forecast, Laws, Predictor, TotalLaws, Totals, View};
use crate::regress::Weight;
use crate::units::Periods;

/// A member of a joint forecast.
pub(super) struct Member {
    pub predictor: Box<dyn Predictor>,
    /// What it weighs in purchases.
    pub purchases: Weight,
    /// What it weighs in value.
    pub value: Weight,
    /// Whether its totals know trend and season of the shop; asked while it is taught, and not kept.
    pub leads: bool,
}

impl Member {
    /// Whether it counts at all.
    pub const fn counts(&self) -> bool {
        self.purchases.counts() || self.value.counts()
    }
}

/// A forecast with what it weighs in purchases and in value.
pub type WeightedForecast = (Box<dyn Predictor>, Weight, Weight);

/// How a candidate did at past origins.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Its identifier.
    pub id: String,
    /// The mean log score of purchases and value together: the higher the better.
    pub log_score: f64,
    /// How far that is behind the best, and the standard error of this difference (customers are paired).
    pub behind: (f64, f64),
    /// Whether it was taken.
    pub taken: bool,
}

/// A joint forecast, fitted.
pub struct Stacked {
    id: String,
    warnings: Vec<String>,
    pub(super) members: Vec<Member>,
    pub(super) standings: Vec<Standing>,
    pub(super) calibration: Option<Calibration>,
}

impl Stacked {
    /// Of members whose weights are yet to be learnt.
    pub(super) const fn untaught(id: String, members: Vec<Member>, warnings: Vec<String>) -> Self {
        Self { id, warnings, members, standings: Vec::new(), calibration: None }
    }

    /// What was learnt of it; `None` where calibration is switched off.
    #[must_use]
    pub const fn calibration(&self) -> Option<&Calibration> {
        self.calibration.as_ref()
    }

    /// How the candidates did at past origins, where one of them was taken.
    #[must_use]
    pub fn standings(&self) -> &[Standing] {
        &self.standings
    }

    /// A fitted joint forecast of members with what they weigh in purchases and in value.
    #[must_use]
    pub fn again(
        id: String,
        members: Vec<WeightedForecast>,
        calibration: Option<Calibration>,
        warnings: Vec<String>,
    ) -> Self {
        let member = |(predictor, purchases, value)| Member { predictor, purchases, value, leads: false };
        let members = members.into_iter().map(member).collect();
        Self { id, warnings, members, standings: Vec::new(), calibration }
    }

    /// The same without what past origins taught of level and shape.
    #[must_use]
    pub fn uncalibrated(self) -> Self {
        Self { calibration: None, ..self }
    }

    /// Its parts: members with their weights, and what was learnt of them.
    #[must_use]
    pub fn into_parts(self) -> (Vec<WeightedForecast>, Option<Calibration>, Vec<String>) {
        let part = |member: Member| (member.predictor, member.purchases, member.value);
        (self.members.into_iter().map(part).collect(), self.calibration, self.warnings)
    }

    /// The members, with what they weigh in purchases and in value.
    pub fn members(&self) -> impl Iterator<Item = (&dyn Predictor, Weight, Weight)> {
        self.members.iter().map(|member| (&*member.predictor, member.purchases, member.value))
    }

    /// The laws of what all customers do together, summed up in `totals`: customers are independent given the forecast, and beside their luck stands what past
    /// totals were off by ([`super::Level`]), in which the uncertainty of past fits is part of the errors. Not calibrated, their luck alone. `money`
    /// says whether value was forecast.
    #[must_use]
    pub fn totals_of(&self, totals: &Totals, money: bool) -> TotalLaws {
        let Some(calibration) = &self.calibration else { return TotalLaws::by_luck(totals, money) };
        let value = calibration.value.as_ref().map_or(0.0, |value| value.level.sd);
        TotalLaws::by_errors(totals, money, (calibration.purchases.level.sd, value))
    }

    /// The pool's laws, not calibrated, and not bent to the means that they are said to have.
    pub(super) fn pooled(&self, view: View<'_>, rows: Range<usize>, horizon: Periods) -> Result<Laws> {
        pool_laws(&self.members().collect::<Vec<_>>(), view, rows, horizon)
    }
}

impl Predictor for Stacked {
    fn id(&self) -> &str {
        &self.id
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn needs_logs(&self) -> bool {
        self.members.iter().any(|member| member.predictor.needs_logs())
    }

    fn totals(&self, view: View<'_>, _horizon: Periods, forecast: &Forecast) -> Option<TotalLaws> {
        Some(self.totals_of(&Totals::of(view.customers, forecast), forecast.value.is_some()))
    }

    fn laws(&self, view: View<'_>, rows: Range<usize>, horizon: Periods) -> Result<Laws> {
        let laws = self.pooled(view, rows.clone(), horizon)?;
        Ok(match &self.calibration {
            Some(calibration) => calibration.apply(view.customers, rows, &laws),
            None if self.members.len() > 1 => Calibration::nothing().apply(view.customers, rows, &laws),
            None => laws,
        })
    }
}
