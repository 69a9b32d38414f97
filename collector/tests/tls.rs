//! TLS by file: a certificate made here with openssl, read at the start, and read again when it is renewed.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;
use std::process::{Command, Stdio};
use support::{Folder, ORIGIN, Visit, command};

fn has(tool: &str) -> bool {
    Command::new(tool).arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// A certificate for 127.0.0.1 with this name, and its key.
fn certificate(folder: &Path, name: &str) {
    let subject = format!("/CN={name}");
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"])
        .args(["-keyout", "key.pem", "-out", "chain.pem", "-subj", &subject, "-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .current_dir(folder)
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(made.success());
}

#[test]
fn it_speaks_tls_with_the_files_that_it_is_given_and_refuses_wrong_ones() {
    if !has("openssl") {
        assert!(std::env::var_os("CI").is_none(), "openssl is not installed");
        return eprintln!("openssl is not installed: TLS was not looked at");
    }
    let folder = Folder::new();
    certificate(&folder.0, "first");
    let files = [("REVISIT_TLS_CERTIFICATE", "chain.pem"), ("REVISIT_TLS_KEY", "key.pem")];
    let site =
        command(&folder.0, &[], &["site", "add", "--name", "Test", "--origin", ORIGIN, "--json"]).output().unwrap();
    let site: serde_json::Value = serde_json::from_slice(&site.stdout).unwrap();
    let mut serve = command(&folder.0, &files, &["serve", "--listen", "127.0.0.1:0"]);
    let (mut child, address) = support::ready_at(serve.stdout(Stdio::piped()).spawn().unwrap(), "https");
    let body = folder.0.join("body");
    std::fs::write(&body, Visit::new().usual_body(0..1)).unwrap();
    let url = format!("https://{address}/v1/frames?k={}", site["key"].as_str().unwrap());
    let curl = Command::new("curl")
        .args(["--silent", "--cacert", "chain.pem", "--write-out", "%{http_code}", "--data-binary", "@body", &url])
        .current_dir(&folder.0)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&curl.stdout), "204", "{}", String::from_utf8_lossy(&curl.stderr));
    // Who speaks no TLS hears nothing that looks like an answer of ours.
    assert!(support::request(&address, "GET", "/healthz", &[], b"").is_err());
    child.kill().unwrap();
    child.wait().unwrap();
    let doctor = |settings: &[(&str, &str)]| {
        let output = command(&folder.0, settings, &["doctor"]).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, told) = doctor(&files);
    assert!(code == Some(0) && told.contains("warning  the certificate holds for another 2"), "{told}");
    let (code, told) = doctor(&[("REVISIT_TLS_CERTIFICATE", "none.pem"), ("REVISIT_TLS_KEY", "key.pem")]);
    assert!(code == Some(1) && told.contains("problem  no certificate: it cannot be read") && !told.contains("none"));
    assert!(doctor(&[]).1.contains("ok       TLS is not spoken here"));
    // A certificate of another key, half of the two, and what is none.
    let key = std::fs::read(folder.0.join("key.pem")).unwrap();
    certificate(&folder.0, "second");
    std::fs::write(folder.0.join("other.pem"), key).unwrap();
    for (settings, code) in [
        (vec![("REVISIT_TLS_CERTIFICATE", "chain.pem"), ("REVISIT_TLS_KEY", "other.pem")], 1),
        (vec![("REVISIT_TLS_CERTIFICATE", "chain.pem")], 2),
        (vec![("REVISIT_TLS_CERTIFICATE", "body"), ("REVISIT_TLS_KEY", "key.pem")], 1),
        (vec![("REVISIT_TLS_CERTIFICATE", "chain.pem"), ("REVISIT_TLS_KEY", "none.pem")], 1),
    ] {
        let output = command(&folder.0, &settings, &["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(!String::from_utf8_lossy(&output.stderr).contains("BEGIN"));
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Ends with the test.
struct Running(std::process::Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Pebble, Let's Encrypt's own small authority, and its name server, which says that every name is this machine.
fn authority(folder: &Path, port: u16, management: u16, proof: u16) -> [Running; 2] {
    certificate(folder, "authority");
    let config = serde_json::json!({"pebble": {
        "listenAddress": format!("127.0.0.1:{port}"), "managementListenAddress": format!("127.0.0.1:{management}"),
        "certificate": "chain.pem", "privateKey": "key.pem", "httpPort": 80, "tlsPort": proof,
    }});
    std::fs::write(folder.join("pebble.json"), config.to_string()).unwrap();
    let names = format!("127.0.0.1:{}", free_port());
    let run = |mut command: Command| {
        let command = command.current_dir(folder).env("PEBBLE_VA_NOSLEEP", "1");
        Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    };
    let mut server = Command::new("pebble-challtestsrv");
    let management = format!("127.0.0.1:{}", free_port());
    server.args(["-dns01", &names, "-management", &management, "-defaultIPv6", ""]);
    server.args(["-http01", "", "-https01", "", "-tlsalpn01", ""]);
    let mut pebble = Command::new("pebble");
    pebble.args(["-config", "pebble.json", "-dnsserver", &names]);
    [run(server), run(pebble)]
}

#[test]
fn a_domain_gets_its_certificate_from_an_authority_and_keeps_it() {
    if !has("pebble") {
        assert!(std::env::var_os("CI").is_none(), "pebble is not installed");
        return eprintln!("pebble is not installed: getting a certificate was not looked at");
    }
    let folder = Folder::new();
    let [port, management, listen] = [(); 3].map(|()| free_port());
    let authority = authority(&folder.0, port, management, listen);
    let directory: &str = format!("https://127.0.0.1:{port}/dir").leak();
    let settings = [("REVISIT_ACME_DIRECTORY", directory), ("REVISIT_ACME_ROOTS", "chain.pem")];
    let curl = |url: &str, arguments: &[&str]| {
        let output =
            Command::new("curl").args(["--silent", url]).args(arguments).current_dir(&folder.0).output().unwrap();
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    support::until("the authority", || curl(directory, &["--cacert", "chain.pem"]));
    let serve = || {
        let address = format!("127.0.0.1:{listen}");
        let arguments = ["serve", "--listen", &address, "--domain", "revisit.example"];
        let mut command = command(&folder.0, &settings, &arguments);
        Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    };
    let serving = serve();
    let root = curl(&format!("https://127.0.0.1:{management}/roots/0"), &["--cacert", "chain.pem"]).unwrap();
    std::fs::write(folder.0.join("root.pem"), root).unwrap();
    let resolve = format!("revisit.example:{listen}:127.0.0.1");
    let ask = || {
        let url = format!("https://revisit.example:{listen}/healthz");
        curl(&url, &["--cacert", "root.pem", "--resolve", &resolve, "--fail"])
    };
    support::until("an answer with a certificate", ask);
    let doctor = command(&folder.0, &settings, &["doctor"]).env("REVISIT_DOMAIN", "revisit.example").output().unwrap();
    let told = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(told.contains("ok       the certificate holds for another"), "{told}");
    // Kept: the next process needs no authority.
    drop((serving, authority));
    let _serving = serve();
    support::until("an answer with the certificate that was kept", ask);
}

#[test]
fn a_domain_whose_authority_cannot_be_reached_is_served_without_a_certificate_and_told() {
    let folder = Folder::new();
    let settings = [("REVISIT_ACME_DIRECTORY", "https://127.0.0.1:9/directory")];
    let mut serve = command(&folder.0, &settings, &["serve", "--listen", "127.0.0.1:0", "--domain", "revisit.example"]);
    let child = serve.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut child, address) = support::ready_at(child, "https");
    // No certificate, so no answer; and no end of the process.
    assert!(support::request(&address, "GET", "/healthz", &[], b"").is_err());
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    let told = lines.find_map(|line| line.ok().filter(|line| line.contains("no certificate yet")));
    assert!(told.is_some());
    assert!(child.try_wait().unwrap().is_none());
    let doctor = command(&folder.0, &settings, &["doctor"]).env("REVISIT_DOMAIN", "revisit.example").output();
    let told = String::from_utf8_lossy(&doctor.unwrap().stdout).into_owned();
    assert!(told.contains("no certificate: none has come from the authority yet"), "{told}");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(folder.0.join("acme")).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o700);
    child.kill().unwrap();
    child.wait().unwrap();
}
