//! Comments inside code say why. What an item is, its documentation says; that is not counted.

use crate::house::House;
use crate::scan::LineKind;

/// Lines that hold only a `//` comment, for 1,000 lines of product code.
pub fn per_thousand(house: &House) -> usize {
    let count = |kind| house.product().map(|file| file.count(kind)).sum::<usize>();
    count(LineKind::Comment) * 1000 / count(LineKind::Code).max(1)
}

#[test]
fn comments_are_counted_without_documentation() {
    let text = "//! A.\n// why\n/// What.\nfn a() {\n    b(); // c\n}\n\
                #[cfg(test)]\nmod tests {\n    // x\n}\n";
    assert_eq!(per_thousand(&House::new(&[("src/a.rs", text)])), 333);
    assert_eq!(per_thousand(&House::new(&[])), 0);
}
