//! Documents full of traps, the same ones for the same seed.

use super::oracle::DAMAGE;

/// Xorshift: no clock, no system.
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        let mixed = (seed ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        Self((mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap()
    }

    /// Once in so many.
    pub fn once_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// JSON as it is to be written: keys and texts raw, as they stand between the quotes.
#[derive(Clone)]
enum Json {
    Raw(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

type Member = (String, Json);

fn raw(text: &str) -> Json {
    Json::Raw(text.to_owned())
}

fn text(of: impl Into<String>) -> Json {
    Json::Text(of.into())
}

fn object(members: Vec<(&str, Json)>) -> Json {
    Json::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// Where white space stands.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    Compact,
    Spaced,
    Pretty,
    Wild,
}

struct Writer<'r> {
    out: String,
    rng: &'r mut Rng,
    style: Style,
}

impl Writer<'_> {
    fn space(&mut self, after: char, depth: usize) {
        match self.style {
            Style::Spaced if matches!(after, ':' | ',') => self.out.push(' '),
            Style::Pretty if after == ':' => self.out.push(' '),
            Style::Pretty if matches!(after, '{' | '[' | ',' | '}') => {
                self.out.push('\n');
                self.out.push_str(&"  ".repeat(depth));
            }
            Style::Compact | Style::Spaced | Style::Pretty => {}
            Style::Wild => {
                for _ in 0..[0, 0, 0, 1, 1, 2, 5, 33][self.rng.below(8)] {
                    self.out.push_str(self.rng.pick(&[" ", " ", "\t", "\n", "\r\n"]));
                }
            }
        }
    }

    fn write(&mut self, value: &Json, depth: usize) {
        match value {
            Json::Raw(raw) => self.out.push_str(raw),
            Json::Text(text) => {
                self.out.push('"');
                self.out.push_str(text);
                self.out.push('"');
            }
            Json::List(items) => {
                self.out.push('[');
                self.space('[', depth + 1);
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.space(' ', depth);
                        self.out.push(',');
                        self.space(',', depth + 1);
                    }
                    self.write(item, depth + 1);
                }
                self.space('}', depth);
                self.out.push(']');
            }
            Json::Object(members) => self.object(members, depth),
        }
    }

    fn object(&mut self, members: &[Member], depth: usize) {
        self.out.push('{');
        self.space('{', depth + 1);
        for (i, (key, value)) in members.iter().enumerate() {
            if i > 0 {
                self.space(' ', depth);
                self.out.push(',');
                self.space(',', depth + 1);
            }
            self.out.push('"');
            self.out.push_str(key);
            self.out.push('"');
            self.space(' ', depth);
            self.out.push(':');
            self.space(':', depth);
            self.write(value, depth + 1);
        }
        self.space('}', depth);
        self.out.push('}');
    }
}

fn write(rng: &mut Rng, style: Style, value: &Json) -> String {
    let mut writer = Writer { out: String::new(), rng, style };
    writer.write(value, 0);
    writer.out
}

/// Pieces of text, raw: what a scan that is not aware of texts would stumble over.
const PIECES: [&str; 36] = [
    "a",
    "arn:aws:iam::111122223333:user/",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "}}",
    "]}",
    "}]}",
    "{\\\"",
    "\\\"",
    "\\\\",
    "\\\\\\\\",
    "\\\\\\\"",
    "\\\\\\\\\\\\",
    "C:\\\\dir\\\\",
    "\\\"eventSource\\\":\\\"backup.amazonaws.com\\\"",
    "\\\"},{\\\"eventVersion\\\":\\\"1.08\\\"",
    "\\\"Records\\\":[{",
    "\\u0022",
    "\\u005c",
    "\\u005C\\u0022",
    "\\n",
    "\\/",
    "\\b\\f\\r\\t",
    "ä",
    "日本",
    "😀",
    "\u{2028}",
    "\u{7f}",
    "\\ud83d\\ude00",
    "\\u0000",
    "'",
    "eventSource",
];

/// An IAM policy as CloudTrail quotes it.
const POLICY: &str = "{\\\"Version\\\":\\\"2012-10-17\\\",\\\"Statement\\\":[{\\\"Effect\\\":\\\"Deny\\\",\\\"Principal\\\":\\\"*\\\",\
    \\\"Condition\\\":{\\\"StringLike\\\":{\\\"aws:userid\\\":[\\\"A\\\\\\\\B\\\",\\\"{}[]\\\\\\\"\\\"]}}}]}";

/// Names of members that mean something at other depths.
const LOOK_ALIKES: [&str; 12] = [
    "Records",
    "eventSource",
    "eventName",
    "eventTime",
    "awsRegion",
    "recipientAccountId",
    "eventType",
    "detail",
    "detail-type",
    "_raw",
    "logEvents",
    "CloudTrailEvent",
];

/// What the scan looks for; odd values for each are below.
const WANTED: [&str; 6] = ["eventTime", "eventSource", "eventName", "awsRegion", "recipientAccountId", "eventType"];

const USED: [(&str, &str); 18] = [
    ("backup.amazonaws.com", "DeleteBackupVault"),
    ("backup.amazonaws.com", "DescribeRecoveryPoint"),
    ("backup.amazonaws.com", "ListBackupVaults"),
    ("backup.amazonaws.com", "CopyJobCompleted"),
    ("mpa.amazonaws.com", "StartSession"),
    ("mpa.amazonaws.com", "GetSession"),
    ("multi-party-approval.amazonaws.com", "UpdateApprovalTeam"),
    ("ram.amazonaws.com", "CreateResourceShare"),
    ("ram.amazonaws.com", "GetResourceShares"),
    ("cloudtrail.amazonaws.com", "StopLogging"),
    ("cloudtrail.amazonaws.com", "LookupEvents"),
    ("organizations.amazonaws.com", "RemoveAccountFromOrganization"),
    ("s3.amazonaws.com", "DeleteBucketPolicy"),
    ("s3.amazonaws.com", "GetObject"),
    ("kms.amazonaws.com", "ScheduleKeyDeletion"),
    ("kms.amazonaws.com", "GenerateDataKey"),
    ("signin.amazonaws.com", "ConsoleLogin"),
    ("identitystore.amazonaws.com", "DeleteUser"),
];

const COUNTED: [(&str, &str); 6] = [
    ("ec2.amazonaws.com", "DescribeInstances"),
    ("sts.amazonaws.com", "AssumeRole"),
    ("kms.amazonaws.com", "Decrypt"),
    ("signin.amazonaws.com", "SwitchRole"),
    ("backup-gateway.amazonaws.com", "DeleteGateway"),
    ("lambda.amazonaws.com", "Invoke"),
];

#[expect(clippy::too_many_lines, reason = "a table")]
fn odd_values(name: &str) -> &'static [&'static str] {
    match name {
        "eventTime" => &[
            "\"2026-10-30T01:02:03.456Z\"",
            "\"2026-10-30T01:02:03+02:00\"",
            "\"2026-10-30 01:02:03\"",
            "\"20261030T010203Z\"",
            "\"Oct 30, 2026, 1:02:03 AM\"",
            "\"2026-10-30T01:02:60Z\"",
            "\"2026-10-30T24:00:00Z\"",
            "\"2026-02-30T01:02:03Z\"",
            "\"2024-02-29T23:59:59Z\"",
            "\"2023-02-29T23:59:59Z\"",
            "\"2100-02-29T00:00:00Z\"",
            "\"1969-12-31T23:59:59Z\"",
            "\"1970-01-01T00:00:00Z\"",
            "\"2261-12-31T23:59:59Z\"",
            "\"2262-01-01T00:00:00Z\"",
            "\"9999-12-31T23:59:59Z\"",
            "\"0000-01-01T00:00:00Z\"",
            "\"2026-10-30t01:02:03z\"",
            "\"2026-10-30T01:02:03\"",
            "\"2026-10-30T01:02:03z\"",
            "\"2026-1O-30T01:02:03Z\"",
            "\"2026-13-30T01:02:03Z\"",
            "\"2026-00-30T01:02:03Z\"",
            "\"2026-10-00T01:02:03Z\"",
            "\"2026-10-32T01:02:03Z\"",
            "\"2026-04-31T01:02:03Z\"",
            "\"2026-10-30T01:60:03Z\"",
            "\"2026/10/30T01:02:03Z\"",
            "\"2026-10-30T01.02.03Z\"",
            "\"+026-10-30T01:02:03Z\"",
            "\"2026-10-30T01:02:03Z \"",
            "\" 2026-10-30T01:02:03Z\"",
            "\"2026-10-30T01:02:03ZZ\"",
            "\"\\u0032026-10-30T01:02:03Z\"",
            "\"2026-10-30T01:02:03\\u005a\"",
            "\"２026-10-30T01:02:03Z\"",
            "\"\"",
            "\"HIDDEN_DUE_TO_SECURITY_REASONS\"",
            "\"yesterday\"",
            "null",
            "1793322123",
            "{}",
            "[]",
            "true",
        ],
        "eventSource" => &[
            "\"backup\\u002eamazonaws.com\"",
            "\"\\u0062ackup.amazonaws.com\"",
            "\"Backup.amazonaws.com\"",
            "\"backup.amazonaws.com \"",
            "\"xbackup.amazonaws.com\"",
            "\"backup.amazonaws.com.evil\"",
            "\"backup.amazonaws.com\\u0000\"",
            "\"aws:s3\"",
            "\".amazonaws.com\"",
            "\"amazonaws.com\"",
            "\"ec2\"",
            "\"backup.amazonaws.com.cn\"",
            "\"ec2.amazonaws\\u002ecom\"",
            "\"e\\\"c2.amazonaws.com\"",
            "\"aws.backup\"",
            "\"a\\\\.amazonaws.com\"",
            "\"\"",
            "\"HIDDEN_DUE_TO_SECURITY_REASONS\"",
            "null",
            "7",
            "{}",
            "[\"backup.amazonaws.com\"]",
            "{\"eventSource\":\"backup.amazonaws.com\"}",
            "false",
        ],
        "eventName" => &[
            "\"Delete\\u0042ackupVault\"",
            "\"Get\"",
            "\"List\\\"}\"",
            "\"ä\"",
            "\"\"",
            "\"\\\\\"",
            "\"\\\"\"",
            "\"HIDDEN_DUE_TO_SECURITY_REASONS\"",
            "null",
            "1",
            "{}",
            "[]",
            "true",
            "\"a\\ud800\"",
        ],
        "awsRegion" => &[
            "\"\"",
            "\"eu\\u002dwest-1\"",
            "\"HIDDEN_DUE_TO_SECURITY_REASONS\"",
            "null",
            "1",
            "{}",
            "[]",
            "\"ä\"",
            "\"..\\/..\"",
            "\"aws-global\"",
            "\"eu-west-1 \"",
            "\"EU-WEST-1\"",
        ],
        "recipientAccountId" => &[
            "\"11112222333\"",
            "\"1111222233334\"",
            "\"11112222333a\"",
            "\"\\u003111122223333\"",
            "\" 11112222333\"",
            "\"１1112222333\"",
            "111122223333",
            "\"\"",
            "\"HIDDEN_DUE_TO_SECURITY_REASONS\"",
            "null",
            "{}",
            "[]",
            "\"11112222333\\/\"",
            "\"+11122223333\"",
        ],
        "eventType" => &[
            "\"AwsCloudTrail\\u0049nsight\"",
            "\"AwsAggregatedEvent\"",
            "\"AwsCloudTrailInsight\"",
            "null",
            "1",
            "\"\"",
            "{}",
            "\"AwsServiceEvent\"",
            "\"AwsVpceEvent\"",
            "\"awscloudtrailinsight\"",
            "[\"AwsAggregatedEvent\"]",
            "{\"eventType\":\"AwsCloudTrailInsight\"}",
            "\"\\ud800\"",
        ],
        _ => &["7", "{}", "[]", "true", "null", "\"\"", "\"\\ud800\"", "1e999", "-0", "\"a\\ud800\\u0041\""],
    }
}

const PARSEABLE: [&str; 12] =
    ["0", "-0.0", "1e5", "18446744073709551616", "true", "false", "null", "{}", "[]", "\"\"", "\"7\"", "[[],{},[{}]]"];

/// Makes documents.
pub struct Generator {
    pub rng: Rng,
    id: u64,
    /// Whether some value's grammar is to be broken; only where nothing is quoted in a text.
    damage: bool,
}

impl Generator {
    pub fn new(seed: u64) -> Self {
        Self { rng: Rng::new(seed), id: seed << 16, damage: false }
    }

    /// Raw text full of traps.
    fn trap(&mut self) -> String {
        if self.rng.once_in(12) {
            return POLICY.to_owned();
        }
        // Backslashes in pairs, then perhaps an escaped quote: every parity, over every border of blocks.
        let mut out = match self.rng.below(6) {
            0 => "\\\\".repeat(self.rng.below(70)),
            1 => "x".repeat(self.rng.below(70)),
            _ => String::new(),
        };
        for _ in 0..self.rng.below(7) {
            out.push_str(self.rng.pick(&PIECES));
        }
        if self.rng.once_in(4) {
            out.push_str(&"\\\\".repeat(self.rng.below(5)));
        }
        if self.rng.once_in(2000) {
            let long = [70_000, 70_000, 70_000, 70_000, 300_000, 1_100_000][self.rng.below(6)];
            let piece = self.rng.pick(&["x", "\\\\", "\\\"", "}{", "ä", "\\u0041"]);
            out.push_str(&piece.repeat(long / piece.len()));
        }
        out
    }

    fn value(&mut self, depth: usize) -> Json {
        match self.rng.below(10) {
            0..4 => Json::Text(self.trap()),
            4 | 5 => raw(self.rng.pick(&PARSEABLE)),
            6 if depth > 0 => Json::List((0..self.rng.below(4)).map(|_| self.value(depth - 1)).collect()),
            7..10 if depth > 0 => Json::Object((0..self.rng.below(5)).map(|_| self.member(depth - 1)).collect()),
            _ => raw("1"),
        }
    }

    fn member(&mut self, depth: usize) -> Member {
        let key = match self.rng.below(4) {
            0 => "k".to_owned(),
            1 => self.trap(),
            _ => self.rng.pick(&LOOK_ALIKES).to_owned(),
        };
        let value = match self.rng.below(4) {
            0 => text("backup.amazonaws.com"),
            1 => Json::List(vec![object(vec![
                ("eventVersion", text("1.08")),
                ("eventSource", text("backup.amazonaws.com")),
                ("eventName", text("DeleteBackupVault")),
            ])]),
            _ => self.value(depth),
        };
        (key, value)
    }

    fn account(&mut self) -> String {
        self.rng.pick(&["111122223333", "444455556666", "777788889999"]).to_owned()
    }

    fn time(&mut self) -> String {
        let second = self.rng.below(3 * 86_400);
        let step = [1, 60, 900, 901][self.rng.below(4)];
        let second = second / step * step;
        format!(
            "2026-10-{:02}T{:02}:{:02}:{:02}Z",
            28 + second / 86_400,
            second / 3600 % 24,
            second / 60 % 60,
            second % 60
        )
    }

    fn identity(&mut self) -> Json {
        let account = self.account();
        let arn = format!("arn:aws:sts::{account}:assumed-role/Role/session");
        match self.rng.below(12) {
            0 => raw(self.rng.pick(&[
                "null",
                "{}",
                "\"{\\\"accountId\\\":\\\"444455556666\\\"}\"",
                "\"oops\"",
                "7",
                "[]",
            ])),
            1 => object(vec![("type", text("AWSService")), ("invokedBy", text("backup.amazonaws.com"))]),
            2 => object(vec![("arn", text(arn))]),
            3 => object(vec![
                ("accountId", raw(self.rng.pick(&["\"11\"", "1", "\"\\u0034\"", "null"]))),
                ("arn", text(arn)),
            ]),
            4 => object(vec![("ACCOUNTID", text(account))]),
            _ => object(vec![
                ("type", text("AssumedRole")),
                ("arn", text(arn)),
                ("accountId", text(account)),
                ("sessionContext", self.value(2)),
            ]),
        }
    }

    fn plain_record(&mut self) -> Vec<Member> {
        let (source, name) = if self.rng.once_in(3) { USED[self.rng.below(18)] } else { COUNTED[self.rng.below(6)] };
        self.id += 1;
        let id = format!("{:08x}-0000-4000-8000-{:012}", self.id >> 16, self.id & 0xffff);
        let mut members = vec![
            ("eventVersion", text("1.08")),
            ("userIdentity", self.identity()),
            ("eventTime", text(self.time())),
            ("eventSource", text(source)),
            ("eventName", text(name)),
            ("awsRegion", text(self.rng.pick(&["eu-west-1", "us-east-1", "ap-southeast-2"]))),
            ("sourceIPAddress", text(format!("2001:db8::{:x}", self.id))),
            ("userAgent", Json::Text(self.trap())),
        ];
        if self.rng.once_in(6) {
            members.push(("errorCode", text("AccessDenied")));
            members.push(("errorMessage", Json::Text(self.trap())));
        }
        for name in ["requestParameters", "responseElements", "additionalEventData"] {
            let value = if self.rng.once_in(2) { raw("null") } else { self.value(3) };
            members.push((name, value));
        }
        members.extend([
            ("requestID", text("r")),
            ("eventID", text(id)),
            ("readOnly", raw("false")),
            ("eventType", text("AwsApiCall")),
            ("recipientAccountId", text(self.account())),
            ("eventCategory", text("Management")),
        ]);
        members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }

    fn other_event(&mut self) -> Vec<Member> {
        let insight = vec![
            ("eventVersion", text("1.09")),
            ("eventTime", text(self.time())),
            ("awsRegion", text("eu-west-1")),
            ("eventID", text("i")),
            ("eventType", text("AwsCloudTrailInsight")),
            ("recipientAccountId", text(self.account())),
            ("insightDetails", self.value(2)),
        ];
        let aggregated = vec![
            ("eventVersion", text("1.0")),
            ("accountId", text(self.account())),
            ("eventId", text("a")),
            ("eventType", text("AwsAggregatedEvent")),
            ("eventSource", text("backup.amazonaws.com")),
            ("timeWindow", self.value(2)),
        ];
        let members = if self.rng.once_in(2) { insight } else { aggregated };
        members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }

    /// One record, plain or odd.
    fn record(&mut self) -> Json {
        let mut members = if self.rng.once_in(16) { self.other_event() } else { self.plain_record() };
        if self.rng.once_in(2) {
            for _ in 0..=self.rng.below(2) {
                self.make_odd(&mut members);
            }
        }
        Json::Object(members)
    }

    fn make_odd(&mut self, members: &mut Vec<Member>) {
        let at = self.rng.below(members.len());
        let wanted: &str = WANTED[self.rng.below(WANTED.len())];
        let place = members.iter().position(|(key, _)| key == wanted).unwrap_or(at);
        match self.rng.below(14) {
            0..3 => {
                let values = odd_values(&members[place].0);
                if !matches!(members[place].0.as_str(), "eventVersion" | "userIdentity") {
                    members[place].1 = raw(self.rng.pick(values));
                }
            }
            3 => drop(members.remove(place)),
            4 => {
                let twin = members[place].clone();
                members.insert(at, twin);
            }
            5 => self.add_twin(members, place, at),
            6 => members[place].0 = self.escaped(&members[place].0.clone()),
            7 => members[place].0 = self.recased(&members[place].0.clone()),
            8 => {
                // Keys that only look like wanted ones.
                let decoy = self.rng.pick(&["x{}", "{}2", "{}\\\\", "{} ", "\\\\u0065{}", "{}\\\"", "\\\"{}"]);
                members.insert(at, (decoy.replace("{}", wanted), text("backup.amazonaws.com")));
            }
            9 => {
                let name = self.rng.pick(&["eventID", "errorCode", "@timestamp", "requestID", "tlsDetails"]);
                let value = raw(self.rng.pick(odd_values("")));
                members.retain(|(key, _)| key != name);
                members.insert(at.min(members.len()), (name.to_owned(), value));
            }
            10 => {
                for i in (1..members.len()).rev() {
                    members.swap(i, self.rng.below(i + 1));
                }
            }
            11 if self.rng.once_in(20) => {
                let depth = [100, 126, 127, 128, 129, 1000, 10_000][self.rng.below(7)];
                let (open, close) = [("[", "]"), ("{\"a\":", "}")][self.rng.below(2)];
                let inner = format!("{}1{}", open.repeat(depth), close.repeat(depth));
                members.insert(at, ("deep".into(), Json::Raw(inner)));
            }
            11 | 12 if self.damage => self.damage_one(members, at),
            11 => {
                let key = "k".repeat([1, 62, 63, 64, 65, 300, 5000][self.rng.below(7)]);
                let value = self.value(4);
                members.insert(at, (key, value));
            }
            12 => members.insert(at, (String::new(), Json::Text(self.trap()))),
            _ => {
                let value = self.value(4);
                members.insert(at, ("requestParameters2".into(), value));
            }
        }
    }

    fn add_twin(&mut self, members: &mut Vec<Member>, place: usize, at: usize) {
        let (key, _) = members[place].clone();
        if key == "userIdentity" || key == "eventVersion" {
            return;
        }
        let value = match key.as_str() {
            "eventSource" => text(self.rng.pick(&["backup.amazonaws.com", "ec2.amazonaws.com"])),
            "eventName" => text("DeleteBackupVault"),
            "eventTime" => text(self.time()),
            "recipientAccountId" => text(self.account()),
            _ => raw(self.rng.pick(odd_values(&key))),
        };
        let key = match self.rng.below(4) {
            0 => self.recased(&key),
            1 => self.escaped(&key),
            _ => key,
        };
        members.insert(at, (key, value));
    }

    /// A key spelled with an escape.
    fn escaped(&mut self, key: &str) -> String {
        if key.is_empty() || !key.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return key.to_owned();
        }
        let at = self.rng.below(key.len());
        format!("{}\\u{:04x}{}", &key[..at], key.as_bytes()[at], &key[at + 1..])
    }

    fn recased(&mut self, key: &str) -> String {
        if key.contains('\\') {
            return key.to_owned();
        }
        match self.rng.below(3) {
            0 => key.to_lowercase(),
            1 => key.to_uppercase(),
            _ => key.chars().take(1).flat_map(char::to_uppercase).chain(key.chars().skip(1)).collect(),
        }
    }

    fn damage_one(&mut self, members: &mut Vec<Member>, at: usize) {
        match self.rng.below(4) {
            0 => members.insert(at, ("vpcEndpointId".into(), text(DAMAGE))),
            1 => members.insert(at, ("tlsDetails".into(), object(vec![("a", Json::List(vec![text(DAMAGE)]))]))),
            2 => members.insert(at, ("resources".into(), Json::List(vec![object(vec![("ARN", text(DAMAGE))])]))),
            _ => {
                let wanted: &str = WANTED[self.rng.below(WANTED.len())];
                if let Some(place) = members.iter().position(|(key, _)| key == wanted) {
                    members[place].1 = text(DAMAGE);
                }
            }
        }
    }

    fn item(&mut self) -> Json {
        match self.rng.below(40) {
            0 => raw(self.rng.pick(&[
                "7",
                "\"oops\"",
                "null",
                "[]",
                "{}",
                "{\"a\":1}",
                "\"{\\\"eventVersion\\\":1}\"",
                "[{}]",
            ])),
            1 => object(vec![("eventSource", text("aws:s3")), ("eventName", text("x")), ("eventTime", text("y"))]),
            _ => self.record(),
        }
    }

    fn records(&mut self) -> Vec<Json> {
        (0..[0, 1, 1, 1, 2, 2, 3, 6][self.rng.below(8)]).map(|_| self.item()).collect()
    }

    fn log_file(&mut self) -> Json {
        let mut items = self.records();
        if self.rng.once_in(30) {
            let inner = Json::List(self.records());
            items.push(object(vec![("Records", inner)]));
        }
        // A record beyond doubt is one, whatever other members it has.
        if self.rng.once_in(30) {
            let mut members = self.plain_record();
            members.retain(|(key, _)| key != "userIdentity");
            members.push(("userIdentity".into(), object(vec![("accountId", text("111122223333"))])));
            let own = self.rng.pick(&["Records", "_raw", "CloudTrailEvent", "logEvents"]);
            members.insert(self.rng.below(members.len()), (own.into(), Json::List(Vec::new())));
            items.push(Json::Object(members));
        }
        let mut members = vec![("Records".to_owned(), Json::List(items))];
        match self.rng.below(40) {
            0 => members[0].1 = raw(self.rng.pick(&["null", "{}", "\"[]\"", "7", "{\"Records\":[]}"])),
            1 => members[0].0 = "Recor\\u0064s".into(),
            2 => members[0].0 = "records".into(),
            3 => members = vec![("data".to_owned(), Json::Object(members))],
            4..7 => members.insert(0, ("meta".into(), self.value(3))),
            7..10 => members.push(("NextToken".into(), self.value(3))),
            10..13 => {
                // What is quoted in a text is not damaged.
                let damage = std::mem::take(&mut self.damage);
                let name = self.rng.pick(&["Records", "Events", "logEvents"]);
                let other = match name {
                    "Records" => self.records(),
                    "Events" => (0..self.rng.below(3)).map(|_| self.lookup_item()).collect(),
                    _ => (0..self.rng.below(3)).map(|_| object(vec![("message", self.quoted_record())])).collect(),
                };
                members.insert(self.rng.below(2), (name.to_owned(), Json::List(other)));
                self.damage = damage;
            }
            _ => {}
        }
        Json::Object(members)
    }

    fn style(&mut self) -> Style {
        [Style::Compact, Style::Compact, Style::Compact, Style::Compact, Style::Spaced, Style::Pretty, Style::Wild]
            [self.rng.below(7)]
    }

    fn write(&mut self, value: &Json) -> String {
        let style = self.style();
        write(&mut self.rng, style, value)
    }

    /// A value as JSON in a text.
    fn quoted(&mut self, value: &Json) -> Json {
        let inner = self.write(value);
        let quoted = serde_json::to_string(&inner).unwrap();
        Json::Raw(quoted)
    }

    fn quoted_record(&mut self) -> Json {
        if self.rng.once_in(30) {
            return raw(self.rng.pick(&[
                "\"\"",
                "\"oops\"",
                "7",
                "null",
                "\"[]\"",
                "\"{}\"",
                "{\"eventVersion\":\"1\"}",
            ]));
        }
        let record = self.record();
        self.quoted(&record)
    }

    fn lookup_item(&mut self) -> Json {
        let inner = self.quoted_record();
        object(vec![
            ("EventId", text("e")),
            ("EventName", Json::Text(self.trap())),
            ("EventTime", raw("1424476529.0")),
            ("Resources", self.value(1)),
            ("CloudTrailEvent", inner),
        ])
    }

    fn envelope(&mut self) -> Json {
        let kind = self.rng.pick(&[
            "AWS API Call via CloudTrail",
            "AWS Service Event via CloudTrail",
            "AWS API Call via CloudTrail",
            "Backup Job State Change",
            "EC2 Instance State-change Notification",
        ]);
        let detail = match self.rng.below(12) {
            0 => raw(self.rng.pick(&["null", "\"oops\"", "[]", "{}"])),
            1 => self.value(3),
            _ => self.record(),
        };
        self.id += 1;
        let time = if self.rng.once_in(9) { raw(self.rng.pick(&["null", "\"\"", "{}"])) } else { text(self.time()) };
        object(vec![
            ("version", text("0")),
            ("id", text(format!("envelope-{}", self.id))),
            ("detail-type", text(kind)),
            ("source", text(self.rng.pick(&["aws.backup", "aws.ram", "aws.ec2", "aws.backup"]))),
            ("account", text(self.account())),
            ("time", time),
            ("region", text("eu-west-1")),
            ("resources", self.value(1)),
            ("detail", detail),
        ])
    }

    fn subscription(&mut self) -> Json {
        let kind = if self.rng.once_in(12) { "CONTROL_MESSAGE" } else { "DATA_MESSAGE" };
        let mut events = Vec::new();
        for _ in 0..self.rng.below(4) {
            let message = self.quoted_record();
            events.push(object(vec![("id", text("1")), ("timestamp", raw("0")), ("message", message)]));
        }
        if self.rng.once_in(20) {
            events.push(raw(self.rng.pick(&["7", "{}", "\"message\"", "{\"message\":7}"])));
        }
        let list = if self.rng.once_in(20) { raw("{}") } else { Json::List(events) };
        let mut members = vec![("messageType", text(kind)), ("owner", text(self.account())), ("logEvents", list)];
        if self.rng.once_in(4) {
            members.swap(0, 2);
        }
        object(members)
    }

    /// A document of one of the containers of the contract.
    fn document(&mut self, container: usize) -> Json {
        match container {
            0..10 => self.log_file(),
            10..14 => self.item(),
            14 => Json::List(self.records()),
            15 => Json::List((0..self.rng.below(3)).map(|_| self.log_file()).collect()),
            16 => {
                let items = (0..self.rng.below(4)).map(|_| self.lookup_item()).collect();
                object(vec![("Events", Json::List(items)), ("NextToken", Json::Text(self.trap()))])
            }
            17 => self.lookup_item(),
            18 | 19 => self.envelope(),
            20 | 21 => self.subscription(),
            22 => {
                let inner = self.quoted_record();
                let wrapped = object(vec![("_raw", inner), ("host", Json::Text(self.trap()))]);
                if self.rng.once_in(2) { Json::List(vec![wrapped]) } else { wrapped }
            }
            23 => object(vec![("_source", text("docs")), ("record", self.record())]),
            24 => object(vec![("digestStartTime", text("x")), ("logFiles", self.value(2))]),
            _ => raw(self.rng.pick(&["{}", "[]", "7", "\"x\"", "{\"a\":[1]}", "[[]]", "{\"Records\":[]}"])),
        }
    }

    /// A text: one document or several, of one container or of many.
    pub fn text(&mut self) -> String {
        let container = self.rng.below(26);
        self.damage = container < 16 && self.rng.once_in(5);
        let mut out = match self.rng.below(4) {
            0 => self.rng.pick(&[" ", "\n", "\r\n\t"]).repeat(self.rng.below(66)),
            _ => String::new(),
        };
        let several = container >= 10 && container != 14 && container != 16 && !self.rng.once_in(3);
        let count = if several || self.rng.once_in(12) { 1 + self.rng.below(4) } else { 1 };
        let separator = self.rng.pick(&["\n", "\n", "\n", "\r\n", "\n\n", " "]);
        let mixed = self.rng.once_in(12);
        for _ in 0..count {
            let container = if mixed { self.rng.below(26) } else { container };
            let damage = self.damage;
            self.damage &= container < 16;
            let document = self.document(container);
            self.damage = damage;
            out.push_str(&self.write(&document));
            // Without anything between them only brackets part two documents.
            if !(out.ends_with('}') && self.rng.once_in(4)) {
                out.push_str(separator);
            }
        }
        out
    }

    /// Breaks the grammar of each value that is marked, and leaves the structure: quotes and brackets still pair up.
    pub fn damaged(&mut self, text: &str) -> Vec<u8> {
        const BROKEN: [&[u8]; 34] = [
            b"oops",
            b"01",
            b"1.",
            b".5",
            b"+1",
            b"-",
            b"1e",
            b"tru",
            b"nulll",
            b"NaN",
            b"Infinity",
            b"'x'",
            b"0x10",
            b"\"a\x01\"",
            b"\"a\tb\"",
            b"\"\x1f\"",
            b"\"\xff\"",
            b"\"\xc3\"",
            b"\"\xc0\xaf\"",
            b"\"\xed\xa0\x80\"",
            b"\"\xf4\x90\x80\x80\"",
            b"\"\\q\"",
            b"\"\\u12G4\"",
            b"\"\\u12\"",
            b"[1,]",
            b"{\"a\":1,}",
            b"[1 2]",
            b"{\"a\" 1}",
            b"{a:1}",
            b"{1:2}",
            b"[,]",
            b"{,}",
            b"{\"a\"}",
            b"\x0b",
        ];
        let marker = format!("\"{DAMAGE}\"");
        let mut out = Vec::with_capacity(text.len());
        for (i, piece) in text.split(&marker).enumerate() {
            if i > 0 {
                out.extend_from_slice(self.rng.pick(&BROKEN));
            }
            out.extend_from_slice(piece.as_bytes());
        }
        out
    }

    /// Bends a text in up to three places, wherever they are.
    pub fn mutated(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.rng.below(3) {
            if bytes.is_empty() {
                return;
            }
            let at = self.structural_place(bytes);
            let end = (at + 1 + self.rng.below(40)).min(bytes.len());
            match self.rng.below(9) {
                0 => bytes[at] ^= 1 << self.rng.below(8),
                1 => drop(bytes.drain(at..end)),
                2 => drop(bytes.remove(at)),
                3 => {
                    let piece = self.rng.pick(&["{", "}", "[", "]", "\"", "\\", ",", ":", "\n", "\u{0}", "}]", "\"\""]);
                    bytes.splice(at..at, piece.bytes());
                }
                4 => {
                    let piece = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece);
                }
                5 => bytes.truncate(at),
                6 => {
                    let from = self.rng.below(bytes.len());
                    let piece = bytes[from..(from + 200).min(bytes.len())].to_vec();
                    bytes.splice(at..at, piece);
                }
                7 => bytes[at] = *self.rng.pick(&[&b'"', &b'\\', &b'{', &b'}', &b'\n', &0xff, &b',']),
                _ => {
                    let middle = self.structural_place(bytes).max(at);
                    bytes[at..].rotate_left(middle - at);
                }
            }
        }
    }

    /// Somewhere, more often where structure is.
    fn structural_place(&mut self, bytes: &[u8]) -> usize {
        let at = self.rng.below(bytes.len());
        if self.rng.once_in(3) {
            return at;
        }
        let next = bytes[at..].iter().position(|b| b"{}[]\",:\\\n".contains(b));
        (at + next.unwrap_or(0) + self.rng.below(2)).min(bytes.len() - 1)
    }
}
