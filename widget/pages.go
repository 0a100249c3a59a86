package widget

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Pages are the built pages: widget.html, ticket.html, console.html, graphiql.html and their assets. A binary that was
// built without them holds an empty folder.
func Pages() fs.FS {
	pages, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the folder's name is a constant
	}
	return pages
}
