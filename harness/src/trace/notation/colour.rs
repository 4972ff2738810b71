//! Classes of things that look alike.
//!
//! Spans that read the same may still be told apart by what points at them, and by what points at that. Splitting
//! classes until nothing changes finds every such difference that counts, without a look at an id.

/// What a thing looks like given the classes of the others: its neighbours, sorted, each with how it is one.
pub(super) type Neighbours = Vec<(u8, usize)>;

/// The class of each thing, in the order of the keys.
pub(super) fn rank<K: Ord>(keys: &[K]) -> Vec<usize> {
    let mut order: Vec<_> = (0..keys.len()).collect();
    order.sort_by(|a, b| keys[*a].cmp(&keys[*b]));
    let mut classes = vec![0; keys.len()];
    let mut class = 0;
    for (place, index) in order.iter().enumerate() {
        if place > 0 && keys[order[place - 1]] != keys[*index] {
            class = place;
        }
        classes[*index] = class;
    }
    classes
}

/// Splits classes by those of the neighbours until nothing changes. Keeps the order of classes.
pub(super) fn refine(mut classes: Vec<usize>, neighbours: &[Neighbours]) -> Vec<usize> {
    let mut count = distinct(&classes);
    loop {
        let look = |index: usize| {
            let mut around: Vec<_> = neighbours[index].iter().map(|(how, other)| (*how, classes[*other])).collect();
            around.sort_unstable();
            (classes[index], around)
        };
        let keys: Vec<_> = (0..classes.len()).map(look).collect();
        classes = rank(&keys);
        // Each round but the last makes at least one class more, and there are no more classes than things.
        let now = distinct(&classes);
        if now == count {
            return classes;
        }
        count = now;
    }
}

fn distinct(classes: &[usize]) -> usize {
    let mut sorted = classes.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.len()
}
