//! Segments of the lifecycle.

use super::{Phrase, phrases};

phrases! {
    SEGMENTS {
        en: "Where your customers stand",
        pl: "Na jakim etapie są Twoi klienci",
        ru: "На каком этапе ваши покупатели",
        de: "Wo Ihre Kunden stehen",
    }
    SEGMENTS_CAPTION {
        en: "Customers by where they stand, and what is expected of them {within}",
        pl: "Klienci według etapu i czego można po nich oczekiwać {within}",
        ru: "Покупатели по этапам и чего от них ждать {within}",
        de: "Kunden danach, wo sie stehen, und was {within} von ihnen zu erwarten ist",
    }
    SEGMENT {
        en: "Segment",
        pl: "Segment",
        ru: "Сегмент",
        de: "Segment",
    }
    OF_CUSTOMERS {
        en: "Of customers",
        pl: "Część klientów",
        ru: "Доля покупателей",
        de: "Der Kunden",
    }
    OF_VALUE {
        en: "Of what is expected",
        pl: "Część oczekiwanej sumy",
        ru: "Доля ожидаемого",
        de: "Des Erwarteten",
    }
    SEGMENT_NEW {
        en: "New",
        pl: "Nowi",
        ru: "Новые",
        de: "Neu",
    }
    NEW_MEANS {
        en: "came lately and have bought once or twice",
        pl: "przyszli niedawno i kupili raz lub dwa razy",
        ru: "пришли недавно и купили один или два раза",
        de: "kamen vor Kurzem und haben ein- oder zweimal gekauft",
    }
    SEGMENT_ACTIVE {
        en: "Active",
        pl: "Aktywni",
        ru: "Активные",
        de: "Aktiv",
    }
    ACTIVE_MEANS {
        en: "buy again in the rhythm of the shop",
        pl: "kupują ponownie w rytmie sklepu",
        ru: "покупают снова в ритме магазина",
        de: "kaufen im Rhythmus des Ladens wieder",
    }
    SEGMENT_LOYAL {
        en: "Loyal",
        pl: "Lojalni",
        ru: "Верные",
        de: "Treu",
    }
    LOYAL_MEANS {
        en: "have bought at least four times, and more often than four in five customers",
        pl: "kupili co najmniej cztery razy i częściej niż czterech na pięciu klientów",
        ru: "купили не менее четырёх раз и чаще, чем четверо из пяти покупателей",
        de: "haben mindestens viermal gekauft und öfter als vier von fünf Kunden",
    }
    SEGMENT_OCCASIONAL {
        en: "Occasional",
        pl: "Okazjonalni",
        ru: "Редкие",
        de: "Gelegentlich",
    }
    OCCASIONAL_MEANS {
        en: "come now and then, and are not overdue",
        pl: "przychodzą od czasu do czasu i nie spóźniają się",
        ru: "заходят время от времени и не запаздывают",
        de: "kommen ab und zu und sind nicht überfällig",
    }
    SEGMENT_SLIPPING {
        en: "Slipping",
        pl: "Wymykający się",
        ru: "Ускользающие",
        de: "Entgleitend",
    }
    SLIPPING_MEANS {
        en: "silent for long by their own rhythm, or more probably gone than not",
        pl: "milczą długo jak na swój rytm albo raczej już odeszli",
        ru: "долго молчат по меркам своего ритма или скорее ушли, чем нет",
        de: "schweigen lange, gemessen an ihrem Rhythmus, oder sind eher fort als nicht",
    }
    SEGMENT_LOST {
        en: "Lost",
        pl: "Utraceni",
        ru: "Потерянные",
        de: "Verloren",
    }
    LOST_MEANS {
        en: "the chance that they still are customers is below 20 %, or they have been silent for six of their rhythms",
        pl: "prawdopodobieństwo, że nadal są klientami, jest poniżej 20\u{a0}% albo milczą od sześciu swoich rytmów",
        ru: "вероятность, что они ещё покупатели, ниже 20\u{a0}%, или они молчат шесть своих ритмов",
        de: "die Wahrscheinlichkeit, dass sie noch Kunden sind, liegt unter 20\u{a0}%, oder sie schweigen seit sechs ihrer Rhythmen",
    }
    SEGMENT_WON_BACK {
        en: "Won back",
        pl: "Odzyskani",
        ru: "Возвращённые",
        de: "Zurückgewonnen",
    }
    WON_BACK_MEANS {
        en: "came back lately after a silence of several rhythms",
        pl: "wrócili niedawno po kilku rytmach milczenia",
        ru: "недавно вернулись после молчания в несколько ритмов",
        de: "kamen vor Kurzem nach mehreren Rhythmen des Schweigens zurück",
    }
    RHYTHM_MEANS {
        en: "A rhythm is the usual time between two purchases: the customer’s own where it is known, otherwise that of the shop’s repeat buyers.",
        pl: "Rytm to zwykły czas między dwoma zakupami: własny klienta, jeśli jest znany, a w innym razie powracających klientów sklepu.",
        ru: "Ритм — обычное время между двумя покупками: своё у покупателя, если оно известно, иначе — повторных покупателей магазина.",
        de: "Ein Rhythmus ist die übliche Zeit zwischen zwei Käufen: die eigene des Kunden, wo sie bekannt ist, sonst die der Mehrfachkäufer des Ladens.",
    }
    COSTS {
        en: "What a new customer costs and brings",
        pl: "Ile kosztuje i przynosi nowy klient",
        ru: "Сколько стоит и приносит новый покупатель",
        de: "Was ein neuer Kunde kostet und bringt",
    }
    COSTS_CAPTION {
        en: "New customers by channel: cost, value of the first {length} of life, and when the cost is earned",
        pl: "Nowi klienci według kanału: koszt, wartość w czasie {length} od pierwszego zakupu i kiedy koszt się zwraca",
        ru: "Новые покупатели по каналам: затраты, ценность за первые {length} и когда затраты окупаются",
        de: "Neue Kunden nach Kanal: Kosten, Wert in den ersten {length}, und wann die Kosten verdient sind",
    }
    CHANNEL {
        en: "Channel",
        pl: "Kanał",
        ru: "Канал",
        de: "Kanal",
    }
    NEW_CUSTOMERS {
        en: "New customers",
        pl: "Nowi klienci",
        ru: "Новые покупатели",
        de: "Neue Kunden",
    }
    COST {
        en: "Cost",
        pl: "Koszt",
        ru: "Затраты",
        de: "Kosten",
    }
    CAC {
        en: "Cost of one (CAC)",
        pl: "Koszt jednego (CAC)",
        ru: "Затраты на одного (CAC)",
        de: "Kosten je Kunde (CAC)",
    }
    LTV {
        en: "Value of one (LTV)",
        pl: "Wartość jednego (LTV)",
        ru: "Ценность одного (LTV)",
        de: "Wert je Kunde (LTV)",
    }
    RATIO {
        en: "LTV / CAC",
        pl: "LTV / CAC",
        ru: "LTV / CAC",
        de: "LTV / CAC",
    }
    PAYBACK {
        en: "Earned in month",
        pl: "Zwrot w miesiącu",
        ru: "Окупается в месяце",
        de: "Verdient im Monat",
    }
    MOST_COST {
        en: "May cost at most",
        pl: "Może kosztować najwyżej",
        ru: "Может стоить не больше",
        de: "Darf höchstens kosten",
    }
    ALL_CHANNELS {
        en: "All channels",
        pl: "Wszystkie kanały",
        ru: "Все каналы",
        de: "Alle Kanäle",
    }
    COSTS_MEAN {
        en: "The value is what a new customer brings in the first {length} from the first order on, the first order included: of those who have been here for long it is largely known, of the newest it is expected. It is {share} of the revenue{discounted}. A customer may cost at most a third of it. The pale part of a bar is the interval.",
        pl: "Wartość to to, co nowy klient przynosi w czasie {length} od pierwszego zamówienia, łącznie z nim: u dawnych klientów jest w większości znana, u najnowszych oczekiwana. Stanowi {share} przychodu{discounted}. Klient może kosztować najwyżej jedną trzecią tej wartości. Jasna część słupka to przedział.",
        ru: "Ценность — это то, что новый покупатель приносит за первые {length} начиная с первого заказа, включая его: у давних покупателей она в основном известна, у новейших — ожидаема. Это {share} выручки{discounted}. Покупатель может стоить не больше трети её. Бледная часть полосы — интервал.",
        de: "Der Wert ist, was ein neuer Kunde in den ersten {length} ab der ersten Bestellung bringt, diese eingeschlossen: Bei langjährigen Kunden ist er größtenteils bekannt, bei den neuesten erwartet. Er ist {share} des Umsatzes{discounted}. Ein Kunde darf höchstens ein Drittel davon kosten. Der blasse Teil eines Balkens ist das Intervall.",
    }
    DISCOUNTED {
        en: ", later value discounted by {rate} a year",
        pl: ", a późniejsza wartość jest dyskontowana o {rate} rocznie",
        ru: ", более поздняя дисконтирована на {rate} в год",
        de: ", späterer Wert mit {rate} im Jahr abgezinst",
    }
    NOT_DISCOUNTED {
        en: ", not discounted",
        pl: ", bez dyskontowania",
        ru: ", без дисконтирования",
        de: ", nicht abgezinst",
    }
    FIRST_ORDER {
        en: "first order",
        pl: "pierwsze zamówienie",
        ru: "первый заказ",
        de: "erste Bestellung",
    }
    NOT_EARNED {
        en: "not within {length}",
        pl: "nie w czasie {length}",
        ru: "не за {length}",
        de: "nicht in {length}",
    }
}

/// Name and meaning of a segment of the usual rules.
pub fn segment(name: &str) -> Option<(&'static Phrase, &'static Phrase)> {
    Some(match name {
        "new" => (&SEGMENT_NEW, &NEW_MEANS),
        "active" => (&SEGMENT_ACTIVE, &ACTIVE_MEANS),
        "loyal" => (&SEGMENT_LOYAL, &LOYAL_MEANS),
        "occasional" => (&SEGMENT_OCCASIONAL, &OCCASIONAL_MEANS),
        "slipping" => (&SEGMENT_SLIPPING, &SLIPPING_MEANS),
        "lost" => (&SEGMENT_LOST, &LOST_MEANS),
        "won back" => (&SEGMENT_WON_BACK, &WON_BACK_MEANS),
        _ => return None,
    })
}
