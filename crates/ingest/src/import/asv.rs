//! The results directory of airspeed velocity, imported: it is read as `ingest` reads it.

use crate::asv::results;
use crate::import::{HistoryKind, ImportOptions};
use crate::sink::{EntrySink, InputError};
use crate::source::Source;

pub(crate) const KIND: HistoryKind = HistoryKind {
    name: "asv",
    aliases: &["airspeed-velocity"],
    takes: "the results directory, or a folder with it",
    yields: "suite, test, parameters, machine and environment as parameters; time, memory or the \
             tracked value with its bounds, quartiles, samples; version",
    backend: "python",
    read,
};

fn read(source: Source<'_>, _: &ImportOptions, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    sink.continue_with(&["--format=asv".to_owned()]);
    results::read(source.folder()?, sink)
}
