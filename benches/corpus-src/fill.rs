//! Templates: JSON in which `<name>` stands for what differs from record to record. Anything else between angle brackets stays.

use super::rng::{BASE64, CAPITALS, HEX, LETTERS, Rng};
use std::fmt::Write;

/// What the templates of one record are filled with.
pub struct Scene<'a> {
    /// Recipient of the record, and the account that it is about.
    pub account: &'a str,
    /// Its Region.
    pub region: &'a str,
    /// `eventTime`.
    pub time: &'a str,
    /// The application and stage that it is about.
    pub app: (&'a str, &'a str),
    /// A UUID that stands in several places of the record.
    pub id: &'a str,
    /// The item that `<items>` repeats, and how often: from, to.
    pub items: (&'a str, u64, u64),
}

const APPS: [&str; 16] = [
    "orders",
    "ledger",
    "billing",
    "catalog",
    "search",
    "checkout",
    "inventory",
    "payments",
    "identity",
    "media",
    "telemetry",
    "shipping",
    "pricing",
    "reports",
    "gateway",
    "warehouse",
];
const STAGES: [&str; 4] = ["prod", "prod", "staging", "dev"];
const PEOPLE: [&str; 8] =
    ["a.okafor", "j.lindqvist", "m.tanaka", "p.garcia", "r.novak", "s.dubois", "t.haddad", "w.kowalska"];
const INSTANCES: [&str; 6] = ["m7g.large", "c7i.xlarge", "r6g.2xlarge", "t3.medium", "m5.large", "c6gn.4xlarge"];
const ACCOUNTS: [&str; 4] = ["123456789012", "210987654321", "345678901234", "456789012345"];

fn one_of(rng: &mut Rng, words: &[&'static str]) -> &'static str {
    rng.pick(words).copied().unwrap_or_default()
}

/// An application and its stage.
pub fn app(rng: &mut Rng) -> (&'static str, &'static str) {
    (one_of(rng, &APPS), one_of(rng, &STAGES))
}

/// Appends the template, filled.
pub fn fill(out: &mut String, template: &str, scene: &Scene<'_>, rng: &mut Rng) {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        match after.split_once('>') {
            Some((name, behind)) if known(out, name, scene, rng) => rest = behind,
            _ => {
                out.push('<');
                rest = after;
            }
        }
    }
    out.push_str(rest);
}

/// Appends what a name stands for; `false` if it stands for nothing.
fn known(out: &mut String, name: &str, scene: &Scene<'_>, rng: &mut Rng) -> bool {
    match name {
        "account" => out.push_str(scene.account),
        "region" => out.push_str(scene.region),
        "time" => out.push_str(scene.time),
        "id" => out.push_str(scene.id),
        "uuid" => uuid(out, rng),
        "app" => out.push_str(scene.app.0),
        "stage" => out.push_str(scene.app.1),
        "person" => out.push_str(one_of(rng, &PEOPLE)),
        "instance" => out.push_str(one_of(rng, &INSTANCES)),
        "other" => out.push_str(one_of(rng, &ACCOUNTS)),
        "ip" => {
            let _ = write!(out, "10.{}.{}.{}", rng.below(4), rng.below(256), rng.below(256));
        }
        "items" => {
            let (item, from, to) = scene.items;
            for number in 0..from + rng.below(to - from + 1) {
                out.push_str(if number == 0 { "" } else { "," });
                fill(out, item, &Scene { items: ("", 0, 0), ..*scene }, rng);
            }
        }
        _ => match name.split_once('~') {
            Some((name, pool)) => return one_of_few(out, name, pool, scene, rng),
            None => return word(out, name, rng),
        },
    }
    true
}

/// `h17~40`: one of 40 such words, the same 40 everywhere: an account's things come up again and again.
fn one_of_few(out: &mut String, name: &str, pool: &str, scene: &Scene<'_>, rng: &mut Rng) -> bool {
    let Ok(pool) = pool.parse::<u64>() else { return false };
    known(out, name, scene, &mut Rng::new(pool, rng.below(pool)))
}

/// `h17`: that many hexadecimal digits; `c` capitals, `b` base64, `l` letters, `d` decimal digits.
fn word(out: &mut String, name: &str, rng: &mut Rng) -> bool {
    let Some((kind, Ok(length))) = name.split_at_checked(1).map(|(kind, length)| (kind, length.parse::<usize>()))
    else {
        return false;
    };
    let alphabet = match kind {
        "h" => HEX,
        "c" => CAPITALS,
        "b" => BASE64,
        "l" => LETTERS,
        "d" => {
            for _ in 0..length {
                let _ = write!(out, "{}", rng.below(10));
            }
            return true;
        }
        _ => return false,
    };
    rng.word(out, length, alphabet);
    true
}

/// A version 4 UUID.
pub fn uuid(out: &mut String, rng: &mut Rng) {
    let (high, low) = (rng.next(), rng.next());
    let (first, second, third) = (high >> 32, (high >> 16) & 0xffff, high & 0x0fff);
    let variant = 0x8000 | ((low >> 48) & 0x3fff);
    let _ = write!(out, "{first:08x}-{second:04x}-4{third:03x}-{variant:04x}-{:012x}", low & 0xffff_ffff_ffff);
}
