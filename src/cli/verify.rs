//! `vaultrail verify`: ingest, check the digests, tell.

use super::args::{VerifyArgs, VerifyFormat};
use super::audit::{Error, text_width, threads};
use super::output;
use super::progress::Progress;
use crate::ingest::{self, Log};
use crate::integrity::Integrity;
use crate::render::verify as render;
use crate::report::verify::Verification;
use std::io::IsTerminal;
use std::path::PathBuf;

/// Runs the command; answers with the exit code.
pub fn run(args: &VerifyArgs) -> Result<u8, Error> {
    threads(args.jobs)?;
    let told = verification(args)?;
    let to_stdout = args.output.is_none();
    let terminal = to_stdout && std::io::stdout().is_terminal();
    let bytes = match args.format.unwrap_or(if terminal { VerifyFormat::Text } else { VerifyFormat::Json }) {
        VerifyFormat::Json => render::json(&told),
        VerifyFormat::Text => render::text(&told, &text_width(args.color, to_stdout)),
    };
    let written = match &args.output {
        Some(path) => output::write_whole(path, bytes.as_bytes()),
        None => output::to_stdout(bytes.as_bytes()),
    };
    written.map_err(Error::Output)?;
    if !args.quiet {
        output::say(&format!("verify: {}", told.summary.said));
    }
    Ok(told.summary.exit_code)
}

/// Everything up to what is told.
pub fn verification(args: &VerifyArgs) -> Result<Verification, Error> {
    let paths: Vec<PathBuf> =
        [&args.paths, &args.public_keys, &args.head_object].into_iter().flatten().cloned().collect();
    let progress = Progress::begin(args.progress, args.quiet);
    let options = ingest::Options { hash_only: true, watch: &progress, ..ingest::Options::default() };
    let log = ingest::read(&paths, &options);
    progress.end();
    let log = log?;
    given(&log, &args.public_keys, "--public-keys", "no output of `aws cloudtrail list-public-keys`", |path| {
        log.public_keys.iter().any(|key| key.path == path)
    })?;
    given(
        &log,
        &args.head_object,
        "--head-object",
        "no output of `aws s3api head-object` with a signature in its metadata",
        |path| log.signatures.iter().any(|saved| saved.path == path),
    )?;
    let integrity = Integrity::check(&log);
    if integrity.chains.is_empty() {
        let found = log.files.found;
        return Err(Error::Usage(format!(
            "no CloudTrail digest among the {found} files of the given paths: give the folders CloudTrail-Digest and CloudTrail \
             of the trail's bucket, or turn digests on with `aws cloudtrail update-trail --enable-log-file-validation`"
        )));
    }
    Ok(Verification::of(&integrity, &log))
}

/// Each file given with a flag must hold what the flag is for.
fn given(log: &Log, files: &[PathBuf], flag: &str, what: &str, held: impl Fn(&str) -> bool) -> Result<(), Error> {
    for file in files {
        let shown = ingest::show_path(file);
        // A file that is named twice is read under one of its names.
        let read = log.sources.iter().any(|source| source.path == shown);
        let broken = log.defects.iter().find(|defect| defect.path == shown);
        if let Some(defect) = broken {
            return Err(Error::Usage(format!("{flag} {shown}: {}", defect.reason)));
        }
        if read && !held(&shown) {
            return Err(Error::Usage(format!("{flag} {shown}: {what}")));
        }
    }
    Ok(())
}
