//! What can be said of each kind of entity: flat, every member optional, each a row when it is saved.
//!
//! A member that a record does not speak of is `None`: unknown, not a default. `Some(None)` is a written *none*.

mod access;
mod approval;
mod hold;
mod job;
mod plan;
mod point;
mod share;
mod testing;
mod trail;
mod vault;

pub use access::*;
pub use approval::*;
pub use hold::*;
pub use job::*;
pub use plan::*;
pub use point::*;
pub use share::*;
pub use testing::*;
pub use trail::*;
pub use vault::*;

use serde::{Deserialize, Deserializer};

/// Reads a member for which a written `null` is an answer: *none*, as against unknown, where the member is left out.
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}
