import { messageOf } from '../../../contracts/errors';
import type { Lake } from '../../flow/lake';
import { ask, registeredPartitions, type Registered } from './asking';

const STATEMENT = `SELECT event_type, created_date, count(*), sum(copies), min(event_uuid), max(event_uuid)
FROM events GROUP BY event_type, created_date`;

/**
 * Analysts who query while runs die: at each look, every partition must be in the state that one whole publication gave it: the one
 * that the catalog named just before the query, or the one that it named just after.
 */
export class Readers {
  readonly #wrong: string[] = [];
  /** What a location was read as the first time: files never change. */
  readonly #readings = new Map<string, string>();
  #last: Promise<void> = Promise.resolve();
  #looks = 0;

  constructor(private readonly lake: Lake) {}

  get wrong(): readonly string[] {
    return this.#wrong;
  }

  get looks(): number {
    return this.#looks;
  }

  /** One after another. */
  look(when: string): Promise<void> {
    this.#last = this.#last.then(() => this.#look(when));
    return this.#last;
  }

  async #look(when: string): Promise<void> {
    this.#looks++;
    try {
      const before = await registeredPartitions(this.lake);
      const rows = await ask(this.lake, STATEMENT);
      const after = await registeredPartitions(this.lake);
      const seen = new Map(rows.map(([type, date, ...rest]) => [`${type} ${date}`, rest]));
      for (const path of new Set([...before.keys(), ...seen.keys()]))
        this.#compare(when, path, seen.get(path), [before.get(path), after.get(path)]);
    } catch (thrown) {
      this.#wrong.push(`${when}: ${messageOf(thrown)}`);
    }
  }

  #compare(when: string, path: string, seen: readonly string[] | undefined, states: readonly (Registered | undefined)[]): void {
    const [rows, copies] = seen ?? ['0', '0'];
    const state = states.find((one) => one !== undefined && String(one.rows) === rows && String(one.copies) === copies);
    if (state === undefined) {
      const wanted = states.map((one) => (one === undefined ? 'none' : `${one.rows} rows, ${one.copies} copies`)).join(' or ');
      return void this.#wrong.push(`${when}: ${path} was read as ${rows} rows, ${copies} copies; published was ${wanted}`);
    }
    if (states[0]?.folder !== states[1]?.folder) return;
    const reading = JSON.stringify(seen);
    const first = this.#readings.get(state.folder) ?? reading;
    this.#readings.set(state.folder, first);
    if (first !== reading) this.#wrong.push(`${when}: ${state.folder} was read as ${reading}, and as ${first} before`);
  }
}
