//! Browser, system and kind of device out of a `User-Agent` header: a small table of what visitors really use. The header
//! itself is not kept. A browser that the table does not know is called by no name rather than by a wrong one.

/// What the header says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Agent {
    /// Name and major version, such as `Firefox 145`.
    pub browser: String,
    /// Name, and version where it means something.
    pub os: String,
    /// `desktop`, `mobile` or `tablet`.
    pub device: &'static str,
}

/// Mark in the header, name. The first mark found wins, so that those who name others come before them.
const BROWSERS: &[(&str, &str)] = &[
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("YaBrowser/", "Yandex"),
    ("Vivaldi/", "Vivaldi"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
];

/// Reads a header.
pub fn read(header: &str) -> Agent {
    Agent { browser: browser(header), os: os(header), device: device(header) }
}

fn browser(header: &str) -> String {
    let found = BROWSERS.iter().find_map(|(mark, name)| Some((name, header.split_once(mark)?.1)));
    match found {
        Some((&"Safari", _)) if !header.contains("Safari/") => String::new(),
        Some((name, rest)) => {
            let major: String = rest.chars().take_while(char::is_ascii_digit).take(4).collect();
            format!("{name} {major}").trim_end().to_owned()
        }
        None => String::new(),
    }
}

fn os(header: &str) -> String {
    let has = |mark: &str| header.contains(mark);
    let major = |mark: &str| -> String {
        let rest = header.split_once(mark).map_or("", |(_, rest)| rest);
        rest.chars().take_while(char::is_ascii_digit).take(3).collect()
    };
    let named = |name: &str, version: String| format!("{name} {version}").trim_end().to_owned();
    if has("iPad") || has("iPhone") || has("iPod") {
        return named("iOS", major(" OS "));
    }
    if has("Android") {
        return named("Android", major("Android "));
    }
    // Windows and macOS say the same version for years; only the name is true.
    for (mark, name) in [("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")] {
        if has(mark) {
            return name.to_owned();
        }
    }
    String::new()
}

fn device(header: &str) -> &'static str {
    let has = |mark: &str| header.contains(mark);
    if has("iPad") || has("Tablet") || has("Android") && !has("Mobile") {
        "tablet"
    } else if has("Mobi") || has("iPhone") || has("iPod") {
        "mobile"
    } else {
        "desktop"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, browser: &str, os: &str, device: &str) {
        let agent = read(header);
        assert_eq!((agent.browser.as_str(), agent.os.as_str(), agent.device), (browser, os, device), "{header}");
    }

    #[test]
    fn the_browsers_that_visitors_use() {
        check(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
            "Chrome 142",
            "Windows",
            "desktop",
        );
        check(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
            "Edge 142",
            "Windows",
            "desktop",
        );
        check(
            "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
            "Firefox 145",
            "Linux",
            "desktop",
        );
        check(
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
            "Safari 18",
            "macOS",
            "desktop",
        );
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari 18",
            "iOS 18",
            "mobile",
        );
        check(
            "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
            "Chrome 142",
            "Android 14",
            "mobile",
        );
        check(
            "Mozilla/5.0 (Linux; Android 14; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Safari/537.36",
            "Samsung Internet 25",
            "Android 14",
            "tablet",
        );
        check("curl/8.5.0", "", "", "desktop");
        check("", "", "", "desktop");
    }
}
