//! The `ltv` command.

fn main() -> std::process::ExitCode {
    ltv::cli::main()
}
