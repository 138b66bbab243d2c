//! Identity sources of multi-party approval over time. Without one, no approver of a team can vote.

use super::entity::entity;
use crate::arn::Region;
use crate::facts::SourceSays;
use crate::facts::words::SourceStatus;

entity! {
    /// An identity source: the Identity Center instance that approvers come from.
    IdentitySource(String) of SourceSays {
        /// `Status`; what becomes of it after a call is not logged.
        status: SourceStatus = "Status" quiet,
        /// `StatusCode`.
        code: Option<String> = "StatusCode" quiet,
        /// `IdentitySourceType`.
        kind: String = "IdentitySourceType" fixed,
        /// `InstanceArn`.
        instance: String = "InstanceArn" fixed,
        /// `Region` of the instance.
        region: Region = "Region" fixed,
        /// `ApprovalPortalUrl`.
        portal: String = "ApprovalPortalUrl" quiet,
    }
}
