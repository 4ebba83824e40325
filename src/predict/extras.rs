//! What else can be asked of each customer: when they buy next, exact probabilities, and the whole discounted future.

use std::ops::Range;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::discount::residual_purchases;
use super::next::NextPurchase;
use super::purchases::Purchases;
use crate::Result;
use crate::features::{Customers, HistoryKey, Rfm};
use crate::math::parallel;
use crate::model::{Population, PurchaseModel};
use crate::units::{Periods, Share};

/// So many histories are answered between two looks of a thread for more work.
const GRAIN: usize = 64;

/// What is asked beyond a forecast.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ExtraQuestions {
    /// The time to the next purchase: its median, and its interval at this level.
    pub next_purchase: Option<Share>,
    /// P(X = 0), …, P(X = n) for this n, and P(X > n).
    pub probabilities: Option<u32>,
    /// Discounted expected residual transactions (DERT) at this continuously compounded rate per unit of time.
    pub residual: Option<f64>,
}

/// The answers: columns with one entry a customer, empty where nothing was asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Extras {
    /// Median time to the next purchase; `None` if it is never with a probability above one half.
    pub next_median: Vec<Option<f64>>,
    /// Lower end of its interval; `None` if even that is never.
    pub next_lower: Vec<Option<f64>>,
    /// Upper end of its interval; `None` if never.
    pub next_upper: Vec<Option<f64>>,
    /// P(X = n), one column for each n from 0.
    pub probabilities: Vec<Vec<f64>>,
    /// P(X > n) for the last n.
    pub more: Vec<f64>,
    /// Discounted expected residual transactions.
    pub residual: Vec<f64>,
}

impl ExtraQuestions {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Answers for some of the customers (in groups, where there are any); histories that customers share are answered once. The window of the
    /// probabilities is the model's own ([`crate::model::Delayed`] moves it); the next purchase and the residual future
    /// begin at the end of observation, whatever the window, so they are asked of `now`.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] for a discount rate that is not positive.
    pub fn answer<N: Population, W: Population>(
        &self,
        (now, window): (&N, &W),
        groups: Option<&[u32]>,
        horizon: Periods,
        customers: &Customers,
        rows: Range<usize>,
    ) -> Result<Extras> {
        let (places, histories) = distinct(customers, groups, rows);
        let one = |(group, customer): &(u32, Rfm)| {
            self.one(&now.member(*group), &window.member(*group), horizon, customer)
        };
        let answers =
            parallel::chunks(&histories, GRAIN, &|part| part.iter().map(one).collect::<Result<Vec<_>>>());
        let answers: Vec<Answer> =
            answers.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
        Ok(self.spread(&answers, &places))
    }

    fn one<N: PurchaseModel, W: PurchaseModel>(
        &self,
        now: &N,
        window: &W,
        horizon: Periods,
        customer: &Rfm,
    ) -> Result<Answer> {
        let mut answer = Answer::default();
        if let Some(level) = self.next_purchase {
            let next = NextPurchase::of(now, customer);
            let (lower, upper) = next.interval(level);
            answer.next = [next.median(), lower, upper];
        }
        if let Some(last) = self.probabilities {
            let purchases = Purchases::of(window, customer, horizon);
            answer.probabilities = (0..=u64::from(last)).map(|n| purchases.pmf(n)).collect();
            answer.more = purchases.survival(u64::from(last));
        }
        if let Some(delta) = self.residual {
            answer.residual = now.p_alive(customer) * residual_purchases(&now.given_alive(customer), delta)?;
        }
        Ok(answer)
    }

    fn spread(&self, answers: &[Answer], places: &[u32]) -> Extras {
        let of = |place: &u32| &answers[*place as usize];
        let column =
            |f: &dyn Fn(&Answer) -> f64| places.iter().map(|place| f(of(place))).collect::<Vec<f64>>();
        let mut extras = Extras::default();
        if self.next_purchase.is_some() {
            let next = |i: usize| places.iter().map(|place| of(place).next[i]).collect();
            (extras.next_median, extras.next_lower, extras.next_upper) = (next(0), next(1), next(2));
        }
        if let Some(last) = self.probabilities {
            extras.probabilities =
                (0..=last as usize).map(|n| column(&|answer| answer.probabilities[n])).collect();
            extras.more = column(&|answer| answer.more);
        }
        if self.residual.is_some() {
            extras.residual = column(&|answer| answer.residual);
        }
        extras
    }
}

#[derive(Default)]
struct Answer {
    next: [Option<f64>; 3],
    probabilities: Vec<f64>,
    more: f64,
    residual: f64,
}

/// For every customer the place of its history among the distinct ones.
fn distinct(
    customers: &Customers,
    groups: Option<&[u32]>,
    rows: Range<usize>,
) -> (Vec<u32>, Vec<(u32, Rfm)>) {
    let mut index: HashMap<(u32, HistoryKey), u32, FixedState> = HashMap::default();
    let mut histories = Vec::new();
    let places = rows
        .map(|at| {
            let (group, c) = (groups.map_or(0, |groups| groups[at]), customers.rfm(at));
            *index.entry((group, c.key())).or_insert_with(|| {
                histories.push((group, c));
                histories.len() as u32 - 1
            })
        })
        .collect();
    (places, histories)
}
