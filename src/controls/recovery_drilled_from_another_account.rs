//! RST-01: within the age, another account restored from the vault, by the way that counts. Told by the furthest step reached.

use super::air_gapped;
use super::judgement::{Hole, Judgement, Proof};
use super::restores::{self, Ended};
use super::subject::Subject;
use super::view::View;
use crate::arn::AccountId;
use crate::coverage::Pair;
use crate::facts::words::{Association, JobState, ValidationStatus};
use crate::instant::{self, Instant};
use crate::world::access::Access;
use crate::world::vault::Vault;
use chrono::Duration;

pub use super::air_gapped::subjects;
pub use super::nothing_to_check as check;

/// How another account came to the vault.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// An approval team let it.
    Approved,
    /// The owner shared the vault by RAM.
    Shared,
}

/// A restore by another account that counts, and what shows it.
struct Drill<'w> {
    restore: Ended<'w>,
    proof: Proof,
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Some(vault) = air_gapped::vault(subject, view) else {
        return Judgement::insufficient("coverage_gap", "The vault is not known.");
    };
    if let Some(answer) = air_gapped::beforehand(vault, view) {
        return answer;
    }
    let days = view.of.params.int("max_age_days").unwrap_or(90);
    let expected = |j: Judgement| {
        j.expected("max_age_days", days).expected("mode", view.of.params.text("mode").unwrap_or("any"))
    };
    let age = Duration::days(days);
    let restores = view.of.world.index.restores.from(&vault.arn);
    let foreign = || restores::ended(view, restores).filter(|restore| is_foreign(restore, vault));
    // A good drill answers until it is too old, whatever is restored meanwhile.
    let recent = foreign().rev().take_while(|restore| restore.at + age >= view.now());
    let good = recent.filter_map(|restore| drill(restore, vault, view)).find(|one| is_validated(one, view));
    if let Some(good) = good {
        view.within(good.restore.at, age);
        let account = good.restore.restore.pair.as_ref().map(|(account, _)| account.as_str()).unwrap_or_default();
        let ago = instant::say(view.now() - good.restore.at);
        let message = format!("Account {account} restored from the vault {ago} ago.");
        let judgement = Judgement::compliant("drill_completed", message, &validated(&good, view));
        return expected(judgement.observed("account", account).observed("restore_job", good.restore.restore.job.as_str()));
    }
    restores::await_next(view, restores, |_| true);
    let last = foreign().rev().find_map(|restore| drill(restore, vault, view));
    expected(incomplete(vault, view, age, foreign().next_back().as_ref(), last.as_ref()))
}

fn is_foreign(restore: &Ended<'_>, vault: &Vault) -> bool {
    restore.restore.pair.as_ref().is_some_and(|(account, _)| Some(account) != vault.arn.account().as_ref())
}

/// A completed restore by the way that counts; for any way the restore itself shows that there was one.
fn drill<'w>(restore: Ended<'w>, vault: &Vault, view: &View<'_>) -> Option<Drill<'w>> {
    if *restore.state != JobState::Completed {
        return None;
    }
    let (account, _) = restore.restore.pair.as_ref()?;
    let begun = restore.job.began.as_ref().map_or(restore.at, |(began, _)| *began);
    let proof = Proof::shown(restore.evidence, "completed restore by another account");
    let proof = match restore.job.began {
        Some((_, evidence)) => proof.and(evidence, "its start"),
        None => proof,
    };
    let proof = proof.with(restores::origin(view, &restore));
    let way = |way| came_by(way, account, vault, begun, view);
    let more = match view.of.params.text("mode") {
        Some("mpa") => Some(way(Way::Approved)?),
        Some("ram") => Some(way(Way::Shared)?),
        _ => way(Way::Approved).or_else(|| way(Way::Shared)),
    };
    Some(Drill { restore, proof: proof.with(more) })
}

/// What shows that an account had come to the vault by an instant.
fn came_by(way: Way, account: &AccountId, vault: &Vault, by: Instant, view: &View<'_>) -> Option<Proof> {
    let world = view.of.world;
    match way {
        Way::Approved => world
            .accesses
            .values()
            .filter(|a| a.account.as_ref() == Some(account))
            .filter(|a| a.source.as_ref().is_some_and(|(source, _)| *source == vault.arn))
            .filter_map(Access::available)
            .filter(|(at, _)| view.is_past(*at) && *at <= by)
            .max()
            .map(|(_, evidence)| Proof::shown(evidence, "access approved")),
        Way::Shared => world.shares.values().find_map(|share| {
            share.resources.get(vault.arn.as_str())?;
            let line = share.principals.iter().find_map(|(id, line)| {
                (super::policy::principal_account(id).as_ref() == Some(account)).then_some(line)
            })?;
            line.spans().iter().for_each(|span| view.changes_at(span.from));
            let span = line.at(by).filter(|span| span.value.as_ref().is_some_and(Association::is_in))?;
            view.is_past(span.from).then(|| Proof::shown(span.evidence, "shared with the account"))
        }),
    }
}

fn is_validated(drill: &Drill<'_>, view: &View<'_>) -> bool {
    let status = restores::validation(view, drill.restore.job).map(|(status, _)| status);
    !view.of.params.flag("require_validation") || status == Some(&ValidationStatus::Successful)
}

fn validated(drill: &Drill<'_>, view: &View<'_>) -> Proof {
    match restores::validation(view, drill.restore.job) {
        Some((status, evidence)) => drill.proof.clone().and(evidence, format!("validation {status}")),
        None => drill.proof.clone(),
    }
}

/// No complete chain: the furthest step, if the logs would show more.
fn incomplete(
    vault: &Vault,
    view: &View<'_>,
    age: Duration,
    foreign: Option<&Ended<'_>>,
    drill: Option<&Drill<'_>>,
) -> Judgement {
    let places = logs(vault, view);
    let known = match view.all_covered(&places, view.back(age)) {
        Ok(covered) => Proof::absence(covered, "no other restore by another account"),
        Err(hole) => return unseen(&hole, foreign),
    };
    let Some(known) = known else { return unseen(&Hole { stretch: None }, foreign) };
    let fails = |code, message: String, proof: Proof| {
        Judgement::non_compliant(code, message, &proof.with(Some(known.clone())))
    };
    if let Some(last) = drill {
        if view.within(last.restore.at, age) {
            let message = "Another account restored from the vault, but no validation says that what it restored is sound.";
            return fails("not_validated", message.into(), validated(last, view));
        }
        let ago = instant::say(view.now() - last.restore.at);
        let message = format!("Another account last restored from the vault {ago} ago.");
        return fails("drill_too_old", message, last.proof.clone());
    }
    if let Some(last) = foreign {
        let proof = Proof::shown(last.evidence, "latest restore by another account").with(restores::origin(view, last));
        if *last.state == JobState::Completed {
            let message = "Another account restored from the vault, but not by the way that counts.";
            return fails("drilled_otherwise", message.into(), proof);
        }
        let message = format!("The latest restore by another account ended {}.", last.state);
        return fails("restore_not_completed", message, proof);
    }
    let reached = restores::guests(vault, view).into_iter().find_map(|account| {
        let way = |way| came_by(way, &account, vault, view.now(), view);
        Some((way(Way::Approved).or_else(|| way(Way::Shared))?, account))
    });
    if let Some((proof, account)) = reached {
        let message = format!("Account {account} may restore from the vault and has not done so.");
        return fails("nothing_restored", message, proof);
    }
    Judgement::non_compliant("no_access_given", "No other account has restored from the vault, or could have.", &known)
}

/// Where a restore by another account is logged: with those that could; without any the owner's log shows that there is none.
fn logs(vault: &Vault, view: &View<'_>) -> Vec<Pair> {
    let stated = view.of.policy.recovery_accounts.as_deref().unwrap_or_default();
    let stated = stated.iter().filter_map(|entry| Some((AccountId::parse(&entry.id)?, vault.arn.region()?)));
    let mut logs = restores::places(vault, view);
    logs.extend(stated);
    logs.sort();
    logs.dedup();
    logs
}

fn unseen(hole: &Hole, foreign: Option<&Ended<'_>>) -> Judgement {
    let judgement = Judgement::gap("coverage_gap", "Whether another account restored from the vault cannot be known", hole);
    match foreign {
        Some(last) => judgement.citing(last.evidence, format!("latest known restore: {}", last.state)),
        None => judgement,
    }
}
