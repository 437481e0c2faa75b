"""Writes NDJSON as Parquet, in another order and four files."""

import sys

from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("to-parquet").getOrCreate()
spark.read.json(f"file:{sys.argv[1]}").repartition(4).write.parquet(f"file:{sys.argv[2]}")
spark.stop()
