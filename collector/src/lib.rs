//! Receives, keeps and serves recordings.
