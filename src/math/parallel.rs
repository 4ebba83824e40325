//! Work on all threads: one copy of the machinery for each kind of answer, and not for each kind of work.
//!
//! A model's likelihood, a sampler and a bootstrap are compiled for every model; what they share out over threads need not be. Answers come in the
//! order of the work, whatever the number of threads.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::{Error, Result};

/// The answers to 0, 1, …, count − 1.
pub fn each<T: Send>(count: usize, work: &(dyn Fn(usize) -> T + Sync)) -> Vec<T> {
    (0..count).into_par_iter().map(work).collect()
}

/// The same for work that may fail.
///
/// # Errors
/// One of the errors of the work.
pub fn try_each<T: Send>(count: usize, work: &(dyn Fn(usize) -> Result<T> + Sync)) -> Result<Vec<T>> {
    (0..count).into_par_iter().map(work).collect()
}

/// The same for things that the work changes.
///
/// # Errors
/// One of the errors of the work.
pub fn try_each_mut<A: Send, T: Send>(
    things: &mut [A],
    work: &(dyn Fn(&mut A) -> Result<T> + Sync),
) -> Result<Vec<T>> {
    things.par_iter_mut().map(work).collect()
}

/// The stack of a thread that takes up a task: that of a main thread.
const STACK: usize = 8 << 20;

/// The answers to 0, 1, …, count − 1, begun in this order, `side` of them at a time: each taken up by a thread that has its part of all threads for
/// the work inside it. Where there is more to do than threads, that is quicker than to share out each task's small loops; and no thread can begin another
/// task while it waits inside one. After an error no task is begun.
///
/// # Errors
/// The first error of the work; [`Error::Undefined`] if no thread can be started.
pub fn side_by_side<T: Send>(
    count: usize,
    side: usize,
    work: &(dyn Fn(usize) -> Result<T> + Sync),
) -> Result<Vec<T>> {
    let side = side.clamp(1, count.max(1));
    let each = (rayon::current_num_threads() / side).max(1);
    let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let done: Mutex<Vec<(usize, Result<T>)>> = Mutex::new(Vec::with_capacity(count));
    let worker = || {
        while !stopped.load(Ordering::Relaxed) {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return;
            }
            let answer = work(at);
            stopped.fetch_or(answer.is_err(), Ordering::Relaxed);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((at, answer));
        }
    };
    let own = || rayon::ThreadPoolBuilder::new().num_threads(each).stack_size(STACK).build();
    let pools: Vec<rayon::ThreadPool> = (0..side).map_while(|_| own().ok()).collect();
    if pools.is_empty() {
        return Err(Error::Undefined("no thread can be started; is there memory left?".to_owned()));
    }
    std::thread::scope(|scope| {
        let start = |pool| {
            let waits = move || rayon::ThreadPool::install(pool, worker);
            std::thread::Builder::new().spawn_scoped(scope, waits).is_ok()
        };
        // The first is waited for here, so that the work goes on where no other thread can be had.
        pools[1..].iter().all(start);
        pools[0].install(worker);
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, answer)| answer).collect()
}

/// The answers to consecutive chunks of rows of a size.
pub fn chunks<R: Sync, T: Send>(rows: &[R], size: usize, work: &(dyn Fn(&[R]) -> T + Sync)) -> Vec<T> {
    let size = size.max(1);
    each(rows.len().div_ceil(size), &|at| work(&rows[at * size..rows.len().min((at + 1) * size)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_in_the_order_of_the_work() {
        let rows: Vec<u32> = (0..1_003).collect();
        let parts = chunks(&rows, 10, &|part| (part[0], part.len()));
        assert_eq!(parts.len(), 101);
        assert!(parts.iter().enumerate().all(|(at, part)| part.0 == 10 * at as u32));
        assert_eq!(parts[100], (1_000, 3));
        assert_eq!(chunks(&rows[..0], 10, &|part| part.len()), [0; 0]);
        assert_eq!(each(3, &|at| at * at), [0, 1, 4]);
        let mut things = vec![1, 2, 3];
        assert_eq!(
            try_each_mut(&mut things, &|thing| {
                *thing += 1;
                Ok(*thing * 10)
            })
            .unwrap(),
            [20, 30, 40]
        );
        assert_eq!(things, [2, 3, 4]);
        for side in [1, 3, 50] {
            assert_eq!(side_by_side(7, side, &|at| Ok(at * at)).unwrap(), [0, 1, 4, 9, 16, 25, 36]);
            assert!(side_by_side(0, side, &Ok).unwrap().is_empty());
            let stopped = side_by_side(9, side, &|at| if at == 4 { Err(Error::Interrupted) } else { Ok(at) });
            assert!(matches!(stopped, Err(Error::Interrupted)));
        }
        let failed = try_each(5, &|at| if at < 4 { Ok(at) } else { Err(crate::Error::Interrupted) });
        assert!(failed.is_err());
    }
}
