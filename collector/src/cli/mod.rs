//! What is typed on the command line, and what is printed: data on stdout, everything else on stderr.
//! Exit codes: 0 done, 1 failed, 2 wrong usage. Commands work on the store directly, with or without a running `serve`.

mod admin;
mod people;
mod privacy;
mod serve;
mod upkeep;

use crate::blobs::{self, Blobs};
use crate::config::{self, Config};
use crate::store::{self, Rules, Store};
use clap::{Args, Parser, Subcommand};
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Session recording and replay: records what visitors do on a website, and plays it back.
#[derive(Parser)]
#[command(
    name = "revisit",
    version,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong usage.\nEvery key of the configuration file is also an environment variable: REVISIT_LISTEN, REVISIT_DATA, …"
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Global {
    /// Configuration file [default: revisit.toml in this folder, when there is one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the embedded store [default: data]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<String>,
    /// Metadata store: sqlite:PATH or postgres://USER:PASSWORD@HOST:5432/NAME [default: in the data folder]
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// Blob store: file:PATH [default: in the data folder]
    #[arg(long, global = true, value_name = "URL")]
    blobs: Option<String>,
    /// Print data as JSON on stdout, everything else on stderr
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Receive, keep and serve recordings
    #[command(after_help = config::help())]
    Serve {
        /// Address and port; port 0 picks a free one [default: 127.0.0.1:8090]
        #[arg(long, value_name = "ADDRESS")]
        listen: Option<String>,
        /// Get certificates for this domain and speak TLS; may be given many times. Listen on port 443 then
        #[arg(long, value_name = "DOMAIN")]
        domain: Vec<String>,
        /// Add a demo shop that is recorded, at /demo/
        #[arg(long)]
        demo: bool,
    },
    /// Websites that are recorded
    #[command(subcommand)]
    Site(SiteCommand),
    /// People who may watch
    #[command(subcommand)]
    User(UserCommand),
    /// Tokens for programs
    #[command(subcommand)]
    Token(TokenCommand),
    /// Write a finished recording to a file
    Export {
        /// The recording's id
        id: String,
        /// revisit, rrweb (JSON events) or html (one file that plays offline)
        #[arg(long, default_value = "revisit")]
        format: String,
        /// The file; `-` is stdout
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// Take in a recording: one exported as `revisit`, or rrweb JSON (also PostHog's and Sentry's)
    Import {
        /// The file
        file: PathBuf,
        /// The id or key of the site it goes to
        #[arg(long)]
        site: String,
    },
    /// Erase recordings from every file
    Erase {
        /// The id or key of the site; not needed with --recording
        #[arg(long, required_unless_present = "recording")]
        site: Option<String>,
        #[command(flatten)]
        which: Which,
    },
    /// Write everything that is held on a person to a file, as JSON
    Access {
        /// The id or key of the site; not needed with --recording
        #[arg(long, required_unless_present = "recording")]
        site: Option<String>,
        #[command(flatten)]
        which: Which,
        /// The file; `-` is stdout
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// Look for personal data in stored recordings: exit code 1 when there is something that the site's settings hide
    Audit {
        /// The id or key of one site
        #[arg(long)]
        site: Option<String>,
        /// One recording
        #[arg(long, value_name = "ID")]
        recording: Option<String>,
    },
    /// Verify the store: exit code 1 when something is wrong
    Check,
    /// Say what stands in the way of recordings: exit code 1 when something does not work
    Doctor,
    /// Copy everything into a new folder, while collectors run
    Backup {
        /// The folder, empty or not there
        folder: PathBuf,
    },
    /// Put a backup where no store is; what was erased or has expired since is gone from it, too
    Restore {
        /// The folder of a backup
        folder: PathBuf,
        /// Ids that stay erased, one a line, as `revisit erased` prints them
        #[arg(long, value_name = "FILE")]
        erased: Option<PathBuf>,
    },
    /// Print the ids of what was erased, for `restore`: keep the list newer than your backups, and apart from them
    Erased,
    /// Print a configuration file with every key, its default and its meaning
    Config,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// One recording
    #[arg(long, value_name = "ID")]
    recording: Option<String>,
    /// All of a visitor's id
    #[arg(long, value_name = "ID")]
    visitor: Option<String>,
    /// All of an e-mail address given to `identify`
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// All of an id given to `identify`
    #[arg(long, value_name = "ID")]
    identity: Option<String>,
    /// All of a full address, on sites that store those
    #[arg(long, value_name = "ADDRESS")]
    ip: Option<String>,
}

#[derive(Subcommand)]
enum SiteCommand {
    /// Add a site and print its key
    Add {
        /// What people call it
        #[arg(long)]
        name: String,
        /// Where its pages are: https://shop.example or https://*.shop.example; may be given many times
        #[arg(long, required = true)]
        origin: Vec<String>,
        /// free, standard, pro, or one of the configuration
        #[arg(long, default_value = "standard")]
        plan: String,
        /// `required`: nothing is recorded until the page says revisit('consent', true). Needed where visitors must be asked
        /// before their behaviour is recorded, as in the European Union for most sites. `none`: recording starts by itself
        #[arg(long, value_parser = ["none", "required"], default_value = "none")]
        consent: String,
        /// The zone in which its months are counted
        #[arg(long, default_value = "UTC")]
        time_zone: String,
    },
    /// Print all sites
    List,
    /// Change settings: `revisit site set ID enabled=false excluded_pages='["/account*"]'`
    Set {
        /// Its id or key
        site: String,
        /// NAME=VALUE; the value is JSON, or text
        #[arg(required = true, value_name = "NAME=VALUE")]
        settings: Vec<String>,
    },
    /// Erase its recordings and remove it
    Remove {
        /// Its id or key
        site: String,
    },
}

#[derive(Subcommand)]
enum UserCommand {
    /// Print a one-time sign-in link for a new person
    Add {
        /// What the person is called
        #[arg(long, default_value = "operator")]
        name: String,
        /// What signs in, with the password that the person sets
        #[arg(long)]
        login: Option<String>,
        /// The id or key of the only site that the person sees [default: all]
        #[arg(long)]
        site: Option<String>,
        /// viewer, member or owner
        #[arg(long, value_parser = ["viewer", "member", "owner"], default_value = "owner")]
        role: String,
    },
    /// Print everybody
    List,
    /// Remove a person, and sign them out everywhere
    Remove {
        /// The id that `user list` prints
        id: String,
    },
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Print a new token; without options it may do everything
    Create {
        /// What it is for
        #[arg(long, default_value = "cli")]
        name: String,
        /// The id or key of the only site that it opens [default: all]
        #[arg(long)]
        site: Option<String>,
        /// panel (make links to conversation panels), viewer, member or owner
        #[arg(long, value_parser = ["panel", "viewer", "member", "owner"], default_value = "owner")]
        role: String,
    },
    /// Print all tokens, without their secrets
    List,
    /// Take a token back
    Revoke {
        /// The id that `token list` prints
        id: String,
    },
}

/// Why a command did not do what it should.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Config(#[from] config::Wrong),
    #[error(transparent)]
    Store(#[from] store::Failure),
    #[error(transparent)]
    Blobs(#[from] blobs::Failure),
    #[error(transparent)]
    Countries(#[from] crate::country::Unusable),
    #[error("{0}")]
    Keep(#[from] crate::keep::Failure),
    #[error(transparent)]
    Tls(#[from] crate::tls::Failure),
    #[error(transparent)]
    Backup(#[from] crate::backup::Failure),
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Told(String),
    #[error("cannot use {path}: {error}")]
    File { path: String, error: std::io::Error },
    #[error("cannot print: {0}")]
    Print(#[from] std::io::Error),
    #[error("cannot listen on {address}: {error}")]
    Listen { address: std::net::SocketAddr, error: std::io::Error },
    /// Everything that is to be said has been printed.
    #[error("")]
    Findings,
}

impl Failed {
    fn exit_code(&self) -> u8 {
        match self {
            Failed::Config(_) | Failed::Usage(_) => 2,
            _ => 1,
        }
    }
}

/// Where data is printed.
struct Printer {
    json: bool,
}

impl Printer {
    /// JSON, or what people read.
    fn print(&self, json: &serde_json::Value, text: &str) -> Result<(), Failed> {
        let mut out = std::io::stdout().lock();
        match self.json {
            true => writeln!(out, "{json}")?,
            false => writeln!(out, "{text}")?,
        }
        out.flush()?;
        Ok(())
    }
}

/// Runs what was typed.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let done = run(cli);
    crate::telemetry::flush();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            let told = failed.to_string();
            if !told.is_empty() {
                let _ = writeln!(std::io::stderr(), "revisit: {told}");
            }
            ExitCode::from(failed.exit_code())
        }
    }
}

fn run(cli: Cli) -> Result<(), Failed> {
    // Nothing else installs one; told twice it keeps the first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut flags = config::Flags::new();
    let given = [("data", cli.global.data), ("database", cli.global.database), ("blobs", cli.global.blobs)];
    flags.extend(given.into_iter().filter_map(|(name, value)| Some((name, value?))));
    if let Command::Serve { listen, domain, .. } = &cli.command {
        flags.extend(listen.clone().map(|listen| ("listen", listen)));
        if !domain.is_empty() {
            flags.push(("domain", domain.join(",")));
        }
    }
    let environment = |name: &str| std::env::var(name).ok();
    let file = cli.global.config.or_else(|| environment("REVISIT_CONFIG").map(PathBuf::from));
    let config = Config::load(file.as_deref(), environment, &flags)?;
    crate::telemetry::start(config.log_format);
    let printer = Printer { json: cli.global.json };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve { demo, .. } => serve::serve(config, printer, demo).await,
            other => admin::run(other, &config, &printer).await,
        }
    })
}

/// Both stores of a configuration.
async fn open(config: &Config) -> Result<(Arc<dyn Store>, Blobs), Failed> {
    let store = store::open(&config.database_place()?, Rules::of(config)).await?;
    let blobs = Blobs::open(&config.blob_place()?)?;
    Ok((store, blobs))
}

/// What goes into a customer's pages.
fn snippet(base_url: &str, key: &str) -> String {
    format!("<script async src=\"{base_url}/revisit.js\" data-site=\"{key}\" referrerpolicy=\"no-referrer\"></script>")
}

#[cfg(test)]
mod tests {
    use super::Cli;

    #[test]
    fn the_command_line_is_sound() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }
}
