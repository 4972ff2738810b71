//! `target.toml`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::place;
use crate::transcript::MetadataOf;
use crate::usage::UsageError;

/// The name of the file.
pub const MANIFEST: &str = "target.toml";

/// A target, as its manifest describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The folder it stands in: builds and processes run there.
    pub folder: PathBuf,
    /// `language/instrumentation`, by which targets are selected.
    pub name: String,
    /// The language, for `list`.
    pub language: String,
    /// Executables that must be on `PATH`; without them the target is unavailable.
    pub needs: Vec<String>,
    /// Why it is not judged unless it is asked for by name: its findings were not all looked into yet.
    pub draft: Option<String>,
    /// Whether a violated SHOULD fails, as under `--strict`.
    pub strict: bool,
    /// Why its traces rightly differ from run to run, if they do: events that tell what was waited for, times in texts. Snapshots
    /// then hold what was found, and not the traces.
    pub traces_vary: Option<String>,
    /// What switches the instrumentation off. Variants that differ in nothing but in what this sets too are one program then.
    pub off: BTreeMap<String, String>,
    /// What the target can do beside the least that the contract asks.
    pub capabilities: Capabilities,
    /// How long things may take.
    pub limits: Limits,
    /// The main variant, whose name is empty, and then the others.
    pub variants: Vec<Variant>,
}

/// What the target can do beside the least that the contract asks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Capabilities {
    /// Whether it answers over standard input and output.
    pub control: bool,
    /// Whether it answers `flush`.
    pub flush: bool,
    /// Whether it answers `ledger`.
    pub ledger: bool,
    /// Whether it can be told to retry.
    pub retry: bool,
    /// Whether a stream of responses that it asks for begins before it is read.
    pub unread_streams: bool,
    /// Whether a call that it cancels while it waits for a single response is cancelled at its server.
    pub unanswered_cancel: bool,
    /// The client styles that a scripted call may name.
    pub styles: Vec<String>,
    /// The ways to end a call that a script may name.
    pub ends: Vec<String>,
    /// The ways in which a handler can fail by itself.
    pub failures: Vec<String>,
    /// Whose metadata the instrumentation was told to record, under the keys
    /// [`CAPTURED_KEYS`](conformance_proto::CAPTURED_KEYS).
    pub captures: Vec<MetadataOf>,
}

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            control: true,
            flush: false,
            ledger: false,
            retry: false,
            unread_streams: true,
            unanswered_cancel: true,
            styles: Vec::new(),
            ends: Vec::new(),
            failures: Vec::new(),
            captures: Vec::new(),
        }
    }
}

/// How long things may take. They are limits, not waits: nothing is slower for a higher one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The build.
    pub build: Duration,
    /// From the start to the ready line.
    pub start: Duration,
    /// One case, from its first call to the last entry in the journal.
    pub case: Duration,
    /// One answer over control.
    pub answer: Duration,
    /// From the end of input to the end of the process.
    pub stop: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        LimitsFile::default().into()
    }
}

/// One version or environment of the target's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Empty for the main one.
    pub name: String,
    /// The command that builds it, if it needs one.
    pub build: Option<Vec<String>>,
    /// The command that starts it.
    pub start: Vec<String>,
    /// Set always.
    pub env: BTreeMap<String, String>,
    /// How it is told to export.
    pub otlp: Otlp,
    /// What is under test, for reports.
    pub versions: Vec<String>,
    /// The conventions it claims: each is a run of its own.
    pub claims: Vec<Claim>,
}

/// What is left of a variant when its instrumentation is off: equal where it is the same program in the same environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bare {
    build: Option<Vec<String>>,
    start: Vec<String>,
    env: BTreeMap<String, String>,
    otlp: Otlp,
}

impl Variant {
    /// What is left of it when this switches its instrumentation off.
    #[must_use]
    pub fn bare(&self, off: &BTreeMap<String, String>) -> Bare {
        let mut env = self.env.clone();
        env.extend(off.clone());
        Bare { build: self.build.clone(), start: self.start.clone(), env, otlp: self.otlp }
    }
}

/// A form of OTLP. The receiver takes all of them, on the same port.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Otlp {
    /// OTLP/gRPC.
    #[default]
    #[serde(rename = "grpc")]
    Grpc,
    /// OTLP/HTTP with protobuf.
    #[serde(rename = "http/protobuf")]
    HttpProtobuf,
    /// OTLP/HTTP with JSON.
    #[serde(rename = "http/json")]
    HttpJson,
}

impl Otlp {
    /// As `OTEL_EXPORTER_OTLP_PROTOCOL` has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::HttpProtobuf => "http/protobuf",
            Self::HttpJson => "http/json",
        }
    }
}

/// A convention that a target claims to follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The convention's id.
    pub convention: String,
    /// What makes the target follow it.
    pub env: BTreeMap<String, String>,
    /// The line of the manifest.
    pub line: Option<usize>,
}

impl Manifest {
    /// Reads the manifest of a folder.
    ///
    /// # Errors
    ///
    /// If there is none, or it does not say what a manifest must.
    pub fn read(folder: &Path) -> Result<Self, UsageError> {
        let file = folder.join(MANIFEST);
        let text = std::fs::read_to_string(&file).map_err(|error| UsageError::unreadable(&file, &error))?;
        Self::parse(folder, &text)
    }

    /// Reads a manifest's text.
    ///
    /// # Errors
    ///
    /// If it does not say what a manifest must.
    pub fn parse(folder: &Path, text: &str) -> Result<Self, UsageError> {
        let file = folder.join(MANIFEST);
        let manifest: File = toml::from_str(text).map_err(|error| UsageError::toml(&file, text, &error))?;
        let reader = Reader { file: &file, text };
        reader.check(&manifest)?;
        let main = Variant {
            name: String::new(),
            build: manifest.build.map(Spanned::into_inner),
            start: manifest.start.into_inner(),
            env: manifest.env,
            otlp: manifest.otlp,
            versions: manifest.versions,
            claims: reader.claims(manifest.conventions),
        };
        let mut variants = vec![main.clone()];
        for variant in manifest.variants {
            let mut env = main.env.clone();
            env.extend(variant.env);
            variants.push(Variant {
                name: variant.name.into_inner(),
                build: variant.build.map_or_else(|| main.build.clone(), |build| Some(build.into_inner())),
                start: variant.start.map_or_else(|| main.start.clone(), Spanned::into_inner),
                env,
                otlp: variant.otlp.unwrap_or(main.otlp),
                versions: variant.versions.unwrap_or_else(|| main.versions.clone()),
                claims: variant.conventions.map_or_else(|| main.claims.clone(), |claims| reader.claims(claims)),
            });
        }
        Ok(Self {
            folder: folder.to_owned(),
            name: manifest.name.into_inner(),
            language: manifest.language,
            needs: manifest.needs,
            draft: manifest.draft,
            strict: manifest.strict,
            traces_vary: manifest.traces_vary,
            off: manifest.off,
            capabilities: manifest.capabilities,
            limits: manifest.limits.into(),
            variants,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    name: Spanned<String>,
    language: String,
    #[serde(default)]
    needs: Vec<String>,
    build: Option<Spanned<Vec<String>>>,
    start: Spanned<Vec<String>>,
    #[serde(default)]
    versions: Vec<String>,
    draft: Option<String>,
    traces_vary: Option<String>,
    #[serde(default)]
    strict: bool,
    #[serde(default)]
    off: BTreeMap<String, String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    otlp: Otlp,
    #[serde(default)]
    capabilities: Capabilities,
    #[serde(default)]
    limits: LimitsFile,
    #[serde(default, rename = "convention")]
    conventions: Vec<ClaimFile>,
    #[serde(default, rename = "variant")]
    variants: Vec<VariantFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimFile {
    name: Spanned<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VariantFile {
    name: Spanned<String>,
    build: Option<Spanned<Vec<String>>>,
    start: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    otlp: Option<Otlp>,
    versions: Option<Vec<String>>,
    #[serde(rename = "convention")]
    conventions: Option<Vec<ClaimFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct LimitsFile {
    build_s: u64,
    start_s: u64,
    case_s: u64,
    answer_s: u64,
    stop_s: u64,
}

impl Default for LimitsFile {
    fn default() -> Self {
        // Cold builds download what they need, and the machine is shared by as many builds as there are targets.
        Self { build_s: 900, start_s: 30, case_s: 30, answer_s: 20, stop_s: 15 }
    }
}

impl From<LimitsFile> for Limits {
    fn from(file: LimitsFile) -> Self {
        Self {
            build: Duration::from_secs(file.build_s),
            start: Duration::from_secs(file.start_s),
            case: Duration::from_secs(file.case_s),
            answer: Duration::from_secs(file.answer_s),
            stop: Duration::from_secs(file.stop_s),
        }
    }
}

/// What the types of [`File`] cannot say.
struct Reader<'a> {
    file: &'a Path,
    text: &'a str,
}

impl Reader<'_> {
    fn check(&self, manifest: &File) -> Result<(), UsageError> {
        let name = manifest.name.get_ref();
        if name.split('/').count() != 2 || !name.split('/').all(is_component) {
            let problem = format!("the name `{name}` is not `language/instrumentation` in a-z, 0-9, `-`, `_` and `.`");
            return Err(self.at(&manifest.name, problem));
        }
        self.check_command("start", &manifest.start)?;
        if let Some(build) = &manifest.build {
            self.check_command("build", build)?;
        }
        self.check_claims(&manifest.conventions)?;
        let mut seen = Vec::new();
        for variant in &manifest.variants {
            self.check_variant(variant)?;
            let name = variant.name.get_ref();
            if seen.contains(&name) {
                return Err(self.at(&variant.name, format!("a second variant `{name}`: give it another name")));
            }
            seen.push(name);
        }
        let unclaimed = manifest.variants.iter().all(|variant| variant.conventions.is_none());
        if manifest.conventions.is_empty() && (unclaimed || manifest.variants.is_empty()) {
            let problem = "claims no convention: add `[[convention]]` with a `name` (`conformance list conventions`)";
            return Err(UsageError::of_file(self.file, problem));
        }
        Ok(())
    }

    fn check_variant(&self, variant: &VariantFile) -> Result<(), UsageError> {
        let name = variant.name.get_ref();
        if !is_component(name) {
            return Err(
                self.at(&variant.name, format!("the variant's name `{name}` is not in a-z, 0-9, `-`, `_`, `.`"))
            );
        }
        if let Some(start) = &variant.start {
            self.check_command("start", start)?;
        }
        if let Some(build) = &variant.build {
            self.check_command("build", build)?;
        }
        self.check_claims(variant.conventions.as_deref().unwrap_or_default())
    }

    fn check_command(&self, what: &str, command: &Spanned<Vec<String>>) -> Result<(), UsageError> {
        if command.get_ref().first().is_none_or(String::is_empty) {
            return Err(self.at(command, format!("`{what}` is empty: give the program and its arguments")));
        }
        for argument in command.get_ref() {
            if let Some(unknown) = place::unknown_placeholder(argument) {
                let known = place::PLACEHOLDERS.join(", ");
                return Err(self.at(command, format!("`{what}` uses {{{unknown}}}, which is none of {known}")));
            }
        }
        Ok(())
    }

    fn check_claims(&self, claims: &[ClaimFile]) -> Result<(), UsageError> {
        for (index, claim) in claims.iter().enumerate() {
            let name = claim.name.get_ref();
            if claims[..index].iter().any(|other| other.name.get_ref() == name) {
                return Err(self.at(&claim.name, format!("claims `{name}` twice: remove one")));
            }
        }
        Ok(())
    }

    fn claims(&self, claims: Vec<ClaimFile>) -> Vec<Claim> {
        let read = |claim: ClaimFile| Claim {
            line: self.at(&claim.name, "").line,
            convention: claim.name.into_inner(),
            env: claim.env,
        };
        claims.into_iter().map(read).collect()
    }

    fn at<T>(&self, value: &Spanned<T>, problem: impl Into<String>) -> UsageError {
        UsageError::at(self.file, self.text, &value.span(), problem)
    }
}

fn is_component(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
name = "go/otelgrpc"
language = "go"
needs = ["go"]
build = ["go", "build", "-o", "{out}/otelgrpc", "."]
start = ["{out}/otelgrpc"]
versions = ["otelgrpc v0.72.0"]
off = { CONFORMANCE_INSTRUMENTATION = "off" }
env = { A = "1", B = "1" }
[capabilities]
flush = true
styles = ["blocking"]
[limits]
start-s = 5
[[convention]]
name = "rpc-1.39"
env = { OTEL_SEMCONV_STABILITY_OPT_IN = "rpc" }
[[convention]]
name = "rpc-1.38"
[[variant]]
name = "v0.60"
env = { B = "2" }
otlp = "http/json"
versions = ["otelgrpc v0.60.0"]
[[variant.convention]]
name = "rpc-1.38"
"#;

    fn parse(text: &str) -> Result<Manifest, UsageError> {
        Manifest::parse(Path::new("targets/go/otelgrpc"), text)
    }

    #[track_caller]
    fn check_error(text: &str, line: usize, says: &str) {
        let shown = parse(text).unwrap_err().to_string();
        assert!(shown.starts_with(&format!("targets/go/otelgrpc/target.toml:{line}: ")), "{shown}");
        assert!(shown.contains(says), "{shown}");
    }

    #[test]
    fn a_manifest_says_everything_about_a_target() {
        let manifest = parse(GOOD).unwrap();
        assert_eq!(manifest.name, "go/otelgrpc");
        assert!(manifest.capabilities.flush && manifest.capabilities.control && !manifest.capabilities.ledger);
        assert_eq!(manifest.limits.start, Duration::from_secs(5));
        assert_eq!(manifest.limits.stop, Limits::default().stop);
        let [main, old] = &manifest.variants[..] else { panic!("{:?}", manifest.variants) };
        assert_eq!((main.name.as_str(), old.name.as_str()), ("", "v0.60"));
        assert_eq!(main.claims.len(), 2);
        assert_eq!(main.claims[1].line, Some(19));
    }

    #[test]
    fn a_variant_is_the_main_one_but_for_what_it_says() {
        let manifest = parse(GOOD).unwrap();
        let [main, old] = &manifest.variants[..] else { panic!("{:?}", manifest.variants) };
        assert_eq!(old.build, main.build);
        assert_eq!(old.start, main.start);
        assert_eq!(old.env, BTreeMap::from([("A".into(), "1".into()), ("B".into(), "2".into())]));
        assert_eq!((main.otlp, old.otlp), (Otlp::Grpc, Otlp::HttpJson));
        assert_eq!(old.versions, ["otelgrpc v0.60.0"]);
        assert_eq!(old.claims.len(), 1);
    }

    #[test]
    fn variants_that_differ_only_in_what_off_sets_too_are_one_program_when_off() {
        let manifest = parse(&GOOD.replace("otlp = \"http/json\"\n", "")).unwrap();
        let [main, old] = &manifest.variants[..] else { panic!("{:?}", manifest.variants) };
        assert_ne!(main.bare(&manifest.off), old.bare(&manifest.off));
        let off = BTreeMap::from([("B".into(), String::new())]);
        assert_eq!(main.bare(&off), old.bare(&off));
    }

    #[test]
    fn an_error_of_a_manifest_names_its_line_and_what_to_do() {
        check_error(&GOOD.replace("needs =", "need ="), 4, "unknown field `need`");
        check_error(&GOOD.replace("flush = true", "flush = 1"), 11, "expected a boolean");
        check_error(&GOOD.replace("flush = true", "flushes = true"), 11, "unknown field `flushes`");
        check_error(&GOOD.replace("go/otelgrpc", "otelgrpc"), 2, "is not `language/instrumentation`");
        check_error(&GOOD.replace("start = [\"{out}/otelgrpc\"]", "start = []"), 6, "`start` is empty");
        check_error(&GOOD.replace("\"{out}/otelgrpc\", \".\"", "\"{outt}/x\""), 5, "uses {outt}, which is none of");
        check_error(&GOOD.replace("rpc-1.39", "rpc-1.38"), 19, "claims `rpc-1.38` twice");
        check_error(&GOOD.replace("v0.60\"", "V0\""), 21, "the variant's name `V0`");
        check_error(&format!("{GOOD}[[variant]]\nname = \"v0.60\"\n"), 28, "a second variant");
        check_error(&GOOD.replace("env = { B = \"2\" }", "env = { B = 2 }"), 22, "expected a string");
        check_error(&GOOD.replace("http/json", "http"), 23, "expected one of `grpc`, `http/protobuf`, `http/json`");
    }

    #[test]
    fn a_target_that_claims_no_convention_is_refused() {
        let text = "name = \"a/b\"\nlanguage = \"a\"\nstart = [\"b\"]\n";
        let shown = parse(text).unwrap_err().to_string();
        assert!(shown.contains("claims no convention: add"), "{shown}");
        let variant = format!("{text}[[variant]]\nname = \"c\"\n[[variant.convention]]\nname = \"rpc-1.39\"\n");
        assert!(parse(&variant).is_ok());
    }
}
