//! The country of an address, out of a file in the MaxMind format that the operator gives (`geoip`). Asked once, when a
//! recording begins; the address itself is not kept for it. Without a file there are no countries. Nothing is downloaded.

use maxminddb::{Reader, path};
use std::net::IpAddr;
use std::path::Path;

/// The file in memory.
pub struct Countries(Reader<Vec<u8>>);

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use {path} as a GeoIP file: {error}")]
pub struct Unusable {
    path: String,
    error: maxminddb::MaxMindDbError,
}

impl Countries {
    /// Reads the file.
    pub fn open(path: &Path) -> Result<Self, Unusable> {
        Reader::open_readfile(path).map(Self).map_err(|error| Unusable { path: path.display().to_string(), error })
    }

    /// The two letters of the country (ISO 3166-1), when the file knows it.
    pub fn of(&self, address: IpAddr) -> Option<String> {
        let found = self.0.lookup(address).ok()?;
        let code: Option<String> = found.decode_path(&path!["country", "iso_code"]).ok()?;
        code.filter(|code| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()))
    }
}
