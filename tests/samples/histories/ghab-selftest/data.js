window.BENCHMARK_DATA = {
 "lastUpdate": 1774933028658,
 "entries": {
  "Rust Benchmark": [
   {
    "commit": {
     "author": {
      "email": "user-b0a49995@example.invalid",
      "name": "user-56c967dc",
      "username": "user-56c967dc"
     },
     "committer": {
      "email": "user-b0a49995@example.invalid",
      "name": "user-56c967dc",
      "username": "user-56c967dc"
     },
     "distinct": true,
     "id": "45d78258e495044a551046f50604da3c893052ce",
     "message": "add benchmark.js example workflow",
     "timestamp": "2019-11-10T00:06:58+09:00",
     "tree_id": "59cf1e78101c09beef06aa1832e1caa09ec52246",
     "url": "https://github.com/rhysd/github-action-benchmark/commit/45d78258e495044a551046f50604da3c893052ce"
    },
    "date": 1573312140323,
    "tool": "cargo",
    "benches": [
     {
      "name": "bench_fib_10",
      "value": 254,
      "range": "+/- 35",
      "unit": "ns/iter"
     },
     {
      "name": "bench_fib_20",
      "value": 34001,
      "range": "+/- 2,802",
      "unit": "ns/iter"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "committer": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "distinct": true,
     "id": "c38cce98215cf75e178ecd5a0c1a1ab215e93006",
     "message": "release v1.22.0",
     "timestamp": "2026-03-31T06:53:51+02:00",
     "tree_id": "bcd62a1fb1374f67221a37001260ca831840ac40",
     "url": "https://github.com/benchmark-action/github-action-benchmark/commit/c38cce98215cf75e178ecd5a0c1a1ab215e93006"
    },
    "date": 1774932887397,
    "tool": "cargo",
    "benches": [
     {
      "name": "bench_fib_10",
      "value": 159.63,
      "range": "± 3.44",
      "unit": "ns/iter"
     },
     {
      "name": "bench_fib_20",
      "value": 20114.96,
      "range": "± 215.43",
      "unit": "ns/iter"
     }
    ]
   }
  ],
  "Criterion.rs Benchmark": [
   {
    "commit": {
     "author": {
      "email": "user-b0a49995@example.invalid",
      "name": "user-56c967dc",
      "username": "user-56c967dc"
     },
     "committer": {
      "email": "user-b0a49995@example.invalid",
      "name": "user-56c967dc",
      "username": "user-56c967dc"
     },
     "distinct": true,
     "id": "a1914d7dcbe14d006e4b5f12c7ff303a82a411f1",
     "message": "update changelog for v1.8.1",
     "timestamp": "2020-06-10T22:41:53+09:00",
     "tree_id": "ef826a918d186917372f542a1216379da3f53d13",
     "url": "https://github.com/rhysd/github-action-benchmark/commit/a1914d7dcbe14d006e4b5f12c7ff303a82a411f1"
    },
    "date": 1591796790437,
    "tool": "cargo",
    "benches": [
     {
      "name": "BenchFib10",
      "value": 241,
      "range": "± 10",
      "unit": "ns/iter"
     },
     {
      "name": "BenchFib20",
      "value": 32168,
      "range": "± 1813",
      "unit": "ns/iter"
     },
     {
      "name": "Fibonacci/Recursive/20",
      "value": 31611,
      "range": "± 1727",
      "unit": "ns/iter"
     },
     {
      "name": "Fibonacci/Iterative/20",
      "value": 5,
      "range": "± 0",
      "unit": "ns/iter"
     },
     {
      "name": "Fibonacci/Recursive/21",
      "value": 51099,
      "range": "± 2802",
      "unit": "ns/iter"
     },
     {
      "name": "Fibonacci/Iterative/21",
      "value": 6,
      "range": "± 0",
      "unit": "ns/iter"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "committer": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "distinct": true,
     "id": "c38cce98215cf75e178ecd5a0c1a1ab215e93006",
     "message": "release v1.22.0",
     "timestamp": "2026-03-31T06:53:51+02:00",
     "tree_id": "bcd62a1fb1374f67221a37001260ca831840ac40",
     "url": "https://github.com/benchmark-action/github-action-benchmark/commit/c38cce98215cf75e178ecd5a0c1a1ab215e93006"
    },
    "date": 1774932981212,
    "tool": "cargo",
    "benches": [
     {
      "name": "BenchFib10",
      "value": 159,
      "range": "± 5",
      "unit": "ns/iter"
     },
     {
      "name": "BenchFib20",
      "value": 20195,
      "range": "± 2950",
      "unit": "ns/iter"
     },
     {
      "name": "Fibonacci/Recursive/20",
      "value": 20133,
      "range": "± 102",
      "unit": "ns/iter"
     },
     {
      "name": "Fibonacci/Iterative/20",
      "value": 3,
      "range": "± 0",
      "unit": "ns/iter"
     },
     {
      "name": "Fibonacci/Recursive/21",
      "value": 32569,
      "range": "± 325",
      "unit": "ns/iter"
     },
     {
      "name": "Fibonacci/Iterative/21",
      "value": 3,
      "range": "± 0",
      "unit": "ns/iter"
     }
    ]
   }
  ],
  "Go Benchmark": [
   {
    "commit": {
     "author": {
      "email": "user-b0a49995@example.invalid",
      "name": "user-56c967dc",
      "username": "user-56c967dc"
     },
     "committer": {
      "email": "user-b0a49995@example.invalid",
      "name": "user-56c967dc",
      "username": "user-56c967dc"
     },
     "distinct": true,
     "id": "fcdc56194462e46f54a75f052c926d3dc64b44c9",
     "message": "`git fetch` before updating gh-pages in CI to avoid conflict",
     "timestamp": "2019-11-09T23:22:06+09:00",
     "tree_id": "e73874ecea3ea6e8768d7d06bf7a59bf91c27882",
     "url": "https://github.com/rhysd/github-action-benchmark/commit/fcdc56194462e46f54a75f052c926d3dc64b44c9"
    },
    "date": 1573309388050,
    "tool": "go",
    "benches": [
     {
      "name": "BenchmarkFib10",
      "value": 551,
      "unit": "ns/op"
     },
     {
      "name": "BenchmarkFib20",
      "value": 55222,
      "unit": "ns/op"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "committer": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "distinct": true,
     "id": "c38cce98215cf75e178ecd5a0c1a1ab215e93006",
     "message": "release v1.22.0",
     "timestamp": "2026-03-31T06:53:51+02:00",
     "tree_id": "bcd62a1fb1374f67221a37001260ca831840ac40",
     "url": "https://github.com/benchmark-action/github-action-benchmark/commit/c38cce98215cf75e178ecd5a0c1a1ab215e93006"
    },
    "date": 1774932909156,
    "tool": "go",
    "benches": [
     {
      "name": "BenchmarkFib10",
      "value": 313.1,
      "unit": "ns/op",
      "extra": "3852480 times\n4 procs"
     },
     {
      "name": "BenchmarkFib20",
      "value": 39994,
      "unit": "ns/op",
      "extra": "30343 times\n4 procs"
     },
     {
      "name": "BenchmarkFib20WithAuxMetric",
      "value": 40052,
      "unit": "ns/op\t         4.000 auxMetricUnits",
      "extra": "30248 times\n4 procs"
     },
     {
      "name": "BenchmarkFib20WithAuxMetric - ns/op",
      "value": 40052,
      "unit": "ns/op",
      "extra": "30248 times\n4 procs"
     },
     {
      "name": "BenchmarkFib20WithAuxMetric - auxMetricUnits",
      "value": 4,
      "unit": "auxMetricUnits",
      "extra": "30248 times\n4 procs"
     }
    ]
   }
  ],
  "Benchmark.js Benchmark": [
   {
    "commit": {
     "author": {
      "email": "user-b0a49995@example.invalid",
      "name": "user-56c967dc",
      "username": "user-56c967dc"
     },
     "committer": {
      "email": "user-b0a49995@example.invalid",
      "name": "user-56c967dc",
      "username": "user-56c967dc"
     },
     "distinct": true,
     "id": "b840614fd88743f234aac0dc747a0a70616f450f",
     "message": "add benchmark.js example workflow",
     "timestamp": "2019-11-10T00:10:02+09:00",
     "tree_id": "6099d0c81edd50c38c15007ca5c08740b049c944",
     "url": "https://github.com/rhysd/github-action-benchmark/commit/b840614fd88743f234aac0dc747a0a70616f450f"
    },
    "date": 1573312252482,
    "tool": "benchmarkjs",
    "benches": [
     {
      "name": "fib(10)",
      "value": 1039768,
      "range": "0.42%",
      "unit": "ops/sec"
     },
     {
      "name": "fib(20)",
      "value": 8787,
      "range": "0.71%",
      "unit": "ops/sec"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "committer": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "distinct": true,
     "id": "c38cce98215cf75e178ecd5a0c1a1ab215e93006",
     "message": "release v1.22.0",
     "timestamp": "2026-03-31T06:53:51+02:00",
     "tree_id": "bcd62a1fb1374f67221a37001260ca831840ac40",
     "url": "https://github.com/benchmark-action/github-action-benchmark/commit/c38cce98215cf75e178ecd5a0c1a1ab215e93006"
    },
    "date": 1774932863692,
    "tool": "benchmarkjs",
    "benches": [
     {
      "name": "fib(10)",
      "value": 1594568,
      "range": "±0.19%",
      "unit": "ops/sec",
      "extra": "94 samples"
     },
     {
      "name": "fib(20)",
      "value": 12979,
      "range": "±0.46%",
      "unit": "ops/sec",
      "extra": "98 samples"
     }
    ]
   }
  ],
  "Python Benchmark with pytest-benchmark": [
   {
    "commit": {
     "author": {
      "email": "user-b0a49995@example.invalid",
      "name": "user-56c967dc",
      "username": "user-56c967dc"
     },
     "committer": {
      "email": "user-b0a49995@example.invalid",
      "name": "user-56c967dc",
      "username": "user-56c967dc"
     },
     "distinct": true,
     "id": "be395fa45085f9d6d7723f39ef4ea4a1e7d2c71b",
     "message": "Merge branch 'pytest-support-and-extra-data'",
     "timestamp": "2019-11-17T14:11:08+09:00",
     "tree_id": "445685b855eb924cfabb2480b04918aee14352f5",
     "url": "https://github.com/rhysd/github-action-benchmark/commit/be395fa45085f9d6d7723f39ef4ea4a1e7d2c71b"
    },
    "date": 1573968123092,
    "tool": "pytest",
    "benches": [
     {
      "name": "bench.py::test_fib_10",
      "value": 48347.10086431428,
      "unit": "iter/sec",
      "range": "stddev: 0.000020419912819191845",
      "extra": "mean: 0.000020683763496108927 sec\nrounds: 28249"
     },
     {
      "name": "bench.py::test_fib_20",
      "value": 389.3380033674248,
      "unit": "iter/sec",
      "range": "stddev: 0.0002408106151480289",
      "extra": "mean: 0.002568462342106078 sec\nrounds: 380"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "committer": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "distinct": true,
     "id": "c38cce98215cf75e178ecd5a0c1a1ab215e93006",
     "message": "release v1.22.0",
     "timestamp": "2026-03-31T06:53:51+02:00",
     "tree_id": "bcd62a1fb1374f67221a37001260ca831840ac40",
     "url": "https://github.com/benchmark-action/github-action-benchmark/commit/c38cce98215cf75e178ecd5a0c1a1ab215e93006"
    },
    "date": 1774932868914,
    "tool": "pytest",
    "benches": [
     {
      "name": "bench.py::test_fib_10",
      "value": 76327.03241590009,
      "unit": "iter/sec",
      "range": "stddev: 0.0000012571315525798022",
      "extra": "mean: 13.101518143022743 usec\nrounds: 29984"
     },
     {
      "name": "bench.py::test_fib_20",
      "value": 604.5755406814991,
      "unit": "iter/sec",
      "range": "stddev: 0.000018037065721222928",
      "extra": "mean: 1.6540530218486251 msec\nrounds: 595"
     }
    ]
   }
  ],
  "C++ Benchmark": [
   {
    "commit": {
     "author": {
      "email": "user-b0a49995@example.invalid",
      "name": "user-56c967dc",
      "username": "user-56c967dc"
     },
     "committer": {
      "email": "user-b0a49995@example.invalid",
      "name": "user-56c967dc",
      "username": "user-56c967dc"
     },
     "distinct": true,
     "id": "b92560a3e3ac26159f5bf61a1c17f6e4fff0218d",
     "message": "disable testing of Google Benchmark build",
     "timestamp": "2019-11-29T18:38:40+09:00",
     "tree_id": "b0e2f2c7680b60f05923ce2d364e28920122a782",
     "url": "https://github.com/rhysd/github-action-benchmark/commit/b92560a3e3ac26159f5bf61a1c17f6e4fff0218d"
    },
    "date": 1575020445615,
    "tool": "googlecpp",
    "benches": [
     {
      "name": "fib_10",
      "value": 182.48452840918617,
      "unit": "ns/iter",
      "extra": "iterations: 3643646\ncpu: 182.3782686353175 ns\nthreads: 1"
     },
     {
      "name": "fib_20",
      "value": 24586.538055365574,
      "unit": "ns/iter",
      "extra": "iterations: 26514\ncpu: 24580.58772723845 ns\nthreads: 1"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "committer": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "distinct": true,
     "id": "c38cce98215cf75e178ecd5a0c1a1ab215e93006",
     "message": "release v1.22.0",
     "timestamp": "2026-03-31T06:53:51+02:00",
     "tree_id": "bcd62a1fb1374f67221a37001260ca831840ac40",
     "url": "https://github.com/benchmark-action/github-action-benchmark/commit/c38cce98215cf75e178ecd5a0c1a1ab215e93006"
    },
    "date": 1774932858656,
    "tool": "googlecpp",
    "benches": [
     {
      "name": "fib_10",
      "value": 177.50045639073818,
      "unit": "ns/iter",
      "extra": "iterations: 3946180\ncpu: 177.4838215692138 ns\nthreads: 1"
     },
     {
      "name": "fib_20",
      "value": 23132.19766959291,
      "unit": "ns/iter",
      "extra": "iterations: 31325\ncpu: 23128.78295291301 ns\nthreads: 1"
     }
    ]
   }
  ],
  "Catch2 Benchmark": [
   {
    "commit": {
     "author": {
      "email": "user-b0a49995@example.invalid",
      "name": "user-56c967dc",
      "username": "user-56c967dc"
     },
     "committer": {
      "email": "user-b0a49995@example.invalid",
      "name": "user-56c967dc",
      "username": "user-56c967dc"
     },
     "distinct": true,
     "id": "685e085bef015264b067fa703c489af6195b3559",
     "message": "fix benchmarks in catch2 example",
     "timestamp": "2020-01-17T20:52:32+09:00",
     "tree_id": "0122e9fbb0d7da00f6740ccf9ceb9bd2068d4864",
     "url": "https://github.com/rhysd/github-action-benchmark/commit/685e085bef015264b067fa703c489af6195b3559"
    },
    "date": 1579262044533,
    "tool": "catch2",
    "benches": [
     {
      "name": "Fibonacci 10",
      "value": 200,
      "range": "+/- 16",
      "unit": "ns",
      "extra": "100 samples"
     },
     {
      "name": "Fibonacci 20",
      "value": 20.676,
      "range": "+/- 1.404",
      "unit": "us",
      "extra": "100 samples"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "committer": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "distinct": true,
     "id": "c38cce98215cf75e178ecd5a0c1a1ab215e93006",
     "message": "release v1.22.0",
     "timestamp": "2026-03-31T06:53:51+02:00",
     "tree_id": "bcd62a1fb1374f67221a37001260ca831840ac40",
     "url": "https://github.com/benchmark-action/github-action-benchmark/commit/c38cce98215cf75e178ecd5a0c1a1ab215e93006"
    },
    "date": 1774932872659,
    "tool": "catch2",
    "benches": [
     {
      "name": "Fibonacci 10",
      "value": 84.3406,
      "range": "± 5.00339",
      "unit": "ns",
      "extra": "100 samples\n362 iterations"
     },
     {
      "name": "Fibonacci 20",
      "value": 7.6369,
      "range": "± 373.112",
      "unit": "us",
      "extra": "100 samples\n4 iterations"
     }
    ]
   }
  ],
  "Julia benchmark result": [
   {
    "commit": {
     "author": {
      "email": "user-f84bca86@example.invalid",
      "name": "user-4064531a",
      "username": "user-2dbed4fe"
     },
     "committer": {
      "email": "user-3c205d8f@example.invalid",
      "name": "user-f911e414",
      "username": "user-e1304ec1"
     },
     "distinct": true,
     "id": "3c0e5b7a11f3b188f0cf2287d8bb60c029c530d7",
     "message": "Support BenchmarkTools.jl in Julia (#89)",
     "timestamp": "2021-12-04T14:04:00+01:00",
     "tree_id": "f7e9efe8a202e0b5fcd366abe4c9995df5f8da7e",
     "url": "https://github.com/benchmark-action/github-action-benchmark/commit/3c0e5b7a11f3b188f0cf2287d8bb60c029c530d7"
    },
    "date": 1638626751466,
    "tool": "julia",
    "benches": [
     {
      "name": "fib/10",
      "value": 334.3521739130435,
      "unit": "ns",
      "extra": "gctime=0\nmemory=0\nallocs=0\nparams={\"gctrial\":true,\"time_tolerance\":0.05,\"samples\":10000,\"evals\":230,\"gcsample\":false,\"seconds\":5,\"overhead\":0,\"memory_tolerance\":0.01}"
     },
     {
      "name": "fib/20",
      "value": 40900,
      "unit": "ns",
      "extra": "gctime=0\nmemory=0\nallocs=0\nparams={\"gctrial\":true,\"time_tolerance\":0.05,\"samples\":10000,\"evals\":1,\"gcsample\":false,\"seconds\":5,\"overhead\":0,\"memory_tolerance\":0.01}"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "committer": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "distinct": true,
     "id": "c38cce98215cf75e178ecd5a0c1a1ab215e93006",
     "message": "release v1.22.0",
     "timestamp": "2026-03-31T06:53:51+02:00",
     "tree_id": "bcd62a1fb1374f67221a37001260ca831840ac40",
     "url": "https://github.com/benchmark-action/github-action-benchmark/commit/c38cce98215cf75e178ecd5a0c1a1ab215e93006"
    },
    "date": 1774933025113,
    "tool": "julia",
    "benches": [
     {
      "name": "fib/10",
      "value": 302.8493150684931,
      "unit": "ns",
      "extra": "gctime=0\nmemory=0\nallocs=0\nparams={\"gctrial\":true,\"time_tolerance\":0.05,\"evals_set\":false,\"samples\":10000,\"evals\":219,\"gcsample\":false,\"seconds\":5,\"overhead\":0,\"memory_tolerance\":0.01}"
     },
     {
      "name": "fib/20",
      "value": 44994,
      "unit": "ns",
      "extra": "gctime=0\nmemory=0\nallocs=0\nparams={\"gctrial\":true,\"time_tolerance\":0.05,\"evals_set\":false,\"samples\":10000,\"evals\":1,\"gcsample\":false,\"seconds\":5,\"overhead\":0,\"memory_tolerance\":0.01}"
     }
    ]
   }
  ],
  "Benchmark.Net Benchmark": [
   {
    "commit": {
     "author": {
      "email": "user-bd5a8d6c@example.invalid",
      "name": "user-3aa59729",
      "username": "user-3aa59729"
     },
     "committer": {
      "email": "user-3c205d8f@example.invalid",
      "name": "user-f911e414",
      "username": "user-e1304ec1"
     },
     "distinct": true,
     "id": "bc37892a11e1e7c3ec6e75939e84f6fe157679fa",
     "message": "Bump node-fetch from 2.6.6 to 2.6.7 (#107)",
     "timestamp": "2022-02-17T23:27:08+01:00",
     "tree_id": "b1c6da917d264a940b3677254a7c5641b4047087",
     "url": "https://github.com/benchmark-action/github-action-benchmark/commit/bc37892a11e1e7c3ec6e75939e84f6fe157679fa"
    },
    "date": 1645137168932,
    "tool": "benchmarkdotnet",
    "benches": [
     {
      "name": "Sample.Benchmarks.Fib10",
      "value": 24.70043130715688,
      "unit": "ns",
      "range": "± 0.0020481391239827113"
     },
     {
      "name": "Sample.Benchmarks.Fib20",
      "value": 47.136038277830394,
      "unit": "ns",
      "range": "± 0.006214004922205368"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "committer": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "distinct": true,
     "id": "c38cce98215cf75e178ecd5a0c1a1ab215e93006",
     "message": "release v1.22.0",
     "timestamp": "2026-03-31T06:53:51+02:00",
     "tree_id": "bcd62a1fb1374f67221a37001260ca831840ac40",
     "url": "https://github.com/benchmark-action/github-action-benchmark/commit/c38cce98215cf75e178ecd5a0c1a1ab215e93006"
    },
    "date": 1774932958342,
    "tool": "benchmarkdotnet",
    "benches": [
     {
      "name": "Sample.Benchmarks.Fib10",
      "value": 22.165519416332245,
      "unit": "ns",
      "range": "± 0.053248905155396604"
     },
     {
      "name": "Sample.Benchmarks.Fib20",
      "value": 43.70282246669134,
      "unit": "ns",
      "range": "± 0.06458311214324038"
     }
    ]
   }
  ],
  "JMH Benchmark": [
   {
    "commit": {
     "author": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "committer": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "distinct": true,
     "id": "b2887b657da81fdbbd1b8f8653099da5b246e259",
     "message": "Update changelog for v1.15.0",
     "timestamp": "2022-11-03T16:09:08+01:00",
     "tree_id": "44376a4cfbda3e5d68c4b22452d70c37ec951616",
     "url": "https://github.com/benchmark-action/github-action-benchmark/commit/b2887b657da81fdbbd1b8f8653099da5b246e259"
    },
    "date": 1667488288025,
    "tool": "jmh",
    "benches": [
     {
      "name": "org.openjdk.jmh.samples.JMHSample_01_HelloWorld.wellHelloThere",
      "value": 1689130414.496377,
      "unit": "ops/s",
      "extra": "iterations: 3\nforks: 1\nthreads: 1"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "committer": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "distinct": true,
     "id": "c38cce98215cf75e178ecd5a0c1a1ab215e93006",
     "message": "release v1.22.0",
     "timestamp": "2026-03-31T06:53:51+02:00",
     "tree_id": "bcd62a1fb1374f67221a37001260ca831840ac40",
     "url": "https://github.com/benchmark-action/github-action-benchmark/commit/c38cce98215cf75e178ecd5a0c1a1ab215e93006"
    },
    "date": 1774932906797,
    "tool": "jmh",
    "benches": [
     {
      "name": "org.openjdk.jmh.samples.JMHSample_01_HelloWorld.wellHelloThere",
      "value": 1820491309.1347592,
      "unit": "ops/s",
      "extra": "iterations: 3\nforks: 1\nthreads: 1"
     }
    ]
   }
  ],
  "Catch2 Benchmark (v3)": [
   {
    "commit": {
     "author": {
      "email": "user-be415517@example.invalid",
      "name": "user-55f3d084",
      "username": "user-dcd49ab1"
     },
     "committer": {
      "email": "user-3c205d8f@example.invalid",
      "name": "user-f911e414",
      "username": "user-e1304ec1"
     },
     "distinct": true,
     "id": "2b82b9a3b5e1e4c363fc6c378818e2e30f635945",
     "message": "fix: Catch2 v.3.5.0 changed output format (#247)\n\n* create Catch2 v3 example\r\n* add test case for catch2 v3\r\n* modify extract header regexp to work with v3",
     "timestamp": "2024-05-19T13:21:20+02:00",
     "tree_id": "959151be13370f6a8155f9bfa7b1b113089c3fb3",
     "url": "https://github.com/benchmark-action/github-action-benchmark/commit/2b82b9a3b5e1e4c363fc6c378818e2e30f635945"
    },
    "date": 1716117964771,
    "tool": "catch2",
    "benches": [
     {
      "name": "Fibonacci 10",
      "value": 145.779,
      "range": "± 2.77021",
      "unit": "ns",
      "extra": "100 samples\n197 iterations"
     },
     {
      "name": "Fibonacci 20",
      "value": 19.9633,
      "range": "± 189.51",
      "unit": "us",
      "extra": "100 samples\n2 iterations"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "committer": {
      "email": "user-be415517@example.invalid",
      "name": "user-c0210993",
      "username": "user-dcd49ab1"
     },
     "distinct": true,
     "id": "c38cce98215cf75e178ecd5a0c1a1ab215e93006",
     "message": "release v1.22.0",
     "timestamp": "2026-03-31T06:53:51+02:00",
     "tree_id": "bcd62a1fb1374f67221a37001260ca831840ac40",
     "url": "https://github.com/benchmark-action/github-action-benchmark/commit/c38cce98215cf75e178ecd5a0c1a1ab215e93006"
    },
    "date": 1774932924202,
    "tool": "catch2",
    "benches": [
     {
      "name": "Fibonacci 10",
      "value": 106.374,
      "range": "± 38.4231",
      "unit": "ns",
      "extra": "100 samples\n377 iterations"
     },
     {
      "name": "Fibonacci 20",
      "value": 7.7965,
      "range": "± 352.558",
      "unit": "us",
      "extra": "100 samples\n4 iterations"
     }
    ]
   }
  ]
 },
 "repoUrl": "https://github.com/benchmark-action/github-action-benchmark"
}