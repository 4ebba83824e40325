//! Charts: well-formed whatever they are given, the same bytes each time, and something to see.

use ltv::plot::{Axis, Figure, Legend, Mark, Panel, Pixels, Scale, Shape, Style, heat, png};
use resvg::{tiny_skia, usvg};

/// Points that nobody wants to draw, by name.
fn nasty() -> Vec<(&'static str, Vec<(f64, f64)>)> {
    let along = |x: f64, y: f64| (0..5).map(|at| (x * f64::from(at), y * f64::from(at))).collect();
    vec![
        ("nothing", vec![]),
        ("one point", vec![(3.0, 5.0)]),
        ("zeros", along(1.0, 0.0)),
        ("all zero", along(0.0, 0.0)),
        ("large", along(3e8, 1.2e6)),
        ("negative", along(-2.0, -1e4)),
        ("tiny", along(1e-6, 2.4e-9)),
        ("no numbers", vec![(f64::NAN, 1.0), (1.0, f64::INFINITY), (f64::NEG_INFINITY, f64::NAN)]),
        ("gaps", vec![(1.0, 1.0), (2.0, f64::NAN), (3.0, 1.0), (4.0, 2.0)]),
        ("beyond all", vec![(-f64::MAX, f64::MAX), (f64::MAX, -f64::MAX), (1.0, 1e289), (2.0, -1e289)]),
        ("subnormal", vec![(f64::MIN_POSITIVE / 8.0, f64::MIN_POSITIVE / 8.0), (0.0, 0.0)]),
        ("nearly one", vec![(1e9, 1e9), (1e9 + 1e-7, 1e9 + 1e-7)]),
    ]
}

/// Every shape made of some points.
fn shapes(points: &[(f64, f64)]) -> Vec<Shape> {
    let spans = || points.iter().map(|&(x, y)| (x, y - 1.0, y + 1.0)).collect::<Vec<_>>();
    let xs: Vec<f64> = points.iter().map(|point| point.0).collect();
    let ys: Vec<f64> = points.iter().map(|point| point.1).collect();
    let first = ys.first().copied().unwrap_or(f64::NAN);
    vec![
        Shape::Line(points.to_vec()),
        Shape::Marked(points.to_vec()),
        Shape::Points(points.to_vec()),
        Shape::Steps(points.to_vec()),
        Shape::Bars(points.iter().map(|&(x, y)| (x, x + 0.5, y)).collect()),
        Shape::Band(spans()),
        Shape::Spans(spans()),
        Shape::Across(first),
        Shape::Up(first),
        Shape::Diagonal,
        Shape::Cells { xs, shares: ys.clone(), ys },
    ]
}

fn scales() -> Vec<Scale> {
    let names = vec!["one".to_owned(), "two\nlines".into(), String::new()];
    vec![
        Scale::Linear,
        Scale::SquareRoot,
        Scale::Log,
        Scale::Dates,
        Scale::Groups(names),
        Scale::Groups(vec![]),
    ]
}

/// Parsed, and looked through for numbers that are none.
fn sound(svg: &str, of: &str) {
    assert!(usvg::Tree::from_str(svg, &usvg::Options::default()).is_ok(), "{of}: {svg}");
    for bad in ["NaN", "nan\"", "inf", "\"-0\"", "e28"] {
        for line in svg.lines().filter(|line| !line.starts_with("<text") && !line.starts_with("<desc")) {
            assert!(!line.contains(bad), "{of}: {bad} in {line}");
        }
    }
}

#[test]
fn whatever_is_drawn_is_well_formed_and_has_no_number_that_is_none() {
    for (name, points) in nasty() {
        for scale in scales() {
            let mut figure = Figure::new(name).columns(3).colours(Axis::new("share").from(0.0).to(1.0));
            for (at, shape) in shapes(&points).into_iter().enumerate() {
                let axis = |title: &str| Axis::new(title).on(scale.clone());
                let mark = Mark::new(shape, Style::series(at)).named(format!("series {at}"));
                figure = figure.with(Panel::new(axis("x (units)"), axis("y (units)").from(0.0)).with(mark));
            }
            sound(&figure.svg(), name);
            sound(&figure.clone().shared().legend(Legend::AtEnds).svg(), name);
        }
    }
    sound(&Figure::new("").svg(), "nothing at all");
}

#[test]
fn hostile_text_is_shown_as_text() {
    let evil = "</text><script>alert('&\"')</script>\u{0}\u{b}\u{202e}\u{fffe} ]]> 顧客";
    let panel =
        Panel::new(Axis::new(evil), Axis::new(evil).on(Scale::Groups(vec![evil.into(), evil.into()])))
            .titled(evil)
            .with(Mark::new(Shape::Line(vec![(0.0, 0.0), (1.0, 1.0)]), Style::series(0)).named(evil))
            .with(Mark::new(Shape::Up(0.5), Style::REFERENCE).named(evil));
    let figure = Figure::new(evil).subtitle(evil).note(evil).colours(Axis::new(evil)).with(panel);
    for figure in [figure.clone(), figure.legend(Legend::AtEnds)] {
        let svg = figure.svg();
        sound(&svg, "hostile");
        assert!(!svg.contains("<script") && svg.contains("&lt;script&gt;"), "{svg}");
        assert!(!svg.contains(['\u{0}', '\u{b}', '\u{202e}', '\u{fffe}']));
        assert!(svg.contains('顧'), "letters of every language stay");
        png(&svg, Pixels(1.0)).unwrap();
    }
}

#[test]
fn very_long_names_are_cut_in_the_middle_and_a_hundred_of_them_still_fit() {
    let name = |at: usize| format!("model-{at}-{}-end", "x".repeat(5000));
    let line = |at: usize| Shape::Marked(vec![(0.0, at as f64), (1.0, 2.0 * at as f64)]);
    let marks = (0..100).map(|at| Mark::new(line(at), Style::series(at)).named(name(at)));
    let panel = Panel::new(Axis::new("x"), Axis::new(name(1))).titled(name(2)).with_all(marks);
    let figure = Figure::new(name(0)).with(panel);
    let svg = figure.svg();
    sound(&svg, "long");
    assert!(svg.contains("model-0-xx") && svg.contains("…"));
    assert!(svg.lines().filter(|line| line.starts_with("<text")).all(|line| line.len() < 400));
    sound(&figure.legend(Legend::AtEnds).svg(), "long, at the ends");
}

fn plain() -> Figure {
    let points = (0..20).map(|at| (f64::from(at), f64::from(at * at))).collect();
    let panel = Panel::new(Axis::new("x (weeks)"), Axis::new("y (purchases)").from(0.0))
        .with(Mark::new(Shape::Line(points), Style::ACTUAL).named("actual"));
    Figure::new("A parabola").subtitle("Twenty points").note("Made up.").with(panel)
}

#[test]
fn the_same_figure_is_the_same_bytes() {
    let (svg, again) = (plain().svg(), plain().svg());
    assert_eq!(svg, again);
    assert_eq!(png(&svg, Pixels::default()).unwrap(), png(&again, Pixels::default()).unwrap());
    assert!(!svg.contains(" id="), "several figures may stand in one page");
}

/// Pixels that are not white, of a picture.
fn inked(svg: &str) -> (u32, u32, usize) {
    let picture = tiny_skia::Pixmap::decode_png(&png(svg, Pixels::default()).unwrap()).unwrap();
    let ink = picture.pixels().iter().filter(|p| (p.red(), p.green(), p.blue()) != (255, 255, 255)).count();
    (picture.width(), picture.height(), ink)
}

#[test]
fn the_picture_is_not_blank_and_text_is_in_it_on_every_machine() {
    let (width, _, ink) = inked(&plain().svg());
    assert_eq!(width, 1440);
    assert!(ink > 5_000, "{ink}");
    let (_, _, words) = inked(&Figure::new("Only a title").svg());
    assert!(words > 500, "letters are drawn: {words}");
}

#[test]
fn a_title_and_a_description_are_for_those_who_cannot_see_it() {
    let svg = plain().svg();
    assert!(svg.contains("<title>A parabola</title>"), "{svg}");
    assert!(
        svg.contains("<desc>Twenty points. y (purchases) by x (weeks). actual. Made up.</desc>"),
        "{svg}"
    );
}

#[test]
fn what_is_no_svg_cannot_be_rendered_and_nothing_outside_is_read() {
    assert!(png("<svg", Pixels::default()).is_err());
    assert!(png(&plain().svg(), Pixels(1e9)).is_err());
    let outside = r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="/etc/passwd" width="9" height="9"/></svg>"#;
    png(outside, Pixels::default()).unwrap();
}

#[test]
fn thirty_series_differ_in_colour_or_dash() {
    let looks: Vec<_> = (0..30).map(Style::series).map(|style| (style.colour, style.dash)).collect();
    for (at, look) in looks.iter().enumerate() {
        assert!(!looks[..at].contains(look), "{at}");
    }
}

/// So that a heat map can be read on grey paper.
#[test]
fn the_colours_of_heat_grow_brighter_all_the_way() {
    let brightness = |share: f64| {
        let colour = heat(share);
        let channel = |at: usize| f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap());
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    };
    for step in 0..100 {
        let (low, high) = (f64::from(step) / 100.0, f64::from(step + 1) / 100.0);
        assert!(brightness(low) < brightness(high), "{low}");
    }
    assert_eq!(heat(f64::NAN), "#d9d9d9");
}
