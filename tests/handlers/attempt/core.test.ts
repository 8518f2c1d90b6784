import { divide } from '../../../handlers/attempt/core';
import { pathOf, plannedWith, publishedWith } from '../../workflows/arbitraries';

const RUN = 'this-run';

describe('opening an attempt', () => {
  it('takes the partitions that are still as the plan saw them', () => {
    const planned = [
      plannedWith({ partition: pathOf('new') }),
      plannedWith({ partition: pathOf('old'), published: publishedWith() }),
    ];
    expect(divide(planned, [undefined, publishedWith()], RUN)).toEqual({ partitions: planned, leftOut: [] });
  });

  it('leaves out what an earlier attempt of the run has flipped, and what somebody else published', () => {
    const planned = [
      plannedWith({ partition: pathOf('mine'), published: publishedWith() }),
      plannedWith({ partition: pathOf('theirs'), published: publishedWith() }),
      plannedWith({ partition: pathOf('created') }),
      plannedWith({ partition: pathOf('gone'), published: publishedWith() }),
    ];
    const current = [publishedWith({ run: RUN }), publishedWith({ run: 'r9' }), publishedWith({ run: 'r9' }), undefined];
    const { partitions, leftOut } = divide(planned, current, RUN);
    expect(partitions).toEqual([]);
    expect(leftOut.map(({ reason }) => reason)).toEqual([
      'published by an earlier attempt of this run',
      'superseded: the plan saw it published by run r1, now it is published by run r9',
      'superseded: the plan saw it not published, now it is published by run r9',
      'superseded: the plan saw it published by run r1, now it is not published',
    ]);
  });
});
