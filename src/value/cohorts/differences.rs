//! Whether cohorts (and groups) differ by more than luck.

use super::{Age, Cohort, Cohorts};
use crate::math::means::{PowerSums, by_luck, difference};
use crate::table::{Column, Sheet};
use crate::units::Share;

/// What a difference is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// More than the others, and more than luck.
    Higher,
    /// Less, and more than luck.
    Lower,
    /// No more than luck would do.
    Luck,
    /// Too few customers, or all of them alike: nothing can be said.
    Unknown,
}

impl Verdict {
    /// More than luck is what both say at a level: the interval, and the chance that customers drawn from all had done the same.
    fn of(interval: Option<(f64, f64)>, luck: Option<(f64, f64)>, level: f64) -> Self {
        let (Some((low, high)), Some((lower, higher))) = (interval, luck) else { return Self::Unknown };
        let rare = 0.5 * (1.0 - level);
        if low > 0.0 && higher < rare {
            Self::Higher
        } else if high < 0.0 && lower < rare {
            Self::Lower
        } else {
            Self::Luck
        }
    }

    /// In a word or two.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
            Self::Luck => "may be luck",
            Self::Unknown => "too few",
        }
    }
}

/// Of fewer customers than this nothing is said.
const FEW: u64 = 5;

/// One cohort (or group) against others at the same age.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Its name.
    pub name: String,
    /// The complete age up to which value is counted, of all of them.
    pub age: usize,
    /// Its customers.
    pub customers: u64,
    /// Their mean value up to that age.
    pub value: f64,
    /// The customers of the others.
    pub others: u64,
    /// Their mean value up to that age.
    pub others_value: f64,
    /// The interval of the difference; `None` where it has none: fewer than five customers, or all alike.
    pub interval: Option<(f64, f64)>,
    /// What it is.
    pub verdict: Verdict,
}

/// Differences whose intervals hold all together at a level.
#[derive(Debug, Clone, PartialEq)]
pub struct Differences {
    /// One a cohort or group that can be compared.
    pub rows: Vec<Difference>,
    /// The level at which all intervals together hold.
    pub level: Share,
}

/// Somebody and the others, not yet compared.
struct Pair {
    name: String,
    age: usize,
    one: PowerSums,
    others: PowerSums,
}

impl Cohorts {
    /// The value of a customer in each cohort, against the customers of all cohorts before it at the same age: the oldest age that it has completed, or
    /// the one given. The oldest cohort is held against the next. Customers are independent, so the interval is that of two means
    /// ([`difference`]), each at the level^(1/rows) (Šidák 1967, J. Am. Stat. Assoc. 62, 626–633), so that all hold together at the level. A cohort without any of the rare
    /// large customers does not know how large its own variance is; so a difference is called more than luck only where a permutation test
    /// ([`by_luck`]) says so too.
    #[must_use]
    pub fn differences(&self, level: Share, age: Option<usize>) -> Differences {
        let mut pairs = Vec::new();
        for (at, cohort) in self.whole.iter().enumerate() {
            // The oldest has none before it: the next tells at which age the two can be compared.
            let younger = if at == 0 { self.whole.get(1) } else { Some(cohort) };
            let Some(oldest) = younger.and_then(Cohort::oldest) else { continue };
            let age = age.unwrap_or(oldest);
            let others = if at == 0 { self.whole.get(1..2) } else { self.whole.get(..at) };
            let others = sum(others.unwrap_or_default().iter().filter_map(|other| complete(other, age)));
            if let (Some(one), true) = (complete(cohort, age), others.count > 0) {
                pairs.push(Pair { name: self.label(cohort), age, one: one.value, others });
            }
        }
        judged(pairs, level)
    }

    /// The value of a customer in each group against that in all other groups, at the same age: the oldest that the cohorts of at least half of
    /// the customers have completed, or the one given. Cohorts are taken together, so groups that came at other times differ for that reason as well.
    #[must_use]
    pub fn group_differences(&self, level: Share, age: Option<usize>) -> Differences {
        let Some(age) = age.or_else(|| self.usual_age()) else { return judged(Vec::new(), level) };
        let of = |wanted: &dyn Fn(usize) -> bool| {
            sum(self.split.iter().filter(|cohort| wanted(cohort.group)).filter_map(|one| complete(one, age)))
        };
        let pair = |(group, name): (usize, &String)| {
            let (one, others) = (of(&|other| other == group), of(&|other| other != group));
            (one.count > 0 && others.count > 0).then(|| Pair { name: name.clone(), age, one, others })
        };
        judged(self.groups.iter().enumerate().filter_map(pair).collect(), level)
    }

    /// The oldest age that the cohorts of at least half of the customers have completed.
    #[must_use]
    pub fn usual_age(&self) -> Option<usize> {
        let all: u64 = self.whole.iter().map(|cohort| cohort.customers).sum();
        let mut seen = 0;
        // The oldest cohorts, which have completed the oldest ages, come first.
        for cohort in &self.whole {
            seen += cohort.customers;
            if 2 * seen >= all {
                return cohort.oldest();
            }
        }
        None
    }
}

fn complete(cohort: &Cohort, age: usize) -> Option<&Age> {
    cohort.ages.get(age).filter(|age| age.complete)
}

fn sum<'a>(ages: impl Iterator<Item = &'a Age>) -> PowerSums {
    let mut all = PowerSums::default();
    ages.for_each(|age| all.add(&age.value));
    all
}

fn judged(pairs: Vec<Pair>, level: Share) -> Differences {
    let each = level.get().powf(1.0 / pairs.len().max(1) as f64);
    let judge = |pair: Pair| {
        let Pair { name, age, one, others } = pair;
        let few = one.count < FEW || others.count < FEW;
        let interval = if few { None } else { difference(&one, &others, each) };
        Difference {
            name,
            age,
            customers: one.count,
            value: one.mean().unwrap_or(0.0),
            others: others.count,
            others_value: others.mean().unwrap_or(0.0),
            interval,
            verdict: Verdict::of(interval, by_luck(&one, &others), each),
        }
    };
    Differences { rows: pairs.into_iter().map(judge).collect(), level }
}

impl Differences {
    /// As a table: `name, age, customers, value, others, others_value, difference, lower, upper, verdict`.
    #[must_use]
    pub fn sheet(&self) -> Sheet {
        let money = |of: fn(&Difference) -> Option<f64>| Column::Money(self.rows.iter().map(of).collect());
        let count = |of: fn(&Difference) -> u64| Column::Count(self.rows.iter().map(of).collect());
        let words = |of: fn(&Difference) -> String| Column::Text(self.rows.iter().map(of).collect());
        Sheet::new()
            .with("name", words(|row| row.name.clone()))
            .with("age", count(|row| row.age as u64))
            .with("customers", count(|row| row.customers))
            .with("value", money(|row| Some(row.value)))
            .with("others", count(|row| row.others))
            .with("others_value", money(|row| Some(row.others_value)))
            .with("difference", money(|row| Some(row.value - row.others_value)))
            .with("lower", money(|row| row.interval.map(|ends| ends.0)))
            .with("upper", money(|row| row.interval.map(|ends| ends.1)))
            .with("verdict", words(|row| row.verdict.word().to_owned()))
    }
}
