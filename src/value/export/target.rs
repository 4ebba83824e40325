//! What each system takes: its columns, its forms, its limits, as it documents them.

use std::str::FromStr;

use super::identity::EmailForm;
use crate::{Error, Result};

/// Where scores go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// Klaviyo, profile import: help.klaviyo.com, "Create a list and add contacts" (115005078967) and "Troubleshooting list imports"
    /// (115005078807). The first column is `Email Address` or `Phone Number` (E.164), every row has one of the two and none comes twice, other
    /// columns become profile properties, dates are YYYY-MM-DD, a file has at most 50 MB.
    Klaviyo,
    /// Salesforce Data Loader, upsert by an external id: developer.salesforce.com, "Data Types Supported by Data Loader" and "Prepare CSV Files"
    /// (Bulk API 2.0). UTF-8, one header of API names, dates YYYY-MM-DD, at most 100 MB a file; help.salesforce.com, "Custom Field Types": text to
    /// 255 characters, e-mail to 80, telephone to 40, a number to 18 digits with its decimals.
    Salesforce,
    /// Google Ads Customer Match: support.google.com/google-ads/answer/7659867 (columns `Email`, `Phone`; SHA-256 of addresses in small letters
    /// and numbers in E.164), at most 5 GB a file (answer/6276125). It knows no value; with a conversion it is the file of enhanced conversions for
    /// leads (answer/7014069), which does.
    GoogleAds,
    /// Meta custom audience from a customer list with values: facebook.com/business/help/2082575038703844 (columns `email`, `phone`) and
    /// help/1033094474356222 (customer value: decimal or whole numbers), developers.facebook.com/docs/marketing-api/audiences/guides/custom-audiences
    /// ("Hashing and normalization": numbers without +). No value may be negative.
    Meta,
    /// Tableau: a wide CSV with one type a column, ISO dates and plain names, whose types are taken from its first 1,024 rows
    /// (help.tableau.com, "Field data types" and "Text File").
    Tableau,
    /// Every column as it is, for a spreadsheet.
    Csv,
}

impl Target {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Klaviyo, Self::Salesforce, Self::GoogleAds, Self::Meta, Self::Tableau, Self::Csv];

    /// As it is asked for.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Klaviyo => "klaviyo",
            Self::Salesforce => "salesforce",
            Self::GoogleAds => "google-ads",
            Self::Meta => "meta",
            Self::Tableau => "tableau",
            Self::Csv => "csv",
        }
    }

    /// As it calls itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Klaviyo => "Klaviyo",
            Self::Salesforce => "Salesforce",
            Self::GoogleAds => "Google Ads",
            Self::Meta => "Meta",
            Self::Tableau => "Tableau",
            Self::Csv => "a spreadsheet",
        }
    }

    /// Whether it knows people by e-mail address or telephone number alone.
    #[must_use]
    pub const fn needs_person(self) -> bool {
        matches!(self, Self::Klaviyo | Self::GoogleAds | Self::Meta)
    }

    /// Whether these are sent as SHA-256 only.
    #[must_use]
    pub const fn hashes(self) -> bool {
        matches!(self, Self::GoogleAds | Self::Meta)
    }

    /// Whether people open the file in a spreadsheet: then formulas are defused. Hashes and numbers run nothing.
    #[must_use]
    pub const fn is_opened(self) -> bool {
        !self.hashes()
    }

    /// The form of e-mail addresses.
    #[must_use]
    pub const fn email_form(self) -> EmailForm {
        match self {
            Self::GoogleAds => EmailForm::Google,
            _ => EmailForm::Plain,
        }
    }

    /// The largest file it takes, in bytes.
    #[must_use]
    pub const fn most_bytes(self) -> Option<u64> {
        match self {
            Self::Klaviyo => Some(50_000_000),
            Self::Salesforce => Some(100_000_000),
            Self::GoogleAds => Some(5_000_000_000),
            Self::Meta | Self::Tableau | Self::Csv => None,
        }
    }

    /// How many decimals of a number are sent; all of them where that is not said.
    pub(super) const fn decimals(self) -> Option<usize> {
        match self {
            Self::Klaviyo | Self::Salesforce => Some(4),
            Self::GoogleAds | Self::Meta => Some(2),
            Self::Tableau | Self::Csv => None,
        }
    }

    /// The most characters of a text.
    pub(super) const fn longest_text(self) -> usize {
        match self {
            Self::Salesforce => 255,
            _ => usize::MAX,
        }
    }

    /// The most characters of an e-mail address.
    pub(super) const fn longest_email(self) -> usize {
        match self {
            Self::Salesforce => 80,
            _ => usize::MAX,
        }
    }

    /// Numbers must be smaller: 18 digits, 4 of them decimals.
    pub(super) const fn largest_number(self) -> f64 {
        match self {
            Self::Salesforce => 1e14,
            _ => f64::INFINITY,
        }
    }

    /// How a column of scores is called there.
    pub(super) fn column(self, name: &str) -> String {
        match self {
            Self::Klaviyo => format!("LTV {}", words(name)),
            Self::Salesforce => api_name(name),
            Self::Tableau => words(name),
            Self::GoogleAds | Self::Meta | Self::Csv => name.to_owned(),
        }
    }

    /// The names of the customer's id, e-mail address and telephone number there; the id is not sent to who has no use for it.
    pub(super) const fn person(self) -> (Option<&'static str>, &'static str, &'static str) {
        match self {
            Self::Klaviyo => (Some("LTV Customer ID"), "Email Address", "Phone Number"),
            Self::Salesforce => (Some("External_Id__c"), "Email", "Phone"),
            Self::GoogleAds => (None, "Email", "Phone"),
            Self::Meta => (None, "email", "phone"),
            Self::Tableau => (Some("Customer ID"), "Email", "Phone"),
            Self::Csv => (Some("customer_id"), "email", "phone"),
        }
    }
}

impl FromStr for Target {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wanted = text.trim().to_ascii_lowercase().replace('_', "-");
        Self::ALL.into_iter().find(|target| target.id() == wanted).ok_or_else(|| {
            let all: Vec<&str> = Self::ALL.iter().map(|target| target.id()).collect();
            Error::usage(format!(
                "`{text}` is not a place scores are exported to; there are {}",
                all.join(", ")
            ))
        })
    }
}

/// `expected_value` in words: Expected Value.
fn words(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    let all: Vec<String> = name.split(['_', ' ']).filter(|part| !part.is_empty()).map(word).collect();
    all.join(" ")
}

/// A custom field's API name: letters, digits and single underscores, at most 40 characters before `__c`
/// (help.salesforce.com, "Custom Field Attributes").
fn api_name(name: &str) -> String {
    let plain: String =
        words(name).chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let parts: Vec<&str> = plain.split('_').filter(|part| !part.is_empty()).collect();
    let mut name = format!("LTV_{}", parts.join("_"));
    name.truncate(40);
    format!("{}__c", name.trim_end_matches('_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_names_of_the_place() {
        assert_eq!(Target::Klaviyo.column("expected_value"), "LTV Expected Value");
        assert_eq!(Target::Salesforce.column("p_alive"), "LTV_P_Alive__c");
        assert_eq!(Target::Tableau.column("value_lower"), "Value Lower");
        assert_eq!(Target::Csv.column("value_lower"), "value_lower");
        let long = Target::Salesforce.column(&"very_long_name_".repeat(9));
        assert!(
            long.ends_with("__c") && long.len() <= 43 && !long[..long.len() - 3].ends_with('_'),
            "{long}"
        );
        assert_eq!(Target::Salesforce.column("größe in %"), "LTV_Gr_e_In__c");
    }

    #[test]
    fn a_place_is_asked_for_by_its_name() {
        for target in Target::ALL {
            assert_eq!(target.id().parse::<Target>().unwrap(), target);
        }
        assert!("mailchimp".parse::<Target>().unwrap_err().to_string().contains("google-ads"));
    }
}
