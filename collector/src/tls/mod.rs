//! TLS, when no proxy speaks it for us: by certificate files, or by certificates that we get ourselves for our domains.
//! In: what is configured. Out: what a connection needs for its handshake. Never logs a key or what is in a file.

mod acme;
mod files;
mod validity;

pub use acme::Domains;
pub use files::Files;
pub use validity::ends_ms;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::server::ResolvesServerCert;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// Why TLS cannot be spoken.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A file cannot be read, or holds something else.
    #[error("cannot use {path}: {why}")]
    File {
        /// Which.
        path: String,
        /// Why, without its content.
        why: &'static str,
    },
    /// The certificate is another key's.
    #[error("the certificate in {0} does not belong to the key")]
    Mismatch(String),
    /// rustls says no.
    #[error("TLS: {0}")]
    Rustls(#[from] rustls::Error),
}

/// Where certificates come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// Somebody else renews them.
    Files(Files),
    /// We do.
    Domains(Domains),
}

/// TLS as configured.
pub struct Tls {
    /// For handshakes.
    pub acceptor: TlsAcceptor,
    upkeep: Upkeep,
}

enum Upkeep {
    Files(files::Watched),
    Domains(Box<acme::Renewed>),
}

impl Tls {
    /// Files must be good now; certificates for domains come later.
    pub fn open(source: &Source) -> Result<Self, Failure> {
        let (resolver, protocols, upkeep): (Arc<dyn ResolvesServerCert>, _, _) = match source {
            Source::Files(files) => {
                let watched = files::Watched::open(files)?;
                (watched.current.clone(), &[HTTP][..], Upkeep::Files(watched))
            }
            Source::Domains(domains) => {
                let renewed = acme::Renewed::begin(domains)?;
                (renewed.resolver(), &[HTTP, acme::CHALLENGE][..], Upkeep::Domains(Box::new(renewed)))
            }
        };
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), upkeep })
    }

    /// Keeps the certificates fresh, until it is dropped.
    pub async fn keep(self) {
        match self.upkeep {
            Upkeep::Files(watched) => watched.watch().await,
            Upkeep::Domains(renewed) => renewed.renew().await,
        }
    }
}

/// The certificates in a file, at least one.
fn pem(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let why = "it cannot be read, or holds no certificate in PEM";
    let certificates = read.ok().filter(|it| !it.is_empty());
    certificates.ok_or_else(|| Failure::File { path: path.display().to_string(), why })
}

/// The only protocol that we speak inside.
const HTTP: &[u8] = b"http/1.1";
