//! Some of the customers of a past, by their numbers in the orders.

use std::ops::Range;

use super::{Customers, Past};
use crate::units::TimeUnit;

impl Past<'_> {
    /// The customers of a range of the orders who have a purchase up to the cut-off, by their numbers in [`crate::orders::Orders`]: the rows of
    /// [`Past::customers`] for the whole range, and of [`Past::parts`] for the range of a part.
    #[must_use]
    pub fn indices(&self, range: Range<usize>) -> Vec<u32> {
        let parts = self.over_pieces(range, |netter, piece| {
            let bought = |customer: &usize| !self.purchases(netter, *customer).is_empty();
            piece.filter(bought).map(|customer| customer as u32).collect::<Vec<u32>>()
        });
        parts.into_iter().flat_map(|(part, _)| part).collect()
    }

    /// The table of some customers, by their numbers in the orders, in this order; those without a purchase up to the cut-off are left out.
    #[must_use]
    pub fn customers_of(&self, unit: TimeUnit, who: &[u32]) -> Customers {
        let orders = self.orders();
        let empty = || Customers::empty(self.unit(unit), orders.options.grain, Some(self.cutoff()));
        let parts = self.over_pieces(0..who.len(), |netter, piece| {
            let mut part = empty();
            for customer in who[piece].iter().map(|&customer| customer as usize) {
                let purchases = self.purchases(netter, customer);
                let (money, logs) = (orders.has_money(), self.tells_logs());
                if part.push_purchases(customer, purchases, self.cutoff(), money, logs) {
                    part.ids.push(orders.ids.get(customer));
                }
            }
            part
        });
        let mut all = empty();
        all.reserve(who.len(), orders.has_money(), self.tells_logs());
        parts.into_iter().for_each(|(part, _)| all.append(part));
        all
    }
}
