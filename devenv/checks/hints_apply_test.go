package checks

import (
	"devenv/devenv/database/offending"
	"devenv/migrations"
)

// hintedFailures returns failed upgrades, one for each way to fix one.
func hintedFailures() []hint {
	failed := func(name string, rows offending.Found, f migrations.Failure) hint {
		return hint{name, func(facts *Facts) { facts.Seeded.Failure, facts.Seeded.Offending = &f, rows }}
	}
	at := offending.Found{Schema: "crm", Table: "Contact", Column: "order", Query: `SELECT * FROM crm."Contact" WHERE "order" > 3`}
	plain := offending.Found{Schema: "public", Table: "users", Column: "age", Query: "SELECT * FROM users WHERE age > 3"}
	return []hint{
		failed("a domain", plain, migrations.Failure{SQLState: "23514", Message: "value for domain d violates"}),
		failed("NOT NULL, no names", offending.Found{}, migrations.Failure{SQLState: "23502"}),
		failed(
			"NOT NULL, inserted", offending.Found{},
			migrations.Failure{SQLState: "23502", Table: "users", Column: "age", Message: "null value in column age"},
		),
		failed("NOT NULL", offending.Found{}, migrations.Failure{SQLState: "23502", Schema: "crm", Table: "Contact", Column: "order"}),
		failed(
			"NOT NULL, added", offending.Found{},
			migrations.Failure{
				SQLState: "23502", Table: "users", Column: "age", Statement: "ALTER TABLE users ADD COLUMN age VARCHAR(30) NOT NULL",
			},
		),
		failed(
			"NOT NULL, added to a schema", offending.Found{},
			migrations.Failure{
				SQLState: "23502", Schema: "crm", Table: "users", Column: "age",
				Statement: "ALTER TABLE users ADD COLUMN age TIMESTAMPTZ NOT NULL",
			},
		),
		failed(
			"NOT NULL, of another type", offending.Found{},
			migrations.Failure{SQLState: "23502", Table: "users", Column: "age", Statement: "ALTER TABLE users ADD age hstore NOT NULL"},
		),
		failed("UNIQUE", at, migrations.Failure{SQLState: "23505"}),
		failed("UNIQUE, rows unknown", offending.Found{}, migrations.Failure{SQLState: "23505"}),
		failed("a foreign key", plain, migrations.Failure{SQLState: "23503"}),
		failed("a foreign key of a schema", at, migrations.Failure{SQLState: "23503"}),
		failed(
			"a partition", offending.Found{},
			migrations.Failure{SQLState: "23514", Message: `no partition of relation "visits" found for row`},
		),
		failed("a CHECK", plain, migrations.Failure{SQLState: "23514"}),
		failed("EXCLUDE", plain, migrations.Failure{SQLState: "23P01"}),
		failed("too long", plain, migrations.Failure{SQLState: "22001"}),
		failed("an object exists", offending.Found{}, migrations.Failure{SQLState: "42P07"}),
		failed(
			"an enum's value exists", offending.Found{},
			migrations.Failure{SQLState: "42710", Message: "enum label exists", Statement: "ALTER TYPE mood ADD VALUE 'sad'"},
		),
		failed("a cast", plain, migrations.Failure{SQLState: "42804", Message: "column cannot be cast automatically to type integer"}),
		failed(
			"a cast of a schema", at, migrations.Failure{SQLState: "42804", Message: "column cannot be cast automatically to type integer"},
		),
		failed("a default's cast", plain, migrations.Failure{SQLState: "42804", Message: "default for column"}),
		failed(
			"a view depends", offending.Found{},
			migrations.Failure{SQLState: "0A000", Detail: `rule _RETURN on materialized view "Old" depends on column`},
		),
		failed("something depends", offending.Found{}, migrations.Failure{SQLState: "2BP01", Detail: "a\nb"}),
		failed(
			"no such constraint", offending.Found{},
			migrations.Failure{SQLState: "42704", Message: `constraint "k" of relation "Contact" does not exist`},
		),
		failed("a new value is used", offending.Found{}, migrations.Failure{SQLState: "55P04"}),
		failed("not in a transaction", offending.Found{}, migrations.Failure{SQLState: "25001"}),
		failed("an index row too large", plain, migrations.Failure{SQLState: "54000"}),
		failed("pending triggers", offending.Found{}, migrations.Failure{SQLState: "55006"}),
		failed("an import is missing", offending.Found{}, migrations.Failure{Message: "NameError: name 'sqlmodel' is not defined"}),
		failed(
			"a constraint without a name", offending.Found{},
			migrations.Failure{Message: "CompileError: Can't emit DROP CONSTRAINT for constraint UniqueConstraint(); it has no name"},
		),
		failed(
			"a table's constraint without a name", offending.Found{},
			migrations.Failure{Message: "CompileError: constraint UniqueConstraint(table=Table('users')); it has no name"},
		),
		failed("anything else", offending.Found{}, migrations.Failure{Message: "boom"}),
		failed("what runs before any revision", offending.Found{}, migrations.Failure{
			Code: migrations.FailureException, Message: "ModuleNotFoundError: No module named 'x'", File: "app/models.py", Line: 16,
		}),
	}
}
