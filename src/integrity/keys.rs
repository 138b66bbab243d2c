//! Signatures of digests: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2) by the keys of `aws cloudtrail list-public-keys`.
//!
//! What is signed: AWS CloudTrail User Guide, "Custom implementations of CloudTrail log file integrity validation".

use crate::ingest::digest::{Digest, bare};
use crate::ingest::keys::PublicKey;
use crate::instant::Instant;
use chrono::Duration;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use std::collections::BTreeMap;

/// The AWS CLI asks for keys up to so long after the end of what it validates.
const AFTER: Duration = Duration::hours(2);
/// And for those valid so long around the instant at which a backfill digest was made.
const AROUND: Duration = Duration::hours(1);
/// `rsaEncryption`, 1.2.840.113549.1.1.1 (RFC 8017 appendix A.1), with its tag and length.
const RSA_ENCRYPTION: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// What is known of a digest's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signature {
    /// It was made with AWS's key over this digest.
    Verified,
    /// The digest that would hold it does not exist or is not here, and its S3 metadata was not given.
    NotGiven,
    /// No public key at all was given.
    NoKeys,
    /// Keys were given, but none with this fingerprint that was valid at the time.
    KeyNotFound,
    /// The key with this fingerprint cannot be loaded.
    KeyUnusable,
    /// It is not that of this digest.
    Failed,
}

/// Modulus and exponent, big-endian without leading zeros.
type Rsa = (Vec<u8>, Vec<u8>);

struct Key {
    rsa: Option<Rsa>,
    from: Option<Instant>,
    to: Option<Instant>,
}

/// The keys that were given, by fingerprint.
pub struct Keys(BTreeMap<String, Vec<Key>>);

impl Keys {
    /// Loads the keys.
    pub fn load(listed: &[PublicKey]) -> Self {
        let mut keys: BTreeMap<String, Vec<Key>> = BTreeMap::new();
        for key in listed {
            let rsa = base64(&key.value).and_then(|der| rsa(&der));
            keys.entry(key.fingerprint.clone()).or_default().push(Key { rsa, from: key.from, to: key.to });
        }
        Self(keys)
    }

    /// How many fingerprints there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Checks a digest against the texts that are said to be its signature; any one that fits is enough. `generated` is
    /// when a backfill digest was made.
    pub fn check(&self, digest: &Digest, signatures: &[&str], generated: Option<Instant>) -> Signature {
        if self.0.is_empty() {
            return Signature::NoKeys;
        }
        if signatures.is_empty() {
            return Signature::NotGiven;
        }
        let with_fingerprint = self.0.get(&digest.fingerprint).map(Vec::as_slice).unwrap_or_default();
        let valid: Vec<&Key> = with_fingerprint.iter().filter(|key| key.valid_for(digest, generated)).collect();
        if valid.is_empty() {
            return Signature::KeyNotFound;
        }
        let loaded: Vec<&Rsa> = valid.iter().filter_map(|key| key.rsa.as_ref()).collect();
        if loaded.is_empty() {
            return Signature::KeyUnusable;
        }
        let signed = string_to_sign(digest);
        let fits = |signature: &&str| {
            unhex(signature).is_some_and(|bytes| {
                loaded.iter().any(|(n, e)| {
                    let key = RsaPublicKeyComponents { n, e };
                    key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &bytes).is_ok()
                })
            })
        };
        if signatures.iter().any(fits) { Signature::Verified } else { Signature::Failed }
    }
}

impl Key {
    fn valid_for(&self, digest: &Digest, generated: Option<Instant>) -> bool {
        let (Some(from), Some(to)) = (self.from, self.to) else { return false };
        match (is_backfill(&digest.object), generated) {
            (false, _) => from <= digest.end + AFTER && digest.start <= to,
            (true, Some(at)) => from <= at + AROUND && at - AROUND <= to,
            // It was made some time after its hour; when, only its metadata says.
            (true, None) => digest.start <= to,
        }
    }
}

/// Whether a digest names log files that came too late for the digest of their hour.
pub fn is_backfill(object: &str) -> bool {
    bare(object).trim_end_matches(".json").ends_with("_backfill")
}

/// What AWS signs: end time, location, hash of the digest, signature of the one before.
pub fn string_to_sign(digest: &Digest) -> String {
    let before = digest.previous_signature.as_deref().unwrap_or("null");
    format!("{}\n{}/{}\n{}\n{before}", digest.end_text, digest.bucket, digest.object, digest.sha256)
}

/// Modulus and exponent of a DER key, PKCS#1 (RFC 8017 appendix A.1.1) or `SubjectPublicKeyInfo` (RFC 5280 §4.1).
fn rsa(der: &[u8]) -> Option<Rsa> {
    let (key, rest) = der_value(der, 0x30)?;
    if !rest.is_empty() {
        return None;
    }
    if key.first() == Some(&0x30) {
        let (algorithm, rest) = der_value(key, 0x30)?;
        let (bits, rest) = der_value(rest, 0x03)?;
        let inner = bits.strip_prefix(&[0])?;
        return if algorithm.starts_with(&RSA_ENCRYPTION) && rest.is_empty() { pkcs1(inner) } else { None };
    }
    pkcs1(der)
}

fn pkcs1(der: &[u8]) -> Option<Rsa> {
    let (key, rest) = der_value(der, 0x30)?;
    let (n, after) = der_value(key, 0x02)?;
    let (e, end) = der_value(after, 0x02)?;
    let bare = |number: &[u8]| number.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<u8>>();
    let n = bare(n);
    let bits = n.first().map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
    (rest.is_empty() && end.is_empty() && (2048..=8192).contains(&bits)).then(|| (n, bare(e)))
}

/// The content of a DER value with this tag, and what follows it.
fn der_value(input: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = input.split_first()?;
    let (&length, rest) = rest.split_first()?;
    let (length, rest) = if length < 0x80 {
        (usize::from(length), rest)
    } else {
        let (digits, rest) =
            rest.split_at_checked(usize::from(length & 0x7f)).filter(|(d, _)| (1..=4).contains(&d.len()))?;
        (digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)), rest)
    };
    (found == tag).then(|| rest.split_at_checked(length)).flatten()
}

/// RFC 4648 §4; line breaks and missing padding are fine.
fn base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=');
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for digit in digits {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    Some(out)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    if rest.is_empty() { bytes.collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sample of the AWS CLI reference for list-public-keys.
    const PKCS1: &str = "MIIBCgKCAQEAlSS3cl92HDycr/MTj0moOhas8habjrraXw+KzlWF0axSI2tcF+3iJ9BKQAVSKxGwxwu3m0wG3J+kUl1xboEcEPHYoIYMbgfSw7KGnuDKwkLzsQWhUJ0cIbOHASox1vv/5fNXkrHhGbDCHeVXm804c83nvHUEFYThr1PfyP/8HwrCtR3FX5OANtQCP61C1nJtSSkC8JSQUOrIP4CuwJjc+4WGDk+BGH5m9iuiAKkipEHWmUl8/P7XpfpWQuk4h8g3pXZOrNXr08lbh4d39svj7UqdhvOXoBISp9t/EXYuePGEtBdrKD9Dz+VHwyUPtBQvYr9BnkF88qBnaPNhS44rzwIDAQAB";

    #[test]
    fn a_key_is_the_same_as_pkcs_1_and_as_subject_public_key_info() {
        let pkcs1 = base64(PKCS1).unwrap_or_default();
        let plain = rsa(&pkcs1);
        assert_eq!(plain.as_ref().map(|(n, e)| (n.len(), e.clone())), Some((256, vec![1, 0, 1])));
        let wrapped = |length: usize, rest: &[u8]| {
            let mut out = vec![0x30, 0x82];
            out.extend(u16::try_from(length).unwrap_or_default().to_be_bytes());
            out.extend(rest);
            out
        };
        let mut bits = vec![0x03, 0x82];
        bits.extend(u16::try_from(pkcs1.len() + 1).unwrap_or_default().to_be_bytes());
        bits.push(0);
        bits.extend(&pkcs1);
        let mut inner = vec![0x30, 0x0d];
        inner.extend(RSA_ENCRYPTION);
        inner.extend([0x05, 0x00]);
        inner.extend(bits);
        assert_eq!(rsa(&wrapped(inner.len(), &inner)), plain);
    }

    #[test]
    fn what_is_no_key_is_none() {
        let der = base64(PKCS1).unwrap_or_default();
        for cut in [0, 1, 2, 5, 100, der.len() - 1] {
            assert_eq!(rsa(der.get(..cut).unwrap_or_default()), None, "{cut}");
        }
        assert_eq!(rsa(&[der.as_slice(), &[0]].concat()), None);
        assert_eq!(base64("not base64!"), None);
        assert_eq!(unhex("abc"), None);
        assert_eq!(unhex("0aFf"), Some(vec![0x0a, 0xff]));
    }
}
