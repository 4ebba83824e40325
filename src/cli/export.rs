//! `ltv export`: scores for the systems that use them.

use std::path::{Path, PathBuf};

use super::args;
use super::outputs;
use super::show::{self, Grid};
use super::tell::wrap;
use super::voice::Voice;
use crate::progress::Progress;
use crate::table::Format;
use crate::value::export::{Contacts, ExportLedger, ExportOptions, Exported, Remark, Target, export};
use crate::{Error, Result};

/// Runs the command.
///
/// # Errors
/// Whatever the plan, reading or writing says.
pub fn run(args: &args::Export, quiet: bool, progress: &dyn Progress) -> Result<()> {
    let options = args.options()?;
    let contacts = args.contacts();
    let inputs: Vec<PathBuf> = [Some(args.scores.clone()), contacts.as_ref().map(|(path, _)| path.clone())]
        .into_iter()
        .flatten()
        .collect();
    outputs::spare(&[&args.output], &inputs, None)?;
    if outputs::format(&args.output)? == Format::Parquet {
        return Err(Error::usage(
            "exports are written as CSV, which every one of these places reads; name the output .csv",
        ));
    }
    let voice = Voice::new(quiet, &[&args.output]);
    let contacts = contacts.map(|(path, columns)| Contacts::read(&path, &columns, progress)).transpose()?;
    let done = export(&args.scores, contacts.as_ref(), &options, &args.output, progress)?;
    voice.say(&told(&done, &options, contacts.as_ref()))?;
    for part in done.files.iter().filter(|part| part.path != Path::new("-")) {
        voice.say(&format!("wrote {} ({} rows)", part.path.display(), show::count(part.rows)))?;
    }
    Ok(())
}

/// The ledger, and what should be known of what left.
fn told(done: &Exported, options: &ExportOptions, contacts: Option<&Contacts>) -> String {
    let target = options.target;
    let mut text =
        format!("{}\n{}", show::heading(&format!("Scores for {}", target.name())), rows(&done.ledger));
    for (remark, counted) in &done.ledger.remarks {
        let at = if *remark == Remark::NoContact {
            String::new()
        } else {
            format!(" (first in line {})", counted.first)
        };
        text += &wrap(&format!("note: {} {}{at}", show::count(counted.count), remark.words()));
    }
    if let Some(contacts) = contacts {
        if contacts.repeated > 0 {
            text += &wrap(&format!(
                "note: {} rows of {} name a customer again; the first row of each counts",
                show::count(contacts.repeated),
                contacts.path.display()
            ));
        }
        if contacts.nameless > 0 {
            text += &wrap(&format!(
                "note: {} rows of {} name no customer and were not used",
                show::count(contacts.nameless),
                contacts.path.display()
            ));
        }
    }
    text += &wrap(&format!("columns: {}", done.columns.join(", ")));
    if target == Target::GoogleAds && options.conversion.is_none() {
        text += &wrap(
            "note: a list for Customer Match holds people and no values; --min-value makes it one of valuable customers, and --conversion sends the values themselves",
        );
    }
    if let Some(left) = &done.left {
        text +=
            &wrap(&format!("warning: {} is of an earlier export and no part of this one", left.display()));
    }
    text
}

/// What became of the rows.
fn rows(ledger: &ExportLedger) -> String {
    let mut grid = Grid::new(&["rows", "", "first in line"]);
    grid.row(["read".to_owned(), show::count(ledger.rows), String::new()]);
    grid.row(["written".to_owned(), show::count(ledger.written), String::new()]);
    for (reason, counted) in &ledger.refused {
        grid.row([
            format!("not written: {}", reason.words()),
            show::count(counted.count),
            show::count(counted.first),
        ]);
    }
    grid.text()
}
