//! The predictive laws: spend, numbers of purchases, discounted purchases.

use ltv::model::{BgNbd, GammaGamma, PurchaseModel};
use ltv::predict::{Purchases, Value, discounted_purchases, residual_purchases};
use ltv::units::Periods;

use crate::models::rfm;
use crate::table::{Table, Worst};

#[test]
fn the_law_of_spend_is_right_and_so_are_its_quantiles() {
    let names = [
        "r",
        "alpha",
        "a",
        "b",
        "p",
        "q",
        "v",
        "x",
        "t_x",
        "age",
        "m",
        "t",
        "s",
        "cdf",
        "survival",
        "order_value",
    ];
    let (mut below, mut above) = (Worst::of("P(S ≤ s)"), Worst::of("P(S > s) from 1e-3 up"));
    let mut rare = Worst::of("P(S > s) below, absolutely");
    let (mut quantile, mut order) = (Worst::of("quantiles of S"), Worst::of("expected order value"));
    for row in Table::read("value").rows(names) {
        let [r, alpha, a, b, p, q, v, x, t_x, age, m, t, s, cdf, survival, order_value] = row;
        let model = BgNbd::new(r, alpha, a, b).unwrap();
        let customer = rfm(x, t_x, age);
        let spend = GammaGamma::new(p, q, v).unwrap();
        let monetary = (x > 0.0).then_some(m);
        order.relative(spend.expected_order_value(customer.frequency, monetary).unwrap(), order_value, &row);
        let purchases = Purchases::of(&model, &customer, Periods::new(t).unwrap());
        let law = Value::new(&purchases, spend.given(customer.frequency, monetary));
        below.relative(law.cdf(s), cdf, &row);
        if survival >= 1e-3 {
            above.relative(law.survival(s), survival, &row);
        } else {
            // The mixture is cut where the more orders have a probability below 1e-13.
            rare.against(1.0, law.survival(s), survival, &row);
            continue;
        }
        // One unit in the last place of the probability moves s by so many.
        let slope = s * law.density(s);
        if survival <= 0.5 {
            let size = s * (survival / slope).max(1.0);
            quantile.against(size, law.upper_quantile(survival), s, &row);
        } else {
            let size = s * (cdf / slope).max(1.0);
            quantile.against(size, law.quantile(cdf), s, &row);
        }
    }
    order.assert_below(5e-16);
    below.assert_below(2e-13);
    // The mixture is cut where P(X > n) < 1e-13, and blocks of it are interpolated to 1e-12 of their weight.
    above.assert_below(3e-12);
    rare.assert_below(5e-15);
    quantile.assert_below(3e-12);
}

#[test]
fn quantiles_of_the_number_of_purchases_are_the_right_whole_numbers() {
    for row in
        Table::read("purchases").rows(["r", "alpha", "a", "b", "x", "t_x", "age", "t", "level", "quantile"])
    {
        let [r, alpha, a, b, x, t_x, age, t, level, quantile] = row;
        let model = BgNbd::new(r, alpha, a, b).unwrap();
        let law = Purchases::of(&model, &rfm(x, t_x, age), Periods::new(t).unwrap());
        assert_eq!(law.quantile(level), quantile as u64, "{row:?}");
    }
}

#[test]
fn discounted_purchases_are_right_over_a_horizon_and_over_the_whole_future() {
    let names = ["r", "alpha", "a", "b", "x", "t_x", "age", "delta", "horizon", "expected"];
    let mut worst = Worst::of("discounted purchases");
    for row in Table::read("discounted").rows(names) {
        let [r, alpha, a, b, x, t_x, age, delta, horizon, expected] = row;
        let model = BgNbd::new(r, alpha, a, b).unwrap();
        let customer = rfm(x, t_x, age);
        let law = model.given_alive(&customer);
        let living = if horizon < 0.0 {
            residual_purchases(&law, delta).unwrap()
        } else {
            discounted_purchases(&law, horizon, delta)
        };
        worst.relative(model.p_alive(&customer) * living, expected, &row);
    }
    worst.assert_below(1e-11);
}
