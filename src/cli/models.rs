//! `ltv models`: what there is.

use super::show::Grid;
use super::voice::Voice;
use crate::Result;
use crate::backtest::{AUTO, STACK};
use crate::model::{AnyPurchaseModel, AnyRetentionModel, AnySpendModel};
use crate::regress::Road;

/// Runs the command.
///
/// # Errors
/// [`crate::Error::Io`] if standard output cannot be written.
pub fn run() -> Result<()> {
    let mut grid = Grid::words(&["--model", "", "purchases"]);
    for (id, name, about) in AnyPurchaseModel::ALL {
        grid.row([(*id).to_owned(), (*name).to_owned(), (*about).to_owned()]);
    }
    let mut regressions = Grid::words(&["--model", "regressions, trained for one --horizon"]);
    for (_, id, about) in Road::ALL {
        regressions.row([id, about]);
    }
    regressions.row([STACK, "models and regressions mixed, with weights from past origins"]);
    regressions.row([AUTO, "the one of them that past origins speak for"]);
    let mut renewals = Grid::words(&["--model", "", "renewals of subscriptions"]);
    for (id, name, about) in AnyRetentionModel::ALL {
        renewals.row([id, name, about]);
    }
    let mut spend = Grid::words(&["--spend", "", "value of an order"]);
    for (id, name, about) in AnySpendModel::ALL {
        spend.row([*id, *name, *about]);
    }
    spend.row(["none", "", "purchases alone"]);
    Voice::new(false, &[]).tell(&format!(
        "{}\n{}\n{}\n{}",
        grid.text(),
        regressions.text(),
        renewals.text(),
        spend.text()
    ))
}
