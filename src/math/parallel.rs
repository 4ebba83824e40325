//! Work on all threads: one copy of the machinery for each kind of answer, and not for each kind of work.
//!
//! A model's likelihood, a sampler and a bootstrap are compiled for every model; what they share out over threads need not be. Answers come in the
//! order of the work, whatever the number of threads.

use rayon::prelude::*;

use crate::Result;

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
        let failed = try_each(5, &|at| if at < 4 { Ok(at) } else { Err(crate::Error::Interrupted) });
        assert!(failed.is_err());
    }
}
