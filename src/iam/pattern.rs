//! Texts with `*` and `?`: what a policy demands of a value, and as much as is known of a value.

use super::Reach;

/// A set of texts. Literal texts, `*` (any characters, none too, colons and slashes too) and `?` (one character).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Token>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Char(char),
    One,
    Many,
    /// The value of a policy variable that is not known: it is one text, nobody knows which.
    Variable,
}

impl Token {
    fn is_wide(self) -> bool {
        matches!(self, Self::Many | Self::Variable)
    }
}

/// Two patterns whose lengths multiply to more are not compared: the answer is that nothing is known.
const TOO_LARGE: usize = 1 << 20;

impl Pattern {
    /// This text and no other.
    pub fn exact(text: &str) -> Self {
        Self(text.chars().map(Token::Char).collect())
    }

    /// `*` and `?` stand for other characters.
    pub fn glob(text: &str) -> Self {
        Self(text.chars().map(wild).collect())
    }

    /// Every text.
    pub fn any() -> Self {
        Self(vec![Token::Many])
    }

    /// As `exact` or `glob`, with policy variables: `${key}` becomes what `value` knows of the key, else `default` of
    /// `${key, 'default'}`, else an unknown text. `${*}`, `${?}` and `${$}` are these characters.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
    pub(super) fn with_variables(text: &str, wildcards: bool, value: impl Fn(&str) -> Option<String>) -> Self {
        let token = |c| if wildcards { wild(c) } else { Token::Char(c) };
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some((before, (name, after))) =
            rest.split_once("${").and_then(|(before, tail)| Some((before, tail.split_once('}')?)))
        {
            tokens.extend(before.chars().map(token));
            match (name, value(name.split(',').next().unwrap_or(name).trim())) {
                ("*" | "?" | "$", _) => tokens.extend(name.chars().map(Token::Char)),
                (_, Some(known)) => tokens.extend(known.chars().map(Token::Char)),
                (_, None) => tokens.push(Token::Variable),
            }
            rest = after;
        }
        tokens.extend(rest.chars().map(token));
        Self(tokens)
    }

    /// Without the difference of case.
    pub fn fold(self) -> Self {
        let fold = |token| match token {
            Token::Char(c) => c.to_lowercase().map(Token::Char).collect(),
            other => vec![other],
        };
        Self(self.0.into_iter().flat_map(fold).collect())
    }

    /// The text, where there is one only.
    pub fn literal(&self) -> Option<String> {
        self.0.iter().map(|token| if let Token::Char(c) = token { Some(*c) } else { None }).collect()
    }

    /// Whether a value of which no more is known than `value` is one of these: all of them surely, none of them not.
    pub fn matches(&self, value: &Self) -> Reach {
        if self.covers(value) {
            Reach::Surely
        } else if self.meets(value) {
            Reach::Possibly
        } else {
            Reach::Not
        }
    }

    /// As [`Self::matches`], as ARNs: each of the six parts by itself; at most `Possibly` where one is no ARN, `*` too.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN>
    pub fn matches_arn(&self, value: &Self) -> Reach {
        let all = |mine: &[Self], theirs: &[Self]| mine.iter().zip(theirs).map(|(m, t)| m.matches(t)).min();
        let found = match (self.parts(), value.parts()) {
            (Some(mine), Some(theirs)) => all(&mine, &theirs),
            (Some(mine), None) if value.is_any() => all(&mine, &vec![Self::any(); 6]).min(Some(Reach::Possibly)),
            _ => None,
        };
        found.unwrap_or(Reach::Possibly)
    }

    /// Whether every text of the other is one of these. May say no where the answer is yes (`?*` and `*?`).
    pub fn covers(&self, other: &Self) -> bool {
        if self.is_any() {
            return true;
        }
        self.compare(
            other,
            false,
            |_| false,
            |mine, theirs, [here, left, both]| match (mine, theirs) {
                (Token::Many, None) => here,
                (Token::Many, Some(_)) => here || left,
                (Token::One, Some(Token::Char(_) | Token::One)) => both,
                (Token::Char(a), Some(Token::Char(b))) => a == b && both,
                _ => false,
            },
        )
    }

    /// Whether there is a text that belongs to both.
    pub fn meets(&self, other: &Self) -> bool {
        self.compare(other, true, Token::is_wide, |mine, theirs, [here, left, both]| match (mine, theirs) {
            (mine, None) => mine.is_wide() && here,
            (mine, Some(theirs)) if mine.is_wide() || theirs.is_wide() => here || left,
            (Token::Char(a), Some(Token::Char(b))) => a == b && both,
            _ => both,
        })
    }

    fn is_any(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|token| *token == Token::Many)
    }

    /// Whether it has the six parts of an ARN.
    pub(super) fn is_arn(&self) -> bool {
        self.parts().is_some()
    }

    /// The six parts of an ARN.
    fn parts(&self) -> Option<Vec<Self>> {
        let parts: Vec<Self> =
            self.0.splitn(6, |token| *token == Token::Char(':')).map(|part| Self(part.to_vec())).collect();
        (parts.len() == 6).then_some(parts)
    }

    /// Compares from the ends: a row for each token of `self`, a cell for each of `other`. `step` is told whether the rest
    /// behind the own token (`here`), behind the other's (`left`) and behind both compares.
    fn compare(
        &self,
        other: &Self,
        too_large: bool,
        first: impl Fn(Token) -> bool,
        step: impl Fn(Token, Option<Token>, [bool; 3]) -> bool,
    ) -> bool {
        if self.0.len().saturating_mul(other.0.len()) > TOO_LARGE {
            return too_large;
        }
        let mut row = vec![true];
        let mut all = true;
        row.extend(other.0.iter().rev().map(|token| {
            all = all && first(*token);
            all
        }));
        for &mine in self.0.iter().rev() {
            let mut left = step(mine, None, [row.first().copied().unwrap_or(false), false, false]);
            let mut next = vec![left];
            for ((&theirs, &here), &both) in other.0.iter().rev().zip(row.iter().skip(1)).zip(&row) {
                left = step(mine, Some(theirs), [here, left, both]);
                next.push(left);
            }
            row = next;
        }
        row.last().copied().unwrap_or(false)
    }
}

fn wild(c: char) -> Token {
    match c {
        '*' => Token::Many,
        '?' => Token::One,
        c => Token::Char(c),
    }
}
