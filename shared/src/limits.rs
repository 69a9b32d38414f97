//! Every bound of the protocol, with its unit and its reason. The recorder stays under them, the collector enforces them.

/// Bytes of one body to the intake. A recorder's body is far smaller; the room is for cached scripts and other clients.
pub const BODY_MAX_BYTES: usize = 1 << 20;
/// Bytes of one frame as sent. Recorders aim far lower ([`FRAME_TARGET_BYTES`]); a sort of a very long list is one record
/// that cannot be cut.
pub const FRAME_MAX_BYTES: usize = 512 << 10;
/// Bytes of one frame's records after inflating. The recorder seals a frame before it grows past this.
pub const PAYLOAD_MAX_BYTES: usize = 512 << 10;
/// Bytes of raw records after which the recorder seals a frame. A browser lets all keepalive requests of a page carry
/// 64 KiB together (Fetch, "inflight keepalive bytes"), so that the last frames must fit beside each other uncompressed.
pub const FRAME_TARGET_BYTES: usize = 32 << 10;
/// Frames in one body.
pub const BODY_MAX_FRAMES: usize = 64;
/// Highest sequence number of a page's frames: a two-hour page at one frame a second stays under 8,000.
pub const SEQ_MAX: u32 = 1 << 20;
/// Milliseconds between heartbeats while the tab lives.
pub const HEARTBEAT_MS: u32 = 30_000;
/// Milliseconds without input after which heartbeats stop and a later input starts a new recording.
pub const IDLE_MS: u32 = 30 * 60_000;
/// Milliseconds of one recording at most.
pub const RECORDING_MAX_MS: u32 = 2 * 60 * 60_000;
/// Bytes of all frames of one recording after inflating, for whoever holds it in memory: two hours at the recorder's top
/// rate stay far below.
pub const RECORDING_MAX_BYTES: usize = 256 << 20;
/// Nodes of one page that the replay model holds at once.
pub const NODES_MAX: usize = 2_000_000;
