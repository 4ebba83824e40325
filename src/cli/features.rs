//! `ltv features`: what each customer did.

use super::args;
use super::behaviour::Beside;
use super::voice::Voice;
use super::{orders, outputs};
use crate::Result;
use crate::output::Output;
use crate::progress::Progress;
use crate::table::TableWriter;

/// Customers are summarised and written in parts of this size, so that memory does not grow with the table.
const PART: usize = 1 << 18;

/// Runs the command.
///
/// # Errors
/// Whatever reading or writing says.
pub fn run(args: &args::Features, quiet: bool, progress: &dyn Progress) -> Result<()> {
    let options = args.orders.reading.options()?;
    let voice = Voice::new(quiet, &[&args.output]);
    outputs::spare(&[&args.output], &args.orders.inputs, None)?;
    let format = outputs::format(&args.output)?;
    let mut table = TableWriter::new(Output::create(&args.output)?, format);
    let (orders, ledger) = orders::read(&args.orders.inputs, &options, progress)?;
    let past = orders::past(&orders, &options, args.counting.unit())?.telling_logs(true);
    progress.begin("writing customers", Some(past.len() as u64));
    let beside = Beside::new(&past, args.behaviour)?;
    for customers in past.parts(args.counting.unit(), PART) {
        progress.check()?;
        let more = beside.of(&customers)?;
        let mut chunk = customers.to_chunk();
        beside.append(&more, &mut chunk)?;
        table.write(&chunk)?;
        progress.advance(customers.len() as u64);
    }
    table.finish()?;
    progress.end();
    voice.say(&orders::account(&ledger, &past))?;
    voice.say(&format!("wrote {} (times in {}s)", args.output.display(), args.counting.unit()))
}
