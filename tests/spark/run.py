"""The site that Apache Spark builds is the site that one machine builds.

A standalone master and two workers run as processes of their own on the loopback interface, and
`spark-submit` sends `cluster/spark/build_site.py` to them. Claims:

1. the site of 2,000,000 records is that of `benchpages build`, byte for byte;
2. half of all points in one series (read from Parquet) changes nothing;
3. a worker that is killed while it makes pages changes nothing but the time.

Nothing waits for a time: each step begins when a process has said that the one before it is done.

    python tests/spark/run.py BENCHPAGES [RECORDS]
"""

import hashlib
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pyspark

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
NOW = "2025-09-26T12:00:00Z"
# Nothing here takes as long; a step that does is reported with what its process said.
DEADLINE = 900
LOOPBACK = "127.0.0.1"


class Process:
    """A process and the lines that it says."""

    def __init__(self, name, command, folder, environment):
        self.name, self.lines = name, []
        self._new = queue.Queue()
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._process.stdout:
            self._new.put(line.rstrip())
        self._new.put(None)

    def next_line(self, until):
        """The next line; none where the process has ended."""
        try:
            line = self._new.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            raise SystemExit(f"{self.name} is not done after {DEADLINE} s\n{self.end()}") from None
        if line is not None:
            self.lines.append(line)
        return line

    def wait_for(self, pattern):
        """The first line from here on that a pattern is found in."""
        until = time.monotonic() + DEADLINE
        while (line := self.next_line(until)) is not None:
            if found := re.search(pattern, line):
                return found
        raise SystemExit(f"{self.name} ended before {pattern!r}\n{self.end()}")

    def finish(self):
        until = time.monotonic() + DEADLINE
        while self.next_line(until) is not None:
            pass
        if self._process.wait() != 0:
            raise SystemExit(f"{self.name} failed\n{self.end()}")

    def end(self):
        return "\n".join(self.lines[-60:])

    def kill(self):
        """Kills the process and its children at once, as a power cut does."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()


class Cluster:
    """A master and two workers."""

    def __init__(self, folder):
        self.folder = folder
        home = Path(pyspark.__file__).parent
        scratch = folder / "scratch"
        scratch.mkdir()
        self.environment = os.environ | {
            "SPARK_HOME": str(home),
            "SPARK_LOCAL_IP": LOOPBACK,
            "SPARK_LOCAL_DIRS": str(scratch),
            "TMPDIR": str(scratch),
            "PYSPARK_PYTHON": sys.executable,
            "PYSPARK_DRIVER_PYTHON": sys.executable,
            "XDG_CACHE_HOME": str(folder / "cache"),
        }
        self.bin = home / "bin"
        self.processes = []
        ports = ["--port", "0", "--webui-port", "0"]
        deploy = "org.apache.spark.deploy"
        self.master = self.start(
            "master", ["spark-class", f"{deploy}.master.Master", "--host", LOOPBACK, *ports]
        )
        self.url = self.master.wait_for(r"Starting Spark master at (spark://\S+)").group(1)
        # By the address under which the master knows a worker.
        self.workers = {}
        for number in (1, 2):
            limits = ["--cores", "1", "--memory", "2g", "--work-dir", str(scratch / str(number))]
            worker = self.start(
                f"worker {number}",
                ["spark-class", f"{deploy}.worker.Worker", "--host", LOOPBACK, *ports, *limits]
                + [self.url],
            )
            port = worker.wait_for(r"Starting Spark worker 127\.0\.0\.1:(\d+)").group(1)
            worker.wait_for("Successfully registered with master")
            self.workers[port] = worker

    def start(self, name, command):
        command = [str(self.bin / command[0]), *command[1:]]
        process = Process(name, command, self.folder, self.environment)
        self.processes.append(process)
        return process

    def submit(self, name, script, *arguments, files=()):
        settings = {
            "spark.driver.bindAddress": LOOPBACK,
            "spark.driver.host": LOOPBACK,
            "spark.executor.memory": "1g",
            "spark.driver.memory": "1g",
            "spark.ui.enabled": "false",
        }
        flags = [f"--conf={key}={value}" for key, value in settings.items()]
        flags += [f"--files={','.join(map(str, files))}"] if files else []
        return self.start(
            name, ["spark-submit", "--master", self.url, *flags, str(script), *map(str, arguments)]
        )

    def build_site(self, name, history, records, shards=8):
        script = ROOT / "cluster/spark/build_site.py"
        urls = [argument for path in records for argument in ("--records", f"file:{path}")]
        work, out = self.folder / f"{name}-work", self.folder / f"{name}-spark"
        given = ["--data", history, "--work", f"file:{work}", "--out", out, "--shards", shards]
        more = ["--now", NOW, "--demo", "--binary", BINARY.name]
        return self.submit(name, script, *urls, *given, *more, files=[BINARY])

    def stop(self):
        for process in self.processes:
            process.kill()


def run(*command, cwd):
    subprocess.run([str(part) for part in command], cwd=cwd, check=True, stderr=subprocess.DEVNULL)


def tree(folder):
    """The hash of each file of a site."""
    files = (path for path in folder.rglob("*") if path.is_file())
    digest = lambda path: hashlib.blake2b(path.read_bytes(), digest_size=16).digest()
    return {path.relative_to(folder).as_posix(): digest(path) for path in files}


def assert_same_site(name, folder, history):
    """Builds the site of a history here, and compares it with the one that Spark built."""
    one = folder / f"{name}-one"
    started = time.monotonic()
    run(BINARY, "build", "--no-cache", "--data", history, "--out", one, "--now", NOW, "--demo",
        cwd=folder)
    seconds = time.monotonic() - started
    ours, spark = tree(one), tree(folder / f"{name}-spark")
    all_paths = ours.keys() | spark.keys()
    differing = sorted(path for path in all_paths if ours.get(path) != spark.get(path))
    assert not differing, f"{name}: {len(differing)} files differ: {differing[:10]}"
    size = sum(path.stat().st_size for path in one.rglob("*") if path.is_file())
    said = f"{len(ours)} files, {size / 1e6:.0f} MB, are the same"
    say(f"{name}: {said}; one machine took {seconds:.0f} s")
    # A machine of CI has little room, and the next site needs it.
    for made in folder.glob(f"{name}*"):
        shutil.rmtree(made)


def say(text):
    print(f"[{time.monotonic() - STARTED:5.0f} s] {text}", flush=True)


def demo(folder, name, series, days):
    history = folder / name
    run(BINARY, "demo-data", "--scenario", "large", "--series", series, "--days", days, "--out",
        history, cwd=folder)
    return history


def large_history(cluster, records):
    history = demo(cluster.folder, "large", 10_000, records // 10_000)
    say(f"large: {records} records")
    cluster.build_site("large", history, [history / "results"], shards=4).finish()
    say("large: built on Spark")
    assert_same_site("large", cluster.folder, history)


def skewed_history(cluster):
    """Half of all points are in one series; Spark reads them from Parquet, in any order."""
    history = cluster.folder / "skewed"
    (history / "results").mkdir(parents=True)
    lines = []
    for commit in range(400):
        time_of = f"2025-{1 + commit // 40:02}-{1 + commit % 28:02}T{commit % 24:02}"
        for at in range(200):
            # A step of the one, noise of the others.
            value = 5e4 * (1.3 if commit > 300 else 1) + (commit * 7919 + at * 31) % 997
            record = {
                "commit": f"c{commit:05}",
                "timestamp": f"{time_of}:{at % 60:02}:{at // 60:02}Z",
                "test": "hot" if at < 100 else f"t{at}",
                "backend": "b",
                "mean_ns": value,
            }
            lines.append(json.dumps(record))
    (history / "results/all.ndjson").write_text("\n".join(lines) + "\n")
    table = cluster.folder / "skewed.parquet"
    cluster.submit("parquet", HERE / "to_parquet.py", history / "results", table).finish()
    cluster.build_site("skewed", history, [table], shards=4).finish()
    assert_same_site("skewed", cluster.folder, history)


def killed_worker(cluster):
    history = demo(cluster.folder, "killed", 1000, 200)
    # What only a file's name says must survive as well: whose records, and where the broken ones.
    (history / "pulls").mkdir()
    record = {"commit": "feed123", "timestamp": "2025-09-20T00:00:00Z", "test": "sum"}
    record |= {"backend": "b", "mean_ns": 5}
    (history / "pulls/7.ndjson").write_text(json.dumps(record) + "\n")
    (history / "results/odd.ndjson").write_text('\n{"commit":"x"\nno record\n')
    driver = cluster.build_site("killed", history, [history / "results", history / "pulls"], 16)
    # The second job that saves makes the pages; who begins a task after its first end is at work.
    for _ in ("parts", "pages"):
        driver.wait_for(r"Starting job: runJob at SparkHadoopWriter")
    driver.wait_for(r"Finished task \d+\.0 in stage")
    executor = driver.wait_for(r"Starting task \d+\.0 in stage .*executor (\d+)").group(1)
    place = re.compile(rf"Executor added: \S+/{executor} on worker-\S+-127\.0\.0\.1-(\d+) ")
    port = next(found.group(1) for line in driver.lines if (found := place.search(line)))
    cluster.workers[port].kill()
    say(f"killed: the worker of executor {executor} is killed while it makes pages")
    driver.finish()
    said = "\n".join(driver.lines)
    assert f"Lost executor {executor} on" in said, f"no executor was lost\n{driver.end()}"
    assert re.search(r"Starting task \d+\.1 in stage", said), f"no task ran again\n{driver.end()}"
    assert_same_site("killed", cluster.folder, history)


def main():
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        cluster = Cluster(Path(name))
        try:
            say("a master and two workers are up")
            skewed_history(cluster)
            large_history(cluster, RECORDS)
            killed_worker(cluster)
        finally:
            cluster.stop()
    say("all sites are the same")


if __name__ == "__main__":
    STARTED = time.monotonic()
    BINARY = Path(sys.argv[1]).resolve()
    RECORDS = int(sys.argv[2]) if len(sys.argv) > 2 else 2_000_000
    main()
