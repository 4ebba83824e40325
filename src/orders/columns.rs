//! Which column is what: by the name that is given, else by the usual ones.

use super::ColumnNames;
use super::amounts::text_of;
use super::policy::Policy;
use super::presets::{Names, Preset};
use crate::Error;

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

    pub fn given(self, names: &ColumnNames) -> Option<&str> {
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
    pub const fn of_preset(self, preset: &'static Preset) -> Names {
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
    pub const fn usual(self) -> &'static str {
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
    pub extra: Vec<usize>,
    /// The slot of the currency of amounts, if they are money and one is there.
    pub currency: Option<usize>,
    /// What a preset says of the rows.
    pub policy: Option<Policy>,
    /// What was found and may surprise.
    pub notes: Vec<String>,
}

impl Columns {
    /// The slot in which a column is kept, which it is from now on.
    pub fn slot_of(&mut self, column: usize) -> usize {
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

/// A name without what people vary: case, spaces, signs.
pub(crate) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
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

/// Up to `most` of some names that differ from a wrong one by the fewest letters, the nearest first; none that differ in more than half.
pub(crate) fn nearest_few<'a>(name: &str, names: impl Iterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let wanted = plain(name);
    let mut near: Vec<(usize, &str)> = Vec::new();
    for other in names {
        let distance = distance(&wanted, &plain(other));
        let worst = near.last().map_or(usize::MAX, |last| last.0);
        if distance > wanted.chars().count().max(other.chars().count()) / 2
            || (near.len() == most && distance >= worst)
        {
            continue;
        }
        near.insert(near.partition_point(|(other, _)| *other <= distance), (distance, other));
        near.truncate(most);
    }
    near.into_iter().map(|(_, name)| name).collect()
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

#[cfg(test)]
#[path = "columns_tests.rs"]
mod tests;
