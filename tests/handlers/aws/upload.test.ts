import { LakeObjects } from '../../../handlers/aws/objects';
import { isPassing } from '../../../handlers/aws/passing';
import { AwsError } from '../../../local/aws-error';
import { type Answer, type Interceptor, loseAnswer } from '../../../local/interceptor';
import { PASSING_TROUBLE } from '../../../workflows/steps';
import { Fixture, type Wire, wireOf } from '../../local/s3/fixture';

const KEY = 'runs/gathered/large.gz';
const MEBIBYTE = 1024 * 1024;
const PART = 5 * MEBIBYTE;
/** Two parts and some bytes of a third. */
const CHUNKS = ['a', 'b', 'c'].map((letter, index) => Buffer.alloc(index < 2 ? PART : 10, letter));
/** The SDK's own number of tries. */
const TRIES = 3;

type Act = (proceed: () => Promise<Answer>) => Promise<Answer>;
const unsent: Act = () => loseAnswer();
const answerLost: Act = async (proceed) => {
  await proceed();
  return loseAnswer();
};
const throttled: Act = () => {
  throw new AwsError('SlowDown', 'Please reduce your request rate.', 503);
};
const refused: Act = () => {
  throw new AwsError('AccessDenied', 'Access Denied', 403);
};
/** A completion begins to answer before it is done, so what fails later stands inside a 200. */
const failedInside: Act = async () => ({
  kind: 'http',
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>',
});

/** An object in parts, over the wire, where calls fail as they do in a function's hands. */
describe('an object that is uploaded in parts', () => {
  let fixture: Fixture;
  let wire: Wire;
  /** By operation: what befalls it, and how many of its tries. */
  let faults: Map<string, { readonly act: Act; times: number }>;
  beforeEach(async () => {
    fixture = new Fixture();
    faults = new Map();
    const intercept: Interceptor = async ({ operation }, proceed) => {
      const fault = faults.get(operation);
      if (fault === undefined || fault.times === 0) return proceed();
      fault.times--;
      return fault.act(proceed);
    };
    wire = await wireOf(fixture, intercept, TRIES);
  });
  afterEach(async () => {
    await wire.end();
    fixture.end();
    expect(wire.bugs).toEqual([]);
  });

  /** As gather and plan do it: what is not completed is aborted, and what the abort throws comes instead. */
  const uploaded = async (): Promise<void> => {
    const upload = new LakeObjects('lake', wire.client).upload(KEY, PART);
    let completed = false;
    try {
      for (const chunk of CHUNKS) await upload.write(chunk);
      await upload.complete();
      completed = true;
    } finally {
      if (!completed) await upload.abort();
    }
  };
  const failing = (operation: string, act: Act, times = 1): void => void faults.set(operation, { act, times });
  const struck = (): boolean => [...faults.values()].every(({ times }) => times === 0);
  const isWhole = async (): Promise<boolean> => {
    const object = await new LakeObjects('lake', wire.client).read(KEY);
    return object?.body.equals(Buffer.concat(CHUNKS)) ?? false;
  };
  const begun = (): number => fixture.s3.uploads.list('lake').length;

  test.each([
    ['CreateMultipartUpload', 'is never sent', unsent],
    ['CreateMultipartUpload', 'is answered into the void', answerLost],
    ['CreateMultipartUpload', 'is throttled', throttled],
    ['UploadPart', 'is never sent', unsent],
    ['UploadPart', 'is answered into the void', answerLost],
    ['UploadPart', 'is throttled', throttled],
    ['CompleteMultipartUpload', 'is never sent', unsent],
    ['CompleteMultipartUpload', 'is throttled', throttled],
    ['CompleteMultipartUpload', 'fails inside its 200', failedInside],
  ] as const)('is whole although a %s %s', async (operation, _how, act) => {
    failing(operation, act);
    await uploaded();
    expect([struck(), await isWhole()]).toEqual([true, true]);
  });

  test('is written again where the answer to its completion got lost: the upload that is asked for again is gone', async () => {
    failing('CompleteMultipartUpload', answerLost);
    await expect(uploaded()).rejects.toMatchObject({ name: PASSING_TROUBLE });
    // It was made, and nothing of it is left to be given up.
    expect([struck(), await isWhole(), begun()]).toEqual([true, true, 0]);
    await uploaded();
    expect(await isWhole()).toBe(true);
  });

  test.each([
    ['CreateMultipartUpload', 'is throttled', throttled],
    ['UploadPart', 'is throttled', throttled],
    ['CompleteMultipartUpload', 'is throttled', throttled],
    ['CompleteMultipartUpload', 'fails inside its 200', failedInside],
  ] as const)('is given up, to be written again, where every try of a %s %s', async (operation, _how, act) => {
    failing(operation, act, TRIES);
    const thrown = await uploaded().catch((error: unknown) => error);
    expect([struck(), isPassing(thrown), await isWhole(), begun()]).toEqual([true, true, false, 0]);
    await uploaded();
    expect(await isWhole()).toBe(true);
  });

  test('says why it was given up, also where S3 is too busy to take that', async () => {
    failing('CompleteMultipartUpload', refused);
    failing('AbortMultipartUpload', throttled, TRIES);
    await expect(uploaded()).rejects.toMatchObject({ name: 'AccessDenied' });
    expect([struck(), begun()]).toEqual([true, 1]);
    failing('CompleteMultipartUpload', throttled, TRIES);
    failing('AbortMultipartUpload', refused);
    await expect(uploaded()).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test.each(['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload'])(
    'is whole when it is written again by another function, one having died after a %s',
    async (operation) => {
      // Its answer never comes, and nobody is left to ask again or to abort.
      let died = (): void => undefined;
      const gone = new Promise<void>((resolve) => (died = resolve));
      failing(operation, async (proceed) => {
        await proceed();
        died();
        return loseAnswer();
      });
      const dying = new LakeObjects('lake', wire.client).upload(KEY, PART);
      const last = async (): Promise<void> => {
        for (const chunk of CHUNKS) await dying.write(chunk);
        await dying.complete();
      };
      void last().catch(() => undefined);
      await gone;
      wire.client.destroy();
      await wire.end();
      wire = await wireOf(fixture);
      await uploaded();
      expect(await isWhole()).toBe(true);
    },
  );
});
