import type { LakeObjects } from '../../../handlers/aws/objects';
import { attemptRead, refuseIfNoneRead } from '../../../handlers/aws/read';
import { concurrently } from '../../../handlers/aws/concurrently';

const reading = (read: LakeObjects['read']): LakeObjects => ({ read }) as unknown as LakeObjects;

describe('reading a source', () => {
  it('answers its failure, so that one object never stops the rest', async () => {
    const failure = new Error('InvalidObjectState');
    expect(
      await attemptRead(
        reading(() => Promise.reject(failure)),
        { key: 'a', etag: 'e' },
      ),
    ).toEqual({ failure });
    expect(
      await attemptRead(
        reading(() => Promise.resolve(undefined)),
        { key: 'a', etag: 'e' },
      ),
    ).toEqual({ object: undefined });
  });

  it('fails where not one of the sources could be read', () => {
    const failure = new Error('AccessDenied');
    expect(() => refuseIfNoneRead(2, [failure, failure])).toThrow('AccessDenied');
    expect(() => refuseIfNoneRead(3, [failure, failure])).not.toThrow();
    expect(() => refuseIfNoneRead(0, [])).not.toThrow();
  });
});

describe('working concurrently', () => {
  it('keeps the order of the items and the limit', async () => {
    let [running, most] = [0, 0];
    const results = await concurrently([5, 1, 4, 2, 3], 2, async (item) => {
      most = Math.max(most, ++running);
      for (let turn = 0; turn < item; turn++) await Promise.resolve();
      running--;
      return item * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30]);
    expect(most).toBe(2);
  });

  it('throws the first failure after what runs has ended, and begins nothing more', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const work = concurrently([0, 1, 2, 3], 2, async (item) => {
      begun.push(item);
      if (item === 0) throw new Error('first');
      await Promise.resolve();
      await Promise.resolve();
      ended.push(item);
    });
    await expect(work).rejects.toThrow('first');
    expect(begun).toEqual([0, 1]);
    expect(ended).toEqual([1]);
  });
});
