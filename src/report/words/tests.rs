use super::*;

fn all() -> Vec<(&'static str, Phrase)> {
    [
        chart::LIST,
        check::LIST,
        figures::LIST,
        method::LIST,
        page::LIST,
        people::LIST,
        periods::LIST,
        rows::LIST,
        segments::LIST,
        trend::LIST,
        year::LIST,
    ]
    .concat()
}

fn braces(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
    names.sort_unstable();
    names
}

#[test]
fn every_language_fills_in_the_same() {
    for (name, phrase) in all() {
        let said = Language::ALL.map(|language| phrase.of(language));
        for text in said {
            assert!(!text.trim().is_empty(), "{name}");
            assert_eq!(braces(text), braces(said[0]), "{name}: {text}");
        }
    }
}

#[test]
fn every_language_speaks_its_own_letters() {
    for (name, phrase) in all() {
        let cyrillic = |text: &str| text.chars().any(|c| matches!(c, 'а'..='я' | 'А'..='Я'));
        let own: String =
            phrase.en.split('{').map(|rest| rest.split('}').next_back().unwrap_or("")).collect();
        // Abbreviations in capitals (LTV, CAC) are the same everywhere.
        let words = own.chars().filter(|c| c.is_lowercase()).count() > 3;
        assert!(!words || cyrillic(phrase.ru), "{name} is not Russian: {}", phrase.ru);
        for text in [phrase.en, phrase.pl, phrase.de] {
            assert!(!cyrillic(text), "{name}: {text}");
        }
    }
}

#[test]
fn numbers_take_the_form_their_language_asks_for() {
    let form = |language, n| CUSTOMERS.of(language, n);
    assert_eq!(
        [1, 2, 5, 12, 22, 25, 101].map(|n| form(Language::Pl, n)),
        [
            "{n} klient",
            "{n} klientów",
            "{n} klientów",
            "{n} klientów",
            "{n} klientów",
            "{n} klientów",
            "{n} klientów"
        ]
    );
    assert_eq!(
        [1, 2, 5, 11, 21, 112, 122].map(|n| form(Language::Ru, n)),
        [
            "{n} покупатель",
            "{n} покупателя",
            "{n} покупателей",
            "{n} покупателей",
            "{n} покупатель",
            "{n} покупателей",
            "{n} покупателя"
        ]
    );
    assert_eq!([0, 1, 2].map(|n| form(Language::En, n)), ["{n} customers", "{n} customer", "{n} customers"]);
}
