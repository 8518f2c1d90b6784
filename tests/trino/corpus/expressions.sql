-- topic: numbers
1 + 2 * 3
(1 + 2) * 3 - 4 / 2
2 + 3 || ''
- 5 + 3
2 - -2
100.0 * 1 / 3
100.0 * count(*) / 3 FROM (VALUES 1, 2) t(x)
1e0 * 7 / 2
round(100.0 * 2 / 3, 1)
CAST(7 AS double) / 2
sum(x) / count(*) FROM (VALUES 1, 2, 4) t(x)
sum(x) * 1.0 / count(*) FROM (VALUES 1, 2, 4) t(x)
CASE WHEN 1 > 0 THEN 5 / 2 ELSE 0 END * 3
5 / 2
-5 / 2
-7 % 3
mod(-7, 3)
5e0 / 2
5.0 / 2
10.00 / 3
1.10
1.10 + 2.205
1.5 * 2.25
2 * 1.5
1e0
1e10
1.5e-5
123456789.125e0
1e-7
0e0 / 1
-0e0
1e0 / 0
0e0 / 0
1 / 0
1 % 0
1.0 / 0
abs(-5)
abs(-5.5)
ceil(1.2e0)
ceil(-1.2)
ceiling(3)
floor(-1.5e0)
floor(1.9)
round(2.5e0)
round(-2.5e0)
round(2.5)
round(2.567, 2)
round(2.567e0, 2)
round(1234.5e0, -2)
round(15, -1)
truncate(2.9e0)
truncate(-2.9)
sqrt(2)
cbrt(27)
power(2, 10)
pow(2e0, 0.5e0)
exp(1)
ln(10)
log10(1000)
log2(8)
log(2, 64)
sign(-3)
sign(-2.5e0)
sign(0)
pi()
e()
degrees(pi())
radians(180)
sin(0)
cos(0)
atan2(1, 1)
is_nan(nan())
is_finite(1e0)
is_infinite(infinity())
nan()
-infinity()
greatest(1, 5, 3)
least(2.5, 1)
greatest('a', 'b')
greatest(date '2020-01-01', date '2021-01-01')
greatest(1, NULL)
bitwise_and(12, 10)
bitwise_or(12, 10)
bitwise_xor(12, 10)
bitwise_not(5)
-- refused: function
bitwise_left_shift(1, 4)
-- refused: function
bitwise_right_shift(256, 4)
width_bucket(5.3e0, 0.2e0, 10.6e0, 5)
-- refused: function
to_base(255, 16)
-- refused: function
from_base('ff', 16)
bigint '9223372036854775807'
9223372036854775807 + 1
2147483647 + 1
CAST(2147483647 AS integer) + CAST(1 AS integer)
-9223372036854775807 - 1
9007199254740993 * 3
bigint '9007199254740993' % 10
sum(x) FROM (VALUES 9223372036854775807, 1) t(x)
sum(x) FROM (VALUES 1, 2, NULL) t(x)
sum(x) FROM (VALUES 1.10, 2.20) t(x)
sum(x) FROM (VALUES 1e0, 2.5e0) t(x)
avg(x) FROM (VALUES 1, 2, 4) t(x)
-- refused: decimalAverage
avg(x) FROM (VALUES 1.10, 2.25) t(x)
decimal '123456789012345678901234567890.12'
decimal '1.50' * decimal '2.5'
decimal '10' / decimal '3'
decimal '99999999999999999999999999999999999999' + 1
CAST(1.005 AS decimal(10, 2))
CAST(-1.005 AS decimal(10, 2))
CAST(12345.678 AS decimal(6, 2))
CAST('12.3456' AS decimal(10, 2))
CAST(2.5e0 AS bigint)
CAST(-2.5e0 AS bigint)
CAST(2.5 AS bigint)
CAST(3.49e0 AS integer)
CAST(300 AS tinyint)
CAST(1e20 AS bigint)
CAST(true AS integer)
CAST(0 AS boolean)
CAST('true' AS boolean)
CAST('t' AS boolean)
CAST('yes' AS boolean)
CAST('1e3' AS double)
CAST(' 12 ' AS bigint)
CAST('12.5' AS double)
CAST(1 AS real) / 3
real '1.1'
CAST(0.1e0 AS real)
-- refused: function
typeof(1)
-- refused: function
typeof(1.10)
-- refused: function
typeof('abc')
-- refused: function
typeof(ARRAY[1])
-- refused: function
format('%d items cost %.2f', 3, 4.5e0)
-- refused: function
format('%05d|%s|%,d', 42, 'x', 1234567)
-- refused: function
format_number(1234567)
rand() < 1
-- refused: function
random(1, 2)
-- topic: casts that may fail
try_cast('17.5' AS bigint)
try_cast('1e3' AS bigint)
try_cast('abc' AS integer)
try_cast('' AS integer)
try_cast('2026-11-21' AS date)
try_cast('2026-13-01' AS date)
try_cast('21.11.2026' AS date)
try_cast('2026-11-21 10:00:00' AS timestamp)
try_cast('2026-11-21T10:00:00Z' AS timestamp)
try_cast('nope' AS timestamp)
try_cast('2026-11-21 10:00' AS date)
try_cast(' 2026-1-2 ' AS date)
try_cast('2026-11-21T10:00:00' AS timestamp)
try_cast('2026-11-21 10:00:00.123456' AS timestamp)
try_cast('2026-11-21 10:00:00.1239' AS timestamp)
try_cast('2026-11-21' AS timestamp)
try_cast('2026-11-21 10:00:00 UTC' AS timestamp)
CAST('2026-11-21 10:00:00 UTC' AS timestamp with time zone)
-- refused: zone
CAST('2026-11-21 10:00:00 Europe/Berlin' AS timestamp with time zone)
try_cast('2026-11-21T10:00:00Z' AS timestamp with time zone)
try_cast(NULL AS integer)
try_cast(99999999999 AS integer)
try_cast('x' AS boolean)
try_cast('1.2.3' AS decimal(5, 2))
CAST('abc' AS integer)
CAST('17.5' AS bigint)
CAST('abc' AS double)
CAST('2026-02-30' AS date)
CAST('' AS date)
CAST('99999999999' AS integer)
try(1 / 0)
try(CAST('x' AS bigint))
coalesce(try_cast('x' AS integer), -1)
if(try_cast('7' AS integer) > 5, 'big', 'small')
-- topic: text
'it''s'
'ünïcödé'
U&'\0041\00e9'
length('ünïcödé')
length('日本語')
length('👍')
upper('straße')
lower('ÀÉÎ')
upper('ünï')
reverse('héllo')
substr('héllo', 2)
substr('abcdef', 2, 3)
substr('abc', 0)
substr('abc', -2)
substr('abc', -2, 1)
substr('abc', -5)
substr('abc', -5, 3)
substr('abc', 2, -1)
substr('abc', 10)
substr('abc', 2, 0)
substring('abcdef' FROM 2 FOR 2)
substring('abcdef', 3)
'a' || 'b' || 'c'
'a' || CAST(NULL AS varchar)
'n=' || CAST(5 AS varchar)
concat('a', 'b', 'c')
concat('a', CAST(NULL AS varchar))
concat_ws(',', 'a', NULL, 'c')
-- refused: overload
concat_ws(',', ARRAY['x', 'y'])
trim('  x  ')
trim(BOTH 'x' FROM 'xxaxx')
trim(LEADING '0' FROM '00120')
ltrim('  x')
rtrim('x  ')
lpad('7', 3, '0')
rpad('ab', 5, '.')
lpad('abcdef', 3, 'x')
replace('banana', 'an', 'AN')
replace('banana', 'an')
split('a,b,,c', ',')
-- refused: function
split('a,b,c', ',', 2)
split_part('a:b:c', ':', 2)
split_part('a:b:c', ':', 5)
split_part('abc', ':', 1)
-- refused: function
split_to_map('a=1,b=2', ',', '=')
strpos('hello', 'l')
strpos('hello', 'z')
-- refused: function
strpos('hello', 'l', 2)
position('lo' IN 'hello')
starts_with('hello', 'he')
translate('hello', 'el', 'ip')
chr(233)
codepoint('é')
levenshtein_distance('kitten', 'sitting')
hamming_distance('karolin', 'kathrin')
-- refused: function
soundex('Robert')
-- refused: form
normalize('é', NFD) = 'é'
to_utf8('é')
from_utf8(X'c3a9')
'abc' LIKE 'a%'
'a_c' LIKE 'a\_c' ESCAPE '\'
'abc' NOT LIKE '%z%'
'Äpfel' < 'Birne'
'a' < 'B'
'' = ''
'' IS NULL
'abc ' = 'abc'
CAST('abc' AS varchar(2))
-- refused: type
CAST('abcdef' AS char(3))
-- refused: type
CAST('ab' AS char(4)) || '|'
CAST(1.5e0 AS varchar)
CAST(1e10 AS varchar)
CAST(100e0 AS varchar)
CAST(1.10 AS varchar)
CAST(true AS varchar)
CAST(date '2026-11-21' AS varchar)
-- refused: precision
CAST(timestamp '2026-11-21 10:00:00' AS varchar)
CAST(CAST('2026-11-21 10:00:00' AS timestamp) AS varchar)
CAST(0e0 AS varchar)
CAST(-0e0 AS varchar)
CAST(1e-7 AS varchar)
CAST(123456.789e0 AS varchar)
CAST(nan() AS varchar)
CAST(real '1.1' AS varchar)
CAST(from_unixtime(1763720430.5) AS varchar)
CAST(timestamp '2026-11-21 10:00:00.123' AS varchar)
CAST(ARRAY[1, 2] AS varchar)
repeat('ab', 3)
-- refused: function
word_stem('running')
-- refused: function
luhn_check('79927398713')
-- topic: regular expressions
regexp_like('order-42', '\d+')
regexp_like('abc', '^b')
regexp_like('ABC', '(?i)abc')
regexp_extract('order-42-x', '\d+')
regexp_extract('k=v', '(\w+)=(\w+)', 2)
regexp_extract('abc', 'x')
regexp_extract('abc', '(x)?b', 1)
regexp_extract_all('1a 2b 14m', '\d+')
regexp_extract_all('1a 2b 14m', '(\d+)([a-z]+)', 2)
regexp_replace('1a 2b 14m', '\d+[ab] ')
regexp_replace('1a 2b', '(\d)([ab])', '$2$1')
regexp_replace('new york', '(\w)(\w*)', '<$1>')
regexp_replace('abc', '(?<first>a)', '[${first}]')
regexp_replace('a.b.c', '\.', '\\$')
-- refused: literal
regexp_replace('new york', '(\w)(\w*)', x -> upper(x[1]) || lower(x[2]))
regexp_split('1a 2b  14m', '\s+')
regexp_split('a,b;c', '[,;]')
regexp_count('1a 2b 14m', '\d')
-- refused: function
regexp_position('abcabc', 'b')
-- refused: pattern
regexp_like('foobar', 'foo(?=bar)')
-- refused: pattern
regexp_extract('aaa', '(a)\1')
regexp_like('zażółć', '^\w+$')
regexp_like('zażółć', '^\p{L}+$')
regexp_extract(NULL, 'a')
-- topic: dates and times
date '2026-11-21'
date('2026-11-21')
timestamp '2026-11-21 10:20:30.123'
timestamp '2026-11-21 10:20:30'
timestamp '2026-11-21 10:20:30.123456'
timestamp '2026-11-21 10:20:30 UTC'
-- refused: zone
timestamp '2026-11-21 10:20:30 Europe/Berlin'
-- refused: zone
timestamp '2026-11-21 10:20:30 +02:00'
time '10:20:30'
interval '1' day
interval '2' hour + interval '30' minute
-- refused: months
interval '1' year
-- refused: months
interval '14' month
date '2026-01-31' + interval '1' month
date '2026-03-31' - interval '1' month
date '2026-11-21' + interval '1' day
timestamp '2026-11-21 10:00:00' - interval '90' minute
timestamp '2026-11-21 10:00:00' - timestamp '2026-11-20 08:30:00'
date '2026-11-21' - date '2026-11-01'
d + interval '1' day FROM (VALUES date '2026-11-21') t(d)
d - e FROM (VALUES (date '2026-11-21', date '2026-11-01')) t(d, e)
date_trunc('month', d) FROM (VALUES date '2026-11-21') t(d)
date_add('day', 1, d) FROM (VALUES date '2026-11-21') t(d)
d = '2026-11-21' FROM (VALUES date '2026-11-21') t(d)
d IN ('2026-11-21') FROM (VALUES date '2026-11-21') t(d)
d BETWEEN '2026-11-01' AND '2026-11-30' FROM (VALUES date '2026-11-21') t(d)
x NOT IN ('a', 'b') FROM (VALUES 'c') t(x)
date_add('day', 7, date '2026-11-21')
date_add('month', 1, date '2026-01-31')
date_add('hour', 25, timestamp '2026-11-21 10:00:00')
date_add('quarter', 1, date '2026-11-30')
date_add('week', -1, date '2026-01-03')
-- refused: precision
date_add('millisecond', 1500, timestamp '2026-11-21 10:00:00')
date_diff('day', date '2026-11-01', date '2026-11-21')
date_diff('day', timestamp '2026-11-20 23:00:00', timestamp '2026-11-21 01:00:00')
date_diff('month', date '2026-01-31', date '2026-02-28')
date_diff('year', date '2020-02-29', date '2026-02-28')
date_diff('hour', timestamp '2026-11-21 10:59:00', timestamp '2026-11-21 12:01:00')
date_diff('second', timestamp '2026-11-21 10:00:00', timestamp '2026-11-21 09:00:00')
date_diff('week', date '2026-11-01', date '2026-11-21')
date_diff('quarter', date '2026-01-01', date '2026-12-31')
date_trunc('hour', timestamp '2026-11-21 10:20:30.5')
date_trunc('day', timestamp '2026-11-21 10:20:30')
date_trunc('week', date '2026-11-21')
date_trunc('month', date '2026-11-21')
date_trunc('quarter', date '2026-11-21')
date_trunc('year', timestamp '2026-11-21 10:00:00')
extract(year FROM date '2026-11-21')
extract(dow FROM date '2026-11-22')
extract(week FROM date '2026-01-01')
extract(minute FROM timestamp '2026-11-21 10:20:30')
year(date '2026-11-21')
quarter(date '2026-11-21')
month(timestamp '2026-11-21 10:20:30')
week(date '2027-01-01')
year_of_week(date '2027-01-01')
day_of_week(date '2026-11-22')
day_of_year(date '2026-11-21')
day_of_month(date '2026-11-21')
hour(timestamp '2026-11-21 10:20:30')
minute(timestamp '2026-11-21 10:20:30')
second(timestamp '2026-11-21 10:20:30.9')
millisecond(timestamp '2026-11-21 10:20:30.987')
last_day_of_month(date '2026-02-10')
from_unixtime(0)
from_unixtime(1763720430)
from_unixtime(1763720430.5)
-- refused: function
from_unixtime(1763720430, 'Europe/Berlin')
to_unixtime(timestamp '2026-11-21 10:20:30')
to_unixtime(from_unixtime(1763720430.123))
from_iso8601_timestamp('2026-11-21T10:20:30.123Z')
-- refused: zone
from_iso8601_timestamp('2026-11-21T10:20:30+02:00')
from_iso8601_timestamp('2026-11-21')
to_iso8601(from_iso8601_timestamp('2026-11-02T01:00:00+02:00') AT TIME ZONE 'UTC')
date_diff('millisecond', from_unixtime(0), from_iso8601_timestamp('2026-11-02T01:00:00+02:00'))
from_iso8601_date('2026-11-21')
from_iso8601_timestamp('nope')
to_iso8601(date '2026-11-21')
-- refused: precision
to_iso8601(timestamp '2026-11-21 10:20:30')
to_iso8601(timestamp '2026-11-21 10:20:30.000')
to_iso8601(timestamp '2026-11-21 10:20:30.000 UTC')
to_iso8601(from_unixtime(1763720430))
to_iso8601(CAST('2026-11-21 10:20:30' AS timestamp))
date_format(timestamp '2026-11-21 10:20:30.123', '%Y-%m-%d %H:%i:%s')
date_format(timestamp '2026-11-21 15:04:05.123', '%a %b %e %l:%i %p')
date_format(timestamp '2026-11-21 15:04:05.123', '%f')
date_format(date '2026-11-02', '%c/%e/%y')
date_format(timestamp '2026-11-21 15:04:05', '%W %M %j %T')
-- refused: format
date_format(timestamp '2026-11-21 15:04:05', '%v %x')
date_parse('2026-11-21 10:20', '%Y-%m-%d %H:%i')
date_parse('21/11/2026', '%d/%m/%Y')
date_parse('Nov 21 2026', '%b %d %Y')
date_parse('2026-11-21 03:04:05 PM', '%Y-%m-%d %h:%i:%s %p')
date_parse('nope', '%Y-%m-%d')
format_datetime(timestamp '2026-11-21 10:20:30', 'yyyy-MM-dd HH:mm')
format_datetime(timestamp '2026-11-21 15:04:05', 'EEE, d MMM yyyy hh:mm a')
parse_datetime('2026-11-21 10:20', 'yyyy-MM-dd HH:mm')
-- refused: format
parse_datetime('2026-11-21T10:20:30.5Z', 'yyyy-MM-dd''T''HH:mm:ss.SZ')
-- refused: zone
timestamp '2026-11-21 10:20:30 UTC' AT TIME ZONE 'America/New_York'
timestamp '2026-07-01 10:00:00' AT TIME ZONE 'UTC'
-- refused: zone
at_timezone(timestamp '2026-11-21 10:20:30 UTC', 'Asia/Tokyo')
CAST(timestamp '2026-11-21 10:20:30 UTC' AS timestamp)
CAST(timestamp '2026-11-21 10:20:30' AS date)
CAST('2026-11-21' AS date)
CAST('2026-11-21 10:20:30.5' AS timestamp)
CAST(date '2026-11-21' AS timestamp)
date '2026-11-21' < timestamp '2026-11-21 00:00:01'
date '2026-11-21' BETWEEN date '2026-11-01' AND date '2026-11-30'
date '2026-11-21' = CAST('2026-11-21' AS date)
-- refused: zone
timestamp '2026-11-21 10:00:00 UTC' = timestamp '2026-11-21 12:00:00 +02:00'
sequence(date '2026-11-19', date '2026-11-21', interval '1' day)
sequence(date '2026-11-19', date '2026-11-21')
-- refused: function
human_readable_seconds(3661)
-- refused: function
parse_duration('90s')
to_milliseconds(interval '1' minute)
current_date >= date '2020-01-01'
now() > timestamp '2020-01-01 00:00:00 UTC'
date_trunc('day', now()) = CAST(current_date AS timestamp with time zone)
-- topic: JSON
json_extract_scalar('{"a":{"b":"x"}}', '$.a.b')
json_extract_scalar('{"a":[1,2,3]}', '$.a[1]')
json_extract_scalar('{"a":1.10}', '$.a')
json_extract_scalar('{"a":true}', '$.a')
json_extract_scalar('{"a":null}', '$.a')
json_extract_scalar('{"a":{}}', '$.a')
json_extract_scalar('{"a b":"x"}', '$["a b"]')
json_extract_scalar('{"a":"ünï\u00e9"}', '$.a')
json_extract_scalar('{"id":9007199254740993}', '$.id')
json_extract_scalar('not json', '$.a')
json_extract_scalar(CAST(NULL AS varchar), '$.a')
json_extract('{"a":{"z":1.10,"b":2, "c": [1.0, 1e3]}}', '$.a')
json_extract('{"a":1.50}', '$.a')
json_extract('{"a":[1,2]}', '$.a')
json_extract('{"a":{"b":1}}', '$.a')
json_extract('{"a":"x"}', '$.a')
json_extract('{"a":1}', '$.z')
json_extract('{"a":[{"b":1},{"b":2}]}', '$.a[*].b')
json_extract('{"a":{"x":1},"b":{"x":2}}', '$..x')
json_array_length('[1,2,3]')
json_array_length('{"a":1}')
-- refused: function
json_array_get('[1,2,3]', 1)
-- refused: function
json_array_contains('[1,2,3]', 2)
json_size('{"a":{"b":1,"c":2}}', '$.a')
json_parse('{"b":1,"a":2}')
json_parse('[1, 2.50, "x", null, true]')
json_parse('broken')
json_format(json_parse('{"a": 1}'))
json_format(json '[1, 2]')
json '{"a": 1}'
-- refused: function
is_json_scalar('1')
CAST(json_parse('[1,2,3]') AS array(bigint))
CAST(json_parse('{"a":1,"b":2}') AS map(varchar, bigint))
CAST(json_parse('{"x":1,"y":"z"}') AS row(x bigint, y varchar))
CAST(json_extract('{"a":["x","y"]}', '$.a') AS array(varchar))
CAST(json_extract('{"n":5}', '$.n') AS bigint)
CAST(json_extract('{"s":"t"}', '$.s') AS varchar)
CAST(json_extract('{"a":[1,"x",null]}', '$.a') AS array(varchar))
CAST(ARRAY[1, 2] AS json)
CAST(MAP(ARRAY['a'], ARRAY[1]) AS json)
CAST(CAST(ROW(1, 'x') AS row(a integer, b varchar)) AS json)
CAST('x' AS json)
CAST(1.5e0 AS json)
CAST(NULL AS json)
json_format(CAST(MAP(ARRAY['b', 'a'], ARRAY[1, 2]) AS json))
-- refused: form
json_query('{"a":[1,2]}', 'lax $.a')
-- refused: form
json_value('{"a":"x"}', 'lax $.a')
-- refused: form
json_exists('{"a":1}', 'lax $.b')
json_object('k': 1)
-- refused: form
json_array(1, 'x')
transform(CAST(json_parse('[{"q":1},{"q":2}]') AS array(row(q integer))), x -> x.q * 10)
cardinality(CAST(json_extract('{"a":[1,2]}', '$.a') AS array(json)))
-- topic: arrays
ARRAY[1, 2, 3]
ARRAY['a', NULL]
ARRAY[]
ARRAY[1, 2][1]
ARRAY[1, 2][3]
element_at(ARRAY[1, 2], 1)
element_at(ARRAY[1, 2], -1)
element_at(ARRAY[1, 2], 5)
cardinality(ARRAY[1, 2, NULL])
cardinality(ARRAY[])
contains(ARRAY[1, 2], 2)
contains(ARRAY[1, NULL], 2)
array_position(ARRAY['a', 'b'], 'b')
array_distinct(ARRAY[3, 1, 3, 2, 1])
array_sort(ARRAY[3, NULL, 1])
-- refused: function
array_sort(ARRAY[3, 1, 2], (a, b) -> IF(a < b, 1, IF(a = b, 0, -1)))
array_max(ARRAY[1, 5, 3])
array_max(ARRAY[1, NULL])
array_min(ARRAY['b', 'a'])
array_remove(ARRAY[1, 2, 1, NULL], 1)
array_join(ARRAY[1, NULL, 3], ',')
array_join(ARRAY[1, NULL, 3], ',', '?')
array_union(ARRAY[1, 2], ARRAY[2, 3])
array_intersect(ARRAY[1, 2, 2], ARRAY[2, 3])
array_except(ARRAY[1, 2, 3], ARRAY[2])
arrays_overlap(ARRAY[1, 2], ARRAY[2, 3])
array_sum(ARRAY[1, 2])
ARRAY[1] || ARRAY[2, 3]
-- refused: overload
ARRAY[1, 2] || 3
concat(ARRAY[1], ARRAY[2])
flatten(ARRAY[ARRAY[1], ARRAY[2, 3]])
reverse(ARRAY[1, 2, 3])
slice(ARRAY[1, 2, 3, 4], 2, 2)
slice(ARRAY[1, 2, 3, 4], -2, 2)
sequence(1, 5)
sequence(1, 10, 3)
sequence(3, 1, -1)
repeat(0, 3)
-- refused: function
shuffle(ARRAY[1])
zip(ARRAY[1, 2], ARRAY['a', 'b'])
zip_with(ARRAY[1, 2], ARRAY[3, 4], (x, y) -> x + y)
transform(ARRAY[1, 2], x -> x * 2)
transform(ARRAY['a', 'b'], x -> x || '!')
filter(ARRAY[1, 2, 3, NULL], x -> x > 1)
reduce(ARRAY[1, 2, 3], 0, (s, x) -> s + x, s -> s)
any_match(ARRAY[1, 2], x -> x > 1)
all_match(ARRAY[1, 2], x -> x > 1)
none_match(ARRAY[1, 2], x -> x > 5)
-- refused: function
combinations(ARRAY[1, 2, 3], 2)
-- refused: function
ngrams(ARRAY['a', 'b', 'c'], 2)
trim_array(ARRAY[1, 2, 3], 1)
array_first(ARRAY[1, 2])
ARRAY[1, 2] = ARRAY[1, 2]
ARRAY[1, 2] < ARRAY[1, 3]
2 IN (1, 2, 3)
NULL IN (1, 2)
5 NOT IN (1, NULL)
-- topic: maps and rows
MAP(ARRAY['a', 'b'], ARRAY[1, 2])
MAP()
MAP(ARRAY['a', 'b'], ARRAY[1, 2])['a']
MAP(ARRAY['a'], ARRAY[1])['z']
element_at(MAP(ARRAY['a'], ARRAY[1]), 'z')
cardinality(MAP(ARRAY['a', 'b'], ARRAY[1, 2]))
map_keys(MAP(ARRAY['a', 'b'], ARRAY[1, 2]))
map_values(MAP(ARRAY['a', 'b'], ARRAY[1, 2]))
map_entries(MAP(ARRAY['a'], ARRAY[1]))
map_from_entries(ARRAY[('a', 1), ('b', 2)])
map_concat(MAP(ARRAY['a'], ARRAY[1]), MAP(ARRAY['a', 'b'], ARRAY[3, 4]))
map_filter(MAP(ARRAY['a', 'b'], ARRAY[1, 2]), (k, v) -> v > 1)
transform_values(MAP(ARRAY['a'], ARRAY[1]), (k, v) -> v + 1)
transform_keys(MAP(ARRAY['a'], ARRAY[1]), (k, v) -> upper(k))
map_agg(k, v) FROM (VALUES ('a', 1)) t(k, v)
-- refused: function
multimap_agg(k, v) FROM (VALUES ('a', 1), ('a', 2)) t(k, v)
histogram(x) FROM (VALUES 'a') t(x)
ROW(1, 'x')
ROW(1, 'x')[2]
CAST(ROW(1, 'x') AS row(a integer, b varchar)).b
CAST(ROW(1, NULL) AS row(a integer, b varchar))
ROW(1, ROW(2, 3))
(1, 2) = (1, 2)
(1, 2) IN ((1, 2), (3, 4))
-- topic: conditions and NULL
NULL = NULL
NULL IS NULL
1 IS DISTINCT FROM NULL
NULL IS NOT DISTINCT FROM NULL
coalesce(NULL, NULL, 3)
nullif(1, 1)
nullif('a', 'b')
CASE WHEN 1 > 2 THEN 'a' END
CASE 3 WHEN 1 THEN 'one' WHEN 3 THEN 'three' ELSE 'many' END
if(true, 1)
if(NULL, 1, 2)
NOT NULL
true AND NULL
false AND NULL
true OR NULL
1 BETWEEN 0 AND 2
3 NOT BETWEEN 0 AND 2
1 <> 2
1 != 2
'a' = 1
1 = '1'
count(NULL)
count(*) FROM (VALUES 1, NULL) t(x)
count(x) FROM (VALUES 1, NULL) t(x)
-- topic: aggregates
count(DISTINCT x) FROM (VALUES 1, 1, 2, NULL) t(x)
count_if(x > 1) FROM (VALUES 1, 2, 3) t(x)
min(x) FROM (VALUES 'b', 'a', NULL) t(x)
max(x) FROM (VALUES date '2026-01-01', date '2026-11-21') t(x)
-- refused: function
max(x, 2) FROM (VALUES 1, 5, 3) t(x)
min_by(n, v) FROM (VALUES ('a', 3), ('b', 1)) t(n, v)
max_by(n, v) FROM (VALUES ('a', 3), (NULL, 5)) t(n, v)
-- refused: function
max_by(n, v, 2) FROM (VALUES ('a', 3), ('b', 5), ('c', 1)) t(n, v)
bool_and(x) FROM (VALUES true, false) t(x)
bool_or(x) FROM (VALUES true, false) t(x)
every(x) FROM (VALUES true, NULL) t(x)
array_agg(x ORDER BY x DESC) FROM (VALUES 1, 3, 2) t(x)
array_agg(x ORDER BY x) FILTER (WHERE x > 1) FROM (VALUES 1, 3, 2) t(x)
array_agg(DISTINCT x) FROM (VALUES 1, 1) t(x)
-- refused: form
listagg(x, ',') WITHIN GROUP (ORDER BY x) FROM (VALUES 'b', 'a') t(x)
sum(x) FROM (VALUES 1) t(x) WHERE x > 5
sum(DISTINCT x) FROM (VALUES 1, 1, 2) t(x)
stddev(x) FROM (VALUES 1, 2, 3, 4) t(x)
stddev_pop(x) FROM (VALUES 1, 2, 3, 4) t(x)
variance(x) FROM (VALUES 1, 2, 3, 4) t(x)
var_pop(x) FROM (VALUES 1e0, 2e0) t(x)
-- refused: realStatistics
corr(x, y) FROM (VALUES (1, 2), (2, 4), (3, 6)) t(x, y)
-- refused: function
geometric_mean(x) FROM (VALUES 1, 4) t(x)
approx_distinct(x) FROM (VALUES 1, 1, 2, 3) t(x)
approx_percentile(x, 0.5) FROM (VALUES 1, 2, 3) t(x)
approx_percentile(x, 0.5) FROM (VALUES 1, 2, 3, 4) t(x)
-- refused: percentile
approx_percentile(x, 0.5) FROM (VALUES 1e0, 2e0, 3e0, 4e0) t(x)
approx_percentile(x, 0.9) FROM (VALUES 10, 20, 30, 40, 50, 60, 70, 80, 90, 100) t(x)
approx_percentile(x, 0.95) FROM UNNEST(sequence(1, 1000)) t(x)
-- refused: overload
approx_percentile(x, ARRAY[0.25, 0.75]) FROM (VALUES 1, 2, 3, 4) t(x)
arbitrary(x) FROM (VALUES 7) t(x)
any_value(x) FROM (VALUES 7) t(x)
-- refused: function
checksum(x) IS NOT NULL FROM (VALUES 7) t(x)
entropy(x) FROM (VALUES 1, 1) t(x)
-- refused: function
skewness(x) FROM (VALUES 1e0, 2e0, 4e0) t(x)
-- refused: function
kurtosis(x) FROM (VALUES 1e0, 2e0, 4e0, 9e0) t(x)
bitwise_and_agg(x) FROM (VALUES 6, 3) t(x)
bitwise_or_agg(x) FROM (VALUES 6, 3) t(x)
-- refused: function
reduce_agg(x, 0, (a, b) -> a + b, (a, b) -> a + b) FROM (VALUES 1, 2) t(x)
-- refused: function
map_union(m) FROM (VALUES MAP(ARRAY['a'], ARRAY[1]), MAP(ARRAY['b'], ARRAY[2])) t(m)
-- refused: function
numeric_histogram(2, x) FROM (VALUES 1e0, 2e0) t(x)
-- topic: bytes and addresses
X'00ff'
to_hex(X'00ff')
from_hex('00FF')
to_base64(to_utf8('hello'))
from_utf8(from_base64('aGVsbG8='))
to_hex(md5(to_utf8('a')))
to_hex(sha1(to_utf8('a')))
to_hex(sha256(to_utf8('a')))
to_hex(sha512(to_utf8('a')))
md5(to_utf8('a'))
crc32(to_utf8('a'))
-- refused: function
to_hex(xxhash64(to_utf8('a')))
lower(to_hex(md5(to_utf8('lithify'))))
length(to_utf8('é'))
url_extract_host('https://user@example.com:8080/a/b?x=1#f')
url_extract_path('https://example.com/a%20b/c?x=1')
url_extract_parameter('https://example.com/?x=1&y=%20z', 'y')
url_extract_query('https://example.com/?x=1&y=2')
url_extract_protocol('https://example.com/')
url_extract_port('https://example.com:8080/')
url_extract_fragment('https://example.com/#top')
url_encode('a b&c')
url_decode('a+b%26c')
uuid() IS NOT NULL
CAST('2d7a3c9e-4a0b-4c6d-8e1f-0123456789ab' AS uuid)
-- refused: type
CAST('10.0.0.1' AS ipaddress)
-- refused: type
contains('10.0.0.0/8', CAST('10.1.2.3' AS ipaddress))
-- topic: other engines' words
ifnull(NULL, 1)
nvl(NULL, 1)
to_date('2026-11-21', 'yyyy-MM-dd')
date_trunc('fortnight', date '2026-11-21')
len('abc')
strftime(date '2026-11-21', '%Y')
list_value(1, 2)
string_agg('a', ',')
instr('abc', 'b')
left('abc', 2)
right('abc', 2)
datediff('2026-11-21', '2026-11-20')
getdate()
substring_index('a.b', '.', 1)
