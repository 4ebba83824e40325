//! Intervals of customers that also know how unsure the parameters are.

use std::collections::HashMap;
use std::ops::Range;

use crate::Result;
use crate::features::{Customers, HistoryKey, LnSpent, Rfm, Spent};
use crate::math::parallel;
use crate::model::{Effort, Law, Population, PurchaseModel, SpendModel, Spenders, SumPoint, Sums};
use crate::progress::Progress;

use super::draws::ParameterDraws;
use super::forecast::Forecast;
use super::forecaster::Question;
use super::purchases::Purchases;
use super::ratios::quantile_from;
use super::value::Value;

/// So many draws are mixed for each customer.
pub const MIXED: usize = 32;
/// So many, where each takes milliseconds ([`Effort::High`]): in the middle of eight equal parts, they span seven eighths of the many.
const MIXED_DEAR: usize = 8;

/// Draws of the parameters, few and well spread, by which medians and intervals of a forecast are widened: the predictive
/// distribution of a customer becomes the mixture of those of the draws.
///
/// Means stay those of the fitted parameters. A mixture costs as many forecasts as it has draws, and money is no longer a
/// mere factor, so that each customer with spend of their own is computed alone. It is for small shops, whose parameters are
/// unsure: of one customer of a large shop, their own luck is nearly all there is.
pub struct ParameterSpread<P> {
    draws: Vec<(P, Option<(Spenders, Sums)>)>,
    groups: Option<Vec<u32>>,
    spend_groups: Option<Vec<u32>>,
    question: Question,
}

/// What customers have in common who are computed once: the group, the history, and of money the group and what it says, if it does (its
/// mean, the mean of its logarithms).
type Key = (u32, HistoryKey, (u32, [Option<u64>; 2]));

impl<P: Population + Clone + Send> ParameterSpread<P> {
    /// At most [`MIXED`] of the draws: sorted by what a newcomer is expected to buy, and the middle of each of as many equal
    /// parts taken, so that the few are spread as the many are.
    #[must_use]
    pub fn new(draws: &ParameterDraws<P>, question: Question) -> Self {
        let horizon = question.horizon;
        let mut sorted: Vec<(f64, usize)> = draws
            .purchases
            .iter()
            .enumerate()
            .map(|(at, model)| (model.member(0).newcomer().mean(horizon.get()), at))
            .collect();
        sorted.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
        let dear = draws.purchases.first().is_some_and(|model| model.member(0).effort() == Effort::High);
        let (all, kept) = (sorted.len(), sorted.len().min(if dear { MIXED_DEAR } else { MIXED }));
        let middle = |part: usize| sorted[(2 * part + 1) * all / (2 * kept)].1;
        let spend = |at: usize| {
            let spend = draws.spend.get(at % draws.spend.len().max(1))?;
            Some((spend.clone(), spend.base().sums()))
        };
        let chosen = (0..kept).map(middle).map(|at| (draws.purchases[at].clone(), spend(at)));
        Self { draws: chosen.collect(), groups: None, spend_groups: None, question }
    }

    /// The same for customers in groups: the group of each row of the table that will be forecast.
    #[must_use]
    pub fn with_groups(mut self, groups: &[u32]) -> Self {
        self.groups = Some(groups.to_vec());
        self
    }

    /// The same for customers in groups of spend.
    #[must_use]
    pub fn with_spend_groups(mut self, groups: &[u32]) -> Self {
        self.spend_groups = Some(groups.to_vec());
        self
    }

    /// Replaces medians and intervals in the forecast of these rows of the customers by those of the mixture; it must be an
    /// answer to the same question.
    ///
    /// # Errors
    /// [`crate::Error::Interrupted`]; the forecast is then not to be used.
    pub fn widen(
        &self,
        customers: &Customers,
        rows: Range<usize>,
        forecast: &mut Forecast,
        progress: &dyn Progress,
    ) -> Result<()> {
        if self.draws.is_empty() {
            return Ok(());
        }
        let money = forecast.value.is_some();
        let key = |at: usize| {
            let c = self.sees(customers.rfm(at));
            let spent = customers.spent(at);
            let told = spent.monetary_value.filter(|m| money && c.frequency > 0 && *m > 0.0);
            let logs = spent.logs.filter(|_| money && c.frequency > 0);
            let told = [told, logs.map(|logs| logs.mean)].map(|known| known.map(f64::to_bits));
            let of = |groups: &Option<Vec<u32>>| groups.as_ref().map_or(0, |groups| groups[at]);
            (of(&self.groups), c.key(), (of(&self.spend_groups), told))
        };
        let mut distinct: Vec<Key> = Vec::new();
        let mut index: HashMap<Key, usize> = HashMap::new();
        let places: Vec<usize> = rows
            .map(|at| {
                *index.entry(key(at)).or_insert_with_key(|key| {
                    distinct.push(*key);
                    distinct.len() - 1
                })
            })
            .collect();
        let answer = |at: usize| progress.check().map(|()| self.answer(distinct[at], money));
        let answers: Vec<Answer> = parallel::try_each(distinct.len(), &answer)?;
        for (at, place) in places.into_iter().enumerate() {
            answers[place].put(forecast, at);
        }
        Ok(())
    }

    fn sees(&self, customer: Rfm) -> Rfm {
        self.draws.first().map_or(customer, |(model, _)| model.member(0).sees(customer))
    }

    fn answer(&self, (group, history, (spend_group, told)): Key, money: bool) -> Answer {
        let customer = Rfm::of_key(history);
        let purchases: Vec<_> = self
            .draws
            .iter()
            .map(|(model, _)| Purchases::of(&model.member(group), &customer, self.question.horizon))
            .collect();
        let tails: Vec<f64> = self.question.levels.iter().map(|level| 0.5 * (1.0 - level.get())).collect();
        let counts = |tail: f64| count_quantile(&purchases, tail) as f64;
        let mut answer = Answer {
            median: counts(0.5),
            ends: tails.iter().map(|&tail| (counts(1.0 - tail), counts(tail))).collect(),
            value: None,
        };
        if money {
            let [monetary_value, mean] = told.map(|known| known.map(f64::from_bits));
            // Of the logarithms, a forecast asks for their mean alone.
            let logs = mean.map(|mean| LnSpent { mean, squares: 0.0 });
            let spent = Spent { frequency: customer.frequency, monetary_value, logs };
            let parts: Vec<Part> = self
                .draws
                .iter()
                .zip(&purchases)
                .filter_map(|((model, spend), purchases)| {
                    let (spend, sums) = spend.as_ref()?;
                    let spend = spend.spender(spend_group);
                    let sums = sums.known_from(spend.known_from(&spent));
                    let value = Value::with(purchases, spend.knowing(&spent), sums);
                    let factor = self.question.factor(purchases, &model.member(group).given_alive(&customer));
                    Some(Part { value, ln_factor: (self.question.margin.get() * factor).ln() })
                })
                .collect();
            let quantile = |tail: f64| value_quantile(&parts, 1.0 - tail, tail);
            let ends = tails.iter().map(|&tail| (value_quantile(&parts, tail, 1.0 - tail), quantile(tail)));
            answer.value = Some((quantile(0.5), ends.collect()));
        }
        answer
    }
}

/// Medians and intervals of one history.
struct Answer {
    median: f64,
    ends: Vec<(f64, f64)>,
    value: Option<(f64, Vec<(f64, f64)>)>,
}

impl Answer {
    fn put(&self, forecast: &mut Forecast, at: usize) {
        forecast.purchases_median[at] = self.median;
        for (interval, ends) in forecast.purchases.iter_mut().zip(&self.ends) {
            (interval.lower[at], interval.upper[at]) = *ends;
        }
        let (Some(value), Some((median, ends))) = (&mut forecast.value, &self.value) else { return };
        value.median[at] = *median;
        for (interval, ends) in value.intervals.iter_mut().zip(ends) {
            (interval.lower[at], interval.upper[at]) = *ends;
        }
    }
}

/// The smallest n with the mean of P(X > n) at most `tail`; it lies between the smallest and the largest quantile of the parts.
fn count_quantile<L: Law>(parts: &[Purchases<L>], tail: f64) -> u64 {
    let quantiles = parts.iter().map(|part| part.upper_quantile(tail));
    let (mut low, mut high) = quantiles.fold((u64::MAX, 0), |(low, high), n| (low.min(n), high.max(n)));
    let beyond = |n: u64| parts.iter().map(|part| part.survival(n)).sum::<f64>() / parts.len() as f64;
    while low < high {
        let middle = low + (high - low) / 2;
        if beyond(middle) > tail { low = middle + 1 } else { high = middle }
    }
    high
}

/// A draw's law of value, and the logarithm of the factor (margin and discount) that it is multiplied by.
struct Part {
    value: Value,
    ln_factor: f64,
}

/// The quantile at `probability` of the mixture of the parts; `tail` is 1 − `probability`.
fn value_quantile(parts: &[Part], probability: f64, tail: f64) -> f64 {
    let n = parts.len() as f64;
    let below = probability - parts.iter().map(|part| part.value.p_none()).sum::<f64>() / n;
    if below <= 0.0 {
        return 0.0;
    }
    // Any part that can tell the quantile is near the mixture.
    let near = |part: &Part| (part.value.upper_quantile(tail).ln() + part.ln_factor).max(-700.0);
    let start = parts.iter().find(|part| part.value.p_none() < probability).map_or(0.0, near);
    quantile_from(start, below, tail, |y| {
        let mut mean = SumPoint::default();
        parts.iter().for_each(|part| mean.add(1.0 / n, &part.value.at_ln(y, part.ln_factor)));
        mean
    })
}
