//! What drives a customer's expected value: its difference from that of the shop's typical customer, shared out among four inputs.

use super::Law;
use crate::Result;
use crate::features::{Customers, LnSpent, Rfm, Spent};
use crate::table::{Column, Sheet};
use crate::units::TimeUnit;
use crate::value::segments::median;

/// What a forecast is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// How often they bought again.
    Frequency,
    /// How long ago they last bought.
    Silence,
    /// How long they have been a customer.
    Age,
    /// The mean value of their repeat purchases.
    Spend,
}

impl Input {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Frequency, Self::Silence, Self::Age, Self::Spend];

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Frequency => "frequency",
            Self::Silence => "silence",
            Self::Age => "age",
            Self::Spend => "spend",
        }
    }
}

/// One input and its part in the difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Driver {
    /// Which.
    pub input: Input,
    /// The customer's; `None` where they have none (the spend of one-time buyers).
    pub own: Option<f64>,
    /// The typical customer's.
    pub typical: Option<f64>,
    /// What it adds to the expected value of the typical customer.
    pub adds: f64,
}

/// The difference from the typical customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Drivers {
    /// Expected value of the typical customer: the shop's medians of all four inputs.
    pub typical: f64,
    /// Expected value of this one: the typical one's and what all inputs add.
    pub own: f64,
    /// The inputs; without that of spend where money is not modelled.
    pub inputs: Vec<Driver>,
}

impl Drivers {
    /// The table: `input, customer, typical, adds`.
    #[must_use]
    pub fn sheet(&self) -> Sheet {
        let numbers =
            |pick: &dyn Fn(&Driver) -> Option<f64>| Column::Real(self.inputs.iter().map(pick).collect());
        Sheet::new()
            .with(
                "input",
                Column::Text(self.inputs.iter().map(|driver| driver.input.name().to_owned()).collect()),
            )
            .with("customer", numbers(&|driver| driver.own))
            .with("typical", numbers(&|driver| driver.typical))
            .with("adds", Column::Money(self.inputs.iter().map(|driver| Some(driver.adds)).collect()))
    }
}

/// A customer as four inputs.
#[derive(Clone, Copy)]
struct Person {
    frequency: u32,
    silence: f64,
    age: f64,
    spend: Option<f64>,
    /// Mean and variance of the logarithms of their repeat purchases' values.
    logs: Option<(f64, f64)>,
}

/// E ln of a gap less ln of the mean gap, of a customer who buys at random (exponential gaps): −γ, Euler's constant.
const AT_RANDOM: f64 = -0.577_215_664_901_532_9;

/// The contributions of the inputs, by Shapley's value.
///
/// v(S) is the expected value of a customer who has the inputs in S from this customer and the others from the typical one. Of n = 4 inputs
///
/// ```text
/// φ_i = Σ_{S ∌ i} |S|! (n − |S| − 1)! / n! · (v(S ∪ {i}) − v(S))        Σ φ_i = v(all) − v(∅)
/// ```
///
/// Shapley (1953), "A value for n-person games", Contributions to the Theory of Games II, 307–317, eq. 12; with one customer as the baseline:
/// Sundararajan & Najmi (2020), "The many Shapley values for model explanation", ICML, section 3 (BShap). All 16 sets are evaluated.
pub(super) fn drivers(law: &Law<'_>, customers: &Customers, row: usize) -> Result<Drivers> {
    let (own, typical) = (person(customers, row), typical(customers));
    let regular = regularity(customers, row);
    let least = match customers.unit.calendar() {
        Some(_) => 1.0,
        None => 1.0 / customers.grain.ticks_per(customers.unit),
    };
    let mut values = [0.0; 16];
    for (set, value) in values.iter_mut().enumerate() {
        let mixed = mixed(&own, &typical, set);
        *value = law.expected(&mixed.rfm(customers.unit, regular, least), &mixed.spent())?;
    }
    let driver = |(at, input): (usize, Input)| {
        let (own, typical) = match input {
            Input::Frequency => (Some(f64::from(own.frequency)), Some(f64::from(typical.frequency))),
            Input::Silence => (Some(own.silence), Some(typical.silence)),
            Input::Age => (Some(own.age), Some(typical.age)),
            Input::Spend => (own.spend, typical.spend),
        };
        Driver { input, own, typical, adds: shapley(&values, at) }
    };
    let known = |(_, input): &(usize, Input)| law.spend.is_some() || *input != Input::Spend;
    Ok(Drivers {
        typical: values[0],
        own: values[15],
        inputs: Input::ALL.into_iter().enumerate().filter(known).map(driver).collect(),
    })
}

/// φ of one input, from v of all 16 sets (bit i: input i).
fn shapley(values: &[f64; 16], input: usize) -> f64 {
    // |S|! (3 − |S|)! / 4!
    const WEIGHTS: [f64; 4] = [1.0 / 4.0, 1.0 / 12.0, 1.0 / 12.0, 1.0 / 4.0];
    let without = (0..16usize).filter(|set| set & (1 << input) == 0);
    without.map(|set| WEIGHTS[set.count_ones() as usize] * (values[set | (1 << input)] - values[set])).sum()
}

fn mixed(own: &Person, typical: &Person, set: usize) -> Person {
    let from = |input: usize| if set & (1 << input) == 0 { typical } else { own };
    let spend = from(3);
    Person {
        frequency: from(0).frequency,
        silence: from(1).silence,
        age: from(2).age,
        // Of somebody without a repeat purchase no spend is known: the typical one's then stands for it.
        spend: spend.spend.or(typical.spend),
        logs: spend.logs.or(typical.logs),
    }
}

impl Person {
    /// A history with these inputs that can be: the first purchase is the last of one-time buyers, whatever their silence; nobody is silent for longer than
    /// they are a customer, and purchases lie at least a tick apart.
    fn rfm(&self, unit: TimeUnit, regular: f64, least: f64) -> Rfm {
        let whole = |value: f64| if unit.calendar().is_some() { value.floor() } else { value };
        let age = whole(self.age);
        let most = if unit.calendar().is_some() { age as u32 } else { u32::MAX };
        let frequency = self.frequency.min(most);
        if frequency == 0 {
            return Rfm { ln_gaps: Some(0.0), ..Rfm::new(0, 0.0, age) };
        }
        let x = f64::from(frequency);
        let recency = whole(age - self.silence).max(least * x).min(age);
        let gap = (recency / x).max(0.5 * least);
        Rfm { ln_gaps: Some(x * (gap.ln() + regular)), ..Rfm::new(frequency, recency, age) }
    }

    fn spent(&self) -> Spent {
        let repeats = self.frequency > 0;
        let logs = self.logs.filter(|_| repeats);
        let squares = |variance: f64| variance * f64::from(self.frequency.saturating_sub(1));
        Spent {
            frequency: self.frequency,
            monetary_value: self.spend.filter(|_| repeats),
            logs: logs.map(|(mean, variance)| LnSpent { mean, squares: squares(variance) }),
        }
    }
}

fn person(customers: &Customers, row: usize) -> Person {
    let spent = customers.spent(row);
    let variance = |squares: f64| squares / f64::from(spent.frequency.saturating_sub(1).max(1));
    Person {
        frequency: spent.frequency,
        silence: customers.age[row] - customers.recency[row],
        age: customers.age[row],
        spend: spent.monetary_value,
        logs: spent.logs.map(|logs| (logs.mean, variance(logs.squares))),
    }
}

/// The shop's medians, each by itself (of an even number of frequencies the lower of the two in the middle); of spend those of repeat buyers.
fn typical(customers: &Customers) -> Person {
    let mut frequency = customers.frequency.clone();
    let half = frequency.len().saturating_sub(1) / 2;
    let frequency = if frequency.is_empty() { 0 } else { *frequency.select_nth_unstable(half).1 };
    let middle = |values: &mut dyn Iterator<Item = f64>| median(&mut values.collect::<Vec<f64>>());
    let mean = middle(&mut customers.mean_ln_value.iter().copied().flatten());
    let several = customers.frequency.iter().zip(&customers.ss_ln_value).filter(|(x, _)| **x > 1);
    let variance = middle(&mut several.filter_map(|(x, squares)| squares.map(|s| s / f64::from(x - 1))));
    Person {
        frequency,
        silence: middle(&mut customers.age.iter().zip(&customers.recency).map(|(age, t)| age - t))
            .unwrap_or(0.0),
        age: middle(&mut customers.age.iter().copied()).unwrap_or(0.0),
        spend: middle(&mut customers.monetary_value.iter().copied().flatten()),
        logs: mean.map(|mean| (mean, variance.unwrap_or(0.0))),
    }
}

/// How regularly the customer buys, which stays theirs in every set: the mean ln of their gaps less ln of their mean gap; without gaps, of
/// somebody who buys at random.
fn regularity(customers: &Customers, row: usize) -> f64 {
    let rfm = customers.rfm(row);
    match rfm.ln_gaps {
        Some(sum) if rfm.frequency > 0 && rfm.recency > 0.0 => {
            let x = f64::from(rfm.frequency);
            (sum / x - (rfm.recency / x).ln()).min(0.0)
        }
        _ => AT_RANDOM,
    }
}

#[cfg(test)]
mod tests {
    use super::shapley;

    /// A game whose values are known: v(S) = Σ a_i plus 6 where inputs 0 and 1 are both in S; each of the two gets half of the 6.
    #[test]
    fn contributions_add_up_and_share_what_two_inputs_do_together() {
        let a = [1.0, 2.0, -3.0, 0.0];
        let mut values = [10.0; 16];
        for (set, value) in values.iter_mut().enumerate() {
            *value += (0..4).filter(|i| set & (1 << i) != 0).map(|i| a[i]).sum::<f64>();
            *value += if set & 3 == 3 { 6.0 } else { 0.0 };
        }
        let phi: Vec<f64> = (0..4).map(|input| shapley(&values, input)).collect();
        for (found, wanted) in phi.iter().zip([4.0, 5.0, -3.0, 0.0]) {
            assert!((found - wanted).abs() < 1e-12, "{phi:?}");
        }
        assert!((phi.iter().sum::<f64>() - (values[15] - values[0])).abs() < 1e-12);
    }
}
