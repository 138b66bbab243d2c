//! Real records in real containers, as other people's tools wrote them: what is read of each collection, to the record.
//!
//! The collections lie beside the project and are not part of it; where they are absent, these tests skip and say so.

use crate::support::{audit, root, text};
use std::path::PathBuf;
use vaultrail::coverage::{Coverage, Run, Terms};
use vaultrail::facts;
use vaultrail::ingest::{self, Options};
use vaultrail::report::wire::Report;
use vaultrail::world::World;

#[expect(clippy::print_stderr, reason = "a test that shows nothing says so")]
pub fn shared(path: &str) -> Option<PathBuf> {
    let path = root().join("../shared").join(path);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: {} is not here", path.display());
    None
}

/// What must come out of one collection.
struct Expect {
    folder: &'static str,
    /// Found, read, defective, not evidence.
    files: [u64; 4],
    /// Read, used, counted only, duplicate, defective.
    records: [u64; 5],
    /// Why something is defective: each reason has one of these, and each of these occurs.
    because: &'static [&'static str],
}

/// Files that are no evidence are licences, notes, and what the upstream projects keep beside their records.
const COLLECTIONS: [Expect; 17] = [
    Expect { folder: "data/aws-cli-lookup-events", files: [3, 1, 0, 2], records: [1, 1, 0, 0, 0], because: &[] },
    // The defective ones stand below `malformed/` (no JSON as printed) or share their id with another example; four are CLI
    // outputs without a time.
    Expect {
        folder: "data/awsdocs-2023",
        files: [262, 198, 7, 57],
        records: [204, 44, 127, 0, 33],
        because: &["no JSON", "does not end", "which says something else", "no capture time"],
    },
    Expect {
        folder: "data/cloud-custodian-events",
        files: [39, 35, 0, 4],
        records: [35, 2, 32, 0, 1],
        because: &["`eventTime` is missing"],
    },
    Expect { folder: "data/cribl-pack", files: [3, 1, 0, 2], records: [44, 3, 41, 0, 0], because: &[] },
    Expect { folder: "data/datadog-cwlogs", files: [7, 2, 0, 5], records: [7, 0, 7, 0, 0], because: &[] },
    Expect {
        folder: "data/fivexl-to-slack",
        files: [4, 1, 0, 3],
        records: [9, 3, 4, 0, 2],
        because: &["event id \"XXXXXXXXXXX\""],
    },
    Expect {
        folder: "data/invictus-aws-dataset",
        files: [57, 55, 0, 2],
        records: [2900, 37, 2863, 0, 0],
        because: &[],
    },
    Expect {
        folder: "data/invictus-aws-dataset/data",
        files: [55, 55, 0, 0],
        records: [2900, 37, 2863, 0, 0],
        because: &[],
    },
    Expect { folder: "data/otrf-security-datasets", files: [4, 1, 0, 3], records: [103, 0, 103, 0, 0], because: &[] },
    // Inputs of unit tests: members left out, and ids such as "1" given to many records.
    Expect {
        folder: "data/panther-analysis",
        files: [411, 136, 0, 275],
        records: [463, 28, 370, 1, 64],
        because: &[
            "`eventTime` is missing",
            "`eventTime` is no time: \"redacted\"",
            "`eventTime` is no time: \"...\"",
            "`eventSource` is missing",
            "which says something else",
        ],
    },
    Expect { folder: "data/plaso", files: [3, 1, 0, 2], records: [6, 0, 6, 0, 0], because: &[] },
    Expect { folder: "data/splunk-security-content", files: [49, 47, 0, 2], records: [47, 9, 38, 0, 0], because: &[] },
    Expect { folder: "data/stratus-red-team", files: [39, 35, 0, 4], records: [310, 5, 305, 0, 0], because: &[] },
    Expect { folder: "data/techcadia-console-actions", files: [6, 4, 0, 2], records: [4, 0, 4, 0, 0], because: &[] },
    Expect { folder: "data/traildiscover", files: [586, 584, 0, 2], records: [563, 11, 542, 10, 0], because: &[] },
    Expect { folder: "data/trailscraper", files: [6, 3, 0, 3], records: [7, 0, 7, 0, 0], because: &[] },
    Expect {
        folder: "data/umccr-cloudtrail-parquet",
        files: [23, 21, 0, 2],
        records: [206, 5, 201, 0, 0],
        because: &[],
    },
];

fn counts(report: &Report) -> ([u64; 4], [u64; 5]) {
    let (files, records) = (&report.inputs.files, &report.inputs.records);
    (
        [files.found, files.read, files.defective, files.not_evidence],
        [records.read, records.used, records.counted_only, records.duplicate, records.defective],
    )
}

#[test]
fn every_collection_is_read_to_the_record() {
    let mut wrong = Vec::new();
    for expect in COLLECTIONS {
        let Some(path) = shared(expect.folder) else { continue };
        let report = audit(&[text(&path), "--assume-complete"]).unwrap();
        if counts(&report) != (expect.files, expect.records) {
            wrong.push(format!("{}: {:?}", expect.folder, counts(&report)));
        }
        for defect in &report.inputs.defects {
            if !expect.because.iter().any(|because| defect.reason.contains(because)) {
                wrong.push(format!("{}: {defect:?}", expect.folder));
            }
        }
        for because in expect.because {
            if !report.inputs.defects.iter().any(|defect| defect.reason.contains(because)) {
                wrong.push(format!("{}: nothing is defective because {because}", expect.folder));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_records_of_the_documentation_are_read_without_a_defect() {
    let Some(folder) = shared("aws/records") else { return };
    let report = audit(&[text(&folder), "--assume-complete"]).unwrap();
    // The OCSF sample has a comma too many as published.
    let defects: Vec<_> = report.inputs.defects.iter().filter(|d| !d.path.ends_with(".ocsf.json")).collect();
    assert!(defects.is_empty(), "{defects:?}");
    assert_eq!(counts(&report), ([9, 9, 0, 0], [140, 84, 55, 0, 1]));
}

#[test]
fn api_responses_recorded_by_other_tools_are_no_evidence() {
    let Some(folder) = shared("data/inventory-cloud-custodian") else { return };
    let problem = audit(&[text(&folder)]).unwrap_err();
    assert!(problem.contains("of 344 files none"), "{problem}");
}

#[test]
fn outputs_of_the_aws_cli_lack_nothing_but_a_time() {
    let Some(folder) = shared("data/inventory-aws-cli-examples/data") else { return };
    let report = audit(&[text(&folder)]).unwrap();
    // The 55th lists public keys, which need no time.
    assert_eq!(report.inputs.files.defective, 54, "{:?}", report.inputs.defects);
    assert!(report.inputs.defects.iter().all(|defect| defect.reason.contains("--captured-at TIME")));
    let report = audit(&[text(&folder), "--captured-at", "2026-10-31T00:00:00Z"]).unwrap();
    assert_eq!(report.inputs.defects.len(), 0, "{:?}", report.inputs.defects);
    assert_eq!((report.inputs.files.read, report.inputs.files.defective), (55, 0));
}

#[test]
fn a_rejected_session_is_refused_though_its_event_is_named_session_approved() {
    let Some(folder) = shared("aws/records") else { return };
    let paths = [folder.join("cloudtrail_mpa_docs.json")];
    let log = ingest::read(&paths, &Options::default()).unwrap();
    assert_eq!(log.defects, []);
    let (from, to) = log.evidence_extent().unwrap();
    let coverage = Coverage::build(log.activity.pairs(), &log.snapshot_pairs, &[], Run { from, to }, Terms::default());
    let world = World::replay(facts::read(&log), coverage);
    // All examples share one session: at one second it is approved and rejected, in this order; years later it starts anew.
    let session = world.sessions.values().find(|session| session.arn.to_string().ends_with("EXAMPLE22222")).unwrap();
    let last = session.state.at(vaultrail::instant::parse("2021-01-14T01:41:59Z").unwrap()).unwrap();
    let state = last.value.as_ref().unwrap();
    assert_eq!(state.said(), "FAILED/REJECTED");
    assert!(state.is_refused() && !state.is_approved());
    assert_eq!(log.entry(last.evidence).unwrap().body()["eventName"], "SessionApproved");
}
