//! Bytes of visitors: chunks and finished recordings, by name, through `object_store`: a folder, or a bucket that speaks S3.
//! A put returns when the bytes are durable: in a folder written, synced, renamed into place, and the folder synced; in a
//! bucket when the store has said so. Who may use the bucket is in the environment (`AWS_…`), never here and never logged.
//! Chunks, of which there are many, take a shorter way in a folder ([`Blobs::put_new`]).

use crate::config::{BlobPlace, Bucket};
use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig};
use std::io::{ErrorKind, Write};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// How long a bucket may take for one attempt, and for all of them. A recorder that hears 503 comes again; one that hears
/// nothing keeps its frames and a connection.
const BUCKET_ATTEMPT: Duration = Duration::from_secs(10);
const BUCKET_PATIENCE: Duration = Duration::from_secs(20);

/// The blob store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// There is no blob of this name.
    #[error("a blob is missing")]
    Missing,
    /// Anything else.
    #[error("blobs: {0}")]
    Store(object_store::Error),
    /// The disk says no.
    #[error("blobs: {0}")]
    Disk(#[from] std::io::Error),
    /// The folder cannot be made.
    #[error("cannot open {path}: {error}")]
    Open {
        /// Which.
        path: String,
        /// Why.
        error: std::io::Error,
    },
}

impl From<object_store::Error> for Failure {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Failure::Missing,
            other => Failure::Store(other),
        }
    }
}

/// A blob in a listing.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// When it was last written, in milliseconds since 1970.
    pub written_ms: i64,
}

/// A blob store.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    /// Where they are, when that is a folder.
    folder: Option<Arc<std::path::Path>>,
}

impl Blobs {
    /// Blobs where the configuration says.
    pub fn open(place: &BlobPlace) -> Result<Self, Failure> {
        match place {
            BlobPlace::Folder(folder) => Self::in_folder(folder),
            BlobPlace::Bucket(bucket) => Self::in_bucket(bucket),
        }
    }

    fn in_bucket(bucket: &Bucket) -> Result<Self, Failure> {
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(&bucket.name)
            .with_retry(RetryConfig { retry_timeout: BUCKET_PATIENCE, ..RetryConfig::default() });
        let mut client = ClientOptions::new().with_timeout(BUCKET_ATTEMPT);
        if let Some(region) = &bucket.region {
            builder = builder.with_region(region);
        }
        if let Some(endpoint) = &bucket.endpoint {
            client = client.with_allow_http(endpoint.starts_with("http://"));
            builder = builder.with_endpoint(endpoint);
        }
        let store = builder.with_client_options(client).build()?;
        Ok(match &bucket.prefix {
            None => Self { store: Arc::new(store), folder: None },
            Some(prefix) => Self { store: Arc::new(PrefixStore::new(store, prefix.as_str())), folder: None },
        })
    }

    /// Blobs in a folder, made when it is not there.
    pub fn in_folder(folder: &std::path::Path) -> Result<Self, Failure> {
        std::fs::create_dir_all(folder).map_err(|error| Failure::Open { path: folder.display().to_string(), error })?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), folder: Some(folder.into()) })
    }

    /// Writes a blob; durable when it returns.
    pub async fn put(&self, name: &str, bytes: Bytes) -> Result<(), Failure> {
        self.store.put(&Path::from(name), bytes.into()).await?;
        Ok(())
    }

    /// Writes a blob whose name nobody knows before this returns; durable then. In a folder it stands under its name from
    /// the start, which spares a rename: what a crash leaves half written has no row, and is swept like any other.
    pub async fn put_new(&self, name: &str, bytes: Bytes) -> Result<(), Failure> {
        let Some(folder) = &self.folder else { return self.put(name, bytes).await };
        let path = folder.join(name);
        let written = tokio::task::spawn_blocking(move || write_new(&path, &bytes)).await;
        Ok(written.map_err(std::io::Error::other)??)
    }

    /// All of a blob.
    pub async fn get(&self, name: &str) -> Result<Bytes, Failure> {
        Ok(self.store.get(&Path::from(name)).await?.bytes().await?)
    }

    /// Parts of a blob.
    pub async fn get_ranges(&self, name: &str, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, Failure> {
        Ok(self.store.get_ranges(&Path::from(name), ranges).await?)
    }

    /// Deletes a blob; one that is gone already is as good.
    pub async fn delete(&self, name: &str) -> Result<(), Failure> {
        match self.store.delete(&Path::from(name)).await.map_err(Failure::from) {
            Ok(()) | Err(Failure::Missing) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// Blobs whose names begin with a folder.
    pub async fn list(&self, folder: &str) -> Result<Vec<Listed>, Failure> {
        let listed = self.store.list(Some(&Path::from(folder))).map_ok(|meta| Listed {
            name: meta.location.to_string(),
            written_ms: meta.last_modified.timestamp_millis(),
        });
        Ok(listed.try_collect().await?)
    }
}

fn write_new(path: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    let create = || std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = create().or_else(|error| match error.kind() {
        ErrorKind::NotFound => {
            std::fs::create_dir_all(folder)?;
            folder.parent().map_or(Ok(()), sync_folder)?;
            create()
        }
        _ => Err(error),
    })?;
    let written = file.write_all(bytes).and_then(|()| file.sync_data()).and_then(|()| sync_folder(folder));
    if written.is_err() {
        // It has no row and never will; on a full disk its room is worth having now.
        let _ = std::fs::remove_file(path);
    }
    written
}

/// Names in it are on the disk, too.
fn sync_folder(folder: &std::path::Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}
