//! The special functions.

use ltv::math::special::{
    IncompleteBeta, digamma, digamma_diff, ln_beta, ln_gamma, ln_poch, ln_tricomi_u, trigamma, trigamma_diff,
};

use crate::table::{Table, Worst};

#[test]
fn the_gamma_function_and_its_derivatives_are_right() {
    let (mut ln, mut first, mut second) =
        (Worst::of("ln_gamma"), Worst::of("digamma"), Worst::of("trigamma"));
    for row in Table::read("gamma").rows(["x", "ln_gamma", "digamma", "trigamma"]) {
        let [x, l, d, t] = row;
        ln.relative(ln_gamma(x), l, &x);
        first.relative(digamma(x), d, &x);
        second.relative(trigamma(x), t, &x);
    }
    ln.assert_below(3e-16);
    first.assert_below(6e-16);
    second.assert_below(5e-16);
}

#[test]
fn differences_of_the_gamma_function_are_right_at_every_size() {
    let (mut ln, mut first, mut second) =
        (Worst::of("ln_poch"), Worst::of("digamma_diff"), Worst::of("trigamma_diff"));
    for row in Table::read("pochhammer").rows(["b", "n", "ln_poch", "digamma_diff", "trigamma_diff"]) {
        let [b, n, l, d, t] = row;
        // The logarithm has a zero at b = 1.4616, n = 0 and from there on to smaller b; there its parts' size is n.
        ln.against(l.abs().max(if b < 2.0 { n.min(1.0) } else { 0.0 }), ln_poch(b, n), l, &(b, n));
        first.relative(digamma_diff(b, n), d, &(b, n));
        second.relative(trigamma_diff(b, n), t, &(b, n));
    }
    ln.assert_below(3e-15);
    first.assert_below(6e-16);
    second.assert_below(1e-15);
}

#[test]
fn ln_beta_is_right_at_every_size() {
    let mut worst = Worst::of("ln_beta");
    for [a, b, right] in Table::read("beta").rows(["a", "b", "ln_beta"]) {
        // It has a zero near a = b = 1.
        worst.against(right.abs().max(1.0), ln_beta(a, b), right, &(a, b));
        assert_eq!(ln_beta(a, b), ln_beta(b, a));
    }
    worst.assert_below(6e-16);
}

#[test]
fn both_tails_of_the_incomplete_beta_are_right() {
    let names = ["a", "b", "x", "y", "lower", "upper", "ln_lower", "ln_upper"];
    let mut shop = Worst::of("incomplete beta, shapes to 1e3, tails to 1e-30");
    let mut large = Worst::of("incomplete beta, shapes to 1e6, tails to 1e-30");
    let mut far = Worst::of("incomplete beta, any tail");
    let mut logs = Worst::of("ln of it");
    for row in Table::read("incomplete_beta").rows(names) {
        let [a, b, x, y, lower, upper, ln_lower, ln_upper] = row;
        let law = IncompleteBeta::new(a, b);
        let (found, ln) = (law.tails(x, y), law.ln_tails(x, y));
        let worst = if a.max(b) <= 1e3 { &mut shop } else { &mut large };
        for (found, right) in [(found.lower, lower), (found.upper, upper)] {
            if right > 1e-30 { &mut *worst } else { &mut far }.relative(found, right, &row);
        }
        logs.relative(ln.lower, ln_lower, &row);
        logs.relative(ln.upper, ln_upper, &row);
    }
    shop.assert_below(3e-14);
    large.assert_below(5e-14);
    // The exponential of a logarithm L is right to L units in the last place.
    far.assert_below(3e-13);
    logs.assert_below(3e-13);
}

#[test]
fn quantiles_of_the_beta_law_are_right_at_both_ends() {
    let mut worst = Worst::of("incomplete beta inverse");
    for row in Table::read("incomplete_beta_inverse").rows(["a", "b", "p", "q", "x", "y"]) {
        let [a, b, p, q, x, y] = row;
        let law = IncompleteBeta::new(a, b);
        let found = law.quantile(p, q);
        // Far in a tail with a small shape, one unit in the last place of p moves x by 1/shape of them.
        let amplified = p.min(q) / law.ln_logit_density(x, y).exp();
        let (found, right) = if x < y { (found.0, x) } else { (found.1, y) };
        worst.against(right * amplified.max(1.0), found, right, &row);
    }
    worst.assert_below(5e-14);
}

#[test]
fn tricomis_function_is_right_over_the_lifetimes_of_pareto_nbd_and_beyond() {
    let mut lifetimes = Worst::of("U(1, 2−s, z)");
    let mut any = Worst::of("U(a, b, z)");
    for [a, b, z, right] in Table::read("tricomi_u").rows(["a", "b", "z", "ln_u"]) {
        let worst = if a == 1.0 { &mut lifetimes } else { &mut any };
        worst.against(right.abs().max(1.0), ln_tricomi_u(a, b, z), right, &(a, b, z));
    }
    lifetimes.assert_below(2e-15);
    any.assert_below(2e-14);
}
