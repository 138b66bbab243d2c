#!/usr/bin/env bash
# Collects what AWS says about backup protection in one account and Region, as files that vaultrail reads.
# Every call is a Get, List or Describe; collect-inventory.policy.json grants exactly these.
set -efuo pipefail

usage() {
    cat <<'END'
Usage: collect-inventory.sh [OPTION]...

Collects the inventory of one account and Region with the AWS CLI, read-only, for vaultrail.
Run it in each Region with vaults, and in us-east-1, where approval teams are; in the accounts
that own or receive vaults, in the management account, and in those that own keys of vaults.

  --out DIR           where to [inventory/ACCOUNT/REGION/TIME]; it must be new or empty
  --region REGION     Region [as the AWS CLI is configured]
  --profile PROFILE   profile of the AWS CLI
  --key ARN           also this KMS key, which vaults of other accounts use; repeatable
  --recovery-points   also describe each recovery point: one call for each
  -h, --help          this

Exit codes:
  0  everything that this account has was collected
  2  nothing was: bad usage, no credentials, DIR cannot be written
  3  some calls were refused: DIR/errors.txt has them, and what they would tell stays unknown
END
}

say() { printf '%s\n' "$*" >&2; }

stop() {
    say "collect-inventory.sh: $*"
    exit 2
}

out='' region='' profile='' keys='' points=''
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help)
            usage
            exit 0
            ;;
        --recovery-points) points=yes && shift && continue ;;
        --out | --region | --profile | --key) ;;
        *) stop "unknown argument $1; --help lists what there is" ;;
    esac
    if [ -z "${2:-}" ]; then stop "$1 needs a value"; fi
    case $1 in
        --out) out=$2 ;;
        --region) region=$2 ;;
        --profile) profile=$2 ;;
        --key) keys="$keys $2" ;;
    esac
    shift 2
done

command -v aws >/dev/null || stop "the AWS CLI is not installed: there is no aws in PATH"
# Long lists are throttled: more patience than the default. No pager, no prompt.
export AWS_RETRY_MODE="${AWS_RETRY_MODE:-standard}" AWS_MAX_ATTEMPTS="${AWS_MAX_ATTEMPTS:-10}"
export AWS_PAGER='' AWS_CLI_AUTO_PROMPT=off
options=(--output json)
if [ -n "$profile" ]; then options+=(--profile "$profile"); fi
region=${region:-${AWS_REGION:-${AWS_DEFAULT_REGION:-}}}
region=${region:-$(aws configure get region "${options[@]}" || true)}
if [[ ! $region =~ ^[a-z]+(-[a-z0-9]+)+$ ]]; then stop "no Region: give --region"; fi
options+=(--region "$region")
account=$(aws sts get-caller-identity --query Account "${options[@]}" </dev/null) || stop "no credentials that AWS accepts"
account=${account//\"/}
if [[ ! $account =~ ^[0-9]{12}$ ]]; then stop "AWS does not say which account this is"; fi

# A change while this runs is logged after this instant, and then the log decides.
captured_at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
out=${out:-inventory/$account/$region/${captured_at//[-:]/}}
# Older files here would be taken for what AWS says now.
mkdir -p "$out" || stop "cannot create $out"
if [ -n "$(ls -A "$out")" ]; then stop "$out is not empty: give a new folder"; fi
part=$out/.part
trap 'rm -f "$part"' EXIT
files=0 refused=0 refusal='' got=/dev/null

# tell CALL REASON: a line in errors.txt and on standard error.
tell() {
    printf '%s\n' "$1: $2" >>"$out/errors.txt" || stop "cannot write $out/errors.txt"
    say "not collected: $1: $2"
}

# missing CALL REASON: what this account should have told.
missing() {
    refused=$((refused + 1))
    tell "$@"
}

# keep SERVICE OPERATION QUALIFIER: what is in $part becomes the file of that call, and $got. Never half of it.
keep() {
    local file=$out/$1/$2${3:+.${3//[!a-zA-Z0-9._-]/_}}.json
    got=/dev/null
    # Where upper and lower case are one name, two vaults may have one file.
    if [ -e "$file" ]; then
        missing "$1 $2 $3" "$file is already there for another name"
        return
    fi
    { mkdir -p "$out/$1" && mv "$part" "$file"; } || stop "cannot write $file"
    got=$file files=$((files + 1))
}

# ask SERVICE OPERATION [ARGUMENT]...: the answer goes to $part; where there is none, the reason is in $refusal, one line.
ask() {
    got=/dev/null
    if refusal=$(aws "$@" "${options[@]}" 2>&1 >"$part" </dev/null); then
        refusal='the answer is empty'
        [ -s "$part" ]
        return
    fi
    refusal=${refusal//[[:cntrl:]]/ }
    refusal=${refusal#"${refusal%%[! ]*}"}
    refusal=${refusal:0:500}
    case $refusal in
        *'nvalid choice'* | *'nknown options'*) refusal='this AWS CLI does not know the call: update it' ;;
    esac
    return 1
}

# collect_from OWNER SERVICE OPERATION QUALIFIER [ARGUMENT]...: one file, or a line in errors.txt. What belongs to another
# account may be refused here; it is then to be collected there, and nothing of this account is missing.
collect_from() {
    local owner=$1 service=$2 operation=$3 qualifier=$4
    shift 4
    local call="$service $operation${qualifier:+ $qualifier}"
    if ask "$service" "$operation" "$@"; then
        case $(head -n 2 "$part" && tail -n 3 "$part") in
            *'extToken": "'*) missing "$call" 'the list is partial: this AWS CLI does not read all its pages, update it' ;;
        esac
        keep "$service" "$operation" "$qualifier"
    elif [ "$owner" = "$account" ]; then
        missing "$call" "$refusal"
    else
        tell "$call" "to be collected in account $owner; here: $refusal"
    fi
}

# collect SERVICE OPERATION QUALIFIER [ARGUMENT]...: the same for what is this account's own.
collect() { collect_from "$account" "$@"; }

# collect_pages SERVICE OPERATION KEY: a list that the AWS CLI does not read page by page itself.
collect_pages() {
    local token='' page rows='' next
    while :; do
        if ! ask "$1" "$2" --query "[NextToken, $3]" ${token:+"--next-token=$token"}; then
            missing "$1 $2" "$refusal"
            return
        fi
        # [, the token or null, the rows, ]: the AWS CLI writes each on lines of its own.
        page=$(<"$part") && page=${page#*$'\n'}
        next=${page%%$'\n'*} && page=${page#*$'\n'}
        case $next in
            *\"*\"*) next=${next#*\"} && next=${next%\"*} ;;
            *) next='' ;;
        esac
        if [[ $page != *\[* ]]; then
            missing "$1 $2" 'the answer is empty'
            return
        fi
        page=${page#*\[} && page=${page%\]*} && page=${page%\]*}
        if [[ $page == *\{* ]]; then rows=$rows${rows:+,}$page; fi
        if [ -z "$next" ]; then break; fi
        if [ "$next" = "$token" ]; then
            missing "$1 $2" 'AWS gives the same NextToken again'
            return
        fi
        token=$next
    done
    printf '{"%s": [%s]}\n' "$3" "$rows" >"$part" || stop "cannot write $part"
    keep "$1" "$2" ''
}

# members NAME: the texts of that name in $got. The AWS CLI writes each member on a line of its own.
members() {
    local line member="^ *\"$1\": \"([^\"]*)\",?\$"
    while IFS= read -r line; do
        if [[ $line =~ $member ]]; then printf '%s\n' "${BASH_REMATCH[1]}"; fi
    done <"$got"
}

# owner ARN: its account.
owner() {
    local rest=${1#*:*:*:*:}
    printf '%s' "${rest%%:*}"
}

# seen TEXT: whether it was seen before.
all_seen=' '
seen() {
    case $all_seen in *" $1 "*) return 0 ;; esac
    all_seen="$all_seen$1 "
    return 1
}

# vault ARN: everything about one vault, this account's or one that is shared with it.
vault() {
    local of type key point
    local name=(--backup-vault-name "${1##*:}")
    of=$(owner "$1")
    if [ "$of" != "$account" ]; then name+=(--backup-vault-account-id "$of"); fi
    collect_from "$of" backup describe-backup-vault "$1" "${name[@]}"
    type=$(members VaultType)
    # A key that AWS owns cannot be asked about, and nobody can switch it off.
    if [ "$(members EncryptionKeyType)" != AWS_OWNED_KMS_KEY ]; then
        key=$(members EncryptionKeyArn) && keys="$keys $key"
    fi
    collect_from "$of" backup list-recovery-points-by-backup-vault "$1" "${name[@]}"
    if [ -n "$points" ]; then
        for point in $(members RecoveryPointArn); do
            collect_from "$of" backup describe-recovery-point "$point" "${name[@]}" --recovery-point-arn "$point"
        done
    fi
    if [ "$of" != "$account" ]; then return; fi
    if [ "$type" = LOGICALLY_AIR_GAPPED_BACKUP_VAULT ]; then
        collect backup list-restore-access-backup-vaults "$1" "${name[@]}"
    fi
    if ask backup get-backup-vault-access-policy "${name[@]}"; then
        keep backup get-backup-vault-access-policy "$1"
    elif [[ $refusal == *'(ResourceNotFoundException)'* ]]; then
        # AWS says that there is none: told apart from not having been told.
        printf '{"BackupVaultName": "%s", "BackupVaultArn": "%s", "Policy": null}\n' "${1##*:}" "$1" >"$part"
        keep backup get-backup-vault-access-policy "$1"
    else
        missing "backup get-backup-vault-access-policy $1" "$refusal"
    fi
}

say "account $account, Region $region, to $out"

# The management account lists accounts and has the approval teams; without an organization there are none.
management=''
if ask organizations describe-organization; then
    keep organizations describe-organization ''
    management=$(members MasterAccountId)
elif [[ $refusal == *AWSOrganizationsNotInUseException* ]]; then
    management=none
    tell 'organizations describe-organization' "$refusal"
else
    missing 'organizations describe-organization' "$refusal"
fi
management=${management:-$account}
if [ "$management" != none ]; then
    collect_from "$management" organizations list-accounts ''
    collect_from "$management" backup describe-global-settings ''
fi

say 'AWS Backup'
collect backup describe-region-settings ''
collect backup list-backup-vaults ''
for arn in $(members BackupVaultArn); do
    if ! seen "$arn"; then vault "$arn"; fi
done
collect backup list-backup-vaults shared --by-shared
for arn in $(members BackupVaultArn); do
    if ! seen "$arn"; then vault "$arn"; fi
done
collect backup list-protected-resources ''
collect backup list-backup-jobs ''
collect backup list-copy-jobs ''
collect backup list-restore-jobs ''
collect backup list-backup-plans ''
for plan in $(members BackupPlanId); do
    collect backup get-backup-plan "$plan" --backup-plan-id "$plan"
    collect backup list-backup-selections "$plan" --backup-plan-id "$plan"
    for selection in $(members SelectionId); do
        collect backup get-backup-selection "$selection" --backup-plan-id "$plan" --selection-id "$selection"
    done
done
collect backup list-restore-testing-plans ''
collect backup list-legal-holds ''
collect_pages backup list-frameworks Frameworks
for framework in $(members FrameworkName); do
    collect backup describe-framework "$framework" --framework-name "$framework"
done
collect_pages backup list-report-plans ReportPlans

say 'AWS RAM'
for of in SELF OTHER-ACCOUNTS; do
    collect ram get-resource-shares "$of" --resource-owner "$of"
    collect ram list-principals "$of" --resource-owner "$of"
    collect ram list-resources "$of" --resource-owner "$of"
done
for type in PRINCIPAL RESOURCE; do
    collect ram get-resource-share-associations "$type" --association-type "$type"
done
collect ram get-resource-share-invitations ''

if [ "$region" = us-east-1 ] && [ "$management" != none ]; then
    say 'Multi-party approval'
    collect_from "$management" mpa list-identity-sources ''
    collect_from "$management" mpa list-approval-teams ''
    for team in $(members Arn); do
        collect mpa get-approval-team "$team" --arn "$team"
        collect mpa list-resource-policies "$team" --resource-arn "$team"
        collect mpa list-sessions "$team" --approval-team-arn "$team"
        for session in $(members SessionArn); do
            collect mpa get-session "$session" --session-arn "$session"
        done
    done
fi

say 'AWS KMS'
for key in $keys; do
    if seen "$key"; then continue; fi
    of=$(owner "$key")
    collect_from "$of" kms describe-key "$key" --key-id "$key"
    collect_from "$of" kms get-key-policy "$key" --key-id "$key" --policy-name default
    collect_from "$of" kms list-grants "$key" --key-id "$key"
done

say 'AWS CloudTrail'
collect cloudtrail describe-trails ''
for trail in $(members TrailARN); do
    of=$(owner "$trail")
    collect_from "$of" cloudtrail get-trail-status "$trail" --name "$trail"
    collect_from "$of" cloudtrail get-event-selectors "$trail" --trail-name "$trail"
done
# The keys that digests of the last year were signed with.
now=$(date +%s)
collect cloudtrail list-public-keys '' --start-time "$((now - 365 * 86400))" --end-time "$now"

say 'Resources and tags'
collect resourcegroupstaggingapi get-resources ''

# Last: files without a manifest say that the run did not come to its end.
printf '{"schema": "vaultrail.inventory/1", "captured_at": "%s", "account": "%s", "region": "%s"}\n' \
    "$captured_at" "$account" "$region" >"$part" || stop "cannot write $part"
mv "$part" "$out/manifest.json" || stop "cannot write $out/manifest.json"
if [ "$region" != us-east-1 ]; then say 'Approval teams are in us-east-1 only: run this there too.'; fi
say "$files files in $out"
if [ "$refused" -gt 0 ]; then
    say "partial: $refused calls failed, see $out/errors.txt; what they would tell stays unknown"
    exit 3
fi
