package query

import (
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestNamesAndLiteralsAreQuotedForSQL(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"users":                  Identifier("users"),
		`"Odd Name"`:             Identifier("Odd Name"),
		`"order"`:                Identifier("order"),
		`"a""b"`:                 Identifier(`a"b`),
		`"shop"."users"`:         Quote("shop", "users"),
		"items":                  Table("public", "items"),
		"tools":                  Table("", "tools"),
		`shop."Item"`:            Table("shop", "Item"),
		"'it''s'":                Literal("it's"),
		`E'C:\\it''s'`:           Literal(`C:\it's`),
		"varchar 10 0":           parts("varchar(10)"),
		"numeric 6 4":            parts("NUMERIC(6, 4)"),
		"text 0 0":               parts("text"),
		"character varying 20 0": parts("character varying(20)"),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func parts(kind string) string {
	name, length, scale := TypeParts(kind)
	return fmt.Sprint(name, " ", length, " ", scale)
}

func TestOnlyAnswersOfPostgresAreRefusals(t *testing.T) {
	t.Parallel()
	refused := fmt.Errorf("write: %w", &pgconn.PgError{Code: "23505"})
	if !Refused(refused) || State(refused) != "23505" {
		t.Errorf("a refusal is %t, %q", Refused(refused), State(refused))
	}
	for _, err := range []error{nil, errors.New("the connection is gone")} {
		if Refused(err) || State(err) != "" {
			t.Errorf("%v is %t, %q", err, Refused(err), State(err))
		}
	}
}
