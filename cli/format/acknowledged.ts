import type { AcknowledgedCheck } from '../../workflows/acknowledged';
import { counted, readableCount } from './readable';

/** The account of what was acknowledged: whether it adds up, and what is tolerated. */
export const acknowledgedLines = (check: AcknowledgedCheck): readonly string[] => [
  `${check.ok ? 'ok  ' : 'FAIL'} acknowledged: ${counted(check.acknowledged, 'record')} = ${readableCount(check.accepted)} accepted + ${readableCount(check.errors)} errors + ` +
    `${readableCount(check.inFlight)} in flight${check.redelivered === 0 ? '' : ` - ${readableCount(check.redelivered)} ${check.linePerRecord ? 'accepted more than once' : 'lines more than records'}`}`,
  ...(check.missing === 0
    ? []
    : [
        `    ${counted(check.missing, 'record')} missing${check.notJudged === null ? '' : `: not judged, for ${check.notJudged}`}`,
      ]),
  ...(check.unreadable === undefined
    ? []
    : [
        `    ${counted(check.unreadable.held, 'record')} taken for lines of ${counted(check.unreadable.objects, 'unreadable object')}, which may hold ${readableCount(check.unreadable.records)} at most`,
      ]),
  ...(check.tolerance === null
    ? []
    : [`    tolerance: ${counted(check.tolerance.records, 'record')} ${check.tolerance.because}`]),
];
