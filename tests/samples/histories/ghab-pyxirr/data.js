window.BENCHMARK_DATA = {
 "lastUpdate": 1752400239190,
 "repoUrl": "https://github.com/Anexen/pyxirr",
 "entries": {
  "Rust Benchmark": [
   {
    "commit": {
     "author": {
      "email": "user-eab45717@example.invalid",
      "name": "user-94b32d89",
      "username": "user-94b32d89"
     },
     "committer": {
      "email": "user-eab45717@example.invalid",
      "name": "user-94b32d89",
      "username": "user-94b32d89"
     },
     "distinct": true,
     "id": "41a41017414dbc90fb51be2f092ad8b591524fdd",
     "message": "use personal github token",
     "timestamp": "2021-05-20T19:05:30+03:00",
     "tree_id": "a57fee16619b8f4b19d1eea1b9efd26210f927a8",
     "url": "https://github.com/Anexen/pyxirr/commit/41a41017414dbc90fb51be2f092ad8b591524fdd"
    },
    "date": 1621536877683,
    "tool": "cargo",
    "benches": [
     {
      "name": "bench_python_100",
      "value": 17281278,
      "range": "± 935476",
      "unit": "ns/iter"
     },
     {
      "name": "bench_python_1000",
      "value": 43999237,
      "range": "± 2267125",
      "unit": "ns/iter"
     },
     {
      "name": "bench_rust_100",
      "value": 49174,
      "range": "± 4079",
      "unit": "ns/iter"
     },
     {
      "name": "bench_rust_1000",
      "value": 438682,
      "range": "± 26892",
      "unit": "ns/iter"
     },
     {
      "name": "bench_rust_10000",
      "value": 3871309,
      "range": "± 239165",
      "unit": "ns/iter"
     },
     {
      "name": "bench_scipy_100",
      "value": 815819,
      "range": "± 49052",
      "unit": "ns/iter"
     },
     {
      "name": "bench_scipy_1000",
      "value": 4069659,
      "range": "± 205424",
      "unit": "ns/iter"
     },
     {
      "name": "bench_scipy_10000",
      "value": 34162292,
      "range": "± 1536264",
      "unit": "ns/iter"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-eab45717@example.invalid",
      "name": "user-94b32d89",
      "username": "user-94b32d89"
     },
     "committer": {
      "email": "user-eab45717@example.invalid",
      "name": "user-94b32d89",
      "username": "user-94b32d89"
     },
     "distinct": true,
     "id": "57b89b43d27628ba7ae906e126725f474f2e841b",
     "message": "bump version to 0.10.6",
     "timestamp": "2024-10-13T22:37:02+02:00",
     "tree_id": "99655ae5841aff763266451cf0b5131730213d98",
     "url": "https://github.com/Anexen/pyxirr/commit/57b89b43d27628ba7ae906e126725f474f2e841b"
    },
    "date": 1728851967694,
    "tool": "cargo",
    "benches": [
     {
      "name": "bench_python_100",
      "value": 965991.1,
      "range": "± 9842.53",
      "unit": "ns/iter"
     },
     {
      "name": "bench_python_1000",
      "value": 9990514.2,
      "range": "± 857105.90",
      "unit": "ns/iter"
     },
     {
      "name": "bench_python_50",
      "value": 427902.2,
      "range": "± 18516.21",
      "unit": "ns/iter"
     },
     {
      "name": "bench_python_500",
      "value": 4723381.7,
      "range": "± 53671.55",
      "unit": "ns/iter"
     },
     {
      "name": "bench_rust_100",
      "value": 6158.96,
      "range": "± 174.74",
      "unit": "ns/iter"
     },
     {
      "name": "bench_rust_1000",
      "value": 60085.91,
      "range": "± 1546.56",
      "unit": "ns/iter"
     },
     {
      "name": "bench_rust_50",
      "value": 3114.74,
      "range": "± 47.29",
      "unit": "ns/iter"
     },
     {
      "name": "bench_rust_500",
      "value": 33102.98,
      "range": "± 589.33",
      "unit": "ns/iter"
     },
     {
      "name": "bench_scipy_100",
      "value": 329411.64,
      "range": "± 7114.42",
      "unit": "ns/iter"
     },
     {
      "name": "bench_scipy_1000",
      "value": 2449382.4,
      "range": "± 273063.83",
      "unit": "ns/iter"
     },
     {
      "name": "bench_scipy_50",
      "value": 204203.53,
      "range": "± 5423.08",
      "unit": "ns/iter"
     },
     {
      "name": "bench_scipy_500",
      "value": 1280478.3,
      "range": "± 32086.71",
      "unit": "ns/iter"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "name": "user-94b32d89",
      "username": "user-94b32d89",
      "email": "user-eab45717@example.invalid"
     },
     "committer": {
      "name": "user-94b32d89",
      "username": "user-94b32d89",
      "email": "user-eab45717@example.invalid"
     },
     "id": "c524daf574fa31b5113bd2f3305132e3243de549",
     "message": "(ci) fix benchmark workflow",
     "timestamp": "2025-07-13T09:48:32Z",
     "url": "https://github.com/Anexen/pyxirr/commit/c524daf574fa31b5113bd2f3305132e3243de549"
    },
    "date": 1752400238592,
    "tool": "cargo",
    "benches": [
     {
      "name": "bench_python_100",
      "value": 954203.5,
      "range": "± 38503.03",
      "unit": "ns/iter"
     },
     {
      "name": "bench_python_1000",
      "value": 10084645.1,
      "range": "± 315508.62",
      "unit": "ns/iter"
     },
     {
      "name": "bench_python_50",
      "value": 426505.35,
      "range": "± 5310.98",
      "unit": "ns/iter"
     },
     {
      "name": "bench_python_500",
      "value": 4749555,
      "range": "± 138832.48",
      "unit": "ns/iter"
     },
     {
      "name": "bench_rust_100",
      "value": 5841.05,
      "range": "± 74.68",
      "unit": "ns/iter"
     },
     {
      "name": "bench_rust_1000",
      "value": 56698.71,
      "range": "± 776.76",
      "unit": "ns/iter"
     },
     {
      "name": "bench_rust_50",
      "value": 2974.29,
      "range": "± 32.62",
      "unit": "ns/iter"
     },
     {
      "name": "bench_rust_500",
      "value": 31386.46,
      "range": "± 316.92",
      "unit": "ns/iter"
     },
     {
      "name": "bench_scipy_100",
      "value": 385499.5,
      "range": "± 10707.75",
      "unit": "ns/iter"
     },
     {
      "name": "bench_scipy_1000",
      "value": 2564157.1,
      "range": "± 22670.08",
      "unit": "ns/iter"
     },
     {
      "name": "bench_scipy_50",
      "value": 253081.5,
      "range": "± 4446.38",
      "unit": "ns/iter"
     },
     {
      "name": "bench_scipy_500",
      "value": 1384164,
      "range": "± 25613.66",
      "unit": "ns/iter"
     }
    ]
   }
  ]
 }
}