//! Numbers in words: how many, how long, how sure.

use super::{Counted, Speaker, phrases};
use crate::units::{Horizon, HorizonUnit, Share};

/// So many customers.
pub const CUSTOMERS: Counted = Counted {
    en: ["{n} customer", "{n} customers"],
    pl: ["{n} klient", "{n} klientów", "{n} klientów"],
    ru: ["{n} покупатель", "{n} покупателя", "{n} покупателей"],
    de: ["{n} Kunde", "{n} Kunden"],
};

/// So many rows.
pub const ROWS: Counted = Counted {
    en: ["{n} row", "{n} rows"],
    pl: ["{n} wiersz", "{n} wiersze", "{n} wierszy"],
    ru: ["{n} строка", "{n} строки", "{n} строк"],
    de: ["{n} Zeile", "{n} Zeilen"],
};

/// So many orders.
pub const ORDERS: Counted = Counted {
    en: ["{n} order", "{n} orders"],
    pl: ["{n} zamówienie", "{n} zamówienia", "{n} zamówień"],
    ru: ["{n} заказ", "{n} заказа", "{n} заказов"],
    de: ["{n} Bestellung", "{n} Bestellungen"],
};

/// So many refunds.
pub const REFUNDS: Counted = Counted {
    en: ["{n} refund", "{n} refunds"],
    pl: ["{n} zwrot", "{n} zwroty", "{n} zwrotów"],
    ru: ["{n} возврат", "{n} возврата", "{n} возвратов"],
    de: ["{n} Erstattung", "{n} Erstattungen"],
};

const WITHIN_DAYS: Counted = Counted {
    en: ["in the next day", "in the next {n} days"],
    pl: ["w ciągu najbliższego dnia", "w ciągu najbliższych {n} dni", "w ciągu najbliższych {n} dni"],
    ru: ["за ближайший {n} день", "за ближайшие {n} дня", "за ближайшие {n} дней"],
    de: ["am nächsten Tag", "in den nächsten {n} Tagen"],
};

const WITHIN_WEEKS: Counted = Counted {
    en: ["in the next week", "in the next {n} weeks"],
    pl: [
        "w ciągu najbliższego tygodnia",
        "w ciągu najbliższych {n} tygodni",
        "w ciągu najbliższych {n} tygodni",
    ],
    ru: ["за ближайшую {n} неделю", "за ближайшие {n} недели", "за ближайшие {n} недель"],
    de: ["in der nächsten Woche", "in den nächsten {n} Wochen"],
};

const WITHIN_MONTHS: Counted = Counted {
    en: ["in the next month", "in the next {n} months"],
    pl: [
        "w ciągu najbliższego miesiąca",
        "w ciągu najbliższych {n} miesięcy",
        "w ciągu najbliższych {n} miesięcy",
    ],
    ru: ["за ближайший {n} месяц", "за ближайшие {n} месяца", "за ближайшие {n} месяцев"],
    de: ["im nächsten Monat", "in den nächsten {n} Monaten"],
};

const WITHIN_YEARS: Counted = Counted {
    en: ["in the next year", "in the next {n} years"],
    pl: ["w ciągu najbliższego roku", "w ciągu najbliższych {n} lat", "w ciągu najbliższych {n} lat"],
    ru: ["за ближайший {n} год", "за ближайшие {n} года", "за ближайшие {n} лет"],
    de: ["im nächsten Jahr", "in den nächsten {n} Jahren"],
};

const DAYS_LONG: Counted = Counted {
    en: ["{n} day", "{n} days"],
    pl: ["{n} dnia", "{n} dni", "{n} dni"],
    ru: ["{n} день", "{n} дня", "{n} дней"],
    de: ["{n} Tag", "{n} Tagen"],
};

const WEEKS_LONG: Counted = Counted {
    en: ["{n} week", "{n} weeks"],
    pl: ["{n} tygodnia", "{n} tygodni", "{n} tygodni"],
    ru: ["{n} неделю", "{n} недели", "{n} недель"],
    de: ["{n} Woche", "{n} Wochen"],
};

const MONTHS_LONG: Counted = Counted {
    en: ["{n} month", "{n} months"],
    pl: ["{n} miesiąca", "{n} miesięcy", "{n} miesięcy"],
    ru: ["{n} месяц", "{n} месяца", "{n} месяцев"],
    de: ["{n} Monat", "{n} Monaten"],
};

const YEARS_LONG: Counted = Counted {
    en: ["{n} year", "{n} years"],
    pl: ["{n} roku", "{n} lat", "{n} lat"],
    ru: ["{n} год", "{n} года", "{n} лет"],
    de: ["{n} Jahr", "{n} Jahren"],
};

phrases! {
    ODDS {
        en: "{k} times in {all}",
        pl: "w {k} przypadkach na {all}",
        ru: "в {k} случаях из {all}",
        de: "in {k} von {all} Fällen",
    }
    FROM_TO {
        en: "{lower} to {upper}",
        pl: "od {lower} do {upper}",
        ru: "от {lower} до {upper}",
        de: "{lower} bis {upper}",
    }
    INTERVAL {
        en: "{level} interval",
        pl: "Przedział {level}",
        ru: "Интервал {level}",
        de: "{level}-Intervall",
    }
}

impl Speaker<'_> {
    /// In the time of a horizon: "in the next 12 months".
    pub fn within(&self, horizon: Horizon) -> String {
        let (count, unit) = horizon.said();
        let counted = match unit {
            HorizonUnit::Days => WITHIN_DAYS,
            HorizonUnit::Weeks => WITHIN_WEEKS,
            HorizonUnit::Months => WITHIN_MONTHS,
            HorizonUnit::Years => WITHIN_YEARS,
        };
        let said = self.count(&counted, u64::from(count));
        // Russian has one form for 1, 21, 31, ..., but nobody says the 1.
        if count == 1 { said.replace("1 ", "") } else { said }
    }

    /// How long a horizon is, in the case that follows "in the first": "12 months".
    pub fn length(&self, horizon: Horizon) -> String {
        let (count, unit) = horizon.said();
        let counted = match unit {
            HorizonUnit::Days => DAYS_LONG,
            HorizonUnit::Weeks => WEEKS_LONG,
            HorizonUnit::Months => MONTHS_LONG,
            HorizonUnit::Years => YEARS_LONG,
        };
        self.count(&counted, u64::from(count))
    }

    /// A level in words: "9 times in 10".
    pub fn odds(&self, level: Share) -> String {
        let whole = |all: f64| (level.get() * all - (level.get() * all).round()).abs() < 1e-9;
        let all = [10.0, 100.0, 1000.0].into_iter().find(|&all| whole(all)).unwrap_or(10_000.0);
        let number = |value: f64| self.locale.count(value.round() as u64).into();
        self.tell(&ODDS, &[("k", number(level.get() * all)), ("all", number(all))]).plain()
    }

    /// A level as a head: "90 % interval".
    pub fn interval(&self, level: Share) -> String {
        let percent = 100.0 * level.get();
        let decimals = usize::from((percent - percent.round()).abs() > 1e-9);
        let level = format!("{}\u{a0}%", self.locale.number(percent, decimals));
        self.tell(&INTERVAL, &[("level", level.into())]).plain()
    }

    /// From one number to another, as they are written.
    pub fn range(&self, lower: String, upper: String) -> String {
        self.tell(&FROM_TO, &[("lower", lower.into()), ("upper", upper.into())]).plain()
    }
}
