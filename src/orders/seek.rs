//! Finding columns in a header: as flags name them, as a preset does, or by their usual names.

use super::columns::{Columns, Measure, NotFound, ROLES, Role, plain};
use super::policy::{Given, Policy, Slots};
use super::presets::{Names, Preset};
use super::{PresetChoice, ReadOptions};

impl Columns {
    /// Finds the columns in a header.
    pub fn find(names: Vec<String>, options: &ReadOptions) -> Result<Self, NotFound> {
        Self::find_in(names, false, options)
    }

    /// Finds the columns in a header; a `sparse` one, of JSON, may lack columns that come later.
    pub fn find_in(names: Vec<String>, sparse: bool, options: &ReadOptions) -> Result<Self, NotFound> {
        let plain: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let preset = match options.preset {
            PresetChoice::Found => Preset::found(&plain),
            PresetChoice::None => None,
            PresetChoice::Named(name) => Preset::named(name, &plain),
        };
        let mut at = roles(&names, &plain, preset, options)?;
        let measure = measure(&mut at, &plain, options);
        let attribute = |name: &String| position(&names, name, "attributes");
        let attributes = options.attributes.iter().map(attribute).collect::<Result<_, _>>()?;
        let name_of = |role: Role| at[role as usize].map_or("", |at| plain[at].as_str());
        let amount = name_of(Role::Amount);
        let maybe_total = measure == Measure::Amount
            && at[Role::Order as usize].is_some()
            && (amount.contains("total") || amount.starts_with("order"));
        let utc = name_of(Role::Date).ends_with("utc");
        let (extra, notes) = (Vec::new(), Vec::new());
        let mut columns = Self {
            names,
            at,
            attributes,
            measure,
            maybe_total,
            utc,
            extra,
            currency: None,
            policy: None,
            notes,
        };
        columns.rules(preset, &plain, sparse, options);
        Ok(columns)
    }

    /// Finds the columns of the currency and of the preset's rules, and says what was taken.
    fn rules(
        &mut self,
        preset: Option<&'static Preset>,
        plain: &[String],
        sparse: bool,
        options: &ReadOptions,
    ) {
        if self.measure.is_money() {
            let dollars = self.at(Role::Amount).is_some_and(|at| plain[at].ends_with("inusd"));
            self.currency = match preset {
                _ if dollars => None,
                Some(preset) if !preset.currency.is_empty() => {
                    Finder { columns: self, plain, sparse }.first(preset.currency)
                }
                _ => plain.iter().position(|name| is_currency(name)).map(|at| self.slot_of(at)),
            };
        }
        let Some(preset) = preset else {
            self.notes.extend(nearly(plain).filter(|_| options.preset == PresetChoice::Found));
            return;
        };
        let given = Given {
            customer: options.columns.customer.is_some(),
            amount: options.columns.amount.is_some(),
            events: &options.events,
        };
        let money = self.measure.is_money().then_some(Role::Amount as usize);
        let currency = self.currency;
        let policy =
            Policy::of(preset, &mut Finder { columns: self, plain, sparse }, given, (money, currency));
        self.notes.push(self.told(&policy));
        self.policy = Some(policy);
    }

    /// What a preset takes, in words.
    fn told(&self, policy: &Policy) -> String {
        let roles = Role::ALL.iter().filter(|role| self.at(**role).is_some());
        let mut taken: Vec<String> =
            roles.map(|role| format!("{} `{}`", role.name(), self.name(*role))).collect();
        taken.extend(self.currency.map(|slot| format!("currency `{}`", self.slot_name(slot))));
        let (title, taken) = (policy.preset.title, taken.join(", "));
        format!("read as {title}: {taken}{} (--preset none takes rows as they stand)", policy.note)
    }
}

/// What is said of a file that has most columns of an export.
fn nearly(plain: &[String]) -> Option<String> {
    let (preset, missing) = Preset::nearly(plain)?;
    Some(format!(
        "it has most columns of {}, but no `{missing}`, so it is read without the rules for such files (--preset {} applies \
         those that can be)",
        preset.title, preset.name
    ))
}

/// Where each role stands.
fn roles(
    names: &[String],
    plain: &[String],
    preset: Option<&'static Preset>,
    options: &ReadOptions,
) -> Result<[Option<usize>; ROLES], NotFound> {
    let mut at = [None; ROLES];
    for role in Role::ALL {
        if let Some(name) = role.given(&options.columns) {
            at[role as usize] = Some(position(names, name, role.name())?);
        }
    }
    for role in Role::ALL {
        if at[role as usize].is_some() {
            continue;
        }
        let needed = match role {
            Role::Customer | Role::Date => true,
            Role::Amount => options.spend,
            Role::Order | Role::Quantity | Role::Price => false,
        };
        at[role as usize] = match preset.map(|preset| (preset, first(plain, role.of_preset(preset)))) {
            None => usual(plain, role, &at),
            Some((_, Some(found))) => Some(found),
            // Beside a preset, a price or a quantity of something else is not meant.
            Some(_) if matches!(role, Role::Price | Role::Quantity) => None,
            Some((preset, None)) if options.preset != PresetChoice::Found && needed => {
                return Err(NotFound::OfPreset { preset, role, names: names.to_vec() });
            }
            Some(_) => usual(plain, role, &at),
        };
    }
    for role in [Role::Customer, Role::Date] {
        if at[role as usize].is_none() {
            return Err(NotFound::Usual { role, names: names.to_vec() });
        }
    }
    Ok(at)
}

/// The first of some names that is there.
fn first(header: &[String], names: Names) -> Option<usize> {
    names.iter().find_map(|name| header.iter().position(|other| *other == plain(name)))
}

/// Finds the columns of rules in a header.
struct Finder<'a> {
    columns: &'a mut Columns,
    plain: &'a [String],
    sparse: bool,
}

impl Slots for Finder<'_> {
    fn first(&mut self, names: Names) -> Option<usize> {
        let at = first(self.plain, names).or_else(|| {
            // In JSON a name may come later that no object of the beginning has.
            let name = (*names.first()?).to_owned();
            let known = self.columns.names.iter().position(|other| *other == name);
            known.or_else(|| {
                self.sparse.then(|| {
                    self.columns.names.push(name);
                    self.columns.names.len() - 1
                })
            })
        });
        at.map(|at| self.columns.slot_of(at))
    }

    fn every(&mut self, names: Names) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for name in names {
            if let Some(at) = self.plain.iter().position(|other| *other == plain(name)) {
                found.push(self.columns.slot_of(at));
            }
        }
        found
    }

    fn name(&self, slot: usize) -> String {
        self.columns.slot_name(slot).to_owned()
    }
}

/// Whether a column of a plain name tells the currency of amounts.
fn is_currency(name: &str) -> bool {
    ["currency", "currencycode", "currencyisocode"].iter().any(|end| name.ends_with(end))
}

/// Out of what the amount is made; columns that do not take part are forgotten.
fn measure(at: &mut [Option<usize>; 6], plain: &[String], options: &ReadOptions) -> Measure {
    let (amount, price, quantity) = (Role::Amount as usize, Role::Price as usize, Role::Quantity as usize);
    let asked_for_product = options.columns.amount.is_none() && options.columns.price.is_some();
    let price_is_amount =
        at[amount].is_some_and(|at| plain[at] == "price") && options.columns.amount.is_none();
    let product = at[price].is_some() && at[quantity].is_some();
    let measure = match (options.spend, at[amount]) {
        (true, Some(_)) if !(asked_for_product || price_is_amount && product) => Measure::Amount,
        (true, _) if product => Measure::Product,
        (true, _) if at[price].is_some() || at[amount].is_some() => {
            // A price without a quantity is what was paid.
            at[amount] = if asked_for_product { at[price] } else { at[amount].or(at[price]) };
            Measure::Amount
        }
        _ if at[quantity].is_some() => Measure::Quantity,
        _ => Measure::One,
    };
    if measure != Measure::Amount {
        at[amount] = None;
    }
    if measure != Measure::Product {
        at[price] = None;
    }
    measure
}

/// The column of a name that was given: the same, or but for case, spaces and signs.
fn position(names: &[String], name: &str, flag: &'static str) -> Result<usize, NotFound> {
    let same = names.iter().position(|other| other == name);
    let alike = || {
        let mut alike = (0..names.len()).filter(|&at| plain(&names[at]) == plain(name));
        alike.next().filter(|_| alike.next().is_none())
    };
    same.or_else(alike).ok_or_else(|| NotFound::Given { flag, name: name.into(), names: names.to_vec() })
}

/// The column that carries the surest of a role's usual names and is not taken.
fn usual(plain: &[String], role: Role, taken: &[Option<usize>; 6]) -> Option<usize> {
    let shopify =
        role == Role::Order && plain.iter().any(|name| name == "lineitemname" || name == "financialstatus");
    if shopify && let Some(at) = plain.iter().position(|name| name == "name") {
        return Some(at);
    }
    // A price may be both an amount and a price; which of them, `measure` decides.
    let free = |at: usize| {
        !taken.contains(&Some(at)) || role == Role::Price && taken[Role::Amount as usize] == Some(at)
    };
    role.usual()
        .split_ascii_whitespace()
        .find_map(|name| (0..plain.len()).find(|&at| free(at) && plain[at] == name.replace('_', "")))
}

/// How many of the roles' usual or given names a header holds: a sign that it was cut apart at the right places.
pub(super) fn recognised(names: &[String], options: &ReadOptions) -> usize {
    let plain: Vec<String> = names.iter().map(|name| plain(name)).collect();
    let none = [None; 6];
    Role::ALL
        .iter()
        .filter(|role| match role.given(&options.columns) {
            Some(name) => names.iter().any(|other| other == name),
            None => usual(&plain, **role, &none).is_some(),
        })
        .count()
}
