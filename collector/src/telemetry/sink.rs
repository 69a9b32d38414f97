//! Lines of the log on their way to stderr. A thread of its own writes them, so that whoever logs never waits: when nobody
//! reads a pipe, or the disk behind it is full, lines are lost and counted, and requests go on.

use std::io::{self, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

/// Lines that wait for stderr.
const LINES: usize = 1024;
/// How long the process's end waits for its last lines.
const FLUSH: Duration = Duration::from_secs(1);

enum Item {
    Line(Vec<u8>),
    /// Everything before it is written.
    Flush(SyncSender<()>),
}

static LINE_QUEUE: OnceLock<SyncSender<Item>> = OnceLock::new();
static LOST: AtomicU64 = AtomicU64::new(0);

/// One event's way in: what is written to it is one line.
pub(super) struct Line(Vec<u8>);

pub(super) fn open() -> Line {
    Line(Vec::new())
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if queue().try_send(Item::Line(std::mem::take(&mut self.0))).is_err() {
            LOST.fetch_add(1, Relaxed);
        }
    }
}

fn queue() -> &'static SyncSender<Item> {
    LINE_QUEUE.get_or_init(|| {
        let (queue, items) = sync_channel(LINES);
        // Without the thread every line is lost, and counted.
        let _ = std::thread::Builder::new().name("log".to_owned()).spawn(move || write_out(&items));
        queue
    })
}

fn write_out(items: &Receiver<Item>) {
    let mut told = 0;
    while let Ok(item) = items.recv() {
        match item {
            // Nobody is left to tell when stderr cannot be written.
            Item::Line(line) => drop(io::stderr().write_all(&line)),
            Item::Flush(done) => drop(done.send(())),
        }
        let lost = LOST.load(Relaxed);
        if lost > told {
            let _ = writeln!(io::stderr(), "{} lines of the log were lost: stderr was too slow", lost - told);
            told = lost;
        }
    }
}

/// Waits until the lines so far are written, but not for long.
pub fn flush() {
    let (done, wait) = sync_channel(1);
    if queue().try_send(Item::Flush(done)).is_ok() {
        let _ = wait.recv_timeout(FLUSH);
    }
}

/// Lines that never reached stderr.
pub(super) fn lost() -> u64 {
    LOST.load(Relaxed)
}
