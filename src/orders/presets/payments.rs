//! Payment services: a row is a payment, or money on another way.

use super::super::Reason;
use super::{BARE, NO, Preset, Rule, Test, Then, leave_out};

/// Their exports.
pub(super) const PRESETS: &[Preset] = &[STRIPE, STRIPE_API, PAYPAL];

/// Payments > Export of the dashboard (docs.stripe.com, "Exporting payment reports": columns of the payments CSV). Amounts are in the
/// currency's units.
const STRIPE: Preset = Preset {
    name: "stripe",
    title: "a Stripe payments export",
    marks: &[
        &["id"],
        &["Created (UTC)", "Created date (UTC)"],
        &["Amount"],
        &["Amount Refunded"],
        &["Currency"],
        &["Status"],
    ],
    customer: &["Customer Email", "Customer ID"],
    date: &["Created (UTC)", "Created date (UTC)"],
    amount: &["Amount"],
    order: &["id"],
    currency: &["Currency"],
    refunded: &["Amount Refunded"],
    rules: &[
        leave_out(&[(&["Mode"], Test::Is(&["test"]))], Reason::TestOrder),
        leave_out(&[(&["Status"], Test::Is(&["failed", "blocked"]))], Reason::Failed),
        leave_out(&[(&["Status"], Test::Is(&["canceled", "cancelled", "expired"]))], Reason::Cancelled),
        leave_out(&[(&["Captured"], NO)], Reason::NotPaid),
        leave_out(&[(&["Status"], STRIPE_UNPAID)], Reason::NotPaid),
        Rule { when: &[(&["Status"], Test::Is(&["refunded"]))], then: Then::Refunded },
        Rule { when: &[(&["Dispute Status"], Test::Is(&["lost", "charge refunded"]))], then: Then::Refunded },
    ],
    ..BARE
};

const STRIPE_UNPAID: Test = Test::Is(&[
    "pending",
    "processing",
    "incomplete",
    "uncaptured",
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "requires_capture",
]);

/// Charges of the API, an object a line (docs.stripe.com/api/charges/object), and the table `charges` of Sigma. Amounts are in the
/// currency's smallest unit.
const STRIPE_API: Preset = Preset {
    name: "stripe",
    title: "charges of Stripe's API",
    marks: &[
        &["id"],
        &["created"],
        &["amount"],
        &["amount_refunded"],
        &["currency"],
        &["status"],
        &["livemode", "balance_transaction"],
    ],
    customer: &["billing_details.email", "receipt_email", "customer", "customer_id"],
    date: &["created"],
    amount: &["amount"],
    order: &["id"],
    currency: &["currency"],
    refunded: &["amount_refunded"],
    minor: true,
    rules: &[
        leave_out(&[(&["livemode"], NO)], Reason::TestOrder),
        leave_out(&[(&["status"], Test::Is(&["failed"]))], Reason::Failed),
        leave_out(&[(&["captured"], NO)], Reason::NotPaid),
        leave_out(&[(&["paid"], NO)], Reason::NotPaid),
        leave_out(&[(&["status"], STRIPE_UNPAID)], Reason::NotPaid),
    ],
    ..BARE
};

/// What of PayPal is no sale: the movements of money between accounts, currencies and holds.
const PAYPAL_OTHER: Test = Test::Has(&[
    "withdrawal",
    "transfer",
    "conversion",
    "hold",
    "authorization",
    "deposit",
    "fee",
    "payout",
    "mass pay",
    "payment sent",
    "loan",
    "memo",
    "reserve",
    "adjustment",
    "crypto",
]);

/// Activity > Download of a business account (developer.paypal.com, "Transaction Detail Report" and the activity download; columns of
/// "all transactions" as CSV). Refunds are rows of their own, from the shop to the customer, with the id of the payment beside them.
const PAYPAL: Preset = Preset {
    name: "paypal",
    title: "a PayPal activity download",
    marks: &[
        &["Date"],
        &["Type"],
        &["Status"],
        &["Currency"],
        &["Gross"],
        &["From Email Address"],
        &["Transaction ID"],
    ],
    customer: &["From Email Address", "Name"],
    date: &["Date"],
    amount: &["Gross"],
    order: &["Transaction ID"],
    currency: &["Currency"],
    refund_customer: &["To Email Address", "Name"],
    refund_order: &["Reference Txn ID"],
    rules: &[
        leave_out(&[(&["Type"], PAYPAL_OTHER)], Reason::NotPurchase),
        leave_out(
            &[(&["Status"], Test::Is(&["canceled", "cancelled", "voided", "expired", "removed"]))],
            Reason::Cancelled,
        ),
        leave_out(
            &[(&["Status"], Test::Is(&["denied", "failed", "refused", "blocked", "returned"]))],
            Reason::Failed,
        ),
        leave_out(&[(&["Status"], PAYPAL_UNPAID)], Reason::NotPaid),
        Rule {
            when: &[
                (&["Gross"], Test::Negative),
                (&["Type"], Test::Has(&["refund", "reversal", "chargeback", "dispute"])),
            ],
            then: Then::Refund,
        },
        // What else goes out is what the shop itself buys.
        leave_out(&[(&["Gross"], Test::Negative)], Reason::NotPurchase),
    ],
    ..BARE
};

const PAYPAL_UNPAID: Test = Test::Is(&[
    "pending",
    "unclaimed",
    "processing",
    "in progress",
    "held",
    "placed",
    "on hold",
    "created",
    "active",
    "partially paid",
]);
