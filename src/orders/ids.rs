//! Customer ids, interned once.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::table::Ids;
use crate::{Error, Result};

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
}
