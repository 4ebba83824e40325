//! JSON lines: an object a line, its nested objects flattened to dotted names.

use std::fmt::Write;

use serde_json::Value;

use super::amounts::fixed;

/// Hands on the name and the text of every value of an object that is neither nothing nor a list: `{"a": {"b": 1}}` has `a.b`, 1.
///
/// Lists have no place in a row and are passed over, but for lists of keys and values such as `event_params` of GA4:
/// `[{"key": "currency", "value": {"string_value": "EUR"}}]` has `event_params.currency`, EUR; and lists of things that have a total, such
/// as `refunds` of WooCommerce, tell their sum: `[{"total": "-5.00"}, {"total": "-1.50"}]` has `refunds.total`, -6.500000.
///
/// # Errors
/// In words, what is wrong with a line that is no whole object.
pub(super) fn leaves(line: &[u8], take: &mut dyn FnMut(&str, &str)) -> Result<(), String> {
    match serde_json::from_slice::<Value>(line) {
        Ok(value @ Value::Object(_)) => {
            walk(&value, &mut String::new(), &mut String::new(), take);
            Ok(())
        }
        Ok(other) => Err(format!("{} is no object", kind(&other))),
        // The place within the line, without serde's own count of lines.
        Err(error) => Err(error.to_string().replace(" at line 1 column ", " at character ")),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn walk(value: &Value, path: &mut String, text: &mut String, take: &mut dyn FnMut(&str, &str)) {
    let end = path.len();
    match value {
        Value::Null => {}
        Value::String(value) => take(path, value),
        Value::Bool(value) => take(path, if *value { "true" } else { "false" }),
        Value::Number(number) => {
            text.clear();
            // Writing to a string cannot fail.
            let _ = write!(text, "{number}");
            take(path, text);
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                step(path, name);
                walk(value, path, text, take);
                path.truncate(end);
            }
        }
        Value::Array(items) => {
            if let Some(micros) = total(items) {
                text.clear();
                let sign = if micros < 0 { "-" } else { "" };
                let _ = write!(text, "{sign}{}.{:06}", micros.abs() / 1_000_000, micros.abs() % 1_000_000);
                step(path, "total");
                take(path, text);
                path.truncate(end);
            }
            for item in items {
                let (Some(Value::String(key)), Some(value)) = (item.get("key"), item.get("value")) else {
                    continue;
                };
                step(path, key);
                walk(typed(value), path, text, take);
                path.truncate(end);
            }
        }
    }
}

/// The sum of the totals of all items, in millionths; `None` if there are no items, or one has none.
fn total(items: &[Value]) -> Option<i128> {
    let of = |item: &Value| match item.get("total")? {
        Value::String(text) => fixed(text.as_bytes(), 6),
        Value::Number(number) => fixed(number.to_string().as_bytes(), 6),
        _ => None,
    };
    if items.is_empty() { None } else { items.iter().map(of).sum() }
}

/// What stands in the one field of `{"string_value": "EUR", "int_value": null}` that is not empty; other values as they are.
fn typed(value: &Value) -> &Value {
    match value {
        Value::Object(fields) if fields.keys().all(|name| name.ends_with("_value")) => {
            fields.values().find(|value| !value.is_null()).unwrap_or(&Value::Null)
        }
        _ => value,
    }
}

fn step(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
}

/// The names in the objects of a text, in the order in which they come; and what is wrong with the first line that is none.
pub(super) fn names(text: &[u8]) -> (Vec<String>, Option<String>) {
    let (mut names, mut fault) = (Vec::<String>::new(), None);
    let mut known = std::collections::HashSet::new();
    for line in text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
        let mut add = |name: &str, _: &str| {
            if known.insert(name.to_owned()) {
                names.push(name.to_owned());
            }
        };
        if let Err(words) = leaves(line, &mut add) {
            fault.get_or_insert(words);
        }
    }
    (names, fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> Result<Vec<(String, String)>, String> {
        let mut all = Vec::new();
        leaves(line.as_bytes(), &mut |name, text| all.push((name.to_owned(), text.to_owned()))).map(|()| all)
    }

    #[test]
    fn nested_objects_and_lists_of_keys_become_dotted_names() {
        let line = r#"{"event":"Buy","at":1,"on":true,"no":null,"p":{"amount":19.90,"id":"a\nb"},"list":[1,2],
            "event_params":[{"key":"currency","value":{"string_value":"EUR","int_value":null}},{"key":"n","value":7}],
            "refunds":[{"id":1,"total":"-5.00"},{"id":2,"total":"-1.50"}]}"#
            .replace('\n', " ");
        let all = told(&line).unwrap();
        let all: Vec<_> = all.iter().map(|(name, text)| format!("{name}={text}")).collect();
        let expected = [
            "event=Buy",
            "at=1",
            "on=true",
            "p.amount=19.9",
            "p.id=a\nb",
            "event_params.currency=EUR",
            "event_params.n=7",
            "refunds.total=-6.500000",
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn what_is_no_whole_object_is_told() {
        assert!(told(r#"{"event":"Buy","p":{"#).unwrap_err().contains("EOF"));
        assert_eq!(told("[1]").unwrap_err(), "a list is no object");
        assert!(told("{\"a\": \"\u{1}\"}").is_err());
    }
}
