//! What judging costs: the reference's suite, and the same plans with instrumentation, capture and judging off.

use criterion::{Criterion, criterion_group, criterion_main};
use grpc_trace_conformance::run::Harness;
use tokio::runtime::Runtime;
use tonic_trace_reference::conformance::Reference;

fn suite(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let reference = || Harness::in_process("rust/reference", Reference::default()).strict();
    let mut group = criterion.benchmark_group("suite");
    group.sample_size(10);
    let variants = [("judged", reference()), ("off", reference().uninstrumented())];
    for (themes, patterns) in [("all", &[][..]), ("unary-stream-status", &["unary", "stream", "status"][..])] {
        for (name, harness) in &variants {
            let harness = patterns.iter().fold(harness.clone(), |harness, pattern| harness.scenario(*pattern));
            group.bench_function(format!("{themes}/{name}"), |bencher| {
                bencher.iter(|| runtime.block_on(harness.run()).expect("it runs").len());
            });
        }
    }
    group.finish();
}

criterion_group!(benches, suite);
criterion_main!(benches);
