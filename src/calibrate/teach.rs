//! What a joint forecast is taught by what its candidates said at past origins.

use super::fits::{Seen, periods};
use super::learn::Learning;
use super::led::Told;
use super::pool::{Weighted, mixed, pool_laws, told_by};
use super::stack::Combine;
use super::stacked::Member;
use super::when::Present;
use super::{Calibration, Evidence, Groups, Stack, Stacked};
use crate::Result;
use crate::features::{Customers, Past};
use crate::predict::{LAWS, Laws, View, parts};
use crate::progress::Progress;
use crate::regress::{TrainingWindow, Weight, horizon_in_ticks};
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
            Combine::Pool => self.weigh(windows, seen),
            Combine::Best => self.choose(seen),
        }
        if !now.1.has_money() {
            self.members.iter_mut().for_each(|member| member.value = Weight::NONE);
        }
        if stack.calibrated {
            let calibration = self.calibrated(stack, now, (windows, seen), (evidence, progress))?;
            self.calibration = Some(calibration);
        } else if self.members.len() > 1 {
            self.present(View::of(now.0, now.1), ahead(stack, now)?.1)?;
        }
        self.members.retain(Member::counts);
        Ok(self)
    }

    fn calibrated(
        &mut self,
        stack: &Stack,
        (past, customers): (&Past<'_>, &Customers),
        (windows, seen): (&[TrainingWindow<'_>], &[Seen]),
        (evidence, progress): (Evidence, &dyn Progress),
    ) -> Result<Calibration> {
        progress.doing("laws of the present customers");
        let grain = past.orders().options.grain;
        let (days, horizon) = ahead(stack, (past, customers))?;
        let (groups, means) = self.present(View::of(past, customers), horizon)?;
        progress.advance(1);
        let present = Present::of((past, customers), &stack.tempos)?;
        let mut learning = Learning::new(groups);
        for (window, seen) in windows.iter().zip(seen) {
            progress.check()?;
            progress.doing(&format!("{}: laws", grain.show(window.holdout.origin)));
            let Some(pool) = self.at(seen) else { continue };
            let when = present.when(window, evidence.horizon_days)?;
            learning.take_in(when, &window.customers, &laws_of(&pool, window)?, &window.holdout, grain);
            progress.advance(1);
        }
        let now = present.now(days);
        let mut calibration = learning.done(now, &means, evidence)?;
        if self.is_led() {
            let note = "totals are told by the members that know the season of the shop, who buys by all";
            calibration.evidence.notes.push(note.to_owned());
        }
        Ok(calibration)
    }

    /// Brings the members to one total of the present customers, and tells kinds of these, and what each kind is expected to buy and to spend.
    fn present(&mut self, view: View<'_>, horizon: Periods) -> Result<(Groups, Vec<Told>)> {
        let frequency = &view.customers.frequency;
        let (asked, pool): (Vec<usize>, Vec<Weighted<'_>>) =
            self.members().enumerate().filter(|(_, one)| one.1.counts() || one.2.counts()).unzip();
        let mut means: Vec<Vec<Told>> = vec![Vec::with_capacity(frequency.len()); asked.len()];
        let mut none = Vec::with_capacity(frequency.len());
        for rows in parts(frequency.len(), LAWS) {
            let told = told_by(&pool, view, rows.clone(), horizon)?;
            for (means, laws) in means.iter_mut().zip(&told) {
                let value = |at: usize| laws.value.as_ref().and_then(|value| value[at].mean()).unwrap_or(0.0);
                means.extend(laws.purchases.iter().enumerate().map(|(at, law)| (law.mean(), value(at))));
            }
            none.extend(mixed(&pool, told, rows.len()).purchases.iter().map(|law| law.p_none()));
        }
        let mut told = vec![None; self.members.len()];
        for (&member, means) in asked.iter().zip(&means) {
            told[member] = Some(means.iter().fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1)));
        }
        for (member, level) in self.levels(&told).into_iter().enumerate() {
            (self.members[member].purchases.level, self.members[member].value.level) = level;
        }
        let kinds: Vec<(u32, f64)> = frequency.iter().copied().zip(none).collect();
        let groups = Groups::of(&kinds);
        let told: Vec<(&Member, Vec<Told>)> = asked.iter().map(|&at| &self.members[at]).zip(means).collect();
        let means = of_groups(&groups, &kinds, &told);
        Ok((groups, means))
    }

    /// The candidates that could be fitted at a past origin, with what they weigh there; `None` if none of weight could.
    fn at<'s>(&self, seen: &'s Seen) -> Option<Vec<Weighted<'s>>> {
        let told: Vec<Option<Told>> =
            seen.predictors.iter().map(|one| one.as_ref().map(|one| one.1.totals)).collect();
        let levels = self.levels(&told);
        let able = self.members.iter().zip(&seen.predictors).zip(levels);
        let able = able.filter_map(|((member, one), level)| {
            let purchases = Weight { level: level.0, ..member.purchases };
            let value = Weight { level: level.1, ..member.value };
            one.as_ref().map(|one| (&*one.0, purchases, value))
        });
        let mut pool: Vec<Weighted<'_>> = able.collect();
        let sum = |of: fn(&Weighted<'_>) -> f64| pool.iter().map(of).sum::<f64>();
        let purchases = (sum(|one| one.1.law), sum(|one| one.1.mean));
        let value = (sum(|one| one.2.law), sum(|one| one.2.mean));
        if purchases.0 <= 0.0 {
            return None;
        }
        let part = |weight: f64, sum: f64, else_: f64| if sum > 0.0 { weight / sum } else { else_ };
        for (_, of_purchases, of_value) in &mut pool {
            of_purchases.law /= purchases.0;
            of_purchases.mean = part(of_purchases.mean, purchases.1, of_purchases.law);
            of_value.law = part(of_value.law, value.0, of_purchases.law);
            of_value.mean = part(of_value.mean, value.1, of_value.law);
        }
        Some(pool)
    }
}

/// How far is looked ahead, in days and in the unit of the table.
fn ahead(stack: &Stack, (past, customers): (&Past<'_>, &Customers)) -> Result<(f64, Periods)> {
    let grain = past.orders().options.grain;
    let ticks = f64::from(horizon_in_ticks(past, stack.horizon)?);
    Ok((ticks / f64::from(grain.ticks_per_day()), Periods::new(ticks / grain.ticks_per(customers.unit))?))
}

/// What each group is expected to buy and to spend, by what each member told of each customer.
fn of_groups(groups: &Groups, kinds: &[(u32, f64)], told: &[(&Member, Vec<Told>)]) -> Vec<Told> {
    let mut sums = vec![(0.0, 0.0); groups.len()];
    for (member, means) in told {
        let by = |weight: Weight| weight.mean * weight.level;
        let by = (by(member.purchases), by(member.value));
        for (&(frequency, none), mean) in kinds.iter().zip(means) {
            let sum = &mut sums[groups.group(frequency, none)];
            (sum.0, sum.1) = (sum.0 + by.0 * mean.0, sum.1 + by.1 * mean.1);
        }
    }
    sums
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
