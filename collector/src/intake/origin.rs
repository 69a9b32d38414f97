//! Which pages may send: the request's `Origin` against the site's list. It is hygiene, not proof: outside browsers the
//! header can be forged or left out, so a missing one is let through.

/// An origin as it is stored: `scheme://host[:port]` in lower case, the host perhaps beginning with `*.`.
pub fn normal(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
    let (scheme, authority) = text.split_once("://")?;
    if scheme != "http" && scheme != "https" {
        return None;
    }
    let (host, port) = split_port(authority);
    let default = if scheme == "https" { "443" } else { "80" };
    let port = match port {
        Some(port) if port.parse::<u16>().is_err() => return None,
        Some(port) if port == default => None,
        other => other,
    };
    let bare = host.strip_prefix("*.").unwrap_or(host);
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '[' | ']' | ':');
    if bare.is_empty() || !bare.chars().all(allowed) || bare.starts_with('.') {
        return None;
    }
    Some(match port {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        // The colons of an IPv6 address stand inside brackets.
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

/// Whether a page of `origin` may send to a site that allows `allowed` (stored forms).
pub fn allows(allowed: &[String], origin: &str) -> bool {
    let Some(origin) = normal(origin).filter(|it| !it.contains('*')) else { return false };
    allowed.iter().any(|pattern| match pattern.split_once("*.") {
        None => *pattern == origin,
        Some((scheme, domain)) => origin
            .strip_prefix(scheme)
            .and_then(|host| host.strip_suffix(domain))
            .is_some_and(|sub| sub.len() > 1 && sub.ends_with('.')),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_wildcard_stops_at_a_dot() {
        let allowed = ["https://*.shop.example", "http://127.0.0.1:8090"].map(|it| normal(it).unwrap());
        for yes in [
            "https://www.shop.example",
            "https://a.b.shop.example",
            "HTTPS://WWW.shop.example:443",
            "http://127.0.0.1:8090",
        ] {
            assert!(allows(&allowed, yes), "{yes}");
        }
        for no in [
            "https://evil-shop.example",
            "https://shop.example",
            "https://.shop.example",
            "http://www.shop.example",
            "https://www.shop.example:444",
            "https://www.shop.example.evil.example",
            "http://127.0.0.1:8091",
            "https://*.shop.example",
            "null",
            "",
        ] {
            assert!(!allows(&allowed, no), "{no}");
        }
    }

    #[test]
    fn what_is_no_origin_is_not_stored() {
        assert_eq!(normal("https://Shop.Example:443/").unwrap(), "https://shop.example");
        for wrong in [
            "*",
            "https://*",
            "shop.example",
            "ftp://shop.example",
            "https://shop.example/path",
            "https://a b",
            "https://x:99999",
        ] {
            assert_eq!(normal(wrong), None, "{wrong}");
        }
    }
}
