//! The frame of the page.

use super::phrases;

phrases! {
    TITLE {
        en: "What your customers are worth",
        pl: "Ile są warci Twoi klienci",
        ru: "Сколько стоят ваши покупатели",
        de: "Was Ihre Kunden wert sind",
    }
    OBSERVED {
        en: "{customers}, observed from {first} to {last}. Forecast until {until}.",
        pl: "{customers}, obserwacja od {first} do {last}. Prognoza do {until}.",
        ru: "{customers}, наблюдение с {first} по {last}. Прогноз до {until}.",
        de: "{customers}, beobachtet vom {first} bis zum {last}. Prognose bis zum {until}.",
    }
    SKIP {
        en: "Skip to the report",
        pl: "Przejdź do raportu",
        ru: "Перейти к отчёту",
        de: "Zum Bericht springen",
    }
    CONTENTS {
        en: "Contents",
        pl: "Spis treści",
        ru: "Содержание",
        de: "Inhalt",
    }
    DARK {
        en: "Dark",
        pl: "Ciemny",
        ru: "Тёмный",
        de: "Dunkel",
    }
    LIGHT {
        en: "Light",
        pl: "Jasny",
        ru: "Светлый",
        de: "Hell",
    }
    THEME {
        en: "Colours of the page",
        pl: "Kolory strony",
        ru: "Цвета страницы",
        de: "Farben der Seite",
    }
    NOTE {
        en: "Note",
        pl: "Uwaga",
        ru: "Примечание",
        de: "Hinweis",
    }
    FOOT {
        en: "Made by ltv {version} from the orders alone. This page is one file and loads nothing from the network.",
        pl: "Przygotował ltv {version} wyłącznie na podstawie zamówień. Ta strona to jeden plik i niczego nie pobiera z sieci.",
        ru: "Составлено программой ltv {version} только по заказам. Эта страница — один файл, она ничего не загружает из сети.",
        de: "Erstellt von ltv {version} allein aus den Bestellungen. Diese Seite ist eine einzige Datei und lädt nichts aus dem Netz.",
    }
}
