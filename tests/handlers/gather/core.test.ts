import { EVENTS } from '../../../contracts/feeds';
import { gzipSync } from 'node:zlib';
import { inflate } from '../../../handlers/aws/inflate';
import { contribution, gatheredName } from '../../../handlers/gather/core';
import { judgeObject } from '../../../workflows/routing';
import { fc } from '../../properties';
import { lineOf } from '../../workflows/lines';

const PUSH = { event_type: 'push', created_date: '2026-11-20' };

describe('what small objects contribute', () => {
  it('reads as all of their lines, each with its line break', () => {
    const texts = fc.array(fc.tuple(fc.array(fc.stringMatching(/^[^\r\n]+$/), { minLength: 1, maxLength: 5 }), fc.boolean()), {
      minLength: 1,
      maxLength: 10,
    });
    fc.assert(
      fc.property(texts, (objects) => {
        const bodies = objects.map(([lines, closed]) => Buffer.from(lines.join('\n') + (closed ? '\n' : '')));
        const gathered = Buffer.concat(bodies.flatMap((body) => contribution(gzipSync(body), body)));
        const expected = objects.flatMap(([lines]) => lines.map((line) => `${line}\n`)).join('');
        expect(inflate(gathered)).toEqual({ ok: true, text: Buffer.from(expected) });
      }),
    );
  });

  it('keeps the count of lines that each was judged to have', () => {
    const bodies = [`${lineOf(1)}\n${lineOf(2)}`, `${lineOf(3)}\r\n`, `${lineOf(4)}\r`].map((body) => Buffer.from(body));
    const counts = bodies.map((body) => judgeObject(EVENTS, body, PUSH));
    expect(counts).toEqual([
      { lines: 2, own: true },
      { lines: 1, own: true },
      { lines: 1, own: true },
    ]);
    const gathered = inflate(Buffer.concat(bodies.flatMap((body) => contribution(gzipSync(body), body))));
    expect(gathered.ok && judgeObject(EVENTS, gathered.text, PUSH)).toEqual({ lines: 4, own: true });
  });
});

describe('the name of a gathered object', () => {
  const one = { key: 'raw/a', etag: '1' };
  const two = { key: 'raw/b', etag: '1' };

  it('is the same for the same sources, so that an invocation made twice writes one object', () => {
    expect(gatheredName(3, [one, two])).toBe(gatheredName(3, [{ ...one }, { ...two }]));
    expect(gatheredName(3, [one, two])).toMatch(/^0003-[0-9a-f]{16}\.gz$/);
  });

  it('is another one for other sources, versions and tasks, so that a straggler replaces nothing', () => {
    const names = [
      gatheredName(0, [one]),
      gatheredName(0, [two]),
      gatheredName(0, [one, two]),
      gatheredName(0, [{ ...one, etag: '2' }]),
      gatheredName(1, [one]),
    ];
    expect(new Set(names).size).toBe(names.length);
  });
});
