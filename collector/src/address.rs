//! Network addresses: which client speaks (behind trusted proxies), what part of its address may be stored, and networks
//! written as `10.0.0.0/8`. Never resolves a name.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Addresses that share their first `bits`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    base: IpAddr,
    bits: u32,
}

impl Network {
    /// Whether `address` is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        truncate(plain(address), self.bits) == truncate(self.base, self.bits)
            && self.base.is_ipv4() == plain(address).is_ipv4()
    }
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (base, bits) = match text.split_once('/') {
            Some((base, bits)) => (base, Some(bits.parse::<u32>().map_err(|_| ())?)),
            None => (text, None),
        };
        let base: IpAddr = base.trim().parse().map_err(|_| ())?;
        let most = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        (bits <= most).then_some(Self { base: plain(base), bits }).ok_or(())
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.bits)
    }
}

/// An IPv4 address that came in IPv6 clothes, without them.
pub fn plain(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

fn truncate(address: IpAddr, bits: u32) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - bits.min(32)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask))
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - bits.min(128)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
        }
    }
}

/// What may be stored where the site does not record addresses: 24 bits of IPv4, 48 of IPv6.
pub fn anonymous(address: IpAddr) -> IpAddr {
    let address = plain(address);
    truncate(address, if address.is_ipv4() { 24 } else { 48 })
}

/// What a limit per address counts by: all of IPv4, 64 bits of IPv6 (one subscriber has at least that many).
pub fn subscriber(address: IpAddr) -> IpAddr {
    let address = plain(address);
    truncate(address, if address.is_ipv4() { 32 } else { 64 })
}

/// The client: the peer, or the last address that a trusted peer says it forwards for. `forwarded_for` are the header's
/// lines in their order: a proxy may add one of its own below what the client sent.
pub fn client<'a>(
    peer: IpAddr,
    forwarded_for: impl IntoIterator<Item = &'a str, IntoIter: DoubleEndedIterator>,
    trusted: &[Network],
) -> IpAddr {
    let trusts = |address: IpAddr| address.is_loopback() || trusted.iter().any(|network| network.contains(address));
    let mut client = plain(peer);
    for hop in forwarded_for.into_iter().rev().flat_map(|list| list.rsplit(',')) {
        if !trusts(client) {
            break;
        }
        let Ok(hop) = hop.trim().parse::<IpAddr>() else { break };
        client = plain(hop);
    }
    client
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_a_truncated_address_is_left() {
        assert_eq!(anonymous(ip("203.0.113.77")), ip("203.0.113.0"));
        assert_eq!(anonymous(ip("2001:db8:1:2:3::4")), ip("2001:db8:1::"));
        assert_eq!(anonymous(ip("::ffff:203.0.113.77")), ip("203.0.113.0"));
    }

    #[test]
    fn a_client_is_believed_only_through_trusted_proxies() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let list = Some("198.51.100.9, 203.0.113.5");
        assert_eq!(client(ip("10.1.2.3"), list, &trusted), ip("203.0.113.5"));
        assert_eq!(client(ip("11.1.2.3"), list, &trusted), ip("11.1.2.3"));
        assert_eq!(client(ip("127.0.0.1"), Some("198.51.100.9, 10.0.0.1"), &trusted), ip("198.51.100.9"));
        assert_eq!(client(ip("127.0.0.1"), Some("nonsense"), &trusted), ip("127.0.0.1"));
        // What the client says of itself stands above what the proxy says.
        assert_eq!(client(ip("10.1.2.3"), ["127.0.0.1", "203.0.113.5"], &trusted), ip("203.0.113.5"));
    }

    #[test]
    fn networks_are_read_strictly() {
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains(ip("8.8.8.8")) && !all.contains(ip("::1")));
        for wrong in ["", "10.0.0.0/33", "10.0.0/8", "x"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
