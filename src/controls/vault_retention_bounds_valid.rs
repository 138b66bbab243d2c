//! VLT-03: the retention bounds of a LAG vault are those that AWS allows and the policy asks for.

use super::air_gapped;
use super::judgement::Judgement;
use super::subject::Subject;
use super::view::View;
use crate::status::Severity;

pub use super::air_gapped::subjects;
pub use super::nothing_to_check as check;

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Some(vault) = air_gapped::vault(subject, view) else { return air_gapped::absent("BackupVaultArn") };
    if let Some(answer) = air_gapped::beforehand(vault, view) {
        return answer;
    }
    let Some((Some(min), min_proof)) = view.fixed(&vault.min_days) else { return air_gapped::absent("MinRetentionDays") };
    let Some((Some(max), max_proof)) = view.fixed(&vault.max_days) else { return air_gapped::absent("MaxRetentionDays") };
    let mut proof = min_proof.with(Some(max_proof));
    for (_, evidence, days) in vault.refused_min_days.iter().filter(|(at, ..)| view.is_past(*at)) {
        proof = proof.and(*evidence, format!("a creation with {days} days was refused"));
    }
    let limit = &view.of.limits.known.minimum_retention;
    let least = limit.value.unwrap_or_default();
    let floor = view.of.params.int("min_floor_days").unwrap_or(least);
    let ceiling = view.of.params.int("max_ceiling_days");
    let answer = |judgement: Judgement| {
        let judgement = judgement.observed("MinRetentionDays", *min).observed("MaxRetentionDays", *max);
        let judgement = judgement.expected("min_floor_days", floor).resting_on(limit);
        if let Some(ceiling) = ceiling { judgement.expected("max_ceiling_days", ceiling) } else { judgement }
    };
    let fails = |code, message: String| answer(Judgement::non_compliant(code, message, &proof));
    if *min < least {
        let message = format!("MinRetentionDays is {min}: AWS allows no less than {least}, so this is damaged or foreign data.");
        return fails("min_below_provider_limit", message).severity(Severity::Critical);
    }
    if *min < floor {
        return fails("min_below_floor", format!("MinRetentionDays is {min}, the policy asks for at least {floor}."));
    }
    if max < min {
        return fails("max_below_min", format!("MaxRetentionDays is {max}, below MinRetentionDays {min}."));
    }
    if let Some(ceiling) = ceiling.filter(|ceiling| max > ceiling) {
        return fails("max_above_ceiling", format!("MaxRetentionDays is {max}, the policy allows at most {ceiling}."));
    }
    answer(Judgement::compliant("bounds_valid", format!("Recovery points are kept between {min} and {max} days."), &proof))
}
