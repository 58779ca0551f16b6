package media

import (
	"context"
	"errors"
	"fmt"
	"time"

	"redthread/bot"
	"redthread/store"
)

// Gallery opens our pictures for those who are to see them.
type Gallery struct {
	Store *store.Store
	Zone  *time.Location // in which the day is told; nil: UTC
}

// Open reads a picture, or makes the sheet of several. What is for a viewer
// (bot.MediaID.For) comes with the viewer's code and today's date written across
// it. Its errors are those of store.OpenMedia; on a sheet, a picture that is gone
// leaves its cell empty.
func (g Gallery) Open(ctx context.Context, id bot.MediaID) ([]byte, error) {
	picture, viewer := id.Viewer()
	words := g.across(viewer)
	if all := picture.Pictures(); len(all) > 1 {
		return g.sheet(ctx, all, words)
	}
	content, _, err := g.Store.OpenMedia(ctx, picture)
	if err != nil || viewer == "" {
		return content, err
	}
	marked, err := Watermark(content, words)
	if err != nil {
		return nil, fmt.Errorf("media: picture %s: %w", picture, err)
	}
	return marked, nil
}

func (g Gallery) sheet(ctx context.Context, all []bot.MediaID, words string) ([]byte, error) {
	var pictures [][]byte
	for _, id := range all {
		content, _, err := g.Store.OpenMedia(ctx, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		pictures = append(pictures, content)
	}
	return sheet(pictures, words)
}

// across is what is written across a picture for its viewer.
func (g Gallery) across(viewer string) string {
	if viewer == "" {
		return ""
	}
	zone := g.Zone
	if zone == nil {
		zone = time.UTC
	}
	return viewer + " " + g.Store.Now().In(zone).Format(time.DateOnly)
}
