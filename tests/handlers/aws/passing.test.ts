import { GlueServiceException } from '@aws-sdk/client-glue';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { isPassing } from '../../../handlers/aws/passing';
import { step } from '../../../handlers/aws/shell';
import { PASSING_TROUBLE } from '../../../workflows/steps';

const s3 = (name: string, status: number): Error =>
  new S3ServiceException({ name, $fault: 'server', message: `it said ${name}`, $metadata: { httpStatusCode: status } });
const glue = (name: string, status: number): Error =>
  new GlueServiceException({ name, $fault: 'client', message: name, $metadata: { httpStatusCode: status } });

describe('a trouble of the moment', () => {
  it.each([
    ['S3 that is busy', s3('SlowDown', 503)],
    ['S3 that is broken', s3('InternalError', 500)],
    ['Glue that throttles with a 400', glue('ThrottlingException', 400)],
    ['a table that somebody else changes', glue('ConcurrentModificationException', 400)],
    ['too many requests', glue('Whatever', 429)],
    ['a connection that broke', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })],
    ['an answer that took too long', Object.assign(new Error('slow'), { name: 'TimeoutError' })],
  ])('is %s', (_, thrown) => expect(isPassing(thrown)).toBe(true));

  it.each([
    ['a missing right', s3('AccessDenied', 403)],
    ['a missing bucket', s3('NoSuchBucket', 404)],
    ['an operation that nobody offers', s3('NotImplemented', 501)],
    ['an invalid request', glue('InvalidInputException', 400)],
    ['a bug', new TypeError('undefined is not a function')],
    ['what is no error', 'ECONNRESET'],
  ])('is not %s', (_, thrown) => expect(isPassing(thrown)).toBe(false));

  it('has one name in every step, and says which service had it', async () => {
    const failing = (thrown: Error) => step('x', () => Promise.reject(thrown))({});
    await expect(failing(s3('SlowDown', 503))).rejects.toMatchObject({
      name: PASSING_TROUBLE,
      message: 'SlowDown: it said SlowDown',
    });
    const bug = new TypeError('no');
    await expect(failing(bug)).rejects.toBe(bug);
  });
});
