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
    table: HashTable<Slot>,
}

/// A number and the hash of its id, so that the table grows, and mostly answers, without a look at the texts.
#[derive(Debug, Clone, Copy)]
struct Slot {
    hash: u32,
    number: u32,
}

/// The hash as the table wants it: its place from the low bits, its tag from the high ones.
const fn spread(hash: u32) -> u64 {
    (hash as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Interner {
    /// The hash of an id.
    #[inline]
    pub fn hash(id: &str) -> u32 {
        FixedState::with_seed(SEED).hash_one(id.as_bytes()) as u32
    }

    /// The number an id of this hash has, if it has one; another id may have the same hash, if seldom.
    #[inline]
    pub fn likely(&self, hash: u32) -> Option<u32> {
        self.table.find(spread(hash), |slot| slot.hash == hash).map(|slot| slot.number)
    }

    /// The number of an id, and whether it is new.
    ///
    /// # Errors
    /// [`Error::Undefined`] beyond 2³² − 1 ids.
    pub fn number(&mut self, id: &str) -> Result<(u32, bool)> {
        let Self { ids, table } = self;
        let hash = Self::hash(id);
        let same = |slot: &Slot| slot.hash == hash && ids.get(slot.number as usize) == id;
        match table.entry(spread(hash), same, |slot| spread(slot.hash)) {
            Entry::Occupied(found) => Ok((found.get().number, false)),
            Entry::Vacant(room) => {
                let number = u32::try_from(ids.len())
                    .ok()
                    .filter(|&number| number != u32::MAX)
                    .ok_or_else(|| Error::Undefined("more than 4,294,967,294 customers".into()))?;
                room.insert(Slot { hash, number });
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
