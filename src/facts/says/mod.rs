//! What can be said of each kind of entity: flat, every member optional, each a row when it is saved.
//!
//! A member that a record does not speak of is `None`: unknown, not a default. `Some(None)` is a written *none*.

mod access;
mod approval;
mod hold;
mod identity_center;
mod job;
mod kms;
mod organizations;
mod plan;
mod point;
mod policy;
mod settings;
mod share;
mod testing;
mod trail;
mod vault;

pub use access::*;
pub use approval::*;
pub use hold::*;
pub use identity_center::*;
pub use job::*;
pub use kms::*;
pub use organizations::*;
pub use plan::*;
pub use point::*;
pub use policy::*;
pub use settings::*;
pub use share::*;
pub use testing::*;
pub use trail::*;
pub use vault::*;

use serde::{Deserialize, Deserializer};

/// Reads a member for which a written `null` is an answer: *none*, as against unknown, where the member is left out.
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}
