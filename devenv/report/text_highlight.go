package report

import (
	"path"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// highlight colours source text by the language of the file's name, with the terminal's own colours. Text in an
// unknown language, or one that the lexer rejects, is returned unchanged. No colour crosses a line's end.
func highlight(name, text string) string {
	lexer := lexers.Match(path.Base(name))
	if lexer == nil {
		return text
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, text)
	if err != nil {
		return text
	}
	var b strings.Builder
	for token := range tokens.Stdlib() {
		for i, piece := range strings.Split(token.Value, "\n") {
			if i > 0 {
				b.WriteString("\n")
			}
			b.WriteString(colorToken(token.Type, piece))
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func colorToken(t chroma.TokenType, s string) string {
	if strings.TrimSpace(s) == "" {
		return s
	}
	switch {
	case t.InCategory(chroma.Comment), t == chroma.LiteralStringDoc:
		return lipgloss.NewStyle().Faint(true).Render(s)
	case t.InCategory(chroma.Keyword), t == chroma.OperatorWord:
		return tint(lipgloss.Color(magenta)).Render(s)
	case t.InSubCategory(chroma.LiteralString):
		return tint(lipgloss.Color(green)).Render(s)
	case t.InSubCategory(chroma.LiteralNumber):
		return tint(lipgloss.Color(cyan)).Render(s)
	case t == chroma.NameFunction, t == chroma.NameClass, t == chroma.NameDecorator:
		return tint(lipgloss.Color(blue)).Render(s)
	default:
		return s
	}
}
