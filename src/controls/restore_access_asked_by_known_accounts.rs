//! APR-06: only known recovery accounts ask for access to a LAG vault.

use super::{air_gapped, teams};
use super::judgement::{Judgement, Proof, State};
use super::policy::{Answer, account_on};
use super::subject::Subject;
use super::view::View;
use crate::arn::{AccountId, TeamArn, VaultArn};
use crate::coverage::Pair;
use crate::evidence::Evidence;
use crate::facts::words::SessionState;
use crate::record::identity::Actor;
use crate::status::Severity;
use crate::timeline::Span;
use crate::world::access::{Access, is_about_access};
use crate::world::vault::Vault;
use crate::world::{Happened, World};
use std::collections::BTreeSet;

pub use super::air_gapped::subjects;
pub use super::nothing_to_check as check;

/// A request, as one entry shows it.
struct Request {
    account: AccountId,
    /// `None`: only a session or a snapshot shows the request.
    actor: Option<Actor>,
    said: String,
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Some(vault) = air_gapped::vault(subject, view) else {
        return Judgement::insufficient("coverage_gap", "Nothing is known of the vault.");
    };
    if let Some(answer) = air_gapped::beforehand(vault, view) {
        return answer;
    }
    let from = view.window();
    let requests = requests(&vault.arn, view.of.world);
    let requests: Vec<&Happened<Request>> = view.happened(&requests, from).iter().collect();
    if let Some(answer) = convict(vault, &requests, view) {
        return answer;
    }
    let comments = match undecided(&requests, vault, view) {
        Ok(comments) => comments,
        Err(open) => return *open,
    };
    let asked = requests.iter().map(|r| (r.evidence, r.what.said.clone()));
    let proof = Proof::all(asked.chain(comments.into_iter().map(|evidence| (evidence, "comment".to_owned()))));
    let teams: BTreeSet<&TeamArn> = vault.team.spans().iter().filter_map(|s| s.value.as_ref()?.as_ref()).collect();
    if teams.is_empty() && requests.is_empty() {
        return without_team(vault, view);
    }
    let mut pairs: BTreeSet<Pair> = teams.into_iter().filter_map(TeamArn::pair).collect();
    // Roles are in the requester's own log only.
    if view.of.params.list("requester_roles").is_some() {
        let listed = view.of.policy.recovery_accounts.iter().flatten().filter_map(|entry| AccountId::parse(&entry.id));
        pairs.extend(listed.zip(std::iter::repeat(vault.arn.region())).filter_map(|(id, region)| Some((id, region?))));
    }
    match view.all_covered(&pairs, from).map(|covered| Proof::absence(covered, "no request by anybody else")) {
        Err(hole) => Judgement::gap("coverage_gap", "Whether anybody else asked for access cannot be known", &hole),
        Ok(None) => Judgement::insufficient("coverage_gap", "No log is known that could show a request."),
        Ok(Some(absence)) => {
            let code = if requests.is_empty() { "no_requests" } else { "known_requesters" };
            let message = "Nobody but known recovery accounts asked for access.";
            let named = vault.team.spans().iter().filter(|span| span.value.as_ref().is_some_and(Option::is_some));
            let named = Proof::all(named.map(|span| (span.evidence, "the team of the vault".to_owned())));
            let proof = absence.with(proof).with(named);
            Judgement::compliant(code, message, &proof).observed("requests", requests.len())
        }
    }
}

/// Without a team nobody can ask: an absence if the log is whole since the vault's creation.
fn without_team(vault: &Vault, view: &View<'_>) -> Judgement {
    let message = "The vault has no approval team, so that nobody can ask it for access.";
    let none = Judgement::not_applicable("no_team", message);
    match view.state(&vault.team, vault.pair().as_ref(), "approval team of the vault") {
        State::Known { proof, .. } => none.citing_all(&proof),
        State::NeverSeen
            if vault.created.is_some_and(|(at, _)| view.covered(vault.pair().as_ref(), at).is_ok()) =>
        {
            none
        }
        _ => Judgement::insufficient(
            "coverage_gap",
            "Whose log would show a request is not known, because the vault's team is not; add `aws backup describe-backup-vault` to the snapshot.",
        ),
    }
}

/// Calls, sessions and accesses about the vault, in order of time.
fn requests(vault: &VaultArn, world: &World) -> Vec<Happened<Request>> {
    let mut all: Vec<Happened<Request>> = Vec::new();
    let mut add = |at, evidence: Evidence, account: &AccountId, actor: Option<&Actor>, said: String| {
        let what = Request { account: account.clone(), actor: actor.cloned(), said };
        all.push(Happened { at, evidence, what });
    };
    for call in world.share_calls.iter().filter(|c| c.what.name == "CreateRestoreAccessBackupVault") {
        let on_it = call.what.targets.iter().any(|target| target == vault.as_str());
        if let (true, Some(account)) = (on_it, &call.what.account) {
            let code = call.what.error_code.as_ref().map(|code| format!(", refused: {code}")).unwrap_or_default();
            let said = format!("asked by {} of {account}{code}", call.what.actor.said());
            add(call.at, call.evidence, account, Some(&call.what.actor), said);
        }
    }
    for session in world.sessions.values().filter(|s| is_about_access(s)) {
        let on_it = session.resource.as_ref().is_some_and(|(on, _)| on == vault.as_str());
        if let (true, Some((account, _)), Some((at, evidence))) = (on_it, &session.requester, session.requested) {
            add(at, evidence, account, None, format!("session begun for {account}"));
        }
    }
    for access in world.accesses.values().filter(|access| is_on(access, vault) && access.requester.is_none()) {
        if let (Some(account), Some((at, evidence))) = (&access.account, access.available().or(access.first_seen)) {
            add(at, evidence, account, None, format!("restore access vault of {account}"));
        }
    }
    all.sort_by_key(|request| (request.at, request.evidence));
    all
}

fn is_on(access: &Access, vault: &VaultArn) -> bool {
    access.source.as_ref().is_some_and(|(source, _)| source == vault)
}

/// What shows that the request of an account was approved, or that access is there.
fn let_in(vault: &VaultArn, account: &AccountId, view: &View<'_>) -> Option<Proof> {
    let world = view.of.world;
    let sessions = world.sessions.values().filter(|session| {
        is_about_access(session)
            && session.resource.as_ref().is_some_and(|(on, _)| on == vault.as_str())
            && session.requester.as_ref().is_some_and(|(by, _)| by == account)
    });
    let mut approved = sessions.filter_map(|session| {
        let is_approved = |span: &&Span<SessionState>| span.value.as_ref().is_some_and(SessionState::is_approved);
        let span = session.state.spans().iter().find(is_approved).filter(|span| view.is_past(span.from))?;
        let asked = session.requester.as_ref().map(|(_, evidence)| Proof::shown(*evidence, "asked by the account"));
        Some(Proof::shown(span.evidence, "approved").with(asked).with(teams::session_shown(session)))
    });
    let accesses = world.accesses.values().filter(|a| is_on(a, vault) && a.account.as_ref() == Some(account));
    let mut given = accesses.filter_map(|access| {
        let (at, evidence) = access.available()?;
        let source = access.source.as_ref().map(|(_, evidence)| Proof::shown(*evidence, "access to the vault"));
        view.is_past(at).then(|| Proof::shown(evidence, "access").with(source))
    });
    approved.next().or_else(|| given.next())
}

fn convict(vault: &Vault, requests: &[&Happened<Request>], view: &View<'_>) -> Option<Judgement> {
    let list = view.of.policy.recovery_accounts.as_deref();
    let unknown = |r: &&&Happened<Request>| {
        matches!(account_on(list, r.what.account.as_str(), r.at), Answer::No | Answer::Expired(_))
    };
    let strangers: Vec<_> = requests.iter().filter(unknown).collect();
    if let Some(proof) = Proof::all(strangers.iter().map(|r| (r.evidence, r.what.said.clone()))) {
        let accounts: BTreeSet<&AccountId> = strangers.iter().map(|r| &r.what.account).collect();
        let approved: Vec<Proof> = accounts.iter().filter_map(|account| let_in(&vault.arn, account, view)).collect();
        let names: Vec<&str> = accounts.into_iter().map(AccountId::as_str).collect();
        let (code, severity, outcome) = if approved.is_empty() {
            ("unknown_account", Severity::High, "")
        } else {
            ("unknown_account_approved", Severity::Critical, ", and was let in")
        };
        let proof = approved.into_iter().fold(proof, |all, shown| all.with(Some(shown)));
        let message = format!("{} asked for access without being under [authorized] recovery_accounts{outcome}.", names.join(", "));
        return Some(Judgement::non_compliant(code, message, &proof).severity(severity).observed("accounts", names));
    }
    let roles = view.of.params.list("requester_roles")?;
    let others = requests.iter().filter(|r| r.what.actor.as_ref().is_some_and(|actor| !is_listed(actor, &roles)));
    let proof = Proof::all(others.map(|r| (r.evidence, r.what.said.clone())))?;
    let message = "Somebody outside requester_roles asked for access.";
    Some(Judgement::non_compliant("unlisted_role", message, &proof).severity(Severity::High))
}

fn is_listed(actor: &Actor, roles: &[&str]) -> bool {
    roles.iter().any(|role| {
        *role == actor.principal
            || globset::Glob::new(role).is_ok_and(|glob| glob.compile_matcher().is_match(&actor.principal))
    })
}

/// What shows the comments where they are demanded; or what keeps the requests from being judged.
fn undecided(requests: &[&Happened<Request>], vault: &Vault, view: &View<'_>) -> Result<Vec<Evidence>, Box<Judgement>> {
    let Some(first) = requests.first() else { return Ok(Vec::new()) };
    if view.of.policy.recovery_accounts.is_none() {
        let message = format!(
            "Access was {}; who may ask is not stated: list the accounts under [authorized] recovery_accounts.",
            first.what.said
        );
        return Err(Box::new(Judgement::insufficient("policy_not_stated", message).citing(first.evidence, "cannot be judged")));
    }
    let mut comments = Vec::new();
    for request in requests.iter().filter(|_| view.of.params.flag("require_comment")) {
        let Some(shown) = comment(request, &vault.arn, view.of.world) else {
            let message = format!(
                "Access was {}; what the requester wrote is hidden in the log; add `aws mpa get-session` of its session to the snapshot.",
                request.what.said
            );
            let hidden = Judgement::insufficient("comment_unknown", message).citing(request.evidence, "comment hidden");
            return Err(Box::new(hidden));
        };
        comments.extend(shown);
    }
    Ok(comments)
}

/// What shows that a request has a comment: its session, or the access.
fn comment(request: &Happened<Request>, vault: &VaultArn, world: &World) -> Option<Vec<Evidence>> {
    let session = world.sessions.values().find_map(|session| {
        let (on, about) = session.resource.as_ref()?;
        let (at, begun) = session.requested?;
        let (_, shown) = session.comment.as_ref()?;
        (on == vault.as_str() && (at - request.at).abs() <= teams::SAME_REQUEST).then(|| vec![*about, begun, *shown])
    });
    session.or_else(|| {
        let own = world.accesses.values().filter(|a| is_on(a, vault) && a.requested.is_some_and(|(at, _)| at == request.at));
        own.filter_map(|access| access.comment.as_ref()).map(|(_, shown)| vec![*shown]).next()
    })
}
