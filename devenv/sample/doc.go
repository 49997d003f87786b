// Package sample contains the built-in sample project, "toolshed": a small Python web application with a git history.
// Its feature branch changes the models so that the generated migration fails on data.
//
// The project's files are below files/ as layers, one per commit: files/base (develop), files/feature (the feature
// branch) and files/uncommitted (an uncommitted edit in the working tree). Each layer goes on top of the previous ones.
// The file "gitignore" becomes ".gitignore"; under that name it would hide files in devenv's own repository.
package sample

// Where things are in the sample; paths are relative to its root, with slashes.
const (
	// BaseBranch is the branch that the feature branch starts from.
	BaseBranch = "develop"
	// FeatureBranch is the branch checked out after Unpack.
	FeatureBranch = "feature/deposits"
	// BaseHead is the last revision in BaseBranch's history, one of Revisions in all.
	BaseHead = "2ae7f14b9c60"
	// Revisions is the number of revisions on both branches; FeatureBranch adds none.
	Revisions = 5

	// Message is a good message for the feature branch's migration.
	Message = "Deposits and care notes"

	// DatabaseService and BackendService are the Compose services.
	DatabaseService = "postgres"
	BackendService  = "backend"
	// DatabasePort and BackendPort are the ports that the project's own stack publishes on the host.
	DatabasePort = 6545
	BackendPort  = 8888
	// ContainerPort is the port the backend listens on in its container.
	ContainerPort = 8080
	// HealthPage is the page that the backend's healthcheck reads.
	HealthPage = "/health"
	// Password is the database's development password, which is in both env files: no output may show it.
	Password = "6b1f0c9d2e7a48f3"

	// VersionsDir is the directory of the revisions.
	VersionsDir = "backend/src/toolshed/migrations/versions"
	// AlembicConfig is the migration tool's configuration.
	AlembicConfig = "backend/alembic.ini"
	// EditedFile is the file with the uncommitted edit: an index on loans.due_on.
	EditedFile = "backend/src/toolshed/models/loan.py"
	// NoiseIndex exists in the base's database but not in its models, so autogenerate always wants to drop it.
	NoiseIndex = "ix_members_email_lower"
)
