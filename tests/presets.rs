//! Exports of shop systems: every row is accounted for, and every customer is worth what a hand computes.

use std::fs;
use std::path::{Path, PathBuf};

use ltv::features::Past;
use ltv::orders::{ColumnNames, Ledger, Orders, PresetChoice, ReadOptions, Reason, Refunds, read};
use ltv::progress::Silent;
use ltv::units::TimeUnit;
use ltv::{Error, Result};

fn export(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/presets").join(name)
}

fn defaults() -> ReadOptions {
    ReadOptions { threads: Some(2), ..ReadOptions::default() }
}

/// Into euros, or into the currency of a name.
fn into(currency: &str) -> ReadOptions {
    ReadOptions { currency: Some(currency.into()), rates: Some(export("rates.csv")), ..defaults() }
}

fn read_export(name: &str, options: &ReadOptions) -> Result<(Orders, Ledger)> {
    let read = read(&[export(name)], options, &Silent);
    if let Ok((_, ledger)) = &read {
        assert_eq!(
            ledger.rows,
            ledger.used + ledger.refunds + ledger.unused(),
            "{name}: {}",
            ledger.summary()
        );
    }
    read
}

/// What is known of every customer: id, orders, first and last day, total.
fn story(orders: &Orders) -> Vec<String> {
    let customers = Past::new(orders, None).unwrap().customers(TimeUnit::Day);
    let history = customers.history.as_ref().unwrap();
    let grain = orders.options.grain;
    (0..customers.len())
        .map(|at| {
            let (first, last) = (grain.show(history.first_order[at]), grain.show(history.last_order[at]));
            let total = history.total_value.get(at).map_or("-".into(), ToString::to_string);
            format!("{} {} {first} {last} {total}", customers.ids.get(at), history.orders[at])
        })
        .collect()
}

/// An export, read into euros: what it is said to be, its customers, and what became of its rows.
fn told(name: &str, options: &ReadOptions) -> (String, Vec<String>, String) {
    let (orders, ledger) = read_export(name, options).unwrap_or_else(|error| panic!("{name}: {error}"));
    let note = ledger.notes.iter().find(|note| note.starts_with("read as")).cloned().unwrap_or_default();
    (note, story(&orders), ledger.summary())
}

#[track_caller]
fn check(name: &str, options: &ReadOptions, title: &str, customers: &[&str], ledger: &str) {
    let (note, story, summary) = told(name, options);
    assert!(note.starts_with(&format!("read as {title}: ")), "{name}: {note}");
    assert!(note.contains("--preset none"), "{note}");
    assert_eq!(story, customers, "{name}");
    assert_eq!(summary, ledger, "{name}");
}

const ANN: &str = "ann@example.com 1 2024-01-05 2024-01-05 30";
const BOB: &str = "bob@example.com 2 2024-01-06 2024-02-10 35";

#[test]
fn shopify_orders_are_read() {
    check(
        "shopify.csv",
        &into("EUR"),
        "a Shopify orders export",
        &[ANN, BOB, "+48600100200 1 2024-02-11 2024-02-11 12"],
        "11 rows: 5 kept, 1 of test orders, 2 voided or cancelled, 1 not paid, 1 without a customer, 1 further lines of an \
         order counted by its total",
    );
}

#[test]
fn woocommerce_orders_are_read() {
    check(
        "woocommerce.csv",
        &into("EUR"),
        "a WooCommerce orders export",
        &[ANN, BOB, "9 1 2024-02-11 2024-02-11 12"],
        "11 rows: 5 kept, 1 voided or cancelled, 3 not paid, 1 whose payment failed, 1 without a customer",
    );
    check(
        "woocommerce_api.jsonl",
        &defaults(),
        "orders of WooCommerce's API or tables",
        &[ANN, "bob@example.com 1 2024-01-07 2024-01-07 35"],
        "3 rows: 2 kept, 1 not paid",
    );
}

#[test]
fn magento_orders_are_read_in_the_base_currency() {
    check(
        "magento.csv",
        &defaults(),
        "a Magento orders export",
        &[ANN, BOB],
        "8 rows: 4 kept, 1 voided or cancelled, 2 not paid, 1 whose payment failed",
    );
    check(
        "magento_table.csv",
        &defaults(),
        "Magento's table of orders",
        &[ANN, BOB],
        "5 rows: 3 kept, 1 voided or cancelled, 1 not paid",
    );
}

#[test]
fn prestashop_orders_are_read() {
    check(
        "prestashop.csv",
        &into("1"),
        "PrestaShop's table of orders",
        &["7 1 2024-01-05 2024-01-05 30", "8 2 2024-01-06 2024-02-10 35"],
        "8 rows: 4 kept, 1 voided or cancelled, 2 not paid, 1 whose payment failed",
    );
    check(
        "prestashop_grid.csv",
        &defaults(),
        "a PrestaShop orders export",
        &["A. ANN 1 2024-01-05 2024-01-05 30", "B. BOB 2 2024-01-06 2024-02-10 35"],
        "7 rows: 4 kept, 1 voided or cancelled, 1 not paid, 1 whose payment failed",
    );
}

#[test]
fn square_transactions_and_items_are_read() {
    check(
        "square.csv",
        &defaults(),
        "a Square transactions export",
        &["C-ANN 1 2024-01-05 2024-01-05 30", "C-BOB 2 2024-01-06 2024-02-10 35"],
        "9 rows: 4 kept, 2 refunds, 1 voided or cancelled, 1 not paid, 1 without a customer",
    );
    check(
        "square_items.csv",
        &defaults(),
        "a Square items export",
        &["C-ANN 1 2024-01-05 2024-01-05 30", "C-BOB 1 2024-01-16 2024-01-16 35"],
        "4 rows: 3 kept, 1 refunds",
    );
}

#[test]
fn stripe_payments_and_charges_are_read() {
    let customers = [ANN, BOB, "cus_9 1 2024-02-13 2024-02-13 12"];
    check(
        "stripe.csv",
        &into("eur"),
        "a Stripe payments export",
        &customers,
        "10 rows: 5 kept, 1 of test orders, 1 voided or cancelled, 2 not paid, 1 whose payment failed",
    );
    // Cents of euros, and yen, which have none.
    check(
        "stripe_api.jsonl",
        &into("EUR"),
        "charges of Stripe's API",
        &customers,
        "9 rows: 5 kept, 1 of test orders, 1 not paid, 1 whose payment failed, 1 damaged or no JSON object",
    );
}

#[test]
fn paypal_activity_is_read_and_refunds_find_their_payment() {
    check(
        "paypal.csv",
        &into("EUR"),
        "a PayPal activity download",
        &[ANN, BOB, "Gil G 1 2024-02-11 2024-02-11 12"],
        "14 rows: 5 kept, 2 refunds, 1 voided or cancelled, 1 not paid, 1 whose payment failed, 4 other than purchases",
    );
}

#[test]
fn ga4_events_are_read_from_json_and_csv() {
    let (ann, bob) = ("ann 1 2024-01-05 2024-01-05 30", "p.2 2 2024-01-06 2024-02-10 35");
    check(
        "ga4.jsonl",
        &into("EUR"),
        "GA4 events of BigQuery",
        &[ann, bob],
        "9 rows: 3 kept, 1 refunds, 1 of test orders, 2 other than purchases, 1 without a customer, 1 damaged or no JSON object",
    );
    check(
        "ga4.csv",
        &into("EUR"),
        "GA4 events of BigQuery",
        &[ann, bob],
        "8 rows: 3 kept, 1 refunds, 2 other than purchases, 1 of orders told before, 1 without a customer",
    );
    check(
        "ga4_exploration.csv",
        &defaults(),
        "a GA4 exploration",
        &[ann, "bob 2 2024-01-06 2024-02-10 35"],
        "6 rows: 3 kept, 2 other than purchases, 1 without a customer",
    );
}

#[test]
fn salesforce_opportunities_and_orders_are_read() {
    let (ann, bob) = ("001ANN 1 2024-01-05 2024-01-05 30", "001BOB 2 2024-01-06 2024-02-10 35");
    check(
        "salesforce.csv",
        &into("EUR"),
        "Salesforce opportunities",
        &[ann, bob],
        "7 rows: 3 kept, 1 voided or cancelled, 2 not won (open or lost), 1 without a customer",
    );
    check(
        "salesforce_orders.csv",
        &into("EUR"),
        "Salesforce orders",
        &[ann, bob],
        "6 rows: 3 kept, 1 refunds, 1 voided or cancelled, 1 not paid",
    );
    check(
        "salesforce_report.csv",
        &into("EUR"),
        "Salesforce opportunities",
        &["Ann Ltd 1 2024-01-05 2024-01-05 30", "Bob Ltd 2 2024-01-16 2024-02-10 35"],
        "5 rows: 3 kept, 2 not won (open or lost)",
    );
}

#[test]
fn mixpanel_events_are_read_and_damaged_lines_set_aside() {
    let (ann, bob) = ("ann 1 2024-01-05 2024-01-05 30", "bob 2 2024-01-06 2024-02-10 35");
    check(
        "mixpanel.jsonl",
        &into("EUR"),
        "Mixpanel events",
        &[ann, bob],
        "10 rows: 3 kept, 1 refunds, 1 of test orders, 2 other than purchases, 1 without a customer, 2 damaged or no JSON object",
    );
    let (_, ledger) = read_export("mixpanel.jsonl", &into("EUR")).unwrap();
    let lines: Vec<_> = ledger.left_out[&Reason::Damaged].1.iter().map(|place| place.line.unwrap()).collect();
    assert_eq!(lines, [9, 10]);
    let error = refused("mixpanel.jsonl", &ReadOptions { strict: true, ..into("EUR") });
    assert!(error.contains("line 8") && error.contains("properties.distinct_id"), "{error}");
}

#[test]
fn events_that_may_tell_the_same_purchases_are_asked_for() {
    let files = Files::new();
    let event = |name: &str, day: u32, who: &str| {
        format!(
            "{{\"event\":\"{name}\",\"properties\":{{\"time\":\"2024-01-{day:02}\",\"distinct_id\":\"{who}\",\"amount\":{day}}}}}\n"
        )
    };
    let text =
        event("Checkout Completed", 5, "ann") + &event("Purchase", 6, "ann") + &event("Zakup", 7, "bob");
    let path = [files.write("events.jsonl", text)];
    let words = read(&path, &defaults(), &Silent).map(|_| ()).unwrap_err().to_string();
    assert!(
        words.contains("`Checkout Completed` (1 row), `Purchase` (1 row)") && words.contains("--events"),
        "{words}"
    );
    let named = |names: &[&str]| ReadOptions {
        events: names.iter().map(|&name| name.into()).collect(),
        ..defaults()
    };
    let (orders, ledger) = read(&path, &named(&["purchase", "zakup"]), &Silent).unwrap();
    assert_eq!(story(&orders), ["ann 1 2024-01-06 2024-01-06 6", "bob 1 2024-01-07 2024-01-07 7"]);
    assert_eq!(ledger.count(Reason::NotPurchase), 1);
    let words = read(&path, &named(&["Kauf"]), &Silent).map(|_| ()).unwrap_err().to_string();
    assert!(words.contains("3 other than purchases") && words.contains("--events"), "{words}");
}

fn refused(name: &str, options: &ReadOptions) -> String {
    let error: Error = read_export(name, options).map(|(orders, _)| story(&orders)).unwrap_err();
    assert_eq!(error.exit_code(), 1, "{error}");
    error.to_string()
}

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

fn read_text(text: &str, options: &ReadOptions) -> Result<(Orders, Ledger)> {
    let files = Files::new();
    read(&[files.write("orders.csv", text)], options, &Silent)
}

#[test]
fn where_rows_of_a_rule_stand_is_told() {
    let (_, ledger) = read_export("shopify.csv", &into("EUR")).unwrap();
    let first = |reason| ledger.left_out[&reason].1[0].line;
    assert_eq!(first(Reason::TestOrder), Some(9));
    assert_eq!(first(Reason::Cancelled), Some(6));
    assert_eq!(first(Reason::OrderLine), Some(3));
}

#[test]
fn a_flag_overrides_a_column_and_none_switches_the_rules_off() {
    let columns = ColumnNames { customer: Some("customer_id".into()), ..ColumnNames::default() };
    let (orders, ledger) = read_export("woocommerce.csv", &ReadOptions { columns, ..into("EUR") }).unwrap();
    let total: Vec<_> =
        story(&orders).iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(
        (total, ledger.count(Reason::NoCustomer)),
        (vec!["7".into(), "9".into()], 4),
        "{}",
        ledger.summary()
    );

    let none = ReadOptions { preset: PresetChoice::None, ..into("EUR") };
    let (_, ledger) = read_export("woocommerce.csv", &none).unwrap();
    assert_eq!((ledger.used, ledger.unused()), (11, 0), "{}", ledger.summary());
    assert!(!ledger.notes.iter().any(|note| note.starts_with("read as")), "{:?}", ledger.notes);
}

#[test]
fn refunds_can_be_dropped_or_refused_also_where_they_stand_beside_the_order() {
    let drop = ReadOptions { refunds: Refunds::Drop, ..into("EUR") };
    let (orders, _) = read_export("stripe.csv", &drop).unwrap();
    assert_eq!(story(&orders)[1], "bob@example.com 2 2024-01-06 2024-02-10 50");
    let error = refused("stripe.csv", &ReadOptions { refunds: Refunds::Error, ..into("EUR") });
    assert!(error.contains("line 3") && error.contains("refund"), "{error}");
}

#[test]
fn an_export_that_lacks_a_column_is_said_to_and_a_wrong_kind_is_refused() {
    let shopify = fs::read_to_string(export("shopify.csv")).unwrap();
    let spoiled = shopify.replacen("Financial Status", "Fin. Stat.", 1).replace(",USD,", ",EUR,");
    let (_, ledger) = read_text(&spoiled, &defaults()).unwrap();
    let note = &ledger.notes[0];
    assert!(note.contains("a Shopify orders export") && note.contains("`Financial Status`"), "{note}");
    let named = ReadOptions { preset: "shopify".parse().unwrap(), ..defaults() };
    let (_, ledger) = read_text(&spoiled, &named).unwrap();
    assert_eq!(
        (ledger.count(Reason::TestOrder), ledger.count(Reason::Cancelled)),
        (1, 1),
        "{}",
        ledger.summary()
    );
    let error =
        read_text(&shopify.replacen("Created at", "Made", 1), &named).map(|_| ()).unwrap_err().to_string();
    assert!(
        error.contains("no column of the date, which is one of Created at") && error.contains("--date"),
        "{error}"
    );
    let error = "paypall".parse::<PresetChoice>().unwrap_err().to_string();
    assert!(error.contains("did you mean `paypal`?"), "{error}");
}

#[test]
fn json_lines_need_no_preset() {
    let files = Files::new();
    let lines = "{\"customer\":{\"id\":7},\"date\":\"2024-01-05\",\"amount\":1.234}\n\n{\"customer\":{\"id\":7},\"date\":\"2024-01-06\",\"amount\":2}\n\
                 {\"customer\":{\"id\":8},\"date\":\"2024-01-06\",\"amount\":\"5,5\",\"note\":\"\\\"a\\\",b\\nc\"}\n";
    let path = files.write("orders.jsonl", lines);
    let error = read(std::slice::from_ref(&path), &defaults(), &Silent).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("--decimal"), "a point in numbers and a comma in texts: {error}");
    let path = files.write("orders.jsonl", lines.replace("\"5,5\"", "\"5.5\""));
    let (orders, ledger) = read(&[path], &defaults(), &Silent).unwrap();
    assert_eq!(story(&orders), ["7 2 2024-01-05 2024-01-06 3.234", "8 1 2024-01-06 2024-01-06 5.5"]);
    assert_eq!((ledger.rows, ledger.used), (3, 3));
    for text in ["[{\"customer\": 1}]", "{\n  \"customer\": 1\n}\n"] {
        let error = read(&[files.write("array.json", text)], &defaults(), &Silent)
            .map(|_| ())
            .unwrap_err()
            .to_string();
        assert!(error.contains("JSON lines") && error.contains("jq -c"), "{error}");
    }
}

const TWO: &str = "customer,date,amount,currency\nann,2024-01-05,10,EUR\nbob,2024-01-06,20,usd\nann,2024-03-01,4,\nbob,2024-03-02,2,USD\n";

#[test]
fn several_currencies_are_refused_and_never_added_up() {
    let error = read_text(TWO, &defaults()).map(|_| ()).unwrap_err();
    assert_eq!(error.exit_code(), 1);
    let words = error.to_string();
    assert!(
        words.contains("USD (2 rows), EUR (1 row), of 4 rows") && words.contains("--currency EUR --rates"),
        "{words}"
    );
    let asked = ReadOptions { currency: Some("EUR".into()), ..defaults() };
    assert!(read_text(TWO, &asked).is_err());
    let one = TWO.to_lowercase().replace("usd", "eur");
    let (orders, _) = read_text(&one, &asked).unwrap();
    assert_eq!(story(&orders)[0], "ann 2 2024-01-05 2024-03-01 14");
    let (_, ledger) = read_text(&one, &defaults()).unwrap();
    assert_eq!(ledger.currency.as_deref(), Some("EUR"));
    let dollars = ReadOptions { currency: Some("USD".into()), ..defaults() };
    let words = read_text(&one, &dollars).map(|_| ()).unwrap_err().to_string();
    assert!(words.contains("in EUR, not in USD"), "{words}");
    // Purchases alone have no currency.
    assert!(read_text(TWO, &ReadOptions { spend: false, ..defaults() }).is_ok());
}

#[test]
fn currencies_beside_the_amounts_are_held_apart_too() {
    let grid = fs::read_to_string(export("prestashop_grid.csv")).unwrap();
    let words =
        read_text(&grid.replacen("€25.00", "25.00 zł", 1), &into("EUR")).map(|_| ()).unwrap_err().to_string();
    assert!(words.contains("€ (6 rows), zł (1 row)") && words.contains("one currency at a time"), "{words}");
}

#[test]
fn a_currency_that_comes_up_late_or_in_another_file_is_refused_as_well() {
    let mut text = String::from("customer,date,amount,currency\n");
    for row in 0..60_000 {
        text += &format!("c{},2024-01-05,10.00,EUR\n", row % 500);
    }
    let whole = text.clone() + "late,2024-01-05,10.00,USD\n";
    assert!(whole.len() > 1 << 20);
    let words = read_text(&whole, &defaults()).map(|_| ()).unwrap_err().to_string();
    assert!(words.contains("line 60002") && words.contains("in USD, others are in EUR"), "{words}");
    let files = Files::new();
    let one = files.write("one.csv", &text);
    let other = files.write("other.csv", "customer,date,amount,currency\nann,2024-01-05,10,PLN\n");
    let error = read(&[one, other], &defaults(), &Silent).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("in PLN") && error.contains("in EUR") && error.contains("one.csv"), "{error}");
    let one = files.write("one.csv", "customer,date,amount,currency\nann,2024-01-05,10,PLN\n");
    let other = files.write("other.csv", "customer,date,amount\nann,2024-01-06,10\n");
    let (_, ledger) = read(&[one, other], &defaults(), &Silent).unwrap();
    let told = ledger
        .notes
        .iter()
        .filter(|note| note.contains("other.csv does not name the currency") && note.contains("PLN"));
    assert_eq!(told.count(), 1, "{:?}", ledger.notes);
}

#[test]
fn rates_convert_by_the_day_of_the_order() {
    let files = Files::new();
    let rates = |text: &str| ReadOptions {
        currency: Some("eur".into()),
        rates: Some(files.write("rates.csv", text)),
        ..defaults()
    };
    let by_day = rates("date;currency;rate\n2024-02-01;USD;0.5\n2024-01-01;usd;0.25\n");
    let (orders, ledger) = read_text(TWO, &by_day).unwrap();
    // 20 x 0.25 + 2 x 0.5; the row that names no currency is set aside.
    assert_eq!(story(&orders), ["ann 1 2024-01-05 2024-01-05 10", "bob 2 2024-01-06 2024-03-02 6"]);
    assert_eq!(ledger.left_out[&Reason::NoCurrency].1[0].line, Some(4));
    assert!(ledger.notes.iter().any(|note| note.contains("converted into EUR")), "{:?}", ledger.notes);

    let failed = |text: &str| read_text(TWO, &rates(text)).map(|_| ()).unwrap_err().to_string();
    let words = failed("currency,rate\nGBP,1.2\n");
    assert!(words.contains("orders.csv, line 3") && words.contains("no rate for USD"), "{words}");
    let words = failed("currency,rate,date\nUSD,0.5,2024-02-01\n");
    assert!(words.contains("line 3") && words.contains("begin only after 2024-01-06"), "{words}");
    let words = failed("currency,rate\nUSD,0.5\nUSD,0.6\n");
    assert!(words.contains("line 3") && words.contains("another rate for USD than in line 2"), "{words}");
    for rate in ["0", "-1", "", "x", "1,2,3", "1e40"] {
        let words = failed(&format!("currency;rate\nUSD;{rate}\n"));
        assert!(words.contains("rates.csv, line 2, column `rate`"), "{rate}: {words}");
    }
    assert!(failed("currency,rate\nEUR,2\n").contains("for EUR itself"));
    assert!(failed("currency,price\nUSD,2\n").contains("no column `rate`"));
    let alone = ReadOptions { currency: None, ..rates("currency,rate\nUSD,1\n") };
    assert_eq!(read_text(TWO, &alone).map(|_| ()).unwrap_err().exit_code(), 2);
}

#[test]
fn accounts_of_one_person_are_joined_while_reading() {
    let files = Files::new();
    let orders = "customer,date,amount\nweb-1,2024-01-05,10\ncard-7,2024-01-06,20\nAnn@x.com,2024-02-06,5\nbob,2024-02-07,1\n";
    let with = |text: &str| ReadOptions { identity: Some(files.write("identity.csv", text)), ..defaults() };
    let (all, ledger) = read_text(
        orders,
        &with("id,person\ncard-7,web-1\nweb-1,ann@x.com\nold,ann@x.com\nann@x.com,ann@x.com\n"),
    )
    .unwrap();
    assert_eq!(story(&all), ["ann@x.com 3 2024-01-05 2024-02-06 35", "bob 1 2024-02-07 2024-02-07 1"]);
    let notes = ledger.notes.join("\n");
    assert!(notes.contains("3 accounts of") && notes.contains("became 1 person"), "{notes}");
    assert!(notes.contains("1 of 4 ids") && notes.contains("never came up"), "{notes}");

    let failed = |text: &str| read_text(orders, &with(text)).map(|_| ()).unwrap_err().to_string();
    let words = failed("id,person\na,b\nb,c\nc,a\n");
    assert!(words.contains("circle: a -> b -> c -> a") && words.contains("line 4"), "{words}");
    let words = failed("id,person\na,b\nx,y\na,c\n");
    assert!(words.contains("line 4") && words.contains("`a` is `c` here and `b` in line 2"), "{words}");
    assert!(failed("id,person\na,\n").contains("line 2, column `person`"));
    assert!(failed("id,persona\na,b\n").contains("no column `person`"));
    assert!(failed("id,person\na,b,c\n").contains("line 2"));
}

#[test]
fn neither_threads_nor_blocks_change_what_json_lines_say() {
    let mut text = String::new();
    for row in 0..15_000 {
        let (who, day, event) =
            (row * 7919 % 611, row % 28 + 1, if row % 5 == 0 { "Page View" } else { "Purchase" });
        text += &format!(
            "{{\"event\":\"{event}\",\"properties\":{{\"time\":\"2024-01-{day:02}\",\"distinct_id\":\"c{who}\",\"amount\":{}.25,\"note\":\"{:040}\"}}}}\n",
            row % 90,
            row
        );
        if row % 1000 == 500 {
            text += "{\"event\":\"Purchase\",\n\n";
        }
    }
    assert!(text.len() > 2 << 20);
    let files = Files::new();
    let path = [files.write("events.jsonl", text)];
    let with = |threads| {
        let (orders, ledger) =
            read(&path, &ReadOptions { threads: Some(threads), ..defaults() }, &Silent).unwrap();
        (story(&orders), ledger)
    };
    let (customers, ledger) = with(1);
    assert_eq!((customers.len(), ledger.used, ledger.count(Reason::NotPurchase)), (611, 12_000, 3_000));
    let lines: Vec<_> = ledger.left_out[&Reason::Damaged].1.iter().map(|place| place.line.unwrap()).collect();
    assert_eq!(lines[..2], [502, 1504], "empty lines count");
    assert_eq!(with(2), (customers.clone(), ledger.clone()));
    assert_eq!(with(3), (customers, ledger));
}

#[test]
fn the_command_says_what_was_taken_and_refuses_with_words() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("customers.csv");
    let ltv = |arguments: &[&str]| {
        let output = assert_cmd::Command::cargo_bin("ltv")
            .unwrap()
            .current_dir(export(""))
            .args(["features", "shopify.csv", "-o"])
            .arg(&out)
            .args(arguments)
            .output()
            .unwrap();
        let words = [output.stdout, output.stderr].concat();
        (
            output.status.code().unwrap(),
            String::from_utf8(words).unwrap().split_whitespace().collect::<Vec<_>>().join(" "),
        )
    };
    let (code, words) = ltv(&[]);
    assert!(code == 1 && words.contains("EUR (5 rows), USD (1 row)") && words.contains("--rates"), "{words}");
    let (code, words) = ltv(&["--preset", "shopfy"]);
    assert!(code == 2 && words.contains("did you mean `shopify`?"), "{words}");
    let (code, words) = ltv(&["--currency", "EUR", "--rates", "rates.csv"]);
    assert_eq!(code, 0, "{words}");
    assert!(words.contains("note: read as a Shopify orders export: customer `Email`"), "{words}");
    assert!(words.contains("the first row of test orders is at shopify.csv, line 9"), "{words}");
    assert_eq!(fs::read_to_string(out).unwrap().lines().count(), 4);
}
