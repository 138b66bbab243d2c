//! CPY-07: a copy takes a way that AWS supports: type of resource, Region, schedule, key.

use super::judgement::{Judgement, Proof};
use super::limits::{Holds, Limit};
use super::plan_rules::{self, InForce};
use super::routes::{self, End, Way};
use super::subject::{Key, Subject};
use super::view::View;
use super::keys;

pub use super::nothing_to_check as check;
pub use super::plan_rules::subjects_and_jobs as subjects;

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    if let Key::Rule(..) = &subject.key {
        return of_rule(subject, view);
    }
    let Some(way) = routes::way(subject, view) else {
        return Judgement::insufficient("route_unknown", "The copy job is not known.");
    };
    routes::beforehand(&way, view).unwrap_or_else(|| of_job(&way, view))
}

fn of_job<'w>(way: &Way<'w>, view: &View<'w>) -> Judgement {
    let Some(proof) = way.proof() else {
        return Judgement::insufficient("route_unknown", "No record shows the copy job.");
    };
    if way.destination == End::AirGapped {
        return into_vault(way, view, &proof);
    }
    out_of_vault(way, view, &proof)
}

fn into_vault<'w>(way: &Way<'w>, view: &View<'w>, proof: &Proof) -> Judgement {
    let limits = &view.of.limits.known;
    let made = way.is_made(view);
    let fails = |code, limit: &Limit| {
        let all_the_same = if made { " It was made all the same." } else { "" };
        let message = format!("AWS does not support this copy: {}.{all_the_same}", limit.text);
        Judgement::non_compliant(code, message, proof).resting_on(limit)
    };
    let holds = |limit: &Limit| view.held(limit, way.began()) == Holds::Yes;
    let region = way.to().and_then(crate::arn::VaultArn::region);
    let in_region = |limit: &Limit| region.as_ref().is_some_and(|region| limit.is_in(region.as_str())) && holds(limit);
    if let Some(limit) = [&limits.regions, &limits.newer_regions].into_iter().find(|limit| in_region(limit)) {
        return fails("region_not_supported", limit);
    }
    if way.source == End::AirGapped && way.job.rule.is_some() && way.job.backup_job.is_none() {
        return fails("scheduled_between_vaults", &limits.unscheduled);
    }
    let Some(kind) = way.kind(&view.of) else {
        let message = "No record shows the type of the resource; add `aws backup list-copy-jobs` to the snapshot.";
        return Judgement::insufficient("type_unknown", message).citing_all(proof);
    };
    let told = |j: Judgement| j.observed("ResourceType", kind);
    let plain_table = kind.eq_ignore_ascii_case("DynamoDB")
        && way.source_point().and_then(routes::is_fully_managed) == Some(false);
    if plain_table || limits.never_stored.is_about(kind) {
        return told(fails("type_not_supported", &limits.never_stored));
    }
    if limits.fsx.is_about(kind) && holds(&limits.fsx) {
        return told(fails("type_not_supported", &limits.fsx));
    }
    if limits.s3_opt_in.is_about(kind) && in_region(&limits.s3_opt_in) {
        return told(fails("s3_in_opt_in_region", &limits.s3_opt_in));
    }
    // That a copy was made shows that its kind can be stored.
    if limits.fsx_kinds.is_about(kind) && !made {
        let message = "No record shows which kind of file system this is; Lustre and Windows File Server can be stored.";
        return told(Judgement::insufficient("fsx_kind_unknown", message).citing_all(proof)).resting_on(&limits.fsx_kinds);
    }
    told(Judgement::compliant("supported", "Nothing that AWS publishes stands against this copy.", proof))
}

fn out_of_vault(way: &Way<'_>, view: &View<'_>, proof: &Proof) -> Judgement {
    let limit = &view.of.limits.known.copy_out_key;
    if way.destination == End::Unknown {
        let message = "No record shows what kind of vault the copy goes to; add `aws backup describe-backup-vault` of it to the snapshot.";
        return Judgement::insufficient("route_unknown", message).resting_on(limit);
    }
    let vault = way.to().and_then(|vault| view.of.world.vaults.get(vault));
    let key = way.job.key.as_ref().map(|(key, evidence)| (key, *evidence));
    match keys::manager(view, key, vault) {
        Some((keys::Manager::Customer, shown)) => {
            let message = "The copy is encrypted with a customer managed key.";
            Judgement::compliant("supported", message, &proof.clone().with(Some(shown))).resting_on(limit)
        }
        Some((keys::Manager::Aws, shown)) => {
            let message = format!("AWS does not support this copy: {}.", limit.text);
            Judgement::non_compliant("copy_out_not_customer_managed", message, &proof.clone().with(Some(shown))).resting_on(limit)
        }
        None => {
            let message = "No record shows who manages the key of the copy; add `aws kms describe-key` of it, or `aws backup \
                           describe-backup-vault` of the destination, to the snapshot.";
            Judgement::insufficient("key_unknown", message).citing_all(proof).resting_on(limit)
        }
    }
}

/// A rule is judged by what its plan selects now, and by the limits of now: it will run then.
fn of_rule(subject: &Subject, view: &View<'_>) -> Judgement {
    let rule = match plan_rules::in_force(subject, view) {
        Ok(rule) => rule,
        Err(answer) => return *answer,
    };
    let told = |j: Judgement| {
        let vaults: Vec<&str> = rule.targets.iter().map(|target| target.vault.as_str()).collect();
        j.observed("vaults", vaults)
    };
    if let Some((code, limit)) = rule.targets.iter().find_map(|target| plan_rules::refused(target, &rule, view)) {
        let message = format!("AWS does not support this rule: {}.", limit.text);
        return told(Judgement::non_compliant(code, message, &rule.proof).resting_on(limit));
    }
    if rule.targets.iter().any(|target| target.end == End::Unknown) {
        let message = "No record says whether a vault of the rule is logically air-gapped; add `aws backup describe-backup-vault` of it.";
        return told(Judgement::insufficient("vault_kind_unknown", message).citing_all(&rule.proof));
    }
    let answer = of_selected(&rule, view);
    let vaults: Vec<&str> = rule.targets.iter().map(|target| target.vault.as_str()).collect();
    rule.current(answer).observed("vaults", vaults)
}

/// Whether the vaults store what the plan selects.
fn of_selected(rule: &InForce<'_>, view: &View<'_>) -> Judgement {
    let limits = &view.of.limits.known;
    let s3 = rule.targets.iter().any(|target| target.vault.region().is_some_and(|r| limits.s3_opt_in.is_in(r.as_str())));
    let mut against: Vec<(&'static str, &Limit)> = vec![("type_not_supported", &limits.never_stored)];
    if view.holds_now(&limits.fsx) == Holds::Yes {
        against.push(("type_not_supported", &limits.fsx));
    }
    if s3 && view.holds_now(&limits.s3_opt_in) == Holds::Yes {
        against.push(("s3_in_opt_in_region", &limits.s3_opt_in));
    }
    let why = |kind: Option<&str>| against.iter().find(|(_, limit)| kind.is_some_and(|kind| limit.is_about(kind)));
    let doubtful = |kind: Option<&str>| why(kind).is_some() || kind.is_some_and(|kind| limits.fsx_kinds.is_about(kind));
    let chosen = plan_rules::chosen(&rule.plan.arn, view, |_, kind| doubtful(kind));
    let not_stored = chosen.iter().filter(|one| one.surely).find_map(|one| Some((one, why(one.kind)?)));
    if let Some((one, (code, limit))) = not_stored {
        let message = format!("The plan selects {}: {}.", one.resource, limit.text);
        let entries = one.evidence.iter().map(|evidence| (*evidence, "selected".to_owned()));
        let proof = rule.proof.clone().with(Proof::all(entries));
        return Judgement::non_compliant(code, message, &proof).resting_on(limit).observed("resource", one.resource.as_str());
    }
    if let Some(one) = chosen.iter().find(|one| one.surely) {
        let message = format!("The plan selects {}, and no record shows which kind of file system it is.", one.resource);
        return Judgement::insufficient("fsx_kind_unknown", message).citing_all(&rule.proof).resting_on(&limits.fsx_kinds);
    }
    if let Some(one) = chosen.first() {
        let message = format!("The plan may select {}, which such a vault does not store: that depends on tags or opt-in that no record shows.", one.resource);
        return Judgement::insufficient("selection_unknown", message).citing_all(&rule.proof);
    }
    if !plan_rules::selections_known(rule.plan, view) {
        let message = "No record shows what the plan selects; add `aws backup list-backup-selections` and `get-backup-selection`.";
        return Judgement::insufficient("selection_unknown", message).citing_all(&rule.proof);
    }
    Judgement::compliant("supported", "Nothing that AWS publishes stands against this rule.", &rule.proof)
}
