//! Which generation of the RPC semantic conventions the spans follow.

/// A generation of the [RPC semantic conventions](https://opentelemetry.io/docs/specs/semconv/rpc/).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Convention {
    /// Up to 1.38: `rpc.system`, `rpc.service`, an integer `rpc.grpc.status_code`, message events.
    ///
    /// The default, as [an instrumentation should not change what it emits by
    /// itself](https://github.com/open-telemetry/semantic-conventions/blob/v1.38.0/docs/rpc/rpc-spans.md).
    #[default]
    Rpc138,
    /// 1.39 to 1.44, in the form of 1.44: `rpc.system.name`, a fully qualified `rpc.method`,
    /// `rpc.response.status_code`.
    Rpc139,
    /// After 1.44: as [`Rpc139`](Convention::Rpc139) with `rpc.status_code`.
    RpcNext,
    /// [`Rpc138`](Convention::Rpc138) and [`Rpc139`](Convention::Rpc139) at once.
    ///
    /// The two share the key `rpc.method` and differ in its value. An attribute has one value, so the newer one
    /// is given; the older one is found as `rpc.service` and the end of `rpc.method`.
    RpcDup,
}

impl Convention {
    /// What `OTEL_SEMCONV_STABILITY_OPT_IN` asks for: a comma-separated list in which [`rpc/dup` goes before
    /// `rpc`](https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/rpc-spans.md), and
    /// without either the old conventions stay.
    ///
    /// The environment is never read here; hand over what you read from it.
    #[must_use]
    pub fn from_env_value(value: Option<&str>) -> Self {
        let has = |wanted| value.is_some_and(|list| list.split(',').any(|entry| entry.trim() == wanted));
        if has("rpc/dup") {
            Self::RpcDup
        } else if has("rpc") {
            Self::Rpc139
        } else {
            Self::Rpc138
        }
    }

    /// Whether the names of 1.38 are emitted.
    #[must_use]
    pub const fn has_old_names(self) -> bool {
        matches!(self, Self::Rpc138 | Self::RpcDup)
    }

    /// Whether the names of 1.39 or later are emitted.
    #[must_use]
    pub const fn has_new_names(self) -> bool {
        !matches!(self, Self::Rpc138)
    }

    /// The schema that the spans follow, where one is published.
    #[must_use]
    pub const fn schema_url(self) -> Option<&'static str> {
        match self {
            Self::Rpc138 => Some("https://opentelemetry.io/schemas/1.38.0"),
            Self::Rpc139 | Self::RpcDup => Some("https://opentelemetry.io/schemas/1.44.0"),
            Self::RpcNext => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_opt_in_list_picks_the_convention() {
        for (value, expected) in [
            (None, Convention::Rpc138),
            (Some(""), Convention::Rpc138),
            (Some("http,database"), Convention::Rpc138),
            (Some("rpcs"), Convention::Rpc138),
            (Some("rpc"), Convention::Rpc139),
            (Some("http, rpc"), Convention::Rpc139),
            (Some("rpc/dup"), Convention::RpcDup),
            (Some("rpc,rpc/dup"), Convention::RpcDup),
            (Some("rpc/dup,rpc"), Convention::RpcDup),
        ] {
            assert_eq!(Convention::from_env_value(value), expected, "{value:?}");
        }
    }
}
