//! Policies of an organisation: backup policies, service and resource control policies; what they are attached to.

use super::{management, on_organization, one};
use crate::facts::{About, OrganizationPolicySays, OrganizationSays, PolicyText, Sink};
use crate::ingest::inventory::Observation;
use crate::record::Record;
use crate::record::node::Node;

/// Reads one successful record.
pub(super) fn read(record: &Record, out: &mut Sink) {
    let request = record.request();
    let mut says = OrganizationPolicySays::default();
    match record.name.as_str() {
        "EnablePolicyType" | "DisablePolicyType" => {
            let Some((root, kind)) = request.text("rootId").zip(request.text("policyType")) else { return };
            let enabled = record.name.starts_with("Enable");
            return on_organization(record, out, |says| says.policy_types = one(&format!("{root}/{kind}"), enabled));
        }
        "CreatePolicy" | "UpdatePolicy" => return written(record, out),
        "DeletePolicy" => says.exists = Some(false),
        "AttachPolicy" | "DetachPolicy" => {
            let Some(target) = request.text("targetId") else { return };
            says.targets = one(target, record.name.starts_with("Attach"));
        }
        _ => return,
    }
    if let Some(id) = request.text("policyId") {
        out.say(About::OrganizationPolicy(id.to_owned(), Box::new(says)));
    }
}

/// An update without content leaves the content as it was.
fn written(record: &Record, out: &mut Sink) {
    let (request, response) = (record.request(), record.response().get("policy"));
    let mut says = response.map(policy_says).unwrap_or_default();
    let id = response.and_then(|p| p.path(&["policySummary", "id"])).and_then(Node::as_text);
    let Some(id) = id.or_else(|| request.text("policyId")) else { return };
    let text = |key: &str| request.text(key).map(str::to_owned);
    let asked = request.get("content").map(|content| PolicyText::read(Some(content)));
    let made = record.name == "CreatePolicy";
    says.content = says.content.or(asked).or_else(|| made.then(|| PolicyText::read(None)));
    says.name = says.name.or_else(|| text("name"));
    says.kind = says.kind.or_else(|| text("type"));
    says.exists = Some(true);
    out.say(About::OrganizationPolicy(id.to_owned(), Box::new(says)));
}

/// `Policy`.
fn policy_says(node: Node<'_>) -> OrganizationPolicySays {
    let mut says = node.get("policySummary").map(summary).unwrap_or_default();
    says.content = node.get("content").map(|content| PolicyText::read(Some(content)));
    says
}

fn summary(node: Node<'_>) -> OrganizationPolicySays {
    OrganizationPolicySays {
        name: node.text("name").map(str::to_owned),
        kind: node.text("type").map(str::to_owned),
        aws_managed: node.flag("awsManaged"),
        exists: Some(true),
        ..OrganizationPolicySays::default()
    }
}

/// Reads one row of an `aws organizations` output.
pub(super) fn read_snapshot(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    let policy = |id: Option<&str>, says: OrganizationPolicySays, out: &mut Sink| {
        if let Some(id) = id {
            out.say(About::OrganizationPolicy(id.to_owned(), Box::new(says)));
        }
    };
    match observation.operation {
        "organizations list-policies" => policy(row.text("Id"), summary(row), out),
        "organizations list-policies-for-target" => {
            let targets = observation.qualifier.as_deref().map(|target| one(target, true)).unwrap_or_default();
            policy(row.text("Id"), OrganizationPolicySays { targets, ..summary(row) }, out);
        }
        "organizations describe-policy" => {
            let Some(node) = row.get("Policy") else { return };
            let id = node.path(&["PolicySummary", "Id"]).and_then(Node::as_text);
            policy(id, policy_says(node), out);
        }
        "organizations list-targets-for-policy" => {
            let targets = row.text("TargetId").map(|target| one(target, true)).unwrap_or_default();
            let whole = observation.whole_list.then(|| "Targets".to_owned());
            let says = OrganizationPolicySays { targets, whole, ..OrganizationPolicySays::default() };
            policy(observation.qualifier.as_deref(), says, out);
        }
        "organizations list-roots" => {
            let owner = management(row.text("Arn")).or_else(|| observation.account.clone());
            let Some((owner, root)) = owner.zip(row.text("Id")) else { return };
            let types = row.list("PolicyTypes").unwrap_or_default().into_iter();
            let types =
                types.filter_map(|t| Some((format!("{root}/{}", t.text("Type")?), t.text("Status")? == "ENABLED")));
            let says = OrganizationSays { policy_types: types.collect(), ..OrganizationSays::default() };
            out.say(About::Organization(owner, Box::new(says)));
        }
        _ => {}
    }
}
