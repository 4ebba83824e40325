//! The command line: arguments (typed) become a plan (checked, nothing touched), and the plan runs.

use std::process::ExitCode;

/// Runs the command.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
