-- topic: tables of an analyst
CREATE TABLE orders
WITH (format = 'PARQUET', write_compression = 'SNAPPY', external_location = 's3://{bucket}/analyst/orders/', partitioned_by = ARRAY['region']) AS
SELECT order_id, CAST(customer AS varchar) AS customer, amount, weight, quantity, placed_at, day, tags, attributes, address, CAST(note AS varchar) AS note, paid,
  CAST(region AS varchar) AS region
FROM (VALUES
  (BIGINT '1', 'Ada', DECIMAL '19.99', 1.5e0, 2, TIMESTAMP '2026-11-01 09:15:00.250', DATE '2026-11-01', ARRAY['new', 'web'], MAP(ARRAY['channel', 'lang'], ARRAY['web', 'en']), CAST(ROW('1 Main St', 'Leeds', 12345) AS ROW(street varchar, city varchar, zip integer)), 'first order', true, 'eu'),
  (BIGINT '2', 'Bo', DECIMAL '5.00', -0.25e0, 1, TIMESTAMP '2026-11-01 23:59:59.999', DATE '2026-11-01', ARRAY['returning'], MAP(ARRAY['channel'], ARRAY['app']), CAST(ROW('2 Side St', 'York', 0) AS ROW(street varchar, city varchar, zip integer)), NULL, false, 'eu'),
  (BIGINT '3', 'Ada', DECIMAL '120.50', 1e10, 10, TIMESTAMP '2026-11-02 00:00:00.000', DATE '2026-11-02', ARRAY['new', NULL], MAP(ARRAY['channel'], ARRAY['store']), CAST(ROW('3 Hill', 'Łódź', 90001) AS ROW(street varchar, city varchar, zip integer)), 'ünïcödé 👍', true, 'us'),
  (BIGINT '9007199254740993', 'Çelik', DECIMAL '0.01', 0e0, 3, TIMESTAMP '2026-11-03 12:00:00.000', DATE '2026-11-03', CAST(ARRAY[] AS ARRAY(varchar)), CAST(MAP() AS MAP(varchar, varchar)), CAST(NULL AS ROW(street varchar, city varchar, zip integer)), '', NULL, 'us'),
  (BIGINT '5', NULL, DECIMAL '42.42', 3.25e0, NULL, TIMESTAMP '2026-11-03 12:30:00.000', DATE '2026-11-03', NULL, NULL, CAST(ROW('5 "Quote" Rd', 'Bath, Old', 7) AS ROW(street varchar, city varchar, zip integer)), 'comma, "quote" and
line', true, 'ap')
) AS t (order_id, customer, amount, weight, quantity, placed_at, day, tags, attributes, address, note, paid, region);

CREATE TABLE daily
WITH (format = 'PARQUET', external_location = 's3://{bucket}/analyst/daily/', bucketed_by = ARRAY['region'], bucket_count = 3) AS
SELECT day, region, count(*) AS orders, sum(amount) AS revenue, approx_distinct(customer) AS customers
FROM orders
GROUP BY day, region;

SELECT * FROM orders ORDER BY order_id;

SELECT * FROM daily ORDER BY day, region;

SELECT * FROM daily d JOIN orders o ON d.day = o.day AND d.region = o.region ORDER BY o.order_id;

-- topic: everyday questions
SELECT region, count(*) AS orders, sum(amount) AS revenue, min(placed_at) AS first, max(placed_at) AS last
FROM orders GROUP BY region ORDER BY revenue DESC;

SELECT customer, sum(quantity) AS items FROM orders WHERE paid GROUP BY customer HAVING sum(quantity) > 1 ORDER BY items DESC NULLS LAST;

SELECT day, count(*) AS orders, count(customer) AS named, count(DISTINCT customer) AS customers FROM orders GROUP BY 1 ORDER BY 1;

SELECT date_trunc('month', placed_at) AS month, round(sum(weight), 2) AS weight FROM orders GROUP BY 1;

SELECT date_format(placed_at, '%Y-%m-%d %H:00') AS hour, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1;

SELECT order_id, amount * quantity AS total, amount * 1.19 AS gross, quantity / 2 AS half, quantity * 1e0 / 2 AS exact FROM orders ORDER BY order_id;

SELECT order_id, CASE WHEN amount >= 100 THEN 'large' WHEN amount >= 10 THEN 'medium' ELSE 'small' END AS size FROM orders ORDER BY 1;

SELECT order_id, coalesce(customer, 'unknown') AS customer, nullif(note, '') AS note FROM orders ORDER BY order_id;

SELECT order_id FROM orders WHERE customer LIKE 'A%' OR note LIKE '%👍' ORDER BY order_id DESC LIMIT 2;

SELECT order_id FROM orders WHERE region IN ('eu', 'ap') AND day BETWEEN date '2026-11-01' AND date '2026-11-02' ORDER BY 1;

SELECT order_id FROM orders WHERE customer NOT IN ('Ada') ORDER BY 1;

SELECT order_id FROM orders WHERE customer IS DISTINCT FROM 'Ada' ORDER BY 1;

SELECT DISTINCT region, paid FROM orders ORDER BY region, paid NULLS FIRST;

SELECT order_id, day, date_diff('day', day, date '2026-11-21') AS age FROM orders ORDER BY age, order_id;

SELECT order_id, placed_at + interval '1' day AS tomorrow, day - interval '1' month AS before FROM orders ORDER BY order_id;

SELECT * FROM (SELECT region, max(amount) AS most FROM orders GROUP BY region) WHERE most > 1 ORDER BY region;

SELECT order_id FROM orders ORDER BY amount DESC OFFSET 1 LIMIT 2;

SELECT order_id FROM orders ORDER BY amount DESC FETCH FIRST 2 ROWS ONLY;

SELECT "$path" LIKE '%region=eu%' AS in_eu, count(*) FROM orders GROUP BY 1 ORDER BY 1;

-- topic: joins and subqueries
SELECT a.order_id, b.order_id AS other FROM orders a JOIN orders b ON a.customer = b.customer AND a.order_id < b.order_id ORDER BY 1;

SELECT r.name, count(o.order_id) AS orders FROM (VALUES ('eu', 'Europe'), ('us', 'America'), ('af', 'Africa')) AS r (code, name)
LEFT JOIN orders o ON o.region = r.code GROUP BY r.name ORDER BY r.name;

SELECT r.code, o.order_id FROM (VALUES 'eu', 'af') AS r (code) FULL JOIN orders o ON o.region = r.code ORDER BY o.order_id NULLS FIRST, r.code;

SELECT region, order_id FROM orders JOIN (VALUES 'eu') AS r (region) USING (region) ORDER BY order_id;

SELECT order_id FROM orders o WHERE amount = (SELECT max(amount) FROM orders i WHERE i.region = o.region) ORDER BY order_id;

SELECT order_id FROM orders o WHERE EXISTS (SELECT 1 FROM orders i WHERE i.customer = o.customer AND i.order_id <> o.order_id) ORDER BY 1;

SELECT order_id FROM orders WHERE region IN (SELECT region FROM daily WHERE orders > 1) ORDER BY 1;

WITH big AS (SELECT * FROM orders WHERE amount > 10), counted AS (SELECT region, count(*) AS n FROM big GROUP BY region)
SELECT big.order_id, counted.n FROM big JOIN counted ON big.region = counted.region ORDER BY 1;

SELECT region FROM orders UNION SELECT 'zz' ORDER BY 1;

SELECT region FROM orders UNION ALL SELECT region FROM daily ORDER BY 1;

SELECT region FROM orders EXCEPT SELECT region FROM orders WHERE paid ORDER BY 1;

SELECT customer FROM orders WHERE region = 'eu' INTERSECT SELECT customer FROM orders WHERE region = 'us';

-- refused: recursion
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i, i * i AS square FROM n ORDER BY i;

-- topic: windows
SELECT order_id, row_number() OVER (PARTITION BY region ORDER BY amount DESC) AS place, rank() OVER (ORDER BY day) AS day_rank, dense_rank() OVER (ORDER BY day) AS day_dense
FROM orders ORDER BY order_id;

SELECT order_id, sum(amount) OVER (ORDER BY order_id) AS running, sum(amount) OVER (ORDER BY order_id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS pair
FROM orders ORDER BY order_id;

SELECT order_id, lag(order_id) OVER (ORDER BY order_id) AS before, lead(order_id, 2, -1) OVER (ORDER BY order_id) AS later,
  first_value(customer) OVER (ORDER BY order_id) AS first, last_value(customer) OVER (ORDER BY order_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS last
FROM orders ORDER BY order_id;

SELECT order_id, ntile(2) OVER (ORDER BY order_id) AS half, percent_rank() OVER (ORDER BY order_id) AS share, cume_dist() OVER (ORDER BY order_id) AS dist FROM orders ORDER BY order_id;

SELECT order_id, placed_at, date_diff('minute', lag(placed_at) OVER (ORDER BY placed_at), placed_at) AS minutes FROM orders ORDER BY placed_at;

SELECT * FROM (SELECT order_id, region, row_number() OVER (PARTITION BY region ORDER BY placed_at DESC) AS place FROM orders) WHERE place = 1 ORDER BY order_id;

SELECT region, amount, avg(weight) OVER w AS mean, count(*) OVER w AS n FROM orders WINDOW w AS (PARTITION BY region) ORDER BY order_id;

-- topic: grouping sets
SELECT region, paid, count(*) AS n, grouping(region, paid) AS level FROM orders GROUP BY GROUPING SETS ((region, paid), (region), ()) ORDER BY 4, 1, 2 NULLS FIRST;

SELECT region, day, sum(amount) AS revenue FROM orders GROUP BY ROLLUP (region, day) ORDER BY region NULLS LAST, day NULLS LAST;

SELECT region, paid, count(*) AS n FROM orders GROUP BY CUBE (region, paid) ORDER BY 1 NULLS LAST, 2 NULLS LAST, 3;

SELECT region, array_agg(order_id ORDER BY order_id) AS ids, map_agg(order_id, customer) AS names FROM orders WHERE region <> 'us' GROUP BY region ORDER BY region;

SELECT count(*) FILTER (WHERE paid) AS paid, count_if(NOT paid) AS unpaid, sum(amount) FILTER (WHERE region = 'eu') AS eu FROM orders;

SELECT max_by(customer, amount) AS best, min_by(order_id, placed_at) AS first FROM orders;

-- topic: nested values
SELECT order_id, tag FROM orders CROSS JOIN UNNEST(tags) AS t (tag) ORDER BY order_id, tag;

SELECT order_id, tag, place FROM orders CROSS JOIN UNNEST(tags) WITH ORDINALITY AS t (tag, place) ORDER BY order_id, place;

SELECT order_id, tag FROM orders LEFT JOIN UNNEST(tags) AS t (tag) ON true ORDER BY order_id, tag;

SELECT order_id, k, v FROM orders CROSS JOIN UNNEST(attributes) AS t (k, v) ORDER BY order_id, k;

SELECT n, letter FROM UNNEST(ARRAY[1, 2, 3], ARRAY['a', 'b']) AS t (n, letter) ORDER BY n;

SELECT order_id, address.city, address.zip + 1 AS next FROM orders WHERE address.city IS NOT NULL ORDER BY order_id;

SELECT order_id, attributes['channel'] AS channel, element_at(attributes, 'lang') AS lang, cardinality(tags) AS tags FROM orders WHERE order_id < 4 ORDER BY order_id;

SELECT order_id, transform(tags, t -> upper(t)) AS loud, filter(tags, t -> t IS NOT NULL) AS there, contains(tags, 'new') AS new FROM orders ORDER BY order_id;

SELECT order_id, attributes['lang'] FROM orders ORDER BY order_id;

SELECT order_id, array_join(tags, '|') AS tags, map_keys(attributes) AS keys FROM orders ORDER BY order_id;

SELECT d FROM UNNEST(sequence(date '2026-11-01', date '2026-11-04', interval '1' day)) AS t (d) ORDER BY d;

SELECT d, count(order_id) AS orders FROM UNNEST(sequence(date '2026-10-31', date '2026-11-04')) AS t (d) LEFT JOIN orders ON day = d GROUP BY d ORDER BY d;

-- topic: JSON objects
SELECT id, "user".name AS name, "user".age AS age, score, big, ok FROM clicks ORDER BY id;

SELECT * FROM clicks ORDER BY id;

SELECT id, item.sku, item.qty FROM clicks CROSS JOIN UNNEST(items) AS t (item) ORDER BY id, item.sku;

SELECT id, sku, qty FROM clicks CROSS JOIN UNNEST(items) AS t (sku, qty) ORDER BY id, sku;

SELECT id, props['utm'] AS utm FROM clicks WHERE element_at(props, 'utm') IS NOT NULL ORDER BY id;

SELECT id, from_iso8601_timestamp(ts) AS at, date(from_iso8601_timestamp(ts)) AS day, hour(from_iso8601_timestamp(ts)) AS hour FROM clicks WHERE ts IS NOT NULL ORDER BY id;

SELECT kind, count(*) AS clicks FROM clicks_by_day WHERE kind = 'a' GROUP BY kind;

SELECT kind, day, count(*) AS clicks FROM clicks_by_day WHERE day >= '2026-11-02' GROUP BY kind, day ORDER BY kind, day;

SELECT json_extract_scalar(line, '$.id') AS id, CAST(json_extract_scalar(line, '$.n') AS double) AS n, json_extract(line, '$.list') AS list FROM lines ORDER BY 1;

SELECT id, name FROM lines CROSS JOIN UNNEST(CAST(json_extract(line, '$.list') AS array(varchar))) AS t (name) CROSS JOIN UNNEST(ARRAY[json_extract_scalar(line, '$.id')]) AS u (id) ORDER BY 1, 2;

SELECT count(*) AS n, count_if(json_extract_scalar(line, '$.id') IS NULL) AS broken FROM lines;

SELECT line FROM lines WHERE regexp_like(line, '"n":\s*\d') ORDER BY line;

-- topic: mistakes
SELECT nothing FROM orders;

SELECT * FROM nowhere;

SELECT * FROM nowhere.orders;

SELECT region, order_id FROM orders GROUP BY region;

SELEC 1;

SELECT count(* FROM orders;

SELECT order_id FROM orders WHERE day = '2026-11-01';

SELECT order_id FROM orders WHERE order_id = '1';

SELECT order_id + customer FROM orders;

SELECT sum(customer) FROM orders;

SELECT customer || order_id FROM orders;

SELECT nosuchfunction(1);

SELECT CAST(customer AS bigint) FROM orders;

SELECT (SELECT order_id FROM orders);

SELECT order_id, order_id FROM orders a JOIN orders b ON a.day = b.day;

CREATE TABLE orders WITH (external_location = 's3://{bucket}/analyst/again/') AS SELECT 1 AS a;

CREATE TABLE again WITH (external_location = 's3://{bucket}/analyst/orders/') AS SELECT 1 AS a;

CREATE TABLE unnamed WITH (external_location = 's3://{bucket}/analyst/unnamed/') AS SELECT 1;

CREATE TABLE misplaced WITH (external_location = 's3://{bucket}/analyst/misplaced/', partitioned_by = ARRAY['a']) AS SELECT 1 AS a, 2 AS b;

CREATE TABLE missing WITH (external_location = 's3://{bucket}/analyst/missing/', partitioned_by = ARRAY['z']) AS SELECT 1 AS a, 2 AS b;

CREATE TABLE many WITH (external_location = 's3://{bucket}/analyst/many/', partitioned_by = ARRAY['p']) AS SELECT 1 AS a, x AS p FROM UNNEST(sequence(1, 101)) AS t (x);

-- topic: the catalog
SHOW PARTITIONS orders;

DESCRIBE orders;

SHOW COLUMNS IN daily;

CREATE TABLE empty WITH (external_location = 's3://{bucket}/analyst/empty/') AS SELECT order_id FROM orders WHERE false;

SELECT count(*) AS n FROM empty;

CREATE TABLE copied WITH (write_compression = 'GZIP', external_location = 's3://{bucket}/analyst/copied/', partitioned_by = ARRAY['d']) AS
SELECT order_id, note, CAST(day AS varchar) AS d FROM orders WITH NO DATA;

SELECT count(*) AS n FROM copied;

CREATE TABLE hundred WITH (external_location = 's3://{bucket}/analyst/hundred/', partitioned_by = ARRAY['p']) AS SELECT x * 2 AS a, CAST(x AS varchar) AS p FROM UNNEST(sequence(1, 100)) AS t (x);

SELECT count(*) AS n, count(DISTINCT p) AS partitions, sum(a) AS total FROM hundred;

DROP TABLE hundred;

SHOW TABLES;

-- topic: names that are not there
SELECT id FROM clicks WHERE nosuch = 'text';

SELECT id FROM clicks WHERE 'text' <> nosuch;

SELECT id FROM clicks WHERE nosuch IN ('a', 'b');

SELECT id FROM clicks WHERE nosuch NOT BETWEEN 'a' AND 'b';

SELECT id FROM clicks WHERE nosuch > 3;

SELECT id FROM clicks WHERE nosuch = true OR ok;

SELECT id FROM clicks WHERE nosuch < timestamp '2026-11-01 00:00:00';

SELECT id FROM clicks WHERE nosuch = id;

SELECT id FROM clicks WHERE nosuch LIKE 'a%';

SELECT c.nosuch = 'x' FROM clicks c;

SELECT nosuch / 2, nosuch % 2 FROM clicks;

SELECT nosuch - big FROM clicks;

SELECT nosuch || id FROM clicks;

SELECT max(nosuch) - min(nosuch) FROM clicks;

SELECT CASE WHEN nosuch THEN 1 END FROM clicks;

SELECT coalesce(nosuch, 'a') FROM clicks;

SELECT json_extract_scalar(nosuch, '$.a') = 'x' FROM clicks;

SELECT nosuch[1] = 'x' FROM clicks;

SELECT id FROM clicks WHERE EXISTS (SELECT 1 FROM lines WHERE nosuch = 'a');

SELECT clicks.id FROM clicks JOIN lines ON clicks.nosuch = lines.line;

SELECT id FROM clicks WHERE "user".nosuch = 'a';

SELECT nosuch;

WITH a AS (SELECT id FROM clicks) SELECT id FROM a WHERE ts = 'x';

-- topic: names that a SELECT gives
SELECT id AS x FROM clicks WHERE x = 'c1';

SELECT upper(id) AS loud, loud || '!' FROM clicks;

SELECT substr(id, 1, 1) AS x, count(*) AS n FROM clicks GROUP BY x;

SELECT region AS r, count(*) AS n FROM orders GROUP BY region HAVING n > 1;

SELECT order_id AS region, region AS x FROM orders WHERE region = 'eu' ORDER BY region DESC;

SELECT amount * 2 AS twice FROM orders ORDER BY twice + 1;

SELECT DISTINCT region FROM orders ORDER BY amount;

SELECT DISTINCT upper(region) AS r FROM orders ORDER BY upper(region);

-- topic: types that do not meet
SELECT region FROM orders UNION ALL SELECT amount FROM orders;

SELECT region, day FROM orders UNION SELECT region FROM orders;

SELECT order_id FROM orders WHERE region;

SELECT order_id FROM orders WHERE paid AND amount;

SELECT order_id FROM orders JOIN daily ON orders.region = daily.orders;

SELECT CASE region WHEN 1 THEN 'a' END FROM orders;

SELECT coalesce(customer, quantity) FROM orders;

SELECT order_id FROM orders WHERE amount LIKE '1%';

SELECT * FROM (VALUES (1, 'a'), ('b', 2)) AS t (x, y);

SELECT order_id FROM orders WHERE (region, quantity) = ('eu', 1) ORDER BY 1;

SELECT day + 1 FROM orders;

SELECT sum(amount) FROM orders WHERE count(*) > 1;

-- topic: what the embedded Athena does not have
-- refused: metadata
SELECT table_name FROM information_schema.tables WHERE table_schema = 'analyst' AND table_name LIKE 'click%' ORDER BY 1;

-- refused: metadata
SELECT region FROM "orders$partitions" ORDER BY region;

INSERT INTO daily SELECT * FROM daily;

UNLOAD (SELECT 1 AS a) TO 's3://{bucket}/analyst/unload/' WITH (format = 'PARQUET');

CREATE VIEW v AS SELECT 1 AS a;

EXPLAIN SELECT 1;

MSCK REPAIR TABLE orders;

ALTER TABLE orders ADD PARTITION (region = 'xx');

-- refused: form
SELECT * FROM TABLE(sequence(1, 3));

-- refused: hidden
SELECT "$file_size" FROM orders;
