package writes

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

func TestARoleThatCannotBeAssumedIsNotTried(t *testing.T) {
	conn := servers.Template(t, writtenFixture).Copy(t)
	shape, err := catalog.ReadShape(query.VersionTable{})(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.Background()) //nolint:errcheck // nothing must remain
	_, err = tx.Exec(t.Context(), "CREATE ROLE devenv_plain; GRANT ALL ON closed, closed_id_seq TO devenv_plain; "+
		"SET LOCAL SESSION AUTHORIZATION devenv_plain", pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatal(err)
	}
	for i := range shape.Tables {
		if closed := &shape.Tables[i]; closed.Name == "closed" {
			result, err := Try(t.Context(), tx, &shape, []Target{{Table: closed, Was: closed, Roles: []string{"", "devenv_app"}}})
			if err != nil {
				t.Fatal(err)
			}
			if len(result.Written) > 0 || len(result.Failed) != 1 || result.Failed[0].Broken ||
				result.Failed[0].Role != "devenv_app" || !strings.HasPrefix(result.Failed[0].Message, "permission denied") {
				t.Errorf("%+v", result)
			}
		}
	}
}
