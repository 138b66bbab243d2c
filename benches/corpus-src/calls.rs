//! What an organization's accounts do all day: calls that an audit of backup vaults counts and drops.

/// A kind of record, as templates of its members.
pub struct Kind {
    /// How often, beside the others of its table.
    pub weight: u64,
    /// `eventSource` up to `.amazonaws.com`.
    pub source: &'static str,
    /// `eventName`.
    pub name: &'static str,
    /// `readOnly`.
    pub read: bool,
    /// A data event.
    pub data: bool,
    /// The service that calls, where it is always one.
    pub service: &'static str,
    /// `requestParameters`.
    pub request: &'static str,
    /// `responseElements`.
    pub response: &'static str,
    /// What `<items>` repeats in them, and how often: from, to.
    pub items: (&'static str, u64, u64),
    /// `additionalEventData`; empty: absent.
    pub additional: &'static str,
    /// `resources`; empty: absent.
    pub resources: &'static str,
    /// `serviceEventDetails` of an event that the service logs of its own accord; empty: an API call.
    pub details: &'static str,
}

/// A changing call without parameters: what the others are described against.
pub const CALL: Kind = Kind {
    weight: 10,
    source: "",
    name: "",
    read: false,
    data: false,
    service: "",
    request: "null",
    response: "null",
    items: ("", 0, 0),
    additional: "",
    resources: "",
    details: "",
};
/// A reading call.
const READ: Kind = Kind { read: true, ..CALL };
/// A data event of S3.
const OBJECT: Kind = Kind {
    source: "s3",
    data: true,
    resources: r#"[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::<app>-<stage>-<region>/<app>/2026/10/05/part-00017-<id>.snappy.parquet"},{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<app>-<stage>-<region>"}]"#,
    additional: r#"{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"SSEApplied":"SSE_KMS","AuthenticationMethod":"AuthHeader","x-amz-id-2":"<b75>=","bytesTransferredOut":1<d5>}"#,
    ..CALL
};

/// Reads, by far the most.
pub const READS: [Kind; 27] = [
    Kind {
        weight: 130,
        name: "GetObject",
        read: true,
        request: r#"{"bucketName":"<app>-<stage>-<region>","Host":"<app>-<stage>-<region>.s3.<region>.amazonaws.com","key":"<app>/2026/10/05/part-00017-<id>.snappy.parquet"}"#,
        ..OBJECT
    },
    Kind {
        weight: 40,
        name: "ListObjects",
        read: true,
        request: r#"{"list-type":"2","bucketName":"<app>-<stage>-<region>","prefix":"<app>/2026/10/05/","Host":"<app>-<stage>-<region>.s3.<region>.amazonaws.com","delimiter":"/","max-keys":"1000"}"#,
        ..OBJECT
    },
    Kind {
        weight: 25,
        source: "s3",
        name: "GetBucketAcl",
        service: "cloudtrail.amazonaws.com",
        request: r#"{"bucketName":"org-trail-logs","Host":"org-trail-logs.s3.<region>.amazonaws.com","acl":""}"#,
        additional: r#"{"SignatureVersion":"SigV4","CipherSuite":"ECDHE-RSA-AES128-GCM-SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"<b75>=","bytesTransferredOut":568}"#,
        resources: r#"[{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::org-trail-logs"}]"#,
        ..READ
    },
    Kind {
        weight: 110,
        source: "kms",
        name: "Decrypt",
        request: r#"{"encryptionContext":{"aws:lambda:FunctionArn":"arn:aws:lambda:<region>:<account>:function:<app>-<stage>-worker","SecretARN":"arn:aws:secretsmanager:<region>:<account>:secret:<app>/<stage>/db-<l6~16>"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}"#,
        additional: r#"{"keyMaterialId":"<h64~12>"}"#,
        resources: r#"[{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<account>:key/<uuid~12>"}]"#,
        ..READ
    },
    Kind {
        weight: 45,
        source: "kms",
        name: "GenerateDataKey",
        request: r#"{"keyId":"arn:aws:kms:<region>:<account>:key/<uuid~12>","keySpec":"AES_256","encryptionContext":{"aws:s3:arn":"arn:aws:s3:::<app>-<stage>-<region>"}}"#,
        resources: r#"[{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<account>:key/<uuid~12>"}]"#,
        ..READ
    },
    Kind {
        weight: 50,
        source: "ec2",
        name: "DescribeInstances",
        request: r#"{"instancesSet":{"items":[<items>]},"filterSet":{"items":[{"name":"instance-state-name","valueSet":{"items":[{"value":"running"},{"value":"pending"}]}}]}}"#,
        items: (r#"{"instanceId":"i-0<h16~60>"}"#, 0, 14),
        ..READ
    },
    Kind {
        weight: 40,
        source: "ec2",
        name: "DescribeRouteTables",
        request: r#"{"routeTableIdSet":{},"filterSet":{"items":[{"name":"vpc-id","valueSet":{"items":[{"value":"vpc-0<h16~3>"}]}}]}}"#,
        ..READ
    },
    Kind {
        weight: 30,
        source: "ec2",
        name: "DescribeVolumes",
        request: r#"{"maxResults":500,"volumeSet":{},"filterSet":{},"nextToken":"<b24>"}"#,
        ..READ
    },
    Kind {
        weight: 25,
        source: "ec2",
        name: "DescribeSecurityGroups",
        request: r#"{"securityGroupSet":{},"securityGroupIdSet":{"items":[<items>]},"filterSet":{}}"#,
        items: (r#"{"groupId":"sg-0<h16~20>"}"#, 1, 6),
        ..READ
    },
    Kind {
        weight: 20,
        source: "ec2",
        name: "DescribeTags",
        request: r#"{"filterSet":{"items":[{"name":"resource-type","valueSet":{"items":[{"value":"volume"}]}},{"name":"tag:backup.amazonaws.com","valueSet":{"items":[{"value":"\"eventSource\":\"backup.amazonaws.com\""}]}}]}}"#,
        ..READ
    },
    Kind {
        weight: 35,
        source: "monitoring",
        name: "DescribeAlarms",
        request: r#"{"alarmNamePrefix":"TargetTracking-service/<app>-<stage>","maxRecords":100,"stateValue":"ALARM"}"#,
        ..READ
    },
    Kind {
        weight: 25,
        source: "logs",
        name: "DescribeLogStreams",
        request: r#"{"logGroupName":"/aws/lambda/<app>-<stage>-worker","logStreamNamePrefix":"2026/10/05/[$LATEST]<h32~40>","orderBy":"LogStreamName","descending":true,"limit":50}"#,
        ..READ
    },
    Kind {
        weight: 25,
        source: "dynamodb",
        name: "DescribeTable",
        request: r#"{"tableName":"<app>-<stage>-sessions"}"#,
        resources: r#"[{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<account>:table/<app>-<stage>-sessions"}]"#,
        ..READ
    },
    Kind {
        weight: 35,
        source: "secretsmanager",
        name: "GetSecretValue",
        request: r#"{"secretId":"arn:aws:secretsmanager:<region>:<account>:secret:<app>/<stage>/db-<l6~16>","versionStage":"AWSCURRENT"}"#,
        additional: r#"{"SecretARN":"arn:aws:secretsmanager:<region>:<account>:secret:<app>/<stage>/db-<l6~16>","VersionId":"<uuid~40>"}"#,
        ..READ
    },
    Kind {
        weight: 30,
        source: "ssm",
        name: "GetParametersByPath",
        request: r#"{"path":"/<app>/<stage>/","recursive":true,"withDecryption":true,"maxResults":10,"nextToken":"<b32>"}"#,
        ..READ
    },
    Kind {
        weight: 20,
        source: "ecr",
        name: "BatchGetImage",
        request: r#"{"registryId":"<account>","repositoryName":"<app>/<stage>","imageIds":[{"imageDigest":"sha256:<h64~30>"}],"acceptedMediaTypes":["application/vnd.oci.image.index.v1+json","application/vnd.docker.distribution.manifest.list.v2+json","application/vnd.oci.image.manifest.v1+json"]}"#,
        resources: r#"[{"accountId":"<account>","ARN":"arn:aws:ecr:<region>:<account>:repository/<app>/<stage>"}]"#,
        ..READ
    },
    Kind {
        weight: 20,
        source: "elasticloadbalancing",
        name: "DescribeTargetHealth",
        request: r#"{"targetGroupArn":"arn:aws:elasticloadbalancing:<region>:<account>:targetgroup/<app>-<stage>/<h16~16>"}"#,
        additional: "",
        ..READ
    },
    Kind {
        weight: 15,
        source: "rds",
        name: "DescribeDBClusterSnapshots",
        request: r#"{"dBClusterIdentifier":"<app>-<stage>","snapshotType":"awsbackup","includePublic":false,"includeShared":false,"maxRecords":100}"#,
        ..READ
    },
    Kind {
        weight: 15,
        source: "iam",
        name: "GetRolePolicy",
        request: r#"{"roleName":"<app>-<stage>-worker-role","policyName":"read-<app>"}"#,
        ..READ
    },
    Kind {
        weight: 15,
        source: "eks",
        name: "ListNodegroups",
        request: r#"{"name":"<app>-<stage>","maxResults":100,"nextToken":"<b24>"}"#,
        ..READ
    },
    Kind {
        weight: 10,
        source: "athena",
        name: "GetQueryResults",
        request: r#"{"queryExecutionId":"<uuid~60>","maxResults":1000,"nextToken":"<b24>"}"#,
        ..READ
    },
    // Reads of the services whose changes matter: the source alone does not decide.
    Kind {
        weight: 14,
        source: "backup",
        name: "ListBackupJobs",
        request: r#"{"byState":"RUNNING","maxResults":1000}"#,
        ..READ
    },
    Kind { weight: 8, source: "backup", name: "DescribeBackupJob", request: r#"{"backupJobId":"<uuid>"}"#, ..READ },
    Kind { weight: 8, source: "organizations", name: "ListAccounts", request: r#"{"nextToken":"<b24>"}"#, ..READ },
    Kind {
        weight: 8,
        source: "cloudtrail",
        name: "LookupEvents",
        request: r#"{"lookupAttributes":[{"attributeKey":"EventName","attributeValue":"DeleteRecoveryPoint"}],"startTime":"Oct 4, 2026, 12:00:00 AM","maxResults":50}"#,
        ..READ
    },
    Kind {
        weight: 5,
        source: "ram",
        name: "GetResourceShares",
        request: r#"{"resourceOwner":"SELF","maxResults":500}"#,
        ..READ
    },
    Kind {
        weight: 20,
        source: "tagging",
        name: "GetResources",
        request: r#"{"resourcesPerPage":100,"tagFilters":[{"key":"backup-plan","values":["daily","weekly"]}],"paginationToken":"<b24>"}"#,
        ..READ
    },
];

/// Calls that change something, and what services do.
pub const CHANGES: [Kind; 18] = [
    Kind {
        weight: 60,
        name: "PutObject",
        request: r#"{"bucketName":"<app>-<stage>-<region>","Host":"<app>-<stage>-<region>.s3.<region>.amazonaws.com","key":"<app>/2026/10/05/part-00017-<id>.snappy.parquet","x-amz-server-side-encryption":"aws:kms","x-amz-checksum-crc32":"<b7>="}"#,
        response: r#"{"x-amz-server-side-encryption":"aws:kms","x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:<region>:<account>:key/<uuid~12>","x-amz-version-id":"<l32~90>"}"#,
        ..OBJECT
    },
    Kind {
        weight: 60,
        source: "sts",
        name: "AssumeRole",
        read: true,
        service: "lambda.amazonaws.com",
        request: r#"{"roleArn":"arn:aws:iam::<account>:role/service-role/<app>-<stage>-worker-role","roleSessionName":"<app>-<stage>-worker","durationSeconds":3600,"sourceIdentity":"<app>"}"#,
        response: r#"{"credentials":{"accessKeyId":"ASIA<c16>","sessionToken":"IQoJb3JpZ2luX2Vj<b120>","expiration":"Oct 5, 2026, 11:59:59 PM"},"assumedRoleUser":{"assumedRoleId":"AROA<c17>:<app>-<stage>-worker","arn":"arn:aws:sts::<account>:assumed-role/<app>-<stage>-worker-role/<app>-<stage>-worker"}}"#,
        resources: r#"[{"accountId":"<account>","type":"AWS::IAM::Role","ARN":"arn:aws:iam::<account>:role/service-role/<app>-<stage>-worker-role"}]"#,
        ..CALL
    },
    Kind {
        weight: 40,
        source: "logs",
        name: "CreateLogStream",
        request: r#"{"logGroupName":"/aws/lambda/<app>-<stage>-worker","logStreamName":"2026/10/05/[$LATEST]<h32~40>"}"#,
        ..CALL
    },
    Kind {
        weight: 40,
        source: "ssm",
        name: "UpdateInstanceInformation",
        request: r#"{"instanceId":"i-0<h16~60>","agentVersion":"3.3.2746.0","agentStatus":"Active","platformType":"Windows","platformName":"Microsoft Windows Server 2022 Datacenter","platformVersion":"10.0.20348","iPAddress":"<ip>","computerName":"EC2AMAZ-<c7~60>.corp.example.com","agentName":"amazon-ssm-agent","agentPath":"C:\\Program Files\\Amazon\\SSM\\","availabilityZone":"<region>a","sSMConnectionChannel":"ssmmessages"}"#,
        ..CALL
    },
    Kind {
        weight: 12,
        source: "ec2",
        name: "RunInstances",
        request: r#"{"instancesSet":{"items":[{"minCount":1,"maxCount":4}]},"instanceType":"<instance>","blockDeviceMapping":{},"monitoring":{"enabled":false},"launchTemplate":{"launchTemplateId":"lt-0<h16~8>","version":"7"},"clientToken":"<id>","tagSpecificationSet":{"items":[{"resourceType":"instance","tags":[{"key":"Name","value":"<app>-<stage>"},{"key":"owner","value":"Zoë Ångström"}]}]}}"#,
        response: r#"{"requestId":"<uuid>","reservationId":"r-0<h16>","ownerId":"<account>","groupSet":{},"instancesSet":{"items":[<items>]},"requesterId":"<other>"}"#,
        items: (
            r#"{"instanceId":"i-0<h16~60>","imageId":"ami-0<h16~4>","currentInstanceBootMode":"uefi","instanceState":{"code":0,"name":"pending"},"privateDnsName":"ip-10-0-<d2>-<d2>.<region>.compute.internal","amiLaunchIndex":0,"productCodes":{},"instanceType":"<instance>","launchTime":1791200000000,"placement":{"availabilityZone":"<region>b","tenancy":"default"},"monitoring":{"state":"disabled"},"subnetId":"subnet-0<h16~9>","vpcId":"vpc-0<h16~3>","privateIpAddress":"<ip>","stateReason":{"code":"pending","message":"pending"},"architecture":"arm64","rootDeviceType":"ebs","rootDeviceName":"/dev/xvda","blockDeviceMapping":{},"virtualizationType":"hvm","hypervisor":"xen","tagSet":{"items":[{"key":"aws:autoscaling:groupName","value":"<app>-<stage>"},{"key":"backup-plan","value":"daily"}]},"clientToken":"<id>","groupSet":{"items":[{"groupId":"sg-0<h16~20>","groupName":"<app>-<stage>-nodes"}]},"sourceDestCheck":true,"networkInterfaceSet":{"items":[{"networkInterfaceId":"eni-0<h16~200>","subnetId":"subnet-0<h16~9>","vpcId":"vpc-0<h16~3>","ownerId":"<account>","status":"in-use","macAddress":"0a:<h2>:<h2>:<h2>:<h2>:<h2>","privateIpAddress":"<ip>","sourceDestCheck":true,"interfaceType":"interface","ipv6AddressesSet":{},"tagSet":{}}]},"ebsOptimized":true,"enaSupport":true,"cpuOptions":{"coreCount":2,"threadsPerCore":1},"capacityReservationSpecification":{"capacityReservationPreference":"open"},"enclaveOptions":{"enabled":false},"metadataOptions":{"state":"pending","httpTokens":"required","httpPutResponseHopLimit":2,"httpEndpoint":"enabled"}}"#,
            1,
            3,
        ),
        ..CALL
    },
    Kind {
        weight: 20,
        source: "ec2",
        name: "CreateNetworkInterface",
        request: r#"{"subnetId":"subnet-0<h16~9>","description":"AWS Lambda VPC ENI-<app>-<stage>-<id>","groupSet":{"items":[{"groupId":"sg-0<h16~20>"}]},"privateIpAddressesSet":{},"clientToken":"<id>"}"#,
        response: r#"{"requestId":"<uuid>","networkInterface":{"networkInterfaceId":"eni-0<h16~200>","subnetId":"subnet-0<h16~9>","vpcId":"vpc-0<h16~3>","availabilityZone":"<region>c","description":"AWS Lambda VPC ENI-<app>-<stage>-<id>","ownerId":"<account>","requesterId":"AROA<c17>:<account>","requesterManaged":false,"status":"pending","macAddress":"06:<h2>:<h2>:<h2>:<h2>:<h2>","privateIpAddress":"<ip>","privateDnsName":"ip-10-0-<d2>-<d2>.<region>.compute.internal","sourceDestCheck":true,"interfaceType":"lambda"}}"#,
        ..CALL
    },
    Kind {
        weight: 20,
        source: "dynamodb",
        name: "UpdateItem",
        data: true,
        request: r#"{"tableName":"<app>-<stage>-sessions","key":{"pk":"TENANT#<h8~90>","sk":"SESSION#<uuid~200>"},"returnValues":"NONE"}"#,
        resources: r#"[{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<account>:table/<app>-<stage>-sessions"}]"#,
        ..CALL
    },
    Kind {
        weight: 10,
        source: "ecs",
        name: "RegisterTaskDefinition",
        request: r#"{"family":"<app>-<stage>","taskRoleArn":"arn:aws:iam::<account>:role/<app>-<stage>-task","executionRoleArn":"arn:aws:iam::<account>:role/<app>-<stage>-exec","networkMode":"awsvpc","containerDefinitions":[<items>],"requiresCompatibilities":["FARGATE"],"cpu":"1024","memory":"2048"}"#,
        response: r#"{"taskDefinition":{"taskDefinitionArn":"arn:aws:ecs:<region>:<account>:task-definition/<app>-<stage>:<d3>","family":"<app>-<stage>","revision":1<d2>,"status":"ACTIVE","registeredBy":"arn:aws:sts::<account>:assumed-role/ci-deploy-<app>/GitHubActions","containerDefinitions":[<items>]}}"#,
        items: (
            r#"{"name":"<app>","image":"<account>.dkr.ecr.<region>.amazonaws.com/<app>/<stage>:<h40>","cpu":0,"memoryReservation":512,"portMappings":[{"containerPort":8080,"hostPort":8080,"protocol":"tcp"}],"essential":true,"environment":[{"name":"STAGE","value":"<stage>"},{"name":"QUERY","value":"{\"query\":{\"match\":{\"eventName\":\"CreateBackupVault\"}}}"},{"name":"FEATURES","value":"[\"a\\\\b\",\"c]}\"]"}],"mountPoints":[],"volumesFrom":[],"logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/ecs/<app>-<stage>","awslogs-region":"<region>","awslogs-stream-prefix":"ecs"}}}"#,
            1,
            3,
        ),
        ..CALL
    },
    Kind {
        weight: 8,
        source: "iam",
        name: "PutRolePolicy",
        request: r#"{"roleName":"<app>-<stage>-worker-role","policyName":"read-<app>","policyDocument":"{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Sid\": \"Read<h4>\",\n      \"Effect\": \"Allow\",\n      \"Action\": [\n        \"s3:GetObject\",\n        \"s3:ListBucket\",\n        \"backup:StartBackupJob\"\n      ],\n      \"Resource\": [\n        \"arn:aws:s3:::<app>-<stage>-<region>\",\n        \"arn:aws:s3:::<app>-<stage>-<region>/*\"\n      ],\n      \"Condition\": {\n        \"StringEquals\": {\n          \"aws:PrincipalOrgID\": \"o-<h10>\",\n          \"aws:CalledVia\": \"backup.amazonaws.com\"\n        }\n      }\n    }\n  ]\n}"}"#,
        ..CALL
    },
    Kind {
        weight: 8,
        source: "securityhub",
        name: "BatchImportFindings",
        request: r#"{"Findings":[<items>]}"#,
        response: r#"{"FailedCount":0,"SuccessCount":1,"FailedFindings":[]}"#,
        items: (
            r#"{"SchemaVersion":"2018-10-08","Id":"arn:aws:securityhub:<region>:<account>:subscription/finding/<uuid>","ProductArn":"arn:aws:securityhub:<region>::product/aws/securityhub","GeneratorId":"aws-foundational-security-best-practices/v/1.0.0/Backup.1","AwsAccountId":"<account>","Types":["Software and Configuration Checks"],"FirstObservedAt":"<time>","Severity":{"Label":"MEDIUM","Original":"MEDIUM"},"Title":"AWS Backup recovery points should be encrypted at rest","Description":"Prüft, ob Wiederherstellungspunkte «at rest» verschlüsselt sind.","Resources":[{"Type":"AwsEc2Instance","Id":"arn:aws:ec2:<region>:<account>:instance/i-0<h16~60>","Partition":"aws","Region":"<region>"}],"RecordState":"ACTIVE","Workflow":{"Status":"NEW"}}"#,
            1,
            4,
        ),
        ..CALL
    },
    Kind {
        weight: 8,
        source: "cloudformation",
        name: "CreateChangeSet",
        request: r#"{"stackName":"<app>-<stage>","changeSetName":"deploy-<d10>","changeSetType":"UPDATE","capabilities":["CAPABILITY_IAM","CAPABILITY_NAMED_IAM"],"parameters":[<items>],"tags":[{"key":"commit","value":"<h40>"}]}"#,
        response: r#"{"id":"arn:aws:cloudformation:<region>:<account>:changeSet/deploy-<d10>/<id>","stackId":"arn:aws:cloudformation:<region>:<account>:stack/<app>-<stage>/<uuid~30>"}"#,
        items: (r#"{"parameterKey":"Param<h4>","parameterValue":"****"}"#, 2, 12),
        ..CALL
    },
    Kind {
        weight: 15,
        source: "lambda",
        name: "Invoke",
        data: true,
        request: r#"{"functionName":"arn:aws:lambda:<region>:<account>:function:<app>-<stage>-worker","invocationType":"Event"}"#,
        additional: r#"{"functionVersion":"arn:aws:lambda:<region>:<account>:function:<app>-<stage>-worker:$LATEST"}"#,
        resources: r#"[{"accountId":"<account>","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:<region>:<account>:function:<app>-<stage>-worker"}]"#,
        ..CALL
    },
    Kind {
        weight: 6,
        source: "kms",
        name: "RotateKey",
        details: r#"{"keyId":"<uuid>"}"#,
        resources: r#"[{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<account>:key/<uuid~12>"}]"#,
        ..CALL
    },
    // Traps: members with the names of a record's own, nested where only a depth-aware reader does not count them.
    Kind {
        weight: 6,
        source: "lambda",
        name: "TagResource20170331v2",
        request: r#"{"resource":"arn:aws:lambda:<region>:<account>:function:<app>-<stage>-worker","tags":{"eventSource":"backup.amazonaws.com","eventName":"DeleteRecoveryPoint","awsRegion":"mars-north-1","recipientAccountId":"000000000000","eventTime":"1999-12-31T23:59:59Z"}}"#,
        ..CALL
    },
    Kind {
        weight: 6,
        source: "events",
        name: "PutEvents",
        request: r#"{"entries":[{"source":"com.example.replay","detailType":"replayed log","detail":{"Records":[{"eventVersion":"1.08","eventTime":"2001-01-01T00:00:00Z","eventSource":"backup.amazonaws.com","eventName":"DeleteBackupVault","awsRegion":"eu-north-1","recipientAccountId":"999999999999","requestParameters":{"backupVaultName":"lookalike-<h8>"}},{"eventSource":"ram.amazonaws.com","eventName":"CreateResourceShare"}]}}]}"#,
        response: r#"{"failedEntryCount":0,"entries":[{"eventId":"<uuid>"}]}"#,
        ..CALL
    },
    Kind {
        weight: 6,
        source: "events",
        name: "PutRule",
        request: r#"{"name":"backup-watch","eventPattern":"{\"source\":[\"aws.backup\"],\"detail\":{\"eventSource\":[\"backup.amazonaws.com\"],\"eventName\":[\"DeleteBackupVault\",{\"prefix\":\"Delete\\\\\"}]}}","state":"ENABLED","description":"}]}{[ \"quoted\" and \\ at the end \\"}"#,
        response: r#"{"ruleArn":"arn:aws:events:<region>:<account>:rule/backup-watch"}"#,
        ..CALL
    },
    Kind {
        weight: 6,
        source: "ssm",
        name: "SendCommand",
        request: r#"{"documentName":"AWS-RunPowerShellScript","instanceIds":["i-0<h16~60>"],"parameters":{"commands":["Get-ChildItem \"C:\\Backups\\Records\\\" | Where-Object { $_.Name -like '*[{]*' }","\\\\fileserver\\share$\\<app>\\","echo '{\"eventSource\":\"mpa.amazonaws.com\"}' > C:\\temp\\"],"workingDirectory":["C:\\"]},"comment":"Übersicht \u201eSicherungen\u201c \ud83d\udce6 \t\/end\\"}"#,
        response: r#"{"command":{"commandId":"<uuid>","status":"Pending","expiresAfter":"Oct 5, 2026, 6:00:00 PM","eventTime":"<time>","nested":[[[{"a":[{"eventSource":"organizations.amazonaws.com"}]}]]]}}"#,
        ..CALL
    },
    Kind {
        weight: 6,
        source: "es",
        name: "ESHttpPost",
        request: r#"{"pathParameters":{"index":"cloudtrail"},"body":"{\"Records\":[{\"eventSource\":\"backup.amazonaws.com\",\"eventName\":\"StartCopyJob\",\"note\":\"\\\"quoted\\\" \\\\\\\\server\\\\\"}]}","eventSource":"backup.amazonaws.com"}"#,
        ..CALL
    },
];
