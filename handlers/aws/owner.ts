import { DescribeExecutionCommand, SFNServiceException, type SFNClient } from '@aws-sdk/client-sfn';

/** What Step Functions answers of an owner that is no execution of this machine: gone, of another machine, or no ARN at all. */
const UNKNOWN_OWNER = ['ExecutionDoesNotExist', 'InvalidArn', 'AccessDeniedException'];

/** Whether a lock's owner is still at work; a rollback from a terminal, say, is no execution, so nobody can tell. */
export const ownerState = async (client: Pick<SFNClient, 'send'>, owner: string): Promise<'running' | 'finished' | 'unknown'> => {
  if (!owner.startsWith('arn:')) return 'unknown';
  try {
    const { status } = await client.send(new DescribeExecutionCommand({ executionArn: owner }));
    return status === 'RUNNING' ? 'running' : 'finished';
  } catch (thrown) {
    if (thrown instanceof SFNServiceException && UNKNOWN_OWNER.includes(thrown.name)) return 'unknown';
    throw thrown;
  }
};
