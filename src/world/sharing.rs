//! Sharing within an organisation over time, by its management account.

use super::entity::entity;
use crate::arn::AccountId;
use crate::facts::SharingSays;

entity! {
    /// Whether members of the organisation get shares at once, without an invitation.
    Sharing(AccountId) of SharingSays {
        /// `EnableSharingWithAwsOrganization`, and the trust that it needs.
        enabled: bool = "sharingWithOrganization" changing,
    }
}
