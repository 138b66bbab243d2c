//! Backup plans: calls, service events for plans that a backup policy makes, state changes, snapshots.

use crate::arn::{PlanArn, Text, VaultArn};
use crate::facts::calls::LifeCall;
use crate::facts::{About, CopyAction, Lifecycle, PlanRule, PlanSays, Retention, RuleSays, Sink};
use crate::ingest::inventory::Observation;
use crate::instant::Instant;
use crate::record::Record;
use crate::record::node::Node;
use serde_json::Value;

/// A successful call that makes, changes or deletes a plan. A new version begins when the call ends.
pub(super) fn called(record: &Record, out: &mut Sink) {
    let (request, response) = (record.request(), record.response());
    let Some(arn) = plan_of(record, response).or_else(|| plan_of(record, request)) else { return };
    if record.name == "DeleteBackupPlan" {
        return deleted(arn, response.time("deletionDate"), out);
    }
    let is_new = record.name == "CreateBackupPlan";
    if !is_new {
        out.say(About::LifeCall(arn.to_string(), LifeCall::of(record)));
    }
    let says = PlanSays {
        version: response.text("versionId").map(str::to_owned),
        changed: true,
        exists: Some(true),
        is_new,
        created: is_new.then_some(record.time),
        ..document(request.get("backupPlan"), &arn)
    };
    say(arn, says, out.time(), out);
}

/// A plan that a backup policy of the organisation makes or deletes in a member account.
pub(super) fn organizational(record: &Record, out: &mut Sink) {
    let details = record.details();
    let Some(arn) = plan_of(record, details) else { return };
    let version = details.text("backupPlanVersionId").map(str::to_owned);
    if record.name == "DeleteOrganizationalBackupPlan" {
        return deleted(arn, details.time("deletionDate"), out);
    }
    let rules = texted(details, "backupRules");
    let rules = rules.as_ref().and_then(Value::as_array);
    let says = PlanSays {
        version,
        changed: true,
        name: details.text("backupPlanName").map(str::to_owned),
        rules: rules.map(|rules| rules.iter().map(|one| rule(Node(one), &arn)).collect()),
        exists: Some(true),
        ..PlanSays::default()
    };
    let at = details.time("creationDate").unwrap_or_else(|| out.time());
    if let Some(selections) = texted(details, "backupSelections").as_ref().and_then(Value::as_array) {
        for one in selections {
            super::selection::organizational(Node(one), &arn, at, out);
        }
        out.say_at(at, About::AllSelections(arn.clone()));
    }
    say(arn, says, at, out);
}

/// A backup policy that AWS Backup cannot make a plan of: there is none, and the reason stays visible.
pub(super) fn invalid(record: &Record, out: &mut Sink) {
    let details = record.details();
    let plan = details.get("effectiveBackupPlan");
    let Some(policy) = details.text("effectivePolicyId") else { return };
    let name = plan.and_then(|plan| plan.text("logicalName"));
    let (account, region) = (super::selection::account_of(record), record.region.as_ref());
    let arn = PlanArn::of(account.as_ref(), region, &format!("invalid/{policy}/{}", name.unwrap_or_default()));
    let says = PlanSays {
        version: details.int("effectivePolicyVersion").map(|version| version.to_string()),
        changed: true,
        name: name.map(str::to_owned),
        exists: Some(false),
        invalid: Some(policy.to_owned()),
        rules: document(plan, &arn).rules,
        ..PlanSays::default()
    };
    out.say(About::Plan(arn, Box::new(says)));
}

/// `Backup Plan State Change` of EventBridge: which version came into force.
pub(super) fn state_changed(record: &Record, out: &mut Sink) {
    let details = record.details();
    let listed = record.resources().into_iter().find(|arn| arn.contains(":backup-plan:")).map(PlanArn::new);
    let Some(arn) = listed.or_else(|| plan_of(record, details)) else { return };
    let version = details.text("versionId").map(str::to_owned);
    let changed = PlanSays { version, changed: true, exists: Some(true), ..PlanSays::default() };
    match details.text("state") {
        Some("DELETED") => deleted(arn, details.time("deletionDate"), out),
        Some("CREATED") => {
            let at = details.time("creationDate").unwrap_or_else(|| out.time());
            say(arn, PlanSays { created: Some(at), is_new: true, ..changed }, at, out);
        }
        Some("MODIFIED") => say(arn, changed, details.time("modifiedAt").unwrap_or_else(|| out.time()), out),
        _ => {}
    }
}

/// A row of `list-backup-plans`, or one version by `get-backup-plan`.
pub(super) fn shown(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    let place = (observation.account.as_ref(), observation.region.as_ref());
    if observation.whole_list {
        if let (Some(account), Some(region)) = place {
            out.say(About::AllPlans(account.clone(), region.clone()));
        }
        return;
    }
    let named = row.text("BackupPlanArn").map(PlanArn::new);
    let Some(arn) = named.or_else(|| Some(PlanArn::of(place.0, place.1, row.text("BackupPlanId")?))) else { return };
    let gone = row.time("DeletionDate");
    let listed = observation.operation == "backup list-backup-plans";
    let of = if listed { Some(row) } else { row.get("BackupPlan") };
    let shown = PlanSays {
        version: row.text("VersionId").map(str::to_owned),
        exists: gone.is_none().then_some(true),
        listed,
        created: row.time("CreationDate"),
        ..document(of, &arn)
    };
    say(arn.clone(), shown, out.time(), out);
    if gone.is_some() {
        deleted(arn, gone, out);
    }
}

fn deleted(arn: PlanArn, at: Option<Instant>, out: &mut Sink) {
    let says = PlanSays { exists: Some(false), ..PlanSays::default() };
    out.say_at(at.unwrap_or_else(|| out.time()), About::Plan(arn, Box::new(says)));
}

/// The plan, and what the copy actions of its rules keep, and where.
fn say(arn: PlanArn, says: PlanSays, at: Instant, out: &mut Sink) {
    for rule in says.rules.iter().flatten() {
        let (Some(version), Some(id)) = (&says.version, &rule.id) else { continue };
        for action in rule.copy_actions.iter().flatten() {
            let keeps = action.lifecycle.as_ref().and_then(|l| l.retention);
            if let (Some(vault), Some(keeps)) = (VaultArn::parse(action.vault.as_str()), keeps) {
                let rule = PlanRule { plan: Text::new(arn.id()), version: Text::new(version), rule: Text::new(id) };
                out.say_at(at, About::CopyRule(Box::new(rule), vault, keeps));
            }
        }
    }
    out.say_at(at, About::Plan(arn, Box::new(says)));
}

/// The plan that a call or an event names.
pub(super) fn plan_of(record: &Record, node: Node<'_>) -> Option<PlanArn> {
    if let Some(arn) = node.text("backupPlanArn") {
        return Some(PlanArn::new(arn));
    }
    let account = super::selection::account_of(record);
    Some(PlanArn::of(account.as_ref(), record.region.as_ref(), node.text("backupPlanId")?))
}

/// A member that is JSON in a text in AWS's own records.
fn texted(node: Node<'_>, key: &str) -> Option<Value> {
    let member = node.get(key)?;
    member.0.as_str().map_or_else(|| Some(member.0.clone()), |text| serde_json::from_str(text).ok())
}

/// Name, rules and settings of a plan.
fn document(node: Option<Node<'_>>, arn: &PlanArn) -> PlanSays {
    let Some(node) = node else { return PlanSays::default() };
    let rules = node.list("rules").map(|rules| rules.into_iter().map(|one| rule(one, arn)).collect());
    let settings = node.list("advancedBackupSettings").map(|settings| {
        let each = settings.iter().filter_map(|one| {
            let kind = one.text("resourceType")?;
            let options = one.get("backupOptions")?.0.as_object()?;
            let said = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Some(options.iter().map(move |(key, value)| (format!("{kind}/{key}"), said(value))))
        });
        each.flatten().collect()
    });
    PlanSays { name: node.text("backupPlanName").map(str::to_owned), rules, settings, ..PlanSays::default() }
}

/// A rule as the API has it, or as the service event of a policy's plan has it.
fn rule(node: Node<'_>, plan: &PlanArn) -> RuleSays {
    let text = |key: &str| written(node, key).map(str::to_owned);
    let target = node.text("targetBackupVaultName").or_else(|| node.text("cryopodArn"));
    let vault = target.map(|name| match (VaultArn::parse(name), plan.pair()) {
        (None, Some((account, region))) => VaultArn::of(&account, &region, name),
        _ => VaultArn::new(name),
    });
    let window = |api: &str, event: &str| node.int(api).or_else(|| minutes(node.text(event)?));
    RuleSays {
        name: text("ruleName").or_else(|| text("name")),
        id: node.text("ruleId").or_else(|| node.text("id")).map(str::to_owned),
        vault,
        air_gapped: node.text("targetLogicallyAirGappedBackupVaultArn").map(VaultArn::new),
        schedule: text("scheduleExpression"),
        timezone: text("scheduleExpressionTimezone"),
        start_window_minutes: window("startWindowMinutes", "startWindow"),
        completion_window_minutes: window("completionWindowMinutes", "completionWindow"),
        lifecycle: life_cycle(node, "lifecycle")
            .or_else(|| life_cycle(node, "ruleLifecycle"))
            .or_else(|| endless(node)),
        copy_actions: match node.get("copyActions") {
            None if node.0.is_object() => Some(Vec::new()),
            _ => node.list("copyActions").map(|actions| actions.into_iter().map(copy_action).collect()),
        },
        enable_continuous_backup: node.flag("enableContinuousBackup"),
    }
}

/// A rule without a life cycle keeps what it makes for ever.
fn endless(node: Node<'_>) -> Option<Lifecycle> {
    let members = node.0.as_object()?;
    let silent = |key: &str| !members.iter().any(|(k, v)| k.eq_ignore_ascii_case(key) && !v.is_null());
    (silent("lifecycle") && silent("ruleLifecycle"))
        .then(|| Lifecycle { retention: Some(Retention::Always), ..Lifecycle::default() })
}

fn life_cycle(node: Node<'_>, key: &str) -> Option<Lifecycle> {
    let node = node.get(key)?;
    Some(Lifecycle {
        retention: super::point::retention(node),
        cold_after: node.days("moveToColdStorageAfterDays"),
        delete_after: node.text("deleteAfterEvent").map(str::to_owned),
    })
}

/// The destination stays visible whatever it is; how the event of a policy's plan names it is not documented.
fn copy_action(node: Node<'_>) -> CopyAction {
    let members = node.0.as_object().into_iter().flat_map(|members| members.values());
    let vault = members.filter_map(Value::as_str).find(|text| VaultArn::parse(text).is_some());
    let vault = node.text("destinationBackupVaultArn").or(vault).unwrap_or("?");
    CopyAction { vault: VaultArn::new(vault), lifecycle: life_cycle(node, "lifecycle") }
}

/// A text as it is written, hidden ones too: what is hidden must not pass for what is left out.
fn written<'a>(node: Node<'a>, key: &str) -> Option<&'a str> {
    let (_, value) = node.0.as_object()?.iter().find(|(k, _)| k.eq_ignore_ascii_case(key))?;
    value.as_str().filter(|text| !text.is_empty())
}

/// `PT1H`, `PT90M`, `P7D`: minutes.
fn minutes(text: &str) -> Option<i64> {
    let (mut total, mut number) = (0_i64, 0_i64);
    for c in text.strip_prefix('P')?.chars() {
        let unit = match c {
            'T' => continue,
            'D' => 24 * 60,
            'H' => 60,
            'M' => 1,
            _ => {
                number = number.checked_mul(10)?.checked_add(c.to_digit(10)?.into())?;
                continue;
            }
        };
        total = total.checked_add(number.checked_mul(unit)?)?;
        number = 0;
    }
    (number == 0).then_some(total)
}
