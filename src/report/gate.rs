//! The gate: what a pipeline goes by. One exit code, and a sentence for each reason.

use super::wire::{Gate, Severity, Status, Verdict};
use std::collections::BTreeSet;

/// Verdicts, by uid, that an earlier report gave already: the gate is on what is new.
pub type Known = BTreeSet<String>;

/// How INSUFFICIENT_DATA weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Insufficient {
    /// It fails the gate.
    Fail,
    /// It fails the gate only where nothing at all could be decided.
    Warn,
    /// It does not matter.
    Ignore,
}

/// When the gate does not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// From this severity on; `None`: never.
    pub fail_on: Option<Severity>,
    /// How INSUFFICIENT_DATA weighs.
    pub insufficient: Insufficient,
    /// Damage to the evidence does not matter.
    pub allow_defects: bool,
}

/// Weighs the verdicts that are not known. Exit codes rank 1, 4, 3, 0; every reason is told, whichever decides.
pub fn weigh(verdicts: &[Verdict], defects: usize, terms: Terms, known: &Known) -> Gate {
    let mut found: Vec<(u8, String)> = Vec::new();
    if let Some(least) = terms.fail_on {
        let judged: Vec<&Verdict> =
            verdicts.iter().filter(|v| v.severity >= least && v.status != Status::NotApplicable).collect();
        let failures = judged.iter().filter(|v| v.status == Status::NonCompliant && v.exception.is_none());
        let failed = failures.filter(|v| !known.contains(&v.uid)).count();
        let undecided = || judged.iter().filter(|v| v.status == Status::InsufficientData);
        let (open, open_anew) = (undecided().count(), undecided().filter(|v| !known.contains(&v.uid)).count());
        let new = if known.is_empty() { "" } else { ", and not in the baseline" };
        let at = format!("at or above {}", least.name());
        if failed > 0 {
            found.push((1, format!("{} NON_COMPLIANT {at}{new}", counted(failed))));
        }
        if terms.insufficient == Insufficient::Fail && open_anew > 0 {
            found.push((3, format!("{} INSUFFICIENT_DATA {at}{new}", counted(open_anew))));
        } else if terms.insufficient != Insufficient::Ignore && open > 0 && open == judged.len() {
            found.push((3, format!("not one of the {open} verdicts {at} could be decided")));
        }
    }
    if defects > 0 && !terms.allow_defects {
        let damage = if defects == 1 {
            "1 file or record of the evidence is".into()
        } else {
            format!("{defects} files or records of the evidence are")
        };
        found.push((4, format!("{damage} damaged (--allow-defects lets this pass)")));
    }
    let exit_code = [1, 4, 3].into_iter().find(|code| found.iter().any(|(c, _)| c == code)).unwrap_or(0);
    Gate { exit_code, reasons: found.into_iter().map(|(_, reason)| reason).collect() }
}

fn counted(verdicts: usize) -> String {
    if verdicts == 1 { "1 verdict is".into() } else { format!("{verdicts} verdicts are") }
}
