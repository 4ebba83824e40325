//! Values that several need: each is made once, by the first who asks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::Result;

/// Values by their keys. Who asks for one that another thread is making waits for it; an error is not kept, and the next who asks tries again; of more
/// than so many the one that was asked for first goes (whoever has it keeps it).
///
/// Work inside is best shared out by [`super::parallel`]. Ask from a task, and not from inside the small loops of one: a thread of rayon's that waits for its
/// own part of such a loop takes up another part, and would wait for itself if that asked for the value which it is making.
#[derive(Debug)]
pub struct Once<K, T> {
    most: usize,
    kept: Mutex<Vec<(K, Place<T>)>>,
}

/// A value, as soon as it is made.
type Place<T> = Arc<Mutex<Option<Arc<T>>>>;

impl<K: PartialEq, T> Once<K, T> {
    /// Keeps so many values, and at least one.
    #[must_use]
    pub const fn keeping(most: usize) -> Self {
        Self { most, kept: Mutex::new(Vec::new()) }
    }

    /// The value of a key: made, or known from before.
    ///
    /// # Errors
    /// The error of making it.
    pub fn get(&self, key: K, make: &dyn Fn() -> Result<T>) -> Result<Arc<T>> {
        let place = self.place(key);
        let mut value = held(&place);
        if let Some(value) = &*value {
            return Ok(value.clone());
        }
        let made = Arc::new(make()?);
        *value = Some(made.clone());
        Ok(made)
    }

    /// Lets go of the values of some keys.
    pub fn forget(&self, gone: &dyn Fn(&K) -> bool) {
        held(&self.kept).retain(|(key, _)| !gone(key));
    }

    fn place(&self, key: K) -> Place<T> {
        let mut kept = held(&self.kept);
        if let Some((_, place)) = kept.iter().find(|(known, _)| *known == key) {
            return place.clone();
        }
        if kept.len() >= self.most.max(1) {
            kept.remove(0);
        }
        let place = Place::default();
        kept.push((key, Arc::clone(&place)));
        place
    }
}

/// A thread that panicked while it held it has left it whole: values are put in when they are made.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::Error;

    #[test]
    fn two_threads_that_ask_make_it_once() {
        let (store, made) = (Once::keeping(4), AtomicU32::new(0));
        let both = Barrier::new(2);
        let ask = || {
            both.wait();
            let value = store.get("key", &|| {
                // Long enough that the other asks meanwhile.
                std::thread::sleep(std::time::Duration::from_millis(50));
                Ok(made.fetch_add(1, Ordering::Relaxed))
            });
            value.unwrap()
        };
        let (one, other) = std::thread::scope(|scope| {
            let other = scope.spawn(ask);
            (ask(), other.join().unwrap())
        });
        assert!(Arc::ptr_eq(&one, &other));
        assert_eq!(made.into_inner(), 1);
    }

    #[test]
    fn an_error_is_not_kept_and_a_value_is() {
        let store = Once::keeping(4);
        let failed = store.get(1, &|| Err(Error::Undefined("not yet".into())));
        assert!(matches!(failed, Err(Error::Undefined(_))));
        assert_eq!(*store.get(1, &|| Ok("there")).unwrap(), "there");
        assert_eq!(*store.get(1, &|| Err(Error::Interrupted)).unwrap(), "there");
    }

    #[test]
    fn over_the_bound_the_oldest_goes_and_what_is_forgotten() {
        let store = Once::keeping(2);
        let made = AtomicU32::new(0);
        let get = |key: u32| *store.get(key, &|| Ok(made.fetch_add(1, Ordering::Relaxed))).unwrap();
        assert_eq!([1, 2, 1, 2].map(get), [0, 1, 0, 1]);
        assert_eq!([3, 2, 1].map(get), [2, 1, 3]); // 1 went for 3, and 2 for 1
        assert_eq!([3, 1].map(get), [2, 3]);
        store.forget(&|key| *key == 3);
        assert_eq!([1, 3].map(get), [3, 4]);
    }
}
