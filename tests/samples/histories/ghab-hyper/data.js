window.BENCHMARK_DATA = {
 "lastUpdate": 1786996194651,
 "repoUrl": "https://github.com/hyperium/hyper",
 "entries": {
  "pipeline": [
   {
    "commit": {
     "author": {
      "email": "user-dd71b71c@example.invalid",
      "name": "user-742c0b1b",
      "username": "user-83510239"
     },
     "committer": {
      "email": "user-dd71b71c@example.invalid",
      "name": "user-742c0b1b",
      "username": "user-83510239"
     },
     "distinct": true,
     "id": "af96ddf008540ca4799381efb16a74af4dc3db28",
     "message": "Use patched GH action",
     "timestamp": "2020-11-16T16:00:07-08:00",
     "tree_id": "69d47e4e3b4989c228904304c3cb8ccbbc865e78",
     "url": "https://github.com/hyperium/hyper/commit/af96ddf008540ca4799381efb16a74af4dc3db28"
    },
    "date": 1605571384450,
    "tool": "cargo",
    "benches": [
     {
      "name": "hello_world_16",
      "value": 59874,
      "range": "± 41739",
      "unit": "ns/iter"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-dd71b71c@example.invalid",
      "name": "user-742c0b1b",
      "username": "user-83510239"
     },
     "committer": {
      "email": "user-dd71b71c@example.invalid",
      "name": "user-742c0b1b",
      "username": "user-83510239"
     },
     "distinct": true,
     "id": "2f2ceb24265a7e63601cf1ffde7d586cd666a783",
     "message": "chore(ci): automatically publish benchmarks in a graph",
     "timestamp": "2020-11-16T16:51:30-08:00",
     "tree_id": "5b90f0b2e08fd62a41b6f1f90d45da63bd559713",
     "url": "https://github.com/hyperium/hyper/commit/2f2ceb24265a7e63601cf1ffde7d586cd666a783"
    },
    "date": 1605574492714,
    "tool": "cargo",
    "benches": [
     {
      "name": "hello_world_16",
      "value": 72933,
      "range": "± 15934",
      "unit": "ns/iter"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-fefc2b3a@example.invalid",
      "name": "user-2b06f9ef",
      "username": "user-2b06f9ef"
     },
     "committer": {
      "email": "user-3c205d8f@example.invalid",
      "name": "user-f911e414",
      "username": "user-e1304ec1"
     },
     "distinct": true,
     "id": "8fcaf1a62787b824fdd7b95a3e7c9ea81acd3449",
     "message": "docs(lib): expand crate-level cancel safety section with HTTP/1 vs HTTP/2 (#4156)\n\nCloses #4054",
     "timestamp": "2026-08-17T15:46:48-04:00",
     "tree_id": "160f521d798f28025520bef920a7d852990f8572",
     "url": "https://github.com/hyperium/hyper/commit/8fcaf1a62787b824fdd7b95a3e7c9ea81acd3449"
    },
    "date": 1786996058280,
    "tool": "cargo",
    "benches": [
     {
      "name": "hello_world_16",
      "value": 68228,
      "range": "± 12937.46",
      "unit": "ns/iter"
     }
    ]
   }
  ],
  "end_to_end": [
   {
    "commit": {
     "author": {
      "email": "user-dd71b71c@example.invalid",
      "name": "user-742c0b1b",
      "username": "user-83510239"
     },
     "committer": {
      "email": "user-dd71b71c@example.invalid",
      "name": "user-742c0b1b",
      "username": "user-83510239"
     },
     "distinct": true,
     "id": "af96ddf008540ca4799381efb16a74af4dc3db28",
     "message": "Use patched GH action",
     "timestamp": "2020-11-16T16:00:07-08:00",
     "tree_id": "69d47e4e3b4989c228904304c3cb8ccbbc865e78",
     "url": "https://github.com/hyperium/hyper/commit/af96ddf008540ca4799381efb16a74af4dc3db28"
    },
    "date": 1605571590518,
    "tool": "cargo",
    "benches": [
     {
      "name": "http1_body_both_100kb",
      "value": 132722,
      "range": "± 16591",
      "unit": "ns/iter"
     },
     {
      "name": "http1_body_both_10mb",
      "value": 11231679,
      "range": "± 2188075",
      "unit": "ns/iter"
     },
     {
      "name": "http1_get",
      "value": 42847,
      "range": "± 5081",
      "unit": "ns/iter"
     },
     {
      "name": "http1_parallel_x10_empty",
      "value": 253134,
      "range": "± 50058",
      "unit": "ns/iter"
     },
     {
      "name": "http1_parallel_x10_req_10kb_100_chunks",
      "value": 51995669,
      "range": "± 2403504",
      "unit": "ns/iter"
     },
     {
      "name": "http1_parallel_x10_req_10mb",
      "value": 73491330,
      "range": "± 5068683",
      "unit": "ns/iter"
     },
     {
      "name": "http1_parallel_x10_res_10mb",
      "value": 75099040,
      "range": "± 7369586",
      "unit": "ns/iter"
     },
     {
      "name": "http1_parallel_x10_res_1mb",
      "value": 5465725,
      "range": "± 1227984",
      "unit": "ns/iter"
     },
     {
      "name": "http1_post",
      "value": 49395,
      "range": "± 8944",
      "unit": "ns/iter"
     },
     {
      "name": "http2_get",
      "value": 81639,
      "range": "± 7400",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_empty",
      "value": 224091,
      "range": "± 37776",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_req_10kb_100_chunks",
      "value": 12655158,
      "range": "± 1663726",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_req_10kb_100_chunks_adaptive_window",
      "value": 12744688,
      "range": "± 8988030",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_req_10kb_100_chunks_max_window",
      "value": 12288728,
      "range": "± 9026296",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_req_10mb",
      "value": 65842241,
      "range": "± 6875551",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_res_10mb",
      "value": 66344191,
      "range": "± 6079532",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_res_1mb",
      "value": 6844583,
      "range": "± 1275315",
      "unit": "ns/iter"
     },
     {
      "name": "http2_post",
      "value": 93307,
      "range": "± 5680",
      "unit": "ns/iter"
     },
     {
      "name": "http2_req_100kb",
      "value": 176099,
      "range": "± 39857",
      "unit": "ns/iter"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-dd71b71c@example.invalid",
      "name": "user-742c0b1b",
      "username": "user-83510239"
     },
     "committer": {
      "email": "user-dd71b71c@example.invalid",
      "name": "user-742c0b1b",
      "username": "user-83510239"
     },
     "distinct": true,
     "id": "2f2ceb24265a7e63601cf1ffde7d586cd666a783",
     "message": "chore(ci): automatically publish benchmarks in a graph",
     "timestamp": "2020-11-16T16:51:30-08:00",
     "tree_id": "5b90f0b2e08fd62a41b6f1f90d45da63bd559713",
     "url": "https://github.com/hyperium/hyper/commit/2f2ceb24265a7e63601cf1ffde7d586cd666a783"
    },
    "date": 1605574650831,
    "tool": "cargo",
    "benches": [
     {
      "name": "http1_body_both_100kb",
      "value": 80607,
      "range": "± 19255",
      "unit": "ns/iter"
     },
     {
      "name": "http1_body_both_10mb",
      "value": 11142748,
      "range": "± 2664775",
      "unit": "ns/iter"
     },
     {
      "name": "http1_get",
      "value": 30511,
      "range": "± 6748",
      "unit": "ns/iter"
     },
     {
      "name": "http1_parallel_x10_empty",
      "value": 211258,
      "range": "± 60035",
      "unit": "ns/iter"
     },
     {
      "name": "http1_parallel_x10_req_10kb_100_chunks",
      "value": 52791874,
      "range": "± 3145769",
      "unit": "ns/iter"
     },
     {
      "name": "http1_parallel_x10_req_10mb",
      "value": 76846497,
      "range": "± 5930335",
      "unit": "ns/iter"
     },
     {
      "name": "http1_parallel_x10_res_10mb",
      "value": 77577251,
      "range": "± 7428127",
      "unit": "ns/iter"
     },
     {
      "name": "http1_parallel_x10_res_1mb",
      "value": 5664720,
      "range": "± 1209271",
      "unit": "ns/iter"
     },
     {
      "name": "http1_post",
      "value": 31829,
      "range": "± 4571",
      "unit": "ns/iter"
     },
     {
      "name": "http2_get",
      "value": 54035,
      "range": "± 6809",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_empty",
      "value": 183562,
      "range": "± 17261",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_req_10kb_100_chunks",
      "value": 9854340,
      "range": "± 1338186",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_req_10kb_100_chunks_adaptive_window",
      "value": 10090010,
      "range": "± 9892214",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_req_10kb_100_chunks_max_window",
      "value": 9809590,
      "range": "± 10610070",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_req_10mb",
      "value": 63177324,
      "range": "± 11005842",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_res_10mb",
      "value": 63774634,
      "range": "± 10733731",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_res_1mb",
      "value": 6784835,
      "range": "± 1077822",
      "unit": "ns/iter"
     },
     {
      "name": "http2_post",
      "value": 63108,
      "range": "± 9599",
      "unit": "ns/iter"
     },
     {
      "name": "http2_req_100kb",
      "value": 126309,
      "range": "± 16024",
      "unit": "ns/iter"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-fefc2b3a@example.invalid",
      "name": "user-2b06f9ef",
      "username": "user-2b06f9ef"
     },
     "committer": {
      "email": "user-3c205d8f@example.invalid",
      "name": "user-f911e414",
      "username": "user-e1304ec1"
     },
     "distinct": true,
     "id": "8fcaf1a62787b824fdd7b95a3e7c9ea81acd3449",
     "message": "docs(lib): expand crate-level cancel safety section with HTTP/1 vs HTTP/2 (#4156)\n\nCloses #4054",
     "timestamp": "2026-08-17T15:46:48-04:00",
     "tree_id": "160f521d798f28025520bef920a7d852990f8572",
     "url": "https://github.com/hyperium/hyper/commit/8fcaf1a62787b824fdd7b95a3e7c9ea81acd3449"
    },
    "date": 1786996190571,
    "tool": "cargo",
    "benches": [
     {
      "name": "http1_consecutive_x1_both_100kb",
      "value": 69753,
      "range": "± 2685.81",
      "unit": "ns/iter"
     },
     {
      "name": "http1_consecutive_x1_both_10mb",
      "value": 3923468,
      "range": "± 72930.38",
      "unit": "ns/iter"
     },
     {
      "name": "http1_consecutive_x1_empty",
      "value": 21456,
      "range": "± 1183.10",
      "unit": "ns/iter"
     },
     {
      "name": "http1_consecutive_x1_req_10b",
      "value": 23716,
      "range": "± 531.87",
      "unit": "ns/iter"
     },
     {
      "name": "http2_consecutive_x1_empty",
      "value": 29905,
      "range": "± 510.24",
      "unit": "ns/iter"
     },
     {
      "name": "http2_consecutive_x1_req_100kb",
      "value": 99530,
      "range": "± 1768.46",
      "unit": "ns/iter"
     },
     {
      "name": "http2_consecutive_x1_req_10b",
      "value": 41000215,
      "range": "± 24541.02",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_empty",
      "value": 80786,
      "range": "± 1497.05",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_req_10kb_100_chunks",
      "value": 16271815,
      "range": "± 8242925.60",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_req_10kb_100_chunks_adaptive_window",
      "value": 8016665,
      "range": "± 74649.67",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_req_10kb_100_chunks_max_window",
      "value": 7897474,
      "range": "± 445034.77",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_req_10mb",
      "value": 96001153,
      "range": "± 1310262.49",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_res_10mb",
      "value": 53216738,
      "range": "± 783377.11",
      "unit": "ns/iter"
     },
     {
      "name": "http2_parallel_x10_res_1mb",
      "value": 5644788,
      "range": "± 83800.79",
      "unit": "ns/iter"
     }
    ]
   }
  ]
 }
}