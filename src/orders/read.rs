//! From the names of files to orders and a ledger: look at every file first, then read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::attributes;
use super::clerk::{Rules, ask_for_mark, ask_for_order};
use super::columns::{Columns, Role};
use super::csv::{self, Outcome};
use super::dialect::Dialect;
use super::input::{self, Content, Opened, Text};
use super::parquet::{self, Table};
use super::rows::Formats;
use super::sketch::told_twice;
use super::survey::{Survey, Verdict, Votes};
use super::{Ledger, LogOptions, OrderLog, Orders, ReadOptions, Reason};
use crate::error::InputError;
use crate::progress::Progress;
use crate::units::grouped;
use crate::{Error, Result};

/// Reads order files: CSV or JSON lines (also .gz and .zst) or Parquet, paths, patterns, or `-` for standard input.
///
/// Every file is looked at before the first is read, so what is wrong with the mapping of columns is found at once. The
/// result depends neither on the number of threads nor on the order of rows, but for the order of the customers, which is
/// that of their first appearance.
///
/// # Errors
/// [`Error::Usage`] if a name or a flag is wrong or a folder is named; [`Error::Io`] if a file cannot be opened;
/// [`Error::Input`] if a file is empty, damaged or no table, if a date or an amount could mean two things, if more than half
/// of a file's rows cannot be read, if nothing is left, and for any row that cannot be used if `strict`;
/// [`Error::Interrupted`].
pub fn read(inputs: &[PathBuf], options: &ReadOptions, progress: &dyn Progress) -> Result<(Orders, Ledger)> {
    let options = &ReadOptions { attributes: attributes::asked(&options.attributes)?, ..options.clone() };
    let (files, notes) = input::expand(inputs)?;
    let rules = Rules { several: files.len() > 1, ..Rules::new(options)? };
    let mut plans = Vec::with_capacity(files.len());
    for path in &files {
        progress.check()?;
        plans.push(Plan::look(path, options, progress)?);
    }
    files.iter().zip(&plans).try_for_each(|(path, plan)| one_event(path, &plan.survey))?;
    let formats = agree(&files, &plans, options)?;
    rules.exchange.settle(files.iter().map(PathBuf::as_path).zip(plans.iter().map(|plan| &plan.survey)))?;
    let log_options = log_options(&plans, options)?;
    let encoding = options.encoding.as_deref();
    let threads = options.threads.unwrap_or_else(rayon::current_num_threads).clamp(1, 64);
    let log = |_| OrderLog::with_attributes(log_options, &options.attributes);
    let mut logs: Vec<OrderLog> = (0..threads).map(log).collect::<Result<_>>()?;
    let unnamed =
        files.iter().zip(&plans).filter(|(_, plan)| plan.columns.currency.is_none() && log_options.money);
    let unnamed: Vec<String> = unnamed.filter_map(|(path, _)| rules.exchange.unnamed(path)).collect();
    let (mut ledger, mut sketches) = (Ledger::default(), Vec::with_capacity(files.len()));
    notes.into_iter().chain(unnamed).for_each(|note| ledger.note(note));
    progress.begin("reading orders", input::total_size(&files));
    for (file, (plan, formats)) in plans.into_iter().zip(formats).enumerate() {
        let path = &files[file];
        let (mut part, examples) = plan.read((file, path), formats, encoding, &rules, &mut logs, progress)?;
        not_mostly_unreadable(path, &part, examples)?;
        sketches.push(std::mem::take(&mut part.sketch));
        ledger.merge(part);
    }
    progress.end();
    told_twice(&files, &sketches).into_iter().for_each(|note| ledger.note(note));
    something_left(&files, &ledger)?;
    ledger.currency = rules.exchange.currency().filter(|_| log_options.money).map(Into::into);
    rules.exchange.note().into_iter().for_each(|note| ledger.note(note));
    if let (Some(identity), Some(path)) = (&rules.identity, &options.identity) {
        identity.notes(path).into_iter().for_each(|note| ledger.note(note));
    }
    let mut whole = logs.swap_remove(0);
    for log in logs {
        whole.merge(log)?;
    }
    Ok((whole.finish()?.0, ledger))
}

/// What was seen of a file before it is read.
struct Plan {
    /// Kept open if it cannot be opened twice: standard input, a pipe.
    opened: Option<Opened>,
    source: Source,
    columns: Columns,
    survey: Survey,
    note: Option<String>,
}

enum Source {
    Csv(Dialect),
    Parquet(Table),
}

impl Plan {
    fn look(path: &Path, options: &ReadOptions, progress: &dyn Progress) -> Result<Self> {
        let opened = input::open(path, options.encoding.as_deref())?;
        match &opened.content {
            Content::Parquet(file) => {
                let (table, columns) = Table::look(path, file, options)?;
                let mut survey = table.survey(path, file, &columns, false, progress)?;
                if survey.leaves_open(options) {
                    survey = table.survey(path, file, &columns, true, progress)?;
                }
                Ok(Self::new(path, opened, Source::Parquet(table), columns, survey))
            }
            Content::Text(text) => {
                let dialect = Dialect::of(path, text, options)?;
                let columns = Columns::find_in(dialect.names.clone(), dialect.json, options)
                    .map_err(|error| error.in_file(path))?;
                let mut survey = Survey::of_head(&text.head, text.whole, &dialect, &columns)?;
                if survey.leaves_open(options) && !text.whole && path.is_file() {
                    // What the beginning leaves open, the rest may tell.
                    let again = into_text(input::open(path, options.encoding.as_deref())?, path)?;
                    survey = Survey::of(again.stream(), path, &dialect, &columns, progress)?;
                }
                Ok(Self::new(path, opened, Source::Csv(dialect), columns, survey))
            }
        }
    }

    fn new(path: &Path, mut opened: Opened, source: Source, columns: Columns, survey: Survey) -> Self {
        let note = match &mut opened.content {
            Content::Text(text) => text.note.take(),
            Content::Parquet(_) => None,
        };
        Self { opened: (!path.is_file()).then_some(opened), source, columns, survey, note }
    }

    /// Reads the file, the `file`th of all, into the logs.
    fn read(
        self,
        (file, path): (usize, &Path),
        formats: Formats,
        encoding: Option<&str>,
        rules: &Rules,
        logs: &mut [OrderLog],
        progress: &dyn Progress,
    ) -> Result<Outcome> {
        let again = self.opened.is_none();
        let opened = self.opened.map_or_else(|| input::open(path, encoding), Ok)?;
        let (columns, taken) = (&self.columns, Arc::clone(&opened.taken));
        let (mut ledger, examples) = match (&self.source, opened.content) {
            (Source::Csv(dialect), Content::Text(text)) => {
                let job = csv::Job { path, file, dialect, columns, formats, taken };
                csv::read(&job, text.stream(), rules, logs, progress)
            }
            (Source::Parquet(table), Content::Parquet(content)) => {
                let job = parquet::Job { path, file, table, columns, formats, again };
                parquet::read(&job, &content, rules, logs, progress)
            }
            _ => Err(changed(path)),
        }?;
        self.note.into_iter().for_each(|note| ledger.note(note));
        self.columns.notes.into_iter().for_each(|note| ledger.note(note));
        Ok((ledger, examples))
    }
}

fn into_text(opened: Opened, path: &Path) -> Result<Text> {
    match opened.content {
        Content::Text(text) => Ok(text),
        Content::Parquet(_) => Err(changed(path)),
    }
}

fn changed(path: &Path) -> Error {
    Error::input("the file changed while it was read").file(path).hint("read it once it is written").into()
}

/// How the texts of each file are to be understood: as a flag says, as its own rows tell, or as all other files agree.
fn agree(files: &[PathBuf], plans: &[Plan], options: &ReadOptions) -> Result<Vec<Formats>> {
    let order = unanimous(plans.iter().filter_map(|plan| plan.survey.date_order()));
    let decimal = unanimous(plans.iter().filter_map(|plan| plan.survey.decimal_mark()));
    files
        .iter()
        .zip(plans)
        .map(|(path, plan)| {
            let Survey { order: orders, decimal: marks, .. } = &plan.survey;
            let formats = Formats {
                order: options.date_order.or(plan.survey.date_order()).or(borrowed(orders, order)),
                decimal: options.decimal.or(plan.survey.decimal_mark()).or(borrowed(marks, decimal)),
                utc: plan.columns.utc,
                measure: plan.columns.measure,
                totals: plan.columns.maybe_total && plan.survey.totals(),
                once: plan.columns.policy.as_ref().is_some_and(|policy| policy.preset.once),
                first_line: plan.columns.policy.as_ref().is_some_and(|policy| policy.preset.first_line),
            };
            if formats.order.is_none() && orders.verdict() == Verdict::Open {
                return Err(contradiction(path, plan, orders, Role::Date, ask_for_order));
            }
            if formats.decimal.is_none() && marks.verdict() == Verdict::Open {
                return Err(contradiction(path, plan, marks, plan.columns.money(), ask_for_mark));
            }
            Ok(formats)
        })
        .collect()
}

/// What all say, if they say the same.
fn unanimous<T: PartialEq>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

/// The other files' way, for a file that has nothing against it.
fn borrowed<T>(votes: &Votes, others: Option<T>) -> Option<T> {
    if votes.first == 0 && votes.second == 0 { others } else { None }
}

/// An open question becomes an error that asks for the flag.
fn contradiction(path: &Path, plan: &Plan, votes: &Votes, role: Role, ask: fn(InputError) -> Error) -> Error {
    let (line, text) = votes.undecided.clone().unwrap_or_default();
    if votes.first == 0 && votes.second == 0 {
        return ask(Error::input(format!("`{text}`")).file(path).line(line).column(plan.columns.name(role)));
    }
    let (first, second, flag) = match role {
        Role::Date => ("the day first", "the month first", "--date-format dmy or mdy"),
        _ => ("a decimal point", "a decimal comma", "--decimal point or comma"),
    };
    Error::input(format!("{} values have {first} and {} have {second}", votes.first, votes.second))
        .file(path)
        .column(plan.columns.name(role))
        .expected("one way of writing throughout")
        .hint(format!("say {flag}; what is written otherwise is then left out and counted"))
        .into()
}

/// How the log summarises: the files must agree on whether there is money.
fn log_options(plans: &[Plan], options: &ReadOptions) -> Result<LogOptions> {
    let money = plans.iter().any(|plan| plan.columns.measure.is_money());
    if money && let Some(plan) = plans.iter().find(|plan| !plan.columns.measure.is_money()) {
        return Err(Error::usage(format!(
            "some files have an amount, but one has none; name it with --amount, or read purchases alone with --spend none\n  \
             its columns are: {}",
            plan.columns.names.join(", ")
        )));
    }
    let order_ids = plans.iter().any(|plan| plan.columns.at(Role::Order).is_some());
    Ok(LogOptions { grain: options.grain, order_ids, money, drop_zero: options.drop_zero })
}

/// Several events that look like purchases may tell the same ones.
fn one_event(path: &Path, survey: &Survey) -> Result<()> {
    let words = |(name, count): &(String, u64)| {
        format!("`{name}` ({} row{})", grouped(*count), if *count == 1 { "" } else { "s" })
    };
    match &survey.events[..] {
        [] | [_] => Ok(()),
        several => Err(Error::input(format!(
            "several events look like purchases: {}",
            several.iter().map(words).collect::<Vec<_>>().join(", ")
        ))
        .file(path)
        .expected("one, since two may tell the same purchase twice")
        .hint(format!(
            "name the event that is a purchase, or several that tell different ones: --events \"{}\"",
            several[0].0
        ))
        .into()),
    }
}

/// More than half unreadable: the mapping is wrong, not the rows.
fn not_mostly_unreadable(path: &Path, ledger: &Ledger, examples: Vec<InputError>) -> Result<()> {
    let unreadable = ledger.unreadable();
    if 2 * unreadable <= ledger.rows {
        return Ok(());
    }
    let examples: Vec<String> = examples
        .into_iter()
        .map(|mut example| {
            example.place.file = None;
            format!("\n  {example}")
        })
        .collect();
    Err(Error::input(format!(
        "{unreadable} of {} rows cannot be read, so the columns or their formats are taken wrongly:{}",
        ledger.rows,
        examples.concat()
    ))
    .file(path)
    .hint(
        "name the columns with --customer, --date and --amount, the formats with --date-format, --decimal and --encoding",
    )
    .into())
}

/// Without a single purchase there is nothing to go on with.
fn something_left(files: &[PathBuf], ledger: &Ledger) -> Result<()> {
    if ledger.used > 0 {
        return Ok(());
    }
    let error = match ledger.rows {
        0 => Error::input("there is a header and no orders under it")
            .expected("one order or order line per line"),
        _ => Error::input(format!("no row is a purchase that can be used; {}", ledger.summary())).hint(
            match ledger.count(Reason::NotPurchase) {
                0 => "are the columns and the cut-off the right ones?",
                _ => "name the events that are purchases with --events, or take all rows with --preset none",
            },
        ),
    };
    Err(if let [file] = files { error.file(file) } else { error }.into())
}
