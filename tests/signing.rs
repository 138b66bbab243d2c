//! An own CloudTrail: RSA keys made here, log files and chains of digests signed with them.
//!
//! Keys and signatures are computed with plain big integers, so that the program's own arithmetic is not its own judge.

use crate::folder::gzip;
use num_bigint::BigUint;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;
use vaultrail::ingest::sha256;

/// An RSA key with the name that digests use for it.
pub struct Key {
    n: BigUint,
    d: BigUint,
    pub fingerprint: &'static str,
}

pub static KEY: LazyLock<Key> = LazyLock::new(|| Key::make("first", "0123456789abcdef0123456789abcdef"));
pub static OTHER: LazyLock<Key> = LazyLock::new(|| Key::make("second", "fedcba9876543210fedcba9876543210"));

const E: u32 = 65_537;

/// Bytes that a seed stands for.
fn bytes(seed: &str, count: usize) -> Vec<u8> {
    let blocks = (0..)
        .flat_map(|i| ring::digest::digest(&ring::digest::SHA256, format!("{seed}/{i}").as_bytes()).as_ref().to_vec());
    blocks.take(count).collect()
}

/// The next prime of 1024 bits after the number of a seed.
fn prime(seed: &str) -> BigUint {
    let one = BigUint::from(1_u32);
    let mut digits = bytes(seed, 128);
    digits[0] |= 0xc0;
    digits[127] |= 1;
    let mut at = BigUint::from_bytes_be(&digits);
    let small: Vec<u32> = (3..2000).step_by(2).filter(|n| (3..*n).all(|d| n % d != 0)).collect();
    loop {
        let divided = small.iter().any(|p| (&at % *p) == BigUint::ZERO);
        if !divided && (&at % E) != one && [2_u32, 3, 5, 7, 11, 13, 17, 19].iter().all(|base| passes(&at, *base)) {
            return at;
        }
        at += 2_u32;
    }
}

/// One round of Miller and Rabin.
fn passes(n: &BigUint, base: u32) -> bool {
    let one = BigUint::from(1_u32);
    let last = n - &one;
    let twos = last.trailing_zeros().unwrap();
    let mut x = BigUint::from(base).modpow(&(&last >> twos), n);
    if x == one || x == last {
        return true;
    }
    (1..twos).any(|_| {
        x = &x * &x % n;
        x == last
    })
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        short @ 0..0x80 => out.push(u8::try_from(short).unwrap()),
        long => out.extend([&[0x82], u16::try_from(long).unwrap().to_be_bytes().as_slice()].concat()),
    }
    out.extend(content);
    out
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

impl Key {
    fn make(seed: &str, fingerprint: &'static str) -> Self {
        let (p, q) = (prime(&format!("{seed}/p")), prime(&format!("{seed}/q")));
        let one = BigUint::from(1_u32);
        let d = BigUint::from(E).modinv(&((&p - &one) * (&q - &one))).unwrap();
        Self { n: p * q, d, fingerprint }
    }

    /// DER as PKCS#1.
    pub fn pkcs1(&self) -> Vec<u8> {
        let modulus = [&[0], self.n.to_bytes_be().as_slice()].concat();
        der(0x30, &[der(0x02, &modulus), der(0x02, &[1, 0, 1])].concat())
    }

    /// DER as `SubjectPublicKeyInfo`.
    pub fn spki(&self) -> Vec<u8> {
        let algorithm = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
        let bits = [&[0], self.pkcs1().as_slice()].concat();
        der(0x30, &[der(0x30, &algorithm), der(0x03, &bits)].concat())
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256, hex.
    fn sign(&self, text: &str) -> String {
        let hash = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
        let info = [
            [
                0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
                0x04, 0x20,
            ]
            .as_slice(),
            hash.as_ref(),
        ]
        .concat();
        let mut message = vec![0, 1];
        message.resize(256 - info.len() - 1, 0xff);
        message.push(0);
        message.extend(info);
        let signature = BigUint::from_bytes_be(&message).modpow(&self.d, &self.n).to_bytes_be();
        let mut out = "00".repeat(256 - signature.len());
        for byte in signature {
            write!(out, "{byte:02x}").unwrap();
        }
        out
    }

    /// The output of list-public-keys for it, in DER as given.
    pub fn listed(&self, der: &[u8], from: &str, to: &str) -> Vec<u8> {
        let row = json!({"Value": base64(der), "ValidityStartTime": from, "ValidityEndTime": to, "Fingerprint": self.fingerprint});
        json!({"PublicKeyList": [row]}).to_string().into_bytes()
    }

    /// The same, valid for a year.
    pub fn listed_for_the_year(&self) -> Vec<u8> {
        self.listed(&self.pkcs1(), "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z")
    }
}

/// What a gzip file holds.
pub fn gunzip(stored: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(stored), &mut text).unwrap();
    text
}

/// A trail, in one account and Region.
#[derive(Clone)]
pub struct Trail {
    pub folder: String,
    pub account: String,
    pub region: String,
    pub name: String,
    pub backfill: bool,
    /// The bucket that it delivers to, by the hour.
    pub bucket: fn(usize) -> &'static str,
}

impl Default for Trail {
    fn default() -> Self {
        Self {
            folder: "AWSLogs/111122223333".into(),
            account: "111122223333".into(),
            region: "eu-west-1".into(),
            name: "audit_trail".into(),
            backfill: false,
            bucket: |_| "trail-bucket",
        }
    }
}

/// A log file: its key, its content, its first and last event.
#[derive(Clone)]
pub struct LogFile {
    pub object: String,
    pub text: Vec<u8>,
    oldest: String,
    newest: String,
}

/// A chain as it lies in S3: paths with stored bytes, in order; and the signature of the newest digest.
#[derive(Clone)]
pub struct Delivered {
    pub digests: Vec<String>,
    pub logs: Vec<String>,
    pub files: BTreeMap<String, Vec<u8>>,
    pub signature: String,
}

impl Trail {
    /// The log file of an hour of 30 October 2026: an event every ten minutes.
    pub fn log(&self, hour: usize) -> LogFile {
        let at = |minute: usize| format!("2026-10-30T{hour:02}:{minute:02}:00Z");
        let event = |minute: usize| {
            json!({
                "eventVersion": "1.11", "eventTime": at(minute), "eventSource": "backup.amazonaws.com", "eventName": "ListBackupVaults",
                "awsRegion": self.region, "recipientAccountId": self.account, "eventType": "AwsApiCall",
                "eventID": format!("{}-{}-{hour}-{minute}", self.account, self.region),
                "userIdentity": {"type": "AssumedRole", "arn": format!("arn:aws:sts::{}:assumed-role/r/s", self.account), "accountId": self.account},
                "requestParameters": null, "responseElements": null,
            })
        };
        let records: Vec<Value> = (5..60).step_by(10).map(event).collect();
        let (folder, account, region) = (&self.folder, &self.account, &self.region);
        let unique = &sha256(format!("{}{}{hour}", self.name, self.folder).as_bytes())[..16];
        LogFile {
            object: format!(
                "{folder}/CloudTrail/{region}/2026/10/30/{account}_CloudTrail_{region}_20261030T{hour:02}58Z_{unique}.json.gz"
            ),
            text: json!({"Records": records}).to_string().into_bytes(),
            oldest: at(5),
            newest: at(55),
        }
    }

    /// The key of the digest that ends with an hour.
    pub fn key(&self, end: usize) -> String {
        let (folder, account, region, name) = (&self.folder, &self.account, &self.region, &self.name);
        let tail = if self.backfill { "_backfill" } else { "" };
        format!(
            "{folder}/CloudTrail-Digest/{region}/2026/10/30/\
             {account}_CloudTrail-Digest_{region}_{name}_us-east-1_20261030T{end:02}0000Z{tail}.json.gz"
        )
    }

    /// Delivers the hours from 10 on, so many, and their digests; at the hour `restart` a chain begins anew.
    pub fn deliver(&self, key: &Key, hours: usize, restart: Option<usize>) -> Delivered {
        let mut out =
            Delivered { digests: Vec::new(), logs: Vec::new(), files: BTreeMap::new(), signature: String::new() };
        let mut before: Option<(String, String)> = None;
        for hour in 10..10 + hours {
            let log = self.log(hour);
            let object = self.key(hour + 1);
            let bucket = (self.bucket)(hour);
            before = before.filter(|_| restart != Some(hour));
            let previous = before.as_ref();
            let end = format!("2026-10-30T{:02}:00:00Z", hour + 1);
            let document = json!({
                "awsAccountId": self.account, "digestStartTime": format!("2026-10-30T{hour:02}:00:00Z"), "digestEndTime": end,
                "digestS3Bucket": bucket, "digestS3Object": object, "digestPublicKeyFingerprint": key.fingerprint,
                "digestSignatureAlgorithm": "SHA256withRSA", "newestEventTime": log.newest, "oldestEventTime": log.oldest,
                "previousDigestS3Bucket": previous.map(|_| (self.bucket)(hour - 1)), "previousDigestS3Object": previous.map(|(object, _)| object),
                "previousDigestHashValue": previous.map(|(_, hash)| hash), "previousDigestHashAlgorithm": previous.map(|_| "SHA-256"),
                "previousDigestSignature": previous.map(|_| &out.signature),
                "logFiles": [{
                    "s3Bucket": bucket, "s3Object": log.object, "hashValue": sha256(&log.text), "hashAlgorithm": "SHA-256",
                    "newestEventTime": log.newest, "oldestEventTime": log.oldest,
                }],
            });
            let text = document.to_string();
            let last = previous.map_or("null", |_| out.signature.as_str());
            let hash = sha256(text.as_bytes());
            out.signature = key.sign(&format!("{end}\n{bucket}/{object}\n{hash}\n{last}"));
            out.files.insert(object.clone(), gzip(text.as_bytes()));
            out.files.insert(log.object.clone(), gzip(&log.text));
            out.logs.push(log.object);
            out.digests.push(object.clone());
            before = Some((object, hash));
        }
        out
    }
}

impl Delivered {
    /// What head-object answers for the newest digest.
    pub fn head(&self) -> Vec<u8> {
        json!({
            "AcceptRanges": "bytes", "ContentLength": 700, "ETag": "\"0\"", "ContentType": "application/json",
            "Metadata": {"signature": self.signature, "signature-algorithm": "SHA256withRSA"},
        })
        .to_string()
        .into_bytes()
    }

    /// Changes the content of a file.
    pub fn edit(&mut self, path: &str, edit: impl FnOnce(String) -> String) {
        let text = String::from_utf8(gunzip(&self.files[path])).unwrap();
        self.files.insert(path.to_owned(), gzip(edit(text).as_bytes()));
    }

    /// Writes all files below a folder.
    pub fn write(&self, folder: &Path) {
        for (path, stored) in &self.files {
            let file = folder.join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, stored).unwrap();
        }
    }
}
