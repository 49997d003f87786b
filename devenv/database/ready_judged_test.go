package database

import (
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"
)

func TestOldServersAreRefusedByTheirVersion(t *testing.T) {
	t.Parallel()
	for version, old := range map[string]bool{
		"12.19 (Debian 12.19-1.pgdg120+1)": true, "9.6.24": true, "10.23": true,
		"13.15": false, "17.2 (Debian 17.2-1)": false, "18beta1": false, "": false,
	} {
		err := outdated(version)
		if errors.Is(err, errOutdated) != old || old && !strings.Contains(err.Error(), "it is Postgres "+strings.Fields(version)[0]+",") {
			t.Errorf("%q: %v", version, err)
		}
	}
}

// TestOldServersAreNotWaitedFor asks a server of which there is only the greeting.
func TestOldServersAreNotWaitedFor(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() //nolint:errcheck // nobody uses it any longer
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			greet(pgproto3.NewBackend(conn, conn), "12.1")
		}
	}()
	settings := Settings{Service: "db", User: "u", Database: "d"}
	if err := awaitQuery(t.Context(), listener.Addr().String(), settings, nil); !errors.Is(err, errOutdated) {
		t.Error(err)
	}
}

// greet answers a client as a server of that version does that accepts everybody, and one query.
func greet(backend *pgproto3.Backend, version string) {
	if _, err := backend.ReceiveStartupMessage(); err != nil {
		return
	}
	backend.Send(&pgproto3.AuthenticationOk{})
	backend.Send(&pgproto3.ParameterStatus{Name: "server_version", Value: version})
	backend.Send(&pgproto3.ParameterStatus{Name: "standard_conforming_strings", Value: "on"})
	backend.Send(&pgproto3.ParameterStatus{Name: "client_encoding", Value: "UTF8"})
	backend.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	if backend.Flush() != nil {
		return
	}
	if _, err := backend.Receive(); err != nil {
		return
	}
	backend.Send(&pgproto3.CommandComplete{CommandTag: []byte("SELECT 1")})
	backend.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	_ = backend.Flush() // the client says what it misses
}
