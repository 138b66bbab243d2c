//! What a subject is in the words of AWS CloudFormation (which AWS Config and Backup Audit Manager use) and of the AWS
//! Security Finding Format.

use crate::report::wire::Subject;

/// A subject as others name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource<'a> {
    /// `AWS::EC2::Volume`; `Vaultrail::…` where AWS has no type.
    pub kind: &'static str,
    /// `AwsEc2Volume`; `Other` where the format has no type.
    pub finding_type: &'static str,
    /// The ARN, without what our id adds to it; the id where there is none.
    pub arn: &'a str,
    /// What is left of the ARN without its prefix: a name, an id.
    pub local: &'a str,
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: &'static str,
}

/// Partitions of AWS that can be reported to.
const PARTITIONS: [&str; 5] = ["aws", "aws-cn", "aws-us-gov", "aws-us-iso", "aws-us-iso-b"];

/// Kinds of subjects whose type their kind alone decides.
const BY_KIND: [(&str, &str, &str); 17] = [
    ("vault", "AWS::Backup::BackupVault", "AwsBackupBackupVault"),
    ("grant", "AWS::Backup::BackupVault", "AwsBackupBackupVault"),
    ("recovery_point", "AWS::Backup::RecoveryPoint", "AwsBackupRecoveryPoint"),
    ("plan", "AWS::Backup::BackupPlan", "AwsBackupBackupPlan"),
    ("plan_rule", "AWS::Backup::BackupPlan", "AwsBackupBackupPlan"),
    ("key", "AWS::KMS::Key", "AwsKmsKey"),
    ("trail", "AWS::CloudTrail::Trail", "AwsCloudTrailTrail"),
    ("account", "AWS::Organizations::Account", "AwsAccount"),
    ("account_region", "AWS::Organizations::Account", "AwsAccount"),
    ("team", "AWS::MPA::ApprovalTeam", "Other"),
    ("team_grant", "AWS::MPA::ApprovalTeam", "Other"),
    ("share", "AWS::RAM::ResourceShare", "Other"),
    ("session", "Vaultrail::MPA::Session", "Other"),
    ("invitation", "Vaultrail::RAM::Invitation", "Other"),
    ("copy_job", "Vaultrail::Backup::CopyJob", "Other"),
    ("restore_access_vault", "Vaultrail::Backup::RestoreAccessVault", "Other"),
    ("control", "Vaultrail::Report::Control", "Other"),
];

/// What is backed up: service of the ARN, how its resource part begins, the two types.
const BY_ARN: [(&str, &str, &str, &str); 18] = [
    ("ec2", "volume/", "AWS::EC2::Volume", "AwsEc2Volume"),
    ("ec2", "instance/", "AWS::EC2::Instance", "AwsEc2Instance"),
    ("elasticfilesystem", "file-system/", "AWS::EFS::FileSystem", "Other"),
    ("s3", "", "AWS::S3::Bucket", "AwsS3Bucket"),
    ("rds", "cluster:", "AWS::RDS::DBCluster", "AwsRdsDbCluster"),
    ("rds", "db:", "AWS::RDS::DBInstance", "AwsRdsDbInstance"),
    ("dynamodb", "table/", "AWS::DynamoDB::Table", "AwsDynamoDbTable"),
    ("fsx", "file-system/", "AWS::FSx::FileSystem", "Other"),
    ("fsx", "volume/", "AWS::FSx::Volume", "Other"),
    ("redshift", "cluster:", "AWS::Redshift::Cluster", "AwsRedshiftCluster"),
    ("eks", "cluster/", "AWS::EKS::Cluster", "AwsEksCluster"),
    ("cloudformation", "stack/", "AWS::CloudFormation::Stack", "AwsCloudFormationStack"),
    ("storagegateway", "gateway/", "AWS::StorageGateway::Volume", "Other"),
    ("backup-gateway", "vm/", "AWS::BackupGateway::VirtualMachine", "Other"),
    ("ssm-sap", "", "AWS::SystemsManagerSAP::Application", "Other"),
    ("timestream", "database/", "AWS::Timestream::Table", "Other"),
    ("backup", "backup-vault:", "AWS::Backup::BackupVault", "AwsBackupBackupVault"),
    ("backup", "recovery-point:", "AWS::Backup::RecoveryPoint", "AwsBackupRecoveryPoint"),
];

impl<'a> Resource<'a> {
    /// Of a verdict's subject.
    pub fn of(subject: &'a Subject) -> Self {
        let arn = match subject.kind.as_str() {
            "grant" | "team_grant" | "invitation" => subject.id.split('|').next(),
            "plan_rule" => subject.id.split('#').next(),
            "account_region" => subject.id.split('/').next(),
            _ => None,
        };
        let arn = arn.unwrap_or(&subject.id);
        let mut parts = arn.splitn(6, ':');
        let named = parts.next() == Some("arn");
        let partition = parts.next().filter(|_| named);
        let partition = PARTITIONS.into_iter().find(|known| Some(*known) == partition).unwrap_or("aws");
        let service = parts.next().unwrap_or_default();
        let rest = parts.nth(2).filter(|_| named);
        let (kind, finding_type) = Self::types(&subject.kind, rest.map(|rest| (service, rest)));
        let local = match (subject.kind.as_str(), rest) {
            // A recovery point has no name but its ARN.
            ("recovery_point", _) | (_, None) => arn,
            (_, Some(rest)) => rest.rsplit(['/', ':']).next().unwrap_or(rest),
        };
        Self { kind, finding_type, arn, local, partition }
    }

    fn types(kind: &str, arn: Option<(&str, &str)>) -> (&'static str, &'static str) {
        let by_kind = BY_KIND.iter().find(|(known, ..)| *known == kind).map(|(_, kind, finding)| (*kind, *finding));
        let by_arn = || {
            let (service, rest) = arn?;
            let fits = |(s, begins, ..): &&(&str, &str, _, _)| *s == service && rest.starts_with(begins);
            BY_ARN.iter().find(fits).map(|(_, _, kind, finding)| (*kind, *finding))
        };
        by_kind.or_else(by_arn).unwrap_or(("Vaultrail::Other::Resource", "Other"))
    }
}

/// Twelve digits.
pub fn account(subject: &Subject) -> Option<&str> {
    let account = subject.account.as_deref()?;
    (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())).then_some(account)
}

/// Looks like a Region: `eu-west-1`, `us-gov-east-1`.
pub fn region(subject: &Subject) -> Option<&str> {
    let region = subject.region.as_deref()?;
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let parts = region.split('-').count();
    (region.len() <= 16 && (3..=4).contains(&parts) && region.split('-').all(word)).then_some(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(kind: &str, id: &str) -> Subject {
        Subject { kind: kind.into(), id: id.into(), account: None, region: None, name: None }
    }

    #[test]
    fn subjects_have_the_types_and_names_of_aws() {
        let told = |kind: &str, id: &str| {
            let subject = subject(kind, id);
            let found = Resource::of(&subject);
            [found.kind, found.finding_type, found.local].join(" ")
        };
        let cases = [
            (
                "vault",
                "arn:aws:backup:eu-west-1:1:backup-vault:lag",
                "AWS::Backup::BackupVault AwsBackupBackupVault lag",
            ),
            (
                "grant",
                "arn:aws:backup:eu-west-1:1:backup-vault:lag|2",
                "AWS::Backup::BackupVault AwsBackupBackupVault lag",
            ),
            ("resource", "arn:aws:ec2:eu-west-1:1:volume/vol-1", "AWS::EC2::Volume AwsEc2Volume vol-1"),
            ("resource", "arn:aws:s3:::bucket", "AWS::S3::Bucket AwsS3Bucket bucket"),
            ("resource", "arn:aws:rds:eu-west-1:1:cluster:c", "AWS::RDS::DBCluster AwsRdsDbCluster c"),
            ("resource", "no arn", "Vaultrail::Other::Resource Other no arn"),
            ("account_region", "1/eu-west-1", "AWS::Organizations::Account AwsAccount 1"),
            ("plan_rule", "arn:aws:backup:e:1:backup-plan:p#daily", "AWS::Backup::BackupPlan AwsBackupBackupPlan p"),
        ];
        for (kind, id, wanted) in cases {
            assert_eq!(told(kind, id), wanted);
        }
    }

    #[test]
    fn what_is_no_account_and_no_region_is_not_passed_on() {
        let mut subject = subject("vault", "x");
        for (account_id, region_name, good) in
            [("111122223333", "us-gov-east-1", true), ("1111", "eu", false), ("../../etc/x", "eu-west-1\u{1b}", false)]
        {
            (subject.account, subject.region) = (Some(account_id.into()), Some(region_name.into()));
            assert_eq!((account(&subject).is_some(), region(&subject).is_some()), (good, good), "{account_id}");
        }
    }
}
