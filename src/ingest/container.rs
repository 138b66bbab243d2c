//! From a decompressed file to its records, whatever container they came in; recognised by content, never by name.

mod items;
mod lists;
mod swift;

use super::keys::SavedSignature;
use super::scan::{self, Broken};
use super::shape::{Kind, Object};
use super::{Decoded, Way, audit_report, inventory, parquet, probe, text};
use serde_json::Value;
use std::ops::Range;

pub use swift::{Part, decode_part};

/// Members that hold lists of records, and what is said of a second one.
const LISTS: [(&str, Kind, &str); 3] = [
    ("Records", Kind::LogFile, "`Records` is there twice; the second list is not read"),
    ("Events", Kind::LookupEvents, "`Events` is there twice; the second list is not read"),
    ("logEvents", Kind::CloudWatchLogs, "`logEvents` is there twice; the second list is not read"),
];

/// Reads a decompressed file. `hint` is the inventory operation that its name says it is.
pub fn decode(bytes: &[u8], hint: Option<&'static str>, way: Way) -> Decoded {
    let mut out = Decoded::new(way);
    match bytes.get(scan::skip_space(bytes, 0)) {
        None => out.kind = Some(Kind::Empty),
        Some(b'{' | b'[') => Reader::new(bytes, &mut out, hint, way.strict).file(),
        Some(_) if bytes.starts_with(parquet::MAGIC) => parquet::read(bytes, &mut out),
        Some(_) => text::decode(bytes, &mut out, way.strict),
    }
    out
}

/// Reads one text into what its file holds.
pub(super) struct Reader<'a, 'o> {
    bytes: &'a [u8],
    out: &'o mut Decoded,
    /// Items of no known shape, by position: defects if the file holds records, else the file is no evidence.
    unknown: Vec<u64>,
    /// Breaks of the structure; defects if the file is of a known kind.
    breaks: Vec<Broken>,
    broken_documents: usize,
    /// How many containers there are around what is being read.
    nested: usize,
    hint: Option<&'static str>,
    strict: bool,
    /// Whether this is a payload within a file, which holds no other.
    is_payload: bool,
    /// Where in the file the text begins, behind so many bytes that are not in the file.
    offset: u64,
    head: usize,
}

impl<'a, 'o> Reader<'a, 'o> {
    pub(super) fn new(bytes: &'a [u8], out: &'o mut Decoded, hint: Option<&'static str>, strict: bool) -> Self {
        let (unknown, breaks) = (Vec::new(), Vec::new());
        let (broken_documents, nested, is_payload, offset, head) = (0, 0, false, 0, 0);
        Self { bytes, out, unknown, breaks, broken_documents, nested, hint, strict, is_payload, offset, head }
    }

    pub(super) fn of_payload(bytes: &'a [u8], out: &'o mut Decoded, strict: bool) -> Self {
        Self { is_payload: true, ..Self::new(bytes, out, None, strict) }
    }

    /// Reads the whole text.
    pub(super) fn file(mut self) {
        // The table of events has a row for each record, also for those that the sweep would only count.
        if self.strict || self.out.rows.is_some() || !self.sweep() {
            self.documents();
        }
        self.tell();
    }

    /// What is broken, and what is no record among records, where the file is of a known kind.
    pub(super) fn tell(self) {
        if self.out.kind.is_none() {
            return;
        }
        let place = |at: usize| self.offset + at.saturating_sub(self.head) as u64;
        let told = self.breaks.iter().take(scan::MOST_BREAKS + 1);
        self.out.broken.extend(told.map(|broken| format!("{} (byte {})", broken.reason, place(broken.offset))));
        let unknown = self.unknown.iter().map(|position| (*position, "this is no CloudTrail record".into()));
        self.out.defective.extend(unknown);
    }

    /// The careful way: document by document, each value cut out by its brackets, and on behind a break.
    fn documents(&mut self) {
        let first = scan::skip_space(self.bytes, 0);
        let mut at = first;
        while at < self.bytes.len() {
            let next = match scan::document_end(self.within_reach(at), at) {
                Ok(end) => {
                    let alone = at == first && scan::skip_space(self.bytes, end) == self.bytes.len();
                    self.document(at..end, alone);
                    end
                }
                Err(broken) => self.broken_document(at, broken),
            };
            at = scan::skip_separator(self.bytes, next);
        }
    }

    /// How far a value may reach: in a text that broke often, not beyond its line, since each search for a missing end
    /// costs a pass over all that follows.
    fn within_reach(&self, at: usize) -> &'a [u8] {
        let end =
            if self.broken_documents < scan::MOST_BREAKS { self.bytes.len() } else { scan::next_line(self.bytes, at) };
        self.bytes.get(..end).unwrap_or_default()
    }

    fn slice(&self, range: &Range<usize>) -> &'a [u8] {
        self.bytes.get(range.clone()).unwrap_or_default()
    }

    fn document(&mut self, range: Range<usize>, alone: bool) {
        match self.bytes.get(range.start) {
            Some(b'[') => {
                if self.list(&range) == 0 && alone {
                    self.note(Kind::Empty);
                }
            }
            Some(b'{') => self.object(&range, alone),
            _ => self.unrecognised(),
        }
    }

    /// A value whose end is missing: what it holds before the break is read. Answers where reading goes on.
    fn broken_document(&mut self, start: usize, broken: Broken) -> usize {
        self.broken_documents += 1;
        match self.bytes.get(start) {
            Some(b'[') => {
                self.list(&(start..self.bytes.len()));
                self.bytes.len()
            }
            Some(b'{') => self.broken_object(start, broken),
            _ => {
                self.unrecognised();
                scan::next_line(self.bytes, start)
            }
        }
    }

    fn broken_object(&mut self, start: usize, broken: Broken) -> usize {
        let end = self.within_reach(start).len();
        let object = Object::within(self.bytes, start..end);
        if let Some(next) = self.broken_lists(&object, end, broken) {
            return next;
        }
        let shape = object.shape();
        // A broken line among others is a record that cannot be read; a broken end is a broken file.
        if let Some(next) = scan::next_object_line(self.bytes, start) {
            match shape {
                Some(kind) => self.defective(kind, format!("{} (byte {})", broken.reason, broken.offset)),
                None => self.unrecognised(),
            }
            return next;
        }
        self.breaks.push(broken);
        match shape {
            Some(kind) => self.note(kind),
            None => self.claimed_inventory(&object),
        }
        self.bytes.len()
    }

    /// A document that cannot be parsed, but has the keys of an inventory output or of a manifest.
    fn claimed_inventory(&mut self, object: &Object<'_>) {
        if object.value("schema").starts_with(b"\"vaultrail.inventory") {
            self.note(Kind::Manifest);
            self.out.manifest =
                Some(Err("this manifest is broken: the snapshots below it have no capture time".into()));
        } else if self.hint.is_some() || object.keys().any(|key| std::str::from_utf8(key).is_ok_and(inventory::claims))
        {
            self.note(Kind::Inventory);
        }
    }

    pub(super) fn note(&mut self, kind: Kind) {
        self.out.kind.get_or_insert(kind);
    }

    /// Tells that the file breaks.
    pub(super) fn broken(&mut self, why: String) {
        self.out.broken.push(why);
    }

    fn unrecognised(&mut self) {
        let position = self.next();
        self.unknown.push(position);
    }

    /// Reads a list of records; answers how many items it has.
    fn list(&mut self, range: &Range<usize>) -> usize {
        let items = scan::items(self.bytes, range);
        for item in &items.found {
            self.item(item);
        }
        self.breaks.extend(items.broken);
        items.found.len()
    }

    /// A top-level object: a container of its own, or an item.
    fn object(&mut self, range: &Range<usize>, alone: bool) {
        let object = Object::within(self.bytes, range.clone());
        if object.is_beyond_doubt() {
            return self.item(range);
        }
        if self.lists(&object) {
            return;
        }
        if object.shape().is_some() {
            return self.item(range);
        }
        if !alone {
            return self.unrecognised();
        }
        match serde_json::from_slice::<Value>(self.slice(range)) {
            Ok(document) => self.snapshot(document),
            Err(cause) => {
                self.claimed_inventory(&object);
                if self.out.kind.is_some() {
                    self.out.broken.push(probe::no_json(&cause));
                }
            }
        }
    }

    /// A document on its own: a manifest or an inventory output.
    fn snapshot(&mut self, mut document: Value) {
        if let Some(report) = audit_report::recognise(&mut document) {
            self.note(Kind::AuditReport);
            self.out.inventory = report;
            return;
        }
        if ["hashSignature", "publicKeyFingerprint", "files"].iter().all(|key| document.get(key).is_some()) {
            return self.note(Kind::LakeSign);
        }
        if let Some(manifest) = super::manifest::Manifest::decode(&document) {
            self.note(Kind::Manifest);
            self.out.manifest = Some(manifest);
            return;
        }
        if let Some(saved) = SavedSignature::decode(&document) {
            self.note(Kind::Inventory);
            self.out.signature = Some(saved);
            return;
        }
        match inventory::recognise(document, self.hint) {
            Some(Ok(output)) => {
                self.note(Kind::Inventory);
                self.out.inventory = Some(output);
            }
            Some(Err(problem)) => {
                self.note(Kind::Inventory);
                self.out.broken.push(problem);
            }
            None => {}
        }
    }
}
