//! `vaultrail verify`: ingest, check the digests, tell.

use super::args::{PlainFormat, VerifyArgs};
use super::output;
use super::progress::Progress;
use super::rebuild::{Error, threads};
use crate::ingest::{self, Log};
use crate::integrity::Integrity;
use crate::render::verify as render;
use crate::report::verify::Verification;
use std::path::PathBuf;

/// Runs the command; answers with the exit code.
pub fn run(args: &VerifyArgs) -> Result<u8, Error> {
    threads(args.jobs)?;
    let told = verification(args)?;
    output::plain(&args.show, args.format, |format, options| match format {
        PlainFormat::Json => render::json(&told),
        PlainFormat::Text => render::text(&told, options),
    })?;
    if !args.show.quiet {
        output::say(&format!("verify: {}", told.summary.said));
    }
    Ok(told.summary.exit_code)
}

/// Everything up to what is told.
pub fn verification(args: &VerifyArgs) -> Result<Verification, Error> {
    let paths: Vec<PathBuf> =
        [&args.paths, &args.public_keys, &args.head_object].into_iter().flatten().cloned().collect();
    let progress = Progress::begin(args.show.progress, args.show.quiet);
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
    let integrity = Integrity::check(&log, &[]);
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
