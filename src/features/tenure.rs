//! What a model of subscriptions knows of one.

/// What is known of a subscription: how many of its renewals were due, and whether the last of them was declined.
///
/// Somebody who paid for t periods and then did not renew has `due` = t and `left`: T = t. Somebody who renewed each of t times and
/// still subscribes has `due` = t: T > t.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tenure {
    /// Renewals that were due so far.
    pub due: u32,
    /// Whether the last of them was declined; all others were not.
    pub left: bool,
}
