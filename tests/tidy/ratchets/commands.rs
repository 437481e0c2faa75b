//! Commands parse, call one use case and print. A long one does work that belongs elsewhere.

use crate::house::House;
use crate::scan::LineKind;

const CODE_LINES: usize = 100;

pub fn long(house: &House) -> Vec<String> {
    let files = house.product().filter(|file| file.path.starts_with("src/cli"));
    let counted = files.map(|file| (file, file.count(LineKind::Code)));
    let long = counted.filter(|(_, lines)| *lines > CODE_LINES);
    long.map(|(file, lines)| format!("{}: {lines} code lines", file.path)).collect()
}

#[test]
fn a_long_command_is_found() {
    let code = "a();\n".repeat(101);
    let house = House::new(&[
        ("src/cli/build.rs", &format!("//! B.\n// why\n{code}")),
        ("src/cli/show.rs", &format!("#[cfg(test)]\nmod tests {{\n{code}}}\n")),
        ("src/site.rs", &code),
    ]);
    assert_eq!(long(&house), ["src/cli/build.rs: 101 code lines"]);
}
