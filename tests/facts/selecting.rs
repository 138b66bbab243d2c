//! What a selection takes, against a naive reading of AWS's pages, and with parts unknown.

use proptest::prelude::*;
use regex::Regex;
use std::collections::BTreeMap;
use vaultrail::facts::Condition;
use vaultrail::facts::words::Operator;
use vaultrail::world::selection::{Criteria, Truth};

type Tags = BTreeMap<String, String>;

const ARNS: [&str; 6] = [
    "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1",
    "arn:aws:ec2:eu-west-1:111122223333:volume/vol-12",
    "arn:aws:ec2:eu-west-1:111122223333:instance/i-1",
    "arn:aws:rds:eu-west-1:111122223333:db:orders",
    "arn:aws:s3:::ledger",
    "arn:aws:dynamodb:eu-west-1:111122223333:table/volume",
];
const PATTERNS: [&str; 8] = [
    "*",
    "arn:aws:ec2:*",
    "arn:aws:ec2:*:*:volume/*",
    "*vol*1*",
    "arn:aws:s3:::*",
    "*:db:*",
    "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1",
    "arn:*:111122223333:*volume*",
];
const VALUES: [&str; 5] = ["", "prod", "production", "pro duct", "test"];

#[derive(Debug, Clone)]
struct Asked {
    resources: Vec<String>,
    not_resources: Vec<String>,
    list_of_tags: Vec<Condition>,
    conditions: Vec<Condition>,
}

impl Asked {
    fn criteria(&self) -> Criteria {
        let own = self.clone();
        Criteria::new(Some(own.resources), Some(own.not_resources), Some(own.list_of_tags), Some(own.conditions))
    }

    /// `(Resources ∪ ListOfTags) ∩ Conditions \ NotResources`, word by word, with everything opted in.
    fn naive(&self, arn: &str, tags: &Tags) -> bool {
        let taken = self.resources.iter().any(|pattern| is_like(pattern, arn))
            || self.list_of_tags.iter().any(|tag| naive_holds(tag, tags));
        taken
            && self.conditions.iter().all(|condition| naive_holds(condition, tags))
            && !self.not_resources.iter().any(|pattern| is_like(pattern, arn))
    }
}

fn is_like(pattern: &str, text: &str) -> bool {
    let escaped = regex::escape(pattern).replace(r"\*", ".*");
    Regex::new(&format!("(?s)^{escaped}$")).unwrap().is_match(text)
}

fn naive_holds(condition: &Condition, tags: &Tags) -> bool {
    let value = tags.get(condition.condition_key.trim_start_matches("aws:ResourceTag/"));
    match condition.operator {
        Operator::Equals => value == Some(&condition.condition_value),
        Operator::NotEquals => value != Some(&condition.condition_value),
        Operator::Like => value.is_some_and(|value| is_like(&condition.condition_value, value)),
        Operator::NotLike => !value.is_some_and(|value| is_like(&condition.condition_value, value)),
        Operator::Other(_) => false,
    }
}

fn some(of: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(proptest::sample::select(of).prop_map(str::to_owned), 0..=most)
}

fn condition(operators: &'static [&'static str], key: &'static str) -> impl Strategy<Value = Condition> {
    const WANTED: [&str; 7] = ["", "prod", "production", "pro*", "*d*c*", "*", "test"];
    let parts = (
        proptest::sample::select(operators),
        proptest::sample::select(&["a", "b"][..]),
        proptest::sample::select(&WANTED[..]),
    );
    parts.prop_map(move |(operator, name, value)| Condition {
        operator: Operator::read(operator),
        condition_key: format!("{key}{name}"),
        condition_value: value.to_owned(),
    })
}

fn asked() -> impl Strategy<Value = Asked> {
    const ALL: [&str; 4] = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"];
    let tags = proptest::collection::vec(condition(&["StringEquals"], ""), 0..3);
    let conditions = proptest::collection::vec(condition(&ALL, "aws:ResourceTag/"), 0..3);
    (some(&PATTERNS, 3), some(&PATTERNS, 1), tags, conditions)
        .prop_map(|(resources, not_resources, list_of_tags, conditions)| Asked {
            resources,
            not_resources,
            list_of_tags,
            conditions,
        })
        .prop_filter("AWS refuses it", |asked| !asked.resources.is_empty() || !asked.list_of_tags.is_empty())
}

fn tags() -> impl Strategy<Value = Tags> {
    let value = || proptest::option::of(proptest::sample::select(&VALUES[..]));
    (value(), value()).prop_map(|(a, b)| tags_of(a, b))
}

fn tags_of(a: Option<&str>, b: Option<&str>) -> Tags {
    [("a", a), ("b", b)].into_iter().filter_map(|(k, v)| Some((k.to_owned(), v?.to_owned()))).collect()
}

proptest! {
    #[test]
    fn what_is_known_is_selected_as_the_pages_say(asked in asked(), tags in tags()) {
        let criteria = asked.criteria();
        for arn in ARNS {
            let wanted = Truth::from(asked.naive(arn, &tags));
            prop_assert_eq!(criteria.selects(arn, Some(&tags), Some(true)), wanted, "{}", arn);
        }
    }

    #[test]
    fn without_the_tags_an_answer_holds_whatever_they_are(asked in asked()) {
        let criteria = asked.criteria();
        let values: Vec<Option<&str>> = VALUES.iter().map(|v| Some(*v)).chain([None]).collect();
        for arn in ARNS {
            let blind = criteria.selects(arn, None, Some(true));
            let all = values.iter().flat_map(|a| values.iter().map(|b| asked.naive(arn, &tags_of(*a, *b))));
            for one in all {
                prop_assert!(blind == Truth::Perhaps || blind == Truth::from(one), "{}: {:?} and {}", arn, blind, one);
            }
        }
    }

    #[test]
    fn an_unknown_opt_in_never_decides(asked in asked(), tags in tags()) {
        let criteria = asked.criteria();
        for arn in ARNS {
            let [unknown, no, yes] = [None, Some(false), Some(true)].map(|opted| criteria.selects(arn, Some(&tags), opted));
            prop_assert!(no <= yes);
            prop_assert_eq!(unknown, if no == yes { no } else { Truth::Perhaps });
        }
    }
}

#[test]
fn the_condition_of_tomorrow_and_one_on_another_key_are_unknown() {
    let ask = |operator: &str, key: &str| {
        let condition = Condition {
            operator: Operator::read(operator),
            condition_key: key.to_owned(),
            condition_value: "x".to_owned(),
        };
        let criteria = Criteria::new(Some(vec![ARNS[0].to_owned()]), Some(vec![]), Some(vec![]), Some(vec![condition]));
        criteria.selects(ARNS[0], Some(&Tags::new()), Some(true))
    };
    assert_eq!(ask("StringEquals", "aws:ResourceTag/a"), Truth::No);
    assert_eq!(ask("StringMatches", "aws:ResourceTag/a"), Truth::Perhaps);
    assert_eq!(ask("StringEquals", "aws:RequestTag/a"), Truth::Perhaps);
}

#[test]
fn a_selection_of_neither_resources_nor_tags_is_open_unless_its_type_is_opted_out() {
    let criteria = Criteria::new(Some(vec![]), Some(vec![]), Some(vec![]), Some(vec![]));
    assert_eq!(criteria.selects(ARNS[0], None, Some(true)), Truth::Perhaps);
    assert_eq!(criteria.selects(ARNS[0], None, Some(false)), Truth::No);
}
