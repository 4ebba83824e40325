//! `ltv what-if`: what the next year would bring if customers bought more, more often, or stayed longer.

use super::args::{self, OnArg};
use super::shop::{self, Place, Shop};
use super::show;
use crate::features::{Customers, Past};
use crate::fit::TrainedModel;
use crate::model::{Law, Parametric, PurchaseModel};
use crate::progress::Progress;
use crate::units::{Locale, TimeUnit};
use crate::value::Groups;
use crate::value::levers::{Change, Lever, LeverPlan, Outcome, WhatIf};
use crate::{Error, Result};

/// So many groups are shown; all are written.
const SHOWN: usize = 20;

/// Runs the command.
///
/// # Errors
/// Whatever reading orders or the model, fitting or writing says.
pub fn run(args: &args::WhatIf, quiet: bool, progress: &dyn Progress) -> Result<()> {
    let place = Place::new(&args.answering, &args.orders.inputs, args.foreseeing.model.as_deref())?;
    let voice = place.voice(quiet);
    let model = shop::model(&args.foreseeing)?;
    let shop = Shop::read(&args.orders, &[args.grouping.by.as_deref()], model.as_ref(), progress)?;
    let past = shop.past(model.as_ref())?;
    let customers = past.customers(model.as_ref().map_or(TimeUnit::Week, |trained| trained.unit));
    let (trained, fitted) = shop.trained(model, &customers)?;
    let groups = shop.groups(&args.grouping)?;
    let (plan, mut notes) = plan(args, &trained, &past, &customers)?;
    progress.begin("moving levers", None);
    let answer = WhatIf::new(&trained, &customers, &groups, &plan)?;
    progress.end();
    voice.say(&shop.account(&past))?;
    let locale = Locale { currency: shop.ledger.currency.clone(), ..place.locale().clone() };
    voice.tell(&tables(&answer, args, &locale))?;
    notes.splice(0..0, fitted);
    notes.extend(assumed(&answer, &plan, args));
    voice.say(&shop::notes(notes))?;
    place.write(&voice, &answer.sheet())
}

/// The plan, and what must be said of it.
fn plan(
    args: &args::WhatIf,
    trained: &TrainedModel,
    past: &Past<'_>,
    customers: &Customers,
) -> Result<(LeverPlan, Vec<String>)> {
    let given = [
        (Lever::Aov, args.aov),
        (Lever::Frequency, args.frequency),
        (Lever::Retention, args.retention),
        (Lever::Margin, args.margin),
    ];
    let mut levers: Vec<(Lever, Change)> =
        given.iter().filter_map(|(lever, change)| change.map(|change| (*lever, change))).collect();
    let mut notes = Vec::new();
    if levers.is_empty() {
        let base = trained.purchase.model.base();
        let law = base.newcomer();
        let fits = |lever: Lever| match lever {
            Lever::Aov => true,
            Lever::Frequency => law.with_rates(1.01, 1.0).is_some(),
            Lever::Retention => law.with_rates(1.0, 1.01).is_some(),
            Lever::Margin => args.base_margin.is_some_and(|margin| margin.get() <= 0.99),
        };
        levers = given.iter().map(|(lever, _)| *lever).filter(|lever| fits(*lever)).map(one).collect();
        notes.push("no lever was named: each is moved by 1 % or 1 point".to_owned());
        if !fits(Lever::Retention) {
            notes.push(format!("retention is left out: under {} nobody leaves", base.name()));
        }
    }
    let history = customers.history.as_ref().ok_or_else(|| Error::usage("orders are needed"))?;
    let horizon = args.horizon.in_units(trained.unit, Some((customers.grain, past.cutoff())))?.get();
    let recent = |row: &usize| customers.age[*row] < horizon;
    let came = (0..customers.len()).filter(recent).count() as u64;
    let orders = past.orders();
    let observed =
        orders.first_tick().map_or(0.0, |first| customers.grain.between(first, past.cutoff(), trained.unit));
    if args.new_customers == OnArg::On && observed < horizon && !history.first_order.is_empty() {
        notes.push(format!(
            "orders reach back less than {}: new customers are counted from all there is, and those of earlier times are among them",
            args.horizon
        ));
    }
    if args.new_customers == OnArg::On && came == 0 {
        notes.push(format!("nobody came in the last {}, so new customers are left out", args.horizon));
    }
    let plan = LeverPlan {
        levers,
        horizon,
        margin: args.base_margin.map_or(1.0, |margin| margin.get()),
        newcomers: (args.new_customers == OnArg::On && came > 0).then_some(came),
        level: args.foreseeing.level,
    };
    Ok((plan, notes))
}

/// A lever moved by 1.
fn one(lever: Lever) -> (Lever, Change) {
    (lever, Change { amount: 0.01, points: lever.in_points() })
}

/// The answer as tables of 80 columns.
fn tables(answer: &WhatIf, args: &args::WhatIf, locale: &Locale) -> String {
    let mut text = String::new();
    let columns = [
        ("lever", "lever"),
        ("change", "change"),
        ("value", "value"),
        ("value_lower", "from"),
        ("value_upper", "to"),
        ("gain", "gain"),
        ("gain_per_point", "per 1"),
    ];
    for (who, what) in [("existing", "The customers there are"), ("new", "New customers")] {
        let rows: Vec<&Outcome> =
            answer.outcomes.iter().filter(|row| row.who == who && row.group == Groups::ALL).collect();
        if let Some(first) = rows.first() {
            let count = locale.count(first.customers);
            let heading = format!("{what}, {count}: the next {}", args.horizon);
            text += &format!(
                "{}\n{}\n",
                show::heading(&heading),
                shop::table(&answer.sheet_of(&rows), &columns, locale)
            );
        }
    }
    let last = if answer.outcomes.iter().any(|row| row.lever == "together") { "together" } else { "" };
    let group = |row: &&Outcome| {
        row.group != Groups::ALL && row.lever != "now" && (last.is_empty() || row.lever == last)
    };
    let rows: Vec<&Outcome> = answer.outcomes.iter().filter(group).take(SHOWN).collect();
    if !rows.is_empty() {
        let by = args.grouping.by.as_deref().unwrap_or_default();
        let columns = [
            ("group", by),
            ("customers", "customers"),
            ("value", "value"),
            ("value_lower", "from"),
            ("value_upper", "to"),
            ("gain", "gain"),
            ("gain_lower", "from"),
            ("gain_upper", "to"),
        ];
        let what = if last.is_empty() { "with the lever" } else { "all levers together" };
        let heading = format!("By {by}: {what}");
        text += &format!(
            "{}\n{}\n",
            show::heading(&heading),
            shop::table(&answer.sheet_of(&rows), &columns, locale)
        );
    }
    let ranked: Vec<String> =
        answer.ranked().iter().map(|(lever, gain)| format!("{lever} {}", locale.money(*gain))).collect();
    if !ranked.is_empty() {
        text += &super::tell::wrap(&format!("Most for 1 % or 1 point: {}", ranked.join(", ")));
    }
    text
}

/// What must be known of the figures.
fn assumed(answer: &WhatIf, plan: &LeverPlan, args: &args::WhatIf) -> Vec<String> {
    let mut notes = answer.notes.clone();
    if let Some((now, then)) = answer.retention {
        notes.push(format!(
            "retention: of the customers alive now {} are still alive in a year, {} with the lever",
            show::percent(now),
            show::percent(then)
        ));
    }
    notes.push(
        "levers act on what the living do from now on; who is alive today does not change, and what moving a lever costs is not taken off"
            .to_owned(),
    );
    notes.push(format!(
        "from and to: {} intervals of the sum, by luck and unsure parameters; the gain in per cent is taken as known; {}",
        show::percent(plan.level.get()),
        if args.base_margin.is_some() { "after margin, not discounted" } else { "revenue, not discounted" }
    ));
    if plan.newcomers.is_some() {
        notes.push(format!(
            "new customers: as many as came in the last {}, coming evenly, their first orders included, at what orders cost under the model",
            args.horizon
        ));
    }
    notes
}
