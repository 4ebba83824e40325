//! What was used, what was not, and why.

use super::super::page::{Block, Section};
use super::super::story::Story;
use super::super::table::{Cell, Head, Table};
use super::super::text::Text;
use super::super::words::{self, Speaker};
use crate::orders::Reason;

/// The section.
pub fn section(story: &Story<'_>, speaker: Speaker<'_>) -> Section {
    let ledger = story.ledger;
    let rows = Text::from(speaker.count(&words::ROWS, ledger.rows));
    let number = |n: u64| Text::strong(speaker.locale.count(n));
    let section = Section::new("rows", speaker.say(&words::USED));
    let section = if ledger.used == ledger.rows {
        section.with(speaker.tell(&words::ALL_USED, &[("rows", rows)]))
    } else {
        let values = [
            ("rows", rows),
            ("used", number(ledger.used)),
            ("refunds", number(ledger.refunds)),
            ("unused", number(ledger.unused())),
        ];
        section.with(speaker.tell(&words::SOME_USED, &values)).with(table(story, speaker))
    };
    let remarks: Vec<Text> = ledger.notes.iter().map(|note| Text::english(note.as_str())).collect();
    let section = refunds(story, speaker).into_iter().fold(section, Section::with);
    if remarks.is_empty() {
        return section;
    }
    section.with(Block::Heading(speaker.say(&words::REMARKS).into())).with(Block::List(remarks))
}

/// Every row, by what became of it.
fn table(story: &Story<'_>, speaker: Speaker<'_>) -> Table {
    let ledger = story.ledger;
    let mut heads = Table::heads(speaker, &[&words::BECAME], &[&words::ROW_COUNT]);
    heads.push(Head { text: speaker.say(&words::FIRST_AT).into(), number: false });
    let mut table = Table::new(speaker.say(&words::LEDGER_CAPTION).into(), heads).fixed();
    let mut row = |phrase, count: u64, place: Cell| {
        let number = Cell::number(speaker.locale.count(count), count as f64);
        table.rows.push(vec![Cell::text(speaker.say(phrase)), number, place]);
    };
    row(&words::ROW_KEPT, ledger.used, Cell::none());
    if ledger.refunds > 0 {
        row(&words::ROW_REFUND, ledger.refunds, Cell::none());
    }
    for reason in Reason::ALL {
        if let Some((count, places)) = ledger.left_out.get(&reason) {
            let place =
                places.first().map_or_else(Cell::none, |place| Cell::text(Text::english(place.to_string())));
            row(words::reason(reason), *count, place);
        }
    }
    row(&words::ROW_TOTAL, ledger.rows, Cell::none());
    table
}

/// What became of refunds, of orders that cost nothing, and of customers without a purchase.
fn refunds(story: &Story<'_>, speaker: Speaker<'_>) -> Vec<Text> {
    let net = story.past.netting();
    let amount = |value: f64| Text::from(super::worth(story, value, speaker));
    let mut said = Vec::new();
    if net.refunds > 0 {
        said.push(speaker.tell(
            &words::REFUNDS_MEAN,
            &[
                ("netted", amount(net.netted)),
                ("full", speaker.count(&words::ORDERS, net.orders_refunded_in_full).into()),
                ("without", speaker.count(&words::REFUNDS, net.refunds_without_order).into()),
                ("amount", amount(net.without_order)),
            ],
        ));
    }
    if net.zero_dropped > 0 {
        let orders = Text::from(speaker.locale.count(net.zero_dropped));
        said.push(speaker.tell(&words::ZERO_ORDERS, &[("orders", orders)]));
    }
    if net.customers_without_purchase > 0 {
        let customers = Text::from(speaker.locale.count(net.customers_without_purchase));
        said.push(speaker.tell(&words::NO_PURCHASE_LEFT, &[("customers", customers)]));
    }
    said
}
