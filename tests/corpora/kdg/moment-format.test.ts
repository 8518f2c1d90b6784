import { DEFAULT_FORMAT, DEFAULT_UTC_FORMAT, formatInstant } from '../../../corpora/kdg/moment-format';

const SUNDAY = Date.UTC(2010, 1, 14, 15, 25, 50, 125);

describe('an instant in the formats of moment.js', () => {
  it.each([
    ['dddd, MMMM Do YYYY, h:mm:ss a', 'Sunday, February 14th 2010, 3:25:50 pm'],
    ['ddd, hA', 'Sun, 3PM'],
    ['DD/MMM/YYYY:HH:mm:ss Z', '14/Feb/2010:15:25:50 +00:00'],
    ['YYYY-MM-DD HH:mm:ss.SSS', '2010-02-14 15:25:50.125'],
    ['S SS SSSS SSSSSSSSS', '1 12 1250 125000000'],
    ['[Today is] dddd \\d', 'Today is Sunday d'],
    ['X x', '1266161150 1266161150125'],
    ['M Mo MM MMM Q Qo', '2 2nd 02 Feb 1 1st'],
    ['D Do DD DDD DDDo DDDD', '14 14th 14 45 45th 045'],
    ['d do dd e E', '0 0th Su 0 7'],
    ['w ww gggg W WW GGGG', '8 08 2010 6 06 2010'],
    ['YY Y YYYYYY', '10 2010 +002010'],
    ['H HH h hh k kk m s A', '15 15 3 03 15 15 25 50 PM'],
    ['Hmm hmmss', '1525 32550'],
    [
      'LT LTS L LL LLL LLLL',
      '3:25 PM 3:25:50 PM 02/14/2010 February 14, 2010 February 14, 2010 3:25 PM Sunday, February 14, 2010 3:25 PM',
    ],
    ['l ll lll llll', '2/14/2010 Feb 14, 2010 Feb 14, 2010 3:25 PM Sun, Feb 14, 2010 3:25 PM'],
    ['Z ZZ z', '+00:00 +0000 UTC'],
    // Years of an era, padded to four digits at most; the Kinesis Data Generator's own moment writes the letters.
    ['y yo yy yyy yyyy yyyyMMdd', '2010 2010th 2010 2010 2010 201002Su'],
    ['yyyyy yyyyyyyy', '20102010 20102010'],
    ['N NN NNN NNNN NNNNN NNNNNN', 'AD AD AD Anno Domini AD ADAD'],
    ['gg ggggg gggggg ggg', '10 02010 02010g 10g'],
    ['GG GGGGG GGGGGG GGG', '10 02010 02010G 10G'],
    ['\\YYYY \\LT [LT] [a[b]c] \\\\ Yo', 'YYYY LT LT [pmb]c  2010o'],
    ["'YYYY' T%", "'2010' T%"],
    [DEFAULT_FORMAT, '2010-02-14T15:25:50+00:00'],
    [DEFAULT_UTC_FORMAT, '2010-02-14T15:25:50Z'],
  ])('%s', (format, text) => {
    expect(formatInstant(SUNDAY, format, 'UTC')).toBe(text);
  });

  it('stands in its zone', () => {
    expect(formatInstant(Date.UTC(2009, 6, 15, 3, 12, 22), 'DD/MMM/YYYY:HH:mm:ss Z', 'America/Los_Angeles')).toBe(
      '14/Jul/2009:20:12:22 -0700'.replace('-0700', '-07:00'),
    );
  });

  it.each([
    ['1st', 1],
    ['2nd', 2],
    ['3rd', 3],
    ['4th', 4],
    ['11th', 11],
    ['12th', 12],
    ['13th', 13],
    ['21st', 21],
    ['22nd', 22],
    ['31st', 31],
  ])('says %s', (text, day) => {
    expect(formatInstant(Date.UTC(2026, 0, day), 'Do', 'UTC')).toBe(text);
  });

  it.each([
    // Where the year begins on a Saturday, its first English week is one day long.
    ['2011-01-01', '1 2011'],
    ['2011-01-02', '2 2011'],
    ['2012-12-31', '1 2013'],
    ['2012-12-29', '52 2012'],
  ])('counts the weeks of %s as English does', (date, text) => {
    expect(formatInstant(Date.parse(date), 'w gggg', 'UTC')).toBe(text);
  });
});
