//! How laws met what happened.

use std::ops::Range;

use super::{AmountLaw, CountLaw, Laws};

/// How the laws of one quantity met what happened: columns, one entry a customer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Met {
    /// The logarithm of the probability (of an amount: nothing's probability, or else the density per unit of money) of what
    /// happened: a proper score (Gneiting & Raftery 2007, JASA 102, 359–378, § 4.1), the higher the better. −∞ where it was given no probability that a
    /// number can hold. Empty for laws that have none to give (values that are multiples of one amount).
    pub log_score: Vec<f64>,
    /// The continuous ranked probability score, in units of the quantity: the lower the better.
    pub crps: Vec<f64>,
    /// P(less) and P(as much or less): between them lies the probability integral transform of what happened.
    pub pit: Vec<(f64, f64)>,
}

/// How a forecast met what happened.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Meeting {
    /// Of the number of purchases.
    pub purchases: Met,
    /// Of their value; `None` without money.
    pub value: Option<Met>,
}

impl Met {
    /// Takes in a customer who bought so often.
    pub fn bought(&mut self, law: &CountLaw, n: u64) {
        self.log_score.push(law.ln_pmf(n));
        self.crps.push(law.crps(n));
        self.pit.push(law.pit(n));
    }

    /// Takes in a customer who spent so much.
    pub fn spent(&mut self, law: &AmountLaw, s: f64) {
        self.log_score.push(law.log_score(s));
        self.crps.push(law.crps(s));
        self.pit.push(law.pit(s));
    }

    fn append(&mut self, other: Self) {
        self.log_score.extend(other.log_score);
        self.crps.extend(other.crps);
        self.pit.extend(other.pit);
    }
}

impl Meeting {
    /// How the laws of some rows met what happened to all customers: how often each bought, and for how much.
    #[must_use]
    pub fn of(laws: &Laws, rows: Range<usize>, (purchases, value): (&[u32], Option<&[f64]>)) -> Self {
        let mut met = Met::default();
        for (law, &n) in laws.purchases.iter().zip(&purchases[rows.clone()]) {
            met.bought(law, u64::from(n));
        }
        let value = laws.value.as_ref().zip(value).map(|(laws, value)| {
            let mut met = Met::default();
            laws.iter().zip(&value[rows]).for_each(|(law, &s)| met.spent(law, s));
            met
        });
        Self { purchases: met, value }
    }

    /// Appends that of other customers.
    pub fn append(&mut self, other: Self) {
        self.purchases.append(other.purchases);
        match (&mut self.value, other.value) {
            (Some(value), Some(more)) => value.append(more),
            (None, Some(more)) if self.purchases.crps.len() == more.crps.len() => self.value = Some(more),
            _ => {}
        }
    }
}
