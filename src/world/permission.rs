//! Managed permissions of RAM over time: what holders of a share may do with its resources.

use super::entity::entity;
use crate::facts::PermissionSays;

entity! {
    /// A managed permission of an account's own.
    Permission(String) of PermissionSays {
        /// Whether it exists.
        exists: bool = "exists" changing,
        /// `name`.
        name: String = "name" changing,
        /// `resourceType`.
        resource_type: String = "resourceType" fixed,
        /// `policyTemplate` of the version made last.
        template: String = "policyTemplate" changing,
        /// The version made last.
        version: i64 = "version" changing,
        /// The version that is attached where none is named.
        default_version: i64 = "defaultVersion" changing,
        /// `status`.
        status: String = "status" quiet,
    }
}
