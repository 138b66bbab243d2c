//! Who calls: sessions of roles, of people, of other accounts, users, and AWS services.

use super::fill::{Scene, fill};
use super::rng::Rng;

/// A caller, the same in all its records of a file.
pub struct Actor {
    /// `userIdentity`, as JSON.
    pub identity: String,
    /// `sourceIPAddress`.
    pub address: String,
    /// `userAgent`, as JSON text without its quotes.
    pub agent: String,
}

/// A caller's template: how often in a hundred, identity, address, user agents.
type Kind = (u64, &'static str, &'static str, &'static [&'static str]);

/// `{i}` in these is one id, the same wherever it stands in one identity; `{s}` is the day of the session's start.
const KINDS: [Kind; 8] = [
    (
        34,
        r#"{"type":"AssumedRole","principalId":"AROA{i}:i-0<h16>","arn":"arn:aws:sts::<account>:assumed-role/<app>-<stage>-node/i-0<h16>","accountId":"<account>","accessKeyId":"ASIA<c16>","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA{i}","arn":"arn:aws:iam::<account>:role/<app>-<stage>-node","accountId":"<account>","userName":"<app>-<stage>-node"},"attributes":{"creationDate":"{s}","mfaAuthenticated":"false"},"ec2RoleDelivery":"2.0"}}"#,
        "<ip>",
        &[
            "aws-sdk-go-v2/1.38.3 ua/2.1 os/linux lang/go#1.25.0 md/GOOS#linux md/GOARCH#arm64 api/ssm#1.64.2 m/E,e",
            "amazon-ssm-agent/3.3.2746.0 aws-sdk-go/1.55.5 (go1.23.4; linux; amd64)",
            "Boto3/1.40.21 md/Botocore#1.40.21 ua/2.1 os/linux#6.8.0-1031-aws md/arch#aarch64 lang/python#3.12.8 md/pyimpl#CPython m/Z,b,D,e cfg/retry-mode#standard Botocore/1.40.21",
        ],
    ),
    (
        18,
        r#"{"type":"AssumedRole","principalId":"AROA{i}:<app>-<stage>-worker","arn":"arn:aws:sts::<account>:assumed-role/<app>-<stage>-worker-role/<app>-<stage>-worker","accountId":"<account>","accessKeyId":"ASIA<c16>","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA{i}","arn":"arn:aws:iam::<account>:role/service-role/<app>-<stage>-worker-role","accountId":"<account>","userName":"<app>-<stage>-worker-role"},"attributes":{"creationDate":"{s}","mfaAuthenticated":"false"}},"inScopeOf":{"issuerType":"AWS::Lambda::Function","credentialsIssuedTo":"arn:aws:lambda:<region>:<account>:function:<app>-<stage>-worker"}}"#,
        "34.<d2>.<d2>.1<d2>",
        &[
            "aws-sdk-nodejs/3.879.0 ua/2.1 os/linux#5.10.244-267.968.amzn2.x86_64 lang/js md/nodejs#22.19.0 exec-env/AWS_Lambda_nodejs22.x api/dynamodb#3.879.0 m/E,e",
            "aws-sdk-java/2.32.9 md/io#sync md/http#Apache ua/2.1 os/Linux#5.10.239-236.958.amzn2.x86_64 lang/java#21.0.8 md/OpenJDK_64-Bit_Server_VM#21.0.8+9-LTS exec-env/AWS_Lambda_java21 m/D,N",
        ],
    ),
    (
        14,
        r#"{"type":"AssumedRole","principalId":"AROA{i}:GitHubActions","arn":"arn:aws:sts::<account>:assumed-role/ci-deploy-<app>/GitHubActions","accountId":"<account>","accessKeyId":"ASIA<c16>","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA{i}","arn":"arn:aws:iam::<account>:role/ci/ci-deploy-<app>","accountId":"<account>","userName":"ci-deploy-<app>"},"webIdFederationData":{"federatedProvider":"arn:aws:iam::<account>:oidc-provider/token.actions.githubusercontent.com","attributes":{}},"attributes":{"creationDate":"{s}","mfaAuthenticated":"false"}}}"#,
        "20.<d2>.1<d2>.<d2>",
        &[
            "APN/1.0 HashiCorp/1.0 Terraform/1.13.1 (+https://www.terraform.io) terraform-provider-aws/6.12.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.38.3 ua/2.1 os/linux lang/go#1.24.6 md/GOOS#linux md/GOARCH#amd64",
            "aws-cli/2.28.23 md/awscrt#0.27.6 ua/2.1 os/linux#6.11.0-1018-azure md/arch#x86_64 lang/python#3.13.7 md/pyimpl#CPython exec-env/GitHubActions cfg/retry-mode#standard md/installer#exe sid/<h12~6> md/prompt#off md/command#ecs.describe-services",
        ],
    ),
    (
        12,
        r#"{"type":"AssumedRole","principalId":"AROA{i}:<person>@example.com","arn":"arn:aws:sts::<account>:assumed-role/AWSReservedSSO_PlatformAdmin_<h16>/<person>@example.com","accountId":"<account>","accessKeyId":"ASIA<c16>","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA{i}","arn":"arn:aws:iam::<account>:role/aws-reserved/sso.amazonaws.com/<region>/AWSReservedSSO_PlatformAdmin_<h16>","accountId":"<account>","userName":"AWSReservedSSO_PlatformAdmin_<h16>"},"attributes":{"creationDate":"{s}","mfaAuthenticated":"false"}},"onBehalfOf":{"userId":"<h10>-<uuid>","identityStoreArn":"arn:aws:identitystore::<account>:identitystore/d-<h10>"},"credentialId":"<h64>"}"#,
        "203.0.113.<d2>",
        &[
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:142.0) Gecko/20100101 Firefox/142.0",
        ],
    ),
    (
        8,
        r#"{"type":"AWSService","invokedBy":"autoscaling.amazonaws.com"}"#,
        "autoscaling.amazonaws.com",
        &["autoscaling.amazonaws.com"],
    ),
    (
        6,
        r#"{"type":"IAMUser","principalId":"AIDA{i}","arn":"arn:aws:iam::<account>:user/system/<app>-exporter","accountId":"<account>","accessKeyId":"AKIA<c16>","userName":"<app>-exporter"}"#,
        "198.51.100.<d2>",
        &[
            "S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.750 Linux/5.10.218-186.862.amzn2int.x86_64 OpenJDK_64-Bit_Server_VM/25.412-b09 java/1.8.0_412 vendor/Oracle_Corporation",
            r#"curl/8.5.0 {\"eventName\":\"DeleteRecoveryPoint\",\"Records\":[{\"eventSource\":\"backup.amazonaws.com\"}]}"#,
            r#"sync-tool \"nightly\" }]} {[ C:\\tools\\sync\\"#,
        ],
    ),
    (
        5,
        r#"{"type":"AWSAccount","principalId":"AROA{i}:scanner","accountId":"<other>"}"#,
        "44.<d2>.<d2>.2",
        &[
            r"posture-scanner/7.2 (tenant=\u00fcbung; r\u00e9gion=<region>)",
            "バックアップ監視/2.4 (東京; 本番) «größer» 🚚📦",
        ],
    ),
    (
        3,
        r#"{"type":"AssumedRole","principalId":"AROA{i}:AWSBackup-AWSBackupDefaultServiceRole","arn":"arn:aws:sts::<account>:assumed-role/AWSBackupDefaultServiceRole/AWSBackup-AWSBackupDefaultServiceRole","accountId":"<account>","accessKeyId":"ASIA<c16>","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA{i}","arn":"arn:aws:iam::<account>:role/service-role/AWSBackupDefaultServiceRole","accountId":"<account>","userName":"AWSBackupDefaultServiceRole"},"attributes":{"creationDate":"{s}","mfaAuthenticated":"false"}},"invokedBy":"backup.amazonaws.com"}"#,
        "backup.amazonaws.com",
        &["backup.amazonaws.com"],
    ),
];

/// A caller; `started` is when its session began.
pub fn actor(scene: &Scene<'_>, started: &str, rng: &mut Rng) -> Option<Actor> {
    let mut drawn = rng.below(KINDS.iter().map(|kind| kind.0).sum());
    let kind = KINDS.iter().find(|kind| {
        let found = drawn < kind.0;
        drawn = drawn.saturating_sub(kind.0);
        found
    })?;
    let mut id = String::new();
    fill(&mut id, "<c17>", scene, rng);
    // Names within one identity agree: the words that recur are drawn once.
    let mut words = String::new();
    fill(&mut words, "<person> <h16>", scene, rng);
    let mut template = kind.1.replace("{i}", &id).replace("{s}", started);
    for (name, word) in ["<person>", "<h16>"].into_iter().zip(words.split(' ')) {
        template = template.replace(name, word);
    }
    let mut actor = Actor { identity: String::new(), address: String::new(), agent: String::new() };
    fill(&mut actor.identity, &template, scene, rng);
    fill(&mut actor.address, kind.2, scene, rng);
    let agent = rng.pick(kind.3).copied().unwrap_or_default();
    fill(&mut actor.agent, agent, scene, rng);
    Some(actor)
}
