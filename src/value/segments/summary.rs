//! How large segments are, and what they are worth.

use super::{Kind, Known, Monetary, Segments};
use crate::Result;
use crate::table::{Column, Sheet};
use crate::units::Share;
use crate::value::{Future, Grouped, Outlook, Worth};

/// One segment.
#[derive(Debug, Clone, PartialEq)]
pub struct Size {
    /// By what it is told.
    pub kind: Kind,
    /// Its name.
    pub segment: String,
    /// Its part of the customers.
    pub of_customers: f64,
    /// Mean P(alive); `None` without a customer.
    pub p_alive: Option<f64>,
    /// Mean number of purchases so far, the first included; `None` without a customer.
    pub purchases: Option<f64>,
    /// Expected value of all its customers, with its interval and its part of the whole.
    pub worth: Worth,
}

/// All segments of all kinds.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The segments: by lifecycle, by tier, by the grid, each in the order of its rules.
    pub sizes: Vec<Size>,
    /// Whether value is money; purchases otherwise.
    pub money: bool,
}

impl Summary {
    /// Without intervals: what a table of scores tells.
    #[must_use]
    pub fn of(segments: &Segments, known: &Known<'_>, money: bool) -> Self {
        let worth = |kind: Kind| {
            let of = segments.by(kind);
            let mut sums = vec![(0u64, 0.0f64); of.names.len()];
            for (&at, expected) in of.of.iter().zip(known.expected) {
                sums[at as usize].0 += 1;
                sums[at as usize].1 += expected;
            }
            let all: f64 = sums.iter().map(|sum| sum.1).sum();
            let one = |(customers, expected): (u64, f64)| Worth {
                customers,
                expected,
                interval: None,
                share: (all > 0.0).then(|| expected / all),
                share_interval: None,
            };
            Ok(sums.into_iter().map(one).collect())
        };
        let sizes = sizes(segments, known, worth).unwrap_or_default(); // without intervals nothing can fail
        Self { sizes, money }
    }

    /// With intervals, of customers whose model is at hand. Segments of the grid have none where the first purchase tells them apart
    /// ([`Monetary::All`]), as no model of spend here looks at that purchase.
    ///
    /// # Errors
    /// As [`Future::worth`].
    pub fn with(segments: &Segments, outlook: &Outlook, future: &Future<'_>, level: Share) -> Result<Self> {
        let worth = |kind: Kind| {
            let of = segments.by(kind);
            let mut worth = future.worth(&Grouped {
                of: &of.of,
                groups: of.names.len(),
                horizon: outlook.periods.get(),
                expected: &outlook.expected,
                variance: &outlook.variance,
                p_none: &outlook.p_none,
                level,
            })?;
            if kind == Kind::Rfm && segments.by_first_purchase(outlook) {
                worth.iter_mut().for_each(|worth| (worth.interval, worth.share_interval) = (None, None));
            }
            Ok(worth)
        };
        Ok(Self { sizes: sizes(segments, &outlook.known(), worth)?, money: outlook.money })
    }

    /// The table: `segmentation, segment, customers, share, p_alive, purchases, expected_value, value_lower, value_upper, value_share,
    /// value_share_lower, value_share_upper`. Where there is no money, the value is the number of expected purchases.
    #[must_use]
    pub fn sheet(&self) -> Sheet {
        sheet(&self.sizes.iter().collect::<Vec<_>>(), self.money)
    }

    /// The rows of one kind.
    #[must_use]
    pub fn sheet_of(&self, kind: Kind) -> Sheet {
        sheet(&self.sizes.iter().filter(|size| size.kind == kind).collect::<Vec<_>>(), self.money)
    }
}

impl Segments {
    /// Whether the grid tells customers apart by their first purchase, of which the forecast knows nothing.
    pub(super) fn by_first_purchase(&self, outlook: &Outlook) -> bool {
        outlook.money && self.rules.rfm.money == Monetary::All
    }
}

fn sheet(sizes: &[&Size], money: bool) -> Sheet {
    let text = |pick: &dyn Fn(&Size) -> String| Column::Text(sizes.iter().map(|size| pick(size)).collect());
    let numbers =
        |pick: &dyn Fn(&Size) -> Option<f64>| sizes.iter().map(|size| pick(size)).collect::<Vec<_>>();
    let share = |pick: &dyn Fn(&Size) -> Option<f64>| Column::Share(numbers(pick));
    let value = |pick: &dyn Fn(&Size) -> Option<f64>| {
        if money { Column::Money(numbers(pick)) } else { Column::Real(numbers(pick)) }
    };
    Sheet::new()
        .with("segmentation", text(&|size| size.kind.name().to_owned()))
        .with("segment", text(&|size| size.segment.clone()))
        .with("customers", Column::Count(sizes.iter().map(|size| size.worth.customers).collect()))
        .with("share", share(&|size| Some(size.of_customers)))
        .with("p_alive", share(&|size| size.p_alive))
        .with("purchases", Column::Real(numbers(&|size| size.purchases)))
        .with("expected_value", value(&|size| Some(size.worth.expected)))
        .with("value_lower", value(&|size| size.worth.interval.map(|ends| ends.0)))
        .with("value_upper", value(&|size| size.worth.interval.map(|ends| ends.1)))
        .with("value_share", share(&|size| size.worth.share))
        .with("value_share_lower", share(&|size| size.worth.share_interval.map(|ends| ends.0)))
        .with("value_share_upper", share(&|size| size.worth.share_interval.map(|ends| ends.1)))
}

fn sizes(
    segments: &Segments,
    known: &Known<'_>,
    worth: impl Fn(Kind) -> Result<Vec<Worth>>,
) -> Result<Vec<Size>> {
    let mut sizes = Vec::new();
    for kind in Kind::ALL {
        let of = segments.by(kind);
        let mut sums = vec![(0.0f64, 0.0f64); of.names.len()];
        for (row, &at) in of.of.iter().enumerate() {
            let sum = &mut sums[at as usize];
            sum.0 += known.p_alive[row];
            sum.1 += f64::from(known.customers.frequency[row]) + 1.0;
        }
        for ((worth, segment), (alive, purchases)) in worth(kind)?.into_iter().zip(&of.names).zip(sums) {
            let count = worth.customers as f64;
            let mean = |sum: f64| (worth.customers > 0).then(|| sum / count);
            sizes.push(Size {
                kind,
                segment: segment.clone(),
                of_customers: count / of.of.len() as f64,
                p_alive: mean(alive),
                purchases: mean(purchases),
                worth,
            });
        }
    }
    Ok(sizes)
}
