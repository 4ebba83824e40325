//! An SVG as a PNG, with the fonts of this crate on every machine.

use std::sync::{Arc, OnceLock};

use resvg::{tiny_skia, usvg};

use super::font::{BOLD, FAMILY, REGULAR};
use crate::{Error, Result};

/// How many pixels of the picture stand for one of the drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pixels(pub f32);

impl Default for Pixels {
    /// Two: 1,440 pixels across, 200 to the inch when printed 7.2 inches wide.
    fn default() -> Self {
        Self(2.0)
    }
}

fn fonts() -> Arc<usvg::fontdb::Database> {
    static FONTS: OnceLock<Arc<usvg::fontdb::Database>> = OnceLock::new();
    let load = || {
        let mut fonts = usvg::fontdb::Database::new();
        fonts.load_font_data(REGULAR.to_vec());
        fonts.load_font_data(BOLD.to_vec());
        fonts.set_sans_serif_family(FAMILY);
        Arc::new(fonts)
    };
    Arc::clone(FONTS.get_or_init(load))
}

/// Renders an SVG. Nothing but the text given is read: no fonts of the machine, no files that it may name.
///
/// # Errors
/// [`Error::Undefined`] if it is no SVG, has no size, or its picture would not fit into memory.
pub fn png(svg: &str, pixels: Pixels) -> Result<Vec<u8>> {
    let failed = |what: String| Error::Undefined(format!("the chart cannot be rendered: {what}"));
    let nothing = usvg::ImageHrefResolver {
        resolve_data: Box::new(|_, _, _| None),
        resolve_string: Box::new(|_, _| None),
    };
    let options = usvg::Options {
        fontdb: fonts(),
        font_family: FAMILY.to_owned(),
        image_href_resolver: nothing,
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|e| failed(e.to_string()))?;
    let size = tree.size().to_int_size();
    let (width, height) = (size.width() as f32 * pixels.0, size.height() as f32 * pixels.0);
    let mut picture = tiny_skia::Pixmap::new(width.round() as u32, height.round() as u32)
        .ok_or_else(|| failed(format!("a picture of {width} by {height} pixels is not possible")))?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(pixels.0, pixels.0), &mut picture.as_mut());
    picture.encode_png().map_err(|e| failed(e.to_string()))
}
