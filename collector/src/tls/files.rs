//! A certificate chain and its key in PEM. Both are read again when they change, so that whoever renews them (certbot,
//! acme.sh, a secret of an orchestrator) need not restart anything; connections that are open go on with what they have.

use super::{Failure, pem};
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

/// How often the files are looked at.
const TICK: Duration = Duration::from_secs(30);

/// The two files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Files {
    /// The certificate and those that vouch for it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// What handshakes use now.
#[derive(Debug)]
pub(super) struct Current(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// Files, and what was last good in them.
pub(super) struct Watched {
    files: Files,
    pub(super) current: Arc<Current>,
}

impl Watched {
    pub(super) fn open(files: &Files) -> Result<Self, Failure> {
        Ok(Self { files: files.clone(), current: Arc::new(Current(RwLock::new(Arc::new(read(files)?)))) })
    }

    /// Reads the files again whenever they change, until it is dropped. What is no good is said, and changes nothing.
    pub(super) async fn watch(self) {
        let mut seen = written(&self.files);
        loop {
            tokio::time::sleep(TICK).await;
            self.look(&mut seen);
        }
    }

    fn look(&self, seen: &mut [Option<SystemTime>; 2]) {
        let now = written(&self.files);
        if now == *seen {
            return;
        }
        match read(&self.files) {
            Ok(key) => {
                *self.current.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(key);
                *seen = now;
                tracing::info!("the certificate was read again");
            }
            // Perhaps only one of the two is there yet: looked at again the next time.
            Err(failure) => tracing::warn!(%failure, "the certificate that is there now is not used"),
        }
    }
}

fn written(files: &Files) -> [Option<SystemTime>; 2] {
    [&files.certificate, &files.key].map(|path| std::fs::metadata(path).and_then(|it| it.modified()).ok())
}

fn wrong(path: &Path, why: &'static str) -> Failure {
    Failure::File { path: path.display().to_string(), why }
}

fn read(files: &Files) -> Result<CertifiedKey, Failure> {
    let Files { certificate, key } = files;
    let chain = pem(certificate)?;
    let secret = PrivateKeyDer::from_pem_file(key)
        .map_err(|_| wrong(key, "it cannot be read, or holds no private key in PEM"))?;
    let certified = CertifiedKey::new(chain, ring::sign::any_supported_type(&secret)?);
    match certified.keys_match() {
        // A key whose public part rustls cannot tell is believed.
        Ok(()) | Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => Ok(certified),
        Err(_) => Err(Failure::Mismatch(certificate.display().to_string())),
    }
}
