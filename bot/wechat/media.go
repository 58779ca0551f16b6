package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"redthread/bot"
)

// maxPhoto is the largest picture we send. The platform's pages say both 2 and
// 10 MB.
const maxPhoto = 2 << 20

// uploadPhoto makes a picture of ours a temporary media of the platform and
// returns its ID, which is good for 3 days.
func (c *Channel) uploadPhoto(ctx context.Context, d bot.Delivery, id bot.MediaID) (string, error) {
	if d.Media == nil {
		return "", errors.New("no way to open pictures")
	}
	from, err := d.Media(ctx, id)
	if errors.Is(err, bot.ErrGone) { // the picture is, not the person
		return "", &bot.Refused{Reason: "the picture is no longer kept"}
	}
	if err != nil {
		return "", fmt.Errorf("open: %w", err)
	}
	defer from.Close()
	photo, err := io.ReadAll(io.LimitReader(from, maxPhoto+1))
	if err != nil {
		return "", fmt.Errorf("read: %w", err)
	}
	ending, ok := photoEndings[http.DetectContentType(photo)]
	if !ok {
		return "", &bot.Refused{Code: 40005, Reason: "the picture is no PNG, JPEG or GIF"}
	}
	if len(photo) > maxPhoto {
		return "", &bot.Refused{Code: 40009, Reason: "the picture is larger than 2 MiB"}
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("media", "photo"+ending)
	if err == nil {
		_, err = part.Write(photo)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return "", fmt.Errorf("pack: %w", err)
	}
	k := call{path: "/cgi-bin/media/upload", query: url.Values{"type": {"image"}}, body: form.Bytes(), kind: w.FormDataContentType()}
	var got struct {
		MediaID string `json:"media_id"`
	}
	if err := c.ask(ctx, k, &got); err != nil {
		return "", err
	}
	if got.MediaID == "" {
		return "", errors.New("upload: the platform gave no media ID")
	}
	return got.MediaID, nil
}

var photoEndings = map[string]string{"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif"}

// Fetch reads a picture, voice or video that a person sent. The platform keeps
// them 3 days; after that, and for what it never lets us fetch (files, places,
// links), it returns ErrGone.
func (c *Channel) Fetch(ctx context.Context, m bot.Media, limit int64) ([]byte, error) {
	if m.Ref == "" {
		return nil, fmt.Errorf("wechat: fetch %s: %w", m.Kind, bot.ErrGone)
	}
	k := call{path: "/cgi-bin/media/get", query: url.Values{"media_id": {m.Ref}}}
	raw, err := c.fetch(ctx, k, max(limit, maxAnswer))
	if e := new(APIError); errors.As(err, &e) && (e.Code == 40007 || e.Code == 40004) {
		return nil, fmt.Errorf("wechat: fetch %s: %w: %w", m.Kind, bot.ErrGone, e)
	}
	if err == nil && m.Kind == bot.Video && bytes.HasPrefix(raw, []byte("{")) {
		raw, err = c.fetchVideo(ctx, raw, limit)
	}
	if err == nil && int64(len(raw)) > limit {
		err = bot.ErrTooBig
	}
	if err != nil {
		return nil, fmt.Errorf("wechat: fetch %s: %w", m.Kind, err)
	}
	return raw, nil
}

// fetchVideo follows the address that the platform gives instead of a video, if
// it is the platform's own.
func (c *Channel) fetchVideo(ctx context.Context, answer []byte, limit int64) ([]byte, error) {
	var at struct {
		URL string `json:"video_url"`
	}
	if err := json.Unmarshal(answer, &at); err != nil || !strings.HasPrefix(at.URL, "http") {
		return nil, errors.New("the platform gave no video")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.URL, nil)
	if err != nil {
		return nil, errors.New("the platform gave a strange address")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, bare(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("HTTP status %d", resp.StatusCode)
	}
	return io.ReadAll(io.LimitReader(resp.Body, limit+1))
}
