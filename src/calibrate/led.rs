//! Totals are told by the members that know trend and season of the shop; the others tell who it is that buys.

use super::Stacked;

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

    /// Whether some members of weight know the season and others do not.
    pub(super) fn is_led(&self) -> bool {
        let of_weight = || self.members.iter().filter(|one| one.purchases > 0.0 || one.value > 0.0);
        of_weight().any(|one| one.leads) && of_weight().any(|one| !one.leads)
    }
}
