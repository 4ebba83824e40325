//! The charts of a backtest as files.

use std::fs;
use std::path::Path;

use rayon::prelude::*;

use super::args::PlotsArg;
use super::tell::wrap;
use super::voice::write_bytes;
use crate::backtest::plots::Chart;
use crate::plot::{Figure, Pixels, png};
use crate::progress::Progress;
use crate::{Error, Result};

/// Writes the charts into a folder, each whole or not at all, and takes away those of an earlier run that there are none of
/// now. What there is to say about it.
///
/// # Errors
/// [`Error::Io`] if a file cannot be written; [`Error::Interrupted`].
pub fn write(folder: &Path, plots: PlotsArg, charts: &[Chart], progress: &dyn Progress) -> Result<String> {
    fs::create_dir_all(folder).map_err(|e| Error::io("create", folder, e))?;
    progress.begin("charts", Some(charts.len() as u64));
    let rendered: Vec<_> = charts
        .par_iter()
        .map(|chart| {
            progress.check()?;
            let files = chart.drawn.as_ref().map_or(Ok(Vec::new()), |figure| files(figure, plots));
            progress.advance(1);
            files
        })
        .collect::<Result<_>>()?;
    progress.end();
    let (mut drawn, mut missing) = (0, String::new());
    for (chart, files) in charts.iter().zip(rendered) {
        for ending in ["svg", "png"] {
            let path = folder.join(format!("{}.{ending}", chart.name));
            match files.iter().find(|(own, _)| *own == ending) {
                Some((_, bytes)) => write_bytes(&path, bytes)?,
                None => drop(fs::remove_file(&path)), // of an earlier run, if it is there
            }
        }
        match &chart.drawn {
            Ok(_) => drawn += 1,
            Err(why) => missing += &wrap(&format!("no chart {}: {why}", chart.name)),
        }
    }
    Ok(format!("{drawn} charts in {}\n{missing}", folder.display()))
}

/// Whether a chart is written as PNG, by the ending of its name; as SVG otherwise.
///
/// # Errors
/// [`Error::Usage`] for any other ending.
pub fn is_png(path: &Path) -> Result<bool> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    match ending.as_deref() {
        Some("png") => Ok(true),
        Some("svg") => Ok(false),
        _ => Err(Error::usage(format!("the chart {} must end in .svg or .png", path.display()))),
    }
}

/// Writes one chart as its name says.
///
/// # Errors
/// As [`is_png`]; [`Error::Io`].
pub fn write_one(path: &Path, figure: &Figure) -> Result<()> {
    let svg = figure.svg();
    let bytes = if is_png(path)? { png(&svg, Pixels::default())? } else { svg.into_bytes() };
    write_bytes(path, &bytes)
}

/// The endings and contents of the files of a chart.
fn files(figure: &Figure, plots: PlotsArg) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let svg = figure.svg();
    let file = |&ending: &&'static str| {
        Ok((ending, if ending == "png" { png(&svg, Pixels::default())? } else { svg.clone().into_bytes() }))
    };
    endings(plots).iter().map(file).collect()
}

/// The endings of the files of a chart.
const fn endings(plots: PlotsArg) -> &'static [&'static str] {
    match plots {
        PlotsArg::Svg => &["svg"],
        PlotsArg::Png => &["png"],
        PlotsArg::Both => &["svg", "png"],
    }
}
