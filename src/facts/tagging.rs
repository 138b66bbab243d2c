//! The tagging API: which resources there are, and their tags.
//!
//! Tags are set by each service's own calls, whose logs are not read, so only snapshots speak of them.

use super::{About, Sink, TagsSays};
use crate::arn::ResourceArn;
use crate::ingest::inventory::Observation;

/// Reads one row of an `aws resourcegroupstaggingapi` output: all tags of one resource of the account and Region.
pub fn read_snapshot(observation: &Observation, out: &mut Sink) {
    if observation.operation != "resourcegroupstaggingapi get-resources" {
        return;
    }
    let (account, region) = (observation.account.clone(), observation.region.clone());
    if observation.whole_list {
        if let (Some(account), Some(region)) = (account, region) {
            out.say(About::AllTags(account, region));
        }
        return;
    }
    let row = observation.row();
    let (Some(arn), Some(tags)) = (row.text("ResourceARN"), row.list("Tags")) else { return };
    let pair = |tag: crate::record::node::Node<'_>| {
        let value = tag.get("Value")?.0.as_str()?;
        Some((tag.text("Key")?.to_owned(), value.to_owned()))
    };
    // A tag that cannot be read leaves it open which tags there are.
    let Some(tags) = tags.into_iter().map(pair).collect::<Option<_>>() else { return };
    out.say(About::Tags(ResourceArn::new(arn), Box::new(TagsSays { tags, account, region })));
}
