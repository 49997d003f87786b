package database

import (
	"context"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// CheckRunning returns a failure for a running container of the database's service whose data somebody has removed. Such a server
// still takes connections, and its healthcheck is content, until it notices within a minute and ends. Where the data lies in no
// place that devenv knows, nothing is said.
func CheckRunning(ctx context.Context, e *engine.Engine, service, id string) error {
	c, err := e.Inspect(ctx, id)
	if err != nil || c.State != "running" {
		return err
	}
	store, err := StoreOf(service, c)
	if err != nil {
		return nil
	}
	still, err := store.Still(ctx, e, id)
	if err != nil || still.Control != "" {
		return err
	}
	return report.Fail(report.KindWork, "for the base's data at your branch's head: devenv reset\nfor an empty database: docker compose restart "+service,
		"use the database of %s: it runs, and its data in %s has been removed", service, store)
}
