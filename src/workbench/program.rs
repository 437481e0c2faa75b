//! One run of a program: started in a folder with variables of its own, its output read, its end
//! awaited without a look at the clock.
//!
//! Standard output is the result and kept whole, up to a limit. Of the messages on standard error
//! only the end is kept, for the report of a failure.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use anyhow::{Context, bail};

use crate::workbench::interrupt::Interrupt;

/// More output than this is no benchmark result: 256 MiB. It is in memory whole.
const MAX_OUTPUT_BYTES: u64 = 256 << 20;
/// Lines of messages that the report of a failure shows.
const TAIL_LINES: usize = 20;
/// Bytes of a line of messages that are kept.
const MAX_LINE_BYTES: u64 = 4 << 10;

/// Variables by which git says where it works, as a hook gets them: in a checkout of our own they
/// name another repository.
pub(super) const REPOSITORY_VARIABLES: [&str; 5] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"];

/// What is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProgramLine {
    /// A program and its arguments, as they are.
    Words(Vec<OsString>),
    /// Text for a shell.
    Shell(String),
}

/// A program, where it runs, and what it is given.
#[derive(Clone, Debug)]
pub(crate) struct ProgramRun {
    pub(crate) line: ProgramLine,
    pub(crate) folder: PathBuf,
    /// Variables beside those of this process.
    pub(crate) variables: Vec<(&'static str, String)>,
}

/// What a program did.
#[derive(Debug)]
pub(crate) struct ProgramOutput {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    /// The last lines of its messages.
    pub(crate) tail: String,
}

impl ProgramRun {
    /// Runs it to its end, or until the session is ended.
    ///
    /// # Errors
    /// It cannot be started, or prints too much.
    pub(crate) fn run(&self, interrupt: &Interrupt) -> anyhow::Result<ProgramOutput> {
        let mut child = self.command()?.spawn().with_context(|| {
            format!("cannot run `{}` in {}", self.line.name(), self.folder.display())
        })?;
        let output = child.stdout.take();
        let messages = child.stderr.take();
        let read = interrupt.while_running(child.id(), || {
            let read = std::thread::scope(|scope| {
                let tail = scope.spawn(|| messages.map_or_else(String::new, last_lines));
                // Both pipes at the same time: a program that fills one waits for its reader.
                let mut stdout = Vec::new();
                let read = output.map_or(Ok(0), |output| {
                    output.take(MAX_OUTPUT_BYTES + 1).read_to_end(&mut stdout)
                });
                if stdout.len() as u64 > MAX_OUTPUT_BYTES {
                    // It would wait for a reader forever.
                    drop(child.kill());
                }
                (read.map(|_| stdout), tail.join().unwrap_or_default())
            });
            await_end(&child);
            read
        });
        let status = child.wait().with_context(|| format!("cannot await {}", self.line.name()))?;
        let (stdout, tail) = read;
        let stdout = stdout.context("cannot read the output")?;
        if stdout.len() as u64 > MAX_OUTPUT_BYTES {
            bail!("`{}` printed more than 256 MiB", self.line.name());
        }
        Ok(ProgramOutput { status, stdout, tail })
    }

    fn command(&self) -> anyhow::Result<Command> {
        let mut command = match &self.line {
            ProgramLine::Words(words) => {
                let (program, arguments) = words.split_first().context("no command")?;
                let mut command = Command::new(self.program(program));
                command.args(arguments);
                command
            }
            ProgramLine::Shell(text) => shell(text),
        };
        // Some tools trust the variable more than the system.
        command.current_dir(&self.folder).env("PWD", &self.folder);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        REPOSITORY_VARIABLES.iter().for_each(|name| {
            command.env_remove(name);
        });
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // So that the end of a session reaches its children, too.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Ok(command)
    }

    /// The path of a program. A relative one with a folder in it, `./bench.sh`, is the side's own;
    /// whether a system looks for it there or here is not the same everywhere.
    fn program(&self, word: &OsString) -> PathBuf {
        let path = PathBuf::from(word);
        let has_folder = path.components().count() > 1 || word.to_string_lossy().starts_with("./");
        if has_folder && path.is_relative() { self.folder.join(path) } else { path }
    }
}

impl ProgramLine {
    /// As messages name it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Words(words) => {
                let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
                words.join(" ")
            }
            Self::Shell(text) => text.clone(),
        }
    }
}

#[cfg(unix)]
fn shell(text: &str) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(text);
    command
}

#[cfg(not(unix))]
fn shell(text: &str) -> Command {
    let mut command = Command::new("cmd");
    command.arg("/C").arg(text);
    command
}

/// Waits until a program ended, and leaves its number taken: whoever ends the group must not hit
/// another process that got the number.
#[cfg(unix)]
fn await_end(child: &Child) {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    // Interrupted by a signal, it is asked again; any other error means that nothing is left.
    while let Some(id) = id
        && waitid(WaitId::Pid(id), options).is_err_and(|error| error == rustix::io::Errno::INTR)
    {
    }
}

#[cfg(not(unix))]
fn await_end(_: &Child) {}

fn last_lines(messages: impl Read) -> String {
    let mut reader = BufReader::new(messages);
    let mut tail = VecDeque::new();
    loop {
        let mut line = Vec::new();
        match reader.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => break,
            Ok(_) => tail.push_back(String::from_utf8_lossy(&line).trim_end().to_owned()),
        }
        // A build may write for an hour; memory must not grow with it.
        if tail.len() > TAIL_LINES {
            tail.pop_front();
        }
    }
    Vec::from(tail).join("\n")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn run(line: ProgramLine, interrupt: &Interrupt) -> anyhow::Result<ProgramOutput> {
        let variables = vec![("BENCHPAGES_SIDE", "base".to_owned())];
        ProgramRun { line, folder: std::env::temp_dir(), variables }.run(interrupt)
    }

    #[test]
    fn a_program_gets_its_arguments_as_they_are() {
        let words = ["echo", "$HOME", "a  b", "; exit 3"].map(OsString::from).to_vec();
        let output = run(ProgramLine::Words(words), &Interrupt::default()).unwrap();
        assert_eq!(output.stdout, b"$HOME a  b ; exit 3\n");
        assert!(output.status.success());
    }

    #[test]
    fn the_end_of_its_messages_is_kept() {
        let text = "for i in $(seq 100); do echo line $i >&2; done; echo $BENCHPAGES_SIDE; exit 3";
        let output = run(ProgramLine::Shell(text.to_owned()), &Interrupt::default()).unwrap();
        assert_eq!((output.status.code(), output.stdout), (Some(3), b"base\n".to_vec()));
        assert!(output.tail.starts_with("line 81\n") && output.tail.ends_with("line 100"));
        let missing = ProgramLine::Words(vec!["no-such-program".into()]);
        let error = run(missing, &Interrupt::default()).unwrap_err();
        assert!(error.to_string().starts_with("cannot run `no-such-program` in "), "{error}");
    }

    #[test]
    fn an_end_of_the_session_ends_a_program_with_its_children() {
        let interrupt = Interrupt::default();
        interrupt.request();
        // Both would wait for good; no clock is needed to see that they do not.
        let text = "tail -f /dev/null & tail -f /dev/null";
        let output = run(ProgramLine::Shell(text.to_owned()), &interrupt).unwrap();
        assert!(!output.status.success() && interrupt.is_requested());
    }
}
