/**
 * The part of the Amazon States Language that this project emits (JSONata only). The state machine stand-in interprets exactly
 * this type: a state kind that is not here does not compile, and one that is here must be handled there.
 * https://states-language.net/ and the Step Functions developer guide, "Transforming data with JSONata".
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** A JSONata expression, `{% … %}`. */
export type Expression = `{%${string}%}`;

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly MaxAttempts: number;
  readonly BackoffRate: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}

export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  readonly Output?: Json;
  readonly Assign?: { readonly [name: string]: Json };
}

interface Common {
  readonly Comment?: string;
  readonly Assign?: { readonly [name: string]: Json };
  readonly Output?: Json;
}

type Transition = { readonly Next: string } | { readonly End: true };

export type TaskState = Common &
  Transition & {
    readonly Type: 'Task';
    readonly Resource:
      | 'arn:aws:states:::lambda:invoke'
      | 'arn:aws:states:::athena:startQueryExecution.sync'
      | 'arn:aws:states:::aws-sdk:glue:deleteTable';
    readonly Arguments: Json;
    readonly TimeoutSeconds: number;
    readonly Retry?: readonly Retrier[];
    readonly Catch?: readonly Catcher[];
  };

export type PassState = Common & Transition & { readonly Type: 'Pass' };

export type WaitState = Common & Transition & { readonly Type: 'Wait'; readonly Seconds: number | Expression };

export interface ChoiceState extends Common {
  readonly Type: 'Choice';
  readonly Choices: readonly {
    readonly Condition: Expression;
    readonly Next: string;
    readonly Assign?: { readonly [name: string]: Json };
    readonly Output?: Json;
  }[];
  readonly Default: string;
}

/** An inline Map shares its parent's history; a Distributed Map runs each item as a child execution and reads its items from S3. */
export type MapState = Common &
  Transition & {
    readonly Type: 'Map';
    readonly Items?: Json;
    readonly ItemReader?: {
      readonly Resource: 'arn:aws:states:::s3:getObject';
      readonly ReaderConfig: { readonly InputType: 'JSON' };
      readonly Arguments: Json;
    };
    readonly ItemSelector?: Json;
    readonly MaxConcurrency: number;
    readonly ItemProcessor: {
      readonly ProcessorConfig:
        { readonly Mode: 'INLINE' } | { readonly Mode: 'DISTRIBUTED'; readonly ExecutionType: 'STANDARD' };
      readonly StartAt: string;
      readonly States: { readonly [name: string]: State };
    };
    readonly Label?: string;
    readonly ToleratedFailurePercentage?: number;
    readonly Retry?: readonly Retrier[];
    readonly Catch?: readonly Catcher[];
  };

export interface SucceedState {
  readonly Type: 'Succeed';
  readonly Comment?: string;
  readonly Output?: Json;
}

export interface FailState {
  readonly Type: 'Fail';
  readonly Comment?: string;
  readonly Error: string;
  readonly Cause: string;
}

export type State = TaskState | PassState | WaitState | ChoiceState | MapState | SucceedState | FailState;

export interface StateMachine {
  readonly Comment: string;
  readonly QueryLanguage: 'JSONata';
  readonly StartAt: string;
  readonly TimeoutSeconds: number;
  readonly States: { readonly [name: string]: State };
}
