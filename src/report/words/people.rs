//! Who is worth it, and who is leaving.

use super::phrases;

phrases! {
    WHO {
        en: "Who brings it",
        pl: "Kto to przyniesie",
        ru: "Кто это принесёт",
        de: "Wer es bringt",
    }
    SHARED_OUT {
        en: "Value is never spread evenly. The best tenth of your customers will bring {tenth} of what is expected, the better half {half}.",
        pl: "Wartość nigdy nie rozkłada się równo. Najlepsze 10\u{a0}% klientów przyniesie {tenth} oczekiwanej kwoty, a lepsza połowa {half}.",
        ru: "Ценность никогда не распределена поровну. Лучшие 10\u{a0}% покупателей принесут {tenth} ожидаемого, а лучшая половина — {half}.",
        de: "Der Wert ist nie gleichmäßig verteilt. Das beste Zehntel Ihrer Kunden wird {tenth} des Erwarteten bringen, die bessere Hälfte {half}.",
    }
    SHARES {
        en: "Share of the expected total, by tenths of the customers",
        pl: "Udział w oczekiwanej sumie według kolejnych 10\u{a0}% klientów",
        ru: "Доля в ожидаемой сумме по десятым частям покупателей",
        de: "Anteil an der erwarteten Summe, nach Zehnteln der Kunden",
    }
    BEST_FIRST {
        en: "1 is the tenth with the highest expectation",
        pl: "1 to grupa o najwyższej wartości oczekiwanej",
        ru: "1 — группа с самым высоким ожиданием",
        de: "1 ist das Zehntel mit der höchsten Erwartung",
    }
    TENTH {
        en: "Tenth",
        pl: "Grupa",
        ru: "Группа",
        de: "Zehntel",
    }
    TENTH_NAME {
        en: "Tenth {k}: {customers}, {value} in all",
        pl: "Grupa {k}: {customers}, razem {value}",
        ru: "Группа {k}: {customers}, всего {value}",
        de: "Zehntel {k}: {customers}, zusammen {value}",
    }
    SHARE {
        en: "Share",
        pl: "Udział",
        ru: "Доля",
        de: "Anteil",
    }
    BEST {
        en: "The most valuable customers",
        pl: "Najcenniejsi klienci",
        ru: "Самые ценные покупатели",
        de: "Die wertvollsten Kunden",
    }
    BEST_CAPTION {
        en: "The {n} customers of whom most is expected {within}",
        pl: "Klienci, po których najwięcej można oczekiwać {within}: pierwszych {n}",
        ru: "Покупатели, от которых ожидается больше всего {within}: первые {n}",
        de: "Die {n} Kunden, von denen {within} am meisten erwartet wird",
    }
    CUSTOMER {
        en: "Customer",
        pl: "Klient",
        ru: "Покупатель",
        de: "Kunde",
    }
    BOUGHT {
        en: "Purchases so far",
        pl: "Zakupy do tej pory",
        ru: "Покупок до сих пор",
        de: "Käufe bisher",
    }
    LAST {
        en: "Last purchase",
        pl: "Ostatni zakup",
        ru: "Последняя покупка",
        de: "Letzter Kauf",
    }
    ALIVE {
        en: "Still a customer",
        pl: "Nadal klient",
        ru: "Ещё покупатель",
        de: "Noch Kunde",
    }
    PURCHASES_AHEAD {
        en: "Expected purchases",
        pl: "Oczekiwane zakupy",
        ru: "Ожидаемые покупки",
        de: "Erwartete Käufe",
    }
    VALUE_AHEAD {
        en: "Expected value",
        pl: "Oczekiwana wartość",
        ru: "Ожидаемая ценность",
        de: "Erwarteter Wert",
    }
    AT_RISK {
        en: "At risk",
        pl: "Zagrożone",
        ru: "Под угрозой",
        de: "Gefährdet",
    }
    INTERVAL_OF_ONE {
        en: "The interval of one customer is wide, and it should be: one person’s year is mostly chance. Together they are far more predictable than one by one.",
        pl: "Przedział dla jednego klienta jest szeroki i tak ma być: o roku jednej osoby decyduje głównie przypadek. Razem są o wiele bardziej przewidywalni niż pojedynczo.",
        ru: "Интервал для одного покупателя широк, и так и должно быть: год одного человека — это в основном случай. Все вместе они куда предсказуемее, чем по одному.",
        de: "Das Intervall eines einzelnen Kunden ist breit, und das muss so sein: Das Jahr eines Menschen ist vor allem Zufall. Zusammen sind sie weit besser vorherzusagen als einzeln.",
    }
    LEAVING {
        en: "Who is leaving",
        pl: "Kto odchodzi",
        ru: "Кто уходит",
        de: "Wer geht",
    }
    LEAVING_MEANS {
        en: "These customers bought more than once and have now been silent for long, measured by their own rhythm. The chance that they are still customers is between 10 % and 70 %: not lost, but not safe. They are sorted by what is at risk: what they would bring if they stayed, times the chance that they are gone.",
        pl: "Ci klienci kupowali więcej niż raz, a teraz milczą długo jak na swój własny rytm. Prawdopodobieństwo, że nadal są klientami, wynosi od 10\u{a0}% do 70\u{a0}%: nie są straceni, ale nie są też pewni. Kolejność wyznacza to, co jest zagrożone: ile przynieśliby, gdyby zostali, pomnożone przez prawdopodobieństwo, że już odeszli.",
        ru: "Эти покупатели покупали не один раз, а теперь долго молчат, если судить по их собственному ритму. Вероятность, что они ещё покупатели, — от 10\u{a0}% до 70\u{a0}%: они не потеряны, но и не надёжны. Порядок — по сумме под угрозой: сколько они принесли бы, если останутся, умноженное на вероятность того, что они ушли.",
        de: "Diese Kunden haben mehr als einmal gekauft und schweigen nun lange, gemessen an ihrem eigenen Rhythmus. Die Wahrscheinlichkeit, dass sie noch Kunden sind, liegt zwischen 10\u{a0}% und 70\u{a0}%: nicht verloren, aber auch nicht sicher. Sortiert sind sie nach dem, was gefährdet ist: was sie brächten, wenn sie bleiben, mal der Wahrscheinlichkeit, dass sie fort sind.",
    }
    LEAVING_CAPTION {
        en: "Repeat buyers slipping away, by what is at risk {within}",
        pl: "Powracający klienci, którzy się wymykają, według zagrożonej kwoty {within}",
        ru: "Постоянные покупатели, которые ускользают, по сумме под угрозой {within}",
        de: "Stammkunden, die entgleiten, nach dem, was {within} gefährdet ist",
    }
    NOBODY_LEAVING {
        en: "Nobody is slipping away: no repeat buyer has been silent for unusually long.",
        pl: "Nikt się nie wymyka: żaden powracający klient nie milczy niezwykle długo.",
        ru: "Никто не ускользает: ни один из повторных покупателей не молчит необычно долго.",
        de: "Niemand entgleitet: Kein wiederkehrender Kunde schweigt ungewöhnlich lange.",
    }
}
