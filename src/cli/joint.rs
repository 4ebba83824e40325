//! What is said of a forecast of one horizon: its members, and what past origins taught.

use std::any::Any;

use super::args::{self, OnArg};
use super::regressions;
use super::show::{self, Grid};
use super::tell::{self, wrap};
use crate::calibrate::{Calibration, Stacked};
use crate::fit::TrainedModel;
use crate::predict::{PacedModel, Predictor, Tempo};
use crate::regress::{FittedRegression, Importance, Target};
use crate::units::{Grain, Tick};

/// The forecast as it is told after training.
#[must_use]
pub fn told(stacked: &Stacked, grain: Grain, importance: &[(Target, Vec<Importance>)]) -> String {
    let mut text = String::new();
    let members: Vec<_> = stacked.members().collect();
    match &members[..] {
        [(member, ..)] => text += &alone(*member, grain, importance),
        _ => text += &weights(stacked),
    }
    if let Some(tempo) = tempo(stacked) {
        text += &paces(tempo, grain);
    }
    if !stacked.standings().is_empty() {
        text += &standings(stacked);
    }
    if let Some(calibration) = stacked.calibration() {
        text += &learnt(calibration);
    }
    if members.len() == 1 {
        return text; // its own report has told them
    }
    text + &stacked.warnings().iter().map(|warning| wrap(&format!("warning: {warning}"))).collect::<String>()
}

/// What a joint forecast is made of; nothing of a forecast alone.
#[must_use]
pub fn made_of(stacked: &Stacked) -> String {
    let mut text = String::new();
    if stacked.members().count() > 1 {
        text += &format!("\n{}", weights(stacked));
    }
    if !stacked.standings().is_empty() {
        text += &standings(stacked);
    }
    text
}

fn alone(member: &dyn Predictor, grain: Grain, importance: &[(Target, Vec<Importance>)]) -> String {
    let kept = member.kept();
    if let Some(trained) = kept.and_then(<dyn Any>::downcast_ref::<TrainedModel>) {
        return tell::model(trained);
    }
    if let Some(paced) = kept.and_then(<dyn Any>::downcast_ref::<PacedModel>) {
        return tell::model(&paced.trained);
    }
    match kept.and_then(<dyn Any>::downcast_ref::<FittedRegression>) {
        Some(fitted) => regressions::told(&fitted.kept, grain, importance),
        None => String::new(),
    }
}

/// The tempo in which the models of a forecast count: there is one for all.
fn tempo(stacked: &Stacked) -> Option<&Tempo> {
    let mut kept = stacked.members().filter_map(|(member, ..)| member.kept());
    let paced = kept.find_map(<dyn Any>::downcast_ref::<PacedModel>)?;
    Some(&paced.tempo).filter(|tempo| !tempo.is_steady())
}

/// How fast the shop's customers bought, and will buy in the coming year.
fn paces(tempo: &Tempo, grain: Grain) -> String {
    let year: Vec<(Tick, f64)> = tempo.ahead(grain).take(13).collect();
    let by = |a: &&(Tick, f64), b: &&(Tick, f64)| a.1.total_cmp(&b.1);
    let (Some(slowest), Some(fastest)) = (year.iter().min_by(by), year.iter().max_by(by)) else {
        return String::new();
    };
    let at = |(tick, rate): &(Tick, f64)| format!("{rate:.2} after {}", grain.show(*tick));
    wrap(&format!(
        "the tempo of the shop: its customers bought at {:.2} times their usual rate in the last four weeks; in the coming year at {:.2}, in the \
         slowest four weeks {}, in the fastest {}",
        tempo.newest(),
        tempo.mean_ahead(364.0),
        at(slowest),
        at(fastest)
    ))
}

fn weights(stacked: &Stacked) -> String {
    let money = stacked.members().any(|(_, _, value)| value.counts());
    let heads = ["member", "purchases: law", "mean", "value: law", "mean"];
    let mut grid = Grid::new(if money { &heads } else { &heads[..3] });
    for (member, purchases, value) in stacked.members() {
        let mut cells = vec![member.id().to_owned()];
        let of = [purchases, value].into_iter().take(if money { 2 } else { 1 });
        cells.extend(of.flat_map(|weight| [weight.law, weight.mean]).map(show::percent));
        grid.row(cells);
    }
    format!("{}\n{}", show::heading("The joint forecast"), grid.text())
        + &wrap(
            "weights in the law: those of the mixture with the best log score at past origins; in the mean: of the sum that told best who bought",
        )
}

fn standings(stacked: &Stacked) -> String {
    let mut grid = Grid::new(&["candidate", "log score", "behind", "s.e.", ""]);
    for one in stacked.standings() {
        grid.row([
            one.id.clone(),
            format!("{:.4}", one.log_score),
            format!("{:.4}", one.behind.0),
            format!("{:.4}", one.behind.1),
            if one.taken { "taken".to_owned() } else { String::new() },
        ]);
    }
    format!("\n{}\n{}", show::heading("The choice"), grid.text())
        + &wrap(
            "log score: of purchases and value together, a customer, at the past origins. Taken is the first of the list that is within one \
             standard error of the best (customers are paired)",
        )
}

/// What past origins taught.
#[must_use]
pub fn learnt(calibration: &Calibration) -> String {
    let mut grid = Grid::new(&["past origin", "customers", "purchases: told", "made", "off", "value off"]);
    let off = |(told, made): (f64, f64)| {
        if made > 0.0 { format!("{:+.1} %", 100.0 * (told / made - 1.0)) } else { "-".to_owned() }
    };
    for origin in &calibration.evidence.origins {
        grid.row([
            origin.origin.clone(),
            show::count(origin.customers),
            show::number(origin.purchases.0, 0),
            show::number(origin.purchases.1, 0),
            off(origin.purchases),
            origin.value.map_or_else(|| "-".to_owned(), off),
        ]);
    }
    let mut text = format!("\n{}\n", show::heading("Calibration"));
    if calibration.evidence.origins.is_empty() {
        text += "there is no past origin to learn from\n";
    } else {
        text += &grid.text();
    }
    text += &wrap(&summary(calibration));
    text + &calibration.evidence.notes.iter().map(|note| wrap(&format!("note: {note}"))).collect::<String>()
}

/// One sentence of it.
fn summary(calibration: &Calibration) -> String {
    let level = |target: &crate::calibrate::Target| {
        format!(
            "{:+.1} % (give or take {:.0} %)",
            100.0 * target.level.ln_factor.exp_m1(),
            100.0 * target.level.sd
        )
    };
    let value = calibration
        .value
        .as_ref()
        .map_or_else(String::new, |value| format!(", of value by {}", level(value)));
    format!(
        "totals of purchases are moved by {}{value}; laws of {} kinds of customers are reshaped by how those of {} past origin{} held",
        level(&calibration.purchases),
        calibration.groups.len(),
        calibration.evidence.origins.len(),
        if calibration.evidence.origins.len() == 1 { "" } else { "s" }
    )
}

/// The forecast as it is asked, and what is said of its calibration.
#[must_use]
pub fn ready(stacked: Stacked, args: &args::Score, trained_for: &str) -> (Stacked, String) {
    let Some(calibration) = stacked.calibration() else {
        return (stacked, wrap("not calibrated: level and intervals are the model's own"));
    };
    if args.calibration == OnArg::Off {
        return (
            stacked.uncalibrated(),
            wrap("calibration is switched off: level and intervals are the model's own"),
        );
    }
    if args.horizon.to_string() != trained_for {
        let why = format!(
            "note: calibrated for {trained_for}, not for {}: level and intervals are the model's own; train it with --horizon {}",
            args.horizon, args.horizon
        );
        return (stacked.uncalibrated(), wrap(&why));
    }
    let text = used(calibration);
    (stacked, text)
}

/// What is said of the calibration that a forecast uses.
#[must_use]
pub fn used(calibration: &Calibration) -> String {
    let notes = calibration.evidence.notes.iter().map(|note| wrap(&format!("note: {note}")));
    wrap(&format!("calibrated: {}", summary(calibration))) + &notes.collect::<String>()
}
