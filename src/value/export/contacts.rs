//! Who customers are, from a file of its own: only what is asked for leaves it.

use std::path::{Path, PathBuf};

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

use super::source::Source;
use crate::progress::Progress;
use crate::table::Ids;
use crate::{Error, Result};

/// What columns of e-mail addresses and telephone numbers are usually called.
pub(super) const EMAIL: &[&str] = &["email", "emailaddress", "mail", "customeremail"];
/// The same of telephone numbers.
pub(super) const PHONE: &[&str] = &["phone", "phonenumber", "telephone", "mobile", "tel", "customerphone"];

/// The word by which a column is not taken.
pub(super) const NONE: &str = "none";

/// Which columns of a file of contacts are taken; `none` for one that is not to leave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactColumns {
    /// The column with the customer's id; by its usual names if not said.
    pub customer: Option<String>,
    /// The column with the e-mail address; by its usual names if not said.
    pub email: Option<String>,
    /// The column with the telephone number; by its usual names if not said.
    pub phone: Option<String>,
}

/// E-mail addresses and telephone numbers by customer, held in memory: some 80 bytes each.
pub struct Contacts {
    /// The file.
    pub path: PathBuf,
    /// Whether there are e-mail addresses, and telephone numbers.
    pub has: (bool, bool),
    /// Rows that name a customer of an earlier row; the first one counts.
    pub repeated: u64,
    /// Rows that name no customer.
    pub nameless: u64,
    ids: Ids,
    emails: Ids,
    phones: Ids,
    index: HashTable<u32>,
}

/// The column that is meant: named, found by its usual names, or none.
pub(super) fn column(
    source: &Source,
    given: Option<&str>,
    flag: &str,
    usual: &[&str],
) -> Result<Option<usize>> {
    match given {
        Some(NONE) => Ok(None),
        Some(name) => source.named(name, flag).map(Some),
        None => Ok(source.usual(usual)),
    }
}

impl Contacts {
    /// Reads contacts from CSV (also .gz and .zst) or Parquet.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Input`] for a file without customers, and one with neither e-mail addresses nor telephone numbers;
    /// [`Error::Usage`] for a column that is not there.
    pub fn read(path: &Path, columns: &ContactColumns, progress: &dyn Progress) -> Result<Self> {
        let mut source = Source::open(path, "contacts")?;
        let customer = source.customer(columns.customer.as_deref())?;
        let email = column(&source, columns.email.as_deref(), "--email", EMAIL)?;
        let phone = column(&source, columns.phone.as_deref(), "--phone", PHONE)?;
        if email.is_none() && phone.is_none() {
            let found = format!("there is no column email or phone; there are {}", source.names.join(", "));
            return Err(Error::input(found).file(path).hint("name one with --email or --phone").into());
        }
        source.want([Some(customer), email, phone].into_iter().flatten().collect());
        let mut contacts = Self {
            path: path.into(),
            has: (email.is_some(), phone.is_some()),
            repeated: 0,
            nameless: 0,
            ids: Ids::default(),
            emails: Ids::default(),
            phones: Ids::default(),
            index: HashTable::new(),
        };
        progress.begin("reading contacts", None);
        while let Some(line) = source.next()? {
            if line.is_multiple_of(1 << 16) {
                progress.check()?;
                progress.advance(1 << 16);
            }
            let cell = |column: Option<usize>| column.map_or(Ok("".into()), |at| source.text(line, at));
            contacts.take(&source.text(line, customer)?, &cell(email)?, &cell(phone)?);
        }
        progress.end();
        if contacts.ids.is_empty() {
            return Err(Error::input("no row names a customer").file(path).into());
        }
        Ok(contacts)
    }

    fn take(&mut self, id: &str, email: &str, phone: &str) {
        if id.is_empty() {
            self.nameless += 1;
            return;
        }
        if self.place(id).is_some() {
            self.repeated += 1;
            return;
        }
        let at = self.ids.len() as u32;
        self.ids.push(id);
        self.emails.push(email);
        self.phones.push(phone);
        let ids = &self.ids;
        self.index.insert_unique(hash(id), at, |&at| hash(ids.get(at as usize)));
    }

    fn place(&self, id: &str) -> Option<usize> {
        self.index.find(hash(id), |&at| self.ids.get(at as usize) == id).map(|&at| at as usize)
    }

    /// How many customers they tell of.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// A customer's e-mail address and telephone number as they stand in the file, empty where they are missing; `None` for a customer who is
    /// not in it.
    #[must_use]
    pub fn of(&self, id: &str) -> Option<(&str, &str)> {
        self.place(id).map(|at| (self.emails.get(at), self.phones.get(at)))
    }
}

fn hash(id: &str) -> u64 {
    FixedState::default().hash_one(id)
}
