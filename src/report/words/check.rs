//! How well the model did in the past.

use super::phrases;

phrases! {
    CHECK {
        en: "Was it right before?",
        pl: "Czy sprawdziło się wcześniej?",
        ru: "Было ли это верно раньше?",
        de: "Stimmte es früher?",
    }
    CHECK_HOW {
        en: "We went back to {origin}, fitted the same model to what was known by then, and let it forecast {customers} until {until}. Nothing that came later was looked at.",
        pl: "Cofnęliśmy się do {origin}, dopasowaliśmy ten sam model do tego, co było wtedy wiadomo, i kazaliśmy mu przewidzieć okres do {until} ({customers}). Niczego późniejszego model nie widział.",
        ru: "Мы вернулись к {origin}, подогнали ту же модель к тому, что было тогда известно, и составили прогноз до {until} ({customers}). Ничего более позднего модель не видела.",
        de: "Wir sind zum {origin} zurückgegangen, haben dasselbe Modell an das damals Bekannte angepasst und bis zum {until} vorhersagen lassen ({customers}). Nichts Späteres wurde angesehen.",
    }
    TOO_LOW {
        en: "It expected {predicted}; {actual} came. The forecast was {bias} too low.",
        pl: "Oczekiwał {predicted}, przyszło {actual}. Prognoza była o {bias} za niska.",
        ru: "Ожидалось {predicted}, получилось {actual}. Прогноз был на {bias} ниже действительности.",
        de: "Erwartet wurden {predicted}, gekommen sind {actual}. Die Prognose lag {bias} zu niedrig.",
    }
    TOO_HIGH {
        en: "It expected {predicted}; {actual} came. The forecast was {bias} too high.",
        pl: "Oczekiwał {predicted}, przyszło {actual}. Prognoza była o {bias} za wysoka.",
        ru: "Ожидалось {predicted}, получилось {actual}. Прогноз был на {bias} выше действительности.",
        de: "Erwartet wurden {predicted}, gekommen sind {actual}. Die Prognose lag {bias} zu hoch.",
    }
    BEAR_IN_MIND {
        en: "Read the figures above with that in mind: if the same holds again, they are off by about as much. A trend, a season or a campaign may be behind it.",
        pl: "Warto o tym pamiętać, czytając powyższe liczby: jeśli będzie tak samo, mylą się o podobną część. Za tym może stać trend, sezon albo kampania.",
        ru: "Помните об этом, читая числа выше: если так будет и дальше, они ошибаются примерно на столько же. За этим могут стоять тренд, сезон или рекламная кампания.",
        de: "Lesen Sie die Zahlen oben damit im Sinn: Gilt dasselbe wieder, liegen sie etwa ebenso weit daneben. Dahinter kann ein Trend, eine Saison oder eine Kampagne stehen.",
    }
    CLOSE {
        en: "That is close: the figures above deserve trust, as far as the future is like the past.",
        pl: "To blisko: powyższym liczbom można ufać, o ile przyszłość będzie podobna do przeszłości.",
        ru: "Это близко: числам выше можно доверять, насколько будущее похоже на прошлое.",
        de: "Das ist nah: Die Zahlen oben verdienen Vertrauen, soweit die Zukunft der Vergangenheit gleicht.",
    }
    NO_CHECK {
        en: "There is no check on the past for these orders: {why}. Take the figures above with care.",
        pl: "Dla tych zamówień nie ma sprawdzianu na przeszłości: {why}. Powyższe liczby traktuj ostrożnie.",
        ru: "Для этих заказов проверки на прошлом нет: {why}. Относитесь к числам выше с осторожностью.",
        de: "Für diese Bestellungen gibt es keine Prüfung an der Vergangenheit: {why}. Nehmen Sie die Zahlen oben mit Vorsicht.",
    }
    CHECK_CAPTION {
        en: "Forecast from {origin} until {until}, and what came",
        pl: "Prognoza z {origin} do {until} i to, co przyszło",
        ru: "Прогноз с {origin} до {until} и то, что получилось",
        de: "Prognose vom {origin} bis zum {until}, und was kam",
    }
    WHAT {
        en: "What, and by which rule",
        pl: "Co i według jakiej reguły",
        ru: "Что и по какому правилу",
        de: "Was, und nach welcher Regel",
    }
    PURCHASES_BY {
        en: "Purchases, {model}",
        pl: "Zakupy, {model}",
        ru: "Покупки, {model}",
        de: "Käufe, {model}",
    }
    REVENUE_BY {
        en: "Revenue, {model}",
        pl: "Przychód, {model}",
        ru: "Выручка, {model}",
        de: "Umsatz, {model}",
    }
    NAIVE_RATE {
        en: "everyone as often as so far",
        pl: "każdy tak często jak dotąd",
        ru: "все так же часто, как раньше",
        de: "alle so oft wie bisher",
    }
    NAIVE_MEAN {
        en: "everyone like the average",
        pl: "każdy jak przeciętny",
        ru: "все как в среднем",
        de: "alle wie der Durchschnitt",
    }
    PREDICTED {
        en: "Predicted",
        pl: "Prognoza",
        ru: "Прогноз",
        de: "Vorhergesagt",
    }
    HAPPENED {
        en: "What came",
        pl: "Rzeczywistość",
        ru: "Получилось",
        de: "Eingetreten",
    }
    ERROR {
        en: "Error of the total",
        pl: "Błąd sumy",
        ru: "Ошибка суммы",
        de: "Fehler der Summe",
    }
    ERROR_OF_ONE {
        en: "Mean error per customer",
        pl: "Średni błąd na klienta",
        ru: "Средняя ошибка на покупателя",
        de: "Mittlerer Fehler je Kunde",
    }
    HELD {
        en: "{interval} held",
        pl: "{interval}: trafiony",
        ru: "{interval}: верен",
        de: "{interval} traf zu",
    }
    HELD_MEANS {
        en: "The last column is the part of the customers whose own interval held; it should be close to the level it names, and may be above it. The two rules below the model are what a spreadsheet would have said.",
        pl: "Ostatnia kolumna to część klientów, u których ich własny przedział się sprawdził; powinna być bliska podanemu poziomowi i może go przekraczać. Dwie reguły pod modelem to to, co powiedziałby arkusz kalkulacyjny.",
        ru: "Последний столбец — доля покупателей, чей собственный интервал оказался верен; она должна быть близка к указанному уровню и может его превышать. Два правила под моделью — то, что сказала бы электронная таблица.",
        de: "Die letzte Spalte ist der Teil der Kunden, deren eigenes Intervall zutraf; er soll nahe an der genannten Höhe liegen und darf darüber sein. Die zwei Regeln unter dem Modell sind das, was eine Tabellenkalkulation gesagt hätte.",
    }
    BY_TENTHS {
        en: "Forecast and reality by tenths of the customers, mean revenue each",
        pl: "Prognoza i rzeczywistość według kolejnych 10\u{a0}% klientów, średni przychód na klienta",
        ru: "Прогноз и действительность по десятым частям покупателей, средняя выручка на каждого",
        de: "Prognose und Wirklichkeit nach Zehnteln der Kunden, mittlerer Umsatz je Kunde",
    }
    BY_TENTHS_PURCHASES {
        en: "Forecast and reality by tenths of the customers, mean purchases each",
        pl: "Prognoza i rzeczywistość według kolejnych 10\u{a0}% klientów, średnia liczba zakupów",
        ru: "Прогноз и действительность по десятым частям покупателей, среднее число покупок",
        de: "Prognose und Wirklichkeit nach Zehnteln der Kunden, mittlere Käufe je Kunde",
    }
    BY_TENTHS_MEANS {
        en: "Each pair is a tenth of the customers of that time, the most promising one first. Where dot and bar end at one height, the model knew not only how much would come, but from whom.",
        pl: "Każda para to 10\u{a0}% ówczesnych klientów, najbardziej obiecujący najpierw. Gdzie kropka i słupek sięgają tej samej wysokości, model wiedział nie tylko, ile przyjdzie, ale i od kogo.",
        ru: "Каждая пара — десятая часть тогдашних покупателей, самые многообещающие первыми. Где точка и столбик на одной высоте, модель знала не только, сколько придёт, но и от кого.",
        de: "Jedes Paar ist ein Zehntel der damaligen Kunden, das vielversprechendste zuerst. Wo Punkt und Balken gleich hoch enden, wusste das Modell nicht nur, wie viel kommt, sondern auch von wem.",
    }
    NEWCOMERS_THEN {
        en: "{customers} came for the first time after {origin} and are in no forecast from that day: {value} of later sales were theirs.",
        pl: "Po {origin} po raz pierwszy kupiło: {customers}. Żadna prognoza z tego dnia ich nie obejmuje; z późniejszej sprzedaży przypada na nich {value}.",
        ru: "После {origin} впервые купили: {customers}. Ни в один прогноз от этого дня они не входят; из дальнейших продаж на них пришлось {value}.",
        de: "Nach dem {origin} kauften zum ersten Mal: {customers}. Sie stehen in keiner Prognose von diesem Tag; vom späteren Umsatz entfielen {value} auf sie.",
    }
}
