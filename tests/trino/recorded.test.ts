import { BUCKET, caller, Lake } from '../local/athena-lake';
import { REFUSALS } from '../../local/stand-ins/athena/refusals';
import { ask, prepare, type Target } from './ask';
import { difference, problem } from './compare';
import { expressions, statements } from './corpus';
import { recorded } from './recording';

/** What Trino answers was recorded by `npm run test:trino -- --record`. */
describe('the embedded Athena, held against what Trino answers', () => {
  const entries = [...statements(), ...expressions()];
  let lake: Lake;
  let target: Target;

  beforeAll(async () => {
    lake = await Lake.open();
    target = {
      bucket: BUCKET,
      workgroup: 'open',
      call: (service, operation, input) =>
        (service === 'glue' ? lake.catalog.service : lake.athena.service).operations[operation]!(input, caller),
      put: async (key, body) => lake.store.write(BUCKET, key, body),
    };
    await prepare(target);
  });
  afterAll(() => lake.close());

  it('has an answer to every entry of a corpus that is large enough', () => {
    const answers = recorded();
    expect(entries.filter(({ text }) => !answers.has(text)).map(({ text }) => text)).toEqual([]);
    expect(new Set(entries.map(({ text }) => text)).size).toBe(entries.length);
    expect(expressions().length).toBeGreaterThanOrEqual(150);
    expect(statements().length).toBeGreaterThanOrEqual(40);
  });

  it('answers the same, or refuses for the reason that is marked', async () => {
    const answers = recorded();
    const problems: string[] = [];
    for (const entry of entries) {
      const { answered } = await ask(target, entry.sql);
      const wrong = problem(entry, answers.get(entry.text)!, answered);
      if (wrong !== undefined) problems.push(wrong);
    }
    expect(problems).toEqual([]);
  });

  it('is caught at every kind of difference', () => {
    const columns = [{ name: 'a', type: 'bigint' }];
    const one = { columns, rows: [['1'], ['2']] };
    expect(difference('SELECT a FROM t', one, { columns, rows: [['2'], ['1']] })).toBeUndefined();
    expect(difference('SELECT a FROM t ORDER BY a', one, { columns, rows: [['2'], ['1']] })).toContain('Trino');
    expect(difference('SELECT a FROM t', one, { columns, rows: [['1'], [null]] })).toBeDefined();
    expect(difference('SELECT a FROM t', one, { columns: [{ name: 'a', type: 'integer' }], rows: one.rows })).toBeDefined();
    expect(difference('SELECT a FROM t', one, { columns: [{ name: 'b', type: 'bigint' }], rows: one.rows })).toBeDefined();
    expect(difference('SELECT a FROM t', { error: 'A: x' }, { error: 'A: y' })).toBeUndefined();
    expect(difference('SELECT a FROM t', { error: 'A: x' }, { error: 'B: x' })).toBeDefined();
    const entry = { text: 'a', sql: 'SELECT a', topic: 't', refused: 'zone' };
    expect(problem(entry, one, { error: `NOT_SUPPORTED: x: ${REFUSALS.zone}` })).toBeUndefined();
    expect(problem(entry, one, one)).toContain('both engines answer the same');
    expect(problem(entry, one, { error: `NOT_SUPPORTED: x: ${REFUSALS.form}` })).toContain('is marked as refused (zone)');
    expect(problem({ ...entry, refused: 'nothing' }, one, { error: 'x' })).toContain('no reason of refusals.ts');
  });

  it('marks only reasons that docs/parity.md lists, and every reason that it lists', () => {
    const marked = new Set(entries.flatMap(({ refused }) => refused ?? []));
    expect([...marked].filter((name) => !Object.hasOwn(REFUSALS, name))).toEqual([]);
    expect(Object.keys(REFUSALS).filter((name) => name !== 'statement' && !marked.has(name))).toEqual([]);
  });
});
