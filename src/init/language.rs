//! The language of a repository, by the file that its build tool reads, and the benchmark tools
//! that one may add to it: the hint where `init` recognizes no tool.

use std::path::Path;

use crate::init::detect;

/// A language, the files that name it, and its usual benchmark tool.
pub(crate) struct Language {
    pub(crate) name: &'static str,
    files: &'static [&'static str],
    /// How a first benchmark tool is added.
    pub(crate) tool_hint: &'static str,
    /// The image of containers in which it is built.
    pub(crate) image: &'static str,
}

/// The most specific files first: a Rust project may have a package.json for its documents.
const LANGUAGES: [Language; 12] = [
    Language {
        name: "Rust",
        files: &["Cargo.toml"],
        tool_hint: "add Criterion: `cargo add --dev criterion`",
        image: "rust:1-bookworm",
    },
    Language {
        name: "Go",
        files: &["go.mod"],
        tool_hint: "add a function `BenchmarkX(b *testing.B)` to a _test.go file",
        image: "golang:1-bookworm",
    },
    Language {
        name: "Python",
        files: &["pyproject.toml", "setup.py", "setup.cfg", "requirements.txt"],
        tool_hint: "add pytest-benchmark to pyproject.toml or a requirements file",
        image: "python:3-bookworm",
    },
    Language {
        name: "Java or Kotlin",
        files: &["pom.xml", "build.gradle", "build.gradle.kts"],
        tool_hint: "add JMH: org.openjdk.jmh:jmh-core, or the Gradle plugin me.champeau.jmh",
        image: "maven:3-eclipse-temurin-21",
    },
    Language {
        name: "C#",
        files: &["*.csproj", "*.fsproj", "*.sln"],
        tool_hint: "add BenchmarkDotNet: `dotnet add package BenchmarkDotNet`",
        image: "mcr.microsoft.com/dotnet/sdk:9.0",
    },
    Language {
        name: "Swift",
        files: &["Package.swift"],
        tool_hint: "add package-benchmark to Package.swift",
        image: "swift:6.0-bookworm",
    },
    Language {
        name: "Julia",
        files: &["Project.toml"],
        tool_hint: "define SUITE with BenchmarkTools in benchmark/benchmarks.jl",
        image: "julia:1-bookworm",
    },
    Language {
        name: "Ruby",
        files: &["Gemfile", "*.gemspec"],
        tool_hint: "add benchmark-ips: `bundle add benchmark-ips`",
        image: "ruby:3-bookworm",
    },
    Language {
        name: "C or C++",
        files: &["CMakeLists.txt", "meson.build", "Makefile"],
        tool_hint: "add Google Benchmark: `find_package(benchmark REQUIRED)`",
        image: "gcc:14-bookworm",
    },
    Language {
        name: "TypeScript",
        files: &["tsconfig.json"],
        tool_hint: "add Vitest: `npm install --save-dev vitest`",
        image: "node:22-bookworm",
    },
    Language {
        name: "JavaScript",
        files: &["package.json"],
        tool_hint: "add Vitest: `npm install --save-dev vitest`",
        image: "node:22-bookworm",
    },
    Language {
        name: "Deno",
        files: &["deno.json", "deno.jsonc"],
        tool_hint: "add `Deno.bench(…)` to a file *_bench.ts",
        image: "denoland/deno:debian",
    },
];

/// The image of a repository in no language of the list.
pub(super) const PLAIN_IMAGE: &str = "debian:bookworm";

/// The language of a repository, and the file in its root that names it.
pub(super) fn detect_language(root: &Path) -> Option<(&'static Language, String)> {
    let names = detect::names(root, false);
    LANGUAGES.iter().find_map(|language| {
        let named = names.iter().find(|name| {
            language.files.iter().any(|pattern| detect::matches_pattern(pattern, name))
        });
        named.map(|name| (language, name.clone()))
    })
}
