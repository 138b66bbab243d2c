//! Which digest follows which, and what followers and saved metadata say of a digest.

use super::finding::Class;
use super::keys::{Keys, Signature};
use crate::evidence::Evidence;
use crate::ingest::digest::{Digest, Previous, bare, file_name, is_named_so, lies_at};
use crate::ingest::keys::SavedSignature;
use crate::instant::Instant;
use std::collections::HashMap;

/// Bucket and key.
type Place<'l> = (&'l str, &'l str);

/// Digests by their places, and by the places that they name as their predecessor's.
pub struct Links<'l> {
    places: HashMap<Place<'l>, Vec<usize>>,
    followers: HashMap<Place<'l>, Vec<&'l Digest>>,
    digests: Vec<&'l Digest>,
    saved: HashMap<usize, Vec<&'l SavedSignature>>,
}

impl<'l> Links<'l> {
    /// Links the digests.
    pub fn of(digests: &[(Evidence, &'l Digest)]) -> Self {
        let mut links = Self {
            places: HashMap::new(),
            followers: HashMap::new(),
            digests: digests.iter().map(|(_, digest)| *digest).collect(),
            saved: HashMap::new(),
        };
        for (index, digest) in links.digests.iter().enumerate() {
            links.places.entry((&digest.bucket, &digest.object)).or_default().push(index);
            if let Some(previous) = &digest.previous {
                links.followers.entry((&previous.bucket, &previous.object)).or_default().push(digest);
            }
        }
        links
    }

    /// Gives saved signatures to the digests that no other follows: by the file's name, else to the one that it fits.
    /// Answers with those that fit none, although they should.
    pub fn save(&mut self, saved: &'l [SavedSignature], keys: &Keys) -> Vec<&'l SavedSignature> {
        let ends: Vec<usize> = (0..self.digests.len()).filter(|index| !self.is_followed(*index)).collect();
        let mut strays = Vec::new();
        for signature in saved {
            let named = signature.path.contains("_CloudTrail-Digest_");
            let fits = |index: &&usize| {
                self.digests.get(**index).is_some_and(|digest| {
                    let name = bare(file_name(&digest.object)).trim_end_matches(".json");
                    let check = || keys.check(digest, &[&signature.signature], signature.generated);
                    if named { signature.path.contains(name) } else { check() == Signature::Verified }
                })
            };
            let known = || self.digests.iter().any(|d| d.previous_signature.as_ref() == Some(&signature.signature));
            match (ends.iter().find(fits), ends.as_slice()) {
                (Some(index), _) => self.saved.entry(*index).or_default().push(signature),
                (None, _) if keys.count() == 0 || known() => {}
                // With one digest only that it can belong to, it does not fit that one.
                (None, [only]) if !named => self.saved.entry(*only).or_default().push(signature),
                (None, _) => strays.push(signature),
            }
        }
        strays
    }

    /// Whether the digest that another names is here.
    pub fn has(&self, previous: &Previous) -> bool {
        self.at(previous).next().is_some()
    }

    /// The digests at the place that another names.
    fn at<'s>(&'s self, previous: &'s Previous) -> impl Iterator<Item = &'l Digest> {
        let indices = self.places.get(&(previous.bucket.as_str(), previous.object.as_str()));
        indices.into_iter().flatten().filter_map(|index| self.digests.get(*index).copied())
    }

    fn followers(&self, index: usize) -> &[&'l Digest] {
        let digest = self.digests.get(index);
        let place = digest.map(|digest| (digest.bucket.as_str(), digest.object.as_str()));
        place.and_then(|place| self.followers.get(&place)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a digest here names it as the one before.
    pub fn is_followed(&self, index: usize) -> bool {
        !self.followers(index).is_empty()
    }

    fn saved(&self, index: usize) -> &[&'l SavedSignature] {
        self.saved.get(&index).map(Vec::as_slice).unwrap_or_default()
    }

    /// The texts that are said to be its signature.
    pub fn signatures(&self, index: usize) -> Vec<&'l str> {
        let followers = self.followers(index).iter().filter_map(|follower| follower.previous_signature.as_deref());
        followers.chain(self.saved(index).iter().map(|saved| saved.signature.as_str())).collect()
    }

    /// When a backfill digest was made, where its metadata was saved.
    pub fn generated(&self, index: usize) -> Option<Instant> {
        self.saved(index).iter().find_map(|saved| saved.generated)
    }

    /// What is wrong with a digest, the worst thing first.
    pub fn wrong(&self, index: usize, signature: Signature, later: &[usize], keys: &Keys) -> Option<(Class, String)> {
        let digest = *self.digests.get(index)?;
        if digest.appended {
            return Some((Class::DigestAppended, "more bytes follow its first gzip member".into()));
        }
        if signature == Signature::Failed {
            return Some((Class::SignatureFailed, "the digest or the signature that goes with it was altered".into()));
        }
        let other = |follower: &&&Digest| {
            follower.previous.as_ref().and_then(|p| p.hash.as_ref()).is_some_and(|hash| *hash != digest.sha256)
        };
        // Where the signature verifies, it is the follower that was altered; its own signature shows that, if it is known.
        if let Some(follower) = self.followers(index).iter().find(other).filter(|_| signature != Signature::Verified) {
            let reason = format!("{} says another hash of it: one of the two was altered", file_name(&follower.path));
            return Some((Class::DigestAltered, reason));
        }
        if let Some(previous) = self.belied(digest, keys) {
            let reason = format!("it says another hash of {} than the signed one", file_name(&previous.path));
            return Some((Class::DigestAltered, reason));
        }
        if let Some(next) = self.passing(index, later).filter(|_| signature != Signature::Verified) {
            let reason = format!("{} follows another digest, and none follows this one", file_name(&next.path));
            return Some((Class::DigestNotInChain, reason));
        }
        if is_named_so(&digest.path) && !lies_at(&digest.path, &digest.object) {
            return Some((Class::DigestMoved, format!("it lies at {}", digest.path)));
        }
        match signature {
            Signature::KeyNotFound => {
                let reason = format!("no key with fingerprint {} that was valid then is given", digest.fingerprint);
                Some((Class::KeyNotFound, reason))
            }
            Signature::KeyUnusable => {
                let reason =
                    format!("the key with fingerprint {} is no RSA key of 2048 to 8192 bits", digest.fingerprint);
                Some((Class::KeyUnusable, reason))
            }
            _ => None,
        }
    }

    /// The first of the later digests that follows one, where no digest follows this one and that one is not later.
    fn passing(&self, index: usize, later: &[usize]) -> Option<&'l Digest> {
        let digest = self.digests.get(index).filter(|_| !self.is_followed(index))?;
        let later = later.iter().filter_map(|index| self.digests.get(*index)).filter(|next| next.end > digest.end);
        let mut linked = later.filter_map(|next| Some((*next, self.at(next.previous.as_ref()?).next()?)));
        let (next, before) = linked.next()?;
        ((before.end, before.start) <= (digest.end, digest.start)).then_some(next)
    }

    /// The digest before, where its signature verifies and this one says another hash of it all the same.
    fn belied(&self, digest: &Digest, keys: &Keys) -> Option<&'l Digest> {
        let previous = digest.previous.as_ref()?;
        let signature = digest.previous_signature.as_deref()?;
        let differs = |other: &&Digest| previous.hash.as_ref().is_some_and(|hash| *hash != other.sha256);
        self.at(previous).find(|other| differs(other) && keys.check(other, &[signature], None) == Signature::Verified)
    }
}
