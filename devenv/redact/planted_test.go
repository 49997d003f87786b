package redact

import (
	"encoding/base64"
	"strings"
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
		"*_PASSWORD": {v("DB_PASSWORD", "correct-horse-9"), []string{"correct-horse-9"}, nil},
		"*_PW":       {v("DB_PW", "Lantern77"), []string{"Lantern77"}, nil},
		"*_PWD":      {v("MYSQL_PWD", "ferrymen4"), []string{"ferrymen4"}, nil},
		"*_SK":       {v("STRIPE_SK", "kiosk3garden"), []string{"kiosk3garden"}, nil},
		"camel case": {v("dbPassword", "lampion88"), []string{"lampion88"}, nil},
		"BASIC_AUTH": {v("BASIC_AUTH", "admin:S4ndstone"), []string{"S4ndstone"}, []string{"auth=('admin', '{}')"}},
		"JWT":        {v("JWT", "notajwt-but-42"), []string{"notajwt-but-42"}, nil},
		"salt":       {v("PASSWORD_SALT", "pinch0fsalt"), []string{"pinch0fsalt"}, nil},
		"pepper":     {v("PEPPER", "gr1nder"), []string{"gr1nder"}, nil},
		"cookie": {
			v("SESSION_COOKIE", "crumbs-and-more-1"),
			[]string{"crumbs-and-more-1"},
			[]string{"Set-Cookie: sid={}; Path=/"},
		},
		"cookie secret": {v("COOKIE_SECRET", "biscuit_tin_3"), []string{"biscuit_tin_3"}, nil},
		"*_KEY": {
			v("FERNET_KEY", "ZmFrZS1mZXJuZXQta2V5LWZvci10ZXN0aW5nLTEyMzQ="),
			[]string{"ZmFrZS1mZXJuZXQta2V5LWZvci10ZXN0aW5nLTEyMzQ="},
			nil,
		},
		"a list of keys": {
			v("API_KEYS", "first-key-0001,second-key-0002"),
			[]string{"first-key-0001", "second-key-0002"},
			[]string{"keys: {}"},
		},
		"letters only": {v("ADMIN_PASSWORD", "drawbridge"), []string{"drawbridge"}, nil},
		"four characters": {v("DB_PW", "k7Qz"), []string{"k7Qz"}, []string{"login app/{} refused", "('db', 5432, 'app', '{}')", "sent " +
			base64.StdEncoding.EncodeToString([]byte("x:k7Qz"))}},
		"four digits":        {v("ADMIN_PIN", "4711"), []string{"4711"}, nil},
		"four letters":       {v("DB_PW", "quay"), []string{"quay"}, nil},
		"two characters":     {v("DB_PW", "q7"), []string{"q7"}, nil},
		"quotes and slashes": {v("DB_PASSWORD", `a'b"c\d/e f$g%h&i<j`), []string{`a'b"c\d/e f$g%h&i<j`}, []string{`x=a\'b"c\\d/e f$g%h&i<j`}},
		"percent-encoded":    {v("DATABASE_URL", "postgresql://app:p%40ss%3Aw0rd%2F@db/app"), []string{"p@ss:w0rd/"}, nil},
		"unescaped in a URL": {v("DATABASE_URL", "postgresql://app:r@w:p@ss/9@db/app"), []string{"r@w:p@ss/9"}, nil},
		"not ASCII":          {v("DB_PASSWORD", "schlüssel-loch"), []string{"schlüssel-loch"}, nil},
		"a query": {
			v("QUERY_URL", "postgresql://db/app?user=u&password=in-the-query-1&sslmode=disable"),
			[]string{"in-the-query-1"},
			nil,
		},
		"a redis URL": {v("REDIS_URL", "redis://:r3disgarden@cache:6379/0"), []string{"r3disgarden"}, nil},
		"a key as user": {
			v("SENTRY_DSN", "https://8d1f3c0a9be24f7c8e6d5a4b3c2d1e0f@o1.example.com/42"),
			[]string{"8d1f3c0a9be24f7c8e6d5a4b3c2d1e0f"},
			nil,
		},
		"a webhook": {v("NOTIFY", "https://chat.example.com/hooks/Xk29dPq7LmZ4vB8tRw1c"), []string{"Xk29dPq7LmZ4vB8tRw1c"}, nil},
		"libpq":     {v("PG_CONN", "host=db password='in the dsn 1' dbname=app"), []string{"in the dsn 1"}, nil},
		"ADO": {
			v("ConnectionStrings__Main", "Server=db;Database=app;User Id=app;Password=ad0-net!;Encrypt=false"),
			[]string{"ad0-net!"},
			nil,
		},
		"ODBC": {v("ODBC", "Driver={PostgreSQL};Server=db;Uid=app;Pwd={br4ce;d}"), []string{"br4ce;d"}, nil},
		"Azure storage": {
			v("STORAGE", "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=bm90LWEtcmVhbC1henVyZS1rZXktYXQtYWxs==;"+
				"EndpointSuffix=core.windows.net"),
			[]string{"bm90LWEtcmVhbC1henVyZS1rZXktYXQtYWxs=="},
			nil,
		},
		"Azure service bus": {
			v("BUS", "Endpoint=sb://acme.example.com/;SharedAccessKeyName=root;SharedAccessKey=c2VydmljZS1idXMta2V5LTE="),
			[]string{"c2VydmljZS1idXMta2V5LTE="},
			nil,
		},
		"StackExchange redis": {v("CACHE", "cache:6379,password=st4ckex,ssl=False"), []string{"st4ckex"}, nil},
		"JSON": {
			v("SETTINGS", `{"db": {"user": "app", "password": "n3sted"}, "smtp": [{"pw": "d33per"}]}`),
			[]string{"n3sted", "d33per"},
			[]string{`{'user': 'app', 'password': '{}'}`},
		},
		"a service account": {v("GOOGLE_CREDENTIALS", `{"type": "service_account", "private_key": "`+strings.ReplaceAll(key, "\n",
			`\n`)+`", "client_email": "x@acme.example.com"}`), keyLines(), nil},
		"JSON in base64": {
			v("CONFIG_B64", base64.StdEncoding.EncodeToString([]byte(`{"token": "wr4pped-up"}`))),
			[]string{"wr4pped-up"},
			nil,
		},
		"a private key":     {v("SIGNING", key), keyLines(), nil},
		"a key on one line": {v("SIGNING", strings.ReplaceAll(key, "\n", `\n`)), keyLines(), nil},
		"several lines":     {v("RECOVERY_CODES_SECRET", "alpha-1111\nbravo-2222"), []string{"alpha-1111", "bravo-2222"}, nil},
		"random, any name":  {v("THING", "kJ8sP2qLm9ZxTr4w"), []string{"kJ8sP2qLm9ZxTr4w"}, nil},
		"hex, any name":     {v("THING", "9f86d081884c7d659a2feaa0c55ad015"), []string{"9f86d081884c7d659a2feaa0c55ad015"}, nil},
		"chosen, any name":  {v("THING", "Tr0ub4dor&3"), []string{"Tr0ub4dor&3"}, nil},
		"an option": {
			v("command", "serve --admin-password=in-an-option-1 --requirepass in-the-next-2"),
			[]string{"in-an-option-1", "in-the-next-2"},
			nil,
		},
		"a secret's file":     {s("db_password", "file-s3cret\n"), []string{"file-s3cret"}, nil},
		"a secret with words": {s("phrase", "three plain words"), []string{"three plain words"}, nil},
		"a secret in JSON":    {s("app", `{"host": "db", "user": "app", "value": "js0nfield"}`), []string{"js0nfield"}, nil},
		".env": {
			f("/p/.env", "PORT=8000\nexport MAIL_PASSWORD=\"qu0ted one\"\n# x\nOTHER=1\n"),
			[]string{"qu0ted one"},
			nil,
		},
		"an .env of lines": {f("/p/.env", "A=1\nTLS=\""+key+"\"\nDB_PW='aft3rwards'\n"), append(keyLines(), "aft3rwards"), nil},
		"a broken .env": {
			f("/p/.env", "A='\nnot an assignment Zq81LmPw04XcRt67\nDB_PW=br0kenline\n"),
			[]string{"br0kenline", "Zq81LmPw04XcRt67"},
			nil,
		},
		".pgpass": {
			f("/p/.pgpass", "# h\ndb:5432:app:app:pgp4ss\\:word\n*:*:*:app:wild-c4rd\n"),
			[]string{`pgp4ss\:word`, "pgp4ss:word", "wild-c4rd"},
			nil,
		},
		".netrc": {f("/p/.netrc", "machine git.example.com login me password n3trc-pass"), []string{"n3trc-pass"}, nil},
		"alembic.ini": {
			Source{
				Shared, "/p/alembic.ini",
				"[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql://app:al%%40mbic1@db/app\n",
			},
			[]string{"al@mbic1", "al%40mbic1", "al%%40mbic1"},
			nil,
		},
		"an ini config": {f("/p/app.ini", "[smtp]\nuser = app\npass = ini-pw-5 ; yes\n"), []string{"ini-pw-5"}, nil},
		"a YAML config": {
			f("/p/app.yaml", "smtp:\n  user: app\n  password: yaml-pw-6\n  tls: |\n"+indent(key)),
			append(keyLines(), "yaml-pw-6"), nil,
		},
		"a broken YAML": {f("/p/app.yaml", "smtp: {user: app\n  password: yaml-pw-7\n"), []string{"yaml-pw-7"}, nil},
		"a TOML config": {f("/p/app.toml", "[smtp]\npassword = \"toml-pw-8\"\n"), []string{"toml-pw-8"}, nil},
		"an XML config": {f("/p/app.xml", "<smtp><user>app</user><password>xml-pw-9</password></smtp>"), []string{"xml-pw-9"}, nil},
		"properties":    {f("/p/app.properties", "spring.datasource.password: pr0perties\n"), []string{"pr0perties"}, nil},
		"a list of variables": {
			f("/p/compose.yaml", "services:\n  app:\n    environment:\n      - DB_PW=in-a-l1st\n"),
			[]string{"in-a-l1st"},
			nil,
		},
		"a program's own option": {v("test", "mysqladmin ping -uroot -pgl9ed-on"), []string{"gl9ed-on"}, nil},
		"a shared config":        {Source{Shared, "/p/settings.yaml", "smtp: {password: in-g1t-too}\n"}, []string{"in-g1t-too"}, nil},
		"AWS credentials": {
			f("/h/.aws/credentials", "[default]\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEK2\n"),
			[]string{"wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEK2"},
			nil,
		},
		".npmrc":          {f("/p/.npmrc", "//packages.example.com/:_authToken=npmrc-t0ken\n"), []string{"npmrc-t0ken"}, nil},
		"docker's config": {f("/h/.docker/config.json", `{"auths": {"images.example.com": {"auth": "`+base64.StdEncoding.EncodeToString([]byte("me:d0cker-login"))+`"}}}`), []string{"d0cker-login"}, nil},
		"a label":         {f("model.json", `{"services": {"app": {"labels": {"traefik.http.middlewares.a.basicauth.users": "admin:$apr1$x8sK2mQ9$Zr4wLmPw04XcRt67Yb1dQ0"}}}}`), []string{"$apr1$x8sK2mQ9$Zr4wLmPw04XcRt67Yb1dQ0"}, nil},
		"several hosts":   {v("MONGO", "mongodb://app:m0ngo-pw@h1:27017,h2:27017/app?replicaSet=rs"), []string{"m0ngo-pw"}, nil},
		"JDBC":            {v("JDBC", "jdbc:postgresql://db:5432/app?user=app&password=jdbc-pw-1&ssl=false"), []string{"jdbc-pw-1"}, nil},
		"a volume's options": {
			f("model.json", `{"volumes": {"share": {"driver_opts": {"o": "username=u,password=c1fs-pw,uid=1000"}}}}`),
			[]string{"c1fs-pw"},
			nil,
		},
		"a list of arguments":   {f("model.json", `{"services": {"app": {"command": ["serve", "--db-password", "n3xt-arg", "--dsn", "postgresql://u:c0mmand@db/app"]}}}`), []string{"n3xt-arg", "c0mmand"}, nil},
		"six digits":            {v("ADMIN_PIN", "482913"), []string{"482913"}, nil},
		"base 36, any name":     {v("THING", "9fj3k2ls8d"), []string{"9fj3k2ls8d"}, nil},
		"an inherited variable": {Source{Inherited, "NPM_TOKEN", "npm-inher1ted"}, []string{"npm-inher1ted"}, nil},
	}
}

func indent(text string) string { return "    " + strings.ReplaceAll(text, "\n", "\n    ") }
