//! Reading a table, and telling the largest error with the row where it stands.

use std::path::Path;

/// A table of numbers with named columns.
pub struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<f64>>,
}

impl Table {
    /// `tests/reference/NAME.csv`.
    pub fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(format!("{name}.csv"));
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut lines = text.lines();
        let columns: Vec<String> = lines.next().unwrap().split(',').map(str::to_owned).collect();
        let rows: Vec<Vec<f64>> =
            lines.map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect()).collect();
        assert!(rows.len() > 100 && rows.iter().all(|row| row.len() == columns.len()), "{name} is damaged");
        Self { columns, rows }
    }

    /// The rows, each as the numbers of the columns asked for.
    pub fn rows<const N: usize>(&self, names: [&str; N]) -> Vec<[f64; N]> {
        let places = names.map(|name| {
            self.columns
                .iter()
                .position(|column| column == name)
                .unwrap_or_else(|| panic!("no column {name}"))
        });
        self.rows.iter().map(|row| places.map(|place| row[place])).collect()
    }
}

/// Collects the largest error of one function.
pub struct Worst {
    what: &'static str,
    error: f64,
    place: String,
    count: usize,
}

impl Worst {
    pub fn of(what: &'static str) -> Self {
        Self { what, error: 0.0, place: String::new(), count: 0 }
    }

    /// Relative to the right value; what is right to be 0 must be 0 (or too small for a double).
    pub fn relative(&mut self, found: f64, right: f64, place: &dyn std::fmt::Debug) {
        let error =
            if found == right { 0.0 } else { (found - right).abs() / right.abs().max(f64::MIN_POSITIVE) };
        self.record(error, found, right, place);
    }

    /// Relative to a given size, for functions with a zero at which their own size says nothing.
    pub fn against(&mut self, size: f64, found: f64, right: f64, place: &dyn std::fmt::Debug) {
        self.record((found - right).abs() / size, found, right, place);
    }

    fn record(&mut self, error: f64, found: f64, right: f64, place: &dyn std::fmt::Debug) {
        self.count += 1;
        if found == 0.0 && right.abs() < f64::MIN_POSITIVE {
            return; // smaller than the numbers that have all their digits
        }
        if error > self.error || !error.is_finite() {
            self.error = if error.is_finite() { error } else { f64::INFINITY };
            self.place = format!("found {found:e}, should be {right:e} at {place:?}");
        }
    }

    /// Fails if the largest error is above the bound; NaN is above every bound.
    pub fn assert_below(self, bound: f64) {
        println!("{}: {:.2e} over {} points; {}", self.what, self.error, self.count, self.place);
        assert!(
            self.error <= bound,
            "{}: error {:.2e} is above {bound:e}; {}",
            self.what,
            self.error,
            self.place
        );
    }
}
