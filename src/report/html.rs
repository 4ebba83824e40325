//! A page as one HTML file that loads nothing: style and script are in it.

use super::page::{Block, Figure, Page, Section};
use super::text::{Text, escaped};
use super::words::{self, Speaker};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("page.js");
/// Nothing may be loaded from anywhere, whatever stands in the data.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/// The whole file.
pub fn html(page: &Page, speaker: Speaker<'_>) -> String {
    let mut out = String::with_capacity(1 << 18);
    out += &head(page, speaker);
    out +=
        &format!("<body>\n<a class=\"skip\" href=\"#report\">{}</a>\n", escaped(speaker.say(&words::SKIP)));
    out += &top(page, speaker);
    out += "<div class=\"page\">\n";
    out += &contents(page, speaker);
    out += "<main id=\"report\" tabindex=\"-1\">\n";
    out += &answer(page);
    let mut writer = Writer { speaker, ids: 0 };
    for section in &page.sections {
        out += &writer.section(section);
    }
    out += "</main>\n</div>\n";
    out += &format!("<footer class=\"foot\"><p>{}</p></footer>\n", page.foot.html());
    out += &format!("<script>\n{SCRIPT}</script>\n</body>\n</html>\n");
    out
}

fn head(page: &Page, speaker: Speaker<'_>) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n<meta name=\"referrer\" content=\"no-referrer\"/>\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n",
        speaker.locale.language.code(),
        escaped(&page.title.plain()),
    )
}

/// The line at the top, with the switch of colours (which the script shows).
fn top(page: &Page, speaker: Speaker<'_>) -> String {
    format!(
        "<header class=\"top\"><div><h1>{}</h1><p>{}</p></div>\n\
         <button type=\"button\" id=\"theme\" hidden=\"hidden\" data-dark=\"{}\" data-light=\"{}\" title=\"{}\"></button></header>\n",
        page.title.html(),
        page.about.html(),
        escaped(speaker.say(&words::DARK)),
        escaped(speaker.say(&words::LIGHT)),
        escaped(speaker.say(&words::THEME)),
    )
}

fn contents(page: &Page, speaker: Speaker<'_>) -> String {
    let name = escaped(speaker.say(&words::CONTENTS));
    let mut out = format!(
        "<nav class=\"contents\" aria-label=\"{name}\"><details open=\"open\"><summary>{name}</summary><ol>\n"
    );
    for section in &page.sections {
        out += &format!("<li><a href=\"#{}\">{}</a></li>\n", section.id, escaped(section.title));
    }
    out + "</ol></details></nav>\n"
}

fn answer(page: &Page) -> String {
    let Figure { name, value, about } = &page.answer;
    let mut out = format!(
        "<section class=\"answer\" aria-labelledby=\"answer\"><h2 id=\"answer\">{}</h2>\n\
         <p class=\"huge\">{}</p>\n<p class=\"lead\">{}</p>\n",
        name.html(),
        escaped(value),
        about.html()
    );
    out += &figures(&page.figures);
    out + "</section>\n"
}

fn figures(figures: &[Figure]) -> String {
    let figure = |figure: &Figure| {
        format!(
            "<div><dt>{}</dt><dd><b>{}</b><span>{}</span></dd></div>\n",
            figure.name.html(),
            escaped(&figure.value),
            figure.about.html()
        )
    };
    let all: String = figures.iter().map(figure).collect();
    if all.is_empty() { all } else { format!("<dl class=\"figures\">\n{all}</dl>\n") }
}

/// Writes sections, and gives every table a name of its own.
struct Writer<'a> {
    speaker: Speaker<'a>,
    ids: usize,
}

impl Writer<'_> {
    fn section(&mut self, section: &Section) -> String {
        let id = section.id;
        let mut out = format!(
            "<section id=\"{id}\" aria-labelledby=\"{id}-head\"><h2 id=\"{id}-head\">{}</h2>\n",
            escaped(section.title)
        );
        for block in &section.blocks {
            out += &self.block(block);
        }
        out + "</section>\n"
    }

    fn block(&mut self, block: &Block) -> String {
        self.ids += 1;
        let id = format!("t{}", self.ids);
        match block {
            Block::Paragraph(text) => paragraph(text),
            Block::Note(text) => format!(
                "<p class=\"note\"><b>{}</b> {}</p>\n",
                escaped(self.speaker.say(&words::NOTE)),
                text.html()
            ),
            Block::Heading(text) => format!("<h3>{}</h3>\n", text.html()),
            Block::Chart(chart) => chart.html(&id, self.speaker),
            Block::Table(table) => table.html(&id),
            Block::Terms(terms) => {
                let term = |(term, meaning): &(Text, Text)| {
                    format!("<dt>{}</dt><dd>{}</dd>\n", term.html(), meaning.html())
                };
                format!("<dl class=\"terms\">\n{}</dl>\n", terms.iter().map(term).collect::<String>())
            }
            Block::List(items) => {
                let item = |item: &Text| format!("<li>{}</li>\n", item.html());
                format!("<ul>\n{}</ul>\n", items.iter().map(item).collect::<String>())
            }
        }
    }
}

fn paragraph(text: &Text) -> String {
    if text.is_empty() { String::new() } else { format!("<p>{}</p>\n", text.html()) }
}
