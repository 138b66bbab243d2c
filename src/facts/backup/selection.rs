//! Selections of backup plans: which resources a plan is for.

use super::plan;
use crate::arn::{AccountId, PlanArn, ResourceArn, SelectionArn};
use crate::facts::words::Operator;
use crate::facts::{About, Condition, SelectionSays, Sink};
use crate::ingest::inventory::Observation;
use crate::instant::Instant;
use crate::record::Record;
use crate::record::node::Node;

/// A successful call that makes or deletes a selection.
pub(super) fn called(record: &Record, out: &mut Sink) {
    let request = record.request();
    let account = account_of(record);
    let deletes = record.name == "DeleteBackupSelection";
    let id = record.response().text("selectionId").or_else(|| request.text("selectionId"));
    // Without an id no other record can speak of it, but that it was made must not be lost.
    let Some(id) = id.or((!deletes && !record.id.is_empty()).then_some(record.id.as_str())) else { return };
    let arn = SelectionArn::of(account.as_ref(), record.region.as_ref(), id);
    let plan = plan::plan_of(record, request);
    let says = if deletes {
        SelectionSays { plan, exists: Some(false), ..SelectionSays::default() }
    } else {
        let creation = Some(record.time);
        SelectionSays { plan, creation, exists: Some(true), ..criteria(request.get("backupSelection")) }
    };
    say(arn, says, out.time(), out);
}

/// A selection in the service event of a plan that a backup policy makes: its conditions are tags of which any is enough.
pub(super) fn organizational(node: Node<'_>, plan: &PlanArn, at: Instant, out: &mut Sink) {
    let arn = match node.text("arn") {
        Some(arn) => SelectionArn::new(arn),
        None => SelectionArn::new(format!("{plan}/{}", node.text("name").unwrap_or_default())),
    };
    let says = SelectionSays {
        plan: Some(plan.clone()),
        name: node.text("name").map(str::to_owned),
        role: node.text("role").map(str::to_owned),
        resources: texts(node, "resources"),
        not_resources: texts(node, "notResources"),
        list_of_tags: listed(node, "conditions"),
        conditions: Some(Vec::new()),
        creation: node.time("creationDate"),
        exists: Some(true),
    };
    say(arn, says, at, out);
}

/// `get-backup-selection`, or a row of `list-backup-selections`, which does not say what is selected.
pub(super) fn shown(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    let place = (observation.account.as_ref(), observation.region.as_ref());
    if observation.whole_list {
        // The file's name says of which plan; `/` is written `_` there.
        if let Some(id) = &observation.qualifier {
            out.say(About::AllSelections(PlanArn::of(place.0, place.1, &id.replacen("orgs_", "orgs/", 1))));
        }
        return;
    }
    let Some(id) = row.text("SelectionId") else { return };
    let arn = SelectionArn::of(place.0, place.1, id);
    let content = row.get("BackupSelection");
    let says = SelectionSays {
        plan: row.text("BackupPlanId").map(|plan| PlanArn::of(place.0, place.1, plan)),
        creation: row.time("CreationDate"),
        exists: Some(true),
        ..criteria(content)
    };
    let named = |said: Option<String>, key: &str| said.or_else(|| row.text(key).map(str::to_owned));
    let says = SelectionSays {
        name: named(says.name.clone(), "SelectionName"),
        role: named(says.role.clone(), "IamRoleArn"),
        ..says
    };
    say(arn, says, out.time(), out);
}

/// The selection, and each resource that it names.
fn say(arn: SelectionArn, says: SelectionSays, at: Instant, out: &mut Sink) {
    for resource in says.resources.iter().flatten() {
        if resource.starts_with("arn:") && !resource.contains('*') {
            out.say_at(at, About::Resource(ResourceArn::new(resource), None));
        }
    }
    out.say_at(at, About::Selection(arn, Box::new(says)));
}

/// What a selection asks for. A member that is left out is an empty list; one that cannot be read is unknown.
fn criteria(node: Option<Node<'_>>) -> SelectionSays {
    let Some(node) = node else { return SelectionSays::default() };
    SelectionSays {
        name: node.text("selectionName").map(str::to_owned),
        role: node.text("iamRoleArn").map(str::to_owned),
        resources: texts(node, "resources"),
        not_resources: texts(node, "notResources"),
        list_of_tags: listed(node, "listOfTags"),
        conditions: conditions(node),
        ..SelectionSays::default()
    }
}

fn is_left_out(node: Node<'_>, key: &str) -> bool {
    let members = node.0.as_object();
    members.is_some_and(|m| !m.iter().any(|(k, v)| k.eq_ignore_ascii_case(key) && !v.is_null()))
}

fn texts(node: Node<'_>, key: &str) -> Option<Vec<String>> {
    if is_left_out(node, key) {
        return Some(Vec::new());
    }
    Some(node.texts(key)?.into_iter().map(str::to_owned).collect())
}

/// `ListOfTags`, each with its type.
fn listed(node: Node<'_>, key: &str) -> Option<Vec<Condition>> {
    if is_left_out(node, key) {
        return Some(Vec::new());
    }
    let one = |tag: Node<'_>| {
        let operator = tag.text("conditionType").or_else(|| tag.text("type"))?;
        condition(tag, Operator::read_lenient(operator))
    };
    node.list(key)?.into_iter().map(one).collect()
}

/// `Conditions`, by operator.
fn conditions(node: Node<'_>) -> Option<Vec<Condition>> {
    if is_left_out(node, "conditions") {
        return Some(Vec::new());
    }
    let mut all = Vec::new();
    for (operator, list) in node.get("conditions")?.0.as_object()? {
        if list.is_null() {
            continue;
        }
        for one in list.as_array()? {
            all.push(condition(Node(one), Operator::read_lenient(operator))?);
        }
    }
    Some(all)
}

fn condition(node: Node<'_>, operator: Operator) -> Option<Condition> {
    let key = node.text("conditionKey").or_else(|| node.text("key"))?;
    let value = node.get("conditionValue").or_else(|| node.get("value"))?;
    Some(Condition { operator, condition_key: key.to_owned(), condition_value: value.0.as_str()?.to_owned() })
}

/// Whose plans a record is about: the service events of policies name the account inside.
pub(super) fn account_of(record: &Record) -> Option<AccountId> {
    record.details().text("accountId").and_then(AccountId::parse).or_else(|| record.account.clone())
}
