//! Provider limits (`rules/limits.toml`): what AWS Backup does not do with air-gapped vaults, and in which days that holds.
//! A verdict that rests on one names it, with its days and its source.

use super::judgement::Judgement;
use super::view::View;
use crate::instant::{self, Instant};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// The limits, compiled in.
pub const PAGE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/limits.toml"));

/// Limits that hold on the day of the thing judged.
pub const BY_EVENT_TIME: &str = "by-event-time";

/// A limit.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// What it says, without a full stop.
    pub text: String,
    /// The first day; `None`: since there are air-gapped vaults.
    #[serde(default, deserialize_with = "day")]
    pub from: Option<Instant>,
    /// The first day on which it does not surely hold; `None`: it holds to this day.
    #[serde(default, deserialize_with = "day")]
    pub until: Option<Instant>,
    /// The first day on which it surely does not, where that is a later one.
    #[serde(default, deserialize_with = "day")]
    pub gone: Option<Instant>,
    /// Its number.
    pub value: Option<i64>,
    /// What that counts.
    pub unit: Option<String>,
    /// `ResourceType` of what it is about.
    #[serde(default)]
    pub types: Vec<String>,
    /// Regions that it is about.
    #[serde(default)]
    pub regions: Vec<String>,
    /// The AWS page.
    pub source: String,
}

macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// Every limit.
        #[derive(Debug, Clone, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Known {
            $($(#[$doc])* pub $name: Limit,)*
        }

        impl Known {
            /// Every limit with its name.
            pub fn all(&self) -> impl Iterator<Item = (&'static str, &Limit)> {
                [$((stringify!($name), &self.$name)),*].into_iter()
            }
        }
    };
}

limits! {
    /// `MinRetentionDays`.
    minimum_retention,
    /// The key of a vault.
    aws_owned_key,
    /// Bytes of a backup with EBS in it.
    ebs_size,
    /// Engines that do not leave their Region.
    cross_region_engines,
    /// Engines of which unencrypted clusters are not copied.
    unencrypted_cluster,
    /// Encryption of what AWS Backup does not fully manage.
    unencrypted_source,
    /// The same, as it stayed.
    aws_managed_key,
    /// Types whose backups AWS Backup encrypts itself.
    fully_managed,
    /// Types that are never stored.
    never_stored,
    /// No Amazon `FSx` at all.
    fsx,
    /// Some Amazon `FSx` only.
    fsx_kinds,
    /// Where S3 is not copied.
    s3_opt_in,
    /// Regions without air-gapped vaults.
    regions,
    /// Regions that came later, without them.
    newer_regions,
    /// No primary backups.
    copies_only,
    /// Primary backups of the same account and Region.
    primary_in_place,
    /// No schedule between air-gapped vaults.
    unscheduled,
    /// The key of a copy that leaves.
    copy_out_key,
    /// Sharees do not copy.
    sharee_copy,
    /// Nobody but the owner copies.
    no_restore_access,
}

/// Whether a limit holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It fell on a day that is not published, around then.
    Unknown,
}

/// The limits, and the day for which they are asked.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Each limit.
    pub known: Known,
    /// The profile's name.
    pub profile: String,
    pinned: Option<Instant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    profiles: BTreeMap<String, String>,
    limits: Known,
}

impl Limits {
    /// Reads the limits for a profile of the page, or by the time of events.
    pub fn read(profile: &str) -> Result<Self, String> {
        let page: Page = toml::from_str(PAGE).map_err(|cause| format!("rules/limits.toml: {cause}"))?;
        let pinned = match page.profiles.get(profile) {
            _ if profile == BY_EVENT_TIME => None,
            Some(text) => {
                Some(at_day(text).ok_or_else(|| format!("rules/limits.toml: {profile}: {text:?} is no day"))?)
            }
            None => return Err(format!("rules/limits.toml: there is no profile {profile:?}")),
        };
        Ok(Self { known: page.limits, profile: profile.to_owned(), pinned })
    }

    /// Whether a limit holds for something of this time; of unknown time, whether it held at any.
    pub fn hold(&self, limit: &Limit, when: Option<Instant>) -> Holds {
        let Some(when) = self.pinned.or(when) else {
            let always = limit.from.is_none() && limit.until.is_none();
            return if always { Holds::Yes } else { Holds::Unknown };
        };
        if limit.from.is_some_and(|from| when < from) || limit.gone.or(limit.until).is_some_and(|end| when >= end) {
            return Holds::No;
        }
        if limit.until.is_some_and(|until| when >= until) { Holds::Unknown } else { Holds::Yes }
    }
}

impl Limit {
    /// The days in which it holds.
    pub fn days(&self) -> String {
        let day = |at: Instant| at.format("%Y-%m-%d").to_string();
        match (self.from, self.until, self.gone) {
            (None, None, _) => "at any time".into(),
            (Some(from), None, _) => format!("from {} on", day(from)),
            (_, Some(until), Some(gone)) => format!("until {}, surely not from {} on", day(until), day(gone)),
            (None, Some(until), None) => format!("before {}", day(until)),
            (Some(from), Some(until), None) => format!("from {} until {}", day(from), day(until)),
        }
    }

    /// Whether it is about this type of resource.
    pub fn is_about(&self, kind: &str) -> bool {
        self.types.iter().any(|known| known.eq_ignore_ascii_case(kind))
    }

    /// Whether it is about this Region.
    pub fn is_in(&self, region: &str) -> bool {
        self.regions.iter().any(|known| known == region)
    }
}

impl View<'_> {
    /// Whether a limit holds for something that is so now.
    pub fn holds_now(&self, limit: &Limit) -> Holds {
        for edge in [limit.from, limit.until, limit.gone].into_iter().flatten() {
            self.changes_at(edge);
        }
        self.of.limits.hold(limit, Some(self.now()))
    }

    /// Whether a limit held for something of this time.
    pub fn held(&self, limit: &Limit, when: Option<Instant>) -> Holds {
        self.of.limits.hold(limit, when)
    }
}

impl Judgement {
    /// Names the limit that it rests on.
    pub fn resting_on(self, limit: &Limit) -> Self {
        self.expected("limit", format!("{} ({})", limit.text, limit.days()))
            .expected("limit_source", limit.source.as_str())
    }
}

fn at_day(text: &str) -> Option<Instant> {
    instant::from_user(text, None)
}

fn day<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Instant>, D::Error> {
    let text = String::deserialize(from)?;
    at_day(&text).map(Some).ok_or_else(|| serde::de::Error::custom(format!("{text:?} is no day: write 2025-11-06")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(profile: &str) -> Limits {
        Limits::read(profile).unwrap_or_else(|error| unreachable!("{error}"))
    }

    fn at(text: &str) -> Instant {
        instant::from_user(text, None).unwrap_or_default()
    }

    #[test]
    fn a_limit_holds_up_to_the_second_before_its_day() {
        let by_time = limits(BY_EVENT_TIME);
        let key = &by_time.known.aws_owned_key;
        assert_eq!(by_time.hold(key, Some(at("2025-11-05T23:59:59Z"))), Holds::Yes);
        assert_eq!(by_time.hold(key, Some(at("2025-11-06T00:00:00Z"))), Holds::No);
        let primary = &by_time.known.primary_in_place;
        assert_eq!(by_time.hold(primary, Some(at("2025-11-16T23:59:59Z"))), Holds::No);
        assert_eq!(by_time.hold(primary, Some(at("2025-11-17"))), Holds::Yes);
    }

    #[test]
    fn between_the_last_day_known_and_the_first_day_without_it_a_limit_is_unknown() {
        let by_time = limits(BY_EVENT_TIME);
        let size = &by_time.known.ebs_size;
        let holds = ["2025-11-16T23:59:59Z", "2025-11-17", "2026-02-11T23:59:59Z", "2026-02-12"];
        let wanted = [Holds::Yes, Holds::Unknown, Holds::Unknown, Holds::No];
        assert_eq!(holds.map(|day| by_time.hold(size, Some(at(day)))), wanted);
    }

    #[test]
    fn a_pinned_profile_asks_for_its_own_day_whatever_the_time() {
        let holds = |profile: &str, of: fn(&Known) -> &Limit| {
            let limits = limits(profile);
            [at("2024-08-07"), at("2026-10-01")].map(|when| limits.hold(of(&limits.known), Some(when)))
        };
        assert_eq!(holds("seed-2024-08", |k| &k.fsx), [Holds::Yes; 2]);
        assert_eq!(holds("2025-11", |k| &k.fsx), [Holds::No; 2]);
        assert_eq!(holds("2025-11", |k| &k.cross_region_engines), [Holds::Yes; 2]);
        assert_eq!(holds("2025-11", |k| &k.ebs_size), [Holds::Yes; 2]);
        assert_eq!(holds("2025-11", |k| &k.copies_only), [Holds::Yes; 2]);
        assert_eq!(holds("current", |k| &k.cross_region_engines), [Holds::No; 2]);
        assert_eq!(holds("current", |k| &k.minimum_retention), [Holds::Yes; 2]);
    }

    #[test]
    fn no_limit_ends_before_it_begins_and_a_profile_that_does_not_exist_is_an_error() {
        let by_time = limits(BY_EVENT_TIME);
        for (name, limit) in by_time.known.all() {
            let days: Vec<Instant> = [limit.from, limit.until, limit.gone].into_iter().flatten().collect();
            assert!(days.is_sorted_by(|a, b| a < b), "{name}: {}", limit.days());
            assert!(limit.source.starts_with("https://docs.aws.amazon.com/"), "{name}");
        }
        assert!(Limits::read("2025-12").is_err());
    }
}
