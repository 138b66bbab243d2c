//! ENC-04: nobody took away a key that backups need, and it can be used.
//!
//! What `DisableKey` did counts though undone; a deletion that was cancelled does not, but leaves the key disabled.

use super::judgement::{Judgement, Proof};
use super::subject::{Key as SubjectKey, Subject};
use super::view::{Context, View};
use crate::arn::{AccountId, Arn, KeyArn, VaultArn};
use crate::evidence::Evidence;
use crate::facts::words::KeyType;
use crate::facts::{KeyState, PolicyText};
use crate::iam::{Known, Policy, PrincipalRef, Reach, Request};
use crate::instant::{self, Instant};
use crate::timeline::Span;
use crate::world::kms::key::Key;
use std::collections::{BTreeMap, BTreeSet};

pub use super::nothing_to_check as check;

/// What AWS Backup must be let do to use a key (Encryption for backups in AWS Backup: key policies).
const NEEDED: [&str; 2] = ["kms:Decrypt", "kms:CreateGrant"];

/// Keys of vaults and recovery points in scope, where the ARN is that of a key.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let scope = &context.policy.scope;
    let used = context.world.index.key_users.iter();
    used.filter(|(key, _)| Arn::parse(key.as_str()).is_some_and(|arn| arn.resource.starts_with("key/")))
        .filter(|(_, vaults)| vaults.keys().any(|v| scope.holds(v.account().as_ref(), v.region().as_ref())))
        .map(|(key, _)| Subject::key(key))
        .collect()
}

fn users<'w>(arn: &KeyArn, view: &View<'w>) -> impl Iterator<Item = &'w VaultArn> {
    view.of.world.index.key_users.get(arn).into_iter().flat_map(BTreeMap::keys)
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let SubjectKey::Key(arn) = &subject.key else {
        return Judgement::insufficient("key_state_unknown", format!("{} is no key.", subject.id));
    };
    if let Some(answer) = owned_by_aws(arn, view) {
        return answer;
    }
    let from = view.window_of_days(view.of.params.int("window_days").unwrap_or(90));
    let key = view.of.world.keys.get(arn);
    if let Some(key) = key
        && let Some(answer) = lost(key, from, view)
            .or_else(|| taken_away(key, from, view))
            .or_else(|| shut_out(arn, key, from, view))
            .or_else(|| revoked(arn, key, from, view))
    {
        return answer;
    }
    let covered = match view.covered(arn.pair().as_ref(), from) {
        Ok(covered) => covered,
        Err(hole) => return Judgement::gap("coverage_gap", "Whether the key was disabled or its deletion scheduled cannot be known", &hole),
    };
    let enabled = key.and_then(|key| view.look(&key.state)).filter(|span| span.value == Some(KeyState::Enabled));
    let Some(span) = enabled else {
        let message = "No record shows the state of the key; add `aws kms describe-key` of it to the snapshot.";
        return Judgement::insufficient("key_state_unknown", message);
    };
    let proof = Proof::shown(span.evidence, "KeyState").and(span.last_shown(view.now()).1, "KeyState");
    let proof = proof.with(Proof::absence(covered, "nothing was done against the key"));
    let since = instant::show(from);
    let message = format!("The key is enabled, and nothing was done against it since {since}.");
    Judgement::compliant("key_kept", message, &proof).observed("KeyState", "Enabled")
}

/// Nobody can take away a key that AWS owns or manages.
fn owned_by_aws(arn: &KeyArn, view: &View<'_>) -> Option<Judgement> {
    let world = view.of.world;
    let managed = world.keys.get(arn).and_then(|key| key.manager.spans().last());
    let managed = managed.filter(|span| span.value.as_deref() == Some("AWS")).map(|span| span.evidence);
    let of_vault = || {
        users(arn, view).filter_map(|vault| world.vaults.get(vault)).find_map(|vault| {
            let of_this = vault.key.spans().last().is_some_and(|span| span.value.as_ref() == Some(arn));
            let span = vault.key_type.spans().last()?;
            (of_this && span.value == Some(KeyType::AwsOwned)).then_some(span.evidence)
        })
    };
    let evidence = managed.or_else(of_vault)?;
    let message = "The key belongs to AWS: nobody else can disable or delete it.";
    Some(Judgement::not_applicable("key_of_aws", message).citing(evidence, "KeyManager or EncryptionKeyType"))
}

/// What the key is now.
fn lost(key: &Key, from: Instant, view: &View<'_>) -> Option<Judgement> {
    let gone = view.look(&key.exists).filter(|span| span.value == Some(false));
    if let Some(span) = gone {
        let message = format!("The key was deleted by {}: what it encrypts is lost.", instant::show(span.from.max(from)));
        return Some(Judgement::non_compliant("key_deleted", message, &shown(span)));
    }
    let span = view.look(&key.state)?;
    let code = match span.value.as_ref()? {
        KeyState::PendingDeletion | KeyState::PendingReplicaDeletion => {
            let date = view.look(&key.deletion_date).and_then(|s| s.value.flatten());
            let when = date.map_or_else(|| "a date that no record shows".into(), instant::show);
            let message = format!("The key will be deleted at {when}; until then `aws kms cancel-key-deletion` keeps it.");
            let judgement = Judgement::non_compliant("deletion_scheduled", message, &shown(span));
            return Some(judgement.observed("KeyState", "PendingDeletion").observed("DeletionDate", when));
        }
        KeyState::Disabled => "key_disabled",
        KeyState::PendingImport => "material_deleted",
        KeyState::Unavailable => "key_unavailable",
        _ => return None,
    };
    let message = format!("The key is {} since {}.", word(span), instant::show(span.from));
    Some(Judgement::non_compliant(code, message, &shown(span)).observed("KeyState", word(span)))
}

fn word(span: &Span<KeyState>) -> &str {
    span.value.as_ref().map(KeyState::word).unwrap_or_default()
}

fn shown<T>(span: &Span<T>) -> Proof {
    Proof::shown(span.evidence, "shows it").known(span.origin)
}

/// What was done to it in the window, though undone.
fn taken_away(key: &Key, from: Instant, view: &View<'_>) -> Option<Judgement> {
    let mut before: Option<&KeyState> = None;
    let mut found = None;
    for span in key.state.spans().iter().take_while(|span| view.is_past(span.from)) {
        let in_window = leaves(span.from, from, view);
        match (&span.value, before) {
            // This is what a cancelled deletion leaves.
            (Some(KeyState::Disabled), Some(KeyState::PendingDeletion)) => {}
            (Some(KeyState::Disabled), _) if in_window => found = Some((span, "key_disabled", "disabled")),
            (Some(KeyState::PendingImport), Some(KeyState::Enabled | KeyState::Disabled)) if in_window => {
                found = Some((span, "material_deleted", "without its key material"));
            }
            _ => {}
        }
        before = span.value.as_ref();
    }
    let (span, code, what) = found?;
    let message = format!("The key was {what} at {}, though not any more.", instant::show(span.from));
    Some(Judgement::non_compliant(code, message, &shown(span)).observed("KeyState", word(span)))
}

/// Whether an instant lies in the window; it will leave it.
fn leaves(at: Instant, from: Instant, view: &View<'_>) -> bool {
    view.ends_in(from, at);
    at >= from
}

/// A policy, now or in the window, that lets AWS Backup use the key for none of an account's vaults.
fn shut_out(arn: &KeyArn, key: &Key, from: Instant, view: &View<'_>) -> Option<Judgement> {
    let owner = arn.account()?;
    let known = Known { owner: owner.clone(), organization: None, accounts: None };
    let users: BTreeSet<AccountId> = users(arn, view).filter_map(VaultArn::account).collect();
    let mut verdicts: BTreeMap<AccountId, &Span<PolicyText>> = BTreeMap::new();
    let spans = key.policy.spans();
    for (at, span) in spans.iter().enumerate() {
        let ends = spans.get(at + 1).map(|next| next.from);
        if !view.is_past(span.from) || ends.is_some_and(|end| !leaves(end, from, view) && view.is_past(end)) {
            continue;
        }
        let Some(PolicyText::Document(text)) = &span.value else { continue };
        let Ok(policy) = Policy::parse(text) else { continue };
        for account in users.iter().filter(|account| is_shut_out(account, &policy, &known)) {
            verdicts.insert(account.clone(), span);
        }
    }
    let (account, span) = verdicts.pop_first()?;
    let message = format!("The key policy of {} lets AWS Backup use the key for nothing in {account}.", instant::show(span.from));
    Some(Judgement::non_compliant("policy_excludes_backup", message, &shown(span)).observed("account", account.as_str()))
}

fn is_shut_out(account: &AccountId, policy: &Policy, known: &Known) -> bool {
    let role = format!("arn:aws:iam::{account}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup");
    let who = [
        PrincipalRef::Account(account.clone()),
        PrincipalRef::Arn(role),
        PrincipalRef::Service("backup.amazonaws.com".into()),
    ];
    NEEDED.iter().any(|action| {
        who.iter().all(|who| policy.allows(&Request::new(who.clone(), action, None), known).reach == Reach::Not)
    })
}

/// A grant to AWS Backup that somebody revoked in the window. AWS Backup retires its own.
fn revoked(arn: &KeyArn, key: &Key, from: Instant, view: &View<'_>) -> Option<Judgement> {
    let mut found: Vec<(Evidence, String)> = Vec::new();
    for (id, line) in &key.grants {
        let grant = view.of.world.grants.get(&format!("{arn}/grant/{id}"));
        let to_backup = grant.and_then(|g| g.grantee.as_ref()).is_some_and(|(who, _)| {
            who == "backup.amazonaws.com" || who.contains("AWSServiceRoleForBackup")
        });
        let ended = line.spans().iter().filter(|span| span.value == Some(false));
        for span in ended.filter(|_| to_backup) {
            if view.is_past(span.from) && leaves(span.from, from, view) && was_revoked(span, view) {
                found.push((span.evidence, format!("revokes grant {id}")));
            }
        }
    }
    let proof = Proof::all(found)?;
    let message = "A grant that lets AWS Backup use the key was revoked.";
    Some(Judgement::non_compliant("grant_revoked", message, &proof))
}

fn was_revoked(span: &Span<bool>, view: &View<'_>) -> bool {
    let mut of_kms = view.of.world.guard_calls.iter().filter(|((_, source), _)| source == "kms.amazonaws.com");
    of_kms.any(|(_, calls)| {
        let first = calls.partition_point(|call| call.at < span.from);
        let mut then = calls.iter().skip(first).take_while(|call| call.at == span.from);
        then.any(|call| call.evidence == span.evidence && call.what.name == "RevokeGrant")
    })
}
