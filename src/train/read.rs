//! Reads tensors from the device, and counts the reads.
//!
//! A read waits for the device, so reads happen on a fixed cadence; clippy forbids Burn's own functions for reading.
//! The count is kept per thread, because one trainer thread issues all Burn work of an engine.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use burn::tensor::{Tensor, TensorData, Transaction};

thread_local! {
    static READS: Cell<u64> = const { Cell::new(0) };
}

/// The number of reads of this thread.
pub fn reads() -> u64 {
    READS.get()
}

/// A device that failed to return the data of a tensor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the device did not return its data ({0}); continue on the CPU with --device cpu")]
pub struct ReadError(String);

/// Reads a tensor and waits for it.
///
/// # Shapes
/// - tensor: any; the numbers come row by row
pub fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, ReadError> {
    Pending::new(tensor).wait()
}

/// A read in progress. Polling never waits.
pub struct Pending {
    future: Pin<Box<dyn Future<Output = Result<Vec<TensorData>, String>> + Send>>,
}

impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pending")
    }
}

impl Pending {
    /// Starts reading a tensor.
    pub fn new<const D: usize>(tensor: Tensor<D>) -> Self {
        READS.set(READS.get() + 1);
        let transaction = Transaction::default().register(tensor);
        #[expect(clippy::disallowed_methods, reason = "this is the one counting reader")]
        let future = async { transaction.execute_async().await.map_err(|e| e.to_string()) };
        Self { future: Box::pin(future) }
    }

    /// The values, if they have arrived. Do not call this again after that.
    pub fn poll(&mut self) -> Option<Result<Vec<f32>, ReadError>> {
        let mut context = Context::from_waker(Waker::noop());
        match self.future.as_mut().poll(&mut context) {
            Poll::Ready(answer) => Some(numbers(answer)),
            Poll::Pending => None,
        }
    }

    fn wait(mut self) -> Result<Vec<f32>, ReadError> {
        numbers(pollster::block_on(self.future.as_mut()))
    }
}

fn numbers(answer: Result<Vec<TensorData>, String>) -> Result<Vec<f32>, ReadError> {
    let data = answer.map_err(ReadError)?.pop().ok_or_else(|| ReadError("no data".to_owned()))?;
    data.try_into_vec_as::<f32>().map_err(|e| ReadError(e.to_string()))
}
