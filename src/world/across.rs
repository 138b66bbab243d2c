//! What the facts of one entity mean for others: for many shares at once, for the share of an invitation, for a shared vault.

use super::{Gathered, invitation};
use crate::arn::{InvitationArn, VaultArn};
use crate::coverage::{Coverage, Pair};
use crate::evidence::Evidence;
use crate::facts::{About, Fact, ShareList};
use crate::instant::Instant;
use std::collections::BTreeMap;

/// What is said of many shares at once becomes what is said of each. Answers with the complete lists of principals.
pub(super) fn note_over_shares(gathered: &mut Gathered) -> BTreeMap<Pair, Vec<(Instant, Evidence)>> {
    let mut listed: BTreeMap<Pair, Vec<(Instant, Evidence)>> = BTreeMap::new();
    for fact in std::mem::take(&mut gathered.over_shares) {
        if let About::AllShares(account, region, ShareList::Principals) = &fact.about {
            listed.entry((account.clone(), region.clone())).or_default().push((fact.at, fact.evidence));
        }
        for (arn, share) in &mut gathered.shares {
            match &fact.about {
                About::AllShares(account, region, list)
                    if arn.account().as_ref() == Some(account) && arn.region().as_ref() == Some(region) =>
                {
                    share.note_all(fact.at, fact.evidence, *list);
                }
                About::PermissionReplaced(from, to) => share.note_replaced(&fact, from, to),
                About::Sharing(management, says) if says.enabled == Some(false) => {
                    share.note_trust_ended(&fact, management);
                }
                _ => {}
            }
        }
    }
    listed
}

/// Invitations, and what their expiry means for the share.
pub(super) fn invitations(
    gathered: &mut Gathered,
    coverage: &Coverage,
) -> BTreeMap<InvitationArn, invitation::Invitation> {
    let mut replayed = BTreeMap::new();
    for (arn, seen) in std::mem::take(&mut gathered.invitations) {
        let share = seen.share.as_ref().and_then(|(share, _)| gathered.shares.get_mut(share));
        let resources: Vec<String> =
            share.as_ref().map(|s| s.resources().map(|(arn, ..)| arn.to_owned()).collect()).unwrap_or_default();
        let invitation = seen.replay(&arn, resources.iter().map(String::as_str), coverage);
        if let (Some(share), Some((at, evidence)), Some((receiver, _))) =
            (share, invitation.expired(), &invitation.receiver)
        {
            let about = About::Invitation(arn.clone(), Box::default());
            share.note_expired(&Fact { at, evidence, observed: false, about }, receiver);
        }
        replayed.insert(arn, invitation);
    }
    replayed
}

/// Only air-gapped vaults can be shared by RAM, have a team, or be opened to a recovery account.
pub(super) fn only_air_gapped(gathered: &Gathered) -> Vec<(VaultArn, Instant, Evidence)> {
    let mut found = Vec::new();
    for seen in gathered.shares.values() {
        found.extend(seen.resources().filter_map(|(arn, at, e)| Some((VaultArn::parse(arn)?, at, e))));
    }
    for seen in gathered.accesses.values() {
        found.extend(seen.sources());
    }
    found
}
