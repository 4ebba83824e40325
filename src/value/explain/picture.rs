//! The explanation as a picture.

use super::Explanation;
use crate::plot::{Axis, Figure, Mark, Panel, Scale, Shape, Style};
use crate::units::Tick;

impl Explanation {
    /// Purchases, P(alive) over time and into silence, and the law of the horizon's value; `name` is what the customer is called in it.
    #[must_use]
    pub fn figure(&self, name: &str, horizon: &str) -> Figure {
        Figure::new(format!("Customer {name}"))
            .subtitle(format!(
                "{} purchases up to {}; P(alive) {:.1} %",
                self.purchases.len(),
                self.grain.show(self.cutoff),
                100.0 * self.p_alive()
            ))
            .with(self.bought())
            .with(self.alive())
            .with(self.worth(horizon))
            .height(170.0)
            .note("P(alive): the probability that the customer has not left for good. After the cut-off: if nothing more is bought.")
            .note("The value's law knows the customer's own luck, not how sure the parameters are.")
    }

    /// P(alive) at the cut-off.
    #[must_use]
    pub fn p_alive(&self) -> f64 {
        let now = self.course.iter().rev().find(|moment| moment.tick <= self.cutoff);
        now.map_or(0.0, |moment| moment.p_alive)
    }

    fn days(&self, tick: Tick) -> f64 {
        f64::from(tick.0) / f64::from(self.grain.ticks_per_day())
    }

    /// The axis of both panels over time.
    fn time(&self) -> Axis {
        let ends = (self.course.first(), self.course.last());
        let axis = Axis::new("date").on(Scale::Dates);
        match ends {
            (Some(first), Some(last)) => axis.from(self.days(first.tick)).to(self.days(last.tick)),
            _ => axis,
        }
    }

    fn now(&self) -> Mark {
        Mark::new(Shape::Up(self.days(self.cutoff)), Style::REFERENCE)
    }

    fn bought(&self) -> Panel {
        let value = |at: usize| if self.money { self.purchases[at].value.to_f64() } else { 1.0 };
        let stems = (0..self.purchases.len()).map(|at| (self.days(self.purchases[at].tick), 0.0, value(at)));
        let tops = (0..self.purchases.len()).map(|at| (self.days(self.purchases[at].tick), value(at)));
        let title = if self.money { "value of a purchase" } else { "purchases" };
        Panel::new(self.time(), Axis::new(title).from(0.0))
            .titled("Purchases")
            .with(Mark::new(Shape::Spans(stems.collect()), Style::ACTUAL))
            .with(Mark::new(Shape::Points(tops.collect()), Style::ACTUAL).named("purchase"))
            .with(self.now().named("cut-off"))
    }

    fn alive(&self) -> Panel {
        let point = |moment: &super::Moment| (self.days(moment.tick), moment.p_alive);
        let seen = self.course.iter().filter(|moment| moment.tick <= self.cutoff).map(point).collect();
        let silent = self.course.iter().filter(|moment| moment.tick >= self.cutoff).map(point).collect();
        Panel::new(self.time(), Axis::new("P(alive)").from(0.0).to(1.0).percent())
            .titled("P(alive) as it was known then")
            .with(Mark::new(Shape::Line(seen), Style::series(0)).named("P(alive)"))
            .with(Mark::new(Shape::Line(silent), Style::series(1)).named("if nothing more is bought"))
            .with(self.now())
    }

    fn worth(&self, horizon: &str) -> Panel {
        let what = if self.money { "value" } else { "purchases" };
        let line = if self.money {
            Shape::Line(self.outcome.more.clone())
        } else {
            Shape::Steps(self.outcome.more.clone())
        };
        Panel::new(
            Axis::new(format!("{what} in the next {horizon}")).from(0.0),
            Axis::new("probability of more").from(0.0).to(1.0).percent(),
        )
        .titled(format!("What the next {horizon} bring"))
        .with(Mark::new(line, Style { dash: "", ..Style::series(2) }).named("probability of more"))
        .with(Mark::new(Shape::Up(self.outcome.expected), Style::REFERENCE).named("expected"))
    }
}
