module sidelight

go 1.26

require (
	github.com/brianvoe/gofakeit/v7 v7.18.1 // indirect
	go.uber.org/goleak v1.3.0 // indirect
	pgregory.net/rapid v1.3.0 // indirect
)
