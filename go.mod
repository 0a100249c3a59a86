module sidelight

go 1.26
