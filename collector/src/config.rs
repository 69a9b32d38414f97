//! What an installation can set: flags over environment (`REVISIT_…`) over file over defaults, in one table.
//! In: those four. Out: one checked [`Config`]. An unknown key or a value that makes no sense is an error that names both.

mod database;

use crate::address::Network;
use crate::clock::{Millis, parse_duration};
use crate::server::Patience;
use crate::telemetry::LogFormat;
use crate::tls;
pub use database::{Address, DatabasePlace, NoAddress};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// How many new recordings a month may have, and how long each is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    /// New recordings in a calendar month.
    pub recordings: u32,
    /// Days that each is kept.
    pub days: u32,
}

/// Where blobs are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BlobPlace {
    /// In a folder on this machine.
    Folder(PathBuf),
    /// In a store that speaks S3, for any number of collectors.
    Bucket(Bucket),
}

/// A bucket, as `s3://NAME[/PREFIX][?region=R&endpoint=URL]` names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// A folder in it.
    pub prefix: Option<String>,
    /// Its region, when the environment's is not meant.
    pub region: Option<String>,
    /// The address of a store that is not Amazon's.
    pub endpoint: Option<String>,
}

impl Bucket {
    fn parse(text: &str) -> Option<Self> {
        let (place, query) = text.strip_prefix("s3://")?.split_once('?').unwrap_or((text.strip_prefix("s3://")?, ""));
        let (name, prefix) = place.split_once('/').unwrap_or((place, ""));
        let prefix = prefix.trim_matches('/');
        // A user and password before the name would end up in process lists and histories.
        let plain = |text: &str| !text.is_empty() && !text.contains(['@', ':']);
        let mut bucket = Self {
            name: plain(name).then(|| name.to_owned())?,
            prefix: (!prefix.is_empty()).then(|| prefix.to_owned()),
            region: None,
            endpoint: None,
        };
        for pair in query.split('&').filter(|it| !it.is_empty()) {
            match pair.split_once('=')? {
                ("region", region) => bucket.region = Some(region.to_owned()),
                ("endpoint", url) if url.starts_with("https://") || url.starts_with("http://") => {
                    bucket.endpoint = (!url.contains('@')).then(|| Some(url.to_owned()))?;
                }
                _ => return None,
            }
        }
        Some(bucket)
    }
}

/// Everything that can be set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    /// Where the collector listens.
    pub listen: SocketAddr,
    /// The folder of the embedded store.
    pub data: PathBuf,
    /// The metadata store, when it is not in `data`.
    pub database: Option<String>,
    /// The blob store, when it is not in `data`.
    pub blobs: Option<String>,
    /// The address that browsers use, when it is not the one listened on.
    pub public_url: Option<String>,
    /// After every page has said that it was left, the visit has ended when nothing new came for this long.
    pub end_after: Millis,
    /// A visit has ended when all its pages were silent for this long.
    pub silent_after: Millis,
    /// Without input for this long a recording is closed.
    pub idle_after: Millis,
    /// A recording is closed this long after it began.
    pub max_length: Millis,
    /// How long the recorder's last frames may be under way when one of the two limits above is reached.
    pub close_grace: Millis,
    /// The certificate chain, when TLS is spoken here.
    pub tls_certificate: Option<PathBuf>,
    /// Its private key.
    pub tls_key: Option<PathBuf>,
    /// Domains that we get certificates for ourselves.
    pub domain: Vec<String>,
    /// Whom the authority may write to.
    pub acme_contact: Option<String>,
    /// Where the authority is asked, when it is not Let's Encrypt.
    pub acme_directory: Option<String>,
    /// Whom the authority's own certificate comes from, when no browser knows it.
    pub acme_roots: Option<PathBuf>,
    /// A request's head must have arrived after this long.
    pub head_timeout: Millis,
    /// A body must have arrived after this long.
    pub body_timeout: Millis,
    /// A client that takes nothing of its answer for this long is cut off.
    pub stall_timeout: Millis,
    /// New recordings that one address may start in a minute.
    pub new_per_minute: u32,
    /// New recordings that a site may start at once, refilled within ten seconds.
    pub new_burst: u32,
    /// Proxies whose `X-Forwarded-For` is believed, beside those on this machine.
    pub trusted_proxies: Vec<Network>,
    /// Private networks that webhooks may be sent to.
    pub webhook_networks: Vec<Network>,
    /// A GeoIP file in the MaxMind format: where visits come from.
    pub geoip: Option<PathBuf>,
    /// What opens `/metrics`; without it only the operators' tokens do.
    pub metrics_token: Option<String>,
    /// How lines of the log look.
    pub log_format: LogFormat,
    /// Hundredths of a disk from which on its filling is told.
    pub disk_warn: u32,
    /// Hundredths of a disk from which on no recording may begin.
    pub disk_stop: u32,
    /// Plans by name.
    pub plans: BTreeMap<String, Plan>,
}

/// A key of the file and, as `REVISIT_KEY`, of the environment.
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it is when nobody sets it.
    pub default: &'static str,
    /// What it means.
    pub meaning: &'static str,
    set: fn(&mut Config, &str) -> Option<()>,
}

/// Every key. Plans are tables of the file: `[plans.NAME] recordings = N, days = N`.
pub const KEYS: &[Key] = &[
    Key {
        name: "listen",
        default: "127.0.0.1:8090",
        meaning: "address and port to listen on; port 0 picks a free one",
        set: |config, value| value.parse().ok().map(|it| config.listen = it),
    },
    Key {
        name: "data",
        default: "data",
        meaning: "folder of the embedded store",
        set: |config, value| (!value.is_empty()).then(|| config.data = value.into()),
    },
    Key {
        name: "database",
        default: "",
        meaning: "metadata store: sqlite:PATH (default: DATA/revisit.db) or postgres://USER:PASSWORD@HOST:5432/NAME",
        set: |config, value| {
            config.database = Some(value.to_owned()).filter(|it| !it.is_empty());
            Some(())
        },
    },
    Key {
        name: "blobs",
        default: "",
        meaning: "blob store: file:PATH (default: DATA/blobs) or s3://BUCKET[/PREFIX][?region=R&endpoint=URL]; keys in AWS_…",
        set: |config, value| {
            config.blobs = Some(value.to_owned()).filter(|it| !it.is_empty());
            Some(())
        },
    },
    Key {
        name: "public_url",
        default: "",
        meaning: "address that browsers use, such as https://revisit.example; default: the address listened on",
        set: |config, value| {
            let value = value.trim_end_matches('/');
            let good = value.is_empty() || value.starts_with("https://") || value.starts_with("http://");
            good.then(|| config.public_url = Some(value.to_owned()).filter(|it| !it.is_empty()))
        },
    },
    Key {
        name: "tls_certificate",
        default: "",
        meaning: "file with the certificate chain (PEM), to speak TLS without a proxy; read again when it changes",
        set: |config, value| {
            config.tls_certificate = Some(PathBuf::from(value)).filter(|_| !value.is_empty());
            Some(())
        },
    },
    Key {
        name: "tls_key",
        default: "",
        meaning: "file with the certificate's private key (PEM)",
        set: |config, value| {
            config.tls_key = Some(PathBuf::from(value)).filter(|_| !value.is_empty());
            Some(())
        },
    },
    Key {
        name: "domain",
        default: "",
        meaning: "domains, comma-separated, to get certificates for from Let's Encrypt; listen on port 443 then",
        set: |config, value| {
            let list = value.split(',').map(str::trim).filter(|it| !it.is_empty());
            config.domain = list.map(domain).collect::<Option<_>>()?;
            Some(())
        },
    },
    Key {
        name: "acme_contact",
        default: "",
        meaning: "e-mail address that the certificate authority may write to",
        set: |config, value| {
            config.acme_contact = Some(value.to_owned()).filter(|it| !it.is_empty());
            Some(())
        },
    },
    Key {
        name: "acme_directory",
        default: "",
        meaning: "directory URL of another certificate authority that speaks ACME",
        set: |config, value| {
            let good = value.is_empty() || value.starts_with("https://");
            good.then(|| config.acme_directory = Some(value.to_owned()).filter(|it| !it.is_empty()))
        },
    },
    Key {
        name: "acme_roots",
        default: "",
        meaning: "file with the root certificates (PEM) that this authority is known by, when it is one of your own",
        set: |config, value| {
            config.acme_roots = Some(PathBuf::from(value)).filter(|_| !value.is_empty());
            Some(())
        },
    },
    Key {
        name: "end_after",
        default: "10s",
        meaning: "a visit whose pages were all left has ended after this long without a new frame",
        set: |config, value| parse_duration(value).map(|it| config.end_after = it),
    },
    Key {
        name: "silent_after",
        default: "100s",
        meaning: "a visit has ended after all its pages were silent for this long",
        set: |config, value| parse_duration(value).map(|it| config.silent_after = it),
    },
    Key {
        name: "idle_after",
        default: "30m",
        meaning: "a recording is closed after this long without input of the visitor",
        set: |config, value| parse_duration(value).map(|it| config.idle_after = it),
    },
    Key {
        name: "max_length",
        default: "2h",
        meaning: "a recording is closed this long after it began",
        set: |config, value| parse_duration(value).map(|it| config.max_length = it),
    },
    Key {
        name: "close_grace",
        default: "2m",
        meaning: "how long last frames may be under way when a recording closes",
        set: |config, value| parse_duration(value).map(|it| config.close_grace = it),
    },
    Key {
        name: "head_timeout",
        default: "10s",
        meaning: "a request's head must have arrived after this long, or its connection is closed",
        set: |config, value| parse_duration(value).map(|it| config.head_timeout = it),
    },
    Key {
        name: "stall_timeout",
        default: "30s",
        meaning: "a client that takes nothing of its answer for this long is cut off",
        set: |config, value| parse_duration(value).map(|it| config.stall_timeout = it),
    },
    Key {
        name: "body_timeout",
        default: "20s",
        meaning: "a request's body must have arrived after this long (408)",
        set: |config, value| parse_duration(value).map(|it| config.body_timeout = it),
    },
    Key {
        name: "new_per_minute",
        default: "120",
        meaning: "new recordings that one address may start in a minute; this machine and trusted proxies are exempt",
        set: |config, value| value.parse().ok().map(|it| config.new_per_minute = it),
    },
    Key {
        name: "new_burst",
        default: "3000",
        meaning: "new recordings that a site may start at once",
        set: |config, value| value.parse().ok().map(|it| config.new_burst = it),
    },
    Key {
        name: "trusted_proxies",
        default: "",
        meaning: "networks of proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8, comma-separated",
        set: |config, value| {
            config.trusted_proxies = networks(value)?;
            Some(())
        },
    },
    Key {
        name: "webhook_networks",
        default: "",
        meaning: "private networks that webhooks may be sent to, such as 10.1.0.0/16, comma-separated; others are refused",
        set: |config, value| {
            config.webhook_networks = networks(value)?;
            Some(())
        },
    },
    Key {
        name: "geoip",
        default: "",
        meaning: "file in the MaxMind format (.mmdb) that knows the countries of addresses; none: countries stay unknown",
        set: |config, value| {
            config.geoip = Some(value).filter(|it| !it.is_empty()).map(Into::into);
            Some(())
        },
    },
    Key {
        name: "metrics_token",
        default: "",
        meaning: "bearer token that opens /metrics and nothing else",
        set: |config, value| {
            config.metrics_token = Some(value.to_owned()).filter(|it| !it.is_empty());
            Some(())
        },
    },
    Key {
        name: "log_format",
        default: "text",
        meaning: "lines of the log on stderr: text, or json (an object a line)",
        set: |config, value| LogFormat::parse(value).map(|it| config.log_format = it),
    },
    Key {
        name: "disk_warn",
        default: "80",
        meaning: "percent of the disk in use from which on its filling is told: log, metrics, doctor",
        set: |config, value| percent(value).map(|it| config.disk_warn = it),
    },
    Key {
        name: "disk_stop",
        default: "95",
        meaning: "percent of the disk in use from which on no new recording begins; what runs goes on",
        set: |config, value| percent(value).map(|it| config.disk_stop = it),
    },
];

/// A name that a certificate can be for.
fn domain(name: &str) -> Option<String> {
    let is_label = |label: &str| {
        let plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (1..=63).contains(&label.len()) && plain && !label.starts_with('-') && !label.ends_with('-')
    };
    let good = name.contains('.') && name.split('.').all(is_label) && name.parse::<std::net::IpAddr>().is_err();
    good.then(|| name.to_ascii_lowercase())
}

fn percent(value: &str) -> Option<u32> {
    value.parse().ok().filter(|it| (1..=100).contains(it))
}

/// Networks, comma-separated.
fn networks(value: &str) -> Option<Vec<Network>> {
    let list = value.split(',').map(str::trim).filter(|it| !it.is_empty());
    list.map(|it| it.parse().ok()).collect()
}

/// All keys with their meaning, for people.
pub fn help() -> String {
    let mut text = "Keys of the configuration file; each is also an environment variable (REVISIT_END_AFTER=5s).\n\
                    Durations need a unit: 250ms, 10s, 30m, 2h, 10d. Flags go over environment over file.\n"
        .to_owned();
    for key in KEYS {
        let default = if key.default.is_empty() { String::new() } else { format!(" [{}]", key.default) };
        text.push_str(&format!("  {:<16} {}{default}\n", key.name, key.meaning));
    }
    text.push_str("  [plans.NAME]     a table of the file: recordings = N (a month), days = N (kept)");
    text
}

/// A configuration file with every key, its default and its meaning; all of it commented out.
pub fn example() -> String {
    let mut text = "# Revisit's configuration. Every key may be left out; this is what it is then. Each is also an environment\n\
         # variable (REVISIT_END_AFTER=5s) that goes over this file; flags go over both. Durations need a unit: 250ms, 10s,\n\
         # 30m, 2h, 10d. Read once at the start; a key that nobody knows and a value that makes no sense are errors.\n"
        .to_owned();
    for key in KEYS {
        let is_plain = !key.default.is_empty() && key.default.bytes().all(|byte| byte.is_ascii_digit());
        let quote = if is_plain { "" } else { "\"" };
        text.push_str(&format!("\n# {}\n# {} = {quote}{}{quote}\n", key.meaning, key.name, key.default));
    }
    text.push_str("\n# How many recordings a month may have, and for how many days each is kept.\n");
    for (name, plan) in Config::defaults().plans {
        text.push_str(&format!("# [plans.{name}]\n# recordings = {}\n# days = {}\n", plan.recordings, plan.days));
    }
    text
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// The file cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{} is not TOML: {error}", path.display())]
    Toml {
        /// Which.
        path: PathBuf,
        /// Why.
        error: toml::de::Error,
    },
    /// Nobody knows this key.
    #[error("unknown key `{0}` in the configuration file")]
    UnknownKey(String),
    /// A key has a value that it cannot have.
    #[error("`{value}` is not a value for `{key}` ({from}): {meaning}")]
    Value {
        /// Which key.
        key: String,
        /// What was given.
        value: String,
        /// Flag, environment or file.
        from: &'static str,
        /// What the key means.
        meaning: &'static str,
    },
    /// One of two files is named.
    #[error("`tls_certificate` and `tls_key` go together: one of them is missing")]
    HalfTls,
    /// Certificates from two places.
    #[error("`domain` gets its own certificates: `tls_certificate` cannot be set beside it")]
    TwoTls,
    /// A store that this version does not know.
    #[error(
        "`{0}` is not a store: metadata is in SQLite (sqlite:PATH) or PostgreSQL (postgres://USER:PASSWORD@HOST/NAME), blobs in a folder (file:PATH) or in a bucket \
         (s3://BUCKET[/PREFIX][?region=R&endpoint=URL])"
    )]
    Store(String),
    /// PostgreSQL, but nowhere.
    #[error(transparent)]
    Address(#[from] NoAddress),
}

/// What was typed; it goes over everything else. Pairs of a key's name and its value.
pub type Flags = Vec<(&'static str, String)>;

impl Config {
    /// The defaults alone.
    pub fn defaults() -> Self {
        let mut config = Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8090)),
            data: PathBuf::new(),
            database: None,
            blobs: None,
            public_url: None,
            end_after: 0,
            silent_after: 0,
            idle_after: 0,
            max_length: 0,
            close_grace: 0,
            tls_certificate: None,
            tls_key: None,
            domain: Vec::new(),
            acme_contact: None,
            acme_directory: None,
            acme_roots: None,
            head_timeout: 0,
            body_timeout: 0,
            stall_timeout: 0,
            new_per_minute: 0,
            new_burst: 0,
            trusted_proxies: Vec::new(),
            webhook_networks: Vec::new(),
            geoip: None,
            metrics_token: None,
            log_format: LogFormat::Text,
            disk_warn: 0,
            disk_stop: 0,
            plans: BTreeMap::from([
                ("free".to_owned(), Plan { recordings: 0, days: 10 }),
                ("standard".to_owned(), Plan { recordings: 10_000, days: 10 }),
                ("pro".to_owned(), Plan { recordings: 50_000, days: 10 }),
            ]),
        };
        for key in KEYS {
            // A test holds that every default can be set.
            let _ = (key.set)(&mut config, key.default);
        }
        config
    }

    /// Everything together. `file` must exist; without it `revisit.toml` in the current folder is read when it is there.
    pub fn load(
        file: Option<&Path>,
        environment: impl Fn(&str) -> Option<String>,
        flags: &Flags,
    ) -> Result<Self, Wrong> {
        let mut config = Self::defaults();
        let usual = Path::new("revisit.toml");
        if let Some(path) = file.or_else(|| usual.is_file().then_some(usual)) {
            let text = std::fs::read_to_string(path).map_err(|error| Wrong::File { path: path.into(), error })?;
            let table = text.parse::<toml::Table>().map_err(|error| Wrong::Toml { path: path.into(), error })?;
            config.apply_file(&table)?;
        }
        for key in KEYS {
            if let Some(value) = environment(&format!("REVISIT_{}", key.name.to_uppercase())) {
                config.set(key, &value, "environment")?;
            }
        }
        for (name, value) in flags {
            let key = KEYS.iter().find(|key| key.name == *name).ok_or_else(|| Wrong::UnknownKey((*name).to_owned()))?;
            config.set(key, value, "flag")?;
        }
        config.check()
    }

    fn set(&mut self, key: &Key, value: &str, from: &'static str) -> Result<(), Wrong> {
        (key.set)(self, value).ok_or_else(|| Wrong::Value {
            key: key.name.to_owned(),
            value: value.to_owned(),
            from,
            meaning: key.meaning,
        })
    }

    fn apply_file(&mut self, table: &toml::Table) -> Result<(), Wrong> {
        for (name, value) in table {
            if name == "plans" {
                self.apply_plans(value)?;
                continue;
            }
            let key = KEYS.iter().find(|key| key.name == name).ok_or_else(|| Wrong::UnknownKey(name.clone()))?;
            let text = match value {
                toml::Value::Array(list) => {
                    list.iter().map(|it| it.as_str().unwrap_or_default()).collect::<Vec<_>>().join(",")
                }
                toml::Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            self.set(key, &text, "file")?;
        }
        Ok(())
    }

    fn apply_plans(&mut self, value: &toml::Value) -> Result<(), Wrong> {
        let wrong = |key: String, value: &toml::Value| Wrong::Value {
            key,
            value: value.to_string(),
            from: "file",
            meaning: "a plan is a table [plans.NAME] with `recordings` (a month) and `days` (kept)",
        };
        let plans = value.as_table().ok_or_else(|| wrong("plans".to_owned(), value))?;
        for (name, value) in plans {
            let table = value.as_table().ok_or_else(|| wrong(format!("plans.{name}"), value))?;
            let mut plan = self.plans.get(name).copied().unwrap_or(Plan { recordings: 0, days: 10 });
            for (field, value) in table {
                let path = format!("plans.{name}.{field}");
                let number = value.as_integer().and_then(|it| u32::try_from(it).ok());
                match (field.as_str(), number) {
                    ("recordings", Some(number)) => plan.recordings = number,
                    ("days", Some(number @ 1..)) => plan.days = number,
                    ("recordings" | "days", _) => return Err(wrong(path, value)),
                    _ => return Err(Wrong::UnknownKey(path)),
                }
            }
            self.plans.insert(name.clone(), plan);
        }
        Ok(())
    }

    /// Where certificates come from, when TLS is spoken here.
    pub fn tls(&self) -> Option<tls::Source> {
        if let (Some(certificate), Some(key)) = (self.tls_certificate.clone(), self.tls_key.clone()) {
            return Some(tls::Source::Files(tls::Files { certificate, key }));
        }
        (!self.domain.is_empty()).then(|| {
            tls::Source::Domains(tls::Domains {
                names: self.domain.clone(),
                contact: self.acme_contact.clone(),
                directory: self.acme_directory.clone(),
                roots: self.acme_roots.clone(),
                folder: self.data.join("acme"),
            })
        })
    }

    /// Days that a plan keeps a recording; none for a plan that is not there.
    pub fn days(&self, plan: &str) -> u32 {
        self.plans.get(plan).map_or(0, |plan| plan.days)
    }

    /// How long clients may take.
    pub fn patience(&self) -> Patience {
        let time = |it: Millis| std::time::Duration::from_millis(it.cast_unsigned());
        Patience { head: time(self.head_timeout), stall: time(self.stall_timeout) }
    }

    fn check(self) -> Result<Self, Wrong> {
        if self.tls_certificate.is_some() != self.tls_key.is_some() {
            return Err(Wrong::HalfTls);
        }
        if self.tls_certificate.is_some() && !self.domain.is_empty() {
            return Err(Wrong::TwoTls);
        }
        self.database_place()?;
        self.blob_place()?;
        Ok(self)
    }

    /// Where metadata are.
    pub fn database_place(&self) -> Result<DatabasePlace, Wrong> {
        match &self.database {
            None => Ok(DatabasePlace::File(self.data.join("revisit.db"))),
            Some(text) if text.starts_with("postgres://") || text.starts_with("postgresql://") => {
                Ok(DatabasePlace::Postgres(Address::parse(text)?))
            }
            Some(text) => local(text, "sqlite:").map(DatabasePlace::File),
        }
    }

    /// Where blobs are.
    pub fn blob_place(&self) -> Result<BlobPlace, Wrong> {
        match &self.blobs {
            None => Ok(BlobPlace::Folder(self.data.join("blobs"))),
            Some(text) => match Bucket::parse(text) {
                Some(bucket) => Ok(BlobPlace::Bucket(bucket)),
                None => local(text, "file:").map(BlobPlace::Folder),
            },
        }
    }

    /// The address that browsers use.
    pub fn base_url(&self, listening: SocketAddr) -> String {
        let domain = self.domain.first().map(|domain| match listening.port() {
            443 => format!("https://{domain}"),
            port => format!("https://{domain}:{port}"),
        });
        self.public_url.clone().or(domain).unwrap_or_else(|| {
            let host =
                if listening.ip().is_unspecified() { "127.0.0.1".to_owned() } else { listening.ip().to_string() };
            let host = if listening.is_ipv6() && !listening.ip().is_unspecified() { format!("[{host}]") } else { host };
            let scheme = if self.tls_certificate.is_some() { "https" } else { "http" };
            format!("{scheme}://{host}:{}", listening.port())
        })
    }
}

/// The local path in `sqlite:PATH`, `file:PATH`, `file:///PATH`, or a plain path; another scheme is another store.
fn local(text: &str, scheme: &str) -> Result<PathBuf, Wrong> {
    let path = text.strip_prefix(scheme).unwrap_or(text);
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.contains("://") || path.split('/').next().is_some_and(|it| it.contains(':')) || path.is_empty() {
        // Only the scheme: the rest may hold a password.
        let scheme = text.split(':').next().unwrap_or_default();
        return Err(Wrong::Store(format!("{scheme}:…")));
    }
    Ok(path.into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn none(_: &str) -> Option<String> {
        None
    }

    fn with_file(text: &str) -> Result<Config, Wrong> {
        let mut config = Config::defaults();
        config.apply_file(&text.parse().unwrap())?;
        config.check()
    }

    #[test]
    fn every_default_can_be_set() {
        for key in KEYS {
            assert!((key.set)(&mut Config::defaults(), key.default).is_some(), "{}", key.name);
        }
        assert_eq!(Config::defaults().silent_after, 100_000);
    }

    #[test]
    fn the_example_says_what_holds_anyway_and_is_the_documentation() {
        let example = example();
        let lines = example.lines().filter_map(|line| line.strip_prefix("# "));
        let is_value =
            |line: &&str| line.starts_with('[') || line.split_once(" = ").is_some_and(|(name, _)| !name.contains(' '));
        let config = with_file(&lines.filter(is_value).collect::<Vec<_>>().join("\n")).unwrap();
        assert_eq!(Config { data: "data".into(), ..config }, Config { data: "data".into(), ..Config::defaults() });
        for key in KEYS {
            assert!(example.contains(&format!("\n# {} = ", key.name)), "{}", key.name);
        }
        let told = include_str!("../../docs/configuration.md");
        assert!(
            told.contains(&example),
            "docs/configuration.md is out of date: put the output of `revisit config` into it"
        );
    }

    #[test]
    fn flags_go_over_environment_over_file() {
        let dir = std::env::temp_dir().join(format!("revisit-config-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let file = dir.join("revisit.toml");
        std::fs::write(&file, "data = 'file'\nlisten = '127.0.0.1:1'\nend_after = '1s'").unwrap();
        let environment = |name: &str| match name {
            "REVISIT_DATA" => Some("environment".to_owned()),
            "REVISIT_LISTEN" => Some("127.0.0.1:2".to_owned()),
            _ => None,
        };
        let flags = vec![("listen", "127.0.0.1:3".to_owned())];
        let config = Config::load(Some(&file), environment, &flags).unwrap();
        assert_eq!(config.listen.port(), 3);
        assert_eq!(config.data, Path::new("environment"));
        assert_eq!(config.end_after, 1000);
        std::fs::remove_dir_all(&dir).unwrap();
        assert!(matches!(Config::load(Some(&file), none, &Flags::new()), Err(Wrong::File { .. })));
    }

    #[test]
    fn what_nobody_knows_is_an_error() {
        assert!(matches!(with_file("listn = 'x'"), Err(Wrong::UnknownKey(key)) if key == "listn"));
        assert!(matches!(with_file("[plans.big]\nrecording = 3"), Err(Wrong::UnknownKey(_))));
        assert!(matches!(with_file("[plans.big]\nrecordings = -3"), Err(Wrong::Value { .. })));
        assert!(matches!(with_file("end_after = 10"), Err(Wrong::Value { .. })));
    }

    #[test]
    fn certificates_come_from_one_place() {
        let config = with_file("domain = ['Revisit.example', 'www.revisit.example']").unwrap();
        assert_eq!(config.domain, ["revisit.example", "www.revisit.example"]);
        assert_eq!(config.base_url(SocketAddr::from(([0, 0, 0, 0], 443))), "https://revisit.example");
        assert_eq!(config.base_url(SocketAddr::from(([0, 0, 0, 0], 8443))), "https://revisit.example:8443");
        assert!(matches!(config.tls(), Some(tls::Source::Domains(domains)) if domains.directory.is_none()));
        assert!(matches!(with_file("tls_key = 'k'"), Err(Wrong::HalfTls)));
        let both = "domain = 'a.example'\ntls_key = 'k'\ntls_certificate = 'c'";
        assert!(matches!(with_file(both), Err(Wrong::TwoTls)));
        for wrong in
            ["localhost", "127.0.0.1", "*.example.com", "a b.example", "-a.example", "https://a.example", "a..b"]
        {
            assert!(matches!(with_file(&format!("domain = '{wrong}'")), Err(Wrong::Value { .. })), "{wrong}");
        }
        assert!(matches!(with_file("acme_directory = 'http://a.example'"), Err(Wrong::Value { .. })));
    }

    #[test]
    fn plans_come_from_the_file() {
        let config = with_file("[plans.standard]\nrecordings = 3\n[plans.tiny]\nrecordings = 1\ndays = 2").unwrap();
        assert_eq!(config.plans["standard"], Plan { recordings: 3, days: 10 });
        assert_eq!(config.plans["tiny"], Plan { recordings: 1, days: 2 });
        assert_eq!(config.plans["pro"].recordings, 50_000);
    }

    #[test]
    fn other_stores_are_named_without_their_secrets() {
        let mut config = Config::defaults();
        for (wrong, scheme) in
            [("mysql://user:sesame@host/db", "mysql"), ("postgres://user:sesame@host:x/db", "postgres")]
        {
            config.database = Some(wrong.to_owned());
            let told = config.clone().check().unwrap_err().to_string();
            assert!(told.contains(scheme) && !told.contains("sesame"), "{told}");
        }
        config.database = Some("postgres://user:sesame@host/db".to_owned());
        let place = format!("{:?}", config.database_place().unwrap());
        assert!(place.contains("Postgres") && !place.contains("sesame"), "{place}");
        config.database = Some("sqlite:/tmp/a.db".to_owned());
        config.blobs = Some("file:///tmp/blobs".to_owned());
        assert_eq!(config.database_place().unwrap(), DatabasePlace::File("/tmp/a.db".into()));
        assert_eq!(config.blob_place().unwrap(), BlobPlace::Folder("/tmp/blobs".into()));
    }

    #[test]
    fn a_bucket_is_named_without_secrets() {
        let bucket = |text: &str| Config { blobs: Some(text.to_owned()), ..Config::defaults() }.blob_place();
        let plain = |name: &str| Bucket { name: name.to_owned(), prefix: None, region: None, endpoint: None };
        assert_eq!(bucket("s3://visits").unwrap(), BlobPlace::Bucket(plain("visits")));
        let elsewhere = Bucket {
            prefix: Some("eu/shop".to_owned()),
            region: Some("eu-central-1".to_owned()),
            endpoint: Some("http://127.0.0.1:9000".to_owned()),
            ..plain("visits")
        };
        let named = "s3://visits/eu/shop/?region=eu-central-1&endpoint=http://127.0.0.1:9000";
        assert_eq!(bucket(named).unwrap(), BlobPlace::Bucket(elsewhere));
        for wrong in ["s3://", "s3://key:secret@visits", "s3://visits?endpoint=ftp://x", "s3://visits?secret=abc"] {
            let told = bucket(wrong).unwrap_err().to_string();
            assert!(told.contains("s3:…") && !told.contains("secret"), "{told}");
        }
    }
}
