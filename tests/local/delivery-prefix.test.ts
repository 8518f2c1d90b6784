import { evaluatePrefix, formatTimestamp, partitionKeyNames, prefixProblems } from '../../local/stand-ins/delivery/prefix';
import { fc } from '../properties';

const AT = Date.UTC(2018, 7, 27, 10, 30, 5);
const context = { arrivalMillis: AT, timeZone: 'UTC', partitionKeys: {}, randomString: () => 'abcdefghijk' };
const failed = { ...context, errorOutputType: 'processing-failed' };

describe('the prefix of an object', () => {
  it.each([
    ['', '2018/08/27/10/'],
    ['myFirehosePrefix/', 'myFirehosePrefix/2018/08/27/10/'],
    ['streaming/!{timestamp:yyyy/MM/}', 'streaming/2018/08/'],
    ['a/!{firehose:random-string}/', 'a/abcdefghijk/2018/08/27/10/'],
    ["y=!{timestamp:yyyy}/!{timestamp:'month='MM'/h'''HH}/", "y=2018/month=08/h'10/"],
  ])('evaluates %j to %j', (prefix, expected) => {
    expect(evaluatePrefix(prefix, context)).toBe(expected);
  });

  it('takes partition keys and then appends no date', () => {
    const prefix = 'raw/event_type=!{partitionKeyFromLambda:event_type}/created_date=!{partitionKeyFromLambda:created_date}/';
    const partitionKeys = { event_type: 'push', created_date: '2026-11-20' };
    expect(partitionKeyNames(prefix)).toEqual(['event_type', 'created_date']);
    expect(evaluatePrefix(prefix, { ...context, partitionKeys })).toBe('raw/event_type=push/created_date=2026-11-20/');
  });

  it.each([
    ['myFirehoseFailures/!{firehose:error-output-type}/', 'myFirehoseFailures/processing-failed/'],
    ['!{firehose:error-output-type}/!{timestamp:yyyy/MM/}', 'processing-failed/2018/08/'],
    ['myFirehosePrefix/', 'myFirehosePrefix/processing-failed/2018/08/27/10/'],
  ])('evaluates the error prefix %j to %j', (prefix, expected) => {
    expect(evaluatePrefix(prefix, failed)).toBe(expected);
  });

  it('formats any instant in the zone asked for, as the calendar has it', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('1970-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }), (date) => {
        const text = formatTimestamp("yyyy-MM-dd'T'HH:mm:ss", date.getTime(), 'UTC');
        expect(`${text}Z`).toBe(date.toISOString().replace(/\.\d{3}/, ''));
      }),
    );
    expect(formatTimestamp('yyyy/MM/dd/HH', AT, 'Asia/Tokyo')).toBe('2018/08/27/19');
  });

  it('leaves a prefix without expressions alone, but for the date', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 60 }).filter((text) => !text.includes('!{')),
        (text) => {
          expect(evaluatePrefix(text, context)).toBe(`${text}2018/08/27/10/`);
        },
      ),
    );
  });

  it('names what Firehose or the stand-in refuses', () => {
    const good = {
      prefix: 'a/!{partitionKeyFromLambda:k}/',
      errorOutputPrefix: 'e/!{firehose:error-output-type}/',
      dynamicPartitioning: true,
      hasLambda: true,
    };
    expect(prefixProblems(good)).toEqual([]);
    expect(prefixProblems({ ...good, dynamicPartitioning: false })).toHaveLength(1);
    expect(prefixProblems({ ...good, hasLambda: false })).toHaveLength(1);
    expect(prefixProblems({ ...good, prefix: 'a/!{partitionKeyFromQuery:k}/' })).toHaveLength(2);
    expect(prefixProblems({ ...good, errorOutputPrefix: undefined })).toHaveLength(1);
    expect(prefixProblems({ ...good, errorOutputPrefix: 'e/!{timestamp:yyyy}/' })).toHaveLength(1);
    expect(
      prefixProblems({ ...good, errorOutputPrefix: 'e/!{partitionKeyFromLambda:k}/!{firehose:error-output-type}/' }),
    ).toHaveLength(1);
    expect(prefixProblems({ ...good, prefix: 'a/!{partitionKeyFromLambda:k}/!{timestamp:YYYY}/' })).toEqual([
      'timestamp pattern "YYYY": "YYYY" is not one of yyyy, MM, dd, HH, mm, ss',
    ]);
  });
});
