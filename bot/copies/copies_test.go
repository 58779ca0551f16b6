package copies

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redthread/bot"
	"redthread/bot/copies/copiestest"
	"redthread/store"
)

const password = "7K2M-QX4P-0000-ABCD"

// anothers is a ZIP that another program has written with the same password
// (zip.js 2.24.0): the reader that these tests rely on reads it.
const anothers = "UEsDBDMAAQBjAC80dl0AAAAANAAAABYAAAAJAAsAZGF0YS5qc29uAZkHAAIAQUUDCABfrMa1D2htYttACUOiQNvtJqaaiqsermG/wso9zLhJ/BBlreKCvAfVb+xMzVN3roZbY+yvUEsDBDMAAQBjAC80dl0AAAAARAAAACgAAAANAAsAZmlsZXMvMDAxLmpwZwGZBwACAEFFAwAAJMEnieopCpo7qoUEH52lNlv9x8UYgxYpfNQpdN/QR8VHo2ctcxSg8uQPR13hsyPNdxNQBpUL19HU1s2YiUpBHhJhFgNQSwECAAMzAAEAYwAvNHZdAAAAADQAAAAWAAAACQALAAAAAAAAAAAApIEAAAAAZGF0YS5qc29uAZkHAAIAQUUDCABQSwECAAMzAAEAYwAvNHZdAAAAAEQAAAAoAAAADQALAAAAAAAAAAAApIFmAAAAZmlsZXMvMDAxLmpwZwGZBwACAEFFAwAAUEsFBgAAAAACAAIAiAAAAOAAAAAAAA=="

func TestTheReaderReadsWhatOthersWrite(t *testing.T) {
	t.Parallel()
	raw, err := base64.StdEncoding.DecodeString(anothers)
	if err != nil {
		t.Fatal(err)
	}
	files, err := copiestest.Open(raw, password)
	if err != nil || string(files["data.json"]) != "{\"surname\": \"诸葛\"}\n" || len(files["files/001.jpg"]) != 40 || files["files/001.jpg"][39] != 39 {
		t.Fatal(files, err)
	}
}

func TestWhatIsSealedOpensWithThePasswordAlone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		content := rapid.SliceOfN(rapid.Byte(), 20, 300).Draw(t, "content")
		secret := rapid.StringMatching(`[0-9A-Z-]{1,20}`).Draw(t, "password")
		var b bytes.Buffer
		s := newSealer(&b, secret, time.Unix(1e9, 0))
		if err := errors.Join(s.add("a", content, true), s.add("b", content, false), s.close()); err != nil {
			t.Fatal(err)
		}
		files, err := copiestest.Open(b.Bytes(), secret)
		if err != nil || !bytes.Equal(files["a"], content) || !bytes.Equal(files["b"], content) {
			t.Fatal(err)
		}
		if _, err := copiestest.Open(b.Bytes(), secret+"x"); !errors.Is(err, copiestest.ErrPassword) {
			t.Fatal("another password", err)
		}
		if bytes.Contains(b.Bytes(), content) {
			t.Fatal("the content stands there in clear")
		}
		spoilt := bytes.Clone(b.Bytes())
		spoilt[30+1+11+20] ^= 1 // behind the header, its name, the extra header, salt and check
		if _, err := copiestest.Open(spoilt, secret); err == nil {
			t.Fatal("a changed file opens")
		}
	})
}

// telling is a document with the words in every place of a page.
func telling(words string) Document {
	at := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	return Document{
		Made: at, Language: "zh-CN", Agency: words, Client: "K-000001", Notes: []string{words}, Page: Page{Title: words, Intro: words, Notes: words, Nothing: words, LeftOut: words},
		Chapters: []Chapter{
			{ID: "a", Name: words, Records: []Record{{Name: words, Fields: []Field{{ID: "f", Name: words, Text: words, Time: &at}}}}},
			{ID: "b", Name: words, Records: []Record{}},
		},
	}
}

// hostile is what people, or those who wish us ill, may write.
var hostile = []string{
	"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "</dd></dl><h1>", "<!--", "]]>", "{{.Made}}", "javascript:alert(1)", "&lt;b&gt;", "👩‍❤️‍👨 红线",
	"\u202eabc\u2066def", "\x00\x07\x1b[31m", "שלום עולם", strings.Repeat("诸", 4096), "a\r\nb\tc", "\xff\xfe", "{}", "`$(x)`", "<style>*{display:none}</style>", "http://x/?a=1&b=2",
}

func FuzzPage(f *testing.F) {
	for _, words := range hostile {
		f.Add(words)
	}
	quiet, err := telling("x").HTML()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, words string) {
		page, err := telling(words).HTML()
		if err != nil {
			t.Fatal(err)
		}
		if got, want := bytes.Count(page, []byte("<")), bytes.Count(quiet, []byte("<")); want == 0 || words != "" && got != want {
			t.Errorf("%q makes %d tags of %d", words, got, want)
		}
		for _, turn := range "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x00\x1b" {
			if bytes.ContainsRune(page, turn) {
				t.Errorf("%q leaves %q on the page", words, turn)
			}
		}
		if text := strings.ToValidUTF8(plain(words), ""); text != "" && !strings.Contains(html.UnescapeString(string(page)), text) {
			t.Errorf("%q is not on the page", words)
		}
		raw, err := telling(words).JSON()
		if err != nil {
			t.Fatal(err)
		}
		var back Document
		if err := json.Unmarshal(raw, &back); err != nil || back.Chapters[0].Records[0].Fields[0].Text != strings.ToValidUTF8(words, "\ufffd") && strings.ToValidUTF8(words, "") == words {
			t.Errorf("%q comes back as %q, %v", words, back.Agency, err)
		}
	})
}

// album is a document with pictures, some of them twice.
func album(ids ...bot.MediaID) Document {
	d := telling("x")
	for _, id := range ids {
		d.Chapters[1].Records = append(d.Chapters[1].Records, Record{Fields: []Field{Picture("photo", "Photo", id)}})
	}
	return d
}

func TestPicturesThatHaveNoRoomAreLeftOutAndSaidToBe(t *testing.T) {
	t.Parallel()
	open := func(_ context.Context, id bot.MediaID) ([]byte, error) {
		if id == "gone" {
			return nil, fmt.Errorf("media: %w", store.ErrNotFound)
		}
		return bytes.Repeat([]byte(id[:1]), 50_000), nil
	}
	d := album("a", "b", "a", "gone", "c", "d")
	file, leftOut, err := pack(t.Context(), d, open, password, 120_000)
	if err != nil || leftOut != 3 || len(file) > 120_000 {
		t.Fatalf("%d bytes, %d left out, %v", len(file), leftOut, err)
	}
	files, err := copiestest.Open(file, password)
	if err != nil || len(files) != 4 || files["files/001.jpg"][0] != 'a' || files["files/002.jpg"][0] != 'b' {
		t.Fatal(len(files), err)
	}
	var got Document
	if err := json.Unmarshal(files["data.json"], &got); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range got.Chapters[1].Records {
		names = append(names, r.Fields[0].File+r.Fields[0].Text)
	}
	if fmt.Sprint(names) != "[files/001.jpg files/002.jpg files/001.jpg x x x]" || got.Format != Format || got.Version != Version {
		t.Error(names, got.Format, got.Version)
	}
	if d.Chapters[1].Records[0].Fields[0].File != "" {
		t.Error("the maker's document was changed")
	}
	for _, part := range []string{`src="files/001.jpg"`, `src="files/002.jpg"`} {
		if !bytes.Contains(files["index.html"], []byte(part)) {
			t.Errorf("the page has no %s", part)
		}
	}
	if _, _, err := pack(t.Context(), d, func(context.Context, bot.MediaID) ([]byte, error) { return nil, errors.New("disk") }, password, 1e6); err == nil {
		t.Error("a copy without its pictures is made of a disk that fails")
	}
}

// BenchmarkPack is a copy as large as it may be.
func BenchmarkPack(b *testing.B) {
	var ids []bot.MediaID
	for i := range 40 {
		ids = append(ids, bot.MediaID(fmt.Sprint("p", i)))
	}
	d, picture := album(ids...), make([]byte, 500_000)
	open := func(context.Context, bot.MediaID) ([]byte, error) { return picture, nil }
	b.SetBytes(MaxBytes)
	for b.Loop() {
		if _, _, err := pack(b.Context(), d, open, password, MaxBytes); err != nil {
			b.Fatal(err)
		}
	}
}
