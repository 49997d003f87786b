package tool

import (
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/report"
)

// What Python says of a setting that nothing sets: pydantic, os.environ, python-decouple, environs, Starlette.
var (
	fieldRequired = regexp.MustCompile(`(?m)^\s*(\w+)\s*\n\s+Field required \[type=missing`)
	keyMissing    = regexp.MustCompile(`KeyError: '(\w+)'`)
	variableUnset = regexp.MustCompile(`UndefinedValueError: (\w+) not found|` +
		`Environment variable "(\w+)" not set|Config '(\w+)' is missing, and has no default`)
)

// explainUnset adds to a failure of the project's code which settings it wants that nothing sets, and where to set them.
func explainUnset(err error) error {
	unset := unsetSettings(err)
	if len(unset) == 0 {
		return err
	}
	return report.Fail(report.KindOf(err), "the code wants "+strings.Join(unset, ", ")+", which nothing sets in its container; set that in the "+
		".env that it reads,\nin the service's environment in the Compose file, or, for the migrations alone, in .devenv.yaml:\n"+
		"    migrations: {env: {"+strings.Join(unset, ": …, ")+": …}}\n"+
		"a .env that git ignores, in a directory other than the Compose file's, must be listed: include: [DIRECTORY/.env]", "%w", err)
}

// unsetSettings returns the settings that a failure reports as missing, by the names of their variables.
func unsetSettings(err error) []string {
	if err == nil {
		return nil
	}
	text := strings.Join(append([]string{err.Error()}, report.OutputOf(err)...), "\n")
	var names []string
	if strings.Contains(text, "for Settings") || strings.Contains(text, "Settings()") {
		for _, m := range fieldRequired.FindAllStringSubmatch(text, -1) {
			names = append(names, strings.ToUpper(m[1]))
		}
	}
	if strings.Contains(text, "environ[") { // otherwise it is the key of any dictionary
		for _, m := range keyMissing.FindAllStringSubmatch(text, -1) {
			names = append(names, m[1])
		}
	}
	for _, m := range variableUnset.FindAllStringSubmatch(text, -1) {
		names = append(names, strings.Join(m[1:], ""))
	}
	slices.Sort(names)
	return slices.Compact(names)
}
