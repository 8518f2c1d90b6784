import { randomFillSync } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { inflate, MAX_INFLATED_BYTES } from '../../../handlers/aws/inflate';

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

  it('refuses what would inflate beyond all memory', () => {
    const member = gzipSync(Buffer.alloc(MAX_INFLATED_BYTES / 8));
    expect(inflate(Buffer.concat(Array.from({ length: 8 }, () => member))).ok).toBe(true);
    expect(reasonOf(Buffer.concat([...Array.from({ length: 8 }, () => member), HELLO]))).toMatch(/^not readable as gzip: /);
  });
});
