use super::*;
use crate::units::{Language, Locale};

fn chart(places: usize) -> Chart {
    let values = |by: f64| (0..places).map(|at| Some(by * at as f64)).collect::<Vec<_>>();
    let band = (0..places).map(|at| Some((0.8 * at as f64, 1.2 * at as f64))).collect();
    Chart {
        title: Text::from("Value <so far>"),
        side: Text::default(),
        what: "Month",
        places: (0..places).map(|at| Place::named(format!("{at} & more"))).collect(),
        series: vec![
            Series { name: "band".into(), tone: Tone::Accent, shape: Shape::Band(band) },
            Series { name: "line".into(), tone: Tone::Accent, shape: Shape::Line(values(1.0)) },
        ],
        unit: Unit::Mean,
    }
}

fn html(chart: &Chart) -> String {
    let locale = Locale::of(Language::En);
    chart.html("one", Speaker { locale: &locale })
}

#[test]
fn a_chart_tells_each_place_in_both_sizes_and_once_as_a_table() {
    let text = html(&chart(13));
    assert_eq!(text.matches("<title>12 &amp; more\nline: 12.00\nband: 9.60 to 14.40</title>").count(), 2);
    assert_eq!(text.matches("<tr>").count(), 14);
    assert!(!text.contains("<so far>") && !text.contains("NaN") && !text.contains("inf"));
}

#[test]
fn what_is_missing_breaks_a_line() {
    let mut chart = chart(5);
    chart.series.truncate(1);
    chart.series[0].shape = Shape::Line(vec![Some(1.0), Some(2.0), None, Some(1.0), Some(0.0)]);
    let text = html(&chart);
    assert_eq!(text.matches("class=\"line accent\"").count(), 4); // two runs, two sizes
}

#[test]
fn nothing_and_one_place_can_be_drawn() {
    for places in [0, 1] {
        let text = html(&chart(places));
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    }
}

#[test]
fn names_along_the_bottom_do_not_touch() {
    for places in [2, 12, 37, 120] {
        let chart = chart(places);
        let locale = Locale::default();
        for (_, width, height) in SIZES {
            let upwards = Upwards::new(&chart, axis::ends(&chart), height, Speaker { locale: &locale });
            let along = Along::new(&chart, &upwards, width);
            for pair in along.named.windows(2) {
                let room = along.at(pair[1]) - along.at(pair[0]);
                let names = pair.iter().map(|&at| 0.5 * axis::width(&chart.places[at].label)).sum::<f64>();
                assert!(room > names, "{places} places on {width}: {room} for {names}");
            }
        }
    }
}
