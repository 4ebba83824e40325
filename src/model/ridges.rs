//! Ridges of purchase models, named in words.
//!
//! On many real shops the likelihood has no maximum inside: it rises for ever, ever slower, towards a simpler model
//! (nobody leaves; everyone buys at the same rate). The predictions of that simpler model are fine; the parameters
//! are not numbers to be read. Models ask here for the words; a fit asks the model only where the likelihood is flat.

use super::kernel::Moments;

/// A shape beyond this says: as good as no spread (a coefficient of variation below 3 %).
pub const NO_SPREAD: f64 = 1_000.0;
/// A shape below this says: nothing but extremes.
pub const EXTREMES: f64 = 1e-3;

/// Nobody is seen to leave.
pub const NOBODY_LEAVES: &str = "no drop-out is visible in this period: as far as these data go nobody leaves, and the \
     parameters of drop-out cannot be told apart from the border; predictions are those of the simpler NBD model (--model \
     nbd) and may be too high if customers do leave. A longer history would show it";

/// The ridge of drop-out after a purchase, p ~ Beta(a, b).
pub fn geometric_drop_out(a: f64, b: f64, moments: &Moments) -> Option<&'static str> {
    let (leave, repeats) = (a / (a + b), moments.mean * moments.customers);
    if leave * repeats < 3.0 || leave < 0.02 {
        Some(NOBODY_LEAVES)
    } else if a + b > NO_SPREAD {
        Some(
            "all customers have the same chance of leaving after a purchase, as far as these data go: only a/(a+b) \
             is determined, not a and b",
        )
    } else if a + b < EXTREMES.sqrt() {
        Some(
            "customers either leave at the first chance or never, as far as these data go: a and b are at the border. \
             The history may be too short",
        )
    } else {
        None
    }
}

/// The ridge of purchase rates, λ ~ Gamma(r, α).
pub fn gamma_rates(r: f64, alpha: f64) -> Option<&'static str> {
    if r > NO_SPREAD || alpha > NO_SPREAD {
        Some(
            "all customers buy at the same rate, as far as these data go: only r/alpha is determined, not r and \
             alpha. Scores will hardly tell customers apart",
        )
    } else if r < EXTREMES {
        Some(
            "almost nobody buys again, and those who do are unlike each other: r is at the border. The history \
             is too short or repeat buyers too few",
        )
    } else {
        None
    }
}
