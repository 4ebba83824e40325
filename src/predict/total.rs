//! The shop as a whole: totals with the uncertainty of the parameters, the most valuable customers, and who slips away.

use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;

use crate::features::{Customers, Rfm, Spent};
use crate::fit::Crowd;
use crate::math::hash::mix;
use crate::math::parallel;
use crate::math::sum::Sum;
use crate::model::{Effort, Grouped, Law, Population, PurchaseModel, SpendModel, Spenders};
use crate::units::Periods;
use crate::{Error, Result};

use super::draws::ParameterDraws;
use super::forecast::Forecast;
use super::total_law::TotalLaw;

/// So many customers stand for all when the parameters are varied.
const SAMPLE: usize = 2048;
/// P(alive) of those who are slipping away: below, they are more probably lost; above, nothing is wrong yet.
const SLIPPING: Range<f64> = 0.1..0.7;

/// Sums over a forecast, chunk by chunk: add the chunks in the order of the customers. Memory does not grow with them.
#[derive(Debug, Clone)]
pub struct Totals {
    /// How many customers.
    pub customers: u64,
    /// Σ P(alive): how many of them are expected to be alive.
    pub alive: f64,
    /// Expected purchases of all.
    pub purchases: f64,
    /// Variance of the purchases of all, given the parameters: customers are independent.
    pub purchases_variance: f64,
    /// Expected value of all; `None` without money, or if for some customer the mean does not exist.
    pub value: Option<f64>,
    /// Its variance given the parameters; `None` if for some customer it does not exist.
    pub value_variance: Option<f64>,
    /// The customers of the highest expected value (purchases, without money), the highest first.
    pub best: Vec<Ranked>,
    /// The repeat buyers with the highest value at risk, (1 − P(alive)) × value if alive, among those with P(alive)
    /// from 0.1 to 0.7; the highest first.
    pub slipping: Vec<Ranked>,
    /// The sums as they run on from chunk to chunk: of P(alive), purchases and their variance; of value and its variance.
    running: ([Sum; 3], [Option<Sum>; 2]),
    keep: usize,
    sample: BinaryHeap<Sampled>,
    groups: Option<Vec<u32>>,
    spend_groups: Option<Vec<u32>>,
}

/// A customer in a list of the first few.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// Their position among all customers added.
    pub row: u64,
    /// Who.
    pub id: String,
    /// P(alive).
    pub p_alive: f64,
    /// Expected purchases.
    pub purchases: f64,
    /// Expected value, if money is modelled and the mean exists.
    pub value: Option<f64>,
    /// What the list is sorted by.
    pub score: f64,
}

/// A customer of the sample: those with the smallest hashes of their positions.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sampled {
    hash: u64,
    group: u32,
    customer: Rfm,
    spend_group: u32,
    spent: Spent,
}

/// A customer's part of mean and variance of the total, from those of their purchases.
type Part<'a> = dyn Fn(Option<&Spenders>, &Sampled, (f64, f64)) -> Option<(f64, f64)> + Sync + 'a;

impl Eq for Sampled {}

impl PartialOrd for Sampled {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Sampled {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.hash.cmp(&other.hash)
    }
}

impl Totals {
    /// Nothing yet; lists of at most `keep` customers.
    #[must_use]
    pub fn new(keep: usize) -> Self {
        Self {
            customers: 0,
            alive: 0.0,
            purchases: 0.0,
            purchases_variance: 0.0,
            value: Some(0.0),
            value_variance: Some(0.0),
            best: Vec::new(),
            slipping: Vec::new(),
            running: (Default::default(), [Some(Sum::default()); 2]),
            keep,
            sample: BinaryHeap::new(),
            groups: None,
            spend_groups: None,
        }
    }

    /// Of all customers of a table and their forecast; no lists. For customers in groups, see [`Totals::with_groups`].
    #[must_use]
    pub fn of(customers: &Customers, forecast: &Forecast) -> Self {
        let mut all = Self::new(0);
        all.add(customers, 0..forecast.len(), forecast);
        all
    }

    /// Nothing yet of a crowd; lists of at most `keep` customers.
    #[must_use]
    pub fn among(keep: usize, crowd: &Crowd) -> Self {
        let mut all = Self::new(keep);
        if let Some(groups) = &crowd.groups {
            all = all.with_groups(groups);
        }
        if let Some(groups) = &crowd.spend_groups {
            all = all.with_spend_groups(groups);
        }
        all
    }

    /// The same for customers in groups: the group of each customer in the order in which they will be added.
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

    /// Adds the next chunk: these rows of the customers, and their forecast.
    pub fn add(&mut self, customers: &Customers, rows: Range<usize>, forecast: &Forecast) {
        // Sums that do not depend on the order of the customers.
        let ([mut alive, mut purchases, mut spread], mut worth) = self.running;
        for (i, at) in rows.enumerate() {
            let money = forecast.value.as_ref();
            let value = money.and_then(|money| money.expected[i]);
            let variance = money.and_then(|money| money.variance[i]);
            alive.add(forecast.p_alive[i]);
            purchases.add(forecast.expected_purchases[i]);
            spread.add(forecast.purchases_variance[i]);
            worth = [with(worth[0], value), with(worth[1], variance)];
            self.rank(customers, at, forecast.p_alive[i], forecast.expected_purchases[i], value);
            self.sample(Sampled {
                hash: mix(self.customers), // of its position
                group: self.groups.as_ref().map_or(0, |groups| groups[self.customers as usize]),
                spend_group: self.spend_groups.as_ref().map_or(0, |groups| groups[self.customers as usize]),
                customer: customers.rfm(at),
                spent: customers.spent(at),
            });
            self.customers += 1;
        }
        self.running = ([alive, purchases, spread], worth);
        [self.alive, self.purchases, self.purchases_variance] = self.running.0.map(|sum| sum.value());
        [self.value, self.value_variance] = worth.map(|sum| sum.map(|sum| sum.value()));
    }

    fn rank(&mut self, customers: &Customers, at: usize, p_alive: f64, purchases: f64, value: Option<f64>) {
        let worth = value.unwrap_or(purchases);
        let row = self.customers;
        let ranked =
            |score| Ranked { row, id: customers.ids.get(at).to_owned(), p_alive, purchases, value, score };
        insert(&mut self.best, self.keep, worth, ranked);
        if customers.frequency[at] > 0 && SLIPPING.contains(&p_alive) {
            let at_risk = (1.0 - p_alive) * worth / p_alive;
            insert(&mut self.slipping, self.keep, at_risk, ranked);
        }
    }

    fn sample(&mut self, customer: Sampled) {
        if self.sample.len() < SAMPLE {
            self.sample.push(customer);
        } else if self.sample.peek().is_some_and(|largest| customer.hash < largest.hash) {
            self.sample.pop();
            self.sample.push(customer);
        }
    }

    /// The law of the total number of purchases, with the uncertainty of the parameters.
    ///
    /// Given the parameters θ the total over many independent customers is nearly normal; over the draws θ_k of
    /// the parameters it is a mixture of these normal laws. The mean and variance at θ_k are those at the fitted
    /// parameters (summed exactly, over all customers) times the ratio found in a sample of 2,048 customers, the same
    /// for every draw: exact up to 2,048 customers, beyond it an error of about the ratio's spread between customers over √2048.
    ///
    /// # Errors
    /// [`Error::Undefined`] if there are no draws.
    pub fn purchases<P: Population>(
        &self,
        model: &P,
        draws: &ParameterDraws<P>,
        horizon: Periods,
    ) -> Result<TotalLaw> {
        let at = |_: Option<&Spenders>, _: &Sampled, counts| Some(counts);
        let sums = (self.purchases, self.purchases_variance);
        let normals = self.vary((model, None), draws, horizon, &at, sums)?;
        Ok(TotalLaw::mixture(self.purchases, normals))
    }

    /// The law of the total value, with the uncertainty of both models' parameters; see [`Totals::purchases`].
    /// Margin and discount are those of the forecast.
    ///
    /// # Errors
    /// [`Error::Undefined`] if there are no draws, or where mean or variance of the total do not exist (q ≤ 2).
    pub fn value<P: Population, S: Clone + Into<Spenders>>(
        &self,
        model: &P,
        spend: &S,
        draws: &ParameterDraws<P>,
        horizon: Periods,
    ) -> Result<TotalLaw> {
        let spend: Spenders = spend.clone().into();
        let heavy = || Error::Undefined(spend.base().no_variance());
        let sums = self.value.zip(self.value_variance).ok_or_else(heavy)?;
        let at = |spend: Option<&Spenders>, c: &Sampled, (mean, variance): (f64, f64)| {
            let law = spend?.spender(c.spend_group).knowing(&c.spent);
            Some((mean * law.mean()?, law.variance_of_sum(mean, variance)?))
        };
        let normals = self.vary((model, Some(&spend)), draws, horizon, &at, sums)?;
        Ok(TotalLaw::mixture(sums.0, normals))
    }

    /// The sample in a fixed order, each with the place of their history among the distinct ones.
    fn sampled<P: Population>(&self, population: &P) -> (Vec<(Sampled, usize)>, Vec<Grouped<Rfm>>) {
        let one = population.member(0);
        let mut sample: Vec<Sampled> = self.sample.iter().copied().collect();
        sample.sort_unstable();
        sample.truncate(varied(one.effort()).0); // the smallest hashes: as good as drawn by lot
        let mut histories = Vec::new();
        let mut places = HashMap::new();
        let mut placed = |group: u32, customer: Rfm| {
            let customer = one.sees(customer);
            *places.entry((group, customer.key())).or_insert_with(|| {
                histories.push(Grouped { group, row: customer });
                histories.len() - 1
            })
        };
        let sample = sample.into_iter().map(|c| (c, placed(c.group, c.customer))).collect();
        (sample, histories)
    }

    /// Mean and standard deviation of the total at each draw. `at` makes a customer's part of the mean and variance of
    /// their purchases, which are computed once for all customers of one history.
    fn vary<P: Population>(
        &self,
        (model, spend): (&P, Option<&Spenders>),
        draws: &ParameterDraws<P>,
        horizon: Periods,
        at: &Part<'_>,
        sums: (f64, f64),
    ) -> Result<Vec<(f64, f64)>> {
        let (sample, histories) = self.sampled(model);
        let over = |model: &P, spend: Option<&Spenders>| {
            let counts: Vec<_> =
                histories.iter().map(|each| counts(&model.member(each.group), &each.row, horizon)).collect();
            let mut all = (Sum::default(), Sum::default());
            for (c, place) in &sample {
                let (mean, variance) = at(spend, c, counts[*place])?;
                all.0.add(mean);
                all.1.add(variance);
            }
            Some((all.0.value(), all.1.value()))
        };
        let undefined = || {
            Error::Undefined(
                "the interval of the total cannot be told: the uncertainty of the spend model reaches parameters (of \
                 Gamma-Gamma: q below 2) where the variance of the total does not exist"
                    .into(),
            )
        };
        let (mean, variance) = over(model, spend).ok_or_else(undefined)?;
        if draws.purchases.is_empty() || (spend.is_some() && draws.spend.is_empty()) {
            return Err(Error::Undefined("there are no draws of the parameters".into()));
        }
        let ratio = |new: f64, old: f64| if old > 0.0 { new / old } else { 1.0 };
        let every = draws.purchases.len().div_ceil(varied(model.member(0).effort()).1).max(1);
        parallel::try_each(draws.purchases.len().div_ceil(every), &|at| {
            let k = at * every;
            let spend = spend.and_then(|_| draws.spend.get(k % draws.spend.len().max(1)));
            let (m, v) = over(&draws.purchases[k], spend).ok_or_else(undefined)?;
            Ok((sums.0 * ratio(m, mean), (sums.1 * ratio(v, variance)).sqrt()))
        })
    }
}

/// A sum with one term more; `None` once a term does not exist.
fn with(sum: Option<Sum>, term: Option<f64>) -> Option<Sum> {
    sum.zip(term).map(|(mut sum, term)| {
        sum.add(term);
        sum
    })
}

/// Over how many customers and draws the parameters are varied. The ratio found in a sample of n is off by its spread between
/// customers over √n, some 0.5 % of the total at 64; of d draws the ends of a 90 % interval are off by about its width over √d.
const fn varied(effort: Effort) -> (usize, usize) {
    match effort {
        Effort::Low => (SAMPLE, usize::MAX),
        Effort::Middle => (256, 100),
        Effort::High => (64, 50),
    }
}

/// Mean and variance of a customer's purchases. All models' laws are in it: once in the program.
#[inline(never)]
fn counts<M: PurchaseModel>(model: &M, customer: &Rfm, horizon: Periods) -> (f64, f64) {
    let (alive, law) = (model.p_alive(customer), model.given_alive(customer));
    let (mean, variance) = law.mean_and_variance(horizon.get());
    (alive * mean, alive * (variance + (1.0 - alive) * mean * mean))
}

/// Puts an entry into a list of the `keep` highest, if it belongs there; of equal ones the earlier stays.
fn insert(list: &mut Vec<Ranked>, keep: usize, score: f64, entry: impl Fn(f64) -> Ranked) {
    if list.len() >= keep && list.last().is_none_or(|last| score <= last.score) {
        return;
    }
    let at = list.partition_point(|before| before.score >= score);
    list.insert(at, entry(score));
    list.truncate(keep);
}
