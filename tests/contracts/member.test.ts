import {
  checkMember,
  isUuid,
  LONGEST_EMAIL,
  LONGEST_NAME,
  logPath,
  memberEvent,
  partitionKeyOf,
  uuidAt,
} from '../../contracts/member';
import { fc } from '../properties';

const good = { name: 'Ada Lovelace', email: 'ada@example.com', role: 'admin' };

describe('what is filled in', () => {
  it('is taken without the spaces around it, and with its letters in one form', () => {
    expect(checkMember({ ...good, name: '  Ada ', email: ' a.b+c@x-y.example.org ' })).toEqual({
      fields: { name: 'Ada', email: 'a.b+c@x-y.example.org', role: 'admin' },
    });
    expect(checkMember({ ...good, name: 'A\u0308da' })).toMatchObject({ fields: { name: 'Äda' } });
  });

  it.each([
    [{ name: '' }, { name: 'Enter a name.' }],
    [{ name: '   ' }, { name: 'Enter a name.' }],
    [{ name: 7 }, { name: 'Enter a name.' }],
    [{ name: 'x'.repeat(LONGEST_NAME + 1) }, { name: 'The name has 101 characters; at most 100 are allowed.' }],
    [{ name: 'a\u202eb' }, { name: 'The name has a character that cannot be printed; leave it out.' }],
    [{ email: '' }, { email: 'Enter an email address.' }],
    [{ email: 'ada@' }, { email: '"ada@" is no email address; write it as name@example.com.' }],
    [{ email: 'a b@example.com' }, { email: '"a b@example.com" is no email address; write it as name@example.com.' }],
    [{ email: 'ada@localhost' }, { email: '"ada@localhost" is no email address; write it as name@example.com.' }],
    [{ email: `${'x'.repeat(LONGEST_EMAIL)}@example.com` }, { email: expect.stringContaining('at most 254 are allowed') }],
    [{ role: 'root' }, { role: 'Choose a role: viewer, editor, admin.' }],
    [
      { name: undefined, email: undefined, role: undefined },
      { name: expect.anything(), email: expect.anything(), role: expect.anything() },
    ],
  ])('%j is refused with a sentence per field', (change, problems) => {
    expect(checkMember({ ...good, ...change })).toEqual({ problems });
  });

  it('is judged without hanging, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.string({ unit: fc.constantFrom('a', '@', '.'), maxLength: 254 }),
        (name, email) => {
          const checked = checkMember({ name, email, role: 'viewer' });
          return 'fields' in checked || Object.values(checked.problems).every((sentence) => sentence.endsWith('.'));
        },
      ),
    );
  });
});

it('an event is logged by type and time, and by the path that the switch says', () => {
  const member = { id: 'x', version: 1, ...good, role: 'admin' as const, created_at: 5, updated_at: 5 };
  const event = memberEvent('created', 'u', 5, member);
  expect(JSON.stringify(event)).toMatch(/^\{"event_uuid":"u","event_name":"member:created","created_at":5,"member":\{/);
  expect(partitionKeyOf(event)).toBe('member:created:5');
  expect([logPath(false), logPath(true)]).toEqual(['kinesis', 'firehose']);
});

describe('an id', () => {
  const bytes = fc.uint8Array({ minLength: 10, maxLength: 10 });
  const time = fc.integer({ min: 0, max: 2 ** 47 });

  it('is a UUID of version 7, and sorts by its time', () => {
    fc.assert(
      fc.property(time, bytes, time, bytes, (left, leftBytes, right, rightBytes) => {
        const [one, other] = [uuidAt(left, leftBytes), uuidAt(right, rightBytes)];
        expect([isUuid(one), one[14], '89ab'.includes(one[19]!)]).toEqual([true, '7', true]);
        if (left !== right) expect(one < other).toBe(left < right);
      }),
    );
    expect(uuidAt(0x0192_0000_0000, new Uint8Array(10).fill(0xff))).toBe('01920000-0000-7fff-bfff-ffffffffffff');
  });

  it.each(['', 'x', '01920000-0000-7FFF-bfff-ffffffffffff', '01920000-0000-7fff-bfff-ffffffffffff ', 7, undefined])(
    '%j is none',
    (text) => {
      expect(isUuid(text)).toBe(false);
    },
  );
});
