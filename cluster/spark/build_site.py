"""Builds the site of a benchmark history on Apache Spark; README.md in this folder says how.

Spark reads the records, runs tasks and runs failed ones again. The work is done by the program that
`--files` ships to each executor: `shard map` turns the lines of a partition into a part,
`shard votes` analyzes all parts on the driver, `shard pages` makes one shard of the site in each
task, and `shard assemble` joins them on the driver. Nothing is shuffled.

What tasks hand over is saved by Spark's own committer, so a task counts once or not at all, and a
folder on any Hadoop file system will do: file:, hdfs:, s3a:, gs:, abfss:.
"""

import argparse
import itertools
import os
import posixpath
import subprocess
import tarfile
import tempfile
from urllib.parse import unquote, urlsplit

from pyspark import SparkFiles, TaskContext
from pyspark.sql import SparkSession, functions

# Bytes of one element of an RDD: large files travel in pieces.
PIECE_BYTES = 16 << 20
# Lines that are written to a pipe at once.
BATCH_LINES = 5000
# Ends of names that only say how a file is packed: Spark has unpacked it.
PACKED = (".gz", ".zst", ".bz2", ".lz4", ".snappy")


def arguments():
    parser = argparse.ArgumentParser(description="Builds the site of a benchmark history on Spark.")
    parser.add_argument(
        "--records",
        action="append",
        required=True,
        metavar="URL",
        help="folder or file of records, NDJSON or *.parquet; may be repeated. A file is named "
        "as in the history directory: file:/history/pulls holds pulls/7.ndjson",
    )
    parser.add_argument(
        "--data",
        required=True,
        metavar="DIR",
        help="folder of the driver with the rest of the history: policy.yml, notes, …",
    )
    parser.add_argument(
        "--work", required=True, metavar="URL", help="folder that all machines see; replaced"
    )
    parser.add_argument("--out", required=True, metavar="DIR", help="site, on the driver")
    parser.add_argument("--shards", type=int, default=64, metavar="N", help="tasks that make pages")
    parser.add_argument("--binary", default="benchpages", help="its name in --files")
    parser.add_argument("--now", metavar="TIME", help="time of the build, RFC 3339")
    parser.add_argument("--demo", action="store_true", help="accept demo records")
    return parser.parse_args()


def run(binary, *args, lines=None):
    """Runs a step. A failure fails the task with what the program said; Spark runs it again."""
    with tempfile.TemporaryFile() as log:
        command = [SparkFiles.get(binary), "shard", *args]
        given = subprocess.DEVNULL if lines is None else subprocess.PIPE
        process = subprocess.Popen(command, stdin=given, stdout=log, stderr=log)
        try:
            if lines is not None:
                with process.stdin:
                    while batch := list(itertools.islice(lines, BATCH_LINES)):
                        process.stdin.write(("\n".join(batch) + "\n").encode())
        except BrokenPipeError:
            pass  # It has ended, and says why below.
        except BaseException:
            process.kill()
            raise
        finally:
            status = process.wait()
        if status != 0:
            log.seek(0)
            said = log.read().decode(errors="replace").strip()
            raise RuntimeError(f"`benchpages shard {' '.join(args)}` ended with {status}: {said}")


def pieces(name, path):
    """The bytes of a file as elements of an RDD."""
    with open(path, "rb") as file:
        for at in itertools.count():
            piece = file.read(PIECE_BYTES)
            if not piece and at > 0:
                return
            yield name, at, piece


def join_pieces(rdd, folder):
    """Writes all files that pieces belong to into a folder of this machine."""
    os.makedirs(folder, exist_ok=True)
    for name, at, piece in rdd.toLocalIterator(prefetchPartitions=True):
        path = os.path.join(folder, name)
        with open(path, "r+b" if os.path.exists(path) else "wb") as file:
            file.seek(at * PIECE_BYTES)
            file.write(piece)


def name_in_history(url, root):
    """`file:/history/pulls/7.ndjson` under `file:/history/pulls` is `pulls/7.ndjson`."""
    path, root = unquote(urlsplit(url).path), urlsplit(root).path.rstrip("/")
    name = posixpath.relpath(path, posixpath.dirname(root))
    for end in PACKED:
        name = name.removesuffix(end)
    return name


def lines_of(spark, url):
    """An RDD of pairs: the name of a file, and one line of it."""
    if url.rstrip("/").endswith(".parquet"):
        rows = spark.read.parquet(url).select(functions.to_json(functions.struct("*")))
        return rows.rdd.map(lambda row: ("records.ndjson", row[0]))
    reader = spark.read.option("recursiveFileLookup", True)
    rows = reader.text(url).select("_metadata.file_path", "value")
    return rows.rdd.map(lambda row: (name_in_history(row[0], url), row[1]))


def parts_of(index, pairs, binary, policy):
    """Makes a part of the lines of each file in a partition; those of one file stand together."""
    given = ["--policy", SparkFiles.get(policy)] if policy else []
    for at, (name, group) in enumerate(itertools.groupby(pairs, key=lambda pair: pair[0])):
        with tempfile.TemporaryDirectory() as folder:
            part = os.path.join(folder, "part")
            lines = (line for _, line in group)
            run(binary, "map", "--name", name, "--out", part, *given, lines=lines)
            yield from pieces(f"{index}-{at}.part", part)


def shard_of(number, count, binary, analysis):
    """Makes one shard of the site, as an archive."""
    with tempfile.TemporaryDirectory() as folder:
        threads = str(TaskContext.get().cpus())
        which = ["--shard", f"{number}/{count}", "--out", folder, "--jobs", threads, "--no-cache"]
        run(binary, "pages", SparkFiles.get(analysis), *which)
        archive = os.path.join(folder, "shard.tar")
        with tarfile.open(archive, "w") as tar:
            name = f"{number}-of-{count}"
            tar.add(os.path.join(folder, name), arcname=name)
        yield from pieces(f"{number}.tar", archive)


def main():
    args = arguments()
    spark = SparkSession.builder.appName("benchpages").getOrCreate()
    context, binary, count = spark.sparkContext, args.binary, args.shards
    work = context._jvm.org.apache.hadoop.fs.Path(args.work)
    work.getFileSystem(context._jsc.hadoopConfiguration()).delete(work, True)
    parts_url, shards_url = (f"{args.work.rstrip('/')}/{step}" for step in ("parts", "shards"))

    policy = os.path.join(args.data, "policy.yml")
    has_policy = os.path.exists(policy)
    if has_policy:
        context.addFile(policy)
    name = os.path.basename(policy) if has_policy else None
    pairs = context.union([lines_of(spark, url) for url in args.records])
    parts = pairs.mapPartitionsWithIndex(lambda at, rows: parts_of(at, rows, binary, name))
    parts.saveAsPickleFile(parts_url, batchSize=1)

    # Not in the folder of the job: a driver that fails leaves nothing here.
    with tempfile.TemporaryDirectory() as folder:
        join_pieces(context.pickleFile(parts_url), os.path.join(folder, "parts"))
        analysis = os.path.join(folder, "analysis")
        options = ["--data", args.data, *(["--now", args.now] if args.now else [])]
        options += ["--demo"] if args.demo else []
        run(binary, "votes", os.path.join(folder, "parts"), "--out", analysis, *options)
        # Each executor fetches it once, however many tasks it runs.
        context.addFile(analysis)

        numbers = context.parallelize(range(1, count + 1), count)
        shards = numbers.flatMap(lambda number: shard_of(number, count, binary, "analysis"))
        shards.saveAsPickleFile(shards_url, batchSize=1)

        archives, shards = os.path.join(folder, "archives"), os.path.join(folder, "shards")
        join_pieces(context.pickleFile(shards_url), archives)
        for archive in sorted(os.listdir(archives)):
            with tarfile.open(os.path.join(archives, archive)) as tar:
                tar.extractall(shards, filter="data")
            os.remove(os.path.join(archives, archive))
        run(binary, "assemble", shards, "--out", args.out, "--move")
    spark.stop()


if __name__ == "__main__":
    main()
