//! Method and assumptions in plain words.

use super::phrases;

phrases! {
    METHOD {
        en: "Method and assumptions",
        pl: "Metoda i założenia",
        ru: "Метод и предположения",
        de: "Methode und Annahmen",
    }
    METHOD_INTRO {
        en: "The forecast comes from models of buying that have been in the scientific literature for decades. They know only when each customer bought and for how much. What they take for granted:",
        pl: "Prognoza pochodzi z modeli zakupów znanych w literaturze naukowej od dziesięcioleci. Wiedzą one tylko, kiedy i za ile kupował każdy klient. Oto, co przyjmują:",
        ru: "Прогноз строят модели покупок, известные в научной литературе десятилетиями. Они знают только, когда и на какую сумму покупал каждый покупатель. Из чего они исходят:",
        de: "Die Prognose kommt aus Kaufmodellen, die seit Jahrzehnten in der Fachliteratur stehen. Sie wissen nur, wann jeder Kunde gekauft hat und für wie viel. Was sie voraussetzen:",
    }
    PURCHASES_TERM {
        en: "Purchases: {model}",
        pl: "Zakupy: {model}",
        ru: "Покупки: {model}",
        de: "Käufe: {model}",
    }
    SPEND_TERM {
        en: "Value of a purchase: {model}",
        pl: "Wartość zakupu: {model}",
        ru: "Сумма покупки: {model}",
        de: "Wert eines Kaufs: {model}",
    }
    AFTER_A_PURCHASE {
        en: "While they are customers, people buy at random moments, each at a rate of their own. After a purchase each may leave for good, with a chance of their own. Both stay the same over time.",
        pl: "Dopóki ktoś jest klientem, kupuje w losowych chwilach, we własnym tempie. Po zakupie może odejść na zawsze, z własnym prawdopodobieństwem. Jedno i drugie nie zmienia się w czasie.",
        ru: "Пока человек остаётся покупателем, он покупает в случайные моменты, в своём темпе. После покупки он может уйти навсегда, со своей вероятностью. И то и другое не меняется со временем.",
        de: "Solange sie Kunden sind, kaufen Menschen zu zufälligen Zeitpunkten, jeder in eigenem Takt. Nach einem Kauf kann jeder für immer gehen, mit eigener Wahrscheinlichkeit. Beides ändert sich mit der Zeit nicht.",
    }
    AT_ANY_TIME {
        en: "While they are customers, people buy at moments of their own rhythm. They may leave for good at any moment, each at a rate of their own, without saying so. Both stay the same over time.",
        pl: "Dopóki ktoś jest klientem, kupuje we własnym rytmie. W każdej chwili może odejść na zawsze, we własnym tempie i bez słowa. Jedno i drugie nie zmienia się w czasie.",
        ru: "Пока человек остаётся покупателем, он покупает в своём ритме. В любой момент он может уйти навсегда, со своей частотой и не сказав об этом. И то и другое не меняется со временем.",
        de: "Solange sie Kunden sind, kaufen Menschen in eigenem Rhythmus. Jederzeit können sie für immer gehen, jeder mit eigener Rate und ohne es zu sagen. Beides ändert sich mit der Zeit nicht.",
    }
    NEVER_LEAVES {
        en: "People buy at random moments, each at a rate of their own that stays the same. Nobody ever leaves, so the forecast is too high where customers do.",
        pl: "Ludzie kupują w losowych chwilach, każdy we własnym, stałym tempie. Nikt nigdy nie odchodzi, więc prognoza jest za wysoka tam, gdzie klienci odchodzą.",
        ru: "Люди покупают в случайные моменты, каждый в своём неизменном темпе. Никто никогда не уходит, поэтому прогноз завышен там, где покупатели уходят.",
        de: "Menschen kaufen zu zufälligen Zeitpunkten, jeder in eigenem, gleichbleibendem Takt. Niemand geht je fort, darum ist die Prognose zu hoch, wo Kunden doch gehen.",
    }
    REGULARLY {
        en: "While they are customers, people buy at intervals that are more regular than chance. After a purchase each may leave for good, with a chance of their own. Both stay the same over time.",
        pl: "Dopóki ktoś jest klientem, kupuje w odstępach bardziej regularnych niż przypadkowe. Po zakupie może odejść na zawsze, z własnym prawdopodobieństwem. Jedno i drugie nie zmienia się w czasie.",
        ru: "Пока человек остаётся покупателем, промежутки между его покупками ровнее случайных. После покупки он может уйти навсегда, со своей вероятностью. И то и другое не меняется со временем.",
        de: "Solange sie Kunden sind, kaufen Menschen in Abständen, die regelmäßiger sind als der Zufall. Nach einem Kauf kann jeder für immer gehen, mit eigener Wahrscheinlichkeit. Beides ändert sich mit der Zeit nicht.",
    }
    GAMMA_GAMMA {
        en: "Each customer has a mean value of a purchase of their own, which stays the same and does not depend on how often they buy. Of those with few purchases the mean of all customers is taken into account: the fewer, the more.",
        pl: "Każdy klient ma własną średnią wartość zakupu, która się nie zmienia i nie zależy od częstości zakupów. Im mniej zakupów, tym bardziej uwzględnia się średnią wszystkich klientów.",
        ru: "У каждого покупателя своя средняя сумма покупки; она не меняется и не зависит от частоты покупок. Чем меньше покупок, тем больше учитывается среднее по всем.",
        de: "Jeder Kunde hat einen eigenen mittleren Wert eines Kaufs, der gleich bleibt und nicht davon abhängt, wie oft er kauft. Je weniger Käufe, desto mehr zählt der Mittelwert aller Kunden.",
    }
    NO_SPEND {
        en: "Money is not modelled here: everything above counts purchases.",
        pl: "Pieniądze nie są tu modelowane: wszystko powyżej liczy zakupy.",
        ru: "Деньги здесь не моделируются: всё выше считает покупки.",
        de: "Geld wird hier nicht modelliert: Alles oben zählt Käufe.",
    }
    NEWCOMERS_TERM {
        en: "New customers",
        pl: "Nowi klienci",
        ru: "Новые покупатели",
        de: "Neue Kunden",
    }
    NEWCOMERS_MEANS {
        en: "They are in none of the forecasts: everything expected here comes from people who had bought by {cutoff}.",
        pl: "Nie ma ich w żadnej prognozie: wszystko, czego tu oczekujemy, pochodzi od osób, które kupiły do {cutoff}.",
        ru: "Их нет ни в одном прогнозе: всё ожидаемое здесь — от тех, кто купил до {cutoff} включительно.",
        de: "Sie stehen in keiner Prognose: Alles hier Erwartete kommt von Menschen, die bis zum {cutoff} gekauft hatten.",
    }
    ALIVE_TERM {
        en: "Still a customer",
        pl: "Nadal klient",
        ru: "Ещё покупатель",
        de: "Noch Kunde",
    }
    ALIVE_MEANS {
        en: "In a shop nobody cancels: customers simply stop coming. The model gives the probability that somebody has not stopped, from how often they bought and how long they have been silent.",
        pl: "W sklepie nikt nie wypowiada umowy: klienci po prostu przestają przychodzić. Model podaje prawdopodobieństwo, że ktoś nie przestał, na podstawie częstości zakupów i długości milczenia.",
        ru: "В магазине никто не расторгает договор: покупатели просто перестают приходить. Модель даёт вероятность, что человек не перестал, — по частоте покупок и длине молчания.",
        de: "In einem Laden kündigt niemand: Kunden kommen einfach nicht mehr. Das Modell nennt die Wahrscheinlichkeit, dass jemand nicht aufgehört hat, aus der Häufigkeit seiner Käufe und der Länge seines Schweigens.",
    }
    INTERVAL_TERM {
        en: "Interval",
        pl: "Przedział",
        ru: "Интервал",
        de: "Intervall",
    }
    INTERVAL_MEANS {
        en: "What really happens lies within it {odds}, if the model is right. That of a sum is narrow because luck evens out over many customers.",
        pl: "Jeśli model jest trafny, rzeczywistość mieści się w nim {odds}. Dla sumy jest wąski, bo przy wielu klientach szczęście się wyrównuje.",
        ru: "Если модель верна, действительность лежит в нём {odds}. У суммы он узок, потому что случайности многих покупателей уравновешиваются.",
        de: "Stimmt das Modell, liegt die Wirklichkeit {odds} darin. Bei einer Summe ist es schmal, weil sich das Glück über viele Kunden ausgleicht.",
    }
    PURCHASE_TERM {
        en: "A purchase",
        pl: "Zakup",
        ru: "Покупка",
        de: "Ein Kauf",
    }
    PURCHASE_DAY {
        en: "Everything that a customer orders on one day is one purchase, less refunds.",
        pl: "Wszystko, co klient zamawia jednego dnia, to jeden zakup, po odjęciu zwrotów.",
        ru: "Всё, что покупатель заказал за один день, — одна покупка, за вычетом возвратов.",
        de: "Alles, was ein Kunde an einem Tag bestellt, ist ein Kauf, abzüglich Erstattungen.",
    }
    PURCHASE_HOUR {
        en: "Everything that a customer orders within one hour is one purchase, less refunds.",
        pl: "Wszystko, co klient zamawia w ciągu jednej godziny, to jeden zakup, po odjęciu zwrotów.",
        ru: "Всё, что покупатель заказал за один час, — одна покупка, за вычетом возвратов.",
        de: "Alles, was ein Kunde in einer Stunde bestellt, ist ein Kauf, abzüglich Erstattungen.",
    }
    PURCHASE_ORDER {
        en: "Every order is one purchase, less refunds.",
        pl: "Każde zamówienie to jeden zakup, po odjęciu zwrotów.",
        ru: "Каждый заказ — одна покупка, за вычетом возвратов.",
        de: "Jede Bestellung ist ein Kauf, abzüglich Erstattungen.",
    }
    PARAMETERS {
        en: "Parameters of the models, times in {unit}",
        pl: "Parametry modeli, czas w jednostce: {unit}",
        ru: "Параметры моделей, время в единицах: {unit}",
        de: "Parameter der Modelle, Zeiten in {unit}",
    }
    PARAMETER {
        en: "Parameter",
        pl: "Parametr",
        ru: "Параметр",
        de: "Parameter",
    }
    ESTIMATE {
        en: "Estimate",
        pl: "Oszacowanie",
        ru: "Оценка",
        de: "Schätzung",
    }
    STANDARD_ERROR {
        en: "Standard error",
        pl: "Błąd standardowy",
        ru: "Стандартная ошибка",
        de: "Standardfehler",
    }
    HOURS {
        en: "hours",
        pl: "godziny",
        ru: "часы",
        de: "Stunden",
    }
    QUARTERS {
        en: "quarters",
        pl: "kwartały",
        ru: "кварталы",
        de: "Quartalen",
    }
    DAYS {
        en: "days",
        pl: "dni",
        ru: "дни",
        de: "Tagen",
    }
    WEEKS {
        en: "weeks",
        pl: "tygodnie",
        ru: "недели",
        de: "Wochen",
    }
    MONTHS_UNIT {
        en: "months",
        pl: "miesiące",
        ru: "месяцы",
        de: "Monaten",
    }
    YEARS {
        en: "years",
        pl: "lata",
        ru: "годы",
        de: "Jahren",
    }
    CHARTS_HOW {
        en: "Numbers in this report are rounded; the files that ltv run writes hold every digit.",
        pl: "Liczby w tym raporcie są zaokrąglone; pliki, które zapisuje ltv run, zawierają wszystkie cyfry.",
        ru: "Числа в отчёте округлены; файлы, которые пишет ltv run, содержат все знаки.",
        de: "Die Zahlen in diesem Bericht sind gerundet; die Dateien von ltv run enthalten jede Stelle.",
    }
}
