//! Analytics: a row is an event, and some events are purchases.

use super::super::Reason;
use super::{BARE, Names, Preset, Rule, Test, Then, YES, leave_out};

/// Their exports.
pub(super) const PRESETS: &[Preset] = &[GA4, GA4_CSV, MIXPANEL];

/// Events of the BigQuery export, as JSON lines or flattened to CSV (support.google.com/analytics/answer/7029846, "BigQuery Export
/// schema"). A refund is an event of its own with the id of the transaction. A purchase is often told twice, when its last page is loaded
/// again: of the events of a transaction the first counts.
const GA4: Preset = Preset {
    name: "ga4",
    title: "GA4 events of BigQuery",
    marks: &[&["event_name"], &["event_date", "event_timestamp"], &["user_pseudo_id"]],
    customer: &["user_id", "user_pseudo_id"],
    date: &["event_date", "event_timestamp"],
    amount: &[
        "ecommerce.purchase_revenue",
        "purchase_revenue",
        "event_params.value",
        "value",
        "ecommerce.purchase_revenue_in_usd",
        "purchase_revenue_in_usd",
    ],
    order: &["ecommerce.transaction_id", "transaction_id", "event_params.transaction_id"],
    currency: &["event_params.currency", "currency", "ecommerce.currency"],
    refund_amount: &["ecommerce.refund_value", "refund_value"],
    event: &["event_name"],
    once: true,
    rules: &[
        leave_out(&[(&["event_params.debug_mode", "debug_mode"], YES)], Reason::TestOrder),
        Rule { when: &[(&["event_name"], Test::Is(&["refund"]))], then: Then::Refund },
        leave_out(&[(&["event_name"], Test::IsNot(&["purchase", "in_app_purchase"]))], Reason::NotPurchase),
    ],
    ..BARE
};

/// An exploration of GA4 itself as CSV (support.google.com/analytics/answer/9327974, "Free-form exploration"; dimensions and metrics by
/// their names there). Rows without a transaction are totals and what GA4 withholds.
const GA4_CSV: Preset = Preset {
    name: "ga4",
    title: "a GA4 exploration",
    marks: &[
        &["Transaction ID"],
        &["Purchase revenue", "Total revenue"],
        &["Date", "Date + hour (YYYYMMDDHH)"],
    ],
    customer: &["User ID", "Effective user ID", "App-instance ID", "User pseudo ID", "Client ID"],
    date: &["Date"],
    amount: &["Purchase revenue"],
    order: &["Transaction ID"],
    currency: &["Currency"],
    refunded: &["Refund amount"],
    rules: &[leave_out(
        &[(
            &["Transaction ID"],
            Test::Is(&["", "(not set)", "(data not available)", "(other)", "Grand total", "Totals"]),
        )],
        Reason::NotPurchase,
    )],
    ..BARE
};

/// What events of Mixpanel are called that are a purchase: names are the shop's own, and these are those of its guides.
const PURCHASES: Names = &[
    "purchase",
    "purchased",
    "purchase completed",
    "completed purchase",
    "purchase complete",
    "purchase successful",
    "product purchased",
    "item purchased",
    "products purchased",
    "order",
    "order completed",
    "completed order",
    "order complete",
    "order placed",
    "placed order",
    "order paid",
    "checkout completed",
    "completed checkout",
    "checkout complete",
    "transaction",
    "transaction completed",
    "payment",
    "payment completed",
    "payment successful",
    "payment succeeded",
    "charge",
    "sale",
];
const REFUNDS: Names = &[
    "refund",
    "refunded",
    "order refunded",
    "refund completed",
    "purchase refunded",
    "payment refunded",
    "refund issued",
];

/// The raw event export, an event a line (docs.mixpanel.com/reference/raw-event-export).
const MIXPANEL: Preset = Preset {
    name: "mixpanel",
    title: "Mixpanel events",
    marks: &[&["event"], &["properties.distinct_id", "distinct_id"], &["properties.time", "time"]],
    customer: &["properties.distinct_id", "distinct_id", "properties.$user_id", "$user_id"],
    date: &["properties.time", "time"],
    amount: &[
        "properties.amount",
        "properties.revenue",
        "properties.total",
        "properties.order_total",
        "properties.total_amount",
        "properties.value",
        "properties.price",
        "amount",
        "revenue",
        "total",
        "value",
        "price",
    ],
    order: &[
        "properties.order_id",
        "properties.transaction_id",
        "properties.order_number",
        "order_id",
        "transaction_id",
    ],
    currency: &["properties.currency", "properties.currency_code", "currency"],
    event: &["event"],
    own_events: true,
    rules: &[
        leave_out(&[(&["properties.is_test", "properties.test"], YES)], Reason::TestOrder),
        Rule { when: &[(&["event"], Test::Is(REFUNDS))], then: Then::Refund },
        leave_out(&[(&["event"], Test::IsNot(PURCHASES))], Reason::NotPurchase),
    ],
    ..BARE
};
