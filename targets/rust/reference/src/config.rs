//! What the layers are told.

use crate::attribute;
use crate::convention::Convention;
use crate::policy::{Policy, Standard};
use crate::propagator::{HeaderExtractor, HeaderInjector, W3cPropagator};
use http::{HeaderMap, HeaderName};
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TracerProvider;
use opentelemetry::{Array, Context, Key, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// What a [`ServerLayer`](crate::ServerLayer) or a [`ClientLayer`](crate::ClientLayer) is made from.
///
/// Nothing is taken from globals or the environment. One configuration may make any number of layers.
#[derive(Clone)]
pub struct Config {
    provider: SdkTracerProvider,
    settings: Settings,
    policy: Arc<dyn Policy>,
}

impl Config {
    /// Spans go to `provider`; all else is as the specifications have it by default.
    #[must_use]
    pub fn new(provider: &SdkTracerProvider) -> Self {
        Self { provider: provider.clone(), settings: Settings::default(), policy: Arc::new(Standard) }
    }

    /// The generation of names and rules to follow. [`Convention::Rpc138`] unless told.
    #[must_use]
    pub fn convention(mut self, convention: Convention) -> Self {
        self.settings.convention = convention;
        self
    }

    /// The methods that exist, such as `pkg.Service/Method`.
    ///
    /// From 1.39 a method that is not recognised has the [`rpc.method`
    /// `_OTHER`](https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#server), as has
    /// every method if nobody says which exist. A client knows by itself the methods of the code that
    /// tonic generates. May be called several times.
    #[must_use]
    pub fn recognise<S: AsRef<str>>(mut self, methods: impl IntoIterator<Item = S>) -> Self {
        let mut known = (*self.settings.methods).clone();
        for method in methods {
            let name = method.as_ref().trim_start_matches('/');
            known.insert(name.into(), Arc::new(MethodNames::of(name)));
        }
        self.settings.methods = Arc::new(known);
        self
    }

    /// Request metadata to record, by key. [Nothing is recorded
    /// unless asked for](https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#client),
    /// and a key that is no valid name is never found.
    #[must_use]
    pub fn capture_request_metadata<S: AsRef<str>>(mut self, keys: impl IntoIterator<Item = S>) -> Self {
        self.settings.request.extend(keys);
        self
    }

    /// Response metadata to record, by key, from headers and trailers alike.
    #[must_use]
    pub fn capture_response_metadata<S: AsRef<str>>(mut self, keys: impl IntoIterator<Item = S>) -> Self {
        self.settings.response.extend(keys);
        self
    }

    /// Whether messages become [span
    /// events](https://github.com/open-telemetry/semantic-conventions/blob/v1.38.0/docs/rpc/rpc-spans.md#events) where
    /// the convention has them. They do unless told otherwise.
    #[must_use]
    pub fn message_events(mut self, on: bool) -> Self {
        self.settings.message_events = on;
        self
    }

    /// Another propagator in place of [`W3cPropagator`].
    #[must_use]
    pub fn propagator(mut self, propagator: impl TextMapPropagator + Send + Sync + 'static) -> Self {
        self.settings.propagator = Some(Arc::new(propagator));
        self
    }

    /// Other decisions than the right ones; see [`Policy`].
    #[must_use]
    pub fn policy(mut self, policy: Arc<dyn Policy>) -> Self {
        self.policy = policy;
        self
    }

    pub(crate) fn build(self) -> Arc<Instrument> {
        let scope = self.policy.scope(self.settings.convention);
        Arc::new(Instrument {
            tracer: self.provider.tracer_with_scope(scope),
            settings: self.settings,
            policy: self.policy,
        })
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = &self.settings;
        f.debug_struct("Config").field("settings", settings).finish_non_exhaustive()
    }
}

/// What a [`Config`] says, as a [`Policy`] sees it.
#[derive(Clone, Debug)]
pub struct Settings {
    convention: Convention,
    methods: Arc<HashMap<Box<str>, Arc<MethodNames>>>,
    request: Captures,
    response: Captures,
    message_events: bool,
    propagator: Option<Arc<dyn TextMapPropagator + Send + Sync>>,
}

impl Settings {
    /// The generation to follow.
    #[must_use]
    pub fn convention(&self) -> Convention {
        self.convention
    }

    /// Whether messages are to become events; false where the convention has none.
    #[must_use]
    pub fn has_message_events(&self) -> bool {
        self.message_events && self.convention.has_old_names()
    }

    /// The metadata keys to record from requests.
    #[must_use]
    pub fn request_metadata(&self) -> &Captures {
        &self.request
    }

    /// The metadata keys to record from responses.
    #[must_use]
    pub fn response_metadata(&self) -> &Captures {
        &self.response
    }

    /// Reads the remote context from headers, onto an empty one.
    #[must_use]
    pub fn extract(&self, headers: &HeaderMap) -> Context {
        match &self.propagator {
            None => W3cPropagator.extract(headers, &Context::new()),
            Some(other) => other.extract_with_context(&Context::new(), &HeaderExtractor(headers)),
        }
    }

    /// Writes `cx` over what the headers have.
    pub fn inject(&self, cx: &Context, headers: &mut HeaderMap) {
        match &self.propagator {
            None => W3cPropagator.inject(cx, headers),
            Some(other) => other.inject_context(cx, &mut HeaderInjector(headers)),
        }
    }

    pub(crate) fn names(&self, method: &str) -> Option<&Arc<MethodNames>> {
        self.methods.get(method)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            convention: Convention::default(),
            methods: Arc::default(),
            request: Captures::of(attribute::GRPC_REQUEST_METADATA, attribute::REQUEST_METADATA),
            response: Captures::of(attribute::GRPC_RESPONSE_METADATA, attribute::RESPONSE_METADATA),
            message_events: true,
            propagator: None,
        }
    }
}

/// The metadata keys to record, with the attribute keys made of them beforehand.
#[derive(Clone, Debug)]
pub struct Captures {
    old_prefix: &'static str,
    new_prefix: &'static str,
    keys: Vec<Capture>,
}

#[derive(Clone, Debug)]
struct Capture {
    header: HeaderName,
    old: Key,
    new: Key,
}

impl Captures {
    /// Whether nothing is to be recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Makes attributes of what the headers, and after them the trailers, have under the listed keys.
    pub fn record(
        &self,
        convention: Convention,
        headers: Option<&HeaderMap>,
        trailers: Option<&HeaderMap>,
        out: &mut Vec<KeyValue>,
    ) {
        for capture in &self.keys {
            let values: Vec<StringValue> = [headers, trailers]
                .into_iter()
                .flatten()
                .flat_map(|headers| headers.get_all(&capture.header))
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned().into())
                .collect();
            if values.is_empty() {
                continue;
            }
            if convention.has_old_names() {
                let values = Value::Array(Array::String(values.clone()));
                out.push(KeyValue::new(capture.old.clone(), values));
            }
            if convention.has_new_names() {
                let values = Value::Array(Array::String(values));
                out.push(KeyValue::new(capture.new.clone(), values));
            }
        }
    }

    fn of(old_prefix: &'static str, new_prefix: &'static str) -> Self {
        Self { old_prefix, new_prefix, keys: Vec::new() }
    }

    fn extend<S: AsRef<str>>(&mut self, keys: impl IntoIterator<Item = S>) {
        for key in keys {
            let Ok(header) = HeaderName::try_from(key.as_ref()) else {
                continue;
            };
            // The same key twice would be the same attribute twice.
            if self.keys.iter().any(|known| known.header == header) {
                continue;
            }
            let attribute = |prefix| Key::from(Arc::<str>::from(format!("{prefix}{header}")));
            let (old, new) = (attribute(self.old_prefix), attribute(self.new_prefix));
            self.keys.push(Capture { header, old, new });
        }
    }
}

/// The names of a recognised method, ready to be shared with spans.
#[derive(Debug)]
pub(crate) struct MethodNames {
    pub(crate) full: Arc<str>,
    pub(crate) service: Arc<str>,
    pub(crate) method: Arc<str>,
}

impl MethodNames {
    fn of(full: &str) -> Self {
        let (service, method) = full.rsplit_once('/').unwrap_or(("", full));
        Self { full: full.into(), service: service.into(), method: method.into() }
    }
}

/// What all calls of one layer share.
pub(crate) struct Instrument {
    pub(crate) tracer: SdkTracer,
    pub(crate) settings: Settings,
    pub(crate) policy: Arc<dyn Policy>,
}
