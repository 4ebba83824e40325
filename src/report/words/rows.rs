//! What was used, what was not, and why.

use super::{Phrase, phrases};
use crate::orders::Reason;

phrases! {
    USED {
        en: "What was used, and what was not",
        pl: "Co wykorzystano, a czego nie",
        ru: "Что использовано, а что нет",
        de: "Was verwendet wurde und was nicht",
    }
    ALL_USED {
        en: "Every one of the {rows} was used.",
        pl: "Wykorzystano wszystko: {rows}.",
        ru: "Использовано всё: {rows}.",
        de: "Alles wurde verwendet: {rows}.",
    }
    SOME_USED {
        en: "Of {rows}, {used} were used as purchases, {refunds} as refunds, and {unused} not at all. Here is every row accounted for.",
        pl: "Razem {rows}: jako zakupy wykorzystano {used}, jako zwroty {refunds}, a {unused} wcale. Poniżej rozliczono każdy wiersz.",
        ru: "Всего {rows}: как покупки использовано {used}, как возвраты {refunds}, и {unused} не использовано вовсе. Ниже учтена каждая строка.",
        de: "Insgesamt {rows}: {used} wurden als Käufe verwendet, {refunds} als Erstattungen und {unused} gar nicht. Hier ist über jede Zeile Rechenschaft gelegt.",
    }
    LEDGER_CAPTION {
        en: "What became of every row",
        pl: "Co stało się z każdym wierszem",
        ru: "Что стало с каждой строкой",
        de: "Was aus jeder Zeile wurde",
    }
    BECAME {
        en: "What became of them",
        pl: "Co się stało",
        ru: "Что с ними стало",
        de: "Was daraus wurde",
    }
    ROW_COUNT {
        en: "Rows",
        pl: "Wiersze",
        ru: "Строки",
        de: "Zeilen",
    }
    FIRST_AT {
        en: "First seen at",
        pl: "Pierwsze miejsce",
        ru: "Первое место",
        de: "Zuerst gesehen",
    }
    ROW_KEPT {
        en: "Used as purchases",
        pl: "Wykorzystane jako zakupy",
        ru: "Использованы как покупки",
        de: "Als Käufe verwendet",
    }
    ROW_REFUND {
        en: "Used as refunds",
        pl: "Wykorzystane jako zwroty",
        ru: "Использованы как возвраты",
        de: "Als Erstattungen verwendet",
    }
    ROW_TOTAL {
        en: "All rows",
        pl: "Wszystkie wiersze",
        ru: "Все строки",
        de: "Alle Zeilen",
    }
    RAGGED {
        en: "Too many or too few fields",
        pl: "Za dużo lub za mało pól",
        ru: "Слишком много или слишком мало полей",
        de: "Zu viele oder zu wenige Felder",
    }
    NO_CUSTOMER {
        en: "Without a customer",
        pl: "Bez klienta",
        ru: "Без покупателя",
        de: "Ohne Kunden",
    }
    BAD_DATE {
        en: "The date cannot be read",
        pl: "Nieczytelna data",
        ru: "Дата не читается",
        de: "Unlesbares Datum",
    }
    BAD_AMOUNT {
        en: "The amount cannot be read",
        pl: "Nieczytelna kwota",
        ru: "Сумма не читается",
        de: "Unlesbarer Betrag",
    }
    AFTER_CUTOFF {
        en: "After the end of observation",
        pl: "Po końcu obserwacji",
        ru: "После конца наблюдения",
        de: "Nach dem Ende der Beobachtung",
    }
    REFUND_DROPPED {
        en: "Refunds, left out as asked",
        pl: "Zwroty, pominięte zgodnie z poleceniem",
        ru: "Возвраты, пропущены по просьбе",
        de: "Erstattungen, wie verlangt ausgelassen",
    }
    ZERO_DROPPED {
        en: "Cost nothing, left out as asked",
        pl: "Bez wartości, pominięte zgodnie z poleceniem",
        ru: "С нулевой суммой, пропущены по просьбе",
        de: "Ohne Betrag, wie verlangt ausgelassen",
    }
    ORDER_LINE {
        en: "Further lines of an order counted by its total",
        pl: "Kolejne pozycje zamówienia liczonego według jego sumy",
        ru: "Прочие строки заказа, учтённого по его итогу",
        de: "Weitere Zeilen einer Bestellung, die mit ihrer Summe zählt",
    }
    DAMAGED {
        en: "Damaged, or no JSON object",
        pl: "Uszkodzone lub nie są obiektem JSON",
        ru: "Повреждены или не являются объектом JSON",
        de: "Beschädigt oder kein JSON-Objekt",
    }
    TEST_ORDER {
        en: "Test orders",
        pl: "Zamówienia testowe",
        ru: "Тестовые заказы",
        de: "Testbestellungen",
    }
    CANCELLED {
        en: "Voided or cancelled",
        pl: "Unieważnione lub anulowane",
        ru: "Аннулированы или отменены",
        de: "Annulliert oder storniert",
    }
    NOT_PAID {
        en: "Not paid",
        pl: "Nieopłacone",
        ru: "Не оплачены",
        de: "Nicht bezahlt",
    }
    FAILED {
        en: "The payment failed",
        pl: "Płatność nie powiodła się",
        ru: "Платёж не прошёл",
        de: "Zahlung fehlgeschlagen",
    }
    NOT_WON {
        en: "Not won: open or lost",
        pl: "Niewygrane: otwarte lub przegrane",
        ru: "Не выиграны: открыты или проиграны",
        de: "Nicht gewonnen: offen oder verloren",
    }
    NOT_PURCHASE {
        en: "No purchase: another event or movement of money",
        pl: "Nie zakup: inne zdarzenie lub przepływ pieniędzy",
        ru: "Не покупка: другое событие или движение денег",
        de: "Kein Kauf: ein anderes Ereignis oder eine andere Geldbewegung",
    }
    REPEATED {
        en: "The same order once more",
        pl: "To samo zamówienie jeszcze raz",
        ru: "Тот же заказ ещё раз",
        de: "Dieselbe Bestellung noch einmal",
    }
    NO_CURRENCY {
        en: "Without a currency, where there are several",
        pl: "Bez waluty, gdy walut jest kilka",
        ru: "Без валюты, хотя валют несколько",
        de: "Ohne Währung, obwohl es mehrere gibt",
    }
    REFUNDS_MEAN {
        en: "Refunds reduce the order they belong to: {netted} were set off, {full} were refunded in full and count as no purchase, and {without} found no order to reduce ({amount}).",
        pl: "Zwroty pomniejszają zamówienie, do którego należą: rozliczono {netted}, w całości zwrócono {full} (nie liczą się jako zakup), a dla {without} nie znalazło się zamówienie ({amount}).",
        ru: "Возвраты уменьшают заказ, к которому относятся: зачтено {netted}; полностью возвращено {full}, они не считаются покупками; не нашли своего заказа {without} ({amount}).",
        de: "Erstattungen mindern die Bestellung, zu der sie gehören: {netted} wurden verrechnet, ganz erstattet wurden {full}, die nicht als Kauf zählen, und {without} fanden keine Bestellung ({amount}).",
    }
    NO_PURCHASE_LEFT {
        en: "Without any purchase left after refunds, and so not in this report: {customers}.",
        pl: "Po zwrotach bez żadnego zakupu, a więc poza tym raportem: {customers}.",
        ru: "После возвратов без единой покупки, поэтому не в этом отчёте: {customers}.",
        de: "Nach Erstattungen ohne einen Kauf und darum nicht in diesem Bericht: {customers}.",
    }
    ZERO_ORDERS {
        en: "Orders of zero value left out: {orders}.",
        pl: "Pominięte zamówienia o zerowej wartości: {orders}.",
        ru: "Пропущены заказы с нулевой суммой: {orders}.",
        de: "Ausgelassene Bestellungen ohne Betrag: {orders}.",
    }
    REMARKS {
        en: "Remarks of the program",
        pl: "Uwagi programu (po angielsku)",
        ru: "Замечания программы (на английском)",
        de: "Bemerkungen des Programms (auf Englisch)",
    }
}

/// Why rows were not used.
pub const fn reason(reason: Reason) -> &'static Phrase {
    match reason {
        Reason::Ragged => &RAGGED,
        Reason::NoCustomer => &NO_CUSTOMER,
        Reason::BadDate => &BAD_DATE,
        Reason::BadAmount => &BAD_AMOUNT,
        Reason::AfterCutoff => &AFTER_CUTOFF,
        Reason::RefundDropped => &REFUND_DROPPED,
        Reason::ZeroDropped => &ZERO_DROPPED,
        Reason::OrderLine => &ORDER_LINE,
        Reason::Damaged => &DAMAGED,
        Reason::TestOrder => &TEST_ORDER,
        Reason::Cancelled => &CANCELLED,
        Reason::NotPaid => &NOT_PAID,
        Reason::Failed => &FAILED,
        Reason::NotWon => &NOT_WON,
        Reason::NotPurchase => &NOT_PURCHASE,
        Reason::Repeated => &REPEATED,
        Reason::NoCurrency => &NO_CURRENCY,
    }
}
