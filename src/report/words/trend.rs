//! The trend: what was foreseen of each period's new customers, and what is.

use super::phrases;

phrases! {
    TREND {
        en: "Is it getting better?",
        pl: "Czy jest coraz lepiej?",
        ru: "Становится ли лучше?",
        de: "Wird es besser?",
    }
    TREND_MEANS {
        en: "For the new customers of each period: what they have spent so far in their first {length}, what a model trained only on the past up to the end of that period expected of them, and what is expected of them now. When what is expected now leaves the interval of then, something has changed.",
        pl: "Dla nowych klientów każdego okresu: ile wydali do tej pory w okresie {length} od pierwszego zakupu, czego oczekiwał po nich model wytrenowany tylko na przeszłości do końca tego okresu i czego można oczekiwać teraz. Gdy obecne oczekiwanie wychodzi poza ówczesny przedział, coś się zmieniło.",
        ru: "О новых покупателях каждого периода: сколько они потратили до сих пор за первые {length}, чего ждала от них модель, обученная только на прошлом до конца этого периода, и чего ждать теперь. Если нынешнее ожидание выходит из тогдашнего интервала, что-то изменилось.",
        de: "Von den neuen Kunden jeder Periode: was sie in ihren ersten {length} bisher ausgegeben haben, was ein nur an der Vergangenheit bis zum Ende der Periode gelerntes Modell von ihnen erwartete, und was jetzt zu erwarten ist. Verlässt die heutige Erwartung das damalige Intervall, so hat sich etwas geändert.",
    }
    TREND_CAPTION {
        en: "Value of a new customer in the first {length}",
        pl: "Wartość nowego klienta w czasie {length} od pierwszego zakupu",
        ru: "Ценность нового покупателя за первые {length}",
        de: "Wert eines neuen Kunden in den ersten {length}",
    }
    SO_FAR {
        en: "So far",
        pl: "Do tej pory",
        ru: "До сих пор",
        de: "Bisher",
    }
    THEN {
        en: "Expected then",
        pl: "Oczekiwano wtedy",
        ru: "Ожидалось тогда",
        de: "Damals erwartet",
    }
    THEN_INTERVAL {
        en: "Interval then",
        pl: "Przedział wtedy",
        ru: "Интервал тогда",
        de: "Intervall damals",
    }
    NOW {
        en: "Expected now",
        pl: "Oczekuje się teraz",
        ru: "Ожидается теперь",
        de: "Jetzt erwartet",
    }
    NOW_INTERVAL {
        en: "Interval now",
        pl: "Przedział teraz",
        ru: "Интервал теперь",
        de: "Intervall jetzt",
    }
    NO_ALARM {
        en: "No period is out of line.",
        pl: "Żaden okres nie odbiega od oczekiwań.",
        ru: "Ни один период не выбивается из ожиданий.",
        de: "Keine Periode fällt aus dem Rahmen.",
    }
    ALARMS {
        en: "Out of line",
        pl: "Odbiega od oczekiwań",
        ru: "Выбивается из ожиданий",
        de: "Aus dem Rahmen",
    }
    ALARM {
        en: "{period}: {what}",
        pl: "{period}: {what}",
        ru: "{period}: {what}",
        de: "{period}: {what}",
    }
    REALISED_BELOW {
        en: "what came is below what was expected then",
        pl: "to, co przyszło, jest poniżej ówczesnych oczekiwań",
        ru: "полученное ниже того, что ожидалось тогда",
        de: "was kam, liegt unter dem damals Erwarteten",
    }
    REALISED_ABOVE {
        en: "what came is above what was expected then",
        pl: "to, co przyszło, jest powyżej ówczesnych oczekiwań",
        ru: "полученное выше того, что ожидалось тогда",
        de: "was kam, liegt über dem damals Erwarteten",
    }
    EXPECTED_BELOW {
        en: "what is expected now is below what was expected then",
        pl: "obecne oczekiwania są poniżej ówczesnych",
        ru: "нынешнее ожидание ниже тогдашнего",
        de: "die heutige Erwartung liegt unter der damaligen",
    }
    EXPECTED_ABOVE {
        en: "what is expected now is above what was expected then",
        pl: "obecne oczekiwania są powyżej ówczesnych",
        ru: "нынешнее ожидание выше тогдашнего",
        de: "die heutige Erwartung liegt über der damaligen",
    }
    LINE_BELOW {
        en: "less was expected of these customers than of those of all the periods just before",
        pl: "po tych klientach oczekiwano mniej niż po klientach wszystkich tuż poprzedzających okresów",
        ru: "от этих покупателей ожидалось меньше, чем от покупателей всех периодов прямо перед ними",
        de: "von diesen Kunden wurde weniger erwartet als von denen aller Perioden unmittelbar davor",
    }
    LINE_ABOVE {
        en: "more was expected of these customers than of those of all the periods just before",
        pl: "po tych klientach oczekiwano więcej niż po klientach wszystkich tuż poprzedzających okresów",
        ru: "от этих покупателей ожидалось больше, чем от покупателей всех периодов прямо перед ними",
        de: "von diesen Kunden wurde mehr erwartet als von denen aller Perioden unmittelbar davor",
    }
    NO_TREND {
        en: "There is no trend to tell: {why}.",
        pl: "Nie ma trendu do pokazania: {why}.",
        ru: "О тренде сказать нечего: {why}.",
        de: "Über den Trend ist nichts zu sagen: {why}.",
    }
}
