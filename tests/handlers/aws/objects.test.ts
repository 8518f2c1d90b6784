import { S3ServiceException, type S3Client } from '@aws-sdk/client-s3';
import { LakeObjects } from '../../../handlers/aws/objects';

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: Readonly<Record<string, unknown>>;
}

/** A client that answers each command with the next of the given answers; an error is thrown. */
const answering = (...answers: readonly unknown[]) => {
  const sent: { readonly name: string; readonly input: Readonly<Record<string, unknown>> }[] = [];
  const client = {
    send: (command: Command): Promise<unknown> => {
      sent.push({ name: command.constructor.name, input: command.input });
      const answer = answers[sent.length - 1];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? {});
    },
  };
  return { objects: new LakeObjects('lake', client as unknown as S3Client), sent };
};

const refused = (name: string, status: number): S3ServiceException =>
  new S3ServiceException({ name, $fault: 'client', message: name, $metadata: { httpStatusCode: status } });

describe('the lake bucket', () => {
  it('reads nothing where an object is gone or another one by now', async () => {
    expect(await answering(refused('NoSuchKey', 404)).objects.read('a')).toBeUndefined();
    const { objects, sent } = answering(refused('PreconditionFailed', 412));
    expect(await objects.read('a', 'e1')).toBeUndefined();
    expect(sent[0]?.input).toMatchObject({ Key: 'a', IfMatch: '"e1"' });
    await expect(answering(refused('SlowDown', 503)).objects.read('a')).rejects.toThrow('SlowDown');
  });

  it('takes a missing bucket for a failure, never for a missing object', async () => {
    const gone = () => answering(refused('NoSuchBucket', 404)).objects;
    await expect(gone().read('a')).rejects.toThrow('NoSuchBucket');
    await expect(gone().replace('a', 'e1', 'x')).rejects.toThrow('NoSuchBucket');
    await expect(gone().remove('a', 'e1')).rejects.toThrow('NoSuchBucket');
  });

  it('creates only what is missing, and tries a concurrent conflict again', async () => {
    const { objects, sent } = answering(refused('ConditionalRequestConflict', 409), {});
    expect(await objects.create('a', 'x')).toBe(true);
    expect(sent.map(({ input }) => input['IfNoneMatch'])).toEqual(['*', '*']);
    expect(await answering(refused('PreconditionFailed', 412)).objects.create('a', 'x')).toBe(false);
  });

  it('overwrites and deletes exactly what was seen', async () => {
    const { objects, sent } = answering({}, {}, refused('PreconditionFailed', 412), refused('PreconditionFailed', 412));
    expect([await objects.replace('a', 'e1', 'x'), await objects.remove('a', 'e1')]).toEqual([true, true]);
    expect([await objects.replace('a', 'e1', 'x'), await objects.remove('a', 'e1')]).toEqual([false, false]);
    expect(sent.map(({ input }) => input['IfMatch'])).toEqual(['"e1"', '"e1"', '"e1"', '"e1"']);
  });

  it('lists page by page', async () => {
    const page = (keys: readonly string[], next?: string) => ({
      Contents: keys.map((Key) => ({ Key, ETag: '"e"', Size: 1, LastModified: new Date(0) })),
      IsTruncated: next !== undefined,
      NextContinuationToken: next,
    });
    const { objects, sent } = answering(page(['a', 'b'], 'more'), page(['c']));
    const keys: string[] = [];
    for await (const { key, etag } of objects.list('p/', { startAfter: 'p/0' })) keys.push(`${key}:${etag}`);
    expect(keys).toEqual(['a:e', 'b:e', 'c:e']);
    expect(sent.map(({ input }) => input['ContinuationToken'])).toEqual([undefined, 'more']);
  });

  it('deletes in requests of a thousand, and only failed keys again', async () => {
    const keys = Array.from({ length: 1_001 }, (_, index) => `k${index}`);
    const { objects, sent } = answering({ Errors: [{ Key: 'k7', Code: 'InternalError' }] }, {}, {});
    await objects.removeAll(keys);
    const asked = sent.map(({ input }) =>
      (input['Delete'] as { readonly Objects: readonly { readonly Key: string }[] }).Objects.map(({ Key }) => Key),
    );
    expect(asked.map(({ length }) => length)).toEqual([1_000, 1, 1]);
    expect(asked.slice(1)).toEqual([['k7'], ['k1000']]);
  });

  it('throws where a key cannot be deleted, rather than call it done', async () => {
    const denied = { Errors: [{ Key: 'k1', Code: 'AccessDenied' }] };
    await expect(answering(denied, denied, denied, denied, denied).objects.removeAll(['k1'])).rejects.toThrow(
      'deleting s3://lake/k1: AccessDenied',
    );
  });
});
