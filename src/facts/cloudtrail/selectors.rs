//! What trails and event data stores record.

use crate::facts::{AdvancedSelector, BasicSelector, Selectors};
use crate::record::node::Node;
use std::collections::BTreeMap;

fn sorted(texts: Option<Vec<&str>>) -> Vec<String> {
    let mut texts: Vec<String> = texts.unwrap_or_default().into_iter().map(str::to_owned).collect();
    texts.sort();
    texts
}

impl Selectors {
    /// Reads `EventSelectors` or `AdvancedEventSelectors`, in calls, responses and snapshots alike; `None`: neither is there.
    pub(super) fn read(node: Node<'_>) -> Option<Self> {
        let advanced = node.list("advancedEventSelectors").filter(|listed| !listed.is_empty());
        if let Some(listed) = advanced {
            return Some(Self { advanced: listed.into_iter().map(advanced_selector).collect(), ..Self::default() });
        }
        let basic = node.list("eventSelectors")?.into_iter().map(|s| BasicSelector {
            read_write: s.text("readWriteType").unwrap_or("All").to_owned(),
            management: s.flag("includeManagementEvents") != Some(false),
            excluded: sorted(s.texts("excludeManagementEventSources")),
            data: sorted(s.list("dataResources").map(|all| all.into_iter().filter_map(|r| r.text("type")).collect())),
        });
        Some(Self { basic: basic.collect(), ..Self::default() })
    }

    /// Why they miss management events that this program needs; `None`: they record them.
    pub fn leave_out(&self) -> Option<String> {
        let (kind, recorded) = match self.advanced.as_slice() {
            [] => ("event", self.basic.iter().any(BasicSelector::is_whole)),
            advanced => ("advanced", advanced.iter().any(AdvancedSelector::is_whole)),
        };
        (!recorded).then(|| format!("no {kind} selector records the management events of AWS Backup, RAM and MPA"))
    }
}

fn advanced_selector(node: Node<'_>) -> AdvancedSelector {
    const OPERATORS: [&str; 6] = ["equals", "startsWith", "endsWith", "notEquals", "notStartsWith", "notEndsWith"];
    let mut fields: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for field in node.list("fieldSelectors").unwrap_or_default() {
        let Some(name) = field.text("field") else { continue };
        let tests = OPERATORS.iter().filter_map(|op| Some(((*op).to_owned(), sorted(Some(field.texts(op)?)))));
        let tests = tests.filter(|(_, values)| !values.is_empty());
        fields.entry(name.to_owned()).or_default().extend(tests);
    }
    AdvancedSelector(fields)
}

impl BasicSelector {
    fn is_whole(&self) -> bool {
        let writes = matches!(self.read_write.as_str(), "All" | "WriteOnly");
        self.management && writes && !self.excluded.iter().any(|source| is_ours(source))
    }
}

impl AdvancedSelector {
    fn holds(&self, field: &str, operator: &str) -> &[String] {
        self.0.get(field).and_then(|tests| tests.get(operator)).map(Vec::as_slice).unwrap_or_default()
    }

    fn is_whole(&self) -> bool {
        let has = |list: &[String], wanted: &str| list.iter().any(|value| value == wanted);
        let management = has(self.holds("eventCategory", "equals"), "Management");
        let only = !self.holds("eventSource", "equals").is_empty();
        let excluded = self.holds("eventSource", "notEquals").iter().any(|source| is_ours(source));
        let narrowed = self.0.contains_key("eventName") || has(self.holds("readOnly", "equals"), "true");
        management && !only && !excluded && !narrowed
    }
}

fn is_ours(source: &str) -> bool {
    ["backup.", "ram.", "multi-party-approval.", "mpa.", "cloudtrail."].iter().any(|s| source.starts_with(s))
}
