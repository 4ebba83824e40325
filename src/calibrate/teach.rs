//! What a joint forecast is taught by what its candidates said at past origins.

use super::fits::{Seen, Told, periods};
use super::learn::Learning;
use super::pool::{Weighted, mixed, pool_laws, told_by};
use super::stack::Combine;
use super::when::Present;
use super::{Calibration, Evidence, Groups, Stack, Stacked};
use crate::Result;
use crate::features::{Customers, Past};
use crate::predict::{LAWS, Laws, View, parts};
use crate::progress::Progress;
use crate::regress::{TrainingWindow, horizon_in_ticks};
use crate::units::Periods;

impl Stacked {
    /// In how many steps it is taught.
    pub(super) const fn steps(stack: &Stack, windows: &[TrainingWindow<'_>]) -> u64 {
        if stack.calibrated { windows.len() as u64 + 1 } else { 0 }
    }

    /// Weights, then calibration, from what was seen at past origins.
    pub(super) fn taught(
        mut self,
        stack: &Stack,
        now: (&Past<'_>, &Customers),
        (windows, seen): (&[TrainingWindow<'_>], &[Seen]),
        (evidence, progress): (Evidence, &dyn Progress),
    ) -> Result<Self> {
        progress.doing("weights");
        match stack.combine {
            Combine::Pool => self.weigh(seen),
            Combine::Best => self.choose(seen),
        }
        if stack.calibrated {
            let calibration = self.calibrated(stack, now, (windows, seen), (evidence, progress))?;
            self.calibration = Some(calibration);
        }
        self.members.retain(|member| member.purchases > 0.0 || member.value > 0.0);
        Ok(self)
    }

    fn calibrated(
        &self,
        stack: &Stack,
        (past, customers): (&Past<'_>, &Customers),
        (windows, seen): (&[TrainingWindow<'_>], &[Seen]),
        (evidence, progress): (Evidence, &dyn Progress),
    ) -> Result<Calibration> {
        progress.doing("laws of the present customers");
        let grain = past.orders().options.grain;
        let ahead = f64::from(horizon_in_ticks(past, stack.horizon)?);
        let horizon = Periods::new(ahead / grain.ticks_per(customers.unit))?;
        let Now { groups, means, totals } = self.present(View::of(past, customers), horizon)?;
        progress.advance(1);
        let present = Present::of((past, customers), &stack.tempos)?;
        let mut learning = Learning::new(groups);
        for (window, seen) in windows.iter().zip(seen) {
            progress.check()?;
            progress.doing(&format!("{}: laws", grain.show(window.holdout.origin)));
            let Some(pool) = self.at(seen) else { continue };
            let told = |told: &Option<Told>| told.as_ref().map(|told| told.1.totals);
            let led = self.led(&seen.predictors.iter().map(told).collect::<Vec<_>>());
            let when = present.when(window, evidence.horizon_days, led)?;
            learning.take_in(when, &window.customers, &laws_of(&pool, window)?, &window.holdout, grain);
            progress.advance(1);
        }
        let now = present.now(ahead / f64::from(grain.ticks_per_day()), self.led(&totals));
        let mut calibration = learning.done(now, &means, evidence)?;
        if self.is_led() {
            let note = "totals are told by the members that know the season of the shop, who buys by all";
            calibration.evidence.notes.push(note.to_owned());
        }
        Ok(calibration)
    }

    /// What is told of the present customers.
    fn present(&self, view: View<'_>, horizon: Periods) -> Result<Now> {
        let frequency = &view.customers.frequency;
        let (asked, pool): (Vec<usize>, Vec<Weighted<'_>>) =
            self.members().enumerate().filter(|(_, one)| one.1 > 0.0 || one.2 > 0.0).unzip();
        let mut totals = vec![None; self.members.len()];
        let mut all = Vec::with_capacity(frequency.len());
        for rows in parts(frequency.len(), LAWS) {
            let told = told_by(&pool, view, rows.clone(), horizon)?;
            for (&member, laws) in asked.iter().zip(&told) {
                let total: &mut (f64, f64) = totals[member].get_or_insert_default();
                total.0 += laws.purchases.iter().map(|law| law.mean()).sum::<f64>();
                total.1 += laws.value.iter().flatten().filter_map(|law| law.mean()).sum::<f64>();
            }
            let laws = mixed(&pool, told, rows.len());
            for (place, at) in rows.enumerate() {
                let (law, value) = (&laws.purchases[place], laws.value.as_ref());
                let value = value.and_then(|value| value[place].mean()).unwrap_or(0.0);
                all.push((frequency[at], law.p_none(), law.mean(), value));
            }
        }
        let groups = Groups::of(&all.iter().map(|one| (one.0, one.1)).collect::<Vec<_>>());
        let mut means = vec![(0.0, 0.0); groups.len()];
        for (frequency, p_none, mean, value) in all {
            let of_group = &mut means[groups.group(frequency, p_none)];
            (of_group.0, of_group.1) = (of_group.0 + mean, of_group.1 + value);
        }
        Ok(Now { groups, means, totals })
    }

    /// The candidates that could be fitted at a past origin, with their weights; `None` if none of weight could.
    fn at<'s>(&self, seen: &'s Seen) -> Option<Vec<Weighted<'s>>> {
        let able = self.members.iter().zip(&seen.predictors);
        let able = able.filter_map(|(member, told)| {
            told.as_ref().map(|told| (&*told.0, member.purchases, member.value))
        });
        let mut pool: Vec<Weighted<'_>> = able.collect();
        let sums = pool.iter().fold((0.0, 0.0), |sums, one| (sums.0 + one.1, sums.1 + one.2));
        if sums.0 <= 0.0 {
            return None;
        }
        for one in &mut pool {
            one.1 /= sums.0;
            one.2 = if sums.1 > 0.0 { one.2 / sums.1 } else { one.1 };
        }
        Some(pool)
    }
}

/// What is told of the present customers.
struct Now {
    groups: Groups,
    /// What each kind of them is expected to buy and to spend.
    means: Vec<(f64, f64)>,
    /// The totals that each member tells; `None` of one without weight.
    totals: Vec<Option<(f64, f64)>>,
}

/// The laws of all customers of a window.
fn laws_of(pool: &[Weighted<'_>], window: &TrainingWindow<'_>) -> Result<Laws> {
    let view = View::of(&window.past, &window.customers);
    let mut laws = Laws { value: window.customers.has_money().then(Vec::new), ..Laws::default() };
    for rows in parts(window.customers.len(), LAWS) {
        laws.append(pool_laws(pool, view, rows, periods(window)?)?);
    }
    Ok(laws)
}
