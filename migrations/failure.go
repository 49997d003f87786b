package migrations

import (
	"errors"
	"strings"

	"devenv/devenv/sqlstate"
)

// FailureCode is the kind of a migration tool's failure, for code to compare.
type FailureCode string

// The codes of failures.
const (
	// FailureSQL: the database refused a statement; SQLState says why.
	FailureSQL FailureCode = "sql"
	// FailureConnect: the database could not be reached, or refused the connection.
	FailureConnect FailureCode = "connect"
	// FailureException: the migration, env.py or the project's code raised an exception.
	FailureException FailureCode = "exception"
	// FailureTool: the tool itself refused: several heads, an unknown revision.
	FailureTool FailureCode = "tool"
	// FailureEndless: the project's code made no progress for long, and was ended.
	FailureEndless FailureCode = "endless"
	// FailureExit: env.py or a migration ended the process with sys.exit.
	FailureExit FailureCode = "exit"
	// FailureNoConfig: the configuration file does not exist or cannot be read.
	FailureNoConfig FailureCode = "no_config"
	// FailureNoScripts: the script location does not exist or is not set.
	FailureNoScripts FailureCode = "no_scripts"
	// FailureNoEnv: there is no env.py in the script location.
	FailureNoEnv FailureCode = "no_env"
	// FailureNoTool: the interpreter has no such package, or one too old.
	FailureNoTool FailureCode = "no_tool"
	// FailureNoMetadata: env.py sets no target_metadata.
	FailureNoMetadata FailureCode = "no_target_metadata"
	// FailureEmptyMetadata: target_metadata has no tables because the models were not imported.
	FailureEmptyMetadata FailureCode = "empty_target_metadata"
	// FailureBrokenFile: the revision file that was written cannot be imported.
	FailureBrokenFile FailureCode = "broken_file"
	// FailureUnwritable: the revision's file could not be written.
	FailureUnwritable FailureCode = "unwritable"
)

// Failure describes how a migration, or the project's migration set-up, failed. It is the error of a tool that did
// answer; a tool that does not answer causes other errors.
type Failure struct {
	Code FailureCode `json:"code"`
	// Message is one line, without parameters.
	Message string `json:"message"`
	// Hint says what to do next; it is empty when only the reader can know.
	Hint string `json:"hint,omitempty"`
	// Revision is the revision that was running; File and Line are the innermost frame in its file or else in the
	// project's code.
	Revision string `json:"revision,omitempty"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	// Statement is the SQL text that failed.
	Statement string `json:"statement,omitempty"`
	SQLState  string `json:"sqlstate,omitempty"`
	// OwnWords means that devenv ended the statement and says why: the server only knows that it was cancelled.
	OwnWords bool `json:"own_words,omitempty"`
	// Detail is the server's DETAIL message; it may quote row values.
	Detail     string `json:"detail,omitempty"`
	Schema     string `json:"schema,omitempty"`
	Table      string `json:"table,omitempty"`
	Column     string `json:"column,omitempty"`
	Constraint string `json:"constraint,omitempty"`
	// Exception is the Python exception class, such as "NotImplementedError".
	Exception string `json:"exception,omitempty"`
	// Traceback holds the frames of the project's code, outermost first, then the exception.
	Traceback []string `json:"traceback,omitempty"`
}

// Error returns the message with the revision and the SQLSTATE, on one line.
func (f *Failure) Error() string {
	var text strings.Builder
	if f.Revision != "" {
		text.WriteString("revision " + f.Revision + ": ")
	}
	text.WriteString(f.Message)
	if f.SQLState != "" {
		text.WriteString(" (SQLSTATE " + f.SQLState + ")")
	}
	return text.String()
}

// Unanswered reports whether the run ended without an answer about the migration: the server could not be reached,
// ended the connection, ran out of memory or disk, or a time limit ended a statement or the project's code. A server
// that refuses the user or lacks the database does answer.
func (f *Failure) Unanswered() bool {
	switch {
	case f.SQLState != "":
		return sqlstate.Machine(f.SQLState, f.Message) || sqlstate.TimedOut(f.SQLState, f.Message)
	default:
		return f.Code == FailureConnect || f.Code == FailureEndless
	}
}

// WithoutModels returns the failure if there was nothing to compare the migrations with, because env.py names no models
// or none with a table; nil for any other error.
func WithoutModels(err error) *Failure {
	var failure *Failure
	if errors.As(err, &failure) && failure != nil && (failure.Code == FailureNoMetadata || failure.Code == FailureEmptyMetadata) {
		return failure
	}
	return nil
}

// BeforeRevisions reports whether the project's code, or the tool's set-up, failed before any revision ran: its
// configuration, env.py, the models that this imports, the connection.
func (f *Failure) BeforeRevisions() bool {
	return f.Revision == "" && f.Code != "" && f.Code != FailureSQL && f.Code != FailureTool
}
