//! Controls: what must hold, and the judge of each. A control is its page (`rules/controls/<name>.toml`), its judge
//! (`src/controls/<name>.rs`), and its name in the list below.

mod air_gapped;
mod copies;
pub mod engine;
pub mod judgement;
pub mod params;
pub mod policy;
mod restores;
pub mod rule;
mod selecting;
pub mod subject;
pub mod view;

use judgement::Judgement;
use params::{ParamError, Params};
use rule::Rule;
use subject::Subject;
use view::{Context, View};

/// A control.
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
    approval_team_active,
    approval_team_has_enough_approvers,
    backup_key_not_lost,
    copy_cadence_without_gaps,
    copy_retention_within_vault_bounds,
    log_covers_window,
    log_files_authentic,
    no_recovery_point_deletion_by_humans,
    no_unauthorized_share_attempts,
    plan_minimum_frequency_and_retention,
    plan_protects_beyond_place_or_by_lock,
    recovery_drilled_from_another_account,
    recovery_point_encrypted,
    resource_copied_to_air_gapped_vault,
    resource_in_backup_plan,
    restore_access_follows_approval,
    restore_time_meets_target,
    restores_succeed,
    trail_configuration_not_tampered,
    vault_has_approval_team,
    vault_key_type_as_required,
    vault_locked_in_compliance_mode,
    vault_retention_bounds_valid,
    vault_shared_with_accounts_only,
    vault_sharees_approved_and_current,
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
