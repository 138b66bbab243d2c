//! IAM Identity Center over time: without it, and without its users, nobody approves.

use super::entity::entity;
use crate::arn::AccountId;
use crate::facts::IdentityCenterSays;

entity! {
    /// An instance, by ARN, as an approval team's identity source names it.
    IdentityCenter(String) of IdentityCenterSays {
        /// Whether it exists.
        exists: bool = "exists" changing,
        /// `IdentityStoreId`.
        store: String = "IdentityStoreId" first,
        /// `OwnerAccountId`.
        owner: AccountId = "OwnerAccountId" first,
        /// The directory that its users come from; none: it was taken away.
        directory: Option<String> = "Directory" changing,
    }
}

/// Users.
pub mod user {
    use crate::facts::IdentityUserSays;
    use crate::world::entity::entity;

    entity! {
        /// A user, by id, as an approver's `PrimaryIdentityId` names it.
        IdentityUser(String) of IdentityUserSays {
            /// Whether it exists.
            exists: bool = "exists" changing,
            /// Whether it is enabled.
            enabled: bool = "Active" changing,
            /// `IdentityStoreId`.
            store: String = "IdentityStoreId" first,
        }
    }
}
