package server

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"sidelight/models"
)

// params are the parameters of an address. What is not understood is refused: a filter that is
// misspelt would answer everything.
type params struct {
	url.Values
	read  []string
	wrong error
}

// text is a parameter, nil when it is not given.
func (p *params) text(name string) *string {
	p.read = append(p.read, name)
	if v := p.Get(name); v != "" {
		return &v
	}
	return nil
}

func (p *params) refuse(name, what string) {
	if p.wrong == nil {
		err := models.Errorf(models.CodeBadUserInput, "%s must be %s", name, what)
		err.Fields = []string{name}
		p.wrong = err
	}
}

// choice is a parameter of few words.
func choice[T ~string](p *params, name string, words ...T) *T {
	v := p.text(name)
	if v == nil {
		return nil
	}
	if !slices.Contains(words, T(*v)) {
		p.refuse(name, "one of the words that the API has for it")
	}
	word := T(*v)
	return &word
}

func (p *params) truth(name string) *bool {
	v := p.text(name)
	if v == nil {
		return nil
	}
	is, err := strconv.ParseBool(*v)
	if err != nil {
		p.refuse(name, "true or false")
	}
	return &is
}

func (p *params) time(name string) *time.Time {
	v := p.text(name)
	if v == nil {
		return nil
	}
	at, err := time.Parse(time.RFC3339, *v)
	if err != nil {
		p.refuse(name, "a time like 2026-01-31T00:00:00Z")
	}
	return &at
}

// done is what was wrong, or what nobody has asked for.
func (p *params) done() error {
	for name := range p.Values {
		if !slices.Contains(p.read, name) {
			p.refuse("a parameter", "one that this download knows")
		}
	}
	return p.wrong
}
