//! Reading Parquet on all cores, a row group at a time, without arrow.

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::amounts::{self, Amount};
use super::cells::{Cell, Column, Kind};
use super::clerk::{Clerk, Rules};
use super::columns::{Columns, Measure, ROLES, Role};
use super::csv::{Failure, Outcome, gathered};
use super::records::SLOTS;
use super::rows::{Formats, Row, Show, When, customer, name, order, times};
use super::survey::Survey;
use super::{DecimalMark, OrderLog, ReadOptions};
use crate::progress::Progress;
use crate::units::Money;
use crate::{Error, Result};

/// How many rows are taken out of the columns at once.
const BATCH: usize = 8192;
/// How many rows are looked at before a file is read.
const LOOK: u64 = 100_000;

/// A Parquet file that was looked at: which of its leaves plays which role, and what its values mean.
#[derive(Debug)]
pub(super) struct Table {
    leaves: Vec<Option<(usize, Kind)>>,
    /// Before each row group, so many rows.
    before: Vec<u64>,
}

impl Table {
    /// Looks at a file's schema.
    pub fn look(path: &Path, file: &File, options: &ReadOptions) -> Result<(Self, Columns)> {
        let reader = opened(path, file)?;
        let metadata = reader.metadata();
        let schema = metadata.file_metadata().schema_descr();
        let flat: Vec<usize> =
            (0..schema.num_columns()).filter(|&at| schema.column(at).max_rep_level() == 0).collect();
        let names = flat.iter().map(|&at| schema.column(at).path().string()).collect();
        let columns = Columns::find(names, options).map_err(|error| error.in_file(path))?;
        let mut leaves = vec![None; SLOTS];
        for (slot, at) in columns.slots().into_iter().enumerate().skip(ROLES) {
            let Some(at) = at else { continue };
            let leaf = schema.column(flat[at]);
            let kind = Kind::of(&leaf).ok_or_else(|| not_told(path, &leaf, &columns.names[at]))?;
            leaves[slot] = Some((flat[at], kind));
        }
        for role in Role::ALL {
            let Some(at) = columns.at(role) else { continue };
            let leaf = schema.column(flat[at]);
            let kind = Kind::of(&leaf).filter(|kind| kind.fits(role)).ok_or_else(|| {
                Error::from(
                    Error::input(format!(
                        "its type is {:?} {:?}",
                        leaf.physical_type(),
                        leaf.converted_type()
                    ))
                    .file(path)
                    .column(columns.name(role))
                    .expected(match role {
                        Role::Date => "a date, a timestamp, text or a number",
                        Role::Customer | Role::Order => "text or a number",
                        Role::Amount | Role::Quantity | Role::Price => "a number or text",
                    })
                    .hint(format!("name another column with --{}", role.name())),
                )
            })?;
            leaves[role as usize] = Some((flat[at], kind));
        }
        let mut before = Vec::with_capacity(metadata.num_row_groups());
        let mut rows = 0;
        for group in metadata.row_groups() {
            before.push(rows);
            rows += u64::try_from(group.num_rows()).unwrap_or(0);
        }
        Ok((Self { leaves, before }, columns))
    }

    /// What the texts of a file tell about how they are written: those of the first rows, or of all.
    pub fn survey(
        &self,
        path: &Path,
        file: &File,
        columns: &Columns,
        all: bool,
        progress: &dyn Progress,
    ) -> Result<Survey> {
        let mut survey = Survey::default();
        let texts = [Role::Date, Role::Amount, Role::Price, Role::Quantity];
        let is_text = |role: &Role| matches!(self.leaves[*role as usize], Some((_, Kind::Text)));
        let counted = columns.currency.is_some()
            || columns.policy.as_ref().is_some_and(|policy| policy.event.is_some());
        if !columns.maybe_total && !counted && !texts.iter().any(is_text) {
            return Ok(survey);
        }
        let reader = opened(path, file)?;
        let mut written = String::new();
        for (group, before) in self.before.iter().enumerate() {
            if !all && *before >= LOOK {
                break;
            }
            let rows = reader.get_row_group(group).map_err(|error| damaged(path, &error))?;
            let mut line = *before;
            self.each(path, rows.as_ref(), |batch, at| {
                if at == 0 {
                    progress.check()?;
                }
                line += 1;
                survey.take_texts(line, |role| match batch.cell(role, at) {
                    Cell::Text(text) => text,
                    _ => b"",
                });
                survey.take_currency(columns, |slot| batch.text(slot, at));
                if columns.maybe_total {
                    let amount = batch.cell(Role::Amount, at).amount(Some(DecimalMark::Point));
                    let id = batch.cell(Role::Order, at).written(&mut written).and_then(order);
                    survey.take_total(id, amount.money());
                }
                Ok(())
            })
            .map_err(|(_, error)| error)?;
        }
        survey.close();
        Ok(survey)
    }

    /// Hands on every row of a row group. An error comes with the row it stands in.
    fn each(
        &self,
        path: &Path,
        group: &dyn RowGroupReader,
        mut take: impl FnMut(&Batch, usize) -> Result<()>,
    ) -> Result<(), Failure> {
        let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        let mut batch = Batch { columns: [const { None }; SLOTS] };
        for (slot, leaf) in self.leaves.iter().enumerate() {
            if let Some((leaf, kind)) = *leaf {
                let reader = group.get_column_reader(leaf).map_err(|error| (0, damaged(path, &error)))?;
                let most = group.metadata().column(leaf).column_descr().max_def_level();
                batch.columns[slot] = Some(Column::new(reader, kind, most));
            }
        }
        let mut done = 0;
        while done < rows {
            let count = BATCH.min(rows - done);
            for column in batch.columns.iter_mut().flatten() {
                column.fill(count).map_err(|error| (done as u64, damaged(path, &error)))?;
            }
            for at in 0..count {
                take(&batch, at).map_err(|error| ((done + at) as u64, error))?;
            }
            done += count;
        }
        Ok(())
    }
}

/// The type of an attribute is none that has a text.
fn not_told(path: &Path, leaf: &ColumnDescriptor, name: &str) -> Error {
    Error::input(format!("its type is {:?} {:?}", leaf.physical_type(), leaf.converted_type()))
        .file(path)
        .column(name)
        .expected("text, a number, a date or a truth value")
        .hint("leave it out of --attributes; if it belongs to a preset, say --preset none")
        .into()
}

/// The names of a file's columns.
pub(super) fn names(path: &Path, file: &File) -> Result<Vec<String>> {
    let reader = opened(path, file)?;
    let schema = reader.metadata().file_metadata().schema_descr();
    Ok(schema.columns().iter().map(|column| column.path().string()).collect())
}

fn opened(path: &Path, file: &File) -> Result<SerializedFileReader<File>> {
    let file = file.try_clone().map_err(|error| Error::io("read", path, error))?;
    SerializedFileReader::new(file).map_err(|error| damaged(path, &error))
}

fn damaged(path: &Path, error: &ParquetError) -> Error {
    Error::input(format!("this Parquet file is damaged or of a kind that cannot be read ({error})"))
        .file(path)
        .hint("write it again, uncompressed or compressed with Snappy, Zstandard, gzip or LZ4, or as CSV")
        .into()
}

/// Some rows of the columns that are needed.
struct Batch {
    columns: [Option<Column>; SLOTS],
}

impl Batch {
    fn cell(&self, role: Role, at: usize) -> Cell<'_> {
        self.slot(role as usize, at)
    }

    fn slot(&self, slot: usize, at: usize) -> Cell<'_> {
        self.columns[slot].as_ref().map_or(Cell::Missing, |column| column.cell(at))
    }

    /// What stands in a slot as bytes of text; empty if nothing does.
    fn text(&self, slot: usize, at: usize) -> Cow<'_, [u8]> {
        match self.slot(slot, at) {
            Cell::Text(text) => Cow::Borrowed(text),
            other => Cow::Owned(other.shown().into_bytes()),
        }
    }
}

/// A Parquet file that is about to be read.
pub(super) struct Job<'a> {
    pub path: &'a Path,
    /// Its number among the files.
    pub file: usize,
    pub table: &'a Table,
    pub columns: &'a Columns,
    pub formats: Formats,
    /// It can be opened once for each thread; otherwise one thread reads it.
    pub again: bool,
}

/// Reads a file into the logs, one thread for each.
pub(super) fn read(
    job: &Job<'_>,
    file: &File,
    rules: &Rules,
    logs: &mut [OrderLog],
    progress: &dyn Progress,
) -> Result<Outcome> {
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let threads = if job.formats.in_turn() || !job.again { 1 } else { logs.len() };
    let work = |log| work(job, file, &next, &failed, rules, log, progress);
    let mut outcomes = Vec::with_capacity(threads);
    std::thread::scope(|scope| {
        let others: Vec<_> = logs[..threads].iter_mut().map(|log| scope.spawn(|| work(log))).collect();
        for other in others {
            outcomes.push(other.join().unwrap_or_else(|_| {
                let error = ParquetError::General("its pages contradict its header".into());
                Err((u64::MAX, damaged(job.path, &error)))
            }));
        }
    });
    gathered(outcomes)
}

/// One thread's part: the row groups that no other thread has begun.
fn work(
    job: &Job<'_>,
    file: &File,
    next: &AtomicUsize,
    failed: &AtomicBool,
    rules: &Rules,
    log: &mut OrderLog,
    progress: &dyn Progress,
) -> Result<Outcome, Failure> {
    let mut clerk = Clerk::new(rules, (job.path, job.file), job.columns, job.formats, log);
    // Clones of a file share one place in it, so every thread opens its own.
    let own = if job.again { File::open(job.path) } else { file.try_clone() };
    let own = own.map_err(|error| (0, Error::io("read", job.path, error)))?;
    let reader = opened(job.path, &own).map_err(|error| (0, error))?;
    let mut reading = Reading {
        formats: &job.formats,
        rules,
        id: String::new(),
        order: String::new(),
        text: String::new(),
    };
    let attributes = &job.columns.attribute_slots()[..];
    while !failed.load(Ordering::Relaxed) {
        let group = next.fetch_add(1, Ordering::Relaxed);
        let Some(&before) = job.table.before.get(group) else { break };
        let done = progress.check().map_err(|error| (0, error)).and_then(|()| {
            let rows = reader.get_row_group(group).map_err(|error| (0, damaged(job.path, &error)))?;
            let mut offset = before;
            job.table.each(job.path, rows.as_ref(), |batch, at| {
                if at == 0 {
                    progress.check()?;
                }
                let row = reading.row(batch, at, offset);
                offset += 1;
                clerk.take(row, &Shown { batch, at, columns: job.columns, attributes })
            })?;
            progress.advance(u64::try_from(rows.metadata().compressed_size()).unwrap_or(0));
            Ok(())
        });
        if let Err((row, error)) = done {
            failed.store(true, Ordering::Relaxed);
            return Err((before + row, error));
        }
    }
    Ok((clerk.ledger, clerk.examples))
}

/// Understands rows; numbers that stand for ids are written out in memory that is used again.
struct Reading<'a> {
    formats: &'a Formats,
    rules: &'a Rules,
    id: String,
    order: String,
    text: String,
}

impl Reading<'_> {
    fn row<'r>(&'r mut self, batch: &'r Batch, at: usize, offset: u64) -> Row<'r> {
        let date = self.when(batch.cell(Role::Date, at));
        let amount = self.how_much(batch, at);
        Row {
            order: batch.cell(Role::Order, at).written(&mut self.order).and_then(order),
            customer: batch.cell(Role::Customer, at).written(&mut self.id).and_then(customer),
            date,
            amount,
            line: offset + 1,
            offset,
        }
    }

    fn when(&mut self, cell: Cell<'_>) -> When {
        match cell {
            Cell::Missing => When::Missing,
            Cell::Moment(stamp) => self
                .rules
                .zone
                .tick(stamp, self.rules.grain, self.formats.utc)
                .map_or(When::Unreadable, When::At),
            other => match other.written(&mut self.text) {
                Some(text) => self.formats.when(text, self.rules),
                None => When::Missing,
            },
        }
    }

    fn how_much(&self, batch: &Batch, at: usize) -> Amount {
        let amount = |role: Role| batch.cell(role, at).amount(self.formats.decimal);
        match self.formats.measure {
            Measure::Amount => match (amount(Role::Amount), amount(Role::Quantity)) {
                (Amount::Of(money), Amount::Of(count)) if money > Money::ZERO && count < Money::ZERO => {
                    Amount::Of(Money::from_micros(-money.micros()))
                }
                (money, _) => money,
            },
            Measure::Product => times(amount(Role::Price), amount(Role::Quantity)),
            Measure::Quantity => amount(Role::Quantity),
            Measure::One => amounts::ONE,
        }
    }
}

/// A row as people see it.
struct Shown<'a> {
    batch: &'a Batch,
    at: usize,
    columns: &'a Columns,
    /// The slots of the attributes.
    attributes: &'a [usize],
}

impl Show for Shown<'_> {
    fn show(&self, role: Role) -> String {
        self.batch.cell(role, self.at).shown()
    }

    fn column(&self, role: Role) -> &str {
        self.columns.name(role)
    }

    fn attribute(&self, number: usize) -> Cow<'_, str> {
        match self.batch.slot(self.attributes[number], self.at) {
            Cell::Text(text) => name(text),
            other => Cow::Owned(other.shown()),
        }
    }

    fn field(&self, slot: usize) -> Cow<'_, [u8]> {
        self.batch.text(slot, self.at)
    }

    fn amount(&self, slot: usize, mark: Option<DecimalMark>) -> Amount {
        self.batch.slot(slot, self.at).amount(mark)
    }
}
