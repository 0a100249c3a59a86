// Package eventbus holds the generated messages of the Pub/Sub API.
package eventbus

//go:generate sh -c "protoc --plugin=protoc-gen-go=$(go tool -n protoc-gen-go) --go_out=. --go_opt=paths=source_relative eventbus.proto"
