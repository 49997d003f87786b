package inputs

import (
	"slices"
	"strings"
	"testing"
)

// TestFilesHiddenByAMountDoNotCount builds one context by several Dockerfiles and with several mounts.
func TestFilesHiddenByAMountDoNotCount(t *testing.T) {
	const (
		all    = "back/Dockerfile back/app.py back/req.txt"
		unseen = "back/req.txt"
		usual  = "FROM python\nWORKDIR /app\nCOPY req.txt .\nRUN pip install -r req.txt\nCOPY . .\nCMD serve"
		mount  = "volumes: [./back:/app]"
	)
	for name, c := range map[string]struct{ dockerfile, service, others, want string }{
		"mounted over the last copy":     {usual, mount, "", unseen},
		"with an absolute target":        {"FROM python\nCOPY req.txt /tmp/\nRUN x\nCOPY --chown=app . /app/", mount, "", unseen},
		"in a later stage":               {"FROM python AS base\nWORKDIR /app\nCOPY req.txt .\nRUN x\nFROM base\nCOPY . .", mount, "", unseen},
		"of a pattern's directory":       {"FROM python\nCOPY r*.txt /x\nRUN x\nCOPY . /app", mount, "", all},
		"not mounted":                    {usual, "", "", all},
		"mounted elsewhere":              {usual, "volumes: [./back:/srv]", "", all},
		"installed after the copy":       {usual + "\nRUN pip install .", mount, "", all},
		"into an unknown directory":      {"FROM python\nCOPY req.txt .\nRUN x\nCOPY . .", mount, "", all},
		"into a variable's directory":    {"FROM python\nARG D=/app\nWORKDIR $D\nCOPY req.txt .\nRUN x\nCOPY . .", mount, "", all},
		"with a volume below":            {usual, "volumes: [./back:/app, /app/node_modules]", "", all},
		"with a volume of the image":     {usual + "\nVOLUME /app/data", mount, "", all},
		"read by a mount of RUN":         {"FROM python\nWORKDIR /app\nRUN --mount=target=/src pip install /src\nCOPY . .", mount, "", all},
		"from a cache that RUN mounts":   {"FROM python\nWORKDIR /app\nCOPY req.txt .\nRUN --mount=type=cache,target=/c x\nCOPY . .", mount, "", unseen},
		"in a stage that another is for": {usual + "\nFROM python\nCOPY --from=0 /app /app", mount, "", all},
		"with quotes":                    {"FROM python\nWORKDIR /app\nCOPY \"req.txt\" .\nRUN x\nCOPY . .", mount, "", all},
		"into a quoted directory":        {"FROM python\nWORKDIR /app\nCOPY req.txt .\nRUN x\nCOPY . \"/srv/\"", mount, "", all},
		"with an earlier stage's volume": {"FROM python AS b\nVOLUME /app/data\nFROM b\nCOPY req.txt /\nRUN x\nCOPY . /app", mount, "", all},
		"with an unknown instruction":    {usual + "\nINCLUDE app.py", mount, "", all},
		"with instructions for others":   {usual + "\nONBUILD RUN x", mount, "", all},
		"for another service's image":    {usual, mount, "\n  other: {build: {context: other, additional_contexts: {base: \"service:app\"}}}", all},
		"a named volume over everything": {usual, "volumes: [code:/app]", "\nvolumes: {code: }", all},
	} {
		tree := checkout(t, map[string]string{
			"compose.yaml":    "services:\n  app: {build: ./back, " + c.service + "}" + c.others,
			"back/Dockerfile": c.dockerfile, "back/req.txt": "", "back/app.py": "", "other/Dockerfile": "FROM base",
		})
		b, err := tree.BuildOf(tree.load(t), "app")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var counted []string
		for _, f := range b.Sources[len(b.Sources)-1].Files {
			counted = append(counted, f.Path)
		}
		if got := strings.Join(slices.Sorted(slices.Values(counted)), " "); got != c.want || c.want != all && !b.Unseen {
			t.Errorf("%s: %s count, want %s (%t)", name, got, c.want, b.Unseen)
		}
		tree.CountAll = true
		if b, err = tree.BuildOf(tree.load(t), "app"); err != nil || b.Unseen {
			t.Errorf("%s: not all count where all shall: %v", name, err)
		}
	}
}
