package copies

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"redthread/bot"
	"redthread/store"
)

// opener reads a picture; ErrNotFound of the store: it is not to be had.
type opener func(ctx context.Context, id bot.MediaID) ([]byte, error)

// pack writes the whole copy, sealed with the password and no larger than most
// bytes, but for the words, which always go in. Pictures are taken in the order of
// the chapters, and of those that are too many the page says so: leftOut is how
// many.
func pack(ctx context.Context, d Document, open opener, password string, most int64) (file []byte, leftOut int, err error) {
	d, words, err := written(d)
	if err != nil {
		return nil, 0, err
	}
	room := most - words - overhead
	pictures, leftOut, err := choose(ctx, &d, open, room)
	if err != nil {
		return nil, 0, err
	}
	json, err := d.JSON()
	if err != nil {
		return nil, 0, err
	}
	html, err := d.HTML()
	if err != nil {
		return nil, 0, err
	}
	var b bytes.Buffer
	s := newSealer(&b, password, d.Made)
	err = errors.Join(s.add("index.html", html, true), s.add("data.json", json, true))
	for _, p := range pictures {
		err = errors.Join(err, s.add(p.name, p.content, false))
	}
	if err = errors.Join(err, s.close()); err != nil {
		return nil, 0, err
	}
	return b.Bytes(), leftOut, nil
}

// overhead bounds what the ZIP adds to one file, and to itself.
const overhead = 512

// written copies the document, so that its maker's stays as it is, and says how
// long its words are.
func written(d Document) (Document, int64, error) {
	chapters := make([]Chapter, len(d.Chapters))
	for i, c := range d.Chapters {
		records := make([]Record, len(c.Records))
		for j, r := range c.Records {
			r.Fields = append([]Field{}, r.Fields...)
			records[j] = r
		}
		c.Records = records
		chapters[i] = c
	}
	d.Chapters = chapters
	if d.Notes == nil {
		d.Notes = []string{}
	}
	json, err := d.JSON()
	if err != nil {
		return d, 0, err
	}
	html, err := d.HTML()
	return d, int64(len(json) + len(html)), err
}

type picture struct {
	name    string
	content []byte
}

// choose takes the pictures that there is room for and gives them names. A picture
// that stands in two places goes in once.
func choose(ctx context.Context, d *Document, open opener, room int64) (all []picture, leftOut int, err error) {
	names := map[bot.MediaID]string{}
	for _, f := range d.pictures() {
		name, met := names[f.media]
		if !met {
			content, err := open(ctx, f.media)
			gone := errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrNotYet)
			if err != nil && !gone {
				return nil, 0, fmt.Errorf("copies: open picture: %w", err)
			}
			if size := int64(len(content)) + overhead; !gone && size <= room {
				name, room = fmt.Sprintf("files/%03d%s", len(all)+1, f.ending), room-size
				all = append(all, picture{name, content})
			} else {
				leftOut++
			}
			names[f.media] = name
		}
		if f.File = name; name == "" {
			f.Text = d.Page.LeftOut
		}
	}
	return all, leftOut, nil
}

// pictures are the fields that show one, in the order of the page.
func (d *Document) pictures() (all []*Field) {
	for _, c := range d.Chapters {
		for _, r := range c.Records {
			for i := range r.Fields {
				if r.Fields[i].media != "" {
					all = append(all, &r.Fields[i])
				}
			}
		}
	}
	return all
}
