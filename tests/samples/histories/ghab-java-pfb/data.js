window.BENCHMARK_DATA = {
 "lastUpdate": 1778765819164,
 "repoUrl": "https://github.com/DataBiosphere/java-pfb",
 "entries": {
  "Benchmark": [
   {
    "commit": {
     "author": {
      "name": "user-9a2c2667",
      "username": "user-9a2c2667"
     },
     "committer": {
      "name": "user-9a2c2667",
      "username": "user-9a2c2667"
     },
     "id": "59a700be0770ba6f32a64295e27bb5051df7d7c6",
     "message": "AJ-1135: perf benchmarking",
     "timestamp": "2023-07-20T17:21:41Z",
     "url": "https://github.com/DataBiosphere/java-pfb/pull/10/commits/59a700be0770ba6f32a64295e27bb5051df7d7c6"
    },
    "date": 1695849184806,
    "tool": "jmh",
    "benches": [
     {
      "name": "bio.terra.pfb.LibraryBenchmarks.showNodesMedium",
      "value": 2011.3321252255553,
      "unit": "ops/s",
      "extra": "iterations: 2\nforks: 2\nthreads: 1"
     },
     {
      "name": "bio.terra.pfb.LibraryBenchmarks.showNodesSmall",
      "value": 27408.025882511196,
      "unit": "ops/s",
      "extra": "iterations: 2\nforks: 2\nthreads: 1"
     },
     {
      "name": "bio.terra.pfb.PfbReaderBenchmarks.convertEnum",
      "value": 2704934.1244871514,
      "unit": "ops/s",
      "extra": "iterations: 2\nforks: 2\nthreads: 1"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "name": "user-9a2c2667",
      "username": "user-9a2c2667"
     },
     "committer": {
      "name": "user-9a2c2667",
      "username": "user-9a2c2667"
     },
     "id": "59a700be0770ba6f32a64295e27bb5051df7d7c6",
     "message": "AJ-1135: perf benchmarking",
     "timestamp": "2023-07-20T17:21:41Z",
     "url": "https://github.com/DataBiosphere/java-pfb/pull/10/commits/59a700be0770ba6f32a64295e27bb5051df7d7c6"
    },
    "date": 1695849184806,
    "tool": "jmh",
    "benches": [
     {
      "name": "bio.terra.pfb.LibraryBenchmarks.showNodesMedium",
      "value": 2011.3321252255553,
      "unit": "ops/s",
      "extra": "iterations: 2\nforks: 2\nthreads: 1"
     },
     {
      "name": "bio.terra.pfb.LibraryBenchmarks.showNodesSmall",
      "value": 27408.025882511196,
      "unit": "ops/s",
      "extra": "iterations: 2\nforks: 2\nthreads: 1"
     },
     {
      "name": "bio.terra.pfb.PfbReaderBenchmarks.convertEnum",
      "value": 2704934.1244871514,
      "unit": "ops/s",
      "extra": "iterations: 2\nforks: 2\nthreads: 1"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "name": "user-9a2c2667",
      "username": "user-9a2c2667"
     },
     "committer": {
      "name": "user-9a2c2667",
      "username": "user-9a2c2667"
     },
     "id": "59a700be0770ba6f32a64295e27bb5051df7d7c6",
     "message": "AJ-1135: perf benchmarking",
     "timestamp": "2023-07-20T17:21:41Z",
     "url": "https://github.com/DataBiosphere/java-pfb/pull/10/commits/59a700be0770ba6f32a64295e27bb5051df7d7c6"
    },
    "date": 1695849184806,
    "tool": "jmh",
    "benches": [
     {
      "name": "bio.terra.pfb.LibraryBenchmarks.showNodesMedium",
      "value": 2011.3321252255553,
      "unit": "ops/s",
      "extra": "iterations: 2\nforks: 2\nthreads: 1"
     },
     {
      "name": "bio.terra.pfb.LibraryBenchmarks.showNodesSmall",
      "value": 27408.025882511196,
      "unit": "ops/s",
      "extra": "iterations: 2\nforks: 2\nthreads: 1"
     },
     {
      "name": "bio.terra.pfb.PfbReaderBenchmarks.convertEnum",
      "value": 2704934.1244871514,
      "unit": "ops/s",
      "extra": "iterations: 2\nforks: 2\nthreads: 1"
     }
    ]
   },
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
     "id": "95efee6b0733c5ebc1722640566fcb868f09a8ce",
     "message": "[CORE-69]: Bump com.fasterxml.jackson.core:jackson-databind from 2.21.2 to 2.21.3 in the minor-and-patch-updates group (#131)\n\nSigned-off-by: someone <user-1c939d06@example.invalid>\nCo-authored-by: someone <user-bd5a8d6c@example.invalid>",
     "timestamp": "2026-05-14T09:28:22-04:00",
     "tree_id": "d9021dc9be48b29109470e0f768dcae4b5974a6b",
     "url": "https://github.com/DataBiosphere/java-pfb/commit/95efee6b0733c5ebc1722640566fcb868f09a8ce"
    },
    "date": 1778765548055,
    "tool": "jmh",
    "benches": [
     {
      "name": "bio.terra.pfb.LibraryBenchmarks.showNodesMedium",
      "value": 1503.8899586630348,
      "unit": "ops/s",
      "extra": "iterations: 2\nforks: 2\nthreads: 1"
     },
     {
      "name": "bio.terra.pfb.LibraryBenchmarks.showNodesSmall",
      "value": 22067.57447117462,
      "unit": "ops/s",
      "extra": "iterations: 2\nforks: 2\nthreads: 1"
     },
     {
      "name": "bio.terra.pfb.PfbReaderBenchmarks.convertEnum",
      "value": 5324778.3511132095,
      "unit": "ops/s",
      "extra": "iterations: 2\nforks: 2\nthreads: 1"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-26575ebb@example.invalid",
      "name": "user-20cb7c78"
     },
     "committer": {
      "email": "user-26575ebb@example.invalid",
      "name": "user-20cb7c78"
     },
     "distinct": true,
     "id": "df23f8947834394063ec2256e0a40a032208867a",
     "message": "bump 0.102.0",
     "timestamp": "2026-05-14T13:32:58Z",
     "tree_id": "6244473576742718d0befb549d40893955d78e46",
     "url": "https://github.com/DataBiosphere/java-pfb/commit/df23f8947834394063ec2256e0a40a032208867a"
    },
    "date": 1778765818086,
    "tool": "jmh",
    "benches": [
     {
      "name": "bio.terra.pfb.LibraryBenchmarks.showNodesMedium",
      "value": 1485.0845498378835,
      "unit": "ops/s",
      "extra": "iterations: 2\nforks: 2\nthreads: 1"
     },
     {
      "name": "bio.terra.pfb.LibraryBenchmarks.showNodesSmall",
      "value": 21496.75260066699,
      "unit": "ops/s",
      "extra": "iterations: 2\nforks: 2\nthreads: 1"
     },
     {
      "name": "bio.terra.pfb.PfbReaderBenchmarks.convertEnum",
      "value": 5269970.446270717,
      "unit": "ops/s",
      "extra": "iterations: 2\nforks: 2\nthreads: 1"
     }
    ]
   }
  ]
 }
}