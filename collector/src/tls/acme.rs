//! Certificates for our own domains, from Let's Encrypt or another authority that speaks ACME (RFC 8555), proven over the
//! port that is served anyway (TLS-ALPN-01, RFC 8737). Account and certificates are kept in a folder that only we may read.
//! Until the first certificate has come, handshakes fail; an authority that cannot be reached is asked again and again.

use super::{Failure, pem};
use futures_util::StreamExt;
use rustls::crypto::ring;
use rustls::server::ResolvesServerCert;
use rustls::{ClientConfig, RootCertStore};
use rustls_acme::caches::DirCache;
use rustls_acme::{AcmeConfig, AcmeState};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What an authority that proves a domain asks for in its handshake.
pub(super) const CHALLENGE: &[u8] = b"acme-tls/1";

/// What certificates are for.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct Domains {
    pub names: Vec<String>,
    /// An address that the authority may write to.
    pub contact: Option<String>,
    /// Where the authority is asked; Let's Encrypt without.
    pub directory: Option<String>,
    /// The root certificates that it is known by, when they are not those of browsers.
    pub roots: Option<PathBuf>,
    /// Where account and certificates are kept.
    pub folder: PathBuf,
}

pub(super) struct Renewed(AcmeState<std::io::Error>);

impl Renewed {
    pub(super) fn begin(domains: &Domains) -> Result<Self, Failure> {
        // Private keys are in there.
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&domains.folder);
        made.map_err(|_| Failure::File {
            path: domains.folder.display().to_string(),
            why: "the folder cannot be made",
        })?;
        let config = AcmeConfig::new_with_provider(&domains.names, Arc::new(ring::default_provider()))
            .contact(domains.contact.iter().map(|address| format!("mailto:{address}")))
            .cache(DirCache::new(domains.folder.clone()));
        let config = match &domains.roots {
            Some(path) => config.client_tls_config(Arc::new(trusting(path)?)),
            None => config,
        };
        let config = match &domains.directory {
            Some(directory) => config.directory(directory),
            None => config.directory_lets_encrypt(true),
        };
        Ok(Self(config.state()))
    }

    pub(super) fn resolver(&self) -> Arc<dyn ResolvesServerCert> {
        self.0.resolver()
    }

    /// Asks for certificates and for new ones before they end, until it is dropped.
    pub(super) async fn renew(mut self) {
        while let Some(event) = self.0.next().await {
            match event {
                Ok(event) => tracing::info!(?event, "certificate"),
                Err(failure) => tracing::warn!(%failure, "no certificate yet, or no new one"),
            }
        }
    }
}

/// A client that believes these root certificates and no others.
fn trusting(path: &Path) -> Result<ClientConfig, Failure> {
    let mut roots = RootCertStore::empty();
    for root in pem(path)? {
        roots.add(root)?;
    }
    let provider = Arc::new(ring::default_provider());
    let client = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(client.with_root_certificates(roots).with_no_client_auth())
}
