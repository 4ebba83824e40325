//! The letters: two fonts of our own, and how wide text is in them.

/// The upright font.
pub(super) const REGULAR: &[u8] = include_bytes!("font/chart-sans-regular.ttf");
/// The bold font, for titles.
pub(super) const BOLD: &[u8] = include_bytes!("font/chart-sans-bold.ttf");
/// The family of both.
pub(super) const FAMILY: &str = "LTV Chart Sans";
/// The families for whoever opens an SVG: Liberation Sans, Arial and Helvetica have the same widths.
pub(super) const FAMILIES: &str = "'LTV Chart Sans','Liberation Sans',Arial,Helvetica,sans-serif";

/// Advance widths of the characters from space to `~` in the upright font, in 1/2048 of its size.
const WIDTHS: [u16; 95] = [
    569, 569, 727, 1139, 1139, 1821, 1366, 391, 682, 682, 797, 1196, 569, 682, 569, 569, 1139, 1139, 1139,
    1139, 1139, 1139, 1139, 1139, 1139, 1139, 569, 569, 1196, 1196, 1196, 1139, 2079, 1366, 1366, 1479, 1479,
    1366, 1251, 1593, 1479, 569, 1024, 1366, 1139, 1706, 1479, 1593, 1366, 1593, 1479, 1366, 1251, 1479,
    1366, 1933, 1366, 1366, 1251, 569, 569, 569, 961, 1139, 682, 1139, 1139, 1024, 1139, 1139, 569, 1139,
    1139, 455, 455, 1024, 455, 1706, 1139, 1139, 1139, 1139, 682, 1024, 569, 1139, 1024, 1479, 1024, 1024,
    1024, 684, 532, 684, 1196,
];

/// About how wide a text is, in pixels. Plain ASCII is exact in the upright font; bold is a little wider, and so are other letters taken to be.
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let advance = |letter: char| match u32::from(letter) {
        code @ 0x20..=0x7e => f64::from(WIDTHS[(code - 0x20) as usize]) / 2048.0,
        0xa0 => 0.278,
        0x0300..=0x036f | 0x200b..=0x200f => 0.0,
        0x2212 => 0.584,
        0x2013 => 0.556,
        0x1100..=0x11ff | 0x2e80..=0xd7ff | 0xf900..=0xfaff | 0xfe30..=0xfe4f | 0xff00..=0xff60 => 1.0,
        0x2014 | 0x2026 | 0x1_f000..=0x3_ffff => 1.0,
        _ => 0.65,
    };
    let width: f64 = text.chars().map(advance).sum();
    width * size * if bold { 1.07 } else { 1.0 }
}

/// The text, with its middle left out if it is wider than `room`: the ends of names tell more than their middles.
pub(super) fn fit(text: &str, size: f64, room: f64) -> String {
    if width(text, size, false) <= room {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().take(400).collect();
    let end: Vec<char> = text.chars().rev().take(200).collect();
    let cut = |keep: usize| -> String {
        let head = keep.div_ceil(2);
        let tail = end[..(keep - head).min(end.len())].iter().rev();
        letters[..head.min(letters.len())].iter().chain(&['…']).chain(tail).collect()
    };
    let most = letters.len().saturating_sub(1);
    (1..=most).rev().map(cut).find(|text| width(text, size, false) <= room).unwrap_or_else(|| "…".to_owned())
}

/// The text in lines no wider than `room`, broken at spaces, `most` at most; a word that is too wide is cut.
pub(super) fn wrap(text: &str, size: f64, bold: bool, room: f64, most: usize) -> Vec<String> {
    let size = if bold { 1.07 * size } else { size };
    let wide = |text: &str| width(text, size, false);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let full = lines.len() == most;
        match lines.last_mut() {
            Some(line) if wide(line) + wide(" ") + wide(word) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            Some(line) if full => {
                *line = fit(&format!("{line} …"), size, room);
                break;
            }
            _ => lines.push(fit(word, size, room)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use resvg::usvg;

    use super::{BOLD, FAMILY, REGULAR, WIDTHS, fit, width, wrap};

    /// Where the second of two letters ends, as the renderer sets it, is where we think.
    #[test]
    fn widths_are_those_of_the_font() {
        let mut options = usvg::Options::default();
        options.fontdb_mut().load_font_data(REGULAR.to_vec());
        options.fontdb_mut().load_font_data(BOLD.to_vec());
        let end = |text: &str, weight: &str| {
            let svg = format!(
                "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>\
                 <text font-family='{FAMILY}' font-size='100' font-weight='{weight}'>{text}</text></svg>"
            );
            let tree = usvg::Tree::from_str(&svg, &options).unwrap();
            f64::from(tree.root().abs_layer_bounding_box().right())
        };
        for letter in '!'..='~' {
            let told = match letter {
                '<' => "&lt;".to_owned(),
                '&' => "&amp;".to_owned(),
                other => other.to_string(),
            };
            let advance = end(&format!("{told}H"), "normal") - end("H", "normal");
            let ours = 100.0 * f64::from(WIDTHS[(u32::from(letter) - 0x20) as usize]) / 2048.0;
            assert!((advance - ours).abs() < 0.2, "{letter}: {advance} {ours}");
        }
        let text = "Calibration by decile of the forecast";
        let (told, ours) = (end(text, "bold"), width(text, 100.0, true));
        assert!((told / ours - 1.0).abs() < 0.05, "{told} {ours}");
    }

    #[test]
    fn long_text_is_cut_in_the_middle_and_broken_at_spaces() {
        assert_eq!(fit("bg-nbd", 11.0, 100.0), "bg-nbd");
        let cut = fit(&"pareto-nbd+log-normal".repeat(9), 11.0, 100.0);
        assert!(
            cut.starts_with("pareto") && cut.ends_with("normal") && width(&cut, 11.0, false) <= 100.0,
            "{cut}"
        );
        assert_eq!(fit("wide", 11.0, 0.0), "…");
        let lines = wrap("one two three four five six", 11.0, false, 60.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'), "{lines:?}");
        assert!(wrap("", 11.0, false, 60.0, 2).is_empty());
    }
}
