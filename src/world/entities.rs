//! The list of all kinds of entities, as `state`, `timeline` and the laws go through them.

use super::World;
use super::entity::{Entity, POINT};
use std::collections::BTreeMap;

impl World {
    /// Every entity with its kind and id, by kind and then by id.
    pub fn entities(&self) -> impl Iterator<Item = (&'static str, String, &dyn Entity)> {
        fn all<'a, K: ToString, E: Entity>(
            kind: &'static str,
            of: &'a BTreeMap<K, E>,
        ) -> impl Iterator<Item = (&'static str, String, &'a dyn Entity)> {
            of.iter().map(move |(id, entity)| (kind, id.to_string(), entity as &dyn Entity))
        }
        all("vault", &self.vaults)
            .chain(all(POINT, &self.points))
            .chain(all("plan", &self.plans))
            .chain(all("selection", &self.selections))
            .chain(all("job", &self.jobs))
            .chain(all("legal_hold", &self.holds))
            .chain(all("restore_testing_plan", &self.test_plans))
            .chain(all("restore_testing_selection", &self.test_selections))
            .chain(all("share", &self.shares))
            .chain(all("invitation", &self.invitations))
            .chain(all("permission", &self.permissions))
            .chain(all("organization_sharing", &self.sharing))
            .chain(all("identity_source", &self.identity_sources))
            .chain(all("team", &self.teams))
            .chain(all("session", &self.sessions))
            .chain(all("restore_access_vault", &self.accesses))
            .chain(all("trail", &self.trails))
            .chain(all("event_data_store", &self.event_stores))
            .chain(all("channel", &self.channels))
            .chain(all("bucket", &self.buckets))
            .chain(all("key", &self.keys))
            .chain(all("grant", &self.grants))
            .chain(all("alias", &self.aliases))
            .chain(all("key_store", &self.key_stores))
            .chain(all("organization", &self.organizations))
            .chain(all("account", &self.accounts))
            .chain(all("handshake", &self.handshakes))
            .chain(all("policy", &self.policies))
            .chain(all("identity_center", &self.identity_centers))
            .chain(all("identity_user", &self.identity_users))
            .chain(all("settings", &self.settings))
            .chain(all("framework", &self.frameworks))
            .chain(all("report_plan", &self.report_plans))
            .chain(all("compliance", &self.compliance))
    }
}
