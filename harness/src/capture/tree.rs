//! JSON as it stands: order and repeated keys kept, texts borrowed where they can be.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::defect::in_short;
use super::ingest::Refusal;
use super::under_way::Share;

/// Any JSON.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    /// A number without point and exponent.
    Whole(i128),
    /// Any other number, and those too large for 64 bits.
    Double(f64),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// Reads JSON. Its nesting is bounded: deeper than 128 levels is refused.
///
/// # Errors
///
/// If it is none, or takes more memory than there is for it.
pub(super) fn parse<'a>(body: &'a [u8], share: &mut Share) -> Result<Json<'a>, Refusal> {
    let mut refusal = None;
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let parsed = Seed { share, refusal: &mut refusal }.deserialize(&mut deserializer);
    let parsed = parsed.and_then(|json| deserializer.end().map(|()| json));
    parsed.map_err(|error| refusal.unwrap_or_else(|| Refusal::Malformed(error.to_string())))
}

impl Json<'_> {
    /// What it is, in words.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a truth value",
            Self::Whole(_) | Self::Double(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

impl fmt::Display for Json<'_> {
    /// Enough to recognise it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(truth) => write!(f, "{truth}"),
            Self::Whole(number) => write!(f, "{number}"),
            Self::Double(number) => write!(f, "{number:?}"),
            Self::Text(text) => write!(f, "{:?}", in_short(text)),
            Self::Null | Self::List(_) | Self::Object(_) => f.write_str(self.kind()),
        }
    }
}

struct Seed<'s> {
    share: &'s mut Share,
    refusal: &'s mut Option<Refusal>,
}

impl Seed<'_> {
    fn again(&mut self) -> Seed<'_> {
        Seed { share: self.share, refusal: self.refusal }
    }

    /// Takes account of so many bytes.
    fn grow<E: Error>(&mut self, bytes: usize) -> Result<(), E> {
        self.share.grow(bytes).map_err(|refusal| {
            let error = E::custom(&refusal);
            *self.refusal = Some(refusal);
            error
        })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(truth))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Whole(number.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Whole(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(Json::Double(number))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<Json<'de>, E> {
        self.grow(text.len())?;
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Json<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.again())? {
            self.grow(size_of::<Json<'_>>())?;
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Json<'de>, A::Error> {
        let mut object = Vec::new();
        while let Some(key) = entries.next_key_seed(Key)? {
            let value = entries.next_value_seed(self.again())?;
            self.grow(size_of::<(Cow<'_, str>, Json<'_>)>())?;
            object.push((key, value));
        }
        Ok(Json::Object(object))
    }
}

/// A key, borrowed if it can be: serde's own way to read it always copies.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, key: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}
