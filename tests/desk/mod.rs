//! A folder to work in with the command, gone afterwards.
#![allow(dead_code)]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The folder.
pub struct Desk(TempDir);

/// What a command said.
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// A file of `data/`.
pub fn data(name: &str) -> String {
    format!("{}/data/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A column of numbers of a CSV table.
pub fn column(text: &str, name: &str) -> Vec<f64> {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let at = reader.headers().unwrap().iter().position(|head| head == name).unwrap();
    reader.records().map(|row| row.unwrap()[at].parse().unwrap()).collect()
}

impl Desk {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn file(&self, name: &str, content: &str) {
        fs::write(self.0.path().join(name), content).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    pub fn run(&self, args: &[&str]) -> Said {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ltv"));
        command.env_remove("NO_COLOR").env("COLUMNS", "80");
        let output = command.args(args).current_dir(self.0.path()).stdin(Stdio::null()).output().unwrap();
        Said {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs, and expects that it goes well.
    pub fn done(&self, args: &[&str]) -> Said {
        let said = self.run(args);
        assert_eq!(said.code, Some(0), "ltv {args:?}\n{}\n{}", said.out, said.err);
        said
    }

    /// Runs, and expects this exit code, these words on standard error, and nothing new in the folder.
    pub fn refused(&self, args: &[&str], code: i32, words: &[&str]) {
        let before = self.names();
        let said = self.run(args);
        assert_eq!(said.code, Some(code), "ltv {args:?}\n{}\n{}", said.out, said.err);
        for word in words {
            let all = said.err.to_lowercase();
            assert!(all.contains(&word.to_lowercase()), "ltv {args:?} does not say `{word}`:\n{}", said.err);
        }
        assert!(!said.err.contains("panicked"), "{}", said.err);
        assert_eq!(self.names(), before, "ltv {args:?} left something behind");
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> =
            names.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}
