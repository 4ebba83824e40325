//! The law of sums of lognormal orders.

use ltv::model::LogSums;

use crate::table::{Table, Worst};

#[test]
fn the_law_of_sums_of_lognormal_orders_is_right() {
    let (mut lower, mut upper) = (Worst::of("P(S ≤ s)"), Worst::of("P(S > s)"));
    let (mut density, mut quantile) = (Worst::of("density of ln S"), Worst::of("quantile"));
    for row in Table::read("log_normal").rows(["sigma", "tau", "orders", "y", "below", "density"]) {
        let [sigma, tau, orders, y, below, right] = row;
        let found = LogSums::new(sigma).at(orders, tau, y);
        lower.relative(found.below, below, &row);
        upper.relative(found.above, 1.0 - below, &row);
        density.relative(found.density, right, &row);
        // By how much s is off where the distribution function is what it should be, relative to s.
        quantile.against(1.0, y + (below - found.below) / right, y, &row);
    }
    // The largest are at P(S ≤ s) = 3e-8, where the law of ln S is steepest for its grid.
    lower.assert_below(5e-6);
    upper.assert_below(4e-9);
    density.assert_below(3e-5);
    quantile.assert_below(4e-7);
}
