import { USERS } from '../../contracts/feeds/users';
import { Lake } from './lake';

const profile = (name: string, filler = ''): string =>
  JSON.stringify({ name, url: 'https://huang-rose.info/', email: 'blake57@example.com', country: 'Angola', filler });

describe('users are loaded by the size of what waits or by its age, whichever is met first', () => {
  let lake: Lake;
  beforeAll(async () => {
    lake = await Lake.open();
  });
  afterAll(() => lake.remove());

  const delivered = (): Promise<string[]> => lake.keys(USERS.rawPrefix);

  it('a single profile waits for the interval, and no longer', async () => {
    await lake.putOn('users', profile('Amanda Fuller'));
    await lake.host.advance((USERS.buffer.seconds - 5) * 1_000);
    expect(await delivered()).toEqual([]);
    // The transform has a buffer of its own, whose interval passes first.
    await lake.host.advance(USERS.buffer.seconds * 1_000 + 10_000);
    expect(await delivered()).toHaveLength(1);
  });

  it('more than the buffer holds is there before the interval has passed', async () => {
    const before = (await delivered()).length;
    const big = Array.from({ length: 30 }, (_, index) => profile(`Amanda ${index}`, 'x'.repeat(100_000)));
    for (let from = 0; from < big.length; from += 5) {
      await lake.putOn('users', ...big.slice(from, from + 5));
      await lake.host.advance(1_000);
    }
    // Far less than the interval after the first of them.
    await lake.host.advance(20_000);
    expect((await delivered()).length).toBeGreaterThan(before);
  });
});
