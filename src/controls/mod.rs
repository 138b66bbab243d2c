//! Controls: what must hold, and the judge of each. A control is its page (`rules/controls/<name>.toml`), its judge
//! (`src/controls/<name>.rs`), and its name in the list below.

mod air_gapped;
pub mod audit_manager;
mod basis;
mod carrying;
pub mod catalogue;
mod copies;
pub mod engine;
mod guarding;
pub mod judgement;
mod keys;
pub mod limits;
pub mod lint;
pub mod narrow;
pub mod params;
mod periods;
mod plan_rules;
mod points;
pub mod policy;
pub mod preset;
mod restores;
mod routes;
pub mod rule;
mod selecting;
pub mod subject;
mod teams;
pub mod view;

use judgement::Judgement;
use params::{ParamError, Params};
use rule::Rule;
use subject::Subject;
use view::{Context, View};

/// A control.
#[derive(Clone)]
pub struct Control {
    /// Its page.
    pub rule: Rule,
    /// What it judges.
    pub subjects: fn(&Context<'_>) -> Vec<Subject>,
    /// Its judge.
    pub judge: fn(&Subject, &View<'_>) -> Judgement,
    /// Checks that no single parameter can: bounds that depend on another parameter.
    pub check: fn(&Params) -> Result<(), String>,
}

macro_rules! controls {
    ($($name:ident),* $(,)?) => {
        $(mod $name;)*

        /// Every control's page as text, by name.
        pub const PAGES: &[(&str, &str)] = &[$((
            stringify!($name),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/controls/", stringify!($name), ".toml")),
        )),*];

        /// All controls, by id.
        pub fn all() -> Result<Vec<Control>, String> {
            let mut controls = vec![$(Control {
                rule: page(stringify!($name))?,
                subjects: $name::subjects,
                judge: $name::judge,
                check: $name::check,
            }),*];
            controls.sort_by(|a, b| a.rule.id.cmp(&b.rule.id));
            Ok(controls)
        }
    };
}

controls! {
    approval_governance_not_weakened,
    approval_sessions_decided_and_logged,
    approval_team_active,
    approval_team_has_enough_approvers,
    approval_team_shared_with_vault_owners,
    approval_threshold_sound,
    backup_key_not_lost,
    copies_to_air_gapped_vault_succeed,
    copy_cadence_without_gaps,
    copy_retention_within_vault_bounds,
    copy_route_supported,
    cross_region_copy_supported,
    ebs_backup_below_size_limit,
    log_covers_window,
    log_files_authentic,
    manual_deletion_disabled,
    no_recovery_point_deletion_by_humans,
    no_unauthorized_share_attempts,
    only_the_owner_copies,
    organization_and_identity_not_sabotaged,
    plan_minimum_frequency_and_retention,
    plan_protects_beyond_place_or_by_lock,
    plan_rule_delivers_to_air_gapped_vault,
    protection_settings_not_weakened,
    recovery_drilled_from_another_account,
    recovery_point_encrypted,
    recovery_point_retention_long_enough,
    resource_copied_to_air_gapped_vault,
    resource_in_backup_plan,
    restore_access_asked_by_known_accounts,
    restore_access_ended_after_use,
    restore_access_follows_approval,
    restore_time_meets_target,
    restores_succeed,
    retention_not_shortened,
    share_invitation_answered_in_time,
    snapshots_agree_with_log,
    source_key_allows_copy,
    trail_configuration_not_tampered,
    vault_access_policy_confined,
    vault_deleted_only_when_empty,
    vault_has_approval_team,
    vault_key_type_as_required,
    vault_locked_in_compliance_mode,
    vault_reaches_available,
    vault_retention_bounds_valid,
    vault_shared_with_accounts_only,
    vault_sharees_approved_and_current,
    vault_used_by_entitled_accounts_only,
}

fn page(name: &str) -> Result<Rule, String> {
    let text = PAGES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text).unwrap_or_default();
    let rule = Rule::parse(text).map_err(|cause| format!("rules/controls/{name}.toml: {cause}"))?;
    if rule.name == name { Ok(rule) } else { Err(format!("rules/controls/{name}.toml: its name says {:?}", rule.name)) }
}

/// For controls whose parameters do not depend on each other.
pub fn nothing_to_check(_: &Params) -> Result<(), String> {
    Ok(())
}

impl Control {
    /// Checks parameters that depend on each other.
    pub fn check_params(&self, params: &Params) -> Result<(), ParamError> {
        (self.check)(params).map_err(|problem| ParamError::Together { control: self.rule.id.clone(), problem })
    }
}
