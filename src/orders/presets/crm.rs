//! What sales teams keep: a row is an opportunity or an order.

use super::super::Reason;
use super::{BARE, NO, Preset, Rule, Test, Then, YES, leave_out};

/// Their exports.
pub(super) const PRESETS: &[Preset] = &[OPPORTUNITIES, SALESFORCE_ORDERS];

/// Opportunities of Salesforce, as a report or as the object (developer.salesforce.com, Object Reference, "Opportunity"): what was won is a
/// purchase at its close date.
const OPPORTUNITIES: Preset = Preset {
    name: "salesforce",
    title: "Salesforce opportunities",
    marks: &[&["Close Date"], &["Amount"], &["Stage", "StageName"], &["Account ID", "Account Name"]],
    customer: &["Account ID", "Account Name"],
    date: &["Close Date"],
    amount: &["Amount"],
    order: &["Opportunity ID", "Id"],
    currency: &["CurrencyIsoCode", "Amount Currency", "Opportunity Currency"],
    rules: &[
        leave_out(&[(&["IsDeleted"], YES)], Reason::Cancelled),
        leave_out(&[(&["IsWon", "Won"], NO)], Reason::NotWon),
        // Stages have names of their own in every company; the flag is sure.
        Rule { when: &[(&["IsWon", "Won"], YES)], then: Then::Use },
        leave_out(&[(&["Stage", "StageName"], Test::HasNot(&["won"]))], Reason::NotWon),
    ],
    ..BARE
};

/// Orders of Salesforce (developer.salesforce.com, Object Reference, "Order"): a draft is not yet one, and a reduction order takes back.
const SALESFORCE_ORDERS: Preset = Preset {
    name: "salesforce",
    title: "Salesforce orders",
    marks: &[
        &["Order Number"],
        &["EffectiveDate", "Order Start Date"],
        &["Status", "StatusCode"],
        &["TotalAmount", "Order Amount"],
        &["AccountId", "Account Name"],
    ],
    customer: &["AccountId", "Account Name"],
    date: &["EffectiveDate", "Order Start Date"],
    amount: &["TotalAmount", "Order Amount"],
    order: &["Id", "Order ID", "Order Number"],
    currency: &["CurrencyIsoCode", "Order Amount Currency", "Order Currency"],
    refund_order: &["OriginalOrderId"],
    rules: &[
        leave_out(&[(&["IsDeleted"], YES)], Reason::Cancelled),
        leave_out(&[(&["Status", "StatusCode"], Test::Has(&["cancel"]))], Reason::Cancelled),
        leave_out(&[(&["Status", "StatusCode"], Test::Has(&["draft"]))], Reason::NotPaid),
        Rule { when: &[(&["IsReductionOrder", "Reduction Order"], YES)], then: Then::Refund },
    ],
    ..BARE
};
