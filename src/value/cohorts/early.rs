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
            format!("back in {days} days"),
            format!("not back in {days} days"),
            "too new to tell".into(),
        ],
        of,
        folded: 0,
    }
}

/// Customers by two things at once: each name of the one with each of the other that somebody has.
#[must_use]
pub fn crossed(one: &Groups, other: &Groups) -> Groups {
    let wide = other.len() as u32;
    let mut of: Vec<u32> = one.of.iter().zip(&other.of).map(|(one, other)| one * wide + other).collect();
    let mut seen = vec![false; one.len() * other.len()];
    of.iter().for_each(|&group| seen[group as usize] = true);
    let kept: Vec<usize> = (0..seen.len()).filter(|&group| seen[group]).collect();
    let mut place = vec![0; seen.len()];
    kept.iter().enumerate().for_each(|(at, &group)| place[group] = at as u32);
    of.iter_mut().for_each(|group| *group = place[*group as usize]);
    let name =
        |&group: &usize| format!("{}, {}", one.names[group / other.len()], other.names[group % other.len()]);
    Groups { by: format!("{}, {}", one.by, other.by), names: kept.iter().map(name).collect(), of, folded: 0 }
}
