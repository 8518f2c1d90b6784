import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatorOf } from '../../../corpora/kdg/generator';
import { HELPER_NAMES } from '../../../corpora/kdg/table';
import { fc } from '../../properties';

const NOW = Date.UTC(2026, 10, 22, 6, 0, 0);
const FILMS = readFileSync(join(__dirname, '../../../examples/films.kdg'), 'utf8');

const one = (template: string, index = 0, seed = 1, zone?: string): string =>
  generatorOf({ template, seed, ...(zone !== undefined && { zone }) }).record(index, { nowMillis: NOW });
const many = (template: string, count = 300): string[] => {
  const generator = generatorOf({ template, seed: 5 });
  return Array.from({ length: count }, (_, index) => generator.record(index, { nowMillis: NOW }));
};

/** `module: helper helper …`, each indented by two. */
const namesOf = (list: string): string[] =>
  list
    .split(/\n {2}(?=\w)/)
    .slice(1)
    .flatMap((line) => {
      const [module = '', names = ''] = line.split(':');
      return names
        .trim()
        .split(/\s+/)
        .map((name) => `${module.trim()}.${name}`);
    });

/** What the help of the Kinesis Data Generator lists or refers to: its own helpers, and the API methods of faker.js 4. */
const DOCUMENTED = namesOf(`
  address: zipCode city cityPrefix citySuffix streetName streetAddress streetSuffix streetPrefix secondaryAddress county country countryCode
    state stateAbbr latitude longitude
  commerce: color department productName price productAdjective productMaterial product
  company: suffixes companyName companySuffix catchPhrase bs catchPhraseAdjective catchPhraseDescriptor catchPhraseNoun bsAdjective bsBuzz bsNoun
  current: timestamp
  database: column type collation engine
  date: now utc simTime past future between recent soon month weekday
  finance: account accountName mask amount transactionType currencyCode currencyName currencySymbol bitcoinAddress ethereumAddress iban bic
  hacker: abbreviation adjective noun verb ingverb phrase
  helpers: randomize slugify replaceSymbolWithNumber replaceSymbols shuffle mustache createCard contextualCard userCard createTransaction
  image: image avatar imageUrl abstract animals business cats city food nightlife fashion people nature sports technics transport dataUri
  internet: avatar email exampleEmail userName protocol url domainName domainSuffix domainWord ip ipv6 userAgent color mac password
  lorem: word words sentence slug sentences paragraph paragraphs text lines
  name: firstName lastName findName jobTitle prefix suffix title jobDescriptor jobArea jobType
  phone: phoneNumber phoneNumberFormat phoneFormats
  random: number arrayElement weightedArrayElement objectElement uuid boolean word words image locale alphaNumeric hexaDecimal
  system: fileName commonFileName mimeType commonFileType commonFileExt fileType fileExt directoryPath filePath semver`);

/** What a template can call of faker.js 5 besides. */
const BESIDES = namesOf(`
  address: cardinalDirection cityName direction nearbyGPSCoordinate ordinalDirection timeZone zipCodeByState
  animal: bear bird cat cetacean cow crocodilia dog fish horse insect lion rabbit snake type
  commerce: productDescription
  datatype: array boolean datetime float hexaDecimal json number string uuid
  date: betweens
  finance: creditCardCVV creditCardNumber litecoinAddress routingNumber transactionDescription
  git: branch commitEntry commitMessage commitSha shortSha
  helpers: regexpStyleStringParse repeatString replaceCreditCardSymbols
  internet: httpMethod port
  mersenne: rand
  music: genre
  name: gender middleName
  random: alpha arrayElements float
  time: recent
  vehicle: bicycle color fuel manufacturer model type vehicle vin vrm`);

const ARGUMENTS: Readonly<Record<string, string>> = {
  'date.between': '("2026-01-01", "2026-02-01")',
  'date.betweens': '("2026-01-01", "2026-02-01")',
  'helpers.slugify': '("a b")',
  'helpers.replaceSymbolWithNumber': '("#")',
  'helpers.replaceSymbols': '("#")',
  'helpers.regexpStyleStringParse': '("[1-9]{2}")',
  'helpers.mustache': '("x")',
  'helpers.repeatString': '("x", 2)',
};

describe('the helpers', () => {
  it('are all that are documented', () => {
    expect(DOCUMENTED.length).toBeGreaterThan(140);
    expect(BESIDES.length).toBeGreaterThan(50);
    expect([...DOCUMENTED, ...BESIDES].filter((name) => !HELPER_NAMES.includes(name))).toEqual([]);
  });

  it.each(HELPER_NAMES)('%s draws texts of one line that the seed decides', (name) => {
    const template = `{{${name}${ARGUMENTS[name] ?? ''}}}`;
    const generator = generatorOf({ template, seed: 3 });
    const texts = Array.from({ length: 20 }, (_, index) => generator.record(index, { nowMillis: NOW }));
    expect(texts.join('')).not.toMatch(/[\r\n]|undefined|NaN|\[object|Invalid/);
    expect(texts.filter((text) => text === '')).toEqual([]);
    expect(generatorOf({ template, seed: 3 }).record(19, { nowMillis: NOW })).toBe(texts[19]);
  });

  it.each([
    ['random.number', /^\d{1,5}$/],
    ['random.number(5)', /^[0-5]$/],
    ['random.number({"min":-3,"max":-1})', /^-[123]$/],
    ['random.number({"min":10,"max":150})', /^1?\d?\d$/],
    ['random.number({"min":200000})', /^2\d{5}$/],
    ['random.number(-5)', /^(-[1-5]|0)$/],
    ['random.number({"max":-5})', /^(-[1-5]|0)$/],
    ['random.number("7")', /^[0-7]$/],
    ['random.number({"min":"3","max":"4"})', /^[34]$/],
    ['random.number({"max":1,"precision":0.05})', /^(0(\.\d[05]?)?|1)$/],
    ['random.float({"max":2})', /^[012](\.\d\d?)?$/],
    ['random.float(0.5)', /^\d+(\.5)?$/],
    ['mersenne.rand', /^([0-2]?\d{1,4}|3[0-2]\d{3})$/],
    ['mersenne.rand(3, 1)', /^[12]$/],
    ['datatype.string', /^.{10}$/],
    ['datatype.array(2)', /^(\d{1,5}|.{10}),(\d{1,5}|.{10})$/],
    ['datatype.json', /^\{"foo":.+,"prop":.+\}$/],
    ['datatype.datetime({"min":0,"max":999})', /^Thu Jan 01 1970 00:00:00 GMT\+0000 \(Coordinated Universal Time\)$/],
    ['datatype.datetime', /^[A-Z]\w\w \w{3} \d\d (199|20\d|2100)\d? /],
    ['random.arrayElement(["OK","FAIL"])', /^(OK|FAIL)$/],
    ['random.weightedArrayElement({"weights":[0.3,0.7],"data":["\\"a\\"",4]})', /^("a"|4)$/],
    ['random.objectElement({"a":{"b":1}})', /^\{"b":1\}$/],
    ['random.uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
    ['random.boolean', /^(true|false)$/],
    ['random.alphaNumeric(8)', /^[0-9a-z]{8}$/],
    ['internet.ip', /^(\d{1,3}\.){3}\d{1,3}$/],
    ['internet.color', /^#[0-9a-f]{6}$/],
    ['address.latitude', /^-?\d{1,2}\.\d{4}$/],
    ['address.longitude', /^-?\d{1,3}\.\d{4}$/],
    ['address.zipCode(??-###)', /^[A-Z]{2}-\d{3}$/],
    ['address.stateAbbr', /^[A-Z]{2}$/],
    ['commerce.price', /^\d{1,4}\.00$/],
    ['commerce.price(2000)', /^(2\d{3}|3000)\.00$/],
    ['finance.amount(2000)', /^(2\d{3}|3000)\.\d\d$/],
    ['commerce.price(5, 9, 3, "$")', /^\$[5-9]\.000$/],
    ['finance.amount(1, 2)', /^[12]\.\d\d$/],
    ['finance.account(0)', /^\d{8}$/],
    ['phone.phoneNumber(###-####)', /^\d{3}-\d{4}$/],
    ['phone.phoneNumber("?*!# ##")', /^\?\*!\d \d\d$/],
    ['phone.phoneNumberFormat', /^\d{3}-\d{3}-\d{4}$/],
    ['phone.phoneNumberFormat(2)', /^1-\d{3}-\d{3}-\d{4}$/],
    ['phone.phoneNumberFormat("19")', /^\d{3}\.\d{3}\.\d{4} x\d{5}$/],
    ['phone.phoneFormats', /^[1()# .x-]+$/],
    ['helpers.replaceSymbolWithNumber("a!-#")', /^a!-\d$/],
    ['helpers.replaceSymbols("*?!#")', /^\*[A-Z]!\d$/],
    ['helpers.regexpStyleStringParse("#{3}te{1,2}st[1-5][20-10]")', /^###tee?st[1-5](1\d|20)$/],
    ['helpers.uniqueArray(["a","b"],2)', /^(a,b|b,a)$/],
    ['lorem.words(4)', /^\w+ \w+ \w+ \w+$/],
    ['lorem.words("3")', /^\w+ \w+ \w+$/],
    ['name.firstName("x")', /^[A-Z].+$/],
    ['name.findName("Ada", "Lovelace")', /^.*Ada Lovelace.*$/],
    ['animal.type', /^[a-z ]+$/],
    [
      'git.commitEntry({"merge":true})',
      /^commit [0-9a-f]{40} Merge: [0-9a-f]{7} [0-9a-f]{7} Author: .+ <.+@.+> Date: .+2026.* \S.+\S$/,
    ],
    [
      'date.betweens("2026-01-01", "2026-01-04", 2)',
      /^Fri Jan 02 2026 00:00:00 GMT\+0000 \(Coordinated Universal Time\),Sat Jan 03 2026 00:00:00 GMT\+0000 \(Coordinated Universal Time\)$/,
    ],
    ['date.month({"abbr":true})', /^[A-Z][a-z]{2}$/],
    ['date.now', /^2026-11-22T06:00:00\+00:00$/],
    ['date.now("dddd, MMMM Do YYYY, h:mm:ss a")', /^Sunday, November 22nd 2026, 6:00:00 am$/],
    ['date.now(YYYY)', /^2026$/],
    ['date.utc', /^2026-11-22T06:00:00Z$/],
    ['date.utc("DD/MMM/YYYY:HH:mm:ss Z")', /^22\/Nov\/2026:06:00:00 \+00:00$/],
    ['current.timestamp', /^2026-11-22T06:00:00\+00:00$/],
    ['date.past', /^\w{3} \w{3} \d\d 202[56] \d\d:\d\d:\d\d GMT\+0000 \(Coordinated Universal Time\)$/],
    ['helpers.createTransaction', /^\{"amount":"[\d.]+",.*\}$/],
    ['company.suffixes', /,/],
  ])('{{%s}} draws what its arguments say', (call, expected) => {
    for (const text of many(`{{${call}}}`, 50)) expect(text).toMatch(expected);
  });

  it.each([
    [
      'random.nubmer',
      '{{random.nubmer}} at line 2, column 5 of the template is no known helper; the nearest one is {{random.number}}.',
    ],
    ['adress.state', 'the nearest one is {{address.state}}.'],
    ['name.state', 'the nearest one is {{address.state}}.'],
    ['animal.dgo', 'the nearest one is {{animal.dog}}.'],
    ['date.tomorrow', 'the nearest one is {{date.now}}.'],
    ['uuid', 'the nearest one is {{random.uuid}}.'],
    [
      'planet.moon',
      'is no known helper; the modules are address, animal, commerce, company, current, database, datatype, date, finance, ',
    ],
    ['name.firstname', 'the nearest one is {{name.firstName}}.'],
    ['date', 'the nearest one is {{date.now}}.'],
    ['constructor.name', 'is no known helper'],
    ['random.number("five")', '{{random.number}} at line 2, column 5 of the template takes a number (the maximum) or {"min": …'],
    ['random.number({"min":5,"max":1})', 'with min at most max, but got {"min":5,"max":1}.'],
    ['random.number(10-20)', 'but got 10-20.'],
    ['random.arrayElement([])', 'takes a JSON array with at least one element, but got [].'],
    ['random.arrayElement(["a" "b"])', 'takes a JSON array'],
    ['random.weightedArrayElement({"weights":[1],"data":["a","b"]})', 'one weight per element'],
    ['random.weightedArrayElement({"weights":[0,0],"data":["a","b"]})', 'one above'],
    ['random.weightedArrayElement({"weights":[-1,2],"data":["a","b"]})', 'none below 0'],
    ['date.between("2026-01-02","2026-01-01")', 'two dates, the later one last'],
    ['lorem.words(-1)', 'a whole number from 0 to'],
    ['phone.phoneNumberFormat(20)', 'a whole number from 0 to 19'],
    ['mersenne.rand(1, 1)', 'a maximum and a minimum below it'],
    ['datatype.datetime(9e15)', 'takes milliseconds from -8640000000000000 to 8640000000000000'],
    ['date.betweens("2026-01-02","2026-01-01")', 'two dates, the later one last, and how many'],
    ['random.weightedArrayElement({"weights":[1,1,1],"data":["a","b"]})', 'one weight per element'],
  ])('{{%s}} is refused before anything is made', (call, message) => {
    expect(() => generatorOf({ template: `a\n b: {{${call}}}`, seed: 1 })).toThrow(message);
  });

  it('know the zone that they are asked for, and no other', () => {
    expect(one('{{date.now}} {{date.utc}}', 0, 1, 'Asia/Tokyo')).toBe('2026-11-22T15:00:00+09:00 2026-11-22T06:00:00Z');
    expect(() => one('x', 0, 1, 'Mars/Olympus')).toThrow('zone "Mars/Olympus" is no time zone');
  });
});

describe('the film rentals', () => {
  const films = many(FILMS, 5_000).map((text) => JSON.parse(text) as Record<string, unknown>);
  const shareOf = (type: string): number => films.filter(({ eventType }) => eventType === type).length / films.length;

  it('are one line of JSON each, of the fields that the template has', () => {
    expect(Object.keys(films[0]!)).toEqual(['timestamp', 'eventType', 'film_id', 'distributor', 'platform', 'state']);
    expect(films[0]).toMatchObject({ timestamp: '2026-11-22T06:00:00+00:00' });
  });

  it('are weighted, and name films from 1 to 1000', () => {
    expect(shareOf('rent')).toBeCloseTo(0.3, 1);
    expect(shareOf('buy')).toBeCloseTo(0.1, 1);
    expect(shareOf('trailer')).toBeCloseTo(0.6, 1);
    const ids = films.map(({ film_id: id }) => id as number);
    expect(Math.min(...ids)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...ids)).toBeLessThanOrEqual(1_000);
    expect(new Set(ids).size).toBeGreaterThan(950);
  });
});

describe('a generator', () => {
  const TEMPLATE = '{{random.uuid}} {{name.findName}} {{random.number}} {{date.past}}';

  it('makes the same record of the same seed and index, whatever was made before', () => {
    const fresh = fc.nat({ max: 100_000 });
    fc.assert(
      fc.property(fc.nat({ max: 0xffff_ffff }), fc.array(fresh, { maxLength: 5 }), fresh, (seed, before, index) => {
        const generator = generatorOf({ template: TEMPLATE, seed });
        for (const other of before) generator.record(other, { nowMillis: NOW });
        expect(generator.record(index, { nowMillis: NOW })).toBe(
          generatorOf({ template: TEMPLATE, seed }).record(index, { nowMillis: NOW }),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('makes different records of other seeds and other indices', () => {
    const texts = [0, 1, 2].flatMap((seed) => [0, 1, 2].map((index) => one(TEMPLATE, index, seed)));
    expect(new Set(texts).size).toBe(9);
  });

  it('keeps a number within its range, in its steps', () => {
    const range = fc.tuple(
      fc.integer({ min: -1_000, max: 1_000 }),
      fc.integer({ min: 0, max: 500 }),
      fc.constantFrom(1, 5, 0.5, 0.01),
    );
    fc.assert(
      fc.property(range, fc.nat({ max: 1_000 }), ([min, width, precision], index) => {
        const text = one(`{{random.number(${JSON.stringify({ min, max: min + width, precision })})}}`, index);
        const number = Number(text);
        expect(number).toBeGreaterThanOrEqual(min);
        expect(number).toBeLessThanOrEqual(min + width);
        const steps = number / precision;
        if (width >= precision) expect(Math.abs(steps - Math.round(steps))).toBeLessThan(1e-6);
        expect(text.length).toBeLessThanOrEqual(8);
      }),
    );
  });

  it('tells whether its records say when they were made', () => {
    const timed = (template: string) => generatorOf({ template, seed: 1 }).timed;
    expect([timed(FILMS), timed('{{current.timestamp}}'), timed('{{random.uuid}}'), timed('date.now')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
