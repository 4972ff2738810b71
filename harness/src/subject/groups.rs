//! An index: which places of a list have a key.

use smallvec::SmallVec;

/// Indices by key, those of one key in the order in which they were given.
#[derive(Debug)]
pub(super) struct Groups<K>(SmallVec<[(K, usize); 4]>);

impl<K> Default for Groups<K> {
    fn default() -> Self {
        Self(SmallVec::new())
    }
}

impl<K: Ord + Copy> Groups<K> {
    pub(super) fn new(members: impl Iterator<Item = (K, usize)>) -> Self {
        let mut members: SmallVec<_> = members.collect();
        members.sort_by_key(|(key, _)| *key);
        Self(members)
    }

    pub(super) fn get(&self, key: K) -> impl Iterator<Item = usize> {
        let first = self.0.partition_point(|(other, _)| *other < key);
        self.0[first..].iter().take_while(move |(other, _)| *other == key).map(|(_, index)| *index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_members_of_a_group_keep_their_order() {
        let groups = Groups::new([("b", 3), ("a", 2), ("b", 1), ("c", 0)].into_iter());
        assert_eq!(groups.get("b").collect::<Vec<_>>(), [3, 1]);
        assert_eq!(groups.get("bb").count(), 0);
    }
}
