import { REFUSALS } from './stand-ins/athena/refusals';
import type { StandInName } from './support';

/**
 * How the behaviour of each stand-in compares with the service that it stands in for. Operations and inputs are not listed here:
 * `docs/parity.md` takes them from the stand-ins themselves (`npm run parity`).
 */
export interface Parity {
  /** As AWS calls it. */
  readonly service: string;
  /** What answers an operation or a parameter that is not modelled. */
  readonly refusal: string;
  /** Behaves as on AWS, helpful or not. */
  readonly alike: readonly string[];
  /** Answers, but not quite as on AWS, and why. */
  readonly different: readonly string[];
  /** Is refused, or is never seen here. */
  readonly absent: readonly string[];
  /** The tests that show it. */
  readonly tests: readonly string[];
}

export type ParityName = StandInName | 'metrics' | 'identity';

export const PARITY: Readonly<Record<ParityName, Parity>> = {
  stream: {
    service: 'Amazon Kinesis Data Streams',
    refusal:
      '`UnknownOperationException`; a member of another type or outside the bounds of the API is a `SerializationException` or a `ValidationException`',
    alike: [
      'Records go to shards by the MD5 of their partition key, or by `ExplicitHashKey`; sequence numbers rise within a shard.',
      'PutRecords answers 200 with a result per record; a record that fails does so alone, with `ErrorCode` and `ErrorMessage`.',
      'At most 500 records and 10 MiB a request, and as many KiB a record as the stream is set to take.',
      'All five kinds of shard iterator; an iterator expires after five minutes. GetRecords answers at most 10,000 records and 10 MiB.',
      'What is older than the retention is gone.',
      'A provisioned shard takes 1,000 records and 1 MiB a second, and refuses more with `ProvisionedThroughputExceededException` (on the wall clock).',
    ],
    different: [
      'On a manual clock shards have no write limit: a minute of records may arrive at one virtual instant, and refusing them would say nothing about the pipeline.',
      'An on-demand stream has four shards and no limit: it scales beyond what one machine can send.',
      'Encryption is answered as configured; logs on disk are not encrypted.',
      '`MillisBehindLatest` is at least 1 while records wait, also where all of them arrived this instant.',
    ],
    absent: [
      'Splitting, merging and UpdateShardCount; a stream keeps the shards that it was declared with.',
      'Consumers with enhanced fan-out, and the read limits (five GetRecords a second and 2 MB/s per shard).',
      'Creating, changing and deleting streams, tags, metrics, stream ids (`StreamId` is refused).',
    ],
    tests: ['tests/local/stream.test.ts', 'tests/local/stream-wire.test.ts'],
  },
  delivery: {
    service: 'Amazon Data Firehose',
    refusal: '`UnknownOperationException`; an input of the resource that is not modelled stops the host before it starts',
    alike: [
      'No newline is added between records, and none is expected: what the transform returns is what is written, back to back.',
      'A stream as source is read from its latest record when the delivery stream is created, and at least once after that.',
      'Records are collected for the transform by size and interval and sent with `recordId` and `approximateArrivalTimestamp`; each gets its verdict: `Ok`, `Dropped`, `ProcessingFailed`.',
      'An answer that leaves out a record, repeats one or is not in the expected form fails the whole batch at once (`Lambda.MissingRecordId`, `Lambda.DuplicatedRecordId`, `Lambda.JsonProcessingException`); a function that throws, times out or answers more than 6 MB is invoked again, three times by default.',
      'What fails is written below the error prefix as one JSON line per record, with `rawData` in base64, `attemptsMade`, `errorCode` and `errorMessage`.',
      'Dynamic partitioning by `partitionKeyFromLambda`; 500 active partitions, and an error for the records of the 501st; partition keys that are missing or empty, and prefixes above 512 characters, are errors too.',
      'Prefixes with `!{timestamp:…}`, `!{partitionKeyFromLambda:…}`, `!{firehose:random-string}` and `!{firehose:error-output-type}`, and the rules about which may stand where; the hourly folder where a prefix has no timestamp.',
      'Objects by buffer size (before compression) and interval; names and timestamps come from the oldest arrival in the object.',
      'A data stream as source refuses PutRecord and PutRecordBatch. PutRecordBatch takes 500 records and 4 MiB, a record at most 1,000 KiB.',
      'Delivery errors are logged where the log group and stream say, as lines of a file.',
    ],
    different: [
      'Intervals are exact; Firehose may take longer.',
      'A write to S3 that fails is tried again for ever; Firehose gives up after 24 hours.',
      'Two invocations of the transform are under way at a time, whatever the number of shards.',
      'Object names are drawn from a seed, so that the same day has the same names.',
      'Timestamp patterns know `yyyy`, `MM`, `dd`, `HH`, `mm`, `ss` and quoted text; any other letter is refused at the start.',
    ],
    absent: [
      'Destinations other than S3, processors other than one Lambda, conversion to Parquet or ORC, backup of source records, keys extracted by a query, KPL de-aggregation.',
      'Compression other than GZIP and none.',
      'Throughput quotas of Direct PUT, creating and changing delivery streams.',
    ],
    tests: ['tests/local/delivery.test.ts', 'tests/local/delivery-prefix.test.ts', 'tests/local/stream-wire.test.ts'],
  },
  storage: {
    service: 'Amazon S3',
    refusal: '`NotImplemented` (501), for an operation, a query parameter and an `x-amz-` header alike',
    alike: [
      'Conditional reads, and conditional writes, copies and deletes (`If-Match`, `If-None-Match: *`): 304, 412.',
      'Ranges with suffixes; user metadata and the standard headers; `response-…` overrides; presigned URLs.',
      'Listings in the order of UTF-8 bytes, pages of 1,000, prefixes, delimiters, `start-after`, `encoding-type=url`.',
      'Multipart uploads with their rules (5 MiB a part but the last, 10,000 parts, ETags of parts, the one checksum that they were created for), and uploads that are copied in parts.',
      '`aws-chunked` bodies with trailers; CRC32, CRC32C, CRC64NVME, SHA-1, SHA-256 and Content-MD5 are checked.',
      'DeleteObjects takes 1,000 keys and answers 200 with an error per key.',
      'Lifecycle rules by prefix and days: an object leaves, and an upload that never ended is given up, so many days later, rounded up to the next midnight UTC.',
      'ACLs are refused but for those that an owner-enforced bucket accepts; another expected bucket owner is `AccessDenied`.',
    ],
    different: [
      'An object is a plain file whose path is its key, so a key cannot have empty, `.` or `..` segments, control characters or segments above 255 bytes, and the keys `a` and `a/b` cannot both be there: `InvalidRequest` says so.',
      'A file system that folds case or Unicode forms folds keys with it.',
      'A file that is placed by hand is an object; its ETag is read from its content.',
      'Versioning is answered as configured, and old versions are not kept.',
      'What a lifecycle rule ends is gone at that midnight; S3 may take some days longer. No delete marker is to be seen, and what expired cannot be brought back.',
      'To a lifecycle rule no object is older than the data directory: the time of a file that is placed by hand may be of any year.',
      'Encryption headers are accepted, and objects are plain; the storage class is STANDARD alone.',
    ],
    absent: [
      'Versions by id, tags, object lock, rules by tag, size or date, transitions to other storage classes, policies, CORS, website, inventory, notifications, Select, other storage classes.',
      'Creating and deleting buckets: the program declares them. Virtual-hosted addresses: path style alone.',
    ],
    tests: ['tests/local/s3/store.test.ts', 'tests/local/s3/wire.test.ts', 'tests/local/s3/lifecycle.test.ts'],
  },
  function: {
    service: 'AWS Lambda',
    refusal: 'Lambda has no operations on the wire: delivery, state machine and schedule invoke functions inside the host',
    alike: [
      'The very bundle that would be deployed runs, with the environment of the program, and signs its calls as its own role.',
      'One event at a time in an environment; environments stay warm and are used again, so that state left in a module is seen by the next event.',
      'An error is a payload (`errorType`, `errorMessage`, `trace`) with `FunctionError`; a timeout or an exit ends the environment.',
      'Request and response are at most 6 MB each.',
      'Beside the bundle there are Node.js itself and the AWS SDK; the variables that the runtime defines are there.',
    ],
    different: [
      'Functions run in threads of the host: the Node.js version is that of the host, the heap is limited by the memory of the function but never below what Node.js itself needs, and the time zone is that of the process (`TZ` has no effect).',
      'Two environments per function and sixteen in all, whatever concurrency is reserved.',
      'Timeouts are of the wall clock; virtual time stands still while a function runs.',
      'The file system is that of the host; files that a function brings along beside its bundle lie where `LAMBDA_TASK_ROOT` says.',
      'An event that a schedule hands over is handled once: Lambda’s own two retries of asynchronous events are not made.',
    ],
    absent: ['The Invoke API on the wire, asynchronous invocations, versions and aliases, layers, X-Ray.'],
    tests: ['tests/local/function.test.ts'],
  },
  'event-source': {
    service: 'AWS Lambda event source mappings',
    refusal:
      '`UnknownOperationException`; an input of the resource that is not modelled, or that Lambda would refuse, stops the host before it starts',
    alike: [
      'Records of a shard are handed over in their order, one batch at a time; a batch is sent on when it is full, when its batching window ends or when an event could hold no more (6 MB).',
      'An event has the members that Lambda gives it, with data in base64, event ids, and the arrival in seconds.',
      'A function that throws or times out fails its batch; `batchItemFailures` fails it from the lowest record named on, and a name that is empty or unknown fails all of it.',
      'A failed batch is tried again with growing waits until its retries are used up or its records are too old; split in two, or at the record that was named, where that is asked for, and splitting costs no retries.',
      'A batch that was given up on is described in S3, by the key and in the form that Lambda has: condition, number of invocations, first and last record, and the event itself.',
      'Tumbling windows by arrival: state is handed from batch to batch, an answer without it is a failure, a last invocation without records comes at the end of the window and is tried until it succeeds; state above 1 MB ends the window early.',
      'What was done is remembered over restarts, with the state of the open window; what was under way is handed over again.',
    ],
    different: [
      'Waits between retries are 1 s, doubled up to a minute: AWS says no numbers. A function that cannot be invoked at all is tried again after 5 s.',
      'A shard is read a second after an arrival; Lambda polls about once a second.',
      'A window without records, or of which every record was given up on, has no last invocation.',
    ],
    absent: [
      'Other sources than data streams, filters, enhanced fan-out, several batches of a shard at a time, AT_TIMESTAMP, destinations other than S3.',
      'Creating, changing and deleting mappings; the IteratorAge metric (the figure is in `GET /_lithify/status`).',
    ],
    tests: ['tests/local/event-source.test.ts'],
  },
  catalog: {
    service: 'AWS Glue Data Catalog',
    refusal: '`UnknownOperationException`; a member that an operation does not model is an `InvalidInputException` that names it',
    alike: [
      'Databases, tables and partitions, their names in lower case; a partition has as many values as its table has keys.',
      'Batch calls answer 200 with an error per item, within the limits of each (100 to create or update, 25 to delete, 1,000 to get).',
      'GetPartitions evaluates expressions: comparisons, IN, BETWEEN, LIKE, IS NULL, AND, OR, NOT and brackets, by the types of the columns; in pages, and in segments.',
      'UpdatePartition replaces all of the partition at once: a reader sees the one before or the one after.',
      'UpdateTable with a `VersionId` that is no longer current is a `ConcurrentModificationException`.',
      'Tables and partitions survive a restart; tables that the program declares are declared again and keep their partitions.',
    ],
    different: [
      'Table versions are numbered, and old ones are not kept.',
      'Column statistics are accepted and not kept, as no planner here reads them; asking for them answers none.',
      'A table that the program no longer declares is gone at the next start, with its partitions.',
      'Partition indexes are answered as declared, and speed up nothing.',
    ],
    absent: [
      'Views, crawlers, jobs, connections, schemas and their registry, Lake Formation, other catalogs, user-defined functions, transactions.',
    ],
    tests: ['tests/local/catalog.test.ts', 'tests/local/catalog-expression.test.ts'],
  },
  athena: {
    service: 'Amazon Athena, engine version 3',
    refusal:
      '`UnknownOperationException`, and `InvalidRequestException` for a member; in a statement, `NOT_SUPPORTED` or the error of the engine, and the query fails',
    alike: [
      'Statements are read by the grammar of Trino: what belongs to another dialect is a `SYNTAX_ERROR` with its line and column; a function that is not in the list above is unknown.',
      'A workgroup that enforces its settings decides where results go, and refuses a CTAS with `external_location`; one that is disabled refuses queries; above the cutoff of bytes scanned a query is cancelled.',
      'A client request token answers the same query; the same token with another text is refused.',
      'CTAS: at most 100 open writers for partitions and buckets, an empty location, partition columns last and in order, a name for every column, one file per bucket. What it wrote before it failed is not seen.',
      'Partition projection: enum, integer, date and injected columns; injected ones must be named in the query. Registered partitions are read where they are located; a projected table ignores them.',
      'Only partitions that the predicates leave are opened, also through joins, unions and common table expressions; bytes scanned are all of a text object and, of Parquet, the column chunks that the query needs.',
      'A text object that is cut off or corrupt fails the query. A malformed JSON line is a row of NULLs where the table says so, else an error. Rows of text are at most 32 MB.',
      'Objects whose names start with `_` or `.` and empty objects are no data; a location without objects has no rows. `"$path"` is hidden from `SELECT *`.',
      'Results are CSV objects of the workgroup, answered in pages of 1,000 with the header as first row, values written as Athena writes them.',
    ],
    different: [
      'Queries run in DuckDB inside the host, from their unchanged text, or with `--engine trino` in a Trino that reads the Glue and S3 endpoints of the host. What the two answer is compared by `npm run test:trino`, value by value, and recorded for `npm test`.',
      'Texts, numbers, moments and booleans are compared with their own kind alone, as by Trino, but for what a subquery answers: the embedded engine casts that where it can. A computed decimal may have other digits in all; those after the point are the same.',
      'On Trino: `NOW` in a projected range of dates is by the clock of Trino; objects opened are counted by its splits, of which an object above 32 MB may have several; CTAS with LZ4 is refused; `current_timestamp` and the like are those of the host.',
      'A query takes no time on the host’s clock; statistics tell the time of the wall. One query runs at a time, four on Trino.',
      'Buckets are chosen by another hash than Trino’s, so other rows share a file; files differ in size, and rows without ORDER BY in order.',
      'Encryption, owner and ACL of a result configuration are taken, and results are plain files.',
    ],
    absent: [
      'INSERT, UNLOAD, MERGE, DELETE, views, CREATE TABLE without a query, ALTER, MSCK REPAIR, prepared statements, EXPLAIN, Iceberg, federated catalogs, Spark.',
      'CTAS in formats other than Parquet; SerDes other than Parquet, the two JSON ones and LazySimpleSerDe; their properties beyond those that are read.',
      'Reuse of results.',
      ...Object.values(REFUSALS).map((reason) => `The embedded engine refuses, with these words: ${reason}.`),
    ],
    tests: [
      'tests/local/athena-queries.test.ts',
      'tests/local/athena-tables.test.ts',
      'tests/local/athena-ctas.test.ts',
      'tests/local/athena-sql.test.ts',
      'tests/local/athena-json-scalar.test.ts',
      'tests/local/athena-trino.test.ts',
      'tests/trino/recorded.test.ts',
    ],
  },
  'state-machine': {
    service: 'AWS Step Functions',
    refusal:
      '`UnknownOperationException`; a parameter that is not modelled is a `ValidationException`; a definition with a field that is not modelled stops the host before it starts',
    alike: [
      'STANDARD executions in JSONata, with variables, `$states`, and the functions that AWS adds (`$partition`, `$range`, `$hash`, `$random`, `$uuid`, `$parse`) and leaves out (`$eval`); a result that is undefined is a `States.QueryEvaluationError`.',
      'Inputs, outputs, arguments and results of at most 256 KiB, histories of at most 25,000 events; `States.DataLimitExceeded` and `States.Runtime` are caught only by name.',
      'Retry (interval, back-off, most delay, full jitter, attempts per retrier) and Catch with `Output` and `Assign`; `States.ALL` and `States.TaskFailed` as wildcards; timeouts of tasks and of the machine.',
      'An inline Map in the history of its execution; a Distributed Map with a child execution per item, items read from an object, the tolerated percentage of failures, Map Runs to list and describe.',
      'Execution names: the same name and input answers the execution that runs, anything else is `ExecutionAlreadyExists` for 90 days.',
      'Redriving a failed, aborted or timed-out execution goes on at the states that did not succeed; what had succeeded is not run again.',
      'Tasks are called as the machine’s role; a failing call is named by its service and error; stopping an execution stops its query.',
    ],
    different: [
      'Time passes in Wait states and in the pauses of Retry alone: calls, functions and queries take none on the host’s clock.',
      'A restart of the host takes running executions up again at the states they had entered: a task that was under way is called once more, and counts of retries begin anew.',
      'Randomness is drawn from a seed, so that the same execution draws the same.',
      'A function that runs when its execution is stopped still ends; its answer is ignored.',
      'Logging and tracing are answered as configured; the history of every execution is kept whole instead.',
    ],
    absent: [
      'JSONPath, EXPRESS workflows, Parallel states, activities, callbacks with a task token, versions and aliases, integrations other than those above, batches of items, results written by a Map Run, CSV and manifest readers.',
      'Creating and changing state machines: the program declares them.',
    ],
    tests: [
      'tests/local/state-machine.test.ts',
      'tests/local/state-machine-api.test.ts',
      'tests/local/state-machine-definition.test.ts',
      'tests/local/state-machine-expression.test.ts',
      'tests/local/state-machine-map.test.ts',
    ],
  },
  schedule: {
    service: 'Amazon EventBridge Scheduler',
    refusal:
      '`UnknownOperationException`; a query parameter that is not modelled is a `ValidationException`, and a target of another kind stops the host before it starts',
    alike: [
      '`cron(…)` with six fields, `rate(…)` and `at(…)`, start and end dates, in the time zone of the schedule; local times that a change of the clocks leaves out are skipped, those that it repeats count once.',
      'A flexible window delays each occurrence within it; a disabled schedule starts nothing.',
      'A target is started as the role of the schedule, with its input and the context attributes in it, or by the universal target `sfn:startExecution`.',
      'A function as target gets its event and is not asked how it went: an error of the function is its own affair.',
      'A start that is throttled or fails by a fault of the service is tried again within the attempts and the age of the retry policy; any other failure is final at once. What failed for good is a dead letter.',
    ],
    different: [
      'Retries wait 1 s, doubled up to 15 minutes: AWS says "exponential back-off" and no numbers.',
      'Dead letters are kept by the host, not in a queue.',
      'Occurrences that fall into a time when the host is down are not made up for, and retries that were due then are given up.',
      'Delays within a flexible window are drawn from the schedule and its time.',
    ],
    absent: [
      'Creating, changing and deleting schedules and groups: the program declares them. Targets other than a state machine or a function, deletion after completion.',
    ],
    tests: ['tests/local/schedule.test.ts', 'tests/local/schedule-occurrence.test.ts'],
  },
  table: {
    service: 'Amazon DynamoDB',
    refusal:
      '`UnknownOperationException`; a parameter, a clause or a type that is not modelled is a `ValidationException` that names it; a table with indexes, a stream or provisioned capacity stops the host before it starts',
    alike: [
      'Items by hash key and range key, in the order of the range key: texts and bytes by their UTF-8 bytes, numbers by value with 38 digits.',
      'Condition, filter, key condition, projection and update expressions (`SET`, `REMOVE`); placeholders that are unused or missing, and reserved words, are refused.',
      'TransactWriteItems: all or nothing, with a cancellation reason per action in their order; the same ClientRequestToken within ten minutes is an answer for the same request and an `IdempotentParameterMismatchException` for another one.',
      'Query and Scan in pages by `Limit` and by 1 MB, filtered after they are read; a page that its limit ended names its last key even when nothing follows; a starting key need not be there.',
      'Items of at most 400 KB, keys of at most 2,048 and 1,024 bytes, transactions of at most 100 actions and 4 MB.',
      'A request is on disk as a whole before it is answered, so that a transaction that a crash cut off is not there.',
      'Time to live: an item expires by a number of Unix seconds; any other type, and a time more than five years ago, is none.',
    ],
    different: [
      'An expired item is gone with the next request; DynamoDB takes up to some days, in which it is still read.',
      'Every read is consistent, whether or not it asks to be.',
      'Transactions run one after another, so none conflicts with another.',
      'A Scan goes by the MD5 of the hash key; DynamoDB does not tell its own hash.',
    ],
    absent: [
      'Sets, indexes, streams, backups, batches, TransactGetItems, PartiQL, parallel scans, capacity and throttling; `ADD` and `DELETE` in updates; elements of lists in projections and updates.',
      'Creating, changing and deleting tables: the program declares them.',
    ],
    tests: ['tests/local/table.test.ts'],
  },
  'http-api': {
    service: 'Amazon API Gateway, HTTP APIs',
    refusal:
      'an API has no operations on the wire of the host: it answers on a loopback port of its own; an integration, an authorizer or a stage of another kind stops the host before it starts',
    alike: [
      'The most specific route is taken: fixed segments before variables, a greedy variable after those, `$default` last.',
      'The function gets payload format 2.0: lower-case headers, values that occur twice joined with commas, cookies apart, bodies that are no text in base64, the claims of the token as texts.',
      'What it answers is a whole response where it has a `statusCode`, else the JSON body of a 200. A function that fails, or lacks the permission for this API, is a 500; one that takes longer than the integration waits is a 503.',
      'A route with a JWT authorizer answers 401 without a token that is signed, in time, of its issuer and for its audience, and 403 where none of its scopes is held.',
      'A request under another host name than the API’s own is refused with 403, so a name of a stranger that points at 127.0.0.1 reaches nothing.',
    ],
    different: [
      'The issuer of the program cannot be asked from here: the host signs tokens itself, with a key in the data directory (HMAC instead of RSA), and `lithify console` puts one into the address that it prints.',
      'Plain HTTP on the loopback interface, which needs no TLS.',
    ],
    absent: [
      'Throttling, access logs, CORS, custom domains, other stages than `$default`, IAM and Lambda authorizers, integrations other than one function.',
    ],
    tests: ['tests/local/http-api.test.ts'],
  },
  metrics: {
    service: 'Amazon CloudWatch',
    refusal:
      '`UnknownOperationException`; a metric, dimension, statistic or member that is not modelled is an `InvalidParameterValue` that names it',
    alike: [
      'GetMetricData answers `IncomingRecords` of `AWS/Kinesis` (by stream) and of `AWS/Firehose` (by delivery stream, Direct PUT): every record that was acknowledged, and no other, by the period in which it arrived.',
      'Data points are kept for 15 days by the minute, 63 days by five minutes and 455 days by the hour; asking for a finer period of an older time answers none.',
      'A period without a record has no data point.',
    ],
    different: [
      'Numbers are exact and there at once; CloudWatch takes minutes, and may lose a data point.',
      'Periods begin at multiples of themselves since 1970, whatever the start that is asked for.',
    ],
    absent: [
      'Every other metric, Average, Minimum, Maximum and percentiles, metric math, pages, ListMetrics, PutMetricData, alarms and dashboards.',
    ],
    tests: ['tests/local/metrics.test.ts'],
  },
  identity: {
    service: 'AWS Security Token Service',
    refusal: '`InvalidAction`',
    alike: ['GetCallerIdentity answers who signed: the operator as a user, a role as an assumed role.'],
    different: ['All callers of one role share one session: the host hands each caller its keys itself.'],
    absent: ['Assuming roles and sessions of any kind.'],
    tests: ['tests/local/endpoint/endpoint.test.ts'],
  },
};

/** What holds for the whole host, whichever service is called. */
export const HOST_PARITY: Omit<Parity, 'service' | 'refusal'> = {
  alike: [
    'One port speaks HTTP/1.1 and HTTP/2 (without TLS), AWS JSON 1.0 and 1.1, REST-JSON, REST-XML and the Query protocol of STS: any SDK, the AWS CLI and boto3 work, with an endpoint URL.',
    'Every caller signs as itself: a function as its role, the state machine and the delivery stream as theirs, any other key as the operator. A request without credentials is refused.',
    'Errors are those of the service, in its words, its protocol and with its status.',
    'All state lies in the data directory and survives a restart; a second process on the same directory is refused.',
  ],
  different: [
    'One account (`000000000000`), one region. Signatures, dates and regions of a request are read and not verified: the port is bound to 127.0.0.1.',
    'IAM policies are not evaluated: a call that AWS would refuse succeeds here. What the steps of a compaction call is held against their roles by a test.',
    'Everything is consistent at once, and nothing is throttled but where this page says so.',
    'All times are those of one clock, which follows the wall or is advanced by hand. On a manual clock, time stands still while anything works, so that results do not depend on the speed of the machine.',
    'Ids, names and jitter are drawn from seeds, so that a run can be repeated.',
  ],
  absent: [
    'CloudWatch metrics and alarms, X-Ray, SQS, KMS and CloudTrail; logs are files below `logs/`.',
    'Creating, changing and deleting resources at run time: the program is the only description. Glue databases, tables and partitions are the exception.',
    'CBOR: the host speaks JSON (`aws.cborEnabled=false` for the AWS SDK for Java).',
  ],
  tests: ['tests/local/endpoint/endpoint.test.ts', 'tests/local/plan.test.ts', 'tests/local/capture.test.ts'],
};
