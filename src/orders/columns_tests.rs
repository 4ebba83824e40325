use super::super::{PresetChoice, ReadOptions};
use super::*;

fn found(header: &str, options: &ReadOptions) -> (Measure, Vec<String>) {
    let columns = Columns::find(header.split(',').map(Into::into).collect(), options).unwrap();
    let named = Role::ALL.iter().filter(|role| columns.at(**role).is_some());
    (columns.measure, named.map(|role| format!("{}={}", role.name(), columns.name(*role))).collect())
}

#[test]
fn the_exports_of_the_usual_shops_are_understood_by_their_names_alone() {
    for (header, measure, expected) in [
        (
            "customer_id,date,quantity,amount",
            Measure::Amount,
            "customer=customer_id date=date amount=amount quantity=quantity",
        ),
        (
            "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,CustomerID,Country",
            Measure::Product,
            "customer=CustomerID date=InvoiceDate order=Invoice quantity=Quantity price=Price",
        ),
        ("Id,Date,Price", Measure::Amount, "customer=Id date=Date amount=Price"),
        ("cust,date", Measure::One, "customer=cust date=date"),
        (
            "Row ID,Order ID,Order Date,Ship Date,Customer ID,Customer Name,Sales,Quantity,Discount,Profit",
            Measure::Amount,
            "customer=Customer ID date=Order Date amount=Sales order=Order ID quantity=Quantity",
        ),
        (
            "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Id",
            Measure::Amount,
            "customer=Email date=Created at amount=Total order=Name quantity=Lineitem quantity",
        ),
        (
            "order_id,order_number,order_date,status,customer_id,billing_email,order_total",
            Measure::Amount,
            "customer=customer_id date=order_date amount=order_total order=order_id",
        ),
        (
            "ID,Purchase Point,Purchase Date,Bill-to Name,Grand Total (Base),Grand Total (Purchased),Status,Customer Email",
            Measure::Amount,
            "customer=Customer Email date=Purchase Date amount=Grand Total (Purchased)",
        ),
        (
            "id_order,reference,id_customer,total_paid,date_add",
            Measure::Amount,
            "customer=id_customer date=date_add amount=total_paid order=id_order",
        ),
        (
            "id,Created (UTC),Amount,Currency,Customer ID,Customer Email",
            Measure::Amount,
            "customer=Customer ID date=Created (UTC) amount=Amount",
        ),
        (
            "Date,Time,Gross Sales,Net Sales,Transaction ID,Customer ID",
            Measure::Amount,
            "customer=Customer ID date=Date amount=Net Sales order=Transaction ID",
        ),
        (
            "Opportunity Name,Account ID,Amount,Close Date",
            Measure::Amount,
            "customer=Account ID date=Close Date amount=Amount",
        ),
    ] {
        let (how, roles) =
            found(header, &ReadOptions { preset: PresetChoice::None, ..ReadOptions::default() });
        assert_eq!((how, roles.join(" ").as_str()), (measure, expected), "{header}");
    }
}

#[test]
fn what_is_given_goes_before_what_is_found() {
    let mut options = ReadOptions::default();
    options.columns.price = Some("unit price".into());
    let header = "customer,date,total,unit_price,qty";
    assert_eq!(found(header, &options).0, Measure::Product);
    options.spend = false;
    assert_eq!(found(header, &options).0, Measure::Quantity);
}

#[test]
fn a_wrong_name_gets_the_nearest_right_one() {
    let names: Vec<String> = ["kunde", "datum", "betrag"].map(Into::into).to_vec();
    let mut options = ReadOptions::default();
    options.columns.customer = Some("kundde".into());
    let error = Columns::find(names.clone(), &options).unwrap_err().in_file("a.csv".as_ref());
    assert_eq!(
        error.to_string(),
        "a.csv has no column `kundde` (--customer); did you mean `kunde`?\n  its columns are: kunde, datum, betrag"
    );
    assert_eq!(error.exit_code(), 2);
    assert_eq!(nearest("zzzzzz", &names), None);
    assert_eq!(distance("kitten", "sitting"), 3);
}
