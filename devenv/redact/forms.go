package redact

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// formsOf returns the ways in which programs write a secret: unchanged, or quoted for a URL, JSON, Python, SQL, a
// shell, HTML or an ini file. A secret of several lines is among them with escaped line ends; its lines are secrets
// of their own.
func formsOf(secret string) []string {
	forms := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), quoted(secret, ""), quoted(secret, "/"),
		url.UserPassword("", secret).String()[1:],
		jsonQuoted(secret, true), jsonQuoted(secret, false), asciiQuoted(secret), jsonQuoted(jsonQuoted(secret, false), false),
		python(secret, `'`), python(secret, `"`), bytesOf(secret),
		strings.ReplaceAll(secret, `'`, `''`), strings.ReplaceAll(secret, `'`, `'\''`), strings.ReplaceAll(secret, `'`, `'"'"'`),
		url.QueryEscape(url.QueryEscape(secret)), strings.ReplaceAll(jsonQuoted(secret, false), `/`, `\/`), shellQuoted(secret),
		strings.ReplaceAll(secret, `"`, `""`), strings.ReplaceAll(secret, `%`, `%%`), strings.ReplaceAll(secret, `$`, `$$`),
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;").Replace(secret),
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;").Replace(secret),
	}
	for _, form := range forms {
		if strings.Contains(form, "%") {
			forms = append(forms, lowerHex(form))
		}
	}
	slices.Sort(forms)
	forms = slices.Compact(forms)
	return slices.DeleteFunc(forms, func(f string) bool { return strings.ContainsAny(f, "\n\r") })
}

// encodedOf returns the ways in which programs encode a secret's bytes, alone or among others.
func encodedOf(secret string) []string {
	return append(base64Of(secret), hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret))))
}

// base64Of returns what must occur in the base64 of anything that contains the secret, whatever precedes it: one text
// for each of the three alignments.
func base64Of(secret string) []string {
	var all []string
	for before := range 3 {
		padded := append(make([]byte, before), secret...)
		first := []int{0, 2, 3}[before]
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := encoding.EncodeToString(padded)
			last := len(text)
			if len(padded)%3 != 0 {
				last-- // it also depends on what follows
			}
			if last-first >= shortest {
				all = append(all, text[first:last])
			}
		}
	}
	return all
}

// shellQuoted returns a word as bash's printf %q writes it.
func shellQuoted(s string) string {
	var b strings.Builder
	for _, c := range s {
		if c < utf8.RuneSelf && !isWord(c) && !strings.ContainsRune("@%+=:,./-", c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// quoted returns Python's urllib.parse.quote.
func quoted(s, safe string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("_.-~"+safe, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

// lowerHex converts the digits of percent-encoded bytes to lower case.
func lowerHex(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:], strings.ToLower(s[i+1:i+3]))
		}
	}
	return string(b)
}

func jsonQuoted(s string, html bool) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(html)
	_ = encoder.Encode(s) // a string can be encoded
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSuffix(b.String(), "\n"), `"`), `"`)
}

// asciiQuoted returns JSON as Python writes it: what is not ASCII is escaped.
func asciiQuoted(s string) string {
	var b strings.Builder
	for _, c := range jsonQuoted(s, false) {
		switch {
		case c < utf8.RuneSelf:
			b.WriteRune(c)
		case c > 0xffff:
			c -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+c>>10, 0xdc00+c&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, c)
		}
	}
	return b.String()
}

// python returns a string as Python's repr shows it in those quotes.
func python(s, quote string) string {
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`, quote, `\`+quote).Replace(s)
}

// bytesOf returns a string's bytes as Python's repr shows them.
func bytesOf(s string) string {
	var b strings.Builder
	for _, c := range []byte(python(s, `'`)) {
		if c >= utf8.RuneSelf || c < ' ' {
			fmt.Fprintf(&b, `\x%02x`, c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
