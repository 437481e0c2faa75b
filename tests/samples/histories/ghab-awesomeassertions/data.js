window.BENCHMARK_DATA = {
 "lastUpdate": 1783073372782,
 "repoUrl": "https://github.com/AwesomeAssertions/AwesomeAssertions.analyzers",
 "entries": {
  "AwesomeAssertions.Analyzers Benchmark": [
   {
    "commit": {
     "author": {
      "name": "user-ab3c0769",
      "username": "user-ab3c0769"
     },
     "committer": {
      "name": "user-ab3c0769",
      "username": "user-ab3c0769"
     },
     "id": "dc5d8c62f2cb761c0ff0eb11832188bcb25921b1",
     "message": "bench: add more analyze benchmarks",
     "timestamp": "2023-11-05T21:55:49Z",
     "url": "https://github.com/fluentassertions/fluentassertions.analyzers/pull/247/commits/dc5d8c62f2cb761c0ff0eb11832188bcb25921b1"
    },
    "date": 1699476761904,
    "tool": "benchmarkdotnet",
    "benches": [
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.MinimalCompilation_SingleSource_ObjectStatement_Analyzing",
      "value": 3093.4755442301434,
      "unit": "ns",
      "range": "± 44.321047052345925"
     },
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.MinimalCompilation_SingleSource_ObjectStatement_Analyzing",
      "value": 2897.398562367757,
      "unit": "ns",
      "range": "± 14.81274459953059"
     },
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.SmallCompilation_MultipleSources_StringAssertions_Analyzing",
      "value": 11471.094288752629,
      "unit": "ns",
      "range": "± 44.529944590631736"
     },
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.SmallCompilation_MultipleSources_StringAssertions_Analyzing",
      "value": 10634.555742703951,
      "unit": "ns",
      "range": "± 55.28531400214883"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "name": "user-ab3c0769",
      "username": "user-ab3c0769"
     },
     "committer": {
      "name": "user-ab3c0769",
      "username": "user-ab3c0769"
     },
     "id": "e3df7b7b4dfad207f8904921ddbe73219afe462b",
     "message": "run benchmark only for source repo",
     "timestamp": "2023-12-07T07:56:42Z",
     "url": "https://github.com/fluentassertions/fluentassertions.analyzers/pull/249/commits/e3df7b7b4dfad207f8904921ddbe73219afe462b"
    },
    "date": 1702023452025,
    "tool": "benchmarkdotnet",
    "benches": [
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.MinimalCompilation_SingleSource_ObjectStatement_Analyzing",
      "value": 2931.4739061243395,
      "unit": "ns",
      "range": "± 49.18237193310831"
     },
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.MinimalCompilation_SingleSource_ObjectStatement_Analyzing",
      "value": 2872.9732472101846,
      "unit": "ns",
      "range": "± 4.194207522848932"
     },
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.SmallCompilation_MultipleSources_StringAssertions_Analyzing",
      "value": 11446.865768432617,
      "unit": "ns",
      "range": "± 41.84034147606641"
     },
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.SmallCompilation_MultipleSources_StringAssertions_Analyzing",
      "value": 10371.388119037334,
      "unit": "ns",
      "range": "± 18.02950010955623"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "name": "user-ab3c0769",
      "username": "user-ab3c0769"
     },
     "committer": {
      "name": "user-ab3c0769",
      "username": "user-ab3c0769"
     },
     "id": "60b1dda8a98014d6b47053fb07ddb52a04c8b0fa",
     "message": "introduce single CollectionAnalyzer for collection assertions",
     "timestamp": "2023-12-08T08:19:02Z",
     "url": "https://github.com/fluentassertions/fluentassertions.analyzers/pull/251/commits/60b1dda8a98014d6b47053fb07ddb52a04c8b0fa"
    },
    "date": 1702159358479,
    "tool": "benchmarkdotnet",
    "benches": [
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.MinimalCompilation_SingleSource_ObjectStatement_Analyzing",
      "value": 2442.2640062059677,
      "unit": "ns",
      "range": "± 26.42815945766063"
     },
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.MinimalCompilation_SingleSource_ObjectStatement_Analyzing",
      "value": 2288.212234242757,
      "unit": "ns",
      "range": "± 16.362857579320277"
     },
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.SmallCompilation_MultipleSources_StringAssertions_Analyzing",
      "value": 9372.039095365084,
      "unit": "ns",
      "range": "± 34.899287598511485"
     },
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.SmallCompilation_MultipleSources_StringAssertions_Analyzing",
      "value": 8303.02335917155,
      "unit": "ns",
      "range": "± 76.39288084607477"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-f4a1aeb9@example.invalid",
      "name": "user-b1f39978",
      "username": "user-6792b7b7"
     },
     "committer": {
      "email": "user-f4a1aeb9@example.invalid",
      "name": "user-b1f39978",
      "username": "user-6792b7b7"
     },
     "distinct": true,
     "id": "8c6cfcd29c5bb5ab4810366ec036c84026e5c484",
     "message": "Fix benchmark workflow",
     "timestamp": "2025-05-26T07:47:04+02:00",
     "tree_id": "740e6aab39269dbdb7d9e41ad7bdfe9c5bf9e845",
     "url": "https://github.com/AwesomeAssertions/AwesomeAssertions.analyzers/commit/8c6cfcd29c5bb5ab4810366ec036c84026e5c484"
    },
    "date": 1748238516804,
    "tool": "benchmarkdotnet",
    "benches": [
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.MinimalCompilation_SingleSource_ObjectStatement_Analyzing",
      "value": 257.7792814671993,
      "unit": "ns",
      "range": "± 4.877697890177582"
     },
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.SmallCompilation_MultipleSources_StringAssertions_Analyzing",
      "value": 288.23778708775836,
      "unit": "ns",
      "range": "± 2.799979235815796"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-f4a1aeb9@example.invalid",
      "name": "user-b1f39978",
      "username": "user-6792b7b7"
     },
     "committer": {
      "email": "user-3c205d8f@example.invalid",
      "name": "user-f911e414",
      "username": "user-e1304ec1"
     },
     "distinct": true,
     "id": "e6ff82dc259e29b3f3654b2a0ef0d0889b2bb8f9",
     "message": "Update AwesomeAssertions reference to 9.0.0 (#15)",
     "timestamp": "2025-05-26T21:05:24+02:00",
     "tree_id": "e70393bb1be1dcf626fe02952706b15fd2909bb0",
     "url": "https://github.com/AwesomeAssertions/AwesomeAssertions.analyzers/commit/e6ff82dc259e29b3f3654b2a0ef0d0889b2bb8f9"
    },
    "date": 1748286409913,
    "tool": "benchmarkdotnet",
    "benches": [
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.MinimalCompilation_SingleSource_ObjectStatement_Analyzing",
      "value": 258.3352563197796,
      "unit": "ns",
      "range": "± 1.598971325210986"
     },
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.SmallCompilation_MultipleSources_StringAssertions_Analyzing",
      "value": 262.3954886289743,
      "unit": "ns",
      "range": "± 1.125095201622419"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-4836c036@example.invalid",
      "name": "user-d76015e1",
      "username": "user-d76015e1"
     },
     "committer": {
      "email": "user-3c205d8f@example.invalid",
      "name": "user-f911e414",
      "username": "user-e1304ec1"
     },
     "distinct": true,
     "id": "ee5cd9a36e97bc9dd566661d5d7fd2ff1ed7742f",
     "message": "chore: Configure Renovate (#5)\n\nCo-authored-by: someone <user-4836c036@example.invalid>",
     "timestamp": "2025-06-02T13:43:56+03:00",
     "tree_id": "10ade33db424325ad4c2fd3eedbc5ea4ce671083",
     "url": "https://github.com/AwesomeAssertions/AwesomeAssertions.analyzers/commit/ee5cd9a36e97bc9dd566661d5d7fd2ff1ed7742f"
    },
    "date": 1748861120184,
    "tool": "benchmarkdotnet",
    "benches": [
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.MinimalCompilation_SingleSource_ObjectStatement_Analyzing",
      "value": 272.935138463974,
      "unit": "ns",
      "range": "± 2.378635958359828"
     },
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.SmallCompilation_MultipleSources_StringAssertions_Analyzing",
      "value": 266.03884971936543,
      "unit": "ns",
      "range": "± 3.955386006476868"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-4836c036@example.invalid",
      "name": "user-d76015e1",
      "username": "user-d76015e1"
     },
     "committer": {
      "email": "user-3c205d8f@example.invalid",
      "name": "user-f911e414",
      "username": "user-e1304ec1"
     },
     "distinct": true,
     "id": "10294ced36734797a2ffe897f041cf32f39830e6",
     "message": "chore(deps): update dependency coverlet.msbuild to 6.0.4 (#17)\n\nCo-authored-by: someone <user-4836c036@example.invalid>",
     "timestamp": "2025-06-03T07:25:08+02:00",
     "tree_id": "05c9296a09b866c4683cbb059d12280468e4395d",
     "url": "https://github.com/AwesomeAssertions/AwesomeAssertions.analyzers/commit/10294ced36734797a2ffe897f041cf32f39830e6"
    },
    "date": 1748928387558,
    "tool": "benchmarkdotnet",
    "benches": [
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.MinimalCompilation_SingleSource_ObjectStatement_Analyzing",
      "value": 256.92110422679355,
      "unit": "ns",
      "range": "± 2.5336845931376186"
     },
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.SmallCompilation_MultipleSources_StringAssertions_Analyzing",
      "value": 259.76134862218584,
      "unit": "ns",
      "range": "± 2.142962505783169"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-4836c036@example.invalid",
      "name": "user-d76015e1",
      "username": "user-d76015e1"
     },
     "committer": {
      "email": "user-3c205d8f@example.invalid",
      "name": "user-f911e414",
      "username": "user-e1304ec1"
     },
     "distinct": true,
     "id": "27604a62bf455950bbe8f0afc49ba911d9a49098",
     "message": "chore(deps): update dependency microsoft.net.test.sdk to 18.7.0 (#128)\n\nCo-authored-by: someone <user-4836c036@example.invalid>",
     "timestamp": "2026-07-03T12:07:24+02:00",
     "tree_id": "26d2ef506e05cd5ca191227fcc4a5f156087c538",
     "url": "https://github.com/AwesomeAssertions/AwesomeAssertions.analyzers/commit/27604a62bf455950bbe8f0afc49ba911d9a49098"
    },
    "date": 1783073371072,
    "tool": "benchmarkdotnet",
    "benches": [
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.MinimalCompilation_SingleSource_ObjectStatement_Analyzing",
      "value": 167.52796402398278,
      "unit": "ns",
      "range": "± 1.6664134031606679"
     },
     {
      "name": "AwesomeAssertions.Analyzers.BenchmarkTests.AwesomeAssertionsBenchmarks.SmallCompilation_MultipleSources_StringAssertions_Analyzing",
      "value": 184.8441299029759,
      "unit": "ns",
      "range": "± 0.7450631815554689"
     }
    ]
   }
  ]
 }
}