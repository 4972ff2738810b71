//! W3C baggage as it stands in metadata, compared without order, decoded, without properties.

use std::collections::BTreeMap;

use crate::scenario::Context;
use crate::subject::Case;
use crate::transcript::percent_decode;

/// Values by key.
pub(in crate::rules) type Baggage = BTreeMap<String, String>;

/// The entries of received metadata; absent if the header breaks the grammar or W3C's limits, where nothing is promised.
pub(in crate::rules) fn baggage_of(values: &[&str]) -> Option<Baggage> {
    let mut baggage = Baggage::new();
    let mut length = 0;
    for value in values {
        length += value.len();
        for member in value.split(',').map(trim).filter(|member| !member.is_empty()) {
            let entry = member.split(';').next().unwrap_or_default();
            let (key, value) = entry.split_once('=')?;
            let (key, value) = (trim(key), decode(trim(value))?);
            if key.is_empty() || baggage.insert(key.to_owned(), value).is_some() {
                return None;
            }
        }
    }
    (length <= 8192 && baggage.len() <= 64).then_some(baggage)
}

/// What a call must carry that a handler made in its current context; absent where that is not known.
pub(in crate::rules) fn incoming_baggage(case: &Case<'_>, call: usize) -> Option<Baggage> {
    let made = &case.calls[call];
    if made.after.is_some() {
        return None;
    }
    match made.plan.context {
        Context::None => Some(Baggage::new()),
        Context::Saved => None,
        Context::Current | Context::Unsampled => {
            let caller = made.caller.filter(|caller| case.arrivals(*caller) == 1)?;
            let arrived = &case.received(caller, 0).baggage;
            // Of several headers a getter gives the first, and W3C wants all.
            let mut baggage = baggage_of(arrived).filter(|_| arrived.len() < 2)?;
            baggage.extend(made.baggage.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
            Some(baggage)
        }
    }
}

/// What arrived with a call.
pub(in crate::rules) fn outgoing_baggage(values: &[&str]) -> Option<Baggage> {
    let mut baggage = Baggage::new();
    // A repeated key is no reason to see nothing: a naive proxy forwards the header beside the injected one.
    for member in values.iter().flat_map(|value| value.split(',')).map(trim) {
        let entry = member.split(';').next().unwrap_or_default();
        if let Some((key, value)) = entry.split_once('=') {
            baggage.insert(trim(key).to_owned(), decode(trim(value))?);
        }
    }
    Some(baggage)
}

/// The properties of each entry that has any, in the alphabet's order.
pub(in crate::rules) fn properties(values: &[&str]) -> BTreeMap<String, Vec<String>> {
    let members = values.iter().flat_map(|value| value.split(','));
    let read = |member: &str| {
        let (entry, properties) = member.split_once(';')?;
        let (key, _) = entry.split_once('=')?;
        let mut properties: Vec<_> = properties.split(';').map(|property| property.replace([' ', '\t'], "")).collect();
        properties.retain(|property| !property.is_empty());
        properties.sort_unstable();
        Some((trim(key).to_owned(), properties))
    };
    members.filter_map(read).filter(|(_, properties)| !properties.is_empty()).collect()
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// Percent-decoding; absent if what comes of it is no text.
fn decode(text: &str) -> Option<String> {
    String::from_utf8(percent_decode(text.as_bytes())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Option<Vec<(String, String)>> {
        baggage_of(values).map(|baggage| baggage.into_iter().collect())
    }

    #[test]
    fn baggage_is_decoded_and_properties_are_left_out() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(read(&["a=1 , b = x%20y;p=q"]), Some(vec![pair("a", "1"), pair("b", "x y")]));
        assert_eq!(read(&["a=100%"]), Some(vec![pair("a", "100%")]));
        assert_eq!(read(&["a=%zz"]), Some(vec![pair("a", "%zz")]));
        assert_eq!(read(&[]), Some(Vec::new()));
        for broken in ["a", "=1", "a=1,a=2", "a=%ff"] {
            assert_eq!(read(&[broken]), None, "{broken}");
        }
    }

    #[test]
    fn of_baggage_beyond_what_everybody_must_carry_nothing_is_known() {
        let entries = |count: u32| (0..count).map(|number| format!("k{number}=1")).collect::<Vec<_>>().join(",");
        assert_eq!(read(&[&entries(64)]).map(|entries| entries.len()), Some(64));
        assert_eq!(read(&[&entries(65)]), None);
        let long = |length: usize| format!("k={}", "v".repeat(length - 2));
        assert!(read(&[&long(8192)]).is_some());
        assert_eq!(read(&[&long(8193)]), None);
        assert_eq!(read(&[&long(8000), "other=1,", &format!("third={}", "v".repeat(200))]), None, "all headers count");
    }
}
