/**
 * The resource graph of the Pulumi program, as the recording monitor saw it: the only description of the pipeline that the
 * embedded host has. All inputs are fully resolved (ARNs, ASL text, IAM JSON).
 */
export interface Resource {
  /** Pulumi's type token, `aws:kinesis/stream:Stream`. */
  readonly type: string;
  /** Pulumi's resource name (not the AWS name), unique per type. */
  readonly name: string;
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What the recording monitor answered: the inputs, `arn`, `id` and what else the provider computes. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface Graph {
  readonly accountId: string;
  readonly region: string;
  readonly project: string;
  readonly stack: string;
  readonly resources: readonly Resource[];
  /** What `lake(settings)` returned, resolved: `streamName`, `bucket`, `stateMachineArn` and so on. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

export const resourcesOf = (graph: Graph, type: string): readonly Resource[] =>
  graph.resources.filter((resource) => resource.type === type);
