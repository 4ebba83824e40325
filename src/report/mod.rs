//! 10. What to show: one page for the owner of the shop, in four languages.

mod text;
mod words;
mod table;
mod chart;
mod page;
mod html;
mod story;
mod sections;

pub use story::{Estimate, GroupAhead, GroupsAhead, Outlook, Person, Step, Story, Tenth, tenths};

/// The report as one HTML file that loads nothing. The same story gives the same bytes.
#[must_use]
pub fn html(story: &Story<'_>) -> String {
    let speaker = words::Speaker { locale: &story.locale };
    html::html(&sections::page(story, speaker), speaker)
}
