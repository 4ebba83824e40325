//! Where the answer goes, and what is in it.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cli::args;
use crate::cli::outputs;
use crate::cli::shop::{Place, table};
use crate::cli::show;
use crate::cli::voice::{Voice, write_text};
use crate::features::Customers;
use crate::output::Output;
use crate::table::{Format, Sheet, SheetFormat, TableWriter};
use crate::units::{Horizon, Locale, Share, Tick};
use crate::value::segments::{Kind, Movement, Segments, Summary};
use crate::{Error, Result};

/// So many rows of the table of customers are written at a time.
const PART: usize = 1 << 16;

/// Where everything is written: checked before anything is read.
pub struct Desk {
    place: Place,
    /// Who speaks.
    pub voice: Voice,
    customers: Option<(PathBuf, Format)>,
    movement: Option<(PathBuf, SheetFormat)>,
}

impl Desk {
    /// # Errors
    /// [`Error::Usage`] for outputs that are inputs, that are the same, or whose ending promises something else.
    pub fn new(args: &args::Segments, quiet: bool) -> Result<Self> {
        let model = args.foreseeing.model.as_deref();
        let place = Place::new(&args.answer, &args.inputs, model)?;
        let paths: Vec<&Path> =
            [place.output().map(|(path, _)| path), args.customers.as_deref(), args.movement.as_deref()]
                .into_iter()
                .flatten()
                .collect();
        if let Some(twice) = (1..paths.len()).find(|&at| paths[..at].contains(&paths[at])) {
            return Err(Error::usage(format!(
                "two tables would be written to {}; name another file for one of them",
                paths[twice].display()
            )));
        }
        outputs::spare(&paths, &args.inputs, model)?;
        if let Some(rules) = &args.rules {
            outputs::spare(&paths, std::slice::from_ref(rules), None)?;
        }
        let customers =
            args.customers.as_ref().map(|path| Ok::<_, Error>((path.clone(), outputs::format(path)?)));
        let movement =
            args.movement.as_ref().map(|path| Ok::<_, Error>((path.clone(), outputs::sheet_format(path)?)));
        let voice = Voice::new(quiet, &paths);
        Ok(Self { voice, customers: customers.transpose()?, movement: movement.transpose()?, place })
    }

    /// How numbers look.
    pub const fn locale(&self) -> &Locale {
        self.place.locale()
    }

    /// Writes what was asked for: the sizes, everybody's segments, who went where; and the rules beside them.
    ///
    /// # Errors
    /// [`Error::Io`], and whatever the rules or tables say.
    pub fn write(&self, told: &Told<'_>) -> Result<()> {
        let rules = told.segments.rules.text()?;
        let sheet = told.summary.sheet();
        match self.place.output() {
            Some((path, SheetFormat::Json)) => {
                let text = serde_json::to_string_pretty(&told.json(&sheet)?)
                    .map_err(|why| Error::Undefined(format!("the answer cannot be told as JSON: {why}")))?;
                write_text(path, &(text + "\n"))?;
                self.wrote(path)?;
            }
            Some((path, _)) => {
                self.place.write(&self.voice, &sheet)?;
                self.beside(path, &rules)?;
            }
            None => {}
        }
        if let Some((path, format)) = &self.customers {
            everybody(told, path, *format)?;
            self.wrote(path)?;
            self.beside(path, &rules)?;
        }
        if let (Some((path, format)), Some(movement)) = (&self.movement, told.movement) {
            movement.sheet().write(path, *format)?;
            self.wrote(path)?;
        }
        Ok(())
    }

    fn wrote(&self, path: &Path) -> Result<()> {
        if path == Path::new("-") { Ok(()) } else { self.voice.say(&format!("wrote {}", path.display())) }
    }

    /// The rules beside a file, under its name and `.rules.toml`; not beside pipes and devices.
    fn beside(&self, path: &Path, rules: &str) -> Result<()> {
        if !path.is_file() {
            return Ok(());
        }
        let mut name = path.as_os_str().to_owned();
        name.push(".rules.toml");
        let path = PathBuf::from(name);
        write_text(&path, rules)?;
        self.wrote(&path)
    }
}

/// What was found.
pub struct Told<'a> {
    /// Who.
    pub customers: &'a Customers,
    /// Where they are.
    pub segments: &'a Segments,
    /// What the segments are worth.
    pub summary: &'a Summary,
    /// Who went where.
    pub movement: Option<&'a Movement>,
    /// The horizon; of scores it is not known.
    pub horizon: Option<Horizon>,
    /// The level of the intervals.
    pub level: Share,
    /// The earlier cut.
    pub since: Option<Tick>,
    /// What should be known, in words.
    pub notes: Vec<String>,
}

impl Told<'_> {
    /// A moment as it is shown.
    #[must_use]
    pub fn date(&self, tick: Tick) -> String {
        self.customers.grain.show(tick)
    }

    fn json(&self, sheet: &Sheet) -> Result<serde_json::Value> {
        let rules = serde_json::to_value(&self.segments.rules)
            .map_err(|why| Error::Undefined(format!("the rules cannot be told as JSON: {why}")))?;
        let movement = self.movement.map(|movement| movement.sheet().records()).transpose()?;
        Ok(json!({
            "rules": rules,
            "cutoff": self.customers.cutoff.map(|tick| self.date(tick)),
            "horizon": self.horizon.map(|horizon| horizon.to_string()),
            "level": self.level.get(),
            "shop_rhythm": { "length": self.segments.rhythm, "unit": self.customers.unit.to_string() },
            "segments": sheet.records()?,
            "since": self.since.map(|tick| self.date(tick)),
            "movement": movement,
            "notes": self.notes,
        }))
    }

    /// The segments as tables for people.
    #[must_use]
    pub fn shown(&self, locale: &Locale) -> String {
        let value = if self.summary.money { "value" } else { "purchases" };
        let ahead =
            self.horizon.map_or_else(|| "as scored".to_owned(), |horizon| format!("the next {horizon}"));
        let mut text = String::new();
        for (kind, head) in [
            (Kind::Lifecycle, "Lifecycle"),
            (Kind::Tier, "Tiers by expected value"),
            (Kind::Rfm, "Recency, frequency and monetary value"),
        ] {
            let sheet = self.summary.sheet_of(kind);
            let of_kind = || self.summary.sizes.iter().filter(|size| size.kind == kind);
            let known = of_kind().any(|size| size.worth.share_interval.is_some());
            let mut columns = vec![
                ("segment", "segment"),
                ("customers", "customers"),
                ("share", "share"),
                ("p_alive", "alive"),
                ("expected_value", value),
                ("value_share", "of it"),
            ];
            if known {
                columns.extend([("value_share_lower", "from"), ("value_share_upper", "to")]);
            }
            text += &format!(
                "\n{}\n{}",
                show::heading(&format!("{head}: {ahead}")),
                table(&sheet, &columns, locale)
            );
        }
        text
    }
}

/// One row a customer, part by part.
fn everybody(told: &Told<'_>, path: &Path, format: Format) -> Result<()> {
    let mut writer = TableWriter::new(Output::create(path)?, format);
    let count = told.customers.len();
    for start in (0..count).step_by(PART) {
        let rows = start..count.min(start + PART);
        told.segments.with_rows(told.customers, rows, |chunk| writer.write(chunk))?;
    }
    writer.finish()
}
