//! Organisations over time: accounts, invitations, policies, services that act everywhere.

/// Organisations.
pub mod organization {
    use crate::arn::AccountId;
    use crate::facts::{Fact, OrganizationSays, PolicyText};
    use crate::world::entity::entity;

    entity! {
        /// An organisation, by its management account, whose log in us-east-1 shows what happens to it.
        Organization(AccountId) of OrganizationSays {
            /// Whether it exists.
            exists: bool = "exists" changing,
            /// `Id`.
            organization: String = "Id" first,
            /// `FeatureSet`.
            features: String = "FeatureSet" changing,
            /// Its accounts. Who accepts an invitation or leaves does so in a log of its own.
            accounts: bool = "accounts" scattered,
            /// Services with trusted access.
            services: bool = "EnabledServicePrincipals" listed,
            /// Delegated administrators, `<service principal>/<account>`.
            administrators: bool = "DelegatedAdministrators" each,
            /// Policy types in force, `<root>/<type>`.
            policy_types: bool = "PolicyTypes" each,
            /// The policy by which it delegates.
            resource_policy: Option<PolicyText> = "ResourcePolicy" changing,
        }
    }

    impl Seen {
        /// An account says that it left; whichever organisation knows it has lost it.
        pub(in crate::world) fn note_left(&mut self, fact: &Fact, account: &AccountId) {
            self.accounts.note_known(fact, account.as_str(), &false);
        }
    }
}

/// Accounts.
pub mod account {
    use crate::arn::AccountId;
    use crate::facts::AccountSays;
    use crate::instant::Instant;
    use crate::world::entity::entity;

    entity! {
        /// An account as AWS Organizations knows it.
        Account(AccountId) of AccountSays {
            /// Whether it belongs to an organisation.
            member: bool = "member" changing,
            /// `Status`.
            status: String = "Status" changing,
            /// `State`.
            state: String = "State" changing,
            /// `JoinedTimestamp`.
            joined: Instant = "JoinedTimestamp" last,
            /// `JoinedMethod`.
            joined_by: String = "JoinedMethod" last,
            /// The root or organisational unit that it is in.
            parent: String = "ParentId" changing,
            /// When it was closed; none: it was not.
            closed: Option<Instant> = "closed" changing,
            /// When its post-closure period ends: until then an approval team can still open its vaults.
            post_closure_ends: Option<Instant> = "post_closure_ends" changing,
        }
    }
}

/// Invitations.
pub mod handshake {
    use crate::arn::AccountId;
    use crate::facts::HandshakeSays;
    use crate::instant::Instant;
    use crate::world::entity::entity;

    entity! {
        /// A handshake, by its id.
        Handshake(String) of HandshakeSays {
            /// `Action`.
            action: String = "Action" first,
            /// The management account of the organisation that asks.
            organization: AccountId = "organization" first,
            /// The account that is asked.
            account: AccountId = "account" first,
            /// `State`; it expires without a record.
            state: String = "State" quiet,
            /// `RequestedTimestamp`.
            requested: Instant = "RequestedTimestamp" first,
            /// `ExpirationTimestamp`.
            expires: Instant = "ExpirationTimestamp" first,
        }
    }

    impl Handshake {
        /// Its `State` at an instant: `EXPIRED` where nobody answered in time.
        pub fn state_at(&self, at: Instant) -> Option<&str> {
            let said = self.state.at(at)?.value.as_deref()?;
            let over = self.expires.as_ref().is_some_and(|(expires, _)| *expires <= at);
            Some(if over && matches!(said, "OPEN" | "REQUESTED") { "EXPIRED" } else { said })
        }
    }
}

/// Policies.
pub mod policy {
    use crate::facts::{OrganizationPolicySays, PolicyText};
    use crate::world::entity::entity;

    entity! {
        /// A policy of an organisation, by its id. AWS's own (`p-FullAWSAccess`) have one id in all organisations.
        Policy(String) of OrganizationPolicySays {
            /// Whether it exists.
            exists: bool = "exists" changing,
            /// `Name`.
            name: String = "Name" changing,
            /// `Type`.
            kind: String = "Type" first,
            /// `AwsManaged`.
            aws_managed: bool = "AwsManaged" first,
            /// `Content`.
            content: PolicyText = "Content" changing,
            /// Roots, organisational units and accounts that it is attached to.
            targets: bool = "Targets" listed,
        }
    }
}
