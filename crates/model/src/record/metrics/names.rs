//! Metrics by their whole names.

use crate::record::Direction;
use crate::record::metrics::{MetricCategory, NamedMetric};

const fn row(
    names: &'static str,
    display: &'static str,
    unit: &'static str,
    direction: Direction,
    category: MetricCategory,
) -> NamedMetric {
    NamedMetric { names, display, unit, direction, category }
}

const fn lower(
    category: MetricCategory,
    names: &'static str,
    display: &'static str,
    unit: &'static str,
) -> NamedMetric {
    row(names, display, unit, Direction::Lower, category)
}

const fn higher(
    category: MetricCategory,
    names: &'static str,
    display: &'static str,
    unit: &'static str,
) -> NamedMetric {
    row(names, display, unit, Direction::Higher, category)
}

const ERRORS: MetricCategory = MetricCategory::Errors;
const GPU: MetricCategory = MetricCategory::Gpu;
const FRAMES: MetricCategory = MetricCategory::Frames;
const DISK: MetricCategory = MetricCategory::Disk;
const NETWORK: MetricCategory = MetricCategory::Network;
const MEMORY: MetricCategory = MetricCategory::Memory;
const CPU: MetricCategory = MetricCategory::Cpu;
const ENERGY: MetricCategory = MetricCategory::Energy;
const TIME: MetricCategory = MetricCategory::Time;
const THROUGHPUT: MetricCategory = MetricCategory::Throughput;
const QUALITY: MetricCategory = MetricCategory::Quality;
const SIZE: MetricCategory = MetricCategory::Size;
const COUNT: MetricCategory = MetricCategory::Count;

/// Each name once, by category.
pub const METRICS: &[NamedMetric] = &[
    // Time.
    lower(TIME, "time", "time", "ns"),
    lower(TIME, "latency", "latency", "ns"),
    lower(TIME, "wall_time", "wall time", "ns"),
    lower(TIME, "wall_clock", "wall clock", ""),
    lower(TIME, "real_time", "real time", "ns"),
    lower(TIME, "cpu_time", "CPU time", "ns"),
    lower(TIME, "user_time utime", "user time", ""),
    lower(TIME, "system_time sys_time stime", "system time", ""),
    lower(TIME, "sys_cpu_time", "system CPU time", ""),
    lower(TIME, "gc_time", "GC time", ""),
    lower(TIME, "gc_pause", "GC pause", ""),
    lower(TIME, "total_time", "total time", ""),
    lower(TIME, "avg_time average_time", "average time", ""),
    lower(TIME, "compile_time", "compile time", ""),
    lower(TIME, "build_time", "build time", ""),
    lower(TIME, "exec_time execution_time", "execution time", ""),
    lower(TIME, "response_time", "response time", ""),
    lower(TIME, "api_response_time", "API response time", ""),
    lower(TIME, "interaction_latency", "interaction latency", ""),
    lower(TIME, "recovery_time mttr", "recovery time", ""),
    lower(TIME, "load_time page_load_time", "load time", ""),
    lower(TIME, "startup_time boot_time", "startup time", ""),
    lower(TIME, "first_byte ttfb time_to_first_byte", "time to first byte", ""),
    lower(TIME, "fcp first_contentful_paint", "First Contentful Paint", ""),
    lower(TIME, "lcp largest_contentful_paint", "Largest Contentful Paint", ""),
    lower(TIME, "fmp first_meaningful_paint", "First Meaningful Paint", ""),
    lower(TIME, "inp interaction_to_next_paint", "Interaction to Next Paint", ""),
    lower(TIME, "fid first_input_delay", "First Input Delay", ""),
    lower(TIME, "tbt total_blocking_time", "Total Blocking Time", ""),
    lower(TIME, "tti time_to_interactive", "Time to Interactive", ""),
    lower(TIME, "si speed_index", "Speed Index", ""),
    lower(TIME, "http_req_duration", "HTTP request duration", ""),
    lower(TIME, "http_req_waiting", "HTTP request waiting", ""),
    lower(TIME, "http_req_blocked", "HTTP request blocked", ""),
    lower(TIME, "http_req_connecting", "HTTP request connecting", ""),
    lower(TIME, "http_req_tls_handshaking", "HTTP request TLS handshaking", ""),
    lower(TIME, "http_req_sending", "HTTP request sending", ""),
    lower(TIME, "http_req_receiving", "HTTP request receiving", ""),
    lower(TIME, "iteration_duration", "iteration duration", ""),
    lower(TIME, "task_clock", "task clock", ""),
    // Throughput.
    higher(THROUGHPUT, "throughput", "throughput", "ops/s"),
    higher(THROUGHPUT, "rps requests_per_second", "requests per second", "req/s"),
    higher(THROUGHPUT, "qps queries_per_second", "queries per second", "queries/s"),
    higher(THROUGHPUT, "tps transactions_per_second", "transactions per second", "ops/s"),
    higher(THROUGHPUT, "ops_per_sec ops_per_second", "operations per second", "ops/s"),
    higher(THROUGHPUT, "req_rate request_rate http_reqs", "request rate", ""),
    // Errors and availability.
    lower(ERRORS, "errors", "errors", ""),
    lower(ERRORS, "failures", "failures", ""),
    lower(ERRORS, "error_rate", "error rate", ""),
    lower(ERRORS, "error_rate_4xx", "error rate (4xx)", ""),
    lower(ERRORS, "error_rate_5xx", "error rate (5xx)", ""),
    lower(ERRORS, "http_req_failed", "failed HTTP requests", ""),
    higher(ERRORS, "success_rate", "success rate", ""),
    higher(ERRORS, "availability", "availability", ""),
    higher(ERRORS, "uptime", "uptime", ""),
    // Memory.
    lower(MEMORY, "memory", "memory", "B"),
    lower(MEMORY, "peak_memory", "peak memory", "B"),
    lower(MEMORY, "max_rss", "max RSS", "B"),
    lower(MEMORY, "maxrss", "max RSS", ""),
    lower(MEMORY, "memory_used", "memory used", ""),
    lower(MEMORY, "memory_usage", "memory usage", ""),
    higher(MEMORY, "memory_available", "memory available", ""),
    lower(MEMORY, "allocations allocs", "allocations", "count"),
    lower(MEMORY, "page_faults faults", "page faults", ""),
    lower(MEMORY, "major_faults major_page_faults", "major page faults", ""),
    lower(MEMORY, "minor_faults minor_page_faults", "minor page faults", ""),
    lower(MEMORY, "gc gc_count gc_collections", "GC runs", ""),
    higher(CPU, "gc_throughput", "GC throughput", ""),
    // Processor.
    lower(CPU, "cpu cpu_usage", "CPU usage", ""),
    lower(CPU, "cpu_utilization cpu_utilisation", "CPU utilization", ""),
    lower(CPU, "cpu_user", "CPU user", ""),
    lower(CPU, "cpu_system", "CPU system", ""),
    higher(CPU, "cpu_idle", "CPU idle", ""),
    lower(CPU, "instructions", "instructions", "count"),
    lower(CPU, "cycles cpu_cycles", "cycles", "count"),
    lower(CPU, "estimated_cycles", "estimated cycles", ""),
    lower(CPU, "branches", "branches", ""),
    lower(CPU, "branch_misses", "branch misses", ""),
    lower(CPU, "cache_misses", "cache misses", ""),
    lower(CPU, "cache_references", "cache references", ""),
    lower(CPU, "context_switches", "context switches", ""),
    lower(CPU, "cpu_migrations", "CPU migrations", ""),
    lower(CPU, "syscalls", "system calls", ""),
    higher(CPU, "ipc instructions_per_cycle", "instructions per cycle", ""),
    lower(CPU, "cpi cycles_per_instruction", "cycles per instruction", ""),
    // What is a hit one level higher costs less, but each is an access: fewer are less work.
    lower(CPU, "l1_hits", "L1 hits", "count"),
    lower(CPU, "l2_hits", "L2 hits", "count"),
    lower(CPU, "ll_hits", "LL hits", "count"),
    lower(CPU, "ram_hits", "RAM hits", "count"),
    // Graphics.
    lower(GPU, "gpu gpu_usage", "GPU usage", ""),
    lower(GPU, "gpu_utilization gpu_utilisation", "GPU utilization", ""),
    lower(GPU, "gpu_memory vram", "GPU memory", ""),
    lower(GPU, "gpu_time", "GPU time", ""),
    higher(FRAMES, "fps frame_rate frames_per_second", "frame rate", "fps"),
    lower(FRAMES, "frame_time", "frame time", ""),
    lower(FRAMES, "render_time", "render time", ""),
    lower(FRAMES, "dropped_frames", "dropped frames", ""),
    // Disk and network.
    higher(DISK, "iops", "IOPS", "iops"),
    higher(DISK, "read_iops disk_read_iops", "read IOPS", "iops"),
    higher(DISK, "write_iops disk_write_iops", "write IOPS", "iops"),
    lower(DISK, "disk_latency", "disk latency", ""),
    lower(DISK, "disk_usage disk_used", "disk usage", ""),
    higher(NETWORK, "bandwidth", "bandwidth", "B/s"),
    lower(NETWORK, "packet_loss", "packet loss", ""),
    higher(NETWORK, "data_received", "data received", ""),
    higher(NETWORK, "data_sent", "data sent", ""),
    // Quality.
    lower(QUALITY, "cls cumulative_layout_shift", "Cumulative Layout Shift", ""),
    higher(QUALITY, "accuracy", "accuracy", ""),
    higher(QUALITY, "coverage", "coverage", ""),
    higher(QUALITY, "score", "score", ""),
    higher(QUALITY, "cache_hit_rate cache_hit_ratio", "cache hit rate", ""),
    higher(QUALITY, "hit_rate hit_ratio", "hit rate", ""),
    lower(QUALITY, "cache_miss_rate cache_miss_ratio", "cache miss rate", ""),
    lower(QUALITY, "loss training_loss validation_loss val_loss", "loss", ""),
    // Sizes, energy, counts.
    lower(SIZE, "size", "size", ""),
    lower(SIZE, "file_size", "file size", "B"),
    lower(SIZE, "binary_size", "binary size", "B"),
    lower(SIZE, "bundle_size", "bundle size", ""),
    lower(SIZE, "code_size", "code size", ""),
    lower(ENERGY, "energy", "energy", ""),
    lower(ENERGY, "power", "power", ""),
    lower(ENERGY, "temperature", "temperature", ""),
    lower(COUNT, "count", "count", ""),
    // What a value is stands in the name of its benchmark.
    row("value", "value", "", Direction::Unknown, COUNT),
];
