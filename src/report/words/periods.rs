//! Key figures by period, and groups of customers.

use super::phrases;

phrases! {
    PERIODS {
        en: "How the shop has done",
        pl: "Jak szło sklepowi",
        ru: "Как шли дела",
        de: "Wie der Laden lief",
    }
    REVENUE_OVER_TIME {
        en: "Revenue by {period}",
        pl: "Przychód według okresu: {period}",
        ru: "Выручка по периодам: {period}",
        de: "Umsatz nach Periode: {period}",
    }
    CUSTOMERS_OVER_TIME {
        en: "Buying customers by {period}",
        pl: "Kupujący klienci według okresu: {period}",
        ru: "Покупатели по периодам: {period}",
        de: "Kaufende Kunden nach Periode: {period}",
    }
    PERIODS_CAPTION {
        en: "Key figures by {period}",
        pl: "Kluczowe wskaźniki według okresu: {period}",
        ru: "Основные показатели по периодам: {period}",
        de: "Kennzahlen nach Periode: {period}",
    }
    WEEK {
        en: "week",
        pl: "tydzień",
        ru: "неделя",
        de: "Woche",
    }
    MONTH {
        en: "month",
        pl: "miesiąc",
        ru: "месяц",
        de: "Monat",
    }
    QUARTER {
        en: "quarter",
        pl: "kwartał",
        ru: "квартал",
        de: "Quartal",
    }
    ONE_YEAR {
        en: "year",
        pl: "rok",
        ru: "год",
        de: "Jahr",
    }
    PERIOD {
        en: "Period",
        pl: "Okres",
        ru: "Период",
        de: "Periode",
    }
    REVENUE {
        en: "Revenue",
        pl: "Przychód",
        ru: "Выручка",
        de: "Umsatz",
    }
    BUYERS {
        en: "Customers",
        pl: "Klienci",
        ru: "Покупатели",
        de: "Kunden",
    }
    NEW {
        en: "New",
        pl: "Nowi",
        ru: "Новые",
        de: "Neu",
    }
    RETURNING {
        en: "Returning",
        pl: "Powracający",
        ru: "Вернувшиеся",
        de: "Wiederkehrend",
    }
    ORDER_COUNT {
        en: "Orders",
        pl: "Zamówienia",
        ru: "Заказы",
        de: "Bestellungen",
    }
    PER_ORDER {
        en: "Per order",
        pl: "Na zamówienie",
        ru: "На заказ",
        de: "Je Bestellung",
    }
    PER_CUSTOMER {
        en: "Per customer",
        pl: "Na klienta",
        ru: "На покупателя",
        de: "Je Kunde",
    }
    RETENTION {
        en: "Came back",
        pl: "Wrócili",
        ru: "Вернулись",
        de: "Kamen wieder",
    }
    REPEAT {
        en: "Repeat buyers",
        pl: "Kupili więcej niż raz",
        ru: "Покупали не раз",
        de: "Mehrfachkäufer",
    }
    PERIODS_MEAN {
        en: "Each figure is of the customers who bought in the period. “{retention}” is the part of the customers of one period who came back in the next; “{repeat}” is the part who had bought more than once by then. A period marked * was not observed to its end or from its beginning.",
        pl: "Każdy wskaźnik dotyczy klientów, którzy kupili w danym okresie. „{retention}” to część klientów jednego okresu, którzy wrócili w następnym; „{repeat}” to część tych, którzy do tego czasu kupili więcej niż raz. Okres oznaczony * nie został zaobserwowany w całości.",
        ru: "Каждый показатель — о тех, кто покупал в этом периоде. «{retention}» — доля покупателей одного периода, пришедших и в следующем; «{repeat}» — доля тех, кто к этому времени купил больше одного раза. Период со знаком * наблюдался не целиком.",
        de: "Jede Zahl gilt für die Kunden, die in der Periode kauften. „{retention}“ ist der Teil der Kunden einer Periode, der in der nächsten wiederkam; „{repeat}“ ist der Teil, der bis dahin mehr als einmal gekauft hatte. Eine mit * bezeichnete Periode wurde nicht ganz beobachtet.",
    }
    ONLY_NEWEST {
        en: "Earlier periods are left out here; ltv metrics tells all of them.",
        pl: "Wcześniejsze okresy tu pominięto; wszystkie podaje ltv metrics.",
        ru: "Более ранние периоды здесь опущены; все даёт ltv metrics.",
        de: "Frühere Perioden fehlen hier; ltv metrics nennt alle.",
    }
    GROUPS {
        en: "Where it comes from",
        pl: "Skąd to pochodzi",
        ru: "Откуда это приходит",
        de: "Woher es kommt",
    }
    GROUPS_MEAN {
        en: "Customers told apart by “{column}”, as it stands in their first order. The bar shows what is expected of a customer, the pale part its interval: groups whose intervals overlap may differ by chance alone.",
        pl: "Klienci podzieleni według „{column}” z ich pierwszego zamówienia. Słupek pokazuje, czego można oczekiwać po jednym kliencie, a jasna część to przedział: grupy o zachodzących na siebie przedziałach mogą się różnić tylko przypadkiem.",
        ru: "Покупатели разделены по полю «{column}» их первого заказа. Полоса показывает, чего ждать от одного покупателя, бледная часть — интервал: группы, чьи интервалы перекрываются, могут различаться лишь случайно.",
        de: "Kunden nach „{column}“ in ihrer ersten Bestellung. Der Balken zeigt, was von einem Kunden zu erwarten ist, der blasse Teil das Intervall: Gruppen, deren Intervalle sich überschneiden, können sich durch bloßen Zufall unterscheiden.",
    }
    GROUPS_CAPTION {
        en: "What is expected of each group {within}",
        pl: "Czego można oczekiwać po każdej grupie {within}",
        ru: "Чего ждать от каждой группы {within}",
        de: "Was von jeder Gruppe {within} zu erwarten ist",
    }
    GROUP {
        en: "Group",
        pl: "Grupa",
        ru: "Группа",
        de: "Gruppe",
    }
    NO_VALUE {
        en: "(nothing)",
        pl: "(nic)",
        ru: "(пусто)",
        de: "(nichts)",
    }
    OTHERS {
        en: "(all others: {n})",
        pl: "(wszystkie inne: {n})",
        ru: "(все прочие: {n})",
        de: "(alle übrigen: {n})",
    }
    EACH {
        en: "Per customer, with interval",
        pl: "Na klienta, z przedziałem",
        ru: "На покупателя, с интервалом",
        de: "Je Kunde, mit Intervall",
    }
    COHORTS {
        en: "Do they come back?",
        pl: "Czy wracają?",
        ru: "Возвращаются ли они?",
        de: "Kommen sie wieder?",
    }
    COHORTS_MEAN {
        en: "Each line follows the customers who bought for the first time in one period, and tells which part of them bought again in the first, second, third period after it. Read down a column to see whether newer customers come back more or less than earlier ones did. Only periods that are over are told.",
        pl: "Każdy wiersz śledzi klientów, którzy po raz pierwszy kupili w jednym okresie, i mówi, jaka ich część kupiła znowu w pierwszym, drugim, trzecim okresie po nim. Czytając kolumnę w dół, widać, czy nowsi klienci wracają częściej czy rzadziej niż dawniejsi. Podano tylko zakończone okresy.",
        ru: "Каждая строка следит за теми, кто впервые купил в одном периоде, и показывает, какая их часть покупала снова в первом, втором, третьем периоде после него. Читая столбец сверху вниз, видно, чаще или реже прежних возвращаются новые покупатели. Приведены только завершённые периоды.",
        de: "Jede Zeile folgt den Kunden, die in einer Periode zum ersten Mal kauften, und sagt, welcher Teil von ihnen in der ersten, zweiten, dritten Periode danach wieder kaufte. Wer eine Spalte hinunterliest, sieht, ob neuere Kunden öfter oder seltener wiederkommen als frühere. Genannt sind nur abgeschlossene Perioden.",
    }
    COHORTS_CAPTION {
        en: "Per cent of the customers who bought again, by {period} after the first purchase",
        pl: "Procent klientów, którzy kupili ponownie, według okresu od pierwszego zakupu: {period}",
        ru: "Процент купивших снова по периодам после первой покупки: {period}",
        de: "Prozent der Kunden, die wieder kauften, nach Periode seit dem ersten Kauf: {period}",
    }
    FIRST_IN {
        en: "First bought in",
        pl: "Pierwszy zakup",
        ru: "Первая покупка",
        de: "Erster Kauf",
    }
    EVERYBODY {
        en: "All together",
        pl: "Wszyscy razem",
        ru: "Все вместе",
        de: "Alle zusammen",
    }
}
