//! Totals are told by the members that know trend and season of the shop; the others tell who it is that buys.

use super::Stacked;
use super::stacked::Member;
use crate::Result;
use crate::predict::{LAWS, View, parts};
use crate::units::Periods;

impl Stacked {
    /// By what totals of purchases and of value are to be multiplied to be those of the members that know the season, given what each member told;
    /// 1 where all do, or none.
    pub(super) fn led(&self, totals: &[Option<(f64, f64)>]) -> (f64, f64) {
        (self.led_of(totals, |(purchases, _)| purchases), self.led_of(totals, |(_, value)| value))
    }

    fn led_of(&self, totals: &[Option<(f64, f64)>], of: fn((f64, f64)) -> f64) -> f64 {
        let told = self.members.iter().zip(totals);
        let told = told.filter_map(|(member, told)| {
            Some((member.leads, of((member.purchases, member.value)), of((*told)?)))
        });
        let (mut all, mut led) = ((0.0, 0.0), (0.0, 0.0));
        for (leads, weight, total) in told {
            let with = |sums: (f64, f64)| (sums.0 + weight, sums.1 + weight * total);
            all = with(all);
            led = if leads { with(led) } else { led };
        }
        let by = (led.1 / led.0) / (all.1 / all.0);
        if by.is_finite() && by > 0.0 { by } else { 1.0 }
    }

    /// The totals that each member tells of all customers; `None` of all where that is not asked, as all of weight know the season, or none.
    pub(super) fn totals_now(&self, view: View<'_>, horizon: Periods) -> Result<Vec<Option<(f64, f64)>>> {
        let counts = |member: &&Member| member.purchases > 0.0 || member.value > 0.0;
        let leading = self.members.iter().filter(counts).filter(|member| member.leads).count();
        if leading == 0 || leading == self.members.iter().filter(counts).count() {
            return Ok(vec![None; self.members.len()]);
        }
        let total = |member: &Member| -> Result<Option<(f64, f64)>> {
            let mut sums = (0.0, 0.0);
            for rows in parts(view.customers.len(), LAWS) {
                let laws = member.predictor.laws(view, rows, horizon)?;
                sums.0 += laws.purchases.iter().map(|law| law.mean()).sum::<f64>();
                sums.1 += laws.value.iter().flatten().filter_map(|law| law.mean()).sum::<f64>();
            }
            Ok(Some(sums))
        };
        self.members.iter().map(|member| if counts(&member) { total(member) } else { Ok(None) }).collect()
    }
}
