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
