package witness

// readCases returns migrations whose faults are in what statements and types make of values, which no version of
// Postgres judges in its own way.
func readCases() map[string]struct{ move, state string } {
	return map[string]struct{ move, state string }{
		"a product that soon overflows":  {`ALTER TABLE "Shop"."Item" ADD tiny bigint; UPDATE "Shop"."Item" SET tiny = price * 10000000`, "22003"},
		"a product of few":               {`ALTER TABLE "Shop"."Item" ADD cents bigint; UPDATE "Shop"."Item" SET cents = price * 100`, ""},
		"a product that is cast":         {`ALTER TABLE "Shop"."Item" ADD tiny bigint; UPDATE "Shop"."Item" SET tiny = 10000000 * price::bigint`, ""},
		"a unique key becomes a date":    {"ALTER TABLE stamps ALTER at TYPE date", "23505"},
		"a unique key of fewer decimals": {"ALTER TABLE stamps ALTER price TYPE numeric(8,2)", "23505"},
		"a unique key of more decimals":  {"ALTER TABLE stamps ALTER price TYPE numeric(12,6)", ""},
		"a unique key becomes a number":  {"ALTER TABLE stamps ALTER code TYPE int USING code::int", "2"},
		"UNIQUE of a day":                {"CREATE UNIQUE INDEX uq ON stamps ((at::date))", "23505"},
		"UNIQUE of a trimmed text":       {"CREATE UNIQUE INDEX uq ON stamps (trim(code))", "23505"},
		"UNIQUE of the first letters":    {"CREATE UNIQUE INDEX uq ON stamps (left(code, 3))", "23505"},
		"UNIQUE of an absolute amount":   {"CREATE UNIQUE INDEX uq ON stamps (abs(price))", "23505"},
		"a unique key of the same order": {"ALTER TABLE stamps ALTER code TYPE varchar(400)", "22001"},
		"numbers in an array":            {"ALTER TABLE users ALTER tags TYPE int[] USING tags::int[]", "22P02"},
		"shorter texts in an array":      {"ALTER TABLE users ALTER tags TYPE varchar(4)[]", "22001"},
		"a label in an array gone": {
			"CREATE TYPE shade AS ENUM ('ok'); ALTER TABLE stamps ALTER moods TYPE shade[] USING moods::text[]::shade[]",
			"22P02",
		},
		"a smaller range": {
			"ALTER TABLE stamps ALTER span TYPE int4range USING int4range(lower(span)::int, upper(span)::int)",
			"22003",
		},
		"text to bytea":  {"ALTER TABLE users ALTER body TYPE bytea USING body::bytea", "22P02"},
		"text to xml":    {"ALTER TABLE users ALTER body TYPE xml USING body::xml", "2200N"},
		"text to a date": {"ALTER TABLE users ALTER qty_text TYPE date USING to_date(qty_text, 'YYYY')", "22"},
		"text to int, blanks as NULL": {
			"ALTER TABLE users ALTER qty_text TYPE int USING nullif(trim(qty_text), '')::int",
			"22P02",
		},
		"a backfill divides":                     {"UPDATE users SET amount = amount / number", "22012"},
		"a backfill divides by what is not zero": {"UPDATE users SET amount = amount / nullif(number, 0)", ""},
		"a backfill takes a logarithm":           {"ALTER TABLE users ADD l float; UPDATE users SET l = ln(number)", "2201E"},
		"a backfill divides a constrained one": {
			"UPDATE users SET amount = amount / odd.b FROM odd_checks odd WHERE odd.kind = 'x'",
			"22012",
		},
		"a backfill takes apart": {"UPDATE users SET nick = split_part(qty_text, ',', 1)::int::text", "22P02"},
		"a part that may be missing": {
			"ALTER TABLE teams ADD last text; UPDATE teams SET last = (regexp_match(name, '(e)'))[1]; ALTER TABLE teams " +
				"ALTER last SET NOT NULL",
			"23502",
		},
		"a value inside JSON": {
			"ALTER TABLE papers ADD qty int; UPDATE papers SET qty = (doc ->> 'qty')::int",
			"22P02",
		},
		"a value inside JSON that is a number everywhere": {"ALTER TABLE measures ADD qty int; UPDATE measures SET qty = (doc ->> 'qty')::int", ""},
		"a float without NaN so far":                      {"ALTER TABLE measures ADD cents bigint; UPDATE measures SET cents = (big * 100)::bigint", ""},
		"a float with NaN": {
			"ALTER TABLE measures ADD cents int; UPDATE measures SET cents = odd::int WHERE id > 1", "22003",
		},
		"a value that JSON must have": {
			"ALTER TABLE papers ADD title text; UPDATE papers SET title = doc->>'title'; ALTER TABLE papers ALTER title SET " +
				"NOT NULL",
			"23502",
		},
		"a text that becomes a date": {
			"ALTER TABLE users ADD born date; UPDATE users SET born = to_date(qty_text, 'DD.MM.YYYY')",
			"22",
		},
		"a text that becomes bytes": {"ALTER TABLE users ADD raw bytea; UPDATE users SET raw = body::bytea", "22P02"},
		"a subquery of one value": {
			"ALTER TABLE users ADD lead int; UPDATE users SET lead = (SELECT t.lead_id FROM teams t JOIN drafts d ON false " +
				"WHERE t.id = users.team_id)",
			"",
		},
		"a subquery that may find two": {
			"ALTER TABLE teams ADD boss int; UPDATE teams SET boss = (SELECT u.id FROM users u WHERE u.nick = " +
				"left(teams.name, 1))",
			"21000",
		},
		"a subquery by half of a key": {
			"ALTER TABLE bookings ADD kind text; UPDATE bookings SET kind = (SELECT d.kind FROM decks d WHERE d.n = bookings.room)",
			"21000",
		},
		"a subquery that finds nothing yet": {
			"ALTER TABLE users ADD boss int; UPDATE users SET boss = (SELECT t.id FROM bookings t WHERE t.room = users.age)",
			"21000",
		},
		"a subquery of the first": {
			"ALTER TABLE teams ADD boss int; UPDATE teams SET boss = (SELECT min(u.id) FROM users u WHERE u.nick = " +
				"left(teams.name, 1))",
			"",
		},
		"a subquery with a limit": {
			"ALTER TABLE teams ADD boss int; UPDATE teams SET boss = (SELECT u.id FROM users u WHERE u.nick = " +
				"left(teams.name, 1) LIMIT 1)",
			"",
		},
		"a subquery by a key": {"UPDATE users SET nick = (SELECT name FROM teams WHERE teams.id = users.team_id)", ""},
		"values become keys": {
			"CREATE TABLE nicks (nick text PRIMARY KEY); INSERT INTO nicks SELECT nick FROM users WHERE nick IS NOT NULL",
			"23505",
		},
		"distinct values become keys": {
			"CREATE TABLE nicks (nick text PRIMARY KEY); INSERT INTO nicks SELECT DISTINCT nick FROM users WHERE nick IS NOT " +
				"NULL",
			"",
		},
		"values beside what becomes a key": {
			"CREATE TABLE nicks (nick text PRIMARY KEY, team int); INSERT INTO nicks (nick, team) SELECT DISTINCT nick, team_id FROM users " +
				"WHERE nick IS NOT NULL AND team_id IS NOT NULL",
			"23505",
		},
		"one value beside what becomes a key": {
			"CREATE TABLE nicks (nick text PRIMARY KEY, team int); INSERT INTO nicks SELECT DISTINCT ON (nick) nick, team_id FROM users " +
				"WHERE nick IS NOT NULL",
			"",
		},
		"spellings become keys": {
			"CREATE TABLE nicks (nick text PRIMARY KEY); INSERT INTO nicks SELECT DISTINCT lower(btrim(nick)) || coalesce(left(nick, 0), '') " +
				"FROM (SELECT DISTINCT nick FROM users WHERE nick IS NOT NULL) n",
			"",
		},
		"spellings beside their keys": {
			"CREATE TABLE nicks (slug text PRIMARY KEY, nick text); INSERT INTO nicks SELECT DISTINCT lower(btrim(nick)), nick FROM users " +
				"WHERE nick IS NOT NULL",
			"23505",
		},
		"a key that another statement writes": {
			"CREATE TABLE nicks (nick text PRIMARY KEY); INSERT INTO nicks (nick) VALUES ('nobody'); INSERT INTO nicks SELECT DISTINCT nick " +
				"FROM users WHERE nick IS NOT NULL",
			"23505",
		},
		"a subquery by a key in any spelling": {
			"ALTER TABLE teams ADD boss int; UPDATE teams SET boss = (SELECT u.id FROM users u WHERE lower(u.email) = lower(teams.name))",
			"21000",
		},
		"elements that become keys": {
			"CREATE TABLE words (id int, word text, PRIMARY KEY (id, word)); INSERT INTO words SELECT id, btrim(w) FROM users, " +
				"unnest(string_to_array(nick, ',')) w",
			"23505",
		},
		"different elements that become keys": {
			"CREATE TABLE words (id int, word text, PRIMARY KEY (id, word)); INSERT INTO words SELECT DISTINCT id, btrim(w) FROM users, " +
				"unnest(string_to_array(nick, ',')) w",
			"",
		},
		"a sum that is zero": {
			"ALTER TABLE users ADD share numeric; UPDATE users SET share = 1.0 * amount / (SELECT sum(price) FROM \"Shop\".\"Item\" i " +
				"WHERE i.owner = users.id)",
			"22012",
		},
		"a sum divided by zero": {
			"ALTER TABLE users ADD share numeric; UPDATE users SET share = (SELECT sum(price) FROM \"Shop\".\"Item\" i WHERE i.owner = users.id) " +
				"/ number",
			"22012",
		},
		"a sum divided by what is not zero": {
			"ALTER TABLE users ADD share numeric; UPDATE users SET share = (SELECT sum(price) FROM \"Shop\".\"Item\" i WHERE i.owner = users.id) " +
				"/ nullif(number, 0)",
			"",
		},
		"a difference that is zero": {"UPDATE users SET amount = amount / (number - 7)", "22012"},
		"a key that is cut":         {"ALTER TABLE stamps ALTER code TYPE varchar(40) USING left(code, 40)", "23505"},
		"room for billions":         {"ALTER TABLE measures ALTER big TYPE numeric(14,2)", ""},
		"room for thousands":        {"ALTER TABLE measures ALTER big TYPE numeric(6,2)", "22003"},
		"billions already":          {"UPDATE measures SET big = 4e10; ALTER TABLE measures ALTER big TYPE numeric(14,2)", ""},
		"NULL becomes a key": {
			"CREATE TABLE nicks (nick text PRIMARY KEY); INSERT INTO nicks SELECT DISTINCT nick FROM users",
			"23502",
		},
		"keys without regard to case": {"UPDATE users SET email = lower(email)", "23505"},
		"a join that multiplies": {
			"CREATE TABLE pairs (u int PRIMARY KEY); INSERT INTO pairs SELECT u.id FROM users u JOIN bookings b ON b.room = " +
				"u.team_id",
			"23505",
		},
		"a table without rows is read": {"INSERT INTO teams (name) SELECT slug FROM drafts", "23502"},
		"an archive": {
			"CREATE TABLE old (LIKE bookings); INSERT INTO old SELECT * FROM bookings; DROP TABLE bookings",
			"",
		},
		"a backfill casts text": {"ALTER TABLE users ADD qty int; UPDATE users SET qty = qty_text::int", "22P02"},
		"a backfill casts text in a query": {"ALTER TABLE users ADD qty int; UPDATE users SET qty = q.n FROM (SELECT id, " +
			"CAST(o.qty_text AS integer) AS n FROM users o) q WHERE q.id = users.id", "22P02"},
		"a backfill casts in its own function": {"CREATE FUNCTION pieces(t text) RETURNS int LANGUAGE sql AS 'SELECT nullif(t, $$$$)::int'; " +
			"ALTER TABLE users ADD qty int; UPDATE users SET qty = pieces(qty_text)", "22P02"},
		"a backfill casts what it has looked at": {"ALTER TABLE users ADD qty int; UPDATE users SET qty = qty_text::int WHERE qty_text ~ " +
			"'^[0-9]+$'", ""},
	}
}
