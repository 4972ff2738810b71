use crate::support::*;

/// Puts a member of its own in front of the `tracestate`.
struct Vendor;

impl Policy for Vendor {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        let span = cx.span().span_context().clone();
        let came = headers.get("tracestate").and_then(|state| state.to_str().ok()).unwrap_or_default();
        let others = came.split(',').filter(|member| !member.is_empty() && !member.starts_with("acme="));
        let members: Vec<_> =
            [format!("acme={}", span.span_id())].into_iter().chain(others.map(str::to_owned)).collect();
        if let Some(state) =
            HeaderValue::try_from(members.join(",")).ok().filter(|_| span.is_valid() && members.len() <= 32)
        {
            headers.insert("tracestate", state);
        }
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "The `tracestate` goes out with a member that did not come in, in front of the others.",
    seen: "https://github.com/DataDog/dd-trace-dotnet/pull/8983",
    clause: "https://www.w3.org/TR/trace-context-2/#mutating-the-tracestate-field",
    conventions: &["rpc-1.39"],
    parts: || Parts::policy(Vendor),
    shows: |evidence| received(evidence).any(|entry| entry.key == "tracestate" && entry.value.starts_with("acme=")),
};
