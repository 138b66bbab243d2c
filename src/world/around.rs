//! What surrounds backups, gathered and replayed: keys, organisations, settings, identities, and what keeps the log.

use super::entity::settle;
use super::{Around, Happened, World};
use crate::arn::{AccountId, KeyArn, Region};
use crate::coverage::Pair;
use crate::facts::{About, AccountSays, Fact};

impl World {
    pub(super) fn gather_around(&mut self, fact: &Fact, into: &mut Around) {
        match &fact.about {
            About::Key(arn, says) => into.keys.entry(arn.clone()).or_default().note_in_order(fact, says),
            About::Grant(id, says) => into.grants.entry(id.clone()).or_default().note(fact, says),
            About::Alias(arn, says) => into.aliases.entry(arn.clone()).or_default().note(fact, says),
            About::KeyStore(id, says) => into.key_stores.entry(id.clone()).or_default().note(fact, says),
            About::Organization(id, says) => into.organizations.entry(id.clone()).or_default().note(fact, says),
            About::Account(id, says) => self.gather_account(fact, id, says, into),
            About::Handshake(id, says) => into.handshakes.entry(id.clone()).or_default().note(fact, says),
            About::OrganizationPolicy(id, says) => into.policies.entry(id.clone()).or_default().note(fact, says),
            About::IdentityCenter(arn, says) => into.identity_centers.entry(arn.clone()).or_default().note(fact, says),
            About::IdentityUser(id, says) => into.identity_users.entry(id.clone()).or_default().note(fact, says),
            About::Settings(id, says) => into.settings.entry(id.clone()).or_default().note(fact, says),
            About::Framework(id, says) => into.frameworks.entry(id.clone()).or_default().note(fact, says),
            About::ReportPlan(id, says) => into.report_plans.entry(id.clone()).or_default().note(fact, says),
            About::Compliance(id, says) => into.compliance.entry(id.clone()).or_default().note(fact, says),
            About::EventStore(arn, says) => into.event_stores.entry(arn.clone()).or_default().note(fact, says),
            About::Channel(arn, says) => into.channels.entry(arn.clone()).or_default().note(fact, says),
            About::Bucket(name, says) => into.buckets.entry(name.clone()).or_default().note(fact, says),
            About::GuardCall(call) => {
                let key = (call.account.clone(), call.source.clone());
                self.guard_calls.entry(key).or_default().push(happened(fact, call));
            }
            About::RootUse(used) => {
                self.root_uses.entry(used.account.clone()).or_default().push(happened(fact, used));
            }
            _ => {}
        }
    }

    fn gather_account(&mut self, fact: &Fact, account: &AccountId, says: &AccountSays, into: &mut Around) {
        if says.listed {
            self.members.entry(account.clone()).or_insert(fact.evidence);
        }
        if says.left {
            into.left.push((account.clone(), fact.clone()));
        }
        into.accounts.entry(account.clone()).or_default().note(fact, says);
    }

    pub(super) fn settle_around(&mut self, mut all: Around) {
        // An organisation may be known from later facts only, such as a snapshot.
        for (account, fact) in &all.left {
            for organization in all.organizations.values_mut() {
                organization.note_left(fact, account);
            }
        }
        let (coverage, compared) = (&self.coverage, &mut self.compared);
        macro_rules! settled {
            ($($field:ident $kind:literal by $pair:expr => $seen:path;)*) => {
                $(self.$field = settle(($kind, all.$field), coverage, compared, $pair, <$seen>::replay);)*
            };
        }
        settled! {
            event_stores "event_data_store" by |arn: &String| in_arn(arn) => super::trail::event_store::Seen;
            channels "channel" by |arn: &String| in_arn(arn) => super::trail::channel::Seen;
            buckets "bucket" by |_: &String| None => super::trail::bucket::Seen;
            keys "key" by KeyArn::pair => super::kms::key::Seen;
            grants "grant" by |id: &String| in_arn(id) => super::kms::grant::Seen;
            aliases "alias" by |arn: &String| in_arn(arn) => super::kms::alias::Seen;
            key_stores "key_store" by |id: &String| in_id(id) => super::kms::store::Seen;
            // AWS Organizations logs in us-east-1 only.
            organizations "organization" by |id: &AccountId| Some((id.clone(), Region::new("us-east-1"))) => super::organizations::organization::Seen;
            accounts "account" by |_: &AccountId| None => super::organizations::account::Seen;
            handshakes "handshake" by |_: &String| None => super::organizations::handshake::Seen;
            policies "policy" by |_: &String| None => super::organizations::policy::Seen;
            identity_centers "identity_center" by |_: &String| None => super::identity_center::Seen;
            identity_users "identity_user" by |_: &String| None => super::identity_center::user::Seen;
            settings "settings" by |id: &String| in_id(id) => super::settings::Seen;
            frameworks "framework" by |id: &String| in_id(id) => super::settings::framework::Seen;
            report_plans "report_plan" by |id: &String| in_id(id) => super::settings::report_plan::Seen;
            compliance "compliance" by |id: &String| in_id(id) => super::settings::compliance::Seen;
        }
    }
}

fn happened<T: Clone>(fact: &Fact, what: &T) -> Happened<T> {
    Happened { at: fact.at, evidence: fact.evidence, what: what.clone() }
}

/// Account and Region in an ARN.
fn in_arn(arn: &str) -> Option<Pair> {
    KeyArn::new(arn).pair()
}

/// Account and Region in an id that begins with them (`111122223333/eu-west-1/…`).
fn in_id(id: &str) -> Option<Pair> {
    let mut parts = id.split('/');
    Some((AccountId::parse(parts.next()?)?, Region::new(parts.next()?)))
}
