//! A trend as a table.

use super::{Foreseen, Trend, TrendRow};
use crate::table::{Column, Sheet};

impl Trend {
    /// A row for each period: `period, complete, new_customers, aov, purchase_frequency, retention, realised, predicted_then, predicted_then_lower,
    /// predicted_then_upper, predicted_now, lower, upper, alarm`.
    #[must_use]
    pub fn sheet(&self) -> Sheet {
        let rows = &self.rows;
        let words = |of: fn(&TrendRow) -> String| Column::Text(rows.iter().map(of).collect());
        let real = |of: fn(&TrendRow) -> Option<f64>| -> Vec<_> { rows.iter().map(of).collect() };
        let money = |of: fn(&TrendRow) -> Option<f64>| {
            if self.money { Column::Money(real(of)) } else { Column::Real(real(of)) }
        };
        Sheet::new()
            .with("period", words(|row| row.period.clone()))
            .with("complete", Column::Flag(rows.iter().map(|row| row.complete).collect()))
            .with("new_customers", Column::Count(rows.iter().map(|row| row.new_customers).collect()))
            .with("aov", money(|row| row.aov))
            .with("purchase_frequency", Column::Real(real(|row| Some(row.purchase_frequency))))
            .with("retention", Column::Share(real(|row| row.retention)))
            .with("realised", money(|row| Some(row.realised)))
            .with("predicted_then", money(|row| row.then.map(value)))
            .with("predicted_then_lower", money(|row| row.then.and_then(low)))
            .with("predicted_then_upper", money(|row| row.then.and_then(high)))
            .with("predicted_now", money(|row| row.now.map(value)))
            .with("lower", money(|row| row.now.and_then(low)))
            .with("upper", money(|row| row.now.and_then(high)))
            .with("alarm", words(|row| row.alarms.join("; ")))
    }
}

fn value(foreseen: Foreseen) -> f64 {
    foreseen.value
}

fn low(foreseen: Foreseen) -> Option<f64> {
    foreseen.interval.map(|ends| ends.0)
}

fn high(foreseen: Foreseen) -> Option<f64> {
    foreseen.interval.map(|ends| ends.1)
}
