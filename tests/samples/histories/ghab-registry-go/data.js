window.BENCHMARK_DATA = {
 "lastUpdate": 1649126019186,
 "repoUrl": "https://github.com/giteshk-org/registry",
 "entries": {
  "100 APIs 1 version(s)": [
   {
    "commit": {
     "author": {
      "email": "user-efe40e4b@example.invalid",
      "name": "user-04d6eab5",
      "username": "user-981a0236"
     },
     "committer": {
      "email": "user-efe40e4b@example.invalid",
      "name": "user-04d6eab5",
      "username": "user-981a0236"
     },
     "distinct": true,
     "id": "fc9e86883d20171e429ee707b279bd16dfa758e7",
     "message": "Store BenchMark results and generate visual graphs",
     "timestamp": "2022-03-31T11:29:30-04:00",
     "tree_id": "0be1aac1c9d408603e6a6e10db8b3ace9a9fbf2d",
     "url": "https://github.com/giteshk-org/registry/commit/fc9e86883d20171e429ee707b279bd16dfa758e7"
    },
    "date": 1649125114170,
    "tool": "go",
    "benches": [
     {
      "name": "BenchmarkCreateApi",
      "value": 1964058,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateApiVersion",
      "value": 1873647,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateApiSpec",
      "value": 3173606,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateArtifact",
      "value": 3008838,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApi",
      "value": 2424707,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApiVersion",
      "value": 1656819,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApiSpecVersion",
      "value": 1984026,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateArtifact",
      "value": 3225899,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApi",
      "value": 778176,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiVersion",
      "value": 754840,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiSpec",
      "value": 1209755,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiSpecContents",
      "value": 1229621,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkGetArtifact",
      "value": 798687,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkListApis_Pagination",
      "value": 1650288,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkListApis_Filter",
      "value": 5367745,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiVersions",
      "value": 919542,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiSpecs",
      "value": 1391189,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiSpecArtifacts",
      "value": 1058438,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteArtifact",
      "value": 2685860,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApiSpec",
      "value": 2264289,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApiVersion",
      "value": 2050931,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApi",
      "value": 2314343,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     }
    ]
   }
  ],
  "100 APIs 5 version(s)": [
   {
    "commit": {
     "author": {
      "email": "user-efe40e4b@example.invalid",
      "name": "user-04d6eab5",
      "username": "user-981a0236"
     },
     "committer": {
      "email": "user-efe40e4b@example.invalid",
      "name": "user-04d6eab5",
      "username": "user-981a0236"
     },
     "distinct": true,
     "id": "fc9e86883d20171e429ee707b279bd16dfa758e7",
     "message": "Store BenchMark results and generate visual graphs",
     "timestamp": "2022-03-31T11:29:30-04:00",
     "tree_id": "0be1aac1c9d408603e6a6e10db8b3ace9a9fbf2d",
     "url": "https://github.com/giteshk-org/registry/commit/fc9e86883d20171e429ee707b279bd16dfa758e7"
    },
    "date": 1649125134152,
    "tool": "go",
    "benches": [
     {
      "name": "BenchmarkCreateApi",
      "value": 2130343,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateApiVersion",
      "value": 2355740,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateApiSpec",
      "value": 4128661,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateArtifact",
      "value": 4138525,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApi",
      "value": 3122232,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApiVersion",
      "value": 1998625,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApiSpecVersion",
      "value": 2696562,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateArtifact",
      "value": 3294907,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApi",
      "value": 834782,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiVersion",
      "value": 821123,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiSpec",
      "value": 1264370,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiSpecContents",
      "value": 1490523,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkGetArtifact",
      "value": 883221,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkListApis_Pagination",
      "value": 1769215,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkListApis_Filter",
      "value": 5435580,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiVersions",
      "value": 1251700,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiSpecs",
      "value": 1922600,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiSpecArtifacts",
      "value": 1501145,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteArtifact",
      "value": 4340500,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApiSpec",
      "value": 3483739,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApiVersion",
      "value": 2816543,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApi",
      "value": 2831355,
      "unit": "ns/op",
      "extra": "100 times\n2 procs"
     }
    ]
   }
  ],
  "500 APIs 1 version(s)": [
   {
    "commit": {
     "author": {
      "email": "user-efe40e4b@example.invalid",
      "name": "user-04d6eab5",
      "username": "user-981a0236"
     },
     "committer": {
      "email": "user-efe40e4b@example.invalid",
      "name": "user-04d6eab5",
      "username": "user-981a0236"
     },
     "distinct": true,
     "id": "fc9e86883d20171e429ee707b279bd16dfa758e7",
     "message": "Store BenchMark results and generate visual graphs",
     "timestamp": "2022-03-31T11:29:30-04:00",
     "tree_id": "0be1aac1c9d408603e6a6e10db8b3ace9a9fbf2d",
     "url": "https://github.com/giteshk-org/registry/commit/fc9e86883d20171e429ee707b279bd16dfa758e7"
    },
    "date": 1649125149364,
    "tool": "go",
    "benches": [
     {
      "name": "BenchmarkCreateApi",
      "value": 2903489,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateApiVersion",
      "value": 2618248,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateApiSpec",
      "value": 4525762,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateArtifact",
      "value": 5098955,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApi",
      "value": 3448155,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApiVersion",
      "value": 2404320,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApiSpecVersion",
      "value": 2745782,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateArtifact",
      "value": 3738957,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApi",
      "value": 803756,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiVersion",
      "value": 894251,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiSpec",
      "value": 1247325,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiSpecContents",
      "value": 1469457,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkGetArtifact",
      "value": 781618,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkListApis_Pagination",
      "value": 4787440,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkListApis_Filter",
      "value": 11666225,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiVersions",
      "value": 1133955,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiSpecs",
      "value": 1768021,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiSpecArtifacts",
      "value": 1462327,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteArtifact",
      "value": 4951243,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApiSpec",
      "value": 3672654,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApiVersion",
      "value": 2976997,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApi",
      "value": 3347025,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     }
    ]
   }
  ],
  "500 APIs 5 version(s)": [
   {
    "commit": {
     "author": {
      "email": "user-efe40e4b@example.invalid",
      "name": "user-04d6eab5",
      "username": "user-981a0236"
     },
     "committer": {
      "email": "user-efe40e4b@example.invalid",
      "name": "user-04d6eab5",
      "username": "user-981a0236"
     },
     "distinct": true,
     "id": "fc9e86883d20171e429ee707b279bd16dfa758e7",
     "message": "Store BenchMark results and generate visual graphs",
     "timestamp": "2022-03-31T11:29:30-04:00",
     "tree_id": "0be1aac1c9d408603e6a6e10db8b3ace9a9fbf2d",
     "url": "https://github.com/giteshk-org/registry/commit/fc9e86883d20171e429ee707b279bd16dfa758e7"
    },
    "date": 1649125291913,
    "tool": "go",
    "benches": [
     {
      "name": "BenchmarkCreateApi",
      "value": 3338868,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateApiVersion",
      "value": 3206643,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateApiSpec",
      "value": 6534486,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateArtifact",
      "value": 6638756,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApi",
      "value": 3761125,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApiVersion",
      "value": 2612751,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApiSpecVersion",
      "value": 4897837,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateArtifact",
      "value": 4055466,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApi",
      "value": 895134,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiVersion",
      "value": 1066077,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiSpec",
      "value": 2689593,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiSpecContents",
      "value": 3017962,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkGetArtifact",
      "value": 951224,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkListApis_Pagination",
      "value": 5576983,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkListApis_Filter",
      "value": 14011993,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiVersions",
      "value": 2602964,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiSpecs",
      "value": 4159616,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiSpecArtifacts",
      "value": 4195325,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteArtifact",
      "value": 8853674,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApiSpec",
      "value": 7148236,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApiVersion",
      "value": 3706483,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApi",
      "value": 3570020,
      "unit": "ns/op",
      "extra": "500 times\n2 procs"
     }
    ]
   }
  ],
  "1000 APIs 1 version(s)": [
   {
    "commit": {
     "author": {
      "email": "user-efe40e4b@example.invalid",
      "name": "user-04d6eab5",
      "username": "user-981a0236"
     },
     "committer": {
      "email": "user-efe40e4b@example.invalid",
      "name": "user-04d6eab5",
      "username": "user-981a0236"
     },
     "distinct": true,
     "id": "fc9e86883d20171e429ee707b279bd16dfa758e7",
     "message": "Store BenchMark results and generate visual graphs",
     "timestamp": "2022-03-31T11:29:30-04:00",
     "tree_id": "0be1aac1c9d408603e6a6e10db8b3ace9a9fbf2d",
     "url": "https://github.com/giteshk-org/registry/commit/fc9e86883d20171e429ee707b279bd16dfa758e7"
    },
    "date": 1649125312232,
    "tool": "go",
    "benches": [
     {
      "name": "BenchmarkCreateApi",
      "value": 3148394,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateApiVersion",
      "value": 3166043,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateApiSpec",
      "value": 6076743,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateArtifact",
      "value": 5664229,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApi",
      "value": 8765208,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApiVersion",
      "value": 2549063,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApiSpecVersion",
      "value": 3935605,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateArtifact",
      "value": 4001786,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApi",
      "value": 938033,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiVersion",
      "value": 982754,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiSpec",
      "value": 1904706,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiSpecContents",
      "value": 2099979,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkGetArtifact",
      "value": 944437,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkListApis_Pagination",
      "value": 10180156,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkListApis_Filter",
      "value": 23423632,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiVersions",
      "value": 1735235,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiSpecs",
      "value": 2736875,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiSpecArtifacts",
      "value": 2341774,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteArtifact",
      "value": 6634115,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApiSpec",
      "value": 5088007,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApiVersion",
      "value": 3389451,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApi",
      "value": 3849712,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     }
    ]
   }
  ],
  "2000 APIs 1 version(s)": [
   {
    "commit": {
     "author": {
      "email": "user-efe40e4b@example.invalid",
      "name": "user-04d6eab5",
      "username": "user-981a0236"
     },
     "committer": {
      "email": "user-efe40e4b@example.invalid",
      "name": "user-04d6eab5",
      "username": "user-981a0236"
     },
     "distinct": true,
     "id": "fc9e86883d20171e429ee707b279bd16dfa758e7",
     "message": "Store BenchMark results and generate visual graphs",
     "timestamp": "2022-03-31T11:29:30-04:00",
     "tree_id": "0be1aac1c9d408603e6a6e10db8b3ace9a9fbf2d",
     "url": "https://github.com/giteshk-org/registry/commit/fc9e86883d20171e429ee707b279bd16dfa758e7"
    },
    "date": 1649125518112,
    "tool": "go",
    "benches": [
     {
      "name": "BenchmarkCreateApi",
      "value": 2746675,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateApiVersion",
      "value": 2819798,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateApiSpec",
      "value": 5143525,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateArtifact",
      "value": 5889973,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApi",
      "value": 8182875,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApiVersion",
      "value": 2526135,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApiSpecVersion",
      "value": 3979753,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateArtifact",
      "value": 4682948,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApi",
      "value": 777183,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiVersion",
      "value": 864984,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiSpec",
      "value": 2003077,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiSpecContents",
      "value": 2176991,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkGetArtifact",
      "value": 788244,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkListApis_Pagination",
      "value": 15583940,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkListApis_Filter",
      "value": 33246202,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiVersions",
      "value": 1868980,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiSpecs",
      "value": 2922849,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiSpecArtifacts",
      "value": 2781496,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteArtifact",
      "value": 7252251,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApiSpec",
      "value": 5435173,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApiVersion",
      "value": 3422129,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApi",
      "value": 3746806,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     }
    ]
   }
  ],
  "1000 APIs 5 version(s)": [
   {
    "commit": {
     "author": {
      "email": "user-efe40e4b@example.invalid",
      "name": "user-04d6eab5",
      "username": "user-981a0236"
     },
     "committer": {
      "email": "user-efe40e4b@example.invalid",
      "name": "user-04d6eab5",
      "username": "user-981a0236"
     },
     "distinct": true,
     "id": "fc9e86883d20171e429ee707b279bd16dfa758e7",
     "message": "Store BenchMark results and generate visual graphs",
     "timestamp": "2022-03-31T11:29:30-04:00",
     "tree_id": "0be1aac1c9d408603e6a6e10db8b3ace9a9fbf2d",
     "url": "https://github.com/giteshk-org/registry/commit/fc9e86883d20171e429ee707b279bd16dfa758e7"
    },
    "date": 1649125525716,
    "tool": "go",
    "benches": [
     {
      "name": "BenchmarkCreateApi",
      "value": 2393927,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateApiVersion",
      "value": 2677521,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateApiSpec",
      "value": 5981825,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateArtifact",
      "value": 6651782,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApi",
      "value": 7875269,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApiVersion",
      "value": 2100271,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApiSpecVersion",
      "value": 5273083,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateArtifact",
      "value": 3686605,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApi",
      "value": 839428,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiVersion",
      "value": 853437,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiSpec",
      "value": 3345993,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiSpecContents",
      "value": 3534905,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkGetArtifact",
      "value": 732360,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkListApis_Pagination",
      "value": 8127915,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkListApis_Filter",
      "value": 18782831,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiVersions",
      "value": 3237443,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiSpecs",
      "value": 5482937,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiSpecArtifacts",
      "value": 4615767,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteArtifact",
      "value": 9343060,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApiSpec",
      "value": 8037012,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApiVersion",
      "value": 3670514,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApi",
      "value": 3217170,
      "unit": "ns/op",
      "extra": "1000 times\n2 procs"
     }
    ]
   }
  ],
  "2000 APIs 5 version(s)": [
   {
    "commit": {
     "author": {
      "email": "user-efe40e4b@example.invalid",
      "name": "user-04d6eab5",
      "username": "user-981a0236"
     },
     "committer": {
      "email": "user-efe40e4b@example.invalid",
      "name": "user-04d6eab5",
      "username": "user-981a0236"
     },
     "distinct": true,
     "id": "fc9e86883d20171e429ee707b279bd16dfa758e7",
     "message": "Store BenchMark results and generate visual graphs",
     "timestamp": "2022-03-31T11:29:30-04:00",
     "tree_id": "0be1aac1c9d408603e6a6e10db8b3ace9a9fbf2d",
     "url": "https://github.com/giteshk-org/registry/commit/fc9e86883d20171e429ee707b279bd16dfa758e7"
    },
    "date": 1649126018100,
    "tool": "go",
    "benches": [
     {
      "name": "BenchmarkCreateApi",
      "value": 1847296,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateApiVersion",
      "value": 1868666,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateApiSpec",
      "value": 5127103,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkCreateArtifact",
      "value": 6321221,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApi",
      "value": 7324679,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApiVersion",
      "value": 1552147,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateApiSpecVersion",
      "value": 5234712,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkUpdateArtifact",
      "value": 2293940,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApi",
      "value": 747922,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiVersion",
      "value": 761706,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiSpec",
      "value": 4250028,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkGetApiSpecContents",
      "value": 4404041,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkGetArtifact",
      "value": 679382,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkListApis_Pagination",
      "value": 15497145,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkListApis_Filter",
      "value": 33658566,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiVersions",
      "value": 4281093,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiSpecs",
      "value": 7982159,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkListApiSpecArtifacts",
      "value": 6452180,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteArtifact",
      "value": 11404674,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApiSpec",
      "value": 11086927,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApiVersion",
      "value": 3419060,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     },
     {
      "name": "BenchmarkDeleteApi",
      "value": 2538850,
      "unit": "ns/op",
      "extra": "2000 times\n2 procs"
     }
    ]
   }
  ]
 }
}