//! What a subject stands on: the entries that name it and show what kind of thing it is.
//!
//! A judge cites what its answer rests on. That there is such a vault, that it is air-gapped, that a share holds it, is what
//! made it a subject in the first place, and is cited here for all judges.

use super::air_gapped;
use super::subject::{Key, Subject};
use crate::arn::{AccountId, JobId, KeyArn, PlanArn, RecoveryPointArn, SessionArn, ShareArn, TeamArn, VaultArn};
use crate::evidence::{Cite, Evidence, Note};
use crate::facts::words::VaultKind;
use crate::instant::Instant;
use crate::world::World;
use crate::world::entity::{Entity, POINT};

/// The entries behind a subject, each once, in the order of what they show.
pub fn of(subject: &Subject, world: &World, at: Instant) -> Vec<Cite> {
    let mut basis = Basis { world, at, cites: Vec::new() };
    match &subject.key {
        Key::Vault(arn) => {
            basis.vault(arn);
            for evidence in world.index.feeding.get(arn).into_iter().flatten() {
                basis.say(Some(*evidence), "feeds an air-gapped vault");
            }
        }
        Key::Resource(arn) => {
            let known = world.resources.get(arn).map(|resource| resource.evidence);
            basis.say(known, "the resource");
        }
        Key::Point(arn) => basis.point(arn),
        Key::Share(arn) => basis.share(arn, None),
        Key::Grant(vault, principal) => basis.grant(vault, principal),
        Key::Account(id) => basis.account(id),
        Key::Team(arn) => basis.team(arn, None),
        Key::TeamGrant(arn, account) => basis.team(arn, Some(account)),
        Key::Session(arn) => basis.session(arn),
        Key::Invitation(arn) => {
            let Some(invitation) = world.invitations.get(arn) else { return basis.cites };
            basis.entity(
                invitation,
                &["resourceShareArn", "receiverAccountId", "invitationTimestamp"],
                "the invitation",
            );
            if let Some((share, _)) = &invitation.share {
                basis.share(share, invitation.receiver.as_ref().map(|(id, _)| id.as_str()));
            }
        }
        Key::Invited(share, account) => basis.share(share, Some(account.as_str())),
        Key::Access(id) => basis.access(id),
        Key::Trail(arn) => {
            let seen = world.trails.get(arn).and_then(|trail| trail.first_seen);
            basis.say(seen.map(|(_, evidence)| evidence), "the trail");
        }
        Key::Job(id) => basis.job(id),
        Key::Key(arn) => basis.key(arn),
        Key::Plan(arn) => basis.plan(arn, None),
        Key::Rule(arn, name) => basis.plan(arn, Some(name)),
        Key::Entity("vault", id) => basis.vault(&VaultArn::new(id)),
        Key::Entity("share", id) => basis.share(&ShareArn::new(id), None),
        Key::Entity("team", id) => basis.team(&TeamArn::new(id), None),
        // Other entities are subjects where a snapshot contradicts the log, or did.
        Key::Entity(kind, id) => {
            if *kind == POINT {
                basis.point(&RecoveryPointArn::new(id));
            }
            let first = world.drifts.partition_point(|drift| drift.entity < *id);
            if let Some(drift) = world.drifts.get(first).filter(|drift| drift.entity == *id) {
                drift.evidence.into_iter().for_each(|evidence| basis.say(Some(evidence), "drift"));
            }
        }
        Key::Control | Key::Pair(_) => {}
    }
    basis.cites
}

struct Basis<'w> {
    world: &'w World,
    at: Instant,
    cites: Vec<Cite>,
}

impl Basis<'_> {
    fn say(&mut self, evidence: Option<Evidence>, note: impl Into<Note>) {
        let Some(evidence) = evidence else { return };
        let known = |cite: &Cite| matches!(cite, Cite::Entry(other, _) if *other == evidence);
        if !self.cites.iter().any(known) {
            self.cites.push(Cite::Entry(evidence, note.into()));
        }
    }

    /// The entry that says what never changes. There are many points and jobs, whose other attributes are not looked at.
    fn told<T>(&mut self, told: Option<&(T, Evidence)>, note: &'static str) {
        self.say(told.map(|(_, evidence)| *evidence), note);
    }

    /// The entries that set these attributes of an entity, and the latest that showed them again.
    fn entity(&mut self, entity: &dyn Entity, names: &[&str], of: &str) {
        for (name, attribute) in entity.attributes().into_iter().filter(|(name, _)| names.contains(&name.as_ref())) {
            let Some(shown) = attribute.shown(self.at) else { continue };
            self.say(Some(shown.evidence), format!("{name} of {of}"));
        }
    }

    fn vault(&mut self, arn: &VaultArn) {
        let Some(vault) = self.world.vaults.get(arn) else { return };
        let name = format!("the vault {}", arn.name());
        self.say(vault.first_seen.map(|(_, evidence)| evidence), name.clone());
        self.say(vault.kind.spans().last().map(|span| span.evidence), format!("VaultType of {name}"));
        self.say(vault.created.map(|(_, evidence)| evidence), format!("creation of {name}"));
    }

    fn point(&mut self, arn: &RecoveryPointArn) {
        let Some(point) = self.world.points.get(arn) else { return };
        self.told(point.vault.as_ref(), "BackupVaultArn of the recovery point");
        self.told(point.resource.as_ref(), "ResourceArn of the recovery point");
        self.told(point.resource_type.as_ref(), "ResourceType of the recovery point");
        self.told(point.made.as_ref(), "complete since of the recovery point");
        if let Some(vault) = point.vault() {
            self.vault(vault);
        }
    }

    /// What is in a share, and who holds it.
    fn share(&mut self, arn: &ShareArn, holder: Option<&str>) {
        let Some(share) = self.world.shares.get(arn) else { return };
        self.say(share.created.map(|(_, evidence)| evidence), "creation of the share");
        for (resource, line) in &share.resources {
            self.say(line.spans().first().map(|span| span.evidence), format!("{resource} in the share"));
            if let Some(vault) = VaultArn::parse(resource) {
                self.vault(&vault);
            }
        }
        if let Some(line) = holder.and_then(|holder| share.principals.get(holder)) {
            self.say(line.spans().first().map(|span| span.evidence), "named as a principal of the share");
        }
    }

    fn grant(&mut self, vault: &VaultArn, principal: &str) {
        for share in self.world.shares.values() {
            let line = share.resources.get(vault.as_str()).zip(share.principals.get(principal));
            let Some((resource, holder)) = line else { continue };
            self.say(resource.spans().first().map(|span| span.evidence), "the vault in the share");
            self.say(holder.spans().first().map(|span| span.evidence), "the principal in the share");
        }
        self.vault(vault);
    }

    /// A vault that the account owns, air-gapped rather than not.
    fn account(&mut self, id: &AccountId) {
        let own =
            || self.world.vaults.values().filter(|v| v.first_seen.is_some() && v.arn.account().as_ref() == Some(id));
        let gapped = own().find(|vault| air_gapped::kind(vault) == Some(&VaultKind::AirGapped));
        if let Some(arn) = gapped.or_else(|| own().next()).map(|vault| vault.arn.clone()) {
            self.vault(&arn);
        }
        let team = self.world.teams.values().find(|team| team.arn.account().as_ref() == Some(id));
        self.say(
            team.and_then(|team| team.first_seen).map(|(_, evidence)| evidence),
            "an approval team of the account",
        );
    }

    /// The team, and a vault that it opens: one of the account if that is asked for.
    fn team(&mut self, arn: &TeamArn, account: Option<&AccountId>) {
        let seen = self.world.teams.get(arn).and_then(|team| team.first_seen);
        self.say(seen.map(|(_, evidence)| evidence), "the approval team");
        let of_account = |vault: &VaultArn| account.is_none_or(|id| vault.account().as_ref() == Some(id));
        let naming = self.world.vaults.values().filter(|vault| of_account(&vault.arn)).find_map(|vault| {
            let spans = vault.team.spans();
            let named = spans.iter().position(|span| span.value.as_ref() == Some(&Some(arn.clone())))?;
            Some((vault, spans.get(named..)?))
        });
        if let Some((vault, spans)) = naming {
            for span in spans {
                self.say(Some(span.evidence), format!("the team of {}", vault.arn.name()));
            }
            self.vault(&vault.arn);
        }
    }

    fn session(&mut self, arn: &SessionArn) {
        let Some(session) = self.world.sessions.get(arn) else { return };
        self.entity(session, &["ActionName", "ProtectedResourceArn", "InitiationTime", "Status"], "the session");
    }

    fn access(&mut self, id: &str) {
        let Some(access) = self.world.accesses.get(id) else { return self.session(&SessionArn::new(id)) };
        self.say(access.first_seen.map(|(_, evidence)| evidence), "the access");
        self.entity(access, &["SourceBackupVaultArn", "RequestTime", "ApprovalDate", "MpaSessionArn"], "the access");
        if let Some((session, _)) = &access.session {
            self.session(session);
        }
        if let Some((vault, _)) = &access.source {
            self.vault(vault);
        }
    }

    fn job(&mut self, id: &JobId) {
        let Some(job) = self.world.jobs.get(id) else { return };
        self.say(job.first_seen.map(|(_, evidence)| evidence), "the job");
        self.told(job.account.as_ref(), "AccountId of the job");
        self.told(job.resource.as_ref(), "ResourceArn of the job");
        self.told(job.resource_type.as_ref(), "ResourceType of the job");
        self.told(job.source_vault.as_ref(), "SourceBackupVaultArn of the job");
        self.told(job.source_point.as_ref(), "SourceRecoveryPointArn of the job");
        self.told(job.destination.as_ref(), "DestinationBackupVaultArn of the job");
        self.told(job.point.as_ref(), "RecoveryPointArn of the job");
        for vault in [&job.source_vault, &job.destination].into_iter().flatten() {
            self.vault(&vault.0);
        }
    }

    /// A vault, or a point in one, that the key encrypts.
    fn key(&mut self, arn: &KeyArn) {
        let seen = self.world.keys.get(arn).and_then(|key| key.first_seen);
        self.say(seen.map(|(_, evidence)| evidence), "the key");
        let Some((vault, evidence)) = self.world.index.key_users.get(arn).and_then(|vaults| vaults.first_key_value())
        else {
            return;
        };
        self.say(Some(*evidence), format!("what it encrypts in {}", vault.name()));
        self.vault(vault);
    }

    /// A plan; where one of its rules is meant, its rules and the vaults that it names.
    fn plan(&mut self, arn: &PlanArn, rule: Option<&str>) {
        let Some(plan) = self.world.plans.get(arn) else { return };
        self.say(plan.first_seen.map(|(_, evidence)| evidence), "the plan");
        self.entity(plan, &["exists"], "the plan");
        let Some(span) = plan.rules.at(self.at).filter(|_| rule.is_some()) else { return };
        self.say(Some(span.evidence), "the rules of the plan");
        for says in span.value.iter().flatten().map(|own| &own.says).filter(|says| says.name.as_deref() == rule) {
            let copied = says.copy_actions.iter().flatten().map(|action| &action.vault);
            copied.chain(&says.vault).chain(&says.air_gapped).for_each(|vault| self.vault(vault));
        }
    }
}
