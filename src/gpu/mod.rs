//! One wgpu device, shared by the window and by Burn, and the pictures painted with it.
//!
//! The window creates the device (or the command line does), [`Graphics`] carries its handles, [`device`] registers
//! it with Burn and decides where to train, and [`painter`] turns tensors and pixels into textures. A decoded tensor
//! goes from Burn's memory through one compute pass into the texture the window samples; it is never read back.
//! This module depends on wgpu and Burn, and on nothing of the window, recipes or runs.

pub mod adapter;
pub mod canvas;
pub mod device;
pub mod painter;

pub use adapter::{Adapter, Graphics, GraphicsError};
pub use canvas::{Canvas, Tiles};
pub use device::{Compute, DeviceChoice, limit_threads};
pub use painter::Painter;

pub use crate::look::ColorMap;
