//! RAM shares, invitations, permissions.

use super::sample::{OTHER, OWNER, SHARE, Sample, VAULT, at, origin, stamp, value};
use serde_json::{Value, json};
use vaultrail::facts::words::{Association, InvitationStatus};
use vaultrail::world::World;

const RAM: &str = "ram.amazonaws.com";
const INVITATION: &str =
    "arn:aws:ram:eu-west-1:111122223333:resource-share-invitation/1e3477be-4a95-46b4-bbe0-c4001EXAMPLE";
const ORGANIZATION: &str = "arn:aws:organizations::999988887777:organization/o-exampleorgid";

fn created(clock: &str, principals: &[&str]) -> Sample {
    Sample::default().event(clock, RAM, "CreateResourceShare", creation(principals))
}

fn creation(principals: &[&str]) -> Value {
    json!({"requestParameters": {"name": "lag", "resourceArns": [VAULT], "principals": principals},
           "responseElements": {"resourceShare": {"resourceShareArn": SHARE, "name": "lag", "owningAccountId": OWNER,
               "allowExternalPrincipals": true, "status": "ACTIVE", "featureSet": "STANDARD"}}})
}

fn row(kind: &str, entity: &str, status: &str) -> Value {
    json!({"resourceShareArn": SHARE, "associatedEntity": entity, "associationType": kind, "status": status})
}

fn associations(rows: &[Value]) -> Value {
    json!({"resourceShareAssociations": rows})
}

fn holds(world: &World, principal: &str, clock: &str) -> Option<Association> {
    world.shares.values().next()?.principals.get(principal)?.at(at(clock))?.value.clone()
}

#[test]
fn everything_that_a_share_says_of_itself_is_kept() {
    let world = created("10:00", &[OTHER])
        .event("11:00", RAM, "UpdateResourceShare", json!({"requestParameters": {"resourceShareArn": SHARE, "name": "renamed", "allowExternalPrincipals": false}}))
        .event("12:00", RAM, "TagResource", json!({"requestParameters": {"resourceShareArn": SHARE, "tags": [{"key": "team", "value": "a"}]}}))
        .event("13:00", RAM, "UntagResource", json!({"requestParameters": {"resourceShareArn": SHARE, "tagKeys": ["team"]}}))
        .shown("14:00", "ram/get-resource-shares.SELF", json!({"resourceShares": [{"resourceShareArn": SHARE, "name": "renamed",
            "owningAccountId": OWNER, "allowExternalPrincipals": false, "status": "ACTIVE", "creationTime": stamp("10:00"),
            "featureSet": "STANDARD", "resourceShareConfiguration": {"retainSharingOnAccountLeaveOrganization": true}}]}))
        .world();
    let shown = |attribute: &str, clock: &str| value(&world, "share", attribute, clock);
    assert_eq!(shown("name", "10:30"), Some(json!("lag")));
    assert_eq!(shown("name", "11:30"), Some(json!("renamed")));
    assert_eq!(shown("allowExternalPrincipals", "10:30"), Some(json!(true)));
    assert_eq!(shown("allowExternalPrincipals", "11:30"), Some(json!(false)));
    assert_eq!(shown("tags/team", "12:30"), Some(json!("a")));
    assert_eq!(shown("tags/team", "13:30"), Some(json!(null)));
    assert_eq!(shown("featureSet", "10:30"), Some(json!("STANDARD")));
    assert_eq!(shown("owningAccountId", "10:30"), Some(json!(OWNER)));
    assert_eq!(shown("status", "14:00"), Some(json!("ACTIVE")));
    assert_eq!(shown("retainSharingOnAccountLeaveOrganization", "14:00"), Some(json!(true)));
    assert_eq!(world.drifts, []);
}

#[test]
fn deleting_a_share_ends_its_associations_and_a_return_value_of_false_does_nothing() {
    let deletion = |done: bool| {
        created("10:00", &[OTHER])
            .event(
                "12:00",
                RAM,
                "DeleteResourceShare",
                json!({"requestParameters": {"resourceShareArn": SHARE}, "responseElements": {"returnValue": done}}),
            )
            .world()
    };
    let deleted = deletion(true);
    assert_eq!(holds(&deleted, OTHER, "11:00"), Some(Association::Associated));
    assert_eq!(holds(&deleted, OTHER, "12:00"), Some(Association::Disassociated));
    assert_eq!(value(&deleted, "share", &format!("resources/{VAULT}"), "12:00"), Some(json!("DISASSOCIATED")));
    assert_eq!(holds(&deletion(false), OTHER, "12:00"), Some(Association::Associated));
}

#[test]
fn an_association_that_the_response_calls_failed_did_not_come_about() {
    let answer = json!({"requestParameters": {"resourceShareArn": SHARE, "principals": [OTHER, "555566667777"]},
        "responseElements": {"resourceShareAssociations": [row("PRINCIPAL", OTHER, "FAILED"), row("PRINCIPAL", "555566667777", "ASSOCIATING")]}});
    let world = created("10:00", &[]).event("11:00", RAM, "AssociateResourceShare", answer).world();
    assert_eq!(holds(&world, OTHER, "11:00"), Some(Association::Disassociated));
    assert_eq!(holds(&world, "555566667777", "11:00"), Some(Association::Associated));
    assert_eq!(
        value(&world, "share", "associationStatus/principals/555566667777", "11:00"),
        Some(json!("ASSOCIATING"))
    );
}

#[test]
fn a_principal_that_only_a_snapshot_shows_is_a_drift_where_the_log_names_everybody() {
    let listed = associations(&[row("PRINCIPAL", OTHER, "ASSOCIATED"), row("PRINCIPAL", "555566667777", "ASSOCIATED")]);
    let file = "ram/get-resource-share-associations.PRINCIPAL";
    let world = created("10:00", &[OTHER]).shown("14:00", file, listed.clone()).whole().world();
    let [drift] = world.drifts.as_slice() else { panic!("{:?}", world.drifts) };
    assert_eq!((drift.entity.as_str(), drift.field), (SHARE, "principals"));
    assert_eq!(drift.observed, json!({"555566667777": "ASSOCIATED"}));
    // It is not carried back over a log that says otherwise.
    assert_eq!(holds(&world, "555566667777", "13:00"), None);
    assert_eq!(holds(&world, "555566667777", "14:00"), Some(Association::Associated));
    // Without the creation nothing says that there was nobody else.
    assert_eq!(Sample::default().shown("14:00", file, listed).world().drifts, []);
}

#[test]
fn a_complete_list_that_names_nobody_of_a_share_takes_everybody_out_and_is_a_drift() {
    let empty = associations(&[]);
    let file = "ram/get-resource-share-associations.PRINCIPAL";
    let world = created("10:00", &[OTHER]).shown("14:00", file, empty.clone()).world();
    assert_eq!(holds(&world, OTHER, "14:00"), Some(Association::Disassociated));
    assert_eq!(world.drifts.len(), 1);
    // A file that does not say what it lists says nothing of what it lacks; nor does a partial one.
    let unnamed = created("10:00", &[OTHER]).shown("14:00", "ram/get-resource-share-associations", empty).world();
    assert_eq!(holds(&unnamed, OTHER, "14:00"), Some(Association::Associated));
    let partial = json!({"resourceShareAssociations": [], "nextToken": "x"});
    let partial = created("10:00", &[OTHER]).shown("14:00", file, partial).world();
    assert_eq!(holds(&partial, OTHER, "14:00"), Some(Association::Associated));
}

#[test]
fn a_state_of_tomorrow_is_unknown_and_its_word_is_kept() {
    let listed = associations(&[row("PRINCIPAL", OTHER, "QUARANTINED"), row("PRINCIPAL", "555566667777", "SUSPENDED")]);
    let world = created("10:00", &[OTHER, "555566667777"])
        .shown("14:00", "ram/get-resource-share-associations.PRINCIPAL", listed)
        .world();
    assert_eq!(value(&world, "share", &format!("principals/{OTHER}"), "14:00"), Some(json!(null)));
    assert_eq!(
        value(&world, "share", &format!("associationStatus/principals/{OTHER}"), "14:00"),
        Some(json!("QUARANTINED"))
    );
    // What is suspended is not yet gone.
    assert_eq!(holds(&world, "555566667777", "14:00"), Some(Association::Associated));
    assert_eq!(value(&world, "share", "associationStatus/principals/555566667777", "14:00"), Some(json!("SUSPENDED")));
}

#[test]
fn a_share_that_refers_to_nothing_is_there_with_nothing_in_it() {
    let world = Sample::default()
        .shown(
            "14:00",
            "ram/get-resource-share-invitations",
            json!({"resourceShareInvitations": [{"resourceShareInvitationArn": INVITATION,
            "resourceShareArn": SHARE, "status": "PENDING", "receiverAccountId": OTHER}]}),
        )
        .event(
            "15:00",
            RAM,
            "DisassociateResourceSharePermission",
            json!({"requestParameters": {"resourceShareArn": SHARE, "permissionArn": "arn:aws:ram::aws:permission/X"}}),
        )
        .shown(
            "16:00",
            "ram/get-resource-share-associations.RESOURCE",
            associations(&[row("RESOURCE", "not-an-arn", "ASSOCIATED"), json!({"resourceShareArn": "nonsense"})]),
        )
        .world();
    let share = world.shares.values().next().unwrap();
    assert_eq!((world.shares.len(), share.principals.len()), (1, 0));
    assert_eq!(share.resources.keys().collect::<Vec<_>>(), ["not-an-arn"]);
    assert!(share.exists.at(at("16:00")).is_none(), "nobody says whether it exists");
}

fn invited(clock: &str) -> Sample {
    let pending = json!({"resourceShareInvitations": [{"resourceShareInvitationArn": INVITATION, "resourceShareArn": SHARE, "senderAccountId": OWNER,
        "receiverAccountId": OTHER, "invitationTimestamp": stamp("10:00"), "status": "PENDING"}]});
    created("10:00", &[OTHER]).shown_to(OTHER, clock, "ram/get-resource-share-invitations", pending)
}

fn invitation(world: &World, clock: &str) -> Option<InvitationStatus> {
    world.invitations.values().next()?.status.at(at(clock))?.value.clone()
}

#[test]
fn an_invitation_to_a_vault_expires_after_twelve_hours_without_a_record() {
    let world = invited("11:00").whole().world();
    assert_eq!(value(&world, "invitation", "expires", "11:00"), Some(json!(stamp("22:00"))));
    assert_eq!(invitation(&world, "21:59"), Some(InvitationStatus::Pending));
    assert_eq!(invitation(&world, "22:00"), Some(InvitationStatus::Expired));
    assert_eq!(origin(&world, "invitation", "status", "22:00"), "Inferred");
    // Whoever let it expire is taken out of the share.
    assert_eq!(holds(&world, OTHER, "21:59"), Some(Association::Associated));
    assert_eq!(holds(&world, OTHER, "22:00"), Some(Association::Disassociated));
}

#[test]
fn what_became_of_an_invitation_is_unknown_where_the_receivers_log_is_not_here() {
    let world = invited("11:00").world();
    assert_eq!(invitation(&world, "21:59"), Some(InvitationStatus::Pending));
    assert_eq!(value(&world, "invitation", "status", "22:00"), Some(json!(null)));
    assert_eq!(holds(&world, OTHER, "23:00"), Some(Association::Associated));
}

#[test]
fn an_invitation_to_a_type_on_the_list_runs_for_a_week_and_one_to_nothing_known_has_no_known_end() {
    let to = |resource: Option<&str>| {
        let rows = json!({"resourceShareInvitations": [{"resourceShareInvitationArn": INVITATION, "resourceShareArn": SHARE,
            "receiverAccountId": OTHER, "invitationTimestamp": stamp("10:00"), "status": "PENDING"}]});
        let sample = Sample::default().shown("11:00", "ram/get-resource-share-invitations", rows);
        let Some(resource) = resource else { return sample.world() };
        sample
            .shown(
                "11:00",
                "ram/get-resource-share-associations.RESOURCE",
                associations(&[row("RESOURCE", resource, "ASSOCIATED")]),
            )
            .world()
    };
    let subnet = to(Some("arn:aws:ec2:eu-west-1:111122223333:subnet/subnet-1"));
    assert_eq!(value(&subnet, "invitation", "expires", "11:00"), Some(json!(stamp("8T10:00"))));
    assert_eq!(value(&to(None), "invitation", "expires", "11:00"), None);
    assert_eq!(invitation(&to(None), "7T10:00"), Some(InvitationStatus::Pending));
    assert_eq!(value(&to(None), "invitation", "status", "8T10:00"), Some(json!(null)));
}

fn accept(sample: Sample, clock: &str, body: Value) -> Sample {
    let mut record = json!({"recipientAccountId": OTHER, "userIdentity": {"type": "Root", "accountId": OTHER},
        "requestParameters": {"resourceShareInvitationArn": INVITATION}});
    for (key, value) in body.as_object().unwrap() {
        record[key] = value.clone();
    }
    sample.event(clock, RAM, "AcceptResourceShareInvitation", record)
}

#[test]
fn a_late_acceptance_is_seen_as_such() {
    let answer = json!({"responseElements": {"resourceShareInvitation": {"resourceShareInvitationArn": INVITATION, "resourceShareArn": SHARE,
        "receiverAccountId": OTHER, "status": "ACCEPTED"}}});
    let world = accept(invited("11:00").whole(), "23:30", answer).world();
    assert_eq!(invitation(&world, "23:00"), Some(InvitationStatus::Pending));
    assert_eq!(invitation(&world, "23:30"), Some(InvitationStatus::Accepted));
    let invitation = world.invitations.values().next().unwrap();
    assert!(invitation.expires.unwrap().0 < at("23:30"));
    assert_eq!(holds(&world, OTHER, "23:30"), Some(Association::Associated));
}

#[test]
fn an_acceptance_alone_shows_who_holds_what() {
    let answer = json!({"responseElements": {"resourceShareInvitation": {"resourceShareInvitationArn": INVITATION, "resourceShareArn": SHARE,
        "senderAccountId": OWNER, "receiverAccountId": OTHER, "invitationTimestamp": stamp("10:00"),
        "resourceShareAssociations": [row("RESOURCE", VAULT, "ASSOCIATED")]}}});
    let world = accept(Sample::default(), "11:00", answer).world();
    assert_eq!(holds(&world, OTHER, "11:00"), Some(Association::Associated));
    assert_eq!(value(&world, "share", &format!("resources/{VAULT}"), "11:00"), Some(json!("ASSOCIATED")));
    assert_eq!(invitation(&world, "10:30"), Some(InvitationStatus::Pending));
    let who = value(&world, "invitation", "answeredBy", "11:00").unwrap();
    assert_eq!(who["principal"], json!(format!("arn:aws:iam::{OTHER}:root")));
}

#[test]
fn a_call_that_fails_because_the_invitation_is_over_tells_that_it_is() {
    for (code, status) in [
        ("ResourceShareInvitationExpiredException", InvitationStatus::Expired),
        ("Client.ResourceShareInvitationAlreadyRejectedException", InvitationStatus::Rejected),
    ] {
        let world = accept(Sample::default(), "23:30", json!({"errorCode": code})).world();
        assert_eq!(invitation(&world, "23:30"), Some(status), "{code}");
        assert!(world.shares.is_empty(), "a failed call changes no share");
    }
}

#[test]
fn whoever_shares_with_me_is_no_holder_of_the_share() {
    let listed = json!({"principals": [{"id": OWNER, "resourceShareArn": SHARE, "creationTime": stamp("10:00"), "external": true}]});
    let world = Sample::default().shown_to(OTHER, "14:00", "ram/list-principals.OTHER-ACCOUNTS", listed).world();
    assert_eq!(holds(&world, OWNER, "14:00"), None);
    assert_eq!(value(&world, "share", "owningAccountId", "14:00"), Some(json!(OWNER)));
}

#[test]
fn a_vault_that_others_share_with_me_is_held_by_me() {
    let listed = json!({"resources": [{"arn": VAULT, "type": "backup:backup-vault", "resourceShareArn": SHARE, "status": "AVAILABLE", "creationTime": stamp("10:00")}]});
    let world = Sample::default().shown_to(OTHER, "14:00", "ram/list-resources.OTHER-ACCOUNTS", listed.clone()).world();
    assert_eq!(holds(&world, OTHER, "14:00"), Some(Association::Associated));
    assert_eq!(holds(&world, OTHER, "13:00"), None, "the row's time is that of the resource");
    // The owner's own list shows no holder.
    let own = Sample::default().shown("14:00", "ram/list-resources.SELF", listed).world();
    assert_eq!(own.shares.values().next().map(|s| s.principals.len()), Some(0));
}

#[test]
fn a_principal_is_in_the_share_since_the_list_says_it_was_put_there() {
    let listed = json!({"principals": [{"id": OTHER, "resourceShareArn": SHARE, "creationTime": 1_793_530_800.0, "external": false}]});
    let world = Sample::default().shown("14:00", "ram/list-principals.SELF", listed).world();
    assert_eq!(holds(&world, OTHER, "11:00"), Some(Association::Associated));
    assert_eq!(holds(&world, OTHER, "10:59"), None);
}

#[test]
fn an_event_bridge_event_is_news_of_the_share_and_changes_nobody() {
    let event = json!({"version": "0", "id": "n1", "detail-type": "Resource Sharing State Change", "source": "aws.ram", "account": OWNER,
        "time": stamp("12:00"), "region": "eu-west-1", "resources": [SHARE], "detail": {"event": "Resource Share Association", "status": "failed"}});
    let world = created("10:00", &[OTHER]).record(event).world();
    assert_eq!(
        value(&world, "share", "Resource Sharing State Change", "12:00"),
        Some(json!("Resource Share Association: failed"))
    );
    assert_eq!(holds(&world, OTHER, "12:00"), Some(Association::Associated));
}

#[test]
fn permissions_of_a_share_and_their_versions_are_kept_and_a_replacement_blurs_the_others() {
    let (old, new) = ("arn:aws:ram::aws:permission/Old", "arn:aws:ram::aws:permission/New");
    let put = |arn: &str, replace: bool| json!({"requestParameters": {"resourceShareArn": SHARE, "permissionArn": arn, "permissionVersion": 2, "replace": replace}, "responseElements": {"returnValue": true}});
    let world = created("10:00", &[])
        .event("11:00", RAM, "AssociateResourceSharePermission", put(old, false))
        .event("12:00", RAM, "AssociateResourceSharePermission", put(new, true))
        .event("13:00", RAM, "DisassociateResourceSharePermission", put(new, false))
        .world();
    let shown = |arn: &str, clock: &str| value(&world, "share", &format!("permissions/{arn}"), clock);
    assert_eq!(shown(old, "11:00"), Some(json!("ASSOCIATED")));
    assert_eq!(value(&world, "share", &format!("permissionVersions/{old}"), "11:00"), Some(json!(2)));
    assert_eq!(shown(old, "12:00"), Some(json!(null)), "which type of resource it is for is not in the log");
    assert_eq!((shown(new, "12:00"), shown(new, "13:00")), (Some(json!("ASSOCIATED")), Some(json!("DISASSOCIATED"))));
}

#[test]
fn a_managed_permission_of_ones_own_lives_through_its_versions() {
    let arn = "arn:aws:ram:eu-west-1:111122223333:permission/mine";
    let on = |more: Value| {
        let mut request = json!({"permissionArn": arn});
        for (key, value) in more.as_object().unwrap() {
            request[key] = value.clone();
        }
        json!({"requestParameters": request})
    };
    let made = json!({"requestParameters": {"name": "mine", "resourceType": "backup:backup-vault", "policyTemplate": "{\"Effect\":\"Allow\"}"},
        "responseElements": {"permission": {"arn": arn, "version": "1", "name": "mine", "status": "ATTACHABLE"}}});
    let world = Sample::default()
        .event("10:00", RAM, "CreatePermission", made)
        .event("11:00", RAM, "CreatePermissionVersion", json!({"requestParameters": {"permissionArn": arn, "policyTemplate": "{}"}, "responseElements": {"permission": {"arn": arn, "version": "2", "defaultVersion": true}}}))
        .event("12:00", RAM, "SetDefaultPermissionVersion", on(json!({"permissionVersion": 1})))
        .event("13:00", RAM, "DeletePermission", on(json!({})))
        .world();
    let shown = |attribute: &str, clock: &str| value(&world, "permission", attribute, clock).unwrap();
    assert_eq!((shown("defaultVersion", "10:00"), shown("defaultVersion", "11:00")), (json!(1), json!(2)));
    assert_eq!((shown("version", "12:00"), shown("defaultVersion", "12:00")), (json!(2), json!(1)));
    assert_eq!((shown("exists", "12:00"), shown("exists", "13:00")), (json!(true), json!(false)));
    assert_eq!(shown("resourceType", "10:00"), json!("backup:backup-vault"));
}

#[test]
fn taking_trust_from_ram_takes_the_organization_out_of_every_share_and_leaves_accounts_in() {
    let management = |source: &str, name: &str| {
        let mut request = json!({"recipientAccountId": "999988887777", "awsRegion": "us-east-1"});
        if source == "organizations.amazonaws.com" {
            request["requestParameters"] = json!({"servicePrincipal": "ram.amazonaws.com"});
        }
        (source.to_owned(), name.to_owned(), request)
    };
    let (source, name, body) = management(RAM, "EnableSharingWithAwsOrganization");
    let sample = Sample::default().event("09:00", &source, &name, body);
    let sample = sample.event("10:00", RAM, "CreateResourceShare", creation(&[OTHER, ORGANIZATION]));
    let (source, name, body) = management("organizations.amazonaws.com", "DisableAWSServiceAccess");
    let world = sample.event("12:00", &source, &name, body).world();
    let enabled = |clock: &str| value(&world, "organization_sharing", "sharingWithOrganization", clock);
    assert_eq!((enabled("09:00"), enabled("12:00")), (Some(json!(true)), Some(json!(false))));
    assert_eq!(holds(&world, ORGANIZATION, "11:00"), Some(Association::Associated));
    assert_eq!(holds(&world, ORGANIZATION, "12:00"), Some(Association::Disassociated));
    assert_eq!(holds(&world, OTHER, "12:00"), Some(Association::Associated));
}

#[test]
fn a_creation_without_its_parameters_does_not_say_that_the_share_is_empty() {
    let body = json!({"responseElements": {"resourceShare": {"resourceShareArn": SHARE}}});
    let world = Sample::default().event("10:00", RAM, "CreateResourceShare", body).world();
    assert_eq!(world.shares.values().next().map(|s| s.principals_known.len()), Some(0));
}
