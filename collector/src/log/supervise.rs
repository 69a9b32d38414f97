//! Keeps a task going: one that panics is said so and started again, one that returns is done. In: how to begin the task.
//! Never decides what the task left behind: whoever waited for it hears nothing and gives up by itself.

use std::future::Future;
use std::time::Duration;

/// A task that panics at once is not started more often than this.
const PAUSE: Duration = Duration::from_millis(100);

/// Runs what `begin` gives until it returns.
pub(super) async fn forever<F>(name: &'static str, begin: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    while let Err(stopped) = tokio::spawn(begin()).await {
        if !stopped.is_panic() {
            // The runtime is shutting down.
            return;
        }
        // Where it happened is told by the panic hook; what it said may hold a visitor's text.
        tracing::error!(task = name, "stopped unexpectedly and is started again");
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::sync::Arc;
    use tokio::sync::{Mutex, mpsc};

    #[test]
    fn a_task_that_panics_goes_on_with_the_same_queue() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (queue, waiting) = mpsc::channel(8);
            let (done, mut heard) = mpsc::channel(8);
            let waiting = Arc::new(Mutex::new(waiting));
            let task = tokio::spawn(forever("a test", move || {
                let (waiting, done) = (waiting.clone(), done.clone());
                async move {
                    while let Some(number) = waiting.lock().await.recv().await {
                        assert_ne!(number, 2, "two is what it stops at");
                        done.send(number).await.unwrap();
                    }
                }
            }));
            for number in 1..=3 {
                queue.send(number).await.unwrap();
            }
            assert_eq!((heard.recv().await, heard.recv().await), (Some(1), Some(3)));
            drop(queue);
            task.await.unwrap();
        });
    }
}
