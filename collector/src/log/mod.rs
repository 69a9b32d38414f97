//! Frames in, durable: the bodies of many requests become one chunk, then one transaction of the store, then all their
//! requests are answered. While one chunk is being written the next one gathers, so chunks grow under load.
//!
//! Nothing is acknowledged before both are on the disk. A failure answers every request of the chunk with 503; what the
//! chunk holds then is swept by [`crate::keep`]. A writer that stops is started again: only the process's end closes the log.

pub mod chunk;
mod supervise;

use crate::blobs::Blobs;
use crate::clock;
use crate::health::Health;
use crate::problem::Problem;
use crate::store::{NewBody, NewChunk, Outcome, Refusal, Store};
use bytes::{Bytes, BytesMut};
use chunk::ChunkWriter;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::Instant;

/// Bodies that may wait; more are told to come back, so that memory stays bounded: with 1 MiB bodies at most 1 GiB.
const QUEUE: usize = 1024;
/// Bytes after which a chunk takes no more bodies.
const CHUNK_TARGET_BYTES: usize = 4 << 20;
/// Bodies of one chunk: what one transaction indexes in a few milliseconds.
const CHUNK_MAX_BODIES: usize = 512;
/// Under load a chunk waits until it is about as large as the one before it, but no longer than half the time that one
/// took, nor than this. A chunk costs the machine about a millisecond whatever it holds; without the wait many small ones
/// would follow each large one. A body that comes alone never waits.
const WAIT_MAX: Duration = Duration::from_millis(5);
/// Chunks of fewer bodies than this are not waited for.
const LOAD_MIN_BODIES: usize = 8;

/// Chunks under way at once: one is written while the one before it is indexed.
const WRITERS: usize = 2;

/// That bodies are turned away is said this often, however many there are.
const TELL_MS: clock::Millis = 5000;

/// A body that waits, and where its frames are in its bytes.
pub struct Entry {
    /// What the store will know. `start` of each frame counts from the start of `bytes`.
    pub body: NewBody,
    /// The body as it arrived.
    pub bytes: Bytes,
}

struct Pending {
    entry: Entry,
    answer: oneshot::Sender<Result<Outcome, Problem>>,
}

/// The way into the log.
pub struct Log {
    queue: mpsc::Sender<Pending>,
    turned_away: TurnedAway,
}

/// Bodies that were told to come back because the log could not take them.
#[derive(Default)]
struct TurnedAway {
    all: AtomicU64,
    told: AtomicU64,
    told_ms: AtomicI64,
}

impl TurnedAway {
    /// Counts one, and says so in the log from time to time: a 503 must have its reason somewhere.
    fn add(&self, why: &'static str) {
        let all = self.all.fetch_add(1, Relaxed) + 1;
        let (now_ms, told_ms) = (clock::now_ms(), self.told_ms.load(Relaxed));
        // A clock that was set back must not silence it.
        let is_due = now_ms - told_ms >= TELL_MS || now_ms < told_ms;
        if is_due && self.told_ms.compare_exchange(told_ms, now_ms, Relaxed, Relaxed).is_ok() {
            let bodies = all - self.told.swap(all, Relaxed);
            tracing::warn!(bodies, why, "bodies are answered with 503 and will come again");
        }
    }
}

/// Called with a chunk that holds bytes of a recording that is erased.
pub type OnErased = Arc<dyn Fn(i64) + Send + Sync>;

impl Log {
    /// Starts the writers. They end when the last `Log` is dropped.
    pub fn start(store: Arc<dyn Store>, blobs: Blobs, health: Arc<Health>, on_erased: OnErased) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..WRITERS {
            let writer = Writer {
                store: store.clone(),
                blobs: blobs.clone(),
                health: health.clone(),
                waiting: waiting.clone(),
                on_erased: on_erased.clone(),
                room: BytesMut::new(),
                last: Last::default(),
            };
            // The supervisor holds the queue's other end, so that a writer that stops does not close it.
            tokio::spawn(supervise::forever("a writer of the log", move || writer.clone().run()));
        }
        Self { queue, turned_away: TurnedAway::default() }
    }

    /// Returns when the body is durable, or refused, or not kept.
    pub async fn append(&self, entry: Entry) -> Result<Outcome, Problem> {
        let (answer, wait) = oneshot::channel();
        self.queue.try_send(Pending { entry, answer }).map_err(|refused| {
            self.turned_away.add(match refused {
                TrySendError::Full(_) => "the disk is slower than what arrives: the log's queue is full",
                TrySendError::Closed(_) => "the log is closed",
            });
            Problem::unavailable()
        })?;
        wait.await.map_err(|_| {
            self.turned_away.add("the log's writer stopped in the middle");
            Problem::unavailable()
        })?
    }

    /// Bodies that wait now.
    pub fn waiting(&self) -> usize {
        QUEUE - self.queue.capacity()
    }

    /// Bodies that were turned away so far.
    pub fn turned_away(&self) -> u64 {
        self.turned_away.all.load(Relaxed)
    }
}

#[derive(Clone)]
struct Writer {
    store: Arc<dyn Store>,
    blobs: Blobs,
    health: Arc<Health>,
    waiting: Arc<Mutex<mpsc::Receiver<Pending>>>,
    on_erased: OnErased,
    room: BytesMut,
    last: Last,
}

/// The chunk before this one, of the same writer.
#[derive(Clone, Default)]
struct Last {
    bodies: usize,
    took: Duration,
}

impl Writer {
    async fn run(mut self) {
        while let Some(batch) = self.gather().await {
            let start = Instant::now();
            let (bodies, answers, chunk) = pack(batch, std::mem::take(&mut self.room));
            self.last.bodies = bodies.len();
            let kept = self.keep(bodies, chunk.clone()).await;
            // Nobody else has it any more: the next chunk is gathered in its place.
            self.room = chunk.try_into_mut().unwrap_or_default();
            self.health.log(kept.is_ok());
            match kept {
                Ok(outcomes) => {
                    for (answer, outcome) in answers.into_iter().zip(outcomes) {
                        // A visitor who hung up does not hear it; what is durable stays.
                        let _ = answer.send(Ok(outcome));
                    }
                }
                Err(problem) => {
                    for answer in answers {
                        let _ = answer.send(Err(problem.clone()));
                    }
                }
            }
            self.last.took = start.elapsed();
        }
    }

    /// Everything that waits, at least one; nothing when the log is over.
    async fn gather(&self) -> Option<Vec<Pending>> {
        let mut waiting = self.waiting.lock().await;
        let first = waiting.recv().await?;
        let mut bytes = first.entry.bytes.len();
        let mut batch = vec![first];
        let until = Instant::now() + (self.last.took / 2).min(WAIT_MAX);
        let enough = if self.last.bodies < LOAD_MIN_BODIES { 0 } else { self.last.bodies * 3 / 4 };
        while bytes < CHUNK_TARGET_BYTES && batch.len() < CHUNK_MAX_BODIES {
            let next = match waiting.try_recv() {
                Ok(next) => next,
                Err(_) if batch.len() >= enough => break,
                Err(_) => match tokio::time::timeout_at(until, waiting.recv()).await {
                    Ok(Some(next)) => next,
                    Ok(None) | Err(_) => break,
                },
            };
            bytes += next.entry.bytes.len();
            batch.push(next);
        }
        Some(batch)
    }

    async fn keep(&self, bodies: Vec<NewBody>, chunk: Bytes) -> Result<Vec<Outcome>, Problem> {
        let created_ms = clock::now_ms();
        let name = chunk::name(created_ms);
        let bytes = chunk.len() as u64;
        self.blobs.put_new(&name, chunk).await?;
        let (cid, outcomes) = self.store.append(NewChunk { name, created_ms, bytes }, bodies).await?;
        if outcomes.contains(&Outcome::Refused(Refusal::Erased)) {
            // It was erased while its last frames were under way.
            (self.on_erased)(cid);
        }
        Ok(outcomes)
    }
}

type Packed = (Vec<NewBody>, Vec<oneshot::Sender<Result<Outcome, Problem>>>, Bytes);

fn pack(batch: Vec<Pending>, room: BytesMut) -> Packed {
    let mut writer = ChunkWriter::in_room(room, batch.iter().map(|one| one.entry.bytes.len() + 20).sum());
    let mut bodies = Vec::with_capacity(batch.len());
    let mut answers = Vec::with_capacity(batch.len());
    for Pending { entry: Entry { mut body, bytes }, answer } in batch {
        for frame in &mut body.frames {
            let start = frame.start as usize;
            frame.start = writer.push(body.recording, &bytes[start..start + frame.len as usize]);
        }
        bodies.push(body);
        answers.push(answer);
    }
    (bodies, answers, writer.finish())
}
