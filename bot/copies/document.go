package copies

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"redthread/bot"
)

// Format and Version stand at the head of data.json. Version counts up when a
// reader of the older one would be led astray; new chapters and fields do not.
// docs/copy-format.md describes it.
const (
	Format  = "redthread-copy"
	Version = 1
)

// Document is what the copy says, once for people and once for programs.
type Document struct {
	Format   string    `json:"format"`
	Version  int       `json:"version"`
	Made     time.Time `json:"made"`
	Language string    `json:"language"` // BCP 47
	Agency   string    `json:"agency"`
	Client   string    `json:"client"` // the number that colleagues know: "K-000012"
	Chapters []Chapter `json:"chapters"`
	Notes    []string  `json:"notes"` // what is not in the copy, and why

	Page Page `json:"-"`
}

// Page is what the readable page says of itself, in the client's language.
type Page struct {
	Title, Intro string
	Notes        string // the heading of Notes
	Nothing      string // where a chapter is empty
	LeftOut      string // where a picture had no room, or is not to be had
}

// Chapter is one kind of record.
type Chapter struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"` // in the client's language, as all Names
	Records []Record `json:"records"`
}

// Record is one thing: a complaint, a consent, a photo.
type Record struct {
	Name   string  `json:"name,omitempty"`
	Fields []Field `json:"fields"`
}

// Field is one fact. Text is what people read; beside it stands, where there is
// one, what programs compare.
type Field struct {
	ID     string     `json:"id"`
	Name   string     `json:"name"`
	Text   string     `json:"text,omitempty"`
	Code   string     `json:"code,omitempty"`   // a choice, as docs/copy-format.md lists them
	Codes  []string   `json:"codes,omitempty"`  // several of them
	Number *int       `json:"number,omitempty"` // in the unit that the text tells
	Date   string     `json:"date,omitempty"`   // RFC 3339, full-date
	Time   *time.Time `json:"time,omitempty"`   // RFC 3339
	File   string     `json:"file,omitempty"`   // a picture or another file, by its name in the ZIP

	media  bot.MediaID
	ending string // of its name: ".jpg"
}

// Attached is a field with something else that the client sent, under a name that
// ends so.
func Attached(id, name string, media bot.MediaID, ending string) Field {
	return Field{ID: id, Name: name, media: media, ending: ending}
}

// Shown says that a page can show the file; else it links to it.
func (f Field) Shown() bool { return f.ending == ".jpg" }

// Picture is a field that shows one of the client's pictures.
func Picture(id, name string, media bot.MediaID) Field {
	return Field{ID: id, Name: name, media: media, ending: ".jpg"}
}

// JSON writes the document for programs.
func (d Document) JSON() ([]byte, error) {
	d.Format, d.Version = Format, Version
	var b bytes.Buffer
	w := json.NewEncoder(&b)
	w.SetEscapeHTML(false) // it is no part of a page
	w.SetIndent("", "  ")
	if err := w.Encode(d); err != nil {
		return nil, fmt.Errorf("copies: write JSON: %w", err)
	}
	return b.Bytes(), nil
}
