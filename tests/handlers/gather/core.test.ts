import { EVENTS } from '../../../contracts/feeds';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { inflate } from '../../../handlers/aws/inflate';
import { contribution } from '../../../handlers/gather/core';
import { judgeObject } from '../../../workflows/routing';
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
