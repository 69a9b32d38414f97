//! Skips work whose inputs have not changed. In: the inputs' bytes. Out: whether the step must run, and its record.
//! A stamp is one file with the SHA-256 of everything that went in, this program included; it is written only after
//! the step has succeeded, so a failed step runs again.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// The inputs of one step, hashed as they are added.
pub(crate) struct Inputs(Sha256);

impl Inputs {
    /// Inputs of a step that another program does wholly.
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    /// Inputs of a step that this program has a part in: when it changes, the step runs again.
    pub(crate) fn with_this_program() -> Result<Self> {
        let mut inputs = Self::new();
        inputs.file(&std::env::current_exe()?)?;
        Ok(inputs)
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    pub(crate) fn file(&mut self, path: &Path) -> Result<()> {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        self.bytes(&bytes);
        Ok(())
    }

    /// All files of a folder and below, by name and content.
    pub(crate) fn folder(&mut self, dir: &Path) -> Result<()> {
        for path in files_below(dir)? {
            self.bytes(path.as_os_str().as_encoded_bytes());
            self.file(&path)?;
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// Runs `step` unless `stamp` already records these inputs and all `outputs` are there.
pub(crate) fn unless_fresh(
    stamp: &Path,
    inputs: Inputs,
    outputs: &[PathBuf],
    step: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let wanted = inputs.finish();
    let recorded = std::fs::read_to_string(stamp).unwrap_or_default();
    if recorded == wanted && outputs.iter().all(|output| output.exists()) {
        return Ok(());
    }
    step()?;
    if let Some(dir) = stamp.parent() {
        std::fs::create_dir_all(dir)?;
    }
    std::fs::write(stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}

/// Writes a file only when its content changes, so that cargo does not rebuild what embeds it.
pub(crate) fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if std::fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// The first eight hexadecimal digits of the content's SHA-256: names an immutable asset.
pub(crate) fn content_hash(bytes: &[u8]) -> String {
    let mut hash = hex(&Sha256::digest(bytes));
    hash.truncate(8);
    hash
}

/// All files below a folder in a stable order; installed packages are no part of any input.
pub(crate) fn files_below(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                if entry.file_name() != "node_modules" {
                    folders.push(entry.path());
                }
            } else {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_step_runs_again_only_when_an_input_changed_or_an_output_is_gone() {
        let dir = std::env::temp_dir().join(format!("revisit-stamp-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let (stamp, output) = (dir.join("stamp"), dir.join("output"));
        let run_with = |input: &[u8]| {
            let mut ran = false;
            let mut inputs = Inputs::with_this_program().unwrap();
            inputs.bytes(input);
            unless_fresh(&stamp, inputs, std::slice::from_ref(&output), || {
                ran = true;
                Ok(std::fs::write(&output, input)?)
            })
            .unwrap();
            ran
        };
        assert!(run_with(b"one"));
        assert!(!run_with(b"one"));
        assert!(run_with(b"two"));
        std::fs::remove_file(&output).unwrap();
        assert!(run_with(b"two"));
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn a_content_hash_is_eight_digits_of_sha_256() {
        assert_eq!(content_hash(b"abc"), "ba7816bf");
    }
}
