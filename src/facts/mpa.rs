//! Multi-party approval: identity sources, teams with their versions and policies, sessions and votes.
//!
//! Two event sources: calls (`multi-party-approval.amazonaws.com`) and asynchronous outcomes (`mpa.amazonaws.com`). Outcomes
//! are read from `serviceEventDetails`, never from the event's name: AWS documents a rejection as `SessionApproved`.

mod portal;
mod shown;

use super::calls::TeamCall;
use super::words::{SessionState, SourceStatus, TeamStatus};
use super::{About, Approver, Draft, SessionSays, Sink, SourceSays, TeamPolicy, TeamSays};
use crate::arn::{Region, SessionArn, TeamArn};
use crate::record::Record;
use crate::record::node::Node;
pub use shown::read_snapshot;

/// Reads one record of either event source.
pub fn read(record: &Record, out: &mut Sink) {
    if is_call(record) {
        out.say(About::TeamCall(Box::new(TeamCall::of(record))));
    }
    if !record.succeeded() {
        return;
    }
    match record.name.as_str() {
        "CreateApprovalTeam" => team_created(record, out),
        "UpdateApprovalTeam" => update_asked(record, out),
        "StartActiveApprovalTeamDeletion" => on_team(record, out, |says| {
            says.deletion_asked = record.response().time("deletionStartTime").or(Some(record.time));
            says.deletion_completes = record.response().time("deletionCompletionTime");
        }),
        "DeleteInactiveApprovalTeamVersion" => {
            let version = record.request().text("versionId").map(str::to_owned);
            on_team(record, out, |says| says.discarded = version);
        }
        "PutResourcePolicy" | "DeleteResourcePolicy" => team_policy(record, out),
        "StartApprovalTeamBaseline" => baseline(record, out),
        "CreateIdentitySource" | "DeleteIdentitySource" => identity_source(record, out),
        "StartSession" => session_started(record, out),
        "CancelSession" => session_cancelled(record, out),
        "UpdateSessionForApprover" => portal::vote(record, out),
        "UpdateInvitationForApprover" => portal::invitation(record, out),
        _ if record.details().get("teamStatus").is_some() => team_outcome(record, out),
        _ if record.details().get("sessionStatus").is_some() => session_outcome(record, out),
        _ => {}
    }
}

/// Whether a record is a call that changes something, and not the outcome of one. Tags are hidden and decide nothing.
fn is_call(record: &Record) -> bool {
    record.source == "multi-party-approval.amazonaws.com"
        && record.details().0.is_null()
        && !matches!(record.name.as_str(), "TagResource" | "UntagResource")
}

/// The team that a call or an outcome is about.
fn team_of(record: &Record) -> Option<TeamArn> {
    let request = record.request();
    let named = request.text("arn").or_else(|| request.text("resourceArn")).or_else(|| record.response().text("arn"));
    named.and_then(TeamArn::parse).or_else(|| record.resources().into_iter().find_map(TeamArn::parse))
}

fn on_team(record: &Record, out: &mut Sink, say: impl FnOnce(&mut TeamSays)) {
    let Some(team) = team_of(record) else { return };
    let mut says = TeamSays::default();
    say(&mut says);
    out.say(About::Team(team, Box::new(says)));
}

fn team_created(record: &Record, out: &mut Sink) {
    let made = record.response();
    let created = made.time("creationTime").unwrap_or_else(|| out.time());
    on_team(record, out, |says| {
        *says = team_says(record.request());
        says.created = Some(created);
        says.status = Some(TeamStatus::Pending);
        says.version = made.text("versionId").map(str::to_owned);
        says.draft = Some(None);
    });
}

/// An update is a draft. AWS documents the record with the team's ARN and no more, so what it changes may not be in it.
fn update_asked(record: &Record, out: &mut Sink) {
    let asked = team_says(record.request());
    on_team(record, out, |says| {
        says.update_asked = true;
        says.draft = Some(Some(Draft {
            version: record.response().text("versionId").map(str::to_owned),
            threshold: asked.threshold,
            approvers: asked.approvers,
            asked: Some(record.time),
            ..Draft::default()
        }));
    });
}

fn team_outcome(record: &Record, out: &mut Sink) {
    let details = record.details();
    let code = details.text("teamStatusCode").map(str::to_owned);
    let session = details.text("updateSessionId").map(str::to_owned);
    // The failed approval of an update is documented with the code of a failed activation: refused either way.
    let refused = code.as_deref().is_some_and(|code| code.starts_with("UPDATE_FAILED"));
    let taken = record.name == "TeamUpdateActivationSuccess";
    on_team(record, out, |says| {
        says.status = details.text("teamStatus").map(TeamStatus::read);
        says.update_taken = if refused { Some(false) } else { taken.then_some(true) };
        says.update_session = session;
        says.code = Some(code);
    });
}

/// What a team's members say, in a call's parameters and in `get-approval-team` alike.
fn team_says(node: Node<'_>) -> TeamSays {
    let policies = node.list("policies");
    TeamSays {
        name: node.text("name").map(str::to_owned),
        status: node.text("status").map(TeamStatus::read),
        threshold: threshold(node),
        approvers: approvers(node),
        policies: policies.and_then(|list| list.into_iter().map(|p| p.text("policyArn").map(str::to_owned)).collect()),
        version: node.text("versionId").map(str::to_owned),
        ..TeamSays::default()
    }
}

fn threshold(node: Node<'_>) -> Option<i64> {
    node.path(&["approvalStrategy", "mofN"])?.int("minApprovalsRequired")
}

/// The approvers; `None` where one of them is not named, since the list is then not known.
fn approvers(node: Node<'_>) -> Option<Vec<Approver>> {
    node.list("approvers")?.into_iter().map(approver).collect()
}

fn approver(node: Node<'_>) -> Option<Approver> {
    let mfa = node.list("MfaMethods").filter(|methods| !methods.is_empty());
    let text = |key: &str| node.text(key).map(str::to_owned);
    Some(Approver {
        identity: text("primaryIdentityId")?,
        source: text("primaryIdentitySourceArn"),
        approver: text("approverId"),
        status: text("primaryIdentityStatus"),
        answered: node.time("responseTime"),
        last_activity: node.time("lastActivityTime"),
        activity: text("lastActivity"),
        pending_baseline: text("pendingBaselineSessionArn"),
        mfa_in_sync: mfa.map(|methods| methods.iter().all(|m| m.text("SyncStatus") == Some("IN_SYNC"))),
    })
}

fn team_policy(record: &Record, out: &mut Sink) {
    let request = record.request();
    let Some(name) = request.text("policyName").map(str::to_owned) else { return };
    let policy = (record.name == "PutResourcePolicy").then(|| TeamPolicy {
        kind: request.text("policyType").map(str::to_owned),
        arn: request.text("policyVersionArn").or_else(|| request.text("policyArn")).map(str::to_owned),
        document: request.text("policyDocument").map(str::to_owned),
    });
    on_team(record, out, |says| says.resource_policies = vec![(name, policy)]);
}

/// A session in which approvers show that they are still there.
fn baseline(record: &Record, out: &mut Sink) {
    let Some(session) = record.response().text("baselineSessionArn").and_then(SessionArn::parse) else { return };
    let says = SessionSays {
        team: team_of(record).or_else(|| session.team()),
        action: Some("mpa:StartApprovalTeamBaseline".to_owned()),
        resource: team_of(record).map(|team| team.to_string()),
        requested: Some(record.time),
        requester: record.actor.account.clone(),
        requester_principal: Some(record.actor.principal.clone()).filter(|p| p.starts_with("arn:")),
        state: Some(SessionState { status: "PENDING".into(), code: None }),
        ..SessionSays::default()
    };
    out.say(About::Session(session, Box::new(says)));
}

fn identity_source(record: &Record, out: &mut Sink) {
    let (request, response) = (record.request(), record.response());
    let named = response.text("identitySourceArn").or_else(|| request.text("identitySourceArn"));
    let listed = || record.resources().into_iter().find(|arn| arn.contains(":identity-source"));
    let Some(arn) = named.or_else(listed).map(str::to_owned) else { return };
    let says = if record.name == "CreateIdentitySource" {
        let made = response.time("creationTime").unwrap_or_else(|| out.time());
        let kind = response.text("identitySourceType").map(str::to_owned);
        SourceSays { created: Some(made), kind, status: Some(SourceStatus::Creating), ..source_says(request) }
    } else {
        // It is deleted some time later, or not (`DELETION_FAILED`): only a snapshot tells.
        SourceSays { status: Some(SourceStatus::Deleting), ..SourceSays::default() }
    };
    out.say(About::IdentitySource(arn, Box::new(says)));
}

fn source_says(node: Node<'_>) -> SourceSays {
    let center = node.path(&["identitySourceParameters", "iamIdentityCenter"]);
    let text = |key: &str| center?.text(key).map(str::to_owned);
    SourceSays {
        instance: text("instanceArn"),
        region: text("region").map(Region::new),
        portal: text("approvalPortalUrl"),
        ..SourceSays::default()
    }
}

fn session_started(record: &Record, out: &mut Sink) {
    let request = record.request();
    let made = record.response().text("arn").and_then(SessionArn::parse);
    let Some(session) = made.or_else(|| record.resources().into_iter().find_map(SessionArn::parse)) else { return };
    let requested = request.time("initiationTime").unwrap_or(record.time);
    let minutes = request.int("durationMinutes").filter(|m| (1..=1_000_000).contains(m));
    let says = SessionSays {
        team: request.text("approvalTeamArn").and_then(TeamArn::parse).or_else(|| session.team()),
        action: request.text("actionName").map(str::to_owned),
        resource: request.text("protectedResourceArn").map(str::to_owned),
        requested: Some(requested),
        requester: record.actor.account.clone(),
        requester_principal: Some(record.actor.principal.clone()).filter(|p| p.starts_with("arn:")),
        requester_region: request.text("requesterRegion").map(Region::new),
        requester_service: record.actor.invoked_by.clone(),
        comment: request.text("requesterComment").map(str::to_owned),
        expires: minutes.map(|m| requested + chrono::Duration::minutes(m)),
        state: Some(SessionState { status: "PENDING".into(), code: None }),
        ..SessionSays::default()
    };
    out.say(About::Session(session, Box::new(says)));
}

/// The session that a call or an outcome is about.
fn session_of(record: &Record) -> Option<SessionArn> {
    let named = record.request().text("sessionArn").and_then(SessionArn::parse);
    named.or_else(|| record.resources().into_iter().find_map(SessionArn::parse))
}

/// A cancellation takes effect with the call; the service event that follows says the same.
fn session_cancelled(record: &Record, out: &mut Sink) {
    let Some(session) = session_of(record) else { return };
    let says = SessionSays {
        team: session.team(),
        state: Some(SessionState { status: "CANCELLED".into(), code: Some("CANCELLED_BY_USER".into()) }),
        cancelled_by: Some(record.actor.clone()),
        ..SessionSays::default()
    };
    out.say(About::Session(session, Box::new(says)));
}

fn session_outcome(record: &Record, out: &mut Sink) {
    let Some(session) = session_of(record) else { return };
    let details = record.details();
    let Some(status) = details.text("sessionStatus").map(str::to_owned) else { return };
    let says = SessionSays {
        team: session.team(),
        state: Some(SessionState { status, code: details.text("sessionStatusCode").map(str::to_owned) }),
        approved_by: voters(details, "approvedBy"),
        rejected_by: voters(details, "rejectedBy"),
        silent: voters(details, "noParticipationBy"),
        execution: details.text("executionStatus").map(str::to_owned),
        ..SessionSays::default()
    };
    out.say(About::Session(session, Box::new(says)));
}

/// `identityStoreArn/userId,identityStoreArn/userId` → the user ids; `None` where the member is absent or hidden.
fn voters(details: Node<'_>, key: &str) -> Option<Vec<String>> {
    let joined = details.get(key)?.0.as_str()?;
    let ids = joined.split(',').map(str::trim).filter(|v| !v.is_empty());
    Some(ids.map(|v| v.rsplit('/').next().unwrap_or(v).to_owned()).collect())
}
