//! Customer ids: text, interned once.

use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::{Error, Result};

/// Many short texts in one piece of memory. A clone shares that memory until one of the two is changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ids {
    text: Arc<String>,
    ends: Arc<Vec<u64>>,
}

impl Ids {
    /// Appends an id.
    pub fn push(&mut self, id: &str) {
        let text = Arc::make_mut(&mut self.text);
        text.push_str(id);
        Arc::make_mut(&mut self.ends).push(text.len() as u64);
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The id at a position.
    ///
    /// # Panics
    /// If the position is not below [`Ids::len`].
    #[must_use]
    pub fn get(&self, at: usize) -> &str {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start as usize..self.ends[at] as usize]
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.range(0..self.len())
    }

    /// Some of them, in order.
    ///
    /// # Panics
    /// While iterating, if the range ends beyond [`Ids::len`].
    pub fn range(&self, range: Range<usize>) -> impl Iterator<Item = &str> {
        range.map(|at| self.get(at))
    }

    /// Appends other ids.
    pub(crate) fn append(&mut self, other: &Self) {
        let text = Arc::make_mut(&mut self.text);
        let start = text.len() as u64;
        text.push_str(&other.text);
        Arc::make_mut(&mut self.ends).extend(other.ends.iter().map(|end| start + end));
    }

    /// Room for so many more ids of so many bytes in all.
    pub(crate) fn reserve(&mut self, ids: usize, bytes: usize) {
        Arc::make_mut(&mut self.text).reserve(bytes);
        Arc::make_mut(&mut self.ends).reserve(ids);
    }

    /// The bytes of all ids together.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }
}

impl<'a> FromIterator<&'a str> for Ids {
    fn from_iter<T: IntoIterator<Item = &'a str>>(texts: T) -> Self {
        let mut ids = Self::default();
        for text in texts {
            ids.push(text);
        }
        ids
    }
}

/// The seed of the hash: fixed, so that the same input takes the same way every time.
const SEED: u64 = 0x6c74_762d_6f72_6465;

/// Gives every distinct id a number, counted from 0.
#[derive(Debug, Default)]
pub(super) struct Interner {
    ids: Ids,
    table: HashTable<u32>,
}

impl Interner {
    /// The number of an id, and whether it is new.
    ///
    /// # Errors
    /// [`Error::Undefined`] beyond 2³² − 1 ids.
    pub fn number(&mut self, id: &str) -> Result<(u32, bool)> {
        let Self { ids, table } = self;
        let hash = |id: &str| FixedState::with_seed(SEED).hash_one(id.as_bytes());
        let found = table.entry(hash(id), |&at| ids.get(at as usize) == id, |&at| hash(ids.get(at as usize)));
        match found {
            Entry::Occupied(found) => Ok((*found.get(), false)),
            Entry::Vacant(room) => {
                let number = u32::try_from(ids.len())
                    .ok()
                    .filter(|&number| number != u32::MAX)
                    .ok_or_else(|| Error::Undefined("more than 4,294,967,294 customers".into()))?;
                room.insert(number);
                ids.push(id);
                Ok((number, true))
            }
        }
    }

    /// The ids so far, in the order of their numbers.
    pub const fn ids(&self) -> &Ids {
        &self.ids
    }

    /// The ids, in the order of their numbers.
    pub fn into_ids(self) -> Ids {
        self.ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_keeps_its_number() {
        let mut interner = Interner::default();
        for (id, number, new) in
            [("b", 0, true), ("a", 1, true), ("b", 0, false), ("", 2, true), ("ü", 3, true), ("", 2, false)]
        {
            assert_eq!(interner.number(id).unwrap(), (number, new), "{id}");
        }
        assert_eq!(interner.into_ids().iter().collect::<Vec<_>>(), ["b", "a", "", "ü"]);
    }

    #[test]
    fn a_clone_does_not_see_what_is_pushed_later() {
        let mut ids: Ids = ["x", "yy"].into_iter().collect();
        let before = ids.clone();
        ids.push("z");
        assert_eq!((before.len(), ids.len(), ids.get(2)), (2, 3, "z"));
    }
}
