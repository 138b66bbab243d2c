//! What is wrong with a digest or a log file, in the classes and words of `aws cloudtrail validate-logs`.

use crate::coverage::Run;
use crate::evidence::Evidence;

/// Classes of findings. Those that the AWS CLI has carry its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Another content than the digest says.
    LogAltered,
    /// More gzip members or bytes behind what the digest says; the AWS CLI does not see them.
    LogAppended,
    /// It cannot be decompressed or read.
    LogInvalidFormat,
    /// A digest names it and it is not here.
    LogNotFound,
    /// Its content is right, its place is not.
    LogMoved,
    /// Another content than the digest after it says; the AWS CLI does not compare them.
    DigestAltered,
    /// More bytes behind its first gzip member.
    DigestAppended,
    /// The signature is not that of this digest.
    SignatureFailed,
    /// A member is missing, or it is no JSON, or it cannot be decompressed.
    DigestInvalidFormat,
    /// The digest after it names it and it is not here.
    DigestNotFound,
    /// It lies elsewhere than it says.
    DigestMoved,
    /// It lies between two digests of a chain that follow each other, and no known signature vouches for it.
    DigestNotInChain,
    /// Keys were given, but not its key.
    KeyNotFound,
    /// Its key cannot be loaded.
    KeyUnusable,
    /// A chain begins although older digests exist: logging or validation was off.
    Gap,
}

impl Class {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::LogAltered => "log_altered",
            Self::LogAppended => "log_appended",
            Self::LogInvalidFormat => "log_invalid_format",
            Self::LogNotFound => "log_not_found",
            Self::LogMoved => "log_moved",
            Self::DigestAltered => "digest_altered",
            Self::DigestAppended => "digest_appended",
            Self::SignatureFailed => "signature_failed",
            Self::DigestInvalidFormat => "digest_invalid_format",
            Self::DigestNotFound => "digest_not_found",
            Self::DigestMoved => "digest_moved",
            Self::DigestNotInChain => "digest_not_in_chain",
            Self::KeyNotFound => "public_key_not_found",
            Self::KeyUnusable => "public_key_unusable",
            Self::Gap => "gap",
        }
    }

    /// As the AWS CLI says it.
    pub fn words(self) -> &'static str {
        match self {
            Self::LogAltered | Self::DigestAltered => "INVALID: hash value doesn't match",
            Self::LogAppended | Self::DigestAppended => "INVALID: data is appended behind the first gzip member",
            Self::LogInvalidFormat | Self::DigestInvalidFormat => "INVALID: invalid format",
            Self::LogNotFound | Self::DigestNotFound => "INVALID: not found",
            Self::LogMoved | Self::DigestMoved => "INVALID: has been moved from its original location",
            Self::SignatureFailed => "INVALID: signature verification failed",
            Self::DigestNotInChain => "INVALID: not in the chain",
            Self::KeyNotFound => "INVALID: public key not found",
            Self::KeyUnusable => "INVALID: Unable to load PKCS #1 key",
            Self::Gap => "No digest files were delivered",
        }
    }

    /// Whether it is about a log file, not a digest.
    pub fn is_of_log(self) -> bool {
        matches!(
            self,
            Self::LogAltered | Self::LogAppended | Self::LogInvalidFormat | Self::LogNotFound | Self::LogMoved
        )
    }

    /// Whether a file that is here holds something else than was delivered: damage to the evidence, not just a lack of it.
    pub fn is_mismatch(self) -> bool {
        matches!(
            self,
            Self::LogAltered | Self::LogAppended | Self::DigestAltered | Self::DigestAppended | Self::SignatureFailed
        )
    }

    /// Whether what the digest or file says cannot be relied on.
    pub fn breaks(self) -> bool {
        !matches!(self, Self::LogMoved | Self::DigestMoved | Self::KeyNotFound | Self::KeyUnusable | Self::Gap)
    }

    /// Whether records that were delivered may be missing here.
    pub fn is_hole(self) -> bool {
        matches!(self, Self::LogAltered | Self::LogInvalidFormat | Self::LogNotFound)
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub class: Class,
    /// `s3://bucket/key`, or the path where no key is known.
    pub subject: String,
    /// Where it lies here; `None`: it does not.
    pub path: Option<String>,
    /// The time whose log is concerned.
    pub run: Run,
    /// The digest that shows it.
    pub evidence: Option<Evidence>,
    /// What is wrong, in one sentence.
    pub reason: String,
}
