package alembic

import "testing"

func TestCodeThatAddsToTheModelsIsRecognised(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]bool{
		"class Member(Base):\n    __tablename__ = 'members'\n":                    true,
		"members = Table('members', meta)\n":                                      true,
		"event.listen(Base.metadata, 'after_create', DDL('CREATE VIEW …'))\n":     true,
		"Base.metadata.create_all(engine)\nfor t in Base.metadata.sorted_tables:": false,
		"print('hello')\n": false,
	} {
		if got := (Models{}).Describes("app/views.py", []byte(content)); got != want {
			t.Errorf("%q: %v", content, got)
		}
	}
	if (Models{}).Describes("README.md", []byte("the metadata")) {
		t.Error("a text adds to the models")
	}
}

func TestImportsOfAModuleAreFound(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]bool{
		"import app.views\n":                              true,
		"from app import (\n    models,\n    views,\n)\n": true,
		"    from .views import Summary\n":                true,
		"from app.models import *\n":                      true,
		"for m in pkgutil.iter_modules():\n    pass\n":    true,
		"from app import reviews\nviews = 1\n":            false,
		"import os\n\n# the views are in app/views.py\n":  false,
	} {
		if got := (Models{}).Imports([]byte(content), "app/views.py"); got != want {
			t.Errorf("%q: %v", content, got)
		}
	}
	if !(Models{}).Imports([]byte("import app.views\n"), "app/views/__init__.py") {
		t.Error("a package is not found")
	}
}
