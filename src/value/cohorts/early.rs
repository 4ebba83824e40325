//! Customers by what they did in their first days.

use crate::features::Past;
use crate::units::Tick;
use crate::value::Groups;

/// Customers by whether they bought again within so many days of their first purchase. Of those whose first purchase is not so long ago nobody
/// can tell yet: they are a group of their own, those who already bought again too, as the others among them still may.
#[must_use]
pub fn within_days(past: &Past<'_>, days: u32) -> Groups {
    let orders = past.orders();
    let length = i64::from(days) * i64::from(orders.options.grain.ticks_per_day());
    let apart = |from: Tick, to: Tick| i64::from(to.0) - i64::from(from.0);
    let parts = past.walk(Vec::new, |classes, customer, purchases| {
        let Some(first) = purchases.first() else { return };
        let again = purchases.get(1).is_some_and(|next| apart(first.tick, next.tick) <= length);
        let class = if apart(first.tick, past.cutoff()) < length { 2 } else { u32::from(!again) };
        classes.push((customer, class));
    });
    let mut of = vec![2; orders.len()];
    parts.into_iter().flatten().for_each(|(customer, class)| of[customer] = class);
    Groups {
        by: format!("first {days} days"),
        names: vec![
            format!("again within {days} days"),
            format!("not within {days} days"),
            "too new to tell".into(),
        ],
        of,
        folded: 0,
    }
}
