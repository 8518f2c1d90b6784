import { replaceSection } from './document-section';
import { everything, patience, seed } from './effort';
import { Model } from './model';
import { ALL_VERBS } from './model-commands';
import { explore, playScript } from './model-histories';
import type { Sent } from './duplicates-oracle';

const HISTORIES = everything ? 40 : 3;
const COMMANDS = everything ? 16 : 9;
const SHRINKS = 20;

/** `LITHIFY_SCRIPT='produce 7 3 50; run; kill 12; query' npm run test:faults -- model` plays one history. */
const script = process.env['LITHIFY_SCRIPT'];

test(
  'whatever is produced, repeated, delayed, cut short, rebuilt and expired, the lake shows what a plain model of it says',
  async () => {
    if (script !== undefined) return playScript(script);
    const { played } = await explore({
      seed,
      histories: HISTORIES,
      commands: COMMANDS,
      verbs: ALL_VERBS,
      shrinks: SHRINKS,
      say: (text) => void process.stderr.write(text),
    });
    expect(played).toBe(HISTORIES);
    if (everything)
      replaceSection(
        'model',
        `## Histories against a plain model

Random histories of ${[...new Set(ALL_VERBS)].map((verb) => `\`${verb}\``).join(', ')} are played on a lake and on a map from partition to records; after every command that may show something, the lake shows what the map says.
Tried: ${played} histories of up to ${COMMANDS + 1} commands, drawn with seed ${seed}; none showed anything else. One that does prints a script at once: \`LITHIFY_SCRIPT='produce 7 3 50; delay 1 2 1; run; kill 12; query' npm run test:faults -- model\` plays it again.`,
      );
  },
  patience,
);

/** A model that is wrong: it takes an event that comes again for the same arrival. */
class Forgetful extends Model {
  override arrived(records: readonly Sent[]): void {
    const known = new Set(this.sent.map(({ eventUuid }) => eventUuid));
    super.arrived(records.filter(({ eventUuid }) => !known.has(eventUuid)));
  }
}

test('a history that shows something else is told at once as a script, and played from it shows the same again', async () => {
  const told: string[] = [];
  const exploration = explore({
    seed,
    histories: 20,
    commands: 2,
    verbs: ['duplicate'],
    shrinks: 2,
    say: (text) => void told.push(text),
    model: () => new Forgetful(),
  });
  await expect(exploration).rejects.toThrow(/and should show .*\n.*\n {2}LITHIFY_SCRIPT='produce \d+ \d+ \d+; duplicate/);
  const last = /LITHIFY_SCRIPT='(.*)'/.exec(told.at(-1) ?? '')?.[1] ?? '';
  const first = /LITHIFY_SCRIPT='(.*)'/.exec(told[0] ?? '')?.[1] ?? '';
  // What is told last is what is left of the first one: no longer in commands, and shorter to read.
  expect(told.length).toBeGreaterThan(1);
  expect(last.length).toBeLessThan(first.length);
  expect(last.split(';').length).toBeLessThanOrEqual(first.split(';').length);
  await expect(playScript(last, new Forgetful())).rejects.toThrow('and should show');
  await playScript(last);
});
