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

// kind is one way in which a project holds a secret, and how its application prints or raises it in addition to the
// ways for every secret. None of hidden may come through; {} in a print stands for the first of them.
type kind struct {
	source Source
	hidden []string
	prints []string
}

const key = `-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj
MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu
Qw3t
-----END PRIVATE KEY-----`

// keyLines returns the secret lines of key.
func keyLines() []string { return strings.Split(key, "\n")[1:4] }

func kinds() map[string]kind {
	v := func(name, text string) Source { return Source{Variable, name, text} }
	f := func(name, text string) Source { return Source{File, name, text} }
	s := func(name, text string) Source { return Source{Secret, name, text} }
	return map[string]kind{
		"*_PASSWORD":             {v("DB_PASSWORD", "correct-horse-9"), []string{"correct-horse-9"}, nil},
		"*_PW":                   {v("DB_PW", "Lantern77"), []string{"Lantern77"}, nil},
		"*_PWD":                  {v("MYSQL_PWD", "ferrymen4"), []string{"ferrymen4"}, nil},
		"*_SK":                   {v("STRIPE_SK", "kiosk3garden"), []string{"kiosk3garden"}, nil},
		"camel case":             {v("dbPassword", "lampion88"), []string{"lampion88"}, nil},
		"BASIC_AUTH":             {v("BASIC_AUTH", "admin:S4ndstone"), []string{"S4ndstone"}, []string{"auth=('admin', '{}')"}},
		"JWT":                    {v("JWT", "notajwt-but-42"), []string{"notajwt-but-42"}, nil},
		"salt":                   {v("PASSWORD_SALT", "pinch0fsalt"), []string{"pinch0fsalt"}, nil},
		"pepper":                 {v("PEPPER", "gr1nder"), []string{"gr1nder"}, nil},
		"cookie":                 {v("SESSION_COOKIE", "crumbs-and-more-1"), []string{"crumbs-and-more-1"}, []string{"Set-Cookie: sid={}; Path=/"}},
		"cookie secret":          {v("COOKIE_SECRET", "biscuit_tin_3"), []string{"biscuit_tin_3"}, nil},
		"*_KEY":                  {v("FERNET_KEY", "ZmFrZS1mZXJuZXQta2V5LWZvci10ZXN0aW5nLTEyMzQ="), []string{"ZmFrZS1mZXJuZXQta2V5LWZvci10ZXN0aW5nLTEyMzQ="}, nil},
		"a list of keys":         {v("API_KEYS", "first-key-0001,second-key-0002"), []string{"first-key-0001", "second-key-0002"}, []string{"keys: {}"}},
		"letters only":           {v("ADMIN_PASSWORD", "drawbridge"), []string{"drawbridge"}, nil},
		"four characters":        {v("DB_PW", "k7Qz"), []string{"k7Qz"}, []string{"login app/{} refused", "('db', 5432, 'app', '{}')", "sent " + base64.StdEncoding.EncodeToString([]byte("x:k7Qz"))}},
		"four digits":            {v("ADMIN_PIN", "4711"), []string{"4711"}, nil},
		"four letters":           {v("DB_PW", "quay"), []string{"quay"}, nil},
		"two characters":         {v("DB_PW", "q7"), []string{"q7"}, nil},
		"quotes and slashes":     {v("DB_PASSWORD", `a'b"c\d/e f$g%h&i<j`), []string{`a'b"c\d/e f$g%h&i<j`}, []string{`x=a\'b"c\\d/e f$g%h&i<j`}},
		"percent-encoded":        {v("DATABASE_URL", "postgresql://app:p%40ss%3Aw0rd%2F@db/app"), []string{"p@ss:w0rd/"}, nil},
		"unescaped in a URL":     {v("DATABASE_URL", "postgresql://app:r@w:p@ss/9@db/app"), []string{"r@w:p@ss/9"}, nil},
		"not ASCII":              {v("DB_PASSWORD", "schlüssel-loch"), []string{"schlüssel-loch"}, nil},
		"a query":                {v("QUERY_URL", "postgresql://db/app?user=u&password=in-the-query-1&sslmode=disable"), []string{"in-the-query-1"}, nil},
		"a redis URL":            {v("REDIS_URL", "redis://:r3disgarden@cache:6379/0"), []string{"r3disgarden"}, nil},
		"a key as user":          {v("SENTRY_DSN", "https://8d1f3c0a9be24f7c8e6d5a4b3c2d1e0f@o1.example.com/42"), []string{"8d1f3c0a9be24f7c8e6d5a4b3c2d1e0f"}, nil},
		"a webhook":              {v("NOTIFY", "https://chat.example.com/hooks/Xk29dPq7LmZ4vB8tRw1c"), []string{"Xk29dPq7LmZ4vB8tRw1c"}, nil},
		"libpq":                  {v("PG_CONN", "host=db password='in the dsn 1' dbname=app"), []string{"in the dsn 1"}, nil},
		"ADO":                    {v("ConnectionStrings__Main", "Server=db;Database=app;User Id=app;Password=ad0-net!;Encrypt=false"), []string{"ad0-net!"}, nil},
		"ODBC":                   {v("ODBC", "Driver={PostgreSQL};Server=db;Uid=app;Pwd={br4ce;d}"), []string{"br4ce;d"}, nil},
		"Azure storage":          {v("STORAGE", "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=bm90LWEtcmVhbC1henVyZS1rZXktYXQtYWxs==;EndpointSuffix=core.windows.net"), []string{"bm90LWEtcmVhbC1henVyZS1rZXktYXQtYWxs=="}, nil},
		"Azure service bus":      {v("BUS", "Endpoint=sb://acme.example.com/;SharedAccessKeyName=root;SharedAccessKey=c2VydmljZS1idXMta2V5LTE="), []string{"c2VydmljZS1idXMta2V5LTE="}, nil},
		"StackExchange redis":    {v("CACHE", "cache:6379,password=st4ckex,ssl=False"), []string{"st4ckex"}, nil},
		"JSON":                   {v("SETTINGS", `{"db": {"user": "app", "password": "n3sted"}, "smtp": [{"pw": "d33per"}]}`), []string{"n3sted", "d33per"}, []string{`{'user': 'app', 'password': '{}'}`}},
		"a service account":      {v("GOOGLE_CREDENTIALS", `{"type": "service_account", "private_key": "`+strings.ReplaceAll(key, "\n", `\n`)+`", "client_email": "x@acme.example.com"}`), keyLines(), nil},
		"JSON in base64":         {v("CONFIG_B64", base64.StdEncoding.EncodeToString([]byte(`{"token": "wr4pped-up"}`))), []string{"wr4pped-up"}, nil},
		"a private key":          {v("SIGNING", key), keyLines(), nil},
		"a key on one line":      {v("SIGNING", strings.ReplaceAll(key, "\n", `\n`)), keyLines(), nil},
		"several lines":          {v("RECOVERY_CODES_SECRET", "alpha-1111\nbravo-2222"), []string{"alpha-1111", "bravo-2222"}, nil},
		"random, any name":       {v("THING", "kJ8sP2qLm9ZxTr4w"), []string{"kJ8sP2qLm9ZxTr4w"}, nil},
		"hex, any name":          {v("THING", "9f86d081884c7d659a2feaa0c55ad015"), []string{"9f86d081884c7d659a2feaa0c55ad015"}, nil},
		"chosen, any name":       {v("THING", "Tr0ub4dor&3"), []string{"Tr0ub4dor&3"}, nil},
		"an option":              {v("command", "serve --admin-password=in-an-option-1 --requirepass in-the-next-2"), []string{"in-an-option-1", "in-the-next-2"}, nil},
		"a secret's file":        {s("db_password", "file-s3cret\n"), []string{"file-s3cret"}, nil},
		"a secret with words":    {s("phrase", "three plain words"), []string{"three plain words"}, nil},
		"a secret in JSON":       {s("app", `{"host": "db", "user": "app", "value": "js0nfield"}`), []string{"js0nfield"}, nil},
		".env":                   {f("/p/.env", "PORT=8000\nexport MAIL_PASSWORD=\"qu0ted one\"\n# x\nOTHER=1\n"), []string{"qu0ted one"}, nil},
		"an .env of lines":       {f("/p/.env", "A=1\nTLS=\""+key+"\"\nDB_PW='aft3rwards'\n"), append(keyLines(), "aft3rwards"), nil},
		"a broken .env":          {f("/p/.env", "A='\nnot an assignment Zq81LmPw04XcRt67\nDB_PW=br0kenline\n"), []string{"br0kenline", "Zq81LmPw04XcRt67"}, nil},
		".pgpass":                {f("/p/.pgpass", "# h\ndb:5432:app:app:pgp4ss\\:word\n*:*:*:app:wild-c4rd\n"), []string{`pgp4ss\:word`, "pgp4ss:word", "wild-c4rd"}, nil},
		".netrc":                 {f("/p/.netrc", "machine git.example.com login me password n3trc-pass"), []string{"n3trc-pass"}, nil},
		"alembic.ini":            {Source{Shared, "/p/alembic.ini", "[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql://app:al%%40mbic1@db/app\n"}, []string{"al@mbic1", "al%40mbic1", "al%%40mbic1"}, nil},
		"an ini config":          {f("/p/app.ini", "[smtp]\nuser = app\npass = ini-pw-5 ; yes\n"), []string{"ini-pw-5"}, nil},
		"a YAML config":          {f("/p/app.yaml", "smtp:\n  user: app\n  password: yaml-pw-6\n  tls: |\n"+indent(key)), append(keyLines(), "yaml-pw-6"), nil},
		"a broken YAML":          {f("/p/app.yaml", "smtp: {user: app\n  password: yaml-pw-7\n"), []string{"yaml-pw-7"}, nil},
		"a TOML config":          {f("/p/app.toml", "[smtp]\npassword = \"toml-pw-8\"\n"), []string{"toml-pw-8"}, nil},
		"an XML config":          {f("/p/app.xml", "<smtp><user>app</user><password>xml-pw-9</password></smtp>"), []string{"xml-pw-9"}, nil},
		"properties":             {f("/p/app.properties", "spring.datasource.password: pr0perties\n"), []string{"pr0perties"}, nil},
		"a list of variables":    {f("/p/compose.yaml", "services:\n  app:\n    environment:\n      - DB_PW=in-a-l1st\n"), []string{"in-a-l1st"}, nil},
		"a program's own option": {v("test", "mysqladmin ping -uroot -pgl9ed-on"), []string{"gl9ed-on"}, nil},
		"a shared config":        {Source{Shared, "/p/settings.yaml", "smtp: {password: in-g1t-too}\n"}, []string{"in-g1t-too"}, nil},
		"AWS credentials":        {f("/h/.aws/credentials", "[default]\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEK2\n"), []string{"wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEK2"}, nil},
		".npmrc":                 {f("/p/.npmrc", "//packages.example.com/:_authToken=npmrc-t0ken\n"), []string{"npmrc-t0ken"}, nil},
		"docker's config":        {f("/h/.docker/config.json", `{"auths": {"images.example.com": {"auth": "`+base64.StdEncoding.EncodeToString([]byte("me:d0cker-login"))+`"}}}`), []string{"d0cker-login"}, nil},
		"a label":                {f("model.json", `{"services": {"app": {"labels": {"traefik.http.middlewares.a.basicauth.users": "admin:$apr1$x8sK2mQ9$Zr4wLmPw04XcRt67Yb1dQ0"}}}}`), []string{"$apr1$x8sK2mQ9$Zr4wLmPw04XcRt67Yb1dQ0"}, nil},
		"several hosts":          {v("MONGO", "mongodb://app:m0ngo-pw@h1:27017,h2:27017/app?replicaSet=rs"), []string{"m0ngo-pw"}, nil},
		"JDBC":                   {v("JDBC", "jdbc:postgresql://db:5432/app?user=app&password=jdbc-pw-1&ssl=false"), []string{"jdbc-pw-1"}, nil},
		"a volume's options":     {f("model.json", `{"volumes": {"share": {"driver_opts": {"o": "username=u,password=c1fs-pw,uid=1000"}}}}`), []string{"c1fs-pw"}, nil},
		"a list of arguments":    {f("model.json", `{"services": {"app": {"command": ["serve", "--db-password", "n3xt-arg", "--dsn", "postgresql://u:c0mmand@db/app"]}}}`), []string{"n3xt-arg", "c0mmand"}, nil},
		"six digits":             {v("ADMIN_PIN", "482913"), []string{"482913"}, nil},
		"base 36, any name":      {v("THING", "9fj3k2ls8d"), []string{"9fj3k2ls8d"}, nil},
		"an inherited variable":  {Source{Inherited, "NPM_TOKEN", "npm-inher1ted"}, []string{"npm-inher1ted"}, nil},
	}
}

func indent(text string) string { return "    " + strings.ReplaceAll(text, "\n", "\n    ") }

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
		"POSTGRES_PASSWORD": "postgres", "MINIO_SECRET_KEY": "minio", "ADMIN_PASSWORD": "admin", "USER_PASSWORD": "password", "DB_PW": "toolshed",
		"OTHER_PASSWORD": "feature/badges", "RABBIT_PASS": "guest", "REDIS_PASSWORD": "1234", "TOKEN_TTL": "3600", "COOKIE_NAME": "shedsession",
		"JWT_ALGORITHM": "HS256", "SECRET_NAME": "shedname", "POSTGRES_PASSWORD_FILE": "/run/secrets/db", "HOST_AUTH_METHOD": "trust", "MAX_TOKENS": "4096",
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
		"connect to postgresql://app:{hunter-22}@db/app", "Authorization: Bearer {Xk29dPq7LmZ4vB8tRw1c}", "authorization: Basic {YXBwOmh1bnRlcjI=}",
		"Server=db;User Id=app;Password={hunter22};", "host=db user=app password={hunter22} dbname=app", `"api_token": "{Xk29dPq7LmZ4vB8tRw1c}"`,
		"pushed with {ghp_" + "9fJ2kLmQ4rT7vXz1bC3dE5gH8iN0oP6sUwYa}", "AWS says {AKIA" + "QZ7NPLM4KT2XVB3D}", "{xoxb-" + "2384719384-2384719384756-kJ8sP2qLm9ZxTr4wYc6vBn1d}",
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
