import { AwsError } from './aws-error';
import type { Caller } from './caller';
import { type Clock, type PausableHold, sleep } from './clock';
import { resourceOf } from './endpoint/json';
import { type Answer, AnswerLost, type InterceptedCall, type Interceptor, type Proceed } from './interceptor';
import type { Integrations, MachineOperation, MachineService } from './stand-ins/state-machine/integrations';

/** The calls that a state machine makes itself, led past an interceptor. */
export const interceptedIntegrations = (integrations: Integrations, intercept: Interceptor, clock: Clock): Integrations => {
  const make = async <K extends Answer['kind']>(
    call: Pick<InterceptedCall, 'service' | 'operation' | 'input'> & { readonly resource: string | undefined },
    caller: Caller,
    hold: PausableHold,
    kind: K,
    proceed: Proceed,
  ): Promise<Extract<Answer, { readonly kind: K }>> => {
    const { resource, ...rest } = call;
    const intercepted: InterceptedCall = {
      ...rest,
      caller,
      via: 'machine',
      ...(resource === undefined ? {} : { resource }),
      letGo: (work) => hold.letGo(work),
      stall: (milliseconds) => hold.letGo(() => sleep(clock, milliseconds)),
    };
    const answer = await intercept(intercepted, proceed).catch((thrown: unknown) => {
      // As the service integrations name a connection that broke.
      if (thrown instanceof AnswerLost)
        throw new AwsError('SdkClientException', `Unable to execute HTTP request: ${thrown.message}`, 500);
      throw thrown;
    });
    if (answer.kind !== kind)
      throw new Error(`${call.service} ${call.operation} cannot be answered by an answer of kind ${answer.kind}`);
    return answer as Extract<Answer, { readonly kind: K }>;
  };

  const service = (name: string, { operations }: MachineService): MachineService => ({
    operations: Object.fromEntries(
      Object.entries(operations).map(([operation, run]): [string, MachineOperation] => [
        operation,
        async (input, caller, hold) => {
          const proceed: Proceed = async (replaced) => ({ kind: 'json', output: await run(replaced ?? input, caller, hold) });
          return (await make({ service: name, operation, input, resource: resourceOf(input) }, caller, hold, 'json', proceed))
            .output;
        },
      ]),
    ),
  });

  return {
    ...integrations,
    invokeFunction: (caller, arn, payload, hold) => {
      const input = { FunctionName: arn, Payload: JSON.parse(payload) as unknown };
      return make(
        { service: 'lambda', operation: 'Invoke', input, resource: arn },
        caller,
        hold,
        'invocation',
        async (replaced) => {
          const text = replaced === undefined ? payload : JSON.stringify(replaced['Payload'] ?? {});
          return { kind: 'invocation', ...(await integrations.invokeFunction(caller, arn, text, hold)) };
        },
      );
    },
    athena: service('athena', integrations.athena),
    glue: service('glue', integrations.glue),
    readObject: async (caller, bucket, key, hold) => {
      const call = {
        service: 's3',
        operation: 'GetObject',
        input: { Bucket: bucket, Key: key },
        resource: `s3://${bucket}/${key}`,
      };
      const proceed: Proceed = async () => ({ kind: 'object', body: await integrations.readObject(caller, bucket, key, hold) });
      return (await make(call, caller, hold, 'object', proceed)).body;
    },
  };
};
