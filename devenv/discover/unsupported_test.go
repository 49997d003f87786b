package discover

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// treeOf returns a repository of such files: a path, and after "=" what the file contains, separated by blanks.
func treeOf(files string) Files {
	content := memory{}
	for _, file := range strings.Split(files, " | ") {
		name, text, _ := strings.Cut(file, "=")
		content[name] = text
	}
	return listed{memory: content, paths: slices.Sorted(maps.Keys(content))}
}

const withAlembic = " | alembic.ini=[alembic]\nscript_location = m | m/env.py=from alembic import context"

// TestOtherToolsAreNamedFromTheirFiles lists a repository's files, and the texts that the failure must contain.
func TestOtherToolsAreNamedFromTheirFiles(t *testing.T) {
	for tool, files := range map[string]string{
		"uses Django": "src/manage.py=from django.core import management",
		"uses Flyway": "compose.yaml=services: {f: {image: \"flyway/flyway:10\"}}",
		"V2_1__b.sql shows that the project uses Flyway": "db/V2_1__b.sql",
		"uses Liquibase":              "res/changelog/v1.xml=<databaseChangeLog>",
		"by-hand-changelog.sql shows": "db/by-hand-changelog.sql=--liquibase formatted sql",
		"uses golang-migrate":         "db/1_a.up.sql | db/1_a.down.sql",
		"1_a.up.sql shows that the project uses golang-migrate": "go.mod=require github.com/golang-migrate/migrate/v4 v4 | db/1_a.up.sql",
		"uses goose":       "sql/7_users.sql=-- +goose Up\nSELECT 1;",
		"7_users.go shows": "sql/7_users.go=func init() { goose.AddMigrationContext(up, down) }",
		"uses dbmate":      "db/migrations/7_users.sql=-- migrate:up\nSELECT 1;",
		"uses Prisma":      "packages/db/schema.prisma",
		"uses Drizzle":     "apps/web/drizzle.config.ts",
		"uses Knex":        "api/knexfile.ts",
		"20240101_a.js shows that the project uses Knex": "migrations/20240101_a.js=exports.up = (knex) => knex.schema",
		"uses TypeORM":         "api/package.json={\"typeorm\": \"1\"} | api/src/migrations/1700000000000-Init.ts",
		"uses MikroORM":        "mikro-orm.config.ts",
		"uses Sequelize":       "migrations/20240101000000-a.js=up: (queryInterface) => {}",
		"uses Kysely":          "src/migrations/a.ts=import { Kysely } from 'kysely'",
		"uses node-pg-migrate": "migrations/1700000000000_a.js=exports.up = (pgm) => pgm.createTable()",
		"uses Rails":           "web/db/migrate/20240101000000_a.rb",
		"uses Ecto":            "apps/shop/priv/repo/migrations/20240101000000_a.exs",
		"uses Laravel":         "database/migrations/2024_01_01_000000_a.php",
		"uses Doctrine":        "migrations/Version20240101000000.php",
		"uses EF Core":         "src/Data/Migrations/20240101000000_Init.cs",
		"uses Diesel":          "Cargo.toml=[dependencies]\ndiesel = \"2\" | migrations/2024-01-01-000000_a/up.sql",
		"uses sqlx":            "Cargo.toml=[dependencies]\nsqlx = \"0.8\" | migrations/20240101_a.up.sql",
		"uses Aerich":          "pyproject.toml=[tool.aerich]\nlocation = \"m\"",
		"aerich.ini shows that the project uses Aerich": "aerich.ini",
		"uses Piccolo":     "piccolo_conf.py",
		"uses SeaORM":      "migration/src/m20220101_000001_create_table.rs",
		"uses sql-migrate": "dbconfig.yml=local:\n  dialect: postgres\n  dir: db",
		"1_a.sql shows that the project uses sql-migrate": "db/1_a.sql=-- +migrate Up\nSELECT 1;",
		"uses yoyo":   "yoyo.ini",
		"uses Atlas":  "atlas.hcl",
		"uses Sqitch": "db/sqitch.plan",
	} {
		err := Unsupported(treeOf(files), "/repo", nil)
		if err == nil || !strings.Contains(err.Error(), tool) {
			t.Errorf("%q: %v, want %s", files, err, tool)
		}
		if err := Unsupported(treeOf(files+withAlembic), "/repo", nil); err != nil {
			t.Errorf("%q beside Alembic: %v", files, err)
		}
	}
}

func TestSeveralOtherToolsAreAllNamed(t *testing.T) {
	err := Unsupported(treeOf("api/manage.py=import django | web/prisma/schema.prisma | docs/knexfile.js"), "/repo", nil)
	const want = "find the migrations: api/manage.py shows that the project uses Django and web/prisma/schema.prisma that it uses " +
		"Prisma; none of them is supported yet"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestWhatOnlyLooksLikeAnotherToolIsNone lists files that belong to no tool of the project.
func TestWhatOnlyLooksLikeAnotherToolIsNone(t *testing.T) {
	for _, files := range []string{
		"manage.py=print(1)",
		"vendor/x/manage.py=import django",
		"node_modules/x/knexfile.js",
		"examples/prisma/schema.prisma",
		"tests/fixtures/V1__a.sql",
		"package.json={\"knex\": \"3\", \"typeorm\": \"1\"}",
		"web/package.json={\"typeorm\": \"1\"} | migrations/20240101000000-a.js=x",
		"Cargo.toml=[dependencies]\nsqlx-like = \"1\" | src/main.rs",
		"seeds/2024_rows.sql=INSERT INTO t VALUES (1);",
		"CHANGELOG.md=databaseChangeLog",
	} {
		if err := Unsupported(treeOf(files), "/repo", nil); err != nil {
			t.Errorf("%q: %v", files, err)
		}
	}
}

// TestAnotherDatabaseIsNamedFromTheFiles lists the files beside an Alembic project; none means that nothing is said.
func TestAnotherDatabaseIsNamedFromTheFiles(t *testing.T) {
	for files, want := range map[string]string{
		"compose.yaml=services: {db: {image: \"mysql:8\"}}":                                     "compose.yaml shows",
		"deploy/docker-compose.yml=services: {db: {image: docker.io/library/mariadb}}":          "uses MariaDB",
		"app/config.py=URL = 'sqlite+aiosqlite:///./x.db'":                                      "uses SQLite",
		".env.example=DATABASE_URL=mysql+pymysql://u:p@h/d":                                     ".env.example shows",
		"compose.yaml=services: {db: {image: \"postgres:17\"}, wp: {image: \"mysql:8\"}}":       "",
		"compose.yaml=services: {db: {image: \"postgis/postgis\"}} | tests/config.py=sqlite://": "",
		"db/Dockerfile=FROM postgres:17 | config.py=sqlite://":                                  "",
		"README.md=sqlite://": "",
		"app/config.py=URLS = ['sqlite:///x', 'postgresql://h/d']": "",
	} {
		err := Unsupported(treeOf(files+withAlembic), "/repo", nil)
		if alone := Unsupported(treeOf(files), "/repo", nil); (alone == nil) != (want == "") {
			t.Errorf("%q without a known tool: %v, want %q", files, alone, want)
		}
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", files, err, want)
		}
	}
}
