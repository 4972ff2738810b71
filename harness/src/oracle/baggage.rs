//! W3C baggage, as an application sees it and as a header.

use std::fmt::Write as _;

use crate::transcript::{Entry, values};

/// Entries, in the order in which they came or were set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Baggage(Vec<Member>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Member {
    key: String,
    /// Decoded.
    value: String,
    /// As they came, with the semicolon in front.
    properties: String,
}

impl Baggage {
    /// What a header says. What breaks the grammar is no entry.
    pub(super) fn of(metadata: &[Entry]) -> Self {
        let members = values(metadata, "baggage").flat_map(|line| line.split(','));
        Self(members.filter_map(Member::parse).collect())
    }

    /// As an application does: another value under the key goes away.
    pub(super) fn set(&mut self, key: &str, value: &str) {
        self.0.retain(|member| member.key != key);
        self.0.push(Member { key: key.to_owned(), value: value.to_owned(), properties: String::new() });
    }

    /// As an application sees it.
    pub(super) fn entries(&self) -> Vec<Entry> {
        self.0.iter().map(|member| Entry { key: member.key.clone(), value: member.value.clone() }).collect()
    }

    /// The header; absent if there is nothing to say.
    pub(super) fn header(&self) -> Option<String> {
        let written = |member: &Member| format!("{}={}{}", member.key, encode(&member.value), member.properties);
        let members: Vec<_> = self.0.iter().map(written).collect();
        (!members.is_empty()).then(|| members.join(","))
    }
}

impl Member {
    fn parse(text: &str) -> Option<Self> {
        let (entry, properties) = text.split_at(text.find(';').unwrap_or(text.len()));
        let (key, value) = entry.split_once('=')?;
        let value = decode(value.trim())?;
        Some(Self { key: key.trim().to_owned(), value, properties: properties.trim_end().to_owned() })
    }
}

/// What is no `baggage-octet` is percent-encoded, and so is the percent sign.
fn encode(value: &str) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        match byte {
            b'%' | b'"' | b',' | b';' | b'\\' | ..=b' ' | 0x7f.. => {
                write!(text, "%{byte:02X}").expect("a string grows");
            }
            plain => text.push(char::from(plain)),
        }
    }
    text
}

/// A percent sign that begins no code stands for itself.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let code = text.as_bytes()[at..].strip_prefix(b"%").and_then(|rest| hex::decode(rest.get(..2)?).ok());
        at += if code.is_some() { 3 } else { 1 };
        bytes.extend(code.unwrap_or_else(|| vec![text.as_bytes()[at - 1]]));
    }
    String::from_utf8(bytes).ok()
}
