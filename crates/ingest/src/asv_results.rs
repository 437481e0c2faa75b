//! asv's results directory: the machines, and a file for each commit that was measured. It is read
//! as `import asv` reads it; here it holds what the run at hand left there.

use crate::formats::{Format, Reader};
use crate::import::{self, Asked};
use crate::sink::{Fault, Sink};
use crate::source::Folder;

pub const FORMAT: Format = Format {
    name: "asv",
    tool: "asv run: the folder .asv/results",
    mark: "a folder with `…/machine.json` and results beside it",
    yields: "time, memory or the tracked value (bounds, quartiles, samples); machine and \
             environment as parameters, version, commit",
    backend: "python",
    reader: Reader::Folder { is, read },
};

fn is(folder: &Folder) -> bool {
    folder.files.iter().filter_map(|file| file.strip_suffix("machine.json")).any(|beside| {
        let result = |file: &&String| file.starts_with(beside) && file.ends_with(".json");
        folder.files.iter().filter(result).count() > 1
    })
}

fn read(folder: &Folder, sink: &mut Sink<'_>) -> Result<(), Fault> {
    (import::asv::KIND.read)(&folder.root, &Asked::default(), sink)
}
