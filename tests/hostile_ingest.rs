//! Hostile and damaged storage: streams that break, lie about their size or never end, files that change while they are
//! read, and records that are almost records. Each is told with its place, everything else is kept, by default and strictly.

use crate::folder::{Folder, gzip, lock_call, log_file, noise};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use vaultrail::ingest::decompress::LARGEST_FILE;
use vaultrail::ingest::{self, Defect, Log, Options, Watch};

fn read(paths: &[PathBuf], strict: bool) -> Log {
    let log = ingest::read(paths, &Options { strict, ..Options::default() }).unwrap();
    let (files, records) = (log.files, log.records);
    assert_eq!(files.found, files.read + files.defective + files.not_evidence, "{:?}", log.defects);
    assert_eq!(records.read, records.used + records.counted_only + records.duplicate + records.defective);
    log
}

/// Reads a file by default and strictly.
fn both(name: &str, bytes: impl AsRef<[u8]>) -> [Log; 2] {
    let folder = Folder::new();
    let path = folder.put(name, bytes);
    [false, true].map(|strict| read(std::slice::from_ref(&path), strict))
}

/// Used, counted, defective.
fn counts(log: &Log) -> [u64; 3] {
    [log.records.used, log.records.counted_only, log.records.defective]
}

fn says(defect: &Defect, name: &str, record: Option<u64>, words: &[&str]) {
    assert!(defect.path.ends_with(name), "{defect:?}");
    assert_eq!(defect.record, record, "{defect:?}");
    for word in words {
        assert!(defect.reason.contains(word), "{word:?} is not in {defect:?}");
    }
}

/// One used record between two counted ones.
fn three() -> Vec<u8> {
    log_file(&[noise(1), lock_call(2), noise(3)])
}

fn zstd_frame(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

#[test]
fn junk_behind_a_whole_stream_is_a_defect_and_costs_no_record() {
    let text = three();
    let broken_member = &gzip(b"")[..15];
    let tails: [&[u8]; 5] = [b"junk", b"\x1f", b"\x1f\x8b", b"PK\x03\x04", broken_member];
    for (i, tail) in tails.iter().enumerate() {
        for log in both("tail.json.gz", [gzip(&text).as_slice(), tail].concat()) {
            assert_eq!(counts(&log), [1, 2, 0], "tail {i}: {:?}", log.defects);
            assert_eq!((log.files.defective, log.defects.len()), (1, 1), "tail {i}");
            says(&log.defects[0], "tail.json.gz", None, &["gzip", &format!("after {} bytes", text.len()), "3 records"]);
        }
    }
    for log in both("tail.json.zst", [zstd_frame(&text).as_slice(), b"junk"].concat()) {
        assert_eq!((counts(&log), log.defects.len()), ([1, 2, 0], 1));
        says(&log.defects[0], "tail.json.zst", None, &["zstd", &format!("after {} bytes", text.len()), "3 records"]);
    }
}

#[test]
fn a_stream_that_lies_about_its_size_or_sum_is_a_defect_and_keeps_its_records() {
    let text = three();
    for place in [8, 4] {
        let mut stored = gzip(&text);
        let at = stored.len() - place;
        stored[at..at + 4].copy_from_slice(&[0xff; 4]);
        for log in both("lies.json.gz", &stored) {
            assert_eq!((counts(&log), log.files.defective), ([1, 2, 0], 1), "{:?}", log.defects);
            says(&log.defects[0], "lies.json.gz", None, &["gzip", "3 records before that are read"]);
        }
    }
}

#[test]
fn a_frame_that_asks_for_gigabytes_of_window_is_refused() {
    // RFC 8878: magic, no content size, a window of 2 GiB, one last raw block of three bytes.
    let frame = b"\x28\xb5\x2f\xfd\x00\xa8\x19\x00\x00[1]";
    for log in both("window.zst", frame) {
        assert_eq!((log.records.read, log.files.defective), (0, 1));
        says(&log.defects[0], "window.zst", None, &["zstd"]);
    }
}

#[test]
fn members_and_frames_may_be_many_empty_and_cut_anywhere() {
    let text = three();
    let bytewise: Vec<u8> = text.iter().flat_map(|byte| gzip(&[*byte])).collect();
    let empty: Vec<u8> = gzip(b"").repeat(20_000);
    let frames: Vec<u8> = text.chunks(7).flat_map(zstd_frame).collect();
    let skippable = [b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc".as_slice(), &zstd_frame(&text)].concat();
    let named = {
        let mut encoder = flate2::GzBuilder::new()
            .filename("x.json")
            .comment("c")
            .extra("ab")
            .write(Vec::new(), flate2::Compression::best());
        encoder.write_all(&text).unwrap();
        encoder.finish().unwrap()
    };
    for stored in [bytewise, [empty.as_slice(), &gzip(&text), &empty].concat(), frames, named] {
        for log in both("members", &stored) {
            assert_eq!((counts(&log), log.defects.len()), ([1, 2, 0], 0), "{:?}", log.defects);
        }
    }
    // A file that begins with a skippable frame does not say by its first bytes what it is.
    let log = ingest::read(&[Folder::new().put("skippable", skippable)], &Options::default());
    assert!(log.is_err());
}

#[test]
fn a_broken_member_among_whole_ones_keeps_what_precedes_it() {
    let lines: Vec<Vec<u8>> = (0..3).map(|i| format!("{}\n", noise(i)).into_bytes()).collect();
    let whole: Vec<Vec<u8>> = lines.iter().map(|line| gzip(line)).collect();
    for at in [3, 12, 30] {
        let mut stored = whole.clone();
        stored[1][at] ^= 0x55;
        for log in both("member.gz", stored.concat()) {
            assert!((1..=2).contains(&log.records.counted_only), "{:?}", log.defects);
            assert_eq!(log.files.defective, 1);
            says(&log.defects[0], "member.gz", None, &["gzip", "breaks"]);
        }
    }
}

#[test]
fn text_that_is_no_utf_8_costs_only_its_record() {
    for bad in [b"\xff".as_slice(), b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80"] {
        let bend = |record: &Value| {
            let text = record.to_string();
            let (before, after) = text.split_once("aws-cli").unwrap();
            [before.as_bytes(), bad, after.as_bytes()].concat()
        };
        let lines = [
            bend(&lock_call(1)),
            bend(&noise(2)),
            lock_call(3).to_string().into_bytes(),
            noise(4).to_string().into_bytes(),
        ];
        let file = [b"{\"Records\":[".as_slice(), &lines.join(&b","[..]), b"]}"].concat();
        for bytes in [file, lines.join(&b"\n"[..])] {
            let [fast, strict] = both("utf8.json", bytes);
            assert_eq!(counts(&strict), [1, 1, 2], "{:?}", strict.defects);
            // What nobody uses need not be looked at.
            assert!(counts(&fast) == [1, 2, 1] || counts(&fast) == [1, 1, 2], "{:?}", fast.defects);
            for log in [fast, strict] {
                says(&log.defects[0], "utf8.json", Some(0), &["no UTF-8 from byte"]);
                assert_eq!(log.files.defective, 0);
            }
        }
    }
}

#[test]
fn a_record_that_is_only_counted_needs_a_time_a_name_and_texts() {
    let wrong = [
        ("eventTime", json!(1_761_782_400), "`eventTime` must be text, this is a number"),
        ("eventTime", json!("redacted"), "`eventTime` is no time: \"redacted\""),
        ("eventTime", json!("2026-02-30T00:00:00Z"), "`eventTime` is no time"),
        ("eventTime", json!(""), "`eventTime` is missing"),
        ("eventSource", json!(7), "`eventSource` must be text"),
        ("eventSource", json!(""), "`eventSource` is missing"),
        ("eventName", json!(null), "`eventName` is missing"),
        ("eventName", json!(""), "`eventName` is missing"),
        ("awsRegion", json!(1), "`awsRegion` must be text, this is a number"),
        ("recipientAccountId", json!(111_122_223_333_u64), "`recipientAccountId` must be text, this is a number"),
    ];
    let mut records = vec![noise(0)];
    for (member, value, _) in &wrong {
        let mut record = noise(1);
        record[member] = value.clone();
        records.push(record);
    }
    for log in both("wrong.json", log_file(&records)) {
        assert_eq!(counts(&log), [0, 1, wrong.len() as u64], "{:?}", log.defects);
        for ((record, defect), (_, _, reason)) in (1..).zip(&log.defects).zip(&wrong) {
            says(defect, "wrong.json", Some(record), &[reason]);
        }
    }
}

#[test]
fn of_two_members_with_one_name_the_last_tells_whether_it_is_a_record() {
    let twice = |first: &str, last: &str| {
        let source = "\"eventSource\":\"ec2.amazonaws.com\"";
        noise(2).to_string().replacen(
            source,
            &format!("\"eventSourc\\u0065\":\"{first}\",\"eventSource\":\"{last}\""),
            1,
        )
    };
    for (first, last, wanted) in
        [("ec2.amazonaws.com", "aws:s3", [0, 1, 1]), ("aws:s3", "ec2.amazonaws.com", [0, 2, 0])]
    {
        for log in both("twice.json", format!("{{\"Records\":[{},{}]}}", noise(1), twice(first, last))) {
            assert_eq!(counts(&log), wanted, "{last}: {:?}", log.defects);
        }
    }
}

#[test]
fn records_that_are_no_list_are_told_with_their_place_and_what_follows_is_read() {
    for value in ["null", "{}", "7", "true", "\"[]\"", "\"none\""] {
        let text = format!("{{ \"Records\" : {value} }}\n{}\n", String::from_utf8(three()).unwrap());
        for log in both("no_list.json", text) {
            assert_eq!((counts(&log), log.files.defective), ([1, 2, 0], 1), "{value}");
            says(&log.defects[0], "no_list.json", None, &["`Records` must be a list", "byte 14"]);
        }
    }
}

#[test]
fn a_second_list_of_records_is_not_lost_without_a_word() {
    let text = String::from_utf8(three()).unwrap();
    let text = format!("{{\"Records\":[],{}", text.trim_start_matches('{'));
    for log in both("twice.json", text) {
        assert_eq!((counts(&log), log.files.defective), ([0, 0, 0], 1));
        says(&log.defects[0], "twice.json", None, &["`Records` is there twice", "byte 24"]);
    }
}

/// A member of a document: what `lookup-events` or a subscription makes of a record.
fn listed(name: &str, key: &str, records: &[Value]) -> String {
    let items: Vec<Value> = records.iter().map(|record| json!({key: record.to_string()})).collect();
    format!("\"{name}\":{}", json!(items))
}

#[test]
fn every_list_of_records_in_a_document_is_read_or_told() {
    let log = |minute| format!("\"Records\":{}", json!([noise(minute), lock_call(minute + 1)]));
    let events = |minute| listed("Events", "CloudTrailEvent", &[noise(minute), lock_call(minute + 1)]);
    let messages = |minute| listed("logEvents", "message", &[noise(minute), lock_call(minute + 1)]);
    for (lists, records, twice) in [
        ([log(1), events(3), messages(5)], 3, ""),
        ([messages(1), log(3), events(5)], 3, ""),
        ([events(1), String::from("\"a\":1"), events(3)], 1, "`Events` is there twice"),
        ([messages(1), messages(3), log(5)], 2, "`logEvents` is there twice"),
        ([events(1), log(3), log(5)], 2, "`Records` is there twice"),
        ([String::from("\"Events\":7"), events(1), log(3)], 2, ""),
    ] {
        let document = format!("{{{}}}", lists.join(","));
        for text in [document.clone(), format!("[{document}]"), format!("{document}\n{document}\n")] {
            for log in both("lists.json", &text) {
                let repeated = u64::from(text.contains('\n'));
                assert_eq!(log.records.used, records, "{text}: {:?}", log.defects);
                assert_eq!(log.records.read, 2 * records * (1 + repeated), "{text}: {:?}", log.defects);
                assert_eq!(log.files.defective, u64::from(!twice.is_empty()), "{text}: {:?}", log.defects);
                log.defects.iter().for_each(|defect| says(defect, "lists.json", None, &[twice, "not read (byte "]));
            }
        }
    }
}

#[test]
fn what_breaks_behind_a_list_is_told_and_what_follows_is_read() {
    let whole = String::from_utf8(three()).unwrap();
    let open = whole.trim_end_matches('}');
    let other = log_file(&[noise(5), lock_call(6)]);
    let other = std::str::from_utf8(&other).unwrap();
    for (tail, counted, reason) in [
        (String::new(), [1, 2, 0], "never closed"),
        (",\"NextTok".to_owned(), [1, 2, 0], "does not end"),
        (format!(",\"NextToken\":\"\n{other}\n"), [2, 3, 0], "does not end"),
        (
            format!(",{}", listed("Events", "CloudTrailEvent", &[lock_call(4)]).trim_end_matches(']')),
            [2, 2, 0],
            "does not end",
        ),
    ] {
        for log in both("open.json", format!("{open}{tail}")) {
            assert_eq!((counts(&log), log.files.defective), (counted, 1), "{tail}: {:?}", log.defects);
            says(&log.defects[0], "open.json", None, &[reason, "byte "]);
        }
    }
}

#[test]
fn a_list_that_is_nested_too_deep_to_be_told_is_a_defect_and_no_other_file() {
    let deep = |open: &str, levels: usize, close: &str| format!("{}7{}", open.repeat(levels), close.repeat(levels));
    for text in [
        format!("{{\"Records\":[{{\"a\":{}}}]}}", deep("[", 300, "]")),
        format!("{{ \"Records\" : [{{\"a\":{}}}]}}", deep("{\"a\":", 300, "}")),
        format!("{{\"Events\":[{{\"a\":{}}}]}}", deep("[", 10_000, "]")),
        format!("{}{}", "{\"Records\":[".repeat(10_000), "]}".repeat(10_000)),
        format!("{}{}{}", "{\"Records\":[".repeat(300), lock_call(1), "]}".repeat(300)),
    ] {
        for log in both("deep.json", text) {
            let [used, counted, _] = counts(&log);
            assert_eq!((used, counted, log.files.defective), (0, 0, 1), "{:?}", log.defects);
            says(&log.defects[0], "deep.json", None, &["nested deeper than 128 levels, the limit", "byte "]);
        }
    }
    let shallow = format!("{}{}{}", "{\"Records\":[".repeat(64), lock_call(1), "]}".repeat(64));
    for log in both("shallow.json", shallow) {
        assert_eq!((counts(&log), log.defects.len()), ([1, 0, 0], 0), "{:?}", log.defects);
    }
    let folder = Folder::new();
    let path = folder.put("other.json", format!("{{\"Records\":[{{\"a\":{}}}]}}", deep("[", 120, "]")));
    assert!(ingest::read(&[path], &Options::default()).is_err(), "another service's file is no evidence");
}

#[test]
fn nesting_of_ten_thousand_levels_costs_at_most_its_record() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
        let nest = |record: &Value| record.to_string().replacen("null", &deep, 1);
        let text = format!("{{\"Records\":[{},{},{}]}}", nest(&noise(1)), nest(&lock_call(2)), lock_call(3));
        let [fast, strict] = both("deep.json", text);
        assert_eq!((counts(&fast), counts(&strict)), ([1, 1, 1], [1, 0, 2]));
        says(&fast.defects[0], "deep.json", Some(1), &["nested deeper than 128 levels, the limit"]);
        says(&strict.defects[0], "deep.json", Some(0), &["nested deeper than 128 levels, the limit"]);
    }
}

#[test]
fn texts_and_keys_of_megabytes_are_read_wherever_they_stand() {
    let long = "\\\"}{".repeat(1 << 19);
    let mut text = String::from("{\"Records\":[");
    for (i, member) in ["eventVersion", "eventName", "userAgent", "eventID"].into_iter().enumerate() {
        let record = noise(u32::try_from(i).unwrap()).to_string();
        let value = format!("\"{member}\":\"");
        text.push_str(&record.replacen(&value, &format!("{value}{long}"), 1));
        text.push(',');
    }
    let used = lock_call(9).to_string().replacen('{', &format!("{{\"{long}\":\"{long}\","), 1);
    text.extend([&used, "],\"", &long, "\":\"", &long, "\"}"]);
    for log in both("long.json", text) {
        assert_eq!((counts(&log), log.defects.len()), ([1, 4, 0], 0), "{:?}", log.defects);
    }
}

#[cfg(unix)]
#[test]
fn what_grows_while_it_is_read_is_read_as_far_as_it_goes() {
    // The system says that a pipe is empty: the size of a file is only a hint.
    let folder = Folder::new();
    let pipe = folder.at("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let lines: Vec<String> = (0..1000).map(|i| noise(i).to_string()).collect();
    let lines = lines.join("\n");
    let log = std::thread::scope(|scope| {
        scope.spawn(|| std::fs::write(&pipe, &lines).unwrap());
        read(std::slice::from_ref(&pipe), false)
    });
    assert_eq!((log.records.counted_only, log.defects.len()), (1000, 0));
    // A file that is written to: at most the last line is cut.
    let path = folder.put("growing.json", noise(0).to_string() + "\n");
    let mut file = std::fs::File::options().append(true).open(&path).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for i in 0..3000 {
                file.write_all(format!("{}\n", noise(i % 1440)).as_bytes()).unwrap();
            }
        });
        let mut known = 1;
        for _ in 0..20 {
            let log = read(std::slice::from_ref(&path), false);
            assert!(log.records.counted_only >= known && log.defects.len() <= 1, "{:?}", log.defects);
            known = log.records.counted_only;
        }
    });
    assert_eq!(read(&[path], false).records.counted_only, 3001);
}

/// Changes the files as soon as the first of them has been read.
struct Change<'a>(&'a [PathBuf]);
impl Watch for Change<'_> {
    fn found(&self, _: u64, _: u64) {}
    fn read(&self, _: u64) {
        let _ = std::fs::remove_file(&self.0[1]);
        let text = std::fs::read(&self.0[2]).unwrap();
        std::fs::write(&self.0[2], &text[..text.len().min(500)]).unwrap();
        let _ = std::fs::remove_file(&self.0[0]);
    }
}

#[test]
fn a_file_that_vanishes_or_shrinks_before_it_is_read_is_told_and_the_rest_is_read() {
    let folder = Folder::new();
    let paths: Vec<PathBuf> =
        (0..3).map(|i| folder.put(&format!("{i}.json"), log_file(&[noise(i), noise(i)]))).collect();
    // With one thread the first file is read, then the others change.
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let log = alone.install(|| {
        ingest::read(&[folder.path().to_owned()], &Options { watch: &Change(&paths), ..Options::default() }).unwrap()
    });
    assert_eq!(log.files.found, 3);
    let gone = log.defects.iter().filter(|defect| defect.reason.contains("cannot be read")).count();
    assert!((1..=2).contains(&gone), "{:?}", log.defects);
    assert!(log.records.counted_only >= 2, "{:?}", log.defects);
}

#[cfg(unix)]
#[test]
fn links_to_each_other_and_to_nowhere_are_told() {
    let folder = Folder::new();
    folder.put("log.json", three());
    for (to, name) in [("b.json", "a.json"), ("a.json", "b.json"), ("self.json", "self.json"), ("no/such", "lost.json")]
    {
        std::os::unix::fs::symlink(to, folder.at(name)).unwrap();
    }
    let log = read(&[folder.path().to_owned()], false);
    assert_eq!((log.files.found, log.files.read, log.files.defective), (5, 1, 4));
    for (defect, name) in log.defects.iter().zip(["a.json", "b.json", "lost.json", "self.json"]) {
        says(defect, name, None, &["cannot be read"]);
    }
}

#[cfg(unix)]
#[expect(clippy::print_stderr, reason = "a test that shows nothing says so")]
#[test]
fn folders_and_files_that_may_not_be_read_are_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    folder.put("log.json", three());
    folder.put("closed/log.json", three());
    let file = folder.put("closed.json", three());
    let allow = |path: &Path, mode: u32| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    allow(&folder.at("closed"), 0);
    allow(&file, 0);
    let skipped = std::fs::read(&file).is_ok();
    if skipped {
        eprintln!("skipped: whoever runs this may read everything");
    } else {
        let log = read(&[folder.path().to_owned()], false);
        assert_eq!((log.files.found, log.files.read, log.files.defective), (3, 1, 2), "{:?}", log.defects);
        says(&log.defects[0], "closed", None, &["this folder cannot be listed"]);
        says(&log.defects[1], "closed.json", None, &["cannot be read"]);
    }
    allow(&folder.at("closed"), 0o700);
}

/// Runs the program on a file with so many bytes of address space.
#[cfg(target_os = "linux")]
fn limited(folder: &Folder, name: &str, bytes: u64) -> (Option<i32>, String) {
    let line = format!("ulimit -v {}; exec \"$0\" audit {name} --jobs 1 --only VLT-02 --progress never", bytes / 1024);
    let mut command = std::process::Command::new("sh");
    let output =
        command.args(["-c", &line, env!("CARGO_BIN_EXE_vaultrail")]).current_dir(folder.path()).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Writes a compressed file of more text than may be: a log file, then spaces.
fn bomb(mut encoder: impl Write) {
    encoder.write_all(&three()).unwrap();
    let spaces = vec![b' '; 1 << 20];
    for _ in 0..=(LARGEST_FILE >> 20) {
        encoder.write_all(&spaces).unwrap();
    }
    encoder.flush().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "decompresses gigabytes: cargo test --release bombs -- --ignored"]
fn decompression_bombs_are_cut_at_the_limit_which_is_named_and_what_precedes_is_kept() {
    let folder = Folder::new();
    let fast = flate2::Compression::fast();
    bomb(flate2::write::GzEncoder::new(std::fs::File::create(folder.at("bomb.gz")).unwrap(), fast));
    let zstd = zstd::stream::write::Encoder::new(std::fs::File::create(folder.at("bomb.zst")).unwrap(), 1).unwrap();
    bomb(zstd.auto_finish());
    for name in ["bomb.gz", "bomb.zst"] {
        let stored = std::fs::metadata(folder.at(name)).unwrap().len();
        assert!(stored < LARGEST_FILE / 100, "{name} has {stored} bytes");
        // The buffer may double once on its way to the limit.
        let (code, err) = limited(&folder, name, 3 * LARGEST_FILE);
        assert_eq!(code, Some(4), "{err}");
        assert!(err.contains(&format!("{name}: decompresses to more than {LARGEST_FILE} bytes, the limit")), "{err}");
        assert!(err.contains("3 records before that are read"), "{err}");
    }
}
