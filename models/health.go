package models

import (
	"strings"
	"time"
)

// DatabaseProblem names what keeps the database from being used.
type DatabaseProblem string

// What can be wrong with a database.
const (
	DatabaseFull        DatabaseProblem = "FULL"
	DatabaseDisk        DatabaseProblem = "DISK"
	DatabaseReadOnly    DatabaseProblem = "READ_ONLY"
	DatabaseDamaged     DatabaseProblem = "DAMAGED"
	DatabaseMissing     DatabaseProblem = "MISSING"
	DatabaseReplaced    DatabaseProblem = "REPLACED"
	DatabaseUnreachable DatabaseProblem = "UNREACHABLE"
	DatabaseNoQuorum    DatabaseProblem = "NO_QUORUM"
	DatabaseBusy        DatabaseProblem = "BUSY"
	DatabaseRefused     DatabaseProblem = "REFUSED"
	DatabaseEmpty       DatabaseProblem = "EMPTY"
	DatabaseFailing     DatabaseProblem = "FAILING"
)

// databaseProblems say what is wrong and what mends it.
var databaseProblems = map[DatabaseProblem]string{
	DatabaseFull:        "The disk of the database is full. Free space on it; Sidelight goes on by itself.",
	DatabaseDisk:        "The disk of the database refuses to be read or written. Look whether it is full, mounted and sound; Sidelight goes on by itself.",
	DatabaseReadOnly:    "The database can be read but not written. Make it writable, or name the server that is; Sidelight goes on by itself.",
	DatabaseDamaged:     "The database is damaged: parts of it cannot be read. Stop Sidelight, and restore the latest backup. Nothing more is written until then.",
	DatabaseMissing:     "The database's file was moved or removed while Sidelight runs. Move it back, or make its folder again: Sidelight still has the rows and writes them back by itself. Do not stop it before.",
	DatabaseReplaced:    "Another file lies where the database's was. Nothing more is written to either. Start Sidelight again to use the file that lies there now.",
	DatabaseUnreachable: "The database server does not answer. Look whether it runs and can be reached; Sidelight goes on by itself.",
	DatabaseNoQuorum:    "The database server is cut off from the majority of its cluster, and refuses to work. Bring the other nodes back; Sidelight goes on by itself.",
	DatabaseBusy:        "The database is busy with another program and lets nobody else write. Look what holds it; Sidelight goes on by itself.",
	DatabaseRefused:     "The database server refuses Sidelight's user. Give the user back its password and rights; Sidelight goes on by itself.",
	DatabaseEmpty:       "Sidelight's tables are gone from the database. Stop Sidelight, and restore the latest backup.",
	DatabaseFailing:     "The database refuses to be written. The log has the number of its error; Sidelight tries again every second.",
}

// Sentence says for people what is wrong and what mends it.
func (p DatabaseProblem) Sentence() string { return databaseProblems[p] }

// AtStart says the same to who starts Sidelight: nothing goes on by itself then.
func (p DatabaseProblem) AtStart() string {
	text, _, _ := strings.Cut(p.Sentence(), "; Sidelight goes on by itself")
	return strings.TrimSuffix(text, ".")
}

// DatabaseHealth says whether the database can be written. It is known without asking the database.
type DatabaseHealth struct {
	OK bool
	// Code and Problem name what is wrong, Since when it began. They are nil while nothing is.
	Code    *DatabaseProblem
	Problem *string
	Since   *time.Time
}

// Unavailable is what a caller is told while the database cannot be used. The details are the
// admin's.
func Unavailable(cause error) *Error {
	return &Error{
		Code: CodeUnavailable, Message: "the database cannot be used right now: try again in a moment", Cause: cause,
		Retry: true, RetryAfter: UnavailableRetry,
	}
}

// UnavailableRetry is how long a caller had better wait before trying again.
const UnavailableRetry = 5 * time.Second
