package widget

import (
	"embed"
	"encoding/json"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Pages are the built pages: widget.html, ticket.html, console.html, graphiql.html and their
// assets. A binary that was built without them holds an empty folder.
func Pages() fs.FS {
	pages, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the folder's name is a constant
	}
	return pages
}

//go:embed documents.json
var documents []byte

// Documents are the GraphQL documents that our own pages send, by the SHA-256 of their text in
// lower-case hex.
func Documents() map[string]string {
	var out map[string]string
	if err := json.Unmarshal(documents, &out); err != nil {
		panic(err) // the file is generated with the pages' code
	}
	return out
}
