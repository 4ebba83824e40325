//! Accounts that are one person's: ids of customers become persons while they are read.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::rows::name;
use super::sheet;
use crate::units::grouped;
use crate::{Error, Result};

/// Which ids are whose.
#[derive(Debug)]
pub(super) struct Identity {
    /// Of every id, and of every person, its place among the accounts.
    at: HashMap<String, usize>,
    accounts: Vec<Account>,
}

#[derive(Debug)]
struct Account {
    /// The place of the person among the accounts.
    person: usize,
    id: String,
    /// Where it stands in the file; none for a person that is no id itself.
    line: Option<u64>,
    /// Whether it came up among the orders.
    seen: AtomicBool,
}

const EXAMPLE: &str = "  id,person\n  card-0017,ann@example.com";

/// An id as it is compared: addresses in small letters.
fn key(text: &str) -> String {
    let text = name(text.as_bytes());
    if text.contains('@') { text.to_lowercase() } else { text.into_owned() }
}

impl Identity {
    /// Reads a file of ids and persons. A person may be an id itself, of another person: chains are followed to their end.
    ///
    /// # Errors
    /// If the file cannot be read or lacks a column or a value, if an id has two persons, or if persons go round in a circle.
    pub fn read(path: &Path) -> Result<Self> {
        let mut all = Self { at: HashMap::new(), accounts: Vec::new() };
        let wanted: [sheet::Wanted; 2] = [(&["id", "account"], true), (&["person"], true)];
        sheet::read(path, wanted, EXAMPLE, |line, [id, person]| {
            for (text, column) in [(id, "id"), (person, "person")] {
                if text.is_empty() {
                    let error = Error::input("nothing stands here").file(path).line(line).column(column);
                    return Err(error.expected("the id of an account, and whose it is").into());
                }
            }
            all.add(path, line, &key(id), &key(person))
        })?;
        all.follow(path)?;
        Ok(all)
    }

    /// The place of an id, new or known.
    fn place(&mut self, id: &str) -> usize {
        if let Some(&at) = self.at.get(id) {
            return at;
        }
        let at = self.accounts.len();
        self.at.insert(id.to_owned(), at);
        self.accounts.push(Account {
            person: at,
            id: id.to_owned(),
            line: None,
            seen: AtomicBool::new(false),
        });
        at
    }

    fn add(&mut self, path: &Path, line: u64, id: &str, person: &str) -> Result<()> {
        let (at, person) = (self.place(id), self.place(person));
        let Account { person: before, line: told, .. } = self.accounts[at];
        if let Some(told) = told
            && before != person
        {
            let (one, other) = (&self.accounts[before].id, &self.accounts[person].id);
            return Err(Error::input(format!("`{id}` is `{other}` here and `{one}` in line {told}"))
                .file(path)
                .line(line)
                .expected("one person for an id")
                .hint(format!("if they are one person, write `{other},{one}` in a line of its own and leave this one out"))
                .into());
        }
        self.accounts[at].person = person;
        self.accounts[at].line.get_or_insert(line);
        Ok(())
    }

    /// Follows chains: whose person is an account of somebody else is that one's.
    fn follow(&mut self, path: &Path) -> Result<()> {
        const NEW: u8 = 0;
        const UNDER_WAY: u8 = 1;
        const DONE: u8 = 2;
        let mut state = vec![NEW; self.accounts.len()];
        for start in 0..self.accounts.len() {
            let (mut chain, mut at) = (Vec::new(), start);
            while state[at] == NEW && self.accounts[at].person != at {
                state[at] = UNDER_WAY;
                chain.push(at);
                at = self.accounts[at].person;
            }
            if state[at] == UNDER_WAY {
                let from = chain.iter().position(|other| *other == at).unwrap_or(0);
                return Err(self.circle(path, &chain[from..]));
            }
            let person = self.accounts[at].person;
            state[at] = DONE;
            for at in chain {
                (self.accounts[at].person, state[at]) = (person, DONE);
            }
        }
        Ok(())
    }

    fn circle(&self, path: &Path, chain: &[usize]) -> Error {
        let mut names: Vec<&str> = chain.iter().take(8).map(|at| self.accounts[*at].id.as_str()).collect();
        if chain.len() > names.len() {
            names.push("...");
        }
        names.extend(chain.first().map(|at| self.accounts[*at].id.as_str()));
        let line = chain.iter().filter_map(|at| self.accounts[*at].line).max();
        Error::input(format!("these ids go round in a circle: {}", names.join(" -> ")))
            .file(path)
            .line(line.unwrap_or(1))
            .expected("chains that end with a person")
            .hint("take one of their lines out; whose id is left over is the person")
            .into()
    }

    /// Whose an id is; `None` if the file does not know it.
    pub fn person(&self, id: &str) -> Option<&str> {
        let at = match self.at.get(id) {
            Some(at) => *at,
            None if id.contains('@') => *self.at.get(&id.to_lowercase())?,
            None => return None,
        };
        let account = &self.accounts[at];
        if !account.seen.load(Ordering::Relaxed) {
            account.seen.store(true, Ordering::Relaxed);
        }
        Some(&self.accounts[account.person].id)
    }

    /// What came of it, in sentences.
    pub fn notes(&self, path: &Path) -> Vec<String> {
        let seen = || self.accounts.iter().filter(|account| account.seen.load(Ordering::Relaxed));
        let mut persons: Vec<usize> = seen().map(|account| account.person).collect();
        persons.sort_unstable();
        persons.dedup();
        let (accounts, persons) = (seen().count() as u64, persons.len() as u64);
        let mut notes = vec![format!(
            "{} account{} of {} became {} person{}",
            grouped(accounts),
            plural(accounts),
            path.display(),
            grouped(persons),
            plural(persons)
        )];
        let listed = || self.accounts.iter().filter(|account| account.line.is_some());
        let absent = listed().filter(|account| !account.seen.load(Ordering::Relaxed)).count() as u64;
        if absent > 0 {
            let all = grouped(listed().count() as u64);
            notes.push(format!(
                "{} of {all} ids of {} never came up among the orders",
                grouped(absent),
                path.display()
            ));
        }
        notes
    }
}

const fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}
