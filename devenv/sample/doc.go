// Package sample holds the built-in sample project, "toolshed": a small web application in Python with a
// git history, whose feature branch changes models so that its generated migration fails on data.
//
// The project's files lie below files/ as layers, one per commit: files/base (develop), files/feature
// (the feature branch) and files/uncommitted (an edit that the working tree holds and no commit does).
// Each layer is put over the ones before it. The file "gitignore" becomes ".gitignore", which would
// otherwise hide files from devenv's own repository.
package sample

// What is where in the sample; paths are relative to its root and have slashes.
const (
	// BaseBranch is the branch that the feature branch starts from.
	BaseBranch = "develop"
	// FeatureBranch is the branch that is checked out after Unpack.
	FeatureBranch = "feature/deposits"
	// BaseHead is the revision that BaseBranch's history ends with, of Revisions in all.
	BaseHead = "2ae7f14b9c60"
	// Revisions is the number of revisions on both branches; FeatureBranch adds none.
	Revisions = 5

	// Message is the message that suits the feature branch's migration.
	Message = "Deposits and care notes"

	// DatabaseService and BackendService are the Compose services.
	DatabaseService = "postgres"
	BackendService  = "backend"
	// DatabasePort and BackendPort are the ports published on the host by the project's own stack.
	DatabasePort = 6545
	BackendPort  = 8888
	// ContainerPort is the port the backend listens on in its container.
	ContainerPort = 8080
	// HealthPage is the page that the backend's healthcheck reads.
	HealthPage = "/health"
	// Password is the database's development password, planted in both env files: no output may show it.
	Password = "6b1f0c9d2e7a48f3"

	// VersionsDir holds the revisions.
	VersionsDir = "backend/src/toolshed/migrations/versions"
	// AlembicConfig is the migration tool's configuration.
	AlembicConfig = "backend/alembic.ini"
	// EditedFile is the file with the uncommitted edit: an index on loans.due_on.
	EditedFile = "backend/src/toolshed/models/loan.py"
	// NoiseIndex exists in the base's database and not in its models: autogenerate always wants to drop it.
	NoiseIndex = "ix_members_email_lower"
)
