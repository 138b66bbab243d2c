//! CloudTrail over time: trails, event data stores, channels, and buckets.

use super::entity::entity;
use crate::arn::TrailArn;
use crate::facts::{Selectors, TrailSays};

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
        /// `S3KeyPrefix`.
        prefix: String = "S3KeyPrefix" changing,
        /// `KmsKeyId`.
        key: String = "KmsKeyId" changing,
        /// `CloudWatchLogsLogGroupArn`.
        log_group: String = "CloudWatchLogsLogGroupArn" changing,
        /// What it records.
        selectors: Selectors = "EventSelectors" changing,
        /// `InsightType`s.
        insights: Vec<String> = "InsightSelectors" changing,
        /// `LatestDeliveryError`; none: it went well.
        delivery_error: Option<String> = "LatestDeliveryError" quiet,
    }
}

/// Event data stores of CloudTrail Lake.
pub mod event_store {
    use crate::facts::{EventStoreSays, Selectors};
    use crate::world::entity::entity;

    entity! {
        /// An event data store, by ARN.
        EventStore(String) of EventStoreSays {
            /// `Name`.
            name: String = "Name" changing,
            /// `Status`: it passes through `STARTING_` and `STOPPING_INGESTION` without a record.
            status: String = "Status" quiet,
            /// `MultiRegionEnabled`.
            multi_region: bool = "MultiRegionEnabled" changing,
            /// `OrganizationEnabled`.
            organization: bool = "OrganizationEnabled" changing,
            /// `RetentionPeriod`, days.
            retention_days: i64 = "RetentionPeriod" changing,
            /// `TerminationProtectionEnabled`.
            termination_protection: bool = "TerminationProtectionEnabled" changing,
            /// `KmsKeyId`.
            key: String = "KmsKeyId" changing,
            /// What it records.
            selectors: Selectors = "AdvancedEventSelectors" changing,
        }
    }
}

/// Channels into event data stores.
pub mod channel {
    use crate::facts::ChannelSays;
    use crate::world::entity::entity;

    entity! {
        /// A channel, by ARN.
        Channel(String) of ChannelSays {
            /// Whether it exists.
            exists: bool = "exists" changing,
            /// `Name`.
            name: String = "Name" changing,
            /// Where its events go.
            destinations: Vec<String> = "Destinations" changing,
        }
    }
}

/// Buckets.
pub mod bucket {
    use crate::facts::{BucketSays, PolicyText};
    use crate::world::entity::entity;

    entity! {
        /// A bucket, by name. Neither its account nor its Region are in its name, so nothing is carried back.
        Bucket(String) of BucketSays {
            /// Whether it exists.
            exists: bool = "exists" changing,
            /// Its policy; none: it has none.
            policy: Option<PolicyText> = "Policy" changing,
            /// `Enabled` or `Suspended`.
            versioning: String = "VersioningConfiguration" changing,
            /// Days after which the first of its objects expire.
            expires_after: Option<i64> = "Expiration" changing,
            /// The encryption of new objects.
            encryption: Option<String> = "ServerSideEncryptionConfiguration" changing,
            /// Public access that is blocked.
            blocked: Vec<String> = "PublicAccessBlockConfiguration" changing,
            /// Object lock for new objects.
            object_lock: Option<String> = "ObjectLockConfiguration" changing,
        }
    }
}
