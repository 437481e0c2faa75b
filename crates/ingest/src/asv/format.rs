//! asv's results directory: the machines, and a file for each commit that was measured. It is read
//! as `import asv` reads it; here it holds what the run at hand left there.

use crate::asv::results;
use crate::format::{Format, Reader};
use crate::sink::{EntrySink, InputError};
use crate::source::Folder;

pub(crate) const FORMAT: Format = Format {
    name: "asv",
    tool: "asv run: the folder .asv/results",
    signature: "a folder with `…/machine.json` and results beside it",
    yields: "time, memory or the tracked value (bounds, quartiles, samples); machine and \
             environment as parameters, version, commit",
    backend: "python",
    reader: Reader::Folder { recognizes, read },
};

fn recognizes(folder: &dyn Folder) -> bool {
    folder.files().iter().filter_map(|file| file.strip_suffix("machine.json")).any(|beside| {
        let result = |file: &&String| file.starts_with(beside) && file.ends_with(".json");
        folder.files().iter().filter(result).count() > 1
    })
}

fn read(folder: &dyn Folder, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    results::read(folder, sink)
}
