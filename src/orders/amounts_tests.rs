use super::*;

fn value(text: &str, mark: Option<DecimalMark>) -> Option<String> {
    match read(text.as_bytes(), mark) {
        Amount::Of(money) => Some(money.to_string()),
        _ => None,
    }
}

#[test]
fn amounts_are_read_as_people_write_them() {
    use DecimalMark::{Comma, Point};
    for (text, mark, expected) in [
        ("19.99", Point, "19.99"),
        ("-19.99", Point, "-19.99"),
        ("0", Point, "0"),
        ("+5", Point, "5"),
        (".5", Point, "0.5"),
        ("5.", Point, "5"),
        ("19,99", Comma, "19.99"),
        ("1,234.56", Point, "1234.56"),
        ("1,234", Point, "1234"),
        ("1,234", Comma, "1.234"),
        ("12,34,567.5", Point, "1234567.5"),
        ("1.234,56", Comma, "1234.56"),
        ("1.234.567", Comma, "1234567"),
        ("1 234,56", Comma, "1234.56"),
        ("1\u{a0}234,56", Comma, "1234.56"),
        ("1\u{202f}234\u{202f}567,56 zł", Comma, "1234567.56"),
        ("1'234.56", Point, "1234.56"),
        ("1’234’567.50 CHF", Point, "1234567.5"),
        ("(12.50)", Point, "-12.5"),
        ("($12.50)", Point, "-12.5"),
        ("$(12.50)", Point, "-12.5"),
        ("-$12.50", Point, "-12.5"),
        ("$-12.50", Point, "-12.5"),
        ("12.50-", Point, "-12.5"),
        ("\u{2212}12.50", Point, "-12.5"),
        ("€ 12,50", Comma, "12.5"),
        ("12,50€", Comma, "12.5"),
        ("12,50 kr.", Comma, "12.5"),
        ("Rs. 1,200", Point, "1200"),
        ("R$ 1.200,10", Comma, "1200.1"),
        ("USD 12", Point, "12"),
        ("1200 Ft", Point, "1200"),
        ("1e-05", Point, "0.00001"),
        ("1.5E3", Point, "1500"),
        ("19.989999999999998", Point, "19.99"),
        ("0.0000005", Point, "0.000001"),
        ("-0.0000005", Point, "-0.000001"),
        ("9000000000000", Point, "9000000000000"),
    ] {
        assert_eq!(value(text, Some(mark)).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn what_is_no_amount_is_refused() {
    use DecimalMark::{Comma, Point};
    for (text, mark) in [
        ("12,5", Point),
        ("1,23", Point),
        ("12.5", Comma),
        ("1.2.3", Point),
        ("1,2345", Point),
        ("--5", Point),
        ("(-5)", Point),
        ("abc", Point),
        ("5 apples", Point),
        ("1 23", Point),
        (".", Point),
        ("-", Point),
        ("$", Point),
        ("1.234,5,6", Comma),
        ("99999999999999", Point),
        ("1e39", Point),
        ("1,234 567", Point),
        ("12:30", Point),
        ("2024-01-05", Point),
        ("1e", Point),
        ("10%", Point),
    ] {
        assert_eq!(read(text.as_bytes(), Some(mark)), Amount::Unreadable, "{text}");
    }
    for text in ["", " ", "NULL", "nan", "N/A"] {
        assert_eq!(read(text.as_bytes(), None), Amount::Missing, "{text}");
    }
}

#[test]
fn the_decimal_mark_is_known_by_evidence_only() {
    for (text, expected) in [
        ("19.99", Evidence::Point),
        ("19,99", Evidence::Comma),
        ("1234", Evidence::None),
        ("1,234", Evidence::Ambiguous),
        ("1.234", Evidence::Ambiguous),
        ("0.234", Evidence::Point),
        ("1234,567", Evidence::Comma),
        ("1,234.5", Evidence::Point),
        ("1.234,5", Evidence::Comma),
        ("1,234,567", Evidence::Point),
        ("1.234.567", Evidence::Comma),
        ("1 234,567", Evidence::Comma),
        ("€1 234", Evidence::None),
        ("word", Evidence::None),
    ] {
        assert_eq!(evidence(text.as_bytes()), expected, "{text}");
    }
    assert_eq!(read(b"1,234", None), Amount::Ambiguous);
    assert_eq!(read(b"1.234", None), Amount::Ambiguous);
    assert_eq!(value("19.99", None).as_deref(), Some("19.99"));
    assert_eq!(value("1234", None).as_deref(), Some("1234"));
    assert_eq!(value("19,99", None).as_deref(), Some("19.99"));
}

#[test]
fn windows_signs_of_currency_are_understood() {
    assert_eq!(read(b"\x8012.50", Some(DecimalMark::Point)), Amount::Of(Money::from_micros(12_500_000)));
    assert_eq!(read(b"1\xa0234,5", Some(DecimalMark::Comma)), Amount::Of(Money::from_micros(1_234_500_000)));
}

#[test]
fn a_price_times_a_quantity_is_exact() {
    let money = |text: &str| Money::from_f64(text.parse().unwrap()).unwrap();
    assert_eq!(product(money("2.55"), money("6")), Some(money("15.3")));
    assert_eq!(product(money("2.55"), money("-6")), Some(money("-15.3")));
    assert_eq!(product(money("0.001"), money("0.0005")), Some(money("0.000001")));
    assert_eq!(product(Money::from_micros(i64::MAX), money("2")), None);
}
