//! Key figures by period and group, and the simple formulas of lifetime value that shops are taught.
//!
//! Every figure of a period is of the customers who bought in it, and of what they had bought by its end: nothing later is in it but refunds, which
//! are set off against their orders. The formulas stand here because
//! people use them; `docs/metrics-formulas.md` says who teaches each, what it assumes and when it misleads, and [`check`] holds them against
//! what then happened.

mod check;
mod gather;

pub use check::{Checked, FORMULAS, Plan, check, sheet as checked_sheet, summary};
pub use gather::{Cell, Tallies};

use crate::features::Past;
use crate::table::{Column, Sheet};
use crate::units::{CalendarPeriod, Share, TimeUnit};
use crate::{Error, Result};

use super::Groups;

/// The name of all customers together, beside groups.
pub const WHOLE: &str = "all";

/// Figures of one group in one period. Money is in the shop's units; what does not exist (a rate of nobody, a retention before the second
/// period) is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// The period: `2024-03`, `2024-Q1`, `2024`.
    pub period: String,
    /// The group, or [`WHOLE`].
    pub group: String,
    /// Whether the whole period was observed.
    pub complete: bool,
    /// Customers with a purchase in the period.
    pub customers: u64,
    /// Of them those whose first purchase it was.
    pub new_customers: u64,
    /// The others.
    pub returning_customers: u64,
    /// Orders.
    pub orders: u64,
    /// What was paid, less refunds; `None` without money.
    pub revenue: Option<f64>,
    /// The part of it that is earned.
    pub margin: Option<f64>,
    /// Revenue / orders.
    pub aov: Option<f64>,
    /// Orders / customers, within the period.
    pub purchase_frequency: Option<f64>,
    /// Customers with more than one order so far / customers.
    pub repeat_rate: Option<f64>,
    /// Customers of the period before who bought in this one / customers of the period before.
    pub retention_rate: Option<f64>,
    /// 1 − retention.
    pub churn_rate: Option<f64>,
    /// Mean time from first to last purchase so far, in months of 30.4375 days.
    pub lifespan_months: Option<f64>,
    /// Revenue / customers.
    pub arpu: Option<f64>,
    /// Margin / customers.
    pub ampu: Option<f64>,
    /// Mean revenue so far.
    pub ltv_historical: Option<f64>,
    /// aov × purchases a year × lifespan in years.
    pub ltv_simple: Option<f64>,
    /// aov × repeat rate × lifespan in months.
    pub ltv_repeat: Option<f64>,
    /// ampu of the period / churn rate.
    pub ltv_churn: Option<f64>,
}

/// What is left of revenue.
#[derive(Debug, Clone, Copy)]
pub enum Margin<'a> {
    /// The same part everywhere.
    Part(Share),
    /// Costs by period and group, gathered from a column of costs in the same way as revenue.
    Costs(&'a Tallies),
}

/// The figures of all periods and groups, by period, then group; beside several groups stands the whole.
///
/// # Errors
/// [`Error::Usage`] for costs that were not gathered by the same periods and groups.
pub fn figures(
    past: &Past<'_>,
    groups: &Groups,
    period: CalendarPeriod,
    margin: Margin<'_>,
) -> Result<Vec<Figures>> {
    let tallies = Tallies::gather(past, groups, period);
    if let Margin::Costs(costs) = margin
        && !costs.fits(&tallies)
    {
        return Err(Error::usage("costs and revenue were gathered by different periods or groups"));
    }
    let grain = past.orders().options.grain;
    let months = TimeUnit::Month.days() * f64::from(grain.ticks_per_day());
    let mut all = Vec::new();
    for at in 0..tallies.periods() {
        let index = tallies.first() + at as i32;
        let complete =
            past.orders().first_tick().is_some_and(|first| period.start(grain, index) >= first || at > 0)
                && period.end(grain, index) <= past.cutoff();
        for (group, name) in named(groups).filter(|(group, _)| !tallies.is_empty(*group)) {
            let (now, before) =
                (tallies.cell(at, group), at.checked_sub(1).map(|at| tallies.cell(at, group)));
            let mut figures = Figures::of(&now, before.as_ref(), (period, months), past.orders().has_money());
            let cost = |costs: &Tallies| costs.revenue_in(index, group);
            figures.earn(match margin {
                Margin::Part(share) => figures.revenue.map(|revenue| revenue * share.get()),
                Margin::Costs(costs) => figures.revenue.map(|revenue| revenue - cost(costs)),
            });
            all.push(Figures { period: period.label(index), group: name.to_owned(), complete, ..figures });
        }
    }
    Ok(all)
}

/// Groups by number and name; `None` is all of them together.
fn named(groups: &Groups) -> impl Iterator<Item = (Option<usize>, &str)> {
    let several = groups.len() > 1;
    let each =
        groups.names.iter().enumerate().filter(move |_| several).map(|(at, name)| (Some(at), name.as_str()));
    each.chain([(None, WHOLE)])
}

/// A ratio; `None` of nothing.
fn ratio(above: f64, below: f64) -> Option<f64> {
    (below > 0.0).then(|| above / below)
}

impl Figures {
    /// What follows from the tallies of a period and of the one before, but for what is earned.
    fn of(now: &Cell, before: Option<&Cell>, (period, months): (CalendarPeriod, f64), money: bool) -> Self {
        let customers = now.customers as f64;
        let revenue = money.then(|| now.revenue());
        let aov = revenue.and_then(|revenue| ratio(revenue, now.orders as f64));
        let purchase_frequency = ratio(now.orders as f64, customers);
        let repeat_rate = ratio(now.repeaters as f64, customers);
        let retention_rate = before.and_then(|before| ratio(now.retained as f64, before.customers as f64));
        let lifespan_months = ratio(now.span as f64 / months, customers);
        let simple = |aov: f64| Some(aov * purchase_frequency? * period.per_year() * lifespan_months? / 12.0);
        Self {
            period: String::new(),
            group: String::new(),
            complete: true,
            customers: now.customers,
            new_customers: now.new,
            returning_customers: now.customers - now.new,
            orders: now.orders,
            revenue,
            margin: None,
            aov,
            purchase_frequency,
            repeat_rate,
            retention_rate,
            churn_rate: retention_rate.map(|retention| 1.0 - retention),
            lifespan_months,
            arpu: revenue.and_then(|revenue| ratio(revenue, customers)),
            ampu: None,
            ltv_historical: money.then(|| ratio(now.so_far(), customers)).flatten(),
            ltv_simple: aov.and_then(simple),
            ltv_repeat: aov.and_then(|aov| Some(aov * repeat_rate? * lifespan_months?)),
            ltv_churn: None,
        }
    }

    /// What is earned, and what follows from it.
    fn earn(&mut self, margin: Option<f64>) {
        self.margin = margin;
        self.ampu = margin.and_then(|margin| ratio(margin, self.customers as f64));
        self.ltv_churn = self.ampu.zip(self.churn_rate).and_then(|(ampu, churn)| ratio(ampu, churn));
    }
}

/// The figures as a table, a row a period and group.
#[must_use]
pub fn sheet(figures: &[Figures]) -> Sheet {
    let text =
        |of: fn(&Figures) -> &String| Column::Text(figures.iter().map(|row| of(row).clone()).collect());
    let count = |of: fn(&Figures) -> u64| Column::Count(figures.iter().map(of).collect());
    let column = |of: fn(&Figures) -> Option<f64>| figures.iter().map(of).collect::<Vec<_>>();
    Sheet::new()
        .with("period", text(|row| &row.period))
        .with("group", text(|row| &row.group))
        .with("customers", count(|row| row.customers))
        .with("new_customers", count(|row| row.new_customers))
        .with("returning_customers", count(|row| row.returning_customers))
        .with("orders", count(|row| row.orders))
        .with("revenue", Column::Money(column(|row| row.revenue)))
        .with("margin", Column::Money(column(|row| row.margin)))
        .with("aov", Column::Money(column(|row| row.aov)))
        .with("purchase_frequency", Column::Real(column(|row| row.purchase_frequency)))
        .with("repeat_rate", Column::Share(column(|row| row.repeat_rate)))
        .with("retention_rate", Column::Share(column(|row| row.retention_rate)))
        .with("churn_rate", Column::Share(column(|row| row.churn_rate)))
        .with("lifespan_months", Column::Real(column(|row| row.lifespan_months)))
        .with("arpu", Column::Money(column(|row| row.arpu)))
        .with("ampu", Column::Money(column(|row| row.ampu)))
        .with("ltv_historical", Column::Money(column(|row| row.ltv_historical)))
        .with("ltv_simple", Column::Money(column(|row| row.ltv_simple)))
        .with("ltv_repeat", Column::Money(column(|row| row.ltv_repeat)))
        .with("ltv_churn", Column::Money(column(|row| row.ltv_churn)))
        .with("complete", Column::Flag(figures.iter().map(|row| row.complete).collect()))
}
