//! `ltv export`: what each place is sent, to the last byte, and what becomes of every row that it cannot take.

mod desk;

use desk::Desk;
use ltv::progress::Silent;
use ltv::table::Column;
use ltv::value::export::{ContactColumns, Contacts, ExportOptions, Refusal, Remark, Target, export};

/// Seven customers as `ltv score` writes them.
const SCORES: &str = "\
customer_id,frequency,recency,age,p_alive,expected_purchases,expected_value,value_lower,value_upper,note
A1,2,10.0,20.0,0.9,1.23456789,123.456789,0.0,400.5,loyal
B2,0,0.0,5.0,1.0,0.5,50.0,0.0,99.0,\"=HYPERLINK(\"\"http://x\"\")\"
C3,1,3.0,9.0,0.25,0.125,-7.5,-20.0,5.0,
D4,0,0.0,1.0,1.0,0.5,,0.0,9.0,-12.5
E5,4,30.0,40.0,0.75,2.0,75.0,10.0,150.0,\"a, b\"
F6,1,8.0,12.0,0.5,1.0,10.0,1.0,30.0,x
G7,1,8.0,12.0,0.5,1.0,20.0,1.0,30.0,x
";

/// A1 and E5 write their addresses differently; of F6 there is no contact, and G7 is B2 again.
const CONTACTS: &str = "\
email,customer_id,phone,name
 Ann@Example.COM ,A1,+48 22 123-45-67,Ann
B.o.b+shop@gmail.com,B2,,Bob
c3@example.com,C3,,
d4@example.com,D4,,
not an address,E5,0151 12345678,Eve
b.ob@GMAIL.com,G7,,Bob again
";

// python3 -c "import hashlib; print(hashlib.sha256(b'ann@example.com').hexdigest())", and so on.
const ANN: &str = "71d4f55f72fa128dfb468a1a3901507c804b74316488744d769d7f4b16696476";
const BOB: &str = "300db02db75af922c759f08a0efa5a400128eac1f531b802697450b5c6da6e9f";
const PHONE: &str = "2369b1d50033f64fd48ae135cce7a29a49fbb4e55f7da7722ae3126e5dd6f08c";
const DIGITS: &str = "974e1d5b6a316fe3dbdea085675be226ca3db66ce625949674131d2af11e930d";
const EVE: &str = "536afd523e19dc83fccba822ef5e4ca646111314aaf0aa286667c5bea18dd70b";
const EVE_DIGITS: &str = "8efb96404be52f6109b9db0f687274a81e9e3cc23fabd6f0da5d38baa3d2facd";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.file("scores.csv", SCORES);
    desk.file("contacts.csv", CONTACTS);
    desk
}

fn sent(desk: &Desk, args: &[&str]) -> String {
    let all: Vec<&str> = ["export", "scores.csv", "-o", "out.csv"].iter().chain(args).copied().collect();
    desk.done(&all);
    desk.text("out.csv")
}

const WITH: [&str; 4] = ["--contacts", "contacts.csv", "--calling-code", "49"];

#[test]
fn klaviyo_gets_addresses_and_properties() {
    let text = sent(&desk(), &[&["--to", "klaviyo"], &WITH[..]].concat());
    assert_eq!(
        text,
        "Email Address,Phone Number,LTV Customer ID,LTV Expected Value,LTV Value Lower,LTV Value Upper,LTV Expected Purchases,LTV P Alive\n\
         ann@example.com,+48221234567,A1,123.4568,0,400.5,1.2346,0.9\n\
         b.o.b+shop@gmail.com,,B2,50,0,99,0.5,1\n\
         c3@example.com,,C3,-7.5,-20,5,0.125,0.25\n\
         d4@example.com,,D4,,0,9,0.5,1\n\
         ,+4915112345678,E5,75,10,150,2,0.75\n\
         b.ob@gmail.com,,G7,20,1,30,1,0.5\n"
    );
}

#[test]
fn google_gets_hashes_and_one_row_a_mailbox() {
    let desk = desk();
    let text = sent(&desk, &[&["--to", "google-ads"], &WITH[..]].concat());
    let others = text.lines().skip(3).take(2).collect::<Vec<_>>().join("\n");
    assert!(text.starts_with(&format!("Email,Phone\n{ANN},{PHONE}\n{BOB},\n")), "{text}");
    assert!(text.ends_with(&format!(",{EVE}\n")) && !others.contains('@'), "{text}");
    assert_eq!(text.lines().count(), 6, "G7 is the mailbox of B2");

    let conversion = [
        "--to",
        "google-ads",
        "--conversion",
        "Value of a year",
        "--currency",
        "eur",
        "--time",
        "2024-12-31 01:00:00+01:00",
    ];
    let text = sent(&desk, &[&conversion[..], &WITH[..]].concat());
    assert_eq!(
        text,
        format!(
            "Email,Phone Number,Conversion Name,Conversion Time,Conversion Value,Conversion Currency\n\
             {ANN},{PHONE},Value of a year,2024-12-31 00:00:00+0000,123.46,EUR\n\
             {BOB},,Value of a year,2024-12-31 00:00:00+0000,50,EUR\n\
             ,{EVE},Value of a year,2024-12-31 00:00:00+0000,75,EUR\n"
        )
    );
}

/// Gmail's dots are Google's affair: for Meta B2 and G7 are two people.
#[test]
fn meta_gets_hashes_with_values_none_of_them_negative() {
    let text = sent(&desk(), &[&["--to", "meta"], &WITH[..]].concat());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "email,phone,value");
    assert_eq!(lines[1], format!("{ANN},{DIGITS},123.46"));
    assert!(lines[2].ends_with(",,50") && !lines[2].starts_with(BOB));
    assert_eq!(lines[3], format!(",{EVE_DIGITS},75"));
    assert!(lines[4].ends_with(",,20"));
    assert_eq!(lines.len(), 5);
}

#[test]
fn salesforce_gets_its_field_names_and_short_numbers() {
    let text = sent(&desk(), &["--to", "salesforce", "--columns", "expected_value,note"]);
    assert_eq!(
        text,
        "External_Id__c,LTV_Expected_Value__c,LTV_Note__c\nA1,123.4568,loyal\n\
         B2,50,\"'=HYPERLINK(\"\"http://x\"\")\"\nC3,-7.5,\nD4,,-12.5\nE5,75,\"a, b\"\nF6,10,x\nG7,20,x\n"
    );
}

#[test]
fn a_table_for_people_has_every_column_and_no_formula() {
    let desk = desk();
    let text = sent(&desk, &["--to", "csv"]);
    assert_eq!(text, SCORES.replace("\"=HYPER", "\"'=HYPER"));
    let text = sent(&desk, &["--to", "tableau", "--contacts", "contacts.csv", "--phone", "none"]);
    assert!(text.starts_with("Customer ID,Email,Frequency,Recency,Age,P Alive,"), "{text}");
    assert!(
        text.contains("\nA1,ann@example.com,2,10.0,20.0,0.9,") && text.contains("\nF6,,1,8.0,"),
        "{text}"
    );
    assert!(!text.contains("Ann,") && !text.contains("48"), "nothing leaves that was not asked for: {text}");
}

#[test]
fn the_ledger_tells_of_every_row() {
    let desk = desk();
    let contacts = Contacts::read(&desk.path("contacts.csv"), &ContactColumns::default(), &Silent).unwrap();
    let options =
        ExportOptions { calling_code: Some("49".parse().unwrap()), ..ExportOptions::to(Target::GoogleAds) };
    let to = |options: &ExportOptions| {
        export(&desk.path("scores.csv"), Some(&contacts), options, &desk.path("out.csv"), &Silent).unwrap()
    };
    let ledger = to(&options).ledger;
    let refused = |ledger: &ltv::value::export::ExportLedger| -> Vec<(Refusal, u64, u64)> {
        ledger.refused.iter().map(|(reason, counted)| (*reason, counted.count, counted.first)).collect()
    };
    assert_eq!((ledger.rows, ledger.written), (7, 5));
    assert_eq!(refused(&ledger), [(Refusal::NoContact, 1, 7), (Refusal::Repeated, 1, 8)]);
    assert_eq!(ledger.remarks[&Remark::EmailLeftOut].count, 1);

    let valued = ExportOptions { min_value: Some(15.0), ..ExportOptions::to(Target::Meta) };
    let ledger = to(&valued).ledger;
    let right = [(Refusal::NoValue, 1, 5), (Refusal::Negative, 1, 4), (Refusal::Below, 1, 7)];
    assert_eq!(refused(&ledger), [(Refusal::BadEmail, 1, 6), right[0], right[1], right[2]]);
    assert_eq!(
        ledger.rows,
        ledger.written + ledger.refused.values().map(|counted| counted.count).sum::<u64>()
    );
    let sheet = ledger.sheet();
    assert_eq!(sheet.column("count"), Some(&Column::Count(vec![7, 3, 1, 1, 1, 1])));
}

#[test]
fn hashes_stay_and_ids_may_be_addresses() {
    let desk = Desk::new();
    desk.file(
        "scores.csv",
        &format!("customer_id,expected_value\n{},5.0\nann@example.com,6.0\n", BOB.to_uppercase()),
    );
    let text = sent(&desk, &["--to", "meta", "--email", "customer_id"]);
    assert_eq!(text, format!("email,value\n{BOB},5\n{ANN},6\n"));
    let said = desk.done(&["export", "scores.csv", "--to", "csv", "-o", "out.csv"]);
    assert!(said.out.contains("1 customer ids that are e-mail addresses"), "{}", said.out);
    // A hash is no address to write to.
    let said =
        desk.done(&["export", "scores.csv", "--to", "klaviyo", "--email", "customer_id", "-o", "out.csv"]);
    assert!(said.out.contains("not written: with an invalid e-mail address"), "{}", said.out);
}

#[test]
fn what_salesforce_has_no_room_for_is_counted() {
    let desk = Desk::new();
    let long = "n".repeat(256);
    let rows = format!("a,1e14,x\nb,1.0,{long}\nc,99999999999999.0,x\nc,1.0,x\n{long},1.0,x\n,1.0,x\n");
    desk.file("scores.csv", &format!("customer_id,expected_value,note\n{rows}"));
    let args =
        ["export", "scores.csv", "--to", "salesforce", "--columns", "expected_value,note", "-o", "out.csv"];
    let said = desk.done(&args);
    assert_eq!(desk.text("out.csv").lines().nth(1), Some("c,99999999999999,x"));
    for words in [
        "a text longer than its field       2",
        "number larger than its field",
        "the same person as an earlier row",
        "without a customer id",
    ] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
}

/// Sixty texts of a megabyte: Klaviyo takes 50 MB at a time.
#[test]
fn a_large_file_becomes_several() {
    let desk = Desk::new();
    let text = "x".repeat(1_000_000);
    let rows: String = (0..60).map(|at| format!("c{at}@example.com,{text}\n")).collect();
    desk.file("scores.csv", &format!("customer_id,segment\n{rows}"));
    desk.done(&["export", "scores.csv", "--to", "klaviyo", "--email", "customer_id", "-o", "out.csv"]);
    let (one, two) = (desk.text("out.csv"), desk.text("out-2.csv"));
    assert!(one.len() <= 50_000_000 && one.len() > 48_000_000, "{}", one.len());
    assert_eq!(one.lines().count() + two.lines().count(), 62);
    assert_eq!(one.lines().next(), two.lines().next());
    assert!(!desk.path("out-3.csv").exists());

    let said = desk.done(&["export", "scores.csv", "--to", "csv", "--rows-per-file", "60", "-o", "out.csv"]);
    assert!(said.out.contains("out-2.csv is of an earlier export"), "{}", said.out);
    desk.file("scores-2.csv", "customer_id,email\nc1@example.com,a@example.com\n");
    let args = [
        "export",
        "out.csv",
        "--to",
        "csv",
        "--contacts",
        "scores-2.csv",
        "--rows-per-file",
        "30",
        "-o",
        "scores.csv",
    ];
    let said = desk.run(&args);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("which would be lost"), "{}", said.err);
    assert!(desk.text("scores-2.csv").starts_with("customer_id,email"));
}

#[test]
fn parquet_goes_the_same_way() {
    let desk = desk();
    let model = format!("{}/models/cdnow.json", env!("CARGO_MANIFEST_DIR"));
    let sample = desk::data("cdnow_sample.csv");
    for name in ["s.csv", "s.parquet"] {
        desk.done(&["score", &sample, "--model", &model, "--horizon", "52w", "-o", name]);
        desk.done(&["export", name, "--to", "tableau", "-o", &format!("{name}.out.csv")]);
    }
    assert_eq!(desk.text("s.csv.out.csv"), desk.text("s.parquet.out.csv"));
}

#[test]
fn what_cannot_be_sent_is_refused_in_words() {
    let desk = desk();
    let refused = |args: &[&str], code, words: &[&str]| {
        desk.refused(&[&["export"], args, &["-o", "new.csv"]].concat(), code, words);
    };
    refused(&["scores.csv", "--to", "klaviyo"], 2, &["--contacts", "--email customer_id"]);
    refused(&["scores.csv", "--to", "mailchimp"], 2, &["klaviyo", "tableau"]);
    refused(
        &["scores.csv", "--to", "csv", "--columns", "expectd_value"],
        2,
        &["did you mean `expected_value`"],
    );
    refused(
        &["scores.csv", "--to", "meta", "--value", "ltv", "--email", "note"],
        2,
        &["--value", "no column `ltv`"],
    );
    refused(
        &["scores.csv", "--to", "csv", "--conversion", "x", "--currency", "EUR", "--time", "2024-01-01"],
        2,
        &["google-ads"],
    );
    refused(
        &[
            "scores.csv",
            "--to",
            "google-ads",
            "--email",
            "note",
            "--conversion",
            "x",
            "--currency",
            "euro",
            "--time",
            "2024-01-01",
        ],
        2,
        &["not a currency"],
    );
    refused(
        &["scores.csv", "--to", "meta", "--columns", "note", "--email", "note"],
        2,
        &["--columns goes with"],
    );
    refused(
        &["scores.csv", "--to", "meta", "--email", "note"],
        1,
        &["not one of 7 rows", "negative", "nothing was written"],
    );
    refused(&["scores.csv", "--to", "csv", "--min-value", "NaN"], 2, &["--min-value"]);
    desk.file("empty.csv", "");
    refused(&["empty.csv", "--to", "csv"], 1, &["empty"]);
    desk.file("bare.csv", "customer_id,expected_value\n");
    refused(&["bare.csv", "--to", "csv"], 1, &["no customer under it"]);
    desk.file("nameless.csv", "who,expected_value\na,1\n");
    refused(&["nameless.csv", "--to", "csv"], 1, &["customer_id", "--customer"]);
    refused(&["scores.csv", "--to", "csv", "--customer", "who"], 2, &["no column `who`"]);
    refused(&["scores.csv", "--to", "csv", "--contacts", "bare.csv"], 1, &["no column email or phone"]);
    desk.refused(&["export", "scores.csv", "--to", "csv", "-o", "new.parquet"], 2, &["as csv"]);
    desk.refused(&["export", "scores.csv", "--to", "csv", "-o", "scores.csv"], 2, &["would be lost"]);
    let said = desk.done(&["export", "scores.csv", "--to", "csv", "-o", "-"]);
    assert!(said.out.starts_with("customer_id,") && said.err.contains("Scores for a spreadsheet"));
}
