//! APR-03: a team needs at least two approvals, of at least three approvers, and can spare one of them.

use super::judgement::{Judgement, State};
use super::subject::Subject;
use super::teams;
use super::view::View;

pub use super::nothing_to_check as check;
pub use super::teams::subjects;

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let unknown = |code, what: &str| {
        let advice = "add `aws mpa get-approval-team` of the team to the snapshot";
        Judgement::insufficient(code, format!("No record shows {what}; {advice}."))
    };
    let Some(team) = teams::team(subject, view) else { return unknown("threshold_unknown", "the team") };
    if let Some(answer) = teams::lifetime(team, view) {
        return answer;
    }
    let params = view.of.params;
    let (min_m, min_n) = (params.int("min_m").unwrap_or(2), params.int("min_n").unwrap_or(3));
    let ratio = params.number("max_m_ratio").unwrap_or(0.8);
    let pair = team.pair();
    let threshold = view.state(&team.threshold, pair.as_ref(), "threshold of the team");
    let Some((m, proof)) = threshold.last_known() else {
        let open = unknown("threshold_unknown", "the threshold in force");
        return if let State::Changed(evidence) = threshold { open.citing(evidence, "change of the team") } else { open };
    };
    let tell = |j: Judgement| {
        let j = j.observed("MinApprovalsRequired", *m).expected("min_m", min_m);
        j.expected("min_n", min_n).expected("max_m_ratio", ratio)
    };
    if *m < min_m {
        let message = format!("{m} approval is enough to open the vault; at least {min_m} are demanded.");
        return tell(Judgement::non_compliant("threshold_too_low", message, &proof));
    }
    let approvers = view.state(&team.approvers, pair.as_ref(), "approvers of the team");
    let Some((list, shown)) = approvers.last_known() else { return unknown("approvers_unknown", "the approvers in force") };
    let n = i64::try_from(list.len()).unwrap_or(i64::MAX);
    let proof = proof.with(Some(shown));
    let fails = |code, message: String| tell(Judgement::non_compliant(code, message, &proof)).observed("approvers", n);
    if *m > n {
        return fails("threshold_out_of_reach", format!("{m} approvals are required of {n} approvers: the team cannot approve anything."));
    }
    if n < min_n {
        return fails("too_few_approvers", format!("The team has {n} approvers; at least {min_n} are demanded."));
    }
    #[expect(clippy::cast_precision_loss, reason = "teams have at most 20 approvers")]
    if *m as f64 > ratio * n as f64 + 1e-9 {
        return fails("threshold_too_high", format!("{m} of {n} approvers must agree: too few absences block every approval."));
    }
    if let Some(stale) = threshold.stale("The team's threshold").or_else(|| approvers.stale("The list of approvers")) {
        return stale;
    }
    let message = format!("{m} of {n} approvers must agree.");
    tell(Judgement::compliant("threshold_sound", message, &proof)).observed("approvers", n)
}
