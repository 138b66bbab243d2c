//! Approval teams, sessions, votes, identity sources.

use super::sample::{OWNER, Sample, beside, origin, stamp, value};
use serde_json::{Value, json};
use vaultrail::facts::About;
use vaultrail::world::World;

const CALLS: &str = "multi-party-approval.amazonaws.com";
const OUTCOMES: &str = "mpa.amazonaws.com";
const TEAM: &str = "arn:aws:mpa:us-east-1:222233334444:approval-team/Guardians-1a";
const SESSION: &str = "arn:aws:mpa:us-east-1:222233334444:session/Guardians-1a/2b";
const VAULT: &str = super::sample::VAULT;
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

fn at_team(more: Value) -> Value {
    let mut body = json!({"recipientAccountId": "222233334444", "awsRegion": "us-east-1"});
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

fn approver(id: &str) -> Value {
    json!({"primaryIdentityId": id, "primaryIdentitySourceArn": "arn:aws:mpa:us-east-1:222233334444:identity-source/IamIdentityCenter"})
}

fn created() -> Sample {
    let body = at_team(
        json!({"requestParameters": {"name": "Guardians", "approvalStrategy": {"mofN": {"minApprovalsRequired": 2}},
            "approvers": [approver("u1"), approver("u2"), approver("u3")], "description": HIDDEN, "tags": HIDDEN,
            "policies": [{"policyArn": "arn:aws:mpa:::aws:policy/backup.amazonaws.com/CreateRestoreAccessVault/$DEFAULT"}]},
        "responseElements": {"arn": TEAM, "creationTime": "Nov 1, 2026, 10:00:00 AM", "versionId": "1"}}),
    );
    Sample::default().event("10:00", CALLS, "CreateApprovalTeam", body)
}

fn outcome(name: &str, arn: &str, details: Value) -> (String, Value) {
    let body = json!({"eventType": "AwsServiceEvent", "resources": [{"ARN": arn, "type": "AWS::MPA::Team"}], "serviceEventDetails": details,
        "userIdentity": {"accountId": "222233334444", "invokedBy": "mpa.amazonaws.com"}});
    (name.to_owned(), at_team(body))
}

fn then(sample: Sample, clock: &str, (name, body): (String, Value)) -> Sample {
    sample.event(clock, OUTCOMES, &name, body)
}

fn update(sample: Sample, clock: &str, request: Value) -> Sample {
    let mut body = json!({"requestParameters": {"arn": TEAM}, "responseElements": {"versionId": "2"}});
    for (key, value) in request.as_object().unwrap() {
        body["requestParameters"][key] = value.clone();
    }
    sample.event(clock, CALLS, "UpdateApprovalTeam", at_team(body))
}

fn team(world: &World, attribute: &str, clock: &str) -> Option<Value> {
    value(world, "team", attribute, clock)
}

#[test]
fn a_team_lives_from_validation_to_activation() {
    let sample = then(
        created(),
        "10:01",
        outcome(
            "TeamCreationValidationSuccess",
            TEAM,
            json!({"teamStatus": "PENDING", "teamStatusCode": "PENDING_ACTIVATION"}),
        ),
    );
    let world =
        then(sample, "12:00", outcome("TeamCreationActivationSuccess", TEAM, json!({"teamStatus": "ACTIVE"}))).world();
    assert_eq!(team(&world, "Status", "10:00"), Some(json!("PENDING")));
    assert_eq!(team(&world, "StatusCode", "10:01"), Some(json!("PENDING_ACTIVATION")));
    assert_eq!(
        (team(&world, "Status", "12:00"), team(&world, "StatusCode", "12:00")),
        (Some(json!("ACTIVE")), Some(json!(null)))
    );
    assert_eq!(
        (team(&world, "VersionId", "10:00"), team(&world, "MinApprovalsRequired", "10:00")),
        (Some(json!("1")), Some(json!(2)))
    );
    assert_eq!(team(&world, "PendingUpdate", "10:00"), Some(json!(null)));
    assert_eq!(team(&world, "Policies", "10:00").and_then(|p| p.as_array().map(Vec::len)), Some(1));
}

#[test]
fn an_update_is_a_draft_and_what_its_record_does_not_name_is_unknown_once_it_is_in_force() {
    let asked = update(created(), "11:00", json!({}));
    let world =
        then(asked, "13:00", outcome("TeamUpdateActivationSuccess", TEAM, json!({"teamStatus": "ACTIVE"}))).world();
    assert_eq!(team(&world, "PendingUpdate", "11:00").map(|d| d["version"].clone()), Some(json!("2")));
    assert_eq!(team(&world, "MinApprovalsRequired", "12:59"), Some(json!(2)), "the old version stays in force");
    assert_eq!(team(&world, "MinApprovalsRequired", "13:00"), Some(json!(null)));
    assert_eq!(team(&world, "Approvers", "13:00"), Some(json!(null)));
    assert_eq!(team(&world, "VersionId", "13:00"), Some(json!("2")));
    assert_eq!(team(&world, "PendingUpdate", "13:00"), Some(json!(null)));
}

#[test]
fn an_update_whose_record_names_the_threshold_brings_it_into_force_and_not_before() {
    let asked = update(created(), "11:00", json!({"approvalStrategy": {"mofN": {"minApprovalsRequired": 1}}}));
    let pending = outcome(
        "TeamUpdateApprovalSuccess",
        TEAM,
        json!({"teamStatus": "ACTIVE", "teamStatusCode": "UPDATE_PENDING_ACTIVATION", "updateSessionId": "2b"}),
    );
    // The outcome is told by status and code, whatever the event is called.
    let active = outcome("TeamSomethingNew", TEAM, json!({"teamStatus": "ACTIVE"}));
    let world = then(then(asked, "12:00", pending), "13:00", active).world();
    assert_eq!(
        (team(&world, "MinApprovalsRequired", "12:59"), team(&world, "MinApprovalsRequired", "13:00")),
        (Some(json!(2)), Some(json!(1)))
    );
    assert_eq!(
        team(&world, "PendingUpdate", "12:00").map(|d| d["code"].clone()),
        Some(json!("UPDATE_PENDING_ACTIVATION"))
    );
    assert_eq!(team(&world, "UpdateSessionArn", "13:00"), Some(json!("2b")));
}

#[test]
fn a_refused_update_leaves_the_old_version_whatever_code_aws_documents_for_it() {
    for code in ["UPDATE_FAILED_VALIDATION", "UPDATE_FAILED_APPROVAL", "UPDATE_FAILED_ACTIVATION"] {
        let asked = update(created(), "11:00", json!({"approvalStrategy": {"mofN": {"minApprovalsRequired": 1}}}));
        let refused = outcome(
            "TeamUpdateApprovalFailure",
            TEAM,
            json!({"teamStatus": "ACTIVE", "teamStatusCode": code, "updateSessionId": "2b"}),
        );
        let world = then(asked, "12:00", refused).world();
        assert_eq!(team(&world, "MinApprovalsRequired", "13:00"), Some(json!(2)), "{code}");
        assert_eq!(team(&world, "StatusCode", "12:00"), Some(json!(code)));
        assert_eq!(team(&world, "VersionId", "13:00"), Some(json!("1")));
    }
}

#[test]
fn a_discarded_version_is_pending_no_more() {
    let discard = at_team(json!({"requestParameters": {"arn": TEAM, "versionId": "2"}}));
    let world = update(created(), "11:00", json!({}))
        .event("12:00", CALLS, "DeleteInactiveApprovalTeamVersion", discard)
        .world();
    assert_eq!(team(&world, "PendingUpdate", "12:00"), Some(json!(null)));
}

#[test]
fn deleting_a_team_is_asked_for_and_waits_for_its_approval() {
    let ask = at_team(
        json!({"requestParameters": {"arn": TEAM}, "responseElements": {"deletionStartTime": "Nov 1, 2026, 11:00:00 AM"}}),
    );
    let asked = || created().event("11:00", CALLS, "StartActiveApprovalTeamDeletion", ask.clone());
    let refused = outcome(
        "TeamDeletionApprovalFailure",
        TEAM,
        json!({"teamStatus": "ACTIVE", "teamStatusCode": "DELETE_FAILED_APPROVAL", "updateSessionId": "2b"}),
    );
    let world = then(asked(), "12:00", refused).world();
    assert_eq!(team(&world, "DeletionStartTime", "11:00"), Some(json!(stamp("11:00"))));
    assert_eq!(
        (team(&world, "Status", "11:30"), team(&world, "Status", "12:00")),
        (Some(json!("PENDING")), Some(json!("ACTIVE")))
    );
    let approved =
        outcome("TeamDeletionApprovalSuccess", TEAM, json!({"teamStatus": "DELETED", "updateSessionId": "2b"}));
    assert_eq!(team(&then(asked(), "12:00", approved).world(), "Status", "12:00"), Some(json!("DELETED")));
}

fn shown_team(status: &str, last: &str, pending: bool) -> Value {
    let mut team = json!({"Arn": TEAM, "Name": "Guardians", "Status": "ACTIVE", "VersionId": "1", "CreationTime": stamp("10:00"),
        "ApprovalStrategy": {"MofN": {"MinApprovalsRequired": 2}}, "NumberOfApprovers": 1,
        "Approvers": [{"ApproverId": "a1", "PrimaryIdentityId": "u1", "PrimaryIdentityStatus": status, "LastActivity": "VOTED", "LastActivityTime": last,
            "MfaMethods": [{"Type": "EMAIL_OTP", "SyncStatus": "IN_SYNC"}]}]});
    if pending {
        team["StatusCode"] = "UPDATE_PENDING_APPROVAL".into();
        team["UpdateSessionArn"] = SESSION.into();
        team["PendingUpdate"] = json!({"VersionId": "2", "ApprovalStrategy": {"MofN": {"MinApprovalsRequired": 1}}, "Approvers": [approver("u9")],
            "StatusCode": "UPDATE_PENDING_APPROVAL", "UpdateInitiationTime": stamp("11:00")});
    }
    team
}

#[test]
fn a_snapshot_shows_the_pending_update_beside_the_version_in_force() {
    let world = Sample::default()
        .shown("14:00", "mpa/get-approval-team", shown_team("ACCEPTED", &stamp("09:00"), true))
        .world();
    let draft = team(&world, "PendingUpdate", "14:00").unwrap();
    assert_eq!(
        (&draft["threshold"], &draft["approvers"][0]["identity"], &draft["asked"]),
        (&json!(1), &json!("u9"), &json!(stamp("11:00")))
    );
    assert_eq!(team(&world, "MinApprovalsRequired", "14:00"), Some(json!(2)));
    assert_eq!(team(&world, "UpdateSessionArn", "14:00"), Some(json!("2b")));
    // A list never shows drafts: it does not say that there is none.
    let listed = json!({"ApprovalTeams": [{"Arn": TEAM, "Name": "Guardians", "Status": "ACTIVE", "CreationTime": stamp("10:00")}]});
    let world = Sample::default().shown("14:00", "mpa/list-approval-teams", listed).world();
    assert_eq!(team(&world, "PendingUpdate", "14:00"), None);
}

#[test]
fn each_approver_has_a_standing_over_time() {
    let first = shown_team("ACCEPTED", &stamp("09:00"), false);
    let mut later = shown_team("INVALID", &stamp("3T09:00"), false);
    later["Approvers"][0]["MfaMethods"][0]["SyncStatus"] = "OUT_OF_SYNC".into();
    let world = created()
        .shown("14:00", "mpa/get-approval-team", first)
        .shown("4T14:00", "mpa/get-approval-team", later)
        .world();
    let standing = |clock: &str, key: &str| team(&world, "Approvers/u1", clock).unwrap()[key].clone();
    assert_eq!(standing("10:00", "status"), json!(null), "the call does not show who accepted");
    assert_eq!((standing("14:00", "status"), standing("14:00", "mfa_in_sync")), (json!("ACCEPTED"), json!(true)));
    assert_eq!((standing("4T14:00", "status"), standing("4T14:00", "mfa_in_sync")), (json!("INVALID"), json!(false)));
    assert_eq!(standing("4T14:00", "last_activity"), json!(stamp("3T09:00")));
    // Whom the snapshot does not list is no longer in the team.
    assert_eq!(team(&world, "Approvers/u2", "14:00"), Some(json!(null)));
}

fn portal(name: &str, clock: &str, sample: Sample, request: Value) -> Sample {
    let user = json!({"type": "IdentityCenterUser", "accountId": "222233334444", "credentialId": "c1",
        "onBehalfOf": {"userId": "u1", "identityStoreArn": "arn:aws:identitystore::222233334444:identitystore/d-1"}});
    sample.event(clock, CALLS, name, at_team(json!({"userIdentity": user, "requestParameters": request})))
}

#[test]
fn an_answer_to_an_invitation_is_the_approvers_own() {
    let world = portal(
        "UpdateInvitationForApprover",
        "11:00",
        created(),
        json!({"approvalTeamArn": TEAM, "response": "ACCEPTED"}),
    )
    .world();
    let standing = team(&world, "Approvers/u1", "11:00").unwrap();
    assert_eq!(
        (&standing["status"], &standing["answered"], &standing["activity"]),
        (&json!("ACCEPTED"), &json!(stamp("11:00")), &json!("RESPONDED_TO_INVITATION"))
    );
    assert_eq!(team(&world, "Approvers/u2", "11:00").unwrap()["status"], json!(null));
    // AWS documents no parameters: an answer that cannot be read is unknown, and kept.
    let hidden =
        portal("UpdateInvitationForApprover", "11:00", created(), json!({"approvalTeamArn": TEAM, "x": 1})).world();
    let answers = &hidden.teams.values().next().unwrap().answers;
    assert_eq!((answers.len(), answers[0].what.response.as_deref()), (1, None));
}

fn started(action: &str, minutes: Option<i64>) -> Sample {
    let mut request = json!({"approvalTeamArn": TEAM, "actionName": action, "protectedResourceArn": VAULT, "initiationTime": "Nov 1, 2026, 10:00:00 AM",
        "requesterComment": HIDDEN, "metadata": HIDDEN, "description": HIDDEN, "requesterRegion": "eu-west-1"});
    if let Some(minutes) = minutes {
        request["durationMinutes"] = minutes.into();
    }
    Sample::default().event(
        "10:00",
        CALLS,
        "StartSession",
        at_team(json!({"requestParameters": request, "responseElements": {"arn": SESSION}})),
    )
}

const OPEN: &str = "backup:CreateRestoreAccessBackupVault";

fn voters(ids: &[&str]) -> String {
    ids.iter()
        .map(|id| format!("arn:aws:identitystore::222233334444:identitystore/d-1/{id}"))
        .collect::<Vec<_>>()
        .join(",")
}

fn session(world: &World, attribute: &str, clock: &str) -> Option<Value> {
    value(world, "session", attribute, clock)
}

#[test]
fn a_rejection_that_is_logged_as_session_approved_is_a_rejection() {
    let details = json!({"sessionStatus": "FAILED", "sessionStatusCode": "REJECTED", "approvedBy": voters(&["u1"]), "rejectedBy": voters(&["u2", "u3"]), "noParticipationBy": ""});
    let world = then(started(OPEN, None), "11:00", outcome("SessionApproved", SESSION, details)).world();
    assert_eq!(session(&world, "Status", "11:00"), Some(json!("FAILED/REJECTED")));
    assert_eq!(session(&world, "ApprovedBy", "11:00"), Some(json!(["u1"])));
    assert_eq!(session(&world, "RejectedBy", "11:00"), Some(json!(["u2", "u3"])));
    assert_eq!(session(&world, "NoParticipationBy", "11:00"), Some(json!([])));
}

#[test]
fn hidden_members_of_a_session_are_unknown_and_not_text() {
    let details = json!({"sessionStatus": "APPROVED", "approvedBy": HIDDEN});
    let world = then(started(OPEN, None), "11:00", outcome("SessionApproved", SESSION, details)).world();
    assert_eq!(session(&world, "RequesterComment", "11:00"), None);
    assert_eq!((session(&world, "ApprovedBy", "11:00"), session(&world, "RejectedBy", "11:00")), (None, None));
    assert_eq!(session(&world, "RequesterRegion", "11:00"), Some(json!("eu-west-1")));
}

#[test]
fn a_session_that_nobody_decides_expires_where_the_team_owners_log_is_whole() {
    let world = started(OPEN, Some(60)).whole().world();
    assert_eq!(session(&world, "Status", "10:59"), Some(json!("PENDING")));
    assert_eq!(session(&world, "Status", "11:00"), Some(json!("FAILED/EXPIRED")));
    assert_eq!(origin(&world, "session", "Status", "11:00"), "Inferred");
    let by_rule = started(OPEN, None).whole().world();
    assert_eq!(
        (session(&by_rule, "Status", "2T09:59"), session(&by_rule, "Status", "2T10:00")),
        (Some(json!("PENDING")), Some(json!("FAILED/EXPIRED")))
    );
    let of_the_team = started("mpa:UpdateApprovalTeam", None).whole().world();
    assert_eq!(
        (session(&of_the_team, "Status", "2T10:00"), session(&of_the_team, "Status", "3T10:00")),
        (Some(json!("PENDING")), Some(json!("FAILED/EXPIRED")))
    );
}

#[test]
fn what_became_of_a_session_in_a_log_with_holes_is_unknown() {
    let world = started(OPEN, None).world();
    assert_eq!(
        (session(&world, "Status", "2T09:59"), session(&world, "Status", "2T10:00")),
        (Some(json!("PENDING")), Some(json!(null)))
    );
}

#[test]
fn an_outcome_ends_a_session_before_its_time_does() {
    for (status, code, said) in [
        ("APPROVED", None, "APPROVED"),
        ("CANCELLED", Some("CONFIGURATION_CHANGED"), "CANCELLED/CONFIGURATION_CHANGED"),
        ("CANCELLED", Some("TEAM_DELETED"), "CANCELLED/TEAM_DELETED"),
        ("POSTPONED", Some("TOMORROW"), "POSTPONED/TOMORROW"),
    ] {
        let details = json!({"sessionStatus": status, "sessionStatusCode": code});
        let world = then(started(OPEN, None), "11:00", outcome("SessionWhatever", SESSION, details)).whole().world();
        assert_eq!(
            (session(&world, "Status", "11:00"), session(&world, "Status", "5T10:00")),
            (Some(json!(said)), Some(json!(said)))
        );
    }
}

#[test]
fn whoever_cancels_a_session_is_known_and_a_code_that_the_api_lacks_is_no_drift() {
    let cancel = at_team(json!({"requestParameters": {"sessionArn": SESSION}}));
    let shown = json!({"SessionArn": SESSION, "ApprovalTeamArn": TEAM, "Status": "CANCELLED", "CompletionTime": stamp("11:00")});
    let world = started(OPEN, None)
        .event("11:00", CALLS, "CancelSession", cancel)
        .shown("12:00", "mpa/get-session", shown)
        .world();
    assert_eq!(session(&world, "CancelledBy", "11:00").unwrap()["session"], json!("alice"));
    assert_eq!(session(&world, "Status", "11:00"), Some(json!("CANCELLED/CANCELLED_BY_USER")));
    assert_eq!(world.drifts, []);
}

#[test]
fn a_snapshot_that_shows_another_outcome_than_the_log_is_a_drift() {
    let outcome =
        outcome("SessionApproved", SESSION, json!({"sessionStatus": "FAILED", "sessionStatusCode": "REJECTED"}));
    let shown =
        json!({"SessionArn": SESSION, "ApprovalTeamArn": TEAM, "Status": "APPROVED", "CompletionTime": stamp("11:00")});
    let world = then(started(OPEN, None), "11:00", outcome).shown("12:00", "mpa/get-session", shown).world();
    assert_eq!(world.drifts.len(), 1);
}

#[test]
fn votes_in_the_portal_are_kept_one_by_one_and_decide_nothing_alone() {
    let voted = portal(
        "UpdateSessionForApprover",
        "10:30",
        started(OPEN, None),
        json!({"sessionArn": SESSION, "response": "APPROVED"}),
    );
    let world = portal("UpdateSessionForApprover", "10:40", voted, json!({"sessionArn": SESSION})).world();
    let votes = session(&world, "ApproverResponses", "10:40").unwrap();
    assert_eq!(votes[0], json!({"identity": "u1", "response": "APPROVED", "at": stamp("10:30")}));
    assert_eq!(votes[1]["response"], json!(null), "the record does not say how");
    assert_eq!(session(&world, "Status", "10:40"), Some(json!("PENDING")));
}

#[test]
fn a_session_as_shown_has_its_votes_execution_and_requirements() {
    let shown = json!({"SessionArn": SESSION, "ApprovalTeamArn": TEAM, "ActionName": OPEN, "ProtectedResourceArn": VAULT, "Status": "APPROVED",
        "ExecutionStatus": "FAILED", "InitiationTime": stamp("10:00"), "ExpirationTime": stamp("2T10:00"), "CompletionTime": stamp("11:00"),
        "RequesterServicePrincipal": "backup.amazonaws.com", "RequesterAccountId": OWNER, "RequesterComment": "please", "NumberOfApprovers": 3,
        "AdditionalSecurityRequirements": ["APPROVER_VERIFICATION_REQUIRED"],
        "ApproverResponses": [{"IdentityId": "u1", "Response": "APPROVED", "ResponseTime": stamp("10:30")}, {"IdentityId": "u2", "Response": "NO_RESPONSE"}]});
    let world = Sample::default().shown("12:00", "mpa/get-session", shown).world();
    assert_eq!(session(&world, "ExecutionStatus", "12:00"), Some(json!("FAILED")), "approved is not executed");
    assert_eq!(
        session(&world, "ApproverResponses", "12:00"),
        Some(json!([{"identity": "u1", "response": "APPROVED", "at": stamp("10:30")}]))
    );
    assert_eq!(session(&world, "NoParticipationBy", "12:00"), Some(json!(["u2"])));
    assert_eq!(session(&world, "RequesterComment", "12:00"), Some(json!("please")));
    assert_eq!(
        session(&world, "AdditionalSecurityRequirements", "12:00"),
        Some(json!(["APPROVER_VERIFICATION_REQUIRED"]))
    );
    assert_eq!(
        session(&world, "Status", "11:00"),
        Some(json!("APPROVED")),
        "since its completion, not since the snapshot"
    );
}

#[test]
fn policies_on_a_team_come_and_go_with_their_documents() {
    let policy = json!({"requestParameters": {"resourceArn": TEAM, "policyName": "P", "policyType": "AWS_MANAGED", "policyDocument": "{\"a\":1}"}});
    let listed = json!({"ResourcePolicies": [{"PolicyName": "P", "PolicyType": "AWS_MANAGED", "PolicyArn": "arn:aws:mpa:::aws:policy/x"}]});
    let file = format!("mpa/list-resource-policies.{}", TEAM.replace([':', '/'], "_"));
    let sample = created().event("11:00", CALLS, "PutResourcePolicy", at_team(policy)).shown("12:00", &file, listed);
    let gone = at_team(json!({"requestParameters": {"resourceArn": TEAM, "policyName": "P"}}));
    let world = sample.event("13:00", CALLS, "DeleteResourcePolicy", gone).world();
    let shown = |clock: &str| team(&world, "ResourcePolicies/P", clock).unwrap();
    assert_eq!(shown("11:00")["document"], json!("{\"a\":1}"));
    assert_eq!(
        (shown("12:00")["document"].clone(), shown("12:00")["arn"].clone()),
        (json!("{\"a\":1}"), json!("arn:aws:mpa:::aws:policy/x"))
    );
    assert_eq!(shown("13:00"), json!(null));
    // A complete list without it takes it away.
    let empty = created().event(
        "09:00",
        CALLS,
        "PutResourcePolicy",
        at_team(json!({"requestParameters": {"resourceArn": TEAM, "policyName": "P"}})),
    );
    let world = empty.shown("12:00", &file, json!({"ResourcePolicies": []})).world();
    assert_eq!(team(&world, "ResourcePolicies/P", "12:00"), Some(json!(null)));
}

#[test]
fn an_identity_source_is_made_deleted_and_shown_in_trouble() {
    let arn = "arn:aws:mpa:us-east-1:222233334444:identity-source/IamIdentityCenter";
    let parameters =
        json!({"IamIdentityCenter": {"InstanceArn": "arn:aws:sso:::instance/ssoins-1", "Region": "us-east-1"}});
    let made = at_team(
        json!({"requestParameters": {"identitySourceParameters": parameters}, "responseElements": {"identitySourceArn": arn, "identitySourceType": "IAM_IDENTITY_CENTER"}}),
    );
    let shown = json!({"IdentitySourceArn": arn, "IdentitySourceParameters": parameters, "Status": "ERROR", "StatusCode": "IDC_INSTANCE_NOT_FOUND"});
    let world = Sample::default()
        .event("10:00", CALLS, "CreateIdentitySource", made)
        .shown("11:00", "mpa/get-identity-source", shown)
        .event(
            "12:00",
            CALLS,
            "DeleteIdentitySource",
            at_team(json!({"requestParameters": {"identitySourceArn": arn}})),
        )
        .world();
    let source = |attribute: &str, clock: &str| value(&world, "identity_source", attribute, clock);
    assert_eq!(
        (source("Status", "10:00"), source("Status", "11:00"), source("Status", "12:00")),
        (Some(json!("CREATING")), Some(json!("ERROR")), Some(json!("DELETING")))
    );
    assert_eq!(source("StatusCode", "11:00"), Some(json!("IDC_INSTANCE_NOT_FOUND")));
    assert_eq!(source("InstanceArn", "10:00"), Some(json!("arn:aws:sso:::instance/ssoins-1")));
}

#[test]
fn a_baseline_is_a_session_of_its_own_with_no_known_end() {
    let body = at_team(
        json!({"requestParameters": {"arn": TEAM, "approverIds": ["a1"]}, "responseElements": {"baselineSessionArn": SESSION}}),
    );
    let world = created().event("11:00", CALLS, "StartApprovalTeamBaseline", body).whole().world();
    assert_eq!(session(&world, "ActionName", "11:00"), Some(json!("mpa:StartApprovalTeamBaseline")));
    assert_eq!(session(&world, "ExpirationTime", "11:00"), None);
    assert_eq!(session(&world, "Status", "7T11:00"), Some(json!("PENDING")));
}

#[test]
fn refused_calls_on_a_team_change_nothing_and_are_kept_with_their_target() {
    let denied = at_team(
        json!({"errorCode": "AccessDenied", "errorMessage": format!("User: arn:aws:sts::111122223333:assumed-role/R/s is not authorized to perform: \
        mpa:StartActiveApprovalTeamDeletion on resource: {TEAM} because no resource-based policy allows the mpa:StartActiveApprovalTeamDeletion action")}),
    );
    let world = created().event("11:00", CALLS, "StartActiveApprovalTeamDeletion", denied).world();
    assert_eq!(team(&world, "DeletionStartTime", "11:00"), None);
    let call = &world.team_calls.last().unwrap().what;
    assert_eq!((call.team.as_ref().map(ToString::to_string).as_deref(), call.refusal.is_some()), (Some(TEAM), true));
}

/// Every record that AWS documents for multi-party approval, by what becomes of it.
#[test]
fn every_documented_record_of_multi_party_approval_becomes_a_fact() {
    let Some(document) = beside("records/cloudtrail_mpa_docs.json") else { return };
    let rows: Vec<Value> = serde_json::from_str(&document).unwrap();
    let mut silent = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        let mut record = row["record"].clone();
        record["eventID"] = format!("e{i}").into();
        let facts = Sample::default().record(record.clone()).facts();
        let denied = record.get("errorCode").is_some_and(|code| !code.is_null());
        let changes = facts.iter().any(|about| !matches!(about, About::TeamCall(_)));
        assert!(!(denied && changes), "{record}");
        if facts.is_empty() {
            silent.push(record["eventName"].as_str().unwrap().to_owned());
        }
    }
    silent.sort();
    let reads =
        ["GetApprovalTeam", "GetIdentitySource", "GetSession", "GetSession", "ListApprovalTeams", "ListSessions"];
    let hidden = ["TagResource", "UntagResource"];
    assert_eq!(silent, [reads.as_slice(), &hidden].concat());
}
