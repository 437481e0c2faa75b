//! JMeter's log as XML, version 1.1 and later: `<httpSample t= ts= s= lb= rc= rm=>`.

use crate::jmeter::values::{is_failure_code, one_line, time_stamp};
use crate::requests::{Request, RequestLog};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use crate::xml::{Ending, Node, attribute, number, walk};

pub(super) fn recognizes(text: &Text) -> bool {
    let start = text.text.trim_start();
    start.starts_with('<')
        && start.contains("<testResults")
        && (start.contains("<httpSample ") || start.contains("<sample "))
}

pub(super) fn read(
    text: &Text,
    log: &mut RequestLog,
    sink: &mut EntrySink<'_>,
) -> Result<(), InputError> {
    // What it begins with; `walk` counts lines from there.
    let blank = text.text.len() - text.text.trim_start().len();
    let blank_lines = text.text[..blank].matches('\n').count();
    let (mut inner, mut untimed) = (0_u64, 0_u64);
    let ending = walk(&text.text, &mut |node| {
        let Node::Start { tag, depth, line, source } = node else { return };
        let is_sample = matches!(tag.name().as_ref(), b"httpSample" | b"sample");
        if is_sample && depth > 1 {
            inner += 1;
        }
        if !is_sample || depth != 1 {
            return;
        }
        let text = |name: &str| attribute(tag, name).unwrap_or_default();
        let (label, stamp, code) = (one_line(&text("lb")), text("ts"), text("rc"));
        let succeeded = match text("s").as_str() {
            "true" => true,
            "" => !is_failure_code(&code),
            _ => false,
        };
        let duration = number(tag, "t").filter(|millis| *millis >= 0.0);
        let start = time_stamp(&stamp);
        // An attribute that JMeter was not asked to save is absent, which is no fault.
        let is_odd = |name: &str, value: Option<f64>| !text(name).is_empty() && value.is_none();
        let fault = if label.is_empty() {
            "the sample has no label `lb`"
        } else if is_odd("t", duration) {
            "`t` is no number of milliseconds"
        } else if is_odd("ts", start) {
            "`ts` is no time"
        } else {
            ""
        };
        if !fault.is_empty() {
            sink.reject(line + blank_lines, fault, "write the log again", source);
            return;
        }
        untimed += u64::from(duration.is_none());
        let reason = one_line(&format!("{code} {}", text("rm")));
        let failure = (!succeeded).then_some(reason.as_str());
        log.add(&Request { label: &label, start, duration, failure });
    })?;
    if ending == Ending::CutOff {
        sink.remark("the log has no end: JMeter did not end by itself");
    }
    if inner > 0 {
        sink.remark(format!("{inner} samples inside of other samples are parts of those"));
    }
    if untimed > 0 {
        sink.remark(format!(
            "{untimed} samples have no time: JMeter does not save it by its settings"
        ));
    }
    Ok(())
}
