//! The log that describes recovery points: what CloudTrail delivers of each, in gzip files of the usual size.

use super::organization::{DAYS, RESOURCES, VAULTS, begun, resource, uuid, vault};
use chrono::{DateTime, Duration, Utc};
use flate2::{Compression, GzBuilder};
use rayon::prelude::*;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// Recovery points in a file at most: 1,800 records.
const POINTS: usize = 600;

/// Writes the log of so many recovery points, three service events of each; tells how many bytes of text that is.
pub fn write(folder: &Path, points: usize) -> std::io::Result<usize> {
    // No file tells of more than six hours.
    let each = (points / (DAYS * 4)).clamp(1, POINTS);
    let bytes = (0..points.div_ceil(each)).into_par_iter().map(|file| {
        let mut text = String::from(r#"{"Records":["#);
        let (first, end) = (file * each, points.min((file + 1) * each));
        for i in first..end {
            events(&mut text, i, points);
        }
        text.pop();
        text.push_str("]}");
        let stamp = (begun(end - 1, points) + Duration::minutes(30)).format("%Y%m%dT%H%MZ");
        let name = format!("111122223333_CloudTrail_eu-west-1_{stamp}_{file:016}.json.gz");
        let mut gzip =
            GzBuilder::new().mtime(0).write(std::fs::File::create(folder.join(name))?, Compression::default());
        gzip.write_all(text.as_bytes())?;
        gzip.finish()?;
        Ok(text.len())
    });
    bytes.sum()
}

/// A copy job begins and ends, and its recovery point is there: `serviceEventDetails` as the API has these, the first letter
/// lowered, dates as AWS Backup's events have them.
fn events(out: &mut String, i: usize, of: usize) {
    let (begun, done) = (begun(i, of), begun(i, of) + Duration::minutes(20));
    let (vault, resource) = (vault(i % VAULTS), resource(i * 7919 % RESOURCES));
    let (job, point, plan) = (uuid(i, 1), uuid(i, 2), uuid(i % VAULTS, 3));
    let account = r"arn:aws:backup:eu-west-1:111122223333";
    let role = "arn:aws:iam::111122223333:role/service-role/AWSBackupDefaultServiceRole";
    let by = format!(
        r#""createdBy":{{"backupPlanId":"{plan}","backupPlanArn":"{account}:backup-plan:{plan}","backupPlanVersion":"MDRmNmZhNTctNGQ2OS00","backupRuleId":"{plan}"}}"#
    );
    let of_job = format!(
        r#""accountId":"111122223333","copyJobId":"{job}","sourceBackupVaultArn":"{account}:backup-vault:Default","sourceRecoveryPointArn":"arn:aws:ec2:eu-west-1::snapshot/snap-0{i:016x}","destinationBackupVaultArn":"{vault}","destinationVaultType":"LOGICALLY_AIR_GAPPED_BACKUP_VAULT","resourceArn":"{resource}","resourceType":"EBS","creationDate":{},"iamRoleArn":"{role}",{by}"#,
        date(begun)
    );
    event(out, "CopyJobStarted", begun, &uuid(i, 4), &format!(r#"{of_job},"state":"CREATED""#));
    let ended = format!(
        r#"{of_job},"state":"COMPLETED","completionDate":{},"destinationRecoveryPointArn":"{account}:recovery-point:{point}","destinationRecoveryPointLifecycle":{{"deleteAfterDays":35}},"backupSizeInBytes":8589934592"#,
        date(done)
    );
    event(out, "CopyJobCompleted", done + Duration::minutes(5), &uuid(i, 5), &ended);
    let made = format!(
        r#""recoveryPointArn":"{account}:recovery-point:{point}","backupVaultArn":"{vault}","resourceArn":"{resource}","resourceType":"EBS","status":"COMPLETED","creationDate":{},"completionDate":{},"lifecycle":{{"deleteAfterDays":35}},"calculatedLifecycle":{{"deleteAt":{}}},"backupSizeInBytes":8589934592,"isEncrypted":true,"storageClass":"WARM","iamRoleArn":"{role}",{by}"#,
        date(begun),
        date(done),
        date(begun + Duration::days(35))
    );
    event(out, "RecoveryPointCreated", done + Duration::minutes(5), &uuid(i, 6), &made);
}

/// One service event, with the members that AWS documents of `BackupJobCompleted`, and a comma.
fn event(out: &mut String, name: &str, at: DateTime<Utc>, id: &str, details: &str) {
    let at = at.format("%Y-%m-%dT%H:%M:%SZ");
    let _ = write!(
        out,
        r#"{{"eventVersion":"1.08","userIdentity":{{"accountId":"111122223333","invokedBy":"backup.amazonaws.com"}},"eventTime":"{at}","eventSource":"backup.amazonaws.com","eventName":"{name}","awsRegion":"eu-west-1","sourceIPAddress":"backup.amazonaws.com","userAgent":"backup.amazonaws.com","requestParameters":null,"responseElements":null,"eventID":"{id}","readOnly":false,"eventType":"AwsServiceEvent","managementEvent":true,"recipientAccountId":"111122223333","serviceEventDetails":{{{details}}},"eventCategory":"Management"}},"#
    );
}

fn date(at: DateTime<Utc>) -> String {
    format!(r#"{{"seconds":{},"nanos":0}}"#, at.timestamp())
}
