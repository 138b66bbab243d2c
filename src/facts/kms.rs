//! AWS KMS: keys, their grants, aliases and stores.
//!
//! Cryptographic calls (`Decrypt`, `GenerateDataKey`, …) are no facts: they change nothing and are most of a log.

use super::{About, AliasSays, GrantSays, KeySays, KeyState, KeyStoreSays, PolicyText, Sink};
use crate::arn::{self, AccountId, Arn, KeyArn, Region, partition};
use crate::ingest::inventory::Observation;
use crate::record::Record;
use crate::record::node::Node;
use chrono::Duration;

/// Reads one record of `kms.amazonaws.com`.
pub fn read(record: &Record, out: &mut Sink) {
    if !record.succeeded() {
        return;
    }
    match record.name.as_str() {
        "CreateGrant" | "RevokeGrant" | "RetireGrant" => grant(record, out),
        "CreateAlias" | "UpdateAlias" | "DeleteAlias" => alias(record, out),
        "CreateCustomKeyStore"
        | "UpdateCustomKeyStore"
        | "ConnectCustomKeyStore"
        | "DisconnectCustomKeyStore"
        | "DeleteCustomKeyStore" => store(record, out),
        "CreateKey" | "ReplicateKey" => created(record, out),
        "UpdatePrimaryRegion" => {
            let region = record.request().text("primaryRegion").map(Region::new);
            let primary = key_of(record).zip(region).and_then(|(key, region)| in_region(&key, &region));
            on_key(record, out, |says| says.primary = primary);
        }
        _ => on_key(record, out, |says| change(record, says)),
    }
}

/// What a call makes of a key. `CancelKeyDeletion` leaves a key disabled; deleting imported material makes a key wait for new.
fn change(record: &Record, says: &mut KeySays) {
    match record.name.as_str() {
        "EnableKey" => says.state = Some(KeyState::Enabled),
        "DisableKey" => says.state = Some(KeyState::Disabled),
        "CancelKeyDeletion" => {
            says.state = Some(KeyState::Disabled);
            says.deletion_date = Some(None);
        }
        "ScheduleKeyDeletion" => deletion(record, says),
        "DeleteKey" => says.exists = Some(false),
        "ImportKeyMaterial" => {
            says.state = Some(KeyState::Enabled);
            says.material = Some(true);
            let expires = record.request().text("expirationModel") != Some("KEY_MATERIAL_DOES_NOT_EXPIRE");
            says.valid_to = match record.request().time("validTo") {
                None if expires => None,
                date => Some(date),
            };
        }
        "DeleteImportedKeyMaterial" | "DeleteExpiredKeyMaterial" => {
            says.state = Some(KeyState::PendingImport);
            says.material = Some(false);
        }
        "EnableKeyRotation" => says.rotation = Some(true),
        "DisableKeyRotation" => says.rotation = Some(false),
        "PutKeyPolicy" => says.policy = Some(PolicyText::read(record.request().get("policy"))),
        _ => {}
    }
}

/// Without a window AWS waits 30 days. A multi-Region key waits for its replicas first, and has no date until then.
fn deletion(record: &Record, says: &mut KeySays) {
    let (request, response) = (record.request(), record.response());
    let state = response.text("keyState").map_or(KeyState::PendingDeletion, KeyState::read);
    let days = response.days("pendingWindowInDays").or_else(|| request.days("pendingWindowInDays"));
    let days = days.or_else(|| request.0.is_object().then_some(30));
    if state == KeyState::PendingDeletion {
        let counted = || record.time.checked_add_signed(Duration::days(days?));
        says.deletion_date = response.time("deletionDate").or_else(counted).map(Some);
    }
    says.state = Some(state);
    says.pending_days = days;
}

fn created(record: &Record, out: &mut Sink) {
    let made = record.response().get("replicaKeyMetadata").or_else(|| record.response().get("keyMetadata"));
    let Some((key, mut says)) = made.and_then(metadata) else { return };
    let policy = record.request().get("policy").or_else(|| record.response().get("replicaPolicy"));
    says.policy = policy.map(|policy| PolicyText::read(Some(policy)));
    says.created = says.created.or_else(|| Some(out.time()));
    out.say(About::Key(key, Box::new(says)));
}

fn on_key(record: &Record, out: &mut Sink, say: impl FnOnce(&mut KeySays)) {
    let Some(key) = key_of(record) else { return };
    let mut says = KeySays::default();
    say(&mut says);
    if says != KeySays::default() {
        out.say(About::Key(key, Box::new(says)));
    }
}

fn is_key(arn: &str) -> bool {
    Arn::parse(arn).is_some_and(|arn| arn.service == "kms" && arn.resource.starts_with("key/"))
}

/// The key of a call: responses since December 2022 and `resources` name its ARN, requests its id or ARN.
fn key_of(record: &Record) -> Option<KeyArn> {
    let said = [record.response(), record.request(), record.details()];
    let said: Vec<&str> = said.into_iter().filter_map(|node| node.text("keyId").or(node.text("targetKeyId"))).collect();
    let listed = record.resources().into_iter().chain(said.iter().copied());
    if let Some(arn) = listed.into_iter().find(|arn| is_key(arn)) {
        return Some(KeyArn::new(arn));
    }
    key_named(said.first()?, record.account.as_ref()?, record.region.as_ref()?)
}

/// A key by its id in an account and Region; an alias names none.
fn key_named(id: &str, account: &AccountId, region: &Region) -> Option<KeyArn> {
    if is_key(id) {
        return Some(KeyArn::new(id));
    }
    let plain = !id.contains('/') && !id.contains(':');
    plain.then(|| KeyArn::new(format!("arn:{}:kms:{region}:{account}:key/{id}", partition(region.as_str()))))
}

/// A multi-Region key has one id in all Regions.
fn in_region(key: &KeyArn, region: &Region) -> Option<KeyArn> {
    let arn = Arn::parse(key.as_str())?;
    Some(KeyArn::new(format!("arn:{}:kms:{region}:{}:{}", arn.partition, arn.account, arn.resource)))
}

fn grant(record: &Record, out: &mut Sink) {
    let Some(key) = key_of(record) else { return };
    // A grant that is retired by its token has its id beside the parameters.
    let beside = Node(record.body()).get("additionalEventData");
    let id =
        [Some(record.response()), Some(record.request()), beside].into_iter().flatten().find_map(|n| n.text("grantId"));
    let Some(id) = id else { return };
    let made = record.name == "CreateGrant";
    let mut says = if made { grant_says(record.request()) } else { GrantSays::default() };
    says.exists = Some(made);
    say_grant(key, id, says, None, out);
}

fn say_grant(key: KeyArn, id: &str, mut says: GrantSays, whole: Option<String>, out: &mut Sink) {
    let grants = says.exists.map(|exists| (id.to_owned(), exists)).into_iter().collect();
    says.key = Some(key.clone());
    out.say(About::Grant(format!("{key}/grant/{id}"), Box::new(says)));
    out.say(About::Key(key, Box::new(KeySays { grants, whole, ..KeySays::default() })));
}

fn grant_says(node: Node<'_>) -> GrantSays {
    let text = |keys: [&str; 2]| keys.iter().find_map(|key| node.text(key)).map(str::to_owned);
    let operations = node.texts("operations").map(|listed| {
        let mut listed: Vec<String> = listed.into_iter().map(str::to_owned).collect();
        listed.sort();
        listed
    });
    GrantSays {
        key: None,
        grantee: text(["granteePrincipal", "granteeServicePrincipal"]),
        retiring: text(["retiringPrincipal", "retiringServicePrincipal"]),
        operations,
        name: text(["name", "name"]),
        exists: None,
    }
}

fn alias(record: &Record, out: &mut Sink) {
    let listed = record.resources().into_iter().find(|arn| arn.contains(":alias/")).map(str::to_owned);
    let named = || {
        let (account, region) = (record.account.as_ref()?, record.region.as_ref()?);
        let name = record.request().text("aliasName")?;
        Some(format!("arn:{}:kms:{region}:{account}:{name}", partition(region.as_str())))
    };
    let Some(arn) = listed.or_else(named) else { return };
    let exists = record.name != "DeleteAlias";
    let key = key_of(record).filter(|_| exists);
    out.say(About::Alias(arn, Box::new(AliasSays { key, exists: Some(exists) })));
}

fn store(record: &Record, out: &mut Sink) {
    let (request, response) = (record.request(), record.response());
    let Some(id) = request.text("customKeyStoreId").or(response.text("customKeyStoreId")) else { return };
    let Some((account, region)) = record.account.as_ref().zip(record.region.as_ref()) else { return };
    let connection = match record.name.as_str() {
        "ConnectCustomKeyStore" => Some("CONNECTING"),
        "DisconnectCustomKeyStore" | "CreateCustomKeyStore" => Some("DISCONNECTED"),
        _ => None,
    };
    let says = KeyStoreSays {
        name: request.text("newCustomKeyStoreName").or(request.text("customKeyStoreName")).map(str::to_owned),
        connection: connection.map(str::to_owned),
        exists: Some(record.name != "DeleteCustomKeyStore"),
    };
    out.say(About::KeyStore(format!("{account}/{region}/{id}"), Box::new(says)));
}

/// `KeyMetadata`, in a response and in `describe-key` alike.
fn metadata(node: Node<'_>) -> Option<(KeyArn, KeySays)> {
    let key = KeyArn::new(node.text("arn").filter(|arn| is_key(arn))?);
    let state = node.text("keyState").map(KeyState::read);
    let text = |key: &str| node.text(key).map(str::to_owned);
    let imported = node.text("origin") == Some("EXTERNAL");
    let waits = state == Some(KeyState::PendingImport);
    let says = KeySays {
        created: node.time("creationDate"),
        // A key with a state and no date is not being deleted.
        deletion_date: state.as_ref().and_then(|_| match node.get("deletionDate") {
            None => Some(None),
            Some(_) => node.time("deletionDate").map(Some),
        }),
        pending_days: node.days("pendingDeletionWindowInDays"),
        manager: text("keyManager"),
        origin: text("origin"),
        store: text("customKeyStoreId"),
        multi_region: node.flag("multiRegion"),
        primary: node.path(&["multiRegionConfiguration", "primaryKey", "arn"]).and_then(Node::as_text).map(KeyArn::new),
        material: (imported && state.is_some()).then_some(!waits),
        valid_to: (imported && !waits).then(|| node.time("validTo")),
        exists: Some(true),
        state,
        ..KeySays::default()
    };
    Some((key, says))
}

/// Reads one row of an `aws kms` output.
pub fn read_snapshot(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    let place = || observation.account.as_ref().zip(observation.region.as_ref());
    match observation.operation {
        "kms describe-key" => {
            if let Some((key, says)) = row.get("KeyMetadata").and_then(metadata) {
                out.say(About::Key(key, Box::new(says)));
            }
        }
        "kms get-key-policy" => {
            let Some(key) = qualified(observation) else { return };
            let policy = Some(PolicyText::read(row.get("Policy")));
            out.say(About::Key(key, Box::new(KeySays { policy, ..KeySays::default() })));
        }
        "kms get-key-rotation-status" => {
            let named =
                row.text("KeyId").zip(place()).and_then(|(id, (account, region))| key_named(id, account, region));
            let Some(key) = named.or_else(|| qualified(observation)) else { return };
            let rotation = row.flag("KeyRotationEnabled");
            out.say(About::Key(key, Box::new(KeySays { rotation, ..KeySays::default() })));
        }
        "kms list-grants" if observation.whole_list => {
            let Some(key) = qualified(observation) else { return };
            let whole = Some("grants".to_owned());
            out.say(About::Key(key, Box::new(KeySays { whole, ..KeySays::default() })));
        }
        "kms list-grants" => {
            let named =
                row.text("KeyId").zip(place()).and_then(|(id, (account, region))| key_named(id, account, region));
            let Some((key, id)) = named.or_else(|| qualified(observation)).zip(row.text("GrantId")) else { return };
            let whole = observation.complete.then(|| "grants".to_owned());
            say_grant(key, id, GrantSays { exists: Some(true), ..grant_says(row) }, whole, out);
        }
        "kms list-keys" => {
            let Some(key) = row.text("KeyArn").filter(|arn| is_key(arn)).map(KeyArn::new) else { return };
            out.say(About::Key(key, Box::new(KeySays { exists: Some(true), ..KeySays::default() })));
        }
        "kms list-aliases" => {
            let Some(alias) = row.text("AliasArn") else { return };
            let key =
                row.text("TargetKeyId").zip(place()).and_then(|(id, (account, region))| key_named(id, account, region));
            out.say(About::Alias(alias.to_owned(), Box::new(AliasSays { key, exists: Some(true) })));
        }
        "kms describe-custom-key-stores" => {
            let Some((id, (account, region))) = row.text("CustomKeyStoreId").zip(place()) else { return };
            let text = |key: &str| row.text(key).map(str::to_owned);
            let (name, connection) = (text("CustomKeyStoreName"), text("ConnectionState"));
            let says = KeyStoreSays { name, connection, exists: Some(true) };
            out.say(About::KeyStore(format!("{account}/{region}/{id}"), Box::new(says)));
        }
        _ => {}
    }
}

/// The key that a file is about, from its file's name: an ARN with `_` for `:` and `/`, or an id.
fn qualified(observation: &Observation) -> Option<KeyArn> {
    let name = observation.qualifier.as_deref()?;
    if let Some((front, id)) = arn::from_file_name(name, "_key_") {
        return Some(KeyArn::new(format!("{front}:key/{id}")));
    }
    key_named(name, observation.account.as_ref()?, observation.region.as_ref()?)
}
