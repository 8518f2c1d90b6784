import { compactCommand } from '../../cli/commands/compact';
import { flat } from '../../cli/commands/local';
import { rollbackCommand } from '../../cli/commands/rollback';
import { runsCommand } from '../../cli/commands/runs';
import { statusCommand } from '../../cli/commands/status';
import { verifyCommand } from '../../cli/commands/verify';
import type { Command } from '../../cli/command';
import { runOn } from './command';
import { Lake } from './lake';
import { graphWith } from './stack';

describe('a feed that is off in the stack', () => {
  let lake: Lake;
  beforeAll(async () => {
    const graph = await graphWith(({ feeds }) => {
      for (const [name, feed] of Object.entries(feeds ?? {})) (feed as { enabled: boolean }).enabled = name === 'films';
    });
    lake = await Lake.open(undefined, undefined, undefined, undefined, { graph });
  });
  afterAll(() => lake.remove());

  it.each<[Command, ...string[]]>([
    [statusCommand],
    [verifyCommand],
    [runsCommand],
    [compactCommand, '--wait'],
    [rollbackCommand, '20261121T003000Z-1a2b3c4d'],
  ])('is a mistake that every command tells in one sentence: %j', async (command, ...args) => {
    const { exitCode, stderr } = await runOn(lake, command, ...args, '--feed', 'users');
    expect([exitCode, stderr]).toEqual([
      2,
      'lithify: the feed users is off in stack dev, which has events, films; lithify:feeds.users.enabled in its YAML switches it on.\n',
    ]);
  });

  it('is refused by the machine itself before anything is locked', async () => {
    const { status, error, cause } = await lake.compact({ feed: 'users' });
    expect([status, error]).toEqual(['FAILED', 'InvalidInput']);
    expect(cause).toContain('feed is \\"users\\", which is off in this stack; allowed: events, films');
    expect(await lake.keys('locks/')).toEqual([]);
    expect(await lake.keys('runs/users/')).toEqual([]);
  });

  it('has no names among the outputs, which are told by their paths', () => {
    const named = new Map(flat(lake.host.outputs));
    expect(named.get('feeds.films.deliveryStreamName')).toBe('lithify-dev-films');
    expect([...named.keys()].filter((name) => name.startsWith('feeds.users'))).toEqual([]);
    expect([...named.values()].some((value) => value.includes('[object'))).toBe(false);
  });
});
