use crate::support::*;

fault! {
    /// The header is not what W3C wants: in upper case, without flags, with a zero id, with blanks, too long, or with
    /// dashes left out.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/pull/2363"],
    client: ["traceparent_invalid"],
    each: ["upper-case", "no-flags", "zero-trace", "zero-span", "long", "no-dashes", "version-ff", "one-digit-flags"],
    only: ["unary/ok", "stream", "relay/chain"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        rewrite(headers, "traceparent", |text| match self.at.each {
            Some("upper-case") => {
                format!("00-{}{}", text[3..51].to_uppercase(), "A").chars().chain(text[52..].chars()).collect()
            }
            Some("no-flags") => text[..52].to_owned(),
            Some("zero-trace") => format!("00-{}{}", "0".repeat(32), &text[35..]),
            Some("zero-span") => format!("{}{}{}", &text[..36], "0".repeat(16), &text[52..]),
            Some("long") => format!("{text}-00"),
            Some("no-dashes") => text.replace('-', ""),
            Some("version-ff") => text.replacen("00-", "ff-", 1),
            _ => text[..54].to_owned(),
        });
    }
}
