// Package phone reads telephone numbers as people type them and writes them in
// one form, E.164, in which they can be compared and looked up.
package phone

import (
	"strings"

	"github.com/nyaruka/phonenumbers"

	"redthread/bot/numeral"
)

// Home is the country of numbers that are typed without one.
const Home = "CN"

// Fault says what is wrong with a number as it was typed.
type Fault string

// The faults.
const (
	Unread   Fault = "unread"   // no telephone number
	TooShort Fault = "short"    // digits are missing
	TooLong  Fault = "long"     // there are too many digits
	NotInUse Fault = "unused"   // the length is right, but no such numbers are given out
	Landline Fault = "landline" // it cannot receive messages
)

func (f Fault) Error() string { return "phone: " + string(f) }

// maxTyped is how long a typed number can be, in bytes.
const maxTyped = 64

// Parse reads a mobile number, typed with or without its country, in digits of
// any width or Chinese numerals, and gives it in E.164: "+8613800138000". Its
// error is a Fault.
func Parse(text string) (e164 string, err error) {
	text = strings.Trim(tidy.Replace(numeral.Plain(text)), " 。.,，;；")
	if len(text) > maxTyped {
		return "", Unread
	}
	if strings.HasPrefix(text, "00") {
		text = "+" + strings.TrimPrefix(text, "00")
	}
	n, err := phonenumbers.Parse(text, Home)
	if err != nil {
		return "", fault(err)
	}
	if why := vet(n); why != "" {
		return "", why
	}
	return phonenumbers.Format(n, phonenumbers.E164), nil
}

// tidy takes out what people write around a number.
var tidy = strings.NewReplacer("手机号码", "", "手机号", "", "手机", "", "电话", "", "号码", "", "我的", "", "是", "", ":", "", "：", "", "—", "-", "phone", "", "mobile", "", "number", "", "my", "", "is", "")

func fault(err error) Fault {
	switch err {
	case phonenumbers.ErrTooShortNSN, phonenumbers.ErrTooShortAfterIDD:
		return TooShort
	case phonenumbers.ErrNumTooLong:
		return TooLong
	}
	return Unread
}

func vet(n *phonenumbers.PhoneNumber) Fault {
	switch phonenumbers.IsPossibleNumberWithReason(n) {
	case phonenumbers.TOO_SHORT, phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return TooShort
	case phonenumbers.TOO_LONG, phonenumbers.INVALID_LENGTH:
		return TooLong
	case phonenumbers.INVALID_COUNTRY_CODE:
		return Unread
	}
	if n.GetCountryCode() == 86 {
		if why := atHome(phonenumbers.GetNationalSignificantNumber(n)); why != "" {
			return why
		}
	}
	if !phonenumbers.IsValidNumber(n) {
		return NotInUse
	}
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE, phonenumbers.PERSONAL_NUMBER:
		return ""
	}
	return Landline
}

// atHome tells a Chinese mobile number with a digit too few or too many from a
// landline: the former begins with 1 and has eleven.
func atHome(digits string) Fault {
	mobile := digits[0] == '1' && digits[1] != '0'
	switch n := len(digits); {
	case !mobile && n < 11:
		return Landline
	case mobile && n < 11:
		return TooShort
	case mobile && n > 11:
		return TooLong
	}
	return ""
}

// Spaced is the number as its owner reads it: "138 0013 8000" at home, with the
// country otherwise.
func Spaced(e164 string) string {
	n, err := phonenumbers.Parse(e164, Home)
	if err != nil {
		return e164
	}
	if n.GetCountryCode() == 86 {
		return phonenumbers.Format(n, phonenumbers.NATIONAL)
	}
	return phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
}

// Masked is the number for who need not know it: "138****8000".
func Masked(e164 string) string {
	n, err := phonenumbers.Parse(e164, Home)
	if err != nil {
		return "****"
	}
	s := phonenumbers.GetNationalSignificantNumber(n)
	if len(s) < 8 {
		return "****"
	}
	return s[:3] + "****" + s[len(s)-4:]
}
