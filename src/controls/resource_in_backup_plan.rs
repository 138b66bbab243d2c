//! PLN-01: a backup plan selects the resource.

use super::judgement::{Hole, Judgement, Proof};
use super::selecting;
use super::subject::{Key, Subject};
use super::view::View;
use crate::arn::ResourceArn;
use crate::world::selected::{Selected, Surety};

pub use super::copies::resources as subjects;
pub use super::nothing_to_check as check;

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Key::Resource(resource) = &subject.key else {
        return Judgement::insufficient("selection_unknown", format!("{} is no resource.", subject.id));
    };
    let selected = selecting::selected(resource, view);
    let mut open = None;
    for taken in selected.iter().filter(|taken| taken.surety == Surety::Surely) {
        match selecting::stands(taken, view) {
            Ok(proof) => {
                let plan = taken.plan.map(|plan| plan.arn.to_string()).unwrap_or_default();
                let message = format!("Selected by {plan}.");
                let proof = proof.with(selecting::asked(resource, view));
                return Judgement::compliant("selected", message, &proof).observed("plan", plan);
            }
            Err(answer) => open = open.or(Some(*answer)),
        }
    }
    if let Some(answer) = open {
        return answer;
    }
    if let Some(taken) = selected.first() {
        return perhaps(taken);
    }
    match nothing_selects(resource, view) {
        Ok(proof) => Judgement::non_compliant("not_selected", "No backup plan selects the resource.", &proof),
        Err(hole) => {
            let judgement = Judgement::gap("plans_not_known", "Whether a plan selects the resource cannot be known", &hole);
            Judgement { message: format!("{} Add `aws backup list-backup-plans` and `list-backup-selections` to the snapshot.", judgement.message), ..judgement }
        }
    }
}

fn perhaps(taken: &Selected<'_>) -> Judgement {
    let plan = taken.plan.map_or_else(|| "a plan that no record shows".into(), |plan| plan.arn.to_string());
    let message = format!(
        "Whether {plan} selects the resource hangs on what is not known: its tags (`aws resourcegroupstaggingapi get-resources`), the opt-in of its type (`aws backup describe-region-settings`), or the selection (`aws backup get-backup-selection`).",
    );
    let judgement = Judgement::insufficient("selection_unknown", message);
    taken.evidence.iter().fold(judgement, |judgement, evidence| judgement.citing(*evidence, "may select the resource"))
}

/// All plans and selections where the resource is are known, and none of them is in the way.
fn nothing_selects(resource: &ResourceArn, view: &View<'_>) -> Result<Proof, Hole> {
    let mut proof: Option<Proof> = None;
    for pair in selecting::homes(resource, view) {
        let known = selecting::all_known(&pair, view)?;
        proof = Some(proof.map_or(known.clone(), |before| before.with(Some(known))));
    }
    Ok(proof.ok_or(Hole { stretch: None })?.with(selecting::asked(resource, view)))
}
