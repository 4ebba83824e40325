//! Groups of customers: by what stands in a column of their first orders.

use crate::orders::{Attribute, Orders};
use crate::{Error, Result};

/// Customers in groups: each customer of the orders is in exactly one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    /// What they are told apart by: a column of the orders; empty where all are one group.
    pub by: String,
    /// Their names, the largest group first; the group of all the rest, where there is one, is last.
    pub names: Vec<String>,
    /// The group of each customer of the orders, by its number there.
    pub of: Vec<u32>,
    /// How many values of the column are in the group of the rest; 0 where every value has a group of its own.
    pub folded: usize,
}

impl Groups {
    /// The name of the group where there is only one.
    pub const ALL: &str = "all";

    /// So many groups are told apart unless another number is asked for.
    pub const MOST: usize = 40;

    /// All customers as one group.
    #[must_use]
    pub fn one(orders: &Orders) -> Self {
        Self { by: String::new(), names: vec![Self::ALL.into()], of: vec![0; orders.len()], folded: 0 }
    }

    /// By a column that was kept when the orders were read ([`crate::orders::ReadOptions::attributes`]). Of more than `most` values those with the
    /// most customers have groups of their own, and the rest are together in one.
    ///
    /// # Errors
    /// [`Error::Usage`] if the column was not kept, or `most` is 0.
    pub fn by(orders: &Orders, column: &str, most: usize) -> Result<Self> {
        if most == 0 {
            return Err(Error::usage("at least one group must be told apart"));
        }
        let found = orders.attribute(column).ok_or_else(|| {
            Error::usage(format!("the column `{column}` was not kept when the orders were read"))
        })?;
        Ok(Self::of_attribute(found, most))
    }

    fn of_attribute(attribute: &Attribute, most: usize) -> Self {
        let mut customers = vec![0u32; attribute.levels.len()];
        attribute.codes.iter().for_each(|&code| customers[code as usize] += 1);
        let mut order: Vec<usize> = (0..customers.len()).filter(|&level| customers[level] > 0).collect();
        order.sort_by_key(|&level| std::cmp::Reverse(customers[level])); // stable: equals stay by letter
        let own = if order.len() > most { most - 1 } else { order.len() };
        let folded = order.len() - own;
        let mut group = vec![own as u32; customers.len()];
        order.iter().take(own).enumerate().for_each(|(at, &level)| group[level] = at as u32);
        let mut names: Vec<String> =
            order.iter().take(own).map(|&level| attribute.levels.get(level).to_owned()).collect();
        if folded > 0 {
            names.push(format!("(the other {folded})"));
        }
        let of = attribute.codes.iter().map(|&code| group[code as usize]).collect();
        Self { by: attribute.name.clone(), names, of, folded }
    }

    /// The same customers in the groups of others, by name: values that are no group there are in its group of the rest.
    #[must_use]
    pub fn named_as(&self, others: &Self) -> Self {
        let rest = others.len().saturating_sub(1);
        let place =
            |name: &String| others.names.iter().position(|other| other == name).unwrap_or(rest) as u32;
        let places: Vec<u32> = self.names.iter().map(place).collect();
        Self { of: self.of.iter().map(|&group| places[group as usize]).collect(), ..others.clone() }
    }

    /// How many groups.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// A word about values that have no group of their own.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        (self.folded > 0).then(|| {
            format!(
                "`{}` has {} values: the {} with the most customers are told apart, the other {} are one group",
                self.by,
                self.len() - 1 + self.folded,
                self.len() - 1,
                self.folded
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Ids;

    fn attribute(values: &[&str]) -> Attribute {
        let mut levels: Vec<&str> = values.to_vec();
        levels.sort_unstable();
        levels.dedup();
        let codes = values.iter().map(|v| levels.iter().position(|l| l == v).unwrap() as u32).collect();
        Attribute { name: "channel".into(), levels: levels.into_iter().collect::<Ids>(), codes }
    }

    #[test]
    fn the_largest_groups_come_first_and_the_rest_is_one() {
        let all = attribute(&["a", "b", "b", "c", "d"]);
        let groups = Groups::of_attribute(&all, 40);
        assert_eq!(groups.names, ["b", "a", "c", "d"]);
        assert_eq!(groups.of, [1, 0, 0, 2, 3]);
        assert_eq!(groups.note(), None);
        let folded = Groups::of_attribute(&all, 3);
        assert_eq!(folded.names, ["b", "a", "(the other 2)"]);
        assert_eq!(folded.of, [1, 0, 0, 2, 2]);
        assert!(folded.note().unwrap().contains("4 values"));
    }
}
