//! Whatever stands in a file: no panic, and a ledger that adds up.

use std::path::PathBuf;

use ltv::orders::{Ledger, ReadOptions, read};
use ltv::progress::Silent;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

fn read_bytes(bytes: &[u8], threads: usize) -> ltv::Result<(usize, Ledger)> {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("orders");
    std::fs::write(&path, bytes).unwrap();
    let options = ReadOptions { threads: Some(threads), ..ReadOptions::default() };
    read(&[path], &options, &Silent).map(|(orders, ledger)| (orders.len(), ledger))
}

fn adds_up(ledger: &Ledger) -> bool {
    ledger.rows == ledger.used + ledger.refunds + ledger.unused()
}

/// Fields as they come, good, odd and wrong.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{0,4}",
        "[0-9]{1,10}",
        "20[0-2][0-9]-[01][0-9]-[0-3][0-9]",
        "[0-3]?[0-9]/[0-3]?[0-9]/2024",
        "-?[0-9]{1,3}([.,][0-9]{0,4}){0,3}",
        "[$€£]? ?\\(?[0-9]{1,4}\\)?-?",
        "[a-z,;\"\n\r|\t ]{0,6}",
        "\\PC{0,5}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ledgers_add_up_whatever_the_fields(rows in prop::collection::vec(prop::collection::vec(field(), 3..5), 0..30), quoted: bool) {
        let mut writer = csv::WriterBuilder::new()
            .flexible(true)
            .quote_style(if quoted { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary })
            .from_writer(Vec::new());
        writer.write_record(["customer", "date", "amount"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let text = writer.into_inner().unwrap();
        if let Ok((_, ledger)) = read_bytes(&text, 1) {
            prop_assert!(adds_up(&ledger), "{ledger:?}");
            let blank = |row: &[String]| row.iter().all(|field| field.is_empty()) && row.len() == 1;
            prop_assert_eq!(ledger.rows as usize, rows.iter().filter(|row| !blank(row)).count());
        }
    }

    #[test]
    fn what_the_csv_crate_writes_is_read_as_it_was(ids in prop::collection::vec("[a-zA-Zł,;\"\n]{1,8}[a-z]", 1..40)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["customer", "date", "amount"]).unwrap();
        for id in &ids {
            writer.write_record([id, "2024-01-05", "1.50"]).unwrap();
        }
        let mut names: Vec<_> = ids.iter().map(|id| id.trim()).collect();
        let none = |id: &&str| ["null", "none", "nan", "na", "nil", "nat"].contains(&id.to_ascii_lowercase().as_str());
        let nobody = names.iter().filter(|id| none(id)).count();
        names.retain(|id| !none(id));
        prop_assume!(!names.is_empty());
        let (customers, ledger) = read_bytes(&writer.into_inner().unwrap(), 2).unwrap();
        names.sort_unstable();
        names.dedup();
        prop_assert_eq!((customers, ledger.used as usize), (names.len(), ids.len() - nobody));
    }
}

#[test]
fn bytes_of_chance_and_broken_files_never_panic() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(20_261_121);
    let good: String = (0..60)
        .map(|row| {
            format!(
                "c{},2024-{:02}-{:02},o{row},\"{}.5\",\"a \"\"b\"\"\n\"\n",
                row % 9,
                row % 12 + 1,
                row % 28 + 1,
                row
            )
        })
        .collect();
    let good = format!("customer_id,date,order_id,amount,note\n{good}");
    let alphabet = b",;\t|\"\n\r 0123456789.-/ab\xff\x80\xef\xbb\xbf\0PAR1";
    let rounds = if std::env::var_os("LTV_LONG").is_some() { 300_000 } else { 3_000 };
    for round in 0..rounds {
        let bytes: Vec<u8> = if round % 3 == 0 {
            (0..rng.random_range(0..200)).map(|_| alphabet[rng.random_range(0..alphabet.len())]).collect()
        } else {
            let mut bytes = good.clone().into_bytes();
            for _ in 0..rng.random_range(1..8) {
                let at = rng.random_range(0..bytes.len());
                match rng.random_range(0..3) {
                    0 => bytes[at] = alphabet[rng.random_range(0..alphabet.len())],
                    1 => drop(bytes.remove(at)),
                    _ => bytes.insert(at, alphabet[rng.random_range(0..alphabet.len())]),
                }
            }
            bytes
        };
        if let Ok((_, ledger)) = read_bytes(&bytes, 1) {
            assert!(adds_up(&ledger), "{ledger:?}");
        }
    }
}

/// Exports of shop systems, spoiled: each has rules, some are JSON.
#[test]
fn spoiled_exports_never_panic_and_add_up() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/presets");
    let mut exports: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    exports.sort();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(20_261_122);
    let alphabet = b",;\t\"\n\r 019.-/ab{}[]:\\\xff$(";
    let rounds = if std::env::var_os("LTV_LONG").is_some() { 5_000 } else { 60 };
    let mut read = 0;
    for path in &exports {
        // One currency, so that the first rows do not end it all.
        let good =
            std::fs::read_to_string(path).unwrap().replace("USD", "EUR").replace("jpy", "eur").into_bytes();
        for _ in 0..rounds {
            let mut bytes = good.clone();
            for _ in 0..rng.random_range(0..6) {
                let at = rng.random_range(0..bytes.len());
                match rng.random_range(0..4) {
                    0 => bytes[at] = alphabet[rng.random_range(0..alphabet.len())],
                    1 => drop(bytes.remove(at)),
                    2 => bytes.insert(at, alphabet[rng.random_range(0..alphabet.len())]),
                    _ => bytes.truncate(at.max(1)),
                }
            }
            if let Ok((_, ledger)) = read_bytes(&bytes, 2) {
                assert!(adds_up(&ledger), "{}: {ledger:?}", path.display());
                read += 1;
            }
        }
    }
    assert!(read > exports.len() * rounds / 4, "most spoiled files can still be read, but only {read} were");
}
