// Package mask finds in words what would tell who somebody is: their name, where
// they work or studied, how to reach them, where exactly they live, their birthday.
// Words about them that are to be read by somebody whom they do not know yet pass
// through here. It rather finds too much than too little: a sentence less is soon
// made good, a name that was read is not taken back.
package mask

import (
	"regexp"
	"strings"
	"time"
	"unicode"

	"redthread/bot/region"
)

// Person is what is known of somebody, as it stands in their profile. What is empty
// is not looked for.
type Person struct {
	Surname, Given   string
	School, Employer string
	Places           []string // exact ones, in words
	District         int      // where they live, by the official code
	Born             time.Time
	Handles          []string // by which they can be reached: numbers, names on platforms
}

// Find lists the pieces of the words that would tell who the person is, or how to
// reach them, each once, in the order in which they are looked for. Words without
// any are fit to be read.
func (p Person) Find(words string) (pieces []string) {
	t := fold(words)
	note := func(found string) {
		for _, had := range pieces {
			if had == found {
				return
			}
		}
		if found != "" {
			pieces = append(pieces, found)
		}
	}
	for _, n := range p.names() {
		note(n.in(t))
	}
	for _, whole := range p.wholes() {
		if strings.Contains(t.tight, whole) {
			note(whole)
		}
	}
	for _, form := range append(p.days(), reachable...) {
		note(form.FindString(t.tight))
		note(form.FindString(t.loose))
	}
	return pieces
}

// Fit leaves out the sentences that would tell who the person is, or how to reach
// them; left is how many.
func (p Person) Fit(words string) (fit string, left int) {
	var kept []string
	all := sentences(words)
	for _, s := range all {
		if len(p.Find(s)) == 0 {
			kept = append(kept, s)
		}
	}
	fit = strings.TrimSpace(strings.Join(kept, ""))
	if len(p.Find(fit)) > 0 { // of a piece that the end of a sentence cut apart
		return "", len(all)
	}
	return fit, len(all) - len(kept)
}

// sentences takes words apart after each end of a sentence.
func sentences(words string) (all []string) {
	from := 0
	for i, c := range words {
		if strings.ContainsRune("。！？!?；;\n", c) {
			to := i + len(string(c))
			all, from = append(all, words[from:to]), to
		}
	}
	if strings.TrimSpace(words[from:]) != "" {
		all = append(all, words[from:])
	}
	return all
}

// folded is a text without what people put between letters: tight holds letters and
// digits alone, loose what is left when only the width and the case are evened out.
type folded struct{ tight, loose string }

func fold(words string) folded {
	var tight, loose strings.Builder
	for _, c := range words {
		if c >= '！' && c <= '～' {
			c -= '！' - '!'
		}
		c = unicode.ToLower(c)
		if d, ok := digits[c]; ok {
			c = d
		}
		loose.WriteRune(c)
		if unicode.IsLetter(c) || unicode.IsDigit(c) || c == '@' {
			tight.WriteRune(c)
		}
	}
	return folded{tight.String(), loose.String()}
}

// digits are other ways to write one. 一 and its like are not among them: they stand
// in every sentence.
var digits = map[rune]rune{
	'①': '1', '②': '2', '③': '3', '④': '4', '⑤': '5', '⑥': '6', '⑦': '7', '⑧': '8', '⑨': '9', '〇': '0', '零': '0',
	'壹': '1', '贰': '2', '叁': '3', '肆': '4', '伍': '5', '陆': '6', '柒': '7', '捌': '8', '玖': '9', '幺': '1',
}

// reachable are forms by which anybody can be reached, or pointed to where they can.
var reachable = []*regexp.Regexp{
	regexp.MustCompile(`[0-9]{5,}`),
	regexp.MustCompile(`[一二三四五六七八九0-9]{7,}`),
	regexp.MustCompile(`[a-z0-9._-]*@[a-z0-9._-]+`),
	regexp.MustCompile(`https?:|www\.|\.com|\.cn|\.net|t\.me`),
	regexp.MustCompile(`微信|威信|薇信|微x|加我|扣扣|qq|wechat|weixin|whatsapp|telegram|instagram|facebook|抖音|小红书|微博|公众号|支付宝`),
	regexp.MustCompile(`(?:^|[^a-z])(?:vx|wx|ig|tg|fb|line)(?:$|[^a-z])`),
	regexp.MustCompile(`[0-9一二三四五六七八九十]+(?:号楼|号院|弄|栋|幢|单元|室)|[路街巷道](?:[0-9一二三四五六七八九十百]+)号`),
}

// days are the ways to write the birthday.
func (p Person) days() (all []*regexp.Regexp) {
	if p.Born.IsZero() {
		return nil
	}
	year, month, day := p.Born.Format("2006"), p.Born.Format("1"), p.Born.Format("2")
	months := month + "|" + hanNumber(int(p.Born.Month()))
	dates := day + "|" + hanNumber(p.Born.Day())
	return []*regexp.Regexp{
		regexp.MustCompile(year + `|` + year[2:] + `年`),
		regexp.MustCompile(`(?:^|[^0-9一二三四五六七八九十])0?(?:` + months + `)月0?(?:` + dates + `)(?:[日号]|$|[^0-9一二三四五六七八九十])`),
		regexp.MustCompile(`(?:^|[^0-9])0?` + month + `[-./]0?` + day + `(?:$|[^0-9])`),
		regexp.MustCompile(`(?:` + strings.ToLower(p.Born.Format("January|Jan")) + `)[a-z]* ?` + day + `(?:$|[^0-9])`),
		regexp.MustCompile(`(?:^|[^0-9])` + day + `(?:st|nd|rd|th)? ?(?:of ?)?(?:` + strings.ToLower(p.Born.Format("January|Jan")) + `)`),
	}
}

// hanNumber writes a number from 1 to 31.
func hanNumber(n int) string {
	units := []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	tens := []string{"", "十", "二十", "三十"}
	return tens[n/10] + units[n%10]
}

// wholes are what tells who somebody is wherever it stands.
func (p Person) wholes() (all []string) {
	add := func(least int, words ...string) {
		for _, w := range words {
			if w = fold(w).tight; len([]rune(w)) >= least {
				all = append(all, w)
			}
		}
	}
	add(2, p.Employer, core(p.Employer), p.School, core(p.School), shortSchool(p.School))
	add(2, p.Places...)
	add(4, p.Handles...)
	for _, h := range p.Handles { // a number without its country
		if h = fold(h).tight; len(h) > 11 {
			add(4, h[len(h)-11:])
		}
	}
	district := region.Code(p.District)
	if district.Known() && district != district.City() && district != district.Province() {
		add(2, district.Short("zh-CN"), district.Name("zh-CN"))
		add(4, district.Short("en"))
	}
	return all
}

// kinds of houses, which say nothing of which one it is.
var kinds = regexp.MustCompile(`(?:股份|有限|责任|集团|科技|公司|大学|学院|学校|中学|小学|高中|职高|医院|银行|研究院|研究所|事务所|工作室|university|college|school|inc|ltd|llc|company|hospital|bank)+$`)

// core is the name of a house without what kind it is; empty when that is a place,
// where very many live.
func core(house string) string {
	name := kinds.ReplaceAllString(fold(house).tight, "")
	for _, c := range region.Find(name) {
		if s := c.Short("zh-CN"); name == s || name == c.Name("zh-CN") || name == strings.ToLower(c.Short("en")) {
			return ""
		}
	}
	return name
}

// shortSchool is what people call a university: 浙江大学 is 浙大.
func shortSchool(school string) string {
	name, ok := strings.CutSuffix(fold(school).tight, "大学")
	if r := []rune(name); ok && len(r) >= 2 {
		return string(r[0]) + "大"
	}
	return ""
}
