//! What can be set on a backup vault after its creation: access policy, notifications, tags.

use super::{named_vault, on_vault, qualified_vault};
use crate::arn::VaultArn;
use crate::facts::{About, Notifications, Setting, Sink, VaultSays};
use crate::ingest::inventory::Observation;
use crate::record::node::{HIDDEN, Node};
use crate::record::{Record, brief, kind_of};
use serde_json::Value;
use std::collections::BTreeMap;

/// `Put-` and `DeleteBackupVaultAccessPolicy`.
pub(super) fn policy(record: &Record, out: &mut Sink) {
    let request = record.request();
    on_vault(record, out, |says| {
        if record.name.starts_with("Delete") {
            says.policy = Some(None);
        } else {
            set_policy(says, member(request, "policy"));
        }
    });
}

/// A policy is kept as it is written where it is a JSON object; of anything else, why it cannot be read.
fn set_policy(says: &mut VaultSays, written: Option<&Value>) {
    match readable(written) {
        Ok(policy) => says.policy = Some(Some(policy)),
        Err(problem) => says.unread = Some((Setting::Policy, problem)),
    }
}

fn readable(written: Option<&Value>) -> Result<String, String> {
    match written {
        None => Err("the record shows no policy".into()),
        Some(Value::String(text)) if text == HIDDEN => Err("the policy is hidden".into()),
        Some(Value::String(text)) => match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(_)) => Ok(text.clone()),
            Ok(other) => Err(format!("the policy must be a JSON object, this is {}", kind_of(&other))),
            Err(error) => Err(format!("the policy is no JSON ({error}): {}", brief(text))),
        },
        // Some exporters write the policy as what it means.
        Some(object @ Value::Object(_)) => Ok(object.to_string()),
        Some(other) => Err(format!("the policy must be text, this is {}", kind_of(other))),
    }
}

/// A member as it is written, redacted or not; `None` where it is absent or `null`.
fn member<'a>(node: Node<'a>, key: &str) -> Option<&'a Value> {
    let found = node.0.as_object()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
    found.map(|(_, value)| value).filter(|value| !value.is_null())
}

/// `get-backup-vault-access-policy`: a written `null` says that there is none.
pub(super) fn policy_shown(observation: &Observation, out: &mut Sink) {
    let (row, Some(vault)) = (observation.row(), vault_of(observation)) else { return };
    let mut says = VaultSays::default();
    if row.is_null("Policy") {
        says.policy = Some(None);
    } else if row.names("Policy") {
        set_policy(&mut says, member(row, "Policy"));
    }
    out.say(About::Vault(vault, Box::new(says)));
}

/// `Put-` and `DeleteBackupVaultNotifications`; AWS Backup also writes the former as a service event.
pub(super) fn notifications(record: &Record, out: &mut Sink) {
    let Some(vault) = super::vault_of(record).filter(|_| record.succeeded()) else { return };
    let mut says = VaultSays::default();
    if record.name.starts_with("Delete") {
        says.notifications = Some(None);
    } else {
        let written = [record.request(), record.details()].into_iter().find_map(read_notifications);
        says.unread = written.is_none().then(|| (Setting::Notifications, "the record shows no topic".into()));
        says.notifications = written.map(Some);
    }
    out.say(About::Vault(vault, Box::new(says)));
}

fn read_notifications(node: Node<'_>) -> Option<Notifications> {
    let events = node.texts("backupVaultEvents").map(|events| {
        let mut events: Vec<String> = events.into_iter().map(str::to_owned).collect();
        events.sort();
        events.dedup();
        events
    });
    Some(Notifications { topic: node.text("sNSTopicArn")?.to_owned(), events })
}

/// `get-backup-vault-notifications`: a written `null` says that there are none.
pub(super) fn notifications_shown(observation: &Observation, out: &mut Sink) {
    let (row, Some(vault)) = (observation.row(), vault_of(observation)) else { return };
    let none = row.is_null("SNSTopicArn").then_some(None);
    let notifications = read_notifications(row).map(Some).or(none);
    out.say(About::Vault(vault, Box::new(VaultSays { notifications, ..VaultSays::default() })));
}

/// The vault that a single answer is about: by its own word, else by the name of its file.
fn vault_of(observation: &Observation) -> Option<VaultArn> {
    let row = observation.row();
    let named = || {
        let (account, region) = (observation.account.as_ref()?, observation.region.as_ref()?);
        row.text("BackupVaultName").map(|name| VaultArn::of(account, region, name))
    };
    row.text("BackupVaultArn").and_then(VaultArn::parse).or_else(named).or_else(|| qualified_vault(observation))
}

/// `TagResource` and `UntagResource`, where they name a vault.
pub(super) fn tags(record: &Record, out: &mut Sink) {
    let request = record.request();
    let named = request.text("resourceArn").and_then(VaultArn::parse);
    let listed = || record.resources().into_iter().find_map(VaultArn::parse).or_else(|| named_vault(record, request));
    let Some(vault) = named.or_else(listed).filter(|_| record.succeeded()) else { return };
    let mut says = VaultSays::default();
    if record.name == "TagResource" {
        says.tagged = request.get("tags").and_then(map);
    } else {
        let keys = request.texts("tagKeyList").or_else(|| request.texts("tagKeys"));
        says.untagged = keys.map(|keys| keys.into_iter().map(str::to_owned).collect());
    }
    let shown = says.tagged.is_some() || says.untagged.is_some();
    says.unread = (!shown).then(|| (Setting::Tags, "the record does not show which tags".into()));
    out.say(About::Vault(vault, Box::new(says)));
}

/// The tags that a creation sets: none where its parameters are logged without any, unknown where they are redacted.
pub(super) fn all_tags(request: Node<'_>, key: &str) -> Option<BTreeMap<String, String>> {
    if request.0.is_object() && (!request.names(key) || request.is_null(key)) {
        return Some(BTreeMap::new());
    }
    map(request.get(key)?)
}

/// All tags of a vault, as `list-tags` (by the ARN in its file's name) and the tagging API show them.
pub(super) fn tags_shown(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    let vault = row.text("ResourceARN").and_then(VaultArn::parse).or_else(|| {
        let is_vault = observation.qualifier.as_deref()?.contains("_backup-vault_");
        qualified_vault(observation).filter(|_| is_vault)
    });
    let Some(vault) = vault.filter(|_| observation.complete && !row.names("NextToken")) else { return };
    let Some(tags) = row.get("Tags").and_then(map) else { return };
    out.say(About::Vault(vault, Box::new(VaultSays { tags: Some(tags), ..VaultSays::default() })));
}

/// Tags as a map, or as a list of `Key` and `Value`.
fn map(node: Node<'_>) -> Option<BTreeMap<String, String>> {
    if let Some(members) = node.0.as_object() {
        return members.iter().map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect();
    }
    let listed = node.0.as_array()?.iter().map(Node);
    listed.map(|tag| Some((tag.text("Key")?.to_owned(), tag.0.get("Value")?.as_str()?.to_owned()))).collect()
}
