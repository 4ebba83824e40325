//! Reading CSV on all cores: threads take turns at cutting blocks off the stream and understand them side by side.

use std::borrow::Cow;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::amounts::{self, Amount, text_of};
use super::blocks::{Block, Blocks};
use super::clerk::{Clerk, Rules};
use super::columns::{Columns, Role};
use super::dialect::Dialect;
use super::records::{Record, Splitter};
use super::rows::{Formats, Row, Show, customer, name, order};
use super::{DecimalMark, Ledger, OrderLog};
use crate::error::InputError;
use crate::progress::Progress;
use crate::{Error, Result};

/// How much is cut off at once.
pub(super) const BLOCK: usize = 1 << 20;

/// A CSV file that was looked at and is about to be read.
pub(super) struct Job<'a> {
    pub path: &'a Path,
    /// Its number among the files.
    pub file: usize,
    pub dialect: &'a Dialect,
    pub columns: &'a Columns,
    pub formats: Formats,
    /// Bytes taken from the disk since the last look.
    pub taken: Arc<AtomicU64>,
}

/// What became of a file's rows, and the first few that could not be read.
pub(super) type Outcome = (Ledger, Vec<InputError>);

/// Reads a file into the logs, one thread for each.
pub(super) fn read(
    job: &Job<'_>,
    stream: impl Read + Send,
    rules: &Rules,
    logs: &mut [OrderLog],
    progress: &dyn Progress,
) -> Result<Outcome> {
    let blocks = Mutex::new(Blocks::new(stream, job.path, job.dialect.cut, BLOCK));
    let failed = AtomicBool::new(false);
    // Whether two lines that follow each other belong to one order, only one thread can see.
    let threads = if job.formats.in_turn() { 1 } else { logs.len() };
    let worker = |log| work(job, &blocks, rules, log, &failed, progress);
    let mut outcomes = Vec::with_capacity(threads);
    std::thread::scope(|scope| {
        let others: Vec<_> = logs[..threads].iter_mut().map(|log| scope.spawn(|| worker(log))).collect();
        for other in others {
            match other.join() {
                Ok(outcome) => outcomes.push(outcome),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    gathered(outcomes)
}

/// A failure, and where in the stream.
pub(super) type Failure = (u64, Error);

/// The outcome of a file from those of its threads: of several failures the first in the file, whoever met it.
pub(super) fn gathered(outcomes: Vec<Result<Outcome, Failure>>) -> Result<Outcome> {
    let (mut ledgers, mut examples, mut failures) = (Vec::new(), Vec::new(), Vec::new());
    for outcome in outcomes {
        match outcome {
            Ok((ledger, some)) => {
                ledgers.push(ledger);
                examples.extend(some);
            }
            Err(failure) => failures.push(failure),
        }
    }
    if let Some((_, error)) = failures.into_iter().min_by_key(|(at, _)| *at) {
        return Err(error);
    }
    examples.sort_by_key(|example: &InputError| example.place.line);
    examples.truncate(Ledger::PLACES);
    Ok((Ledger::of_parts(ledgers), examples))
}

/// One thread's part.
fn work<R: Read>(
    job: &Job<'_>,
    blocks: &Mutex<Blocks<R>>,
    rules: &Rules,
    log: &mut OrderLog,
    failed: &AtomicBool,
    progress: &dyn Progress,
) -> Result<Outcome, Failure> {
    let columns = job.columns;
    let splitter = job.dialect.splitter(columns);
    let mut clerk = Clerk::new(rules, (job.path, job.file), columns, job.formats, log);
    let mut block = Block::default();
    while !failed.load(Ordering::Relaxed) {
        let next = {
            let mut blocks = blocks.lock().unwrap_or_else(PoisonError::into_inner);
            progress.check().and_then(|()| blocks.next_into(&mut block))
        };
        let done = next.and_then(|more| {
            progress.advance(job.taken.swap(0, Ordering::Relaxed));
            let skip = if block.offset == 0 { job.dialect.lead } else { 0 };
            if more {
                understand(job, &splitter, &block, skip, &mut clerk, rules).map(|()| true)
            } else {
                Ok(false)
            }
        });
        match done {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                failed.store(true, Ordering::Relaxed);
                return Err((block.offset, error));
            }
        }
    }
    Ok((clerk.ledger, clerk.examples))
}

/// Hands the rows of a block to the clerk.
fn understand(
    job: &Job<'_>,
    splitter: &Splitter,
    block: &Block,
    mut skip: usize,
    clerk: &mut Clerk<'_>,
    rules: &Rules,
) -> Result<()> {
    let formats = &job.formats;
    let attributes = &job.columns.attribute_slots()[..];
    splitter.each(block, |record| {
        if skip > 0 {
            skip -= 1;
            return Ok(());
        }
        if let Some(fault) = record.fault {
            return clerk.take_damaged(record.line, fault);
        }
        if record.width != splitter.width() {
            return clerk.take_ragged(record.line, record.width, splitter.width());
        }
        let field = |role: Role| record.field(role as usize);
        let row = Row {
            customer: customer(field(Role::Customer)),
            date: formats.when(field(Role::Date), rules),
            amount: formats.how_much(field(Role::Amount), field(Role::Price), field(Role::Quantity)),
            order: order(field(Role::Order)),
            line: record.line,
            offset: record.offset,
        };
        clerk.take(row, &Shown { record, columns: job.columns, attributes })
    })
}

/// A record as people see it.
pub(super) struct Shown<'a> {
    pub record: &'a Record<'a>,
    pub columns: &'a Columns,
    /// The slots of the attributes.
    pub attributes: &'a [usize],
}

impl Show for Shown<'_> {
    fn show(&self, role: Role) -> String {
        text_of(self.record.field(role as usize)).into_owned()
    }

    fn column(&self, role: Role) -> &str {
        self.columns.name(role)
    }

    fn attribute(&self, number: usize) -> Cow<'_, str> {
        name(self.record.field(self.attributes[number]))
    }

    fn field(&self, slot: usize) -> Cow<'_, [u8]> {
        Cow::Borrowed(self.record.field(slot))
    }

    fn amount(&self, slot: usize, mark: Option<DecimalMark>) -> Amount {
        amounts::read(self.record.field(slot), mark)
    }
}
