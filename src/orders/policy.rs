//! A preset in one file: where its columns stand, and what its rules say of a row.

use std::borrow::Cow;

use super::DecimalMark;
use super::amounts::{Amount, is_missing};
use super::columns::plain;
use super::presets::{Names, Preset, Test, Then};
use super::rows::{Row, Show, customer, order};
use crate::units::Money;

/// What a preset says of the rows of a file. Fields are named by the slots in which they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Policy {
    pub preset: &'static Preset,
    rules: Vec<Checks>,
    /// Who bought, where nothing stands in the column of customers.
    others: Vec<usize>,
    amount: Option<usize>,
    refunded: Option<usize>,
    refunded_of: Option<usize>,
    refund_amount: Option<usize>,
    refund_customer: Vec<usize>,
    refund_order: Option<usize>,
    /// The slot of the currency, if amounts are in its smallest unit.
    minor: Option<usize>,
    /// The slot of the names of events, if two of them may tell the same purchases.
    pub event: Option<usize>,
    /// What is said of it.
    pub note: String,
}

/// What must hold for a row, and what then becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Checks {
    all: Vec<Check>,
    then: Then,
}

/// What must hold for a field.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Check {
    slot: usize,
    test: Test,
    /// The words of the test, plain.
    words: Vec<String>,
}

/// Where columns stand: the slot of the first of some names that is there (or could be).
pub(super) trait Slots {
    /// The slot of the first that is there.
    fn first(&mut self, names: Names) -> Option<usize>;
    /// The slots of all that are there.
    fn every(&mut self, names: Names) -> Vec<usize>;
    /// The name in the file of what is kept in a slot.
    fn name(&self, slot: usize) -> String;
}

/// Which of a preset's columns were named otherwise by a flag.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Given<'a> {
    pub customer: bool,
    pub amount: bool,
    /// The names of the events that are purchases, if they are told.
    pub events: &'a [String],
}

impl Policy {
    /// Finds the columns of the rules; `amount` and `currency` are the slots of theirs, `amount` only where amounts are money.
    pub fn of(
        preset: &'static Preset,
        slots: &mut impl Slots,
        given: Given<'_>,
        (amount, currency): (Option<usize>, Option<usize>),
    ) -> Self {
        let mut rules = Vec::new();
        for rule in preset.rules {
            let check = |&(names, test)| {
                let mut check = Check::of(slots, names, test)?;
                if names == preset.event && matches!(test, Test::IsNot(_)) && !given.events.is_empty() {
                    check.words = given.events.iter().map(|name| plain(name)).collect();
                }
                Some(check)
            };
            let checks: Option<Vec<Check>> = rule.when.iter().map(check).collect();
            if let Some(all) = checks {
                rules.push(Checks { all, then: rule.then });
            }
        }
        let money = amount.is_some() && !given.amount;
        let unless = |given: bool, names: Names| if given { &[] } else { names };
        let mut policy = Self {
            preset,
            rules,
            others: slots.every(unless(given.customer, preset.customer.get(1..).unwrap_or_default())),
            amount,
            refunded: if amount.is_some() { slots.first(preset.refunded) } else { None },
            refunded_of: slots.first(unless(!money, preset.refunded_of)),
            refund_amount: slots.first(unless(!money, preset.refund_amount)),
            refund_customer: slots.every(unless(given.customer, preset.refund_customer)),
            refund_order: slots.first(preset.refund_order),
            event: slots.first(preset.event).filter(|_| preset.own_events && given.events.is_empty()),
            minor: currency.filter(|_| money && preset.minor),
            note: String::new(),
        };
        policy.note = policy.told(slots);
        policy
    }

    /// What is left to say, behind the columns of the roles.
    fn told(&self, slots: &impl Slots) -> String {
        let mut words: Vec<&str> = Vec::new();
        for rule in &self.rules {
            if let Then::LeaveOut(reason) = rule.then
                && !words.contains(&reason.words())
            {
                words.push(reason.words());
            }
        }
        let mut text = String::new();
        if let Some(slot) = self.refunded {
            text += &format!("; `{}` is set off, dated as the order", slots.name(slot));
        }
        if self.rules.iter().any(|rule| matches!(rule.then, Then::Refund)) {
            text += "; refunds are rows of their own";
        }
        if self.minor.is_some() {
            text += "; amounts are in the currency's smallest unit";
        }
        if let Some((last, others)) = words.split_last() {
            let and = if others.is_empty() { "" } else { " and " };
            text += &format!("; rows {}{and}{last} are left out", others.join(", "));
        }
        text
    }

    /// What becomes of a row.
    #[inline]
    pub fn verdict<'f>(&self, field: impl Fn(usize) -> Cow<'f, [u8]>) -> Then {
        let fits = |checks: &&Checks| checks.all.iter().all(|check| check.holds(&field(check.slot)));
        self.rules.iter().find(fits).map_or(Then::Use, |checks| checks.then)
    }

    /// Who bought, if the column of customers does not say.
    pub fn customer<'r>(&self, row: &mut Row<'r>, raw: &'r impl Show, refund: bool) {
        let slots = if refund { &self.refund_customer } else { &[][..] };
        let of = |slot: &usize| known(raw.field(*slot));
        if let Some(who) = slots.iter().find_map(of) {
            row.customer = Some(who);
        } else if row.customer.as_deref().is_none_or(is_guest) {
            row.customer = self.others.iter().find_map(of);
        }
        // An address is the same in small letters and in large.
        if let Some(who) = &mut row.customer
            && who.contains('@')
            && who.bytes().any(|byte| byte.is_ascii_uppercase())
        {
            *who = Cow::Owned(who.to_lowercase());
        }
        if refund && let Some(id) = self.refund_order.and_then(|slot| order(&raw.field(slot))) {
            row.order = Some(id);
        }
    }

    /// What was paid in a row and what of it was given back; a refund is negative.
    pub fn amounts(
        &self,
        paid: Amount,
        then: Then,
        raw: &impl Show,
        mark: Option<DecimalMark>,
    ) -> (Amount, Amount) {
        let nothing = Amount::Of(Money::ZERO);
        let read = |slot: Option<usize>| {
            slot.map_or(Amount::Missing, |slot| self.in_units(raw.amount(slot, mark), raw))
        };
        let paid = if self.minor.is_some() { self.in_units(paid, raw) } else { paid };
        if then == Then::Refund {
            let back = match read(self.refund_amount) {
                Amount::Of(back) if back != Money::ZERO => Amount::Of(back),
                _ => paid,
            };
            return (back.map(|money| Some(Money::from_micros(-money.micros().saturating_abs()))), nothing);
        }
        let Amount::Of(whole) = paid else { return (paid, nothing) };
        let back = match read(self.refunded) {
            Amount::Missing => nothing,
            back => back.map(|back| self.in_currency_of_amount(back, whole, read(self.refunded_of))),
        };
        let all = Amount::Of(whole.max(Money::ZERO));
        match back {
            Amount::Of(Money::ZERO) if then == Then::Refunded => (paid, all),
            Amount::Of(back) => (
                paid,
                Amount::Of(Money::from_micros(back.micros().saturating_abs()).min(whole.max(Money::ZERO))),
            ),
            other => (paid, other),
        }
    }

    /// What was given back, where it stands in another currency than the amount: in proportion.
    fn in_currency_of_amount(&self, back: Money, whole: Money, of: Amount) -> Option<Money> {
        match of {
            Amount::Of(of) if self.refunded_of != self.amount && of > Money::ZERO && of != whole => {
                let exact = i128::from(back.micros()) * i128::from(whole.micros());
                i64::try_from((exact + i128::from(of.micros()) / 2) / i128::from(of.micros()))
                    .ok()
                    .map(Money::from_micros)
            }
            _ => Some(back),
        }
    }

    /// An amount out of the currency's smallest unit.
    fn in_units(&self, amount: Amount, raw: &impl Show) -> Amount {
        let Some(slot) = self.minor else { return amount };
        let digits = decimals(&raw.field(slot));
        amount.map(|money| Some(Money::from_micros(money.micros() / 10i64.pow(digits))))
    }
}

/// A customer's id, if it is one: shops write 0 for guests.
fn known(field: Cow<'_, [u8]>) -> Option<Cow<'_, str>> {
    match field {
        Cow::Borrowed(field) => customer(field),
        Cow::Owned(field) => customer(&field).map(|who| Cow::Owned(who.into_owned())),
    }
    .filter(|who| !is_guest(who))
}

fn is_guest(who: &str) -> bool {
    who == "0" || who.eq_ignore_ascii_case("guest")
}

/// How many decimals a currency's smallest unit stands for, as Stripe counts (docs.stripe.com/currencies, "Zero-decimal currencies").
fn decimals(currency: &[u8]) -> u32 {
    const NONE: [&[u8]; 15] = [
        b"BIF", b"CLP", b"DJF", b"GNF", b"JPY", b"KMF", b"KRW", b"MGA", b"PYG", b"RWF", b"VND", b"VUV",
        b"XAF", b"XOF", b"XPF",
    ];
    const THREE: [&[u8]; 5] = [b"BHD", b"JOD", b"KWD", b"OMR", b"TND"];
    let is = |code: &&[u8]| currency.trim_ascii().eq_ignore_ascii_case(code);
    if NONE.iter().any(is) {
        0
    } else if THREE.iter().any(is) {
        3
    } else {
        2
    }
}

impl Check {
    fn of(slots: &mut impl Slots, names: Names, test: Test) -> Option<Self> {
        let words = match test {
            Test::Is(words) | Test::IsNot(words) | Test::Has(words) | Test::HasNot(words) => words,
            Test::Filled | Test::Negative => &[],
        };
        Some(Self { slot: slots.first(names)?, test, words: words.iter().map(|word| plain(word)).collect() })
    }

    /// Whether it holds for what stands in the field.
    fn holds(&self, field: &[u8]) -> bool {
        match self.test {
            Test::Filled => !is_missing(field.trim_ascii()),
            Test::Negative => {
                matches!(field.trim_ascii(), [b'-' | b'(', ..] | [b'$', b'-', ..] | [0xe2, 0x88, 0x92, ..])
            }
            Test::Is(_) => self.is(field),
            Test::IsNot(_) => !self.is(field),
            Test::Has(_) => self.has(field),
            Test::HasNot(_) => !self.has(field),
        }
    }

    /// Whether the field is one of the words.
    fn is(&self, field: &[u8]) -> bool {
        if !field.is_ascii() {
            let field = plain(&super::amounts::text_of(field));
            return self.words.contains(&field);
        }
        let letters = || field.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase);
        self.words.iter().any(|word| letters().eq(word.bytes()))
    }

    /// Whether one of the words is in the field.
    fn has(&self, field: &[u8]) -> bool {
        let field = plain(&super::amounts::text_of(field));
        self.words.iter().any(|word| field.contains(word.as_str()))
    }
}
