//! The answer as tables.

use super::budget::Gain;
use super::rows::{Acquisition, Row};
use super::worth::Worth;
use crate::table::{Column, Sheet};

impl Acquisition {
    /// All rows: `channel, period, cost, new_customers, cac, ltv, ltv_lower, ltv_upper, ltv_to_cac, payback_months, roi, max_cac`, and then
    /// `payback_lower, payback_upper, ltv_raw, weight, next_lower, next_upper, level, note`.
    #[must_use]
    pub fn sheet(&self) -> Sheet {
        self.sheet_of(&self.rows.iter().collect::<Vec<_>>())
    }

    /// Some rows, likewise.
    #[must_use]
    pub fn sheet_of(&self, rows: &[&Row]) -> Sheet {
        let text = |of: &dyn Fn(&Row) -> String| Column::Text(rows.iter().map(|row| of(row)).collect());
        let all = |of: &dyn Fn(&Row) -> Option<f64>| rows.iter().map(|row| of(row)).collect::<Vec<_>>();
        let worth = |of: &dyn Fn(&Worth) -> Option<f64>| all(&|row| row.worth.as_ref().and_then(of));
        let month = |month: Option<u32>| month.map(f64::from);
        let last = self.plan.months as usize;
        Sheet::new()
            .with("channel", text(&|row| row.channel.clone()))
            .with("period", text(&|row| row.period.clone()))
            .with("cost", Column::Money(all(&|row| row.cost)))
            .with("new_customers", Column::Count(rows.iter().map(|row| row.customers()).collect()))
            .with("cac", Column::Money(all(&Row::cac)))
            .with("ltv", Column::Money(worth(&|worth| Some(worth.ltv()))))
            .with("ltv_lower", Column::Money(worth(&|worth| worth.interval(last).map(|ends| ends.0))))
            .with("ltv_upper", Column::Money(worth(&|worth| worth.interval(last).map(|ends| ends.1))))
            .with("ltv_to_cac", Column::Real(all(&Row::ratio)))
            .with("payback_months", Column::Real(all(&|row| month(row.payback()))))
            .with("roi", Column::Share(all(&Row::roi)))
            .with("max_cac", Column::Money(all(&|row| row.max_cac(&self.plan.target))))
            .with("payback_lower", Column::Real(all(&|row| month(row.payback_between().0))))
            .with("payback_upper", Column::Real(all(&|row| month(row.payback_between().1))))
            .with("ltv_raw", Column::Money(worth(&|worth| Some(worth.ltv_raw()))))
            .with("weight", Column::Share(worth(&|worth| Some(worth.weight))))
            .with("next_lower", Column::Money(worth(&|worth| Some(worth.next(self.plan.level).0))))
            .with("next_upper", Column::Money(worth(&|worth| Some(worth.next(self.plan.level).1))))
            .with("level", text(&|row| row.level.name().to_owned()))
            .with("note", text(&|row| row.notes.join("; ")))
    }
}

impl Gain {
    /// `channel, cost_before, cost_after, customers_before, customers_after, ltv, gain, gain_lower, gain_upper`; the last row is the whole.
    #[must_use]
    pub fn sheet(&self) -> Sheet {
        let money = |of: &dyn Fn(&super::budget::Moved) -> Option<f64>| {
            Column::Money(self.channels.iter().chain([&self.total]).map(of).collect())
        };
        let each = || self.channels.iter().chain([&self.total]);
        Sheet::new()
            .with("channel", Column::Text(each().map(|moved| moved.channel.clone()).collect()))
            .with("cost_before", money(&|moved| Some(moved.cost.0)))
            .with("cost_after", money(&|moved| Some(moved.cost.1)))
            .with("customers_before", Column::Real(each().map(|moved| Some(moved.customers.0)).collect()))
            .with("customers_after", Column::Real(each().map(|moved| Some(moved.customers.1)).collect()))
            .with("ltv", money(&|moved| moved.ltv))
            .with("gain", money(&|moved| Some(moved.gain)))
            .with("gain_lower", money(&|moved| Some(moved.between.0)))
            .with("gain_upper", money(&|moved| Some(moved.between.1)))
    }
}
