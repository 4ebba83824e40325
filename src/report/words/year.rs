//! What the time ahead is worth, and how sure that is.

use super::phrases;

phrases! {
    YEAR {
        en: "What lies ahead",
        pl: "Co przed nami",
        ru: "Что впереди",
        de: "Was vor uns liegt",
    }
    LEAD {
        en: "{within} we expect the customers you have today to spend {value}, and {odds} between {lower} and {upper}.",
        pl: "{within} spodziewamy się, że obecni klienci wydadzą {value}; {odds} będzie to kwota od {lower} do {upper}.",
        ru: "{within} нынешние покупатели, как мы ожидаем, потратят {value}; {odds} сумма будет от {lower} до {upper}.",
        de: "{within} erwarten wir von Ihren heutigen Kunden einen Umsatz von {value}, {odds} zwischen {lower} und {upper}.",
    }
    LEAD_BARE {
        en: "{within} we expect the customers you have today to spend {value}. There is no interval of this sum: single customers can change it too much.",
        pl: "{within} spodziewamy się, że obecni klienci wydadzą {value}. Przedziału dla tej sumy nie ma: pojedynczy klienci mogą ją zbyt mocno zmienić.",
        ru: "{within} нынешние покупатели, как мы ожидаем, потратят {value}. Интервала для этой суммы нет: отдельные покупатели могут слишком сильно её изменить.",
        de: "{within} erwarten wir von Ihren heutigen Kunden einen Umsatz von {value}. Ein Intervall dieser Summe gibt es nicht: Einzelne Kunden können sie zu stark verändern.",
    }
    LEAD_PURCHASES {
        en: "{within} we expect the customers you have today to make {value} purchases, and {odds} between {lower} and {upper}.",
        pl: "{within} spodziewamy się, że obecni klienci dokonają {value} zakupów; {odds} będzie ich od {lower} do {upper}.",
        ru: "{within} нынешние покупатели, как мы ожидаем, сделают покупок: {value}; {odds} их будет от {lower} до {upper}.",
        de: "{within} erwarten wir von Ihren heutigen Kunden {value} Käufe, {odds} zwischen {lower} und {upper}.",
    }
    LEAD_PURCHASES_BARE {
        en: "{within} we expect the customers you have today to make {value} purchases. There is no interval of this sum.",
        pl: "{within} spodziewamy się, że obecni klienci dokonają {value} zakupów. Przedziału dla tej sumy nie ma.",
        ru: "{within} нынешние покупатели, как мы ожидаем, сделают покупок: {value}. Интервала для этой суммы нет.",
        de: "{within} erwarten wir von Ihren heutigen Kunden {value} Käufe. Ein Intervall dieser Summe gibt es nicht.",
    }
    EXPECTED_REVENUE {
        en: "Expected revenue",
        pl: "Oczekiwany przychód",
        ru: "Ожидаемая выручка",
        de: "Erwarteter Umsatz",
    }
    EXPECTED_PURCHASES {
        en: "Expected purchases",
        pl: "Oczekiwane zakupy",
        ru: "Ожидаемые покупки",
        de: "Erwartete Käufe",
    }
    STILL_BUYING {
        en: "Still customers",
        pl: "Nadal klienci",
        ru: "Остаются покупателями",
        de: "Noch Kunden",
    }
    BETWEEN {
        en: "{odds} between {lower} and {upper}",
        pl: "{odds} od {lower} do {upper}",
        ru: "{odds} от {lower} до {upper}",
        de: "{odds} zwischen {lower} und {upper}",
    }
    NO_INTERVAL {
        en: "no interval",
        pl: "brak przedziału",
        ru: "без интервала",
        de: "kein Intervall",
    }
    OF_ALL {
        en: "of {customers}: an estimate, as nobody says that they are leaving",
        pl: "z łącznej liczby {customers}: to szacunek, bo nikt nie mówi, że odchodzi",
        ru: "из общего числа {customers}: это оценка, ведь никто не говорит, что уходит",
        de: "von insgesamt {customers}: eine Schätzung, denn niemand sagt, dass er geht",
    }
    BEST_TENTH {
        en: "From the best tenth",
        pl: "Od najlepszych 10\u{a0}%",
        ru: "От лучших 10\u{a0}%",
        de: "Vom besten Zehntel",
    }
    OF_EXPECTED {
        en: "of what is expected comes from {customers}",
        pl: "oczekiwanej kwoty przypada na jedną dziesiątą: {customers}",
        ru: "ожидаемой суммы приходится на десятую часть: {customers}",
        de: "des Erwarteten kommen von {customers}",
    }
    PATH {
        en: "Expected revenue, added up month by month",
        pl: "Oczekiwany przychód, narastająco miesiąc po miesiącu",
        ru: "Ожидаемая выручка нарастающим итогом по месяцам",
        de: "Erwarteter Umsatz, Monat für Monat aufsummiert",
    }
    PATH_PURCHASES {
        en: "Expected purchases, added up month by month",
        pl: "Oczekiwane zakupy, narastająco miesiąc po miesiącu",
        ru: "Ожидаемые покупки нарастающим итогом по месяцам",
        de: "Erwartete Käufe, Monat für Monat aufsummiert",
    }
    UNTIL {
        en: "Until",
        pl: "Do dnia",
        ru: "До даты",
        de: "Bis zum",
    }
    EXPECTED {
        en: "Expected",
        pl: "Oczekiwane",
        ru: "Ожидается",
        de: "Erwartet",
    }
    READ_PATH {
        en: "The line is what we expect, the band is where the sum will lie {odds}. It counts only the customers known on {cutoff}: whoever buys for the first time later comes on top.",
        pl: "Linia to wartość oczekiwana, a pas obejmuje sumę {odds}. Liczą się tylko klienci znani w dniu {cutoff}: ci, którzy kupią po raz pierwszy później, dojdą do tego.",
        ru: "Линия — это ожидание, а в полосу сумма попадёт {odds}. Учтены только покупатели, известные на {cutoff}: те, кто впервые купит позже, добавятся сверх этого.",
        de: "Die Linie ist die Erwartung, im Band liegt die Summe {odds}. Gezählt werden nur die am {cutoff} bekannten Kunden: Wer später zum ersten Mal kauft, kommt hinzu.",
    }
    LIMITS {
        en: "The intervals know chance and how sure the model's parameters are. They do not know trends, seasons or your plans: the check on the past below shows how much that mattered.",
        pl: "Przedziały uwzględniają przypadek i niepewność parametrów modelu. Nie znają trendów, sezonów ani Twoich planów: jak wiele to znaczyło, pokazuje sprawdzian na przeszłości poniżej.",
        ru: "Интервалы учитывают случайность и неточность параметров модели. Они не знают о тренде, сезонах и ваших планах: насколько это было важно, показывает проверка на прошлом ниже.",
        de: "Die Intervalle kennen den Zufall und die Unsicherheit der Modellparameter. Trend, Saison und Ihre Pläne kennen sie nicht: Wie viel das ausmachte, zeigt unten die Prüfung an der Vergangenheit.",
    }
    LUCK_ALONE {
        en: "The intervals know chance alone, not how sure the model's parameters are, and so are too narrow.",
        pl: "Przedziały uwzględniają tylko przypadek, bez niepewności parametrów modelu, są więc zbyt wąskie.",
        ru: "Интервалы учитывают только случайность, без неточности параметров модели, поэтому они слишком узки.",
        de: "Die Intervalle kennen nur den Zufall, nicht die Unsicherheit der Modellparameter, und sind darum zu schmal.",
    }
    LAST_TIME {
        en: "Error last time",
        pl: "Błąd poprzednim razem",
        ru: "Ошибка в прошлый раз",
        de: "Fehler beim letzten Mal",
    }
    LAST_TIME_LOW {
        en: "the same forecast from {origin} was too low by that",
        pl: "o tyle za niska była taka sama prognoza z {origin}",
        ru: "на столько занижен был такой же прогноз от {origin}",
        de: "um so viel lag dieselbe Prognose vom {origin} zu niedrig",
    }
    LAST_TIME_HIGH {
        en: "the same forecast from {origin} was too high by that",
        pl: "o tyle za wysoka była taka sama prognoza z {origin}",
        ru: "на столько завышен был такой же прогноз от {origin}",
        de: "um so viel lag dieselbe Prognose vom {origin} zu hoch",
    }
}
