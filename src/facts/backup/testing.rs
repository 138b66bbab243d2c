//! Restore testing plans and their selections: made, changed, deleted, listed.
//!
//! A plan's ARN ends in its name and an id; calls that delete it give only the name, so that its id here is account, Region and
//! name.

use crate::arn::{AccountId, Arn, Region};
use crate::facts::{About, Sink, TestPlanSays, TestSelectionSays};
use crate::ingest::inventory::Observation;
use crate::record::Record;
use crate::record::node::Node;
use std::collections::BTreeMap;

/// A successful call that makes, changes or deletes a plan or a selection.
pub(super) fn called(record: &Record, out: &mut Sink) {
    let (request, response) = (record.request(), record.response());
    let Some(plan) = plan_id([response, request], (record.account.as_ref(), record.region.as_ref())) else { return };
    let (creates, deletes) = (record.name.starts_with("Create"), record.name.starts_with("Delete"));
    let exists = Some(!deletes);
    let created = response.time("creationTime").or_else(|| creates.then(|| out.time()));
    if record.name.ends_with("Selection") {
        let name = [response, request].into_iter().find_map(selection_name);
        let inner = request.get("restoreTestingSelection").map(selection_says).unwrap_or_default();
        if let Some(name) = name {
            let says = TestSelectionSays { created: inner.created.or(created), exists, ..inner };
            out.say(About::TestSelection(format!("{plan}/{name}"), Box::new(says)));
        }
        return;
    }
    let inner = request.get("restoreTestingPlan").map(plan_says).unwrap_or_default();
    let arn = response.text("restoreTestingPlanArn").map(str::to_owned);
    out.say(About::TestPlan(plan, Box::new(TestPlanSays { arn, created: inner.created.or(created), exists, ..inner })));
}

/// A row of `list-restore-testing-plans`, or the answer of `get-restore-testing-plan`.
pub(super) fn plan_shown(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    let node = row.get("RestoreTestingPlan").unwrap_or(row);
    let place = (observation.account.as_ref(), observation.region.as_ref());
    if let Some(plan) = plan_id([node, row], place) {
        out.say(About::TestPlan(plan, Box::new(TestPlanSays { exists: Some(true), ..plan_says(node) })));
    }
}

/// A row of `list-restore-testing-selections`, or the answer of `get-restore-testing-selection`.
pub(super) fn selection_shown(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    let node = row.get("RestoreTestingSelection").unwrap_or(row);
    let place = (observation.account.as_ref(), observation.region.as_ref());
    if let (Some(plan), Some(name)) = (plan_id([node, row], place), selection_name(node)) {
        let says = TestSelectionSays { exists: Some(true), ..selection_says(node) };
        out.say(About::TestSelection(format!("{plan}/{name}"), Box::new(says)));
    }
}

fn plan_id(nodes: [Node<'_>; 2], place: (Option<&AccountId>, Option<&Region>)) -> Option<String> {
    nodes.into_iter().find_map(|node| {
        let arn = node.text("restoreTestingPlanArn");
        if let Some(id) = arn.and_then(id_of_arn) {
            return Some(id);
        }
        let inner = || node.path(&["restoreTestingPlan", "restoreTestingPlanName"]).and_then(Node::as_text);
        let name = node.text("restoreTestingPlanName").or_else(inner)?;
        Some(format!("{}/{}/{name}", place.0?, place.1?))
    })
}

/// The id of the plan with this ARN: names of plans have no hyphen, the id behind them begins with one.
pub fn id_of_arn(arn: &str) -> Option<String> {
    let arn = Arn::parse(arn)?;
    let (name, _) = arn.resource.strip_prefix("restore-testing-plan:")?.split_once('-')?;
    Some(format!("{}/{}/{name}", arn.account_id()?, arn.region_code()?))
}

fn selection_name(node: Node<'_>) -> Option<&str> {
    let inner = || node.path(&["restoreTestingSelection", "restoreTestingSelectionName"]).and_then(Node::as_text);
    node.text("restoreTestingSelectionName").or_else(inner)
}

fn texts(node: Node<'_>, key: &str) -> Option<Vec<String>> {
    Some(node.texts(key)?.into_iter().map(str::to_owned).collect())
}

fn plan_says(node: Node<'_>) -> TestPlanSays {
    let chosen = node.get("recoveryPointSelection");
    TestPlanSays {
        arn: node.text("restoreTestingPlanArn").map(str::to_owned),
        created: node.time("creationTime"),
        schedule: node.text("scheduleExpression").map(str::to_owned),
        timezone: node.text("scheduleExpressionTimezone").map(str::to_owned),
        start_window_hours: node.int("startWindowHours"),
        algorithm: chosen.and_then(|c| c.text("algorithm")).map(str::to_owned),
        include_vaults: chosen.and_then(|c| texts(c, "includeVaults")),
        exclude_vaults: chosen.and_then(|c| texts(c, "excludeVaults")),
        point_types: chosen.and_then(|c| texts(c, "recoveryPointTypes")),
        window_days: chosen.and_then(|c| c.days("selectionWindowDays")),
        last_execution: node.time("lastExecutionTime"),
        exists: None,
    }
}

fn selection_says(node: Node<'_>) -> TestSelectionSays {
    TestSelectionSays {
        created: node.time("creationTime"),
        resource_type: node.text("protectedResourceType").map(str::to_owned),
        resources: texts(node, "protectedResourceArns"),
        conditions: node.get("protectedResourceConditions").and_then(conditions),
        role: node.text("iamRoleArn").map(str::to_owned),
        validation_window_hours: node.int("validationWindowHours"),
        exists: None,
    }
}

fn conditions(node: Node<'_>) -> Option<BTreeMap<String, Vec<(String, String)>>> {
    let pair = |item: &serde_json::Value| {
        let item = Node(item);
        Some((
            item.text("Key")?.to_owned(),
            item.0.as_object()?.iter().find(|(k, _)| k.eq_ignore_ascii_case("value"))?.1.as_str()?.to_owned(),
        ))
    };
    let members = node.0.as_object()?.iter().filter(|(_, pairs)| !pairs.is_null());
    let read = members.map(|(operator, pairs)| {
        // CloudTrail lowers the first letter of the API's names.
        let operator = ["StringEquals", "StringNotEquals"]
            .into_iter()
            .find(|name| name.eq_ignore_ascii_case(operator))
            .unwrap_or(operator);
        Some((operator.to_owned(), pairs.as_array()?.iter().map(pair).collect::<Option<Vec<_>>>()?))
    });
    read.collect()
}
