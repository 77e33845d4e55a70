//! The process, under the names that Prometheus has for every process.

use std::fmt;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;

/// What is told of the process. It is looked up when it is asked for.
#[derive(Debug)]
pub(super) struct Process {
    started: f64,
}

impl Process {
    /// Since when it runs: now.
    pub(super) fn new() -> Self {
        Self { started: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() }
    }
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let started = ("process_start_time_seconds", "When the process started, since the epoch", Some(self.started));
        let memory = ("process_resident_memory_bytes", "Resident memory", resident_bytes());
        let open = ("process_open_fds", "Open file descriptors", open_files());
        let most = ("process_max_fds", "File descriptors that may be open", most_files());
        for (name, help, value) in [started, memory, open, most] {
            let Some(value) = value else { continue };
            let metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            ConstGauge::new(value).encode(metric)?;
        }
        Ok(())
    }
}

/// Linux says it in KiB.
fn resident_bytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib = line.trim().strip_suffix("kB")?.trim().parse::<u32>().ok()?;
    Some(f64::from(kib) * 1024.0)
}

/// The size of the folder is their number since Linux 6.2; before it is 0. Counting them one by one would hold up
/// a thread where there are twenty thousand.
fn open_files() -> Option<f64> {
    let count = fs::metadata("/proc/self/fd").ok()?.len();
    u32::try_from(count).ok().filter(|&count| count > 0).map(f64::from)
}

fn most_files() -> Option<f64> {
    let (soft, _) = rlimit::Resource::NOFILE.get().ok()?;
    // Unlimited is told as what no kernel allows.
    Some(f64::from(u32::try_from(soft).unwrap_or(u32::MAX)))
}
