package media

import (
	"context"
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

// Open reads a picture. One that is for a viewer (bot.MediaID.For) comes with the
// viewer's code and today's date written across it. Its errors are those of
// store.OpenMedia.
func (g Gallery) Open(ctx context.Context, id bot.MediaID) ([]byte, error) {
	picture, viewer := id.Viewer()
	content, _, err := g.Store.OpenMedia(ctx, picture)
	if err != nil || viewer == "" {
		return content, err
	}
	zone := g.Zone
	if zone == nil {
		zone = time.UTC
	}
	marked, err := Watermark(content, viewer+" "+g.Store.Now().In(zone).Format(time.DateOnly))
	if err != nil {
		return nil, fmt.Errorf("media: picture %s: %w", picture, err)
	}
	return marked, nil
}
