//! Every declaration of the program, and those of users with faults.

use crate::declared::{built_in, parse};
use model::policy::diagnostic;

#[test]
fn the_declarations_of_the_program_have_no_faults() {
    for (file, text) in built_in::FILES {
        if let Err(faults) = parse(text, file) {
            panic!("{}", diagnostic::render(&faults, text, false).as_str());
        }
    }
}
