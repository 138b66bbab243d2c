//! The records that an audit of backup vaults is about: one in two hundred.

use super::calls::{CALL, Kind};

/// Every kind is one that `vaultrail::record::relevance::is_used` selects.
pub const RELEVANT: [Kind; 21] = [
    Kind {
        weight: 20,
        source: "backup",
        name: "StartBackupJob",
        request: r#"{"backupVaultName":"<app>-<stage>","resourceArn":"arn:aws:ec2:<region>:<account>:volume/vol-0<h16~60>","iamRoleArn":"arn:aws:iam::<account>:role/service-role/AWSBackupDefaultServiceRole","startWindowMinutes":60,"completeWindowMinutes":180,"lifecycle":{"deleteAfterDays":35},"idempotencyToken":"<uuid>"}"#,
        response: r#"{"backupJobId":"<uuid>","creationDate":"Oct 5, 2026, 1:45:24 AM","isParent":false}"#,
        ..CALL
    },
    Kind {
        weight: 20,
        source: "backup",
        name: "BackupJobCompleted",
        details: r#"{"completionDate":{"seconds":1791200000,"nanos":0},"state":"COMPLETED","percentDone":100,"backupJobId":"<uuid>","backupVaultName":"<app>-<stage>","backupVaultArn":"arn:aws:backup:<region>:<account>:backup-vault:<app>-<stage>","recoveryPointArn":"arn:aws:ec2:<region>::snapshot/snap-0<h16>","resourceArn":"arn:aws:ec2:<region>:<account>:volume/vol-0<h16~60>","resourceType":"EBS","creationDate":{"seconds":1791190000,"nanos":0},"backupSizeInBytes":1<d9>,"iamRoleArn":"arn:aws:iam::<account>:role/service-role/AWSBackupDefaultServiceRole"}"#,
        ..CALL
    },
    Kind {
        weight: 15,
        source: "backup",
        name: "RecoveryPointCreated",
        details: r#"{"recoveryPointArn":"arn:aws:ec2:<region>::snapshot/snap-0<h16>","backupVaultName":"<app>-<stage>","backupVaultArn":"arn:aws:backup:<region>:<account>:backup-vault:<app>-<stage>","resourceArn":"arn:aws:ec2:<region>:<account>:volume/vol-0<h16~60>","resourceType":"EBS","status":"COMPLETED"}"#,
        ..CALL
    },
    Kind {
        weight: 15,
        source: "backup",
        name: "StartCopyJob",
        request: r#"{"recoveryPointArn":"arn:aws:ec2:<region>::snapshot/snap-0<h16>","sourceBackupVaultName":"<app>-<stage>","destinationBackupVaultArn":"arn:aws:backup:<region>:<account>:backup-vault:lag-<stage>","iamRoleArn":"arn:aws:iam::<account>:role/service-role/AWSBackupDefaultServiceRole","lifecycle":{"deleteAfterDays":90}}"#,
        response: r#"{"copyJobId":"<uuid>","creationDate":"Oct 5, 2026, 2:15:09 AM","isParent":false}"#,
        ..CALL
    },
    Kind {
        weight: 15,
        source: "backup",
        name: "CopyJobCompleted",
        details: r#"{"copyJobId":"<uuid>","state":"COMPLETED","sourceBackupVaultArn":"arn:aws:backup:<region>:<account>:backup-vault:<app>-<stage>","sourceRecoveryPointArn":"arn:aws:ec2:<region>::snapshot/snap-0<h16>","destinationBackupVaultArn":"arn:aws:backup:<region>:<account>:backup-vault:lag-<stage>","destinationRecoveryPointArn":"arn:aws:backup:<region>:<account>:recovery-point:<uuid>","resourceArn":"arn:aws:ec2:<region>:<account>:volume/vol-0<h16~60>","resourceType":"EBS"}"#,
        ..CALL
    },
    Kind {
        weight: 8,
        source: "backup",
        name: "DeleteRecoveryPoint",
        request: r#"{"backupVaultName":"<app>-<stage>","recoveryPointArn":"arn:aws:ec2:<region>::snapshot/snap-0<h16>"}"#,
        ..CALL
    },
    Kind {
        weight: 8,
        source: "backup",
        name: "ListRecoveryPointsByBackupVault",
        read: true,
        request: r#"{"backupVaultName":"lag-<stage>","backupVaultAccountId":"<account>","maxResults":1000}"#,
        ..CALL
    },
    Kind {
        weight: 8,
        source: "backup",
        name: "DescribeBackupVault",
        read: true,
        request: r#"{"backupVaultName":"lag-<stage>"}"#,
        ..CALL
    },
    Kind {
        weight: 5,
        source: "backup",
        name: "PutBackupVaultAccessPolicy",
        request: r#"{"backupVaultName":"<app>-<stage>","policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":[\"backup:DeleteRecoveryPoint\",\"backup:UpdateRecoveryPointLifecycle\"],\"Resource\":\"*\",\"Condition\":{\"StringNotLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::<account>:role/backup-*\"}}}]}"}"#,
        ..CALL
    },
    Kind {
        weight: 4,
        source: "backup",
        name: "UpdateRecoveryPointLifecycle",
        request: r#"{"backupVaultName":"<app>-<stage>","recoveryPointArn":"arn:aws:ec2:<region>::snapshot/snap-0<h16>","lifecycle":{"deleteAfterDays":35}}"#,
        response: r#"{"backupVaultArn":"arn:aws:backup:<region>:<account>:backup-vault:<app>-<stage>","recoveryPointArn":"arn:aws:ec2:<region>::snapshot/snap-0<h16>","lifecycle":{"deleteAfterDays":35}}"#,
        ..CALL
    },
    Kind {
        weight: 2,
        source: "backup",
        name: "CreateLogicallyAirGappedBackupVault",
        request: r#"{"backupVaultName":"lag-<stage>","minRetentionDays":7,"maxRetentionDays":90,"creatorRequestId":"<uuid>"}"#,
        response: r#"{"backupVaultName":"lag-<stage>","backupVaultArn":"arn:aws:backup:<region>:<account>:backup-vault:lag-<stage>","creationDate":"Oct 5, 2026, 12:10:00 AM","vaultState":"CREATING"}"#,
        ..CALL
    },
    Kind {
        weight: 3,
        source: "backup",
        name: "CreateBackupPlan",
        request: r#"{"backupPlan":{"backupPlanName":"<app>-daily","rules":[<items>]},"creatorRequestId":"<uuid>"}"#,
        response: r#"{"backupPlanId":"<uuid>","backupPlanArn":"arn:aws:backup:<region>:<account>:backup-plan:<uuid>","creationDate":"Oct 5, 2026, 12:00:10 AM","versionId":"<b48>"}"#,
        items: (
            r#"{"ruleName":"rule-<h4>","targetBackupVaultName":"<app>-<stage>","scheduleExpression":"cron(0 5 ? * * *)","startWindowMinutes":480,"completionWindowMinutes":10080,"lifecycle":{"deleteAfterDays":35},"copyActions":[{"destinationBackupVaultArn":"arn:aws:backup:<region>:<account>:backup-vault:lag-<stage>","lifecycle":{"deleteAfterDays":90}}]}"#,
            1,
            4,
        ),
        ..CALL
    },
    Kind {
        weight: 6,
        source: "ram",
        name: "CreateResourceShare",
        request: r#"{"name":"lag-<stage>-<h4>","resourceArns":["arn:aws:backup:<region>:<account>:backup-vault:lag-<stage>"],"principals":["<other>"],"allowExternalPrincipals":false,"clientToken":"<uuid>"}"#,
        response: r#"{"resourceShare":{"resourceShareArn":"arn:aws:ram:<region>:<account>:resource-share/<uuid>","name":"lag-<stage>","owningAccountId":"<account>","allowExternalPrincipals":false,"status":"ACTIVE","creationTime":"Oct 5, 2026, 3:00:00 AM"}}"#,
        ..CALL
    },
    Kind {
        weight: 4,
        source: "ram",
        name: "AcceptResourceShareInvitation",
        request: r#"{"resourceShareInvitationArn":"arn:aws:ram:<region>:<other>:resource-share-invitation/<uuid>"}"#,
        ..CALL
    },
    Kind {
        weight: 4,
        source: "mpa",
        name: "CreateApprovalTeam",
        request: r#"{"name":"guardians-<h4>","approvalStrategy":{"mofN":{"minApprovalsRequired":2}},"approvers":[{"primaryIdentityId":"<uuid>","primaryIdentitySourceArn":"arn:aws:mpa:us-east-1:<account>:identity-source/<h16>"}],"policies":[{"policyArn":"arn:aws:mpa::aws:policy/backup.amazonaws.com/CreateRestoreAccessVault"}],"clientToken":"<uuid>"}"#,
        response: r#"{"arn":"arn:aws:mpa:us-east-1:<account>:approval-team/guardians-<h4>","name":"guardians","versionId":"1","creationTime":"<time>"}"#,
        ..CALL
    },
    Kind {
        weight: 5,
        source: "organizations",
        name: "MoveAccount",
        request: r#"{"accountId":"<other>","sourceParentId":"ou-<l4>-<h8>","destinationParentId":"ou-<l4>-<h8>"}"#,
        ..CALL
    },
    Kind {
        weight: 5,
        source: "organizations",
        name: "AttachPolicy",
        request: r#"{"policyId":"p-<h8>","targetId":"ou-<l4>-<h8>"}"#,
        ..CALL
    },
    Kind {
        weight: 4,
        source: "cloudtrail",
        name: "PutEventSelectors",
        request: r#"{"trailName":"arn:aws:cloudtrail:<region>:<account>:trail/org-trail","advancedEventSelectors":[{"name":"all management","fieldSelectors":[{"field":"eventCategory","equals":["Management"]}]}]}"#,
        ..CALL
    },
    Kind {
        weight: 3,
        source: "cloudtrail",
        name: "StartLogging",
        request: r#"{"name":"arn:aws:cloudtrail:<region>:<account>:trail/org-trail"}"#,
        ..CALL
    },
    Kind {
        weight: 5,
        source: "s3",
        name: "PutBucketPolicy",
        request: r#"{"bucketName":"<app>-<stage>-<h4>","policy":"","Host":"<app>-<stage>.s3.<region>.amazonaws.com","bucketPolicy":{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::<app>-<stage>/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}}"#,
        ..CALL
    },
    Kind {
        weight: 4,
        source: "s3",
        name: "PutBucketVersioning",
        request: r#"{"versioning":"","bucketName":"<app>-<stage>-<h4>","Host":"<app>-<stage>.s3.<region>.amazonaws.com","VersioningConfiguration":{"Status":"Enabled","xmlns":"http://s3.amazonaws.com/doc/2006-03-01/"}}"#,
        ..CALL
    },
];
