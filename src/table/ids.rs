//! Many texts: the column of customer ids.

use std::ops::Range;
use std::sync::Arc;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_does_not_see_what_is_pushed_later() {
        let mut ids: Ids = ["x", "yy"].into_iter().collect();
        let before = ids.clone();
        ids.push("z");
        assert_eq!((before.len(), ids.len(), ids.get(2)), (2, 3, "z"));
        ids.append(&before);
        assert_eq!(ids.iter().collect::<Vec<_>>(), ["x", "yy", "z", "x", "yy"]);
    }
}
