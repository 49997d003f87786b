package database

import (
	"context"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// CheckRunning returns a failure if the database's service runs but somebody has removed its data. Such a server
// still accepts connections, and its healthcheck passes, until it notices within a minute and exits. If the data is
// not in a place that devenv knows, it returns nil.
func CheckRunning(ctx context.Context, e *engine.Engine, service, id string) error {
	c, err := e.Inspect(ctx, id)
	if err != nil || c.State != "running" {
		return err
	}
	store, err := StoreOf(service, c)
	if err != nil {
		return nil
	}
	still, err := store.ServerFiles(ctx, e, id)
	if err != nil || still.Control != "" {
		return err
	}
	return report.Fail(report.KindWork, "for the base's data at your branch's head: devenv reset\n"+
		"for an empty database: docker compose restart "+service,
		"use the database of %s: it is running, but its data in %s has been removed", service, store)
}
