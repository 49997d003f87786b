package discover

import (
	"path"
	"regexp"
	"strings"
)

// sign is evidence of a migration tool that is not supported.
type sign struct {
	tool  string
	image string         // the path of an image that runs it
	file  *regexp.Regexp // a path in the repository
	holds string         // what that file must contain
}

func signs() []sign {
	return []sign{
		{tool: "Flyway", image: "flyway/flyway"},
		{tool: "Flyway", file: regexp.MustCompile(`(^|/)flyway\.(conf|toml)$`)},
		{tool: "Flyway", file: regexp.MustCompile(`(^|/)V\d+(\.\d+)*__[^/]+\.sql$`)},
		{tool: "golang-migrate", image: "migrate/migrate"},
		{tool: "golang-migrate", file: regexp.MustCompile(`(^|/)\d+_[^/]+\.up\.sql$`)},
		{tool: "Liquibase", image: "liquibase/liquibase"},
		{tool: "dbmate", image: "amacneil/dbmate"},
		{tool: "Django", file: regexp.MustCompile(`(^|/)manage\.py$`), holds: "django"},
		{tool: "Prisma", file: regexp.MustCompile(`(^|/)schema\.prisma$`)},
		{tool: "Rails", file: regexp.MustCompile(`(^|/)db/migrate/\d+_[^/]+\.rb$`)},
	}
}

// otherTool returns an unsupported migration tool of the project, and the evidence for it.
func (s search) otherTool() (tool, from string) {
	for _, sign := range signs() {
		for _, name := range s.services.names() {
			if image := s.services.get(name).Image; sign.image != "" && strings.HasSuffix(imageName(image), sign.image) {
				return sign.tool, "the image " + image + " of the service " + name
			}
		}
		for _, rel := range s.files.paths {
			if sign.file == nil || thirdParty(rel) || s.files.auxiliary(rel) || !sign.file.MatchString(rel) {
				continue
			}
			if content, err := s.files.Read(rel); sign.holds == "" || err == nil && strings.Contains(string(content), sign.holds) {
				return sign.tool, path.Clean(rel)
			}
		}
	}
	return "", ""
}
