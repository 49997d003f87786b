package redact

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// printed returns the ways in which programs print and raise any secret.
func printed(s string) map[string]string {
	inJSON, _ := json.Marshal(map[string]string{"password": s})
	repr := "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`).Replace(s) + "'"
	ways := map[string]string{
		"an assignment":        "PASSWORD=" + s,
		"a sentence":           "the password is " + s,
		"quoted in a sentence": "refused: password '" + s + "'",
		"a repr":               "Settings(user='app', password=" + repr + ", host='db')",
		"a dict":               "{'user': 'app', 'db_password': " + repr + "}",
		"a pydantic error":     "Input should be valid [type=string, input_value={'password': " + repr + "}, input_type=dict]",
		"JSON":                 string(inJSON),
		"SQL":                  "ALTER USER app WITH PASSWORD '" + strings.ReplaceAll(s, "'", "''") + "'",
	}
	if len(s) >= shortest && s != "drawbridge" {
		inner, _ := json.Marshal(string(inJSON))
		ways["alone"] = s
		ways["in a text"] = "cannot use " + s + ", sorry"
		ways["coloured"] = "\x1b[31m" + s + "\x1b[0m"
		ways["bytes in a line"] = `b"\n` + strings.ReplaceAll(s, `"`, `\"`) + `\n"`
		ways["JSON in JSON"] = string(inner)
		ways["a query"] = "GET /?q=" + url.QueryEscape(s)
		ways["base64"] = base64.StdEncoding.EncodeToString([]byte(s))
		ways["basic authentication"] = "authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("me:"+s))
		ways["hex"] = hex.EncodeToString([]byte(s))
		ways["a URL"] = "could not connect to " + (&url.URL{Scheme: "postgresql", User: url.UserPassword("app", s), Host: "db"}).String()
	}
	return ways
}

// comesThrough reports whether a secret can be read in a text: unchanged, as a program quotes it, or decoded.
func comesThrough(text, secret string) bool {
	if strings.Contains(text, secret) {
		return true
	}
	for _, form := range formsOf(secret) {
		if len(form) >= shortest && strings.Contains(text, form) {
			return true
		}
	}
	for word := range strings.FieldsSeq(text) {
		if raw, err := base64.StdEncoding.DecodeString(word); err == nil && strings.Contains(string(raw), secret) {
			return true
		}
		if raw, err := hex.DecodeString(word); err == nil && strings.Contains(string(raw), secret) {
			return true
		}
	}
	return false
}

func TestNoPlantedSecretComesThrough(t *testing.T) {
	if n := len(kinds()); n < 40 {
		t.Fatalf("%d kinds are planted", n)
	}
	for name, k := range kinds() {
		t.Run(name, func(t *testing.T) {
			r := New()
			r.Learn(k.source)
			r.Keep("app", "db", "cache", "acme")
			for _, secret := range k.hidden {
				for way, text := range printed(secret) {
					if got := r.Text(text); comesThrough(got, secret) {
						t.Errorf("%s: %q came through in %q", way, secret, got)
					}
				}
			}
			source := k.source.Text
			if k.source.Kind != File {
				source = k.source.Name + "=" + source
			}
			for _, text := range append(k.prints, source) {
				got := r.Text(strings.ReplaceAll(text, "{}", k.hidden[0]))
				for _, secret := range k.hidden {
					if comesThrough(got, secret) {
						t.Errorf("%q came through in %q", secret, got)
					}
				}
			}
		})
	}
}

func TestOrdinaryWordsStayWhateverIsSecret(t *testing.T) {
	r := New()
	for _, k := range kinds() {
		r.Learn(k.source)
	}
	for name, value := range map[string]string{
		"POSTGRES_PASSWORD": "postgres", "MINIO_SECRET_KEY": "minio", "ADMIN_PASSWORD": "admin",
		"USER_PASSWORD": "password", "DB_PW": "toolshed",
		"OTHER_PASSWORD": "feature/badges", "RABBIT_PASS": "guest", "REDIS_PASSWORD": "1234", "TOKEN_TTL": "3600",
		"COOKIE_NAME":   "shedsession",
		"JWT_ALGORITHM": "HS256", "SECRET_NAME": "shedname", "POSTGRES_PASSWORD_FILE": "/run/secrets/db",
		"HOST_AUTH_METHOD": "trust", "MAX_TOKENS": "4096",
		"TLS_KEY": "/etc/ssl/shed.key", "ENABLE_AUTH": "true", "SORT_KEY": "created",
	} {
		r.Learn(Source{Variable, name, value})
	}
	r.Keep("postgres", "minio", "toolshed", "feature/badges", "admin", "backend", "items", "f6c268fa1b2c3d4e5f60718293a4b5c6d7e8f901")
	for _, text := range []string{
		`service postgres, image postgres:17, user postgres, database toolshed`, `role "postgres" does not exist`,
		`password authentication failed for user "postgres"`, `column "password" of relation "items" contains null values (180 rows)`,
		`ALTER TABLE purge_password_reset_tokens ADD COLUMN admin BOOLEAN`, `op.add_column("items", sa.Column("password", sa.String(), nullable=True))`,
		`SELECT id, token, secret FROM minio`, `branch feature/badges at f6c268fa1b2c3d4e5f60718293a4b5c6d7e8f901`,
		`port 1234 is held by app-postgres-1`, `1234 rows: id=1234`, `id=4711`, `HS256, shedsession, shedname, 3600 s, 4096 of 4711 rows`,
		`File "/app/src/config.py", line 12, in connect`, `    password=settings.db_password, host=settings.host)`, `password: str | None = None`,
		`TypeError: connect() missing 1 required keyword argument: 'password'`, `backend/src/migrations/versions/faf19390e2bd_deposits_and_care_notes.py:34`,
		`devenv/base:8a7c0d1e2f334455-1 (sha256:9b1f0c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d)`, `http://localhost:8000/docs?page=2`,
		`KeyError: 'postgres'`, `Key (name)=(postgres) already exists.`, `devenv: the tokens of 12 guests`, `the guest house`, `at the quay`,
		`2026-11-28T12:00:00Z INFO  [alembic.runtime.migration] Running upgrade 2ae7f14b9c60 -> faf19390e2bd, deposits and care notes`,
		`mail me at jane.doe@example.com`, `postgresql://toolshed:***@postgres/toolshed`, `cannot read /etc/ssl/shed.key`, `Compose project toolshed-3f2a`,
	} {
		if got := r.Text(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	for text, want := range map[string]string{
		"postgresql://postgres:postgres@postgres/postgres": "postgresql://postgres:[redacted]@postgres/postgres",
		"POSTGRES_PASSWORD=postgres psql -U postgres":      "POSTGRES_PASSWORD=[redacted] psql -U postgres",
		"{'user': 'postgres', 'password': 'postgres'}":     "{'user': 'postgres', 'password': '[redacted]'}",
		"ALTER USER postgres PASSWORD 'postgres'":          "ALTER USER postgres PASSWORD '[redacted]'",
		"REDIS_PASSWORD: 1234":                             "REDIS_PASSWORD: [redacted]",
		"db:5432:toolshed:postgres:postgres":               "db:5432:toolshed:postgres:[redacted]",
	} {
		if got := r.Text(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestUnknownSecretsAreRemovedByPositionOrLook(t *testing.T) {
	r := New()
	for i, text := range []string{
		"connect to postgresql://app:{hunter-22}@db/app", "Authorization: Bearer {Xk29dPq7LmZ4vB8tRw1c}",
		"authorization: Basic {YXBwOmh1bnRlcjI=}",
		"Server=db;User Id=app;Password={hunter22};", "host=db user=app password={hunter22} dbname=app", `"api_token": "{Xk29dPq7LmZ4vB8tRw1c}"`,
		"pushed with {ghp_" + "9fJ2kLmQ4rT7vXz1bC3dE5gH8iN0oP6sUwYa}", "AWS says {AKIA" + "QZ7NPLM4KT2XVB3D}",
		"{xoxb-" + "2384719384-2384719384756-kJ8sP2qLm9ZxTr4wYc6vBn1d}",
		"{eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U}",
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			head, rest, _ := strings.Cut(text, "{")
			secret, tail, _ := strings.Cut(rest, "}")
			if got, want := r.Text(head+secret+tail), head+Mark+tail; got != want {
				t.Errorf("%q became %q", head+secret+tail, got)
			}
		})
	}
}
