/** What the crash matrix found, and what was done about it; a part of docs/faults.md. */
export const MENDED: readonly string[] = [
  'A step whose own calls were throttled, or met a broken connection or a server error for longer than the seconds that an SDK tries, failed its run, and a night was lost. Every step now names such trouble `PassingTrouble`, and the machine does the step again, four times over some minutes.',
  'A sandbox that died in the midst of a step failed the run. Every step may be done again as it is, so the machine now does it once more.',
  'A missing bucket was read as a missing object, since both have the status 404: a gather counted its sources as changed. It is a failure now.',
];
