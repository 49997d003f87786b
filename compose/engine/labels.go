package engine

// Labels by which Compose tells what a container belongs to: a project, one of its services, and the project's
// directory.
const (
	ProjectLabel   = "com.docker.compose.project"
	ServiceLabel   = "com.docker.compose.service"
	DirectoryLabel = "com.docker.compose.project.working_dir"
)
