//! The lists of records that an object holds: each of them is read, or the file is defective.

use super::{LISTS, Reader};
use crate::ingest::scan::{self, Broken};
use crate::ingest::shape::{Kind, Object};
use std::ops::Range;

/// Said of what lies deeper than JSON is read here, which is as deep as `serde_json` parses it.
const TOO_DEEP: &str = "nested deeper than 128 levels, the limit";
const DEEPEST: usize = 128;

impl Reader<'_, '_> {
    /// Reads the lists of records that an object holds, in their order; `false`: it holds none.
    pub(super) fn lists(&mut self, object: &Object<'_>) -> bool {
        let found = found(object);
        let Some((kind, _, first)) = found.first() else { return false };
        // Each object with its list is two levels of JSON.
        if self.nested >= DEEPEST / 2 {
            self.note(*kind);
            self.breaks.push(Broken { offset: first.start, reason: TOO_DEEP });
            return true;
        }
        self.nested += 1;
        for (kind, again, list) in found {
            match again {
                Some(reason) => {
                    self.note(kind);
                    self.breaks.push(Broken { offset: list.start, reason });
                }
                None if kind == Kind::CloudWatchLogs => self.log_events(object),
                None => self.container(kind, &list),
            }
        }
        self.nested -= 1;
        true
    }

    /// Of an object that breaks: reads its lists, the last of them up to the end of the text and beyond breaks in it.
    /// Answers where reading goes on; `None`: it holds no list.
    pub(super) fn broken_lists(&mut self, object: &Object<'_>, end: usize, broken: Broken) -> Option<usize> {
        let mut found = found(object);
        found.retain(|(.., list)| self.bytes.get(list.start) == Some(&b'['));
        let behind = found.last()?.2.end;
        let told = self.breaks.len();
        for (kind, again, mut list) in found {
            if list.end == end {
                list.end = self.bytes.len();
            }
            self.note(kind);
            match again {
                Some(reason) => self.breaks.push(Broken { offset: list.start, reason }),
                None if kind == Kind::CloudWatchLogs => self.messages(&list),
                None => _ = self.list(&list),
            }
        }
        if self.breaks.len() == told {
            self.breaks.push(broken);
        }
        let next = (behind < end).then(|| scan::next_object_line(self.bytes, behind)).flatten();
        Some(next.unwrap_or(self.bytes.len()))
    }

    fn container(&mut self, kind: Kind, list: &Range<usize>) {
        if self.bytes.get(list.start) != Some(&b'[') {
            self.note(kind);
            self.breaks.push(Broken { offset: list.start, reason: "`Records` must be a list" });
            return;
        }
        let known_before = self.out.kind;
        let (breaks, unknown) = (self.breaks.len(), self.unknown.len());
        let items = scan::items(self.bytes, list);
        // `Events` are lists of texts in the configuration of other services.
        let is_record = |item: &Range<usize>| self.bytes.get(item.start) == Some(&b'{');
        let claims = kind == Kind::LogFile && !items.found.iter().all(is_record);
        for item in &items.found {
            self.item(item);
        }
        self.breaks.extend(items.broken);
        // A list under this key in which nothing is a CloudTrail record is some other service's file.
        let recognised = self.unknown.len() - unknown < items.found.len();
        let holds = recognised || claims || items.found.is_empty() || self.breaks.len() > breaks;
        if holds || self.is_too_deep(list) {
            self.out.kind = Some(known_before.unwrap_or(kind));
        }
    }

    /// Whether what nothing is known of cannot be looked at either, and tells so.
    pub(super) fn is_too_deep(&mut self, list: &Range<usize>) -> bool {
        let deep = deeper(self.slice(list)).map(|at| Broken { offset: list.start + at, reason: TOO_DEEP });
        self.breaks.extend(deep);
        deep.is_some()
    }
}

/// The lists of an object, in their order, each with why it is not read.
fn found(object: &Object<'_>) -> Vec<(Kind, Option<&'static str>, Range<usize>)> {
    let mut found = Vec::new();
    for (name, kind, twice) in LISTS {
        // What another service puts under the other names need be no list.
        let places = object.places(name).filter(|place| kind == Kind::LogFile || object.is_list(place));
        found.extend(places.enumerate().map(|(i, place)| (kind, (i > 0).then_some(twice), place)));
    }
    found.sort_by_key(|(.., place)| place.start);
    found
}

/// Where a text is nested too deep.
fn deeper(text: &[u8]) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => {
                at = scan::value_end(text, at).ok()?;
                continue;
            }
            b'{' | b'[' if depth == DEEPEST => return Some(at),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    None
}
