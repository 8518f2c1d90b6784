import { randomFillSync } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { inflate, inflated, TooLarge, Unreadable } from '../../../handlers/aws/inflate';
import { fc } from '../../properties';
import { collected, streamed } from '../../workflows/arbitraries';

const HELLO = gzipSync('hello\n');
const WORLD = gzipSync('world');

const reasonOf = (body: Buffer): string => {
  const inflated = inflate(body);
  if (inflated.ok) throw new Error('it is readable');
  return inflated.reason;
};

describe('inflating an object', () => {
  it('reads one member, several, and one that holds nothing', () => {
    expect(inflate(HELLO)).toEqual({ ok: true, text: Buffer.from('hello\n') });
    expect(inflate(Buffer.concat([HELLO, WORLD]))).toEqual({ ok: true, text: Buffer.from('hello\nworld') });
    expect(inflate(gzipSync(''))).toEqual({ ok: true, text: Buffer.alloc(0) });
  });

  it('reads the concatenation of members as the concatenation of their texts', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 8 }), (texts) => {
        const inflated = inflate(Buffer.concat(texts.map((text) => gzipSync(text))));
        expect(inflated).toEqual({ ok: true, text: Buffer.concat(texts) });
      }),
    );
  });

  it('refuses an object that is cut anywhere', () => {
    const body = Buffer.concat([HELLO, gzipSync('a'.repeat(100)), WORLD]);
    const whole = [0, HELLO.length, body.length - WORLD.length, body.length];
    for (let length = 0; length < body.length; length++) {
      // Cut between two members it is a shorter, valid object: nothing in the format tells.
      const valid = length > 0 && whole.includes(length);
      expect({ length, ok: inflate(body.subarray(0, length)).ok }).toEqual({ length, ok: valid });
    }
  });

  it('refuses a member whose checksum is wrong', () => {
    const broken = Buffer.from(HELLO);
    broken[broken.length - 6]! ^= 1;
    expect(reasonOf(broken)).toContain('not readable as gzip');
  });

  it.each([
    ['plain text under a gzip name', Buffer.from('{"a":1}\n')],
    ['an empty object', Buffer.alloc(0)],
    ['text behind the last member', Buffer.concat([HELLO, Buffer.from('tail')])],
    ['a lone magic byte behind the last member', Buffer.concat([HELLO, Buffer.from([0x1f])])],
  ])('refuses %s', (_, body) => {
    expect(reasonOf(body)).toMatch(/^not readable as gzip: /);
  });

  it('refuses padding behind the last member, which other readers ignore or choke on', () => {
    expect(reasonOf(Buffer.concat([HELLO, Buffer.alloc(100)]))).toBe('100 bytes behind the last gzip member');
  });

  it('counts the bytes of large members right', () => {
    const noise = randomFillSync(Buffer.alloc(300_000));
    const body = Buffer.concat([gzipSync(noise), gzipSync(noise)]);
    expect(inflate(body).ok).toBe(true);
    expect(inflate(Buffer.concat([body, Buffer.alloc(70_000)])).ok).toBe(false);
  });

  it('says of what inflates to more than is wanted that it may be fine all the same', () => {
    const body = gzipSync(Buffer.alloc(1_000));
    expect(inflate(body, 1_000).ok).toBe(true);
    expect(inflate(body, 999)).toEqual({ ok: false, reason: 'it inflates to more than 999 bytes', tooLarge: true });
    expect(inflate(Buffer.from('text'))).toMatchObject({ ok: false, tooLarge: false });
  });
});

describe('inflating an object as it comes', () => {
  const whole = async (chunks: readonly Buffer[], mostBytes = 1e9): Promise<Buffer> =>
    Buffer.concat(await collected(inflated(streamed(chunks), mostBytes)));
  const cutAt = (body: Buffer, cuts: readonly number[]): readonly Buffer[] => {
    const at = [0, ...cuts.map((cut) => cut % (body.length + 1)).sort((left, right) => left - right), body.length];
    return at.slice(1).map((end, index) => body.subarray(at[index], end));
  };

  it('takes and refuses what is taken and refused whole, wherever the chunks end', async () => {
    const member = fc.uint8Array({ maxLength: 60 }).map((text) => gzipSync(text));
    const tail = fc.constantFrom(
      Buffer.alloc(0),
      Buffer.alloc(3),
      Buffer.from('tail'),
      Buffer.from([0x1f]),
      HELLO.subarray(0, 12),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(member, { maxLength: 3 }),
        tail,
        fc.option(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }))),
        fc.array(fc.nat(), { maxLength: 4 }),
        async (members, end, damage, cuts) => {
          const body = Buffer.concat([...members, end]);
          if (damage !== null && body.length > 0) body[damage[0] % body.length]! ^= damage[1];
          const expected = inflate(body);
          const found = await whole(cutAt(body, cuts)).then(
            (text) => ({ ok: true, text }),
            (thrown: unknown) => ({ ok: false, unreadable: thrown instanceof Unreadable }),
          );
          expect(found).toEqual(expected.ok ? { ok: true, text: expected.text } : { ok: false, unreadable: true });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('stops at what is more than wanted', async () => {
    const body = gzipSync(Buffer.alloc(3_000_000));
    expect((await whole([body], 3_000_000)).length).toBe(3_000_000);
    await expect(whole([body], 2_999_999)).rejects.toThrow(TooLarge);
  });

  it('lets a connection that broke count as that, and not as a corrupt object', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield HELLO.subarray(0, 10);
      throw new Error('ECONNRESET');
    }
    await expect(collected(inflated(broken(), 1_000))).rejects.toThrow('ECONNRESET');
  });

  it('ends what it reads from where its reader stops', async () => {
    let ended = false;
    async function* endless(): AsyncGenerator<Buffer> {
      try {
        for (;;) yield gzipSync(Buffer.alloc(2_000_000));
      } finally {
        ended = true;
      }
    }
    for await (const chunk of inflated(endless(), 1e12)) if (chunk.length > 0) break;
    expect(ended).toBe(true);
  });
});
