//! Charts as SVG and PNG: points, lines, bars, bands, heat maps and their axes. Has never heard of customers.
//!
//! A [`Figure`] has a title, notes and [`Panel`]s; a panel has two [`Axis`] and [`Mark`]s. [`Figure::svg`] draws it: well-formed, self-contained,
//! the same bytes for the same figure on every machine (no clock, no random ids: several may stand in one HTML page).
//! [`png`] renders an SVG with the fonts of this crate, never those of the machine.
//!
//! Made for print: white ground, the colours of Okabe & Ito for series (told apart by dash and marker as well, so that they survive
//! grey paper) and viridis for heat maps. Numbers that are not finite are left out, and a panel without any says so;
//! text is escaped, so a hostile name is shown and does nothing. A mark draws every point that it is given: whoever has a million bins them.

mod font;
mod svg;
mod style;
mod scale;
mod ticks;
mod mark;
mod figure;
mod legend;
mod marker;
mod frame;
mod layout;
mod png;

pub use figure::{Figure, Legend, Panel};
pub use mark::{Mark, Shape};
pub use png::{Pixels, png};
pub use scale::{Axis, Scale};
pub use style::{Marker, Style, heat};
pub use ticks::grouped;
