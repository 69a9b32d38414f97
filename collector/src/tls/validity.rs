//! How long a certificate still holds. In: where certificates come from. Out: when the first of them ends. Looks at files
//! only, so that it can be told by a process that does not serve.

use super::{Domains, Failure, Source, pem};
use crate::clock::Millis;
use std::path::{Path, PathBuf};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

/// How the cache names what an authority gave (see `rustls_acme::caches::DirCache`).
const CACHED: &str = "cached_cert_";

/// When the certificate that ends first does.
pub fn ends_ms(source: &Source) -> Result<Millis, Failure> {
    match source {
        Source::Files(files) => of_file(&files.certificate),
        Source::Domains(domains) => {
            let ends = cached(domains).iter().map(|path| of_file(path)).collect::<Result<Vec<_>, _>>()?;
            let why = "none has come from the authority yet";
            ends.into_iter().min().ok_or_else(|| Failure::File { path: domains.folder.display().to_string(), why })
        }
    }
}

fn cached(domains: &Domains) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(&domains.folder).into_iter().flatten().flatten();
    entries.filter(|it| it.file_name().to_string_lossy().starts_with(CACHED)).map(|it| it.path()).collect()
}

/// The server's own certificate is the first in its chain.
fn of_file(path: &Path) -> Result<Millis, Failure> {
    let wrong = |why| Failure::File { path: path.display().to_string(), why };
    let chain = pem(path)?;
    let first = chain.first().ok_or_else(|| wrong("it holds no certificate in PEM"))?;
    let (_, certificate) = X509Certificate::from_der(first).map_err(|_| wrong("its certificate cannot be read"))?;
    Ok(certificate.validity().not_after.timestamp() * 1000)
}
