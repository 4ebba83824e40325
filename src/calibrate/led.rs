//! Totals are told by the members that know trend and season of the shop; the others tell who it is that buys.

use super::Stacked;
use super::stacked::Member;
use crate::regress::Weight;

/// A total is brought to so many times as much, or as little, at most: what is told of nearly nothing is no total, and customers of another night
/// would be multiplied by it.
const MOST: f64 = 4.0;

/// The totals of purchases and of value that a forecast tells.
pub(super) type Told = (f64, f64);

impl Stacked {
    /// By what the means of each member are multiplied so that all tell one total, that of the members that know the season (of all, where none does):
    /// of purchases and of value, given what each member told; 1 where it told nothing, and four times at most.
    pub(super) fn levels(&self, told: &[Option<Told>]) -> Vec<(f64, f64)> {
        let purchases = self.levels_of(told, |member| member.purchases, |told| told.0);
        let value = self.levels_of(told, |member| member.value, |told| told.1);
        purchases.into_iter().zip(value).collect()
    }

    fn levels_of(
        &self,
        told: &[Option<Told>],
        weight: fn(&Member) -> Weight,
        total: fn(Told) -> f64,
    ) -> Vec<f64> {
        let (mut all, mut led) = ((0.0, 0.0), (0.0, 0.0));
        for (member, told) in self.members.iter().zip(told) {
            let Some(total) = told.map(total).filter(|total| *total > 0.0) else { continue };
            let weight = weight(member).law;
            all = (all.0 + weight, all.1 + weight * total);
            if member.leads {
                led = (led.0 + weight, led.1 + weight * total);
            }
        }
        let one = if led.0 > 0.0 { led.1 / led.0 } else { all.1 / all.0 };
        let level = |told: &Option<Told>| {
            let level = told.map_or(f64::NAN, |told| one / total(told));
            if level.is_finite() && level > 0.0 { level.clamp(1.0 / MOST, MOST) } else { 1.0 }
        };
        told.iter().map(level).collect()
    }

    /// Whether members know the season that weigh in its totals, and others do not.
    pub(super) fn is_led(&self) -> bool {
        let leads = |one: &Member| one.leads && (one.purchases.law > 0.0 || one.value.law > 0.0);
        self.members.iter().any(leads) && self.members.iter().any(|one| one.counts() && !one.leads)
    }
}
