// Package id makes the ids of what Sidelight stores.
package id

import "github.com/google/uuid"

// New is a UUIDv7: ids sort by the time they were made.
func New() string { return uuid.Must(uuid.NewV7()).String() }
