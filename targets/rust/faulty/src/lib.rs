#![doc = include_str!("../README.md")]

pub mod around;
mod attributes;
mod captured;
mod ended;
mod fault;
mod faults;
pub mod native;
mod parts;
mod support;
mod target;
mod unexpressed;
mod wire;

pub use fault::{At, Fault, SHAPES, Side, Variant, variant, variants};
pub use faults::{CLASSES, FAULTS};
pub use parts::Parts;
pub use target::{Faulty, VARIABLE};
pub use unexpressed::{UNEXPRESSED, Unexpressed};
