window.BENCHMARK_DATA = {
 "lastUpdate": 1591196306802,
 "repoUrl": "https://github.com/Fenny/fiber",
 "entries": {
  "Benchmark": [
   {
    "commit": {
     "author": {
      "email": "user-81cd932d@example.invalid",
      "name": "user-4fae4d60",
      "username": "user-4fae4d60"
     },
     "committer": {
      "email": "user-81cd932d@example.invalid",
      "name": "user-4fae4d60",
      "username": "user-4fae4d60"
     },
     "distinct": true,
     "id": "a327b3f3568baba916dcbe0e465046ab950b4648",
     "message": "Trigger benchmarks",
     "timestamp": "2020-05-23T10:03:54+02:00",
     "tree_id": "864faa5b4e1c60eee7a232d6a41dff035d05abef",
     "url": "https://github.com/Fenny/fiber/commit/a327b3f3568baba916dcbe0e465046ab950b4648"
    },
    "date": 1590221127681,
    "tool": "go",
    "benches": [
     {
      "name": "Benchmark_App_ETag",
      "value": 5908,
      "unit": "ns/op\t    1056 B/op\t       4 allocs/op",
      "extra": "201554 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Accepts",
      "value": 148,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "8046382 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_AcceptsCharsets",
      "value": 66.5,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "17356180 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_AcceptsEncodings",
      "value": 87.9,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "13189620 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_AcceptsLanguages",
      "value": 70.9,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "18025490 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Append",
      "value": 308,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "3887755 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_BaseURL",
      "value": 93.3,
      "unit": "ns/op\t      32 B/op\t       1 allocs/op",
      "extra": "13916310 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Cookie",
      "value": 138,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "7894350 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Format",
      "value": 145,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "8788046 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Format_HTML",
      "value": 142,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "8178201 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Format_JSON",
      "value": 492,
      "unit": "ns/op\t      32 B/op\t       2 allocs/op",
      "extra": "2451261 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Format_XML",
      "value": 1832,
      "unit": "ns/op\t    4464 B/op\t       7 allocs/op",
      "extra": "726921 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_IPs",
      "value": 191,
      "unit": "ns/op\t      48 B/op\t       1 allocs/op",
      "extra": "6408763 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Is",
      "value": 122,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "9348828 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Params",
      "value": 51.9,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "21001200 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Protocol",
      "value": 26.9,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "45884270 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Subdomains",
      "value": 136,
      "unit": "ns/op\t      64 B/op\t       1 allocs/op",
      "extra": "8740178 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_JSON",
      "value": 460,
      "unit": "ns/op\t      80 B/op\t       3 allocs/op",
      "extra": "2529094 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_JSONP",
      "value": 606,
      "unit": "ns/op\t      80 B/op\t       3 allocs/op",
      "extra": "2011128 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Links",
      "value": 231,
      "unit": "ns/op\t     112 B/op\t       1 allocs/op",
      "extra": "5120035 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Send",
      "value": 239,
      "unit": "ns/op\t      64 B/op\t       4 allocs/op",
      "extra": "4547926 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Type",
      "value": 42,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "27742423 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Vary",
      "value": 125,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "9352356 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Write",
      "value": 290,
      "unit": "ns/op\t     268 B/op\t       4 allocs/op",
      "extra": "5058030 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Handler",
      "value": 1219,
      "unit": "ns/op\t      16 B/op\t       1 allocs/op",
      "extra": "834403 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Handler_Strict_Case",
      "value": 1183,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "1000000 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Chain",
      "value": 256,
      "unit": "ns/op\t       1 B/op\t       1 allocs/op",
      "extra": "4781695 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Next",
      "value": 1070,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "1000000 times\n2 procs"
     },
     {
      "name": "Benchmark_Route_Match",
      "value": 60.7,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "17040109 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Handler_CaseSensitive",
      "value": 1158,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "900676 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Handler_StrictRouting",
      "value": 1164,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "971652 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Github_API",
      "value": 967815,
      "unit": "ns/op\t     157 B/op\t       2 allocs/op",
      "extra": "1279 times\n2 procs"
     },
     {
      "name": "Benchmark_Utils_ETag",
      "value": 5662,
      "unit": "ns/op\t    1056 B/op\t       4 allocs/op",
      "extra": "197924 times\n2 procs"
     },
     {
      "name": "Benchmark_Utils_ETag_Weak",
      "value": 5825,
      "unit": "ns/op\t    1056 B/op\t       4 allocs/op",
      "extra": "208052 times\n2 procs"
     },
     {
      "name": "Benchmark_Utils_getGroupPath",
      "value": 161,
      "unit": "ns/op\t     104 B/op\t       3 allocs/op",
      "extra": "7448835 times\n2 procs"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-81cd932d@example.invalid",
      "name": "user-4fae4d60",
      "username": "user-4fae4d60"
     },
     "committer": {
      "email": "user-81cd932d@example.invalid",
      "name": "user-4fae4d60",
      "username": "user-4fae4d60"
     },
     "distinct": true,
     "id": "02b373e43049cb98c8a1bf71b81803ffba4f6d20",
     "message": "Trigger benchmarks",
     "timestamp": "2020-05-23T10:08:11+02:00",
     "tree_id": "104f8921842b61b37ca5c3ff53d9d9e2a289d1fe",
     "url": "https://github.com/Fenny/fiber/commit/02b373e43049cb98c8a1bf71b81803ffba4f6d20"
    },
    "date": 1590221392299,
    "tool": "go",
    "benches": [
     {
      "name": "Benchmark_App_ETag",
      "value": 6691,
      "unit": "ns/op\t    1056 B/op\t       4 allocs/op",
      "extra": "176275 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Accepts",
      "value": 197,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "6270418 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_AcceptsCharsets",
      "value": 83.2,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "14103565 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_AcceptsEncodings",
      "value": 112,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "10575601 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_AcceptsLanguages",
      "value": 85.8,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "14323899 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Append",
      "value": 363,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "3294889 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_BaseURL",
      "value": 108,
      "unit": "ns/op\t      32 B/op\t       1 allocs/op",
      "extra": "11137264 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Cookie",
      "value": 166,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "7014541 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Format",
      "value": 179,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "6349430 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Format_HTML",
      "value": 169,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "6949238 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Format_JSON",
      "value": 594,
      "unit": "ns/op\t      32 B/op\t       2 allocs/op",
      "extra": "2032914 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Format_XML",
      "value": 2304,
      "unit": "ns/op\t    4464 B/op\t       7 allocs/op",
      "extra": "607192 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_IPs",
      "value": 223,
      "unit": "ns/op\t      48 B/op\t       1 allocs/op",
      "extra": "5378834 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Is",
      "value": 167,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "7239896 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Params",
      "value": 67.7,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "16108239 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Protocol",
      "value": 31.9,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "38992708 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Subdomains",
      "value": 166,
      "unit": "ns/op\t      64 B/op\t       1 allocs/op",
      "extra": "7309459 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_JSON",
      "value": 533,
      "unit": "ns/op\t      80 B/op\t       3 allocs/op",
      "extra": "2309710 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_JSONP",
      "value": 684,
      "unit": "ns/op\t      80 B/op\t       3 allocs/op",
      "extra": "1740064 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Links",
      "value": 279,
      "unit": "ns/op\t     112 B/op\t       1 allocs/op",
      "extra": "4233991 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Send",
      "value": 299,
      "unit": "ns/op\t      64 B/op\t       4 allocs/op",
      "extra": "4121949 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Type",
      "value": 60.3,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "20370915 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Vary",
      "value": 159,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "7278751 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Write",
      "value": 303,
      "unit": "ns/op\t     240 B/op\t       4 allocs/op",
      "extra": "4675646 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Handler",
      "value": 1438,
      "unit": "ns/op\t      16 B/op\t       1 allocs/op",
      "extra": "708061 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Handler_Strict_Case",
      "value": 1338,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "822268 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Chain",
      "value": 329,
      "unit": "ns/op\t       1 B/op\t       1 allocs/op",
      "extra": "3606740 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Next",
      "value": 1263,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "886509 times\n2 procs"
     },
     {
      "name": "Benchmark_Route_Match",
      "value": 68.5,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "17587945 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Handler_CaseSensitive",
      "value": 1377,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "876607 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Handler_StrictRouting",
      "value": 1345,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "818317 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Github_API",
      "value": 1080637,
      "unit": "ns/op\t     186 B/op\t       2 allocs/op",
      "extra": "1078 times\n2 procs"
     },
     {
      "name": "Benchmark_Utils_ETag",
      "value": 6357,
      "unit": "ns/op\t    1056 B/op\t       4 allocs/op",
      "extra": "180552 times\n2 procs"
     },
     {
      "name": "Benchmark_Utils_ETag_Weak",
      "value": 6678,
      "unit": "ns/op\t    1056 B/op\t       4 allocs/op",
      "extra": "167052 times\n2 procs"
     },
     {
      "name": "Benchmark_Utils_getGroupPath",
      "value": 198,
      "unit": "ns/op\t     104 B/op\t       3 allocs/op",
      "extra": "5961386 times\n2 procs"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-81cd932d@example.invalid",
      "name": "user-4fae4d60",
      "username": "user-4fae4d60"
     },
     "committer": {
      "email": "user-81cd932d@example.invalid",
      "name": "user-4fae4d60",
      "username": "user-4fae4d60"
     },
     "distinct": true,
     "id": "5b5612c98c699e192e7ffea7a89aac21dd60549f",
     "message": "Trigger benchmarks",
     "timestamp": "2020-05-23T10:08:07+02:00",
     "tree_id": "864faa5b4e1c60eee7a232d6a41dff035d05abef",
     "url": "https://github.com/Fenny/fiber/commit/5b5612c98c699e192e7ffea7a89aac21dd60549f"
    },
    "date": 1590221391967,
    "tool": "go",
    "benches": [
     {
      "name": "Benchmark_App_ETag",
      "value": 6184,
      "unit": "ns/op\t    1056 B/op\t       4 allocs/op",
      "extra": "186142 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Accepts",
      "value": 153,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "7791261 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_AcceptsCharsets",
      "value": 68.6,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "16824632 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_AcceptsEncodings",
      "value": 92.7,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "13008424 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_AcceptsLanguages",
      "value": 76.6,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "17883044 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Append",
      "value": 352,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "3431008 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_BaseURL",
      "value": 107,
      "unit": "ns/op\t      32 B/op\t       1 allocs/op",
      "extra": "11566192 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Cookie",
      "value": 161,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "7236232 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Format",
      "value": 172,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "6673190 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Format_HTML",
      "value": 171,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "6930974 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Format_JSON",
      "value": 551,
      "unit": "ns/op\t      32 B/op\t       2 allocs/op",
      "extra": "2191485 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Format_XML",
      "value": 2071,
      "unit": "ns/op\t    4464 B/op\t       7 allocs/op",
      "extra": "683677 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_IPs",
      "value": 212,
      "unit": "ns/op\t      48 B/op\t       1 allocs/op",
      "extra": "5364445 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Is",
      "value": 144,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "8286660 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Params",
      "value": 62.8,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "19439731 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Protocol",
      "value": 30.3,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "36786456 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Subdomains",
      "value": 153,
      "unit": "ns/op\t      64 B/op\t       1 allocs/op",
      "extra": "7706709 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_JSON",
      "value": 520,
      "unit": "ns/op\t      80 B/op\t       3 allocs/op",
      "extra": "2337628 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_JSONP",
      "value": 686,
      "unit": "ns/op\t      80 B/op\t       3 allocs/op",
      "extra": "1723792 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Links",
      "value": 265,
      "unit": "ns/op\t     112 B/op\t       1 allocs/op",
      "extra": "4623878 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Send",
      "value": 261,
      "unit": "ns/op\t      64 B/op\t       4 allocs/op",
      "extra": "4357500 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Type",
      "value": 46,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "25519604 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Vary",
      "value": 137,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "8721664 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Write",
      "value": 300,
      "unit": "ns/op\t     235 B/op\t       4 allocs/op",
      "extra": "4825238 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Handler",
      "value": 1281,
      "unit": "ns/op\t      16 B/op\t       1 allocs/op",
      "extra": "921925 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Handler_Strict_Case",
      "value": 1219,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "1000000 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Chain",
      "value": 270,
      "unit": "ns/op\t       1 B/op\t       1 allocs/op",
      "extra": "4541511 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Next",
      "value": 1147,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "1000000 times\n2 procs"
     },
     {
      "name": "Benchmark_Route_Match",
      "value": 63.6,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "16667490 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Handler_CaseSensitive",
      "value": 1211,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "889975 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Handler_StrictRouting",
      "value": 1193,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "1000000 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Github_API",
      "value": 1021506,
      "unit": "ns/op\t     181 B/op\t       2 allocs/op",
      "extra": "1107 times\n2 procs"
     },
     {
      "name": "Benchmark_Utils_ETag",
      "value": 5957,
      "unit": "ns/op\t    1056 B/op\t       4 allocs/op",
      "extra": "194628 times\n2 procs"
     },
     {
      "name": "Benchmark_Utils_ETag_Weak",
      "value": 6205,
      "unit": "ns/op\t    1056 B/op\t       4 allocs/op",
      "extra": "196498 times\n2 procs"
     },
     {
      "name": "Benchmark_Utils_getGroupPath",
      "value": 180,
      "unit": "ns/op\t     104 B/op\t       3 allocs/op",
      "extra": "6663357 times\n2 procs"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-81cd932d@example.invalid",
      "name": "user-41cd397c",
      "username": "user-4fae4d60"
     },
     "committer": {
      "email": "user-3c205d8f@example.invalid",
      "name": "user-f911e414",
      "username": "user-e1304ec1"
     },
     "distinct": true,
     "id": "961fda2b8da004e114ee78e163f270a69016f412",
     "message": "Merge pull request #435 from Fenny/master\n\nBump Fasthttp v1.14.0",
     "timestamp": "2020-06-03T06:23:58-04:00",
     "tree_id": "efa42a74dad6024558a4d21c885045860a4b57c9",
     "url": "https://github.com/Fenny/fiber/commit/961fda2b8da004e114ee78e163f270a69016f412"
    },
    "date": 1591196305710,
    "tool": "go",
    "benches": [
     {
      "name": "Benchmark_App_ETag",
      "value": 6807,
      "unit": "ns/op\t    1056 B/op\t       4 allocs/op",
      "extra": "160312 times\n2 procs"
     },
     {
      "name": "Benchmark_App_ETag_Weak",
      "value": 7211,
      "unit": "ns/op\t    1056 B/op\t       4 allocs/op",
      "extra": "170600 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Accepts",
      "value": 212,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "6176276 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_AcceptsCharsets",
      "value": 83.7,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "14214236 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_AcceptsEncodings",
      "value": 113,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "8942517 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_AcceptsLanguages",
      "value": 92.3,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "13599088 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Append",
      "value": 383,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "3167800 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_BaseURL",
      "value": 105,
      "unit": "ns/op\t      32 B/op\t       1 allocs/op",
      "extra": "11056454 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Cookie",
      "value": 194,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "6574450 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Format",
      "value": 189,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "6305134 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Format_HTML",
      "value": 176,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "6410640 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Format_JSON",
      "value": 589,
      "unit": "ns/op\t      32 B/op\t       2 allocs/op",
      "extra": "2036284 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Format_XML",
      "value": 2172,
      "unit": "ns/op\t    4464 B/op\t       7 allocs/op",
      "extra": "557448 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_IPs",
      "value": 253,
      "unit": "ns/op\t      48 B/op\t       1 allocs/op",
      "extra": "4785968 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Is",
      "value": 169,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "6764929 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Params",
      "value": 74.2,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "15010040 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Protocol",
      "value": 20.9,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "59744373 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Subdomains",
      "value": 193,
      "unit": "ns/op\t      64 B/op\t       1 allocs/op",
      "extra": "6178345 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_JSON",
      "value": 580,
      "unit": "ns/op\t      80 B/op\t       3 allocs/op",
      "extra": "2107526 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_JSONP",
      "value": 732,
      "unit": "ns/op\t      80 B/op\t       3 allocs/op",
      "extra": "1623922 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Links",
      "value": 293,
      "unit": "ns/op\t     112 B/op\t       1 allocs/op",
      "extra": "4143826 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Send",
      "value": 326,
      "unit": "ns/op\t      64 B/op\t       4 allocs/op",
      "extra": "3998994 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Type",
      "value": 66.2,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "17985386 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Vary",
      "value": 210,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "5178706 times\n2 procs"
     },
     {
      "name": "Benchmark_Ctx_Write",
      "value": 348,
      "unit": "ns/op\t     230 B/op\t       4 allocs/op",
      "extra": "3171655 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_NotFound",
      "value": 1522,
      "unit": "ns/op\t      80 B/op\t       2 allocs/op",
      "extra": "769738 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Handler",
      "value": 1353,
      "unit": "ns/op\t      16 B/op\t       1 allocs/op",
      "extra": "767272 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Handler_Strict_Case",
      "value": 1417,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "815344 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Chain",
      "value": 292,
      "unit": "ns/op\t       1 B/op\t       1 allocs/op",
      "extra": "3847874 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Next",
      "value": 1207,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "837123 times\n2 procs"
     },
     {
      "name": "Benchmark_Route_Match",
      "value": 68.2,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "15991972 times\n2 procs"
     },
     {
      "name": "Benchmark_Route_Match_Star",
      "value": 22.3,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "56981450 times\n2 procs"
     },
     {
      "name": "Benchmark_Route_Match_Root",
      "value": 4.55,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "257721169 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Handler_CaseSensitive",
      "value": 1370,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "808276 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Handler_StrictRouting",
      "value": 1300,
      "unit": "ns/op\t       0 B/op\t       0 allocs/op",
      "extra": "916387 times\n2 procs"
     },
     {
      "name": "Benchmark_Router_Github_API",
      "value": 1189962,
      "unit": "ns/op\t     186 B/op\t       2 allocs/op",
      "extra": "1076 times\n2 procs"
     },
     {
      "name": "Benchmark_Utils_ETag",
      "value": 7076,
      "unit": "ns/op\t    1056 B/op\t       4 allocs/op",
      "extra": "175099 times\n2 procs"
     },
     {
      "name": "Benchmark_Utils_ETag_Weak",
      "value": 7093,
      "unit": "ns/op\t    1056 B/op\t       4 allocs/op",
      "extra": "178191 times\n2 procs"
     },
     {
      "name": "Benchmark_Utils_getGroupPath",
      "value": 199,
      "unit": "ns/op\t     104 B/op\t       3 allocs/op",
      "extra": "6035977 times\n2 procs"
     }
    ]
   }
  ]
 }
}