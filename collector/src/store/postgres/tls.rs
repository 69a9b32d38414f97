//! TLS to the database: the server's certificate must be one that this machine trusts.

use super::Refused;
use crate::store::Failure;
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Connects with TLS.
pub(super) type Tls = MakeRustlsConnect;

/// The connector. What the machine trusts is read here.
pub(super) fn connector() -> Result<Tls, Failure> {
    let untrusting = |error: rustls::Error| Failure::Postgres(Refused::Lost(error.to_string()));
    let settings = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(untrusting)?;
    Ok(MakeRustlsConnect::new(settings.with_no_client_auth()))
}
