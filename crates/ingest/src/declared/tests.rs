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

#[test]
fn a_table_with_decimal_commas_is_read_by_one_rule() {
    let text = "Method;Job;InvocationCount;N;Mean;StdDev\nA;x;1;1,5;1,163 us;1,5 ns\n\
                B;x;1;2;831,283 ns;12 ns\n";
    let format = crate::formats::by_name("benchmarkdotnet-csv").expect("a format");
    let found = crate::test_support::read_text(format, text);
    let time = |at: usize| found[at].metrics[0].value.get();
    assert_eq!((time(0), time(1)), (Some(1.163), Some(831.283)));
    assert_eq!(&*found[0].params["N"], "1,5", "a parameter stays as it is written");
}
