//! SHR-01: a RAM share that contains a LAG vault names accounts only.

use super::judgement::{Judgement, Proof, State};
use super::policy::principal_account;
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::arn::VaultArn;
use crate::facts::words::Association;
use crate::instant;
use crate::status::Severity;
use crate::world::share::Share;

pub use super::nothing_to_check as check;

/// Shares in which a vault is or was. Standard vaults cannot be shared by RAM.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let scope = &context.policy.scope;
    let shares = context.world.shares.values().filter(|share| share.resources.keys().any(|arn| VaultArn::parse(arn).is_some()));
    shares
        .filter(|share| scope.holds(share.arn.account().as_ref(), share.arn.region().as_ref()))
        .map(|share| Subject::share(&share.arn, share.name.as_ref()))
        .collect()
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let found = if let Key::Share(arn) = &subject.key { view.of.world.shares.get(arn) } else { None };
    let Some(share) = found else { return Judgement::insufficient("principals_unknown", "The share is not known.") };
    if let Some(answer) = beforehand(share, view) {
        return answer;
    }
    let pair = share.pair();
    let mut accounts = Vec::new();
    let mut proof: Option<Proof> = None;
    let mut stale = None;
    let mut unread = None;
    for (principal, line) in &share.principals {
        let state = view.state(line, pair.as_ref(), "principal");
        if let State::Changed(evidence) = state {
            unread = unread.or(Some(evidence));
        }
        let Some((association, shown)) = state.last_known() else { continue };
        if *association != Association::Associated {
            continue;
        }
        if principal_account(principal).is_none() {
            let message = format!("The share names {principal}, which is not an account.");
            return Judgement::non_compliant("principal_not_account", message, &shown)
                .severity(Severity::Critical)
                .observed("principal", principal.as_str());
        }
        accounts.push(principal.as_str());
        stale = stale.or(state.stale("The share"));
        proof = Some(proof.map_or(shown.clone(), |p| p.with(Some(shown))));
    }
    if let Some(evidence) = unread {
        let message = "The state of an association is none that is known: it cannot be told whom the share names.";
        return Judgement::insufficient("principals_unknown", message).citing(evidence, "association");
    }
    all_known(share, view, &accounts, proof, stale)
}

/// What is known of a share counts only if every principal of it was seen, and the log is whole since.
fn all_known(
    share: &Share,
    view: &View<'_>,
    accounts: &[&str],
    proof: Option<Proof>,
    stale: Option<Judgement>,
) -> Judgement {
    for (when, _) in &share.principals_known {
        view.changes_at(*when);
    }
    let Some((when, evidence)) = share.principals_known.iter().rev().find(|(when, _)| *when <= view.now()) else {
        let message = "No record shows all principals of the share; add `aws ram get-resource-share-associations --association-type PRINCIPAL` to the snapshot.";
        return Judgement::insufficient("principals_unknown", message);
    };
    let shown = Proof::shown(*evidence, "all principals of the share");
    let proof = proof.map_or(shown.clone(), |p| p.with(Some(shown)));
    let proof = if view.within(*when, view.of.world.coverage.terms().max_gap) {
        proof
    } else {
        match view.covered(share.pair().as_ref(), *when) {
            Ok(covered) => proof.with(Proof::absence(covered, "no other principal named since")),
            Err(hole) => {
                let message = format!("The principals of the share were last seen at {}, and {} since.", instant::show(*when), hole.said());
                return stale.unwrap_or_else(|| Judgement::insufficient("state_not_current", message).citing(*evidence, "last seen"));
            }
        }
    };
    let message = if accounts.is_empty() { "The share names nobody.".to_owned() } else { format!("Shared with {} only.", accounts.join(", ")) };
    Judgement::compliant("accounts_only", message, &proof).observed("accounts", accounts.to_vec())
}

fn beforehand(share: &Share, view: &View<'_>) -> Option<Judgement> {
    if let Some((created, _)) = share.created
        && !view.is_past(created)
    {
        return Some(Judgement::not_applicable("not_yet_created", format!("The share was created at {}.", instant::show(created))));
    }
    let gone = view.look(&share.exists).filter(|span| span.value == Some(false))?;
    let message = format!("The share was deleted by {}.", instant::show(gone.from));
    Some(Judgement::not_applicable("subject_deleted", message).citing(gone.evidence, "deletion"))
}
