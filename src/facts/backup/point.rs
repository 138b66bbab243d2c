//! Recovery points: made, changed, deleted, listed.

use super::vault_of;
use crate::arn::{RecoveryPointArn, ResourceArn, VaultArn};
use crate::facts::calls::DeleteCall;
use crate::facts::words::PointStatus;
use crate::facts::{About, PlanRule, PointSays, Retention, Sink};
use crate::record::Record;
use crate::record::node::Node;
use crate::record::refusal;

pub(super) fn deletion(record: &Record, out: &mut Sink) {
    let named = record.request().text("recoveryPointArn").map(str::to_owned);
    let denied = || refusal::denial(record.error_message.as_deref()?)?.resource;
    let point = named.or_else(denied).filter(|arn| VaultArn::parse(arn).is_none());
    if let (true, Some(arn)) = (record.succeeded(), &point) {
        let says = PointSays { status: Some(PointStatus::Deleting), vault: vault_of(record), ..PointSays::default() };
        out.say(About::Point(RecoveryPointArn::new(arn.clone()), Box::new(says)));
    }
    if record.actor.is_service {
        return;
    }
    out.say(About::DeleteCall(Box::new(DeleteCall {
        name: record.name.clone(),
        vault: vault_of(record),
        point,
        account: record.account.clone(),
        region: record.region.clone(),
        actor: record.actor.clone(),
        refusal: record.refusal(),
        error_code: record.error_code.clone(),
    })));
}

pub(super) fn life_cycle(record: &Record, out: &mut Sink) {
    let Some(arn) = record.request().text("recoveryPointArn") else { return };
    let node = record.response().get("lifecycle").or_else(|| record.request().get("lifecycle"));
    let says = PointSays { vault: vault_of(record), retention: node.and_then(retention), ..PointSays::default() };
    out.say(About::Point(RecoveryPointArn::new(arn), Box::new(says)));
}

pub(super) fn point_deleted(record: &Record, out: &mut Sink) {
    let listed = record.resources().into_iter().find(|arn| VaultArn::parse(arn).is_none());
    let Some(arn) = record.details().text("recoveryPointArn").or(listed) else { return };
    let says = PointSays { status: Some(PointStatus::Deleted), vault: vault_of(record), ..PointSays::default() };
    out.say(About::Point(RecoveryPointArn::new(arn), Box::new(says)));
}

/// A life cycle: days, or none, which means for ever.
pub(super) fn retention(node: Node<'_>) -> Option<Retention> {
    if !node.0.is_object() {
        return None;
    }
    match node.get("deleteAfterDays") {
        None => Some(Retention::Always),
        Some(_) => {
            node.days("deleteAfterDays").map(|days| if days < 0 { Retention::Always } else { Retention::Days(days) })
        }
    }
}

/// What a recovery point's members say; the same in events, state changes and CLI output but for the casing.
pub(super) fn point_says(node: Node<'_>) -> PointSays {
    PointSays {
        vault: node.text("backupVaultArn").and_then(VaultArn::parse),
        resource: node.text("resourceArn").map(ResourceArn::new),
        resource_type: node.text("resourceType").map(str::to_owned),
        status: node.text("status").map(PointStatus::read),
        created: node.time("creationDate"),
        completed: node.time("completionDate"),
        retention: node.get("lifecycle").and_then(retention),
        rule: node.get("createdBy").and_then(|by| {
            let rule = by.text("backupRuleId").or_else(|| by.text("backupPlanRuleId"))?;
            Some(PlanRule {
                plan: by.text("backupPlanId")?.to_owned(),
                version: by.text("backupPlanVersion")?.to_owned(),
                rule: rule.to_owned(),
            })
        }),
        delete_at: node.get("calculatedLifecycle").and_then(|c| c.time("deleteAt")),
        listed: false,
    }
}

pub(super) fn point(node: Node<'_>, listed: bool, out: &mut Sink) {
    let Some(arn) = node.text("recoveryPointArn") else { return };
    let mut says = point_says(node);
    says.listed = listed;
    if let Some(resource) = says.resource.clone() {
        out.say(About::Resource(resource, says.resource_type.clone()));
    }
    out.say(About::Point(RecoveryPointArn::new(arn), Box::new(says)));
}
