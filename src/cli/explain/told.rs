//! The explanation as text.

use crate::cli::show::{self, Grid};
use crate::units::{Locale, TimeUnit};
use crate::value::explain::{Asking, Driver, Explanation, Input, Moment};

/// The width of the timeline, in characters.
const WIDTH: usize = 72;
/// Of a longer history the first purchase and so many of the latest are listed.
const LATEST: usize = 10;
/// Dates so far ahead are told in words, in days: a century.
const FAR: f64 = 36_525.0;

/// Everything for people.
#[must_use]
pub fn shown(of: &Explanation, asking: &Asking, locale: &Locale) -> String {
    let teller = Teller { of, asking, locale };
    [
        teller.head(),
        teller.timeline(),
        teller.history(),
        teller.silence(),
        teller.next(),
        teller.outcome(),
        teller.drivers(),
    ]
    .concat()
}

/// What the answer assumes, in words.
#[must_use]
pub fn assumed(of: &Explanation, asking: &Asking) -> Vec<String> {
    let mut said = vec![
        "P(alive) at a past moment is what the purchases up to then told, by today's parameters and with refunds as they are known today"
            .to_owned(),
        format!(
            "intervals of {} know this customer's own luck, not how sure the parameters are",
            show::percent(asking.level.get())
        ),
        "what drives the value: the difference from the typical customer (the shop's medians), shared out by Shapley's value over all 16 mixtures of \
         the two; it tells how the model counts, not what would happen if the customer were changed"
            .to_owned(),
    ];
    let mut once = of.course.iter().filter(|moment| moment.purchases == 1);
    if once.all(|moment| moment.p_alive == 1.0) {
        said.push(
            "P(alive) is 1 until the second purchase: this model (BG/NBD and its kin) lets nobody leave before it; pareto-nbd does"
                .to_owned(),
        );
    }
    let typical = of.drivers.inputs.iter().find(|driver| driver.input == Input::Frequency);
    if typical.is_some_and(|driver| driver.typical == Some(0.0)) {
        said.push(
            "the typical customer bought once: their silence is their age, and their spend the shop's mean"
                .to_owned(),
        );
    }
    said
}

struct Teller<'a> {
    of: &'a Explanation,
    asking: &'a Asking,
    locale: &'a Locale,
}

impl Teller<'_> {
    fn head(&self) -> String {
        let of = self.of;
        let count = of.purchases.len();
        let mut grid = Grid::bare(2);
        let ticks = of.purchases.first().zip(of.purchases.last());
        if let Some((first, last)) = ticks {
            let date = |tick| self.locale.date(of.grain, tick);
            let several = if count == 1 { "purchase" } else { "purchases" };
            grid.row([format!("{count} {several}"), format!("{} to {}", date(first.tick), date(last.tick))]);
        }
        if of.money {
            let total: f64 = of.purchases.iter().map(|purchase| purchase.value.to_f64()).sum();
            grid.row(["value so far".to_owned(), self.locale.money(total)]);
        }
        grid.row(["silent for".to_owned(), self.length(of.silence())]);
        if let Some(gap) = of.mean_gap() {
            grid.row(["mean gap".to_owned(), self.length(gap)]);
        }
        grid.row(["P(alive)".to_owned(), self.locale.percent(of.p_alive())]);
        format!("\n{}\n{}", show::heading(&format!("Customer {}", show::clip(&of.id, 60))), grid.text())
    }

    /// A length of time in the model's unit.
    fn length(&self, length: f64) -> String {
        format!("{} {}s", self.locale.mean(length), self.of.unit)
    }

    /// From the first purchase to the cut-off: purchases as digits, P(alive) as blocks.
    fn timeline(&self) -> String {
        let of = self.of;
        let Some(first) = of.purchases.first() else { return String::new() };
        let span = (f64::from(of.cutoff.0) - f64::from(first.tick.0)).max(0.0) + 1.0;
        let place = |tick: i32| {
            let at = (f64::from(tick) - f64::from(first.tick.0)) / span * WIDTH as f64;
            (at as usize).min(WIDTH - 1)
        };
        let mut counts = [0u32; WIDTH];
        of.purchases.iter().for_each(|purchase| counts[place(purchase.tick.0)] += 1);
        let mark = |count: &u32| match count {
            0 => '.',
            count => char::from_digit(*count, 10).unwrap_or('+'),
        };
        let mut alive: [Option<f64>; WIDTH] = [None; WIDTH];
        let seen = of.course.iter().filter(|moment| moment.tick <= of.cutoff);
        seen.for_each(|moment: &Moment| alive[place(moment.tick.0)] = Some(moment.p_alive));
        let mut last = 1.0;
        let blocks: String = alive
            .iter()
            .map(|p| {
                last = p.unwrap_or(last);
                ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'][((last * 8.0) as usize).min(7)]
            })
            .collect();
        let date = |tick| self.locale.date(of.grain, tick);
        let (from, to) = (date(first.tick), date(of.cutoff));
        let gap = WIDTH.saturating_sub(from.chars().count() + to.chars().count());
        format!(
            "\n{}\n{from}{}{to}\n{}\n{blocks}\n",
            show::heading("Purchases, and below them P(alive), over time"),
            " ".repeat(gap.max(1)),
            counts.iter().map(mark).collect::<String>(),
        )
    }

    fn history(&self) -> String {
        let of = self.of;
        let head = if of.money { vec!["date", "value", "after"] } else { vec!["date", "after"] };
        let mut grid = Grid::new(&head);
        let count = of.purchases.len();
        let (begin, listed) = if count > LATEST + 1 { (count - LATEST, LATEST + 1) } else { (1, count) };
        let mut row = |at: usize| {
            let purchase = &of.purchases[at];
            let mut cells = vec![self.locale.date(of.grain, purchase.tick)];
            if of.money {
                cells.push(self.locale.money(purchase.value.to_f64()));
            }
            let before = at.checked_sub(1).map(|before| of.purchases[before].tick);
            let gap = before.map(|before| of.grain.between(before, purchase.tick, of.unit));
            cells.push(gap.map_or_else(String::new, |gap| self.length(gap)));
            grid.row(cells);
        };
        row(0);
        (begin..count).for_each(&mut row);
        let which = if listed < count {
            format!("History: the first and the latest {LATEST} of {count}")
        } else {
            "History".to_owned()
        };
        format!("\n{}\n{}", show::heading(&which), grid.text())
    }

    /// P(alive) now and after some silence.
    fn silence(&self) -> String {
        let of = self.of;
        let end = of.course.last().map_or(of.cutoff, |moment| moment.tick);
        let ahead = f64::from(end.0) - f64::from(of.cutoff.0);
        let mut grid = Grid::new(&["silent until", "P(alive)"]);
        let mut shown = None;
        for part in [0.0, 1.0 / 12.0, 0.25, 0.5, 0.75, 1.0] {
            let until = f64::from(of.cutoff.0) + part * ahead;
            let near = of.course.iter().filter(|moment| moment.tick >= of.cutoff).min_by(|one, other| {
                (f64::from(one.tick.0) - until).abs().total_cmp(&(f64::from(other.tick.0) - until).abs())
            });
            if let Some(moment) = near.filter(|moment| shown != Some(moment.tick)) {
                shown = Some(moment.tick);
                let now = if moment.tick == of.cutoff { " (now)" } else { "" };
                grid.row([
                    format!("{}{now}", self.locale.date(of.grain, moment.tick)),
                    self.locale.percent(moment.p_alive),
                ]);
            }
        }
        format!("\n{}\n{}", show::heading("If they stay silent"), grid.text())
    }

    fn next(&self) -> String {
        let of = self.of;
        let mut grid = Grid::bare(2);
        grid.row(["as likely as not by".to_owned(), self.when(of.next.median)]);
        let (lower, upper) = of.next.interval;
        grid.row([
            format!("{} interval", self.locale.percent(self.asking.level.get())),
            format!("{} to {}", self.when(lower), self.when(upper)),
        ]);
        grid.row([format!("within the next {}", self.asking.horizon), self.locale.percent(of.next.within)]);
        format!("\n{}\n{}", show::heading("The next order"), grid.text())
    }

    /// A time after the cut-off as a date; none is never.
    fn when(&self, length: Option<f64>) -> String {
        let of = self.of;
        match length {
            None => "never".to_owned(),
            Some(length) if length * of.unit.days() > FAR => "beyond 100 years".to_owned(),
            Some(length) if matches!(of.unit, TimeUnit::Calendar(_)) => format!("in {}", self.length(length)),
            Some(length) => self.locale.date(of.grain, of.grain.after(of.cutoff, length, of.unit)),
        }
    }

    fn value(&self, value: f64) -> String {
        if self.of.money { self.locale.money(value) } else { self.locale.mean(value) }
    }

    fn outcome(&self) -> String {
        let outcome = &self.of.outcome;
        let mut grid = Grid::bare(2);
        grid.row(["nothing at all".to_owned(), self.locale.percent(outcome.p_none)]);
        grid.row(["expected purchases".to_owned(), self.locale.mean(outcome.purchases)]);
        let what = if self.of.money { "value" } else { "purchases" };
        if self.of.money {
            grid.row(["expected value".to_owned(), self.value(outcome.expected)]);
        }
        grid.row([
            format!("{} interval of {what}", self.locale.percent(self.asking.level.get())),
            format!("{} to {}", self.value(outcome.interval.0), self.value(outcome.interval.1)),
        ]);
        let [five, quarter, half, three, most] = outcome.quantiles.map(|value| self.value(value));
        grid.row([format!("{what} at 5, 25, 50, 75, 95 %"), [five, quarter, half, three, most].join(" | ")]);
        format!("\n{}\n{}", show::heading(&format!("The next {}", self.asking.horizon)), grid.text())
    }

    fn drivers(&self) -> String {
        let of = self.of;
        let mut grid = Grid::new(&["", "customer", "typical", "adds"]);
        grid.row([
            "the typical customer".to_owned(),
            String::new(),
            String::new(),
            self.value(of.drivers.typical),
        ]);
        for driver in &of.drivers.inputs {
            let show = |value: Option<f64>| {
                value.map_or_else(|| "none".to_owned(), |value| self.input(driver, value))
            };
            let sign = if driver.adds > 0.0 { "+" } else { "" };
            let name = match driver.input {
                Input::Frequency => "repeat purchases",
                Input::Silence => "silence",
                Input::Age => "time as a customer",
                Input::Spend => "mean value of these purchases",
            };
            grid.row([
                name.to_owned(),
                show(driver.own),
                show(driver.typical),
                format!("{sign}{}", self.value(driver.adds)),
            ]);
        }
        grid.row(["this customer".to_owned(), String::new(), String::new(), self.value(of.drivers.own)]);
        let what = if of.money { "value" } else { "purchases" };
        format!(
            "\n{}\n{}",
            show::heading(&format!("What drives the expected {what} of the next {}", self.asking.horizon)),
            grid.text()
        )
    }

    fn input(&self, driver: &Driver, value: f64) -> String {
        match driver.input {
            Input::Frequency => self.locale.number(value, 0),
            Input::Silence | Input::Age => self.length(value),
            Input::Spend => self.locale.money(value),
        }
    }
}
