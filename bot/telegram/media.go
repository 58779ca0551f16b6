package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	sdk "github.com/go-telegram/bot"

	"redthread/bot"
)

// maxDownload is the largest file a bot may fetch, in bytes (getFile).
const maxDownload = 20 << 20

// Fetch reads what a person sent, at most limit bytes of it. It returns
// bot.ErrTooBig, bot.ErrGone when Telegram no longer knows the file, or any
// other error: try again later. The address it reads from holds the token and
// is never shown.
func (c *Channel) Fetch(ctx context.Context, m bot.Media, limit int64) ([]byte, error) {
	limit = min(limit, maxDownload)
	if m.Ref == "" {
		return nil, fmt.Errorf("telegram: fetch: there is no file: %w", bot.ErrGone)
	}
	if m.Size > limit {
		return nil, fmt.Errorf("telegram: fetch: %w", bot.ErrTooBig)
	}
	f, err := c.api.GetFile(ctx, &sdk.GetFileParams{FileID: m.Ref})
	if err != nil {
		return nil, c.fetchFailure(err)
	}
	if f.FileSize > limit {
		return nil, fmt.Errorf("telegram: fetch: %w", bot.ErrTooBig)
	}
	return c.download(ctx, f.FilePath, limit)
}

// fetchFailure sorts an error of getFile. "File is temporarily unavailable" is
// Telegram's answer to passing trouble as well, so it is no reason to give up.
func (c *Channel) fetchFailure(err error) error {
	var slow *sdk.TooManyRequestsError
	switch {
	case errors.As(err, &slow):
		return fmt.Errorf("telegram: fetch: %w", c.slowDown(0, slow))
	case says(err, "file is too big"):
		return fmt.Errorf("telegram: fetch: %w", bot.ErrTooBig)
	case says(err, "temporarily unavailable"):
		return c.hidden("fetch", err)
	case errors.Is(err, sdk.ErrorBadRequest):
		return fmt.Errorf("telegram: fetch: %s: %w", reason(err), bot.ErrGone)
	case tokenRefused(err):
		return fmt.Errorf("telegram: fetch: %w", c.alarm(err))
	}
	return c.hidden("fetch", err)
}

// download reads a file by the path getFile gave.
func (c *Channel) download(ctx context.Context, path string, limit int64) ([]byte, error) {
	if path == "" || strings.HasPrefix(path, "/") || strings.Contains(path, "..") {
		return nil, errors.New("telegram: fetch: the file's path is not one on the server")
	}
	where := c.base + "/file/bot" + c.token + "/" + (&url.URL{Path: path}).EscapedPath()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, where, nil)
	if err != nil {
		return nil, c.hidden("fetch", err)
	}
	resp, err := c.http.client.Do(req)
	if err != nil {
		return nil, c.hidden("fetch", bare(err))
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusGone:
		return nil, fmt.Errorf("telegram: fetch: %w", bot.ErrGone)
	default:
		return nil, fmt.Errorf("telegram: fetch: answer %d", resp.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, c.hidden("fetch", err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("telegram: fetch: %w", bot.ErrTooBig)
	}
	return data, nil
}
