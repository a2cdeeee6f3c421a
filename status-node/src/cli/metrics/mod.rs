//! `status-node run --metrics`: the node's counters for Prometheus, on this machine only.
//!
//! docs/metrics.md lists them.

mod http;
mod request;
mod text;

pub(crate) use http::MetricsServer;
