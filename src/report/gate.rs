//! The gate: what a pipeline goes by. One exit code, and a sentence for each reason.

use super::wire::{Gate, Severity, Status, Verdict};

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

/// Weighs the verdicts. Exit codes rank 1, 4, 3, 0; every reason is told, whichever decides.
pub fn weigh(verdicts: &[Verdict], defects: usize, terms: Terms) -> Gate {
    let mut found: Vec<(u8, String)> = Vec::new();
    if let Some(least) = terms.fail_on {
        let judged: Vec<&Verdict> =
            verdicts.iter().filter(|v| v.severity >= least && v.status != Status::NotApplicable).collect();
        let failed = judged.iter().filter(|v| v.status == Status::NonCompliant && v.exception.is_none()).count();
        let open = judged.iter().filter(|v| v.status == Status::InsufficientData).count();
        let at = format!("at or above {}", least.name());
        if failed > 0 {
            found.push((1, format!("{} NON_COMPLIANT {at}", counted(failed))));
        }
        if terms.insufficient == Insufficient::Fail && open > 0 {
            found.push((3, format!("{} INSUFFICIENT_DATA {at}", counted(open))));
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
