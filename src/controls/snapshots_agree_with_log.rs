//! LOG-04: what snapshots show is what the replay of the log says. A difference over a whole log is a change that nobody
//! logged, a record that somebody withheld, or a snapshot of something else.

use super::judgement::{Judgement, Proof};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use super::copy_retention_within_vault_bounds::{impossible as impossible_in_vault, is_shown_impossible};
use super::{air_gapped, points, teams};
use crate::arn::{RecoveryPointArn, TeamArn, VaultArn};
use crate::coverage::Pair;
use crate::facts::words::VaultKind;
use crate::instant;
use crate::status::{Severity, Status};
use crate::timeline::Sighting;
use crate::world::drift::{Compared, Comparison, Drift, EXISTS, Explanation, KEPT, Line, Lines, compare};
use crate::world::entity::POINT;
use crate::world::share::Share;
use crate::world::vault::Vault;
use serde_json::Value;
use std::collections::BTreeSet;

pub use super::nothing_to_check as check;

/// What AWS lets nobody change on an air-gapped vault.
const FOR_EVER: [&str; 7] = [
    "VaultType",
    "Locked",
    "LockDate",
    "MinRetentionDays",
    "MaxRetentionDays",
    "EncryptionKeyType",
    "EncryptionKeyArn",
];

/// Values in messages are cut here.
const SAID: usize = 120;

/// Vaults, shares of vaults and teams, teams; whatever else drifts. Without any snapshot there is nothing to compare.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let (world, scope) = (context.world, &context.policy.scope);
    if !world.compared.has_snapshots {
        return Vec::new();
    }
    let guards = |arn: &String| VaultArn::parse(arn).is_some() || TeamArn::parse(arn).is_some();
    let shares = world.shares.values().filter(|share| share.resources.keys().any(guards));
    let shares = shares.filter(|share| scope.holds(share.arn.account().as_ref(), share.arn.region().as_ref()));
    let mut subjects: Vec<Subject> = air_gapped::in_scope(context).map(|vault| Subject::vault(&vault.arn)).collect();
    subjects.extend(shares.map(|share| Subject::share(&share.arn, share.name.as_ref())));
    subjects.extend(teams::subjects(context));
    let others = world.compared.of.iter().filter(|((kind, _), _)| !KEPT.contains(kind));
    subjects.extend(others.filter_map(|((kind, id), lines)| {
        let pair = lines.lines.iter().find_map(|line| line.pair.as_ref());
        let (account, region) = (pair.map(|pair| &pair.0), pair.map(|pair| &pair.1));
        scope.holds(account, region).then(|| Subject::entity(kind, id, pair))
    }));
    subjects.extend(impossible(context));
    subjects
}

/// Recovery points that no air-gapped vault would have taken, as a snapshot shows them or their vault (RET-01), and that do not
/// drift.
fn impossible<'w>(context: &Context<'w>) -> impl Iterator<Item = Subject> {
    let world = context.world;
    let vaults = air_gapped::in_scope(context).filter(|vault| air_gapped::kind(vault) == Some(&VaultKind::AirGapped));
    vaults.flat_map(move |vault: &'w Vault| {
        let points = world.index.points.get(&vault.arn).into_iter().flatten().filter_map(|arn| world.points.get(arn));
        let against = points.filter(|point| {
            is_shown_impossible(point, vault) && !world.compared.of.contains_key(&(POINT, point.arn.to_string()))
        });
        against.map(|point| Subject::entity(POINT, point.arn.as_str(), vault.pair().as_ref()))
    })
}

/// One attribute in the window.
struct Looked<'w> {
    line: &'w Line,
    found: Comparison<'w, Value>,
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let compared: &Compared = &view.of.world.compared;
    let nothing = Lines::default();
    let lines = compared.of.get(&(subject.kind, subject.id.clone())).unwrap_or(&nothing);
    let looked: Vec<Looked<'_>> =
        lines.lines.iter().map(|line| Looked { line, found: compare(within(line, view)) }).collect();
    let latest = looked.iter().filter_map(|looked| looked.found.latest).max_by_key(|s| (s.at, s.evidence));
    // Whether it is there is itself compared.
    let vanished = looked.iter().any(|looked| looked.line.field == EXISTS && looked.found.differs);
    if let Some(answer) = lifetime(subject, lines, view).filter(|_| !vanished) {
        return match latest {
            Some(shown) => answer.citing(shown.evidence, "the latest snapshot of it"),
            None => answer,
        };
    }
    if let Some(answer) = drifting(subject, &looked, view).or_else(|| contradicted(subject, view)) {
        return answer;
    }
    let Some(latest) = latest else {
        let message = format!("No snapshot in the window shows it; add {} to the snapshot.", advice(subject.kind));
        return Judgement::insufficient("no_snapshot", message);
    };
    agreeing(subject, lines, &looked, latest, view)
}

/// A recovery point whose life cycle its vault cannot have taken.
fn contradicted(subject: &Subject, view: &View<'_>) -> Option<Judgement> {
    let Key::Entity(POINT, id) = &subject.key else { return None };
    let point = view.of.world.points.get(&RecoveryPointArn::new(id))?;
    let answer = points::beforehand(point, view).or_else(|| impossible_in_vault(point, view))?;
    if answer.status != Status::NonCompliant {
        return Some(answer);
    }
    let message = format!(
        "{} AWS takes no such backup into an air-gapped vault, and lets nobody change it or the bounds there: an entry is not what AWS showed.",
        answer.message
    );
    Some(Judgement { code: "impossible_state", message, ..answer })
}

/// What was seen from the beginning of the window up to now.
fn within<'w>(line: &'w Line, view: &View<'_>) -> &'w [Sighting<Value>] {
    let first = line.seen.partition_point(|seen| seen.at < view.of.window_from);
    let after = line.seen.partition_point(|seen| seen.at <= view.now());
    if let Some(next) = line.seen.get(after) {
        view.changes_at(next.at);
    }
    line.seen.get(first..after).unwrap_or_default()
}

/// Not there yet, or deleted.
fn lifetime(subject: &Subject, lines: &Lines, view: &View<'_>) -> Option<Judgement> {
    let world = view.of.world;
    match &subject.key {
        Key::Vault(arn) => air_gapped::lifetime(world.vaults.get(arn)?, view),
        Key::Team(arn) => teams::lifetime(world.teams.get(arn)?, view),
        Key::Share(arn) => share_lifetime(world.shares.get(arn)?, view),
        _ => {
            if let Some(created) = lines.created.filter(|created| !view.is_past(*created)) {
                let message = format!("It was made at {}.", instant::show(created));
                return Some(Judgement::not_applicable("not_yet_created", message));
            }
            let seen = within(lines.lines.iter().find(|line| line.field == EXISTS)?, view).last();
            let gone = seen.filter(|seen| seen.value == Some(Value::Bool(false)))?;
            let message = format!("It was deleted at {}.", instant::show(gone.at));
            Some(Judgement::not_applicable("subject_deleted", message).citing(gone.evidence, "deletion"))
        }
    }
}

fn share_lifetime(share: &Share, view: &View<'_>) -> Option<Judgement> {
    if let Some((created, evidence)) = share.created.filter(|(created, _)| !view.is_past(*created)) {
        let message = format!("The share was created at {}.", instant::show(created));
        return Some(Judgement::not_applicable("not_yet_created", message).citing(evidence, "creation"));
    }
    let gone = view.look(&share.exists).filter(|span| span.value == Some(false))?;
    let message = format!("The share was deleted at {}.", instant::show(gone.from));
    Some(Judgement::not_applicable("subject_deleted", message).citing(gone.evidence, "deletion"))
}

/// The drifts that stand: what no hole in the log explains convicts; the gravest, then the first is told, all are cited.
fn drifting(subject: &Subject, looked: &[Looked<'_>], view: &View<'_>) -> Option<Judgement> {
    let open = looked.iter().filter(|looked| looked.found.differs);
    let open = open.filter_map(|l| Some(l.line.drift(subject.kind, &subject.id, l.found.differences.last()?)));
    let fixed = is_air_gapped(subject, view);
    let is_impossible = |drift: &Drift| fixed && FOR_EVER.contains(&drift.field);
    let mut proof: Option<Proof> = None;
    let (mut unlogged, mut explained): (Vec<Drift>, Vec<(Drift, Judgement)>) = (Vec::new(), Vec::new());
    for drift in open {
        let (from, to) = drift.between;
        match view.covered_between(drift.pair.as_ref(), from, to) {
            Ok(covered) => {
                let shown = both(&drift).with(Proof::absence(covered, "no record of a change"));
                proof = Some(proof.map_or_else(|| shown.clone(), |proof| proof.with(Some(shown.clone()))));
                unlogged.push(drift);
            }
            Err(hole) => {
                let code = match Explanation::of(drift.pair.as_ref(), drift.between, &view.of.world.coverage) {
                    Explanation::NoLog => "drift_without_log",
                    Explanation::Unplaced => "drift_unplaced",
                    Explanation::Gap | Explanation::Unlogged => "drift_over_gap",
                };
                let answer = Judgement::gap(code, &said(&drift), &hole).citing_all(&both(&drift));
                explained.push((drift, answer));
            }
        }
    }
    let more = |n: usize| if n > 1 { format!(" {} more attributes differ.", n - 1) } else { String::new() };
    let count = unlogged.len() + explained.len();
    if let (Some(drift), Some(proof)) =
        (unlogged.iter().min_by_key(|drift| (!is_impossible(drift), drift.between.1)), proof)
    {
        let answer = if is_impossible(drift) {
            let message = format!("{}; AWS lets nobody change this on an air-gapped vault.{}", said(drift), more(count));
            Judgement::non_compliant("impossible_change", message, &proof).severity(Severity::High)
        } else {
            let message = format!("{}, and no record in a whole log changes it.{}", said(drift), more(count));
            Judgement::non_compliant("unlogged_change", message, &proof).severity(Severity::Medium)
        };
        return Some(differing(answer, drift));
    }
    let (drift, mut answer) = explained.into_iter().min_by_key(|(drift, _)| drift.between.1)?;
    answer.message.push_str(&more(count));
    Some(differing(answer, &drift))
}

fn differing(answer: Judgement, drift: &Drift) -> Judgement {
    answer.observed(drift.field, drift.observed.clone()).expected(drift.field, drift.replayed.clone())
}

fn both(drift: &Drift) -> Proof {
    let [replayed, observed] = drift.evidence;
    Proof::shown(replayed, format!("{} as replayed", drift.field)).and(observed, format!("{} as observed", drift.field))
}

fn said(drift: &Drift) -> String {
    let text = |value: &Value| {
        let text = value.to_string();
        match text.char_indices().nth(SAID) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None => text,
        }
    };
    let (from, to) = drift.between;
    let (replayed, observed) = (text(&drift.replayed), text(&drift.observed));
    let (from, to) = (instant::show(from), instant::show(to));
    format!("{}: the replay says {replayed} ({from}), the snapshot shows {observed} ({to})", drift.field)
}

fn is_air_gapped(subject: &Subject, view: &View<'_>) -> bool {
    let Key::Vault(arn) = &subject.key else { return false };
    let vault = view.of.world.vaults.get(arn);
    vault.is_some_and(|vault| vault.kind.spans().iter().any(|span| span.value == Some(VaultKind::AirGapped)))
}

/// Nothing differs: enough where something was compared, and where no record can be missing that would differ.
fn agreeing(
    subject: &Subject,
    lines: &Lines,
    looked: &[Looked<'_>],
    latest: &Sighting<Value>,
    view: &View<'_>,
) -> Judgement {
    let same = || looked.iter().filter_map(|l| Some((l.line, l.found.same?)));
    let based = same().any(|(line, _)| line.field != EXISTS || !KEPT.contains(&subject.kind));
    let entries = same().flat_map(|(_, (word, shown))| {
        [(word.evidence, "as replayed".to_owned()), (shown.evidence, "as observed".to_owned())]
    });
    let Some(mut proof) = Proof::all(entries).filter(|_| based) else {
        let message = "Nothing in the window says what the snapshot should show: neither a record nor an earlier snapshot. Add an earlier snapshot, or the log from before the window with `--from`.";
        return Judgement::insufficient("no_base", message).citing(latest.evidence, "the latest snapshot of it");
    };
    let from = lines.created.map_or(view.of.window_from, |created| created.max(view.of.window_from)).min(latest.at);
    let pairs: BTreeSet<Option<&Pair>> = looked.iter().map(|looked| looked.line.pair.as_ref()).collect();
    for pair in pairs {
        match view.covered_between(pair, from, latest.at) {
            Ok(covered) => proof = proof.with(Proof::absence(covered, "every record that changes it")),
            Err(hole) => {
                let what = "What was compared agrees, but a record that changes it may be missing";
                return Judgement::gap("coverage_gap", what, &hole).citing_all(&proof);
            }
        }
    }
    let fields: BTreeSet<&str> = same().map(|(line, _)| line.field).collect();
    let alone = looked.iter().filter(|l| l.found.same.is_none() && l.found.latest.is_some()).map(|l| l.line.field);
    let alone: BTreeSet<&str> = alone.filter(|field| !fields.contains(field)).collect();
    let mended = looked.iter().filter_map(|l| l.found.differences.last()).map(|d| d.found.at).max();
    let message = match mended {
        Some(at) => format!("Snapshots show what the replay of the log says; the drift of {} is mended.", instant::show(at)),
        None => "Snapshots show what the replay of the log says.".to_owned(),
    };
    let answer = Judgement::compliant("agrees", message, &proof)
        .observed("captured_at", instant::show(latest.at))
        .observed("compared", fields.into_iter().collect::<Vec<_>>());
    if alone.is_empty() { answer } else { answer.observed("not_compared", alone.into_iter().collect::<Vec<_>>()) }
}


/// The command whose output would show it.
fn advice(kind: &str) -> &'static str {
    match kind {
        "vault" => "`aws backup describe-backup-vault`",
        "share" => "`aws ram get-resource-shares` and `aws ram get-resource-share-associations`",
        "team" => "`aws mpa get-approval-team`",
        POINT => "`aws backup list-recovery-points-by-backup-vault`",
        _ => "an inventory",
    }
}
