package migrations

import "testing"

func TestLostServersAndTimeLimitsAnswerNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		failure Failure
		want    bool
	}{
		"a connection that breaks":     {Failure{Code: FailureConnect, Message: "server closed the connection unexpectedly"}, true},
		"a server that is ended":       {Failure{Code: FailureConnect, SQLState: "57P01"}, true},
		"a full disk":                  {Failure{Code: FailureSQL, SQLState: "53100"}, true},
		"a time limit":                 {Failure{Code: FailureSQL, SQLState: "57014"}, true},
		"a user whom it refuses":       {Failure{Code: FailureConnect, SQLState: "28P01"}, false},
		"a database that it lacks":     {Failure{Code: FailureConnect, SQLState: "3D000"}, false},
		"a statement that is wrong":    {Failure{Code: FailureSQL, SQLState: "42703"}, false},
		"an exception of the revision": {Failure{Code: FailureException}, false},
	} {
		if got := c.failure.Unanswered(); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestWhatFailsBeforeRevisionsIsToldApart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		failure Failure
		want    bool
	}{
		"models that cannot be imported": {Failure{Code: FailureException, Exception: "ImportError"}, true},
		"no configuration":               {Failure{Code: FailureNoConfig}, true},
		"an exception in a revision":     {Failure{Code: FailureException, Revision: "3f2a"}, false},
		"a statement at the commit":      {Failure{Code: FailureSQL, SQLState: "23503"}, false},
		"several heads":                  {Failure{Code: FailureTool}, false},
		"a tool without codes":           {Failure{Message: "no"}, false},
	} {
		if got := c.failure.BeforeRevisions(); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
