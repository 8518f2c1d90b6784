import type { LakeObjects } from '../../../handlers/aws/objects';
import { attemptRead, refuseIfNoneRead, refuseTroubleOfAll } from '../../../handlers/aws/read';
import { concurrently } from '../../../handlers/aws/concurrently';
import { refused } from '../memory-lake';

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
});

describe('a task that could read none of its sources', () => {
  const denied = refused('AccessDenied', 403);
  const archived = refused('InvalidObjectState', 403);
  const readable = (): Promise<unknown> => Promise.resolve();

  it('fails where there were several: a right is missing, or there is an outage', async () => {
    await expect(refuseIfNoneRead(2, [denied, denied], readable)).rejects.toBe(denied);
    await expect(refuseIfNoneRead(3, [denied, denied], readable)).resolves.toBeUndefined();
    await expect(refuseIfNoneRead(0, [], readable)).resolves.toBeUndefined();
  });

  it('goes on where it had one alone, as long as other objects can be read', async () => {
    await expect(refuseIfNoneRead(1, [denied], readable)).resolves.toBeUndefined();
    await expect(refuseIfNoneRead(1, [denied], () => Promise.reject(new Error('nothing can be read')))).rejects.toThrow(
      'nothing can be read',
    );
  });

  it('is done again where one alone met a trouble of the moment', async () => {
    const slow = refused('SlowDown', 503);
    await expect(refuseIfNoneRead(1, [slow], readable)).rejects.toBe(slow);
  });

  it('goes on where its objects are archived, however many, and judges by the others', async () => {
    await expect(refuseIfNoneRead(2, [archived, archived], readable)).resolves.toBeUndefined();
    await expect(refuseIfNoneRead(2, [archived, denied], readable)).resolves.toBeUndefined();
    await expect(refuseIfNoneRead(3, [archived, denied, denied], readable)).rejects.toBe(denied);
  });
});

describe('a round of routing that could read none of its sources', () => {
  const denied = refused('AccessDenied', 403);
  const slow = refused('SlowDown', 503);

  it('is done again after trouble of the moment alone', () => {
    expect(() => refuseTroubleOfAll(2, [slow, slow])).toThrow(slow);
    expect(() => refuseTroubleOfAll(3, [slow, slow])).not.toThrow();
    expect(() => refuseTroubleOfAll(0, [])).not.toThrow();
  });

  it('never fails for anything else, since no plan would be made', () => {
    expect(() => refuseTroubleOfAll(1, [denied])).not.toThrow();
    expect(() => refuseTroubleOfAll(3, [denied, denied, denied])).not.toThrow();
    expect(() => refuseTroubleOfAll(2, [slow, denied])).not.toThrow();
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
