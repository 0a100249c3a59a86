package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"sidelight/models/store"
)

// Migrated is the address of a new database that has its tables already, as migrations leave them.
// They are copied from one database that was migrated: that takes a quarter of the time.
func (s *Server) Migrated(t testing.TB) string {
	t.Helper()
	s.template.Do(func() { s.failure = s.makeTemplate() })
	if s.failure != nil {
		t.Fatalf("a database cannot be migrated: %v", s.failure)
	}
	address := s.NewDatabase(t)
	if err := s.copyTemplate(databaseOf(t, address)); err != nil {
		t.Fatalf("a migrated database cannot be copied: %v", err)
	}
	return address
}

// templateName is the database's that is copied.
func templateName() string { return fmt.Sprintf("sidelight_%d_template", os.Getpid()) }

func (s *Server) makeTemplate() error {
	if err := s.admin(func(db *sql.DB) error { _, err := db.Exec("CREATE DATABASE " + templateName()); return err }); err != nil {
		return err
	}
	migrated, err := store.Open(context.Background(), "mysql:"+s.dsn(templateName()), store.Options{Seal: Key})
	if err != nil {
		return err
	}
	if err := migrated.Close(); err != nil {
		return err
	}
	return s.admin(func(db *sql.DB) error {
		// Every start makes it when it is not there.
		if _, err := db.Exec("DELETE FROM " + templateName() + ".integrations"); err != nil {
			return err
		}
		// What the database computes is not copied.
		rows, err := db.Query("SELECT table_name, column_name FROM information_schema.columns"+
			" WHERE table_schema = ? AND COALESCE(generation_expression, '') = ''", templateName())
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		s.columns = map[string][]string{}
		for rows.Next() {
			var table, column string
			if err := rows.Scan(&table, &column); err != nil {
				return err
			}
			s.columns[table] = append(s.columns[table], "`"+column+"`")
		}
		return rows.Err()
	})
}

func (s *Server) copyTemplate(into string) error {
	return s.admin(func(db *sql.DB) error {
		for name, columns := range s.columns {
			list := strings.Join(columns, ", ")
			from, to := "`"+templateName()+"`.`"+name+"`", "`"+into+"`.`"+name+"`"
			if _, err := db.Exec("CREATE TABLE " + to + " LIKE " + from); err != nil {
				return err
			}
			if _, err := db.Exec("INSERT INTO " + to + " (" + list + ") SELECT " + list + " FROM " + from); err != nil {
				return err
			}
		}
		return nil
	})
}

// dropTemplate matters where the server lives on.
func (s *Server) dropTemplate() {
	if s.columns != nil {
		_ = s.admin(func(db *sql.DB) error { _, err := db.Exec("DROP DATABASE " + templateName()); return err })
	}
}

// admin does something as the server's administrator.
func (s *Server) admin(do func(db *sql.DB) error) error {
	db, err := sql.Open("mysql", s.dsn(""))
	if err != nil {
		return err
	}
	return errors.Join(do(db), db.Close())
}
