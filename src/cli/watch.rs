//! Progress on a terminal, and Ctrl-C.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output;
use crate::progress::Progress;
use crate::{Error, Result};

/// Set once by Ctrl-C (or a request to end); long work looks at it between chunks.
static STOP: AtomicBool = AtomicBool::new(false);

/// How long work that was asked to stop may take to do so; it may be waiting for input that never comes.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Listens for Ctrl-C: the first asks the work to stop and clean up, the second (or no answer for a while) ends it.
///
/// # Errors
/// If the system refuses the handler.
pub fn listen() -> Result<()> {
    ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::SeqCst) {
            end();
        }
        std::thread::spawn(|| {
            std::thread::sleep(PATIENCE);
            end();
        });
    })
    .map_err(|e| Error::usage(format!("cannot listen for Ctrl-C: {e}")))
}

/// Ends the process; the files under way go with it.
fn end() {
    output::discard_all();
    eprintln!("ltv: {}", Error::Interrupted);
    std::process::exit(130);
}

/// A bar on the terminal of standard error; nothing where there is no terminal, or with `--quiet`.
pub struct Bars {
    quiet: bool,
    bar: Mutex<Option<ProgressBar>>,
}

impl Bars {
    /// Bars, unless they are not wanted.
    #[must_use]
    pub const fn new(quiet: bool) -> Self {
        Self { quiet, bar: Mutex::new(None) }
    }

    fn with(&self, act: impl FnOnce(&mut Option<ProgressBar>)) {
        act(&mut self.bar.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Progress for Bars {
    fn begin(&self, what: &str, total: Option<u64>) {
        self.end(); // a step of the work that was under way
        if self.quiet {
            return;
        }
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr_with_hz(10));
        let template = if total.is_some() {
            "{msg:<24} {wide_bar} {percent:>3} %  {eta:>4}  {prefix:.dim}"
        } else {
            "{msg:<24} {spinner} {elapsed}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        self.with(|place| *place = Some(bar));
    }

    fn advance(&self, done: u64) {
        self.with(|place| {
            if let Some(bar) = place {
                bar.inc(done);
            }
        });
    }

    fn doing(&self, what: &str) {
        self.with(|place| {
            if let Some(bar) = place {
                bar.set_prefix(what.to_owned());
            }
        });
    }

    fn end(&self) {
        self.with(|place| {
            if let Some(bar) = place.take() {
                bar.finish_and_clear();
            }
        });
    }

    fn interrupted(&self) -> bool {
        STOP.load(Ordering::SeqCst)
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.end();
    }
}
