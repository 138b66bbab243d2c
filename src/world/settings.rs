//! AWS Backup's settings, audit frameworks and reports over time.

use super::entity::entity;
use crate::facts::SettingsSays;
use serde_json::Value;

entity! {
    /// The settings of an account or of one of its Regions.
    Settings(String) of SettingsSays {
        /// `isMpaEnabled`, `ResourceTypeOptInPreference/EBS`, …
        values: Value = "settings" each,
    }
}

/// Audit frameworks.
pub mod framework {
    use crate::facts::FrameworkSays;
    use crate::world::entity::entity;

    entity! {
        /// An audit framework.
        Framework(String) of FrameworkSays {
            /// Whether it exists.
            exists: bool = "exists" changing,
            /// `FrameworkArn`.
            arn: String = "FrameworkArn" last,
            /// Its controls.
            controls: Vec<String> = "FrameworkControls" changing,
            /// `FrameworkStatus`.
            status: String = "FrameworkStatus" quiet,
            /// `DeploymentStatus`.
            deployment: String = "DeploymentStatus" quiet,
        }
    }
}

/// Report plans.
pub mod report_plan {
    use crate::facts::ReportPlanSays;
    use crate::world::entity::entity;

    entity! {
        /// A report plan.
        ReportPlan(String) of ReportPlanSays {
            /// Whether it exists.
            exists: bool = "exists" changing,
            /// `ReportPlanArn`.
            arn: String = "ReportPlanArn" last,
            /// `ReportTemplate`.
            template: String = "ReportTemplate" changing,
            /// `S3BucketName`.
            bucket: String = "S3BucketName" changing,
            /// `DeploymentStatus`.
            deployment: String = "DeploymentStatus" quiet,
        }
    }
}

/// What Audit Manager says of compliance.
pub mod compliance {
    use crate::facts::ComplianceSays;
    use crate::world::entity::entity;

    entity! {
        /// A control of a framework, or a resource under it, as reports tell.
        Compliance(String) of ComplianceSays {
            /// `COMPLIANT`, `NON_COMPLIANT`, …
            status: String = "ComplianceStatus" quiet,
        }
    }
}
