//! Equal things are worked on once.

use std::hash::Hash;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// Of keys in their order: the place of each among the distinct ones, and where each distinct one stands first.
pub fn distinct<K: Hash + Eq>(keys: impl Iterator<Item = K>) -> (Vec<usize>, Vec<usize>) {
    let mut index: HashMap<K, usize, FixedState> = HashMap::default();
    let mut first = Vec::new();
    let places = keys.enumerate().map(|(at, key)| {
        *index.entry(key).or_insert_with(|| {
            first.push(at);
            first.len() - 1
        })
    });
    let places = places.collect();
    (places, first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_the_place_of_its_first() {
        assert_eq!(distinct("abcabd".chars()), (vec![0, 1, 2, 0, 1, 3], vec![0, 1, 2, 5]));
        assert_eq!(distinct(std::iter::empty::<u8>()), (vec![], vec![]));
    }
}
