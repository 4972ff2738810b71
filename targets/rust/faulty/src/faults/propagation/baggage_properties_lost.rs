use crate::support::*;

fault! {
    /// The properties of a baggage entry, behind its value, are left out.
    models: [],
    client: ["baggage_properties_changed"],
    only: ["context/baggage", "relay"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        let bare = |entry: &str| entry.split(';').next().unwrap_or_default().to_owned();
        rewrite(headers, "baggage", |text| text.split(',').map(bare).collect::<Vec<_>>().join(","));
    }
}
