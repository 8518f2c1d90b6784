import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { HOST_PARITY, PARITY } from '../../local/parity';
import { parityDocument } from '../../local/parity-document';
import { modelledOperations } from '../../local/parity-operations';
import { STAND_INS, SUPPORT } from '../../local/support';
import { CHECKOUT } from '../program/captured';

describe('docs/parity.md', () => {
  it('is what the lists of the host say', async () => {
    const committed = readFileSync(resolve(CHECKOUT, 'docs', 'parity.md'), 'utf8');
    const expected = await parityDocument();
    if (committed !== expected) {
      const lines = committed.split('\n');
      const at = expected.split('\n').findIndex((line, index) => line !== lines[index]);
      throw new Error(
        `docs/parity.md differs from the lists that the host goes by, first in line ${at + 1}; write it anew: npm run parity`,
      );
    }
    expect(committed).toBe(expected);
  });

  it('names every type that the host knows, and why each of the inert ones is', async () => {
    const document = await parityDocument();
    for (const [type, support] of Object.entries(SUPPORT)) {
      expect(document).toContain(`\`${type}\``);
      if ('inert' in support) expect(document).toContain(support.inert);
      else for (const reason of Object.values(support.ignored)) expect(document).toContain(reason);
    }
  });
});

describe('the list of behaviours', () => {
  it.each([...STAND_INS, 'identity'] as const)(
    'says of %s what is alike, different and absent, and which tests show it',
    (name) => {
      const { alike, different, absent, tests } = PARITY[name];
      expect([alike, different, absent, tests].filter((list) => list.length === 0)).toEqual([]);
    },
  );

  it('names tests that exist', () => {
    const named = [...Object.values(PARITY), HOST_PARITY].flatMap(({ tests }) => tests);
    expect(named.filter((path) => !existsSync(resolve(CHECKOUT, path)))).toEqual([]);
  });

  it('finds the operations of every stand-in that is called over the wire', async () => {
    const operations = await modelledOperations();
    const silent = Object.entries(operations).filter(([, names]) => names.length === 0);
    expect(silent.map(([name]) => name)).toEqual(['function', 'http-api']);
    expect(operations.stream).toEqual(expect.arrayContaining(['PutRecords', 'GetRecords', 'ListShards']));
    expect(operations['state-machine']).toEqual(
      expect.arrayContaining(['StartExecution', 'GetExecutionHistory', 'StopExecution']),
    );
  });
});
