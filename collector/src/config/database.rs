//! Where metadata are, as a configuration says it. In: an address that may hold a password. Out: what a store is opened by.
//! Never: the address in a message, an error or a log.

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use tokio_postgres::config::{Host, SslMode};

const CONNECT: Duration = Duration::from_secs(5);

/// Where metadata are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DatabasePlace {
    /// In a file on this machine.
    File(PathBuf),
    /// In PostgreSQL, for any number of collectors.
    Postgres(Address),
}

/// An address that is none. It is not repeated: it may hold a password.
#[derive(Debug, thiserror::Error)]
#[error("the address of the database is not one that PostgreSQL understands: postgres://USER:PASSWORD@HOST:5432/NAME")]
pub struct NoAddress;

/// Where a database is, and who asks; never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Box<tokio_postgres::Config>);

impl std::fmt::Debug for Address {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("postgres://…")
    }
}

impl Address {
    /// The address that `text` says. Where it does not say `sslmode`, a server on this machine is spoken to without TLS,
    /// any other with.
    pub fn parse(text: &str) -> Result<Self, NoAddress> {
        let mut settings = tokio_postgres::Config::from_str(text).map_err(|_| NoAddress)?;
        if settings.get_hosts().is_empty() {
            return Err(NoAddress);
        }
        if settings.get_connect_timeout().is_none() {
            settings.connect_timeout(CONNECT);
        }
        if settings.get_ssl_mode() == SslMode::Prefer {
            settings.ssl_mode(if settings.get_hosts().iter().all(is_here) {
                SslMode::Disable
            } else {
                SslMode::Require
            });
        }
        settings.application_name("revisit");
        Ok(Self(Box::new(settings)))
    }

    /// As the driver takes them.
    pub(crate) fn settings(&self) -> &tokio_postgres::Config {
        &self.0
    }
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_wrong_address_is_not_repeated() {
        for wrong in ["postgres://jane:sesame@host:port/db", "postgres://jane:sesame@host/db?colour=sesame", "nonsense"]
        {
            let told = Address::parse(wrong).map_err(|error| error.to_string());
            assert!(told.is_err_and(|told| !told.contains("sesame")), "{wrong}");
        }
        let right = Address::parse("postgres://jane:sesame@db.example:5433/visits").unwrap();
        assert!(!format!("{right:?}").contains("sesame"));
    }

    #[test]
    fn only_this_machine_is_spoken_to_in_clear() {
        let mode = |text: &str| Address::parse(text).unwrap().0.get_ssl_mode();
        assert_eq!(mode("postgres://jane@127.0.0.1/visits"), SslMode::Disable);
        assert_eq!(mode("postgres:///visits?host=/run/postgresql"), SslMode::Disable);
        assert_eq!(mode("postgres://jane@db.example/visits"), SslMode::Require);
        assert_eq!(mode("postgres://jane@db.example,localhost/visits"), SslMode::Require);
        assert_eq!(mode("postgres://jane@db.example/visits?sslmode=disable"), SslMode::Disable);
    }
}
