-- SPDX-License-Identifier: MIT
.bail off
PRAGMA journal_mode = wal;
PRAGMA foreign_keys = on;
CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT UNIQUE, born INTEGER CHECK(born > 1800), height REAL);
CREATE TABLE works(id INTEGER PRIMARY KEY, author INTEGER REFERENCES person(id) ON DELETE CASCADE, title TEXT, year INTEGER);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
INSERT INTO person SELECT i, printf('person %04d', (i * 7919) % 2003), 1801 + (i * 31) % 200, 1.5 + (i % 50) / 100.0 FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
INSERT INTO works SELECT i, 1 + (i * 131) % 2000, 'title ' || hex(i * 2654435761 % 65536), 1820 + i % 190 FROM n;
CREATE INDEX by_year ON works(year, author);
CREATE INDEX by_part ON person(substr(name, 8)) WHERE born > 1900;
EXPLAIN QUERY PLAN SELECT * FROM works WHERE year = 1900 AND author > 5;
SELECT count(*), sum(born), round(avg(height), 6), min(name), max(name) FROM person;
SELECT p.name, count(w.id) AS c, group_concat(w.year, '-') FROM person p LEFT JOIN works w ON w.author = p.id
 GROUP BY p.id HAVING c > 4 ORDER BY c DESC, p.name LIMIT 8;
SELECT year, count(*), sum(count(*)) OVER (ORDER BY year), rank() OVER (ORDER BY count(*) DESC, year) FROM works
 WHERE year < 1830 GROUP BY year ORDER BY year;
SELECT printf('%08.3f|%-8s|%+d|%x|%e|%,d', 3.14159, 'ab', 42, 255, 12345.678, 1234567);
SELECT 1e308 * 10, -1e308 * 10, 0.1 + 0.2, 9223372036854775807 + 1, 7 / 2, -7 % 3, 1 / 0, abs(-5.5), 1e-320;
SELECT sqrt(2), sin(1), pow(2, 0.5), ln(10), atan2(1, -1), degrees(pi());
SELECT json_extract('{"a":[1,2.5,{"b":"x"}]}', '$.a[2].b'), json_group_array(born) FROM (SELECT born FROM person ORDER BY id LIMIT 5);
SELECT key, value, type FROM json_each('{"k":null,"l":[1,2],"m":1.25e2}');
SELECT date('2024-02-29', '+1 year'), strftime('%W %j', '2000-12-31'), julianday('2024-01-01');
SELECT 'Ünïcode' LIKE 'ü%', upper('straße'), length('日本語'), unicode('日'), hex('é'), 'abc' GLOB 'a[b-d]*', instr('banana', 'nan');
CREATE VIRTUAL TABLE doc USING fts5(title, body);
INSERT INTO doc SELECT title, 'the year ' || year || ' by ' || (SELECT name FROM person WHERE id = author) FROM works WHERE id <= 3000;
SELECT rowid, snippet(doc, 1, '[', ']', '..', 5) FROM doc WHERE doc MATCH 'year AND 1900' ORDER BY rank, rowid LIMIT 5;
SELECT count(*), round(sum(bm25(doc)), 4) FROM doc WHERE doc MATCH '"person 0*"' OR doc MATCH 'titl*';
CREATE VIRTUAL TABLE box USING rtree(id, x0, x1, y0, y1);
INSERT INTO box SELECT id, id % 100, id % 100 + 2, born, born + 3 FROM person;
SELECT count(*), sum(id) FROM box WHERE x1 >= 10 AND x0 <= 20 AND y0 > 1900;
CREATE TRIGGER aged AFTER UPDATE OF born ON person BEGIN INSERT INTO works VALUES(NULL, new.id, 'changed ' || old.born, new.born); END;
BEGIN;
UPDATE person SET born = born + 1 WHERE id % 10 = 0;
SAVEPOINT s;
DELETE FROM person WHERE id > 100;
SELECT count(*) FROM works;
ROLLBACK TO s;
SELECT count(*) FROM works;
COMMIT;
INSERT INTO person VALUES(1, 'x', 1900, 1);
INSERT INTO person VALUES(5000, 'x', 1700, 1);
INSERT INTO works VALUES(NULL, 99999, 'x', 1);
INSERT INTO person VALUES(1, 'again', 1950, 2) ON CONFLICT(id) DO UPDATE SET name = excluded.name RETURNING id, name, born;
CREATE TEMP TABLE t AS SELECT w.year AS y, p.height AS h FROM works w JOIN person p ON p.id = w.author;
SELECT y % 10, round(sum(h), 4), count(DISTINCT h) FROM t GROUP BY 1 ORDER BY 1;
SELECT a.id, b.id FROM person a, person b WHERE a.born = b.born AND a.id < b.id AND a.height > b.height ORDER BY a.id, b.id LIMIT 5;
SELECT id FROM person INTERSECT SELECT author FROM works WHERE year > 2000 EXCEPT SELECT id FROM person WHERE id % 3 ORDER BY 1 LIMIT 5;
WITH RECURSIVE x(i, s) AS (SELECT 1, 'a' UNION ALL SELECT i + 1, s || char(97 + i % 26) FROM x WHERE i < 30) SELECT max(length(s)), max(s) FROM x;
CREATE TABLE big(b BLOB);
INSERT INTO big SELECT zeroblob(100000) UNION ALL SELECT CAST(printf('%.*c', 50000, 'z') AS BLOB);
SELECT length(b), substr(hex(b), 1, 8) FROM big;
ALTER TABLE person ADD COLUMN note TEXT DEFAULT 'none';
ALTER TABLE person DROP COLUMN height;
VACUUM;
ANALYZE;
PRAGMA integrity_check;
PRAGMA wal_checkpoint(TRUNCATE);
SELECT name, sql FROM sqlite_master ORDER BY name LIMIT 8;
.mode json
SELECT id, name, born, note FROM person WHERE id < 4;
.mode csv
SELECT * FROM works WHERE id > 10000 LIMIT 5;
.dump by_year
SELECT * FROM nothing;
SELEC 1;
