//! What a policy means where it says nothing: the values of the reference, for sections that are
//! not all zero and empty.

use std::collections::BTreeMap;

use crate::filter::Filter;
use crate::policy::target::Budget;
use crate::policy::{
    AcceptFrom, DataQuality, Detection, Governance, KAnomaly, PolicyFrom, RegressionPolicy,
    RunnerFingerprinting, SeriesQualifier, Trends,
};

impl Default for RegressionPolicy {
    fn default() -> Self {
        Self {
            default_threshold: 0.10,
            warn_at: None,
            per_backend: BTreeMap::new(),
            grace_period_days: 3,
            min_sample_size: 5,
            max_regression_ratio: 0.50,
            close_after_days: 0,
            rules: Vec::new(),
        }
    }
}

impl Default for KAnomaly {
    fn default() -> Self {
        Self { threshold_ratio: 0.8, min_active_backends: 3, alert_on_consecutive_days: 2 }
    }
}

impl Default for DataQuality {
    fn default() -> Self {
        Self {
            outlier_threshold: 3.0,
            variance_warning_ratio: 0.15,
            min_records_per_day: 0,
            max_age_days: 180,
        }
    }
}

impl Default for Governance {
    fn default() -> Self {
        Self {
            require_approval_threshold: 0.20,
            emergency_override_approvers: Vec::new(),
            accept_from: AcceptFrom::default(),
            policy_from: PolicyFrom::default(),
            block_suspected: false,
            min_reason_length: 1,
            data_retention_days: 180,
        }
    }
}

impl Default for RunnerFingerprinting {
    fn default() -> Self {
        let fields = ["runner_image", "cpu_flags", "memory_total", "os_version"];
        Self {
            enabled: true,
            track_fields: fields.map(str::to_owned).to_vec(),
            suppress_alerts_on_runner_change: true,
            separate_series: vec![
                SeriesQualifier::Environment,
                SeriesQualifier::Os,
                SeriesQualifier::Arch,
            ],
        }
    }
}

impl Default for Detection {
    fn default() -> Self {
        Self { window: 20, confirmations: 3 }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            name: None,
            description: None,
            matches: Filter::default(),
            metric: crate::record::TIME_METRIC.to_owned(),
            budget: None,
            goal: None,
            tolerance: None,
            drift_at: 1.0,
            violation_at: 1.1,
        }
    }
}

impl Default for Trends {
    fn default() -> Self {
        Self { window_days: 30 }
    }
}
