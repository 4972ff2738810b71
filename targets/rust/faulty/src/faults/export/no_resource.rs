use crate::support::*;

fault! {
    /// The exporter leaves the resource out.
    models: [],
    both: ["service_name_missing"],
    only: ["unary/ok"],
    process: true,
    parts: |_| Parts::wire(|sent| sent.iter_mut().for_each(|group| group.resource = None)),
}
