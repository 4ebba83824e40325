use super::*;

fn at(text: &str, order: Option<DateOrder>) -> Option<String> {
    match read(text.as_bytes(), order) {
        Reading::At(stamp) => {
            let day = jiff::civil::date(2000, 1, 1).saturating_add(jiff::Span::new().days(stamp.days));
            let (s, zone) = (stamp.seconds, stamp.offset.map_or(String::new(), |o| format!("{:+}", o / 60)));
            Some(format!("{day} {:02}:{:02}:{:02}{zone}", s / 3600, s / 60 % 60, s % 60))
        }
        _ => None,
    }
}

#[test]
fn every_day_of_two_centuries_has_its_number() {
    let mut day = jiff::civil::date(1900, 1, 1);
    let epoch = jiff::civil::date(2000, 1, 1);
    while day.year() < 2100 {
        let expected = epoch.until(day).unwrap().get_days();
        assert_eq!(days(day.year().into(), day.month().into(), day.day().into()), Some(expected), "{day}");
        day = day.tomorrow().unwrap();
    }
    assert_eq!(days(2023, 2, 29), None);
    assert_eq!(days(2023, 0, 1), None);
    assert_eq!(days(2023, 13, 1), None);
    assert_eq!(days(2023, 4, 31), None);
}

#[test]
fn dates_with_the_year_first_are_plain() {
    for (text, expected) in [
        ("2024-12-31", "2024-12-31 00:00:00"),
        (" 2024-12-31 ", "2024-12-31 00:00:00"),
        ("2024/1/5", "2024-01-05 00:00:00"),
        ("2024.01.05 7:08", "2024-01-05 07:08:00"),
        ("2024-12-31T23:59:60Z", "2024-12-31 23:59:59+0"),
        ("2024-12-31 08:26:00", "2024-12-31 08:26:00"),
        ("2024-12-31T08:26:00.123456+02:00", "2024-12-31 08:26:00+120"),
        ("2024-12-31 08:26:00 -0530", "2024-12-31 08:26:00-330"),
        ("2024-12-31 08:26:00 UTC", "2024-12-31 08:26:00+0"),
        ("2024-12-31T08:26:00+01:00[Europe/Warsaw]", "2024-12-31 08:26:00+60"),
        ("20241231", "2024-12-31 00:00:00"),
        ("202412310826", "2024-12-31 08:26:00"),
        ("20241231082659", "2024-12-31 08:26:59"),
        ("1704067200", "2024-01-01 00:00:00+0"),
        ("1704067200.0", "2024-01-01 00:00:00+0"),
        ("1704067261000", "2024-01-01 00:01:01+0"),
        ("1704067261000000", "2024-01-01 00:01:01+0"),
        ("852076800000", "1997-01-01 00:00:00+0"),
        ("5-Mar-2024", "2024-03-05 00:00:00"),
        ("5 March 2024 10:00 PM", "2024-03-05 22:00:00"),
        ("March 5, 2024", "2024-03-05 00:00:00"),
        ("05-Sep-99", "1999-09-05 00:00:00"),
    ] {
        assert_eq!(at(text, None).as_deref(), Some(expected), "{text}");
        assert_eq!(evidence(text.as_bytes()), Evidence::None, "{text}");
    }
}

#[test]
fn day_and_month_are_told_apart_by_the_order() {
    let (dmy, mdy) = (Some(DateOrder::Dmy), Some(DateOrder::Mdy));
    assert_eq!(at("3/4/2024", dmy).as_deref(), Some("2024-04-03 00:00:00"));
    assert_eq!(at("3/4/2024", mdy).as_deref(), Some("2024-03-04 00:00:00"));
    assert_eq!(at("3/4/24 1:05 pm", mdy).as_deref(), Some("2024-03-04 13:05:00"));
    assert_eq!(at("12/31/2024 12:00 AM", mdy).as_deref(), Some("2024-12-31 00:00:00"));
    assert_eq!(at("31/12/2024", mdy), None);
    assert_eq!(at("3.4.2024", None).as_deref(), Some("2024-04-03 00:00:00"));
    assert_eq!(at("24-03-04", Some(DateOrder::Ymd)).as_deref(), Some("2024-03-04 00:00:00"));
    assert_eq!(read(b"3/4/2024", None), Reading::Ambiguous);
    assert_eq!(read(b"3/4/05", None), Reading::Ambiguous);
    assert_eq!(read(b"24/01/05", None), Reading::Ambiguous);
}

#[test]
fn a_day_above_twelve_is_evidence_and_equal_parts_are_none() {
    for (text, expected) in [
        ("31/12/2024", Evidence::Dmy),
        ("12/31/2024", Evidence::Mdy),
        ("3/4/2024", Evidence::Ambiguous),
        ("3/3/2024", Evidence::None),
        ("01/24/05", Evidence::Mdy),
        ("24/01/05", Evidence::Ambiguous),
        ("25/12/99", Evidence::Dmy),
        ("99/99/2024", Evidence::None),
        ("hello", Evidence::None),
    ] {
        assert_eq!(evidence(text.as_bytes()), expected, "{text}");
    }
}

#[test]
fn dates_of_mails_calendars_and_continental_typists_are_read() {
    for (text, expected) in [
        ("5. 1. 2024", "2024-01-05 00:00:00"),
        ("05. 01. 2024 10:30", "2024-01-05 10:30:00"),
        ("5. January 2024", "2024-01-05 00:00:00"),
        ("5 January, 2024", "2024-01-05 00:00:00"),
        ("Fri, 05 Jan 2024 10:30:15", "2024-01-05 10:30:15"),
        ("Friday, January 5, 2024", "2024-01-05 00:00:00"),
        ("Fri Jan 05 2024", "2024-01-05 00:00:00"),
        ("20240105T103015", "2024-01-05 10:30:15"),
        ("20240105T1030", "2024-01-05 10:30:00"),
        ("20240105 10:30:15", "2024-01-05 10:30:15"),
    ] {
        assert_eq!(at(text, None).as_deref(), Some(expected), "{text}");
    }
    for text in [
        "20240105T103015Z",
        "Fri, 05 Jan 2024 11:30:15 +0100",
        "Fri Jan 05 2024 11:30:15 GMT+0100 (Central European Standard Time)",
        "2024-01-05 10:30:15 +0000 UTC",
    ] {
        let Reading::At(stamp) = read(text.as_bytes(), None) else { panic!("{text}") };
        let utc = stamp.clock() - i64::from(stamp.offset.unwrap());
        assert_eq!(utc + EPOCH_2000, 1_704_450_615, "{text}");
    }
    for text in
        ["20241305T1030", "20240105T103", "20240105T", "Someday, 5 Jan 2024", "Fri", "5. . 2024", "()"]
    {
        assert_eq!(at(text, None), None, "{text}");
    }
}

#[test]
fn what_is_no_date_is_refused() {
    for text in [
        "2024-13-01",
        "2024-02-30",
        "yesterday",
        "1234",
        "45296",
        "2024-12-31x",
        "2024-12-31 25:00",
        "12:00",
        "2024-12-31T",
        "2024-1",
        "31/12/2024 13:00 PM",
        "99999999",
        "2024-12-31 10:00 EST",
        "1/2",
        "//",
        "1/2/3",
        "99999999999999999999",
        "2024-12-31 10",
        "-1704067200",
        "05.",
    ] {
        assert_eq!(at(text, None), None, "{text}");
    }
    assert_eq!(read(b"  ", None), Reading::Missing);
}
