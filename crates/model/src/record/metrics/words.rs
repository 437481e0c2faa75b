//! Words that mean the same in the name of any metric.

use crate::record::metrics::{MetricCategory as Category, MetricWords, WordMeaning as Meaning};

const fn row(
    meaning: Option<Meaning>,
    category: Option<Category>,
    words: &'static str,
) -> MetricWords {
    MetricWords { words, meaning, category }
}

const fn bad(category: Option<Category>, words: &'static str) -> MetricWords {
    row(Some(Meaning::Bad), category, words)
}

const fn left_over(category: Option<Category>, words: &'static str) -> MetricWords {
    row(Some(Meaning::LeftOver), category, words)
}

const fn time(words: &'static str) -> MetricWords {
    row(Some(Meaning::Time), Some(Category::Time), words)
}

const fn good(category: Category, words: &'static str) -> MetricWords {
    row(Some(Meaning::Good), Some(category), words)
}

const fn cost(category: Option<Category>, words: &'static str) -> MetricWords {
    row(Some(Meaning::Cost), category, words)
}

const fn about(category: Category, words: &'static str) -> MetricWords {
    row(None, Some(category), words)
}

/// Ends of words with a meaning: `utime`, `maxrss`, `vmhwm`. Only where the whole word has none.
pub(super) const WORD_ENDS: [(&str, Meaning); 3] =
    [("time", Meaning::Time), ("rss", Meaning::Cost), ("hwm", Meaning::Cost)];

/// Each word once, by meaning and category.
pub const WORDS: &[MetricWords] = &[
    bad(
        Some(Category::Errors),
        "error errors err errs failure failures failed fail fails timeout timeouts retry retries \
         rejected lost loss drop drops dropped conflicts collisions crash crashes abort aborts \
         aborted exceptions panics leak leaks leaked violations warnings restarts deadlocks \
         rollbacks 4xx 5xx",
    ),
    bad(Some(Category::Quality), "miss misses evictions mispredictions"),
    bad(Some(Category::Memory), "faults gc gen0 gen1 gen2 swap swapped fragmentation garbage"),
    bad(
        Some(Category::Cpu),
        "stalls contention contentions interrupts switches throttled throttling",
    ),
    bad(Some(Category::Frames), "jank janky stutter stutters"),
    left_over(None, "available free idle remaining headroom"),
    left_over(Some(Category::Errors), "uptime mtbf"),
    time(
        "time times latency latencies duration durations elapsed delay delays wait waiting pause \
         pauses lag rtt ttfb lcp fcp fmp inp fid tbt tti ttlb paint startup",
    ),
    good(
        Category::Errors,
        "success successes succeeded successful ok availability reliability apdex",
    ),
    good(
        Category::Quality,
        "hit hits pass passes passed accuracy precision recall f1 auc bleu rouge iou map50 ndcg \
         psnr ssim vmaf checks score scores efficiency coverage quality",
    ),
    good(
        Category::Throughput,
        "throughput goodput speed speedup ops rps qps tps tpm tpmc flops gflops mflops tflops ipc",
    ),
    good(Category::Network, "bandwidth"),
    good(Category::Frames, "fps"),
    good(Category::Disk, "iops"),
    cost(None, "overhead cost usage utilization utilisation used load amplification"),
    cost(Some(Category::Time), "seconds millis jitter skew drift"),
    cost(
        Some(Category::Memory),
        "memory mem rss heap stack allocs alloc allocated allocations malloc vram",
    ),
    cost(Some(Category::Size), "size sizes bytes binary bundle"),
    cost(Some(Category::Cpu), "cpu instructions cycles branches syscalls faulted migrations"),
    cost(Some(Category::Count), "count counts backlog depth queue queued retransmits"),
    cost(Some(Category::Energy), "energy power joules watts watt temperature battery carbon co2"),
    cost(Some(Category::Quality), "regret mae rmse mse mape perplexity wer cer complexity"),
    about(Category::Gpu, "gpu cuda"),
    about(Category::Frames, "frame frames render rendering"),
    about(Category::Disk, "disk io fs ssd hdd fsync wal"),
    about(Category::Network, "network net tcp udp http dns tls packets packet"),
    about(Category::Throughput, "requests request queries transactions rows events messages"),
];
