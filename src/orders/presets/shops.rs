//! Shop systems and points of sale: a row is an order, or a line of one.

use super::super::Reason;
use super::{BARE, NO, Preset, Rule, Test, Then, YES, leave_out};

/// Their exports.
pub(super) const PRESETS: &[Preset] = &[
    SHOPIFY,
    WOO_EXPORT,
    WOO_ADVANCED,
    WOO_ANALYTICS,
    WOO_API,
    MAGENTO_GRID,
    MAGENTO_TABLE,
    PRESTASHOP_TABLE,
    PRESTASHOP_GRID,
    SQUARE,
    SQUARE_ITEMS,
];

/// Orders of Shopify's admin: help.shopify.com, "Exporting orders" (the columns of the order export). An order has a line for each of its
/// items; all but name, e-mail and date stand on the first alone. Orders of the test gateway are told by its name.
const SHOPIFY: Preset = Preset {
    name: "shopify",
    title: "a Shopify orders export",
    marks: &[
        &["Name"],
        &["Financial Status"],
        &["Created at"],
        &["Total"],
        &["Lineitem name", "Lineitem quantity", "Lineitem price"],
    ],
    customer: &["Email", "Phone"],
    date: &["Created at"],
    amount: &["Total"],
    order: &["Name"],
    currency: &["Currency"],
    refunded: &["Refunded Amount"],
    first_line: true,
    rules: &[
        leave_out(&[(&["Test"], YES)], Reason::TestOrder),
        leave_out(&[(&["Payment Method"], Test::Has(&["bogus", "for testing"]))], Reason::TestOrder),
        leave_out(&[(&["Cancelled at"], Test::Filled)], Reason::Cancelled),
        leave_out(&[(&["Financial Status"], Test::Is(&["voided"]))], Reason::Cancelled),
        leave_out(
            &[(&["Financial Status"], Test::Is(&["pending", "authorized", "unpaid", "expired"]))],
            Reason::NotPaid,
        ),
        Rule { when: &[(&["Financial Status"], Test::Is(&["refunded"]))], then: Then::Refunded },
    ],
    ..BARE
};

/// Statuses of orders in WooCommerce (woocommerce.com/document/managing-orders, "Order statuses"), also with `wc-` before them as in its
/// tables. Statuses that plugins add are taken as paid.
const WOO_CANCELLED: Test = Test::Is(&["cancelled", "canceled", "wc-cancelled", "trash", "wc-trash"]);
const WOO_NOT_PAID: Test = Test::Is(&[
    "pending",
    "pending payment",
    "wc-pending",
    "on hold",
    "wc-on-hold",
    "draft",
    "checkout draft",
    "wc-checkout-draft",
    "auto-draft",
]);
const WOO_FAILED: Test = Test::Is(&["failed", "wc-failed"]);
const WOO_REFUNDED: Test = Test::Is(&["refunded", "wc-refunded"]);

/// What becomes of orders by the status in a column.
macro_rules! woo_rules {
    ($status:literal) => {
        &[
            leave_out(&[(&[$status], WOO_CANCELLED)], Reason::Cancelled),
            leave_out(&[(&[$status], WOO_NOT_PAID)], Reason::NotPaid),
            leave_out(&[(&[$status], WOO_FAILED)], Reason::Failed),
            Rule { when: &[(&[$status], WOO_REFUNDED)], then: Then::Refunded },
        ]
    };
}

/// The export plugins of woocommerce.com, whose columns agree: woocommerce.com/document/import-and-export-of-woocommerce-orders, "Mapping of
/// WooCommerce Orders", and Customer/Order/Coupon Export (docs.woocommerce.com/document/ordercustomer-csv-export).
const WOO_EXPORT: Preset = Preset {
    name: "woocommerce",
    title: "a WooCommerce orders export",
    marks: &[
        &["order_id"],
        &["order_date", "date"],
        &["status"],
        &["order_total"],
        &["billing_email", "customer_email"],
        &["order_currency", "shipping_total"],
    ],
    customer: &["billing_email", "customer_email", "customer_id", "customer_user"],
    date: &["order_date", "date"],
    amount: &["order_total"],
    order: &["order_id"],
    currency: &["order_currency", "currency"],
    refunded: &["refunded_total", "order_refund_amount"],
    rules: woo_rules!("status"),
    ..BARE
};

/// The plugin Advanced Order Export For WooCommerce: docs.algolplus.com, "Fields" (its default columns).
const WOO_ADVANCED: Preset = Preset {
    name: "woocommerce",
    title: "an Advanced Order Export of WooCommerce",
    marks: &[&["Order Number"], &["Order Status"], &["Order Date"], &["Order Total Amount"]],
    customer: &["Email (Billing)", "Customer Email", "Customer User ID"],
    date: &["Order Date"],
    amount: &["Order Total Amount"],
    order: &["Order Number"],
    currency: &["Currency", "Order Currency"],
    refunded: &["Order Refund Amount"],
    rules: woo_rules!("Order Status"),
    ..BARE
};

/// Analytics > Orders of WooCommerce itself: woocommerce.com/document/woocommerce-analytics, "Orders report". Revenue is net of refunds.
const WOO_ANALYTICS: Preset = Preset {
    name: "woocommerce",
    title: "an Analytics orders report of WooCommerce",
    marks: &[
        &["Order #"],
        &["N. Revenue", "Net Revenue"],
        &["Status"],
        &["Customer"],
        &["Customer type"],
        &["Date"],
    ],
    customer: &["Customer"],
    date: &["Date"],
    amount: &["N. Revenue", "Net Revenue"],
    order: &["Order #"],
    rules: &[
        leave_out(&[(&["Status"], WOO_CANCELLED)], Reason::Cancelled),
        leave_out(&[(&["Status"], WOO_NOT_PAID)], Reason::NotPaid),
        leave_out(&[(&["Status"], WOO_FAILED)], Reason::Failed),
        leave_out(&[(&["Status"], WOO_REFUNDED)], Reason::Cancelled),
    ],
    ..BARE
};

/// Orders of the REST API, an object a line (woocommerce.github.io/woocommerce-rest-api-docs, "Order properties"), and the table
/// `wc_orders`.
const WOO_API: Preset = Preset {
    name: "woocommerce",
    title: "orders of WooCommerce's API or tables",
    marks: &[
        &["date_created_gmt"],
        &["status"],
        &["currency"],
        &["total", "total_amount"],
        &["billing.email", "billing_email"],
    ],
    customer: &["billing.email", "customer_id"],
    date: &["date_created", "date_created_gmt"],
    amount: &["total", "total_amount"],
    order: &["id"],
    currency: &["currency"],
    refunded: &["refunds.total", "refunded_total", "total_refunded"],
    rules: woo_rules!("status"),
    ..BARE
};

/// States and statuses of Adobe Commerce (experienceleague.adobe.com, "Order status").
const MAGENTO_CANCELLED: Test = Test::Is(&["canceled", "cancelled", "paypal_canceled_reversal"]);
const MAGENTO_NOT_PAID: Test =
    Test::Is(&["pending", "pending_payment", "pending_paypal", "holded", "on hold", "payment_review", "new"]);
const MAGENTO_FAILED: Test = Test::Is(&["fraud", "suspected fraud", "paypal_reversed"]);

macro_rules! magento_rules {
    () => {
        &[
            leave_out(&[(&["Status", "state"], MAGENTO_CANCELLED)], Reason::Cancelled),
            leave_out(&[(&["Status", "state"], MAGENTO_NOT_PAID)], Reason::NotPaid),
            leave_out(&[(&["Status", "state"], MAGENTO_FAILED)], Reason::Failed),
            // A closed order is one that was credited in full.
            Rule { when: &[(&["Status", "state"], Test::Is(&["closed"]))], then: Then::Refunded },
        ]
    };
}

/// Sales > Orders > Export of Adobe Commerce and Magento Open Source (experienceleague.adobe.com, "Orders", columns of the grid). Amounts
/// are taken in the base currency, which is one for a website; refunds stand in the currency of the purchase.
const MAGENTO_GRID: Preset = Preset {
    name: "magento",
    title: "a Magento orders export",
    marks: &[
        &["ID"],
        &["Purchase Point"],
        &["Purchase Date"],
        &["Grand Total (Base)", "Grand Total (Purchased)"],
        &["Status"],
    ],
    customer: &["Customer Email", "Customer Name", "Bill-to Name"],
    date: &["Purchase Date"],
    amount: &["Grand Total (Base)", "Grand Total (Purchased)"],
    order: &["ID"],
    refunded: &["Total Refunded"],
    refunded_of: &["Grand Total (Purchased)"],
    rules: magento_rules!(),
    ..BARE
};

/// The table `sales_order` (developer.adobe.com/commerce, the module Magento_Sales).
const MAGENTO_TABLE: Preset = Preset {
    name: "magento",
    title: "Magento's table of orders",
    marks: &[&["increment_id"], &["created_at"], &["base_grand_total"], &["status", "state"]],
    customer: &["customer_email", "customer_id"],
    date: &["created_at"],
    amount: &["base_grand_total"],
    order: &["increment_id"],
    currency: &["base_currency_code"],
    refunded: &["base_total_refunded"],
    rules: magento_rules!(),
    ..BARE
};

/// The table `orders` (devdocs.prestashop-project.org, web service resource "orders"): `valid` is 1 once paid; states 6, 7 and 8 are the
/// default ids of canceled, refunded and payment error.
const PRESTASHOP_TABLE: Preset = Preset {
    name: "prestashop",
    title: "PrestaShop's table of orders",
    marks: &[
        &["id_order"],
        &["id_customer"],
        &["date_add"],
        &["total_paid_tax_incl", "total_paid", "total_paid_real"],
        &["current_state", "valid"],
    ],
    customer: &["id_customer"],
    date: &["date_add"],
    amount: &["total_paid_tax_incl", "total_paid", "total_paid_real"],
    order: &["id_order"],
    currency: &["currency", "iso_code", "id_currency"],
    rules: &[
        leave_out(&[(&["current_state"], Test::Is(&["6"]))], Reason::Cancelled),
        leave_out(&[(&["current_state"], Test::Is(&["8"]))], Reason::Failed),
        Rule { when: &[(&["current_state"], Test::Is(&["7"]))], then: Then::Refunded },
        leave_out(&[(&["valid"], NO)], Reason::NotPaid),
        leave_out(&[(&["current_state"], Test::Is(&["1", "10", "12", "13"]))], Reason::NotPaid),
    ],
    ..BARE
};

/// Orders > Export of the back office (docs.prestashop-project.org, "Orders": columns of the list and the default statuses).
const PRESTASHOP_GRID: Preset = Preset {
    name: "prestashop",
    title: "a PrestaShop orders export",
    marks: &[
        &["Reference"],
        &["New client"],
        &["Customer"],
        &["Total"],
        &["Payment"],
        &["Status"],
        &["Date"],
    ],
    customer: &["Customer"],
    date: &["Date"],
    amount: &["Total"],
    order: &["Reference"],
    rules: &[
        leave_out(&[(&["Status"], Test::Is(&["canceled", "cancelled"]))], Reason::Cancelled),
        leave_out(&[(&["Status"], Test::Is(&["payment error"]))], Reason::Failed),
        leave_out(&[(&["Status"], Test::Has(&["awaiting", "not paid"]))], Reason::NotPaid),
        Rule { when: &[(&["Status"], Test::Is(&["refunded", "refund"]))], then: Then::Refunded },
    ],
    ..BARE
};

/// Transactions > Export of the dashboard (squareup.com/help, "Export your transactions": columns of the transactions CSV). A refund is a
/// row of its own; one of a part without items stands in `Partial Refunds`.
const SQUARE: Preset = Preset {
    name: "square",
    title: "a Square transactions export",
    marks: &[&["Transaction ID"], &["Event Type"], &["Total Collected"], &["Net Sales"], &["Date"]],
    customer: &["Customer ID", "Customer Reference ID", "Customer Name"],
    date: &["Date"],
    amount: &["Net Sales"],
    order: &["Transaction ID"],
    currency: &["Currency"],
    refund_amount: &["Partial Refunds"],
    rules: &[
        leave_out(&[(&["Transaction Status"], Test::Has(&["void", "cancel"]))], Reason::Cancelled),
        leave_out(&[(&["Transaction Status"], Test::Has(&["fail", "declin", "reject"]))], Reason::Failed),
        leave_out(
            &[(&["Transaction Status"], Test::Has(&["pending", "open", "authorized"]))],
            Reason::NotPaid,
        ),
        Rule { when: &[(&["Event Type"], Test::Is(&["refund"]))], then: Then::Refund },
    ],
    ..BARE
};

/// The item details of the same page: a row for each item of a transaction.
const SQUARE_ITEMS: Preset = Preset {
    name: "square",
    title: "a Square items export",
    marks: &[&["Transaction ID"], &["Event Type"], &["Net Sales"], &["Item"], &["Qty"], &["Date"]],
    customer: &["Customer ID", "Customer Reference ID", "Customer Name"],
    date: &["Date"],
    amount: &["Net Sales"],
    order: &["Transaction ID"],
    currency: &["Currency"],
    rules: &[Rule { when: &[(&["Event Type"], Test::Is(&["refund"]))], then: Then::Refund }],
    ..BARE
};
