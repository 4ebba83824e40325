//! Cohorts as a heat map.

use super::{Age, Cohorts};
use crate::plot::{Axis, Figure, Mark, Panel, Scale, Shape, Style};

/// More columns or rows than this are too thin to see.
const MOST: usize = 120;

impl Cohorts {
    /// Retention as a heat map: the oldest cohort on top, age to the right from the first period after the own.
    ///
    /// # Errors
    /// Why there is no chart: no cohort has completed a period after its own.
    pub fn heat(&self) -> std::result::Result<Figure, String> {
        let skipped = self.whole.len().saturating_sub(MOST);
        let shown: Vec<_> = self.whole[skipped..].iter().rev().collect(); // rows are counted from below
        let ages = shown.iter().filter_map(|cohort| cohort.oldest()).max().unwrap_or(0).min(MOST);
        if ages == 0 {
            return Err("no cohort has completed a period after its own yet".into());
        }
        let cell = |at: usize, age: usize| shown[at].ages.get(age).and_then(Age::retention);
        let cells: Vec<_> = (0..shown.len())
            .flat_map(|at| (1..=ages).map(move |age| (at, age)))
            .map(|(at, age)| cell(at, age))
            .collect();
        let most = cells.iter().flatten().fold(0.0f64, |most, &share| most.max(share));
        let top = if most > 0.0 { most } else { 1.0 };
        let shares = cells.into_iter().map(|share| share.map_or(f64::NAN, |share| share / top)).collect();
        let edges = |from: f64, count: usize| (0..=count).map(|at| from + at as f64).collect();
        let names = shown.iter().map(|cohort| self.label(cohort)).collect();
        let period = self.plan.period;
        let panel = Panel::new(
            Axis::new(format!("age: {period}s after the {period} of the first purchase"))
                .from(0.5)
                .to(ages as f64 + 0.5)
                .whole(),
            Axis::new("cohort").on(Scale::Groups(names)),
        )
        .with(Mark::new(
            Shape::Cells { xs: edges(0.5, ages), ys: edges(-0.5, shown.len()), shares },
            Style::ACTUAL,
        ));
        let customers: u64 = shown.iter().map(|cohort| cohort.customers).sum();
        let mut figure = Figure::new("Who came back: retention of cohorts")
            .subtitle(format!(
                "Part of the customers of each cohort who bought in a later {period}; {} customers, until {}",
                crate::units::grouped(customers),
                self.grain.show(self.cutoff)
            ))
            .colours(Axis::new("retention").from(0.0).to(top).percent())
            .height((18.0 * shown.len() as f64).clamp(120.0, 640.0))
            .with(panel)
            .note(format!(
                "Grey: the {period} is not over. The cohort's own {period}, in which all bought, is left out."
            ));
        if skipped > 0 {
            figure = figure.note(format!("The {skipped} oldest cohorts are not shown."));
        }
        Ok(figure)
    }
}
