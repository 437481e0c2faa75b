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

#[test]
fn a_run_of_oha_that_reached_nobody_is_a_gap() {
    let text = r#"{"summary":{"successRate":0.0,"average":null,"requestsPerSec":9.5},
        "errorDistribution":{"refused":3,"timeout":1},"statusCodeDistribution":{"503":2}}"#;
    let format = crate::formats::by_name("oha").expect("a format");
    let found = crate::test_support::read_text(format, text);
    assert_eq!(found[0].error.as_deref(), Some("no request succeeded"));
    assert_eq!(
        (&found[0].fields["errors"], &found[0].fields["status_503"]),
        (&4.into(), &2.into())
    );
}

#[test]
fn the_old_headings_of_locust_are_read_too() {
    let text = "\"Method\",\"Name\",\"# requests\",\"# failures\",\"Median response time\",\
                \"Average response time\",\"Min response time\",\"Max response time\",\
                \"Average Content Size\",\"Requests/s\"\n\
                \"GET\",\"/a,b\",2,0,5,6.5,1,9,10,0.5\n,idle,0,0,0,0,0,0,0,0\n";
    let format = crate::formats::by_name("locust").expect("a format");
    let found = crate::test_support::read_text(format, text);
    assert_eq!((&*found[0].name, found[0].metrics[0].value.get()), ("GET /a,b", Some(6.5)));
    assert_eq!(found[0].metrics[1].value, 0.5);
    assert_eq!(found[1].error.as_deref(), Some("no request was made"));
}

#[test]
fn lines_around_a_report_are_passed_over_and_places_stay() {
    let text = "\n> app@1.0.0 size\n> size-limit --json\n\n[\n{\"name\": \"core\", \"size\": 57},\n\
                {\"name\": \"all\", \"size\": \"big\"}\n]\nDone in 1.02s.\n";
    let text = crate::source::Text::new("out.txt", text.as_bytes());
    let format = crate::formats::by_name("size-limit").expect("a format");
    assert_eq!(crate::formats::recognizing_text(&text).len(), 1);
    let mut entries = Vec::new();
    let mut take = |entry| entries.push(entry);
    let mut sink = crate::sink::EntrySink::new(&mut take);
    format.read_text(&text, &mut sink).expect("it is of this format");
    assert_eq!(sink.rejected[0].problem.location.line, 7);
    assert_eq!((entries.len(), entries[0].metrics[0].value.get()), (2, Some(57.0)));
}

#[test]
fn columns_behind_the_first_result_are_no_parameters() {
    let text = "Method,Job,InvocationCount,N,Mean,Gen 0/1k Op\nA,DefaultJob,1,5,1.5 us,0.1\n";
    let format = crate::formats::by_name("benchmarkdotnet-csv").expect("a format");
    let found = crate::test_support::read_text(format, text);
    let names: Vec<&str> = found[0].params.keys().map(String::as_str).collect();
    assert_eq!(names, ["N"]);
}

#[test]
fn a_line_of_json_in_the_output_of_another_tool_is_no_second_result() {
    let text = "{\"latency\": {\"p50\": \"150ms\"}, \"rates\": {\"ok\": \"99.9%\"}}\n\
                pkg: a\nBenchmarkA-8 \t 100 \t 12.5 ns/op\nPASS\n";
    let text = crate::source::Text::new("out.txt", text.as_bytes());
    let names: Vec<_> =
        crate::formats::recognizing_text(&text).iter().map(|format| format.name).collect();
    assert_eq!(names, ["go"]);
}
