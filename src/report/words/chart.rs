//! Around charts and tables.

use super::phrases;

phrases! {
    AS_A_TABLE {
        en: "Show the numbers",
        pl: "Pokaż liczby",
        ru: "Показать числа",
        de: "Zahlen zeigen",
    }
    ARROWS {
        en: "The arrow keys read out its points; the numbers are below as a table",
        pl: "Klawisze strzałek odczytują kolejne punkty; liczby są poniżej w tabeli",
        ru: "Стрелки на клавиатуре зачитывают точки; числа приведены ниже в таблице",
        de: "Die Pfeiltasten lesen die Punkte vor; die Zahlen stehen darunter als Tabelle",
    }
    QUARTER_SHORT {
        en: "Q{k}",
        pl: "{k}\u{a0}kw.",
        ru: "{k}\u{a0}кв.",
        de: "Q{k}",
    }
    WEEK_SHORT {
        en: "W{k}",
        pl: "tydz.\u{a0}{k}",
        ru: "нед.\u{a0}{k}",
        de: "KW\u{a0}{k}",
    }
    MONTHS {
        en: "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        pl: "sty lut mar kwi maj cze lip sie wrz paź lis gru",
        ru: "янв фев мар апр май июн июл авг сен окт ноя дек",
        de: "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    }
}
