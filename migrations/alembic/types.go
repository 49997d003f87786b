package alembic

import "strings"

// typeOf returns the SQLAlchemy type for an SQL type, or "…" if there is no obvious one.
func typeOf(sql string) string {
	name, size, sized := strings.Cut(strings.ToUpper(strings.TrimSpace(sql)), "(")
	python := map[string]string{
		"INTEGER": "Integer", "BIGINT": "BigInteger", "SMALLINT": "SmallInteger", "TEXT": "Text", "BOOLEAN": "Boolean", "DATE": "Date",
		"UUID": "Uuid", "VARCHAR": "String", "CHARACTER VARYING": "String", "NUMERIC": "Numeric", "DOUBLE PRECISION": "Double",
		"TIMESTAMP": "DateTime", "TIMESTAMP WITHOUT TIME ZONE": "DateTime",
	}[name]
	switch {
	case name == "TIMESTAMP WITH TIME ZONE" || name == "TIMESTAMPTZ":
		return "sa.DateTime(timezone=True)"
	case python == "":
		return "…"
	case sized:
		return "sa." + python + "(" + size
	}
	return "sa." + python + "()"
}
