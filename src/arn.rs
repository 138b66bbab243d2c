//! Names of AWS things: a newtype for each kind, so that no two can be confused, and the parts of an ARN.
//!
//! A name is said by many entries and kept by many entities; its clones share one text.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);
        impl $name {
            /// Takes the text as it is.
            pub fn new(text: impl AsRef<str>) -> Self { Self(text.as_ref().into()) }
            /// The text.
            pub fn as_str(&self) -> &str { &self.0 }
            /// Shares the text with the same names before it.
            pub fn share(&mut self, among: &mut Texts) { among.share(&mut self.0) }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> { to.serialize_str(&self.0) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from).map(Self::new)
            }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self { Self::new(text) }
        }
        impl From<String> for $name {
            fn from(text: String) -> Self { Self::new(text) }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }
    )*};
}

/// Texts that are kept once, however many names say them. Only looked up in: its order means nothing.
#[derive(Debug, Default)]
pub struct Texts(HashSet<Arc<str>>);

impl Texts {
    fn share(&mut self, text: &mut Arc<str>) {
        match self.0.get(&**text) {
            Some(known) => *text = Arc::clone(known),
            None => drop(self.0.insert(Arc::clone(text))),
        }
    }
}

names! {
    /// A 12-digit AWS account id.
    AccountId,
    /// A Region code such as `eu-west-1`.
    Region,
    /// `arn:aws:backup:<region>:<account>:backup-vault:<name>`.
    VaultArn,
    /// A recovery point's ARN; in an air-gapped vault `arn:aws:backup:<region>:<account>:recovery-point:*`.
    RecoveryPointArn,
    /// The ARN of a resource that is backed up.
    ResourceArn,
    /// A RAM resource share.
    ShareArn,
    /// A RAM invitation.
    InvitationArn,
    /// A multi-party approval team.
    TeamArn,
    /// A multi-party approval session.
    SessionArn,
    /// A CloudTrail trail.
    TrailArn,
    /// A KMS key.
    KeyArn,
    /// `arn:aws:backup:<region>:<account>:backup-plan:<id>`; `backup-plan:<id>` where nothing says whose it is.
    PlanArn,
    /// `arn:aws:backup:<region>:<account>:selection:<id>`; `selection:<id>` where nothing says whose it is.
    SelectionArn,
    /// The id of a backup, copy or restore job.
    JobId,
    /// What many entries repeat and is no name of its own kind: a type of resource, a role, the id of a plan.
    Text,
}

/// So that a job is found by its id as a text.
impl std::borrow::Borrow<str> for JobId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl std::ops::Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl AccountId {
    /// An account id where the text is one: twelve digits.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())).then(|| Self::new(text))
    }
}

/// The six parts of an ARN, borrowed. Lenient: any text with five colons that opens with `arn:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: &'a str,
    /// `backup`, `ram`, `mpa`, …
    pub service: &'a str,
    /// May be empty.
    pub region: &'a str,
    /// May be empty.
    pub account: &'a str,
    /// Everything after the fifth colon.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Splits an ARN.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next()? != "arn" {
            return None;
        }
        Some(Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        })
    }

    /// The account, where one is named.
    pub fn account_id(&self) -> Option<AccountId> {
        AccountId::parse(self.account)
    }

    /// The Region, where one is named.
    pub fn region_code(&self) -> Option<Region> {
        (!self.region.is_empty()).then(|| Region::new(self.region))
    }
}

macro_rules! located {
    ($($name:ident),*) => {$(
        impl $name {
            /// The account in the ARN.
            pub fn account(&self) -> Option<AccountId> { Arn::parse(&self.0)?.account_id() }
            /// Account and Region in the ARN: the log that shows what happens to it.
            pub fn pair(&self) -> Option<(AccountId, Region)> { self.account().zip(self.region()) }
            /// The Region in the ARN.
            pub fn region(&self) -> Option<Region> { Arn::parse(&self.0)?.region_code() }
        }
    )*};
}
located!(
    VaultArn,
    RecoveryPointArn,
    ResourceArn,
    ShareArn,
    TeamArn,
    SessionArn,
    TrailArn,
    KeyArn,
    PlanArn,
    SelectionArn
);

/// Reads an ARN out of a file name, in which `_` stands for `:` and `/`: what precedes the kind of resource, and its name.
pub fn from_file_name<'a>(text: &'a str, kind: &str) -> Option<(String, &'a str)> {
    let (front, name) = text.strip_prefix("arn_").and_then(|rest| rest.split_once(kind))?;
    (front.split('_').count() == 4).then(|| (format!("arn:{}", front.replace('_', ":")), name))
}

/// The partition that a Region belongs to.
pub fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

impl VaultArn {
    /// A vault's ARN where the text is one.
    pub fn parse(text: &str) -> Option<Self> {
        let arn = Arn::parse(text)?;
        (arn.service == "backup" && arn.resource.starts_with("backup-vault:")).then(|| Self::new(text))
    }

    /// The ARN of the vault `name` in an account and Region.
    pub fn of(account: &AccountId, region: &Region, name: &str) -> Self {
        Self::new(format!("arn:{}:backup:{region}:{account}:backup-vault:{name}", partition(region.as_str())))
    }

    /// The vault's name.
    pub fn name(&self) -> &str {
        self.0.rsplit_once("backup-vault:").map_or(self.as_str(), |(_, name)| name)
    }
}

impl PlanArn {
    /// The ARN of a plan in an account and Region, as far as these are known.
    pub fn of(account: Option<&AccountId>, region: Option<&Region>, id: &str) -> Self {
        Self::new(placed(account, region, &format!("backup-plan:{id}")))
    }

    /// `BackupPlanId`: a UUID, `orgs/<uuid>` where a backup policy of the organisation made the plan.
    pub fn id(&self) -> &str {
        self.0.rsplit_once("backup-plan:").map_or(self.as_str(), |(_, id)| id)
    }
}

impl SelectionArn {
    /// The ARN of a selection in an account and Region, as far as these are known.
    pub fn of(account: Option<&AccountId>, region: Option<&Region>, id: &str) -> Self {
        Self::new(placed(account, region, &format!("selection:{id}")))
    }
}

fn placed(account: Option<&AccountId>, region: Option<&Region>, resource: &str) -> String {
    match (account, region) {
        (Some(account), Some(region)) => {
            format!("arn:{}:backup:{region}:{account}:{resource}", partition(region.as_str()))
        }
        _ => resource.to_owned(),
    }
}

impl TeamArn {
    /// A team's ARN where the text is one; the documentation prints `approval-team/` and `team/`.
    pub fn parse(text: &str) -> Option<Self> {
        let arn = Arn::parse(text)?;
        let is_team = arn.resource.starts_with("approval-team/") || arn.resource.starts_with("team/");
        (arn.service == "mpa" && is_team).then(|| Self::new(text))
    }
}

impl SessionArn {
    /// A session's ARN where the text is one.
    pub fn parse(text: &str) -> Option<Self> {
        let arn = Arn::parse(text)?;
        (arn.service == "mpa" && arn.resource.starts_with("session/")).then(|| Self::new(text))
    }

    /// The team that the session belongs to: its ARN repeats the team's id.
    pub fn team(&self) -> Option<TeamArn> {
        let (head, tail) = self.0.split_once(":session/")?;
        Some(TeamArn::new(format!("{head}:approval-team/{}", tail.split('/').next()?)))
    }
}

impl ShareArn {
    /// A resource share's ARN where the text is one.
    pub fn parse(text: &str) -> Option<Self> {
        let arn = Arn::parse(text)?;
        (arn.service == "ram" && arn.resource.starts_with("resource-share/")).then(|| Self::new(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_names_its_team() {
        let session = SessionArn::parse("arn:aws:mpa:us-east-1:222233334444:session/Team-1a/2b");
        let team = session.and_then(|s| s.team());
        assert_eq!(team, TeamArn::parse("arn:aws:mpa:us-east-1:222233334444:approval-team/Team-1a"));
    }

    #[test]
    fn thirteen_digits_are_no_account() {
        assert_eq!(AccountId::parse("1112233445566"), None);
        assert_eq!(AccountId::parse("account-id"), None);
    }
}
