window.BENCHMARK_DATA = {
 "lastUpdate": 1784754168620,
 "repoUrl": "https://github.com/phpactor/phpactor",
 "entries": {
  "Phpactor Benchmarks": [
   {
    "commit": {
     "author": {
      "email": "user-46acedc4@example.invalid",
      "name": "user-352443c8",
      "username": "user-29f57a00"
     },
     "committer": {
      "email": "user-46acedc4@example.invalid",
      "name": "user-352443c8",
      "username": "user-29f57a00"
     },
     "distinct": true,
     "id": "e55467cb0a9c40e47df39051ab7b8dd34dc6ae17",
     "message": "Do not use \"auto\" time unit",
     "timestamp": "2026-03-21T18:28:34Z",
     "tree_id": "ff700205cba0cdb57620af07493504f2f68ee723",
     "url": "https://github.com/phpactor/phpactor/commit/e55467cb0a9c40e47df39051ab7b8dd34dc6ae17"
    },
    "date": 1774117829034,
    "tool": "customSmallerIsBetter",
    "benches": [
     {
      "name": "ClassMemberCompletorBench::benchComplete (short)",
      "value": 10.24696477495105,
      "range": "± 2.68%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "ClassMemberCompletorBench::benchComplete (long)",
      "value": 164.27268884539728,
      "range": "± 0.66%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "WorseLocalVariableCompletorBench::benchComplete (short)",
      "value": 2.3111193737768865,
      "range": "± 0.93%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "WorseLocalVariableCompletorBench::benchComplete (long)",
      "value": 22.724397260273932,
      "range": "± 0.56%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "ConfigLoaderBench::benchJsonLoadConfig",
      "value": 0.03316234833659558,
      "range": "± 1.67%",
      "unit": "ms",
      "extra": "30 iterations, 50 revs"
     },
     {
      "name": "ConfigLoaderBench::benchJsonLoadConfigWithBuilder",
      "value": 0.03457581213307178,
      "range": "± 1.31%",
      "unit": "ms",
      "extra": "30 iterations, 50 revs"
     },
     {
      "name": "ConfigLoaderBench::benchJsonLoadConfigWithNonExistingYaml",
      "value": 0.05687369863013621,
      "range": "± 1.10%",
      "unit": "ms",
      "extra": "30 iterations, 50 revs"
     },
     {
      "name": "ConfigLoaderBench::benchJsonPlainPhp",
      "value": 0.01967338551859104,
      "range": "± 6.54%",
      "unit": "ms",
      "extra": "30 iterations, 50 revs"
     },
     {
      "name": "ConfigLoaderBench::benchYamlLoadConfig",
      "value": 0.09325831702543969,
      "range": "± 1.00%",
      "unit": "ms",
      "extra": "30 iterations, 50 revs"
     },
     {
      "name": "PhpactorParserBench::benchParse",
      "value": 0.05740735812133071,
      "range": "± 9.11%",
      "unit": "ms",
      "extra": "33 iterations, 50 revs"
     },
     {
      "name": "PhpactorParserBench::benchAssert",
      "value": 17.17440430528376,
      "range": "± 1.46%",
      "unit": "ms",
      "extra": "10 iterations, 5 revs"
     },
     {
      "name": "LexerBench::benchLex",
      "value": 557,
      "range": "± 0.00%",
      "unit": "μs",
      "extra": "1 iterations, 1 revs"
     },
     {
      "name": "LexerBench::benchLex (1)",
      "value": 1335,
      "range": "± 0.00%",
      "unit": "μs",
      "extra": "1 iterations, 1 revs"
     },
     {
      "name": "ImportNameProviderBench::benchDiagnostics",
      "value": 12.30799412915857,
      "range": "± 0.84%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "ImportNameProviderBench::benchCodeActions",
      "value": 12.474461839530354,
      "range": "± 4.02%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "WorkspaceIndexBench::benchUpdate (length: 1)",
      "value": 0.09189119373776895,
      "range": "± 2.38%",
      "unit": "ms",
      "extra": "10 iterations, 10 revs"
     },
     {
      "name": "WorkspaceIndexBench::benchUpdate (length: 1001)",
      "value": 0.09140371819960985,
      "range": "± 0.76%",
      "unit": "ms",
      "extra": "10 iterations, 10 revs"
     },
     {
      "name": "WorkspaceIndexBench::benchUpdate (length: 2001)",
      "value": 0.0902465753424652,
      "range": "± 1.56%",
      "unit": "ms",
      "extra": "10 iterations, 10 revs"
     },
     {
      "name": "WorkspaceIndexBench::benchUpdate (length: 3001)",
      "value": 0.09120665362035171,
      "range": "± 1.71%",
      "unit": "ms",
      "extra": "10 iterations, 10 revs"
     },
     {
      "name": "WorkspaceIndexBench::benchUpdate (length: 4001)",
      "value": 0.09108493150684895,
      "range": "± 5.12%",
      "unit": "ms",
      "extra": "10 iterations, 10 revs"
     },
     {
      "name": "WorkspaceIndexBench::benchUpdate (length: 5001)",
      "value": 0.08842270058708455,
      "range": "± 1.62%",
      "unit": "ms",
      "extra": "10 iterations, 10 revs"
     },
     {
      "name": "WorkspaceIndexBench::benchUpdate (length: 6001)",
      "value": 0.09047788649706354,
      "range": "± 3.07%",
      "unit": "ms",
      "extra": "10 iterations, 10 revs"
     },
     {
      "name": "TokenExpanderBench::benchExpandTokenizedString",
      "value": 1.6785103718199648,
      "range": "± 3.69%",
      "unit": "μs",
      "extra": "33 iterations, 10000 revs"
     },
     {
      "name": "TokenExpanderBench::benchExpandStringWithNoTokens",
      "value": 0.059771624266144026,
      "range": "± 4.40%",
      "unit": "μs",
      "extra": "33 iterations, 10000 revs"
     },
     {
      "name": "SearchBench::benchBareFileSearch (A)",
      "value": 0.1395929549902152,
      "range": "± 6.35%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "SearchBench::benchBareFileSearch (Request)",
      "value": 0.14095107632093926,
      "range": "± 11.54%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "SearchBench::benchFullFileSearch (A)",
      "value": 0.13458317025440306,
      "range": "± 5.74%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "SearchBench::benchFullFileSearch (Request)",
      "value": 0.1356673189823874,
      "range": "± 7.41%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "IndexedReferenceFinderBench::benchBareFileSearch",
      "value": 1127323,
      "range": "± 0.00%",
      "unit": "μs",
      "extra": "1 iterations, 1 revs"
     },
     {
      "name": "ClassRecordShortNameBench::benchShortName",
      "value": 0.08983757338551857,
      "range": "± 13.15%",
      "unit": "μs",
      "extra": "33 iterations, 1000 revs"
     },
     {
      "name": "EfficientLineColsBench::benchLineCols",
      "value": 344,
      "range": "± 0.00%",
      "unit": "μs",
      "extra": "1 iterations, 1 revs"
     },
     {
      "name": "EfficientLineColsBench::benchLineColsUtf16Positions",
      "value": 308,
      "range": "± 0.00%",
      "unit": "μs",
      "extra": "1 iterations, 1 revs"
     },
     {
      "name": "EfficientLineColsBench::benchIneffificentLineCols",
      "value": 291,
      "range": "± 0.00%",
      "unit": "μs",
      "extra": "1 iterations, 1 revs"
     },
     {
      "name": "CarbonReflectBench::benchCarbonReflection",
      "value": 77211.0782778865,
      "range": "± 176.48%",
      "unit": "μs",
      "extra": "5 iterations, 1 revs"
     },
     {
      "name": "YiiBench::benchMembers",
      "value": 314905.8082191789,
      "range": "± 0.25%",
      "unit": "μs",
      "extra": "5 iterations, 1 revs"
     },
     {
      "name": "DiagnosticsBench::benchDiagnostics (lots_of_missing_methods.test)",
      "value": 71474.36007827798,
      "range": "± 0.77%",
      "unit": "μs",
      "extra": "5 iterations, 1 revs"
     },
     {
      "name": "DiagnosticsBench::benchDiagnostics (lots_of_new_generic_objects.test)",
      "value": 28731.281800390836,
      "range": "± 0.52%",
      "unit": "μs",
      "extra": "5 iterations, 1 revs"
     },
     {
      "name": "DiagnosticsBench::benchDiagnostics (lots_of_new_objects.test)",
      "value": 25043.837573385637,
      "range": "± 0.35%",
      "unit": "μs",
      "extra": "5 iterations, 1 revs"
     },
     {
      "name": "DiagnosticsBench::benchDiagnostics (method_chain.test)",
      "value": 30168.066536203092,
      "range": "± 0.41%",
      "unit": "μs",
      "extra": "5 iterations, 1 revs"
     },
     {
      "name": "DiagnosticsBench::benchDiagnostics (phpstan.test)",
      "value": 818233.3933463655,
      "range": "± 0.48%",
      "unit": "μs",
      "extra": "5 iterations, 1 revs"
     },
     {
      "name": "AnalyserBench::benchAnalyse",
      "value": 117079,
      "range": "± 0.00%",
      "unit": "μs",
      "extra": "1 iterations, 1 revs"
     },
     {
      "name": "ReflectPropertyBench::property",
      "value": 1.6322485322896445,
      "range": "± 1.02%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "ReflectPropertyBench::property_return_type",
      "value": 3.093571428571465,
      "range": "± 0.46%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "PhpUnitReflectClassBench::test_case",
      "value": 17170.28180039191,
      "range": "± 0.40%",
      "unit": "μs",
      "extra": "5 iterations, 1 revs"
     },
     {
      "name": "PhpUnitReflectClassBench::test_case_methods_and_properties",
      "value": 151.1743013698638,
      "range": "± 0.31%",
      "unit": "ms",
      "extra": "5 iterations, 1 revs"
     },
     {
      "name": "PhpUnitReflectClassBench::test_case_method_frames",
      "value": 144.85020352250413,
      "range": "± 0.55%",
      "unit": "ms",
      "extra": "5 iterations, 1 revs"
     },
     {
      "name": "ReflectMethodBench::method",
      "value": 1.7440410958904213,
      "range": "± 1.02%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "ReflectMethodBench::method_return_type",
      "value": 3.114698630136989,
      "range": "± 3.72%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "ReflectMethodBench::method_inferred_return_type",
      "value": 2.228949119373781,
      "range": "± 1.46%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "SelfReflectClassBench::benchMethodsAndProperties",
      "value": 0.9698923679060899,
      "range": "± 1.08%",
      "unit": "ms",
      "extra": "5 iterations, 10 revs"
     },
     {
      "name": "SelfReflectClassBench::benchFrames",
      "value": 1.4210726027397222,
      "range": "± 0.56%",
      "unit": "ms",
      "extra": "5 iterations, 10 revs"
     },
     {
      "name": "ReflectionStubsBench::test_classes_and_methods",
      "value": 5.78,
      "range": "± 0.00%",
      "unit": "ms",
      "extra": "1 iterations, 1 revs"
     },
     {
      "name": "BaseLineBench::benchVersion",
      "value": 97.21092465753557,
      "range": "± 0.45%",
      "unit": "ms",
      "extra": "4 iterations, 2 revs"
     },
     {
      "name": "BaseLineBench::benchRpcEcho",
      "value": 103.44733365949232,
      "range": "± 0.84%",
      "unit": "ms",
      "extra": "4 iterations, 2 revs"
     },
     {
      "name": "CompleteBench::benchComplete",
      "value": 170094,
      "range": "± 194.95%",
      "unit": "μs",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "ClassSearchBench::benchClassSearch",
      "value": 117093.4794520555,
      "range": "± 0.86%",
      "unit": "μs",
      "extra": "10 iterations, 1 revs"
     }
    ]
   },
   {
    "commit": {
     "author": {
      "email": "user-46acedc4@example.invalid",
      "name": "user-352443c8",
      "username": "user-29f57a00"
     },
     "committer": {
      "email": "user-46acedc4@example.invalid",
      "name": "user-352443c8",
      "username": "user-29f57a00"
     },
     "distinct": true,
     "id": "721f3fb87d1a1a101140d9c0d52fb4ab024bb5fd",
     "message": "Fix spelling mistakes in disclaimer",
     "timestamp": "2026-07-22T22:00:39+01:00",
     "tree_id": "b692e7db446cfd0879fe698ff4721def38254ae3",
     "url": "https://github.com/phpactor/phpactor/commit/721f3fb87d1a1a101140d9c0d52fb4ab024bb5fd"
    },
    "date": 1784754167664,
    "tool": "customSmallerIsBetter",
    "benches": [
     {
      "name": "ClassMemberCompletorBench::benchComplete (short)",
      "value": 10.451675146770864,
      "range": "± 1.93%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "ClassMemberCompletorBench::benchComplete (long)",
      "value": 167.7435068493145,
      "range": "± 0.76%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "WorseLocalVariableCompletorBench::benchComplete (short)",
      "value": 2.4109138943248696,
      "range": "± 1.24%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "WorseLocalVariableCompletorBench::benchComplete (long)",
      "value": 22.572780821917547,
      "range": "± 1.20%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "ConfigLoaderBench::benchJsonLoadConfig",
      "value": 0.027720156555772903,
      "range": "± 1.84%",
      "unit": "ms",
      "extra": "30 iterations, 50 revs"
     },
     {
      "name": "ConfigLoaderBench::benchJsonLoadConfigWithBuilder",
      "value": 0.029376829745596727,
      "range": "± 3.10%",
      "unit": "ms",
      "extra": "30 iterations, 50 revs"
     },
     {
      "name": "ConfigLoaderBench::benchJsonLoadConfigWithNonExistingYaml",
      "value": 0.051434637964774745,
      "range": "± 1.19%",
      "unit": "ms",
      "extra": "30 iterations, 50 revs"
     },
     {
      "name": "ConfigLoaderBench::benchJsonPlainPhp",
      "value": 0.015208180039138939,
      "range": "± 7.75%",
      "unit": "ms",
      "extra": "30 iterations, 50 revs"
     },
     {
      "name": "ConfigLoaderBench::benchYamlLoadConfig",
      "value": 0.08945095890410965,
      "range": "± 1.42%",
      "unit": "ms",
      "extra": "30 iterations, 50 revs"
     },
     {
      "name": "PhpactorParserBench::benchParse",
      "value": 0.059109393346378866,
      "range": "± 1.50%",
      "unit": "ms",
      "extra": "33 iterations, 50 revs"
     },
     {
      "name": "PhpactorParserBench::benchAssert",
      "value": 18.632850097847435,
      "range": "± 0.82%",
      "unit": "ms",
      "extra": "10 iterations, 5 revs"
     },
     {
      "name": "LexerBench::benchLex",
      "value": 616,
      "range": "± 0.00%",
      "unit": "μs",
      "extra": "1 iterations, 1 revs"
     },
     {
      "name": "LexerBench::benchLex (1)",
      "value": 1443,
      "range": "± 0.00%",
      "unit": "μs",
      "extra": "1 iterations, 1 revs"
     },
     {
      "name": "ImportNameProviderBench::benchDiagnostics",
      "value": 12.539045009784724,
      "range": "± 1.62%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "ImportNameProviderBench::benchCodeActions",
      "value": 12.892272015655587,
      "range": "± 5.91%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "WorkspaceIndexBench::benchUpdate (length: 1)",
      "value": 0.09035048923678886,
      "range": "± 1.39%",
      "unit": "ms",
      "extra": "10 iterations, 10 revs"
     },
     {
      "name": "WorkspaceIndexBench::benchUpdate (length: 1001)",
      "value": 0.08984285714285584,
      "range": "± 2.06%",
      "unit": "ms",
      "extra": "10 iterations, 10 revs"
     },
     {
      "name": "WorkspaceIndexBench::benchUpdate (length: 2001)",
      "value": 0.08963972602739717,
      "range": "± 1.84%",
      "unit": "ms",
      "extra": "10 iterations, 10 revs"
     },
     {
      "name": "WorkspaceIndexBench::benchUpdate (length: 3001)",
      "value": 0.08897534246575338,
      "range": "± 1.18%",
      "unit": "ms",
      "extra": "10 iterations, 10 revs"
     },
     {
      "name": "WorkspaceIndexBench::benchUpdate (length: 4001)",
      "value": 0.08949823874755396,
      "range": "± 15.81%",
      "unit": "ms",
      "extra": "10 iterations, 10 revs"
     },
     {
      "name": "WorkspaceIndexBench::benchUpdate (length: 5001)",
      "value": 0.08787827788649732,
      "range": "± 1.48%",
      "unit": "ms",
      "extra": "10 iterations, 10 revs"
     },
     {
      "name": "WorkspaceIndexBench::benchUpdate (length: 6001)",
      "value": 0.08745362035225156,
      "range": "± 1.72%",
      "unit": "ms",
      "extra": "10 iterations, 10 revs"
     },
     {
      "name": "TokenExpanderBench::benchExpandTokenizedString",
      "value": 1.6033158512720154,
      "range": "± 1.70%",
      "unit": "μs",
      "extra": "33 iterations, 10000 revs"
     },
     {
      "name": "TokenExpanderBench::benchExpandStringWithNoTokens",
      "value": 0.05627827788649724,
      "range": "± 3.43%",
      "unit": "μs",
      "extra": "33 iterations, 10000 revs"
     },
     {
      "name": "IndexedReferenceFinderBench::benchBareFileSearch",
      "value": 1151427,
      "range": "± 0.00%",
      "unit": "μs",
      "extra": "1 iterations, 1 revs"
     },
     {
      "name": "SearchBench::benchBareFileSearch (A)",
      "value": 0.13746183953033256,
      "range": "± 9.14%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "SearchBench::benchBareFileSearch (Request)",
      "value": 0.1401663405088061,
      "range": "± 12.92%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "SearchBench::benchFullFileSearch (A)",
      "value": 0.13100782778864964,
      "range": "± 2.00%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "SearchBench::benchFullFileSearch (Request)",
      "value": 0.13617221135029337,
      "range": "± 3.67%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "ClassRecordShortNameBench::benchShortName",
      "value": 0.08738160469667273,
      "range": "± 4.81%",
      "unit": "μs",
      "extra": "33 iterations, 1000 revs"
     },
     {
      "name": "EfficientLineColsBench::benchLineCols",
      "value": 320,
      "range": "± 0.00%",
      "unit": "μs",
      "extra": "1 iterations, 1 revs"
     },
     {
      "name": "EfficientLineColsBench::benchLineColsUtf16Positions",
      "value": 293,
      "range": "± 0.00%",
      "unit": "μs",
      "extra": "1 iterations, 1 revs"
     },
     {
      "name": "EfficientLineColsBench::benchIneffificentLineCols",
      "value": 308,
      "range": "± 0.00%",
      "unit": "μs",
      "extra": "1 iterations, 1 revs"
     },
     {
      "name": "SelfReflectClassBench::benchMethodsAndProperties",
      "value": 0.9671160469667475,
      "range": "± 1.23%",
      "unit": "ms",
      "extra": "5 iterations, 10 revs"
     },
     {
      "name": "SelfReflectClassBench::benchFrames",
      "value": 1.4546692759295565,
      "range": "± 0.57%",
      "unit": "ms",
      "extra": "5 iterations, 10 revs"
     },
     {
      "name": "PhpUnitReflectClassBench::test_case",
      "value": 16593.469667319092,
      "range": "± 2.02%",
      "unit": "μs",
      "extra": "5 iterations, 1 revs"
     },
     {
      "name": "PhpUnitReflectClassBench::test_case_methods_and_properties",
      "value": 155.3619941291585,
      "range": "± 156.92%",
      "unit": "ms",
      "extra": "5 iterations, 1 revs"
     },
     {
      "name": "PhpUnitReflectClassBench::test_case_method_frames",
      "value": 143.56447945205574,
      "range": "± 0.84%",
      "unit": "ms",
      "extra": "5 iterations, 1 revs"
     },
     {
      "name": "DiagnosticsBench::benchDiagnostics (lots_of_missing_methods.test)",
      "value": 71233.56751467663,
      "range": "± 0.34%",
      "unit": "μs",
      "extra": "5 iterations, 1 revs"
     },
     {
      "name": "DiagnosticsBench::benchDiagnostics (lots_of_new_generic_objects.test)",
      "value": 28131.356164383553,
      "range": "± 1.04%",
      "unit": "μs",
      "extra": "5 iterations, 1 revs"
     },
     {
      "name": "DiagnosticsBench::benchDiagnostics (lots_of_new_objects.test)",
      "value": 24657.452054794467,
      "range": "± 1.22%",
      "unit": "μs",
      "extra": "5 iterations, 1 revs"
     },
     {
      "name": "DiagnosticsBench::benchDiagnostics (method_chain.test)",
      "value": 30051.101761252285,
      "range": "± 0.83%",
      "unit": "μs",
      "extra": "5 iterations, 1 revs"
     },
     {
      "name": "DiagnosticsBench::benchDiagnostics (phpstan.test)",
      "value": 822419.9452054802,
      "range": "± 0.71%",
      "unit": "μs",
      "extra": "5 iterations, 1 revs"
     },
     {
      "name": "ReflectionStubsBench::test_classes_and_methods",
      "value": 5.851,
      "range": "± 0.00%",
      "unit": "ms",
      "extra": "1 iterations, 1 revs"
     },
     {
      "name": "ReflectMethodBench::method",
      "value": 1.7153835616438513,
      "range": "± 1.29%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "ReflectMethodBench::method_return_type",
      "value": 3.0819999999999816,
      "range": "± 1.54%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "ReflectMethodBench::method_inferred_return_type",
      "value": 2.188223091976526,
      "range": "± 3.75%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "CarbonReflectBench::benchCarbonReflection",
      "value": 74931.884540117,
      "range": "± 0.87%",
      "unit": "μs",
      "extra": "5 iterations, 1 revs"
     },
     {
      "name": "ReflectPropertyBench::property",
      "value": 1.5886771037181742,
      "range": "± 1.65%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "ReflectPropertyBench::property_return_type",
      "value": 3.033027397260272,
      "range": "± 1.03%",
      "unit": "ms",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "YiiBench::benchMembers",
      "value": 312754.1017612546,
      "range": "± 0.43%",
      "unit": "μs",
      "extra": "5 iterations, 1 revs"
     },
     {
      "name": "AnalyserBench::benchAnalyse",
      "value": 115410,
      "range": "± 0.00%",
      "unit": "μs",
      "extra": "1 iterations, 1 revs"
     },
     {
      "name": "ClassSearchBench::benchClassSearch",
      "value": 113830.14090019674,
      "range": "± 0.96%",
      "unit": "μs",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "CompleteBench::benchComplete",
      "value": 162445,
      "range": "± 200.63%",
      "unit": "μs",
      "extra": "10 iterations, 1 revs"
     },
     {
      "name": "BaseLineBench::benchVersion",
      "value": 94.082835616438,
      "range": "± 0.55%",
      "unit": "ms",
      "extra": "4 iterations, 2 revs"
     },
     {
      "name": "BaseLineBench::benchRpcEcho",
      "value": 100.37955479452052,
      "range": "± 1.64%",
      "unit": "ms",
      "extra": "4 iterations, 2 revs"
     }
    ]
   }
  ]
 }
}