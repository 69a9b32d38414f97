//! Where messages may go: to no address of a private network, of this machine, or of a link, unless the operator lists it.
//! Checked for what a name resolves to, when the connection is made, and again at each redirect, so that no name can lead
//! anywhere else than it did when it was looked at.

use crate::address::{self, Network};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::LOCATION;
use reqwest::{Client, Url, redirect};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// A receiver must have answered after this long.
const TIMEOUT: Duration = Duration::from_secs(10);
const REDIRECTS_MAX: usize = 3;

/// Why a message was not taken. Says nothing of what the receiver answered.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error("the address is not an http or https address")]
    Address,
    #[error("the address leads into a private network, which the collector's operator has not listed")]
    Private,
    #[error("too many redirects")]
    Redirects,
    #[error("no answer in time")]
    Timeout,
    #[error("no connection")]
    Connection,
    #[error("the request failed")]
    Request,
}

/// Networks that no message goes to by itself: of this machine, private, of links, shared, reserved, for documentation.
const CLOSED: [&str; 24] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/127",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
];

/// The IPv4 address inside of an IPv6 one that leads to it (NAT64, 6to4, compatible).
fn inner(address: Ipv6Addr) -> Option<IpAddr> {
    let octets = address.octets();
    let at = |from: usize| Some(IpAddr::from([octets[from], octets[from + 1], octets[from + 2], octets[from + 3]]));
    match address.segments() {
        [0x64, 0xff9b, ..] | [0, 0, 0, 0, 0, 0, _, _] => at(12),
        [0x2002, ..] => at(2),
        _ => None,
    }
}

/// What the operator allows beside the public internet.
#[derive(Clone)]
struct Guard {
    listed: Arc<Vec<Network>>,
    closed: Arc<Vec<Network>>,
}

impl Guard {
    fn lets(&self, address: IpAddr) -> bool {
        let address = address::plain(address);
        if self.listed.iter().any(|network| network.contains(address)) {
            return true;
        }
        let inside = match address {
            IpAddr::V6(address) => inner(address),
            IpAddr::V4(_) => None,
        };
        let open = |address: IpAddr| !self.closed.iter().any(|network| network.contains(address));
        open(address) && inside.is_none_or(open)
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| guard.lets(address.ip())).collect();
            if allowed.is_empty() {
                return Err(Refused::Private.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Sends messages to where they may go.
pub struct Targets {
    client: Client,
    guard: Guard,
}

impl Targets {
    /// `listed` may be reached although they are private.
    pub fn new(listed: Vec<Network>) -> reqwest::Result<Self> {
        let closed = CLOSED.iter().filter_map(|network| network.parse().ok()).collect();
        let guard = Guard { listed: Arc::new(listed), closed: Arc::new(closed) };
        let client = Client::builder()
            .dns_resolver(Arc::new(guard.clone()))
            // A proxy would resolve names by itself.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .timeout(TIMEOUT)
            .user_agent(concat!("Revisit/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, guard })
    }

    /// Posts JSON; answers the status.
    pub(super) async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: String,
    ) -> Result<u16, Refused> {
        let mut url = Url::parse(url).map_err(|_| Refused::Address)?;
        for _ in 0..=REDIRECTS_MAX {
            self.check(&url)?;
            let mut request =
                self.client.post(url.clone()).header("content-type", "application/json").body(body.clone());
            for (name, value) in headers {
                request = request.header(*name, value);
            }
            let answer = request.send().await.map_err(|error| refused(&error))?;
            let status = answer.status();
            // Only those that keep the method and the body.
            if !matches!(status.as_u16(), 307 | 308) {
                return Ok(status.as_u16());
            }
            let to = answer.headers().get(LOCATION).and_then(|it| it.to_str().ok()).ok_or(Refused::Address)?;
            url = url.join(to).map_err(|_| Refused::Address)?;
        }
        Err(Refused::Redirects)
    }

    /// An address that is written as a number is resolved by nobody.
    fn check(&self, url: &Url) -> Result<(), Refused> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refused::Address);
        }
        let host = url.host_str().ok_or(Refused::Address)?;
        let number = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match number {
            Ok(address) if !self.guard.lets(address) => Err(Refused::Private),
            _ => Ok(()),
        }
    }
}

fn refused(error: &reqwest::Error) -> Refused {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if matches!(one.downcast_ref(), Some(Refused::Private)) {
            return Refused::Private;
        }
        cause = one.source();
    }
    match error {
        _ if error.is_timeout() => Refused::Timeout,
        _ if error.is_connect() => Refused::Connection,
        _ => Refused::Request,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn guard(listed: &[&str]) -> Guard {
        let closed: Vec<Network> = CLOSED.iter().map(|network| network.parse().unwrap()).collect();
        Guard { listed: Arc::new(listed.iter().map(|it| it.parse().unwrap()).collect()), closed: Arc::new(closed) }
    }

    #[test]
    fn nothing_leads_into_a_private_network() {
        let closed = [
            "127.0.0.1",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "fe80::1",
            "fd00:ec2::254",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "::127.0.0.1",
        ];
        for address in closed {
            assert!(!guard(&[]).lets(address.parse().unwrap()), "{address}");
        }
        for address in ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"] {
            assert!(guard(&[]).lets(address.parse().unwrap()), "{address}");
        }
        let listed = guard(&["10.0.0.0/8"]);
        assert!(listed.lets("10.1.2.3".parse().unwrap()) && !listed.lets("127.0.0.1".parse().unwrap()));
    }
}
