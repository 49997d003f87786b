package discover

import "regexp"

// sign is evidence in a repository's files for something that devenv does not support.
type sign struct {
	// shows is what the project uses then.
	shows string
	// file matches the path of a file, and holds what it must contain; nil means anything.
	file, holds *regexp.Regexp
	// beside is the name of another file, in the first one's directory or above it, and names what that must contain;
	// empty means that there need not be one.
	beside string
	names  *regexp.Regexp
	// unless matches what such a file must not contain; nil means nothing.
	unless *regexp.Regexp
	// weak is set if other tools have such files as well: it counts only if nothing else does.
	weak bool
}

// Paths and contents that several tools share.
const (
	composeText = `(^|/)[^/]*compose[^/]*\.ya?ml$`
	numberedSQL = `(^|/)\d+[_-][^/]*\.sql$`
	upSQL       = `(^|/)\d+[_-][^/]+\.up\.sql$`
	scriptDated = `(^|/)migrations?/(.*/)?\d{8,}[-_.T][^/]*\.[cm]?[jt]s$`
	changelog   = `(^|/)[^/]*(change-?log|change-?set)[^/]*\.(ya?ml|xml|json|sql)$|(^|/)changelogs?/.*\.(ya?ml|xml|json|sql)$`
)

// toolSigns returns the evidence of migration tools that are not supported. This is the table to add one to.
func toolSigns() []sign {
	return []sign{
		found("Django", `(^|/)manage\.py$`, `(?i)django`),
		found("Flyway", composeText, `image:\s*["']?\S*\b(flyway|redgate)/flyway\b`),
		found("Flyway", `(^|/)flyway[^/]*\.(conf|toml|user\.toml)$`, ""),
		found("Flyway", `(^|/)V\d+([._]\d+)*__[^/]+\.(sql|java|kt)$`, ""),
		found("Liquibase", composeText, `image:\s*["']?\S*\bliquibase\b`),
		found("Liquibase", `(^|/)liquibase[^/]*\.properties$`, ""),
		found("Liquibase", changelog, `databaseChangeLog|(?i)--\s*liquibase formatted sql`),
		found("golang-migrate", composeText, `image:\s*["']?\S*\bmigrate/migrate\b`),
		found("golang-migrate", upSQL, "").with("go.mod", `golang-migrate/migrate`),
		found("golang-migrate, or another tool with such files", upSQL, "").onlyIfAlone(),
		found("goose", numberedSQL, `(?m)^--\s*\+goose\s+Up`),
		found("goose", `(^|/)\d+_[^/]*\.go$`, `\bgoose\.Add(Named)?Migration`),
		found("dbmate", composeText, `image:\s*["']?\S*\bdbmate\b`),
		found("dbmate", numberedSQL, `(?m)^--\s*migrate:up`),
		found("Prisma", `(^|/)schema\.prisma$|(^|/)prisma/.*\.prisma$`, ""),
		found("Drizzle", `(^|/)drizzle[^/]*\.config\.([cm]?[jt]s|json)$`, ""),
		found("Knex", `(^|/)knexfile\.[cm]?[jt]s$`, ""),
		found("Knex", scriptDated, `\bknex\b|(?i:from|require)[ (]["']knex`),
		found("TypeORM", `(^|/)ormconfig\.([cm]?[jt]s|json|ya?ml)$`, ""),
		found("TypeORM", scriptDated, `["']typeorm["']`),
		found("TypeORM", scriptDated, "").with("package.json", `"typeorm"\s*:`),
		found("MikroORM", `(^|/)mikro-orm\.config\.[cm]?[jt]s$`, ""),
		found("Sequelize", `(^|/)\.sequelizerc$`, ""),
		found("Sequelize", scriptDated, `\bqueryInterface\b`),
		found("Sequelize", scriptDated, "").with("package.json", `"sequelize"\s*:`),
		found("Kysely", `(^|/)kysely\.config\.[cm]?[jt]s$`, ""),
		found("Kysely", `(^|/)migrations?/.*\.[cm]?[jt]s$`, `["']kysely["']`),
		found("node-pg-migrate", scriptDated, `\bpgm\.|["']node-pg-migrate["']`),
		found("node-pg-migrate", scriptDated+`|`+numberedSQL, "").with("package.json", `"node-pg-migrate"\s*:`),
		found("Rails", `(^|/)db/migrate/(.*/)?\d+_[^/]+\.rb$`, ""),
		found("Ecto", `(^|/)priv/(.*/)?migrations/(.*/)?\d+_[^/]+\.exs$`, ""),
		found("Laravel", `(^|/)database/migrations/(.*/)?\d{4}_[^/]+\.php$`, ""),
		found("Doctrine", `(^|/)doctrine_migrations\.ya?ml$|(^|/)migrations/(.*/)?Version\d{8,}\.php$`, ""),
		found("EF Core", `(^|/)\d{14}_[^/]+\.cs$|ModelSnapshot\.cs$`, ""),
		found("Diesel", `(^|/)diesel\.toml$`, ""),
		found("Diesel", `(^|/)migrations/[^/]+/up\.sql$`, "").with("Cargo.toml", `(?m)^\s*diesel\b|\.diesel\]`),
		found("sqlx", `(^|/)\.sqlx/query-[^/]+\.json$|(^|/)sqlx-data\.json$`, ""),
		found("sqlx", numberedSQL, "").with("Cargo.toml", `(?m)^\s*sqlx\b|\.sqlx\]`),
		found("SeaORM", `(^|/)m\d{8}_\d{6}_[^/]+\.rs$`, ""),
		found("Aerich", `(^|/)pyproject\.toml$`, `(?m)^\[tool\.aerich\]`),
		found("Aerich", `(^|/)aerich\.ini$`, ""),
		found("Piccolo", `(^|/)piccolo_conf\.py$`, ""),
		found("sql-migrate", `(^|/)dbconfig\.ya?ml$`, `(?m)^\s+dialect:`),
		found("sql-migrate", numberedSQL, `(?m)^--\s*\+migrate\s+Up`),
		found("yoyo", `(^|/)yoyo\.ini$`, ""),
		found("Atlas", `(^|/)atlas\.(hcl|sum)$`, ""),
		found("Sqitch", `(^|/)sqitch\.(plan|conf)$`, ""),
	}
}

// databaseSigns returns the evidence of a database that is not supported. It counts only where nothing is Postgres:
// many projects use SQLite as well.
func databaseSigns() []sign {
	const settings = `(^|/)(` + toolSettings + `|[^/]*env[^/]*|(config|settings|database|db|session|main|app)\.py)$`
	return []sign{
		found("MySQL", composeText, `image:\s*["']?(\S*/)?(mysql|percona)\b`),
		found("MariaDB", composeText, `image:\s*["']?(\S*/)?mariadb\b`),
		found("MySQL", settings, `\bmysql(\+\w+)?://`).butNot(postgresSign()),
		found("MariaDB", settings, `\bmariadb(\+\w+)?://`).butNot(postgresSign()),
		found("SQLite", settings, `\bsqlite(\+\w+)?://`).butNot(postgresSign()),
	}
}

// postgresSign matches what mentions Postgres where a project names its database.
func postgresSign() *regexp.Regexp {
	return regexp.MustCompile(`(?i)postg|pgvector|timescale|\bpsycopg|\basyncpg`)
}

// found returns the sign that a file with such a path and content is.
func found(shows, file, holds string) sign {
	s := sign{shows: shows, file: regexp.MustCompile(file)}
	if holds != "" {
		s.holds = regexp.MustCompile(holds)
	}
	return s
}

// with returns the sign that counts only beside another file.
func (s sign) with(beside, names string) sign {
	s.beside, s.names = beside, regexp.MustCompile(names)
	return s
}

// butNot returns the sign of files that do not contain something else.
func (s sign) butNot(unless *regexp.Regexp) sign {
	s.unless = unless
	return s
}

// onlyIfAlone returns the sign that counts only if nothing else does.
func (s sign) onlyIfAlone() sign {
	s.weak = true
	return s
}
