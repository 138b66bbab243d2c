//! KMS keys over time: a key that is lost takes every backup with it that it encrypts.

/// Keys.
pub mod key {
    use crate::arn::KeyArn;
    use crate::facts::{Fact, KeySays, KeyState, PolicyText};
    use crate::instant::Instant;
    use crate::world::entity::entity;

    entity! {
        /// A key. The log that shows what happens to it is its owner's, in its Region.
        Key(KeyArn) of KeySays {
            /// Whether it exists.
            exists: bool = "exists" changing,
            /// `KeyState`.
            state: KeyState = "KeyState" changing,
            /// `DeletionDate`; none: no deletion is scheduled.
            deletion_date: Option<Instant> = "DeletionDate" changing,
            /// `PendingWindowInDays` of the latest schedule.
            pending_days: i64 = "PendingWindowInDays" last,
            /// `KeyManager`.
            manager: String = "KeyManager" fixed,
            /// `Origin`.
            origin: String = "Origin" fixed,
            /// `CustomKeyStoreId`.
            store: String = "CustomKeyStoreId" fixed,
            /// `MultiRegion`.
            multi_region: bool = "MultiRegion" fixed,
            /// The primary of a multi-Region key, whose changes of Region the log of each replica need not show.
            primary: KeyArn = "PrimaryKey" quiet,
            /// Whether imported key material is there.
            material: bool = "KeyMaterial" changing,
            /// `ValidTo`; none: its material does not expire.
            valid_to: Option<Instant> = "ValidTo" changing,
            /// Its policy.
            policy: PolicyText = "Policy" changing,
            /// `KeyRotationEnabled`.
            rotation: bool = "KeyRotationEnabled" changing,
            /// Its grants.
            grants: bool = "grants" listed,
        }
    }

    impl Seen {
        /// A key whose deletion is pending stays so when its material goes: AWS, `DeleteImportedKeyMaterial`.
        pub(in crate::world) fn note_in_order(&mut self, fact: &Fact, says: &KeySays) {
            let pending = matches!(self.state.latest(), Some(Some(KeyState::PendingDeletion)));
            if pending && says.material == Some(false) && !fact.observed {
                return self.note(fact, &KeySays { state: None, ..says.clone() });
            }
            self.note(fact, says);
        }
    }
}

/// Grants.
pub mod grant {
    use crate::arn::KeyArn;
    use crate::facts::GrantSays;
    use crate::world::entity::entity;

    entity! {
        /// A grant; all but its end is said once, when it is made.
        Grant(String) of GrantSays {
            /// Whether it exists. That a complete list lacks it is told by the key.
            exists: bool = "exists" changing,
            /// On which key.
            key: KeyArn = "KeyId" first,
            /// Who may use the key.
            grantee: String = "GranteePrincipal" first,
            /// Who may give it up.
            retiring: String = "RetiringPrincipal" first,
            /// For what.
            operations: Vec<String> = "Operations" first,
            /// `Name`.
            name: String = "Name" first,
        }
    }
}

/// Aliases.
pub mod alias {
    use crate::arn::KeyArn;
    use crate::facts::AliasSays;
    use crate::world::entity::entity;

    entity! {
        /// An alias, by ARN. A vault keeps the key that its alias named when it was made.
        Alias(String) of AliasSays {
            /// Whether it exists.
            exists: bool = "exists" changing,
            /// The key that it names.
            key: KeyArn = "TargetKeyId" changing,
        }
    }
}

/// Custom key stores.
pub mod store {
    use crate::facts::KeyStoreSays;
    use crate::world::entity::entity;

    entity! {
        /// A custom key store: while it is not connected, its keys cannot be used.
        KeyStore(String) of KeyStoreSays {
            /// Whether it exists.
            exists: bool = "exists" changing,
            /// `CustomKeyStoreName`.
            name: String = "CustomKeyStoreName" changing,
            /// `ConnectionState`, which goes on from `CONNECTING` without a record.
            connection: String = "ConnectionState" quiet,
        }
    }
}
