//! CloudTrail trails over time.

use super::entity::entity;
use crate::arn::TrailArn;
use crate::facts::TrailSays;

entity! {
    /// A trail. The log that shows what happens to it is its owner's, in its home Region.
    Trail(TrailArn) of TrailSays {
        /// Whether it exists.
        exists: bool = "exists" changing,
        /// `IsLogging`.
        logging: bool = "IsLogging" changing,
        /// `IsMultiRegionTrail`.
        multi_region: bool = "IsMultiRegionTrail" changing,
        /// `IncludeGlobalServiceEvents`.
        global_events: bool = "IncludeGlobalServiceEvents" changing,
        /// `LogFileValidationEnabled`.
        validation: bool = "LogFileValidationEnabled" changing,
        /// `IsOrganizationTrail`: it records every account of the organisation.
        organization: bool = "IsOrganizationTrail" changing,
        /// `S3BucketName`.
        bucket: String = "S3BucketName" changing,
        /// `KmsKeyId`.
        key: String = "KmsKeyId" changing,
    }
}
