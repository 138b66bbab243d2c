//! Security Lake: CloudTrail records that were made into OCSF events, turned back.
//!
//! API Activity (6003, 3005 in 1.0.0-rc.2), Account Change (3001) and Authentication (3002), versions 1.0 to 1.5, after the
//! mapping that OCSF publishes (github.com/ocsf/examples, mappings/markdown/AWS). What it has no place for is in `unmapped`.

use super::loose;
use crate::instant;
use crate::record::kind_of;
use crate::record::node::Node;
use serde_json::{Map, Value, json};

/// Members of a CloudTrail record and where an OCSF event has them, the newest version first.
const TEXTS: [(&str, &[&str]); 18] = [
    ("eventVersion", &["metadata.product.version"]),
    ("eventID", &["metadata.uid"]),
    ("eventType", &["metadata.event_code", "metadata.log_name"]),
    ("eventSource", &["api.service.name"]),
    ("eventName", &["api.operation"]),
    ("apiVersion", &["api.version"]),
    ("requestID", &["api.request.uid"]),
    ("errorCode", &["api.response.error"]),
    ("errorMessage", &["api.response.message", "api.response.error_message"]),
    ("awsRegion", &["cloud.region"]),
    ("recipientAccountId", &["cloud.account.uid", "cloud.account_uid"]),
    ("sourceIPAddress", &["src_endpoint.ip", "src_endpoint.domain"]),
    ("vpcEndpointId", &["src_endpoint.uid"]),
    ("userAgent", &["http_request.user_agent"]),
    ("userIdentity.type", &["actor.user.type"]),
    ("userIdentity.userName", &["actor.user.name"]),
    ("userIdentity.accountId", &["actor.user.account.uid", "actor.user.account_uid"]),
    ("userIdentity.invokedBy", &["actor.invoked_by"]),
];

/// The CloudTrail record behind an OCSF event; `None` where the event is that of another product.
///
/// Errors name the member of the OCSF event that is missing or of the wrong type.
pub fn record(mut event: Value) -> Result<Option<Value>, String> {
    let rest = event.get_mut("unmapped").map(Value::take).unwrap_or_default();
    let node = Node(&event);
    if !is_cloudtrail(node) {
        return Ok(None);
    }
    let mut out = Map::new();
    for (member, places) in TEXTS {
        if let Some(found) = first_text(node, places)? {
            loose::put(&mut out, member, Value::from(found));
        }
    }
    for (member, place) in [("eventSource", "api.service.name"), ("eventName", "api.operation")] {
        if !out.contains_key(member) {
            return Err(format!("`{place}` is missing: an OCSF event of CloudTrail has `{member}` there"));
        }
    }
    loose::put(&mut out, "eventTime", Value::from(time(node)?));
    identity(node, &mut out)?;
    for (member, place) in [("requestParameters", "api.request.data"), ("responseElements", "api.response.data")] {
        if let Some(data) = at(node, place).and_then(data) {
            out.insert(member.into(), data);
        }
    }
    if let Some(category @ ("Management" | "Data" | "NetworkActivity" | "Insight")) =
        at(node, "metadata.product.feature.name").and_then(Node::as_text)
    {
        out.insert("eventCategory".into(), Value::from(category));
    }
    resources(node, &mut out)?;
    unmapped(rest, &mut out);
    // A call that failed must never pass for one that went through, even where its code was lost.
    if node.text("status") == Some("Failure") || node.int("status_id") == Some(2) {
        loose::put(&mut out, "errorCode", Value::from("Failure"));
    }
    Ok(Some(Value::Object(out)))
}

fn is_cloudtrail(event: Node<'_>) -> bool {
    match at(event, "metadata.product.name").and_then(Node::as_text) {
        Some(product) => product.to_ascii_lowercase().contains("cloudtrail"),
        None => at(event, "api.service.name").and_then(Node::as_text).is_some_and(|s| s.ends_with(".amazonaws.com")),
    }
}

fn at<'a>(event: Node<'a>, place: &str) -> Option<Node<'a>> {
    place.split('.').try_fold(event, Node::get)
}

/// A text; an empty one, and two quotes, as some exports write it, are none.
fn text<'a>(event: Node<'a>, place: &str) -> Result<Option<&'a str>, String> {
    match at(event, place) {
        None => Ok(None),
        Some(Node(Value::String(text))) => Ok(Some(text.as_str()).filter(|text| !matches!(*text, "" | "''"))),
        Some(Node(other)) => Err(format!("`{place}` must be text, this is {}", kind_of(other))),
    }
}

fn first_text<'a>(event: Node<'a>, places: &[&str]) -> Result<Option<&'a str>, String> {
    for place in places {
        if let Some(found) = text(event, place)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// `time_dt` (RFC 3339) or `time` (milliseconds), as `eventTime` is written.
fn time(event: Node<'_>) -> Result<String, String> {
    let time = event.time("time_dt").or_else(|| event.time("time"));
    time.map(instant::show).ok_or_else(|| "`time` is missing or no time".into())
}

/// Which of the user's ids is the ARN differs between versions, and the ARN itself tells.
fn identity(event: Node<'_>, out: &mut Map<String, Value>) -> Result<(), String> {
    let person = text(event, "actor.user.type")? == Some("IdentityCenterUser");
    for place in ["actor.user.uid", "actor.user.uuid", "actor.user.uid_alt"] {
        let Some(id) = text(event, place)? else { continue };
        let member = match id {
            _ if id.starts_with("arn:") => "userIdentity.arn",
            _ if person => "userIdentity.onBehalfOf.userId",
            _ => "userIdentity.principalId",
        };
        loose::put(out, member, Value::from(id));
    }
    let credential = if person { "userIdentity.credentialId" } else { "userIdentity.accessKeyId" };
    for (member, place) in [
        (credential, "actor.user.credential_uid"),
        ("userIdentity.onBehalfOf.identityStoreArn", "actor.idp.uid"),
        ("userIdentity.identityProvider", "actor.idp.name"),
        ("userIdentity.sessionContext.sessionIssuer.arn", "actor.session.issuer"),
    ] {
        if let Some(found) = text(event, place)? {
            loose::put(out, member, Value::from(found));
        }
    }
    let Some(session) = at(event, "actor.session") else { return Ok(()) };
    let attribute = |name: &str| format!("userIdentity.sessionContext.attributes.{name}");
    if let Some(created) = session.time("created_time_dt").or_else(|| session.time("created_time")) {
        loose::put(out, &attribute("creationDate"), Value::from(instant::show(created)));
    }
    if let Some(mfa) = session.flag("is_mfa").or_else(|| session.flag("mfa")) {
        loose::put(out, &attribute("mfaAuthenticated"), Value::from(mfa.to_string()));
    }
    Ok(())
}

/// `requestParameters` and `responseElements`: an object, or one as text.
fn data(node: Node<'_>) -> Option<Value> {
    match node.0 {
        Value::String(text) if matches!(text.trim(), "" | "null") => None,
        Value::String(text) => Some(loose::structure(text).unwrap_or_else(|| node.0.clone())),
        other => Some(other.clone()),
    }
}

fn resources(event: Node<'_>, out: &mut Map<String, Value>) -> Result<(), String> {
    let Some(Node(found)) = event.get("resources") else { return Ok(()) };
    let Some(list) = found.as_array() else {
        return Err(format!("`resources` must be a list, this is {}", kind_of(found)));
    };
    let each = list.iter().map(|resource| {
        let resource = Node(resource);
        let owner = at(resource, "owner.account.uid").or_else(|| resource.get("account_uid"));
        let members = [("ARN", resource.get("uid")), ("accountId", owner), ("type", resource.get("type"))];
        let known = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.as_text()?.into())));
        Value::Object(known.collect())
    });
    let each: Vec<Value> = each.collect();
    if !each.is_empty() {
        out.insert("resources".into(), Value::from(each));
    }
    Ok(())
}

/// `unmapped`: an object, a list of pairs (as Parquet has maps), or either as text; names may have dots.
fn unmapped(rest: Value, out: &mut Map<String, Value>) {
    match rest.as_str().and_then(loose::structure).unwrap_or(rest) {
        Value::Object(members) => members.into_iter().for_each(|(name, value)| one_unmapped(&name, value, out)),
        Value::Array(pairs) => {
            for pair in &pairs {
                let name = pair.get("key").or_else(|| pair.get(0)).and_then(Value::as_str);
                if let Some((name, value)) = name.zip(pair.get("value").or_else(|| pair.get(1))) {
                    one_unmapped(name, value.clone(), out);
                }
            }
        }
        _ => {}
    }
}

fn one_unmapped(name: &str, value: Value, out: &mut Map<String, Value>) {
    let value = match value.as_str() {
        Some("") => return,
        Some("true") if matches!(name, "readOnly" | "managementEvent") => json!(true),
        Some("false") if matches!(name, "readOnly" | "managementEvent") => json!(false),
        Some(text) => {
            let key = name.rsplit('.').next().unwrap_or(name);
            loose::structure(text).unwrap_or_else(|| loose::leaf(key, text))
        }
        None if value.is_null() => return,
        None => value,
    };
    loose::put(out, name, value);
}
