//! Which column is what: by the name that is given, else by the usual ones.

use super::amounts::text_of;
use super::policy::{Given, Policy, Slots};
use super::presets::{Names, Preset};
use super::{ColumnNames, PresetChoice, ReadOptions};
use crate::{Error, Result};

/// How many roles there are.
pub(super) const ROLES: usize = 6;

/// What a column may mean to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Customer,
    Date,
    Amount,
    Order,
    Quantity,
    Price,
}

impl Role {
    pub const ALL: [Self; 6] =
        [Self::Customer, Self::Date, Self::Amount, Self::Order, Self::Quantity, Self::Price];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Date => "date",
            Self::Amount => "amount",
            Self::Order => "order",
            Self::Quantity => "quantity",
            Self::Price => "price",
        }
    }

    fn given(self, names: &ColumnNames) -> Option<&str> {
        match self {
            Self::Customer => &names.customer,
            Self::Date => &names.date,
            Self::Amount => &names.amount,
            Self::Order => &names.order,
            Self::Quantity => &names.quantity,
            Self::Price => &names.price,
        }
        .as_deref()
    }

    /// What a preset calls it.
    const fn of_preset(self, preset: &'static Preset) -> Names {
        match self {
            Self::Customer => preset.customer,
            Self::Date => preset.date,
            Self::Amount => preset.amount,
            Self::Order => preset.order,
            Self::Quantity | Self::Price => &[],
        }
    }

    /// The usual names, without spaces and signs, the surest first: where two columns fit, the one that stands earlier here
    /// is taken.
    const fn usual(self) -> &'static str {
        match self {
            Self::Customer => {
                "customerid customer_key customerno customernumber custid cust customeruuid customeruniqueid idcustomer \
                 clientid clientno clientnumber userid useruuid memberid shopperid buyerid accountid accountnumber \
                 householdid householdkey contactid visitorid cardid loyaltyid customeruser customer client user \
                 buyer shopper member account household contact customeremail emailaddress email buyeremail \
                 useremail billingemail customeremailaddress buyerusername customercode accountname customername \
                 clientname billtoname billingname id"
            }
            Self::Date => {
                "orderdate dateadd invoicedate purchasedate transactiondate saledate salesdate orderedat orderdatetime \
                 orderpurchasetimestamp ordertimestamp ordertime orderplaced orderplacedat purchasetimestamp \
                 purchasedat purchasetime transactiontime transactiontimestamp processedat datecreated \
                 createdat createdutc createddateutc created createdon createddate creationdate paidat paiddate \
                 datepaid dateplaced placedat closedate closedate postingdate bookingdate paymentdate billdate \
                 documentdate eventtime eventtimestamp eventdate timestamp datetime date day time t"
            }
            Self::Amount => {
                "amount lineamount linetotal lineitemtotal itemtotal totalamount orderamount ordertotal ordervalue \
                 grandtotal grandtotalpurchased grandtotalbase totalpaid totalpaidreal totalpaidtaxincl totalprice total netsales grosssales \
                 totalcollected netamount grossamount netrevenue revenue sales salesamount salesvalue spend spent \
                 amountpaid paidamount paymentvalue payment transactionamount purchaseamount invoicetotal invoiceamount \
                 totalsum totalvalue totalsales totalrevenue turnover value monetaryvalue monetary amt sum price"
            }
            Self::Order => {
                "orderid ordernumber orderno ordername ordernum invoiceid invoiceno invoicenumber invoice \
                 transactionid transactionno transactionnumber receiptid receiptno receiptnumber receipt basketid \
                 idorder orderreference incrementid saleid paymentid salesorderid salesorder purchaseid \
                 documentno documentnumber billno checkoutid order basket"
            }
            Self::Quantity => {
                "quantity qty quantityordered orderquantity orderqty quantitysold lineitemquantity itemquantity units \
                 unitssold unitsold productquantity itemqty lineqty numberofitems noofitems pieces pcs cds count items"
            }
            Self::Price => {
                "unitprice price itemprice lineitemprice priceperunit pricepereach priceeach sellingprice unitcost \
                 productprice itemcost listprice"
            }
        }
    }
}

/// Out of what the amount of a row is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// The amount stands there.
    Amount,
    /// The price of one times their number.
    Product,
    /// There is no money; the number of things tells which part of an order came back.
    Quantity,
    /// There is neither: every row weighs the same.
    One,
}

impl Measure {
    pub const fn is_money(self) -> bool {
        matches!(self, Self::Amount | Self::Product)
    }
}

/// Where the columns of a file stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    /// All names, as they stand in the file.
    pub names: Vec<String>,
    /// Where each [`Role`] stands.
    pub at: [Option<usize>; ROLES],
    /// Where each attribute that is asked for stands.
    pub attributes: Vec<usize>,
    pub measure: Measure,
    /// The amount is that of a whole order, by its name (or was given and may be).
    pub maybe_total: bool,
    /// Dates carry no zone but are in UTC, by the column's name.
    pub utc: bool,
    /// Further columns that are kept: those of the rules and of the currency.
    extra: Vec<usize>,
    /// The slot of the currency of amounts, if they are money and one is there.
    pub currency: Option<usize>,
    /// What a preset says of the rows.
    pub policy: Option<Policy>,
    /// What was found and may surprise.
    pub notes: Vec<String>,
}

impl Columns {
    /// Finds the columns in a header.
    pub fn find(names: Vec<String>, options: &ReadOptions) -> Result<Self, NotFound> {
        Self::find_in(names, false, options)
    }

    /// Finds the columns in a header; a `sparse` one, of JSON, may lack columns that come later.
    pub fn find_in(names: Vec<String>, sparse: bool, options: &ReadOptions) -> Result<Self, NotFound> {
        let mut at = [None; 6];
        for role in Role::ALL {
            if let Some(name) = role.given(&options.columns) {
                at[role as usize] = Some(position(&names, name, role.name())?);
            }
        }
        let plain: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let preset = match options.preset {
            PresetChoice::Found => Preset::found(&plain),
            PresetChoice::None => None,
            PresetChoice::Named(name) => Preset::named(name, &plain),
        };
        for role in Role::ALL {
            if at[role as usize].is_none() {
                at[role as usize] = match preset.map(|preset| (preset, role.of_preset(preset))) {
                    Some((_, usual_of_preset))
                        if usual_of_preset.iter().any(|name| plain.contains(&self::plain(name))) =>
                    {
                        usual_of_preset
                            .iter()
                            .find_map(|name| plain.iter().position(|other| *other == self::plain(name)))
                    }
                    // Beside a preset, a price or a quantity of something else is not meant.
                    Some(_) if matches!(role, Role::Price | Role::Quantity) => None,
                    Some((preset, _)) if options.preset != PresetChoice::Found && role != Role::Order => {
                        return Err(NotFound::OfPreset { preset, role, names });
                    }
                    _ => usual(&plain, role, &at),
                };
            }
        }
        for role in [Role::Customer, Role::Date] {
            if at[role as usize].is_none() {
                return Err(NotFound::Usual { role, names });
            }
        }
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
            if options.preset == PresetChoice::Found
                && let Some((preset, missing)) = Preset::nearly(plain)
            {
                self.notes.push(format!(
                    "it looks like {} but has no column `{missing}`, so it is read without the rules for such files \
                     (--preset {} applies those that can be)",
                    preset.title, preset.name
                ));
            }
            return;
        };
        let given =
            Given { customer: options.columns.customer.is_some(), amount: options.columns.amount.is_some() };
        let money = self.measure.is_money().then_some(Role::Amount as usize);
        let currency = self.currency;
        let policy =
            Policy::of(preset, &mut Finder { columns: self, plain, sparse }, given, (money, currency));
        let mut note = format!("read as {}: ", preset.title);
        let roles = Role::ALL
            .iter()
            .filter_map(|&role| self.at(role).map(|_| format!("{} `{}`", role.name(), self.name(role))));
        note += &roles.collect::<Vec<_>>().join(", ");
        note += &format!("{} (--preset none takes rows as they stand)", policy.note);
        self.notes.push(note);
        self.policy = Some(policy);
    }

    /// The slot in which a column is kept, which it is from now on.
    fn slot_of(&mut self, column: usize) -> usize {
        let at = self.slots().iter().position(|slot| *slot == Some(column));
        at.unwrap_or_else(|| {
            self.extra.push(column);
            ROLES + self.attributes.len() + self.extra.len() - 1
        })
    }

    pub const fn at(&self, role: Role) -> Option<usize> {
        self.at[role as usize]
    }

    /// The columns whose fields are kept, slot by slot: those of the roles, then those of attributes, then those of rules.
    pub fn slots(&self) -> Vec<Option<usize>> {
        let mut slots = self.at.to_vec();
        slots.extend(self.attributes.iter().chain(&self.extra).map(|&at| Some(at)));
        // A column's field is kept once, in its first slot.
        for slot in 1..slots.len() {
            if slots[..slot].contains(&slots[slot]) {
                slots[slot] = None;
            }
        }
        slots
    }

    /// The slot in which each attribute's field is kept.
    pub fn attribute_slots(&self) -> Vec<usize> {
        let slots = self.slots();
        let slot = |at: &usize| slots.iter().position(|slot| *slot == Some(*at));
        self.attributes.iter().filter_map(slot).collect()
    }

    /// The name of the column that is kept in a slot.
    pub fn slot_name(&self, slot: usize) -> &str {
        self.slots().get(slot).copied().flatten().map_or("", |at| self.names[at].as_str())
    }

    /// The column that tells how much.
    pub const fn money(&self) -> Role {
        match self.measure {
            Measure::Amount => Role::Amount,
            Measure::Product => Role::Price,
            Measure::Quantity | Measure::One => Role::Quantity,
        }
    }

    /// The name of a role's column in this file.
    pub fn name(&self, role: Role) -> &str {
        self.at(role).map_or(role.name(), |at| &self.names[at])
    }
}

/// Finds the columns of rules in a header.
struct Finder<'a> {
    columns: &'a mut Columns,
    plain: &'a [String],
    sparse: bool,
}

impl Slots for Finder<'_> {
    fn first(&mut self, names: Names) -> Option<usize> {
        let there = |name: &&str| self.plain.iter().position(|other| *other == plain(name));
        let at = names.iter().find_map(there).or_else(|| {
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

/// A name without what people vary: case, spaces, signs.
pub(crate) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
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

/// A column that is needed and not there.
#[derive(Debug)]
pub(super) enum NotFound {
    /// The name was given.
    Given { flag: &'static str, name: String, names: Vec<String> },
    /// None of the names of a preset that was asked for is there.
    OfPreset { preset: &'static Preset, role: Role, names: Vec<String> },
    /// None of the usual names is there.
    Usual { role: Role, names: Vec<String> },
}

impl NotFound {
    /// As an error that names the way out.
    pub fn in_file(self, file: &std::path::Path) -> Error {
        match self {
            Self::Given { flag, name, names } => {
                let nearest =
                    nearest(&name, &names).map_or(String::new(), |near| format!(" did you mean `{near}`?"));
                Error::usage(format!(
                    "{} has no column `{name}` (--{});{nearest}\n  its columns are: {}",
                    file.display(),
                    flag,
                    names.join(", ")
                ))
            }
            Self::OfPreset { preset, role, names } => Error::usage(format!(
                "{} is not {} (--preset {}): it has no column of the {}, which is one of {}; name it with --{}, or leave \
                 --preset out\n  its columns are: {}",
                file.display(),
                preset.title,
                preset.name,
                role.name(),
                role.of_preset(preset).join(", "),
                role.name(),
                names.join(", ")
            )),
            Self::Usual { role, names } => Error::usage(format!(
                "no column of {} looks like the {}; name it with --{}\n  its columns are: {}",
                file.display(),
                role.name(),
                role.name(),
                names.join(", ")
            )),
        }
    }
}

/// The name that differs from a wrong one by the fewest letters.
pub(crate) fn nearest<'a>(name: &str, names: &'a [String]) -> Option<&'a str> {
    let wanted = plain(name);
    names
        .iter()
        .map(|other| (distance(&wanted, &plain(other)), other))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, other)| *distance <= wanted.chars().count().max(other.chars().count()) / 2)
        .map(|(_, other)| other.as_str())
}

/// How many letters must be put in, taken out or changed (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// The names in a header row.
pub(super) fn names(fields: &[Vec<u8>]) -> Vec<String> {
    fields.iter().map(|field| text_of(field).trim().to_string()).collect()
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

#[cfg(test)]
#[path = "columns_tests.rs"]
mod tests;
