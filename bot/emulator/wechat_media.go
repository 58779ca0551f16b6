package emulator

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"time"
)

// Temporary media
// (developers.weixin.qq.com/doc/offiaccount/Asset_Management/New_temporary_materials.html).
const (
	wxMediaLife = 3 * 24 * time.Hour
	wxMaxUpload = 10<<20 + 64<<10
	wxVideoPath = "/emulator/video" // where the video_url of media/get leads
)

// wxMedia is a media of the account or of a person.
type wxMedia struct {
	id, kind, mime string
	data           []byte
	at             time.Time
}

// keep stores a media under a new ID; w.mu is held. The bytes stay for the
// phones' screens when the API has forgotten them.
func (w *WeChat) keep(kind, mime string, data []byte) *wxMedia {
	m := &wxMedia{w.letters(alphanumeric+"-_", 64), kind, mime, bytes.Clone(data), w.cfg.Clock.Now()}
	w.media[m.id] = m
	return m
}

func (w *WeChat) expired(m *wxMedia) bool {
	return w.cfg.Clock.Now().Sub(m.at) >= wxMediaLife
}

// wxMediaRules says what may be uploaded as what. WeChat's page allows
// pictures of 10 MB in one place and of 2 MB in another; here it is 2 MB.
var wxMediaRules = map[string]struct {
	most    int
	tooBig  *wxError
	allowed map[string]bool
}{
	"image": {2 << 20, &wxError{40009, "invalid image size"}, wxSet("image/png", "image/jpeg", "image/gif")},
	"voice": {2 << 20, &wxError{40010, "invalid voice size"}, wxSet("voice/amr", "audio/mpeg")},
	"video": {10 << 20, &wxError{40011, "invalid video size"}, wxSet("video/mp4")},
	"thumb": {64 << 10, &wxError{40012, "invalid thumb size"}, wxSet("image/jpeg")},
}

func wxSet(names ...string) map[string]bool {
	s := map[string]bool{}
	for _, n := range names {
		s[n] = true
	}
	return s
}

// wxSniff is the MIME type of a media by its first bytes.
func wxSniff(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("#!AMR")):
		return "voice/amr"
	case len(data) > 1 && data[0] == 0xFF && data[1]&0xE6 == 0xE2:
		return "audio/mpeg" // an MP3 frame without an ID3 tag
	}
	return http.DetectContentType(data)
}

// apiUpload keeps a temporary media.
func (w *WeChat) apiUpload(c *wxCall) (any, error) {
	kind := c.r.URL.Query().Get("type")
	rule, known := wxMediaRules[kind]
	if !known {
		return nil, wxErrMediaType
	}
	data, err := c.file("media")
	if err != nil {
		return nil, err
	}
	mime := wxSniff(data)
	switch {
	case len(data) == 0:
		return nil, wxErrEmptyMedia
	case len(data) > rule.most:
		return nil, rule.tooBig
	case !rule.allowed[mime]:
		return nil, wxErrFileType
	}
	m := w.keep(kind, mime, data)
	out := map[string]any{"type": kind, "created_at": m.at.Unix()}
	if kind == "thumb" {
		out["thumb_media_id"] = m.id
	} else {
		out["media_id"] = m.id
	}
	return out, nil
}

// file is the part of a multipart form that has the name and is a file.
func (c *wxCall) file(name string) ([]byte, error) {
	kind, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return nil, wxErrNoMedia
	}
	parts := multipart.NewReader(bytes.NewReader(c.body), params["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, wxErrNoMedia
		}
		if err != nil {
			return nil, wxErrFormat
		}
		if part.FormName() != name || part.FileName() == "" {
			continue
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return nil, wxErrFormat
		}
		return data, nil
	}
}

// apiMedia gives a media, a person's or the account's; of a video, where it is.
func (w *WeChat) apiMedia(c *wxCall) (any, error) {
	m := w.media[c.r.URL.Query().Get("media_id")]
	if m == nil || m.kind == "file" || w.expired(m) {
		return nil, wxErrMediaID
	}
	if m.kind == "video" {
		return map[string]string{"video_url": "http://" + c.r.Host + wxVideoPath + "?id=" + m.id}, nil
	}
	return m.file(), nil
}

// apiVideo serves what video_url names.
func (w *WeChat) apiVideo(c *wxCall) (any, error) {
	m := w.media[c.r.URL.Query().Get("id")]
	if m == nil || m.kind != "video" || w.expired(m) {
		return nil, wxErrMediaID
	}
	return m.file(), nil
}

func (m *wxMedia) file() wxFile {
	end := map[string]string{
		"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp",
		"voice/amr": ".amr", "audio/mpeg": ".mp3", "video/mp4": ".mp4",
	}[m.mime]
	return wxFile{m.id + end, m.mime, m.data}
}
